//! From bytes to text for every kind of file: the pure readers, and other programs where they
//! cannot do without.
//!
//! A file is read; what could not be read by ourselves is converted by bounded child processes and
//! the file is read again ([`crate::intake::Conversions`]). A program that is not installed leaves
//! a warning with the line that installs it; [`Read::waits`] then says that reading again later
//! may give more. Everything here may take seconds: call it off the threads that answer people.

mod failures;
mod pages;

use std::path::PathBuf;
use std::sync::OnceLock;

use crate::convert::{Failure, Kind, Programs, Sheet};
use crate::domain::{DraftLine, Location, Warning};
use crate::intake::arrangements::Arrangements;
use crate::intake::{self, Conversion, Conversions, Format, Reading, Wanted, read_draft_with};

use failures::{explain, explain_and_remember, given_up};
use pages::{read_pdf, read_picture};

/// The code of warnings about programs that are not installed.
pub const MISSING: &str = "convert.missing_program";

/// The code of warnings about sheets without a column of comments.
pub const NO_TABLE: &str = "workbook.no_table";

/// Archives in mails in archives: what is found in one round is converted in the next.
const ROUNDS: usize = 4;

static PROGRAMS: OnceLock<Programs> = OnceLock::new();

/// Says once, at the start, where other programs are; otherwise the usual folders are searched.
pub fn use_programs(folders: Vec<PathBuf>) {
    // Whoever comes second finds the same machine.
    let _ = PROGRAMS.set(Programs::new(folders, itself()));
}

fn itself() -> Option<PathBuf> {
    std::env::current_exe().ok()
}

fn programs() -> &'static Programs {
    PROGRAMS.get_or_init(|| Programs::new(crate::config::usual_program_folders(), itself()))
}

/// A file that was read as well as this machine can.
pub struct Read {
    /// What it says.
    pub reading: Reading,
    /// Whether a program is missing that could read more of it.
    pub waits: bool,
}

/// Reads a letter or a mail, with other programs where they are needed.
pub fn read_letter(bytes: &[u8], file_name: &str, arrangements: &Arrangements) -> Read {
    let format = intake::sniff(bytes, file_name);
    read_as(format, bytes, file_name, arrangements)
}

/// Reads a file whose kind is known; tables in it as people arranged their columns.
pub fn read_as(format: Format, bytes: &[u8], file_name: &str, arrangements: &Arrangements) -> Read {
    let mut conversions = Conversions::default();
    let mut reading = intake::read_as(format, bytes, file_name, &conversions);
    let mut waits = false;
    for _ in 0..ROUNDS {
        if reading.wanted.is_empty() {
            break;
        }
        for wanted in &reading.wanted {
            let conversion = convert(programs(), wanted, arrangements);
            waits |= is_missing(&conversion);
            conversions.insert(wanted, conversion);
        }
        reading = intake::read_as(format, bytes, file_name, &conversions);
    }
    Read { reading, waits }
}

/// Whether everything a letter needs to be read is installed by now. Converts nothing.
pub fn can_be_read(format: Format, bytes: &[u8], file_name: &str) -> bool {
    intake::read_as(format, bytes, file_name, &Conversions::default())
        .wanted
        .iter()
        .flat_map(kinds_of)
        .copied()
        .all(|kind| programs().has_what_reads(kind))
}

/// Reads a draft into its lines, with another program where one is needed.
pub fn read_draft(bytes: &[u8], file_name: &str) -> (Vec<DraftLine>, Vec<Warning>) {
    let mut conversions = Conversions::default();
    let mut reading = read_draft_with(bytes, file_name, &conversions);
    if let Some(wanted) = &reading.wanted {
        let arrangements = Arrangements::default();
        conversions.insert(wanted, convert(programs(), wanted, &arrangements));
        reading = read_draft_with(bytes, file_name, &conversions);
    }
    (reading.lines, reading.warnings)
}

fn is_missing(conversion: &Conversion) -> bool {
    match conversion {
        Conversion::Failed(warning) => warning.code == MISSING,
        Conversion::Pages { warnings, .. } | Conversion::Files { warnings, .. } => {
            warnings.iter().any(|warning| warning.code == MISSING)
        }
        Conversion::Docx { .. } => false,
    }
}

