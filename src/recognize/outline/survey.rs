//! Looks over all lines of a draft before any becomes a place of it.
//!
//! Some lines look like places and are none: the entries of a table of contents, the articles of
//! another decree that an amending one quotes, the heading of an article that was pasted into the
//! list above it. A file may hold two documents, a decision and the regulation attached to it.
//! One line alone does not tell; all of them together do. Each step is one pass.

mod contents;
mod quotation;

use std::collections::HashMap;

use super::marker::{Marker, is_loud, read_marker};
use super::title::document_type;
use crate::domain::{DraftLine, Location, Warning};
use crate::text::fold::fold;

/// What a line is to its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// May open a place.
    Place,
    /// Belongs to the place above whatever it looks like.
    Text,
    /// Repeats what stands elsewhere.
    Ignored,
    /// Opens the article whose heading is on the line of this index.
    Article(usize),
}

/// What was found out about all lines.
pub(super) struct Survey<'a> {
    /// The marker of each line and the words after it.
    pub(super) markers: Vec<Option<(Marker, &'a str)>>,
    pub(super) roles: Vec<Role>,
    /// Where documents begin; the first is 0.
    pub(super) starts: Vec<usize>,
    pub(super) warnings: Vec<Warning>,
}

impl<'a> Survey<'a> {
    pub(super) fn new(lines: &'a [DraftLine]) -> Self {
        let marker = |line: &'a DraftLine| {
            let is_row = line.cells.is_some();
            (!is_row).then(|| read_marker(&line.text)).flatten()
        };
        let mut survey = Self {
            markers: lines.iter().map(marker).collect(),
            roles: vec![Role::Place; lines.len()],
            starts: vec![0],
            warnings: Vec::new(),
        };
        contents::mark(lines, &mut survey);
        quotation::mark(lines, &mut survey);
        survey.move_pasted_headings(lines);
        survey.find_documents(lines);
        survey.keep_articles_in_order();
        survey
    }

    /// What a line is to its document.
    pub(super) fn role(&self, at: usize) -> Role {
        self.roles.get(at).copied().unwrap_or(Role::Ignored)
    }

    /// The marker of a line, unless it is text.
    pub(super) fn marker(&self, at: usize) -> Option<(&Marker, &'a str)> {
        let from = match self.role(at) {
            Role::Place => at,
            Role::Article(from) => from,
            Role::Text | Role::Ignored => return None,
        };
        let (marker, rest) = self.markers.get(from)?.as_ref()?;
        Some((marker, *rest))
    }

    fn is_place(&self, at: usize) -> bool {
        self.roles.get(at) == Some(&Role::Place)
    }

    fn set(&mut self, at: usize, role: Role) {
        if let Some(known) = self.roles.get_mut(at) {
            *known = role;
        }
    }

    /// The marker of a line that may open a place.
    fn place(&self, at: usize) -> Option<&Marker> {
        let (marker, _) = self.markers.get(at)?.as_ref()?;
        self.is_place(at).then_some(marker)
    }

    /// "Điều 44. Xác nhận kết quả" inside the list of Điều 43, and further down "Xác nhận kết quả"
    /// without a number over a list that starts at 1: the article begins there.
    fn move_pasted_headings(&mut self, lines: &[DraftLine]) {
        let mut article: Option<(usize, String)> = None;
        for (at, line) in lines.iter().enumerate() {
            if let Some(Marker::Article(..)) = self.place(at) {
                let heading = self
                    .markers
                    .get(at)
                    .and_then(Option::as_ref)
                    .map_or("", |m| m.1);
                let follows = self.place(at + 1);
                let is_inside_list = matches!(
                    follows,
                    Some(Marker::Letter(c)) if *c != 'a'
                ) || matches!(follows, Some(Marker::Number(path)) if path.first() > Some(&1));
                article =
                    (is_inside_list && !heading.is_empty()).then(|| (at, fold(heading.trim())));
                continue;
            }
            let Some((from, heading)) = &article else {
                continue;
            };
            let starts_list =
                matches!(self.place(at + 1), Some(Marker::Number(path)) if path.as_slice() == [1]);
            if self.markers.get(at).is_some_and(Option::is_none)
                && line.cells.is_none()
                && starts_list
                && fold(line.text.trim()) == *heading
            {
                let from = *from;
                self.set(from, Role::Ignored);
                self.set(at, Role::Article(from));
                self.warnings.push(
                    Warning::new(
                        "outline.misplaced_heading",
                        Location::File,
                        "Tên điều nằm lẫn trong danh sách của điều trước và được nhắc lại ở dưới mà không có số; điều này được tính từ chỗ nhắc lại.",
                        "Hãy xem lại vị trí của điều này trong dự thảo.",
                    )
                    .with_value(lines.get(from).map_or("", |line| line.text.trim())),
                );
                article = None;
            }
        }
    }

    /// Finds where a second document begins: the line that names its type, or the lines above
    /// "(Ban hành kèm theo …)", where the numbering starts again below.
    fn find_documents(&mut self, lines: &[DraftLine]) {
        // The next line that opens a part, a chapter, an article or a Roman heading.
        let mut next_large: Vec<Option<usize>> = vec![None; lines.len() + 1];
        for at in (0..lines.len()).rev() {
            let is_large = matches!(
                self.place(at),
                Some(
                    Marker::Part(_)
                        | Marker::Chapter(_)
                        | Marker::Article(..)
                        | Marker::Roman(..)
                        | Marker::Annex(_)
                        | Marker::Form(_)
                )
            );
            let next = if is_large {
                Some(at)
            } else {
                next_large.get(at + 1).copied().flatten()
            };
            if let Some(slot) = next_large.get_mut(at) {
                *slot = next;
            }
        }
        let mut seen = Seen::default();
        for (at, line) in lines.iter().enumerate() {
            if let Some(marker) = self.place(at) {
                seen.add(marker);
                continue;
            }
            if !seen.has_sections || seen.is_in_annex || !self.is_place(at) || line.cells.is_some()
            {
                continue;
            }
            let text = line.text.trim();
            let is_title = is_loud(text) && document_type(text).is_some();
            let is_attached = {
                let folded = fold(text);
                folded.starts_with("(ban hanh kem theo") || folded.starts_with("(kem theo")
            };
            if !is_title && !is_attached {
                continue;
            }
            let starts_again = next_large
                .get(at)
                .copied()
                .flatten()
                .and_then(|next| self.place(next))
                .is_some_and(|marker| seen.starts_again(marker));
            if !starts_again {
                continue;
            }
            let start = if is_title {
                at
            } else {
                self.title_above(lines, at)
            };
            if self.starts.last().is_some_and(|&last| start > last) {
                self.starts.push(start);
                seen = Seen::default();
            }
        }
    }

    /// The first of the loud or centered lines above a line.
    fn title_above(&self, lines: &[DraftLine], at: usize) -> usize {
        let mut start = at;
        for above in (at.saturating_sub(6)..at).rev() {
            let Some(line) = lines.get(above) else { break };
            let text = line.text.trim();
            let is_title = !text.is_empty()
                && line.cells.is_none()
                && self.markers.get(above).is_some_and(Option::is_none)
                && (is_loud(text) || line.is_centered || line.is_bold)
                && !fold(text).starts_with("noi nhan");
            if !is_title {
                break;
            }
            start = above;
        }
        start
    }

    /// An article out of order while the one that should come follows below is another decree's,
    /// quoted without quotation marks: it and its clauses are text.
    fn keep_articles_in_order(&mut self) {
        let bounds: Vec<(usize, usize)> = self
            .starts
            .iter()
            .enumerate()
            .map(|(n, &start)| {
                let end = self.starts.get(n + 1).copied();
                (start, end.unwrap_or(self.roles.len()))
            })
            .collect();
        for (start, end) in bounds {
            self.keep_document_in_order(start, end);
        }
    }

    fn keep_document_in_order(&mut self, start: usize, end: usize) {
        let mut last_line: HashMap<u16, usize> = HashMap::new();
        for at in start..end {
            match self.place(at) {
                Some(Marker::Annex(_)) => break,
                Some(Marker::Article(value, _)) => {
                    last_line.insert(*value, at);
                }
                _ => {}
            }
        }
        let mut last = 0_u16;
        let mut is_foreign = false;
        for at in start..end {
            let Some(marker) = self.place(at).cloned() else {
                continue;
            };
            match marker {
                Marker::Annex(_) => break,
                Marker::Article(value, ref suffix) => {
                    let expected_later = last_line
                        .get(&last.saturating_add(1))
                        .is_some_and(|&line| line > at);
                    let is_repeated = value < last || (value == last && suffix.is_empty());
                    is_foreign = last > 0
                        && value != last.saturating_add(1)
                        && (is_repeated || (value > last && expected_later));
                    if is_foreign {
                        self.set(at, Role::Text);
                    } else {
                        last = value;
                    }
                }
                Marker::Part(_) | Marker::Chapter(_) => is_foreign = false,
                _ if is_foreign => {
                    let rest = self
                        .markers
                        .get(at)
                        .and_then(Option::as_ref)
                        .map_or("", |m| m.1);
                    if matches!(marker, Marker::Number(_)) && amends(rest) {
                        is_foreign = false;
                    } else {
                        self.set(at, Role::Text);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Whether a clause orders a change of another text.
fn amends(text: &str) -> bool {
    let folded = fold(text);
    [
        "sua doi",
        "bo sung",
        "bai bo",
        "thay the",
        "thay cum tu",
        "bo cum tu",
    ]
    .iter()
    .any(|verb| folded.starts_with(verb))
}

/// The markers of one document so far.
#[derive(Default)]
struct Seen {
    has_sections: bool,
    has_first_article: bool,
    has_chapter: bool,
    has_first_roman: bool,
    is_in_annex: bool,
}

impl Seen {
    fn add(&mut self, marker: &Marker) {
        match marker {
            Marker::Annex(_) | Marker::Form(_) => self.is_in_annex = true,
            Marker::Article(value, _) => {
                self.has_sections = true;
                self.has_first_article |= *value == 1;
            }
            Marker::Part(_) | Marker::Chapter(_) => {
                self.has_sections = true;
                self.has_chapter = true;
            }
            Marker::Roman(value, _) => {
                self.has_sections = true;
                self.has_first_roman |= *value == 1;
            }
            _ => {}
        }
    }

    /// Whether a marker begins a numbering that this document has begun already.
    fn starts_again(&self, marker: &Marker) -> bool {
        match marker {
            Marker::Article(1, _) => self.has_first_article,
            Marker::Part(value) | Marker::Chapter(value) => {
                matches!(value.as_str(), "I" | "1" | "A")
                    && (self.has_chapter || self.has_first_article)
            }
            Marker::Roman(1, _) => self.has_first_roman,
            _ => false,
        }
    }
}
