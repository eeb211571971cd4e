//! The report as a Word document, laid out by Nghị định 30/2020/NĐ-CP, Phụ lục I.
//!
//! [`ReportModel`] -> the bytes of a `.docx`: `document.xml` is streamed, the other parts are fixed
//! files beside this module. Components are real styles (`styles.xml`), list dashes real numbering.
//! Deterministic: the same model gives the same bytes. Sizes of the decree are quoted where used.

mod body;
mod chart;
mod page;
mod table;
mod xml;

use std::io::{self, Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::RenderError;
use super::model::{Block, Chart, ReportModel};
use xml::Xml;

/// The parts that are the same in every document.
const FIXED_PARTS: [(&str, &str); 8] = [
    ("_rels/.rels", include_str!("docx/parts/package_rels.xml")),
    ("docProps/app.xml", include_str!("docx/parts/app.xml")),
    ("word/styles.xml", include_str!("docx/parts/styles.xml")),
    (
        "word/theme/theme1.xml",
        include_str!("docx/parts/theme.xml"),
    ),
    (
        "word/numbering.xml",
        include_str!("docx/parts/numbering.xml"),
    ),
    ("word/settings.xml", include_str!("docx/parts/settings.xml")),
    ("word/fontTable.xml", include_str!("docx/parts/fonts.xml")),
    (
        "word/header_number.xml",
        include_str!("docx/parts/header_number.xml"),
    ),
];

/// What each part is, without charts.
const CONTENT_TYPES: &str = include_str!("docx/parts/content_types.xml");

/// What the document is related to, without the originals beside it.
const RELATIONS: &str = include_str!("docx/parts/document_rels.xml");

/// The header of a first page: nothing (Phụ lục I, mục II.7: no number on page 1).
const FIRST_HEADER: &str = include_str!("docx/parts/header_first.xml");

/// Renders a report as a Word document.
pub fn render_docx(model: &ReportModel) -> Result<Vec<u8>, RenderError> {
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    let charts: Vec<&Chart> = model
        .parts
        .iter()
        .flat_map(|part| &part.blocks)
        .filter_map(|block| match block {
            Block::Chart(chart) => Some(chart),
            _ => None,
        })
        .collect();
    package.start_file("[Content_Types].xml", options)?;
    write_content_types(&mut package, charts.len())?;
    for (name, content) in FIXED_PARTS {
        package.start_file(name, options)?;
        package.write_all(content.as_bytes())?;
    }
    package.start_file("word/_rels/document.xml.rels", options)?;
    write_relations(&mut package, model, charts.len())?;
    for (chart, number) in charts.iter().zip(1..) {
        package.start_file(format!("word/charts/chart{number}.xml"), options)?;
        chart::write_part(&mut package, chart)?;
    }
    package.start_file("word/header_first.xml", options)?;
    package.write_all(FIRST_HEADER.as_bytes())?;
    package.start_file("docProps/core.xml", options)?;
    write_properties(&mut package, model)?;
    package.start_file("word/document.xml", options)?;
    body::write(&mut package, model)?;
    Ok(package.finish()?.into_inner())
}

fn write_content_types(mut out: impl Write, n_charts: usize) -> io::Result<()> {
    let (parts, end) = CONTENT_TYPES
        .rsplit_once("</Types>")
        .unwrap_or((CONTENT_TYPES, ""));
    out.write_all(parts.as_bytes())?;
    for number in 1..=n_charts {
        writeln!(
            out,
            "  <Override PartName=\"/word/charts/chart{number}.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.drawingml.chart+xml\"/>"
        )?;
    }
    write!(out, "</Types>{end}")
}

/// The parts, and the originals that rows lead to.
fn write_relations(mut out: impl Write, model: &ReportModel, n_charts: usize) -> io::Result<()> {
    let (parts, end) = RELATIONS
        .rsplit_once("</Relationships>")
        .unwrap_or((RELATIONS, ""));
    out.write_all(parts.as_bytes())?;
    for (&submission, path) in &model.originals {
        // Paths are plain letters, digits and marks (`app/bundle.rs`).
        writeln!(
            out,
            "  <Relationship Id=\"{}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink\" Target=\"{path}\" TargetMode=\"External\"/>",
            xml::relation(submission)
        )?;
    }
    for number in 1..=n_charts {
        writeln!(
            out,
            "  <Relationship Id=\"{}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart\" Target=\"charts/chart{number}.xml\"/>",
            chart::relation(number)
        )?;
    }
    write!(out, "</Relationships>{end}")
}

/// Title and moment, for the reader's file list.
fn write_properties(out: impl Write, model: &ReportModel) -> io::Result<()> {
    let mut xml = Xml::document(out)?;
    xml.open(
        "cp:coreProperties",
        &[
            (
                "xmlns:cp",
                "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
            ),
            ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
            ("xmlns:dcterms", "http://purl.org/dc/terms/"),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ],
    )?;
    xml.open("dc:title", &[])?;
    xml.text(&model.title)?;
    xml.close("dc:title")?;
    xml.open("dc:language", &[])?;
    xml.text("vi-VN")?;
    xml.close("dc:language")?;
    xml.open("dcterms:created", &[("xsi:type", "dcterms:W3CDTF")])?;
    // Vietnamese time is seven hours ahead all year.
    xml.text(&format!(
        "{}+07:00",
        model.info.taken_at.strftime("%Y-%m-%dT%H:%M:%S")
    ))?;
    xml.close("dcterms:created")?;
    xml.close("cp:coreProperties")
}
