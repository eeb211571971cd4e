//! Tables of contents: the headings once more, with page numbers.

use super::{Role, Survey};
use crate::domain::DraftLine;
use crate::text::fold::fold;

/// How many lines a table of contents has at most.
const MAX_ENTRIES: usize = 1_500;

pub(super) fn mark(lines: &[DraftLine], survey: &mut Survey<'_>) {
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        if has_leaders(&line.text) {
            survey.set(at, Role::Ignored);
        } else if matches!(
            fold(line.text.trim()).trim_end_matches([':', '.']),
            "muc luc" | "noi dung muc luc"
        ) {
            survey.set(at, Role::Ignored);
            at = mark_entries(lines, at + 1, survey);
            continue;
        }
        at += 1;
    }
}

/// Marks the entries below the title, up to where the first of them stands again, in the text
/// itself; returns the line after. Where it does not, only lines with a page number are entries.
fn mark_entries(lines: &[DraftLine], start: usize, survey: &mut Survey<'_>) -> usize {
    let candidates = lines.iter().enumerate().skip(start).take(MAX_ENTRIES);
    let mut first: Option<String> = None;
    let mut end_of_pages = start;
    for (at, line) in candidates {
        let entry = without_page(&line.text);
        let key = fold(entry).split_whitespace().collect::<Vec<_>>().join(" ");
        if key.is_empty() {
            continue;
        }
        match &first {
            None => {
                if !is_entry(&line.text) && !survey.markers.get(at).is_some_and(Option::is_some) {
                    break;
                }
                first = Some(key);
            }
            Some(first) if key == *first => {
                // The title of the document may stand between the table and the text.
                let last_page = (start..at)
                    .rev()
                    .find(|&entry| lines.get(entry).is_some_and(|line| is_entry(&line.text)));
                for entry in start..at {
                    let is_heading = survey.markers.get(entry).is_some_and(Option::is_some);
                    if last_page.map_or(is_heading, |last| entry <= last) {
                        survey.set(entry, Role::Ignored);
                    }
                }
                return at;
            }
            Some(_) => {}
        }
        if is_entry(&line.text) && end_of_pages == at {
            end_of_pages = at + 1;
        }
    }
    for entry in start..end_of_pages {
        survey.set(entry, Role::Ignored);
    }
    end_of_pages.max(start)
}

/// "Điều 3. Nguyên tắc ........ 12", "Điều 3. Nguyên tắc … 12".
fn has_leaders(text: &str) -> bool {
    let text = text.trim_end();
    let title = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let title = title.trim_end();
    title.len() < text.len()
        && (title.ends_with("....") || title.ends_with("……") || title.ends_with(". . . ."))
}

/// Ends with a page number.
fn is_entry(text: &str) -> bool {
    has_leaders(text) || without_page(text).len() < text.trim_end().len()
}

/// A heading without the page number and the dots before it.
fn without_page(text: &str) -> &str {
    let text = text.trim();
    let title = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_page = title.len() < text.len()
        && text.len() - title.len() <= 3
        && title.ends_with([' ', '\t', '.', '…']);
    if is_page {
        title.trim_end_matches(['.', '…', ' ', '\t'])
    } else {
        text
    }
}
