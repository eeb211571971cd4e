//! A table that was looked at is taken in, or thrown away.

use std::collections::BTreeSet;

use super::{SheetInFull, code, decided};
use crate::app::ingest::{FileReport, KeptTable, Options, Progress};
use crate::app::{App, Error, Kind, reading};
use crate::domain::{BatchId, Channel, Consultation, ConsultationId, ContentHash, Location};
use crate::intake::arrangements::Arrangement;
use crate::intake::columns::{Column, recognize_columns};
use crate::store::kept_files::{self, KeptFile, KeptState};
use crate::store::ledger::{self, Action};
use crate::store::{Tx, arrangements, batches, problems, submissions};

impl App {
    /// Takes a table in: all its good rows; of a workbook the named sheets. How a person arranged the
    /// columns is remembered for every table with the same header.
    ///
    /// # Errors
    /// [`Kind::Invalid`] where a sheet has no column of comments; [`Kind::Conflict`] where somebody
    /// decided already, or answered what came of the same file before.
    pub async fn take_held(
        &self,
        consultation: &Consultation,
        id: i64,
        sheets: &[String],
        progress: &(dyn Fn(Progress<'_>) + Sync),
    ) -> Result<FileReport, Error> {
        let mut table = self.held(consultation, id).await?;
        let _turn = self.in_hand.take(table.blob).await;
        let full = self.held_in_full(consultation, id).await?;
        let chosen: Vec<&SheetInFull> = full
            .sheets
            .iter()
            .filter(|sheet| sheet.name.is_empty() || sheets.contains(&sheet.name))
            .collect();
        if chosen.is_empty() {
            return Err(Error::new(
                Kind::Invalid,
                "Chưa chọn trang tính nào để nhập.",
            ));
        }
        for sheet in &chosen {
            check_columns(sheet)?;
        }
        let now_us = self.clock.now_us();
        let actor = &self.actor;
        let mut tx = self.store.write().await?;
        table.sheets = chosen
            .iter()
            .map(|sheet| sheet.name.clone())
            .filter(|name| !name.is_empty())
            .collect();
        let state = KeptState::Taking;
        if !kept_files::decide(&mut tx, id, state, &table.sheets, actor, now_us).await? {
            return Err(decided(id));
        }
        for sheet in &chosen {
            self.remember(&mut tx, sheet, now_us).await?;
        }
        self.clear_the_way(&mut tx, consultation.id, &table).await?;
        ledger::append(&mut tx, now_us, actor, Action::FilesDecided, id, id).await?;
        tx.commit().await?;
        let report = self.finish_held(consultation.id, &table, progress).await?;
        self.let_index_follow().await;
        Ok(report)
    }

    /// Remembers how a person arranged the columns of a sheet, where the headings alone say otherwise.
    async fn remember(&self, tx: &mut Tx, sheet: &SheetInFull, now_us: i64) -> Result<(), Error> {
        let Some(mapping) = &sheet.look.mapping else {
            return Ok(());
        };
        let Some(Arrangement {
            id: None,
            shape,
            n_rows,
            columns,
        }) = &mapping.arrangement
        else {
            return Ok(());
        };
        let actor = &self.actor;
        let by_headings = recognize_columns(&sheet.look.first_rows);
        let says_the_same = by_headings
            .is_some_and(|it| it.header == mapping.header && it.columns == mapping.columns);
        if says_the_same {
            let known = arrangements::list_arrangements(tx).await?;
            if let Some(known) = known.iter().find(|it| it.shape == *shape) {
                arrangements::remove_arrangement(tx, known.id).await?;
                let (action, id) = (Action::ArrangementsSet, known.id);
                ledger::append(tx, now_us, actor, action, id, id).await?;
            }
            return Ok(());
        }
        let new = arrangements::Arrangement {
            id: 0,
            shape: shape.clone(),
            n_rows: i64::try_from(*n_rows).unwrap_or(1),
            headings: mapping.headings.clone(),
            columns: columns.iter().copied().map(code).collect(),
            actor: actor.to_string(),
            saved_us: now_us,
        };
        let id = arrangements::insert_arrangement(tx, &new).await?;
        ledger::append(tx, now_us, actor, Action::ArrangementsSet, id, id).await?;
        Ok(())
    }

    /// Takes back what the file was before its columns were known: a refused table, a letter without a
    /// word, a sheet that was left out.
    async fn clear_the_way(
        &self,
        tx: &mut Tx,
        consultation: ConsultationId,
        table: &KeptFile,
    ) -> Result<(), Error> {
        let (now_us, actor) = (self.clock.now_us(), &self.actor);
        let refused = batches::find_batch(tx, consultation, table.blob).await?;
        if let Some(batch) = refused
            && batch.is_complete
            && batch.committed_row == 0
        {
            batches::undo_batch(tx, BatchId(batch.id)).await?;
            ledger::append(tx, now_us, actor, Action::BatchUndone, 0, 0).await?;
        }
        let external_id = table.blob.to_string();
        let channel = Channel::Letter;
        if let Some((id, true)) =
            submissions::find_submission(tx, consultation, channel, &external_id).await?
        {
            let which = submissions::Which::Range(id, id);
            for letter in submissions::list_submissions(tx, which).await? {
                self.undo_in(tx, id, letter.disposition).await?;
            }
        }
        let left_out: BTreeSet<String> = table
            .sheets
            .iter()
            .map(|sheet| format!("{} > {sheet}", table.file_name))
            .collect();
        for problem in problems::list_problems(tx, consultation).await? {
            let is_its = problem.warning.code == reading::NO_TABLE
                && matches!(&problem.warning.location, Location::Part { path } if left_out.contains(path));
            if is_its {
                problems::resolve_problem(tx, problem.id).await?;
            }
        }
        Ok(())
    }

    /// Carries the taking in of a table to its end; doing it again adds nothing.
    async fn finish_held(
        &self,
        consultation: ConsultationId,
        table: &KeptFile,
        progress: &(dyn Fn(Progress<'_>) + Sync),
    ) -> Result<FileReport, Error> {
        let options = Options {
            sheets: table.sheets.clone(),
            ..self.options_of(consultation, table.round_id).await?
        };
        let mut report = FileReport::new(&table.file_name);
        report.blob = Some(table.blob);
        if table.sheets.is_empty() {
            let kept = KeptTable::file(&table.file_name, table.blob);
            self.import_table(consultation, kept, &options, progress, &mut report)
                .await?;
        } else {
            let name = &table.file_name;
            let claimed = self
                .claim_container(consultation, name, table.blob, &options)
                .await?;
            self.open_workbook(consultation, &claimed, &options, progress, &mut report)
                .await?;
        }
        let mut tx = self.store.write().await?;
        kept_files::complete_kept(&mut tx, table.id).await?;
        tx.commit().await?;
        Ok(report)
    }

    /// Finishes what an earlier process began to take in. Returns the originals that could not be
    /// finished: nothing else may take more of them in than was chosen.
    pub(in crate::app) async fn resume_held(
        &self,
        consultation: ConsultationId,
    ) -> Result<BTreeSet<ContentHash>, Error> {
        let mut tx = self.store.read().await?;
        let held = kept_files::list_kept(&mut tx, consultation).await?;
        drop(tx);
        let mut unfinished = BTreeSet::new();
        for table in held.iter().filter(|it| it.state == KeptState::Taking) {
            if let Err(error) = self.finish_held(consultation, table, &|_| {}).await {
                tracing::warn!("held table {} could not be finished yet: {error}", table.id);
                unfinished.insert(table.blob);
            }
        }
        Ok(unfinished)
    }

    /// Throws a table away; its original stays, and so does the note who did it.
    ///
    /// # Errors
    /// [`Kind::Conflict`] where somebody decided already.
    pub async fn discard_held(&self, consultation: &Consultation, id: i64) -> Result<(), Error> {
        self.held(consultation, id).await?;
        let (now_us, actor) = (self.clock.now_us(), &self.actor);
        let mut tx = self.store.write().await?;
        let state = KeptState::Discarded;
        if !kept_files::decide(&mut tx, id, state, &[], actor, now_us).await? {
            return Err(decided(id));
        }
        ledger::append(&mut tx, now_us, actor, Action::FilesDecided, id, id).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Says what is missing of a sheet that is to be taken in.
fn check_columns(sheet: &SheetInFull) -> Result<(), Error> {
    let at = match sheet.name.as_str() {
        "" => "Bảng".to_owned(),
        name => format!("Trang tính “{name}”"),
    };
    let has_comments = sheet.look.mapping.as_ref().is_some_and(|mapping| {
        mapping.find(Column::Content).is_some() || mapping.find(Column::Proposal).is_some()
    });
    if has_comments {
        return Ok(());
    }
    Err(Error::new(
        Kind::Invalid,
        format!("{at} chưa có cột nào được chọn là “Nội dung góp ý”; hãy chọn rồi bấm “Xem lại”."),
    ))
}
