//! Importing a table of comments: streamed, in constant memory, in transactions of some thousand
//! rows, continued where it stopped.
//!
//! Three things go on at once, each at most a few chunks ahead of the next: reading and
//! understanding, on all cores; storing; indexing what is stored (`app/reindex.rs`).

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use tokio::sync::mpsc;

use super::chunk_rows::ChunkRows;
use super::row_key::{self, Ordinals, RowKey, known_keys};
use super::settle::{insert_table_answers, settlement};
use super::{FileReport, Options, Progress};
use crate::app::reindex::{Stored, Surroundings};
use crate::app::understand::{Dossier, TableAnswer, understand_row};
use crate::app::{App, Error, Kind, arrangements, local_time, run_blocking};
use crate::domain::{BatchId, Channel, ConsultationId, ContentHash, Location, RoundId, Warning};
use crate::intake::arrangements::Arrangements;
use crate::intake::csv::{CsvTable, Row};
use crate::store::Tx;
use crate::store::batches::{self, Batch, NewBatch};
use crate::store::ledger;
use crate::store::problems;
use crate::store::settlements::{self, Claim, Settlement};

/// Chunks read ahead of the database.
const CHUNKS_AHEAD: usize = 2;

/// A table whose bytes are kept.
#[derive(Debug, Clone, Copy)]
pub(in crate::app) struct KeptTable<'a> {
    /// Its name, as a person knows it.
    pub(super) name: &'a str,
    /// Its bytes.
    pub(super) blob: ContentHash,
    /// The workbook whose sheet it is.
    pub(super) container: Option<i64>,
    /// Name of that sheet.
    pub(super) sheet: Option<&'a str>,
}

impl<'a> KeptTable<'a> {
    /// A table in a file of its own.
    pub(in crate::app) fn file(name: &'a str, blob: ContentHash) -> Self {
        Self {
            name,
            blob,
            container: None,
            sheet: None,
        }
    }
}

/// What is constant while one table is read.
struct Reading {
    consultation: ConsultationId,
    batch: BatchId,
    blob: ContentHash,
    name: String,
    sheet: Option<String>,
    round: Option<RoundId>,
    received_us: i64,
    received_on: jiff::civil::Date,
    chunk_rows: Arc<ChunkRows>,
    /// Rows up to this one are durable already.
    committed_row: u64,
    /// Keys of rows that came with earlier files.
    known: HashSet<RowKey>,
    /// What its columns are read by; the headings alone, where nobody arranged them.
    arrangements: Arrangements,
}

