//! How much of a table one transaction takes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How long a chunk may keep others from writing, about: half of DESIGN 3.12's 50 ms is left for
/// whoever waited before.
const LOCK_TIME: Duration = Duration::from_millis(35);
/// Fewer rows are not worth a transaction of their own, however slow the disk.
const FEWEST_ROWS: usize = 200;
/// More rows only cost memory.
const MOST_ROWS: usize = 5_000;
/// What slow machines manage, before the first transaction tells.
const FIRST_ROWS: usize = 1_000;

/// How many rows one transaction takes: as many as this machine stores in [`LOCK_TIME`].
pub(super) struct ChunkRows {
    now: AtomicUsize,
    is_fixed: bool,
}

impl ChunkRows {
    pub(super) fn new(fixed: Option<usize>) -> Self {
        Self {
            now: AtomicUsize::new(fixed.unwrap_or(FIRST_ROWS)),
            is_fixed: fixed.is_some(),
        }
    }

    pub(super) fn get(&self) -> usize {
        self.now.load(Ordering::Relaxed)
    }

    /// Learns from a transaction, not too much from a single one.
    pub(super) fn learn(&self, n_rows: usize, took: Duration) {
        if self.is_fixed {
            return;
        }
        let now = self.get();
        let fitting =
            u128::try_from(n_rows).unwrap_or(0) * LOCK_TIME.as_micros() / took.as_micros().max(1);
        let fitting = usize::try_from(fitting).unwrap_or(usize::MAX);
        let next = fitting.clamp(now - now / 4, now * 2);
        self.now
            .store(next.clamp(FEWEST_ROWS, MOST_ROWS), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{ChunkRows, FEWEST_ROWS, FIRST_ROWS, MOST_ROWS};

    /// What a machine settles on that stores a row in so many microseconds.
    fn settled(us_per_row: u64) -> usize {
        let rows = ChunkRows::new(None);
        for _ in 0..20 {
            let n_rows = rows.get();
            let took = us_per_row * u64::try_from(n_rows).unwrap();
            rows.learn(n_rows, Duration::from_micros(took));
        }
        rows.get()
    }

    #[test]
    fn a_transaction_is_as_long_as_people_may_wait() {
        assert_eq!(settled(1), MOST_ROWS);
        assert_eq!(settled(20), 1_750);
        assert_eq!(settled(10_000), FEWEST_ROWS);
        assert_eq!(ChunkRows::new(None).get(), FIRST_ROWS);
        let fixed = ChunkRows::new(Some(3));
        fixed.learn(3, Duration::from_micros(1));
        assert_eq!(fixed.get(), 3);
    }
}
