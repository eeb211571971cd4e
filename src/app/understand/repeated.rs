//! A letter that came twice in one mail, mostly as a Word file and as the scan of what was signed: both
//! are kept, and what they say counts once.

use std::collections::{BTreeMap, HashMap};

use crate::intake::{PartRole, TextPart};
use crate::text::fold::{fold, syllables};

/// Shorter texts are too much alike by chance.
const MIN_SYLLABLES: usize = 40;
/// How much two texts have in common that are one letter, 0 to 1; recognized scans lose a tenth.
const SAME_TEXT: f64 = 0.8;
/// How much of a point's pairs of syllables stand in the other text when it says the same; a sentence
/// of its own shares a third at most.
const SAME_POINT: f64 = 0.7;

/// The parts that repeat another, with the one they repeat.
pub(super) struct Repeated(BTreeMap<usize, Original>);

/// What is repeated.
pub(super) struct Original {
    /// Its pairs of neighbouring syllables.
    pairs: HashMap<(String, String), usize>,
}

impl Repeated {
    /// Looks for files of one mail that have the same text; `parts` by their index.
    pub(super) fn find<'a>(parts: impl Iterator<Item = (usize, &'a TextPart)>) -> Self {
        let files: Vec<(usize, &TextPart, Vec<String>)> = parts
            .filter(|(_, part)| part.role == PartRole::Attachment)
            .map(|(index, part)| (index, part, words(&part.text)))
            .filter(|(_, _, words)| words.len() >= MIN_SYLLABLES)
            .collect();
        let mut found = BTreeMap::new();
        if files.len() < 2 {
            return Self(found);
        }
        let counts: Vec<HashMap<&str, usize>> =
            files.iter().map(|(_, _, words)| count(words)).collect();
        for (at, (index, part, own)) in files.iter().enumerate() {
            let others = files.iter().zip(&counts).enumerate();
            let original = others
                .filter(|(other, ((_, known, _), _))| {
                    // The file with the better letters, else the one that comes first.
                    let (own, known) = (rank(part), rank(known));
                    known < own || (known == own && *other < at)
                })
                .map(|(_, ((_, _, words), counted))| {
                    let common = counts.get(at).map_or(0, |own| common(own, counted));
                    (words, ratio(common * 2, own.len() + words.len()))
                })
                .filter(|(_, likeness)| *likeness >= SAME_TEXT)
                .max_by(|one, other| one.1.total_cmp(&other.1));
            if let Some((words, _)) = original {
                let pairs = pairs(words);
                found.insert(*index, Original { pairs });
            }
        }
        Self(found)
    }

    /// What a part repeats.
    pub(super) fn original(&self, part: usize) -> Option<&Original> {
        self.0.get(&part)
    }

    /// How many parts repeat another.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl Original {
    /// Whether what a point of the repeating part says stands here as well.
    pub(super) fn says(&self, point: &str) -> bool {
        let own = pairs(&words(point));
        let n: usize = own.values().sum();
        let known: usize = own
            .iter()
            .map(|(pair, n)| self.pairs.get(pair).map_or(0, |known| *n.min(known)))
            .sum();
        n == 0 || ratio(known, n) >= SAME_POINT
    }
}

/// Files whose letters are as they were typed come before those a machine read or placed.
fn rank(part: &TextPart) -> u8 {
    if part.recognized.is_some() {
        2
    } else {
        u8::from(!part.map.is_empty())
    }
}

fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    syllables(&folded)
        .map(|(_, word)| word.to_owned())
        .collect()
}

fn count(words: &[String]) -> HashMap<&str, usize> {
    let mut counted = HashMap::new();
    for word in words {
        *counted.entry(word.as_str()).or_insert(0) += 1;
    }
    counted
}

fn common(one: &HashMap<&str, usize>, other: &HashMap<&str, usize>) -> usize {
    one.iter()
        .map(|(word, n)| other.get(word).map_or(0, |known| *n.min(known)))
        .sum()
}

fn pairs(words: &[String]) -> HashMap<(String, String), usize> {
    let mut counted = HashMap::new();
    for pair in words.windows(2) {
        if let [first, second] = pair {
            *counted.entry((first.clone(), second.clone())).or_insert(0) += 1;
        }
    }
    counted
}

fn ratio(part: usize, whole: usize) -> f64 {
    let number = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    number(part) / number(whole.max(1))
}
