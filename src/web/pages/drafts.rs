//! Đối chiếu dự thảo: what became of the sections of the draft before, for a person to confirm; and
//! what was accepted while its section stayed as it was.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::outlive;
use crate::app::drafts::{Aligned, Verdict};
use crate::app::values::Document;
use crate::app::{self, App};
use crate::domain::{Consultation, Role, SectionChange};
use crate::web::access::{Acting, Person};
use crate::web::address::base;
use crate::web::error::Error;
use crate::web::extract::{FilesForm, Form, InConsultation, Name, value};
use crate::web::views::{Html, Page, Place};
use crate::web::words;

/// Sections shown of one document; the others are confirmed or the same.
const MAX_LINES: usize = 500;
/// Points shown that were accepted without a change.
const MAX_POINTS: usize = 200;
/// How much of a point's words.
const N_CHARS: usize = 200;

#[derive(Template)]
#[template(path = "drafts.html", config = "src/web/askama.toml")]
pub(in crate::web) struct DraftsPage {
    page: Page,
    /// Codes and names of all documents.
    choices: Vec<(String, String)>,
    can_add: bool,
    problem: Option<String>,
    documents: Vec<Compared>,
    n_unchanged: String,
    n_more_unchanged: usize,
    unchanged: Vec<Unchanged>,
}

/// A document and its last two drafts.
struct Compared {
    name: String,
    number: u32,
    action: String,
    n_doubtful: usize,
    n_same: usize,
    n_more: usize,
    lines: Vec<Line>,
}

struct Line {
    id: i64,
    change: &'static str,
    old: Option<(String, String)>,
    new: Option<(String, String)>,
    likeness: String,
    is_doubtful: bool,
    /// Two sections taken for one; only those can be told apart.
    is_pair: bool,
}

struct Unchanged {
    address: String,
    section: String,
    organizations: String,
    words: String,
}

pub(in crate::web) async fn list_drafts(
    Acting(app): Acting,
    person: Person,
    InConsultation(consultation): InConsultation,
) -> Result<Html<DraftsPage>, Error> {
    show(&app, &person, &consultation, None).await
}

/// Takes in the next draft of a document and compares it with the one before.
pub(in crate::web) async fn add_draft(
    Acting(app): Acting,
    person: Person,
    InConsultation(consultation): InConsultation,
    FilesForm { fields, files }: FilesForm,
) -> Result<Response, Error> {
    let document = value(&fields, "document").to_owned();
    let refused = match files.into_iter().next() {
        None => "Chưa chọn tệp dự thảo.".to_owned(),
        Some(file) => {
            let (writer, of) = (app.clone(), consultation.clone());
            let added = outlive(async move {
                let added = writer.add_draft(&of, &document, &file.name, &file.bytes, false);
                added.await
            });
            match added.await {
                Ok(_) => {
                    let address = format!("{}/drafts", base(&consultation));
                    return Ok(Redirect::to(&address).into_response());
                }
                Err(error) if matches!(error.kind, app::Kind::Invalid | app::Kind::Conflict) => {
                    error.message
                }
                Err(error) => return Err(error.into()),
            }
        }
    };
    let page = show(&app, &person, &consultation, Some(refused)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn show(
    app: &App,
    person: &Person,
    consultation: &Consultation,
    problem: Option<String>,
) -> Result<Html<DraftsPage>, Error> {
    let page = Page::new(consultation, Place::Overview, "Đối chiếu các lần dự thảo");
    let names = app.names(consultation).await?;
    let mut documents = Vec::new();
    for document in names.documents.iter().filter(|it| it.draft_number > 1) {
        let report = app.draft_alignment(consultation, &document.code).await?;
        // A document may have begun with its second draft.
        if !report.sections.is_empty() {
            documents.push(compared(&page.base, document, &report.sections));
        }
    }
    let ids = app.accepted_but_unchanged(consultation).await?;
    let shown = ids.get(..MAX_POINTS.min(ids.len())).unwrap_or(&[]);
    let points = app.points(consultation, &names, shown).await?;
    let unchanged = points
        .iter()
        .map(|view| Unchanged {
            address: format!("{}/points/{}", page.base, view.point.id),
            section: view.section.clone().unwrap_or_default(),
            organizations: words::names(&view.organizations, "Chưa rõ cơ quan, đơn vị"),
            words: view.text.chars().take(N_CHARS).collect(),
        })
        .collect();
    let code = |document: &Document| (document.code.clone(), document.name.clone());
    Ok(Html(DraftsPage {
        choices: names.documents.iter().map(code).collect(),
        can_add: person.is_any(&[Role::Secretary]),
        problem,
        documents,
        n_unchanged: words::number(ids.len()),
        n_more_unchanged: ids.len() - points.len(),
        unchanged,
        page,
    }))
}

fn compared(base: &str, document: &Document, sections: &[Aligned]) -> Compared {
    let is_plain = |it: &&Aligned| it.is_confirmed && it.change == SectionChange::Same;
    let n_same = sections.iter().filter(is_plain).count();
    let mut changed: Vec<&Aligned> = sections.iter().filter(|it| !is_plain(it)).collect();
    // What waits for a person comes first, in the draft's order.
    changed.sort_by_key(|it| it.is_confirmed);
    Compared {
        name: document.name.clone(),
        number: document.draft_number,
        action: format!("{base}/drafts/{}/verdict", document.code),
        n_doubtful: changed.iter().filter(|it| !it.is_confirmed).count(),
        n_same,
        n_more: changed.len().saturating_sub(MAX_LINES),
        lines: changed.into_iter().take(MAX_LINES).map(line).collect(),
    }
}

fn line(section: &Aligned) -> Line {
    let is_both = section.old.is_some() && section.new.is_some();
    let is_one = matches!(
        section.change,
        SectionChange::Same | SectionChange::Reworded | SectionChange::Moved
    );
    Line {
        id: section.id,
        change: section.change.name(),
        old: section.old.clone(),
        new: section.new.clone(),
        likeness: if is_both {
            format!("giống {:.0}%", section.similarity * 100.0)
        } else {
            String::new()
        },
        is_doubtful: !section.is_confirmed,
        is_pair: is_both && is_one,
    }
}

/// What the buttons send.
#[derive(Deserialize)]
pub(in crate::web) struct VerdictFields {
    verdict: String,
    /// Key of a finding.
    id: i64,
}

pub(in crate::web) async fn judge_section(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Name(document): Name,
    Form(fields): Form<VerdictFields>,
) -> Result<Redirect, Error> {
    let verdict = match fields.verdict.as_str() {
        "confirm" => Verdict::Confirm,
        "reject" => Verdict::Reject,
        other => return Err(Error::invalid(format!("Không có thao tác `{other}`."))),
    };
    let address = format!("{}/drafts", base(&consultation));
    outlive(async move {
        app.judge_alignment(&consultation, &document, &[fields.id], verdict)
            .await
    })
    .await?;
    Ok(Redirect::to(&address))
}
