//! The outbox: letters to send, and what became of each.

use sqlx::FromRow;

use super::engine::on_engine;
use super::{Error, Tx, known, storable};
use crate::domain::{
    ConsultationId, ContentHash, MailKind, MailState, OrganizationId, RoundId, SubmissionId,
};

/// A letter to queue.
#[derive(Debug, Clone)]
pub struct NewMail {
    /// The dossier.
    pub consultation: ConsultationId,
    /// The round it is about.
    pub round: Option<RoundId>,
    /// Who gets it.
    pub organization: Option<OrganizationId>,
    /// The reply it acknowledges.
    pub submission: Option<SubmissionId>,
    /// What it is.
    pub kind: MailKind,
    /// What it is sent for; a second letter for the same is not queued.
    pub occasion: String,
    /// The address it goes to.
    pub recipient: String,
    /// What stands after the `@`.
    pub domain: String,
    /// Its subject.
    pub subject: String,
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
    /// The whole letter.
    pub blob: ContentHash,
    /// Who ordered it.
    pub actor: String,
    /// When, microseconds since 1970.
    pub queued_us: i64,
}

/// A letter in the outbox.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Key.
    pub id: i64,
    /// What was queued.
    pub content: NewMail,
    /// Where it stands.
    pub state: MailState,
    /// Attempts so far.
    pub n_tries: i64,
    /// Not before, microseconds since 1970.
    pub due_us: i64,
    /// The last attempt.
    pub tried_us: Option<i64>,
    /// The server's last words, or why there were none.
    pub answer: Option<String>,
    /// The report that it could not be delivered.
    pub bounced_by: Option<SubmissionId>,
}

#[derive(FromRow)]
struct Stored {
    id: i64,
    consultation_id: i64,
    round_id: Option<i64>,
    organization_id: Option<i64>,
    submission_id: Option<i64>,
    kind: String,
    occasion: String,
    recipient: String,
    domain: String,
    subject: String,
    message_id: String,
    blob_hash: String,
    actor: String,
    queued_us: i64,
    state: String,
    n_tries: i64,
    due_us: i64,
    tried_us: Option<i64>,
    answer: Option<String>,
    bounced_by: Option<i64>,
}

const TABLE: &str = "outbox";

impl Stored {
    fn read(self) -> Result<Mail, Error> {
        Ok(Mail {
            id: self.id,
            content: NewMail {
                consultation: ConsultationId(self.consultation_id),
                round: self.round_id.map(RoundId),
                organization: self.organization_id.map(OrganizationId),
                submission: self.submission_id.map(SubmissionId),
                kind: known(MailKind::parse(&self.kind), TABLE, "kind")?,
                occasion: self.occasion,
                recipient: self.recipient,
                domain: self.domain,
                subject: self.subject,
                message_id: self.message_id,
                blob: known(ContentHash::parse(&self.blob_hash), TABLE, "blob_hash")?,
                actor: self.actor,
                queued_us: self.queued_us,
            },
            state: known(MailState::parse(&self.state), TABLE, "state")?,
            n_tries: self.n_tries,
            due_us: self.due_us,
            tried_us: self.tried_us,
            answer: self.answer,
            bounced_by: self.bounced_by.map(SubmissionId),
        })
    }
}

/// Queues a letter. `None` when one for the same occasion is there already.
pub async fn queue(tx: &mut Tx, mail: &NewMail) -> Result<Option<i64>, Error> {
    let id = tx.take_ids(TABLE, 1).await?;
    let n_rows = on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO outbox (id, consultation_id, round_id, organization_id, submission_id,
                 kind, occasion, recipient, domain, subject, message_id, blob_hash, actor,
                 queued_us, state, n_tries, due_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'queued', 0, $14)
             ON CONFLICT (occasion) DO NOTHING",
        )
        .bind(id)
        .bind(mail.consultation.0)
        .bind(mail.round.map(|round| round.0))
        .bind(mail.organization.map(|organization| organization.0))
        .bind(mail.submission.map(|submission| submission.0))
        .bind(mail.kind.code())
        .bind(storable(&mail.occasion))
        .bind(storable(&mail.recipient))
        .bind(storable(&mail.domain))
        .bind(storable(&mail.subject))
        .bind(storable(&mail.message_id))
        .bind(mail.blob.to_string())
        .bind(storable(&mail.actor))
        .bind(mail.queued_us)
        .execute(conn)
        .await?
        .rows_affected()
    });
    Ok((n_rows == 1).then_some(id))
}

/// Which letters to list.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    /// Of a dossier, newest first.
    Of(ConsultationId),
    /// One.
    One(i64),
    /// Those whose outcome is open: waiting, or being sent when a process ended.
    Open,
}

