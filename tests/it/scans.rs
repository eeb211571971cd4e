//! Scans, photographs, and PDFs that do not say what they draw: read from pictures, marked as such, with
//! the picture of the page beside the words.

use std::fs;
use std::path::{Path, PathBuf};

use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::files::convert;
use crate::postgres::block_on;
use crate::scanner::{Wear, scanned};
use crate::support::{Desk, Server, http_client, tool};

/// The mark of words that a machine read, before its confidence.
const MARK: &str = "Chữ máy đọc từ bản quét";

/// A short letter as a PDF, printed from HTML.
fn printed(desk: &Desk) -> PathBuf {
    let html = desk.write(
        "thu.html",
        "<html><head><meta charset=\"utf-8\"></head><body style=\"font-family:'Times New Roman';font-size:14pt\">\
         <p>UBND TỈNH BẮC GIANG</p><p>SỞ TÀI CHÍNH</p><p>Số: 2345/STC-QLNS</p>\
         <p>Bắc Giang, ngày 06 tháng 9 năm 2021</p><p>Kính gửi: Sở Khoa học và Công nghệ</p>\
         <p>Phúc đáp Công văn số 846/SKHCN-QLCN ngày 20/8/2021, Sở Tài chính có ý kiến như sau:</p>\
         <p>1. Tại mục 2 phần II: đề nghị bổ sung số liệu về nguồn kinh phí đã bố trí trong giai đoạn trước.</p>\
         <p>2. Tại mục 1 phần IV: đề nghị làm rõ điều kiện hỗ trợ và cơ quan chịu trách nhiệm thẩm định.</p>\
         <p>Trên đây là ý kiến của Sở Tài chính, gửi Sở Khoa học và Công nghệ tổng hợp./.</p></body></html>",
    );
    convert(&convert(&html, "docx:MS Word 2007 XML"), "pdf")
}

fn import(desk: &Desk, file: &Path) -> Value {
    let arguments = [
        "import".as_ref(),
        file.as_os_str(),
        "--round".as_ref(),
        "2".as_ref(),
        "--json".as_ref(),
    ];
    desk.run(arguments).json()[0].clone()
}

/// What an address gives: status, headers, bytes.
fn ask(server: &Server, path: &str) -> (u16, HeaderMap, Vec<u8>) {
    let client = http_client();
    block_on(async {
        let request = client.get(format!("{}{path}", server.url));
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        (status, headers, answer.bytes().await.unwrap().to_vec())
    })
}

fn page(server: &Server, path: &str) -> String {
    let (status, _, bytes) = ask(server, path);
    assert_eq!(status, 200, "{path}");
    String::from_utf8(bytes).unwrap()
}

/// The first address in a page that goes to a picture of paper.
fn picture_address(html: &str) -> &str {
    let (before, after) = html.split_once("/pages/").expect("a picture of a page");
    let start = before.rfind('"').unwrap() + 1;
    let end = before.len() + "/pages/".len() + after.find('"').unwrap();
    &html[start..end]
}

#[track_caller]
fn is_png(server: &Server, address: &str) -> Vec<u8> {
    let (status, headers, bytes) = ask(server, address);
    assert_eq!(status, 200, "{address}");
    let header = |name: &str| headers[name].to_str().unwrap();
    assert_eq!(header("content-type"), "image/png");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("cache-control"), "no-store");
    assert!(bytes.starts_with(b"\x89PNG"), "{address}");
    bytes
}

#[test]
fn words_of_a_scan_bear_their_mark_and_their_page_stands_beside_them() {
    tool("tesseract", "tesseract-ocr tesseract-ocr-vie");
    let desk = Desk::with_consultation();
    let wear = Wear {
        quarters: 1,
        ..Wear::turned(0.6)
    };
    let scan = scanned(&printed(&desk), &wear, &desk.path("quet.pdf"));
    let report = import(&desk, &scan);
    assert_eq!(report["n_points"], 2, "{report}");
    let found = desk.run(["search", "", "--json"]).json();
    for point in found["points"].as_array().unwrap() {
        let sure = point["recognized"].as_f64().unwrap();
        assert!(sure > 0.5 && sure <= 1.0, "{point}");
    }
    let id = found["points"][0]["id"].as_i64().unwrap();
    let submission = found["points"][0]["submission"].as_i64().unwrap();
    let server = desk.serve();
    let base = "/c/DA-TTKHCN-2021";
    for path in [
        "triage".to_owned(),
        "points".to_owned(),
        format!("points/{id}"),
        format!("submissions/{submission}"),
    ] {
        let html = page(&server, &format!("{base}/{path}"));
        assert!(html.contains(MARK), "no mark in {path}");
    }
    let html = page(&server, &format!("{base}/points/{id}"));
    assert!(html.contains("<rect "), "the words' place is not shown");
    let address = picture_address(&html).to_owned();
    let shown = is_png(&server, &address);
    // The page lay on its side; it is shown upright.
    let side = |at: usize| u32::from_be_bytes(shown[at..at + 4].try_into().unwrap());
    assert!(side(16) < side(20), "{} × {}", side(16), side(20));
    let beyond = format!("{}/99", address.rsplit_once('/').unwrap().0);
    assert_eq!(ask(&server, &beyond).0, 404);
    let json: Value = serde_json::from_str(&page(&server, "/api/v1/points")).unwrap();
    assert!(json["points"][0]["recognized"].as_f64().is_some(), "{json}");
    drop(server);
    let arguments = ["report", "open-work", "--format", "html", "-o", "viec.html"];
    desk.run(arguments).expect(0);
    let work = fs::read_to_string(desk.path("viec.html")).unwrap();
    assert!(
        work.contains("Chữ máy đọc từ bản quét"),
        "no mark in the work file"
    );
    desk.run(["verify"]).expect(0);
}

