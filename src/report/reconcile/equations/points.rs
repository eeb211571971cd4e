//! Equations about points: where they come from, what became of them, where they stand.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::domain::{Decision, Disposition, GroupId, OrganizationId, PointState, ResponseState};
use crate::report::facts::{Facts, JoinEnd};
use crate::report::reconcile::{Equation, RoundTally, Tally};
use crate::report::snapshot::{PointEntry, ResponseEntry};
use crate::report::wording;

use super::{Faults, sum_by_round};

/// Every point has a submission, and appears once.
pub(super) fn sources(facts: &Facts<'_>) -> Equation {
    let mut faults = Faults::default();
    let (mut counted, mut not_counted, mut elsewhere) = (0, 0, 0);
    let mut seen = FxHashSet::default();
    for point in &facts.snapshot.points {
        if !seen.insert(point.id) {
            faults.add(|| format!("Ý kiến số {}: xuất hiện hai lần", point.id));
        }
        match facts.submission(point.submission) {
            None => faults.add(|| {
                format!(
                    "Ý kiến số {}: không còn lượt góp ý số {}",
                    point.id, point.submission
                )
            }),
            Some(source) if !facts.covers(source) => elsewhere += 1,
            Some(source) if source.disposition == Disposition::Counted => counted += 1,
            Some(_) => not_counted += 1,
        }
    }
    let all = facts.snapshot.points.len();
    faults.conclude(
        "sources",
        None,
        format!(
            "Ý kiến trong hồ sơ {all} = của lượt góp ý được tính {counted} + của lượt góp ý không tính {not_counted} + ngoài phạm vi báo cáo {elsewhere}"
        ),
        all == counted + not_counted + elsewhere,
    )
}

/// Every point of a counted submission is in exactly one state.
pub(super) fn points(facts: &Facts<'_>, total: &Tally) -> Equation {
    let count = total.points;
    let received = facts.points_of(None).count();
    Faults::default().conclude(
        "points",
        None,
        format!(
            "Ý kiến nhận được {received} = trả lời riêng {} + trả lời theo nhóm {} + gộp vào ý kiến khác {} + ngoài phạm vi lấy ý kiến {} + chưa trả lời {}",
            count.answered, count.answered_in_group, count.joined, count.out_of_scope, count.open
        ),
        received
            == count.answered
                + count.answered_in_group
                + count.joined
                + count.out_of_scope
                + count.open,
    )
}

pub(super) fn points_by_round(facts: &Facts<'_>, rounds: &[RoundTally], total: &Tally) -> Equation {
    let without_round = facts
        .points_of(None)
        .filter(|(_, source)| source.round.is_none())
        .count();
    let by_round = rounds
        .iter()
        .map(|round| (round, round.tally.points.received));
    let text = sum_by_round(by_round, without_round);
    let sum: usize = rounds.iter().map(|r| r.tally.points.received).sum();
    Faults::default().conclude(
        "points_by_round",
        None,
        format!("Ý kiến nhận được {} = {text}", total.points.received),
        total.points.received == sum + without_round,
    )
}

/// Every answered point has exactly one decision, and no other point has an approved one.
pub(super) fn decisions(facts: &Facts<'_>, total: &Tally) -> Equation {
    let mut faults = Faults::default();
    for (point, _) in facts.points_of(None) {
        match point.state {
            PointState::Answered | PointState::AnsweredInGroup => {
                if point.response.is_none() {
                    let state = wording::lower_first(point.state.name());
                    faults.add(|| {
                        format!(
                            "{}: ghi là {state} nhưng không có câu trả lời",
                            label(facts, point)
                        )
                    });
                }
            }
            PointState::Open => {
                let response = point.response.as_ref();
                if response.is_some_and(|r| r.state == ResponseState::Approved) {
                    faults.add(|| {
                        format!(
                            "{}: câu trả lời đã duyệt nhưng ý kiến ghi là chưa trả lời",
                            label(facts, point)
                        )
                    });
                }
            }
            PointState::Joined | PointState::OutOfScope => {}
        }
    }
    let answered = total.points.answered + total.points.answered_in_group;
    let parts: Vec<String> = Decision::ALL
        .into_iter()
        .map(|decision| {
            let name = wording::lower_first(decision.name());
            format!("{name} {}", total.decided(decision))
        })
        .collect();
    faults.conclude(
        "decisions",
        None,
        format!("Ý kiến đã trả lời {answered} = {}", parts.join(" + ")),
        answered == total.by_decision.values().sum::<usize>(),
    )
}

