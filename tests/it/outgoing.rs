//! Letters go out once, to whom they should, and come back as replies.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::mail_servers::{MailServers, PASSWORD, free_port, servers};
use crate::replies::Random;
use crate::support::{Desk, Ran, example};

/// Invites one organization.
const INVITE_ONE: [&str; 8] = [
    "mail",
    "send",
    "invitation",
    "--round",
    "1",
    "--organization",
    "STC",
    "--json",
];

/// A desk whose directory has addresses on the tests' mail server, for a round that is open for long.
fn desk(domain: &str) -> Desk {
    let desk = Desk::new();
    set_up(&desk, domain);
    desk
}

fn set_up(desk: &Desk, domain: &str) {
    let folder = desk.path("ho_so");
    std::fs::create_dir(&folder).unwrap();
    std::fs::create_dir(folder.join("documents")).unwrap();
    std::fs::copy(
        example().join("documents/to_trinh.toml"),
        folder.join("documents/to_trinh.toml"),
    )
    .unwrap();
    let today = std::process::Command::new("date")
        .arg("+%F")
        .output()
        .unwrap();
    let today: jiff::civil::Date = String::from_utf8(today.stdout)
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    let deadline = today + jiff::Span::new().days(3);
    let opened = today - jiff::Span::new().days(3);
    let dossier = format!(
        "code = \"DA-01\"\ntitle = \"Đề án Thử\"\nlead = \"SKHCN\"\n\
         [letterhead]\nsuperior = \"UBND TỈNH THỬ\"\nagency = \"SỞ KHOA HỌC VÀ CÔNG NGHỆ\"\n\
         symbol = \"BC-SKHCN\"\nplace = \"Thử\"\nsigner_title = \"GIÁM ĐỐC\"\nsigner_name = \"A\"\n\
         addressee = \"UBND tỉnh\"\nrecipients = []\nlegal_bases = []\n\
         [[document]]\ncode = \"TTr\"\nname = \"Tờ trình\"\ntitle = \"Tờ trình\"\ndraft = 1\n\
         file = \"documents/to_trinh.toml\"\nmain = true\n\
         [[round]]\nnumber = 1\nkind = \"consultation\"\ntitle = \"Lấy ý kiến\"\nopened = \"{opened}\"\n\
         deadline = \"{deadline}\"\nrequest_number = \"12/SKHCN-QLCN\"\nrequest_date = \"{opened}\"\n\
         silence_means_agreement = false\nofficial = true\n\
         invited = [\"STC\", \"XA\", \"KHONG\", \"LOI\"]\n"
    );
    std::fs::write(folder.join("consultation.toml"), dossier).unwrap();
    let organizations = format!(
        "code,name,kind,parent,aliases,letter_suffixes,domains,emails,valid_from,valid_to\n\
         SKHCN,Sở Khoa học và Công nghệ,department,,,,,,,\n\
         STC,Sở Tài chính,department,,,,stc.example,stc-{domain}@stc.example,,\n\
         XA,UBND xã Thử,commune,,,,xa.example,xa-{domain}@xa.example,,\n\
         KHONG,Hội Không có thư,association,,,,,,,\n\
         LOI,Viện Trả lại,science,,,,tra-lai.example,loi-{domain}@tra-lai.example,,\n"
    );
    std::fs::write(folder.join("organizations.csv"), organizations).unwrap();
    desk.run([
        "init",
        "--from",
        "ho_so/consultation.toml",
        "--organizations",
        "ho_so/organizations.csv",
    ])
    .expect(0);
}

