//! How the work goes, for programs: progress, who answers what, what waits for a leader, accepted
//! changes, tables that came in, the trail of who did what.

use axum::Json;
use axum::extract::Query;
use serde::Serialize;

use super::body::page;
use super::{ApiError, PAGE_SIZE, Pairs, PointDto, consultation, moment, point_dto};
use crate::app::App;
use crate::app::progress::Share;
use crate::domain::SectionId;
use crate::web::access::Acting;
use crate::web::error::Error;
use crate::web::pages::coded;

/// How far the work is, by section (with what lies below) and by drafter.
#[derive(Serialize)]
pub(super) struct ProgressDto {
    sections: Vec<SectionShareDto>,
    without_section: ShareDto,
    drafters: Vec<DrafterShareDto>,
}

#[derive(Serialize)]
struct SectionShareDto {
    section_id: i64,
    section: String,
    share: ShareDto,
}

#[derive(Serialize)]
struct DrafterShareDto {
    /// Absent: nobody yet.
    drafter: Option<String>,
    share: ShareDto,
}

#[derive(Serialize)]
struct ShareDto {
    received: usize,
    answered: usize,
    submitted: usize,
    approved: usize,
    settled: usize,
    open: usize,
}

fn share_dto(share: Share) -> ShareDto {
    ShareDto {
        received: share.received,
        answered: share.answered,
        submitted: share.submitted,
        approved: share.approved,
        settled: share.settled,
        open: share.open,
    }
}

pub(super) async fn get_progress(
    Acting(app): Acting,
    Query(pairs): Pairs,
) -> Result<Json<ProgressDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let names = app.names(&consultation).await?;
    let progress = app.progress(&consultation).await?;
    let sections = names.sections.iter().map(|section| SectionShareDto {
        section_id: section.id.0,
        section: names.label(section),
        share: share_dto(progress.in_section(section.id)),
    });
    let drafters = progress.by_drafter.iter();
    Ok(Json(ProgressDto {
        sections: sections.collect(),
        without_section: share_dto(progress.without_section()),
        drafters: drafters
            .map(|(drafter, share)| DrafterShareDto {
                drafter: drafter.clone(),
                share: share_dto(*share),
            })
            .collect(),
    }))
}

/// Who answers which sections, unless a section below or the point itself names somebody else.
#[derive(Serialize)]
pub(super) struct AssignmentsDto {
    assignments: Vec<AssignmentLine>,
    drafters: Vec<String>,
}

#[derive(Serialize)]
struct AssignmentLine {
    section_id: i64,
    section: String,
    drafter: String,
}

pub(super) async fn list_assignments(
    Acting(app): Acting,
    Query(pairs): Pairs,
) -> Result<Json<AssignmentsDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let names = app.names(&consultation).await?;
    let assigned = app.assignments(&consultation).await?;
    let label = |id: SectionId| names.section(id).map(|it| names.label(it));
    Ok(Json(AssignmentsDto {
        assignments: assigned
            .own
            .into_iter()
            .map(|(id, drafter)| AssignmentLine {
                section_id: id.0,
                section: label(id).unwrap_or_default(),
                drafter,
            })
            .collect(),
        drafters: assigned.drafters,
    }))
}

/// What waits for a leader: questions first, then answers in the order of the draft.
#[derive(Serialize)]
pub(super) struct WaitingForLeaderDto {
    points: Vec<PointDto>,
    total: usize,
    escalated: usize,
    steps: Vec<StepDto>,
    page: usize,
    page_size: usize,
}

/// A step of the approval chain.
#[derive(Serialize)]
struct StepDto {
    name: String,
    waiting: usize,
}

