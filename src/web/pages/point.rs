//! One point: its words and why they were understood so, the draft beside it, its answer.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::beside::{self, Beside};
use super::filters::Filters;
use super::points::section_choices;
use super::{coded, outlive};
use crate::app::accounts::access::may_take;
use crate::app::browse::PointInFull;
use crate::app::responding::Act;
use crate::app::search::Neighbors;
use crate::app::values::{Draft, Part, PointChange, Response as Answer, Step, Submission};
use crate::app::{self, App};
use crate::domain::{
    Confidence, Consultation, Decision, Evidence, Finding, PointId, PointState, SectionId, Span,
};
use crate::web::access::{Acting, Person};
use crate::web::address::{base, query};
use crate::web::error::Error;
use crate::web::extract::{Form, Id, InConsultation, Query};
use crate::web::views::{Badge, Html, Marked, Marker, Page, Place, Select};
use crate::web::words;

/// How much of the draft is shown beside a point.
const DRAFT_CHARS: usize = 8_000;
/// How much of a suggested section's heading.
const SUGGESTION_CHARS: usize = 120;

#[derive(Template)]
#[template(path = "point.html", config = "src/web/askama.toml")]
struct PointPage {
    page: Page,
    id: i64,
    address: String,
    /// What leads back to the place in the search.
    kept: String,
    list_address: String,
    before: Option<String>,
    after: Option<String>,
    position: String,
    badges: Vec<Badge>,
    section: String,
    has_section: bool,
    section_address: String,
    other_sections: Vec<String>,
    suggestions: Vec<SuggestedSection>,
    cited_as: String,
    words: String,
    report_text: String,
    organizations: String,
    submission: String,
    submission_address: String,
    round: String,
    arrived: String,
    stance: String,
    evidence: Vec<EvidenceLine>,
    texts: Vec<TextOfPart>,
    draft: Vec<DraftPiece>,
    is_draft_cut: bool,
    form: AnswerForm,
    conflict: Option<Version>,
    problem: Option<String>,
    notice: Option<&'static str>,
    saved: Option<String>,
    can_approve: bool,
    needs_leadership: bool,
    out_of_scope: String,
    is_out_of_scope: bool,
    place: Select,
    versions: Vec<Version>,
    beside: Beside,
}

/// A section that a person can choose with one click.
struct SuggestedSection {
    value: String,
    label: String,
    heading: String,
    percent: String,
}

struct EvidenceLine {
    what: &'static str,
    rule: String,
    confidence: String,
    is_doubtful: bool,
    words: String,
    anchor: String,
}

struct TextOfPart {
    path: String,
    role: String,
    marked: Marked,
    is_cited: bool,
}

struct DraftPiece {
    label: String,
    heading: String,
    body: String,
}

/// The answer as its form shows it.
pub(super) struct AnswerForm {
    pub(super) version: i64,
    pub(super) decisions: Vec<(&'static str, &'static str, bool)>,
    pub(super) text: String,
    pub(super) change_place: String,
    pub(super) remark: String,
}

/// A version of the answer.
pub(super) struct Version {
    pub(super) number: i64,
    pub(super) moment: String,
    pub(super) author: String,
    pub(super) state: Badge,
    pub(super) decision: Option<Badge>,
    pub(super) text: String,
    pub(super) change_place: String,
    pub(super) remark: String,
}

/// What the answer form sends.
#[derive(Deserialize, Clone)]
pub(in crate::web) struct AnswerFields {
    version: i64,
    #[serde(default)]
    decision: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    change_place: String,
    #[serde(default)]
    remark: String,
    #[serde(default)]
    on_behalf: String,
    step: String,
    #[serde(default)]
    kept: String,
}

/// What the other forms about a point send.
#[derive(Deserialize)]
pub(in crate::web) struct DecisionFields {
    version: i64,
    act: String,
    #[serde(default)]
    section: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    report_text: String,
    #[serde(default)]
    kept: String,
}

/// What a page shows beyond what is stored.
#[derive(Default)]
struct Shown {
    kept: Vec<(String, String)>,
    /// What was sent and could not be stored.
    fields: Option<AnswerFields>,
    is_conflict: bool,
    problem: Option<String>,
}

pub(in crate::web) async fn get_point(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let shown = Shown {
        kept: pairs,
        ..Shown::default()
    };
    show(&app, &consultation, PointId(id), StatusCode::OK, shown).await
}

