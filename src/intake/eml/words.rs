//! Encoded words (RFC 2047) and parameters (RFC 2231) whose pieces were cut inside a letter.
//!
//! Many senders cut UTF-8 by length, not by letter, and decoding piece by piece, as the standard
//! says, leaves U+FFFD in Vietnamese names. Here neighboring pieces are put together as bytes first.
//! Used only where the ordinary reading left such holes.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::transfer;
use crate::text::legacy;

static WORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"=\?([A-Za-z0-9_.:+-]+)(?:\*[^?\s]*)?\?([BbQq])\?([^?\s]*)\?=")
        .expect("the pattern is valid")
});
static SEGMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)(?:^|[;\s])(?:filename|name)(?:\*(\d{1,3}))?(\*)?\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]*))"#)
        .expect("the pattern is valid")
});

/// Decodes a header value with encoded words.
pub(super) fn decode(raw: &[u8]) -> String {
    let mut out: Vec<u8> = Vec::new();
    let mut text = String::new();
    let mut end = 0;
    for word in WORD.captures_iter(raw) {
        let (Some(all), Some(method), Some(encoded)) = (word.get(0), word.get(2), word.get(3))
        else {
            continue;
        };
        let between = raw.get(end..all.start()).unwrap_or_default();
        // Space between neighboring words is only folding.
        if end == 0 || !between.iter().all(u8::is_ascii_whitespace) {
            text.push_str(&legacy::decode(&out).text);
            out.clear();
            text.push_str(&legacy::decode(between).text);
        }
        if method.as_bytes().eq_ignore_ascii_case(b"b") {
            out.extend(transfer::base64(encoded.as_bytes()));
        } else {
            let spaced: Vec<u8> = encoded
                .as_bytes()
                .iter()
                .map(|&b| if b == b'_' { b' ' } else { b })
                .collect();
            out.extend(transfer::quoted_printable(&spaced));
        }
        end = all.end();
    }
    text.push_str(&legacy::decode(&out).text);
    text.push_str(&legacy::decode(raw.get(end..).unwrap_or_default()).text);
    text
}

/// The file name in a Content-Disposition or Content-Type field.
pub(super) fn file_name(raw: &[u8]) -> Option<String> {
    let mut pieces: Vec<(u32, Vec<u8>)> = Vec::new();
    for segment in SEGMENT.captures_iter(raw).take(200) {
        let number = segment
            .get(1)
            .and_then(|number| std::str::from_utf8(number.as_bytes()).ok()?.parse().ok());
        let value = segment
            .get(3)
            .or(segment.get(4))
            .map(|value| value.as_bytes())?;
        let bytes = if segment.get(2).is_some() {
            let value = if number.unwrap_or(0) == 0 {
                without_charset(value)
            } else {
                value
            };
            transfer::quoted_printable(
                &value
                    .iter()
                    .map(|&b| if b == b'%' { b'=' } else { b })
                    .collect::<Vec<u8>>(),
            )
        } else {
            value.to_vec()
        };
        match number {
            Some(number) => pieces.push((number, bytes)),
            None => return Some(decode(&bytes)),
        }
    }
    pieces.sort_by_key(|&(number, _)| number);
    let bytes: Vec<u8> = pieces.into_iter().flat_map(|(_, bytes)| bytes).collect();
    (!bytes.is_empty()).then(|| legacy::decode(&bytes).text)
}

/// `UTF-8''name` → `name`.
fn without_charset(value: &[u8]) -> &[u8] {
    let mut parts = value.splitn(3, |&b| b == b'\'');
    let _charset = parts.next();
    let _language = parts.next();
    parts.next().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::{decode, file_name};

    #[test]
    fn letters_cut_between_words_come_together() {
        let raw = b" =?UTF-8?B?xJDhu4E=?=\r\n =?UTF-8?B?IMOhbiB0aOG7?=\r\n =?UTF-8?B?iyB0csaw4budbmc=?= (b\xe1\xba\xa3n 2)";
        assert_eq!(decode(raw).trim(), "Đề án thị trường (bản 2)");
        assert_eq!(
            decode(b"=?utf-8?Q?S=E1=BB?= =?utf-8?Q?=9F_T=C3=A0i?="),
            "Sở Tài"
        );
    }

    #[test]
    fn letters_cut_between_segments_come_together() {
        let raw = b"attachment;\r\n filename*0*=UTF-8''g%C3%B3p%20%C3%BD%20d%E1%BB%B1%20th%E1%BA;\r\n\tfilename*1*=%A3o.docx";
        assert_eq!(file_name(raw).as_deref(), Some("góp ý dự thảo.docx"));
    }
}