/// What has to be done with a file that waits; a PDF waits because it is a scan.
fn kinds_of(wanted: &Wanted) -> &'static [Kind] {
    match wanted.format {
        Format::Pdf => &[Kind::Pdf, Kind::Scan],
        Format::Image => &[Kind::Picture],
        Format::Spreadsheet => &[Kind::Workbook],
        Format::OtherArchive => &[Kind::Archive],
        _ => &[Kind::Office],
    }
}

fn convert(programs: &Programs, wanted: &Wanted, arrangements: &Arrangements) -> Conversion {
    if let Some(warning) = given_up(&wanted.bytes) {
        return Conversion::Failed(warning);
    }
    let converted = match wanted.format {
        Format::Pdf => read_pdf(programs, &wanted.bytes),
        Format::Image => read_picture(programs, &wanted.bytes),
        Format::Spreadsheet => read_sheets(programs, &wanted.bytes, arrangements),
        Format::OtherArchive => programs
            .unpack(&wanted.bytes)
            .map(|files| Conversion::Files {
                files,
                warnings: Vec::new(),
            }),
        Format::LegacyWord => to_docx(programs, &wanted.bytes, "doc"),
        Format::RichText => to_docx(programs, &wanted.bytes, "rtf"),
        Format::OpenDocument => to_docx(programs, &wanted.bytes, "odt"),
        _ => return Conversion::Failed(not_readable(wanted.format)),
    };
    converted.unwrap_or_else(|failure| {
        Conversion::Failed(explain_and_remember(&failure, wanted.format, &wanted.bytes))
    })
}

fn not_readable(format: Format) -> Warning {
    Warning::new(
        "convert.no_reader",
        Location::File,
        format!(
            "Tệp được giữ lại nhưng chưa đọc được vì là {}.",
            format.name()
        ),
        "Mở tệp gốc để xem; nếu có góp ý, gõ vào ô nhập tay của lượt này.",
    )
}

fn to_docx(programs: &Programs, bytes: &[u8], extension: &str) -> Result<Conversion, Failure> {
    Ok(Conversion::Docx {
        bytes: programs.to_docx(bytes, extension)?,
        extractor: "docx/1+libreoffice",
    })
}

/// Opens an archive for a person who drops one in, with another program where one is needed;
/// empty when that cannot be done now.
pub fn unpack(bytes: &[u8], file_name: &str) -> intake::Unpacked {
    if intake::sniff(bytes, file_name) != Format::OtherArchive {
        return intake::unpack(bytes);
    }
    intake::Unpacked {
        files: programs().unpack(bytes).unwrap_or_default(),
        warnings: Vec::new(),
    }
}

/// The PDF or picture a part was read from, on its own, attached or in an archive.
fn file_with_pages(bytes: &[u8], file_name: &str, part: &str) -> Option<Wanted> {
    let format = intake::sniff(bytes, file_name);
    let mut conversions = Conversions::default();
    for _ in 0..ROUNDS {
        let wanted = intake::read_as(format, bytes, file_name, &conversions).wanted;
        let (mut paged, others): (Vec<Wanted>, Vec<Wanted>) = wanted
            .into_iter()
            .partition(|it| matches!(it.format, Format::Pdf | Format::Image));
        let is_only = paged.len() == 1 && others.is_empty();
        if let Some(at) = paged.iter().position(|it| it.name == part) {
            return Some(paged.swap_remove(at));
        }
        if is_only {
            return paged.pop();
        }
        let archives = others.iter().filter(|it| it.format == Format::OtherArchive);
        let n_before = conversions.len();
        for archive in archives {
            let arrangements = Arrangements::default();
            conversions.insert(archive, convert(programs(), archive, &arrangements));
        }
        if conversions.len() == n_before {
            break;
        }
    }
    None
}

