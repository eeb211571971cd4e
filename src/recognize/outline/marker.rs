//! What the first characters of a line say about its place in a draft.
//!
//! Nghị định 30/2020/NĐ-CP, Phụ lục I, mục II: Roman numerals for Phần and Chương, Arabic for Mục,
//! Tiểu mục, Điều and khoản, letters of the Vietnamese alphabet with a parenthesis for điểm. Real
//! drafts also write "1-", "A-", "PHẦN THỨ NHẤT" and "•".

use crate::text::fold::fold;

/// What a line starts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Marker {
    /// Phần, as written: "I", "thứ nhất", "A".
    Part(String),
    /// A., B. at the outermost level of a report.
    Capital(char),
    /// Chương.
    Chapter(String),
    /// Mục.
    Division(String),
    /// Tiểu mục.
    Subdivision(String),
    /// Điều; the number may carry a letter ("6c").
    Article(u16, String),
    /// I, II, III.
    Roman(u16, String),
    /// 1 or 1.1, each number of the path.
    Number(Vec<u16>),
    /// a), b).
    Letter(char),
    /// A list item without number.
    Dash,
    /// Phụ lục, with its number if it has one.
    Annex(Option<String>),
    /// A form, sheet or table with a number, as labels write it: "Mẫu số 1", "Biểu số 2", "Bảng 3".
    Form(String),
}

/// Letters in the order decrees use them; f, j, w, z appear in drafts all the same.
const ALPHABET: &str = "abcdđefghijklmnopqrstuvwxyz";

/// The position of a điểm in its list, from 1.
pub(super) fn letter_ordinal(letter: char) -> Option<u16> {
    let at = ALPHABET.chars().position(|c| c == letter)?;
    u16::try_from(at + 1).ok()
}

/// Reads a Roman numeral below 90 in its only correct spelling.
pub(crate) fn roman_value(text: &str) -> Option<u16> {
    if text.is_empty() || text.len() > 8 {
        return None;
    }
    let digit = |c: char| match c {
        'I' => Some(1),
        'V' => Some(5),
        'X' => Some(10),
        'L' => Some(50),
        _ => None,
    };
    let mut total: u16 = 0;
    let mut following = 0;
    for c in text.chars().rev() {
        let value = digit(c)?;
        if value < following {
            total = total.checked_sub(value)?;
        } else {
            total += value;
            following = value;
        }
    }
    (roman_text(total) == text).then_some(total)
}

/// Writes a Roman numeral.
pub(crate) fn roman_text(mut value: u16) -> String {
    let mut out = String::new();
    for (worth, text) in [
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ] {
        while value >= worth {
            out.push_str(text);
            value -= worth;
        }
    }
    out
}

/// A line without the number, letter or dash it begins with.
pub(crate) fn without_marker(line: &str) -> &str {
    read_marker(line).map_or(line, |(_, rest)| rest)
}

/// Reads the marker of a line and returns it with the words after it.
pub(super) fn read_marker(line: &str) -> Option<(Marker, &str)> {
    let line = line.trim();
    keyword(line)
        .or_else(|| dash(line))
        .or_else(|| roman_or_capital(line))
        .or_else(|| number(line))
        .or_else(|| letter(line))
}

/// Takes a word off the front of a line.
fn first_word(line: &str) -> (&str, &str) {
    let end = line.find(char::is_whitespace).unwrap_or(line.len());
    line.split_at_checked(end).unwrap_or((line, ""))
}

