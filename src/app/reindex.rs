//! The index follows the ledger.
//!
//! One follower reads entries after the `seq` its last commit carries, looks up the points they
//! touch and upserts them. Nothing is deleted from the ledger, so an index that is lost, cut off or
//! of another version starts over from entry 0.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::{App, Error};
use crate::domain::{
    Disposition, DocumentId, GroupId, Organization, OrganizationId, PointId, PointState,
    ResponseId, SectionId, SubmissionId,
};
use crate::index::{IndexedPoint, Writer};
use crate::store::consultations::Section;
use crate::store::groups;
use crate::store::ledger::{self, Action};
use crate::store::points::{self, Point};
use crate::store::submissions::{self, Part};
use crate::store::{self, Tx, responses};

/// Names the ledger that the index of this folder is filled from.
const ORIGIN_FILE: &str = "ledger.id";
/// Entries applied between two looks at the clock and the commit.
const ENTRIES_PER_STEP: i64 = 200;
/// Submissions looked up at a time, so that memory stays bounded whatever an entry spans.
const SUBMISSIONS_PER_STEP: i64 = 5_000;
/// Members of a group looked up at a time.
const MEMBERS_PER_STEP: i64 = 1_000;
/// Submissions between two points that are still worth reading along.
const MAX_GAP: i64 = 8;

/// The single writer of the index, behind a lock.
///
/// It is opened when there is something to write, so that reading needs no writable disk, and
/// opened again after an error, so that a full disk passes without a restart.
#[derive(Default)]
pub struct Follower {
    writer: Option<Writer>,
}

/// Threads of the index writer.
const N_WRITER_THREADS: usize = 2;

/// What points are indexed with besides their own row.
struct Surroundings {
    documents: BTreeMap<SectionId, DocumentId>,
    kinds: BTreeMap<OrganizationId, String>,
}

impl App {
    /// Lets the index follow after a commit. What was committed is done, and is reported as done,
    /// even when a full disk keeps it from being found yet: the next to follow catches up.
    pub(super) async fn let_index_follow(&self) {
        if let Err(error) = self.follow_ledger().await {
            tracing::warn!("the index could not follow the ledger: {error}");
        }
    }

    /// Applies everything the ledger has and the index has not. Returns the `seq` now searchable.
    pub async fn follow_ledger(&self) -> Result<i64, Error> {
        let mut follower = self.follower.lock().await;
        let followed = self.catch_up(&mut follower).await;
        if followed.is_err() {
            // What it holds is half an entry: the next one replays from the last commit.
            follower.writer = None;
        }
        followed
    }

    async fn catch_up(&self, follower: &mut Follower) -> Result<i64, Error> {
        let mut applied = self.index.applied_seq();
        loop {
            let mut tx = self.store.read().await?;
            let entries = ledger::list_after(&mut tx, applied, ENTRIES_PER_STEP).await?;
            let Some(last) = entries.last() else {
                return Ok(applied);
            };
            applied = last.seq;
            let surroundings = surroundings(&mut tx).await?;
            let writer = self.writer(follower)?;
            for entry in &entries {
                apply(&mut tx, writer, &surroundings, entry).await?;
            }
            drop(tx);
            writer.commit(applied)?;
        }
    }

