//! How wide words are in Times New Roman: the decree sets two lines by the length of a text.

use crate::text::fold;

/// Advance widths of the printable ASCII characters in bold, in thousandths of the size.
const BOLD: [u16; 95] = [
    250, 333, 555, 500, 500, 1000, 833, 278, 333, 333, 500, 570, 250, 333, 250, 278, 500, 500, 500,
    500, 500, 500, 500, 500, 500, 500, 333, 333, 570, 570, 570, 500, 930, 722, 667, 722, 722, 667,
    611, 778, 778, 389, 500, 778, 667, 944, 722, 778, 611, 778, 722, 556, 667, 722, 722, 1000, 722,
    722, 667, 333, 278, 333, 581, 500, 333, 500, 556, 444, 556, 444, 333, 500, 556, 278, 333, 556,
    278, 833, 556, 500, 556, 556, 444, 389, 333, 556, 500, 722, 500, 500, 444, 394, 220, 394, 520,
];

/// Twips a bold text of some size (in points) is wide; marks do not widen a letter.
pub(in crate::report) fn bold_width(text: &str, size: u32) -> u32 {
    let thousandths: u32 = text.chars().map(|c| u32::from(char_width(c))).sum();
    // 20 twips a point.
    thousandths * size / 50
}

fn char_width(c: char) -> u16 {
    let base = if c.is_ascii() {
        Some(c)
    } else {
        let folded = fold::fold(c.encode_utf8(&mut [0; 4])).chars().next();
        folded.map(|base| {
            if c.is_uppercase() {
                base.to_ascii_uppercase()
            } else {
                base
            }
        })
    };
    let index = base.and_then(|base| u32::from(base).checked_sub(32));
    let width = index
        .and_then(|index| usize::try_from(index).ok())
        .and_then(|index| BOLD.get(index));
    width.copied().unwrap_or(500)
}
