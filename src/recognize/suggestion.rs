//! Suggests the sections a point may be about that names no place.
//!
//! BM25 over the draft's sections, on mark-less syllables and their pairs: a section is its heading,
//! its text, a little of its children's text and of the headings above it. A short heading that a
//! point repeats counts on its own. A section shares the score of those above it, so that the right
//! neighbourhood wins where single words do not tell.
//!
//! The stated confidence is a logistic curve of two shares: the best score against the best of
//! another branch, and what was found of all the point's words. Weights and curve were chosen with
//! all labelled comments in view: `fixtures/recognize/suggestion/README.md` has the figures.
//! A suggestion is for a person to choose; it never assigns a section.

mod terms;

use std::collections::{BTreeMap, HashMap};

use terms::{Term, head_words, terms};

use crate::domain::{Confidence, NodeRef, Outline};

/// How many sections are suggested.
const N_SUGGESTIONS: usize = 3;
/// Saturation and length normalization of BM25.
const K1: f32 = 1.2;
const B: f32 = 0.35;
/// Weights of a heading, of the text of children and of the headings above.
const HEADING: f32 = 1.5;
const CHILDREN: f32 = 0.15;
const ABOVE: f32 = 0.35;
/// Weight of single syllables beside pairs, and of words every comment has.
const SINGLE: f32 = 0.5;
const COMMON: f32 = 0.15;
/// Weight of a repeated heading, and of the score of the section above.
const REPEATED: f32 = 5.0;
const PARENT: f32 = 0.5;
/// What another document than the main one counts.
const OTHER_DOCUMENT: f32 = 0.8;
/// Coefficients of the confidence: constant, share of the best, share of the words.
const CURVE: (f32, f32, f32) = (-2.28, 3.12, 2.2);

/// A section a point may be about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suggestion {
    /// The section.
    pub node: NodeRef,
    /// How likely it is the one.
    pub confidence: Confidence,
}

/// The sections of a dossier, prepared.
#[derive(Debug, Default)]
pub struct SectionIndex {
    sections: Vec<Section>,
    terms: HashMap<Term, usize>,
    /// For each term the sections that have it, with their weight.
    postings: Vec<Posting>,
    main: Option<usize>,
}

#[derive(Debug)]
struct Section {
    outline: usize,
    node: usize,
    parent: Option<usize>,
    /// The words of a short heading.
    heading: Vec<Term>,
}

#[derive(Debug, Default)]
struct Posting {
    idf: f32,
    sections: Vec<(usize, f32)>,
}

impl SectionIndex {
    /// Prepares the sections of a dossier; `main` is the document comments without one are about.
    pub fn new(outlines: &[Outline], main: Option<usize>) -> Self {
        let mut index = Self {
            main,
            ..Self::default()
        };
        let mut own: Vec<BTreeMap<usize, f32>> = Vec::new();
        let mut headings: Vec<Vec<usize>> = Vec::new();
        for (outline, draft) in outlines.iter().enumerate() {
            let first = index.sections.len();
            for (node, section) in draft.nodes.iter().enumerate() {
                let mut counts = BTreeMap::new();
                let heading = index.count(&section.heading, HEADING, &mut counts);
                index.count(&section.body, 1.0, &mut counts);
                index.sections.push(Section {
                    outline,
                    node,
                    parent: section
                        .parent
                        .filter(|parent| *parent < node)
                        .map(|parent| first + parent),
                    heading: head_words(&section.heading),
                });
                own.push(counts);
                headings.push(heading);
            }
        }
        index.weigh(&own, &headings);
        index
    }

