//! Reports as an official opens them: LibreOffice reads them, and the pages look as they must.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::Path;

use crate::support::{Desk, example, tool};

/// Converts with LibreOffice, in a profile of its own so that tests can run side by side.
fn convert(desk: &Desk, file: &Path, to: &str) -> Vec<u8> {
    let profile = tempfile::tempdir().unwrap();
    let outcome = tool("soffice", "libreoffice-writer-nogui libreoffice-calc-nogui")
        .arg(format!(
            "-env:UserInstallation=file://{}",
            profile.path().display()
        ))
        .args(["--headless", "--convert-to", to, "--outdir"])
        .arg(desk.path(""))
        .arg(file)
        .output()
        .unwrap();
    assert!(outcome.status.success(), "{outcome:?}");
    let extension = to.split(':').next().unwrap();
    fs::read(file.with_extension(extension)).unwrap_or_else(|error| panic!("{error}: {outcome:?}"))
}

fn report(desk: &Desk, kind: &str, format: &str) -> std::path::PathBuf {
    let name = format!("{kind}.{format}");
    desk.run(["report", kind, "--format", format, "-o", &name])
        .expect(0);
    desk.path(&name)
}

fn text_of_pdf(desk: &Desk, pdf: &Path) -> String {
    let text = desk.path("text.txt");
    let done = tool("pdftotext", "poppler-utils")
        .args(["-layout"])
        .arg(pdf)
        .arg(&text)
        .status();
    assert!(done.unwrap().success());
    fs::read_to_string(text).unwrap()
}

#[test]
fn the_full_report_opens_in_libreoffice_and_is_laid_out() {
    let desk = Desk::with_demo();
    let docx = report(&desk, "full", "docx");
    convert(&desk, &docx, "pdf");
    let pages: Vec<String> = text_of_pdf(&desk, &docx.with_extension("pdf"))
        .split('\u{c}')
        .map(str::to_owned)
        .collect();
    assert!(pages.len() > 10, "only {} pages", pages.len());
    let first = &pages[0];
    for words in [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "SỞ KHOA HỌC VÀ CÔNG NGHỆ",
        "/BC-SKHCN",
        "BÁO CÁO",
    ] {
        assert!(first.contains(words), "page 1 lacks “{words}”:\n{first}");
    }
    let number_on_top = |page: &str| {
        page.lines()
            .find(|line| !line.trim().is_empty())
            .map(str::trim)
            .map(str::to_owned)
    };
    assert_ne!(
        number_on_top(first).as_deref(),
        Some("1"),
        "page 1 shows its number"
    );
    assert_eq!(
        number_on_top(&pages[1]).as_deref(),
        Some("2"),
        "page 2 shows no number"
    );
    let repeated = pages
        .iter()
        .filter(|page| page.contains("CHỦ THỂ GÓP Ý"))
        .count();
    assert!(
        repeated > 3,
        "the table's header is on {repeated} pages only"
    );
    let whole = pages.concat();
    assert!(whole.contains("./."), "the body does not end with ./.");
    assert!(whole.contains("Nơi nhận"), "no Nơi nhận");
    assert!(
        !whole.to_lowercase().contains("không tiếp thu"),
        "“không tiếp thu” is printed"
    );
}

#[test]
fn page_geometry_follows_the_decree() {
    let desk = Desk::with_demo();
    let docx = report(&desk, "full", "docx");
    convert(&desk, &docx, "pdf");
    let listed = tool("pdfinfo", "poppler-utils")
        .args(["-f", "1", "-l", "400"])
        .arg(docx.with_extension("pdf"))
        .output()
        .unwrap();
    let info = String::from_utf8_lossy(&listed.stdout).into_owned();
    let sizes: Vec<(f64, f64)> = info
        .lines()
        .filter(|line| line.starts_with("Page "))
        .filter_map(|line| line.split(" size:").nth(1))
        .map(|size| {
            let mut numbers = size.split_whitespace().filter_map(|word| word.parse().ok());
            (numbers.next().unwrap(), numbers.next().unwrap())
        })
        .collect();
    // 210 × 297 mm in points.
    let is_near = |a: f64, b: f64| (a - b).abs() < 1.0;
    let portrait = sizes
        .iter()
        .filter(|(w, h)| is_near(*w, 595.3) && is_near(*h, 841.9))
        .count();
    let landscape = sizes
        .iter()
        .filter(|(w, h)| is_near(*w, 841.9) && is_near(*h, 595.3))
        .count();
    assert!(
        portrait > 0 && landscape > 0,
        "{portrait} portrait, {landscape} landscape: {info}"
    );
    assert_eq!(
        portrait + landscape,
        sizes.len(),
        "pages that are not A4: {info}"
    );
}

#[test]
fn the_spreadsheet_opens_in_libreoffice() {
    let desk = Desk::with_demo();
    let xlsx = report(&desk, "by-section", "xlsx");
    convert(&desk, &xlsx, "pdf");
    let text = text_of_pdf(&desk, &xlsx.with_extension("pdf"));
    for words in ["Sở Tài chính", "Đợt 2", "CHỦ THỂ GÓP Ý"] {
        assert!(text.contains(words), "the sheets lack “{words}”");
    }
}

#[test]
fn the_page_report_needs_nothing_from_outside() {
    let desk = Desk::with_demo();
    let html = fs::read_to_string(report(&desk, "full", "html")).unwrap();
    for outside in ["http://", "https://", "<script", "<link", "src="] {
        assert!(!html.contains(outside), "the page contains {outside}");
    }
    assert!(html.contains("lang=\"vi\""));
}

