//! JSON for programs: the same use cases as the pages.
//!
//! Names are `snake_case`, times RFC 3339 in UTC; errors are
//! `{"error": {"code", "message", "id"}}`. What is serialized here is a promise.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;

mod answering;
mod body;
mod deciding;
mod letters;
mod overseeing;
mod reading;
mod tables;

use super::error::Error;
use super::pages::filters::Filters;
use crate::app::App;
use crate::app::search::PointView;
use crate::app::status::Status;
use crate::app::values::Response;
use crate::domain::{Consultation, PointId, Span};

const PAGE_SIZE: usize = 50;

/// The addresses below `/api/v1`.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/consultations", get(reading::list_consultations))
        .route("/status", get(get_status))
        .route(
            "/rounds",
            get(reading::list_rounds).post(deciding::open_round),
        )
        .route("/organizations", get(reading::list_organizations))
        .route("/sections", get(reading::list_sections))
        .route("/submissions", get(reading::list_submissions))
        .route("/submissions/{id}", get(reading::get_submission))
        .route(
            "/submissions/{id}/decision",
            post(deciding::decide_submission),
        )
        .route("/triage", get(reading::list_triage))
        .route("/problems/{id}/resolution", post(deciding::resolve_problem))
        .route("/record", post(deciding::record_opinion))
        .route("/roster", get(reading::get_roster))
        .route("/progress", get(overseeing::get_progress))
        .route(
            "/assignments",
            get(overseeing::list_assignments).post(deciding::assign),
        )
        .route("/leader", get(overseeing::list_waiting_for_leader))
        .route("/edits", get(overseeing::list_edits))
        .route("/batches", get(overseeing::list_batches))
        .route("/batches/{id}/undo", post(deciding::undo_batch))
        .route("/drafts/{name}", get(deciding::get_draft))
        .route("/drafts/{name}/verdict", post(deciding::judge_draft))
        .route(
            "/phrases",
            get(deciding::list_phrases).post(deciding::add_phrase),
        )
        .route("/phrases/{id}/removal", post(deciding::remove_phrase))
        .route(
            "/versions",
            get(deciding::list_versions).post(deciding::freeze_report),
        )
        .route("/versions/{id}/review", post(deciding::review_report))
        .route("/versions/{id}/issue", post(deciding::issue_report))
        .route("/versions/{id}/comparison", get(deciding::compare_versions))
        .route("/audit", get(overseeing::list_trail))
        .route(
            "/letters",
            get(letters::list_letters).post(letters::order_letters),
        )
        .route("/letters/{id}", get(letters::get_letter))
        .route("/letters/{id}/decision", post(letters::decide_letter))
        .route("/tables", get(tables::list_tables).post(tables::hold_table))
        .route("/tables/{id}", get(tables::get_table))
        .route("/tables/{id}/columns", post(tables::arrange_table))
        .route("/tables/{id}/decision", post(tables::decide_table))
        .route("/mailboxes", get(letters::list_mailboxes))
        .merge(points_router())
        .fallback(async || ApiError(Error::no_such_page()))
}

/// What drafters and leaders do with points and groups.
fn points_router() -> Router<App> {
    Router::new()
        .route("/points", get(list_points))
        .route("/points/counts", get(reading::count_points))
        .route("/points/answers", post(answering::answer_points))
        .route("/points/{id}", get(get_point))
        .route("/points/{id}/answers", get(answering::list_answers))
        .route("/points/{id}/answer", post(answering::answer_point))
        .route("/points/{id}/decision", post(answering::decide_point))
        .route(
            "/points/{id}/notes",
            get(answering::list_notes).post(answering::add_note),
        )
        .route("/points/{id}/split", post(answering::split_point))
        .route("/points/{id}/join", post(answering::join_point))
        .route("/groups", get(answering::list_groups))
        .route("/groups/proposal", post(answering::propose_groups))
        .route("/groups/{id}", get(answering::get_group))
        .route("/groups/{id}/change", post(answering::change_group))
        .route("/groups/{id}/answer", post(answering::answer_group))
}

/// An error as JSON.
pub(super) struct ApiError(pub(super) Error);

