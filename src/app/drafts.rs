//! A further draft of a document: what became of the sections of the one before.
//!
//! Sections that are found again keep their keys, so that points, filters and the index need no
//! change; a doubtful finding holds until a person confirms or rejects it.

mod pairs;
mod unchanged;

use std::collections::BTreeMap;

use super::understand::OlderDraft;
use super::{App, Error, Kind};
use crate::blob::Blobs;
use crate::domain::{
    Confidence, Consultation, ContentHash, DraftId, Outline, OutlineNode, SectionChange, SectionId,
    SectionKind, Warning,
};
pub(super) use pairs::list_pairs;

use crate::recognize::alignment::{Link, align};
use crate::store;
use crate::store::consultations::Document;
use crate::store::drafts::{AlignmentRow, DraftSection, NextDraft};
use crate::store::ledger::{self, Action};

/// What became of one section.
#[derive(Debug, Clone)]
pub struct Aligned {
    /// Key, to confirm or reject it by; 0 while nothing is stored.
    pub id: i64,
    /// The relation.
    pub change: SectionChange,
    /// Label and heading in the draft before.
    pub old: Option<(String, String)>,
    /// Label and heading in the new draft.
    pub new: Option<(String, String)>,
    /// How much of the words they share.
    pub similarity: f32,
    /// How sure.
    pub confidence: Confidence,
    /// The rule that found it.
    pub rule: String,
    /// A person agreed, or none is needed.
    pub is_confirmed: bool,
}

/// A draft and what became of the sections of the one before.
#[derive(Debug, Clone)]
pub struct DraftReport {
    /// The document's name.
    pub document: String,
    /// Dự thảo lần N.
    pub number: u32,
    /// Whether this file is the current draft already; nothing was changed then.
    pub existed: bool,
    /// Every section of both drafts.
    pub sections: Vec<Aligned>,
    /// What a person should look at in the file.
    pub warnings: Vec<Warning>,
}

impl DraftReport {
    /// How many sections a person has to look at.
    pub fn n_doubtful(&self) -> usize {
        self.sections.iter().filter(|s| !s.is_confirmed).count()
    }
}

/// What a person says about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is so.
    Confirm,
    /// The two are different sections: the old one is gone, the new one is new.
    Reject,
}

impl App {
    /// Aligns a new draft of the document called `code` with the current one, and stores it unless
    /// `is_dry`.
    ///
    /// The same file again changes nothing.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when there is no such document, [`Kind::Invalid`] when the file has no
    /// sections.
    pub async fn add_draft(
        &self,
        consultation: &Consultation,
        code: &str,
        file_name: &str,
        bytes: &[u8],
        is_dry: bool,
    ) -> Result<DraftReport, Error> {
        let mut tx = self.store.read().await?;
        let document = self.document(&mut tx, consultation, code).await?;
        let drafts = store::drafts::list_drafts(&mut tx, document.id).await?;
        let sections = store::drafts::list_draft_sections(&mut tx, document.draft).await?;
        drop(tx);
        let hash = Blobs::hash(bytes);
        let is_current = |(number, _, blob): &(u32, DraftId, ContentHash)| {
            *number == document.draft_number && *blob == hash
        };
        if drafts.iter().any(is_current) {
            return Ok(DraftReport {
                document: document.name,
                number: document.draft_number,
                existed: true,
                sections: Vec::new(),
                warnings: Vec::new(),
            });
        }
        let (old, keys) = outline_of(&document, &sections);
        let (outlines, warnings) = super::setup::read_outlines(&document.name, file_name, bytes);
        let (new, links) = best_aligned(&old, outlines);
        if new.nodes.is_empty() {
            return Err(Error::new(
                Kind::Invalid,
                format!(
                    "Không tìm thấy mục nào trong `{file_name}`; hãy kiểm tra xem có đúng là tệp dự thảo không."
                ),
            ));
        }
        let number = document.draft_number + 1;
        let mut aligned = describe(&links, &old, &new);
        if !is_dry {
            let blob = self.blobs.put(bytes)?;
            let kept = kept_keys(&links, &keys, new.nodes.len());
            let draft = NextDraft {
                document: document.id,
                number,
                blob,
                file_name,
                added_us: self.clock.now_us(),
                title: if new.title.is_empty() {
                    &document.title
                } else {
                    &new.title
                },
                sections: new.nodes.iter().cloned().zip(kept).collect(),
            };
            let stored = self
                .store_draft(consultation, &document, &draft, &links, &keys)
                .await?;
            for (aligned, row) in aligned.iter_mut().zip(stored) {
                aligned.id = row.id;
            }
        }
        Ok(DraftReport {
            document: document.name,
            number,
            existed: false,
            sections: aligned,
            warnings,
        })
    }

