//! The forms one name is written in: with and without "tỉnh", short name, form of company; in full
//! and abbreviated ("Bộ VHTTDL", "STC Hải Phòng"); under the name it had before.
//!
//! Two names are one where each word of one stands in the other, or its first letter in a word of
//! letters. What that leaves to chance (two names of one abbreviation) is for the caller to see.

use super::agencies::{AGENCIES, Word, words_of};
use super::names::{Key, key};

/// Fewer letters in all are no abbreviation of a name.
const MIN_LETTERS: usize = 3;

/// A word of a name, or one letter of an abbreviation.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Item<'a> {
    Word(&'a str),
    Letter(char),
}

impl Item<'_> {
    fn first(&self) -> Option<char> {
        match self {
            Self::Word(word) => word.chars().next(),
            Self::Letter(letter) => Some(*letter),
        }
    }
}

/// A name without what stands in parentheses, and the short name that stands there: "Tập đoàn Điện
/// lực Việt Nam (EVN)". "(Bộ Xây dựng)" tells whose office it is and stays.
pub(super) fn without_parentheses(name: &str) -> Vec<String> {
    let Some((before, rest)) = name.split_once('(') else {
        return vec![name.to_owned()];
    };
    let (inside, after) = rest.split_once(')').unwrap_or((rest, ""));
    let words: Vec<Word> = words_of(inside).map(Word::new).collect();
    if AGENCIES.head_at(&words).is_some() {
        return vec![name.to_owned()];
    }
    let mut names = vec![format!("{before} {after}")];
    let letters = inside.chars().filter(|c| c.is_alphabetic()).count();
    if words.len() == 1 && letters >= MIN_LETTERS && !inside.chars().any(char::is_lowercase) {
        names.push(inside.to_owned());
    }
    names
}

/// A key without the words that are said or left out at will: "tỉnh" before its name, "thành phố"
/// before that of a central city, "Trường" before "Đại học", "- CTCP" at the end.
pub(super) fn loosened(key: &[String]) -> Key {
    const COMPANIES: [&[&str]; 3] = [
        &["cong", "ty", "co", "phan"],
        &["cong", "ty", "tnhh", "mtv"],
        &["cong", "ty", "tnhh"],
    ];
    let mut key = key;
    for company in COMPANIES {
        let n = key.len().saturating_sub(company.len());
        if n >= 3 && key.get(n..).is_some_and(|end| end == company) {
            key = key.get(..n).unwrap_or(key);
        }
    }
    if let [first, rest @ ..] = key
        && first == "truong"
        && rest
            .first()
            .is_some_and(|next| matches!(&**next, "dai" | "cao" | "trung"))
    {
        key = rest;
    }
    let mut loose = Key::with_capacity(key.len());
    let mut at = 0;
    while let Some(word) = key.get(at) {
        let after = key.get(at + 1..).unwrap_or(&[]);
        let next = after.first().map_or("", String::as_str);
        if word == "tinh" && at > 0 && !matches!(next, "" | "uy" | "doan") {
            at += 1;
        } else if word == "thanh"
            && next == "pho"
            && at > 0
            && AGENCIES
                .province_at(after.get(1..).unwrap_or(&[]))
                .is_some_and(|(n, is_city)| is_city && n + 1 == after.len())
        {
            at += 2;
        } else {
            loose.push(word.clone());
            at += 1;
        }
    }
    without_last_tinh(&mut loose);
    loose
}

/// Leaves out "tỉnh" at the end. "UBND" alone is everybody's, "UBND tỉnh" is not.
pub(super) fn without_last_tinh(key: &mut Key) {
    let stays = match key.as_slice() {
        [first, _] => matches!(&**first, "ubnd" | "hdnd" | "so" | "ban" | "thue"),
        words => words.len() < 2,
    };
    if !stays && key.last().is_some_and(|word| word == "tinh") {
        key.pop();
    }
}

/// Whether a mark-less word can be a Vietnamese syllable; else it is an abbreviation or foreign.
pub(super) fn is_syllable(word: &str) -> bool {
    const STARTS: [&str; 28] = [
        "ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", "b", "c", "d", "g", "h",
        "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", "q", "",
    ];
    const ENDS: [&str; 9] = ["ch", "ng", "nh", "c", "m", "n", "p", "t", ""];
    STARTS.iter().any(|start| {
        word.strip_prefix(start).is_some_and(|rest| {
            ENDS.iter().any(|end| {
                rest.strip_suffix(end).is_some_and(|vowels| {
                    (1..=3).contains(&vowels.len()) && vowels.chars().all(|c| "aeiouy".contains(c))
                })
            })
        })
    })
}

/// The words of a key, those that are abbreviations letter by letter.
fn items(key: &[String]) -> Vec<Item<'_>> {
    let is_one = key.len() == 1;
    key.iter()
        .flat_map(|word| {
            let is_letters = word.chars().all(|c| c.is_ascii_lowercase())
                && (!is_syllable(word) || (is_one && word.len() >= MIN_LETTERS));
            let letters = if is_letters { word.as_str() } else { "" };
            let whole = (!is_letters).then_some(Item::Word(word));
            letters.chars().map(Item::Letter).chain(whole)
        })
        .collect()
}

