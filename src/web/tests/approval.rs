//! The approval chain: each step by whoever holds it, back to the drafter from any of them, approved by
//! the last; answers and frozen reports alike.

use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Request, StatusCode};

use super::{Answer, BASE, Desk, check_page, encode};
use crate::app::accounts::Profile;
use crate::config::Config;
use crate::domain::Role;

const STEPS: [&str; 3] = ["Trưởng phòng", "Tổ trưởng", "Giám đốc"];

/// A desk with a chain of three steps, and the tokens of its people by login.
struct Office {
    desk: Desk,
    tokens: Vec<(&'static str, String)>,
}

impl Office {
    async fn new() -> Self {
        let mut desk = Desk::new().await;
        let config = Config {
            approval_steps: STEPS.map(str::to_owned).into(),
            ..(*desk.app.config).clone()
        };
        desk.app.config = std::sync::Arc::new(config);
        desk.router = crate::web::router(desk.app.clone());
        let people: [(&str, &[Role], Option<&str>); 7] = [
            ("quan-tri", &[Role::Administrator], None),
            ("thu-ky", &[Role::Secretary], None),
            ("soan", &[Role::Drafter], None),
            ("phong", &[Role::Leader], Some(STEPS[0])),
            ("to", &[Role::Leader], Some(STEPS[1])),
            ("giam-doc", &[Role::Leader], Some(STEPS[2])),
            ("chua-gan", &[Role::Leader], None),
        ];
        let mut tokens = Vec::new();
        for (login, roles, step) in people {
            let profile = Profile {
                name: format!("Người thử {login}"),
                roles: roles.iter().copied().collect(),
                approval_step: step.map(str::to_owned),
                is_disabled: false,
            };
            let added = desk
                .app
                .add_account(login, &profile, "mot cau de nho")
                .await;
            let token = desk.app.make_token(&added.unwrap(), "thử").await.unwrap();
            tokens.push((login, token));
        }
        Self { desk, tokens }
    }

    async fn ask(&self, login: &str, method: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let (_, token) = self.tokens.iter().find(|(it, _)| *it == login).unwrap();
        let fields: Vec<String> = fields
            .iter()
            .map(|(key, value)| format!("{key}={}", encode(value)))
            .collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(fields.join("&")));
        self.desk.ask(request.unwrap()).await
    }

    async fn get(&self, login: &str, path: &str) -> Answer {
        self.ask(login, "GET", path, &[]).await
    }

    /// Takes a step with a point as it stands; returns what came back.
    async fn step(&self, login: &str, point: i64, step: &str, on_behalf: &str) -> Answer {
        let known = self.get(login, &format!("/api/v1/points/{point}")).await;
        let version = known.json()["version"].as_i64().unwrap().to_string();
        let fields = [
            ("version", version.as_str()),
            ("step", step),
            ("decision", "note"),
            ("text", "Ghi nhận ý kiến."),
            ("remark", "Xem lại câu chữ"),
            ("on_behalf", on_behalf),
        ];
        let path = format!("{BASE}/points/{point}/answer");
        self.ask(login, "POST", &path, &fields).await
    }

    async fn state(&self, point: i64) -> String {
        let path = format!("/api/v1/points/{point}");
        let answer = self.get("thu-ky", &path).await.json();
        answer["answer"]["state"].as_str().unwrap().to_owned()
    }

    async fn n_waiting(&self, login: &str) -> usize {
        let page = self.get(login, &format!("{BASE}/leader")).await;
        check_page("leader", &page);
        page.text.matches("name=\"point\"").count()
    }
}

