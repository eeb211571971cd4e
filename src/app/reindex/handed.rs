//! What an import hands to the follower, so that it need not be read back.
//!
//! Only entries that are committed are handed over, and the follower takes them in the order of the
//! ledger: they are a shortcut past the database, never a second truth.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::is_searchable;
use super::lookup::Surroundings;
use crate::domain::{PointId, PointState};
use crate::index::{Index, IndexedPoint, ReadyPoint};
use crate::store::settlements::{Claim, Inserted, Settlement};

/// Rows that an import has stored with one entry of the ledger.
pub(in crate::app) struct Stored {
    /// The entry.
    pub(in crate::app) seq: i64,
    /// The keys they got.
    pub(in crate::app) inserted: Inserted,
    /// The rows.
    pub(in crate::app) rows: Vec<(Claim, Settlement)>,
    /// What they are indexed with.
    pub(in crate::app) surroundings: Arc<Surroundings>,
}

impl Stored {
    /// The entry, and the points that can be found, ready for the index.
    pub(super) fn into_points(self, index: &Index) -> (i64, Vec<ReadyPoint>) {
        let mut ready = Vec::new();
        let mut id = self.inserted.first_point;
        for (submission, (claim, settlement)) in self.inserted.submissions.iter().zip(&self.rows) {
            for point in &settlement.points {
                if is_searchable(settlement.disposition) {
                    let texts: Vec<&str> = point
                        .spans
                        .iter()
                        .filter_map(|(part, span)| span.slice(&settlement.parts.get(*part)?.text))
                        .collect();
                    let mut other_sections = point.other_sections.clone();
                    other_sections.sort_unstable();
                    ready.push(index.ready(&IndexedPoint {
                        id: PointId(id),
                        consultation: claim.consultation,
                        submission: *submission,
                        round: settlement.round,
                        document: self.surroundings.document(point.section),
                        section: point.section,
                        other_sections: &other_sections,
                        organizations: &settlement.organizations,
                        organization_kinds: &self.surroundings.kinds(&settlement.organizations),
                        channel: claim.channel,
                        stance: point.stance,
                        decision: None,
                        state: PointState::Open,
                        drafter: None,
                        arrived_on: settlement.arrived_on,
                        group: None,
                        text: &texts.join("\n"),
                        answer: "",
                    }));
                }
                id += 1;
            }
        }
        (self.seq, ready)
    }
}

/// Entries held at most: an import is followed closely, or not at all.
const MOST_HELD: usize = 8;

/// Points on their way from an import to the follower, by entry.
#[derive(Default)]
pub(in crate::app) struct Handed {
    by_seq: Mutex<BTreeMap<i64, Vec<ReadyPoint>>>,
    n_imports: AtomicUsize,
}

impl Handed {
    /// Keeps the points of an entry that is committed.
    pub(super) fn put(&self, seq: i64, points: Vec<ReadyPoint>) {
        let mut by_seq = self.by_seq.lock().unwrap_or_else(PoisonError::into_inner);
        by_seq.insert(seq, points);
        // An index that cannot follow now reads them back later.
        while by_seq.len() > MOST_HELD {
            by_seq.pop_first();
        }
    }

    /// Takes the points of an entry, if they are here; those of earlier ones go, since the follower
    /// is past them.
    pub(super) fn take(&self, seq: i64) -> Option<Vec<ReadyPoint>> {
        let mut by_seq = self.by_seq.lock().unwrap_or_else(PoisonError::into_inner);
        let later = by_seq.split_off(&seq);
        *by_seq = later;
        by_seq.remove(&seq)
    }

    /// Whether somebody follows an import.
    pub(super) fn is_import_followed(&self) -> bool {
        self.n_imports.load(Ordering::Acquire) > 0
    }

    /// Says that an import is followed, until the guard goes.
    pub(super) fn begin(&self) -> Followed<'_> {
        self.n_imports.fetch_add(1, Ordering::AcqRel);
        Followed(self)
    }
}

/// While it lives, an import is followed.
pub(super) struct Followed<'a>(&'a Handed);

impl Drop for Followed<'_> {
    fn drop(&mut self) {
        self.0.n_imports.fetch_sub(1, Ordering::AcqRel);
    }
}
