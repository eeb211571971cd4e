//! Arranges the nodes of one document.

use super::super::super::outline::roman_value;
use super::super::lexer::{hash_folded, hash_words};
use super::paper::Paper;
use super::{Class, Document, Node, Part, key, letter_part};
use crate::domain::{Outline, SectionKind};

/// The class of a node; `own` is what its label adds to its parent's.
fn class_of(kind: SectionKind, own: &str) -> Option<Class> {
    let number = own.rsplit(' ').next().unwrap_or(own);
    Some(match kind {
        SectionKind::Whole | SectionKind::General | SectionKind::Format => return None,
        SectionKind::Named => Class::Named,
        SectionKind::Part if number.len() == 1 && roman_value(number).is_none() => Class::Capital,
        SectionKind::Part => Class::Part,
        SectionKind::Chapter => Class::Chapter,
        SectionKind::Division => Class::Division,
        SectionKind::Subdivision => Class::Subdivision,
        SectionKind::Article => Class::Article,
        SectionKind::Clause | SectionKind::Number | SectionKind::Row => Class::Number,
        SectionKind::Letter => Class::Letter,
        SectionKind::Roman => Class::Roman,
        SectionKind::Dash => Class::Dash,
        SectionKind::Annex => Class::Annex,
        SectionKind::Form if own.starts_with("Mẫu") => Class::Form,
        SectionKind::Form if own.starts_with("Biểu") => Class::Sheet,
        SectionKind::Form => Class::Table,
    })
}

fn is_container(kind: SectionKind) -> bool {
    matches!(
        kind,
        SectionKind::Part | SectionKind::Chapter | SectionKind::Division | SectionKind::Subdivision
    )
}

/// The numbers of a label's own last word: "2.1" gives two parts, "6c" one with a letter.
fn parts_of(class: Class, own: &str) -> Vec<Part> {
    match class {
        Class::Letter | Class::Capital => own
            .chars()
            .next()
            .and_then(|c| c.to_lowercase().next())
            .map(letter_part)
            .into_iter()
            .collect(),
        Class::Named => Vec::new(),
        _ => own
            .trim_start_matches('-')
            .split('.')
            .filter_map(number_part)
            .collect(),
    }
}

fn number_part(piece: &str) -> Option<Part> {
    let stem = piece.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let suffix = piece
        .get(stem.len()..)
        .and_then(|suffix| suffix.chars().next());
    let number = roman_value(stem).or_else(|| stem.parse().ok())?;
    Some((number, suffix))
}

impl Document {
    pub(super) fn new(outline: &Outline) -> Self {
        let mut document = Self {
            name: hash_words(&outline.document)
                .iter()
                .map(|word| word.folded)
                .collect(),
            title: hash_words(&outline.title)
                .iter()
                .map(|word| word.folded)
                .collect(),
            is_law: hash_words(&outline.document)
                .iter()
                .any(|word| word.folded == hash_folded("luat")),
            paper: Paper::of(outline),
            ..Self::default()
        };
        for (at, node) in outline.nodes.iter().enumerate() {
            let parent = node.parent.filter(|&parent| parent < at);
            let parent_label = parent
                .and_then(|parent| outline.nodes.get(parent))
                .map_or("", |parent| parent.label.as_str());
            let own = node
                .label
                .strip_prefix(parent_label)
                .filter(|own| !own.is_empty())
                .unwrap_or(&node.label)
                .trim_start_matches(['.', ' ']);
            let number = own.rsplit(' ').next().unwrap_or(own);
            let anchored = parent.is_none_or(|parent| document.is_anchored(parent));
            let Some(class) = class_of(node.kind, own) else {
                document.nodes.push(Node::inner(parent));
                continue;
            };
            let parts = parts_of(class, number);
            document.add(at, parent, class, &parts, anchored, is_container(node.kind));
        }
        document
    }

    /// Whether a child of this node stands at the document's outermost numbering.
    pub(super) fn is_anchored(&self, node: usize) -> bool {
        let mut at = Some(node);
        while let Some(node) = at.and_then(|at| self.nodes.get(at)) {
            if !node.is_container {
                return false;
            }
            at = node.parent;
        }
        true
    }

    fn add(
        &mut self,
        at: usize,
        parent: Option<usize>,
        class: Class,
        parts: &[Part],
        anchored: bool,
        is_container: bool,
    ) {
        if !self.classes.contains(&class) {
            self.classes.push(class);
        }
        let key = key(class, parts);
        self.children
            .entry((parent.map_or(0, |parent| parent + 1), key))
            .or_insert(at);
        self.everywhere.entry(key).or_default().push(at);
        if anchored || class.is_apart() {
            self.anchored.entry(key).or_default().push(at);
        }
        if let Some(parent) = parent.and_then(|parent| self.nodes.get_mut(parent)) {
            parent.n_dashes += u16::from(class == Class::Dash);
            parent.has_numbers |= class == Class::Number;
            if !parent.child_classes.contains(&class) {
                parent.child_classes.push(class);
            }
        } else {
            self.n_root_dashes += u16::from(class == Class::Dash);
        }
        self.nodes.push(Node {
            parent,
            is_container,
            own_number: parts
                .last()
                .filter(|_| class == Class::Number)
                .map(|part| part.0),
            n_dashes: 0,
            has_numbers: false,
            child_classes: Vec::new(),
            class: Some(class),
        });
    }
}

impl Node {
    fn inner(parent: Option<usize>) -> Self {
        Self {
            parent,
            is_container: false,
            own_number: None,
            n_dashes: 0,
            has_numbers: false,
            child_classes: Vec::new(),
            class: None,
        }
    }
}

impl Document {
    pub(super) fn is_anchored_child(&self, node: usize) -> bool {
        self.nodes
            .get(node)
            .is_some_and(|node| node.parent.is_none_or(|parent| self.is_anchored(parent)))
    }
}
