//! Mẫu thư: the words of letters, which an office may change.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::outlive;
use crate::app::{self, App};
use crate::domain::Consultation;
use crate::web::access::Acting;
use crate::web::address::base;
use crate::web::error::Error;
use crate::web::extract::{Form, InConsultation};
use crate::web::views::{Html, Page, Place};

#[derive(Template)]
#[template(path = "letter_templates.html", config = "src/web/askama.toml")]
struct TemplatesPage {
    page: Page,
    templates: Vec<TemplateView>,
}

struct TemplateView {
    name: &'static str,
    title: &'static str,
    text: String,
    is_own: bool,
    path: String,
    /// Why the text was not kept.
    problem: String,
}

/// What the form beside a text sends.
#[derive(Deserialize)]
pub(in crate::web) struct Fields {
    name: String,
    #[serde(default)]
    text: String,
    act: String,
}

pub(in crate::web) async fn list_templates(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
) -> Result<Response, Error> {
    show(&app, &consultation, None)
}

fn show(
    app: &App,
    consultation: &Consultation,
    refused: Option<(Fields, String)>,
) -> Result<Response, Error> {
    let mut templates: Vec<TemplateView> = app
        .letter_templates()?
        .into_iter()
        .map(|template| TemplateView {
            name: template.name,
            title: template.title,
            text: template.text,
            is_own: template.is_own,
            path: template.path.display().to_string(),
            problem: String::new(),
        })
        .collect();
    let status = match refused {
        None => StatusCode::OK,
        Some((fields, problem)) => {
            let mut views = templates.iter_mut();
            if let Some(view) = views.find(|view| view.name == fields.name) {
                // What was typed stays, to be corrected.
                view.text = fields.text;
                view.problem = problem;
            }
            StatusCode::UNPROCESSABLE_ENTITY
        }
    };
    let page = Page::new(consultation, Place::Letters, "Mẫu thư");
    Ok((status, Html(TemplatesPage { page, templates })).into_response())
}

pub(in crate::web) async fn change_template(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Form(fields): Form<Fields>,
) -> Result<Response, Error> {
    let text = match fields.act.as_str() {
        "save" => Some(fields.text.replace("\r\n", "\n")),
        "reset" => None,
        other => return Err(Error::invalid(format!("Không có thao tác `{other}`."))),
    };
    let (writer, name) = (app.clone(), fields.name.clone());
    let changed = outlive(async move { writer.set_letter_template(&name, text.as_deref()) }).await;
    match changed {
        Ok(()) => {
            let address = format!("{}/letters/templates", base(&consultation));
            Ok(Redirect::to(&address).into_response())
        }
        Err(error) if error.kind == app::Kind::Invalid => {
            show(&app, &consultation, Some((fields, error.message)))
        }
        Err(error) => Err(error.into()),
    }
}
