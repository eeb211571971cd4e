//! Word documents.

use crate::domain::{DraftLine, Warning};

/// Reads a draft.
pub(super) fn read_draft(_bytes: &[u8]) -> (Vec<DraftLine>, Vec<Warning>) {
    (Vec::new(), Vec::new())
}
