//! Nhập tệp: files in, and what became of each.

use std::io::Cursor;

use askama::Template;
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};

use super::originals::attachment;
use super::tables::{HeldLine, held_lines};
use super::{outlive, round_number};
use crate::app::batches::BatchStanding;
use crate::app::ingest::{Clash, FileReport, Hold, Incoming, Options};
use crate::app::values::WorkAnswer;
use crate::app::{self, App};
use crate::domain::{BatchId, Consultation, Decision, Round};
use crate::web::access::Acting;
use crate::web::address::base;
use crate::web::error::Error;
use crate::web::extract::{Id, InConsultation, cut_off};
use crate::web::views::{Html, Page, Place, Select};
use crate::web::words;

/// Reasons and problems shown of one file; all of them stand under "Chờ xử lý".
const N_SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "import.html", config = "src/web/askama.toml")]
pub(in crate::web) struct ImportPage {
    page: Page,
    round: Select,
    max_megabytes: u64,
    batches: Vec<BatchLine>,
    held: Vec<HeldLine>,
    message: String,
}

/// A table that was imported.
struct BatchLine {
    file: String,
    moment: String,
    actor: String,
    n_rows: String,
    state: &'static str,
    n_bad_rows: String,
    /// By whose arrangement its columns were read.
    arranged: String,
    /// Addresses, where there is something to take or to undo.
    bad_rows: Option<String>,
    undo: Option<String>,
}

#[derive(Template)]
#[template(path = "imported.html", config = "src/web/askama.toml")]
pub(in crate::web) struct ImportedPage {
    page: Page,
    summary: String,
    needs_attention: bool,
    files: Vec<FileView>,
}

struct FileView {
    name: String,
    outcome: String,
    /// Where a table waits to be looked at.
    held: Option<String>,
    class: &'static str,
    counts: Vec<(String, String)>,
    clashes: Vec<ClashView>,
    reasons: Vec<String>,
    warnings: Vec<WarningView>,
    n_more: usize,
}

/// Two answers to one point, side by side, and the form that takes the file's to the point's page.
struct ClashView {
    point: String,
    address: String,
    now: (String, String, String),
    in_file: (String, String, String),
    decision: &'static str,
}

struct WarningView {
    location: String,
    value: String,
    problem: String,
    remedy: String,
}

/// One file of an upload.
pub(super) enum Outcome {
    Done(FileReport),
    TooLarge(String),
}

pub(in crate::web) async fn get_import(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
) -> Result<Html<ImportPage>, Error> {
    show(&app, &consultation, String::new()).await
}

async fn show(
    app: &App,
    consultation: &Consultation,
    message: String,
) -> Result<Html<ImportPage>, Error> {
    let rounds = app.rounds(consultation).await?;
    let choices = rounds.iter().map(super::points::round_choice);
    let page = Page::new(consultation, Place::Import, "Nhập tệp");
    let batches = app.batches(consultation).await?;
    let none = "Tự nhận biết theo nội dung và ngày";
    Ok(Html(ImportPage {
        round: Select::new("round", "Đợt lấy ý kiến", none, "", choices),
        max_megabytes: app.config.max_file_bytes >> 20,
        batches: batches
            .iter()
            .map(|batch| batch_line(&page.base, batch))
            .collect(),
        held: held_lines(app, consultation).await?,
        message,
        page,
    }))
}

fn batch_line(base: &str, batch: &BatchStanding) -> BatchLine {
    let address = |what: &str| format!("{base}/batches/{}/{what}", batch.id);
    let number = |n: i64| words::number(usize::try_from(n).unwrap_or(0));
    BatchLine {
        file: batch.file_name.clone(),
        moment: words::moment(batch.started_us),
        actor: batch.actor.clone(),
        n_rows: number(batch.n_submissions),
        state: if batch.is_undone {
            "Đã hoàn tác"
        } else if batch.is_complete {
            "Đã nhập xong"
        } else {
            "Đang nhập"
        },
        n_bad_rows: number(batch.n_bad_rows),
        arranged: match (&batch.arranged_by, batch.arranged_us) {
            (Some(actor), Some(us)) => format!(
                "theo cách xếp cột do {actor} chọn lúc {}",
                words::moment(us)
            ),
            _ => String::new(),
        },
        bad_rows: (batch.n_bad_rows > 0).then(|| address("bad-rows.csv")),
        undo: (batch.is_complete && !batch.is_undone).then(|| address("undo")),
    }
}

