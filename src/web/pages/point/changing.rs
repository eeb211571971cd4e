//! What else is decided about a point: its section, its scope, its words in the report, whose it is.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::answering::tidy;
use super::{Shown, kept_pairs, point_address, show};
use crate::app;
use crate::app::browse::PointInFull;
use crate::app::values::PointChange;
use crate::domain::PointId;
use crate::web::access::Acting;
use crate::web::error::Error;
use crate::web::extract::{Form, Id, InConsultation};
use crate::web::pages::outlive;

/// What the other forms about a point send.
#[derive(Deserialize)]
pub(in crate::web) struct DecisionFields {
    version: i64,
    act: String,
    #[serde(default)]
    section: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    report_text: String,
    #[serde(default)]
    drafter: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    kept: String,
}

pub(in crate::web) async fn decide_point(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
    Form(fields): Form<DecisionFields>,
) -> Result<Response, Error> {
    let full = app.point_in_full(&consultation, PointId(id)).await?;
    let actor = app.actor().to_owned();
    if fields.act == "note" {
        app.add_note(&consultation, PointId(id), &actor, &tidy(&fields.note))
            .await?;
        let address = point_address(&consultation, id, &fields.kept, "noted");
        return Ok(Redirect::to(&format!("{address}#notes")).into_response());
    }
    let change = point_change(&fields, &full)?;
    let writer = app.clone();
    let version = Some(fields.version);
    let decided = outlive(async move {
        writer
            .decide_point(PointId(id), version, &change, &actor)
            .await
    });
    match decided.await {
        Ok(()) => {
            let address = point_address(&consultation, id, &fields.kept, "changed");
            Ok(Redirect::to(&address).into_response())
        }
        Err(error) if error.kind == app::Kind::Conflict => {
            let shown = Shown {
                kept: kept_pairs(&fields.kept),
                problem: Some(error.message),
                fields: None,
            };
            show(
                &app,
                &consultation,
                PointId(id),
                StatusCode::CONFLICT,
                shown,
            )
            .await
        }
        Err(error) => Err(error.into()),
    }
}

fn point_change(fields: &DecisionFields, full: &PointInFull) -> Result<PointChange, Error> {
    let mut change = PointChange::default();
    match fields.act.as_str() {
        "section" => change.section = Some(full.names.find_section(&fields.section)?),
        "out_of_scope" if fields.reason.trim().is_empty() => {
            return Err(Error::invalid(
                "Hãy ghi lý do ý kiến này nằm ngoài phạm vi.",
            ));
        }
        "out_of_scope" => change.out_of_scope = Some(tidy(&fields.reason)),
        "in_scope" => change.out_of_scope = Some(String::new()),
        "escalate" => change.needs_leadership = Some(true),
        "settle" => change.needs_leadership = Some(false),
        "drafter" => change.drafter = Some(tidy(&fields.drafter)),
        "report_text" => change.report_text = Some(tidy(&fields.report_text)),
        other => return Err(Error::invalid(format!("Không có thao tác `{other}`."))),
    }
    Ok(change)
}
