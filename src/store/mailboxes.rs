//! Folders of mailboxes on servers, and what became of each message.

use std::collections::BTreeMap;

use sqlx::FromRow;

use super::engine::on_engine;
use super::{Error, Tx, known, storable};
use crate::domain::SubmissionId;

/// A folder of a mailbox, and how far it has been read.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Mailbox {
    /// Key.
    pub id: i64,
    /// Account, server and folder.
    pub address: String,
    /// What it is called on screen.
    pub name: String,
    /// UIDs are its own as long as this stays the same; `None` before the first look.
    pub uid_validity: Option<i64>,
    /// All messages up to here are taken in or listed as messages.
    pub last_uid: i64,
    /// The last look that went well, microseconds since 1970.
    pub looked_us: Option<i64>,
    /// Why looks have failed since then, in Vietnamese.
    pub failure: Option<String>,
    /// Since when they have.
    pub failed_us: Option<i64>,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageState {
    /// Its bytes and its submission are durable.
    Kept,
    /// And the server has been told.
    Marked,
    /// The server did not give it out.
    Absent,
}

impl MessageState {
    const ALL: [Self; 3] = [Self::Kept, Self::Marked, Self::Absent];

    fn code(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Marked => "marked",
            Self::Absent => "absent",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// A message of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Message {
    /// Its number there.
    pub uid: u32,
    /// What became of it.
    pub state: MessageState,
    /// The submission it is.
    pub submission: Option<SubmissionId>,
    /// How often it was asked for in vain.
    pub n_tries: i64,
}

/// Finds a folder by its address, adding it when it is new.
pub async fn find_or_add(tx: &mut Tx, address: &str, name: &str) -> Result<Mailbox, Error> {
    let id = tx.take_ids("mailbox", 1).await?;
    Ok(on_engine!(tx, |conn| {
        sqlx::query_as(
            "INSERT INTO mailbox (id, address, name, last_uid) VALUES ($1, $2, $3, 0)
             ON CONFLICT (address) DO UPDATE SET name = $3 RETURNING *",
        )
        .bind(id)
        .bind(storable(address))
        .bind(storable(name))
        .fetch_one(conn)
        .await?
    }))
}

/// Lists all folders ever read, by name.
pub async fn list_mailboxes(tx: &mut Tx) -> Result<Vec<Mailbox>, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_as("SELECT * FROM mailbox ORDER BY name, id")
            .fetch_all(conn)
            .await?
    }))
}

/// Records the server's UIDVALIDITY; under a new one all messages are looked at again.
pub async fn set_uid_validity(tx: &mut Tx, id: i64, uid_validity: u32) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query(
            "UPDATE mailbox SET uid_validity = $2, last_uid = 0
             WHERE id = $1 AND (uid_validity IS NULL OR uid_validity <> $2)",
        )
        .bind(id)
        .bind(i64::from(uid_validity))
        .execute(conn)
        .await?;
    });
    Ok(())
}

/// Records what became of a message, and that all up to it have been looked at.
pub async fn record_message(
    tx: &mut Tx,
    id: i64,
    uid_validity: u32,
    message: Message,
    now_us: i64,
) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO mailbox_message
                 (mailbox_id, uid_validity, uid, state, submission_id, n_tries, seen_us)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (mailbox_id, uid_validity, uid) DO UPDATE
             SET state = $4, submission_id = COALESCE($5, mailbox_message.submission_id),
                 n_tries = $6",
        )
        .bind(id)
        .bind(i64::from(uid_validity))
        .bind(i64::from(message.uid))
        .bind(message.state.code())
        .bind(message.submission.map(|submission| submission.0))
        .bind(message.n_tries)
        .bind(now_us)
        .execute(&mut *conn)
        .await?;
        sqlx::query(
            "UPDATE mailbox SET last_uid = $3
             WHERE id = $1 AND uid_validity = $2 AND last_uid < $3",
        )
        .bind(id)
        .bind(i64::from(uid_validity))
        .bind(i64::from(message.uid))
        .execute(conn)
        .await?;
    });
    Ok(())
}

/// The messages of a folder that are known, by UID.
pub async fn list_messages(
    tx: &mut Tx,
    id: i64,
    uid_validity: u32,
    from: u32,
) -> Result<BTreeMap<u32, Message>, Error> {
    let rows: Vec<(i64, String, Option<i64>, i64)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT uid, state, submission_id, n_tries FROM mailbox_message
             WHERE mailbox_id = $1 AND uid_validity = $2 AND (uid >= $3 OR state <> 'marked')",
        )
        .bind(id)
        .bind(i64::from(uid_validity))
        .bind(i64::from(from))
        .fetch_all(conn)
        .await?
    });
    rows.into_iter()
        .map(|(uid, state, submission, n_tries)| {
            let uid = known(u32::try_from(uid).ok(), "mailbox_message", "uid")?;
            let message = Message {
                uid,
                state: known(MessageState::parse(&state), "mailbox_message", "state")?,
                submission: submission.map(SubmissionId),
                n_tries,
            };
            Ok((uid, message))
        })
        .collect()
}

/// Messages the server did not give out, of all folders: how many of each.
pub async fn count_absent(tx: &mut Tx) -> Result<BTreeMap<i64, i64>, Error> {
    let rows: Vec<(i64, i64)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT m.id, COUNT(*) FROM mailbox m JOIN mailbox_message g
                 ON g.mailbox_id = m.id AND g.uid_validity = m.uid_validity
             WHERE g.state = 'absent' GROUP BY m.id",
        )
        .fetch_all(conn)
        .await?
    });
    Ok(rows.into_iter().collect())
}

/// Forgets a message that is no longer on the server and was never taken in.
pub async fn forget_absent(tx: &mut Tx, id: i64, uid_validity: u32, uid: u32) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query(
            "DELETE FROM mailbox_message
             WHERE mailbox_id = $1 AND uid_validity = $2 AND uid = $3 AND state = 'absent'",
        )
        .bind(id)
        .bind(i64::from(uid_validity))
        .bind(i64::from(uid))
        .execute(conn)
        .await?;
    });
    Ok(())
}

/// Notes how a look ended; `failure` says in Vietnamese why it failed.
pub async fn note_look(
    tx: &mut Tx,
    id: i64,
    now_us: i64,
    failure: Option<&str>,
) -> Result<(), Error> {
    let sql = match failure {
        None => "UPDATE mailbox SET looked_us = $2, failure = $3, failed_us = NULL WHERE id = $1",
        Some(_) => {
            "UPDATE mailbox SET failure = $3, failed_us = COALESCE(failed_us, $2) WHERE id = $1"
        }
    };
    on_engine!(tx, |conn| {
        sqlx::query(sql)
            .bind(id)
            .bind(now_us)
            .bind(failure.map(storable))
            .execute(conn)
            .await?;
    });
    Ok(())
}
