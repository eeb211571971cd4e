//! Counts straight from the database, for checking what pages and reports count themselves.

use std::fmt;

use super::engine::on_engine;
use super::{Error, Tx, known};
use crate::domain::{ConsultationId, Decision, Disposition};

/// Counts over a whole consultation, every round included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Submissions by state, in the order of [`Disposition::ALL`], zeros left out.
    pub submissions: Vec<(Disposition, i64)>,
    /// Points of counted submissions.
    pub points: i64,
    /// Of these, answered alone or through a group.
    pub answered: i64,
    /// Of these, joined into another point.
    pub joined: i64,
    /// Of these, out of scope.
    pub out_of_scope: i64,
    /// Of these, without a section.
    pub without_section: i64,
    /// Answered points by decision, in the order of [`Decision::ALL`], zeros left out; a group's
    /// members count under its answer.
    pub decisions: Vec<(Decision, i64)>,
    /// Submissions a person has to look at.
    pub needs_person: i64,
    /// Warnings nobody has dealt with.
    pub problems: i64,
    /// Points in the index when it is up to date: those of submissions that are counted or wait
    /// for a person.
    pub indexed: i64,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (disposition, n) in &self.submissions {
            write!(f, "{n} lượt góp ý “{}”, ", disposition.name())?;
        }
        write!(
            f,
            "{} ý kiến, {} đã trả lời, {} đã gộp, {} ngoài phạm vi, {} chưa xác định mục, ",
            self.points, self.answered, self.joined, self.out_of_scope, self.without_section
        )?;
        for (decision, n) in &self.decisions {
            write!(f, "{n} “{}”, ", decision.name())?;
        }
        write!(
            f,
            "{} lượt chờ người xem, {} ý kiến tìm được",
            self.needs_person, self.indexed
        )
    }
}

/// Counts a consultation.
pub async fn count(tx: &mut Tx, consultation: ConsultationId) -> Result<Counts, Error> {
    let id = consultation.0;
    let by_state: Vec<(String, i64)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT disposition, COUNT(*) FROM submission WHERE consultation_id = $1
             GROUP BY disposition",
        )
        .bind(id)
        .fetch_all(conn)
        .await?
    });
    let mut submissions = Vec::new();
    for (code, n) in by_state {
        submissions.push((
            known(Disposition::parse(&code), "submission", "disposition")?,
            n,
        ));
    }
    submissions.sort_unstable();
    let rows: Vec<(bool, bool, bool, Option<String>, i64)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT p.section_id IS NOT NULL,
                    p.joined_into IS NOT NULL, p.out_of_scope IS NOT NULL,
                    CASE WHEN r.decision IS NOT NULL AND r.response_state <> 'returned'
                         THEN r.decision
                         WHEN p.response_state <> 'returned' THEN p.decision END AS effective,
                    COUNT(*)
             FROM point p JOIN submission s ON s.id = p.submission_id
             LEFT JOIN group_member m ON m.point_id = p.id
             LEFT JOIN point_group g ON g.id = m.group_id AND g.is_confirmed
             LEFT JOIN point r ON r.id = g.representative_id
             WHERE p.consultation_id = $1 AND p.is_current AND s.disposition = 'counted'
             GROUP BY 1, 2, 3, 4",
        )
        .bind(id)
        .fetch_all(conn)
        .await?
    });
    let mut counts = Counts {
        submissions,
        ..Counts::default()
    };
    let mut decisions = std::collections::BTreeMap::new();
    for (has_section, is_joined, is_out, decision, n) in rows {
        counts.points += n;
        if !has_section && !is_joined && !is_out {
            counts.without_section += n;
        }
        if is_joined {
            counts.joined += n;
        } else if is_out {
            counts.out_of_scope += n;
        } else if let Some(code) = decision {
            counts.answered += n;
            *decisions
                .entry(known(Decision::parse(&code), "point", "decision")?)
                .or_insert(0) += n;
        }
    }
    counts.decisions = decisions.into_iter().collect();
    counts.problems = count_problems(tx, consultation).await?;
    (counts.needs_person, counts.indexed) = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT
                (SELECT COUNT(*) FROM submission WHERE consultation_id = $1 AND needs_person),
                (SELECT COUNT(*) FROM point p JOIN submission s ON s.id = p.submission_id
                 WHERE p.consultation_id = $1 AND p.is_current
                   AND s.disposition IN ('counted', 'unread'))",
        )
        .bind(id)
        .fetch_one(conn)
        .await?
    });
    Ok(counts)
}

/// Counts the warnings nobody has dealt with.
pub async fn count_problems(tx: &mut Tx, consultation: ConsultationId) -> Result<i64, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT COUNT(*) FROM problem WHERE consultation_id = $1 AND NOT is_resolved",
        )
        .bind(consultation.0)
        .fetch_one(conn)
        .await?
    }))
}
