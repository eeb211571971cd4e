//! What a leader looks at: what waits for a decision, and where views oppose each other.

use std::collections::BTreeMap;

use super::search::PointView;
use super::{App, Error};
use crate::domain::{Consultation, SectionId, Stance};
use crate::respond::opposing::{Opposition, find_opposition};
use crate::store::related::{self, ForLeader};

/// A page of what waits for a leader: questions first, then answers in the order of the draft.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Those of the page.
    pub points: Vec<PointView>,
    /// Everything that waits.
    pub n_total: usize,
    /// Of that, what a leader was asked about.
    pub n_escalated: usize,
    /// How many answers wait at each step of the chain, of everything, in its order.
    pub by_step: Vec<usize>,
}

impl App {
    /// Lists what waits for a leader: at one step of the chain, given by its place, or at all.
    /// Questions to the leadership wait at each.
    pub async fn waiting_for_leader(
        &self,
        consultation: &Consultation,
        step: Option<usize>,
        offset: usize,
        limit: usize,
    ) -> Result<Waiting, Error> {
        let names = self.names(consultation).await?;
        let mut tx = self.store.read().await?;
        let mut found = related::list_for_leader(&mut tx, consultation.id).await?;
        drop(tx);
        let last = self.approval_steps().len().saturating_sub(1);
        let at = |it: &ForLeader| it.n_approvals.map(|n| n.min(last));
        let by_step = (0..=last)
            .map(|step| found.iter().filter(|it| at(it) == Some(step)).count())
            .collect();
        if step.is_some() {
            found.retain(|it| it.is_escalated || at(it) == step);
        }
        let place_of = names.place_of();
        found.sort_by_key(|it| (!it.is_escalated, place_of(it.section), it.point));
        let shown = found.iter().skip(offset).take(limit);
        let shown: Vec<_> = shown.map(|it| it.point).collect();
        Ok(Waiting {
            points: self.points(consultation, &names, &shown).await?,
            n_total: found.len(),
            n_escalated: found.iter().filter(|it| it.is_escalated).count(),
            by_step,
        })
    }

    /// Sections on which what people want cannot all be followed, in the order of the draft.
    pub async fn opposing_sections(
        &self,
        consultation: &Consultation,
    ) -> Result<Vec<(SectionId, Opposition)>, Error> {
        let names = self.names(consultation).await?;
        let mut tx = self.store.read().await?;
        let stances = related::list_stances(&mut tx, consultation.id, None).await?;
        drop(tx);
        let mut by_section: BTreeMap<SectionId, Vec<Stance>> = BTreeMap::new();
        for (section, stance) in stances {
            by_section.entry(section).or_default().push(stance);
        }
        let found = names.sections.iter().filter_map(|section| {
            let opposition = find_opposition(by_section.get(&section.id)?)?;
            Some((section.id, opposition))
        });
        Ok(found.collect())
    }
}
