//! From the database to the bytes of a report.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use tokio::sync::Semaphore;

use super::drafts::list_pairs;
use super::reindex::{answering, texts_of};
use super::{App, Error, Kind, run_blocking};
use crate::domain::{Consultation, Organization, OrganizationId, PointId, PointState, SectionKind};
use crate::report::RenderError;
use crate::report::model::{self, ReportModel};
use crate::report::reconcile::Scope;
use crate::report::snapshot::{
    DocumentEntry, PointEntry, ResponseEntry, SectionEntry, Snapshot, SubmissionEntry,
};
use crate::report::{csv, docx, html, pdf, xlsx};
use crate::store::consultations::Section;
use crate::store::ledger;
use crate::store::points::{self, Point};
use crate::store::responses::{self, NewResponse};
use crate::store::standings::{self, SubmissionStanding};
use crate::store::submissions;
use crate::store::{self, Tx};

/// Typesetting takes a core and some hundred MiB: one report at a time.
static PRESS: Semaphore = Semaphore::const_new(1);

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// Word.
    Docx,
    /// Pages as they are printed.
    Pdf,
    /// Excel.
    Xlsx,
    /// A page.
    Html,
    /// The main table, for other programs.
    Csv,
    /// The whole model, for other programs.
    Json,
}

impl FileFormat {
    /// Every format.
    pub const ALL: [Self; 6] = [
        Self::Docx,
        Self::Pdf,
        Self::Xlsx,
        Self::Html,
        Self::Csv,
        Self::Json,
    ];

    /// The formats people read, kept with a frozen report; others are written anew from its model.
    pub const KEPT: [Self; 4] = [Self::Docx, Self::Pdf, Self::Xlsx, Self::Html];

    /// File extension, and the code on the command line.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// For HTTP.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pdf => "application/pdf",
            Self::Html => "text/html; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }

    /// Extension and media type of a rendered file: a long PDF comes as a `.zip` of volumes.
    pub fn file_type(self, bytes: &[u8]) -> (&'static str, &'static str) {
        if self == Self::Pdf && pdf::is_in_volumes(bytes) {
            ("zip", "application/zip")
        } else {
            (self.extension(), self.media_type())
        }
    }

    /// Reads a [`FileFormat::extension`].
    pub fn parse(extension: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.extension() == extension)
    }
}

impl App {
    /// Everything about a consultation at this moment.
    pub async fn snapshot(&self, consultation: &Consultation) -> Result<Snapshot, Error> {
        let id = consultation.id;
        let mut tx = self.store.read().await?;
        let mut snapshot = self.snapshot_without_points(&mut tx, consultation).await?;
        let points = points::list_points(&mut tx, points::Which::All(id)).await?;
        let cited_labels = store::drafts::list_cited_labels(&mut tx, id).await?;
        let submissions = snapshot.submissions.iter().map(|submission| submission.id);
        let texts = match (submissions.clone().min(), submissions.max()) {
            (Some(first), Some(last)) => {
                let parts = submissions::list_parts(&mut tx, first, last).await?;
                texts_of(points.iter(), &parts)
            }
            _ => BTreeMap::new(),
        };
        let answers = list_answers(&mut tx, points.iter().map(|point| point.id)).await?;
        drop(tx);
        snapshot.points = point_entries(points, texts, &answers, &cited_labels);
        let unchanged = self.accepted_but_unchanged(consultation).await?;
        snapshot.unchanged = unchanged.into_iter().collect();
        Ok(snapshot)
    }

    /// What a report of a kind is built from.
    ///
    /// # Errors
    /// [`Kind::Invalid`] when it compares drafts and there is one draft only.
    pub(super) async fn snapshot_for(
        &self,
        consultation: &Consultation,
        kind: model::Kind,
        scope: &Scope,
    ) -> Result<Snapshot, Error> {
        let mut snapshot = self.snapshot(consultation).await?;
        if kind == model::Kind::Drafts {
            let mut tx = self.store.read().await?;
            snapshot.drafts = list_pairs(&mut tx, consultation.id, scope.draft).await?;
        }
        Ok(snapshot)
    }

