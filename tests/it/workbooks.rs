//! Spreadsheets by every writer: the same rows as the CSV, wherever they stand.

use std::fs;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Format, Workbook, Worksheet};
use serde_json::Value;

use crate::postgres::block_on;
use crate::support::{Desk, tool};

/// A table as offices keep it; `\u{b}`-free, with dates and a line break in a cell.
const TABLE: &str = "\
BẢNG TỔNG HỢP Ý KIẾN GÓP Ý,,,,,\r\n\
,,,,,\r\n\
STT,Cơ quan góp ý,Ngày văn bản,Mục,Nội dung góp ý,Lý do\r\n\
1,Sở Tài chính,06/9/2021,III.2.b,Đề nghị bổ sung chỉ tiêu về số hợp đồng,Số liệu chưa đủ\r\n\
2,,,IV.1,\"Đề nghị làm rõ cơ chế hỗ trợ,\nnhất là mức chi\",\r\n\
3,Sở Công Thương,7/9/2021,II.1.2,Đề nghị cập nhật số liệu,\r\n";

/// Imports a file and returns its report and the points it made, as (organization, section, text).
fn import(name: &str, bytes: &[u8]) -> (Value, Vec<(String, String, String)>) {
    let desk = Desk::with_consultation();
    desk.write(name, bytes);
    let preview = desk
        .run(["import", name, "--round", "2", "--dry-run", "--json"])
        .json();
    let report = desk.run(["import", name, "--round", "2", "--json"]).json();
    assert_eq!(
        preview[0]["n_points"], report[0]["n_points"],
        "the preview says something else"
    );
    let again = desk.run(["import", name, "--round", "2", "--json"]).json();
    assert_eq!(again[0]["was_known"], true, "{again}");
    let found = desk.run(["search", "", "--limit", "100", "--json"]).json();
    let text = |point: &Value, key: &str| point[key].as_str().unwrap_or_default().to_owned();
    let mut points: Vec<(String, String, String)> = found["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| {
            let organizations = point["organizations"].to_string();
            let text = text(point, "text").replace(['\n', '\u{b}'], " ");
            let section = point["section"].as_str().unwrap_or_default().to_owned();
            (organizations, section, text)
        })
        .collect();
    points.sort();
    desk.run(["verify"]).expect(0);
    (report[0].clone(), points)
}

/// Has LibreOffice make another format of the table.
fn converted(to: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bang.csv");
    fs::write(&file, format!("\u{feff}{TABLE}")).unwrap();
    let outcome = tool("soffice", "libreoffice-calc-nogui")
        .arg(format!(
            "-env:UserInstallation=file://{}",
            folder.path().join("profile").display()
        ))
        // Comma, quotation mark, UTF-8, from the first line on.
        .args([
            "--headless",
            "--infilter=CSV:44,34,76,1",
            "--convert-to",
            to,
            "--outdir",
        ])
        .arg(folder.path())
        .arg(&file)
        .output()
        .unwrap();
    let extension = to.split(':').next().unwrap();
    fs::read(file.with_extension(extension)).unwrap_or_else(|error| panic!("{error}: {outcome:?}"))
}

#[test]
fn sheets_of_every_format_give_the_rows_of_the_csv() {
    let (_, expected) = import("bang.csv", TABLE.as_bytes());
    assert_eq!(expected.len(), 3);
    for format in ["xlsx", "xls", "ods"] {
        let (report, points) = import(&format!("bang.{format}"), &converted(format));
        assert_eq!(points, expected, "{format}: {report}");
    }
}

#[test]
fn a_sheet_by_openpyxl_gives_the_rows_of_the_csv() {
    let (_, expected) = import("bang.csv", TABLE.as_bytes());
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("bang.csv");
    let xlsx = folder.path().join("bang.xlsx");
    fs::write(&csv, TABLE).unwrap();
    let script = "import csv, datetime, openpyxl, sys\n\
        book = openpyxl.Workbook()\n\
        sheet = book.active\n\
        for row in csv.reader(open(sys.argv[1], encoding='utf-8', newline='')):\n\
        \x20   cells = [datetime.datetime.strptime(c, '%d/%m/%Y') if c.endswith('/2021') else\n\
        \x20            int(c) if c.isdigit() else c or None for c in row]\n\
        \x20   sheet.append(cells)\n\
        sheet.merge_cells('A1:F1')\n\
        sheet.merge_cells('B4:B5')\n\
        book.create_sheet('Danh mục').append(['Sở Tài chính'])\n\
        book.save(sys.argv[2])\n";
    let python = Path::new("/usr/bin/python3");
    let outcome = std::process::Command::new(python)
        .args(["-c", script])
        .args([&csv, &xlsx])
        .output()
        .unwrap();
    assert!(
        outcome.status.success(),
        "install it: apt-get install -y --no-install-recommends python3-openpyxl: {outcome:?}"
    );
    let (report, points) = import("bang.xlsx", &fs::read(xlsx).unwrap());
    assert_eq!(points, expected, "{report}");
}

