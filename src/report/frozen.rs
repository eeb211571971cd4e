//! A report as it was at one moment, with everything it says as values (DESIGN 3.9).
//!
//! [`freeze`] puts the printed model beside the list of points it covers; [`to_json`] is the form
//! that is kept and hashed; [`compare`] says what changed between two. A frozen report is read for
//! ever: fields are only ever added, each with a default.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::{Decision, Disposition, PointState, ResponseState, SubmissionId};

use super::anonymous;
use super::facts::Facts;
use super::model::{self, Kind, ReportModel, Unreconciled};
use super::reconcile::Scope;
use super::rows::{self, PointRow};
use super::snapshot::Snapshot;
use super::supplement::Issued;
use super::{place, wording};

/// Version of the kept form.
const FORMAT: u32 = 1;

/// A report with the points it covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenReport {
    /// Version of this form.
    pub format: u32,
    /// What is printed.
    pub model: ReportModel,
    /// Every point of the scope, in the order of the main table.
    pub points: Vec<FrozenPoint>,
    /// Every submission of the scope, for supplementary reports; `None` in reports from before there
    /// were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submissions: Option<Vec<FrozenSubmission>>,
}

/// A submission as the report knew it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenSubmission {
    /// Its number.
    pub id: i64,
    /// [`Disposition::code`].
    pub disposition: String,
}

/// One point as the report knew it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrozenPoint {
    /// Its number.
    pub id: i64,
    /// The place it is printed under, with the document; empty while unknown.
    pub place: String,
    /// Who says it.
    pub speakers: String,
    /// Its words as printed.
    pub text: String,
    /// [`PointState::code`].
    pub state: String,
    /// [`Decision::code`] of its answer.
    pub decision: Option<String>,
    /// The words of its answer.
    pub answer: Option<String>,
    /// What changed in the draft, and where.
    pub change_place: Option<String>,
    /// [`ResponseState::code`] of its answer.
    pub step: Option<String>,
    /// Xin ý kiến lãnh đạo.
    pub needs_leadership: bool,
}

/// Builds a report of a kind together with the points it covers.
pub fn freeze(
    snapshot: &Snapshot,
    kind: Kind,
    scope: &Scope,
) -> Result<FrozenReport, Unreconciled> {
    let model = model::build(snapshot, kind, scope)?;
    let snapshot = anonymous::seen(snapshot, scope);
    let facts = Facts::new(&snapshot, scope);
    let points = rows::rows(&facts)
        .iter()
        .flat_map(|row| lines(&facts, row))
        .collect();
    let submissions = facts.submissions_of(None).map(|it| FrozenSubmission {
        id: it.id.0,
        disposition: it.disposition.code().to_owned(),
    });
    let submissions = submissions.collect();
    Ok(FrozenReport {
        format: FORMAT,
        model,
        points,
        submissions: Some(submissions),
    })
}

/// What a supplementary report leaves out, of one issued report or several; `None` when one of them
/// does not say which submissions it counted.
pub fn issued<'a>(
    reports: impl Iterator<Item = &'a FrozenReport>,
    ordinal: u32,
    name: String,
) -> Option<Issued> {
    let mut all = Issued {
        ordinal,
        name,
        ..Issued::default()
    };
    let mut points: BTreeSet<i64> = BTreeSet::new();
    for report in reports {
        for submission in report.submissions.as_ref()? {
            let then = Disposition::parse(&submission.disposition)?;
            all.submissions.insert(SubmissionId(submission.id), then);
        }
        points.extend(report.points.iter().map(|point| point.id));
    }
    all.n_points = points.len();
    Some(all)
}

fn lines(facts: &Facts<'_>, row: &PointRow<'_>) -> Vec<FrozenPoint> {
    let place = row
        .section
        .and_then(|rank| facts.snapshot.sections.get(rank))
        .map(|section| {
            let document = section.document.and_then(|id| {
                let known = facts.snapshot.documents.iter().find(|d| d.id == id);
                known.map(|document| document.name.as_str())
            });
            let name = place::name(section, document);
            match document {
                Some(document) => format!("{document} · {name}"),
                None => name,
            }
        })
        .unwrap_or_default();
    let response = row.response;
    row.points
        .iter()
        .map(|point| FrozenPoint {
            id: point.id.0,
            place: place.clone(),
            speakers: facts
                .submission(point.submission)
                .map(|submission| rows::sender_name(facts, submission))
                .unwrap_or_default(),
            text: point
                .report_text
                .as_deref()
                .unwrap_or(&point.text)
                .trim()
                .to_owned(),
            state: point.state.code().to_owned(),
            decision: response.map(|response| response.decision.code().to_owned()),
            answer: response.map(|response| response.text.clone()),
            change_place: response.and_then(|response| response.change_place.clone()),
            step: response.map(|response| response.state.code().to_owned()),
            needs_leadership: point.needs_leadership,
        })
        .collect()
}

