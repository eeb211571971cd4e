//! The report as an Excel workbook: one sheet a kind of table, and an info sheet.
//!
//! [`ReportModel`] -> the bytes of an `.xlsx`. Made for filtering: nothing is merged, what heads
//! rows becomes a column, days and counts are typed. Text is always text: nothing a citizen sent
//! can become a formula. Deterministic: the same model gives the same bytes.

use jiff::civil::Date;
use rust_xlsxwriter::{
    ChartDataLabel, ChartType, Color, DataValidation, DocProperties, ExcelDateTime, Format,
    FormatAlign, FormatBorder, FormatUnderline, Formula, Url, Workbook, Worksheet, XlsxError,
};

use sha2::{Digest, Sha256};

use super::RenderError;
use super::model::{
    self, Align, Block, Cell, Column, Kind, ReportModel, Row, RunStyle, Table, Value,
};
use crate::domain::ContentHash;
use crate::text::formula::is_formula;

/// Most UTF-16 units Excel keeps in a cell; what is longer goes on in the next row.
const MAX_CELL_UNITS: usize = 32_767;

/// Longest name of a sheet.
const MAX_NAME_CHARS: usize = 31;

/// The sheet of charts.
const CHARTS: &str = "Biểu đồ";

/// Most links Excel keeps on a sheet.
const MAX_LINKS: usize = 65_530;

/// Height of a line of 12 points, and the most Excel allows for a row, in points.
const LINE_HEIGHT: u32 = 16;
const MAX_ROW_HEIGHT: u32 = 409;

/// Renders a report as an Excel workbook.
pub fn render_xlsx(model: &ReportModel) -> Result<Vec<u8>, RenderError> {
    let mut workbook = Workbook::new();
    let mut properties = DocProperties::new().set_title(&model.title);
    let taken_at = model.info.taken_at;
    if let Some(day) = excel_date(taken_at.date()) {
        // Noon of the day: Excel shows no time zone.
        properties = properties.set_creation_datetime(&day);
    }
    workbook.set_properties(&properties);
    let looks = Looks::new();
    let sheets = sheets(model);
    let choices = Choices::of(&sheets);
    for sheet in &sheets {
        let mut originals = Originals::of(model);
        write_sheet(
            workbook.add_worksheet(),
            sheet,
            &choices,
            &mut originals,
            &looks,
        )?;
    }
    write_charts(&mut workbook, model, &looks)?;
    // Who fills in a form needs no numbers of ours.
    if model.kind != Kind::Form {
        write_info(workbook.add_worksheet(), model, &looks)?;
    }
    choices.write(&mut workbook)?;
    Ok(workbook.save_to_buffer()?)
}

/// Where cells lead to in a bundle; so many of a sheet as Excel allows.
struct Originals<'a> {
    model: &'a ReportModel,
    n_left: usize,
}

impl<'a> Originals<'a> {
    fn of(model: &'a ReportModel) -> Self {
        Self {
            model,
            n_left: MAX_LINKS,
        }
    }

    /// The first original that a cell names; a cell has one link.
    fn of_cell(&mut self, cell: &Cell) -> Option<String> {
        if self.model.originals.is_empty() || self.n_left == 0 {
            return None;
        }
        let mut runs = cell.lines.iter().flat_map(|line| &line.runs);
        let path = runs.find_map(|run| self.model.original(run))?;
        self.n_left -= 1;
        Some(format!("file:///{path}"))
    }
}

/// How cells look.
struct Looks {
    head: Format,
    text: Format,
    centered: Format,
    number: Format,
    date: Format,
    bold: Format,
    bold_number: Format,
    warning: Format,
    /// Of words inside a cell.
    plain: Format,
    strong: Format,
    gone: Format,
    new: Format,
}

impl Looks {
    fn new() -> Self {
        let base = Format::new()
            .set_font_name("Times New Roman")
            .set_font_size(12)
            .set_align(FormatAlign::Top)
            .set_text_wrap()
            .set_border(FormatBorder::Thin)
            .set_border_color(Color::RGB(0x80_80_80));
        let centered = base.clone().set_align(FormatAlign::Center);
        let plain = Format::new()
            .set_font_name("Times New Roman")
            .set_font_size(12);
        Self {
            head: centered
                .clone()
                .set_bold()
                .set_align(FormatAlign::VerticalCenter)
                .set_background_color(Color::RGB(0xE7_EA_EE)),
            text: base.clone(),
            number: centered.clone().set_num_format("#,##0"),
            date: centered.clone().set_num_format("dd/mm/yyyy"),
            bold: base.clone().set_bold(),
            bold_number: centered.clone().set_num_format("#,##0").set_bold(),
            warning: base.set_bold().set_font_color(Color::RGB(0xB0_00_20)),
            centered,
            strong: plain.clone().set_bold(),
            gone: plain.clone().set_font_strikethrough(),
            new: plain
                .clone()
                .set_bold()
                .set_underline(FormatUnderline::Single),
            plain,
        }
    }
}

