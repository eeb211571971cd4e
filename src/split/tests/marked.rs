//! Letters with the expected points marked in their text.

use std::fmt::Write as _;
use std::fs;

use super::fixtures;
use crate::domain::Span;
use crate::split::{SplitPoint, split_letter, split_passage};
use crate::text::normalize::{normalize, squeeze};

/// A case: its text without marks, and what the marks say.
struct Case {
    name: String,
    is_passage: bool,
    text: String,
    points: Vec<Span>,
    reasons: Vec<Span>,
    old_texts: Vec<Span>,
    new_texts: Vec<Span>,
    headings: Vec<Span>,
    page_breaks: Vec<Span>,
}

impl Case {
    fn read(name: &str, marked: &str) -> Self {
        let (is_passage, name) = match name.strip_prefix("passage:") {
            Some(name) => (true, name.trim()),
            None => (false, name),
        };
        let mut case = Self {
            name: name.to_owned(),
            is_passage,
            text: String::new(),
            points: Vec::new(),
            reasons: Vec::new(),
            old_texts: Vec::new(),
            new_texts: Vec::new(),
            headings: Vec::new(),
            page_breaks: Vec::new(),
        };
        let mut open: Vec<(char, usize)> = Vec::new();
        let mut rest = marked;
        while let Some(c) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix("[[") {
                open.push(('[', case.text.len()));
                rest = after;
            } else if let Some(kind) = rest
                .strip_prefix('{')
                .and_then(|rest| rest.strip_prefix(['r', '-', '+', 'h', 'p']))
                .filter(|rest| rest.starts_with(':'))
                .and_then(|_| rest.chars().nth(1))
            {
                open.push((kind, case.text.len()));
                rest = rest.split_at(3).1;
            } else if rest.starts_with("]]") || rest.starts_with('}') {
                let (kind, start) = open.pop().unwrap_or_else(|| panic!("{name}: {rest}"));
                let span = Span::new(start, case.text.len());
                match kind {
                    '[' => case.points.push(span),
                    'r' => case.reasons.push(span),
                    '-' => case.old_texts.push(span),
                    '+' => case.new_texts.push(span),
                    'h' => case.headings.push(span),
                    _ => case.page_breaks.push(span),
                }
                rest = rest.split_at(if kind == '[' { 2 } else { 1 }).1;
            } else {
                case.text.push(c);
                rest = rest.split_at(c.len_utf8()).1;
            }
        }
        assert!(open.is_empty(), "{name}: a mark is not closed");
        assert_eq!(
            normalize(&case.text),
            case.text,
            "{name} is not in the stored form"
        );
        case
    }

    /// What the marks say and what was found, kind by kind.
    fn compare(&self, score: &mut Score) -> String {
        let mut out = String::new();
        let points = if self.is_passage {
            split_passage(&self.text)
        } else {
            let split = split_letter(&self.text);
            for sentence in split.left_over {
                writeln!(out, "  left over: {}", self.core(sentence)).unwrap();
            }
            split.points
        };
        let all = |pick: fn(&SplitPoint) -> Option<Span>| -> Vec<Span> {
            points.iter().filter_map(pick).collect()
        };
        let mut headings: Vec<Span> = points
            .iter()
            .flat_map(|point| point.context.iter().copied())
            .collect();
        headings.sort_unstable();
        headings.dedup();
        for (kind, expected, found) in [
            ("point", &self.points, all(|point| Some(point.span))),
            ("reason", &self.reasons, all(|point| point.reason)),
            ("old", &self.old_texts, all(|point| point.old_text)),
            ("new", &self.new_texts, all(|point| point.new_text)),
            ("heading", &self.headings, headings),
        ] {
            let expected: Vec<String> = expected.iter().map(|span| self.core(*span)).collect();
            let found: Vec<String> = found.iter().map(|span| self.core(*span)).collect();
            let n_right = expected.iter().filter(|it| found.contains(it)).count();
            score.add(kind, expected.len(), found.len(), n_right);
            for missing in expected.iter().filter(|it| !found.contains(it)) {
                writeln!(out, "  - {kind}: {missing}").unwrap();
            }
            for extra in found.iter().filter(|it| !expected.contains(it)) {
                writeln!(out, "  + {kind}: {extra}").unwrap();
            }
        }
        out
    }

    /// The words of a span without white space and punctuation at its end.
    fn core(&self, span: Span) -> String {
        let words = squeeze(span.slice(&self.text).unwrap());
        words
            .trim_end_matches(|c: char| !c.is_alphanumeric())
            .to_owned()
    }
}

/// Counts by kind: expected, found, right.
#[derive(Default)]
struct Score(Vec<(&'static str, usize, usize, usize)>);

impl Score {
    fn add(&mut self, kind: &'static str, n_expected: usize, n_found: usize, n_right: usize) {
        if let Some(known) = self.0.iter_mut().find(|known| known.0 == kind) {
            known.1 += n_expected;
            known.2 += n_found;
            known.3 += n_right;
        } else {
            self.0.push((kind, n_expected, n_found, n_right));
        }
    }

    fn print(&self) -> String {
        let mut out = String::new();
        for (kind, n_expected, n_found, n_right) in &self.0 {
            let f1 = 2000 * n_right / (n_expected + n_found).max(1);
            writeln!(
                out,
                "{kind}: {n_right} right of {n_expected} expected, {n_found} found, F1 {}.{} %",
                f1 / 10,
                f1 % 10
            )
            .unwrap();
        }
        out
    }
}

fn cases() -> Vec<(String, Vec<Case>)> {
    let mut files: Vec<_> = fs::read_dir(fixtures().join("marked"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let cases = text
                .split("\n=== ")
                .skip(1)
                .map(|case| {
                    let (name, text) = case.split_once('\n').unwrap();
                    Case::read(name, text)
                })
                .collect();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, cases)
        })
        .collect()
}

/// The texts of the letters, without marks.
pub(super) fn letters() -> Vec<String> {
    cases()
        .into_iter()
        .flat_map(|(_, cases)| cases)
        .filter(|case| !case.is_passage)
        .map(|case| case.text)
        .collect()
}

#[test]
fn marked_letters() {
    let mut n_cases = 0;
    let mut misses = String::new();
    let mut report = String::new();
    for (file, cases) in cases() {
        let mut score = Score::default();
        for case in &cases {
            n_cases += 1;
            let differences = case.compare(&mut score);
            if !differences.is_empty() {
                writeln!(misses, "{file}: {}\n{differences}", case.name).unwrap();
            }
        }
        writeln!(report, "{file}, {} cases\n{}", cases.len(), score.print()).unwrap();
    }
    println!("{report}");
    assert!(n_cases >= 40);
    assert!(misses.is_empty(), "{report}{misses}");
}
