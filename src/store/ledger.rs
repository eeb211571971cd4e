//! One append-only list of everything that changed: audit trail and feed of the index (DESIGN 3.10).
//!
//! An entry names a range of rows; its digest covers what of those rows never changes, so that
//! [`verify`] notices an altered text, a lost row or a missing entry. Appending is the last step of
//! a transaction: it locks the head row, so that `seq` is commit order.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use sqlx::{FromRow, Row};

use super::engine::on_engine;
use super::settlements::Inserted;
use super::{Error, Tx, storable};

/// What happened, and to which table `first_id..=last_id` belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// A consultation, its documents, drafts or rounds were set up.
    ConsultationSet,
    /// A further draft of a document was added.
    DraftAdded,
    /// A person said what became of sections in a draft.
    DraftAligned,
    /// Organizations were added or changed.
    CatalogSet,
    /// Submissions were received: their bytes are kept, nothing is understood yet.
    SubmissionsClaimed,
    /// Submissions were read: parts and points exist.
    SubmissionsSettled,
    /// Rows of a table were received and read at once.
    RowsImported,
    /// A person or a rule changed what submissions are: sender, round, disposition.
    SubmissionsChanged,
    /// A person changed points: section, scope, leadership.
    PointsChanged,
    /// Internal notes about points were written.
    NotesAdded,
    /// Sections were assigned to drafters.
    AssignmentsSet,
    /// Stock phrases were added or removed.
    PhrasesSet,
    /// New versions of answers.
    ResponsesSaved,
    /// The program proposed groups of points that say the same, or no longer proposes some.
    GroupsProposed,
    /// A person confirmed or changed groups: what points are answered through changed.
    GroupsChanged,
    /// Files came by a page and are kept: on their way in, or to be looked at first.
    FilesKept,
    /// A person decided about tables that were looked at first: taken in, or thrown away.
    FilesDecided,
    /// A person said what the columns of tables with one header hold, or no longer says so.
    ArrangementsSet,
    /// A batch, or a letter, was undone.
    BatchUndone,
    /// How reports are headed and signed was saved, for a consultation or the office.
    LetterheadSet,
    /// Reports were frozen.
    ReportsFrozen,
    /// Frozen reports were handed in, approved by a step of the chain, or returned.
    ReportsReviewed,
    /// Frozen reports were issued: number, day, signed file.
    ReportsIssued,
    /// Letters were put into the outbox.
    MailsQueued,
    /// What became of letters in the outbox: sent, refused, come back, or a person's word about them.
    MailsChanged,
    /// Accounts were added, or their roles or passwords changed.
    AccountsChanged,
}

impl Action {
    const ALL: [Self; 26] = [
        Self::ConsultationSet,
        Self::DraftAdded,
        Self::DraftAligned,
        Self::CatalogSet,
        Self::SubmissionsClaimed,
        Self::SubmissionsSettled,
        Self::RowsImported,
        Self::SubmissionsChanged,
        Self::PointsChanged,
        Self::NotesAdded,
        Self::AssignmentsSet,
        Self::PhrasesSet,
        Self::ResponsesSaved,
        Self::GroupsProposed,
        Self::GroupsChanged,
        Self::FilesKept,
        Self::FilesDecided,
        Self::ArrangementsSet,
        Self::BatchUndone,
        Self::LetterheadSet,
        Self::ReportsFrozen,
        Self::ReportsReviewed,
        Self::ReportsIssued,
        Self::MailsQueued,
        Self::MailsChanged,
        Self::AccountsChanged,
    ];