/// Everything an archive holds, by name.
fn unpacked(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        files.insert(file.name().unwrap().into_owned(), bytes);
    }
    files
}

/// What is written between `open` and the next quotation mark, each place once.
fn quoted(text: &str, open: &str) -> BTreeSet<String> {
    let pieces = text.split(open).skip(1);
    let quoted = pieces.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()));
    quoted.collect()
}

#[test]
fn a_bundle_holds_the_originals_its_rows_lead_to() {
    let desk = Desk::with_demo();
    let files = unpacked(&report(&desk, "full", "zip"));
    let originals: BTreeSet<String> = files
        .keys()
        .filter(|name| name.starts_with("goc/"))
        .cloned()
        .collect();
    assert!(originals.len() > 20, "{originals:?}");
    let is_safe = |name: &&String| {
        name.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-./".contains(&b))
            && !name.contains("..")
    };
    assert_eq!(originals.iter().filter(is_safe).count(), originals.len());

    let page = String::from_utf8(files["bao-cao.html"].clone()).unwrap();
    assert_eq!(quoted(&page, "<a href=\""), originals, "page");
    fs::write(desk.path("bao-cao.docx"), &files["bao-cao.docx"]).unwrap();
    let document = unpacked(&desk.path("bao-cao.docx"));
    let relations = String::from_utf8(document["word/_rels/document.xml.rels"].clone()).unwrap();
    let linked: BTreeSet<String> = quoted(&relations, "Target=\"");
    assert!(linked.is_superset(&originals), "Word: {linked:?}");
    fs::write(desk.path("bao-cao.xlsx"), &files["bao-cao.xlsx"]).unwrap();
    let book = unpacked(&desk.path("bao-cao.xlsx"));
    let relations = book.iter().filter(|(name, _)| name.contains("/_rels/"));
    let linked: BTreeSet<String> = relations
        .flat_map(|(_, bytes)| quoted(&String::from_utf8_lossy(bytes), "Target=\""))
        .filter(|target| target.starts_with("goc"))
        .collect();
    assert!(
        linked.len() > 20 && linked.is_subset(&originals),
        "Excel: {linked:?}"
    );

    let list = String::from_utf8(files["danh-muc-ban-goc.csv"].clone()).unwrap();
    for name in &originals {
        assert!(list.contains(name.as_str()), "the list lacks {name}");
    }
    let letter = example().join("round_2/01_so_tai_chinh.eml");
    let letter = fs::read(letter).unwrap();
    assert!(
        files.values().any(|bytes| *bytes == letter),
        "byte for byte"
    );

    let hidden = [
        "report",
        "full",
        "--anonymous",
        "--format",
        "zip",
        "-o",
        "x.zip",
    ];
    assert!(desk.run(hidden).expect(2).stderr.contains("ẩn danh"));
}

/// Word and Excel files are held against the schema of the standard, PDF against its own rules, by
/// programs that know nothing of this one.
#[test]
fn every_file_is_valid_by_its_standard() {
    let audit = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/openxml-audit");
    assert!(
        audit.is_dir(),
        "openxml-audit is missing; install it: python3 -m pip install --target target/openxml-audit openxml-audit==0.8.0"
    );
    let desk = Desk::with_demo();
    let mut invalid = Vec::new();
    for format in ["docx", "xlsx", "pdf"] {
        for kind in [
            "full",
            "by-section",
            "by-organization",
            "roster",
            "open-work",
            "form",
            "reminder",
        ] {
            let name = format!("{kind}.{format}");
            let mut arguments = vec!["report", kind, "--format", format, "-o", &name];
            arguments.extend((kind == "full").then_some("--charts"));
            desk.run(arguments).expect(0);
            let mut checked = if format == "pdf" {
                let mut qpdf = tool("qpdf", "qpdf");
                qpdf.arg("--check");
                qpdf
            } else {
                let mut python = tool("python3", "python3");
                python
                    .env("PYTHONPATH", &audit)
                    .args(["-m", "openxml_audit"]);
                python
            };
            let checked = checked.arg(desk.path(&name)).output().unwrap();
            if !checked.status.success() {
                let (said, complained) = (&checked.stdout, &checked.stderr);
                invalid.push(format!(
                    "{name}: {}{}",
                    String::from_utf8_lossy(said),
                    String::from_utf8_lossy(complained)
                ));
            }
        }
    }
    assert!(invalid.is_empty(), "{}", invalid.join("\n"));
}

/// `config/report.schema.json` is a promise to whoever reads the JSON.
#[test]
fn the_json_of_every_report_keeps_its_schema() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/report.schema.json");
    let desk = Desk::with_demo();
    for kind in [
        "full",
        "by-section",
        "by-organization",
        "roster",
        "open-work",
        "form",
        "reminder",
    ] {
        let name = format!("{kind}.json");
        let mut arguments = vec!["report", kind, "--format", "json", "-o", &name];
        arguments.extend((kind == "full").then_some("--charts"));
        desk.run(arguments).expect(0);
        let checked = tool("/usr/bin/python3", "python3-jsonschema")
            .args(["-m", "jsonschema", "-i"])
            .arg(desk.path(&name))
            .arg(&schema)
            .output()
            .unwrap();
        assert!(checked.status.success(), "{kind}: {checked:?}");
    }
}
