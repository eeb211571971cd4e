//! Sentences that want something and went into no point: never lost in silence.

use super::phrase::{
    Words, announces, asks_openly, closes, demands_itself, has_place, leads_over, only_agrees,
    only_covers, opens, starts_closing,
};
use super::wording::sentences;
use super::{SplitPoint, Zones};
use crate::domain::Span;

/// A shorter sentence names what is spoken of and asks for nothing.
const MIN_LENGTH: usize = 20;

/// The sentences below the head that want something and lie in no point and no heading of one.
pub(super) fn left_over(text: &str, zones: Zones, points: &[SplitPoint]) -> Vec<Span> {
    let mut covered: Vec<Span> = points
        .iter()
        .flat_map(|point| point.context.iter().copied().chain([point.span]))
        .collect();
    covered.sort_unstable();
    let mut found = Vec::new();
    let mut at = zones.head.end;
    for span in covered
        .into_iter()
        .chain([Span::new(text.len(), text.len())])
    {
        if span.start > at {
            collect(text, Span::new(at, span.start), &mut found);
        }
        at = at.max(span.end);
    }
    found
}

/// The wanting sentences of one gap, paragraph by paragraph.
fn collect(text: &str, gap: Span, found: &mut Vec<Span>) {
    let Some(words) = gap.slice(text) else { return };
    // The mark of the point that follows: "1. ", "– ".
    let last_line = words.rfind('\n').map_or(0, |at| at + 1);
    let is_mark = words.len() - last_line <= 8;
    let words = words.get(..if is_mark { last_line } else { words.len() });
    let words = words.unwrap_or("");
    let mut start = gap.start;
    for line in words.split("\n\n") {
        let span = Span::new(start, start + line.len());
        start = span.end + "\n\n".len();
        for sentence in sentences(line) {
            let is_left = sentence
                .slice(line)
                .is_some_and(|sentence| wants(&Words::new(sentence)));
            if is_left {
                found.push(sentence.shifted(span.start));
            }
        }
    }
}

fn wants(words: &Words) -> bool {
    words.folded().len() >= MIN_LENGTH
        && demands_itself(words)
        && (has_place(words) || asks_openly(words) || !opens(words))
        && !only_agrees(words)
        && !only_covers(words)
        && !closes(words)
        && !starts_closing(words)
        && !announces(words)
        && !leads_over(words)
        && (!opens(words) || has_place(words))
}