/// Writes the settings of the office's mailbox and of outgoing mail.
fn connect(desk: &Desk, servers: &MailServers, account: &str, outgoing: &str) {
    std::fs::write(desk.data().join("mat_khau"), format!("{PASSWORD}\n")).unwrap();
    let settings = format!(
        "[[mailbox]]\nname = \"góp ý\"\nhost = \"127.0.0.1\"\nport = {}\n\
         security = \"plain\"\nuser = \"{account}\"\npassword_file = \"mat_khau\"\n\
         [outgoing]\nfrom = \"Tổ xây dựng Đề án <{account}>\"\nplus_address = true\n\
         acknowledge = true\nuser = \"{account}\"\npassword_file = \"mat_khau\"\n\
         ca_file = \"{}\"\n{outgoing}\n",
        servers.imap,
        servers.authority().display()
    );
    std::fs::write(desk.data().join("config.toml"), settings).unwrap();
}

fn plain(port: u16, more: &str) -> String {
    format!("enabled = true\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"plain\"\n{more}")
}

fn outbox(desk: &Desk) -> Vec<Value> {
    let ran = desk.run(["mail", "outbox", "--json"]);
    ran.json().as_array().unwrap().clone()
}

/// States of all letters by the account they go to.
fn states(desk: &Desk) -> Vec<(String, String)> {
    let mut states: Vec<(String, String)> = outbox(desk)
        .iter()
        .map(|mail| {
            let recipient = mail["recipient"].as_str().unwrap();
            let account = recipient.split('-').next().unwrap();
            (
                account.to_owned(),
                mail["state"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    states.sort();
    states
}

#[track_caller]
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "not in time: {what}"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The letters an account got, as text.
fn received(servers: &MailServers, account: &str) -> Vec<String> {
    ["new", "cur"]
        .iter()
        .filter_map(|name| std::fs::read_dir(servers.maildir(account).join(name)).ok())
        .flatten()
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect()
}

fn field<'a>(mail: &'a str, name: &str) -> &'a str {
    let line = mail
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_default().trim()
}

/// Hands a mail to the server as another office would.
fn submit(servers: &MailServers, from: &str, to: &str, mail: &str) {
    let stream = TcpStream::connect(("127.0.0.1", servers.smtp)).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap());
    let mut out = stream;
    let mut ask = |words: &str, expected: &str| {
        out.write_all(words.as_bytes()).unwrap();
        let mut answer = String::new();
        loop {
            answer.clear();
            lines.read_line(&mut answer).unwrap();
            if answer.as_bytes().get(3) != Some(&b'-') {
                break;
            }
        }
        assert!(answer.starts_with(expected), "{words}: {answer}");
    };
    ask("", "220");
    ask("EHLO stc.example\r\n", "250");
    ask(&format!("MAIL FROM:<{from}>\r\n"), "250");
    ask(&format!("RCPT TO:<{to}>\r\n"), "250");
    ask("DATA\r\n", "354");
    ask(&format!("{mail}\r\n.\r\n"), "250");
    ask("QUIT\r\n", "221");
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story, told in its order")]
fn a_round_is_asked_reminded_and_acknowledged_by_mail() {
    let servers = servers();
    let name = format!("vong{}", std::process::id());
    let office = format!("{name}@so.example");
    let desk = desk(&name);
    let [stc, xa, loi] = [
        format!("stc-{name}@stc.example"),
        format!("xa-{name}@xa.example"),
        format!("loi-{name}@tra-lai.example"),
    ];
    let attachment = desk.write("mau_gop_y.csv", "Cơ quan;Nội dung\n");
    let invite = |more: &[&str]| -> Ran {
        let base = ["mail", "send", "invitation", "--round", "1", "--attach"];
        let mut arguments: Vec<&str> = base.to_vec();
        arguments.push(attachment.to_str().unwrap());
        arguments.extend(more);
        arguments.push("--json");
        desk.run(arguments)
    };

    // Off: nothing is queued, a preview shows what would go out.
    let off = plain(servers.smtp, "").replace("enabled = true", "enabled = false");
    connect(&desk, &servers, &office, &off);
    let refused = invite(&[]).expect(2);
    assert!(refused.stderr.contains("đang tắt"), "{refused:?}");
    let preview = invite(&["--dry-run", "-o", "xem_truoc"]).expect(1);
    assert_eq!(preview.json().as_array().unwrap().len(), 3);
    assert!(preview.stderr.contains("Hội Không có thư"));
    assert!(desk.path("xem_truoc/moi_stc.eml").is_file());
    assert!(outbox(&desk).is_empty());

    // On: asked once, whoever asks again.
    connect(&desk, &servers, &office, &plain(servers.smtp, ""));
    assert_eq!(invite(&[]).expect(1).json()["sent"], 3);
    let again = invite(&[]).expect(1).json();
    assert_eq!(
        (&again["sent"], &again["known"]),
        (&Value::from(0), &Value::from(3))
    );
    wait_until("the invitation", || servers.count(&stc, "") == 1);
    let invitation = received(&servers, &stc).remove(0);
    assert_eq!(field(&invitation, "Auto-Submitted"), "auto-generated");
    let reply_to = format!("{name}+da-01.1@so.example");
    assert!(
        field(&invitation, "Reply-To").contains(&reply_to),
        "{invitation}"
    );
    assert!(invitation.contains("mau_gop_y.csv") && invitation.contains("text/html"));

    // The reply comes by the mailbox, into its round; nobody has to sort it.
    let id = field(&invitation, "Message-ID");
    let reply = format!(
        "From: Văn thư <{stc}>\r\nTo: <{reply_to}>\r\nSubject: Re: góp ý\r\n\
         Message-ID: <tra-loi@{name}.stc.example>\r\nIn-Reply-To: {id}\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         SỞ TÀI CHÍNH\r\n\r\nTại mục I.2, đề nghị bổ sung số liệu năm 2020.\r\n"
    );
    submit(&servers, &stc, &reply_to, &reply);
    // And the letter to the address that does not exist comes back.
    wait_until("reply and bounce", || servers.count(&office, "") == 2);
    desk.run(["mail", "poll", "--once"]);
    let status = desk.run(["status", "--json"]).json();
    assert_eq!(status["rounds"][0]["replied"], 1, "{status}");
    assert_eq!(status["points"]["total"], 1);
    assert_eq!(status["submissions"]["set_aside"], 1);
    let bounced = outbox(&desk)
        .into_iter()
        .find(|mail| mail["recipient"] == loi.as_str());
    let bounced = bounced.unwrap();
    assert_eq!(bounced["state"], "bounced");
    assert!(
        bounced["answer"].as_str().unwrap().starts_with("5."),
        "{bounced}"
    );

    // The reply is acknowledged, once, to the person who wrote it; the bounce is not.
    desk.run(["mail", "poll", "--once"]);
    desk.run(["mail", "send"]);
    desk.run(["mail", "send"]);
    wait_until("the acknowledgement", || servers.count(&stc, "") == 2);
    let mails = received(&servers, &stc);
    let receipt = mails
        .iter()
        .find(|mail| field(mail, "In-Reply-To").contains("tra-loi@"));
    let receipt = receipt.expect("an acknowledgement");
    assert_eq!(field(receipt, "Auto-Submitted"), "auto-replied");

    // Only the silent are reminded, and not at an address that letters come back from.
    let remind = ["mail", "send", "reminder", "--round", "1", "--json"];
    let reminded = desk.run(remind).expect(1);
    assert_eq!(reminded.json()["sent"], 1, "{reminded:?}");
    assert!(reminded.stderr.contains("Viện Trả lại"), "{reminded:?}");
    assert_eq!(desk.run(remind).json()["known"], 1);
    wait_until("the reminder", || servers.count(&xa, "") == 2);
    // Results go out only once the report is issued.
    let early = desk
        .run(["mail", "send", "extract", "--round", "1"])
        .expect(2);
    assert!(early.stderr.contains("chưa được ban hành"), "{early:?}");
    desk.run(["verify"]).expect(0);
}

#[test]
fn the_calendar_reminds_the_silent_and_tells_the_secretary() {
    let servers = servers();
    let name = format!("lich{}", std::process::id());
    let office = format!("{name}@so.example");
    let desk = desk(&name);
    // The deadline is three days from now.
    let schedule = format!("remind_days = [-3]\ndigest_to = [\"{office}\"]\nhour = 0\n");
    connect(&desk, &servers, &office, &plain(servers.smtp, &schedule));
    let kinds = || -> Vec<(String, String)> {
        let mut kinds: Vec<_> = outbox(&desk)
            .iter()
            .map(|mail| {
                let recipient = mail["recipient"].as_str().unwrap();
                let account = recipient.split(['-', '@']).next().unwrap().to_owned();
                (mail["kind"].as_str().unwrap().to_owned(), account)
            })
            .collect();
        kinds.sort();
        kinds
    };
    let expected: Vec<(String, String)> = [
        ("digest", name.as_str()),
        ("reminder", "loi"),
        ("reminder", "stc"),
        ("reminder", "xa"),
    ]
    .map(|(kind, account)| (kind.to_owned(), account.to_owned()))
    .to_vec();
    let xa = format!("xa-{name}@xa.example");
    for _ in 0..2 {
        // Started again on the same day, it asks for nothing new.
        let server = desk.serve();
        wait_until("the calendar's letters", || kinds().len() >= 4);
        wait_until("the reminder", || servers.count(&xa, "") == 1);
        wait_until("the digest", || !received(&servers, &office).is_empty());
        drop(server);
    }
    assert_eq!(kinds(), expected);
    let digest = ["mail", "send", "digest", "--round", "1", "--json"];
    let again = desk.run(digest).json();
    assert_eq!(
        (&again["composed"], &again["known"]),
        (&0.into(), &1.into())
    );
    assert_eq!(kinds(), expected);
}

#[test]
fn letters_go_out_over_tls_with_a_password() {
    let servers = servers();
    let check = |name: &str, port: u16, security: &str, password: &str, expected: &str| {
        let name = format!("{name}{}", std::process::id());
        let desk = desk(&name);
        let more = format!(
            "enabled = true\nhost = \"localhost\"\nport = {port}\nsecurity = \"{security}\""
        );
        connect(&desk, &servers, &format!("{name}@so.example"), &more);
        std::fs::write(desk.data().join("mat_khau"), password).unwrap();
        let ran = desk.run(INVITE_ONE);
        if expected.is_empty() {
            assert_eq!(ran.json()["sent"], 1, "{ran:?}");
        } else {
            let failure = ran.json()["failure"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            assert!(failure.contains(expected), "{ran:?}");
            assert_eq!(states(&desk), [("stc".to_owned(), "queued".to_owned())]);
        }
        assert!(!format!("{ran:?}").contains(password));
    };
    check("tls", servers.smtps, "tls", PASSWORD, "");
    check("stls", servers.smtp, "starttls", PASSWORD, "");
    check(
        "sai",
        servers.smtps,
        "tls",
        "sai-mat-khau",
        "không cho đăng nhập",
    );
    check("khong", free_port(), "tls", PASSWORD, "Không nối được");
}

#[test]
fn letters_go_out_from_a_database_on_a_server() {
    let (servers, cluster) = (servers(), crate::postgres::cluster());
    let name = format!("pg{}", std::process::id());
    let desk = Desk::new();
    std::fs::create_dir(desk.data()).unwrap();
    let database = format!("database = \"{}\"\n", cluster.database());
    std::fs::write(desk.data().join("config.toml"), &database).unwrap();
    set_up(&desk, &name);
    connect(
        &desk,
        &servers,
        &format!("{name}@so.example"),
        &plain(servers.smtp, ""),
    );
    let settings = std::fs::read_to_string(desk.data().join("config.toml")).unwrap();
    std::fs::write(
        desk.data().join("config.toml"),
        format!("{database}{settings}"),
    )
    .unwrap();
    let send = ["mail", "send", "invitation", "--round", "1", "--json"];
    assert_eq!(desk.run(send).json()["sent"], 3);
    assert_eq!(desk.run(send).json()["known"], 3);
    check_sent_once(&desk, &servers, "from a server");
    desk.run(["verify"]).expect(0);
}

/// A server that follows a script: what it answers to each command; `None` hangs up.
fn scripted(answer: impl Fn(&str) -> Option<&'static str> + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut lines = BufReader::new(stream.try_clone().unwrap());
            let _ = stream.write_all(b"220 x\r\n");
            let mut in_letter = false;
            loop {
                let mut line = String::new();
                if lines.read_line(&mut line).unwrap_or(0) == 0 {
                    break;
                }
                let command = line.trim_end();
                if in_letter && command != "." {
                    continue;
                }
                in_letter = command == "DATA";
                let usual = match command.split([' ', ':']).next().unwrap_or_default() {
                    "EHLO" => "250-x\r\n250-8BITMIME\r\n250 AUTH PLAIN",
                    "AUTH" => "235 ok",
                    "DATA" => "354 go on",
                    "QUIT" => "221 bye",
                    _ => "250 ok",
                };
                let words = match answer(command) {
                    Some("") => usual,
                    Some(words) => words,
                    None => break,
                };
                let _ = stream.write_all(format!("{words}\r\n").as_bytes());
            }
        }
    });
    port
}

