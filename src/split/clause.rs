//! Cuts run-on text: several places in one paragraph, each with its own proposal.
//!
//! "Khoản 1 bổ sung chữ …; khoản 4 bỏ cụm từ …; tại Điều 7 đề nghị …" is three points; one proposal
//! that cites several places, and two places compared with each other, stay one.

use super::phrase::{
    Words, asks, asks_openly, cites_other_law, closes, concludes, continues_point, demands_itself,
    explains, has_agreement, has_place, has_proposal, leads_to_reason, only_agrees, only_covers,
    starts_closing, starts_with_place, starts_with_verb, tells_who_speaks, top_place,
};
use super::wording::sentences;
use crate::domain::Span;
use regex::Regex;
use std::sync::LazyLock;

/// Parts of words of agreement.
static AGREEING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"hất trí|hống nhất|ồng ý|ồng tình|án thành|ồng thuận|hat tri|hông có|hông thuộc|hông tham|hông góp|",
        r"hong co|hong nhat",
    ))
    .expect("the pattern is valid")
});
/// Parts of words of thanks and of closing.
static CLOSING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"rên đây|rân trọng|ảm ơn|am on|ran trong|ren day|ính mong|\./\.|ất mong|ết thúc|iên bản|",
        r"húc ",
    ))
    .expect("the pattern is valid")
});
/// The second mark of a list in one line.
static SECOND_MARK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\(2\)|\(ii\)|\(b\)| 2[.)/]| b\)").expect("the pattern is valid"));

/// A quick look before folding: whether words of agreement can be in the text.
pub(super) fn may_agree(words: &str) -> bool {
    AGREEING.is_match(words)
}

/// Where words of agreement can begin.
pub(super) fn agreement_at(words: &str) -> Option<usize> {
    AGREEING.find(words).map(|found| found.start())
}

/// A quick look: whether the text can list items in one line.
pub(super) fn may_list(words: &str) -> bool {
    SECOND_MARK.is_match(words)
}

/// A quick look: whether a segment can begin a proposal of its own.
fn may_lead(words: &str, boundary: Boundary) -> bool {
    let n_words = if boundary == Boundary::Comma {
        6
    } else {
        usize::MAX
    };
    words.split([' ', '\n']).take(n_words).any(is_place_word)
}

/// A quick look: whether at least two places are named, with something between them that can end a
/// proposal.
pub(super) fn may_run_on(words: &str) -> bool {
    let mut n_places = 0;
    let mut ends = false;
    for word in words.split(' ') {
        if n_places > 0 && word.ends_with(['.', ';', ',']) {
            ends = true;
        }
        if is_place_word(word) {
            if n_places > 0 && ends {
                return true;
            }
            n_places += 1;
        }
    }
    false
}

fn is_place_word(word: &str) -> bool {
    let may_be = matches!(
        word.as_bytes().first(),
        Some(
            b'k' | b'K'
                | b'm'
                | b'M'
                | b'p'
                | b'P'
                | b't'
                | b'T'
                | b'c'
                | b'C'
                | b'b'
                | b'B'
                | b'd'
                | b'D'
                | 0xc4
        )
    );
    may_be
        && matches!(
            word,
            "điều"
                | "Điều"
                | "ĐIỀU"
                | "dieu"
                | "Dieu"
                | "khoản"
                | "Khoản"
                | "khoan"
                | "Khoan"
                | "điểm"
                | "Điểm"
                | "diem"
                | "Diem"
                | "mục"
                | "Mục"
                | "muc"
                | "Muc"
                | "phần"
                | "Phần"
                | "phan"
                | "Phan"
                | "chương"
                | "Chương"
                | "chuong"
                | "Chuong"
                | "phụ"
                | "Phụ"
                | "phu"
                | "Phu"
                | "trang"
                | "Trang"
                | "bảng"
                | "Bảng"
                | "biểu"
                | "Biểu"
                | "tên"
                | "Tên"
        )
}

/// What ends the segment before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Boundary {
    Start,
    Sentence,
    Semicolon,
    Comma,
}

