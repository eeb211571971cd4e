//! Tables that were imported: which there are, taking one back, and the rows that could not be taken
//! in, as a file to correct and drop in again.

use std::collections::BTreeMap;
use std::io::BufReader;

use super::ingest::TABLE_AUTHOR;
use super::{App, Error, Kind, arrangements, run_blocking};
use crate::domain::{BatchId, Consultation, ContentHash, Location};
use crate::intake::arrangements::Arrangements;
use crate::intake::csv::CsvTable;
use crate::store::batches;
pub use crate::store::batches::BatchStanding;
use crate::store::ledger::{self, Action};
use crate::store::problems;
use crate::text::formula::guarded;

/// Title of the column that says what is wrong; no heading that a table of comments is read by.
const REASON: &str = "Cần sửa gì (xóa cột này được)";

impl App {
    /// The tables that were imported, newest first.
    pub async fn batches(&self, consultation: &Consultation) -> Result<Vec<BatchStanding>, Error> {
        let mut tx = self.store.read().await?;
        Ok(batches::list_standings(&mut tx, consultation.id).await?)
    }

    async fn batch(
        &self,
        consultation: &Consultation,
        id: BatchId,
    ) -> Result<BatchStanding, Error> {
        let found = self.batches(consultation).await?;
        found
            .into_iter()
            .find(|batch| batch.id == id.0)
            .ok_or_else(|| Error::new(Kind::NotFound, format!("Không có lần nhập số {id}.")))
    }

    /// Takes a batch back; its original is kept, and importing it again brings its rows anew.
    /// Returns how many submissions no longer count.
    ///
    /// # Errors
    /// [`Kind::Conflict`] once somebody decided or answered anything in it, or while it is going on.
    pub async fn undo_batch(
        &self,
        consultation: &Consultation,
        id: BatchId,
        actor: &str,
    ) -> Result<i64, Error> {
        let batch = self.batch(consultation, id).await?;
        if batch.is_undone {
            return Ok(0);
        }
        let conflict = |message: String| Err(Error::new(Kind::Conflict, message));
        if !batch.is_complete {
            return conflict(format!(
                "Lần nhập số {id} chưa xong nên chưa hoàn tác được."
            ));
        }
        let mut tx = self.store.write().await?;
        let n_decided = batches::count_decided(&mut tx, id, TABLE_AUTHOR).await?;
        if n_decided > 0 {
            return conflict(format!(
                "Không hoàn tác được lần nhập số {id}: {n_decided} lượt góp ý trong đó đã có người trả lời hoặc quyết định."
            ));
        }
        let range = batches::undo_batch(&mut tx, id).await?;
        let (first, last) = range.unwrap_or_default();
        let now_us = self.clock.now_us();
        ledger::append(&mut tx, now_us, actor, Action::BatchUndone, first, last).await?;
        tx.commit().await?;
        self.let_index_follow().await;
        Ok(batch.n_submissions)
    }

    /// The rows of a table that could not be taken in, as a CSV file for Excel with the reason in a
    /// column of its own; with the name it is saved under.
    pub async fn bad_rows(
        &self,
        consultation: &Consultation,
        id: BatchId,
    ) -> Result<(String, Vec<u8>), Error> {
        let batch = self.batch(consultation, id).await?;
        let mut tx = self.store.read().await?;
        let mut reasons: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        // Rows that were taken in with a remark are corrected where they are.
        for problem in problems::list_bad_rows(&mut tx, consultation.id, id).await? {
            if let Location::Row { row_number, .. } = problem.warning.location {
                let warning = &problem.warning;
                let reason = format!("{} {}", warning.problem, warning.remedy);
                reasons.entry(row_number).or_default().push(reason);
            }
        }
        let arranged = arrangements::read_one(&mut tx, batch.arrangement_id).await?;
        drop(tx);
        if reasons.is_empty() {
            return Err(Error::new(
                Kind::NotFound,
                format!("Lần nhập số {id} không có dòng nào chưa nhập được."),
            ));
        }
        let blob = ContentHash::parse(&batch.blob_hash)
            .ok_or_else(|| Error::new(Kind::Internal, "Bản gốc của lần nhập này không còn."))?;
        let (file, name) = (self.blobs.open_blob(blob)?, batch.file_name.clone());
        let written = run_blocking(move || write_rows(file, &name, &arranged, &reasons)).await?;
        let bytes = written.map_err(|error| {
            let message = format!("Không đọc lại được tệp `{}`.", batch.file_name);
            Error::caused(Kind::Unavailable, message, error)
        })?;
        let stem = batch.file_name.rsplit(['/', '\\', '>']).next();
        let stem = stem.unwrap_or_default().trim();
        let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
        Ok((format!("{stem}-dong-can-sua.csv"), bytes))
    }
}

fn write_rows(
    file: std::fs::File,
    name: &str,
    arranged: &Arrangements,
    reasons: &BTreeMap<u64, Vec<String>>,
) -> std::io::Result<Vec<u8>> {
    // Excel takes a file for UTF-8 by its byte order mark only.
    let bytes = "\u{feff}".as_bytes().to_vec();
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(bytes);
    if let Ok(table) = CsvTable::open(BufReader::new(file), name, arranged)? {
        let headings = table.shape().mapping.headings.clone();
        writer.write_record(headings.iter().map(String::as_str).chain([REASON]))?;
        for row in table {
            let row = row?;
            let Some(why) = reasons.get(&row.row_number) else {
                continue;
            };
            let why = why.join(" ");
            let cells = row
                .cells
                .iter()
                .map(String::as_str)
                .chain(std::iter::repeat(""));
            // What a stranger wrote must not become a formula.
            let cells = cells
                .take(headings.len().max(row.cells.len()))
                .map(|cell| guarded(cell).into_owned());
            writer.write_record(cells.chain([why]))?;
        }
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}
