//! Reads list marks: "I.", "1.1.", "a)", "(i)", "Thứ nhất,", "-", "+".

use crate::text::fold::fold;

/// The form of a list mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// I.
    Roman,
    /// A.
    Capital,
    /// 1., 1.1., with the count of numbers.
    Number(u8),
    /// a), a.
    Letter,
    /// (1), (i), (a).
    Parenthesis,
    /// "Thứ nhất,", "Một là,".
    Ordinal,
    /// -
    Dash,
    /// +
    Plus,
    /// •, *, o
    Bullet,
}

impl Mark {
    /// The rule that cuts at such a mark.
    pub(super) fn rule(self) -> &'static str {
        match self {
            Self::Roman | Self::Capital | Self::Number(_) | Self::Parenthesis => "split.numbered",
            Self::Letter => "split.lettered",
            Self::Ordinal => "split.ordinal",
            Self::Dash | Self::Plus | Self::Bullet => "split.dashed",
        }
    }
}

/// Reads the list mark at the start of a line and gives the words after it.
pub(super) fn read_mark(line: &str) -> Option<(Mark, &str)> {
    let line = line.trim_start();
    let first = line.chars().next()?;
    match first {
        '-' | '–' | '—' | '−' => bullet(line, Mark::Dash),
        '+' => bullet(line, Mark::Plus),
        '•' | '●' | '*' | '▪' | '·' | '\u{f0b7}' | '■' | '♦' => {
            bullet(line, Mark::Bullet)
        }
        '(' => parenthesis(line),
        '0'..='9' => number(line),
        'T' | 't' | 'M' | 'm' | 'Ý' | 'ý' | 'H' | 'h' | 'B' | 'b' => {
            ordinal(line).or_else(|| roman_or_letter(line))
        }
        _ => roman_or_letter(line),
    }
}

fn bullet(line: &str, mark: Mark) -> Option<(Mark, &str)> {
    let mut chars = line.chars();
    chars.next();
    let rest = chars.as_str();
    let follows = rest.starts_with(|c: char| c.is_whitespace() || c.is_uppercase() || c == '“');
    // "**Đối với …**" is emphasis.
    (follows && !rest.trim().is_empty()).then(|| (mark, rest.trim_start()))
}

fn parenthesis(line: &str) -> Option<(Mark, &str)> {
    let (inside, rest) = line.strip_prefix('(')?.split_once(')')?;
    let is_mark = inside.len() <= 4
        && !inside.is_empty()
        && (inside.chars().all(|c| c.is_ascii_digit())
            || inside
                .chars()
                .all(|c| matches!(c, 'i' | 'v' | 'x' | 'I' | 'V' | 'X'))
            || inside.chars().count() == 1);
    (is_mark && rest.starts_with(char::is_whitespace))
        .then(|| (Mark::Parenthesis, rest.trim_start()))
}

fn number(line: &str) -> Option<(Mark, &str)> {
    let mut rest = line;
    let mut depth = 0_u8;
    loop {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        if digits == 0 || digits > 2 || depth > 5 {
            return None;
        }
        depth += 1;
        rest = rest.get(digits..)?;
        match rest.strip_prefix('.') {
            Some(after) if after.starts_with(|c: char| c.is_ascii_digit()) => rest = after,
            _ => break,
        }
    }
    let after = rest
        .strip_prefix("./")
        .or_else(|| rest.strip_prefix(['.', ')', '/', ':']))
        .or_else(|| {
            rest.strip_prefix('-')
                .filter(|after| after.starts_with(char::is_whitespace))
        });
    let after = match after {
        Some(after) => after,
        // "1.1 Tại Điều 4"
        None if depth > 1 && rest.starts_with(char::is_whitespace) => rest,
        None => return None,
    };
    let follows = after.starts_with(char::is_whitespace)
        || after.starts_with(|c: char| c.is_uppercase() && !c.is_ascii_digit());
    let words = after.trim_start();
    // "2.1 tỷ đồng" is an amount.
    let is_title =
        words.starts_with(|c: char| c.is_uppercase() || "“\"*(".contains(c)) || depth == 1;
    (follows && is_title && !words.is_empty()).then_some((Mark::Number(depth), words))
}

fn roman_or_letter(line: &str) -> Option<(Mark, &str)> {
    let end = line.find(|c: char| !c.is_alphabetic())?;
    let (word, rest) = line.split_at_checked(end)?;
    let n_letters = word.chars().count();
    if n_letters > 5 {
        return None;
    }
    let after = rest.strip_prefix(['.', ')', '/', '-'])?;
    let spaced = after.starts_with(char::is_whitespace);
    let words = after.trim_start();
    if words.is_empty() || !(spaced || after.starts_with(char::is_uppercase)) {
        return None;
    }
    let mark = if word.chars().all(|c| matches!(c, 'I' | 'V' | 'X')) {
        Mark::Roman
    } else if n_letters == 1 && ('A'..='H').contains(&word.chars().next()?) && spaced {
        Mark::Capital
    } else if n_letters == 1 && word.chars().all(|c| c.is_ascii_lowercase() || c == 'đ') {
        Mark::Letter
    } else {
        return None;
    };
    Some((mark, words))
}

/// "Thứ nhất, …", "Một là, …", "Ý kiến 1: …".
fn ordinal(line: &str) -> Option<(Mark, &str)> {
    let end = line.find([',', ':']).filter(|&end| end <= 40)?;
    let (lead, rest) = line.split_at_checked(end)?;
    let lead = fold(lead);
    let mut words = lead.split_whitespace();
    let is_count = |word: &str| {
        matches!(
            word,
            "nhat" | "hai" | "ba" | "tu" | "bon" | "nam" | "sau" | "bay" | "tam" | "chin" | "muoi"
        ) || word.parse::<u8>().is_ok()
    };
    let is_ordinal = match (words.next()?, words.next()?, words.next(), words.next()) {
        ("mot" | "hai" | "ba" | "bon" | "nam" | "sau" | "bay", "la", None, None) => true,
        ("thu", count, None, None)
        | ("y", "kien", Some("thu"), Some(count))
        | ("y", "kien", Some(count), None) => is_count(count),
        _ => false,
    };
    let rest = rest.trim_start_matches([',', ':']).trim_start();
    (is_ordinal && !rest.is_empty()).then_some((Mark::Ordinal, rest))
}

#[cfg(test)]
mod tests {
    use super::{Mark, read_mark};

    #[track_caller]
    fn check(line: &str, expected: Option<(Mark, &str)>) {
        assert_eq!(read_mark(line), expected, "{line}");
    }

    #[test]
    fn list_marks() {
        check("1.1. Tại Điều 4", Some((Mark::Number(2), "Tại Điều 4")));
        check("1/ Mục IV", Some((Mark::Number(1), "Mục IV")));
        check("(1) Viện", Some((Mark::Parenthesis, "Viện")));
        check("đ. Số liệu", Some((Mark::Letter, "Số liệu")));
        check("Thứ nhất, nhất trí", Some((Mark::Ordinal, "nhất trí")));
        check("II. ĐỐI VỚI", Some((Mark::Roman, "ĐỐI VỚI")));
        check("+ Bổ sung", Some((Mark::Plus, "Bổ sung")));
        for line in [
            "2.1 tỷ đồng",
            "01/9/2021, UBND",
            "V/v góp ý",
            "TP. Bắc Giang",
            "5,2 tỷ",
            "a",
            "2021. Kết quả",
        ] {
            check(line, None);
        }
    }
}
