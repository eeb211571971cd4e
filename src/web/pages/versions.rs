//! Bản trình: reports as they were, what changed between two, and what Văn thư gave them.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::originals::attachment;
use super::point::{step, tidy};
use super::record::parse_day;
use super::reports::{Asked, bundle_response, file_response, form_of, scope_of, supplement_of};
use super::{outlive, round_number};
use crate::app::accounts::access::may_take;
use crate::app::freezing::{FreezeOrder, FrozenPoint, Version, comparison_title, differences};
use crate::app::reporting::FileFormat;
use crate::app::responding::compare_words;
use crate::app::values::{Approver, ReportKind, Review, Step};
use crate::app::{self, App, local_time};
use crate::domain::{Consultation, ResponseState};
use crate::web::access::{Acting, Person};
use crate::web::address::{base, query};
use crate::web::error::Error;
use crate::web::extract::{FilesForm, Form, Id, InConsultation, Name, Query, value};
use crate::web::views::{Badge, Diff, Html, Page, Place, Select};
use crate::web::words;

#[derive(Template)]
#[template(path = "versions.html", config = "src/web/askama.toml")]
struct VersionsPage {
    page: Page,
    round: Select,
    form: [Select; 4],
    supplement: Option<Select>,
    versions: Vec<VersionView>,
    problem: Vec<String>,
}

struct VersionView {
    ordinal: u32,
    is_official: bool,
    frozen_at: String,
    actor: String,
    n_points: i64,
    hash: String,
    issue: Option<String>,
    /// Its way along the approval chain.
    reviews: Vec<ReviewLine>,
    /// The last of it.
    standing: Option<Badge>,
    /// The step it waits for.
    awaited: Option<String>,
    can_be_submitted: bool,
    can_be_issued: bool,
    signed: Option<String>,
    /// Ordinal of the one before.
    earlier: Option<u32>,
}

struct ReviewLine {
    moment: String,
    actor: String,
    state: Badge,
    step: String,
    remark: String,
}

/// What the form that hands in, approves or returns sends.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::web) struct ReviewFields {
    step: String,
    remark: String,
    on_behalf: String,
}