/// Every group that answers has one answer.
pub(super) fn groups(facts: &Facts<'_>, total: &Tally) -> Equation {
    let mut faults = Faults::default();
    let mut answers: FxHashMap<GroupId, &ResponseEntry> = FxHashMap::default();
    let mut members = 0;
    for (point, _) in facts.points_of(None) {
        if point.state != PointState::AnsweredInGroup {
            continue;
        }
        match (point.group, &point.response) {
            (None, _) => {
                faults.add(|| {
                    format!(
                        "{}: trả lời theo nhóm nhưng không có nhóm",
                        label(facts, point)
                    )
                });
            }
            (Some(group), Some(response)) => {
                members += 1;
                let first = *answers.entry(group).or_insert(response);
                if first.decision != response.decision || first.text != response.text {
                    faults.add(|| {
                        format!("{}: câu trả lời khác với nhóm {group}", label(facts, point))
                    });
                }
            }
            // Named by `decisions`.
            (Some(_), None) => members += 1,
        }
    }
    faults.conclude(
        "groups",
        None,
        format!(
            "Ý kiến trả lời theo nhóm {} = thành viên của {} nhóm {members}",
            total.points.answered_in_group, total.groups
        ),
        total.points.answered_in_group == members,
    )
}

/// Every joined point lives on in another one.
pub(super) fn joined(facts: &Facts<'_>, total: &Tally) -> Equation {
    let mut faults = Faults::default();
    let mut found = 0;
    for (point, _) in facts.points_of(None) {
        if point.state != PointState::Joined {
            continue;
        }
        match facts.join_end(point) {
            JoinEnd::At(end) if is_counted(facts, end) => found += 1,
            JoinEnd::At(_) => faults.add(|| {
                format!(
                    "{}: gộp vào ý kiến của lượt góp ý không được tính",
                    label(facts, point)
                )
            }),
            JoinEnd::Nowhere => {
                faults.add(|| format!("{}: gộp vào ý kiến không còn nữa", label(facts, point)));
            }
        }
    }
    faults.conclude(
        "joined",
        None,
        format!(
            "Ý kiến đã gộp {} = có ý kiến chứa nó {found}",
            total.points.joined
        ),
        total.points.joined == found,
    )
}

/// Whether a point's submission is counted, in scope or not: a point may live on in another round.
fn is_counted(facts: &Facts<'_>, point: &PointEntry) -> bool {
    facts
        .submission(point.submission)
        .is_some_and(|source| source.disposition == Disposition::Counted)
}

/// Every point has one place that exists, or visibly none.
pub(super) fn sections(facts: &Facts<'_>, total: &Tally) -> Equation {
    let mut faults = Faults::default();
    let mut by_section: BTreeMap<usize, usize> = BTreeMap::new();
    for (point, _) in facts.points_of(None) {
        let Some(id) = point.section else { continue };
        match facts.section_rank(id) {
            Some(rank) => *by_section.entry(rank).or_default() += 1,
            None => faults.add(|| {
                format!(
                    "{}: mục có mã {id} không có trong dự thảo",
                    label(facts, point)
                )
            }),
        }
    }
    let placed: usize = by_section.values().sum();
    faults.conclude(
        "sections",
        None,
        format!(
            "Ý kiến nhận được {} = thuộc {} mục {placed} + chưa xác định mục {}",
            total.points.received,
            by_section.len(),
            total.without_section
        ),
        total.points.received == placed + total.without_section,
    )
}

/// How a secretary finds a point again.
fn label(facts: &Facts<'_>, point: &PointEntry) -> String {
    let senders = facts.submission(point.submission).map(|submission| {
        let names: Vec<String> = submission
            .organizations
            .iter()
            .map(|&id: &OrganizationId| facts.organization_name(id))
            .collect();
        format!("{}; {}", names.join(", "), submission.source)
    });
    format!(
        "Ý kiến số {} ({})",
        point.id,
        senders.unwrap_or_else(|| "không rõ nguồn".to_owned())
    )
}
