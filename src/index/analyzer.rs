//! How a text becomes words of the index.
//!
//! Text in, a stream of syllables out, in one of two forms: *folded* (no marks, lower case) finds,
//! *exact* (marks kept, tone marks in one place) ranks. Boundaries are those of
//! [`crate::text::fold::syllables`], letters those of [`crate::text::fold::fold`]; the tables here
//! are made from these two, since a batch of millions passes through.
//! Queries and highlights go through [`words`], so that they always agree with the index.

use std::sync::LazyLock;

use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer, TokenizerManager};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::Span;
use crate::text::fold;

/// Name of the analyzer without marks.
pub(super) const FOLDED: &str = "vi_folded";
/// Name of the analyzer with marks.
pub(super) const EXACT: &str = "vi_exact";

/// Longer runs of letters are not words (encoded attachments, rules drawn with letters); their
/// beginning stands for them, in the index and in queries alike.
const MAX_WORD_CHARS: usize = 64;

/// A text that shows a change of the analyzers: every letter, both tone placements, marks alone.
pub(super) const SAMPLE: &str = "Ờ hòa hoà khỏe khoẻ thủy thuỷ quý của Đường KH&CN 5.1 №7 ½ ² ﬁ \
    àáảãạ ăằắẳẵặ âầấẩẫậ èéẻẽẹ êềếểễệ ìíỉĩị òóỏõọ ôồốổỗộ ơờớởỡợ ùúủũụ ưừứửữự ỳýỷỹỵ \
    e\u{302}\u{301} \u{301} İstanbul straße ΑΒΓ Москва 東京";

/// One syllable or number in both forms.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Word {
    /// Without marks.
    pub(super) folded: String,
    /// With marks.
    pub(super) exact: String,
}

/// Which form of a syllable a stream gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Folded,
    Exact,
}

/// What the tables know about a character.
#[derive(Clone, Copy)]
enum Known {
    /// Stands between syllables.
    Outside,
    /// Part of a syllable; folds to this one character.
    Letter(char),
    /// Part of a syllable; folds to nothing or to several characters.
    Other,
}

/// The first code point the table does not hold; Vietnamese ends at U+1EF9.
const TABLE_END: u32 = 0x1f00;

static TABLE: LazyLock<Vec<Known>> = LazyLock::new(|| {
    (0..TABLE_END)
        .map(|code| char::from_u32(code).map_or(Known::Outside, look_up_slowly))
        .collect()
});

fn look_up_slowly(c: char) -> Known {
    let mut bytes = [0; 4];
    let text: &str = c.encode_utf8(&mut bytes);
    if fold::syllables(text).next().is_none() {
        return Known::Outside;
    }
    let folded = fold::fold(text);
    let mut folded = folded.chars();
    match (folded.next(), folded.next()) {
        (Some(one), None) => Known::Letter(one),
        _ => Known::Other,
    }
}

fn look_up(c: char) -> Known {
    let place = usize::try_from(u32::from(c)).unwrap_or(usize::MAX);
    match TABLE.get(place) {
        Some(known) => *known,
        None => look_up_slowly(c),
    }
}

/// Appends the folded form of a syllable.
fn push_folded(syllable: &str, out: &mut String) {
    for c in syllable.chars().take(MAX_WORD_CHARS) {
        match look_up(c) {
            Known::Letter(letter) => out.push(letter),
            Known::Outside => {}
            Known::Other => out.push_str(&fold::fold(c.encode_utf8(&mut [0; 4]))),
        }
    }
}

/// Appends the exact form of a syllable.
fn push_exact(syllable: &str, out: &mut String) {
    let start = out.len();
    let mut is_plain = true;
    // Tones move only in syllables that end in a bare a, e or y after a marked letter.
    let (mut before_last, mut last) = (' ', ' ');
    for c in syllable.chars().take(MAX_WORD_CHARS) {
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else {
            out.extend(c.to_lowercase());
            is_plain &= !is_combining_mark(c);
        }
        is_plain &= c.is_alphabetic();
        (before_last, last) = (last, c.to_ascii_lowercase());
    }
    if !is_plain || (matches!(last, 'a' | 'e' | 'y') && !before_last.is_ascii()) {
        let composed: String = out.get(start..).unwrap_or_default().nfc().collect();
        out.truncate(start);
        out.push_str(&fold::place_tones(&composed));
    }
}

/// Finds the first syllable at or after `from`.
fn next_syllable(text: &str, from: usize) -> Option<Span> {
    let mut start = None;
    for (at, c) in text.get(from..)?.char_indices() {
        let is_inside = !matches!(look_up(c), Known::Outside);
        match (start, is_inside) {
            (None, true) => start = Some(at),
            (Some(start), false) => return Some(Span::new(from + start, from + at)),
            (None, false) | (Some(_), true) => {}
        }
    }
    start.map(|start| Span::new(from + start, text.len()))
}

