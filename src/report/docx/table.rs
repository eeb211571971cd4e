//! Tables with borders: header rows repeated on every page, places merged over their rows.

use std::io::{self, Write};

use crate::report::model::{Align, Cell, Line, Row, RunStyle, Table};
use crate::report::paper::breaks::{Breaks, Merge, RowBreaks, Shown};

use super::body::{write_runs, write_words};
use super::xml::Xml;

/// Writes a table over the whole width.
pub(super) fn write<W: Write>(xml: &mut Xml<W>, table: &Table, width: u32) -> io::Result<()> {
    let grid = Grid {
        table,
        breaks: Breaks::plan(table, width),
    };
    xml.open("w:tbl", &[])?;
    write_properties(xml, table, width)?;
    xml.open("w:tblGrid", &[])?;
    for width in grid.widths() {
        xml.empty("w:gridCol", &[("w:w", &width.to_string())])?;
    }
    xml.close("w:tblGrid")?;
    grid.write_header(xml)?;
    for (index, (row, breaks)) in table.rows.iter().zip(&grid.breaks.rows).enumerate() {
        let keeps = grid.breaks.is_kept && index + 1 < table.rows.len();
        match row {
            Row::Heading(text) => grid.write_heading(xml, text)?,
            Row::Cells(cells) => grid.write_row(xml, cells, breaks, keeps)?,
            Row::Total(cells) => grid.write_total(xml, cells, keeps)?,
        }
    }
    xml.close("w:tbl")
}

/// A table and where it breaks.
struct Grid<'a> {
    table: &'a Table,
    breaks: Breaks,
}

impl Grid<'_> {
    /// Widths of the columns that are printed.
    fn widths(&self) -> impl Iterator<Item = u32> {
        self.breaks.widths.iter().flatten().copied()
    }

    fn write_header<W: Write>(&self, xml: &mut Xml<W>) -> io::Result<()> {
        xml.open("w:tr", &[])?;
        xml.open("w:trPr", &[])?;
        xml.empty("w:cantSplit", &[])?;
        xml.empty("w:tblHeader", &[])?;
        xml.close("w:trPr")?;
        for (column, width) in self.table.columns.iter().zip(&self.breaks.widths) {
            let Some(width) = width else { continue };
            open_cell(xml, *width, Merge::Alone, true)?;
            write_words(xml, "TableHead", &column.title)?;
            xml.close("w:tc")?;
        }
        xml.close("w:tr")
    }

    /// One cell over all columns, kept with the row below.
    fn write_heading<W: Write>(&self, xml: &mut Xml<W>, text: &str) -> io::Result<()> {
        let n_columns = self.widths().count();
        let width: u32 = self.widths().sum();
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
        breaks: &RowBreaks,
        keeps: bool,
    ) -> io::Result<()> {
        open_row(xml, breaks.is_unbroken)?;
        let columns = self.table.columns.iter().zip(&self.breaks.widths);
        for ((cell, merge), (column, width)) in cells.iter().zip(&breaks.merges).zip(columns) {
            let Some(width) = width else { continue };
            open_cell(xml, *width, *merge, false)?;
            write_paragraphs(xml, column.align, Shown::of(cell, *merge), keeps)?;
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
        let columns = self.table.columns.iter().zip(&self.breaks.widths);
        for (cell, (column, width)) in cells.iter().zip(columns) {
            let Some(width) = width else { continue };
            open_cell(xml, *width, Merge::Alone, false)?;
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
    shown: Shown<'_>,
    keeps: bool,
) -> io::Result<()> {
    let style = match align {
        Align::Left => "TableText",
        Align::Center => "TableNumber",
    };
    if shown.lines.is_empty() {
        return write_paragraph(xml, style, &Line::default(), keeps);
    }
    if let (Some(mark), [only]) = (shown.mark, shown.lines) {
        let marked = only.clone().then_styled(mark, RunStyle::Italic);
        return write_paragraph(xml, style, &marked, keeps);
    }
    let mut lines = shown.lines.iter();
    lines.try_for_each(|line| write_paragraph(xml, style, line, keeps))
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
    merge: Merge,
    is_centered: bool,
) -> io::Result<()> {
    xml.open("w:tc", &[])?;
    xml.open("w:tcPr", &[])?;
    xml.empty("w:tcW", &[("w:w", &width.to_string()), ("w:type", "dxa")])?;
    match merge {
        Merge::Alone => {}
        Merge::Starts => xml.value("w:vMerge", "restart")?,
        Merge::Continues => xml.value("w:vMerge", "continue")?,
    }
    if is_centered {
        xml.value("w:vAlign", "center")?;
    }
    xml.close("w:tcPr")
}