    /// The stable code in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::ConsultationSet => "consultation.set",
            Self::DraftAdded => "draft.added",
            Self::DraftAligned => "draft.aligned",
            Self::CatalogSet => "catalog.set",
            Self::SubmissionsClaimed => "submissions.claimed",
            Self::SubmissionsSettled => "submissions.settled",
            Self::RowsImported => "rows.imported",
            Self::SubmissionsChanged => "submissions.changed",
            Self::PointsChanged => "points.changed",
            Self::NotesAdded => "notes.added",
            Self::AssignmentsSet => "assignments.set",
            Self::PhrasesSet => "phrases.set",
            Self::ResponsesSaved => "responses.saved",
            Self::GroupsProposed => "groups.proposed",
            Self::GroupsChanged => "groups.changed",
            Self::FilesKept => "files.kept",
            Self::FilesDecided => "files.decided",
            Self::ArrangementsSet => "arrangements.set",
            Self::BatchUndone => "batch.undone",
            Self::LetterheadSet => "letterhead.set",
            Self::ReportsFrozen => "reports.frozen",
            Self::ReportsReviewed => "reports.reviewed",
            Self::ReportsIssued => "reports.issued",
            Self::MailsQueued => "mails.queued",
            Self::MailsChanged => "mails.changed",
            Self::AccountsChanged => "accounts.changed",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.code() == code)
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Commit order, from 1, without gaps.
    pub seq: i64,
    /// When, in microseconds since 1970.
    pub at_us: i64,
    /// Who.
    pub actor: String,
    /// What.
    pub action: Action,
    /// First row concerned.
    pub first_id: i64,
    /// Last row concerned.
    pub last_id: i64,
}

#[derive(FromRow)]
struct Stored {
    seq: i64,
    at_us: i64,
    actor: String,
    action: String,
    first_id: i64,
    last_id: i64,
    digest: String,
    prev_hash: String,
    hash: String,
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            out.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
            out.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
            out
        })
}

/// Adds a field so that neighbors cannot be confused: length first.
fn absorb(hasher: &mut Sha256, field: &[u8]) {
    hasher.update(u64::try_from(field.len()).unwrap_or(u64::MAX).to_le_bytes());
    hasher.update(field);
}

fn chain_hash(row: &Stored) -> String {
    let mut hasher = Sha256::new();
    for number in [row.seq, row.at_us, row.first_id, row.last_id] {
        hasher.update(number.to_le_bytes());
    }
    for field in [&row.actor, &row.action, &row.digest, &row.prev_hash] {
        absorb(&mut hasher, field.as_bytes());
    }
    hex(&hasher.finalize())
}

fn salted(salt: &str, content: &[u8]) -> String {
    let mut hasher = Sha256::new();
    absorb(&mut hasher, salt.as_bytes());
    hasher.update(content);
    hex(&hasher.finalize())
}

/// What an entry covers of the rows it names, row by row.
#[derive(Default)]
pub(super) struct Content {
    hasher: Sha256,
    row: String,
}

impl Content {
    /// Adds a row.
    pub(super) fn add(&mut self, row: std::fmt::Arguments<'_>) {
        self.row.clear();
        // Writing to a `String` cannot fail.
        let _ = std::fmt::Write::write_fmt(&mut self.row, row);
        absorb(&mut self.hasher, self.row.as_bytes());
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.hasher.finalize().to_vec()
    }
}

/// Appends an entry; the last step of every writing transaction. Returns its `seq`.
pub async fn append(
    tx: &mut Tx,
    at_us: i64,
    actor: &str,
    action: Action,
    first_id: i64,
    last_id: i64,
) -> Result<i64, Error> {
    let content = content(tx, action, first_id, last_id).await?;
    append_content(tx, at_us, actor, action, (first_id, last_id), &content).await
}

/// Appends the entry for rows of a table that were just added; what it covers of them is known
/// without reading them back. Returns its `seq`.
pub async fn append_rows(
    tx: &mut Tx,
    at_us: i64,
    actor: &str,
    inserted: &Inserted,
) -> Result<i64, Error> {
    let ids = &inserted.submissions;
    let first = ids.first().map_or(0, |id| id.0);
    let last = ids.last().map_or(0, |id| id.0);
    let action = Action::RowsImported;
    append_content(tx, at_us, actor, action, (first, last), &inserted.content).await
}

