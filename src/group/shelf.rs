//! Where the shingles of many texts lie while they are compared.

use std::io;
use std::ops::Range;

/// Keeps sets of hashes in the order in which they are put and gives any of them back.
///
/// Bands read all sets from the first to the last, comparisons read single ones. The shingles of
/// twelve million comments are larger than the memory we allow ourselves, so that a use case may
/// put them into a file; brain modules do no IO themselves.
pub trait Shelf: Sync {
    /// Puts a set behind the others.
    fn put(&mut self, hashes: &[u32]) -> io::Result<()>;

    /// Ends the putting.
    fn close(&mut self) -> io::Result<()>;

    /// Reads consecutive hashes, counted over all sets.
    fn read(&self, range: Range<usize>, into: &mut Vec<u32>) -> io::Result<()>;
}

/// All in memory: for tests and for what surely fits.
#[derive(Debug, Default)]
pub struct MemoryShelf {
    hashes: Vec<u32>,
}

impl Shelf for MemoryShelf {
    fn put(&mut self, hashes: &[u32]) -> io::Result<()> {
        self.hashes.extend_from_slice(hashes);
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn read(&self, range: Range<usize>, into: &mut Vec<u32>) -> io::Result<()> {
        into.clear();
        into.extend_from_slice(self.hashes.get(range).unwrap_or_default());
        Ok(())
    }
}
