//! Reads what a letter says about itself.
use jiff::civil::Date;

use crate::domain::{Evidence, LetterNumber, Relation, Span};

/// What a letter says about itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LetterHead {
    /// Its own number.
    pub number: Option<LetterNumber>,
    /// Its own date.
    pub date: Option<Date>,
    /// The number of the request it answers.
    pub answers_number: Option<LetterNumber>,
    /// The date of that request.
    pub answers_date: Option<Date>,
    /// Trích yếu: what follows "V/v".
    pub subject: Option<Span>,
    /// The lines that name the issuing agency, superior first.
    pub agency_lines: Vec<Span>,
    /// The lines from the signer's title to the name.
    pub signature: Option<Span>,
    /// What it says to be to an earlier letter of the same sender.
    pub relation: Option<(Relation, Option<LetterNumber>)>,
    /// Why.
    pub evidence: Vec<Evidence>,
}

/// Reads the head, the opening sentence and the signature of a letter.
pub fn read_letter_head(text: &str) -> LetterHead {
    let _ = text;
    LetterHead::default()
}
