//! Reads the names of documents: drafts of the dossier and other laws.

use std::sync::LazyLock;

use super::super::lexer::{Kind, hash_words};
use super::super::terms::Term;
use super::{LEADS, Mention, Owner, Scanner};
use crate::domain::Span;

/// Words that no law's name has.
static GOES_ON: LazyLock<Vec<u64>> =
    LazyLock::new(|| exact("đã thì là cũng nên phải cần chưa không được để"));
static IN_FORCE: LazyLock<Vec<u64>> = LazyLock::new(|| exact("hiện hành"));
static RULES: LazyLock<Vec<u64>> = LazyLock::new(|| exact("quy định"));

fn exact(words: &str) -> Vec<u64> {
    hash_words(words).iter().map(|word| word.exact).collect()
}

impl Scanner<'_> {
    /// The document named behind a place, and the index after it.
    ///
    /// A comma may stand before it only if commas also stand inside the place: "khoản 3, Điều 8,
    /// Thông tư 39/2016/TT-NHNN".
    pub(super) fn owner_after(&self, end: usize, has_comma: bool) -> (Owner, usize) {
        let mut at = end;
        let mut skipped_comma = false;
        for _ in 0..3 {
            match (self.grammar.kind(at), self.grammar.term(at)) {
                (_, Term::Of) => at = self.grammar.after(at),
                (Some(Kind::Comma), _) if !skipped_comma => {
                    skipped_comma = true;
                    at += 1;
                }
                _ => break,
            }
        }
        let is_numbered = has_comma
            && self.grammar.term(at) == Term::Numbered
            && self.number_follows(self.grammar.after(at));
        if skipped_comma && self.grammar.term(at) != Term::Draft && !is_numbered {
            return (Owner::Unsaid, end);
        }
        self.owner_at(at)
            .map_or((Owner::Unsaid, end), |(owner, next)| (owner, next))
    }

    /// Reads the name of a document.
    fn owner_at(&self, at: usize) -> Option<(Owner, usize)> {
        let mut start = at;
        let is_draft = self.grammar.term(at) == Term::Draft;
        if is_draft {
            start = self.grammar.after(at);
        }
        let rest = self.tokens_from(start)?;
        let named = self.tree.document_at(rest);
        // "Luật Đất đai" is not the draft that is simply called "Luật".
        let named = named.filter(|&(outline, n_words)| {
            let next = self.grammar.token(start + n_words);
            let is_in_force =
                next.is_some_and(|next| Some(&next.exact) == IN_FORCE.first()) && !is_draft;
            !is_in_force
                && (is_draft
                    || n_words > 1
                    || self.grammar.term(start) != Term::Law
                    || next.is_none_or(|next| {
                        next.kind != Kind::Word
                            || !next.is_upper
                            || next.term != Term::None
                            || self.tree.title_has(outline, next.folded)
                    }))
        });
        if let Some((outline, n_words)) = named {
            let end = start + n_words;
            if is_draft || !self.number_follows(end) {
                return Some((Owner::Draft(Some(outline)), end));
            }
        }
        if is_draft {
            let end = match self.grammar.term(start) {
                Term::Numbered | Term::Law => self.grammar.after(start),
                _ => start,
            };
            return Some((Owner::Draft(None), end));
        }
        let end = self.grammar.after(start);
        match self.grammar.term(start) {
            Term::Numbered | Term::Law if self.grammar.term(end) == Term::This => {
                Some((Owner::Draft(None), end + 1))
            }
            Term::Numbered => {
                let is_upper = self
                    .grammar
                    .token(start)
                    .is_some_and(|token| token.is_upper);
                (self.number_follows(end) || (is_upper && named.is_none())).then(|| {
                    let end = self.number_end(end);
                    let span = self.grammar.span(start, end);
                    (Owner::Other { span }, end)
                })
            }
            Term::Law => {
                let name_end = self.law_name_end(end);
                let is_upper = self
                    .grammar
                    .token(start)
                    .is_some_and(|token| token.is_upper);
                if name_end > end {
                    let span = self.grammar.span(start, name_end);
                    return Some((Owner::Other { span }, name_end));
                }
                if self.tree.is_any_law() {
                    return Some((Owner::Draft(None), end));
                }
                is_upper.then(|| {
                    let span = self.grammar.span(start, end);
                    (Owner::Other { span }, end)
                })
            }
            _ => None,
        }
    }

    /// Whether the number of a document follows: "số 78/2025/NĐ-CP", "202".
    fn number_follows(&self, at: usize) -> bool {
        let at = if self.grammar.term(at) == Term::Number {
            self.grammar.after(at)
        } else {
            at
        };
        self.grammar.kind(at) == Some(Kind::Number)
    }

    /// The index after a document's number and symbol.
    fn number_end(&self, at: usize) -> usize {
        let mut at = if self.grammar.term(at) == Term::Number {
            self.grammar.after(at)
        } else {
            at
        };
        let start = at;
        while at < start + 12 {
            let Some(token) = self.grammar.token(at) else {
                break;
            };
            let continues = at == start
                || (token.is_glued
                    && matches!(
                        token.kind,
                        Kind::Slash | Kind::Dash | Kind::Number | Kind::Word | Kind::Ampersand
                    ))
                // "QCVN 06:2022/BXD"
                || (token.is_glued
                    && token.kind == Kind::Colon
                    && self.grammar.is_glued(at + 1)
                    && self.grammar.kind(at + 1) == Some(Kind::Number));
            if !continues || (at == start && token.kind != Kind::Number) {
                break;
            }
            at += 1;
        }
        at
    }

    /// The index after the name of a law: at most ten words, up to a mark or a word that cannot be
    /// part of it.
    fn law_name_end(&self, at: usize) -> usize {
        let mut end = at;
        while end < at + 10 {
            let Some(token) = self.grammar.token(end) else {
                break;
            };
            let is_name = match token.kind {
                Kind::Word => {
                    matches!(
                        token.term,
                        Term::None | Term::Ordinary | Term::Counted | Term::Numbered
                    ) || (token.term == Term::And
                        && end > at
                        && !matches!(self.grammar.term(end + 1), Term::Place(_) | Term::Draft))
                }
                Kind::Number => end > at,
                _ => false,
            };
            if !is_name || (end > at && self.says_what_it_rules(end)) {
                break;
            }
            end = self.grammar.after(end);
        }
        if self.number_follows(at) {
            return self.number_end(at).max(end);
        }
        // "Luật Xây dựng số 135/2025/QH15"
        if end > at && self.grammar.term(end) == Term::Number && self.number_follows(end) {
            return self.number_end(end);
        }
        end
    }

    /// Whether the sentence goes on with what a law does: "đã quy định", "thì".
    fn says_what_it_rules(&self, at: usize) -> bool {
        let word = |at: usize| self.grammar.token(at).map_or(0, |token| token.exact);
        GOES_ON.contains(&word(at)) || RULES.starts_with(&[word(at), word(at + 1)])
    }

    /// A document on its own.
    pub(super) fn document(&mut self, at: usize) -> Option<usize> {
        let token = self.grammar.token(at)?;
        let starts_here = token.kind == Kind::Word
            && (matches!(token.term, Term::Draft | Term::Numbered | Term::Law)
                || self
                    .tokens_from(at)
                    .is_some_and(|rest| self.tree.document_at(rest).is_some()));
        if !starts_here {
            return None;
        }
        let (owner, end) = self.owner_at(at)?;
        let span = self.grammar.span(at, end);
        match owner {
            Owner::Other { span } => {
                self.law = Some((span, end));
                self.mentions.push(Mention::Law { span });
            }
            Owner::Draft(Some(outline)) => {
                let is_draft = token.term == Term::Draft;
                let leads = self.leads(at, end, is_draft);
                self.mentions.push(Mention::Document {
                    outline,
                    span,
                    leads,
                });
            }
            Owner::Draft(None) | Owner::Unsaid => return None,
        }
        Some(end)
    }

    /// Whether what follows a document's name is about it: "Dự thảo Báo cáo: phần …", "Tờ trình,
    /// điểm a …", "Đối với dự thảo Quyết định …".
    fn leads(&self, at: usize, end: usize, is_draft: bool) -> bool {
        let before = at
            .checked_sub(1)
            .and_then(|before| self.grammar.token(before));
        // "quy định rõ hơn tại Nghị định này" is about no place where there is only one document.
        let after_lead = before.is_some_and(|token| LEADS.contains(&token.folded))
            && self.tree.n_documents() > 1;
        let starts = self.starts_clause(at) || after_lead;
        let introduces = matches!(
            self.grammar.kind(end),
            Some(Kind::Comma | Kind::Colon | Kind::OpenParen | Kind::Dash)
        ) || matches!(self.grammar.term(end), Term::Place(_))
            || self.colon_follows(end);
        starts && (introduces || is_draft || after_lead || self.grammar.token(end).is_none())
    }

    /// "Báo cáo kết quả thực hiện: …"
    fn colon_follows(&self, at: usize) -> bool {
        let colon = (at..at + 10).find(|&at| self.grammar.kind(at) != Some(Kind::Word));
        colon.is_some_and(|colon| {
            self.grammar.kind(colon) == Some(Kind::Colon)
                && (at..colon).all(|at| !matches!(self.grammar.term(at), Term::Place(_)))
        })
    }

    /// The document named right before a place: "Báo cáo tại mục III.2", "Tờ trình (mục II)".
    pub(super) fn owner_before(&self, at: usize) -> Option<Owner> {
        let Some(Mention::Document { outline, span, .. }) = self.mentions.last() else {
            return None;
        };
        let is_near = (at.saturating_sub(3)..at).rev().find_map(|before| {
            let token = self.grammar.token(before)?;
            if token.span.end <= span.end {
                return Some(token.span.end == span.end);
            }
            let joins = matches!(token.term, Term::Of | Term::Plural | Term::This)
                || token.kind == Kind::OpenParen
                || (token.kind == Kind::Comma && self.opens_parenthesis(before, *span));
            (!joins).then_some(false)
        });
        (is_near == Some(true)).then_some(Owner::Draft(Some(*outline)))
    }

    /// Whether the document before `at` stands first in parentheses: "(Báo cáo, mục II.2)".
    fn opens_parenthesis(&self, at: usize, document: Span) -> bool {
        (at.saturating_sub(6)..at)
            .rev()
            .filter_map(|before| self.grammar.token(before))
            .find(|token| token.span.end <= document.start)
            .is_some_and(|token| token.kind == Kind::OpenParen)
    }
}
