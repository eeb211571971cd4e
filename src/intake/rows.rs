//! A row of a table of comments, from a file or from a table inside a letter.
//!
//! Both kinds of table lose their merged cells on the way: only the first of several merged cells
//! keeps its text. What a blank cell takes from above:
//!
//! * the organization, always (a comment without anyone is not a thing tables have);
//! * the letter's number and date, with the organization they belong to;
//! * the place, only where the row clearly continues the one above: it has no ordinal number of
//!   its own, and either no organization of its own or a place column left of the organization,
//!   as in the official form (Điều, khoản | chủ thể | nội dung | tiếp thu).
//!
//! Rows with text in one cell only, as merged headings leave, are headings: an organization's is
//! filled down, any other is kept as the row's `heading`. Blank rows, totals and rows of column
//! numbers are no rows.

mod kind;

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

pub(super) use kind::{Kind, kind_of};

use super::arrangements::Arrangements;
use super::columns::{self, Column, Mapping};
use super::{PartTable, TextPart};
use crate::domain::{Location, Span, Warning};
use crate::text::{formula, normalize};

/// One row of a table file that is neither header, blank, total nor heading.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// 1-based physical line where the row begins, header and blank lines included.
    pub row_number: u64,
    /// Place, content, proposal, reason and the draft's words, those that are there, in that order
    /// joined by `\n`;
    /// normalized. The spans below point into it.
    pub text: String,
    /// The place cell, possibly of a row above (merged).
    pub place: Option<Span>,
    /// The comment.
    pub content: Option<Span>,
    /// The wording asked for.
    pub proposal: Option<Span>,
    /// Why.
    pub reason: Option<Span>,
    /// The draft's own words at that place.
    pub draft: Option<Span>,
    /// The heading row above it: "II. Đối với dự thảo Quy chế".
    pub heading: Option<String>,
    /// Who comments.
    pub organization: Option<String>,
    /// Số, ký hiệu.
    pub letter_number: Option<String>,
    /// Ngày văn bản; see [`parse_date`](super::parse_date).
    pub letter_date: Option<String>,
    /// When it was sent.
    pub sent_on: Option<String>,
    /// The decision.
    pub decision: Option<String>,
    /// Tiếp thu, giải trình.
    pub answer: Option<String>,
    /// Ghi chú.
    pub note: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// A person's name.
    pub person: Option<String>,
    /// Columns whose value comes from a row above, because their own cell was empty (merged).
    pub filled_down: Vec<Column>,
    /// All cells as they stand, normalized and trimmed.
    pub cells: Vec<String>,
    /// What is wrong with this row. A row without any content has one.
    pub warnings: Vec<Warning>,
}

/// A row of a table inside a part: [`Row`] with spans into the part's own text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PartRow {
    /// 1-based row of the table, header included.
    pub row_number: u64,
    /// The place cell, possibly of a row above (merged).
    pub place: Option<Span>,
    /// The comment.
    pub content: Option<Span>,
    /// The wording asked for.
    pub proposal: Option<Span>,
    /// Why.
    pub reason: Option<Span>,
    /// The draft's own words at that place.
    pub draft: Option<Span>,
    /// The heading row above it.
    pub heading: Option<Span>,
    /// Who comments.
    pub organization: Option<String>,
    /// Số, ký hiệu.
    pub letter_number: Option<String>,
    /// Ngày văn bản; see [`parse_date`](super::parse_date).
    pub letter_date: Option<String>,
    /// When it was sent.
    pub sent_on: Option<String>,
    /// The decision.
    pub decision: Option<String>,
    /// Tiếp thu, giải trình.
    pub answer: Option<String>,
    /// Ghi chú.
    pub note: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// A person's name.
    pub person: Option<String>,
    /// Columns whose value comes from a row above, because their own cell was empty (merged).
    pub filled_down: Vec<Column>,
    /// What is wrong with this row.
    pub warnings: Vec<Warning>,
}

/// The cells of a row that are not the comment itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Facts {
    pub(super) organization: Option<String>,
    pub(super) letter_number: Option<String>,
    pub(super) letter_date: Option<String>,
    pub(super) sent_on: Option<String>,
    pub(super) decision: Option<String>,
    pub(super) answer: Option<String>,
    pub(super) note: Option<String>,
    pub(super) email: Option<String>,
    pub(super) person: Option<String>,
    pub(super) filled_down: Vec<Column>,
}