    async fn store_draft(
        &self,
        consultation: &Consultation,
        document: &Document,
        draft: &NextDraft<'_>,
        links: &[Link],
        keys: &[SectionId],
    ) -> Result<Vec<AlignmentRow>, Error> {
        let mut tx = self.store.write().await?;
        let now = self.document(&mut tx, consultation, &document.code).await?;
        if now.draft != document.draft {
            return Err(Error::new(
                Kind::Conflict,
                "Vừa có người khác thêm một dự thảo của văn bản này; hãy thử lại.",
            ));
        }
        let (id, new_keys) = store::drafts::insert_draft(&mut tx, consultation.id, draft).await?;
        let rows: Vec<AlignmentRow> = links
            .iter()
            .map(|link| AlignmentRow {
                id: 0,
                old: link.old.and_then(|at| keys.get(at).copied()),
                new: link.new.and_then(|at| new_keys.get(at).copied()),
                change: link.change.code().to_owned(),
                similarity: link.similarity,
                confidence: link.confidence,
                rule: link.rule.to_owned(),
                is_confirmed: !link.confidence.needs_person(),
            })
            .collect();
        store::drafts::insert_alignment(&mut tx, id, &rows).await?;
        let stored = store::drafts::list_alignment(&mut tx, id).await?;
        let (at, actor) = (self.clock.now_us(), &self.actor);
        ledger::append(&mut tx, at, actor, Action::DraftAdded, id.0, id.0).await?;
        tx.commit().await?;
        Ok(stored)
    }

    /// What became of the sections of the draft before the current one.
    pub async fn draft_alignment(
        &self,
        consultation: &Consultation,
        code: &str,
    ) -> Result<DraftReport, Error> {
        let mut tx = self.store.read().await?;
        let document = self.document(&mut tx, consultation, code).await?;
        let drafts = store::drafts::list_drafts(&mut tx, document.id).await?;
        let rows = store::drafts::list_alignment(&mut tx, document.draft).await?;
        let new = store::drafts::list_draft_sections(&mut tx, document.draft).await?;
        let before = drafts
            .iter()
            .rev()
            .find(|(number, _, _)| *number < document.draft_number);
        let old = match before {
            Some((_, id, _)) => store::drafts::list_draft_sections(&mut tx, *id).await?,
            None => Vec::new(),
        };
        drop(tx);
        let names = |sections: Vec<DraftSection>| -> BTreeMap<SectionId, (String, String)> {
            sections
                .into_iter()
                .map(|section| (section.id, (section.label, section.heading)))
                .collect()
        };
        let (old, new) = (names(old), names(new));
        let sections = rows
            .into_iter()
            .filter_map(|row| {
                Some(Aligned {
                    id: row.id,
                    change: SectionChange::parse(&row.change)?,
                    old: row.old.and_then(|id| old.get(&id).cloned()),
                    new: row.new.and_then(|id| new.get(&id).cloned()),
                    similarity: row.similarity,
                    confidence: row.confidence,
                    rule: row.rule,
                    is_confirmed: row.is_confirmed,
                })
            })
            .collect();
        Ok(DraftReport {
            document: document.name,
            number: document.draft_number,
            existed: true,
            sections,
            warnings: Vec::new(),
        })
    }

