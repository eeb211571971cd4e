use std::io::{Cursor, Write};

use super::properties::{id, kind};
use super::wrapped;
use crate::intake::{Conversions, Format, PartRole, Reading, read_as, read_letter};

/// A saved mail from its properties; `files` are attached, and a mail where the name is empty.
fn saved(properties: &[(u16, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    let mut put = |path: String, bytes: &[u8]| {
        let mut stream = file.create_stream(path).unwrap();
        stream.write_all(bytes).unwrap();
    };
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    for (id, text) in properties {
        let path = format!("/__substg1.0_{id:04X}{:04X}", kind::STRING);
        put(path, &wide(text));
    }
    let mut fixed = vec![0; 32];
    // 2021-09-06 01:30 UTC.
    let ticks: u64 = (1_630_891_800 + 11_644_473_600) * 10_000_000;
    fixed.extend([kind::TIME.to_le_bytes(), id::SUBMITTED.to_le_bytes()].concat());
    fixed.extend([0; 4]);
    fixed.extend(ticks.to_le_bytes());
    put("/__properties_version1.0".to_owned(), &fixed);
    for (n, (name, bytes)) in files.iter().enumerate() {
        let storage = format!("/__attach_version1.0_#{n:08X}");
        file.create_storage(&storage).unwrap();
        let name_path = format!("{storage}/__substg1.0_{:04X}001F", id::LONG_FILE_NAME);
        file.create_stream(name_path)
            .unwrap()
            .write_all(&wide(name))
            .unwrap();
        let data = format!("{storage}/__substg1.0_{:04X}0102", id::DATA);
        file.create_stream(data).unwrap().write_all(bytes).unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

/// A `winmail.dat` with a text and files.
fn wrapped(text: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = wrapped::SIGNATURE.to_vec();
    out.extend([1, 0]);
    let mut put = |level: u8, key: u32, value: &[u8]| {
        out.push(level);
        out.extend(key.to_le_bytes());
        out.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
        out.extend(value);
        out.extend([0, 0]);
    };
    put(1, 0x0002_800c, text.as_bytes());
    for (name, bytes) in files {
        put(2, 0x0006_9002, &[0; 14]);
        put(2, 0x0001_8010, b"PHULUC~1.TXT\0");
        put(2, 0x0006_800f, bytes);
        // The long name as a property.
        let mut list = 1_u32.to_le_bytes().to_vec();
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        list.extend([kind::STRING.to_le_bytes(), id::LONG_FILE_NAME.to_le_bytes()].concat());
        list.extend(1_u32.to_le_bytes());
        list.extend(u32::try_from(name.len()).unwrap().to_le_bytes());
        list.extend(&name);
        list.resize(list.len().next_multiple_of(4), 0);
        put(2, 0x0006_9005, &list);
    }
    out
}

fn read_mail(bytes: &[u8]) -> Reading {
    read_as(Format::Eml, bytes, "thu.eml", &Conversions::default())
}

#[track_caller]
fn check(reading: &Reading, expected: &[(&str, PartRole, &str)]) {
    let found: Vec<_> = reading
        .parts
        .iter()
        .map(|part| (part.path.as_str(), part.role, part.text.trim()))
        .collect();
    assert_eq!(found, expected, "{:?}", reading.warnings);
}

const FIELDS: [(u16, &str); 5] = [
    (id::SUBJECT, "Góp ý dự thảo"),
    (id::SENDER_NAME, "Sở Y tế"),
    (id::SENDER_SMTP, "vt@syt.example"),
    (id::MESSAGE_ID, "<a1@syt.example>"),
    (id::BODY, "Đề nghị bổ sung mục III.\r\n-- \r\nVăn thư"),
];

#[test]
fn a_saved_mail_is_read_as_any_mail() {
    let letter = "Sở Y tế thống nhất.".as_bytes();
    let reading = read_letter(&saved(&FIELDS, &[("công văn.txt", letter)]), "thu.msg");
    let mail = reading.mail.as_ref().unwrap();
    assert_eq!(mail.subject, "Góp ý dự thảo");
    assert_eq!(mail.from.as_ref().unwrap().expose(), "vt@syt.example");
    assert_eq!(mail.from_name.as_deref(), Some("Sở Y tế"));
    assert_eq!(mail.message_id.as_deref(), Some("a1@syt.example"));
    assert_eq!(mail.sent_at.unwrap().as_second(), 1_630_891_800);
    check(
        &reading,
        &[
            ("nội dung thư", PartRole::Body, "Đề nghị bổ sung mục III."),
            ("chữ ký thư", PartRole::Signature, "-- \nVăn thư"),
            ("công văn.txt", PartRole::Attachment, "Sở Y tế thống nhất."),
        ],
    );
}

#[test]
fn the_head_a_mail_came_with_is_kept() {
    let head = "Received: from a by b; Mon, 06 Sep 2021 08:31:00 +0700\r\nFrom: =?utf-8?B?U+G7nyBZIHThur8=?= <vt@syt.example>\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary=\"no\"\r\nAuto-Submitted: auto-replied\r\n\r\n";
    let fields = [(id::TRANSPORT_HEADERS, head), (id::BODY, "Vắng mặt.")];
    let reading = read_letter(&saved(&fields, &[]), "thu.msg");
    let mail = reading.mail.unwrap();
    assert_eq!(mail.from_name.as_deref(), Some("Sở Y tế"));
    assert_eq!(mail.robot.unwrap().rule, "robot.auto_submitted");
    assert_eq!(mail.received_at.unwrap().as_second(), 1_630_891_860);
}

#[test]
fn wrapped_files_are_files_of_the_mail() {
    let inside = wrapped(
        "Như trên.",
        &[("phụ lục dài.txt", "Bổ sung mục IV.".as_bytes())],
    );
    let mail = |body: &str| {
        let mut mail = format!(
            "From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        )
        .into_bytes();
        mail.extend(&inside);
        mail.extend(b"\r\n--b--\r\n");
        mail
    };
    check(
        &read_mail(&mail("Kính gửi phụ lục.")),
        &[
            ("nội dung thư", PartRole::Body, "Kính gửi phụ lục."),
            (
                "winmail.dat > phụ lục dài.txt",
                PartRole::Attachment,
                "Bổ sung mục IV.",
            ),
        ],
    );
    check(
        &read_mail(&mail("")),
        &[
            ("winmail.dat > nội dung thư", PartRole::Body, "Như trên."),
            (
                "winmail.dat > phụ lục dài.txt",
                PartRole::Attachment,
                "Bổ sung mục IV.",
            ),
        ],
    );
}

/// Every cut and many changed bytes: read without a panic, or refused with a warning.
#[test]
fn damaged_files_end_in_a_reading_or_a_warning() {
    let files: [(&str, &[u8]); 1] = [("a.txt", b"Mot hai ba bon.")];
    for (name, whole) in [
        ("thu.msg", saved(&FIELDS, &files)),
        ("winmail.dat", wrapped("Bốn.", &files)),
    ] {
        let step = whole.len() / 60 + 1;
        for at in (8..whole.len()).step_by(step) {
            let cut = read_letter(&whole[..at], name);
            assert!(
                !(cut.parts.is_empty() && cut.warnings.is_empty()),
                "{name} {at}"
            );
            let mut changed = whole.clone();
            changed[at..(at + 4).min(whole.len())].fill(0xff);
            let read = read_letter(&changed, name);
            assert!(
                !(read.parts.is_empty() && read.warnings.is_empty()),
                "{name} {at}"
            );
        }
    }
}

#[test]
fn rich_text_that_lies_about_its_size_is_refused() {
    let packed = compressed_rtf::compress_rtf("{\\rtf1 Mot}").unwrap();
    assert_eq!(
        super::properties::unpack_rich_text(&packed).unwrap(),
        b"{\\rtf1 Mot}"
    );
    let mut lying = packed.clone();
    lying[4..8].fill(0xff);
    for wrong in [
        &packed[..10],
        &packed[..packed.len() - 1],
        &lying,
        b"".as_slice(),
    ] {
        assert_eq!(super::properties::unpack_rich_text(wrong), None);
    }
}
