//! A point's life from the command line: typed in, found, answered, returned, approved, reported.

use serde_json::Value;

use crate::support::{Desk, example};

fn typed_in() -> (Desk, String) {
    let desk = Desk::with_consultation();
    desk.write(
        "y_kien.txt",
        "Tại mục III.2.b, đề nghị bổ sung chỉ tiêu về số hợp đồng chuyển giao công nghệ.",
    );
    let arguments = [
        "record",
        "y_kien.txt",
        "--channel",
        "phone",
        "--organization",
        "Sở Tài chính",
        "--date",
        "2021-09-01",
        "--title",
        "Điện thoại của Sở Tài chính",
        "--round",
        "2",
    ];
    desk.run(arguments).expect(0);
    let again = desk.run(arguments).expect(2);
    assert!(again.stderr.contains("đã được nhập"), "{}", again.stderr);
    let found = desk
        .run(["search", "hop dong chuyen giao", "--json"])
        .expect(0)
        .json();
    assert_eq!(found["total"], 1, "{found}");
    let id = found["points"][0]["id"].to_string();
    (desk, id)
}

fn point(desk: &Desk) -> Value {
    desk.run(["search", "", "--json"]).expect(0).json()["points"][0].clone()
}

#[test]
fn an_answer_travels_the_approval_chain() {
    let (desk, id) = typed_in();
    assert_eq!(point(&desk)["section"], "Đề án · III.2.b");
    assert_eq!(point(&desk)["organizations"][0], "Sở Tài chính");

    let refused = desk.run([
        "answer",
        &id,
        "--decision",
        "keep",
        "--text",
        "Giữ nguyên.",
        "--submit",
    ]);
    assert!(
        refused.expect(2).stderr.contains("lý do"),
        "a reason is asked for"
    );

    desk.run([
        "answer",
        &id,
        "--decision",
        "keep",
        "--text",
        "Đề xuất giữ nguyên theo dự thảo. Lý do: đã có ở mục II.",
        "--submit",
    ])
    .expect(0);
    desk.run([
        "answer",
        &id,
        "--return",
        "Nêu rõ điểm nào của mục II",
        "--actor",
        "Giám đốc",
    ])
    .expect(0);
    assert_eq!(
        point(&desk)["state"],
        "open",
        "a returned answer is open work again"
    );

    desk.run([
        "answer",
        &id,
        "--decision",
        "accept",
        "--text",
        "Tiếp thu, bổ sung.",
        "--change-place",
        "mục III.2.b",
        "--submit",
    ])
    .expect(0);
    desk.run(["answer", &id, "--approve", "--actor", "Giám đốc"])
        .expect(0);
    assert_eq!(point(&desk)["decision"], "accept");
    let found = desk
        .run(["search", "bổ sung", "--answers", "--json"])
        .json();
    assert_eq!(found["total"], 1, "answers are searchable: {found}");

    desk.run(["report", "by-section", "--format", "html", "-o", "r.html"])
        .expect(0);
    let html = std::fs::read_to_string(desk.path("r.html")).unwrap();
    let words = html
        .replace("<b>", "")
        .replace("</b>", "")
        .replace("<strong>", "")
        .replace("</strong>", "");
    assert!(
        words.contains("Tiếp thu, bổ sung."),
        "the approved answer is not printed"
    );
    assert!(
        !html.contains("Đề xuất giữ nguyên"),
        "an earlier version is printed"
    );
    desk.run(["verify"]).expect(0);
}

#[test]
fn a_contradiction_between_words_and_decision_is_flagged() {
    let (desk, id) = typed_in();
    let ran = desk
        .run([
            "answer",
            &id,
            "--decision",
            "keep",
            "--text",
            "Không tiếp thu.",
        ])
        .expect(1);
    assert!(ran.stderr.contains("không tiếp thu"), "{}", ran.stderr);
}

#[test]
fn two_lines_about_one_point_do_not_stop_the_others() {
    let (desk, _) = typed_in();
    desk.write(
        "tra_loi.csv",
        "round,organization,contains,decision,answer,change_place,state,needs_leadership,author\n\
         2,STC,hợp đồng chuyển giao,accept,Tiếp thu.,mục III.2.b,draft,false,ntlan\n\
         2,STC,bổ sung chỉ tiêu,keep,Giữ nguyên. Lý do: đã có.,,draft,false,ntlan\n",
    );
    let ran = desk
        .run(["answer", "--file", "tra_loi.csv", "--json"])
        .expect(1);
    assert_eq!(ran.json()["saved"], 1);
    assert!(
        ran.stderr.contains("dòng 3: cùng ý kiến với dòng 2"),
        "{ran:?}"
    );
    assert_eq!(point(&desk)["decision"], "accept");
}