pub(in crate::web) async fn answer_point(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
    person: Person,
    Form(fields): Form<AnswerFields>,
) -> Result<Response, Error> {
    let act = act(&app, &person, PointId(id), &fields)?;
    // The point must belong to the consultation whose address was used.
    app.point_in_full(&consultation, act.point).await?;
    let writer = app.clone();
    let failed = match outlive(async move { writer.answer(&act).await }).await {
        Ok(answered) => {
            let address = point_address(&consultation, id, &fields.kept, answered.state.code());
            return Ok(Redirect::to(&address).into_response());
        }
        Err(error) => error,
    };
    let status = match failed.kind {
        app::Kind::Conflict => StatusCode::CONFLICT,
        app::Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        _ => return Err(failed.into()),
    };
    let is_conflict = failed.kind == app::Kind::Conflict;
    let problem = if is_conflict {
        "Người khác vừa sửa ý kiến này nên bản vừa gửi chưa được lưu; bản đó còn nguyên trong biểu mẫu."
            .to_owned()
    } else {
        failed.message
    };
    let shown = Shown {
        kept: kept_pairs(&fields.kept),
        is_conflict,
        problem: Some(problem),
        fields: Some(fields),
    };
    show(&app, &consultation, PointId(id), status, shown).await
}

pub(super) fn act(
    app: &App,
    person: &Person,
    point: PointId,
    fields: &AnswerFields,
) -> Result<Act, Error> {
    let step = match fields.step.as_str() {
        "save" => Step::Save,
        "submit" => Step::Submit,
        "approve" => Step::Approve,
        "return" => Step::Return,
        other => return Err(Error::invalid(format!("Không có thao tác `{other}`."))),
    };
    let is_on_behalf = !fields.on_behalf.trim().is_empty();
    if !may_take(&person.roles(), step, is_on_behalf) {
        return Err(Error::new(
            StatusCode::FORBIDDEN,
            "Vai trò của tài khoản này không làm được bước đó: người soạn trả lời và trình, lãnh đạo duyệt hoặc trả lại, thư ký chỉ ghi thay ý kiến lãnh đạo.",
        ));
    }
    let is_leader = matches!(step, Step::Approve | Step::Return);
    let draft = Draft {
        decision: coded("decision", &fields.decision, Decision::parse)?,
        text: tidy(&fields.text),
        change_place: Some(tidy(&fields.change_place)).filter(|place| !place.is_empty()),
    };
    let actor = app.actor();
    Ok(Act {
        point,
        seen_version: Some(fields.version),
        draft: (!is_leader).then_some(draft),
        step,
        remark: Some(tidy(&fields.remark)).filter(|remark| !remark.is_empty()),
        actor: match fields.on_behalf.trim() {
            "" => actor.to_owned(),
            leader => format!("{leader} (do {actor} ghi)"),
        },
    })
}

/// Forms send line ends as CR LF.
pub(super) fn tidy(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

pub(in crate::web) async fn decide_point(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
    Form(fields): Form<DecisionFields>,
) -> Result<Response, Error> {
    let full = app.point_in_full(&consultation, PointId(id)).await?;
    let change = point_change(&fields, &full)?;
    let actor = app.actor().to_owned();
    let writer = app.clone();
    let version = Some(fields.version);
    let decided = outlive(async move {
        writer
            .decide_point(PointId(id), version, &change, &actor)
            .await
    });
    match decided.await {
        Ok(()) => {
            let address = point_address(&consultation, id, &fields.kept, "changed");
            Ok(Redirect::to(&address).into_response())
        }
        Err(error) if error.kind == app::Kind::Conflict => {
            let shown = Shown {
                kept: kept_pairs(&fields.kept),
                problem: Some(error.message),
                ..Shown::default()
            };
            show(
                &app,
                &consultation,
                PointId(id),
                StatusCode::CONFLICT,
                shown,
            )
            .await
        }
        Err(error) => Err(error.into()),
    }
}

fn point_change(fields: &DecisionFields, full: &PointInFull) -> Result<PointChange, Error> {
    let mut change = PointChange::default();
    match fields.act.as_str() {
        "section" => change.section = Some(full.names.find_section(&fields.section)?),
        "out_of_scope" if fields.reason.trim().is_empty() => {
            return Err(Error::invalid(
                "Hãy ghi lý do ý kiến này nằm ngoài phạm vi.",
            ));
        }
        "out_of_scope" => change.out_of_scope = Some(tidy(&fields.reason)),
        "in_scope" => change.out_of_scope = Some(String::new()),
        "escalate" => change.needs_leadership = Some(true),
        "settle" => change.needs_leadership = Some(false),
        "report_text" => change.report_text = Some(tidy(&fields.report_text)),
        other => return Err(Error::invalid(format!("Không có thao tác `{other}`."))),
    }
    Ok(change)
}

/// The query string a form carries along, without the message of an earlier save.
fn kept_pairs(kept: &str) -> Vec<(String, String)> {
    let address = format!("http://localhost/{kept}");
    let uri: Option<axum::http::Uri> = address.parse().ok();
    let pairs =
        uri.and_then(|uri| axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri).ok());
    pairs.map(|pairs| pairs.0).unwrap_or_default()
}

