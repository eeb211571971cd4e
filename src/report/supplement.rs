//! Báo cáo bổ sung: only what the reports issued so far do not hold (DESIGN 3.2).
//!
//! A submission is held when it was counted in one of them, or is set aside now as it was then; one
//! that waited for a person and counts now belongs to the supplement. Organizations that replied in
//! time for an issued report are not asked once more. [`together`] proves that issued and supplementary
//! reports are the whole.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use crate::domain::{Disposition, OrganizationId, RoundId, SubmissionId};

use super::facts::Facts;
use super::reconcile::{Equation, Reconciliation, Scope};
use super::snapshot::{Snapshot, SubmissionEntry};

/// What has been issued.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Issued {
    /// Ordinal of the last version it comprises.
    pub ordinal: u32,
    /// "Báo cáo số 215/BC-SKHCN ngày 01/12/2021", the last one.
    pub name: String,
    /// Every submission it knew, with what it was then.
    pub submissions: BTreeMap<SubmissionId, Disposition>,
    /// How many points it counted.
    pub n_points: usize,
}

impl Issued {
    /// Whether a submission is dealt with in it.
    pub(super) fn holds(&self, submission: &SubmissionEntry) -> bool {
        match self.submissions.get(&submission.id) {
            None => false,
            Some(Disposition::Counted) => true,
            Some(then) => *then == submission.disposition,
        }
    }

    fn counted(&self, submission: &SubmissionEntry) -> bool {
        self.submissions.get(&submission.id) == Some(&Disposition::Counted)
    }
}

/// Who was asked in a round and had replied when the last report was issued.
pub(super) fn answered(facts: &Facts<'_>, issued: &Issued) -> FxHashSet<(RoundId, OrganizationId)> {
    let mut answered = FxHashSet::default();
    let mut asked: BTreeMap<RoundId, BTreeSet<OrganizationId>> = BTreeMap::new();
    for submission in &facts.snapshot.submissions {
        let Some(round) = submission.round else {
            continue;
        };
        let then = issued.submissions.get(&submission.id);
        if matches!(then, Some(Disposition::Counted | Disposition::Purged)) {
            let asked = asked
                .entry(round)
                .or_insert_with(|| facts.asked(Some(round)));
            let senders = submission.organizations.iter();
            answered.extend(senders.map(|&sender| (round, facts.stands_for(asked, sender))));
        }
    }
    answered
}

/// The equations of issued and supplementary report together; none for another report.
pub(super) fn together(
    snapshot: &Snapshot,
    scope: &Scope,
    supplement: &Reconciliation,
) -> Vec<Equation> {
    let Some(issued) = &scope.after else {
        return Vec::new();
    };
    let whole = Scope {
        after: None,
        ..scope.clone()
    };
    let facts = Facts::new(snapshot, &whole);
    let invited = facts.invitations(None).count();
    let answered = answered(&facts, issued);
    let n_answered = (facts.invitations(None))
        .filter(|invitation| answered.contains(invitation))
        .count();
    let asked_again: usize = supplement.rounds.iter().map(|it| it.tally.asked).sum();

    let is_counted = |it: &&SubmissionEntry| it.disposition == Disposition::Counted;
    let counted = facts.submissions_of(None).filter(is_counted).count();
    let still = (facts.submissions_of(None))
        .filter(is_counted)
        .filter(|it| issued.counted(it))
        .count();
    let new = supplement.total.in_disposition(Disposition::Counted);

    let points = facts.points_of(None).count();
    let held = (facts.points_of(None))
        .filter(|(_, source)| issued.counted(source))
        .count();
    let new_points = supplement.total.points.received;
    let equation = |name: &'static str, text: String, holds| Equation {
        name: name.into(),
        round: None,
        text: format!("Cùng báo cáo đã ban hành: {text}"),
        holds,
        offenders: Vec::new(),
    };
    vec![
        equation(
            "together_asked",
            format!(
                "lượt hỏi {invited} = đã trả lời khi ban hành {n_answered} + xét trong báo cáo bổ sung {asked_again}"
            ),
            invited == n_answered + asked_again,
        ),
        equation(
            "together_submissions",
            format!(
                "lượt góp ý được tính {counted} = trong báo cáo đã ban hành {still} + bổ sung {new}"
            ),
            counted == still + new,
        ),
        equation(
            "together_points",
            format!(
                "ý kiến {points} = của lượt góp ý trong báo cáo đã ban hành {held} (khi ban hành {}) + bổ sung {new_points}",
                issued.n_points
            ),
            points == held + new_points,
        ),
    ]
}
