//! A row of a table of comments, from a file or from a table inside a letter.

use super::columns::Column;
use super::{PartTable, TextPart};
use crate::domain::{Span, Warning};

/// One row of a table file that is neither header, blank, total nor a heading between rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// 1-based physical line where the row begins, header and blank lines included.
    pub row_number: u64,
    /// Place, content, proposal and reason, those that are there, joined by `\n` in that order;
    /// normalized. The spans below point into it.
    pub text: String,
    /// The place cell.
    pub place: Option<Span>,
    /// The comment.
    pub content: Option<Span>,
    /// The wording asked for.
    pub proposal: Option<Span>,
    /// Why.
    pub reason: Option<Span>,
    /// Who comments.
    pub organization: Option<String>,
    /// Số, ký hiệu as written.
    pub letter_number: Option<String>,
    /// Ngày văn bản as written; see [`parse_date`](super::parse_date).
    pub letter_date: Option<String>,
    /// When it was sent, as written.
    pub sent_on: Option<String>,
    /// The decision as written.
    pub decision: Option<String>,
    /// Tiếp thu, giải trình.
    pub answer: Option<String>,
    /// Ghi chú.
    pub note: Option<String>,
    /// E-mail address as written.
    pub email: Option<String>,
    /// A person's name or phone is in `cells` only.
    ///
    /// All cells as they stand, normalized and trimmed.
    pub cells: Vec<String>,
    /// Columns whose value comes from a row above, because their own cell was empty (merged).
    pub filled_down: Vec<Column>,
    /// What is wrong with this row. A row without any content has one.
    pub warnings: Vec<Warning>,
}

/// A row of a table inside a part: [`Row`] with spans into the part's text.
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
    /// Who comments.
    pub organization: Option<String>,
    /// Số, ký hiệu as written.
    pub letter_number: Option<String>,
    /// Ngày văn bản as written.
    pub letter_date: Option<String>,
    /// When it was sent, as written.
    pub sent_on: Option<String>,
    /// The decision as written.
    pub decision: Option<String>,
    /// Tiếp thu, giải trình.
    pub answer: Option<String>,
    /// Ghi chú.
    pub note: Option<String>,
    /// E-mail address as written.
    pub email: Option<String>,
    /// Columns whose value comes from a row above.
    pub filled_down: Vec<Column>,
    /// What is wrong with this row.
    pub warnings: Vec<Warning>,
}

/// Reads a table inside a letter, or an attached CSV, as comments; `None` when it does not look
/// like a table of comments (a letterhead, a signature block).
pub fn rows_of_part(_part: &TextPart, _table: &PartTable) -> Option<Vec<PartRow>> {
    None
}
