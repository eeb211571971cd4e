//! From a snapshot of the database to the bytes of a report.
//!
//! [`snapshot::Snapshot`] -> [`reconcile::reconcile`] (every number proves itself) ->
//! [`model::build`] (one model, refused while a number does not add up) -> [`html::render_html`].
//!
//! Never queries and never reads the clock: the moment is part of the snapshot. Layout follows
//! Nghị định 30/2020/NĐ-CP, Phụ lục I. Expected files: `fixtures/report/`.

pub mod html;
pub mod model;
pub mod reconcile;
pub mod roster;
pub mod snapshot;

mod facts;
mod place;
mod rows;
mod wording;
