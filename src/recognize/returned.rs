//! Copies of the draft that come back with changes.
//!
//! Many offices answer by editing the draft itself: tracked, in red, struck through, or silently
//! retyped. Input are the lines of such a file, read as if all changes were accepted; output is
//! what they say otherwise than the draft that was sent, each change with its section. Numbers are
//! left out of the comparison: one new paragraph renumbers all that follow and changes none of them.
//!
//! The work grows with the length of the texts times the number of lines that differ, and is given
//! up beyond a limit. Cases: `tests` below; whole files in `tests/it/returned.rs`.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::outline::without_marker;
use crate::domain::{Confidence, NodeRef, Outline};
use crate::text::difference::{self, Block, Kind};
use crate::text::fold::{place_tones, syllables};
use crate::text::normalize::squeeze;

/// Lines of fewer syllables are in every text ("Nơi nhận:") and tell no copy.
const TELLING_SYLLABLES: usize = 5;

/// How much of a file must be the draft's words, and how much of a document must be in the file.
const MIN_SHARE: f32 = 0.6;
const MIN_COVERAGE: f32 = 0.4;

/// Fewer lines in common are a quotation.
const MIN_COMMON_LINES: usize = 5;

/// Two lines are one line reworded from this share of common words on.
const MIN_ALIKE: f32 = 0.4;

/// Most lines of one changed stretch that are paired with each other.
const MOST_PAIRED: usize = 200;

/// The documents of a dossier, prepared to recognize copies of them.
#[derive(Debug)]
pub struct DraftTexts {
    lines: Vec<Line>,
    /// Of each document, its lines and its telling syllables.
    documents: Vec<(Range<usize>, usize)>,
}

#[derive(Debug)]
struct Line {
    node: NodeRef,
    words: String,
    key: String,
}

/// A line of a file that may be a copy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CopyLine {
    /// Its words.
    pub words: String,
    /// It heads or numbers a table: outlines leave that out, so it is never told as new.
    pub is_frame: bool,
}

/// A file that is a copy of a draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Copied {
    /// How much of the file is the draft's words, 0 to 1.
    pub share: f32,
    /// What it says otherwise; `None` where there is too much to tell.
    pub comparison: Option<Comparison>,
}

/// What a copy says otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The section of each line of the copy; `None` before the first.
    pub places: Vec<Option<(NodeRef, Confidence)>>,
    /// In the order of the copy.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Its section.
    pub node: NodeRef,
    /// How sure that is.
    pub confidence: Confidence,
    /// What changed.
    pub edit: Edit,
}

/// What a change does; words are the draft's and the copy's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Other words inside a paragraph.
    Replaced {
        /// The draft's words.
        old: String,
        /// The copy's.
        new: String,
    },
    /// New words inside a paragraph.
    Inserted {
        /// The words before them; empty at the beginning.
        after: String,
        /// The new words.
        new: String,
    },
    /// Words gone from a paragraph, or all of it.
    Removed {
        /// The words.
        old: String,
    },
    /// New paragraphs.
    Added {
        /// The paragraphs.
        new: String,
    },
}

impl DraftTexts {
    /// Prepares the documents of a dossier.
    pub fn new(outlines: &[Outline]) -> Self {
        let mut texts = Self {
            lines: Vec::new(),
            documents: Vec::new(),
        };
        for (outline, document) in outlines.iter().enumerate() {
            let start = texts.lines.len();
            for (node, section) in document.nodes.iter().enumerate() {
                // What has no heading begins its body with the words that stand for one.
                let first = section.body.lines().next().unwrap_or_default();
                let is_headed = match section.heading.strip_suffix('…') {
                    Some(start) => !first.starts_with(start),
                    None => first != section.heading,
                };
                let heading = Some(section.heading.as_str()).filter(|_| is_headed);
                let paragraphs = section.body.lines().flat_map(|line| line.split(" | "));
                for words in heading.into_iter().chain(paragraphs) {
                    texts
                        .lines
                        .extend(Line::new(NodeRef::Node { outline, node }, words));
                }
            }
            let range = start..texts.lines.len();
            let n_telling = texts.n_telling(range.clone());
            texts.documents.push((range, n_telling));
        }
        texts
    }

    fn n_telling(&self, range: Range<usize>) -> usize {
        let lines = self.lines.get(range).unwrap_or_default();
        lines.iter().map(|line| telling(&line.words)).sum()
    }

