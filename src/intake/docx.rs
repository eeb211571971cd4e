//! Word documents (ECMA-376): letters as text with tables, drafts as lines.
//!
//! An own reader over `zip` and `quick-xml`. Of the libraries, docx-rs keeps list texts and comments
//! private and does not resolve numbers, rwml is young and large; what is needed here is small, and
//! the numbers ("Điều 5.", "a)") are what citations point at, so they must be exactly what Word
//! shows.
//!
//! * [`document`]: paragraphs and tables, revisions accepted; [`styles`], [`numbering`]: what they
//!   inherit; [`render`]: text or lines.
//! * Remarks in the margin and words struck through by hand are the part's [`Markup`].
//! * Not read: headers and footers, embedded objects, charts.

mod document;
mod numbering;
mod render;
mod styles;
pub(super) mod xml;

use std::collections::HashMap;

use document::{Content, Mark, Note};
use numbering::Numbering;
use render::Rendered;
use styles::Styles;
use xml::{Token, Tokens};

use super::archive::{Archive, Budget, Refusal};
use super::{Markup, PartRole, PartTable, Reading, Remark, TextPart, limits};
use crate::domain::{DraftLine, Location, PageMap, Span, Warning};
use crate::text::legacy;
use crate::text::normalize::squeeze;

/// Name and version of this reader.
pub(super) const EXTRACTOR: &str = "docx/1";

/// A document before it is text.
#[derive(Default)]
struct Package {
    body: Content,
    /// Notes in the order of their marks.
    notes: Vec<Content>,
    /// Remarks in the margin by their ids, in their order.
    remarks: Vec<(String, String)>,
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
    let markup = markup(package.remarks, rendered.marks, clip);
    reading.parts.push(TextPart {
        path,
        role,
        text: rendered.text,
        tables,
        extractor,
        map: PageMap::default(),
        recognized: None,
        markup,
    });
    Ok(())
}

/// Remarks with the words they are about, in the order of these; a remark whose words are gone
/// stands at the end.
fn markup(
    remarks: Vec<(String, String)>,
    marks: Vec<(Mark, Span)>,
    clip: impl Fn(Span) -> Span,
) -> Markup {
    let mut markup = Markup::default();
    let mut left: Vec<Option<(String, String)>> = remarks.into_iter().map(Some).collect();
    let places: HashMap<String, usize> = left
        .iter()
        .flatten()
        .enumerate()
        .map(|(at, (id, _))| (id.clone(), at))
        .collect();
    for (mark, span) in marks {
        match mark {
            Mark::Struck => markup.struck.push(clip(span)),
            Mark::Remark(id) => {
                let place = places.get(&id).and_then(|&at| left.get_mut(at));
                if let Some((_, text)) = place.and_then(Option::take) {
                    let at = Some(clip(span));
                    markup.remarks.push(Remark { at, text });
                }
            }
        }
    }
    let homeless = left.into_iter().flatten();
    markup
        .remarks
        .extend(homeless.map(|(_, text)| Remark { at: None, text }));
    markup
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
        let mut foot: HashMap<_, _> = split_notes(&foot, "footnote").collect();
        let mut end: HashMap<_, _> = split_notes(&end, "endnote").collect();
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
    let mut remarks = Vec::new();
    for (id, text) in split_notes(&part("comments.xml")?, "comment") {
        let mut remark = Rendered::default();
        render::as_text(
            &document::read(text, &styles, &mut numbering).blocks,
            &mut remark,
        );
        let text = squeeze(&remark.text);
        if !text.is_empty() {
            remarks.push((id, text));
        }
    }
    Ok(Package {
        body,
        notes,
        remarks,
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

/// The XML of each note with its id, in their order.
fn split_notes<'a>(
    text: &'a str,
    element: &str,
) -> impl Iterator<Item = (String, &'a str)> + use<'a> {
    let open = format!("<w:{element} ");
    let close = format!("</w:{element}>");
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let at = rest.find(&open)?;
            let note = rest.get(at..)?;
            let end = note.find(&close)? + close.len();
            let note_text = note.get(..end)?;
            rest = note.get(end..)?;
            let id = Tokens::new(note_text).find_map(|token| match token {
                Token::Open(element) => element.attribute("id"),
                _ => None,
            });
            if let Some(id) = id {
                return Some((id, note_text));
            }
        }
    })
}
