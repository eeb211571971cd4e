//! Points that were accepted on an earlier draft, to compare with what the current one changed.

use sqlx::FromRow;

use super::engine::on_engine;
use super::{Error, Tx};
use crate::domain::{ConsultationId, DocumentId, PointId, SectionId};

/// A point whose answer says that it is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// The point; for a group its representative.
    pub point: PointId,
    /// What it is about.
    pub section: SectionId,
    /// The document of that section.
    pub document: DocumentId,
}

/// Lists counted points that came in before the current draft of their document was added and are
/// accepted, wholly or in part; only documents with more than one draft.
pub async fn list_accepted(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<Vec<Accepted>, Error> {
    #[derive(FromRow)]
    struct Row {
        id: i64,
        section_id: i64,
        document_id: i64,
    }
    let rows: Vec<Row> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT p.id, p.section_id, r.document_id
             FROM point p
             JOIN submission s ON s.id = p.submission_id
             JOIN draft_section ds ON ds.section_id = p.section_id
             JOIN draft r ON r.id = ds.draft_id
             WHERE p.consultation_id = $1 AND p.is_current AND p.joined_into IS NULL
               AND p.out_of_scope IS NULL AND p.decision IN ('accept', 'accept_in_part')
               AND s.disposition = 'counted' AND s.received_us < r.added_us
               AND EXISTS (SELECT 1 FROM draft y
                           WHERE y.document_id = r.document_id AND y.number < r.number)
               AND r.number = (SELECT MAX(x.number) FROM draft x
                               WHERE x.document_id = r.document_id)
             ORDER BY p.id",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    });
    Ok(rows
        .into_iter()
        .map(|row| Accepted {
            point: PointId(row.id),
            section: SectionId(row.section_id),
            document: DocumentId(row.document_id),
        })
        .collect())
}

/// How many findings about the sections of current drafts no person has confirmed yet.
pub async fn count_doubtful(tx: &mut Tx, consultation: ConsultationId) -> Result<usize, Error> {
    let n: i64 = on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT COUNT(*) FROM draft_alignment a
             JOIN draft r ON r.id = a.draft_id
             JOIN document d ON d.id = r.document_id
             WHERE d.consultation_id = $1 AND NOT a.is_confirmed
               AND r.number = (SELECT MAX(x.number) FROM draft x WHERE x.document_id = d.id)",
        )
        .bind(consultation.0)
        .fetch_one(conn)
        .await?
    });
    Ok(usize::try_from(n).unwrap_or(0))
}
