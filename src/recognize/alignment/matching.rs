//! Matches each old section with at most one new one.

use std::collections::HashMap;

use super::pairs::Pairs;
use super::texts::Texts;
use crate::domain::{Outline, OutlineNode, SectionKind};

/// Words alone match sections this alike.
const MIN_SIMILARITY: f32 = 0.42;

/// Sections of one number in one parent match when they are at least this alike.
const MIN_IN_PLACE: f32 = 0.16;

/// A text of fewer words does not identify a section by itself.
const MIN_WORDS: usize = 5;

/// The other side of a match.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) other: usize,
    pub(super) similarity: f32,
    pub(super) confidence: f32,
    pub(super) rule: &'static str,
}

/// Matches so far.
pub(super) struct Matching<'a> {
    old: &'a Outline,
    new: &'a Outline,
    old_texts: &'a Texts,
    new_texts: &'a Texts,
    new_of: Vec<Option<Found>>,
    old_of: Vec<Option<usize>>,
    old_children: Vec<Vec<usize>>,
    new_children: Vec<Vec<usize>>,
}

impl<'a> Matching<'a> {
    pub(super) fn new(
        old: &'a Outline,
        new: &'a Outline,
        old_texts: &'a Texts,
        new_texts: &'a Texts,
    ) -> Self {
        Self {
            old,
            new,
            old_texts,
            new_texts,
            new_of: vec![None; old.nodes.len()],
            old_of: vec![None; new.nodes.len()],
            old_children: children(old),
            new_children: children(new),
        }
    }

    pub(super) fn new_of(&self, old: usize) -> Option<Found> {
        self.new_of.get(old).copied().flatten()
    }

    pub(super) fn old_of(&self, new: usize) -> Option<usize> {
        self.old_of.get(new).copied().flatten()
    }

    pub(super) fn run(&mut self, pairs: &Pairs) {
        self.same_texts();
        self.named();
        self.similar_texts(pairs);
        for _ in 0..2 {
            self.by_children();
            self.in_place();
        }
        self.similar_in_place(pairs);
    }

    fn pair(&mut self, old: usize, new: usize, confidence: f32, rule: &'static str) {
        let similarity = self.old_texts.similarity(old, self.new_texts, new);
        if let (Some(forth), Some(back)) = (self.new_of.get_mut(old), self.old_of.get_mut(new))
            && forth.is_none()
            && back.is_none()
        {
            *forth = Some(Found {
                other: new,
                similarity,
                confidence,
                rule,
            });
            *back = Some(old);
        }
    }

    fn is_free(&self, old: usize, new: usize) -> bool {
        self.new_of(old).is_none() && self.old_of(new).is_none()
    }

    fn label(outline: &Outline, at: usize) -> &str {
        outline.nodes.get(at).map_or("", |node| node.label.as_str())
    }

    fn has_same_label(&self, old: usize, new: usize) -> bool {
        Self::label(self.old, old) == Self::label(self.new, new)
    }

    /// Whether two sections can be one: a chapter never becomes a clause.
    fn is_alike_in_kind(&self, old: usize, new: usize) -> bool {
        let kind = |outline: &Outline, at: usize| outline.nodes.get(at).map(|node| node.kind);
        let (old, new) = (kind(self.old, old), kind(self.new, new));
        old == new
            || old
                .zip(new)
                .is_some_and(|(old, new)| is_division(old) == is_division(new))
    }

    /// Whether the parents are matched with each other, or both at the top.
    fn has_same_parent(&self, old: usize, new: usize) -> bool {
        let parent = |outline: &Outline, at: usize| outline.nodes.get(at).and_then(|n| n.parent);
        match (parent(self.old, old), parent(self.new, new)) {
            (None, None) => true,
            (Some(old), Some(new)) => self.new_of(old).is_some_and(|found| found.other == new),
            _ => false,
        }
    }

