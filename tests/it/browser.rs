//! A drafter's and a secretary's hour in a real Chromium.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use crate::support::{Desk, Server, tool};

/// Chromium, driven by chromedriver on a free port; both end when dropped.
pub(crate) struct Browser {
    driver: Child,
    pub(crate) client: Client,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With further arguments of Chromium.
    pub(crate) async fn start_with(arguments: &[&str]) -> Self {
        let mut driver = tool("chromedriver", "chromium chromium-driver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port: u16 = loop {
            let line = lines.next().expect("chromedriver says its port").unwrap();
            if let Some(rest) = line.split("successfully on port ").nth(1) {
                let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                break digits.parse().unwrap();
            }
        };
        std::thread::spawn(move || lines.for_each(drop));
        let profile = tempfile::tempdir().unwrap();
        let mut options = json!({"args": [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--window-size=1366,768",
            format!("--user-data-dir={}", profile.path().display()),
        ]});
        let all = options["args"].as_array_mut().unwrap();
        all.extend(arguments.iter().map(|argument| json!(argument)));
        let capabilities = [("goog:chromeOptions".to_owned(), options)]
            .into_iter()
            .collect();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("chromedriver starts Chromium");
        Self {
            driver,
            client,
            _profile: profile,
        }
    }

    pub(crate) async fn goto(&self, server: &Server, path: &str) {
        self.client
            .goto(&format!("{}{path}", server.url))
            .await
            .unwrap();
    }

    pub(crate) async fn click(&self, css: &str) {
        self.find(css).await;
        // Scrolling that glides would move what is clicked from under the click.
        let script = "document.querySelector(arguments[0])
            .scrollIntoView({behavior: 'instant', block: 'center'})";
        self.client.execute(script, vec![json!(css)]).await.unwrap();
        if let Err(error) = self.find(css).await.click().await {
            let picture = std::env::temp_dir().join("tiepthu-browser-test.png");
            std::fs::write(&picture, self.client.screenshot().await.unwrap()).unwrap();
            panic!("cannot click `{css}`, see {}: {error}", picture.display());
        }
    }

    /// Clicks what sends a form, and waits for the page that comes in answer: until then the old one
    /// still stands and would be read or filled in its place.
    pub(crate) async fn submit(&self, css: &str) {
        let mark = "document.documentElement.dataset.old = '1'";
        self.client.execute(mark, vec![]).await.unwrap();
        self.click(css).await;
        self.client
            .wait()
            .at_most(Duration::from_secs(10))
            .for_element(Locator::Css("html:not([data-old]) main"))
            .await
            .unwrap_or_else(|error| panic!("no page after `{css}`: {error}"));
    }

    pub(crate) async fn find(&self, css: &str) -> fantoccini::elements::Element {
        self.client
            .wait()
            .at_most(Duration::from_secs(10))
            .for_element(Locator::Css(css))
            .await
            .unwrap_or_else(|error| panic!("no `{css}`: {error}"))
    }

    pub(crate) async fn fill(&self, css: &str, text: &str) {
        let element = self.find(css).await;
        element.clear().await.unwrap();
        element.send_keys(text).await.unwrap();
    }

    /// What a person reads on the page.
    pub(crate) async fn text(&self) -> String {
        self.find("body").await.text().await.unwrap()
    }

    #[track_caller]
    pub(crate) fn expect(text: &str, words: &str) {
        assert!(
            text.contains(words),
            "the page does not say “{words}”:\n{text}"
        );
    }

    pub(crate) async fn stop(self) {
        let Self {
            mut driver,
            client,
            _profile,
        } = self;
        let closed = client.close().await;
        driver.kill().unwrap();
        driver.wait().unwrap();
        closed.unwrap();
    }
}

pub(crate) fn in_browser<F: Future<Output = ()>>(script: impl FnOnce(Browser, Server) -> F) {
    let desk = Desk::with_demo();
    let server = desk.serve();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async { script(Browser::start().await, server).await });
    desk.run(["verify"]).expect(0);
}