/// Lists to choose from, one a column of a hidden sheet: a list inside a rule is cut at each comma.
struct Choices<'a> {
    lists: Vec<&'a [String]>,
}

impl<'a> Choices<'a> {
    const SHEET: &'static str = "Danh mục";

    fn of(sheets: &[Sheet<'a>]) -> Self {
        let mut lists: Vec<&[String]> = Vec::new();
        for column in sheets
            .iter()
            .flat_map(|sheet| &sheet.tables)
            .flat_map(|table| &table.columns)
        {
            let list = column.choices.as_slice();
            if !list.is_empty() && !lists.contains(&list) {
                lists.push(list);
            }
        }
        Self { lists }
    }

    /// The rule for cells that take one of a list.
    fn list(&self, described: &Column) -> Option<DataValidation> {
        let choices = described.choices.as_slice();
        let at = self.lists.iter().position(|list| *list == choices)?;
        let column = rust_xlsxwriter::utility::column_number_to_name(u16::try_from(at).ok()?);
        let range = format!("='{}'!${column}$1:${column}${}", Self::SHEET, choices.len());
        DataValidation::new()
            .allow_list_formula(Formula::new(range))
            .set_error_title("Không có trong danh sách")
            .and_then(|rule| rule.set_error_message("Hãy chọn một giá trị trong danh sách."))
            .map(|rule| rule.show_error_message(!described.is_open))
            .ok()
    }

    fn write(&self, workbook: &mut Workbook) -> Result<(), XlsxError> {
        if self.lists.is_empty() {
            return Ok(());
        }
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(Self::SHEET)?.set_hidden(true);
        for (list, column) in self.lists.iter().zip(0_u16..) {
            for (choice, row) in list.iter().zip(0_u32..) {
                worksheet.write_string(row, column, choice)?;
            }
        }
        Ok(())
    }
}

/// Tables that share a sheet.
struct Sheet<'a> {
    name: String,
    tables: Vec<&'a Table>,
}

impl Sheet<'_> {
    /// Whether a first column must tell the tables apart.
    fn has_captions(&self) -> bool {
        self.tables.len() > 1
    }

    /// Whether a column must carry what heads the rows on paper.
    fn has_groups(&self) -> bool {
        let mut rows = self.tables.iter().flat_map(|table| &table.rows);
        rows.any(|row| matches!(row, Row::Heading(_)))
    }

    fn has_totals(&self) -> bool {
        let mut rows = self.tables.iter().flat_map(|table| &table.rows);
        rows.any(|row| matches!(row, Row::Total(_)))
    }
}

/// Tables of one name and the same columns stand on one sheet.
fn sheets(model: &ReportModel) -> Vec<Sheet<'_>> {
    let mut sheets: Vec<Sheet<'_>> = Vec::new();
    for table in model.tables() {
        let name = sheet_name(&table.sheet);
        let mut same = sheets.iter_mut().filter(|sheet| {
            let first = sheet.tables.first();
            first.is_some_and(|first| first.sheet == table.sheet && first.columns == table.columns)
        });
        if let Some(sheet) = same.next() {
            sheet.tables.push(table);
            continue;
        }
        let mut unique = name.clone();
        let mut number = 1;
        while sheets.iter().any(|sheet| sheet.name == unique) {
            number += 1;
            unique = format!("{name} ({number})");
        }
        sheets.push(Sheet {
            name: unique,
            tables: vec![table],
        });
    }
    sheets
}

/// Without the characters Excel refuses, and short enough for a number behind it.
fn sheet_name(name: &str) -> String {
    let allowed = name
        .chars()
        .filter(|c| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\''));
    allowed.take(MAX_NAME_CHARS - 5).collect()
}

