//! Many decisions from one CSV file, each finding its point by who said what.
//!
//! A line names the round, the organization's code and some words of the point; it applies only
//! where exactly one point fits. A point that somebody has answered since is left alone.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::ingest::parse_decision;
use super::review::SubmissionDecision;
use super::understand::text_key;
use super::{App, Error, Kind, lines};
use crate::domain::{Consultation, Decision, Disposition, PointId, ResponseState};
use crate::respond::{self, Draft, Step};
use crate::store::ledger::{self, Action};
use crate::store::points::{self, Point};
use crate::store::responses::{self, NewResponse};
use crate::store::{Tx, submissions};

/// What applying a file did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Lines applied.
    pub n_saved: usize,
    /// Lines whose point was answered already.
    pub n_known: usize,
    /// Lines that fit no point, or several; Vietnamese, with the line.
    pub problems: Vec<String>,
}

#[derive(Deserialize)]
struct AnswerLine {
    round: u32,
    organization: String,
    contains: String,
    decision: String,
    answer: String,
    change_place: String,
    state: String,
    needs_leadership: String,
    author: String,
}

#[derive(Deserialize)]
struct ScopeLine {
    round: u32,
    organization: String,
    contains: String,
    reason: String,
}

#[derive(Deserialize)]
struct TriageLine {
    file: String,
    disposition: String,
    remark: String,
}

/// A point that can be found by its words.
struct Target {
    point: Point,
    round: u32,
    organizations: Vec<String>,
    key: String,
}

/// The name of the leader when a file says only "approved".
const APPROVER: &str = "Lãnh đạo Sở";

impl App {
    /// Applies a file of answers: `round,organization,contains,decision,answer,change_place,state,
    /// needs_leadership,author`.
    pub async fn apply_answers(
        &self,
        consultation: &Consultation,
        file: &str,
        text: &str,
    ) -> Result<Outcome, Error> {
        let lines: Vec<(u64, AnswerLine)> = parse(file, text)?;
        let targets = self.targets(consultation).await?;
        let mut outcome = Outcome::default();
        let now_us = self.clock.now_us();
        let mut tx = self.store.write().await?;
        let mut saved: Vec<i64> = Vec::new();
        let mut escalated: Vec<i64> = Vec::new();
        let mut answered_by: BTreeMap<PointId, u64> = BTreeMap::new();
        for (number, line) in lines {
            let place = format!("{file}, dòng {number}");
            let found = find(&targets, line.round, &line.organization, &line.contains);
            let target = match found {
                Ok(target) => target,
                Err(problem) => {
                    outcome.problems.push(format!("{place}: {problem}"));
                    continue;
                }
            };
            if target.point.decision.is_some() {
                outcome.n_known += 1;
                continue;
            }
            if let Some(earlier) = answered_by.get(&target.point.id) {
                let problem = format!("cùng ý kiến với dòng {earlier}, đã trả lời ở dòng đó.");
                outcome.problems.push(format!("{place}: {problem}"));
                continue;
            }
            match save(&mut tx, target, &line, self.approval_steps(), now_us).await? {
                Ok(ids) => {
                    answered_by.insert(target.point.id, number);
                    outcome.n_saved += 1;
                    saved.extend(ids);
                    let needs = matches!(line.needs_leadership.trim(), "true" | "1" | "x");
                    if needs {
                        let change = points::Change {
                            needs_leadership: Some(true),
                            ..Default::default()
                        };
                        let version = current_version(&mut tx, &target.point).await?;
                        points::update_point(&mut tx, target.point.id, version, &change).await?;
                        escalated.push(target.point.id.0);
                    }
                }
                Err(problem) => outcome.problems.push(format!("{place}: {problem}")),
            }
        }
        let actor = &self.actor;
        if let (Some(first), Some(last)) = (saved.first(), saved.last()) {
            ledger::append(
                &mut tx,
                now_us,
                actor,
                Action::ResponsesSaved,
                *first,
                *last,
            )
            .await?;
        }
        for id in escalated {
            ledger::append(&mut tx, now_us, actor, Action::PointsChanged, id, id).await?;
        }
        tx.commit().await?;
        self.let_index_follow().await;
        Ok(outcome)
    }

