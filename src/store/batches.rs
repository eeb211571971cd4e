//! Imports of whole files: how far each is, and which rows earlier ones brought.

use sqlx::FromRow;

use super::engine::on_engine;
use super::{Error, Tx, storable};
use crate::domain::{BatchId, ConsultationId, ContentHash, RoundId, SubmissionId};

/// A stored import.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Batch {
    /// Key.
    pub id: i64,
    /// Round asked for at import.
    pub round_id: Option<i64>,
    /// The person's arrangement its columns are read by.
    pub arrangement_id: Option<i64>,
    /// File name.
    pub file_name: String,
    /// Original.
    pub blob_hash: String,
    /// When it came, microseconds since 1970.
    pub started_us: i64,
    /// Last physical row whose points are durable.
    pub committed_row: i64,
    /// Whether the whole file is in.
    pub is_complete: bool,
}

/// A batch to begin.
#[derive(Debug, Clone, Copy)]
pub struct NewBatch<'a> {
    /// Whose dossier.
    pub consultation: ConsultationId,
    /// Round asked for at import.
    pub round: Option<RoundId>,
    /// The workbook whose sheet it is.
    pub container: Option<i64>,
    /// The person's arrangement its columns are read by.
    pub arrangement: Option<i64>,
    /// File name.
    pub file_name: &'a str,
    /// Original.
    pub blob: ContentHash,
    /// Who imports.
    pub actor: &'a str,
    /// When, microseconds since 1970.
    pub started_us: i64,
}

/// Adds a batch.
pub async fn insert_batch(tx: &mut Tx, batch: &NewBatch<'_>) -> Result<BatchId, Error> {
    let id = tx.take_ids("batch", 1).await?;
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO batch (id, consultation_id, round_id, container_id, arrangement_id, file_name,
                 blob_hash, actor, started_us, committed_row, is_complete, is_undone)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, FALSE, FALSE)",
        )
        .bind(id)
        .bind(batch.consultation.0)
        .bind(batch.round.map(|round| round.0))
        .bind(batch.container)
        .bind(batch.arrangement)
        .bind(storable(batch.file_name))
        .bind(batch.blob.to_string())
        .bind(storable(batch.actor))
        .bind(batch.started_us)
        .execute(conn)
        .await?;
    });
    Ok(BatchId(id))
}

/// Finds the batch that imported the same bytes before and was not undone since.
pub async fn find_batch(
    tx: &mut Tx,
    consultation: ConsultationId,
    blob: ContentHash,
) -> Result<Option<Batch>, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, round_id, arrangement_id, file_name, blob_hash, started_us, committed_row,
                 is_complete
             FROM batch WHERE consultation_id = $1 AND blob_hash = $2 AND NOT is_undone
             ORDER BY id LIMIT 1",
        )
        .bind(consultation.0)
        .bind(blob.to_string())
        .fetch_optional(conn)
        .await?
    }))
}

/// Lists batches that were cut off in the middle.
pub async fn list_unfinished_batches(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<Vec<Batch>, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, round_id, arrangement_id, file_name, blob_hash, started_us, committed_row,
                 is_complete
             FROM batch WHERE consultation_id = $1 AND NOT is_complete ORDER BY id",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    }))
}

/// A batch with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct BatchStanding {
    /// Key.
    pub id: i64,
    /// Round asked for at import.
    pub round_id: Option<i64>,
    /// File name.
    pub file_name: String,
    /// Original, or the table made of a sheet.
    pub blob_hash: String,
    /// Who imported it.
    pub actor: String,
    /// When it came, microseconds since 1970.
    pub started_us: i64,
    /// Whether the whole file is in.
    pub is_complete: bool,
    /// Whether it was undone.
    pub is_undone: bool,
    /// Rows that are submissions.
    pub n_submissions: i64,
    /// Rows that could not be taken in, and that nobody has dealt with yet.
    pub n_bad_rows: i64,
    /// The person's arrangement its columns were read by.
    pub arrangement_id: Option<i64>,
    /// Who arranged them.
    pub arranged_by: Option<String>,
    /// When, microseconds since 1970.
    pub arranged_us: Option<i64>,
}

