//! One point: its words and why they were understood so, the draft beside it, its answer.

mod answering;
mod changing;
mod form;
mod reading;
mod surroundings;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::beside::{self, Beside};
use super::filters::Filters;
use super::outline::{Outline, outline};
use super::point_view::{SuggestedSection, suggested_sections};
use super::points::section_choices;
use crate::app::App;
use crate::app::browse::PointInFull;
use crate::app::search::{Neighbors, PointView, Request};
use crate::app::surroundings::Around;
use crate::app::values::{Count, Facet, Submission};
use crate::domain::{Consultation, PointId, PointState};
use crate::web::access::Acting;
use crate::web::address::{base, query};
use crate::web::error::Error;
use crate::web::extract::{Id, InConsultation, Query};
use crate::web::views::{Badge, Html, Page, Place, Select};
use crate::web::words;

pub(in crate::web) use answering::{AnswerFields, act};
pub(in crate::web) use answering::{answer_point, discard_unsaved, keep_unsaved};
pub(super) use answering::{step, tidy};
pub(in crate::web) use changing::decide_point;
pub(super) use form::{AnswerForm, Version, answer_form, approval, version};
use form::{Conflict, conflict, diff};
pub(super) use reading::cut;
use reading::{DraftPiece, EvidenceLine, TextOfPart, draft, evidence, texts};
use surroundings::Surroundings;

/// Levels of the draft's tree beside a point; its own place is shown however deep it lies.
const TREE_DEPTH: u8 = 1;

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
    conflict: Option<Conflict>,
    /// When the words in the form were typed, where they were kept and not saved.
    unsaved: Option<String>,
    around: Surroundings,
    outline: Outline,
    problem: Option<String>,
    notice: Option<&'static str>,
    saved: Option<String>,
    approval: Option<String>,
    needs_leadership: bool,
    out_of_scope: String,
    is_out_of_scope: bool,
    is_joined: bool,
    joined_into: Option<i64>,
    place: Select,
    versions: Vec<Version>,
    beside: Beside,
}