/// A piece between two boundaries.
struct Segment {
    span: Span,
    boundary: Boundary,
    words: Words,
    starts_with_place: bool,
    wants: bool,
}

impl Segment {
    fn new(text: &str, span: Span, boundary: Boundary) -> Option<Self> {
        let words = Words::new(span.slice(text)?);
        let leads = starts_with_place(&words)
            && !cites_other_law(&words)
            && !leads_to_reason(&words)
            && !explains_only(&words);
        Some(Self {
            span,
            boundary,
            starts_with_place: leads,
            wants: has_proposal(&words),
            words,
        })
    }
}

fn explains_only(words: &Words) -> bool {
    explains(words) && !asks_openly(words)
}

/// Cuts a span into its proposals, and gives the place they share: "Tại Điều 7: khoản 1 …; khoản 4 …".
pub(super) fn cut_run_on(text: &str, span: Span) -> (Option<Span>, Vec<Span>) {
    let whole = || (None, vec![span]);
    let Some(words) = span.slice(text).filter(|words| may_run_on(words)) else {
        return whole();
    };
    let bounds = boundaries(words, 0);
    let any_leads = bounds.iter().skip(1).any(|(span, boundary)| {
        span.slice(words)
            .is_some_and(|words| may_lead(words, *boundary))
    });
    if !any_leads {
        return whole();
    }
    let (lead, from) = shared_lead(words);
    let segments: Vec<Segment> = boundaries(words, from)
        .into_iter()
        .filter_map(|(span, boundary)| Segment::new(words, span, boundary))
        .collect();
    let mut pieces: Vec<Span> = Vec::new();
    // What the piece so far holds.
    let mut wants = false;
    let mut asked = false;
    // Whether something is asked after the last place that leads.
    let mut asked_there = false;
    let mut is_led = false;
    let mut in_reason = false;
    let mut top = None;
    // "đề nghị thêm …, biểu 03 cộng lại": a remark in one breath.
    let is_breathless = segments
        .iter()
        .skip(1)
        .all(|segment| segment.boundary == Boundary::Comma);
    for (at, segment) in segments.iter().enumerate() {
        let cuts = match pieces.last() {
            None => true,
            Some(_) => {
                wants
                    && starts_proposal(
                        &segments,
                        at,
                        &Before {
                            is_led: is_led && asked_there,
                            asked,
                            in_reason,
                            top: top.as_deref(),
                        },
                    )
            }
        };
        if cuts {
            pieces.push(segment.span);
            wants = false;
            asked = false;
            in_reason = false;
            is_led =
                segment.starts_with_place || (is_breathless && starts_with_verb(&segment.words));
        } else if let Some(piece) = pieces.last_mut() {
            piece.end = segment.span.end;
        }
        if segment.starts_with_place {
            asked_there = false;
        }
        asked_there |= asks(&segment.words);
        in_reason |= leads_to_reason(&segment.words);
        wants |= segment.wants;
        asked |= asks(&segment.words);
        top = top_place(&segment.words).or(top);
    }
    if pieces.len() < 2 {
        return whole();
    }
    let shift = |piece: &Span| piece.shifted(span.start).trimmed(text);
    let pieces = pieces.iter().map(shift).collect();
    let lead = lead.map(|lead| lead.shifted(span.start).trimmed(text));
    (lead, pieces)
}

/// What the piece so far holds.
struct Before<'a> {
    /// It begins with a place, and something is asked of the last place that leads.
    is_led: bool,
    /// It asks for something.
    asked: bool,
    /// It has come to its reason.
    in_reason: bool,
    /// The last article or section it names.
    top: Option<&'a str>,
}

