//! Tells the head, the preamble, the body, the closing and the annex of a letter apart.

use super::Zones;
use super::clause::opinion_start;
use super::paragraph::Paragraph;
use super::phrase::{
    Words, announces, asks, closes, demands, demands_itself, greets, has_agreement, leads_over,
    only_agrees, only_covers, opens, signs, starts_annex, starts_closing,
};
use super::wording::sentences;
use crate::domain::Span;
use crate::text::fold::fold;

/// "Kính gửi" stands among the first paragraphs, or not at all.
const MAX_HEAD_PARAGRAPHS: usize = 40;

/// A letter's zones and the paragraphs that are opinion.
pub(super) struct Found {
    pub(super) zones: Zones,
    pub(super) body: Vec<Paragraph>,
    /// What is opinion after the signature.
    pub(super) annex: Vec<Paragraph>,
}

/// Finds the zones, and the paragraphs of the body and of what follows the signature.
pub(super) fn find_zones(text: &str, paragraphs: &[Paragraph]) -> Found {
    let parted;
    let paragraphs = match part_addressing(text, paragraphs) {
        Some(found) => {
            parted = found;
            parted.as_slice()
        }
        None => paragraphs,
    };
    let n_head = head_end(text, paragraphs);
    let (n_preamble, mut body) = preamble_end(text, paragraphs, n_head);
    let annex_from = annex_start(paragraphs, n_preamble);
    let letter = paragraphs.get(..annex_from).unwrap_or(paragraphs);
    let closing_from = closing_start(letter, n_preamble);
    let mut annex: Vec<Paragraph> = letter
        .get(closing_from..)
        .unwrap_or(&[])
        .iter()
        .filter(|paragraph| is_postscript(paragraph))
        .filter_map(|paragraph| without_label(text, paragraph))
        .collect();
    let first_after = letter
        .iter()
        .enumerate()
        .skip(closing_from)
        .find(|(_, paragraph)| is_postscript(paragraph))
        .map_or(annex_from, |(at, _)| at);
    annex.extend(annex_body(paragraphs, annex_from).iter().cloned());
    body.extend(
        paragraphs
            .get(n_preamble..closing_from)
            .unwrap_or(&[])
            .iter()
            .cloned(),
    );
    let starts = |at: usize| {
        paragraphs
            .get(at)
            .map_or(text.len(), |paragraph| paragraph.span.start)
    };
    let head = Span::new(0, starts(n_head).min(text.len()));
    let head = if n_head == 0 { Span::default() } else { head };
    let closing = Span::new(starts(closing_from), starts(first_after));
    let body_start = body
        .first()
        .map_or(closing.start, |first| first.span.start)
        .clamp(head.end, closing.start);
    let preamble_end = if n_preamble == n_head && body_start == starts(n_head) {
        head.end
    } else {
        body_start
    };
    let zones = Zones {
        head,
        preamble: Span::new(head.end, preamble_end),
        body: Span::new(preamble_end, closing.start),
        closing,
        annex: Span::new(closing.end, text.len()),
    };
    Found { zones, body, annex }
}

/// Parts "Kính gửi Ban soạn thảo, tôi là …" from the opinion in the same paragraph.
fn part_addressing(text: &str, paragraphs: &[Paragraph]) -> Option<Vec<Paragraph>> {
    let at = paragraphs
        .iter()
        .take(MAX_HEAD_PARAGRAPHS)
        .position(|paragraph| paragraph.folded().starts_with("kinh gui"))?;
    let paragraph = paragraphs.get(at)?;
    let words = paragraph.content.slice(text)?;
    let end = words.find([',', '.', '\n']).map(|end| end + 1)?;
    if !paragraph.wants || end > 160 {
        return None;
    }
    let (first, rest) = paragraph.split_at(text, paragraph.content.start + end)?;
    if !demands_itself(&rest.words) || closes(&rest.words) {
        return None;
    }
    let mut parted = paragraphs.to_vec();
    parted.splice(at..=at, [first, rest]);
    Some(parted)
}

/// The number of paragraphs up to and including "Kính gửi" and its recipients.
fn head_end(text: &str, paragraphs: &[Paragraph]) -> usize {
    let is_addressing = |paragraph: &Paragraph| {
        let folded = paragraph.folded();
        (folded.starts_with("kinh gui")
            || folded.starts_with("gui ")
            || folded.starts_with("kinh thua")
            || greets(&paragraph.words))
            && !only_covers(&paragraph.words)
            && folded.len() < 300
    };
    let found = paragraphs
        .iter()
        .take(MAX_HEAD_PARAGRAPHS)
        .position(is_addressing);
    let Some(at) = found else {
        return letterhead_end(paragraphs);
    };
    let mut end = at + 1;
    let opens_list = paragraphs.get(at).is_some_and(Paragraph::ends_with_colon);
    // Several recipients stand below, each with a dash.
    while let Some(next) = paragraphs.get(end) {
        let is_recipient = opens_list
            && next.span.len() < 160
            && next.mark.is_some()
            && next
                .span
                .slice(text)
                .is_some_and(|words| words.trim_end().ends_with([';', '.', ',']))
            && !asks(&next.words);
        if !is_recipient {
            break;
        }
        end += 1;
    }
    end
}

