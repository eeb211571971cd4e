//! Passages of other documents between quotation marks: an amending decree quotes whole articles
//! with their clauses, and they are not its own.

use super::{Role, Survey};
use crate::domain::{DraftLine, Location, Warning};

/// A passage that is not closed within so many lines was never closed.
const MAX_LINES: usize = 600;

const MARKS: [char; 8] = ['"', '“', '”', '„', '‟', '«', '»', '″'];

pub(super) fn mark(lines: &[DraftLine], survey: &mut Survey<'_>) {
    let mut open: Option<usize> = None;
    for (at, line) in lines.iter().enumerate() {
        if !survey.is_place(at) || line.cells.is_some() {
            continue;
        }
        let text = line.text.trim();
        if let Some(start) = open {
            if closes(text) {
                for quoted in start..=at {
                    survey.set(quoted, Role::Text);
                }
                open = None;
                continue;
            }
            if !opens(text) && at - start < MAX_LINES {
                continue;
            }
            // The passage above was never closed: its lines are read as they look.
            warn(lines, start, survey);
            open = None;
        }
        if opens(text) {
            let has_marker = survey.markers.get(at).is_some_and(Option::is_some);
            // The line that introduces the passage is a place of this document itself.
            open = Some(if has_marker && !text.starts_with(MARKS) {
                at + 1
            } else {
                at
            });
        }
    }
    if let Some(start) = open {
        warn(lines, start, survey);
    }
}

/// Whether a passage begins on this line, at its start or after a colon, and goes on below.
fn opens(text: &str) -> bool {
    let n_marks = text.chars().filter(|c| MARKS.contains(c)).count();
    if n_marks % 2 == 0 {
        return false;
    }
    if text.starts_with(MARKS) {
        return true;
    }
    let Some((at, _)) = text.char_indices().rev().find(|(_, c)| MARKS.contains(c)) else {
        return false;
    };
    text.get(..at)
        .is_some_and(|before| before.trim_end().ends_with(':'))
}

/// Whether a passage that began above ends with this line.
fn closes(text: &str) -> bool {
    let end = text.trim_end_matches(|c: char| matches!(c, '.' | ';' | ',') || c.is_whitespace());
    let n_marks = text.chars().filter(|c| MARKS.contains(c)).count();
    end.ends_with(MARKS) && n_marks % 2 == 1
}

fn warn(lines: &[DraftLine], start: usize, survey: &mut Survey<'_>) {
    let mut words: String = lines
        .get(start)
        .map_or("", |line| line.text.trim())
        .chars()
        .take(80)
        .collect();
    if words.is_empty() {
        words.push('“');
    }
    if survey.warnings.len() < 50 {
        survey.warnings.push(
            Warning::new(
                "outline.open_quotation",
                Location::File,
                "Đoạn trích mở ngoặc kép mà không thấy đóng; các dòng trong đó được đọc như của dự thảo.",
                "Hãy kiểm tra dấu ngoặc kép ở chỗ này trong dự thảo.",
            )
            .with_value(&words),
        );
    }
}
