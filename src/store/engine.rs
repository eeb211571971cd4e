//! Connections and transactions, the same for every engine.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqlitePool, Transaction};

use super::Error;

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations/sqlite");

/// How long a statement waits for another process's lock before it fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Readers never block each other in WAL mode; more than a few only cost memory.
const N_READERS: u32 = 4;

/// An open database.
#[derive(Debug, Clone)]
pub struct Store {
    /// SQLite has one writer at a time: one connection, so that writers queue fairly in the pool
    /// instead of failing as busy.
    writer: SqlitePool,
    readers: SqlitePool,
}

/// A transaction; rolled back unless committed.
#[derive(Debug)]
pub struct Tx {
    pub(super) conn: Conn,
}

/// One variant for each engine.
#[derive(Debug)]
pub(super) enum Conn {
    Sqlite(Transaction<'static, Sqlite>),
}

/// Runs one expression against whichever engine a transaction is on.
///
/// The body is compiled once for each engine, so its SQL must be understood by all of them.
macro_rules! on_engine {
    ($tx:expr, |$conn:ident| $body:expr) => {
        match &mut $tx.conn {
            $crate::store::engine::Conn::Sqlite(transaction) => {
                let $conn = &mut **transaction;
                $body
            }
        }
    };
}
pub(super) use on_engine;

impl Store {
    /// Opens the database file, creating it and bringing it to the current schema as needed.
    ///
    /// `synchronous=FULL`: what was committed survives a power cut (DESIGN 3.12).
    pub async fn open(path: &Path) -> Result<Self, Error> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| Error::Open {
            path: path.display().to_string(),
            source,
        };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("cache_size", "-65536")
            .pragma("temp_store", "MEMORY");
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await
            .map_err(|error| failed(error.into()))?;
        SQLITE_MIGRATIONS
            .run(&writer)
            .await
            .map_err(|error| failed(error.into()))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(N_READERS)
            .connect_with(options.create_if_missing(false))
            .await
            .map_err(|error| failed(error.into()))?;
        Ok(Self { writer, readers })
    }

    /// Begins a transaction that only reads and sees one moment.
    pub async fn read(&self) -> Result<Tx, Error> {
        Ok(Tx {
            conn: Conn::Sqlite(self.readers.begin().await?),
        })
    }

    /// Begins a transaction that writes; waits for the writer before it.
    pub async fn write(&self) -> Result<Tx, Error> {
        Ok(Tx {
            conn: Conn::Sqlite(self.writer.begin_with("BEGIN IMMEDIATE").await?),
        })
    }

    /// Closes all connections, writing the log back into the database file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

impl Tx {
    /// Makes everything done in the transaction durable.
    pub async fn commit(self) -> Result<(), Error> {
        match self.conn {
            Conn::Sqlite(transaction) => transaction.commit().await?,
        }
        Ok(())
    }

    /// Takes `n` consecutive keys of a table and returns the first; keys start at 1.
    pub(super) async fn take_ids(&mut self, name: &'static str, n: usize) -> Result<i64, Error> {
        let n = i64::try_from(n).unwrap_or(i64::MAX);
        let sql = "INSERT INTO sequence (name, next) VALUES ($1, 1 + $2)
                   ON CONFLICT (name) DO UPDATE SET next = sequence.next + $2 RETURNING next";
        let next: i64 = on_engine!(self, |conn| {
            sqlx::query_scalar(sql)
                .bind(name)
                .bind(n)
                .fetch_one(conn)
                .await?
        });
        Ok(next - n)
    }
}
