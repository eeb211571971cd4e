//! E-mail messages.

use mail_parser::MessageParser;

use super::archive::Budget;
use super::{MailHead, PartRole, Reading, TextPart};
use crate::text::normalize::normalize;

/// Reads one message.
pub(super) fn read(bytes: &[u8], _budget: &mut Budget) -> Reading {
    let mut reading = Reading::default();
    if let Some(message) = MessageParser::default().parse(bytes) {
        reading.mail = Some(MailHead {
            subject: normalize(message.subject().unwrap_or_default()),
            ..MailHead::default()
        });
        if let Some(text) = message.body_text(0) {
            reading.parts.push(TextPart {
                path: "nội dung thư".to_owned(),
                role: PartRole::Body,
                text: normalize(&text),
                tables: Vec::new(),
                extractor: "eml/1",
            });
        }
    }
    reading
}

/// Reads a mail attached to a mail.
pub(super) fn read_nested(
    _bytes: &[u8],
    _path: &str,
    _reading: &mut Reading,
    _budget: &mut Budget,
    _depth: usize,
) {
}