fn write_sheet(
    worksheet: &mut Worksheet,
    sheet: &Sheet<'_>,
    choices: &Choices<'_>,
    originals: &mut Originals<'_>,
    looks: &Looks,
) -> Result<(), XlsxError> {
    worksheet.set_name(&sheet.name)?;
    worksheet.set_landscape();
    // A4; as wide as one page, as long as need be.
    worksheet.set_paper_size(9);
    worksheet.set_print_fit_to_pages(1, 0);
    let mut titles: Vec<(&str, u32)> = Vec::new();
    if sheet.has_captions() {
        titles.push(("Phần", 30));
    }
    if sheet.has_groups() {
        titles.push(("Nhóm", 36));
    }
    let columns: &[Column] = sheet.tables.first().map_or(&[], |table| &table.columns);
    titles.extend(
        columns
            .iter()
            .map(|column| (column.title.as_str(), column.width)),
    );
    for ((title, width), index) in titles.iter().zip(0_u16..) {
        worksheet.write_string_with_format(0, index, *title, &looks.head)?;
        worksheet.set_column_width(index, chars_wide(*width))?;
    }
    worksheet.set_row_height(0, 36)?;
    worksheet.set_freeze_panes(1, 0)?;
    worksheet.set_repeat_rows(0, 0)?;
    let mut at = 1;
    for table in &sheet.tables {
        let mut lead = Lead {
            caption: sheet.has_captions().then_some(table.caption.as_str()),
            group: sheet.has_groups().then_some(""),
        };
        for row in &table.rows {
            match row {
                Row::Heading(text) => lead.group = Some(text),
                Row::Cells(cells) => {
                    at = write_row(worksheet, at, &lead, cells, columns, originals, looks)?;
                }
                Row::Total(cells) => {
                    at = write_total(worksheet, at, &lead, cells, looks)?;
                }
            }
        }
    }
    let n_lead = titles.len() - columns.len();
    for (column, index) in columns.iter().zip(n_lead..) {
        if let (Some(list), Ok(index), 2..) = (choices.list(column), u16::try_from(index), at) {
            worksheet.add_data_validation(1, index, at - 1, index, &list)?;
        }
    }
    // A sum among the rows would be sorted and filtered away.
    let last_column = u16::try_from(titles.len().saturating_sub(1)).unwrap_or(0);
    if at > 1 && !sheet.has_totals() {
        worksheet.autofilter(0, 0, at - 1, last_column)?;
    }
    Ok(())
}

/// The columns before a table's own.
struct Lead<'a> {
    caption: Option<&'a str>,
    group: Option<&'a str>,
}

impl Lead<'_> {
    fn cells(&self) -> impl Iterator<Item = &str> {
        self.caption.into_iter().chain(self.group)
    }
}

/// Writes a row and what of it is too long for one; returns the next free row.
fn write_row(
    worksheet: &mut Worksheet,
    at: u32,
    lead: &Lead<'_>,
    cells: &[Cell],
    columns: &[Column],
    originals: &mut Originals<'_>,
    looks: &Looks,
) -> Result<u32, XlsxError> {
    let texts: Vec<Vec<String>> = cells
        .iter()
        .map(|cell| chunks(&cell.plain_text()))
        .collect();
    let n_rows = texts.iter().map(Vec::len).max().unwrap_or(1).max(1);
    let mut row = at;
    for piece in 0..n_rows {
        let mut column = 0_u16;
        let mut n_lines = 1;
        for text in lead.cells() {
            write_text(worksheet, row, column, text, &looks.text)?;
            column += 1;
        }
        for ((cell, texts), described) in cells.iter().zip(&texts).zip(columns) {
            // Short texts are repeated, so that filters keep the pieces together; counts are not,
            // so that sums stay right.
            let text = texts.get(piece).or(match texts.as_slice() {
                [only] => Some(only),
                _ => None,
            });
            let text = text.map_or("", String::as_str);
            let look = match described.align {
                Align::Left => &looks.text,
                Align::Center => &looks.centered,
            };
            match (cell.value, piece) {
                (Value::Number(n), 0) => {
                    worksheet.write_number_with_format(row, column, n, &looks.number)?;
                }
                (Value::Number(_), _) => {
                    worksheet.write_blank(row, column, look)?;
                }
                (Value::Date(date), _) => write_date(worksheet, row, column, date, looks)?,
                (Value::Text, _) if n_rows == 1 && is_marked(cell) => {
                    write_marked(worksheet, row, column, cell, look, looks)?;
                }
                (Value::Text, _) => match originals.of_cell(cell) {
                    Some(path) if n_rows == 1 => {
                        let link = Url::new(path).set_text(text);
                        worksheet.write_url_with_format(row, column, link, look)?;
                    }
                    _ => write_text(worksheet, row, column, text, look)?,
                },
            }
            n_lines = n_lines.max(lines_of(text, chars_wide(described.width)));
            column += 1;
        }
        set_height(worksheet, row, n_lines)?;
        row += 1;
    }
    Ok(row)
}

/// A column's width in characters: about 1.3 mm each, and never too narrow for its title.
fn chars_wide(width: u32) -> u32 {
    (width * 10 / 13).clamp(10, 80)
}

