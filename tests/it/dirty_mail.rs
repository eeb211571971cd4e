//! Mails as they really come: each ends as a submission or in triage, its bytes as they were.
//!
//! The table names what is odd about each and where such mails come from; together there are some two
//! hundred. They are built here, so that bytes that no editor keeps stay what they are.

use std::collections::BTreeSet;

use proptest::prelude::{Strategy, any, prop};
use proptest::test_runner::{Config, TestRunner};
use sha2::{Digest, Sha256};

use crate::support::Desk;

const POINT: &str = "Tại mục III.2.b, đề nghị bổ sung chỉ tiêu về hợp đồng chuyển giao công nghệ.";

/// A mail from its head and body, with line ends as mail has them.
fn mail(head: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let mut bytes = head.replace('\n', "\r\n").into_bytes();
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body.as_ref());
    bytes
}

fn usual(n: usize) -> String {
    format!(
        "From: Văn thư <vt{n}@stc.example>\nTo: gop_y@so.example\nSubject: Góp ý {n}\n\
         Message-ID: <d{n}@stc.example>\nDate: Wed, 25 Aug 2021 09:00:00 +0700\nMIME-Version: 1.0\n"
    )
}

fn text_mail(n: usize, charset: &str, encoding: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let head = format!(
        "{}Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n",
        usual(n)
    );
    mail(&head, body)
}

fn multipart(n: usize, subtype: &str, parts: &[(&str, &str)]) -> Vec<u8> {
    let mut body = String::new();
    for (head, text) in parts {
        body.push_str(&format!("--bien\r\n{head}\r\n\r\n{text}\r\n"));
    }
    body.push_str("--bien--\r\n");
    let head = format!(
        "{}Content-Type: multipart/{subtype}; boundary=bien\n",
        usual(n)
    );
    mail(&head, body)
}

/// A mail inside a mail, so deep.
fn nested(n: usize, depth: usize) -> Vec<u8> {
    let mut inner = text_mail(n, "utf-8", "8bit", POINT);
    for level in 0..depth {
        let head = format!(
            "{}X-Level: {level}\nContent-Type: message/rfc822\n",
            usual(n)
        );
        inner = mail(&head, inner);
    }
    inner
}

