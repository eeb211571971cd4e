//! The messages of a mailbox in one file: any number, in the memory of a few hundred.
//!
//! A batch of messages is made durable at once: all bytes, then all claims in one transaction, then,
//! read side by side on all cores, all that was understood in another. The order is the same as for one
//! letter, so that a mailbox cut off in the middle is simply opened again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use tokio::sync::mpsc;

use super::settle::{Settled, settle_reply};
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

/// Messages whose bytes are made durable together, and that are claimed in one transaction.
const BATCH_MESSAGES: usize = 128;
/// Bytes of messages that are held at once.
const BATCH_BYTES: usize = 16 << 20;
/// Messages that are settled in one transaction; a person who saves meanwhile waits for one of these.
const SETTLED_AT_ONCE: usize = 64;

/// A message with its name.
struct Named {
    name: String,
    bytes: Vec<u8>,
}

/// Messages whose bytes are safe.
struct Kept {
    messages: Vec<Named>,
    hashes: Vec<ContentHash>,
    /// Messages of the mailbox up to here.
    n_so_far: u64,
}

/// Messages that are claimed and understood, to be settled.
struct Concluded {
    dossier: Arc<Dossier>,
    messages: Vec<(Submission, Understood, bool)>,
    n_known: u64,
    restored: Vec<Settled>,
    n_so_far: u64,
}

