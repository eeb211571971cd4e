//! How a row is known again when it stands in another file.
//!
//! Kept small: a batch of twelve million rows has as many keys.

use std::collections::{HashMap, HashSet};
use std::fmt;

use sha2::{Digest, Sha256};

use crate::app::Error;
use crate::domain::{ConsultationId, RoundId, SubmissionId};
use crate::intake::csv::Row;
use crate::store::{Tx, batches};

/// Keys read from the database at a time.
const KEYS_AT_A_TIME: i64 = 50_000;

/// The digest of a row's mapped cells and its ordinal among equal rows of the file: the same row
/// of a later version of the file has the same key, however rows were added around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::app) struct RowKey {
    digest: [u8; 16],
    ordinal: u32,
}

impl fmt::Display for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digest = u128::from_be_bytes(self.digest);
        write!(f, "{digest:032x}-{}", self.ordinal)
    }
}

impl RowKey {
    fn parse(text: &str) -> Option<Self> {
        let (digest, ordinal) = text.split_once('-')?;
        Some(Self {
            digest: u128::from_str_radix(digest, 16).ok()?.to_be_bytes(),
            ordinal: ordinal.parse().ok()?,
        })
    }
}

/// What of a row makes its key.
pub(in crate::app) fn digest(row: &Row, round: Option<RoundId>) -> [u8; 16] {
    let mut hasher = Sha256::new();
    hasher.update(round.map_or(0, |round| round.0).to_le_bytes());
    let cells = [
        &row.organization,
        &row.letter_number,
        &row.letter_date,
        &row.sent_on,
    ];
    for cell in cells
        .into_iter()
        .map(|cell| cell.as_deref().unwrap_or(""))
        .chain([&*row.text])
    {
        hasher.update(cell.len().to_le_bytes());
        hasher.update(cell.as_bytes());
    }
    let mut digest = [0; 16];
    for (to, from) in digest.iter_mut().zip(hasher.finalize()) {
        *to = from;
    }
    digest
}

/// Counts equal rows of a file as they come.
///
/// It remembers eight bytes of each row. Two different rows that agree in them, once in 10^5 files
/// of twelve million rows, are counted as equal: one of them gets ordinal 2, and both are taken in.
#[derive(Default)]
pub(in crate::app) struct Ordinals {
    seen: HashSet<[u8; 8]>,
    /// How often rows came that came more than once.
    repeated: HashMap<[u8; 8], u32>,
}

impl Ordinals {
    /// The key of the next row.
    pub(super) fn key(&mut self, digest: [u8; 16]) -> RowKey {
        let mut short = [0; 8];
        for (to, from) in short.iter_mut().zip(digest) {
            *to = from;
        }
        let ordinal = if self.seen.insert(short) {
            1
        } else {
            let n = self.repeated.entry(short).or_insert(1);
            *n += 1;
            *n
        };
        RowKey { digest, ordinal }
    }
}

/// The keys of all rows that earlier files brought.
pub(in crate::app) async fn known_keys(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<HashSet<RowKey>, Error> {
    let mut known = HashSet::new();
    let mut after = SubmissionId(0);
    loop {
        let keys = batches::list_row_keys(tx, consultation, after, KEYS_AT_A_TIME).await?;
        let Some((last, _)) = keys.last() else {
            return Ok(known);
        };
        after = SubmissionId(*last);
        known.extend(keys.iter().filter_map(|(_, key)| RowKey::parse(key)));
    }
}

#[cfg(test)]
mod tests {
    use super::{Ordinals, RowKey};

    #[test]
    fn a_key_is_read_as_it_was_written() {
        let mut ordinals = Ordinals::default();
        let digest = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255];
        let first = ordinals.key(digest);
        assert_eq!(first.to_string(), "000102030405060708090a0b0c0d0eff-1");
        assert_eq!(RowKey::parse(&first.to_string()), Some(first));
        let second = ordinals.key(digest);
        assert_eq!(second.to_string(), "000102030405060708090a0b0c0d0eff-2");
        assert_eq!(ordinals.key(digest).ordinal, 3);
        assert_eq!(ordinals.key([9; 16]).ordinal, 1);
    }
}
