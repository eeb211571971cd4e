//! JSON for programs: what the pages do, with the same rules and the same refusals.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use super::{Answer, Desk};

impl Desk {
    async fn send(&self, path: &str, body: &Value) -> Answer {
        let request = Request::post(format!("/api/v1{path}"))
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()));
        self.ask(request.unwrap()).await
    }

    async fn sent(&self, path: &str, body: &Value) -> Value {
        self.send(path, body).await.expect(StatusCode::OK).json()
    }

    async fn read(&self, path: &str) -> Value {
        let answer = self.get(&format!("/api/v1{path}")).await;
        answer.expect(StatusCode::OK).json()
    }

    /// Key and version of the open points.
    async fn open_points(&self) -> Vec<(i64, i64)> {
        let found = self.read("/points?state=open").await;
        let points = found["points"].as_array().unwrap().iter();
        let number = |point: &Value, key: &str| point[key].as_i64().unwrap();
        points
            .map(|point| (number(point, "id"), number(point, "version")))
            .collect()
    }
}

#[tokio::test]
async fn programs_read_what_the_pages_show() {
    let desk = Desk::new().await;
    let n_points = desk.read("/points").await["meta"]["total"].clone();
    for (path, pointer, expected) in [
        (
            "/consultations",
            "/consultations/0/code",
            json!("DA-TTKHCN-2021"),
        ),
        ("/rounds", "/rounds/1/number", json!(2)),
        ("/sections", "/documents/0/draft", json!(2)),
        ("/leader", "/total", json!(0)),
        ("/leader", "/steps/0/name", json!("Lãnh đạo")),
        ("/edits", "/total", json!(0)),
        ("/batches", "/batches", json!([])),
        ("/phrases", "/phrases", json!([])),
        ("/assignments", "/assignments", json!([])),
        ("/versions", "/versions", json!([])),
        ("/groups?state=confirmed", "/confirmed", json!(0)),
        ("/submissions/1", "/submission/id", json!(1)),
        ("/roster", "/rounds/1/number", json!(2)),
    ] {
        let found = desk.read(path).await;
        assert_eq!(found.pointer(pointer), Some(&expected), "{path}: {found}");
    }
    // Every submission is in one state; the list and the counts say the same.
    let submissions = desk.read("/submissions").await;
    let counts = submissions["by_state"].as_object().unwrap().values();
    let n: i64 = counts.map(|n| n.as_i64().unwrap()).sum();
    assert_eq!(
        n,
        i64::try_from(submissions["submissions"].as_array().unwrap().len()).unwrap()
    );
    let waiting = submissions["submissions"].as_array().unwrap();
    let waiting = waiting
        .iter()
        .filter(|it| it["needs_person"] == true)
        .count();
    assert_eq!(desk.read("/triage").await["n_submissions"], waiting);
    // By state, each point once.
    let counts = desk.read("/points/counts").await;
    let by_state = counts["counts"].as_array().unwrap().iter();
    let by_state = by_state.filter(|count| count["property"] == "state");
    let n: u64 = by_state
        .map(|count| count["points"].as_u64().unwrap())
        .sum();
    assert_eq!(n_points, n);
    let progress = desk.read("/progress").await;
    let status = desk.read("/status").await;
    let received = &progress["drafters"][0]["share"]["received"];
    assert_eq!(*received, status["points"]["received"]);
    let trail = desk.read("/audit?before=3").await;
    assert_eq!(trail["entries"][0]["seq"], 2);
}

#[tokio::test]
async fn programs_answer_under_the_rules_of_the_pages() {
    let desk = Desk::new().await;
    let open = desk.open_points().await;
    let [(first, seen), second, third, ..] = open.as_slice() else {
        panic!("{open:?}");
    };
    let path = format!("/points/{first}/answer");
    let note = |step: &str| json!({"step": step, "decision": "note", "text": "Ghi nhận."});
    let saved = desk
        .sent(&path, &json!({"version": seen, "answer": note("submit")}))
        .await;
    assert_eq!(saved["state"], "submitted");
    let stale = desk
        .send(&path, &json!({"version": seen, "answer": note("save")}))
        .await;
    let stale = stale.expect(StatusCode::CONFLICT).json();
    assert_eq!(stale["error"]["code"], "conflict");
    let bad = json!({"step": "submit", "decision": "accept", "text": "Tiếp thu."});
    let many = json!({
        "points": [{"id": second.0, "version": second.1}, {"id": 99_999, "version": 0}],
        "answer": bad,
    });
    let many = desk.sent("/points/answers", &many).await;
    for refused in many["answered"].as_array().unwrap() {
        assert!(refused["refusal"].is_string(), "{refused}");
    }
    let approved = json!({"version": seen + 1, "answer": {"step": "approve"}});
    assert_eq!(desk.sent(&path, &approved).await["state"], "approved");
    let versions = desk.read(&format!("/points/{first}/answers")).await;
    assert_eq!(versions["versions"][1]["step"], "Lãnh đạo");
    assert_eq!(versions["versions"][1]["approvals"], 1);

    let notes = format!("/points/{first}/notes");
    desk.sent(&notes, &json!({"text": "Hỏi lại Sở"})).await;
    assert_eq!(desk.read(&notes).await["notes"][0]["text"], "Hỏi lại Sở");
    let decision = format!("/points/{}/decision", second.0);
    let aside = json!({"version": second.1, "out_of_scope": "Thuộc văn bản khác"});
    desk.sent(&decision, &aside).await;
    let point = desk.read(&format!("/points/{}", second.0)).await;
    assert_eq!(point["state"], "out_of_scope");
    let join = format!("/points/{}/join", third.0);
    let joined = desk
        .send(&join, &json!({"version": third.1, "into": third.0}))
        .await;
    assert!(joined.status.is_client_error(), "{}", joined.text);
    // What has another shape is told from what a rule forbids.
    let path = format!("/points/{}/notes", third.0);
    desk.send(&path, &json!({"words": "x"}))
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
    desk.send(&path, &json!({"text": " "}))
        .await
        .expect(StatusCode::BAD_REQUEST);
    let report = desk.app.verify().await.unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
}

