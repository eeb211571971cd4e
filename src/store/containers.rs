//! Files that hold others: archives, mailboxes, workbooks.
//!
//! Claimed before they are opened, so that what is in them is neither lost when the opening is cut off
//! nor without its original.

use sqlx::FromRow;

use super::engine::on_engine;
use super::{Error, Tx, known, storable};
use crate::domain::{BatchId, ConsultationId, ContentHash};

/// A stored container.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Container {
    /// Key.
    pub id: i64,
    /// Round asked for at import.
    pub round_id: Option<i64>,
    /// File name.
    pub file_name: String,
    /// Original.
    pub blob_hash: String,
    /// Whether all that is in it has been claimed.
    pub is_complete: bool,
}

impl Container {
    /// The hash of its original.
    pub fn blob(&self) -> Result<ContentHash, Error> {
        known(
            ContentHash::parse(&self.blob_hash),
            "container",
            "blob_hash",
        )
    }
}

/// A container to claim.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// Whose dossier.
    pub consultation: ConsultationId,
    /// Round asked for at import.
    pub round: Option<i64>,
    /// File name.
    pub file_name: &'a str,
    /// Original.
    pub blob: ContentHash,
    /// When, microseconds since 1970.
    pub received_us: i64,
}

/// Claims a container, or finds the one that was claimed with the same bytes.
pub async fn claim_container(tx: &mut Tx, claim: &Claim<'_>) -> Result<Container, Error> {
    let found = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, round_id, file_name, blob_hash, is_complete FROM container
             WHERE consultation_id = $1 AND blob_hash = $2",
        )
        .bind(claim.consultation.0)
        .bind(claim.blob.to_string())
        .fetch_optional(conn)
        .await?
    });
    if let Some(found) = found {
        return Ok(found);
    }
    let id = tx.take_ids("container", 1).await?;
    Ok(on_engine!(tx, |conn| {
        sqlx::query_as(
            "INSERT INTO container (id, consultation_id, round_id, file_name, blob_hash,
                 received_us, is_complete)
             VALUES ($1, $2, $3, $4, $5, $6, FALSE)
             RETURNING id, round_id, file_name, blob_hash, is_complete",
        )
        .bind(id)
        .bind(claim.consultation.0)
        .bind(claim.round)
        .bind(storable(claim.file_name))
        .bind(claim.blob.to_string())
        .bind(claim.received_us)
        .fetch_one(conn)
        .await?
    }))
}

/// Finds the newest container of a name.
pub async fn find_by_name(
    tx: &mut Tx,
    consultation: ConsultationId,
    file_name: &str,
) -> Result<Option<Container>, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, round_id, file_name, blob_hash, is_complete FROM container
             WHERE consultation_id = $1 AND file_name = $2 ORDER BY id DESC LIMIT 1",
        )
        .bind(consultation.0)
        .bind(storable(file_name))
        .fetch_optional(conn)
        .await?
    }))
}

/// Records that all that is in a container has been claimed.
pub async fn complete_container(tx: &mut Tx, id: i64) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("UPDATE container SET is_complete = TRUE WHERE id = $1")
            .bind(id)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// Lists containers whose opening was cut off.
pub async fn list_unfinished_containers(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<Vec<Container>, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, round_id, file_name, blob_hash, is_complete FROM container
             WHERE consultation_id = $1 AND NOT is_complete ORDER BY id",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    }))
}

/// Finds the workbook that a batch is a sheet of.
pub async fn find_of_batch(tx: &mut Tx, batch: BatchId) -> Result<Option<Container>, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT c.id, c.round_id, c.file_name, c.blob_hash, c.is_complete
             FROM batch b JOIN container c ON c.id = b.container_id WHERE b.id = $1",
        )
        .bind(batch.0)
        .fetch_optional(conn)
        .await?
    }))
}
