//! Mẫu câu: what answers are put together from.

use askama::Template;
use axum::response::Redirect;
use serde::Deserialize;

use super::point::tidy;
use super::{coded, outlive};
use crate::domain::Decision;
use crate::web::access::Acting;
use crate::web::address::base;
use crate::web::error::Error;
use crate::web::extract::{Form, Id, InConsultation};
use crate::web::views::{Html, Page, Place, Select, choices};

#[derive(Template)]
#[template(path = "phrases.html", config = "src/web/askama.toml")]
pub(in crate::web) struct PhrasesPage {
    page: Page,
    phrases: Vec<Line>,
    decision: Select,
}

struct Line {
    id: i64,
    text: String,
    decision: &'static str,
}

/// A new phrase.
#[derive(Deserialize)]
pub(in crate::web) struct PhraseFields {
    text: String,
    #[serde(default)]
    decision: String,
}

pub(in crate::web) async fn list_phrases(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
) -> Result<Html<PhrasesPage>, Error> {
    let phrases = app.phrases(&consultation).await?;
    Ok(Html(PhrasesPage {
        page: Page::new(&consultation, Place::Points, "Mẫu câu"),
        phrases: phrases
            .into_iter()
            .map(|phrase| Line {
                id: phrase.id,
                text: phrase.text,
                decision: phrase.decision.map_or("Mọi kết quả", Decision::name),
            })
            .collect(),
        decision: Select::new(
            "decision",
            "Dùng cho kết quả xử lý",
            "Mọi kết quả",
            "",
            choices(&Decision::ALL, Decision::code, Decision::name),
        ),
    }))
}

pub(in crate::web) async fn add_phrase(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Form(fields): Form<PhraseFields>,
) -> Result<Redirect, Error> {
    let actor = app.actor().to_owned();
    let decision = coded("decision", &fields.decision, Decision::parse)?;
    let address = format!("{}/phrases", base(&consultation));
    outlive(async move {
        let text = tidy(&fields.text);
        app.add_phrase(&consultation, decision, &text, &actor).await
    })
    .await?;
    Ok(Redirect::to(&address))
}

pub(in crate::web) async fn remove_phrase(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
) -> Result<Redirect, Error> {
    let actor = app.actor().to_owned();
    let address = format!("{}/phrases", base(&consultation));
    outlive(async move { app.remove_phrase(&consultation, id, &actor).await }).await?;
    Ok(Redirect::to(&address))
}