#[test]
fn what_the_server_says_decides_what_becomes_of_a_letter() {
    let servers = servers();
    let check = |name: &str, on: &'static str, say: Option<&'static str>, expected: &str| {
        let name = format!("{name}{}", std::process::id());
        let desk = desk(&name);
        let port = scripted(move |command| {
            if command.starts_with(on) {
                say
            } else {
                Some("")
            }
        });
        connect(
            &desk,
            &servers,
            &format!("{name}@so.example"),
            &plain(port, "timeout_seconds = 5"),
        );
        desk.run(INVITE_ONE);
        let [mail] = outbox(&desk).try_into().unwrap();
        assert_eq!(mail["state"], expected, "{on} {say:?}: {mail}");
        // Sending again at once never sends what was or may have been sent.
        let again = desk.run(["mail", "send", "--json"]).json();
        assert_eq!(again["sent"], 0, "{on} {say:?}");
        (desk, mail["id"].as_i64().unwrap().to_string())
    };
    check("greylisted", "RCPT", Some("451 4.7.1 later"), "queued");
    check("busy", ".", Some("452 4.3.1 full"), "queued");
    check("cut", "DATA", None, "queued");
    let (desk, id) = check("refused", "RCPT", Some("550 5.1.1 nobody"), "failed");
    assert_eq!(
        desk.run(["mail", "confirm", &id]).code,
        2,
        "it was not handed over"
    );
    let (desk, id) = check("silent", ".", None, "unknown");
    // A person decides: sent again it is the same letter.
    let letter = desk.run(["mail", "show", &id]).stdout;
    desk.run(["mail", "retry", &id]);
    assert_eq!(outbox(&desk)[0]["state"], "unknown");
    assert_eq!(desk.run(["mail", "show", &id]).stdout, letter);
    desk.run(["mail", "confirm", &id]).expect(0);
    assert_eq!(outbox(&desk)[0]["state"], "sent");
    let (desk, _) = check("limit", "NOTHING", Some(""), "sent");
    let slow = std::fs::read_to_string(desk.data().join("config.toml")).unwrap();
    std::fs::write(
        desk.data().join("config.toml"),
        format!("{slow}per_minute = 1\n"),
    )
    .unwrap();
    let remind = [
        "mail",
        "send",
        "reminder",
        "--round",
        "1",
        "--organization",
        "STC",
        "--json",
    ];
    assert_eq!(
        desk.run(remind).json()["waiting"],
        1,
        "a domain gets one letter a minute"
    );
}

