//! Submissions and the texts of their parts, read and changed.

use std::collections::BTreeMap;

use jiff::civil::Date;
use sqlx::{FromRow, QueryBuilder};

use super::engine::on_engine;
use super::evidence::evidence_from_json;
use super::named::among;
use super::{Error, Tx, known, short_key, storable};
use crate::domain::{
    BatchId, Channel, ConsultationId, ContentHash, Disposition, Evidence, LetterNumber,
    OrganizationId, PartId, Relation, ReplyClass, RoundId, SubmissionId,
};

/// A stored part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Key.
    pub id: PartId,
    /// Whose it is.
    pub submission: SubmissionId,
    /// Where it was.
    pub path: String,
    /// Code of its role.
    pub role: String,
    /// The text.
    pub text: String,
}

/// A stored submission.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Key.
    pub id: SubmissionId,
    /// The dossier.
    pub consultation: ConsultationId,
    /// The round it answers.
    pub round: Option<RoundId>,
    /// The import it came with.
    pub batch: Option<BatchId>,
    /// How it came.
    pub channel: Channel,
    /// What tells it from all others of its channel.
    pub external_id: String,
    /// The original.
    pub blob: ContentHash,
    /// 1-based physical line in the original, for rows.
    pub row_number: Option<u64>,
    /// File name.
    pub source: String,
    /// Whether it has been read.
    pub is_settled: bool,
    /// Its one state.
    pub disposition: Disposition,
    /// What it amounts to.
    pub class: Option<ReplyClass>,
    /// Ngày đến.
    pub arrived_on: Date,
    /// Arrived after the deadline.
    pub is_late: bool,
    /// A person has to look.
    pub needs_person: bool,
    /// Số, ký hiệu.
    pub letter_number: Option<LetterNumber>,
    /// Ngày văn bản.
    pub letter_date: Option<Date>,
    /// Subject.
    pub subject: Option<String>,
    /// The sender as written.
    pub sender: Option<String>,
    /// Relation, target, and whether it is confirmed.
    pub relation: Option<(Relation, SubmissionId, bool)>,
    /// Why not counted, or why a person has to look.
    pub remark: Option<String>,
    /// Digest of its folded text.
    pub content_key: Option<String>,
    /// Why we believe all this.
    pub evidence: Vec<Evidence>,
    /// Who speaks.
    pub organizations: Vec<OrganizationId>,
    /// Bears a human decision.
    pub is_touched: bool,
}

/// Finds a submission by what makes it unique.
pub async fn find_submission(
    tx: &mut Tx,
    consultation: ConsultationId,
    channel: Channel,
    external_id: &str,
) -> Result<Option<(SubmissionId, bool)>, Error> {
    let row: Option<(i64, String)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, state FROM submission
             WHERE consultation_id = $1 AND channel = $2 AND external_id = $3",
        )
        .bind(consultation.0)
        .bind(channel.code())
        .bind(external_id)
        .fetch_optional(conn)
        .await?
    });
    Ok(row.map(|(id, state)| (SubmissionId(id), state == "settled")))
}

/// When a submission was received, microseconds since 1970.
pub async fn received_us(tx: &mut Tx, id: SubmissionId) -> Result<i64, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_scalar("SELECT received_us FROM submission WHERE id = $1")
            .bind(id.0)
            .fetch_one(conn)
            .await?
    }))
}

/// Lets a claimed submission wait, unread and visibly, for what is needed to read it; `false` when
/// it waits already.
pub async fn postpone(tx: &mut Tx, id: SubmissionId, remark: &str) -> Result<bool, Error> {
    let n_rows = on_engine!(tx, |conn| {
        sqlx::query(
            "UPDATE submission SET needs_person = TRUE, remark = $2
             WHERE id = $1 AND state = 'received' AND NOT needs_person",
        )
        .bind(id.0)
        .bind(storable(remark))
        .execute(conn)
        .await?
        .rows_affected()
    });
    Ok(n_rows == 1)
}

#[derive(FromRow)]
struct SubmissionRow {
    id: i64,
    consultation_id: i64,
    round_id: Option<i64>,
    batch_id: Option<i64>,
    channel: String,
    external_id: String,
    blob_hash: String,
    row_number: Option<i64>,
    source: String,
    state: String,
    disposition: String,
    class: Option<String>,
    arrived_on: String,
    is_late: bool,
    needs_person: bool,
    letter_number: Option<String>,
    letter_date: Option<String>,
    subject: Option<String>,
    sender: Option<String>,
    relation: Option<String>,
    related_id: Option<i64>,
    relation_confirmed: bool,
    remark: Option<String>,
    content_key: Option<String>,
    evidence: String,
    is_touched: bool,
}

