//! Letters are shown before they go, their words can be changed, and programs can do the same.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Request, StatusCode};
use serde_json::json;

use super::{BASE, Desk, check_page};

#[tokio::test]
async fn a_letter_is_shown_in_the_words_the_office_chose() {
    let desk = Desk::new().await;
    let preview = format!("{BASE}/letters/preview?kind=reminder&round=2");
    let shown = desk.get(&preview).await;
    check_page(&preview, &shown);
    assert!(shown.text.contains("Chưa có gì được gửi"), "{}", shown.text);
    assert!(shown.text.contains("Kính đề nghị Quý cơ quan quan tâm"));
    // Outgoing mail is off: there is no button, and no way round it.
    assert!(!shown.text.contains("multipart/form-data"));

    let templates = format!("{BASE}/letters/templates");
    let change = |act: &'static str, text: &'static str| {
        let desk = &desk;
        let templates = &templates;
        async move {
            let fields = [("name", "reminder.txt"), ("act", act), ("text", text)];
            desk.post(templates, &fields).await
        }
    };
    let refused = change("save", "Chủ đề: Nhắc\n\n{{ khong_co }}").await;
    let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("khong_co") && refused.text.contains("role=\"alert\""));
    assert!(desk.get(&preview).await.text.contains("quan tâm"));
    change("save", "Chủ đề: Nhắc\n\nGửi {{ organization }} <b>.")
        .await
        .expect(StatusCode::SEE_OTHER);
    let shown = desk.get(&preview).await;
    assert!(shown.text.contains(" &#60;b&#62;.") && !shown.text.contains("quan tâm"));
    change("reset", "").await.expect(StatusCode::SEE_OTHER);
    assert!(desk.get(&preview).await.text.contains("quan tâm"));
}

#[tokio::test]
async fn an_order_that_is_not_clear_is_refused_on_a_page() {
    let desk = Desk::new().await;
    for query in [
        "",
        "kind=x&round=2",
        "kind=reminder",
        "kind=reminder&round=99",
        "kind=extract&round=2",
    ] {
        let answer = desk.get(&format!("{BASE}/letters/preview?{query}")).await;
        assert!(
            answer.status.is_client_error(),
            "{query}: {}",
            answer.status
        );
    }
}

#[tokio::test]
async fn programs_order_and_decide_as_people_do() {
    let desk = Desk::new().await;
    let post = |path: &str, body: serde_json::Value| {
        let request = Request::post(format!("/api/v1/{path}"))
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        desk.ask(request)
    };
    let ordered = post(
        "letters",
        json!({"kind": "reminder", "round": 2, "dry_run": true}),
    )
    .await;
    let ordered = ordered.expect(StatusCode::OK).json();
    let letters = ordered["letters"].as_array().unwrap();
    assert!(letters.len() > 3, "{ordered}");
    assert!(letters[0]["recipient"].as_str().unwrap().contains('@'));
    assert!(ordered["sent"].is_null());
    // Off is off for programs too.
    let refused = post("letters", json!({"kind": "reminder", "round": 2})).await;
    let refused = refused.expect(StatusCode::CONFLICT).json();
    assert!(
        refused["error"]["message"]
            .as_str()
            .unwrap()
            .contains("thư đi"),
        "{refused}"
    );
    let listed = desk.get("/api/v1/letters").await.json();
    assert_eq!(listed["letters"], json!([]));
    assert_eq!(
        desk.get("/api/v1/mailboxes").await.json(),
        json!({"mailboxes": []})
    );
    post("letters/7/decision", json!({"decision": "retry"}))
        .await
        .expect(StatusCode::NOT_FOUND);
    post("letters/7/decision", json!({"decision": "x"}))
        .await
        .expect(StatusCode::BAD_REQUEST);
}