    /// Counts the terms of a text; gives them.
    fn count(&mut self, text: &str, weight: f32, counts: &mut BTreeMap<usize, f32>) -> Vec<usize> {
        let mut found = Vec::new();
        for term in terms(text) {
            let next = self.terms.len();
            let id = *self.terms.entry(term).or_insert(next);
            *counts.entry(id).or_insert(0.0) += weight;
            found.push(id);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Works out the weight of each term in each section.
    fn weigh(&mut self, own: &[BTreeMap<usize, f32>], headings: &[Vec<usize>]) {
        let n_sections = own.len();
        let mut n_with = vec![0_usize; self.terms.len()];
        for id in own.iter().flat_map(BTreeMap::keys) {
            if let Some(n) = n_with.get_mut(*id) {
                *n += 1;
            }
        }
        let counts = self.with_children(own);
        let counts: Vec<BTreeMap<usize, f32>> = counts
            .into_iter()
            .enumerate()
            .map(|(at, mut counts)| {
                let mut weight = ABOVE;
                // Deep trees stop mattering after a few steps.
                for above in self.above(at).take(6) {
                    for id in headings.get(above).into_iter().flatten() {
                        *counts.entry(*id).or_insert(0.0) += weight;
                    }
                    weight *= 0.5;
                }
                counts
            })
            .collect();
        let lengths: Vec<f32> = counts.iter().map(|counts| counts.values().sum()).collect();
        let mean = (lengths.iter().sum::<f32>() / share(n_sections)).max(1.0);
        self.postings = n_with
            .iter()
            .map(|&n| Posting {
                idf: (1.0 + (share(n_sections) - share(n) + 0.5) / (share(n) + 0.5)).ln(),
                sections: Vec::new(),
            })
            .collect();
        for (at, (counts, length)) in counts.iter().zip(&lengths).enumerate() {
            for (id, count) in counts {
                let weight = count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / mean));
                if let Some(posting) = self.postings.get_mut(*id) {
                    posting.sections.push((at, weight));
                }
            }
        }
    }

    /// Adds a share of each section's terms to the section above it.
    fn with_children(&self, own: &[BTreeMap<usize, f32>]) -> Vec<BTreeMap<usize, f32>> {
        let mut counts = own.to_vec();
        for (at, own) in own.iter().enumerate() {
            let mut weight = CHILDREN;
            for above in self.above(at).take(6) {
                if let Some(counts) = counts.get_mut(above) {
                    for (id, count) in own {
                        *counts.entry(*id).or_insert(0.0) += weight * count;
                    }
                }
                weight *= CHILDREN;
            }
        }
        counts
    }

    /// The sections above one, nearest first.
    fn above(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(
            self.sections.get(at).and_then(|section| section.parent),
            |at| self.sections.get(*at).and_then(|section| section.parent),
        )
    }

