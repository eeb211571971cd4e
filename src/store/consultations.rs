//! Consultations with their documents, drafts, sections, rounds and invitations.

use jiff::civil::Date;
use sqlx::FromRow;

use super::engine::on_engine;
use super::{Error, Tx, drafts, known, letterheads, storable};
use crate::domain::{
    Consultation, ConsultationId, ContentHash, DocumentId, DraftId, LetterNumber, OrganizationId,
    OutlineNode, PageLine, Round, RoundId, RoundKind, SectionId, SectionKind,
};

/// A document of a dossier with its current draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Key.
    pub id: DocumentId,
    /// Short code in files.
    pub code: String,
    /// As printed before labels.
    pub name: String,
    /// Full title.
    pub title: String,
    /// Whether comments that name no document are about this one.
    pub is_main: bool,
    /// The current draft and its number.
    pub draft: DraftId,
    /// Dự thảo lần N.
    pub draft_number: u32,
}

/// A section as the current draft labels it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Key, stable across drafts.
    pub id: SectionId,
    /// Its document; `None` for "Vấn đề chung" and "Thể thức, chính tả".
    pub document: Option<DocumentId>,
    /// What kind of place.
    pub kind: SectionKind,
    /// The section it lies in.
    pub parent: Option<SectionId>,
    /// Depth: 0 for a whole document and the two special sections.
    pub level: u8,
    /// Label inside its document; `*` for a whole document.
    pub label: String,
    /// Heading or first words.
    pub heading: String,
    /// Text of this section without its children.
    pub body: String,
    /// Whether the current draft has it; otherwise it is listed as the last draft that had it
    /// calls it, "III.2 (dự thảo lần 1)", because points are about it.
    pub is_current: bool,
    /// Where it stands on paper in that draft.
    pub pages: Option<(PageLine, PageLine)>,
}

/// What a new consultation is made of.
#[derive(Debug, Clone)]
pub struct NewDraft<'a> {
    /// The document's code.
    pub code: &'a str,
    /// As printed before labels.
    pub name: &'a str,
    /// Full title.
    pub title: &'a str,
    /// Whether comments that name no document are about this one.
    pub is_main: bool,
    /// Dự thảo lần N.
    pub number: u32,
    /// The original file.
    pub blob: ContentHash,
    /// Its name.
    pub file_name: &'a str,
    /// When it was added, in microseconds since 1970.
    pub added_us: i64,
    /// Its sections in draft order.
    pub sections: Vec<OutlineNode>,
}

#[derive(FromRow)]
struct ConsultationRow {
    id: i64,
    code: String,
    title: String,
    lead_code: String,
    letterhead: Option<String>,
}

/// Adds a consultation together with its two special sections, "Vấn đề chung" and "Thể thức,
/// chính tả".
pub async fn insert_consultation(
    tx: &mut Tx,
    code: &str,
    title: &str,
    lead: &str,
) -> Result<ConsultationId, Error> {
    let id = tx.take_ids("consultation", 1).await?;
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO consultation (id, code, title, lead_code) VALUES ($1, $2, $3, $4)",
        )
        .bind(id)
        .bind(storable(code))
        .bind(storable(title))
        .bind(storable(lead))
        .execute(conn)
        .await?;
    });
    let first = tx.take_ids("section", 2).await?;
    for (offset, kind) in [(0, SectionKind::General), (1, SectionKind::Format)] {
        insert_section(tx, first + offset, ConsultationId(id), None, kind).await?;
    }
    Ok(ConsultationId(id))
}

pub(super) async fn insert_section(
    tx: &mut Tx,
    id: i64,
    consultation: ConsultationId,
    document: Option<DocumentId>,
    kind: SectionKind,
) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO section (id, consultation_id, document_id, kind) VALUES ($1, $2, $3, $4)",
        )
        .bind(id)
        .bind(consultation.0)
        .bind(document.map(|document| document.0))
        .bind(kind.code())
        .execute(conn)
        .await?;
    });
    Ok(())
}

/// Lists all consultations, each with the letterhead its reports have: its own, and the office's
/// where that says nothing.
pub async fn list_consultations(tx: &mut Tx) -> Result<Vec<Consultation>, Error> {
    let office = letterheads::last_letterhead(tx, None).await?.letterhead;
    let rows: Vec<ConsultationRow> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT c.id, c.code, c.title, c.lead_code,
                 (SELECT l.content FROM letterhead l WHERE l.consultation_id = c.id
                  ORDER BY l.id DESC LIMIT 1) AS letterhead
             FROM consultation c ORDER BY c.id",
        )
        .fetch_all(conn)
        .await?
    });
    let consultations = rows.into_iter().map(|row| {
        let own = row
            .letterhead
            .as_deref()
            .map(letterheads::read)
            .transpose()?;
        Ok(Consultation {
            id: ConsultationId(row.id),
            code: row.code,
            title: row.title,
            lead: row.lead_code,
            letterhead: own.unwrap_or_default().or(&office),
        })
    });
    consultations.collect()
}

