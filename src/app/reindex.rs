//! The index follows the ledger.
//!
//! One follower reads entries after the `seq` its last commit carries, looks up the points they
//! touch and upserts them. Nothing is deleted from the ledger, so an index that is lost, cut off or
//! of another version starts over from entry 0.
//!
//! An import hands over the points it has just stored, so that they need not be read back
//! ([`handed`]), and is followed in small steps with a commit every few seconds. A person's answer does not
//! wait for what has piled up before it: it is indexed at once, ahead of its turn, and again when
//! its turn comes. The `seq` of a commit is always one up to which everything is indexed.

mod handed;
mod lookup;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedMutexGuard, mpsc};

use super::{App, Error, run_blocking};
use crate::domain::{Disposition, PointId, PointState};
use crate::index::{self, Index, ReadyPoint, Writer};
use crate::store::ledger::{self, Action, Entry};
use crate::store::points::Point;
use crate::store::submissions::Part;

pub(super) use handed::{Handed, Stored};
use lookup::Lookup;
pub(super) use lookup::Surroundings;

/// Names the ledger that the index of this folder is filled from.
const ORIGIN_FILE: &str = "ledger.id";
/// Threads of the index writer.
const N_WRITER_THREADS: usize = 2;
/// Entries looked up in one transaction.
const ENTRIES_PER_STEP: i64 = 200;
/// Points looked up in one transaction, about.
const POINTS_PER_STEP: usize = 5_000;
/// Points of an import given to the writer at a time: a person waits for no more than that.
const POINTS_PER_TURN: usize = 400;
/// Between two commits while an import is followed: each costs some files, and eight of them are
/// merged, which indexes everything a second time. People's own changes do not wait for it.
const COMMIT_EVERY: Duration = Duration::from_secs(3);
/// Between two commits while much is caught up with, so that it need not be done all over again.
const KEEP_EVERY: Duration = Duration::from_secs(20);
/// Entries that touch more rows keep their turn, whoever waits.
const MAX_ROWS_AHEAD: i64 = 200;
/// Entries looked at for what somebody waits for.
const MAX_ENTRIES_AHEAD: i64 = 1_000;

/// The single writer of the index, behind a lock.
///
/// It is opened when there is something to write, so that reading needs no writable disk, and
/// opened again after an error, so that a full disk passes without a restart.
#[derive(Default)]
pub struct Follower {
    writer: Option<Writer>,
    /// What was looked up and is not given to the writer yet.
    pieces: VecDeque<Piece>,
    /// How far the ledger is looked up.
    looked_up: Place,
    /// The writer was given everything up to this entry.
    given: i64,
    /// Small entries up to this one are indexed, ahead of their turn.
    ahead: i64,
    /// Whether the writer has something that is not committed.
    is_pending: bool,
    committed: Option<Instant>,
    /// Work is under way; still so when it is looked at, that work panicked.
    is_busy: bool,
}

/// A place in the ledger.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// Everything up to this entry.
    seq: i64,
    /// And the next one up to before this row.
    next: Option<i64>,
}

/// Changes of one entry, or of a part of it.
struct Piece {
    changes: std::vec::IntoIter<Change>,
    /// The entry that ends with them.
    ends: Option<i64>,
}

/// A change to the index.
enum Change {
    Put(ReadyPoint),
    Delete(PointId),
}

type Held = OwnedMutexGuard<Follower>;

impl Follower {
    /// Forgets what is not committed: it is replayed from the ledger.
    fn forget(&mut self) {
        *self = Self::default();
    }

    /// Stands where the index does, unless it is under way already.
    fn begin(&mut self, index: &Index) {
        if self.is_busy {
            self.forget();
        }
        if self.writer.is_none() {
            self.start_at(index.applied_seq());
        }
    }

    fn open(&mut self, index: &Index, heap_bytes: usize) -> Result<(), index::Error> {
        if self.writer.is_none() {
            self.writer = Some(index.writer(heap_bytes, N_WRITER_THREADS)?);
        }
        Ok(())
    }

    fn start_at(&mut self, seq: i64) {
        self.pieces.clear();
        self.looked_up = Place { seq, next: None };
        self.given = seq;
        self.ahead = seq;
        self.is_pending = false;
        self.committed = Some(Instant::now());
    }

    fn apply(&mut self, change: Change) -> Result<(), index::Error> {
        let Some(writer) = &mut self.writer else {
            return Ok(());
        };
        self.is_pending = true;
        match change {
            Change::Put(point) => writer.put(point)?,
            Change::Delete(id) => writer.delete(id),
        }
        Ok(())
    }

