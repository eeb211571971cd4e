//! The syllables and pairs of syllables a text is compared by, abbreviations written out.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::text::fold::{fold, syllables};

/// Longer texts are compared by their beginning.
const MAX_SYLLABLES: usize = 4000;
/// Headings of more words are the first words of a paragraph.
const MAX_HEADING_WORDS: usize = 12;
/// Abbreviations of fewer letters mean too much.
const MIN_ABBREVIATION: usize = 3;

/// One or two syllables, and whether every comment has them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Term {
    text: String,
    is_pair: bool,
    is_common: bool,
}

impl Term {
    pub(super) fn is_pair(&self) -> bool {
        self.is_pair
    }

    pub(super) fn is_common(&self) -> bool {
        self.is_common
    }
}

#[derive(Deserialize)]
struct Suggestion {
    common: Vec<String>,
}

#[derive(Deserialize)]
struct Terms {
    suggestion: Suggestion,
}

#[derive(Deserialize)]
struct Synonyms {
    same: Vec<Vec<String>>,
}

static COMMON: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let file: Terms = toml::from_str(include_str!("../../../config/registry/terms.toml"))
        .expect("the shipped terms.toml is valid: a test reads it");
    let words = file.suggestion.common.iter();
    words
        .flat_map(|words| words.split_whitespace())
        .map(fold)
        .collect()
});

/// The syllables of an abbreviation, and those it stands for.
type Abbreviation = (Vec<String>, Vec<String>);

/// Abbreviations by their first syllable, longest first.
static ABBREVIATIONS: LazyLock<HashMap<String, Vec<Abbreviation>>> = LazyLock::new(|| {
    let file: Synonyms = toml::from_str(include_str!("../../../config/registry/synonyms.toml"))
        .expect("the shipped synonyms.toml is valid: a test reads it");
    let mut found: HashMap<String, Vec<Abbreviation>> = HashMap::new();
    for same in &file.same {
        let forms: Vec<Vec<String>> = same.iter().map(|form| plain(form)).collect();
        let Some(full) = forms.iter().max_by_key(|form| form.len()) else {
            continue;
        };
        for form in &forms {
            let letters: usize = form.iter().map(String::len).sum();
            let is_short = form.len() * 2 <= full.len() && letters >= MIN_ABBREVIATION;
            if let Some(first) = form.first().filter(|_| is_short) {
                let list = found.entry(first.clone()).or_default();
                list.push((form.clone(), full.clone()));
                list.sort_by_key(|(form, _)| std::cmp::Reverse(form.len()));
            }
        }
    }
    found
});

/// The mark-less syllables of a text.
fn plain(text: &str) -> Vec<String> {
    let folded = fold(text);
    syllables(&folded)
        .take(MAX_SYLLABLES)
        .map(|(_, word)| word.to_owned())
        .collect()
}

/// The same with abbreviations written out and "và" left out.
fn words(text: &str) -> Vec<String> {
    let plain = plain(text);
    let mut words = Vec::with_capacity(plain.len());
    let mut at = 0;
    while let Some(word) = plain.get(at) {
        let rest = plain.get(at..).unwrap_or(&[]);
        let known = ABBREVIATIONS
            .get(word)
            .and_then(|forms| forms.iter().find(|(form, _)| rest.starts_with(form)));
        if let Some((form, full)) = known {
            words.extend(full.iter().filter(|word| *word != "va").cloned());
            at += form.len();
        } else {
            if word != "va" {
                words.push(word.clone());
            }
            at += 1;
        }
    }
    words
}

fn terms_of(words: &[String]) -> Vec<Term> {
    let is_common = |word: &str| COMMON.contains(word);
    let singles = words
        .iter()
        .filter(|word| word.len() > 1 || word.chars().all(|c| c.is_ascii_digit()))
        .map(|word| Term {
            is_common: is_common(word),
            text: word.clone(),
            is_pair: false,
        });
    let pairs = words.windows(2).filter_map(|pair| match pair {
        [first, second] => Some(Term {
            is_common: is_common(first) && is_common(second),
            text: format!("{first} {second}"),
            is_pair: true,
        }),
        _ => None,
    });
    singles.chain(pairs).collect()
}

/// The terms of a text, in order of the text.
pub(super) fn terms(text: &str) -> Vec<Term> {
    terms_of(&words(text))
}

/// The terms of a short heading; none of a long one.
pub(super) fn head_words(heading: &str) -> Vec<Term> {
    let words = words(heading);
    if (2..=MAX_HEADING_WORDS).contains(&words.len()) {
        terms_of(&words)
    } else {
        Vec::new()
    }
}
