//! The truth: SQL, transactions and the ledger.
//!
//! Use cases open a [`Tx`], pass it to the functions of the submodules and commit it. Rows go in and
//! come out as plain records of domain values; nothing here knows tantivy or HTTP, and nothing here
//! decides: order, permissions and transaction borders belong to the use cases.
//!
//! Queries are plain SQL with `$1` parameters that SQLite and PostgreSQL both understand, written
//! once and run through [`engine`]; only migrations and the adding of many rows ([`bulk`]) differ by
//! engine.

pub mod accounts;
pub mod arrangements;
pub mod assignments;
pub mod batches;
mod bulk;
pub mod catalog;
pub mod consultations;
pub mod containers;
pub mod drafts;
mod engine;
mod evidence;
pub mod groups;
pub mod kept_files;
pub mod leases;
pub mod ledger;
pub mod letterheads;
pub mod mailboxes;
mod named;
pub mod notes;
pub mod outbox;
pub mod page_maps;
pub mod phrases;
pub mod points;
pub mod problems;
pub mod recut;
pub mod related;
pub mod report_reviews;
pub mod report_versions;
pub mod responses;
pub mod settlements;
pub mod standings;
pub mod submissions;
pub mod tallies;
pub mod unchanged;
pub mod undone;
pub mod unsaved;

use std::borrow::Cow;

use sha2::{Digest, Sha256};

pub use engine::{Store, Tx};

/// What can go wrong between us and the database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file or server could not be opened or brought to the current schema.
    #[error("open database `{database}`")]
    Open {
        /// The database file, or the server's address without the password.
        database: String,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A statement failed.
    #[error("query the database")]
    Query(#[from] sqlx::Error),
    /// A row holds something no version of the program writes.
    #[error("column `{column}` of `{table}` holds an unknown value")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
    /// Somebody else changed the row since it was read.
    #[error("`{table}` {id} was changed by someone else")]
    Stale {
        /// The table.
        table: &'static str,
        /// The row.
        id: i64,
    },
}

impl Error {
    /// Whether there is no room left where the database lies.
    pub fn is_disk_full(&self) -> bool {
        // SQLITE_FULL; `disk_full` of PostgreSQL.
        self.code_is(|code| matches!(code, "13" | "53100"))
    }

    /// Whether the database server cannot be reached, or hung up.
    pub fn is_unreachable(&self) -> bool {
        match self {
            Self::Query(
                sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::WorkerCrashed,
            ) => true,
            // "Connection exception" and "operator intervention" of PostgreSQL: shutting down.
            _ => self.code_is(|code| code.starts_with("08") || code.starts_with("57P")),
        }
    }

    fn code_is(&self, test: impl Fn(&str) -> bool) -> bool {
        let Self::Query(error) = self else {
            return false;
        };
        let code = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code);
        code.is_some_and(|code| test(&code))
    }
}

/// A text as every engine can keep it: PostgreSQL has no NUL in texts. As long as before, so that
/// spans stay true.
fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', " "))
    } else {
        Cow::Borrowed(text)
    }
}

/// Longest text from outside that is kept as it is in an indexed column: PostgreSQL's indexes take
/// no more than 2,704 bytes, and real Message-IDs are far shorter.
const MAX_KEY_BYTES: usize = 500;

/// What stands in an indexed column for a text from outside that is only compared: the text itself,
/// or its digest when it is too long.
fn short_key(text: &str) -> Cow<'_, str> {
    if text.len() > MAX_KEY_BYTES {
        Cow::Owned(format!("sha256:{}", ledger::hex(&Sha256::digest(text))))
    } else {
        storable(text)
    }
}

/// Turns "no such code" into [`Error::Corrupt`].
fn known<T>(value: Option<T>, table: &'static str, column: &'static str) -> Result<T, Error> {
    value.ok_or(Error::Corrupt { table, column })
}

/// Reads a JSON column.
fn from_json<T: serde::de::DeserializeOwned>(
    text: &str,
    table: &'static str,
    column: &'static str,
) -> Result<T, Error> {
    known(serde_json::from_str(text).ok(), table, column)
}

/// Writes a JSON column; the values we store always serialize.
fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
