//! Batches, submissions and the texts of their parts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::Date;
use sqlx::FromRow;

use super::engine::on_engine;
use super::evidence::{evidence_from_json, evidence_to_json};
use super::points::{self, NewPoint};
use super::{Error, Tx, bulk, known, short_key, storable};
use crate::domain::{
    BatchId, Channel, ConsultationId, ContentHash, Disposition, Evidence, LetterNumber,
    OrganizationId, PartId, Relation, ReplyClass, RoundId, SubmissionId,
};

/// What is known of a submission once its bytes are safe.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The dossier.
    pub consultation: ConsultationId,
    /// The import it came with.
    pub batch: Option<BatchId>,
    /// How it came.
    pub channel: Channel,
    /// Unique within consultation and channel.
    pub external_id: String,
    /// The original.
    pub blob: ContentHash,
    /// 1-based physical line, for rows of a table.
    pub row_number: Option<u64>,
    /// File name.
    pub source: String,
    /// When we received it, microseconds since 1970.
    pub received_us: i64,
}

/// What was understood of a submission.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// The round it answers.
    pub round: Option<RoundId>,
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
    /// Subject of the mail or letter.
    pub subject: Option<String>,
    /// The sender as written.
    pub sender: Option<String>,
    /// The mail's Message-ID.
    pub message_id: Option<String>,
    /// What it is to another submission, and whether that is certain.
    pub relation: Option<(Relation, SubmissionId, bool)>,
    /// Why it is not counted, or why a person has to look; Vietnamese.
    pub remark: Option<String>,
    /// Digest of a row's mapped cells and ordinal.
    pub row_key: Option<String>,
    /// Digest of its folded text.
    pub content_key: Option<String>,
    /// Why we believe all this; spans point into the first part.
    pub evidence: Vec<Evidence>,
    /// Who speaks.
    pub organizations: Vec<OrganizationId>,
    /// Texts.
    pub parts: Vec<NewPart>,
    /// Ideas.
    pub points: Vec<NewPoint>,
    /// Version of the rules that understood it.
    pub rules_version: i64,
}

/// The text of one part, normalized.
#[derive(Debug, Clone)]
pub struct NewPart {
    /// Where it was: "nội dung thư", "`gop_y.docx`".
    pub path: String,
    /// Code of its role: body, attachment, quoted, signature, row, typed.
    pub role: &'static str,
    /// Which reader made the text.
    pub extractor: Cow<'static, str>,
    /// The text.
    pub text: String,
}

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

/// A stored import.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Batch {
    /// Key.
    pub id: i64,
    /// Round asked for at import.
    pub round_id: Option<i64>,
    /// File name.
    pub file_name: String,
    /// Original.
    pub blob_hash: String,
    /// Last physical row whose points are durable.
    pub committed_row: i64,
    /// Whether the whole file is in.
    pub is_complete: bool,
}

/// Adds a batch.
pub async fn insert_batch(
    tx: &mut Tx,
    consultation: ConsultationId,
    round: Option<RoundId>,
    file_name: &str,
    blob: ContentHash,
    actor: &str,
    now_us: i64,
) -> Result<BatchId, Error> {
    let id = tx.take_ids("batch", 1).await?;
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO batch (id, consultation_id, round_id, file_name, blob_hash, actor,
                 started_us, committed_row, is_complete)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 0, FALSE)",
        )
        .bind(id)
        .bind(consultation.0)
        .bind(round.map(|round| round.0))
        .bind(storable(file_name))
        .bind(blob.to_string())
        .bind(storable(actor))
        .bind(now_us)
        .execute(conn)
        .await?;
    });
    Ok(BatchId(id))
}

/// Finds the batch that imported the same bytes before.
pub async fn find_batch(
    tx: &mut Tx,
    consultation: ConsultationId,
    blob: ContentHash,
) -> Result<Option<Batch>, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, round_id, file_name, blob_hash, committed_row, is_complete FROM batch
             WHERE consultation_id = $1 AND blob_hash = $2 ORDER BY id LIMIT 1",
        )
        .bind(consultation.0)
        .bind(blob.to_string())
        .fetch_optional(conn)
        .await?
    }))
}