/// What keeps a report from being the official edition: points without a section or without an
/// approved answer, in words a secretary can look up.
///
/// The working edition prints such points with a mark; the official one is refused.
pub fn unfinished(report: &FrozenReport) -> Vec<String> {
    let in_scope = |point: &&FrozenPoint| point.state != PointState::OutOfScope.code();
    let mut reasons = Vec::new();
    for point in report.points.iter().filter(in_scope) {
        let is_joined = point.state == PointState::Joined.code();
        let mut say = |what: &str| {
            let words = wording::shortened(&point.text, 80);
            reasons.push(format!(
                "Ý kiến số {} ({}): {what}. “{words}”",
                point.id, point.speakers
            ));
        };
        if point.place.is_empty() && !is_joined {
            say("chưa xác định mục");
        }
        if point.decision.is_none() {
            say("chưa có nội dung tiếp thu, giải trình");
        } else if point.step.as_deref() != Some(ResponseState::Approved.code()) {
            say("nội dung tiếp thu, giải trình chưa được duyệt");
        }
    }
    reasons
}

/// The kept form. The same report always gives the same bytes.
pub fn to_json(report: &FrozenReport) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(report)
}

/// Reads the kept form.
pub fn from_json(bytes: &[u8]) -> Result<FrozenReport, serde_json::Error> {
    serde_json::from_slice(bytes)
}

/// The bytes that two reports share when they say the same, whenever they were made.
pub fn substance(report: &FrozenReport) -> Result<Vec<u8>, serde_json::Error> {
    let mut timeless = report.clone();
    timeless.model.info.taken_at = jiff::civil::DateTime::default();
    timeless.model.info.ledger_seq = 0;
    to_json(&timeless)
}

/// What changed between two frozen reports of one consultation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Points only in the later one.
    pub added: Vec<FrozenPoint>,
    /// Points only in the earlier one.
    pub removed: Vec<FrozenPoint>,
    /// Points in both that are not the same, earlier and later.
    pub changed: Vec<(FrozenPoint, FrozenPoint)>,
    /// Points that are the same in both.
    pub n_same: usize,
}

/// Compares an earlier report with a later one, point by point, in the later one's order.
pub fn compare(earlier: &FrozenReport, later: &FrozenReport) -> Comparison {
    let mut before: BTreeMap<i64, &FrozenPoint> = BTreeMap::new();
    for point in &earlier.points {
        before.insert(point.id, point);
    }
    let mut comparison = Comparison::default();
    for point in &later.points {
        match before.remove(&point.id) {
            None => comparison.added.push(point.clone()),
            Some(was) if was == point => comparison.n_same += 1,
            Some(was) => comparison.changed.push((was.clone(), point.clone())),
        }
    }
    comparison.removed = before.into_values().cloned().collect();
    comparison
}

/// What differs between two states of one point, as label, before and after.
pub fn differences(
    before: &FrozenPoint,
    after: &FrozenPoint,
) -> Vec<(&'static str, String, String)> {
    let decision = |point: &FrozenPoint| {
        point
            .decision
            .as_deref()
            .and_then(Decision::parse)
            .map_or("", Decision::name)
            .to_owned()
    };
    let step = |point: &FrozenPoint| {
        point
            .step
            .as_deref()
            .and_then(ResponseState::parse)
            .map_or("", ResponseState::name)
            .to_owned()
    };
    let state = |point: &FrozenPoint| {
        PointState::ALL
            .into_iter()
            .find(|state| state.code() == point.state)
            .map_or("", PointState::name)
            .to_owned()
    };
    let leadership = |point: &FrozenPoint| {
        if point.needs_leadership {
            "có"
        } else {
            "không"
        }
        .to_owned()
    };
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        ("Vị trí", before.place.clone(), after.place.clone()),
        (
            "Chủ thể góp ý",
            before.speakers.clone(),
            after.speakers.clone(),
        ),
        ("Nội dung góp ý", before.text.clone(), after.text.clone()),
        ("Trạng thái", state(before), state(after)),
        ("Kết quả xử lý", decision(before), decision(after)),
        (
            "Nội dung tiếp thu, giải trình",
            or_empty(&before.answer),
            or_empty(&after.answer),
        ),
        (
            "Thể hiện tại",
            or_empty(&before.change_place),
            or_empty(&after.change_place),
        ),
        ("Bước duyệt", step(before), step(after)),
        ("Xin ý kiến lãnh đạo", leadership(before), leadership(after)),
    ]
    .into_iter()
    .filter(|(_, before, after)| before != after)
    .collect()
}
