//! Importing a table of comments: streamed, in constant memory, in transactions of some thousand
//! rows, continued where it stopped.
//!
//! Reading and understanding run on all cores ahead of the database by at most a few chunks.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::settle::{insert_table_answers, settlement};
use super::{FileReport, Options, Progress};
use crate::app::understand::{Dossier, TableAnswer, understand_row};
use crate::app::{App, Error, Kind, local_time, run_blocking};
use crate::domain::{BatchId, Channel, ConsultationId, ContentHash, RoundId, Warning};
use crate::intake::csv::{CsvTable, Row};
use crate::store::batches::{self, Batch};
use crate::store::ledger::{self, Action};
use crate::store::problems;
use crate::store::settlements::{self, Claim, Settlement};

/// Chunks read ahead of the database.
const CHUNKS_AHEAD: usize = 2;

/// What is constant while one table is read.
struct Reading {
    consultation: ConsultationId,
    batch: BatchId,
    blob: ContentHash,
    name: String,
    round: Option<RoundId>,
    received_us: i64,
    received_on: jiff::civil::Date,
    /// Rows of one transaction.
    chunk_rows: usize,
    /// Rows up to this one are durable already.
    committed_row: u64,
    /// Keys of rows that came with earlier files.
    known: HashSet<String>,
}

/// Rows that were read and understood, ready to be stored.
struct Chunk {
    rows: Vec<Ready>,
    /// What is wrong with rows that hold no comment: they are listed, not taken in.
    bad_rows: Vec<Warning>,
    last_row: u64,
    n_known_rows: u64,
}

struct Ready {
    claim: Claim,
    settlement: Settlement,
    answers: Vec<(usize, TableAnswer)>,
    warnings: Vec<Warning>,
}

enum Message {
    Chunk(Chunk),
    /// The file is no table of comments.
    Refused(Warning),
    Failed(std::io::Error),
}