#[tokio::test]
async fn programs_keep_and_decide_as_a_secretary_does() {
    let desk = Desk::new().await;
    let typed = json!({
        "channel": "phone", "title": "Điện thoại ngày 14/10/2021", "held_on": "2021-10-14",
        "organization": "Sở Tài chính", "text": "Đề nghị làm rõ kinh phí tại mục III.2.",
    });
    let submission = desk.sent("/record", &typed).await["id"].as_i64().unwrap();
    let own = desk.read(&format!("/submissions/{submission}")).await;
    assert_eq!(own["submission"]["channel"], "phone");
    let decision = format!("/submissions/{submission}/decision");
    desk.sent(
        &decision,
        &json!({"becomes": "set_aside", "remark": "Gọi nhầm"}),
    )
    .await;
    let own = desk.read(&format!("/submissions/{submission}")).await;
    assert_eq!(own["submission"]["state"], "set_aside");
    let itself = json!({"becomes": "duplicate", "duplicate_of": submission});
    desk.send(&decision, &itself)
        .await
        .expect(StatusCode::BAD_REQUEST);

    let round = json!({
        "kind": "internal", "title": "Nội bộ", "opened": "2021-10-01", "deadline": "2021-10-08",
        "organizations": ["Sở Tài chính"],
    });
    let number = desk.sent("/rounds", &round).await["id"].clone();
    let rounds = desk.read("/rounds").await;
    assert!(
        rounds["rounds"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["number"] == number)
    );

    let section = desk.read("/sections").await["sections"][0]["id"].clone();
    let of = json!({"assignments": [{"section_id": section, "drafter": "Lê Thị An"}]});
    assert_eq!(desk.sent("/assignments", &of).await["changed"], 1);
    assert_eq!(desk.read("/assignments").await["drafters"][0], "Lê Thị An");
    desk.sent("/phrases", &json!({"text": "Xin ghi nhận."}))
        .await;
    let phrase = desk.read("/phrases").await["phrases"][0]["id"].clone();
    desk.sent(&format!("/phrases/{phrase}/removal"), &json!({}))
        .await;
    assert_eq!(desk.read("/phrases").await["phrases"], json!([]));

    desk.send("/versions", &json!({}))
        .await
        .expect(StatusCode::CONFLICT);
    let frozen = desk.sent("/versions", &json!({"is_working": true})).await;
    assert_eq!(frozen["ordinal"], 1);
    let submitted = desk
        .sent("/versions/1/review", &json!({"step": "submit"}))
        .await;
    assert_eq!(submitted["awaited_step"], "Lãnh đạo");
    let issue = json!({"number": "215/BC-SKHCN", "issued_on": "2021-12-01"});
    // A working edition gets no number.
    desk.send("/versions/1/issue", &issue)
        .await
        .expect(StatusCode::BAD_REQUEST);
    let compared = desk.read("/versions/1/comparison").await;
    assert_eq!(
        (&compared["added"], &compared["changed"]),
        (&json!([]), &json!([]))
    );
    for (path, status) in [
        ("/points?page=0", StatusCode::BAD_REQUEST),
        ("/groups?state=x", StatusCode::BAD_REQUEST),
        ("/versions/9/comparison", StatusCode::NOT_FOUND),
        ("/submissions/x", StatusCode::NOT_FOUND),
    ] {
        let error = desk.get(&format!("/api/v1{path}")).await.expect(status);
        assert!(error.json()["error"]["message"].is_string(), "{path}");
    }
    let report = desk.app.verify().await.unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
}
