//! Every route, asked for by everybody.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, LOCATION, SET_COOKIE};
use axum::http::{Request, StatusCode};

use super::{Answer, BASE, Desk};
use crate::app::accounts::Profile;
use crate::domain::Role;
use crate::web::access::ACCESS;

const PASSWORD: &str = "mot cau de nho";

/// What a person shows.
#[derive(Clone)]
enum Shown {
    Nothing,
    Cookie(String),
    Token(String),
}

/// Method and pattern, and who may.
fn expected() -> BTreeMap<(String, String), String> {
    let text = include_str!("../../../fixtures/web/access.tsv");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [method, pattern, who] = cells.as_slice() else {
                panic!("{line}");
            };
            (
                ((*method).to_owned(), (*pattern).to_owned()),
                (*who).to_owned(),
            )
        })
        .collect()
}

/// The patterns that the router names, and under which methods, read from its own words.
fn routes() -> BTreeSet<(String, String)> {
    let mut routes = BTreeSet::new();
    for (text, prefix) in [
        (include_str!("../router.rs"), ""),
        (include_str!("../api.rs"), "/api/v1"),
    ] {
        // `let upload = get(…).post(…)` is used by name further down.
        let named = |name: &str| {
            let from = text.find(&format!("let {name} ="))?;
            text.get(from..)?.split(';').next()
        };
        for route in text.split(".route(").skip(1) {
            let mut words = route.split('"');
            let pattern = words.nth(1).unwrap();
            let handlers = words.next().unwrap().split("\n        .").next().unwrap();
            let name = handlers.trim_matches(|c: char| !c.is_alphanumeric() && c != '_');
            let handlers = named(name).unwrap_or(handlers);
            let pattern = format!("{prefix}{pattern}");
            let before = routes.len();
            for (method, call) in [("GET", "get("), ("POST", "post(")] {
                if handlers.contains(call) {
                    routes.insert((method.to_owned(), pattern.clone()));
                }
            }
            assert!(routes.len() > before, "{pattern}: {handlers}");
        }
    }
    routes
}

#[test]
fn every_route_says_who_may() {
    let table: BTreeSet<_> = ACCESS
        .iter()
        .map(|(method, pattern, _)| ((*method).to_owned(), (*pattern).to_owned()))
        .collect();
    assert_eq!(table.len(), ACCESS.len(), "a route is in the table twice");
    assert_eq!(table, routes());
    assert_eq!(table, expected().into_keys().collect());
}

async fn ask(desk: &Desk, method: &str, path: &str, shown: &Shown) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    request = match shown {
        Shown::Nothing => request,
        Shown::Cookie(cookie) => request.header(COOKIE, cookie),
        Shown::Token(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
    };
    let request = request
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::empty());
    desk.ask(request.unwrap()).await
}

async fn sign_in(desk: &Desk, login: &str) -> Shown {
    let fields = [
        ("login", login),
        ("password", PASSWORD),
        ("next", "/account"),
    ];
    let answer = desk.post("/sign-in", &fields).await;
    assert_eq!(answer.header(LOCATION), "/account", "{}", answer.text);
    let cookie = answer.header(SET_COOKIE);
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    Shown::Cookie(cookie.split(';').next().unwrap().to_owned())
}

async fn add(desk: &Desk, login: &str, roles: &[Role]) {
    let profile = Profile {
        name: format!("Người thử {login}"),
        roles: roles.iter().copied().collect(),
        approval_step: None,
        is_disabled: false,
    };
    let added = desk.app.add_account(login, &profile, PASSWORD).await;
    added.unwrap();
}

fn was_refused(answer: &Answer) -> bool {
    matches!(
        answer.status,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
    ) || answer.header(LOCATION).starts_with("/sign-in")
}

