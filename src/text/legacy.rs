//! Bytes of unknown encoding → text, for everything Vietnamese offices still send.
//!
//! UTF-8 with or without a byte-order mark, UTF-16 of both orders, Windows-1258, TCVN3 (ABC, the
//! `.VnTime` fonts) and VNI Windows. [`detect`] looks at a sample: marks and validity first, then
//! the share of written syllables that Vietnamese spelling allows ([`is_syllable`]).
//! [`Decoder`] works on chunks in constant memory; [`decode`] on a whole file.
//!
//! What comes out is not yet [`normalize`](super::normalize::normalize)d: Windows-1258 gives
//! decomposed letters, and line ends are as they were.
//!
//! TCVN3 and VNI put Vietnamese letters at codes that are also Latin-1 letters, so each byte is
//! converted once, in one pass: replacing pair after pair converts letters twice. Toned capitals
//! have no code in TCVN3 (a capital font draws the small letter), so they come out small.
//! Sources: TCVN 5712:1993, the VNI and Windows-1258 code pages.

mod syllable;
mod tables;

use encoding_rs::{CoderResult, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1258};
use unicode_normalization::UnicodeNormalization;

pub use syllable::{Share, is_syllable, share_of_syllables};

/// An encoding this program reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1258.
    Windows1258,
    /// TCVN3 (ABC).
    Tcvn3,
    /// VNI Windows.
    Vni,
}

impl Encoding {
    /// As written in warnings and info sheets.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::Windows1258 => "Windows-1258",
            Self::Tcvn3 => "TCVN3",
            Self::Vni => "VNI",
        }
    }
}

/// What [`detect`] concluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    /// The encoding.
    pub encoding: Encoding,
    /// Whether nothing speaks for another one. When not, a person should look at the text.
    pub is_certain: bool,
}

/// A decoded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text, not yet normalized, without byte-order mark.
    pub text: String,
    /// [`Encoding::name`].
    pub encoding: &'static str,
    /// [`Detected::is_certain`].
    pub is_certain: bool,
    /// Byte sequences that mean nothing in that encoding; each became U+FFFD.
    pub n_replaced: usize,
}

/// How many bytes [`detect`] needs at most.
pub const SAMPLE_BYTES: usize = 64 << 10;

/// Decodes bytes of unknown encoding.
///
/// ```
/// use tiepthu::text::legacy::decode;
/// assert_eq!(decode(b"\xa7i\xd2u 5, kho\xb6n 2").text, "Điều 5, khoản 2"); // TCVN3
/// ```
///
/// Text typed with a TCVN3 or VNI font and saved as Unicode is valid UTF-8 of Latin-1 letters; where
/// it reads as Vietnamese only through that font's table, it is converted, and not certain.
pub fn decode(bytes: &[u8]) -> Decoded {
    let decoded = decode_with(detect(bytes, true), bytes);
    if decoded.encoding == Encoding::Utf8.name() && decoded.n_replaced == 0 {
        from_old_font(&decoded.text).unwrap_or(decoded)
    } else {
        decoded
    }
}

/// The text behind Latin-1 letters, where they are Vietnamese in an old font's table only.
fn from_old_font(text: &str) -> Option<Decoded> {
    let encoding = old_font(text)?;
    Some(Decoded {
        text: from_font(encoding, text),
        encoding: encoding.name(),
        is_certain: false,
        n_replaced: 0,
    })
}

/// The encoding of the font that a text was typed with, where its Latin-1 letters are Vietnamese in
/// that font's table only.
pub fn old_font(text: &str) -> Option<Encoding> {
    let sample: String = text
        .chars()
        .skip_while(char::is_ascii)
        .take(SAMPLE_BYTES / 4)
        .collect();
    if sample.is_empty() || is_modern(&sample) {
        return None;
    }
    let own = share_of_syllables(&sample).value();
    [Encoding::Tcvn3, Encoding::Vni]
        .into_iter()
        .find(|&encoding| {
            let share = share_of_syllables(&from_font(encoding, &sample));
            share.n_words >= 5 && share.value() >= 0.8 && share.value() - own >= 0.3
        })
}

/// Converts text that was typed with an [`old_font`].
pub fn from_font(encoding: Encoding, text: &str) -> String {
    if encoding == Encoding::Vni {
        from_vni_font(text)
    } else {
        from_tcvn3_font(text)
    }
}

