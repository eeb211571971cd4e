//! Walks over the tokens and reports everything that speaks about a place, in order.

mod document;
mod law;
mod name;
mod quotation;

pub(super) use quotation::mark_quotations;

use super::grammar::{Grammar, Reference, Value};
use super::lexer::{Kind, Token, hash_folded};
use super::terms::{Keyword, Term};
use super::tree::{NameHit, Tree};
use crate::domain::Span;

/// Which document a place belongs to, as far as the words beside it say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// They say nothing.
    Unsaid,
    /// A draft of the dossier; `None`: "dự thảo", whichever it is.
    Draft(Option<usize>),
    /// Another document.
    Other {
        /// The words that name it.
        span: Span,
    },
}

/// How a place is spoken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Commented on.
    Target,
    /// Named as a ground, or only to compare with.
    Ground,
    /// After "bổ sung": may not exist yet.
    Adding,
    /// After "bổ sung … sau": where the new one goes.
    Position,
    /// After "không có": said to be missing.
    Absent,
}

/// Something that speaks about a place.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mention {
    Group {
        references: Vec<Reference>,
        owner: Owner,
        role: Role,
        /// How many of the references the role is about; the others are targets.
        n_in_role: usize,
        span: Span,
        /// Follows "Luật …" directly: "(Điều 55)", "tại Điều 5".
        law: Option<Span>,
    },
    Name {
        hits: Vec<NameHit>,
        owner: Owner,
        role: Role,
        span: Span,
        /// After "phần", "mục", not only where a sentence starts.
        has_keyword: bool,
        /// Nothing of the phrase is left over.
        is_closed: bool,
        /// Said in the middle of a sentence: counts where no other place is named.
        is_aside: bool,
    },
    /// A draft on its own; `leads`: the words that follow are about it.
    Document {
        outline: usize,
        span: Span,
        leads: bool,
    },
    /// Another document on its own.
    Law {
        span: Span,
    },
    /// All of a draft, or all drafts.
    Whole {
        span: Span,
        is_dossier: bool,
    },
    Format {
        span: Span,
    },
    Page {
        page: Option<u32>,
        line: Option<i32>,
        span: Span,
    },
    /// A place of which a part cannot be read.
    Illegible {
        span: Span,
    },
    /// The sentence or paragraph is over.
    End,
}

