//! What people said the columns of tables with one header hold.

use sqlx::FromRow;

use super::engine::on_engine;
use super::{Error, Tx, from_json, storable, to_json};

/// A stored arrangement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrangement {
    /// Key.
    pub id: i64,
    /// Digest of the folded headings.
    pub shape: String,
    /// Rows of the header.
    pub n_rows: i64,
    /// The headings as written.
    pub headings: Vec<String>,
    /// Codes of what the columns hold; `None` for those that are not read.
    pub columns: Vec<Option<String>>,
    /// Who said so.
    pub actor: String,
    /// When, microseconds since 1970.
    pub saved_us: i64,
}

#[derive(FromRow)]
struct Stored {
    id: i64,
    shape: String,
    n_rows: i64,
    headings: String,
    columns: String,
    actor: String,
    saved_us: i64,
}

impl Stored {
    fn into_record(self) -> Result<Arrangement, Error> {
        const TABLE: &str = "arrangement";
        Ok(Arrangement {
            id: self.id,
            shape: self.shape,
            n_rows: self.n_rows,
            headings: from_json(&self.headings, TABLE, "headings")?,
            columns: from_json(&self.columns, TABLE, "columns")?,
            actor: self.actor,
            saved_us: self.saved_us,
        })
    }
}

/// Adds an arrangement, whose key is still to be given, in the place of the one of the same shape;
/// returns its key.
pub async fn insert_arrangement(tx: &mut Tx, new: &Arrangement) -> Result<i64, Error> {
    let id = tx.take_ids("arrangement", 1).await?;
    on_engine!(tx, |conn| {
        sqlx::query("UPDATE arrangement SET is_removed = TRUE WHERE shape = $1")
            .bind(&new.shape)
            .execute(&mut *conn)
            .await?;
        sqlx::query(
            "INSERT INTO arrangement (id, shape, n_rows, headings, columns, actor, saved_us,
                 is_removed)
             VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE)",
        )
        .bind(id)
        .bind(&new.shape)
        .bind(new.n_rows)
        .bind(to_json(&new.headings))
        .bind(to_json(&new.columns))
        .bind(storable(&new.actor))
        .bind(new.saved_us)
        .execute(conn)
        .await?;
    });
    Ok(id)
}

/// No longer uses an arrangement; `false` when it was not used any more.
pub async fn remove_arrangement(tx: &mut Tx, id: i64) -> Result<bool, Error> {
    let n_rows = on_engine!(tx, |conn| {
        sqlx::query("UPDATE arrangement SET is_removed = TRUE WHERE id = $1 AND NOT is_removed")
            .bind(id)
            .execute(conn)
            .await?
            .rows_affected()
    });
    Ok(n_rows == 1)
}

/// Lists the arrangements in use, newest first.
pub async fn list_arrangements(tx: &mut Tx) -> Result<Vec<Arrangement>, Error> {
    let rows: Vec<Stored> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, shape, n_rows, headings, columns, actor, saved_us FROM arrangement
             WHERE NOT is_removed ORDER BY id DESC",
        )
        .fetch_all(conn)
        .await?
    });
    rows.into_iter().map(Stored::into_record).collect()
}

/// Finds an arrangement, also one no longer in use.
pub async fn find_arrangement(tx: &mut Tx, id: i64) -> Result<Option<Arrangement>, Error> {
    let row: Option<Stored> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, shape, n_rows, headings, columns, actor, saved_us FROM arrangement
             WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(conn)
        .await?
    });
    row.map(Stored::into_record).transpose()
}
