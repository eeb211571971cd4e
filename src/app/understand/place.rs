//! The places one point cites, from its own words, its headings and the point before.

use super::{Dossier, Point};
use crate::domain::{Confidence, Evidence, Finding, NodeRef, Span, Stance};
use crate::recognize::citation::{Citations, Context, UnresolvedReason};
use crate::recognize::stance::stance_of_point;

/// What surrounds a point.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Surroundings<'a> {
    /// Headings above it, outermost first.
    pub(super) headings: &'a [&'a str],
    /// Places of the point before.
    pub(super) previous: &'a [NodeRef],
    /// Its place cell, in the same text, for rows of tables.
    pub(super) place_cell: Option<Span>,
}

/// Fills in places and stance of a point from its spans in `text`.
///
/// A table's place cell comes first; what the words cite beyond it are cross-references. Where
/// neither names a place, the headings above do.
pub(super) fn recognize(
    dossier: &Dossier,
    text: &str,
    point: &mut Point,
    around: Surroundings<'_>,
) {
    let mut searches: Vec<(Span, bool)> = Vec::new();
    match around.place_cell {
        Some(cell) if take_label(dossier, text, point, cell) => {}
        cell => searches.extend(cell.map(|cell| (cell, true))),
    }
    searches.extend(point.spans.iter().map(|span| (*span, false)));
    for (span, is_place_cell) in searches {
        let Some(words) = span.slice(text) else {
            continue;
        };
        let known: Vec<NodeRef> = point.places.iter().map(|(node, _)| *node).collect();
        let context = Context {
            headings: around.headings,
            previous: if known.is_empty() {
                around.previous
            } else {
                &known
            },
            document: dossier.main_document(),
            is_place_cell,
        };
        let citations = dossier.find_places(words, &context);
        take_places(text, point, span, &known, &citations);
        point.other_laws.extend(
            citations
                .other_laws
                .iter()
                .map(|law| law.shifted(span.start)),
        );
        for unresolved in citations.unresolved {
            let at = unresolved.span.shifted(span.start);
            if point.cited_as.is_none() {
                point.cited_as = at.slice(text).map(str::to_owned);
            }
            if let UnresolvedReason::PageAndLine { page, line } = unresolved.reason {
                point.pages.push((page, line));
            }
            point
                .unresolved
                .push((at, explain(dossier, &unresolved.reason)));
        }
    }
    let words: Vec<&str> = point
        .spans
        .iter()
        .filter_map(|span| span.slice(text))
        .collect();
    if let Some((stance, mut evidence)) = stance_of_point(&words.join("\n")) {
        // Spans of joined words fit the text only where there is a single span.
        evidence.span = match (point.spans.as_slice(), evidence.span) {
            ([only], Some(span)) => Some(span.shifted(only.start)),
            _ => None,
        };
        point.stance = Some(stance);
        point.evidence.push(evidence);
    } else if let Some(wording) = point.new_text {
        // New wording in a column of its own says by standing there what it wants.
        let confidence = Confidence::new(0.7);
        point.stance = Some(Stance::Edit);
        point.evidence.push(Evidence::at(
            Finding::Stance,
            "stance.new_wording",
            wording,
            confidence,
        ));
    }
}

/// Takes the place whose printed label a cell holds.
fn take_label(dossier: &Dossier, text: &str, point: &mut Point, cell: Span) -> bool {
    let Some(node) = cell.slice(text).and_then(|words| dossier.labelled(words)) else {
        return false;
    };
    let certain = Confidence::CERTAIN;
    point.places.push((node, certain));
    point.cited_as = cell.slice(text).map(str::to_owned);
    point.evidence.push(Evidence::at(
        Finding::Section,
        "citation.own_label",
        cell,
        certain,
    ));
    true
}

/// Adds the places found in one span of a point to those known before it was read.
fn take_places(
    text: &str,
    point: &mut Point,
    span: Span,
    known: &[NodeRef],
    citations: &Citations,
) {
    for place in &citations.places {
        let at = place.span.shifted(span.start);
        if point.places.iter().any(|(node, _)| *node == place.node) {
            continue;
        }
        // Beside a place of its own, what is quoted is wording, and what a heading gives or names
        // as a whole says less.
        let is_vague = matches!(
            place.rule,
            "citation.quoted_wording" | "citation.heading" | "citation.document" | "citation.whole"
        );
        if !known.is_empty() && is_vague {
            continue;
        }
        // A place that a heading above gives has no words here.
        let words = at.slice(text).filter(|words| !words.is_empty());
        if point.cited_as.is_none() {
            point.cited_as = words.map(str::to_owned);
        }
        let mut evidence = Evidence::at(Finding::Section, place.rule, at, place.confidence);
        if words.is_none() {
            evidence.span = None;
        }
        point.evidence.push(evidence);
        let found = (place.node, place.confidence);
        if place.node == NodeRef::Format && only_whole(&point.places) {
            // "Toàn dự thảo | Rà soát lỗi chính tả": the words say more than the cell.
            point.places.insert(0, found);
        } else {
            point.places.push(found);
        }
    }
}

/// Whether only whole documents or the whole dossier are cited so far.
fn only_whole(places: &[(NodeRef, Confidence)]) -> bool {
    places
        .iter()
        .all(|(node, _)| matches!(node, NodeRef::Dossier | NodeRef::Document { .. }))
}

fn explain(dossier: &Dossier, reason: &UnresolvedReason) -> String {
    match reason {
        UnresolvedReason::NoSuchPlace => "dự thảo không có vị trí này".to_owned(),
        UnresolvedReason::PageAndLine { page, line } => {
            let page = page.map(|page| format!("trang {page}"));
            let line = line.map(|line| {
                if line < 0 {
                    format!("dòng {} từ dưới lên", line.unsigned_abs())
                } else {
                    format!("dòng {line}")
                }
            });
            let parts: Vec<String> = page.into_iter().chain(line).collect();
            format!("chỉ nêu {}, chưa quy về mục được", parts.join(", "))
        }
        UnresolvedReason::Ambiguous(nodes) => {
            let labels: Vec<String> = nodes
                .iter()
                .take(4)
                .filter_map(|node| dossier.label(*node))
                .collect();
            format!("có thể là {}", labels.join(" hoặc "))
        }
    }
}