fn keyword(line: &str) -> Option<(Marker, &str)> {
    let (word, rest) = first_word(line);
    let rest = rest.trim_start();
    match fold(word).as_str() {
        "phan" => {
            let (value, rest) = part_value(rest)?;
            ends_heading(rest).map(|rest| (Marker::Part(value), rest))
        }
        "chuong" => {
            let (value, rest) = ordinal_value(rest)?;
            ends_heading(rest).map(|rest| (Marker::Chapter(value), rest))
        }
        "muc" => {
            let (value, rest) = ordinal_value(rest)?;
            ends_heading(rest).map(|rest| (Marker::Division(value), rest))
        }
        "tieu" => {
            let (word, rest) = first_word(rest);
            if fold(word) != "muc" {
                return None;
            }
            let (value, rest) = ordinal_value(rest.trim_start())?;
            ends_heading(rest).map(|rest| (Marker::Subdivision(value), rest))
        }
        "dieu" => {
            let digits = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            let value: u16 = rest.get(..digits)?.parse().ok()?;
            let rest = rest.get(digits..)?;
            let suffix: String = rest.chars().take_while(char::is_ascii_lowercase).collect();
            if suffix.len() > 1 {
                return None;
            }
            let rest = rest.get(suffix.len()..)?;
            (rest.trim().is_empty() || rest.trim_start().starts_with(['.', ':', '-', '–']))
                .then(|| (Marker::Article(value, suffix), trim_mark(rest)))
        }
        "phu" => annex(line, rest),
        "mau" | "bieu" | "bang" => form(word, rest),
        _ => None,
    }
}

fn annex<'a>(line: &str, rest: &'a str) -> Option<(Marker, &'a str)> {
    let (word, rest) = first_word(rest);
    let word_end = word.trim_end_matches([':', '.']);
    if fold(word_end) != "luc" {
        return None;
    }
    let rest = rest.trim_start();
    let rest_value = rest.strip_prefix("số ").unwrap_or(rest);
    let is_loud = line.starts_with("PHỤ LỤC") || line.starts_with("PHỤ  LỤC");
    match ordinal_value(rest_value) {
        Some((value, after)) => {
            // "Phụ lục I (Kèm theo Nghị định …)" is a heading, "Phụ lục I (bổ sung) quy định" not.
            let remark = after.trim();
            let after = if remark.starts_with('(') && remark.ends_with(')') {
                remark
            } else {
                ends_heading(after)?
            };
            Some((Marker::Annex(Some(value)), after))
        }
        // "Phụ lục kèm theo (nếu có)." is a sentence; "PHỤ LỤC" or "Phụ lục:" is a heading.
        None if rest.is_empty() || is_loud => Some((Marker::Annex(None), trim_mark(rest))),
        None => None,
    }
}

/// "Mẫu số 01/ĐK", "Biểu mẫu 2", "BẢNG 3. Tiến độ"; in the middle of a sentence they are small.
fn form<'a>(word: &str, rest: &'a str) -> Option<(Marker, &'a str)> {
    if !word.starts_with(char::is_uppercase) {
        return None;
    }
    let mut kind = match fold(word).as_str() {
        "mau" => "Mẫu số",
        "bieu" => "Biểu số",
        _ => "Bảng",
    };
    let mut rest = rest;
    for expected in ["mau", "so"] {
        let (word, after) = first_word(rest);
        if fold(word) == expected {
            rest = after.trim_start();
            if expected == "mau" {
                kind = "Mẫu số";
            }
        }
    }
    let (value, after) = ordinal_value(rest)?;
    // What stands behind a stroke is the code of the form: "01/ĐK-KHCN".
    let has_code = after.starts_with(['/', '-', '.']) && {
        let code = after.get(1..).unwrap_or("");
        code.starts_with(char::is_alphanumeric)
    };
    let after = match has_code {
        true if after.starts_with('.') => return None,
        true => after
            .find(char::is_whitespace)
            .and_then(|end| after.get(end..)),
        false => Some(after),
    };
    let after = after.unwrap_or("");
    let remark = after.trim();
    let is_remark = remark.starts_with('(') && remark.ends_with(')');
    let is_caption = kind == "Bảng" && remark.starts_with(char::is_uppercase);
    let after = if is_remark || is_caption {
        remark
    } else {
        ends_heading(after)?
    };
    Some((Marker::Form(format!("{kind} {value}")), after))
}

