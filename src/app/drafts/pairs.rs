//! Two drafts of each document side by side, for the table that compares them.

use std::collections::BTreeMap;

use crate::app::{Error, Kind};
use crate::domain::{ConsultationId, DocumentId, DraftId, SectionChange, SectionId, SectionKind};
use crate::report::snapshot::{DraftChange, DraftPair, DraftedSection, SectionEntry};
use crate::store::drafts::{AlignmentRow, DraftSection};
use crate::store::{self, Tx};

/// Reads the draft called `number` of each document beside the one before; `None`: the current ones.
/// A document that has no such draft, or none before it, is left out.
///
/// # Errors
/// [`Kind::Invalid`] when there is nothing to compare.
pub(in crate::app) async fn list_pairs(
    tx: &mut Tx,
    consultation: ConsultationId,
    number: Option<u32>,
) -> Result<Vec<DraftPair>, Error> {
    let mut pairs = Vec::new();
    for document in store::consultations::list_documents(tx, consultation).await? {
        let number = number.unwrap_or(document.draft_number);
        let drafts = store::drafts::list_drafts(tx, document.id).await?;
        let at = drafts.iter().position(|(known, _, _)| *known == number);
        let before = at.and_then(|at| drafts.get(at.checked_sub(1)?));
        if let (Some(&(earlier, before, _)), Some(&(number, draft, _))) =
            (before, at.and_then(|at| drafts.get(at)))
        {
            let old = sections(tx, document.id, before).await?;
            let new = sections(tx, document.id, draft).await?;
            let rows = store::drafts::list_alignment(tx, draft).await?;
            pairs.push(DraftPair {
                document: document.id,
                number,
                earlier,
                changes: in_order(&rows, &old, &new),
                old,
                new,
                points: store::drafts::list_made_on(tx, consultation, before, draft).await?,
            });
        }
    }
    if pairs.is_empty() {
        let message = match number {
            None => "Các văn bản của hồ sơ mới có một lần dự thảo nên chưa có gì để so sánh; nhập dự thảo lần sau bằng `tiepthu draft add` hoặc ở trang Đối chiếu dự thảo.".to_owned(),
            Some(number) => format!(
                "Không văn bản nào của hồ sơ có dự thảo lần {number} cùng với một lần trước đó; xem các lần dự thảo bằng `tiepthu draft alignment`."
            ),
        };
        return Err(Error::new(Kind::Invalid, message));
    }
    Ok(pairs)
}

async fn sections(
    tx: &mut Tx,
    document: DocumentId,
    draft: DraftId,
) -> Result<Vec<DraftedSection>, Error> {
    let sections = store::drafts::list_draft_sections(tx, draft).await?;
    let drafted = |section: DraftSection| DraftedSection {
        entry: SectionEntry {
            id: section.id,
            document: Some(document),
            kind: section.kind,
            level: section.level,
            label: section.label,
            heading: section.heading,
        },
        body: section.body,
    };
    let parts = sections.into_iter();
    let parts = parts.filter(|section| section.kind != SectionKind::Whole);
    Ok(parts.map(drafted).collect())
}

/// In the order of the later draft; what is gone stands behind what came before it.
fn in_order(
    rows: &[AlignmentRow],
    old: &[DraftedSection],
    new: &[DraftedSection],
) -> Vec<DraftChange> {
    let ranks = |sections: &[DraftedSection]| -> BTreeMap<SectionId, usize> {
        let ids = sections.iter().map(|section| section.entry.id);
        ids.zip(0..).collect()
    };
    let (old_ranks, new_ranks) = (ranks(old), ranks(new));
    let mut successor: BTreeMap<SectionId, usize> = BTreeMap::new();
    for row in rows {
        if let (Some(old), Some(new)) = (row.old, row.new)
            && let Some(&rank) = new_ranks.get(&new)
        {
            let last = successor.entry(old).or_insert(rank);
            *last = rank.max(*last);
        }
    }
    // The place in the later draft where an old section stood: behind the one before it that stayed.
    let mut behind: BTreeMap<SectionId, usize> = BTreeMap::new();
    let mut last = 0;
    for section in old {
        if let Some(&rank) = successor.get(&section.entry.id) {
            last = rank + 1;
        } else {
            behind.insert(section.entry.id, last);
        }
    }
    let mut ordered: Vec<((usize, bool, usize), DraftChange)> = rows
        .iter()
        .filter_map(|row| {
            let change = DraftChange {
                change: SectionChange::parse(&row.change)?,
                old: row.old,
                new: row.new,
                is_confirmed: row.is_confirmed,
            };
            let old_rank = row.old.and_then(|id| old_ranks.get(&id)).copied();
            let old_rank = old_rank.unwrap_or(0);
            let place = if let Some(&rank) = row.new.and_then(|id| new_ranks.get(&id)) {
                (rank, true, old_rank)
            } else {
                let behind = row.old.and_then(|id| behind.get(&id)).copied();
                (behind.unwrap_or(usize::MAX), false, old_rank)
            };
            Some((place, change))
        })
        .collect();
    ordered.sort_by_key(|(place, _)| *place);
    ordered.into_iter().map(|(_, change)| change).collect()
}
