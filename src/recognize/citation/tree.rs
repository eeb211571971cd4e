//! The nodes of a dossier, arranged for look-up.

mod document;
mod name;
mod paper;

pub(super) use paper::OnPaper;

use std::collections::HashMap;

use super::lexer::BuildIdentity;
use crate::domain::{NodeRef, Outline, SectionKind};

/// What distinguishes a child from its siblings, besides its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Part,
    Capital,
    Chapter,
    Division,
    Subdivision,
    Article,
    /// Khoản, 1, 1.1 and the numbered rows of tables.
    Number,
    Letter,
    Roman,
    Dash,
    Annex,
    Form,
    Sheet,
    Table,
    Named,
}

/// A node of one of the outlines; `node` is `None` for the document itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    pub(super) outline: usize,
    pub(super) node: Option<usize>,
}

impl Class {
    /// Annexes and their forms have a numbering of their own.
    pub(super) fn is_apart(self) -> bool {
        matches!(self, Self::Annex | Self::Form | Self::Sheet | Self::Table)
    }
}

impl At {
    pub(super) fn reference(self) -> NodeRef {
        match self.node {
            Some(node) => NodeRef::Node {
                outline: self.outline,
                node,
            },
            None => NodeRef::Document {
                outline: self.outline,
            },
        }
    }
}

/// One number, with the letter that may stand behind it ("6c").
pub(super) type Part = (u16, Option<char>);

/// The key of a child below its parent.
pub(super) fn key(class: Class, parts: &[Part]) -> u64 {
    let class = match class {
        Class::Part => 1,
        Class::Capital => 2,
        Class::Chapter => 3,
        Class::Division => 4,
        Class::Subdivision => 5,
        Class::Article => 6,
        Class::Number => 7,
        Class::Letter => 8,
        Class::Roman => 9,
        Class::Dash => 10,
        Class::Annex => 11,
        Class::Named => 12,
        Class::Form => 13,
        Class::Sheet => 14,
        Class::Table => 15_u64,
    };
    parts.iter().fold(class, |hash, (number, suffix)| {
        hash.wrapping_mul(0x0100_0193)
            .wrapping_add(u64::from(*number) + 1)
            .wrapping_mul(0x0100_0193)
            .wrapping_add(suffix.map_or(0, |c| u64::from(u32::from(c))))
    })
}

/// The part that stands for a letter.
pub(super) fn letter_part(letter: char) -> Part {
    (0, Some(letter))
}

/// The bit that stands for a word's hash.
fn start_bit(word: u64) -> u64 {
    1 << ((word >> 7) & 63)
}

#[derive(Debug, Clone)]
struct Node {
    parent: Option<usize>,
    is_container: bool,
    /// Its own last number, to read "mục 2.1" below "2" as its child.
    own_number: Option<u16>,
    n_dashes: u16,
    has_numbers: bool,
    child_classes: Vec<Class>,
    class: Option<Class>,
}

/// One document.
#[derive(Debug, Clone, Default)]
struct Document {
    nodes: Vec<Node>,
    /// Children by parent (0 for the document, else node + 1) and key.
    children: HashMap<(usize, u64), usize>,
    /// Nodes of a key below the document or its parts and chapters only.
    anchored: HashMap<u64, Vec<usize>, BuildIdentity>,
    /// All nodes of a key, to find "khoản 3" without its article.
    everywhere: HashMap<u64, Vec<usize>, BuildIdentity>,
    classes: Vec<Class>,
    n_root_dashes: u16,
    name: Vec<u64>,
    title: Vec<u64>,
    is_law: bool,
    paper: paper::Paper,
}

/// A heading that text can call a node by.
#[derive(Debug, Clone)]
struct Heading {
    words: Vec<u64>,
    at: At,
    /// Names an organization: its section says what it has to do.
    is_organization: bool,
}

/// A customary name and what it stands for.
#[derive(Debug, Clone)]
struct Alias {
    words: Vec<u64>,
    targets: Vec<At>,
    is_technical: bool,
}

/// A heading or name found in a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct NameHit {
    pub(super) at: At,
    /// How many tokens it covers.
    pub(super) n_tokens: usize,
    /// The whole heading, not only its first words.
    pub(super) is_full: bool,
    /// Found through a customary name, not the heading's own words.
    pub(super) is_alias: bool,
    /// The heading is an organization.
    pub(super) is_organization: bool,
    /// A term of drafting.
    pub(super) is_technical: bool,
}

/// All documents of a dossier.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    documents: Vec<Document>,
    headings: HashMap<u64, Vec<Heading>, BuildIdentity>,
    /// One bit for the first word of every term of drafting: most words of a text begin none.
    technical_starts: u64,
    /// For every name of the terms, the nodes it stands for.
    names: HashMap<u64, Vec<Alias>, BuildIdentity>,
}

impl Tree {
    pub(super) fn new(dossier: &[Outline]) -> Self {
        let mut tree = Self {
            documents: dossier.iter().map(Document::new).collect(),
            ..Self::default()
        };
        for (outline, document) in dossier.iter().enumerate() {
            for (node, entry) in document.nodes.iter().enumerate() {
                let is_heading = !entry.heading.is_empty()
                    && !entry.body.starts_with(entry.heading.trim_end_matches('…'));
                if !is_heading && entry.kind != SectionKind::Named {
                    continue;
                }
                let text = if entry.kind == SectionKind::Named {
                    &entry.label
                } else {
                    &entry.heading
                };
                let at = At {
                    outline,
                    node: Some(node),
                };
                tree.add_heading_text(text, at);
            }
        }
        tree.add_names(dossier);
        tree
    }