/// The corpus: what is odd, and the bytes.
#[expect(clippy::too_many_lines, reason = "a table")]
fn corpus() -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |what: String, bytes: Vec<u8>| all.push((what, bytes));
    let mut n = 0;
    let mut next = || {
        n += 1;
        n
    };
    // Charsets that are what they say, are not what they say, or that nobody knows.
    for charset in [
        "utf-8",
        "UTF8",
        "\"utf-8\"",
        "us-ascii",
        "iso-8859-1",
        "windows-1252",
        "windows-1258",
        "cp1258",
        "x-viet-tcvn",
        "x-viet-vni",
        "viscii",
        "utf-16",
        "utf-16le",
        "utf-7",
        "gb2312",
        "unknown-8bit",
        "x-unknown",
        "",
        "binary",
        "koi8-r",
        "big5",
        "iso-2022-jp",
        "macintosh",
    ] {
        let bytes = text_mail(next(), charset, "8bit", POINT);
        add(format!("UTF-8 called {charset:?}"), bytes);
    }
    for (what, body) in [
        (
            "windows-1258, decomposed",
            &b"T\xe2\xcci mu\xf2c III.2.b, \xf0\xea\xcc nghi\xf2 b\xf4\xd2 sung"[..],
        ),
        (
            "TCVN3 as exported",
            &b"\xa7\xd2 ngh\xde b\xe6 sung ch\xd8 ti\xaau t\xb9i m\xf4c III.2.b"[..],
        ),
        ("latin-1 high bytes", &b"De nghi \xe9\xe8\xea III.2.b"[..]),
        (
            "UTF-8 cut inside a letter",
            &b"\xc4\x90\xe1\xbb\x81 ngh\xe1\xbb"[..],
        ),
        (
            "UTF-8 twice over",
            "Ä\u{90}á»\u{81} nghá»‹ bá»• sung má»¥c III.2.b".as_bytes(),
        ),
        ("bare 0x80 to 0x9f", &b"\x80\x81\x9e\x9f III.2.b"[..]),
    ] {
        for charset in ["utf-8", "windows-1258", "us-ascii"] {
            add(
                format!("{what} as {charset}"),
                text_mail(next(), charset, "8bit", body),
            );
        }
    }
    // Transfer encodings: damaged, mislabelled, unknown.
    for (encoding, body) in [
        ("base64", "VOG6oWkgbeG7pWMgSUlJLjIuYg=="),
        ("base64", "VOG6oWkgbeG7pWMgSUlJLjIuYg"),
        ("base64", "VOG6oWkg!!!bbb\r\n===\r\nIII"),
        ("base64", "không phải base64"),
        ("BASE64", "VOG6oWkgbeG7pWMgSUlJLjIuYg==\r\n-- \r\nchân thư"),
        ("quoted-printable", "T=E1=BA=A1i m=E1=BB=A5c III.2.b"),
        ("quoted-printable", "T=E1=BA=ZZi m=E1 III.2.b="),
        ("quoted-printable", "đã tám bít = sẵn"),
        ("x-uuencode", "begin 644 a\r\n#0V%T\r\n`\r\nend"),
        ("7bit", POINT),
        ("binary", POINT),
        ("lạ-hoắc", POINT),
        ("", POINT),
    ] {
        let bytes = text_mail(next(), "utf-8", encoding, body);
        add(format!("encoding {encoding:?} with {body:?}"), bytes);
    }
    // Heads: fields missing, doubled, folded, in eight bits, endless.
    for head in [
        "",
        "\n",
        "Subject: chỉ có chủ đề\n",
        "From: a@stc.example\n",
        "From:\nTo:\nSubject:\n",
        "From: \"Nguyễn, Văn A\" <a@stc.example>, b@stc.example\n",
        "From: a@stc.example\nFrom: b@xa.example\nSubject: hai người gửi\n",
        "From: =?utf-8?Q?S=E1=BB=9F_T=C3?= =?utf-8?Q?=A0i_ch=C3=ADnh?= <a@stc.example>\n",
        "Subject: =?utf-8?B?R8OzcCDD?= =?utf-8?B?vQ==?=\n",
        "Subject: =?utf-8?B?!!!?=\n",
        "Subject: =?khong-ro?Q?G=F3p?=\n",
        "Subject: =?utf-8?Q?d=C3=A0i_?=\n =?utf-8?Q?d=C3=B2ng?=\n",
        "Date: hôm qua\n",
        "Date: Thu, 99 Zzz 2099 99:99:99 +9999\n",
        "Date:\n",
        "Message-ID: <>\n",
        "Message-ID: không ngoặc\n",
        "Message-ID: <a@b>\nMessage-ID: <c@d>\n",
        "Return-Path: <>\nSubject: rỗng\n",
        "Content-Type: text\n",
        "Content-Type: ;;;\n",
        "Content-Type: text/plain; charset\n",
        "Content-Type: text/plain; name=\"a\n",
        "Content-Type: multipart/mixed\n",
        "Content-Type: multipart/mixed; boundary=\n",
        "Content-Type: multipart/mixed; boundary=\"\"\n",
        "Content-Type: application/octet-stream\n",
        "Content-Type: message/partial; id=x; number=1; total=3\n",
        "Content-Type: message/external-body; access-type=URL\n",
        "Không có dấu hai chấm\nSubject: x\n",
        " gập ngay dòng đầu\nSubject: x\n",
        "Subject : cách trước dấu\n",
        "SUBJECT: hoa\nFROM: A@STC.EXAMPLE\n",
        "From a@b Mon Sep 6\nSubject: x\n",
        ">From a@b\nSubject: x\n",
        "Received: \nReceived: ;\nReceived: from a; không ngày\n",
        "In-Reply-To: <\nReferences: <a <b <c\n",
        "Auto-Submitted: auto-replied\n",
        "Precedence: bulk\n",
        "List-Id: <ds.example>\n",
        "Resent-From: b@xa.example\nFrom: a@stc.example\n",
    ] {
        add(format!("head {head:?}"), mail(head, POINT));
    }
    add(
        "a line of 300 kB in the head".into(),
        mail(&format!("Subject: {}\n", "dài ".repeat(60_000)), POINT),
    );
    add(
        "5,000 fields".into(),
        mail(&"X-A: b\n".repeat(5_000), POINT),
    );
    add(
        "3,000 recipients".into(),
        mail(&format!("To: {}\n", "a@b.example, ".repeat(3_000)), POINT),
    );
    // Structure: broken boundaries, depth, number.
    let plain = "Content-Type: text/plain; charset=utf-8";
    let html = "Content-Type: text/html; charset=utf-8";
    for subtype in [
        "mixed",
        "alternative",
        "related",
        "signed",
        "digest",
        "report",
        "parallel",
        "lạ",
    ] {
        let bytes = multipart(
            next(),
            subtype,
            &[(plain, POINT), (html, "<p>Mục III.2.b</p>")],
        );
        add(format!("multipart/{subtype}"), bytes);
    }
    let whole = multipart(next(), "mixed", &[(plain, POINT), (html, "<b>x</b>")]);
    for cut in (40..whole.len()).step_by(whole.len() / 12) {
        add(format!("cut after {cut} bytes"), whole[..cut].to_vec());
    }
    let text = String::from_utf8(whole).unwrap();
    add(
        "boundary never closed".into(),
        text.replace("--bien--", "").into_bytes(),
    );
    add(
        "boundary never opened".into(),
        text.replace("--bien\r\n", "").into_bytes(),
    );
    add(
        "another boundary in the body".into(),
        text.replace("--bien", "--khac").into_bytes(),
    );
    add(
        "closed twice".into(),
        text.replace("--bien--", "--bien--\r\n--bien--")
            .into_bytes(),
    );
    for depth in [1, 3, 5, 30, 100] {
        add(
            format!("a mail in a mail, {depth} deep"),
            nested(next(), depth),
        );
    }
    let mut deep = POINT.to_owned();
    for level in 0..60 {
        deep = format!(
            "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n{deep}\r\n--b{level}--\r\n"
        );
    }
    add("multiparts 60 deep".into(), deep.into_bytes());
    let attachments: Vec<(String, String)> = (0..200)
        .map(|i| {
            (
                format!(
                    "Content-Type: text/plain; name=\"t{i}.txt\"\r\nContent-Disposition: attachment"
                ),
                format!("tệp {i}"),
            )
        })
        .collect();
    let parts: Vec<(&str, &str)> = attachments
        .iter()
        .map(|(h, t)| (h.as_str(), t.as_str()))
        .collect();
    add("200 attachments".into(), multipart(next(), "mixed", &parts));
    // Attachments whose names and kinds lie.
    for head in [
        "Content-Type: application/pdf; name=\"a.pdf\"",
        "Content-Type: image/png; name=\"a.docx\"",
        "Content-Type: application/zip; name=\"../../etc/passwd\"",
        "Content-Type: application/ms-tnef; name=winmail.dat",
        "Content-Type: application/vnd.ms-outlook; name=\"thu.msg\"",
        "Content-Type: text/calendar",
        "Content-Type: text/csv; name=\"bang.csv\"",
        "Content-Type: application/octet-stream; name*=utf-8''G%C3%B3p%20%C3%BD.docx",
        "Content-Type: application/octet-stream; name=\"=?utf-8?B?R8OzcA==?=.docx\"",
        "Content-Disposition: attachment; filename*0=\"rat\"; filename*1=\"_dai.docx\"",
        "Content-Disposition: attachment; filename=\"\"",
        "Content-Disposition: inline; filename=\"C:\\thu\\a.doc\"",
        "Content-Type: application/pkcs7-mime; name=smime.p7m",
        "Content-Type: message/rfc822",
        "Content-Type: message/delivery-status",
    ] {
        add(
            format!("attachment {head}"),
            multipart(
                next(),
                "mixed",
                &[(plain, POINT), (head, "%PDF-1.4 không thật")],
            ),
        );
    }
    // Pages that are no pages.
    for page in [
        "<p>Mục III.2.b",
        "<<<<>>>>",
        "<script>alert(1)</script>III.2.b",
        "<!-- không đóng",
        "&#0;&#xFFFFFF;&bogus;",
        "<table><tr><td>Mục<td>Nội dung góp ý<tr><td>III.2.b<td>Bổ sung",
        "<style>p{}</style>",
        "\u{feff}<html></html>",
    ] {
        let head = format!("{}Content-Type: text/html; charset=utf-8\n", usual(next()));
        add(format!("page {page}"), mail(&head, page));
    }
    // Bytes that are no text at all.
    let utf8 = text_mail(next(), "utf-8", "8bit", POINT);
    let as_text = String::from_utf8(utf8.clone()).unwrap();
    add("CR only".into(), as_text.replace("\r\n", "\r").into_bytes());
    add("LF only".into(), as_text.replace("\r\n", "\n").into_bytes());
    add(
        "CR CR LF".into(),
        as_text.replace("\r\n", "\r\r\n").into_bytes(),
    );
    add(
        "NUL between all letters".into(),
        utf8.iter().flat_map(|&b| [b, 0]).collect(),
    );
    add(
        "NUL in the body".into(),
        as_text.replace("mục", "m\0c").into_bytes(),
    );
    add(
        "a byte order mark first".into(),
        [b"\xef\xbb\xbf", utf8.as_slice()].concat(),
    );
    add(
        "blank lines first".into(),
        [b"\r\n\r\n", utf8.as_slice()].concat(),
    );
    add(
        "UTF-16 throughout".into(),
        as_text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    );
    add(
        "control letters".into(),
        as_text.replace("mục", "\u{1b}[31m\u{7}\u{8}").into_bytes(),
    );
    add(
        "a line of 2 MB".into(),
        text_mail(next(), "utf-8", "8bit", "III.2.b ".repeat(260_000)),
    );
    add(
        "100,000 lines".into(),
        text_mail(next(), "utf-8", "8bit", "> trích\r\n".repeat(100_000)),
    );
    add(
        "only a head".into(),
        usual(next()).replace('\n', "\r\n").into_bytes(),
    );
    add("only white space".into(), b" \r\n\t\r\n".to_vec());
    add("one byte".into(), b"x".to_vec());
    add(
        "right-to-left marks".into(),
        text_mail(next(), "utf-8", "8bit", format!("\u{202e}{POINT}\u{202c}")),
    );
    add(
        "decomposed letters".into(),
        text_mail(next(), "utf-8", "8bit", "Đề nghị bổ sung mục III.2.b"),
    );
    all
}

