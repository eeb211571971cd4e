//! Answers: append-only versions.

use sqlx::{FromRow, QueryBuilder};

use super::engine::on_engine;
use super::named::among;
use super::points;
use super::{Error, Tx, known, storable};
use crate::domain::{Decision, PointId, ResponseId, ResponseState, Standing, Wording};

/// A version of an answer, to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewResponse {
    /// What is decided; `None` while only words were typed in.
    pub decision: Option<Decision>,
    /// The words.
    pub text: String,
    /// What changed in the draft, and where.
    pub change_place: Option<String>,
    /// The words of the draft before and after.
    pub wording: Option<Wording>,
    /// How far along the approval chain.
    pub state: ResponseState,
    /// Steps of the chain that it has passed.
    pub n_approvals: usize,
    /// The step that approved or returned it, by name.
    pub approval_step: Option<String>,
    /// Who wrote, approved or returned it.
    pub author: String,
    /// The leader's remark when approving or returning.
    pub remark: Option<String>,
}

impl NewResponse {
    /// How far it has come.
    pub fn standing(&self) -> Standing {
        Standing {
            state: self.state,
            n_approvals: self.n_approvals,
        }
    }
}

/// A stored version of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Key.
    pub id: ResponseId,
    /// The point it answers.
    pub point: PointId,
    /// Ordinal, from 1.
    pub version: i64,
    /// When, microseconds since 1970.
    pub created_us: i64,
    /// The content.
    pub content: NewResponse,
}

/// Adds a version of the answer of a point that is still at `point_version`; it becomes current.
///
/// # Errors
/// [`Error::Stale`] when somebody else changed the point or its answer since.
pub async fn insert_response(
    tx: &mut Tx,
    point: PointId,
    point_version: i64,
    response: &NewResponse,
    now_us: i64,
) -> Result<ResponseId, Error> {
    let id = tx.take_ids("response", 1).await?;
    let n_rows = on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO response (id, point_id, version, decision, text, change_place, state,
                 author, remark, created_us, old_wording, new_wording, n_approvals, approval_step)
             SELECT $1, $2, COALESCE(MAX(version), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11,
                 $12, $13
             FROM response WHERE point_id = $2",
        )
        .bind(id)
        .bind(point.0)
        .bind(response.decision.map(Decision::code))
        .bind(storable(&response.text))
        .bind(response.change_place.as_deref().map(storable))
        .bind(response.state.code())
        .bind(storable(&response.author))
        .bind(response.remark.as_deref().map(storable))
        .bind(now_us)
        .bind(response.wording.as_ref().map(|it| storable(&it.old)))
        .bind(response.wording.as_ref().map(|it| storable(&it.new)))
        .bind(i64::try_from(response.n_approvals).unwrap_or(i64::MAX))
        .bind(response.approval_step.as_deref().map(storable))
        .execute(&mut *conn)
        .await?;
        sqlx::query(
            "UPDATE point SET response_id = $3, decision = $4, response_state = $5,
                 version = version + 1
             WHERE id = $1 AND version = $2",
        )
        .bind(point.0)
        .bind(point_version)
        .bind(id)
        .bind(response.decision.map(Decision::code))
        .bind(response.state.code())
        .execute(&mut *conn)
        .await?
        .rows_affected()
    });
    if n_rows != 1 {
        return Err(points::stale(point));
    }
    points::touch(tx, point).await?;
    Ok(ResponseId(id))
}

#[derive(FromRow)]
struct ResponseRow {
    id: i64,
    point_id: i64,
    version: i64,
    decision: Option<String>,
    text: String,
    change_place: Option<String>,
    state: String,
    author: String,
    remark: Option<String>,
    created_us: i64,
    old_wording: Option<String>,
    new_wording: Option<String>,
    n_approvals: i64,
    approval_step: Option<String>,
}

impl ResponseRow {
    fn into_record(self) -> Result<Response, Error> {
        Ok(Response {
            id: ResponseId(self.id),
            point: PointId(self.point_id),
            version: self.version,
            created_us: self.created_us,
            content: NewResponse {
                decision: self
                    .decision
                    .map(|code| known(Decision::parse(&code), "response", "decision"))
                    .transpose()?,
                text: self.text,
                change_place: self.change_place,
                wording: Wording::of(
                    &self.old_wording.unwrap_or_default(),
                    &self.new_wording.unwrap_or_default(),
                ),
                state: known(ResponseState::parse(&self.state), "response", "state")?,
                n_approvals: known(
                    usize::try_from(self.n_approvals).ok(),
                    "response",
                    "n_approvals",
                )?,
                approval_step: self.approval_step,
                author: self.author,
                remark: self.remark,
            },
        })
    }
}

/// Lists every version of a point's answer, oldest first.
pub async fn list_versions(tx: &mut Tx, point: PointId) -> Result<Vec<Response>, Error> {
    let rows: Vec<ResponseRow> = on_engine!(tx, |conn| {
        sqlx::query_as("SELECT * FROM response WHERE point_id = $1 ORDER BY version")
            .bind(point.0)
            .fetch_all(conn)
            .await?
    });
    rows.into_iter().map(ResponseRow::into_record).collect()
}

/// Lists the current version of the answers of a range of points, by key.
pub async fn list_current(
    tx: &mut Tx,
    first: PointId,
    last: PointId,
) -> Result<Vec<Response>, Error> {
    let rows: Vec<ResponseRow> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT r.* FROM point p JOIN response r ON r.id = p.response_id
             WHERE p.id BETWEEN $1 AND $2 ORDER BY r.id",
        )
        .bind(first.0)
        .bind(last.0)
        .fetch_all(conn)
        .await?
    });
    rows.into_iter().map(ResponseRow::into_record).collect()
}

/// Lists the current version of the answers of these points, at most a page of them, by key.
pub async fn list_current_of(tx: &mut Tx, points: &[PointId]) -> Result<Vec<Response>, Error> {
    let rows: Vec<ResponseRow> = on_engine!(tx, |conn| {
        let mut query = QueryBuilder::new(
            "SELECT r.* FROM point p JOIN response r ON r.id = p.response_id WHERE ",
        );
        among(&mut query, "p.id", points.iter().map(|id| id.0));
        query.push(" ORDER BY r.id");
        query.build_query_as().fetch_all(conn).await?
    });
    rows.into_iter().map(ResponseRow::into_record).collect()
}
