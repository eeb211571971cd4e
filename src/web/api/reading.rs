//! What the pages show, for programs: dossiers, rounds, sections, submissions, who replied.

use axum::Json;
use axum::extract::Query;
use serde::Serialize;

use super::body::{Key, on_page, page};
use super::{ApiError, PAGE_SIZE, Pairs, PointDto, consultation, point_dto};
use crate::app::search::Names;
use crate::app::values::{FacetValue, Problem, Reply, Submission};
use crate::domain::{Disposition, SubmissionId};
use crate::web::access::Acting;
use crate::web::pages::coded;
use crate::web::pages::filters::Filters;
use crate::web::words;

#[derive(Serialize)]
pub(super) struct ConsultationsDto {
    consultations: Vec<ConsultationLine>,
}

#[derive(Serialize)]
struct ConsultationLine {
    code: String,
    title: String,
}

pub(super) async fn list_consultations(
    Acting(app): Acting,
) -> Result<Json<ConsultationsDto>, ApiError> {
    let all = app.consultations().await?.into_iter();
    let line = all.map(|it| ConsultationLine {
        code: it.code,
        title: it.title,
    });
    Ok(Json(ConsultationsDto {
        consultations: line.collect(),
    }))
}

#[derive(Serialize)]
pub(super) struct RoundsDto {
    rounds: Vec<RoundLine>,
}

#[derive(Serialize)]
struct RoundLine {
    number: u32,
    kind: &'static str,
    title: String,
    /// ISO 8601.
    opened: String,
    deadline: String,
    request_number: Option<String>,
    request_date: Option<String>,
    silence_means_agreement: bool,
    is_official: bool,
}

pub(super) async fn list_rounds(
    Acting(app): Acting,
    Query(pairs): Pairs,
) -> Result<Json<RoundsDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let rounds = app.rounds(&consultation).await?.into_iter();
    let line = rounds.map(|round| RoundLine {
        number: round.number,
        kind: round.kind.code(),
        title: round.title,
        opened: round.opened.to_string(),
        deadline: round.deadline.to_string(),
        request_number: round.request_number.map(|number| number.to_string()),
        request_date: round.request_date.map(|day| day.to_string()),
        silence_means_agreement: round.silence_means_agreement,
        is_official: round.is_official,
    });
    Ok(Json(RoundsDto {
        rounds: line.collect(),
    }))
}

#[derive(Serialize)]
pub(super) struct OrganizationsDto {
    organizations: Vec<OrganizationLine>,
    kinds: Vec<KindLine>,
}

#[derive(Serialize)]
struct OrganizationLine {
    code: String,
    name: String,
    kind: String,
    parent: Option<String>,
}

#[derive(Serialize)]
struct KindLine {
    code: String,
    name: String,
}

pub(super) async fn list_organizations(
    Acting(app): Acting,
) -> Result<Json<OrganizationsDto>, ApiError> {
    let organizations = app.organizations().await?.into_iter();
    let kinds = app.organization_kinds().await?.into_iter();
    Ok(Json(OrganizationsDto {
        organizations: organizations
            .map(|it| OrganizationLine {
                code: it.code,
                name: it.name,
                kind: it.kind,
                parent: it.parent,
            })
            .collect(),
        kinds: kinds
            .map(|it| KindLine {
                code: it.code,
                name: it.name,
            })
            .collect(),
    }))
}

#[derive(Serialize)]
pub(super) struct SectionsDto {
    documents: Vec<DocumentLine>,
    sections: Vec<SectionLine>,
}

#[derive(Serialize)]
struct DocumentLine {
    code: String,
    name: String,
    title: String,
    /// Dự thảo lần N.
    draft: u32,
}

#[derive(Serialize)]
struct SectionLine {
    id: i64,
    /// Qualified by its document, as points name it.
    label: String,
    heading: String,
    level: u8,
    parent: Option<i64>,
    is_current: bool,
}

