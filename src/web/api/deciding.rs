//! What secretaries decide and keep: submissions, problems, what is typed in, rounds, drafts, who
//! answers what, phrases, frozen reports.

use axum::Json;
use axum::extract::{Path, Query};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::answering::DecisionCode;
use super::body::{Body, Done, Key};
use super::{ApiError, Pairs, consultation, moment};
use crate::app::drafts::{Aligned, Verdict};
use crate::app::freezing::{FreezeOrder, FrozenPoint, Version, differences};
use crate::app::record::Typed;
use crate::app::review::SubmissionDecision;
use crate::app::setup::NewRound;
use crate::app::values::{ReportKind, Scope, Step};
use crate::app::{App, Error as AppError};
use crate::domain::{
    BatchId, Channel, Consultation, Disposition, OrganizationId, ReplyClass, RoundKind, SectionId,
    SubmissionId,
};
use crate::web::access::{Acting, Person};
use crate::web::error::Error;
use crate::web::extract::value;
use crate::web::pages::versions::reviewer;
use crate::web::pages::{coded, outlive};

/// What becomes of a submission.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Fate {
    /// It counts.
    Counted,
    /// It is kept and does not count.
    SetAside,
    /// It repeats another one, and does not count.
    Duplicate,
}

/// A decision about a submission; what is absent stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmissionOrder {
    /// Codes or names.
    organizations: Option<Vec<String>>,
    round: Option<u32>,
    /// `agrees`, `has_comments` and so on, as submissions show it.
    class: Option<String>,
    becomes: Option<Fate>,
    /// Of which submission it is a duplicate.
    duplicate_of: Option<i64>,
    remark: Option<String>,
}

async fn round_of(
    app: &App,
    consultation: &Consultation,
    number: Option<u32>,
) -> Result<Option<crate::domain::Round>, AppError> {
    match number {
        Some(number) => Ok(Some(app.round(consultation.id, number).await?)),
        None => Ok(None),
    }
}

pub(super) async fn decide_submission(
    Acting(app): Acting,
    Key(id): Key,
    Query(pairs): Pairs,
    Body(order): Body<SubmissionOrder>,
) -> Result<Json<Done>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let id = SubmissionId(id);
    // The submission must belong to the consultation that was named.
    app.submission_in_full(&consultation, id).await?;
    let mut named: Vec<OrganizationId> = Vec::new();
    for name in order.organizations.iter().flatten() {
        let found = app.organization_by_name(consultation.id, name).await?;
        if !named.contains(&found) {
            named.push(found);
        }
    }
    let mut decision = SubmissionDecision {
        organizations: (!named.is_empty()).then_some(named),
        round: round_of(&app, &consultation, order.round)
            .await?
            .map(|round| round.id),
        class: coded(
            "class",
            order.class.as_deref().unwrap_or(""),
            ReplyClass::parse,
        )?,
        remark: order.remark,
        ..SubmissionDecision::default()
    };
    match order.becomes {
        None => {}
        Some(Fate::Counted) => decision.disposition = Some(Disposition::Counted),
        Some(Fate::SetAside) => decision.disposition = Some(Disposition::SetAside),
        Some(Fate::Duplicate) => {
            let other = order.duplicate_of.map(SubmissionId);
            let other = other.filter(|other| *other != id).ok_or_else(|| {
                Error::invalid("`duplicate_of` phải là số của một lượt góp ý khác.")
            })?;
            app.submission_in_full(&consultation, other).await?;
            decision.disposition = Some(Disposition::Duplicate);
            decision.relation = Some((crate::domain::Relation::DuplicateOf, other));
        }
    }
    let actor = app.actor().to_owned();
    outlive(async move { app.decide_submission(id, &decision, &actor).await }).await?;
    Ok(Json(Done { id: Some(id.0) }))
}

pub(super) async fn resolve_problem(
    Acting(app): Acting,
    Key(id): Key,
) -> Result<Json<Done>, ApiError> {
    outlive(async move { app.resolve_problem(id).await }).await?;
    Ok(Json(Done { id: Some(id) }))
}

/// What came on paper, in a meeting, by phone or chat.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TypedOpinion {
    /// `minutes`, `phone` and so on, as the page of typing in offers them.
    channel: String,
    /// What it was: "Biên bản họp ngày …".
    title: String,
    /// ISO 8601.
    held_on: Date,
    /// Code or name.
    organization: String,
    speaker_role: Option<String>,
    text: String,
    /// Absent: the one that was open on the day.
    round: Option<u32>,
}

