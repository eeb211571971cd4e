//! A table of comments as text, row by row, in constant memory whatever the size.
//!
//! [`CsvTable::open`] looks at the first 256 KiB: encoding, delimiter, header ([`columns`]); then
//! rows stream through a decoding reader. A file that is no such table gives one warning that says
//! what to do; a row with something wrong is a [`Row`] with warnings, never an error.
//!
//! [`columns`]: super::columns

mod records;
mod source;

use std::collections::VecDeque;
use std::io;
use std::io::{Chain, Cursor, Read};

use records::{Flaw, Record, Records};
use source::Source;

use super::arrangements::Arrangements;
use super::columns::{self, Column, Mapping};
pub use super::rows::Row;
use super::rows::{self, Carry, Kind, kind_of, normalized};
use super::{Format, limits, sniff};
use crate::domain::{Location, Span, Warning};
use crate::text::legacy::{self, Decoder, Encoding};
use crate::text::normalize::normalize;

/// How much of a file decides how it is read.
pub(super) const PREFIX_BYTES: usize = 256 << 10;
/// Delimiters in use: Excel writes `;` where the decimal sign is a comma, as in Việt Nam.
const DELIMITERS: [u8; 4] = *b",;\t|";
/// Below this share of Vietnamese syllables a text was decoded with a wrong table.
const MIN_SHARE: f64 = 0.4;

/// How a table is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Name of the encoding.
    pub encoding: &'static str,
    /// Whether nothing speaks for another encoding.
    pub is_certain: bool,
    /// `,`, `;`, tab or `|`.
    pub delimiter: u8,
    /// The header.
    pub mapping: Mapping,
}

/// Reads a table of comments.
pub struct CsvTable<R> {
    records: Records<Chain<Cursor<Vec<u8>>, R>>,
    shape: Shape,
    carry: Carry<String>,
    /// Records read ahead: a row's meaning may depend on the one below.
    ahead: VecDeque<Line>,
    record: Record,
    /// Line of the record read last.
    last_line: u64,
    is_ended: bool,
}

/// A record as text.
struct Line {
    row_number: u64,
    cells: Vec<String>,
    flaw: Option<Flaw>,
}

impl<R: Read> CsvTable<R> {
    /// Looks at the beginning of a file and prepares to read it.
    ///
    /// # Errors
    ///
    /// The reader's own; a file that is no table of comments is the inner `Err`, a warning that
    /// says what to do.
    pub fn open(
        mut reader: R,
        file_name: &str,
        arrangements: &Arrangements,
    ) -> io::Result<Result<Self, Warning>> {
        let mut prefix = Vec::new();
        let limit = u64::try_from(PREFIX_BYTES).unwrap_or(u64::MAX);
        reader.by_ref().take(limit).read_to_end(&mut prefix)?;
        let is_whole = prefix.len() < PREFIX_BYTES;
        let (encoding, shape) = match look(&prefix, is_whole, file_name, arrangements) {
            Ok(found) => found,
            Err(warning) => return Ok(Err(*warning)),
        };
        let source = Source::new(Cursor::new(prefix).chain(reader), encoding);
        let mut table = Self {
            records: Records::new(source, shape.delimiter),
            shape,
            carry: Carry::default(),
            ahead: VecDeque::new(),
            record: Record::default(),
            last_line: 0,
            is_ended: false,
        };
        for _ in 0..table.shape.mapping.header_rows {
            table.records.read(&mut table.record)?;
        }
        table.records.n_columns = Some(table.shape.mapping.columns.len());
        Ok(Ok(table))
    }

    /// How the table is written.
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Has `n` records ahead, or all there are.
    fn look_ahead(&mut self, n: usize) -> io::Result<()> {
        while !self.is_ended && self.ahead.len() < n {
            if self.records.read(&mut self.record)? {
                // The rest of a line that was cut has no number of its own, and is no row.
                if self.record.line == self.last_line {
                    continue;
                }
                self.last_line = self.record.line;
                self.ahead.push_back(line_of(&self.record));
            } else {
                self.is_ended = true;
            }
        }
        Ok(())
    }

