//! Drafters and a leader at their pages: two at one answer, a server that dies in the middle of an
//! edit, a thousand comments on one section, and what axe-core says of every page.

use std::time::Duration;

use serde_json::Value;

use crate::browser::{Browser, in_browser};
use crate::postgres::{block_on, cluster};
use crate::store_contract::Engine;
use crate::support::{Desk, Server, example, http_client, root};

const BASE: &str = "/c/DA-TTKHCN-2021";

/// An open point of the example.
fn open_point(desk: &Desk) -> String {
    let found = desk
        .run(["search", "", "--state", "open", "--json"])
        .expect(0);
    let id = found.json()["points"][0]["id"].clone();
    format!("{BASE}/points/{id}")
}

/// Waits until the page says something.
async fn wait_for(browser: &Browser, words: &str) {
    for _ in 0..200 {
        if browser.text().await.contains(words) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the page never says “{words}”:\n{}", browser.text().await);
}

async fn sign_in(browser: &Browser, server: &Server, login: &str, password: &str) {
    browser.goto(server, "/sign-in").await;
    browser.fill("input[name=login]", login).await;
    browser.fill("input[name=password]", password).await;
    browser.submit("main button[type=submit]").await;
}

/// The value of the answer's field, as the browser has it.
async fn typed(browser: &Browser) -> String {
    let script = "return document.querySelector('textarea[name=text]').value";
    let value = browser.client.execute(script, vec![]).await.unwrap();
    value.as_str().unwrap().to_owned()
}

#[test]
fn two_drafters_at_one_answer_lose_nothing() {
    let desk = Desk::with_demo();
    let own = open_point(&desk);
    let server = desk.serve();
    let add = |login: &str, name: &str, roles: &str| {
        let account = [
            "account", "add", login, "--name", name, "--roles", roles, "--json",
        ];
        let added = desk.run(account).expect(0).json();
        added["password"].as_str().unwrap().to_owned()
    };
    add("quan.tri", "Phạm Quản Trị", "administrator");
    let first_password = add("le.an", "Lê Thị An", "drafter");
    let second_password = add("vu.bach", "Vũ Văn Bách", "drafter");
    block_on(async {
        let (first, second) = (Browser::start().await, Browser::start().await);
        sign_in(&first, &server, "le.an", &first_password).await;
        sign_in(&second, &server, "vu.bach", &second_password).await;
        first.goto(&server, &own).await;
        second.goto(&server, &own).await;
        first
            .fill("textarea[name=text]", "Ghi nhận, giao phòng chuyên môn.")
            .await;
        wait_for(&first, "Đã giữ phần soạn dở").await;
        // What one types the other does not see.
        second.goto(&server, &own).await;
        assert!(!second.text().await.contains("giao phòng chuyên môn"));
        second.click("input[name=decision][value=note]").await;
        second
            .fill("textarea[name=text]", "Ghi nhận, giao trung tâm.")
            .await;
        second.submit("button[name=step][value=save]").await;
        Browser::expect(&second.text().await, "Đã lưu nội dung trả lời.");

        first.click("input[name=decision][value=note]").await;
        first.submit("button[name=step][value=save]").await;
        let clash = first.text().await;
        for words in [
            "Hai người cùng sửa câu trả lời này",
            "Lúc bắt đầu",
            "Chưa có câu trả lời.",
            "Ghi nhận, giao trung tâm.",
            "Vũ Văn Bách",
            "Ghi nhận, giao phòng chuyên môn.",
        ] {
            Browser::expect(&clash, words);
        }
        assert_eq!(typed(&first).await, "Ghi nhận, giao phòng chuyên môn.");
        // She takes hers; both stand in the history.
        first.submit("button[name=step][value=save]").await;
        let after = first.text().await;
        Browser::expect(&after, "Đã lưu nội dung trả lời.");
        Browser::expect(&after, "Lần 2 · Lê Thị An (le.an)");
        Browser::expect(&after, "Lần 1 · Vũ Văn Bách (vu.bach)");
        first.stop().await;
        second.stop().await;
    });
    desk.run(["verify"]).expect(0);
}

#[test]
fn words_survive_a_server_that_dies_in_the_middle_of_an_edit() {
    let desk = Desk::with_demo();
    let own = open_point(&desk);
    let server = desk.serve();
    let address = server.url.trim_start_matches("http://").to_owned();
    block_on(async {
        let browser = Browser::start().await;
        browser.goto(&server, &own).await;
        browser.fill("textarea[name=text]", "Câu thứ nhất.").await;
        wait_for(&browser, "Đã giữ phần soạn dở").await;
        server.kill();
        let text = browser.find("textarea[name=text]").await;
        text.send_keys(" Câu thứ hai.").await.unwrap();
        wait_for(&browser, "Chưa giữ được phần đang soạn").await;
        let server = desk.serve_at(&address);
        wait_for(&browser, "Đã giữ phần soạn dở").await;
        server.kill();

        let server = desk.serve_at(&address);
        browser.goto(&server, &own).await;
        Browser::expect(&browser.text().await, "Phần soạn dở lúc");
        assert_eq!(typed(&browser).await, "Câu thứ nhất. Câu thứ hai.");
        Browser::expect(&browser.text().await, "Chưa có nội dung trả lời.");
        browser.stop().await;
    });
    desk.run(["verify"]).expect(0);
}

#[test]
fn many_are_chosen_with_one_mark_and_approved() {
    in_browser(|browser, server| async move {
        browser.goto(&server, &format!("{BASE}/leader")).await;
        let before = browser.text().await;
        Browser::expect(&before, "Chờ lãnh đạo");
        Browser::expect(&before, "Số liệu khớp");
        browser.click("[data-choose-all] input").await;
        browser.submit("button[name=step][value=approve]").await;
        let done = browser.text().await;
        Browser::expect(&done, "Đã ghi");
        Browser::expect(&done, "Đã duyệt");
        browser
            .goto(&server, &format!("{BASE}/points?state=open"))
            .await;
        browser.click("#bulk summary").await;
        browser.click("[data-choose-all] input").await;
        browser.click("#bulk input[value=note]").await;
        browser.fill("#bulk textarea", "Ghi nhận.").await;
        browser.submit("#bulk button[value=submit]").await;
        Browser::expect(&browser.text().await, "Đã trình");
        browser.stop().await;
    });
}

/// Pages a person works with, of the example.
const PAGES: &[&str] = &[
    "/",
    "/mine",
    "/leader",
    "/points?state=open",
    "/points/1",
    "/points/91",
    "/assignments",
    "/phrases",
    "/edits",
    "/keys",
    "/groups",
    "/submissions",
    "/submissions/1",
    "/triage",
    "/roster",
    "/import",
    "/record",
    "/reports",
    "/versions",
    "/letters",
    "/letterhead",
    "/drafts",
];

/// What axe-core finds on every page, on a screen of this size.
async fn find_barriers(browser: &Browser, server: &Server, axe: &str, size: (u32, u32)) {
    let mut problems = Vec::new();
    browser
        .client
        .set_window_size(size.0, size.1)
        .await
        .unwrap();
    for path in PAGES {
        browser.goto(server, &format!("{BASE}{path}")).await;
        browser.client.execute(axe, vec![]).await.unwrap();
        let script = "const done = arguments[arguments.length - 1];
            axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })
               .then((found) => done(found.violations.map((it) => `${it.id}: ` +
                   it.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(' | '))));";
        let found = browser.client.execute_async(script, vec![]).await.unwrap();
        let found = found.as_array().expect("axe-core answers").clone();
        problems.extend(found.iter().map(|it| format!("{path}: {it}")));
    }
    assert!(problems.is_empty(), "{size:?}\n{}", problems.join("\n"));
}

