//! The same done to many chosen points: answered alike, approved or returned together. Each goes its
//! own way; a page says what became of which.

use std::collections::BTreeSet;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::outlive;
use super::point::{AnswerFields, act};
use crate::app::responding::{Act, Answered};
use crate::app::{self, App};
use crate::domain::{Consultation, PointId};
use crate::web::access::{Acting, Person};
use crate::web::address::base;
use crate::web::error::Error;
use crate::web::extract::{Form, InConsultation, value};
use crate::web::views::{Badge, Html, Page, Place};
use crate::web::words;

/// Points of one form: a long page of them.
const MAX_POINTS: usize = 500;

#[derive(Template)]
#[template(path = "bulk.html", config = "src/web/askama.toml")]
struct BulkPage {
    page: Page,
    back: String,
    n_done: String,
    n_refused: String,
    lines: Vec<Line>,
}

/// What became of a point.
struct Line {
    id: i64,
    address: String,
    organizations: String,
    words: String,
    state: Option<Badge>,
    /// Why it was refused, or what is odd about it.
    remark: String,
    is_refused: bool,
}

/// Answers the chosen points alike.
pub(in crate::web) async fn answer_points(
    Acting(app): Acting,
    person: Person,
    InConsultation(consultation): InConsultation,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let acts = read_acts(&app, &person, &pairs)?;
    let back = format!("{}/points{}", base(&consultation), value(&pairs, "kept"));
    carry_out(&app, &consultation, acts, back, Place::Points).await
}

/// Approves or returns the chosen answers.
pub(in crate::web) async fn decide_answers(
    Acting(app): Acting,
    person: Person,
    InConsultation(consultation): InConsultation,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let acts = read_acts(&app, &person, &pairs)?;
    let back = format!("{}/leader", base(&consultation));
    carry_out(&app, &consultation, acts, back, Place::Leader).await
}

/// One act for each chosen point, which stands as `number:version`.
fn read_acts(app: &App, person: &Person, pairs: &[(String, String)]) -> Result<Vec<Act>, Error> {
    let text = |key: &str| value(pairs, key).to_owned();
    let mut fields = AnswerFields {
        decision: text("decision"),
        text: text("text"),
        change_place: text("change_place"),
        remark: text("remark"),
        on_behalf: text("on_behalf"),
        step: text("step"),
        ..AnswerFields::default()
    };
    let chosen = pairs.iter().filter(|(key, _)| key == "point");
    // Each once, in the order of the list.
    let mut seen = BTreeSet::new();
    let chosen: Vec<&str> = chosen
        .map(|(_, value)| value.as_str())
        .filter(|value| seen.insert(*value))
        .collect();
    if chosen.is_empty() {
        return Err(Error::invalid("Chưa chọn ý kiến nào trong danh sách."));
    }
    if chosen.len() > MAX_POINTS {
        return Err(Error::invalid(format!(
            "Mỗi lần làm được nhiều nhất {MAX_POINTS} ý kiến."
        )));
    }
    chosen
        .into_iter()
        .map(|chosen| {
            let numbers = chosen.split_once(':').and_then(|(id, version)| {
                let id: i64 = id.parse().ok()?;
                let version: i64 = version.parse().ok()?;
                Some((id, version))
            });
            let (id, version) =
                numbers.ok_or_else(|| Error::invalid(format!("Không có ý kiến số `{chosen}`.")))?;
            fields.version = version;
            act(app, person, PointId(id), &fields)
        })
        .collect()
}

async fn carry_out(
    app: &App,
    consultation: &Consultation,
    mut acts: Vec<Act>,
    back: String,
    place: Place,
) -> Result<Response, Error> {
    let names = app.names(consultation).await?;
    let ids: Vec<PointId> = acts.iter().map(|act| act.point).collect();
    // Only points of the consultation whose address was used.
    let views = app.points(consultation, &names, &ids).await?;
    acts.retain(|act| views.iter().any(|view| view.point.id == act.point));
    let asked: Vec<PointId> = acts.iter().map(|act| act.point).collect();
    let writer = app.clone();
    let results = outlive(async move { Ok(writer.answer_each(&acts).await) }).await?;
    let base = base(consultation);
    let lines: Vec<Line> = asked
        .iter()
        .zip(&results)
        .filter_map(|(id, result)| {
            let view = views.iter().find(|view| view.point.id == *id)?;
            let sender = view.submission.sender.as_deref();
            let (state, remark) = said(result);
            Some(Line {
                id: view.point.id.0,
                address: format!("{base}/points/{}", view.point.id),
                organizations: words::names(
                    &view.organizations,
                    sender.unwrap_or("Chưa rõ cơ quan, đơn vị"),
                ),
                words: view.text.chars().take(160).collect(),
                is_refused: result.is_err(),
                state,
                remark,
            })
        })
        .collect();
    let n_refused = lines.iter().filter(|line| line.is_refused).count();
    let page = BulkPage {
        page: Page::new(consultation, place, "Kết quả"),
        back,
        n_done: words::number(lines.len() - n_refused),
        n_refused: words::number(n_refused),
        lines,
    };
    let status = if n_refused == 0 {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Ok((status, Html(page)).into_response())
}

fn said(result: &Result<Answered, app::Error>) -> (Option<Badge>, String) {
    match result {
        Ok(answered) => (
            Some(Badge::response(answered.state)),
            answered.notice.unwrap_or_default().to_owned(),
        ),
        Err(error) if error.kind == app::Kind::Conflict => (
            None,
            "Người khác vừa sửa ý kiến này; hãy mở ra xem lại.".to_owned(),
        ),
        Err(error) => (None, error.message.clone()),
    }
}
