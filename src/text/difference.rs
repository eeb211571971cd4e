//! What one text says otherwise than another, word by word.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::fold::place_tones;

/// Words that both texts have, or only one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In both.
    Same,
    /// Only in the first.
    Missing,
    /// Only in the second.
    Added,
}

/// A stretch of words, with the spaces after them, as one of the texts writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// In which text.
    pub kind: Kind,
    /// The words; of the second where both have them.
    pub text: String,
}

/// Longest comparison, in steps of words times differences: about a hundredth of a second. What is
/// longer is shown as replaced as a whole between its common beginning and end.
const MAX_STEPS: usize = 4_000_000;

/// Compares two texts; case, spaces and the place of tone marks make no difference.
pub fn difference(first: &str, second: &str) -> Vec<Stretch> {
    let (old, new) = (words(first), words(second));
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

/// Elements that two sequences have in common, or that one of them has instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Whether both have them; else the first has `old` where the second has `new`.
    pub is_same: bool,
    /// In the first; may be empty.
    pub old: Range<usize>,
    /// In the second; may be empty.
    pub new: Range<usize>,
}

/// Compares two sequences; `None` where they differ so much that it would take too long.
pub fn blocks<T: Hash + Eq + Ord>(old: &[T], new: &[T]) -> Option<Vec<Block>> {
    let mut counts: HashMap<&T, i64> = HashMap::new();
    for key in old {
        *counts.entry(key).or_default() += 1;
    }
    for key in new {
        *counts.entry(key).or_default() -= 1;
    }
    let n_alone: u64 = counts.values().map(|count| count.unsigned_abs()).sum();
    let n_alone = usize::try_from(n_alone).unwrap_or(usize::MAX);
    if (old.len() + new.len()).saturating_mul(n_alone) > MAX_STEPS {
        return None;
    }
    let mut blocks: Vec<Block> = Vec::new();
    for operation in capture_diff_slices(Algorithm::Patience, old, new) {
        let (tag, old, new) = operation.as_tag_tuple();
        let is_same = tag == DiffTag::Equal;
        match blocks.last_mut() {
            Some(last) if last.is_same == is_same => {
                last.old.end = old.end;
                last.new.end = new.end;
            }
            _ => blocks.push(Block { is_same, old, new }),
        }
    }
    Some(blocks)
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

#[cfg(test)]
mod tests {
    use super::{Kind, difference};

    /// What only the representative has in `[-…-]`, what only the member has in `{+…+}`.
    #[track_caller]
    fn check(representative: &str, member: &str, expected: &str) {
        let told: String = difference(representative, member)
            .into_iter()
            .map(|stretch| match stretch.kind {
                Kind::Same => stretch.text,
                Kind::Missing => format!("[-{}-]", stretch.text),
                Kind::Added => format!("{{+{}+}}", stretch.text),
            })
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn shows_what_a_member_says_otherwise() {
        check("Bổ sung kinh phí", "Bổ sung kinh phí", "Bổ sung kinh phí");
        check(
            "Tăng lên 10% vào 2025",
            "Tăng lên 15% vào 2025",
            "Tăng lên [-10% -]{+15% +}vào 2025",
        );
        check(
            "Đề nghị bỏ khoản 2",
            "Đề nghị bổ sung khoản 2",
            "Đề nghị [-bỏ -]{+bổ sung +}khoản 2",
        );
        check("a b c", "b c d", "[-a -]b c {+d+}");
        check("", "mới", "{+mới+}");
        check("cũ", "", "[-cũ-]");
    }

    #[test]
    fn case_spaces_and_tone_placement_are_no_difference() {
        check("HÒA BÌNH  là", "Hoà bình là", "Hoà bình là");
        check("Văn bản", " văn\n bản ", "văn\n bản");
    }

    #[test]
    fn long_texts_are_not_compared_for_ever() {
        let many = |word: &str| {
            let words: Vec<String> = (0..3_000).map(|n| format!("{word}{n} ")).collect();
            words.concat()
        };
        let (old, new) = (many("a"), many("b"));
        let told = difference(&format!("đầu {old}cuối"), &format!("đầu {new}cuối"));
        let kinds: Vec<Kind> = told.iter().map(|stretch| stretch.kind).collect();
        assert_eq!(kinds, [Kind::Same, Kind::Missing, Kind::Added, Kind::Same]);
    }
}
