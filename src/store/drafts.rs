//! Drafts after the first: their sections, and what became of those of the draft before.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::FromRow;

use super::consultations::insert_section;
use super::engine::on_engine;
use super::{Error, Tx, known, storable};
use crate::domain::{
    Confidence, ConsultationId, ContentHash, DocumentId, DraftId, OutlineNode, PageLine, PointId,
    SectionId, SectionKind,
};

/// A further draft of a document that exists.
#[derive(Debug, Clone)]
pub struct NextDraft<'a> {
    /// The document.
    pub document: DocumentId,
    /// Dự thảo lần N.
    pub number: u32,
    /// The original file.
    pub blob: ContentHash,
    /// Its name.
    pub file_name: &'a str,
    /// When it was added, in microseconds since 1970.
    pub added_us: i64,
    /// Title of the whole document.
    pub title: &'a str,
    /// Its sections in draft order, each with the key it keeps from the draft before.
    pub sections: Vec<(OutlineNode, Option<SectionId>)>,
}

/// A section as one draft has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftSection {
    /// Key.
    pub id: SectionId,
    /// What kind of place.
    pub kind: SectionKind,
    /// The section it lies in.
    pub parent: Option<SectionId>,
    /// Depth; 0 for the whole document.
    pub level: u8,
    /// Label in this draft.
    pub label: String,
    /// Heading or first words.
    pub heading: String,
    /// Text without children.
    pub body: String,
    /// Where it stands on paper.
    pub pages: Option<(PageLine, PageLine)>,
}

/// What became of a section.
#[derive(Debug, Clone, PartialEq)]
pub struct AlignmentRow {
    /// Key; ignored when inserted.
    pub id: i64,
    /// The section of the draft before.
    pub old: Option<SectionId>,
    /// The section of this draft.
    pub new: Option<SectionId>,
    /// Stable code of the relation.
    pub change: String,
    /// How much of the words they share.
    pub similarity: f32,
    /// How sure.
    pub confidence: Confidence,
    /// The rule that found it.
    pub rule: String,
    /// A person agreed, or none is needed.
    pub is_confirmed: bool,
}

/// Adds a draft. Returns its key and the keys of its sections, in their order.
pub async fn insert_draft(
    tx: &mut Tx,
    consultation: ConsultationId,
    draft: &NextDraft<'_>,
) -> Result<(DraftId, Vec<SectionId>), Error> {
    let id = tx.take_ids("draft", 1).await?;
    let n_new = draft
        .sections
        .iter()
        .filter(|(_, kept)| kept.is_none())
        .count();
    let mut next = tx.take_ids("section", n_new.max(1)).await?;
    let root: i64 = on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO draft (id, document_id, number, blob_hash, file_name, added_us)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id)
        .bind(draft.document.0)
        .bind(i64::from(draft.number))
        .bind(draft.blob.to_string())
        .bind(storable(draft.file_name))
        .bind(draft.added_us)
        .execute(&mut *conn)
        .await?;
        sqlx::query_scalar("SELECT id FROM section WHERE document_id = $1 AND kind = 'whole'")
            .bind(draft.document.0)
            .fetch_one(conn)
            .await?
    });
    let mut keys: Vec<SectionId> = Vec::with_capacity(draft.sections.len());
    for (section, kept) in &draft.sections {
        let key = if let Some(kept) = kept {
            on_engine!(tx, |conn| {
                sqlx::query("UPDATE section SET kind = $2 WHERE id = $1")
                    .bind(kept.0)
                    .bind(section.kind.code())
                    .execute(conn)
                    .await?;
            });
            *kept
        } else {
            let key = next;
            next += 1;
            insert_section(tx, key, consultation, Some(draft.document), section.kind).await?;
            SectionId(key)
        };
        keys.push(key);
    }
    let whole = whole(draft.title);
    insert_draft_section(tx, id, SectionId(root), None, 0, &whole).await?;
    for (position, (key, (section, _))) in (1..).zip(keys.iter().zip(&draft.sections)) {
        let parent = section
            .parent
            .and_then(|parent| keys.get(parent).copied())
            .unwrap_or(SectionId(root));
        insert_draft_section(tx, id, *key, Some(parent), position, section).await?;
    }
    Ok((DraftId(id), keys))
}

