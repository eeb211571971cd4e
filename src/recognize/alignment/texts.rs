//! What the sections of an outline say, in a form that is fast to compare.

use crate::domain::{Outline, OutlineNode};
use crate::text::fold::fold;

/// In texts of fewer words, single words count as well: "Kinh phí" is "Kinh phí thực hiện".
const SHORT: usize = 10;

/// The words of each section.
#[derive(Debug)]
pub(super) struct Texts {
    sections: Vec<Text>,
}

#[derive(Debug, Default)]
struct Text {
    /// Of all words in order.
    hash: u64,
    n_words: usize,
    /// Hashes of neighboring words, sorted, each once; of single words too where there are few.
    pairs: Vec<u64>,
}

impl Texts {
    pub(super) fn new(outline: &Outline) -> Self {
        Self {
            sections: outline.nodes.iter().map(read).collect(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.sections.len()
    }

    pub(super) fn n_words(&self, at: usize) -> usize {
        self.sections.get(at).map_or(0, |text| text.n_words)
    }

    pub(super) fn n_pairs(&self, at: usize) -> usize {
        self.pairs(at).len()
    }

    pub(super) fn hash(&self, at: usize) -> u64 {
        self.sections.get(at).map_or(0, |text| text.hash)
    }

    pub(super) fn pairs(&self, at: usize) -> &[u64] {
        self.sections.get(at).map_or(&[], |text| &text.pairs)
    }

    /// How many pairs two sections share.
    pub(super) fn n_common(&self, at: usize, others: &Self, other: usize) -> usize {
        let (mut left, mut right) = (self.pairs(at), others.pairs(other));
        let mut n_common = 0;
        while let (Some((a, left_rest)), Some((b, right_rest))) =
            (left.split_first(), right.split_first())
        {
            match a.cmp(b) {
                std::cmp::Ordering::Less => left = left_rest,
                std::cmp::Ordering::Greater => right = right_rest,
                std::cmp::Ordering::Equal => {
                    n_common += 1;
                    left = left_rest;
                    right = right_rest;
                }
            }
        }
        n_common
    }

    /// Which share of this section's pairs another one has.
    pub(super) fn common(&self, at: usize, others: &Self, other: usize) -> f32 {
        share(self.n_common(at, others, other), self.n_pairs(at))
    }

    /// How alike two sections are: 1 for the same words, else the Dice coefficient, below 1.
    pub(super) fn similarity(&self, at: usize, others: &Self, other: usize) -> f32 {
        if self.hash(at) == others.hash(other) {
            return 1.0;
        }
        let n_common = 2 * self.n_common(at, others, other);
        share(n_common, self.n_pairs(at) + others.n_pairs(other)).min(0.99)
    }
}

/// A ratio of two counts; 0 of nothing.
pub(super) fn share(part: usize, whole: usize) -> f32 {
    let small = |n: usize| f32::from(u16::try_from(n).unwrap_or(u16::MAX));
    if whole == 0 {
        return 0.0;
    }
    // Counts beyond 65,535 lose nothing that matters when both are scaled down alike.
    let scale = whole / 60_000 + 1;
    (small(part / scale) / small(whole / scale).max(1.0)).min(1.0)
}

fn read(node: &OutlineNode) -> Text {
    let heading = node.heading.trim_end_matches('…');
    // The heading of an unheaded paragraph is its first words.
    let repeats = node.body.starts_with(heading);
    let heading_words = if repeats {
        String::new()
    } else {
        fold(heading)
    };
    let body = fold(&node.body);
    let words: Vec<u64> = heading_words
        .split(|c: char| !c.is_alphanumeric())
        .chain(body.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(hash_word)
        .collect();
    let mut pairs: Vec<u64> = words
        .windows(2)
        .map(|pair| pair.iter().fold(17, |hash, &word| mix(hash, word)))
        .collect();
    if words.len() < SHORT {
        pairs.extend_from_slice(&words);
    }
    pairs.sort_unstable();
    pairs.dedup();
    Text {
        hash: words.iter().fold(7, |hash, &word| mix(hash, word)),
        n_words: words.len(),
        pairs,
    }
}

fn hash_word(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(5) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
