//! What happens around an answer while it is written: words that are kept before they are saved, and
//! notes that drafters leave each other.

use super::responding::read_point;
use super::{App, Error, Kind};
use crate::domain::{Consultation, PointId};
use crate::store::ledger::{self, Action};
use crate::store::notes::{self, Note};
use crate::store::unsaved::{self, UnsavedAnswer};

/// Unsaved answers that "Việc của tôi" lists.
const N_UNSAVED: i64 = 50;

impl App {
    /// Keeps what somebody is typing about a point: durable, seen by nobody else, gone once saved.
    pub async fn keep_unsaved(
        &self,
        point: PointId,
        author: &str,
        answer: &UnsavedAnswer,
    ) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        unsaved::keep_answer(&mut tx, point, author, answer).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What somebody typed about a point and did not save.
    pub async fn unsaved_answer(
        &self,
        point: PointId,
        author: &str,
    ) -> Result<Option<UnsavedAnswer>, Error> {
        let mut tx = self.store.read().await?;
        Ok(unsaved::find_answer(&mut tx, point, author).await?)
    }

    /// The points of which somebody typed something and did not save it, latest first.
    pub async fn unsaved_points(&self, author: &str) -> Result<Vec<PointId>, Error> {
        let mut tx = self.store.read().await?;
        Ok(unsaved::list_points(&mut tx, author, N_UNSAVED).await?)
    }

    /// Throws away what somebody typed about a point.
    pub async fn forget_unsaved(&self, point: PointId, author: &str) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        unsaved::forget_answer(&mut tx, point, author).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Adds a note to a point.
    ///
    /// # Errors
    /// [`Kind::Invalid`] without words, [`Kind::NotFound`] without the point.
    pub async fn add_note(
        &self,
        consultation: &Consultation,
        point: PointId,
        author: &str,
        text: &str,
    ) -> Result<(), Error> {
        if text.trim().is_empty() {
            return Err(Error::new(Kind::Invalid, "Chưa viết gì vào ghi chú."));
        }
        let mut tx = self.store.write().await?;
        if read_point(&mut tx, point).await?.consultation != consultation.id {
            return Err(Error::new(
                Kind::NotFound,
                format!("Hồ sơ này không có ý kiến số {point}."),
            ));
        }
        let written_us = self.clock.now_us();
        let note = Note {
            author: author.to_owned(),
            text: text.trim().to_owned(),
            written_us,
        };
        let id = notes::insert_note(&mut tx, point, &note).await?;
        ledger::append(&mut tx, written_us, author, Action::NotesAdded, id, id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The notes about a point, oldest first.
    pub async fn notes(&self, point: PointId) -> Result<Vec<Note>, Error> {
        let mut tx = self.store.read().await?;
        Ok(notes::list_notes(&mut tx, point).await?)
    }
}
