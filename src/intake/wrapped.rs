//! Draft lines from text whose lines were broken by a page's layout.
//!
//! What `pdftotext` gives, with or without `-layout`, what is copied from a viewer, and texts
//! wrapped by hand: a paragraph is several lines; page numbers and running heads stand between
//! them. Text with one paragraph a line passes unchanged. Rows of tables are found where they are
//! written with bars (`| 1 | … |`) or set in columns below an annex heading.
//!
//! One pass over pages, one over lines; no line is looked at more than a few times.

mod pages;

use crate::domain::DraftLine;
use crate::text::fold::fold;

/// A line of a page.
struct Line<'a> {
    text: &'a str,
    /// Blanks before it.
    indent: usize,
    /// Whether an empty line or a page's end stands above it.
    after_blank: bool,
}

/// Makes draft lines of text.
pub(super) fn draft_lines(text: &str) -> Vec<DraftLine> {
    let lines = pages::without_furniture(text);
    let Some(width) = wrapped_width(&lines) else {
        let texts = lines.iter().filter(|line| !is_bar_rule(line.text));
        return texts.map(|line| plain(line.text)).collect();
    };
    let mut out: Vec<DraftLine> = Vec::new();
    // The last line of the paragraph and how wide it is; none where nothing may be added.
    let mut last: Option<(&str, usize)> = None;
    for line in &lines {
        if is_bar_rule(line.text) {
            last = None;
            continue;
        }
        let n_chars = line.text.chars().count();
        if let Some(cells) = bar_cells(line.text).or_else(|| column_cells(line.text)) {
            out.push(DraftLine {
                text: cells.join("\t"),
                cells: Some(cells),
                ..DraftLine::default()
            });
            last = None;
            continue;
        }
        let continues =
            last.is_some_and(|(before, last_width)| goes_on(before, last_width, line, width));
        match out.last_mut().filter(|_| continues) {
            Some(above) => {
                above.text.push(' ');
                above.text.push_str(&squeezed(line.text));
            }
            None => out.push(DraftLine {
                text: squeezed(line.text),
                is_centered: is_centered(line, n_chars, width),
                ..DraftLine::default()
            }),
        }
        let indent = if line.indent > 20 { 0 } else { line.indent };
        last = Some((line.text, n_chars + indent));
    }
    out
}

