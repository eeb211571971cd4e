//! From the bytes of what was received to normalized text, tables, mail heads and draft lines.
//!
//! * [`sniff()`]: what kind of file it is, by content first, by name where content does not tell.
//! * [`read_letter`]: a letter or a mail with its attachments → [`Reading`]: text parts in the
//!   order a person reads them.
//! * [`read_draft`]: a draft document → its lines, automatic numbering resolved.
//! * [`outline_file`]: an outline typed by a person (TOML, TSV).
//! * [`csv`]: a table of comments, row by row, in constant memory; [`columns`] says which column
//!   is what, for files and for tables inside letters alike.
//!
//! Values in, values out: nothing here opens a file or a socket. What a stranger sent never
//! "fails": readers return what could be read plus located [`Warning`]s in Vietnamese. Every text
//! returned is [`normalize`](crate::text::normalize::normalize)d, and every span slices it.
//! [`limits`] bounds time and memory on hostile input.
//!
//! Cases: `fixtures/intake/`.

mod archive;
pub mod arrangements;
pub mod columns;
mod conversions;
mod counting;
pub mod csv;
mod dates;
mod docx;
mod edxml;
mod eml;
mod headings;
mod html;
mod layout;
mod limits;
pub mod mbox;
pub mod outline_file;
mod outlook;
pub mod pages;
mod plain;
pub mod rows;
mod sniff;
mod wrapped;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use jiff::civil::Date;

pub use archive::{Unpacked, unpack};
pub use conversions::{Conversion, Conversions, Wanted, content_key};
pub use dates::parse_date;
pub use rows::{PartRow, rows_of_part};
pub use sniff::{Format, sniff};

use archive::Budget;

use crate::domain::{Authentication, DraftLine, EmailAddress, Location, PageMap, Span, Warning};

/// What one received file says.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The head of the mail, when the file is one.
    pub mail: Option<MailHead>,
    /// The texts, in reading order: mail body, what was cut from it, attachments.
    pub parts: Vec<TextPart>,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
    /// Files another program has to make readable before this file is read as a whole.
    pub wanted: Vec<Wanted>,
    /// What other programs made of such files.
    conversions: Conversions,
}

/// The code of warnings about mails whose content lies behind a link.
pub const LINK_ONLY: &str = "mail.cloud_link_only";

/// The header fields of a mail that later steps use.
#[derive(Debug, Clone, Default)]
pub struct MailHead {
    /// Message-ID without angle brackets.
    pub message_id: Option<String>,
    /// In-Reply-To and References, nearest first, without angle brackets.
    pub in_reply_to: Vec<String>,
    /// The author's address.
    pub from: Option<EmailAddress>,
    /// The author's display name.
    pub from_name: Option<String>,
    /// Everyone in To and Cc, and the addresses that servers on the way delivered it to.
    pub to: Vec<EmailAddress>,
    /// Decoded subject, one line.
    pub subject: String,
    /// The Date field.
    pub sent_at: Option<Timestamp>,
    /// The date of the topmost Received field: when our side got it.
    pub received_at: Option<Timestamp>,
    /// Set when a machine wrote the message.
    pub robot: Option<Robot>,
    /// Set when it reports what became of a letter.
    pub bounce: Option<Bounce>,
    /// What our own server found out about the sender's address.
    pub authentication: Option<Authentication>,
    /// Mails forwarded in it, the outermost first.
    pub forwarded: Vec<Forwarded>,
}

/// A mail that came inside another one: whoever forwards does not speak.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forwarded {
    /// How the paths of its parts begin.
    pub path: String,
    /// The author's address.
    pub from: Option<EmailAddress>,
    /// The author's name.
    pub from_name: Option<String>,
    /// The day it was sent.
    pub sent_on: Option<Date>,
}

/// A report about the delivery of a letter (RFC 3464).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bounce {
    /// Who was to get the letter.
    pub recipient: Option<EmailAddress>,
    /// The letter's Message-ID, without angle brackets.
    pub message_id: Option<String>,
    /// Whether it will not be delivered; otherwise it is only late, or was delivered.
    pub is_failed: bool,
    /// Status code and the server's words.
    pub reason: String,
}

/// Reads the head of a mail alone; the bytes may be the beginning of a larger one.
pub fn read_mail_head(bytes: &[u8]) -> MailHead {
    eml::read_head(bytes)
}

/// Why a mail is no opinion of anyone: a machine wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Robot {
    /// Stable name of the rule, e.g. `robot.auto_submitted`.
    pub rule: &'static str,
    /// What it is, in Vietnamese: "thư trả lời tự động".
    pub explanation: String,
}

/// What a part of a reading is to its mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartRole {
    /// What the author wrote, or the whole text of a file that is no mail.
    Body,
    /// An attached document.
    Attachment,
    /// Earlier messages quoted below the body, cut off.
    Quoted,
    /// A mail signature or disclaimer, cut off.
    Signature,
}

/// One text of a reading.
#[derive(Debug, Clone, PartialEq)]
pub struct TextPart {
    /// Where it stands, as a person would follow it: "nội dung thư", `gop_y.docx`,
    /// `bao.zip > a.docx`.
    pub path: String,
    /// What it is to the mail.
    pub role: PartRole,
    /// Normalized text; spans point into it.
    pub text: String,
    /// Its tables, in text order.
    pub tables: Vec<PartTable>,
    /// Name and version of the reader that made it, e.g. `docx/1`.
    pub extractor: &'static str,
    /// Where on which page the text stood, where the file has pages.
    pub map: PageMap,
    /// How sure the recognition was on average, 0 to 1, where a machine read the text in a picture.
    pub recognized: Option<f64>,
    /// What a reader of a Word file marked in it.
    pub markup: Markup,
}

