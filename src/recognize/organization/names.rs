//! Written names of organizations, in one form in which equal names are equal.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::text::fold::fold;

/// A name as a list of mark-less words: abbreviations written out, "và", "&" and the words that
/// distinguish nothing left out.
pub(super) type Key = Vec<String>;

#[derive(Deserialize)]
struct File {
    organization: Section,
}

#[derive(Deserialize)]
struct Section {
    abbreviations: BTreeMap<String, String>,
    empty: Words,
}

#[derive(Deserialize)]
struct Words {
    words: Vec<String>,
}

/// Words to read as other words.
struct Replacement {
    from: Vec<String>,
    to: Vec<String>,
}

struct Rules {
    /// By the first word, longest first.
    replacements: HashMap<String, Vec<Replacement>>,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../../config/registry/terms.toml"))
        .expect("the shipped terms.toml is valid: a test reads it");
    let mut replacements: HashMap<String, Vec<Replacement>> = HashMap::new();
    let pairs = file.organization.abbreviations.into_iter().chain(
        file.organization
            .empty
            .words
            .into_iter()
            .map(|words| (words, String::new())),
    );
    for (from, to) in pairs {
        let from: Vec<String> = from.split_whitespace().map(str::to_owned).collect();
        let to: Vec<String> = to.split_whitespace().map(str::to_owned).collect();
        if let Some(first) = from.first() {
            let entry = replacements.entry(first.clone()).or_default();
            entry.push(Replacement { from, to });
            entry.sort_by_key(|rule| std::cmp::Reverse(rule.from.len()));
        }
    }
    Rules { replacements }
});

/// The key of a written name.
pub(super) fn key(name: &str) -> Key {
    let words = words(name);
    let mut key = Key::with_capacity(words.len());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let rest = words.get(at..).unwrap_or(&[]);
        let found = RULES
            .replacements
            .get(word)
            .and_then(|rules| rules.iter().find(|rule| rest.starts_with(&rule.from)));
        if let Some(Replacement { from, to }) = found {
            key.extend(to.iter().cloned());
            at += from.len();
        } else {
            key.push(word.clone());
            at += 1;
        }
    }
    key
}

/// The mark-less words of a name; "KH&CN" is one word, "và" and "các" none.
fn words(name: &str) -> Vec<String> {
    let folded = fold(name).replace('&', "");
    folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && !matches!(*word, "va" | "cac"))
        .map(str::to_owned)
        .collect()
}

/// The letters and digits of a key in one piece, to compare abbreviations however they are cut.
pub(super) fn compact(key: &[String]) -> String {
    key.concat()
}

/// The first letters of a key's words: "STC".
pub(super) fn initials(key: &[String]) -> String {
    key.iter().filter_map(|word| word.chars().next()).collect()
}

/// The number of edits between two words or names, or `None` when above `limit`.
pub(super) fn distance(first: &str, second: &str, limit: usize) -> Option<usize> {
    let first: Vec<char> = first.chars().collect();
    let second: Vec<char> = second.chars().collect();
    if first.len().abs_diff(second.len()) > limit {
        return None;
    }
    let mut row: Vec<usize> = (0..=second.len()).collect();
    for (i, a) in first.iter().enumerate() {
        let mut diagonal = i;
        let mut best = i + 1;
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
        for (j, b) in second.iter().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or(usize::MAX);
            let left = row.get(j).copied().unwrap_or(usize::MAX);
            let value = (diagonal + usize::from(a != b))
                .min(above + 1)
                .min(left + 1);
            diagonal = above;
            if let Some(cell) = row.get_mut(j + 1) {
                *cell = value;
            }
            best = best.min(value);
        }
        if best > limit {
            return None;
        }
    }
    row.last().copied().filter(|&value| value <= limit)
}

#[cfg(test)]
mod tests {
    use super::{compact, distance, initials, key};

    #[test]
    fn equal_names_have_equal_keys() {
        assert_eq!(
            key("Ủy ban nhân dân thành phố Bắc Giang"),
            key("UBND TP. Bắc Giang")
        );
        assert_eq!(
            key("UBND huyện Hiệp Hoà"),
            key("uỷ ban nhân dân huyện Hiệp Hòa")
        );
        assert_eq!(compact(&key("Sở KH&CN")), compact(&key("SỞ KHCN")));
        assert_eq!(
            key("Sở Khoa học & Công nghệ"),
            key("Sở Khoa học và Công nghệ")
        );
        assert_eq!(initials(&key("Sở Tài chính")), "stc");
    }

    #[test]
    fn edits_are_counted_up_to_a_limit() {
        assert_eq!(distance("so tai chinh", "so tai ching", 2), Some(1));
        assert_eq!(distance("luc nam", "luc ngan", 2), Some(2));
        assert_eq!(distance("luc nam", "yen the", 2), None);
    }
}
