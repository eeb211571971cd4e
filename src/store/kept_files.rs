//! Files that came by a page: on their way in, or tables that wait until a person has looked at them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use super::engine::on_engine;
use super::{Error, Tx, from_json, known, storable, to_json};
use crate::domain::{ConsultationId, ContentHash, RoundId};

/// Where a file is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptState {
    /// It is to be taken in as it is.
    Arrived,
    /// A person is to look at it first.
    Waiting,
    /// A person decided, and it is being taken in.
    Taking,
    /// It was taken in.
    Taken,
    /// It was thrown away; its original stays.
    Discarded,
}

impl KeptState {
    const ALL: [Self; 5] = [
        Self::Arrived,
        Self::Waiting,
        Self::Taking,
        Self::Taken,
        Self::Discarded,
    ];

    /// The stable code in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Arrived => "arrived",
            Self::Waiting => "waiting",
            Self::Taking => "taking",
            Self::Taken => "taken",
            Self::Discarded => "discarded",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// What a person chose for one sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// 0-based row, among those that are not blank, where the header begins.
    pub header: usize,
    /// Rows of the header.
    pub n_rows: usize,
    /// Codes of what the columns hold; `None` for those that are not read.
    pub columns: Vec<Option<String>>,
}

/// Choices by sheet; a file that is no workbook has one sheet without a name.
pub type Choices = BTreeMap<String, Choice>;

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptFile {
    /// Key.
    pub id: i64,
    /// Round asked for.
    pub round_id: Option<i64>,
    /// File name.
    pub file_name: String,
    /// Original.
    pub blob: ContentHash,
    /// Who brought it.
    pub actor: String,
    /// When, microseconds since 1970.
    pub kept_us: i64,
    /// What was chosen so far.
    pub choices: Choices,
    /// What became of it.
    pub state: KeptState,
    /// Which sheets are taken in, once that is decided.
    pub sheets: Vec<String>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When, microseconds since 1970.
    pub decided_us: Option<i64>,
}

#[derive(FromRow)]
struct Stored {
    id: i64,
    round_id: Option<i64>,
    file_name: String,
    blob_hash: String,
    actor: String,
    kept_us: i64,
    choices: String,
    state: String,
    sheets: Option<String>,
    decided_by: Option<String>,
    decided_us: Option<i64>,
}

impl Stored {
    fn into_record(self) -> Result<KeptFile, Error> {
        const TABLE: &str = "kept_file";
        Ok(KeptFile {
            id: self.id,
            round_id: self.round_id,
            file_name: self.file_name,
            blob: known(ContentHash::parse(&self.blob_hash), TABLE, "blob_hash")?,
            actor: self.actor,
            kept_us: self.kept_us,
            choices: from_json(&self.choices, TABLE, "choices")?,
            state: known(KeptState::parse(&self.state), TABLE, "state")?,
            sheets: match &self.sheets {
                Some(sheets) => from_json(sheets, TABLE, "sheets")?,
                None => Vec::new(),
            },
            decided_by: self.decided_by,
            decided_us: self.decided_us,
        })
    }
}

/// A file to keep.
#[derive(Debug, Clone, Copy)]
pub struct NewKeptFile<'a> {
    /// Whose dossier.
    pub consultation: ConsultationId,
    /// Round asked for.
    pub round: Option<RoundId>,
    /// File name.
    pub file_name: &'a str,
    /// Original.
    pub blob: ContentHash,
    /// Who brought it.
    pub actor: &'a str,
    /// When, microseconds since 1970.
    pub kept_us: i64,
    /// Whether a person is to look at it first.
    pub state: KeptState,
}

/// Adds a file; returns its key.
pub async fn insert_kept(tx: &mut Tx, new: &NewKeptFile<'_>) -> Result<i64, Error> {
    let id = tx.take_ids("kept_file", 1).await?;
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO kept_file (id, consultation_id, round_id, file_name, blob_hash, actor,
                 kept_us, choices, state)
             VALUES ($1, $2, $3, $4, $5, $6, $7, '{}', $8)",
        )
        .bind(id)
        .bind(new.consultation.0)
        .bind(new.round.map(|round| round.0))
        .bind(storable(new.file_name))
        .bind(new.blob.to_string())
        .bind(storable(new.actor))
        .bind(new.kept_us)
        .bind(new.state.code())
        .execute(conn)
        .await?;
    });
    Ok(id)
}

/// Lists the files of a consultation that are not taken in, newest first.
pub async fn list_kept(tx: &mut Tx, consultation: ConsultationId) -> Result<Vec<KeptFile>, Error> {
    let rows: Vec<Stored> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, round_id, file_name, blob_hash, actor, kept_us, choices, state, sheets,
                 decided_by, decided_us
             FROM kept_file WHERE consultation_id = $1 AND state <> 'taken' ORDER BY id DESC",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    });
    rows.into_iter().map(Stored::into_record).collect()
}

/// Finds a file.
pub async fn find_kept(
    tx: &mut Tx,
    consultation: ConsultationId,
    id: i64,
) -> Result<Option<KeptFile>, Error> {
    let row: Option<Stored> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, round_id, file_name, blob_hash, actor, kept_us, choices, state, sheets,
                 decided_by, decided_us
             FROM kept_file WHERE consultation_id = $1 AND id = $2",
        )
        .bind(consultation.0)
        .bind(id)
        .fetch_optional(conn)
        .await?
    });
    row.map(Stored::into_record).transpose()
}

/// Saves what was chosen for the sheets; `false` once it is decided.
pub async fn update_choices(tx: &mut Tx, id: i64, choices: &Choices) -> Result<bool, Error> {
    let n_rows = on_engine!(tx, |conn| {
        sqlx::query("UPDATE kept_file SET choices = $2 WHERE id = $1 AND state = 'waiting'")
            .bind(id)
            .bind(to_json(choices))
            .execute(conn)
            .await?
            .rows_affected()
    });
    Ok(n_rows == 1)
}

/// Decides about a waiting table; `false` when somebody was faster.
pub async fn decide(
    tx: &mut Tx,
    id: i64,
    state: KeptState,
    sheets: &[String],
    actor: &str,
    now_us: i64,
) -> Result<bool, Error> {
    let n_rows = on_engine!(tx, |conn| {
        sqlx::query(
            "UPDATE kept_file SET state = $2, sheets = $3, decided_by = $4, decided_us = $5
             WHERE id = $1 AND state = 'waiting'",
        )
        .bind(id)
        .bind(state.code())
        .bind(to_json(&sheets))
        .bind(storable(actor))
        .bind(now_us)
        .execute(conn)
        .await?
        .rows_affected()
    });
    Ok(n_rows == 1)
}

/// Notes that a file was taken in to its end.
pub async fn complete_kept(tx: &mut Tx, id: i64) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query(
            "UPDATE kept_file SET state = 'taken' WHERE id = $1
                 AND state IN ('arrived', 'taking')",
        )
        .bind(id)
        .execute(conn)
        .await?;
    });
    Ok(())
}
