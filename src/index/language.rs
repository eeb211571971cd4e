//! The language people type into the search box.
//!
//! Any text in, a tree of conditions out; there is no wrong input. Words must all occur, marks or
//! not; `"…"` is a phrase, a trailing `*` a beginning, a leading `-` (or `NOT`) excludes, `OR` (or
//! `|`) between two parts takes either, parentheses group. What these signs cannot mean where they
//! stand is read as if they were not there. Known forms are widened to what means the same
//! ([`Synonyms`]), except in quotation marks and after `-`, where people want just what they typed.

use crate::text::normalize::normalize;

use super::analyzer::{self, Word};
use super::synonyms::Synonyms;

/// More words than this narrow nothing further; a pasted page is cut here.
const MAX_WORDS: usize = 64;
/// Deeper parentheses are read as if they were not there.
const MAX_DEPTH: usize = 8;
/// Longer input is cut here before it is read.
const MAX_CHARS: usize = 8_192;

/// A condition on the words of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// The word occurs.
    Word(Word),
    /// The words occur one after another; of the last one perhaps only the beginning.
    Phrase {
        words: Vec<Word>,
        last_is_beginning: bool,
    },
    /// Every part holds.
    All(Vec<Node>),
    /// One part holds.
    Any(Vec<Node>),
    /// The part does not hold.
    Not(Box<Node>),
}

/// A search text, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parsed {
    /// Conditions that must all hold; empty when nothing was asked.
    pub(super) all: Vec<Node>,
    /// Whether the text was too long to be read to its end.
    pub(super) is_cut: bool,
}

/// Reads a search text.
pub(super) fn parse(text: &str, synonyms: &Synonyms) -> Parsed {
    let cut: String = text.chars().take(MAX_CHARS).collect();
    let is_cut = cut.len() < text.len();
    let mut lexer = Lexer {
        tokens: Vec::new(),
        n_words: 0,
        is_cut,
    };
    lexer.read(&normalize(&cut));
    let is_cut = lexer.is_cut;
    let mut tokens = lexer.tokens.into_iter();
    let mut all = Vec::new();
    // A closing parenthesis without its opening one ends a group early; the rest follows.
    while tokens.len() > 0 {
        all.extend(read_group(&mut tokens, synonyms, 0));
    }
    Parsed { all, is_cut }
}

/// A sign or a run of words.
#[derive(Debug)]
enum Token {
    Words(Unit),
    Or,
    Not,
    Open,
    Close,
}

/// What stands between white space or quotation marks.
#[derive(Debug)]
struct Unit {
    words: Vec<Word>,
    is_quoted: bool,
    is_beginning: bool,
}

impl Unit {
    fn into_node(mut self) -> Option<Node> {
        if self.words.len() == 1 && !self.is_beginning {
            return self.words.pop().map(Node::Word);
        }
        (!self.words.is_empty()).then_some(Node::Phrase {
            words: self.words,
            last_is_beginning: self.is_beginning,
        })
    }
}

struct Lexer {
    tokens: Vec<Token>,
    n_words: usize,
    is_cut: bool,
}

impl Lexer {
    fn read(&mut self, text: &str) {
        let mut rest = text.trim_start();
        let mut is_after_space = true;
        while let Some(first) = rest.chars().next() {
            let after = rest.get(first.len_utf8()..).unwrap_or_default();
            if first.is_whitespace() {
                rest = after;
                is_after_space = true;
                continue;
            }
            rest = if is_quote(first) {
                let end = after.find(is_quote).unwrap_or(after.len());
                self.push_words(after.get(..end).unwrap_or_default(), true);
                let after = after.get(end..).unwrap_or_default();
                after.strip_prefix(is_quote).unwrap_or(after)
            } else if first == '(' {
                self.tokens.push(Token::Open);
                after
            } else if first == ')' {
                self.tokens.push(Token::Close);
                after
            } else if first == '-' && is_after_space && starts_operand(after) {
                self.tokens.push(Token::Not);
                after
            } else {
                let is_end = |c: char| c.is_whitespace() || is_quote(c) || matches!(c, '(' | ')');
                let end = rest.find(is_end).unwrap_or(rest.len());
                self.push_bare(rest.get(..end).unwrap_or_default());
                rest.get(end..).unwrap_or_default()
            };
            is_after_space = first == '(';
        }
    }

    /// A run without white space, quotation marks and parentheses.
    fn push_bare(&mut self, run: &str) {
        match run {
            "OR" | "|" | "||" => self.tokens.push(Token::Or),
            "NOT" => self.tokens.push(Token::Not),
            "AND" | "&" | "&&" | "+" => {}
            // `field:value` that no caller understood is two words, not a phrase.
            run => run
                .split(':')
                .for_each(|words| self.push_words(words, false)),
        }
    }

    fn push_words(&mut self, text: &str, is_quoted: bool) {
        let mut words = Vec::new();
        for word in analyzer::words(text) {
            if self.n_words == MAX_WORDS {
                self.is_cut = true;
                break;
            }
            self.n_words += 1;
            words.push(word);
        }
        if words.is_empty() {
            return;
        }
        let before_star = text.trim_end().strip_suffix('*').unwrap_or_default();
        self.tokens.push(Token::Words(Unit {
            words,
            is_quoted,
            is_beginning: before_star.ends_with(char::is_alphanumeric),
        }));
    }
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»')
}

