//! Points and groups as drafters and leaders work on them.

use axum::Json;
use axum::extract::Query;
use serde::{Deserialize, Serialize};

use super::body::{Body, Done, Key, SeenPoint};
use super::{AnswerDto, ApiError, PAGE_SIZE, Pairs, PointDto, answer_dto, consultation, moment};
use super::{body, point_dto};
use crate::app::grouping::GroupView;
use crate::app::recut::Cut;
use crate::app::responding::{Act, Answered};
use crate::app::values::PointChange;
use crate::app::{self, App};
use crate::domain::{Decision, GroupId, PointId};
use crate::web::access::{Acting, Person};
use crate::web::error::Error;
use crate::web::pages::outlive;
use crate::web::pages::point::{AnswerFields, act};

/// What is decided about a point.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(super) enum DecisionCode {
    Accept,
    AcceptInPart,
    Keep,
    Clarify,
    Note,
    Refer,
}

impl DecisionCode {
    pub(super) fn decision(self) -> Decision {
        match self {
            Self::Accept => Decision::Accept,
            Self::AcceptInPart => Decision::AcceptInPart,
            Self::Keep => Decision::Keep,
            Self::Clarify => Decision::Clarify,
            Self::Note => Decision::Note,
            Self::Refer => Decision::Refer,
        }
    }
}

/// A step along the approval chain.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(super) enum StepCode {
    Save,
    Submit,
    Approve,
    Return,
}

impl StepCode {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Save => "save",
            Self::Submit => "submit",
            Self::Approve => "approve",
            Self::Return => "return",
        }
    }
}

/// An answer and the step it takes. Approving and returning leave the words as they are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerOrder {
    step: StepCode,
    decision: Option<DecisionCode>,
    #[serde(default)]
    text: String,
    /// What changed in the draft, and where.
    #[serde(default)]
    change_place: String,
    #[serde(default)]
    old_wording: String,
    #[serde(default)]
    new_wording: String,
    /// Of whoever approves or returns.
    #[serde(default)]
    remark: String,
    /// The leader whose word on paper a secretary records.
    #[serde(default)]
    on_behalf: String,
}

impl AnswerOrder {
    fn fields(&self, version: i64) -> AnswerFields {
        AnswerFields {
            version,
            decision: self
                .decision
                .map_or("", |code| code.decision().code())
                .to_owned(),
            text: self.text.clone(),
            change_place: self.change_place.clone(),
            old_wording: self.old_wording.clone(),
            new_wording: self.new_wording.clone(),
            remark: self.remark.clone(),
            on_behalf: self.on_behalf.clone(),
            step: self.step.code().to_owned(),
            ..AnswerFields::default()
        }
    }
}

/// An answer of a point as it was seen.
#[derive(Deserialize)]
pub(super) struct PointAnswer {
    version: i64,
    answer: AnswerOrder,
}

/// The same answer for many points.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BulkAnswer {
    points: Vec<SeenPoint>,
    answer: AnswerOrder,
}

#[derive(Serialize)]
pub(super) struct AnsweredDto {
    point_id: i64,
    /// `draft`, `submitted`, `approved` or `returned`; absent when it was refused.
    state: Option<&'static str>,
    /// Something odd about the words.
    notice: Option<String>,
    /// Why it was refused; the others are not held back.
    refusal: Option<String>,
}

#[derive(Serialize)]
pub(super) struct BulkAnsweredDto {
    answered: Vec<AnsweredDto>,
}

fn answered_dto(point: PointId, result: Result<Answered, app::Error>) -> AnsweredDto {
    let (state, notice, refusal) = match result {
        Ok(answered) => (
            Some(answered.state.code()),
            answered.notice.map(str::to_owned),
            None,
        ),
        Err(error) => (None, None, Some(error.message)),
    };
    AnsweredDto {
        point_id: point.0,
        state,
        notice,
        refusal,
    }
}