/// Lists the tables that were imported, newest first.
pub async fn list_standings(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<Vec<BatchStanding>, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT b.id, b.round_id, b.file_name, b.blob_hash, b.actor, b.started_us, b.is_complete,
                 b.is_undone,
                 (SELECT COUNT(*) FROM submission s WHERE s.batch_id = b.id) AS n_submissions,
                 (SELECT COUNT(*) FROM problem p
                  WHERE p.consultation_id = b.consultation_id AND p.batch_id = b.id
                      AND p.submission_id IS NULL AND NOT p.is_resolved) AS n_bad_rows,
                 b.arrangement_id, a.actor AS arranged_by, a.saved_us AS arranged_us
             FROM batch b LEFT JOIN arrangement a ON a.id = b.arrangement_id
             WHERE b.consultation_id = $1 ORDER BY b.id DESC",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    }))
}

/// Rows of a batch that a person decided about, answered or grouped; answers that came in the table
/// itself, by the author `table_author`, do not count.
pub async fn count_decided(tx: &mut Tx, batch: BatchId, table_author: &str) -> Result<i64, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT COUNT(*) FROM submission s WHERE s.batch_id = $1 AND (
                 EXISTS (SELECT 1 FROM point p JOIN group_member m ON m.point_id = p.id
                     JOIN point_group g ON g.id = m.group_id
                     WHERE p.submission_id = s.id AND g.is_confirmed)
                 OR EXISTS (SELECT 1 FROM point p JOIN response r ON r.point_id = p.id
                     WHERE p.submission_id = s.id AND r.author <> $2)
                 OR (s.is_touched AND NOT EXISTS (SELECT 1 FROM point p
                     JOIN response r ON r.point_id = p.id WHERE p.submission_id = s.id)))",
        )
        .bind(batch.0)
        .bind(table_author)
        .fetch_one(conn)
        .await?
    }))
}

/// Takes a batch back: its rows no longer count, its problems no longer wait. Returns the keys of
/// its first and last row; `None` where it brought none.
pub async fn undo_batch(tx: &mut Tx, batch: BatchId) -> Result<Option<(i64, i64)>, Error> {
    let (first, last): (Option<i64>, Option<i64>) = on_engine!(tx, |conn| {
        sqlx::query(
            "UPDATE submission SET disposition = 'undone', needs_person = FALSE
             WHERE batch_id = $1",
        )
        .bind(batch.0)
        .execute(&mut *conn)
        .await?;
        sqlx::query("UPDATE problem SET is_resolved = TRUE WHERE batch_id = $1")
            .bind(batch.0)
            .execute(&mut *conn)
            .await?;
        sqlx::query("UPDATE batch SET is_undone = TRUE WHERE id = $1")
            .bind(batch.0)
            .execute(&mut *conn)
            .await?;
        sqlx::query_as("SELECT MIN(id), MAX(id) FROM submission WHERE batch_id = $1")
            .bind(batch.0)
            .fetch_one(conn)
            .await?
    });
    Ok(first.zip(last))
}

/// Records how far a batch is.
pub async fn update_batch(
    tx: &mut Tx,
    batch: BatchId,
    committed_row: u64,
    is_complete: bool,
) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("UPDATE batch SET committed_row = $2, is_complete = $3 WHERE id = $1")
            .bind(batch.0)
            .bind(i64::try_from(committed_row).unwrap_or(i64::MAX))
            .bind(is_complete)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// Whether any rows of tables were imported before `batch`.
pub async fn has_earlier_rows(
    tx: &mut Tx,
    consultation: ConsultationId,
    batch: BatchId,
) -> Result<bool, Error> {
    let found: Option<i64> = on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT id FROM batch WHERE consultation_id = $1 AND id <> $2 AND committed_row > 0
             LIMIT 1",
        )
        .bind(consultation.0)
        .bind(batch.0)
        .fetch_optional(conn)
        .await?
    });
    Ok(found.is_some())
}

/// Lists the row keys of the table rows of a consultation after a submission, for recognizing rows
/// of earlier files; at most `limit`, with the submission each belongs to.
pub async fn list_row_keys(
    tx: &mut Tx,
    consultation: ConsultationId,
    after: SubmissionId,
    limit: i64,
) -> Result<Vec<(i64, String)>, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, row_key FROM submission
             WHERE consultation_id = $1 AND id > $2 AND row_key IS NOT NULL
                 AND disposition <> 'undone'
             ORDER BY id LIMIT $3",
        )
        .bind(consultation.0)
        .bind(after.0)
        .bind(limit)
        .fetch_all(conn)
        .await?
    }))
}
