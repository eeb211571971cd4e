//! A frozen report on its way along the approval chain: handed in, approved step by step, or returned.

use super::Version;
use crate::app::{App, Error, Kind};
use crate::domain::{Consultation, ResponseState};
use crate::respond::Step;
use crate::respond::chain::{self, Approver};
use crate::store::ledger::{self, Action};
use crate::store::report_reviews::{self, Review};
use crate::store::report_versions;

impl App {
    /// Hands in, approves or returns a frozen report.
    ///
    /// # Errors
    /// [`Kind::Conflict`] when it is issued or approved already, [`Kind::Invalid`] when the step is
    /// not possible or not this person's, with the reason.
    pub async fn review_report(
        &self,
        consultation: &Consultation,
        ordinal: u32,
        step: Step,
        remark: Option<&str>,
        approver: &Approver,
        actor: &str,
    ) -> Result<Version, Error> {
        let known = self.report_version(consultation, ordinal).await?;
        let mut tx = self.store.write().await?;
        // As it stands now that nobody else writes.
        let versions = report_versions::list_versions(&mut tx, consultation.id).await?;
        let version = versions.into_iter().find(|it| it.id == known.id);
        let mut version = version.unwrap_or(known);
        let standing = version.standing();
        if let Some(problem) = closed(&version, step) {
            return Err(Error::new(Kind::Conflict, problem));
        }
        let steps = self.approval_steps();
        let next = chain::advance(standing, step, remark, steps.len())
            .map_err(|refusal| Error::new(Kind::Invalid, refusal.message()))?;
        let approval_step = match step {
            Step::Save | Step::Submit => None,
            Step::Approve | Step::Return => chain::step_taken(steps, standing, approver)
                .map_err(|refusal| Error::new(Kind::Invalid, refusal))?
                .map(str::to_owned),
        };
        let review = Review {
            standing: next,
            approval_step,
            remark: remark.map(str::to_owned),
            actor: actor.to_owned(),
            reviewed_us: self.clock.now_us(),
        };
        let id = report_reviews::insert_review(&mut tx, version.id, &review).await?;
        let (at, action) = (review.reviewed_us, Action::ReportsReviewed);
        ledger::append(&mut tx, at, actor, action, id, id).await?;
        tx.commit().await?;
        self.let_index_follow().await;
        version.reviews.push(review);
        Ok(version)
    }

    /// The step that a version waits for, by name.
    pub fn awaited_review(&self, version: &Version) -> Option<&str> {
        let standing = version.standing()?;
        let is_waiting = standing.state == ResponseState::Submitted;
        chain::step_at_hand(self.approval_steps(), standing.n_approvals).filter(|_| is_waiting)
    }
}

/// Why nothing more is done with a version.
fn closed(version: &Version, step: Step) -> Option<String> {
    let ordinal = version.ordinal;
    let is_approved = version
        .standing()
        .is_some_and(|it| it.state == ResponseState::Approved);
    if version.issue.is_some() {
        Some(format!("Bản trình lần {ordinal} đã ban hành."))
    } else if is_approved && step == Step::Submit {
        Some(format!(
            "Bản trình lần {ordinal} đã duyệt xong; trả lại trước nếu muốn trình lại."
        ))
    } else if step == Step::Save {
        Some("Bản trình đã chốt không sửa được; hãy chốt bản mới.".to_owned())
    } else {
        None
    }
}

/// What is on its way or was sent back gets no number; what was signed on paper without the chain does.
pub(super) fn check_may_be_issued(version: &Version) -> Result<(), Error> {
    let problem = match version.standing().map(|it| it.state) {
        Some(ResponseState::Submitted) => "đang trình, chưa duyệt xong",
        Some(ResponseState::Returned) => "đã bị trả lại; hãy chốt bản mới hoặc trình lại",
        Some(ResponseState::Draft | ResponseState::Approved) | None => return Ok(()),
    };
    Err(Error::new(
        Kind::Conflict,
        format!("Bản trình lần {} {problem}.", version.ordinal),
    ))
}
