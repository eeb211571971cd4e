//! Tables are seen, and their columns arranged, before anything of them is taken in; the next table
//! with the same header comes in by itself. Letters are taken back and come again.

use std::path::Path;

use serde_json::Value;

use crate::browser::{Browser, in_browser};
use crate::support::Desk;

/// Nothing in this header is known.
const UNKNOWN: &str = "\
Mã,Bên nêu,Chỗ,Vấn đề được nêu
1,Sở Tài chính,III.2.b,Đề nghị bổ sung nguồn vốn thực hiện.
2,Sở Xây dựng,IV.1,
3,Sở Công Thương,V,Đề nghị làm rõ kinh phí hằng năm.
";
const NEXT: &str = "\
MÃ,BÊN NÊU,CHỖ,VẤN ĐỀ ĐƯỢC NÊU
1,Sở Y tế,IV.1,Đề nghị bỏ mức hỗ trợ cụ thể.
";
const SAID: [&str; 4] = ["1=ordinal", "2=organization", "3=place", "4=content"];

fn import(desk: &Desk, file: &str, bytes: &[u8], more: &[&str]) -> Value {
    let path = desk.write(file, bytes);
    let mut arguments = vec!["import", path.to_str().unwrap(), "--round", "2", "--json"];
    arguments.extend(more);
    desk.run(arguments).json()[0].clone()
}

fn n_points(desk: &Desk) -> u64 {
    let found = desk.run(["search", "", "--json"]).json();
    found["total"].as_u64().unwrap()
}

/// Holds the table nobody knows, says what its columns are and takes it in.
fn taken(desk: &Desk) -> Value {
    let held = import(desk, "la.csv", UNKNOWN.as_bytes(), &["--hold"])["held"].to_string();
    let mut arguments = vec!["table", "columns", &held, "--header", "1"];
    arguments.extend(SAID.iter().flat_map(|said| ["--column", said]));
    desk.run(arguments).expect(0);
    desk.run(["table", "take", &held, "--json"]).json()[0].clone()
}

#[test]
fn a_table_waits_until_somebody_saw_it() {
    let desk = Desk::with_consultation();
    let report = import(&desk, "la.csv", UNKNOWN.as_bytes(), &["--hold"]);
    assert_eq!(n_points(&desk), 0, "{report}");
    let held = report["held"].to_string();
    let again = import(&desk, "la.csv", UNKNOWN.as_bytes(), &["--hold"]);
    assert_eq!(again["held"], report["held"], "it waits once");
    let seen = desk.run(["table", "show", &held, "--json"]).json();
    assert_eq!(seen["sheets"][0]["rule"]["kind"], "nothing", "{seen}");
    desk.run(["table", "take", &held]).expect(2);
    // Two columns cannot be one thing.
    let twice = ["table", "columns", &held, "--header", "1"];
    desk.run(
        twice
            .into_iter()
            .chain(["--column", "1=place", "--column", "3=place"]),
    )
    .expect(2);

    let mut arguments = vec!["table", "columns", &held, "--header", "1", "--json"];
    arguments.extend(SAID.iter().flat_map(|said| ["--column", said]));
    let seen = desk.run(arguments).json();
    let sheet = &seen["sheets"][0];
    assert_eq!(
        (&sheet["n_new"], &sheet["n_known"], &sheet["n_bad"]),
        (&2.into(), &0.into(), &1.into()),
        "{sheet}"
    );
    assert_eq!(sheet["rule"]["kind"], "chosen");
    let row = &sheet["rows"][0];
    assert_eq!(row["organizations"][0], "Sở Tài chính", "{row}");
    assert_eq!(row["sections"][0], "Đề án · III.2.b", "{row}");
    assert_eq!(sheet["rows"][1]["fate"], "bad");
    assert_eq!(n_points(&desk), 0, "still nothing is taken in");

    let report = desk.run(["table", "take", &held, "--json"]).json();
    assert_eq!(report[0]["n_points"], 2, "{report}");
    assert_eq!(n_points(&desk), 2);
    desk.run(["table", "take", &held]).expect(2);
    desk.run(["verify"]).expect(0);
}

