//! Text that a person typed in: minutes, a note of a phone call, a leader's remark.

use std::borrow::Cow;

use super::place::{self, Surroundings};
use super::{Dossier, Part, Point, Understood, agreement_alone};
use crate::domain::{Confidence, Evidence, Finding, NodeRef, OrganizationId, PageMap, ReplyClass};
use crate::split::split_passage;
use crate::text::normalize::normalize;

/// Understands a typed-in opinion; who speaks was said by the person who typed it.
pub fn understand_typed(
    dossier: &Dossier,
    text: &str,
    organizations: Vec<OrganizationId>,
) -> Understood {
    let text = normalize(text);
    let mut understood = Understood::empty();
    understood.organization_confidence = Confidence::CERTAIN;
    understood.evidence.push(Evidence::outside(
        Finding::Organization,
        "organization.typed",
        Confidence::CERTAIN,
    ));
    understood.organizations = organizations;
    if let Some(stance) = agreement_alone(&text) {
        understood.class = stance.class;
        understood.evidence.extend(stance.evidence);
    } else {
        let mut previous: Vec<NodeRef> = Vec::new();
        for piece in split_passage(&text) {
            let headings: Vec<&str> = piece
                .context
                .iter()
                .filter_map(|span| span.slice(&text))
                .collect();
            let mut point = Point {
                part: 0,
                spans: piece.spans(&text),
                proposal: piece.proposal,
                reason: piece.reason,
                old_text: piece.old_text,
                new_text: piece.new_text,
                places: Vec::new(),
                cited_as: None,
                other_laws: Vec::new(),
                unresolved: Vec::new(),
                pages: Vec::new(),
                stance: None,
                evidence: vec![piece.evidence],
            };
            let around = Surroundings {
                headings: &headings,
                previous: &previous,
                place_cell: None,
            };
            place::recognize(dossier, &text, &mut point, around);
            previous = point.places.iter().map(|(node, _)| *node).collect();
            understood.points.push(point);
        }
        understood.class = (!understood.points.is_empty()).then_some(ReplyClass::Comments);
    }
    understood.parts = vec![Part {
        path: "nội dung nhập tay".to_owned(),
        role: "typed",
        extractor: Cow::Borrowed("typed/1"),
        text,
        map: PageMap::default(),
    }];
    understood.conclude(dossier);
    understood
}