/// A sheet whose first comment lacks its words.
fn comment_sheet(book: &mut Workbook) -> &mut Worksheet {
    let sheet = book.add_worksheet();
    for (column, title) in (0..).zip(["STT", "Cơ quan góp ý", "Mục", "Nội dung góp ý"]) {
        sheet.write(0, column, title).unwrap();
    }
    sheet.write(1, 1, "Sở Tài chính").unwrap();
    sheet.write(1, 2, "III.2.b").unwrap();
    sheet
}

fn write(book: &mut Workbook) -> Vec<u8> {
    book.save_to_buffer().unwrap()
}

#[test]
fn each_sheet_with_comments_is_read_and_rows_keep_their_numbers() {
    let mut book = Workbook::new();
    let head = ["STT", "Cơ quan góp ý", "Mục", "Nội dung góp ý"];
    for (name, organization, words) in [
        ("Đợt 2", "Sở Tài chính", "Đề nghị bổ sung nguồn vốn"),
        ("Bổ sung", "Sở Xây dựng", "Đề nghị làm rõ địa điểm"),
    ] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for (column, title) in (0..).zip(head) {
            sheet.write(2, column, title).unwrap();
        }
        sheet.write(4, 1, organization).unwrap();
        sheet.write(4, 2, "III.2.b").unwrap();
        sheet.write(4, 3, words).unwrap();
        sheet.write(5, 1, organization).unwrap();
    }
    let (report, points) = import("hai_trang.xlsx", &write(&mut book));
    assert_eq!(points.len(), 2, "{report}");
    let rows: Vec<u64> = report["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|warning| warning["code"] == "table.missing_content")
        .filter_map(|warning| warning["location"]["row"].as_u64())
        .collect();
    assert_eq!(
        rows,
        [6, 6],
        "each sheet's empty comment is named by its row: {report}"
    );
}

#[test]
fn the_workbook_itself_is_the_original_of_its_rows() {
    let mut book = Workbook::new();
    let sheet = comment_sheet(&mut book);
    sheet.write(1, 3, "Đề nghị bổ sung nguồn vốn").unwrap();
    let prices = book.add_worksheet().set_name("Đơn giá").unwrap();
    for row in 0..4 {
        for column in 0..4 {
            prices.write(row, column, f64::from(row) + 0.5).unwrap();
        }
    }
    let bytes = write(&mut book);
    let desk = Desk::with_consultation();
    desk.write("bang.xlsx", &bytes);
    let import = ["import", "bang.xlsx", "--round", "2"];
    desk.run(import).expect(1);
    let problems = || {
        let status = desk.run(["status", "--json"]).json();
        status["problems"].as_u64().unwrap()
    };
    assert_eq!(problems(), 1, "the sheet that was not read stays listed");
    desk.run(import);
    assert_eq!(problems(), 1, "and only once");

    let server = desk.serve();
    let client = crate::support::http_client();
    let (disposition, original) = block_on(async {
        let address = format!("{}/originals/1", server.url);
        let response = client.get(address).send().await.unwrap();
        let disposition = response.headers()["content-disposition"].clone();
        (disposition, response.bytes().await.unwrap())
    });
    assert!(disposition.to_str().unwrap().contains("bang.xlsx"));
    assert_eq!(original, bytes);
    server.kill();

    desk.run(["verify"]).expect(0);
    let mut n_lost = 0;
    for folder in fs::read_dir(desk.data().join("blobs")).unwrap() {
        for file in fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if fs::read(&path).unwrap() == bytes {
                fs::remove_file(path).unwrap();
                n_lost += 1;
            }
        }
    }
    assert_eq!(n_lost, 1);
    let ran = desk.run(["verify"]).expect(1);
    assert!(ran.stderr.contains("Mất bản gốc"), "{}", ran.stderr);
}

#[test]
fn old_fonts_are_read_by_their_name() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, title) in (0..).zip(["STT", "Cơ quan góp ý", "Mục", "Nội dung góp ý"]) {
        sheet.write(0, column, title).unwrap();
    }
    let old = Format::new().set_font_name(".VnTime");
    sheet.write(1, 1, "Sở Tài chính").unwrap();
    sheet.write(1, 2, "III.2.b").unwrap();
    // "Đề nghị bổ sung" as TCVN3 codes.
    sheet
        .write_with_format(1, 3, "§Ò nghÞ bæ sung nguån vèn", &old)
        .unwrap();
    let (report, points) = import("vntime.xlsx", &write(&mut book));
    assert_eq!(points[0].2, "Đề nghị bổ sung nguồn vốn", "{report}");
}