/// Số, ký hiệu inside other words.
static LETTER_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\d[\d\p{L}]*\s*/\s*[\p{L}\d]+(?:\s*[-–&/.]\s*[\p{L}\d]+)*")
        .expect("the pattern is valid")
});
/// What stands between an organization's name and its letter's number.
static LETTER_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)[\s(,;:–-]*(?:theo\s+)?(?:công văn|văn bản|báo cáo|tờ trình|cv)?\s*(?:số)?\s*:?\s*$",
    )
    .expect("the pattern is valid")
});

/// What rows hand down to the rows below them; `P` is a place, as text or as a span.
#[derive(Debug, Clone, Default)]
pub(super) struct Carry<P> {
    organization: Option<String>,
    letter_number: Option<String>,
    letter_date: Option<String>,
    place: Option<P>,
    pub(super) heading: Option<P>,
}

impl<P: Clone> Carry<P> {
    /// Reads the cells that are not the comment itself, filling blanks from above, and remembers
    /// them for the rows below.
    pub(super) fn facts(&mut self, mapping: &Mapping, cells: &[&str]) -> Facts {
        let mut facts = Facts::default();
        for (column, cell) in mapping.columns.iter().zip(cells) {
            let (Some(column), false) = (column, cell.is_empty()) else {
                continue;
            };
            let slot = match column {
                Column::Organization => &mut facts.organization,
                Column::LetterNumber => &mut facts.letter_number,
                Column::LetterDate => &mut facts.letter_date,
                Column::SentOn => &mut facts.sent_on,
                Column::Decision => &mut facts.decision,
                Column::Answer => &mut facts.answer,
                Column::Note => &mut facts.note,
                Column::Email => &mut facts.email,
                Column::Person => &mut facts.person,
                Column::LetterNumberAndDate => {
                    let (number, date) = split_number_and_date(cell);
                    facts.letter_number = facts.letter_number.take().or(number);
                    facts.letter_date = facts.letter_date.take().or(date);
                    continue;
                }
                Column::Ordinal
                | Column::Place
                | Column::DraftText
                | Column::Content
                | Column::Proposal
                | Column::Reason
                | Column::Phone => continue,
            };
            *slot = Some((*cell).to_owned());
        }
        if let Some(number) = &facts.letter_number
            && let Some(found) = LETTER_NUMBER.find(number)
            && found.as_str() != number.as_str()
        {
            let (number, date) = split_number_and_date(number);
            facts.letter_number = number;
            facts.letter_date = facts.letter_date.take().or(date);
        }
        take_letter_from_name(&mut facts);
        self.fill(mapping, &mut facts);
        facts
    }

    /// Fills blanks from above and remembers the rest.
    fn fill(&mut self, mapping: &Mapping, facts: &mut Facts) {
        let has_own = facts.organization.is_some();
        if has_own {
            if facts.organization != self.organization {
                self.letter_number = None;
                self.letter_date = None;
            }
            self.organization.clone_from(&facts.organization);
        } else if self.organization.is_some() {
            facts.organization.clone_from(&self.organization);
            facts.filled_down.push(Column::Organization);
        }
        if facts.letter_number.is_some() {
            self.letter_number.clone_from(&facts.letter_number);
            self.letter_date.clone_from(&facts.letter_date);
        } else if !has_own && self.letter_number.is_some() {
            facts.letter_number.clone_from(&self.letter_number);
            facts.filled_down.push(Column::LetterNumber);
            if facts.letter_date.is_none() && self.letter_date.is_some() {
                facts.letter_date.clone_from(&self.letter_date);
                facts.filled_down.push(Column::LetterDate);
            }
        } else if facts.letter_date.is_some() {
            self.letter_date.clone_from(&facts.letter_date);
        } else if !has_own && mapping.find(Column::LetterDate).is_some() {
            facts.letter_date.clone_from(&self.letter_date);
            if facts.letter_date.is_some() {
                facts.filled_down.push(Column::LetterDate);
            }
        }
    }

    /// The place of a row: its own, or the one above where the row continues it.
    pub(super) fn place(
        &mut self,
        mapping: &Mapping,
        cells: &[&str],
        own: Option<P>,
        facts: &mut Facts,
    ) -> Option<P> {
        let at = mapping.find(Column::Place)?;
        let is_blank = |column: Column| {
            mapping
                .find(column)
                .and_then(|at| cells.get(at))
                .is_none_or(|cell| cell.is_empty())
        };
        let leads = mapping
            .find(Column::Organization)
            .is_some_and(|organization| at < organization);
        if own.is_some() {
            self.place = own;
            return self.place.clone();
        }
        let continues = is_blank(Column::Ordinal) && (leads || is_blank(Column::Organization));
        if continues {
            if self.place.is_some() {
                facts.filled_down.push(Column::Place);
            }
        } else {
            self.place = None;
        }
        self.place.clone()
    }