    /// Compares a file with the documents it is a copy of; `None` when it is none.
    pub fn compare(&self, lines: &[CopyLine]) -> Option<Copied> {
        let copy: Vec<Line> = lines
            .iter()
            .map(|line| Line::new(NodeRef::Dossier, &line.words).unwrap_or_else(Line::empty))
            .collect();
        let (originals, share) = self.originals(&copy)?;
        let draft: Vec<&Line> = originals
            .into_iter()
            .flat_map(|range| self.lines.get(range).unwrap_or_default())
            .collect();
        Some(Copied {
            share,
            comparison: compare(&draft, &copy, lines),
        })
    }

    /// The documents that a file is a copy of, and how much of the file is their words.
    fn originals(&self, copy: &[Line]) -> Option<(Vec<Range<usize>>, f32)> {
        let keys: HashSet<&str> = copy.iter().map(|line| line.key.as_str()).collect();
        let mut originals = Vec::new();
        let mut known: HashSet<&str> = HashSet::new();
        for (range, n_telling) in &self.documents {
            let lines = self.lines.get(range.clone()).unwrap_or_default();
            let common = lines
                .iter()
                .filter(|line| keys.contains(line.key.as_str()) && telling(&line.words) > 0);
            let (n_lines, n_common) = common.fold((0, 0), |(lines, syllables), line| {
                (lines + 1, syllables + telling(&line.words))
            });
            if n_lines >= MIN_COMMON_LINES && share(n_common, *n_telling) >= MIN_COVERAGE {
                originals.push(range.clone());
                known.extend(lines.iter().map(|line| line.key.as_str()));
            }
        }
        let n_copied = copy
            .iter()
            .filter(|line| known.contains(line.key.as_str()))
            .map(|line| telling(&line.words))
            .sum();
        let n_all = copy.iter().map(|line| telling(&line.words)).sum();
        let share = share(n_copied, n_all);
        (!originals.is_empty() && share >= MIN_SHARE).then_some((originals, share))
    }
}

impl Line {
    /// `None` for what has no words.
    fn new(node: NodeRef, words: &str) -> Option<Self> {
        // Outlines keep headings without the colon.
        let words = squeeze(without_marker(words).trim_end().trim_end_matches(':'));
        (!words.is_empty()).then(|| Self {
            node,
            key: place_tones(&words),
            words,
        })
    }

    fn empty() -> Self {
        Self {
            node: NodeRef::Dossier,
            words: String::new(),
            key: String::new(),
        }
    }
}

/// The syllables of a line that is long enough to tell a text.
fn telling(words: &str) -> usize {
    Some(syllables(words).count())
        .filter(|n| *n >= TELLING_SYLLABLES)
        .unwrap_or(0)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "a share needs no more digits"
)]
fn share(part: usize, whole: usize) -> f32 {
    part as f32 / whole.max(1) as f32
}

fn compare(draft: &[&Line], copy: &[Line], lines: &[CopyLine]) -> Option<Comparison> {
    let old_keys: Vec<&str> = draft.iter().map(|line| line.key.as_str()).collect();
    let (at, new_keys): (Vec<usize>, Vec<&str>) = copy
        .iter()
        .enumerate()
        .filter(|(_, line)| !line.key.is_empty())
        .map(|(at, line)| (at, line.key.as_str()))
        .unzip();
    let blocks = difference::blocks(&old_keys, &new_keys)?;
    let mut comparer = Comparer {
        draft,
        copy,
        lines,
        at: &at,
        added: keys_of(&blocks, &new_keys, |block| block.new.clone()),
        removed: keys_of(&blocks, &old_keys, |block| block.old.clone()),
        section: None,
        comparison: Comparison {
            places: vec![None; copy.len()],
            changes: Vec::new(),
        },
    };
    for (n, block) in blocks.iter().enumerate() {
        if block.is_same {
            comparer.keep(block);
        } else {
            comparer.change(block, n + 1 == blocks.len());
        }
    }
    Some(comparer.comparison)
}

/// The keys that only one side has in a block.
fn keys_of<'a>(
    blocks: &[Block],
    keys: &[&'a str],
    side: impl Fn(&Block) -> Range<usize>,
) -> HashSet<&'a str> {
    blocks
        .iter()
        .filter(|block| !block.is_same)
        .flat_map(|block| keys.get(side(block)).unwrap_or_default())
        .copied()
        .collect()
}

struct Comparer<'a> {
    draft: &'a [&'a Line],
    copy: &'a [Line],
    lines: &'a [CopyLine],
    /// Where in the copy its lines with words are.
    at: &'a [usize],
    /// What the copy has elsewhere than the draft: it was moved, not changed.
    added: HashSet<&'a str>,
    removed: HashSet<&'a str>,
    /// The section of the line before.
    section: Option<NodeRef>,
    comparison: Comparison,
}

