//! A further draft: points follow their sections, letters on the older draft find today's place.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::{Desk, example, http_client, tool};

fn record(desk: &Desk, title: &str, organization: &str, words: &str) {
    desk.write("y_kien.txt", words);
    let arguments = [
        "record",
        "y_kien.txt",
        "--channel",
        "phone",
        "--organization",
        organization,
        "--date",
        "2021-09-01",
        "--title",
        title,
        "--round",
        "2",
    ];
    desk.run(arguments).expect(0);
}

/// The Đề án's next draft: a section is inserted before III.2 and all below it are renumbered,
/// II.2.c is gone.
fn next_draft(desk: &Desk) -> PathBuf {
    let draft = example().join("documents/de_an.docx");
    let outline = desk.run(["outline".as_ref(), draft.as_os_str(), "--json".as_ref()]);
    let mut text = String::new();
    for section in outline.json()["sections"].as_array().unwrap() {
        let label = section["label"].as_str().unwrap();
        if label == "II.2.c" {
            continue;
        }
        if label == "III.2" {
            let heading = "Dự báo nhu cầu công nghệ của các ngành sản xuất đến năm 2030";
            write!(
                text,
                "[[section]]\nlabel = \"III.2\"\nheading = \"{heading}\"\n\n"
            )
            .unwrap();
        }
        let renumbered = match label.strip_prefix("III.") {
            Some(rest) => {
                let (number, rest) = rest.split_at(rest.find('.').unwrap_or(rest.len()));
                let number: u32 = number.parse().unwrap();
                format!("III.{}{rest}", number + u32::from(number >= 2))
            }
            None => label.to_owned(),
        };
        let (heading, body) = (&section["heading"], &section["text"]);
        write!(
            text,
            "[[section]]\nlabel = \"{renumbered}\"\nheading = {heading}\ntext = {body}\n\n"
        )
        .unwrap();
    }
    desk.write("de_an_lan_3.toml", text)
}

fn point(desk: &Desk, words: &str) -> Value {
    let found = desk.run(["search", words, "--json"]).expect(0).json();
    assert_eq!(found["total"], 1, "{found}");
    found["points"][0].clone()
}

fn find<'a>(report: &'a Value, side: &str, label: &str) -> &'a Value {
    let sections = report["sections"].as_array().unwrap();
    let found = sections.iter().find(|s| s[side]["label"] == label);
    found.unwrap_or_else(|| panic!("no {side} {label} in {report}"))
}

#[test]
fn points_follow_their_sections_into_the_next_draft() {
    let desk = Desk::with_consultation();
    record(
        &desk,
        "Điện thoại của Sở Tài chính",
        "Sở Tài chính",
        "Tại mục III.2.b, đề nghị bổ sung chỉ tiêu về số hợp đồng chuyển giao công nghệ.",
    );
    record(
        &desk,
        "Điện thoại của Sở Công Thương",
        "Sở Công Thương",
        "Tại điểm c mục II.2, đề nghị nêu rõ số liệu thương mại hóa sáng chế.",
    );
    let file = next_draft(&desk);
    let add = |options: &[&str]| {
        let mut arguments = vec!["draft", "add", file.to_str().unwrap(), "--document", "DA"];
        arguments.extend(options);
        desk.run(arguments)
    };

    let dry = add(&["--dry-run", "--json"]).json();
    assert_eq!(dry["draft"], 3);
    assert_eq!(find(&dry, "old", "III.2.b")["new"]["label"], "III.3.b");
    assert_eq!(find(&dry, "old", "III.2.b")["change"], "moved");
    assert_eq!(find(&dry, "new", "III.2")["change"], "added");
    assert_eq!(find(&dry, "old", "II.2.c")["change"], "removed");
    assert_eq!(
        point(&desk, "hop dong chuyen giao")["section"],
        "Đề án · III.2.b"
    );

    let added = add(&["--json"]).json();
    assert!(added["sections"][0]["id"].as_i64().unwrap() > 0);
    assert_eq!(
        point(&desk, "hop dong chuyen giao")["section"],
        "Đề án · III.3.b"
    );
    assert_eq!(
        point(&desk, "thuong mai hoa sang che")["section"],
        "Đề án · II.2.c (dự thảo lần 2)",
        "points about what is gone stay where they were made"
    );
    let again = add(&[]).expect(0);
    assert!(
        again.stderr.contains("không thay đổi gì"),
        "{}",
        again.stderr
    );

    // A late letter speaks of the draft its office was sent.
    record(
        &desk,
        "Điện thoại của Sở Tư pháp",
        "Sở Tư pháp",
        "Tại mục III.2.b dự thảo lần 2, đề nghị viết gọn các chỉ tiêu định lượng.",
    );
    assert_eq!(
        point(&desk, "viet gon cac chi tieu")["section"],
        "Đề án · III.3.b"
    );

    desk.run([
        "report",
        "by-organization",
        "--format",
        "html",
        "-o",
        "bao_cao.html",
    ])
    .expect(0);
    let report = std::fs::read_to_string(desk.path("bao_cao.html")).unwrap();
    assert!(
        report.contains("mục III.2.b (nay là mục III.3.b)"),
        "the report names both places: {report}"
    );
    desk.run(["verify"]).expect(0);
}

