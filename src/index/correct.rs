//! Typing errors.
//!
//! Words typed that no text has are replaced by the most frequent word one change away: a letter
//! more, less, other, or swapped with its neighbor. Marks need no correction, since folding ignores
//! them. Only tried when a search found nothing, and always told ([`Correction`]).

use std::collections::{BTreeMap, BTreeSet};

use tantivy::query::FuzzyTermQuery;
use tantivy::schema::Field;
use tantivy::{Searcher, Term};

use super::analyzer::{self, Word};
use super::language::Node;
use super::{Correction, Error};

/// Shorter words have too many neighbors: "nga" is one letter from a dozen syllables.
const MIN_LETTERS: usize = 4;

/// Replaces unknown words; gives what was replaced.
pub(super) fn correct(
    all: &mut [Node],
    typed: &str,
    scope: &[Field],
    searcher: &Searcher,
) -> Result<Vec<Correction>, Error> {
    // Other forms of what was typed were not mistyped.
    let typed: BTreeSet<String> = analyzer::words(typed).map(|word| word.folded).collect();
    let mut known: BTreeMap<String, Option<String>> = BTreeMap::new();
    for node in all.iter() {
        node.each_word(&mut |word| {
            if typed.contains(&word.folded) {
                known.insert(word.folded.clone(), None);
            }
        });
    }
    for (word, better) in &mut known {
        *better = better_word(word, scope, searcher)?;
    }
    let mut corrections: BTreeMap<String, Correction> = BTreeMap::new();
    for node in all {
        node.replace_words(&mut |word| {
            if let Some(Some(better)) = known.get(&word.folded) {
                let correction = Correction {
                    typed: word.exact.clone(),
                    used: better.clone(),
                };
                corrections.insert(word.folded.clone(), correction);
                *word = Word {
                    folded: better.clone(),
                    exact: better.clone(),
                };
            }
        });
    }
    Ok(corrections.into_values().collect())
}

/// The word to use instead, if this one is unknown and looks mistyped.
fn better_word(word: &str, scope: &[Field], searcher: &Searcher) -> Result<Option<String>, Error> {
    if word.chars().count() < MIN_LETTERS || !word.chars().all(char::is_alphabetic) {
        return Ok(None);
    }
    for field in scope {
        if searcher.doc_freq(&Term::from_field_text(*field, word))? > 0 {
            return Ok(None);
        }
    }
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for field in scope {
        let term = Term::from_field_text(*field, word);
        let near = FuzzyTermQuery::new(term, 1, true).automaton()?;
        for segment in searcher.segment_readers() {
            let index = segment.inverted_index(*field)?;
            let mut stream = index.terms().search(&near).into_stream()?;
            while stream.advance() {
                let key = String::from_utf8_lossy(stream.key()).into_owned();
                *counts.entry(key).or_default() += u64::from(stream.value().doc_freq);
            }
        }
    }
    // The first in the alphabet among the most frequent.
    let best = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    Ok(best.map(|(word, _)| word))
}
