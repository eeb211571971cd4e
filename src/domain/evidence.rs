//! Why the program believes something.

use std::borrow::Cow;

use super::Span;

/// How sure a rule is, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Confidence(f32);

impl Confidence {
    /// Nothing left to doubt: the text says it literally, or a person said it.
    pub const CERTAIN: Self = Self(1.0);
    /// At or above this a conclusion counts without a person's confirmation.
    ///
    /// Chosen so that a wrong conclusion is rarer than a secretary's slip; below it the submission
    /// waits in triage.
    pub const THRESHOLD: Self = Self(0.8);

    /// Makes a confidence; values outside 0 to 1 are clamped, NaN becomes 0.
    pub fn new(value: f32) -> Self {
        Self(if value.is_nan() {
            0.0
        } else {
            value.clamp(0.0, 1.0)
        })
    }

    /// The same from a mean computed in double precision.
    pub fn of(value: f64) -> Self {
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            reason = "a confidence needs no more than an f32 holds"
        )]
        Self::new(value as f32)
    }

    /// The value, 0 to 1.
    pub fn value(self) -> f32 {
        self.0
    }

    /// Whether a person has to look before the conclusion counts.
    pub fn needs_person(self) -> bool {
        self < Self::THRESHOLD
    }
}

/// What a piece of [`Evidence`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Finding {
    /// The words themselves: that a machine recognized them in a picture.
    Words,
    /// Who is speaking.
    Organization,
    /// The letter's own number.
    LetterNumber,
    /// The letter's own date.
    LetterDate,
    /// The request the letter answers.
    Answers,
    /// That the letter agrees, or has no opinion.
    Agreement,
    /// Where one idea ends and the next begins.
    Split,
    /// The place in the draft.
    Section,
    /// Agreeing, proposing, objecting, asking.
    Stance,
    /// That it says what another submission said, corrects or replaces it.
    Relation,
    /// That a machine, not a person, wrote the message.
    Robot,
}

impl Finding {
    /// Every finding, in the order above.
    pub const ALL: [Self; 11] = [
        Self::Words,
        Self::Organization,
        Self::LetterNumber,
        Self::LetterDate,
        Self::Answers,
        Self::Agreement,
        Self::Split,
        Self::Section,
        Self::Stance,
        Self::Relation,
        Self::Robot,
    ];

    /// The stable code used in the database and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Organization => "organization",
            Self::LetterNumber => "letter_number",
            Self::LetterDate => "letter_date",
            Self::Answers => "answers",
            Self::Agreement => "agreement",
            Self::Split => "split",
            Self::Section => "section",
            Self::Stance => "stance",
            Self::Relation => "relation",
            Self::Robot => "robot",
        }
    }

    /// Reads a [`Finding::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|finding| finding.code() == code)
    }
}

/// One reason for one conclusion: the rule, the words it saw and how sure it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// What the conclusion is about.
    pub what: Finding,
    /// The rule's stable name, e.g. `citation.roman_path`.
    pub rule: Cow<'static, str>,
    /// The words, in the text of the part at hand; `None` when the reason is not in the text
    /// (an e-mail domain, a column of a table).
    pub span: Option<Span>,
    /// How sure.
    pub confidence: Confidence,
}

/// The rule by which words were read in a picture; its confidence is the recognition's own.
pub const RECOGNIZED: &str = "words.recognized";

impl Evidence {
    /// Whether it says that words were recognized in a picture.
    pub fn is_recognition(&self) -> bool {
        self.what == Finding::Words && self.rule == RECOGNIZED
    }

    /// Evidence found in the text.
    pub fn at(what: Finding, rule: &'static str, span: Span, confidence: Confidence) -> Self {
        Self {
            what,
            rule: Cow::Borrowed(rule),
            span: Some(span),
            confidence,
        }
    }

    /// Evidence from outside the text.
    pub fn outside(what: Finding, rule: &'static str, confidence: Confidence) -> Self {
        Self {
            what,
            rule: Cow::Borrowed(rule),
            span: None,
            confidence,
        }
    }
}
