//! Spreadsheets: each sheet as a table of text, one line a row, in a child process of ourselves.
//!
//! Values as a person sees them: dates as days, whole numbers without a decimal point, results of
//! formulas, text typed with an old font in Unicode. A cell merged over several rows stands in each
//! of them; rows that only continue merged cells are blank. Line breaks inside cells are vertical
//! tabs, so that line n is row n of the sheet. The library reads a stranger's XML and old binary
//! formats and holds a whole sheet in memory: limits of time and memory are the parent's.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write};
use std::path::Path;
use std::time::Duration;

use calamine::{Data, DataRef, Dimensions, ExcelDateTime, Reader, SheetVisible, Sheets};

use super::child::{Limits, Workplace};
use super::{CHILD_COMMAND, Failure, Programs};
use crate::text::legacy;

/// A hundred thousand rows take two seconds.
const LIMITS: Limits = Limits {
    time: Duration::from_secs(30),
    memory_megabytes: 3072,
    output_megabytes: 256,
};
/// Real tables have twenty columns; what stands beyond is listed as left out.
const MOST_COLUMNS: u32 = 256;
/// All parts of a workbook together, inflated: a hundred times what the largest tables have.
const MOST_INFLATED_MEGABYTES: u64 = 1024;
/// Cells that merging may fill.
const MOST_FILLED: usize = 1_000_000;
/// Begins the line that names a sheet; no cell can hold it.
const SHEET_MARK: u8 = 0x1e;

/// A sheet as a table of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Whether the workbook hides it.
    pub is_hidden: bool,
    /// Whether columns far to the right were left out.
    pub is_cut: bool,
    /// Comma-separated values in UTF-8; line n is row n.
    pub csv: Vec<u8>,
}

impl Programs {
    /// Reads all sheets of an `.xlsx`, `.xls`, `.xlsb` or `.ods` file that hold anything.
    pub fn read_workbook(&self, bytes: &[u8]) -> Result<Vec<Sheet>, Failure> {
        let itself = self.itself.as_deref().ok_or_else(|| Failure::Refused {
            program: CHILD_COMMAND.to_owned(),
        })?;
        if inflated_megabytes(bytes) > MOST_INFLATED_MEGABYTES {
            return Err(Failure::TooMuch {
                program: CHILD_COMMAND.to_owned(),
                megabytes: MOST_INFLATED_MEGABYTES,
            });
        }
        let place = Workplace::with(bytes, FILE)?;
        let printed = place.run(itself, &[CHILD_COMMAND, FILE], LIMITS)?;
        let mut sheets = Vec::new();
        for piece in printed.split(|b| *b == SHEET_MARK).skip(1) {
            let end = piece.iter().position(|b| *b == b'\n').unwrap_or(0);
            let (head, csv) = piece.split_at_checked(end + 1).unwrap_or((piece, &[]));
            let head = String::from_utf8_lossy(head);
            let mut fields = head.trim_end_matches('\n').splitn(3, '\t');
            let mut flag = || fields.next() == Some("1");
            let (is_hidden, is_cut) = (flag(), flag());
            sheets.push(Sheet {
                name: fields.next().unwrap_or_default().to_owned(),
                is_hidden,
                is_cut,
                csv: csv.to_vec(),
            });
        }
        Ok(sheets)
    }
}

/// What the parts of a workbook say they are inflated; 0 for what is no archive. One that lies meets the
/// limits of the child.
fn inflated_megabytes(bytes: &[u8]) -> u64 {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
        return 0;
    };
    let sizes = (0..archive.len()).filter_map(|at| Some(archive.by_index_raw(at).ok()?.size()));
    sizes.fold(0_u64, u64::saturating_add) >> 20
}

/// What the copy of a workbook is called, so that the child knows what to do.
pub(super) const FILE: &str = "original.workbook";