/// Lists batches that were cut off in the middle.
pub async fn list_unfinished_batches(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<Vec<Batch>, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, round_id, file_name, blob_hash, committed_row, is_complete FROM batch
             WHERE consultation_id = $1 AND NOT is_complete ORDER BY id",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    }))
}

/// Records how far a batch is.
pub async fn update_batch(
    tx: &mut Tx,
    batch: BatchId,
    committed_row: u64,
    is_complete: bool,
) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("UPDATE batch SET committed_row = $2, is_complete = $3 WHERE id = $1")
            .bind(batch.0)
            .bind(i64::try_from(committed_row).unwrap_or(i64::MAX))
            .bind(is_complete)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// Whether any rows of tables were imported before `batch`.
pub async fn has_earlier_rows(
    tx: &mut Tx,
    consultation: ConsultationId,
    batch: BatchId,
) -> Result<bool, Error> {
    let found: Option<i64> = on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT id FROM batch WHERE consultation_id = $1 AND id <> $2 AND committed_row > 0
             LIMIT 1",
        )
        .bind(consultation.0)
        .bind(batch.0)
        .fetch_optional(conn)
        .await?
    });
    Ok(found.is_some())
}

/// Lists the row keys of all table rows of a consultation, for recognizing rows of earlier files.
pub async fn list_row_keys(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<Vec<String>, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT row_key FROM submission
             WHERE consultation_id = $1 AND row_key IS NOT NULL AND disposition <> 'undone'",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    }))
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

/// Adds a submission whose bytes are safe but not read yet.
pub async fn claim(tx: &mut Tx, claim: &Claim, arrived_on: Date) -> Result<SubmissionId, Error> {
    let id = tx.take_ids("submission", 1).await?;
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO submission (id, consultation_id, batch_id, channel, external_id,
                 blob_hash, row_number, source, state, disposition, received_us, arrived_on,
                 is_late, needs_person, relation_confirmed, evidence, rules_version, is_touched)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'received', 'unread', $9, $10,
                 FALSE, FALSE, FALSE, '[]', 0, FALSE)",
        )
        .bind(id)
        .bind(claim.consultation.0)
        .bind(claim.batch.map(|batch| batch.0))
        .bind(claim.channel.code())
        .bind(&claim.external_id)
        .bind(claim.blob.to_string())
        .bind(claim.row_number.and_then(|row| i64::try_from(row).ok()))
        .bind(storable(&claim.source))
        .bind(claim.received_us)
        .bind(arrived_on.to_string())
        .execute(conn)
        .await?;
    });
    Ok(SubmissionId(id))
}

/// Records what was understood of a claimed submission: its row, parts and points.
///
/// # Errors
/// [`Error::Stale`] when it has been settled already.
pub async fn settle(
    tx: &mut Tx,
    id: SubmissionId,
    consultation: ConsultationId,
    settlement: &Settlement,
) -> Result<(), Error> {
    let (relation, related, confirmed) = relation_columns(settlement);
    let n_rows = on_engine!(tx, |conn| {
        sqlx::query(
            "UPDATE submission SET state = 'settled', round_id = $2, disposition = $3, class = $4,
                 arrived_on = $5, is_late = $6, needs_person = $7, letter_number = $8,
                 letter_date = $9, subject = $10, sender = $11, message_id = $12, relation = $13,
                 related_id = $14, relation_confirmed = $15, remark = $16, row_key = $17,
                 content_key = $18, evidence = $19, rules_version = $20
             WHERE id = $1 AND state = 'received'",
        )
        .bind(id.0)
        .bind(settlement.round.map(|round| round.0))
        .bind(settlement.disposition.code())
        .bind(settlement.class.map(ReplyClass::code))
        .bind(settlement.arrived_on.to_string())
        .bind(settlement.is_late)
        .bind(settlement.needs_person)
        .bind(settlement.letter_number.as_ref().map(LetterNumber::as_str))
        .bind(settlement.letter_date.map(|date| date.to_string()))
        .bind(settlement.subject.as_deref().map(storable))
        .bind(settlement.sender.as_deref().map(storable))
        .bind(settlement.message_id.as_deref().map(short_key))
        .bind(relation)
        .bind(related)
        .bind(confirmed)
        .bind(settlement.remark.as_deref().map(storable))
        .bind(&settlement.row_key)
        .bind(&settlement.content_key)
        .bind(evidence_to_json(&settlement.evidence))
        .bind(settlement.rules_version)
        .execute(conn)
        .await?
        .rows_affected()
    });
    if n_rows != 1 {
        return Err(Error::Stale {
            table: "submission",
            id: id.0,
        });
    }
    insert_contents(tx, consultation, &[(id, settlement)]).await
}