/// The first letters of a name's words, abbreviations in full: the same for "Sở KH&CN" and "Sở Khoa
/// học và Công nghệ". `None` where that is too little to look for.
pub(super) fn signature(key: &[String]) -> Option<String> {
    let signature: String = items(key).iter().filter_map(Item::first).collect();
    (signature.chars().count() >= MIN_LETTERS).then_some(signature)
}

/// Whether two keys are one name, words of one abbreviated in the other.
pub(super) fn is_abbreviated(first: &[String], second: &[String]) -> bool {
    let (first, second) = (items(first), items(second));
    first.len() == second.len()
        && first.iter().zip(&second).all(|(a, b)| match (a, b) {
            (Item::Word(a), Item::Word(b)) => a == b,
            (a, b) => a.first() == b.first(),
        })
}

/// Whether nothing of a key is written out.
pub(super) fn is_all_letters(key: &[String]) -> bool {
    items(key)
        .iter()
        .all(|item| matches!(item, Item::Letter(_)))
}

/// The numbers in a name: "khu vực VI" and "khu vực VII" are two, however alike.
pub(super) fn numerals(key: &[String]) -> Vec<&str> {
    let follows_area = |at: usize| {
        at.checked_sub(1)
            .and_then(|before| key.get(before))
            .is_some_and(|before| matches!(&**before, "vuc" | "so" | "khu" | "doan" | "vung"))
    };
    key.iter()
        .enumerate()
        .filter(|(at, word)| {
            word.chars().all(|c| c.is_ascii_digit())
                || (follows_area(*at) && word.chars().all(|c| "ivxl".contains(c)))
        })
        .map(|(_, word)| word.as_str())
        .collect()
}

/// The names an office bore before it was renamed or merged, or bears since; with whether it is
/// the same office. In the registry old and new names stand without their places.
pub(super) fn other_names(written: &[String]) -> Vec<(Key, bool)> {
    let mut names = Vec::new();
    for change in &AGENCIES.changes {
        let old = key(&change.old);
        let new = key(&change.new);
        for (from, to) in [(&new, &old), (&old, &new)] {
            if let Some(place) = written.strip_prefix(from.as_slice())
                && (place.is_empty() || is_place(from.last(), place))
            {
                let name = to.iter().chain(place).cloned().collect();
                names.push((name, !change.is_merger));
            }
        }
    }
    names
}

/// Whether words that follow the name of an office can say where it is: at most a province.
fn is_place(before: Option<&String>, words: &[String]) -> bool {
    let rest = match words {
        _ if before.is_some_and(|word| matches!(&**word, "tinh" | "pho")) => words,
        [first, rest @ ..] if first == "tinh" => rest,
        [first, second, rest @ ..] if first == "thanh" && second == "pho" => rest,
        _ => return AGENCIES.province(words).is_some(),
    };
    rest.len() <= 4
}

#[cfg(test)]
mod tests {
    use super::{is_abbreviated, is_syllable, loosened, numerals, without_parentheses};
    use crate::recognize::organization::names::key;

    #[test]
    fn abbreviated_names_are_the_same() {
        for (short, long) in [
            ("Bộ VHTTDL", "Bộ Văn hóa, Thể thao và Du lịch"),
            ("Sở DT&TG", "Sở Dân tộc và Tôn giáo"),
            ("STC Hải Phòng", "Sở Tài chính Hải Phòng"),
            ("VP ĐĐBQH&HĐND tỉnh", "Văn phòng Đoàn ĐBQH và HĐND tỉnh"),
            ("Viện NC Lúa", "Viện Nghiên cứu Lúa"),
        ] {
            assert!(is_abbreviated(&key(short), &key(long)), "{short}");
        }
        for (first, second) in [
            ("Viện NC Ngô", "Viện Nghiên cứu Lúa"),
            ("Sở TC", "Sở Tư pháp"),
            ("Sở Tài chính", "Sở Thể chế"),
        ] {
            assert!(!is_abbreviated(&key(first), &key(second)), "{first}");
        }
    }

    #[test]
    fn syllables_are_told_from_abbreviations() {
        for word in ["nghieng", "uy", "quyen", "an", "giao", "thuong", "y"] {
            assert!(is_syllable(word), "{word}");
        }
        for word in ["khcn", "vhttdl", "ubnd", "stc", "nv", "viglacera"] {
            assert!(!is_syllable(word), "{word}");
        }
    }

    #[test]
    fn words_left_out_at_will() {
        assert_eq!(
            loosened(&key("Sở Xây dựng thành phố Hà Nội")),
            key("Sở Xây dựng Hà Nội")
        );
        assert_eq!(
            loosened(&key("Trường Đại học Lâm nghiệp")),
            key("Đại học Lâm nghiệp")
        );
        assert_eq!(
            loosened(&key("UBND thành phố Lào Cai")),
            key("UBND thành phố Lào Cai")
        );
        assert_eq!(
            without_parentheses("Viện Khoa học (VKH)"),
            ["Viện Khoa học  ", "VKH"]
        );
        assert_eq!(without_parentheses("Cục Giám định (Bộ Xây dựng)").len(), 1);
        assert_ne!(
            numerals(&key("Kho bạc Nhà nước khu vực VI")),
            numerals(&key("Kho bạc Nhà nước khu vực VII"))
        );
    }
}
