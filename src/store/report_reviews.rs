//! Frozen reports on their way along the approval chain: append-only.

use std::collections::BTreeMap;

use sqlx::FromRow;

use super::engine::on_engine;
use super::{Error, Tx, known, storable};
use crate::domain::{ConsultationId, ResponseState, Standing};

/// A frozen report handed in, approved by a step, or returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Where it stands from then on.
    pub standing: Standing,
    /// The step that approved or returned it, by name.
    pub approval_step: Option<String>,
    /// What was said about it.
    pub remark: Option<String>,
    /// Who.
    pub actor: String,
    /// When, microseconds since 1970.
    pub reviewed_us: i64,
}

#[derive(FromRow)]
struct Stored {
    report_version_id: i64,
    state: String,
    n_approvals: i64,
    approval_step: Option<String>,
    remark: Option<String>,
    actor: String,
    reviewed_us: i64,
}

/// Adds a review of a version. Returns its key.
pub async fn insert_review(tx: &mut Tx, version: i64, review: &Review) -> Result<i64, Error> {
    let id = tx.take_ids("report_review", 1).await?;
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO report_review (id, report_version_id, state, n_approvals, approval_step,
                 remark, actor, reviewed_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(id)
        .bind(version)
        .bind(review.standing.state.code())
        .bind(i64::try_from(review.standing.n_approvals).unwrap_or(i64::MAX))
        .bind(review.approval_step.as_deref().map(storable))
        .bind(review.remark.as_deref().map(storable))
        .bind(storable(&review.actor))
        .bind(review.reviewed_us)
        .execute(conn)
        .await?;
    });
    Ok(id)
}

/// Lists the reviews of all versions of a consultation by version, oldest first.
pub async fn list_reviews(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<BTreeMap<i64, Vec<Review>>, Error> {
    const TABLE: &str = "report_review";
    let rows: Vec<Stored> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT r.report_version_id, r.state, r.n_approvals, r.approval_step, r.remark,
                    r.actor, r.reviewed_us
             FROM report_review r JOIN report_version v ON v.id = r.report_version_id
             WHERE v.consultation_id = $1 ORDER BY r.id",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    });
    let mut by_version: BTreeMap<i64, Vec<Review>> = BTreeMap::new();
    for row in rows {
        let review = Review {
            standing: Standing {
                state: known(ResponseState::parse(&row.state), TABLE, "state")?,
                n_approvals: known(usize::try_from(row.n_approvals).ok(), TABLE, "n_approvals")?,
            },
            approval_step: row.approval_step,
            remark: row.remark,
            actor: row.actor,
            reviewed_us: row.reviewed_us,
        };
        by_version
            .entry(row.report_version_id)
            .or_default()
            .push(review);
    }
    Ok(by_version)
}
