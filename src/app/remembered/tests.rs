//! What is kept is used as long as it is true, whoever changes it.

use std::sync::Arc;

use super::Known;
use crate::app::setup::{Files, create_folder};
use crate::app::{App, Clock};
use crate::config::Config;
use crate::domain::Consultation;
use crate::store::{Store, catalog, ledger};

struct Example;

impl Files for Example {
    fn list(&self) -> std::io::Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        let folder = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/fixtures/consultation/bac_giang_2021"
        );
        std::fs::read(std::path::Path::new(folder).join(path))
    }
}

async fn desk() -> (App, Consultation, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let config = Config {
        index_heap_bytes: 16 << 20,
        ..Config::default()
    };
    let clock = Clock::Fixed(1_633_400_000_000_000);
    let app = create_folder(folder.path(), config, clock).await.unwrap();
    app.set_up(&Example, "consultation.toml").await.unwrap();
    let consultation = app.consultation(None).await.unwrap();
    (app, consultation, folder)
}

async fn append(store: &Store, action: ledger::Action) {
    let mut tx = store.write().await.unwrap();
    ledger::append(&mut tx, 1, "x", action, 1, 1).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn names_are_read_again_when_another_process_changes_them() {
    let (app, consultation, folder) = desk().await;
    let names = app.names(&consultation).await.unwrap();
    let dossier = app.dossier(consultation.id).await.unwrap();
    append(&app.store, ledger::Action::PointsChanged).await;
    let again = app.names(&consultation).await.unwrap();
    assert!(Arc::ptr_eq(&names, &again), "nothing about names happened");
    let same = app.dossier(consultation.id).await.unwrap();
    assert!(Arc::ptr_eq(&dossier, &same));

    let mut organization = app.organizations().await.unwrap().remove(0);
    let id = organization.id;
    assert_ne!(names.organization(id), Some("Sở Mới lập"));
    organization.name = "Sở Mới lập".to_owned();
    let other = Store::open_file(&folder.path().join("tiepthu.sqlite"))
        .await
        .unwrap();
    let mut tx = other.write().await.unwrap();
    catalog::set_organizations(&mut tx, &[organization])
        .await
        .unwrap();
    ledger::append(&mut tx, 1, "x", ledger::Action::CatalogSet, id.0, id.0)
        .await
        .unwrap();
    let uncommitted = app.names(&consultation).await.unwrap();
    assert!(Arc::ptr_eq(&names, &uncommitted));
    tx.commit().await.unwrap();
    let renamed = app.names(&consultation).await.unwrap();
    assert_eq!(renamed.organization(id), Some("Sở Mới lập"));
    let dossier = app.dossier(consultation.id).await.unwrap();
    assert_eq!(dossier.organization_name(id), Some("Sở Mới lập"));
    let kept = app.names(&consultation).await.unwrap();
    assert!(Arc::ptr_eq(&renamed, &kept));
    other.close().await;
}

#[tokio::test]
async fn a_transaction_that_began_earlier_sees_its_own_moment() {
    let (app, consultation, _folder) = desk().await;
    let mut organization = app.organizations().await.unwrap().remove(0);
    let (id, before) = (organization.id, organization.name.clone());
    let mut earlier = app.store.read().await.unwrap();
    ledger::last_seq(&mut earlier).await.unwrap();
    organization.name = "Sở Mới lập".to_owned();
    app.set_organizations(&[organization]).await.unwrap();
    let now = app.names(&consultation).await.unwrap();
    assert_eq!(now.organization(id), Some("Sở Mới lập"));
    let then = app.names_in(&mut earlier, &consultation).await.unwrap();
    assert_eq!(then.organization(id), Some(before.as_str()));
    drop(earlier);
    let now = app.names(&consultation).await.unwrap();
    assert_eq!(now.organization(id), Some("Sở Mới lập"));
}

#[tokio::test]
async fn with_older_drafts_nothing_is_kept_longer_than_the_ledger() {
    let (app, consultation, _folder) = desk().await;
    let mut tx = app.store.read().await.unwrap();
    let mut catalog = super::read_catalog(&mut tx, consultation.id).await.unwrap();
    drop(tx);
    assert!(!catalog.has_older_drafts);
    catalog.has_older_drafts = true;
    let known = Known {
        seq: 5,
        catalog: Arc::new(catalog),
    };
    assert!(known.holds_at(5, false));
    assert!(!known.holds_at(6, false));
}
