//! Reads groups of places: "điểm b khoản 2 Điều 9", "Điều 5, Khoản 4, Điểm a", "các Điều 19, 20
//! và 21", "mục III.2.b".
//!
//! ```text
//! group      = component { joint component }
//! component  = keyword list | path
//! list       = value { ("," | "và" | "&" | "đến" | "-") value }
//! value      = ["số" | "thứ"] piece { "." piece } | "này"
//! piece      = number [letter] | roman | letter
//! ```
//!
//! A group is then cut into references, each a chain from the outermost place to the innermost,
//! whichever way round it was written.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::lexer::{BuildIdentity, Kind, Token, hash_folded};
use super::terms::{Keyword, Term};
use crate::domain::Span;

/// One step of a path: what was written, in every way it can be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Piece {
    pub(super) number: Option<u16>,
    /// The letter behind a number: "6c".
    pub(super) suffix: Option<char>,
    pub(super) roman: Option<u16>,
    pub(super) letter: Option<char>,
    pub(super) is_capital: bool,
    /// "cuối cùng".
    pub(super) is_last: bool,
}

/// What stands after a keyword.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Path(Vec<Piece>),
    /// "này".
    This,
    /// A keyword without number: "Phụ lục".
    Unnumbered,
}

/// A value of a list; a range's end includes what lies between it and the value before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) value: Value,
    pub(super) is_range_end: bool,
}

/// A keyword with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) keyword: Keyword,
    pub(super) items: Vec<Item>,
}

/// A chain of steps, outermost first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) steps: Vec<Step>,
    pub(super) span: Span,
    /// Ends a range that the reference before begins: "Điều 5 đến Điều 9".
    pub(super) is_range_end: bool,
}

/// How a component hangs on the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Joint {
    None,
    Of,
    Comma,
    And,
    Range,
}

struct Component {
    step: Step,
    joint: Joint,
    first: usize,
    end: usize,
}

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
static FIRST: LazyLock<u64> = LazyLock::new(|| hash_folded("dau"));

/// The most components a group may have; longer enumerations go on as the next group.
const MAX_COMPONENTS: usize = 24;
/// The most values one keyword may list.
const MAX_ITEMS: usize = 40;

/// Reads places from tokens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grammar<'a> {
    pub(super) tokens: &'a [Token],
    /// In a table's place cell bare numbers are places.
    pub(super) is_place_cell: bool,
}

