//! Points that say the same: proposed, confirmed, taken apart and answered once, from the command
//! line.

use serde_json::Value;

use crate::support::Desk;

const SAME: &str = "Đề nghị bổ sung kinh phí sự nghiệp khoa học và công nghệ hằng năm cho cấp huyện \
    để có nguồn lực tổ chức thực hiện các nhiệm vụ của Đề án trên địa bàn";

/// A table of comments, by organization: three the same, one nearly, one short, one else.
fn with_comments() -> Desk {
    let desk = Desk::with_consultation();
    let rows = [
        ("Sở Tài chính", SAME),
        ("Sở Công Thương", &SAME.to_uppercase()),
        ("UBND huyện Hiệp Hòa", SAME),
        (
            "UBND huyện Việt Yên",
            &format!("{SAME}; hoàn thành trong quý I."),
        ),
        ("Sở Y tế", "Đề nghị làm rõ mục tiêu."),
        ("Sở Xây dựng", "Đề nghị làm rõ mục tiêu"),
        (
            "Sở Tư pháp",
            "Rà soát thể thức văn bản theo quy định hiện hành của Chính phủ.",
        ),
    ];
    let mut table = "Cơ quan,Mục,Nội dung góp ý\n".to_owned();
    for (organization, text) in rows {
        let section = if text.len() > 100 { "VI.11" } else { "II" };
        table.push_str(&format!("{organization},{section},\"{text}\"\n"));
    }
    desk.write("gop_y.csv", table);
    desk.run(["import", "gop_y.csv", "--round", "2"]).expect(0);
    desk
}

/// Runs a command with JSON as its result.
#[track_caller]
fn told(desk: &Desk, arguments: &[&str]) -> Value {
    let arguments = arguments.iter().copied().chain(["--json"]);
    desk.run(arguments.collect::<Vec<_>>()).expect(0).json()
}

fn proposed(desk: &Desk) -> Vec<Value> {
    told(desk, &["group", "list"])["groups"]
        .as_array()
        .unwrap()
        .clone()
}

fn members(group: &Value) -> Vec<String> {
    let members = group["members"].as_array().unwrap();
    members
        .iter()
        .map(|member| member["point"]["id"].to_string())
        .collect()
}

/// How many points are in a state.
fn count(desk: &Desk, state: &str) -> Value {
    told(desk, &["search", "", "--state", state])["total"].clone()
}

#[track_caller]
fn verify(desk: &Desk) {
    desk.run(["verify"]).expect(0);
    let status = told(desk, &["status"]);
    for equation in status["equations"].as_array().unwrap() {
        assert_eq!(equation["holds"], true, "{equation}");
    }
}

#[test]
fn proposing_again_changes_nothing() {
    let desk = with_comments();
    let first = told(&desk, &["group", "propose"]);
    assert_eq!(
        (&first["groups"], &first["points"]),
        (&2.into(), &6.into()),
        "{first}"
    );
    let groups = proposed(&desk);
    let again = told(&desk, &["group", "propose"]);
    assert_eq!(
        (&again["new"], &again["dropped"]),
        (&0.into(), &0.into()),
        "{again}"
    );
    assert_eq!(proposed(&desk), groups);
    assert_eq!(groups[0]["n_members"], 4);
    let said = groups[0]["members"].as_array().unwrap();
    assert_eq!(said[0]["is_representative"], true);
    let least = said.last().unwrap();
    assert!(least["similarity"].as_f64() < Some(1.0), "{least}");
    let difference = least["difference"].as_array().unwrap();
    assert!(
        difference.iter().any(|stretch| stretch["kind"] == "added"
            && stretch["text"].as_str().unwrap().contains("quý I")),
        "{difference:?}"
    );
    // A proposal answers nothing.
    assert_eq!(count(&desk, "answered_in_group"), 0);
    verify(&desk);
}

#[test]
fn one_answer_is_everybodys() {
    let desk = with_comments();
    told(&desk, &["group", "propose"]);
    let group = proposed(&desk)[0].clone();
    let id = group["id"].to_string();
    let early = [
        "group",
        "answer",
        &id,
        "--decision",
        "note",
        "--text",
        "Ghi nhận.",
    ];
    assert!(desk.run(early).expect(2).stderr.contains("xác nhận"));
    desk.run(["group", "confirm", &id]).expect(0);
    let member = &members(&group)[1];
    let alone = desk.run([
        "answer",
        member,
        "--decision",
        "note",
        "--text",
        "Ghi nhận.",
    ]);
    assert!(alone.expect(2).stderr.contains("trả lời cả nhóm"));

    let text = "Tiếp thu, bổ sung kinh phí cho cấp huyện tại mục VI.11.";
    let answer = [
        "group",
        "answer",
        &id,
        "--decision",
        "accept",
        "--text",
        text,
    ];
    desk.run(
        answer
            .iter()
            .copied()
            .chain(["--change-place", "VI.11", "--submit"])
            .collect::<Vec<_>>(),
    )
    .expect(0);
    assert_eq!(count(&desk, "answered_in_group"), 4);
    let found = told(&desk, &["search", "kinh phí cấp huyện", "--answers"]);
    assert_eq!(found["total"], 4, "members are found by the group's answer");
    assert_eq!(found["points"][0]["answer"], text);
    desk.run([
        "group",
        "answer",
        &id,
        "--return",
        "Ghi rõ mức",
        "--actor",
        "Giám đốc",
    ])
    .expect(0);
    assert_eq!(count(&desk, "answered_in_group"), 0);
    desk.run(["group", "answer", &id, "--submit"]).expect(0);
    desk.run(["group", "answer", &id, "--approve", "--actor", "Giám đốc"])
        .expect(0);
    assert_eq!(count(&desk, "answered_in_group"), 4);
    verify(&desk);
    check_report(&desk, text);
}

