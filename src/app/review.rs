//! What a person decides about things the program could not tell.

use super::responding::read_point;
use super::{App, Error, Kind};
use crate::domain::{
    Consultation, Disposition, OrganizationId, PointId, Relation, ReplyClass, RoundId, SubmissionId,
};
use crate::store::containers;
use crate::store::ledger::{self, Action};
use crate::store::points;
use crate::store::problems::{self, Problem};
use crate::store::submissions::{self, Part, Submission};

/// A decision about a submission; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct SubmissionDecision {
    /// Who speaks.
    pub organizations: Option<Vec<OrganizationId>>,
    /// Which round it answers.
    pub round: Option<RoundId>,
    /// What it amounts to.
    pub class: Option<ReplyClass>,
    /// What becomes of it.
    pub disposition: Option<Disposition>,
    /// What it is to another one.
    pub relation: Option<(Relation, SubmissionId)>,
    /// Why.
    pub remark: Option<String>,
}

/// What waits for a person.
#[derive(Debug, Clone)]
pub struct Triage {
    /// Submissions to look at.
    pub submissions: Vec<Submission>,
    /// Problems of files and rows.
    pub problems: Vec<Problem>,
}

/// What was received, byte for byte.
#[derive(Debug)]
pub struct Original {
    /// File name, with the archive it came in.
    pub name: String,
    /// Whether a person typed it in.
    pub is_typed: bool,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl App {
    /// Lists what waits for a person.
    pub async fn triage(&self, consultation: &Consultation) -> Result<Triage, Error> {
        let mut tx = self.store.read().await?;
        let which = submissions::Which::NeedsPerson(consultation.id);
        Ok(Triage {
            submissions: submissions::list_submissions(&mut tx, which).await?,
            problems: problems::list_problems(&mut tx, consultation.id).await?,
        })
    }

    /// Reads a submission with its texts.
    pub async fn submission_with_parts(
        &self,
        id: SubmissionId,
    ) -> Result<(Submission, Vec<Part>), Error> {
        let submission = self.submission(id).await?;
        let mut tx = self.store.read().await?;
        let parts = submissions::list_parts(&mut tx, id, id).await?;
        Ok((submission, parts))
    }

    /// Records what a person decided about a submission; it no longer waits.
    ///
    /// A waiting reply whose speaker and meaning are now known is counted.
    pub async fn decide_submission(
        &self,
        id: SubmissionId,
        decision: &SubmissionDecision,
        actor: &str,
    ) -> Result<(), Error> {
        let submission = self.submission(id).await?;
        let dossier = self.dossier(submission.consultation).await?;
        let organizations = decision
            .organizations
            .as_deref()
            .unwrap_or(&submission.organizations);
        let class = decision.class.or(submission.class);
        let round = decision.round.or(submission.round);
        let disposition = decision.disposition.or({
            let is_clear = !organizations.is_empty() && class.is_some();
            (submission.disposition == Disposition::Unread && is_clear)
                .then_some(Disposition::Counted)
        });
        let final_disposition = disposition.unwrap_or(submission.disposition);
        if final_disposition == Disposition::Counted && organizations.is_empty() {
            return Err(Error::new(
                Kind::Invalid,
                "Hãy chọn cơ quan, đơn vị góp ý trước.",
            ));
        }
        if final_disposition == Disposition::Counted && class.is_none() {
            return Err(Error::new(
                Kind::Invalid,
                "Hãy chọn văn bản này thống nhất, có ý kiến hay không có ý kiến.",
            ));
        }
        let change = submissions::Change {
            disposition,
            class: decision.class,
            round: round.map(|id| (id, dossier.is_late(Some(id), Some(submission.arrived_on)))),
            needs_person: Some(final_disposition == Disposition::Unread),
            remark: decision.remark.clone(),
            relation: decision.relation,
            organizations: decision.organizations.clone(),
            by_person: true,
        };
        let now_us = self.clock.now_us();
        let mut tx = self.store.write().await?;
        submissions::update_submission(&mut tx, id, &change).await?;
        ledger::append(
            &mut tx,
            now_us,
            actor,
            Action::SubmissionsChanged,
            id.0,
            id.0,
        )
        .await?;
        tx.commit().await?;
        self.let_index_follow().await;
        Ok(())
    }

    /// Records what a person decided about a point that is still at `seen_version`.
    pub async fn decide_point(
        &self,
        id: PointId,
        seen_version: Option<i64>,
        change: &points::Change,
        actor: &str,
    ) -> Result<(), Error> {
        let now_us = self.clock.now_us();
        let mut tx = self.store.write().await?;
        let point = read_point(&mut tx, id).await?;
        let version = seen_version.unwrap_or(point.version);
        points::update_point(&mut tx, id, version, change).await?;
        ledger::append(&mut tx, now_us, actor, Action::PointsChanged, id.0, id.0).await?;
        tx.commit().await?;
        self.let_index_follow().await;
        Ok(())
    }

    /// Marks a problem as dealt with.
    pub async fn resolve_problem(&self, id: i64) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        problems::resolve_problem(&mut tx, id).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Reads an original, with the name it came under; a row of a workbook's sheet came in the
    /// workbook.
    pub async fn original(&self, id: SubmissionId) -> Result<Original, Error> {
        let submission = self.submission(id).await?;
        let mut tx = self.store.read().await?;
        let container = match submission.batch {
            Some(batch) => containers::find_of_batch(&mut tx, batch).await?,
            None => None,
        };
        drop(tx);
        let (name, blob) = match container {
            Some(workbook) => (workbook.file_name.clone(), workbook.blob()?),
            None => (submission.source, submission.blob),
        };
        Ok(Original {
            name,
            is_typed: submission.channel.is_typed(),
            bytes: self.blobs.get(blob)?,
        })
    }
}
