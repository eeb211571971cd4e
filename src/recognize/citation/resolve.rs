//! Turns what a text mentions into nodes of the dossier.
//!
//! A place is looked for in the document its words name, else in the one the sentence, the
//! headings, the caller or the point before speak of, else in the only one that can hold it. Parts
//! that are left out are taken from the places before. What does not exist stays unresolved; it is
//! never replaced by a neighbor.

use super::grammar::{Item, Piece, Reference, Step, Value};
use super::scan::{Mention, Owner};
use super::terms::Keyword;
use super::tree::{At, Class, NameHit, Part, Tree, key, letter_part};
use super::{Citations, Place, Unresolved, UnresolvedReason};
use crate::domain::{Confidence, NodeRef, Span};

/// The most places one reference may list; a guard against "điểm a đến y khoản 1 đến 40 …".
const MAX_PLACES: usize = 64;

/// What became of one chain of values.
enum Outcome {
    Found(At, &'static str, f32),
    Ambiguous(Vec<At>),
    Missing,
    /// Said nothing that can be looked up: "Điều này" at the start of a text.
    Silent,
}

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
        if self
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

    /// Looks a chain of values up, outermost first.
    fn chain(&self, values: &[(Keyword, &Value)], documents: &[usize]) -> Outcome {
        let Some((first, _)) = values.first() else {
            return Outcome::Silent;
        };
        if let Some((at, rest)) = self.this(values, documents) {
            return match self.descend(at, rest) {
                Descent::Found(at, rule) => {
                    Outcome::Found(at, rule.unwrap_or("citation.this"), 0.9)
                }
                Descent::Ambiguous(nodes) => Outcome::Ambiguous(nodes),
                Descent::Missing => Outcome::Missing,
            };
        }
        if values.iter().any(|(_, value)| **value == Value::This) {
            return Outcome::Silent;
        }
        let is_absolute = is_absolute(values);
        if is_absolute {
            match self.look_up(values, documents) {
                Outcome::Missing => {}
                outcome => return outcome,
            }
        }
        if let Some(outcome) = self.inherit(values, documents) {
            return outcome;
        }
        if !is_absolute {
            match self.look_up(values, documents) {
                Outcome::Missing => {}
                outcome => return outcome,
            }
        }
        let is_weak = matches!(first, Keyword::Paragraph | Keyword::Dash | Keyword::Item);
        let unnumbered = values.iter().all(|(_, value)| **value == Value::Unnumbered);
        if is_weak || unnumbered {
            Outcome::Silent
        } else {
            Outcome::Missing
        }
    }

