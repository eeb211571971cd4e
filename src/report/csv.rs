//! The main table of a report as CSV: UTF-8 with a byte order mark, so that Excel reads Vietnamese.
//!
//! Holds the tables of the report's first sheet of points, with the columns only a workbook shows;
//! what heads rows becomes a column. A text that a spreadsheet would take for a formula gets an
//! apostrophe in front.

use super::RenderError;
use super::model::{Cell, ReportModel, Row, Table, Value};
use crate::text::formula::guarded;

/// Renders the main table of a report.
pub fn render_csv(model: &ReportModel) -> Result<Vec<u8>, RenderError> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer("\u{feff}".as_bytes().to_vec());
    let tables = main_tables(model);
    let captioned = tables.len() > 1;
    let grouped = tables.iter().any(|table| has_headings(table));
    if let Some(first) = tables.first() {
        let mut titles: Vec<&str> = Vec::new();
        titles.extend(captioned.then_some("Phần"));
        titles.extend(grouped.then_some("Nhóm"));
        titles.extend(first.columns.iter().map(|column| column.title.as_str()));
        writer.write_record(titles).map_err(std::io::Error::from)?;
    }
    for table in tables {
        let mut group = "";
        for row in &table.rows {
            let cells = match row {
                Row::Heading(text) => {
                    group = text;
                    continue;
                }
                // A sum among rows would be added once more.
                Row::Total(_) => continue,
                Row::Cells(cells) => cells,
            };
            let mut fields: Vec<String> = Vec::new();
            fields.extend(captioned.then(|| guarded(&table.caption).into_owned()));
            fields.extend(grouped.then(|| guarded(group).into_owned()));
            fields.extend(cells.iter().map(field));
            writer.write_record(fields).map_err(std::io::Error::from)?;
        }
    }
    let bytes = writer
        .into_inner()
        .map_err(csv::IntoInnerError::into_error)?;
    Ok(bytes)
}

/// Renders plain rows below titles.
pub fn render_rows(
    titles: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<Vec<u8>, RenderError> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(titles).map_err(std::io::Error::from)?;
    for row in rows {
        let fields = row.iter().map(|text| guarded(text).into_owned());
        let fields: Vec<String> = fields.collect();
        writer.write_record(fields).map_err(std::io::Error::from)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(csv::IntoInnerError::into_error)?;
    Ok(bytes)
}

/// The tables that share the sheet of the main one: the first with columns for the way back to the
/// points, or simply the first.
fn main_tables(model: &ReportModel) -> Vec<&Table> {
    let leads_back = |table: &&Table| table.columns.iter().any(|column| column.is_sheet_only);
    let main = model
        .tables()
        .find(leads_back)
        .or_else(|| model.tables().next());
    let Some(main) = main else {
        return Vec::new();
    };
    let is_alike = |table: &&Table| table.sheet == main.sheet && table.columns == main.columns;
    model.tables().filter(is_alike).collect()
}

fn has_headings(table: &Table) -> bool {
    table.rows.iter().any(|row| matches!(row, Row::Heading(_)))
}

fn field(cell: &Cell) -> String {
    match cell.value {
        Value::Number(n) => n.to_string(),
        Value::Date(day) => day.to_string(),
        Value::Text => guarded(&cell.plain_text()).into_owned(),
    }
}