#[derive(Serialize)]
struct ErrorBody {
    error: ErrorDto,
}

#[derive(Serialize)]
struct ErrorDto {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

impl<E: Into<Error>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> axum::response::Response {
        let error = ErrorDto {
            code: self.0.code(),
            message: self.0.message,
            id: self.0.reference,
        };
        (self.0.status, Json(ErrorBody { error })).into_response()
    }
}

type Pairs = Query<Vec<(String, String)>>;

/// The consultation an address names, or the only one.
async fn consultation(app: &App, pairs: &[(String, String)]) -> Result<Consultation, ApiError> {
    let code = pairs.iter().find(|(key, _)| key == "consultation");
    let code = code.map(|(_, value)| value.as_str());
    Ok(app.consultation(code).await?)
}

#[derive(Serialize)]
pub(super) struct StatusDto {
    consultation: ConsultationDto,
    rounds: Vec<RoundDto>,
    submissions: CountsDto,
    points: PointCountsDto,
    decisions: CountsDto,
    waiting: WaitingDto,
    equations: Vec<EquationDto>,
    is_reconciled: bool,
    ledger_seq: i64,
    indexed_seq: i64,
}

/// Counts by code.
type CountsDto = std::collections::BTreeMap<&'static str, i64>;

#[derive(Serialize)]
struct ConsultationDto {
    code: String,
    title: String,
}

#[derive(Serialize)]
struct RoundDto {
    number: u32,
    title: String,
    asked: usize,
    replied: usize,
    silent: usize,
    late: usize,
    replied_not_asked: usize,
    submissions: usize,
    points: usize,
}

#[derive(Serialize)]
struct PointCountsDto {
    received: i64,
    answered: i64,
    joined: i64,
    out_of_scope: i64,
    without_section: i64,
}

#[derive(Serialize)]
struct WaitingDto {
    submissions: i64,
    problems: i64,
}

#[derive(Serialize)]
struct EquationDto {
    name: String,
    round: Option<u32>,
    text: String,
    holds: bool,
    offenders: Vec<String>,
}

async fn get_status(
    State(app): State<App>,
    Query(pairs): Pairs,
) -> Result<Json<StatusDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    Ok(Json(status_dto(app.status(&consultation).await?)))
}

fn status_dto(status: Status) -> StatusDto {
    let counts = status.counts;
    let numbers = status.reconciliation;
    StatusDto {
        consultation: ConsultationDto {
            code: status.consultation.code,
            title: status.consultation.title,
        },
        is_reconciled: numbers.holds(),
        rounds: numbers
            .rounds
            .into_iter()
            .map(|round| RoundDto {
                number: round.number,
                title: round.title,
                asked: round.tally.asked,
                replied: round.tally.replied,
                silent: round.tally.silent,
                late: round.tally.late,
                replied_not_asked: round.tally.replied_not_asked,
                submissions: round.tally.submissions,
                points: round.tally.points.received,
            })
            .collect(),
        submissions: counts
            .submissions
            .iter()
            .map(|(state, n)| (state.code(), *n))
            .collect(),
        points: PointCountsDto {
            received: counts.points,
            answered: counts.answered,
            joined: counts.joined,
            out_of_scope: counts.out_of_scope,
            without_section: counts.without_section,
        },
        decisions: counts
            .decisions
            .iter()
            .map(|(decision, n)| (decision.code(), *n))
            .collect(),
        waiting: WaitingDto {
            submissions: counts.needs_person,
            problems: counts.problems,
        },
        equations: numbers
            .equations
            .into_iter()
            .map(|equation| EquationDto {
                name: equation.name.into_owned(),
                round: equation.round,
                text: equation.text,
                holds: equation.holds,
                offenders: equation.offenders,
            })
            .collect(),
        ledger_seq: status.ledger_seq,
        indexed_seq: status.indexed_seq,
    }
}

#[derive(Serialize)]
pub(super) struct PointsDto {
    points: Vec<PointDto>,
    meta: MetaDto,
}

#[derive(Serialize)]
struct MetaDto {
    total: u64,
    total_is_exact: bool,
    page: usize,
    page_size: usize,
    corrected: Vec<CorrectionDto>,
}

