//! Makes an outline of a list of labels, as a person types them.

use super::marker::{letter_ordinal, roman_value};
use crate::domain::{Location, Outline, OutlineNode, SectionKind, Warning};

/// One section as listed by a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelledSection {
    /// Its label: `III.2.b`, `Điều 5 khoản 2 điểm a`, `Phụ lục I.3`, `Nơi nhận`.
    pub label: String,
    /// Its heading; may be empty.
    pub heading: String,
    /// Its text, headings of sections below excluded.
    pub text: String,
}

/// Makes an outline of labelled sections in draft order.
///
/// A section whose parent is not listed hangs below its nearest listed ancestor, or the document.
pub fn outline_from_labels(
    document: &str,
    title: &str,
    sections: &[LabelledSection],
) -> (Outline, Vec<Warning>) {
    let mut nodes: Vec<OutlineNode> = Vec::new();
    let mut warnings = Vec::new();
    // The part or chapter the following articles belong to; their labels do not say it.
    let mut chapter = None;
    let mut by_label = std::collections::HashMap::new();
    for section in sections {
        let label = crate::text::normalize::squeeze(&section.label);
        if label.is_empty() || by_label.contains_key(&label) {
            warnings.push(
                Warning::new(
                    "outline.duplicate_label",
                    Location::File,
                    "Ký hiệu mục trống hoặc bị lặp lại.",
                    "Hãy sửa lại để mỗi mục có một ký hiệu riêng.",
                )
                .with_value(&label),
            );
            continue;
        }
        let kind = kind_of(&label);
        let parent = prefixes(&label)
            .find_map(|prefix| by_label.get(prefix).copied())
            .or(chapter.filter(|_| kind == SectionKind::Article));
        let is_chapter = matches!(
            kind,
            SectionKind::Part
                | SectionKind::Chapter
                | SectionKind::Division
                | SectionKind::Subdivision
        );
        if is_chapter {
            chapter = Some(nodes.len());
        } else if matches!(
            kind,
            SectionKind::Annex | SectionKind::Form | SectionKind::Roman
        ) {
            chapter = None;
        }
        let level = parent
            .and_then(|parent: usize| nodes.get(parent))
            .map_or(1, |parent| parent.level.saturating_add(1));
        by_label.insert(label.clone(), nodes.len());
        nodes.push(OutlineNode {
            kind,
            level,
            label,
            heading: section.heading.trim().to_owned(),
            body: section.text.trim().to_owned(),
            parent,
            pages: None,
        });
    }
    (
        Outline {
            document: document.to_owned(),
            title: title.to_owned(),
            nodes,
        },
        warnings,
    )
}

/// The proper prefixes of a label that may be labels, longest first.
fn prefixes(label: &str) -> impl Iterator<Item = &str> {
    label
        .char_indices()
        .rev()
        .filter(|(_, c)| matches!(c, '.' | ' '))
        .filter_map(|(at, _)| label.get(..at))
}

/// The kind of a section by the last component of its label.
fn kind_of(label: &str) -> SectionKind {
    let words: Vec<&str> = label.split(' ').collect();
    let last = words.last().copied().unwrap_or("");
    if let Some((_, inner)) = last.rsplit_once('.') {
        let is_apart = ["Phụ lục", "Mẫu số", "Biểu số", "Bảng"];
        let is_apart = is_apart.iter().any(|start| label.starts_with(start));
        return kind_of_piece(inner, is_apart);
    }
    let keyword = words
        .len()
        .checked_sub(2)
        .and_then(|at| words.get(at))
        .copied()
        .unwrap_or("");
    let before = words
        .len()
        .checked_sub(3)
        .and_then(|at| words.get(at))
        .copied()
        .unwrap_or("");
    match keyword {
        "Phần" => SectionKind::Part,
        "Chương" => SectionKind::Chapter,
        "mục" if before == "Tiểu" => SectionKind::Subdivision,
        "Mục" => SectionKind::Division,
        "Điều" => SectionKind::Article,
        "khoản" => SectionKind::Clause,
        "điểm" => SectionKind::Letter,
        "lục" if before == "Phụ" => SectionKind::Annex,
        "số" if matches!(before, "Mẫu" | "Biểu") => SectionKind::Form,
        "Bảng" => SectionKind::Form,
        _ if words.len() == 1 => kind_of_piece(last, false),
        _ if label == "Phụ lục" => SectionKind::Annex,
        _ => SectionKind::Named,
    }
}

fn kind_of_piece(piece: &str, in_annex: bool) -> SectionKind {
    let mut chars = piece.chars();
    let single = chars.next().filter(|_| chars.next().is_none());
    if piece.starts_with('-') {
        SectionKind::Dash
    } else if piece.starts_with(|c: char| c.is_ascii_digit()) {
        if in_annex {
            SectionKind::Row
        } else {
            SectionKind::Number
        }
    } else if roman_value(piece).is_some() {
        SectionKind::Roman
    } else if single.is_some_and(|c| c.is_ascii_uppercase()) {
        SectionKind::Part
    } else if single.and_then(letter_ordinal).is_some() {
        SectionKind::Letter
    } else {
        SectionKind::Named
    }
}
