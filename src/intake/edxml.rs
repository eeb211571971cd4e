//! Packages of the national document exchange (QCVN 102:2016/BTTTT).
//!
//! The envelope says who writes, number, date, subject and which letter is answered: it becomes a
//! part written like the head of a letter, so that the same rules read it and a person can check
//! it. Attachments are read like those of a mail. Elements are found by their names wherever they
//! stand: real packages differ in prefix, order and nesting, and some have characters before the
//! XML begins. Status messages are nobody's opinion.

use std::collections::HashMap;

use super::archive::Budget;
use super::docx::xml::{Token, Tokens};
use super::{MailHead, Markup, PartRole, Reading, Robot, TextPart, limits, plain};
use crate::domain::{Location, PageMap, Warning};
use crate::text::legacy;
use crate::text::normalize::{normalize, squeeze};

/// Name and version of this reader.
const EXTRACTOR: &str = "edxml/1";
/// What the envelope's part is called.
const ENVELOPE: &str = "thông tin gói edXML";

/// What a package says, by the names of the elements.
#[derive(Default)]
struct Package {
    /// Values by path of the elements that matter: `From/OrganName`, `ResponseFor/Code`.
    values: HashMap<String, String>,
    attachments: Vec<Attachment>,
    /// The value being read: "KH&amp;CN" comes in three pieces.
    current: Option<String>,
}

#[derive(Default)]
struct Attachment {
    name: String,
    id: String,
    encoded: String,
}

/// Groups whose children have names that other groups have too.
const GROUPS: [&str; 9] = [
    "From",
    "To",
    "Code",
    "PromulgationInfo",
    "DocumentType",
    "SignerInfo",
    "ResponseFor",
    "ReplacementInfo",
    "Attachment",
];

/// Reads a package into parts; `prefix` stands before their paths.
pub(super) fn read(
    bytes: &[u8],
    prefix: &str,
    role: PartRole,
    reading: &mut Reading,
    budget: &mut Budget,
    depth: usize,
) {
    let location = || Location::Part {
        path: format!("{prefix}{ENVELOPE}"),
    };
    if depth >= limits::NESTING {
        reading.warnings.push(plain::nested_too_deep(location()));
        return;
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => legacy::decode(bytes).text,
    };
    let (package, is_broken) = parse(&text);
    if is_broken {
        reading.warnings.push(Warning::new(
            "edxml.broken",
            location(),
            "Gói văn bản liên thông bị hỏng hoặc bị cắt cụt; chỉ đọc được phần trước chỗ hỏng.",
            "Lấy lại gói từ hệ thống quản lý văn bản rồi nạp lại.",
        ));
    }
    if let Some(code) = package.values.get("StatusCode") {
        let explanation = format!("thông báo trạng thái của trục liên thông văn bản (mã {code})");
        reading.mail.get_or_insert_with(MailHead::default).robot = Some(Robot {
            rule: "robot.edxml_status",
            explanation,
        });
    }
    let envelope = envelope(&package);
    if !envelope.is_empty() {
        reading.parts.push(TextPart {
            path: format!("{prefix}{ENVELOPE}"),
            role,
            text: envelope,
            tables: Vec::new(),
            extractor: EXTRACTOR,
            map: PageMap::default(),
            recognized: None,
            markup: Markup::default(),
        });
    }
    let n_attachments = package.attachments.len();
    for (attachment, number) in package.attachments.into_iter().zip(1..) {
        let name = [&attachment.name, &attachment.id]
            .into_iter()
            .map(|name| squeeze(&normalize(name)))
            .find(|name| !name.is_empty())
            .unwrap_or_else(|| format!("tệp kèm {number}"));
        let path = format!("{prefix}{name}");
        let Some(inner) = decode_base64(&attachment.encoded) else {
            reading.warnings.push(Warning::new(
                "edxml.broken_attachment",
                Location::Part { path },
                "Tệp trong gói văn bản liên thông bị hỏng, không giải mã được.",
                "Lấy tệp này từ hệ thống quản lý văn bản rồi nạp riêng.",
            ));
            continue;
        };
        let role = PartRole::Attachment;
        plain::read_attachment(&inner, &name, path, role, reading, budget, depth + 1);
    }
    if n_attachments == 0 && !package.values.contains_key("StatusCode") {
        reading.warnings.push(Warning::new(
            "edxml.no_attachment",
            location(),
            "Gói văn bản liên thông không có tệp văn bản nào bên trong.",
            "Lấy tệp văn bản từ hệ thống quản lý văn bản rồi nạp riêng.",
        ));
    }
}

