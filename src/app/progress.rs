//! How far the work is: by section and by drafter.

use std::collections::BTreeMap;

use super::assigning::read_assignments;
use super::{App, Error};
use crate::domain::{Consultation, PointState, ResponseState, SectionId};
use crate::store::assignments;

/// Counted points that have these things in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Portion {
    /// Their section.
    pub(super) section: Option<SectionId>,
    /// Whom they name.
    pub(super) drafter: Option<String>,
    /// Their state.
    pub(super) state: PointState,
    /// How far their answer, or their group's, is.
    pub(super) response_state: Option<ResponseState>,
}

/// Points of a section or a drafter, by how far they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// All of them.
    pub received: usize,
    /// Answered, alone or through a group.
    pub answered: usize,
    /// Of those, waiting for approval.
    pub submitted: usize,
    /// Of those, approved.
    pub approved: usize,
    /// Joined into another, or out of scope: nothing to answer.
    pub settled: usize,
    /// Waiting for an answer.
    pub open: usize,
}

impl Share {
    fn add(&mut self, portion: &Portion, n: usize) {
        self.received += n;
        match portion.state {
            PointState::Answered | PointState::AnsweredInGroup => {
                self.answered += n;
                match portion.response_state {
                    Some(ResponseState::Submitted) => self.submitted += n,
                    Some(ResponseState::Approved) => self.approved += n,
                    Some(ResponseState::Draft | ResponseState::Returned) | None => {}
                }
            }
            PointState::Joined | PointState::OutOfScope => self.settled += n,
            PointState::Open => self.open += n,
        }
    }
}

/// How far the work is.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// Sections with what lies below them, and points without one.
    by_section: BTreeMap<Option<SectionId>, Share>,
    /// Who answers what; `None`: nobody yet.
    pub by_drafter: BTreeMap<Option<String>, Share>,
}

impl Progress {
    /// A section with what lies below.
    pub fn in_section(&self, section: SectionId) -> Share {
        self.by_section
            .get(&Some(section))
            .copied()
            .unwrap_or_default()
    }

    /// What has no section yet.
    pub fn without_section(&self) -> Share {
        self.by_section.get(&None).copied().unwrap_or_default()
    }
}

impl App {
    /// Counts how far the work on a consultation is.
    pub async fn progress(&self, consultation: &Consultation) -> Result<Progress, Error> {
        let mut tx = self.store.read().await?;
        let names = self.names_in(&mut tx, consultation).await?;
        let assigned = read_assignments(&mut tx, consultation, &names).await?;
        let named = assignments::list_named_points(&mut tx, consultation.id).await?;
        drop(tx);
        let portions = self.portions(consultation, named).await?;
        let parents: BTreeMap<SectionId, Option<SectionId>> = names
            .sections
            .iter()
            .map(|section| (section.id, section.parent))
            .collect();
        let mut progress = Progress::default();
        for (portion, n) in &portions {
            let drafter = assigned.drafter_of(portion.drafter.as_deref(), portion.section);
            let of = progress.by_drafter.entry(drafter.map(str::to_owned));
            of.or_default().add(portion, *n);
            let mut at = portion.section;
            progress.by_section.entry(at).or_default().add(portion, *n);
            // A section lies in nothing that it contains: the way up ends.
            while let Some(parent) = at.and_then(|id| parents.get(&id).copied().flatten()) {
                progress
                    .by_section
                    .entry(Some(parent))
                    .or_default()
                    .add(portion, *n);
                at = Some(parent);
            }
        }
        Ok(progress)
    }
}
