//! Counts everything in a scope, and proves that the counts add up.
//!
//! [`Snapshot`] + [`Scope`] -> [`Reconciliation`]. Both sides of an [`Equation`] are counted on
//! different roads (invitations against the roster, points against their answers), so that a broken
//! state shows as a failing equation with the rows at fault. Three counters are never confused:
//! đơn vị, văn bản, ý kiến (DESIGN 2, 3.8).

mod equations;
mod tally;

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::{OrganizationId, Round, RoundId};

use super::edition::Edition;
use super::facts::{Facts, Reply, RosterLine};
use super::rows::{self, PointRow};
use super::snapshot::Snapshot;
use super::supplement::{self, Issued};

pub use tally::{Classes, PointCount, Tally};

/// Which part of a consultation a report covers, and how finely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Numbers of the rounds; `None` for all official rounds, and what has no known round.
    pub rounds: Option<Vec<u32>>,
    /// With `rounds: None`: internal rounds and leaders' instructions too.
    pub include_internal: bool,
    /// Down to which level places are told apart; deeper ones are printed under their parent.
    pub section_depth: u8,
    /// Whether units that only agree are listed by name.
    pub include_agreeing: bool,
    /// Order, names and headings: the same points and numbers in another form.
    pub edition: Edition,
    /// For a comparison of drafts: the later of the two; `None` for the current one of each document.
    pub draft: Option<u32>,
    /// For a supplementary report: what has been issued and is not counted again.
    pub after: Option<Arc<Issued>>,
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            rounds: None,
            include_internal: false,
            section_depth: 3,
            include_agreeing: true,
            edition: Edition::default(),
            draft: None,
            after: None,
        }
    }
}

impl Scope {
    /// Whether a round is in scope.
    pub fn takes(&self, round: &Round) -> bool {
        match &self.rounds {
            Some(numbers) => numbers.contains(&round.number),
            None => round.is_official || self.include_internal,
        }
    }
}

/// One statement about the numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Equation {
    /// Stable name, e.g. `asked`.
    pub name: Cow<'static, str>,
    /// Number of the round it is about; `None` for the whole scope.
    pub round: Option<u32>,
    /// In words, with the numbers: "Đã hỏi 41 = đã trả lời 33 + chưa trả lời 8".
    pub text: String,
    /// Whether it is true.
    pub holds: bool,
    /// What is at fault, in words a secretary can look up.
    pub offenders: Vec<String>,
}

/// The numbers of one round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundTally {
    /// The round's number.
    pub number: u32,
    /// Its title.
    pub title: String,
    /// What was counted.
    pub tally: Tally,
}

/// All numbers of a scope, and whether they add up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// Round by round.
    pub rounds: Vec<RoundTally>,
    /// The whole scope; an organization asked in several rounds counts once.
    pub total: Tally,
    /// Every equation.
    pub equations: Vec<Equation>,
    /// What a person should look at although the numbers add up, in Vietnamese.
    pub notices: Vec<String>,
}

impl Reconciliation {
    /// Whether every equation holds.
    pub fn holds(&self) -> bool {
        self.equations.iter().all(|equation| equation.holds)
    }

    /// The equations that do not hold.
    pub fn failing(&self) -> impl Iterator<Item = &Equation> {
        self.equations.iter().filter(|equation| !equation.holds)
    }
}

/// Counts a scope of a snapshot and checks every equation of DESIGN 3.8.
pub fn reconcile(snapshot: &Snapshot, scope: &Scope) -> Reconciliation {
    let facts = Facts::new(snapshot, scope);
    reconcile_facts(&facts, &rows::rows(&facts))
}

/// The organizations asked in a round that have not replied, neither themselves nor through one of
/// their own, in catalogue order.
pub fn silent(snapshot: &Snapshot, round: RoundId) -> Vec<OrganizationId> {
    let scope = Scope {
        include_internal: true,
        ..Scope::default()
    };
    let facts = Facts::new(snapshot, &scope);
    let lines = facts.roster(Some(round));
    let is_silent = |line: &&RosterLine<'_>| line.reply == Reply::Silent;
    lines
        .iter()
        .filter(is_silent)
        .map(|line| line.organization)
        .collect()
}

pub(super) fn reconcile_facts(facts: &Facts<'_>, rows: &[PointRow<'_>]) -> Reconciliation {
    let of = |round: Option<RoundId>| {
        let roster = facts.roster(round);
        let tally = Tally::of(facts, round, &roster);
        let named = facts.rounds.iter().find(|it| Some(it.id) == round);
        let equations = equations::organizations(facts, named.copied(), &tally, &roster);
        (tally, equations)
    };
    let mut equations = Vec::new();
    let mut rounds = Vec::new();
    for round in &facts.rounds {
        let (tally, of_round) = of(Some(round.id));
        equations.extend(of_round);
        rounds.push(RoundTally {
            number: round.number,
            title: round.title.clone(),
            tally,
        });
    }
    let (total, of_all) = of(None);
    equations.extend(of_all);
    equations.extend(equations::rows_and_points(facts, &rounds, &total));
    equations.push(rows::check(facts, rows));
    let notices = equations::notices(facts, &total);
    let mut reconciliation = Reconciliation {
        rounds,
        total,
        equations,
        notices,
    };
    let together = supplement::together(facts.snapshot, facts.scope, &reconciliation);
    reconciliation.equations.extend(together);
    reconciliation
}
