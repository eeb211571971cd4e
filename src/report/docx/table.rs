//! Tables with borders: header rows repeated on every page, places merged over their rows.

use std::io::{self, Write};

use crate::report::model::{Align, Cell, Line, Row, Table};

use super::body::{write_runs, write_words};
use super::xml::Xml;

/// Average advance of a letter at 12 pt, in twips; for estimates only.
const LETTER: u32 = 108;

/// Left and right cell margins together, in twips, as in the style `Grid`.
const CELL_MARGINS: u32 = 160;

/// A row that is taller may break over pages: kept whole it would leave much of a page empty.
const MAX_UNBROKEN_LINES: u32 = 6;

/// A table with no more rows is kept on one page, statistics above all.
const MAX_KEPT_ROWS: usize = 14;

/// Nor one that is taller than this: it would leave too much of the page before empty.
const MAX_KEPT_LINES: u32 = 20;

/// A merged cell prints its words once, on its first page. After about a landscape page of 12 pt
/// lines it starts anew, so that pages say which place their rows are about.
const MAX_MERGED_LINES: u32 = 30;

/// Writes a table over the whole width.
pub(super) fn write<W: Write>(xml: &mut Xml<W>, table: &Table, width: u32) -> io::Result<()> {
    let grid = Grid::new(table, width);
    xml.open("w:tbl", &[])?;
    write_properties(xml, table, width)?;
    xml.open("w:tblGrid", &[])?;
    for width in grid.widths.iter().flatten() {
        xml.empty("w:gridCol", &[("w:w", &width.to_string())])?;
    }
    xml.close("w:tblGrid")?;
    grid.write_header(xml)?;
    let mut merged_lines = 0;
    for (index, row) in table.rows.iter().enumerate() {
        let next = table.rows.get(index + 1);
        let keeps = grid.is_kept && next.is_some();
        match row {
            Row::Heading(text) => {
                merged_lines = 0;
                grid.write_heading(xml, text)?;
            }
            Row::Cells(cells) => {
                let lines = lines_of(cells, &grid.widths);
                let allows_above = merged_lines > 0 && merged_lines + lines <= MAX_MERGED_LINES;
                let joined = allows_above && cells.iter().any(|cell| cell.continues);
                merged_lines = if joined { merged_lines + lines } else { lines };
                let place = RowPlace {
                    lines,
                    keeps,
                    allows_above,
                    next,
                };
                grid.write_row(xml, cells, place)?;
            }
            Row::Total(cells) => {
                merged_lines = 0;
                grid.write_total(xml, cells, keeps)?;
            }
        }
    }
    xml.close("w:tbl")
}

/// A table with the width of each column; `None` for columns only a workbook shows.
struct Grid<'a> {
    table: &'a Table,
    widths: Vec<Option<u32>>,
    /// Whether all rows stay on one page.
    is_kept: bool,
}

/// What a row needs to know about its surroundings.
#[derive(Clone, Copy)]
struct RowPlace<'a> {
    lines: u32,
    /// Whether it stays on the page of the row below.
    keeps: bool,
    /// Whether it may be merged with the row above.
    allows_above: bool,
    next: Option<&'a Row>,
}

impl<'a> Grid<'a> {
    fn new(table: &'a Table, whole: u32) -> Self {
        let columns = &table.columns;
        let shown = columns.iter().filter(|column| !column.is_sheet_only);
        let shares: u32 = shown.map(|column| column.width).sum();
        let widths: Vec<Option<u32>> = columns
            .iter()
            .map(|column| {
                let width = whole * column.width / shares.max(1);
                (!column.is_sheet_only).then_some(width)
            })
            .collect();
        let lines = table.rows.iter().take(MAX_KEPT_ROWS).map(|row| match row {
            Row::Heading(_) => 1,
            Row::Cells(cells) | Row::Total(cells) => lines_of(cells, &widths),
        });
        let is_low = lines.fold(0, u32::saturating_add) <= MAX_KEPT_LINES;
        Self {
            is_kept: is_low && table.rows.len() <= MAX_KEPT_ROWS,
            table,
            widths,
        }
    }

