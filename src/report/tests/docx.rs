//! The Word document, unzipped and read back with an independent reader of XML.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use crate::domain::{Decision, ReplyClass};
use crate::report::docx::render_docx;
use crate::report::model::{Kind, ReportModel};

use super::world::{World, many, one_of_everything};
use super::{kinds, report};

/// An element, read back.
#[derive(Default)]
struct Node {
    name: String,
    attributes: BTreeMap<String, String>,
    children: Vec<Node>,
    text: String,
}

impl Node {
    fn of(start: &BytesStart<'_>) -> Self {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.unwrap();
            let value = attribute
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .unwrap()
                .into_owned();
            (attribute.key.0.to_owned(), value)
        });
        Self {
            name: start.name().0.to_owned(),
            attributes: attributes.collect(),
            ..Self::default()
        }
    }

    fn parse(xml: &str) -> Self {
        let mut reader = Reader::from_str(xml);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => open.push(Self::of(&start)),
                Event::Empty(start) => open.last_mut().unwrap().children.push(Self::of(&start)),
                Event::End(_) => {
                    let done = open.pop().unwrap();
                    open.last_mut().unwrap().children.push(done);
                }
                Event::Text(text) => open.last_mut().unwrap().text += &text.xml10_content(),
                Event::GeneralRef(name) => {
                    let c = match &*name.xml10_content() {
                        "amp" => '&',
                        "lt" => '<',
                        "gt" => '>',
                        "quot" => '"',
                        "apos" => '\'',
                        _ => name.resolve_char_ref().unwrap().unwrap(),
                    };
                    open.last_mut().unwrap().text.push(c);
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(open.len(), 1, "unclosed elements");
        open.remove(0).children.remove(0)
    }

    fn all<'a>(&'a self, name: &str) -> Vec<&'a Node> {
        let mut found = Vec::new();
        if self.name == name {
            found.push(self);
        }
        for child in &self.children {
            found.extend(child.all(name));
        }
        found
    }

    fn child(&self, path: &str) -> Option<&Node> {
        let mut at = self;
        for name in path.split('/') {
            at = at.children.iter().find(|child| child.name == name)?;
        }
        Some(at)
    }

    fn value(&self, path: &str) -> Option<&str> {
        Some(self.child(path)?.attributes.get("w:val")?.as_str())
    }

    fn attribute(&self, path: &str, name: &str) -> &str {
        let node = self.child(path).unwrap_or_else(|| panic!("no {path}"));
        node.attributes.get(name).map_or("", String::as_str)
    }

    fn words(&self) -> String {
        self.all("w:t")
            .iter()
            .map(|node| node.text.as_str())
            .collect()
    }
}

/// Every part, by name.
fn parts(model: &ReportModel) -> BTreeMap<String, String> {
    let mut archive = ZipArchive::new(Cursor::new(render_docx(model).unwrap())).unwrap();
    let names: Vec<String> = archive
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    names
        .into_iter()
        .map(|name| {
            let mut text = String::new();
            archive
                .by_name(&name)
                .unwrap()
                .read_to_string(&mut text)
                .unwrap();
            (name, text)
        })
        .collect()
}

fn document(model: &ReportModel) -> Node {
    Node::parse(&parts(model)["word/document.xml"])
}

fn styles(model: &ReportModel) -> Node {
    Node::parse(&parts(model)["word/styles.xml"])
}

#[test]
fn shows_an_extract() {
    let world = one_of_everything();
    let model = report(&world.snapshot, Kind::Extract(world.organization("STC")));
    let mut text = String::new();
    for block in &document(&model).child("w:body").unwrap().children {
        outline(&mut text, block, 0);
    }
    super::expect("extract_docx", &text);
}

