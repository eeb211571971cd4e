//! The names of documents and headings, and where a text says them.

use std::sync::LazyLock;

use super::super::lexer::{Kind, Token, hash_folded};
use super::super::terms::TERMS;
use super::{Alias, At, Heading, NameHit, Tree};
use crate::domain::{Outline, SectionKind};

impl Tree {
    pub(super) fn add_heading(&mut self, words: Vec<u64>, at: At) {
        if let Some(&first) = words.first() {
            self.headings
                .entry(first)
                .or_default()
                .push(Heading { words, at });
        }
    }

    /// Finds what the customary names mean in this dossier.
    pub(super) fn add_names(&mut self, dossier: &[Outline]) {
        let mut found: Vec<(Vec<u64>, Vec<At>)> = Vec::new();
        for name in &TERMS.names {
            let mut targets = Vec::new();
            for (outline, document) in dossier.iter().enumerate() {
                let named = name.label.as_ref().and_then(|label| {
                    document
                        .nodes
                        .iter()
                        .position(|node| node.kind == SectionKind::Named && node.label == *label)
                });
                let node = named.or_else(|| self.heading_for(outline, document, &name.words));
                if node.is_some() || name.is_title {
                    targets.push(At { outline, node });
                }
            }
            for words in &name.words {
                found.push((words.clone(), targets.clone()));
            }
        }
        for (words, targets) in found {
            if let Some(&first) = words.first() {
                let names = self.names.entry(first).or_default();
                names.push(Alias { words, targets });
                names.sort_by_key(|alias| std::cmp::Reverse(alias.words.len()));
            }
        }
    }

    /// The outermost node whose heading is, or else starts with, one of the names.
    fn heading_for(&self, outline: usize, document: &Outline, names: &[Vec<u64>]) -> Option<usize> {
        let level = |node: usize| document.nodes.get(node).map_or(u8::MAX, |node| node.level);
        let candidates = |full: bool| {
            let mut nodes: Vec<usize> = names
                .iter()
                .filter_map(|name| Some((name, self.headings.get(name.first()?)?)))
                .flat_map(|(name, headings)| {
                    headings.iter().filter(move |heading| {
                        heading.at.outline == outline
                            && heading.words.starts_with(name)
                            && (!full || heading.words.len() == name.len())
                    })
                })
                .filter_map(|heading| heading.at.node)
                .collect();
            nodes.sort_by_key(|&node| (level(node), node));
            nodes.first().copied()
        };
        candidates(true).or_else(|| candidates(false))
    }

    /// The document whose name stands at the start of these tokens, and its length.
    pub(in super::super) fn document_at(&self, tokens: &[Token]) -> Option<(usize, usize)> {
        self.documents
            .iter()
            .enumerate()
            .filter(|(_, document)| {
                !document.name.is_empty()
                    && document.name.len() <= tokens.len()
                    && document
                        .name
                        .iter()
                        .zip(tokens)
                        .all(|(word, token)| token.kind == Kind::Word && token.folded == *word)
            })
            .max_by_key(|(_, document)| document.name.len())
            .map(|(at, document)| (at, document.name.len()))
    }

    /// The headings and names these tokens start with.
    pub(in super::super) fn names_at(&self, tokens: &[Token]) -> Vec<NameHit> {
        let Some(first) = tokens.first().filter(|token| token.kind == Kind::Word) else {
            return Vec::new();
        };
        let mut hits = Vec::new();
        for heading in self.headings.get(&first.folded).into_iter().flatten() {
            let (n_words, n_tokens) = common_start(&heading.words, tokens);
            let is_full = n_words == heading.words.len();
            if is_full || n_words >= 2 {
                hits.push(NameHit {
                    at: heading.at,
                    n_tokens,
                    is_full,
                    is_alias: false,
                });
            }
        }
        let mut longest = 0;
        for Alias { words, targets } in self.names.get(&first.folded).into_iter().flatten() {
            if words.len() < longest {
                break;
            }
            let (n_words, n_tokens) = common_start(words, tokens);
            if n_words == words.len() {
                longest = words.len();
                hits.extend(targets.iter().map(|&at| NameHit {
                    at,
                    n_tokens,
                    is_full: true,
                    is_alias: true,
                }));
            }
        }
        hits
    }
}

/// Whether a heading starts with a verb that references to it leave out.
pub(super) fn starts_with_verb(words: &[u64]) -> bool {
    static VERBS: LazyLock<Vec<[u64; 2]>> = LazyLock::new(|| {
        [
            ["hoan", "thien"],
            ["phat", "trien"],
            ["tang", "cuong"],
            ["day", "manh"],
            ["nang", "cao"],
            ["xay", "dung"],
            ["doi", "moi"],
            ["mo", "rong"],
            ["thuc", "day"],
        ]
        .map(|pair| pair.map(hash_folded))
        .to_vec()
    });
    VERBS.iter().any(|verb| words.starts_with(verb))
}

/// How many words agree, and how many tokens that is; commas and "và" between words are skipped.
fn common_start(words: &[u64], tokens: &[Token]) -> (usize, usize) {
    let mut n_words = 0;
    let mut n_tokens = 0;
    for (at, token) in tokens.iter().enumerate() {
        let Some(word) = words.get(n_words) else {
            break;
        };
        match token.kind {
            Kind::Word if token.folded == *word => {
                n_words += 1;
                n_tokens = at + 1;
            }
            Kind::Comma | Kind::Dash => {}
            _ => break,
        }
    }
    (n_words, n_tokens)
}