#[test]
fn the_next_table_of_that_header_comes_in_by_itself() {
    let desk = Desk::with_consultation();
    taken(&desk);
    let report = import(&desk, "tiep.csv", NEXT.as_bytes(), &[]);
    assert_eq!(report["n_points"], 1, "{report}");
    let batches = desk.run(["batch", "list", "--json"]).json();
    let newest = &batches["batches"][0];
    assert!(newest["arranged_by"].is_string(), "{newest}");

    // In a mail as well, and in a sheet.
    let mail = format!(
        "From: Sở Giáo dục <vt@sgd.example>\r\nTo: soan@so.example\r\nSubject: gop y\r\n\
         Date: Tue, 07 Sep 2021 08:00:00 +0700\r\nMessage-ID: <bang@sgd.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\nSở Giáo dục và Đào tạo gửi bảng góp ý.\r\n\
         --x\r\nContent-Type: text/csv; charset=utf-8; name=bang.csv\r\n\
         Content-Disposition: attachment; filename=bang.csv\r\n\r\n{}\r\n--x--\r\n",
        NEXT.replace(
            "Đề nghị bỏ mức hỗ trợ cụ thể.",
            "Đề nghị nêu thời hạn giải ngân."
        )
        .replace('\n', "\r\n")
    );
    import(&desk, "thu.eml", mail.as_bytes(), &[]);
    let found = desk.run(["search", "thời hạn giải ngân", "--json"]).json();
    assert_eq!(found["points"][0]["section"], "Đề án · IV.1", "{found}");

    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name("Tháng 9").unwrap();
    let rows = NEXT.replace("Đề nghị bỏ", "Đề nghị xem lại");
    for (row, line) in (0..).zip(rows.lines()) {
        for (column, cell) in (0..).zip(line.split(',')) {
            sheet.write(row, column, cell).unwrap();
        }
    }
    let report = import(&desk, "so.xlsx", &workbook.save_to_buffer().unwrap(), &[]);
    assert_eq!(report["n_points"], 1, "{report}");

    // Forgotten, the header is as unknown as it was; what was read by it can still be corrected.
    let remembered = desk.run(["table", "remembered", "--json"]).json();
    let id = remembered["arrangements"][0]["id"].to_string();
    desk.run(["table", "forget", &id]).expect(0);
    let last = NEXT.replace("cụ thể", "chung");
    let report = import(&desk, "cuoi.csv", last.as_bytes(), &[]);
    assert_eq!(report["warnings"][0]["code"], "table.no_content_column");
    let first = &batches["batches"].as_array().unwrap().last().unwrap()["id"];
    let saved = desk.path("sua.csv");
    let arguments = [
        "batch",
        "bad-rows",
        &first.to_string(),
        "-o",
        saved.to_str().unwrap(),
    ];
    desk.run(arguments).expect(0);
    let text = std::fs::read_to_string(&saved).unwrap();
    assert!(text.contains("2,Sở Xây dựng,IV.1"), "{text}");
    desk.run(["verify"]).expect(0);
}

#[test]
fn chosen_sheets_alone_are_taken_in() {
    let desk = Desk::with_consultation();
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let known = "STT,Cơ quan góp ý,Mục,Nội dung góp ý\n1,Sở Y tế,IV.1,Đề nghị làm rõ mức chi.\n";
    for (name, rows) in [("Chính", known), ("Nháp", known), ("Khác", UNKNOWN)] {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name).unwrap();
        for (row, line) in (0..).zip(rows.replace("mức chi", name).lines()) {
            for (column, cell) in (0..).zip(line.split(',')) {
                sheet.write(row, column, cell).unwrap();
            }
        }
    }
    let bytes = workbook.save_to_buffer().unwrap();
    let held = import(&desk, "so.xlsx", &bytes, &["--hold"])["held"].to_string();
    let seen = desk.run(["table", "show", &held, "--json"]).json();
    let names: Vec<&Value> = seen["sheets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["name"])
        .collect();
    assert_eq!(names, ["Chính", "Nháp", "Khác"]);
    let mut arguments = vec![
        "table", "columns", &held, "--sheet", "Khác", "--header", "1",
    ];
    arguments.extend(SAID.iter().flat_map(|said| ["--column", said]));
    desk.run(arguments).expect(0);
    let taken = desk
        .run([
            "table", "take", &held, "--sheet", "Chính", "--sheet", "Khác", "--json",
        ])
        .json();
    assert_eq!(taken[0]["n_points"], 3, "{taken}");
    let found = desk.run(["search", "Nháp", "--json"]).json();
    assert_eq!(found["total"], 0, "{found}");
    desk.run(["verify"]).expect(0);
}

#[test]
fn a_table_thrown_away_stays_visible() {
    let desk = Desk::with_consultation();
    let held = import(&desk, "la.csv", UNKNOWN.as_bytes(), &["--hold"])["held"].to_string();
    desk.run(["table", "discard", &held]).expect(0);
    let listed = desk.run(["table", "list", "--json"]).json();
    assert_eq!(listed["tables"][0]["state"], "discarded", "{listed}");
    assert!(listed["tables"][0]["decided_by"].is_string());
    assert_eq!(n_points(&desk), 0);
    desk.run(["verify"]).expect(0);
}

/// A letter with one point.
const LETTER: &str = "SỞ Y TẾ\nSố: 99/SYT-KH\nBắc Giang, ngày 06 tháng 9 năm 2021\n\n\
    1. Tại mục III.2, đề nghị bổ sung nguồn vốn thực hiện.\n";

