//! E-mail messages (RFC 5322, MIME): head, body, what was cut from it, attachments.
//!
//! * [`head`]: header fields; [`robot`]: whether a machine wrote it.
//! * [`authentication`]: what our server found out about the sender's address.
//! * [`forwarded`]: who wrote a mail that came inside another one; [`links`]: files left elsewhere.
//! * [`strip`]: quoted history, mail signature and disclaimer are cut from the body and kept as
//!   parts of their own.
//! * [`body`]: the bodies as text; [`transfer`]: transfer encodings and charsets, which senders get wrong.
//!
//! The body is the plain text, or the page where there is no plain text, where it says much less
//! than the page, or where only the page still has a table of comments. Pictures inside the page,
//! signatures of S/MIME and PGP, calendars and cards are passed over in silence; every other
//! attachment becomes a part or a warning. The MIME structure is read by `mail-parser`.

mod authentication;
mod body;
mod bounce;
mod forwarded;
mod head;
mod links;
mod robot;
mod strip;
mod transfer;
mod words;

use mail_parser::{
    ContentType, HeaderName, Message, MessageParser, MessagePart, MimeHeaders, PartType,
};

use super::archive::Budget;
use super::{MailHead, Markup, PartRole, PartTable, Reading, TextPart, limits, plain};
use crate::domain::{Location, PageMap, Warning};
use crate::text::legacy;
use crate::text::normalize::{normalize, squeeze};

/// Name and version of this reader.
const EXTRACTOR: &str = "eml/1";
/// What the body is called.
const BODY: &str = "nội dung thư";
/// Mails forwarded in mails, headers only: beyond this the file is an attack on parsers.
const MAX_NESTED_HEADERS: usize = 64;

/// Reads a mail.
pub(super) fn read(bytes: &[u8], reading: &mut Reading, budget: &mut Budget) {
    read_into(bytes, "", PartRole::Body, reading, budget, 0);
    let has_text = reading.parts.iter().any(|part| {
        matches!(part.role, PartRole::Body | PartRole::Attachment) && !part.text.trim().is_empty()
    });
    let is_robot = reading
        .mail
        .as_ref()
        .is_some_and(|mail| mail.robot.is_some());
    if !has_text && !is_robot {
        reading.warnings.push(Warning::new(
            "mail.no_text",
            Location::File,
            "Thư không có nội dung chữ nào đọc được.",
            "Mở thư gốc và các tệp đính kèm; nếu có góp ý, gõ vào ô nhập tay của lượt này.",
        ));
    }
}

/// Reads the header fields of a mail, nothing else.
pub(super) fn read_head(bytes: &[u8]) -> MailHead {
    let bytes = &*transfer::with_line_feeds(bytes);
    MessageParser::default()
        .parse_headers(bytes)
        .map(|message| head::read(&message, &Found::default()))
        .unwrap_or_default()
}

/// Reads a mail that is attached to a mail or lies in an archive.
pub(super) fn read_nested(
    bytes: &[u8],
    path: &str,
    reading: &mut Reading,
    budget: &mut Budget,
    depth: usize,
) {
    if depth >= limits::NESTING {
        let location = Location::Part {
            path: path.to_owned(),
        };
        reading.warnings.push(plain::nested_too_deep(location));
        return;
    }
    let outer = reading.mail.take();
    let path = format!("{path} > ");
    read_into(
        bytes,
        &path,
        PartRole::Attachment,
        reading,
        budget,
        depth + 1,
    );
    if let Some(mut outer) = outer {
        if let Some(inner) = reading.mail.take() {
            outer.forwarded.push(forwarded::of_mail(&inner, path));
            outer.forwarded.extend(inner.forwarded);
        }
        reading.mail = Some(outer);
    }
}