    /// Takes a heading row: an organization's name is filled down, anything else is context.
    pub(super) fn take_heading(&mut self, mapping: &Mapping, words: &str, is_name: bool, place: P) {
        self.place = None;
        if is_name {
            let mut facts = Facts {
                organization: Some(kind::without_number(words).to_owned()),
                ..Facts::default()
            };
            take_letter_from_name(&mut facts);
            self.fill(mapping, &mut facts);
        } else {
            self.heading = Some(place);
        }
    }
}

/// "Sở Tài chính (Công văn số 12/STC-QLNS ngày 05/9/2021)" in the organization's cell.
fn take_letter_from_name(facts: &mut Facts) {
    let Some(name) = &facts.organization else {
        return;
    };
    if facts.letter_number.is_some() || !name.bytes().any(|b| b == b'/') {
        return;
    }
    let Some(found) = LETTER_NUMBER.find(name) else {
        return;
    };
    let before = name.get(..found.start()).unwrap_or_default();
    let owner = LETTER_WORDS
        .find(before)
        .and_then(|words| before.get(..words.start()));
    let Some(owner) = owner.map(str::trim).filter(|owner| !owner.is_empty()) else {
        return;
    };
    let after = name.get(found.end()..).unwrap_or_default();
    if facts.letter_date.is_none() && super::parse_date(after).is_some() {
        facts.letter_date = Some(after.trim_matches([' ', ')', ',', ';', '.']).to_owned());
    }
    facts.letter_number = Some(found.as_str().to_owned());
    facts.organization = Some(owner.to_owned());
}

/// Splits "Công văn số 12/STC-QLNS ngày 05/9/2021" into number and date.
fn split_number_and_date(cell: &str) -> (Option<String>, Option<String>) {
    let has_date = |text: &str| super::parse_date(text).is_some();
    let Some(found) = LETTER_NUMBER
        .find_iter(cell)
        .find(|found| found.as_str().chars().any(char::is_alphabetic) && !has_date(found.as_str()))
    else {
        let cell = Some(cell.to_owned());
        return if has_date(cell.as_deref().unwrap_or_default()) {
            (None, cell)
        } else {
            (cell, None)
        };
    };
    let rest = [cell.get(found.end()..), cell.get(..found.start())];
    let date = rest
        .into_iter()
        .flatten()
        .find(|rest| has_date(rest))
        .map(|rest| {
            rest.trim_matches([' ', ',', ';', '(', ')', '.', '\n'])
                .to_owned()
        });
    (Some(found.as_str().to_owned()), date)
}

/// Normalizes a cell; most are as they should be and stay where they are. The apostrophe that keeps a
/// spreadsheet from computing "=…" or "- …" is not part of what somebody wrote.
pub(super) fn normalized(cell: &str) -> Cow<'_, str> {
    let cell = formula::unguarded(cell);
    let is_normal = cell.chars().all(|c| {
        matches!(c,
            '\n' | '\t' | ' '..='~' | 'À'..='Ï' | 'Ñ'..='ï' | 'ñ'..='ă' | 'Đ' | 'đ' | 'Ĩ' | 'ĩ'
            | 'Ũ' | 'ũ' | 'Ơ' | 'ơ' | 'Ư' | 'ư' | 'Ạ'..='ỹ' | '–' | '—' | '‘'..='”' | '…')
    });
    if is_normal {
        Cow::Borrowed(cell.trim())
    } else {
        Cow::Owned(normalize::normalize(cell).trim().to_owned())
    }
}

/// The warning for a row without a comment.
pub(super) fn missing_content(mapping: &Mapping, row_number: u64, cells: &[&str]) -> Warning {
    let column = mapping.content_heading();
    let heading = column.clone().unwrap_or_default();
    let value: Vec<&str> = cells
        .iter()
        .copied()
        .filter(|cell| !cell.is_empty())
        .collect();
    Warning::new(
        "table.missing_content",
        Location::Row {
            sheet: None,
            row_number,
            column,
        },
        format!("Dòng {row_number} chưa có nội dung góp ý ở cột “{heading}”."),
        "Bổ sung nội dung rồi nạp lại dòng này; nếu đơn vị đồng ý với dự thảo, ghi “Thống nhất”.",
    )
    .with_value(&value.join(" | "))
}