    /// What a snapshot holds beside points.
    pub(super) async fn snapshot_without_points(
        &self,
        tx: &mut Tx,
        consultation: &Consultation,
    ) -> Result<Snapshot, Error> {
        let mut snapshot = self.snapshot_of_settings(tx, consultation).await?;
        let received = standings::list_submissions(tx, consultation.id, standings::ALL).await?;
        snapshot.submissions = received.into_iter().map(submission_entry).collect();
        let concerned = concerned(&snapshot, &snapshot.organizations);
        snapshot
            .organizations
            .retain(|it| concerned.contains(&it.id));
        Ok(snapshot)
    }

    /// What a snapshot holds beside what was received; with every organization there is.
    pub(super) async fn snapshot_of_settings(
        &self,
        tx: &mut Tx,
        consultation: &Consultation,
    ) -> Result<Snapshot, Error> {
        let id = consultation.id;
        let ledger_seq = ledger::last_seq(tx).await?;
        let documents = store::consultations::list_documents(tx, id).await?;
        let sections = store::consultations::list_sections(tx, id).await?;
        let rounds = store::consultations::list_rounds(tx, id).await?;
        let invitations = store::consultations::list_invitations(tx, id).await?;
        let kinds = store::catalog::list_kinds(tx).await?;
        let organizations = store::catalog::list_organizations(tx).await?;
        Ok(Snapshot {
            taken_at: self.clock.local(),
            ledger_seq,
            consultation: consultation.clone(),
            documents: documents
                .into_iter()
                .map(|document| DocumentEntry {
                    id: document.id,
                    name: document.name,
                    title: document.title,
                    draft_number: document.draft_number,
                })
                .collect(),
            sections: sections.into_iter().map(section_entry).collect(),
            rounds,
            kinds,
            organizations,
            invitations,
            submissions: Vec::new(),
            points: Vec::new(),
            unchanged: BTreeSet::new(),
            drafts: Vec::new(),
        })
    }

    /// Builds a report of this moment.
    ///
    /// # Errors
    /// [`Kind::Conflict`] with the equations that do not hold: numbers that do not add up are not
    /// printed.
    pub async fn report(
        &self,
        consultation: &Consultation,
        kind: model::Kind,
        scope: Scope,
    ) -> Result<ReportModel, Error> {
        let snapshot = self.snapshot_for(consultation, kind, &scope).await?;
        Self::report_of(Arc::new(snapshot), kind, scope).await
    }

    /// Builds a report of a moment that was read; refuses as [`App::report`] does.
    pub(super) async fn report_of(
        snapshot: Arc<Snapshot>,
        kind: model::Kind,
        scope: Scope,
    ) -> Result<ReportModel, Error> {
        run_blocking(move || model::build(&snapshot, kind, &scope))
            .await?
            .map_err(|unreconciled| Error::new(Kind::Conflict, refusal(&unreconciled)))
    }

    /// Writes a report in one format.
    pub async fn render(
        &self,
        model: ReportModel,
        format: FileFormat,
    ) -> Result<(ReportModel, Vec<u8>), Error> {
        let _turn = match format {
            FileFormat::Pdf => PRESS.acquire().await.ok(),
            _ => None,
        };
        let (model, bytes) = run_blocking(move || {
            let bytes = match format {
                FileFormat::Docx => docx::render_docx(&model),
                FileFormat::Pdf => pdf::render_pdf(&model),
                FileFormat::Csv => csv::render_csv(&model),
                FileFormat::Json => to_json(&model),
                FileFormat::Xlsx => xlsx::render_xlsx(&model),
                FileFormat::Html => Ok(html::render_html(&model).into_bytes()),
            };
            (model, bytes)
        })
        .await?;
        let bytes = bytes.map_err(|error| {
            Error::caused(Kind::Internal, "Không dựng được tệp báo cáo.", error)
        })?;
        Ok((model, bytes))
    }
}

fn to_json(model: &ReportModel) -> Result<Vec<u8>, RenderError> {
    let json = serde_json::to_vec_pretty(model).map_err(std::io::Error::from)?;
    Ok(json)
}

