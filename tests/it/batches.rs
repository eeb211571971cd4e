//! A table that was imported is taken back; its bad rows are corrected and dropped in again.

use serde_json::Value;

use crate::support::Desk;

const TABLE: &str = "\
STT,Cơ quan góp ý,Vị trí góp ý,Nội dung góp ý
1,Sở Tài chính,III.2.b,Đề nghị bổ sung nguồn vốn thực hiện.
2,Sở Xây dựng,- mục IV.1,
3,Sở Công Thương,V,Đề nghị làm rõ kinh phí hằng năm.
";

fn import(desk: &Desk, file: &str, bytes: &[u8]) -> Value {
    let path = desk.write(file, bytes);
    let arguments = ["import", path.to_str().unwrap(), "--round", "2", "--json"];
    desk.run(arguments).json()[0].clone()
}

fn batches(desk: &Desk) -> Value {
    desk.run(["batch", "list", "--json"]).json()["batches"].clone()
}

fn n_points(desk: &Desk) -> u64 {
    let found = desk.run(["search", "", "--json"]).json();
    found["total"].as_u64().unwrap()
}

#[test]
fn bad_rows_are_saved_corrected_and_dropped_in_again() {
    let desk = Desk::with_consultation();
    import(&desk, "bang.csv", TABLE.as_bytes());
    let batch = batches(&desk)[0].clone();
    assert_eq!(
        (&batch["n_submissions"], &batch["n_bad_rows"]),
        (&2.into(), &1.into())
    );
    let saved = desk.path("sua.csv");
    let id = batch["id"].to_string();
    desk.run(["batch", "bad-rows", &id, "-o", saved.to_str().unwrap()])
        .expect(0);
    let text = std::fs::read_to_string(&saved).unwrap();
    let text = text.strip_prefix('\u{feff}').expect("Excel needs the mark");
    let lines: Vec<&str> = text.lines().collect();
    let [head, row] = lines.as_slice() else {
        panic!("{text}");
    };
    assert!(head.starts_with("STT,Cơ quan góp ý,"), "{head}");
    assert!(row.starts_with("2,Sở Xây dựng,'- mục IV.1,,"), "{row}");
    assert!(row.contains("chưa có nội dung góp ý"), "{row}");
    // Somebody fills in what was missing and drops the file in as it is.
    let corrected = text.replace("IV.1,,", "IV.1,'- Đề nghị bỏ mức hỗ trợ cụ thể.,");
    let report = import(&desk, "sua.csv", corrected.as_bytes());
    assert_eq!(report["n_points"], 1, "{report}");
    assert_eq!(n_points(&desk), 3);
    let found = desk.run(["search", "mức hỗ trợ cụ thể", "--json"]).json();
    assert_eq!(found["points"][0]["organizations"][0], "Sở Xây dựng");
    // The apostrophe is for Excel only.
    assert_eq!(found["points"][0]["text"], "Đề nghị bỏ mức hỗ trợ cụ thể.");
    assert_eq!(found["points"][0]["section"], "Đề án · IV.1");
}

#[test]
fn an_import_is_undone_and_done_again() {
    let desk = Desk::with_consultation();
    import(&desk, "bang.csv", TABLE.as_bytes());
    let id = batches(&desk)[0]["id"].to_string();
    let undone = desk.run(["batch", "undo", &id, "--json"]).json();
    assert_eq!(undone["n_undone"], 2);
    assert_eq!(n_points(&desk), 0, "what is undone is found nowhere");
    let status = desk.run(["status", "--json"]).json();
    assert_eq!(status["submissions"]["undone"], 2, "{status}");
    assert_eq!(status["points"]["total"], 0, "{status}");
    desk.run(["verify"]).expect(0);
    // The same bytes come in anew.
    let report = import(&desk, "bang.csv", TABLE.as_bytes());
    assert_eq!(report["n_points"], 2, "{report}");
    assert_eq!(n_points(&desk), 2);
    desk.run(["verify"]).expect(0);
}

#[test]
fn what_somebody_answered_is_not_undone() {
    let desk = Desk::with_consultation();
    import(&desk, "bang.csv", TABLE.as_bytes());
    let id = batches(&desk)[0]["id"].to_string();
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
    let ran = desk.run(["batch", "undo", &id]).expect(2);
    assert!(ran.stderr.contains("1 lượt góp ý"), "{}", ran.stderr);
    assert_eq!(n_points(&desk), 2);
}

#[test]
fn answers_of_the_table_itself_do_not_keep_it_from_being_undone() {
    let desk = Desk::with_consultation();
    let table = "\
Cơ quan góp ý,Vị trí góp ý,Nội dung góp ý,Tiếp thu giải trình
Sở Tài chính,III.2.b,Đề nghị bổ sung nguồn vốn.,\"Tiếp thu, đã bổ sung.\"
";
    import(&desk, "bang.csv", table.as_bytes());
    let id = batches(&desk)[0]["id"].to_string();
    desk.run(["batch", "undo", &id]).expect(0);
    assert_eq!(n_points(&desk), 0);
}