pub(super) async fn answer_point(
    Acting(app): Acting,
    person: Person,
    Key(id): Key,
    Query(pairs): Pairs,
    Body(order): Body<PointAnswer>,
) -> Result<Json<AnsweredDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let id = PointId(id);
    // The point must belong to the consultation that was named.
    app.point_in_full(&consultation, id).await?;
    let act = act(&app, &person, id, &order.answer.fields(order.version))?;
    let answered = outlive(async move { app.answer(&act).await }).await?;
    Ok(Json(answered_dto(id, Ok(answered))))
}

pub(super) async fn answer_points(
    Acting(app): Acting,
    person: Person,
    Query(pairs): Pairs,
    Body(order): Body<BulkAnswer>,
) -> Result<Json<BulkAnsweredDto>, ApiError> {
    const MAX_POINTS: usize = 500;
    if order.points.is_empty() || order.points.len() > MAX_POINTS {
        let message = format!("Mỗi lần làm được từ 1 đến {MAX_POINTS} ý kiến.");
        let shape = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
        return Err(ApiError(Error::new(shape, message)));
    }
    let consultation = consultation(&app, &pairs).await?;
    let names = app.names(&consultation).await?;
    let ids: Vec<PointId> = order.points.iter().map(|it| PointId(it.id)).collect();
    let views = app.points(&consultation, &names, &ids).await?;
    let mut acts: Vec<Act> = Vec::new();
    let mut answered = Vec::new();
    for seen in &order.points {
        let id = PointId(seen.id);
        if views.iter().any(|view| view.point.id == id) {
            acts.push(act(&app, &person, id, &order.answer.fields(seen.version))?);
        } else {
            let message = format!("Hồ sơ này không có ý kiến số {id}.");
            let missing = app::Error::new(app::Kind::NotFound, message);
            answered.push(answered_dto(id, Err(missing)));
        }
    }
    let of: Vec<PointId> = acts.iter().map(|act| act.point).collect();
    let results = outlive(async move { Ok(app.answer_each(&acts).await) }).await?;
    let done = of.into_iter().zip(results);
    answered.extend(done.map(|(id, result)| answered_dto(id, result)));
    Ok(Json(BulkAnsweredDto { answered }))
}

/// Every version of a point's answer, oldest first.
#[derive(Serialize)]
pub(super) struct AnswersDto {
    versions: Vec<AnswerDto>,
}

pub(super) async fn list_answers(
    Acting(app): Acting,
    Key(id): Key,
    Query(pairs): Pairs,
) -> Result<Json<AnswersDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let full = app.point_in_full(&consultation, PointId(id)).await?;
    Ok(Json(AnswersDto {
        versions: full.versions.into_iter().map(answer_dto).collect(),
    }))
}

/// What else is decided about a point; what is absent stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PointDecision {
    version: i64,
    /// A label, `id:` with a key, or `none`.
    section: Option<String>,
    /// Why it is out of scope; empty: it is not.
    out_of_scope: Option<String>,
    needs_leadership: Option<bool>,
    /// Who answers it; empty: whoever has its section.
    drafter: Option<String>,
    /// Its words in the report; empty: its own.
    report_text: Option<String>,
}

pub(super) async fn decide_point(
    Acting(app): Acting,
    Key(id): Key,
    Query(pairs): Pairs,
    Body(decided): Body<PointDecision>,
) -> Result<Json<Done>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let full = app.point_in_full(&consultation, PointId(id)).await?;
    let section = decided.section.as_deref();
    let change = PointChange {
        section: section
            .map(|label| full.names.find_section(label))
            .transpose()?,
        out_of_scope: decided.out_of_scope,
        needs_leadership: decided.needs_leadership,
        drafter: decided.drafter,
        report_text: decided.report_text,
    };
    let actor = app.actor().to_owned();
    let version = Some(decided.version);
    outlive(async move {
        app.decide_point(PointId(id), version, &change, &actor)
            .await
    })
    .await?;
    Ok(Json(Done { id: Some(id) }))
}

#[derive(Serialize)]
pub(super) struct NotesDto {
    notes: Vec<NoteDto>,
}

#[derive(Serialize)]
struct NoteDto {
    author: String,
    text: String,
    written_at: String,
}