/// Finds values and attachments; `true` when the XML ended early.
fn parse(text: &str) -> (Package, bool) {
    let start = text.find("<?xml").or_else(|| text.find('<')).unwrap_or(0);
    let mut tokens = Tokens::new(text.get(start..).unwrap_or_default());
    let mut package = Package::default();
    let mut open: Vec<String> = Vec::new();
    for token in &mut tokens {
        if !matches!(token, Token::Text(_)) {
            package.current = None;
        }
        match token {
            Token::Open(element) => {
                let name = element.name().to_owned();
                if name == "Attachment" {
                    package.attachments.push(Attachment::default());
                }
                open.push(name);
            }
            Token::Close(name) => while open.pop().is_some_and(|closed| closed != name) {},
            Token::Text(value) => take(&mut package, &open, &value),
        }
    }
    package
        .attachments
        .retain(|attachment| !attachment.encoded.is_empty());
    let is_broken = tokens.is_broken;
    (package, is_broken)
}

/// Notes the text of an element.
fn take(package: &mut Package, open: &[String], value: &str) {
    if value.trim().is_empty() && package.current.is_none() {
        return;
    }
    let Some(name) = open.last() else {
        return;
    };
    let group = open
        .iter()
        .rev()
        .skip(1)
        .find(|name| GROUPS.contains(&name.as_str()));
    if group.is_some_and(|group| group == "Attachment") {
        if let Some(attachment) = package.attachments.last_mut() {
            match name.as_str() {
                "AttachmentName" => attachment.name.push_str(value),
                "ContentId" => attachment.id.push_str(value),
                "ContentTransferEncoded" => attachment.encoded.push_str(value),
                _ => {}
            }
        }
        return;
    }
    let path = group.map_or(name.clone(), |group| format!("{group}/{name}"));
    // The first sender and the first answered letter count.
    let known = package.values.entry(path.clone()).or_default();
    if known.is_empty() || package.current.as_ref() == Some(&path) {
        known.push_str(&normalize(value));
        package.current = Some(path);
    }
}

/// The envelope as the head of a letter.
fn envelope(package: &Package) -> String {
    let values: HashMap<&str, String> = package
        .values
        .iter()
        .map(|(path, value)| (path.as_str(), squeeze(value)))
        .collect();
    let value = |path: &str| {
        values
            .get(path)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    };
    let mut lines: Vec<String> = Vec::new();
    lines.extend(value("From/OrganName").map(str::to_owned));
    let number = match (value("Code/CodeNumber"), value("Code/CodeNotation")) {
        (Some(number), Some(notation)) if !number.contains('/') => {
            Some(format!("{number}/{notation}"))
        }
        (Some(number), _) => Some(number.to_owned()),
        (None, _) => value("DocumentId")
            .and_then(|id| id.rsplit(',').next())
            .filter(|number| number.contains('/'))
            .map(str::to_owned),
    };
    lines.extend(number.map(|number| format!("Số: {number}")));
    lines.extend(value("PromulgationInfo/PromulgationDate").map(|date| {
        let place = value("PromulgationInfo/Place").unwrap_or_default();
        let comma = if place.is_empty() { "" } else { ", " };
        format!("{place}{comma}{}", in_words(date))
    }));
    lines.extend(value("Subject").map(|subject| {
        let is_marked = subject.to_lowercase().starts_with("v/v");
        format!("{}{subject}", if is_marked { "" } else { "V/v " })
    }));
    lines.extend(value("To/OrganName").map(|name| format!("Kính gửi: {name}.")));
    lines.extend(value("ResponseFor/Code").map(|code| {
        let date = value("ResponseFor/PromulgationDate").map(in_words);
        let date = date.map_or(String::new(), |date| format!(" {date}"));
        format!("Trả lời Công văn số {code}{date}.")
    }));
    let replaced = value("ReplacementInfo/DocumentId")
        .and_then(|id| id.rsplit(',').next())
        .unwrap_or_default();
    match value("BussinessDocType").or_else(|| value("BusinessDocType")) {
        Some("1") => lines.push("Thu hồi văn bản đã gửi.".to_owned()),
        Some("3") => lines.push(format!("Văn bản này thay thế Công văn số {replaced}.")),
        _ => {}
    }
    lines.extend(value("SignerInfo/FullName").map(|name| format!("Người ký: {name}")));
    lines.join("\n")
}

/// "2021/09/06" as "ngày 06 tháng 9 năm 2021".
fn in_words(date: &str) -> String {
    match super::parse_date(date) {
        Some(date) => {
            let month = date.month();
            // Nghị định 30: the day has two digits, of the months only January and February.
            let month = if month < 3 {
                format!("{month:02}")
            } else {
                month.to_string()
            };
            format!("ngày {:02} tháng {month} năm {}", date.day(), date.year())
        }
        None => date.to_owned(),
    }
}

/// Decodes base64 with any white space in it; `None` when it is none.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut value, mut n_bits) = (0_u32, 0_u32);
    for letter in text.bytes() {
        let six = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            letter if letter.is_ascii_whitespace() => continue,
            _ => return None,
        };
        value = value << 6 | u32::from(six);
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            bytes.push(u8::try_from(value >> n_bits & 0xff).ok()?);
        }
    }
    (!bytes.is_empty()).then_some(bytes)
}

#[cfg(test)]
mod tests;
