//! Forms of a text in which equal things look equal.
//!
//! * [`fold`]: lower case without any mark, "đ" as "d": finds "thi truong" in "Thị trường".
//! * [`Folded`]: the same with a map back to the original bytes, so that a rule that reads folded
//!   text can point at the words it saw.
//! * [`place_tones`]: lower case with marks, the tone of oa, oe, uy where Quyết định
//!   1989/QĐ-BGDĐT, Điều 8 puts it, so that "hoà" and "hòa" are one exact spelling.
//!
//! All take NFC text (see [`super::normalize`]).

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::Span;

/// The base letters of the characters Vietnamese is written with, worked out once: decomposing a
/// letter costs many times a look-up. `None` where folding gives no or several letters.
static BASES: LazyLock<Vec<Option<char>>> = LazyLock::new(|| {
    (0..0x1f00_u32)
        .map(|code| {
            let mut folded = char::from_u32(code)?
                .nfd()
                .filter(|part| !is_combining_mark(*part))
                .flat_map(char::to_lowercase);
            let base = folded.next()?;
            folded.next().is_none().then_some(base)
        })
        .collect()
});

/// The small letters of the same characters, worked out once too; `None` where there are several.
static SMALL: LazyLock<Vec<Option<char>>> = LazyLock::new(|| {
    (0..0x1f00_u32)
        .map(|code| {
            let mut lower = char::from_u32(code)?.to_lowercase();
            let small = lower.next()?;
            lower.next().is_none().then_some(small)
        })
        .collect()
});

fn known(table: &[Option<char>], c: char) -> Option<char> {
    let at = usize::try_from(u32::from(c)).ok()?;
    table.get(at).copied().flatten()
}

/// A character in lower case with its marks: `Ế` → `ế`.
///
/// Pushes more than one only where lower-casing gives several.
pub fn lower_char(c: char, push: &mut impl FnMut(char)) {
    if c.is_ascii() {
        push(c.to_ascii_lowercase());
    } else if let Some(small) = known(&SMALL, c) {
        push(small);
    } else {
        c.to_lowercase().for_each(push);
    }
}

/// The base letter in lower case: `Ế` → `e`, `Đ` → `d`; other characters in lower case.
///
/// Returns more than one character only where lower-casing does.
fn fold_char(c: char, push: &mut impl FnMut(char)) {
    match c {
        'a'..='z' | '0'..='9' | ' ' | '\n' | '.' | ',' => push(c),
        'A'..='Z' => push(c.to_ascii_lowercase()),
        'đ' | 'Đ' => push('d'),
        '‘' | '’' | 'ʼ' => push('\''),
        '“' | '”' | '„' | '«' | '»' => push('"'),
        '–' | '—' | '−' => push('-'),
        c if c.is_ascii() => push(c),
        c => {
            if let Some(base) = known(&BASES, c) {
                push(base);
                return;
            }
            for part in c.nfd() {
                if !is_combining_mark(part) {
                    part.to_lowercase().for_each(&mut *push);
                }
            }
        }
    }
}

/// Lower case without marks.
///
/// ```
/// assert_eq!(tiepthu::text::fold::fold("Thị trường KH&CN; Điều 5"), "thi truong kh&cn; dieu 5");
/// ```
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        fold_char(c, &mut |c| out.push(c));
    }
    out
}

/// A folded text that remembers where each of its bytes came from.
#[derive(Debug, Clone)]
pub struct Folded {
    text: String,
    /// For every byte of `text`, and one past its end, the byte in the original.
    origins: Vec<u32>,
}

impl Folded {
    /// Folds a text. Texts above 4 GiB are cut; no part may be that large.
    pub fn new(original: &str) -> Self {
        let mut text = String::with_capacity(original.len());
        let mut origins = Vec::with_capacity(original.len() + 1);
        for (at, c) in original.char_indices() {
            let Ok(origin) = u32::try_from(at) else { break };
            fold_char(c, &mut |c| text.push(c));
            origins.resize(text.len(), origin);
        }
        origins.push(u32::try_from(original.len()).unwrap_or(u32::MAX));
        Self { text, origins }
    }