impl SubmissionRow {
    fn into_record(self, organizations: Vec<OrganizationId>) -> Result<Submission, Error> {
        const TABLE: &str = "submission";
        let date = |text: &str, column| known(text.parse::<Date>().ok(), TABLE, column);
        let relation = match (self.relation, self.related_id) {
            (Some(code), Some(other)) => Some((
                known(Relation::parse(&code), TABLE, "relation")?,
                SubmissionId(other),
                self.relation_confirmed,
            )),
            _ => None,
        };
        Ok(Submission {
            id: SubmissionId(self.id),
            consultation: ConsultationId(self.consultation_id),
            round: self.round_id.map(RoundId),
            batch: self.batch_id.map(BatchId),
            channel: known(Channel::parse(&self.channel), TABLE, "channel")?,
            external_id: self.external_id,
            blob: known(ContentHash::parse(&self.blob_hash), TABLE, "blob_hash")?,
            row_number: self.row_number.and_then(|row| u64::try_from(row).ok()),
            source: self.source,
            is_settled: self.state == "settled",
            disposition: known(Disposition::parse(&self.disposition), TABLE, "disposition")?,
            class: self
                .class
                .map(|code| known(ReplyClass::parse(&code), TABLE, "class"))
                .transpose()?,
            arrived_on: date(&self.arrived_on, "arrived_on")?,
            is_late: self.is_late,
            needs_person: self.needs_person,
            letter_number: self.letter_number.as_deref().and_then(LetterNumber::parse),
            letter_date: self
                .letter_date
                .map(|text| date(&text, "letter_date"))
                .transpose()?,
            subject: self.subject,
            sender: self.sender,
            relation,
            remark: self.remark,
            content_key: self.content_key,
            evidence: evidence_from_json(&self.evidence, TABLE)?,
            organizations,
            is_touched: self.is_touched,
        })
    }
}

/// Which submissions to list.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    /// All of a consultation, by arrival and key.
    All(ConsultationId),
    /// Those a person has to look at.
    NeedsPerson(ConsultationId),
    /// Those received but not read yet.
    Received(ConsultationId),
    /// A range of keys.
    Range(SubmissionId, SubmissionId),
}

/// Lists submissions.
pub async fn list_submissions(tx: &mut Tx, which: Which) -> Result<Vec<Submission>, Error> {
    let (sql, a, b): (&'static str, i64, i64) = match which {
        Which::All(id) => (
            "SELECT * FROM submission WHERE consultation_id = $1 AND id <> $2
             ORDER BY arrived_on, id",
            id.0,
            0,
        ),
        Which::NeedsPerson(id) => (
            "SELECT * FROM submission WHERE consultation_id = $1 AND id <> $2 AND needs_person
             ORDER BY id",
            id.0,
            0,
        ),
        Which::Received(id) => (
            "SELECT * FROM submission WHERE consultation_id = $1 AND id <> $2
             AND state = 'received' ORDER BY id",
            id.0,
            0,
        ),
        Which::Range(first, last) => (
            "SELECT * FROM submission WHERE id BETWEEN $1 AND $2 ORDER BY id",
            first.0,
            last.0,
        ),
    };
    let rows: Vec<SubmissionRow> = on_engine!(tx, |conn| sqlx::query_as(sql)
        .bind(a)
        .bind(b)
        .fetch_all(conn)
        .await?);
    with_speakers(tx, rows).await
}

/// Lists a page of a consultation's submissions by arrival; in one state, or in all.
pub async fn list_page(
    tx: &mut Tx,
    consultation: ConsultationId,
    disposition: Option<Disposition>,
    offset: u32,
    limit: u32,
) -> Result<Vec<Submission>, Error> {
    let rows: Vec<SubmissionRow> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT * FROM submission WHERE consultation_id = $1
               AND disposition = COALESCE($2, disposition)
             ORDER BY arrived_on, id LIMIT $3 OFFSET $4",
        )
        .bind(consultation.0)
        .bind(disposition.map(Disposition::code))
        .bind(i64::from(limit))
        .bind(i64::from(offset))
        .fetch_all(conn)
        .await?
    });
    with_speakers(tx, rows).await
}

