//! Patterns of Vietnamese words, for texts with marks and for texts that have lost them.
//!
//! "bo" is "bỏ" and "bộ", "muc" is "mục" and "mức": a pattern is written with marks, and only who writes
//! none is read by the same pattern without. Matches are of whole words: word boundaries between letters
//! with marks are slow to match, so they are looked at afterwards.

use regex::Regex;

use super::fold::fold;
use crate::domain::Span;

/// A pattern in lower case, compiled with and without marks.
pub struct MarkedPattern {
    marked: Regex,
    plain: Regex,
}

impl MarkedPattern {
    /// Compiles a pattern.
    ///
    /// # Panics
    /// If it is none: patterns are constants, and a test beside them compiles them all.
    pub fn new(pattern: &str) -> Self {
        Self {
            marked: compile(pattern),
            plain: compile(&fold(pattern)),
        }
    }

    /// The matches of whole words in a lower-case text from a byte on; `is_marked` says which form the
    /// text has.
    pub fn whole_matches<'t>(
        &'t self,
        text: &'t str,
        is_marked: bool,
        from: usize,
    ) -> impl Iterator<Item = Span> + 't {
        let regex = if is_marked { &self.marked } else { &self.plain };
        let mut at = from;
        std::iter::from_fn(move || {
            loop {
                let found = regex.find_at(text, at)?;
                let rest = text.get(found.start()..)?;
                let step = rest.chars().next().map_or(1, char::len_utf8);
                if is_whole(text, found.start(), found.end()) {
                    at = if found.is_empty() {
                        found.end() + step
                    } else {
                        found.end()
                    };
                    return Some(Span::new(found.start(), found.end()));
                }
                at = found.start() + step;
            }
        })
    }
}

/// Compiles a pattern that is a constant.
///
/// # Panics
/// If it is none; a test beside it compiles it.
pub fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that a test compiles")
}

/// Whether no letter touches the ends of a match, as far as they are letters themselves.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let inside = text.get(start..end).unwrap_or("");
    let before = text.get(..start).unwrap_or("");
    let after = text.get(end..).unwrap_or("");
    let splits_start = is_letter(inside.chars().next()) && is_letter(before.chars().next_back());
    let splits_end = is_letter(inside.chars().next_back()) && is_letter(after.chars().next());
    !splits_start && !splits_end
}

#[cfg(test)]
mod tests {
    use super::MarkedPattern;

    #[track_caller]
    fn check(pattern: &str, text: &str, is_marked: bool, expected: &[&str]) {
        let pattern = MarkedPattern::new(pattern);
        let found: Vec<&str> = pattern
            .whole_matches(text, is_marked, 0)
            .map(|span| span.slice(text).unwrap())
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn only_whole_words_match() {
        check("bỏ", "bỏ cụm từ, bỏng, bộ, bỏ", true, &["bỏ", "bỏ"]);
        check("bỏ", "bo cum tu, bong, abo", false, &["bo"]);
        check(r"\?", "có không?", true, &["?"]);
        check("sửa|sửa đổi", "sửađổi sửa đổi", true, &["sửa"]);
        check("x*", "ax x", true, &["", "", "x", ""]);
    }
}
