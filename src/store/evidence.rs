//! Evidence as a JSON column.

use std::borrow::Cow;

use super::{Error, from_json, known, to_json};
use crate::domain::{Confidence, Evidence, Finding, Span};

/// `["section", "place.cell", [12, 20], 0.95]`: what, rule, span, confidence. As short as JSON can
/// be, since most of what is stored of a table's row would otherwise be names of fields.
type StoredEvidence<'a> = (Cow<'a, str>, Cow<'a, str>, Option<(usize, usize)>, f32);

/// Writes evidence as JSON.
pub(super) fn evidence_to_json(evidence: &[Evidence]) -> String {
    let stored: Vec<StoredEvidence<'_>> = evidence
        .iter()
        .map(|evidence| {
            (
                Cow::Borrowed(evidence.what.code()),
                Cow::Borrowed(&*evidence.rule),
                evidence.span.map(|span| (span.start, span.end)),
                evidence.confidence.value(),
            )
        })
        .collect();
    to_json(&stored)
}

/// Reads evidence from JSON.
pub(super) fn evidence_from_json(text: &str, table: &'static str) -> Result<Vec<Evidence>, Error> {
    from_json::<Vec<StoredEvidence<'_>>>(text, table, "evidence")?
        .into_iter()
        .map(|(what, rule, span, confidence)| {
            Ok(Evidence {
                what: known(Finding::parse(&what), table, "evidence")?,
                rule: Cow::Owned(rule.into_owned()),
                span: span.map(|(start, end)| Span::new(start, end)),
                confidence: Confidence::new(confidence),
            })
        })
        .collect()
}
