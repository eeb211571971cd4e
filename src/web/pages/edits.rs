//! Danh mục chỉnh sửa: what was accepted, for whoever edits the draft.

use askama::Template;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::filters::page_number;
use super::originals::attachment;
use crate::app::App;
use crate::app::responding::compare_words;
use crate::app::search::PointView;
use crate::web::error::Error;
use crate::web::extract::{InConsultation, Query};
use crate::web::views::{Badge, Diff, Html, Page, Pager, Place};
use crate::web::words;

/// Changes on a page.
const PAGE_SIZE: usize = 50;

#[derive(Template)]
#[template(path = "edits.html", config = "src/web/askama.toml")]
pub(in crate::web) struct EditsPage {
    page: Page,
    total: String,
    edits: Vec<EditLine>,
    pager: Option<Pager>,
}

struct EditLine {
    /// Where it differs from the line before.
    section: String,
    heading: String,
    address: String,
    id: i64,
    change_place: String,
    wording: Option<Diff>,
    text: String,
    organizations: String,
    badges: Vec<Badge>,
}

pub(in crate::web) async fn list_edits(
    State(app): State<App>,
    InConsultation(consultation): InConsultation,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Html<EditsPage>, Error> {
    let number = page_number(&pairs);
    let found = app.edits(&consultation, (number - 1) * PAGE_SIZE, PAGE_SIZE);
    let found = found.await?;
    let page = Page::new(&consultation, Place::Reports, "Danh mục chỉnh sửa");
    let address = format!("{}/edits", page.base);
    let total = u64::try_from(found.n_total).unwrap_or(0);
    let mut edits: Vec<EditLine> = Vec::with_capacity(found.points.len());
    let mut before = None;
    for view in &found.points {
        let mut line = line(&page.base, view);
        if before == Some(view.point.section) {
            line.section = String::new();
        }
        before = Some(view.point.section);
        edits.push(line);
    }
    Ok(Html(EditsPage {
        total: words::number(found.n_total),
        pager: (found.n_total > PAGE_SIZE)
            .then(|| Pager::new(&address, &[], number, PAGE_SIZE, total)),
        edits,
        page,
    }))
}

fn line(base: &str, view: &PointView) -> EditLine {
    let content = view.response.as_ref().map(|response| &response.content);
    let wording = content.and_then(|it| it.wording.as_ref());
    let sender = view.submission.sender.as_deref();
    EditLine {
        section: view
            .section
            .clone()
            .unwrap_or_else(|| "Chưa xác định mục".to_owned()),
        heading: view.section_heading.clone().unwrap_or_default(),
        address: format!("{base}/points/{}", view.point.id),
        id: view.point.id.0,
        change_place: content
            .and_then(|it| it.change_place.clone())
            .unwrap_or_default(),
        wording: wording.map(|it| Diff::new(&compare_words(&it.old, &it.new))),
        text: content.map(|it| it.text.clone()).unwrap_or_default(),
        organizations: words::names(
            &view.organizations,
            sender.unwrap_or("Chưa rõ cơ quan, đơn vị"),
        ),
        badges: Badge::of_point(view),
    }
}

pub(in crate::web) async fn get_edits_csv(
    State(app): State<App>,
    InConsultation(consultation): InConsultation,
) -> Result<Response, Error> {
    let bytes = app.edits_csv(&consultation).await?;
    let name = format!("{}-danh-muc-chinh-sua.csv", consultation.code);
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, attachment(&name)),
    ];
    Ok((headers, bytes).into_response())
}
