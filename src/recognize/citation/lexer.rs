//! Cuts a text into the tokens the citation grammar reads.
//!
//! One pass, no copies: a word is two hashes, of its lower-case spelling and of its mark-less
//! spelling, so that comparing words is comparing numbers.

use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::super::outline::roman_value;
use super::terms::Term;
use crate::domain::Span;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Number,
    Comma,
    Semicolon,
    Period,
    Colon,
    Dash,
    Slash,
    Ampersand,
    OpenParen,
    CloseParen,
    Percent,
    /// A quotation mark: opening, closing, or either.
    OpenQuote,
    CloseQuote,
    Quote,
    Newline,
    Other,
}

/// A word, a number or a mark.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
    /// Hash of the lower-case spelling.
    pub(super) exact: u64,
    /// Hash of the mark-less spelling.
    pub(super) folded: u64,
    pub(super) term: Term,
    /// How many tokens the term has.
    pub(super) n_words: u8,
    /// No white space before it.
    pub(super) is_glued: bool,
    /// Starts with a capital.
    pub(super) is_upper: bool,
    /// Value of a number of at most four digits.
    pub(super) number: Option<u16>,
    /// Value of a Roman numeral, in capitals or not.
    pub(super) roman: Option<u16>,
    /// The small letter behind a Roman numeral in capitals: "`XIa`".
    pub(super) suffix: Option<char>,
    /// The letter, in lower case, of a word of one letter.
    pub(super) letter: Option<char>,
    /// Inside a long quotation: wording, not speech about the draft.
    pub(super) is_quoted: bool,
    /// The term was found in spite of wrong marks or letters: it needs company to be believed.
    pub(super) is_misread: bool,
}

impl Token {
    /// Written without any mark, as by someone who leaves them out.
    pub(super) fn is_plain(&self) -> bool {
        self.exact == self.folded
    }
}

/// The two hashes of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WordHash {
    pub(super) exact: u64,
    pub(super) folded: u64,
}

/// A hasher for keys that are hashes.
#[derive(Default)]
pub(super) struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 << 8) | u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

pub(super) type BuildIdentity = BuildHasherDefault<Identity>;

const SEED: u64 = 0xcbf2_9ce4_8422_2325;

fn mix(hash: u64, c: char) -> u64 {
    (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0000_0100_0000_01b3)
}

/// A character as the lexer sees it.
#[derive(Debug, Clone, Copy)]
struct Letter {
    lower: char,
    base: char,
    is_letter: bool,
    is_upper: bool,
}

/// The characters Vietnamese is written with, worked out once.
static LETTERS: LazyLock<Vec<Letter>> = LazyLock::new(|| {
    (0..0x1f00_u32)
        .map(|code| {
            let c = char::from_u32(code).unwrap_or(' ');
            let lower = latin(c.to_lowercase().next().unwrap_or(c));
            let base = match lower {
                'đ' => 'd',
                lower => lower.nfd().next().unwrap_or(lower),
            };
            Letter {
                lower,
                base,
                is_letter: c.is_alphabetic() || is_combining_mark(c),
                is_upper: c.is_uppercase(),
            }
        })
        .collect()
});

/// The Latin letter that a Greek or Cyrillic one looks like: keyboards and OCR mix them up.
fn latin(lower: char) -> char {
    match lower {
        'і' | 'ι' => 'i',
        'ѵ' | 'ν' => 'v',
        'х' | 'χ' => 'x',
        'а' | 'α' => 'a',
        'с' => 'c',
        'ԁ' => 'd',
        'е' => 'e',
        'һ' => 'h',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'ð' | 'ɖ' => 'đ',
        'ø' => 'g',
        lower => lower,
    }
}

fn letter(letters: &[Letter], c: char) -> Letter {
    usize::try_from(u32::from(c))
        .ok()
        .and_then(|at| letters.get(at))
        .copied()
        .unwrap_or_else(|| Letter {
            lower: c,
            base: c,
            is_letter: c.is_alphabetic(),
            is_upper: c.is_uppercase(),
        })
}

/// The hashes of the words and numbers of a text.
pub(super) fn hash_words(text: &str) -> Vec<WordHash> {
    lex(text)
        .into_iter()
        .filter(|token| matches!(token.kind, Kind::Word | Kind::Number))
        .map(|token| WordHash {
            exact: token.exact,
            folded: token.folded,
        })
        .collect()
}

