//! What pages show beside the other use cases: lists, and one thing with everything around it.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use super::grouping::Similar;
use super::search::{Names, PointView};
use super::values::{RoundRoster, Section};
use super::{App, Error, Kind, responding, run_blocking};
use crate::domain::{
    Authentication, Channel, Confidence, Consultation, Disposition, OrganizationKind, PageMap,
    PartId, PointId, PointState, Round, SectionId, SectionKind, SubmissionId,
};
use crate::intake;
use crate::store;
use crate::store::groups::{self, Group};
use crate::store::points;
use crate::store::responses::{self, Response};
use crate::store::submissions::{self, Part, Submission};

/// How much of a mail its head is looked for in.
const HEAD_BYTES: u64 = 64 << 10;
/// Earlier answers suggested for an open point.
const N_SIMILAR: usize = 3;

/// A page of submissions.
#[derive(Debug, Clone)]
pub struct SubmissionsPage {
    /// By arrival.
    pub submissions: Vec<Submission>,
    /// How many there are in each state.
    pub by_state: Vec<(Disposition, i64)>,
    /// Names of those who speak.
    pub names: Arc<Names>,
}

/// One submission with everything around it.
#[derive(Debug, Clone)]
pub struct SubmissionInFull {
    /// It.
    pub submission: Submission,
    /// Its texts.
    pub parts: Vec<Part>,
    /// Where they stood on paper, those that have pages.
    pub page_maps: BTreeMap<PartId, PageMap>,
    /// Its ideas, in reading order.
    pub points: Vec<PointView>,
    /// The submission it is related to.
    pub related: Option<Submission>,
    /// What our server found out about the sender of a mail.
    pub authentication: Option<Authentication>,
    /// Labels and names.
    pub names: Arc<Names>,
}

/// One point with everything around it.
#[derive(Debug, Clone)]
pub struct PointInFull {
    /// It.
    pub view: PointView,
    /// The texts of its submission.
    pub parts: Vec<Part>,
    /// Where they stood on paper, those that have pages.
    pub page_maps: BTreeMap<PartId, PageMap>,
    /// Its group, proposed or confirmed.
    pub group: Option<Group>,
    /// Answered points like it, while it is open.
    pub similar: Vec<Similar>,
    /// Every version of its answer, oldest first.
    pub versions: Vec<Response>,
    /// Something odd about the words of its answer.
    pub notice: Option<&'static str>,
    /// Its section and what lies below, with the draft's own text.
    pub draft: Vec<Section>,
    /// Sections it may be about, where it names no place; for a person to choose.
    pub suggestions: Vec<(SectionId, Confidence)>,
    /// Labels and names.
    pub names: Arc<Names>,
}

/// Who replied in which round.
#[derive(Debug, Clone)]
pub struct Roster {
    /// The rounds with what each organization did.
    pub rounds: Arc<Vec<RoundRoster>>,
    /// Names.
    pub names: Arc<Names>,
}