/// Prints the sheets of a workbook; `true` when it came to the end.
pub(super) fn answer(file: &Path) -> bool {
    let Ok(bytes) = std::fs::read(file) else {
        return false;
    };
    let Ok(mut workbook) = calamine::open_workbook_auto_from_rs(Cursor::new(bytes)) else {
        return false;
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for sheet in workbook.sheets_metadata().to_vec() {
        let Some(grid) = Grid::read(&mut workbook, &sheet.name) else {
            return false;
        };
        if grid.rows.is_empty() {
            continue;
        }
        let is_hidden = sheet.visible != SheetVisible::Visible;
        if grid.write(&mut out, &sheet.name, is_hidden).is_err() {
            return false;
        }
    }
    out.flush().is_ok()
}

/// The cells of a sheet that hold anything.
#[derive(Default)]
struct Grid {
    rows: BTreeMap<u32, BTreeMap<u32, String>>,
    is_cut: bool,
}

type Book = Sheets<Cursor<Vec<u8>>>;

impl Grid {
    fn read(workbook: &mut Book, name: &str) -> Option<Self> {
        let mut grid = Self::default();
        if let Sheets::Xlsx(xlsx) = workbook {
            // Cell by cell: a cell in the last column of the last row must not cost a whole sheet.
            let mut cells = xlsx.worksheet_cells_reader(name).ok()?;
            let fonts: Vec<Option<String>> = cells
                .styles()
                .iter()
                .map(|style| style.font.as_ref().and_then(|font| font.name.clone()))
                .collect();
            while let Some((cell, style)) = cells.next_cell_with_style_id().ok()? {
                let font = fonts.get(style).and_then(Option::as_deref);
                let value = match cell.get_value() {
                    DataRef::SharedString(text) => Data::String((*text).to_owned()),
                    value => Data::from(value.clone()),
                };
                grid.put(cell.get_position(), &value, font);
            }
        } else {
            let range = workbook.worksheet_range(name).ok()?;
            let (top, left) = range.start().unwrap_or((0, 0));
            for (row, column, value) in range.used_cells() {
                let at = (
                    top.checked_add(u32::try_from(row).ok()?)?,
                    left.checked_add(u32::try_from(column).ok()?)?,
                );
                grid.put(at, value, None);
            }
        }
        grid.reveal();
        let merged = match workbook {
            Sheets::Xlsx(xlsx) => xlsx.merge_cells_by_sheet_name(name).unwrap_or_default(),
            Sheets::Xls(xls) => xls.merge_cells_by_sheet_name(name).unwrap_or_default(),
            Sheets::Xlsb(_) | Sheets::Ods(_) => Vec::new(),
        };
        grid.fill(&merged);
        Some(grid)
    }

    fn put(&mut self, (row, column): (u32, u32), value: &Data, font: Option<&str>) {
        let text = shown(value);
        if text.trim().is_empty() {
            return;
        }
        if column >= MOST_COLUMNS {
            self.is_cut = true;
            return;
        }
        let text = match font.map(str::to_lowercase) {
            Some(font) if font.starts_with(".vn") && !legacy::is_modern(&text) => {
                let text = legacy::from_tcvn3_font(&text);
                // Fonts whose name ends so draw small letters as capitals.
                if font.ends_with('h') {
                    text.to_uppercase()
                } else {
                    text
                }
            }
            Some(font) if font.starts_with("vni") && !legacy::is_modern(&text) => {
                legacy::from_vni_font(&text)
            }
            _ => text,
        };
        self.rows.entry(row).or_default().insert(column, text);
    }

    /// Where no font tells: text that reads as Vietnamese only through an old font's table.
    fn reveal(&mut self) {
        let mut sample = String::new();
        for text in self.rows.values().flat_map(BTreeMap::values) {
            if !text.is_ascii() && !legacy::is_modern(text) && sample.len() < 64 << 10 {
                sample.push_str(text);
                sample.push('\n');
            }
        }
        let Some(encoding) = legacy::old_font(&sample) else {
            return;
        };
        for text in self.rows.values_mut().flat_map(BTreeMap::values_mut) {
            if !text.is_ascii() && !legacy::is_modern(text) {
                *text = legacy::from_font(encoding, text);
            }
        }
    }

    /// Repeats what is merged over several rows in each of them; a row that has nothing of its own
    /// stays blank.
    fn fill(&mut self, merged: &[Dimensions]) {
        let mut filled: BTreeMap<u32, BTreeMap<u32, String>> = BTreeMap::new();
        let mut n_filled = 0;
        for area in merged {
            let ((top, left), (bottom, _)) = (area.start, area.end);
            let value = self.rows.get(&top).and_then(|row| row.get(&left));
            let Some(value) = value.cloned() else {
                continue;
            };
            for row in top + 1..=bottom {
                if n_filled >= MOST_FILLED {
                    break;
                }
                n_filled += 1;
                filled.entry(row).or_default().insert(left, value.clone());
            }
        }
        let own: BTreeSet<u32> = self.rows.keys().copied().collect();
        for (row, cells) in filled {
            if own.contains(&row) {
                let known = self.rows.entry(row).or_default();
                for (column, value) in cells {
                    known.entry(column).or_insert(value);
                }
            }
        }
    }

    fn write(&self, out: &mut impl Write, name: &str, is_hidden: bool) -> std::io::Result<()> {
        let name: String = name.chars().filter(|c| !c.is_control()).collect();
        out.write_all(&[SHEET_MARK])?;
        writeln!(
            out,
            "{}\t{}\t{name}",
            u8::from(is_hidden),
            u8::from(self.is_cut)
        )?;
        // Every row has all columns: an empty cell at its end is no missing one.
        let n_columns = self
            .rows
            .values()
            .filter_map(|cells| cells.last_key_value())
            .map(|(column, _)| *column)
            .max()
            .unwrap_or(0);
        let mut line = 0;
        for (row, cells) in &self.rows {
            while line < *row {
                out.write_all(b"\n")?;
                line += 1;
            }
            let mut column = 0;
            for (at, text) in cells {
                while column < *at {
                    out.write_all(b",")?;
                    column += 1;
                }
                write_cell(out, text)?;
            }
            while column < n_columns {
                out.write_all(b",")?;
                column += 1;
            }
        }
        out.write_all(b"\n")
    }
}

fn write_cell(out: &mut impl Write, text: &str) -> std::io::Result<()> {
    let text: String = text
        .replace("\r\n", "\u{b}")
        .chars()
        .map(|c| match c {
            '\n' | '\r' => '\u{b}',
            '\u{1e}' => ' ',
            c => c,
        })
        .collect();
    if text.contains([',', '"', ';', '\t', '|']) {
        write!(out, "\"{}\"", text.replace('"', "\"\""))
    } else {
        out.write_all(text.as_bytes())
    }
}

/// A value as a person sees it in its cell.
fn shown(value: &Data) -> String {
    match value {
        Data::String(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        // Whole numbers are shown without a point by Rust too.
        Data::Float(number) => number.to_string(),
        Data::Bool(is_true) => if *is_true { "TRUE" } else { "FALSE" }.to_owned(),
        Data::DateTime(moment) => shown_moment(*moment),
        Data::DateTimeIso(text) => shown_iso(text),
        Data::Error(_) | Data::Empty => String::new(),
    }
}

fn shown_moment(moment: ExcelDateTime) -> String {
    if !moment.is_datetime() {
        return moment.as_f64().to_string();
    }
    let (year, month, day, hour, minute, ..) = moment.to_ymd_hms_milli();
    let date = format!("{day:02}/{month:02}/{year}");
    if (hour, minute) == (0, 0) {
        date
    } else {
        format!("{date} {hour:02}:{minute:02}")
    }
}

/// `2021-09-06` or `2021-09-06T14:05:00`, as OpenDocument keeps dates.
fn shown_iso(text: &str) -> String {
    let (date, time) = text.split_once('T').unwrap_or((text, ""));
    let mut fields = date.split('-');
    let (year, month, day) = (fields.next(), fields.next(), fields.next());
    let (Some(year), Some(month), Some(day)) = (year, month, day) else {
        return text.to_owned();
    };
    let time = time.get(..5).filter(|time| *time != "00:00");
    let date = format!("{day}/{month}/{year}");
    time.map_or(date.clone(), |time| format!("{date} {time}"))
}
