//! The drafter's desk and the leader's page: kept words, conflicts, notes, assignment, many at once,
//! points taken apart and joined.

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use serde_json::Value;

use super::{BASE, Desk, assert_whole, check_page, encode};

/// `number:version` of the first open points.
async fn open(desk: &Desk) -> Vec<(i64, i64)> {
    let found = desk.get("/api/v1/points?state=open").await.json();
    let points = found["points"].as_array().unwrap();
    let number = |point: &Value, key: &str| point[key].as_i64().unwrap();
    points
        .iter()
        .map(|point| (number(point, "id"), number(point, "version")))
        .collect()
}

async fn total(desk: &Desk, asked: &str) -> String {
    let page = desk.get(&format!("{BASE}/points{asked}")).await;
    let page = page.expect(StatusCode::OK);
    let (_, rest) = page.text.split_once("<h2 id=\"found\">").unwrap();
    rest.split(" ý kiến").next().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_typed_is_kept_for_its_writer_until_saved() {
    let desk = Desk::new().await;
    let (id, version) = desk.any_point().await;
    let own = format!("{BASE}/points/{id}");
    let typed = [
        ("base", "0"),
        ("decision", "keep"),
        ("text", "Đang viết dở\r\nhai dòng"),
        ("new_wording", "mới"),
    ];
    let kept = desk.post(&format!("{own}/unsaved"), &typed).await;
    kept.expect(StatusCode::NO_CONTENT);
    let page = desk.get(&own).await;
    check_page(&own, &page);
    assert!(page.text.contains("Phần soạn dở lúc"));
    assert!(page.text.contains("Đang viết dở\nhai dòng"));
    assert!(page.text.contains("<ins>mới</ins>"));
    assert!(
        page.text.contains("Chưa có nội dung trả lời."),
        "no version yet"
    );
    let mine = desk.get(&format!("{BASE}/mine")).await;
    check_page("mine", &mine);
    assert!(mine.text.contains("Soạn dở, chưa lưu"));

    let saved = desk.answer(id, version, "save", "Ghi nhận.").await;
    saved.expect(StatusCode::SEE_OTHER);
    let page = desk.get(&own).await;
    assert!(
        !page.text.contains("Phần soạn dở lúc"),
        "saved is not unsaved"
    );
    // What was typed and taken back again leaves nothing.
    let same = [("base", "1"), ("decision", "note"), ("text", "Ghi nhận. ")];
    desk.post(&format!("{own}/unsaved"), &same).await;
    let page = desk.get(&own).await;
    assert!(!page.text.contains("Phần soạn dở lúc"));
}

#[tokio::test]
async fn two_at_one_answer_see_three_texts() {
    let desk = Desk::new().await;
    let (id, version) = desk.any_point().await;
    let own = format!("{BASE}/points/{id}");
    let first = desk.answer(id, version, "save", "Ghi nhận ý kiến.").await;
    first.expect(StatusCode::SEE_OTHER);
    let next = (version + 1).to_string();
    let answer = |text: &'static str| {
        [
            ("version", next.clone()),
            ("base", "1".to_owned()),
            ("step", "save".to_owned()),
            ("decision", "note".to_owned()),
            ("text", text.to_owned()),
        ]
    };
    let post = async |fields: [(&str, String); 5]| {
        let fields = fields.each_ref().map(|(key, value)| (*key, value.as_str()));
        desk.post(&format!("{own}/answer"), &fields).await
    };
    let theirs = post(answer("Ghi nhận ý kiến của Sở.")).await;
    theirs.expect(StatusCode::SEE_OTHER);
    let clash = post(answer("Ghi nhận toàn bộ ý kiến.")).await;
    let clash = clash.expect(StatusCode::CONFLICT);
    for words in [
        "Hai người cùng sửa",
        "Lúc bắt đầu",
        "<ins>kiến của Sở.</ins>",
        "<ins>toàn bộ </ins>",
        "Lần 1",
        "Lần 2",
    ] {
        assert!(clash.text.contains(words), "{words}: {}", clash.text);
    }
    // Nothing is lost by going away: the page shows the same three again.
    let page = desk.get(&own).await;
    check_page(&own, &page);
    assert!(page.text.contains("Hai người cùng sửa"));
    assert!(page.text.contains("Ghi nhận toàn bộ ý kiến."));
    let discard = desk.post(&format!("{own}/unsaved/discard"), &[]).await;
    discard.expect(StatusCode::SEE_OTHER);
    let page = desk.get(&own).await;
    assert!(!page.text.contains("Hai người cùng sửa"));
}