    /// Applies a file of points that are out of scope: `round,organization,contains,reason`.
    pub async fn apply_out_of_scope(
        &self,
        consultation: &Consultation,
        file: &str,
        text: &str,
    ) -> Result<Outcome, Error> {
        let lines: Vec<(u64, ScopeLine)> = parse(file, text)?;
        let targets = self.targets(consultation).await?;
        let mut outcome = Outcome::default();
        for (number, line) in lines {
            match find(&targets, line.round, &line.organization, &line.contains) {
                Ok(target) if target.point.out_of_scope.is_some() => outcome.n_known += 1,
                Ok(target) => {
                    let change = points::Change {
                        out_of_scope: Some(line.reason),
                        ..Default::default()
                    };
                    let actor = &self.actor;
                    self.decide_point(target.point.id, None, &change, actor)
                        .await?;
                    outcome.n_saved += 1;
                }
                Err(problem) => {
                    outcome
                        .problems
                        .push(format!("{file}, dòng {number}: {problem}"));
                }
            }
        }
        Ok(outcome)
    }

    /// Applies a file of decisions about submissions: `file,disposition,remark`.
    pub async fn apply_triage(
        &self,
        consultation: &Consultation,
        file: &str,
        text: &str,
    ) -> Result<Outcome, Error> {
        let lines: Vec<(u64, TriageLine)> = parse(file, text)?;
        let mut tx = self.store.read().await?;
        let which = submissions::Which::All(consultation.id);
        let all = submissions::list_submissions(&mut tx, which).await?;
        drop(tx);
        let mut outcome = Outcome::default();
        for (number, line) in lines {
            let disposition = Disposition::parse(line.disposition.trim());
            let found = all
                .iter()
                .find(|submission| submission.source == line.file.trim());
            match (found, disposition) {
                (Some(submission), Some(_)) if submission.is_touched => outcome.n_known += 1,
                (Some(submission), Some(disposition)) => {
                    let decision = SubmissionDecision {
                        disposition: Some(disposition),
                        remark: Some(line.remark),
                        ..SubmissionDecision::default()
                    };
                    self.decide_submission(submission.id, &decision, &self.actor)
                        .await?;
                    outcome.n_saved += 1;
                }
                (None, _) => outcome.problems.push(format!(
                    "{file}, dòng {number}: không có lượt góp ý từ `{}`.",
                    line.file
                )),
                (_, None) => outcome.problems.push(format!(
                    "{file}, dòng {number}: không có trạng thái `{}`.",
                    line.disposition
                )),
            }
        }
        Ok(outcome)
    }

    async fn targets(&self, consultation: &Consultation) -> Result<Vec<Target>, Error> {
        let names = self.names(consultation).await?;
        let codes: BTreeMap<_, _> = self
            .organizations()
            .await?
            .into_iter()
            .map(|o| (o.id, o.code))
            .collect();
        let mut tx = self.store.read().await?;
        let points = points::list_points(&mut tx, points::Which::All(consultation.id)).await?;
        let submissions = points.iter().map(|point| point.submission);
        let (Some(first), Some(last)) = (submissions.clone().min(), submissions.max()) else {
            return Ok(Vec::new());
        };
        let parts = submissions::list_parts(&mut tx, first, last).await?;
        let speakers = submissions::list_speakers(&mut tx, first, last).await?;
        drop(tx);
        let texts = super::reindex::texts_of(points.iter(), &parts);
        Ok(points
            .into_iter()
            .filter(|point| point.disposition == Disposition::Counted)
            .map(|point| Target {
                round: point
                    .round
                    .and_then(|id| names.round_number(id))
                    .unwrap_or(0),
                organizations: speakers
                    .get(&point.submission)
                    .into_iter()
                    .flatten()
                    .filter_map(|id| codes.get(id).cloned())
                    .collect(),
                key: text_key(texts.get(&point.id).map_or("", String::as_str)),
                point,
            })
            .collect())
    }

    /// The last entry of the ledger.
    pub async fn ledger_seq(&self) -> Result<i64, Error> {
        let mut tx = self.store.read().await?;
        Ok(ledger::last_seq(&mut tx).await?)
    }
}