/// Reads a mail into a reading; `prefix` stands before the paths of its parts.
fn read_into(
    bytes: &[u8],
    prefix: &str,
    role: PartRole,
    reading: &mut Reading,
    budget: &mut Budget,
    depth: usize,
) {
    // Mails saved from an mbox keep its separator line.
    let bytes = match bytes.strip_prefix(b"From ") {
        Some(rest) => rest
            .iter()
            .position(|&b| b == b'\n')
            .and_then(|at| rest.get(at + 1..))
            .unwrap_or(rest),
        None => bytes,
    };
    let bytes = &*transfer::with_line_feeds(bytes);
    let message = if transfer::n_nested(bytes) > MAX_NESTED_HEADERS {
        None
    } else {
        MessageParser::default().parse(bytes)
    };
    let Some(message) = message.filter(|message| !message.parts.is_empty()) else {
        reading.warnings.push(Warning::new(
            "mail.broken",
            part_location(prefix, BODY),
            "Thư sai cấu trúc, chỉ đọc được như văn bản thuần.",
            "Mở thư gốc bằng phần mềm thư để kiểm tra; nếu thiếu nội dung, chép vào ô nhập tay.",
        ));
        let text = normalize(&legacy::decode(bytes).text);
        push_part(
            reading,
            format!("{prefix}{BODY}"),
            role,
            text,
            Vec::new(),
            EXTRACTOR,
        );
        return;
    };
    let mut found = Found::default();
    collect(&message, 0, 0, &mut found);
    let mail = head::read(&message, &found);
    let is_forward = strip::is_forward(&mail.subject);
    let is_report = mail.robot.as_ref().is_some_and(robot::is_report);
    reading.mail = Some(mail);
    let has_files = !found.attachments.is_empty();
    let bodies = body::read_bodies(&message, &found, prefix, reading);
    for text in bodies {
        let warnings = body::push_body(
            reading,
            prefix,
            role,
            &text,
            is_forward && !has_files,
            has_files,
        );
        if !is_report {
            reading.warnings.extend(warnings);
        }
    }
    if is_report {
        // What a bounce carries is our own letter coming back.
        return;
    }
    for &at in &found.attachments {
        if let Some(part) = message.parts.get(at) {
            read_attachment(&message, part, prefix, reading, budget, depth);
        }
    }
}

/// What a message consists of, as indexes of its parts.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Bodies in order; each has the same text as plain text, as a page, or both.
    bodies: Vec<Body>,
    attachments: Vec<usize>,
    /// Attachments other than mails and plain texts, which bounces carry.
    n_documents: usize,
    /// Subtype of `multipart/report`'s report: `delivery-status`, `disposition-notification`.
    report: Option<String>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Body {
    plain: Option<usize>,
    page: Option<usize>,
}

/// Multiparts in multiparts; mails have four or five.
const MAX_MULTIPARTS: usize = 50;

/// Sorts a part and everything below it.
fn collect(message: &Message<'_>, at: usize, depth: usize, found: &mut Found) {
    let Some(part) = message.parts.get(at) else {
        return;
    };
    if depth > MAX_MULTIPARTS || found.attachments.len() > limits::PARTS {
        return;
    }
    let Some(children) = part.sub_parts() else {
        sort_leaf(part, at, found);
        return;
    };
    let kind = part.content_type();
    let subtype = kind
        .and_then(|kind| kind.subtype())
        .unwrap_or_default()
        .to_ascii_lowercase();
    if subtype == "report" {
        let report = kind.and_then(|kind| kind.attribute("report-type"));
        found.report = Some(report.unwrap_or("delivery-status").to_ascii_lowercase());
    }
    let children = children
        .iter()
        .filter_map(|&id| usize::try_from(id).ok())
        .filter(|&id| id > at);
    if subtype != "alternative" {
        children.for_each(|child| collect(message, child, depth + 1, found));
        return;
    }
    let mut inner = Found::default();
    children.for_each(|child| collect(message, child, depth + 1, &mut inner));
    found.attachments.append(&mut inner.attachments);
    found.n_documents += inner.n_documents;
    let body = Body {
        plain: inner.bodies.iter().find_map(|body| body.plain),
        page: inner.bodies.iter().find_map(|body| body.page),
    };
    if body.plain.is_some() || body.page.is_some() {
        found.bodies.push(body);
    }
}

