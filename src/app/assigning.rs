//! Phân công: who answers which sections. A section without a name of its own follows the one it lies
//! in; a point that names somebody is that person's, wherever it lies.
//!
//! Whose a point is comes from the database each time: assigning a section changes no point and no
//! index.

use std::collections::{BTreeMap, BTreeSet};

use super::search::Names;
use super::{App, Error};
use crate::domain::{Account, Consultation, PointId, Role, SectionId};
use crate::store::Tx;
use crate::store::ledger::{self, Action};
use crate::store::{accounts, assignments};

/// What a filter calls points that nobody has to answer.
pub const NOBODY: &str = "none";

/// Who has to answer what.
#[derive(Debug, Clone, Default)]
pub struct Assignments {
    /// Sections that are assigned themselves.
    pub own: BTreeMap<SectionId, String>,
    /// Every section that is somebody's, directly or through what it lies in.
    pub all: BTreeMap<SectionId, String>,
    /// Everybody who has something to answer or may be given some, by name.
    pub drafters: Vec<String>,
}

impl Assignments {
    fn new(own: BTreeMap<SectionId, String>, named: Vec<String>, names: &Names) -> Self {
        let mut all: BTreeMap<SectionId, String> = BTreeMap::new();
        // Parents come before children.
        for section in &names.sections {
            let inherited = section.parent.and_then(|parent| all.get(&parent));
            if let Some(drafter) = own.get(&section.id).or(inherited).cloned() {
                all.insert(section.id, drafter);
            }
        }
        let drafters: BTreeSet<String> = own.values().cloned().chain(named).collect();
        Self {
            own,
            all,
            drafters: drafters.into_iter().collect(),
        }
    }

    /// Who answers a point of a section that names this person, or nobody.
    pub fn drafter_of<'a>(
        &'a self,
        named: Option<&'a str>,
        section: Option<SectionId>,
    ) -> Option<&'a str> {
        named.or_else(|| self.all.get(&section?).map(String::as_str))
    }
}

impl App {
    /// Who has to answer what.
    pub async fn assignments(&self, consultation: &Consultation) -> Result<Assignments, Error> {
        let mut tx = self.store.read().await?;
        let names = self.names_in(&mut tx, consultation).await?;
        read_assignments(&mut tx, consultation, &names).await
    }

    /// Assigns sections, all or none of them; an empty name leaves a section to the one it lies in.
    /// Returns how many changed.
    pub async fn assign(
        &self,
        consultation: &Consultation,
        wanted: &[(SectionId, String)],
        actor: &str,
    ) -> Result<usize, Error> {
        let now_us = self.clock.now_us();
        let mut tx = self.store.write().await?;
        let names = self.names_in(&mut tx, consultation).await?;
        let own = assignments::list_assignments(&mut tx, consultation.id).await?;
        let mut changed = Vec::new();
        for (section, drafter) in wanted {
            let is_ours = names.section(*section).is_some();
            let before = own.get(section).map_or("", String::as_str);
            let drafter = drafter.trim();
            if is_ours && before != drafter {
                assignments::set_assignment(&mut tx, consultation.id, *section, drafter).await?;
                changed.push(section.0);
            }
        }
        let (Some(first), Some(last)) = (changed.iter().min(), changed.iter().max()) else {
            return Ok(0);
        };
        ledger::append(
            &mut tx,
            now_us,
            actor,
            Action::AssignmentsSet,
            *first,
            *last,
        )
        .await?;
        tx.commit().await?;
        Ok(changed.len())
    }

    /// The points a person has to answer, or, for [`NOBODY`], those that are nobody's.
    pub(super) async fn points_of_drafter(
        &self,
        consultation: &Consultation,
        names: &Names,
        drafter: &str,
    ) -> Result<Vec<PointId>, Error> {
        let mut tx = self.store.read().await?;
        let assigned = read_assignments(&mut tx, consultation, names).await?;
        if drafter == NOBODY {
            let sections: Vec<SectionId> = assigned.all.into_keys().collect();
            let ids = assignments::list_unassigned(&mut tx, consultation.id, &sections).await?;
            return Ok(ids);
        }
        let theirs = assigned.all.iter().filter(|(_, name)| *name == drafter);
        let sections: Vec<SectionId> = theirs.map(|(id, _)| *id).collect();
        Ok(assignments::list_points_of(&mut tx, consultation.id, drafter, &sections).await?)
    }
}

pub(super) async fn read_assignments(
    tx: &mut Tx,
    consultation: &Consultation,
    names: &Names,
) -> Result<Assignments, Error> {
    let own = assignments::list_assignments(tx, consultation.id).await?;
    let mut named = assignments::list_named(tx, consultation.id).await?;
    let accounts = accounts::list_accounts(tx).await?;
    let drafters = accounts
        .iter()
        .filter(|it| it.roles.contains(&Role::Drafter));
    named.extend(drafters.filter(|it| !it.is_disabled).map(Account::author));
    Ok(Assignments::new(own, named, names))
}
