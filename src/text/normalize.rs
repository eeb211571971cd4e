//! One stored form of a text: NFC, `\n` line ends, no look-alikes, no invisible characters.
//!
//! The author's spelling is kept: tone placement ("hoà" or "hòa") is only folded for comparison
//! (TCVN 6909:2001 allows both; Nghị định 30/2020/NĐ-CP itself mixes them).

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Normalizes a text for storage. Idempotent.
///
/// * NFC, so that decomposed ("Unicode tổ hợp") and precomposed letters are one;
/// * CR LF, CR, vertical tab, form feed, U+0085, U+2028 and U+2029 become `\n`;
/// * U+00D0 and U+0189 (Ð, Ɖ) become Đ, and U+00F0 (ð) becomes đ: real letters contain them;
/// * no-break and other wide spaces become a space, no-break hyphens become `-`;
/// * control characters except tab and `\n`, zero-width characters, byte-order marks and soft
///   hyphens go.
pub fn normalize(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let composed: String = match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => text.to_owned(),
        IsNormalized::No | IsNormalized::Maybe => text.nfc().collect(),
    };
    let mut out = String::with_capacity(composed.len());
    let mut previous_was_cr = false;
    for c in composed.chars() {
        match c {
            '\n' if previous_was_cr => {}
            '\r' | '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            'Ð' | 'Ɖ' => out.push('Đ'),
            'ð' => out.push('đ'),
            '\u{a0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200a}'
            | '\u{202f}'
            | '\u{205f}'
            | '\u{3000}' => out.push(' '),
            '\u{2010}' | '\u{2011}' => out.push('-'),
            '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{feff}' => {}
            c if c.is_control() && c != '\t' => {}
            c => out.push(c),
        }
        previous_was_cr = c == '\r';
    }
    // Dropping an invisible character can bring a letter and a combining mark together.
    match is_nfc_quick(out.chars()) {
        IsNormalized::Yes => out,
        IsNormalized::No | IsNormalized::Maybe => out.nfc().collect(),
    }
}

/// Whether a text is printable ASCII with `\n` and tabs, which needs no work.
fn is_plain(text: &str) -> bool {
    text.bytes()
        .all(|b| matches!(b, b'\n' | b'\t' | 0x20..=0x7e))
}

/// Joins all runs of white space into one space and trims the ends.
pub fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{normalize, squeeze};

    #[track_caller]
    fn check(input: &str, expected: &str) {
        let once = normalize(input);
        assert_eq!(once, expected);
        assert_eq!(normalize(&once), once, "normalizing twice changes the text");
    }

    #[test]
    fn composes_decomposed_letters() {
        check("thị trươ\u{300}ng", "thị trường");
        check("ê\u{301}", "ế");
    }

    #[test]
    fn replaces_look_alikes_and_line_ends() {
        check("Ðề án\r\nmục\u{a0}III\ra", "Đề án\nmục III\na");
        check("TT\u{2011}BTC", "TT-BTC");
    }

    #[test]
    fn drops_invisible_characters() {
        check("\u{feff}a\u{200b}b\u{ad}c\u{0}", "abc");
        check("e\u{200b}\u{302}", "ê");
    }

    #[test]
    fn squeezes_white_space() {
        assert_eq!(squeeze("  a \n\t b  "), "a b");
    }
}