    /// The next row, `None` at the end.
    fn next_row(&mut self) -> io::Result<Option<Row>> {
        loop {
            self.look_ahead(2)?;
            let Some(line) = self.ahead.pop_front() else {
                return Ok(None);
            };
            let mapping = &self.shape.mapping;
            let cells: Vec<&str> = line.cells.iter().map(String::as_str).collect();
            let next: Option<Vec<&str>> = self
                .ahead
                .front()
                .map(|next| next.cells.iter().map(String::as_str).collect());
            match kind_of(mapping, &cells, next.as_deref()) {
                Kind::Nothing => {}
                Kind::Heading { at, is_name } => {
                    let words = cells.get(at).copied().unwrap_or_default();
                    self.carry
                        .take_heading(mapping, words, is_name, words.to_owned());
                }
                Kind::Comment | Kind::Incomplete => {
                    let row = row_of(&mut self.carry, mapping, &cells, line.row_number, line.flaw);
                    return Ok(Some(Row {
                        cells: line.cells,
                        ..row
                    }));
                }
            }
        }
    }
}

impl<R: Read> Iterator for CsvTable<R> {
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.next_row().transpose();
        if matches!(row, Some(Err(_))) {
            self.is_ended = true;
            self.ahead.clear();
        }
        row
    }
}

/// A record as normalized, trimmed text.
fn line_of(record: &Record) -> Line {
    let cells = record
        .cells()
        .map(|cell| match std::str::from_utf8(cell) {
            Ok(cell) => normalized(cell).into_owned(),
            Err(_broken) => normalized(&String::from_utf8_lossy(cell)).into_owned(),
        })
        .collect();
    Line {
        row_number: record.line,
        cells,
        flaw: record.flaw,
    }
}

/// Decides encoding, delimiter and header from the beginning of a file.
fn look(
    prefix: &[u8],
    is_whole: bool,
    file_name: &str,
    arrangements: &Arrangements,
) -> Result<(Encoding, Shape), Box<Warning>> {
    let refuse = |code, problem: String, remedy: &str| {
        Err(Box::new(Warning::new(
            code,
            Location::File,
            problem,
            remedy,
        )))
    };
    let remedy_csv = "Mở tệp bằng Excel hoặc LibreOffice, chọn Lưu thành (Save As) kiểu “CSV UTF-8”, rồi nạp tệp vừa lưu.";
    match sniff(prefix, file_name) {
        Format::Empty => {
            return refuse(
                "table.empty",
                "Tệp không có dữ liệu.".to_owned(),
                "Kiểm tra lại tệp gốc hoặc đề nghị đơn vị gửi lại.",
            );
        }
        Format::Csv | Format::Text => {}
        // A CSV whose first cells look like a page or a mail is still what its user says.
        Format::Html | Format::Eml | Format::Mbox if file_name.to_lowercase().ends_with("csv") => {}
        format => {
            return refuse(
                "table.other_format",
                format!("Tệp là {}, không phải bảng dạng CSV.", format.name()),
                remedy_csv,
            );
        }
    }
    let detected = legacy::detect(prefix, is_whole);
    let text = decode_prefix(prefix, detected.encoding);
    let share = legacy::share_of_syllables(&normalize(&text));
    if !detected.is_certain && share.n_words >= 3 && share.value() < MIN_SHARE {
        return refuse(
            "table.undecodable",
            "Không nhận ra bảng mã của tệp: chữ tiếng Việt hiện sai.".to_owned(),
            remedy_csv,
        );
    }
    let Some((delimiter, mapping)) = best_reading(&text, arrangements) else {
        let rows = sample_rows(&text, arrangements);
        let first = rows.iter().find(|row| row.len() > 1).or(rows.first());
        let value = first.map(|row| row.join(" | ")).unwrap_or_default();
        return Err(Box::new(Warning::new(
            "table.no_content_column",
            Location::File,
            "Không tìm thấy dòng tiêu đề có cột nội dung góp ý.",
            "Thêm một dòng tiêu đề, ví dụ: STT, Cơ quan góp ý, Vị trí góp ý, Nội dung góp ý; mỗi ý kiến một dòng.",
        )
        .with_value(&value)));
    };
    let shape = Shape {
        encoding: detected.encoding.name(),
        is_certain: detected.is_certain,
        delimiter,
        mapping,
    };
    Ok((detected.encoding, shape))
}

