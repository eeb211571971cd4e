//! Tests of the whole road from a snapshot to bytes.
//!
//! Expected texts: `fixtures/report/`, renewed with `INSTA_UPDATE=always cargo test --lib report`.

mod charts;
mod csv;
mod docx;
mod edition;
mod frozen;
mod html;
mod model;
mod pdf;
mod properties;
mod reconcile;
mod supplement;
mod wording;
mod world;
mod xlsx;

pub(super) use world::many;

use super::model::{Kind, ReportModel, build};
use super::reconcile::Scope;
use super::snapshot::Snapshot;

/// Every kind, an extract of the first organization among them.
fn kinds(snapshot: &Snapshot) -> [Kind; 9] {
    [
        Kind::Full,
        Kind::BySection,
        Kind::ByOrganization,
        Kind::Roster,
        Kind::Extract(snapshot.organizations[0].id),
        Kind::OpenWork,
        Kind::Form,
        Kind::Reminder,
        Kind::Drafts,
    ]
}

/// A report of the default scope.
#[track_caller]
fn report(snapshot: &Snapshot, kind: Kind) -> ReportModel {
    match build(snapshot, kind, &Scope::default()) {
        Ok(model) => model,
        Err(refusal) => panic!("{}: {refusal:#?}", kind.code()),
    }
}

/// Compares a text with the file of that name in `fixtures/report/`.
#[track_caller]
fn expect(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../fixtures/report");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
