//! Tells places of other laws by what stands around them.

use super::super::grammar::Reference;
use super::super::lexer::{Kind, Token};
use super::super::terms::{Keyword, Term};
use super::{Mention, Owner, Scanner, Words, folded};
use crate::domain::Span;

/// Words between a law and the place in it.
static RULING: Words = Words::new(|| {
    folded(&[
        "da", "co", "cung", "quy", "dinh", "neu", "ro", "cu", "the", "lai",
    ])
});
/// Words with which a draft changes another law.
static AMENDING: Words = Words::new(|| folded(&["sua", "doi", "bo", "sung", "bai", "thay", "the"]));

impl Scanner<'_> {
    /// "Khoản 2 Điều 1 sửa đổi Điều 8", "Điều 1 (sửa Điều 110)": an article of the law that the
    /// draft changes.
    pub(super) fn is_amended(&self, at: usize, references: &[Reference]) -> bool {
        let starts_with_article = references
            .first()
            .and_then(|reference| reference.steps.first())
            .is_some_and(|step| step.keyword == Keyword::Article);
        let Some(Mention::Group {
            owner: Owner::Unsaid | Owner::Draft(_),
            span,
            ..
        }) = self.mentions.last()
        else {
            return false;
        };
        if !starts_with_article {
            return false;
        }
        let from = at.saturating_sub(12);
        let between = self.grammar.tokens.get(from..at).unwrap_or(&[]);
        let is_behind = |token: &&Token| token.span.start >= span.end;
        let mut words = between.iter().filter(is_behind);
        let all_behind = from == 0
            || self
                .grammar
                .token(from)
                .is_some_and(|first| first.span.start < span.end);
        let opens = words.clone().next().is_some_and(|token| {
            token.kind == Kind::OpenParen || AMENDING.first() == Some(&token.folded)
        });
        let is_clear = words.clone().all(|token| match token.kind {
            Kind::Word => AMENDING.contains(&token.folded),
            Kind::OpenParen | Kind::Number | Kind::Comma | Kind::Period => opens,
            _ => false,
        });
        let amends = words.any(|token| AMENDING.first() == Some(&token.folded));
        all_behind && is_clear && amends
    }

    /// "Luật Đất đai (Điều 5)", "Nghị định số 78/2025/NĐ-CP tại Điều 62", "Luật này đã quy định rõ
    /// tại Điều 6".
    pub(super) fn belongs_to_law(
        &self,
        (_, law_end): (Span, usize),
        at: usize,
        end: usize,
    ) -> bool {
        if at < law_end || at - law_end > 7 {
            return false;
        }
        let mut has_comma = false;
        let mut n_words = 0;
        let mut between = law_end;
        while between < at {
            let Some(token) = self.grammar.token(between) else {
                return false;
            };
            between = self.grammar.after(between);
            match token.kind {
                Kind::OpenParen => {}
                Kind::Comma => has_comma = true,
                Kind::Word if matches!(token.term, Term::Of | Term::Plural) => {}
                Kind::Word if RULING.contains(&token.folded) => n_words += 1,
                _ => return false,
            }
        }
        // "Căn cứ Luật …, tại Điều 20 đề nghị …" is about the draft.
        let goes_on = self.grammar.kind(end) == Some(Kind::Comma)
            || self
                .grammar
                .token(end)
                .is_some_and(|token| RULING.contains(&token.folded));
        !has_comma || (n_words == 0 && goes_on)
    }
}