    fn writer<'a>(&self, follower: &'a mut Follower) -> Result<&'a mut Writer, Error> {
        let writer = match follower.writer.take() {
            Some(writer) => writer,
            None => self
                .index
                .writer(self.config.index_heap_bytes, N_WRITER_THREADS)?,
        };
        Ok(follower.writer.insert(writer))
    }

    async fn clear_index(&self) -> Result<(), Error> {
        let mut follower = self.follower.lock().await;
        let cleared = self.writer(&mut follower)?.clear();
        if cleared.is_err() {
            follower.writer = None;
        }
        Ok(cleared?)
    }

    /// Empties an index that was filled from another ledger than the database now has, or that is
    /// ahead of it: a server's database can be replaced or restored without the folder's knowing.
    pub(super) async fn check_index_origin(&self) -> Result<(), Error> {
        let mut tx = self.store.read().await?;
        let identity = ledger::identity(&mut tx).await?.unwrap_or_default();
        let last_seq = ledger::last_seq(&mut tx).await?;
        drop(tx);
        let path = self.folder.join(ORIGIN_FILE);
        let known = std::fs::read_to_string(&path).ok();
        let is_foreign = known.as_ref().is_some_and(|known| *known != identity);
        if is_foreign || self.index.applied_seq() > last_seq {
            self.clear_index().await?;
        }
        if !identity.is_empty() && known.is_none_or(|known| known != identity) {
            super::disk::write_whole(&path, identity.as_bytes())?;
        }
        Ok(())
    }

    /// Throws the index away and fills it again from the database.
    pub async fn rebuild_index(&self) -> Result<u64, Error> {
        self.clear_index().await?;
        self.follow_ledger().await?;
        Ok(self.index.n_points())
    }
}

async fn surroundings(tx: &mut Tx) -> Result<Surroundings, Error> {
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
    Ok(Surroundings { documents, kinds })
}

/// Indexes again every point an entry touches.
async fn apply(
    tx: &mut Tx,
    writer: &mut Writer,
    surroundings: &Surroundings,
    entry: &ledger::Entry,
) -> Result<(), Error> {
    match entry.action {
        Action::ConsultationSet
        | Action::CatalogSet
        | Action::SubmissionsClaimed
        | Action::ReportsFrozen
        | Action::ReportsIssued
        | Action::GroupsProposed => Ok(()),
        Action::SubmissionsSettled
        | Action::RowsImported
        | Action::SubmissionsChanged
        | Action::BatchUndone => {
            let mut first = entry.first_id;
            while first <= entry.last_id {
                let last = entry.last_id.min(first + SUBMISSIONS_PER_STEP - 1);
                let which = points::Which::OfSubmissions(SubmissionId(first), SubmissionId(last));
                let points = points::list_points(tx, which).await?;
                upsert(tx, writer, surroundings, &points).await?;
                first = last + 1;
            }
            Ok(())
        }
        Action::PointsChanged => {
            let which = points::Which::Range(PointId(entry.first_id), PointId(entry.last_id));
            let points = points::list_points(tx, which).await?;
            upsert(tx, writer, surroundings, &points).await
        }
        Action::ResponsesSaved => {
            let range = (ResponseId(entry.first_id), ResponseId(entry.last_id));
            let which = points::Which::OfResponses(range.0, range.1);
            let points = points::list_points(tx, which).await?;
            upsert(tx, writer, surroundings, &points).await?;
            for group in groups::list_answered(tx, range.0, range.1).await? {
                upsert_group(tx, writer, surroundings, group).await?;
            }
            Ok(())
        }
        Action::GroupsChanged => {
            for group in entry.first_id..=entry.last_id {
                upsert_group(tx, writer, surroundings, GroupId(group)).await?;
            }
            Ok(())
        }
    }
}

/// Indexes again the members of a group and what was taken out of it.
async fn upsert_group(
    tx: &mut Tx,
    writer: &mut Writer,
    surroundings: &Surroundings,
    group: GroupId,
) -> Result<(), Error> {
    let mut after = PointId(i64::MIN);
    loop {
        let which = points::Which::OfGroup(group, after, MEMBERS_PER_STEP);
        let points = points::list_points(tx, which).await?;
        let Some(last) = points.iter().map(|point| point.id).max() else {
            return Ok(());
        };
        after = last;
        upsert(tx, writer, surroundings, &points).await?;
    }
}

/// Indexes again points that lie near each other or far apart: what surrounds them is read for a
/// few of their submissions at a time, without what lies between.
async fn upsert(
    tx: &mut Tx,
    writer: &mut Writer,
    surroundings: &Surroundings,
    points: &[Point],
) -> Result<(), Error> {
    // Points are listed by submission.
    let near = |one: &Point, next: &Point| next.submission.0 - one.submission.0 <= MAX_GAP;
    for some in points.chunk_by(near) {
        upsert_near(tx, writer, surroundings, some).await?;
    }
    Ok(())
}

