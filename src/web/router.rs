//! Every address the program answers, on one page.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;

use super::error::Error;
use super::pages::{
    account, accounts, assignments, audit, bulk, compose, drafts, edits, groups, import, keys,
    leader, letter_templates, letterhead, letters, mine, opening, originals, overview, paper,
    phrases, point, points, record, reports, roster, sign_in, submission, submissions, tables,
    triage, versions,
};
use super::{access, api, assets, layers};
use crate::app::App;

/// Largest form that carries no file: a long answer is far below.
const MAX_FORM_BYTES: usize = 2 << 20;

/// Files of the largest size that fit into one upload.
const MAX_FILES_PER_UPLOAD: usize = 8;

/// All pages and the JSON API over one open data folder.
pub fn router(app: App) -> Router {
    let file_bytes = usize::try_from(app.config.max_file_bytes).unwrap_or(usize::MAX);
    let upload_bytes = file_bytes.saturating_mul(MAX_FILES_PER_UPLOAD);
    let upload = get(import::get_import)
        .post(import::import_files)
        .layer(DefaultBodyLimit::max(upload_bytes));
    let with_files = DefaultBodyLimit::max(file_bytes.saturating_add(MAX_FORM_BYTES));
    Router::new()
        .route("/", get(overview::get_start))
        .route("/c/{code}", get(overview::redirect_to_overview))
        .route("/c/{code}/", get(overview::get_overview))
        .merge(answering_router())
        .route(
            "/c/{code}/drafts/{name}/verdict",
            post(drafts::judge_section),
        )
        .route("/c/{code}/triage", get(triage::list_triage))
        .route(
            "/c/{code}/problems/{id}/resolution",
            post(triage::resolve_problem),
        )
        .route("/c/{code}/roster", get(roster::get_roster))
        .route("/c/{code}/import", upload)
        .merge(tables_router())
        .route("/c/{code}/batches/{id}/undo", post(import::undo_batch))
        .route(
            "/c/{code}/batches/{id}/bad-rows.csv",
            get(import::get_bad_rows),
        )
        .route(
            "/c/{code}/record",
            get(record::get_record).post(record::record_opinion),
        )
        .route("/originals/{id}", get(originals::get_original))
        .route(
            "/c/{code}/submissions/{id}/pages/{part}/{number}",
            get(paper::get_page),
        )
        .merge(submissions_router())
        .merge(opening_router().layer(with_files))
        .merge(reports_router(file_bytes))
        .merge(letters_router(upload_bytes))
        .merge(groups_router())
        .merge(accounts_router())
        .nest("/api/v1", api::router().layer(with_files))
        .route("/static/{name}", get(assets::get_asset))
        .route("/healthz", get(api::get_health))
        .route_layer(middleware::from_fn_with_state(app.clone(), access::admit))
        .fallback(async || Error::no_such_page())
        .method_not_allowed_fallback(async || Error::method_not_allowed())
        .with_state(app.clone())
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .layer(CsrfLayer::new().with_rejection_response(|_error| layers::refuse_cross_site()))
        .layer(CatchPanicLayer::custom(layers::after_panic))
        .layer(middleware::from_fn_with_state(app, layers::guard))
}

