//! The pages over a small real data folder, asked without a network.

mod access;
mod api;
mod approval;
mod desk;
mod groups;
mod letterhead;
mod letters;

use std::path::PathBuf;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HOST,
    IF_NONE_MATCH, LOCATION, ORIGIN, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt;

use super::address::encode;
use crate::app::ingest::{Incoming, Options};
use crate::app::setup::{Files, create_folder};
use crate::app::{App, Clock};
use crate::config::Config;

const BASE: &str = "/c/DA-TTKHCN-2021";
/// 2021-10-05, while the example was running.
const NOW_US: i64 = 1_633_400_000_000_000;

/// The shipped example.
struct Example;

impl Files for Example {
    fn list(&self) -> std::io::Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        std::fs::read(example().join(path))
    }
}

fn example() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/consultation/bac_giang_2021")
}

/// A data folder with the example's dossier and a few of its replies, behind the router.
struct Desk {
    router: Router,
    app: App,
    _folder: tempfile::TempDir,
}

/// What came back.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: HeaderName) -> &str {
        self.headers.get(name).map_or("", |it| it.to_str().unwrap())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    #[track_caller]
    fn expect(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            index_heap_bytes: 16 << 20,
            ..Config::default()
        };
        let path = folder.path().join("data");
        let app = create_folder(&path, config, Clock::Fixed(NOW_US))
            .await
            .unwrap();
        app.set_up(&Example, "consultation.toml").await.unwrap();
        let files = [
            "round_2/01_so_tai_chinh.eml",
            "round_2/03_so_cong_thuong.eml",
            "round_2/03b_so_cong_thuong_gui_lai.eml",
            "round_2/22_nguoi_gui_la.eml",
        ];
        for file in files {
            import(&app, file).await;
        }
        Self {
            router: super::router(app.clone()),
            app,
            _folder: folder,
        }
    }

    /// Under another address than this machine's.
    fn serve_as(&mut self, url: &str) {
        let config = Config {
            public_url: Some(url.to_owned()),
            ..(*self.app.config).clone()
        };
        self.app.config = std::sync::Arc::new(config);
        self.router = super::router(self.app.clone());
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<String> = fields
            .iter()
            .map(|(key, value)| format!("{key}={}", encode(value)))
            .collect();
        let request = Request::post(path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(fields.join("&")));
        self.ask(request.unwrap()).await
    }

    /// Number and version of a point.
    async fn any_point(&self) -> (i64, i64) {
        let found = self.get("/api/v1/points").await.json();
        let point = &found["points"][0];
        (
            point["id"].as_i64().unwrap(),
            point["version"].as_i64().unwrap(),
        )
    }

    async fn answer(&self, id: i64, version: i64, step: &str, text: &str) -> Answer {
        let version = version.to_string();
        let fields = [
            ("version", version.as_str()),
            ("step", step),
            ("decision", "note"),
            ("text", text),
            ("kept", "?q=a&at=0"),
        ];
        self.post(&format!("{BASE}/points/{id}/answer"), &fields)
            .await
    }
}

async fn import(app: &App, file: &str) {
    let consultation = app.consultation(None).await.unwrap();
    let round = app.round(consultation.id, 2).await.unwrap();
    let bytes = std::fs::read(example().join(file)).unwrap();
    let incoming = Incoming {
        name: file.to_owned(),
        reader: Box::new(std::io::Cursor::new(bytes)),
    };
    let options = Options {
        round: Some(round),
        ..Options::default()
    };
    app.import(&consultation, incoming, &options, &|_| {})
        .await
        .unwrap();
}

#[track_caller]
fn check_page(path: &str, answer: &Answer) {
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    assert_whole(path, answer);
    assert!(
        answer.text.len() < 150_000,
        "{path} has {} bytes",
        answer.text.len()
    );
}

/// Language, one heading, no inline style or script, the headers.
#[track_caller]
fn assert_whole(path: &str, answer: &Answer) {
    let text = &answer.text;
    assert!(text.contains("<html lang=\"vi\">"), "{path}: no language");
    assert_eq!(
        text.matches("<h1").count(),
        1,
        "{path}: headings of the first level"
    );
    assert!(text.contains("<main"), "{path}: no main");
    for inline in ["<style", " style=", "<script>", " onclick=", "javascript:"] {
        assert!(!text.contains(inline), "{path}: {inline}");
    }
    let policy = answer.header(CONTENT_SECURITY_POLICY);
    assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
    assert!(!policy.contains("unsafe"), "{path}: {policy}");
    assert_eq!(answer.header(X_CONTENT_TYPE_OPTIONS), "nosniff", "{path}");
}