    /// Resolves a leading "Điều này", "mục này" to the nearest base of that kind.
    fn this<'v>(
        &self,
        values: &'v [(Keyword, &'v Value)],
        documents: &[usize],
    ) -> Option<(At, &'v [(Keyword, &'v Value)])> {
        let ((keyword, value), rest) = values.split_first()?;
        if **value != Value::This {
            return None;
        }
        self.bases
            .iter()
            .filter(|base| documents.is_empty() || documents.contains(&base.outline))
            .find_map(|&base| {
                let mut at = Some(base);
                let classes =
                    classes_of_this(*keyword, self.tree.has_class(base.outline, Class::Article));
                while let Some(here) = at {
                    if here.node.is_some()
                        && self
                            .tree
                            .class(here)
                            .is_some_and(|class| classes.contains(&class))
                    {
                        return Some((here, rest));
                    }
                    at = self.tree.parent(here);
                }
                None
            })
    }

    fn look_up(&self, values: &[(Keyword, &Value)], documents: &[usize]) -> Outcome {
        let first_classes = values
            .first()
            .map(|(keyword, value)| first_classes(*keyword, value))
            .unwrap_or_default();
        let holds = |outline: usize| {
            first_classes
                .iter()
                .any(|&class| self.tree.has_class(outline, class))
        };
        let root = |outline| At {
            outline,
            node: None,
        };
        if let Some(outline) = documents.iter().copied().find(|&outline| holds(outline)) {
            return match self.descend(root(outline), values) {
                Descent::Found(at, rule) => {
                    Outcome::Found(at, rule.unwrap_or_else(|| rule_of(values)), 0.98)
                }
                Descent::Ambiguous(nodes) => self.narrow(nodes, values),
                Descent::Missing => Outcome::Missing,
            };
        }
        // No document that is spoken of can hold it: only one other may.
        let mut all = Vec::new();
        for outline in (0..self.tree.n_documents()).filter(|outline| !documents.contains(outline)) {
            match self.descend(root(outline), values) {
                Descent::Found(at, rule) => all.push((at, rule)),
                Descent::Ambiguous(nodes) => return Outcome::Ambiguous(nodes),
                Descent::Missing => {}
            }
        }
        match all.as_slice() {
            [] => Outcome::Missing,
            [(at, rule)] => Outcome::Found(*at, rule.unwrap_or_else(|| rule_of(values)), 0.85),
            several => Outcome::Ambiguous(several.iter().map(|(at, _)| *at).collect()),
        }
    }

    /// Of several places of one name, the one in the same part as a place before.
    fn narrow(&self, nodes: Vec<At>, values: &[(Keyword, &Value)]) -> Outcome {
        for &base in &self.bases {
            let mut above = Some(base);
            while let Some(here) = above.filter(|here| here.node.is_some()) {
                let mut inside = nodes
                    .iter()
                    .filter(|&&node| self.tree.is_within(node, here));
                if let (Some(&only), None) = (inside.next(), inside.next()) {
                    return Outcome::Found(only, rule_of(values), 0.85);
                }
                above = self.tree.parent(here);
            }
        }
        Outcome::Ambiguous(nodes)
    }

    /// Takes the parts that are left out from the places before.
    fn inherit(&self, values: &[(Keyword, &Value)], documents: &[usize]) -> Option<Outcome> {
        for &base in &self.bases {
            if !documents.is_empty() && !documents.contains(&base.outline) {
                continue;
            }
            let mut above = Some(base);
            while let Some(here) = above.filter(|here| here.node.is_some()) {
                if let Descent::Found(at, rule) = self.descend(here, values) {
                    return Some(Outcome::Found(
                        at,
                        rule.unwrap_or("citation.inherited"),
                        0.9,
                    ));
                }
                above = self.tree.parent(here);
            }
        }
        None
    }

    fn descend(&self, from: At, values: &[(Keyword, &Value)]) -> Descent {
        let mut here = vec![from];
        let mut rule = None;
        for (keyword, value) in values {
            let mut next: Vec<At> = Vec::new();
            for &at in &here {
                for found in self.step(at, *keyword, value, &mut rule) {
                    if !next.contains(&found) {
                        next.push(found);
                    }
                }
            }
            if next.is_empty() {
                return Descent::Missing;
            }
            next.truncate(16);
            here = next;
        }
        match here.as_slice() {
            [only] => Descent::Found(*only, rule),
            [] => Descent::Missing,
            _ => Descent::Ambiguous(here),
        }
    }

    /// The nodes one value means below `at`.
    fn step(
        &self,
        at: At,
        keyword: Keyword,
        value: &Value,
        rule: &mut Option<&'static str>,
    ) -> Vec<At> {
        match value {
            Value::Path(pieces) => self.path(at, keyword, pieces, rule),
            Value::Unnumbered if keyword == Keyword::Annex => {
                self.tree.only_annex(at).into_iter().collect()
            }
            Value::Unnumbered | Value::This => Vec::new(),
        }
    }

    fn path(
        &self,
        at: At,
        keyword: Keyword,
        pieces: &[Piece],
        rule: &mut Option<&'static str>,
    ) -> Vec<At> {
        if matches!(keyword, Keyword::Dash | Keyword::Paragraph) {
            return self.dash(at, keyword, pieces, rule).into_iter().collect();
        }
        let found = self.walk(at, keyword, pieces, true);
        if !found.is_empty() {
            return found;
        }
        // "mục 2.1" below 2: its first number repeats the parent's.
        let numbers: Vec<Part> = pieces
            .iter()
            .filter_map(|piece| Some((piece.number?, piece.suffix)))
            .collect();
        if pieces.len() >= 2 && numbers.len() == pieces.len() {
            let own = self.tree.own_number(at);
            if own.is_some() && own == numbers.first().map(|part| part.0) {
                let found = self.walk(at, Keyword::Path, pieces.get(1..).unwrap_or(&[]), false);
                if !found.is_empty() {
                    return found;
                }
            }
            let found = self.tree.find(at, key(Class::Number, &numbers));
            if !found.is_empty() {
                return found;
            }
        }
        // "2b" is point b of 2 unless there is a 2b.
        if let Some((last, before)) = pieces.split_last()
            && let (Some(letter), Some(_)) = (last.suffix, last.number)
        {
            let mut split = before.to_vec();
            split.push(Piece {
                suffix: None,
                ..*last
            });
            split.push(Piece {
                letter: Some(letter),
                ..Piece::default()
            });
            return self.walk(at, keyword, &split, true);
        }
        if keyword == Keyword::Row && at.node.is_some() && !self.tree.has_rows(at) {
            *rule = Some("citation.row_in_annex");
            return vec![at];
        }
        Vec::new()
    }

    fn walk(&self, at: At, keyword: Keyword, pieces: &[Piece], is_first: bool) -> Vec<At> {
        let mut here = vec![at];
        for (n, piece) in pieces.iter().enumerate() {
            let mut next = Vec::new();
            for &at in &here {
                let classes = if n == 0 && is_first {
                    classes(keyword, piece)
                } else {
                    inner_classes(piece)
                };
                for class in classes {
                    let Some(part) = part_of(class, piece) else {
                        continue;
                    };
                    let found = self.tree.find(at, key(class, &[part]));
                    if !found.is_empty() {
                        next.extend(found);
                        break;
                    }
                }
            }
            next.truncate(16);
            here = next;
        }
        here
    }

    /// Dashes are counted; where the outline does not list them, their holder is the place.
    fn dash(
        &self,
        at: At,
        keyword: Keyword,
        pieces: &[Piece],
        rule: &mut Option<&'static str>,
    ) -> Option<At> {
        at.node?;
        if self.tree.class(at) == Some(Class::Dash) {
            return None;
        }
        let piece = pieces.first()?;
        let n_dashes = self.tree.n_dashes(at);
        if keyword == Keyword::Paragraph || n_dashes == 0 {
            *rule = Some("citation.dash_in_parent");
            return Some(at);
        }
        let number = if piece.is_last {
            n_dashes
        } else {
            piece.number?
        };
        self.tree
            .find(at, key(Class::Dash, &[(number, None)]))
            .first()
            .copied()
    }

    fn name(
        &mut self,
        hits: &[NameHit],
        owner: Owner,
        span: Span,
        has_keyword: bool,
        is_closed: bool,
    ) {
        if let Owner::Other { .. } = owner {
            return;
        }
        let documents = self.documents_for(owner);
        let order: Vec<usize> = if documents.is_empty() {
            (0..self.tree.n_documents()).collect()
        } else {
            documents.clone()
        };
        let mut chosen: Vec<&NameHit> = Vec::new();
        for outline in order {
            let here = || hits.iter().filter(move |hit| hit.at.outline == outline);
            for pick in [
                here()
                    .filter(|hit| hit.is_full && !hit.is_alias)
                    .collect::<Vec<_>>(),
                here().filter(|hit| hit.is_full).collect(),
                here().collect(),
            ] {
                if !pick.is_empty() {
                    chosen.extend(pick);
                    break;
                }
            }
            if !chosen.is_empty() && !documents.is_empty() {
                break;
            }
        }
        let is_within_base = |hit: &&&NameHit| {
            self.bases
                .first()
                .is_some_and(|&base| base.node.is_some() && self.tree.is_within(hit.at, base))
        };
        if chosen.len() > 1
            && let [only] = chosen
                .iter()
                .filter(is_within_base)
                .copied()
                .collect::<Vec<_>>()
                .as_slice()
        {
            chosen = vec![*only];
        }
        match chosen.as_slice() {
            [] => {}
            [hit] => {
                let confidence = match (hit.is_full, has_keyword, is_closed) {
                    (true, true, true) => 0.95,
                    (true, _, _) | (false, true, true) => 0.85,
                    (false, _, _) => 0.7,
                };
                let rule = if hit.is_alias {
                    "citation.customary_name"
                } else {
                    "citation.heading_name"
                };
                let at = hit.at;
                self.push(at, span, rule, confidence, false);
                if let Some(found) = self.found.last_mut() {
                    found.is_named_part = has_keyword;
                }
            }
            several if has_keyword => {
                let nodes = several.iter().map(|hit| hit.at.reference()).collect();
                self.unresolved.push(Unresolved {
                    span,
                    reason: UnresolvedReason::Ambiguous(nodes),
                });
            }
            _ => {}
        }
    }
}

