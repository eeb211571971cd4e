//! Opinions that a person types in: minutes, phone calls, paper, remarks, chats.
//!
//! The typed text is the original: it is kept under its hash like any file, with who spoke and
//! when. A TOML file can hold many entries of one meeting.

use jiff::civil::Date;
use serde::Deserialize;

use super::ingest::{FileReport, Options, Settled};
use super::understand::{Dossier, Understood, understand_typed};
use super::{App, Error, Kind, catalog};
use crate::domain::{
    Channel, Consultation, ConsultationId, ContentHash, Location, OrganizationId, Round, RoundId,
    SubmissionId, Warning,
};
use crate::store::ledger::{self, Action};
use crate::store::problems;
use crate::store::settlements::{self, Claim};
use crate::store::submissions::{self, Submission};

/// One opinion as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// How it came; must be a typed channel.
    pub channel: Channel,
    /// What it was: "Biên bản họp ngày …".
    pub title: String,
    /// When it was said.
    pub held_on: Date,
    /// Code or name of who said it.
    pub organization: String,
    /// In what capacity.
    pub speaker_role: Option<String>,
    /// The words.
    pub text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypedFile {
    channel: String,
    title: String,
    held_on: Date,
    entry: Vec<TypedEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypedEntry {
    organization: String,
    speaker_role: Option<String>,
    text: String,
}

impl App {
    /// Keeps one typed-in opinion and reads it.
    ///
    /// Typing the same words of the same speaker again adds nothing.
    pub async fn record(
        &self,
        consultation: &Consultation,
        typed: &Typed,
        round: Option<&Round>,
    ) -> Result<(SubmissionId, Settled), Error> {
        if !typed.channel.is_typed() {
            return Err(Error::new(
                Kind::Invalid,
                format!("Kênh `{}` không phải kênh nhập tay.", typed.channel.code()),
            ));
        }
        if typed.text.trim().is_empty() {
            return Err(Error::new(Kind::Invalid, "Chưa có nội dung ý kiến."));
        }
        let dossier = self.dossier(consultation.id).await?;
        let organization = self
            .find_organization(&dossier, &typed.organization)
            .await?;
        let blob = self.blobs.put(typed_original(typed).as_bytes())?;
        let outcome = self
            .record_one(
                &dossier,
                consultation.id,
                typed,
                organization,
                blob,
                round.map(|r| r.id),
            )
            .await?;
        self.let_index_follow().await;
        outcome.ok_or_else(|| {
            Error::new(
                Kind::Conflict,
                "Ý kiến này đã được nhập trước đó, không nhập lại.",
            )
        })
    }

    /// Imports a TOML file of typed-in opinions.
    pub(super) async fn import_typed(
        &self,
        consultation: &Consultation,
        name: &str,
        blob: ContentHash,
        options: &Options,
        report: &mut FileReport,
    ) -> Result<(), Error> {
        let bytes = self.blobs.get(blob)?;
        let entries = match parse_typed_file(&bytes) {
            Ok(entries) => entries,
            Err(problem) => {
                return self
                    .refuse_typed(consultation.id, name, &problem, report)
                    .await;
            }
        };
        let dossier = self.dossier(consultation.id).await?;
        let mut n_known: usize = 0;
        let n_entries = entries.len();
        for (ordinal, typed) in (1..).zip(entries) {
            let organization = match self.find_organization(&dossier, &typed.organization).await {
                Ok(organization) => organization,
                Err(error) => {
                    let problem = format!("Ý kiến thứ {ordinal}: {}", error.message);
                    self.refuse_typed(consultation.id, name, &problem, report)
                        .await?;
                    continue;
                }
            };
            let original = self.blobs.put(typed_original(&typed).as_bytes())?;
            let round = options.round.as_ref().map(|round| round.id);
            let outcome = self
                .record_one(
                    &dossier,
                    consultation.id,
                    &typed,
                    organization,
                    original,
                    round,
                )
                .await?;
            match outcome {
                Some((_, settled)) => report.add(&settled),
                None => n_known += 1,
            }
        }
        report.was_known = n_known == n_entries;
        Ok(())
    }

    async fn refuse_typed(
        &self,
        consultation: ConsultationId,
        name: &str,
        problem: &str,
        report: &mut FileReport,
    ) -> Result<(), Error> {
        let warning = Warning::new(
            "typed.unreadable",
            Location::File,
            problem.to_owned(),
            "Sửa tệp theo mẫu trong README (channel, title, held_on, [[entry]]) rồi nhập lại.",
        );
        let mut tx = self.store.write().await?;
        let warnings = std::slice::from_ref(&warning);
        problems::insert_problems(&mut tx, consultation, None, None, name, warnings).await?;
        tx.commit().await?;
        report.warnings.push(warning);
        Ok(())
    }

    /// Finds an organization by code or by any of its names.
    pub async fn organization_by_name(
        &self,
        consultation: ConsultationId,
        name: &str,
    ) -> Result<OrganizationId, Error> {
        let dossier = self.dossier(consultation).await?;
        self.find_organization(&dossier, name).await
    }

    async fn find_organization(
        &self,
        dossier: &Dossier,
        name: &str,
    ) -> Result<OrganizationId, Error> {
        let all = self.organizations().await?;
        catalog::find_typed(&all, &dossier.directory, name)
            .map_err(|problem| Error::new(Kind::NotFound, problem))
    }

    async fn record_one(
        &self,
        dossier: &Dossier,
        consultation: ConsultationId,
        typed: &Typed,
        organization: OrganizationId,
        blob: ContentHash,
        round: Option<RoundId>,
    ) -> Result<Option<(SubmissionId, Settled)>, Error> {
        let external_id = format!("{organization}:{blob}");
        let now_us = self.clock.now_us();
        let mut tx = self.store.write().await?;
        let known =
            submissions::find_submission(&mut tx, consultation, typed.channel, &external_id)
                .await?;
        let id = match known {
            Some((id, true)) => {
                let again = self.restore_in(&mut tx, id).await?;
                tx.commit().await?;
                return Ok(again.map(|settled| (id, settled)));
            }
            Some((id, false)) => id,
            None => {
                let claim = Claim {
                    consultation,
                    round,
                    batch: None,
                    channel: typed.channel,
                    external_id,
                    blob,
                    row_number: None,
                    source: typed.title.clone(),
                    received_us: now_us,
                };
                let id = settlements::claim(&mut tx, &claim, typed.held_on).await?;
                let actor = &self.actor;
                ledger::append(
                    &mut tx,
                    now_us,
                    actor,
                    Action::SubmissionsClaimed,
                    id.0,
                    id.0,
                )
                .await?;
                id
            }
        };
        tx.commit().await?;
        let submission = self.submission(id).await?;
        let understood = understand(dossier, typed, organization, round);
        let settled = self.settle_letter(dossier, &submission, understood).await?;
        Ok(Some((id, settled)))
    }

    /// Finishes a typed-in submission that an earlier process claimed but did not read.
    pub(super) async fn settle_typed_again(
        &self,
        dossier: &Dossier,
        submission: &Submission,
    ) -> Result<(), Error> {
        let bytes = self.blobs.get(submission.blob)?;
        let original = String::from_utf8_lossy(&bytes).into_owned();
        let Some(typed) = parse_original(&original, submission) else {
            return Ok(());
        };
        let organization = self.find_organization(dossier, &typed.organization).await?;
        let understood = understand(dossier, &typed, organization, submission.round);
        self.settle_letter(dossier, submission, understood).await?;
        Ok(())
    }
}

fn understand(
    dossier: &Dossier,
    typed: &Typed,
    organization: OrganizationId,
    round: Option<RoundId>,
) -> Understood {
    let mut understood = understand_typed(dossier, &typed.text, vec![organization]);
    understood.arrived_on = Some(typed.held_on);
    understood.letter_date = Some(typed.held_on);
    understood.subject = Some(typed.title.clone());
    understood.sender.clone_from(&typed.speaker_role);
    understood.round = round.or_else(|| dossier.find_round(None, Some(typed.held_on)));
    if understood.round.is_some() {
        understood
            .reasons
            .retain(|reason| !reason.contains("đợt lấy ý kiến"));
    }
    understood
}

/// The bytes that stand for a typed-in opinion: a small head, an empty line, the words.
fn typed_original(typed: &Typed) -> String {
    format!(
        "{}\n{}\n{}\n{}\n{}\n\n{}",
        typed.channel.code(),
        typed.title.replace('\n', " "),
        typed.held_on,
        typed.organization.replace('\n', " "),
        typed
            .speaker_role
            .as_deref()
            .unwrap_or("")
            .replace('\n', " "),
        typed.text
    )
}

fn parse_original(original: &str, submission: &Submission) -> Option<Typed> {
    let (head, text) = original.split_once("\n\n")?;
    let mut lines = head.split('\n');
    let channel = Channel::parse(lines.next()?)?;
    let title = lines.next()?.to_owned();
    let held_on = lines.next()?.parse().unwrap_or(submission.arrived_on);
    let organization = lines.next()?.to_owned();
    let speaker_role = lines
        .next()
        .filter(|role| !role.is_empty())
        .map(str::to_owned);
    Some(Typed {
        channel,
        title,
        held_on,
        organization,
        speaker_role,
        text: text.to_owned(),
    })
}

fn parse_typed_file(bytes: &[u8]) -> Result<Vec<Typed>, String> {
    let text =
        std::str::from_utf8(bytes).map_err(|_cause| "Tệp phải là văn bản UTF-8.".to_owned())?;
    let file: TypedFile =
        toml::from_str(text).map_err(|error| format!("Chưa đúng mẫu: {}", error.message()))?;
    let channel = Channel::parse(&file.channel)
        .filter(|channel| channel.is_typed())
        .ok_or_else(|| format!("`channel = \"{}\"` không phải kênh nhập tay.", file.channel))?;
    Ok(file
        .entry
        .into_iter()
        .map(|entry| Typed {
            channel,
            title: file.title.clone(),
            held_on: file.held_on,
            organization: entry.organization,
            speaker_role: entry.speaker_role,
            text: entry.text,
        })
        .collect())
}
