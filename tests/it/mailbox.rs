//! A real mailbox: every mail becomes one submission, whatever happens on the way.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::mail_servers::{self, MailServers, PASSWORD, servers};
use crate::replies::Random;
use crate::support::{Desk, Ran, example};

/// An account nobody else uses.
fn account() -> String {
    static N: AtomicU64 = AtomicU64::new(1);
    let n = N.fetch_add(1, Ordering::Relaxed);
    format!("hop{n}-{}@so.example", std::process::id())
}

/// Writes the settings of one mailbox into a desk.
fn connect(desk: &Desk, port: u16, account: &str, more: &str) {
    let folder = desk.data();
    std::fs::write(folder.join("mat_khau"), format!("{PASSWORD}\n")).unwrap();
    std::fs::write(
        folder.join("config.toml"),
        format!(
            "[[mailbox]]\nname = \"góp ý\"\nhost = \"127.0.0.1\"\nport = {port}\n\
             security = \"plain\"\nuser = \"{account}\"\npassword_file = \"mat_khau\"\n{more}\n"
        ),
    )
    .unwrap();
}

fn poll(desk: &Desk) -> Ran {
    desk.run(["mail", "poll", "--once", "--json"])
}

/// What one look said, where it went well.
#[track_caller]
fn looked(ran: &Ran) -> Value {
    let looks = ran.json();
    assert!(looks[0].get("failure").is_none(), "{ran:?}");
    looks[0].clone()
}

fn submissions(desk: &Desk) -> u64 {
    let status = desk.run(["status", "--json"]).expect(0).json();
    let states = status["submissions"].as_object().unwrap();
    states.values().map(|n| n.as_u64().unwrap()).sum()
}

/// A reply of an office that is in the shipped directory.
fn reply(n: usize) -> String {
    format!(
        "From: Phòng Tổng hợp <tonghop{n}@stc.example>\r\nTo: gop_y@so.example\r\n\
         Subject: =?UTF-8?B?R8OzcCDDvQ==?= {n}\r\nMessage-ID: <{n}@stc.example>\r\n\
         Date: Wed, 25 Aug 2021 09:00:00 +0700\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         SỞ TÀI CHÍNH\r\n\r\nTại mục III.2.b, đề nghị bổ sung chỉ tiêu thứ {n} về số hợp đồng \
         chuyển giao công nghệ.\r\n"
    )
}

fn deliver(servers: &MailServers, account: &str, n_mails: usize) {
    for n in 0..n_mails {
        servers.deliver(account, &format!("{n}.thu"), reply(n).as_bytes());
    }
}

/// All originals of mails, to see that nothing was lost.
#[track_caller]
fn check_all_there(desk: &Desk, n_mails: usize, when: &str) {
    assert_eq!(submissions(desk), u64::try_from(n_mails).unwrap(), "{when}");
    desk.run(["verify"]).expect(0);
}

#[test]
fn mails_are_taken_in_once_and_put_away() {
    let (servers, account) = (servers(), account());
    deliver(&servers, &account, 3);
    servers.deliver(&account, "la.thu", b"Subject: gi do\n\nxin chao\n");
    let desk = Desk::with_consultation();
    let folders = "done_folder = \"Đã nhận\"\nproblem_folder = \"Cần xem\"";
    connect(&desk, servers.imap, &account, folders);
    let first = looked(&poll(&desk));
    assert_eq!(
        (first["new"].as_u64(), first["known"].as_u64()),
        (Some(4), Some(0))
    );
    check_all_there(&desk, 4, "after the first look");
    assert_eq!(servers.count(&account, ""), 0);
    assert_eq!(servers.count(&account, "&ARAA4w- nh&Hq0-n"), 3);
    assert_eq!(servers.count(&account, "C&Hqc-n xem"), 1);
    let second = looked(&poll(&desk));
    assert_eq!(
        (second["new"].as_u64(), second["known"].as_u64()),
        (Some(0), Some(0))
    );
    // The same mail once more, and one delivered by another way with other Received lines.
    servers.deliver(&account, "lai.thu", reply(0).as_bytes());
    let by_list = format!(
        "Received: from list.example; Wed, 25 Aug 2021 10:00:00 +0700\r\n{}",
        reply(1)
    );
    servers.deliver(&account, "danh-sach.thu", by_list.as_bytes());
    let third = looked(&poll(&desk));
    assert_eq!(
        (third["new"].as_u64(), third["known"].as_u64()),
        (Some(1), Some(1))
    );
    let status = desk.run(["status", "--json"]).json();
    assert_eq!(status["submissions"]["duplicate"], 1);
    assert_eq!(status["points"]["total"], 3, "{status}");
    desk.run(["verify"]).expect(0);
}