/// Yields the words of a text with their spans; what has no letter of its own is left out.
pub(super) fn spanned_words(text: &str) -> impl Iterator<Item = (Span, Word)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let span = next_syllable(text, from)?;
            from = span.end;
            let syllable = span.slice(text)?;
            let (mut folded, mut exact) = (String::new(), String::new());
            push_folded(syllable, &mut folded);
            push_exact(syllable, &mut exact);
            if !folded.is_empty() {
                return Some((span, Word { folded, exact }));
            }
        }
    })
}

/// Yields the words of a text.
pub(super) fn words(text: &str) -> impl Iterator<Item = Word> {
    spanned_words(text).map(|(_, word)| word)
}

/// Makes the analyzers known to an index.
pub(super) fn register(manager: &TokenizerManager) {
    for (name, form) in [(FOLDED, Form::Folded), (EXACT, Form::Exact)] {
        let tokenizer = Syllables {
            form,
            token: Token::default(),
        };
        manager.register(name, TextAnalyzer::from(tokenizer));
    }
}

/// The tokenizer of both analyzers.
#[derive(Clone)]
struct Syllables {
    form: Form,
    /// Reused from word to word.
    token: Token,
}

impl Tokenizer for Syllables {
    type TokenStream<'a> = SyllableStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> SyllableStream<'a> {
        self.token.reset();
        SyllableStream {
            form: self.form,
            text,
            from: 0,
            token: &mut self.token,
        }
    }
}

/// The words of one text.
struct SyllableStream<'a> {
    form: Form,
    text: &'a str,
    from: usize,
    token: &'a mut Token,
}

impl TokenStream for SyllableStream<'_> {
    fn advance(&mut self) -> bool {
        self.token.text.clear();
        while let Some(span) = next_syllable(self.text, self.from) {
            self.from = span.end;
            let syllable = span.slice(self.text).unwrap_or_default();
            match self.form {
                Form::Folded => push_folded(syllable, &mut self.token.text),
                Form::Exact => push_exact(syllable, &mut self.token.text),
            }
            if !self.token.text.is_empty() {
                self.token.offset_from = span.start;
                self.token.offset_to = span.end;
                self.token.position = self.token.position.wrapping_add(1);
                return true;
            }
        }
        false
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::{SAMPLE, spanned_words, words};
    use crate::text::fold;

    #[track_caller]
    fn check(text: &str, folded: &[&str], exact: &[&str]) {
        let words: Vec<_> = words(text).collect();
        let found: Vec<_> = words.iter().map(|word| word.folded.as_str()).collect();
        assert_eq!(found, folded);
        let found: Vec<_> = words.iter().map(|word| word.exact.as_str()).collect();
        assert_eq!(found, exact);
    }

    #[test]
    fn words_have_both_forms() {
        check("Điều 5", &["dieu", "5"], &["điều", "5"]);
        check("THỊ TRƯỜNG", &["thi", "truong"], &["thị", "trường"]);
        check("hòa hoà", &["hoa", "hoa"], &["hoà", "hoà"]);
        check(
            "KH&CN 5.1",
            &["kh", "cn", "5", "1"],
            &["kh", "cn", "5", "1"],
        );
        check("", &[], &[]);
        check(" – … ", &[], &[]);
    }

    #[test]
    fn decomposed_text_gives_the_same_words() {
        check(
            "thi\u{323} trươ\u{300}ng",
            &["thi", "truong"],
            &["thị", "trường"],
        );
        check("ho\u{300}a", &["hoa"], &["hoà"]);
        check("a \u{301} b", &["a", "b"], &["a", "b"]);
    }

    #[test]
    fn the_tables_agree_with_the_text_module() {
        for text in [SAMPLE, &SAMPLE.to_uppercase(), "Thủy hoá1 Hoá-học ⁿ x²"] {
            let found: Vec<_> = spanned_words(text).collect();
            let expected: Vec<_> = fold::syllables(text)
                .map(|(span, word)| (span, fold::fold(word), word))
                .filter(|(_, folded, _)| !folded.is_empty())
                .collect();
            assert_eq!(found.len(), expected.len());
            for ((span, word), (expected_span, folded, _)) in found.iter().zip(expected) {
                assert_eq!((*span, &word.folded), (expected_span, &folded));
            }
        }
    }

    #[test]
    fn endless_words_are_cut_the_same_everywhere() {
        let long = "ạ".repeat(100_000);
        let word = words(&long).next().unwrap();
        assert_eq!(word.folded, "a".repeat(64));
        assert_eq!(word.exact, "ạ".repeat(64));
    }
}