/// "thứ nhất", "I", "1", "A".
fn part_value(rest: &str) -> Option<(String, &str)> {
    let (word, after) = first_word(rest);
    if fold(word) == "thu" {
        let (word, after) = first_word(after.trim_start());
        let number = match fold(word.trim_end_matches(['.', ':', ','])).as_str() {
            "nhat" => 1,
            "hai" => 2,
            "ba" => 3,
            "tu" | "bon" => 4,
            "nam" => 5,
            "sau" => 6,
            _ => return None,
        };
        return Some((roman_text(number), after));
    }
    ordinal_value(rest).or_else(|| {
        let mut chars = rest.chars();
        let c = chars.next().filter(char::is_ascii_uppercase)?;
        let after = chars.as_str();
        (!after.starts_with(char::is_alphanumeric)).then(|| (c.to_string(), after))
    })
}

/// A Roman or Arabic number, with an optional letter ("`XIa`"), normalized.
fn ordinal_value(rest: &str) -> Option<(String, &str)> {
    let end = rest
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(rest.len());
    let (word, after) = rest.split_at_checked(end)?;
    if after.starts_with(char::is_alphabetic) {
        return None;
    }
    let stem = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let suffix = word.get(stem.len()..)?;
    if suffix.len() > 1 {
        return None;
    }
    if let Some(value) = roman_value(stem) {
        return Some((format!("{}{suffix}", roman_text(value)), after));
    }
    let value: u16 = stem.parse().ok()?;
    (value < 1000).then(|| (format!("{value}{suffix}"), after))
}

/// Whether what follows a Phần, Chương, Mục or Phụ lục can be its title: nothing, a mark, or
/// capitals; "Mục 1 quy định …" is a sentence.
fn ends_heading(rest: &str) -> Option<&str> {
    let trimmed = rest.trim_start();
    let is_title =
        trimmed.is_empty() || trimmed.starts_with(['.', ':', '-', '–', ')']) || is_loud(trimmed);
    is_title.then(|| trim_mark(rest))
}

/// Whether most letters are capitals.
pub(super) fn is_loud(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    letters > 0 && capitals * 10 >= letters * 7
}

fn trim_mark(rest: &str) -> &str {
    rest.trim_start()
        .trim_start_matches(['.', ':', '-', '–', ')'])
        .trim()
}

fn dash(line: &str) -> Option<(Marker, &str)> {
    let mut chars = line.chars();
    let first = chars.next()?;
    let rest = chars.as_str();
    let is_bullet = matches!(
        first,
        '-' | '–' | '—' | '−' | '•' | '●' | '*' | '·' | '▪' | '\u{f0b7}' | '\u{f02d}'
    );
    let follows = rest.starts_with(|c: char| c.is_whitespace() || c.is_uppercase());
    (is_bullet && follows && !rest.trim().is_empty()).then(|| (Marker::Dash, rest.trim()))
}

fn roman_or_capital(line: &str) -> Option<(Marker, &str)> {
    let end = line
        .find(|c: char| !c.is_ascii_uppercase())
        .unwrap_or(line.len());
    let (word, after) = line.split_at_checked(end)?;
    if word.is_empty() || !after.starts_with(['.', '-', '–', ')', ':']) {
        return None;
    }
    let rest = trim_mark(after);
    if rest.is_empty() || after.starts_with("./") || !rest.starts_with(char::is_alphabetic) {
        return None;
    }
    let spaced = after.chars().nth(1).is_some_and(char::is_whitespace);
    if let Some(value) = roman_value(word).filter(|_| word != "L") {
        return (spaced || is_loud(rest)).then(|| (Marker::Roman(value, word.to_owned()), rest));
    }
    let mut letters = word.chars();
    let letter = letters.next()?;
    (letters.next().is_none() && ('A'..='H').contains(&letter) && spaced)
        .then_some((Marker::Capital(letter), rest))
}