impl<'a> Grammar<'a> {
    pub(super) fn token(&self, at: usize) -> Option<&'a Token> {
        self.tokens.get(at)
    }

    pub(super) fn term(&self, at: usize) -> Term {
        self.token(at).map_or(Term::None, |token| token.term)
    }

    pub(super) fn kind(&self, at: usize) -> Option<Kind> {
        self.token(at).map(|token| token.kind)
    }

    /// The index after the term at `at`.
    pub(super) fn after(&self, at: usize) -> usize {
        at + self
            .token(at)
            .map_or(1, |token| usize::from(token.n_words.max(1)))
    }

    pub(super) fn span(&self, first: usize, end: usize) -> Span {
        let start = self.token(first).map_or(0, |token| token.span.start);
        let end = end
            .checked_sub(1)
            .and_then(|last| self.token(last))
            .map_or(start, |token| token.span.end);
        Span::new(start, end)
    }

    /// Reads the group that starts at `at`; gives the references and the index after it.
    pub(super) fn group(&self, at: usize) -> Option<(Vec<Reference>, usize)> {
        let (step, end) = self.component(at)?;
        let mut components = vec![Component {
            step,
            joint: Joint::None,
            first: at,
            end,
        }];
        let mut next = end;
        while components.len() < MAX_COMPONENTS {
            let (joint, start) = self.joint(next);
            let has_annex = components
                .iter()
                .any(|component| component.step.keyword == Keyword::Annex);
            let row = || self.numbered_row(start).filter(|_| has_annex);
            let component = || self.component(start);
            let found = self.inner_path(start).or_else(component).or_else(row);
            let Some((step, end)) = found else {
                break;
            };
            components.push(Component {
                step,
                joint,
                first: start,
                end,
            });
            next = end;
        }
        let only_annex = components.iter().all(|component| {
            component
                .step
                .items
                .iter()
                .all(|item| item.value == Value::Unnumbered)
        });
        if only_annex && !self.is_place_cell {
            return None;
        }
        Some((self.references(&components), next))
    }

    /// Skips what can stand between two places.
    fn joint(&self, mut at: usize) -> (Joint, usize) {
        let mut joint = Joint::None;
        for _ in 0..4 {
            let here = match (self.kind(at), self.term(at)) {
                (_, Term::And) | (Some(Kind::Ampersand | Kind::Semicolon), _) => Joint::And,
                (_, Term::To) | (Some(Kind::Dash), _) => Joint::Range,
                (_, Term::Of) | (Some(Kind::OpenParen), _) => Joint::Of,
                (Some(Kind::Comma | Kind::Slash), _) => Joint::Comma,
                (_, Term::Plural) => Joint::None,
                _ => break,
            };
            joint = joint.max(here);
            at = self.after(at);
        }
        (joint, at)
    }

    /// "số 6" beside an annex is a row of its table.
    fn numbered_row(&self, at: usize) -> Option<(Step, usize)> {
        let start = match self.term(at) {
            Term::Number => at,
            Term::Line => self.after(at),
            _ => return None,
        };
        let keyword = Keyword::Row;
        let (items, end) = self.items(start, keyword);
        (!items.is_empty()).then_some((Step { keyword, items }, end))
    }

    /// "2.1" between two places: "điểm d, 2.1, mục IV".
    fn inner_path(&self, at: usize) -> Option<(Step, usize)> {
        self.token(at).filter(|token| token.number.is_some())?;
        let (pieces, end) = self.path(at, Keyword::Path)?;
        let (_, next) = self.joint(end);
        let is_inner = pieces.len() >= 2 && matches!(self.term(next), Term::Place(_));
        is_inner.then(|| {
            let item = Item {
                value: Value::Path(pieces),
                is_range_end: false,
            };
            let step = Step {
                keyword: Keyword::Clause,
                items: vec![item],
            };
            (step, end)
        })
    }

    fn component(&self, at: usize) -> Option<(Step, usize)> {
        let token = self.token(at)?;
        if token.is_quoted {
            return None;
        }
        if let Term::Place(keyword) = token.term {
            let after = self.after(at);
            let (items, end) = self.items(after, keyword);
            // "2 phần 3" is a fraction.
            let is_fraction = keyword == Keyword::Part
                && at.checked_sub(1).and_then(|before| self.kind(before)) == Some(Kind::Number)
                && at.checked_sub(2).is_none_or(|before| {
                    self.kind(before) == Some(Kind::Word) && self.term(before) == Term::None
                });
            if !items.is_empty() && !is_fraction {
                return Some((Step { keyword, items }, end));
            }
            let unnumbered = keyword == Keyword::Annex;
            return unnumbered.then(|| {
                let item = Item {
                    value: Value::Unnumbered,
                    is_range_end: false,
                };
                let items = vec![item];
                (Step { keyword, items }, after)
            });
        }
        // "dòng 4 Phụ lục II" is a row; other lines are read with their page.
        if token.term == Term::Line {
            let keyword = Keyword::Row;
            let (items, end) = self.items(self.after(at), keyword);
            let (_, next) = self.joint(end);
            let is_row = !items.is_empty() && self.term(next) == Term::Place(Keyword::Annex);
            return is_row.then_some((Step { keyword, items }, end));
        }
        if token.term == Term::Number {
            let (step, end) = self.numbered_row(at)?;
            let (_, next) = self.joint(end);
            return (self.term(next) == Term::Place(Keyword::Annex)).then_some((step, end));
        }
        self.bare_path(at)
    }

    /// "III.2.b" and "15.2.a"; in a place cell also "III" and "2.1".
    fn bare_path(&self, at: usize) -> Option<(Step, usize)> {
        let token = self.token(at)?;
        if token.is_glued && at > 0 {
            let before = self.kind(at - 1);
            if !matches!(
                before,
                Some(
                    Kind::OpenParen
                        | Kind::OpenQuote
                        | Kind::Quote
                        | Kind::Comma
                        | Kind::Semicolon
                        | Kind::Colon
                )
            ) {
                return None;
            }
        }
        let is_roman = token.is_upper && token.roman.is_some();
        let is_capital = token.is_upper && token.is_ascii && token.letter.is_some();
        if !is_roman && !is_capital && token.number.is_none() {
            return None;
        }
        let (pieces, end) = self.path(at, Keyword::Path)?;
        let ends_with_letter = pieces
            .last()
            .is_some_and(|piece| piece.letter.is_some() && !piece.is_capital);
        let is_path = if token.kind == Kind::Number {
            (pieces.len() >= 3 && ends_with_letter) || (self.is_place_cell && pieces.len() >= 2)
        } else {
            pieces.len() >= 2 || (self.is_place_cell && is_roman)
        };
        let follows = self.kind(end) != Some(Kind::Slash) && self.kind(end) != Some(Kind::Percent);
        (is_path && follows).then(|| {
            let item = Item {
                value: Value::Path(pieces),
                is_range_end: false,
            };
            let (items, end) = self.more_items(vec![item], end, Keyword::Path);
            let keyword = Keyword::Path;
            (Step { keyword, items }, end)
        })
    }

    fn items(&self, at: usize, keyword: Keyword) -> (Vec<Item>, usize) {
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

    fn more_items(
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
        if self.term(at) == Term::This && keyword != Keyword::Path {
            return Some((Value::This, self.after(at)));
        }
        if self.term(at) == Term::Number {
            at = self.after(at);
        }
        if self.term(at) == Term::Ordinal {
            at = self.after(at);
            if let Some(found) = self.ordinal(at) {
                return Some(found);
            }
        } else if matches!(keyword, Keyword::Dash | Keyword::Paragraph) {
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
        (!self.is_quantity(&pieces, end)).then_some((Value::Path(pieces), end))
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
            Piece {
                number: Some(number),
                ..Piece::default()
            }
        };
        Some((Value::Path(vec![piece]), end))
    }

    /// "III.2.b": pieces joined by periods without spaces.
    fn path(&self, at: usize, keyword: Keyword) -> Option<(Vec<Piece>, usize)> {
        let (piece, mut end) = self.piece(at, keyword, true)?;
        let mut pieces = vec![piece];
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
        Some((pieces, end))
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
                let is_word = next.is_some_and(|next| next.is_glued && next.kind == Kind::Word);
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
                        || (takes_small_roman && is_first && !self.word_follows(at + 1))
                });
                let is_capital = token.is_upper && letter.is_some();
                if letter.is_none() && roman.is_none() {
                    return None;
                }
                if token.letter.is_some() && token.is_glued && is_first && at > 0 {
                    // "KH&CN" and "5a" are not places.
                    let before = self.kind(at - 1);
                    if matches!(
                        before,
                        Some(Kind::Word | Kind::Number | Kind::Ampersand | Kind::Slash)
                    ) {
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

    /// Cuts the components of a group into references.
    fn references(&self, components: &[Component]) -> Vec<Reference> {
        let mut references: Vec<Reference> = Vec::new();
        let mut chain: Vec<&Component> = Vec::new();
        let mut outward = None;
        for (at, component) in components.iter().enumerate() {
            if let Some(last) = chain.last() {
                let direction = direction(last, component, components.get(at + 1));
                let goes_on = direction
                    .is_some_and(|direction| outward.is_none_or(|outward| outward == direction));
                if goes_on {
                    outward = direction;
                } else {
                    references.push(self.reference(&chain, outward));
                    chain.clear();
                    outward = None;
                }
            }
            chain.push(component);
        }
        references.push(self.reference(&chain, outward));
        inherit_from_next(&mut references);
        references
    }

    fn reference(&self, chain: &[&Component], outward: Option<bool>) -> Reference {
        let mut steps: Vec<Step> = chain
            .iter()
            .map(|component| component.step.clone())
            .collect();
        if outward == Some(true) {
            steps.reverse();
        }
        let first = chain.first().map_or(0, |component| component.first);
        let end = chain.last().map_or(first, |component| component.end);
        Reference {
            steps,
            span: self.span(first, end),
            is_range_end: chain
                .first()
                .is_some_and(|component| component.joint == Joint::Range),
        }
    }
}

/// Whether the next component goes outward (`true`) or inward in the same reference; `None` when
/// it starts a new one.
fn direction(last: &Component, next: &Component, after: Option<&Component>) -> Option<bool> {
    if matches!(next.joint, Joint::And | Joint::Range) {
        return None;
    }
    let (from, to) = (last.step.keyword.rank(), next.step.keyword.rank());
    match to.cmp(&from) {
        std::cmp::Ordering::Less => Some(true),
        std::cmp::Ordering::Greater => {
            // "Điều 5, khoản 2 Điều 6": the khoản belongs to what follows.
            let belongs_to_next = next.joint == Joint::Comma
                && after.is_some_and(|after| {
                    matches!(after.joint, Joint::None | Joint::Of)
                        && after.step.keyword.rank() <= from
                });
            (!belongs_to_next).then_some(false)
        }
        std::cmp::Ordering::Equal => {
            // "mục 2 mục IV"
            let is_roman = |component: &Component| match component
                .step
                .items
                .first()
                .map(|item| &item.value)
            {
                Some(Value::Path(pieces)) => {
                    pieces.first().is_some_and(|piece| piece.roman.is_some())
                }
                _ => false,
            };
            let nested = next.joint <= Joint::Of && !is_roman(last) && is_roman(next);
            nested.then_some(true)
        }
    }
}

/// "điểm a và điểm b khoản 2 Điều 5": what lacks its outer places takes them from the next.
fn inherit_from_next(references: &mut [Reference]) {
    for at in (1..references.len()).rev() {
        let (before, rest) = references.split_at_mut(at);
        let (Some(reference), Some(next)) = (before.last_mut(), rest.first()) else {
            continue;
        };
        let Some(first) = reference.steps.first() else {
            continue;
        };
        let is_dependent = matches!(
            first.keyword,
            Keyword::Clause
                | Keyword::Point
                | Keyword::Item
                | Keyword::Dash
                | Keyword::Row
                | Keyword::Division
        ) && !starts_with_roman(first);
        let rank = first.keyword.rank();
        // Only what the next one names beside a step of the same kind can be meant for both.
        let shares_form = next.steps.iter().any(|step| step.keyword.rank() >= rank);
        if is_dependent && shares_form {
            let outer: Vec<Step> = next
                .steps
                .iter()
                .take_while(|step| step.keyword.rank() < rank)
                .cloned()
                .collect();
            reference.steps.splice(0..0, outer);
        }
    }
}

fn starts_with_roman(step: &Step) -> bool {
    match step.items.first().map(|item| &item.value) {
        Some(Value::Path(pieces)) => pieces.first().is_some_and(|piece| piece.roman.is_some()),
        _ => false,
    }
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
