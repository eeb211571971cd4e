use super::{decode, from_tcvn3_font, from_vni_font, is_syllable, tables};
use crate::text::normalize::normalize;
use proptest::prelude::{any, prop};
use proptest::{prop_assert, proptest};

const TEXT: &str = "Sở Tài chính cơ bản nhất trí với dự thảo Đề án; đề nghị bổ sung khoản 2 Điều 5: \
    “quỹ đổi mới công nghệ”, sửa mục III thành “ưu đãi về thuế”. Lý do: để phù hợp thực tiễn địa phương.";

/// Writes text with a table given by its decoder: tries every byte, then every pair.
fn encode(text: &str, single: fn(u8) -> char, pairs: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for c in text.chars() {
        if c.is_ascii() {
            out.extend(c.to_string().bytes());
            continue;
        }
        if let Some(byte) = (0x80..=0xff).find(|&b| single(b) == c) {
            out.push(byte);
            continue;
        }
        assert!(pairs, "no code for {c}");
        let pair = (0..=0xffu8)
            .flat_map(|base| (0x80..=0xff).map(move |mark| [base, mark]))
            .find(|&[base, mark]| {
                let mut decoded = String::new();
                let held = tables::vni_step(None, base, &mut decoded);
                tables::vni_step(held, mark, &mut decoded);
                decoded.chars().eq([c])
            });
        out.extend(pair.unwrap_or_else(|| panic!("no pair for {c}")));
    }
    out
}

#[track_caller]
fn check(bytes: &[u8], encoding: &str, text: &str) {
    let decoded = decode(bytes);
    assert_eq!(decoded.encoding, encoding);
    assert_eq!(normalize(&decoded.text), normalize(text));
    assert!(decoded.is_certain);
    assert_eq!(decoded.n_replaced, 0);
}

#[test]
fn reads_every_encoding() {
    check(TEXT.as_bytes(), "UTF-8", TEXT);
    let marked = [b"\xef\xbb\xbf", TEXT.as_bytes()].concat();
    check(&marked, "UTF-8", TEXT);
    let wide =
        |to_bytes: fn(u16) -> [u8; 2]| TEXT.encode_utf16().flat_map(to_bytes).collect::<Vec<_>>();
    check(&wide(u16::to_le_bytes), "UTF-16LE", TEXT);
    check(&wide(u16::to_be_bytes), "UTF-16BE", TEXT);
    check(
        &[b"\xff\xfe".to_vec(), wide(u16::to_le_bytes)].concat(),
        "UTF-16LE",
        TEXT,
    );
    check(&encode(TEXT, tables::tcvn3, false), "TCVN3", TEXT);
    check(&encode(TEXT, tables::vni_single, true), "VNI", TEXT);
    check(&windows_1258(TEXT), "Windows-1258", TEXT);
}

/// Windows-1258: vowels with their shape composed, tones as marks behind them.
fn windows_1258(text: &str) -> Vec<u8> {
    use unicode_normalization::UnicodeNormalization;
    let mut spelled = String::new();
    for c in text.chars() {
        let parts: Vec<char> = c.nfd().collect();
        let is_tone =
            |c: &char| matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}');
        spelled.extend(parts.iter().copied().filter(|c| !is_tone(c)).nfc());
        spelled.extend(parts.iter().filter(|c| is_tone(c)));
    }
    let (bytes, _, had_errors) = encoding_rs::WINDOWS_1258.encode(&spelled);
    assert!(!had_errors);
    bytes.into_owned()
}

#[test]
fn reads_letters_typed_with_old_fonts() {
    let as_latin1 = |bytes: Vec<u8>| {
        encoding_rs::WINDOWS_1252
            .decode_without_bom_handling(&bytes)
            .0
            .into_owned()
    };
    let tcvn3 = as_latin1(encode(TEXT, tables::tcvn3, false));
    assert_eq!(from_tcvn3_font(&tcvn3), TEXT);
    let vni = as_latin1(encode(TEXT, tables::vni_single, true));
    assert_eq!(from_vni_font(&vni), TEXT);
}

#[test]
fn old_fonts_saved_as_unicode_are_seen_through() {
    let as_latin1 = |bytes: Vec<u8>| {
        encoding_rs::WINDOWS_1252
            .decode_without_bom_handling(&bytes)
            .0
            .into_owned()
    };
    for (bytes, encoding) in [
        (encode(TEXT, tables::tcvn3, false), "TCVN3"),
        (encode(TEXT, tables::vni_single, true), "VNI"),
    ] {
        let decoded = decode(as_latin1(bytes).as_bytes());
        assert_eq!(
            (decoded.text.as_str(), decoded.encoding, decoded.is_certain),
            (TEXT, encoding, false)
        );
    }
    for text in [
        "Café crème, naïve façade, élève, forêt, où",
        "Dự án «ưu tiên»",
    ] {
        assert_eq!(decode(text.as_bytes()).text, text);
    }
}

#[test]
fn broken_utf8_stays_utf8() {
    let mut bytes = TEXT.repeat(3).into_bytes();
    bytes[200] = 0xff;
    let decoded = decode(&bytes);
    assert_eq!(decoded.encoding, "UTF-8");
    assert!(decoded.n_replaced > 0);
}

#[test]
fn knows_syllables() {
    for word in [
        "nghiêng", "quyết", "giữa", "gì", "ưu", "Đề", "hoà", "hòa", "yêu", "khuỷu", "ĐIỀU",
    ] {
        assert!(is_syllable(word), "{word}");
    }
    for word in ["§iÒu", "Ñieàu", "khoả́n", "xyz", "straße"] {
        assert!(!is_syllable(word), "{word}");
    }
}

proptest! {
    #[test]
    fn never_panics(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let decoded = decode(&bytes);
        prop_assert!(decoded.text.len() <= bytes.len() * 4 + 4);
    }
}
