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
        if names_a_place {
            continue;
        }
        for token in tokens.get_mut(start + 1..end).unwrap_or(&mut []) {
            token.is_quoted = true;
        }
    }
}