/// About how many lines a text fills in a column.
fn lines_of(text: &str, chars_wide: u32) -> u32 {
    let lines = text.split('\n').map(|line| {
        let n_chars = u32::try_from(line.chars().count()).unwrap_or(u32::MAX);
        n_chars.div_ceil(chars_wide).max(1)
    });
    lines.fold(0, u32::saturating_add)
}

/// Set, because not every program fits rows to their text when it opens a file.
fn set_height(worksheet: &mut Worksheet, row: u32, n_lines: u32) -> Result<(), XlsxError> {
    let height = n_lines.saturating_mul(LINE_HEIGHT).saturating_add(2);
    worksheet.set_row_height(row, height.min(MAX_ROW_HEIGHT))?;
    Ok(())
}

fn write_total(
    worksheet: &mut Worksheet,
    at: u32,
    lead: &Lead<'_>,
    cells: &[Cell],
    looks: &Looks,
) -> Result<u32, XlsxError> {
    let mut column = 0_u16;
    for text in lead.cells() {
        write_text(worksheet, at, column, text, &looks.bold)?;
        column += 1;
    }
    for cell in cells {
        match cell.value {
            Value::Number(n) => {
                worksheet.write_number_with_format(at, column, n, &looks.bold_number)?;
            }
            Value::Date(_) | Value::Text => {
                write_text(worksheet, at, column, &cell.plain_text(), &looks.bold)?;
            }
        }
        column += 1;
    }
    Ok(at + 1)
}

/// Whether words of a cell are marked as gone or new.
fn is_marked(cell: &Cell) -> bool {
    let mut runs = cell.lines.iter().flat_map(|line| &line.runs);
    runs.any(|run| matches!(run.style, RunStyle::Gone | RunStyle::New))
}

/// Writes a cell with each of its words in its own look; such a text is never a formula.
fn write_marked(
    worksheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    look: &Format,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let mut pieces: Vec<(&Format, String)> = Vec::new();
    for (nth, line) in cell.lines.iter().enumerate() {
        if nth > 0 {
            pieces.push((&looks.plain, "\n".to_owned()));
        }
        pieces.extend(line.runs.iter().map(|run| {
            let look = match run.style {
                RunStyle::Plain => &looks.plain,
                RunStyle::Bold | RunStyle::Italic | RunStyle::Missing => &looks.strong,
                RunStyle::Gone => &looks.gone,
                RunStyle::New => &looks.new,
            };
            (look, run.text.clone())
        }));
    }
    let pieces: Vec<(&Format, &str)> = pieces
        .iter()
        .map(|(look, text)| (*look, text.as_str()))
        .collect();
    worksheet.write_rich_string_with_format(row, column, &pieces, look)?;
    Ok(())
}

/// Writes text as text. Excel computes only what is stored as a formula; the quote prefix keeps
/// "=1+1" text even after someone edits the cell.
fn write_text(
    worksheet: &mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
    look: &Format,
) -> Result<(), XlsxError> {
    if text.is_empty() {
        worksheet.write_blank(row, column, look)?;
    } else if is_formula(text) {
        let quoted = look.clone().set_quote_prefix();
        worksheet.write_string_with_format(row, column, text, &quoted)?;
    } else {
        worksheet.write_string_with_format(row, column, text, look)?;
    }
    Ok(())
}

fn write_date(
    worksheet: &mut Worksheet,
    row: u32,
    column: u16,
    date: Date,
    looks: &Looks,
) -> Result<(), XlsxError> {
    match excel_date(date) {
        Some(day) => {
            worksheet.write_datetime_with_format(row, column, &day, &looks.date)?;
            Ok(())
        }
        // Before 1900, where Excel's calendar begins.
        None => write_text(
            worksheet,
            row,
            column,
            &super::wording::short_date(date),
            &looks.centered,
        ),
    }
}

fn excel_date(date: Date) -> Option<ExcelDateTime> {
    let year = u16::try_from(date.year()).ok()?;
    let month = u8::try_from(date.month()).ok()?;
    let day = u8::try_from(date.day()).ok()?;
    ExcelDateTime::from_ymd(year, month, day).ok()
}

/// A text in pieces Excel can keep in a cell; at least one.
fn chunks(text: &str) -> Vec<String> {
    if text.len() <= MAX_CELL_UNITS {
        return vec![text.to_owned()];
    }
    let mut chunks = vec![String::new()];
    let mut n_units = 0;
    for c in text.chars() {
        if n_units + c.len_utf16() > MAX_CELL_UNITS {
            chunks.push(String::new());
            n_units = 0;
        }
        n_units += c.len_utf16();
        if let Some(last) = chunks.last_mut() {
            last.push(c);
        }
    }
    chunks
}

