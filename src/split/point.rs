//! Makes a point of its words; the short road for table cells that are one.

use super::SplitPoint;
use super::clause::{agreement_at, cut_run_on, may_list, without_closing};
use super::mark::read_mark;
use super::wording::{Wording, read_wording};
use crate::domain::{Confidence, Evidence, Finding, Span};

/// The points of what most table cells are: one line without list marks or words of agreement.
pub(super) fn plain_points(text: &str) -> Option<Vec<SplitPoint>> {
    let span = Span::whole(text).trimmed(text);
    let words = span.slice(text)?;
    // A mark before the only line: "1.1. Tại Điều 4 …".
    let mark = read_mark(words);
    let skipped = mark.map_or(0, |(_, rest)| words.len() - rest.len());
    let start = span.start + skipped;
    let words = Span::new(start, span.end).slice(text)?;
    let span = Span::new(start, start + without_closing(words));
    let words = span.slice(text)?;
    let is_plain = !words.is_empty()
        && !words.contains('\n')
        && !agrees_first(words)
        && !may_list(words)
        && !may_name_speaker(words);
    if !is_plain {
        return None;
    }
    let (lead, pieces) = cut_run_on(text, span);
    let rule = if pieces.len() > 1 {
        "split.run_on"
    } else {
        mark.map_or("split.paragraph", |(mark, _)| mark.rule())
    };
    let points = pieces
        .into_iter()
        .map(|piece| make_point(text, piece, lead.into_iter().collect(), rule));
    Some(points.collect())
}

/// A quick look: whether the text may agree alone, or begin by agreeing. What asks for something
/// and speaks of agreement only later does not.
fn agrees_first(words: &str) -> bool {
    let Some(at) = agreement_at(words) else {
        return false;
    };
    let first_ends = words.find([',', ';', '.', ':']).unwrap_or(words.len());
    let asks = ["ề nghị", "ổ sung", "àm rõ", "iến nghị", "iều chỉnh", "ửa "]
        .iter()
        .any(|piece| words.contains(piece));
    at < first_ends || !asks
}

/// A quick look: whether the text can begin with who says it.
fn may_name_speaker(words: &str) -> bool {
    const TITLES: [&str; 16] = [
        "Ông ",
        "Bà ",
        "Đồng chí",
        "Đ/c",
        "Đ/C",
        "đ/c",
        "ĐC ",
        "Đại biểu",
        "Luật sư",
        "TS",
        "PGS",
        "GS",
        "ThS",
        "Anh ",
        "Chị ",
        "BS",
    ];
    TITLES.iter().any(|title| words.starts_with(title)) && words.contains(':')
}

/// Reads the parts of a point and says how sure the rule is that cut it.
pub(super) fn make_point(
    text: &str,
    span: Span,
    context: Vec<Span>,
    rule: &'static str,
) -> SplitPoint {
    let Wording {
        proposal,
        reason,
        old_text,
        new_text,
    } = read_wording(text, span);
    let confidence = match rule {
        "split.paragraph" => 0.85,
        "split.run_on" => 0.8,
        _ => 0.95,
    };
    SplitPoint {
        span,
        holes: Vec::new(),
        context,
        proposal,
        reason,
        old_text,
        new_text,
        evidence: Evidence::at(Finding::Split, rule, span, Confidence::new(confidence)),
    }
}