impl<'a> Comparer<'a> {
    fn place(&mut self, line: usize, node: NodeRef, confidence: f32) {
        self.section = Some(node);
        let place = self.at.get(line).copied();
        if let Some(place) = place.and_then(|at| self.comparison.places.get_mut(at)) {
            *place = Some((node, Confidence::new(confidence)));
        }
    }

    fn is_frame(&self, line: usize) -> bool {
        let line = self.at.get(line).and_then(|&at| self.lines.get(at));
        line.is_none_or(|line| line.is_frame)
    }

    fn line(&self, line: usize) -> Option<&'a Line> {
        self.at.get(line).and_then(|&at| self.copy.get(at))
    }

    fn keep(&mut self, block: &Block) {
        for (old, new) in block.old.clone().zip(block.new.clone()) {
            if let Some(node) = self.draft.get(old).map(|line| line.node) {
                self.place(new, node, 0.98);
            }
        }
    }

    fn change(&mut self, block: &Block, is_last: bool) {
        // Letterhead and title before the first section, and the signature after the last, are no
        // part of an outline.
        let is_outside = self.section.is_none() || is_last;
        let pairs = self.pairs(block);
        let mut old_at = block.old.start;
        let mut added: Vec<&str> = Vec::new();
        for new in block.new.clone() {
            let Some(line) = self.line(new) else {
                continue;
            };
            let Some(&old) = pairs.get(&new) else {
                if let Some(section) = self.section {
                    self.place(new, section, 0.85);
                }
                let is_moved = self.removed.contains(line.key.as_str());
                if !is_outside && !is_moved && !self.is_frame(new) {
                    added.push(&line.words);
                }
                continue;
            };
            self.tell_added(&mut added);
            self.tell_removed(old_at..old);
            old_at = old + 1;
            if let Some(before) = self.draft.get(old) {
                self.place(new, before.node, 0.95);
                for edit in edits(&before.words, &line.words) {
                    self.tell(before.node, 0.95, edit);
                }
            }
        }
        self.tell_removed(old_at..block.old.end);
        self.tell_added(&mut added);
    }

    fn tell(&mut self, node: NodeRef, confidence: f32, edit: Edit) {
        self.comparison.changes.push(Change {
            node,
            confidence: Confidence::new(confidence),
            edit,
        });
    }

    /// Paragraphs in a row are one addition to the section above them.
    fn tell_added(&mut self, added: &mut Vec<&str>) {
        let new = std::mem::take(added).join("\n");
        if let Some(section) = self.section.filter(|_| !new.is_empty()) {
            self.tell(section, 0.85, Edit::Added { new });
        }
    }

    /// Paragraphs in a row that are gone are one removal for each section.
    fn tell_removed(&mut self, range: Range<usize>) {
        let mut gone: Vec<(NodeRef, String)> = Vec::new();
        for line in self.draft.get(range).unwrap_or_default() {
            if self.added.contains(line.key.as_str()) {
                continue;
            }
            match gone.last_mut() {
                Some((node, words)) if *node == line.node => {
                    words.push('\n');
                    words.push_str(&line.words);
                }
                _ => gone.push((line.node, line.words.clone())),
            }
        }
        for (node, old) in gone {
            self.tell(node, 0.95, Edit::Removed { old });
        }
    }

    /// Which line of the draft a line of the copy rewords, both in order. In place of one short line
    /// stands another: the amount in a cell.
    fn pairs(&self, block: &Block) -> HashMap<usize, usize> {
        let mut pairs = HashMap::new();
        let new = block.new.clone().filter(|line| !self.is_frame(*line));
        let is_short = |key: &str| telling(key) == 0;
        if block.old.len() == new.clone().count()
            && block.old.clone().zip(new).all(|(old, new)| {
                self.draft.get(old).is_some_and(|line| is_short(&line.key))
                    && self.line(new).is_some_and(|line| is_short(&line.key))
            })
        {
            let new = block.new.clone().filter(|line| !self.is_frame(*line));
            return new.zip(block.old.clone()).collect();
        }
        let mut from = block.old.start;
        for new in block.new.clone().take(MOST_PAIRED) {
            let Some(line) = self.line(new) else {
                continue;
            };
            let best = (from..block.old.end.min(from + MOST_PAIRED))
                .filter_map(|old| {
                    let before = self.draft.get(old)?;
                    Some((old, alike(&before.key, &line.key)))
                })
                .filter(|(_, alike)| *alike >= MIN_ALIKE)
                // The first of equals.
                .reduce(|best, next| if next.1 > best.1 { next } else { best });
            if let Some((old, _)) = best {
                pairs.insert(new, old);
                from = old + 1;
            }
        }
        pairs
    }
}