/// Words for colleagues, or of a phrase.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewNote {
    text: String,
}

pub(super) async fn list_notes(
    Acting(app): Acting,
    Key(id): Key,
    Query(pairs): Pairs,
) -> Result<Json<NotesDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    app.point_in_full(&consultation, PointId(id)).await?;
    let notes = app.notes(PointId(id)).await?.into_iter();
    let note = notes.map(|note| NoteDto {
        author: note.author,
        text: note.text,
        written_at: moment(note.written_us),
    });
    Ok(Json(NotesDto {
        notes: note.collect(),
    }))
}

pub(super) async fn add_note(
    Acting(app): Acting,
    Key(id): Key,
    Query(pairs): Pairs,
    Body(note): Body<NewNote>,
) -> Result<Json<Done>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let actor = app.actor().to_owned();
    outlive(async move {
        app.add_note(&consultation, PointId(id), &actor, note.text.trim())
            .await
    })
    .await?;
    Ok(Json(Done { id: Some(id) }))
}

/// Where the second idea of a point begins.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SplitOrder {
    version: i64,
    /// Part and byte, as the page of the point names them: `12:345`.
    cut: String,
}

#[derive(Serialize)]
pub(super) struct HalvesDto {
    points: [i64; 2],
}

pub(super) async fn split_point(
    Acting(app): Acting,
    Key(id): Key,
    Query(pairs): Pairs,
    Body(order): Body<SplitOrder>,
) -> Result<Json<HalvesDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let cut = Cut::parse(&order.cut)
        .ok_or_else(|| Error::invalid("`cut` không nhận giá trị này; xem trang của ý kiến."))?;
    let actor = app.actor().to_owned();
    let halves = outlive(async move {
        let seen = Some(order.version);
        app.split_point(&consultation, PointId(id), seen, cut, &actor)
            .await
    });
    Ok(Json(HalvesDto {
        points: halves.await?.map(|point| point.0),
    }))
}

/// Into which point another one is joined.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct JoinOrder {
    version: i64,
    /// Absent: it stands alone again.
    into: Option<i64>,
}

pub(super) async fn join_point(
    Acting(app): Acting,
    Key(id): Key,
    Query(pairs): Pairs,
    Body(order): Body<JoinOrder>,
) -> Result<Json<Done>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let actor = app.actor().to_owned();
    let (seen, into) = (Some(order.version), order.into.map(PointId));
    outlive(async move {
        app.join_point(&consultation, PointId(id), seen, into, &actor)
            .await
    })
    .await?;
    Ok(Json(Done { id: Some(id) }))
}

/// Points that say the same.
#[derive(Serialize)]
pub(super) struct GroupsDto {
    groups: Vec<GroupDto>,
    proposed: i64,
    confirmed: i64,
    page: usize,
    page_size: usize,
}

#[derive(Serialize)]
pub(super) struct GroupDto {
    id: i64,
    version: i64,
    is_confirmed: bool,
    /// The group that this proposal would add to.
    extends: Option<i64>,
    representative_id: i64,
    n_members: usize,
    members: Vec<MemberDto>,
}

#[derive(Serialize)]
struct MemberDto {
    similarity: f64,
    is_representative: bool,
    point: PointDto,
}

fn group_dto(view: GroupView) -> GroupDto {
    let group = view.group;
    let members = view.members.into_iter().map(|member| MemberDto {
        similarity: member.similarity,
        is_representative: member.is_representative,
        point: point_dto(member.view),
    });
    GroupDto {
        id: group.id.0,
        version: group.version,
        is_confirmed: group.is_confirmed,
        extends: group.extends.map(|id| id.0),
        representative_id: group.representative.0,
        n_members: usize::try_from(group.n_members).unwrap_or(usize::MAX),
        members: members.collect(),
    }
}

/// Members of each that a list shows.
const N_LISTED: usize = 10;
/// And that a group shows.
const N_MEMBERS: usize = 500;

