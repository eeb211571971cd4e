//! Cuts a paragraph that lists several ideas in one line: "(1) …; (2) …", "a) …; b) …".

use super::phrase::{Words, has_proposal};
use crate::domain::Span;

/// The form of an inline mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// (1)
    NumberInParentheses,
    /// (a)
    LetterInParentheses,
    /// (i)
    RomanInParentheses,
    /// 1.
    NumberWithDot,
    /// 1) or 1/
    Number,
    /// a)
    Letter,
}

const LETTERS: [&str; 10] = ["a", "b", "c", "d", "đ", "e", "g", "h", "i", "k"];
const ROMANS: [&str; 10] = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"];

/// Cuts "(1) …; (2) …" in one paragraph into what leads to it and its items, each with its mark;
/// gives the paragraph whole where its items are only details that want nothing of their own.
pub(super) fn inline_items(text: &str, span: Span) -> Vec<Span> {
    let words = span.slice(text).unwrap_or("");
    for form in [
        Form::NumberInParentheses,
        Form::RomanInParentheses,
        Form::LetterInParentheses,
        Form::NumberWithDot,
        Form::Number,
        Form::Letter,
    ] {
        let starts = item_starts(words, form);
        if starts.len() < 2 {
            continue;
        }
        let ends = starts.iter().skip(1).copied().chain([words.len()]);
        let items: Vec<Span> = starts
            .iter()
            .zip(ends)
            .map(|(&start, end)| Span::new(start, end).trimmed(words))
            .collect();
        let n_wanting = items
            .iter()
            .filter(|item| {
                item.slice(words)
                    .is_some_and(|words| has_proposal(&Words::new(words)))
            })
            .count();
        if n_wanting * 3 < items.len() * 2 {
            continue;
        }
        let lead = starts
            .first()
            .map(|&first| Span::new(0, first).trimmed(words))
            .filter(|lead| !lead.is_empty());
        return lead
            .into_iter()
            .chain(items)
            .map(|item| item.shifted(span.start))
            .collect();
    }
    vec![span]
}

/// Where the marks 1, 2, 3 … of one form stand, outside quotations.
fn item_starts(words: &str, form: Form) -> Vec<usize> {
    let mut starts = Vec::new();
    let first = match form {
        Form::NumberInParentheses => "(1)",
        Form::LetterInParentheses => "(a)",
        Form::RomanInParentheses => "(i)",
        Form::NumberWithDot => "1.",
        Form::Number => "1",
        Form::Letter => "a)",
    };
    if !words.contains(first) {
        return starts;
    }
    let mut is_quoted = false;
    let mut before = ' ';
    // The last sign before white space.
    let mut ends = ':';
    for (at, c) in words.char_indices() {
        match c {
            '“' | '«' => is_quoted = true,
            '”' | '»' => is_quoted = false,
            '"' => is_quoted = !is_quoted,
            _ => {}
        }
        if !is_quoted
            && before.is_whitespace()
            && (c == '(' || c.is_alphanumeric())
            && is_mark(words.get(at..).unwrap_or(""), form, starts.len())
        {
            let may_follow = match form {
                Form::NumberWithDot | Form::Number | Form::Letter => {
                    matches!(ends, '.' | ';' | ':' | ',' | '”' | '"')
                }
                _ => !starts.is_empty() || matches!(ends, '.' | ';' | ':' | ','),
            };
            if may_follow {
                starts.push(at);
            }
        }
        if !c.is_whitespace() {
            ends = c;
        }
        before = c;
    }
    starts
}

/// Whether a text begins with the mark of this form that comes after `n_before` others.
fn is_mark(rest: &str, form: Form, n_before: usize) -> bool {
    let number = (n_before + 1).to_string();
    let from = |list: &[&'static str; 10]| list.get(n_before).copied();
    let (open, name, closes): (&str, Option<&str>, &[char]) = match form {
        Form::NumberInParentheses => ("(", Some(number.as_str()), &[')']),
        Form::LetterInParentheses => ("(", from(&LETTERS), &[')']),
        Form::RomanInParentheses => ("(", from(&ROMANS), &[')']),
        Form::NumberWithDot => ("", Some(number.as_str()), &['.']),
        Form::Number => ("", Some(number.as_str()), &[')', '/']),
        Form::Letter => ("", from(&LETTERS), &[')']),
    };
    let after = rest
        .strip_prefix(open)
        .zip(name)
        .and_then(|(rest, name)| rest.strip_prefix(name))
        .and_then(|rest| rest.strip_prefix(closes));
    after.is_some_and(|after| {
        let words = after.trim_start();
        after.starts_with(char::is_whitespace)
            && !words.is_empty()
            && (form != Form::NumberWithDot
                || words.starts_with(|c: char| c.is_uppercase() || c == '“'))
    })
}
