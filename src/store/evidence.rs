//! Evidence in its columns: a JSON array beside what it is evidence for.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Error, from_json, known, to_json};
use crate::domain::{Confidence, Evidence, Finding, Span};

#[derive(Serialize, Deserialize)]
struct StoredEvidence {
    what: String,
    rule: String,
    span: Option<(usize, usize)>,
    confidence: f32,
}

/// Writes evidence as JSON.
pub(super) fn evidence_to_json(evidence: &[Evidence]) -> String {
    let stored: Vec<StoredEvidence> = evidence
        .iter()
        .map(|evidence| StoredEvidence {
            what: evidence.what.code().to_owned(),
            rule: evidence.rule.to_string(),
            span: evidence.span.map(|span| (span.start, span.end)),
            confidence: evidence.confidence.value(),
        })
        .collect();
    to_json(&stored)
}

/// Reads evidence from JSON.
pub(super) fn evidence_from_json(text: &str, table: &'static str) -> Result<Vec<Evidence>, Error> {
    from_json::<Vec<StoredEvidence>>(text, table, "evidence")?
        .into_iter()
        .map(|stored| {
            Ok(Evidence {
                what: known(Finding::parse(&stored.what), table, "evidence")?,
                rule: Cow::Owned(stored.rule),
                span: stored.span.map(|(start, end)| Span::new(start, end)),
                confidence: Confidence::new(stored.confidence),
            })
        })
        .collect()
}