#[derive(Template)]
#[template(path = "comparison.html", config = "src/web/askama.toml")]
pub(in crate::web) struct ComparisonPage {
    page: Page,
    heading: String,
    /// Address and words of the same as a document.
    files: Vec<(String, &'static str)>,
    summary: String,
    added: Vec<PointLine>,
    removed: Vec<PointLine>,
    changed: Vec<ChangedView>,
}

struct PointLine {
    id: i64,
    about: String,
    text: String,
}

struct ChangedView {
    line: PointLine,
    /// What differs, word by word.
    differences: Vec<(&'static str, Diff)>,
}

/// What the form that freezes sends.
#[derive(Deserialize)]
pub(in crate::web) struct FreezeFields {
    #[serde(flatten)]
    asked: Asked,
    #[serde(default)]
    edition: String,
}

/// The other side of a comparison: empty for this moment.
#[derive(Deserialize, Default)]
pub(in crate::web) struct With {
    #[serde(default)]
    with: String,
}

pub(in crate::web) async fn list_versions(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
) -> Result<Response, Error> {
    show(&app, &consultation, "", Vec::new()).await
}

pub(in crate::web) async fn freeze_report(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Form(fields): Form<FreezeFields>,
) -> Result<Response, Error> {
    let order = FreezeOrder {
        kind: ReportKind::Full,
        scope: scope_of(&app, &consultation, &fields.asked).await?,
        is_working: fields.edition == "working",
        actor: app.actor().to_owned(),
    };
    let (writer, of) = (app.clone(), consultation.clone());
    let frozen = outlive(async move { writer.freeze_report(&of, &order).await }).await;
    match frozen {
        Ok(frozen) if frozen.was_known => {
            let ordinal = frozen.version.ordinal;
            let problem = vec![format!(
                "Không có gì thay đổi từ bản trình lần {ordinal} nên không chốt thêm."
            )];
            show(&app, &consultation, &fields.asked.round, problem).await
        }
        Ok(_) => Ok(Redirect::to(&format!("{}/versions", base(&consultation))).into_response()),
        Err(error) if error.kind == app::Kind::Conflict => {
            let problem = error.message.lines().map(str::to_owned).collect();
            show(&app, &consultation, &fields.asked.round, problem).await
        }
        Err(error) => Err(error.into()),
    }
}

/// A version handed in, approved or returned.
pub(in crate::web) async fn review_report(
    Acting(app): Acting,
    person: Person,
    InConsultation(consultation): InConsultation,
    Id(ordinal): Id,
    Form(fields): Form<ReviewFields>,
) -> Result<Response, Error> {
    let step = step(&fields.step)?;
    let on_behalf = fields.on_behalf.trim().to_owned();
    let (approver, actor) = reviewer(&app, &person, step, &on_behalf)?;
    let remark = Some(tidy(&fields.remark)).filter(|remark| !remark.is_empty());
    let ordinal = ordinal_of(ordinal)?;
    let (writer, of) = (app.clone(), consultation.clone());
    let reviewed = outlive(async move {
        let remark = remark.as_deref();
        writer
            .review_report(&of, ordinal, step, remark, &approver, &actor)
            .await
    });
    after(&app, &consultation, reviewed.await).await
}

/// Which steps a person may take with a version, and under which name.
pub(in crate::web) fn reviewer(
    app: &App,
    person: &Person,
    step: Step,
    on_behalf: &str,
) -> Result<(Approver, String), Error> {
    let is_on_behalf = !on_behalf.is_empty();
    // Whoever may freeze a version may hand it in.
    if step != Step::Submit && !may_take(&person.roles(), step, is_on_behalf) {
        return Err(Error::new(
            StatusCode::FORBIDDEN,
            "Lãnh đạo duyệt hoặc trả lại bản trình; thư ký chỉ ghi thay, nêu tên người duyệt.",
        ));
    }
    let actor = app.actor();
    Ok(if is_on_behalf {
        (Approver::Any, format!("{on_behalf} (do {actor} ghi)"))
    } else {
        (person.approver(), actor.to_owned())
    })
}

/// The list again, with what went wrong.
async fn after(
    app: &App,
    consultation: &Consultation,
    done: Result<Version, app::Error>,
) -> Result<Response, Error> {
    match done {
        Ok(_) => Ok(Redirect::to(&format!("{}/versions", base(consultation))).into_response()),
        Err(error) => match error.kind {
            app::Kind::Invalid | app::Kind::Conflict => {
                show(app, consultation, "", vec![error.message]).await
            }
            app::Kind::NotFound | app::Kind::Unavailable | app::Kind::Internal => Err(error.into()),
        },
    }
}

/// The day, number and signed file of an issued version.
pub(in crate::web) async fn issue_report(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(ordinal): Id,
    form: FilesForm,
) -> Result<Response, Error> {
    let FilesForm { fields, files } = form;
    let number = value(&fields, "number").to_owned();
    let signed = files.into_iter().next();
    let Some(day) = parse_day(value(&fields, "issued_on")) else {
        let problem = "Hãy ghi ngày ban hành dạng ngày/tháng/năm, ví dụ 01/12/2021.".to_owned();
        return show(&app, &consultation, "", vec![problem]).await;
    };
    let ordinal = ordinal_of(ordinal)?;
    let (writer, of) = (app.clone(), consultation.clone());
    let actor = app.actor().to_owned();
    let issued = outlive(async move {
        let signed = signed
            .as_ref()
            .map(|file| (file.name.as_str(), file.bytes.as_slice()));
        writer
            .issue_report(&of, ordinal, &number, day, signed, &actor)
            .await
    });
    after(&app, &consultation, issued.await).await
}

/// A file of a frozen report: `docx`, `pdf` and so on, or `signed`.
pub(in crate::web) async fn get_file(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(ordinal): Id,
    Name(name): Name,
    Query(With { with }): Query<With>,
) -> Result<Response, Error> {
    if let Some(format) = name.strip_prefix("comparison.") {
        let format = FileFormat::parse(format).ok_or_else(Error::no_such_page)?;
        let (earlier, later) = (ordinal_of(ordinal)?, round_number(&with)?);
        let bytes = app.comparison_file(&consultation, earlier, later, format);
        let file = format!("{}-so-sanh-ban-trinh", consultation.code);
        return Ok(file_response(&file, format, bytes.await?));
    }
    let version = app
        .report_version(&consultation, ordinal_of(ordinal)?)
        .await?;
    if name == "signed" {
        let (name, bytes) = app.signed_file(&version)?.ok_or_else(Error::no_such_page)?;
        let headers = [
            (CONTENT_TYPE, "application/octet-stream".to_owned()),
            (CONTENT_DISPOSITION, attachment(&name)),
        ];
        return Ok((headers, bytes).into_response());
    }
    let file = format!("{}-ban-trinh-lan-{}", consultation.code, version.ordinal);
    if name == "zip" {
        let bundle = app.frozen_bundle(&consultation, &version).await?;
        return Ok(bundle_response(&file, bundle));
    }
    let format = FileFormat::parse(&name).ok_or_else(Error::no_such_page)?;
    let bytes = app.frozen_file(&version, format).await?;
    Ok(file_response(&file, format, bytes))
}

pub(in crate::web) async fn compare_versions(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(earlier): Id,
    Query(With { with }): Query<With>,
) -> Result<Html<ComparisonPage>, Error> {
    let earlier = ordinal_of(earlier)?;
    let later = round_number(&with)?;
    let comparison = app.compare_reports(&consultation, earlier, later).await?;
    let line = |point: &FrozenPoint| PointLine {
        id: point.id,
        about: [point.speakers.as_str(), point.place.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(", "),
        text: point.text.clone(),
    };
    let title = comparison_title(earlier, later);
    Ok(Html(ComparisonPage {
        page: Page::new(&consultation, Place::Reports, &title),
        files: [("docx", "Word"), ("pdf", "PDF"), ("xlsx", "Excel")]
            .map(|(format, words)| {
                let with = query([("with", with.as_str())]);
                let base = base(&consultation);
                (
                    format!("{base}/versions/{earlier}/comparison.{format}{with}"),
                    words,
                )
            })
            .into(),
        heading: title,
        summary: format!(
            "Thêm {}, bớt {}, thay đổi {}, giữ nguyên {} ý kiến.",
            comparison.added.len(),
            comparison.removed.len(),
            comparison.changed.len(),
            comparison.n_same
        ),
        added: comparison.added.iter().map(line).collect(),
        removed: comparison.removed.iter().map(line).collect(),
        changed: comparison
            .changed
            .iter()
            .map(|(before, after)| ChangedView {
                line: line(after),
                differences: differences(before, after)
                    .into_iter()
                    .map(|(label, before, after)| {
                        (label, Diff::new(&compare_words(&before, &after)))
                    })
                    .collect(),
            })
            .collect(),
    }))
}

fn ordinal_of(id: i64) -> Result<u32, Error> {
    u32::try_from(id).map_err(|_not_an_ordinal| Error::no_such_page())
}

async fn show(
    app: &App,
    consultation: &Consultation,
    round: &str,
    problem: Vec<String>,
) -> Result<Response, Error> {
    let rounds = app.rounds(consultation).await?;
    let choices = rounds.iter().map(super::points::round_choice);
    let mut versions: Vec<VersionView> = Vec::new();
    for version in app.report_versions(consultation).await? {
        let earlier = versions.last().map(|view| view.ordinal);
        versions.push(view(app, version, earlier));
    }
    versions.reverse();
    let status = if problem.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::CONFLICT
    };
    let page = VersionsPage {
        page: Page::new(consultation, Place::Reports, "Bản trình đã chốt"),
        form: form_of(&Asked::default()),
        supplement: supplement_of(app, consultation, "").await?,
        round: Select::new(
            "round",
            "Phạm vi",
            "Tất cả các đợt chính thức",
            round,
            choices,
        ),
        versions,
        problem,
    };
    Ok((status, Html(page)).into_response())
}

fn view(app: &App, version: Version, earlier: Option<u32>) -> VersionView {
    let standing = version.standing().map(|it| it.state);
    let is_open = version.issue.is_none();
    let awaited = app.awaited_review(&version).map(str::to_owned);
    let content = version.content;
    let hash: String = content.model.to_string().chars().take(16).collect();
    VersionView {
        ordinal: version.ordinal,
        is_official: content.is_official,
        frozen_at: local_time(content.frozen_us)
            .strftime("%H:%M %d/%m/%Y")
            .to_string(),
        actor: content.actor,
        n_points: content.n_points,
        standing: standing.map(Badge::response),
        can_be_submitted: is_open && matches!(standing, None | Some(ResponseState::Returned)),
        can_be_issued: is_open
            && content.is_official
            && matches!(standing, None | Some(ResponseState::Approved)),
        awaited: awaited.filter(|_| is_open),
        reviews: version.reviews.iter().map(review_line).collect(),
        hash,
        signed: version
            .issue
            .as_ref()
            .and_then(|issue| issue.signed.as_ref())
            .map(|(_, name)| name.clone()),
        issue: version.issue.map(|issue| {
            format!(
                "số {} ngày {}",
                issue.number,
                issue.issued_on.strftime("%d/%m/%Y")
            )
        }),
        earlier,
    }
}

fn review_line(review: &Review) -> ReviewLine {
    ReviewLine {
        moment: words::moment(review.reviewed_us),
        actor: review.actor.clone(),
        state: Badge::response(review.standing.state),
        step: review.approval_step.clone().unwrap_or_default(),
        remark: review.remark.clone().unwrap_or_default(),
    }
}
