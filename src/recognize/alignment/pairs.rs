//! Which sections of two drafts are worth comparing.

use std::collections::HashMap;

use super::texts::{Texts, share};

/// A pair of words in more sections than this says nothing about where one went.
const MAX_SECTIONS: usize = 12;

/// How many sections of the other draft are compared with one.
const MAX_CANDIDATES: usize = 8;

/// An old and a new section that share rare words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) old: usize,
    pub(super) new: usize,
    pub(super) similarity: f32,
    /// Which share of the old one's words is in the new one, and the other way round.
    of_old: f32,
    of_new: f32,
}

/// All pairs worth looking at.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    pub(super) all: Vec<Pair>,
    by_old: HashMap<usize, Vec<usize>>,
    by_new: HashMap<usize, Vec<usize>>,
}

impl Pairs {
    pub(super) fn new(old: &Texts, new: &Texts) -> Self {
        let mut places: HashMap<u64, (Vec<usize>, Vec<usize>)> = HashMap::new();
        for at in 0..old.len() {
            for &pair in old.pairs(at) {
                let (olds, _) = places.entry(pair).or_default();
                if olds.len() <= MAX_SECTIONS {
                    olds.push(at);
                }
            }
        }
        for at in 0..new.len() {
            for pair in new.pairs(at) {
                if let Some((_, news)) = places.get_mut(pair)
                    && news.len() <= MAX_SECTIONS
                {
                    news.push(at);
                }
            }
        }
        // In the order of the old draft, so that the outcome does not depend on hashing.
        let mut kept: Vec<(usize, usize)> = Vec::new();
        let mut by_new: HashMap<usize, Vec<(usize, usize)>> = HashMap::new();
        for at in 0..old.len() {
            let mut votes: HashMap<usize, usize> = HashMap::new();
            for pair in old.pairs(at) {
                let Some((olds, news)) = places.get(pair) else {
                    continue;
                };
                if olds.len() <= MAX_SECTIONS && news.len() <= MAX_SECTIONS {
                    for &other in news {
                        *votes.entry(other).or_default() += 1;
                    }
                }
            }
            let mut votes: Vec<(usize, usize)> = votes.into_iter().collect();
            votes.sort_unstable_by_key(|&(other, n)| (std::cmp::Reverse(n), other));
            for &(other, n) in &votes {
                by_new.entry(other).or_default().push((at, n));
            }
            kept.extend(
                votes
                    .iter()
                    .take(MAX_CANDIDATES)
                    .map(|&(other, _)| (at, other)),
            );
        }
        for at in 0..new.len() {
            let Some(votes) = by_new.get_mut(&at) else {
                continue;
            };
            votes.sort_unstable_by_key(|&(other, n)| (std::cmp::Reverse(n), other));
            kept.extend(
                votes
                    .iter()
                    .take(MAX_CANDIDATES)
                    .map(|&(other, _)| (other, at)),
            );
        }
        kept.sort_unstable();
        kept.dedup();
        let mut pairs = Self::default();
        for (o, n) in kept {
            let n_common = old.n_common(o, new, n);
            let at = pairs.all.len();
            pairs.by_old.entry(o).or_default().push(at);
            pairs.by_new.entry(n).or_default().push(at);
            pairs.all.push(Pair {
                old: o,
                new: n,
                similarity: old.similarity(o, new, n),
                of_old: share(n_common, old.n_pairs(o)),
                of_new: share(n_common, new.n_pairs(n)),
            });
        }
        pairs
    }

    fn of<'a>(
        &'a self,
        index: &'a HashMap<usize, Vec<usize>>,
        at: usize,
    ) -> impl Iterator<Item = &'a Pair> {
        index
            .get(&at)
            .into_iter()
            .flatten()
            .filter_map(|&pair| self.all.get(pair))
    }

    /// The old section that holds most of a new one's words.
    pub(super) fn source_of_new(&self, at: usize) -> Option<(usize, f32)> {
        self.of(&self.by_new, at)
            .max_by(|a, b| a.of_new.total_cmp(&b.of_new).then(b.old.cmp(&a.old)))
            .map(|pair| (pair.old, pair.of_new))
    }

    /// The new section that holds most of an old one's words.
    pub(super) fn target_of_old(&self, at: usize) -> Option<(usize, f32)> {
        self.of(&self.by_old, at)
            .max_by(|a, b| a.of_old.total_cmp(&b.of_old).then(b.new.cmp(&a.new)))
            .map(|pair| (pair.new, pair.of_old))
    }
}