#[test]
fn a_letter_is_taken_back_and_comes_again() {
    let desk = Desk::with_consultation();
    let report = import(&desk, "thu.txt", LETTER.as_bytes(), &[]);
    assert_eq!(report["n_points"], 1, "{report}");
    let before = desk.run(["status", "--json"]).json();
    desk.run(["undo", "1"]).expect(0);
    assert_eq!(n_points(&desk), 0, "what is undone is found nowhere");
    let status = desk.run(["status", "--json"]).json();
    assert_eq!(status["submissions"]["undone"], 1, "{status}");
    assert_eq!(status["points"]["total"], 0, "{status}");
    desk.run(["verify"]).expect(0);
    desk.run(["undo", "1"]).expect(0);

    let again = import(&desk, "thu.txt", LETTER.as_bytes(), &[]);
    assert_eq!(
        (&again["was_known"], &again["n_points"]),
        (&false.into(), &1.into()),
        "{again}"
    );
    let after = desk.run(["status", "--json"]).json();
    for part in ["submissions", "points", "waiting"] {
        assert_eq!(after[part], before[part], "{after}");
    }
    let known = import(&desk, "thu.txt", LETTER.as_bytes(), &[]);
    assert_eq!(known["was_known"], true, "{known}");
    desk.run(["verify"]).expect(0);
}

#[test]
fn a_letter_that_was_answered_is_not_taken_back() {
    let desk = Desk::with_consultation();
    import(&desk, "thu.txt", LETTER.as_bytes(), &[]);
    let found = desk.run(["search", "", "--json"]).json();
    let point = found["points"][0]["id"].to_string();
    desk.run([
        "answer",
        &point,
        "--decision",
        "note",
        "--text",
        "Ghi nhận.",
    ])
    .expect(0);
    let ran = desk.run(["undo", "1"]).expect(2);
    assert!(ran.stderr.contains("đã có người trả lời"), "{}", ran.stderr);
    assert_eq!(n_points(&desk), 1);
}

#[test]
fn what_a_letter_replaced_counts_again_when_it_is_taken_back() {
    let desk = Desk::with_consultation();
    import(&desk, "thu.txt", LETTER.as_bytes(), &[]);
    let replacing = "SỞ Y TẾ\nSố: 101/SYT-KH\nBắc Giang, ngày 08 tháng 9 năm 2021\n\n\
        Văn bản này thay thế Công văn số 99/SYT-KH ngày 06/9/2021 của Sở Y tế.\n\
        1. Tại mục IV.1, đề nghị làm rõ mức chi.\n";
    import(&desk, "thay.txt", replacing.as_bytes(), &[]);
    let states = |desk: &Desk| desk.run(["status", "--json"]).json()["submissions"].clone();
    assert_eq!(states(&desk)["superseded"], 1, "{}", states(&desk));
    desk.run(["undo", "2"]).expect(0);
    let undone = states(&desk);
    assert_eq!(undone["counted"], 1, "{undone}");
    assert_eq!(undone["undone"], 1, "{undone}");
    assert!(undone["superseded"].is_null(), "{undone}");
    desk.run(["verify"]).expect(0);
    import(&desk, "thay.txt", replacing.as_bytes(), &[]);
    assert_eq!(states(&desk)["superseded"], 1, "{}", states(&desk));
    desk.run(["verify"]).expect(0);
}

/// From a file nobody understands to the next one that comes in by itself, as a secretary sees it.
#[test]
fn columns_are_arranged_once_on_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let [first, next] = [("la.csv", UNKNOWN), ("tiep.csv", NEXT)].map(|(name, table)| {
        let path = folder.path().join(name);
        std::fs::write(&path, table).unwrap();
        path
    });
    in_browser(async move |browser, server| {
        let upload = async |file: &Path| {
            browser.goto(&server, "/c/DA-TTKHCN-2021/import").await;
            let files = browser.find("input[name=files]").await;
            files.send_keys(file.to_str().unwrap()).await.unwrap();
            browser.submit("article form button[type=submit]").await;
        };
        upload(&first).await;
        let page = browser.text().await;
        Browser::expect(&page, "Xem trước: la.csv");
        Browser::expect(&page, "Không tìm thấy dòng tiêu đề");
        // It can be left and found again.
        browser.goto(&server, "/c/DA-TTKHCN-2021/triage").await;
        browser.submit("a[href$='/tables/1']").await;
        browser.click("select[name=header] option[value='0']").await;
        browser.submit("form[action$=columns] button").await;
        for (n, code) in (1..).zip(["ordinal", "organization", "place", "content"]) {
            let css = format!("tbody tr:nth-child({n}) select[name=column] option[value={code}]");
            browser.click(&css).await;
        }
        browser.submit("form[action$=columns] button").await;
        let page = browser.text().await;
        for words in [
            "2 dòng sẽ nhập",
            "1 dòng chưa nhập được",
            "Đề án · III.2.b",
            "Sở Tài chính",
        ] {
            Browser::expect(&page, words);
        }
        browser.submit("button[value=take]").await;
        Browser::expect(&browser.text().await, "thêm 2 lượt góp ý");
        upload(&next).await;
        Browser::expect(&browser.text().await, "thêm 1 lượt góp ý");
        browser.goto(&server, "/c/DA-TTKHCN-2021/import").await;
        Browser::expect(&browser.text().await, "theo cách xếp cột do");
        browser
            .goto(&server, "/c/DA-TTKHCN-2021/arrangements")
            .await;
        Browser::expect(&browser.text().await, "Vấn đề được nêu");
        browser.submit("form[action$=removal] button").await;
        Browser::expect(&browser.text().await, "Chưa có cách xếp cột nào");
        browser.stop().await;
    });
}