pub(super) async fn list_waiting_for_leader(
    Acting(app): Acting,
    Query(pairs): Pairs,
) -> Result<Json<WaitingForLeaderDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let page = page(&pairs)?;
    let step = step_asked(&app, &pairs)?;
    let waiting = app
        .waiting_for_leader(&consultation, step, (page - 1) * PAGE_SIZE, PAGE_SIZE)
        .await?;
    let steps = app.approval_steps().iter().zip(waiting.by_step);
    Ok(Json(WaitingForLeaderDto {
        points: waiting.points.into_iter().map(point_dto).collect(),
        total: waiting.n_total,
        escalated: waiting.n_escalated,
        steps: steps
            .map(|(name, waiting)| StepDto {
                name: name.clone(),
                waiting,
            })
            .collect(),
        page,
        page_size: PAGE_SIZE,
    }))
}

fn step_asked(app: &App, pairs: &[(String, String)]) -> Result<Option<usize>, ApiError> {
    let name = crate::web::extract::value(pairs, "step");
    if name.is_empty() {
        return Ok(None);
    }
    let at = app.approval_steps().iter().position(|step| step == name);
    let unknown = || ApiError(Error::invalid(format!("Không có bước duyệt `{name}`.")));
    at.map(Some).ok_or_else(unknown)
}

/// What was accepted, in the order of the draft.
#[derive(Serialize)]
pub(super) struct EditsDto {
    points: Vec<PointDto>,
    total: usize,
    page: usize,
    page_size: usize,
}

pub(super) async fn list_edits(
    Acting(app): Acting,
    Query(pairs): Pairs,
) -> Result<Json<EditsDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let page = page(&pairs)?;
    let first = (page - 1) * PAGE_SIZE;
    let edits = app.edits(&consultation, first, PAGE_SIZE).await?;
    Ok(Json(EditsDto {
        points: edits.points.into_iter().map(point_dto).collect(),
        total: edits.n_total,
        page,
        page_size: PAGE_SIZE,
    }))
}

#[derive(Serialize)]
pub(super) struct BatchesDto {
    batches: Vec<BatchLine>,
}

#[derive(Serialize)]
struct BatchLine {
    id: i64,
    file: String,
    actor: String,
    started_at: String,
    is_complete: bool,
    is_undone: bool,
    submissions: i64,
    bad_rows: i64,
}

pub(super) async fn list_batches(
    Acting(app): Acting,
    Query(pairs): Pairs,
) -> Result<Json<BatchesDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let batches = app.batches(&consultation).await?.into_iter();
    let line = batches.map(|batch| BatchLine {
        id: batch.id,
        file: batch.file_name,
        actor: batch.actor,
        started_at: moment(batch.started_us),
        is_complete: batch.is_complete,
        is_undone: batch.is_undone,
        submissions: batch.n_submissions,
        bad_rows: batch.n_bad_rows,
    });
    Ok(Json(BatchesDto {
        batches: line.collect(),
    }))
}

/// The audit trail, the newest first.
#[derive(Serialize)]
pub(super) struct TrailDto {
    entries: Vec<EntryDto>,
    total: i64,
}

#[derive(Serialize)]
struct EntryDto {
    seq: i64,
    at: String,
    actor: String,
    action: &'static str,
    first_id: i64,
    last_id: i64,
}

pub(super) async fn list_trail(
    Acting(app): Acting,
    Query(pairs): Pairs,
) -> Result<Json<TrailDto>, ApiError> {
    const LIMIT: i64 = 100;
    let actor = Some(crate::web::extract::value(&pairs, "actor")).filter(|it| !it.is_empty());
    let before = crate::web::extract::value(&pairs, "before");
    let before = coded("before", before, |text| {
        text.parse::<i64>().ok().filter(|it| *it > 0)
    })?;
    let trail = app.trail(actor, before, LIMIT).await?;
    let entries = trail.entries.into_iter().map(|entry| EntryDto {
        seq: entry.seq,
        at: moment(entry.at_us),
        actor: entry.actor,
        action: entry.action.code(),
        first_id: entry.first_id,
        last_id: entry.last_id,
    });
    Ok(Json(TrailDto {
        entries: entries.collect(),
        total: trail.n_entries,
    }))
}