/// The section that stands for a whole document.
pub(super) fn whole(title: &str) -> OutlineNode {
    OutlineNode {
        kind: SectionKind::Whole,
        level: 0,
        label: "*".to_owned(),
        heading: title.to_owned(),
        body: String::new(),
        parent: None,
        pages: None,
    }
}

/// Adds what one draft says of a section.
pub(super) async fn insert_draft_section(
    tx: &mut Tx,
    draft: i64,
    key: SectionId,
    parent: Option<SectionId>,
    position: i64,
    section: &OutlineNode,
) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO draft_section (draft_id, section_id, parent_id, position, level,
                 label, heading, body, pages)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(draft)
        .bind(key.0)
        .bind(parent.map(|parent| parent.0))
        .bind(position)
        .bind(i64::from(section.level))
        .bind(storable(&section.label))
        .bind(storable(&section.heading))
        .bind(storable(&section.body))
        .bind(section.pages.map(written_pages))
        .execute(conn)
        .await?;
    });
    Ok(())
}

/// "12:5-13:2": from the fifth line of page 12 to the second of page 13.
fn written_pages((first, last): (PageLine, PageLine)) -> String {
    format!("{}:{}-{}:{}", first.page, first.line, last.page, last.line)
}

/// Reads what [`written_pages`] wrote.
pub(super) fn read_pages(written: Option<&str>) -> Result<Option<(PageLine, PageLine)>, Error> {
    let place = |text: &str| {
        let (page, line) = text.split_once(':')?;
        Some(PageLine {
            page: page.parse().ok()?,
            line: line.parse().ok()?,
        })
    };
    let range = |text: &str| {
        let (first, last) = text.split_once('-')?;
        Some((place(first)?, place(last)?))
    };
    written
        .map(|text| known(range(text), "draft_section", "pages"))
        .transpose()
}

/// Lists the sections of one draft in its order, the whole document first.
pub async fn list_draft_sections(tx: &mut Tx, draft: DraftId) -> Result<Vec<DraftSection>, Error> {
    #[derive(FromRow)]
    struct Row {
        id: i64,
        kind: String,
        parent_id: Option<i64>,
        level: i64,
        label: String,
        heading: String,
        body: String,
        pages: Option<String>,
    }
    let rows: Vec<Row> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT s.id, s.kind, ds.parent_id, ds.level, ds.label, ds.heading, ds.body, ds.pages
             FROM draft_section ds JOIN section s ON s.id = ds.section_id
             WHERE ds.draft_id = $1 ORDER BY ds.position",
        )
        .bind(draft.0)
        .fetch_all(conn)
        .await?
    });
    rows.into_iter()
        .map(|row| {
            Ok(DraftSection {
                id: SectionId(row.id),
                kind: known(SectionKind::parse(&row.kind), "section", "kind")?,
                parent: row.parent_id.map(SectionId),
                level: u8::try_from(row.level).unwrap_or(u8::MAX),
                label: row.label,
                heading: row.heading,
                body: row.body,
                pages: read_pages(row.pages.as_deref())?,
            })
        })
        .collect()
}

/// Lists the drafts of a document by number, each with the original it was read from.
pub async fn list_drafts(
    tx: &mut Tx,
    document: DocumentId,
) -> Result<Vec<(u32, DraftId, ContentHash)>, Error> {
    let rows: Vec<(i64, i64, String)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT number, id, blob_hash FROM draft WHERE document_id = $1 ORDER BY number",
        )
        .bind(document.0)
        .fetch_all(conn)
        .await?
    });
    rows.into_iter()
        .map(|(number, id, blob)| {
            let blob = known(ContentHash::parse(&blob), "draft", "blob_hash")?;
            Ok((u32::try_from(number).unwrap_or(u32::MAX), DraftId(id), blob))
        })
        .collect()
}