#[test]
fn two_drafts_stand_side_by_side_with_what_was_said() {
    let desk = Desk::with_consultation();
    let compare = |format: &str, output: &str| {
        desk.run(["report", "drafts", "--format", format, "-o", output])
    };
    let early = compare("html", "so_sanh.html").expect(2);
    assert!(early.stderr.contains("một lần dự thảo"), "{}", early.stderr);
    record(
        &desk,
        "Điện thoại của Sở Tài chính",
        "Sở Tài chính",
        "Tại mục III.2.b, đề nghị bổ sung chỉ tiêu về số hợp đồng chuyển giao công nghệ.",
    );
    let file = next_draft(&desk);
    let file = file.to_str().unwrap();
    desk.run(["draft", "add", file, "--document", "DA"])
        .expect(1);
    record(
        &desk,
        "Điện thoại của Sở Công Thương",
        "Sở Công Thương",
        "Tại mục III.3.b, đề nghị viết gọn lại vì ý kiến này đến sau dự thảo mới.",
    );
    for format in ["docx", "pdf", "xlsx", "csv", "json", "html"] {
        compare(format, &format!("so_sanh.{format}")).expect(0);
    }
    let page = std::fs::read_to_string(desk.path("so_sanh.html")).unwrap();
    for words in [
        "DỰ THẢO LẦN 2",
        "DỰ THẢO LẦN 3",
        "Chuyển vị trí",
        "<ins>Dự báo nhu cầu công nghệ",
        "hợp đồng chuyển giao công nghệ",
    ] {
        assert!(page.contains(words), "no “{words}” in {page}");
    }
    assert!(
        !page.contains("viết gọn lại"),
        "a point made on the later draft caused nothing in it"
    );
    let none = desk.run([
        "report", "drafts", "--draft", "9", "--format", "html", "-o", "x.html",
    ]);
    assert!(none.expect(2).stderr.contains("dự thảo lần 9"));
}

