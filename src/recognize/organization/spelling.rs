//! Spells names: which words are capitalized, which marks a text recognizer lost.
//!
//! A name that is not all in capitals stays as it is written; else the letter's own body tells how
//! it is spelled, and last the registry.

use super::agencies::{AGENCIES, Word};
use crate::domain::Span;
use crate::text::fold::{Folded, fold};

/// A word of the letterhead.
#[derive(Debug, Clone)]
pub(super) struct Token<'a> {
    pub(super) written: &'a str,
    pub(super) word: Word,
    pub(super) span: Span,
    pub(super) starts_line: bool,
}

/// The words of some lines of a text.
pub(super) fn tokens<'a>(text: &'a str, lines: &[Span]) -> Vec<Token<'a>> {
    let mut tokens = Vec::new();
    for line in lines {
        let Some(words) = line.slice(text) else {
            continue;
        };
        let mut at = 0;
        let mut starts_line = true;
        for written in words.split_whitespace() {
            let start = words
                .get(at..)
                .and_then(|rest| rest.find(written))
                .map_or(at, |n| at + n);
            at = start + written.len();
            let core = written.trim_matches(|c: char| !c.is_alphanumeric());
            tokens.push(Token {
                written,
                word: Word::new(core),
                span: Span::new(line.start + start, line.start + at),
                starts_line,
            });
            starts_line = false;
        }
    }
    tokens.truncate(120);
    tokens
}

/// Whether no word bears a mark.
pub(super) fn is_plain(words: &[Word]) -> bool {
    words.iter().all(Word::is_plain)
}

/// How the body spells these words, where it does so in small letters with capitals.
fn spelled_in(body: &Folded, original: &str, words: &str) -> Option<String> {
    if words.len() < 8 {
        return None;
    }
    body.as_str()
        .match_indices(words)
        .take(8)
        .find_map(|(at, found)| {
            let ends = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
            let is_whole = ends(body.as_str().get(..at)?.chars().next_back())
                && ends(body.as_str().get(at + found.len()..)?.chars().next());
            let spelled = body
                .original(Span::new(at, at + found.len()))
                .slice(original)?;
            let n_capital = spelled.chars().filter(|c| c.is_uppercase()).count();
            let n_small = spelled.chars().filter(|c| c.is_lowercase()).count();
            let starts = spelled.chars().next().is_some_and(char::is_uppercase);
            (is_whole && starts && n_small > n_capital && n_capital > 1).then(|| spelled.to_owned())
        })
}

/// Spells a name: as written when it is not all in capitals, as the letter's body does, or by the
/// registry.
pub(super) fn spell(tokens: &[Token<'_>], whole: &str, body: &str) -> String {
    let written: Vec<&str> = tokens.iter().map(|token| token.written).collect();
    let joined = if whole.is_empty() {
        written.join(" ")
    } else {
        whole.to_owned()
    };
    let n_small = joined.chars().filter(|c| c.is_lowercase()).count();
    let n_capital = joined.chars().filter(|c| c.is_uppercase()).count();
    let trimmed = joined.trim_end_matches([',', ';', ':', '-', '–', ' ', '*', '.']);
    if n_small > n_capital {
        return trimmed.to_owned();
    }
    if !body.is_empty() {
        let folded_name = fold(trimmed);
        if let Some(found) = spelled_in(&Folded::new(body), body, &folded_name) {
            return found;
        }
    }
    by_registry(tokens, whole.is_empty())
}

/// Spells words all in capitals; a name starts with one.
fn by_registry(tokens: &[Token<'_>], is_start: bool) -> String {
    let words: Vec<Word> = tokens.iter().map(|token| token.word.clone()).collect();
    let plain = is_plain(&words);
    let mut out: Vec<String> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    let mut in_place = false;
    while let (Some(token), Some(word)) = (tokens.get(at), words.get(at)) {
        let rest = words.get(at..).unwrap_or(&[]);
        if word.folded.is_empty() {
            out.push(token.written.to_owned());
            at += 1;
            continue;
        }
        // Punctuation between the words of a phrase is no word of it.
        let (solid, places) = without_punctuation(rest);
        if let Some(phrase) = AGENCIES
            .phrase_at(&solid)
            .filter(|phrase| !in_place || phrase.words.len() > 1)
        {
            let n_tokens = places.get(phrase.words.len() - 1).map_or(1, |n| n + 1);
            let mut known = phrase.words.iter();
            for token in tokens.get(at..at + n_tokens).unwrap_or(&[]) {
                match (token.word.folded.is_empty(), known.len()) {
                    (false, 1..) => {
                        let spelled = known.next().map_or("", |word| &*word.spelled);
                        out.push(with_marks(token, spelled));
                    }
                    _ => out.push(token.written.to_owned()),
                }
            }
            at += n_tokens;
            in_place = false;
            continue;
        }
        if let Some(place) = AGENCIES.place_word_at(rest, plain) {
            for (token, known) in tokens.get(at..).unwrap_or(&[]).iter().zip(place) {
                out.push(with_marks(token, &known.spelled));
            }
            at += place.len();
            in_place = true;
            continue;
        }
        let is_abbreviation =
            AGENCIES.is_capitals(word) || !word.folded.chars().any(|c| "aeiouy".contains(c));
        if is_numeral(
            token.written,
            at.checked_sub(1).and_then(|at| words.get(at)),
        ) {
            out.push(token.written.to_owned());
            at += 1;
            continue;
        }
        out.push(match AGENCIES.small(word).filter(|_| !in_place && at > 0) {
            _ if is_abbreviation => token.written.to_owned(),
            Some(small) => with_marks(token, small),
            None => capitalized(token.written),
        });
        at += 1;
    }
    if let Some(first) = out.first_mut()
        && !first.chars().any(char::is_uppercase)
        && is_start
        && AGENCIES.place_word_at(&words, plain).is_none()
    {
        *first = capitalized(first);
    }
    let name = out.join(" ");
    name.trim_end_matches([',', ';', ':', '-', '–', ' ', '*', '.'])
        .to_owned()
}

/// "KHU VỰC VII", "QUÂN KHU IX".
fn is_numeral(written: &str, before: Option<&Word>) -> bool {
    before.is_some_and(|word| matches!(&*word.folded, "vuc" | "khu" | "so" | "vung" | "doan"))
        && written.chars().all(|c| "IVXL".contains(c))
}

/// The next words of a name, and where each stands.
fn without_punctuation(words: &[Word]) -> (Vec<Word>, Vec<usize>) {
    words
        .iter()
        .enumerate()
        .filter(|(_, word)| !word.folded.is_empty())
        .map(|(n, word)| (word.clone(), n))
        .take(10)
        .unzip()
}

/// The known spelling of a word with the punctuation it is written with.
fn with_marks(token: &Token<'_>, spelled: &str) -> String {
    let core = token.written.trim_matches(|c: char| !c.is_alphanumeric());
    token.written.replacen(core, spelled, 1)
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    let mut out = String::with_capacity(word.len());
    for c in chars.by_ref() {
        if c.is_alphabetic() {
            out.extend(c.to_uppercase());
            break;
        }
        out.push(c);
    }
    out.extend(chars.flat_map(char::to_lowercase));
    out
}
