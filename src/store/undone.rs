//! Letters and files that were taken back, with what they were before, for the case that they come again.

use super::engine::on_engine;
use super::{Error, Tx, known, storable};
use crate::domain::{Channel, ConsultationId, ContentHash, Disposition, SubmissionId};

/// Whether a person answered a submission, or confirmed a group with a point of it.
pub async fn is_answered(tx: &mut Tx, id: SubmissionId, table_author: &str) -> Result<bool, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM point p JOIN response r ON r.point_id = p.id
                 WHERE p.submission_id = $1 AND r.author <> $2)
             OR EXISTS (SELECT 1 FROM point p JOIN group_member m ON m.point_id = p.id
                 JOIN point_group g ON g.id = m.group_id
                 WHERE p.submission_id = $1 AND g.is_confirmed)",
        )
        .bind(id.0)
        .bind(table_author)
        .fetch_one(conn)
        .await?
    }))
}

/// The first submission that is not counted because it repeats this one.
pub async fn find_duplicate(tx: &mut Tx, id: SubmissionId) -> Result<Option<SubmissionId>, Error> {
    let found: Option<i64> = on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT id FROM submission WHERE related_id = $1 AND disposition = 'duplicate'
             ORDER BY id LIMIT 1",
        )
        .bind(id.0)
        .fetch_optional(conn)
        .await?
    });
    Ok(found.map(SubmissionId))
}

/// Takes a submission back: it no longer counts and nothing of it waits. What it replaced or withdrew
/// counts again, unless something else does the same; its key is returned.
pub async fn undo_submission(
    tx: &mut Tx,
    id: SubmissionId,
    actor: &str,
    now_us: i64,
) -> Result<Option<SubmissionId>, Error> {
    let other: Option<(i64, String)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT o.id, o.disposition FROM submission s JOIN submission o ON o.id = s.related_id
             WHERE s.id = $1 AND s.disposition = 'counted'
                 AND o.disposition IN ('superseded', 'withdrawn')
                 AND NOT EXISTS (SELECT 1 FROM submission b WHERE b.related_id = o.id
                     AND b.id <> $1 AND b.disposition = 'counted')",
        )
        .bind(id.0)
        .fetch_optional(conn)
        .await?
    });
    let (other_id, other_disposition) = other.unzip();
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO undone_submission (submission_id, disposition, needs_person, other_id,
                 other_disposition, actor, undone_us)
             SELECT id, disposition, needs_person, $2, $3, $4, $5 FROM submission WHERE id = $1",
        )
        .bind(id.0)
        .bind(other_id)
        .bind(other_disposition)
        .bind(storable(actor))
        .bind(now_us)
        .execute(&mut *conn)
        .await?;
        sqlx::query(
            "UPDATE submission SET disposition = 'undone', needs_person = FALSE WHERE id = $1",
        )
        .bind(id.0)
        .execute(&mut *conn)
        .await?;
        sqlx::query("UPDATE problem SET is_resolved = TRUE WHERE submission_id = $1")
            .bind(id.0)
            .execute(&mut *conn)
            .await?;
        sqlx::query("UPDATE submission SET disposition = 'counted' WHERE id = $1")
            .bind(other_id.unwrap_or(0))
            .execute(conn)
            .await?;
    });
    Ok(other_id.map(SubmissionId))
}

/// Lists what was taken back of one original.
pub async fn list_of_original(
    tx: &mut Tx,
    consultation: ConsultationId,
    channel: Channel,
    blob: ContentHash,
) -> Result<Vec<SubmissionId>, Error> {
    let rows: Vec<i64> = on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT s.id FROM undone_submission u JOIN submission s ON s.id = u.submission_id
             WHERE s.consultation_id = $1 AND s.channel = $2 AND s.blob_hash = $3 ORDER BY s.id",
        )
        .bind(consultation.0)
        .bind(channel.code())
        .bind(blob.to_string())
        .fetch_all(conn)
        .await?
    });
    Ok(rows.into_iter().map(SubmissionId).collect())
}

/// What came back of a submission that had been taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// The state it has again.
    pub disposition: Disposition,
    /// Whether it waits for a person again.
    pub needs_person: bool,
    /// What it replaces or withdraws again.
    pub other: Option<SubmissionId>,
    /// Its points.
    pub n_points: i64,
}

/// Makes a submission again what it was before it was taken back; `None` where it was not.
pub async fn restore_submission(tx: &mut Tx, id: SubmissionId) -> Result<Option<Restored>, Error> {
    let found: Option<(String, bool, Option<i64>, Option<String>)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT disposition, needs_person, other_id, other_disposition
             FROM undone_submission WHERE submission_id = $1",
        )
        .bind(id.0)
        .fetch_optional(conn)
        .await?
    });
    let Some((disposition, needs_person, other, other_disposition)) = found else {
        return Ok(None);
    };
    let n_points = on_engine!(tx, |conn| {
        sqlx::query("UPDATE submission SET disposition = $2, needs_person = $3 WHERE id = $1")
            .bind(id.0)
            .bind(&disposition)
            .bind(needs_person)
            .execute(&mut *conn)
            .await?;
        sqlx::query("UPDATE problem SET is_resolved = FALSE WHERE submission_id = $1 AND $2")
            .bind(id.0)
            .bind(needs_person)
            .execute(&mut *conn)
            .await?;
        sqlx::query("UPDATE submission SET disposition = $2 WHERE id = $1 AND $2 IS NOT NULL")
            .bind(other.unwrap_or(0))
            .bind(&other_disposition)
            .execute(&mut *conn)
            .await?;
        sqlx::query("DELETE FROM undone_submission WHERE submission_id = $1")
            .bind(id.0)
            .execute(&mut *conn)
            .await?;
        sqlx::query_scalar("SELECT COUNT(*) FROM point WHERE submission_id = $1")
            .bind(id.0)
            .fetch_one(conn)
            .await?
    });
    let parsed = Disposition::parse(&disposition);
    Ok(Some(Restored {
        disposition: known(parsed, "undone_submission", "disposition")?,
        needs_person,
        other: other.map(SubmissionId),
        n_points,
    }))
}
