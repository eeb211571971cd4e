//! What the label of a section says about it.
//!
//! Labels are written as [`OutlineNode::label`](crate::domain::OutlineNode::label) says:
//! `Chương I`, `Điều 5 khoản 2 điểm a`, `III.2.b`, `IV.1.-3`, `Phụ lục I.3`, `Căn cứ`; a document's
//! name may stand before a colon.

use crate::domain::SectionKind;
use crate::text::fold;

/// The label one step up: `Điều 5 khoản 2 điểm a` → `Điều 5 khoản 2`, `III.2.b` → `III.2`.
pub(super) fn parent(label: &str) -> Option<&str> {
    let steps = [
        " điểm ",
        " khoản ",
        " tiết ",
        " Mục ",
        " Tiểu mục ",
        " Mẫu số ",
        " Biểu số ",
        " Bảng ",
        ".",
    ];
    let at = steps.iter().filter_map(|step| label.rfind(step)).max()?;
    label.get(..at).filter(|parent| !parent.is_empty())
}

/// The kind of place; `kind_of_parent` looks up labels that stand above.
pub(super) fn kind_of(
    label: &str,
    kind_of_parent: impl Fn(&str) -> Option<SectionKind>,
) -> SectionKind {
    let own = label.rsplit_once(": ").map_or(label, |(_, own)| own);
    let folded = fold::fold(own);
    let last = folded.rsplit(' ').nth(1).unwrap_or_default();
    match (last, folded.split(' ').next().unwrap_or_default()) {
        ("diem" | "tiet", _) => return SectionKind::Letter,
        ("khoan", _) => return SectionKind::Clause,
        ("dieu", _) => return SectionKind::Article,
        ("chuong", _) => return SectionKind::Chapter,
        ("muc", "muc" | "chuong") => return SectionKind::Division,
        ("muc", _) if folded.contains("tieu muc ") => return SectionKind::Subdivision,
        ("so", _) if folded.contains("mau so ") || folded.contains("bieu so ") => {
            return SectionKind::Form;
        }
        ("bang", _) => return SectionKind::Form,
        _ => {}
    }
    if folded.starts_with("phu luc") {
        return match parent(own) {
            Some(_) => SectionKind::Row,
            None => SectionKind::Annex,
        };
    }
    if folded.starts_with("phan ")
        && (folded.starts_with("phan thu") || is_number_or_roman(folded.get(5..)))
    {
        return SectionKind::Part;
    }
    if own == "*" {
        return SectionKind::Whole;
    }
    let segment = own.rsplit('.').next().unwrap_or(own);
    let above = parent(own).and_then(kind_of_parent);
    kind_of_segment(segment, own.contains('.'), above)
}

/// The last piece of a dotted label.
fn kind_of_segment(segment: &str, has_parent: bool, above: Option<SectionKind>) -> SectionKind {
    if segment.starts_with(['-', '–']) {
        return SectionKind::Dash;
    }
    if !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_digit()) {
        return if matches!(above, Some(SectionKind::Annex | SectionKind::Form)) {
            SectionKind::Row
        } else {
            SectionKind::Number
        };
    }
    if is_roman(segment) {
        return SectionKind::Roman;
    }
    let mut letters = segment.chars();
    match (letters.next(), letters.next()) {
        // A, B, C above I, II, III are the parts of party resolutions.
        (Some(letter), None) if letter.is_uppercase() && !has_parent => SectionKind::Part,
        (Some(letter), None) if letter.is_alphabetic() => SectionKind::Letter,
        _ => SectionKind::Named,
    }
}

fn is_roman(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 8
        && text.bytes().all(|b| matches!(b, b'I' | b'V' | b'X' | b'L'))
}

fn is_number_or_roman(text: Option<&str>) -> bool {
    let text = text.unwrap_or_default().trim().to_uppercase();
    is_roman(&text) || (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
}
