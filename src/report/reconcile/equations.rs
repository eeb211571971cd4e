//! The equations of DESIGN 3.8, each with what is at fault.

mod points;

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use crate::domain::{Disposition, Relation, ReplyClass, ResponseState, Round, SubmissionId};
use crate::report::facts::{Facts, Reply, RosterLine};
use crate::report::snapshot::SubmissionEntry;
use crate::report::wording;

use super::{Equation, RoundTally, Tally};

/// More offenders than this are counted, not named.
const MAX_NAMED: usize = 50;

/// The equations about submissions and points of the whole scope.
pub(super) fn rows_and_points(
    facts: &Facts<'_>,
    rounds: &[RoundTally],
    total: &Tally,
) -> [Equation; 11] {
    [
        submissions(facts, total),
        submissions_by_round(facts, rounds, total),
        senders(facts, total),
        duplicates(facts, total),
        points::sources(facts),
        points::points(facts, total),
        points::points_by_round(facts, rounds, total),
        points::decisions(facts, total),
        points::groups(facts, total),
        points::joined(facts, total),
        points::sections(facts, total),
    ]
}

/// Collects what is at fault, up to a limit.
#[derive(Default)]
struct Faults {
    named: Vec<String>,
    n_more: usize,
}

impl Faults {
    fn add(&mut self, fault: impl FnOnce() -> String) {
        if self.named.len() < MAX_NAMED {
            self.named.push(fault());
        } else {
            self.n_more += 1;
        }
    }

    fn conclude(
        self,
        name: &'static str,
        round: Option<u32>,
        text: String,
        sides_agree: bool,
    ) -> Equation {
        Equation {
            name: name.into(),
            round,
            text,
            holds: sides_agree && self.named.is_empty(),
            offenders: self.into_list(),
        }
    }

    fn into_list(mut self) -> Vec<String> {
        if self.n_more > 0 {
            self.named.push(format!("… và {} mục khác", self.n_more));
        }
        self.named
    }
}

