//! Walks over the tokens and reports everything that speaks about a place, in order.

use super::grammar::{Grammar, Reference};
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

/// Something that speaks about a place.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mention {
    Group {
        references: Vec<Reference>,
        owner: Owner,
        /// Named only to compare with.
        is_comparison: bool,
        /// After "bổ sung": the place may not exist yet.
        is_adding: bool,
        /// After "không có": said to be missing.
        is_absent: bool,
        span: Span,
        /// Follows "Luật …" directly: "(Điều 55)", "tại Điều 5".
        law: Option<Span>,
    },
    Name {
        hits: Vec<NameHit>,
        owner: Owner,
        span: Span,
        /// After "phần", "mục", not only where a sentence starts.
        has_keyword: bool,
        /// Nothing of the phrase is left over.
        is_closed: bool,
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
    /// The sentence or paragraph is over.
    End,
}

/// Marks the tokens of long quotations, which are wording and not speech about the draft.
pub(super) fn mark_quotations(tokens: &mut [Token]) {
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

/// Walks over the tokens of one text.
pub(super) struct Scanner<'a> {
    pub(super) grammar: Grammar<'a>,
    pub(super) tree: &'a Tree,
    pub(super) mentions: Vec<Mention>,
    /// The other document named last in this sentence, and the index after it.
    law: Option<(Span, usize)>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(grammar: Grammar<'a>, tree: &'a Tree) -> Self {
        Self {
            grammar,
            tree,
            mentions: Vec::new(),
            law: None,
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
        if self.ends_sentence(at) {
            self.law = None;
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
        let (owner, next) = self.owner_after(end);
        // "Luật Đất đai (Điều 5)", "Nghị định số 78/2025/NĐ-CP tại Điều 62"
        let law = self.law.filter(|(_, law_end)| {
            at >= *law_end
                && at - law_end <= 3
                && (*law_end..at).all(|between| {
                    matches!(self.grammar.term(between), Term::Of | Term::Plural)
                        || matches!(
                            self.grammar.kind(between),
                            Some(Kind::OpenParen | Kind::Comma)
                        )
                })
        });
        let span = self.grammar.span(at, if next > end { next } else { end });
        self.mentions.push(Mention::Group {
            references,
            owner,
            is_comparison: self.follows_term(at, Term::Reference, 4),
            is_adding: self.follows_term(at, Term::Adding, 3),
            is_absent: self.follows_term(at, Term::Absent, 1),
            span,
            law: law.map(|(span, _)| span),
        });
        if let Owner::Other { span } = owner {
            self.law = Some((span, next));
        }
        Some(next)
    }

    /// Whether a term stands shortly before, with nothing but small words between.
    fn follows_term(&self, at: usize, wanted: Term, reach: usize) -> bool {
        let from = at.saturating_sub(reach + 3);
        (from..at).rev().any(|before| {
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

    /// The document named behind a place, and the index after it.
    fn owner_after(&self, end: usize) -> (Owner, usize) {
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
            Term::Numbered if self.grammar.term(end) == Term::This => {
                Some((Owner::Draft(None), end + 1))
            }
            Term::Law if self.grammar.term(end) == Term::This => {
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

    /// A place called by its name: after "phần", "mục" or "nội dung", or where a sentence starts.
    fn name(&mut self, at: usize) -> Option<usize> {
        let has_keyword = matches!(
            self.grammar.term(at),
            Term::Place(Keyword::Part | Keyword::Division)
        );
        // "Mục tiêu" is a heading, not the mục called "tiêu".
        let bare = self
            .starts_clause(at)
            .then(|| self.skip_lead(at))
            .filter(|&start| {
                self.tokens_from(start)
                    .is_some_and(|rest| !self.tree.names_at(rest).is_empty())
            });
        let (start, has_keyword) = match bare {
            Some(start) => (start, start > at && has_keyword),
            None if has_keyword => {
                let after = self.grammar.after(at);
                let opened = matches!(
                    self.grammar.kind(after),
                    Some(Kind::OpenQuote | Kind::Quote)
                );
                (after + usize::from(opened), true)
            }
            None if self.follows_change(at) => (at, false),
            None => return None,
        };
        let mut hits = self.tree.names_at(self.tokens_from(start)?);
        let is_thing = bare.is_none() && !has_keyword;
        if is_thing {
            hits.retain(|hit| self.tree.class(hit.at) == Some(super::tree::Class::Named));
        }
        let longest = hits.iter().map(|hit| hit.n_tokens).max()?;
        let end = start + longest;
        let is_closed = self.closes_name(end) || (is_thing && self.describes_basis(end));
        if !has_keyword && !is_closed {
            return None;
        }
        let hits: Vec<NameHit> = hits
            .into_iter()
            .filter(|hit| hit.n_tokens == longest)
            .collect();
        let (owner, next) = self.owner_after(end);
        let span = self.grammar.span(at, end);
        self.mentions.push(Mention::Name {
            hits,
            owner,
            span,
            has_keyword,
            is_closed,
        });
        Some(next.max(end))
    }

    /// After "bỏ", "bổ sung": "Bỏ căn cứ là Quyết định số …".
    fn follows_change(&self, at: usize) -> bool {
        at.checked_sub(1).is_some_and(|before| {
            let before = self.grammar.term(before);
            matches!(before, Term::Changing | Term::Plural)
                || (at >= 2 && self.grammar.term(at - 2) == Term::Adding)
        })
    }

    /// Whether the name of a legal basis goes on with that basis.
    fn describes_basis(&self, at: usize) -> bool {
        matches!(self.grammar.term(at), Term::Numbered | Term::Law)
    }

    /// Whether a clause starts here: at the text's beginning, after its numbering, or after a line
    /// break or semicolon.
    fn starts_clause(&self, at: usize) -> bool {
        let mut before = at;
        for _ in 0..4 {
            let Some(last) = before.checked_sub(1) else {
                return true;
            };
            match self.grammar.kind(last) {
                Some(Kind::Newline | Kind::Semicolon) => return true,
                Some(Kind::Period | Kind::CloseParen | Kind::Dash | Kind::Number | Kind::Slash) => {
                    before = last;
                }
                Some(Kind::Word)
                    if self
                        .grammar
                        .token(last)
                        .is_some_and(|token| token.letter.is_some()) =>
                {
                    before = last;
                }
                Some(Kind::Comma | Kind::Colon) => {
                    return self
                        .mentions
                        .last()
                        .is_some_and(|mention| matches!(mention, Mention::Document { .. }));
                }
                _ => return false,
            }
        }
        false
    }

    /// Skips "Về", "Đối với", "Tại", "nội dung".
    fn skip_lead(&self, mut at: usize) -> usize {
        for _ in 0..7 {
            let Some(token) = self.grammar.token(at) else {
                break;
            };
            let is_lead = token.kind == Kind::Word
                && (LEADS.contains(&token.folded)
                    || (token.term == Term::Counted && token.folded == *CONTENT));
            if is_lead {
                at = self.grammar.after(at);
                continue;
            }
            let measures = self.skip_measures(at);
            if measures == at {
                break;
            }
            at = measures;
        }
        at
    }

    /// Skips "nhóm giải pháp", "nhóm nhiệm vụ", "giải pháp".
    fn skip_measures(&self, at: usize) -> usize {
        let is = |at: usize, word: &str| {
            self.grammar
                .token(at)
                .is_some_and(|token| token.folded == hash_folded(word))
        };
        let start = at + usize::from(is(at, "nhom"));
        if is(start, "giai") && is(start + 1, "phap") {
            start + 2
        } else if start > at && is(start, "nhiem") && is(start + 1, "vu") {
            start + 2
        } else {
            at
        }
    }

    /// Whether what stands at `at` ends a name.
    fn closes_name(&self, at: usize) -> bool {
        let Some(token) = self.grammar.token(at) else {
            return true;
        };
        match token.kind {
            Kind::Colon
            | Kind::Comma
            | Kind::OpenParen
            | Kind::Newline
            | Kind::Semicolon
            | Kind::Period
            | Kind::CloseQuote
            | Kind::Quote
            | Kind::Dash
            | Kind::CloseParen => true,
            Kind::Word => {
                matches!(
                    token.term,
                    Term::Of | Term::Adding | Term::Draft | Term::Reference | Term::This
                ) || VERBS.contains(&token.folded)
            }
            _ => false,
        }
    }

    /// A document on its own.
    fn document(&mut self, at: usize) -> Option<usize> {
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
        let has_place = self
            .mentions
            .iter()
            .any(|mention| matches!(mention, Mention::Group { .. } | Mention::Name { .. }));
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
static CONTENT: std::sync::LazyLock<u64> = std::sync::LazyLock::new(|| hash_folded("noi"));
/// Words with which the sentence goes on after a name.
static VERBS: Words = Words::new(|| {
    folded(&[
        "de", "chua", "can", "nen", "con", "bo", "neu", "co", "la", "quy", "phai", "xem", "ra",
        "sua", "chinh", "lam", "dang", "khong", "duoc", "moi", "giao", "trinh", "viet", "ghi",
        "du",
    ])
});
static REWRITING: Words = Words::new(|| folded(&["sua", "viet", "thay", "dieu", "chinh"]));