fn number(line: &str) -> Option<(Marker, &str)> {
    let mut path = Vec::new();
    let mut rest = line;
    loop {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        if digits == 0 || digits > 3 || path.len() > 4 {
            return None;
        }
        path.push(rest.get(..digits)?.parse().ok()?);
        rest = rest.get(digits..)?;
        match rest.strip_prefix('.') {
            Some(after) if after.starts_with(|c: char| c.is_ascii_digit()) => rest = after,
            _ => break,
        }
    }
    // "1.256 văn bằng" and "2.1 tỷ" are quantities.
    if path.len() > 1 && path.iter().skip(1).any(|&n: &u16| n > 99) {
        return None;
    }
    let after = rest.trim_start_matches(['.', ')', '-', '–', ':', '/']);
    let marked = after.len() < rest.len() && !rest.starts_with('/');
    let title = after.trim_start();
    let is_marker = if marked {
        after.starts_with(|c: char| c.is_whitespace() || c.is_uppercase() || c == '“')
    } else {
        path.len() > 1 && after.len() > title.len() && title.starts_with(char::is_uppercase)
    };
    (is_marker && !title.is_empty() && path.first() != Some(&0))
        .then(|| (Marker::Number(path), title.trim_end()))
}

fn letter(line: &str) -> Option<(Marker, &str)> {
    let mut chars = line.chars();
    let c = chars.next()?;
    letter_ordinal(c)?;
    let rest = chars.as_str();
    let after = rest.strip_prefix(')').or_else(|| {
        rest.strip_prefix(['.', '-'])
            .filter(|after| after.starts_with(char::is_whitespace))
    })?;
    (!after.trim().is_empty()).then(|| (Marker::Letter(c), after.trim()))
}

#[cfg(test)]
mod tests {
    use super::{Marker, read_marker, roman_text, roman_value};

    #[track_caller]
    fn check(line: &str, expected: Option<(Marker, &str)>) {
        let found = read_marker(line);
        match expected {
            Some(expected) => assert_eq!(found, Some(expected), "{line}"),
            None => assert_eq!(found, None, "{line}"),
        }
    }

    #[test]
    fn roman_numerals_have_one_spelling() {
        for value in 1..90 {
            assert_eq!(roman_value(&roman_text(value)), Some(value));
        }
        assert_eq!(roman_value("IIII"), None);
        assert_eq!(roman_value("VX"), None);
    }

    #[test]
    fn markers_of_both_families() {
        check("Chương II", Some((Marker::Chapter("II".to_owned()), "")));
        check("PHẦN THỨ HAI", Some((Marker::Part("II".to_owned()), "")));
        check(
            "Điều 6c. Thử nghiệm",
            Some((Marker::Article(6, "c".to_owned()), "Thử nghiệm")),
        );
        check(
            "I- QUAN ĐIỂM",
            Some((Marker::Roman(1, "I".to_owned()), "QUAN ĐIỂM")),
        );
        check("C. PHẦN KẾT", Some((Marker::Capital('C'), "PHẦN KẾT")));
        check(
            "2.1- Đổi mới",
            Some((Marker::Number(vec![2, 1]), "Đổi mới")),
        );
        check("đ) Công khai", Some((Marker::Letter('đ'), "Công khai")));
        check("- Rà soát", Some((Marker::Dash, "Rà soát")));
        check(
            "PHỤ LỤC 01",
            Some((Marker::Annex(Some("1".to_owned())), "")),
        );
        let form = |own: &str| Marker::Form(own.to_owned());
        check("Mẫu số 01/ĐK-KHCN", Some((form("Mẫu số 1"), "")));
        check("Biểu mẫu 2a", Some((form("Mẫu số 2a"), "")));
        check(
            "BIỂU SỐ 03: TỔNG HỢP",
            Some((form("Biểu số 3"), "TỔNG HỢP")),
        );
        check(
            "Bảng 3. Tiến độ hằng năm",
            Some((form("Bảng 3"), "Tiến độ hằng năm")),
        );
    }

    #[test]
    fn sentences_are_not_markers() {
        for line in [
            "Điều 5 và Điều 6 của Luật",
            "1.256 văn bằng bảo hộ",
            "2013. Kết quả",
            "Phụ lục kèm theo (nếu có).",
            "Mục 1 quy định về",
            "Mẫu số 1 quy định về",
            "mẫu số 1",
            "Bảng 2.1. Số liệu",
            "Biểu thị 2 mức",
            "V/v góp ý",
            "-5 độ",
        ] {
            check(line, None);
        }
    }
}
