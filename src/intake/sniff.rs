//! What kind of file it is: the content decides, the name breaks ties.
//!
//! Names lie (a scan called `.docx`, a spreadsheet exported as `.csv` that is really `.xls`), so a
//! signature always wins; among plain texts, which have none, header lines and table headings are
//! looked for, and only then the extension.

use super::arrangements::Arrangements;
use super::{columns, csv};
use crate::text::fold::fold;
use crate::text::legacy;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// A table as text: `.csv`, `.tsv`.
    Csv,
    /// One e-mail message (RFC 5322).
    Eml,
    /// Several e-mail messages in one file (RFC 4155).
    Mbox,
    /// A Word document of 2007 or later.
    Docx,
    /// A web page.
    Html,
    /// Plain text.
    Text,
    /// A zip archive that is no office document.
    Zip,
    /// PDF, with text or scanned.
    Pdf,
    /// A picture: a scan or photograph.
    Image,
    /// `.xlsx`, `.xls`, `.ods`.
    Spreadsheet,
    /// A Word document before 2007 (`.doc`).
    LegacyWord,
    /// An OpenDocument text (`.odt`).
    OpenDocument,
    /// Rich text (`.rtf`).
    RichText,
    /// A message saved by Outlook (`.msg`) or wrapped by it (`winmail.dat`).
    OutlookMessage,
    /// A package of the national document exchange (QCVN 102:2016/BTTTT).
    Edxml,
    /// An office document that needs a password.
    Encrypted,
    /// `.rar`, `.7z`: archives this program does not open.
    OtherArchive,
    /// Nothing, or nothing but white space.
    Empty,
    /// Anything else.
    Unknown,
}

impl Format {
    /// Whether another program has to make it readable.
    pub fn needs_conversion(self) -> bool {
        matches!(
            self,
            Self::Pdf
                | Self::Image
                | Self::LegacyWord
                | Self::OpenDocument
                | Self::RichText
                | Self::Spreadsheet
                | Self::OtherArchive
        )
    }

    /// As named on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "bảng dạng văn bản (CSV)",
            Self::Eml => "thư điện tử",
            Self::Mbox => "hộp thư (mbox)",
            Self::Docx => "văn bản Word (.docx)",
            Self::Html => "trang web (HTML)",
            Self::Text => "văn bản thuần",
            Self::Zip => "tệp nén (.zip)",
            Self::Pdf => "PDF",
            Self::Image => "ảnh, bản chụp",
            Self::Spreadsheet => "bảng tính (Excel)",
            Self::LegacyWord => "văn bản Word đời cũ (.doc)",
            Self::OpenDocument => "văn bản OpenDocument (.odt)",
            Self::RichText => "văn bản RTF",
            Self::OutlookMessage => "thư Outlook (.msg)",
            Self::Edxml => "gói văn bản liên thông (edXML)",
            Self::Encrypted => "tệp có mật khẩu",
            Self::OtherArchive => "tệp nén (.rar, .7z)",
            Self::Empty => "tệp rỗng",
            Self::Unknown => "tệp không rõ loại",
        }
    }
}

/// How much of a text is looked at.
const SAMPLE_BYTES: usize = 64 << 10;

/// Says what kind of file these bytes are.
///
/// `file_name` may be empty. The bytes may be the beginning of a larger file.
pub fn sniff(bytes: &[u8], file_name: &str) -> Format {
    let extension = extension(file_name);
    if let Some(format) = by_signature(bytes, &extension) {
        return format;
    }
    if bytes
        .iter()
        .all(|b| matches!(b, 0 | b'\t'..=b'\r' | b' ' | 0xef | 0xbb | 0xbf))
    {
        return Format::Empty;
    }
    let sample = bytes.get(..SAMPLE_BYTES).unwrap_or(bytes);
    if is_binary(sample) {
        return Format::Unknown;
    }
    let text =
        legacy::decode_with(legacy::detect(sample, sample.len() == bytes.len()), sample).text;
    by_text(&text, &extension)
}

/// The extension in lower case, without the dot.
fn extension(file_name: &str) -> String {
    file_name
        .trim_end()
        .rsplit_once('.')
        .map_or(String::new(), |(_, extension)| extension.to_lowercase())
}

/// Formats that announce themselves in their first bytes.
fn by_signature(bytes: &[u8], extension: &str) -> Option<Format> {
    let starts = |prefix: &[u8]| bytes.starts_with(prefix);
    if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") {
        return Some(zip_kind(bytes, extension));
    }
    if starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return Some(compound_kind(bytes, extension));
    }
    let head = bytes.get(..1024).unwrap_or(bytes);
    if contains(head, b"%PDF-") {
        return Some(Format::Pdf);
    }
    let is_image = starts(b"\xff\xd8\xff")
        || starts(b"\x89PNG\r\n")
        || starts(b"GIF8")
        || starts(b"II*\0")
        || starts(b"MM\0*")
        || (starts(b"BM") && extension == "bmp")
        || (starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"))
        || bytes
            .get(4..12)
            .is_some_and(|kind| kind == b"ftypheic" || kind == b"ftypmif1");
    if is_image {
        return Some(Format::Image);
    }
    if starts(b"{\\rtf") {
        return Some(Format::RichText);
    }
    if starts(b"\x78\x9f\x3e\x22") {
        return Some(Format::OutlookMessage);
    }
    if starts(b"Rar!\x1a\x07") || starts(b"7z\xbc\xaf\x27\x1c") {
        return Some(Format::OtherArchive);
    }
    // Real packages have stray characters before the XML declaration.
    contains(head, b"<edXML").then_some(Format::Edxml)
}