/// The share of words that two lines have in common.
fn alike(one: &str, other: &str) -> f32 {
    let words = |line: &str| -> HashSet<String> {
        line.split(' ')
            .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
            .filter(|word| !word.is_empty())
            .collect()
    };
    let (one, other) = (words(one), words(other));
    let n_common = one.intersection(&other).count();
    share(n_common, one.len() + other.len() - n_common)
}

/// Changes with fewer words than this between them are one.
const WORDS_BETWEEN: usize = 4;

/// More changes than this in one paragraph are told as one.
const MOST_EDITS: usize = 4;

/// How many words before an insertion say where it is.
const WORDS_BEFORE: usize = 6;

/// The changes inside a paragraph.
fn edits(old: &str, new: &str) -> Vec<Edit> {
    #[derive(Default)]
    struct Hunk {
        before: String,
        old: String,
        new: String,
    }
    let mut hunks: Vec<Hunk> = Vec::new();
    let (mut before, mut is_open) = (String::new(), false);
    let stretches = difference::difference(old, new);
    for stretch in &stretches {
        match stretch.kind {
            Kind::Same => {
                let n_words = stretch.text.split_whitespace().count();
                if n_words < WORDS_BETWEEN
                    && let Some(hunk) = hunks.last_mut().filter(|_| is_open)
                {
                    hunk.old.push_str(&stretch.text);
                    hunk.new.push_str(&stretch.text);
                } else {
                    is_open = false;
                }
                before.push_str(&stretch.text);
                continue;
            }
            Kind::Missing | Kind::Added if !is_open => {
                is_open = true;
                hunks.push(Hunk {
                    before: last_words(&before),
                    ..Hunk::default()
                });
            }
            Kind::Missing | Kind::Added => {}
        }
        if let Some(hunk) = hunks.last_mut() {
            if stretch.kind == Kind::Missing {
                hunk.old.push_str(&stretch.text);
            } else {
                hunk.new.push_str(&stretch.text);
                before.push_str(&stretch.text);
            }
        }
    }
    if hunks.len() > MOST_EDITS {
        return vec![Edit::Replaced {
            old: old.to_owned(),
            new: new.to_owned(),
        }];
    }
    hunks
        .into_iter()
        .map(|Hunk { before, old, new }| edit(&before, old.trim(), new.trim()))
        .collect()
}

/// What replacing some words by others comes to. Words that differ in the punctuation after them
/// only are what stands around the change, unless there is nothing else.
fn edit(before: &str, old: &str, new: &str) -> Edit {
    let (old, new) = without_common_end(old, new);
    let bare = |word: &str| word.trim_end_matches([',', ';', '.', ':']).to_owned();
    let n_common = old
        .split_whitespace()
        .zip(new.split_whitespace())
        .take_while(|(old, new)| bare(old) == bare(new))
        .count();
    let rest = |words: &str| -> String {
        let words: Vec<&str> = words.split_whitespace().skip(n_common).collect();
        words.join(" ")
    };
    let common: Vec<&str> = old.split_whitespace().take(n_common).collect();
    match (rest(old), rest(new)) {
        (gone, _) if gone.is_empty() && rest(new).is_empty() => Edit::Replaced {
            old: old.to_owned(),
            new: new.to_owned(),
        },
        (gone, new) if gone.is_empty() => Edit::Inserted {
            after: last_words(&format!("{before} {}", common.join(" "))),
            new,
        },
        (old, came) if came.is_empty() => Edit::Removed { old: bare(&old) },
        _ => Edit::Replaced {
            old: old.to_owned(),
            new: new.to_owned(),
        },
    }
}

/// Without the words that both end with: those between the last change and what was the same.
fn without_common_end<'a>(old: &'a str, new: &'a str) -> (&'a str, &'a str) {
    let (mut old, mut new) = (old, new);
    while let (Some(last), Some(other)) = (
        old.split_whitespace().next_back(),
        new.split_whitespace().next_back(),
    ) {
        if last != other {
            break;
        }
        old = old.strip_suffix(last).unwrap_or(old).trim_end();
        new = new.strip_suffix(other).unwrap_or(new).trim_end();
    }
    (old, new)
}

fn last_words(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let first = words.len().saturating_sub(WORDS_BEFORE);
    words.get(first..).unwrap_or_default().join(" ")
}

#[cfg(test)]
mod tests;
