//! Splits the text of one submission into points.
//!
//! Input is normalized text ([`crate::text::normalize`]); output are ordered spans. The points and
//! the gaps between them always add up to the whole text: nothing is dropped, nothing overlaps.
//! What a sender writes around an opinion (letterhead, "Kính gửi", the agreement itself, closing,
//! "Nơi nhận", signature) is not a point; a heading with items below it is their context.
//!
//! 1. `paragraph`: lines → paragraphs, hard-wrapped lines joined, page numbers left out; `mark`
//!    reads list marks;
//! 2. `zone`: head, preamble, body, closing, annex;
//! 3. `list` and `level`: the body's paragraphs → points with their headings; `inline` and `clause` cut what
//!    one paragraph lists or runs together;
//! 4. `wording`, `reason`, `quotation`: proposal, reason, old and new wording inside a point.
//!
//! 5. `left_over`: what wants something and went into no point.
//!
//! Cases: `fixtures/split/`.

mod clause;
mod inline;
mod left_over;
mod level;
mod list;
mod mark;
mod paragraph;
mod phrase;
mod point;
mod quotation;
mod reading_order;
mod reason;
mod wording;
mod words;
mod zone;

use crate::domain::{Evidence, Span};
use left_over::left_over;
use list::points_of;
use paragraph::paragraphs;
use phrase::{Words, asks_openly, starts_with_place, starts_with_verb};
use reading_order::table_rows;
use zone::{Found, find_zones};

/// What a letter consists of.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// Its parts.
    pub zones: Zones,
    /// The ideas in its body, in order.
    pub points: Vec<SplitPoint>,
    /// Sentences that want something and lie in no point: a person has to look.
    pub left_over: Vec<Span>,
}

/// The parts of a letter: consecutive, together the whole text; each may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Zones {
    /// From the letterhead to "Kính gửi".
    pub head: Span,
    /// What it answers, that it agrees, that it has comments.
    pub preamble: Span,
    /// The opinion.
    pub body: Span,
    /// Closing words, "Nơi nhận", signature.
    pub closing: Span,
    /// What follows the signature: annexes, a postscript.
    pub annex: Span,
}

/// One idea.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitPoint {
    /// Its words, without list mark ("1.", "a)", "-") and white space at the ends.
    pub span: Span,
    /// Page numbers and running heads inside the span, which are not its words.
    pub holes: Vec<Span>,
    /// The headings above it, outermost first: "Đối với dự thảo Quyết định:", "1. Về mục tiêu".
    pub context: Vec<Span>,
    /// What it asks for, where a reason is told apart.
    pub proposal: Option<Span>,
    /// Why: what follows "Lý do:".
    pub reason: Option<Span>,
    /// The words of the draft it wants changed, without quotation marks.
    pub old_text: Option<Span>,
    /// The words it wants instead, without quotation marks.
    pub new_text: Option<Span>,
    /// The rule that cut here.
    pub evidence: Evidence,
}

impl SplitPoint {
    /// Its words: the span without the holes.
    pub fn spans(&self, text: &str) -> Vec<Span> {
        let mut spans = Vec::with_capacity(1 + self.holes.len());
        let mut start = self.span.start;
        for hole in &self.holes {
            spans.push(Span::new(start, hole.start).trimmed(text));
            start = hole.end;
        }
        spans.push(Span::new(start, self.span.end).trimmed(text));
        spans.retain(|span| !span.is_empty());
        spans
    }
}

/// Splits an official letter or the body of a mail.
///
/// A letter that only agrees, and a covering note, have no points.
pub fn split_letter(text: &str) -> Split {
    let paragraphs = paragraphs(text);
    let Found { zones, body, annex } = find_zones(text, &paragraphs);
    let mut points = points_of(text, &body, false);
    match table_rows(text, zones.annex) {
        Some(rows) => points.extend(rows),
        None => points.extend(points_of(text, &annex, false)),
    }
    let left_over = left_over(text, zones, &points);
    Split {
        zones,
        points,
        left_over,
    }
}

/// Splits a text that is all opinion: an entry of minutes, the content cell of a table.
///
/// Several numbered ideas in one cell become several points.
pub fn split_passage(text: &str) -> Vec<SplitPoint> {
    if let Some(points) = point::plain_points(text) {
        return points;
    }
    let paragraphs = paragraphs(text);
    points_of(text, &paragraphs, true)
}

/// The words of the draft that a point wants in place of others, where it quotes them: added, changed or
/// removed.
pub fn find_proposed_wording(words: &str) -> Option<crate::domain::Wording> {
    let wording = wording::read_wording(words, Span::whole(words));
    let quoted = |span: Option<Span>| span.and_then(|span| span.slice(words)).unwrap_or_default();
    crate::domain::Wording::of(quoted(wording.old_text), quoted(wording.new_text))
}

/// Whether words are wording for the draft itself, not a request to change it.
pub fn is_wording(words: &str) -> bool {
    let words = Words::new(words);
    !(asks_openly(&words) || starts_with_verb(&words) || starts_with_place(&words))
}

#[cfg(test)]
mod tests;