#[test]
fn axe_finds_no_barrier_on_any_page_light_or_dark_wide_or_narrow() {
    let axe = root().join("target/axe-core/axe.min.js");
    let axe = std::fs::read_to_string(&axe).unwrap_or_else(|_| {
        panic!(
            "axe-core is missing; `tests/run` downloads it to {}",
            axe.display()
        )
    });
    let desk = Desk::with_demo();
    let server = desk.serve();
    block_on(async {
        let light = Browser::start().await;
        find_barriers(&light, &server, &axe, (1366, 768)).await;
        light.stop().await;
        let dark = Browser::start_with(&["--blink-settings=preferredColorScheme=0"]).await;
        dark.goto(&server, BASE).await;
        let script = "return matchMedia('(prefers-color-scheme: dark)').matches";
        let is_dark = dark.client.execute(script, vec![]).await.unwrap();
        assert_eq!(is_dark, Value::Bool(true));
        find_barriers(&dark, &server, &axe, (390, 844)).await;
        dark.stop().await;
    });
}

#[test]
fn a_thousand_comments_on_one_section_fit_every_page() {
    let desk = Desk::with_consultation();
    let mut table = String::from("STT,Cơ quan góp ý,Mục,Nội dung góp ý\n");
    for n in 1..=1000 {
        table.push_str(&format!(
            "{n},Sở Tài chính,Mục III.2,\"Ý kiến thứ {n}: đề nghị bổ sung mức hỗ trợ số {n} và làm rõ nguồn kinh phí thực hiện.\"\n"
        ));
    }
    let file = desk.write("bang.csv", table);
    desk.run([
        "import".as_ref(),
        file.as_os_str(),
        "--round".as_ref(),
        "2".as_ref(),
    ])
    .expect(0);
    let server = desk.serve();
    let client = http_client();
    let get = |path: &str| {
        block_on(async {
            let answer = client.get(format!("{}{BASE}{path}", server.url)).send();
            let answer = answer.await.unwrap();
            assert_eq!(answer.status(), 200, "{path}");
            answer.text().await.unwrap()
        })
    };
    let found = get("/points?state=open");
    assert!(found.contains("1.000 ý kiến"), "all are about one section");
    let section = desk
        .run(["search", "", "--json", "--limit", "1"])
        .expect(0)
        .json();
    let id = section["points"][0]["id"].clone();
    assert_ne!(section["points"][0]["section"], Value::Null);
    let paths = PAGES.iter().filter(|path| !path.contains("/points/"));
    let paths = paths.map(|path| (*path).to_owned());
    for path in paths.chain([
        format!("/points/{id}?state=open&at=0"),
        "/points?page=50".to_owned(),
    ]) {
        let page = get(&path);
        assert!(page.len() < 150_000, "{path} has {} bytes", page.len());
    }
}