    /// Gives the writer up to `n` changes of what was looked up.
    fn give(&mut self, mut n: usize) -> Result<(), index::Error> {
        while n > 0
            && let Some(piece) = self.pieces.front_mut()
        {
            if let Some(change) = piece.changes.next() {
                self.apply(change)?;
                n -= 1;
                continue;
            }
            if let Some(seq) = piece.ends {
                self.given = seq;
                self.is_pending = true;
            }
            self.pieces.pop_front();
        }
        Ok(())
    }

    fn commit_after(&mut self, time: Duration) -> Result<(), index::Error> {
        let is_due = self.committed.is_none_or(|last| last.elapsed() >= time);
        if is_due && self.is_pending {
            self.commit()?;
        }
        Ok(())
    }

    /// Makes what was given searchable; what of an entry was given in part is given again after a
    /// crash.
    fn commit(&mut self) -> Result<(), index::Error> {
        if let Some(writer) = &mut self.writer {
            writer.commit(self.given)?;
            self.is_pending = false;
            self.committed = Some(Instant::now());
        }
        Ok(())
    }

    fn clear(&mut self) -> Result<(), index::Error> {
        if let Some(writer) = &mut self.writer {
            writer.clear()?;
            self.start_at(0);
        }
        Ok(())
    }
}

impl App {
    /// Lets the index follow after a commit. What was committed is done, and is reported as done,
    /// even when a full disk keeps it from being found yet: the next to follow catches up.
    ///
    /// While an import is followed, which goes on anyway, only small entries are indexed, ahead of
    /// their turn; nobody waits for the commit, which takes longer then.
    pub(super) async fn let_index_follow(&self) {
        if self.handed.is_import_followed() {
            let app = self.clone();
            tokio::spawn(async move { said(app.index_ahead().await) });
        } else {
            said(self.follow_ledger().await.map(|_| ()));
        }
    }

    /// Applies everything the ledger has and the index has not. Returns the `seq` now searchable.
    pub async fn follow_ledger(&self) -> Result<i64, Error> {
        loop {
            let (held, is_all) = self.step(usize::MAX, i64::MAX).await?;
            let time = if is_all { Duration::ZERO } else { KEEP_EVERY };
            let held = work(held, move |follower| follower.commit_after(time)).await?;
            drop(held);
            if is_all {
                return Ok(self.index.applied_seq());
            }
        }
    }

    /// Follows an import as long as it stores rows. What fails is replayed when it has ended.
    pub(super) async fn follow_import(self, mut stored: mpsc::Receiver<Stored>) {
        let followed = self.handed.begin();
        while let Some(stored) = stored.recv().await {
            said(self.follow_stored(stored).await);
        }
        drop(followed);
        self.let_index_follow().await;
    }

    async fn follow_stored(&self, stored: Stored) -> Result<(), Error> {
        let index = self.index.clone();
        let (seq, points) = run_blocking(move || stored.into_points(&index)).await?;
        self.handed.put(seq, points);
        loop {
            // What is stored after it has yet to be handed over.
            let (held, is_all) = self.step(POINTS_PER_TURN, seq).await?;
            let held = work(held, |follower| follower.commit_after(COMMIT_EVERY)).await?;
            drop(held);
            if is_all {
                return Ok(());
            }
        }
    }

    /// Indexes what people have changed since, before what piled up in front of it.
    async fn index_ahead(&self) -> Result<(), Error> {
        let mut held = self.hold().await;
        let from = held.given.max(held.ahead);
        let mut tx = self.store.read().await?;
        let entries = ledger::list_after(&mut tx, from, MAX_ENTRIES_AHEAD).await?;
        let lookup = Lookup::new(&self.index, &mut tx).await?;
        let mut changes = Vec::new();
        for entry in entries.iter().filter(|entry| may_go_ahead(entry)) {
            let (found, _) = lookup.changes(&mut tx, entry, entry.first_id).await?;
            changes.extend(found);
        }
        drop(tx);
        if let Some(last) = entries.last() {
            held.ahead = last.seq;
        }
        if changes.is_empty() {
            return Ok(());
        }
        self.open_writer(&mut held)?;
        work(held, |follower| {
            for change in changes {
                follower.apply(change)?;
            }
            follower.commit()
        })
        .await?;
        Ok(())
    }

