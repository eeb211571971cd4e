//! Lập hồ sơ, mở đợt lấy ý kiến: what a consultation begins with.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;

use super::outlive;
use super::record::parse_day;
use crate::app::setup::{NewConsultation, NewDraftFile, NewRound, SetUp};
use crate::app::{self, App};
use crate::domain::{Consultation, Letterhead, RoundKind};
use crate::web::access::Acting;
use crate::web::address::{base, encode};
use crate::web::error::Error;
use crate::web::extract::{FilesForm, InConsultation, SentFile, value};
use crate::web::views::{Html, Page, Place, Select, choices};
use crate::web::words;

/// Documents of a dossier that the form has room for; further ones are added later.
const N_DOCUMENTS: usize = 5;

#[derive(Template)]
#[template(path = "new_consultation.html", config = "src/web/askama.toml")]
struct NewConsultationPage {
    page: Page,
    fields: Vec<(String, String)>,
    round: RoundFields,
    organizations: Vec<String>,
    /// Number and name of each document the form has room for, the main one first.
    documents: Vec<(usize, String)>,
    document_types: [&'static str; 10],
    problems: Vec<String>,
}

#[derive(Template)]
#[template(path = "opened.html", config = "src/web/askama.toml")]
struct OpenedPage {
    page: Page,
    base: String,
    title: String,
    documents: Vec<(String, String)>,
    warnings: Vec<WarningLine>,
    n_more: usize,
}

struct WarningLine {
    file: String,
    problem: String,
    value: String,
    remedy: String,
}

#[derive(Template)]
#[template(path = "rounds.html", config = "src/web/askama.toml")]
struct RoundsPage {
    page: Page,
    rounds: Vec<RoundLine>,
    round: RoundFields,
    organizations: Vec<String>,
    problems: Vec<String>,
}

struct RoundLine {
    title: String,
    about: String,
    address: String,
}

/// The fields of a round, in both forms.
#[derive(Template)]
#[template(path = "round_fields.html", config = "src/web/askama.toml")]
struct RoundFields {
    kind: Select,
    title: String,
    opened: String,
    deadline: String,
    request_number: String,
    request_date: String,
    silence_means_agreement: bool,
    kinds: Vec<KindBox>,
    names: String,
}

impl askama::filters::HtmlSafe for RoundFields {}

struct KindBox {
    code: String,
    name: String,
    n: String,
    is_chosen: bool,
}

impl NewConsultationPage {
    fn value(&self, key: &str) -> &str {
        value(&self.fields, key)
    }
}

pub(in crate::web) async fn get_new_consultation(Acting(app): Acting) -> Result<Response, Error> {
    show_new(&app, Vec::new(), Vec::new()).await
}

async fn show_new(
    app: &App,
    fields: Vec<(String, String)>,
    problems: Vec<String>,
) -> Result<Response, Error> {
    let status = status_of(&problems);
    let page = NewConsultationPage {
        page: Page::bare("Lập hồ sơ lấy ý kiến"),
        round: round_fields(app, &fields).await?,
        organizations: names(app).await?,
        documents: documents(&fields),
        document_types: [
            "Đề án",
            "Quyết định",
            "Nghị quyết",
            "Kế hoạch",
            "Quy chế",
            "Quy định",
            "Tờ trình",
            "Báo cáo",
            "Nghị định",
            "Thông tư",
        ],
        fields,
        problems,
    };
    Ok((status, Html(page)).into_response())
}

/// What was typed of each document; at first the main one is a Đề án.
fn documents(fields: &[(String, String)]) -> Vec<(usize, String)> {
    let typed = fields.iter().filter(|(key, _)| key == "document");
    let typed: Vec<&str> = typed.map(|(_, name)| name.trim()).collect();
    let first = if typed.is_empty() { "Đề án" } else { "" };
    (1..=N_DOCUMENTS)
        .map(|number| match typed.get(number - 1) {
            Some(name) => (number, (*name).to_owned()),
            None if number == 1 => (number, first.to_owned()),
            None => (number, String::new()),
        })
        .collect()
}

fn status_of(problems: &[String]) -> StatusCode {
    if problems.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

async fn names(app: &App) -> Result<Vec<String>, Error> {
    let all = app.organizations().await?;
    Ok(all.into_iter().map(|it| it.name).collect())
}

async fn round_fields(app: &App, fields: &[(String, String)]) -> Result<RoundFields, Error> {
    let organizations = app.organizations().await?;
    let chosen = |code: &str| {
        let mut pairs = fields.iter();
        pairs.any(|(key, value)| key == "kinds" && value == code)
    };
    let kinds = app.organization_kinds().await?;
    let kinds = kinds.into_iter().filter_map(|kind| {
        let n = organizations
            .iter()
            .filter(|it| it.kind == kind.code)
            .count();
        (n > 0).then(|| KindBox {
            n: words::number(n),
            is_chosen: chosen(&kind.code),
            code: kind.code,
            name: kind.name,
        })
    });
    let of = |key| value(fields, key).to_owned();
    let kind = match value(fields, "kind") {
        "" => RoundKind::Consultation.code(),
        kind => kind,
    };
    let all = choices(&RoundKind::ALL, RoundKind::code, RoundKind::name);
    Ok(RoundFields {
        kind: Select::new("kind", "Loại đợt", "", kind, all),
        title: of("round_title"),
        opened: of("opened"),
        deadline: of("deadline"),
        request_number: of("request_number"),
        request_date: of("request_date"),
        silence_means_agreement: value(fields, "silence") == "yes",
        kinds: kinds.collect(),
        names: of("names"),
    })
}

/// Reads the fields of a round; says what is wrong with days.
fn new_round(fields: &[(String, String)], problems: &mut Vec<String>) -> Option<NewRound> {
    let mut day = |key: &str, what: &str| -> Option<Date> {
        let day = parse_day(value(fields, key));
        if day.is_none() {
            problems.push(format!(
                "{what}: hãy ghi dạng ngày/tháng/năm, ví dụ 05/9/2026."
            ));
        }
        day
    };
    let (opened, deadline) = (day("opened", "Ngày gửi"), day("deadline", "Hạn trả lời"));
    let request_date = match value(fields, "request_date") {
        "" => None,
        _ => day("request_date", "Ngày công văn lấy ý kiến"),
    };
    let kind = RoundKind::parse(value(fields, "kind"));
    if kind.is_none() {
        problems.push("Loại đợt: hãy chọn một loại.".to_owned());
    }
    let chosen = fields.iter().filter(|(key, _)| key == "kinds");
    Some(NewRound {
        kind: kind?,
        title: value(fields, "round_title").to_owned(),
        opened: opened?,
        deadline: deadline?,
        request_number: value(fields, "request_number").to_owned(),
        request_date,
        silence_means_agreement: value(fields, "silence") == "yes",
        kinds: chosen.map(|(_, code)| code.clone()).collect(),
        names: value(fields, "names").to_owned(),
    })
}

pub(in crate::web) async fn open_consultation(
    Acting(app): Acting,
    FilesForm { fields, files }: FilesForm,
) -> Result<Response, Error> {
    let mut problems = Vec::new();
    let has_round = !value(&fields, "round_title").is_empty();
    let round = has_round
        .then(|| new_round(&fields, &mut problems))
        .flatten();
    if !problems.is_empty() {
        return show_new(&app, fields, problems).await;
    }
    let draft = |file: SentFile| NewDraftFile {
        name: value(
            fields.get(..file.n_fields_before).unwrap_or(&[]),
            "document",
        )
        .to_owned(),
        file_name: file.name,
        bytes: file.bytes,
    };
    let drafts: Vec<NewDraftFile> = files.into_iter().map(draft).collect();
    let of = |key| value(&fields, key).to_owned();
    let new = NewConsultation {
        code: of("code"),
        title: of("title"),
        lead: of("lead"),
        letterhead: Letterhead {
            superior: of("superior"),
            agency: of("agency"),
            place: of("place"),
            ..Letterhead::default()
        },
        drafts,
        round,
    };
    let title = new.title.clone();
    let writer = app.clone();
    match outlive(async move { writer.open_consultation(new).await }).await {
        Ok(set_up) => Ok((StatusCode::CREATED, Html(opened(title, &set_up))).into_response()),
        Err(error) if matches!(error.kind, app::Kind::Invalid | app::Kind::Conflict) => {
            let problems = error.message.lines().map(str::to_owned).collect();
            show_new(&app, fields, problems).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Warnings about outlines that are listed.
const MAX_WARNINGS: usize = 30;

fn opened(title: String, set_up: &SetUp) -> OpenedPage {
    let line = |(file, warning): &(String, crate::domain::Warning)| WarningLine {
        file: file.clone(),
        problem: warning.problem.clone(),
        value: warning.value.clone().unwrap_or_default(),
        remedy: warning.remedy.clone(),
    };
    let shown = set_up.warnings.iter().take(MAX_WARNINGS);
    OpenedPage {
        page: Page::bare("Đã lập hồ sơ"),
        base: format!("/c/{}", encode(&set_up.code)),
        title,
        documents: (set_up.sections.iter())
            .map(|(name, n)| (name.clone(), words::number(*n)))
            .collect(),
        warnings: shown.map(line).collect(),
        n_more: set_up.warnings.len().saturating_sub(MAX_WARNINGS),
    }
}

pub(in crate::web) async fn list_rounds(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
) -> Result<Response, Error> {
    show_rounds(&app, &consultation, Vec::new(), Vec::new()).await
}

async fn show_rounds(
    app: &App,
    consultation: &Consultation,
    fields: Vec<(String, String)>,
    problems: Vec<String>,
) -> Result<Response, Error> {
    let page = Page::new(consultation, Place::Overview, "Các đợt lấy ý kiến");
    let rounds = app.rounds(consultation).await?;
    let line = |round: &crate::domain::Round| RoundLine {
        title: format!("Đợt {}: {}", round.number, round.title),
        about: format!(
            "{} · {} – {}",
            round.kind.name(),
            words::date(round.opened),
            words::date(round.deadline)
        ),
        address: format!("{}/roster#round-{}", page.base, round.number),
    };
    let status = status_of(&problems);
    let shown = RoundsPage {
        rounds: rounds.iter().map(line).collect(),
        round: round_fields(app, &fields).await?,
        organizations: names(app).await?,
        problems,
        page,
    };
    Ok((status, Html(shown)).into_response())
}

pub(in crate::web) async fn open_round(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    FilesForm { fields, .. }: FilesForm,
) -> Result<Response, Error> {
    let mut problems = Vec::new();
    let Some(round) = new_round(&fields, &mut problems).filter(|_| problems.is_empty()) else {
        return show_rounds(&app, &consultation, fields, problems).await;
    };
    let (writer, of) = (app.clone(), consultation.clone());
    match outlive(async move { writer.open_round(&of, &round).await }).await {
        Ok(_number) => Ok(Redirect::to(&format!("{}/rounds", base(&consultation))).into_response()),
        Err(error) if error.kind == app::Kind::Invalid => {
            let problems = error.message.lines().map(str::to_owned).collect();
            show_rounds(&app, &consultation, fields, problems).await
        }
        Err(error) => Err(error.into()),
    }
}
