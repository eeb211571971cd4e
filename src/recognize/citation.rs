//! Finds the places of a draft that a text names.
//!
//! Input is a point's text and what is known before it is read ([`Context`]); output are nodes of
//! the dossier, articles of other laws, and words that name a place that cannot be told, each with
//! its span. Never guesses: a cited place that does not exist is [`Unresolved`], and so is one that
//! several places fit.
//!
//! 1. `lexer`: text → tokens, one pass, words as hashes;
//! 2. `terms`: marks the words of `config/registry/terms.toml`;
//! 3. `grammar`: groups of places, in any order, lists and ranges;
//! 4. `scan`: everything else that speaks about a place (documents, laws, names, pages), in order;
//! 5. `resolve`: nodes, with left-out parts taken from what came before.
//!
//! A cited place is a target, or a cross-reference where it is a ground or only compared with.
//! Text that a law, a speaker or a quotation speaks about is told apart by `scan`.
//!
//! All forms of the national drafting rules and those found in real letters are cases in
//! `fixtures/recognize/citation/`.

mod grammar;
mod lexer;
mod resolve;
mod scan;
mod terms;
mod tree;

use grammar::Grammar;
use lexer::lex;
use resolve::Resolver;
use scan::{Mention, Scanner, mark_quotations};
use terms::TERMS;
use tree::{At, Tree};

use crate::domain::{Confidence, NodeRef, Outline, Span};

/// The places of a dossier, prepared for look-up.
#[derive(Debug, Clone, Default)]
pub struct Places {
    tree: Tree,
}

/// What is known before a text is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// The headings above the point, outermost first.
    pub headings: &'a [&'a str],
    /// The places of the point before, for "điểm này" and a bare "khoản 2".
    pub previous: &'a [NodeRef],
    /// The document the letter is about, or the main one.
    pub document: Option<usize>,
    /// Whether the text is a table's place cell, where a bare "III.2" or "2.1" is a citation.
    pub is_place_cell: bool,
}

/// What a text cites.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Citations {
    /// Places of the draft, the primary one first; places named only for comparison come last.
    pub places: Vec<Place>,
    /// Articles of other documents.
    pub other_laws: Vec<Span>,
    /// Words that name a place that cannot be told.
    pub unresolved: Vec<Unresolved>,
}

/// One cited place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Where.
    pub node: NodeRef,
    /// The words; empty, at the start, when the place is that of a heading above the text.
    pub span: Span,
    /// The rule, e.g. `citation.roman_path`.
    pub rule: &'static str,
    /// How sure.
    pub confidence: Confidence,
    /// Named as a ground or for comparison, not as what is commented on.
    pub is_cross_reference: bool,
}

/// Words that name a place that cannot be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Unresolved {
    /// The words.
    pub span: Span,
    /// Why.
    pub reason: UnresolvedReason,
}

/// Why a cited place cannot be told.
#[derive(Debug, Clone, PartialEq)]
pub enum UnresolvedReason {
    /// The draft has no such place.
    NoSuchPlace,
    /// A page, a line, or both.
    PageAndLine {
        /// Trang.
        page: Option<u32>,
        /// Dòng, from the top; negative when counted from the bottom.
        line: Option<i32>,
    },
    /// Several places fit.
    Ambiguous(Vec<NodeRef>),
}

impl Places {
    /// Prepares the places of a dossier.
    pub fn new(dossier: &[Outline]) -> Self {
        Self {
            tree: Tree::new(dossier),
        }
    }

    /// Finds what a text cites.
    ///
    /// A text that names no place itself gets that of the innermost heading that does
    /// (`citation.heading`).
    pub fn find(&self, text: &str, context: &Context<'_>) -> Citations {
        let headings = self.headings(context);
        let mut citations = self.read(text, context, &headings, Wording::Skipped);
        let is_silent = citations.places.is_empty() && citations.unresolved.is_empty();
        if is_silent && headings.is_empty() && text.contains(QUOTATION_MARKS) {
            // “Điều 8. Đánh giá …” is new wording for Điều 8; places inside wording are not cited.
            let quoted = self.read(text, context, &headings, Wording::Read);
            let opens = |place: &Place| {
                text.get(..place.span.start)
                    .is_some_and(|before| before.trim_end().ends_with(QUOTATION_MARKS))
            };
            citations
                .places
                .extend(quoted.places.into_iter().filter(opens).map(|place| {
                    let confidence = Confidence::new(place.confidence.value().min(0.7));
                    Place {
                        rule: "citation.quoted_wording",
                        confidence,
                        ..place
                    }
                }));
        }
        take_from_headings(&headings, &mut citations);
        citations
    }

