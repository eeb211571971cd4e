//! One letter in every format an office sends: what survives of it. Hostile files end in a message.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::scanner::{Wear, scanned};
use crate::support::{Desk, example, root, tool};

/// Packages of the programs below.
const OFFICE: &str = "libreoffice-writer-nogui libreoffice-calc-nogui";

/// Has LibreOffice make another format of a file, beside it.
pub(crate) fn convert(file: &Path, to: &str) -> PathBuf {
    let profile = tempfile::tempdir().unwrap();
    let mut soffice = tool("soffice", OFFICE);
    if file
        .extension()
        .is_some_and(|extension| extension == "html")
    {
        soffice.arg("--infilter=HTML (StarWriter)");
    }
    let outcome = soffice
        .arg(format!(
            "-env:UserInstallation=file://{}",
            profile.path().display()
        ))
        .args(["--headless", "--convert-to", to, "--outdir"])
        .arg(file.parent().unwrap())
        .arg(file)
        .output()
        .unwrap();
    let extension = to.split(':').next().unwrap();
    let made = file.with_extension(extension);
    assert!(made.exists(), "{outcome:?}");
    made
}

/// What the letter says: section and first words of each comment.
fn expected() -> Vec<(String, String)> {
    let text = fs::read_to_string(letter().with_file_name("expected.tsv")).unwrap();
    text.lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(section, words)| (section.to_owned(), words.to_owned()))
        .collect()
}

fn letter() -> PathBuf {
    root().join("fixtures/intake/formats/so_tai_chinh/input.html")
}

/// Reads a file as `tiepthu read` does.
pub(crate) fn read(desk: &Desk, file: &Path) -> Value {
    let outline = example().join("documents/de_an.docx");
    desk.run([
        "read".as_ref(),
        file.as_os_str(),
        "--outline".as_ref(),
        outline.as_os_str(),
        "--json".as_ref(),
    ])
    .json()
}

/// Letters only, without tone marks that recognition confuses.
fn letters(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfd()
        .filter(|c| c.is_alphanumeric() && c.is_ascii())
        .collect::<String>()
        .to_lowercase()
}

/// What became of the letter in one format.
struct Survival {
    format: String,
    n_points: usize,
    n_found: usize,
    n_right_section: usize,
    number: String,
    organization: String,
    misses: Vec<String>,
}

/// How many edits lead from one to the other, for short texts.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let kept = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = kept.min(row[j] + 1).min(before + 1);
        }
    }
    row[b.len()]
}

fn survival(format: &str, read: &Value) -> Survival {
    let points = read["points"].as_array().unwrap();
    let mut survival = Survival {
        format: format.to_owned(),
        n_points: points.len(),
        n_found: 0,
        n_right_section: 0,
        number: read["letter_number"].as_str().unwrap_or("-").to_owned(),
        organization: read["organization"]["name"]
            .as_str()
            .unwrap_or("-")
            .to_owned(),
        misses: Vec::new(),
    };
    let mut left: Vec<&Value> = points.iter().collect();
    for (section, words) in expected() {
        let wanted = letters(&words);
        // The words stand at the point's beginning, after its number and place at most.
        let at = left.iter().position(|point| {
            let ours = letters(point["text"].as_str().unwrap());
            (0..=ours.len().min(30)).any(|start| {
                let piece: String = ours.chars().skip(start).take(wanted.len()).collect();
                distance(&piece, &wanted) * 12 <= wanted.len()
            })
        });
        let Some(at) = at else {
            survival
                .misses
                .push(format!("{section}: no point “{words}”"));
            continue;
        };
        let point = left.remove(at);
        survival.n_found += 1;
        if point["sections"][0].as_str() == Some(section.as_str()) {
            survival.n_right_section += 1;
        } else {
            survival
                .misses
                .push(format!("{section}, not {}: {words}", point["sections"]));
        }
    }
    survival
}

#[test]
fn a_letter_survives_in_every_format() {
    tool("tesseract", "tesseract-ocr tesseract-ocr-vie");
    let desk = Desk::new();
    let html = desk.write("thu.html", fs::read(letter()).unwrap());
    let docx = convert(&html, "docx:MS Word 2007 XML");
    let pdf = convert(&docx, "pdf");
    let scan = scanned(&pdf, &Wear::turned(0.7), &desk.path("quet.pdf"));
    let files = [
        html.clone(),
        docx.clone(),
        pdf,
        convert(&docx, "odt"),
        convert(&docx, "doc"),
        convert(&docx, "rtf"),
        scan,
    ];
    let n = expected().len();
    let mut report = String::new();
    let mut found = Vec::new();
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let survival = survival(&name, &read(&desk, file));
        writeln!(
            report,
            "{:10} points {:2}, found {:2}/{n}, right section {:2}/{n}, {} {}",
            survival.format,
            survival.n_points,
            survival.n_found,
            survival.n_right_section,
            survival.number,
            survival.organization,
        )
        .unwrap();
        for miss in &survival.misses {
            writeln!(report, "    {miss}").unwrap();
        }
        found.push(survival);
    }
    println!("{report}");
    for survival in found {
        let is_scan = survival.format == "quet.pdf";
        // Recognition confuses letters; everything else has to come through whole.
        let least = if is_scan { n * 6 / 10 } else { n };
        assert!(
            survival.n_right_section >= least && survival.n_points <= n + 1,
            "{}: too little survived\n{report}",
            survival.format
        );
        if is_scan {
            assert!(survival.n_found * 10 >= n * 8, "{report}");
        } else {
            assert_eq!(survival.number, "2345/STC-QLNS", "{report}");
        }
        assert_eq!(survival.organization, "Sở Tài chính", "{report}");
    }
}

