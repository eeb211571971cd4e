//! Cuts a text into paragraphs and reads their list marks.
//!
//! Mails wrap lines hard: a line goes on with the next one when the next one's first word would
//! not have fitted, or when it starts with a small letter.

use crate::domain::Span;
use crate::text::fold::fold;
use crate::text::normalize::squeeze;

/// A paragraph of a letter.
#[derive(Debug, Clone)]
pub(super) struct Paragraph {
    /// Mark included, without white space at the ends.
    pub(super) span: Span,
    /// The words after the mark.
    pub(super) content: Span,
    /// The mark's form, if it has one.
    pub(super) mark: Option<Mark>,
    /// The words after the mark, without diacritics, in lower case.
    pub(super) folded: String,
}

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

/// Lines longer than this show that a text is not wrapped at a fixed width.
const MAX_WRAP_WIDTH: usize = 105;

/// Cuts a text into paragraphs, in order; blank lines are no paragraphs.
pub(super) fn paragraphs(text: &str) -> Vec<Paragraph> {
    let lines = lines(text);
    let longest = lines.iter().map(|line| line.n_chars).max().unwrap_or(0);
    let is_wrapped = longest <= MAX_WRAP_WIDTH && n_broken_sentences(&lines) >= 2;
    let width = is_wrapped.then_some(longest);
    let mut spans: Vec<Span> = Vec::new();
    let mut before: Option<&Line<'_>> = None;
    for line in &lines {
        if line.text.is_empty() {
            before = None;
            continue;
        }
        match (before, spans.last_mut()) {
            (Some(last), Some(span)) if goes_on(last, line, width) => span.end = line.span.end,
            _ => spans.push(line.span),
        }
        before = Some(line);
    }
    spans
        .into_iter()
        .flat_map(|span| inline_items(text, span))
        .filter_map(|span| Paragraph::new(text, span))
        .collect()
}

/// How many lines go on in the next one with a small letter.
fn n_broken_sentences(lines: &[Line<'_>]) -> usize {
    lines
        .windows(2)
        .filter(|pair| {
            let [last, next] = pair else { return false };
            !last.text.is_empty()
                && next.text.starts_with(char::is_lowercase)
                && read_mark(next.text).is_none()
        })
        .count()
}

/// Cuts "(1) …; (2) …" on one line into its items.
fn inline_items(text: &str, span: Span) -> Vec<Span> {
    let words = span.slice(text).unwrap_or("");
    if !words.starts_with("(1)") {
        return vec![span];
    }
    let mut items = Vec::new();
    let mut start = 0;
    for number in 2..100 {
        let mark = format!(" ({number}) ");
        let Some(at) = words.get(start..).and_then(|rest| rest.find(&mark)) else {
            break;
        };
        items.push(Span::new(span.start + start, span.start + start + at).trimmed(text));
        start += at + 1;
    }
    items.push(Span::new(span.start + start, span.end).trimmed(text));
    items
}

struct Line<'a> {
    span: Span,
    text: &'a str,
    n_chars: usize,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for piece in text.split_inclusive('\n') {
        let span = Span::new(start, start + piece.len()).trimmed(text);
        let line = span.slice(text).unwrap_or("");
        lines.push(Line {
            span,
            text: line,
            n_chars: piece.trim_end().chars().count(),
        });
        start += piece.len();
    }
    lines
}

/// Whether `next` belongs to the same paragraph as the line before it.
fn goes_on(last: &Line<'_>, next: &Line<'_>, width: Option<usize>) -> bool {
    if read_mark(next.text).is_some() || last.text.contains("     ") || next.text.contains("     ")
    {
        return false;
    }
    let starts_small = next.text.chars().next().is_some_and(char::is_lowercase);
    let ends_open = !last.text.ends_with(['.', ':', ';', '!', '?', '”']);
    if starts_small && !last.text.ends_with([':', ';']) {
        return true;
    }
    let Some(width) = width else { return false };
    let first_word = next
        .text
        .split_whitespace()
        .next()
        .map_or(0, |word| word.chars().count());
    if last.text.ends_with(':') {
        return false;
    }
    let would_overflow = last.n_chars + 1 + first_word > width.saturating_sub(3);
    width >= 50 && would_overflow && (ends_open || last.n_chars + 12 > width)
}

impl Paragraph {
    pub(super) fn new(text: &str, span: Span) -> Option<Self> {
        let words = span.slice(text)?;
        let (mark, skipped) = match read_mark(words) {
            Some((mark, rest)) => (Some(mark), words.len() - rest.len()),
            None => (None, 0),
        };
        let content = Span::new(span.start + skipped, span.end).trimmed(text);
        let folded = squeeze(&fold(content.slice(text)?));
        Some(Self {
            span,
            content,
            mark,
            folded,
        })
    }

    /// Cuts the paragraph in two at a byte of the text; the mark stays with the first part.
    pub(super) fn split_at(&self, text: &str, at: usize) -> Option<(Self, Self)> {
        let first = Span::new(self.span.start, at).trimmed(text);
        let second = Span::new(at, self.span.end).trimmed(text);
        let mut second = Self::new(text, second)?;
        if second.mark.is_some() {
            second.content = second.span;
            second.mark = None;
        }
        Some((Self::new(text, first)?, second))
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
    use super::{Mark, paragraphs, read_mark};

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

    #[test]
    fn wrapped_lines_are_one_paragraph() {
        let text = "Phúc đáp Công văn số 846/SKHCN-QLCN ngày 20/8/2021 của Sở Khoa học và Công\nnghệ, Sở có một số ý kiến:\n\n1) Điểm c mục III.3: bổ sung công nghệ xử lý rác thải sinh hoạt quy mô cấp\nxã và xử lý nước thải.\n2) Điểm a";
        let found: Vec<usize> = paragraphs(text)
            .iter()
            .map(|paragraph| paragraph.span.start)
            .collect();
        assert_eq!(found.len(), 3);
    }
}