/// The mark-less hash of one word.
pub(super) fn hash_folded(word: &str) -> u64 {
    let letters: &[Letter] = &LETTERS;
    word.chars()
        .fold(SEED, |hash, c| mix(hash, letter(letters, c).base))
}

/// Cuts a text into tokens. White space is only remembered as the lack of glue.
pub(super) fn lex(text: &str) -> Vec<Token> {
    let letters: &[Letter] = &LETTERS;
    let mut tokens = Vec::with_capacity(text.len() / 5 + 4);
    let mut chars = text.char_indices().peekable();
    let mut is_glued = false;
    while let Some((start, c)) = chars.next() {
        if c == '\n' {
            tokens.push(mark(Kind::Newline, start, 1, is_glued));
            is_glued = false;
            continue;
        }
        if c == ' ' || c.is_whitespace() {
            is_glued = false;
            continue;
        }
        let token = if c.is_ascii_digit() {
            let mut value = Some(digit(c));
            let mut end = start + 1;
            let mut hash = mix(SEED, c);
            while let Some(&(at, c)) = chars.peek().filter(|(_, c)| c.is_ascii_digit()) {
                value = value
                    .and_then(|value: u16| value.checked_mul(10)?.checked_add(digit(c)))
                    .filter(|_| at - start < 4);
                hash = mix(hash, c);
                end = at + 1;
                chars.next();
            }
            Token {
                number: value,
                exact: hash,
                folded: hash,
                ..mark(Kind::Number, start, end - start, is_glued)
            }
        } else if let Some(value) = roman_sign(c) {
            Token {
                roman: Some(value),
                is_upper: u32::from(c) < 0x2170,
                ..mark(Kind::Word, start, c.len_utf8(), is_glued)
            }
        } else if letter(letters, c).is_letter {
            let mut word = WordReader::new(letters, c);
            let mut end = start + c.len_utf8();
            while let Some(&(at, c)) = chars.peek() {
                let next = letter(letters, c);
                // "mụcIV" is two words.
                if !next.is_letter || (next.is_upper && word.ends_small) {
                    break;
                }
                word.push(c, next);
                end = at + c.len_utf8();
                chars.next();
            }
            let token = word.finish(text, Span::new(start, end), is_glued);
            if let Some((keyword, letter)) = word.glued_point(&token) {
                tokens.push(keyword);
                letter
            } else {
                token
            }
        } else {
            mark(kind_of(c), start, c.len_utf8(), is_glued)
        };
        tokens.push(token);
        is_glued = true;
    }
    tokens
}

/// The value of a Roman numeral that is one character: Ⅲ.
fn roman_sign(c: char) -> Option<u16> {
    let first = match c {
        '\u{2160}'..='\u{216b}' => 0x2160,
        '\u{2170}'..='\u{217b}' => 0x2170,
        _ => return None,
    };
    u16::try_from(u32::from(c) - first + 1).ok()
}

fn digit(c: char) -> u16 {
    c.to_digit(10)
        .and_then(|digit| u16::try_from(digit).ok())
        .unwrap_or(0)
}

fn mark(kind: Kind, start: usize, len: usize, is_glued: bool) -> Token {
    Token {
        kind,
        span: Span::new(start, start + len),
        exact: 0,
        folded: 0,
        term: Term::None,
        n_words: 1,
        is_glued,
        is_upper: false,
        number: None,
        roman: None,
        suffix: None,
        letter: None,
        is_quoted: false,
        is_misread: false,
    }
}

fn kind_of(c: char) -> Kind {
    match c {
        ',' => Kind::Comma,
        ';' => Kind::Semicolon,
        '.' | '…' => Kind::Period,
        ':' => Kind::Colon,
        '-' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '÷' | '→' | '~' => {
            Kind::Dash
        }
        '/' => Kind::Slash,
        '&' => Kind::Ampersand,
        '(' | '[' => Kind::OpenParen,
        ')' | ']' => Kind::CloseParen,
        '%' => Kind::Percent,
        '“' | '«' | '„' | '‘' => Kind::OpenQuote,
        '”' | '»' | '’' => Kind::CloseQuote,
        '"' | '\'' => Kind::Quote,
        _ => Kind::Other,
    }
}