pub(super) async fn record_opinion(
    Acting(app): Acting,
    Query(pairs): Pairs,
    Body(typed): Body<TypedOpinion>,
) -> Result<Json<Done>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let channel = coded("channel", &typed.channel, Channel::parse)?;
    let channel = channel.ok_or_else(|| Error::invalid("Hãy chọn cách nhận ý kiến."))?;
    let round = round_of(&app, &consultation, typed.round).await?;
    let typed = Typed {
        channel,
        title: typed.title,
        held_on: typed.held_on,
        organization: typed.organization,
        speaker_role: typed.speaker_role,
        text: typed.text,
    };
    let recorded =
        outlive(async move { app.record(&consultation, &typed, round.as_ref()).await }).await?;
    Ok(Json(Done {
        id: Some(recorded.0.0),
    }))
}

/// A round to open.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoundOrder {
    /// `internal`, `consultation`, `social_criticism` and so on.
    kind: String,
    title: String,
    /// ISO 8601.
    opened: Date,
    deadline: Date,
    #[serde(default)]
    request_number: String,
    #[serde(default)]
    silence_means_agreement: bool,
    /// Codes of kinds of organizations that are asked.
    #[serde(default)]
    kinds: Vec<String>,
    /// Further ones: codes or names.
    #[serde(default)]
    organizations: Vec<String>,
}

pub(super) async fn open_round(
    Acting(app): Acting,
    Query(pairs): Pairs,
    Body(order): Body<RoundOrder>,
) -> Result<Json<Done>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let kind = coded("kind", &order.kind, RoundKind::parse)?;
    let new = NewRound {
        kind: kind.ok_or_else(|| Error::invalid("Hãy chọn loại đợt."))?,
        title: order.title,
        opened: order.opened,
        deadline: order.deadline,
        request_number: order.request_number,
        request_date: None,
        silence_means_agreement: order.silence_means_agreement,
        kinds: order.kinds,
        names: order.organizations.join("\n"),
    };
    let number = outlive(async move { app.open_round(&consultation, &new).await }).await?;
    Ok(Json(Done {
        id: Some(number.into()),
    }))
}

/// What became of the sections of a draft in the next one.
#[derive(Serialize)]
pub(super) struct DraftDto {
    document: String,
    number: u32,
    sections: Vec<AlignedDto>,
}

#[derive(Serialize)]
struct AlignedDto {
    id: i64,
    change: &'static str,
    old: Option<PlaceDto>,
    new: Option<PlaceDto>,
    similarity: f32,
    rule: String,
    is_confirmed: bool,
}

#[derive(Serialize)]
struct PlaceDto {
    label: String,
    heading: String,
}

fn aligned_dto(it: Aligned) -> AlignedDto {
    let place = |(label, heading)| PlaceDto { label, heading };
    AlignedDto {
        id: it.id,
        change: it.change.code(),
        old: it.old.map(place),
        new: it.new.map(place),
        similarity: it.similarity,
        rule: it.rule,
        is_confirmed: it.is_confirmed,
    }
}

pub(super) async fn get_draft(
    Acting(app): Acting,
    Path(document): Path<String>,
    Query(pairs): Pairs,
) -> Result<Json<DraftDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let report = app.draft_alignment(&consultation, &document).await?;
    Ok(Json(DraftDto {
        document: report.document,
        number: report.number,
        sections: report.sections.into_iter().map(aligned_dto).collect(),
    }))
}

/// What a person says about what became of sections.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VerdictOrder {
    verdict: VerdictCode,
    /// Keys, as the alignment lists them.
    sections: Vec<i64>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum VerdictCode {
    /// It is so.
    Confirm,
    /// The old section is gone, the new one is new.
    Reject,
}

pub(super) async fn judge_draft(
    Acting(app): Acting,
    Path(document): Path<String>,
    Query(pairs): Pairs,
    Body(order): Body<VerdictOrder>,
) -> Result<Json<ChangedDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let verdict = match order.verdict {
        VerdictCode::Confirm => Verdict::Confirm,
        VerdictCode::Reject => Verdict::Reject,
    };
    let changed = outlive(async move {
        app.judge_alignment(&consultation, &document, &order.sections, verdict)
            .await
    });
    Ok(Json(ChangedDto {
        changed: changed.await?,
    }))
}

#[derive(Serialize)]
pub(super) struct ChangedDto {
    changed: usize,
}

/// Who answers which sections.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AssignmentOrder {
    assignments: Vec<AssignmentOf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AssignmentOf {
    section_id: i64,
    /// Empty: whoever has the section it lies in.
    drafter: String,
}

