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

mod chain;
mod value;

use super::lexer::{Kind, Token};
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

/// The most components a group may have; longer enumerations go on as the next group.
const MAX_COMPONENTS: usize = 24;

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
        let is_capital = token.is_upper && token.is_plain() && token.letter.is_some();
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
}
