//! Mẫu câu: phrases an office answers with again and again, kept with the consultation.

use super::{App, Error, Kind};
use crate::domain::{Consultation, Decision};
use crate::store::ledger::{self, Action};
use crate::store::phrases::{self, Phrase};

/// Longest phrase: it is the beginning of an answer, not a report.
const MAX_CHARS: usize = 2_000;

impl App {
    /// The phrases of a consultation.
    pub async fn phrases(&self, consultation: &Consultation) -> Result<Vec<Phrase>, Error> {
        let mut tx = self.store.read().await?;
        Ok(phrases::list_phrases(&mut tx, consultation.id).await?)
    }

    /// Adds a phrase; one that is there already is not added again.
    ///
    /// # Errors
    /// [`Kind::Invalid`] without words or with too many.
    pub async fn add_phrase(
        &self,
        consultation: &Consultation,
        decision: Option<Decision>,
        text: &str,
        actor: &str,
    ) -> Result<(), Error> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > MAX_CHARS {
            return Err(Error::new(
                Kind::Invalid,
                format!("Mẫu câu phải có chữ và không dài quá {MAX_CHARS} ký tự."),
            ));
        }
        let now_us = self.clock.now_us();
        let mut tx = self.store.write().await?;
        let known = phrases::list_phrases(&mut tx, consultation.id).await?;
        if known
            .iter()
            .any(|it| it.decision == decision && it.text == text)
        {
            return Ok(());
        }
        let id = phrases::insert_phrase(&mut tx, consultation.id, decision, text).await?;
        ledger::append(&mut tx, now_us, actor, Action::PhrasesSet, id, id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// No longer offers a phrase.
    pub async fn remove_phrase(
        &self,
        consultation: &Consultation,
        id: i64,
        actor: &str,
    ) -> Result<(), Error> {
        let now_us = self.clock.now_us();
        let mut tx = self.store.write().await?;
        phrases::remove_phrase(&mut tx, consultation.id, id).await?;
        ledger::append(&mut tx, now_us, actor, Action::PhrasesSet, id, id).await?;
        tx.commit().await?;
        Ok(())
    }
}
