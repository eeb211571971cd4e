//! What an entry of the ledger changes in the index, read from the database.

use std::collections::{BTreeMap, BTreeSet, btree_map};

use super::{Change, answering, is_searchable, text_of};
use crate::app::Error;
use crate::domain::{
    DocumentId, GroupId, Organization, OrganizationId, PointId, ResponseId, SectionId, SubmissionId,
};
use crate::index::{Index, IndexedPoint};
use crate::store::consultations::Section;
use crate::store::ledger::{Action, Entry};
use crate::store::points::{self, Point};
use crate::store::{self, Tx, groups, responses, submissions};

/// Submissions or points looked up at a time, so that memory stays bounded whatever an entry spans.
const ROWS_AT_A_TIME: i64 = 1_000;

/// Submissions between two points that are still worth reading along.
const MAX_GAP: i64 = 8;

/// What points are indexed with besides their own row.
pub(in crate::app) struct Surroundings {
    documents: BTreeMap<SectionId, DocumentId>,
    kinds: BTreeMap<OrganizationId, String>,
}

impl Surroundings {
    pub(in crate::app) async fn read(tx: &mut Tx) -> Result<Self, Error> {
        let mut documents = BTreeMap::new();
        for consultation in store::consultations::list_consultations(tx).await? {
            for section in store::consultations::list_sections(tx, consultation.id).await? {
                let Section { id, document, .. } = section;
                documents.extend(document.map(|document| (id, document)));
            }
        }
        let kinds = store::catalog::list_organizations(tx)
            .await?
            .into_iter()
            .map(|Organization { id, kind, .. }| (id, kind))
            .collect();
        Ok(Self { documents, kinds })
    }

    pub(super) fn document(&self, section: Option<SectionId>) -> Option<DocumentId> {
        self.documents.get(&section?).copied()
    }

    /// The codes of their kinds, each once.
    pub(super) fn kinds(&self, organizations: &[OrganizationId]) -> Vec<&str> {
        let kinds: BTreeSet<&str> = organizations
            .iter()
            .filter_map(|id| self.kinds.get(id).map(String::as_str))
            .collect();
        kinds.into_iter().collect()
    }
}

/// Looks points up in one transaction.
pub(super) struct Lookup {
    index: Index,
    surroundings: Surroundings,
}

impl Lookup {
    pub(super) async fn new(index: &Index, tx: &mut Tx) -> Result<Self, Error> {
        Ok(Self {
            index: index.clone(),
            surroundings: Surroundings::read(tx).await?,
        })
    }

    /// Every point an entry touches from row `first` on, and the row to continue with.
    pub(super) async fn changes(
        &self,
        tx: &mut Tx,
        entry: &Entry,
        first: i64,
    ) -> Result<(Vec<Change>, Option<i64>), Error> {
        let last = entry.last_id.min(first.saturating_add(ROWS_AT_A_TIME - 1));
        let which = match entry.action {
            Action::ConsultationSet
            | Action::CatalogSet
            | Action::SubmissionsClaimed
            | Action::DraftAdded
            | Action::DraftAligned
            | Action::LetterheadSet
            | Action::ReportsFrozen
            | Action::ReportsReviewed
            | Action::ReportsIssued
            | Action::MailsQueued
            | Action::MailsChanged
            | Action::AccountsChanged
            | Action::NotesAdded
            | Action::AssignmentsSet
            | Action::PhrasesSet
            | Action::FilesKept
            | Action::FilesDecided
            | Action::ArrangementsSet
            | Action::GroupsProposed => return Ok((Vec::new(), None)),
            Action::GroupsChanged => {
                let changes = self.changes_of_group(tx, GroupId(first)).await?;
                return Ok((changes, (first < entry.last_id).then_some(first + 1)));
            }
            Action::SubmissionsSettled
            | Action::RowsImported
            | Action::SubmissionsChanged
            | Action::BatchUndone => {
                points::Which::OfSubmissions(SubmissionId(first), SubmissionId(last))
            }
            Action::PointsChanged => points::Which::Range(PointId(first), PointId(last)),
            Action::ResponsesSaved => {
                points::Which::OfResponses(ResponseId(first), ResponseId(last))
            }
        };
        let points = points::list_points(tx, which).await?;
        let mut changes = self.changes_of(tx, &points).await?;
        if entry.action == Action::PointsChanged {
            // A point that was taken apart is there no more.
            let is_gone = |id: &i64| points.iter().all(|point| point.id.0 != *id);
            let gone = (first..=last).filter(is_gone);
            changes.extend(gone.map(|id| Change::Delete(PointId(id))));
        }
        if entry.action == Action::ResponsesSaved {
            for group in groups::list_answered(tx, ResponseId(first), ResponseId(last)).await? {
                changes.extend(self.changes_of_group(tx, group).await?);
            }
        }
        Ok((changes, (last < entry.last_id).then_some(last + 1)))
    }