async fn append_content(
    tx: &mut Tx,
    at_us: i64,
    actor: &str,
    action: Action,
    (first_id, last_id): (i64, i64),
    content: &[u8],
) -> Result<i64, Error> {
    let mut salt = [0_u8; 16];
    getrandom::fill(&mut salt).map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))?;
    let salt = hex(&salt);
    let (seq, prev_hash): (i64, String) = on_engine!(tx, |conn| {
        sqlx::query_as("UPDATE ledger_head SET seq = seq + 1 WHERE id = 1 RETURNING seq, hash")
            .fetch_one(conn)
            .await?
    });
    let mut row = Stored {
        seq,
        at_us,
        actor: storable(actor).into_owned(),
        action: action.code().to_owned(),
        first_id,
        last_id,
        digest: salted(&salt, content),
        prev_hash,
        hash: String::new(),
    };
    row.hash = chain_hash(&row);
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO ledger
             (seq, at_us, actor, action, first_id, last_id, digest, prev_hash, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(row.seq)
        .bind(row.at_us)
        .bind(&row.actor)
        .bind(&row.action)
        .bind(row.first_id)
        .bind(row.last_id)
        .bind(&row.digest)
        .bind(&row.prev_hash)
        .bind(&row.hash)
        .execute(&mut *conn)
        .await?;
        sqlx::query("INSERT INTO ledger_salt (seq, salt) VALUES ($1, $2)")
            .bind(seq)
            .bind(&salt)
            .execute(&mut *conn)
            .await?;
        sqlx::query("UPDATE ledger_head SET hash = $1 WHERE id = 1")
            .bind(&row.hash)
            .execute(conn)
            .await?;
    });
    Ok(seq)
}

// What of the rows of an entry never changes.
const SUBMISSIONS: &str = "SELECT id || ' ' || channel || ' ' || external_id || ' '
    || blob_hash || ' ' || received_us FROM submission WHERE id BETWEEN $1 AND $2 ORDER BY id";
const PARTS: &str = "SELECT id || ' ' || submission_id || ' ' || path || ' ' || role || ' '
    || text FROM part WHERE submission_id BETWEEN $1 AND $2 ORDER BY id";
const RESPONSES: &str = "SELECT id || ' ' || point_id || ' ' || version || ' '
    || COALESCE(decision, '') || ' ' || state || ' ' || author || ' ' || created_us || ' '
    || COALESCE(change_place, '') || ' ' || COALESCE(remark, '') || ' '
    || COALESCE(old_wording, '') || ' ' || COALESCE(new_wording, '') || ' ' || n_approvals || ' '
    || COALESCE(approval_step, '') || ' ' || text
    FROM response WHERE id BETWEEN $1 AND $2 ORDER BY id";
const LETTERHEADS: &str = "SELECT id || ' ' || COALESCE(consultation_id, 0) || ' ' || actor || ' '
    || saved_us || ' ' || content FROM letterhead WHERE id BETWEEN $1 AND $2 ORDER BY id";
const NOTES: &str = "SELECT id || ' ' || point_id || ' ' || author || ' ' || written_us || ' '
    || text FROM note WHERE id BETWEEN $1 AND $2 ORDER BY id";
const REPORTS: &str = "SELECT id || ' ' || consultation_id || ' ' || ordinal || ' ' || kind
    || ' ' || scope || ' ' || substance || ' ' || model_hash || ' ' || docx_hash || ' ' || pdf_hash || ' '
    || xlsx_hash || ' ' || html_hash || ' ' || ledger_seq || ' ' || actor || ' ' || frozen_us
    FROM report_version WHERE id BETWEEN $1 AND $2 ORDER BY id";
const ISSUES: &str = "SELECT report_version_id || ' ' || issued_on || ' '
    || COALESCE(signed_hash, '') || ' ' || actor || ' ' || closed_us || ' ' || number
    FROM report_issue WHERE report_version_id BETWEEN $1 AND $2 ORDER BY report_version_id";
const REVIEWS: &str = "SELECT id || ' ' || report_version_id || ' ' || state || ' '
    || n_approvals || ' ' || COALESCE(approval_step, '') || ' ' || actor || ' ' || reviewed_us
    || ' ' || COALESCE(remark, '') FROM report_review WHERE id BETWEEN $1 AND $2 ORDER BY id";
const DRAFTS: &str = "SELECT id || ' ' || document_id || ' ' || number || ' ' || blob_hash
    || ' ' || file_name || ' ' || added_us FROM draft WHERE id BETWEEN $1 AND $2 ORDER BY id";