/// Lists these submissions by key, at most a page of them.
pub async fn list_these(tx: &mut Tx, ids: &[SubmissionId]) -> Result<Vec<Submission>, Error> {
    let rows: Vec<SubmissionRow> = on_engine!(tx, |conn| {
        let mut query = QueryBuilder::new("SELECT * FROM submission WHERE ");
        among(&mut query, "id", ids.iter().map(|id| id.0));
        query.push(" ORDER BY id");
        query.build_query_as().fetch_all(conn).await?
    });
    with_speakers(tx, rows).await
}

async fn with_speakers(tx: &mut Tx, rows: Vec<SubmissionRow>) -> Result<Vec<Submission>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let speakers: Vec<(i64, i64)> = on_engine!(tx, |conn| {
        let mut query = QueryBuilder::new(
            "SELECT submission_id, organization_id FROM submission_organization WHERE ",
        );
        among(&mut query, "submission_id", rows.iter().map(|row| row.id));
        query.push(" ORDER BY submission_id, organization_id");
        query.build_query_as().fetch_all(conn).await?
    });
    let mut speakers = by_submission(speakers);
    rows.into_iter()
        .map(|row| {
            let organizations = speakers.remove(&SubmissionId(row.id)).unwrap_or_default();
            row.into_record(organizations)
        })
        .collect()
}

fn by_submission(rows: Vec<(i64, i64)>) -> BTreeMap<SubmissionId, Vec<OrganizationId>> {
    let mut speakers: BTreeMap<SubmissionId, Vec<OrganizationId>> = BTreeMap::new();
    for (submission, organization) in rows {
        speakers
            .entry(SubmissionId(submission))
            .or_default()
            .push(OrganizationId(organization));
    }
    speakers
}

/// Lists who speaks in a range of submissions.
pub async fn list_speakers(
    tx: &mut Tx,
    first: SubmissionId,
    last: SubmissionId,
) -> Result<BTreeMap<SubmissionId, Vec<OrganizationId>>, Error> {
    let rows: Vec<(i64, i64)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT submission_id, organization_id FROM submission_organization
             WHERE submission_id BETWEEN $1 AND $2 ORDER BY submission_id, organization_id",
        )
        .bind(first.0)
        .bind(last.0)
        .fetch_all(conn)
        .await?
    });
    Ok(by_submission(rows))
}

/// Lists the parts of a range of submissions, by submission and position.
pub async fn list_parts(
    tx: &mut Tx,
    first: SubmissionId,
    last: SubmissionId,
) -> Result<Vec<Part>, Error> {
    let rows: Vec<PartRow> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, submission_id, path, role, text FROM part
             WHERE submission_id BETWEEN $1 AND $2 ORDER BY submission_id, position",
        )
        .bind(first.0)
        .bind(last.0)
        .fetch_all(conn)
        .await?
    });
    Ok(rows.into_iter().map(part).collect())
}

/// Lists the parts of these submissions, at most a page of them, by submission and position.
pub async fn list_parts_of(tx: &mut Tx, ids: &[SubmissionId]) -> Result<Vec<Part>, Error> {
    let rows: Vec<PartRow> = on_engine!(tx, |conn| {
        let mut query =
            QueryBuilder::new("SELECT id, submission_id, path, role, text FROM part WHERE ");
        among(&mut query, "submission_id", ids.iter().map(|id| id.0));
        query.push(" ORDER BY submission_id, position");
        query.build_query_as().fetch_all(conn).await?
    });
    Ok(rows.into_iter().map(part).collect())
}

type PartRow = (i64, i64, String, String, String);

fn part((id, submission, path, role, text): PartRow) -> Part {
    Part {
        id: PartId(id),
        submission: SubmissionId(submission),
        path,
        role,
        text,
    }
}

/// A person's or a rule's change to what a submission is; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// New state.
    pub disposition: Option<Disposition>,
    /// New class.
    pub class: Option<ReplyClass>,
    /// New round, with the lateness it implies.
    pub round: Option<(RoundId, bool)>,
    /// Whether a person still has to look.
    pub needs_person: Option<bool>,
    /// New remark.
    pub remark: Option<String>,
    /// New relation, confirmed.
    pub relation: Option<(Relation, SubmissionId)>,
    /// New speakers.
    pub organizations: Option<Vec<OrganizationId>>,
    /// Whether a person said so: it is then never re-read.
    pub by_person: bool,
}