pub(super) async fn list_sections(
    Acting(app): Acting,
    Query(pairs): Pairs,
) -> Result<Json<SectionsDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let names = app.names(&consultation).await?;
    let documents = names.documents.iter().map(|document| DocumentLine {
        code: document.code.clone(),
        name: document.name.clone(),
        title: document.title.clone(),
        draft: document.draft_number,
    });
    let sections = names.sections.iter().map(|section| SectionLine {
        id: section.id.0,
        label: names.label(section),
        heading: section.heading.clone(),
        level: section.level,
        parent: section.parent.map(|id| id.0),
        is_current: section.is_current,
    });
    Ok(Json(SectionsDto {
        documents: documents.collect(),
        sections: sections.collect(),
    }))
}

/// How many points a search finds, by each of their properties.
#[derive(Serialize)]
pub(super) struct CountsOfSearchDto {
    counts: Vec<CountLine>,
}

#[derive(Serialize)]
struct CountLine {
    property: String,
    /// A code, or the key of a section, organization or round; absent: none.
    value: Option<String>,
    points: u64,
}

pub(super) async fn count_points(
    Acting(app): Acting,
    Query(pairs): Pairs,
) -> Result<Json<CountsOfSearchDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let request = Filters::read(&pairs).request(0, 0)?;
    let found = app.count_filters(&consultation, &request).await?;
    let mut counts = Vec::new();
    for (facet, values) in found {
        counts.extend(values.into_iter().map(|count| CountLine {
            property: format!("{facet:?}").to_lowercase(),
            value: match count.value {
                FacetValue::None => None,
                FacetValue::Id(id) => Some(id.to_string()),
                FacetValue::Code(code) => Some(code),
            },
            points: count.n_points,
        }));
    }
    Ok(Json(CountsOfSearchDto { counts }))
}

#[derive(Serialize)]
pub(super) struct SubmissionsDto {
    submissions: Vec<SubmissionDto>,
    /// All submissions by what became of them.
    by_state: super::CountsDto,
    page: usize,
    page_size: usize,
}

#[derive(Serialize)]
pub(super) struct SubmissionDto {
    id: i64,
    state: &'static str,
    class: Option<&'static str>,
    channel: &'static str,
    round: Option<u32>,
    organizations: Vec<String>,
    sender: Option<String>,
    subject: Option<String>,
    letter_number: Option<String>,
    letter_date: Option<String>,
    arrived_on: String,
    is_late: bool,
    needs_person: bool,
    /// What it is to another submission.
    relation: Option<RelationDto>,
    remark: Option<String>,
    file: String,
    row: Option<u64>,
}

#[derive(Serialize)]
struct RelationDto {
    kind: &'static str,
    submission_id: i64,
    is_confirmed: bool,
}

fn submission_dto(it: Submission, names: &Names) -> SubmissionDto {
    SubmissionDto {
        id: it.id.0,
        state: it.disposition.code(),
        class: it.class.map(crate::domain::ReplyClass::code),
        channel: it.channel.code(),
        round: it.round.and_then(|id| names.round_number(id)),
        organizations: it
            .organizations
            .iter()
            .filter_map(|id| names.organization(*id).map(str::to_owned))
            .collect(),
        sender: it.sender,
        subject: it.subject,
        letter_number: it.letter_number.map(|number| number.to_string()),
        letter_date: it.letter_date.map(|day| day.to_string()),
        arrived_on: it.arrived_on.to_string(),
        is_late: it.is_late,
        needs_person: it.needs_person,
        relation: it
            .relation
            .map(|(relation, other, is_confirmed)| RelationDto {
                kind: relation.code(),
                submission_id: other.0,
                is_confirmed,
            }),
        remark: it.remark,
        file: it.source,
        row: it.row_number,
    }
}

pub(super) async fn list_submissions(
    Acting(app): Acting,
    Query(pairs): Pairs,
) -> Result<Json<SubmissionsDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let page = page(&pairs)?;
    let state = crate::web::extract::value(&pairs, "state");
    let state = coded("state", state, Disposition::parse)?;
    let first = (page - 1) * PAGE_SIZE;
    let found = app
        .submissions(&consultation, state, first, PAGE_SIZE)
        .await?;
    let names = found.names;
    let lines = found.submissions.into_iter();
    Ok(Json(SubmissionsDto {
        submissions: lines.map(|it| submission_dto(it, &names)).collect(),
        by_state: found
            .by_state
            .into_iter()
            .map(|(state, n)| (state.code(), n))
            .collect(),
        page,
        page_size: PAGE_SIZE,
    }))
}

