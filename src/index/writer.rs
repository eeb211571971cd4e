//! The one writer.
//!
//! Points and a position in the ledger in, a commit out. Nothing is searchable before
//! [`Writer::commit`]; what was not committed is lost with the process and replayed from the
//! ledger, so every call may be repeated. After an error the writer is spent: drop it, open another
//! and replay.

#![expect(
    clippy::disallowed_types,
    reason = "this module is the one that may hold the tantivy writer"
)]

use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::civil::Date;
use tantivy::indexer::IndexWriterOptions;
use tantivy::{IndexWriter, TantivyError, Term};

use crate::domain::{
    Channel, ConsultationId, Decision, DocumentId, GroupId, OrganizationId, PointId, PointState,
    RoundId, SectionId, Stance, SubmissionId,
};

use super::document::{OnItsWay, ReadyPoint, Waiting};
use super::schema::id_number;
use super::{Error, Shared, filter, payload};

/// What the index needs to know about a point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexedPoint<'a> {
    /// The point; positive, as all ids.
    pub id: PointId,
    /// Whose dossier.
    pub consultation: ConsultationId,
    /// What it came in with.
    pub submission: SubmissionId,
    /// The round it was given in.
    pub round: Option<RoundId>,
    /// The document it is about.
    pub document: Option<DocumentId>,
    /// The primary section.
    pub section: Option<SectionId>,
    /// Cross-references.
    pub other_sections: &'a [SectionId],
    /// Who says it; several for a joint letter.
    pub organizations: &'a [OrganizationId],
    /// Codes of their kinds.
    pub organization_kinds: &'a [&'a str],
    /// How it came in.
    pub channel: Channel,
    /// What it wants.
    pub stance: Option<Stance>,
    /// What was decided.
    pub decision: Option<Decision>,
    /// Where it stands.
    pub state: PointState,
    /// Login of the person it is assigned to.
    pub drafter: Option<&'a str>,
    /// Day of arrival.
    pub arrived_on: Date,
    /// Its confirmed group.
    pub group: Option<GroupId>,
    /// Its words.
    pub text: &'a str,
    /// The words of its answer; empty without one.
    pub answer: &'a str,
}

/// The single writer of an index; while it lives, no other can be made by any process.
pub struct Writer {
    shared: Arc<Shared>,
    inner: IndexWriter<OnItsWay>,
    waiting: Arc<Waiting>,
    /// No point above this is in the index or waits for the commit.
    highest: u64,
}

impl Writer {
    /// tantivy needs this much for each thread.
    const MIN_HEAP_BYTES: usize = 15_000_000;
    /// tantivy cannot address more in one thread.
    const MAX_HEAP_BYTES: usize = 4_000_000_000;

    /// Locks the index for writing. `heap_bytes` is shared by the threads.
    pub(super) fn open(
        shared: &Arc<Shared>,
        heap_bytes: usize,
        n_threads: usize,
    ) -> Result<Self, Error> {
        let n_threads = n_threads.max(1);
        let per_thread = (heap_bytes / n_threads).clamp(Self::MIN_HEAP_BYTES, Self::MAX_HEAP_BYTES);
        let options = IndexWriterOptions::builder()
            .num_worker_threads(n_threads)
            .memory_budget_per_thread(per_thread)
            .build();
        let inner = match shared.index.writer_with_options(options) {
            Ok(inner) => inner,
            Err(TantivyError::LockFailure(..)) => return Err(Error::WriterHeld),
            Err(error) => return Err(error.into()),
        };
        // A writer before this one may have committed without being able to reload.
        shared.reader.reload()?;
        let mut highest = 0;
        for segment in shared.reader.searcher().segment_readers() {
            if let Some(ids) = filter::column(segment, "id")? {
                highest = highest.max(ids.max_value());
            }
        }
        Ok(Self {
            shared: Arc::clone(shared),
            inner,
            waiting: Arc::default(),
            highest,
        })
    }

    /// Adds a point, or replaces it.
    pub fn upsert(&mut self, point: &IndexedPoint<'_>) -> Result<(), Error> {
        let ready = ReadyPoint::new(&self.shared.fields, point);
        self.put(ready)
    }

    /// Adds a point, or replaces it; waits while the index threads have enough to do. A point above
    /// all before it costs no search for an older version, so that new points, whose ids grow, come
    /// in at full speed.
    pub fn put(&mut self, point: ReadyPoint) -> Result<(), Error> {
        let number = id_number(point.id().0);
        if number > self.highest {
            self.highest = number;
        } else {
            self.delete(point.id());
        }
        let document = OnItsWay::new(point, &self.waiting);
        self.inner.add_document(document)?;
        Ok(())
    }

    /// Removes a point, if it is there.
    pub fn delete(&mut self, id: PointId) {
        let term = Term::from_field_u64(self.shared.fields.id, id_number(id.0));
        self.inner.delete_term(term);
    }

    /// Makes everything before this call durable and searchable, and notes that the ledger is
    /// applied up to and including `seq`.
    pub fn commit(&mut self, seq: i64) -> Result<(), Error> {
        let mut commit = self.inner.prepare_commit()?;
        commit.set_payload(&payload(seq));
        commit.commit()?;
        self.shared.reader.reload()?;
        self.shared.applied_seq.store(seq, Ordering::Release);
        Ok(())
    }

    /// Empties the index, so that it can be filled again from the start of the ledger.
    pub fn clear(&mut self) -> Result<(), Error> {
        self.inner.delete_all_documents()?;
        self.highest = 0;
        self.commit(0)
    }

    /// Waits until the merges under way are done, and lets the index go.
    pub fn close(self) -> Result<(), Error> {
        self.inner.wait_merging_threads()?;
        self.shared.reader.reload()?;
        Ok(())
    }
}
