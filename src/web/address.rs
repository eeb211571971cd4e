//! Addresses of pages: percent-encoding and query strings (RFC 3986, 2 and 3.4).

use crate::domain::Consultation;

/// Encodes everything but unreserved characters.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => {
                encoded.push('%');
                for half in [byte >> 4, byte & 15] {
                    let digit = char::from_digit(u32::from(half), 16).unwrap_or('0');
                    encoded.push(digit.to_ascii_uppercase());
                }
            }
        }
    }
    encoded
}

/// `?a=1&b=2`, empty values left out; empty without any.
pub(super) fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (key, value) in pairs {
        if !value.is_empty() {
            text.push(if text.is_empty() { '?' } else { '&' });
            text.push_str(key);
            text.push('=');
            text.push_str(&encode(value));
        }
    }
    text
}

/// The address all pages of a consultation begin with, without a slash at the end.
pub(super) fn base(consultation: &Consultation) -> String {
    format!("/c/{}", encode(&consultation.code))
}

#[cfg(test)]
mod tests {
    use super::{encode, query};

    #[test]
    fn byte_by_byte() {
        assert_eq!(encode("DA-1_a.~"), "DA-1_a.~");
        assert_eq!(encode("mục %&/"), "m%E1%BB%A5c%20%25%26%2F");
        assert_eq!(query([("q", "a b"), ("x", ""), ("y", "1")]), "?q=a%20b&y=1");
        assert_eq!(query([("q", "")]), "");
    }
}
