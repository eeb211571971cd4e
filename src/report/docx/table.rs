//! Tables with borders: header rows repeated on every page, places merged over their rows.

use std::io::{self, Write};

use crate::report::model::{Align, Cell, Column, Row, Table};

use super::body::{write_line, write_words};
use super::xml::Xml;

/// Average advance of a letter at 12 pt, in twips; for estimates only.
const LETTER: u32 = 108;

/// Left and right cell margins together, in twips, as in the style `Grid`.
const CELL_MARGINS: u32 = 160;

/// A row that is taller may break over pages: kept whole it would leave half a page empty.
const MAX_UNBROKEN_LINES: u32 = 12;

/// A merged cell prints its words once, on its first page. After about two thirds of a landscape
/// page it starts anew, so that every page says which place its rows are about.
const MAX_MERGED_LINES: u32 = 20;

/// Writes a table over the whole width.
pub(super) fn write<W: Write>(xml: &mut Xml<W>, table: &Table, width: u32) -> io::Result<()> {
    let widths = widths(&table.columns, width);
    xml.open("w:tbl", &[])?;
    write_properties(xml, table, width)?;
    xml.open("w:tblGrid", &[])?;
    for width in widths.iter().flatten() {
        xml.empty("w:gridCol", &[("w:w", &width.to_string())])?;
    }
    xml.close("w:tblGrid")?;
    write_header(xml, &table.columns, &widths)?;
    let mut merged_lines = 0;
    for (index, row) in table.rows.iter().enumerate() {
        let next = table.rows.get(index + 1);
        match row {
            Row::Heading(text) => {
                merged_lines = 0;
                write_heading(xml, text, &widths)?;
            }
            Row::Cells(cells) => {
                let lines = lines_of(cells, &widths);
                let merges = RowMerge {
                    allows_above: merged_lines > 0 && merged_lines + lines <= MAX_MERGED_LINES,
                    next,
                };
                let joined = cells.iter().any(|cell| cell.continues) && merges.allows_above;
                merged_lines = if joined { merged_lines + lines } else { lines };
                write_row(xml, table, cells, &widths, lines, merges)?;
            }
            Row::Total(cells) => {
                merged_lines = 0;
                write_total(xml, table, cells, &widths)?;
            }
        }
    }
    xml.close("w:tbl")
}

fn write_properties<W: Write>(xml: &mut Xml<W>, table: &Table, width: u32) -> io::Result<()> {
    xml.open("w:tblPr", &[])?;
    xml.value("w:tblStyle", "Grid")?;
    let width = width.to_string();
    xml.empty("w:tblW", &[("w:w", &width), ("w:type", "dxa")])?;
    xml.empty("w:tblLayout", &[("w:type", "fixed")])?;
    xml.empty(
        "w:tblLook",
        &[("w:val", "0020"), ("w:firstRow", "1"), ("w:noHBand", "1")],
    )?;
    let name = if table.caption.is_empty() {
        &table.sheet
    } else {
        &table.caption
    };
    xml.value("w:tblCaption", name)?;
    xml.close("w:tblPr")
}

/// For each column its width in twips; `None` for those only a workbook shows.
fn widths(columns: &[Column], whole: u32) -> Vec<Option<u32>> {
    let shares: u32 = columns
        .iter()
        .filter(|column| !column.is_sheet_only)
        .map(|column| column.width)
        .sum();
    let widths = columns.iter().map(|column| {
        let width = whole * column.width / shares.max(1);
        (!column.is_sheet_only).then_some(width)
    });
    widths.collect()
}

fn write_header<W: Write>(
    xml: &mut Xml<W>,
    columns: &[Column],
    widths: &[Option<u32>],
) -> io::Result<()> {
    xml.open("w:tr", &[])?;
    xml.open("w:trPr", &[])?;
    xml.empty("w:cantSplit", &[])?;
    xml.empty("w:tblHeader", &[])?;
    xml.close("w:trPr")?;
    for (column, width) in columns.iter().zip(widths) {
        let Some(width) = width else { continue };
        open_cell(xml, *width, None, true)?;
        write_words(xml, "TableHead", &column.title)?;
        xml.close("w:tc")?;
    }
    xml.close("w:tr")
}

