//! When two texts are the same thing said.

use std::collections::BTreeMap;

use crate::text::fold::{fold, place_tones, syllables};
use crate::text::normalize::normalize;

/// From here on two texts are taken for the same.
pub(super) const SAME: f64 = 0.8;

/// The folded syllables of a text and how often each comes.
pub(super) struct Bag {
    counts: BTreeMap<String, u32>,
    total: u32,
}

impl Bag {
    /// Of a text, without the list mark in front.
    pub(super) fn new(text: &str) -> Self {
        let mut counts = BTreeMap::new();
        let mut total = 0;
        let folded = fold(&normalize(without_mark(text)));
        for (_, syllable) in syllables(&folded) {
            *counts.entry(syllable.to_owned()).or_default() += 1;
            total += 1;
        }
        Self { counts, total }
    }

    /// How alike: 1 for the same syllables, 0 for none in common.
    pub(super) fn alike(&self, other: &Self) -> f64 {
        if self.total == 0 || other.total == 0 {
            return f64::from(u8::from(self.total == other.total));
        }
        let common: u32 = self
            .counts
            .iter()
            .map(|(syllable, n)| (*n).min(other.counts.get(syllable).copied().unwrap_or(0)))
            .sum();
        2.0 * f64::from(common) / f64::from(self.total + other.total)
    }
}

/// Whether two texts are the same thing said.
pub(super) fn same(a: &str, b: &str) -> bool {
    Bag::new(a).alike(&Bag::new(b)) >= SAME
}

/// A text without "1.", "1.1.", "a)", "(1)", "-", "+", "•" in front.
fn without_mark(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.find(char::is_whitespace).unwrap_or(0);
    let (mark, rest) = text.split_at(end);
    let core = mark.trim_matches(|c: char| "()./-–+•*:".contains(c));
    let is_number = !core.is_empty()
        && core.split('.').all(|part| {
            !part.is_empty() && part.len() <= 2 && part.chars().all(|c| c.is_ascii_digit())
        });
    let is_letter = core.chars().count() == 1;
    let is_mark = mark.len() > core.len() && (core.is_empty() || is_number || is_letter);
    if is_mark { rest } else { text }
}

/// What a point may read like: its own words, or these with the reason from a column of its own.
pub(super) struct Wanted(Vec<Bag>);

impl Wanted {
    /// Of a point's words and its reason.
    pub(super) fn new(text: &str, reason: Option<&str>) -> Self {
        let mut bags = vec![Bag::new(text)];
        if let Some(reason) = reason.filter(|reason| !text.contains(*reason)) {
            bags.push(Bag::new(&format!("{text} {reason}")));
        }
        Self(bags)
    }

    fn alike(&self, other: &Bag) -> f64 {
        let each = self.0.iter().map(|bag| bag.alike(other));
        each.fold(0.0, f64::max)
    }
}

/// One to one, the most alike first; pairs of (index in `expected`, index in `found`).
pub(super) fn pair(expected: &[Wanted], found: &[&str]) -> Vec<(usize, usize)> {
    let found: Vec<Bag> = found.iter().map(|text| Bag::new(text)).collect();
    let mut likely: Vec<(f64, usize, usize)> = Vec::new();
    for (i, wanted) in expected.iter().enumerate() {
        for (j, other) in found.iter().enumerate() {
            let alike = wanted.alike(other);
            if alike >= SAME {
                likely.push((alike, i, j));
            }
        }
    }
    // Equal texts keep their order.
    likely.sort_by(|a, b| {
        b.0.total_cmp(&a.0)
            .then_with(|| a.1.abs_diff(a.2).cmp(&b.1.abs_diff(b.2)))
            .then_with(|| (a.1, a.2).cmp(&(b.1, b.2)))
    });
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (_, i, j) in likely {
        if pairs
            .iter()
            .all(|(taken, other)| *taken != i && *other != j)
        {
            pairs.push((i, j));
        }
    }
    pairs.sort_unstable();
    pairs
}

/// A label, number or date for comparison: case and white space aside, `đ` is not `d`.
pub(super) fn label_key(label: &str) -> String {
    let label = place_tones(&normalize(label));
    label.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A letter number or date: white space goes altogether.
pub(super) fn number_key(number: &str) -> String {
    label_key(number).replace(' ', "").replace(['–', '‑'], "-")
}

/// A name for comparison.
pub(super) fn name_key(name: &str) -> String {
    let folded = fold(&normalize(name));
    let words: Vec<&str> = syllables(&folded).map(|(_, word)| word).collect();
    words.join(" ").replace("uy ban nhan dan", "ubnd")
}

/// Whether one names the other's words, so that "Điều 62 Nghị định 78" is found in "Điều 62 Nghị
/// định 78 ngày 01/4/2025".
pub(super) fn names_the_same(a: &str, b: &str) -> bool {
    let key = |text: &str| {
        let folded = fold(&normalize(text));
        let words: Vec<&str> = syllables(&folded)
            .map(|(_, word)| word)
            .filter(|word| *word != "so")
            .collect();
        words.join(" ")
    };
    let (a, b) = (key(a), key(b));
    !a.is_empty()
        && !b.is_empty()
        && (format!(" {a} ").contains(&format!(" {b} "))
            || format!(" {b} ").contains(&format!(" {a} ")))
}

/// Whether the words name an article, clause or annex.
pub(super) fn names_a_place(words: &str) -> bool {
    let folded = fold(&normalize(words));
    syllables(&folded).any(|(_, word)| matches!(word, "dieu" | "khoan" | "diem" | "phu" | "chuong"))
}