#[tokio::test]
async fn every_route_is_open_to_those_it_is_for() {
    let desk = Desk::new().await;
    add(&desk, "administrator", &[Role::Administrator]).await;
    let mut people = vec![("nobody", Shown::Nothing)];
    for role in Role::ALL {
        if role != Role::Administrator {
            add(&desk, role.code(), &[role]).await;
        }
        people.push((role.code(), sign_in(&desk, role.code()).await));
    }
    add(&desk, "program", &[Role::Secretary]).await;
    let accounts = desk.app.accounts().await.unwrap();
    let program = accounts.iter().find(|it| it.login == "program").unwrap();
    let token = desk.app.make_token(program, "máy").await;
    people.push(("secretary", Shown::Token(token.unwrap())));
    let ended = sign_in(&desk, "leader").await;
    ask(&desk, "POST", "/sign-out", &ended).await;
    people.push(("nobody", ended));
    people.push(("nobody", Shown::Token("0".repeat(64))));
    let mut n_asked = 0;
    for ((method, pattern), who) in expected() {
        let path = pattern
            .replace("/c/{code}", BASE)
            .replace("{id}", "999999")
            .replace("{part}", "999999")
            .replace("{number}", "1")
            .replace("{name}", "x");
        for (role, shown) in &people {
            // Ends the session; asked for above.
            if pattern == "/sign-out" && *role != "nobody" {
                continue;
            }
            let is_expected = match who.as_str() {
                "anyone" => true,
                "first run" => false,
                "signed in" => *role != "nobody",
                roles => roles.split(' ').any(|of| of == *role),
            };
            let answer = ask(&desk, &method, &path, shown).await;
            let is_open = if who == "first run" {
                answer.header(LOCATION) != "/"
            } else if pattern == "/sign-in" || pattern == "/sign-out" {
                answer.status != StatusCode::FORBIDDEN
            } else {
                !was_refused(&answer)
            };
            assert_eq!(
                is_open, is_expected,
                "{method} {pattern} as {role}: {} {}",
                answer.status, answer.text
            );
            n_asked += 1;
        }
    }
    assert!(n_asked > 300, "{n_asked}");
}

#[tokio::test]
async fn steps_of_an_answer_belong_to_roles() {
    let desk = Desk::new().await;
    let (id, version) = desk.any_point().await;
    add(&desk, "administrator", &[Role::Administrator]).await;
    for role in [Role::Drafter, Role::Leader, Role::Secretary] {
        add(&desk, role.code(), &[role]).await;
    }
    let path = format!("{BASE}/points/{id}/answer");
    let step = async |login: &str, version: i64, step: &str, on_behalf: &str| {
        let Shown::Cookie(cookie) = sign_in(&desk, login).await else {
            panic!("no cookie");
        };
        let fields = format!(
            "version={version}&step={step}&decision=note&text=Ghi+nh%E1%BA%ADn.&on_behalf={on_behalf}&remark=x"
        );
        let request = Request::post(&path)
            .header(COOKIE, cookie)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(fields));
        desk.ask(request.unwrap()).await.status
    };
    assert_eq!(
        step("secretary", version, "save", "").await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        step("drafter", version, "approve", "").await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        step("drafter", version, "submit", "").await,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        step("secretary", version + 1, "approve", "").await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        step(
            "secretary",
            version + 1,
            "approve",
            "Gi%C3%A1m+%C4%91%E1%BB%91c"
        )
        .await,
        StatusCode::SEE_OTHER
    );
    let leader = sign_in(&desk, "leader").await;
    let page = ask(&desk, "GET", &format!("{BASE}/points/{id}"), &leader).await;
    for author in [
        "Người thử drafter (drafter)",
        "Giám đốc (do Người thử secretary (secretary) ghi)",
    ] {
        assert!(page.text.contains(author), "{author}: {}", page.text);
    }
}

#[tokio::test]
async fn the_office_is_reached_by_its_own_name_once_it_has_accounts() {
    let mut desk = Desk::new().await;
    desk.serve_as("https://gop-y.so.example");
    let ask_as = async |desk: &Desk, host: &str| {
        let request = Request::get("/sign-in").header(HOST, host);
        desk.ask(request.body(Body::empty()).unwrap()).await
    };
    let early = ask_as(&desk, "gop-y.so.example").await;
    assert_eq!(early.status, StatusCode::MISDIRECTED_REQUEST);
    add(&desk, "administrator", &[Role::Administrator]).await;
    let mine = ask_as(&desk, "gop-y.so.example").await;
    assert_eq!(mine.status, StatusCode::OK);
    let other = ask_as(&desk, "evil.example").await;
    assert_eq!(other.status, StatusCode::MISDIRECTED_REQUEST);
    let fields = "login=administrator&password=mot+cau+de+nho";
    let request = Request::post("/sign-in")
        .header(HOST, "gop-y.so.example")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(fields));
    let answer = desk.ask(request.unwrap()).await;
    assert!(answer.header(SET_COOKIE).contains("Secure"));
}