    /// The members of a group and what was taken out of it.
    async fn changes_of_group(&self, tx: &mut Tx, group: GroupId) -> Result<Vec<Change>, Error> {
        let mut changes = Vec::new();
        let mut after = PointId(i64::MIN);
        loop {
            let which = points::Which::OfGroup(group, after, ROWS_AT_A_TIME);
            let points = points::list_points(tx, which).await?;
            let Some(last) = points.iter().map(|point| point.id).max() else {
                return Ok(changes);
            };
            after = last;
            changes.extend(self.changes_of(tx, &points).await?);
        }
    }

    /// Points that lie near each other or far apart: what surrounds them is read for a few of their
    /// submissions at a time, without what lies between.
    async fn changes_of(&self, tx: &mut Tx, points: &[Point]) -> Result<Vec<Change>, Error> {
        // Points are listed by submission.
        let near = |one: &Point, next: &Point| next.submission.0 - one.submission.0 <= MAX_GAP;
        let mut changes = Vec::with_capacity(points.len());
        for some in points.chunk_by(near) {
            changes.extend(self.changes_of_near(tx, some).await?);
        }
        Ok(changes)
    }

    async fn changes_of_near(&self, tx: &mut Tx, points: &[Point]) -> Result<Vec<Change>, Error> {
        let submissions = points.iter().map(|point| point.submission);
        let (Some(first), Some(last)) = (submissions.clone().min(), submissions.max()) else {
            return Ok(Vec::new());
        };
        let speakers = submissions::list_speakers(tx, first, last).await?;
        let parts = submissions::list_parts(tx, first, last).await?;
        let texts: BTreeMap<i64, &str> =
            parts.iter().map(|part| (part.id.0, &*part.text)).collect();
        let ids = points.iter().map(|point| point.id);
        let mut answers: BTreeMap<PointId, String> = BTreeMap::new();
        if points.iter().any(|point| point.response.is_some())
            && let (Some(first), Some(last)) = (ids.clone().min(), ids.max())
        {
            let current = responses::list_current(tx, first, last).await?;
            answers.extend(current.into_iter().map(|r| (r.point, r.content.text)));
        }
        for id in points.iter().filter_map(|point| point.representative) {
            if let btree_map::Entry::Vacant(unread) = answers.entry(id) {
                let current = responses::list_current(tx, id, id).await?;
                unread.insert(current.into_iter().map(|r| r.content.text).collect());
            }
        }
        let change = |point: &Point| {
            if !is_searchable(point.disposition) {
                return Change::Delete(point.id);
            }
            let organizations = speakers
                .get(&point.submission)
                .map_or(&[][..], Vec::as_slice);
            Change::Put(
                self.index.ready(&IndexedPoint {
                    id: point.id,
                    consultation: point.consultation,
                    submission: point.submission,
                    round: point.round,
                    document: self.surroundings.document(point.section),
                    section: point.section,
                    other_sections: &point.other_sections,
                    organizations,
                    organization_kinds: &self.surroundings.kinds(organizations),
                    channel: point.channel,
                    stance: point.stance,
                    decision: point.decision,
                    state: point.state,
                    drafter: point.drafter.as_deref(),
                    arrived_on: point.arrived_on,
                    group: point.group,
                    text: &text_of(point, &texts),
                    answer: answers
                        .get(&answering(point.id, point.state, point.representative))
                        .map_or("", String::as_str),
                }),
            )
        };
        Ok(points.iter().map(change).collect())
    }
}