impl App {
    /// Imports a table whose bytes are kept, or continues where an earlier import stopped.
    pub(super) async fn import_table(
        &self,
        consultation: ConsultationId,
        name: &str,
        blob: ContentHash,
        options: &Options,
        progress: &(dyn Fn(Progress<'_>) + Sync),
        report: &mut FileReport,
    ) -> Result<(), Error> {
        let round = options.round.as_ref().map(|round| round.id);
        let mut tx = self.store.write().await?;
        let (batch, started_us, committed_row) =
            match batches::find_batch(&mut tx, consultation, blob).await? {
                Some(batch) if batch.is_complete => {
                    report.was_known = true;
                    return Ok(());
                }
                Some(batch) => (
                    BatchId(batch.id),
                    batch.started_us,
                    u64::try_from(batch.committed_row).unwrap_or(0),
                ),
                None => {
                    let now_us = self.clock.now_us();
                    let actor = &self.config.actor;
                    let id = batches::insert_batch(
                        &mut tx,
                        consultation,
                        round,
                        name,
                        blob,
                        actor,
                        now_us,
                    )
                    .await?;
                    (id, now_us, 0)
                }
            };
        let known = if batches::has_earlier_rows(&mut tx, consultation, batch).await? {
            batches::list_row_keys(&mut tx, consultation)
                .await?
                .into_iter()
                .collect()
        } else {
            HashSet::new()
        };
        tx.commit().await?;
        let reading = Reading {
            consultation,
            batch,
            blob,
            name: name.to_owned(),
            round,
            received_us: started_us,
            received_on: local_time(started_us).date(),
            chunk_rows: self.config.chunk_rows,
            committed_row,
            known,
        };
        self.stream_table(reading, progress, report).await
    }

    /// Continues an import that an earlier process did not finish.
    pub(super) async fn continue_table(
        &self,
        consultation: ConsultationId,
        batch: Batch,
    ) -> Result<(), Error> {
        let Some(blob) = ContentHash::parse(&batch.blob_hash) else {
            return Ok(());
        };
        let mut tx = self.store.read().await?;
        let rounds = crate::store::consultations::list_rounds(&mut tx, consultation).await?;
        drop(tx);
        let round = rounds
            .into_iter()
            .find(|round| Some(round.id.0) == batch.round_id);
        let options = Options {
            round,
            dry_run: false,
        };
        let mut report = FileReport::new(&batch.file_name);
        self.import_table(
            consultation,
            &batch.file_name,
            blob,
            &options,
            &|_| {},
            &mut report,
        )
        .await
    }

    async fn stream_table(
        &self,
        reading: Reading,
        progress: &(dyn Fn(Progress<'_>) + Sync),
        report: &mut FileReport,
    ) -> Result<(), Error> {
        let dossier = Arc::new(self.dossier(reading.consultation).await?);
        let (batch, consultation, name) =
            (reading.batch, reading.consultation, reading.name.clone());
        let mut done = reading.committed_row;
        let file = self.blobs.open_blob(reading.blob)?;
        let (sender, mut receiver) = mpsc::channel(CHUNKS_AHEAD);
        let reader = tokio::spawn(run_blocking(move || {
            read_chunks(file, &reading, &dossier, &sender);
        }));
        while let Some(message) = receiver.recv().await {
            match message {
                Message::Chunk(chunk) => {
                    done = chunk.last_row;
                    self.store_chunk(consultation, batch, &name, chunk, report)
                        .await?;
                    progress(Progress {
                        file: &name,
                        rows: done,
                    });
                    self.let_index_follow().await;
                }
                Message::Refused(warning) => {
                    self.refuse_table(consultation, batch, &name, warning, report)
                        .await?;
                    return Ok(());
                }
                Message::Failed(error) => {
                    return Err(Error::caused(
                        Kind::Unavailable,
                        format!("Không đọc tiếp được tệp `{name}` sau dòng {done}."),
                        error,
                    ));
                }
            }
        }
        reader.await.map_err(|error| {
            Error::caused(
                Kind::Internal,
                "Có lỗi trong chương trình khi đọc bảng.",
                error,
            )
        })??;
        let mut tx = self.store.write().await?;
        batches::update_batch(&mut tx, batch, done, true).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn store_chunk(
        &self,
        consultation: ConsultationId,
        batch: BatchId,
        name: &str,
        chunk: Chunk,
        report: &mut FileReport,
    ) -> Result<(), Error> {
        report.n_known_rows += chunk.n_known_rows;
        let mut answers = Vec::new();
        let mut warnings = Vec::new();
        report.warnings.extend(chunk.bad_rows.iter().cloned());
        let mut rows = Vec::with_capacity(chunk.rows.len());
        for ready in chunk.rows {
            report.count(ready.settlement.disposition);
            report.n_points += u64::try_from(ready.settlement.points.len()).unwrap_or(u64::MAX);
            report.n_needs_person += u64::from(ready.settlement.needs_person);
            if let Some(remark) = &ready.settlement.remark {
                let line = ready.claim.row_number.unwrap_or(0);
                report.reasons.push(format!("Dòng {line}: {remark}"));
            }
            answers.push(ready.answers);
            warnings.push(ready.warnings);
            rows.push((ready.claim, ready.settlement));
        }
        let now_us = self.clock.now_us();
        let actor = &self.config.actor;
        let mut tx = self.store.write().await?;
        let ids = settlements::insert_rows(&mut tx, &rows).await?;
        for (id, warnings) in ids.iter().zip(&warnings) {
            problems::insert_problems(
                &mut tx,
                consultation,
                Some(batch),
                Some(*id),
                name,
                warnings,
            )
            .await?;
        }
        problems::insert_problems(
            &mut tx,
            consultation,
            Some(batch),
            None,
            name,
            &chunk.bad_rows,
        )
        .await?;
        let answers: Vec<_> = ids
            .iter()
            .zip(&answers)
            .flat_map(|(id, answers)| answers.iter().map(|(point, answer)| (*id, *point, answer)))
            .collect();
        let saved = insert_table_answers(&mut tx, &answers, now_us).await?;
        batches::update_batch(&mut tx, batch, chunk.last_row, false).await?;
        if let (Some(first), Some(last)) = (ids.first(), ids.last()) {
            ledger::append(
                &mut tx,
                now_us,
                actor,
                Action::RowsImported,
                first.0,
                last.0,
            )
            .await?;
        }
        for (action, first, last) in saved {
            ledger::append(&mut tx, now_us, actor, action, first, last).await?;
        }
        tx.commit().await?;
        report.warnings.extend(warnings.into_iter().flatten());
        Ok(())
    }

    /// A file that is no table of comments waits for a person; its bytes are kept.
    async fn refuse_table(
        &self,
        consultation: ConsultationId,
        batch: BatchId,
        name: &str,
        warning: Warning,
        report: &mut FileReport,
    ) -> Result<(), Error> {
        let warnings = vec![warning];
        let mut tx = self.store.write().await?;
        problems::insert_problems(&mut tx, consultation, Some(batch), None, name, &warnings)
            .await?;
        batches::update_batch(&mut tx, batch, 0, true).await?;
        tx.commit().await?;
        report.warnings.extend(warnings);
        Ok(())
    }
}

/// Reads the whole file, chunk by chunk; stops early when nobody listens any more.
fn read_chunks(
    file: std::fs::File,
    reading: &Reading,
    dossier: &Dossier,
    sender: &mpsc::Sender<Message>,
) {
    let table = match CsvTable::open(std::io::BufReader::new(file), &reading.name) {
        Ok(Ok(table)) => table,
        Ok(Err(warning)) => {
            let _ = sender.blocking_send(Message::Refused(warning));
            return;
        }
        Err(error) => {
            let _ = sender.blocking_send(Message::Failed(error));
            return;
        }
    };
    let mut ordinals: HashMap<[u8; 32], u32> = HashMap::new();
    let mut rows: Vec<(Row, String)> = Vec::new();
    let mut bad_rows = Vec::new();
    let (mut n_known_rows, mut last_row) = (0, reading.committed_row);
    for row in table {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                let _ = sender.blocking_send(Message::Failed(error));
                return;
            }
        };
        let key = row_key(&row, reading.round, &mut ordinals);
        if row.row_number <= reading.committed_row {
            continue;
        }
        last_row = row.row_number;
        if holds_no_comment(&row) {
            bad_rows.extend(row.warnings);
        } else if reading.known.contains(&key) {
            n_known_rows += 1;
        } else {
            rows.push((row, key));
        }
        if rows.len() == reading.chunk_rows {
            let rows = understand_chunk(dossier, reading, std::mem::take(&mut rows));
            let chunk = Chunk {
                rows,
                bad_rows: std::mem::take(&mut bad_rows),
                last_row,
                n_known_rows,
            };
            n_known_rows = 0;
            if sender.blocking_send(Message::Chunk(chunk)).is_err() {
                return;
            }
        }
    }
    let rows = understand_chunk(dossier, reading, rows);
    let _ = sender.blocking_send(Message::Chunk(Chunk {
        rows,
        bad_rows,
        last_row,
        n_known_rows,
    }));
}

/// Whether a row says nothing that could be answered.
fn holds_no_comment(row: &Row) -> bool {
    row.content.is_none() && row.proposal.is_none()
}

/// The digest of a row's mapped cells and its ordinal among equal rows of the file: the same row
/// of a later version of the file has the same key, however rows were added around it.
fn row_key(row: &Row, round: Option<RoundId>, ordinals: &mut HashMap<[u8; 32], u32>) -> String {
    let mut hasher = Sha256::new();
    hasher.update(round.map_or(0, |round| round.0).to_le_bytes());
    let cells = [
        &row.organization,
        &row.letter_number,
        &row.letter_date,
        &row.sent_on,
    ];
    for cell in cells
        .into_iter()
        .map(|cell| cell.as_deref().unwrap_or(""))
        .chain([&*row.text])
    {
        hasher.update(cell.len().to_le_bytes());
        hasher.update(cell.as_bytes());
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let ordinal = ordinals.entry(digest).or_insert(0);
    *ordinal += 1;
    let mut key = ContentHash(digest).to_string();
    key.truncate(32);
    format!("{key}-{ordinal}")
}

fn understand_chunk(dossier: &Dossier, reading: &Reading, rows: Vec<(Row, String)>) -> Vec<Ready> {
    rows.into_par_iter()
        .map(|(row, key)| {
            let row_number = row.row_number;
            let mut understood = understand_row(dossier, row, reading.round);
            let answers = std::mem::take(&mut understood.answers_in_table);
            let warnings = std::mem::take(&mut understood.warnings);
            let mut settlement = settlement(dossier, understood, reading.received_on);
            settlement.needs_person |= !warnings.is_empty();
            settlement.row_key = Some(key);
            let claim = Claim {
                consultation: reading.consultation,
                round: reading.round,
                batch: Some(reading.batch),
                channel: Channel::Table,
                external_id: format!("{}:{row_number}", reading.batch),
                blob: reading.blob,
                row_number: Some(row_number),
                source: reading.name.clone(),
                received_us: reading.received_us,
            };
            Ready {
                claim,
                settlement,
                answers,
                warnings,
            }
        })
        .collect()
}

/// Reports what importing a table would do.
pub(super) fn preview(
    dossier: &Dossier,
    name: &str,
    source: impl Read,
    options: &Options,
    report: &mut FileReport,
) -> Result<(), Error> {
    let failed = |error| {
        Error::caused(
            Kind::Unavailable,
            format!("Không đọc được tệp `{name}`."),
            error,
        )
    };
    let table = match CsvTable::open(source, name).map_err(failed)? {
        Ok(table) => table,
        Err(warning) => {
            report.warnings.push(warning);
            return Ok(());
        }
    };
    let round = options.round.as_ref().map(|round| round.id);
    for row in table {
        let row = row.map_err(failed)?;
        let line = row.row_number;
        if holds_no_comment(&row) {
            report.warnings.extend(row.warnings);
            continue;
        }
        let understood = understand_row(dossier, row, round);
        report.count(understood.disposition);
        report.n_points += u64::try_from(understood.points.len()).unwrap_or(u64::MAX);
        let waits = !understood.reasons.is_empty() || !understood.warnings.is_empty();
        report.n_needs_person += u64::from(waits);
        report.reasons.extend(
            understood
                .reasons
                .iter()
                .map(|reason| format!("Dòng {line}: {reason}")),
        );
        report.warnings.extend(understood.warnings);
    }
    report
        .submissions
        .sort_unstable_by_key(|(disposition, _)| *disposition);
    Ok(())
}
