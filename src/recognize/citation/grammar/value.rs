//! Reads what stands after a keyword: lists and ranges of numbers, letters and paths.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::super::super::outline::roman_value;
use super::super::lexer::{BuildIdentity, Kind, hash_folded};
use super::super::terms::{Keyword, Term};
use super::{Grammar, Item, Piece, Value};

/// What a worn 1 is read as; no letter or report uses it.
const DAGGER: &str = "†";

/// "thứ nhất" … "thứ mười".
static ORDINALS: LazyLock<HashMap<u64, u16, BuildIdentity>> = LazyLock::new(|| {
    [
        "nhat", "hai", "ba", "tu", "nam", "sau", "bay", "tam", "chin", "muoi",
    ]
    .iter()
    .zip(1..)
    .chain([(&"bon", 4), (&"dau", 1)])
    .map(|(word, number)| (hash_folded(word), number))
    .collect()
});

static LAST: LazyLock<u64> = LazyLock::new(|| hash_folded("cuoi"));

static FROM: LazyLock<u64> = LazyLock::new(|| hash_folded("tu"));

static FIRST: LazyLock<u64> = LazyLock::new(|| hash_folded("dau"));

/// First words of counted things.
static THINGS: LazyLock<Vec<u64>> = LazyLock::new(|| {
    ["noi", "y", "van", "co", "don", "doanh", "nguoi", "nhom"]
        .iter()
        .map(|word| hash_folded(word))
        .collect()
});

/// Whether a keyword stands before the number of a place and of nothing else.
fn names_law_place(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::Article | Keyword::Clause | Keyword::Chapter | Keyword::Annex
    )
}

/// The most values one keyword may list.
const MAX_ITEMS: usize = 40;