enum Descent {
    Found(At, Option<&'static str>),
    Ambiguous(Vec<At>),
    Missing,
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

/// Whether the outermost value can be found without what came before.
fn is_absolute(values: &[(Keyword, &Value)]) -> bool {
    let Some((keyword, value)) = values.first() else {
        return false;
    };
    match keyword {
        Keyword::Chapter | Keyword::Article | Keyword::Annex => true,
        Keyword::Part | Keyword::Division | Keyword::Path | Keyword::Point => match value {
            Value::Path(pieces) => pieces.first().is_some_and(|piece| {
                piece
                    .roman
                    .is_some_and(|_| pieces.len() > 1 || *keyword != Keyword::Point)
                    || (piece.is_capital && *keyword != Keyword::Point)
                    || (*keyword == Keyword::Path && pieces.len() > 2)
            }),
            Value::This | Value::Unnumbered => false,
        },
        Keyword::Subdivision
        | Keyword::Clause
        | Keyword::Item
        | Keyword::Dash
        | Keyword::Paragraph
        | Keyword::Row => false,
    }
}

fn rule_of(values: &[(Keyword, &Value)]) -> &'static str {
    match values.first() {
        Some((Keyword::Article, _)) => "citation.article",
        Some((Keyword::Annex, _)) => "citation.annex",
        Some((Keyword::Part | Keyword::Chapter, _)) => "citation.part",
        Some((_, Value::Path(pieces))) if pieces.len() > 1 => "citation.roman_path",
        _ => "citation.section",
    }
}

/// What the first piece after a keyword can be, most likely first.
fn classes(keyword: Keyword, piece: &Piece) -> Vec<Class> {
    match keyword {
        Keyword::Article => vec![Class::Article],
        Keyword::Chapter => vec![Class::Chapter],
        Keyword::Annex => vec![Class::Annex],
        Keyword::Subdivision => vec![Class::Subdivision, Class::Number, Class::Letter],
        Keyword::Clause | Keyword::Row => vec![Class::Number, Class::Roman, Class::Letter],
        Keyword::Point | Keyword::Item if piece.letter.is_some() && !piece.is_capital => {
            vec![Class::Letter, Class::Roman]
        }
        Keyword::Point | Keyword::Item => vec![Class::Roman, Class::Number, Class::Letter],
        Keyword::Part => vec![Class::Part, Class::Capital, Class::Roman, Class::Number],
        Keyword::Division => vec![
            Class::Division,
            Class::Roman,
            Class::Capital,
            Class::Part,
            Class::Number,
            Class::Letter,
        ],
        Keyword::Path => vec![
            Class::Roman,
            Class::Capital,
            Class::Article,
            Class::Number,
            Class::Part,
        ],
        Keyword::Dash | Keyword::Paragraph => vec![Class::Dash],
    }
}

/// What a piece inside a path can be.
fn inner_classes(piece: &Piece) -> Vec<Class> {
    if piece.number.is_some() {
        vec![Class::Number]
    } else if piece.is_capital {
        vec![Class::Roman, Class::Letter]
    } else {
        vec![Class::Letter, Class::Roman]
    }
}

fn first_classes(keyword: Keyword, value: &Value) -> Vec<Class> {
    match value {
        Value::Path(pieces) => pieces
            .first()
            .map(|piece| {
                classes(keyword, piece)
                    .into_iter()
                    .filter(|&class| part_of(class, piece).is_some())
                    .collect()
            })
            .unwrap_or_default(),
        Value::Unnumbered | Value::This => vec![Class::Annex],
    }
}

fn classes_of_this(keyword: Keyword, has_articles: bool) -> &'static [Class] {
    match keyword {
        Keyword::Article => &[Class::Article],
        Keyword::Chapter => &[Class::Chapter],
        Keyword::Clause => &[Class::Number],
        Keyword::Point | Keyword::Item if has_articles => &[Class::Letter],
        Keyword::Point | Keyword::Item => &[Class::Letter, Class::Number],
        Keyword::Annex => &[Class::Annex],
        Keyword::Dash => &[Class::Dash],
        Keyword::Part => &[Class::Part, Class::Capital, Class::Roman],
        Keyword::Division
        | Keyword::Subdivision
        | Keyword::Path
        | Keyword::Row
        | Keyword::Paragraph => &[
            Class::Number,
            Class::Roman,
            Class::Letter,
            Class::Division,
            Class::Subdivision,
            Class::Named,
        ],
    }
}

/// The key part of a piece read as a class; `None` when it cannot be one.
fn part_of(class: Class, piece: &Piece) -> Option<Part> {
    let numeral = piece.roman.or(piece.number);
    match class {
        Class::Letter => piece
            .letter
            .filter(|_| !piece.is_capital || piece.roman.is_none())
            .map(letter_part),
        Class::Capital => piece.letter.filter(|_| piece.is_capital).map(letter_part),
        Class::Roman => piece.roman.map(|number| (number, None)),
        Class::Article | Class::Number | Class::Dash => {
            piece.number.map(|number| (number, piece.suffix))
        }
        Class::Part | Class::Chapter | Class::Division | Class::Subdivision | Class::Annex => {
            numeral.map(|number| (number, piece.suffix))
        }
        Class::Named => None,
    }
}
