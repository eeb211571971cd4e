//! The same labelled letters in every format an office sends: how many of their points survive, with
//! the right section. `cargo test --test it survival -- --nocapture` prints the table; with
//! `TIEPTHU_SURVIVAL=all` every letter goes through every format, which takes minutes.

use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Read, Write as _};
use std::path::{Path, PathBuf};

use rust_xlsxwriter::Workbook;
use serde_json::Value;

use crate::scanner::{Wear, scanned};
use crate::support::{Desk, root, tool};

/// Letters of the development part, by folder; the first ones also go through what is slow.
const LETTERS: [&str; 7] = [
    "de_an_thi_truong/ngan_hang_nha_nuoc_annex_table",
    "nghi_dinh_dai_hoc/bo_tai_chinh_ministry_letter",
    "nghi_dinh_dai_hoc/bo_noi_vu_verbose",
    "nghi_dinh_dai_hoc/dai_hoc_quoc_gia_reverse_order_and_lists",
    "de_an_thi_truong/cuc_thong_ke_dashes_without_numbers",
    "de_an_thi_truong/so_ke_hoach_thirty_points",
    "nghi_dinh_dai_hoc/so_giao_duc_forty_row_table",
];
const N_SLOW: usize = 2;

/// How letters were scanned, by name.
const SCANS: [(&str, Wear); 5] = [
    ("quét 300 dpi, lệch 0,7°", scan(0.7, 0, 300)),
    ("quét 300 dpi, lệch −2°", scan(-2.0, 0, 300)),
    ("quét 200 dpi, lệch 1,5°", scan(1.5, 0, 200)),
    ("quét nằm ngang", scan(0.5, 1, 300)),
    ("quét ngược", scan(-1.0, 2, 300)),
];

const fn scan(degrees: f64, quarters: usize, dots_per_inch: usize) -> Wear {
    Wear {
        degrees,
        quarters,
        speck: 200,
        dots_per_inch,
    }
}

/// A row of the table: how many of the expected points were found, and with the right section.
struct Survival {
    format: String,
    n_letters: usize,
    n_points: u64,
    n_found: u64,
    n_placed: u64,
}

/// Cases in one format, as `tiepthu eval` wants them.
struct Cases {
    desk: Desk,
}

impl Cases {
    fn new() -> Self {
        Self { desk: Desk::new() }
    }

    /// Adds a letter with what is expected of it.
    fn add(&self, letter: &str, extension: &str, bytes: &[u8]) {
        let from = root().join("fixtures/eval/development").join(letter);
        let to = self.desk.path("cases").join(letter);
        fs::create_dir_all(&to).unwrap();
        fs::copy(from.join("expected.json"), to.join("expected.json")).unwrap();
        fs::write(to.join(format!("letter.{extension}")), bytes).unwrap();
        for entry in fs::read_dir(from.parent().unwrap()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.file_name().unwrap();
                fs::copy(&path, to.parent().unwrap().join(name)).unwrap();
            }
        }
    }

    fn judge(&self, format: &str) -> Survival {
        let folder = self.desk.path("cases");
        let ran = self
            .desk
            .run(["eval".as_ref(), folder.as_os_str(), "--json".as_ref()]);
        let figures: Value = ran.json();
        assert_eq!(figures["problems"], serde_json::json!([]), "{format}");
        let count =
            |what: &str, which: &str| figures["measures"][what][which].as_u64().unwrap_or(0);
        Survival {
            format: format.to_owned(),
            n_letters: usize::try_from(figures["cases"].as_u64().unwrap()).unwrap(),
            n_points: count("points", "expected"),
            n_found: count("points", "right"),
            n_placed: count("primary_section", "right"),
        }
    }
}

fn bytes_of(letter: &str) -> Vec<u8> {
    let folder = root().join("fixtures/eval/development").join(letter);
    fs::read(folder.join("letter.docx")).unwrap()
}

/// Cells of a table have borders in real letters; those of the fixtures do not say so.
fn with_borders(docx: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(docx)).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let sides = ["top", "left", "bottom", "right", "insideH", "insideV"];
    let borders: String = sides
        .map(|side| {
            format!("<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>")
        })
        .concat();
    let borders = format!("<w:tblBorders>{borders}</w:tblBorders>");
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut inside = Vec::new();
        entry.read_to_end(&mut inside).unwrap();
        if name == "word/document.xml" {
            let text = String::from_utf8(inside).unwrap();
            let has_properties = text.contains("<w:tblPr>");
            let (from, to) = if has_properties {
                ("<w:tblPr>", format!("<w:tblPr>{borders}"))
            } else {
                ("<w:tbl>", format!("<w:tbl><w:tblPr>{borders}</w:tblPr>"))
            };
            inside = text.replace(from, &to).into_bytes();
        }
        writer.start_file(name, options).unwrap();
        writer.write_all(&inside).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The letters in another format of LibreOffice, in one run.