/// The text of a prefix that may end in the middle of a letter.
fn decode_prefix(prefix: &[u8], encoding: Encoding) -> String {
    let mut text = String::new();
    Decoder::new(encoding).push(prefix, false, &mut text);
    text
}

/// The delimiter under which the header is one that somebody arranged, or is best recognized.
fn best_reading(text: &str, arrangements: &Arrangements) -> Option<(u8, Mapping)> {
    let arranged = DELIMITERS.into_iter().find_map(|delimiter| {
        let rows = rows_with(text, delimiter);
        Some((delimiter, arrangements.recognize(&rows)?))
    });
    if arranged.is_some() {
        return arranged;
    }
    let mut best: Option<(u32, u8, Mapping)> = None;
    for delimiter in DELIMITERS {
        let rows = rows_with(text, delimiter);
        if let Some((score, mapping)) = columns::recognize_scored(&rows)
            && best.as_ref().is_none_or(|(known, ..)| score > *known)
        {
            best = Some((score, delimiter, mapping));
        }
    }
    best.map(|(_, delimiter, mapping)| (delimiter, mapping))
}

/// The first rows of a text that may be a table, under the delimiter that fits it best.
pub(super) fn sample_rows(text: &str, arrangements: &Arrangements) -> Vec<Vec<String>> {
    rows_with(text, delimiter_of(text, arrangements))
}

/// The first rows of a table, for a person who is to say which of them is its header.
pub fn first_rows(bytes: &[u8], arrangements: &Arrangements) -> Vec<Vec<String>> {
    let prefix = bytes.get(..PREFIX_BYTES).unwrap_or(bytes);
    let detected = legacy::detect(prefix, prefix.len() < PREFIX_BYTES);
    sample_rows(&decode_prefix(prefix, detected.encoding), arrangements)
}

/// The delimiter that fits a text best.
fn delimiter_of(text: &str, arrangements: &Arrangements) -> u8 {
    if let Some((delimiter, _)) = best_reading(text, arrangements) {
        return delimiter;
    }
    // No header: the delimiter that cuts most lines; on equal terms the more usual one.
    let n_cells =
        |delimiter: u8| -> usize { rows_with(text, delimiter).iter().map(Vec::len).sum() };
    DELIMITERS
        .into_iter()
        .rev()
        .max_by_key(|&delimiter| n_cells(delimiter))
        .unwrap_or(b',')
}

/// The first rows of a text under one delimiter.
fn rows_with(text: &str, delimiter: u8) -> Vec<Vec<String>> {
    let source = Source::new(text.as_bytes(), Encoding::Utf8);
    let mut records = Records::new(source, delimiter);
    let mut record = Record::default();
    let mut rows = Vec::new();
    while rows.len() < columns::ROWS_ABOVE + 2 && matches!(records.read(&mut record), Ok(true)) {
        rows.push(line_of(&record).cells);
    }
    rows
}

/// The rows of a whole table, header included, for one that is attached to a mail; and whether it
/// was too long for that and cut.
pub(super) fn all_rows(bytes: &[u8]) -> (Vec<Vec<String>>, bool) {
    let detected = legacy::detect(bytes, true);
    let text = decode_prefix(
        bytes.get(..PREFIX_BYTES).unwrap_or(bytes),
        detected.encoding,
    );
    let delimiter = delimiter_of(&text, &Arrangements::default());
    let mut records = Records::new(Source::new(bytes, detected.encoding), delimiter);
    let mut record = Record::default();
    let mut rows = Vec::new();
    let mut n_cells = 0;
    while matches!(records.read(&mut record), Ok(true)) {
        if n_cells > limits::PARAGRAPHS {
            return (rows, true);
        }
        let cells = line_of(&record).cells;
        n_cells += cells.len();
        rows.push(cells);
    }
    (rows, false)
}