/// Without "Kính gửi": the letterhead's lines, if there is one.
fn letterhead_end(paragraphs: &[Paragraph]) -> usize {
    let is_letterhead = |paragraph: &Paragraph| {
        let folded = paragraph.folded();
        folded.contains("cong hoa xa hoi chu nghia")
            || folded.contains("doc lap - tu do")
            || folded.starts_with("so:")
            || folded.starts_with("v/v")
            || folded.starts_with("# ")
            || (folded.contains(", ngay ") && folded.contains(" thang ") && folded.len() < 90)
    };
    paragraphs
        .iter()
        .take(12)
        .rposition(is_letterhead)
        .map_or(0, |last| last + 1)
}

/// The number of paragraphs before the body, and what a paragraph of the preamble leaves to it.
fn preamble_end(text: &str, paragraphs: &[Paragraph], n_head: usize) -> (usize, Vec<Paragraph>) {
    let mut at = n_head;
    while let Some(paragraph) = paragraphs.get(at) {
        let words = &paragraph.words;
        let speaks = paragraph.mark.is_none();
        if !speaks || (starts_closing(words) && !announces(words) && !opens(words)) {
            break;
        }
        if announces(words) || leads_over(words) {
            // A heading ends with a colon too: "Về mục tiêu:".
            let is_first = at == n_head && !paragraph.has_place;
            if is_first || opens(words) || words.folded().len() > 45 || has_agreement(words) {
                return (at + 1, Vec::new());
            }
            break;
        }
        if let Some(rest) = opinion_after_preamble(text, paragraph) {
            return (at + 1, vec![rest]);
        }
        let is_preamble = only_agrees(words)
            || only_covers(words)
            || greets(words)
            || is_courtesy(paragraph, at == n_head && paragraphs.len() > at + 1)
            || (opens(words) && (!paragraph.wants || !paragraph.has_place));
        if !is_preamble {
            break;
        }
        at += 1;
    }
    (at, Vec::new())
}

/// A first paragraph that wants nothing: "Viện đánh giá cao …, xin trao đổi mấy vấn đề."
fn is_courtesy(paragraph: &Paragraph, is_first: bool) -> bool {
    let ends = paragraph.folded().ends_with(['.', ':', '!']);
    is_first && ends && !paragraph.wants && !paragraph.has_place && !asks(&paragraph.words)
}

/// The part of a preamble's paragraph that is already opinion: after "như sau:", or from the first
/// sentence that wants something.
fn opinion_after_preamble(text: &str, paragraph: &Paragraph) -> Option<Paragraph> {
    let words = paragraph.content.slice(text)?;
    let split_at = |at: usize| {
        let (_, rest) = paragraph.split_at(text, paragraph.content.start + at)?;
        Some(rest)
    };
    if let Some(colon) = announced_colon(words) {
        let before = Words::new(words.get(..colon)?);
        let rest = split_at(colon + 1)?;
        let is_opinion = (rest.wants || rest.has_place) && !only_agrees(&rest.words);
        return (is_opinion && !demands(&before)).then_some(rest);
    }
    if !(opens(&paragraph.words) || has_agreement(&paragraph.words)) {
        return None;
    }
    if let Some(at) = opinion_start(words) {
        return split_at(at);
    }
    let sentences = sentences(words);
    let at = sentences.iter().skip(1).find_map(|sentence| {
        let words = Words::new(sentence.slice(words)?);
        let is_opinion = demands(&words)
            && !only_agrees(&words)
            && !only_covers(&words)
            && !leads_over(&words)
            && !closes(&words);
        is_opinion.then_some(sentence.start)
    })?;
    split_at(at)
}

/// The colon after "như sau", "có ý kiến" inside a paragraph.
fn announced_colon(words: &str) -> Option<usize> {
    const ENDS: [&str; 10] = [
        "nhu sau",
        "sau day",
        "y kien sau",
        "noi dung sau",
        "co y kien",
        "gop y",
        "y kien",
        "nhu nay",
        "tham gia",
        "ve viec nay",
    ];
    words
        .char_indices()
        .filter(|(_, c)| *c == ':')
        .map(|(at, _)| at)
        .find(|&at| {
            let before = words.get(..at).unwrap_or("");
            let tail: Vec<char> = before.chars().rev().take(24).collect();
            let tail: String = tail.into_iter().rev().collect();
            let tail = fold(&tail);
            let follows = words
                .get(at + 1..)
                .is_some_and(|rest| !rest.trim().is_empty());
            follows && ENDS.iter().any(|end| tail.ends_with(end))
        })
}

