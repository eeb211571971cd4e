//! Word documents (ECMA-376): letters as text with tables, drafts as lines.
//!
//! An own reader over `zip` and `quick-xml`. Of the libraries, docx-rs keeps list texts and comments
//! private and does not resolve numbers, rwml is young and large; what is needed here is small, and
//! the numbers ("Điều 5.", "a)") are what citations point at, so they must be exactly what Word
//! shows.
//!
//! * [`document`]: paragraphs and tables, revisions accepted; [`styles`], [`numbering`]: what they
//!   inherit; [`render`]: text or lines.
//! * Not read: headers and footers, embedded objects, charts; comments are counted and named.

mod document;
mod numbering;
mod render;
mod styles;
pub(super) mod xml;

use document::{Content, Note};
use numbering::Numbering;
use render::Rendered;
use styles::Styles;
use xml::{Token, Tokens};

use super::archive::{Archive, Budget, Refusal};
use super::{PartRole, PartTable, Reading, TextPart, limits};
use crate::domain::{DraftLine, Location, Span, Warning};
use crate::text::legacy;

/// Name and version of this reader.
pub(super) const EXTRACTOR: &str = "docx/1";

/// A document before it is text.
#[derive(Default)]
struct Package {
    body: Content,
    /// Notes in the order of their marks.
    notes: Vec<Content>,
    /// Comments in the margin, which are not read yet.
    n_comments: usize,
}

/// Reads a letter into a part.
pub(super) fn read_letter(
    bytes: &[u8],
    path: String,
    role: PartRole,
    extractor: &'static str,
    reading: &mut Reading,
    budget: &mut Budget,
) -> Result<(), Box<Warning>> {
    let location = Location::Part { path: path.clone() };
    let package =
        load(bytes, budget).map_err(|refusal| Box::new(refusal.warning(location.clone())))?;
    let mut rendered = Rendered::default();
    render::as_text(&package.body.blocks, &mut rendered);
    for (at, note) in package.notes.iter().enumerate() {
        rendered.text.extend(["[", &(at + 1).to_string(), "] "]);
        render::as_text(&note.blocks, &mut rendered);
    }
    while rendered.text.ends_with('\n') {
        rendered.text.pop();
    }
    let end = rendered.text.len();
    let clip = |span: Span| Span::new(span.start.min(end), span.end.min(end));
    let tables = rendered
        .tables
        .into_iter()
        .map(|table| PartTable {
            rows: table
                .rows
                .into_iter()
                .map(|row| row.into_iter().map(clip).collect())
                .collect(),
            span: clip(table.span),
        })
        .collect();
    reading.warnings.extend(damage(&package, &location));
    if package.n_comments > 0 {
        let n_comments = package.n_comments;
        reading.warnings.push(Warning::new(
            "docx.unread_comments",
            location.clone(),
            format!("Tệp Word có {n_comments} nhận xét ở lề (comment) chưa được đọc."),
            "Mở tệp gốc bằng Word; nếu nhận xét là góp ý, gõ vào ô nhập tay của lượt này.",
        ));
    }
    reading.parts.push(TextPart {
        path,
        role,
        text: rendered.text,
        tables,
        extractor,
        anchors: Vec::new(),
        recognized: None,
    });
    Ok(())
}

/// Reads a draft into lines. Notes are left out: they are no place of the draft.
pub(super) fn read_draft(bytes: &[u8]) -> (Vec<DraftLine>, Vec<Warning>) {
    match load(bytes, &mut Budget::default()) {
        Ok(package) => {
            let mut lines = Vec::new();
            render::as_lines(&package.body.blocks, &mut lines);
            (lines, damage(&package, &Location::File))
        }
        Err(refusal) => (Vec::new(), vec![refusal.warning(Location::File)]),
    }
}

