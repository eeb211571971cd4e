//! The names of documents and headings, and where a text says them.

use std::sync::LazyLock;

use super::super::lexer::{Kind, Token, hash_folded, hash_words};
use super::super::terms::TERMS;
use super::{Alias, At, Heading, NameHit, Tree, start_bit};
use crate::domain::{Outline, SectionKind};

impl Tree {
    /// Keeps a heading, under every way to call it.
    pub(super) fn add_heading_text(&mut self, text: &str, at: At) {
        let mut words = folded_words(text);
        if words.first() == Some(&hash_folded("ve")) {
            words.remove(0);
        }
        words.truncate(16);
        if is_organization(&words) {
            // "Sở Giáo dục và Đào tạo, Sở Nội vụ" is called by either.
            let pieces: Vec<Vec<u64>> = text.split([',', ';']).map(folded_words).collect();
            if pieces.len() > 1 {
                for piece in pieces.iter().filter(|piece| is_organization(piece)) {
                    self.add_organization(piece, at);
                }
            }
            self.add_organization(&words, at);
            return;
        }
        // "Hoàn thiện cơ chế, chính sách …" is also called "cơ chế, chính sách".
        if starts_with_verb(&words) && words.len() > 3 {
            self.add_heading(words.get(2..).unwrap_or(&[]).to_vec(), at, false);
        }
        self.add_heading(words, at, false);
    }

    /// Keeps the name of an organization, in full and with "UBND" for "Ủy ban nhân dân".
    fn add_organization(&mut self, words: &[u64], at: At) {
        static COMMITTEE: LazyLock<[u64; 4]> =
            LazyLock::new(|| ["uy", "ban", "nhan", "dan"].map(hash_folded));
        let short = hash_folded("ubnd");
        if let Some(rest) = words.strip_prefix(COMMITTEE.as_slice()) {
            let other = std::iter::once(short).chain(rest.iter().copied());
            self.add_heading(other.collect(), at, true);
        } else if words.first() == Some(&short) {
            let rest = words.iter().skip(1);
            let other = COMMITTEE.iter().chain(rest).copied();
            self.add_heading(other.collect(), at, true);
        }
        self.add_heading(words.to_vec(), at, true);
    }

    fn add_heading(&mut self, words: Vec<u64>, at: At, is_organization: bool) {
        if let Some(&first) = words.first() {
            self.headings.entry(first).or_default().push(Heading {
                words,
                at,
                is_organization,
            });
        }
    }

    /// Finds what the customary names mean in this dossier.
    pub(super) fn add_names(&mut self, dossier: &[Outline]) {
        let mut found: Vec<Alias> = Vec::new();
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
                found.push(Alias {
                    words: words.clone(),
                    targets: targets.clone(),
                    is_technical: name.is_technical,
                });
            }
        }
        for alias in found {
            if let Some(&first) = alias.words.first() {
                if alias.is_technical {
                    self.technical_starts |= start_bit(first);
                }
                let names = self.names.entry(first).or_default();
                names.push(alias);
                names.sort_by_key(|alias| std::cmp::Reverse(alias.words.len()));
            }
        }
    }

    /// The outermost node whose heading is, or else starts with, one of the names.
    fn heading_for(&self, outline: usize, document: &Outline, names: &[Vec<u64>]) -> Option<usize> {
        let level = |node: usize| document.nodes.get(node).map_or(u8::MAX, |node| node.level);
        let candidates = |full: bool| {
            let mut nodes: Vec<(usize, usize)> = names
                .iter()
                .filter_map(|name| Some((name, self.headings.get(name.first()?)?)))
                .flat_map(|(name, headings)| {
                    headings.iter().filter(move |heading| {
                        heading.at.outline == outline
                            && heading.words.starts_with(name)
                            && (!full || heading.words.len() == name.len())
                    })
                })
                .filter_map(|heading| Some((heading.at.node?, heading.words.len())))
                .collect();
            nodes.sort_by_key(|&(node, _)| (level(node), node));
            nodes
        };
        if let Some(&(node, _)) = candidates(true).first() {
            return Some(node);
        }
        let partly = candidates(false);
        let &(outermost, n_words) = partly.first()?;
        // "Sự cần thiết và căn cứ" holds "Sự cần thiết": the one that says no more is meant.
        let inside = |node: usize| {
            let mut above = document.nodes.get(node).and_then(|node| node.parent);
            while let Some(here) = above {
                if here == outermost {
                    return true;
                }
                above = document
                    .nodes
                    .get(here)
                    .and_then(|node| node.parent)
                    .filter(|&parent| parent < here);
            }
            false
        };
        partly
            .iter()
            .find(|&&(node, length)| length < n_words && inside(node))
            .map(|&(node, _)| node)
            .or(Some(outermost))
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
                    is_organization: heading.is_organization,
                    is_technical: false,
                });
            }
        }
        let mut longest = 0;
        for alias in self.names.get(&first.folded).into_iter().flatten() {
            if alias.words.len() < longest {
                break;
            }
            let (n_words, n_tokens) = common_start(&alias.words, tokens);
            if n_words == alias.words.len() {
                longest = n_words;
                hits.extend(alias.targets.iter().map(|&at| NameHit {
                    at,
                    n_tokens,
                    is_full: true,
                    is_alias: true,
                    is_organization: false,
                    is_technical: alias.is_technical,
                }));
            }
        }
        hits
    }
}

fn folded_words(text: &str) -> Vec<u64> {
    hash_words(text).iter().map(|word| word.folded).collect()
}

/// Whether a heading is the name of an organization, or starts with one.
fn is_organization(words: &[u64]) -> bool {
    static FIRST: LazyLock<Vec<Vec<u64>>> = LazyLock::new(|| {
        [
            "sở",
            "ubnd",
            "ủy ban",
            "bộ",
            "ban quản lý",
            "ban chỉ đạo",
            "ban dân tộc",
            "ban tổ chức",
            "ban tuyên giáo",
            "hội",
            "hiệp hội",
            "liên minh",
            "liên hiệp",
            "liên đoàn",
            "cục",
            "chi cục",
            "tổng cục",
            "vụ",
            "trung tâm",
            "viện",
            "trường",
            "đại học",
            "văn phòng",
            "thanh tra",
            "công an",
            "bộ chỉ huy",
            "kho bạc",
            "ngân hàng",
            "thuế",
            "hải quan",
            "bảo hiểm xã hội",
            "đài",
            "báo",
            "mttq",
            "mặt trận",
            "đoàn",
            "các sở",
            "các bộ",
            "các hội",
            "các cơ quan",
            "các đơn vị",
            "các doanh nghiệp",
            "doanh nghiệp",
            "hợp tác xã",
            "công ty",
            "tập đoàn",
            "hội đồng",
            "tòa án",
            "viện kiểm sát",
            "hđnd",
            "phòng",
            "quỹ",
            "tổ chức khoa học",
            "tổ chức, cá nhân",
            "cơ quan chủ trì",
        ]
        .map(folded_words)
        .to_vec()
    });
    FIRST.iter().any(|first| words.starts_with(first))
}

/// Whether a heading starts with a verb that references to it leave out.
fn starts_with_verb(words: &[u64]) -> bool {
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
            Kind::Word | Kind::Number if token.folded == *word => {
                n_words += 1;
                n_tokens = at + 1;
            }
            Kind::Comma | Kind::Dash => {}
            _ => break,
        }
    }
    (n_words, n_tokens)
}