/// Changes what a submission is.
pub async fn update_submission(
    tx: &mut Tx,
    id: SubmissionId,
    change: &Change,
) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query(
            "UPDATE submission SET
                 disposition = COALESCE($2, disposition),
                 class = COALESCE($3, class),
                 round_id = COALESCE($4, round_id),
                 is_late = COALESCE($5, is_late),
                 needs_person = COALESCE($6, needs_person),
                 remark = COALESCE($7, remark),
                 relation = COALESCE($8, relation),
                 related_id = COALESCE($9, related_id),
                 relation_confirmed = CASE WHEN $8 IS NULL THEN relation_confirmed ELSE TRUE END,
                 is_touched = (is_touched OR $10)
             WHERE id = $1",
        )
        .bind(id.0)
        .bind(change.disposition.map(Disposition::code))
        .bind(change.class.map(ReplyClass::code))
        .bind(change.round.map(|(round, _)| round.0))
        .bind(change.round.map(|(_, is_late)| is_late))
        .bind(change.needs_person)
        .bind(change.remark.as_deref().map(storable))
        .bind(change.relation.map(|(relation, _)| relation.code()))
        .bind(change.relation.map(|(_, other)| other.0))
        .bind(change.by_person)
        .execute(conn)
        .await?;
    });
    if let Some(organizations) = &change.organizations {
        on_engine!(tx, |conn| {
            sqlx::query("DELETE FROM submission_organization WHERE submission_id = $1")
                .bind(id.0)
                .execute(conn)
                .await?;
        });
        for organization in organizations {
            on_engine!(tx, |conn| {
                sqlx::query(
                    "INSERT INTO submission_organization (submission_id, organization_id)
                     VALUES ($1, $2)",
                )
                .bind(id.0)
                .bind(organization.0)
                .execute(conn)
                .await?;
            });
        }
    }
    Ok(())
}

/// Finds earlier counted submissions with the same digest of their text.
pub async fn list_with_content(
    tx: &mut Tx,
    consultation: ConsultationId,
    content_key: &str,
    before: SubmissionId,
) -> Result<Vec<SubmissionId>, Error> {
    let rows: Vec<i64> = on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT id FROM submission WHERE consultation_id = $1 AND content_key = $2
               AND id < $3 AND row_number IS NULL AND disposition = 'counted' ORDER BY id",
        )
        .bind(consultation.0)
        .bind(content_key)
        .bind(before.0)
        .fetch_all(conn)
        .await?
    });
    Ok(rows.into_iter().map(SubmissionId).collect())
}

/// Finds submissions by the Message-ID of their mail.
pub async fn list_with_message_id(
    tx: &mut Tx,
    consultation: ConsultationId,
    message_id: &str,
    before: SubmissionId,
) -> Result<Vec<SubmissionId>, Error> {
    let rows: Vec<i64> = on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT id FROM submission WHERE consultation_id = $1 AND message_id = $2 AND id < $3
             ORDER BY id",
        )
        .bind(consultation.0)
        .bind(short_key(message_id))
        .bind(before.0)
        .fetch_all(conn)
        .await?
    });
    Ok(rows.into_iter().map(SubmissionId).collect())
}

/// Finds letters by their number and speaker.
pub async fn list_with_letter_number(
    tx: &mut Tx,
    consultation: ConsultationId,
    number: &LetterNumber,
    before: SubmissionId,
) -> Result<Vec<SubmissionId>, Error> {
    let rows: Vec<i64> = on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT id FROM submission WHERE consultation_id = $1 AND letter_number = $2
               AND id < $3 AND row_number IS NULL ORDER BY id",
        )
        .bind(consultation.0)
        .bind(number.as_str())
        .bind(before.0)
        .fetch_all(conn)
        .await?
    });
    Ok(rows.into_iter().map(SubmissionId).collect())
}

/// Lists the distinct originals of all submissions, batches, containers and held tables.
pub async fn list_blobs(tx: &mut Tx) -> Result<Vec<ContentHash>, Error> {
    let rows: Vec<String> = on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT blob_hash FROM batch UNION SELECT blob_hash FROM container
             UNION SELECT blob_hash FROM kept_file UNION SELECT blob_hash FROM submission
             WHERE row_number IS NULL AND disposition <> 'purged' ORDER BY 1",
        )
        .fetch_all(conn)
        .await?
    });
    rows.iter()
        .map(|text| known(ContentHash::parse(text), "submission", "blob_hash"))
        .collect()
}
