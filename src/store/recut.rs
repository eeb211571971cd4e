//! Points that a person takes apart or puts together.
//!
//! The words stay where they are: taken apart, a point gives way to two that have its spans between
//! them; put together, it lives on in another one.

use super::engine::on_engine;
use super::evidence::evidence_to_json;
use super::points::{Point, stale, touch};
use super::{Error, Tx, to_json};
use crate::domain::{Confidence, Evidence, Finding, PartId, PointId, Span};

/// Where words are, in reading order.
pub type Spans = Vec<(PartId, Span)>;

/// Puts two points in the place of one that is still at its version; returns their keys, which follow
/// one another. Whatever was joined into it is joined into the first.
///
/// # Errors
/// [`Error::Stale`] when somebody changed the point since it was read.
pub async fn split_point(
    tx: &mut Tx,
    point: &Point,
    halves: [&Spans; 2],
) -> Result<[PointId; 2], Error> {
    let n_rows = on_engine!(tx, |conn| {
        sqlx::query(
            "UPDATE point SET is_current = FALSE, version = version + 1
             WHERE id = $1 AND version = $2 AND is_current",
        )
        .bind(point.id.0)
        .bind(point.version)
        .execute(conn)
        .await?
        .rows_affected()
    });
    if n_rows != 1 {
        return Err(stale(point.id));
    }
    let first = tx.take_ids("point", 2).await?;
    for (id, (spans, is_first)) in (first..).zip(halves.into_iter().zip([true, false])) {
        insert_half(tx, point, id, spans, is_first).await?;
    }
    on_engine!(tx, |conn| {
        sqlx::query(
            "UPDATE point SET joined_into = $2, version = version + 1 WHERE joined_into = $1",
        )
        .bind(point.id.0)
        .bind(first)
        .execute(conn)
        .await?;
    });
    touch(tx, point.id).await?;
    Ok([PointId(first), PointId(first + 1)])
}

async fn insert_half(
    tx: &mut Tx,
    point: &Point,
    id: i64,
    spans: &Spans,
    is_first: bool,
) -> Result<(), Error> {
    let spans: Vec<(i64, usize, usize)> = spans
        .iter()
        .map(|(part, span)| (part.0, span.start, span.end))
        .collect();
    let mut evidence = vec![Evidence::outside(
        Finding::Split,
        "split.person",
        Confidence::CERTAIN,
    )];
    // The reasons for place and stance were read from the beginning of the point; how sure its words
    // are is said of all of them.
    let is_kept = |it: &&Evidence| match it.what {
        Finding::Split => false,
        Finding::Words => true,
        _ => is_first,
    };
    evidence.extend(point.evidence.iter().filter(is_kept).cloned());
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO point (id, submission_id, consultation_id, position, spans, section_id,
                 section_confidence, cited_as, stance, is_current, out_of_scope, needs_leadership,
                 drafter, version, evidence)
             SELECT $2, submission_id, consultation_id, position, $3, section_id,
                 section_confidence, cited_as, stance, TRUE, out_of_scope, needs_leadership,
                 drafter, 0, $4
             FROM point WHERE id = $1",
        )
        .bind(point.id.0)
        .bind(id)
        .bind(to_json(&spans))
        .bind(evidence_to_json(&evidence))
        .execute(&mut *conn)
        .await?;
        sqlx::query(
            "INSERT INTO point_section (point_id, section_id)
             SELECT $2, section_id FROM point_section WHERE point_id = $1",
        )
        .bind(point.id.0)
        .bind(id)
        .execute(conn)
        .await?;
    });
    Ok(())
}

/// Joins a point that is still at `version` into another one, or, without one, lets it stand alone
/// again.
///
/// # Errors
/// [`Error::Stale`] when somebody changed the point since it was read.
pub async fn join_point(
    tx: &mut Tx,
    id: PointId,
    version: i64,
    into: Option<PointId>,
) -> Result<(), Error> {
    let n_rows = on_engine!(tx, |conn| {
        sqlx::query(
            "UPDATE point SET joined_into = $3, version = version + 1
             WHERE id = $1 AND version = $2 AND is_current",
        )
        .bind(id.0)
        .bind(version)
        .bind(into.map(|into| into.0))
        .execute(conn)
        .await?
        .rows_affected()
    });
    if n_rows != 1 {
        return Err(stale(id));
    }
    touch(tx, id).await
}

/// How many points are joined into one.
pub async fn count_joined(tx: &mut Tx, id: PointId) -> Result<i64, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_scalar("SELECT COUNT(*) FROM point WHERE joined_into = $1 AND is_current")
            .bind(id.0)
            .fetch_one(conn)
            .await?
    }))
}