/// What every chunk of one table is stored with.
struct Table<'a> {
    consultation: ConsultationId,
    batch: BatchId,
    name: &'a str,
    chunk_rows: Arc<ChunkRows>,
    surroundings: Arc<Surroundings>,
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
    pub(in crate::app) async fn import_table(
        &self,
        consultation: ConsultationId,
        table: KeptTable<'_>,
        options: &Options,
        progress: &(dyn Fn(Progress<'_>) + Sync),
        report: &mut FileReport,
    ) -> Result<(), Error> {
        let KeptTable {
            name,
            blob,
            container,
            sheet,
        } = table;
        let round = options.round.as_ref().map(|round| round.id);
        let mut tx = self.store.write().await?;
        let (batch, started_us, committed_row, arranged) =
            match batches::find_batch(&mut tx, consultation, blob).await? {
                Some(batch) if batch.is_complete => {
                    report.was_known = true;
                    return Ok(());
                }
                Some(batch) => (
                    BatchId(batch.id),
                    batch.started_us,
                    u64::try_from(batch.committed_row).unwrap_or(0),
                    batch.arrangement_id,
                ),
                None => {
                    let now_us = self.clock.now_us();
                    let arranged = self.arrangement_of(&mut tx, name, blob).await?;
                    let begun = NewBatch {
                        consultation,
                        round,
                        container,
                        arrangement: arranged,
                        file_name: name,
                        blob,
                        actor: &self.actor,
                        started_us: now_us,
                    };
                    let id = batches::insert_batch(&mut tx, &begun).await?;
                    (id, now_us, 0, arranged)
                }
            };
        tx.commit().await?;
        let mut tx = self.store.read().await?;
        let known = if batches::has_earlier_rows(&mut tx, consultation, batch).await? {
            known_keys(&mut tx, consultation).await?
        } else {
            HashSet::new()
        };
        let arrangements = arrangements::read_one(&mut tx, arranged).await?;
        drop(tx);
        let reading = Reading {
            consultation,
            batch,
            blob,
            name: name.to_owned(),
            sheet: sheet.map(str::to_owned),
            round,
            received_us: started_us,
            received_on: local_time(started_us).date(),
            chunk_rows: Arc::new(ChunkRows::new(self.config.chunk_rows)),
            committed_row,
            known,
            arrangements,
        };
        self.stream_table(reading, progress, report).await
    }

    /// The arrangement by which the columns of a table that comes in are read: kept with the batch,
    /// so that it is read by the same for ever.
    async fn arrangement_of(
        &self,
        tx: &mut Tx,
        name: &str,
        blob: ContentHash,
    ) -> Result<Option<i64>, Error> {
        let in_use = arrangements::read(tx).await?;
        let file = self.blobs.open_blob(blob)?;
        Ok(match CsvTable::open(file, name, &in_use) {
            Ok(Ok(table)) => {
                let arrangement = table.shape().mapping.arrangement.as_ref();
                arrangement.and_then(|arrangement| arrangement.id)
            }
            // What is wrong with it is said when it is read.
            Ok(Err(_)) | Err(_) => None,
        })
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
        let options = self.options_of(consultation, batch.round_id).await?;
        let mut report = FileReport::new(&batch.file_name);
        self.import_table(
            consultation,
            KeptTable {
                name: &batch.file_name,
                blob,
                container: None,
                sheet: sheet_of(&batch.file_name),
            },
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
        let dossier = self.dossier(reading.consultation).await?;
        let mut tx = self.store.read().await?;
        let surroundings = Arc::new(Surroundings::read(&mut tx).await?);
        drop(tx);
        let name = reading.name.clone();
        let table = Table {
            consultation: reading.consultation,
            batch: reading.batch,
            name: &name,
            chunk_rows: Arc::clone(&reading.chunk_rows),
            surroundings,
        };
        let mut done = reading.committed_row;
        let file = self.blobs.open_blob(reading.blob)?;
        let (sender, mut receiver) = mpsc::channel(CHUNKS_AHEAD);
        let reader = tokio::spawn(run_blocking(move || {
            read_chunks(file, &reading, &dossier, &sender);
        }));
        let (stored, to_index) = mpsc::channel(CHUNKS_AHEAD);
        let follower = tokio::spawn(self.clone().follow_import(to_index));
        while let Some(message) = receiver.recv().await {
            match message {
                Message::Chunk(chunk) => {
                    done = chunk.last_row;
                    if let Some(rows) = self.store_chunk(&table, chunk, report).await? {
                        // Should nobody listen any more, the ledger still tells what to index.
                        let _ = stored.send(rows).await;
                    }
                    progress(Progress {
                        file: &name,
                        rows: done,
                    });
                }
                Message::Refused(warning) => {
                    self.refuse_table(&table, warning, report).await?;
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
        let failed = |error| {
            Error::caused(
                Kind::Internal,
                "Có lỗi trong chương trình khi đọc bảng.",
                error,
            )
        };
        reader.await.map_err(failed)??;
        let mut tx = self.store.write().await?;
        batches::update_batch(&mut tx, table.batch, done, true).await?;
        tx.commit().await?;
        drop(stored);
        if let Err(error) = follower.await {
            tracing::warn!("the index could not follow an import: {error}");
        }
        Ok(())
    }

    /// Stores a chunk in one transaction. Returns its rows for the index.
    async fn store_chunk(
        &self,
        table: &Table<'_>,
        chunk: Chunk,
        report: &mut FileReport,
    ) -> Result<Option<Stored>, Error> {
        report.n_known_rows += chunk.n_known_rows;
        let mut answers = Vec::new();
        let mut warnings = Vec::new();
        let mut rows = Vec::with_capacity(chunk.rows.len());
        for ready in chunk.rows {
            report.count(ready.settlement.disposition);
            report.n_points += u64::try_from(ready.settlement.points.len()).unwrap_or(u64::MAX);
            report.n_needs_person += u64::from(ready.settlement.needs_person);
            if let Some(remark) = &ready.settlement.remark {
                let line = ready.claim.row_number.unwrap_or(0);
                report.explain(|| format!("Dòng {line}: {remark}"));
            }
            let at = rows.len();
            answers.extend(
                ready
                    .answers
                    .into_iter()
                    .map(|(point, answer)| (at, point, answer)),
            );
            warnings.extend(ready.warnings.into_iter().map(|warning| (at, warning)));
            rows.push((ready.claim, ready.settlement));
        }
        let now_us = self.clock.now_us();
        let actor = &self.actor;
        let mut tx = self.store.write().await?;
        let started = Instant::now();
        let inserted = settlements::insert_rows(&mut tx, &rows).await?;
        let ids = inserted
            .as_ref()
            .map_or(&[][..], |inserted| &inserted.submissions);
        let about: Vec<_> = warnings
            .iter()
            .map(|(row, warning)| (ids.get(*row).copied(), warning))
            .chain(chunk.bad_rows.iter().map(|warning| (None, warning)))
            .collect();
        let (consultation, batch) = (table.consultation, Some(table.batch));
        problems::insert_problems_about(&mut tx, consultation, batch, table.name, &about).await?;
        let answers: Vec<_> = answers
            .iter()
            .filter_map(|(row, point, answer)| Some((*ids.get(*row)?, *point, answer)))
            .collect();
        let saved = insert_table_answers(&mut tx, &answers, now_us).await?;
        batches::update_batch(&mut tx, table.batch, chunk.last_row, false).await?;
        let mut stored = None;
        if let Some(inserted) = inserted {
            stored = Some(Stored {
                seq: ledger::append_rows(&mut tx, now_us, actor, &inserted).await?,
                inserted,
                rows,
                surroundings: Arc::clone(&table.surroundings),
            });
        }
        for (action, first, last) in saved {
            ledger::append(&mut tx, now_us, actor, action, first, last).await?;
        }
        tx.commit().await?;
        if let Some(stored) = &stored {
            table.chunk_rows.learn(stored.rows.len(), started.elapsed());
        }
        for warning in chunk.bad_rows {
            report.warn(warning);
        }
        for (_, warning) in warnings {
            report.warn(warning);
        }
        Ok(stored)
    }

    /// A file that is no table of comments waits for a person; its bytes are kept.
    async fn refuse_table(
        &self,
        table: &Table<'_>,
        warning: Warning,
        report: &mut FileReport,
    ) -> Result<(), Error> {
        let (consultation, batch) = (table.consultation, Some(table.batch));
        let about = [(None, &warning)];
        let mut tx = self.store.write().await?;
        problems::insert_problems_about(&mut tx, consultation, batch, table.name, &about).await?;
        batches::update_batch(&mut tx, table.batch, 0, true).await?;
        tx.commit().await?;
        report.warn(warning);
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
    let table = match CsvTable::open(
        std::io::BufReader::new(file),
        &reading.name,
        &reading.arrangements,
    ) {
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
    let mut ordinals = Ordinals::default();
    let mut rows: Vec<(Row, RowKey)> = Vec::new();
    let mut bad_rows = Vec::new();
    let (mut n_known_rows, mut last_row) = (0, reading.committed_row);
    for row in table {
        let mut row = match row {
            Ok(row) => row,
            Err(error) => {
                let _ = sender.blocking_send(Message::Failed(error));
                return;
            }
        };
        name_sheet(&mut row, reading.sheet.as_deref());
        let key = ordinals.key(row_key::digest(&row, reading.round));
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
        if rows.len() >= reading.chunk_rows.get() {
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

/// The sheet of a table that was kept under the name of its workbook and its own.
fn sheet_of(name: &str) -> Option<&str> {
    let (_, sheet) = name.rsplit_once(" > ")?;
    Some(sheet.strip_suffix(".csv").unwrap_or(sheet))
}

/// Says in which sheet a row is that something is wrong with.
pub(super) fn name_sheet(row: &mut Row, named: Option<&str>) {
    for warning in &mut row.warnings {
        if let Location::Row { sheet, .. } = &mut warning.location {
            *sheet = named.map(str::to_owned);
        }
    }
}

/// Whether a row says nothing that could be answered.
pub(super) fn holds_no_comment(row: &Row) -> bool {
    row.content.is_none() && row.proposal.is_none()
}

fn understand_chunk(dossier: &Dossier, reading: &Reading, rows: Vec<(Row, RowKey)>) -> Vec<Ready> {
    rows.into_par_iter()
        .map(|(row, key)| {
            let row_number = row.row_number;
            let mut understood = understand_row(dossier, row, reading.round);
            let answers = std::mem::take(&mut understood.answers_in_table);
            let warnings = std::mem::take(&mut understood.warnings);
            let mut settlement = settlement(dossier, understood, reading.received_on);
            settlement.needs_person |= !warnings.is_empty();
            settlement.row_key = Some(key.to_string());
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
