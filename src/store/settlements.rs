//! Taking in: a submission is claimed when its bytes are safe, and settled when it has been read;
//! rows of a table are both at once.

use std::borrow::Cow;

use jiff::civil::Date;

use super::engine::on_engine;
use super::evidence::evidence_to_json;
use super::points::{self, NewPoint};
use super::{Error, Tx, bulk, ledger, page_maps, short_key, storable};
use crate::domain::{
    BatchId, Channel, ConsultationId, ContentHash, Disposition, Evidence, LetterNumber,
    OrganizationId, PageMap, Relation, ReplyClass, RoundId, SubmissionId,
};

/// What is known of a submission once its bytes are safe.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The dossier.
    pub consultation: ConsultationId,
    /// The round a person said it answers; reading it may need that word again after a crash.
    pub round: Option<RoundId>,
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

impl Claim {
    /// A letter, known by its bytes.
    pub fn letter(
        consultation: ConsultationId,
        round: Option<RoundId>,
        channel: Channel,
        blob: ContentHash,
        source: String,
        received_us: i64,
    ) -> Self {
        Self {
            consultation,
            round,
            batch: None,
            channel,
            external_id: blob.to_string(),
            blob,
            row_number: None,
            source,
            received_us,
        }
    }
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
    /// Where it stood on paper.
    pub map: PageMap,
}

/// Adds a submission whose bytes are safe but not read yet.
pub async fn claim(tx: &mut Tx, claim: &Claim, arrived_on: Date) -> Result<SubmissionId, Error> {
    let id = tx.take_ids("submission", 1).await?;
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO submission (id, consultation_id, batch_id, channel, external_id,
                 blob_hash, row_number, source, state, disposition, received_us, arrived_on,
                 round_id, is_late, needs_person, relation_confirmed, evidence, rules_version,
                 is_touched)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'received', 'unread', $9, $10, $11,
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
        .bind(claim.round.map(|round| round.0))
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
    insert_contents(tx, consultation, &[(id, settlement)]).await?;
    Ok(())
}

fn relation_columns(settlement: &Settlement) -> (Option<&'static str>, Option<i64>, bool) {
    match settlement.relation {
        Some((relation, other, confirmed)) => (Some(relation.code()), Some(other.0), confirmed),
        None => (None, None, false),
    }
}

/// Rows that were added, and the keys they got.
#[derive(Debug, Clone)]
pub struct Inserted {
    /// Keys of the submissions, consecutive and in order.
    pub submissions: Vec<SubmissionId>,
    /// Key of the first point; those of the others follow in order.
    pub first_point: i64,
    /// What never changes of them, as [`ledger`] covers it.
    pub(super) content: Vec<u8>,
}

/// Adds rows of a table, received and understood at once; `None` when there are none.
pub async fn insert_rows(
    tx: &mut Tx,
    rows: &[(Claim, Settlement)],
) -> Result<Option<Inserted>, Error> {
    let Some((first_claim, _)) = rows.first() else {
        return Ok(None);
    };
    let consultation = first_claim.consultation;
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
    let (first_part, first_point) = insert_contents(tx, consultation, &contents).await?;
    Ok(Some(Inserted {
        content: content_of(&keyed, first_part),
        submissions: ids,
        first_point,
    }))
}

/// What the ledger covers of rows that were just added: the same as it reads back to verify.
fn content_of(rows: &[(SubmissionId, &(Claim, Settlement))], first_part: i64) -> Vec<u8> {
    let mut content = ledger::Content::default();
    for (id, (claim, _)) in rows {
        content.add(format_args!(
            "{id} {} {} {} {}",
            claim.channel.code(),
            storable(&claim.external_id),
            claim.blob,
            claim.received_us
        ));
    }
    let parts = rows
        .iter()
        .flat_map(|(id, (_, settlement))| settlement.parts.iter().map(move |part| (id, part)));
    for (key, (id, part)) in (first_part..).zip(parts) {
        content.add(format_args!(
            "{key} {id} {} {} {}",
            storable(&part.path),
            part.role,
            storable(&part.text)
        ));
    }
    content.finish()
}

/// Adds the organizations, parts and points of settled submissions. Returns the keys of the first
/// part and the first point; 0 when there are none.
async fn insert_contents(
    tx: &mut Tx,
    consultation: ConsultationId,
    settled: &[(SubmissionId, &Settlement)],
) -> Result<(i64, i64), Error> {
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
        return Ok((0, 0));
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
    let maps: Vec<(i64, &PageMap)> = parts
        .iter()
        .filter(|(_, _, _, part)| !part.map.is_empty())
        .map(|(key, _, _, part)| (*key, &part.map))
        .collect();
    page_maps::insert_maps(tx, &maps).await?;
    let first_point = points::insert_points(tx, consultation, first_part, settled).await?;
    Ok((first_part, first_point))
}
