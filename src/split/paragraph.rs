//! Cuts a text into paragraphs.
//!
//! Mails wrap lines hard: a line goes on with the next one when the next one's first word would
//! not have fitted, or when it starts with a small letter.

use std::collections::{BTreeMap, BTreeSet};

use super::inline::inline_items;
use super::mark::{Mark, read_mark};
use super::phrase::{Words, greets, has_place, has_proposal, starts_closing, starts_with_place};
use crate::domain::Span;

/// A paragraph of a letter.
#[derive(Debug, Clone)]
pub(super) struct Paragraph {
    /// Mark included, without white space at the ends.
    pub(super) span: Span,
    /// The words after the mark.
    pub(super) content: Span,
    /// The mark's form, if it has one.
    pub(super) mark: Option<Mark>,
    /// The words after the mark, in lower case.
    pub(super) words: Words,
    /// Whether it asks for something or finds something wrong.
    pub(super) wants: bool,
    /// Whether it names a place of the draft.
    pub(super) has_place: bool,
    /// Whether it is set in capitals or between asterisks.
    pub(super) is_loud: bool,
    /// Page numbers and running heads inside it.
    pub(super) holes: Vec<Span>,
}

/// Lines longer than this show that a text is not wrapped at a fixed width.
const MAX_WRAP_WIDTH: usize = 105;

/// Cuts a text into paragraphs, in order; blank lines, page numbers and running heads are none.
pub(super) fn paragraphs(text: &str) -> Vec<Paragraph> {
    let lines = lines(text);
    let longest = lines.iter().map(|line| line.n_chars).max().unwrap_or(0);
    let is_wrapped = longest <= MAX_WRAP_WIDTH && n_broken_sentences(&lines) >= 2;
    let layout = Layout {
        longest,
        width: is_wrapped.then_some(longest),
    };
    let heads = running_heads(&lines);
    let mut spans: Vec<Span> = Vec::new();
    let mut holes: Vec<Span> = Vec::new();
    let mut before: Option<&Line<'_>> = None;
    let mut skipped: Vec<Span> = Vec::new();
    // The last line of a quotation that goes over several lines.
    let mut quoted_to = 0;
    for (at, line) in lines.iter().enumerate() {
        if at > 0 && at <= quoted_to {
            if let Some(span) = spans.last_mut()
                && !line.text.is_empty()
            {
                span.end = line.span.end;
                before = Some(line);
            }
        } else if line.text.is_empty() {
            // A blank line beside a page number is no end of a paragraph.
            if skipped.is_empty() {
                before = None;
            }
            continue;
        } else if is_page_number(line.text) || heads.contains(line.text) {
            if before.is_none_or(|last| last.text.ends_with(['.', ':', ';', '!', '?', '”'])) {
                before = None;
                skipped.clear();
            } else {
                skipped.push(line.span);
            }
            continue;
        } else {
            let across_page = !skipped.is_empty();
            match (before, spans.last_mut()) {
                (Some(last), Some(span))
                    if goes_on(last, line, layout)
                        && (!across_page || line.text.starts_with(char::is_lowercase)) =>
                {
                    span.end = line.span.end;
                    holes.append(&mut skipped);
                }
                _ => spans.push(line.span),
            }
            skipped.clear();
            before = Some(line);
        }
        if at >= quoted_to
            && let Some(end) = quotation_end(&lines, at)
        {
            quoted_to = end;
        }
    }
    let mut paragraphs: Vec<Paragraph> = spans
        .into_iter()
        .flat_map(|span| inline_items(text, span))
        .filter_map(|span| Paragraph::new(text, span))
        .collect();
    let mut at = 0;
    for hole in holes {
        while paragraphs
            .get(at)
            .is_some_and(|paragraph| paragraph.span.end < hole.end)
        {
            at += 1;
        }
        if let Some(paragraph) = paragraphs.get_mut(at) {
            paragraph.holes.push(hole);
        }
    }
    paragraphs
}

/// How the lines of a text are broken.
#[derive(Debug, Clone, Copy)]
struct Layout {
    /// The longest line, in characters.
    longest: usize,
    /// The width it is wrapped at, if it is.
    width: Option<usize>,
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

/// "2", "- 3 -", "Trang 2/5" alone in a line.
fn is_page_number(line: &str) -> bool {
    if line.len() > 16 {
        return false;
    }
    let line = line.trim_matches(['-', '–', '—', '|', ' ', '.']);
    let number = ["Trang ", "trang ", "TRANG ", "Page ", "page "]
        .iter()
        .find_map(|word| line.strip_prefix(word))
        .unwrap_or(line);
    let (page, of) = number.split_once('/').unwrap_or((number, "1"));
    let is_number = |word: &str| {
        (1..=3).contains(&word.trim().len()) && word.trim().bytes().all(|b| b.is_ascii_digit())
    };
    is_number(page) && is_number(of)
}

/// Lines that stand on every page of a long text.
fn running_heads<'a>(lines: &[Line<'a>]) -> BTreeSet<&'a str> {
    let mut heads = BTreeSet::new();
    if lines.len() < 60 {
        return heads;
    }
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for line in lines {
        let may_be = (8..160).contains(&line.text.len())
            && !line.text.ends_with(['.', ';', ':', ','])
            && read_mark(line.text).is_none();
        if may_be {
            *counts.entry(line.text).or_default() += 1;
        }
    }
    for (line, n_times) in counts {
        if n_times >= 3 && !has_proposal(&Words::new(line)) {
            heads.insert(line);
        }
    }
    heads
}