    /// Records what a person says about findings of the current draft; no `ids` means all doubtful
    /// ones. Returns how many there were.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when one of them is not of this draft; nothing is changed then.
    pub async fn judge_alignment(
        &self,
        consultation: &Consultation,
        code: &str,
        ids: &[i64],
        verdict: Verdict,
    ) -> Result<usize, Error> {
        let mut tx = self.store.write().await?;
        let document = self.document(&mut tx, consultation, code).await?;
        let rows = store::drafts::list_alignment(&mut tx, document.draft).await?;
        if let Some(unknown) = ids.iter().find(|id| rows.iter().all(|row| row.id != **id)) {
            return Err(Error::new(
                Kind::NotFound,
                format!("Không có dòng đối chiếu số {unknown}; xem `tiepthu draft alignment`."),
            ));
        }
        let kinds: BTreeMap<SectionId, SectionKind> =
            store::drafts::list_draft_sections(&mut tx, document.draft)
                .await?
                .into_iter()
                .map(|section| (section.id, section.kind))
                .collect();
        let mut n_judged = 0;
        for row in &rows {
            let is_meant = if ids.is_empty() {
                !row.is_confirmed
            } else {
                ids.contains(&row.id)
            };
            if !is_meant {
                continue;
            }
            n_judged += 1;
            // Only a pair can be taken apart; "removed" and "added" can only be agreed to.
            let kind = row.new.and_then(|new| kinds.get(&new).copied());
            match (verdict, kind) {
                (Verdict::Reject, Some(kind)) if row.old.is_some() && row.old == row.new => {
                    store::drafts::separate(
                        &mut tx,
                        consultation.id,
                        document.id,
                        document.draft,
                        row,
                        kind,
                    )
                    .await?;
                }
                (Verdict::Reject, _) => {
                    return Err(Error::new(
                        Kind::Invalid,
                        format!(
                            "Dòng đối chiếu số {} không phải một cặp mục được coi là một, nên không tách ra được.",
                            row.id
                        ),
                    ));
                }
                (Verdict::Confirm, _) => {
                    store::drafts::confirm_alignment(&mut tx, row.id).await?;
                }
            }
        }
        if n_judged > 0 {
            let (at, actor) = (self.clock.now_us(), &self.actor);
            let id = document.draft.0;
            ledger::append(&mut tx, at, actor, Action::DraftAligned, id, id).await?;
            tx.commit().await?;
        }
        Ok(n_judged)
    }

    async fn document(
        &self,
        tx: &mut store::Tx,
        consultation: &Consultation,
        code: &str,
    ) -> Result<Document, Error> {
        let documents = store::consultations::list_documents(tx, consultation.id).await?;
        let codes: Vec<String> = documents.iter().map(|d| d.code.clone()).collect();
        documents
            .into_iter()
            .find(|document| document.code == code)
            .ok_or_else(|| {
                Error::new(
                    Kind::NotFound,
                    format!(
                        "Không có văn bản `{code}`; các văn bản của hồ sơ: {}.",
                        codes.join(", ")
                    ),
                )
            })
    }
}

/// How many drafts before the current one letters may still speak of.
const MAX_OLDER_DRAFTS: usize = 3;

/// The drafts before the current ones, newest first, with where each of their sections is today.
pub(super) async fn older_drafts(
    tx: &mut store::Tx,
    documents: &[Document],
) -> Result<Vec<OlderDraft>, Error> {
    let mut older = Vec::new();
    for document in documents {
        let drafts = store::drafts::list_drafts(tx, document.id).await?;
        if drafts.len() < 2 {
            continue;
        }
        // Where the words of a section went that is gone: into one it was merged with or, of a
        // split one without a successor, its first piece.
        let mut successor: BTreeMap<SectionId, (SectionId, Confidence)> = BTreeMap::new();
        let mut doubts: BTreeMap<SectionId, Confidence> = BTreeMap::new();
        for (_, draft, _) in &drafts {
            for row in store::drafts::list_alignment(tx, *draft).await? {
                let sure = if row.is_confirmed {
                    Confidence::new(row.confidence.value().max(0.95))
                } else {
                    row.confidence
                };
                match (row.old, row.new) {
                    (Some(old), Some(new)) if old == new => {
                        let doubt = doubts.entry(old).or_insert(sure);
                        *doubt = lesser(*doubt, sure);
                    }
                    (Some(old), Some(new)) => {
                        successor.entry(old).or_insert((new, sure));
                    }
                    _ => {}
                }
            }
        }
        let current: std::collections::BTreeSet<SectionId> =
            store::drafts::list_draft_sections(tx, document.draft)
                .await?
                .into_iter()
                .map(|section| section.id)
                .collect();
        let today = |section: SectionId| {
            let mut here = section;
            let mut sure = Confidence::CERTAIN;
            // As many steps as there are drafts.
            for _ in 0..=drafts.len() {
                if current.contains(&here) {
                    let doubt = doubts.get(&here).copied().unwrap_or(Confidence::CERTAIN);
                    return Some((here, lesser(sure, doubt)));
                }
                let (next, confidence) = successor.get(&here).copied()?;
                here = next;
                sure = lesser(sure, confidence);
            }
            None
        };
        let before = drafts.iter().rev().skip(1).take(MAX_OLDER_DRAFTS);
        for (number, draft, _) in before {
            let sections = store::drafts::list_draft_sections(tx, *draft).await?;
            let (outline, keys) = outline_of(document, &sections);
            older.push(OlderDraft {
                document: document.id,
                number: *number,
                outline,
                today: keys.into_iter().map(today).collect(),
            });
        }
    }
    Ok(older)
}

