//! Reads places called by their name: "phần tổ chức thực hiện", "Về mục tiêu: …".

use super::super::lexer::{Kind, hash_folded};
use super::super::terms::{Keyword, Term};
use super::super::tree::{Class, NameHit};
use super::{LEADS, Mention, Owner, Role, Scanner, Words, folded};

static CONTENT: std::sync::LazyLock<u64> = std::sync::LazyLock::new(|| hash_folded("noi"));
static PART: std::sync::LazyLock<u64> = std::sync::LazyLock::new(|| hash_folded("phan"));
static GROUP: std::sync::LazyLock<u64> = std::sync::LazyLock::new(|| hash_folded("nhom"));
static OF: std::sync::LazyLock<u64> = std::sync::LazyLock::new(|| hash_folded("cua"));
/// Words with which the sentence goes on after a name.
static VERBS: Words = Words::new(|| {
    folded(&[
        "de", "chua", "can", "nen", "con", "bo", "neu", "co", "la", "quy", "phai", "xem", "ra",
        "sua", "chinh", "lam", "dang", "khong", "duoc", "moi", "giao", "trinh", "viet", "ghi",
        "du", "thieu", "cung", "qua", "that", "rat", "nham",
    ])
});

impl Scanner<'_> {
    /// A place called by its name: after "phần", "mục" or "nội dung", or where a sentence starts.
    pub(super) fn name(&mut self, at: usize) -> Option<usize> {
        if self.grammar.term(at) == Term::Task
            && let Some(next) = self.task(at)
        {
            return Some(next);
        }
        let has_keyword = matches!(
            self.grammar.term(at),
            Term::Place(Keyword::Part | Keyword::Division)
        );
        if has_keyword && self.grammar.term(self.grammar.after(at)) == Term::Task {
            return self.task(self.grammar.after(at));
        }
        // "Mục tiêu" is a heading, not the mục called "tiêu".
        let is_group = self.grammar.token(at)?.folded == *GROUP;
        let starts = self.starts_clause(at) || (is_group && self.skip_measures(at) > at + 2);
        let bare = starts.then(|| self.skip_lead(at)).filter(|&start| {
            self.tokens_from(start)
                .is_some_and(|rest| !self.tree.names_at(rest).is_empty())
        });
        let (start, has_keyword) = match bare {
            Some(start) => (
                start,
                (start > at && has_keyword) || self.leads_by_measures(at, start),
            ),
            None if has_keyword => {
                let after = self.grammar.after(at);
                let opened = matches!(
                    self.grammar.kind(after),
                    Some(Kind::OpenQuote | Kind::Quote)
                );
                (after + usize::from(opened), true)
            }
            None if self.follows_change(at) && self.is_thing(at) => (at, false),
            None => return self.technical(at),
        };
        let mut hits = self.tree.names_at(self.tokens_from(start)?);
        if !has_keyword && !self.grammar.is_place_cell {
            // The first two words of a heading are too common to be a name, and an organization
            // is more often the one who speaks.
            hits.retain(|hit| (hit.is_full || hit.n_tokens > 2) && !hit.is_organization);
        }
        let is_thing = bare.is_none() && !has_keyword;
        if is_thing {
            hits.retain(|hit| self.tree.class(hit.at) == Some(Class::Named));
        }
        if hits.is_empty() {
            return self.technical(at);
        }
        let longest = hits.iter().map(|hit| hit.n_tokens).max()?;
        let longest = self.without_document(&hits, start, longest);
        let end = start + longest;
        let is_title = hits.iter().any(|hit| hit.at.node.is_none());
        let is_closed =
            self.closes_name(end) || ((is_thing || is_title) && self.describes_basis(end));
        if !has_keyword && !is_closed {
            return self.technical(start);
        }
        if !has_keyword && self.is_placed(end) {
            return Some(end);
        }
        hits.retain(|hit| hit.n_tokens == longest);
        Some(self.push_name(hits, at, end, (has_keyword, is_closed, false)))
    }

    /// "Tổng kinh phí tại mục V.1", "… tại Tờ trình (mục III.4)": what follows says it better.
    fn is_placed(&self, at: usize) -> bool {
        if self.grammar.term(at) != Term::Of {
            return false;
        }
        let mut at = self.grammar.after(at);
        if let Some((_, n_words)) = self
            .tokens_from(at)
            .and_then(|rest| self.tree.document_at(rest))
        {
            at += n_words;
            if self.grammar.kind(at) == Some(Kind::OpenParen) || self.grammar.term(at) == Term::Of {
                at = self.grammar.after(at);
            }
        }
        matches!(self.grammar.term(at), Term::Place(_))
    }

    /// "kinh phí thực hiện Đề án" is the section "Kinh phí thực hiện" of the Đề án rather than an
    /// annex whose title has both.
    fn without_document(&self, hits: &[NameHit], start: usize, longest: usize) -> usize {
        hits.iter()
            .filter(|hit| hit.is_full && hit.n_tokens < longest && !self.tree.is_in_annex(hit.at))
            .map(|hit| hit.n_tokens)
            .find(|&shorter| {
                let only_annexes = hits
                    .iter()
                    .filter(|hit| hit.n_tokens == longest)
                    .all(|hit| self.tree.is_in_annex(hit.at));
                let document = self
                    .tokens_from(start + shorter)
                    .and_then(|rest| self.tree.document_at(rest));
                only_annexes && document.is_some_and(|(_, n_words)| shorter + n_words == longest)
            })
            .unwrap_or(longest)
    }

    /// Whether "Bỏ …", "Bổ sung …" is followed by a part that has a name and no number.
    fn is_thing(&self, at: usize) -> bool {
        self.tokens_from(at).is_some_and(|rest| {
            self.tree
                .names_at(rest)
                .iter()
                .any(|hit| self.tree.class(hit.at) == Some(Class::Named))
        })
    }

    /// "… mở rộng phạm vi điều chỉnh …": a term of drafting in the middle of a sentence.
    fn technical(&mut self, at: usize) -> Option<usize> {
        if !self.tree.may_be_technical(self.grammar.token(at)?.folded) {
            return None;
        }
        let mut hits = self.tree.names_at(self.tokens_from(at)?);
        hits.retain(|hit| hit.is_technical);
        let longest = hits.iter().map(|hit| hit.n_tokens).max()?;
        hits.retain(|hit| hit.n_tokens == longest);
        let end = at + longest;
        if self.is_placed(end) {
            return Some(end);
        }
        Some(self.push_name(hits, at, end, (false, false, true)))
    }

    /// "nhiệm vụ của Sở Tài chính": an organization whose tasks are a section.
    fn task(&mut self, at: usize) -> Option<usize> {
        let mut start = self.grammar.after(at);
        while self.grammar.term(start) == Term::Plural {
            start = self.grammar.after(start);
        }
        let mut hits = self.tree.names_at(self.tokens_from(start)?);
        hits.retain(|hit| hit.is_organization && (hit.is_full || hit.n_tokens > 2));
        let longest = hits.iter().map(|hit| hit.n_tokens).max()?;
        hits.retain(|hit| hit.n_tokens == longest);
        Some(self.push_name(hits, at, start + longest, (true, true, false)))
    }

    fn push_name(
        &mut self,
        hits: Vec<NameHit>,
        at: usize,
        end: usize,
        (has_keyword, is_closed, is_aside): (bool, bool, bool),
    ) -> usize {
        let (mut owner, mut next) = self.owner_after(end, false);
        // "bổ sung vào phần căn cứ Luật Đầu tư công": the law is what is added.
        if matches!(owner, Owner::Other { .. }) && self.grammar.term(end) != Term::Of {
            (owner, next) = (Owner::Unsaid, end);
        }
        let span = self.grammar.span(at, end);
        let role = if self.in_reason || self.follows_term(at, Term::Reference, 2) {
            Role::Ground
        } else {
            Role::Target
        };
        self.has_place = true;
        self.mentions.push(Mention::Name {
            hits,
            owner,
            role,
            span,
            has_keyword,
            is_closed,
            is_aside,
        });
        next.max(end)
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
    pub(super) fn starts_clause(&self, at: usize) -> bool {
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
            // "phân kỳ" is not "phần".
            let is_part = token.folded != *PART || token.term == Term::Place(Keyword::Part);
            // "Đối tượng áp dụng" is no "đối với".
            let is_name = token.term != Term::Place(Keyword::Part)
                && self
                    .tokens_from(at)
                    .is_some_and(|rest| self.tree.names_at(rest).iter().any(|hit| hit.is_full));
            if is_name {
                break;
            }
            let is_lead = token.kind == Kind::Word
                && (LEADS.contains(&token.folded) && is_part
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

    /// Whether "nhóm giải pháp", "nhóm nhiệm vụ" stands before a name: as good as "phần".
    fn leads_by_measures(&self, from: usize, to: usize) -> bool {
        (from..to).any(|at| self.skip_measures(at) > at)
    }

    /// Skips "nhóm giải pháp", "nhóm nhiệm vụ", "giải pháp".
    fn skip_measures(&self, at: usize) -> usize {
        let is = |at: usize, word: &str| {
            self.grammar
                .token(at)
                .is_some_and(|token| token.folded == hash_folded(word))
        };
        let start = at + usize::from(is(at, "nhom"));
        let is_measure = is(start, "giai") && is(start + 1, "phap");
        let is_task = start > at && is(start, "nhiem") && is(start + 1, "vu");
        if is_measure || is_task { start + 2 } else { at }
    }

    /// Whether what stands at `at` ends a name.
    fn closes_name(&self, at: usize) -> bool {
        let Some(token) = self.grammar.token(at) else {
            return true;
        };
        let is_document = token.is_upper
            && self
                .tokens_from(at)
                .is_some_and(|rest| self.tree.document_at(rest).is_some());
        if is_document {
            return true;
        }
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
            // "Mục tiêu của việc …" names no place.
            Kind::Word if token.folded == *OF => {
                !matches!(self.owner_after(at, false).0, Owner::Unsaid)
            }
            Kind::Word => {
                matches!(
                    token.term,
                    Term::Of | Term::Adding | Term::Draft | Term::Reference | Term::This
                ) || (VERBS.contains(&token.folded)
                    && !matches!(token.term, Term::Law | Term::Numbered | Term::Ordinary))
            }
            _ => false,
        }
    }
}
