//! Which words of a text a search found.
//!
//! A search text and an original in, spans of the original out. Matching is the index's own
//! (folded syllables), so "thi truong" marks "Thị trường"; but a word typed with marks marks only
//! what is spelled like it where the text has that, so that "dự" leaves "đủ" alone.

use std::collections::BTreeMap;

use crate::domain::Span;

use super::Correction;
use super::analyzer::{self, Word};
use super::language::{self, Node};
use super::synonyms::Synonyms;

/// Marks what a search looks for.
#[derive(Debug, Clone)]
pub struct Highlighter {
    patterns: Vec<Pattern>,
    /// The patterns that begin with a word.
    by_first: BTreeMap<String, Vec<usize>>,
    /// The patterns that are the beginning of a word.
    beginnings: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Pattern {
    words: Vec<Word>,
    last_is_beginning: bool,
}

/// Where a pattern was found.
struct Found {
    pattern: usize,
    span: Span,
    as_spelled: bool,
}

impl Highlighter {
    /// Reads a search text, with the synonyms inside the program.
    pub fn new(query_text: &str) -> Self {
        Self::with(query_text, &[], Synonyms::shipped())
    }

    /// Reads a search text, with the corrections its search made.
    pub fn with(query_text: &str, corrected: &[Correction], synonyms: &Synonyms) -> Self {
        let mut patterns = Vec::new();
        for mut node in language::parse(query_text, synonyms).all {
            node.replace_words(&mut |word| {
                let correction = corrected.iter().find(|it| it.typed == word.exact);
                if let Some(Correction { used, .. }) = correction {
                    word.folded.clone_from(used);
                    word.exact.clone_from(used);
                }
            });
            collect(node, &mut patterns);
        }
        patterns.sort();
        patterns.dedup();
        let mut by_first: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut beginnings = Vec::new();
        for (index, pattern) in patterns.iter().enumerate() {
            match pattern.words.as_slice() {
                [] => {}
                [_] if pattern.last_is_beginning => beginnings.push(index),
                [first, ..] => by_first
                    .entry(first.folded.clone())
                    .or_default()
                    .push(index),
            }
        }
        Self {
            patterns,
            by_first,
            beginnings,
        }
    }

    /// The spans to mark, in order, apart from one another.
    pub fn highlight(&self, text: &str) -> Vec<Span> {
        if self.patterns.is_empty() {
            return Vec::new();
        }
        let words: Vec<(Span, Word)> = analyzer::spanned_words(text).collect();
        let mut found = Vec::new();
        let mut is_spelled = vec![false; self.patterns.len()];
        for (at, (_, word)) in words.iter().enumerate() {
            let candidates = self.by_first.get(&word.folded).into_iter().flatten();
            for index in candidates.chain(&self.beginnings) {
                let here = words.get(at..).unwrap_or_default();
                let Some(pattern) = self.patterns.get(*index) else {
                    continue;
                };
                if let Some((span, as_spelled)) = pattern.find(here) {
                    if let Some(is_spelled) = is_spelled.get_mut(*index) {
                        *is_spelled |= as_spelled;
                    }
                    found.push(Found {
                        pattern: *index,
                        span,
                        as_spelled,
                    });
                }
            }
        }
        found.retain(|found| {
            let pattern = self.patterns.get(found.pattern);
            let has_marks = pattern.is_some_and(Pattern::has_marks);
            let is_spelled = is_spelled.get(found.pattern) == Some(&true);
            found.as_spelled || !has_marks || !is_spelled
        });
        join(found.into_iter().map(|found| found.span).collect(), text)
    }
}

fn collect(node: Node, patterns: &mut Vec<Pattern>) {
    match node {
        Node::Word(word) => patterns.push(Pattern {
            words: vec![word],
            last_is_beginning: false,
        }),
        Node::Phrase {
            words,
            last_is_beginning,
        } => patterns.push(Pattern {
            words,
            last_is_beginning,
        }),
        Node::All(parts) | Node::Any(parts) => {
            for part in parts {
                collect(part, patterns);
            }
        }
        Node::Not(_) => {}
    }
}

impl Pattern {
    fn has_marks(&self) -> bool {
        self.words.iter().any(|word| word.exact != word.folded)
    }

    /// The span of the pattern at the head of these words, and whether it is spelled as typed.
    fn find(&self, words: &[(Span, Word)]) -> Option<(Span, bool)> {
        let (first, _) = words.first()?;
        let mut end = first.end;
        let mut as_spelled = true;
        let n_words = self.words.len();
        for (index, wanted) in self.words.iter().enumerate() {
            let (span, word) = words.get(index)?;
            let (is_found, is_spelled) = if self.last_is_beginning && index + 1 == n_words {
                (
                    word.folded.starts_with(&wanted.folded),
                    word.exact.starts_with(&wanted.exact),
                )
            } else {
                (word.folded == wanted.folded, word.exact == wanted.exact)
            };
            if !is_found {
                return None;
            }
            as_spelled &= is_spelled;
            end = span.end;
        }
        Some((Span::new(first.start, end), as_spelled))
    }
}

/// Joins spans that overlap or have only white space between them.
fn join(mut spans: Vec<Span>, text: &str) -> Vec<Span> {
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last)
                if span.start <= last.end
                    || text
                        .get(last.end..span.start)
                        .is_some_and(|gap| gap.trim().is_empty()) =>
            {
                last.end = last.end.max(span.end);
            }
            Some(_) | None => joined.push(span),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::Highlighter;

    #[track_caller]
    fn check(query: &str, text: &str, expected: &[&str]) {
        let spans = Highlighter::new(query).highlight(text);
        let found: Vec<_> = spans.iter().map(|span| span.slice(text).unwrap()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn marks_the_original_of_a_folded_query() {
        check("thi truong", "Phát triển Thị trường mới", &["Thị trường"]);
        check("hoà", "Hiệp Hòa", &["Hòa"]);
        check("dieu 5", "Sửa Điều 5, Điều 6", &["Điều 5", "Điều"]);
    }

    #[test]
    fn typed_marks_prefer_their_own_spelling() {
        check("dự", "dự án đủ", &["dự"]);
        check("dự", "đủ du", &["đủ du"]);
        check("du", "dự án đủ", &["dự", "đủ"]);
    }

    #[test]
    fn phrases_beginnings_exclusions_and_synonyms() {
        check("\"thị trường\"", "thị xã, thị trường", &["thị trường"]);
        check("\"công ngh*\"", "công nghệ, công việc", &["công nghệ"]);
        check("ngh*", "công nghệ nghĩa", &["nghệ nghĩa"]);
        check("vốn -ngân", "vốn ngân sách", &["vốn"]);
        check("DN", "các doanh nghiệp (DN) lớn", &["doanh nghiệp", "DN"]);
        check("KH&CN", "Sở KH&CN", &["KH&CN"]);
        check("", "thị trường", &[]);
        check("a", "", &[]);
    }

    #[test]
    fn spans_fit_decomposed_text() {
        let text = "thi\u{323} trươ\u{300}ng";
        let spans = Highlighter::new("thị trường").highlight(text);
        assert_eq!(spans[0].slice(text), Some(text));
    }
}