/// The line in which a quotation opened in this one, and not closed in it, ends.
fn quotation_end(lines: &[Line<'_>], at: usize) -> Option<usize> {
    const MAX_LINES: usize = 60;
    let line = lines.get(at)?;
    let following = || lines.iter().enumerate().skip(at + 1).take(MAX_LINES);
    if line.n_open > 0 {
        let mut depth = line.n_open;
        return following().find_map(|(at, line)| {
            depth += line.n_open;
            (depth <= 0).then_some(at)
        });
    }
    let opens = line.n_straight % 2 == 1
        && line.text.rsplit_once('"').is_some_and(|(before, after)| {
            !after.trim().is_empty() && before.trim_end().ends_with(':')
        });
    if !opens {
        return None;
    }
    let (end, last) = following().find(|(_, line)| line.n_straight % 2 == 1)?;
    let closes = last.text.trim_end_matches(['.', ';', ',']).ends_with('"');
    closes.then_some(end)
}

struct Line<'a> {
    span: Span,
    text: &'a str,
    n_chars: usize,
    /// Directed quotation marks opened and not closed in it, or the other way round.
    n_open: i32,
    /// Straight quotation marks.
    n_straight: usize,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for piece in text.split_inclusive('\n') {
        let span = Span::new(start, start + piece.len()).trimmed(text);
        let line = span.slice(text).unwrap_or("");
        let mut n_open = 0_i32;
        let mut n_straight = 0;
        for c in line.chars() {
            match c {
                '“' | '«' => n_open += 1,
                '”' | '»' => n_open -= 1,
                '"' => n_straight += 1,
                _ => {}
            }
        }
        lines.push(Line {
            span,
            text: line,
            n_chars: piece.trim_end().chars().count(),
            n_open,
            n_straight,
        });
        start += piece.len();
    }
    lines
}

/// Whether `next` belongs to the same paragraph as the line before it.
fn goes_on(last: &Line<'_>, next: &Line<'_>, layout: Layout) -> bool {
    if read_mark(next.text).is_some() || last.text.contains("     ") || next.text.contains("     ")
    {
        return false;
    }
    let starts_small = next.text.starts_with(char::is_lowercase);
    let ends_open = !last.text.ends_with(['.', ':', ';', '!', '?', '”']);
    let first_word = next
        .text
        .split_whitespace()
        .next()
        .map_or(0, |word| word.chars().count());
    if starts_small && !last.text.ends_with([':', ';']) {
        let next_words = Words::new(next.text);
        if next.n_chars < 40 && (starts_closing(&next_words) || greets(&next_words)) {
            return false;
        }
        let would_fit = last.n_chars + 1 + first_word + 3 < layout.longest || layout.longest < 70;
        return !(would_fit && starts_new_remark(last, next));
    }
    let Some(width) = layout.width else {
        return false;
    };
    if last.text.ends_with(':') {
        return false;
    }
    let would_overflow = last.n_chars + 1 + first_word > width.saturating_sub(3);
    width >= 50 && would_overflow && (ends_open || last.n_chars + 12 > width)
}

/// A remark a line, as in a chat: "điều 5 nên bỏ chữ …⏎điều 7 ngắn quá …".
fn starts_new_remark(last: &Line<'_>, next: &Line<'_>) -> bool {
    const LEADS_ON: [&str; 20] = [
        "tại", "của", "theo", "và", "với", "ở", "trong", "vào", "là", "định", "từ", "sang", "cho",
        "thành", "bằng", "sau", "trước", "về", "đối", "các",
    ];
    let last_word = last.text.rsplit(' ').next().unwrap_or("");
    if last.text.ends_with(',') || LEADS_ON.contains(&last_word) {
        return false;
    }
    let last_words = Words::new(last.text);
    has_proposal(&last_words) && has_place(&last_words) && starts_with_place(&Words::new(next.text))
}

impl Paragraph {
    pub(super) fn new(text: &str, span: Span) -> Option<Self> {
        let words = span.slice(text)?;
        let (mark, skipped) = match read_mark(words) {
            Some((mark, rest)) => (Some(mark), words.len() - rest.len()),
            None => (None, 0),
        };
        let content = Span::new(span.start + skipped, span.end).trimmed(text);
        let words = Words::new(content.slice(text)?);
        Some(Self {
            span,
            content,
            mark,
            wants: has_proposal(&words),
            has_place: has_place(&words),
            is_loud: content.slice(text).is_some_and(is_loud),
            words,
            holes: Vec::new(),
        })
    }

    /// The words after the mark without marks, in lower case.
    pub(super) fn folded(&self) -> &str {
        self.words.folded()
    }

    /// Whether it ends with a colon.
    pub(super) fn ends_with_colon(&self) -> bool {
        self.words.folded().ends_with(':')
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

/// "**Đối với dự thảo Quyết định:**", or all capitals.
fn is_loud(words: &str) -> bool {
    // A quick look first: most are told by their plain small letters.
    let n_small = words.bytes().filter(u8::is_ascii_lowercase).count();
    if n_small * 5 > words.len() {
        return words.starts_with("**");
    }
    let letters = words.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = words.chars().filter(|c| c.is_uppercase()).count();
    words.starts_with("**") || (letters > 3 && capitals * 10 >= letters * 8)
}

#[cfg(test)]
mod tests {
    use super::paragraphs;

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