/// Adds a document with its first draft and all its sections.
pub async fn insert_document(
    tx: &mut Tx,
    consultation: ConsultationId,
    position: i64,
    draft: &NewDraft<'_>,
) -> Result<DocumentId, Error> {
    let document = DocumentId(tx.take_ids("document", 1).await?);
    let draft_id = tx.take_ids("draft", 1).await?;
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO document (id, consultation_id, code, name, title, position, is_main)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(document.0)
        .bind(consultation.0)
        .bind(storable(draft.code))
        .bind(storable(draft.name))
        .bind(storable(draft.title))
        .bind(position)
        .bind(draft.is_main)
        .execute(&mut *conn)
        .await?;
        sqlx::query(
            "INSERT INTO draft (id, document_id, number, blob_hash, file_name, added_us)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(draft_id)
        .bind(document.0)
        .bind(i64::from(draft.number))
        .bind(draft.blob.to_string())
        .bind(storable(draft.file_name))
        .bind(draft.added_us)
        .execute(conn)
        .await?;
    });
    let root = tx.take_ids("section", draft.sections.len() + 1).await?;
    let key = |index: usize| SectionId(root + 1 + i64::try_from(index).unwrap_or(i64::MAX));
    let whole = drafts::whole(draft.title);
    let all = std::iter::once((SectionId(root), &whole, None)).chain(
        (draft.sections.iter().enumerate()).map(|(index, section)| {
            let parent = section.parent.map_or(SectionId(root), key);
            (key(index), section, Some(parent))
        }),
    );
    for (id, section, parent) in all {
        insert_section(tx, id.0, consultation, Some(document), section.kind).await?;
        drafts::insert_draft_section(tx, draft_id, id, parent, id.0 - root, section).await?;
    }
    Ok(document)
}

/// Lists the documents of a consultation in dossier order, each with its newest draft.
pub async fn list_documents(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<Vec<Document>, Error> {
    #[derive(FromRow)]
    struct DocumentRow {
        id: i64,
        code: String,
        name: String,
        title: String,
        is_main: bool,
        draft_id: i64,
        number: i64,
    }
    let rows: Vec<DocumentRow> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT d.id, d.code, d.name, d.title, d.is_main, r.id AS draft_id, r.number
             FROM document d JOIN draft r ON r.document_id = d.id
             WHERE d.consultation_id = $1
               AND r.number = (SELECT MAX(number) FROM draft WHERE document_id = d.id)
             ORDER BY d.position, d.id",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    });
    Ok(rows
        .into_iter()
        .map(|row| Document {
            id: DocumentId(row.id),
            code: row.code,
            name: row.name,
            title: row.title,
            is_main: row.is_main,
            draft: DraftId(row.draft_id),
            draft_number: u32::try_from(row.number).unwrap_or(u32::MAX),
        })
        .collect())
}

/// Lists every section in report order: "Vấn đề chung", the current draft of each document from
/// top to bottom, after it what earlier drafts had and points are about, "Thể thức, chính tả".
pub async fn list_sections(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<Vec<Section>, Error> {
    #[derive(FromRow)]
    struct SectionRow {
        id: i64,
        document_id: Option<i64>,
        kind: String,
        parent_id: Option<i64>,
        level: i64,
        label: String,
        heading: String,
        body: String,
        draft_number: i64,
        is_current: bool,
        pages: Option<String>,
    }
    let rows: Vec<SectionRow> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT s.id, s.document_id, s.kind, ds.parent_id, COALESCE(ds.level, 0) AS level,
                    COALESCE(ds.label, '*') AS label, COALESCE(ds.heading, '') AS heading,
                    COALESCE(ds.body, '') AS body, COALESCE(r.number, 0) AS draft_number, ds.pages,
                    COALESCE(r.number = (SELECT MAX(number) FROM draft
                                         WHERE document_id = d.id), TRUE) AS is_current
             FROM section s
             LEFT JOIN document d ON d.id = s.document_id
             LEFT JOIN draft r ON r.document_id = d.id
                AND r.number = (SELECT MAX(x.number) FROM draft x
                                JOIN draft_section y ON y.draft_id = x.id
                                WHERE x.document_id = d.id AND y.section_id = s.id)
             LEFT JOIN draft_section ds ON ds.draft_id = r.id AND ds.section_id = s.id
             WHERE s.consultation_id = $1 AND (s.document_id IS NULL OR ds.draft_id IS NOT NULL)
               AND (s.document_id IS NULL
                    OR r.number = (SELECT MAX(number) FROM draft WHERE document_id = d.id)
                    OR EXISTS (SELECT 1 FROM point p
                               WHERE p.consultation_id = $1 AND p.section_id = s.id))
             ORDER BY CASE s.kind WHEN 'general' THEN 0 WHEN 'format' THEN 2 ELSE 1 END,
                      d.position, d.id, r.number DESC, ds.position",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    });
    rows.into_iter()
        .map(|row| {
            let kind = known(SectionKind::parse(&row.kind), "section", "kind")?;
            // What is gone has no place in the tree: it stands below its document.
            let level = if row.is_current { row.level } else { 1 };
            Ok(Section {
                id: SectionId(row.id),
                document: row.document_id.map(DocumentId),
                parent: row.parent_id.map(SectionId).filter(|_| row.is_current),
                level: u8::try_from(level).unwrap_or(u8::MAX),
                heading: match kind {
                    SectionKind::General => "Vấn đề chung".to_owned(),
                    SectionKind::Format => "Thể thức, chính tả".to_owned(),
                    _ => row.heading,
                },
                label: if row.is_current {
                    row.label
                } else {
                    format!("{} (dự thảo lần {})", row.label, row.draft_number)
                },
                body: row.body,
                kind,
                is_current: row.is_current,
                pages: drafts::read_pages(row.pages.as_deref())?,
            })
        })
        .collect()
}

/// Adds a round and the organizations asked; the round's `id` is ignored.
pub async fn insert_round(
    tx: &mut Tx,
    consultation: ConsultationId,
    round: &Round,
    invited: &[OrganizationId],
) -> Result<RoundId, Error> {
    let id = tx.take_ids("round", 1).await?;
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO round (id, consultation_id, number, kind, title, opened, deadline,
                 request_number, request_date, silence_means_agreement, is_official)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(id)
        .bind(consultation.0)
        .bind(i64::from(round.number))
        .bind(round.kind.code())
        .bind(storable(&round.title))
        .bind(round.opened.to_string())
        .bind(round.deadline.to_string())
        .bind(round.request_number.as_ref().map(LetterNumber::as_str))
        .bind(round.request_date.map(|date| date.to_string()))
        .bind(round.silence_means_agreement)
        .bind(round.is_official)
        .execute(conn)
        .await?;
    });
    for organization in invited {
        on_engine!(tx, |conn| {
            sqlx::query(
                "INSERT INTO invitation (round_id, organization_id) VALUES ($1, $2)
                 ON CONFLICT (round_id, organization_id) DO NOTHING",
            )
            .bind(id)
            .bind(organization.0)
            .execute(conn)
            .await?;
        });
    }
    Ok(RoundId(id))
}

