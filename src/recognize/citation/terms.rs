//! The words that name places, from `config/registry/terms.toml`.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::lexer::{Kind, Token, WordHash, hash_words};

/// A word that is followed by the number or letter of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    Part,
    Chapter,
    Division,
    Subdivision,
    Article,
    Clause,
    Point,
    Item,
    Annex,
    /// Mẫu số.
    Form,
    /// Biểu số.
    Sheet,
    /// Bảng.
    Table,
    Dash,
    Paragraph,
    Row,
    /// A path written without keyword: "III.2.b".
    Path,
}

impl Keyword {
    /// A numbered form, sheet or table, which drafts may have or not.
    pub(super) fn is_form(self) -> bool {
        matches!(self, Self::Form | Self::Sheet | Self::Table)
    }

    /// Outer places have lower ranks.
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Annex => 0,
            Self::Form | Self::Sheet | Self::Table => 1,
            Self::Part => 2,
            Self::Chapter => 3,
            Self::Division | Self::Path => 4,
            Self::Subdivision => 5,
            Self::Article => 6,
            Self::Clause => 7,
            Self::Row => 8,
            Self::Point => 9,
            Self::Item => 10,
            Self::Dash => 11,
            Self::Paragraph => 12,
        }
    }
}

/// What a word or phrase is to the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Term {
    /// Nothing.
    #[default]
    None,
    Place(Keyword),
    Page,
    Line,
    /// Contains a place word and is none.
    Ordinary,
    And,
    To,
    Of,
    Number,
    Ordinal,
    Plural,
    This,
    Adding,
    Quoting,
    Reason,
    /// "không có": the sender knows that the place is not there.
    Absent,
    Counted,
    Reference,
    /// A type of document that carries a number.
    Numbered,
    /// A law: carries a name.
    Law,
    Draft,
    /// The draft that is spoken of, as a whole.
    Whole,
    /// All drafts together.
    Dossier,
    Format,
    /// "bỏ", "sửa": what follows is a thing of the draft.
    Changing,
    /// "vì", "theo": what follows directly is a ground.
    Ground,
    /// "sau": what follows says where something new goes.
    After,
    /// "vì vậy": what follows is no longer a reason.
    Therefore,
    /// "nhiệm vụ của": what follows is an organization with a section of its own.
    Task,
}

/// A place called by its name.
#[derive(Debug, Clone)]
pub(super) struct Name {
    /// The label of the named node it is, where it has one.
    pub(super) label: Option<String>,
    /// Stands for the title of the document.
    pub(super) is_title: bool,
    /// A term of drafting, that means its place wherever it is said.
    pub(super) is_technical: bool,
    /// The ways to say it, longest first.
    pub(super) words: Vec<Vec<u64>>,
}

struct Phrase {
    words: Vec<WordHash>,
    term: Term,
    /// Also found when its marks are wrong, or letters are misread.
    is_tolerant: bool,
}

/// All terms, by the folded first word.
pub(super) struct Terms {
    phrases: HashMap<u64, Vec<Phrase>, super::lexer::BuildIdentity>,
    pub(super) names: Vec<Name>,
}

/// The shipped terms.
pub(super) static TERMS: LazyLock<Terms> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../../config/registry/terms.toml"))
        .expect("the shipped terms.toml is valid: a test reads it");
    Terms::new(file)
});

#[derive(Deserialize)]
struct File {
    place: HashMap<String, Vec<String>>,
    misread: std::collections::BTreeMap<String, Vec<String>>,
    joint: HashMap<String, Vec<String>>,
    document: HashMap<String, Vec<String>>,
    ordinary: Words,
    counted: Words,
    reference: Words,
    whole: HashMap<String, Vec<String>>,
    format: Words,
    name: Vec<NameEntry>,
}

#[derive(Deserialize)]
struct Words {
    words: Vec<String>,
}

#[derive(Deserialize)]
struct NameEntry {
    label: Option<String>,
    #[serde(default)]
    is_title: bool,
    #[serde(default)]
    is_technical: bool,
    words: Vec<String>,
}

/// The grammar's word for a key of the file; keys it does not know are ignored.
fn keyed_term(key: &str) -> Option<Term> {
    Some(match key {
        "part" => Term::Place(Keyword::Part),
        "chapter" => Term::Place(Keyword::Chapter),
        "division" => Term::Place(Keyword::Division),
        "subdivision" => Term::Place(Keyword::Subdivision),
        "article" => Term::Place(Keyword::Article),
        "clause" => Term::Place(Keyword::Clause),
        "point" => Term::Place(Keyword::Point),
        "item" => Term::Place(Keyword::Item),
        "annex" => Term::Place(Keyword::Annex),
        "form" => Term::Place(Keyword::Form),
        "sheet" => Term::Place(Keyword::Sheet),
        "table" => Term::Place(Keyword::Table),
        "dash" => Term::Place(Keyword::Dash),
        "paragraph" => Term::Place(Keyword::Paragraph),
        "row" => Term::Place(Keyword::Row),
        "page" => Term::Page,
        "line" => Term::Line,
        "and" => Term::And,
        "to" => Term::To,
        "of" => Term::Of,
        "number" => Term::Number,
        "ordinal" => Term::Ordinal,
        "plural" => Term::Plural,
        "this" => Term::This,
        "changing" => Term::Changing,
        "adding" => Term::Adding,
        "quoting" => Term::Quoting,
        "reason" => Term::Reason,
        "absent" => Term::Absent,
        "ground" => Term::Ground,
        "after" => Term::After,
        "therefore" => Term::Therefore,
        "task" => Term::Task,
        "numbered" => Term::Numbered,
        "law" => Term::Law,
        "draft" => Term::Draft,
        _ => return None,
    })
}