/// Lists letters.
pub async fn list_mails(tx: &mut Tx, which: Which) -> Result<Vec<Mail>, Error> {
    let (sql, value) = match which {
        Which::Of(consultation) => (
            "SELECT * FROM outbox WHERE consultation_id = $1 ORDER BY id DESC",
            consultation.0,
        ),
        Which::One(id) => ("SELECT * FROM outbox WHERE id = $1", id),
        Which::Open => (
            "SELECT * FROM outbox WHERE state IN ('queued', 'sending', 'handed') AND id > $1
             ORDER BY due_us, id",
            0,
        ),
    };
    let rows: Vec<Stored> = on_engine!(tx, |conn| {
        sqlx::query_as(sql).bind(value).fetch_all(conn).await?
    });
    rows.into_iter().map(Stored::read).collect()
}

/// Finds the letter with a Message-ID.
pub async fn find_by_message_id(tx: &mut Tx, message_id: &str) -> Result<Option<Mail>, Error> {
    let row: Option<Stored> = on_engine!(tx, |conn| {
        sqlx::query_as("SELECT * FROM outbox WHERE message_id = $1")
            .bind(storable(message_id))
            .fetch_optional(conn)
            .await?
    });
    row.map(Stored::read).transpose()
}

/// Whether a letter for an occasion was queued.
pub async fn has_occasion(tx: &mut Tx, occasion: &str) -> Result<bool, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM outbox WHERE occasion = $1)")
            .bind(storable(occasion))
            .fetch_one(conn)
            .await?
    }))
}

/// What changes of a letter.
#[derive(Debug, Clone, Default)]
pub struct Change<'a> {
    /// The state it must still be in.
    pub from: Option<MailState>,
    /// Its new state.
    pub to: Option<MailState>,
    /// Whether an attempt begins now.
    pub is_attempt: bool,
    /// When, microseconds since 1970.
    pub now_us: i64,
    /// Not before, when it is tried again.
    pub due_us: Option<i64>,
    /// The server's words.
    pub answer: Option<&'a str>,
    /// The report that it could not be delivered.
    pub bounced_by: Option<SubmissionId>,
}

/// Changes a letter. `false` when it is no longer in the state it must be in.
pub async fn change(tx: &mut Tx, id: i64, change: &Change<'_>) -> Result<bool, Error> {
    let n_rows = on_engine!(tx, |conn| {
        sqlx::query(
            "UPDATE outbox SET state = COALESCE($3, state), n_tries = n_tries + $4,
                 tried_us = CASE WHEN $4 = 1 THEN $5 ELSE tried_us END,
                 due_us = COALESCE($6, due_us), answer = COALESCE($7, answer),
                 bounced_by = COALESCE($8, bounced_by)
             WHERE id = $1 AND ($2 IS NULL OR state = $2)",
        )
        .bind(id)
        .bind(change.from.map(MailState::code))
        .bind(change.to.map(MailState::code))
        .bind(i64::from(change.is_attempt))
        .bind(change.now_us)
        .bind(change.due_us)
        .bind(change.answer.map(storable))
        .bind(change.bounced_by.map(|submission| submission.0))
        .execute(conn)
        .await?
        .rows_affected()
    });
    Ok(n_rows == 1)
}

/// How many letters to a domain were tried since a moment.
pub async fn count_tried(tx: &mut Tx, domain: &str, since_us: i64) -> Result<i64, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_scalar("SELECT COUNT(*) FROM outbox WHERE domain = $1 AND tried_us > $2")
            .bind(storable(domain))
            .bind(since_us)
            .fetch_one(conn)
            .await?
    }))
}

/// How many letters of a kind were queued to an address since a moment.
pub async fn count_queued(
    tx: &mut Tx,
    kind: MailKind,
    recipient: &str,
    since_us: i64,
) -> Result<i64, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT COUNT(*) FROM outbox WHERE kind = $1 AND recipient = $2 AND queued_us > $3",
        )
        .bind(kind.code())
        .bind(storable(recipient))
        .bind(since_us)
        .fetch_one(conn)
        .await?
    }))
}

/// The originals of all letters.
pub async fn list_blobs(tx: &mut Tx) -> Result<Vec<ContentHash>, Error> {
    let hashes: Vec<String> = on_engine!(tx, |conn| {
        sqlx::query_scalar("SELECT blob_hash FROM outbox")
            .fetch_all(conn)
            .await?
    });
    hashes
        .iter()
        .map(|hash| known(ContentHash::parse(hash), TABLE, "blob_hash"))
        .collect()
}
