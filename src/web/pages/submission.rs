//! One submission: its texts with the points marked, its facts, and what a person decides.

use askama::Template;
use axum::response::Redirect;
use serde::Deserialize;

use super::paper::{self, PageView};
use super::point_view::{PointLine, point_line};
use super::submissions::organizations;
use super::{coded, outlive, round_number};
use crate::app::App;
use crate::app::browse::SubmissionInFull;
use crate::app::review::SubmissionDecision;
use crate::app::values::{Part, Submission};
use crate::domain::{
    Authentication, Confidence, Consultation, Disposition, OrganizationId, PageMap, Relation,
    ReplyClass, Round, Span, SubmissionId, Verdict,
};
use crate::web::access::Acting;
use crate::web::address::base;
use crate::web::error::Error;
use crate::web::extract::{Form, Id, InConsultation};
use crate::web::views::{Badge, Html, Link, Marked, Marker, Page, Place, Select, choices};
use crate::web::words;

#[derive(Template)]
#[template(path = "submission.html", config = "src/web/askama.toml")]
pub(in crate::web) struct SubmissionPage {
    page: Page,
    id: i64,
    heading: String,
    badges: Vec<Badge>,
    facts: Vec<(&'static str, String)>,
    related: Option<(String, String)>,
    remark: String,
    original: String,
    /// Where it is taken back.
    undo: Option<String>,
    evidence: Vec<EvidenceLine>,
    parts: Vec<PartView>,
    points: Vec<PointLine>,
    decision: DecisionForm,
}

struct EvidenceLine {
    what: &'static str,
    rule: String,
    confidence: String,
    is_doubtful: bool,
    anchor: String,
}

struct PartView {
    path: String,
    role: String,
    /// Quoted history and signatures are folded away.
    is_open: bool,
    marked: Marked,
    pages: Vec<PageView>,
    /// Whether a machine read it in a picture.
    recognized: Option<Badge>,
}

/// The form by which a person says what a submission is.
pub(super) struct DecisionForm {
    pub(super) id: i64,
    pub(super) action: String,
    pub(super) back: &'static str,
    pub(super) organizations: String,
    pub(super) class: Select,
    pub(super) round: Select,
    /// What a possible duplicate would be a duplicate of: address and name.
    pub(super) doubt: Option<(String, String)>,
    pub(super) is_counted: bool,
}

/// What the form sends.
#[derive(Deserialize)]
pub(in crate::web) struct DecisionFields {
    act: String,
    #[serde(default)]
    organizations: String,
    #[serde(default)]
    class: String,
    #[serde(default)]
    round: String,
    #[serde(default)]
    remark: String,
    #[serde(default)]
    back: String,
}

pub(in crate::web) async fn get_submission(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
) -> Result<Html<SubmissionPage>, Error> {
    let full = app
        .submission_in_full(&consultation, SubmissionId(id))
        .await?;
    let rounds = app.rounds(&consultation).await?;
    let title = format!("Lượt góp ý số {id}");
    let page = Page::new(&consultation, Place::Submissions, &title);
    Ok(Html(view(page, &full, &rounds)))
}

pub(in crate::web) async fn decide_submission(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
    Form(fields): Form<DecisionFields>,
) -> Result<Redirect, Error> {
    let id = SubmissionId(id);
    let full = app.submission_in_full(&consultation, id).await?;
    let decision = decision(&app, &consultation, &fields, &full).await?;
    let writer = app.clone();
    let actor = app.actor().to_owned();
    outlive(async move { writer.decide_submission(id, &decision, &actor).await }).await?;
    let base = base(&consultation);
    Ok(Redirect::to(&match fields.back.as_str() {
        "triage" => format!("{base}/triage"),
        _ => format!("{base}/submissions/{id}"),
    }))
}

async fn decision(
    app: &App,
    consultation: &Consultation,
    fields: &DecisionFields,
    full: &SubmissionInFull,
) -> Result<SubmissionDecision, Error> {
    let mut named: Vec<OrganizationId> = Vec::new();
    for name in fields.organizations.split([';', '\n']).map(str::trim) {
        if !name.is_empty() {
            let id = app.organization_by_name(consultation.id, name).await?;
            if !named.contains(&id) {
                named.push(id);
            }
        }
    }
    let round = match round_number(&fields.round)? {
        Some(number) => Some(app.round(consultation.id, number).await?.id),
        None => None,
    };
    let mut decision = SubmissionDecision {
        organizations: (!named.is_empty()).then_some(named),
        round,
        class: coded("class", &fields.class, ReplyClass::parse)?,
        remark: Some(fields.remark.trim().to_owned()).filter(|remark| !remark.is_empty()),
        ..SubmissionDecision::default()
    };
    match fields.act.as_str() {
        "count" => decision.disposition = Some(Disposition::Counted),
        "set_aside" => decision.disposition = Some(Disposition::SetAside),
        "duplicate" => {
            let (_, other, _) = full
                .submission
                .relation
                .ok_or_else(|| Error::invalid("Lượt góp ý này không có lượt nào nghi trùng."))?;
            decision.disposition = Some(Disposition::Duplicate);
            decision.relation = Some((Relation::DuplicateOf, other));
        }
        other => return Err(Error::invalid(format!("Không có thao tác `{other}`."))),
    }
    Ok(decision)
}

/// Takes a letter or file back.
pub(in crate::web) async fn undo_submission(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
) -> Result<Redirect, Error> {
    let address = format!("{}/submissions/{id}", base(&consultation));
    let id = SubmissionId(id);
    outlive(async move { app.undo_submission(&consultation, id).await }).await?;
    Ok(Redirect::to(&address))
}

fn view(page: Page, full: &SubmissionInFull, rounds: &[Round]) -> SubmissionPage {
    let submission = &full.submission;
    let base = page.base.clone();
    let mut badges = vec![Badge::disposition(submission.disposition)];
    badges.extend(
        submission
            .class
            .map(|class| Badge::new("quiet", class.name())),
    );
    if submission.is_late {
        badges.push(Badge::new("bad", "Sau hạn"));
    }
    if submission.needs_person {
        badges.push(Badge::new("wait", "Cần người xem"));
    }
    let related = submission.relation.zip(full.related.as_ref());
    let related = related.map(|((relation, other, is_confirmed), record)| {
        let doubt = if is_confirmed { "" } else { "Có thể " };
        let name = words::submission(record);
        let text = format!("{doubt}{} lượt số {other} ({name})", relation.name());
        (format!("{base}/submissions/{other}"), text)
    });
    SubmissionPage {
        id: submission.id.0,
        heading: organizations(submission, &full.names),
        badges,
        facts: facts(full),
        decision: decision_form(&base, full, rounds, "submission"),
        related,
        remark: submission.remark.clone().unwrap_or_default(),
        original: format!("/originals/{}", submission.id),
        undo: can_be_undone(submission)
            .then(|| format!("{base}/submissions/{}/undo", submission.id)),
        evidence: evidence(full),
        parts: parts(full, &base),
        points: full
            .points
            .iter()
            .map(|view| point_line(&base, view, &[], None))
            .collect(),
        page,
    }
}

/// Rows of a table go with their table.
fn can_be_undone(submission: &Submission) -> bool {
    let is_gone = matches!(
        submission.disposition,
        Disposition::Undone | Disposition::Purged
    );
    submission.batch.is_none() && !is_gone
}

fn facts(full: &SubmissionInFull) -> Vec<(&'static str, String)> {
    let submission = &full.submission;
    let round = submission.round.and_then(|id| full.names.round_number(id));
    let number = submission.letter_number.as_ref();
    let facts = [
        ("Trích yếu", submission.subject.clone()),
        ("Số, ký hiệu", number.map(ToString::to_string)),
        ("Ngày văn bản", submission.letter_date.map(words::date)),
        ("Ngày đến", Some(words::date(submission.arrived_on))),
        ("Đợt", round.map(|n| n.to_string())),
        ("Kênh nhận", Some(submission.channel.name().to_owned())),
        ("Người gửi", submission.sender.clone()),
        (
            "Xác thực người gửi",
            full.authentication.as_ref().map(authentication),
        ),
        ("Tệp", Some(words::source(submission))),
    ];
    let known = facts
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    known.filter(|(_, value)| !value.is_empty()).collect()
}

fn authentication(found: &Authentication) -> String {
    let verdict = match found.verdict() {
        Verdict::Passed => "đạt",
        Verdict::Failed => "KHÔNG đạt, có thể là mạo danh",
        Verdict::Unknown => "không rõ",
    };
    format!(
        "{verdict} ({}; theo máy chủ {})",
        found.summary(),
        found.server
    )
}

fn evidence(full: &SubmissionInFull) -> Vec<EvidenceLine> {
    let lines = (1..).zip(&full.submission.evidence);
    let has_text = !full.parts.is_empty();
    lines
        .map(|(n, evidence): (usize, _)| EvidenceLine {
            what: words::finding(evidence.what),
            rule: evidence.rule.to_string(),
            confidence: format!("{:.0}%", evidence.confidence.value() * 100.0),
            is_doubtful: evidence.confidence.needs_person(),
            anchor: match evidence.span {
                Some(span) if has_text && !span.is_empty() => format!("e{n}"),
                _ => String::new(),
            },
        })
        .collect()
}

fn parts(full: &SubmissionInFull, base: &str) -> Vec<PartView> {
    let first = full.parts.first().map(|part| part.id);
    let view = |part: &Part| {
        let mut markers = Vec::new();
        for (number, view) in (1..).zip(&full.points) {
            let own = view.point.spans.iter().filter(|(id, _)| *id == part.id);
            let own: Vec<_> = own.map(|(_, span)| *span).collect();
            let last = own.len().saturating_sub(1);
            markers.extend(own.iter().enumerate().map(|(n, span)| Marker {
                span: *span,
                class: "point",
                anchor: if n == 0 {
                    format!("p{}", view.point.id)
                } else {
                    String::new()
                },
                after: (n == last).then(|| point_link(base, view.point.id.0, number)),
            }));
        }
        let map = full.page_maps.get(&part.id);
        if let Some(map) = map {
            markers.extend(paper::doubtful(&part.text, map));
        }
        if first == Some(part.id) {
            let seen = (1..).zip(&full.submission.evidence);
            let seen = seen.filter_map(|(n, e): (usize, _)| Some((n, e.span?)));
            markers.extend(seen.map(|(n, span)| Marker {
                span,
                class: "why",
                anchor: format!("e{n}"),
                after: None,
            }));
        }
        PartView {
            path: part.path.clone(),
            role: words::role(&part.role).to_owned(),
            is_open: !matches!(part.role.as_str(), "quoted" | "signature"),
            marked: Marked::new(&part.text, &markers),
            pages: map.map_or_else(Vec::new, |map| part_pages(full, base, part, map)),
            recognized: map.and_then(recognized),
        }
    };
    full.parts.iter().map(view).collect()
}

/// All pages of a part, with the places of its points.
pub(super) fn part_pages(
    full: &SubmissionInFull,
    base: &str,
    part: &Part,
    map: &PageMap,
) -> Vec<PageView> {
    let spans = full.points.iter().flat_map(|view| &view.point.spans);
    let own = spans.filter(|(id, _)| *id == part.id);
    let own: Vec<Span> = own.map(|(_, span)| *span).collect();
    paper::pages(base, part, map, &own, true)
}

/// How sure the recognition was of a part.
pub(super) fn recognized(map: &PageMap) -> Option<Badge> {
    map.confidence(&[Span::new(0, usize::MAX)])
        .map(|confidence| Badge::recognized(Confidence::of(confidence)))
}

fn point_link(base: &str, id: i64, number: usize) -> Link {
    Link {
        address: format!("{base}/points/{id}"),
        text: number.to_string(),
        label: format!("Mở ý kiến thứ {number}"),
    }
}

/// The form for one submission; `back` says where to return.
pub(super) fn decision_form(
    base: &str,
    full: &SubmissionInFull,
    rounds: &[Round],
    back: &'static str,
) -> DecisionForm {
    let submission = &full.submission;
    let known = submission
        .organizations
        .iter()
        .filter_map(|id| full.names.organization(*id));
    let round = submission.round.and_then(|id| full.names.round_number(id));
    let class = submission.class.map_or("", ReplyClass::code);
    let doubt = submission.relation.zip(full.related.as_ref());
    let doubt = doubt.filter(|((relation, _, is_confirmed), _)| {
        *relation == Relation::DuplicateOf && !is_confirmed
    });
    let classes = choices(&ReplyClass::ALL, ReplyClass::code, ReplyClass::name);
    let numbers = rounds.iter().map(super::points::round_choice);
    let round = round.map(|n| n.to_string()).unwrap_or_default();
    DecisionForm {
        id: submission.id.0,
        action: format!("{base}/submissions/{}/decision", submission.id),
        back,
        organizations: known.collect::<Vec<_>>().join("; "),
        class: Select::new("class", "Phân loại", "Chưa rõ", class, classes).numbered(submission.id),
        round: Select::new("round", "Đợt", "Chưa rõ", &round, numbers).numbered(submission.id),
        doubt: doubt.map(|((_, other, _), record)| {
            (
                format!("{base}/submissions/{other}"),
                words::submission(record),
            )
        }),
        is_counted: submission.disposition == Disposition::Counted,
    }
}
