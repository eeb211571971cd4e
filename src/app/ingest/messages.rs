//! The messages of a mailbox in one file: any number, in the memory of a few dozen.
//!
//! A batch of messages is made durable at once: all bytes, then all claims in one transaction, then,
//! read side by side on all cores, all that was understood in another. The order is the same as for one
//! letter, so that a mailbox cut off in the middle is simply opened again.

use std::collections::BTreeMap;
use std::io::BufRead;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::settle::settle_reply;
use super::{FileReport, Options, Progress};
use crate::app::understand::{Dossier, Hint, Understood, understand_reading};
use crate::app::{App, Error, Kind, reading, run_blocking};
use crate::domain::{
    Channel, ConsultationId, ContentHash, Location, RoundId, SubmissionId, Warning,
};
use crate::intake::mbox::Messages;
use crate::intake::{Format, Reading};
use crate::store::ledger::{self, Action};
use crate::store::settlements::{self, Claim};
use crate::store::submissions::{self, Submission};

/// Messages that share two transactions; a person who saves meanwhile waits for one of these.
const BATCH_MESSAGES: usize = 50;
/// Bytes of messages that are held at once.
const BATCH_BYTES: usize = 16 << 20;

/// A message with its name.
struct Named {
    name: String,
    bytes: Vec<u8>,
}

impl App {
    /// Takes in all messages of a mailbox. Returns what is wrong with it.
    pub(super) async fn import_messages(
        &self,
        consultation: ConsultationId,
        mailbox: &str,
        source: &mut (dyn BufRead + Send),
        options: &Options,
        progress: &(dyn Fn(Progress<'_>) + Sync),
        report: &mut FileReport,
    ) -> Result<Vec<Warning>, Error> {
        let mut warnings = Vec::new();
        let mut batch: Vec<Named> = Vec::new();
        let mut n_bytes = 0;
        let mut n_messages: u64 = 0;
        let mut messages = Messages::new(source);
        loop {
            let message = messages.next().transpose().map_err(|error| {
                let message = format!("Không đọc tiếp được hộp thư `{mailbox}`.");
                Error::caused(Kind::Unavailable, message, error)
            })?;
            let is_end = message.is_none();
            if let Some(message) = message {
                n_messages += 1;
                let name = format!("{mailbox} > thư {n_messages}.eml");
                if message.is_cut {
                    warnings.push(cut(&name));
                }
                n_bytes += message.bytes.len();
                batch.push(Named {
                    name,
                    bytes: message.bytes,
                });
            }
            if is_end || batch.len() >= BATCH_MESSAGES || n_bytes >= BATCH_BYTES {
                let batch = std::mem::take(&mut batch);
                n_bytes = 0;
                if !batch.is_empty() {
                    self.import_batch(consultation, batch, options, report)
                        .await?;
                    progress(Progress {
                        file: mailbox,
                        rows: n_messages,
                    });
                }
            }
            if is_end {
                return Ok(warnings);
            }
        }
    }

    async fn import_batch(
        &self,
        consultation: ConsultationId,
        batch: Vec<Named>,
        options: &Options,
        report: &mut FileReport,
    ) -> Result<(), Error> {
        let dossier = self.dossier(consultation).await?;
        let blobs = self.blobs.clone();
        let (batch, hashes) = run_blocking(move || {
            let bytes: Vec<&[u8]> = batch.iter().map(|message| &*message.bytes).collect();
            let hashes = blobs.put_all(&bytes);
            (batch, hashes)
        })
        .await?;
        let to_read = self
            .claim_batch(consultation, batch, &hashes?, options)
            .await?;
        report.n_known_rows += to_read.n_known;
        let limit = self.config.max_file_bytes;
        let read: Vec<(Submission, Result<Reading, Warning>, bool)> = run_blocking(move || {
            let read_one = |(submission, bytes): (Submission, Vec<u8>)| {
                if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
                    return (submission, Err(super::too_large(limit)), false);
                }
                let read = reading::read_as(Format::Eml, &bytes, &submission.source);
                (submission, Ok(read.reading), read.waits)
            };
            to_read.submissions.into_par_iter().map(read_one).collect()
        })
        .await?;
        let mut hinted = Vec::with_capacity(read.len());
        for (submission, reading, waits) in read {
            let mut round = submission.round;
            if let (None, Ok(reading)) = (round, &reading)
                && let Some(mail) = &reading.mail
            {
                round = self.round_named(consultation, mail).await?;
            }
            hinted.push((submission, reading, round, waits));
        }
        let of = std::sync::Arc::clone(&dossier);
        let understood: Vec<(Submission, Understood, bool)> = run_blocking(move || {
            let conclude = |(submission, reading, round, waits): (
                Submission,
                Result<Reading, Warning>,
                Option<RoundId>,
                bool,
            )| {
                let understood = match reading {
                    Ok(reading) => understand_reading(&of, reading, Hint { round }),
                    Err(warning) => super::letter::unreadable(warning, round),
                };
                (submission, understood, waits)
            };
            hinted.into_par_iter().map(conclude).collect()
        })
        .await?;
        self.settle_batch(&dossier, understood, report).await
    }

    /// Records what was understood of a batch, in one transaction.
    async fn settle_batch(
        &self,
        dossier: &Dossier,
        understood: Vec<(Submission, Understood, bool)>,
        report: &mut FileReport,
    ) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        let now_us = self.clock.now_us();
        // One for each letter, as where a mailbox is taken up again after a crash.
        let mut entries = Vec::new();
        let mut postponed = Vec::new();
        for (submission, understood, waits) in understood {
            report.warnings_of(&understood);
            if waits && understood.points.is_empty() {
                postponed.push((submission, understood.warnings));
                continue;
            }
            let day = submission.arrived_on;
            let settled =
                settle_reply(&mut tx, dossier, &submission, understood, day, now_us).await?;
            report.add(&settled);
            entries.extend(settled.entries);
        }
        for (action, first, last) in entries {
            ledger::append(&mut tx, now_us, &self.actor, action, first, last).await?;
        }
        tx.commit().await?;
        for (submission, warnings) in postponed {
            self.postpone_and_count(&submission, &warnings, report)
                .await?;
        }
        Ok(())
    }

