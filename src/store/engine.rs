//! Connections and transactions, the same for every engine.
//!
//! SQLite is a file in the data folder; PostgreSQL is a server that several folders may share. On
//! both, one transaction writes at a time and a reading one sees one moment, so that use cases need
//! not know where they are.

use std::future::ready;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use super::Error;

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("src/store/migrations/postgres");

/// How long a statement waits for another process's lock before it fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Rows SQLite's thread reads ahead of whoever asked. With the usual 50, the two threads wait for each
/// other all the time: much of a search was spent on switching between them while the names of
/// sections were read.
const ROW_BUFFER: usize = 4_096;
/// Readers never block each other; more than a few only cost memory.
const N_READERS: u32 = 4;
/// How often the schema is brought up to date before giving up: of several processes that start on
/// an empty server at once, the slower ones find its tables half the way and look again.
const N_MIGRATION_TRIES: u32 = 5;
/// Limits of a session on a server. A process that hangs or is cut off with the writer's lock must
/// not stop the others for ever; both engines then wait as long for it.
const POSTGRES_LIMITS: &str =
    "SET lock_timeout = '30s'; SET idle_in_transaction_session_timeout = '60s'";

/// An open database.
#[derive(Debug, Clone)]
pub struct Store {
    pools: Pools,
}

/// One connection writes, so that a process's writers queue fairly in its pool instead of failing
/// as busy (SQLite) or keeping readers from connections while they wait for a lock (PostgreSQL).
#[derive(Debug, Clone)]
enum Pools {
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres {
        writer: PgPool,
        readers: PgPool,
    },
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
    Postgres(Transaction<'static, Postgres>),
}

/// Runs one expression against whichever engine a transaction is on.
///
/// The body is compiled once for each engine, so its SQL must be understood by all of them, and its
/// value may not be a type of one engine.
macro_rules! on_engine {
    ($tx:expr, |$conn:ident| $body:expr) => {
        match &mut $tx.conn {
            $crate::store::engine::Conn::Sqlite(transaction) => {
                let $conn = &mut **transaction;
                $body
            }
            $crate::store::engine::Conn::Postgres(transaction) => {
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
    pub async fn open_file(path: &Path) -> Result<Self, Error> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| Error::Open {
            database: path.display().to_string(),
            source,
        };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .row_buffer_size(ROW_BUFFER)
            .pragma("cache_size", "-65536")
            .pragma("temp_store", "MEMORY");
        // A commit that a full disk refuses is rolled back by SQLite itself, which the pool does not
        // notice: its connection would refuse every later transaction. Such a one is replaced.
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .before_acquire(|conn, _| Box::pin(ready(Ok(!conn.is_in_transaction()))))
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
        let pools = Pools::Sqlite { writer, readers };
        Ok(Self { pools })
    }

    /// Connects to a server by its address, `postgres://user:password@host/database`, and brings
    /// the database to the current schema as needed.
    ///
    /// Whether a commit waits for the server's disk is the server's setting,
    /// `synchronous_commit`, which is on unless its administrator turned it off.
    pub async fn connect(address: &str) -> Result<Self, Error> {
        let options = PgConnectOptions::from_str(address)
            .map(|options| match options.get_application_name() {
                Some(_) => options,
                None => options.application_name("tiepthu"),
            })
            .map_err(|error| Error::Open {
                database: "postgres://…".to_owned(),
                source: error.into(),
            })?;
        // Never the password.
        let database = format!(
            "postgres://{}:{}/{}",
            options.get_host(),
            options.get_port(),
            options.get_database().unwrap_or_default()
        );
        connect(options)
            .await
            .map_err(|source| Error::Open { database, source })
    }

    /// Begins a transaction that only reads and sees one moment.
    pub async fn read(&self) -> Result<Tx, Error> {
        let conn = match &self.pools {
            Pools::Sqlite { readers, .. } => Conn::Sqlite(readers.begin().await?),
            Pools::Postgres { readers, .. } => Conn::Postgres(
                readers
                    .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await?,
            ),
        };
        Ok(Tx { conn })
    }

    /// Begins a transaction that writes; waits for the writer before it.
    pub async fn write(&self) -> Result<Tx, Error> {
        let conn = match &self.pools {
            Pools::Sqlite { writer, .. } => {
                Conn::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            Pools::Postgres { writer, .. } => {
                // The head of the ledger is locked first, not only when an entry is appended:
                // writers would meet at the rows of `sequence` anyway, and so they never deadlock
                // and always find what the writer before them committed, as on SQLite.
                let mut transaction = writer
                    .begin_with("BEGIN ISOLATION LEVEL READ COMMITTED")
                    .await?;
                sqlx::query("SELECT seq FROM ledger_head WHERE id = 1 FOR UPDATE")
                    .execute(&mut *transaction)
                    .await?;
                Conn::Postgres(transaction)
            }
        };
        Ok(Tx { conn })
    }

    /// Writes a copy of the database, as it is at one moment, into a file that does not exist yet.
    /// `false` for a server, whose own means do that.
    pub async fn copy_to(&self, file: &Path) -> Result<bool, Error> {
        let Pools::Sqlite { readers, .. } = &self.pools else {
            return Ok(false);
        };
        sqlx::query("VACUUM INTO $1")
            .bind(file.to_string_lossy().into_owned())
            .execute(readers)
            .await?;
        Ok(true)
    }

    /// Closes all connections; SQLite writes its log back into the database file.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
        }
    }
}

/// Opens both pools on a server; the schema is current afterwards.
async fn connect(
    options: PgConnectOptions,
) -> Result<Store, Box<dyn std::error::Error + Send + Sync>> {
    let limited = |most| {
        PgPoolOptions::new()
            .max_connections(most)
            .after_connect(|conn, _| {
                Box::pin(async move {
                    sqlx::raw_sql(POSTGRES_LIMITS).execute(conn).await?;
                    Ok(())
                })
            })
    };
    let writer = limited(1).connect_with(options.clone()).await?;
    let encoding: String = sqlx::query_scalar("SHOW server_encoding")
        .fetch_one(&writer)
        .await?;
    if encoding != "UTF8" {
        return Err(format!("the database's encoding is {encoding}, not UTF8").into());
    }
    migrate(&writer).await?;
    let readers = limited(N_READERS).connect_with(options).await?;
    let pools = Pools::Postgres { writer, readers };
    Ok(Store { pools })
}

/// Brings the schema up to date without the advisory lock that not every engine with PostgreSQL's
/// protocol has: each migration is one transaction, so of two processes one succeeds and the other
/// finds it done when it looks again.
async fn migrate(writer: &PgPool) -> Result<(), sqlx::migrate::MigrateError> {
    let mut migrations = Migrator {
        migrations: POSTGRES_MIGRATIONS.migrations.clone(),
        ..Migrator::DEFAULT
    };
    migrations.set_locking(false);
    let mut tries = 1;
    loop {
        match migrations.run(writer).await {
            Err(_) if tries < N_MIGRATION_TRIES => {
                tokio::time::sleep(Duration::from_millis(200)).await;
                tries += 1;
            }
            outcome => return outcome,
        }
    }
}

impl Tx {
    /// Makes everything done in the transaction durable.
    pub async fn commit(self) -> Result<(), Error> {
        match self.conn {
            Conn::Sqlite(transaction) => transaction.commit().await?,
            Conn::Postgres(transaction) => transaction.commit().await?,
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