#[test]
fn formulas_are_text_and_never_run() {
    let mut book = Workbook::new();
    let sheet = comment_sheet(&mut book);
    sheet
        .write_string(1, 3, "=cmd|'/c calc'!A1 Đề nghị bỏ nội dung này")
        .unwrap();
    let (report, points) = import("cong_thuc.xlsx", &write(&mut book));
    assert!(points[0].2.starts_with("=cmd|"), "{report} {points:?}");
}

#[test]
fn a_cell_in_the_last_corner_costs_nothing() {
    let mut book = Workbook::new();
    let sheet = comment_sheet(&mut book);
    sheet.write(1, 3, "Đề nghị bổ sung nguồn vốn").unwrap();
    sheet.write(1_048_575, 16_383, "x").unwrap();
    let (report, points) = import("goc.xlsx", &write(&mut book));
    assert_eq!(points.len(), 1, "{report}");
    assert!(
        report["warnings"].to_string().contains("quá xa bên phải"),
        "{report}"
    );
}

#[test]
fn a_workbook_that_inflates_without_end_ends_in_a_message() {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    let relation = |kind: &str, target: &str| {
        format!(
            "<?xml version=\"1.0\"?><Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
             <Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let mut put = |name: &str, text: &str| {
        archive.start_file(name, options).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    };
    put(
        "_rels/.rels",
        &relation("officeDocument", "xl/workbook.xml"),
    );
    put(
        "xl/_rels/workbook.xml.rels",
        &relation("worksheet", "worksheets/sheet1.xml"),
    );
    put(
        "xl/workbook.xml",
        "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
    );
    put(
        "xl/worksheets/sheet1.xml",
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData><row>",
    );
    let cells = "<c t=\"inlineStr\"><is><t>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</t></is></c>"
        .repeat(10_000);
    for _ in 0..600 {
        archive.write_all(cells.as_bytes()).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    assert!(bytes.len() < 8 << 20, "the bomb is {} bytes", bytes.len());
    let desk = Desk::with_consultation();
    desk.write("bom.xlsx", &bytes);
    let start = std::time::Instant::now();
    let ran = desk
        .run(["import", "bom.xlsx", "--round", "2", "--json"])
        .expect(1);
    assert!(start.elapsed().as_secs() < 150, "{:?}", start.elapsed());
    assert!(!ran.json()[0]["warnings"].as_array().unwrap().is_empty());
    desk.run(["verify"]).expect(0);
}

#[test]
fn a_workbook_attached_to_a_mail_is_read_as_its_table() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, title) in (0..).zip(["STT", "Mục", "Nội dung góp ý", "Lý do"]) {
        sheet.write(0, column, title).unwrap();
    }
    sheet.write(1, 1, "III.2.b").unwrap();
    sheet
        .write(1, 2, "Đề nghị bổ sung nguồn vốn thực hiện")
        .unwrap();
    sheet.write(2, 1, "IV.1").unwrap();
    sheet.write(2, 2, "Đề nghị làm rõ mức hỗ trợ").unwrap();
    let bytes = write(&mut book);
    let mail = format!(
        "From: STC <van.thu@stc.bacgiang.example>\r\nTo: gop.y@skhcn.bacgiang.example\r\n\
         Subject: Gop y du thao De an\r\nDate: Mon, 06 Sep 2021 08:00:00 +0700\r\n\
         Message-ID: <bang@stc.bacgiang.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\nSở Tài chính gửi bảng góp ý kèm theo.\r\n\
         --x\r\nContent-Type: application/octet-stream; name=\"bang.xlsx\"\r\n\
         Content-Disposition: attachment; filename=\"bang.xlsx\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--x--\r\n",
        base64(&bytes)
    );
    let (report, points) = import_mail(mail.as_bytes());
    let sections: Vec<&str> = points.iter().map(|(section, _)| section.as_str()).collect();
    assert_eq!(sections, ["III.2.b", "IV.1"], "{report}");
}

fn import_mail(mail: &[u8]) -> (Value, Vec<(String, String)>) {
    let desk = Desk::with_consultation();
    let path: PathBuf = desk.write("thu.eml", mail);
    let read = desk
        .run([
            "read".as_ref(),
            path.as_os_str(),
            "--outline".as_ref(),
            crate::support::example()
                .join("documents/de_an.docx")
                .as_os_str(),
            "--json".as_ref(),
        ])
        .json();
    let points = read["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| {
            (
                point["sections"][0].as_str().unwrap_or_default().to_owned(),
                point["text"].as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    (read, points)
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let value = chunk
            .iter()
            .fold(0_u32, |value, byte| value << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            if place <= chunk.len() {
                let at = usize::try_from(value >> (18 - 6 * place) & 63).unwrap();
                text.push(char::from(LETTERS[at]));
            } else {
                text.push('=');
            }
        }
        if text.len() % 77 == 76 {
            text.push_str("\r\n");
        }
    }
    text
}
