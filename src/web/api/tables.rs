//! Tables seen and decided about before they are taken in, for programs.

use std::io::Cursor;

use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{ApiError, Pairs, Query, consultation};
use crate::app::held::{Arranging, json as as_json};
use crate::app::ingest::{FileReport, Hold, Incoming, Options};
use crate::app::values::Column;
use crate::web::access::Acting;
use crate::web::error::Error;
use crate::web::extract::value;
use crate::web::pages::outlive;

pub(super) async fn list_tables(
    Acting(app): Acting,
    Query(pairs): Pairs,
) -> Result<Json<Value>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let held = app.held_tables(&consultation).await?;
    let tables: Vec<Value> = held.iter().map(as_json::table).collect();
    Ok(Json(json!({"tables": tables})))
}

/// Keeps the body as a table, under the name in the address, to be looked at first.
pub(super) async fn hold_table(
    Acting(app): Acting,
    Query(pairs): Pairs,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let name = value(&pairs, "name").to_owned();
    if name.is_empty() || body.is_empty() {
        return Err(Error::invalid("Hãy gửi nội dung tệp, và tên tệp ở tham số `name`.").into());
    }
    let options = Options {
        hold: Hold::All,
        ..Options::default()
    };
    let (writer, of) = (app.clone(), consultation.clone());
    let kept = outlive(async move {
        let reader = Box::new(Cursor::new(body));
        writer
            .import(&of, Incoming { name, reader }, &options, &|_| {})
            .await
    });
    let Some(id) = kept.await?.held else {
        return Err(Error::invalid(
            "Tệp không phải bảng .csv, .xlsx, .xls, .ods, hoặc đã được nhập trước đây.",
        )
        .into());
    };
    let full = app.held_in_full(&consultation, id).await?;
    Ok((StatusCode::CREATED, Json(as_json::in_full(&full))))
}

pub(super) async fn get_table(
    Acting(app): Acting,
    Path(id): Path<String>,
    Query(pairs): Pairs,
) -> Result<Json<Value>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let full = app.held_in_full(&consultation, number(&id)?).await?;
    Ok(Json(as_json::in_full(&full)))
}

fn number(id: &str) -> Result<i64, Error> {
    id.parse().map_err(|_not_a_number| Error::no_such_page())
}

/// `{"sheet": "Góp ý", "header": 2, "header_rows": 1, "columns": ["ordinal", null, "content"]}`; rows
/// count from 0 among `first_rows`, columns are what the headings say where they are left out.
#[derive(Deserialize)]
pub(super) struct ColumnsDto {
    #[serde(default)]
    sheet: String,
    header: usize,
    #[serde(default = "one")]
    header_rows: usize,
    columns: Option<Vec<Option<String>>>,
}

fn one() -> usize {
    1
}

pub(super) async fn arrange_table(
    Acting(app): Acting,
    Path(id): Path<String>,
    Query(pairs): Pairs,
    Json(dto): Json<ColumnsDto>,
) -> Result<Json<Value>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let id = number(&id)?;
    let parse = |code: Option<String>| match code {
        None => Ok(None),
        Some(code) => Column::parse(&code)
            .map(Some)
            .ok_or_else(|| Error::invalid(format!("Không có loại cột `{code}`."))),
    };
    let columns = dto.columns.map(|columns| columns.into_iter().map(parse));
    let said = Arranging {
        sheet: dto.sheet,
        header: dto.header,
        n_rows: dto.header_rows,
        columns: columns.map(Iterator::collect).transpose()?,
    };
    let (writer, of) = (app.clone(), consultation.clone());
    outlive(async move { writer.arrange(&of, id, &said).await }).await?;
    let full = app.held_in_full(&consultation, id).await?;
    Ok(Json(as_json::in_full(&full)))
}

/// `{"act": "take", "sheets": ["Góp ý"]}` or `{"act": "discard"}`.
#[derive(Deserialize)]
pub(super) struct DecisionDto {
    act: String,
    #[serde(default)]
    sheets: Vec<String>,
}

pub(super) async fn decide_table(
    Acting(app): Acting,
    Path(id): Path<String>,
    Query(pairs): Pairs,
    Json(dto): Json<DecisionDto>,
) -> Result<Json<Value>, ApiError> {
    let of = consultation(&app, &pairs).await?;
    let id = number(&id)?;
    match dto.act.as_str() {
        "take" => {
            let taken = outlive(async move { app.take_held(&of, id, &dto.sheets, &|_| {}).await });
            Ok(Json(taken_json(&taken.await?)))
        }
        "discard" => {
            outlive(async move { app.discard_held(&of, id).await }).await?;
            Ok(Json(json!({"state": "discarded"})))
        }
        other => Err(Error::invalid(format!("`act` không nhận giá trị `{other}`.")).into()),
    }
}

fn taken_json(report: &FileReport) -> Value {
    json!({
        "state": "taken",
        "was_known": report.was_known,
        "n_submissions": report.n_submissions(),
        "n_points": report.n_points,
        "n_known_rows": report.n_known_rows,
        "n_needs_person": report.n_needs_person,
        "n_problems": report.warnings.len(),
    })
}
