//! Phân công: who answers what is said about which section.

use std::collections::BTreeMap;

use sqlx::QueryBuilder;

use super::engine::on_engine;
use super::{Error, Tx, storable};
use crate::domain::{ConsultationId, PointId, SectionId};

/// Lists who each section is assigned to; sections without an entry follow the one they lie in.
pub async fn list_assignments(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<BTreeMap<SectionId, String>, Error> {
    let rows: Vec<(i64, String)> = on_engine!(tx, |conn| {
        sqlx::query_as("SELECT section_id, drafter FROM assignment WHERE consultation_id = $1")
            .bind(consultation.0)
            .fetch_all(conn)
            .await?
    });
    let entry = |(id, drafter)| (SectionId(id), drafter);
    Ok(rows.into_iter().map(entry).collect())
}

/// Assigns a section; an empty name leaves it to the section it lies in.
pub async fn set_assignment(
    tx: &mut Tx,
    consultation: ConsultationId,
    section: SectionId,
    drafter: &str,
) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("DELETE FROM assignment WHERE section_id = $1")
            .bind(section.0)
            .execute(&mut *conn)
            .await?;
        if !drafter.is_empty() {
            sqlx::query(
                "INSERT INTO assignment (section_id, consultation_id, drafter) VALUES ($1, $2, $3)",
            )
            .bind(section.0)
            .bind(consultation.0)
            .bind(storable(drafter))
            .execute(conn)
            .await?;
        }
    });
    Ok(())
}

/// Lists the points that are somebody's: those named so themselves, and those that name nobody and
/// lie in these sections.
pub async fn list_points_of(
    tx: &mut Tx,
    consultation: ConsultationId,
    drafter: &str,
    sections: &[SectionId],
) -> Result<Vec<PointId>, Error> {
    let ids: Vec<i64> = on_engine!(tx, |conn| {
        let mut query = QueryBuilder::new("SELECT id FROM point WHERE consultation_id = ");
        query.push_bind(consultation.0);
        query.push(" AND is_current AND (drafter = ");
        query.push_bind(storable(drafter));
        if !sections.is_empty() {
            query.push(" OR drafter IS NULL AND section_id IN (");
            let mut list = query.separated(", ");
            for section in sections {
                list.push_bind(section.0);
            }
            query.push(")");
        }
        query.push(") ORDER BY id");
        query.build_query_scalar().fetch_all(conn).await?
    });
    Ok(ids.into_iter().map(PointId).collect())
}

/// Lists the points that are nobody's: they name nobody, and lie in none of these sections.
pub async fn list_unassigned(
    tx: &mut Tx,
    consultation: ConsultationId,
    assigned: &[SectionId],
) -> Result<Vec<PointId>, Error> {
    let ids: Vec<i64> = on_engine!(tx, |conn| {
        let mut query = QueryBuilder::new("SELECT id FROM point WHERE consultation_id = ");
        query.push_bind(consultation.0);
        query.push(" AND is_current AND drafter IS NULL");
        if !assigned.is_empty() {
            query.push(" AND (section_id IS NULL OR section_id NOT IN (");
            let mut list = query.separated(", ");
            for section in assigned {
                list.push_bind(section.0);
            }
            query.push("))");
        }
        query.push(" ORDER BY id");
        query.build_query_scalar().fetch_all(conn).await?
    });
    Ok(ids.into_iter().map(PointId).collect())
}

/// The points that name who answers them.
pub async fn list_named_points(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<Vec<(PointId, String)>, Error> {
    let rows: Vec<(i64, String)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, drafter FROM point WHERE consultation_id = $1 AND drafter IS NOT NULL",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    });
    let named = |(id, drafter)| (PointId(id), drafter);
    Ok(rows.into_iter().map(named).collect())
}

/// Everybody whom points of a consultation name.
pub async fn list_named(tx: &mut Tx, consultation: ConsultationId) -> Result<Vec<String>, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT DISTINCT drafter FROM point
             WHERE consultation_id = $1 AND drafter IS NOT NULL ORDER BY 1",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    }))
}
