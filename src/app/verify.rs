//! Proof that nothing was lost or altered: hashes, ledger, equations, index.

use std::collections::BTreeSet;

use super::counting::Counted;
use super::{App, Error, run_blocking};
use crate::blob::Health;
use crate::domain::{ConsultationId, ContentHash, PointId, SubmissionId};
use crate::index::{Filters, Query};
use crate::report::reconcile::Scope;
use crate::store::ledger::{self, Fault};
use crate::store::{self, Tx, standings, submissions, tallies};

/// What was checked and what was found wrong.
#[derive(Debug, Clone, Default)]
pub struct Verification {
    /// Originals whose hash was recomputed.
    pub n_blobs: usize,
    /// Ledger entries whose hash and digest were recomputed.
    pub n_entries: i64,
    /// Equations checked.
    pub n_equations: usize,
    /// Points the index should hold.
    pub n_points: usize,
    /// Everything wrong, one Vietnamese sentence each.
    pub faults: Vec<String>,
}

/// Every original that the database names, each once.
pub(super) async fn list_originals(tx: &mut Tx) -> Result<Vec<ContentHash>, Error> {
    let mut hashes = submissions::list_blobs(tx).await?;
    hashes.extend(store::consultations::list_draft_blobs(tx).await?);
    hashes.extend(store::report_versions::list_blobs(tx).await?);
    hashes.extend(store::outbox::list_blobs(tx).await?);
    hashes.sort_unstable();
    hashes.dedup();
    Ok(hashes)
}

impl App {
    /// Checks every hash, the ledger's chain, every equation, and that the index agrees with the
    /// database.
    pub async fn verify(&self) -> Result<Verification, Error> {
        let mut found = Verification::default();
        self.verify_blobs(&mut found).await?;
        let mut tx = self.store.read().await?;
        let (n_entries, faults) = ledger::verify(&mut tx).await?;
        found.n_entries = n_entries;
        found.faults.extend(faults.iter().map(describe));
        let consultations = store::consultations::list_consultations(&mut tx).await?;
        drop(tx);
        for consultation in consultations {
            let mut tx = self.store.read().await?;
            let counted = Counted::read(self, &mut tx, &consultation).await?;
            let counts = tallies::count(&mut tx, consultation.id).await?;
            drop(tx);
            let counted_by_hand = counted.counts(counts.problems);
            let scope = Scope {
                include_internal: true,
                ..Scope::default()
            };
            let reconciliation = run_blocking(move || counted.reconcile(&scope)).await?;
            found.n_equations += reconciliation.equations.len();
            for equation in reconciliation.failing() {
                found.faults.push(format!(
                    "Hồ sơ {}: số liệu không khớp: {}. {}",
                    consultation.code,
                    equation.text,
                    equation.offenders.join("; ")
                ));
            }
            // The counts of SQL and of the report's model come by different ways and must agree.
            found.n_equations += 1;
            if counted_by_hand != counts {
                found.faults.push(format!(
                    "Hồ sơ {}: cơ sở dữ liệu đếm {counts}; báo cáo đếm {counted_by_hand}.",
                    consultation.code
                ));
            }
            self.verify_index(consultation.id, &mut found).await?;
        }
        for file in self.index.damaged_files()? {
            found.faults.push(format!(
                "Tệp chỉ mục `{file}` bị hỏng; chạy `tiepthu index rebuild`."
            ));
        }
        Ok(found)
    }

    async fn verify_blobs(&self, found: &mut Verification) -> Result<(), Error> {
        let mut tx = self.store.read().await?;
        let hashes = list_originals(&mut tx).await?;
        drop(tx);
        found.n_blobs = hashes.len();
        for hash in hashes {
            match self.blobs.check(hash)? {
                Health::Sound => {}
                Health::Missing => found.faults.push(format!("Mất bản gốc `{hash}`.")),
                Health::Altered => found.faults.push(format!("Bản gốc `{hash}` đã bị sửa.")),
            }
        }
        Ok(())
    }

    async fn verify_index(
        &self,
        consultation: ConsultationId,
        found: &mut Verification,
    ) -> Result<(), Error> {
        let mut tx = self.store.read().await?;
        let submissions =
            standings::list_submissions(&mut tx, consultation, standings::ALL).await?;
        let points = standings::list_points(&mut tx, consultation, standings::ALL).await?;
        drop(tx);
        let searchable: BTreeSet<SubmissionId> = submissions
            .iter()
            .filter(|submission| super::reindex::is_searchable(submission.disposition))
            .map(|submission| submission.id)
            .collect();
        let mut expected: Vec<PointId> = points
            .iter()
            .filter(|point| searchable.contains(&point.submission))
            .map(|point| point.id)
            .collect();
        expected.sort_unstable();
        let filters = Filters {
            consultation: Some(consultation),
            ..Filters::default()
        };
        let mut indexed = self.index.ids(&Query {
            filters,
            ..Query::default()
        })?;
        indexed.sort_unstable();
        found.n_points += expected.len();
        if indexed != expected {
            found.faults.push(format!(
                "Chỉ mục có {} ý kiến, cơ sở dữ liệu có {}; chạy `tiepthu index rebuild`.",
                indexed.len(),
                expected.len()
            ));
        }
        Ok(())
    }
}

fn describe(fault: &Fault) -> String {
    match fault {
        Fault::Missing { seq } => format!("Nhật ký thiếu mục số {seq}."),
        Fault::Altered { seq } => format!("Mục số {seq} của nhật ký đã bị sửa."),
        Fault::Content {
            seq,
            action,
            first_id,
            last_id,
        } => {
            let (_, what) = super::audit::words(*action);
            format!(
                "Nội dung {what} số {first_id} đến {last_id} không còn như khi ghi (mục {seq} của nhật ký)."
            )
        }
    }
}