/// Builds a row; its cells are added by the caller, who owns them.
fn row_of(
    carry: &mut Carry<String>,
    mapping: &Mapping,
    cells: &[&str],
    row_number: u64,
    flaw: Option<Flaw>,
) -> Row {
    let mut facts = carry.facts(mapping, cells);
    let cell = |column: Column| {
        let at = mapping.find(column)?;
        cells.get(at).copied().filter(|cell| !cell.is_empty())
    };
    let own_place = cell(Column::Place).map(str::to_owned);
    let place = carry.place(mapping, cells, own_place, &mut facts);
    let mut text = String::new();
    let mut push = |piece: Option<&str>| {
        let piece = piece?;
        if !text.is_empty() {
            text.push('\n');
        }
        let start = text.len();
        text.push_str(piece);
        Some(Span::new(start, text.len()))
    };
    let place = push(place.as_deref());
    let content = mapping
        .columns
        .iter()
        .zip(cells)
        .filter(|(column, cell)| **column == Some(Column::Content) && !cell.is_empty())
        .map(|(_, cell)| push(Some(cell)))
        .reduce(|all, next| Some(Span::new(all?.start, next?.end)))
        .flatten();
    let proposal = push(cell(Column::Proposal));
    let reason = push(cell(Column::Reason));
    let draft = push(cell(Column::DraftText));
    let warnings = warnings_of(
        mapping,
        cells,
        row_number,
        flaw,
        content.is_none() && proposal.is_none(),
    );
    Row {
        row_number,
        text,
        place,
        content,
        proposal,
        reason,
        draft,
        heading: carry.heading.clone(),
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
        cells: Vec::new(),
        warnings,
    }
}

/// What is wrong with a row.
fn warnings_of(
    mapping: &Mapping,
    cells: &[&str],
    row_number: u64,
    flaw: Option<Flaw>,
    has_no_content: bool,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let at = |column: Option<String>| Location::Row {
        sheet: None,
        row_number,
        column,
    };
    if let Some(flaw) = flaw {
        let problem = match flaw {
            Flaw::UnclosedQuote => format!(
                "Dòng {row_number} có dấu ngoặc kép mở mà không đóng; dòng được đọc nguyên như đã ghi."
            ),
            Flaw::TooLong => format!("Dòng {row_number} dài quá 1 MB nên bị cắt."),
        };
        warnings.push(Warning::new(
            "table.broken_line",
            at(None),
            problem,
            "Mở tệp gốc, sửa lại dòng này rồi nạp lại; các dòng khác không bị ảnh hưởng.",
        ));
    }
    let width = mapping.width();
    let n_used = cells
        .iter()
        .rposition(|cell| !cell.is_empty())
        .map_or(0, |last| last + 1);
    if n_used > mapping.columns.len() {
        warnings.push(Warning::new(
            "table.extra_cells",
            at(None),
            format!("Dòng {row_number} có {n_used} ô, nhiều hơn {width} cột của tiêu đề; nội dung có thể bị lệch cột."),
            "Đặt ô có dấu phân cách trong dấu ngoặc kép rồi nạp lại dòng này.",
        ).with_value(&cells.join(" | ")));
    } else if cells.len() < width {
        warnings.push(Warning::new(
            "table.missing_cells",
            at(None),
            format!("Dòng {row_number} chỉ có {} ô, ít hơn {width} cột của tiêu đề; nội dung có thể bị lệch cột.", cells.len()),
            "Kiểm tra dòng này trong tệp gốc, thêm các ô còn thiếu rồi nạp lại.",
        ).with_value(&cells.join(" | ")));
    }
    if has_no_content {
        warnings.push(rows::missing_content(mapping, row_number, cells));
    }
    for (column, cell) in cells.iter().enumerate() {
        if cell.contains('\u{fffd}') {
            warnings.push(
                Warning::new(
                    "table.broken_characters",
                    at(mapping.headings.get(column).cloned()),
                    format!("Dòng {row_number} có ký tự không đọc được (hiện là “\u{fffd}”)."),
                    "Lưu lại tệp gốc theo kiểu “CSV UTF-8” rồi nạp lại, hoặc gõ lại ô này.",
                )
                .with_value(cell),
            );
            break;
        }
    }
    warnings
}

#[cfg(test)]
mod tests;