impl App {
    /// Takes in all messages of a mailbox. Returns what is wrong with it.
    ///
    /// Bytes are kept, messages understood and settled side by side, a batch apart; they are settled in
    /// the order of the mailbox, so that what repeats an earlier one is seen.
    pub(super) async fn import_messages(
        &self,
        consultation: ConsultationId,
        mailbox: &str,
        source: &mut (dyn BufRead + Send),
        options: &Options,
        progress: &(dyn Fn(Progress<'_>) + Sync),
        report: &mut FileReport,
    ) -> Result<Vec<Warning>, Error> {
        let (kept, to_read) = mpsc::channel(1);
        let (concluded, to_settle) = mpsc::channel(1);
        let (warnings, (), ()) = tokio::try_join!(
            Box::pin(self.keep_messages(mailbox, source, kept)),
            Box::pin(self.conclude_messages(consultation, options, to_read, concluded)),
            Box::pin(self.settle_messages(mailbox, to_settle, progress, report)),
        )?;
        Ok(warnings)
    }

    /// Makes the bytes of all messages durable, batch by batch.
    async fn keep_messages(
        &self,
        mailbox: &str,
        source: &mut (dyn BufRead + Send),
        kept: mpsc::Sender<Kept>,
    ) -> Result<Vec<Warning>, Error> {
        let mut warnings = Vec::new();
        let mut batch: Vec<Named> = Vec::new();
        let mut n_bytes = 0;
        let mut n_so_far: u64 = 0;
        let mut messages = Messages::new(source);
        loop {
            let message = messages.next().transpose().map_err(|error| {
                let message = format!("Không đọc tiếp được hộp thư `{mailbox}`.");
                Error::caused(Kind::Unavailable, message, error)
            })?;
            let is_end = message.is_none();
            if let Some(message) = message {
                n_so_far += 1;
                let name = format!("{mailbox} > thư {n_so_far}.eml");
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
                let messages = std::mem::take(&mut batch);
                n_bytes = 0;
                let blobs = self.blobs.clone();
                let (messages, hashes) = run_blocking(move || {
                    let bytes: Vec<&[u8]> =
                        messages.iter().map(|message| &*message.bytes).collect();
                    let hashes = blobs.put_all(&bytes);
                    (messages, hashes)
                })
                .await?;
                let batch = Kept {
                    messages,
                    hashes: hashes?,
                    n_so_far,
                };
                // Whoever reads them ends early only with an error, which is told instead.
                if kept.send(batch).await.is_err() || is_end {
                    return Ok(warnings);
                }
            }
        }
    }

    /// Claims what is new, then reads and understands it.
    async fn conclude_messages(
        &self,
        consultation: ConsultationId,
        options: &Options,
        mut kept: mpsc::Receiver<Kept>,
        concluded: mpsc::Sender<Concluded>,
    ) -> Result<(), Error> {
        // What is claimed here and not settled yet is known, should it stand in the mailbox again.
        let mut claimed = BTreeSet::new();
        while let Some(batch) = kept.recv().await {
            let n_so_far = batch.n_so_far;
            let dossier = self.dossier(consultation).await?;
            let mut to_read = self
                .claim_batch(consultation, batch, options, &mut claimed)
                .await?;
            let n_known = to_read.n_known;
            let restored = std::mem::take(&mut to_read.restored);
            let messages = self
                .understand_batch(consultation, &dossier, to_read)
                .await?;
            let batch = Concluded {
                dossier,
                messages,
                n_known,
                restored,
                n_so_far,
            };
            if concluded.send(batch).await.is_err() {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn understand_batch(
        &self,
        consultation: ConsultationId,
        dossier: &Arc<Dossier>,
        to_read: ToRead,
    ) -> Result<Vec<(Submission, Understood, bool)>, Error> {
        let limit = self.config.max_file_bytes;
        let arrangements = dossier.arrangements().clone();
        let read: Vec<(Submission, Result<Reading, Warning>, bool)> = run_blocking(move || {
            let read_one = |(submission, bytes): (Submission, Vec<u8>)| {
                if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
                    return (submission, Err(super::too_large(limit)), false);
                }
                let read = reading::read_as(Format::Eml, &bytes, &submission.source, &arrangements);
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
        let of = Arc::clone(dossier);
        run_blocking(move || {
            let conclude = |(submission, reading, round, waits): (
                Submission,
                Result<Reading, Warning>,
                Option<RoundId>,
                bool,
            )| {
                let hint = Hint {
                    round,
                    ..Hint::default()
                };
                let understood = match reading {
                    Ok(reading) => understand_reading(&of, reading, hint),
                    Err(warning) => super::letter::unreadable(warning, round),
                };
                (submission, understood, waits)
            };
            hinted.into_par_iter().map(conclude).collect()
        })
        .await
    }

    /// Records what was understood, batch by batch.
    async fn settle_messages(
        &self,
        mailbox: &str,
        mut concluded: mpsc::Receiver<Concluded>,
        progress: &(dyn Fn(Progress<'_>) + Sync),
        report: &mut FileReport,
    ) -> Result<(), Error> {
        while let Some(batch) = concluded.recv().await {
            report.n_known_rows += batch.n_known;
            for settled in &batch.restored {
                report.add(settled);
            }
            let mut rest = batch.messages.into_iter().peekable();
            while rest.peek().is_some() {
                let some = rest.by_ref().take(SETTLED_AT_ONCE).collect();
                self.settle_batch(&batch.dossier, some, report).await?;
            }
            progress(Progress {
                file: mailbox,
                rows: batch.n_so_far,
            });
        }
        Ok(())
    }

    /// Records what was understood of some messages, in one transaction.
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
        let mut with_others = Vec::new();
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
            entries.extend(settled.entries.iter().copied());
            if !settled.claimed.is_empty() {
                with_others.push(settled);
            }
        }
        for (action, first, last) in entries {
            ledger::append(&mut tx, now_us, &self.actor, action, first, last).await?;
        }
        tx.commit().await?;
        for (submission, warnings) in postponed {
            self.postpone_and_count(&submission, &warnings, report)
                .await?;
        }
        for settled in with_others {
            self.read_claimed(dossier, &settled, report).await?;
        }
        Ok(())
    }

    /// Claims what is new of a batch, in one transaction.
    async fn claim_batch(
        &self,
        consultation: ConsultationId,
        batch: Kept,
        options: &Options,
        claimed: &mut BTreeSet<SubmissionId>,
    ) -> Result<ToRead, Error> {
        let (now_us, today) = (self.clock.now_us(), self.clock.today());
        let mut tx = self.store.write().await?;
        let mut ids: Vec<(SubmissionId, Vec<u8>)> = Vec::new();
        let mut new: Option<(i64, i64)> = None;
        let mut n_known = 0;
        let mut restored = Vec::new();
        for (message, blob) in batch.messages.into_iter().zip(batch.hashes) {
            let channel = Channel::Email;
            let external_id = blob.to_string();
            let known =
                submissions::find_submission(&mut tx, consultation, channel, &external_id).await?;
            let id = match known {
                // Settled before, or a message that stands in this mailbox twice.
                Some((_, true)) => {
                    let again = self
                        .restore_all_in(&mut tx, consultation, channel, blob)
                        .await?;
                    n_known += u64::from(again.is_empty());
                    restored.extend(again);
                    continue;
                }
                Some((id, false)) if claimed.contains(&id) => {
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
            claimed.insert(id);
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
            restored,
        })
    }
}

struct ToRead {
    submissions: Vec<(Submission, Vec<u8>)>,
    n_known: u64,
    /// What had been taken back and came again.
    restored: Vec<Settled>,
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