    fn read(
        &self,
        text: &str,
        context: &Context<'_>,
        headings: &[Vec<Place>],
        wording: Wording,
    ) -> Citations {
        let mentions = self.mentions(text, context.is_place_cell, wording);
        if mentions.is_empty() {
            return Citations::default();
        }
        let mut documents = Vec::new();
        let mut bases = Vec::new();
        for place in headings.iter().rev().flatten() {
            push_base(place.node, &mut documents, &mut bases);
        }
        push_once(&mut documents, context.document);
        for &node in context.previous {
            push_base(node, &mut documents, &mut bases);
        }
        if self.tree.n_documents() == 1 {
            push_once(&mut documents, Some(0));
        }
        Resolver::new(&self.tree, documents, bases).resolve(&mentions)
    }

    /// The places each heading cites, outermost first; each inherits from those above it.
    fn headings(&self, context: &Context<'_>) -> Vec<Vec<Place>> {
        let mut headings: Vec<Vec<Place>> = Vec::new();
        for heading in context.headings {
            let above = Context {
                headings: &[],
                previous: &[],
                is_place_cell: true,
                ..*context
            };
            let words = without_numbering(heading);
            let mut found = self.read(words, &above, &headings, Wording::Skipped);
            found.places.retain(|place| !place.is_cross_reference);
            if !found.places.is_empty() {
                headings.push(found.places);
            }
        }
        headings
    }

    fn mentions(&self, text: &str, is_place_cell: bool, wording: Wording) -> Vec<Mention> {
        let mut tokens = lex(text);
        TERMS.mark(&mut tokens);
        if wording == Wording::Skipped {
            mark_quotations(&mut tokens);
        }
        let grammar = Grammar {
            text,
            tokens: &tokens,
            is_place_cell,
        };
        Scanner::new(grammar, &self.tree).scan()
    }
}

/// What to do with the words of long quotations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wording {
    Skipped,
    Read,
}

const QUOTATION_MARKS: [char; 6] = ['“', '”', '"', '«', '»', '„'];

/// Gives a text without a place of its own those of the innermost heading with any.
fn take_from_headings(headings: &[Vec<Place>], citations: &mut Citations) {
    let Some(innermost) = headings.last() else {
        return;
    };
    let is_document =
        |place: &Place| matches!(place.node, NodeRef::Document { .. } | NodeRef::Dossier);
    let has_own = citations
        .places
        .iter()
        .any(|place| !is_document(place) && !place.is_cross_reference);
    if has_own || !citations.unresolved.is_empty() {
        return;
    }
    let own = citations
        .places
        .first()
        .filter(|place| !place.is_cross_reference);
    if let Some(own) = own
        && innermost.iter().all(is_document)
        && own.confidence >= Confidence::THRESHOLD
    {
        return;
    }
    let mut places: Vec<Place> = innermost
        .iter()
        .map(|place| Place {
            span: Span::default(),
            rule: "citation.heading",
            confidence: Confidence::new(place.confidence.value().min(0.85)),
            ..*place
        })
        .collect();
    let compared = citations
        .places
        .iter()
        .filter(|place| place.is_cross_reference);
    for place in compared {
        if places.iter().all(|known| known.node != place.node) {
            places.push(*place);
        }
    }
    citations.places = places;
}

/// A heading without the number it has in the letter: "I. Đối với …", "1.1. Về …".
fn without_numbering(heading: &str) -> &str {
    let heading = heading.trim_start();
    let end = heading
        .find(|c: char| !(c.is_alphanumeric() || c == '.'))
        .unwrap_or(heading.len());
    let Some((number, rest)) = heading.split_at_checked(end) else {
        return heading;
    };
    let is_number = number.len() <= 8
        && number.split('.').all(|piece| {
            piece.is_empty()
                || piece.chars().all(|c| c.is_ascii_digit())
                || piece.chars().all(|c| matches!(c, 'I' | 'V' | 'X'))
                || piece.chars().count() == 1
        });
    let is_marked = number.ends_with('.') || rest.starts_with([')', '/', '-']);
    let title = rest.trim_start_matches([')', '/', '-']).trim_start();
    if is_number && is_marked && !title.is_empty() {
        title
    } else {
        heading
    }
}

fn push_once(documents: &mut Vec<usize>, document: Option<usize>) {
    if let Some(document) = document.filter(|document| !documents.contains(document)) {
        documents.push(document);
    }
}

fn push_base(node: NodeRef, documents: &mut Vec<usize>, bases: &mut Vec<At>) {
    match node {
        NodeRef::Node { outline, node } => {
            push_once(documents, Some(outline));
            bases.push(At {
                outline,
                node: Some(node),
            });
        }
        NodeRef::Document { outline } => push_once(documents, Some(outline)),
        NodeRef::Dossier | NodeRef::Format => {}
    }
}

#[cfg(test)]
mod tests;
