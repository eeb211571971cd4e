//! Who replied in a round and who did not, for the screen; the report's own table prints the same.
//!
//! [`Snapshot`] + round -> [`RosterEntry`] in catalogue order.

use crate::domain::{OrganizationId, RoundId, SubmissionId};

use super::facts::Facts;
use super::reconcile::Scope;
use super::snapshot::Snapshot;

pub use super::facts::Reply;

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
    pub submissions: Vec<SubmissionId>,
    /// Subordinates that answered for it.
    pub through: Vec<OrganizationId>,
}

/// Lists what every organization that was asked in a round, or wrote in it, did.
pub fn roster(snapshot: &Snapshot, round: RoundId) -> Vec<RosterEntry> {
    let scope = Scope {
        include_internal: true,
        ..Scope::default()
    };
    let facts = Facts::new(snapshot, &scope);
    let lines = facts.roster(Some(round)).into_iter();
    lines
        .map(|line| RosterEntry {
            organization: line.organization,
            was_asked: line.was_asked,
            reply: line.reply,
            is_late: line.is_late(),
            submissions: line.submissions.iter().map(|s| s.id).collect(),
            through: line.through,
        })
        .collect()
}
