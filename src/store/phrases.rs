//! Mẫu câu: phrases that answers of a consultation are put together from.

use super::engine::on_engine;
use super::{Error, Tx, known, storable};
use crate::domain::{ConsultationId, Decision};

/// A phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// Key.
    pub id: i64,
    /// For answers that decide so; `None` for any.
    pub decision: Option<Decision>,
    /// The words.
    pub text: String,
}

/// Adds a phrase; returns its key.
pub async fn insert_phrase(
    tx: &mut Tx,
    consultation: ConsultationId,
    decision: Option<Decision>,
    text: &str,
) -> Result<i64, Error> {
    let id = tx.take_ids("phrase", 1).await?;
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO phrase (id, consultation_id, decision, text, is_removed)
             VALUES ($1, $2, $3, $4, FALSE)",
        )
        .bind(id)
        .bind(consultation.0)
        .bind(decision.map(Decision::code))
        .bind(storable(text))
        .execute(conn)
        .await?;
    });
    Ok(id)
}

/// No longer offers a phrase; answers that were made with it stay as they are.
pub async fn remove_phrase(
    tx: &mut Tx,
    consultation: ConsultationId,
    id: i64,
) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("UPDATE phrase SET is_removed = TRUE WHERE id = $1 AND consultation_id = $2")
            .bind(id)
            .bind(consultation.0)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// Lists the phrases of a consultation, oldest first.
pub async fn list_phrases(tx: &mut Tx, consultation: ConsultationId) -> Result<Vec<Phrase>, Error> {
    let rows: Vec<(i64, Option<String>, String)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, decision, text FROM phrase
             WHERE consultation_id = $1 AND NOT is_removed ORDER BY id",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    });
    let phrase = |(id, decision, text): (i64, Option<String>, String)| {
        Ok(Phrase {
            id,
            decision: decision
                .map(|code| known(Decision::parse(&code), "phrase", "decision"))
                .transpose()?,
            text,
        })
    };
    rows.into_iter().map(phrase).collect()
}