/// Lists points that came in while `earlier` was the current draft of its document: before the
/// `later` one was added and, unless it is the first, after itself was.
pub async fn list_made_on(
    tx: &mut Tx,
    consultation: ConsultationId,
    earlier: DraftId,
    later: DraftId,
) -> Result<BTreeSet<PointId>, Error> {
    let ids: Vec<i64> = on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT p.id
             FROM point p
             JOIN submission s ON s.id = p.submission_id
             JOIN draft e ON e.id = $2
             JOIN draft l ON l.id = $3
             WHERE p.consultation_id = $1 AND p.is_current AND s.received_us < l.added_us
               AND (s.received_us >= e.added_us
                    OR NOT EXISTS (SELECT 1 FROM draft x
                                   WHERE x.document_id = e.document_id AND x.number < e.number))",
        )
        .bind(consultation.0)
        .bind(earlier.0)
        .bind(later.0)
        .fetch_all(conn)
        .await?
    });
    Ok(ids.into_iter().map(PointId).collect())
}

/// Records what became of the sections of the draft before.
pub async fn insert_alignment(
    tx: &mut Tx,
    draft: DraftId,
    rows: &[AlignmentRow],
) -> Result<(), Error> {
    let first = tx.take_ids("draft_alignment", rows.len().max(1)).await?;
    for (id, row) in (first..).zip(rows) {
        on_engine!(tx, |conn| {
            sqlx::query(
                "INSERT INTO draft_alignment (id, draft_id, old_section_id, new_section_id, change,
                     similarity, confidence, rule, is_confirmed)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )
            .bind(id)
            .bind(draft.0)
            .bind(row.old.map(|section| section.0))
            .bind(row.new.map(|section| section.0))
            .bind(&row.change)
            .bind(f64::from(row.similarity))
            .bind(f64::from(row.confidence.value()))
            .bind(&row.rule)
            .bind(row.is_confirmed)
            .execute(conn)
            .await?;
        });
    }
    Ok(())
}

/// Lists what became of the sections of the draft before, in the order it was recorded.
pub async fn list_alignment(tx: &mut Tx, draft: DraftId) -> Result<Vec<AlignmentRow>, Error> {
    #[derive(FromRow)]
    struct Row {
        id: i64,
        old_section_id: Option<i64>,
        new_section_id: Option<i64>,
        change: String,
        similarity: f64,
        confidence: f64,
        rule: String,
        is_confirmed: bool,
    }
    let rows: Vec<Row> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, old_section_id, new_section_id, change, similarity, confidence, rule,
                 is_confirmed
             FROM draft_alignment WHERE draft_id = $1 ORDER BY id",
        )
        .bind(draft.0)
        .fetch_all(conn)
        .await?
    });
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "shares between 0 and 1, stored from f32"
    )]
    let narrow = |value: f64| value as f32;
    Ok(rows
        .into_iter()
        .map(|row| AlignmentRow {
            id: row.id,
            old: row.old_section_id.map(SectionId),
            new: row.new_section_id.map(SectionId),
            change: row.change,
            similarity: narrow(row.similarity),
            confidence: Confidence::new(narrow(row.confidence)),
            rule: row.rule,
            is_confirmed: row.is_confirmed,
        })
        .collect())
}

/// Marks rows as agreed to by a person.
pub async fn confirm_alignment(tx: &mut Tx, id: i64) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("UPDATE draft_alignment SET is_confirmed = TRUE WHERE id = $1")
            .bind(id)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// Takes a section of a draft apart from the one before that was taken for the same: in this draft