/// Of a round, or of the whole scope: asked = replied + silent; replied = the classes; not asked
/// apart.
pub(super) fn organizations(
    facts: &Facts<'_>,
    round: Option<&Round>,
    tally: &Tally,
    roster: &[RosterLine<'_>],
) -> [Equation; 3] {
    let (id, number) = (round.map(|r| r.id), round.map(|r| r.number));
    let prefix = number.map_or_else(
        || "Toàn bộ phạm vi: ".to_owned(),
        |number| format!("Đợt {number}: "),
    );
    let mut faults = Faults::default();
    let mut invited = 0;
    let mut seen = BTreeSet::new();
    for (round_id, organization) in facts.invitations(id) {
        let is_new = seen.insert(organization);
        // In the whole scope one organization may be asked in several rounds.
        if is_new || id.is_some() {
            invited += 1;
        }
        if !is_new && id.is_some() {
            let name = facts.organization_name(organization);
            faults.add(|| format!("{name}: được ghi hai lần trong danh sách hỏi"));
        }
        if facts.organization(organization).is_none() {
            faults.add(|| {
                format!("Đơn vị số {organization} (đợt có mã {round_id}): không có trong danh mục")
            });
        }
    }
    let asked = faults.conclude(
        "asked",
        number,
        format!(
            "{prefix}Đã hỏi {invited} = đã trả lời {} + chưa trả lời {}",
            tally.replied, tally.silent
        ),
        invited == tally.replied + tally.silent,
    );

    let mut faults = Faults::default();
    let mut apart = Faults::default();
    for line in roster {
        if line.reply != Reply::Unclassed {
            continue;
        }
        let name = facts.organization_name(line.organization);
        let faults = if line.was_asked {
            &mut faults
        } else {
            &mut apart
        };
        for submission in line.submissions.iter().filter(|s| s.class.is_none()) {
            faults.add(|| format!("{name}: {} chưa xếp loại", submission_label(submission)));
        }
    }
    let replied = faults.conclude(
        "replied",
        number,
        format!(
            "{prefix}Đã trả lời {} = {}",
            tally.replied,
            classes(tally.classes)
        ),
        tally.replied == tally.classes.sum(),
    );
    let not_asked = apart.conclude(
        "not_asked",
        number,
        format!(
            "{prefix}Trả lời dù không được hỏi {} = {}",
            tally.replied_not_asked,
            classes(tally.not_asked_classes)
        ),
        tally.replied_not_asked == tally.not_asked_classes.sum(),
    );
    [asked, replied, not_asked]
}

fn classes(classes: super::Classes) -> String {
    let mut parts = vec![
        format!("thống nhất hoàn toàn {}", classes.agrees),
        format!("có ý kiến {}", classes.comments),
        format!("không có ý kiến {}", classes.no_opinion),
    ];
    if classes.waiting > 0 {
        parts.push(format!("chờ người xem {}", classes.waiting));
    }
    if classes.kept_apart > 0 {
        parts.push(format!("lưu riêng {}", classes.kept_apart));
    }
    parts.join(" + ")
}

/// Every submission is in exactly one state.
fn submissions(facts: &Facts<'_>, total: &Tally) -> Equation {
    let mut faults = Faults::default();
    let mut seen: FxHashSet<SubmissionId> = FxHashSet::default();
    for submission in facts.submissions_of(None) {
        if !seen.insert(submission.id) {
            faults.add(|| format!("{}: xuất hiện hai lần", submission_label(submission)));
        }
    }
    let states: Vec<String> = Disposition::ALL
        .into_iter()
        .filter(|&state| state == Disposition::Counted || total.in_disposition(state) > 0)
        .map(|state| {
            let name = wording::lower_first(state.name());
            format!("{name} {}", total.in_disposition(state))
        })
        .collect();
    let sum: usize = total.by_disposition.values().sum();
    faults.conclude(
        "submissions",
        None,
        format!(
            "Lượt góp ý nhận được {} = {}",
            seen.len(),
            states.join(" + ")
        ),
        seen.len() == sum,
    )
}

/// The whole is the sum of its rounds and what has no known round.
fn submissions_by_round(facts: &Facts<'_>, rounds: &[RoundTally], total: &Tally) -> Equation {
    let mut faults = Faults::default();
    let mut without_round = 0;
    for submission in facts.submissions_of(None) {
        match submission.round {
            None => without_round += 1,
            Some(id) if facts.rounds.iter().all(|round| round.id != id) => {
                faults.add(|| {
                    format!(
                        "{}: thuộc đợt có mã {id} không có trong hồ sơ",
                        submission_label(submission)
                    )
                });
            }
            Some(_) => {}
        }
    }
    let by_round = rounds.iter().map(|round| (round, round.tally.submissions));
    let text = sum_by_round(by_round, without_round);
    let sum: usize = rounds.iter().map(|round| round.tally.submissions).sum();
    faults.conclude(
        "submissions_by_round",
        None,
        format!("Lượt góp ý nhận được {} = {text}", total.submissions),
        total.submissions == sum + without_round,
    )
}

fn sum_by_round<'a>(
    rounds: impl Iterator<Item = (&'a RoundTally, usize)>,
    without_round: usize,
) -> String {
    let mut parts: Vec<String> = rounds
        .map(|(round, n)| format!("đợt {} {n}", round.number))
        .collect();
    if without_round > 0 || parts.is_empty() {
        parts.push(format!("chưa rõ đợt {without_round}"));
    }
    parts.join(" + ")
}

/// Every counted submission has a sender that was asked, or was not, or is not known.
fn senders(facts: &Facts<'_>, total: &Tally) -> Equation {
    let mut faults = Faults::default();
    for submission in facts.submissions_of(None) {
        for &id in &submission.organizations {
            if facts.organization(id).is_none() {
                faults.add(|| {
                    format!(
                        "{}: đơn vị số {id} không có trong danh mục",
                        submission_label(submission)
                    )
                });
            }
        }
    }
    let counted = total.in_disposition(Disposition::Counted);
    faults.conclude(
        "senders",
        None,
        format!(
            "Lượt góp ý được tính {counted} = của đơn vị được hỏi {} + của đơn vị không được hỏi {} + chưa rõ đơn vị {}",
            total.from_asked, total.from_not_asked, total.unidentified
        ),
        counted == total.from_asked + total.from_not_asked + total.unidentified,
    )
}

/// Every confirmed duplicate leads to something that is not one: nothing is lost by confirming.
fn duplicates(facts: &Facts<'_>, total: &Tally) -> Equation {
    let mut faults = Faults::default();
    let mut with_original = 0;
    for submission in facts.submissions_of(None) {
        if submission.disposition != Disposition::Duplicate {
            continue;
        }
        if has_original(facts, submission) {
            with_original += 1;
        } else {
            faults.add(|| format!("{}: không còn bản gốc", submission_label(submission)));
        }
    }
    let marked = total.in_disposition(Disposition::Duplicate);
    faults.conclude(
        "duplicates",
        None,
        format!("Lượt góp ý trùng {marked} = còn bản gốc {with_original}"),
        marked == with_original,
    )
}

fn has_original(facts: &Facts<'_>, duplicate: &SubmissionEntry) -> bool {
    let mut at = duplicate;
    // A chain longer than this is a circle.
    for _ in 0..64 {
        match at.relation {
            Some((Relation::DuplicateOf, id)) => match facts.submission(id) {
                Some(original) if original.disposition == Disposition::Duplicate => at = original,
                Some(_) => return true,
                None => return false,
            },
            // Whoever confirmed it did not say of what; that is not for us to doubt.
            Some(_) | None => return true,
        }
    }
    false
}

/// What a person should look at although the numbers add up.
pub(super) fn notices(facts: &Facts<'_>, total: &Tally) -> Vec<String> {
    let mut notices = Vec::new();
    let mut say = |n: usize, text: &str| {
        if n > 0 {
            notices.push(format!("{} {text}", wording::number(n)));
        }
    };
    say(total.points.open, "ý kiến chưa được trả lời.");
    say(total.to_place, "ý kiến chưa xác định mục.");
    say(total.needs_leadership, "ý kiến xin ý kiến lãnh đạo.");
    say(
        total.without_round,
        "lượt góp ý được tính nhưng chưa rõ thuộc đợt nào.",
    );
    say(
        total.unidentified,
        "lượt góp ý được tính nhưng chưa rõ đơn vị.",
    );
    say(
        total.in_disposition(Disposition::Unread),
        "lượt góp ý chờ người xem, chưa được tính.",
    );
    let unapproved: usize = total
        .by_response_state
        .iter()
        .filter(|(state, _)| **state != ResponseState::Approved)
        .map(|(_, n)| n)
        .sum();
    say(unapproved, "ý kiến có câu trả lời chưa được duyệt.");
    let mut odd = Faults::default();
    let with_points: FxHashSet<SubmissionId> =
        facts.points_of(None).map(|(_, source)| source.id).collect();
    for submission in facts.submissions_of(None) {
        if submission.disposition != Disposition::Counted {
            continue;
        }
        let has_points = with_points.contains(&submission.id);
        let what = match submission.class {
            Some(ReplyClass::Comments) if !has_points => {
                "xếp loại “có ý kiến” nhưng không có ý kiến nào được tách"
            }
            Some(ReplyClass::Agrees | ReplyClass::NoOpinion) if has_points => {
                "có ý kiến được tách nhưng không xếp loại “có ý kiến”"
            }
            _ => continue,
        };
        odd.add(|| format!("{}: {what}.", submission_label(submission)));
    }
    for (point, _) in facts.points_of(None) {
        let Some(response) = &point.response else {
            continue;
        };
        if !wording::avoids_refusal(&response.text) {
            odd.add(|| {
                format!(
                    "Ý kiến số {}: câu trả lời có cụm từ “không tiếp thu”, được in thành “chưa tiếp thu”; đề nghị sửa lại câu trả lời.",
                    point.id
                )
            });
        }
    }
    notices.extend(odd.into_list());
    notices
}

/// How a secretary finds a submission again.
fn submission_label(submission: &SubmissionEntry) -> String {
    format!(
        "Lượt góp ý số {} ({}, {})",
        submission.id,
        wording::source(submission),
        submission.source
    )
}