/// Whether a text has letters that Vietnamese has in Unicode and that no old font's codes are.
pub fn is_modern(text: &str) -> bool {
    text.contains(|c: char| {
        matches!(c, 'ă' | 'Ă' | 'đ' | 'Đ' | 'ơ' | 'Ơ' | 'ư' | 'Ư' | 'Ạ'..='ỹ' | '\u{300}'..='\u{323}')
    })
}

/// Decodes bytes whose encoding is known.
pub fn decode_with(detected: Detected, bytes: &[u8]) -> Decoded {
    let mut decoder = Decoder::new(detected.encoding);
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 4);
    decoder.push(bytes, true, &mut text);
    Decoded {
        text,
        encoding: detected.encoding.name(),
        is_certain: detected.is_certain,
        n_replaced: decoder.n_replaced,
    }
}

/// Guesses the encoding from the beginning of a file; `is_whole` says that nothing follows.
///
/// Looks at the first [`SAMPLE_BYTES`], or at a sample from where the first letter beyond ASCII
/// stands when that comes later.
pub fn detect(bytes: &[u8], is_whole: bool) -> Detected {
    let certain = |encoding| Detected {
        encoding,
        is_certain: true,
    };
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return certain(Encoding::Utf8);
    }
    if bytes.starts_with(b"\xff\xfe") {
        return certain(Encoding::Utf16Le);
    }
    if bytes.starts_with(b"\xfe\xff") {
        return certain(Encoding::Utf16Be);
    }
    if let Some(encoding) = utf16_pattern(bytes) {
        return certain(encoding);
    }
    let valid_up_to = match std::str::from_utf8(bytes) {
        Ok(_) => return certain(Encoding::Utf8),
        Err(error) if !is_whole && error.error_len().is_none() => return certain(Encoding::Utf8),
        Err(error) => error.valid_up_to(),
    };
    let first = bytes.iter().position(|b| !b.is_ascii()).unwrap_or(0);
    let start = first.saturating_sub(SAMPLE_BYTES / 16);
    let sample = bytes.get(start..).unwrap_or(bytes);
    let sample = sample.get(..SAMPLE_BYTES).unwrap_or(sample);
    // A long text with a few broken places is UTF-8 with broken places.
    let is_mostly_utf8 = valid_up_to > first + 64;
    best_of_bytes(sample, is_mostly_utf8)
}

/// Whether a sample is UTF-16, by its mark or by the pattern of its zero bytes.
pub fn is_utf16(sample: &[u8]) -> bool {
    sample.starts_with(b"\xff\xfe")
        || sample.starts_with(b"\xfe\xff")
        || utf16_pattern(sample).is_some()
}

/// UTF-16 without a mark: in Vietnamese text the high bytes are 00, 01, 03 (tone marks), 1E, 20.
fn utf16_pattern(bytes: &[u8]) -> Option<Encoding> {
    let sample = bytes.get(..4096).unwrap_or(bytes);
    let pairs = || sample.as_chunks::<2>().0.iter();
    let n_pairs = pairs().count();
    if n_pairs < 2 {
        return None;
    }
    let is_high = |b: u8| matches!(b, 0 | 1 | 3 | 0x1e | 0x20);
    let is_likely = |highs: usize, zeros: usize, zero_lows: usize| {
        highs * 10 >= n_pairs * 9 && zeros * 4 >= n_pairs && zero_lows * 20 <= n_pairs
    };
    let [mut even_high, mut odd_high, mut even_zero, mut odd_zero] = [0; 4];
    for [even, odd] in pairs() {
        even_high += usize::from(is_high(*even));
        odd_high += usize::from(is_high(*odd));
        even_zero += usize::from(*even == 0);
        odd_zero += usize::from(*odd == 0);
    }
    if is_likely(odd_high, odd_zero, even_zero) {
        Some(Encoding::Utf16Le)
    } else if is_likely(even_high, even_zero, odd_zero) {
        Some(Encoding::Utf16Be)
    } else {
        None
    }
}

