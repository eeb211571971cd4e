//! Letters and files taken back, and what happens when they come again. Tables: [`super::batches`].

use super::ingest::{Settled, TABLE_AUTHOR};
use super::{App, Error, Kind};
use crate::domain::{
    Channel, Consultation, ConsultationId, ContentHash, Disposition, SubmissionId,
};
use crate::store::ledger::{self, Action};
use crate::store::{Tx, undone};

impl App {
    /// Takes a letter or file back, as long as nobody answered anything of it; its original is kept,
    /// and importing that again makes it what it was.
    ///
    /// # Errors
    /// [`Kind::Conflict`] once something of it was answered, or while another one counts as its
    /// duplicate; [`Kind::Invalid`] for a row of a table, which goes with its table.
    pub async fn undo_submission(
        &self,
        consultation: &Consultation,
        id: SubmissionId,
    ) -> Result<(), Error> {
        let submission = self.submission(id).await?;
        if submission.consultation != consultation.id {
            return Err(Error::new(
                Kind::NotFound,
                format!("Không có lượt góp ý số {id}."),
            ));
        }
        if let Some(batch) = submission.batch {
            return Err(Error::new(
                Kind::Invalid,
                format!(
                    "Lượt góp ý số {id} là một dòng của bảng; hãy hoàn tác cả lần nhập số {batch}."
                ),
            ));
        }
        let mut tx = self.store.write().await?;
        self.undo_in(&mut tx, id, submission.disposition).await?;
        tx.commit().await?;
        self.let_index_follow().await;
        Ok(())
    }

    /// The same in a transaction that does more. Undoing twice does nothing.
    pub(super) async fn undo_in(
        &self,
        tx: &mut Tx,
        id: SubmissionId,
        disposition: Disposition,
    ) -> Result<(), Error> {
        if matches!(disposition, Disposition::Undone | Disposition::Purged) {
            return Ok(());
        }
        let conflict = |message: String| Err(Error::new(Kind::Conflict, message));
        if undone::is_answered(tx, id, TABLE_AUTHOR).await? {
            return conflict(format!(
                "Không hoàn tác được lượt góp ý số {id}: đã có người trả lời hoặc gộp nhóm ý kiến của lượt này."
            ));
        }
        if let Some(other) = undone::find_duplicate(tx, id).await? {
            return conflict(format!(
                "Không hoàn tác được lượt góp ý số {id}: lượt số {other} đang được coi là bản trùng của lượt này. Hãy quyết định lại lượt số {other} trước."
            ));
        }
        let (now_us, actor) = (self.clock.now_us(), &self.actor);
        let other = undone::undo_submission(tx, id, actor, now_us).await?;
        ledger::append(tx, now_us, actor, Action::BatchUndone, id.0, id.0).await?;
        if let Some(SubmissionId(other)) = other {
            ledger::append(tx, now_us, actor, Action::SubmissionsChanged, other, other).await?;
        }
        Ok(())
    }

    /// Makes all that was taken back of an original that came again what it was; a mail may hold
    /// several letters.
    pub(super) async fn restore_all_in(
        &self,
        tx: &mut Tx,
        consultation: ConsultationId,
        channel: Channel,
        blob: ContentHash,
    ) -> Result<Vec<Settled>, Error> {
        let mut restored = Vec::new();
        for id in undone::list_of_original(tx, consultation, channel, blob).await? {
            restored.extend(self.restore_in(tx, id).await?);
        }
        Ok(restored)
    }

    /// Makes a submission that came again what it was before it was taken back; `None` where it was
    /// not taken back.
    pub(super) async fn restore_in(
        &self,
        tx: &mut Tx,
        id: SubmissionId,
    ) -> Result<Option<Settled>, Error> {
        let Some(restored) = undone::restore_submission(tx, id).await? else {
            return Ok(None);
        };
        let (now_us, actor) = (self.clock.now_us(), &self.actor);
        let action = Action::SubmissionsChanged;
        ledger::append(tx, now_us, actor, action, id.0, id.0).await?;
        if let Some(SubmissionId(other)) = restored.other {
            ledger::append(tx, now_us, actor, action, other, other).await?;
        }
        Ok(Some(Settled::again(&restored)))
    }
}