#[test]
fn a_typed_letter_bears_no_mark_and_shows_its_pages() {
    let desk = Desk::with_consultation();
    let pdf = printed(&desk);
    import(&desk, &pdf);
    let found = desk.run(["search", "", "--json"]).json();
    assert_eq!(found["points"][0]["recognized"], Value::Null);
    let id = found["points"][0]["id"].as_i64().unwrap();
    let server = desk.serve();
    let html = page(&server, &format!("/c/DA-TTKHCN-2021/points/{id}"));
    assert!(!html.contains(MARK), "a typed letter bears the mark");
    assert!(html.contains("<rect "), "the words' place is not shown");
    is_png(&server, picture_address(&html));
}

#[test]
fn a_pdf_whose_font_has_no_map_is_read_from_its_picture() {
    tool("tesseract", "tesseract-ocr tesseract-ocr-vie");
    let desk = Desk::with_consultation();
    let pdf = fs::read(printed(&desk)).unwrap();
    // The map of a font's glyphs to letters is found no more.
    let (from, to) = (b"/ToUnicode", b"/ToNothing");
    let mut bytes = pdf.clone();
    let places: Vec<usize> = (0..pdf.len() - from.len())
        .filter(|at| pdf[*at..].starts_with(from))
        .collect();
    assert!(!places.is_empty(), "the font had no map anyway");
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    let file = desk.write("khong_bang_ma.pdf", bytes);
    let report = import(&desk, &file);
    assert_eq!(report["n_points"], 2, "{report}");
    assert!(
        report["warnings"]
            .to_string()
            .contains("Phông chữ trong tệp PDF"),
        "{report}"
    );
    let found = desk.run(["search", "thẩm định", "--json"]).json();
    assert_eq!(found["total"], 1, "{found}");
    assert!(
        found["points"][0]["recognized"].as_f64().is_some(),
        "{found}"
    );
}

#[test]
fn a_tiff_of_two_pages_is_read_and_shown() {
    tool("tesseract", "tesseract-ocr tesseract-ocr-vie");
    let desk = Desk::with_consultation();
    let pdf = printed(&desk);
    let done = tool("pdftoppm", "poppler-utils")
        .args(["-r", "200", "-gray", "-singlefile"])
        .arg(&pdf)
        .arg(desk.path("trang"))
        .status();
    assert!(done.unwrap().success());
    let map = fs::read(desk.path("trang.pgm")).unwrap();
    let head = String::from_utf8_lossy(&map[..32]).into_owned();
    let mut numbers = head.split_ascii_whitespace().skip(1);
    let mut number = || numbers.next().unwrap().parse::<u32>().unwrap();
    let (width, height) = (number(), number());
    let n_dots = usize::try_from(width * height).unwrap();
    let dots = &map[map.len() - n_dots..];
    let mut file = std::io::Cursor::new(Vec::new());
    let mut writer = tiff::encoder::TiffEncoder::new(&mut file).unwrap();
    for _ in 0..2 {
        writer
            .write_image::<tiff::encoder::colortype::Gray8>(width, height, dots)
            .unwrap();
    }
    let file = desk.write("quet.tif", file.into_inner());
    let report = import(&desk, &file);
    assert_eq!(report["n_needs_person"], 1, "{report}");
    let server = desk.serve();
    let html = page(&server, "/c/DA-TTKHCN-2021/submissions/1");
    let address = picture_address(&html);
    is_png(&server, address);
    let (before, _) = address.rsplit_once('/').unwrap();
    is_png(&server, &format!("{before}/2"));
}

/// Imports a damaged PDF; returns what is said.
#[track_caller]
fn said_of(name: &str, bytes: &[u8]) -> String {
    let desk = Desk::with_consultation();
    let file = desk.write(name, bytes);
    let report = import(&desk, &file);
    assert_eq!(report["submissions"]["unread"], 1, "{report}");
    desk.run(["verify"]).expect(0);
    report["warnings"].to_string()
}

#[test]
fn a_pdf_with_a_password_says_so() {
    let desk = Desk::new();
    let pdf = printed(&desk);
    fs::remove_file(&pdf).unwrap();
    let options = "pdf:writer_pdf_Export:{\"EncryptFile\":{\"type\":\"boolean\",\"value\":\"true\"},\
                   \"DocumentOpenPassword\":{\"type\":\"string\",\"value\":\"bí mật\"}}";
    let secret = convert(&pdf.with_extension("docx"), options);
    let said = said_of("mat_khau.pdf", &fs::read(secret).unwrap());
    assert!(said.contains("có mật khẩu"), "{said}");
}

#[test]
fn a_pdf_without_pages_or_cut_off_says_so() {
    let empty = b"%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n\
        2 0 obj << /Type /Pages /Count 0 /Kids [] >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF";
    for (name, bytes) in [("khong_trang.pdf", &empty[..]), ("dau.pdf", b"%PDF-1.7\n")] {
        let said = said_of(name, bytes);
        assert!(
            said.contains("không mở được") || said.contains("không có trang"),
            "{name}: {said}"
        );
    }
    let desk = Desk::with_consultation();
    let whole = fs::read(printed(&desk)).unwrap();
    let half = desk.write("nua.pdf", &whole[..whole.len() / 2]);
    let report = import(&desk, &half);
    assert!(
        !report["warnings"].as_array().unwrap().is_empty(),
        "{report}"
    );
}