/// One line a paragraph, cell and row: what a reader of the markup looks for.
fn outline(out: &mut String, node: &Node, depth: usize) {
    let indent = "  ".repeat(depth);
    match node.name.as_str() {
        "w:p" => {
            let style = node.value("w:pPr/w:pStyle").unwrap_or("");
            let words = node.words().replace('\u{a0}', "·");
            writeln!(out, "{indent}{style}: {words}").unwrap();
        }
        "w:tbl" => {
            let name = node.value("w:tblPr/w:tblCaption").unwrap_or("");
            writeln!(out, "{indent}table {name}").unwrap();
            for row in node.children.iter().filter(|child| child.name == "w:tr") {
                let marks: Vec<&str> = row
                    .child("w:trPr")
                    .map(|marks| {
                        marks
                            .children
                            .iter()
                            .map(|mark| mark.name.as_str())
                            .collect()
                    })
                    .unwrap_or_default();
                writeln!(out, "{indent}  row {}", marks.join(" ")).unwrap();
                for cell in row.children.iter().filter(|child| child.name == "w:tc") {
                    let width = cell.attribute("w:tcPr/w:tcW", "w:w");
                    let merge = cell.value("w:tcPr/w:vMerge").unwrap_or("");
                    writeln!(out, "{indent}    cell {width} {merge}").unwrap();
                    for child in &cell.children {
                        outline(out, child, depth + 3);
                    }
                }
            }
        }
        "w:sectPr" => {
            for child in &node.children {
                let attributes: Vec<String> = child
                    .attributes
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
                writeln!(out, "{indent}{} {}", child.name, attributes.join(" ")).unwrap();
            }
        }
        _ => {}
    }
}

#[test]
fn uses_only_parts_and_styles_that_exist() {
    let world = one_of_everything();
    for kind in kinds(&world.snapshot) {
        let model = report(&world.snapshot, kind);
        let parts = parts(&model);
        for (name, text) in &parts {
            assert!(!Node::parse(text).name.is_empty(), "{name}");
        }
        let defined: BTreeSet<String> = Node::parse(&parts["word/styles.xml"])
            .all("w:style")
            .iter()
            .map(|style| style.attributes["w:styleId"].clone())
            .collect();
        let document = Node::parse(&parts["word/document.xml"]);
        for name in ["w:pStyle", "w:rStyle", "w:tblStyle"] {
            for used in document.all(name) {
                assert!(
                    defined.contains(&used.attributes["w:val"]),
                    "{:?}",
                    used.attributes
                );
            }
        }
        let links = Node::parse(&parts["word/_rels/document.xml.rels"]);
        let ids: BTreeSet<&str> = links
            .all("Relationship")
            .iter()
            .map(|link| {
                let target = format!("word/{}", link.attributes["Target"]);
                assert!(parts.contains_key(&target), "{target}");
                link.attributes["Id"].as_str()
            })
            .collect();
        for reference in document.all("w:headerReference") {
            assert!(ids.contains(reference.attributes["r:id"].as_str()));
        }
        let types = Node::parse(&parts["[Content_Types].xml"]);
        for part in types.all("Override") {
            assert!(parts.contains_key(part.attributes["PartName"].trim_start_matches('/')));
        }
    }
}