#[test]
fn a_photographed_page_is_read_and_waits_for_a_look() {
    tool("tesseract", "tesseract-ocr tesseract-ocr-vie");
    let desk = Desk::with_consultation();
    let html = desk.write("thu.html", fs::read(letter()).unwrap());
    let pdf = convert(&convert(&html, "docx:MS Word 2007 XML"), "pdf");
    for (option, extension) in [("-png", "png"), ("-jpeg", "jpg"), ("-tiff", "tif")] {
        let page = desk.path(extension);
        let done = tool("pdftoppm", "poppler-utils")
            .args(["-r", "200", "-f", "1", "-l", "1", "-singlefile", option])
            .arg(&pdf)
            .arg(&page)
            .status();
        assert!(done.unwrap().success());
        let picture = page.with_extension(extension);
        let read = read(&desk, &picture);
        let survival = survival(extension, &read);
        assert_eq!(survival.organization, "Sở Tài chính", "{extension}: {read}");
        assert!(survival.n_found >= 3, "{extension}: {}", survival.n_found);
        // What a machine recognized is never taken without a person.
        let reasons = read["reasons"].to_string();
        assert!(reasons.contains("bản quét"), "{extension}: {reasons}");
    }
}

#[test]
fn a_draft_in_pdf_has_the_outline_of_the_word_file() {
    let desk = Desk::new();
    let docx = desk.write(
        "de_an.docx",
        fs::read(example().join("documents/de_an.docx")).unwrap(),
    );
    let pdf = convert(&docx, "pdf");
    let labels = |file: &Path| -> Vec<String> {
        let outline = desk
            .run(["outline".as_ref(), file.as_os_str(), "--json".as_ref()])
            .json();
        let sections = outline["sections"].as_array().unwrap();
        sections
            .iter()
            .map(|section| section["label"].as_str().unwrap().to_owned())
            .collect()
    };
    let (word, ours) = (labels(&docx), labels(&pdf));
    let n_same = word.iter().filter(|label| ours.contains(label)).count();
    let more: Vec<&String> = ours.iter().filter(|label| !word.contains(label)).collect();
    let missing: Vec<&String> = word.iter().filter(|label| !ours.contains(label)).collect();
    println!(
        "{n_same} of {} labels; missing {missing:?}; more {more:?}",
        word.len()
    );
    assert!(n_same * 100 >= word.len() * 97, "missing {missing:?}");
    assert!(more.len() * 100 <= word.len() * 3, "more {more:?}");
}

#[test]
fn a_file_that_needs_a_missing_program_waits_and_is_read_when_it_is_there() {
    let desk = Desk::with_consultation();
    let html = desk.write("thu.html", fs::read(letter()).unwrap());
    let docx = convert(&html, "docx:MS Word 2007 XML");
    let rtf = convert(&docx, "rtf");
    let ran = desk
        .command(["import", "--round", "2", "--json"])
        .arg(&rtf)
        .env("TIEPTHU_PROGRAM_FOLDERS", "/nowhere")
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(1), "{ran:?}");
    let report: Value = serde_json::from_slice(&ran.stdout).unwrap();
    let remedy = report[0]["warnings"][0]["remedy"].as_str().unwrap();
    assert!(
        remedy.contains("apt-get install -y --no-install-recommends libreoffice-writer-nogui"),
        "{remedy}"
    );
    let status = |desk: &Desk| desk.run(["status", "--json"]).json();
    // It is read at the next start, when the program is there.
    let points = status(&desk)["points"]["total"].as_u64().unwrap();
    assert_eq!(points, u64::try_from(expected().len()).unwrap());
    desk.run(["verify"]).expect(0);
    let again = desk
        .run(["import".as_ref(), rtf.as_os_str(), "--json".as_ref()])
        .json();
    assert_eq!(again[0]["was_known"], true, "{again}");
}

/// Imports a hostile file: a message, soon.
#[track_caller]
fn ends_in_a_message(name: &str, bytes: &[u8]) {
    let desk = Desk::with_consultation();
    desk.write(name, bytes);
    let start = Instant::now();
    let ran = desk
        .run(["import", name, "--round", "2", "--json"])
        .expect(1);
    assert!(
        start.elapsed() < Duration::from_mins(2),
        "it took {:?}",
        start.elapsed()
    );
    let report = &ran.json()[0];
    assert!(
        !report["warnings"].as_array().unwrap().is_empty(),
        "no message: {report}"
    );
    desk.run(["verify"]).expect(0);
}

#[test]
fn a_pdf_whose_pages_go_in_a_circle() {
    let pdf = b"%PDF-1.4\n1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj\n\
        2 0 obj << /Type /Pages /Count 1000000 /Kids [3 0 R 2 0 R] >> endobj\n\
        3 0 obj << /Type /Pages /Parent 2 0 R /Kids [2 0 R 3 0 R] /Count 9 >> endobj\n\
        trailer << /Root 1 0 R >>\n%%EOF";
    ends_in_a_message("vong.pdf", pdf);
}

#[test]
fn a_pdf_cut_in_the_middle_and_one_of_noise() {
    ends_in_a_message("cut.pdf", b"%PDF-1.7\n1 0 obj << /Type /Catalog /Pag");
    let mut noise = b"%PDF-1.7\n".to_vec();
    let mut random = crate::replies::Random::new(3);
    noise.extend((0..200_000).map(|_| u8::try_from(random.below(256)).unwrap()));
    ends_in_a_message("nhieu.pdf", &noise);
}

#[test]
fn an_old_word_file_that_is_none() {
    let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    bytes.extend("WordDocument".encode_utf16().flat_map(u16::to_le_bytes));
    bytes.resize(5_000, 0);
    ends_in_a_message("hong.doc", &bytes);
}