/// What a zip archive holds. Looks at the directory at its end, and at its first entries for a
/// file cut short.
fn zip_kind(bytes: &[u8], extension: &str) -> Format {
    let head = bytes.get(..SAMPLE_BYTES).unwrap_or(bytes);
    let tail = bytes
        .len()
        .checked_sub(SAMPLE_BYTES)
        .and_then(|at| bytes.get(at..))
        .unwrap_or(bytes);
    let names = |name: &[u8]| contains(tail, name) || contains(head, name);
    if names(b"word/document") {
        Format::Docx
    } else if names(b"xl/workbook") || names(b"opendocument.spreadsheet") {
        Format::Spreadsheet
    } else if names(b"opendocument.text") {
        Format::OpenDocument
    } else {
        match extension {
            "docx" | "docm" | "dotx" => Format::Docx,
            "xlsx" | "xlsm" | "ods" => Format::Spreadsheet,
            "odt" => Format::OpenDocument,
            _ => Format::Zip,
        }
    }
}

/// What a compound file (OLE) holds; its stream names are UTF-16.
fn compound_kind(bytes: &[u8], extension: &str) -> Format {
    let wide = |name: &str| -> Vec<u8> { name.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let names = |name: &str| contains(bytes, &wide(name));
    if names("EncryptedPackage") {
        Format::Encrypted
    } else if names("__substg1.0_") {
        Format::OutlookMessage
    } else if names("WordDocument") {
        Format::LegacyWord
    } else if names("Workbook") {
        Format::Spreadsheet
    } else {
        match extension {
            "doc" | "dot" => Format::LegacyWord,
            "xls" => Format::Spreadsheet,
            "msg" => Format::OutlookMessage,
            _ => Format::Unknown,
        }
    }
}

/// Whether `needle` occurs; both are short or few, so the plain search is enough.
fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    let Some(&first) = needle.first() else {
        return true;
    };
    let mut rest = haystack;
    while let Some(at) = rest.iter().position(|&b| b == first) {
        rest = rest.get(at..).unwrap_or_default();
        if rest.starts_with(needle) {
            return true;
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

/// Whether a text cannot be this: many control characters, and no UTF-16.
fn is_binary(sample: &[u8]) -> bool {
    let n_controls = sample
        .iter()
        .filter(|b| matches!(b, 0..=8 | 0x0e..=0x1a | 0x1c..=0x1f))
        .count();
    n_controls * 10 > sample.len() && !legacy::is_utf16(sample)
}

/// Header fields that a saved mail has among its first lines.
const MAIL_FIELDS: [&str; 14] = [
    "received",
    "return-path",
    "delivered-to",
    "message-id",
    "date",
    "from",
    "to",
    "subject",
    "mime-version",
    "content-type",
    "reply-to",
    "x-mailer",
    "dkim-signature",
    "thread-topic",
];

/// Plain texts: page, mail, table or just text.
fn by_text(text: &str, extension: &str) -> Format {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let start: String = text
        .chars()
        .take(2048)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let is_page = start.starts_with("<!doctype html")
        || start.starts_with("<html")
        || start.contains("<html")
        || (start.contains("<body") && start.contains('>'))
        || (start.starts_with('<') && matches!(extension, "html" | "htm"));
    if start.starts_with("from ") && n_mail_fields(text.lines().skip(1)) >= 2 {
        return Format::Mbox;
    }
    let n_fields = n_mail_fields(text.lines());
    if n_fields >= 2 || (n_fields == 1 && extension == "eml") {
        return Format::Eml;
    }
    if is_page {
        return Format::Html;
    }
    match extension {
        "csv" | "tsv" => Format::Csv,
        "eml" => Format::Eml,
        _ => {
            if is_table(&csv::sample_rows(text, &Arrangements::default())) {
                Format::Csv
            } else {
                Format::Text
            }
        }
    }
}

/// Whether a text is a table from its top to its bottom, and not a letter with a table in it.
fn is_table(rows: &[Vec<String>]) -> bool {
    let Some(mapping) = columns::recognize_columns(rows) else {
        return false;
    };
    let (above, below) = rows
        .split_at_checked(mapping.header_rows)
        .unwrap_or((rows, &[]));
    let is_letter = |row: &Vec<String>| {
        row.iter()
            .any(|cell| fold(cell).trim_start().starts_with("kinh gui"))
    };
    let n_wide = below.iter().filter(|row| row.len() >= 3).count();
    !above.iter().any(is_letter) && n_wide * 2 >= below.len()
}

/// Counts known header fields before the first blank line; 0 when the first line is none.
fn n_mail_fields<'a>(lines: impl Iterator<Item = &'a str>) -> usize {
    let mut n_fields = 0;
    for (at, line) in lines.take(60).enumerate() {
        if line.trim().is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else {
            if at == 0 {
                return 0;
            }
            continue;
        };
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic());
        if at == 0 && !is_name {
            return 0;
        }
        let name = name.to_ascii_lowercase();
        n_fields += usize::from(MAIL_FIELDS.contains(&name.as_str()));
    }
    n_fields
}
