//! What a report about a letter of ours says (RFC 3464): who did not get it, why, and which letter.

use mail_parser::{Message, MimeHeaders, PartType};

use super::transfer;
use crate::domain::EmailAddress;
use crate::intake::Bounce;
use crate::text::legacy;
use crate::text::normalize::{normalize, squeeze};

/// How much of a returned letter is searched for its Message-ID: its head.
const HEAD_BYTES: usize = 64 << 10;

/// Reads a delivery report; `None` when the message carries none.
pub(super) fn read(message: &Message<'_>) -> Option<Bounce> {
    let mut found = Bounce::default();
    let mut is_report = false;
    for part in &message.parts {
        let kind = part.content_type();
        let subtype = kind.and_then(|kind| kind.subtype()).unwrap_or_default();
        match subtype.to_ascii_lowercase().as_str() {
            "delivery-status" => {
                is_report = true;
                let text = legacy::decode(&transfer::bytes(message, part)).text;
                read_status(&text, &mut found);
            }
            "rfc822-headers" => {
                let text = legacy::decode(&transfer::bytes(message, part)).text;
                found.message_id = found.message_id.or_else(|| message_id(&text));
            }
            _ => {
                if let PartType::Message(inner) = &part.body {
                    let id = inner.message_id().map(str::to_owned);
                    found.message_id = found.message_id.or(id);
                }
            }
        }
    }
    is_report.then_some(found)
}

/// Fields of the first recipient that failed; of the first one where none did.
fn read_status(text: &str, found: &mut Bounce) {
    let unfolded = text
        .replace("\r\n", "\n")
        .replace("\n ", " ")
        .replace("\n\t", " ");
    for block in unfolded.split("\n\n") {
        let field = |name: &str| {
            block.lines().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                key.trim()
                    .eq_ignore_ascii_case(name)
                    .then(|| squeeze(&normalize(value)))
            })
        };
        // `rfc822; name@domain`
        let typed = |name: &str| {
            let value = field(name)?;
            Some(match value.split_once(';') {
                Some((_, value)) => value.trim().to_owned(),
                None => value,
            })
        };
        let Some(recipient) = typed("Original-Recipient").or_else(|| typed("Final-Recipient"))
        else {
            continue;
        };
        let action = field("Action").unwrap_or_default().to_lowercase();
        let is_failed = action == "failed";
        let is_worse = is_failed && !found.is_failed;
        if found.recipient.is_some() && !is_worse {
            continue;
        }
        found.recipient = EmailAddress::parse(&recipient);
        found.is_failed = is_failed;
        let words = [field("Status"), typed("Diagnostic-Code")];
        found.reason = words.into_iter().flatten().collect::<Vec<_>>().join(" ");
    }
}

fn message_id(head: &str) -> Option<String> {
    let head: String = head.chars().take(HEAD_BYTES).collect();
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case("Message-ID")
            .then(|| value.trim().trim_matches(['<', '>']).to_owned())
    })
}