    pub(super) fn n_documents(&self) -> usize {
        self.documents.len()
    }

    pub(super) fn has_class(&self, outline: usize, class: Class) -> bool {
        self.documents
            .get(outline)
            .is_some_and(|document| document.classes.contains(&class))
    }

    /// Whether a word is part of a document's title.
    pub(super) fn title_has(&self, outline: usize, word: u64) -> bool {
        self.documents
            .get(outline)
            .is_some_and(|document| document.title.contains(&word))
    }

    /// Whether a term of drafting may start with a word.
    pub(super) fn may_be_technical(&self, word: u64) -> bool {
        self.technical_starts & start_bit(word) != 0
    }

    pub(super) fn is_any_law(&self) -> bool {
        self.documents.iter().any(|document| document.is_law)
    }

    pub(super) fn parent(&self, at: At) -> Option<At> {
        let node = self.node(at)?;
        Some(At {
            outline: at.outline,
            node: node.parent,
        })
    }

    fn node(&self, at: At) -> Option<&Node> {
        self.documents.get(at.outline)?.nodes.get(at.node?)
    }

    pub(super) fn own_number(&self, at: At) -> Option<u16> {
        self.node(at)?.own_number
    }

    pub(super) fn n_dashes(&self, at: At) -> u16 {
        match at.node {
            Some(_) => self.node(at).map_or(0, |node| node.n_dashes),
            None => self
                .documents
                .get(at.outline)
                .map_or(0, |document| document.n_root_dashes),
        }
    }

    /// Whether the node has children of one of these kinds.
    pub(super) fn holds(&self, at: At, classes: &[Class]) -> bool {
        self.node(at).is_some_and(|node| {
            node.child_classes
                .iter()
                .any(|class| classes.contains(class))
        })
    }

    /// The parents of all nodes of a document that have a key, in draft order; more than a few say
    /// no more than a few.
    pub(super) fn parents_of(&self, outline: usize, key: u64) -> Vec<At> {
        let Some(document) = self.documents.get(outline) else {
            return Vec::new();
        };
        document
            .everywhere
            .get(&key)
            .into_iter()
            .flatten()
            .take(64)
            .filter_map(|&node| {
                let node = document.nodes.get(node)?.parent;
                Some(At { outline, node })
            })
            .collect()
    }

    pub(super) fn class(&self, at: At) -> Option<Class> {
        self.node(at)?.class
    }

    /// Whether the node is part of an annex.
    pub(super) fn is_in_annex(&self, at: At) -> bool {
        let mut at = Some(at);
        while let Some(here) = at.filter(|here| here.node.is_some()) {
            if self.class(here).is_some_and(Class::is_apart) {
                return true;
            }
            at = self.parent(here);
        }
        false
    }

    /// Whether the node, or a group of rows in it, has numbered children.
    pub(super) fn has_rows(&self, at: At) -> bool {
        let Some(document) = self.documents.get(at.outline) else {
            return false;
        };
        document.nodes.iter().enumerate().any(|(node, entry)| {
            entry.has_numbers
                && self.is_within(
                    At {
                        outline: at.outline,
                        node: Some(node),
                    },
                    at,
                )
        })
    }

    /// The annex of a document that has only one.
    pub(super) fn only_annex(&self, below: At) -> Option<At> {
        let document = self.documents.get(below.outline)?;
        let mut annexes = document
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.class == Some(Class::Annex));
        let (node, _) = annexes.next()?;
        (annexes.next().is_none() && below.node.is_none()).then_some(At {
            outline: below.outline,
            node: Some(node),
        })
    }

    /// Whether `at` is `above` or lies below it.
    pub(super) fn is_within(&self, at: At, above: At) -> bool {
        let mut at = Some(at);
        while let Some(here) = at {
            if here == above {
                return true;
            }
            at = here.node.and_then(|_| self.parent(here));
        }
        false
    }

    /// The children of a node that have a key; below a document, a part or a chapter also those of
    /// the chapters in between.
    pub(super) fn find(&self, below: At, key: u64) -> Vec<At> {
        let Some(document) = self.documents.get(below.outline) else {
            return Vec::new();
        };
        let at = |node: usize| At {
            outline: below.outline,
            node: Some(node),
        };
        let parent = below.node.map_or(0, |node| node + 1);
        if let Some(&node) = document.children.get(&(parent, key)) {
            return vec![at(node)];
        }
        let is_open = below.node.is_none_or(|node| document.is_anchored(node));
        if !is_open {
            return Vec::new();
        }
        document
            .anchored
            .get(&key)
            .into_iter()
            .flatten()
            .map(|&node| at(node))
            .filter(|&found| below.node.is_none() || self.is_within(found, below))
            .collect()
    }

    /// The siblings from one node to another, both included, in draft order.
    pub(super) fn between(&self, first: At, last: At) -> Vec<At> {
        let (Some(document), Some(from), Some(to)) =
            (self.documents.get(first.outline), first.node, last.node)
        else {
            return Vec::new();
        };
        let kind = |node: usize| document.nodes.get(node).map(|node| node.parent);
        let same_parent = kind(from) == kind(to);
        let both_anchored =
            !same_parent && document.is_anchored_child(from) && document.is_anchored_child(to);
        if first.outline != last.outline || from > to || !(same_parent || both_anchored) {
            return Vec::new();
        }
        (from..=to)
            .filter(|&node| {
                if same_parent {
                    kind(node) == kind(from)
                } else {
                    document.is_anchored_child(node)
                        && document
                            .nodes
                            .get(node)
                            .is_some_and(|node| !node.is_container)
                }
            })
            .map(|node| At {
                outline: first.outline,
                node: Some(node),
            })
            .collect()
    }
}