/// Reads a table inside a letter, or an attached CSV, as comments; `None` when it does not look
/// like a table of comments (a letterhead, a signature block).
pub fn rows_of_part(
    part: &TextPart,
    table: &PartTable,
    arrangements: &Arrangements,
) -> Option<Vec<PartRow>> {
    let texts: Vec<Vec<&str>> = table
        .rows
        .iter()
        .map(|row| {
            row.iter()
                .map(|span| span.slice(&part.text).unwrap_or_default().trim())
                .collect()
        })
        .collect();
    let head: Vec<Vec<String>> = texts
        .iter()
        .take(columns::ROWS_ABOVE + 2)
        .map(|row| row.iter().map(|cell| (*cell).to_owned()).collect())
        .collect();
    let arranged = arrangements.recognize(&head);
    let mapping = arranged.or_else(|| columns::recognize_columns(&head))?;
    let mut carry: Carry<Span> = Carry::default();
    let mut rows = Vec::new();
    for (at, cells) in texts.iter().enumerate().skip(mapping.header_rows) {
        let spans = table.rows.get(at)?;
        let row_number = u64::try_from(at).unwrap_or(u64::MAX).saturating_add(1);
        let above = at.checked_sub(1).and_then(|above| table.rows.get(above));
        let next = texts.get(at + 1).map(Vec::as_slice);
        match kind_of(&mapping, cells, next) {
            Kind::Nothing => {}
            Kind::Heading { at, is_name } => {
                let span = spans.get(at).copied().unwrap_or_default();
                let words = cells.get(at).copied().unwrap_or_default();
                carry.take_heading(&mapping, words, is_name, span.trimmed(&part.text));
            }
            Kind::Comment | Kind::Incomplete => {
                rows.extend(part_row(
                    part, &mapping, &mut carry, spans, above, cells, row_number,
                ));
            }
        }
    }
    Some(rows)
}

/// Builds one row of a table inside a part; `None` when it only continues the comment above.
fn part_row(
    part: &TextPart,
    mapping: &Mapping,
    carry: &mut Carry<Span>,
    spans: &[Span],
    above: Option<&Vec<Span>>,
    cells: &[&str],
    row_number: u64,
) -> Option<PartRow> {
    let cell = |column: Column| {
        let at = mapping.find(column)?;
        let span = spans.get(at)?.trimmed(&part.text);
        (!span.is_empty()).then_some((at, span))
    };
    let repeats = |(at, span): (usize, Span)| {
        above
            .and_then(|above| above.get(at))
            .is_some_and(|above| above.trimmed(&part.text) == span)
    };
    // A comment merged over several rows is one comment and belongs to the first of them, unless
    // several organizations share it.
    let same_speaker = cell(Column::Organization).is_none_or(repeats);
    let own = |column: Column| {
        let found = cell(column)?;
        (!(same_speaker && repeats(found))).then_some(found.1)
    };
    let content = mapping
        .columns
        .iter()
        .enumerate()
        .filter(|(_, column)| **column == Some(Column::Content))
        .filter_map(|(at, _)| Some((at, spans.get(at)?.trimmed(&part.text))))
        .filter(|(_, span)| !span.is_empty())
        .filter(|&found| !(same_speaker && repeats(found)))
        .map(|(_, span)| span)
        .reduce(|all, next| Span::new(all.start.min(next.start), all.end.max(next.end)));
    let mut facts = carry.facts(mapping, cells);
    let own_place = cell(Column::Place).map(|(_, span)| span);
    let place = carry.place(mapping, cells, own_place, &mut facts);
    let mut row = PartRow {
        row_number,
        place,
        content,
        proposal: own(Column::Proposal),
        reason: own(Column::Reason),
        draft: own(Column::DraftText),
        heading: carry.heading,
        organization: facts.organization,
        letter_number: facts.letter_number,
        letter_date: facts.letter_date,
        sent_on: facts.sent_on,
        decision: facts.decision,
        answer: facts.answer,
        note: facts.note,
        email: facts.email,
        person: facts.person,
        filled_down: facts.filled_down,
        warnings: Vec::new(),
    };
    let has_comment = cell(Column::Content).is_some() || cell(Column::Proposal).is_some();
    if row.content.is_none() && row.proposal.is_none() {
        if has_comment && row.reason.is_none() {
            return None;
        }
        if !has_comment {
            row.warnings
                .push(missing_content(mapping, row_number, cells));
        }
    }
    Some(row)
}