/// Whether the segment at `at` starts a proposal of its own.
fn starts_proposal(segments: &[Segment], at: usize, before: &Before<'_>) -> bool {
    let Before {
        is_led,
        asked,
        in_reason,
        top,
    } = *before;
    let Some(segment) = segments.get(at) else {
        return false;
    };
    if concludes(&segment.words) {
        return false;
    }
    if segment.starts_with_place {
        // What the place is told to be may follow in the next sentence.
        let same_sentence = segment.boundary == Boundary::Comma;
        let (mut wants, mut asks_now, mut asks_aloud) = (false, false, false);
        for (n, next) in segments.get(at..).unwrap_or(&[]).iter().enumerate() {
            let belongs = n == 0
                || !(next.starts_with_place && wants
                    || same_sentence && next.boundary != Boundary::Comma
                    || leads_to_reason(&next.words));
            if !belongs {
                break;
            }
            wants |= next.wants;
            asks_now |= asks(&next.words);
            asks_aloud |= asks_openly(&next.words);
        }
        return match segment.boundary {
            Boundary::Comma => is_led && asks_now,
            Boundary::Sentence if in_reason => {
                asks_aloud || (asks_now && has_colon_after_place(segment))
            }
            _ if in_reason => asks_aloud,
            _ => wants,
        };
    }
    if segment.boundary == Boundary::Comma || !asked || in_reason {
        return false;
    }
    // "…; bỏ khoản 2 Điều 9", "…. Mức hỗ trợ ở mục IV.2 thấp, đề nghị nâng": another article than
    // the one before.
    let sentence = segments.get(at..).unwrap_or(&[]);
    let end = sentence
        .iter()
        .skip(1)
        .position(|next| next.boundary != Boundary::Comma)
        .map_or(sentence.len(), |end| end + 1);
    let sentence = sentence.get(..end).unwrap_or(&[]);
    let own_top = sentence.iter().find_map(|next| top_place(&next.words));
    let is_request = starts_with_verb(&segment.words)
        || (segment.boundary == Boundary::Sentence
            && !continues_point(&segment.words)
            && !leads_to_reason(&segment.words)
            && sentence.iter().any(|next| asks_openly(&next.words)));
    is_request && matches!((top, own_top.as_deref()), (Some(top), Some(own)) if top != own)
}

/// "Khoản 3: …".
fn has_colon_after_place(segment: &Segment) -> bool {
    segment
        .words
        .folded()
        .split_once(':')
        .is_some_and(|(place, _)| place.len() < 40)
}

/// "Tại Điều 7:", "Góp ý dự thảo:": what leads to all pieces, and the byte after it. Only a place is
/// worth keeping as their heading.
fn shared_lead(words: &str) -> (Option<Span>, usize) {
    let Some(colon) = words.find(':').filter(|&colon| colon < 160) else {
        return (None, 0);
    };
    let rest = words.get(colon + 1..).unwrap_or("");
    let before = Words::new(words.get(..colon).unwrap_or(""));
    let rest_words = Words::new(rest);
    let leads =
        starts_with_place(&rest_words) || (!has_place(&before) && starts_with_verb(&rest_words));
    if has_proposal(&before) || !leads {
        return (None, 0);
    }
    let has_place = has_place(&before);
    if !has_place && !tells_who_speaks(&before) {
        return (None, 0);
    }
    let lead = Span::new(0, colon + 1);
    let from = words.len() - rest.trim_start().len();
    (has_place.then_some(lead), from)
}

/// The segments of a text from a byte on, outside quotations and parentheses.
fn boundaries(words: &str, from: usize) -> Vec<(Span, Boundary)> {
    let mut found = Vec::new();
    let mut start = from;
    let mut boundary = Boundary::Start;
    let mut depth = 0_i32;
    let mut is_quoted = false;
    let mut last_word_start = from;
    let mut before = ' ';
    for (at, c) in words.char_indices().filter(|(at, _)| *at >= from) {
        match c {
            '“' | '«' | '(' => depth += 1,
            '”' | '»' | ')' => depth = (depth - 1).max(0),
            '"' => is_quoted = !is_quoted,
            _ => {}
        }
        if before.is_whitespace() {
            last_word_start = at;
        }
        before = c;
        if depth > 0 || is_quoted {
            continue;
        }
        let next = match c {
            '.' | '?' | '!' => Boundary::Sentence,
            ';' => Boundary::Semicolon,
            ',' => Boundary::Comma,
            _ => continue,
        };
        let rest = words.get(at + c.len_utf8()..).unwrap_or("");
        let word = words.get(last_word_start..at).unwrap_or("");
        let ends = rest.starts_with(char::is_whitespace)
            && (next != Boundary::Sentence
                || (rest
                    .trim_start()
                    .starts_with(|c: char| c.is_uppercase() || c == '“' || c == '"')
                    && !is_abbreviation(word, last_word_start == start)));
        if ends {
            let end = at + c.len_utf8();
            found.push((Span::new(start, end).trimmed(words), boundary));
            start = end + (rest.len() - rest.trim_start().len());
            boundary = next;
        }
    }
    found.push((Span::new(start, words.len()).trimmed(words), boundary));
    found.retain(|(span, _)| !span.is_empty());
    found
}

