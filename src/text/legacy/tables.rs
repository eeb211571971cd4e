//! The code tables of TCVN3 and VNI Windows.

use unicode_normalization::char::compose;

/// Codes 80 to 9F of Windows-1252: quotes and dashes that Word puts into any text.
const CP1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The Windows-1252 character of a byte.
fn cp1252(byte: u8) -> char {
    byte.checked_sub(0x80)
        .and_then(|at| CP1252.get(usize::from(at)).copied())
        .unwrap_or(char::from(byte))
}

/// The byte a Latin-1 or Windows-1252 character stands for.
pub(super) fn latin1(c: char) -> Option<u8> {
    u8::try_from(u32::from(c)).ok().or_else(|| {
        let at = CP1252.iter().position(|&known| known == c)?;
        u8::try_from(0x80 + at).ok()
    })
}

/// One TCVN3 byte.
pub(super) fn tcvn3(byte: u8) -> char {
    match byte {
        0xa1 => 'Ă',
        0xa2 => 'Â',
        0xa3 => 'Ê',
        0xa4 => 'Ô',
        0xa5 => 'Ơ',
        0xa6 => 'Ư',
        0xa7 => 'Đ',
        0xa8 => 'ă',
        0xa9 => 'â',
        0xaa => 'ê',
        0xab => 'ô',
        0xac => 'ơ',
        0xad => 'ư',
        0xae => 'đ',
        0xb5 => 'à',
        0xb6 => 'ả',
        0xb7 => 'ã',
        0xb8 => 'á',
        0xb9 => 'ạ',
        0xbb => 'ằ',
        0xbc => 'ẳ',
        0xbd => 'ẵ',
        0xbe => 'ắ',
        0xc6 => 'ặ',
        0xc7 => 'ầ',
        0xc8 => 'ẩ',
        0xc9 => 'ẫ',
        0xca => 'ấ',
        0xcb => 'ậ',
        0xcc => 'è',
        0xce => 'ẻ',
        0xcf => 'ẽ',
        0xd0 => 'é',
        0xd1 => 'ẹ',
        0xd2 => 'ề',
        0xd3 => 'ể',
        0xd4 => 'ễ',
        0xd5 => 'ế',
        0xd6 => 'ệ',
        0xd7 => 'ì',
        0xd8 => 'ỉ',
        0xdc => 'ĩ',
        0xdd => 'í',
        0xde => 'ị',
        0xdf => 'ò',
        0xe1 => 'ỏ',
        0xe2 => 'õ',
        0xe3 => 'ó',
        0xe4 => 'ọ',
        0xe5 => 'ồ',
        0xe6 => 'ổ',
        0xe7 => 'ỗ',
        0xe8 => 'ố',
        0xe9 => 'ộ',
        0xea => 'ờ',
        0xeb => 'ở',
        0xec => 'ỡ',
        0xed => 'ớ',
        0xee => 'ợ',
        0xef => 'ù',
        0xf1 => 'ủ',
        0xf2 => 'ũ',
        0xf3 => 'ú',
        0xf4 => 'ụ',
        0xf5 => 'ừ',
        0xf6 => 'ử',
        0xf7 => 'ữ',
        0xf8 => 'ứ',
        0xf9 => 'ự',
        0xfa => 'ỳ',
        0xfb => 'ỷ',
        0xfc => 'ỹ',
        0xfd => 'ý',
        0xfe => 'ỵ',
        byte => cp1252(byte),
    }
}

/// One VNI byte that no mark follows.
pub(super) fn vni_single(byte: u8) -> char {
    match byte {
        0xf1 => 'đ',
        0xd1 => 'Đ',
        0xed => 'í',
        0xec => 'ì',
        0xe6 => 'ỉ',
        0xf3 => 'ĩ',
        0xf2 => 'ị',
        0xcd => 'Í',
        0xcc => 'Ì',
        0xc6 => 'Ỉ',
        0xd3 => 'Ĩ',
        0xd2 => 'Ị',
        0xf4 => 'ơ',
        0xd4 => 'Ơ',
        0xf6 => 'ư',
        0xd6 => 'Ư',
        0xee => 'ỵ',
        0xce => 'Ỵ',
        byte => cp1252(byte),
    }
}

/// Takes one VNI byte after `held`, a letter that waited for its mark; returns the letter that
/// waits now.
pub(super) fn vni_step(held: Option<u8>, byte: u8, text: &mut String) -> Option<u8> {
    if let Some(base) = held {
        if let Some(letter) = vni_pair(base, byte) {
            text.push(letter);
            return None;
        }
        text.push(vni_single(base));
    }
    let may_take_mark = matches!(
        byte.to_ascii_lowercase(),
        b'a' | b'e' | b'o' | b'u' | b'y' | 0xf4 | 0xd4 | 0xf6 | 0xd6
    );
    if may_take_mark {
        return Some(byte);
    }
    text.push(vni_single(byte));
    None
}

/// A letter and the mark byte after it. The case of the mark does not matter.
fn vni_pair(base: u8, mark: u8) -> Option<char> {
    const ACUTE: char = '\u{301}';
    const GRAVE: char = '\u{300}';
    const HOOK: char = '\u{309}';
    const TILDE: char = '\u{303}';
    const DOT: char = '\u{323}';
    const CIRCUMFLEX: char = '\u{302}';
    const BREVE: char = '\u{306}';
    let (shape, tone) = match mark {
        0xf9 | 0xd9 => (None, Some(ACUTE)),
        0xf8 | 0xd8 => (None, Some(GRAVE)),
        0xfb | 0xdb => (None, Some(HOOK)),
        0xf5 | 0xd5 => (None, Some(TILDE)),
        0xef | 0xcf => (None, Some(DOT)),
        0xe2 | 0xc2 => (Some(CIRCUMFLEX), None),
        0xe1 | 0xc1 => (Some(CIRCUMFLEX), Some(ACUTE)),
        0xe0 | 0xc0 => (Some(CIRCUMFLEX), Some(GRAVE)),
        0xe5 | 0xc5 => (Some(CIRCUMFLEX), Some(HOOK)),
        0xe3 | 0xc3 => (Some(CIRCUMFLEX), Some(TILDE)),
        0xe4 | 0xc4 => (Some(CIRCUMFLEX), Some(DOT)),
        0xea | 0xca => (Some(BREVE), None),
        0xe9 | 0xc9 => (Some(BREVE), Some(ACUTE)),
        0xe8 | 0xc8 => (Some(BREVE), Some(GRAVE)),
        0xfa | 0xda => (Some(BREVE), Some(HOOK)),
        0xfc | 0xdc => (Some(BREVE), Some(TILDE)),
        0xeb | 0xcb => (Some(BREVE), Some(DOT)),
        _ => return None,
    };
    let fits = match shape {
        Some(BREVE) => matches!(base.to_ascii_lowercase(), b'a'),
        Some(_) => matches!(base.to_ascii_lowercase(), b'a' | b'e' | b'o'),
        None => true,
    };
    if !fits {
        return None;
    }
    let mut letter = vni_single(base);
    // Unicode composes a dot below before a mark above.
    let marks = if tone == Some(DOT) {
        [tone, shape]
    } else {
        [shape, tone]
    };
    for mark in marks.into_iter().flatten() {
        letter = compose(letter, mark)?;
    }
    Some(letter)
}
