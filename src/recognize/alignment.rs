//! Finds the sections of a draft again in the next draft.
//!
//! Input are two outlines of one document; output says of each old section what became of it and
//! of each new one where it comes from: the same, reworded, moved (renumbered), split, merged,
//! removed, added, each with the rule that found it and a confidence. Below
//! [`Confidence::THRESHOLD`] a person confirms.
//!
//! 1. `texts`: what each section says, as hashed words and word pairs;
//! 2. `pairs`: pairs of sections that share rare word pairs, best first;
//! 3. `matching`: one new section for each old one, by text, by children, by place;
//! 4. here: what was split and merged, and the names of the relations.
//!
//! The work grows with the length of the texts, never with its square: only sections that share a
//! rare pair of words are compared. Cases: `fixtures/recognize/alignment/`.

mod matching;
mod pairs;
mod texts;

use std::collections::HashMap;

use matching::Matching;
use pairs::Pairs;
use texts::Texts;

use crate::domain::{Confidence, Outline, SectionChange};

/// One old section and one new one, or one of them alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// Index in the old outline; `None` for what is new.
    pub old: Option<usize>,
    /// Index in the new outline; `None` for what is gone.
    pub new: Option<usize>,
    /// What became of it.
    pub change: SectionChange,
    /// How much of their words the two have in common, from 0 to 1.
    pub similarity: f32,
    /// How sure.
    pub confidence: Confidence,
    /// The rule that found it, e.g. `alignment.same_text`.
    pub rule: &'static str,
}

/// Aligns two drafts of one document: every old and every new section is in at least one link;
/// links come in the order of the old draft, then what is new in the order of the new one.
pub fn align(old: &Outline, new: &Outline) -> Vec<Link> {
    let old_texts = Texts::new(old);
    let new_texts = Texts::new(new);
    let pairs = Pairs::new(&old_texts, &new_texts);
    let mut matching = Matching::new(old, new, &old_texts, &new_texts);
    matching.run(&pairs);
    let parts = Parts::find(&matching, &pairs, &old_texts, &new_texts);
    let mut links = Vec::new();
    for at in 0..old.nodes.len() {
        links_of_old(at, old, new, &matching, &parts, &pairs, &mut links);
    }
    for at in 0..new.nodes.len() {
        if matching.old_of(at).is_none() && !parts.of_new.contains_key(&at) {
            let is_like_another = pairs
                .source_of_new(at)
                .is_some_and(|(_, share)| share > 0.35);
            links.push(Link {
                old: None,
                new: Some(at),
                change: SectionChange::Added,
                similarity: 0.0,
                confidence: Confidence::new(if is_like_another { 0.75 } else { 0.93 }),
                rule: "alignment.nothing_alike",
            });
        }
    }
    links
}

fn links_of_old(
    at: usize,
    old: &Outline,
    new: &Outline,
    matching: &Matching<'_>,
    parts: &Parts,
    pairs: &Pairs,
    links: &mut Vec<Link>,
) {
    let label = |outline: &Outline, at: usize| {
        let node = outline.nodes.get(at);
        node.map(|node| node.label.clone()).unwrap_or_default()
    };
    let more: &[Part] = parts.of_old.get(&at).map_or(&[], Vec::as_slice);
    if let Some(found) = matching.new_of(at) {
        let is_merged = parts.merged_into.contains_key(&found.other);
        let is_same_label = label(old, at) == label(new, found.other);
        let change = if !more.is_empty() {
            SectionChange::Split
        } else if is_merged {
            SectionChange::Merged
        } else if !is_same_label {
            SectionChange::Moved
        } else if found.similarity >= 1.0 {
            SectionChange::Same
        } else {
            SectionChange::Reworded
        };
        let confidence = match change {
            SectionChange::Split | SectionChange::Merged => found.confidence.min(0.85),
            _ => found.confidence,
        };
        links.push(Link {
            old: Some(at),
            new: Some(found.other),
            change,
            similarity: found.similarity,
            confidence: Confidence::new(confidence),
            rule: found.rule,
        });
    }
    for part in more {
        links.push(Link {
            old: Some(at),
            new: Some(part.new),
            change: part.change,
            similarity: part.share,
            confidence: Confidence::new(0.5 + 0.4 * part.share),
            rule: part.rule,
        });
    }
    if matching.new_of(at).is_none() && more.is_empty() {
        let is_like_another = pairs
            .target_of_old(at)
            .is_some_and(|(_, share)| share > 0.35);
        links.push(Link {
            old: Some(at),
            new: None,
            change: SectionChange::Removed,
            similarity: 0.0,
            confidence: Confidence::new(if is_like_another { 0.7 } else { 0.92 }),
            rule: "alignment.nothing_alike",
        });
    }
}

/// A piece of an old section found in a new one it is not matched with.
#[derive(Debug, Clone, Copy)]
struct Part {
    new: usize,
    change: SectionChange,
    share: f32,
    rule: &'static str,
}

/// What was split and merged.
#[derive(Debug, Default)]
struct Parts {
    of_old: HashMap<usize, Vec<Part>>,
    /// New sections that are the other half of an old one.
    of_new: HashMap<usize, usize>,
    /// New sections that hold more than the old one they are matched with.
    merged_into: HashMap<usize, usize>,
}

/// How much of the words of a piece must be in the whole.
const MIN_SHARE: f32 = 0.6;

/// Pieces of fewer word pairs say nothing: "Tổ chức thực hiện" is everywhere.
const MIN_PAIRS: usize = 6;

/// Whether a piece says enough to be recognized in the whole.
fn is_piece(n_pairs: usize, share: f32) -> bool {
    share >= MIN_SHARE && (n_pairs >= MIN_PAIRS || (n_pairs >= 3 && share >= 0.85))
}

impl Parts {
    fn find(matching: &Matching<'_>, pairs: &Pairs, old: &Texts, new: &Texts) -> Self {
        let mut parts = Self::default();
        for at in 0..new.len() {
            if matching.old_of(at).is_some() {
                continue;
            }
            let Some((from, share)) = pairs.source_of_new(at) else {
                continue;
            };
            // What is left of the old section must not hold the same words still.
            let rest_has_it = matching
                .new_of(from)
                .is_some_and(|found| new.common(at, new, found.other) > 0.5);
            if is_piece(new.n_pairs(at), share) && !rest_has_it {
                parts.of_new.insert(at, from);
                parts.of_old.entry(from).or_default().push(Part {
                    new: at,
                    change: SectionChange::Split,
                    share,
                    rule: "alignment.part_of_old",
                });
            }
        }
        for at in 0..old.len() {
            if matching.new_of(at).is_some() || parts.of_old.contains_key(&at) {
                continue;
            }
            let Some((into, share)) = pairs.target_of_old(at) else {
                continue;
            };
            let was_there = matching
                .old_of(into)
                .is_some_and(|found| old.common(at, old, found) > 0.5);
            if is_piece(old.n_pairs(at), share) && !was_there {
                parts.merged_into.insert(into, at);
                parts.of_new.entry(into).or_insert(at);
                parts.of_old.entry(at).or_default().push(Part {
                    new: into,
                    change: SectionChange::Merged,
                    share,
                    rule: "alignment.part_of_new",
                });
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests;
