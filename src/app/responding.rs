//! Answering points, and passing answers along the approval chain.

use super::{App, Error, Kind};
use crate::domain::{PointId, ResponseId, ResponseState};
use crate::respond::chain::{Approver, step_at_hand, step_taken};
use crate::respond::{self, Draft, Step};
use crate::store::ledger::{self, Action};
use crate::store::points::{self, Point};
use crate::store::responses::{self, NewResponse, Response};
use crate::store::unsaved;
use crate::text::difference::{Stretch, difference};

/// What somebody does with the answer of one point.
#[derive(Debug, Clone)]
pub struct Act {
    /// The point.
    pub point: PointId,
    /// The point's version when it was read; `None` to act on whatever is there now.
    pub seen_version: Option<i64>,
    /// New content; `None` keeps the current one.
    pub draft: Option<Draft>,
    /// The step.
    pub step: Step,
    /// A leader's remark.
    pub remark: Option<String>,
    /// Which step of the chain may be taken; asked only of who approves or returns.
    pub approver: Approver,
    /// Who acts.
    pub actor: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The new version.
    pub response: ResponseId,
    /// Its state.
    pub state: ResponseState,
    /// Something odd about the words, in Vietnamese.
    pub notice: Option<&'static str>,
    /// The ledger's `seq`: searchable once the index has applied it.
    pub seq: i64,
}

impl App {
    /// Adds a version to a point's answer: saved, submitted, approved or returned.
    ///
    /// # Errors
    /// [`Kind::Conflict`] when somebody else changed the point meanwhile, [`Kind::Invalid`] when the
    /// step is not possible, with what is missing.
    pub async fn answer(&self, act: &Act) -> Result<Answered, Error> {
        let answered = self.save_answer(act).await?;
        self.let_index_follow().await;
        Ok(answered)
    }

    /// Does the same to many points, each on its own: what is refused for one keeps no other back.
    /// Results are in the order of the acts.
    pub async fn answer_each(&self, acts: &[Act]) -> Vec<Result<Answered, Error>> {
        let mut results = Vec::with_capacity(acts.len());
        for act in acts {
            results.push(self.save_answer(act).await);
        }
        self.let_index_follow().await;
        results
    }

    async fn save_answer(&self, act: &Act) -> Result<Answered, Error> {
        let mut tx = self.store.write().await?;
        let point = read_point(&mut tx, act.point).await?;
        check_may_be_answered(act, &point)?;
        let current: Option<Response> = match point.response {
            Some(_) => responses::list_versions(&mut tx, act.point).await?.pop(),
            None => None,
        };
        let draft = act.draft.clone().unwrap_or_else(|| {
            current.as_ref().map_or_else(empty_draft, |response| Draft {
                decision: response.content.decision,
                text: response.content.text.clone(),
                change_place: response.content.change_place.clone(),
                wording: response.content.wording.clone(),
            })
        });
        let standing = current.as_ref().map(|response| response.content.standing());
        let steps = self.approval_steps();
        let remark = act.remark.as_deref();
        let next = respond::advance(standing, &draft, act.step, remark, steps.len())
            .map_err(|refusal| Error::new(Kind::Invalid, refusal.message()))?;
        let approval_step = match act.step {
            Step::Save | Step::Submit => None,
            Step::Approve | Step::Return => step_taken(steps, standing, &act.approver)
                .map_err(|refusal| Error::new(Kind::Invalid, refusal))?
                .map(str::to_owned),
        };
        let notice = draft
            .decision
            .and_then(|decision| respond::contradiction(decision, &draft.text));
        let response = NewResponse {
            decision: draft.decision,
            text: draft.text,
            change_place: draft.change_place,
            wording: draft.wording,
            state: next.state,
            n_approvals: next.n_approvals,
            approval_step,
            author: act.actor.clone(),
            remark: act.remark.clone(),
        };
        if act.draft.is_some() {
            // What was typed is in the answer now.
            unsaved::forget_answer(&mut tx, act.point, &act.actor).await?;
        }
        let now_us = self.clock.now_us();
        let id = responses::insert_response(&mut tx, act.point, point.version, &response, now_us)
            .await?;
        let seq = ledger::append(
            &mut tx,
            now_us,
            &act.actor,
            Action::ResponsesSaved,
            id.0,
            id.0,
        )
        .await?;
        tx.commit().await?;
        Ok(Answered {
            response: id,
            state: next.state,
            notice,
            seq,
        })
    }

    /// The steps of the approval chain, in order, at least one.
    pub fn approval_steps(&self) -> &[String] {
        &self.config.approval_steps
    }

    /// The step that a version of an answer waits for, where the chain has several.
    pub fn awaited_step(&self, response: &Response) -> Option<&str> {
        let content = &response.content;
        let is_waiting = content.state == ResponseState::Submitted;
        let steps = self.approval_steps();
        step_at_hand(steps, content.n_approvals).filter(|_| is_waiting && steps.len() > 1)
    }

    /// Every version of a point's answer, oldest first.
    pub async fn answer_versions(&self, point: PointId) -> Result<Vec<Response>, Error> {
        let mut tx = self.store.read().await?;
        Ok(responses::list_versions(&mut tx, point).await?)
    }
}

/// A member of a group is answered through it, and nobody writes over what they have not seen.
fn check_may_be_answered(act: &Act, point: &Point) -> Result<(), Error> {
    if let Some(group) = point.group
        && point.representative != Some(point.id)
    {
        return Err(Error::new(
            Kind::Invalid,
            format!(
                "Ý kiến số {} thuộc nhóm ý kiến trùng số {group} nên được trả lời chung; hãy trả lời cả nhóm, hoặc đưa ý kiến này ra khỏi nhóm trước.",
                point.id
            ),
        ));
    }
    if act
        .seen_version
        .is_some_and(|version| version != point.version)
    {
        return Err(crate::store::Error::Stale {
            table: "point",
            id: act.point.0,
        }
        .into());
    }
    Ok(())
}

/// What one text says otherwise than another, word by word.
pub fn compare_words(old: &str, new: &str) -> Vec<Stretch> {
    difference(old, new)
}

/// Something odd about the words of an answer, in Vietnamese.
pub fn notice(response: &Response) -> Option<&'static str> {
    let content = &response.content;
    respond::contradiction(content.decision?, &content.text)
}

fn empty_draft() -> Draft {
    Draft {
        decision: None,
        text: String::new(),
        change_place: None,
        wording: None,
    }
}

/// Reads one current point.
pub(super) async fn read_point(tx: &mut crate::store::Tx, id: PointId) -> Result<Point, Error> {
    let mut found = points::list_points(tx, points::Which::Range(id, id)).await?;
    found
        .pop()
        .ok_or_else(|| Error::new(Kind::NotFound, format!("Không có ý kiến số {id}.")))
}