const MAILS: &str = "SELECT id || ' ' || consultation_id || ' ' || kind || ' ' || occasion
    || ' ' || recipient || ' ' || message_id || ' ' || blob_hash || ' ' || actor || ' '
    || queued_us || ' ' || subject FROM outbox WHERE id BETWEEN $1 AND $2 ORDER BY id";
const HELD: &str = "SELECT id || ' ' || consultation_id || ' ' || blob_hash || ' ' || actor || ' '
    || kept_us || ' ' || file_name FROM kept_file WHERE id BETWEEN $1 AND $2 ORDER BY id";
const ARRANGEMENTS: &str = "SELECT id || ' ' || shape || ' ' || n_rows || ' ' || headings || ' '
    || columns || ' ' || actor || ' ' || saved_us
    FROM arrangement WHERE id BETWEEN $1 AND $2 ORDER BY id";

/// The digest of what never changes in the rows an entry names.
///
/// Settings and changes of state have nothing immutable to cover: their entries prove order and
/// author, not content.
async fn content(
    tx: &mut Tx,
    action: Action,
    first_id: i64,
    last_id: i64,
) -> Result<Vec<u8>, Error> {
    let queries: &[&'static str] = match action {
        Action::DraftAdded => &[DRAFTS],
        Action::SubmissionsClaimed => &[SUBMISSIONS],
        Action::SubmissionsSettled => &[PARTS],
        Action::RowsImported => &[SUBMISSIONS, PARTS],
        Action::ResponsesSaved => &[RESPONSES],
        Action::LetterheadSet => &[LETTERHEADS],
        Action::NotesAdded => &[NOTES],
        Action::ReportsFrozen => &[REPORTS],
        Action::ReportsReviewed => &[REVIEWS],
        Action::ReportsIssued => &[ISSUES],
        Action::MailsQueued => &[MAILS],
        Action::FilesKept => &[HELD],
        Action::ArrangementsSet => &[ARRANGEMENTS],
        Action::ConsultationSet
        | Action::DraftAligned
        | Action::CatalogSet
        | Action::SubmissionsChanged
        | Action::PointsChanged
        | Action::AssignmentsSet
        | Action::PhrasesSet
        | Action::GroupsProposed
        | Action::GroupsChanged
        | Action::FilesDecided
        | Action::BatchUndone
        | Action::MailsChanged
        | Action::AccountsChanged => &[],
    };
    let mut content = Content::default();
    for sql in queries {
        let rows: Vec<String> = on_engine!(tx, |conn| {
            sqlx::query_scalar(*sql)
                .bind(first_id)
                .bind(last_id)
                .fetch_all(conn)
                .await?
        });
        for row in rows {
            content.add(format_args!("{row}"));
        }
    }
    Ok(content.finish())
}

/// The last `seq` handed out; 0 when nothing happened yet.
pub async fn last_seq(tx: &mut Tx) -> Result<i64, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_scalar("SELECT seq FROM ledger_head WHERE id = 1")
            .fetch_one(conn)
            .await?
    }))
}

/// The last `seq` handed out, and whether sections, organizations or rounds were set after `seq`.
///
/// Looks at the entries after `seq` only: whoever asks again and again remembers what it answered.
pub async fn catalog_since(tx: &mut Tx, seq: i64) -> Result<(i64, bool), Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT seq, EXISTS (SELECT 1 FROM ledger WHERE seq > $1 AND action IN
                ('consultation.set', 'draft.added', 'draft.aligned', 'catalog.set',
                 'arrangements.set'))
             FROM ledger_head WHERE id = 1",
        )
        .bind(seq)
        .fetch_one(conn)
        .await?
    }))
}

/// What tells this ledger from every other one: the hash of its first entry, which is salted.
/// `None` while nothing happened yet.
pub async fn identity(tx: &mut Tx) -> Result<Option<String>, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_scalar("SELECT hash FROM ledger WHERE seq = 1")
            .fetch_optional(conn)
            .await?
    }))
}

