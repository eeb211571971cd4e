//! What was accepted while the draft that should show it stayed as it was.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::{App, Error};
use crate::domain::{Consultation, DocumentId, PointId, SectionChange, SectionId};
use crate::store;
use crate::store::drafts::{AlignmentRow, DraftSection};

/// Above this share of equal words a renumbered section says the same.
const SAME_WORDS: f32 = 0.999;

impl App {
    /// Points of earlier drafts that are answered with "tiếp thu", though neither their section nor
    /// anything below it changed in the current draft; of a group its representative.
    pub async fn accepted_but_unchanged(
        &self,
        consultation: &Consultation,
    ) -> Result<Vec<PointId>, Error> {
        let mut tx = self.store.read().await?;
        let accepted = store::unchanged::list_accepted(&mut tx, consultation.id).await?;
        let wanted: BTreeSet<DocumentId> = accepted.iter().map(|point| point.document).collect();
        let mut changed = BTreeSet::new();
        for document in store::consultations::list_documents(&mut tx, consultation.id).await? {
            if !wanted.contains(&document.id) {
                continue;
            }
            let drafts = store::drafts::list_drafts(&mut tx, document.id).await?;
            let before = drafts
                .iter()
                .rev()
                .find(|(number, _, _)| *number < document.draft_number);
            let rows = store::drafts::list_alignment(&mut tx, document.draft).await?;
            let mut sections = store::drafts::list_draft_sections(&mut tx, document.draft).await?;
            if let Some((_, id, _)) = before {
                sections.extend(store::drafts::list_draft_sections(&mut tx, *id).await?);
            }
            changed.extend(changed_sections(&rows, &sections));
        }
        drop(tx);
        Ok(accepted
            .into_iter()
            .filter(|point| !changed.contains(&point.section))
            .map(|point| point.point)
            .collect())
    }

    /// How many findings about the sections of current drafts wait for a person.
    pub async fn n_doubtful_sections(&self, consultation: &Consultation) -> Result<usize, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::unchanged::count_doubtful(&mut tx, consultation.id).await?)
    }
}

/// Sections that say something else than before, and those they lie in, in either draft.
fn changed_sections(rows: &[AlignmentRow], sections: &[DraftSection]) -> BTreeSet<SectionId> {
    let mut parents: BTreeMap<SectionId, Vec<SectionId>> = BTreeMap::new();
    for section in sections {
        parents
            .entry(section.id)
            .or_default()
            .extend(section.parent);
    }
    let says_the_same = |row: &&AlignmentRow| match SectionChange::parse(&row.change) {
        Some(SectionChange::Same) => true,
        Some(SectionChange::Moved) => row.similarity >= SAME_WORDS,
        _ => false,
    };
    let mut changed = BTreeSet::new();
    let mut open: Vec<SectionId> = rows
        .iter()
        .filter(|row| !says_the_same(row))
        .flat_map(|row| row.old.into_iter().chain(row.new))
        .collect();
    while let Some(section) = open.pop() {
        if changed.insert(section) {
            open.extend(parents.get(&section).into_iter().flatten());
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::changed_sections;
    use crate::domain::{Confidence, SectionId, SectionKind};
    use crate::store::drafts::{AlignmentRow, DraftSection};

    #[test]
    fn a_change_below_changes_what_holds_it() {
        let section = |id: i64, parent: Option<i64>| DraftSection {
            id: SectionId(id),
            kind: SectionKind::Article,
            parent: parent.map(SectionId),
            level: 1,
            label: id.to_string(),
            heading: String::new(),
            body: String::new(),
            pages: None,
        };
        let row = |id: i64, change: &str, similarity: f32| AlignmentRow {
            id,
            old: Some(SectionId(id)),
            new: Some(SectionId(id)),
            change: change.to_owned(),
            similarity,
            confidence: Confidence::new(0.9),
            rule: String::new(),
            is_confirmed: true,
        };
        let sections = [
            section(1, None),
            section(2, Some(1)),
            section(3, Some(1)),
            section(4, None),
            section(5, None),
        ];
        let rows = [
            row(1, "same", 1.0),
            row(2, "same", 1.0),
            row(3, "reworded", 0.7),
            row(4, "moved", 1.0),
            row(5, "moved", 0.8),
        ];
        let changed: Vec<i64> = changed_sections(&rows, &sections)
            .into_iter()
            .map(|id| id.0)
            .collect();
        assert_eq!(changed, [1, 3, 5]);
    }
}
