//! Reads the tree of a draft document from its lines.
use crate::domain::{DraftLine, Outline, Warning};

/// Reads the outline of a draft.
///
/// `document` is the name printed before labels, e.g. "Đề án".
pub fn parse_outline(document: &str, lines: &[DraftLine]) -> (Outline, Vec<Warning>) {
    let _ = lines;
    (
        Outline {
            document: document.to_owned(),
            ..Outline::default()
        },
        Vec::new(),
    )
}