#[test]
fn importing_the_same_file_again_adds_nothing() {
    let desk = Desk::with_consultation();
    let letter = example().join("round_2/01_so_tai_chinh.eml");
    let table = example().join("round_3/phieu_gop_y_doanh_nghiep.csv");
    for (file, round) in [(&letter, "2"), (&table, "3")] {
        let arguments = [
            "import".as_ref(),
            file.as_os_str(),
            "--round".as_ref(),
            round.as_ref(),
        ];
        desk.run(arguments);
        let before = desk.run(["status", "--json"]).json();
        let again = desk.run(arguments).expect(0);
        assert!(again.stdout.contains("đã có từ trước"), "{}", again.stdout);
        assert_eq!(desk.run(["status", "--json"]).json(), before);
    }
    // The same table with one more row: only that row is new.
    let mut longer = std::fs::read(&table).unwrap();
    if !longer.ends_with(b"\n") {
        longer.extend_from_slice(b"\r\n");
    }
    longer.extend_from_slice(
        "99;Công ty TNHH Điện tử Hạ Vân;;20/09/2021;III.2.b;Đề nghị nêu rõ lộ trình;\r\n"
            .as_bytes(),
    );
    desk.write("dai_hon.csv", &longer);
    let report = desk
        .run(["import", "dai_hon.csv", "--round", "3", "--json"])
        .json();
    assert_eq!(report[0]["n_submissions"], 1, "{report}");
    assert!(report[0]["n_known_rows"].as_u64() > Some(10), "{report}");
}

#[test]
fn a_dry_run_writes_nothing() {
    let desk = Desk::with_consultation();
    let letter = example().join("round_2/01_so_tai_chinh.eml");
    let ran = desk.run([
        "import".as_ref(),
        letter.as_os_str(),
        "--round".as_ref(),
        "2".as_ref(),
        "--dry-run".as_ref(),
        "--json".as_ref(),
    ]);
    assert!(ran.json()[0]["n_points"].as_u64() > Some(0));
    assert_eq!(desk.run(["status", "--json"]).json()["points"]["total"], 0);
    let originals = std::fs::read_dir(desk.data().join("blobs"))
        .unwrap()
        .count();
    assert_eq!(originals, 4, "only the four drafts are kept");
}

#[test]
fn reminders_go_only_to_the_silent() {
    let desk = Desk::with_demo();
    let ran = desk.run([
        "remind",
        "--round",
        "2",
        "-o",
        "nhac",
        "--from",
        "vanthu@skhcn.bacgiang.example",
        "--json",
    ]);
    let status = desk.run(["status", "--json"]).json();
    let silent = status["rounds"][1]["silent"].as_u64().unwrap();
    let report = ran.json();
    let written = report["written"].as_array().unwrap().len();
    let without = report["without_address"].as_array().unwrap().len();
    assert_eq!(
        u64::try_from(written + without).unwrap(),
        silent,
        "{report}"
    );
    for file in report["written"].as_array().unwrap() {
        let text = std::fs::read_to_string(file.as_str().unwrap()).unwrap();
        assert!(text.contains("Subject:") && text.contains("To:"), "{text}");
    }
}

#[test]
fn reading_and_outlining_need_no_data_folder() {
    let desk = Desk::new();
    let draft = example().join("documents/de_an.docx");
    let letter = example().join("round_2/01_so_tai_chinh.eml");
    let outline = desk
        .run(["outline".as_ref(), draft.as_os_str(), "--json".as_ref()])
        .expect(0);
    assert!(outline.json()["sections"].as_array().unwrap().len() > 60);
    let read = desk.run([
        "read".as_ref(),
        letter.as_os_str(),
        "--outline".as_ref(),
        draft.as_os_str(),
        "--json".as_ref(),
    ]);
    let read = read.expect(0).json();
    assert_eq!(read["organization"]["name"], "Sở Tài chính", "{read}");
    assert!(!read["points"].as_array().unwrap().is_empty());
    assert!(!desk.data().exists(), "reading made a data folder");
}

#[test]
fn a_proposal_that_speaks_of_agreement_is_a_comment() {
    let desk = Desk::with_consultation();
    let table = "Cơ quan góp ý,Nội dung góp ý\n\
        Sở Tài chính,\"Đề nghị làm rõ lộ trình để bảo đảm tính khả thi, thống nhất với Luật\"\n\
        Sở Xây dựng,Thống nhất với nội dung dự thảo\n";
    desk.write("bang.csv", table);
    let report = desk
        .run(["import", "bang.csv", "--round", "2", "--json"])
        .json();
    assert_eq!(report[0]["n_points"], 1, "{report}");
    assert_eq!(report[0]["n_submissions"], 2, "{report}");
}

