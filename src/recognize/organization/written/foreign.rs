//! English lines of a letterhead: the name once more below the Vietnamese one, or alone.

use std::collections::HashSet;

use super::super::forms::is_syllable;
use super::super::spelling::Token;
use super::{Letterhead, WrittenName};
use crate::domain::{Confidence, Span};
use crate::text::fold::fold;

/// Words of English names that no Vietnamese word without marks looks like, and what they say.
const WORDS: [(&str, &str); 28] = [
    ("of", ""),
    ("and", ""),
    ("joint", ""),
    ("stock", ""),
    ("vietnam", ""),
    ("national", ""),
    ("company", "enterprise"),
    ("limited", "enterprise"),
    ("ltd", "enterprise"),
    ("corp", "enterprise"),
    ("corporation", "enterprise"),
    ("bank", "enterprise"),
    ("group", "enterprise"),
    ("firm", "enterprise"),
    ("law", "enterprise"),
    ("university", "science"),
    ("institute", "science"),
    ("academy", "science"),
    ("college", "science"),
    ("school", "science"),
    ("hospital", "science"),
    ("association", "association"),
    ("chamber", "association"),
    ("federation", "association"),
    ("council", "association"),
    ("union", "association"),
    ("ministry", "central"),
    ("committee", ""),
];

fn kind_of(word: &str) -> Option<&'static str> {
    WORDS
        .iter()
        .find(|(known, _)| *known == word)
        .map(|(_, kind)| *kind)
}

/// The tokens of lines in English, by their index.
pub(super) fn lines_of(tokens: &[Token<'_>]) -> HashSet<usize> {
    let mut found = HashSet::new();
    let mut from = 0;
    let mut was_foreign = false;
    while from < tokens.len() {
        let rest = tokens.get(from + 1..).unwrap_or(&[]);
        let n = 1 + rest.iter().take_while(|token| !token.starts_line).count();
        let line = tokens.get(from..from + n).unwrap_or(&[]);
        let is_plain = line.iter().all(|token| token.word.is_plain());
        // The second line of a long name: "CONTRACTORS".
        let goes_on = was_foreign && line.iter().any(|token| !is_syllable(&token.word.folded));
        let has_word = line
            .iter()
            .any(|token| kind_of(&token.word.folded).is_some());
        was_foreign = is_plain && (has_word || goes_on);
        if was_foreign {
            found.extend(from..from + n);
        }
        from += n;
    }
    found
}

/// The name of a letterhead in English only.
pub(super) fn read_lines(text: &str, lines: &[Span]) -> Option<Letterhead> {
    lines.iter().find_map(|&span| {
        let line = span.slice(text)?;
        let words: Vec<String> = fold(line)
            .split(|c: char| !c.is_alphanumeric())
            .map(str::to_owned)
            .collect();
        if !line.is_ascii() || !words.iter().any(|word| kind_of(word).is_some()) {
            return None;
        }
        let kind = words
            .iter()
            .filter_map(|word| kind_of(word))
            .find(|kind| !kind.is_empty());
        Some(Letterhead {
            name: WrittenName {
                name: spell(line),
                kind,
                confidence: Confidence::new(0.82),
                span: Some(span),
            },
            province: None,
            is_committee: false,
        })
    })
}

/// Capitals at the start of each word, where all are capitals.
fn spell(line: &str) -> String {
    if line.chars().any(char::is_lowercase) {
        return line.to_owned();
    }
    let word = |word: &str| {
        let small = word.to_lowercase();
        let mut letters = small.chars();
        match letters.next() {
            _ if matches!(&*small, "of" | "and" | "the" | "for") => small,
            Some(first) => first.to_uppercase().chain(letters).collect(),
            None => small,
        }
    };
    let words: Vec<String> = line.split_whitespace().map(word).collect();
    words.join(" ")
}
