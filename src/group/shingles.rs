//! A text as the set of its runs of three syllables.

use std::collections::BTreeSet;

use super::is_near;
use crate::text::fold::{fold, syllables};

/// Syllables in a shingle.
const N_SYLLABLES: usize = 3;

/// Texts with fewer different shingles are compared as a whole: of two short comments even a
/// single other word says something else ("bổ sung khoản 2", "bổ sung khoản 3").
pub const MIN_SHINGLES: usize = 8;

/// What a text is compared by: the hashes of its shingles, sorted, each once. A short text has two
/// hashes of all its syllables instead, so that it is similar to equal texts only.
///
/// ```
/// use tiepthu::group::shingles::Shingles;
/// let one = Shingles::of("Thống nhất với dự thảo.");
/// assert_eq!(one.similarity(&Shingles::of("thong nhat VỚI DỰ THẢO")), 1.0);
/// assert_eq!(one.similarity(&Shingles::of("Thống nhất với dự thảo Đề án")), 0.0);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shingles {
    hashes: Vec<u32>,
    /// Of the syllables in their order: equal for texts that differ in case, marks and punctuation
    /// only.
    pub(super) print: u128,
}

impl Shingles {
    /// Reads a text.
    pub fn of(text: &str) -> Self {
        let folded = fold(text);
        let tokens: Vec<u64> = syllables(&folded).map(|(_, word)| hash(word)).collect();
        let print = print(&tokens);
        let mut hashes: Vec<u32> = tokens.windows(N_SYLLABLES).map(run).collect();
        hashes.sort_unstable();
        hashes.dedup();
        if hashes.len() < MIN_SHINGLES {
            hashes = if tokens.is_empty() {
                Vec::new()
            } else {
                whole(print)
            };
        }
        Self { hashes, print }
    }

    /// The hashes.
    pub fn hashes(&self) -> &[u32] {
        &self.hashes
    }

    /// Whether there is nothing to compare: a text without letters and digits.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Jaccard similarity to another text; 0 for two empty ones.
    pub fn similarity(&self, other: &Self) -> f64 {
        similarity(&self.hashes, &other.hashes)
    }
}

/// The two halves of a hash of 64 bits, sorted.
fn whole(print: u128) -> Vec<u32> {
    let bytes = print.to_le_bytes();
    let mut halves: Vec<u32> = bytes
        .as_chunks::<4>()
        .0
        .iter()
        .take(2)
        .map(|half| u32::from_le_bytes(*half))
        .collect();
    halves.sort_unstable();
    halves.dedup();
    halves
}

/// How many elements two sorted sets have in common, and how many there are altogether.
pub(super) fn overlap(one: &[u32], other: &[u32]) -> (usize, usize) {
    let (mut left, mut right) = (one.iter().peekable(), other.iter().peekable());
    let mut n_common = 0;
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let (a, b) = (**a, **b);
        n_common += usize::from(a == b);
        if a <= b {
            left.next();
        }
        if b <= a {
            right.next();
        }
    }
    (n_common, one.len() + other.len() - n_common)
}

/// Jaccard similarity of two sorted sets.
pub(super) fn similarity(one: &[u32], other: &[u32]) -> f64 {
    let (n_common, n_together) = overlap(one, other);
    if n_together == 0 {
        return 0.0;
    }
    ratio(n_common, n_together)
}

fn ratio(part: usize, whole: usize) -> f64 {
    let number = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    number(part) / number(whole)
}

/// Whether two sorted sets are near-duplicates; cheap where their sizes alone forbid it.
pub(super) fn are_near(one: &[u32], other: &[u32]) -> bool {
    let (small, large) = (one.len().min(other.len()), one.len().max(other.len()));
    if small == 0 || !is_near(small, large) {
        return false;
    }
    let (n_common, n_together) = overlap(one, other);
    is_near(n_common, n_together)
}

/// How close two texts are in what they talk about, from 0 to 1: for ranking earlier answers, where
/// the same wish in other words should still be found.
///
/// The mean of the shares of single syllables and of pairs of them that the texts have in common;
/// near-duplicates are near 1.
#[derive(Debug, Clone)]
pub struct Closeness {
    words: BTreeSet<u64>,
    pairs: BTreeSet<(u64, u64)>,
}

impl Closeness {
    /// Reads the text to be compared with others.
    pub fn of(text: &str) -> Self {
        let folded = fold(text);
        let tokens: Vec<u64> = syllables(&folded).map(|(_, word)| hash(word)).collect();
        let pairs = tokens.iter().copied().zip(tokens.iter().copied().skip(1));
        Self {
            pairs: pairs.collect(),
            words: tokens.into_iter().collect(),
        }
    }

    /// How close another text is.
    pub fn to(&self, other: &Self) -> f64 {
        f64::midpoint(
            share(&self.words, &other.words),
            share(&self.pairs, &other.pairs),
        )
    }
}

fn share<T: Ord>(one: &BTreeSet<T>, other: &BTreeSet<T>) -> f64 {
    let n_common = one.intersection(other).count();
    let n_together = one.len() + other.len() - n_common;
    if n_together == 0 {
        return 0.0;
    }
    ratio(n_common, n_together)
}

/// Spreads every bit over all others (the finalizer of `SplitMix64`).
pub(super) fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// One syllable.
fn hash(word: &str) -> u64 {
    let bytes = word.bytes();
    mix(bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    }))
}

/// One run of syllables.
fn run(syllables: &[u64]) -> u32 {
    let mixed = syllables
        .iter()
        .fold(0x9e37_79b9_7f4a_7c15, |run: u64, hash| {
            mix(run.rotate_left(23) ^ hash)
        });
    u32::try_from(mixed >> 32).unwrap_or(u32::MAX)
}

/// All syllables of a text in their order.
fn print(syllables: &[u64]) -> u128 {
    let (mut low, mut high) = (1_u64, 2_u64);
    for hash in syllables {
        low = mix(low.rotate_left(17) ^ hash);
        high = mix(high.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(*hash));
    }
    u128::from(high) << 64 | u128::from(low)
}
