//! Transfer encodings and charsets of mail parts, read leniently: senders mislabel charsets, and
//! gateways cut and wrap.

use std::borrow::Cow;

use mail_parser::{Header, Message, MessagePart, MimeHeaders};
use unicode_normalization::UnicodeNormalization;

use crate::text::legacy;

/// A mail whose lines end in CR alone, as old programs save it, with line feeds.
pub(super) fn with_line_feeds(bytes: &[u8]) -> Cow<'_, [u8]> {
    let head = bytes.get(..64 << 10).unwrap_or(bytes);
    if head.contains(&b'\n') || !head.contains(&b'\r') {
        return Cow::Borrowed(bytes);
    }
    Cow::Owned(
        bytes
            .iter()
            .map(|&b| if b == b'\r' { b'\n' } else { b })
            .collect(),
    )
}

/// How many mails a mail says it contains.
pub(super) fn n_nested(bytes: &[u8]) -> usize {
    bytes
        .windows(b"message/rfc822".len())
        .filter(|window| {
            window
                .first()
                .is_some_and(|b| b.eq_ignore_ascii_case(&b'm'))
        })
        .filter(|window| {
            window.eq_ignore_ascii_case(b"message/rfc822")
                || window.eq_ignore_ascii_case(b"message/global")
        })
        .count()
}

/// The raw bytes of a header field's value.
pub(super) fn raw_field<'a>(message: &'a Message<'_>, header: &Header<'_>) -> Option<&'a [u8]> {
    let at = |offset: u32| usize::try_from(offset).ok();
    message
        .raw_message
        .get(at(header.offset_start)?..at(header.offset_end)?)
}

/// The bytes of a part without its transfer encoding.
///
/// Decoded here and not by `mail-parser`, which gives up on damaged parts, and whose texts are
/// already in the charset they are labelled with.
pub(super) fn bytes<'a>(message: &'a Message<'_>, part: &'a MessagePart<'_>) -> Cow<'a, [u8]> {
    if part.message().is_some() {
        return Cow::Borrowed(part.contents());
    }
    let at = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX);
    let range = at(part.offset_body)..at(part.offset_end);
    let Some(raw) = message.raw_message.get(range) else {
        return Cow::Borrowed(part.contents());
    };
    let encoding = part.content_transfer_encoding().unwrap_or_default().trim();
    if encoding.eq_ignore_ascii_case("quoted-printable") {
        Cow::Owned(quoted_printable(raw))
    } else if encoding.eq_ignore_ascii_case("base64") {
        Cow::Owned(base64(raw))
    } else {
        Cow::Borrowed(raw)
    }
}

/// The text of a part in the charset its bytes are really in.
pub(super) fn text(message: &Message<'_>, part: &MessagePart<'_>) -> String {
    let bytes = bytes(message, part);
    let kind = part.content_type();
    let label = kind
        .and_then(|kind| kind.attribute("charset"))
        .unwrap_or_default();
    let is_flowed = kind
        .and_then(|kind| kind.attribute("format"))
        .is_some_and(|format| format.eq_ignore_ascii_case("flowed"));
    let text = in_charset(&bytes, label, part.text_contents());
    if is_flowed { unflow(&text) } else { text }
}

/// Decodes by what the bytes say, and by the label where that reads at least as well.
fn in_charset(bytes: &[u8], label: &str, labelled: Option<&str>) -> String {
    let label = label.trim().to_ascii_lowercase();
    let guessed = legacy::decode(bytes);
    let says_nothing = matches!(
        label.as_str(),
        "" | "us-ascii" | "ascii" | "utf-8" | "utf8" | "unknown-8bit" | "x-unknown"
    );
    let is_utf8 = guessed.encoding == legacy::Encoding::Utf8.name() && guessed.n_replaced == 0;
    let has_escapes =
        label.starts_with("iso-2022") || label.starts_with("utf-7") || label.starts_with("hz");
    if says_nothing || (is_utf8 && !guessed.text.is_ascii() && !has_escapes) {
        return guessed.text;
    }
    let Some(labelled) = labelled else {
        return guessed.text;
    };
    let share = |text: &str| legacy::share_of_syllables(&text.nfc().collect::<String>()).value();
    if share(&guessed.text) > share(labelled) + 0.3 {
        guessed.text
    } else {
        labelled.to_owned()
    }
}

/// Joins the lines of `format=flowed` (RFC 3676, section 4): a line ending in a space goes on.
fn unflow(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let is_signature_mark = line == "-- ";
        // Space-stuffing.
        let line = line.strip_prefix(' ').unwrap_or(line);
        out.push_str(line);
        if !line.ends_with(' ') || is_signature_mark || line.starts_with('>') {
            out.push('\n');
        }
    }
    out
}

/// Quoted-printable; what is no valid escape stays as it is.
pub(super) fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let digit = |b: Option<&u8>| {
        b.and_then(|&b| char::from(b).to_digit(16))
            .and_then(|d| u8::try_from(d).ok())
    };
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != b'=' {
            out.push(byte);
            continue;
        }
        if let (Some(high), Some(low)) = (digit(tail.first()), digit(tail.get(1))) {
            out.push(high * 16 + low);
            rest = tail.get(2..).unwrap_or_default();
            continue;
        }
        // A soft line break, with the spaces gateways put before it.
        let n_spaces = tail
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t' | b'\r'))
            .count();
        match tail.get(n_spaces) {
            Some(b'\n') => rest = tail.get(n_spaces + 1..).unwrap_or_default(),
            None => rest = &[],
            Some(_) => out.push(byte),
        }
    }
    out
}

/// Base64; what is no digit is passed over.
pub(super) fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3 + 3);
    let mut bits: u32 = 0;
    let mut n_bits = 0;
    for &byte in bytes {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => continue,
        };
        bits = (bits << 6 | u32::from(digit)) & 0x00ff_ffff;
        n_bits += 6;
        if n_bits >= 8 {
            n_bits -= 8;
            out.push(u8::try_from(bits >> n_bits & 0xff).unwrap_or_default());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{base64, in_charset, quoted_printable, unflow};

    #[test]
    fn transfer_encodings_are_read_leniently() {
        assert_eq!(
            quoted_printable(b"S=E1=BB=9F T=\r\n=C3=A0i ch=\n=C3=ADnh = 5=3D5"),
            "Sở Tài chính = 5=5".as_bytes()
        );
        assert_eq!(base64(b"U+G7\r\nnyBU*w6BpI\n=="), "Sở Tài".as_bytes());
    }

    #[test]
    fn flowed_lines_are_joined() {
        assert_eq!(
            unflow("Đề nghị \nbổ sung.\n-- \nVăn thư\n"),
            "Đề nghị bổ sung.\n-- \nVăn thư\n"
        );
    }

    #[test]
    fn a_wrong_label_does_not_spoil_the_text() {
        let text = "Đề nghị sửa khoản 2";
        assert_eq!(in_charset(text.as_bytes(), "iso-8859-1", Some("ÄÃª")), text);
        assert_eq!(in_charset(text.as_bytes(), "windows-1258", Some("Ä")), text);
    }
}
