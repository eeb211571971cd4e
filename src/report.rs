//! From a snapshot of the database to the bytes of a report.
//!
//! [`snapshot::Snapshot`] -> [`reconcile::reconcile`] (every number proves itself) ->
//! [`model::build`] (one model, refused while a number does not add up) -> [`docx::render_docx`],
//! [`pdf::render_pdf`], [`xlsx::render_xlsx`], [`html::render_html`], [`csv::render_csv`].
//!
//! Never queries and never reads the clock: the moment is part of the snapshot. Layout follows
//! Nghị định 30/2020/NĐ-CP, Phụ lục I. Expected files: `fixtures/report/`.

pub mod changes;
pub mod csv;
pub mod docx;
pub mod edition;
pub mod frozen;
pub mod html;
pub mod model;
pub mod pdf;
pub mod reconcile;
pub mod roster;
pub mod snapshot;
pub mod supplement;
pub mod work;
pub mod xlsx;

mod anonymous;
mod facts;
mod paper;
mod place;
mod rows;
mod wording;

pub(crate) use wording::avoids_refusal;

/// Why a report could not be written; never because of what it says.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The bytes could not be written.
    #[error("write the parts of the document")]
    Write(#[from] std::io::Error),
    /// The package could not be put together.
    #[error("put the package of the document together")]
    Package(#[from] zip::result::ZipError),
    /// The workbook could not be put together.
    #[error("put the workbook together")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The pages could not be typeset.
    #[error("typeset the pages: {0}")]
    Typeset(String),
}

#[cfg(test)]
mod tests;