/// Hashes a word letter by letter.
struct WordReader {
    exact: u64,
    folded: u64,
    /// The folded hash, and the last letter with its bytes, before that letter was read.
    before_last: u64,
    last: (char, usize),
    n_letters: usize,
    first: char,
    is_ascii: bool,
    is_upper: bool,
    may_be_roman: bool,
    /// The last letter is a small one, and no "l" that may be a capital "I".
    ends_small: bool,
}

impl WordReader {
    fn new(letters: &[Letter], first: char) -> Self {
        let mut reader = Self {
            exact: SEED,
            folded: SEED,
            before_last: SEED,
            last: (first, 0),
            n_letters: 0,
            first: letter(letters, first).lower,
            is_ascii: true,
            is_upper: letter(letters, first).is_upper,
            may_be_roman: true,
            ends_small: false,
        };
        reader.push(first, letter(letters, first));
        reader
    }

    fn push(&mut self, c: char, letter: Letter) {
        self.n_letters += 1;
        let Letter {
            lower,
            base,
            is_upper,
            ..
        } = letter;
        self.ends_small = !is_upper && c != 'l';
        if ('\u{300}'..='\u{36f}').contains(&c) {
            // A mark on its own, in text that is not composed.
            self.exact = mix(self.exact, c);
            self.is_ascii = false;
            return;
        }
        self.before_last = self.folded;
        self.last = (lower, c.len_utf8());
        self.exact = mix(self.exact, lower);
        self.folded = mix(self.folded, base);
        self.is_ascii &= c.is_ascii();
        self.may_be_roman &= matches!(lower, 'i' | 'v' | 'x' | 'l');
    }

    fn finish(&self, text: &str, span: Span, is_glued: bool) -> Token {
        let mut roman = None;
        let mut suffix = None;
        let mut is_upper = self.is_upper;
        if self.is_upper && self.is_ascii && self.first == 't' && self.n_letters <= 4 {
            // "TI", "TII": where serifs run together.
            let word = span.slice(text).unwrap_or("");
            let rest = word.strip_prefix('T').filter(|rest| rest.starts_with('I'));
            roman = rest.and_then(|rest| roman_value(&format!("I{rest}")));
        }
        if self.n_letters <= 8 && matches!(self.first, 'i' | 'v' | 'x' | 'l') {
            let word = span.slice(text).unwrap_or("");
            if self.may_be_roman && self.is_ascii {
                // "Il", "lII": a small L read for a capital I.
                if word.contains('l') && word.contains(['I', 'V', 'X']) {
                    roman = roman_value(&word.replace('l', "I"));
                    is_upper |= roman.is_some();
                } else {
                    roman = roman_value(&word.to_ascii_uppercase());
                }
            } else if self.may_be_roman {
                let letters: &[Letter] = &LETTERS;
                let plain: String = word
                    .chars()
                    .map(|c| letter(letters, c).base.to_ascii_uppercase())
                    .collect();
                roman = roman_value(&plain);
            } else if self.is_upper && self.is_ascii && self.n_letters > 1 {
                suffix = word.chars().next_back().filter(char::is_ascii_lowercase);
                roman = suffix.and_then(|_| roman_value(word.get(..word.len() - 1)?));
            }
        }
        Token {
            kind: Kind::Word,
            exact: self.exact,
            folded: self.folded,
            is_upper,
            roman,
            suffix: suffix.filter(|_| roman.is_some()),
            letter: (self.n_letters == 1).then_some(self.first),
            ..mark(Kind::Word, span.start, span.len(), is_glued)
        }
    }

    /// Cuts "điểmb" into the keyword and its letter.
    fn glued_point(&self, token: &Token) -> Option<(Token, Token)> {
        static POINT: LazyLock<u64> = LazyLock::new(|| hash_folded("diem"));
        let (last, len) = self.last;
        if self.n_letters != 5 || self.before_last != *POINT || matches!(last, 'n' | 'm') {
            return None;
        }
        let Span { start, end } = token.span;
        let keyword = Token {
            span: Span::new(start, end - len),
            exact: *POINT,
            folded: *POINT,
            letter: None,
            ..*token
        };
        let letters: &[Letter] = &LETTERS;
        let hash = |c: char| mix(SEED, c);
        let letter = Token {
            exact: hash(last),
            folded: hash(letter(letters, last).base),
            letter: Some(last),
            is_upper: false,
            is_glued: false,
            ..mark(Kind::Word, end - len, len, false)
        };
        Some((keyword, letter))
    }
}
