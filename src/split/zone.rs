//! Tells the head, the preamble, the body and the closing of a letter apart.

use super::Zones;
use super::paragraph::Paragraph;
use super::phrase::{
    announces, closes, demands, has_agreement, has_place, has_proposal, leads_over, only_agrees,
    only_covers, opens, signs, starts_closing,
};
use super::wording::sentences;
use crate::domain::Span;
use crate::text::fold::fold;

/// "Kính gửi" stands among the first paragraphs, or not at all.
const MAX_HEAD_PARAGRAPHS: usize = 40;

/// Finds the zones and the paragraphs of the body.
pub(super) fn find_zones(text: &str, paragraphs: &[Paragraph]) -> (Zones, Vec<Paragraph>) {
    let n_head = head_end(text, paragraphs);
    let (n_preamble, mut body) = preamble_end(text, paragraphs, n_head);
    let closing_from = closing_start(paragraphs, n_preamble);
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
    let closing = Span::new(starts(closing_from), text.len());
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
    };
    (zones, body)
}

/// The number of paragraphs up to and including "Kính gửi" and its recipients.
fn head_end(text: &str, paragraphs: &[Paragraph]) -> usize {
    let is_addressing = |paragraph: &Paragraph| {
        let folded = &paragraph.folded;
        (folded.starts_with("kinh gui")
            || folded.starts_with("gui ")
            || folded.starts_with("kinh thua"))
            && !only_covers(folded)
            && folded.chars().count() < 300
    };
    let found = paragraphs
        .iter()
        .take(MAX_HEAD_PARAGRAPHS)
        .position(is_addressing);
    let Some(at) = found else {
        return letterhead_end(paragraphs);
    };
    let mut end = at + 1;
    let opens_list = paragraphs
        .get(at)
        .is_some_and(|paragraph| paragraph.folded.trim_end().ends_with(':'));
    // Several recipients stand below, each with a dash.
    while let Some(next) = paragraphs.get(end) {
        let is_recipient = opens_list
            && next.span.len() < 160
            && next.mark.is_some()
            && next
                .span
                .slice(text)
                .is_some_and(|words| words.trim_end().ends_with([';', '.', ',']))
            && !has_proposal(&next.folded);
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
        let folded = &paragraph.folded;
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
        let folded = &paragraph.folded;
        let speaks = paragraph.mark.is_none();
        if !speaks || (starts_closing(folded) && !announces(folded)) {
            break;
        }
        if announces(folded) || leads_over(folded) {
            // A heading ends with a colon too: "Về mục tiêu:".
            let is_first = at == n_head;
            if is_first || opens(folded) || folded.chars().count() > 45 || has_agreement(folded) {
                return (at + 1, Vec::new());
            }
            break;
        }
        if let Some(rest) = opinion_after_preamble(text, paragraph) {
            return (at + 1, vec![rest]);
        }
        let is_preamble = only_agrees(folded)
            || only_covers(folded)
            || (opens(folded) && (!has_proposal(folded) || !has_place(folded)));
        if !is_preamble {
            break;
        }
        at += 1;
    }
    (at, Vec::new())
}

/// The part of a preamble's paragraph that is already opinion: after "như sau:", or from the first
/// sentence that wants something.
fn opinion_after_preamble(text: &str, paragraph: &Paragraph) -> Option<Paragraph> {
    let words = paragraph.content.slice(text)?;
    let starts_like_one = opens(&paragraph.folded) || has_agreement(&paragraph.folded);
    if !starts_like_one {
        return None;
    }
    if let Some(colon) = announced_colon(words) {
        let at = paragraph.content.start + colon + 1;
        let (_, rest) = paragraph.split_at(text, at)?;
        return (has_proposal(&rest.folded) && !only_agrees(&rest.folded)).then_some(rest);
    }
    let sentences = sentences(words);
    let at = sentences.iter().skip(1).find_map(|sentence| {
        let folded = fold(sentence.slice(words)?);
        let is_opinion = demands(&folded)
            && !only_agrees(&folded)
            && !only_covers(&folded)
            && !leads_over(&folded)
            && !closes(&folded);
        is_opinion.then_some(sentence.start)
    })?;
    let (_, rest) = paragraph.split_at(text, paragraph.content.start + at)?;
    Some(rest)
}

/// The colon after "như sau" inside a paragraph.
fn announced_colon(words: &str) -> Option<usize> {
    words
        .char_indices()
        .filter(|(_, c)| *c == ':')
        .map(|(at, _)| at)
        .find(|&at| {
            let before = words.get(..at).unwrap_or("");
            let tail: String = before
                .chars()
                .rev()
                .take(24)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect();
            let tail = fold(&tail);
            let follows = words
                .get(at + 1..)
                .is_some_and(|rest| !rest.trim().is_empty());
            follows
                && (tail.ends_with("nhu sau")
                    || tail.ends_with("sau day")
                    || tail.ends_with("y kien sau"))
        })
}

/// The index of the first paragraph of the closing.
fn closing_start(paragraphs: &[Paragraph], from: usize) -> usize {
    let tail = paragraphs.get(from..).unwrap_or(&[]);
    let recipients = tail
        .iter()
        .position(|paragraph| paragraph.mark.is_none() && paragraph.folded.starts_with("noi nhan"));
    let mut end = from + recipients.unwrap_or(tail.len());
    let strong = tail.iter().take(end - from).position(|paragraph| {
        paragraph.mark.is_none() && starts_closing(&paragraph.folded) && closes(&paragraph.folded)
    });
    if let Some(strong) = strong {
        let rest = tail.get(strong + 1..end - from).unwrap_or(&[]);
        if rest.iter().all(|paragraph| {
            signs(&paragraph.folded)
                || closes(&paragraph.folded)
                || !has_proposal(&paragraph.folded)
        }) {
            end = from + strong;
        }
    }
    if recipients.is_none() && strong.is_none() {
        while end > from
            && paragraphs
                .get(end - 1)
                .is_some_and(|last| last.mark.is_none() && signs(&last.folded))
        {
            end -= 1;
        }
    }
    while end > from
        && paragraphs
            .get(end - 1)
            .is_some_and(|last| last.mark.is_none() && closes(&last.folded))
    {
        end -= 1;
    }
    end
}