#[test]
fn connections_are_protected_as_the_office_says() {
    let (servers, account) = (servers(), account());
    deliver(&servers, &account, 1);
    let check = |host: &str, port: u16, security: &str, ca: bool, expected: Result<u64, &str>| {
        let desk = Desk::with_consultation();
        connect(&desk, port, &account, "");
        let ca = if ca {
            format!("ca_file = \"{}\"\n", servers.authority().display())
        } else {
            String::new()
        };
        let settings = std::fs::read_to_string(desk.data().join("config.toml")).unwrap();
        let settings = settings
            .replace("\"127.0.0.1\"", &format!("\"{host}\""))
            .replace(
                "\"plain\"",
                &format!("\"{security}\"\n{ca}timeout_seconds = 5"),
            );
        std::fs::write(desk.data().join("config.toml"), settings).unwrap();
        let ran = poll(&desk);
        match expected {
            Ok(n) => assert_eq!(looked(&ran)["new"].as_u64(), Some(n), "{host} {security}"),
            Err(words) => {
                let failure = ran.json()[0]["failure"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned();
                assert!(failure.contains(words), "{host} {security}: {failure}");
                assert!(!format!("{ran:?}").contains(PASSWORD));
                assert_eq!(submissions(&desk), 0);
            }
        }
    };
    check("localhost", servers.imaps, "tls", true, Ok(1));
    check("127.0.0.1", servers.imaps, "tls", true, Ok(1));
    check("localhost", servers.imap, "starttls", true, Ok(1));
    // An unknown authority, a server that speaks no TLS on that port, nobody there at all.
    check(
        "localhost",
        servers.imaps,
        "tls",
        false,
        Err("Không nối được"),
    );
    check(
        "localhost",
        servers.imap,
        "starttls",
        false,
        Err("Không nối được"),
    );
    check(
        "localhost",
        servers.imap,
        "tls",
        true,
        Err("Không nối được"),
    );
    check(
        "localhost",
        mail_servers::free_port(),
        "plain",
        false,
        Err("Không nối được"),
    );
}

#[test]
fn a_wrong_password_is_said_and_not_shown() {
    let (servers, account) = (servers(), account());
    deliver(&servers, &account, 1);
    let desk = Desk::with_consultation();
    connect(&desk, servers.imap, &account, "");
    std::fs::write(desk.data().join("mat_khau"), "sai-roi\n").unwrap();
    let ran = poll(&desk).expect(1);
    let failure = ran.json()[0]["failure"].as_str().unwrap().to_owned();
    assert!(failure.contains("không cho đăng nhập"), "{failure}");
    assert!(!format!("{ran:?}").contains("sai-roi"));
}

/// A token endpoint, and the place where the mail server asks whether a token is good. Tokens are good
/// once each refresh token is used in its turn.
fn token_server(port: u16) {
    use axum::extract::{Form, Query, State};
    use axum::response::IntoResponse;
    use axum::routing::{get, post};
    use axum::{Json, Router};
    use std::collections::BTreeMap;
    type Fields = BTreeMap<String, String>;
    let turn = Arc::new(AtomicU64::new(1));
    let token = async |State(turn): State<Arc<AtomicU64>>, Form(asked): Form<Fields>| {
        let n = turn.load(Ordering::SeqCst);
        let is_right = asked.get("refresh_token") == Some(&format!("lam-moi-{n}"))
            && asked
                .get("client_secret")
                .is_some_and(|secret| secret == "bi-mat")
            && asked.get("client_id").is_some_and(|id| id == "tiepthu");
        if !is_right {
            let refusal = serde_json::json!({"error": "invalid_grant"});
            return (axum::http::StatusCode::BAD_REQUEST, Json(refusal)).into_response();
        }
        turn.store(n + 1, Ordering::SeqCst);
        Json(serde_json::json!({
            "access_token": format!("the-{n}"),
            "token_type": "Bearer",
            "expires_in": 3600,
            "refresh_token": format!("lam-moi-{}", n + 1),
        }))
        .into_response()
    };
    let introspect = async |Query(asked): Query<Fields>| {
        let token = asked.get("token").cloned().unwrap_or_default();
        let account = token.strip_prefix("the-").map(|_| OAUTH_ACCOUNT);
        Json(serde_json::json!({"active": account.is_some(), "email": account}))
    };
    let router = Router::new()
        .route("/token", post(token))
        .route("/introspect", get(introspect))
        .with_state(turn);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", port))
                .await
                .unwrap();
            axum::serve(listener, router).await.unwrap();
        });
    });
}