#[tokio::test]
async fn an_answer_takes_every_step_of_the_chain_in_order() {
    let office = Office::new().await;
    let found = office
        .get("thu-ky", "/api/v1/points?state=open")
        .await
        .json();
    let point = found["points"][0]["id"].as_i64().unwrap();
    let ok = StatusCode::SEE_OTHER;
    office.step("soan", point, "submit", "").await.expect(ok);
    // What waits is on the page of whoever's turn it is.
    let waiting = async || {
        (
            office.n_waiting("phong").await,
            office.n_waiting("to").await,
            office.n_waiting("giam-doc").await,
        )
    };
    assert_eq!(waiting().await, (1, 0, 0));
    for other in ["to", "giam-doc", "chua-gan"] {
        let refused = office.step(other, point, "approve", "").await;
        let refused = refused.expect(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.text.contains("Đang ở bước “Trưởng phòng”"),
            "{other}"
        );
    }
    office.step("phong", point, "approve", "").await.expect(ok);
    assert_eq!(waiting().await, (0, 1, 0));
    assert_eq!(office.state(point).await, "submitted");
    // Back to the drafter, from whatever step; then from the first step again.
    office.step("to", point, "return", "").await.expect(ok);
    assert_eq!(office.state(point).await, "returned");
    assert_eq!(waiting().await, (0, 0, 0));
    let mine = office.get("soan", &format!("{BASE}/mine")).await;
    check_page("mine", &mine);
    office.step("soan", point, "submit", "").await.expect(ok);
    assert_eq!(waiting().await, (1, 0, 0));
    office.step("phong", point, "approve", "").await.expect(ok);
    // A remark on paper, recorded by the secretary for whoever's step it is.
    let on_paper = office.step("thu-ky", point, "approve", "Ông Lê Văn Bình");
    on_paper.await.expect(ok);
    assert_eq!(waiting().await, (0, 0, 1));
    office
        .step("giam-doc", point, "approve", "")
        .await
        .expect(ok);
    assert_eq!(office.state(point).await, "approved");
    assert_eq!(waiting().await, (0, 0, 0));
    // The history names every step, also the one that was taken on paper.
    let page = office.get("soan", &format!("{BASE}/points/{point}")).await;
    check_page("point", &page);
    for (step, n) in STEPS.iter().zip([2, 2, 1]) {
        let shown = format!("bước {step}</span>");
        assert_eq!(page.text.matches(&shown).count(), n, "{step}");
    }
    assert!(
        page.text
            .contains("Ông Lê Văn Bình (do Người thử thu-ky (thu-ky) ghi)")
    );
    // Only the last step takes back what is approved.
    let refused = office.step("phong", point, "return", "").await;
    refused.expect(StatusCode::UNPROCESSABLE_ENTITY);
    office
        .step("giam-doc", point, "return", "")
        .await
        .expect(ok);
    assert_eq!(office.state(point).await, "returned");
    let report = office.desk.app.verify().await.unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
}

#[tokio::test]
async fn a_frozen_report_goes_along_the_chain() {
    let office = Office::new().await;
    let versions = format!("{BASE}/versions");
    let frozen = office.ask("thu-ky", "POST", &versions, &[("edition", "working")]);
    frozen.await.expect(StatusCode::SEE_OTHER);
    let review = async |login: &str, step: &str, remark: &str, status: StatusCode| {
        let path = format!("{versions}/1/review");
        let fields = [("step", step), ("remark", remark)];
        let answer = office.ask(login, "POST", &path, &fields).await;
        answer.expect(status).text
    };
    let (ok, refused) = (StatusCode::SEE_OTHER, StatusCode::CONFLICT);
    review("phong", "approve", "", refused).await;
    review("thu-ky", "submit", "", ok).await;
    let early = review("giam-doc", "approve", "", refused).await;
    assert!(early.contains("Đang ở bước “Trưởng phòng”"), "{early}");
    review("thu-ky", "approve", "", StatusCode::FORBIDDEN).await;
    review("phong", "approve", "", ok).await;
    review("to", "return", "", refused).await;
    review("to", "return", "Bổ sung phụ lục", ok).await;
    review("thu-ky", "submit", "", ok).await;
    for login in ["phong", "to", "giam-doc"] {
        review(login, "approve", "", ok).await;
    }
    let again = review("thu-ky", "submit", "", refused).await;
    assert!(again.contains("đã duyệt xong"), "{again}");
    let page = office.get("thu-ky", &versions).await;
    check_page("versions", &page);
    assert!(page.text.contains("Ý kiến chỉ đạo: Bổ sung phụ lục"));
    assert_eq!(page.text.matches("bước Trưởng phòng").count(), 2);
    let consultation = office.desk.app.consultation(None).await.unwrap();
    let version = office
        .desk
        .app
        .report_version(&consultation, 1)
        .await
        .unwrap();
    assert_eq!(version.reviews.len(), 7);
    let report = office.desk.app.verify().await.unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
}

#[tokio::test]
async fn steps_are_given_on_the_accounts_page() {
    let office = Office::new().await;
    let page = office.get("quan-tri", "/accounts").await;
    check_page("accounts", &page);
    assert!(
        page.text.contains("Lãnh đạo, bước Tổ trưởng"),
        "{}",
        page.text
    );
    assert!(page.text.contains("Lãnh đạo, chưa gắn bước duyệt"));
    let change = async |role: &str, step: &str| {
        let fields = [
            ("name", "Người thử"),
            ("role", role),
            ("approval_step", step),
        ];
        office
            .ask("quan-tri", "POST", "/accounts/chua-gan", &fields)
            .await
    };
    change("leader", "Giám đốc")
        .await
        .expect(StatusCode::SEE_OTHER);
    let unknown = change("leader", "Chủ tịch").await;
    let unknown = unknown.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unknown.text.contains("Không có bước duyệt “Chủ tịch”"));
    change("drafter", "Giám đốc")
        .await
        .expect(StatusCode::UNPROCESSABLE_ENTITY);
}
