//! The short reconciliation: asked, replied, silent, submissions, points, by decision.

use super::{App, Error};
use crate::domain::Consultation;
use crate::report::reconcile::{Reconciliation, Scope, reconcile};
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
        let snapshot = self.snapshot(consultation).await?;
        let mut tx = self.store.read().await?;
        let counts = tallies::count(&mut tx, consultation.id).await?;
        drop(tx);
        let scope = Scope {
            include_internal: true,
            ..Scope::default()
        };
        Ok(Status {
            consultation: consultation.clone(),
            counts,
            reconciliation: reconcile(&snapshot, &scope),
            ledger_seq: snapshot.ledger_seq,
            indexed_seq: self.index.applied_seq(),
        })
    }
}