pub(super) async fn assign(
    Acting(app): Acting,
    Query(pairs): Pairs,
    Body(order): Body<AssignmentOrder>,
) -> Result<Json<ChangedDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let names = app.names(&consultation).await?;
    for it in &order.assignments {
        if names.section(SectionId(it.section_id)).is_none() {
            let message = format!("Hồ sơ này không có mục số {}.", it.section_id);
            return Err(AppError::new(crate::app::Kind::NotFound, message).into());
        }
    }
    let wanted: Vec<(SectionId, String)> = order
        .assignments
        .into_iter()
        .map(|it| (SectionId(it.section_id), it.drafter.trim().to_owned()))
        .collect();
    let actor = app.actor().to_owned();
    let changed = outlive(async move { app.assign(&consultation, &wanted, &actor).await });
    Ok(Json(ChangedDto {
        changed: changed.await?,
    }))
}

#[derive(Serialize)]
pub(super) struct PhrasesDto {
    phrases: Vec<PhraseDto>,
}

#[derive(Serialize)]
struct PhraseDto {
    id: i64,
    /// Absent: of any.
    decision: Option<&'static str>,
    text: String,
}

pub(super) async fn list_phrases(
    Acting(app): Acting,
    Query(pairs): Pairs,
) -> Result<Json<PhrasesDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let phrases = app.phrases(&consultation).await?.into_iter();
    let phrase = phrases.map(|it| PhraseDto {
        id: it.id,
        decision: it.decision.map(crate::domain::Decision::code),
        text: it.text,
    });
    Ok(Json(PhrasesDto {
        phrases: phrase.collect(),
    }))
}

/// A phrase that answers are put together from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPhrase {
    decision: Option<DecisionCode>,
    text: String,
}

pub(super) async fn add_phrase(
    Acting(app): Acting,
    Query(pairs): Pairs,
    Body(phrase): Body<NewPhrase>,
) -> Result<Json<Done>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let actor = app.actor().to_owned();
    let decision = phrase.decision.map(DecisionCode::decision);
    outlive(async move {
        let text = phrase.text.trim();
        app.add_phrase(&consultation, decision, text, &actor).await
    })
    .await?;
    Ok(Json(Done { id: None }))
}

pub(super) async fn remove_phrase(
    Acting(app): Acting,
    Key(id): Key,
    Query(pairs): Pairs,
) -> Result<Json<Done>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let actor = app.actor().to_owned();
    outlive(async move { app.remove_phrase(&consultation, id, &actor).await }).await?;
    Ok(Json(Done { id: Some(id) }))
}

pub(super) async fn undo_batch(
    Acting(app): Acting,
    Key(id): Key,
    Query(pairs): Pairs,
) -> Result<Json<Done>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let actor = app.actor().to_owned();
    outlive(async move { app.undo_batch(&consultation, BatchId(id), &actor).await }).await?;
    Ok(Json(Done { id: Some(id) }))
}

/// Frozen reports, oldest first.
#[derive(Serialize)]
pub(super) struct VersionsDto {
    versions: Vec<VersionDto>,
}

#[derive(Serialize)]
pub(super) struct VersionDto {
    ordinal: u32,
    is_official: bool,
    /// SHA-256 of the kept JSON.
    hash: String,
    points: i64,
    actor: String,
    frozen_at: String,
    reviews: Vec<ReviewDto>,
    /// The step of the approval chain it waits for.
    awaited_step: Option<String>,
    issue: Option<IssueDto>,
}

#[derive(Serialize)]
struct ReviewDto {
    state: &'static str,
    step: Option<String>,
    remark: Option<String>,
    actor: String,
    reviewed_at: String,
}

#[derive(Serialize)]
struct IssueDto {
    number: String,
    issued_on: String,
    signed_file: Option<String>,
}

fn version_dto(app: &App, version: Version) -> VersionDto {
    let awaited_step = app.awaited_review(&version).map(str::to_owned);
    let content = version.content;
    let reviews = version.reviews.into_iter().map(|review| ReviewDto {
        state: review.standing.state.code(),
        step: review.approval_step,
        remark: review.remark,
        actor: review.actor,
        reviewed_at: moment(review.reviewed_us),
    });
    VersionDto {
        ordinal: version.ordinal,
        is_official: content.is_official,
        hash: content.model.to_string(),
        points: content.n_points,
        actor: content.actor,
        frozen_at: moment(content.frozen_us),
        reviews: reviews.collect(),
        awaited_step,
        issue: version.issue.map(|issue| IssueDto {
            number: issue.number,
            issued_on: issue.issued_on.to_string(),
            signed_file: issue.signed.map(|(_, name)| name),
        }),
    }
}

pub(super) async fn list_versions(
    Acting(app): Acting,
    Query(pairs): Pairs,
) -> Result<Json<VersionsDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let versions = app.report_versions(&consultation).await?.into_iter();
    Ok(Json(VersionsDto {
        versions: versions.map(|it| version_dto(&app, it)).collect(),
    }))
}

