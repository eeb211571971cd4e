//! What a point was read from: its texts with the reasons marked, and the draft beside it.

use crate::app::browse::PointInFull;
use crate::app::values::Part;
use crate::domain::{Evidence, Finding, PageMap, PartId, Span};
use crate::web::pages::paper::{self, PageView};
use crate::web::views::{Marked, Marker};
use crate::web::words;

/// How much of the draft is shown beside a point.
const DRAFT_CHARS: usize = 8_000;

/// A reason.
pub(super) struct EvidenceLine {
    pub(super) what: &'static str,
    pub(super) rule: String,
    pub(super) confidence: String,
    pub(super) is_doubtful: bool,
    pub(super) words: String,
    pub(super) anchor: String,
}

/// A text of the submission.
pub(super) struct TextOfPart {
    pub(super) path: String,
    pub(super) role: String,
    pub(super) marked: Marked,
    pub(super) is_cited: bool,
    /// Whether the point begins in it.
    pub(super) is_first: bool,
    /// The pages that hold words of the point.
    pub(super) pages: Vec<PageView>,
    /// Whether a machine read it in a picture: then the picture is what counts.
    pub(super) is_recognized: bool,
}

/// A section of the draft.
pub(super) struct DraftPiece {
    pub(super) label: String,
    pub(super) heading: String,
    pub(super) body: String,
}

/// The part that evidence spans point into.
fn cited_part(full: &PointInFull) -> Option<PartId> {
    full.view.point.spans.first().map(|(part, _)| *part)
}

pub(super) fn evidence(full: &PointInFull) -> Vec<EvidenceLine> {
    let part = cited_part(full).and_then(|id| full.parts.iter().find(|part| part.id == id));
    let line = |(n, evidence): (usize, &Evidence)| {
        let seen = evidence.span.and_then(|span| span.slice(&part?.text));
        let seen = seen.filter(|seen| !seen.is_empty());
        EvidenceLine {
            what: words::finding(evidence.what),
            rule: evidence.rule.to_string(),
            confidence: format!("{:.0}%", evidence.confidence.value() * 100.0),
            is_doubtful: evidence.confidence.needs_person(),
            words: seen.map(|seen| cut(seen, 90)).unwrap_or_default(),
            anchor: match seen {
                Some(_) if is_whole(evidence) => "own".to_owned(),
                Some(_) => format!("e{n}"),
                None => String::new(),
            },
        }
    };
    (1..).zip(&full.view.point.evidence).map(line).collect()
}

pub(in crate::web::pages) fn cut(text: &str, n_chars: usize) -> String {
    let mut chars = text.chars();
    let mut cut: String = chars.by_ref().take(n_chars).collect();
    if chars.next().is_some() {
        cut.push('…');
    }
    cut
}

pub(super) fn texts(base: &str, full: &PointInFull) -> Vec<TextOfPart> {
    let cited = cited_part(full);
    let point = &full.view.point;
    let text = |part: &Part| {
        let own = point.spans.iter().filter(|(id, _)| *id == part.id);
        let own: Vec<Span> = own.map(|(_, span)| *span).collect();
        let as_own = |span: &Span| marker(*span, "point", "own");
        let mut markers: Vec<Marker> = own.iter().map(as_own).collect();
        let map = full.page_maps.get(&part.id);
        if let Some(map) = map {
            markers.extend(paper::doubtful(&part.text, map));
        }
        if cited == Some(part.id) {
            let seen = (1..).zip(&point.evidence);
            let seen = seen.filter(|(_, evidence)| !is_whole(evidence));
            let seen = seen.filter_map(|(n, e): (usize, _)| Some((n, e.span?)));
            markers.extend(seen.map(|(n, span)| marker(span, "why", &format!("e{n}"))));
        }
        TextOfPart {
            path: part.path.clone(),
            role: words::role(&part.role).to_owned(),
            pages: map.map_or_else(Vec::new, |map| paper::pages(base, part, map, &own, false)),
            is_recognized: map.is_some_and(PageMap::is_recognized),
            is_first: cited == Some(part.id),
            is_cited: point.spans.iter().any(|(id, _)| *id == part.id),
            marked: Marked::new(&part.text, &markers),
        }
    };
    full.parts.iter().map(text).collect()
}

/// Whether evidence is about the whole point, which is marked anyway.
fn is_whole(evidence: &Evidence) -> bool {
    matches!(evidence.what, Finding::Split | Finding::Words)
}

fn marker(span: Span, class: &'static str, anchor: &str) -> Marker {
    Marker {
        span,
        class,
        anchor: anchor.to_owned(),
        after: None,
    }
}

/// The draft's own words of the section, down to a readable length.
pub(super) fn draft(full: &PointInFull) -> (Vec<DraftPiece>, bool) {
    let mut left = DRAFT_CHARS;
    let mut pieces = Vec::new();
    for section in &full.draft {
        if left == 0 {
            return (pieces, true);
        }
        let n_chars = section.heading.chars().count() + section.body.chars().count();
        left = left.saturating_sub(n_chars);
        let has_label = words::has_label(section.kind);
        // The "heading" of an unheaded paragraph is its beginning.
        let beginning = section.heading.trim_end_matches('…').trim_end();
        let is_repeated = section.body.starts_with(beginning);
        pieces.push(DraftPiece {
            label: if has_label {
                section.label.clone()
            } else {
                String::new()
            },
            heading: if is_repeated {
                String::new()
            } else {
                section.heading.clone()
            },
            body: cut(&section.body, DRAFT_CHARS),
        });
    }
    (pieces, false)
}