    /// The folded text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The span of the original that became `span` of the folded text.
    pub fn original(&self, span: Span) -> Span {
        let origin = |at: usize| {
            let origin = self
                .origins
                .get(at)
                .or(self.origins.last())
                .copied()
                .unwrap_or(0);
            usize::try_from(origin).unwrap_or(usize::MAX)
        };
        Span::new(origin(span.start), origin(span.end))
    }
}

/// Lower case, marks kept, tone marks of open oa, oe, uy on the second vowel: `hòa` → `hoà`,
/// `khỏe` → `khoẻ`, `thủy` → `thuỷ`; `quý` stays, since its u belongs to the consonant.
///
/// Takes one syllable or a whole text.
pub fn place_tones(text: &str) -> String {
    let mut out: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    for at in 1..out.len() {
        let (Some(&first), Some(&second)) = (out.get(at - 1), out.get(at)) else {
            continue;
        };
        let ends = out.get(at + 1).is_none_or(|c| !c.is_alphabetic());
        let Some((base, tone)) = split_tone(first) else {
            continue;
        };
        let moved = matches!((base, second), ('o', 'a' | 'e') | ('u', 'y')) && ends;
        let after_q = at >= 2 && out.get(at - 2) == Some(&'q');
        if moved && !after_q {
            let composed: Vec<char> = [second, tone].into_iter().nfc().collect();
            if let (&[composed], Some(first)) = (composed.as_slice(), out.get_mut(at - 1)) {
                *first = base;
                if let Some(second) = out.get_mut(at) {
                    *second = composed;
                }
            }
        }
    }
    out.into_iter().collect()
}

/// Splits `ò` into `o` and the tone; `None` for letters without one of the five tones.
fn split_tone(c: char) -> Option<(char, char)> {
    if c.is_ascii() {
        return None;
    }
    let mut parts = c.nfd();
    let base = parts.next()?;
    let tone = parts.next()?;
    let is_tone = matches!(
        tone,
        '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}'
    );
    (is_tone && parts.next().is_none()).then_some((base, tone))
}

/// Yields the syllables and numbers of a text with their byte spans: runs of letters, digits and
/// combining marks. "KH&CN" gives two, "5.1" gives two, "Đề án" gives two.
pub fn syllables(text: &str) -> impl Iterator<Item = (Span, &str)> {
    let is_inside = |c: char| c.is_alphanumeric() || is_combining_mark(c);
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = text.get(from..)?;
        let start = from + rest.find(is_inside)?;
        let rest = text.get(start..)?;
        let end = start + rest.find(|c| !is_inside(c)).unwrap_or(rest.len());
        from = end;
        Some((Span::new(start, end), text.get(start..end)?))
    })
}

#[cfg(test)]
mod tests {
    use super::{Folded, fold, place_tones, syllables};
    use crate::domain::Span;

    #[test]
    fn folds_every_vietnamese_letter_to_ascii() {
        let letters = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ";
        assert_eq!(
            fold(letters),
            "aaaaaaaaaaaaaaaaaeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyyd"
        );
        assert_eq!(fold(&letters.to_uppercase()), fold(letters));
    }

    #[test]
    fn folded_spans_lead_back_to_the_original() {
        let original = "Đề nghị sửa “Điều 5”";
        let folded = Folded::new(original);
        let start = folded.as_str().find("dieu 5").unwrap();
        let span = folded.original(Span::new(start, start + 6));
        assert_eq!(span.slice(original), Some("Điều 5"));
        let whole = folded.original(Span::whole(folded.as_str()));
        assert_eq!(whole.slice(original), Some(original));
    }

    #[test]
    fn tone_placement_is_one_form() {
        for (old, new) in [
            ("hòa", "hoà"),
            ("Hòa", "hoà"),
            ("khỏe", "khoẻ"),
            ("thủy", "thuỷ"),
            ("thỏa thuận", "thoả thuận"),
            ("quý", "quý"),
            ("hoàn", "hoàn"),
            ("toán", "toán"),
            ("của", "của"),
        ] {
            assert_eq!(place_tones(old), new);
            assert_eq!(place_tones(new), new);
        }
    }

    #[test]
    fn syllables_have_spans() {
        let text = "KH&CN, Điều 5.1 – a)";
        let found: Vec<_> = syllables(text).map(|(_, word)| word).collect();
        assert_eq!(found, ["KH", "CN", "Điều", "5", "1", "a"]);
        assert!(syllables(text).all(|(span, word)| span.slice(text) == Some(word)));
    }
}