/// Names of all originals.
fn blobs(desk: &Desk) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for folder in std::fs::read_dir(desk.data().join("blobs")).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            found.insert(file.unwrap().file_name().to_string_lossy().into_owned());
        }
    }
    found
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Takes mails in from a Maildir, and checks that each is there, with its bytes, once.
#[track_caller]
fn check_all_kept(desk: &Desk, mails: &[(String, Vec<u8>)]) {
    let before = submissions(desk);
    let folder = desk.path("hop_thu");
    for name in ["cur", "new", "tmp"] {
        std::fs::create_dir_all(folder.join(name)).unwrap();
    }
    for (n, (_, bytes)) in mails.iter().enumerate() {
        std::fs::write(folder.join("new").join(format!("{n}.thu")), bytes).unwrap();
    }
    let ran = desk.run(["mail", "import", "hop_thu", "--json"]);
    assert!(ran.code <= 1, "{}", ran.stderr);
    let kept = blobs(desk);
    for (what, bytes) in mails {
        assert!(kept.contains(&hash(bytes)), "{what}: the bytes are gone");
    }
    let reports = ran.json();
    let reports = reports.as_array().unwrap();
    assert_eq!(reports.len(), mails.len());
    let different: BTreeSet<&[u8]> = mails.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    let n_new = u64::try_from(different.len()).unwrap();
    assert_eq!(submissions(desk) - before, n_new, "each is one submission");
    // What could not be read says so and waits for a person.
    for report in reports {
        if report["submissions"]["unread"] == 1 {
            assert!(report["n_needs_person"] == 1, "{report}");
            assert!(
                !report["reasons"].as_array().unwrap().is_empty(),
                "{report}"
            );
        }
    }
    desk.run(["verify"]).expect(0);
    std::fs::remove_dir_all(folder).unwrap();
}

