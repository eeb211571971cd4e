//! The draft comes back edited, with remarks in its margin: each change is a point on its section.

use std::fmt::Write as _;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;
use zip::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::files::{convert, read};
use crate::support::{Desk, example};

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

/// What somebody at another office did to the draft, as Word stores it.
const EDITS: &[(&str, &str)] = &[
    // Tracked.
    (
        "tăng bình quân 15%/năm.</w:t></w:r>",
        "tăng bình quân </w:t></w:r><w:del w:id=\"91\" w:author=\"x\" w:date=\"2021-09-01T08:00:00Z\"><w:r><w:delText>15%/năm.</w:delText></w:r></w:del><w:ins w:id=\"92\" w:author=\"x\" w:date=\"2021-09-01T08:00:00Z\"><w:r><w:t>18%/năm.</w:t></w:r></w:ins>",
    ),
    // Struck through by hand.
    (
        ", thủ tục thanh toán phức tạp.</w:t></w:r>",
        "</w:t></w:r><w:r><w:rPr><w:strike/></w:rPr><w:t>, thủ tục thanh toán phức tạp</w:t></w:r><w:r><w:t>.</w:t></w:r>",
    ),
    // Silently retyped.
    (
        "bồi dưỡng 500 lượt cán bộ quản lý",
        "bồi dưỡng 700 lượt cán bộ quản lý",
    ),
    // A paragraph in red.
    (
        "Công nghiệp điện tử, cơ khí, công nghiệp hỗ trợ.</w:t></w:r></w:p>",
        "Công nghiệp điện tử, cơ khí, công nghiệp hỗ trợ.</w:t></w:r></w:p><w:p><w:r><w:rPr><w:color w:val=\"FF0000\"/></w:rPr><w:t>Công nghệ sinh học phục vụ bảo tồn nguồn gen cây vải thiều.</w:t></w:r></w:p>",
    ),
    // Words that a remark is about.
    (
        "từng bước xã hội hóa, thu hút nguồn lực ngoài ngân sách.</w:t></w:r>",
        "từng bước </w:t></w:r><w:commentRangeStart w:id=\"7\"/><w:r><w:t>xã hội hóa</w:t></w:r><w:commentRangeEnd w:id=\"7\"/><w:r><w:commentReference w:id=\"7\"/></w:r><w:r><w:t>, thu hút nguồn lực ngoài ngân sách.</w:t></w:r>",
    ),
];

/// What it comes to: section, words.
const EXPECTED: &str = "\
II.3.2.-2: Bỏ “thủ tục thanh toán phức tạp”. [remove]
III.1.-2: Tại “xã hội hóa”: Đề nghị làm rõ lộ trình xã hội hóa. [ask]
III.2.b.-1: Sửa “15%/năm.” thành “18%/năm.”. [edit]
III.2.b.-4: Sửa “500” thành “700”. [edit]
III.3.b: Bổ sung đoạn “Công nghệ sinh học phục vụ bảo tồn nguồn gen cây vải thiều.”. [add]
";

/// A Word file with parts changed or added.
fn package(
    original: &Path,
    edit: impl Fn(&str, String) -> String,
    added: &[(&str, &str)],
) -> Vec<u8> {
    let bytes = std::fs::read(original).unwrap();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut made = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        made.start_file(&name, SimpleFileOptions::default())
            .unwrap();
        made.write_all(edit(&name, text).as_bytes()).unwrap();
    }
    for (name, text) in added {
        made.start_file(*name, SimpleFileOptions::default())
            .unwrap();
        made.write_all(text.as_bytes()).unwrap();
    }
    made.finish().unwrap().into_inner()
}

fn returned_draft(desk: &Desk) -> PathBuf {
    let edit = |name: &str, mut text: String| {
        match name {
        "word/document.xml" => {
            for (old, new) in EDITS {
                assert_eq!(text.matches(old).count(), 1, "{old}");
                text = text.replace(old, new);
            }
            text
        }
        "[Content_Types].xml" => text.replace(
            "</Types>",
            "<Override PartName=\"/word/comments.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml\"/></Types>",
        ),
        "word/_rels/document.xml.rels" => text.replace(
            "</Relationships>",
            "<Relationship Id=\"rIdRemarks\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments\" Target=\"comments.xml\"/></Relationships>",
        ),
        _ => text,
    }
    };
    let remarks = format!(
        "<w:comments xmlns:w=\"{WORD}\"><w:comment w:id=\"7\" w:author=\"x\" w:date=\"2021-09-01T08:00:00Z\"><w:p><w:r><w:t>Đề nghị làm rõ lộ trình xã hội hóa.</w:t></w:r></w:p></w:comment></w:comments>"
    );
    let draft = example().join("documents/de_an.docx");
    let bytes = package(&draft, edit, &[("word/comments.xml", &remarks)]);
    desk.write("de_an_gop_y.docx", bytes)
}

fn told(read: &Value) -> String {
    let mut lines: Vec<String> = read["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| {
            format!(
                "{}: {} [{}]",
                point["sections"][0].as_str().unwrap(),
                point["text"].as_str().unwrap(),
                point["stance"].as_str().unwrap()
            )
        })
        .collect();
    lines.sort();
    lines.iter().fold(String::new(), |mut text, line| {
        writeln!(text, "{line}").unwrap();
        text
    })
}

#[test]
fn changes_of_a_returned_draft_are_points_on_their_sections() {
    let desk = Desk::new();
    let file = returned_draft(&desk);
    assert_eq!(told(&read(&desk, &file)), EXPECTED, "as Word stores it");
    // The same through another program's hands.
    let again = convert(&convert(&file, "odt"), "docx");
    assert_eq!(told(&read(&desk, &again)), EXPECTED, "saved by LibreOffice");
}

#[test]
fn the_draft_itself_holds_no_comment() {
    let desk = Desk::new();
    let read = read(&desk, &example().join("documents/de_an.docx"));
    assert_eq!(told(&read), "");
    assert_eq!(read["organization"]["name"], Value::Null);
}

#[test]
fn remarks_in_the_margin_of_a_letter_are_points() {
    let desk = Desk::new();
    let paragraph = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
    let mut made = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, xml) in [
        (
            "word/document.xml",
            format!(
                "<w:document xmlns:w=\"{WORD}\"><w:body>{}</w:body></w:document>",
                paragraph("1. Mục III.2.b: đề nghị bổ sung chỉ tiêu.")
            ),
        ),
        (
            "word/comments.xml",
            format!(
                "<w:comments xmlns:w=\"{WORD}\"><w:comment w:id=\"0\">{}</w:comment></w:comments>",
                paragraph("Mục IV.1: đề nghị bỏ gạch đầu dòng thứ nhất.")
            ),
        ),
    ] {
        made.start_file(name, SimpleFileOptions::default()).unwrap();
        made.write_all(xml.as_bytes()).unwrap();
    }
    let file = desk.write("nhan_xet.docx", made.finish().unwrap().into_inner());
    let read = read(&desk, &file);
    let found = told(&read);
    assert!(found.contains("III.2.b: "), "{found}");
    assert!(found.contains("IV.1.-1: "), "{found}");
}
