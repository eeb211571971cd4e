//! What a row below the header is.

use crate::intake::columns::{self, Column, Mapping};
use crate::text::fold;

/// What to do with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::intake) enum Kind {
    /// Blank but for its number, a total, a row of column numbers, a repeated header: no row.
    Nothing,
    /// Text in one cell only: a heading between rows.
    Heading {
        /// The cell.
        at: usize,
        /// Whether it names who comments below.
        is_name: bool,
    },
    /// It has a comment or a wording asked for.
    Comment,
    /// Something is there, but no comment.
    Incomplete,
}

/// Says what a row is; `next` is the row below it.
pub(in crate::intake) fn kind_of(mapping: &Mapping, cells: &[&str], next: Option<&[&str]>) -> Kind {
    let mut filled = cells
        .iter()
        .enumerate()
        .filter(|(_, cell)| !cell.is_empty());
    let Some((first, first_cell)) = filled.next() else {
        return Kind::Nothing;
    };
    let n_filled = 1 + filled.count();
    if is_total(first_cell) || is_numbering(cells) || repeats_header(mapping, cells) {
        return Kind::Nothing;
    }
    if has_comment(mapping, cells) {
        return Kind::Comment;
    }
    let column = |at: usize| mapping.columns.get(at).copied().flatten();
    let is_number = first_cell.chars().all(|c| c.is_ascii_digit() || c == '.');
    if n_filled == 1 && is_number && column(first) == Some(Column::Ordinal) {
        // A numbered row of a form that nobody filled in.
        return Kind::Nothing;
    }
    let is_answered = cells.iter().enumerate().any(|(at, cell)| {
        !cell.is_empty()
            && matches!(
                column(at),
                Some(Column::Answer | Column::Reason | Column::Note)
            )
    });
    let next_continues = next.is_some_and(|next| {
        has_comment(mapping, next) && is_blank(mapping, next, Column::Organization)
    });
    let is_form = !is_blank(mapping, cells, Column::DraftText)
        && is_blank(mapping, cells, Column::Organization)
        && !is_answered;
    if is_form {
        // The draft's own words with nothing beside them: a form, and no remark on this place.
        return Kind::Nothing;
    }
    let has_place = !is_blank(mapping, cells, Column::Place);
    if !is_blank(mapping, cells, Column::Organization) && !is_answered && !has_place {
        // An organization alone, its comments in the rows below.
        let at = mapping.find(Column::Organization).unwrap_or(first);
        if next_continues {
            return Kind::Heading { at, is_name: true };
        }
        return Kind::Incomplete;
    }
    let is_lone = n_filled == 1 && first_cell.chars().any(char::is_alphabetic);
    let is_numbered = n_filled == 2 && column(first) == Some(Column::Ordinal);
    if !is_answered && (is_lone || is_numbered) && next.is_some() {
        let at = if is_lone {
            first
        } else {
            cells
                .iter()
                .rposition(|cell| !cell.is_empty())
                .unwrap_or(first)
        };
        let text = cells.get(at).copied().unwrap_or_default();
        return Kind::Heading {
            at,
            is_name: names_organization(text),
        };
    }
    Kind::Incomplete
}

fn is_blank(mapping: &Mapping, cells: &[&str], column: Column) -> bool {
    mapping
        .find(column)
        .and_then(|at| cells.get(at))
        .is_none_or(|cell| cell.is_empty())
}

fn has_comment(mapping: &Mapping, cells: &[&str]) -> bool {
    mapping.columns.iter().zip(cells).any(|(column, cell)| {
        matches!(column, Some(Column::Content | Column::Proposal)) && !cell.is_empty()
    })
}

/// "Tổng cộng", "Cộng: 25 ý kiến" in the first filled cell.
fn is_total(cell: &str) -> bool {
    if cell.len() > 80 {
        return false;
    }
    let folded = fold::fold(cell);
    let folded = folded.trim_matches(|c: char| !c.is_alphanumeric());
    matches!(folded, "tong" | "cong" | "total")
        || folded.starts_with("tong cong")
        || folded.starts_with("tong so")
        || folded.starts_with("cong:")
}

/// A row of column numbers repeated on a later page.
fn is_numbering(cells: &[&str]) -> bool {
    if cells.len() > 40 || cells.iter().any(|cell| cell.len() > 5) {
        return false;
    }
    let row: Vec<String> = cells.iter().map(|&cell| cell.to_owned()).collect();
    columns::is_column_numbers(&row)
}

/// The header itself, repeated where sheets were pasted below one another.
fn repeats_header(mapping: &Mapping, cells: &[&str]) -> bool {
    let mut n_same = 0;
    for (heading, cell) in mapping.headings.iter().zip(cells) {
        if heading.is_empty() || cell.is_empty() {
            continue;
        }
        if heading != cell {
            return false;
        }
        n_same += 1;
    }
    n_same >= 2
}

/// First words of the names of those who comment, folded.
const NAME_WORDS: [&str; 40] = [
    "so ",
    "ubnd",
    "uy ban",
    "ban ",
    "bo ",
    "cong ty",
    "doanh nghiep",
    "hop tac xa",
    "htx",
    "hoi ",
    "hiep hoi",
    "vien ",
    "truong ",
    "phong ",
    "cuc ",
    "chi cuc",
    "tong cuc",
    "van phong",
    "doan ",
    "lien minh",
    "lien doan",
    "lien hiep",
    "trung tam",
    "benh vien",
    "cong an",
    "bo chi huy",
    "toa an",
    "thanh tra",
    "bao ",
    "dai ",
    "kho bac",
    "ngan hang",
    "tap doan",
    "mat tran",
    "ubmttq",
    "cac so",
    "dai hoc",
    "hoc vien",
    "quy ",
    "xa ",
];

/// Whether a heading row names an organization.
pub(super) fn names_organization(text: &str) -> bool {
    let folded = fold::fold(without_number(text));
    NAME_WORDS.iter().any(|word| folded.starts_with(word))
}

/// A heading without its number: "II. Sở Tài chính" → "Sở Tài chính".
pub(super) fn without_number(text: &str) -> &str {
    let text = text.trim();
    let Some((number, rest)) = text.split_once(['.', ')', '-', '/', ' ']) else {
        return text;
    };
    let is_number = !number.is_empty()
        && number.len() <= 6
        && (number.bytes().all(|b| b.is_ascii_digit())
            || number
                .bytes()
                .all(|b| matches!(b, b'I' | b'V' | b'X' | b'L')));
    if is_number {
        rest.trim_start_matches(['.', ')', '-', '/', ' '])
    } else {
        text
    }
}