impl Terms {
    fn new(file: File) -> Self {
        let mut terms = Self {
            phrases: HashMap::default(),
            names: Vec::new(),
        };
        let keyed: std::collections::BTreeMap<_, _> = file
            .place
            .into_iter()
            .chain(file.joint)
            .chain(file.document)
            .collect();
        for (key, words) in keyed {
            if let Some(term) = keyed_term(&key) {
                terms.add(&words, term);
            }
        }
        terms.add(&file.ordinary.words, Term::Ordinary);
        terms.add(&file.counted.words, Term::Counted);
        terms.add(&file.reference.words, Term::Reference);
        for (key, term) in [("draft", Term::Whole), ("dossier", Term::Dossier)] {
            if let Some(words) = file.whole.get(key) {
                terms.add(words, term);
            }
        }
        terms.add(&file.format.words, Term::Format);
        // Last, so that what is written as it should be wins.
        for (key, words) in file.misread {
            if let Some(term) = keyed_term(&key) {
                terms.add_phrases(&words, term, true);
            }
        }
        for entry in file.name {
            let mut words: Vec<Vec<u64>> = entry
                .words
                .iter()
                .map(|words| hash_words(words).iter().map(|word| word.folded).collect())
                .collect();
            words.sort_by_key(|words| std::cmp::Reverse(words.len()));
            terms.names.push(Name {
                label: entry.label,
                is_title: entry.is_title,
                is_technical: entry.is_technical,
                words,
            });
        }
        terms
    }

    fn add(&mut self, phrases: &[String], term: Term) {
        self.add_phrases(phrases, term, false);
    }

    fn add_phrases(&mut self, phrases: &[String], term: Term, is_tolerant: bool) {
        for phrase in phrases {
            let words = hash_words(phrase);
            if let Some(first) = words.first() {
                // Longest first; the sort is stable, so earlier terms win among equals.
                let phrases = self.phrases.entry(first.folded).or_default();
                phrases.push(Phrase {
                    words,
                    term,
                    is_tolerant,
                });
                phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.words.len()));
            }
        }
    }

    /// Marks the longest term at every word.
    pub(super) fn mark(&self, tokens: &mut [Token]) {
        let mut at = 0;
        while at < tokens.len() {
            let found = tokens.get(at..).and_then(|rest| self.find(rest));
            let mut n_words = 1;
            if let (Some(phrase), Some(token)) = (found, tokens.get_mut(at)) {
                n_words = phrase.words.len();
                token.term = phrase.term;
                token.n_words = u8::try_from(n_words).unwrap_or(1);
                token.is_misread = phrase.is_tolerant;
            }
            at += n_words.max(1);
        }
    }

    fn find(&self, tokens: &[Token]) -> Option<&Phrase> {
        let first = tokens.first().filter(|token| token.kind == Kind::Word)?;
        let phrases = self.phrases.get(&first.folded)?;
        phrases.iter().find(|phrase| {
            if let [only] = phrase.words.as_slice() {
                // "mức" is not "mục"; a word without any mark may have lost them.
                return phrase.is_tolerant
                    || first.exact == only.exact
                    || (first.is_plain() && only.folded == first.exact);
            }
            // "tại khoản" is not "tài khoản".
            let is_exact = phrase.term == Term::Ordinary;
            phrase.words.len() <= tokens.len()
                && phrase.words.iter().zip(tokens).all(|(word, token)| {
                    token.kind == Kind::Word
                        && token.folded == word.folded
                        && (!is_exact || token.exact == word.exact)
                })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{TERMS, Term};

    #[test]
    fn the_shipped_terms_are_valid() {
        assert!(TERMS.names.len() > 10);
        let mut tokens = super::super::lexer::lex("tiểu mục mức điều khoản");
        TERMS.mark(&mut tokens);
        let terms: Vec<Term> = tokens.iter().map(|token| token.term).collect();
        assert_eq!(
            terms.first(),
            Some(&Term::Place(super::Keyword::Subdivision))
        );
        assert_eq!(terms.get(2), Some(&Term::None), "mức is not mục");
        assert_eq!(terms.get(3), Some(&Term::Ordinary));
    }
}