/// Lists the rounds of a consultation by number.
pub async fn list_rounds(tx: &mut Tx, consultation: ConsultationId) -> Result<Vec<Round>, Error> {
    #[derive(FromRow)]
    struct RoundRow {
        id: i64,
        number: i64,
        kind: String,
        title: String,
        opened: String,
        deadline: String,
        request_number: Option<String>,
        request_date: Option<String>,
        silence_means_agreement: bool,
        is_official: bool,
    }
    let rows: Vec<RoundRow> = on_engine!(tx, |conn| {
        sqlx::query_as("SELECT * FROM round WHERE consultation_id = $1 ORDER BY number")
            .bind(consultation.0)
            .fetch_all(conn)
            .await?
    });
    rows.into_iter()
        .map(|row| {
            let date = |text: &str, column| known(text.parse::<Date>().ok(), "round", column);
            Ok(Round {
                id: RoundId(row.id),
                number: u32::try_from(row.number).unwrap_or(u32::MAX),
                kind: known(RoundKind::parse(&row.kind), "round", "kind")?,
                title: row.title,
                opened: date(&row.opened, "opened")?,
                deadline: date(&row.deadline, "deadline")?,
                request_number: row.request_number.as_deref().and_then(LetterNumber::parse),
                request_date: row
                    .request_date
                    .map(|text| date(&text, "request_date"))
                    .transpose()?,
                silence_means_agreement: row.silence_means_agreement,
                is_official: row.is_official,
            })
        })
        .collect()
}

/// Lists who was asked in which round of a consultation.
pub async fn list_invitations(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<Vec<(RoundId, OrganizationId)>, Error> {
    let rows: Vec<(i64, i64)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT i.round_id, i.organization_id FROM invitation i
             JOIN round r ON r.id = i.round_id
             WHERE r.consultation_id = $1 ORDER BY r.number, i.organization_id",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    });
    Ok(rows
        .into_iter()
        .map(|(round, id)| (RoundId(round), OrganizationId(id)))
        .collect())
}

/// Lists the original files of all drafts: every blob they need.
pub async fn list_draft_blobs(tx: &mut Tx) -> Result<Vec<ContentHash>, Error> {
    let rows: Vec<String> = on_engine!(tx, |conn| {
        sqlx::query_scalar("SELECT blob_hash FROM draft")
            .fetch_all(conn)
            .await?
    });
    rows.iter()
        .map(|text| known(ContentHash::parse(text), "draft", "blob_hash"))
        .collect()
}