#[tokio::test]
async fn every_page_is_whole() {
    let desk = Desk::new().await;
    let (point, _) = desk.any_point().await;
    let pages = [
        String::new(),
        "points".into(),
        "points?q=thi%20truong&in=answers&page=2".into(),
        "points?section=none&state=open&channel=email&stance=add&decision=accept".into(),
        "points?section=%C4%90%E1%BB%81%20%C3%A1n%20%C2%B7%20III.2&round=2".into(),
        format!("points/{point}"),
        format!("points/{point}?q=de&at=1&saved=draft"),
        "submissions".into(),
        "submissions?state=unread".into(),
        "submissions/1".into(),
        "triage".into(),
        "groups".into(),
        "groups?state=confirmed&page=2&done=proposed&n=3".into(),
        "roster".into(),
        "import".into(),
        "record".into(),
        "reports".into(),
        "letters".into(),
        "letters/preview?kind=reminder&round=2".into(),
        "letters/preview?kind=invitation&round=2&organization=STC".into(),
        "reports?round=2".into(),
    ];
    for page in pages {
        let path = format!("{BASE}/{page}");
        check_page(&path, &desk.get(&path).await);
    }
    assert_eq!(desk.get("/").await.header(LOCATION), format!("{BASE}/"));
    assert_eq!(desk.get(BASE).await.header(LOCATION), format!("{BASE}/"));
    assert_eq!(desk.get("/healthz").await.text, "ok");
}

#[tokio::test]
async fn what_does_not_exist_has_a_way_back() {
    let desk = Desk::new().await;
    for path in [
        "/nowhere",
        "/c/KHONG-CO/",
        &format!("{BASE}/points/999999"),
        &format!("{BASE}/points/x"),
        &format!("{BASE}/submissions/999999"),
        &format!("{BASE}/reports/full.exe"),
        "/originals/999999",
        "/static/app-0.css",
    ] {
        let answer = desk.get(path).await.expect(StatusCode::NOT_FOUND);
        assert_whole(path, &answer);
        assert!(answer.text.contains("href=\"/\""), "{path}");
    }
    let answer = desk.get(&format!("{BASE}/points?decision=x")).await;
    assert_whole("decision=x", &answer.expect(StatusCode::BAD_REQUEST));
    let answer = desk.get(&format!("{BASE}/points?organization=zzzz")).await;
    assert_whole("organization", &answer.expect(StatusCode::BAD_REQUEST));
    let answer = desk.post(&format!("{BASE}/roster"), &[]).await;
    assert_whole("method", &answer.expect(StatusCode::METHOD_NOT_ALLOWED));
}