/// A page, counted from 1, of the file that a part was read from, as a PNG of our own making,
/// turned clockwise by quarters.
///
/// # Errors
/// What is wrong with the file or missing on this machine; `None` where the part has no pages.
pub fn page_image(
    bytes: &[u8],
    file_name: &str,
    part: &str,
    number: usize,
    n_quarters: u8,
) -> Option<Result<Vec<u8>, Box<Warning>>> {
    let file = file_with_pages(bytes, file_name, part)?;
    let shown = match file.format {
        Format::Image => programs().show_picture(&file.bytes, number, n_quarters),
        _ => programs().show_pdf(&file.bytes, number, n_quarters),
    };
    Some(shown.map_err(|failure| Box::new(explain(&failure, file.format))))
}

/// A table of comments in a workbook, as a file of its own.
pub struct SheetTable {
    /// Name of the workbook, then of the sheet.
    pub name: String,
    /// Name of the sheet.
    pub sheet: String,
    /// Its rows as text; line n is row n of the sheet.
    pub csv: Vec<u8>,
}

/// What the table made of a sheet is called.
pub fn sheet_file(file_name: &str, sheet: &str) -> String {
    format!("{file_name} > {sheet}.csv")
}

/// All sheets of a workbook that hold anything.
///
/// # Errors
/// What is wrong with the file, when nothing of it can be read.
pub fn read_all_sheets(bytes: &[u8]) -> Result<Vec<Sheet>, Box<Warning>> {
    programs()
        .read_workbook(bytes)
        .map_err(|failure| Box::new(explain_and_remember(&failure, Format::Spreadsheet, bytes)))
}

/// The tables of comments in a workbook, and what a person should know about its other sheets.
///
/// # Errors
/// What is wrong with the file, when nothing of it can be read.
pub fn read_workbook(
    bytes: &[u8],
    file_name: &str,
    arrangements: &Arrangements,
) -> Result<(Vec<SheetTable>, Vec<Warning>), Box<Warning>> {
    let sheets = read_all_sheets(bytes)?;
    let (mut tables, mut warnings) = (Vec::new(), Vec::new());
    for sheet in sheets {
        let Sheet { name, csv, .. } = sheet;
        let location = || Location::Part {
            path: format!("{file_name} > {name}"),
        };
        if !intake::is_comment_table(&csv, arrangements) {
            // Lists to pick from have one or two columns.
            if !sheet.is_hidden && csv.iter().take(4096).filter(|b| **b == b',').count() >= 6 {
                warnings.push(Warning::new(
                    NO_TABLE,
                    location(),
                    format!("Trang tính “{name}” không có cột nội dung góp ý nên không được nhập."),
                    "Nếu trang này có góp ý, thêm dòng tiêu đề (STT, Cơ quan góp ý, Vị trí góp ý, Nội dung góp ý) rồi nhập lại.",
                ));
            }
            continue;
        }
        if sheet.is_hidden {
            warnings.push(Warning::new(
                "workbook.hidden_sheet",
                location(),
                format!("Trang tính “{name}” bị ẩn trong tệp nhưng vẫn được đọc."),
                "Mở tệp gốc, bỏ ẩn trang tính để kiểm tra các ý kiến này có đúng là ý kiến gửi đến không.",
            ));
        }
        if sheet.is_cut {
            warnings.push(Warning::new(
                "workbook.too_wide",
                location(),
                format!("Trang tính “{name}” có ô ở quá xa bên phải; các ô đó không được đọc."),
                "Mở tệp gốc, chuyển nội dung về các cột đầu rồi nhập lại.",
            ));
        }
        tables.push(SheetTable {
            name: sheet_file(file_name, &name),
            sheet: name,
            csv,
        });
    }
    Ok((tables, warnings))
}

/// A workbook attached to a mail: a part for each sheet.
fn read_sheets(
    programs: &Programs,
    bytes: &[u8],
    arrangements: &Arrangements,
) -> Result<Conversion, Failure> {
    let sheets = programs.read_workbook(bytes)?;
    let is_table = |sheet: &Sheet| intake::is_comment_table(&sheet.csv, arrangements);
    let has_comments = sheets.iter().any(is_table);
    Ok(Conversion::Files {
        files: sheets
            .into_iter()
            .filter(|sheet| !has_comments || is_table(sheet))
            .map(|sheet| (format!("{}.csv", sheet.name), sheet.csv))
            .collect(),
        warnings: Vec::new(),
    })
}
