//! Turns what a text mentions into nodes of the dossier.
//!
//! A place is looked for in the document its words name, else in the one the sentence, the
//! headings, the caller or the point before speak of, else in the only one that can hold it. Parts
//! that are left out are taken from the places before. What does not exist stays unresolved; it is
//! never replaced by a neighbor.

mod class;
mod lookup;
mod name;

use lookup::Outcome;

use super::grammar::{Item, Reference, Step, Value};
use super::scan::{Mention, Owner};
use super::terms::Keyword;
use super::tree::{At, Tree};
use super::{Citations, Place, Unresolved, UnresolvedReason};
use crate::domain::{Confidence, NodeRef, Span};

/// The most places one reference may list; a guard against "điểm a đến y khoản 1 đến 40 …".
const MAX_PLACES: usize = 64;

/// The most places, and the most words that are none, kept for one text: more is no opinion but an
/// attack.
const MAX_FOUND: usize = 300;

/// How a group of places is spoken of.
#[derive(Debug, Clone, Copy)]
struct Manner {
    is_comparison: bool,
    is_adding: bool,
    is_absent: bool,
}

/// One place found, with what the order of places needs to know.
struct Found {
    at: NodeRef,
    span: Span,
    rule: &'static str,
    confidence: f32,
    order: Order,
    /// "Phần tổ chức thực hiện": a place of its own even when one inside it follows.
    is_named_part: bool,
}

/// Which places come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Order {
    Target,
    /// "Phần tổ chức thực hiện …, tại mục VI.1": named before the place itself.
    Introduction,
    /// Named only to compare with.
    Comparison,
}

/// Resolves the mentions of one text.
pub(super) struct Resolver<'a> {
    tree: &'a Tree,
    /// Documents that are spoken of, most likely first.
    documents: Vec<usize>,
    /// Places whose outer parts can be left out, most likely first.
    bases: Vec<At>,
    /// The document the sentence started with.
    leading: Option<usize>,
    law: Option<Span>,
    found: Vec<Found>,
    other_laws: Vec<Span>,
    unresolved: Vec<Unresolved>,
    pages: Vec<Unresolved>,
    whole: Option<(Span, bool)>,
    format: Option<Span>,
    document: Option<(usize, Span, bool)>,
}

impl<'a> Resolver<'a> {
    /// `documents` and `bases`: what the headings, the caller and the point before speak of.
    pub(super) fn new(tree: &'a Tree, documents: Vec<usize>, bases: Vec<At>) -> Self {
        Self {
            tree,
            documents,
            bases,
            leading: None,
            law: None,
            found: Vec::new(),
            other_laws: Vec::new(),
            unresolved: Vec::new(),
            pages: Vec::new(),
            whole: None,
            format: None,
            document: None,
        }
    }

    pub(super) fn resolve(mut self, mentions: &[Mention]) -> Citations {
        for mention in mentions {
            match mention {
                Mention::Group {
                    references,
                    owner,
                    is_comparison,
                    is_adding,
                    is_absent,
                    span,
                    law,
                } => {
                    let manner = Manner {
                        is_comparison: *is_comparison,
                        is_adding: *is_adding,
                        is_absent: *is_absent,
                    };
                    self.group(references, *owner, manner, *span, *law);
                }
                Mention::Name {
                    hits,
                    owner,
                    span,
                    has_keyword,
                    is_closed,
                } => self.name(hits, *owner, *span, *has_keyword, *is_closed),
                Mention::Document {
                    outline,
                    span,
                    leads,
                } => {
                    if *leads {
                        self.leading = Some(*outline);
                    }
                    let better = self.document.is_none_or(|(_, _, led)| *leads && !led);
                    if better {
                        self.document = Some((*outline, *span, *leads));
                    }
                }
                Mention::Law { span } => self.law = Some(*span),
                Mention::Whole { span, is_dossier } => {
                    self.whole = self.whole.or(Some((*span, *is_dossier)));
                }
                Mention::Format { span } => self.format = self.format.or(Some(*span)),
                Mention::Page { page, line, span } => self.pages.push(Unresolved {
                    span: *span,
                    reason: UnresolvedReason::PageAndLine {
                        page: *page,
                        line: *line,
                    },
                }),
                Mention::End => self.law = None,
            }
        }
        self.finish()
    }