/// After whatever happened: no letter arrived twice, what is called sent arrived, and nothing is left
/// in between.
#[track_caller]
fn check_sent_once(desk: &Desk, servers: &MailServers, when: &str) {
    for mail in outbox(desk) {
        let recipient = mail["recipient"].as_str().unwrap().to_owned();
        let id = format!("<{}>", mail["message_id"].as_str().unwrap());
        let arrived = || {
            let letters = received(servers, &recipient);
            letters
                .iter()
                .filter(|letter| field(letter, "Message-ID") == id)
                .count()
        };
        match mail["state"].as_str().unwrap() {
            "sent" if recipient.starts_with("loi") => {}
            "sent" => wait_until(when, || arrived() >= 1),
            "unknown" => {}
            other => panic!("{when}: {other} {mail}"),
        }
        assert!(arrived() <= 1, "{when}: {id} more than once");
    }
}

#[test]
fn killed_while_sending_sends_nothing_twice() {
    let servers = servers();
    let send = ["mail", "send", "invitation", "--round", "1"];
    let name = format!("k{}", std::process::id());
    let base = desk(&name);
    connect(
        &base,
        &servers,
        &format!("{name}@so.example"),
        &plain(servers.smtp, ""),
    );
    let begun = Instant::now();
    desk_run(&base.copy(), &send);
    let duration = begun.elapsed();
    let mut random = Random::new(5);
    for i in 0..30_u32 {
        let desk = base.copy();
        let mut child = desk.start(send);
        std::thread::sleep(duration.mul_f64((f64::from(i) + random.unit()) / 30.0));
        child.kill().unwrap();
        child.wait().unwrap();
        desk_run(&desk, &send);
        check_sent_once(&desk, &servers, &format!("killed, {i} of 30"));
    }
}