fn plain(text: &str) -> DraftLine {
    match bar_cells(text) {
        Some(cells) => DraftLine {
            text: cells.join("\t"),
            cells: Some(cells),
            ..DraftLine::default()
        },
        None => DraftLine {
            text: text.to_owned(),
            ..DraftLine::default()
        },
    }
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The usual width of a line where lines are broken by layout; `None` where each line is a
/// paragraph.
///
/// In broken text many lines begin in the middle of a sentence and none is long.
fn wrapped_width(lines: &[Line<'_>]) -> Option<usize> {
    if lines.len() < 8 {
        return None;
    }
    let mut widths: Vec<usize> = lines
        .iter()
        .map(|line| line.text.chars().count() + line.indent.min(20))
        .collect();
    let n_inner = lines
        .iter()
        .filter(|line| begins_inside_sentence(line.text))
        .count();
    widths.sort_unstable();
    let width = widths.get(widths.len() * 9 / 10).copied()?;
    let is_wrapped = n_inner * 12 >= lines.len() && (40..=160).contains(&width);
    is_wrapped.then_some(width)
}

/// Begins with a small letter that is no list mark.
fn begins_inside_sentence(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(char::is_lowercase)
        && !chars.next().is_some_and(|c| matches!(c, ')' | '.' | '/'))
}

/// Whether a line continues the paragraph whose last line is `before`, `last_width` wide.
fn goes_on(before: &str, last_width: usize, line: &Line<'_>, width: usize) -> bool {
    let before_number =
        before.ends_with(" số") && !line.text.starts_with(|c: char| c.is_ascii_digit());
    if leaves_open(before, last_width, width) && !before_number {
        return true;
    }
    if begins_place(line.text) {
        return false;
    }
    if is_loud(before) && !is_loud(line.text) {
        return false;
    }
    let ends = before.ends_with(['.', ';', ':', '!', '?']);
    if begins_inside_sentence(line.text) {
        // A page's end may stand between.
        return !ends
            || before.ends_with(',')
            || (!line.after_blank && last_width * 10 >= width * 8);
    }
    if line.after_blank || is_loud(before) != is_loud(line.text) {
        return false;
    }
    let is_full = last_width * 10 >= width * 8;
    let is_indented = line.indent > 0 && line.indent <= 20 && ends;
    // A short line without a mark at its end, below a finished sentence: a heading.
    let is_short = line.text.chars().count() * 10 < width * 7;
    let is_heading = ends && is_short && !line.text.ends_with(['.', ';', ':', ',']);
    is_full && !is_indented && !is_heading && !is_loud(line.text)
}

/// Whether a line cannot be the end of anything: it is full and ends with a word that asks for a
/// number or another word, or with a comma or a hyphen. "khoản" and "Điều" are cut off from their
/// numbers most often, which then look like places themselves.
fn leaves_open(text: &str, last_width: usize, width: usize) -> bool {
    if last_width * 10 < width * 7 {
        return false;
    }
    let last = text.rsplit(' ').next().unwrap_or_default();
    text.ends_with(['(', '/'])
        || matches!(
            last,
            "khoản"
                | "điểm"
                | "Điều"
                | "điều"
                | "Mục"
                | "mục"
                | "Chương"
                | "lục"
                | "số"
                | "tại"
                | "và"
                | "hoặc"
                | "của"
                | "theo"
                | "các"
                | "từ"
                | "ngày"
                | "tháng"
                | "năm"
                | "với"
                | "cho"
        )
}

/// Whether a line begins like a place of a draft or an item of a list.
fn begins_place(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let second = words.next().unwrap_or_default();
    let third = words.next().unwrap_or_default();
    let starts_large = first.chars().next().is_some_and(char::is_uppercase);
    match fold(first).as_str() {
        "dieu" | "chuong" | "muc" | "phan" => {
            return starts_large && (is_heading_number(second, third) || fold(second) == "thu");
        }
        "tieu" if fold(second) == "muc" => return starts_large && is_heading_number(third, ""),
        "phu" if fold(second).trim_end_matches([':', '.']) == "luc" => {
            return starts_large
                && (third.is_empty() || is_heading_number(third, "") || is_loud(text));
        }
        "can" => return first == "Căn" && second == "cứ",
        "noi" if fold(second).starts_with("nhan") => return starts_large,
        _ => {}
    }
    if first.starts_with(['-', '–', '—', '+', '*', '•', '●', '\u{f0b7}', '“', '"']) {
        return true;
    }
    let stem = first.trim_end_matches(['.', ')', '-', '/', ':']);
    let is_marked = stem.len() < first.len() && !stem.is_empty();
    let is_number = stem
        .split('.')
        .all(|piece| (1..=3).contains(&piece.len()) && piece.bytes().all(|b| b.is_ascii_digit()));
    let is_roman = stem.chars().all(|c| matches!(c, 'I' | 'V' | 'X' | 'L'));
    let is_letter = stem.chars().count() == 1 && stem.chars().all(char::is_alphabetic);
    is_marked && (is_number || is_roman || is_letter) || (is_number && stem.contains('.'))
}

/// "5.", "II" at the end of the line, "1:", "IV" before capitals; not "50" in "Điều 50 Nghị định".
fn is_heading_number(word: &str, next: &str) -> bool {
    let stem = word.trim_end_matches(['.', ':']);
    let is_number = stem.chars().next().is_some_and(|c| c.is_ascii_digit())
        || (!stem.is_empty() && stem.chars().all(|c| matches!(c, 'I' | 'V' | 'X' | 'L')));
    let is_marked = stem.len() < word.len() || matches!(next, "" | "." | ":" | "-" | "–");
    is_number && (is_marked || (next.chars().count() > 1 && is_loud(next)))
}

fn is_loud(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    letters > 0 && capitals * 10 >= letters * 7
}

/// Set in the middle: as much blank to the left as is left over to the right.
fn is_centered(line: &Line<'_>, n_chars: usize, width: usize) -> bool {
    let right = (width + 5).saturating_sub(line.indent + n_chars);
    line.indent >= 12 && right >= 8 && line.indent.abs_diff(right) <= 12
}

/// The cells of a row written with bars.
fn bar_cells(text: &str) -> Option<Vec<String>> {
    let inner = text.trim().strip_prefix('|')?;
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    inner
        .contains('|')
        .then(|| inner.split('|').map(squeezed).collect())
}

/// The line below the head of a table: `|---|:---:|`.
fn is_bar_rule(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('|')
        && text.contains("--")
        && text.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// The cells of a row set in columns: a number, a gap, and at least two more columns.
fn column_cells(text: &str) -> Option<Vec<String>> {
    let first = text.split_whitespace().next()?;
    let stem = first.trim_end_matches('.');
    let is_ordinal = (1..=3).contains(&stem.len())
        && (stem.bytes().all(|b| b.is_ascii_digit())
            || stem.bytes().all(|b| matches!(b, b'I' | b'V' | b'X')));
    if !is_ordinal {
        return None;
    }
    let cells: Vec<String> = text
        .split("   ")
        .map(squeezed)
        .filter(|cell| !cell.is_empty())
        .collect();
    let is_row = cells.len() >= 3 && cells.first().is_some_and(|cell| cell == first);
    is_row.then_some(cells)
}

#[cfg(test)]
mod tests;