/// Which numbers do not add up, and the rows at fault.
pub(super) fn refusal(unreconciled: &model::Unreconciled) -> String {
    let mut text = "Không viết báo cáo vì số liệu không khớp:".to_owned();
    for equation in &unreconciled.equations {
        text.push_str(&format!("\n  - {}", equation.text));
        for offender in equation.offenders.iter().take(5) {
            text.push_str(&format!("\n      {offender}"));
        }
    }
    text
}

/// The organizations that are asked or wrote, and the one whose report it is.
pub(super) fn concerned(snapshot: &Snapshot, all: &[Organization]) -> FxHashSet<OrganizationId> {
    let lead = all.iter();
    let lead = lead.filter(|it| it.code == snapshot.consultation.lead);
    let asked = snapshot.invitations.iter().map(|(_, asked)| *asked);
    let submissions = snapshot.submissions.iter();
    let wrote = submissions.flat_map(|it| it.organizations.iter().copied());
    asked.chain(wrote).chain(lead.map(|it| it.id)).collect()
}

/// The current answers to points, by point.
pub(super) async fn list_answers(
    tx: &mut Tx,
    points: impl Iterator<Item = PointId> + Clone,
) -> Result<BTreeMap<PointId, NewResponse>, Error> {
    let (Some(first), Some(last)) = (points.clone().min(), points.max()) else {
        return Ok(BTreeMap::new());
    };
    let answers = responses::list_current(tx, first, last).await?;
    Ok(answers.into_iter().map(|r| (r.point, r.content)).collect())
}

/// What is printed of the answer to a point in this state: its own, or its group's.
pub(super) fn response_entry(state: PointState, answer: &NewResponse) -> Option<ResponseEntry> {
    if !matches!(state, PointState::Answered | PointState::AnsweredInGroup) {
        return None;
    }
    Some(ResponseEntry {
        decision: answer.decision?,
        text: answer.text.clone(),
        change_place: answer.change_place.clone(),
        state: answer.state,
    })
}

fn section_entry(section: Section) -> SectionEntry {
    SectionEntry {
        id: section.id,
        document: section.document,
        kind: section.kind,
        level: section.level,
        label: if section.kind == SectionKind::Whole {
            "*".to_owned()
        } else {
            section.label
        },
        heading: section.heading,
    }
}

pub(super) fn submission_entry(submission: SubmissionStanding) -> SubmissionEntry {
    SubmissionEntry {
        id: submission.id,
        round: submission.round,
        channel: submission.channel,
        organizations: submission.organizations,
        sender: submission.sender,
        letter_number: submission.letter_number,
        letter_date: submission.letter_date,
        arrived_on: submission.arrived_on,
        disposition: submission.disposition,
        class: submission.class,
        is_late: submission.is_late,
        needs_person: submission.needs_person,
        relation: submission.relation,
        remark: submission.remark,
        source: match submission.row_number {
            Some(row) => format!("{}, dòng {row}", submission.source),
            None => submission.source,
        },
    }
}

fn point_entries(
    points: Vec<Point>,
    mut texts: BTreeMap<PointId, String>,
    answers: &BTreeMap<PointId, NewResponse>,
    cited_labels: &BTreeMap<PointId, (u32, String)>,
) -> Vec<PointEntry> {
    points
        .into_iter()
        .map(|point| PointEntry {
            recognized: point.recognized().filter(|_| point.report_text.is_none()),
            response: answers
                .get(&answering(point.id, point.state, point.representative))
                .and_then(|answer| response_entry(point.state, answer)),
            text: texts.remove(&point.id).unwrap_or_default(),
            cited_label: cited_labels.get(&point.id).map(|(_, label)| label.clone()),
            id: point.id,
            submission: point.submission,
            section: point.section,
            other_sections: point.other_sections,
            cited_as: point.cited_as,
            report_text: point.report_text,
            stance: point.stance,
            state: point.state,
            group: point.group,
            represents_group: point.representative == Some(point.id),
            joined_into: point.joined_into,
            needs_leadership: point.needs_leadership,
            out_of_scope_reason: point.out_of_scope,
        })
        .collect()
}