    /// Texts that stand once in each draft, word for word; where they stand several times, those
    /// with the same label.
    fn same_texts(&mut self) {
        let mut places: HashMap<u64, (Vec<usize>, Vec<usize>)> = HashMap::new();
        for at in 0..self.old_texts.len() {
            places
                .entry(self.old_texts.hash(at))
                .or_default()
                .0
                .push(at);
        }
        for at in 0..self.new_texts.len() {
            places
                .entry(self.new_texts.hash(at))
                .or_default()
                .1
                .push(at);
        }
        for at in 0..self.old_texts.len() {
            let n_words = self.old_texts.n_words(at);
            let Some((olds, news)) = places.get(&self.old_texts.hash(at)) else {
                continue;
            };
            if n_words < MIN_WORDS {
                continue;
            }
            if let ([_], &[new]) = (olds.as_slice(), news.as_slice()) {
                let is_same_label = self.has_same_label(at, new);
                if is_same_label || self.is_alike_in_kind(at, new) {
                    let confidence = match (is_same_label, n_words >= 10) {
                        (true, _) => 0.99,
                        (false, true) => 0.97,
                        (false, false) => 0.9,
                    };
                    self.pair(at, new, confidence, "alignment.same_text");
                }
            } else if olds.len() <= 20
                && let Some(&new) = news
                    .iter()
                    .take(20)
                    .find(|&&new| self.is_free(at, new) && self.has_same_label(at, new))
            {
                self.pair(at, new, 0.97, "alignment.same_text");
            }
        }
    }