fn starts_operand(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphanumeric() || is_quote(c) || c == '(')
}

/// Reads up to the closing parenthesis or the end.
fn read_group(
    tokens: &mut std::vec::IntoIter<Token>,
    synonyms: &Synonyms,
    depth: usize,
) -> Vec<Node> {
    let mut group = Group {
        synonyms,
        nodes: Vec::new(),
        run: Vec::new(),
        is_either: false,
        is_negative: false,
    };
    while let Some(token) = tokens.next() {
        match token {
            Token::Close => break,
            Token::Or => group.is_either = true,
            Token::Not => group.is_negative = true,
            Token::Open if depth == MAX_DEPTH => {}
            Token::Open => {
                let mut inner = read_group(tokens, synonyms, depth + 1);
                match (inner.len(), inner.pop()) {
                    (_, None) => {}
                    (1, Some(only)) => group.push(only),
                    (_, Some(last)) => {
                        inner.push(last);
                        group.push(Node::All(inner));
                    }
                }
            }
            Token::Words(unit) => group.push_unit(unit),
        }
    }
    group.finish_run();
    group.nodes
}

/// The parts of a group read so far.
struct Group<'a> {
    synonyms: &'a Synonyms,
    nodes: Vec<Node>,
    /// Plain words that may still grow into a known form.
    run: Vec<Unit>,
    /// An `OR` stands before the next part.
    is_either: bool,
    /// A `-` stands before the next part.
    is_negative: bool,
}

impl Group<'_> {
    fn push_unit(&mut self, unit: Unit) {
        let is_plain = !unit.is_quoted && !unit.is_beginning && !self.is_negative;
        if is_plain && !self.is_either {
            self.run.push(unit);
            return;
        }
        let nodes = if is_plain {
            widen(vec![unit], self.synonyms)
        } else {
            unit.into_node().into_iter().collect()
        };
        for node in nodes {
            self.push(node);
        }
    }

    /// Adds a part under the signs before it.
    fn push(&mut self, node: Node) {
        if self.is_either {
            // `a b OR c` takes b or c, so b is widened alone.
            let last = self.run.pop();
            self.finish_run();
            self.nodes.extend(
                last.into_iter()
                    .flat_map(|unit| widen(vec![unit], self.synonyms)),
            );
        } else {
            self.finish_run();
        }
        let node = if std::mem::take(&mut self.is_negative) {
            Node::Not(Box::new(node))
        } else {
            node
        };
        let either = std::mem::take(&mut self.is_either);
        match (either, self.nodes.pop()) {
            (true, Some(Node::Any(mut parts))) => {
                parts.push(node);
                self.nodes.push(Node::Any(parts));
            }
            (true, Some(first)) => self.nodes.push(Node::Any(vec![first, node])),
            (false, Some(last)) => self.nodes.extend([last, node]),
            (_, None) => self.nodes.push(node),
        }
    }

    fn finish_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        self.nodes.extend(widen(run, self.synonyms));
    }
}

/// Turns plain units into parts, replacing each longest known form by all that mean the same.
fn widen(units: Vec<Unit>, synonyms: &Synonyms) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut units = std::collections::VecDeque::from(units);
    while !units.is_empty() {
        let known = (1..=units.len().min(synonyms.longest()))
            .rev()
            .find_map(|n_units| {
                let words: Vec<Word> = units
                    .iter()
                    .take(n_units)
                    .flat_map(|unit| unit.words.iter().cloned())
                    .collect();
                Some((n_units, synonyms.others(&words)?))
            });
        let (n_units, others) = known.unwrap_or((1, Vec::new()));
        let typed: Vec<Node> = units.drain(..n_units).filter_map(Unit::into_node).collect();
        if others.is_empty() {
            nodes.extend(typed);
            continue;
        }
        let mut same = vec![match <[Node; 1]>::try_from(typed) {
            Ok([only]) => only,
            Err(several) => Node::All(several),
        }];
        same.extend(others.into_iter().filter_map(|words| {
            let unit = Unit {
                words,
                is_quoted: true,
                is_beginning: false,
            };
            unit.into_node()
        }));
        nodes.push(Node::Any(same));
    }
    nodes
}

impl Node {
    /// Calls `see` with every word that may be found, in the order typed; not with excluded ones.
    pub(super) fn each_word<'a>(&'a self, see: &mut impl FnMut(&'a Word)) {
        match self {
            Self::Word(word) => see(word),
            // A beginning is not a word; it has no spelling to compare.
            Self::Phrase {
                words,
                last_is_beginning,
            } => {
                let n_words = words.len() - usize::from(*last_is_beginning);
                words.iter().take(n_words).for_each(see);
            }
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.each_word(see);
                }
            }
            Self::Not(_) => {}
        }
    }

    /// Replaces every word that may be found; not excluded ones.
    pub(super) fn replace_words(&mut self, replace: &mut impl FnMut(&mut Word)) {
        match self {
            Self::Word(word) => replace(word),
            Self::Phrase { words, .. } => words.iter_mut().for_each(replace),
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.replace_words(replace);
                }
            }
            Self::Not(_) => {}
        }
    }
}

#[cfg(test)]
mod tests;
