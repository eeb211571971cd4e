//! What goes out to people who never log in comes back filled in: open points, and forms for comments.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::files::convert;
use crate::support::{Desk, tool};
use crate::workbooks::base64;

/// Fills in the row of a point: arguments are the file, the point's number, decision, answer, place.
const FILL_WORKBOOK: &str = "
import sys, openpyxl
path, point, *words = sys.argv[1:]
book = openpyxl.load_workbook(path)
sheet = book['Việc cần xử lý']
titles = [cell.value for cell in sheet[1]]
columns = [titles.index(title) + 1 for title in ('Kết quả xử lý', 'Nội dung tiếp thu, giải trình', 'Chỗ đã sửa trong dự thảo')]
code = titles.index('Mã (không sửa)') + 1
[row] = [row for row in range(2, sheet.max_row + 1) if str(sheet.cell(row, code).value or '').split('-')[0] == point]
for column, word in zip(columns, words):
    sheet.cell(row, column).value = word
book.save(path)
";

const FILL_LETTER: &str = "
import sys, zipfile, xml.etree.ElementTree as tree
path, point, *words = sys.argv[1:]
w = '{http://schemas.openxmlformats.org/wordprocessingml/2006/main}'
with zipfile.ZipFile(path) as package:
    parts = {name: package.read(name) for name in package.namelist()}
root = tree.fromstring(parts['word/document.xml'])
def text(cell):
    return ''.join(run.text or '' for run in cell.iter(w + 't'))
n = 0
for row in root.iter(w + 'tr'):
    cells = row.findall(w + 'tc')
    if not any(text(cell).split('-')[0] == point and text(cell).count('-') == 2 for cell in cells):
        continue
    n += 1
    for cell, word in zip(cells[4:7], words):
        paragraph = cell.findall(w + 'p')[0]
        for run in paragraph.findall(w + 'r'):
            paragraph.remove(run)
        run = tree.SubElement(paragraph, w + 'r')
        tree.SubElement(run, w + 't').text = word
assert n == 1, n
parts['word/document.xml'] = tree.tostring(root, encoding='utf-8', xml_declaration=True)
with zipfile.ZipFile(path, 'w') as package:
    for name, data in parts.items():
        package.writestr(name, data)
";

fn fill(script: &str, file: &Path, point: i64, words: [&str; 3]) {
    // Debian's: another Python does not see its packages.
    let outcome = tool("/usr/bin/python3", "python3-openpyxl")
        .args(["-c", script])
        .arg(file)
        .arg(point.to_string())
        .args(words)
        .output()
        .unwrap();
    assert!(
        outcome.status.success(),
        "needs: apt-get install -y --no-install-recommends python3-openpyxl: {outcome:?}"
    );
}

/// Open points of the example, and the file they went out in.
fn work_file(desk: &Desk, format: &str) -> PathBuf {
    let file = desk.path(&format!("viec.{format}"));
    desk.run([
        "report".as_ref(),
        "open-work".as_ref(),
        "--format".as_ref(),
        format.as_ref(),
        "-o".as_ref(),
        file.as_os_str(),
    ])
    .expect(0);
    file
}