#[tokio::test]
async fn many_are_answered_alike_and_approved_together() {
    let desk = Desk::new().await;
    let chosen: Vec<String> = open(&desk)
        .await
        .iter()
        .take(3)
        .map(|(id, version)| format!("{id}:{version}"))
        .collect();
    let stale = format!("{}9", chosen[2]);
    let path = format!("{BASE}/points/answers");
    let fields = [
        ("point", chosen[0].as_str()),
        ("point", chosen[1].as_str()),
        ("point", stale.as_str()),
        ("decision", "note"),
        ("text", "Ghi nhận, cảm ơn."),
        ("step", "submit"),
    ];
    let done = desk.post(&path, &fields).await;
    let done = done.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_whole(&path, &done);
    assert!(
        done.text
            .contains("Đã ghi 2 ý kiến; 1 ý kiến chưa ghi được")
    );
    assert!(done.text.contains("Người khác vừa sửa ý kiến này"));
    // What is incomplete is refused for each, with its reason.
    let id = chosen[2].as_str();
    let fields = [
        ("point", id),
        ("decision", "accept"),
        ("text", "Tiếp thu."),
        ("step", "submit"),
    ];
    let done = desk.post(&path, &fields).await;
    assert!(done.text.contains("Tiếp thu phải ghi rõ chỗ đã sửa"));
    let none = desk.post(&path, &[("step", "save"), ("text", "x")]).await;
    none.expect(StatusCode::BAD_REQUEST);

    let leader = desk.get(&format!("{BASE}/leader")).await;
    check_page("leader", &leader);
    let waiting: Vec<String> = leader
        .text
        .split("name=\"point\" value=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    assert_eq!(waiting.len(), 2);
    let decide = format!("{BASE}/leader/decisions");
    let fields = [
        ("point", waiting[0].as_str()),
        ("step", "return"),
        ("remark", ""),
    ];
    let refused = desk.post(&decide, &fields).await;
    assert!(refused.text.contains("Trả lại phải ghi lý do."));
    let fields = [
        ("point", waiting[0].as_str()),
        ("point", waiting[1].as_str()),
        ("step", "approve"),
        ("remark", "Đồng ý"),
    ];
    let done = desk.post(&decide, &fields).await;
    assert!(
        done.expect(StatusCode::OK)
            .text
            .contains("Đã ghi 2 ý kiến.")
    );
    let leader = desk.get(&format!("{BASE}/leader")).await;
    assert!(leader.text.contains("Không có gì chờ lãnh đạo."));
}

#[tokio::test]
async fn sections_are_assigned_and_points_follow() {
    let desk = Desk::new().await;
    let all = total(&desk, "").await;
    assert_eq!(total(&desk, "?drafter=none").await, all);
    let page = desk.get(&format!("{BASE}/assignments")).await;
    check_page("assignments", &page);
    let sections: Vec<&str> = page
        .text
        .split("name=\"section-")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    // To one all roots, to the other what lies below some of them.
    let roots: Vec<String> = desk
        .app
        .names(&desk.app.consultation(None).await.unwrap())
        .await
        .unwrap()
        .sections
        .iter()
        .filter(|section| section.parent.is_none())
        .map(|section| section.id.to_string())
        .collect();
    assert!(roots.iter().all(|root| sections.contains(&root.as_str())));
    let fields: Vec<(String, &str)> = roots
        .iter()
        .map(|root| (format!("section-{root}"), "Lê Thị An"))
        .collect();
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(key, name)| (key.as_str(), *name))
        .collect();
    let assigned = desk.post(&format!("{BASE}/assignments"), &fields).await;
    assigned.expect(StatusCode::SEE_OTHER);
    let hers = format!("?drafter={}", encode("Lê Thị An"));
    let without = total(&desk, "?section=none").await;
    let number = |text: &str| text.parse::<u32>().unwrap();
    assert_eq!(
        number(&total(&desk, &hers).await),
        number(&all) - number(&without)
    );
    assert_eq!(total(&desk, "?drafter=none").await, without);

    // One point is given to somebody else.
    let (id, version) = open(&desk).await[0];
    let version = version.to_string();
    let fields = [
        ("version", version.as_str()),
        ("act", "drafter"),
        ("drafter", "Vũ Văn Bách"),
    ];
    let given = desk
        .post(&format!("{BASE}/points/{id}/decision"), &fields)
        .await;
    given.expect(StatusCode::SEE_OTHER);
    let his = format!("?drafter={}", encode("Vũ Văn Bách"));
    assert_eq!(total(&desk, &his).await, "1");
    let his_open = format!("{his}&state=open&q={}", encode("không có từ này"));
    assert_eq!(total(&desk, &his_open).await, "0");
    let page = desk.get(&format!("{BASE}/assignments")).await;
    assert!(page.text.contains("Vũ Văn Bách"), "progress by drafter");
}