/// Asks for a page, or sends a form.
type Ask<'a> = dyn Fn(&str, &[(&str, &str)]) -> (u16, String) + 'a;

/// A point of several sentences, where it may be cut, another point, and the number that is free.
fn find_points(ask: &Ask<'_>) -> (u32, String, u32, u32) {
    let listed = ask("/points", &[]).1;
    let ids = listed.split("id=\"point-").skip(1);
    let ids = ids.filter_map(|rest| rest.split('"').next()?.parse::<u32>().ok());
    let ids: Vec<u32> = ids.collect();
    let whole = ids.iter().find_map(|id| {
        let page = ask(&format!("/points/{id}"), &[]).1;
        let (_, rest) = page.split_once("name=\"cut\" value=\"")?;
        Some((*id, rest.split('"').next()?.to_owned()))
    });
    let (whole, cut) = whole.expect("a point of several sentences");
    let other = *ids.iter().find(|id| **id != whole).unwrap();
    (whole, cut, other, ids.iter().max().unwrap() + 1)
}

/// A drafter's and a leader's hour; returns what came of each step.
fn work(ask: &Ask<'_>) -> Vec<String> {
    let (whole, cut, other, first) = find_points(ask);
    let name = "Lê Thị An";
    let own = format!("/points/{whole}/decision");
    let unsaved = format!("/points/{whole}/unsaved");
    let first_decision = format!("/points/{first}/decision");
    let first_answer = format!("/points/{first}/answer");
    let second_decision = format!("/points/{}/decision", first + 1);
    let discard = format!("/points/{other}/unsaved/discard");
    let (into, approved) = (first.to_string(), format!("{first}:2"));
    let chosen = format!("{other}:0");
    let steps: [(&str, &[(&str, &str)]); 12] = [
        (&unsaved, &[("base", "0"), ("text", "Đang viết")]),
        (
            &own,
            &[("version", "0"), ("act", "note"), ("note", "Hỏi lại")],
        ),
        (&own, &[("version", "0"), ("act", "split"), ("cut", &cut)]),
        (
            &first_decision,
            &[("version", "0"), ("act", "drafter"), ("drafter", name)],
        ),
        (
            &second_decision,
            &[("version", "0"), ("act", "join"), ("into", &into)],
        ),
        ("/phrases", &[("text", "Ghi nhận."), ("decision", "note")]),
        ("/phrases/1/removal", &[("x", "")]),
        (
            "/assignments",
            &[("section-27", name), ("section-30", "Vũ Văn Bách")],
        ),
        (
            &first_answer,
            &[
                ("version", "1"),
                ("decision", "accept"),
                ("text", "Tiếp thu."),
                ("change_place", "mục II"),
                ("old_wording", "cũ"),
                ("new_wording", "mới"),
                ("step", "submit"),
            ],
        ),
        (
            "/leader/decisions",
            &[("point", &approved), ("step", "approve")],
        ),
        (
            "/points/answers",
            &[
                ("point", &chosen),
                ("decision", "note"),
                ("text", "Ghi nhận."),
                ("step", "submit"),
            ],
        ),
        (&discard, &[("kept", "")]),
    ];
    let told = |(path, fields): (&str, &[(&str, &str)])| {
        let (status, _) = ask(path, fields);
        assert!(status < 400, "{path} {fields:?}: {status}");
        format!("{path}: {status}")
    };
    steps.into_iter().map(told).collect()
}

