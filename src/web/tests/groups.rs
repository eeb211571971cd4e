//! The pages of groups: proposed, confirmed, answered once, taken apart.

use axum::http::StatusCode;
use axum::http::header::LOCATION;

use super::{Answer, BASE, Desk, check_page};

/// What one field of a form on a page holds.
fn field(answer: &Answer, name: &str) -> String {
    let (_, rest) = answer
        .text
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap_or_else(|| panic!("no field {name}: {}", answer.text));
    rest.split('"').next().unwrap_or_default().to_owned()
}

async fn proposed() -> (Desk, String) {
    let desk = Desk::new().await;
    let empty = desk.get(&format!("{BASE}/groups")).await;
    check_page("groups", &empty);
    assert!(empty.text.contains("Không có nhóm nào chờ xác nhận"));
    let answer = desk.post(&format!("{BASE}/groups/proposal"), &[]).await;
    let address = answer.expect(StatusCode::SEE_OTHER);
    let address = address.header(LOCATION).to_owned();
    assert!(address.contains("done=proposed"), "{address}");
    let list = desk.get(&address).await;
    check_page(&address, &list);
    let (_, rest) = list
        .text
        .split_once("id=\"group-")
        .expect("a letter came twice");
    let id = rest.split('"').next().unwrap_or_default().to_owned();
    (desk, id)
}

#[tokio::test]
async fn a_group_is_confirmed_and_answered_once() {
    let (desk, id) = proposed().await;
    let own = format!("{BASE}/groups/{id}");
    let page = desk.get(&own).await;
    check_page(&own, &page);
    assert!(page.text.contains("Hãy xác nhận nhóm trước"));
    let version = field(&page, "version");
    let confirm = [("version", version.as_str()), ("act", "confirm")];
    let change = format!("{own}/change");
    desk.post(&change, &confirm)
        .await
        .expect(StatusCode::SEE_OTHER);
    // The same button from a page that is out of date.
    desk.post(&change, &confirm)
        .await
        .expect(StatusCode::CONFLICT);

    let page = desk.get(&own).await;
    check_page(&own, &page);
    let (_, answer_form) = page
        .text
        .split_once("/answer\"")
        .expect("a form for the answer");
    let (_, version) = answer_form
        .split_once("value=\"")
        .expect("the version of the answer");
    let version = version.split('"').next().unwrap_or_default();
    let fields = |decision| {
        [
            ("version", version),
            ("step", "submit"),
            ("decision", decision),
            ("text", "Ghi nhận ý kiến của Sở."),
        ]
    };
    let refused = desk.post(&format!("{own}/answer"), &fields("")).await;
    let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text.contains("Ghi nhận ý kiến của Sở."),
        "what was typed stays"
    );
    let saved = desk.post(&format!("{own}/answer"), &fields("note")).await;
    saved.expect(StatusCode::SEE_OTHER);
    let found = desk
        .get("/api/v1/points?state=answered_in_group")
        .await
        .json();
    assert_eq!(found["points"].as_array().map(Vec::len), Some(2), "{found}");
    for point in found["points"].as_array().into_iter().flatten() {
        let address = format!("{BASE}/points/{}", point["id"]);
        let page = desk.get(&address).await;
        check_page(&address, &page);
        assert!(page.text.contains("nhóm ý kiến trùng số"), "{address}");
    }

    let member = found["points"][1]["id"].to_string();
    let out = format!("out {member}");
    let page = desk.get(&own).await;
    let version = field(&page, "version");
    let answer = desk
        .post(&change, &[("version", &version), ("act", &out)])
        .await;
    answer.expect(StatusCode::SEE_OTHER);
    let gone = desk.get(&own).await;
    gone.expect(StatusCode::NOT_FOUND);
    let list = desk.get(&format!("{BASE}/groups?state=confirmed")).await;
    check_page("confirmed", &list);
}

#[tokio::test]
async fn a_rejected_group_is_gone_for_good() {
    let (desk, id) = proposed().await;
    let change = format!("{BASE}/groups/{id}/change");
    let nonsense = desk.post(&change, &[("act", "explode")]).await;
    nonsense.expect(StatusCode::BAD_REQUEST);
    let fields = [("version", "0"), ("back", "list"), ("act", "dissolve")];
    let answer = desk.post(&change, &fields).await;
    let answer = answer.expect(StatusCode::SEE_OTHER);
    let address = answer.header(LOCATION).to_owned();
    let list = desk.get(&address).await;
    check_page(&address, &list);
    assert!(!list.text.contains(&format!("id=\"group-{id}\"")));
    desk.post(&format!("{BASE}/groups/proposal"), &[])
        .await
        .expect(StatusCode::SEE_OTHER);
    let list = desk.get(&format!("{BASE}/groups")).await;
    assert!(!list.text.contains(&format!("id=\"group-{id}\"")));
}