async fn upsert_near(
    tx: &mut Tx,
    writer: &mut Writer,
    surroundings: &Surroundings,
    points: &[Point],
) -> Result<(), Error> {
    let submissions = points.iter().map(|point| point.submission);
    let (Some(first), Some(last)) = (submissions.clone().min(), submissions.max()) else {
        return Ok(());
    };
    let speakers = submissions::list_speakers(tx, first, last).await?;
    let parts = submissions::list_parts(tx, first, last).await?;
    let texts: BTreeMap<i64, &str> = parts.iter().map(|part| (part.id.0, &*part.text)).collect();
    let ids = points.iter().map(|point| point.id);
    let mut answers: BTreeMap<PointId, String> = BTreeMap::new();
    if points.iter().any(|point| point.response.is_some())
        && let (Some(first), Some(last)) = (ids.clone().min(), ids.max())
    {
        let current = responses::list_current(tx, first, last).await?;
        answers.extend(current.into_iter().map(|r| (r.point, r.content.text)));
    }
    for id in points.iter().filter_map(|point| point.representative) {
        if let Entry::Vacant(missing) = answers.entry(id) {
            let current = responses::list_current(tx, id, id).await?;
            missing.insert(current.into_iter().map(|r| r.content.text).collect());
        }
    }
    for point in points {
        if !is_searchable(point.disposition) {
            writer.delete(point.id);
            continue;
        }
        let organizations = speakers
            .get(&point.submission)
            .map_or(&[][..], Vec::as_slice);
        let kinds: BTreeSet<&str> = organizations
            .iter()
            .filter_map(|id| surroundings.kinds.get(id).map(String::as_str))
            .collect();
        let kinds: Vec<&str> = kinds.into_iter().collect();
        let text = text_of(point, &texts);
        let document = point
            .section
            .and_then(|id| surroundings.documents.get(&id).copied());
        writer.upsert(&IndexedPoint {
            id: point.id,
            consultation: point.consultation,
            submission: point.submission,
            round: point.round,
            document,
            section: point.section,
            other_sections: &point.other_sections,
            organizations,
            organization_kinds: &kinds,
            channel: point.channel,
            stance: point.stance,
            decision: point.decision,
            state: point.state,
            drafter: point.drafter.as_deref(),
            arrived_on: point.arrived_on,
            group: point.group,
            text: &text,
            answer: answers.get(&answering(point)).map_or("", String::as_str),
        })?;
    }
    Ok(())
}

/// The point whose answer is the answer of this one.
pub(super) fn answering(point: &Point) -> PointId {
    match (point.state, point.representative) {
        (PointState::AnsweredInGroup, Some(representative)) => representative,
        _ => point.id,
    }
}

/// Whether the points of a submission in this state can be found: what is counted, and what waits
/// for a person.
pub(super) fn is_searchable(disposition: Disposition) -> bool {
    matches!(disposition, Disposition::Counted | Disposition::Unread)
}

/// The words of a point: its spans in the texts of its parts, joined by line ends.
fn text_of(point: &Point, texts: &BTreeMap<i64, &str>) -> String {
    let words: Vec<&str> = point
        .spans
        .iter()
        .filter_map(|(part, span)| span.slice(texts.get(&part.0)?))
        .collect();
    words.join("\n")
}

/// The words of points, by point: for pages and reports.
pub(super) fn texts_of<'a>(
    points: impl Iterator<Item = &'a Point>,
    parts: &[Part],
) -> BTreeMap<PointId, String> {
    let texts: BTreeMap<i64, &str> = parts.iter().map(|part| (part.id.0, &*part.text)).collect();
    points
        .map(|point| (point.id, text_of(point, &texts)))
        .collect()
}
