//! The truth: SQL, transactions and the ledger.
//!
//! Use cases open a [`Tx`], pass it to the functions of the submodules and commit it. Rows go in and
//! come out as plain records of domain values; nothing here knows tantivy or HTTP, and nothing here
//! decides: order, permissions and transaction borders belong to the use cases.
//!
//! Queries are plain SQL with `$1` parameters that SQLite and PostgreSQL both understand, written
//! once and run through [`engine`]; only migrations differ by engine.

pub mod catalog;
pub mod consultations;
mod engine;
pub mod ledger;
pub mod points;
pub mod problems;
pub mod responses;
pub mod submissions;
pub mod tallies;

pub use engine::{Store, Tx};

/// What can go wrong between us and the database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder or file could not be opened or brought to the current schema.
    #[error("open database `{path}`")]
    Open {
        /// The database file.
        path: String,
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
