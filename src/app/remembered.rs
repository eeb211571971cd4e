//! Sections, organizations and rounds, kept from one use to the next.
//!
//! Every search and every page needs their names, and they hardly ever change. The ledger says when
//! they do, whichever process changed them: what is kept carries the entry it was true at, and is
//! used only in a transaction that sees no later entry about them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::search::Names;
use super::understand::Dossier;
use super::{App, Error};
use crate::domain::{Consultation, ConsultationId, Organization, Round};
use crate::store::{self, Tx, ledger};

/// What is kept, by consultation.
#[derive(Debug, Default)]
pub(super) struct Remembered(Mutex<BTreeMap<ConsultationId, Known>>);

/// Something true at an entry of the ledger.
#[derive(Debug, Clone)]
struct Known {
    seq: i64,
    catalog: Arc<Catalog>,
}

/// What a consultation's pages and rules look up.
#[derive(Debug)]
struct Catalog {
    names: Arc<Names>,
    rounds: Vec<Round>,
    organizations: Vec<Organization>,
    /// Whether a document has drafts before its current one.
    has_older_drafts: bool,
    /// Prepared when somebody first asks: pages do not.
    dossier: OnceCell<Arc<Dossier>>,
}

impl Remembered {
    fn get(&self, consultation: ConsultationId) -> Option<Known> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&consultation).cloned()
    }

    fn put(&self, consultation: ConsultationId, known: Known) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(consultation, known);
    }
}

impl Known {
    /// Whether it is still true at entry `seq`. A transaction that began before it was read cannot
    /// tell, and reads for itself. Where there are older drafts, points decide which of their
    /// sections are listed: there it is true until anything happens.
    fn holds_at(&self, seq: i64, is_catalog_set: bool) -> bool {
        let has_older_drafts = self.catalog.has_older_drafts;
        seq == self.seq || (seq > self.seq && !is_catalog_set && !has_older_drafts)
    }
}

impl App {
    /// Labels and names for showing points.
    pub async fn names(&self, consultation: &Consultation) -> Result<Arc<Names>, Error> {
        let mut tx = self.store.read().await?;
        self.names_in(&mut tx, consultation).await
    }

    /// The same as a transaction sees them.
    pub(super) async fn names_in(
        &self,
        tx: &mut Tx,
        consultation: &Consultation,
    ) -> Result<Arc<Names>, Error> {
        let catalog = self.catalog(tx, consultation.id).await?;
        Ok(Arc::clone(&catalog.names))
    }

    /// Everything needed to understand replies to a consultation, as it stands now.
    pub(super) async fn dossier(
        &self,
        consultation: ConsultationId,
    ) -> Result<Arc<Dossier>, Error> {
        let mut tx = self.store.read().await?;
        let catalog = self.catalog(&mut tx, consultation).await?;
        let prepare = async {
            let names = &catalog.names;
            let drafts = super::drafts::older_drafts(&mut tx, &names.documents).await?;
            let arrangements = super::arrangements::read(&mut tx).await?;
            let dossier = Dossier::from_store(
                &names.documents,
                &names.sections,
                &drafts,
                catalog.rounds.clone(),
                &catalog.organizations,
            );
            Ok::<_, Error>(Arc::new(dossier.with_arrangements(arrangements)))
        };
        let dossier = catalog.dossier.get_or_try_init(|| prepare).await?;
        Ok(Arc::clone(dossier))
    }

    async fn catalog(
        &self,
        tx: &mut Tx,
        consultation: ConsultationId,
    ) -> Result<Arc<Catalog>, Error> {
        let known = self.remembered.get(consultation);
        let since = known.as_ref().map_or(0, |known| known.seq);
        let (seq, is_catalog_set) = ledger::catalog_since(tx, since).await?;
        let catalog = match known {
            Some(known) if known.holds_at(seq, is_catalog_set) => known.catalog,
            _ => Arc::new(read_catalog(tx, consultation).await?),
        };
        let known = Known {
            seq,
            catalog: Arc::clone(&catalog),
        };
        self.remembered.put(consultation, known);
        Ok(catalog)
    }
}

async fn read_catalog(tx: &mut Tx, consultation: ConsultationId) -> Result<Catalog, Error> {
    let documents = store::consultations::list_documents(tx, consultation).await?;
    let sections = store::consultations::list_sections(tx, consultation).await?;
    let rounds = store::consultations::list_rounds(tx, consultation).await?;
    let organizations = store::catalog::list_organizations(tx).await?;
    let mut has_older_drafts = false;
    for document in &documents {
        has_older_drafts |= store::drafts::list_drafts(tx, document.id).await?.len() > 1;
    }
    Ok(Catalog {
        has_older_drafts,
        names: Arc::new(Names::new(documents, sections, &rounds, &organizations)),
        rounds,
        organizations,
        dossier: OnceCell::new(),
    })
}

#[cfg(test)]
mod tests;
