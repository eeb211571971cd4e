//! How reports are headed and signed: each saving is a row of its own, the last one holds.

use serde::{Deserialize, Serialize};

use super::engine::on_engine;
use super::{Error, Tx, from_json, known, storable, to_json};
use crate::domain::{ConsultationId, ExtraColumn, Letterhead};

const TABLE: &str = "letterhead";

/// A letterhead as it was saved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Saved {
    /// Key of the saving; 0 for one never saved.
    pub version: i64,
    /// What was saved.
    pub letterhead: Letterhead,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    superior: String,
    agency: String,
    symbol: String,
    place: String,
    signer_title: String,
    signer_name: String,
    addressee: String,
    recipients: Vec<String>,
    legal_bases: Vec<String>,
    columns: Vec<String>,
}

pub(super) fn read(json: &str) -> Result<Letterhead, Error> {
    let stored: Stored = from_json(json, TABLE, "content")?;
    let columns = stored.columns.iter();
    let columns = columns.map(|code| known(ExtraColumn::parse(code), TABLE, "columns"));
    Ok(Letterhead {
        columns: columns.collect::<Result<_, _>>()?,
        superior: stored.superior,
        agency: stored.agency,
        symbol: stored.symbol,
        place: stored.place,
        signer_title: stored.signer_title,
        signer_name: stored.signer_name,
        addressee: stored.addressee,
        recipients: stored.recipients,
        legal_bases: stored.legal_bases,
    })
}

fn write(letterhead: &Letterhead) -> String {
    let columns = letterhead.columns.iter();
    to_json(&Stored {
        superior: letterhead.superior.clone(),
        agency: letterhead.agency.clone(),
        symbol: letterhead.symbol.clone(),
        place: letterhead.place.clone(),
        signer_title: letterhead.signer_title.clone(),
        signer_name: letterhead.signer_name.clone(),
        addressee: letterhead.addressee.clone(),
        recipients: letterhead.recipients.clone(),
        legal_bases: letterhead.legal_bases.clone(),
        columns: columns.map(|column| column.code().to_owned()).collect(),
    })
}

/// Adds a saving: a consultation's own letterhead, or without one the office's.
pub async fn insert_letterhead(
    tx: &mut Tx,
    consultation: Option<ConsultationId>,
    letterhead: &Letterhead,
    actor: &str,
    saved_us: i64,
) -> Result<i64, Error> {
    let id = tx.take_ids(TABLE, 1).await?;
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO letterhead (id, consultation_id, content, actor, saved_us)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(id)
        .bind(consultation.map(|id| id.0))
        .bind(write(letterhead))
        .bind(storable(actor))
        .bind(saved_us)
        .execute(conn)
        .await?;
    });
    Ok(id)
}

/// The last saving of a consultation's own letterhead, or of the office's.
pub async fn last_letterhead(
    tx: &mut Tx,
    consultation: Option<ConsultationId>,
) -> Result<Saved, Error> {
    let row: Option<(i64, String)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, content FROM letterhead
             WHERE consultation_id = $1 OR ($1 IS NULL AND consultation_id IS NULL)
             ORDER BY id DESC LIMIT 1",
        )
        .bind(consultation.map(|id| id.0))
        .fetch_optional(conn)
        .await?
    });
    match row {
        None => Ok(Saved::default()),
        Some((version, content)) => Ok(Saved {
            version,
            letterhead: read(&content)?,
        }),
    }
}
