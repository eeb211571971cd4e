//! The lines of a letterhead cut into the names they hold, superior first.

use super::super::agencies::{AGENCIES, Word, words_of};
use super::super::home::after_province_word;
use super::super::names::Key;
use super::super::spelling::{Token, is_plain, spell};
use super::{MAX_WORDS, foreign};
use crate::domain::Span;
use crate::text::fold::fold;

/// The words of one name.
pub(super) struct Unit<'a> {
    pub(super) tokens: Vec<Token<'a>>,
    pub(super) kind: &'static str,
}

/// The place a superior's name ends with: "tỉnh Bắc Giang".
pub(super) struct Place {
    pub(super) spelled: String,
    pub(super) folded: Vec<String>,
}

/// Cuts words into names. A name starts at a line that starts as names do, unless the line above is
/// not finished, and inside a line after a committee whose place is known.
pub(super) fn cut_into_names<'a>(tokens: &[Token<'a>]) -> Vec<Unit<'a>> {
    let words: Vec<Word> = tokens.iter().map(|token| token.word.clone()).collect();
    let mut units: Vec<Unit<'a>> = Vec::new();
    let mut place_ends = None;
    let foreign = foreign::lines_of(tokens);
    for (at, token) in tokens.iter().enumerate() {
        let head = AGENCIES.head_at(words.get(at..).unwrap_or(&[]));
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        let goes_on = before.is_some_and(|before| AGENCIES.goes_on(&before.word, &token.word));
        let is_start =
            (token.starts_line && (before.is_none() || !goes_on)) || place_ends == Some(at);
        let own = units
            .last()
            .filter(|unit| token.starts_line && begins_own_name(unit, &words, at))
            .map(|unit| unit.kind);
        if let Some(kind) = head.filter(|_| is_start).map(|head| head.kind).or(own) {
            units.push(Unit {
                tokens: vec![token.clone()],
                kind,
            });
        } else if let Some(unit) = units.last_mut()
            && (!foreign.contains(&at) || is_only_a_form(unit))
        {
            unit.tokens.push(token.clone());
        }
        if let Some(unit) = units.last()
            && matches!(&*token.word.folded, "tinh" | "pho" | "tp")
            && unit.kind == "committee"
        {
            let after: Vec<String> = words
                .get(at + 1..)
                .unwrap_or(&[])
                .iter()
                .take(4)
                .map(|word| word.folded.clone())
                .collect();
            place_ends = AGENCIES.province_at(&after).map(|(n, _)| at + 1 + n);
        }
    }
    units.retain(|unit| unit.tokens.len() <= MAX_WORDS);
    units
}

/// "TỔNG CÔNG TY BƯU ĐIỆN VIỆT NAM / BƯU ĐIỆN TỈNH X": the name above is complete, and this line,
/// which repeats what it is about, names a part of it.
fn begins_own_name(above: &Unit<'_>, words: &[Word], at: usize) -> bool {
    let name = folded(above);
    let next = |n: usize| words.get(at + n).map_or("", |word| &*word.folded);
    let repeats = name
        .windows(2)
        .any(|pair| matches!(pair, [first, second] if first == next(0) && second == next(1)));
    above.kind == "enterprise" && name.ends_with(&["viet".into(), "nam".into()]) && repeats
}

/// "CÔNG TY TNHH": the name is in the next line, in whatever language.
fn is_only_a_form(unit: &Unit<'_>) -> bool {
    const FORMS: [&str; 16] = [
        "cong", "ty", "cty", "ctcp", "tnhh", "mtv", "cp", "co", "phan", "luat", "tap", "doan",
        "tong", "mot", "thanh", "vien",
    ];
    unit.kind == "enterprise"
        && folded(unit)
            .iter()
            .all(|word| FORMS.contains(&word.as_str()))
}

pub(super) fn folded(unit: &Unit<'_>) -> Vec<String> {
    unit.tokens
        .iter()
        .map(|token| token.word.folded.clone())
        .filter(|word| !word.is_empty())
        .collect()
}

pub(super) fn span_of(unit: &Unit<'_>) -> Option<Span> {
    let (first, last) = (unit.tokens.first()?, unit.tokens.last()?);
    Some(Span::new(first.span.start, last.span.end))
}

fn words(unit: &Unit<'_>) -> Vec<Word> {
    unit.tokens.iter().map(|token| token.word.clone()).collect()
}

/// The place a name ends with, from its word on: "tỉnh X", "thành phố Y", "huyện Z".
pub(super) fn place_of(unit: &Unit<'_>) -> Option<Place> {
    let words = words(unit);
    let plain = is_plain(&words);
    let Some(from) = (0..words.len()).find(|&at| {
        AGENCIES
            .place_word_at(words.get(at..).unwrap_or(&[]), plain)
            .is_some()
    }) else {
        return bare_province_of(unit);
    };
    let tokens = unit.tokens.get(from..)?;
    Some(Place {
        spelled: spell(tokens, "", ""),
        folded: tokens
            .iter()
            .map(|token| token.word.folded.clone())
            .filter(|word| !word.is_empty())
            .collect(),
    })
}

/// "SỞ Y TẾ HÀ NAM": the province a name ends with, without the word for it.
fn bare_province_of(unit: &Unit<'_>) -> Option<Place> {
    let words = folded(unit);
    let name = (1..=4.min(words.len().saturating_sub(2))).find_map(|n| {
        let province = words.get(words.len() - n..)?;
        AGENCIES.province(province)
    })?;
    Some(Place {
        spelled: name.to_owned(),
        folded: words_of(&fold(name)).map(str::to_owned).collect(),
    })
}

/// The mark-less name of the province a name ends with.
pub(super) fn province_of(unit: &Unit<'_>) -> Option<Key> {
    let words = folded(unit);
    if let Some(at) = words.iter().position(|word| word == "tinh")
        && let Some(after) = words.get(at + 1..).map(after_province_word)
        && !after.is_empty()
    {
        let n = AGENCIES
            .province_at(after)
            .map(|(n, _)| n)
            .or_else(|| (after.len() <= 4).then_some(after.len()))?;
        return after.get(..n).map(<[_]>::to_vec);
    }
    // "UBND THÀNH PHỐ HÀ NỘI", "Sở Xây dựng Hải Phòng".
    (1..words.len()).find_map(|at| {
        let after = words.get(at..)?;
        let (n, is_city) = AGENCIES.province_at(after)?;
        let ends = n == after.len();
        let before = words.get(at - 1).map_or("", String::as_str);
        let of_city = is_city && (matches!(before, "pho" | "tp") || ends);
        let other = matches!(
            before,
            "pho" | "xa" | "huyen" | "phuong" | "quan" | "tran" | "khu"
        );
        (of_city || (ends && !other && at > 1)).then(|| after.get(..n).unwrap_or(&[]).to_vec())
    })
}

/// Whether a name means another agency in every province: "Sở Tài chính".
pub(super) fn is_local(unit: &Unit<'_>) -> bool {
    unit.tokens
        .first()
        .is_some_and(|token| matches!(&*token.word.folded, "so" | "ban" | "thanh" | "van"))
        && unit.kind == "department"
}
