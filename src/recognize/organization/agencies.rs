//! What is known about names of agencies in general: provinces, ministries, the words names start
//! with, and how they are spelled. From `config/registry/agencies.toml`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::text::fold::{fold, place_tones};

#[derive(Deserialize)]
struct File {
    provinces: Provinces,
    central: BTreeMap<String, String>,
    heads: BTreeMap<String, Vec<String>>,
    unfinished: Unfinished,
    spelling: Spelling,
    change: Vec<Change>,
}

/// A name that took the place of another.
#[derive(Deserialize)]
pub(super) struct Change {
    pub(super) old: String,
    pub(super) new: String,
    /// Whether the new office took over the work of several.
    #[serde(default, rename = "merger")]
    pub(super) is_merger: bool,
}

#[derive(Deserialize)]
struct Provinces {
    names: Vec<String>,
    cities: Vec<String>,
}

#[derive(Deserialize)]
struct Unfinished {
    words: Vec<String>,
    compounds: Vec<String>,
}

#[derive(Deserialize)]
struct Spelling {
    phrases: Vec<String>,
    capitals: Vec<String>,
    small: Vec<String>,
    places: Vec<String>,
}

/// A phrase as it is spelled, word by word.
pub(super) struct Phrase {
    pub(super) words: Vec<Word>,
    /// The kind of organization, for the first words of names.
    pub(super) kind: &'static str,
}

/// One word in the three forms it is compared in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) spelled: String,
    pub(super) marked: String,
    pub(super) folded: String,
}

impl Word {
    pub(super) fn new(word: &str) -> Self {
        Self {
            spelled: word.to_owned(),
            marked: place_tones(word),
            folded: fold(word),
        }
    }

    /// Whether this is a word of the text, which may have lost all its marks.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.marked == other.marked || (other.is_plain() && self.folded == other.folded)
    }

    /// Whether no letter bears a mark.
    pub(super) fn is_plain(&self) -> bool {
        self.marked == self.folded
    }
}

/// The words of a phrase without punctuation.
pub(super) fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
}

type ByFirstWord = HashMap<String, Vec<Phrase>>;

/// The registry, prepared.
pub(super) struct Agencies {
    /// Mark-less names of provinces and central cities, each with whether it is a city, and its
    /// name: "tỉnh Lạng Sơn".
    places: BTreeMap<Vec<String>, (bool, String)>,
    central: BTreeMap<String, String>,
    heads: ByFirstWord,
    phrases: ByFirstWord,
    unfinished: Vec<Word>,
    compounds: Vec<Vec<Word>>,
    capitals: HashSet<String>,
    small: Vec<Word>,
    place_words: Vec<Vec<Word>>,
    pub(super) changes: Vec<Change>,
}

pub(super) static AGENCIES: LazyLock<Agencies> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../../config/registry/agencies.toml"))
        .expect("the shipped agencies.toml is valid: a test reads it");
    Agencies::new(file)
});

/// The kinds of `organization_kinds.toml` that words can stand for.
const KINDS: [&str; 11] = [
    "central",
    "department",
    "subordinate",
    "committee",
    "enterprise",
    "science",
    "front",
    "party",
    "association",
    "district",
    "commune",
];

fn insert(map: &mut ByFirstWord, text: &str, kind: &'static str) {
    let words: Vec<Word> = words_of(text).map(Word::new).collect();
    if let Some(first) = words.first() {
        let list = map.entry(first.folded.clone()).or_default();
        list.push(Phrase { words, kind });
        list.sort_by_key(|phrase| std::cmp::Reverse(phrase.words.len()));
    }
}

impl Agencies {
    fn new(file: File) -> Self {
        let mut places = BTreeMap::new();
        let mut phrases = ByFirstWord::new();
        let names = file.provinces.names.iter().map(|name| (name, false));
        let cities = file.provinces.cities.iter().map(|name| (name, true));
        for (name, is_city) in names.chain(cities) {
            let full = format!("{} {name}", if is_city { "thành phố" } else { "tỉnh" });
            let key = words_of(&fold(name)).map(str::to_owned).collect();
            places.insert(key, (is_city, full));
            insert(&mut phrases, name, "");
        }
        for phrase in &file.spelling.phrases {
            insert(&mut phrases, phrase, "");
        }
        let mut heads = ByFirstWord::new();
        for (kind, words) in &file.heads {
            let kind = KINDS
                .iter()
                .find(|known| *known == kind)
                .copied()
                .unwrap_or("");
            for head in words {
                insert(&mut heads, head, kind);
                insert(&mut phrases, head, "");
            }
        }
        let list = |words: &[String]| words.iter().map(|word| Word::new(word)).collect();
        let phrases_of = |texts: &[String]| -> Vec<Vec<Word>> {
            let mut phrases: Vec<Vec<Word>> = texts
                .iter()
                .map(|text| words_of(text).map(Word::new).collect())
                .collect();
            phrases.sort_by_key(|words: &Vec<Word>| std::cmp::Reverse(words.len()));
            phrases
        };
        Self {
            places,
            central: file
                .central
                .into_iter()
                .map(|(symbol, name)| (fold(&symbol), name))
                .collect(),
            heads,
            phrases,
            unfinished: list(&file.unfinished.words),
            compounds: phrases_of(&file.unfinished.compounds),
            capitals: file
                .spelling
                .capitals
                .iter()
                .map(|word| fold(word))
                .collect(),
            small: list(&file.spelling.small),
            place_words: phrases_of(&file.spelling.places),
            changes: file.change,
        }
    }