#[tokio::test]
async fn the_first_account_closes_the_door_behind_it() {
    let desk = Desk::new().await;
    let page = desk.get(&format!("{BASE}/")).await.expect(StatusCode::OK);
    assert!(page.text.contains("Lập tài khoản"));
    let fields = |repeated| {
        [
            ("login", "an.nv"),
            ("name", "Nguyễn Văn An"),
            ("password", PASSWORD),
            ("repeated", repeated),
        ]
    };
    let wrong = desk.post("/first-account", &fields("khac")).await;
    assert!(wrong.text.contains("chưa giống nhau"), "{}", wrong.text);
    assert!(wrong.text.contains("Nguyễn Văn An"), "what was typed stays");
    let made = desk.post("/first-account", &fields(PASSWORD)).await;
    let cookie = made
        .header(SET_COOKIE)
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let closed = desk.get(&format!("{BASE}/")).await;
    assert_eq!(
        closed.header(LOCATION),
        "/sign-in?next=%2Fc%2FDA-TTKHCN-2021%2F"
    );
    let again = desk.post("/first-account", &fields(PASSWORD)).await;
    assert_eq!(again.header(LOCATION), "/");
    let mine = ask(&desk, "GET", "/account", &Shown::Cookie(cookie)).await;
    assert!(mine.text.contains("an.nv"), "{}", mine.text);
}

#[tokio::test]
async fn the_trail_names_who_did_what() {
    let desk = Desk::new().await;
    let page = desk.get("/audit").await.expect(StatusCode::OK);
    super::check_page("/audit", &page);
    add(&desk, "administrator", &[Role::Administrator]).await;
    let admin = sign_in(&desk, "administrator").await;
    let Shown::Cookie(cookie) = &admin else {
        panic!("no cookie");
    };
    let fields =
        "login=doc.gia&name=%C4%90%E1%BB%99c+gi%E1%BA%A3&role=reader&password=mot+cau+de+nho";
    let request = Request::post("/accounts")
        .header(COOKIE, cookie)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(fields));
    desk.ask(request.unwrap())
        .await
        .expect(StatusCode::SEE_OTHER);
    let author = "Người thử administrator (administrator)";
    let path = format!("/audit?actor={}", super::encode(author));
    let own = ask(&desk, "GET", &path, &admin).await.text;
    assert!(own.contains("Thêm hoặc sửa tài khoản"), "{own}");
    assert!(!own.contains("Nhận, giữ bản gốc"), "{own}");
    let checked = ask(&desk, "POST", "/audit/verification", &admin).await.text;
    assert!(checked.contains("Không có gì sai"), "{checked}");
}

#[tokio::test]
async fn without_accounts_only_this_machine_is_the_owner() {
    let mut desk = Desk::new().await;
    desk.serve_as("https://gop-y.so.example");
    let ask_from = async |from: &str, forwarded: Option<&str>| {
        let peer: std::net::SocketAddr = from.parse().unwrap();
        let mut request = Request::get("/first-account")
            .header(HOST, "127.0.0.1:8080")
            .extension(ConnectInfo(peer));
        if let Some(forwarded) = forwarded {
            request = request.header("x-forwarded-for", forwarded);
        }
        desk.ask(request.body(Body::empty()).unwrap()).await
    };
    let here = ask_from("127.0.0.1:50000", None).await;
    assert_eq!(here.status, StatusCode::OK, "{}", here.text);
    // A stranger's word that it asks for 127.0.0.1 is not believed.
    for (from, forwarded) in [
        ("10.0.0.9:50000", None),
        ("127.0.0.1:50000", Some("10.0.0.9")),
    ] {
        let refused = ask_from(from, forwarded).await;
        assert_eq!(refused.header(LOCATION), "/", "{from} {forwarded:?}");
    }
}