    /// Căn cứ, Nơi nhận.
    fn named(&mut self) {
        let is_named = |node: &OutlineNode| node.kind == SectionKind::Named;
        let new = self.new;
        let mut by_name: HashMap<&str, usize> = HashMap::new();
        for (at, node) in new
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| is_named(node))
        {
            by_name.entry(node.label.as_str()).or_insert(at);
        }
        let old = self.old;
        for (at, node) in old
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| is_named(node))
        {
            if let Some(&new) = by_name.get(node.label.as_str()) {
                self.pair(at, new, 0.98, "alignment.same_name");
            }
        }
    }

    /// What is left in one parent and has some words in common: a person decides.
    fn similar_in_place(&mut self, pairs: &Pairs) {
        let mut ranked: Vec<(f32, usize, usize)> = pairs
            .all
            .iter()
            .filter(|pair| {
                pair.similarity >= 0.25
                    && self.is_free(pair.old, pair.new)
                    && self.is_alike_in_kind(pair.old, pair.new)
                    && self.has_same_parent(pair.old, pair.new)
            })
            .map(|pair| (pair.similarity, pair.old, pair.new))
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        for (similarity, old, new) in ranked {
            self.pair(
                old,
                new,
                0.4 + 0.5 * similarity,
                "alignment.similar_in_place",
            );
        }
    }

    /// Texts that are alike, the most alike first; the same label and the same parent count.
    fn similar_texts(&mut self, pairs: &Pairs) {
        let mut ranked: Vec<(f32, usize, usize, f32)> = pairs
            .all
            .iter()
            .filter(|pair| {
                pair.similarity >= MIN_SIMILARITY
                    && self.is_free(pair.old, pair.new)
                    && self.is_alike_in_kind(pair.old, pair.new)
                    && self.old_texts.n_words(pair.old) >= MIN_WORDS
                    && self.new_texts.n_words(pair.new) >= MIN_WORDS
            })
            .map(|pair| {
                let label = f32::from(u8::from(self.has_same_label(pair.old, pair.new)));
                let parent = f32::from(u8::from(self.has_same_parent(pair.old, pair.new)));
                let score = pair.similarity + 0.1 * label + 0.1 * parent;
                (score, pair.old, pair.new, pair.similarity)
            })
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        for (score, old, new, similarity) in ranked {
            let support = score - similarity;
            let confidence = if self.has_same_label(old, new) {
                0.62 + 0.36 * similarity
            } else {
                0.45 + 0.45 * similarity + 0.4 * support
            };
            self.pair(old, new, confidence.min(0.97), "alignment.similar_text");
        }
    }

    /// A section whose children went to one place, from the innermost outwards.
    fn by_children(&mut self) {
        for old in (0..self.old.nodes.len()).rev() {
            if self.new_of(old).is_some() {
                continue;
            }
            let Some(children) = self.old_children.get(old).filter(|all| !all.is_empty()) else {
                continue;
            };
            let mut votes: HashMap<usize, usize> = HashMap::new();
            for &child in children {
                let parent = self
                    .new_of(child)
                    .and_then(|found| self.new.nodes.get(found.other))
                    .and_then(|node| node.parent);
                if let Some(parent) = parent {
                    *votes.entry(parent).or_default() += 1;
                }
            }
            let n_children = children.len();
            let best = votes
                .into_iter()
                .filter(|&(new, _)| self.is_free(old, new) && self.is_alike_in_kind(old, new))
                .max_by_key(|&(new, n)| (n, std::cmp::Reverse(new)));
            if let Some((new, n)) = best {
                let of_new = self.new_children.get(new).map_or(0, Vec::len);
                if n * 2 >= n_children && n * 3 >= of_new {
                    let all = n == n_children;
                    self.pair(old, new, if all { 0.93 } else { 0.8 }, "alignment.children");
                }
            }
        }
    }

    /// Children of matched parents that are still alone: those of the same words, then those of the
    /// same number that have something in common.
    fn in_place(&mut self) {
        for at in 0..=self.old.nodes.len() {
            // 0 stands for the document itself.
            let (old_parent, new_parent) = match at.checked_sub(1) {
                None => (None, None),
                Some(old) => match self.new_of(old) {
                    Some(found) => (Some(old), Some(found.other)),
                    None => continue,
                },
            };
            let alone = |children: Vec<usize>, is_free: &dyn Fn(usize) -> bool| -> Vec<usize> {
                children
                    .into_iter()
                    .filter(|&child| is_free(child))
                    .collect()
            };
            let olds = alone(below(&self.old_children, self.old, old_parent), &|child| {
                self.new_of(child).is_none()
            });
            let news = alone(below(&self.new_children, self.new, new_parent), &|child| {
                self.old_of(child).is_none()
            });
            if olds.is_empty() || news.is_empty() {
                continue;
            }
            self.in_one_place(&olds, &news, old_parent, new_parent);
        }
    }

    fn in_one_place(
        &mut self,
        olds: &[usize],
        news: &[usize],
        old_parent: Option<usize>,
        new_parent: Option<usize>,
    ) {
        let mut by_hash: HashMap<u64, Vec<usize>> = HashMap::new();
        let mut by_number: HashMap<String, usize> = HashMap::new();
        for &new in news.iter().rev() {
            by_hash
                .entry(self.new_texts.hash(new))
                .or_default()
                .push(new);
            by_number.insert(own_label(self.new, new, new_parent), new);
        }
        for &old in olds {
            if let Some(new) = by_hash
                .get_mut(&self.old_texts.hash(old))
                .and_then(Vec::pop)
            {
                self.pair(old, new, 0.95, "alignment.same_text_in_place");
            }
        }
        for &old in olds {
            let Some(&new) = by_number.get(&own_label(self.old, old, old_parent)) else {
                continue;
            };
            if !self.is_free(old, new) || !self.is_alike_in_kind(old, new) {
                continue;
            }
            let similarity = self.old_texts.similarity(old, self.new_texts, new);
            let is_short = self.old_texts.n_words(old).min(self.new_texts.n_words(new)) < MIN_WORDS;
            let is_empty = self.old_texts.n_words(old) == 0 || self.new_texts.n_words(new) == 0;
            if similarity >= MIN_IN_PLACE || (is_short && similarity > 0.0) || is_empty {
                let confidence = if is_empty {
                    0.7
                } else {
                    0.6 + 0.35 * similarity
                };
                self.pair(old, new, confidence, "alignment.same_place");
            }
        }
    }
}

fn is_division(kind: SectionKind) -> bool {
    matches!(
        kind,
        SectionKind::Part
            | SectionKind::Chapter
            | SectionKind::Division
            | SectionKind::Subdivision
            | SectionKind::Annex
    )
}

fn children(outline: &Outline) -> Vec<Vec<usize>> {
    let mut children = vec![Vec::new(); outline.nodes.len()];
    for (at, node) in outline.nodes.iter().enumerate() {
        if let Some(siblings) = node.parent.and_then(|parent| children.get_mut(parent)) {
            siblings.push(at);
        }
    }
    children
}

/// The children of a node, or the outermost nodes.
fn below(children: &[Vec<usize>], outline: &Outline, parent: Option<usize>) -> Vec<usize> {
    match parent {
        Some(parent) => children.get(parent).cloned().unwrap_or_default(),
        None => outline
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.parent.is_none())
            .map(|(at, _)| at)
            .collect(),
    }
}

/// A label without its parent's.
fn own_label(outline: &Outline, at: usize, parent: Option<usize>) -> String {
    let label = Matching::label(outline, at);
    let above = parent.map_or("", |parent| Matching::label(outline, parent));
    label.strip_prefix(above).unwrap_or(label).to_owned()
}
