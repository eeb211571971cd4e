//! From the database to the bytes of a report.

use std::collections::BTreeMap;

use super::reindex::{answering, texts_of};
use super::{App, Error, Kind, run_blocking};
use crate::domain::{Consultation, OrganizationId, PointId, PointState, SectionKind, SubmissionId};
use crate::report::model::{self, ReportModel};
use crate::report::reconcile::Scope;
use crate::report::snapshot::{
    DocumentEntry, PointEntry, ResponseEntry, SectionEntry, Snapshot, SubmissionEntry,
};
use crate::report::{docx, html, xlsx};
use crate::store::consultations::Section;
use crate::store::ledger;
use crate::store::points::{self, Point};
use crate::store::responses::{self, NewResponse};
use crate::store::submissions::{self, Submission};
use crate::store::{self};

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// Word.
    Docx,
    /// Excel.
    Xlsx,
    /// A page.
    Html,
}

impl FileFormat {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Docx, Self::Xlsx, Self::Html];

    /// File extension, and the code on the command line.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
            Self::Html => "html",
        }
    }

    /// For HTTP.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Html => "text/html; charset=utf-8",
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
        let ledger_seq = ledger::last_seq(&mut tx).await?;
        let documents = store::consultations::list_documents(&mut tx, id).await?;
        let sections = store::consultations::list_sections(&mut tx, id).await?;
        let rounds = store::consultations::list_rounds(&mut tx, id).await?;
        let invitations = store::consultations::list_invitations(&mut tx, id).await?;
        let kinds = store::catalog::list_kinds(&mut tx).await?;
        let all_organizations = store::catalog::list_organizations(&mut tx).await?;
        let received = submissions::list_submissions(&mut tx, submissions::Which::All(id)).await?;
        let points = points::list_points(&mut tx, points::Which::All(id)).await?;
        let cited_labels = store::drafts::list_cited_labels(&mut tx, id).await?;
        let (texts, answers) = match bounds(&received, &points) {
            Some((first, last, low, high)) => {
                let parts = submissions::list_parts(&mut tx, first, last).await?;
                let answers = responses::list_current(&mut tx, low, high).await?;
                let answers = answers.into_iter().map(|r| (r.point, r.content)).collect();
                (texts_of(points.iter(), &parts), answers)
            }
            None => (BTreeMap::new(), BTreeMap::new()),
        };
        drop(tx);
        let concerned: std::collections::BTreeSet<OrganizationId> = invitations
            .iter()
            .map(|(_, organization)| *organization)
            .chain(
                received
                    .iter()
                    .flat_map(|s| s.organizations.iter().copied()),
            )
            .collect();
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
            organizations: all_organizations
                .into_iter()
                .filter(|organization| concerned.contains(&organization.id))
                .collect(),
            invitations,
            submissions: received.into_iter().map(submission_entry).collect(),
            points: point_entries(points, texts, &answers, &cited_labels),
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
        let snapshot = self.snapshot(consultation).await?;
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
        let (model, bytes) = run_blocking(move || {
            let bytes = match format {
                FileFormat::Docx => docx::render_docx(&model),
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

type Bounds = (SubmissionId, SubmissionId, PointId, PointId);

fn bounds(received: &[Submission], points: &[Point]) -> Option<Bounds> {
    let submissions = received.iter().map(|submission| submission.id);
    let ids = points.iter().map(|point| point.id);
    Some((
        submissions.clone().min()?,
        submissions.max()?,
        ids.clone().min()?,
        ids.max()?,
    ))
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

fn submission_entry(submission: Submission) -> SubmissionEntry {
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
        relation: submission
            .relation
            .map(|(relation, other, _)| (relation, other)),
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
            response: answers
                .get(&answering(&point))
                .filter(|_| {
                    matches!(
                        point.state,
                        PointState::Answered | PointState::AnsweredInGroup
                    )
                })
                .and_then(|content| {
                    Some(ResponseEntry {
                        decision: content.decision?,
                        text: content.text.clone(),
                        change_place: content.change_place.clone(),
                        state: content.state,
                    })
                }),
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
