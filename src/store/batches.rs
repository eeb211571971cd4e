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
            "INSERT INTO batch (id, consultation_id, round_id, container_id, file_name, blob_hash,
                 actor, started_us, committed_row, is_complete)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, FALSE)",
        )
        .bind(id)
        .bind(batch.consultation.0)
        .bind(batch.round.map(|round| round.0))
        .bind(batch.container)
        .bind(storable(batch.file_name))
        .bind(batch.blob.to_string())
        .bind(storable(batch.actor))
        .bind(batch.started_us)
        .execute(conn)
        .await?;
    });
    Ok(BatchId(id))
}

/// Finds the batch that imported the same bytes before.
pub async fn find_batch(
    tx: &mut Tx,
    consultation: ConsultationId,
    blob: ContentHash,
) -> Result<Option<Batch>, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, round_id, file_name, blob_hash, started_us, committed_row, is_complete
             FROM batch WHERE consultation_id = $1 AND blob_hash = $2 ORDER BY id LIMIT 1",
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
            "SELECT id, round_id, file_name, blob_hash, started_us, committed_row, is_complete
             FROM batch WHERE consultation_id = $1 AND NOT is_complete ORDER BY id",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    }))
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
