//! Points counted by section, by whom they name, and by how far their answer is.

use sqlx::FromRow;

use super::engine::on_engine;
use super::points::state_of;
use super::{Error, Tx, known};
use crate::domain::{ConsultationId, PointState, ResponseState, SectionId};

/// Counted points that have these things in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portion {
    /// Their section.
    pub section: Option<SectionId>,
    /// Whom they name.
    pub drafter: Option<String>,
    /// Their state.
    pub state: PointState,
    /// How far their answer, or their group's, is.
    pub response_state: Option<ResponseState>,
    /// How many.
    pub n_points: usize,
}

#[derive(FromRow)]
struct Row {
    section_id: Option<i64>,
    drafter: Option<String>,
    is_joined: bool,
    is_out: bool,
    group_decision: Option<String>,
    group_state: Option<String>,
    decision: Option<String>,
    response_state: Option<String>,
    n_points: i64,
}

/// Counts the points of counted submissions.
pub async fn count_portions(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<Vec<Portion>, Error> {
    let rows: Vec<Row> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT p.section_id, p.drafter, p.joined_into IS NOT NULL AS is_joined,
                    p.out_of_scope IS NOT NULL AS is_out, r.decision AS group_decision,
                    r.response_state AS group_state, p.decision, p.response_state,
                    COUNT(*) AS n_points
             FROM point p JOIN submission s ON s.id = p.submission_id
             LEFT JOIN group_member m ON m.point_id = p.id
             LEFT JOIN point_group g ON g.id = m.group_id AND g.is_confirmed
             LEFT JOIN point r ON r.id = g.representative_id
             WHERE p.consultation_id = $1 AND p.is_current AND s.disposition = 'counted'
             GROUP BY 1, 2, 3, 4, 5, 6, 7, 8",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    });
    rows.into_iter()
        .map(|row| {
            let of_group = (row.group_decision.as_deref(), row.group_state.as_deref());
            let own = (row.decision.as_deref(), row.response_state.as_deref());
            let state = state_of(row.is_joined, row.is_out, of_group, own);
            let (_, code) = if state == PointState::AnsweredInGroup {
                of_group
            } else {
                own
            };
            Ok(Portion {
                section: row.section_id.map(SectionId),
                state,
                response_state: code
                    .map(|code| known(ResponseState::parse(code), "point", "response_state"))
                    .transpose()?,
                n_points: usize::try_from(row.n_points).unwrap_or(0),
                drafter: row.drafter,
            })
        })
        .collect()
}