/// Chooses among the byte encodings by the share of Vietnamese syllables.
fn best_of_bytes(sample: &[u8], is_mostly_utf8: bool) -> Detected {
    let mut shares: Vec<(Encoding, Share)> = Vec::with_capacity(4);
    let mut candidates = vec![Encoding::Windows1258, Encoding::Tcvn3, Encoding::Vni];
    if is_mostly_utf8 {
        candidates.push(Encoding::Utf8);
    }
    for encoding in candidates {
        let mut text = String::new();
        Decoder::new(encoding).push(sample, true, &mut text);
        let composed: String = text.nfc().collect();
        shares.push((encoding, share_of_syllables(&composed)));
    }
    // Stable: on a tie the standard encoding that stands first wins.
    shares.sort_by(|(_, a), (_, b)| b.value().total_cmp(&a.value()));
    let Some(&(encoding, best)) = shares.first() else {
        return Detected {
            encoding: Encoding::Windows1258,
            is_certain: false,
        };
    };
    let second = shares.get(1).map_or(0.0, |(_, share)| share.value());
    Detected {
        encoding,
        is_certain: best.n_words >= 3 && best.value() >= 0.8 && best.value() - second >= 0.2,
    }
}

/// Decodes chunk by chunk.
pub struct Decoder {
    kind: Kind,
    /// See [`Decoded::n_replaced`].
    pub n_replaced: usize,
}

enum Kind {
    Standard(Box<encoding_rs::Decoder>),
    Tcvn3,
    Vni { held: Option<u8> },
}

impl Decoder {
    /// Starts decoding; a byte-order mark at the beginning is dropped.
    pub fn new(encoding: Encoding) -> Self {
        let standard = |encoding: &'static encoding_rs::Encoding| {
            Kind::Standard(Box::new(encoding.new_decoder_with_bom_removal()))
        };
        let kind = match encoding {
            Encoding::Utf8 => standard(UTF_8),
            Encoding::Utf16Le => standard(UTF_16LE),
            Encoding::Utf16Be => standard(UTF_16BE),
            Encoding::Windows1258 => standard(WINDOWS_1258),
            Encoding::Tcvn3 => Kind::Tcvn3,
            Encoding::Vni => Kind::Vni { held: None },
        };
        Self {
            kind,
            n_replaced: 0,
        }
    }

    /// Appends the text of the next bytes; `is_last` flushes what waits for its second half.
    pub fn push(&mut self, bytes: &[u8], is_last: bool, text: &mut String) {
        match &mut self.kind {
            Kind::Standard(decoder) => {
                let mut rest = bytes;
                loop {
                    let room = decoder
                        .max_utf8_buffer_length(rest.len())
                        .unwrap_or(rest.len())
                        .clamp(64, 1 << 20);
                    text.reserve(room);
                    let before = text.len();
                    let (result, n_read, had_errors) =
                        decoder.decode_to_string(rest, text, is_last);
                    if had_errors {
                        let added = text.get(before..).unwrap_or_default();
                        self.n_replaced += added.matches('\u{fffd}').count();
                    }
                    rest = rest.get(n_read..).unwrap_or_default();
                    if result == CoderResult::InputEmpty {
                        break;
                    }
                }
            }
            Kind::Tcvn3 => text.extend(bytes.iter().map(|&b| tables::tcvn3(b))),
            Kind::Vni { held } => {
                for &byte in bytes {
                    *held = tables::vni_step(*held, byte, text);
                }
                if is_last && let Some(byte) = held.take() {
                    text.push(tables::vni_single(byte));
                }
            }
        }
    }
}

/// Converts text that was typed with a TCVN3 font, which programs store as Latin-1 letters:
/// the runs of a Word file in `.VnTime`.
///
/// Characters that are no code of the font stay.
pub fn from_tcvn3_font(text: &str) -> String {
    text.chars()
        .map(|c| tables::latin1(c).map_or(c, tables::tcvn3))
        .collect()
}

/// Converts text that was typed with a VNI font; see [`from_tcvn3_font`].
pub fn from_vni_font(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 2);
    let mut held = None;
    for c in text.chars() {
        if let Some(byte) = tables::latin1(c) {
            held = tables::vni_step(held, byte, &mut out);
        } else {
            if let Some(byte) = held.take() {
                out.push(tables::vni_single(byte));
            }
            out.push(c);
        }
    }
    if let Some(byte) = held {
        out.push(tables::vni_single(byte));
    }
    out
}

#[cfg(test)]
mod tests;
