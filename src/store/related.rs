//! Points found by what they have in common with another one: their section, their speakers.

use sqlx::QueryBuilder;

use super::engine::on_engine;
use super::{Error, Tx, known};
use crate::domain::{ConsultationId, PointId, SectionId, Stance, SubmissionId};

/// Lists counted points about the same section that the same organizations sent in another round,
/// latest first.
pub async fn list_of_other_rounds(
    tx: &mut Tx,
    point: PointId,
    submission: SubmissionId,
    limit: i64,
) -> Result<Vec<PointId>, Error> {
    let ids: Vec<i64> = on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT DISTINCT p.id FROM point own
             JOIN submission mine ON mine.id = own.submission_id
             JOIN submission_organization me ON me.submission_id = $2
             JOIN submission_organization other ON other.organization_id = me.organization_id
             JOIN submission s ON s.id = other.submission_id
             JOIN point p ON p.submission_id = s.id AND p.section_id = own.section_id
             WHERE own.id = $1 AND p.is_current AND s.disposition = 'counted'
               AND s.round_id <> mine.round_id
             ORDER BY p.id DESC LIMIT $3",
        )
        .bind(point.0)
        .bind(submission.0)
        .bind(limit)
        .fetch_all(conn)
        .await?
    });
    Ok(ids.into_iter().map(PointId).collect())
}

/// Lists what counted points want of each section, each stance once; of one section, or of all.
pub async fn list_stances(
    tx: &mut Tx,
    consultation: ConsultationId,
    section: Option<SectionId>,
) -> Result<Vec<(SectionId, Stance)>, Error> {
    const SELECT: &str = "SELECT DISTINCT p.section_id, p.stance
        FROM point p JOIN submission s ON s.id = p.submission_id
        WHERE p.is_current AND s.disposition = 'counted' AND p.joined_into IS NULL
          AND p.out_of_scope IS NULL AND p.stance IS NOT NULL AND p.section_id IS NOT NULL
          AND p.consultation_id = ";
    let rows: Vec<(i64, String)> = on_engine!(tx, |conn| {
        let mut query = QueryBuilder::new(SELECT);
        query.push_bind(consultation.0);
        // Said only where it is asked: an engine that plans once for both would read every point.
        if let Some(section) = section {
            query.push(" AND p.section_id = ").push_bind(section.0);
        }
        query.push(" ORDER BY 1, 2");
        query.build_query_as().fetch_all(conn).await?
    });
    rows.into_iter()
        .map(|(id, code)| {
            let stance = known(Stance::parse(&code), "point", "stance")?;
            Ok((SectionId(id), stance))
        })
        .collect()
}

/// A point that waits for a leader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForLeader {
    /// The point; for a group its representative.
    pub point: PointId,
    /// Its section.
    pub section: Option<SectionId>,
    /// Whether a leader was asked; otherwise its answer was handed in.
    pub is_escalated: bool,
    /// Steps of the approval chain that its answer has passed; `None` while it was not handed in.
    pub n_approvals: Option<usize>,
}

/// Lists counted points that a leader is asked about and has not approved, and those whose own answer
/// was handed in.
pub async fn list_for_leader(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<Vec<ForLeader>, Error> {
    let rows: Vec<(i64, Option<i64>, bool, Option<i64>)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT p.id, p.section_id, p.needs_leadership,
                    CASE WHEN p.response_state = 'submitted' THEN r.n_approvals END
             FROM point p JOIN submission s ON s.id = p.submission_id
             LEFT JOIN response r ON r.id = p.response_id
             WHERE p.consultation_id = $1 AND p.is_current AND s.disposition = 'counted'
               AND p.joined_into IS NULL AND p.out_of_scope IS NULL
               AND (p.response_state = 'submitted' OR p.needs_leadership)
               AND (p.response_state IS NULL OR p.response_state <> 'approved')
             ORDER BY p.id",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    });
    let waiting =
        |(id, section, is_escalated, n_approvals): (i64, Option<i64>, bool, Option<i64>)| {
            ForLeader {
                point: PointId(id),
                section: section.map(SectionId),
                is_escalated,
                n_approvals: n_approvals.map(|n| usize::try_from(n).unwrap_or(0)),
            }
        };
    Ok(rows.into_iter().map(waiting).collect())
}

/// Lists counted points whose own answer accepts them, wholly or in part, and was not returned; for a
/// group its representative.
pub async fn list_accepted(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<Vec<(PointId, Option<SectionId>)>, Error> {
    let rows: Vec<(i64, Option<i64>)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT p.id, p.section_id FROM point p JOIN submission s ON s.id = p.submission_id
             WHERE p.consultation_id = $1 AND p.is_current AND s.disposition = 'counted'
               AND p.joined_into IS NULL AND p.out_of_scope IS NULL
               AND p.decision IN ('accept', 'accept_in_part') AND p.response_state <> 'returned'
             ORDER BY p.id",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    });
    let accepted = |(id, section): (i64, Option<i64>)| (PointId(id), section.map(SectionId));
    Ok(rows.into_iter().map(accepted).collect())
}
