//! Bad input gets a located Vietnamese message; the rest goes in; the original is kept.

use std::io::Write;

use serde_json::Value;

use crate::support::{Desk, Ran, example};

/// Imports one file and checks exit code 1, a message, and that the bytes are kept and sound.
#[track_caller]
fn check(name: &str, bytes: &[u8], problem: &str) -> (Desk, Value) {
    let desk = Desk::with_consultation();
    desk.write(name, bytes);
    let ran: Ran = desk
        .run(["import", name, "--round", "2", "--json"])
        .expect(1);
    let report = ran.json()[0].clone();
    let said = format!("{} {}", report["warnings"], report["reasons"]);
    assert!(said.contains(problem), "expected “{problem}” in: {said}");
    assert!(
        ran.stderr.contains(name),
        "the message does not name the file: {}",
        ran.stderr
    );
    let hash = report["sha256"].as_str().unwrap();
    let kept = std::fs::read(desk.data().join("blobs").join(&hash[..2]).join(hash)).unwrap();
    assert_eq!(kept, bytes, "the original is not kept byte for byte");
    desk.run(["verify"]).expect(0);
    (desk, report)
}

#[test]
fn an_empty_file() {
    check("rong.eml", b"", "Tệp rỗng");
}

#[test]
fn a_file_of_an_unknown_kind() {
    check(
        "anh.xyz",
        &[0x89, 0x00, 0xff, 0xfe, 0x01, 0x02, 0x80, 0x00],
        "",
    );
}

#[test]
fn a_zip_bomb_named_docx() {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    archive.start_file("word/document.xml", options).unwrap();
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..300 {
        archive.write_all(&zeros).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    assert!(bytes.len() < 1 << 20, "the bomb is {} bytes", bytes.len());
    check("bom.docx", &bytes, "");
}

#[test]
fn a_mail_with_broken_mime() {
    let mail = "From: van.thu@stc.bacgiang.example\r\nSubject: =?utf-8?Q?G=C3=B3p_=C3\r\n\
        Content-Type: multipart/mixed; boundary=\"abc\"\r\n\r\n--abc\r\n\
        Content-Type: application/octet-stream; name=\"hong\r\n\
        Content-Transfer-Encoding: base64\r\n\r\n!!!!not base64";
    check("hong.eml", mail.as_bytes(), "");
}

#[test]
fn a_row_without_content_does_not_block_the_others() {
    let table = "STT,Cơ quan góp ý,Mục,Nội dung góp ý\n\
        1,Sở Tài chính,III.2.b,Đề nghị bổ sung chỉ tiêu về số lượng hợp đồng\n\
        2,Sở Công Thương,III.2.b,\n\
        3,Sở Xây dựng,IV.3.1,Đề nghị làm rõ địa điểm đặt sàn giao dịch\n";
    let (desk, report) = check("bang.csv", table.as_bytes(), "nội dung");
    let warning = &report["warnings"][0];
    assert_eq!(warning["location"]["kind"], "row");
    assert_eq!(
        warning["location"]["row"], 3,
        "rows are counted as the user sees them"
    );
    assert!(warning["remedy"].as_str().unwrap().len() > 10, "{warning}");
    let status = desk.run(["status", "--json"]).json();
    assert_eq!(status["points"]["total"], 2, "the good rows went in");
}

#[test]
fn a_table_in_a_wrong_encoding() {
    // UTF-16 without a byte-order mark, cut in the middle of a character.
    let bytes: Vec<u8> = "Cơ quan;Nội dung\nSở Tài chính;Bỏ mục 2\n"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .chain([0x1e])
        .collect();
    let desk = Desk::with_consultation();
    desk.write("la.csv", &bytes);
    let ran = desk.run(["import", "la.csv", "--json"]);
    assert!(matches!(ran.code, 0 | 1), "{ran:?}");
    let report = &ran.json()[0];
    let understood = report["n_points"].as_u64() == Some(1);
    let explained = !report["warnings"].as_array().unwrap().is_empty();
    assert!(
        understood || explained,
        "neither read nor explained: {report}"
    );
}

#[test]
fn the_example_tables_two_bad_rows_are_located() {
    let desk = Desk::with_consultation();
    let truth: Value =
        serde_json::from_str(&std::fs::read_to_string(example().join("expected.json")).unwrap())
            .unwrap();
    let bad = truth["bad_rows"].as_array().unwrap();
    assert_eq!(bad.len(), 2);
    for row in bad {
        let file = example().join(row["file"].as_str().unwrap());
        let ran = desk.run([
            "import".as_ref(),
            file.as_os_str(),
            "--round".as_ref(),
            "3".as_ref(),
            "--dry-run".as_ref(),
            "--json".as_ref(),
        ]);
        let line = row["row"].as_u64().unwrap();
        let report = ran.expect(1).json();
        let in_warnings = report[0]["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|warning| warning["location"]["row"].as_u64() == Some(line));
        let in_reasons = report[0]["reasons"]
            .to_string()
            .contains(&format!("Dòng {line}:"));
        assert!(
            in_warnings || in_reasons,
            "row {line} is not named: {}",
            report[0]
        );
    }
}

#[test]
fn a_wrong_configuration_reports_every_problem_at_once() {
    let desk = Desk::with_consultation();
    std::fs::write(
        desk.data().join("config.toml"),
        "listen = \"0.0.0.0:80\"\nsection_depth = 99\nmau = 1\n",
    )
    .unwrap();
    let ran = desk.run(["status"]).expect(2);
    for key in ["listen", "section_depth", "mau"] {
        assert!(
            ran.stderr.contains(key),
            "`{key}` is not reported: {}",
            ran.stderr
        );
    }
}

#[test]
fn a_missing_data_folder_says_what_to_do() {
    let ran = Desk::new().run(["status"]).expect(2);
    assert!(ran.stderr.contains("tiepthu init"), "{}", ran.stderr);
}

#[test]
fn a_table_of_ten_million_columns() {
    let mut bytes = "STT,Cơ quan góp ý,Mục,Nội dung góp ý\n1,Sở Tài chính,III.2.b,Đề nghị bỏ\n"
        .as_bytes()
        .to_vec();
    bytes.extend(b"x,".repeat(10_000_000));
    bytes.push(b'\n');
    let start = std::time::Instant::now();
    check("rong.csv", &bytes, "Dòng");
    assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
}