#[test]
fn components_have_the_sizes_and_styles_of_the_decree() {
    let world = one_of_everything();
    let styles = styles(&report(&world.snapshot, Kind::Full));
    let by_id: BTreeMap<&str, &Node> = styles
        .all("w:style")
        .into_iter()
        .map(|style| (style.attributes["w:styleId"].as_str(), style))
        .collect();
    let check = |id: &str, half_points: &str, is_bold: bool, is_italic: bool| {
        let style = by_id[id];
        let size = style.value("w:rPr/w:sz").unwrap_or("28");
        assert_eq!(size, half_points, "{id}");
        assert_eq!(style.child("w:rPr/w:b").is_some(), is_bold, "{id}");
        assert_eq!(style.child("w:rPr/w:i").is_some(), is_italic, "{id}");
    };
    // Phụ lục I, mục V: component, size, bold, italic.
    check("HeadSuperior", "24", false, false);
    check("HeadAgency", "24", true, false);
    check("HeadState", "24", true, false);
    check("HeadMotto", "26", true, false);
    check("HeadNumber", "26", false, false);
    check("HeadDate", "26", false, true);
    check("Title", "28", true, false);
    check("Subtitle", "28", true, false);
    check("LegalBasis", "28", false, true);
    check("BodyText", "28", false, false);
    check("Heading1", "28", true, false);
    check("Heading4", "28", false, false);
    check("Recipients", "24", true, true);
    check("RecipientItem", "22", false, false);
    check("SignerTitle", "28", true, false);
    check("SignerName", "28", true, false);
    check("AnnexName", "28", true, false);
    check("AnnexNote", "28", false, true);
    check("Header", "28", false, false);
    check("TableText", "24", false, false);
    let body = by_id["BodyText"];
    assert_eq!(body.value("w:pPr/w:jc"), Some("both"));
    assert_eq!(
        body.attribute("w:pPr/w:ind", "w:firstLine"),
        "720",
        "1.27 cm"
    );
    assert_eq!(body.attribute("w:pPr/w:spacing", "w:before"), "120", "6 pt");
    let defaults = styles.child("w:docDefaults/w:rPrDefault/w:rPr").unwrap();
    assert_eq!(defaults.attribute("w:rFonts", "w:ascii"), "Times New Roman");
    assert_eq!(defaults.value("w:lang"), Some("vi-VN"));
}

#[test]
fn pages_follow_the_decree() {
    let world = one_of_everything();
    let document = document(&report(&world.snapshot, Kind::Full));
    let sections = document.all("w:sectPr");
    let shapes: Vec<(bool, bool, bool)> = sections
        .iter()
        .map(|section| {
            assert_eq!(section.attribute("w:pgMar", "w:left"), "1701", "30 mm");
            assert_eq!(section.attribute("w:pgMar", "w:right"), "851", "15 mm");
            assert_eq!(section.attribute("w:pgMar", "w:top"), "1134", "20 mm");
            assert_eq!(section.attribute("w:pgMar", "w:bottom"), "1134", "20 mm");
            (
                section.attribute("w:pgSz", "w:orient") == "landscape",
                section.child("w:pgNumType").is_some(),
                section.child("w:titlePg").is_some(),
            )
        })
        .collect();
    // Landscape, counted from 1 again, no number on the first page.
    assert_eq!(
        shapes,
        [
            (false, false, true),
            (true, false, false),
            (false, true, true),
            (false, true, true),
            (false, true, true),
        ]
    );
}

#[test]
fn the_letterhead_leaves_number_and_day_blank_and_draws_its_lines() {
    let world = one_of_everything();
    let document = document(&report(&world.snapshot, Kind::Full));
    let paragraph = |style: &str| -> Vec<&Node> {
        let found = document.all("w:p").into_iter();
        found
            .filter(|p| p.value("w:pPr/w:pStyle") == Some(style))
            .collect()
    };
    let blank = paragraph("HeadNumber")[0].words();
    assert_eq!(blank.replace('\u{a0}', ""), "Số:/BC-SKHCN");
    let date = paragraph("HeadDate")[0].words();
    assert_eq!(date.replace('\u{a0}', ""), "Bắc Giang, ngàythángnăm 2021");
    assert!(!date.contains(|c: char| c.is_ascii_digit() && c != '2' && c != '0' && c != '1'));
    let bases: Vec<String> = paragraph("LegalBasis").iter().map(|p| p.words()).collect();
    assert!(bases[0].ends_with(';') && bases[1].ends_with('.'));
    let mut closing = paragraph("BodyTextLeading").into_iter().map(Node::words);
    assert!(closing.next_back().unwrap().ends_with("./."));
    // Line lengths in twips: what the indents leave of the column.
    let head = document.all("w:tbl")[0];
    let columns: Vec<i64> = head
        .all("w:gridCol")
        .iter()
        .map(|column| column.attributes["w:w"].parse().unwrap())
        .collect();
    let lengths: Vec<i64> = paragraph("RuleInHead")
        .iter()
        .zip(&columns)
        .map(|(rule, column)| {
            let side: i64 = rule.attribute("w:pPr/w:ind", "w:left").parse().unwrap();
            column - 2 * side
        })
        .collect();
    // "SỞ KHOA HỌC VÀ CÔNG NGHỆ" in 12 pt bold is about 184 pt wide, the motto in 13 pt 160 pt.
    assert!((61 * 20..=92 * 20).contains(&lengths[0]), "{lengths:?}");
    assert!((155 * 20..=165 * 20).contains(&lengths[1]), "{lengths:?}");
}

