//! What a comment says otherwise than the one that stands for its group, word by word.

use similar::{Algorithm, DiffTag, capture_diff_slices};

use crate::text::fold::place_tones;

/// Words that both texts have, or only one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In both.
    Same,
    /// Only in the representative.
    Missing,
    /// Only in the member.
    Added,
}

/// A stretch of words, with the spaces after them, as one of the texts writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// In which text.
    pub kind: Kind,
    /// The words; of the member where both have them.
    pub text: String,
}

/// Longest comparison, in steps of words times differences: about a hundredth of a second. What is
/// longer is shown as replaced as a whole between its common beginning and end.
const MAX_STEPS: usize = 4_000_000;

/// Compares a member's words with those of its representative; case, spaces and the place of tone
/// marks make no difference.
pub fn difference(representative: &str, member: &str) -> Vec<Stretch> {
    let (old, new) = (words(representative), words(member));
    let keys = |words: &[&str]| -> Vec<String> {
        words
            .iter()
            .map(|word| place_tones(word.trim_end()))
            .collect()
    };
    let (old_keys, new_keys) = (keys(&old), keys(&new));
    let n_start = common(old_keys.iter(), new_keys.iter());
    let old_inner = old_keys.get(n_start..).unwrap_or_default();
    let new_inner = new_keys.get(n_start..).unwrap_or_default();
    let n_end = common(old_inner.iter().rev(), new_inner.iter().rev());
    let old_inner = old_inner.get(..old_inner.len() - n_end).unwrap_or_default();
    let new_inner = new_inner.get(..new_inner.len() - n_end).unwrap_or_default();
    let mut told = Told::default();
    told.tell(Kind::Same, new.iter().take(n_start));
    if old_inner.len().saturating_mul(new_inner.len()) > MAX_STEPS {
        told.tell(
            Kind::Missing,
            old.iter().skip(n_start).take(old_inner.len()),
        );
        told.tell(Kind::Added, new.iter().skip(n_start).take(new_inner.len()));
    } else {
        for operation in capture_diff_slices(Algorithm::Myers, old_inner, new_inner) {
            let (tag, before, after) = operation.as_tag_tuple();
            let before = old.iter().skip(n_start + before.start).take(before.len());
            let after = new.iter().skip(n_start + after.start).take(after.len());
            if tag == DiffTag::Equal {
                told.tell(Kind::Same, after);
            } else {
                told.tell(Kind::Missing, before);
                told.tell(Kind::Added, after);
            }
        }
    }
    told.tell(Kind::Same, new.iter().skip(new.len() - n_end));
    told.stretches
}

/// Words with the spaces after them.
fn words(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let spaces = rest.get(end..).unwrap_or_default();
        let end = end + spaces.len() - spaces.trim_start().len();
        let (word, others) = rest.split_at(end);
        words.push(word);
        rest = others;
    }
    words
}

/// How many elements two sequences begin with in common.
fn common<T: PartialEq>(one: impl Iterator<Item = T>, other: impl Iterator<Item = T>) -> usize {
    one.zip(other).take_while(|(a, b)| a == b).count()
}

/// Stretches in reading order; neighbors of one kind are one.
#[derive(Default)]
struct Told {
    stretches: Vec<Stretch>,
}

impl Told {
    fn tell<'a>(&mut self, kind: Kind, words: impl Iterator<Item = &'a &'a str>) {
        let text: String = words.copied().collect();
        if text.is_empty() {
            return;
        }
        match self.stretches.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(&text),
            _ => self.stretches.push(Stretch { kind, text }),
        }
    }
}