/// A submission with its texts and points.
#[derive(Serialize)]
pub(super) struct SubmissionInFullDto {
    submission: SubmissionDto,
    parts: Vec<PartDto>,
    points: Vec<PointDto>,
}

#[derive(Serialize)]
struct PartDto {
    path: String,
    role: String,
    text: String,
}

pub(super) async fn get_submission(
    Acting(app): Acting,
    Key(id): Key,
    Query(pairs): Pairs,
) -> Result<Json<SubmissionInFullDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let full = app
        .submission_in_full(&consultation, SubmissionId(id))
        .await?;
    let parts = full.parts.into_iter().map(|part| PartDto {
        path: part.path,
        role: part.role,
        text: part.text,
    });
    Ok(Json(SubmissionInFullDto {
        parts: parts.collect(),
        points: full.points.into_iter().map(point_dto).collect(),
        submission: submission_dto(full.submission, &full.names),
    }))
}

/// What waits for a person: submissions, a page of them, and problems of files and rows.
#[derive(Serialize)]
pub(super) struct TriageDto {
    submissions: Vec<SubmissionDto>,
    n_submissions: usize,
    problems: Vec<ProblemDto>,
    n_problems: usize,
    page: usize,
    page_size: usize,
}

#[derive(Serialize)]
struct ProblemDto {
    id: i64,
    code: String,
    file: String,
    location: String,
    value: Option<String>,
    problem: String,
    remedy: String,
    submission_id: Option<i64>,
}

fn problem_dto(problem: Problem) -> ProblemDto {
    let warning = problem.warning;
    ProblemDto {
        id: problem.id,
        code: warning.code.into_owned(),
        file: problem.source,
        location: words::location(&warning.location),
        value: warning.value,
        problem: warning.problem,
        remedy: warning.remedy,
        submission_id: problem.submission.map(|id| id.0),
    }
}

pub(super) async fn list_triage(
    Acting(app): Acting,
    Query(pairs): Pairs,
) -> Result<Json<TriageDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let page = page(&pairs)?;
    let triage = app.triage(&consultation).await?;
    let names = app.names(&consultation).await?;
    let (n_submissions, n_problems) = (triage.submissions.len(), triage.problems.len());
    let submissions = on_page(triage.submissions, page, PAGE_SIZE).into_iter();
    let problems = on_page(triage.problems, page, PAGE_SIZE).into_iter();
    Ok(Json(TriageDto {
        submissions: submissions.map(|it| submission_dto(it, &names)).collect(),
        n_submissions,
        problems: problems.map(problem_dto).collect(),
        n_problems,
        page,
        page_size: PAGE_SIZE,
    }))
}

/// Who replied in which round.
#[derive(Serialize)]
pub(super) struct RosterDto {
    rounds: Vec<RosterRoundDto>,
}

#[derive(Serialize)]
struct RosterRoundDto {
    number: u32,
    organizations: Vec<RosterLine>,
}

#[derive(Serialize)]
struct RosterLine {
    organization: String,
    was_asked: bool,
    /// `silent`, `waiting`, `kept_apart`, `unclassed`, or the class of the reply.
    reply: &'static str,
    is_late: bool,
    submissions: Vec<i64>,
}

pub(super) async fn get_roster(
    Acting(app): Acting,
    Query(pairs): Pairs,
) -> Result<Json<RosterDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let roster = app.roster(&consultation).await?;
    let name = |id| roster.names.organization(id).unwrap_or_default().to_owned();
    let rounds = roster.rounds.iter().map(|round| RosterRoundDto {
        number: round.round.number,
        organizations: round
            .entries
            .iter()
            .map(|entry| RosterLine {
                organization: name(entry.organization),
                was_asked: entry.was_asked,
                reply: match entry.reply {
                    Reply::Classed(class) => class.code(),
                    Reply::Unclassed => "unclassed",
                    Reply::Waiting => "waiting",
                    Reply::KeptApart => "kept_apart",
                    Reply::Silent => "silent",
                },
                is_late: entry.is_late,
                submissions: entry.letters.iter().map(|letter| letter.first.0).collect(),
            })
            .collect(),
    });
    Ok(Json(RosterDto {
        rounds: rounds.collect(),
    }))
}