#[test]
fn a_report_is_frozen_compared_and_issued() {
    let (desk, id) = typed_in();
    let refused = desk.run(["freeze"]).expect(2);
    assert!(
        refused.stderr.contains(&format!("Ý kiến số {id}")),
        "what is unfinished is named: {}",
        refused.stderr
    );
    let working = desk.run(["freeze", "--working", "--json"]).expect(1).json();
    assert_eq!(working["ordinal"], 1, "{working}");
    let refused = desk.run(["issue", "1", "--number", "1/BC", "--date", "2021-12-01"]);
    assert!(refused.expect(2).stderr.contains("bản làm việc"));

    let text = "Tiếp thu, bổ sung chỉ tiêu.";
    let answer = ["answer", &id, "--decision", "accept", "--text", text];
    desk.run([&answer[..], &["--change-place", "mục III.2.b", "--submit"]].concat())
        .expect(0);
    let approved = desk.run(["answer", &id, "--approve", "--actor", "Giám đốc"]);
    approved.expect(0);
    let changes = desk.run(["compare", "1", "--json"]).expect(0).json();
    let change = &changes["changed"][0];
    assert_eq!(change["point"].to_string(), id, "{changes}");
    let says_so = |difference: &Value| difference["after"] == text;
    let differences = change["differences"].as_array().unwrap();
    assert!(differences.iter().any(says_so), "{changes}");

    let frozen = desk.run(["freeze", "--json"]).expect(0).json();
    assert_eq!(frozen["ordinal"], 2);
    assert_eq!(frozen["is_official"], true);
    let again = desk.run(["freeze", "--json"]).expect(0).json();
    assert_eq!(again["ordinal"], 2, "nothing changed: {again}");
    assert_eq!(again["was_known"], true);

    // What was frozen stays, whatever comes later.
    let write = |file: &str| {
        let frozen = ["--format", "html", "--frozen", "2", "-o", file];
        desk.run([&["report", "full"][..], &frozen].concat())
            .expect(0);
        std::fs::read(desk.path(file)).unwrap()
    };
    let before = write("truoc.html");
    desk.run(["answer", &id, "--text", "Khác.", "--decision", "note"]);
    assert_eq!(write("sau.html"), before);
    assert_eq!(
        desk.run(["compare", "1", "2", "--json"]).expect(0).json()["n_same"],
        0
    );

    desk.write("da_ky.pdf", "%PDF-1.4 signed");
    let issue = [
        "issue",
        "2",
        "--number",
        "215/BC-SKHCN",
        "--date",
        "2021-12-01",
    ];
    desk.run([&issue[..], &["--signed", "da_ky.pdf"]].concat())
        .expect(0);
    let twice = desk.run(issue).expect(2);
    assert!(twice.stderr.contains("215/BC-SKHCN"), "{}", twice.stderr);
    let versions = desk.run(["versions", "--json"]).expect(0).json();
    assert_eq!(versions["versions"][1]["issue"]["number"], "215/BC-SKHCN");
    assert_eq!(versions["versions"][1]["issue"]["signed_file"], "da_ky.pdf");

    supplements(&desk);
    desk.run(["verify"]).expect(0);
}

/// What comes after version 2 was issued goes into a supplementary report, which holds nothing else.
fn supplements(desk: &Desk) {
    let early = desk.run(["freeze", "--after", "1"]).expect(2);
    assert!(early.stderr.contains("chưa ban hành"), "{}", early.stderr);
    desk.write(
        "den_sau.txt",
        "Tại mục II.2.b, đề nghị nêu rõ nguồn số liệu thống kê.",
    );
    let late = [
        "record",
        "den_sau.txt",
        "--channel",
        "phone",
        "--organization",
        "Sở Tư pháp",
        "--date",
        "2021-12-20",
        "--title",
        "Điện thoại đến sau",
        "--round",
        "2",
    ];
    desk.run(late).expect(0);
    let frozen = desk.run(["freeze", "--after", "2", "--working", "--json"]);
    let frozen = frozen.expect(1).json();
    assert_eq!(
        (&frozen["ordinal"], &frozen["n_points"]),
        (&3.into(), &1.into())
    );
    let supplement = [
        "report",
        "full",
        "--after",
        "2",
        "--format",
        "html",
        "-o",
        "bo_sung.html",
    ];
    desk.run(supplement).expect(0);
    let page = std::fs::read_to_string(desk.path("bo_sung.html")).unwrap();
    for words in [
        "Tiếp theo Báo cáo số 215/BC-SKHCN ngày 01/12/2021",
        "nguồn số liệu thống kê",
        "lượt góp ý được tính 2 = trong báo cáo đã ban hành 1 + bổ sung 1",
    ] {
        assert!(page.contains(words), "no “{words}” in {page}");
    }
    assert!(!page.contains("Tiếp thu, bổ sung chỉ tiêu"), "{page}");
    let same = desk.run(["compare", "3", "--json"]).expect(0).json();
    assert_eq!(same["n_same"], 1, "frozen with its scope: {same}");
}
