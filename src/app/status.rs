//! The short reconciliation: asked, replied, silent, submissions, points, by decision.

use super::counting::Counted;
use super::{App, Error, run_blocking};
use crate::domain::Consultation;
use crate::report::reconcile::{Reconciliation, Scope};
use crate::store::tallies::{self, Counts};

/// Where a consultation stands.
#[derive(Debug, Clone)]
pub struct Status {
    /// Its code and title.
    pub consultation: Consultation,
    /// Counts straight from the database, internal rounds included.
    pub counts: Counts,
    /// Counts and equations of all rounds, internal ones included.
    pub reconciliation: Reconciliation,
    /// The last entry of the ledger.
    pub ledger_seq: i64,
    /// The last entry the index has applied.
    pub indexed_seq: i64,
}

impl App {
    /// Counts a consultation and checks that the numbers add up.
    pub async fn status(&self, consultation: &Consultation) -> Result<Status, Error> {
        let mut tx = self.store.read().await?;
        let counted = Counted::read(self, &mut tx, consultation).await?;
        let counts = tallies::count(&mut tx, consultation.id).await?;
        drop(tx);
        let ledger_seq = counted.ledger_seq();
        let scope = Scope {
            include_internal: true,
            ..Scope::default()
        };
        let reconciliation = run_blocking(move || counted.reconcile(&scope)).await?;
        Ok(Status {
            consultation: consultation.clone(),
            counts,
            reconciliation,
            ledger_seq,
            indexed_seq: self.index.applied_seq(),
        })
    }
}
