//! Finds the places of a draft that a text names.
use crate::domain::{Confidence, NodeRef, Outline, Span};

/// The places of a dossier, prepared for look-up.
#[derive(Debug, Clone, Default)]
pub struct Places {
    dossier: Vec<Outline>,
}

/// What is known before a text is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// The headings above the point, outermost first.
    pub headings: &'a [&'a str],
    /// The places of the point before, for "điểm này" and a bare "khoản 2".
    pub previous: &'a [NodeRef],
    /// The document the letter is about, or the main one.
    pub document: Option<usize>,
    /// Whether the text is a table's place cell, where a bare "III.2" or "2.1" is a citation.
    pub is_place_cell: bool,
}

/// What a text cites.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Citations {
    /// Places of the draft, the primary one first.
    pub places: Vec<Place>,
    /// Articles of other documents.
    pub other_laws: Vec<Span>,
    /// Words that name a place that cannot be told.
    pub unresolved: Vec<Unresolved>,
}

/// One cited place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Where.
    pub node: NodeRef,
    /// The words.
    pub span: Span,
    /// The rule, e.g. `citation.roman_path`.
    pub rule: &'static str,
    /// How sure.
    pub confidence: Confidence,
}

/// Words that name a place that cannot be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Unresolved {
    /// The words.
    pub span: Span,
    /// Why.
    pub reason: UnresolvedReason,
}

/// Why a cited place cannot be told.
#[derive(Debug, Clone, PartialEq)]
pub enum UnresolvedReason {
    /// The draft has no such place.
    NoSuchPlace,
    /// A page, a line, or both.
    PageAndLine {
        /// Trang.
        page: Option<u32>,
        /// Dòng, from the top; negative when counted from the bottom.
        line: Option<i32>,
    },
    /// Several places fit.
    Ambiguous(Vec<NodeRef>),
}

impl Places {
    /// Prepares the places of a dossier.
    pub fn new(dossier: &[Outline]) -> Self {
        Self {
            dossier: dossier.to_vec(),
        }
    }

    /// Finds what a text cites.
    pub fn find(&self, text: &str, context: &Context<'_>) -> Citations {
        let _ = (text, context, &self.dossier);
        Citations::default()
    }
}