fn relation_columns(settlement: &Settlement) -> (Option<&'static str>, Option<i64>, bool) {
    match settlement.relation {
        Some((relation, other, confirmed)) => (Some(relation.code()), Some(other.0), confirmed),
        None => (None, None, false),
    }
}

/// Adds rows of a table, received and understood at once. Returns their keys, which are
/// consecutive and in order.
pub async fn insert_rows(
    tx: &mut Tx,
    rows: &[(Claim, Settlement)],
) -> Result<Vec<SubmissionId>, Error> {
    let Some((first_claim, _)) = rows.first() else {
        return Ok(Vec::new());
    };
    let first = tx.take_ids("submission", rows.len()).await?;
    let ids: Vec<SubmissionId> = (first..).take(rows.len()).map(SubmissionId).collect();
    let keyed: Vec<_> = ids.iter().copied().zip(rows).collect();
    bulk::insert(
        tx,
        "submission",
        "id, consultation_id, round_id, batch_id, channel, external_id, blob_hash, row_number,
         source, state, disposition, class, received_us, arrived_on, is_late, needs_person,
         letter_number, letter_date, subject, sender, message_id, relation, related_id,
         relation_confirmed, remark, row_key, content_key, evidence, rules_version, is_touched",
        &keyed,
        |(id, (claim, settlement)), row| {
            let (relation, related, confirmed) = relation_columns(settlement);
            row.integer(id.0)
                .integer(claim.consultation.0)
                .integer(settlement.round.map(|round| round.0))
                .integer(claim.batch.map(|batch| batch.0))
                .text(claim.channel.code())
                .text(claim.external_id.as_str())
                .text(claim.blob.to_string().as_str())
                .integer(claim.row_number.and_then(|row| i64::try_from(row).ok()))
                .text(claim.source.as_str())
                .text("settled")
                .text(settlement.disposition.code())
                .text(settlement.class.map(ReplyClass::code))
                .integer(claim.received_us)
                .text(settlement.arrived_on.to_string().as_str())
                .boolean(settlement.is_late)
                .boolean(settlement.needs_person)
                .text(settlement.letter_number.as_ref().map(LetterNumber::as_str))
                .text(
                    settlement
                        .letter_date
                        .map(|date| date.to_string())
                        .as_deref(),
                )
                .text(settlement.subject.as_deref())
                .text(settlement.sender.as_deref())
                .text(settlement.message_id.as_deref().map(short_key).as_deref())
                .text(relation)
                .integer(related)
                .boolean(confirmed)
                .text(settlement.remark.as_deref())
                .text(settlement.row_key.as_deref())
                .text(settlement.content_key.as_deref())
                .text(evidence_to_json(&settlement.evidence).as_str())
                .integer(settlement.rules_version)
                .boolean(false);
        },
    )
    .await?;
    let contents: Vec<_> = keyed
        .iter()
        .map(|(id, (_, settlement))| (*id, settlement))
        .collect();
    insert_contents(tx, first_claim.consultation, &contents).await?;
    Ok(ids)
}