fn converted(folder: &Path, files: &[PathBuf], to: &str) -> Vec<PathBuf> {
    let extension = to.split(':').next().unwrap();
    let out = folder.join(format!("as-{extension}"));
    let outcome = tool("soffice", "libreoffice-writer-nogui libreoffice-calc-nogui")
        .arg(format!(
            "-env:UserInstallation=file://{}",
            folder.join("profile").display()
        ))
        .args(["--headless", "--convert-to", to, "--outdir"])
        .arg(&out)
        .args(files)
        .output()
        .unwrap();
    let made = |file: &PathBuf| {
        let made = out
            .join(file.file_name().unwrap())
            .with_extension(extension);
        assert!(made.exists(), "{outcome:?}");
        made
    };
    files.iter().map(made).collect()
}

/// A package of documents between offices (QCVN 102:2016/BTTTT) with one letter in it.
fn edxml(docx: &[u8]) -> Vec<u8> {
    let content = base64(docx);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<edXML><AttachmentEncoded><Attachment>\
         <ContentTransferEncoded>{content}</ContentTransferEncoded>\
         <AttachmentName>thu.docx</AttachmentName></Attachment></AttachmentEncoded></edXML>"
    )
    .into_bytes()
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, at| {
            bits << 8 | usize::from(three.get(at).copied().unwrap_or(0))
        });
        for digit in 0..=three.len() {
            out.push(char::from(DIGITS[bits >> (18 - 6 * digit) & 63]));
        }
        out.extend((three.len()..3).map(|_| '='));
    }
    out
}

/// A zip with the letter in the folder of its office.
fn zipped(docx: &[u8]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    writer
        .start_file("Co quan/Thang 10/thu.docx", options)
        .unwrap();
    writer.write_all(docx).unwrap();
    writer.finish().unwrap().into_inner()
}

/// The letter's points as rows of a workbook: place and words, as offices fill in the table they got.
fn workbook(letter: &str) -> Vec<u8> {
    let folder = root().join("fixtures/eval/development").join(letter);
    let expected: Value =
        serde_json::from_slice(&fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, title) in (0..).zip(["STT", "Vị trí góp ý", "Nội dung góp ý"]) {
        sheet.write(0, column, title).unwrap();
    }
    for (row, point) in (1..).zip(expected["points"].as_array().unwrap()) {
        sheet.write(row, 0, row).unwrap();
        let place = point["sections"][0].as_str().unwrap_or("");
        sheet.write(row, 1, place).unwrap();
        sheet
            .write(row, 2, point["text"].as_str().unwrap())
            .unwrap();
    }
    book.save_to_buffer().unwrap()
}

/// A page as word processors in a browser save it: a paragraph of spans with classes a line.
fn google_html(text: &str) -> Vec<u8> {
    let mut html = String::from(
        "<html><head><meta charset=\"utf-8\"><style>.c1{margin:0}</style></head><body class=\"c4\">",
    );
    for line in text.trim_start_matches('\u{feff}').lines() {
        let (before, after) = line.split_at(line.chars().take(12).map(char::len_utf8).sum());
        let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
        write!(
            html,
            "<p class=\"c1\"><span class=\"c2\">{}</span><span class=\"c2 c3\">{}</span></p>",
            escaped(before),
            escaped(after)
        )
        .unwrap();
    }
    html.push_str("</body></html>");
    html.into_bytes()
}

/// Judges letters in one format.
fn judged(format: &str, extension: &str, letters: &[(&str, Vec<u8>)]) -> Survival {
    let cases = Cases::new();
    for (letter, bytes) in letters {
        cases.add(letter, extension, bytes);
    }
    cases.judge(format)
}

fn read_all<'a>(letters: &[&'a str], files: &[PathBuf]) -> Vec<(&'a str, Vec<u8>)> {
    let read = |path: &PathBuf| fs::read(path).unwrap();
    letters
        .iter()
        .copied()
        .zip(files.iter().map(read))
        .collect()
}

/// A mail with a workbook attached.
fn mailed(book: &[u8], extension: &str) -> Vec<u8> {
    format!(
        "From: van.thu@co-quan.example\r\nSubject: Gop y\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\
         Gui kem bang y kien.\r\n--b\r\nContent-Type: application/octet-stream; name=\"bang.{extension}\"\r\n\
         Content-Disposition: attachment; filename=\"bang.{extension}\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        base64(book)
    )
    .into_bytes()
}

/// The letters as files of Word with borders around cells, in a folder.
struct Originals<'a> {
    place: tempfile::TempDir,
    letters: &'a [&'a str],
    files: Vec<PathBuf>,
}

impl<'a> Originals<'a> {
    fn new(letters: &'a [&'a str]) -> Self {
        let place = tempfile::tempdir().unwrap();
        let file = |letter: &&str| {
            let name = letter.replace('/', "-");
            let file = place.path().join(name).with_extension("docx");
            fs::write(&file, with_borders(&bytes_of(letter))).unwrap();
            file
        };
        let files = letters.iter().map(file).collect();
        Self {
            place,
            letters,
            files,
        }
    }

    /// The first letters in another format of LibreOffice.
    fn to(&self, n: usize, format: &str) -> Vec<(&'a str, Vec<u8>)> {
        let made = converted(self.place.path(), &self.files[..n], format);
        read_all(self.letters, &made)
    }

    /// What is made of the letters by ourselves.
    fn by(&self, make: impl Fn(&[u8]) -> Vec<u8>) -> Vec<(&'a str, Vec<u8>)> {
        let letters = self.letters.iter();
        letters.map(|it| (*it, make(&bytes_of(it)))).collect()
    }
}