fn lesser(a: Confidence, b: Confidence) -> Confidence {
    if b < a { b } else { a }
}

/// The outline a draft had, and the key of each node.
fn outline_of(document: &Document, sections: &[DraftSection]) -> (Outline, Vec<SectionId>) {
    let mut outline = Outline {
        document: document.name.clone(),
        title: document.title.clone(),
        nodes: Vec::new(),
    };
    let mut keys: Vec<SectionId> = Vec::new();
    let mut index: BTreeMap<SectionId, usize> = BTreeMap::new();
    for section in sections.iter().filter(|s| s.kind != SectionKind::Whole) {
        index.insert(section.id, keys.len());
        keys.push(section.id);
        outline.nodes.push(OutlineNode {
            kind: section.kind,
            level: section.level,
            label: section.label.clone(),
            heading: section.heading.clone(),
            body: section.body.clone(),
            parent: section
                .parent
                .and_then(|parent| index.get(&parent).copied()),
            pages: section.pages,
        });
    }
    (outline, keys)
}

/// Of several documents in a file, the one that is most like the draft before.
fn best_aligned(old: &Outline, outlines: Vec<Outline>) -> (Outline, Vec<Link>) {
    let n_found = |links: &[Link]| {
        links
            .iter()
            .filter(|link| link.old.is_some() && link.new.is_some())
            .count()
    };
    outlines
        .into_iter()
        .map(|new| {
            let links = align(old, &new);
            (new, links)
        })
        .max_by_key(|(_, links)| n_found(links))
        .unwrap_or_default()
}

fn describe(links: &[Link], old: &Outline, new: &Outline) -> Vec<Aligned> {
    let name = |outline: &Outline, at: Option<usize>| {
        let node = outline.nodes.get(at?)?;
        Some((node.label.clone(), node.heading.clone()))
    };
    links
        .iter()
        .map(|link| Aligned {
            id: 0,
            change: link.change,
            old: name(old, link.old),
            new: name(new, link.new),
            similarity: link.similarity,
            confidence: link.confidence,
            rule: link.rule.to_owned(),
            is_confirmed: !link.confidence.needs_person(),
        })
        .collect()
}

/// For each new section the key it takes over. Whole sections first, then the pieces of split and
/// merged ones whose key nobody has taken.
fn kept_keys(links: &[Link], keys: &[SectionId], n_new: usize) -> Vec<Option<SectionId>> {
    let mut kept: Vec<Option<SectionId>> = vec![None; n_new];
    let mut taken = std::collections::BTreeSet::new();
    let is_piece = |link: &Link| link.rule.starts_with("alignment.part_of");
    for pieces in [false, true] {
        for link in links.iter().filter(|link| is_piece(link) == pieces) {
            let key = link.old.and_then(|at| keys.get(at).copied());
            let slot = link.new.and_then(|at| kept.get_mut(at));
            if let (Some(key), Some(slot @ None)) = (key, slot)
                && taken.insert(key)
            {
                *slot = Some(key);
            }
        }
    }
    kept
}
