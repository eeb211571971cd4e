//! Finds out who is speaking.
use super::letter::LetterHead;
use crate::domain::{Confidence, EmailAddress, Evidence, Organization, OrganizationId};

/// The organizations that can be recognized.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    organizations: Vec<OrganizationId>,
}

/// Everything known about the sender of one submission.
#[derive(Debug, Clone, Copy, Default)]
pub struct Signals<'a> {
    /// The text of the letter.
    pub letter_text: Option<&'a str>,
    /// What the letter says about itself.
    pub head: Option<&'a LetterHead>,
    /// The display name of the e-mail's sender.
    pub sender_name: Option<&'a str>,
    /// The address of the e-mail's sender.
    pub sender: Option<&'a EmailAddress>,
    /// The e-mail's subject.
    pub mail_subject: Option<&'a str>,
    /// What the organization's cell of a table row says.
    pub cell: Option<&'a str>,
}

/// Who is speaking, as far as the signals tell.
#[derive(Debug, Clone, PartialEq)]
pub struct OrganizationGuess {
    /// The speakers: several for a joint letter; empty when unsure.
    pub organizations: Vec<OrganizationId>,
    /// All who come into question, best first.
    pub candidates: Vec<(OrganizationId, Confidence)>,
    /// How sure.
    pub confidence: Confidence,
    /// Why.
    pub evidence: Vec<Evidence>,
}

/// What one written name can mean.
#[derive(Debug, Clone, PartialEq)]
pub enum NameMatch {
    /// Exactly one organization.
    One(OrganizationId, Confidence),
    /// Several, best first.
    Several(Vec<(OrganizationId, Confidence)>),
    /// None that is known.
    Unknown,
}

impl Directory {
    /// Prepares the names of organizations for recognition.
    pub fn new(organizations: &[Organization]) -> Self {
        Self {
            organizations: organizations
                .iter()
                .map(|organization| organization.id)
                .collect(),
        }
    }

    /// Finds out who is speaking.
    pub fn recognize(&self, signals: &Signals<'_>) -> OrganizationGuess {
        let _ = (signals, &self.organizations);
        OrganizationGuess {
            organizations: Vec::new(),
            candidates: Vec::new(),
            confidence: Confidence::new(0.0),
            evidence: Vec::new(),
        }
    }

    /// Finds the organization one cell or one typed name means.
    pub fn find_name(&self, name: &str) -> NameMatch {
        let _ = (name, &self.organizations);
        NameMatch::Unknown
    }
}