#[derive(Serialize)]
struct CorrectionDto {
    typed: String,
    used: String,
}

#[derive(Serialize)]
pub(super) struct PointDto {
    id: i64,
    submission_id: i64,
    text: String,
    /// Byte ranges in `text`.
    highlights: Vec<(usize, usize)>,
    section: Option<String>,
    section_heading: Option<String>,
    other_sections: Vec<String>,
    cited_as: Option<String>,
    organizations: Vec<String>,
    round: Option<u32>,
    channel: &'static str,
    arrived_on: String,
    letter_number: Option<String>,
    letter_date: Option<String>,
    stance: Option<&'static str>,
    /// How sure the recognition was of the words, 0 to 1, where they were read in a picture.
    recognized: Option<f32>,
    state: &'static str,
    needs_leadership: bool,
    version: i64,
    answer: Option<AnswerDto>,
}

#[derive(Serialize)]
pub(super) struct AnswerDto {
    version: i64,
    decision: Option<&'static str>,
    text: String,
    change_place: Option<String>,
    state: &'static str,
    /// Steps of the approval chain that it has passed.
    approvals: usize,
    /// The step that approved or returned it.
    step: Option<String>,
    author: String,
    remark: Option<String>,
    created_at: String,
}

async fn list_points(
    State(app): State<App>,
    Query(pairs): Pairs,
) -> Result<Json<PointsDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let page = body::page(&pairs)?;
    let request = Filters::read(&pairs).request((page - 1) * PAGE_SIZE, PAGE_SIZE)?;
    let found = app.search(&consultation, &request).await?;
    Ok(Json(PointsDto {
        points: found.points.into_iter().map(point_dto).collect(),
        meta: MetaDto {
            total: found.total.at_least,
            total_is_exact: found.total.is_exact,
            page,
            page_size: PAGE_SIZE,
            corrected: found
                .corrected
                .into_iter()
                .map(|it| CorrectionDto {
                    typed: it.typed,
                    used: it.used,
                })
                .collect(),
        },
    }))
}

async fn get_point(
    State(app): State<App>,
    body::Key(id): body::Key,
    Query(pairs): Pairs,
) -> Result<Json<PointDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let full = app.point_in_full(&consultation, PointId(id)).await?;
    Ok(Json(point_dto(full.view)))
}

fn point_dto(view: PointView) -> PointDto {
    let PointView {
        point, submission, ..
    } = view;
    let bytes = |span: &Span| (span.start, span.end);
    PointDto {
        id: point.id.0,
        submission_id: point.submission.0,
        recognized: point.recognized().map(crate::domain::Confidence::value),
        text: view.text,
        highlights: view.highlights.iter().map(bytes).collect(),
        section: view.section,
        section_heading: view.section_heading,
        other_sections: view.other_sections,
        cited_as: point.cited_as,
        organizations: view.organizations,
        round: view.round,
        channel: point.channel.code(),
        arrived_on: point.arrived_on.to_string(),
        letter_number: submission.letter_number.map(|number| number.to_string()),
        letter_date: submission.letter_date.map(|date| date.to_string()),
        stance: point.stance.map(crate::domain::Stance::code),
        state: point.state.code(),
        needs_leadership: point.needs_leadership,
        version: point.version,
        answer: view.response.map(answer_dto),
    }
}

fn answer_dto(answer: Response) -> AnswerDto {
    AnswerDto {
        version: answer.version,
        decision: answer.content.decision.map(crate::domain::Decision::code),
        text: answer.content.text,
        change_place: answer.content.change_place,
        state: answer.content.state.code(),
        approvals: answer.content.n_approvals,
        step: answer.content.approval_step,
        author: answer.content.author,
        remark: answer.content.remark,
        created_at: moment(answer.created_us),
    }
}

/// A moment as RFC 3339.
fn moment(us: i64) -> String {
    jiff::Timestamp::from_microsecond(us)
        .unwrap_or_default()
        .to_string()
}

/// Says that the process answers and its database can be read.
pub(super) async fn get_health(State(app): State<App>) -> (StatusCode, &'static str) {
    match app.consultations().await {
        Ok(_) => (StatusCode::OK, "ok"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
    }
}
