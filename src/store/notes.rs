//! Ghi chú nội bộ: what drafters tell each other about a point. Append-only; in no report.

use sqlx::FromRow;

use super::engine::on_engine;
use super::{Error, Tx, storable};
use crate::domain::PointId;

/// A note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Who wrote it.
    pub author: String,
    /// The words.
    pub text: String,
    /// When, microseconds since 1970.
    pub written_us: i64,
}

#[derive(FromRow)]
struct Row {
    author: String,
    text: String,
    written_us: i64,
}

/// Adds a note to a point; returns its key.
pub async fn insert_note(tx: &mut Tx, point: PointId, note: &Note) -> Result<i64, Error> {
    let id = tx.take_ids("note", 1).await?;
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO note (id, point_id, author, text, written_us) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(id)
        .bind(point.0)
        .bind(storable(&note.author))
        .bind(storable(&note.text))
        .bind(note.written_us)
        .execute(conn)
        .await?;
    });
    Ok(id)
}

/// Lists the notes about a point, oldest first.
pub async fn list_notes(tx: &mut Tx, point: PointId) -> Result<Vec<Note>, Error> {
    let rows: Vec<Row> = on_engine!(tx, |conn| {
        sqlx::query_as("SELECT author, text, written_us FROM note WHERE point_id = $1 ORDER BY id")
            .bind(point.0)
            .fetch_all(conn)
            .await?
    });
    let note = |row: Row| Note {
        author: row.author,
        text: row.text,
        written_us: row.written_us,
    };
    Ok(rows.into_iter().map(note).collect())
}
