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

use super::grammar::{Item, Piece, Reference, Step, Value};
use super::scan::{Mention, Owner, Role};
use super::terms::Keyword;
use super::tree::{At, OnPaper, Tree};
use super::{Citations, Place, Unresolved, UnresolvedReason};
use crate::domain::{Confidence, NodeRef, Span};

/// The most places one reference may list; a guard against "điểm a đến y khoản 1 đến 40 …".
const MAX_PLACES: usize = 64;

/// The most places, and the most words that are none, kept for one text: more is no opinion but an
/// attack.
const MAX_FOUND: usize = 300;

/// One place found, with what the order of places needs to know.
struct Found {
    at: NodeRef,
    span: Span,
    rule: &'static str,
    confidence: f32,
    order: Order,
    /// "Phần tổ chức thực hiện": a place of its own even when one inside it follows.
    is_named_part: bool,
    /// A term of drafting in the middle of a sentence: counts where no other place is named.
    is_aside: bool,
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
    pages: Vec<(Span, Option<u32>, Option<i32>)>,
    unknown_pages: Vec<Unresolved>,
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
            unknown_pages: Vec::new(),
            whole: None,
            format: None,
            document: None,
        }
    }

    pub(super) fn resolve(mut self, mentions: &[Mention]) -> Citations {
        for (at, mention) in mentions.iter().enumerate() {
            match mention {
                Mention::Group {
                    references,
                    owner,
                    role,
                    n_in_role,
                    span,
                    law,
                } => {
                    if matches!(owner, Owner::Other { .. })
                        || (law.is_some() && *owner == Owner::Unsaid)
                    {
                        self.other_laws.push(*span);
                        continue;
                    }
                    // "bổ sung khoản 5 vào sau khoản 4 Điều 6": the second says where.
                    let is_placed = matches!(
                        mentions.get(at + 1),
                        Some(Mention::Group {
                            role: Role::Position,
                            ..
                        })
                    );
                    if *role == Role::Adding && is_placed {
                        continue;
                    }
                    self.group(references, *owner, *role, *n_in_role);
                }
                Mention::Name { .. } => self.name(mention),
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
                Mention::Page { page, line, span } => self.pages.push((*span, *page, *line)),
                Mention::Illegible { span } => {
                    self.leave_unresolved(*span, UnresolvedReason::NoSuchPlace);
                }
                Mention::End => self.law = None,
            }
        }
        self.finish()
    }

    fn finish(mut self) -> Citations {
        // What is named needs no page.
        if self.found.is_empty() {
            for (span, page, line) in std::mem::take(&mut self.pages) {
                self.page(span, page, line);
            }
        }
        // Comparisons never come first.
        self.found.sort_by_key(|found| found.order);
        let is_told = |found: &Found| !found.is_aside && found.order != Order::Comparison;
        if self.found.iter().any(is_told) {
            self.found.retain(|found| !found.is_aside);
        }
        // Where what is commented on cannot be told, a place named beside it does not stand in.
        let is_told = self
            .found
            .iter()
            .any(|found| found.order != Order::Comparison);
        if !is_told && !self.unresolved.is_empty() {
            self.found.clear();
        }
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
            is_cross_reference: false,
        };
        for found in self.found {
            if citations.places.iter().all(|place| place.node != found.at) {
                citations.places.push(Place {
                    is_cross_reference: found.order == Order::Comparison,
                    ..place(found.at, found.span, found.rule, found.confidence)
                });
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
            citations.unresolved.extend(self.unknown_pages);
        }
        // In a dossier of one document its name alone says nothing.
        let says_nothing = |leads: bool| !leads && self.tree.n_documents() == 1;
        if let (Some((outline, span, leads)), true) = (
            self.document.filter(|(_, _, leads)| !says_nothing(*leads)),
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

    /// "trang 12, dòng 5": of the document spoken of, or of the only one that has pages.
    fn page(&mut self, span: Span, page: Option<u32>, line: Option<i32>) {
        let spoken_of = self.documents_for(Owner::Unsaid);
        let mut documents = self.tree.on_pages();
        let document = match (documents.next(), documents.next()) {
            (Some(only), None) => Some(only),
            _ => spoken_of.first().copied(),
        };
        let found = document
            .zip(page)
            .and_then(|(document, page)| self.tree.on_paper(document, page, line));
        match found {
            Some(OnPaper::Place(at, rule, confidence)) => {
                self.push(at, span, rule, confidence.value(), Role::Target);
            }
            Some(OnPaper::Several(places)) => {
                let places = places.into_iter().map(At::reference).collect();
                self.leave_unresolved(span, UnresolvedReason::Ambiguous(places));
            }
            None => self.unknown_pages.push(Unresolved {
                span,
                reason: UnresolvedReason::PageAndLine { page, line },
            }),
        }
    }

    fn group(&mut self, references: &[Reference], owner: Owner, role: Role, n_in_role: usize) {
        if self.found.len() >= MAX_FOUND || self.unresolved.len() >= MAX_FOUND {
            return;
        }
        let documents = self.documents_for(owner);
        let documents = if documents.is_empty() {
            self.document_of_some(references).into_iter().collect()
        } else {
            documents
        };
        let mut previous: Option<At> = None;
        for (at, reference) in references.iter().enumerate() {
            let role = if at < n_in_role { role } else { Role::Target };
            if let Some(first) = previous.filter(|_| reference.is_range_end) {
                self.range(first, reference, &documents, role);
                previous = None;
                continue;
            }
            previous = self.reference(reference, &documents, role);
        }
    }

    /// "Điều 3 & 4", where only one document has an Điều 4: Điều 3 is one of that document too.
    fn document_of_some(&self, references: &[Reference]) -> Option<usize> {
        if self.tree.n_documents() < 2 {
            return None;
        }
        let mut outlines = references
            .iter()
            .flat_map(|reference| chains(&reference.steps))
            .filter_map(|chain| match self.chain(&chain.values, &[]) {
                Outcome::Found(at, ..) => Some(at.outline),
                Outcome::Ambiguous(_) | Outcome::Missing | Outcome::Silent => None,
            });
        let first = outlines.next()?;
        outlines.all(|outline| outline == first).then_some(first)
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
    fn reference(&mut self, reference: &Reference, documents: &[usize], role: Role) -> Option<At> {
        let mut last = None;
        let mut is_ambiguous = false;
        for chain in chains(&reference.steps) {
            let outcome = self.chain(&chain.values, documents);
            is_ambiguous |= matches!(outcome, Outcome::Ambiguous(_));
            match outcome {
                // Of "điểm b, c, đ khoản 1" one that is unique by chance tells nothing.
                Outcome::Found(_, "citation.only_place", _) if is_ambiguous => {}
                Outcome::Found(at, rule, confidence) => {
                    let places = match last.filter(|_| chain.is_range_end) {
                        Some(first) => self.tree.between(first, at),
                        None => vec![at],
                    };
                    for at in places {
                        self.push(at, reference.span, rule, confidence, role);
                    }
                    last = Some(at);
                }
                Outcome::Ambiguous(_) if role == Role::Absent => {}
                Outcome::Ambiguous(nodes) => self.leave_unresolved(
                    reference.span,
                    UnresolvedReason::Ambiguous(nodes.into_iter().map(At::reference).collect()),
                ),
                Outcome::Missing => self.missing(reference, &chain.values, documents, role),
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
        role: Role,
    ) {
        if role == Role::Absent {
            return;
        }
        if role == Role::Adding
            && let Some((at, confidence)) = self.holder_of_new(values, documents)
        {
            self.push(at, reference.span, "citation.new_place", confidence, role);
            return;
        }
        let starts_with_article = values
            .first()
            .is_some_and(|(keyword, _)| *keyword == Keyword::Article);
        if self.law.is_some() && starts_with_article {
            self.other_laws.push(reference.span);
            return;
        }
        self.leave_unresolved(reference.span, UnresolvedReason::NoSuchPlace);
    }

    /// Keeps words that name a place that cannot be told, once.
    fn leave_unresolved(&mut self, span: Span, reason: UnresolvedReason) {
        let is_new = self.unresolved.len() < MAX_FOUND
            && self
                .unresolved
                .last()
                .is_none_or(|unresolved| unresolved.span != span);
        if is_new {
            self.unresolved.push(Unresolved { span, reason });
        }
    }

    /// Where something new goes: into the place named around it, else behind the place whose
    /// number it continues ("Điều 12a"), else into the one that is spoken of.
    fn holder_of_new(
        &self,
        values: &[(Keyword, &Value)],
        documents: &[usize],
    ) -> Option<(At, f32)> {
        let (last, outer) = values.split_last()?;
        if let Outcome::Found(at, ..) = self.chain(outer, documents) {
            return Some((at, 0.85));
        }
        let (keyword, Value::Path(pieces)) = last else {
            return None;
        };
        if let [piece] = pieces.as_slice()
            && piece.number.is_some()
            && piece.suffix.is_some()
        {
            let without = Value::Path(vec![Piece {
                suffix: None,
                ..*piece
            }]);
            let mut whole = outer.to_vec();
            whole.push((*keyword, &without));
            if let Outcome::Found(at, ..) = self.chain(&whole, documents) {
                return Some((at, 0.8));
            }
        }
        let classes = class::first_classes(*keyword, last.1);
        let base = self
            .bases
            .iter()
            .find(|base| documents.is_empty() || documents.contains(&base.outline))?;
        let mut above = Some(*base);
        while let Some(here) = above.filter(|here| here.node.is_some()) {
            if self.tree.holds(here, &classes) {
                return Some((here, 0.8));
            }
            above = self.tree.parent(here);
        }
        None
    }

    fn range(&mut self, first: At, reference: &Reference, documents: &[usize], role: Role) {
        for chain in chains(&reference.steps) {
            match self.chain(&chain.values, documents) {
                Outcome::Found(last, ..) => {
                    for at in self.tree.between(first, last) {
                        self.push(at, reference.span, "citation.range", 0.95, role);
                    }
                }
                Outcome::Ambiguous(_) | Outcome::Missing => {
                    self.leave_unresolved(reference.span, UnresolvedReason::NoSuchPlace);
                }
                Outcome::Silent => {}
            }
        }
    }

    /// Keeps a place and makes it the base of what follows.
    fn push(&mut self, at: At, span: Span, rule: &'static str, confidence: f32, role: Role) {
        let is_comparison = role == Role::Ground;
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
                    // … and so did "Phần tổ chức thực hiện, mục 4".
                    let is_apart = span.start > found.span.end + 3;
                    return found.is_named_part && is_apart;
                }
                true
            });
            self.bases.retain(|base| *base != at);
            self.bases.insert(0, at);
            self.bases.truncate(8);
        } else if self.bases.is_empty() {
            self.bases.push(at);
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
            is_aside: false,
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