fn open_points(desk: &Desk) -> Vec<i64> {
    let found = desk
        .run(["search", "--state", "open", "--round", "2", "--json"])
        .json();
    let points: Vec<i64> = found["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| point["id"].as_i64().unwrap())
        .collect();
    assert!(points.len() >= 3, "{found}");
    points
}

fn import(desk: &Desk, file: &Path, code: i32) -> Value {
    let ran = desk.run(["import".as_ref(), file.as_os_str(), "--json".as_ref()]);
    ran.expect(code).json()[0].clone()
}

fn point(desk: &Desk, id: i64) -> Value {
    let found = desk.run(["search", "--json", "--limit", "500"]).json();
    let points = found["points"].as_array().unwrap();
    let point = points.iter().find(|point| point["id"] == id);
    point.unwrap_or_else(|| panic!("{id} in {found}")).clone()
}

/// The story of one format: filled in, imported, imported again, answered here meanwhile.
fn check(format: &str, script: &str, resave: impl Fn(&Path) -> PathBuf) {
    let desk = Desk::with_demo();
    let points = open_points(&desk);
    let file = work_file(&desk, format);
    let answer = "Tiếp thu, đã bổ sung cơ cấu nguồn vốn.";
    fill(script, &file, points[0], ["Tiếp thu", answer, "mục V"]);
    let keep = "Đề xuất giữ nguyên.";
    fill(
        script,
        &file,
        points[1],
        ["Giải trình, giữ nguyên dự thảo", keep, ""],
    );
    fill(
        script,
        &file,
        points[2],
        ["Đồng ý hết", "Tiếp thu.", "mục II"],
    );
    let n_submissions = desk.run(["status", "--json"]).json()["submissions"].clone();
    let file = resave(&file);
    // A reason is missing in the second row, and the third decides what is no decision.
    let report = import(&desk, &file, 1);
    assert_eq!(report["answers"]["n_saved"], 2, "{report}");
    assert_eq!(point(&desk, points[0])["answer"], answer);
    assert_eq!(point(&desk, points[0])["answer_state"], "submitted");
    assert_eq!(point(&desk, points[1])["answer"], keep);
    assert_eq!(point(&desk, points[1])["answer_state"], "draft");
    assert_eq!(point(&desk, points[2])["decision"], Value::Null);
    let warnings = report["warnings"].to_string();
    assert!(warnings.contains("nêu lý do"), "{warnings}");
    assert!(warnings.contains("Đồng ý hết"), "{warnings}");
    let n_now = desk.run(["status", "--json"]).json()["submissions"].clone();
    assert_eq!(n_now, n_submissions, "answers are no comments");

    // Again: nothing is added.
    let report = import(&desk, &file, 1);
    assert_eq!(report["answers"]["n_saved"], 0, "{report}");

    // Answered here after the file went out: both are kept, and a person decides.
    let other = "Tiếp thu một phần. Lý do: ngân sách có hạn.";
    let id = points[0].to_string();
    desk.run([
        "answer",
        &id,
        "--decision",
        "accept_in_part",
        "--text",
        other,
        "--change-place",
        "mục V",
    ])
    .expect(0);
    let report = import(&desk, &file, 1);
    assert_eq!(
        report["answers"]["clashes"],
        serde_json::json!([points[0]]),
        "{report}"
    );
    assert_eq!(point(&desk, points[0])["answer"], other);
    desk.run(["verify"]).expect(0);
}

#[test]
fn a_workbook_of_open_points_comes_back_filled_in() {
    check("xlsx", FILL_WORKBOOK, Path::to_owned);
}

#[test]
fn a_word_file_of_open_points_comes_back_filled_in() {
    // Through another program's hands.
    check("docx", FILL_LETTER, |file| {
        convert(&convert(file, "odt"), "docx")
    });
}

/// Sent back by mail, attached or in an archive, it answers nothing and doubles no comment: a person
/// sees what it is and imports it.
#[test]
fn a_work_file_attached_to_a_mail_is_no_comment() {
    let desk = Desk::with_demo();
    let points = desk.run(["status", "--json"]).json()["points"].clone();
    for format in ["xlsx", "docx"] {
        let file = work_file(&desk, format);
        let mail = format!(
            "From: Tổ <soan.thao@skhcn.bacgiang.example>\r\nTo: gop.y@skhcn.bacgiang.example\r\n\
             Subject: Bang viec {format}\r\nDate: Mon, 06 Sep 2021 08:00:00 +0700\r\n\
             Message-ID: <{format}@skhcn.bacgiang.example>\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\r\nKèm theo bảng đã điền.\r\n\
             --x\r\nContent-Type: application/octet-stream; name=\"viec.{format}\"\r\n\
             Content-Disposition: attachment; filename=\"viec.{format}\"\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--x--\r\n",
            base64(&std::fs::read(&file).unwrap())
        );
        let mail = desk.write(&format!("thu_{format}.eml"), mail);
        let report = import(&desk, &mail, 1);
        assert_eq!(report["n_points"], 0, "{format}: {report}");
        let reasons = report["reasons"].to_string();
        assert!(reasons.contains("bảng việc"), "{format}: {report}");
    }
    let now = desk.run(["status", "--json"]).json()["points"].clone();
    assert_eq!(now, points);
}

/// Fills in a form: a row for each place that can be chosen, each by the first organization.
const FILL_FORM: &str = "
import sys, json, openpyxl
path, rows_path = sys.argv[1:]
book = openpyxl.load_workbook(path)
sheet = book['Phiếu góp ý']
titles = [cell.value for cell in sheet[1]]
assert sheet.data_validations.dataValidation, 'nothing can be chosen'
lists = [[cell.value for cell in column if cell.value] for column in book['Danh mục'].columns]
assert book['Danh mục'].sheet_state == 'hidden'
organizations, places = lists
for at, place in enumerate(places):
    row = 2 + at
    sheet.cell(row, 2).value = 'Sở Tài chính'
    sheet.cell(row, 5).value = place
    sheet.cell(row, 6).value = f'Đề nghị làm rõ thêm nội dung thứ {at + 1}.'
book.save(path)
json.dump(places, open(rows_path, 'w'), ensure_ascii=False)
";

#[test]
fn a_form_sent_out_comes_back_on_the_places_chosen() {
    let desk = Desk::with_demo();
    let (form, rows) = (desk.path("phieu.xlsx"), desk.path("rows.json"));
    desk.run([
        "report".as_ref(),
        "form".as_ref(),
        "--format".as_ref(),
        "xlsx".as_ref(),
        "-o".as_ref(),
        form.as_os_str(),
    ])
    .expect(0);
    let outcome = tool("/usr/bin/python3", "python3-openpyxl")
        .args(["-c", FILL_FORM])
        .args([&form, &rows])
        .output()
        .unwrap();
    assert!(outcome.status.success(), "{outcome:?}");
    let places: Vec<String> =
        serde_json::from_str(&std::fs::read_to_string(&rows).unwrap()).unwrap();
    assert!(places.len() > 150, "{}", places.len());
    let report = desk
        .run([
            "import".as_ref(),
            form.as_os_str(),
            "--round".as_ref(),
            "2".as_ref(),
            "--json".as_ref(),
        ])
        .json();
    assert_eq!(report[0]["n_points"], places.len(), "{report}");
    let found = desk
        .run(["search", "\"nội dung thứ\"", "--limit", "500", "--json"])
        .json();
    let points = found["points"].as_array().unwrap();
    assert_eq!(points.len(), places.len());
    let mut wrong = Vec::new();
    for point in points {
        let number: usize = point["text"]
            .as_str()
            .unwrap()
            .split(|c: char| !c.is_ascii_digit())
            .find_map(|word| word.parse().ok())
            .unwrap();
        let chosen = &places[number - 1];
        let section = point["section"].as_str().unwrap_or("không có");
        let is_whole = chosen.starts_with("Toàn bộ") || chosen.starts_with("Thể thức");
        let fits = if is_whole {
            section.ends_with("Toàn văn bản") || section == "Thể thức, chính tả"
        } else {
            *chosen == section || chosen.starts_with(&format!("{section} ("))
        };
        if !fits {
            wrong.push(format!("{chosen} → {section}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