    fn write_header<W: Write>(&self, xml: &mut Xml<W>) -> io::Result<()> {
        xml.open("w:tr", &[])?;
        xml.open("w:trPr", &[])?;
        xml.empty("w:cantSplit", &[])?;
        xml.empty("w:tblHeader", &[])?;
        xml.close("w:trPr")?;
        for (column, width) in self.table.columns.iter().zip(&self.widths) {
            let Some(width) = width else { continue };
            open_cell(xml, *width, None, true)?;
            write_words(xml, "TableHead", &column.title)?;
            xml.close("w:tc")?;
        }
        xml.close("w:tr")
    }

    /// One cell over all columns, kept with the row below.
    fn write_heading<W: Write>(&self, xml: &mut Xml<W>, text: &str) -> io::Result<()> {
        let n_columns = self.widths.iter().flatten().count();
        let width: u32 = self.widths.iter().flatten().sum();
        open_row(xml, true)?;
        xml.open("w:tc", &[])?;
        xml.open("w:tcPr", &[])?;
        xml.empty("w:tcW", &[("w:w", &width.to_string()), ("w:type", "dxa")])?;
        xml.value("w:gridSpan", &n_columns.to_string())?;
        xml.close("w:tcPr")?;
        write_words(xml, "TableGroup", text)?;
        xml.close("w:tc")?;
        xml.close("w:tr")
    }

    fn write_row<W: Write>(
        &self,
        xml: &mut Xml<W>,
        cells: &[Cell],
        place: RowPlace<'_>,
    ) -> io::Result<()> {
        open_row(xml, place.lines <= MAX_UNBROKEN_LINES)?;
        let columns = self.table.columns.iter().zip(&self.widths);
        for (index, (cell, (column, width))) in cells.iter().zip(columns).enumerate() {
            let Some(width) = width else { continue };
            let continues_below = match place.next {
                Some(Row::Cells(below)) => below.get(index).is_some_and(|below| below.continues),
                Some(Row::Heading(_) | Row::Total(_)) | None => false,
            };
            let merge = if cell.continues && place.allows_above {
                Some("continue")
            } else if continues_below || cell.continues {
                Some("restart")
            } else {
                None
            };
            open_cell(xml, *width, merge, false)?;
            let shown: &[Line] = match merge {
                Some("continue") => &[],
                _ => &cell.lines,
            };
            write_paragraphs(xml, column.align, shown, place.keeps)?;
            xml.close("w:tc")?;
        }
        xml.close("w:tr")
    }

    fn write_total<W: Write>(
        &self,
        xml: &mut Xml<W>,
        cells: &[Cell],
        keeps: bool,
    ) -> io::Result<()> {
        open_row(xml, true)?;
        let columns = self.table.columns.iter().zip(&self.widths);
        for (cell, (column, width)) in cells.iter().zip(columns) {
            let Some(width) = width else { continue };
            open_cell(xml, *width, None, false)?;
            let style = match column.align {
                Align::Left => "TableTotal",
                Align::Center => "TableTotalNumber",
            };
            write_paragraph(xml, style, &Line::plain(cell.plain_text()), keeps)?;
            xml.close("w:tc")?;
        }
        xml.close("w:tr")
    }
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

/// A cell has at least one paragraph.
fn write_paragraphs<W: Write>(
    xml: &mut Xml<W>,
    align: Align,
    lines: &[Line],
    keeps: bool,
) -> io::Result<()> {
    let style = match align {
        Align::Left => "TableText",
        Align::Center => "TableNumber",
    };
    if lines.is_empty() {
        return write_paragraph(xml, style, &Line::default(), keeps);
    }
    lines
        .iter()
        .try_for_each(|line| write_paragraph(xml, style, line, keeps))
}

fn write_paragraph<W: Write>(
    xml: &mut Xml<W>,
    style: &str,
    line: &Line,
    keeps: bool,
) -> io::Result<()> {
    xml.open("w:p", &[])?;
    xml.open("w:pPr", &[])?;
    xml.value("w:pStyle", style)?;
    if keeps {
        xml.empty("w:keepNext", &[])?;
    }
    xml.close("w:pPr")?;
    write_runs(xml, line)?;
    xml.close("w:p")
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
