//! Blocks → the text of a part with its tables, or the lines of a draft.

use super::document::{Block, Cell, Mark};
use crate::domain::{DraftLine, Span};
use crate::intake::PartTable;
use crate::text::normalize::squeeze;

/// Text with one paragraph a line, and where its tables are.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    pub(super) text: String,
    pub(super) tables: Vec<PartTable>,
    /// What readers marked in the text.
    pub(super) marks: Vec<(Mark, Span)>,
}

/// Writes blocks as text: paragraphs one a line, cells of tables one after another.
pub(super) fn as_text(blocks: &[Block], out: &mut Rendered) {
    for block in blocks {
        match block {
            Block::Paragraph(paragraph) => {
                if !paragraph.text.is_empty() {
                    let start = out.text.len();
                    let marks = paragraph.marks.iter();
                    out.marks
                        .extend(marks.map(|(mark, at)| (mark.clone(), at.shifted(start))));
                    out.text.push_str(&paragraph.text);
                    out.text.push('\n');
                }
            }
            Block::Table(rows) => table_as_text(rows, out),
        }
    }
}

fn table_as_text(rows: &[Vec<Cell>], out: &mut Rendered) {
    let start = out.text.len();
    // Inner tables are found while this one is written, but come after it in reading order.
    let at = out.tables.len();
    out.tables.push(PartTable::default());
    let mut spans: Vec<Vec<Span>> = Vec::with_capacity(rows.len());
    for row in rows {
        let mut line: Vec<Span> = Vec::with_capacity(row.len());
        for cell in row {
            let column = line.len();
            let above = spans.last().and_then(|above| above.get(column)).copied();
            let span = match above {
                Some(above) if cell.continues => above,
                _ => {
                    let start = out.text.len();
                    as_text(&cell.blocks, out);
                    Span::new(start, out.text.len()).trimmed(&out.text)
                }
            };
            line.push(span);
            let end = Span::new(span.end, span.end);
            line.extend((1..cell.width).map(|_| end));
        }
        spans.push(line);
    }
    let span = Span::new(start, out.text.len());
    if let Some(table) = out.tables.get_mut(at) {
        *table = PartTable { rows: spans, span };
    }
}

/// Writes blocks as lines of a draft. Line breaks inside a paragraph begin a new line; a cell that
/// continues the one above is empty, so that nothing is listed twice.
pub(super) fn as_lines(blocks: &[Block], out: &mut Vec<DraftLine>) {
    for block in blocks {
        match block {
            Block::Paragraph(paragraph) => {
                for line in paragraph
                    .text
                    .lines()
                    .filter(|line| !line.trim().is_empty())
                {
                    out.push(DraftLine {
                        text: line.trim().to_owned(),
                        heading_level: paragraph.heading_level,
                        is_bold: paragraph.is_bold,
                        is_centered: paragraph.is_centered,
                        ..DraftLine::default()
                    });
                }
            }
            Block::Table(rows) => {
                for row in rows {
                    out.extend(row_as_line(row));
                }
            }
        }
    }
}

fn row_as_line(row: &[Cell]) -> Option<DraftLine> {
    let mut cells: Vec<String> = Vec::with_capacity(row.len());
    for cell in row {
        let mut inner = Rendered::default();
        if !cell.continues {
            as_text(&cell.blocks, &mut inner);
        }
        cells.push(inner.text.trim().to_owned());
        cells.extend((1..cell.width).map(|_| String::new()));
    }
    let is_bold = |blocks: &[Block]| {
        blocks.iter().all(|block| match block {
            Block::Paragraph(paragraph) => paragraph.is_bold || paragraph.text.is_empty(),
            Block::Table(_) => false,
        })
    };
    let flat: Vec<String> = cells.iter().map(|cell| squeeze(cell)).collect();
    if flat.iter().all(String::is_empty) {
        return None;
    }
    Some(DraftLine {
        text: flat.join("\t"),
        heading_level: None,
        is_bold: row.iter().all(|cell| is_bold(&cell.blocks)),
        is_centered: false,
        cells: Some(cells),
        ..DraftLine::default()
    })
}