    /// The sections a point may be about, most likely first; `within` is the document it names.
    pub fn suggest(&self, words: &str, within: Option<usize>) -> Vec<Suggestion> {
        let query = terms(words);
        let (scores, possible) = self.score(&query, within);
        let mut ranked: Vec<(usize, f32)> = scores
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, score)| *score > 0.0)
            .collect();
        ranked.sort_by(|first, second| second.1.total_cmp(&first.1).then(first.0.cmp(&second.0)));
        ranked.truncate(40);
        let Some(&(best, score)) = ranked.first() else {
            return Vec::new();
        };
        let rival = ranked
            .iter()
            .skip(1)
            .find(|(at, _)| !self.is_same_branch(best, *at))
            .map_or(0.0, |(_, score)| *score);
        let (constant, of_best, of_words) = CURVE;
        let exponent =
            constant + of_best * score / (score + rival) + of_words * score / possible.max(1e-6);
        let sure = 1.0 / (1.0 + (-exponent.min(4.5)).exp());
        // What the first leaves is shared by the others, and by all that is not listed.
        let shares = [sure, (1.0 - sure) * 0.4, (1.0 - sure) * 0.2];
        self.choose(&ranked)
            .into_iter()
            .zip(shares)
            .filter_map(|(at, share)| {
                let section = self.sections.get(at)?;
                Some(Suggestion {
                    node: NodeRef::Node {
                        outline: section.outline,
                        node: section.node,
                    },
                    confidence: Confidence::new(share.min(sure)),
                })
            })
            .collect()
    }

    /// The score of every section, and the most that one could have.
    fn score(&self, query: &[Term], within: Option<usize>) -> (Vec<f32>, f32) {
        let mut scores = vec![0.0_f32; self.sections.len()];
        let mut possible = 0.0;
        let mut counts: BTreeMap<&Term, f32> = BTreeMap::new();
        for term in query {
            *counts.entry(term).or_insert(0.0) = 1.0;
        }
        for term in counts.keys() {
            let Some(posting) = self.terms.get(*term).and_then(|id| self.postings.get(*id)) else {
                continue;
            };
            let weight = posting.idf
                * if term.is_pair() { 1.0 } else { SINGLE }
                * if term.is_common() { COMMON } else { 1.0 };
            possible += weight * (K1 + 1.0);
            for (at, found) in &posting.sections {
                if let Some(score) = scores.get_mut(*at) {
                    *score += weight * found;
                }
            }
        }
        for (score, section) in scores.iter_mut().zip(&self.sections) {
            if *score > 0.0 {
                *score += REPEATED * self.repeated(&section.heading, &counts);
            }
            *score *= match (within, self.main) {
                (Some(document), _) if document != section.outline => 0.0,
                (None, Some(main)) if main != section.outline => OTHER_DOCUMENT,
                _ => 1.0,
            };
        }
        let own = scores.clone();
        for (at, score) in scores.iter_mut().enumerate() {
            if *score > 0.0 {
                let mut weight = PARENT;
                for above in self.above(at).take(6) {
                    *score += weight * own.get(above).copied().unwrap_or(0.0);
                    weight *= 0.5;
                }
            }
        }
        (scores, possible)
    }

    /// How much of a short heading the point repeats, weighed by how rare its words are.
    fn repeated(&self, heading: &[Term], query: &BTreeMap<&Term, f32>) -> f32 {
        let rarity = |term: &Term| {
            let id = self.terms.get(term);
            id.and_then(|id| self.postings.get(*id))
                .map_or(3.0, |posting| posting.idf)
        };
        let (mut all, mut found, mut pairs, mut found_pairs) = (0.0, 0.0, 0.0, 0.0);
        for term in heading {
            let is_found = query.contains_key(term);
            if term.is_pair() {
                pairs += 1.0;
                found_pairs += f32::from(u8::from(is_found));
            } else {
                all += rarity(term);
                found += if is_found { rarity(term) } else { 0.0 };
            }
        }
        if all == 0.0 || pairs == 0.0 {
            return 0.0;
        }
        let covered = found / all * (found_pairs / pairs);
        if covered > 0.3 { covered * found } else { 0.0 }
    }

    /// Whether one section is above the other.
    fn is_same_branch(&self, first: usize, second: usize) -> bool {
        self.above(first).any(|above| above == second)
            || self.above(second).any(|above| above == first)
    }

    /// The first of the ranking, never a part that only holds others, and not three of one family:
    /// beside two siblings stands their parent.
    fn choose(&self, ranked: &[(usize, f32)]) -> Vec<usize> {
        let parent = |at: usize| self.sections.get(at).and_then(|section| section.parent);
        let mut chosen: Vec<usize> = Vec::new();
        for &(at, _) in ranked {
            if !chosen.is_empty() && parent(at).is_none() {
                continue;
            }
            let family = match chosen.as_slice() {
                [first, second] if parent(*first) == parent(*second) => parent(*first),
                [first, second] if [*first, *second].map(parent).contains(&parent(at)) => {
                    parent(at)
                }
                _ => None,
            };
            let next = family
                .filter(|family| !chosen.contains(family))
                .unwrap_or(at);
            if !chosen.contains(&next) {
                chosen.push(next);
            }
            if chosen.len() == N_SUGGESTIONS {
                break;
            }
        }
        chosen
    }
}

/// A number of things as a factor.
fn share(n: usize) -> f32 {
    f32::from(u16::try_from(n).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests;
