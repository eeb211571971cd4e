//! `document.xml`: every component of the model in its style.

use std::io::{self, Write};

use crate::report::model::{Block, Head, Line, Orientation, ReportModel, RunStyle, Signature};
use crate::report::paper::{self, MOTTO, STATE};

use super::chart;
use super::page::{self, Numbering};
use super::table;
use super::xml::Xml;

/// Where "Kính gửi" starts, and how wide it is: recipients below stand under its colon.
const ADDRESS_INDENT: u32 = 1_700;
const ADDRESS_WORDS: u32 = 1_150;

/// Writes the whole document.
pub(super) fn write(out: impl Write, model: &ReportModel) -> io::Result<()> {
    let mut xml = Xml::document(out)?;
    xml.linked = model.originals.keys().copied().collect();
    xml.open(
        "w:document",
        &[
            (
                "xmlns:w",
                "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            ),
            (
                "xmlns:r",
                "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            ),
        ],
    )?;
    xml.open("w:body", &[])?;
    let last = model.parts.len().saturating_sub(1);
    for (index, part) in model.parts.iter().enumerate() {
        for (at, block) in part.blocks.iter().enumerate() {
            let next = part.blocks.get(at + 1);
            write_block(&mut xml, block, next, part.orientation)?;
            // Two tables without a paragraph between them are one table.
            if is_table(block) && next.is_some_and(is_table) {
                write_words(&mut xml, "Gap", "")?;
            }
        }
        let numbering = Numbering {
            restarts: part.restarts_pages,
            hides_first: part.restarts_pages || index == 0,
        };
        if index == last && matches!(part.blocks.last(), Some(Block::Chart(_))) {
            // Behind a chart that fills its page even the lowest paragraph goes on the next one.
            page::write_section(&mut xml, part.orientation, numbering)?;
        } else {
            write_section_end(&mut xml, part.orientation, numbering, index == last)?;
        }
    }
    if model.parts.is_empty() {
        let numbering = Numbering {
            restarts: false,
            hides_first: true,
        };
        write_section_end(&mut xml, Orientation::Portrait, numbering, true)?;
    }
    xml.close("w:body")?;
    xml.close("w:document")
}

/// A section's geometry belongs to its last paragraph; the last section's to the body. That
/// paragraph is nearly without height, so that it never makes a page of its own.
fn write_section_end<W: Write>(
    xml: &mut Xml<W>,
    orientation: Orientation,
    numbering: Numbering,
    is_last: bool,
) -> io::Result<()> {
    xml.open("w:p", &[])?;
    xml.open("w:pPr", &[])?;
    xml.value("w:pStyle", "SectionEnd")?;
    if !is_last {
        page::write_section(xml, orientation, numbering)?;
    }
    xml.close("w:pPr")?;
    xml.close("w:p")?;
    if is_last {
        page::write_section(xml, orientation, numbering)?;
    }
    Ok(())
}

/// Whether a block becomes a table of the document, with borders or without.
fn is_table(block: &Block) -> bool {
    matches!(
        block,
        Block::Table(_) | Block::Signature(_) | Block::Head(_)
    )
}

fn write_block<W: Write>(
    xml: &mut Xml<W>,
    block: &Block,
    next: Option<&Block>,
    orientation: Orientation,
) -> io::Result<()> {
    let width = paper::content_width(orientation);
    // What introduces a table or stands above the signature stays with it.
    let leads = matches!(next, Some(Block::Table(_) | Block::Signature(_)));
    match block {
        Block::Head(head) => write_head(xml, head, width),
        Block::Title { name, subject } => {
            write_words(xml, "Title", name)?;
            write_words(xml, "Subtitle", subject)?;
            let rule = paper::subject_rule(subject, width);
            write_rule(xml, "RuleBelowSubject", width, rule)
        }
        Block::Addressees(names) => write_addressees(xml, names),
        Block::Basis(text) => write_words(xml, "LegalBasis", text),
        Block::Heading { level, text } => {
            let style = match level {
                1 => "Heading1",
                2 => "Heading2",
                3 => "Heading3",
                _ => "Heading4",
            };
            write_heading(xml, style, text, leads)
        }
        Block::Paragraph(line) => {
            let style = if leads { "BodyTextLeading" } else { "BodyText" };
            write_line(xml, style, line)
        }
        Block::Item(line) => {
            let style = if leads { "ListDashLeading" } else { "ListDash" };
            write_line(xml, style, line)
        }
        Block::Table(content) => table::write(xml, content, width),
        Block::Chart(content) => {
            xml.n_charts += 1;
            chart::write_frame(xml, content, width)
        }
        Block::Signature(signature) => write_signature(xml, signature, width),
        Block::Annex { name, title, note } => {
            write_words(xml, "AnnexName", name)?;
            write_words(xml, "AnnexTitle", title)?;
            write_words(xml, "AnnexNote", note)
        }
    }
}

/// A heading; with a gap below where no paragraph brings its own.
fn write_heading<W: Write>(
    xml: &mut Xml<W>,
    style: &str,
    text: &str,
    leads: bool,
) -> io::Result<()> {
    xml.open("w:p", &[])?;
    xml.open("w:pPr", &[])?;
    xml.value("w:pStyle", style)?;
    if leads {
        xml.empty("w:spacing", &[("w:after", "120")])?;
    }
    xml.close("w:pPr")?;
    write_run(xml, text, RunStyle::Plain)?;
    xml.close("w:p")
}

/// Ô 1 to 4: two columns without borders.
fn write_head<W: Write>(xml: &mut Xml<W>, head: &Head, width: u32) -> io::Result<()> {
    let [left, right] = paper::head_columns(width);
    write_frame(
        xml,
        "Cơ quan ban hành, Quốc hiệu và Tiêu ngữ",
        &[left, right],
    )?;
    xml.open("w:tr", &[])?;
    open_cell(xml, left)?;
    if !head.superior.is_empty() {
        write_words(xml, "HeadSuperior", &head.superior)?;
    }
    write_words(xml, "HeadAgency", &head.agency)?;
    let rule = paper::agency_rule(&head.agency, left);
    write_rule(xml, "RuleInHead", left, rule)?;
    xml.close("w:tc")?;
    open_cell(xml, right)?;
    write_words(xml, "HeadState", STATE)?;
    write_words(xml, "HeadMotto", MOTTO)?;
    write_rule(xml, "RuleInHead", right, paper::motto_rule())?;
    xml.close("w:tc")?;
    xml.close("w:tr")?;
    xml.open("w:tr", &[])?;
    open_cell(xml, left)?;
    write_words(xml, "HeadNumber", head.number.as_deref().unwrap_or(""))?;
    if let Some(about) = &head.about {
        write_words(xml, "HeadAbout", about)?;
    }
    xml.close("w:tc")?;
    open_cell(xml, right)?;
    write_words(xml, "HeadDate", &head.place_and_date)?;
    xml.close("w:tc")?;
    xml.close("w:tr")?;
    xml.close("w:tbl")
}

/// Ô 7 and 9b.
fn write_signature<W: Write>(
    xml: &mut Xml<W>,
    signature: &Signature,
    width: u32,
) -> io::Result<()> {
    let half = width / 2;
    write_frame(xml, "Nơi nhận và chữ ký", &[half, width - half])?;
    xml.open("w:tr", &[])?;
    xml.open("w:trPr", &[])?;
    xml.empty("w:cantSplit", &[])?;
    xml.close("w:trPr")?;
    open_cell(xml, half)?;
    write_words(xml, "Recipients", "Nơi nhận:")?;
    let n = signature.recipients.len();
    for (index, recipient) in signature.recipients.iter().enumerate() {
        let mark = if index + 1 == n { "." } else { ";" };
        write_words(xml, "RecipientItem", &format!("{recipient}{mark}"))?;
    }
    xml.close("w:tc")?;
    open_cell(xml, width - half)?;
    for title in &signature.titles {
        write_words(xml, "SignerTitle", title)?;
    }
    write_words(xml, "SignerName", &signature.name)?;
    xml.close("w:tc")?;
    xml.close("w:tr")?;
    xml.close("w:tbl")
}

/// The start of a table without borders and cell margins.
fn write_frame<W: Write>(xml: &mut Xml<W>, name: &str, columns: &[u32]) -> io::Result<()> {
    let width: u32 = columns.iter().sum();
    xml.open("w:tbl", &[])?;
    xml.open("w:tblPr", &[])?;
    xml.value("w:tblStyle", "Frame")?;
    let width = width.to_string();
    xml.empty("w:tblW", &[("w:w", &width), ("w:type", "dxa")])?;
    xml.empty("w:tblLayout", &[("w:type", "fixed")])?;
    xml.value("w:tblCaption", name)?;
    xml.close("w:tblPr")?;
    xml.open("w:tblGrid", &[])?;
    for column in columns {
        xml.empty("w:gridCol", &[("w:w", &column.to_string())])?;
    }
    xml.close("w:tblGrid")
}

fn open_cell<W: Write>(xml: &mut Xml<W>, width: u32) -> io::Result<()> {
    xml.open("w:tc", &[])?;
    xml.open("w:tcPr", &[])?;
    let width = width.to_string();
    xml.empty("w:tcW", &[("w:w", &width), ("w:type", "dxa")])?;
    xml.close("w:tcPr")
}

/// Ô 9a: one recipient on the same line; several on lines of their own, dashes under the colon.
fn write_addressees<W: Write>(xml: &mut Xml<W>, names: &[String]) -> io::Result<()> {
    if let [only] = names {
        return write_words(xml, "Addressee", &format!("Kính gửi: {only}."));
    }
    write_indented(xml, ADDRESS_INDENT, 0, "Kính gửi:")?;
    for (index, name) in names.iter().enumerate() {
        let mark = if index + 1 == names.len() { "." } else { ";" };
        // The dash hangs, so that a second line starts under the first word.
        let indent = ADDRESS_INDENT + ADDRESS_WORDS + 170;
        write_indented(xml, indent, 170, &format!("- {name}{mark}"))?;
    }
    Ok(())
}

fn write_indented<W: Write>(
    xml: &mut Xml<W>,
    left: u32,
    hanging: u32,
    text: &str,
) -> io::Result<()> {
    xml.open("w:p", &[])?;
    xml.open("w:pPr", &[])?;
    xml.value("w:pStyle", "AddresseeLine")?;
    xml.empty(
        "w:ind",
        &[
            ("w:left", &left.to_string()),
            ("w:hanging", &hanging.to_string()),
        ],
    )?;
    xml.close("w:pPr")?;
    write_run(xml, text, RunStyle::Plain)?;
    xml.close("w:p")
}

/// A drawn line of some length in the middle of a column: the border of an empty paragraph, which
/// every word processor keeps at its exact length.
fn write_rule<W: Write>(xml: &mut Xml<W>, style: &str, column: u32, length: u32) -> io::Result<()> {
    let side = (column.saturating_sub(length) / 2).to_string();
    xml.open("w:p", &[])?;
    xml.open("w:pPr", &[])?;
    xml.value("w:pStyle", style)?;
    xml.empty("w:ind", &[("w:left", &side), ("w:right", &side)])?;
    xml.close("w:pPr")?;
    xml.close("w:p")
}

/// A paragraph of plain words.
pub(super) fn write_words<W: Write>(xml: &mut Xml<W>, style: &str, text: &str) -> io::Result<()> {
    open_paragraph(xml, style)?;
    write_run(xml, text, RunStyle::Plain)?;
    xml.close("w:p")
}

/// A paragraph of styled runs.
fn write_line<W: Write>(xml: &mut Xml<W>, style: &str, line: &Line) -> io::Result<()> {
    open_paragraph(xml, style)?;
    write_runs(xml, line)?;
    xml.close("w:p")
}

/// The runs of a line, inside a paragraph.
pub(super) fn write_runs<W: Write>(xml: &mut Xml<W>, line: &Line) -> io::Result<()> {
    line.runs.iter().try_for_each(|run| {
        let link = run.submission.and_then(|id| xml.link(id));
        let Some(link) = link else {
            return write_run(xml, &run.text, run.style);
        };
        xml.open("w:hyperlink", &[("r:id", &link), ("w:history", "1")])?;
        write_run_in(xml, &run.text, Some("Hyperlink"))?;
        xml.close("w:hyperlink")
    })
}

fn open_paragraph<W: Write>(xml: &mut Xml<W>, style: &str) -> io::Result<()> {
    xml.open("w:p", &[])?;
    xml.open("w:pPr", &[])?;
    xml.value("w:pStyle", style)?;
    xml.close("w:pPr")
}

fn write_run<W: Write>(xml: &mut Xml<W>, text: &str, style: RunStyle) -> io::Result<()> {
    let character_style = match style {
        RunStyle::Plain => None,
        RunStyle::Bold => Some("Strong"),
        RunStyle::Italic => Some("Emphasis"),
        RunStyle::Missing => Some("Missing"),
        RunStyle::Gone => Some("Gone"),
        RunStyle::New => Some("New"),
    };
    write_run_in(xml, text, character_style)
}

fn write_run_in<W: Write>(
    xml: &mut Xml<W>,
    text: &str,
    character_style: Option<&str>,
) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    xml.open("w:r", &[])?;
    if let Some(character_style) = character_style {
        xml.open("w:rPr", &[])?;
        xml.value("w:rStyle", character_style)?;
        xml.close("w:rPr")?;
    }
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            xml.empty("w:br", &[])?;
        }
        for (index, words) in line.split('\t').enumerate() {
            if index > 0 {
                xml.empty("w:tab", &[])?;
            }
            xml.open("w:t", &[("xml:space", "preserve")])?;
            xml.text(words)?;
            xml.close("w:t")?;
        }
    }
    xml.close("w:r")
}
