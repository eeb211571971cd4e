//! Warnings that wait for a person.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use super::engine::on_engine;
use super::{Error, Tx, bulk, from_json, to_json};
use crate::domain::{BatchId, ConsultationId, Location, Span, SubmissionId, Warning};

/// A stored warning.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Key.
    pub id: i64,
    /// The import it came with.
    pub batch: Option<BatchId>,
    /// The submission it is about.
    pub submission: Option<SubmissionId>,
    /// File name.
    pub source: String,
    /// What is wrong, where, what to do.
    pub warning: Warning,
}

#[derive(Serialize, Deserialize)]
enum StoredLocation {
    File,
    Row {
        sheet: Option<String>,
        row_number: u64,
        column: Option<String>,
    },
    Part {
        path: String,
    },
    Text {
        start: usize,
        end: usize,
    },
}

/// Adds warnings about one file or submission.
pub async fn insert_problems(
    tx: &mut Tx,
    consultation: ConsultationId,
    batch: Option<BatchId>,
    submission: Option<SubmissionId>,
    source: &str,
    warnings: &[Warning],
) -> Result<(), Error> {
    let about: Vec<_> = warnings
        .iter()
        .map(|warning| (submission, warning))
        .collect();
    insert_problems_about(tx, consultation, batch, source, &about).await
}

/// Adds warnings about a file, each with the submission it is about.
pub async fn insert_problems_about(
    tx: &mut Tx,
    consultation: ConsultationId,
    batch: Option<BatchId>,
    source: &str,
    about: &[(Option<SubmissionId>, &Warning)],
) -> Result<(), Error> {
    if about.is_empty() {
        return Ok(());
    }
    let first = tx.take_ids("problem", about.len()).await?;
    let rows: Vec<_> = (first..).zip(about).collect();
    bulk::insert(
        tx,
        "problem",
        "id, consultation_id, batch_id, submission_id, source, code, location, value, problem,
         remedy, is_resolved",
        &rows,
        |(id, (submission, warning)), row| {
            row.integer(*id)
                .integer(consultation.0)
                .integer(batch.map(|batch| batch.0))
                .integer(submission.map(|submission| submission.0))
                .text(source)
                .text(warning.code.as_ref())
                .text(to_json(&stored_location(&warning.location)).as_str())
                .text(warning.value.as_deref())
                .text(warning.problem.as_str())
                .text(warning.remedy.as_str())
                .boolean(false);
        },
    )
    .await
}

fn stored_location(location: &Location) -> StoredLocation {
    match location {
        Location::File => StoredLocation::File,
        Location::Row {
            sheet,
            row_number,
            column,
        } => StoredLocation::Row {
            sheet: sheet.clone(),
            row_number: *row_number,
            column: column.clone(),
        },
        Location::Part { path } => StoredLocation::Part { path: path.clone() },
        Location::Text(span) => StoredLocation::Text {
            start: span.start,
            end: span.end,
        },
    }
}

#[derive(FromRow)]
struct ProblemRow {
    id: i64,
    batch_id: Option<i64>,
    submission_id: Option<i64>,
    source: String,
    code: String,
    location: String,
    value: Option<String>,
    problem: String,
    remedy: String,
}

impl ProblemRow {
    fn into_record(self) -> Result<Problem, Error> {
        let location = match from_json(&self.location, "problem", "location")? {
            StoredLocation::File => Location::File,
            StoredLocation::Row {
                sheet,
                row_number,
                column,
            } => Location::Row {
                sheet,
                row_number,
                column,
            },
            StoredLocation::Part { path } => Location::Part { path },
            StoredLocation::Text { start, end } => Location::Text(Span::new(start, end)),
        };
        Ok(Problem {
            id: self.id,
            batch: self.batch_id.map(BatchId),
            submission: self.submission_id.map(SubmissionId),
            source: self.source,
            warning: Warning {
                code: Cow::Owned(self.code),
                location,
                value: self.value,
                problem: self.problem,
                remedy: self.remedy,
            },
        })
    }
}

/// Lists what nobody has dealt with yet, oldest first.
pub async fn list_problems(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<Vec<Problem>, Error> {
    let rows: Vec<ProblemRow> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, batch_id, submission_id, source, code, location, value, problem, remedy
             FROM problem WHERE consultation_id = $1 AND NOT is_resolved ORDER BY id",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    });
    rows.into_iter().map(ProblemRow::into_record).collect()
}

/// Lists what is wrong with rows of a batch that could not be taken in, oldest first.
pub async fn list_bad_rows(
    tx: &mut Tx,
    consultation: ConsultationId,
    batch: BatchId,
) -> Result<Vec<Problem>, Error> {
    let rows: Vec<ProblemRow> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, batch_id, submission_id, source, code, location, value, problem, remedy
             FROM problem WHERE consultation_id = $1 AND batch_id = $2
                 AND submission_id IS NULL AND NOT is_resolved ORDER BY id",
        )
        .bind(consultation.0)
        .bind(batch.0)
        .fetch_all(conn)
        .await?
    });
    rows.into_iter().map(ProblemRow::into_record).collect()
}

/// Marks all warnings about a submission as dealt with.
pub async fn resolve_problems_of(tx: &mut Tx, submission: SubmissionId) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("UPDATE problem SET is_resolved = TRUE WHERE submission_id = $1")
            .bind(submission.0)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// Marks a warning as dealt with.
pub async fn resolve_problem(tx: &mut Tx, id: i64) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("UPDATE problem SET is_resolved = TRUE WHERE id = $1")
            .bind(id)
            .execute(conn)
            .await?;
    });
    Ok(())
}