const OAUTH_ACCOUNT: &str = "oauth@so.example";

#[test]
fn signs_in_with_a_token_and_keeps_the_new_refresh_token() {
    let servers = servers();
    token_server(servers.oauth);
    deliver(&servers, OAUTH_ACCOUNT, 2);
    let desk = Desk::with_consultation();
    let folder = desk.data();
    std::fs::write(folder.join("lam_moi"), "lam-moi-1\n").unwrap();
    std::fs::write(folder.join("ung_dung"), "bi-mat\n").unwrap();
    let settings = format!(
        "[[mailbox]]\nname = \"góp ý\"\nhost = \"127.0.0.1\"\nport = {}\n\
         security = \"plain\"\nuser = \"{OAUTH_ACCOUNT}\"\n[mailbox.oauth]\n\
         token_url = \"http://127.0.0.1:{}/token\"\nclient_id = \"tiepthu\"\n\
         client_secret_file = \"ung_dung\"\nrefresh_token_file = \"lam_moi\"\n",
        servers.imap, servers.oauth
    );
    std::fs::write(folder.join("config.toml"), settings).unwrap();
    assert_eq!(looked(&poll(&desk))["new"], 2);
    let kept = std::fs::read_to_string(folder.join("lam_moi")).unwrap();
    assert_eq!(kept.trim(), "lam-moi-2");
    // The next process signs in with it.
    assert_eq!(looked(&poll(&desk))["new"], 0);
    std::fs::write(folder.join("lam_moi"), "cu\n").unwrap();
    let failure = poll(&desk).json()[0]["failure"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(failure.contains("invalid_grant"), "{failure}");
}

#[test]
fn numbering_begun_anew_adds_nothing() {
    let (servers, account) = (servers(), account());
    deliver(&servers, &account, 4);
    let desk = Desk::with_consultation();
    connect(&desk, servers.imap, &account, "");
    assert_eq!(looked(&poll(&desk))["new"], 4);
    servers.renumber(&account);
    servers.deliver(&account, "moi.thu", reply(9).as_bytes());
    let again = looked(&poll(&desk));
    assert_eq!(
        (again["new"].as_u64(), again["known"].as_u64()),
        (Some(1), Some(4))
    );
    check_all_there(&desk, 5, "after another UIDVALIDITY");
    assert_eq!(looked(&poll(&desk))["known"], 0);
}

#[test]
fn a_very_large_mail_passes_through_little_memory() {
    let (servers, account) = (servers(), account());
    let mut mail = reply(0).replace("text/plain", "text/html").into_bytes();
    // 40 MB in lines of base 64, as an attachment would be.
    let line = [b'A'; 76];
    for _ in 0..540_000 {
        mail.extend_from_slice(&line);
        mail.extend_from_slice(b"\r\n");
    }
    servers.deliver(&account, "lon.thu", &mail);
    let desk = Desk::with_consultation();
    // Kept whole, and not read because it is above the office's limit.
    connect(&desk, servers.imap, &account, "");
    let path = desk.data().join("config.toml");
    let settings = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("max_file_mb = 8\n{settings}")).unwrap();
    let mut command = desk.command(["mail", "poll", "--once", "--json"]);
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
        let line = status.unwrap_or_default();
        let kilobytes = line.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let kilobytes = kilobytes.and_then(|rest| rest.trim().split(' ').next()?.parse().ok());
        peak = peak.max(kilobytes.unwrap_or(0_u64));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(peak > 0 && peak < 60_000, "{peak} kB");
    assert_eq!(submissions(&desk), 1);
    assert!(
        blobs(&desk).contains(&mail),
        "the bytes are not what arrived"
    );
}