/// Only what belongs to the search, and where in it the point was.
fn search_pairs(pairs: &[(String, String)]) -> Vec<(String, String)> {
    let filters = Filters::read(pairs);
    let at = pairs.iter().find(|(key, _)| key == "at");
    let asked = filters.pairs().into_iter();
    let mut kept: Vec<(String, String)> = asked
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    kept.extend(at.cloned());
    kept
}

fn as_query(pairs: &[(String, String)]) -> String {
    query(
        pairs
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str())),
    )
}

fn point_address(consultation: &Consultation, id: i64, kept: &str, saved: &str) -> String {
    let mut pairs = search_pairs(&kept_pairs(kept));
    pairs.push(("saved".to_owned(), saved.to_owned()));
    format!("{}/points/{id}{}", base(consultation), as_query(&pairs))
}

async fn show(
    app: &App,
    consultation: &Consultation,
    id: PointId,
    status: StatusCode,
    shown: Shown,
) -> Result<Response, Error> {
    let full = app.point_in_full(consultation, id).await?;
    let at = shown.kept.iter().find(|(key, _)| key == "at");
    let neighbors = match at.and_then(|(_, at)| at.parse().ok()) {
        Some(at) => {
            let request = Filters::read(&shown.kept).request(0, 0)?;
            // A search that no longer works only costs the way to its neighbors.
            app.neighbors(consultation, &request, at, id).await.ok()
        }
        None => None,
    };
    let title = format!("Ý kiến số {id}");
    let page = Page::new(consultation, Place::Points, &title);
    let depth = app.config.section_depth;
    Ok((
        status,
        Html(view(page, &full, neighbors.as_ref(), shown, depth)),
    )
        .into_response())
}

fn view(
    page: Page,
    full: &PointInFull,
    neighbors: Option<&Neighbors>,
    shown: Shown,
    depth: u8,
) -> PointPage {
    let base = page.base.clone();
    let (seen, point) = (&full.view, &full.view.point);
    let kept = search_pairs(&shown.kept);
    let (draft, is_draft_cut) = draft(full);
    let versions: Vec<Version> = full.versions.iter().rev().map(version).collect();
    let current = full.versions.last();
    let beside = |other: Option<(usize, PointId)>| {
        let (at, id) = other?;
        let mut pairs: Vec<(String, String)> = kept
            .iter()
            .filter(|(key, _)| key != "at")
            .cloned()
            .collect();
        pairs.push(("at".to_owned(), at.to_string()));
        Some(format!("{base}/points/{id}{}", as_query(&pairs)))
    };
    let filters = Filters::read(&kept);
    let sender = seen
        .submission
        .sender
        .as_deref()
        .unwrap_or("Chưa rõ cơ quan, đơn vị");
    let chosen = point
        .section
        .map(|id| format!("id:{id}"))
        .unwrap_or_default();
    PointPage {
        id: point.id.0,
        address: format!("{base}/points/{}", point.id),
        list_address: format!("{base}/points{}", filters.with("", "")),
        before: neighbors.and_then(|n| beside(n.before)),
        after: neighbors.and_then(|n| beside(n.after)),
        position: neighbors.map(position).unwrap_or_default(),
        badges: Badge::of_point(seen),
        has_section: seen.section.is_some(),
        section_address: format!("{base}/points{}", query([("section", chosen.as_str())])),
        section: seen
            .section
            .clone()
            .unwrap_or_else(|| "Chưa xác định mục".to_owned()),
        other_sections: seen.other_sections.clone(),
        suggestions: suggestions(full),
        cited_as: point.cited_as.clone().unwrap_or_default(),
        words: seen.text.clone(),
        report_text: point.report_text.clone().unwrap_or_default(),
        organizations: words::names(&seen.organizations, sender),
        submission: letter_or_channel(&seen.submission),
        submission_address: format!("{base}/submissions/{}#p{}", point.submission, point.id),
        round: seen.round.map(|n| format!("Đợt {n}")).unwrap_or_default(),
        arrived: words::date(point.arrived_on),
        stance: point
            .stance
            .map(|stance| stance.name().to_owned())
            .unwrap_or_default(),
        evidence: evidence(full),
        texts: texts(full),
        draft,
        is_draft_cut,
        conflict: shown.is_conflict.then(|| current.map(version)).flatten(),
        can_approve: current
            .is_some_and(|it| it.content.state == crate::domain::ResponseState::Submitted),
        form: answer_form(
            point.version,
            suggested(full, &shown.kept).or(current),
            shown.fields.as_ref(),
        ),
        problem: shown.problem,
        notice: full.notice,
        saved: saved(&shown.kept),
        needs_leadership: point.needs_leadership,
        is_out_of_scope: point.state == PointState::OutOfScope,
        out_of_scope: point.out_of_scope.clone().unwrap_or_default(),
        place: place_select(full, &chosen, depth),
        versions,
        beside: beside::beside(&base, full),
        kept: as_query(&kept),
        page,
    }
}

