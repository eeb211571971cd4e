//! The pages, one module each: handler, view struct, template.

pub(super) mod account;
pub(super) mod accounts;
pub(super) mod assignments;
pub(super) mod audit;
pub(super) mod bulk;
pub(super) mod compose;
pub(super) mod drafts;
pub(super) mod edits;
pub(super) mod filters;
pub(super) mod groups;
pub(super) mod import;
pub(super) mod keys;
pub(super) mod leader;
pub(super) mod letter_templates;
pub(super) mod letterhead;
pub(super) mod letters;
pub(super) mod mine;
pub(super) mod opening;
pub(super) mod originals;
pub(super) mod overview;
pub(super) mod paper;
pub(super) mod phrases;
pub(super) mod point;
pub(super) mod points;
pub(super) mod record;
pub(super) mod reports;
pub(super) mod roster;
pub(super) mod sign_in;
pub(super) mod submission;
pub(super) mod submissions;
pub(super) mod tables;
pub(super) mod triage;
pub(super) mod versions;

mod beside;
mod outline;
mod point_view;

use super::error::Error;
use crate::app;

/// Carries a write to its end even when the browser goes away meanwhile.
pub(super) async fn outlive<T: Send + 'static>(
    work: impl Future<Output = Result<T, app::Error>> + Send + 'static,
) -> Result<T, app::Error> {
    tokio::spawn(work).await.unwrap_or_else(|error| {
        let message = "Có lỗi trong chương trình khi ghi.";
        Err(app::Error::caused(app::Kind::Internal, message, error))
    })
}

/// Reads a code from a form or an address; empty stands for none.
pub(super) fn coded<T>(
    field: &str,
    code: &str,
    parse: fn(&str) -> Option<T>,
) -> Result<Option<T>, Error> {
    match code {
        "" => Ok(None),
        code => parse(code)
            .map(Some)
            .ok_or_else(|| Error::invalid(format!("`{field}` không nhận giá trị `{code}`."))),
    }
}

/// Reads a round's number; empty stands for none.
pub(super) fn round_number(text: &str) -> Result<Option<u32>, Error> {
    coded("round", text, |text| text.parse().ok())
}