#[test]
fn tables_repeat_their_header_and_never_touch() {
    let mut snapshots = vec![one_of_everything().snapshot, many(60).snapshot];
    snapshots.push(World::new().snapshot);
    for snapshot in &snapshots {
        for kind in kinds(snapshot) {
            let document = document(&report(snapshot, kind));
            check_tables(&document);
            let body = &document.child("w:body").unwrap().children;
            for pair in body.windows(2) {
                assert!(
                    pair[0].name != "w:tbl" || pair[1].name == "w:p",
                    "{}",
                    kind.code()
                );
            }
        }
    }
}

fn check_tables(document: &Node) {
    for table in document.all("w:tbl") {
        if table.value("w:tblPr/w:tblStyle") != Some("Grid") {
            continue;
        }
        let rows: Vec<&Node> = table.children.iter().filter(|c| c.name == "w:tr").collect();
        assert!(rows[0].child("w:trPr/w:tblHeader").is_some());
        let width =
            |node: &Node, path: &str| -> u32 { node.attribute(path, "w:w").parse().unwrap() };
        let grid: u32 = table
            .all("w:gridCol")
            .iter()
            .map(|column| column.attributes["w:w"].parse::<u32>().unwrap())
            .sum();
        let mut merging: BTreeSet<usize> = BTreeSet::new();
        for row in rows {
            let cells: Vec<&Node> = row.children.iter().filter(|c| c.name == "w:tc").collect();
            let sum: u32 = cells.iter().map(|cell| width(cell, "w:tcPr/w:tcW")).sum();
            assert_eq!(sum, grid);
            for (index, cell) in cells.iter().enumerate() {
                assert_eq!(cell.children.last().unwrap().name, "w:p");
                match cell.value("w:tcPr/w:vMerge") {
                    Some("restart") => {
                        merging.insert(index);
                    }
                    Some("continue") => assert!(merging.contains(&index)),
                    Some(other) => panic!("merge {other}"),
                    None => {
                        merging.remove(&index);
                    }
                }
            }
        }
    }
}

#[test]
fn a_long_merge_says_its_place_again() {
    let mut world = World::new();
    let from = world.reply(&["STC"], ReplyClass::Comments);
    for _ in 0..40 {
        let point = world.point(from, "1 III.2", "Bổ sung giải pháp.");
        world.answer(point, Decision::Accept, "Tiếp thu.");
    }
    let document = document(&report(&world.snapshot, Kind::BySection));
    let places = document.all("w:t");
    let n_marks = places.iter().filter(|text| text.text == " (tiếp)").count();
    let n_places = places
        .iter()
        .filter(|text| text.text == "Mục III.2")
        .count();
    assert_eq!(n_places, n_marks + 1, "the first is not marked");
    assert!((3..=8).contains(&n_places), "{n_places}");
}

#[test]
fn escapes_text_and_keeps_breaks() {
    let mut world = World::new();
    let from = world.reply(&["STC"], ReplyClass::Comments);
    world.point(from, "1 I", "a < b & c > \"d\"\n\tdòng hai");
    world.snapshot.organizations[0].name = "Sở <Tài chính> & \"Kho bạc\"".to_owned();
    let document = document(&report(&world.snapshot, Kind::BySection));
    let words = document.words();
    assert!(words.contains("a < b & c > \"d\""));
    assert!(words.contains("Sở <Tài chính> & \"Kho bạc\""));
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    let world = one_of_everything();
    let model = report(&world.snapshot, Kind::Full);
    assert_eq!(render_docx(&model).unwrap(), render_docx(&model).unwrap());
}