#[tokio::test]
async fn points_are_taken_apart_and_joined_and_the_numbers_hold() {
    let desk = Desk::new().await;
    let before = desk.get("/api/v1/status").await.json();
    let received = |status: &Value| status["points"]["received"].as_i64().unwrap();
    let mut found = None;
    for (id, version) in open(&desk).await {
        let page = desk.get(&format!("{BASE}/points/{id}")).await;
        if let Some((_, rest)) = page.text.split_once("name=\"cut\" value=\"") {
            found = Some((id, version, rest.split('"').next().unwrap().to_owned()));
            break;
        }
    }
    let (id, version, cut) = found.expect("a point of several sentences");
    let version = version.to_string();
    let decide = format!("{BASE}/points/{id}/decision");
    let fields = [
        ("version", version.as_str()),
        ("act", "split"),
        ("cut", "1:9999"),
    ];
    let refused = desk.post(&decide, &fields).await;
    refused.expect(StatusCode::BAD_REQUEST);
    let fields = [
        ("version", version.as_str()),
        ("act", "split"),
        ("cut", cut.as_str()),
    ];
    let split = desk
        .post(&decide, &fields)
        .await
        .expect(StatusCode::SEE_OTHER);
    let address = split.header(LOCATION).to_owned();
    let own = address.split('?').next().unwrap();
    let first: i64 = own.rsplit('/').next().unwrap().parse().unwrap();
    desk.get(&format!("{BASE}/points/{id}"))
        .await
        .expect(StatusCode::NOT_FOUND);
    let status = desk.get("/api/v1/status").await.json();
    assert_eq!(received(&status), received(&before) + 1);
    assert_eq!(status["is_reconciled"], before["is_reconciled"]);
    let listed = desk.get("/api/v1/points").await.json();
    let listed: Vec<i64> = listed["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| point["id"].as_i64().unwrap())
        .collect();
    assert!(!listed.contains(&id), "the index forgets it");
    assert!(listed.contains(&first) && listed.contains(&(first + 1)));

    let second = format!("{BASE}/points/{}/decision", first + 1);
    let into = first.to_string();
    let fields = [("version", "0"), ("act", "join"), ("into", into.as_str())];
    desk.post(&second, &fields)
        .await
        .expect(StatusCode::SEE_OTHER);
    let page = desk.get(&format!("{BASE}/points/{}", first + 1)).await;
    check_page("joined", &page);
    assert!(page.text.contains("Đã gộp vào"));
    // Neither a circle nor a chain.
    let own_into = (first + 1).to_string();
    let fields = [
        ("version", "0"),
        ("act", "join"),
        ("into", own_into.as_str()),
    ];
    let back = desk
        .post(&format!("{BASE}/points/{first}/decision"), &fields)
        .await;
    back.expect(StatusCode::BAD_REQUEST);
    let status = desk.get("/api/v1/status").await.json();
    assert_eq!(status["points"]["joined"], 1);
    let consultation = desk.app.consultation(None).await.unwrap();
    let problems = desk.app.status(&consultation).await.unwrap();
    assert!(problems.reconciliation.equations.iter().any(|it| it.holds));
    let fields = [("version", "1"), ("act", "part")];
    desk.post(&second, &fields)
        .await
        .expect(StatusCode::SEE_OTHER);
    assert_eq!(
        desk.get("/api/v1/status").await.json()["points"]["joined"],
        0
    );
}

#[tokio::test]
async fn notes_phrases_and_accepted_wording_are_found_again() {
    let desk = Desk::new().await;
    let (id, version) = desk.any_point().await;
    let own = format!("{BASE}/points/{id}");
    let version = version.to_string();
    let note = [
        ("version", version.as_str()),
        ("act", "note"),
        ("note", "Hỏi lại Sở Tài chính"),
    ];
    let noted = desk.post(&format!("{own}/decision"), &note).await;
    noted.expect(StatusCode::SEE_OTHER);
    let phrase = [
        ("text", "Giữ nguyên theo dự thảo. Lý do: …"),
        ("decision", "keep"),
    ];
    for _ in 0..2 {
        let added = desk.post(&format!("{BASE}/phrases"), &phrase).await;
        added.expect(StatusCode::SEE_OTHER);
    }
    let page = desk.get(&own).await;
    assert!(page.text.contains("Hỏi lại Sở Tài chính"));
    assert!(page.text.contains("Mẫu câu (1)"), "the same phrase is one");
    let begun = desk.get(&format!("{own}?phrase=1")).await;
    assert!(
        begun
            .text
            .contains(">Giữ nguyên theo dự thảo. Lý do: …</textarea>")
    );
    let phrases = desk.get(&format!("{BASE}/phrases")).await;
    check_page("phrases", &phrases);

    let answer = [
        ("version", version.as_str()),
        ("decision", "accept"),
        ("text", "Tiếp thu."),
        ("change_place", "mục II"),
        ("old_wording", "hỗ trợ 30%"),
        ("new_wording", "=hỗ trợ 50%"),
        ("step", "submit"),
    ];
    let saved = desk.post(&format!("{own}/answer"), &answer).await;
    saved.expect(StatusCode::SEE_OTHER);
    let edits = desk.get(&format!("{BASE}/edits")).await;
    check_page("edits", &edits);
    assert!(edits.text.contains("<del>30%</del>"), "{}", edits.text);
    let csv = desk.get(&format!("{BASE}/edits.csv")).await;
    assert!(csv.text.contains("'=hỗ trợ 50%"), "no formula goes out");
    check_page("keys", &desk.get(&format!("{BASE}/keys")).await);
}

#[tokio::test]
async fn a_section_is_chosen_where_points_without_one_are_listed() {
    let desk = Desk::new().await;
    let list = format!("{BASE}/points?section=none");
    let before: usize = total(&desk, "?section=none").await.parse().unwrap();
    assert!(before > 0);
    let page = desk.get(&list).await;
    check_page(&list, &page);
    let (_, form) = page.text.split_once("<form class=\"suggested\"").unwrap();
    let between = |start: &str| {
        let (_, rest) = form.split_once(start).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let fields = [
        ("version", between("name=\"version\" value=\"")),
        (
            "kept",
            between("name=\"kept\" value=\"").replace("&amp;", "&"),
        ),
        ("back", "list".to_owned()),
        ("act", "section".to_owned()),
        ("section", between("name=\"section\" value=\"")),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let chosen = desk.post(&between("action=\""), &fields).await;
    let chosen = chosen.expect(StatusCode::SEE_OTHER);
    assert_eq!(chosen.headers[LOCATION], list.as_str());
    let after: usize = total(&desk, "?section=none").await.parse().unwrap();
    assert_eq!(after + 1, before);
}