/// it gets a key of its own, and the old one is gone from it.
pub async fn separate(
    tx: &mut Tx,
    consultation: ConsultationId,
    document: DocumentId,
    draft: DraftId,
    row: &AlignmentRow,
    kind: SectionKind,
) -> Result<SectionId, Error> {
    let Some(new) = row.new else {
        return Err(Error::Corrupt {
            table: "draft_alignment",
            column: "new_section_id",
        });
    };
    let key = tx.take_ids("section", 1).await?;
    insert_section(tx, key, consultation, Some(document), kind).await?;
    on_engine!(tx, |conn| {
        sqlx::query(
            "UPDATE draft_section SET section_id = $3 WHERE draft_id = $1 AND section_id = $2",
        )
        .bind(draft.0)
        .bind(new.0)
        .bind(key)
        .execute(&mut *conn)
        .await?;
        sqlx::query(
            "UPDATE draft_section SET parent_id = $3 WHERE draft_id = $1 AND parent_id = $2",
        )
        .bind(draft.0)
        .bind(new.0)
        .bind(key)
        .execute(&mut *conn)
        .await?;
        sqlx::query(
            "UPDATE draft_alignment SET new_section_id = $3 WHERE draft_id = $1
             AND new_section_id = $2",
        )
        .bind(draft.0)
        .bind(new.0)
        .bind(key)
        .execute(&mut *conn)
        .await?;
        sqlx::query(
            "UPDATE draft_alignment SET new_section_id = NULL, change = 'removed',
                 is_confirmed = TRUE, rule = 'alignment.person' WHERE id = $1",
        )
        .bind(row.id)
        .execute(conn)
        .await?;
    });
    let added = AlignmentRow {
        id: 0,
        old: None,
        new: Some(SectionId(key)),
        change: "added".to_owned(),
        similarity: 0.0,
        confidence: Confidence::CERTAIN,
        rule: "alignment.person".to_owned(),
        is_confirmed: true,
    };
    insert_alignment(tx, draft, &[added]).await?;
    Ok(SectionId(key))
}

/// Lists, for points about sections that are called otherwise now, the label in the draft they
/// cite: the one that was current when they came in, or an older one that they name.
pub async fn list_cited_labels(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<BTreeMap<PointId, (u32, String)>, Error> {
    #[derive(FromRow)]
    struct Row {
        point_id: i64,
        section_id: i64,
        received_us: i64,
        is_older: bool,
    }
    let labels: Vec<(i64, i64, i64, String)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT ds.section_id, r.number, r.added_us, ds.label
             FROM draft_section ds
             JOIN draft r ON r.id = ds.draft_id
             JOIN document d ON d.id = r.document_id
             WHERE d.consultation_id = $1
               AND (SELECT COUNT(*) FROM draft x WHERE x.document_id = d.id) > 1
             ORDER BY ds.section_id, r.number",
        )
        .bind(consultation.0)
        .fetch_all(&mut *conn)
        .await?
    });
    let mut by_section: BTreeMap<i64, Vec<(i64, i64, String)>> = BTreeMap::new();
    for (section, number, added_us, label) in labels {
        by_section
            .entry(section)
            .or_default()
            .push((number, added_us, label));
    }
    by_section.retain(|_, labels| {
        let first = labels.first().map(|(_, _, label)| label);
        labels.iter().any(|(_, _, label)| Some(label) != first)
    });
    let mut cited = BTreeMap::new();
    if by_section.is_empty() {
        return Ok(cited);
    }
    let rows: Vec<Row> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT p.id AS point_id, p.section_id, s.received_us,
                    (p.evidence LIKE '%citation.older_draft%') AS is_older
             FROM point p JOIN submission s ON s.id = p.submission_id
             WHERE p.consultation_id = $1 AND p.section_id IN
                 (SELECT old_section_id FROM draft_alignment WHERE change <> 'same')",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    });
    for row in rows {
        let Some(labels) = by_section.get(&row.section_id) else {
            continue;
        };
        let current = labels.last();
        let then = if row.is_older {
            labels.len().checked_sub(2).and_then(|at| labels.get(at))
        } else {
            labels
                .iter()
                .rev()
                .find(|(_, added_us, _)| *added_us <= row.received_us)
        };
        if let (Some((number, _, label)), Some((_, _, now))) = (then, current)
            && label != now
        {
            let number = u32::try_from(*number).unwrap_or(u32::MAX);
            cited.insert(PointId(row.point_id), (number, label.clone()));
        }
    }
    Ok(cited)
}
