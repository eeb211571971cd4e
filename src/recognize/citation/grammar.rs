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
    /// Counted from the end: "cuối cùng", "thứ ba từ dưới lên".
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
    /// Stands behind a comma, not behind "và".
    pub(super) follows_comma: bool,
    /// Its own parts are separated by commas: "khoản 3, Điều 8".
    pub(super) has_comma: bool,
    /// Ends a range that the reference before begins: "Điều 5 đến Điều 9".
    pub(super) is_range_end: bool,
}

/// How a component hangs on the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Joint {
    #[default]
    None,
    Of,
    Comma,
    And,
    Range,
}

/// What stands between two components.
#[derive(Debug, Clone, Copy, Default)]
struct Joined {
    joint: Joint,
    /// An opening parenthesis is among it.
    opens: bool,
    /// A closing parenthesis is among it.
    closes: bool,
    breaks_line: bool,
    /// The index after it.
    end: usize,
}

struct Component {
    step: Step,
    joint: Joint,
    /// Stands in parentheses: "khoản 1 (điểm a, b)".
    is_inside: bool,
    first: usize,
    end: usize,
}

/// The most components a group may have; longer enumerations go on as the next group.
const MAX_COMPONENTS: usize = 24;

/// Reads places from tokens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grammar<'a> {
    pub(super) text: &'a str,
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
            is_inside: false,
            first: at,
            end,
        }];
        let mut next = end;
        let mut is_inside = false;
        while components.len() < MAX_COMPONENTS {
            let mut joined = self.joint(next);
            is_inside = (is_inside && !joined.closes) || joined.opens;
            let has_annex = components
                .iter()
                .any(|component| component.step.keyword == Keyword::Annex);
            let row = |start| self.numbered_row(start).filter(|_| has_annex);
            let found = self
                .inner_path(joined.end)
                .or_else(|| self.roman_in_parens(joined.end).filter(|_| joined.opens))
                .or_else(|| self.component(joined.end))
                .or_else(|| row(joined.end));
            let Some((step, end)) = found else {
                break;
            };
            let last = components.last().map(|component| &component.step);
            if joined.breaks_line && !self.goes_on_below(joined.end, last, &step) {
                break;
            }
            // "Điều 15 - Khoản 2": a range has two ends of one kind.
            let is_range = joined.joint == Joint::Range
                && last.is_some_and(|last| last.keyword == step.keyword);
            if joined.joint == Joint::Range && !is_range {
                joined.joint = Joint::Comma;
            }
            components.push(Component {
                step,
                joint: joined.joint,
                is_inside,
                first: joined.end,
                end,
            });
            next = end;
        }
        if let [only] = components.as_slice()
            && !self.is_believable(only)
        {
            return None;
        }
        Some((self.references(&components), next))
    }

    /// Whether a place without company is one: a misread keyword may be another word.
    fn is_believable(&self, component: &Component) -> bool {
        let Some(token) = self.token(component.first) else {
            return false;
        };
        if matches!(token.letter, Some('k' | 'đ')) {
            return self.is_place_cell;
        }
        !token.is_misread
            || (token.is_upper
                && matches!(component.step.keyword, Keyword::Article | Keyword::Chapter))
    }

    /// Whether a place below a line break belongs to the one above it, as where a line was too
    /// short: "khoản 2⏎Điều 9 quy định", "Điều 9⏎khoản 2".
    fn goes_on_below(&self, at: usize, last: Option<&Step>, step: &Step) -> bool {
        let starts_small = self.token(at).is_some_and(|token| !token.is_upper);
        last.is_some_and(|last| {
            let (from, to) = (last.keyword.rank(), step.keyword.rank());
            to < from || (to > from && starts_small)
        })
    }

    /// Skips what can stand between two places.
    fn joint(&self, mut at: usize) -> Joined {
        let mut joined = Joined::default();
        for _ in 0..4 {
            let here = match (self.kind(at), self.term(at)) {
                (_, Term::And) | (Some(Kind::Ampersand | Kind::Semicolon), _) => Joint::And,
                // Below a line break a dash is a list's.
                (Some(Kind::Dash), _) if joined.breaks_line => break,
                (_, Term::To) | (Some(Kind::Dash), _) => Joint::Range,
                (Some(Kind::OpenParen), _) => {
                    joined.opens = true;
                    Joint::Of
                }
                (Some(Kind::CloseParen), _) if !joined.opens => {
                    joined.closes = true;
                    Joint::None
                }
                (Some(Kind::Newline), _) if !joined.breaks_line => {
                    joined.breaks_line = true;
                    Joint::None
                }
                // "Khoản 4.Điều 5"
                (Some(Kind::Period), _) if self.is_glued(at) && self.is_glued(at + 1) => {
                    Joint::None
                }
                (_, Term::Of) => Joint::Of,
                (Some(Kind::Comma | Kind::Slash), _) => Joint::Comma,
                (_, Term::Plural) => Joint::None,
                _ => break,
            };
            joined.joint = joined.joint.max(here);
            at = self.after(at);
        }
        joined.end = at;
        joined
    }

    pub(super) fn is_glued(&self, at: usize) -> bool {
        self.token(at).is_some_and(|token| token.is_glued)
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

    /// "mục 2 (III)": the part that holds it.
    fn roman_in_parens(&self, at: usize) -> Option<(Step, usize)> {
        let token = self.token(at)?;
        let is_alone = self.kind(at + 1) == Some(Kind::CloseParen);
        let roman = token.roman.filter(|_| token.is_upper && is_alone)?;
        let piece = Piece {
            roman: Some(roman),
            ..Piece::default()
        };
        let item = Item {
            value: Value::Path(vec![piece]),
            is_range_end: false,
        };
        let step = Step {
            keyword: Keyword::Path,
            items: vec![item],
        };
        Some((step, at + 1))
    }

    /// "2.1" between two places: "điểm d, 2.1, mục IV".
    fn inner_path(&self, at: usize) -> Option<(Step, usize)> {
        self.token(at).filter(|token| token.number.is_some())?;
        let (pieces, end) = self.path(at, Keyword::Path)?;
        let next = self.joint(end).end;
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
            let next = self.joint(end).end;
            let is_row = !items.is_empty() && self.term(next) == Term::Place(Keyword::Annex);
            return is_row.then_some((Step { keyword, items }, end));
        }
        if token.term == Term::Number {
            let (step, end) = self.numbered_row(at)?;
            let next = self.joint(end).end;
            return (self.term(next) == Term::Place(Keyword::Annex)).then_some((step, end));
        }
        self.abbreviated(at).or_else(|| self.bare_path(at))
    }

    /// "K2 Đ15", "k2": believed beside another place, or in a place cell.
    fn abbreviated(&self, at: usize) -> Option<(Step, usize)> {
        let keyword = match self.token(at)?.letter? {
            'k' => Keyword::Clause,
            'đ' => Keyword::Article,
            _ => return None,
        };
        let is_number = self.is_glued(at + 1) && self.kind(at + 1) == Some(Kind::Number);
        let is_inside_word = self.is_glued(at)
            && at
                .checked_sub(1)
                .is_some_and(|before| matches!(self.kind(before), Some(Kind::Word | Kind::Slash)));
        if !is_number || is_inside_word {
            return None;
        }
        let (items, end) = self.items(at + 1, keyword);
        let follows = !matches!(self.kind(end), Some(Kind::Slash | Kind::Percent));
        (!items.is_empty() && follows).then_some((Step { keyword, items }, end))
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
            let is_alone = self.is_place_cell
                && (self.tokens.iter())
                    .filter(|token| token.kind != Kind::Newline)
                    .count()
                    == 1;
            pieces.len() >= 2 || (self.is_place_cell && is_roman) || is_alone
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
