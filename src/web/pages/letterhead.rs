//! Thể thức báo cáo: letterhead, signer, recipients, columns; of a consultation, and of the office.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::outlive;
use crate::app::letterheads::Saved;
use crate::app::{self, App};
use crate::domain::{Consultation, ExtraColumn, Letterhead};
use crate::web::access::Acting;
use crate::web::address::base;
use crate::web::error::Error;
use crate::web::extract::{Form, InConsultation, Query};
use crate::web::views::{Html, Page, Place};

#[derive(Template)]
#[template(path = "letterhead.html", config = "src/web/askama.toml")]
struct LetterheadPage {
    page: Page,
    action: String,
    is_office: bool,
    fields: Fields,
    /// What is printed where the consultation says nothing.
    office: Fields,
    columns: Vec<(&'static str, &'static str, bool)>,
    is_saved: bool,
    problems: Vec<String>,
}

/// What the form sends; lists stand one item a line.
#[derive(Deserialize, Default, Clone)]
pub(in crate::web) struct Fields {
    #[serde(default)]
    over: String,
    #[serde(default)]
    superior: String,
    #[serde(default)]
    agency: String,
    #[serde(default)]
    symbol: String,
    #[serde(default)]
    place: String,
    #[serde(default)]
    signer_title: String,
    #[serde(default)]
    signer_name: String,
    #[serde(default)]
    addressee: String,
    #[serde(default)]
    recipients: String,
    #[serde(default)]
    legal_bases: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    outcome: String,
}

/// Whether the page is shown after a saving.
#[derive(Deserialize, Default)]
pub(in crate::web) struct After {
    #[serde(default)]
    saved: String,
}

impl Fields {
    fn new(saved: &Saved) -> Self {
        let it = saved.letterhead.clone();
        let chosen = |column| {
            if it.columns.contains(&column) {
                "1"
            } else {
                ""
            }
            .to_owned()
        };
        Self {
            over: saved.version.to_string(),
            number: chosen(ExtraColumn::Number),
            outcome: chosen(ExtraColumn::Outcome),
            superior: it.superior,
            agency: it.agency,
            symbol: it.symbol,
            place: it.place,
            signer_title: it.signer_title,
            signer_name: it.signer_name,
            addressee: it.addressee,
            recipients: it.recipients.join("\n"),
            legal_bases: it.legal_bases.join("\n"),
        }
    }

    fn has(&self, column: ExtraColumn) -> bool {
        match column {
            ExtraColumn::Number => self.number == "1",
            ExtraColumn::Outcome => self.outcome == "1",
        }
    }

    fn letterhead(&self) -> Letterhead {
        let list = |text: &str| text.lines().map(str::to_owned).collect();
        let columns = ExtraColumn::ALL.into_iter();
        Letterhead {
            superior: self.superior.clone(),
            agency: self.agency.clone(),
            symbol: self.symbol.clone(),
            place: self.place.clone(),
            signer_title: self.signer_title.clone(),
            signer_name: self.signer_name.clone(),
            addressee: self.addressee.clone(),
            recipients: list(&self.recipients),
            legal_bases: list(&self.legal_bases),
            columns: columns.filter(|&column| self.has(column)).collect(),
        }
    }
}

pub(in crate::web) async fn get_letterhead(
    State(app): State<App>,
    InConsultation(consultation): InConsultation,
    Query(after): Query<After>,
) -> Result<Response, Error> {
    show(&app, Some(&consultation), None, &after, Vec::new()).await
}

pub(in crate::web) async fn get_office(
    State(app): State<App>,
    Query(after): Query<After>,
) -> Result<Response, Error> {
    show(&app, None, None, &after, Vec::new()).await
}

pub(in crate::web) async fn set_letterhead(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Form(fields): Form<Fields>,
) -> Result<Response, Error> {
    save(&app, Some(consultation), fields).await
}

pub(in crate::web) async fn set_office(
    Acting(app): Acting,
    Form(fields): Form<Fields>,
) -> Result<Response, Error> {
    save(&app, None, fields).await
}

fn address(consultation: Option<&Consultation>) -> String {
    match consultation {
        Some(consultation) => format!("{}/letterhead", base(consultation)),
        None => "/office/letterhead".to_owned(),
    }
}

async fn save(
    app: &App,
    consultation: Option<Consultation>,
    fields: Fields,
) -> Result<Response, Error> {
    let over = fields.over.parse().unwrap_or(0);
    let letterhead = fields.letterhead();
    let (writer, of) = (app.clone(), consultation.clone());
    let saved = outlive(async move {
        let actor = writer.actor().to_owned();
        writer
            .set_letterhead(of.as_ref(), letterhead, over, &actor)
            .await
    });
    match saved.await {
        Ok(_) => {
            let address = address(consultation.as_ref());
            Ok(Redirect::to(&format!("{address}?saved=1")).into_response())
        }
        Err(error) if matches!(error.kind, app::Kind::Invalid | app::Kind::Conflict) => {
            let problems = error.message.lines().map(str::to_owned).collect();
            let after = After::default();
            show(app, consultation.as_ref(), Some(fields), &after, problems).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn show(
    app: &App,
    consultation: Option<&Consultation>,
    typed: Option<Fields>,
    after: &After,
    problems: Vec<String>,
) -> Result<Response, Error> {
    let office = app.office_letterhead().await?;
    let saved = match consultation {
        Some(consultation) => app.own_letterhead(consultation).await?,
        None => office.clone(),
    };
    let fields = typed.unwrap_or_else(|| Fields::new(&saved));
    let status = if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let columns = ExtraColumn::ALL.map(|column| (column.code(), column.name(), fields.has(column)));
    let page = LetterheadPage {
        page: match consultation {
            Some(consultation) => Page::new(consultation, Place::Reports, "Thể thức báo cáo"),
            None => Page::bare("Thể thức báo cáo của cơ quan"),
        },
        action: address(consultation),
        is_office: consultation.is_none(),
        columns: columns.into(),
        fields,
        office: Fields::new(&office),
        is_saved: after.saved == "1" && problems.is_empty(),
        problems,
    };
    Ok((status, Html(page)).into_response())
}