#[test]
fn a_drafter_searches_without_diacritics_and_answers() {
    in_browser(|browser, server| async move {
        browser.goto(&server, "/").await;
        let overview = browser.text().await;
        Browser::expect(&overview, "Phát triển thị trường khoa học và công nghệ");
        Browser::expect(&overview, "Tiếp thu");

        browser
            .goto(
                &server,
                "/c/DA-TTKHCN-2021/points?q=dinh+gia+tai+san&state=open",
            )
            .await;
        let results = browser.text().await;
        Browser::expect(&results, "ý kiến");
        let marked = browser.find("mark").await.text().await.unwrap();
        assert!(
            !marked.is_ascii(),
            "accented words are highlighted for a plain query: {marked}"
        );

        let link = browser.find("main a[href*='/points/']").await;
        let address = link.attr("href").await.unwrap().unwrap();
        browser.goto(&server, &address).await;
        browser.click("input[name=decision][value=keep]").await;
        browser
            .fill("textarea[name=text]", "Đề xuất giữ nguyên theo dự thảo.")
            .await;
        browser.submit("button[name=step][value=submit]").await;
        Browser::expect(&browser.text().await, "lý do");

        browser.click("input[name=decision][value=keep]").await;
        let reasoned = "Đề xuất giữ nguyên theo dự thảo. Lý do: đã nêu tại mục II.";
        browser.fill("textarea[name=text]", reasoned).await;
        browser.submit("button[name=step][value=submit]").await;
        browser.goto(&server, &address).await;
        let saved = browser.text().await;
        Browser::expect(&saved, "Đã trình");
        Browser::expect(&saved, "Giải trình, giữ nguyên dự thảo");
        browser.stop().await;
    });
}

#[test]
fn a_secretary_settles_what_waits_and_downloads_the_report() {
    in_browser(|browser, server| async move {
        browser.goto(&server, "/c/DA-TTKHCN-2021/triage").await;
        let before = browser.text().await;
        Browser::expect(&before, "Chưa rõ cơ quan");
        Browser::expect(&before, "gmail.example");

        browser.goto(&server, "/c/DA-TTKHCN-2021/roster").await;
        Browser::expect(&browser.text().await, "Sở Giao thông vận tải");

        browser.goto(&server, "/c/DA-TTKHCN-2021/reports").await;
        let link = browser.find("a[href*='full.docx']").await;
        let address = link.attr("href").await.unwrap().unwrap();
        let response = crate::support::http_client()
            .get(format!("{}{address}", server.url))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        let disposition = response.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(disposition.contains(".docx"), "{disposition}");
        assert!(
            response.bytes().await.unwrap().starts_with(b"PK"),
            "not a Word file"
        );
        browser.stop().await;
    });
}

#[test]
fn pages_fit_a_small_screen_and_a_phone() {
    in_browser(|browser, server| async move {
        for (width, height) in [(1366, 768), (390, 844)] {
            browser.client.set_window_size(width, height).await.unwrap();
            for path in [
                "", "/points", "/triage", "/roster", "/reports", "/import", "/record",
            ] {
                browser
                    .goto(&server, &format!("/c/DA-TTKHCN-2021{path}"))
                    .await;
                let script = "return document.documentElement.scrollWidth - window.innerWidth";
                let overflow = browser.client.execute(script, vec![]).await.unwrap();
                assert!(
                    overflow.as_i64() <= Some(1),
                    "{path} is {overflow} px wider than {width} px"
                );
            }
        }
        browser.stop().await;
    });
}

/// Fills in a round of `month` 2026.
async fn ask_for_replies(browser: &Browser, title: &str, month: u32) {
    browser.fill("#round_title", title).await;
    browser.fill("#opened", &format!("01/{month}/2026")).await;
    browser.fill("#deadline", &format!("20/{month}/2026")).await;
}