/// The bytes of all originals.
fn blobs(desk: &Desk) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for folder in std::fs::read_dir(desk.data().join("blobs")).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            found.push(std::fs::read(file.unwrap().path()).unwrap());
        }
    }
    found
}

/// Passes bytes on to a server, and cuts the connection after so many from the server.
struct Scissors {
    port: u16,
    limit: Arc<AtomicUsize>,
    passed: Arc<AtomicUsize>,
}

impl Scissors {
    fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let limit = Arc::new(AtomicUsize::new(usize::MAX));
        let passed = Arc::new(AtomicUsize::new(0));
        let (limits, counts) = (Arc::clone(&limit), Arc::clone(&passed));
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(("127.0.0.1", server)))
                else {
                    return;
                };
                let (mut from_client, mut to_server) =
                    (client.try_clone().unwrap(), server.try_clone().unwrap());
                std::thread::spawn(move || std::io::copy(&mut from_client, &mut to_server));
                let (limit, passed) = (limits.load(Ordering::SeqCst), Arc::clone(&counts));
                passed.store(0, Ordering::SeqCst);
                std::thread::spawn(move || pass_on(server, client, limit, &passed));
            }
        });
        Self {
            port,
            limit,
            passed,
        }
    }
}

fn pass_on(mut server: TcpStream, mut client: TcpStream, limit: usize, passed: &AtomicUsize) {
    let mut buffer = [0; 4096];
    let mut left = limit;
    while left > 0 {
        let n = server.read(&mut buffer).unwrap_or(0).min(left);
        if n == 0 || client.write_all(&buffer[..n]).is_err() {
            break;
        }
        left -= n;
        passed.fetch_add(n, Ordering::SeqCst);
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

#[test]
fn a_connection_cut_at_any_byte_loses_and_doubles_nothing() {
    const N_MAILS: usize = 3;
    let servers = servers();
    let scissors = Scissors::before(servers.imap);
    let base = Desk::with_consultation();
    let begin = |account: &str| {
        deliver(&servers, account, N_MAILS);
        let desk = base.copy();
        connect(&desk, scissors.port, account, "done_folder = \"xong\"");
        desk
    };
    let whole = begin(&account());
    assert_eq!(looked(&poll(&whole))["new"], 3);
    let n_bytes = scissors.passed.load(Ordering::SeqCst);
    let n_cuts = 30;
    let mut n_failed = 0;
    let mut random = Random::new(3);
    for i in 0..n_cuts {
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "a place in a small number of bytes"
        )]
        let at = ((f64::from(i) + random.unit()) / f64::from(n_cuts) * n_bytes as f64) as usize;
        let when = format!("cut after {at} of {n_bytes} bytes");
        let account = account();
        let desk = begin(&account);
        scissors.limit.store(at, Ordering::SeqCst);
        let cut = poll(&desk);
        n_failed += u32::from(cut.json()[0].get("failure").is_some());
        scissors.limit.store(usize::MAX, Ordering::SeqCst);
        looked(&poll(&desk));
        check_all_there(&desk, N_MAILS, &when);
        assert_eq!(servers.count(&account, ""), 0, "{when}");
        assert_eq!(servers.count(&account, "xong"), N_MAILS, "{when}");
    }
    assert!(
        n_failed > n_cuts / 2,
        "only {n_failed} connections were cut in earnest"
    );
}