/// Lists entries after `seq`, oldest first, at most `limit`.
pub async fn list_after(tx: &mut Tx, seq: i64, limit: i64) -> Result<Vec<Entry>, Error> {
    let rows: Vec<Stored> = on_engine!(tx, |conn| {
        sqlx::query_as("SELECT * FROM ledger WHERE seq > $1 ORDER BY seq LIMIT $2")
            .bind(seq)
            .bind(limit)
            .fetch_all(conn)
            .await?
    });
    rows.into_iter().map(entry).collect()
}

/// Lists entries before `seq`, newest first, of one author if asked, at most `limit`.
pub async fn list_before(
    tx: &mut Tx,
    seq: i64,
    actor: Option<&str>,
    limit: i64,
) -> Result<Vec<Entry>, Error> {
    let rows: Vec<Stored> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT * FROM ledger WHERE seq < $1 AND ($2 = '' OR actor = $2)
             ORDER BY seq DESC LIMIT $3",
        )
        .bind(seq)
        .bind(actor.map_or("", |actor| actor))
        .bind(limit)
        .fetch_all(conn)
        .await?
    });
    rows.into_iter().map(entry).collect()
}

fn entry(row: Stored) -> Result<Entry, Error> {
    Ok(Entry {
        seq: row.seq,
        at_us: row.at_us,
        action: super::known(Action::parse(&row.action), "ledger", "action")?,
        actor: row.actor,
        first_id: row.first_id,
        last_id: row.last_id,
    })
}

/// What [`verify`] found wrong with one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Entries are missing between the one before and this one, or at the end.
    Missing {
        /// The `seq` expected.
        seq: i64,
    },
    /// The entry itself was altered.
    Altered {
        /// Its `seq`.
        seq: i64,
    },
    /// The rows it names are not what they were.
    Content {
        /// Its `seq`.
        seq: i64,
        /// What it recorded.
        action: Action,
        /// First row.
        first_id: i64,
        /// Last row.
        last_id: i64,
    },
}

/// Recomputes the whole chain and every digest whose salt has not been purged.
///
/// Returns the number of entries and the faults, in order.
pub async fn verify(tx: &mut Tx) -> Result<(i64, Vec<Fault>), Error> {
    let mut faults = Vec::new();
    let mut expected = 1;
    let mut prev_hash = String::new();
    loop {
        let rows: Vec<Stored> = on_engine!(tx, |conn| {
            sqlx::query_as("SELECT * FROM ledger WHERE seq >= $1 ORDER BY seq LIMIT 500")
                .bind(expected)
                .fetch_all(conn)
                .await?
        });
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            break;
        };
        let salts = salts(tx, first.seq, last.seq).await?;
        for row in rows {
            if row.seq != expected {
                faults.push(Fault::Missing { seq: expected });
            } else if row.prev_hash != prev_hash || row.hash != chain_hash(&row) {
                faults.push(Fault::Altered { seq: row.seq });
            }
            let action = super::known(Action::parse(&row.action), "ledger", "action")?;
            if let Some(salt) = salts.get(&row.seq) {
                let content = content(tx, action, row.first_id, row.last_id).await?;
                if salted(salt, &content) != row.digest {
                    faults.push(Fault::Content {
                        seq: row.seq,
                        action,
                        first_id: row.first_id,
                        last_id: row.last_id,
                    });
                }
            }
            expected = row.seq + 1;
            prev_hash = row.hash;
        }
    }
    let (head_seq, head_hash): (i64, String) = on_engine!(tx, |conn| {
        sqlx::query_as("SELECT seq, hash FROM ledger_head WHERE id = 1")
            .fetch_one(conn)
            .await?
    });
    if head_seq != expected - 1 {
        faults.push(Fault::Missing { seq: expected });
    } else if head_hash != prev_hash {
        faults.push(Fault::Altered { seq: head_seq });
    }
    Ok((expected - 1, faults))
}

async fn salts(tx: &mut Tx, first: i64, last: i64) -> Result<BTreeMap<i64, String>, Error> {
    on_engine!(tx, |conn| {
        let rows = sqlx::query("SELECT seq, salt FROM ledger_salt WHERE seq BETWEEN $1 AND $2")
            .bind(first)
            .bind(last)
            .fetch_all(conn)
            .await?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect()
    })
}