/// From an empty folder to the first comment, with nothing but clicks.
#[test]
fn an_office_begins_with_an_empty_folder() {
    let desk = Desk::new();
    let draft = "ĐỀ ÁN\nPhát triển đổi mới sáng tạo tỉnh\nI. SỰ CẦN THIẾT\n1. Căn cứ pháp lý\n\
                 2. Căn cứ thực tiễn\nII. MỤC TIÊU\n1. Mục tiêu chung\n2. Mục tiêu cụ thể\n\
                 a) Đến năm 2027\nb) Đến năm 2030\n";
    let draft = desk.write("de_an.txt", draft);
    let letter = "TỜ TRÌNH\nVề Đề án\nI. CĂN CỨ\nII. NỘI DUNG TRÌNH\n";
    let letter = desk.write("to_trinh.txt", letter);
    let table = "STT,Cơ quan góp ý,Vị trí góp ý,Nội dung góp ý\n\
                 1,Sở Tài chính,II.2.a,Đề nghị ghi rõ nguồn kinh phí từng năm.\n";
    let table = desk.write("gop_y.csv", table);
    let server = desk.serve();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let browser = Browser::start().await;
        // The administrator, once.
        browser.goto(&server, "/").await;
        Browser::expect(&browser.text().await, "chưa có hồ sơ nào");
        browser.click(".person a").await;
        browser.fill("#name", "Nguyễn Văn An").await;
        browser.fill("#login", "an.nv").await;
        browser.fill("#password", "mot cau de nho").await;
        browser.fill("#repeated", "mot cau de nho").await;
        browser.submit("main button").await;
        Browser::expect(&browser.text().await, "Nguyễn Văn An");

        // The consultation; the first try names an office that does not exist.
        browser.click("a[href='/consultations/new']").await;
        browser.fill("#code", "DA-2026").await;
        browser.fill("#title", "Đề án “Đổi mới sáng tạo”").await;
        browser.fill("#lead", "Sở Khoa học và Công nghệ").await;
        browser.fill("#file-1", draft.to_str().unwrap()).await;
        browser.fill("#document-2", "Tờ trình").await;
        browser.fill("#file-2", letter.to_str().unwrap()).await;
        ask_for_replies(&browser, "Lấy ý kiến các sở, ngành", 9).await;
        browser
            .fill("#names", "Sở Tài chính\nSở Không Có Thật")
            .await;
        browser.submit("main button").await;
        let refused = browser.text().await;
        Browser::expect(&refused, "dòng 2");
        Browser::expect(&refused, "Sở Không Có Thật");
        browser.fill("#names", "Sở Tài chính\nSở Xây dựng").await;
        browser.fill("#file-1", draft.to_str().unwrap()).await;
        browser.fill("#file-2", letter.to_str().unwrap()).await;
        browser.submit("main button").await;
        let opened = browser.text().await;
        Browser::expect(&opened, "Đã lập hồ sơ");
        Browser::expect(&opened, "Đề án: đọc được 8 mục");
        Browser::expect(&opened, "Tờ trình: đọc được 2 mục");

        // The first file.
        browser.submit("a[href='/c/DA-2026/import']").await;
        browser
            .fill("input[type=file]", table.to_str().unwrap())
            .await;
        browser.submit("main form[enctype] button").await;
        Browser::expect(&browser.text().await, "1 ý kiến");
        browser.goto(&server, "/c/DA-2026/points").await;
        let points = browser.text().await;
        Browser::expect(&points, "II.2.a");
        Browser::expect(&points, "nguồn kinh phí từng năm");
        browser.goto(&server, "/c/DA-2026/roster").await;
        let roster = browser.text().await;
        Browser::expect(&roster, "Sở Xây dựng");

        // A second round, and the way out.
        browser.goto(&server, "/c/DA-2026/rounds").await;
        ask_for_replies(&browser, "Lấy ý kiến lần 2", 10).await;
        browser.submit("main form button").await;
        Browser::expect(&browser.text().await, "Đợt 2: Lấy ý kiến lần 2");
        browser.submit(".person form button").await;
        Browser::expect(&browser.text().await, "Đăng nhập");
        browser.goto(&server, "/c/DA-2026/points").await;
        Browser::expect(&browser.text().await, "Mật khẩu");
        browser.stop().await;
    });
    drop(server);
    desk.run(["verify"]).expect(0);
}