#[test]
fn a_person_takes_apart_what_was_taken_for_the_same() {
    let desk = Desk::with_consultation();
    record(
        &desk,
        "Điện thoại của Sở Tài chính",
        "Sở Tài chính",
        "Tại mục III.2.b, đề nghị bổ sung chỉ tiêu về số hợp đồng chuyển giao công nghệ.",
    );
    let file = next_draft(&desk);
    let added = desk.run([
        "draft",
        "add",
        file.to_str().unwrap(),
        "--document",
        "DA",
        "--json",
    ]);
    let id = find(&added.json(), "old", "III.2.b")["id"].to_string();
    desk.run(["draft", "reject", &id, "--document", "DA"])
        .expect(0);
    assert_eq!(
        point(&desk, "hop dong chuyen giao")["section"],
        "Đề án · III.2.b (dự thảo lần 2)"
    );
    desk.run(["draft", "confirm", "--document", "DA"]).expect(0);
    let alignment = desk.run(["draft", "alignment", "--document", "DA", "--json"]);
    let alignment = alignment.expect(0).json();
    assert_eq!(alignment["doubtful"], 0);
    assert_eq!(find(&alignment, "old", "III.2.b")["change"], "removed");
    assert_eq!(find(&alignment, "new", "III.3.b")["change"], "added");
    let unknown = desk
        .run(["draft", "confirm", "999999", "--document", "DA"])
        .expect(2);
    assert!(unknown.stderr.contains("999999"), "{}", unknown.stderr);
    desk.run(["verify"]).expect(0);
}

#[tokio::test]
async fn the_page_confirms_findings_and_warns_of_what_did_not_change() {
    let desk = Desk::with_consultation();
    record(
        &desk,
        "Điện thoại của Sở Tài chính",
        "Sở Tài chính",
        "Tại mục III.2.b, đề nghị bổ sung chỉ tiêu về số hợp đồng chuyển giao công nghệ.",
    );
    let id = point(&desk, "hop dong chuyen giao")["id"].to_string();
    let words = ["--decision", "accept", "--text", "Tiếp thu, bổ sung."];
    let mut answer = vec!["answer", &id, "--change-place", "mục III.2.b"];
    answer.extend(words);
    desk.run(answer).expect(0);
    let file = next_draft(&desk);
    let added = desk.run(["draft", "add", file.to_str().unwrap(), "--document", "DA"]);
    assert!(added.code <= 1, "{}", added.stderr);
    let told = desk.run(["draft", "alignment", "--document", "DA"]);
    let warning = format!("chưa thay đổi trong dự thảo hiện tại: ý kiến {id}.");
    assert!(told.stderr.contains(&warning), "{}", told.stderr);

    let server = desk.serve();
    let client = http_client();
    let status = desk.run(["status", "--json"]).json();
    let code = status["consultation"].as_str().unwrap();
    let address = format!("{}/c/{code}/drafts", server.url);
    let get = async || {
        client
            .get(&address)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    };
    let page = get().await;
    assert!(
        page.contains("1 ý kiến đã tiếp thu nhưng mục được góp ý chưa thay đổi"),
        "{page}"
    );
    assert!(page.contains("Dự báo nhu cầu công nghệ"), "{page}");
    let alignment = desk
        .run(["draft", "alignment", "--document", "DA", "--json"])
        .json();
    let pair = find(&alignment, "old", "III.2.b")["id"].to_string();
    let verdict = format!("{address}/DA/verdict");
    let judge = async |fields: &[(&str, &str)]| {
        let sent = client.post(&verdict).form(fields).send().await.unwrap();
        sent.status().as_u16()
    };
    assert_eq!(judge(&[("id", &pair), ("verdict", "confirm")]).await, 303);
    assert_eq!(judge(&[("id", &pair), ("verdict", "reject")]).await, 303);
    assert_eq!(
        judge(&[("id", "999999"), ("verdict", "confirm")]).await,
        404
    );
    assert_eq!(judge(&[("id", &pair), ("verdict", "maybe")]).await, 400);
    drop(server);
    assert_eq!(
        point(&desk, "hop dong chuyen giao")["section"],
        "Đề án · III.2.b (dự thảo lần 2)"
    );
}