pub(super) async fn list_groups(
    Acting(app): Acting,
    Query(pairs): Pairs,
) -> Result<Json<GroupsDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let page = body::page(&pairs)?;
    let is_confirmed = match crate::web::extract::value(&pairs, "state") {
        "" | "proposed" => false,
        "confirmed" => true,
        other => {
            let message = format!("`state` không nhận giá trị `{other}`.");
            return Err(ApiError(Error::invalid(message)));
        }
    };
    let first = (page - 1) * PAGE_SIZE;
    let found = app
        .groups(&consultation, is_confirmed, first, PAGE_SIZE, N_LISTED)
        .await?;
    Ok(Json(GroupsDto {
        groups: found.groups.into_iter().map(group_dto).collect(),
        proposed: found.proposed.groups,
        confirmed: found.confirmed.groups,
        page,
        page_size: PAGE_SIZE,
    }))
}

pub(super) async fn get_group(
    Acting(app): Acting,
    Key(id): Key,
    Query(pairs): Pairs,
) -> Result<Json<GroupDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let view = app.group(&consultation, GroupId(id), N_MEMBERS).await?;
    Ok(Json(group_dto(view)))
}

#[derive(Serialize)]
pub(super) struct ProposedDto {
    new: usize,
    kept: usize,
    dropped: usize,
}

pub(super) async fn propose_groups(
    Acting(app): Acting,
    Query(pairs): Pairs,
) -> Result<Json<ProposedDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let actor = app.actor().to_owned();
    let proposed = outlive(async move { app.propose_groups(&consultation, &actor).await }).await?;
    Ok(Json(ProposedDto {
        new: proposed.n_new,
        kept: proposed.n_kept,
        dropped: proposed.n_dropped,
    }))
}

/// What becomes of a group.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum GroupChange {
    /// Its points are answered together from now on.
    Confirm { version: Version },
    /// It was none.
    Dissolve { version: Version },
    /// Another point stands for all.
    Represent { version: Version, point: PointKey },
    /// These points are a group of their own.
    Split {
        version: Version,
        points: Vec<PointKey>,
    },
}

/// The version of a group that was seen.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Version(i64);

/// The key of a point.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct PointKey(i64);

pub(super) async fn change_group(
    Acting(app): Acting,
    Key(id): Key,
    Query(pairs): Pairs,
    Body(change): Body<GroupChange>,
) -> Result<Json<Done>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let id = GroupId(id);
    // The group must belong to the consultation that was named.
    app.group(&consultation, id, 0).await?;
    let left = outlive(async move { carry_out(&app, id, change).await }).await?;
    Ok(Json(Done {
        id: left.map(|group| group.0),
    }))
}

/// Returns the group that is left, or that was made.
async fn carry_out(
    app: &App,
    id: GroupId,
    change: GroupChange,
) -> Result<Option<GroupId>, app::Error> {
    let actor = app.actor();
    Ok(match change {
        GroupChange::Confirm { version } => {
            Some(app.confirm_group(id, Some(version.0), actor).await?)
        }
        GroupChange::Dissolve { version } => {
            app.dissolve_group(id, Some(version.0), actor).await?;
            None
        }
        GroupChange::Represent { version, point } => {
            let point = PointId(point.0);
            app.represent_group(id, Some(version.0), point, actor)
                .await?;
            Some(id)
        }
        GroupChange::Split { version, points } => {
            let points: Vec<PointId> = points.into_iter().map(|it| PointId(it.0)).collect();
            let parted = app.split_group(id, Some(version.0), &points, actor).await?;
            parted.new_group.or((!parted.is_gone).then_some(id))
        }
    })
}

pub(super) async fn answer_group(
    Acting(app): Acting,
    person: Person,
    Key(id): Key,
    Query(pairs): Pairs,
    Body(order): Body<PointAnswer>,
) -> Result<Json<AnsweredDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let id = GroupId(id);
    let view = app.group(&consultation, id, 0).await?;
    let point = view.group.representative;
    let act = act(&app, &person, point, &order.answer.fields(order.version))?;
    let answered = outlive(async move { app.answer_group(id, act).await }).await?;
    Ok(Json(answered_dto(point, Ok(answered))))
}