/// Signing in, and who may.
fn accounts_router() -> Router<App> {
    Router::new()
        .route("/sign-in", get(sign_in::get_sign_in).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route(
            "/first-account",
            get(sign_in::get_first_account).post(sign_in::add_first_account),
        )
        .route("/account", get(account::get_account))
        .route("/account/password", post(account::change_password))
        .route("/account/sessions", post(account::end_sessions))
        .route("/account/tokens", post(account::make_token))
        .route(
            "/accounts",
            get(accounts::list_accounts).post(accounts::add_account),
        )
        .route("/accounts/{name}", post(accounts::change_account))
        .route("/audit", get(audit::list_entries))
        .route("/audit/verification", post(audit::verify))
}

/// Tables that are seen before they are taken in.
fn tables_router() -> Router<App> {
    Router::new()
        .route("/c/{code}/tables/{id}", get(tables::get_table))
        .route(
            "/c/{code}/tables/{id}/original",
            get(tables::get_table_original),
        )
        .route("/c/{code}/tables/{id}/columns", post(tables::arrange_table))
        .route("/c/{code}/tables/{id}/decision", post(tables::decide_table))
        .route("/c/{code}/problems/{id}/table", post(tables::hold_problem))
        .route(
            "/c/{code}/submissions/{id}/table",
            post(tables::hold_submission),
        )
        .route("/c/{code}/arrangements", get(tables::list_arrangements))
        .route(
            "/c/{code}/arrangements/{id}/removal",
            post(tables::remove_arrangement),
        )
}

/// What was received.
fn submissions_router() -> Router<App> {
    Router::new()
        .route("/c/{code}/submissions", get(submissions::list_submissions))
        .route(
            "/c/{code}/submissions/{id}",
            get(submission::get_submission),
        )
        .route(
            "/c/{code}/submissions/{id}/decision",
            post(submission::decide_submission),
        )
        .route(
            "/c/{code}/submissions/{id}/undo",
            post(submission::undo_submission),
        )
}

/// Points that say the same.
fn groups_router() -> Router<App> {
    Router::new()
        .route("/c/{code}/groups", get(groups::list_groups))
        .route("/c/{code}/groups/proposal", post(groups::propose_groups))
        .route("/c/{code}/groups/{id}", get(groups::get_group))
        .route("/c/{code}/groups/{id}/change", post(groups::change_group))
        .route("/c/{code}/groups/{id}/answer", post(groups::answer_group))
}

/// What drafters and leaders do with points.
fn answering_router() -> Router<App> {
    Router::new()
        .route("/c/{code}/points", get(points::list_points))
        .route("/c/{code}/points/answers", post(bulk::answer_points))
        .route("/c/{code}/leader", get(leader::get_leader))
        .route("/c/{code}/leader/decisions", post(bulk::decide_answers))
        .route("/c/{code}/points/{id}", get(point::get_point))
        .route("/c/{code}/points/{id}/answer", post(point::answer_point))
        .route("/c/{code}/points/{id}/decision", post(point::decide_point))
        .route("/c/{code}/points/{id}/unsaved", post(point::keep_unsaved))
        .route(
            "/c/{code}/points/{id}/unsaved/discard",
            post(point::discard_unsaved),
        )
        .route("/c/{code}/mine", get(mine::get_mine))
        .route("/c/{code}/keys", get(keys::get_keys))
        .route("/c/{code}/edits", get(edits::list_edits))
        .route("/c/{code}/edits.csv", get(edits::get_edits_csv))
        .route(
            "/c/{code}/phrases",
            get(phrases::list_phrases).post(phrases::add_phrase),
        )
        .route(
            "/c/{code}/phrases/{id}/removal",
            post(phrases::remove_phrase),
        )
        .route(
            "/c/{code}/assignments",
            get(assignments::list_assignments).post(assignments::assign_sections),
        )
}

/// What a consultation begins with, and what comes to it: drafts, rounds.
fn opening_router() -> Router<App> {
    Router::new()
        .route(
            "/consultations",
            get(overview::list_consultations).post(opening::open_consultation),
        )
        .route("/consultations/new", get(opening::get_new_consultation))
        .route(
            "/c/{code}/rounds",
            get(opening::list_rounds).post(opening::open_round),
        )
        .route(
            "/c/{code}/drafts",
            get(drafts::list_drafts).post(drafts::add_draft),
        )
}

/// What leaves the office: reports, how they are headed.
fn reports_router(file_bytes: usize) -> Router<App> {
    let signed_file = post(versions::issue_report).layer(DefaultBodyLimit::max(
        file_bytes.saturating_add(MAX_FORM_BYTES),
    ));
    Router::new()
        .route(
            "/c/{code}/letterhead",
            get(letterhead::get_letterhead).post(letterhead::set_letterhead),
        )
        .route(
            "/office/letterhead",
            get(letterhead::get_office).post(letterhead::set_office),
        )
        .route("/c/{code}/reports", get(reports::list_reports))
        .route("/c/{code}/reports/{name}", get(reports::get_report))
        .route(
            "/c/{code}/versions",
            get(versions::list_versions).post(versions::freeze_report),
        )
        .route(
            "/c/{code}/versions/{id}/comparison",
            get(versions::compare_versions),
        )
        .route(
            "/c/{code}/versions/{id}/review",
            post(versions::review_report),
        )
        .route("/c/{code}/versions/{id}/issue", signed_file)
        .route("/c/{code}/versions/{id}/{name}", get(versions::get_file))
}

/// Letters that go out: chosen, shown, sent, decided about; and their words.
fn letters_router(upload_bytes: usize) -> Router<App> {
    let sent = get(letters::list_letters)
        .post(compose::send_letters)
        .layer(DefaultBodyLimit::max(upload_bytes));
    Router::new()
        .route("/c/{code}/letters", sent)
        .route("/c/{code}/letters/preview", get(compose::preview_letters))
        .route(
            "/c/{code}/letters/templates",
            get(letter_templates::list_templates).post(letter_templates::change_template),
        )
        .route("/c/{code}/letters/{id}", get(letters::get_letter))
        .route(
            "/c/{code}/letters/{id}/decision",
            post(letters::decide_letter),
        )
}