    /// The longest province or central city these mark-less words start with: its length, and
    /// whether it is a city.
    pub(super) fn province_at(&self, words: &[String]) -> Option<(usize, bool)> {
        (1..=4.min(words.len())).rev().find_map(|n| {
            let (is_city, _) = self.places.get(words.get(..n)?)?;
            Some((n, *is_city))
        })
    }

    /// The name of the province or central city of exactly these mark-less words.
    pub(super) fn province(&self, words: &[String]) -> Option<&str> {
        self.places.get(words).map(|(_, name)| &**name)
    }

    /// The central agency that signs with this symbol: "BTC".
    pub(super) fn central(&self, symbol: &str) -> Option<&str> {
        self.central.get(&fold(symbol)).map(String::as_str)
    }

    /// The words an agency's name starts with, when these words do.
    pub(super) fn head_at(&self, words: &[Word]) -> Option<&Phrase> {
        let first = words.first()?;
        self.heads.get(&first.folded)?.iter().find(|phrase| {
            let next = words.get(phrase.words.len()).map(|word| &*word.folded);
            starts_with(words, &phrase.words)
                && !(phrase.words.len() == 1 && is_other_word(first, next))
        })
    }

    /// Whether names start with this mark-less word.
    pub(super) fn is_head(&self, word: &str) -> bool {
        self.heads.contains_key(word)
    }

    /// The longest known phrase these words start with, marks that a text recognizer lost or
    /// mistook included.
    pub(super) fn phrase_at(&self, words: &[Word]) -> Option<&Phrase> {
        let first = words.first()?;
        let phrases = self.phrases.get(&first.folded)?.iter();
        let like = phrases.filter_map(|phrase| {
            let same = words.get(..phrase.words.len())?;
            let pairs = || same.iter().zip(&phrase.words);
            let is_folded = pairs().all(|(word, known)| word.folded == known.folded);
            let n_exact = pairs().filter(|(word, known)| known.is(word)).count();
            let is_like = is_folded
                && n_exact * 2 >= phrase.words.len()
                && (phrase.words.len() > 1 || n_exact == 1);
            is_like.then_some((phrase.words.len(), n_exact, phrase))
        });
        like.max_by_key(|(n_words, n_exact, _)| (*n_words, *n_exact))
            .map(|(.., phrase)| phrase)
    }

    /// Whether a name goes on after this word, in a line that starts with the other.
    pub(super) fn goes_on(&self, last: &Word, first: &Word) -> bool {
        let plain = matches!(&*last.folded, "va" | "cac") && last.is_plain();
        plain
            || self
                .unfinished
                .iter()
                .any(|word| word.marked == last.marked)
            || self.compounds.iter().any(|words| {
                matches!(words.as_slice(), [before, after] if before.is(last) && after.is(first))
            })
    }

    /// Whether the word is an abbreviation in capitals.
    pub(super) fn is_capitals(&self, word: &Word) -> bool {
        self.capitals.contains(&word.folded)
    }

    /// The spelling of a word that is small inside names.
    pub(super) fn small(&self, word: &Word) -> Option<&str> {
        let known = self.small.iter().find(|small| small.marked == word.marked);
        let plain = || match &*word.folded {
            "va" if word.is_plain() => Some("và"),
            "tinh" if word.is_plain() => Some("tỉnh"),
            _ => None,
        };
        known.map(|known| &*known.spelled).or_else(plain)
    }

    /// The word before the name of a place that these words start with: "tỉnh", "thị xã". Without
    /// marks a word may be another one, and counts only in a name without any.
    pub(super) fn place_word_at(&self, words: &[Word], is_plain: bool) -> Option<&[Word]> {
        let known = self.place_words.iter().find(|place| {
            words.len() > place.len()
                && place.iter().zip(words).all(|(place, word)| {
                    place.marked == word.marked
                        || (is_plain && place.folded == word.folded && word.is_plain())
                })
        })?;
        let next = words.get(known.len()).map(|word| &*word.folded);
        let is_other = matches!(
            (known.first().map(|word| &*word.folded), next),
            (Some("xa"), Some("hoi")) | (Some("quan"), Some("ly" | "tri" | "su" | "khu"))
        );
        (!is_other).then_some(known)
    }
}

/// Whether words of a text start with these.
pub(super) fn starts_with(words: &[Word], start: &[Word]) -> bool {
    words.len() >= start.len() && words.iter().zip(start).all(|(word, known)| known.is(word))
}

/// "Sở hữu", "khoa học", "hội nhập": the first syllable is no agency. Without marks "bao", "khoa"
/// and "quy" mean too much.
fn is_other_word(first: &Word, next: Option<&str>) -> bool {
    let ambiguous =
        first.is_plain() && matches!(&*first.folded, "bao" | "quy" | "khoa" | "cang" | "tram");
    let compound = matches!(
        (&*first.folded, next),
        ("so", Some("huu"))
            | ("khoa", Some("hoc"))
            | ("hoi", Some("nhap"))
            | ("phong", Some("chay" | "chong"))
            | ("vu", Some("viec"))
            | ("vien", Some("thong" | "chuc"))
            | ("truong", Some("ban" | "phong"))
    );
    ambiguous || compound
}
