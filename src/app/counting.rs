//! What is counted of a consultation, read without words: for pages and checks that show numbers.
//!
//! Two roads stay apart: SQL counts in [`tallies`](crate::store::tallies), while here every row is
//! looked at by the same [`reconcile`] that a report must pass. Pages use what is kept from one to
//! the next ([`kept`]); `verify` reads everything anew and compares both roads.

mod kept;

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::{FxHashMap, FxHashSet};

use super::progress::Portion;
use super::reindex::{answering, is_searchable};
use super::reporting::{list_answers, response_entry};
use super::{App, Error};
use crate::domain::{
    Consultation, Decision, Disposition, Organization, OrganizationId, PointId, PointState,
    ReplyClass, RoundId, SubmissionId,
};
use crate::report::avoids_refusal;
use crate::report::reconcile::{Reconciliation, Scope, reconcile, silent};
use crate::report::snapshot::{PointEntry, Snapshot};
use crate::store::Tx;
use crate::store::responses::NewResponse;
use crate::store::standings::{self, PointStanding};
use crate::store::tallies::Counts;

pub(super) use kept::KeptCounts;

/// Everything that is counted at one moment. The words are missing, so that nothing can be printed
/// from it; but for those of an answer that a notice is about.
#[derive(Debug, Clone)]
pub struct Counted(Snapshot);

/// Who was asked and what came, at one moment; without points.
#[derive(Debug, Clone)]
pub struct Replies(Snapshot);

impl Counted {
    pub(super) async fn read(
        app: &App,
        tx: &mut Tx,
        consultation: &Consultation,
    ) -> Result<Self, Error> {
        let mut snapshot = app.snapshot_without_points(tx, consultation).await?;
        let points = standings::list_points(tx, consultation.id, standings::ALL).await?;
        let answers = list_answers(tx, points.iter().map(|point| point.id)).await?;
        let entry = |point| point_entry(point, &answers);
        snapshot.points = points.into_iter().map(entry).collect();
        Ok(Self(snapshot))
    }

    /// The last entry of the ledger it contains.
    pub fn ledger_seq(&self) -> i64 {
        self.0.ledger_seq
    }

    /// Counts a scope and checks every equation: the same as of a whole snapshot.
    pub fn reconcile(&self, scope: &Scope) -> Reconciliation {
        reconcile(&self.0, scope)
    }

    /// How many submissions there are in each state.
    pub(super) fn by_state(&self) -> Vec<(Disposition, i64)> {
        let mut by_state: BTreeMap<Disposition, i64> = BTreeMap::new();
        for submission in &self.0.submissions {
            *by_state.entry(submission.disposition).or_default() += 1;
        }
        by_state.into_iter().collect()
    }

    /// How many counted points have the same things in common.
    fn portions(&self, named: &FxHashMap<PointId, String>) -> Vec<(Portion, usize)> {
        let submissions = self.0.submissions.iter();
        let counted: FxHashSet<SubmissionId> = submissions
            .filter(|it| it.disposition == Disposition::Counted)
            .map(|it| it.id)
            .collect();
        let mut portions: FxHashMap<Portion, usize> = FxHashMap::default();
        let points = self.0.points.iter();
        for point in points.filter(|point| counted.contains(&point.submission)) {
            let portion = Portion {
                section: point.section,
                drafter: named.get(&point.id).cloned(),
                state: point.state,
                response_state: point.response.as_ref().map(|response| response.state),
            };
            *portions.entry(portion).or_default() += 1;
        }
        portions.into_iter().collect()
    }

    /// The same numbers as SQL counts, counted one by one. Problems are no part of a snapshot.
    pub(super) fn counts(&self, problems: i64) -> Counts {
        let mut counts = Counts {
            submissions: self.by_state(),
            problems,
            ..Counts::default()
        };
        let (mut counted, mut searchable) = (FxHashSet::default(), FxHashSet::default());
        for submission in &self.0.submissions {
            counts.needs_person += i64::from(submission.needs_person);
            if submission.disposition == Disposition::Counted {
                counted.insert(submission.id);
            }
            if is_searchable(submission.disposition) {
                searchable.insert(submission.id);
            }
        }
        let mut decisions: BTreeMap<Decision, i64> = BTreeMap::new();
        for point in &self.0.points {
            counts.indexed += i64::from(searchable.contains(&point.submission));
            if !counted.contains(&point.submission) {
                continue;
            }
            counts.points += 1;
            match point.state {
                PointState::Joined => counts.joined += 1,
                PointState::OutOfScope => counts.out_of_scope += 1,
                PointState::Answered | PointState::AnsweredInGroup => counts.answered += 1,
                PointState::Open => {}
            }
            if let Some(response) = &point.response {
                *decisions.entry(response.decision).or_default() += 1;
            }
            let is_living = !matches!(point.state, PointState::Joined | PointState::OutOfScope);
            counts.without_section += i64::from(is_living && point.section.is_none());
        }
        counts.decisions = decisions.into_iter().collect();
        counts
    }
}

impl Replies {
    /// The organizations asked in a round that have not replied, in catalogue order.
    pub fn silent(&self, round: RoundId) -> Vec<&Organization> {
        let silent = silent(&self.0, round);
        let organizations = self.0.organizations.iter();
        organizations.filter(|it| silent.contains(&it.id)).collect()
    }
}

impl Replies {
    /// The organizations whose replies in a round hold comments, in catalogue order.
    pub(super) fn with_points(&self, round: RoundId) -> Vec<Organization> {
        let commented = self.0.submissions.iter().filter(|submission| {
            submission.round == Some(round)
                && submission.disposition == Disposition::Counted
                && submission
                    .class
                    .is_some_and(|class| class == ReplyClass::Comments)
        });
        let speakers: BTreeSet<OrganizationId> = commented
            .flat_map(|s| s.organizations.iter().copied())
            .collect();
        let organizations = self.0.organizations.iter();
        organizations
            .filter(|it| speakers.contains(&it.id))
            .cloned()
            .collect()
    }
}

impl App {
    /// Reads what is counted of a consultation at this moment, all anew.
    pub async fn counted(&self, consultation: &Consultation) -> Result<Counted, Error> {
        let mut tx = self.store.read().await?;
        Counted::read(self, &mut tx, consultation).await
    }

    /// Reads who was asked and what came.
    pub async fn replies(&self, consultation: &Consultation) -> Result<Replies, Error> {
        let mut tx = self.store.read().await?;
        let snapshot = self.snapshot_without_points(&mut tx, consultation).await?;
        Ok(Replies(snapshot))
    }
}

fn point_entry(point: PointStanding, answers: &BTreeMap<PointId, NewResponse>) -> PointEntry {
    let response = answers
        .get(&answering(point.id, point.state, point.representative))
        .and_then(|answer| response_entry(point.state, answer))
        .map(|mut response| {
            if avoids_refusal(&response.text) {
                response.text = String::new();
            }
            response.change_place = None;
            response
        });
    PointEntry {
        response,
        id: point.id,
        submission: point.submission,
        section: point.section,
        other_sections: Vec::new(),
        cited_as: None,
        cited_label: None,
        text: String::new(),
        report_text: None,
        stance: None,
        state: point.state,
        group: point.group,
        represents_group: point.representative == Some(point.id),
        joined_into: point.joined_into,
        needs_leadership: point.needs_leadership,
        out_of_scope_reason: point.out_of_scope,
        recognized: None,
    }
}

#[cfg(test)]
mod tests;