/// A draft of more than one page, as an office sends it.
fn printed_draft(desk: &Desk) {
    let mut text = "ĐỀ ÁN\nPhát triển thị trường công nghệ\nI. SỰ CẦN THIẾT\n".to_owned();
    let sentence = "Việc này cần được các cơ quan liên quan phối hợp thực hiện thường xuyên. ";
    for number in 1..=9 {
        writeln!(text, "{number}. Nội dung thứ {number}").unwrap();
        writeln!(text, "{}", sentence.repeat(8)).unwrap();
    }
    text.push_str("II. TỔ CHỨC THỰC HIỆN\nSở Khoa học và Công nghệ chủ trì.\n");
    desk.write("de_an.txt", text);
    let outcome = tool("soffice", "libreoffice-writer-nogui")
        .arg(format!(
            "-env:UserInstallation=file://{}",
            desk.path("profile").display()
        ))
        .args(["--headless", "--convert-to", "pdf", "--outdir"])
        .args([desk.path(""), desk.path("de_an.txt")])
        .output()
        .unwrap();
    assert!(desk.path("de_an.pdf").exists(), "{outcome:?}");
}

/// The lines of a page, as a reader counts them.
fn lines_of(desk: &Desk, page: u32) -> Vec<String> {
    let page = page.to_string();
    let outcome = tool("pdftotext", "poppler-utils")
        .args(["-layout", "-f", &page, "-l", &page])
        .arg(desk.path("de_an.pdf"))
        .arg("-")
        .output()
        .unwrap();
    let text = String::from_utf8(outcome.stdout).unwrap();
    let lines = text.lines().map(|line| line.trim_matches(['\u{c}', ' ']));
    lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_page_and_line_name_what_stands_there() {
    let desk = Desk::new();
    printed_draft(&desk);
    desk.write(
        "consultation.toml",
        "code = \"DA-2026\"\ntitle = \"Đề án\"\nlead = \"SKHCN\"\n\
         [letterhead]\nsuperior = \"UBND TỈNH\"\nagency = \"SỞ KHOA HỌC VÀ CÔNG NGHỆ\"\n\
         symbol = \"BC-SKHCN\"\nplace = \"Bắc Giang\"\nsigner_title = \"GIÁM ĐỐC\"\n\
         signer_name = \"Nguyễn Văn An\"\naddressee = \"Ủy ban nhân dân tỉnh\"\n\
         recipients = []\nlegal_bases = []\n\
         [[document]]\ncode = \"DA\"\nname = \"Đề án\"\ntitle = \"Đề án\"\ndraft = 1\n\
         file = \"de_an.pdf\"\nmain = true\n\
         [[round]]\nnumber = 1\nkind = \"consultation\"\ntitle = \"Đợt 1\"\n\
         opened = \"2026-09-01\"\ndeadline = \"2026-09-20\"\ninvited = [\"kind:department\"]\n",
    );
    desk.run(["init", "--from", "consultation.toml"]).expect(0);
    let lines = lines_of(&desk, 2);
    let heading = (lines.iter().enumerate())
        .skip(6)
        .find(|(_, line)| line.contains(". Nội dung thứ "))
        .expect("a section begins on page 2");
    let number = heading.1.split('.').next().unwrap();
    let words = [
        // The third line under a heading, from above, and the second line of the page from below.
        format!(
            "Trang 2, dòng {}: đề nghị viết ngắn gọn hơn.",
            heading.0 + 4
        ),
        "Trang 2, dòng 1 từ dưới lên: đề nghị nêu tên cơ quan phối hợp.".to_owned(),
        "Trang 7, dòng 2: đề nghị làm rõ nguồn vốn.".to_owned(),
    ];
    for (n, words) in words.iter().enumerate() {
        desk.write("y_kien.txt", words);
        let title = format!("Điện thoại {n}");
        desk.run([
            "record",
            "y_kien.txt",
            "--channel",
            "phone",
            "--organization",
            "Sở Tài chính",
            "--date",
            "2026-09-05",
            "--title",
            &title,
        ])
        .expect(0);
    }
    assert_eq!(
        point(&desk, "viet ngan gon hon")["section"],
        format!("Đề án · I.{number}")
    );
    assert_eq!(
        point(&desk, "ten co quan phoi hop")["section"],
        "Đề án · II",
        "{lines:?}"
    );
    assert_eq!(point(&desk, "lam ro nguon von")["section"], Value::Null);
}
