//! From points to the rows of the main table: one row an answer, in draft order.
//!
//! A group answered once is one row with all its members; a joined point stands in the row of the
//! point that holds it. Every point of the scope is in exactly one row.

use std::collections::HashMap;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::domain::{DocumentId, GroupId, PointId, PointState, SubmissionId};

use super::facts::Facts;
use super::place;
use super::reconcile::Equation;
use super::snapshot::{PointEntry, ResponseEntry};

/// One row: what several points say, and the one answer to them.
#[derive(Debug)]
pub(super) struct PointRow<'a> {
    /// Rank of the place it is printed under; `None`: chưa xác định mục.
    pub(super) place: Option<usize>,
    /// Rank of its own section.
    pub(super) section: Option<usize>,
    /// The document of the place.
    pub(super) document: Option<DocumentId>,
    /// The points, joined ones included; the first one gives the words.
    pub(super) points: Vec<&'a PointEntry>,
    /// What is answered: the state of the first point, after following joins.
    pub(super) state: PointState,
    /// The answer.
    pub(super) response: Option<&'a ResponseEntry>,
}

/// What makes points share a row.
#[derive(PartialEq, Eq, Hash)]
enum Shared {
    Point(PointId),
    Group(GroupId, PointState),
}

/// The rows of all points in scope, in draft order; what is out of scope included.
pub(super) fn rows<'a>(facts: &Facts<'a>) -> Vec<PointRow<'a>> {
    let places = place::printed_under(facts.snapshot, facts.scope.section_depth);
    let mut rows: Vec<PointRow<'a>> = Vec::new();
    let mut by_shared: FxHashMap<Shared, usize> = FxHashMap::default();
    for (point, _) in facts.points_of(None) {
        // An end in another round still gives the place and the answer.
        let end = facts.living(point);
        let shared = match (end.state, end.group) {
            (PointState::AnsweredInGroup | PointState::Open, Some(group)) => {
                Shared::Group(group, end.state)
            }
            _ => Shared::Point(end.id),
        };
        let section = end.section.and_then(|id| facts.section_rank(id));
        let index = *by_shared.entry(shared).or_insert_with(|| {
            rows.push(PointRow {
                place: None,
                section,
                document: None,
                points: Vec::new(),
                state: end.state,
                response: end.response.as_ref(),
            });
            rows.len() - 1
        });
        if let Some(row) = rows.get_mut(index) {
            row.take(point, section);
        }
    }
    for row in &mut rows {
        row.place = row.section.and_then(|rank| places.get(rank).copied());
        row.document = row
            .place
            .and_then(|rank| facts.snapshot.sections.get(rank))
            .and_then(|section| section.document);
    }
    // Stable: within one section the order of arrival stays.
    rows.sort_by_key(|row| {
        (
            row.place.unwrap_or(usize::MAX),
            row.section.unwrap_or(usize::MAX),
        )
    });
    rows
}

impl<'a> PointRow<'a> {
    /// Adds a point; a group spread over several places stands at the first one.
    fn take(&mut self, point: &'a PointEntry, section: Option<usize>) {
        if let Some(rank) = section
            && self.section.is_none_or(|at| rank < at)
        {
            self.section = Some(rank);
        }
        // The words come from a point with report wording, then from the representative of a group,
        // and from no joined point.
        let gives_words = |p: &PointEntry| {
            (
                p.state != PointState::Joined,
                p.report_text.is_some(),
                p.represents_group,
            )
        };
        let is_better = self
            .points
            .first()
            .is_some_and(|first| gives_words(point) > gives_words(first));
        if is_better {
            self.points.insert(0, point);
        } else {
            self.points.push(point);
        }
    }

    /// The words of the row: one text, and what joined points add to it.
    pub(super) fn texts(&self) -> Vec<&'a str> {
        let Some(first) = self.points.first() else {
            return Vec::new();
        };
        if let Some(text) = &first.report_text {
            return vec![text.trim()];
        }
        let mut texts = vec![first.text.trim()];
        for point in self.points.iter().skip(1) {
            let text = point.report_text.as_deref().unwrap_or(&point.text).trim();
            if point.state == PointState::Joined && !texts.iter().any(|said| said.contains(text)) {
                texts.push(text);
            }
        }
        texts
    }

    pub(super) fn needs_leadership(&self) -> bool {
        self.points.iter().any(|point| point.needs_leadership)
    }

    /// Who says it, each sender once, in catalogue order, with where it is said.
    pub(super) fn senders(&self, facts: &Facts<'_>) -> Vec<Sender> {
        let mut senders: Vec<Sender> = Vec::new();
        let mut by_name: HashMap<String, usize> = HashMap::new();
        for point in &self.points {
            let Some(submission) = facts.submission(point.submission) else {
                continue;
            };
            let name = sender_name(facts, submission);
            let source = super::wording::source(submission);
            let rank = submission
                .organizations
                .iter()
                .map(|&id| facts.organization_rank(id))
                .min();
            let index = *by_name.entry(name.clone()).or_insert_with(|| {
                senders.push(Sender {
                    rank: rank.unwrap_or(usize::MAX),
                    name,
                    sources: Vec::new(),
                });
                senders.len() - 1
            });
            if let Some(sender) = senders.get_mut(index)
                && sender.sources.iter().all(|(known, _)| *known != source)
            {
                sender.sources.push((source, submission.id));
            }
        }
        senders.sort_by_key(|sender| sender.rank);
        senders
    }
}

/// One of those who say what a row says.
#[derive(Debug)]
pub(super) struct Sender {
    rank: usize,
    /// The organization; several for a joint letter.
    pub(super) name: String,
    /// Where it is said.
    pub(super) sources: Vec<(String, SubmissionId)>,
}

/// The organizations of a submission, or whoever signed it.
pub(super) fn sender_name(
    facts: &Facts<'_>,
    submission: &super::snapshot::SubmissionEntry,
) -> String {
    if submission.organizations.is_empty() {
        let sender = submission.sender.as_deref().map(str::trim);
        return match sender {
            Some(sender) if !sender.is_empty() => sender.to_owned(),
            _ => "Chưa rõ đơn vị".to_owned(),
        };
    }
    let names: Vec<String> = submission
        .organizations
        .iter()
        .map(|&id| facts.organization_name(id))
        .collect();
    names.join("; ")
}

/// Every point of the scope stands in exactly one row.
pub(super) fn check(facts: &Facts<'_>, rows: &[PointRow<'_>]) -> Equation {
    let received = facts.points_of(None).count();
    let shown: usize = rows.iter().map(|row| row.points.len()).sum();
    let out_of_scope = rows
        .iter()
        .filter(|row| row.state == PointState::OutOfScope)
        .map(|row| row.points.len())
        .sum::<usize>();
    let distinct: FxHashSet<PointId> = rows
        .iter()
        .flat_map(|row| &row.points)
        .map(|point| point.id)
        .collect();
    Equation {
        name: "rows".into(),
        round: None,
        text: format!(
            "Ý kiến nhận được {received} = trong bảng {} ({} dòng) + ngoài phạm vi lấy ý kiến {out_of_scope}",
            shown - out_of_scope,
            rows.iter()
                .filter(|row| row.state != PointState::OutOfScope)
                .count()
        ),
        holds: received == shown && distinct.len() == shown,
        offenders: Vec::new(),
    }
}