    /// Claims what is new of a batch, in one transaction.
    async fn claim_batch(
        &self,
        consultation: ConsultationId,
        batch: Vec<Named>,
        hashes: &[ContentHash],
        options: &Options,
    ) -> Result<ToRead, Error> {
        let (now_us, today) = (self.clock.now_us(), self.clock.today());
        let mut tx = self.store.write().await?;
        let mut ids: Vec<(SubmissionId, Vec<u8>)> = Vec::new();
        let mut new: Option<(i64, i64)> = None;
        let mut n_known = 0;
        for (message, &blob) in batch.into_iter().zip(hashes) {
            let channel = Channel::Email;
            let external_id = blob.to_string();
            let known =
                submissions::find_submission(&mut tx, consultation, channel, &external_id).await?;
            let id = match known {
                // Settled before, or a message that stands in this batch twice.
                Some((_, true)) => {
                    n_known += 1;
                    continue;
                }
                Some((id, false)) if ids.iter().any(|(other, _)| *other == id) => {
                    n_known += 1;
                    continue;
                }
                Some((id, false)) => id,
                None => {
                    let claim = Claim::letter(
                        consultation,
                        options.round.as_ref().map(|round| round.id),
                        channel,
                        blob,
                        message.name,
                        now_us,
                    );
                    let id = settlements::claim(&mut tx, &claim, today).await?;
                    new = Some((new.map_or(id.0, |(first, _)| first), id.0));
                    id
                }
            };
            ids.push((id, message.bytes));
        }
        if let Some((first, last)) = new {
            let action = Action::SubmissionsClaimed;
            ledger::append(&mut tx, now_us, &self.actor, action, first, last).await?;
        }
        tx.commit().await?;
        let mut tx = self.store.read().await?;
        let mut bytes: BTreeMap<SubmissionId, Vec<u8>> = ids.into_iter().collect();
        let ids: Vec<SubmissionId> = bytes.keys().copied().collect();
        let found = match ids.as_slice() {
            [] => Vec::new(),
            ids => submissions::list_these(&mut tx, ids).await?,
        };
        let to_read = found
            .into_iter()
            // What a person decided about while it waited to be read stays as it is.
            .filter(|submission| !submission.is_touched)
            .filter_map(|submission| {
                let bytes = bytes.remove(&submission.id)?;
                Some((submission, bytes))
            })
            .collect();
        Ok(ToRead {
            submissions: to_read,
            n_known,
        })
    }
}

struct ToRead {
    submissions: Vec<(Submission, Vec<u8>)>,
    n_known: u64,
}

fn cut(name: &str) -> Warning {
    Warning::new(
        "mbox.message_too_long",
        Location::Part {
            path: name.to_owned(),
        },
        "Thư dài bất thường, chỉ phần đầu được đọc; cả hộp thư gốc vẫn được giữ.",
        "Mở hộp thư bằng phần mềm thư, lưu riêng thư này thành tệp .eml rồi nhập.",
    )
}