/// Adds the organizations, parts and points of settled submissions.
async fn insert_contents(
    tx: &mut Tx,
    consultation: ConsultationId,
    settled: &[(SubmissionId, &Settlement)],
) -> Result<(), Error> {
    let speakers: Vec<(i64, i64)> = settled
        .iter()
        .flat_map(|(id, settlement)| settlement.organizations.iter().map(|o| (id.0, o.0)))
        .collect();
    bulk::insert(
        tx,
        "submission_organization",
        "submission_id, organization_id",
        &speakers,
        |(submission, organization), row| {
            row.integer(*submission).integer(*organization);
        },
    )
    .await?;
    let n_parts = settled
        .iter()
        .map(|(_, settlement)| settlement.parts.len())
        .sum();
    if n_parts == 0 {
        return Ok(());
    }
    let first_part = tx.take_ids("part", n_parts).await?;
    let parts: Vec<(i64, SubmissionId, i64, &NewPart)> = (first_part..)
        .zip(settled.iter().flat_map(|(id, settlement)| {
            (0..)
                .zip(&settlement.parts)
                .map(move |(position, part)| (*id, position, part))
        }))
        .map(|(key, (id, position, part))| (key, id, position, part))
        .collect();
    bulk::insert(
        tx,
        "part",
        "id, submission_id, position, path, role, extractor, text",
        &parts,
        |(key, id, position, part), row| {
            row.integer(*key)
                .integer(id.0)
                .integer(*position)
                .text(part.path.as_str())
                .text(part.role)
                .text(part.extractor.as_ref())
                .text(part.text.as_str());
        },
    )
    .await?;
    points::insert_points(tx, consultation, first_part, settled).await
}

#[derive(FromRow)]
struct SubmissionRow {
    id: i64,
    consultation_id: i64,
    round_id: Option<i64>,
    batch_id: Option<i64>,
    channel: String,
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

async fn with_speakers(tx: &mut Tx, rows: Vec<SubmissionRow>) -> Result<Vec<Submission>, Error> {
    let (Some(first), Some(last)) = (
        rows.iter().map(|row| row.id).min(),
        rows.iter().map(|row| row.id).max(),
    ) else {
        return Ok(Vec::new());
    };
    let mut speakers = list_speakers(tx, SubmissionId(first), SubmissionId(last)).await?;
    rows.into_iter()
        .map(|row| {
            let organizations = speakers.remove(&SubmissionId(row.id)).unwrap_or_default();
            row.into_record(organizations)
        })
        .collect()
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
    let mut speakers: BTreeMap<SubmissionId, Vec<OrganizationId>> = BTreeMap::new();
    for (submission, organization) in rows {
        speakers
            .entry(SubmissionId(submission))
            .or_default()
            .push(OrganizationId(organization));
    }
    Ok(speakers)
}

/// Lists the parts of a range of submissions, by submission and position.
pub async fn list_parts(
    tx: &mut Tx,
    first: SubmissionId,
    last: SubmissionId,
) -> Result<Vec<Part>, Error> {
    let rows: Vec<(i64, i64, String, String, String)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, submission_id, path, role, text FROM part
             WHERE submission_id BETWEEN $1 AND $2 ORDER BY submission_id, position",
        )
        .bind(first.0)
        .bind(last.0)
        .fetch_all(conn)
        .await?
    });
    Ok(rows
        .into_iter()
        .map(|(id, submission, path, role, text)| Part {
            id: PartId(id),
            submission: SubmissionId(submission),
            path,
            role,
            text,
        })
        .collect())
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
        bulk::insert(
            tx,
            "submission_organization",
            "submission_id, organization_id",
            organizations,
            |organization, row| {
                row.integer(id.0).integer(organization.0);
            },
        )
        .await?;
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

/// Lists the distinct originals of all submissions and batches.
pub async fn list_blobs(tx: &mut Tx) -> Result<Vec<ContentHash>, Error> {
    let rows: Vec<String> = on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT blob_hash FROM batch UNION SELECT blob_hash FROM submission
             WHERE row_number IS NULL AND disposition <> 'purged' ORDER BY 1",
        )
        .fetch_all(conn)
        .await?
    });
    rows.iter()
        .map(|text| known(ContentHash::parse(text), "submission", "blob_hash"))
        .collect()
}
