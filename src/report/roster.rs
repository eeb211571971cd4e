//! Who replied in a round and who did not, for the screen; the report's own table prints the same.
//!
//! [`Snapshot`] -> [`RoundRoster`], round by round, organizations in catalogue order.

use jiff::civil::Date;

use crate::domain::{Channel, LetterNumber, OrganizationId, Round, SubmissionId};

use super::facts::{Facts, RosterLine};
use super::reconcile::Scope;
use super::snapshot::{Snapshot, SubmissionEntry};

pub use super::facts::Reply;

/// What every organization that was asked in a round, or wrote in it, did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundRoster {
    /// The round.
    pub round: Round,
    /// The organizations, in catalogue order.
    pub entries: Vec<RosterEntry>,
}

/// What one organization did in one round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterEntry {
    /// Who.
    pub organization: OrganizationId,
    /// Whether it was asked.
    pub was_asked: bool,
    /// How it replied.
    pub reply: Reply,
    /// Whether any of its counted replies came late.
    pub is_late: bool,
    /// Its counted submissions; for another reply than a counted one, what it has sent.
    pub letters: Vec<RosterLetter>,
    /// Subordinates that answered for it.
    pub through: Vec<OrganizationId>,
}

/// What an organization sent: a letter, or the rows of one in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterLetter {
    /// The submission, or that of the first row.
    pub first: SubmissionId,
    /// How many submissions it is.
    pub n_submissions: usize,
    /// Số, ký hiệu.
    pub letter_number: Option<LetterNumber>,
    /// Ngày văn bản.
    pub letter_date: Option<Date>,
    /// How it came.
    pub channel: Channel,
    /// Ngày đến.
    pub arrived_on: Date,
}

/// Lists who replied and who did not, round by round.
pub fn rosters(snapshot: &Snapshot) -> Vec<RoundRoster> {
    let scope = Scope {
        include_internal: true,
        ..Scope::default()
    };
    let facts = Facts::new(snapshot, &scope);
    let of = |round: &Round| RoundRoster {
        round: round.clone(),
        entries: facts
            .roster(Some(round.id))
            .into_iter()
            .map(entry)
            .collect(),
    };
    snapshot.rounds.iter().map(of).collect()
}

fn entry(line: RosterLine<'_>) -> RosterEntry {
    let mut letters: Vec<RosterLetter> = Vec::new();
    for submission in &line.submissions {
        match letters.last_mut() {
            Some(last) if last.is_of(submission) => last.n_submissions += 1,
            _ => letters.push(RosterLetter {
                first: submission.id,
                n_submissions: 1,
                letter_number: submission.letter_number.clone(),
                letter_date: submission.letter_date,
                channel: submission.channel,
                arrived_on: submission.arrived_on,
            }),
        }
    }
    RosterEntry {
        organization: line.organization,
        was_asked: line.was_asked,
        reply: line.reply,
        is_late: line.is_late(),
        letters,
        through: line.through,
    }
}

impl RosterLetter {
    /// Whether a submission is a row of the same letter.
    fn is_of(&self, submission: &SubmissionEntry) -> bool {
        self.arrived_on == submission.arrived_on
            && self.letter_number == submission.letter_number
            && self.letter_date == submission.letter_date
            && self.channel == submission.channel
    }
}