/// Formats of letters.
fn letters_in(originals: &Originals<'_>, n_slow: usize) -> Vec<(Survival, f64)> {
    let n = originals.files.len();
    let office = originals.to(n, "docx:MS Word 2007 XML");
    let texts = originals.to(n, "txt:Text (encoded):UTF8");
    let is_prose = |(letter, _): &&(&str, Vec<u8>)| !letter.contains("table");
    let prose: Vec<(&str, Vec<u8>)> = texts.iter().filter(is_prose).cloned().collect();
    let mut rows = vec![
        (judged("docx", "docx", &originals.by(<[u8]>::to_vec)), 0.95),
        (judged("docx của LibreOffice", "docx", &office), 0.95),
        (
            judged("html của LibreOffice", "html", &originals.to(n, "html")),
            0.95,
        ),
        (judged("edXML", "edxml", &originals.by(edxml)), 0.95),
        (judged("zip", "zip", &originals.by(zipped)), 0.95),
        (judged("txt (thư không có bảng)", "txt", &prose), 0.95),
    ];
    let pages: Vec<_> = prose
        .iter()
        .map(|(letter, text)| (*letter, google_html(&String::from_utf8_lossy(text))))
        .collect();
    rows.push((
        judged("html kiểu Google Docs (không bảng)", "html", &pages),
        0.95,
    ));
    for extension in ["doc", "rtf", "odt"] {
        let made = originals.to(n_slow, extension);
        rows.push((judged(extension, extension, &made), 0.95));
    }
    rows
}

/// The points as rows of workbooks attached to a mail.
fn workbooks_of(letters: &[&str], n_slow: usize) -> Vec<(Survival, f64)> {
    let place = tempfile::tempdir().unwrap();
    let file = |letter: &&str| {
        let name = letter.replace('/', "-");
        let file = place.path().join(name).with_extension("xlsx");
        fs::write(&file, workbook(letter)).unwrap();
        file
    };
    let files: Vec<PathBuf> = letters.iter().map(file).collect();
    let attached = |files: &[PathBuf], extension: &str| -> Vec<_> {
        let read = read_all(letters, files).into_iter();
        read.map(|(letter, book)| (letter, mailed(&book, extension)))
            .collect()
    };
    let mut rows = vec![(judged("xlsx", "eml", &attached(&files, "xlsx")), 0.9)];
    for extension in ["ods", "xls"] {
        let made = converted(place.path(), &files[..n_slow], extension);
        rows.push((judged(extension, "eml", &attached(&made, extension)), 0.9));
    }
    rows
}

/// Printed, and scanned in several ways.
fn on_paper(originals: &Originals<'_>, n_slow: usize) -> Vec<(Survival, f64)> {
    let pdf = originals.to(originals.files.len(), "pdf");
    let mut rows = vec![(judged("pdf", "pdf", &pdf), 0.95)];
    for (name, wear) in SCANS {
        let mut made = Vec::new();
        for (letter, pdf) in &pdf[..n_slow] {
            let paper = originals.place.path().join("paper.pdf");
            fs::write(&paper, pdf).unwrap();
            let scan = scanned(&paper, &wear, &paper.with_extension("scan.pdf"));
            made.push((*letter, fs::read(scan).unwrap()));
        }
        rows.push((judged(name, "pdf", &made), 0.75));
    }
    rows
}

#[test]
fn the_same_letters_survive_in_every_format() {
    tool("tesseract", "tesseract-ocr tesseract-ocr-vie");
    #[expect(
        clippy::disallowed_methods,
        reason = "says how much this test does, not what the program does"
    )]
    let is_all = std::env::var("TIEPTHU_SURVIVAL").is_ok_and(|it| it == "all");
    let n_slow = if is_all { LETTERS.len() } else { N_SLOW };
    let originals = Originals::new(&LETTERS);
    let mut rows = letters_in(&originals, n_slow);
    rows.extend(workbooks_of(&LETTERS, n_slow));
    rows.extend(on_paper(&originals, n_slow));
    let mut report = String::new();
    let mut too_few = Vec::new();
    for (row, least) in &rows {
        writeln!(
            report,
            "{:36} {} letters, {:3} points: found {:3}, right section {:3}",
            row.format, row.n_letters, row.n_points, row.n_found, row.n_placed
        )
        .unwrap();
        let share = |n: u64| {
            f64::from(u32::try_from(n).unwrap()) / f64::from(u32::try_from(row.n_points).unwrap())
        };
        if share(row.n_found) < *least || share(row.n_placed) < least - 0.1 {
            too_few.push(row.format.as_str());
        }
    }
    println!("{report}");
    assert!(
        too_few.is_empty(),
        "too little survived in {too_few:?}\n{report}"
    );
}