#[tokio::test]
async fn what_people_type_is_text() {
    let desk = Desk::new().await;
    let fields = [
        ("channel", "phone"),
        ("round", "2"),
        ("organization", "Sở Tài chính"),
        ("speaker_role", "<b>"),
        ("held_on", "05/9/2021"),
        ("title", "Gọi <script>alert(1)</script>"),
        (
            "text",
            "Đề nghị bổ sung <script>alert(2)</script> vào mục III.2.",
        ),
    ];
    let answer = desk.post(&format!("{BASE}/record"), &fields).await;
    let address = answer
        .expect(StatusCode::SEE_OTHER)
        .header(LOCATION)
        .to_owned();
    let point = desk.get("/api/v1/points?q=alert").await.json()["points"][0]["id"].clone();
    for path in [
        address,
        format!("{BASE}/points?q=%3Cscript%3Ealert"),
        format!("{BASE}/points/{point}"),
        format!("{BASE}/submissions"),
    ] {
        let answer = desk.get(&path).await;
        check_page(&path, &answer);
        assert!(answer.text.contains("&#60;"), "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_typed_opinion_that_lacks_something_keeps_its_words() {
    let desk = Desk::new().await;
    let fields = [
        ("channel", "phone"),
        ("round", ""),
        ("organization", "Sở Không Có Thật"),
        ("speaker_role", ""),
        ("held_on", "05/9/2021"),
        ("title", "Điện thoại"),
        ("text", "Lời đã gõ."),
    ];
    let answer = desk.post(&format!("{BASE}/record"), &fields).await;
    let answer = answer.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("Lời đã gõ."));
    assert!(answer.text.contains("Sở Không Có Thật"));
}

#[tokio::test]
async fn only_our_own_pages_write() {
    let desk = Desk::new().await;
    let (point, version) = desk.any_point().await;
    let write = |name: HeaderName, value: &str| {
        Request::post(format!("{BASE}/points/{point}/answer"))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(HOST, "127.0.0.1:8080")
            .header(name, value)
            .body(Body::from(format!("version={version}&step=save&text=x")))
            .unwrap()
    };
    let site = HeaderName::from_static("sec-fetch-site");
    let answer = desk.ask(write(site.clone(), "cross-site")).await;
    assert_whole("cross-site", &answer.expect(StatusCode::FORBIDDEN));
    let answer = desk.ask(write(ORIGIN, "http://evil.example")).await;
    answer.expect(StatusCode::FORBIDDEN);
    let answer = desk.ask(write(site, "same-origin")).await;
    answer.expect(StatusCode::SEE_OTHER);
    let rebound = Request::get("/")
        .header(HOST, "evil.example")
        .body(Body::empty());
    let answer = desk.ask(rebound.unwrap()).await;
    assert_whole("rebinding", &answer.expect(StatusCode::MISDIRECTED_REQUEST));
}

#[tokio::test]
async fn an_answer_is_saved_and_a_stale_one_is_shown_beside_it() {
    let desk = Desk::new().await;
    let (point, version) = desk.any_point().await;
    let saved = desk
        .answer(point, version, "save", "Lời thứ nhất.\r\nDòng hai.")
        .await;
    let address = saved
        .expect(StatusCode::SEE_OTHER)
        .header(LOCATION)
        .to_owned();
    assert_eq!(
        address,
        format!("{BASE}/points/{point}?q=a&at=0&saved=draft")
    );
    let page = desk.get(&address).await;
    assert!(
        page.text.contains("Lời thứ nhất.\nDòng hai."),
        "{}",
        page.text
    );
    assert!(page.text.contains("Đã lưu nội dung trả lời."));

    let stale = desk.answer(point, version, "save", "Lời thứ hai.").await;
    let stale = stale.expect(StatusCode::CONFLICT);
    assert_whole("conflict", &stale);
    assert!(stale.text.contains("Lời thứ nhất.") && stale.text.contains("Lời thứ hai."));

    let point_now = desk.get(&format!("/api/v1/points/{point}")).await.json();
    assert_eq!(point_now["answer"]["text"], "Lời thứ nhất.\nDòng hai.");
    let version = point_now["version"].as_i64().unwrap();
    let empty = desk.answer(point, version, "submit", " ").await;
    assert_whole("refused", &empty.expect(StatusCode::UNPROCESSABLE_ENTITY));
    let submitted = desk.answer(point, version, "submit", "Lời thứ ba.").await;
    submitted.expect(StatusCode::SEE_OTHER);
    let page = desk.get(&format!("{BASE}/points/{point}")).await;
    assert!(page.text.contains("Lãnh đạo xem xét"));
    let approved = desk
        .answer(point, version + 1, "approve", "không lấy")
        .await;
    approved.expect(StatusCode::SEE_OTHER);
    let point_now = desk.get(&format!("/api/v1/points/{point}")).await.json();
    assert_eq!(point_now["answer"]["text"], "Lời thứ ba.");
    assert_eq!(point_now["answer"]["state"], "approved");
}

#[tokio::test]
async fn a_point_is_moved_set_aside_and_escalated() {
    let desk = Desk::new().await;
    let (point, mut version) = desk.any_point().await;
    let address = format!("{BASE}/points/{point}/decision");
    for (act, key, value) in [
        ("section", "section", "Tờ trình"),
        ("out_of_scope", "reason", "Thuộc luật khác"),
        ("in_scope", "reason", ""),
        ("escalate", "reason", ""),
        ("report_text", "report_text", "Trình bày gọn"),
    ] {
        let seen = version.to_string();
        let fields = [("version", seen.as_str()), ("act", act), (key, value)];
        desk.post(&address, &fields)
            .await
            .expect(StatusCode::SEE_OTHER);
        version += 1;
    }
    let stale = [("version", "0"), ("act", "settle")];
    desk.post(&address, &stale)
        .await
        .expect(StatusCode::CONFLICT);
    let now = desk.get(&format!("/api/v1/points/{point}")).await.json();
    assert_eq!(now["section"], "Tờ trình · Toàn văn bản");
    assert_eq!(now["needs_leadership"], true);
    let page = desk.get(&format!("{BASE}/points/{point}")).await.text;
    assert!(page.contains("Trình bày gọn"));
}

#[tokio::test]
async fn a_waiting_submission_is_decided_in_triage() {
    let desk = Desk::new().await;
    let triage = desk.get(&format!("{BASE}/triage")).await.text;
    let action = triage.split("action=\"").skip(1).find_map(|rest| {
        let (address, _) = rest.split_once('"')?;
        address
            .contains("/submissions/")
            .then(|| address.to_owned())
    });
    let action = action.expect("the example has a letter from an unknown sender");
    let fields = [
        ("act", "count"),
        ("organizations", "Sở Tài chính; Sở Công Thương"),
        ("class", "comments"),
        ("round", "2"),
        ("back", "triage"),
    ];
    let decided = desk
        .post(&action, &fields)
        .await
        .expect(StatusCode::SEE_OTHER);
    assert_eq!(decided.header(LOCATION), format!("{BASE}/triage"));
    let triage = desk.get(&format!("{BASE}/triage")).await.text;
    assert!(!triage.contains(&action));
}

#[tokio::test]
async fn files_come_in_and_say_what_became_of_them() {
    let desk = Desk::new().await;
    let upload = |content: &str| {
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"round\"\r\n\r\n2\r\n--x\r\n\
             Content-Disposition: form-data; name=\"files\"; filename=\"g\u{f3}p \u{fd}.txt\"\r\n\r\n{content}\r\n--x--\r\n"
        );
        Request::post(format!("{BASE}/import"))
            .header(CONTENT_TYPE, "multipart/form-data; boundary=x")
            .body(Body::from(body))
            .unwrap()
    };
    let letter = "SỞ Y TẾ\nSố: 99/SYT-KH\n\n1. Đề nghị bổ sung mục III.2.";
    let answer = desk.ask(upload(letter)).await;
    check_page("import", &answer);
    assert!(answer.text.contains("góp ý.txt"), "{}", answer.text);
    let again = desk.ask(upload(letter)).await;
    assert!(
        again.text.contains("đã được nhập trước đây"),
        "{}",
        again.text
    );
    let empty = Request::post(format!("{BASE}/import"))
        .header(CONTENT_TYPE, "multipart/form-data; boundary=x")
        .body(Body::from("--x--\r\n"));
    desk.ask(empty.unwrap())
        .await
        .expect(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn originals_and_reports_are_sent_safely() {
    let desk = Desk::new().await;
    let original = desk.get("/originals/1").await.expect(StatusCode::OK);
    assert_eq!(original.header(CONTENT_TYPE), "application/octet-stream");
    assert!(
        original
            .header(CONTENT_DISPOSITION)
            .starts_with("attachment; ")
    );
    assert_eq!(original.header(CACHE_CONTROL), "no-store");
    let report = desk
        .get(&format!("{BASE}/reports/roster.html?round=2"))
        .await;
    let report = report.expect(StatusCode::OK);
    let policy = report.header(CONTENT_SECURITY_POLICY);
    assert!(
        policy.contains("'sha256-") && policy.contains("sandbox"),
        "{policy}"
    );
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("script"),
        "{policy}"
    );
    let word = desk
        .get(&format!("{BASE}/reports/open-work.docx"))
        .await
        .expect(StatusCode::OK);
    assert!(word.header(CONTENT_DISPOSITION).contains("open-work.docx"));
    let nobody = desk.get(&format!("{BASE}/reports/extract.html")).await;
    nobody.expect(StatusCode::BAD_REQUEST);
    let bundle = desk.get(&format!("{BASE}/reports/roster.zip")).await;
    let bundle = bundle.expect(StatusCode::OK);
    assert!(bundle.header(CONTENT_DISPOSITION).contains("kem-ban-goc"));
}

#[tokio::test]
async fn static_files_are_kept_by_their_hash() {
    let desk = Desk::new().await;
    let page = desk.get(&format!("{BASE}/record")).await.text;
    let (_, rest) = page.split_once("rel=\"stylesheet\" href=\"").unwrap();
    let (address, _) = rest.split_once('"').unwrap();
    let style = desk.get(address).await.expect(StatusCode::OK);
    assert!(style.header(CACHE_CONTROL).contains("immutable"));
    let etag = style.header(ETAG).to_owned();
    let again = Request::get(address)
        .header(IF_NONE_MATCH, etag)
        .body(Body::empty());
    let again = desk
        .ask(again.unwrap())
        .await
        .expect(StatusCode::NOT_MODIFIED);
    assert_eq!(again.text, "");
}

#[tokio::test]
async fn json_has_its_promised_shape() {
    let desk = Desk::new().await;
    let status = desk
        .get("/api/v1/status")
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(status["consultation"]["code"], "DA-TTKHCN-2021");
    assert_eq!(status["rounds"][1]["number"], 2);
    assert!(status["submissions"]["counted"].as_i64() > Some(0));
    assert!(status["equations"][0]["holds"].is_boolean());
    let found = desk
        .get("/api/v1/points?q=doanh%20nghiep&round=2")
        .await
        .json();
    assert!(found["meta"]["total"].as_u64() > Some(0), "{found}");
    let point = &found["points"][0];
    for key in [
        "id",
        "text",
        "section",
        "organizations",
        "state",
        "version",
        "answer",
    ] {
        assert!(point.get(key).is_some(), "no `{key}` in {point}");
    }
    assert!(!point["highlights"].as_array().unwrap().is_empty());
    for (path, status, code) in [
        ("/api/v1/points/999999", StatusCode::NOT_FOUND, "not_found"),
        ("/api/v1/points?state=x", StatusCode::BAD_REQUEST, "invalid"),
        ("/api/v1/nowhere", StatusCode::NOT_FOUND, "not_found"),
    ] {
        let error = desk.get(path).await.expect(status).json();
        assert_eq!(error["error"]["code"], code, "{path}");
        assert!(error["error"]["message"].is_string(), "{path}");
    }
}

#[tokio::test]
async fn a_version_is_frozen_and_compared() {
    let desk = Desk::new().await;
    let versions = format!("{BASE}/versions");
    let refused = desk.post(&versions, &[("edition", "official")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("Chưa chốt được bản chính thức"));
    assert_whole(&versions, &refused);

    let frozen = desk.post(&versions, &[("edition", "working")]).await;
    assert_eq!(
        frozen.expect(StatusCode::SEE_OTHER).header(LOCATION),
        versions
    );
    let page = desk.get(&versions).await.expect(StatusCode::OK);
    check_page(&versions, &page);
    assert!(page.text.contains("Bản trình lần 1"));
    assert!(page.text.contains("Bản làm việc"));
    let again = desk.post(&versions, &[("edition", "working")]).await;
    assert!(again.text.contains("Không có gì thay đổi"));

    let word = desk.get(&format!("{versions}/1/docx")).await;
    assert!(
        word.expect(StatusCode::OK)
            .header(CONTENT_DISPOSITION)
            .contains("ban-trinh-lan-1.docx")
    );
    let comparison = format!("{versions}/1/comparison");
    let page = desk.get(&comparison).await.expect(StatusCode::OK);
    check_page(&comparison, &page);
    assert!(page.text.contains("thay đổi 0"));
    let (id, version) = desk.any_point().await;
    desk.answer(id, version, "submit", "Ghi nhận ý kiến của đơn vị.")
        .await
        .expect(StatusCode::SEE_OTHER);
    let document = desk.get(&format!("{comparison}.html")).await;
    let document = document.expect(StatusCode::OK).text;
    assert!(document.contains("thay đổi 01"), "{document}");
    assert!(
        document.contains("<ins>Ghi nhận ý kiến của đơn vị.</ins>"),
        "{document}"
    );
    let word = desk.get(&format!("{comparison}.docx")).await;
    assert!(
        word.expect(StatusCode::OK)
            .header(CONTENT_DISPOSITION)
            .contains("so-sanh-ban-trinh.docx")
    );
    for missing in [
        "/1/comparison.exe",
        "/7/docx",
        "/1/exe",
        "/1/signed",
        "/7/comparison",
    ] {
        desk.get(&format!("{versions}{missing}"))
            .await
            .expect(StatusCode::NOT_FOUND);
    }
}