/// A group is one row that names everybody.
fn check_report(desk: &Desk, text: &str) {
    desk.run([
        "report",
        "by-section",
        "--format",
        "html",
        "-o",
        "bao_cao.html",
    ])
    .expect(0);
    let html = std::fs::read_to_string(desk.path("bao_cao.html")).unwrap();
    // The decision's own words are in bold.
    let words = text.trim_start_matches("Tiếp thu");
    assert_eq!(html.matches(words).count(), 1, "a group is one row");
    for organization in [
        "Sở Tài chính",
        "Sở Công Thương",
        "UBND huyện Hiệp Hòa",
        "UBND huyện Việt Yên",
    ] {
        assert!(html.contains(organization), "{organization} is not named");
    }
}

#[test]
fn what_is_taken_out_stays_out() {
    let desk = with_comments();
    told(&desk, &["group", "propose"]);
    let group = proposed(&desk)[0].clone();
    let id = group["id"].to_string();
    desk.run(["group", "confirm", &id]).expect(0);
    let answer = [
        "group",
        "answer",
        &id,
        "--decision",
        "note",
        "--text",
        "Ghi nhận.",
        "--submit",
    ];
    desk.run(answer).expect(0);
    let of = members(&group);
    desk.run(["group", "split", &id, "999"]).expect(2);
    desk.run(["group", "split", &id, &of[3]]).expect(0);
    assert_eq!(count(&desk, "answered_in_group"), 3);
    assert_eq!(count(&desk, "open"), 4);
    told(&desk, &["group", "propose"]);
    assert_eq!(proposed(&desk).len(), 1, "only the other proposal is left");
    verify(&desk);

    // The representative leaves: another one follows, with the answer.
    desk.run(["group", "split", &id, &of[0]]).expect(0);
    let left = told(&desk, &["group", "show", &id]);
    assert_eq!(left["n_members"], 2);
    assert_ne!(left["representative"]["id"].to_string(), of[0]);
    assert_eq!(count(&desk, "answered_in_group"), 2);
    assert_eq!(count(&desk, "answered"), 1);
    verify(&desk);

    // A late letter says the same: it would join the confirmed group, and nobody else.
    desk.write(
        "them.csv",
        format!("Cơ quan,Mục,Nội dung góp ý\nSở Giao thông vận tải,VI.11,\"{SAME}\"\n"),
    );
    desk.run(["import", "them.csv", "--round", "2"]).expect(0);
    told(&desk, &["group", "propose"]);
    let added = proposed(&desk)
        .into_iter()
        .find(|group| !group["extends"].is_null())
        .unwrap();
    assert_eq!(added["extends"].to_string(), id);
    assert_eq!(added["n_members"], 1);
    desk.run(["group", "confirm", &added["id"].to_string()])
        .expect(0);
    assert_eq!(count(&desk, "answered_in_group"), 3);
    verify(&desk);

    desk.run(["group", "dissolve", &id]).expect(0);
    assert_eq!(count(&desk, "answered_in_group"), 0);
    verify(&desk);
}

#[test]
fn what_is_rejected_is_not_proposed_again() {
    let desk = with_comments();
    told(&desk, &["group", "propose"]);
    for group in proposed(&desk) {
        desk.run(["group", "dissolve", &group["id"].to_string()])
            .expect(0);
    }
    let again = told(&desk, &["group", "propose"]);
    assert_eq!(again["groups"], 0, "{again}");
    verify(&desk);
}

#[test]
fn an_approved_answer_for_more_waits_again() {
    let desk = with_comments();
    told(&desk, &["group", "propose"]);
    let group = proposed(&desk)[0].clone();
    let point = group["representative"]["id"].to_string();
    let answer = [
        "answer",
        &point,
        "--decision",
        "note",
        "--text",
        "Ghi nhận.",
        "--submit",
    ];
    desk.run(answer).expect(0);
    desk.run(["answer", &point, "--approve", "--actor", "Giám đốc"])
        .expect(0);

    let open = &members(&group)[1];
    let similar = told(&desk, &["similar", open]);
    assert_eq!(
        similar["similar"][0]["point"]["id"].to_string(),
        point,
        "{similar}"
    );
    assert_eq!(similar["similar"][0]["point"]["answer"], "Ghi nhận.");

    desk.run(["group", "confirm", &group["id"].to_string()])
        .expect(0);
    let again = desk
        .run(["group", "answer", &group["id"].to_string(), "--approve"])
        .expect(0);
    assert!(
        again.stdout.contains("Đã duyệt"),
        "it could be approved, so it was waiting: {again:?}"
    );
    verify(&desk);
}

#[test]
fn the_example_has_proposals_and_keeps_them() {
    let desk = Desk::with_demo();
    let groups = proposed(&desk);
    assert!(groups.len() >= 3, "{} groups", groups.len());
    desk.run(["demo", "--once"]).expect(0);
    assert_eq!(proposed(&desk), groups);
}
