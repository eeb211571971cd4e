//! Phím tắt: every key a page listens to.

use askama::Template;

use crate::web::error::Error;
use crate::web::extract::InConsultation;
use crate::web::views::{Html, Page, Place};

#[derive(Template)]
#[template(path = "keys.html", config = "src/web/askama.toml")]
pub(in crate::web) struct KeysPage {
    page: Page,
}

pub(in crate::web) async fn get_keys(
    InConsultation(consultation): InConsultation,
) -> Result<Html<KeysPage>, Error> {
    Ok(Html(KeysPage {
        page: Page::new(&consultation, Place::Overview, "Phím tắt"),
    }))
}