/// The earlier answer that a person wants to begin with.
fn suggested<'a>(full: &'a PointInFull, pairs: &[(String, String)]) -> Option<&'a Answer> {
    let (_, id) = pairs.iter().find(|(key, _)| key == "like")?;
    let id: i64 = id.parse().ok()?;
    let found = full.similar.iter().find(|one| one.view.point.id.0 == id)?;
    found.view.response.as_ref()
}

fn position(neighbors: &Neighbors) -> String {
    let total = words::total(neighbors.total);
    format!("{} trong {total}", words::number(neighbors.at + 1))
}

fn saved(pairs: &[(String, String)]) -> Option<String> {
    let (_, code) = pairs.iter().find(|(key, _)| key == "saved")?;
    let text = match code.as_str() {
        "draft" => "Đã lưu nội dung trả lời.",
        "submitted" => "Đã trình nội dung trả lời.",
        "approved" => "Đã duyệt nội dung trả lời.",
        "returned" => "Đã trả lại kèm ý kiến.",
        "changed" => "Đã ghi thay đổi.",
        _ => return None,
    };
    Some(text.to_owned())
}

fn place_select(full: &PointInFull, chosen: &str, depth: u8) -> Select {
    let places = places(full, chosen, depth);
    Select::new("section", "Mục của dự thảo", "Chọn mục", chosen, places)
}

/// Sections that the words of a point without a place resemble.
fn suggestions(full: &PointInFull) -> Vec<SuggestedSection> {
    let suggested = |(id, confidence): &(SectionId, Confidence)| {
        let section = full.names.section(*id)?;
        Some(SuggestedSection {
            value: format!("id:{id}"),
            label: full.names.label(section),
            heading: cut(&section.heading, SUGGESTION_CHARS),
            percent: format!("{:.0}", confidence.value() * 100.0),
        })
    };
    full.suggestions.iter().filter_map(suggested).collect()
}

/// Sections to move a point to; its own one is among them however deep it lies.
fn places(full: &PointInFull, chosen: &str, depth: u8) -> Vec<(String, String)> {
    let mut places = section_choices(&full.names, depth.max(9));
    if !chosen.is_empty() && places.iter().all(|(value, _)| value != chosen) {
        let label = full.view.section.clone().unwrap_or_default();
        places.insert(0, (chosen.to_owned(), label));
    }
    places
}

pub(super) fn answer_form(
    version: i64,
    current: Option<&Answer>,
    sent: Option<&AnswerFields>,
) -> AnswerForm {
    let content = current.map(|answer| &answer.content);
    let decision = match sent {
        Some(sent) => Decision::parse(&sent.decision),
        None => content.and_then(|content| content.decision),
    };
    let stored = |text: Option<&String>| text.cloned().unwrap_or_default();
    AnswerForm {
        version,
        decisions: Decision::ALL
            .map(|it| (it.code(), it.name(), decision == Some(it)))
            .into(),
        text: sent.map_or_else(
            || stored(content.map(|it| &it.text)),
            |sent| sent.text.clone(),
        ),
        change_place: sent.map_or_else(
            || stored(content.and_then(|it| it.change_place.as_ref())),
            |sent| sent.change_place.clone(),
        ),
        remark: sent.map(|sent| sent.remark.clone()).unwrap_or_default(),
    }
}