impl App {
    /// Lists all consultations.
    pub async fn consultations(&self) -> Result<Vec<Consultation>, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::consultations::list_consultations(&mut tx).await?)
    }

    /// Lists the rounds of a consultation by number.
    pub async fn rounds(&self, consultation: &Consultation) -> Result<Vec<Round>, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::consultations::list_rounds(&mut tx, consultation.id).await?)
    }

    /// Lists the kinds of organizations in print order.
    pub async fn organization_kinds(&self) -> Result<Vec<OrganizationKind>, Error> {
        let mut tx = self.store.read().await?;
        Ok(store::catalog::list_kinds(&mut tx).await?)
    }

    /// Lists submissions by arrival; in one state, or in all.
    pub async fn submissions(
        &self,
        consultation: &Consultation,
        disposition: Option<Disposition>,
        offset: usize,
        limit: usize,
    ) -> Result<SubmissionsPage, Error> {
        let (ids, by_state) = self
            .submission_keys(consultation, disposition, offset, limit)
            .await?;
        let mut tx = self.store.read().await?;
        let mut submissions = submissions::list_these(&mut tx, &ids).await?;
        submissions.sort_by_key(|submission| (submission.arrived_on, submission.id));
        Ok(SubmissionsPage {
            submissions,
            by_state,
            names: self.names_in(&mut tx, consultation).await?,
        })
    }

    /// Reads a submission of a consultation with its texts and ideas.
    pub async fn submission_in_full(
        &self,
        consultation: &Consultation,
        id: SubmissionId,
    ) -> Result<SubmissionInFull, Error> {
        let (submission, parts) = self.submission_with_parts(id).await?;
        if submission.consultation != consultation.id {
            return Err(Error::new(
                Kind::NotFound,
                format!("Hồ sơ này không có lượt góp ý số {id}."),
            ));
        }
        let mut tx = self.store.read().await?;
        let names = self.names_in(&mut tx, consultation).await?;
        let which = points::Which::OfSubmissions(id, id);
        let found = points::list_points(&mut tx, which).await?;
        drop(tx);
        let ids: Vec<PointId> = found.iter().map(|point| point.id).collect();
        let points = self.points(consultation, &names, &ids).await?;
        let related = match submission.relation {
            Some((_, other, _)) => Some(self.submission(other).await?),
            None => None,
        };
        Ok(SubmissionInFull {
            authentication: self.authentication_of(&submission)?,
            submission,
            page_maps: self.page_maps(&parts).await?,
            parts,
            points,
            related,
            names,
        })
    }

    /// Read out of the original each time: nothing is concluded from it but by a person.
    fn authentication_of(&self, submission: &Submission) -> Result<Option<Authentication>, Error> {
        if submission.channel != Channel::Email {
            return Ok(None);
        }
        let mut head = Vec::new();
        self.blobs
            .open_blob(submission.blob)?
            .take(HEAD_BYTES)
            .read_to_end(&mut head)
            .map_err(|error| {
                Error::caused(Kind::Unavailable, "Không đọc lại được thư gốc.", error)
            })?;
        Ok(intake::read_mail_head(&head).authentication)
    }

    /// Reads a point of a consultation with its answers, its submission's texts and the draft.
    pub async fn point_in_full(
        &self,
        consultation: &Consultation,
        id: PointId,
    ) -> Result<PointInFull, Error> {
        let names = self.names(consultation).await?;
        let mut found = self.points(consultation, &names, &[id]).await?;
        let view = found.pop().ok_or_else(|| {
            Error::new(
                Kind::NotFound,
                format!("Hồ sơ này không có ý kiến số {id}."),
            )
        })?;
        let mut tx = self.store.read().await?;
        let of = view.point.submission;
        let parts = submissions::list_parts(&mut tx, of, of).await?;
        let versions = responses::list_versions(&mut tx, id).await?;
        let group = groups::find_group_of(&mut tx, id).await?;
        drop(tx);
        let similar = if view.point.state == PointState::Open {
            self.similar_to(consultation, &names, &view, N_SIMILAR)
                .await?
        } else {
            Vec::new()
        };
        let inside = view.point.section.map(|section| names.subtree(section));
        let inside = inside.unwrap_or_default();
        let is_inside = |section: &&Section| inside.binary_search(&section.id).is_ok();
        let mut suggestions = self
            .suggest_sections(consultation, &names, std::slice::from_ref(&view))
            .await?;
        let suggestions = suggestions.remove(&id).unwrap_or_default();
        Ok(PointInFull {
            suggestions,
            notice: versions.last().and_then(responding::notice),
            draft: names.sections.iter().filter(is_inside).cloned().collect(),
            view,
            page_maps: self.page_maps(&parts).await?,
            parts,
            group,
            similar,
            versions,
            names,
        })
    }

    /// Lists who replied in each round, and who did not.
    pub async fn roster(&self, consultation: &Consultation) -> Result<Roster, Error> {
        Ok(Roster {
            rounds: self.rosters(consultation).await?,
            names: self.names(consultation).await?,
        })
    }

    /// Sections that points may be about which have none, or only the whole draft.
    pub async fn suggest_sections(
        &self,
        consultation: &Consultation,
        names: &Names,
        views: &[PointView],
    ) -> Result<BTreeMap<PointId, Vec<(SectionId, Confidence)>>, Error> {
        let is_vague = |view: &&PointView| {
            let section = view.point.section.and_then(|id| names.section(id));
            matches!(
                section.map(|section| section.kind),
                None | Some(SectionKind::Whole | SectionKind::General)
            )
        };
        let vague: Vec<(PointId, String, Option<SectionId>)> = (views.iter())
            .filter(is_vague)
            .map(|view| (view.point.id, view.text.clone(), view.point.section))
            .collect();
        if vague.is_empty() {
            return Ok(BTreeMap::new());
        }
        let dossier = self.dossier(consultation.id).await?;
        let suggest = move || {
            let points = vague.into_iter();
            points
                .map(|(id, words, section)| (id, dossier.suggest_sections(&words, section)))
                .collect()
        };
        run_blocking(suggest).await
    }
}