/// The index of the paragraph that begins the annex: "PHỤ LỤC" in a line of its own.
fn annex_start(paragraphs: &[Paragraph], from: usize) -> usize {
    let is_cited_below = |at: usize| {
        paragraphs
            .get(at + 1..)
            .unwrap_or(&[])
            .iter()
            .take(4)
            .any(|next| next.folded().starts_with("(kem theo"))
    };
    paragraphs
        .iter()
        .enumerate()
        .skip(from)
        .find(|(at, paragraph)| {
            paragraph.mark.is_none()
                && starts_annex(&paragraph.words)
                && !paragraph.wants
                && (paragraph.folded().len() < 16 || paragraph.is_loud || is_cited_below(*at))
        })
        .map_or(paragraphs.len(), |(at, _)| at)
}

/// The annex without its title.
fn annex_body(paragraphs: &[Paragraph], from: usize) -> &[Paragraph] {
    const MAX_TITLE: usize = 8;
    let annex = paragraphs.get(from..).unwrap_or(&[]);
    let n_title = annex
        .iter()
        .take(MAX_TITLE)
        .take_while(|paragraph| {
            paragraph.mark.is_none()
                && !demands_itself(&paragraph.words)
                && (!paragraph.has_place || starts_annex(&paragraph.words))
                && (!paragraph.wants || paragraph.is_loud)
        })
        .count();
    annex.get(n_title..).unwrap_or(&[])
}

/// Whether a paragraph below the closing words is opinion all the same.
fn is_postscript(paragraph: &Paragraph) -> bool {
    let folded = paragraph.folded();
    demands(&paragraph.words)
        && demands_itself(&paragraph.words)
        && !closes(&paragraph.words)
        && !starts_closing(&paragraph.words)
        && !only_agrees(&paragraph.words)
        && !folded.starts_with("luu")
        && !folded.contains("(b/c)")
        && !folded.contains("(de b/c")
        && folded.len() > 25
}

/// A postscript without "TB:", "P/S:", "Tái bút:".
fn without_label(text: &str, paragraph: &Paragraph) -> Option<Paragraph> {
    let words = paragraph.content.slice(text)?;
    let is_label = words.split_once(':').is_some_and(|(label, _)| {
        matches!(
            fold(label).as_str(),
            "tb" | "p/s" | "ps" | "p.s" | "tai but" | "ghi chu" | "luu y"
        )
    });
    if !is_label {
        return Some(paragraph.clone());
    }
    let colon = words.find(':')?;
    let (_, rest) = paragraph.split_at(text, paragraph.content.start + colon + 1)?;
    Some(rest)
}

/// The index of the first paragraph of the closing.
fn closing_start(paragraphs: &[Paragraph], from: usize) -> usize {
    let tail = paragraphs.get(from..).unwrap_or(&[]);
    let recipients = tail.iter().position(|paragraph| {
        paragraph.mark.is_none()
            && paragraph.folded().starts_with("noi nhan")
            && !demands_itself(&paragraph.words)
    });
    let mut end = from + recipients.unwrap_or(tail.len());
    let body = tail.get(..end - from).unwrap_or(tail);
    let n_postscripts = |at: usize| {
        let rest = body.get(at + 1..).unwrap_or(&[]);
        rest.iter()
            .filter(|next| is_postscript(next))
            .take(2)
            .count()
    };
    let strong = body
        .iter()
        .enumerate()
        .filter(|(_, paragraph)| {
            paragraph.mark.is_none()
                && starts_closing(&paragraph.words)
                && closes(&paragraph.words)
                && opinion_in_closing(paragraph).is_none()
        })
        .map(|(at, _)| at)
        .find(|&at| n_postscripts(at) < 2);
    if let Some(strong) = strong {
        end = from + strong;
    }
    if recipients.is_none() && strong.is_none() {
        while end > from
            && paragraphs
                .get(end - 1)
                .is_some_and(|last| last.mark.is_none() && signs(&last.words))
        {
            end -= 1;
        }
    }
    while end > from
        && paragraphs
            .get(end - 1)
            .is_some_and(|last| last.mark.is_none() && closes(&last.words))
    {
        end -= 1;
    }
    end
}

/// A paragraph that thanks and then asks for something with a place.
fn opinion_in_closing(paragraph: &Paragraph) -> Option<&Words> {
    (paragraph.has_place && demands_itself(&paragraph.words)).then_some(&paragraph.words)
}
