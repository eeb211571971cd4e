//! A table of comments whose cells were read one below the other, without its columns.
//!
//! Only the numbers of its rows still tell it: "TT", the other headings, "1", words, "2", words. A
//! row becomes one point; short first lines that name a place are its heading.

use super::SplitPoint;
use super::phrase::{Words, has_proposal, starts_closing, starts_with_place};
use super::point::make_point;
use crate::domain::{Confidence, Span};
use crate::text::fold::fold;

/// How far below "TT" the first row begins.
const MAX_HEADER_LINES: usize = 30;
/// The longest line of a place's narrow column.
const MAX_PLACE: usize = 30;

/// The rows of such a table; `None` where there is none.
pub(super) fn table_rows(text: &str, annex: Span) -> Option<Vec<SplitPoint>> {
    let lines = lines_of(text, annex);
    let header = lines
        .iter()
        .position(|line| matches!(fold(line.words).as_str(), "tt" | "stt" | "so tt"))?;
    let first = lines
        .iter()
        .skip(header + 1)
        .take(MAX_HEADER_LINES)
        .position(|line| is_number(line.words, 1))?
        + header
        + 1;
    let mut starts = vec![first];
    for (at, line) in lines.iter().enumerate().skip(first + 1) {
        if is_number(line.words, starts.len() + 1) {
            starts.push(at);
        }
    }
    let body_end = lines
        .iter()
        .enumerate()
        .skip(first)
        .find(|(_, line)| starts_closing(&Words::new(line.words)))
        .map_or(lines.len(), |(at, _)| at);
    let ends = starts.iter().skip(1).copied().chain([body_end]);
    let rows: Vec<SplitPoint> = starts
        .iter()
        .zip(ends)
        .filter_map(|(&start, end)| row(text, lines.get(start + 1..end)?))
        .collect();
    (!rows.is_empty()).then_some(rows)
}

struct Line<'a> {
    span: Span,
    words: &'a str,
}

/// The lines of a part of the text that are not blank.
fn lines_of(text: &str, within: Span) -> Vec<Line<'_>> {
    let mut start = within.start;
    within
        .slice(text)
        .unwrap_or("")
        .split_inclusive('\n')
        .filter_map(|line| {
            let span = Span::new(start, start + line.len()).trimmed(text);
            start += line.len();
            let words = span.slice(text)?;
            (!words.is_empty()).then_some(Line { span, words })
        })
        .collect()
}

fn is_number(words: &str, number: usize) -> bool {
    let digits = words.trim_end_matches(['.', ')']);
    digits.len() <= 3 && digits.parse() == Ok(number)
}

/// One row: the place that its first lines name, and the rest.
fn row(text: &str, lines: &[Line<'_>]) -> Option<SplitPoint> {
    // Numbers below the last row are page numbers and stamps.
    let is_words = |line: &Line<'_>| line.words.chars().any(char::is_alphabetic);
    let n_lines = lines.iter().rposition(is_words)? + 1;
    let lines = lines.get(..n_lines)?;
    let n_place = place_lines(lines);
    let first = lines.get(n_place)?;
    let last = lines.last()?;
    let span = Span::new(first.span.start, last.span.end);
    let place = lines
        .get(..n_place)
        .and_then(|place| Some(Span::new(place.first()?.span.start, place.last()?.span.end)));
    let mut point = make_point(
        text,
        span,
        place.into_iter().collect(),
        "split.reading_order",
    );
    point.evidence.confidence = Confidence::new(0.6);
    Some(point)
}

/// How many lines at the top are a place: "Điều 5, Khoản 4,", "Điểm a".
fn place_lines(lines: &[Line<'_>]) -> usize {
    let mut n_place = 0_usize;
    for line in lines {
        let goes_on = n_place
            .checked_sub(1)
            .and_then(|above| lines.get(above))
            .is_some_and(|above| above.words.ends_with([',', '-', '–']));
        let words = Words::new(line.words);
        let is_place = line.words.chars().count() <= MAX_PLACE
            && (goes_on || (n_place == 0 && starts_with_place(&words)))
            && !has_proposal(&words);
        if !is_place {
            break;
        }
        n_place += 1;
    }
    // A row is more than its place.
    if n_place == lines.len() { 0 } else { n_place }
}
