//! Header fields.

use jiff::Timestamp;
use mail_parser::{Address, DateTime, HeaderName, HeaderValue, Message};

use super::{Found, authentication, bounce, robot, transfer, words};
use crate::domain::EmailAddress;
use crate::intake::MailHead;
use crate::text::normalize::{normalize, squeeze};

/// How many message ids and recipients are kept; mailing lists have thousands.
const MAX_LISTED: usize = 200;

/// Reads the fields later steps use.
pub(super) fn read(message: &Message<'_>, found: &Found) -> MailHead {
    let author = [message.from(), message.sender(), message.reply_to()]
        .into_iter()
        .flatten()
        .find_map(Address::first);
    let mut head = MailHead {
        message_id: message.message_id().map(str::to_owned),
        in_reply_to: answered(message),
        from: author.and_then(|author| EmailAddress::parse(author.address()?)),
        from_name: author
            .and_then(|author| author.name())
            .map(|parsed| name(message, parsed))
            .filter(|name| !name.is_empty()),
        to: recipients(message),
        subject: subject(message),
        sent_at: message.date().and_then(timestamp),
        received_at: received_at(message),
        robot: None,
        bounce: bounce::read(message),
        authentication: authentication::read(message),
        forwarded: Vec::new(),
    };
    head.robot = robot::recognize(message, found, &head);
    head
}

fn one_line(text: &str) -> String {
    squeeze(&normalize(text))
}

/// The subject; read again from the raw field where the ordinary reading left holes.
fn subject(message: &Message<'_>) -> String {
    let parsed = message.subject().unwrap_or_default();
    repaired(message, &HeaderName::Subject, parsed)
}

/// A field's text, decoded again where pieces of it were cut inside a letter or its bytes are in
/// no encoding a mail may have.
fn repaired(message: &Message<'_>, name: &HeaderName<'_>, parsed: &str) -> String {
    if !parsed.contains('\u{fffd}') {
        return one_line(parsed);
    }
    let header = message
        .headers()
        .iter()
        .rev()
        .find(|header| header.name == *name);
    let raw = header.and_then(|header| transfer::raw_field(message, header));
    raw.map_or_else(|| one_line(parsed), |raw| one_line(&words::decode(raw)))
}

/// The author's name, without the address that follows it in a repaired field.
fn name(message: &Message<'_>, parsed: &str) -> String {
    let name = repaired(message, &HeaderName::From, parsed);
    match name.split_once('<') {
        Some((name, _)) if parsed.contains('\u{fffd}') => name.trim().trim_matches('"').to_owned(),
        _ => name,
    }
}

/// In-Reply-To, then References from the nearest.
fn answered(message: &Message<'_>) -> Vec<String> {
    let ids = |value: &HeaderValue<'_>| -> Vec<String> {
        match value {
            HeaderValue::Text(id) => vec![id.to_string()],
            HeaderValue::TextList(ids) => ids.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        }
    };
    let mut answered = ids(message.in_reply_to());
    let references = ids(message.references());
    for id in references.into_iter().rev().take(MAX_LISTED) {
        if !answered.contains(&id) {
            answered.push(id);
        }
    }
    answered.truncate(MAX_LISTED);
    answered
}

fn recipients(message: &Message<'_>) -> Vec<EmailAddress> {
    let named = [message.to(), message.cc()]
        .into_iter()
        .flatten()
        .flat_map(Address::iter)
        .filter_map(|to| EmailAddress::parse(to.address()?));
    // Blind copies and aliases: only the servers know who it was for.
    let delivered = message.headers().iter().filter_map(|header| {
        let name = header.name.as_str();
        ["Delivered-To", "X-Original-To", "Envelope-To"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known))
            .then(|| transfer::raw_field(message, header))
            .flatten()
            .and_then(|raw| EmailAddress::parse(&String::from_utf8_lossy(raw)))
    });
    named.chain(delivered).take(MAX_LISTED).collect()
}

/// The date of the topmost Received field, which our own server wrote.
fn received_at(message: &Message<'_>) -> Option<Timestamp> {
    let header = message
        .headers()
        .iter()
        .find(|header| header.name == HeaderName::Received)?;
    let parsed = header
        .value
        .as_received()
        .and_then(|received| received.date);
    parsed.as_ref().and_then(timestamp).or_else(|| {
        let raw = transfer::raw_field(message, header)?;
        let text = String::from_utf8_lossy(raw);
        let (_, date) = text.rsplit_once(';')?;
        timestamp(&DateTime::parse_rfc822(date.trim())?)
    })
}

fn timestamp(date: &DateTime) -> Option<Timestamp> {
    date.is_valid()
        .then(|| Timestamp::from_second(date.to_timestamp()).ok())?
}