/// Remarks in the margin of a Word file, and what is struck through in it by hand. Tracked changes
/// are accepted in the text: what they changed shows against the draft that was sent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Markup {
    /// In the order of the words they are about.
    pub remarks: Vec<Remark>,
    /// Stretches of the part's text, in order.
    pub struck: Vec<Span>,
}

/// A remark in the margin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The words of the part's text it is about, empty where it stands at one place; `None` where
    /// they are gone.
    pub at: Option<Span>,
    /// What it says, on one line.
    pub text: String,
}

/// A table inside a part.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PartTable {
    /// Cells as spans of the part's text. A cell merged over several rows repeats its span in
    /// each of them; a cell merged over several columns is followed by empty spans.
    pub rows: Vec<Vec<Span>>,
    /// All of the table.
    pub span: Span,
}

impl PartTable {
    /// The rows with their cells as text.
    pub fn cells<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Vec<String>> + 'a {
        let cell = |span: &Span| span.slice(text).unwrap_or_default().to_owned();
        self.rows
            .iter()
            .map(move |row| row.iter().map(cell).collect())
    }
}

/// Reads a letter: a mail, a Word file, a page, a plain text, a table of comments, or a zip of
/// them.
///
/// Other formats give no text and a warning that says what to do with them.
pub fn read_letter(bytes: &[u8], file_name: &str) -> Reading {
    read_letter_with(bytes, file_name, &Conversions::default())
}

/// [`read_letter`] with what other programs made of files that were [`Reading::wanted`] before.
pub fn read_letter_with(bytes: &[u8], file_name: &str, conversions: &Conversions) -> Reading {
    read_as(sniff(bytes, file_name), bytes, file_name, conversions)
}

/// Reads a file whose kind is known: what a mailbox holds is a mail, whatever it looks like.
pub fn read_as(
    format: Format,
    bytes: &[u8],
    file_name: &str,
    conversions: &Conversions,
) -> Reading {
    let budget = &mut Budget::default();
    let mut reading = Reading {
        conversions: conversions.clone(),
        ..Reading::default()
    };
    if format == Format::Eml {
        eml::read(bytes, &mut reading, budget);
        return reading;
    }
    if format == Format::OutlookMessage {
        outlook::read(bytes, &mut reading, budget);
        return reading;
    }
    if format == Format::Edxml {
        edxml::read(bytes, "", PartRole::Body, &mut reading, budget, 0);
        return reading;
    }
    let path = file_name.to_owned();
    if format == Format::Zip {
        archive::read_parts(bytes, &path, PartRole::Body, &mut reading, budget, 0);
    } else if let Err(warning) =
        plain::read_document(bytes, format, path, PartRole::Body, &mut reading, budget)
    {
        reading.warnings.push(Warning {
            location: Location::File,
            ..*warning
        });
    }
    reading
}

/// Whether a text is a table with a heading over a column of comments.
pub fn is_comment_table(text: &[u8], arrangements: &arrangements::Arrangements) -> bool {
    let head = text.get(..csv::PREFIX_BYTES).unwrap_or(text);
    let rows = csv::sample_rows(&String::from_utf8_lossy(head), arrangements);
    arrangements.recognize(&rows).is_some() || columns::recognize_columns(&rows).is_some()
}

/// A draft document as lines.
#[derive(Debug, Clone, Default)]
pub struct DraftReading {
    /// In order.
    pub lines: Vec<DraftLine>,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
    /// The file itself, where another program has to make it readable first.
    pub wanted: Option<Wanted>,
}

/// Reads a draft document into its lines, for the outline.
///
/// Word files give headings, bold, centering and resolved numbering; PDF gives pages and line
/// numbers; plain text gives lines only.
pub fn read_draft(bytes: &[u8], file_name: &str) -> (Vec<DraftLine>, Vec<Warning>) {
    let reading = read_draft_with(bytes, file_name, &Conversions::default());
    (reading.lines, reading.warnings)
}

/// [`read_draft`] with what another program made of the file.
pub fn read_draft_with(bytes: &[u8], file_name: &str, conversions: &Conversions) -> DraftReading {
    let format = sniff(bytes, file_name);
    let (lines, warnings) = match (format, conversions.find(bytes)) {
        (Format::Docx, _) => docx::read_draft(bytes),
        (Format::Text | Format::Csv | Format::Html, _) => plain::read_draft(bytes, format),
        (_, Some(Conversion::Docx { bytes, .. })) => docx::read_draft(bytes),
        (
            _,
            Some(Conversion::Pages {
                pages, warnings, ..
            }),
        ) => (pages::read_draft(pages), warnings.clone()),
        (_, Some(Conversion::Failed(warning))) => (Vec::new(), vec![warning.clone()]),
        (_, Some(Conversion::Files { .. }) | None) => {
            let remedy = "Nạp dự thảo dưới dạng .docx, .pdf, .txt hoặc đề cương .toml.";
            let warning = Warning {
                remedy: remedy.to_owned(),
                ..plain::unreadable(format, Location::File)
            };
            (Vec::new(), vec![warning])
        }
    };
    let is_wanted = format.needs_conversion()
        && !matches!(format, Format::OtherArchive | Format::Spreadsheet)
        && conversions.find(bytes).is_none();
    DraftReading {
        lines,
        warnings,
        wanted: is_wanted.then(|| Wanted {
            format,
            name: file_name.to_owned(),
            bytes: bytes.to_vec(),
        }),
    }
}