/// Charts of Excel's own, each beside the counts it shows.
fn write_charts(
    workbook: &mut Workbook,
    model: &ReportModel,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let blocks = model.parts.iter().flat_map(|part| &part.blocks);
    let charts = blocks.filter_map(|block| match block {
        Block::Chart(chart) => Some(chart),
        _ => None,
    });
    let charts: Vec<&model::Chart> = charts.collect();
    if charts.is_empty() {
        return Ok(());
    }
    let worksheet = workbook.add_worksheet();
    worksheet.set_name(CHARTS)?;
    worksheet.set_column_width(0, 44)?;
    worksheet.set_landscape();
    worksheet.set_paper_size(9);
    worksheet.set_print_fit_to_pages(1, 0);
    let mut row = 0;
    for content in charts {
        write_text(worksheet, row, 0, &content.title, &looks.head)?;
        write_text(worksheet, row, 1, &content.unit, &looks.head)?;
        let first = row + 1;
        for bar in &content.bars {
            row += 1;
            write_text(worksheet, row, 0, &bar.name, &looks.text)?;
            let n = u32::try_from(bar.n).unwrap_or(u32::MAX);
            worksheet.write_number_with_format(row, 1, n, &looks.number)?;
        }
        let mut chart = rust_xlsxwriter::Chart::new(ChartType::Bar);
        chart
            .add_series()
            .set_categories((CHARTS, first, 0, row, 0))
            .set_values((CHARTS, first, 1, row, 1))
            .set_data_label(ChartDataLabel::new().show_value());
        chart.title().set_name(&content.title);
        chart.legend().set_hidden();
        // The first bar on top.
        chart.y_axis().set_reverse();
        // Excel takes no more; every count stands beside the chart.
        chart.set_alt_text(super::wording::shortened(&content.words(), 250));
        let n_lines = u32::try_from(content.bars.len()).unwrap_or(u32::MAX).max(8);
        chart
            .set_width(720)
            .set_height(n_lines.saturating_mul(24).saturating_add(80));
        worksheet.insert_chart(first.saturating_sub(1), 3, &chart)?;
        row = first.saturating_add(n_lines).saturating_add(6);
    }
    Ok(())
}

/// Tells whether two files show the same report, whatever else the files hold.
fn digest(model: &ReportModel) -> String {
    let printed = (&model.title, &model.parts, &model.info);
    let bytes = serde_json::to_vec(&printed).unwrap_or_default();
    ContentHash(Sha256::digest(bytes).into()).to_string()
}

/// Scope, moment and the proof of the numbers.
fn write_info(
    worksheet: &mut Worksheet,
    model: &ReportModel,
    looks: &Looks,
) -> Result<(), XlsxError> {
    worksheet.set_name("Thông tin")?;
    let value_chars = 100;
    worksheet.set_column_width(0, 36)?;
    worksheet.set_column_width(1, value_chars)?;
    worksheet.set_landscape();
    worksheet.set_paper_size(9);
    worksheet.set_print_fit_to_pages(1, 0);
    let info = &model.info;
    let taken_at = super::wording::moment(info.taken_at);
    let mut lines: Vec<(&str, &str, &Format)> = vec![
        ("Báo cáo", &model.title, &looks.text),
        ("Hồ sơ", &info.consultation, &looks.text),
        ("Thời điểm", &taken_at, &looks.text),
    ];
    let ledger = super::wording::number(usize::try_from(info.ledger_seq).unwrap_or(0));
    lines.push(("Sổ ghi đến số", &ledger, &looks.text));
    let digest = digest(model);
    lines.push(("Mã nội dung (SHA-256)", &digest, &looks.text));
    for (label, value) in &info.filters {
        lines.push((label, value, &looks.text));
    }
    for equation in &info.equations {
        let (label, look) = if equation.holds {
            ("Đối chiếu: khớp", &looks.text)
        } else {
            ("Đối chiếu: KHÔNG KHỚP", &looks.warning)
        };
        lines.push((label, &equation.text, look));
    }
    for notice in &info.notices {
        lines.push(("Cần xem", notice, &looks.bold));
    }
    for ((label, value, look), row) in lines.into_iter().zip(0_u32..) {
        write_text(worksheet, row, 0, label, &looks.bold)?;
        write_text(worksheet, row, 1, value, look)?;
        set_height(worksheet, row, lines_of(value, value_chars))?;
    }
    Ok(())
}
