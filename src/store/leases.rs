//! Leases: rows with an expiry, the same on every engine.

use super::engine::on_engine;
use super::{Error, Tx};

/// Takes or renews a lease. `false` when somebody else holds it.
pub async fn take(
    tx: &mut Tx,
    name: &str,
    holder: &str,
    now_us: i64,
    until_us: i64,
) -> Result<bool, Error> {
    let n_rows = on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO lease (name, holder, until_us) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO UPDATE SET holder = $2, until_us = $3
             WHERE lease.holder = $2 OR lease.until_us < $4",
        )
        .bind(name)
        .bind(holder)
        .bind(until_us)
        .bind(now_us)
        .execute(conn)
        .await?
        .rows_affected()
    });
    Ok(n_rows == 1)
}

/// Gives a lease back.
pub async fn release(tx: &mut Tx, name: &str, holder: &str) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("DELETE FROM lease WHERE name = $1 AND holder = $2")
            .bind(name)
            .bind(holder)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// Ends all leases; only for who knows that no other process is left.
pub async fn release_all(tx: &mut Tx) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("DELETE FROM lease").execute(conn).await?;
    });
    Ok(())
}
