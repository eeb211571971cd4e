//! Splits the text of one submission into points.
//!
//! Input is normalized text ([`crate::text::normalize`]); output are ordered spans. The points and
//! the gaps between them always add up to the whole text: nothing is dropped, nothing overlaps.
//! What a sender writes around an opinion (letterhead, "Kính gửi", the agreement itself, closing,
//! "Nơi nhận", signature) is not a point; a numbered heading with items below it is their context.
//!
//! Cases: `fixtures/split/`.

use crate::domain::{Evidence, Span};

/// What a letter consists of.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// Its four parts.
    pub zones: Zones,
    /// The ideas in its body, in order.
    pub points: Vec<SplitPoint>,
}

/// The parts of a letter: consecutive, together the whole text; each may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Zones {
    /// From the letterhead to "Kính gửi".
    pub head: Span,
    /// What it answers, and that it has comments.
    pub preamble: Span,
    /// The opinion.
    pub body: Span,
    /// Closing words, "Nơi nhận", signature.
    pub closing: Span,
}

/// One idea.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitPoint {
    /// Its words, numbering included, without white space at the ends.
    pub span: Span,
    /// The headings above it, outermost first: "Đối với dự thảo Quyết định:", "1. Về mục tiêu".
    pub context: Vec<Span>,
    /// What it asks for, where that is told apart from the reason.
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

/// Splits a letter or the body of a mail.
pub fn split_letter(text: &str) -> Split {
    Split {
        zones: Zones {
            body: Span::whole(text),
            closing: Span::new(text.len(), text.len()),
            ..Zones::default()
        },
        points: split_passage(text),
    }
}

/// Splits a text that is all opinion: an entry of minutes, the content cell of a table.
pub fn split_passage(text: &str) -> Vec<SplitPoint> {
    let span = Span::whole(text).trimmed(text);
    let whole = SplitPoint {
        span,
        context: Vec::new(),
        proposal: None,
        reason: None,
        old_text: None,
        new_text: None,
        evidence: Evidence::at(
            crate::domain::Finding::Split,
            "split.whole",
            span,
            crate::domain::Confidence::CERTAIN,
        ),
    };
    if span.is_empty() {
        Vec::new()
    } else {
        vec![whole]
    }
}