/// A report to freeze: the full one, of all official rounds or of one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FreezeFields {
    round: Option<u32>,
    /// Points without section or approved answer may stand in it, marked.
    #[serde(default)]
    is_working: bool,
    #[serde(default)]
    include_internal: bool,
}

pub(super) async fn freeze_report(
    Acting(app): Acting,
    Query(pairs): Pairs,
    Body(fields): Body<FreezeFields>,
) -> Result<Json<VersionDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    round_of(&app, &consultation, fields.round).await?;
    let order = FreezeOrder {
        kind: ReportKind::Full,
        scope: Scope {
            rounds: fields.round.map(|number| vec![number]),
            include_internal: fields.include_internal,
            section_depth: app.config.section_depth,
            ..Scope::default()
        },
        is_working: fields.is_working,
        actor: app.actor().to_owned(),
    };
    let writer = app.clone();
    let frozen = outlive(async move { writer.freeze_report(&consultation, &order).await }).await?;
    Ok(Json(version_dto(&app, frozen.version)))
}

/// A frozen report handed in, approved or returned.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReviewOrder {
    step: ReviewStep,
    remark: Option<String>,
    /// The leader whose word on paper a secretary records.
    #[serde(default)]
    on_behalf: String,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum ReviewStep {
    Submit,
    Approve,
    Return,
}

pub(super) async fn review_report(
    Acting(app): Acting,
    person: Person,
    Key(ordinal): Key,
    Query(pairs): Pairs,
    Body(order): Body<ReviewOrder>,
) -> Result<Json<VersionDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let step = match order.step {
        ReviewStep::Submit => Step::Submit,
        ReviewStep::Approve => Step::Approve,
        ReviewStep::Return => Step::Return,
    };
    let (approver, actor) = reviewer(&app, &person, step, order.on_behalf.trim())?;
    let ordinal = ordinal_of(ordinal)?;
    let writer = app.clone();
    let reviewed = outlive(async move {
        let remark = order.remark.as_deref();
        writer
            .review_report(&consultation, ordinal, step, remark, &approver, &actor)
            .await
    });
    Ok(Json(version_dto(&app, reviewed.await?)))
}

/// What Văn thư gave a frozen report.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IssueOrder {
    number: String,
    /// ISO 8601.
    issued_on: Date,
}

pub(super) async fn issue_report(
    Acting(app): Acting,
    Key(ordinal): Key,
    Query(pairs): Pairs,
    Body(order): Body<IssueOrder>,
) -> Result<Json<VersionDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let ordinal = ordinal_of(ordinal)?;
    let (writer, actor) = (app.clone(), app.actor().to_owned());
    let issued = outlive(async move {
        let (number, day) = (order.number.as_str(), order.issued_on);
        writer
            .issue_report(&consultation, ordinal, number, day, None, &actor)
            .await
    });
    Ok(Json(version_dto(&app, issued.await?)))
}

/// What changed from one frozen report to another, or to this moment.
#[derive(Serialize)]
pub(super) struct ComparisonDto {
    added: Vec<i64>,
    removed: Vec<i64>,
    changed: Vec<ChangedPointDto>,
    same: usize,
}

#[derive(Serialize)]
struct ChangedPointDto {
    point_id: i64,
    differences: Vec<DifferenceDto>,
}

#[derive(Serialize)]
struct DifferenceDto {
    what: String,
    before: String,
    after: String,
}

pub(super) async fn compare_versions(
    Acting(app): Acting,
    Key(earlier): Key,
    Query(pairs): Pairs,
) -> Result<Json<ComparisonDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let later = coded("with", value(&pairs, "with"), |text| text.parse().ok())?;
    let compared = app
        .compare_reports(&consultation, ordinal_of(earlier)?, later)
        .await?;
    let keys = |points: &[FrozenPoint]| points.iter().map(|point| point.id).collect();
    let changed = compared.changed.iter().map(|(before, after)| {
        let lines = differences(before, after).into_iter();
        ChangedPointDto {
            point_id: after.id,
            differences: lines
                .map(|(what, before, after)| DifferenceDto {
                    what: what.to_owned(),
                    before,
                    after,
                })
                .collect(),
        }
    });
    Ok(Json(ComparisonDto {
        added: keys(&compared.added),
        removed: keys(&compared.removed),
        changed: changed.collect(),
        same: compared.n_same,
    }))
}

fn ordinal_of(id: i64) -> Result<u32, Error> {
    u32::try_from(id).map_err(|_not_an_ordinal| Error::no_such_page())
}