    /// Looks up what comes next, unless there is something, and gives the writer up to `n` points.
    /// Returns whether there was nothing left up to entry `until`.
    async fn step(&self, n: usize, until: i64) -> Result<(Held, bool), Error> {
        let mut held = self.hold().await;
        if held.pieces.is_empty() && !self.look_up(&mut held, until).await? {
            return Ok((held, true));
        }
        let held = work(held, move |follower| follower.give(n)).await?;
        Ok((held, false))
    }

    async fn hold(&self) -> Held {
        let mut held = Arc::clone(&self.follower).lock_owned().await;
        held.begin(&self.index);
        held
    }

    fn open_writer(&self, follower: &mut Follower) -> Result<(), Error> {
        Ok(follower.open(&self.index, self.config.index_heap_bytes)?)
    }

    /// Reads what follows in the ledger up to entry `until`; `false` when there is nothing.
    async fn look_up(&self, follower: &mut Follower, until: i64) -> Result<bool, Error> {
        let mut tx = self.store.read().await?;
        let mut entries =
            ledger::list_after(&mut tx, follower.looked_up.seq, ENTRIES_PER_STEP).await?;
        entries.retain(|entry| entry.seq <= until);
        if entries.is_empty() {
            return Ok(false);
        }
        self.open_writer(follower)?;
        let mut lookup = None;
        let mut n_points = 0;
        for entry in &entries {
            if follower.looked_up.next.is_none()
                && let Some(points) = self.handed.take(entry.seq)
            {
                n_points += points.len();
                let changes: Vec<Change> = points.into_iter().map(Change::Put).collect();
                follower.push(changes, entry.seq, None);
            } else {
                if lookup.is_none() {
                    lookup = Some(Lookup::new(&self.index, &mut tx).await?);
                }
                let Some(lookup) = &lookup else { break };
                loop {
                    let first = follower.looked_up.next.unwrap_or(entry.first_id);
                    let (changes, next) = lookup.changes(&mut tx, entry, first).await?;
                    n_points += changes.len();
                    follower.push(changes, entry.seq, next);
                    if next.is_none() {
                        break;
                    }
                    if n_points >= POINTS_PER_STEP {
                        return Ok(true);
                    }
                }
            }
            if n_points >= POINTS_PER_STEP {
                break;
            }
        }
        Ok(true)
    }

    async fn clear_index(&self) -> Result<(), Error> {
        let mut held = self.hold().await;
        self.open_writer(&mut held)?;
        work(held, Follower::clear).await?;
        Ok(())
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

impl Follower {
    /// Adds what was looked up of an entry; `next` is the first row of it that was not.
    fn push(&mut self, changes: Vec<Change>, seq: i64, next: Option<i64>) {
        self.pieces.push_back(Piece {
            changes: changes.into_iter(),
            ends: next.is_none().then_some(seq),
        });
        self.looked_up = match next {
            Some(_) => Place {
                next,
                ..self.looked_up
            },
            None => Place { seq, next },
        };
    }
}

/// Lets the follower work away from the threads that answer requests. The lock goes along, so that
/// nobody finds it in the middle of its work when the one who asked for it has gone.
async fn work(
    mut held: Held,
    work: impl FnOnce(&mut Follower) -> Result<(), index::Error> + Send + 'static,
) -> Result<Held, Error> {
    let done = run_blocking(move || {
        held.is_busy = true;
        let done = work(&mut held);
        match done {
            Ok(()) => {
                held.is_busy = false;
                Ok(held)
            }
            Err(error) => {
                held.forget();
                Err(error)
            }
        }
    })
    .await?;
    Ok(done?)
}

/// Says in the log that the index could not follow: it catches up later.
fn said(followed: Result<(), Error>) {
    if let Err(error) = followed {
        tracing::warn!("the index could not follow the ledger: {error}");
    }
}

/// Whether an entry is so small that it is indexed ahead of its turn. An import's own entries are
/// followed as they come.
fn may_go_ahead(entry: &Entry) -> bool {
    entry.action != Action::RowsImported
        && entry.last_id.saturating_sub(entry.first_id) < MAX_ROWS_AHEAD
}

/// The point whose answer is the answer of this one.
pub(super) fn answering(
    point: PointId,
    state: PointState,
    representative: Option<PointId>,
) -> PointId {
    match (state, representative) {
        (PointState::AnsweredInGroup, Some(representative)) => representative,
        _ => point,
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

#[cfg(test)]
mod tests;