pub(in crate::web) async fn undo_batch(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
) -> Result<Response, Error> {
    let (writer, of) = (app.clone(), consultation.clone());
    let undone = outlive(async move {
        let actor = writer.actor().to_owned();
        writer.undo_batch(&of, BatchId(id), &actor).await
    });
    match undone.await {
        Ok(_) => {
            Ok(Redirect::to(&format!("{}/import#batches", base(&consultation))).into_response())
        }
        Err(error) if error.kind == app::Kind::Conflict => {
            let page = show(&app, &consultation, error.message).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

pub(in crate::web) async fn get_bad_rows(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
) -> Result<Response, Error> {
    let (name, bytes) = app.bad_rows(&consultation, BatchId(id)).await?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, attachment(&name)),
    ];
    Ok((headers, bytes).into_response())
}

pub(in crate::web) async fn import_files(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    request: Request,
) -> Result<Response, Error> {
    let form = Multipart::from_request(request, &app).await;
    let mut form = form
        .map_err(|rejection| Error::invalid(format!("Biểu mẫu tải tệp chưa đúng: {rejection}")))?;
    let mut round: Option<Round> = None;
    let mut outcomes = Vec::new();
    let mut hold = Hold::Doubtful;
    while let Some(field) = form.next_field().await.map_err(|error| cut_off(&error))? {
        match field.name() {
            // It stands before the files in the form, and so in what is sent.
            Some("round") => {
                let text = field.text().await.map_err(|error| cut_off(&error))?;
                if let Some(number) = round_number(&text)? {
                    round = Some(app.round(consultation.id, number).await?);
                }
            }
            // So does this.
            Some("how") => {
                let how = field.text().await.map_err(|error| cut_off(&error))?;
                if how == "look" {
                    hold = Hold::All;
                }
            }
            Some("files") => {
                let name = field.file_name().unwrap_or("").to_owned();
                if !name.is_empty() {
                    let options = Options {
                        round: round.clone(),
                        hold,
                        ..Options::default()
                    };
                    let outcome = import_file(&app, &consultation, options, name, field);
                    outcomes.push(outcome.await?);
                }
            }
            _ => {}
        }
    }
    if outcomes.is_empty() {
        return Err(Error::invalid("Chưa chọn tệp nào."));
    }
    if let [Outcome::Done(report)] = outcomes.as_slice()
        && let Some(id) = report.held
    {
        let address = format!("{}/tables/{id}", base(&consultation));
        return Ok(Redirect::to(&address).into_response());
    }
    let page = Page::new(&consultation, Place::Import, "Kết quả nhập tệp");
    Ok(Html(view(page, &outcomes, app.config.max_file_bytes)).into_response())
}

async fn import_file(
    app: &App,
    consultation: &Consultation,
    options: Options,
    name: String,
    mut field: Field<'_>,
) -> Result<Outcome, Error> {
    let limit = usize::try_from(app.config.max_file_bytes).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    let mut is_too_large = false;
    while let Some(chunk) = field.chunk().await.map_err(|error| cut_off(&error))? {
        is_too_large |= bytes.len().saturating_add(chunk.len()) > limit;
        if is_too_large {
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    if is_too_large {
        return Ok(Outcome::TooLarge(name));
    }
    let (app, consultation) = (app.clone(), consultation.clone());
    let imported = outlive(async move {
        let reader = Box::new(Cursor::new(bytes));
        let incoming = Incoming { name, reader };
        app.import(&consultation, incoming, &options, &|_progress| {})
            .await
    });
    Ok(Outcome::Done(imported.await?))
}

pub(super) fn view(page: Page, outcomes: &[Outcome], limit: u64) -> ImportedPage {
    let done = || {
        outcomes.iter().filter_map(|outcome| match outcome {
            Outcome::Done(report) => Some(report),
            Outcome::TooLarge(_) => None,
        })
    };
    let n_submissions: u64 = done().map(FileReport::n_submissions).sum();
    let n_points: u64 = done().map(|report| report.n_points).sum();
    let n_answers: u64 = done()
        .filter_map(|report| report.answers.as_ref())
        .map(|answers| answers.n_saved)
        .sum();
    let refused = outcomes.len() - done().count();
    ImportedPage {
        summary: format!(
            "{} tệp: thêm {} lượt góp ý, {} ý kiến{}.",
            words::number(outcomes.len()),
            words::number(n_submissions),
            words::number(n_points),
            match n_answers {
                0 => String::new(),
                n => format!("; ghi {} câu trả lời", words::number(n)),
            }
        ),
        needs_attention: refused > 0 || done().any(FileReport::needs_attention),
        files: outcomes
            .iter()
            .map(|outcome| file_view(&page.base, outcome, limit))
            .collect(),
        page,
    }
}

fn clash_view(base: &str, clash: &Clash) -> ClashView {
    let words = |answer: &WorkAnswer| {
        let decision = answer.decision.map_or("Chưa chọn kết quả", Decision::name);
        (
            decision.to_owned(),
            answer.text.clone(),
            answer.change_place.clone(),
        )
    };
    ClashView {
        point: clash.point.to_string(),
        address: format!("{base}/points/{}", clash.point),
        now: words(&clash.now),
        in_file: words(&clash.in_file),
        decision: clash.in_file.decision.map_or("", Decision::code),
    }
}

fn file_view(base: &str, outcome: &Outcome, limit: u64) -> FileView {
    let report = match outcome {
        Outcome::Done(report) => report,
        Outcome::TooLarge(name) => {
            return FileView {
                name: name.clone(),
                outcome: format!(
                    "Chưa nhập: tệp lớn hơn {} MB. Hãy tách nhỏ, hoặc dùng lệnh `tiepthu import` trên máy chủ.",
                    limit >> 20
                ),
                held: None,
                class: "bad",
                counts: Vec::new(),
                clashes: Vec::new(),
                reasons: Vec::new(),
                warnings: Vec::new(),
                n_more: 0,
            };
        }
    };
    let (class, outcome) = if report.held.is_some() {
        ("wait", "Chưa nhập: chờ xem trước và xếp cột.")
    } else if report.was_known {
        ("quiet", "Tệp này đã được nhập trước đây; không thêm gì.")
    } else if report.needs_attention() {
        ("wait", "Đã nhập; có chỗ cần người xem.")
    } else {
        ("good", "Đã nhập.")
    };
    let mut counts: Vec<(String, String)> = report
        .submissions
        .iter()
        .map(|(state, n)| {
            (
                format!("lượt góp ý, {}", state.name().to_lowercase()),
                words::number(*n),
            )
        })
        .collect();
    if let Some(answers) = &report.answers {
        counts.push((
            "câu trả lời được ghi".to_owned(),
            words::number(answers.n_saved),
        ));
        counts.push(("dòng không đổi".to_owned(), words::number(answers.n_same)));
    } else if report.held.is_none() {
        counts.push(("ý kiến".to_owned(), words::number(report.n_points)));
    }
    if report.n_known_rows > 0 {
        let known = words::number(report.n_known_rows);
        counts.push(("dòng đã có từ tệp trước".to_owned(), known));
    }
    let n_more = report.reasons.len().saturating_sub(N_SHOWN)
        + report.warnings.len().saturating_sub(N_SHOWN)
        + usize::try_from(report.n_more).unwrap_or(usize::MAX);
    FileView {
        name: report.name.clone(),
        outcome: outcome.to_owned(),
        held: report.held.map(|id| format!("{base}/tables/{id}")),
        class,
        counts,
        clashes: report
            .answers
            .iter()
            .flat_map(|answers| &answers.clashes)
            .map(|clash| clash_view(base, clash))
            .collect(),
        reasons: report.reasons.iter().take(N_SHOWN).cloned().collect(),
        warnings: report
            .warnings
            .iter()
            .take(N_SHOWN)
            .map(|warning| WarningView {
                location: words::location(&warning.location),
                value: warning.value.clone().unwrap_or_default(),
                problem: warning.problem.clone(),
                remedy: warning.remedy.clone(),
            })
            .collect(),
        n_more,
    }
}