/// What a page shows beyond what is stored.
#[derive(Default)]
struct Shown {
    kept: Vec<(String, String)>,
    /// What was sent and could not be stored.
    fields: Option<AnswerFields>,
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

/// The list that a point was found in.
fn list_address(consultation: &Consultation, kept: &str) -> String {
    let kept = Filters::read(&kept_pairs(kept));
    format!("{}/points{}", base(consultation), kept.with("", ""))
}

async fn show(
    app: &App,
    consultation: &Consultation,
    id: PointId,
    status: StatusCode,
    mut shown: Shown,
) -> Result<Response, Error> {
    let actor = app.actor();
    let full = app.point_in_full(consultation, id).await?;
    let around = app.around(consultation, &full).await?;
    let at = shown.kept.iter().find(|(key, _)| key == "at");
    let request = Filters::read(&shown.kept).request(0, 0)?;
    let neighbors = match at.and_then(|(_, at)| at.parse().ok()) {
        // A search that no longer works only costs the way to its neighbors.
        Some(at) => app.neighbors(consultation, &request, at, id).await.ok(),
        None => None,
    };
    let everywhere = Request {
        section: None,
        ..request
    };
    let counts = app.count_points(consultation, &everywhere, Facet::Section);
    let counts = counts.await.unwrap_or_default();
    let mut typed = None;
    if shown.fields.is_none()
        && let Some(unsaved) = app.unsaved_answer(id, actor).await?
    {
        shown.fields = Some(AnswerFields::unsaved(&unsaved));
        typed = Some(words::moment(unsaved.typed_us));
    }
    let title = format!("Ý kiến số {id}");
    let page = Page::new(consultation, Place::Points, &title);
    let seen = Seen {
        approval: approval(app, full.versions.last()),
        full,
        around,
        neighbors,
        counts,
        typed,
        depth: app.config.section_depth,
    };
    Ok((status, Html(view(page, &seen, shown))).into_response())
}

/// What a page is made of.
struct Seen {
    full: PointInFull,
    around: Around,
    neighbors: Option<Neighbors>,
    counts: Vec<Count>,
    typed: Option<String>,
    approval: Option<String>,
    depth: u8,
}

fn view(page: Page, seen: &Seen, shown: Shown) -> PointPage {
    let Seen {
        full,
        around,
        neighbors,
        depth,
        ..
    } = seen;
    let neighbors = neighbors.as_ref();
    let base = page.base.clone();
    let (about, point) = (&full.view, &full.view.point);
    let kept = search_pairs(&shown.kept);
    let (draft, is_draft_cut) = draft(full);
    let versions: Vec<Version> = full.versions.iter().rev().map(version).collect();
    let current = full.versions.last();
    let filters = Filters::read(&kept);
    let chosen = point
        .section
        .map(|id| format!("id:{id}"))
        .unwrap_or_default();
    let in_section = filters.narrowed("section", &chosen);
    let fields = begun(full, around, &shown);
    PointPage {
        id: point.id.0,
        address: format!("{base}/points/{}", point.id),
        list_address: format!("{base}/points{}", filters.with("", "")),
        before: neighbors.and_then(|n| Some(way(&base, &kept, n.before?))),
        after: neighbors.and_then(|n| Some(way(&base, &kept, n.after?))),
        position: neighbors.map(position).unwrap_or_default(),
        badges: Badge::of_point(about),
        has_section: about.section.is_some(),
        section_address: format!("{base}/points{}", query([("section", chosen.as_str())])),
        section: about
            .section
            .clone()
            .unwrap_or_else(|| "Chưa xác định mục".to_owned()),
        other_sections: about.other_sections.clone(),
        suggestions: suggested_sections(&full.names, &full.suggestions),
        cited_as: point.cited_as.clone().unwrap_or_default(),
        words: about.text.clone(),
        report_text: point.report_text.clone().unwrap_or_default(),
        organizations: speakers(about),
        submission: letter_or_channel(&about.submission),
        submission_address: format!("{base}/submissions/{}#p{}", point.submission, point.id),
        round: about.round.map(|n| format!("Đợt {n}")).unwrap_or_default(),
        arrived: words::date(point.arrived_on),
        stance: point
            .stance
            .map(|stance| stance.name().to_owned())
            .unwrap_or_default(),
        evidence: evidence(full),
        texts: texts(&base, full),
        draft,
        is_draft_cut,
        conflict: shown
            .fields
            .as_ref()
            .and_then(|fields| conflict(&full.versions, fields)),
        approval: seen.approval.clone(),
        form: answer_form(point.version, current, fields.as_ref()),
        unsaved: seen.typed.clone(),
        around: Surroundings::new(&base, full, around, &kept),
        outline: outline(&full.names, &seen.counts, &in_section, TREE_DEPTH),
        problem: shown.problem,
        notice: full.notice,
        saved: saved(&shown.kept),
        needs_leadership: point.needs_leadership,
        is_joined: point.joined_into.is_some(),
        joined_into: point.joined_into.map(|id| id.0),
        is_out_of_scope: point.state == PointState::OutOfScope,
        out_of_scope: point.out_of_scope.clone().unwrap_or_default(),
        place: place_select(full, &chosen, *depth),
        versions,
        beside: beside::beside(&base, full),
        kept: as_query(&kept),
        page,
    }
}

/// What the form begins with: what was typed, with the earlier answer, stock phrase or wording of the
/// comment that a person asked for.
fn begun(full: &PointInFull, around: &Around, shown: &Shown) -> Option<AnswerFields> {
    let asked = |wanted: &str| {
        let found = shown.kept.iter().find(|(key, _)| key == wanted);
        found.and_then(|(_, value)| value.parse::<i64>().ok())
    };
    let begin = || {
        let stored = || full.versions.last().map(AnswerFields::stored);
        shown.fields.clone().or_else(stored).unwrap_or_default()
    };
    if let Some(id) = asked("like") {
        let found = full.similar.iter().find(|one| one.view.point.id.0 == id)?;
        let mut fields = begin();
        fields.add_answer(found.view.response.as_ref()?);
        Some(fields)
    } else if let Some(id) = asked("phrase") {
        let phrase = around.phrases.iter().find(|phrase| phrase.id == id)?;
        let mut fields = begin();
        fields.add_text(&phrase.text, phrase.decision);
        Some(fields)
    } else if shown.kept.iter().any(|(key, _)| key == "wording") {
        let proposed = around.proposed.as_ref()?;
        let mut fields = begin();
        fields.old_wording.clone_from(&proposed.old);
        fields.new_wording.clone_from(&proposed.new);
        Some(fields)
    } else {
        shown.fields.clone()
    }
}

/// The page of the point before or after, with its place in the search.
fn way(base: &str, kept: &[(String, String)], (at, id): (usize, PointId)) -> String {
    let pairs = kept.iter().filter(|(key, _)| key != "at").cloned();
    let pairs: Vec<(String, String)> = pairs.chain([("at".to_owned(), at.to_string())]).collect();
    format!("{base}/points/{id}{}", as_query(&pairs))
}

/// Who says it.
fn speakers(about: &PointView) -> String {
    let sender = about.submission.sender.as_deref();
    words::names(
        &about.organizations,
        sender.unwrap_or("Chưa rõ cơ quan, đơn vị"),
    )
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
        "joined" => "Đã gộp.",
        "split" => "Đã tách thành hai ý kiến; đây là ý kiến thứ nhất.",
        "noted" => "Đã thêm ghi chú.",
        "discarded" => "Đã bỏ phần soạn dở.",
        _ => return None,
    };
    Some(text.to_owned())
}

fn place_select(full: &PointInFull, chosen: &str, depth: u8) -> Select {
    let places = places(full, chosen, depth);
    Select::new("section", "Mục của dự thảo", "Chọn mục", chosen, places)
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

fn letter_or_channel(submission: &Submission) -> String {
    match words::letter(submission.letter_number.as_ref(), submission.letter_date) {
        text if text.is_empty() => submission.channel.name().to_owned(),
        text => text,
    }
}