impl Grammar<'_> {
    pub(super) fn items(&self, at: usize, keyword: Keyword) -> (Vec<Item>, usize) {
        let Some((value, end)) = self.value(at, keyword) else {
            return (Vec::new(), at);
        };
        let is_path = matches!(value, Value::Path(_));
        let items = vec![Item {
            value,
            is_range_end: false,
        }];
        if is_path {
            self.more_items(items, end, keyword)
        } else {
            (items, end)
        }
    }

    pub(super) fn more_items(
        &self,
        mut items: Vec<Item>,
        mut end: usize,
        keyword: Keyword,
    ) -> (Vec<Item>, usize) {
        while items.len() < MAX_ITEMS {
            let (is_range_end, start) = match (self.kind(end), self.term(end)) {
                (Some(Kind::Comma), _) => {
                    let after = end + 1;
                    let after = if self.term(after) == Term::And {
                        self.after(after)
                    } else {
                        after
                    };
                    (false, after)
                }
                (Some(Kind::Semicolon), _) if self.lists_on(end + 1, keyword) => (false, end + 1),
                (Some(Kind::Ampersand), _) | (_, Term::And) => (false, self.after(end)),
                (Some(Kind::Dash), _) | (_, Term::To) => (true, self.after(end)),
                _ => break,
            };
            let Some((value, next)) = self.value(start, keyword) else {
                break;
            };
            let fits = items
                .first()
                .is_some_and(|first| same_form(&first.value, &value))
                && !matches!(self.term(next), Term::Place(_) if self.items_follow_number(next, &value));
            if !fits {
                break;
            }
            items.push(Item {
                value,
                is_range_end,
            });
            end = next;
        }
        (items, end)
    }

    /// Whether a value behind a semicolon goes on with the list: "khoản 1; 2; 3 Điều 8".
    fn lists_on(&self, at: usize, keyword: Keyword) -> bool {
        self.value(at, keyword).is_some_and(|(_, end)| {
            matches!(self.kind(end), Some(Kind::Semicolon | Kind::Comma))
                || matches!(self.term(end), Term::And | Term::Place(_))
        })
    }

    /// Whether the keyword at `at` counts what stands before it ("của 2 điều") instead of starting
    /// a place of its own.
    fn items_follow_number(&self, at: usize, value: &Value) -> bool {
        let is_number = matches!(value, Value::Path(pieces) if pieces.iter().all(|piece| piece.number.is_some()));
        let Term::Place(keyword) = self.term(at) else {
            return false;
        };
        is_number && self.value(self.after(at), keyword).is_none()
    }

    fn value(&self, mut at: usize, keyword: Keyword) -> Option<(Value, usize)> {
        // "mẫu nêu trên" is any form.
        let is_named = keyword != Keyword::Path && !keyword.is_form();
        if self.term(at) == Term::This && is_named {
            return Some((Value::This, self.after(at)));
        }
        // "các điểm từ a đến c", "khoản⏎2 Điều 5"
        let is_from = self.token(at).is_some_and(|token| {
            token.kind == Kind::Word && token.folded == *FROM && token.term == Term::None
        });
        if is_from || self.breaks_before_value(at) {
            at += 1;
        }
        if self.term(at) == Term::Number {
            at = self.after(at);
        }
        if self.term(at) == Term::Ordinal {
            at = self.after(at);
            if let Some(found) = self.ordinal(at) {
                return Some(found);
            }
        } else if matches!(keyword, Keyword::Dash | Keyword::Paragraph | Keyword::Item) {
            let folded = self.token(at).map(|token| token.folded);
            if folded == Some(*FIRST) || folded == Some(*LAST) {
                return self.ordinal(at);
            }
        }
        let opened = matches!(
            self.kind(at),
            Some(Kind::OpenQuote | Kind::Quote | Kind::OpenParen)
        );
        let start = if opened { at + 1 } else { at };
        let (pieces, mut end) = self.path(start, keyword)?;
        let closes = matches!(
            self.kind(end),
            Some(Kind::CloseQuote | Kind::Quote | Kind::CloseParen)
        );
        if opened && !closes {
            return None;
        }
        // "điểm a)" closes nothing that was opened.
        let glued_paren = self.kind(end) == Some(Kind::CloseParen)
            && pieces.len() == 1
            && self.token(end).is_some_and(|token| token.is_glued)
            && !self.is_inside_parens(start);
        if opened || glued_paren {
            end += 1;
        }
        // "Điều 4 nội dung sau" counts nothing.
        let is_counted = self.is_quantity(&pieces, end)
            && !(names_law_place(keyword) && self.counts_things(end));
        (!is_counted).then_some((Value::Path(pieces), end))
    }

    /// Whether the word at `at` is a thing that can also begin what is said about a place: "nội
    /// dung", "cơ quan"; measures of money and time cannot.
    fn counts_things(&self, at: usize) -> bool {
        self.term(at) == Term::Counted
            && self
                .token(at)
                .is_some_and(|token| THINGS.contains(&token.folded))
    }

    /// Whether a line breaks between a keyword and its value, which is then no item's number.
    fn breaks_before_value(&self, at: usize) -> bool {
        self.kind(at) == Some(Kind::Newline)
            && matches!(self.kind(at + 1), Some(Kind::Number))
            && (matches!(self.term(at + 2), Term::Place(_) | Term::Of | Term::And)
                || self.kind(at + 2) == Some(Kind::Comma))
    }

    /// Whether an opening parenthesis stands shortly before.
    fn is_inside_parens(&self, at: usize) -> bool {
        let from = at.saturating_sub(16);
        let mut depth = 0;
        for token in self.tokens.get(from..at).unwrap_or(&[]) {
            match token.kind {
                Kind::OpenParen => depth += 1,
                Kind::CloseParen if depth > 0 => depth -= 1,
                _ => {}
            }
        }
        depth > 0
    }

    fn ordinal(&self, at: usize) -> Option<(Value, usize)> {
        let token = self.token(at)?;
        let mut end = at + 1;
        let piece = if token.folded == *LAST {
            if self
                .token(end)
                .is_some_and(|token| token.folded == hash_folded("cung"))
            {
                end += 1;
            }
            Piece {
                is_last: true,
                ..Piece::default()
            }
        } else {
            let number = token
                .number
                .or_else(|| ORDINALS.get(&token.folded).copied())?;
            if token.folded == *FIRST
                && self
                    .token(end)
                    .is_some_and(|token| token.folded == hash_folded("tien"))
            {
                end += 1;
            }
            let is_last = self.counts_from_below(end);
            if is_last {
                end += 3;
            }
            Piece {
                number: Some(number),
                is_last,
                ..Piece::default()
            }
        };
        Some((Value::Path(vec![piece]), end))
    }

    /// "từ dưới lên"
    fn counts_from_below(&self, at: usize) -> bool {
        ["tu", "duoi", "len"].iter().zip(at..).all(|(word, at)| {
            self.token(at)
                .is_some_and(|token| token.folded == hash_folded(word))
        })
    }

    /// "III.2.b": pieces joined by periods without spaces.
    pub(super) fn path(&self, at: usize, keyword: Keyword) -> Option<(Vec<Piece>, usize)> {
        let (piece, mut end) = self
            .misread_number(at, keyword)
            .or_else(|| self.piece(at, keyword, true))?;
        let mut pieces = vec![piece];
        if let Some((inner, next)) = self.spaced_inner(&piece, end, keyword) {
            pieces.push(inner);
            end = next;
        } else if let Some((inner, next)) = self.comma_inner(&piece, end, keyword) {
            pieces.extend(inner);
            end = next;
        }
        while pieces.len() < 8 {
            let separator = self.token(end).filter(|token| token.is_glued);
            let follows = self.token(end + 1).is_some_and(|token| token.is_glued);
            let joins = match separator.map(|token| token.kind) {
                Some(Kind::Period) => true,
                // "IV-2"; "5-7" is a range.
                Some(Kind::Dash) => {
                    piece.roman.is_some()
                        && piece.number.is_none()
                        && pieces.len() == 1
                        && self
                            .token(end + 1)
                            .is_some_and(|token| token.number.is_some())
                }
                _ => false,
            };
            if !joins || !follows {
                break;
            }
            let Some((piece, next)) = self.piece(end + 1, keyword, false) else {
                break;
            };
            pieces.push(piece);
            end = next;
        }
        if let Some((letter, next)) = self.letter_in_parens(end)
            && (keyword != Keyword::Path || pieces.len() > 1)
            && pieces.last().is_some_and(|piece| piece.number.is_some())
        {
            pieces.push(letter);
            end = next;
        }
        Some((pieces, end))
    }

    /// "Mục II, 2, đ": inner places behind commas. A number alone may begin a list or an amount.
    fn comma_inner(
        &self,
        first: &Piece,
        at: usize,
        keyword: Keyword,
    ) -> Option<(Vec<Piece>, usize)> {
        let is_outer = matches!(keyword, Keyword::Part | Keyword::Division)
            && first.roman.is_some()
            && first.number.is_none();
        let has_commas = self.kind(at) == Some(Kind::Comma)
            && self.kind(at + 1) == Some(Kind::Number)
            && self.kind(at + 2) == Some(Kind::Comma);
        if !is_outer || !has_commas {
            return None;
        }
        let (number, _) = self.piece(at + 1, keyword, false)?;
        let (letter, end) = self.piece(at + 3, keyword, false)?;
        let is_letter = letter.letter.is_some() && letter.number.is_none() && !letter.is_capital;
        is_letter.then_some((vec![number, letter], end))
    }

    /// "Mục III - 2"
    fn spaced_inner(&self, first: &Piece, at: usize, keyword: Keyword) -> Option<(Piece, usize)> {
        let is_outer = matches!(keyword, Keyword::Part | Keyword::Division)
            && first.roman.is_some()
            && first.number.is_none();
        let is_spaced = self.kind(at) == Some(Kind::Dash)
            && !self.is_glued(at)
            && !self.is_glued(at + 1)
            && self.kind(at + 1) == Some(Kind::Number);
        if !is_outer || !is_spaced {
            return None;
        }
        let (piece, end) = self.piece(at + 1, keyword, false)?;
        let is_place = piece.number.is_some_and(|number| number < 100)
            && !self.is_quantity(&[piece], end)
            && !self.word_follows(end);
        is_place.then_some((piece, end))
    }

    /// "II.2 (đ)"
    fn letter_in_parens(&self, at: usize) -> Option<(Piece, usize)> {
        let token = self.token(at + 1)?;
        let is_letter = self.kind(at) == Some(Kind::OpenParen)
            && self.kind(at + 2) == Some(Kind::CloseParen)
            && !token.is_upper;
        let letter = token
            .letter
            .filter(|&c| is_letter && (c.is_ascii_alphabetic() || c == 'đ') && c != 'i')?;
        Some((
            Piece {
                letter: Some(letter),
                ..Piece::default()
            },
            at + 3,
        ))
    }

    /// A number in which letters were read for digits, or a Roman numeral with digits in it:
    /// "Điều 1O", "Điều l", "Điều †", "Chương 1I".
    fn misread_number(&self, at: usize, keyword: Keyword) -> Option<(Piece, usize)> {
        let is_arabic = matches!(keyword, Keyword::Article | Keyword::Clause | Keyword::Row);
        let is_roman = matches!(
            keyword,
            Keyword::Chapter | Keyword::Part | Keyword::Division | Keyword::Annex
        );
        if !is_arabic && !is_roman {
            return None;
        }
        let mut end = at;
        while end < at + 3
            && self.token(end).is_some_and(|token| {
                let is_dagger = || token.span.slice(self.text) == Some(DAGGER);
                (matches!(token.kind, Kind::Number | Kind::Word)
                    || (token.kind == Kind::Other && is_dagger()))
                    && (token.term == Term::None || token.letter.is_some())
                    && token.span.len() <= 3
                    && (end == at || token.is_glued)
            })
        {
            end += 1;
        }
        let is_single = end == at + 1;
        let only_digits = is_single && self.kind(at) == Some(Kind::Number);
        if end == at || only_digits || (self.is_glued(end) && self.kind(end) == Some(Kind::Word)) {
            return None;
        }
        let words = self.span(at, end).slice(self.text)?;
        if words.len() > 4 {
            return None;
        }
        let has_digit = words.contains(|c: char| c.is_ascii_digit());
        let piece = if is_arabic {
            let digits: String = words
                .chars()
                .map(|c| match c {
                    'l' | 'I' | '|' | '†' => '1',
                    'O' | 'o' => '0',
                    c => c,
                })
                .collect();
            let is_all_ones = matches!(words, "l" | "I" | "ll" | "lI" | "Il" | "lO" | DAGGER);
            let number = digits.parse().ok().filter(|_| has_digit || is_all_ones)?;
            Piece {
                number: Some(number),
                // "khoản I" may be just that.
                roman: (words == "I").then_some(1),
                is_capital: words == "I",
                ..Piece::default()
            }
        } else {
            let has_capital = words.contains(['I', 'V', 'X']);
            let numeral = words.replace(['l', '1'], "I");
            let value = roman_value(&numeral).filter(|_| has_digit && has_capital)?;
            Piece {
                roman: Some(value),
                is_capital: true,
                ..Piece::default()
            }
        };
        Some((piece, end))
    }

    fn piece(&self, at: usize, keyword: Keyword, is_first: bool) -> Option<(Piece, usize)> {
        let token = self.token(at)?;
        match token.kind {
            Kind::Number => {
                let number = token
                    .number
                    .filter(|&number| number < 1000 || keyword == Keyword::Article)?;
                let next = self.token(at + 1);
                let suffix = next
                    .filter(|next| next.is_glued && next.kind == Kind::Word && !next.is_upper)
                    .and_then(|next| next.letter)
                    .filter(|_| {
                        self.token(at + 2)
                            .is_none_or(|token| !(token.is_glued && token.kind == Kind::Number))
                    });
                // "khoản2Điều3" goes on with the next place.
                let is_word = next.is_some_and(|next| {
                    next.is_glued && next.kind == Kind::Word && !matches!(next.term, Term::Place(_))
                });
                if is_word && suffix.is_none() {
                    return None;
                }
                let piece = Piece {
                    number: Some(number),
                    suffix,
                    ..Piece::default()
                };
                Some((piece, at + 1 + usize::from(suffix.is_some())))
            }
            Kind::Word => {
                let letter = token
                    .letter
                    .filter(|&c| c.is_ascii_alphabetic() || c == 'đ');
                let takes_small_roman = matches!(
                    keyword,
                    Keyword::Part | Keyword::Chapter | Keyword::Division | Keyword::Annex
                );
                let roman = token.roman.filter(|_| {
                    let has_suffix = token.suffix.is_some();
                    (token.is_upper && (!has_suffix || keyword == Keyword::Annex))
                        || (takes_small_roman
                            && is_first
                            && (!is_syllable(token.roman) || !self.word_follows(at + 1)))
                });
                let is_capital = token.is_upper && letter.is_some();
                if letter.is_none() && roman.is_none() {
                    return None;
                }
                if token.letter.is_some() && token.is_glued && is_first && at > 0 {
                    // "KH&CN" and "5a" are not places; "mụcI" is.
                    let before = self.kind(at - 1);
                    let is_keyword = matches!(self.term(at - 1), Term::Place(_));
                    if !is_keyword
                        && matches!(
                            before,
                            Some(Kind::Word | Kind::Number | Kind::Ampersand | Kind::Slash)
                        )
                    {
                        return None;
                    }
                }
                let glued_word = self.token(at + 1).is_some_and(|next| {
                    next.is_glued
                        && matches!(next.kind, Kind::Number | Kind::Word | Kind::Ampersand)
                });
                if glued_word {
                    return None;
                }
                let piece = Piece {
                    roman,
                    suffix: token.suffix,
                    letter,
                    is_capital,
                    ..Piece::default()
                };
                Some((piece, at + 1))
            }
            _ => None,
        }
    }

    /// Whether a plain word follows, so that "vi" before it is a syllable and no numeral.
    fn word_follows(&self, at: usize) -> bool {
        self.token(at)
            .is_some_and(|token| token.kind == Kind::Word && token.term == Term::None)
    }

    /// Whether a number is an amount, a date or a fraction.
    fn is_quantity(&self, pieces: &[Piece], end: usize) -> bool {
        let [piece] = pieces else { return false };
        if piece.number.is_none() {
            return false;
        }
        let glued = |at: usize| self.token(at).is_some_and(|token| token.is_glued);
        match self.kind(end) {
            Some(Kind::Percent) => true,
            Some(Kind::Slash) => {
                glued(end) && glued(end + 1) && self.kind(end + 1) == Some(Kind::Number)
            }
            _ => self.term(end) == Term::Counted,
        }
    }
}

/// Whether a Roman numeral in small letters is also a syllable or a letter: "vi", "xi", "li".
fn is_syllable(roman: Option<u16>) -> bool {
    matches!(roman, Some(1 | 5 | 6 | 10 | 11 | 50 | 51))
}

/// Lists hold values of one form: numbers, letters, or paths of the same head.
fn same_form(first: &Value, second: &Value) -> bool {
    let (Value::Path(first), Value::Path(second)) = (first, second) else {
        return false;
    };
    let (Some(first), Some(second)) = (first.first(), second.first()) else {
        return false;
    };
    (first.number.is_some() && second.number.is_some())
        || (first.roman.is_some() && second.roman.is_some())
        || (first.letter.is_some()
            && second.letter.is_some()
            && first.is_capital == second.is_capital)
}
