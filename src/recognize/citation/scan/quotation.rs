//! Tells wording from speech about the draft.

use super::super::lexer::{Kind, Token};
use super::super::terms::Term;

/// Marks the tokens of long quotations, which are wording and not speech about the draft.
pub(in super::super) fn mark_quotations(tokens: &mut [Token]) {
    let mut regions: Vec<(usize, usize)> = Vec::new();
    let mut opened: Vec<usize> = Vec::new();
    let mut straight: Option<usize> = None;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::OpenQuote => opened.push(at),
            Kind::CloseQuote => {
                if let Some(start) = opened.pop().filter(|_| opened.is_empty()) {
                    regions.push((start, at));
                }
            }
            Kind::Quote => match straight.take() {
                Some(start) => regions.push((start, at)),
                None => straight = Some(at),
            },
            _ => {}
        }
    }
    for (start, end) in regions {
        let before = start.checked_sub(1).and_then(|at| tokens.get(at));
        let names_a_place = before
            .is_some_and(|token| matches!(token.term, Term::Place(_) | Term::Of | Term::Number))
            && end - start < 24;
        let inside = tokens.get(start + 1..end).unwrap_or(&[]);
        if names_a_place || (starts_sentence(before) && is_all_place(inside)) {
            continue;
        }
        for token in tokens.get_mut(start + 1..end).unwrap_or(&mut []) {
            token.is_quoted = true;
        }
    }
}

fn starts_sentence(before: Option<&Token>) -> bool {
    before.is_none_or(|token| matches!(token.kind, Kind::Newline | Kind::Period | Kind::Dash))
}

/// Whether a quotation holds nothing but a place: `"Điều 13" chưa nêu …`.
fn is_all_place(inside: &[Token]) -> bool {
    let names = |token: &Token| match token.kind {
        Kind::Word => {
            matches!(token.term, Term::Place(_) | Term::Of | Term::And)
                || token.letter.is_some()
                || token.roman.is_some()
        }
        Kind::Number | Kind::Comma | Kind::Period => true,
        _ => false,
    };
    inside.len() < 12
        && inside
            .first()
            .is_some_and(|first| matches!(first.term, Term::Place(_)))
        && inside.iter().all(names)
}