async fn current_version(tx: &mut Tx, point: &Point) -> Result<i64, Error> {
    Ok(super::responding::read_point(tx, point.id).await?.version)
}

/// Reads the lines of a file, or all its problems at once.
fn parse<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<Vec<(u64, T)>, Error> {
    let (lines, problems) = lines::read(file, text);
    if problems.is_empty() {
        Ok(lines)
    } else {
        Err(Error::new(Kind::Invalid, problems.join("\n")))
    }
}

/// The one point of an organization that contains the words; where several do, the one that begins
/// with them, and of equal ones the first (the same letter sent twice).
fn find<'a>(
    targets: &'a [Target],
    round: u32,
    organization: &str,
    contains: &str,
) -> Result<&'a Target, String> {
    let words = text_key(contains);
    let mut fitting: Vec<&Target> = targets
        .iter()
        .filter(|target| {
            target.round == round
                && target
                    .organizations
                    .iter()
                    .any(|code| code == organization.trim())
                && target.key.contains(&words)
        })
        .collect();
    if fitting.len() > 1 && fitting.iter().any(|target| target.key.starts_with(&words)) {
        fitting.retain(|target| target.key.starts_with(&words));
    }
    let Some((first, others)) = fitting.split_first() else {
        return Err(format!(
            "không có ý kiến của {organization} chứa “{contains}”."
        ));
    };
    if others.iter().all(|other| other.key == first.key) {
        Ok(first)
    } else {
        Err(format!(
            "có nhiều ý kiến của {organization} chứa “{contains}”; ghi rõ hơn."
        ))
    }
}

/// Adds the versions that lead to the state a line asks for.
async fn save(
    tx: &mut Tx,
    target: &Target,
    line: &AnswerLine,
    chain: &[String],
    now_us: i64,
) -> Result<Result<Vec<i64>, String>, Error> {
    let Some(decision) = parse_decision(&line.decision) else {
        let known: Vec<&str> = Decision::ALL
            .iter()
            .map(|decision| decision.code())
            .collect();
        return Ok(Err(format!(
            "kết quả `{}` không có; chọn: {}.",
            line.decision,
            known.join(", ")
        )));
    };
    let Some(wanted) = ResponseState::parse(line.state.trim()) else {
        return Ok(Err(format!("trạng thái `{}` không có.", line.state)));
    };
    let steps: Vec<Step> = match wanted {
        ResponseState::Draft => vec![Step::Save],
        ResponseState::Submitted => vec![Step::Submit],
        ResponseState::Approved => {
            let approvals = chain.iter().map(|_| Step::Approve);
            [Step::Submit].into_iter().chain(approvals).collect()
        }
        ResponseState::Returned => return Ok(Err("tệp không thể trả lại câu trả lời.".to_owned())),
    };
    let draft = Draft {
        decision: Some(decision),
        text: line.answer.clone(),
        change_place: Some(line.change_place.clone()).filter(|place| !place.trim().is_empty()),
        wording: None,
    };
    let mut states = Vec::new();
    // Every row is handed in anew, so that where it stood before makes no difference.
    let mut standing = None;
    for step in steps {
        match respond::advance(standing, &draft, step, None, chain.len()) {
            Ok(next) => states.push((next, step)),
            Err(refusal) => return Ok(Err(refusal.message().to_owned())),
        }
        standing = states.last().map(|(next, _)| *next);
    }
    let mut ids = Vec::new();
    for (version, (next, step)) in (target.point.version..).zip(states) {
        let is_approval = step == Step::Approve;
        let author = if is_approval {
            APPROVER
        } else {
            line.author.as_str()
        };
        let passed = next.n_approvals.checked_sub(1).filter(|_| is_approval);
        let response = NewResponse {
            decision: draft.decision,
            text: draft.text.clone(),
            change_place: draft.change_place.clone(),
            wording: draft.wording.clone(),
            state: next.state,
            n_approvals: next.n_approvals,
            approval_step: passed.and_then(|at| chain.get(at)).cloned(),
            author: author.to_owned(),
            remark: None,
        };
        let id =
            responses::insert_response(tx, target.point.id, version, &response, now_us).await?;
        ids.push(id.0);
    }
    Ok(Ok(ids))
}