/// What was wrong with a document that could be read in part.
fn damage(package: &Package, location: &Location) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if package.body.is_broken {
        warnings.push(Warning::new(
            "docx.broken",
            location.clone(),
            "Tệp Word bị hỏng ở giữa; chỉ đọc được phần trước chỗ hỏng.",
            "Mở tệp gốc bằng Word, lưu lại rồi nạp lại, hoặc đề nghị nơi gửi gửi lại.",
        ));
    }
    if package.body.is_cut {
        warnings.push(Warning::new(
            "docx.too_long",
            location.clone(),
            format!(
                "Tệp Word dài quá {} đoạn; phần sau không được đọc.",
                limits::PARAGRAPHS
            ),
            "Chia tệp thành nhiều tệp ngắn hơn rồi nạp lại.",
        ));
    }
    warnings
}

/// Opens a package and reads the parts that carry text.
fn load(bytes: &[u8], budget: &mut Budget) -> Result<Package, Refusal> {
    let mut archive = Archive::open(bytes, budget)?;
    let main = main_part(&mut archive)?;
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
    let document = read_text(&mut archive, &main)?.ok_or(Refusal::Broken)?;
    let mut part = |name: &str| -> Result<String, Refusal> {
        // A damaged part beside the text costs its numbers or notes, not the text.
        match read_text(&mut archive, &format!("{folder}/{name}")) {
            Err(Refusal::Bomb) => Err(Refusal::Bomb),
            Ok(Some(text)) => Ok(text),
            Ok(None) | Err(_) => Ok(String::new()),
        }
    };
    let styles = Styles::read(&part("styles.xml")?);
    let mut numbering = Numbering::read(&part("numbering.xml")?);
    let body = document::read(&document, &styles, &mut numbering);
    let mut notes = Vec::new();
    if !body.notes.is_empty() {
        let (foot, end) = (part("footnotes.xml")?, part("endnotes.xml")?);
        let mut foot = split_notes(&foot, "footnote");
        let mut end = split_notes(&end, "endnote");
        for note in &body.notes {
            let (texts, id) = match note {
                Note::Foot(id) => (&mut foot, id),
                Note::End(id) => (&mut end, id),
            };
            // Taken out, so that a note marked twice is printed once.
            if let Some(text) = texts.remove(id) {
                notes.push(document::read(text, &styles, &mut numbering));
            }
        }
    }
    // Counted, so that a returned draft with remarks in its margin is not taken for read.
    let n_comments = part("comments.xml")?.matches("<w:comment ").count();
    Ok(Package {
        body,
        notes,
        n_comments,
    })
}

/// The path of the main part, by the package's relationships.
fn main_part(archive: &mut Archive<'_>) -> Result<String, Refusal> {
    let relations = read_text(archive, "_rels/.rels")?.unwrap_or_default();
    for token in Tokens::new(&relations) {
        if let Token::Open(element) = token
            && element.name() == "Relationship"
            && element
                .attribute("Type")
                .is_some_and(|kind| kind.ends_with("/officeDocument"))
            && let Some(target) = element.attribute("Target")
        {
            return Ok(target.trim_start_matches('/').to_owned());
        }
    }
    Ok("word/document.xml".to_owned())
}

/// A part as text, whatever its encoding.
fn read_text(archive: &mut Archive<'_>, name: &str) -> Result<Option<String>, Refusal> {
    let bytes = archive.read_name(name)?;
    Ok(bytes.map(|bytes| match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => legacy::decode(error.as_bytes()).text,
    }))
}

/// The XML of each note by its id.
fn split_notes<'a>(text: &'a str, element: &str) -> std::collections::HashMap<String, &'a str> {
    let open = format!("<w:{element} ");
    let close = format!("</w:{element}>");
    let mut notes = std::collections::HashMap::new();
    let mut rest = text;
    while let Some(at) = rest.find(&open) {
        let note = rest.get(at..).unwrap_or_default();
        let Some(end) = note.find(&close) else {
            break;
        };
        let note_text = note.get(..end + close.len()).unwrap_or_default();
        let id = Tokens::new(note_text).find_map(|token| match token {
            Token::Open(element) => element.attribute("id"),
            _ => None,
        });
        notes.extend(id.map(|id| (id, note_text)));
        rest = note.get(end + close.len()..).unwrap_or_default();
    }
    notes
}