pub(super) fn version(answer: &Answer) -> Version {
    let content = &answer.content;
    Version {
        number: answer.version,
        moment: words::moment(answer.created_us),
        author: content.author.clone(),
        state: Badge::response(content.state),
        decision: content.decision.map(Badge::decision),
        text: content.text.clone(),
        change_place: content.change_place.clone().unwrap_or_default(),
        remark: content.remark.clone().unwrap_or_default(),
    }
}

/// The part that evidence spans point into.
fn cited_part(full: &PointInFull) -> Option<crate::domain::PartId> {
    full.view.point.spans.first().map(|(part, _)| *part)
}

fn evidence(full: &PointInFull) -> Vec<EvidenceLine> {
    let part = cited_part(full).and_then(|id| full.parts.iter().find(|part| part.id == id));
    let line = |(n, evidence): (usize, &Evidence)| {
        let seen = evidence.span.and_then(|span| span.slice(&part?.text));
        let seen = seen.filter(|seen| !seen.is_empty());
        EvidenceLine {
            what: words::finding(evidence.what),
            rule: evidence.rule.to_string(),
            confidence: format!("{:.0}%", evidence.confidence.value() * 100.0),
            is_doubtful: evidence.confidence.needs_person(),
            words: seen.map(|seen| cut(seen, 90)).unwrap_or_default(),
            anchor: match seen {
                Some(_) if is_whole(evidence) => "own".to_owned(),
                Some(_) => format!("e{n}"),
                None => String::new(),
            },
        }
    };
    (1..).zip(&full.view.point.evidence).map(line).collect()
}

fn cut(text: &str, n_chars: usize) -> String {
    let mut chars = text.chars();
    let mut cut: String = chars.by_ref().take(n_chars).collect();
    if chars.next().is_some() {
        cut.push('…');
    }
    cut
}

fn texts(full: &PointInFull) -> Vec<TextOfPart> {
    let cited = cited_part(full);
    let point = &full.view.point;
    let text = |part: &Part| {
        let own = point.spans.iter().filter(|(id, _)| *id == part.id);
        let mut markers: Vec<Marker> = own.map(|(_, span)| marker(*span, "point", "own")).collect();
        if cited == Some(part.id) {
            let seen = (1..).zip(&point.evidence);
            let seen = seen.filter(|(_, evidence)| !is_whole(evidence));
            let seen = seen.filter_map(|(n, e): (usize, _)| Some((n, e.span?)));
            markers.extend(seen.map(|(n, span)| marker(span, "why", &format!("e{n}"))));
        }
        TextOfPart {
            path: part.path.clone(),
            role: words::role(&part.role).to_owned(),
            is_cited: point.spans.iter().any(|(id, _)| *id == part.id),
            marked: Marked::new(&part.text, &markers),
        }
    };
    full.parts.iter().map(text).collect()
}

/// Whether evidence is about the whole point, which is marked anyway.
fn is_whole(evidence: &Evidence) -> bool {
    evidence.what == Finding::Split
}

fn marker(span: Span, class: &'static str, anchor: &str) -> Marker {
    Marker {
        span,
        class,
        anchor: anchor.to_owned(),
        after: None,
    }
}

fn letter_or_channel(submission: &Submission) -> String {
    match words::letter(submission.letter_number.as_ref(), submission.letter_date) {
        text if text.is_empty() => submission.channel.name().to_owned(),
        text => text,
    }
}

/// The draft's own words of the section, down to a readable length.
fn draft(full: &PointInFull) -> (Vec<DraftPiece>, bool) {
    let mut left = DRAFT_CHARS;
    let mut pieces = Vec::new();
    for section in &full.draft {
        if left == 0 {
            return (pieces, true);
        }
        let n_chars = section.heading.chars().count() + section.body.chars().count();
        left = left.saturating_sub(n_chars);
        let has_label = words::has_label(section.kind);
        // The "heading" of an unheaded paragraph is its beginning.
        let beginning = section.heading.trim_end_matches('…').trim_end();
        let is_repeated = section.body.starts_with(beginning);
        pieces.push(DraftPiece {
            label: if has_label {
                section.label.clone()
            } else {
                String::new()
            },
            heading: if is_repeated {
                String::new()
            } else {
                section.heading.clone()
            },
            body: cut(&section.body, DRAFT_CHARS),
        });
    }
    (pieces, false)
}
