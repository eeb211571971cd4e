//! From bytes to text for every kind of file: the pure readers, and other programs where they
//! cannot do without.
//!
//! A file is read; what could not be read by ourselves is converted by bounded child processes and
//! the file is read again ([`crate::intake::Conversions`]). A program that is not installed leaves
//! a warning with the line that installs it; [`Read::waits`] then says that reading again later
//! may give more. Everything here may take seconds: call it off the threads that answer people.

use std::path::PathBuf;
use std::sync::OnceLock;

use crate::convert::{Failure, Kind, MOST_SCANNED_PAGES, Programs, ScannedPage, Sheet};
use crate::domain::{DraftLine, Location, Warning};
use crate::intake::arrangements::Arrangements;
use crate::intake::{
    self, Conversion, Conversions, Format, Reading, Wanted, pages, read_draft_with,
};
use pages::Page;

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
    converted.unwrap_or_else(|failure| Conversion::Failed(explain(&failure, wanted.format)))
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

fn read_pdf(programs: &Programs, bytes: &[u8]) -> Result<Conversion, Failure> {
    let pdf = programs.read_pdf(bytes)?;
    let mut pages = pages::read_boxes(&String::from_utf8_lossy(&pdf.words.0));
    if let Some(drawings) = &pdf.drawings {
        let drawn = pages::read_boxes(&String::from_utf8_lossy(&drawings.0));
        for (page, drawn) in pages.iter_mut().zip(drawn) {
            page.rules = drawn.rules;
            page.pictures = drawn.pictures;
        }
    }
    let mut warnings = Vec::new();
    let n_recognized = recognize_scans(programs, bytes, &mut pages, &mut warnings)?;
    Ok(Conversion::Pages {
        extractor: if n_recognized > 0 {
            "ocr/1+tesseract"
        } else {
            pdf.extractor
        },
        pages,
        warnings,
    })
}

/// A page with fewer letters than this may be a scan with a stamp or a digital signature on it.
const FEW_LETTERS: usize = 200;

/// Whether a page is a picture of text: little text of its own, under a picture that covers much
/// of it, or nothing at all.
fn is_scan(page: &Page) -> bool {
    let n_letters = pages::n_letters(page);
    let paper = page.width * page.height;
    let covered = page
        .pictures
        .iter()
        .map(|at| (at.right - at.left) * (at.bottom - at.top))
        .fold(0.0, f64::max);
    n_letters < FEW_LETTERS && (covered > 0.3 * paper || n_letters == 0)
}

/// Recognizes the pages that are scans; returns how many gave words.
fn recognize_scans(
    programs: &Programs,
    bytes: &[u8],
    all: &mut [Page],
    warnings: &mut Vec<Warning>,
) -> Result<usize, Failure> {
    let scans: Vec<usize> = all
        .iter()
        .enumerate()
        .filter(|(_, page)| is_scan(page))
        .map(|(index, _)| index)
        .collect();
    let is_all = scans.len() == all.len();
    let (mut n_recognized, mut unread) = (0, Vec::new());
    for index in scans {
        let Some(page) = all.get_mut(index) else {
            continue;
        };
        let number = index + 1;
        if n_recognized >= MOST_SCANNED_PAGES {
            unread.push(number.to_string());
            continue;
        }
        match programs.recognize_page(bytes, number, (page.width, page.height)) {
            Ok(scanned) => {
                let found = recognized_pages(&scanned);
                if let Some(found) = found.into_iter().next()
                    && pages::n_letters(&found) > pages::n_letters(page)
                {
                    *page = found;
                    n_recognized += 1;
                }
            }
            Err(failure) if is_all && n_recognized == 0 => return Err(failure),
            Err(failure) => {
                if unread.is_empty() {
                    warnings.push(explain(&failure, Format::Image));
                }
                unread.push(number.to_string());
            }
        }
    }
    if !unread.is_empty() {
        warnings.push(Warning::new(
            "convert.unread_pages",
            Location::File,
            format!("Chưa đọc được các trang quét: {}.", unread.join(", ")),
            "Mở tệp gốc để xem các trang đó; nếu có góp ý, gõ vào ô nhập tay của lượt này.",
        ));
    }
    Ok(n_recognized)
}

fn recognized_pages(scanned: &ScannedPage) -> Vec<Page> {
    let words = String::from_utf8_lossy(&scanned.words);
    let mut found = pages::read_tesseract(&words, scanned.dots_per_inch);
    if let (Some(page), Some(drawings)) = (found.first_mut(), &scanned.drawings) {
        let drawn = pages::read_boxes(&String::from_utf8_lossy(&drawings.0));
        page.rules = drawn.into_iter().next().unwrap_or_default().rules;
    }
    found
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
        .map_err(|failure| Box::new(explain(&failure, Format::Spreadsheet)))
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

fn read_picture(programs: &Programs, bytes: &[u8]) -> Result<Conversion, Failure> {
    let scanned = programs.recognize_picture(bytes)?;
    Ok(Conversion::Pages {
        pages: recognized_pages(&scanned),
        extractor: "ocr/1+tesseract",
        warnings: Vec::new(),
    })
}

/// What went wrong, for the person who waits for the file.
fn explain(failure: &Failure, format: Format) -> Warning {
    let name = format.name();
    let by_hand = "Mở tệp gốc để xem; gõ nội dung góp ý vào ô nhập tay của lượt này, hoặc xin nơi gửi bản Word.";
    match failure {
        Failure::Missing { program, package } => Warning::new(
            MISSING,
            Location::File,
            format!(
                "Tệp được giữ lại nhưng chưa đọc được vì là {name} và máy chưa cài `{program}`."
            ),
            format!(
                "Cài bằng lệnh: apt-get install -y --no-install-recommends {package} — rồi nhập lại tệp này, hoặc khởi động lại chương trình: tệp sẽ được đọc tiếp."
            ),
        ),
        Failure::Refused { program } => Warning::new(
            "convert.refused",
            Location::File,
            format!("Tệp ({name}) bị hỏng hoặc sai định dạng: `{program}` không mở được."),
            by_hand,
        ),
        Failure::TimedOut { program, seconds } => Warning::new(
            "convert.timed_out",
            Location::File,
            format!("Đọc tệp ({name}) quá lâu: `{program}` bị dừng sau {seconds} giây."),
            by_hand,
        ),
        Failure::TooMuch { program, megabytes } => Warning::new(
            "convert.too_much",
            Location::File,
            format!(
                "Tệp ({name}) phình ra quá {megabytes} MB khi mở bằng `{program}` (có thể là tệp phá hoại) nên không được đọc tiếp."
            ),
            "Không mở tệp này trên máy; liên hệ nơi gửi để xác minh và gửi lại.",
        ),
        Failure::Encrypted => Warning::new(
            "convert.encrypted",
            Location::File,
            format!("Tệp ({name}) có mật khẩu nên không mở được."),
            "Xin mật khẩu của nơi gửi, mở tệp, lưu lại không đặt mật khẩu rồi nạp lại.",
        ),
        Failure::Start { program, .. } => Warning::new(
            "convert.not_started",
            Location::File,
            format!(
                "Không chạy được `{program}` để đọc tệp ({name}); có thể đĩa đầy hoặc thiếu quyền."
            ),
            "Kiểm tra chỗ trống trên đĩa và quyền của chương trình rồi nhập lại tệp này.",
        ),
    }
}