    fn finish(mut self) -> Citations {
        // Comparisons never come first.
        self.found.sort_by_key(|found| found.order);
        let mut citations = Citations {
            other_laws: self.other_laws,
            unresolved: self.unresolved,
            ..Citations::default()
        };
        let place = |node, span, rule, confidence| Place {
            node,
            span,
            rule,
            confidence: Confidence::new(confidence),
        };
        for found in self.found {
            if citations.places.iter().all(|place| place.node != found.at) {
                citations
                    .places
                    .push(place(found.at, found.span, found.rule, found.confidence));
            }
        }
        if !citations.places.is_empty() {
            return citations;
        }
        if let Some(span) = self.format {
            citations
                .places
                .push(place(NodeRef::Format, span, "citation.format", 0.9));
        }
        if let (Some((span, is_dossier)), None) = (self.whole, self.format) {
            let node = match self.documents.first() {
                Some(&outline) if !is_dossier => NodeRef::Document { outline },
                _ => NodeRef::Dossier,
            };
            citations
                .places
                .push(place(node, span, "citation.whole", 0.85));
        }
        if citations.places.is_empty() {
            citations.unresolved.extend(self.pages);
        }
        if let (Some((outline, span, leads)), true) = (
            self.document,
            citations.places.is_empty() && citations.unresolved.is_empty(),
        ) {
            let confidence = if leads { 0.85 } else { 0.6 };
            citations.places.push(place(
                NodeRef::Document { outline },
                span,
                "citation.document",
                confidence,
            ));
        }
        citations
    }

    fn group(
        &mut self,
        references: &[Reference],
        owner: Owner,
        manner: Manner,
        span: Span,
        law: Option<Span>,
    ) {
        if matches!(owner, Owner::Other { .. }) || (law.is_some() && owner == Owner::Unsaid) {
            self.other_laws.push(span);
            return;
        }
        let documents = self.documents_for(owner);
        let mut previous: Option<At> = None;
        for reference in references {
            if let Some(first) = previous.filter(|_| reference.is_range_end) {
                self.range(first, reference, &documents, manner.is_comparison);
                previous = None;
                continue;
            }
            previous = self.reference(reference, &documents, manner);
        }
    }

    /// The documents to look into; one only when the words name it.
    fn documents_for(&self, owner: Owner) -> Vec<usize> {
        if let Owner::Draft(Some(outline)) = owner {
            return vec![outline];
        }
        let mut documents: Vec<usize> = self.leading.into_iter().collect();
        for &outline in &self.documents {
            if !documents.contains(&outline) {
                documents.push(outline);
            }
        }
        documents
    }

    /// Resolves one reference, all its listed values; gives the last place found.
    fn reference(
        &mut self,
        reference: &Reference,
        documents: &[usize],
        manner: Manner,
    ) -> Option<At> {
        let mut last = None;
        for chain in chains(&reference.steps) {
            let outcome = self.chain(&chain.values, documents);
            match outcome {
                Outcome::Found(at, rule, confidence) => {
                    let places = match last.filter(|_| chain.is_range_end) {
                        Some(first) => self.tree.between(first, at),
                        None => vec![at],
                    };
                    for at in places {
                        self.push(at, reference.span, rule, confidence, manner.is_comparison);
                    }
                    last = Some(at);
                }
                Outcome::Ambiguous(nodes) => self.unresolved.push(Unresolved {
                    span: reference.span,
                    reason: UnresolvedReason::Ambiguous(
                        nodes.into_iter().map(At::reference).collect(),
                    ),
                }),
                Outcome::Missing => self.missing(reference, &chain.values, documents, manner),
                Outcome::Silent => {}
            }
        }
        last
    }

