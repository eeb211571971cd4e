//! Web pages.

use super::PartTable;
use crate::text::normalize::normalize;

/// A page as text.
pub(super) struct Page {
    pub(super) text: String,
    pub(super) tables: Vec<PartTable>,
}

/// Reads a page.
pub(super) fn read(text: &str) -> Page {
    Page {
        text: normalize(text),
        tables: Vec::new(),
    }
}