/// One cell over all columns, kept with the row below.
fn write_heading<W: Write>(
    xml: &mut Xml<W>,
    text: &str,
    widths: &[Option<u32>],
) -> io::Result<()> {
    let shown: Vec<u32> = widths.iter().copied().flatten().collect();
    open_row(xml, true)?;
    xml.open("w:tc", &[])?;
    xml.open("w:tcPr", &[])?;
    let width: u32 = shown.iter().sum();
    xml.empty("w:tcW", &[("w:w", &width.to_string()), ("w:type", "dxa")])?;
    xml.value("w:gridSpan", &shown.len().to_string())?;
    xml.close("w:tcPr")?;
    write_words(xml, "TableGroup", text)?;
    xml.close("w:tc")?;
    xml.close("w:tr")
}

/// What a row may be merged with.
#[derive(Clone, Copy)]
struct RowMerge<'a> {
    allows_above: bool,
    next: Option<&'a Row>,
}

fn write_row<W: Write>(
    xml: &mut Xml<W>,
    table: &Table,
    cells: &[Cell],
    widths: &[Option<u32>],
    lines: u32,
    merges: RowMerge<'_>,
) -> io::Result<()> {
    open_row(xml, lines <= MAX_UNBROKEN_LINES)?;
    for (index, ((cell, column), width)) in cells.iter().zip(&table.columns).zip(widths).enumerate()
    {
        let Some(width) = width else { continue };
        let continues_below = match merges.next {
            Some(Row::Cells(below)) => below.get(index).is_some_and(|below| below.continues),
            Some(Row::Heading(_) | Row::Total(_)) | None => false,
        };
        let merge = if cell.continues && merges.allows_above {
            Some("continue")
        } else if continues_below || cell.continues {
            Some("restart")
        } else {
            None
        };
        open_cell(xml, *width, merge, false)?;
        if merge == Some("continue") {
            write_words(xml, "TableText", "")?;
        } else {
            write_lines(xml, cell, column.align)?;
        }
        xml.close("w:tc")?;
    }
    xml.close("w:tr")
}

fn write_lines<W: Write>(xml: &mut Xml<W>, cell: &Cell, align: Align) -> io::Result<()> {
    let style = match align {
        Align::Left => "TableText",
        Align::Center => "TableNumber",
    };
    if cell.lines.is_empty() {
        return write_words(xml, style, "");
    }
    cell.lines
        .iter()
        .try_for_each(|line| write_line(xml, style, line))
}

fn write_total<W: Write>(
    xml: &mut Xml<W>,
    table: &Table,
    cells: &[Cell],
    widths: &[Option<u32>],
) -> io::Result<()> {
    open_row(xml, true)?;
    for ((cell, column), width) in cells.iter().zip(&table.columns).zip(widths) {
        let Some(width) = width else { continue };
        open_cell(xml, *width, None, false)?;
        let style = match column.align {
            Align::Left => "TableTotal",
            Align::Center => "TableTotalNumber",
        };
        write_words(xml, style, &cell.plain_text())?;
        xml.close("w:tc")?;
    }
    xml.close("w:tr")
}

fn open_row<W: Write>(xml: &mut Xml<W>, is_unbroken: bool) -> io::Result<()> {
    xml.open("w:tr", &[])?;
    if is_unbroken {
        xml.open("w:trPr", &[])?;
        xml.empty("w:cantSplit", &[])?;
        xml.close("w:trPr")?;
    }
    Ok(())
}

fn open_cell<W: Write>(
    xml: &mut Xml<W>,
    width: u32,
    merge: Option<&str>,
    is_centered: bool,
) -> io::Result<()> {
    xml.open("w:tc", &[])?;
    xml.open("w:tcPr", &[])?;
    xml.empty("w:tcW", &[("w:w", &width.to_string()), ("w:type", "dxa")])?;
    if let Some(merge) = merge {
        xml.value("w:vMerge", merge)?;
    }
    if is_centered {
        xml.value("w:vAlign", "center")?;
    }
    xml.close("w:tcPr")
}

/// About how many lines a row is tall.
fn lines_of(cells: &[Cell], widths: &[Option<u32>]) -> u32 {
    let heights = cells.iter().zip(widths).filter_map(|(cell, width)| {
        let per_line = width.as_ref()?.saturating_sub(CELL_MARGINS) / LETTER;
        let lines = cell.lines.iter().map(|line| {
            let n_chars: usize = line.runs.iter().map(|run| run.text.chars().count()).sum();
            let n_chars = u32::try_from(n_chars).unwrap_or(u32::MAX);
            n_chars.div_ceil(per_line.max(1)).max(1)
        });
        Some(lines.fold(0, u32::saturating_add))
    });
    heights.max().unwrap_or(1).max(1)
}