/// "TP", "Th.S", "2" at the start of an item.
fn is_abbreviation(word: &str, starts_segment: bool) -> bool {
    let n_chars = word.chars().count();
    let is_number = word.bytes().all(|b| b.is_ascii_digit())
        || word.bytes().all(|b| matches!(b, b'I' | b'V' | b'X'));
    (!is_number
        && n_chars <= 3
        && word.starts_with(char::is_uppercase)
        && word.chars().skip(1).any(char::is_uppercase))
        || (n_chars <= 3 && matches!(word, "Th" | "ThS" | "Ths" | "Tp"))
        || (is_number && starts_segment)
}

/// What turns an agreement into an opinion.
const TURNS: [&str; 16] = [
    ", tuy nhiên",
    "; tuy nhiên",
    ". tuy nhiên",
    ", nhưng",
    " nhưng",
    "; song",
    ", song",
    ", tuy vậy",
    "; đồng thời",
    ", đồng thời",
    " và đề nghị",
    ", đề nghị",
    "; đề nghị",
    "; bên cạnh đó",
    ", bên cạnh đó",
    "; ngoài ra",
];

/// Where the opinion begins in words that begin by agreeing: "X nhất trí với dự thảo. Đề nghị bổ
/// sung …", "X nhất trí, tuy nhiên đề nghị …".
pub(super) fn opinion_start(words: &str) -> Option<usize> {
    if !may_agree(words) {
        return None;
    }
    let sentences = sentences(words);
    let (first, rest) = sentences.split_first()?;
    let first_text = first.slice(words)?;
    let first_words = Words::new(first_text);
    if only_agrees(&first_words) && !has_place(&first_words) {
        let next = rest.iter().find(|sentence| {
            sentence.slice(words).is_some_and(|words| {
                let words = Words::new(words);
                has_proposal(&words) && !only_agrees(&words) && !only_covers(&words)
            })
        })?;
        return Some(next.start);
    }
    if !has_agreement(&first_words) {
        return None;
    }
    let (at, after) = TURNS
        .iter()
        .filter_map(|turn| {
            let at = first_text.find(turn)?;
            // What is asked for stays with the word that asks.
            let kept = turn.find("đề nghị").unwrap_or(turn.len());
            Some((at, at + kept))
        })
        .min()?;
    let before = Words::new(first_text.get(..at)?);
    let rest = first_text.get(after..)?;
    let opinion = rest.trim_start_matches([',', ' ']);
    // "Đồng tình việc … nhưng cần …" is about what it agrees to.
    let is_general = ["du thao", "noi dung", "bo cuc", "toan bo"]
        .iter()
        .any(|word| before.folded().contains(word));
    let agrees = only_agrees(&before) && !has_place(&before) && is_general;
    (agrees && has_proposal(&Words::new(opinion)))
        .then(|| first.start + after + (rest.len() - opinion.len()))
}

/// Where words end without the sentences of thanks and of closing at their end.
pub(super) fn without_closing(words: &str) -> usize {
    if !CLOSING.is_match(words) {
        return words.len();
    }
    let sentences = sentences(words);
    let mut end = words.len();
    for sentence in sentences.iter().skip(1).rev() {
        let closing = sentence.slice(words).map(Words::new).is_some_and(|words| {
            !demands_itself(&words) && (starts_closing(&words) || closes(&words))
                || starts_closing(&words) && closes(&words)
        });
        if !closing {
            break;
        }
        end = sentence.start;
    }
    words.get(..end).map_or(end, |words| words.trim_end().len())
}
