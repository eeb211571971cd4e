//! The short reconciliation: asked, replied, silent, submissions, points, by decision.

use super::mail::receiving::MailboxStatus;
use super::{App, Error};
use crate::domain::Consultation;
use crate::report::reconcile::Reconciliation;
use crate::store::tallies::Counts;

/// Where a consultation stands.
#[derive(Debug, Clone)]
pub struct Status {
    /// Its code and title.
    pub consultation: Consultation,
    /// Counts of everything, internal rounds included.
    pub counts: Counts,
    /// Counts and equations of all rounds, internal ones included.
    pub reconciliation: Reconciliation,
    /// The last entry of the ledger.
    pub ledger_seq: i64,
    /// The last entry the index has applied.
    pub indexed_seq: i64,
    /// How mailboxes fare.
    pub mailboxes: Vec<MailboxStatus>,
    /// Letters a person has to look at.
    pub n_letters: usize,
}

impl App {
    /// Counts a consultation and checks that the numbers add up.
    pub async fn status(&self, consultation: &Consultation) -> Result<Status, Error> {
        let (reconciliation, counts, ledger_seq) = self.reconcile_all(consultation).await?;
        let letters = self.outbox(consultation).await?;
        Ok(Status {
            consultation: consultation.clone(),
            counts,
            reconciliation,
            ledger_seq,
            indexed_seq: self.index.applied_seq(),
            mailboxes: self.mailboxes().await?,
            n_letters: letters.iter().filter(|it| it.state.needs_person()).count(),
        })
    }
}
