//! Finds the two columns of a head: who writes, on the left; country and motto, on the right.

use crate::domain::Span;
use crate::text::fold::{Folded, fold};

/// Words of the right column, without marks: the country, its motto, the party's name.
const RIGHT_COLUMN: [&str; 8] = [
    "cong hoa xa hoi",
    "cong hoa x",
    "hoa xa hoi chu",
    "xa hoi chu nghia",
    "doc lap -",
    "doc lap-",
    "doc lap – tu do",
    "dang cong san viet nam",
];

/// What stands before the gap between two columns.
pub(super) fn left_column(text: &str, span: Span) -> Span {
    let Some(words) = span.slice(text) else {
        return span;
    };
    let gap = ["   ", "\t"]
        .iter()
        .filter_map(|gap| words.find(gap).filter(|&at| at > 0))
        .min();
    let folded = Folded::new(words);
    let right = RIGHT_COLUMN
        .iter()
        .filter_map(|right| folded.as_str().find(right))
        .min()
        .map(|at| folded.original(Span::new(at, at)).start);
    let cut = gap.into_iter().chain(right).min().unwrap_or(words.len());
    Span::new(span.start, span.start + cut).trimmed(text)
}

/// What a document without a number is headed with, below who writes.
const TITLES: [&str; 12] = [
    "bien ban",
    "bao cao",
    "phieu gop y",
    "phieu lay y kien",
    "phieu y kien",
    "bang tong hop",
    "bang gop y",
    "ban gop y",
    "tong hop y kien",
    "y kien ",
    "gop y ",
    "to trinh",
];

/// Whether a folded line is the place where the agency's lines end.
fn ends_agency_lines(folded: &str) -> bool {
    let rest = folded.trim_start_matches(['#', '*', ' ']);
    let is_number = rest.strip_prefix("so").is_some_and(|rest| {
        let rest = rest.trim_start();
        rest.starts_with(':') || rest.starts_with(|c: char| c.is_ascii_digit() || c == '/')
    });
    is_number
        || ["no:", "no.:", "ref:", "ref.:"]
            .iter()
            .any(|word| rest.starts_with(word))
        || ["v/v", "ve viec", "kinh gui", "trich yeu"]
            .iter()
            .any(|word| rest.starts_with(word))
        || TITLES.iter().any(|title| rest.starts_with(title))
}

/// The loud lines above the number; where there are none and the head has a motto or a number, the
/// short lines above it that start with a capital.
pub(super) fn find_agency_lines(head: &str) -> Vec<Span> {
    let mut loud = Vec::new();
    let mut quiet = Vec::new();
    let mut is_letterhead = false;
    for line in lines_with_spans(head) {
        let whole = line.slice(head).map(fold).unwrap_or_default();
        is_letterhead |= RIGHT_COLUMN.iter().any(|right| whole.contains(right));
        let span = left_column(head, line);
        let Some(words) = span.slice(head) else {
            continue;
        };
        let folded = fold(words);
        if ends_agency_lines(&folded) {
            is_letterhead = true;
            break;
        }
        let letters = words.chars().filter(|c| c.is_alphabetic()).count();
        let capitals = words.chars().filter(|c| c.is_uppercase()).count();
        let is_loud = letters >= 4 && capitals * 10 >= letters * 8;
        let is_title = words
            .chars()
            .find(|c| c.is_alphabetic())
            .is_some_and(char::is_uppercase)
            && letters >= 4
            && words.chars().count() <= 90
            && !folded.contains("ngay")
            && !words.trim_end().ends_with(['.', ':', ';', '!', '?'])
            && !words.contains('@');
        let marks = words.len() - words.trim_start_matches(['#', '*', '|', ' ']).len();
        let span = Span::new(span.start + marks, span.end);
        if is_loud && loud.len() < 6 {
            loud.push(span);
        } else if is_title && quiet.len() < 4 {
            quiet.push(span);
        }
    }
    if loud.is_empty() && is_letterhead {
        quiet
    } else {
        loud
    }
}

/// The lines of a text, trimmed.
pub(super) fn lines_with_spans(text: &str) -> Vec<Span> {
    let mut start = 0;
    text.split_inclusive('\n')
        .map(|line| {
            let span = Span::new(start, start + line.len()).trimmed(text);
            start += line.len();
            span
        })
        .collect()
}
