//! Importing one mail or letter.

use super::settle::{Settled, settle_reply};
use super::{FileReport, Options, too_large};
use crate::app::understand::{Dossier, Hint, Understood, understand_reading};
use crate::app::{App, Error, reading, run_blocking};
use crate::domain::{
    Channel, ConsultationId, ContentHash, Disposition, RoundId, SubmissionId, Warning,
};
use crate::intake::{self, Format, Reading};
use crate::store::ledger::{self, Action};
use crate::store::problems;
use crate::store::settlements::{self, Claim};
use crate::store::submissions::{self, Submission};

impl App {
    /// Claims a letter whose bytes are kept, then reads and settles it. Returns its key.
    #[expect(clippy::too_many_arguments, reason = "one call for each kind of file")]
    pub(in crate::app) async fn import_letter(
        &self,
        dossier: &Dossier,
        consultation: ConsultationId,
        name: &str,
        channel: Channel,
        blob: ContentHash,
        options: &Options,
        report: &mut FileReport,
    ) -> Result<SubmissionId, Error> {
        let external_id = blob.to_string();
        let mut tx = self.store.write().await?;
        let known =
            submissions::find_submission(&mut tx, consultation, channel, &external_id).await?;
        let id = match known {
            Some((id, true)) => {
                let restored = self
                    .restore_all_in(&mut tx, consultation, channel, blob)
                    .await?;
                tx.commit().await?;
                report.was_known = restored.is_empty();
                for settled in &restored {
                    report.add(settled);
                }
                return Ok(id);
            }
            Some((id, false)) => id,
            None => {
                let now_us = self.clock.now_us();
                let claim = Claim::letter(
                    consultation,
                    options.round.as_ref().map(|round| round.id),
                    channel,
                    blob,
                    name.to_owned(),
                    now_us,
                );
                let id = settlements::claim(&mut tx, &claim, self.clock.today()).await?;
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
        if submission.is_touched {
            // A person decided about it while it waited to be read.
            report.was_known = true;
            return Ok(id);
        }
        self.read_and_settle(dossier, &submission, report).await?;
        Ok(id)
    }

    /// Reads a claimed letter and records what was understood. Only what the claim holds counts, so
    /// that reading it after a crash comes to the same.
    pub(in crate::app) async fn read_and_settle(
        &self,
        dossier: &Dossier,
        submission: &Submission,
        report: &mut FileReport,
    ) -> Result<(), Error> {
        let (understood, waits) = self.read_original(dossier, submission).await?;
        report.warnings.extend(understood.warnings.iter().cloned());
        if waits && understood.points.is_empty() {
            // Nothing would come of it without the missing program: it stays claimed, for later.
            return self
                .postpone_and_count(submission, &understood.warnings, report)
                .await;
        }
        report.reasons.extend(understood.reasons.iter().cloned());
        let settled = self.settle_letter(dossier, submission, understood).await?;
        report.add(&settled);
        self.read_claimed(dossier, &settled, report).await
    }

    /// Reads the other letters of a mail that was settled; they have none of their own.
    pub(super) async fn read_claimed(
        &self,
        dossier: &Dossier,
        settled: &Settled,
        report: &mut FileReport,
    ) -> Result<(), Error> {
        for id in &settled.claimed {
            let letter = self.submission(*id).await?;
            Box::pin(self.read_and_settle(dossier, &letter, report)).await?;
        }
        Ok(())
    }

    /// [`Self::postpone`], and says so.
    pub(super) async fn postpone_and_count(
        &self,
        submission: &Submission,
        warnings: &[Warning],
        report: &mut FileReport,
    ) -> Result<(), Error> {
        self.postpone(submission, warnings).await?;
        report.count(Disposition::Unread);
        report.n_needs_person += 1;
        for warning in warnings {
            report.explain(|| warning.problem.clone());
        }
        Ok(())
    }

    /// Lets a submission wait for a program that is not installed: visibly, and unread.
    async fn postpone(&self, submission: &Submission, warnings: &[Warning]) -> Result<(), Error> {
        let remark: Vec<&str> = warnings.iter().map(|w| w.problem.as_str()).collect();
        let mut tx = self.store.write().await?;
        let is_new = submissions::postpone(&mut tx, submission.id, &remark.join(" ")).await?;
        if is_new {
            problems::insert_problems(
                &mut tx,
                submission.consultation,
                submission.batch,
                Some(submission.id),
                &submission.source,
                warnings,
            )
            .await?;
            let (now_us, actor) = (self.clock.now_us(), &self.actor);
            let id = submission.id.0;
            ledger::append(&mut tx, now_us, actor, Action::SubmissionsChanged, id, id).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Whether a submission that waits for a program can be read by now.
    pub(super) async fn can_be_read(&self, submission: &Submission) -> Result<bool, Error> {
        if self.blobs.size(submission.blob)? > self.config.max_file_bytes {
            return Ok(true);
        }
        let bytes = self.blobs.get(submission.blob)?;
        let name = submission.source.clone();
        let format = format_of(submission, &bytes);
        run_blocking(move || reading::can_be_read(format, &bytes, &name)).await
    }

    /// What a claimed letter says, and whether a program is missing that could read more of it.
    async fn read_original(
        &self,
        dossier: &Dossier,
        submission: &Submission,
    ) -> Result<(Understood, bool), Error> {
        let mut round = submission.round;
        let size = self.blobs.size(submission.blob)?;
        let limit = self.config.max_file_bytes;
        if size > limit {
            return Ok((unreadable(too_large(limit), round), false));
        }
        let bytes = self.blobs.get(submission.blob)?;
        let name = submission.source.clone();
        // Other programs may take a minute.
        let format = format_of(submission, &bytes);
        let arrangements = dossier.arrangements().clone();
        let read =
            run_blocking(move || reading::read_as(format, &bytes, &name, &arrangements)).await?;
        if let (None, Some(mail)) = (round, &read.reading.mail) {
            round = self.round_named(submission.consultation, mail).await?;
        }
        let letter = letter_of(submission);
        let hint = Hint { round, letter };
        // The dossier is borrowed, so this stays on this thread: a letter takes milliseconds.
        let understood = understand_reading(dossier, read.reading, hint);
        Ok((understood, read.waits))
    }

    /// Records what was understood, in one transaction with its ledger entries.
    pub(in crate::app) async fn settle_letter(
        &self,
        dossier: &Dossier,
        submission: &Submission,
        understood: Understood,
    ) -> Result<Settled, Error> {
        let mut tx = self.store.write().await?;
        let now_us = self.clock.now_us();
        if submission.needs_person {
            // What was noted while it waited for a program is noted anew, or no longer true.
            problems::resolve_problems_of(&mut tx, submission.id).await?;
        }
        let settled = settle_reply(
            &mut tx,
            dossier,
            submission,
            understood,
            submission.arrived_on,
            now_us,
        )
        .await?;
        let actor = &self.actor;
        for (action, first, last) in &settled.entries {
            ledger::append(&mut tx, now_us, actor, *action, *first, *last).await?;
        }
        tx.commit().await?;
        Ok(settled)
    }

    /// Reads one submission.
    pub(in crate::app) async fn submission(&self, id: SubmissionId) -> Result<Submission, Error> {
        let mut tx = self.store.read().await?;
        let which = submissions::Which::Range(id, id);
        let mut found = submissions::list_submissions(&mut tx, which).await?;
        found.pop().ok_or_else(|| {
            Error::new(
                crate::app::Kind::NotFound,
                format!("Không có lượt góp ý số {id}."),
            )
        })
    }
}

/// What came as a mail is one, whatever it looks like; Outlook's own kind tells by its first bytes.
fn format_of(submission: &Submission, bytes: &[u8]) -> Format {
    match intake::sniff(bytes, &submission.source) {
        format @ Format::OutlookMessage => format,
        _ if submission.channel == Channel::Email => Format::Eml,
        format => format,
    }
}

/// Which of several letters of its mail a submission is, from 0 ([`super::settle`] claims them).
fn letter_of(submission: &Submission) -> usize {
    let number = submission.external_id.split_once('#');
    number.map_or(0, |(_, number)| number.parse().unwrap_or(0))
}

/// A file that could not be read at all: it waits for a person.
pub(super) fn unreadable(warning: Warning, round: Option<RoundId>) -> Understood {
    Understood {
        round,
        disposition: Disposition::Unread,
        reasons: vec![warning.problem.clone()],
        warnings: vec![warning],
        ..Understood::empty()
    }
}

/// Reports what importing a letter would do.
pub(super) fn preview(
    dossier: &Dossier,
    reading: Reading,
    options: &Options,
    report: &mut FileReport,
) {
    let hint = Hint {
        round: options.round.as_ref().map(|round| round.id),
        ..Hint::default()
    };
    let understood = understand_reading(dossier, reading, hint);
    report.count(understood.disposition);
    report.n_points = u64::try_from(understood.points.len()).unwrap_or(u64::MAX);
    report.n_needs_person = u64::from(!understood.reasons.is_empty());
    report.reasons = understood.reasons;
    report.warnings = understood.warnings;
}