/// Walks over the tokens of one text.
pub(super) struct Scanner<'a> {
    pub(super) grammar: Grammar<'a>,
    pub(super) tree: &'a Tree,
    pub(super) mentions: Vec<Mention>,
    /// The other document named last in this sentence, and the index after it.
    law: Option<(Span, usize)>,
    /// Whether any place was mentioned yet.
    has_place: bool,
    /// Whether this sentence named a place that is commented on.
    has_target: bool,
    /// After "Lý do:".
    in_reason: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(grammar: Grammar<'a>, tree: &'a Tree) -> Self {
        Self {
            grammar,
            tree,
            mentions: Vec::new(),
            law: None,
            has_place: false,
            has_target: false,
            in_reason: false,
        }
    }

    pub(super) fn scan(mut self) -> Vec<Mention> {
        let n_tokens = self.grammar.tokens.len();
        let mut at = 0;
        while at < n_tokens {
            let next = self.step(at);
            at = next.max(at + 1);
        }
        self.mentions
    }

    /// Reads what starts at `at` and gives the index after it.
    fn step(&mut self, at: usize) -> usize {
        let Some(token) = self.grammar.token(at) else {
            return at + 1;
        };
        if token.is_quoted {
            return at + 1;
        }
        if let Some(next) = self.group(at) {
            return next;
        }
        match token.term {
            Term::Reason => self.in_reason = true,
            Term::Therefore => self.in_reason = false,
            Term::Page | Term::Line => {
                if let Some(next) = self.page(at) {
                    return next;
                }
            }
            Term::Whole | Term::Dossier => {
                let end = self.grammar.after(at);
                let span = self.grammar.span(at, end);
                // "toàn bộ dự thảo Đề án" is one document.
                if let Some((outline, n_words)) = self
                    .tokens_from(end)
                    .and_then(|rest| self.tree.document_at(rest))
                {
                    let span = self.grammar.span(at, end + n_words);
                    self.mentions.push(Mention::Document {
                        outline,
                        span,
                        leads: true,
                    });
                    return end + n_words;
                }
                let is_dossier = token.term == Term::Dossier;
                self.mentions.push(Mention::Whole { span, is_dossier });
                return end;
            }
            Term::Format => {
                let end = self.grammar.after(at);
                let span = self.grammar.span(at, end);
                self.mentions.push(Mention::Format { span });
                return end;
            }
            Term::Quoting => {
                if let Some(next) = self.skip_wording(at) {
                    return next;
                }
            }
            _ => {}
        }
        if let Some(next) = self.name(at) {
            return next;
        }
        if let Some(next) = self.document(at) {
            return next;
        }
        if token.kind == Kind::Newline {
            self.in_reason = false;
        }
        if self.ends_sentence(at) {
            self.law = None;
            self.has_target = false;
            self.mentions.push(Mention::End);
        }
        self.grammar.after(at)
    }

    fn tokens_from(&self, at: usize) -> Option<&'a [Token]> {
        self.grammar.tokens.get(at..)
    }

    fn ends_sentence(&self, at: usize) -> bool {
        match self.grammar.kind(at) {
            Some(Kind::Newline) => true,
            Some(Kind::Period) => self.grammar.token(at + 1).is_none_or(|next| !next.is_glued),
            _ => false,
        }
    }

    fn group(&mut self, at: usize) -> Option<usize> {
        let (references, end) = self.grammar.group(at)?;
        // "tách khoản 2 thành khoản 2 và khoản 3": numbers that are still to be given.
        if self.has_place && self.follows_term(at, Term::Quoting, 0) {
            return Some(end);
        }
        if self.lacks_article(&references, end) {
            let span = self.grammar.span(at, self.grammar.after(end) + 1);
            self.mentions.push(Mention::Illegible { span });
            return Some(end);
        }
        let has_comma = references
            .last()
            .is_some_and(|reference| reference.has_comma);
        let (mut owner, mut next) = self.owner_after(end, has_comma);
        if owner == Owner::Unsaid
            && let Some(before) = self.owner_before(at)
        {
            owner = before;
        }
        // "Phụ lục" alone says where only with its document.
        let is_numbered = references
            .iter()
            .flat_map(|reference| &reference.steps)
            .flat_map(|step| &step.items)
            .any(|item| item.value != Value::Unnumbered);
        if !is_numbered && !self.grammar.is_place_cell && !matches!(owner, Owner::Draft(Some(_))) {
            return None;
        }
        if owner == Owner::Unsaid && self.is_amended(at, &references) {
            let span = self.grammar.span(at, end);
            (owner, next) = (Owner::Other { span }, end);
        }
        let law = self.law.filter(|law| self.belongs_to_law(*law, at, end));
        let span = self.grammar.span(at, if next > end { next } else { end });
        let role = self.role(at);
        let n_in_role = if role == Role::Ground && self.ends_with_target(&references, end) {
            references.len() - 1
        } else {
            references.len()
        };
        self.has_place = true;
        self.has_target |= matches!(role, Role::Target | Role::Adding);
        self.mentions.push(Mention::Group {
            references,
            owner,
            role,
            n_in_role,
            span,
            law: law.map(|(span, _)| span),
        });
        if let Owner::Other { span } = owner {
            self.law = Some((span, next));
        }
        Some(next)
    }

    /// "khoản 2 Điều #7": the article is there and cannot be read. What came before must not stand
    /// in for it.
    fn lacks_article(&self, references: &[Reference], end: usize) -> bool {
        let is_inside = references
            .last()
            .and_then(|reference| reference.steps.first())
            .is_some_and(|step| step.keyword.rank() > Keyword::Article.rank());
        let after = self.grammar.after(end);
        let is_sign = matches!(
            self.grammar.kind(after),
            None | Some(Kind::Newline | Kind::Period | Kind::Comma)
        );
        let has_value = self.grammar.token(after).is_some_and(|token| {
            token.number.is_some() || token.term != Term::None || token.span.len() > 3
        });
        is_inside
            && self.grammar.term(end) == Term::Place(Keyword::Article)
            && self.grammar.token(end).is_some_and(|token| token.is_upper)
            && !is_sign
            && !has_value
    }

    /// How the place at `at` is spoken of.
    fn role(&self, at: usize) -> Role {
        if self.follows_term(at, Term::Absent, 0) {
            Role::Absent
        } else if self.follows_term(at, Term::After, 0) {
            Role::Position
        } else if self.follows_term(at, Term::Adding, 3) {
            Role::Adding
        } else if self.in_reason || self.is_compared(at) || self.follows_term(at, Term::Ground, 0) {
            Role::Ground
        } else {
            Role::Target
        }
    }

    /// "So với Điều 9, Điều 8 chưa quy định …": the last one is what the sentence is about.
    fn ends_with_target(&self, references: &[Reference], end: usize) -> bool {
        references.len() > 1
            && !self.in_reason
            && !self.has_target
            && references.last().is_some_and(|last| last.follows_comma)
            && self.grammar.kind(end) == Some(Kind::Word)
    }

    /// Whether a term stands shortly before, with nothing but small words between.
    fn follows_term(&self, at: usize, wanted: Term, reach: usize) -> bool {
        self.term_before(at, wanted, reach).is_some()
    }

    /// Where a term stands shortly before.
    fn term_before(&self, at: usize, wanted: Term, reach: usize) -> Option<usize> {
        let from = at.saturating_sub(reach + 3);
        (from..at).rev().find(|&before| {
            let term = self.grammar.term(before);
            let end = self.grammar.after(before);
            let n_between = at.saturating_sub(end);
            let is_clear = (end..at).all(|between| {
                !matches!(
                    self.grammar.kind(between),
                    Some(
                        Kind::Comma | Kind::Semicolon | Kind::Period | Kind::Colon | Kind::Newline
                    )
                )
            });
            term == wanted && end <= at && n_between <= reach && is_clear
        })
    }

    /// Whether the place at `at` is one that others are compared with. "Thống nhất với Điều 13" at
    /// the start of a sentence agrees instead.
    fn is_compared(&self, at: usize) -> bool {
        self.term_before(at, Term::Reference, 4)
            .is_some_and(|before| {
                let agrees = self
                    .grammar
                    .token(before)
                    .is_some_and(|token| AGREEING.contains(&token.folded));
                !(agrees && self.starts_clause(before))
            })
    }

    /// "trang 12, dòng 5 từ trên xuống", "dòng 3 trang 5".
    fn page(&mut self, at: usize) -> Option<usize> {
        let mut page = None;
        let mut line = None;
        let mut end = at;
        let mut next = at;
        for _ in 0..2 {
            let term = self.grammar.term(next);
            if !matches!(term, Term::Page | Term::Line) {
                break;
            }
            let mut value_at = self.grammar.after(next);
            while self.grammar.kind(value_at) == Some(Kind::Period)
                || matches!(self.grammar.term(value_at), Term::Number | Term::Ordinal)
            {
                value_at += 1;
            }
            let Some(value) = self.grammar.token(value_at).and_then(|token| token.number) else {
                break;
            };
            if self.grammar.term(value_at + 1) == Term::Counted {
                break;
            }
            end = value_at + 1;
            if term == Term::Page {
                page = Some(u32::from(value));
            } else {
                let (from_below, after) = self.counting_direction(end);
                line = Some(if from_below {
                    -i32::from(value)
                } else {
                    i32::from(value)
                });
                end = after;
            }
            next = end;
            while self.grammar.kind(next) == Some(Kind::Comma)
                || matches!(self.grammar.term(next), Term::Of | Term::And)
            {
                next += 1;
            }
        }
        if page.is_none() && line.is_none() {
            return None;
        }
        // A line without its page says too little to be a citation.
        if page.is_none() && !self.grammar.is_place_cell {
            return Some(end);
        }
        let span = self.grammar.span(at, end);
        self.mentions.push(Mention::Page { page, line, span });
        Some(end)
    }

    /// Reads "từ trên xuống" or "từ dưới lên".
    fn counting_direction(&self, at: usize) -> (bool, usize) {
        let word = |at: usize| self.grammar.token(at).map(|token| token.folded);
        if self.grammar.kind(at) == Some(Kind::OpenParen) {
            let (from_below, end) = self.counting_direction(at + 1);
            let is_closed = end > at + 1 && self.grammar.kind(end) == Some(Kind::CloseParen);
            return if is_closed {
                (from_below, end + 1)
            } else {
                (false, at)
            };
        }
        if word(at) != Some(hash_folded("tu")) {
            return (false, at);
        }
        match word(at + 1) {
            Some(second) if second == hash_folded("duoi") => (true, at + 3),
            Some(second) if second == hash_folded("tren") => (false, at + 3),
            _ => (false, at),
        }
    }

    /// After "sửa thành:" comes wording without quotation marks, up to the reason or the end of
    /// the paragraph.
    fn skip_wording(&mut self, at: usize) -> Option<usize> {
        let after = self.grammar.after(at);
        if self.grammar.kind(after) != Some(Kind::Colon) {
            return None;
        }
        let has_place = self.has_place;
        let opens_list = self.grammar.kind(after + 1) == Some(Kind::Newline);
        let is_quoted = matches!(
            self.grammar.kind(after + 1),
            Some(Kind::Quote | Kind::OpenQuote)
        );
        if !has_place || opens_list || is_quoted || !self.is_rewriting(at) {
            return None;
        }
        let mut end = after + 1;
        while let Some(token) = self.grammar.token(end) {
            if token.kind == Kind::Newline || token.term == Term::Reason {
                break;
            }
            end += 1;
        }
        Some(end)
    }

    /// Whether "sửa", "viết" or "thay" stands shortly before.
    fn is_rewriting(&self, at: usize) -> bool {
        (at.saturating_sub(6)..at).any(|before| {
            self.grammar
                .token(before)
                .is_some_and(|token| REWRITING.contains(&token.folded))
        })
    }
}

type Words = std::sync::LazyLock<Vec<u64>>;

fn folded(words: &[&str]) -> Vec<u64> {
    words.iter().map(|word| hash_folded(word)).collect()
}

/// Words before the name of a place or document.
static LEADS: Words = Words::new(|| {
    folded(&[
        "ve", "doi", "voi", "tai", "trong", "o", "cho", "phan", "gop", "y",
    ])
});
/// First words of phrases that compare, and agree where a sentence starts with them.
static AGREEING: Words = Words::new(|| folded(&["thong", "phu", "dong"]));
static REWRITING: Words = Words::new(|| folded(&["sua", "viet", "thay", "dieu", "chinh"]));