#[test]
fn killed_at_a_hundred_moments_loses_and_doubles_nothing() {
    const N_MAILS: usize = 4;
    let servers = servers();
    let base = Desk::with_consultation();
    let begin = |account: &str| {
        deliver(&servers, account, N_MAILS);
        let desk = base.copy();
        connect(&desk, servers.imap, account, "done_folder = \"xong\"");
        desk
    };
    let undisturbed = begin(&account());
    let begun = Instant::now();
    looked(&poll(&undisturbed));
    let mut duration = begun.elapsed();
    let mut random = Random::new(11);
    let mut n_killed = 0;
    for i in 0..100_u32 {
        let account = account();
        let desk = begin(&account);
        let part = (f64::from(i) + random.unit()) / 100.0;
        let mut child = desk.start(["mail", "poll", "--once"]);
        std::thread::sleep(duration.mul_f64(part));
        if child.try_wait().unwrap().is_none() {
            n_killed += 1;
        } else {
            // The machine was busier while the first one was timed.
            duration = duration.mul_f64(0.97);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let when = format!("killed at {:.1} %", 100.0 * part);
        looked(&poll(&desk));
        assert_eq!(submissions(&desk), 4, "{when}");
        assert_eq!(servers.count(&account, ""), 0, "{when}");
        assert_eq!(servers.count(&account, "xong"), N_MAILS, "{when}");
        if i % 10 == 0 {
            desk.run(["verify"]).expect(0);
        }
    }
    assert!(
        n_killed > 60,
        "only {n_killed} were killed before they ended"
    );
}

#[test]
fn two_machines_read_one_mailbox() {
    const N_MAILS: usize = 12;
    let (servers, cluster, account) = (servers(), crate::postgres::cluster(), account());
    deliver(&servers, &account, N_MAILS);
    let database = format!("database = \"{}\"\n", cluster.database());
    let desks = [Desk::new(), Desk::new()];
    for desk in &desks {
        std::fs::create_dir_all(desk.data()).unwrap();
        connect(desk, servers.imap, &account, "done_folder = \"xong\"");
        let path = desk.data().join("config.toml");
        let settings = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{database}{settings}")).unwrap();
    }
    let dossier = example().join("consultation.toml");
    let [one, other] = &desks;
    one.run(["init".as_ref(), "--from".as_ref(), dossier.as_os_str()])
        .expect(0);
    // The other machine's folder is set up when it first opens it.
    std::fs::create_dir_all(other.data().join("blobs")).unwrap();
    for _ in 0..3 {
        let mut polls: Vec<_> = desks
            .iter()
            .map(|desk| desk.start(["mail", "poll", "--once"]))
            .collect();
        for poll in &mut polls {
            poll.wait().unwrap();
        }
    }
    looked(&poll(one));
    assert_eq!(submissions(one), 12);
    assert_eq!(servers.count(&account, "xong"), N_MAILS);
}

#[test]
fn the_server_tells_of_new_mail_while_pages_are_served() {
    let (servers, account) = (servers(), account());
    deliver(&servers, &account, 1);
    let desk = Desk::with_consultation();
    // Without IDLE the second mail would take an hour.
    connect(&desk, servers.imap, &account, "poll_seconds = 3600");
    let server = desk.serve();
    let wait_for = |n: u64| {
        let begun = Instant::now();
        while submissions(&desk) < n {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "mail {n} did not arrive"
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    wait_for(1);
    servers.deliver(&account, "moi.thu", reply(5).as_bytes());
    wait_for(2);
    drop(server);
    desk.run(["verify"]).expect(0);
}
