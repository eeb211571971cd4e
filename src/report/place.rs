//! How places of a draft are named in print, and in which order they stand.
//!
//! Order and depth come from the snapshot's list of sections; labels are turned into the order of
//! Nghị định 30/2020/NĐ-CP, Phụ lục II ("điểm a khoản 2 Điều 5").

use crate::domain::{DocumentId, SectionKind};

use super::snapshot::{SectionEntry, Snapshot};

/// Words that may open a step of a label such as `Điều 5 khoản 2 điểm a`.
const STEPS: [&str; 6] = ["phần", "chương", "mục", "điều", "khoản", "điểm"];

/// Longer headings are cut in a table cell.
const MAX_HEADING_CHARS: usize = 160;

/// For every section, the index of the place it is printed under.
pub(super) fn printed_under(snapshot: &Snapshot, depth: u8) -> Vec<usize> {
    let mut above: Vec<(u8, usize)> = Vec::new();
    let mut document: Option<DocumentId> = None;
    let mut places = Vec::with_capacity(snapshot.sections.len());
    for (index, section) in snapshot.sections.iter().enumerate() {
        if section.document != document {
            above.clear();
            document = section.document;
        }
        while above
            .last()
            .is_some_and(|&(level, _)| level >= section.level)
        {
            above.pop();
        }
        above.push((section.level, index));
        let shown = above
            .iter()
            .rev()
            .find(|&&(level, _)| level >= 1 && level <= depth)
            .map_or(index, |&(_, shown)| shown);
        places.push(if section.level == 0 { index } else { shown });
    }
    places
}

/// "Mục III.2", "Điểm a khoản 2 Điều 5", "Vấn đề chung".
pub(super) fn name(section: &SectionEntry, document: Option<&str>) -> String {
    match section.kind {
        SectionKind::General => "Vấn đề chung".to_owned(),
        SectionKind::Format => "Thể thức, chính tả".to_owned(),
        SectionKind::Whole => match document {
            Some(document) => format!("Toàn văn dự thảo {document}"),
            None => "Toàn văn dự thảo".to_owned(),
        },
        SectionKind::Named => {
            let is_bare = matches!(section.label.as_str(), "" | "*");
            let text = if is_bare {
                &section.heading
            } else {
                &section.label
            };
            super::wording::upper_first(text)
        }
        SectionKind::Part
        | SectionKind::Chapter
        | SectionKind::Division
        | SectionKind::Subdivision
        | SectionKind::Article
        | SectionKind::Clause
        | SectionKind::Letter
        | SectionKind::Roman
        | SectionKind::Number
        | SectionKind::Dash
        | SectionKind::Annex
        | SectionKind::Form
        | SectionKind::Row => of_label(&section.label),
    }
}

/// The place a point cites and what it is called now: "Mục III.2 (nay là mục III.3)".
pub(super) fn then_and_now(cited_label: &str, now: &str) -> String {
    let now = super::wording::lower_first(now);
    format!("{} (nay là {now})", of_label(cited_label))
}

/// What stands under the place's name: its heading, where that says something more.
pub(super) fn heading(section: &SectionEntry) -> Option<String> {
    match section.kind {
        SectionKind::General | SectionKind::Format | SectionKind::Whole => return None,
        _ if section.heading.trim().is_empty() || section.heading == section.label => return None,
        _ => {}
    }
    let short = super::wording::shortened(section.heading.trim(), MAX_HEADING_CHARS);
    Some(short)
}

fn of_label(label: &str) -> String {
    if let Some((parent, dash)) = label.rsplit_once(".-") {
        let parent = super::wording::lower_first(&of_label(parent));
        return format!("Gạch đầu dòng thứ {dash} {parent}");
    }
    if let Some(steps) = steps(label) {
        let inner_first: Vec<String> = steps
            .into_iter()
            .rev()
            .map(|(step, value)| format!("{} {value}", cased(step)))
            .collect();
        return super::wording::upper_first(&inner_first.join(" "));
    }
    if label.starts_with(|c: char| c.is_ascii_digit())
        || label
            .split(['.', ' '])
            .next()
            .is_some_and(|first| first.chars().all(|c| "IVXLC".contains(c)))
        || label.chars().nth(1).is_none_or(|c| c == '.')
    {
        return format!("Mục {label}");
    }
    super::wording::upper_first(label)
}

/// Điều and everything above it are capitalized when cited, khoản and điểm are not.
fn cased(step: &str) -> String {
    match step {
        "khoản" | "điểm" => step.to_owned(),
        step => super::wording::upper_first(step),
    }
}

/// The steps of a label made only of steps and values, outermost first.
fn steps(label: &str) -> Option<Vec<(&'static str, &str)>> {
    let words: Vec<&str> = label.split_whitespace().collect();
    if words.is_empty() || !words.len().is_multiple_of(2) {
        return None;
    }
    words
        .chunks(2)
        .map(|pair| {
            let (&word, &value) = (pair.first()?, pair.get(1)?);
            let word = word.to_lowercase();
            let step = STEPS.into_iter().find(|step| *step == word)?;
            Some((step, value))
        })
        .collect()
}