fn submissions(desk: &Desk) -> u64 {
    let status = desk.run(["status", "--json"]).expect(0).json();
    let states = status["submissions"].as_object().unwrap();
    states.values().map(|n| n.as_u64().unwrap()).sum()
}

#[test]
fn every_odd_mail_ends_as_a_submission_with_its_bytes() {
    let mails = corpus();
    assert!(mails.len() >= 150, "{}", mails.len());
    let names: BTreeSet<&str> = mails.iter().map(|(what, _)| what.as_str()).collect();
    assert_eq!(names.len(), mails.len(), "two entries are called the same");
    check_all_kept(&Desk::with_consultation(), &mails);
}

#[test]
fn odd_mails_made_odder_are_kept_too() {
    let seeds: Vec<Vec<u8>> = corpus()
        .into_iter()
        .map(|(_, bytes)| bytes)
        .filter(|bytes| bytes.len() < 20_000)
        .collect();
    let change = (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        any::<u8>(),
        0..4_u8,
    );
    let changes = prop::collection::vec(change, 1..12);
    let mutated = (any::<prop::sample::Index>(), changes).prop_map(move |(seed, changes)| {
        let mut bytes = seed.get(&seeds).clone();
        for (at, length, value, kind) in changes {
            if bytes.is_empty() {
                break;
            }
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = value,
                1 => bytes.insert(at, value),
                2 => {
                    let end = at + length.index(bytes.len() - at);
                    bytes.drain(at..end);
                }
                _ => {
                    let piece = bytes[at..]
                        .iter()
                        .copied()
                        .take(usize::from(value))
                        .collect::<Vec<_>>();
                    let to = length.index(bytes.len());
                    bytes.splice(to..to, piece);
                }
            }
        }
        bytes
    });
    let batch = prop::collection::vec(mutated, 40);
    let desk = Desk::with_consultation();
    let config = Config {
        cases: 2,
        max_shrink_iters: 0,
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&batch, |mails| {
        let desk = desk.copy();
        let mails: Vec<(String, Vec<u8>)> = mails
            .into_iter()
            .map(|bytes| (format!("{:?}", String::from_utf8_lossy(&bytes)), bytes))
            .collect();
        check_all_kept(&desk, &mails);
        Ok(())
    });
    outcome.unwrap();
}