    /// A place that is not there: one that is to be added, one of a law the sentence names, or
    /// unresolved.
    fn missing(
        &mut self,
        reference: &Reference,
        values: &[(Keyword, &Value)],
        documents: &[usize],
        manner: Manner,
    ) {
        if manner.is_absent {
            return;
        }
        if manner.is_adding && values.len() > 1 {
            let outer = values.get(..values.len() - 1).unwrap_or(&[]);
            if let Outcome::Found(at, ..) = self.chain(outer, documents) {
                self.push(at, reference.span, "citation.new_place", 0.85, false);
                return;
            }
        }
        let starts_with_article = values
            .first()
            .is_some_and(|(keyword, _)| *keyword == Keyword::Article);
        if self.law.is_some() && starts_with_article {
            self.other_laws.push(reference.span);
            return;
        }
        if self.unresolved.len() < MAX_FOUND
            && self
                .unresolved
                .iter()
                .all(|unresolved| unresolved.span != reference.span)
        {
            self.unresolved.push(Unresolved {
                span: reference.span,
                reason: UnresolvedReason::NoSuchPlace,
            });
        }
    }

    fn range(
        &mut self,
        first: At,
        reference: &Reference,
        documents: &[usize],
        is_comparison: bool,
    ) {
        for chain in chains(&reference.steps) {
            match self.chain(&chain.values, documents) {
                Outcome::Found(last, ..) => {
                    for at in self.tree.between(first, last) {
                        self.push(at, reference.span, "citation.range", 0.95, is_comparison);
                    }
                }
                Outcome::Ambiguous(_) | Outcome::Missing => self.unresolved.push(Unresolved {
                    span: reference.span,
                    reason: UnresolvedReason::NoSuchPlace,
                }),
                Outcome::Silent => {}
            }
        }
    }

    /// Keeps a place and makes it the base of what follows.
    fn push(
        &mut self,
        at: At,
        span: Span,
        rule: &'static str,
        confidence: f32,
        is_comparison: bool,
    ) {
        if self.found.len() >= MAX_FOUND {
            return;
        }
        if !is_comparison {
            // "Điều 5: khoản 1 …; khoản 3 …": the article only introduced them.
            let tree = self.tree;
            let introduces = |found: &Found| match found.at {
                NodeRef::Node { outline, node } if found.order == Order::Target => {
                    let above = At {
                        outline,
                        node: Some(node),
                    };
                    above != at && tree.is_within(at, above)
                }
                _ => false,
            };
            self.found.retain_mut(|found| {
                if introduces(found) {
                    found.order = Order::Introduction;
                    return found.is_named_part;
                }
                true
            });
            self.bases.retain(|base| *base != at);
            self.bases.insert(0, at);
            self.bases.truncate(8);
        }
        self.found.push(Found {
            at: at.reference(),
            span,
            rule,
            confidence,
            order: if is_comparison {
                Order::Comparison
            } else {
                Order::Target
            },
            is_named_part: false,
        });
    }
}

/// One value of every step.
struct Chain<'a> {
    values: Vec<(Keyword, &'a Value)>,
    /// The innermost value ends a range.
    is_range_end: bool,
}

/// Every combination of the listed values, the innermost varying fastest.
fn chains(steps: &[Step]) -> Vec<Chain<'_>> {
    let mut chains = vec![Chain {
        values: Vec::new(),
        is_range_end: false,
    }];
    for step in steps {
        let mut longer = Vec::new();
        for chain in &chains {
            for Item {
                value,
                is_range_end,
            } in &step.items
            {
                let mut values = chain.values.clone();
                values.push((step.keyword, value));
                longer.push(Chain {
                    values,
                    is_range_end: *is_range_end,
                });
                if longer.len() >= MAX_PLACES {
                    break;
                }
            }
        }
        longer.truncate(MAX_PLACES);
        chains = longer;
    }
    chains
}
