//! Something a person should look at, found while reading human-made input.

use std::borrow::Cow;

use super::Span;

/// Where in the original input a [`Warning`] applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// The file as a whole.
    File,
    /// A row of a table, counted as the user sees it: 1-based physical line, header included.
    Row {
        /// The sheet, where the file has sheets.
        sheet: Option<String>,
        /// 1-based.
        row_number: u64,
        /// The column's heading as written, or its letter.
        column: Option<String>,
    },
    /// A part of a mail or archive, e.g. `2 > gop_y.docx`.
    Part {
        /// The path, as a person would follow it.
        path: String,
    },
    /// Words in a part's text.
    Text(Span),
}

/// What is wrong with a stranger's file, where, and what a secretary can do about it.
///
/// Both texts are Vietnamese sentences for the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Stable name, e.g. `csv.missing_content`.
    pub code: Cow<'static, str>,
    /// Where.
    pub location: Location,
    /// The offending value, cut to a readable length.
    pub value: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

impl Warning {
    /// Makes a warning without a value.
    pub fn new(
        code: &'static str,
        location: Location,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self {
            code: Cow::Borrowed(code),
            location,
            value: None,
            problem: problem.into(),
            remedy: remedy.into(),
        }
    }

    /// Adds the offending value, cut after 120 characters.
    #[must_use]
    pub fn with_value(mut self, value: &str) -> Self {
        let mut cut: String = value.chars().take(120).collect();
        if cut.len() < value.len() {
            cut.push('…');
        }
        self.value = Some(cut);
        self
    }
}