/// What the pages say afterwards, without the time of day.
fn read_pages(ask: &Ask<'_>) -> Vec<String> {
    let mut told = vec![ask("/edits.csv", &[]).1];
    let drafter = "L%C3%AA%20Th%E1%BB%8B%20An";
    for path in [
        "/leader".to_owned(),
        "/mine".to_owned(),
        "/assignments".to_owned(),
        "/phrases".to_owned(),
        "/points".to_owned(),
        format!("/points?drafter={drafter}"),
        "/points?drafter=none&state=open".to_owned(),
    ] {
        let (status, page) = ask(&path, &[]);
        assert_eq!(status, 200, "{path}");
        let lines = page.lines().filter(|line| !line.contains("Số liệu lúc"));
        told.extend(lines.map(str::to_owned));
    }
    told
}

/// The same hour on one engine.
fn hour(engine: &Engine) -> Vec<String> {
    let desk = engine.desk();
    let dossier = example().join("consultation.toml");
    desk.run(["init".as_ref(), "--from".as_ref(), dossier.as_os_str()])
        .expect(0);
    let letter = example().join("round_2/03_so_cong_thuong.eml");
    desk.run([
        "import".as_ref(),
        letter.as_os_str(),
        "--round".as_ref(),
        "2".as_ref(),
    ]);
    let server = desk.serve();
    let client = http_client();
    let ask = |path: &str, fields: &[(&str, &str)]| {
        block_on(async {
            let address = format!("{}{BASE}{path}", server.url);
            let request = match fields {
                [] => client.get(address),
                fields => client.post(address).form(fields),
            };
            let answer = request.send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        })
    };
    let mut told = work(&ask);
    told.extend(read_pages(&ask));
    drop(server);
    desk.run(["verify"]).expect(0);
    told
}

#[test]
fn the_desk_is_the_same_on_both_engines() {
    let cluster = cluster();
    let on_sqlite = hour(&Engine::Sqlite);
    let on_postgres = hour(&Engine::Postgres(cluster.database()));
    for (sqlite, postgres) in on_sqlite.iter().zip(&on_postgres) {
        assert_eq!(sqlite, postgres);
    }
    assert_eq!(on_sqlite.len(), on_postgres.len());
}