/// Sorts a part without parts.
fn sort_leaf(part: &MessagePart<'_>, at: usize, found: &mut Found) {
    let kind = part.content_type();
    let ctype = kind
        .map_or("text", |kind| kind.ctype())
        .to_ascii_lowercase();
    let subtype = kind
        .and_then(|kind| kind.subtype())
        .unwrap_or("plain")
        .to_ascii_lowercase();
    let is_named = part.attachment_name().is_some();
    let is_attached = part
        .content_disposition()
        .is_some_and(ContentType::is_attachment);
    let is_inline_picture =
        ctype == "image" && !is_attached && (part.content_id().is_some() || !is_named);
    let is_silent = is_inline_picture
        || matches!(
            subtype.as_str(),
            "pkcs7-signature"
                | "x-pkcs7-signature"
                | "pgp-signature"
                | "calendar"
                | "vcard"
                | "x-vcard"
                | "delivery-status"
                | "disposition-notification"
                | "rfc822-headers"
        );
    if is_silent {
        return;
    }
    let is_body = ctype == "text"
        && !is_attached
        && !is_named
        && matches!(part.body, PartType::Text(_) | PartType::Html(_));
    match (is_body, subtype.as_str()) {
        (true, "html") => found.bodies.push(Body {
            page: Some(at),
            ..Body::default()
        }),
        (true, _) => found.bodies.push(Body {
            plain: Some(at),
            ..Body::default()
        }),
        (false, _) => {
            found.attachments.push(at);
            let is_text = ctype == "text" && subtype == "plain";
            found.n_documents += usize::from(!is_text && part.message().is_none());
        }
    }
}

fn push_part(
    reading: &mut Reading,
    path: String,
    role: PartRole,
    text: String,
    tables: Vec<PartTable>,
    extractor: &'static str,
) {
    if !text.trim().is_empty() {
        reading.parts.push(TextPart {
            path,
            role,
            text,
            tables,
            extractor,
            map: PageMap::default(),
            recognized: None,
            markup: Markup::default(),
        });
    }
}

/// Reads an attachment.
fn read_attachment(
    message: &Message<'_>,
    part: &MessagePart<'_>,
    prefix: &str,
    reading: &mut Reading,
    budget: &mut Budget,
    depth: usize,
) {
    let bytes = transfer::bytes(message, part);
    let name = attachment_name(message, part);
    let path = format!("{prefix}{name}");
    if part.is_encoding_problem && part.message().is_none() {
        reading.warnings.push(damaged(part_location(prefix, &name)));
    }
    if part.message().is_some() {
        read_nested(&bytes, &path, reading, budget, depth);
    } else {
        plain::read_attachment(
            &bytes,
            &name,
            path,
            PartRole::Attachment,
            reading,
            budget,
            depth + 1,
        );
    }
}

/// The name of an attachment, or what it is where it has none.
fn attachment_name(message: &Message<'_>, part: &MessagePart<'_>) -> String {
    let name = raw_name(message, part).or_else(|| part.attachment_name().map(str::to_owned));
    let name = name.map(|name| squeeze(&normalize(&name)));
    // Some programs send a whole path.
    let name = name.map(|name| {
        name.rsplit(['/', '\\'])
            .next()
            .unwrap_or_default()
            .to_owned()
    });
    match (name, &part.body) {
        (Some(name), _) if !name.is_empty() => name,
        (_, PartType::Message(inner)) => {
            let subject = inner.subject().map(|subject| squeeze(&normalize(subject)));
            match subject {
                Some(subject) if !subject.is_empty() => format!("thư kèm theo “{subject}”"),
                _ => "thư kèm theo".to_owned(),
            }
        }
        (_, PartType::Html(_)) => "tệp kèm theo.html".to_owned(),
        (_, PartType::Text(_)) => "tệp kèm theo.txt".to_owned(),
        _ => "tệp kèm theo".to_owned(),
    }
}

/// The name read from the raw field, where the ordinary reading left holes in it.
fn raw_name(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
    part.attachment_name()
        .filter(|name| name.contains('\u{fffd}'))?;
    [HeaderName::ContentDisposition, HeaderName::ContentType]
        .into_iter()
        .filter_map(|name| part.headers.iter().find(|header| header.name == name))
        .filter_map(|header| words::file_name(transfer::raw_field(message, header)?))
        .find(|name| !name.contains('\u{fffd}'))
}

fn part_location(prefix: &str, name: &str) -> Location {
    Location::Part {
        path: format!("{prefix}{name}"),
    }
}

fn damaged(location: Location) -> Warning {
    Warning::new(
        "mail.damaged_part",
        location,
        "Phần này của thư bị hỏng hoặc bị cắt cụt khi gửi; chỉ đọc được một phần.",
        "So với thư gốc; nếu thiếu nội dung, đề nghị nơi gửi gửi lại.",
    )
}

#[cfg(test)]
mod tests;
