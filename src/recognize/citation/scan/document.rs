//! Reads the names of documents: drafts of the dossier and other laws.

use super::super::lexer::Kind;
use super::super::terms::Term;
use super::{LEADS, Mention, Owner, Scanner};

impl Scanner<'_> {
    /// The document named behind a place, and the index after it.
    pub(super) fn owner_after(&self, end: usize) -> (Owner, usize) {
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
        if skipped_comma && self.grammar.term(at) != Term::Draft {
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
                    ));
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
                    ) || (token.term == Term::And && end > at)
                }
                Kind::Number => end > at,
                _ => false,
            };
            if !is_name {
                break;
            }
            end = self.grammar.after(end);
        }
        if self.number_follows(at) {
            return self.number_end(at).max(end);
        }
        end
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
        let after_lead = before.is_some_and(|token| LEADS.contains(&token.folded));
        let starts = self.starts_clause(at) || after_lead;
        let introduces = matches!(
            self.grammar.kind(end),
            Some(Kind::Comma | Kind::Colon | Kind::OpenParen | Kind::Dash)
        ) || matches!(self.grammar.term(end), Term::Place(_));
        starts && (introduces || is_draft || after_lead || self.grammar.token(end).is_none())
    }
}
