//! What somebody is typing about a point and has not saved yet.
//!
//! Private, one for each person and point. It is replaced with every pause, proves nothing and is in no report, so the ledger does not
//! know of it.

use sqlx::FromRow;

use super::engine::on_engine;
use super::{Error, Tx, known, storable};
use crate::domain::{Decision, PointId};

/// An answer as it was typed so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsavedAnswer {
    /// The version of the answer it began from; 0 when there was none.
    pub base_version: i64,
    /// What is decided.
    pub decision: Option<Decision>,
    /// The words.
    pub text: String,
    /// What changed in the draft, and where.
    pub change_place: String,
    /// What the draft says.
    pub old_wording: String,
    /// What it is to say instead.
    pub new_wording: String,
    /// When it was last typed at, microseconds since 1970.
    pub typed_us: i64,
}

#[derive(FromRow)]
struct Row {
    base_version: i64,
    decision: Option<String>,
    text: String,
    change_place: String,
    old_wording: String,
    new_wording: String,
    typed_us: i64,
}

/// Keeps what somebody typed about a point, in place of what was kept before.
pub async fn keep_answer(
    tx: &mut Tx,
    point: PointId,
    author: &str,
    answer: &UnsavedAnswer,
) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO unsaved_answer (point_id, author, base_version, decision, text,
                 change_place, old_wording, new_wording, typed_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (point_id, author) DO UPDATE SET
                 base_version = excluded.base_version, decision = excluded.decision,
                 text = excluded.text, change_place = excluded.change_place,
                 old_wording = excluded.old_wording, new_wording = excluded.new_wording,
                 typed_us = excluded.typed_us",
        )
        .bind(point.0)
        .bind(storable(author))
        .bind(answer.base_version)
        .bind(answer.decision.map(Decision::code))
        .bind(storable(&answer.text))
        .bind(storable(&answer.change_place))
        .bind(storable(&answer.old_wording))
        .bind(storable(&answer.new_wording))
        .bind(answer.typed_us)
        .execute(conn)
        .await?;
    });
    Ok(())
}

/// Finds what somebody typed about a point.
pub async fn find_answer(
    tx: &mut Tx,
    point: PointId,
    author: &str,
) -> Result<Option<UnsavedAnswer>, Error> {
    let row: Option<Row> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT base_version, decision, text, change_place, old_wording, new_wording, typed_us
             FROM unsaved_answer WHERE point_id = $1 AND author = $2",
        )
        .bind(point.0)
        .bind(storable(author))
        .fetch_optional(conn)
        .await?
    });
    row.map(|row| {
        Ok(UnsavedAnswer {
            base_version: row.base_version,
            decision: row
                .decision
                .map(|code| known(Decision::parse(&code), "unsaved_answer", "decision"))
                .transpose()?,
            text: row.text,
            change_place: row.change_place,
            old_wording: row.old_wording,
            new_wording: row.new_wording,
            typed_us: row.typed_us,
        })
    })
    .transpose()
}

/// Lists the points of which somebody has typed something and not saved it, latest first.
pub async fn list_points(tx: &mut Tx, author: &str, limit: i64) -> Result<Vec<PointId>, Error> {
    let ids: Vec<i64> = on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT point_id FROM unsaved_answer WHERE author = $1
             ORDER BY typed_us DESC, point_id LIMIT $2",
        )
        .bind(storable(author))
        .bind(limit)
        .fetch_all(conn)
        .await?
    });
    Ok(ids.into_iter().map(PointId).collect())
}

/// Forgets what somebody typed about a point: it was saved, or thrown away.
pub async fn forget_answer(tx: &mut Tx, point: PointId, author: &str) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("DELETE FROM unsaved_answer WHERE point_id = $1 AND author = $2")
            .bind(point.0)
            .bind(storable(author))
            .execute(conn)
            .await?;
    });
    Ok(())
}
