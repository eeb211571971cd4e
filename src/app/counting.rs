//! What is counted of a consultation, read without words: for pages and checks that show numbers.
//!
//! Two roads stay apart: SQL counts in [`tallies`](crate::store::tallies), while here every row is
//! looked at by the same [`reconcile`] that a report must pass.

use std::collections::{BTreeMap, BTreeSet};

use super::reindex::answering;
use super::reporting::{list_answers, response_entry};
use super::{App, Error};
use crate::domain::{
    Consultation, Disposition, Organization, OrganizationId, PointId, ReplyClass, Round, RoundId,
    SubmissionId,
};
use crate::report::reconcile::{Reconciliation, Scope, reconcile, silent};
use crate::report::roster::{RosterEntry, roster};
use crate::report::snapshot::{PointEntry, Snapshot, SubmissionEntry};
use crate::store::Tx;
use crate::store::responses::NewResponse;
use crate::store::standings::{self, PointStanding};

/// Everything that is counted at one moment. The words of points are missing, so that nothing can be
/// printed from it; those of answers are there, since a notice is about them.
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
        let points = standings::list_points(tx, consultation.id).await?;
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

    /// Points of counted submissions, counted one by one.
    pub(super) fn n_points(&self) -> usize {
        let counted: BTreeSet<SubmissionId> = self
            .0
            .submissions
            .iter()
            .filter(|submission| submission.disposition == Disposition::Counted)
            .map(|submission| submission.id)
            .collect();
        let is_counted = |point: &&PointEntry| counted.contains(&point.submission);
        self.0.points.iter().filter(is_counted).count()
    }
}

impl Replies {
    /// What every organization that was asked in a round, or wrote in it, did, round by round.
    pub(super) fn rosters(&self) -> Vec<(Round, Vec<RosterEntry>)> {
        let of = |round: &Round| (round.clone(), roster(&self.0, round.id));
        self.0.rounds.iter().map(of).collect()
    }

    pub(super) fn into_submissions(self) -> BTreeMap<SubmissionId, SubmissionEntry> {
        let submissions = self.0.submissions.into_iter();
        submissions.map(|it| (it.id, it)).collect()
    }

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
    /// Reads what is counted of a consultation at this moment.
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
    PointEntry {
        response: answers
            .get(&answering(point.id, point.state, point.representative))
            .and_then(|answer| response_entry(point.state, answer)),
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
    }
}

#[cfg(test)]
mod tests;
