//! What else is decided about a point: its section, its scope, its words in the report, whose it is.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::answering::tidy;
use super::{Shown, kept_pairs, list_address, point_address, show};
use crate::app::browse::PointInFull;
use crate::app::recut::Cut;
use crate::app::values::PointChange;
use crate::app::{self, App};
use crate::domain::{Consultation, PointId};
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
    cut: String,
    #[serde(default)]
    into: String,
    #[serde(default)]
    kept: String,
    /// "list": the list it was decided in, which it may have left.
    #[serde(default)]
    back: String,
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
    if matches!(fields.act.as_str(), "split" | "join" | "part") {
        return recut(app, consultation, PointId(id), fields).await;
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
        Ok(()) if fields.back == "list" => {
            let address = list_address(&consultation, &fields.kept);
            Ok(Redirect::to(&address).into_response())
        }
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

/// Takes a point apart, joins it into another one, or lets it stand alone again.
async fn recut(
    app: App,
    consultation: Consultation,
    id: PointId,
    fields: DecisionFields,
) -> Result<Response, Error> {
    let actor = app.actor().to_owned();
    let seen = Some(fields.version);
    let of = consultation.clone();
    let (id, done) = match fields.act.as_str() {
        "split" => {
            let cut = Cut::parse(&fields.cut)
                .ok_or_else(|| Error::invalid("Hãy chọn chỗ bắt đầu ý thứ hai."))?;
            let halves = async move { app.split_point(&of, id, seen, cut, &actor).await };
            let [first, _second] = outlive(halves).await?;
            (first, "split")
        }
        "join" => {
            let into = fields.into.trim().parse().ok().map(PointId);
            let into = into.ok_or_else(|| Error::invalid("Hãy ghi số của ý kiến để gộp vào."))?;
            outlive(async move { app.join_point(&of, id, seen, Some(into), &actor).await }).await?;
            (id, "joined")
        }
        _ => {
            outlive(async move { app.join_point(&of, id, seen, None, &actor).await }).await?;
            (id, "changed")
        }
    };
    let address = point_address(&consultation, id.0, &fields.kept, done);
    Ok(Redirect::to(&address).into_response())
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
