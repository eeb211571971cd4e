//! Accounts, and the browsers and programs signed in under them.

use std::collections::BTreeSet;

use sqlx::FromRow;

use super::engine::on_engine;
use super::{Error, Tx, from_json, known, storable, to_json};
use crate::domain::{Account, AccountId, Role, Roles};

/// An account with what its password is checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The account.
    pub account: Account,
    /// Argon2id, as a PHC string.
    pub password_hash: String,
}

/// A browser that is signed in, or a program's token.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Session {
    /// Key.
    pub id: i64,
    /// Whose.
    pub account_id: i64,
    /// `browser` or `token`.
    pub kind: String,
    /// What it calls itself, or what its owner calls it.
    pub label: String,
    /// Since when, microseconds since 1970.
    pub created_us: i64,
    /// When it was last used.
    pub seen_us: i64,
    /// When it ends at the latest.
    pub ends_us: i64,
}

/// A session to begin.
#[derive(Debug, Clone, Copy)]
pub struct NewSession<'a> {
    /// Whose.
    pub account: AccountId,
    /// SHA-256 of the secret, in hexadecimal digits.
    pub secret_hash: &'a str,
    /// `browser` or `token`.
    pub kind: &'a str,
    /// What it is called in the list of sessions.
    pub label: &'a str,
    /// Now, microseconds since 1970.
    pub now_us: i64,
    /// When it ends at the latest.
    pub ends_us: i64,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    login: String,
    name: String,
    roles: String,
    approval_step: Option<String>,
    password_hash: String,
    is_disabled: bool,
}

impl Row {
    fn read(self) -> Result<Stored, Error> {
        let codes: Vec<String> = from_json(&self.roles, "account", "roles")?;
        let roles: Option<BTreeSet<Role>> = codes.iter().map(|code| Role::parse(code)).collect();
        Ok(Stored {
            account: Account {
                id: AccountId(self.id),
                login: self.login,
                name: self.name,
                roles: known(roles, "account", "roles")?,
                approval_step: self.approval_step,
                is_disabled: self.is_disabled,
            },
            password_hash: self.password_hash,
        })
    }
}

fn codes(roles: &Roles) -> String {
    let codes: Vec<&str> = roles.iter().map(|role| role.code()).collect();
    to_json(&codes)
}

/// Whether anybody can sign in at all.
pub async fn has_accounts(tx: &mut Tx) -> Result<bool, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM account)")
            .fetch_one(conn)
            .await?
    }))
}

/// Lists all accounts by login.
pub async fn list_accounts(tx: &mut Tx) -> Result<Vec<Account>, Error> {
    let rows: Vec<Row> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, login, name, roles, approval_step, password_hash, is_disabled
             FROM account ORDER BY login",
        )
        .fetch_all(conn)
        .await?
    });
    rows.into_iter()
        .map(|row| row.read().map(|stored| stored.account))
        .collect()
}

/// Finds the account of a login.
pub async fn find_account(tx: &mut Tx, login: &str) -> Result<Option<Stored>, Error> {
    let row: Option<Row> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, login, name, roles, approval_step, password_hash, is_disabled
             FROM account WHERE login = $1",
        )
        .bind(storable(login))
        .fetch_optional(conn)
        .await?
    });
    row.map(Row::read).transpose()
}

/// Adds an account.
pub async fn insert_account(
    tx: &mut Tx,
    account: &Account,
    password_hash: &str,
    now_us: i64,
) -> Result<AccountId, Error> {
    let id = tx.take_ids("account", 1).await?;
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO account (id, login, name, roles, password_hash, is_disabled, created_us,
                 approval_step)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(id)
        .bind(storable(&account.login))
        .bind(storable(&account.name))
        .bind(codes(&account.roles))
        .bind(password_hash)
        .bind(account.is_disabled)
        .bind(now_us)
        .bind(account.approval_step.as_deref().map(storable))
        .execute(conn)
        .await?;
    });
    Ok(AccountId(id))
}

/// Sets name, roles, step and whether the person may sign in.
pub async fn update_account(tx: &mut Tx, account: &Account) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query(
            "UPDATE account SET name = $1, roles = $2, is_disabled = $3, approval_step = $5
             WHERE id = $4",
        )
        .bind(storable(&account.name))
        .bind(codes(&account.roles))
        .bind(account.is_disabled)
        .bind(account.id.0)
        .bind(account.approval_step.as_deref().map(storable))
        .execute(conn)
        .await?;
    });
    Ok(())
}

/// Sets what the password is checked against.
pub async fn set_password(tx: &mut Tx, id: AccountId, password_hash: &str) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("UPDATE account SET password_hash = $1 WHERE id = $2")
            .bind(password_hash)
            .bind(id.0)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// Begins a session.
pub async fn insert_session(tx: &mut Tx, session: &NewSession<'_>) -> Result<i64, Error> {
    let id = tx.take_ids("session", 1).await?;
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO session
             (id, secret_hash, account_id, kind, label, created_us, seen_us, ends_us)
             VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
        )
        .bind(id)
        .bind(session.secret_hash)
        .bind(session.account.0)
        .bind(session.kind)
        .bind(storable(session.label))
        .bind(session.now_us)
        .bind(session.ends_us)
        .execute(conn)
        .await?;
    });
    Ok(id)
}

/// Finds a session by its secret, and whose it is.
pub async fn find_session(
    tx: &mut Tx,
    secret_hash: &str,
) -> Result<Option<(Session, Account)>, Error> {
    let session: Option<Session> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, account_id, kind, label, created_us, seen_us, ends_us
             FROM session WHERE secret_hash = $1",
        )
        .bind(secret_hash)
        .fetch_optional(conn)
        .await?
    });
    let Some(session) = session else {
        return Ok(None);
    };
    let row: Row = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, login, name, roles, approval_step, password_hash, is_disabled
             FROM account WHERE id = $1",
        )
        .bind(session.account_id)
        .fetch_one(conn)
        .await?
    });
    Ok(Some((session, row.read()?.account)))
}

/// The sessions of an account, the one used last first.
pub async fn list_sessions(tx: &mut Tx, account: AccountId) -> Result<Vec<Session>, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, account_id, kind, label, created_us, seen_us, ends_us
             FROM session WHERE account_id = $1 ORDER BY seen_us DESC, id DESC",
        )
        .bind(account.0)
        .fetch_all(conn)
        .await?
    }))
}

/// Notes that a session was used.
pub async fn touch_session(tx: &mut Tx, id: i64, now_us: i64) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("UPDATE session SET seen_us = $1 WHERE id = $2")
            .bind(now_us)
            .bind(id)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// Ends one session of an account; nothing happens when it is somebody else's.
pub async fn delete_session(tx: &mut Tx, account: AccountId, id: i64) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("DELETE FROM session WHERE id = $1 AND account_id = $2")
            .bind(id)
            .bind(account.0)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// Ends all sessions of an account, tokens included, but for one.
pub async fn delete_sessions(
    tx: &mut Tx,
    account: AccountId,
    kept: Option<i64>,
) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("DELETE FROM session WHERE account_id = $1 AND id <> $2")
            .bind(account.0)
            .bind(kept.unwrap_or(0))
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// Forgets sessions that have ended.
pub async fn delete_ended(tx: &mut Tx, now_us: i64) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("DELETE FROM session WHERE ends_us < $1")
            .bind(now_us)
            .execute(conn)
            .await?;
    });
    Ok(())
}
