//! Blocks → the text of a part with its tables, or the lines of a draft.

use super::grid::{Cell, Table};
use super::{Block, Paragraph};
use crate::domain::{DraftLine, PageLine, PageMap, Span};
use crate::intake::PartTable;
use crate::text::normalize::squeeze;

/// Text with one paragraph a line, where its tables are, and which page each line came from.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The text.
    pub text: String,
    /// Its tables, in text order.
    pub tables: Vec<PartTable>,
    /// Where on which page the text stood.
    pub map: PageMap,
}

pub(super) fn as_text(blocks: &[Block]) -> Rendered {
    let mut out = Rendered::default();
    for block in blocks {
        match block {
            Block::Paragraph(paragraph) => push(paragraph, &mut out),
            Block::Table(table) => push_table(table, &mut out),
        }
    }
    while out.text.ends_with('\n') {
        out.text.pop();
    }
    let end = out.text.len();
    for table in &mut out.tables {
        let clip = |span: Span| Span::new(span.start.min(end), span.end.min(end));
        table.span = clip(table.span);
        for cell in table.rows.iter_mut().flatten() {
            *cell = clip(*cell);
        }
    }
    out
}

fn push(paragraph: &Paragraph, out: &mut Rendered) {
    let start = out.text.len();
    for line in &paragraph.lines {
        let mut line = line.clone();
        line.start += start;
        out.map.lines.push(line);
    }
    out.text.push_str(&paragraph.text);
    out.text.push('\n');
}

fn push_table(table: &Table, out: &mut Rendered) {
    let start = out.text.len();
    let mut rows: Vec<Vec<Span>> = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let mut spans: Vec<Span> = Vec::with_capacity(row.len());
        for cell in row {
            let above = rows.last().and_then(|above| above.get(spans.len()));
            let span = match above {
                Some(above) if cell.continues => *above,
                _ => {
                    let start = out.text.len();
                    for paragraph in &cell.paragraphs {
                        push(paragraph, out);
                    }
                    Span::new(start, out.text.len()).trimmed(&out.text)
                }
            };
            spans.push(span);
            let end = Span::new(span.end, span.end);
            spans.extend((1..cell.width).map(|_| end));
        }
        rows.push(spans);
    }
    out.tables.push(PartTable {
        rows,
        span: Span::new(start, out.text.len()),
    });
}

pub(super) fn as_lines(blocks: &[Block]) -> Vec<DraftLine> {
    let mut lines = Vec::new();
    for block in blocks {
        match block {
            Block::Paragraph(paragraph) => lines.push(DraftLine {
                text: paragraph.text.clone(),
                is_centered: paragraph.is_centered,
                pages: pages(std::iter::once(paragraph)),
                ..DraftLine::default()
            }),
            Block::Table(table) => {
                lines.extend(table.rows.iter().filter_map(|row| row_as_line(row)));
            }
        }
    }
    lines
}

/// Where paragraphs begin and end.
fn pages<'a>(paragraphs: impl Iterator<Item = &'a Paragraph>) -> Option<(PageLine, PageLine)> {
    let lines = paragraphs.flat_map(|paragraph| paragraph.lines.iter().map(|line| line.place));
    let (mut first, mut last) = (None, None);
    for line in lines {
        first = Some(first.map_or(line, |first: PageLine| first.min(line)));
        last = Some(last.map_or(line, |last: PageLine| last.max(line)));
    }
    Some((first?, last?))
}

fn row_as_line(row: &[Cell]) -> Option<DraftLine> {
    let mut cells: Vec<String> = Vec::with_capacity(row.len());
    for cell in row {
        let texts: Vec<&str> = cell.paragraphs.iter().map(|p| p.text.as_str()).collect();
        cells.push(texts.join("\n"));
        cells.extend((1..cell.width).map(|_| String::new()));
    }
    let flat: Vec<String> = cells.iter().map(|cell| squeeze(cell)).collect();
    if flat.iter().all(String::is_empty) {
        return None;
    }
    Some(DraftLine {
        text: flat.join("\t"),
        cells: Some(cells),
        pages: pages(row.iter().flat_map(|cell| &cell.paragraphs)),
        ..DraftLine::default()
    })
}