fn desk_run(desk: &Desk, arguments: &[&str]) {
    let ran = desk.run(arguments);
    assert!(ran.code <= 1, "{ran:?}");
}

/// Passes so many bytes on to the server, then hangs up on both.
fn cutter(server: u16, limit: Arc<AtomicUsize>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming() {
            let Ok(mut client) = client else { return };
            let mut server = TcpStream::connect(("127.0.0.1", server)).unwrap();
            let (mut answers, mut back) =
                (server.try_clone().unwrap(), client.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut answers, &mut back));
            let mut left = limit.load(Ordering::SeqCst);
            std::thread::spawn(move || {
                let mut buffer = [0; 1024];
                while left > 0 {
                    let n = client.read(&mut buffer).unwrap_or(0).min(left);
                    if n == 0 || server.write_all(&buffer[..n]).is_err() {
                        break;
                    }
                    left -= n;
                }
                let _ = server.shutdown(std::net::Shutdown::Both);
                let _ = client.shutdown(std::net::Shutdown::Both);
            });
        }
    });
    port
}

#[test]
fn a_connection_cut_while_sending_sends_nothing_twice() {
    let servers = servers();
    let limit = Arc::new(AtomicUsize::new(usize::MAX));
    let port = cutter(servers.smtp, Arc::clone(&limit));
    let name = format!("c{}", std::process::id());
    let base = desk(&name);
    let settings = plain(port, "timeout_seconds = 5");
    connect(&base, &servers, &format!("{name}@so.example"), &settings);
    for at in [3, 40, 90, 140, 170, 300, 2_000, 3_000, 4_000, 4_400] {
        let desk = base.copy();
        limit.store(at, Ordering::SeqCst);
        desk_run(&desk, &INVITE_ONE);
        let cut = outbox(&desk)[0]["state"].as_str().unwrap().to_owned();
        limit.store(usize::MAX, Ordering::SeqCst);
        if cut == "queued" {
            // Its pause is over once a person says so.
            let id = outbox(&desk)[0]["id"].to_string();
            desk_run(&desk, &["mail", "cancel", &id]);
            desk_run(&desk, &["mail", "retry", &id]);
        }
        check_sent_once(&desk, &servers, &format!("cut after {at} bytes: {cut}"));
    }
}
