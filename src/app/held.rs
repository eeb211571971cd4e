//! Tables that a person looks at before anything of them is taken in: kept, shown, their columns
//! changed, then taken in or thrown away. Nothing is lost by leaving the page.

pub mod json;
mod taking;

use std::collections::{BTreeSet, HashSet};
use std::io::Read;
use std::sync::Arc;

use super::ingest::look::{self, Looked};
use super::ingest::row_key::{RowKey, known_keys};
use super::ingest::{Hold, Look, Options, SNIFF_BYTES};
use super::understand::Dossier;
use super::{App, Error, Kind, reading, run_blocking};
use crate::convert::Sheet;
use crate::domain::{Consultation, ConsultationId, ContentHash, RoundId, SubmissionId};
use crate::intake::arrangements::{Arrangement, Arrangements, shape_of};
use crate::intake::columns::{Column, columns_at};
use crate::intake::csv::CsvTable;
use crate::intake::{self, Format};
use crate::store::kept_files::{self, Choice, KeptFile, KeptState, NewKeptFile};
use crate::store::ledger::{self, Action};
use crate::store::{arrangements, batches, containers, problems};

/// A table as a person looks at it.
#[derive(Debug, Clone)]
pub struct HeldInFull {
    /// The record.
    pub table: KeptFile,
    /// Its sheets; one without a name for a file that is no workbook.
    pub sheets: Vec<SheetInFull>,
}

/// One of its sheets.
#[derive(Debug, Clone)]
pub struct SheetInFull {
    /// Its name; empty for a file that is no workbook.
    pub name: String,
    /// Whether the workbook hides it.
    pub is_hidden: bool,
    /// By what its columns are read.
    pub rule: Rule,
    /// What it would become.
    pub look: Look,
}

/// By what the columns of a table are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Nothing is known of them.
    Nothing,
    /// The headings.
    Headings,
    /// What somebody said about an earlier table with this header.
    Remembered {
        /// Who.
        actor: String,
        /// When, microseconds since 1970.
        saved_us: i64,
    },
    /// What was chosen here.
    Chosen,
}

/// What a person says about the header of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arranging {
    /// The sheet; empty for a file that is no workbook.
    pub sheet: String,
    /// Its row among the first rows, from 0.
    pub header: usize,
    /// How many rows it has: one, or two.
    pub n_rows: usize,
    /// What each column holds; where it is not said, what the headings say.
    pub columns: Option<Vec<Option<Column>>>,
}

/// A sheet's text.
struct SheetText {
    name: String,
    is_hidden: bool,
    text: Text,
}

enum Text {
    /// An original of its own.
    Blob(ContentHash),
    /// Made of a sheet.
    Made(Vec<u8>),
}

impl App {
    /// Keeps a table for a person to look at first, where that is asked for. Returns its key.
    pub(super) async fn hold_if_asked(
        &self,
        consultation: &Consultation,
        name: &str,
        format: Format,
        blob: ContentHash,
        options: &Options,
    ) -> Result<Option<i64>, Error> {
        let is_doubtful = match (options.hold, format) {
            (Hold::None, _) => return Ok(None),
            (Hold::All, Format::Csv) => true,
            (Hold::Doubtful, Format::Csv) => self.is_doubtful(consultation.id, name, blob).await?,
            (Hold::All, Format::Spreadsheet) => self.holds_comments(blob).await?,
            _ => false,
        };
        if !is_doubtful {
            return Ok(None);
        }
        let mut tx = self.store.read().await?;
        let known = batches::find_batch(&mut tx, consultation.id, blob).await?;
        drop(tx);
        if known.is_some_and(|batch| batch.committed_row > 0) {
            // Taken in before: the import says so.
            return Ok(None);
        }
        let round = options.round.as_ref().map(|round| round.id);
        self.let_wait(consultation.id, name, blob, round)
            .await
            .map(Some)
    }

    /// Whether the columns or letters of a table may be other ones than they seem.
    async fn is_doubtful(
        &self,
        consultation: ConsultationId,
        name: &str,
        blob: ContentHash,
    ) -> Result<bool, Error> {
        let dossier = self.dossier(consultation).await?;
        let file = self.blobs.open_blob(blob)?;
        let opened = CsvTable::open(file, name, dossier.arrangements());
        Ok(match opened.map_err(|error| unreadable(name, error))? {
            Ok(table) => !table.shape().is_certain,
            // An empty file has nothing to look at.
            Err(warning) => warning.code != "table.empty",
        })
    }

    /// Whether a workbook can be read and is no report of open work that comes back with answers.
    async fn holds_comments(&self, blob: ContentHash) -> Result<bool, Error> {
        if self.blobs.size(blob)? > self.config.max_file_bytes {
            return Ok(false);
        }
        let bytes = self.blobs.get(blob)?;
        run_blocking(move || {
            let sheets = reading::read_all_sheets(&bytes).unwrap_or_default();
            let answers = |sheet: &Sheet| super::ingest::is_work(&sheet.name, &sheet.csv);
            !sheets.is_empty() && !sheets.iter().any(answers)
        })
        .await
    }

    /// Keeps a table, or finds it waiting already.
    async fn let_wait(
        &self,
        consultation: ConsultationId,
        name: &str,
        blob: ContentHash,
        round: Option<RoundId>,
    ) -> Result<i64, Error> {
        let now_us = self.clock.now_us();
        let mut tx = self.store.write().await?;
        let held = kept_files::list_kept(&mut tx, consultation).await?;
        let waiting = |it: &&KeptFile| it.blob == blob && it.state == KeptState::Waiting;
        if let Some(known) = held.iter().find(waiting) {
            return Ok(known.id);
        }
        let new = NewKeptFile {
            consultation,
            round,
            file_name: name,
            blob,
            actor: &self.actor,
            kept_us: now_us,
            state: KeptState::Waiting,
        };
        let id = kept_files::insert_kept(&mut tx, &new).await?;
        ledger::append(&mut tx, now_us, &self.actor, Action::FilesKept, id, id).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Lets a person look at the table that a problem is about: a file or sheet without a known header.
    ///
    /// # Errors
    /// [`Kind::NotFound`] where the problem is gone or about something else.
    pub async fn hold_problem(&self, consultation: &Consultation, id: i64) -> Result<i64, Error> {
        let mut tx = self.store.read().await?;
        let found = problems::list_problems(&mut tx, consultation.id).await?;
        let problem = found.into_iter().find(|problem| problem.id == id);
        let none = || {
            Error::new(
                Kind::NotFound,
                format!("Không có bảng nào ở vấn đề số {id}."),
            )
        };
        let problem = problem.ok_or_else(none)?;
        let (name, blob, round) = if let Some(batch) = problem.batch {
            let found = batches::list_standings(&mut tx, consultation.id).await?;
            let found = found.into_iter().find(|it| it.id == batch.0);
            let batch = found.filter(|it| it.n_submissions == 0).ok_or_else(none)?;
            (batch.file_name, batch.blob_hash, batch.round_id)
        } else {
            let name = &problem.source;
            let found = containers::find_by_name(&mut tx, consultation.id, name).await?;
            let container = found.ok_or_else(none)?;
            (container.file_name, container.blob_hash, container.round_id)
        };
        drop(tx);
        let blob = ContentHash::parse(&blob).ok_or_else(none)?;
        self.let_wait(consultation.id, &name, blob, round.map(RoundId))
            .await
    }

    /// Lets a person look at a file that waits as a letter as at a table.
    ///
    /// # Errors
    /// [`Kind::Invalid`] where it is no table.
    pub async fn hold_submission(
        &self,
        consultation: &Consultation,
        id: SubmissionId,
    ) -> Result<i64, Error> {
        let submission = self.submission(id).await?;
        let format = self.format_of(&submission.source, submission.blob)?;
        let is_own = submission.consultation == consultation.id && submission.batch.is_none();
        if !is_own || !matches!(format, Format::Csv | Format::Spreadsheet) {
            return Err(Error::new(
                Kind::Invalid,
                format!("Lượt góp ý số {id} không phải là tệp bảng."),
            ));
        }
        let round = submission.round;
        self.let_wait(consultation.id, &submission.source, submission.blob, round)
            .await
    }

    fn format_of(&self, name: &str, blob: ContentHash) -> Result<Format, Error> {
        let mut head = Vec::new();
        self.blobs
            .open_blob(blob)?
            .take(SNIFF_BYTES)
            .read_to_end(&mut head)
            .map_err(|error| unreadable(name, error))?;
        Ok(intake::sniff(&head, name))
    }

    /// The tables that wait to be looked at, and those that were thrown away; newest first.
    pub async fn held_tables(&self, consultation: &Consultation) -> Result<Vec<KeptFile>, Error> {
        let mut tx = self.store.read().await?;
        let mut files = kept_files::list_kept(&mut tx, consultation.id).await?;
        files.retain(|file| matches!(file.state, KeptState::Waiting | KeptState::Discarded));
        Ok(files)
    }

    async fn held(&self, consultation: &Consultation, id: i64) -> Result<KeptFile, Error> {
        let mut tx = self.store.read().await?;
        let found = kept_files::find_kept(&mut tx, consultation.id, id).await?;
        found.ok_or_else(|| Error::new(Kind::NotFound, format!("Không có bảng chờ xem số {id}.")))
    }

    /// The bytes of a table as they came, with its name.
    pub async fn held_original(
        &self,
        consultation: &Consultation,
        id: i64,
    ) -> Result<(String, Vec<u8>), Error> {
        let table = self.held(consultation, id).await?;
        Ok((table.file_name, self.blobs.get(table.blob)?))
    }

    /// A table with what it would become as it is arranged now.
    pub async fn held_in_full(
        &self,
        consultation: &Consultation,
        id: i64,
    ) -> Result<HeldInFull, Error> {
        let table = self.held(consultation, id).await?;
        let dossier = self.dossier(consultation.id).await?;
        let known = self.known_rows(consultation.id).await?;
        let mut sheets = Vec::new();
        if table.state != KeptState::Waiting {
            return Ok(HeldInFull { table, sheets });
        }
        for sheet in self.sheets_of(&table).await? {
            let looked = self.look_at(&dossier, &table, sheet, &known).await?;
            sheets.push(looked);
        }
        let mut tx = self.store.read().await?;
        for sheet in &mut sheets {
            let arrangement = sheet.look.mapping.as_ref();
            let arrangement = arrangement.and_then(|mapping| mapping.arrangement.as_ref());
            sheet.rule = match (&sheet.look.mapping, arrangement.map(|it| it.id)) {
                (None, _) => Rule::Nothing,
                (Some(_), None) => Rule::Headings,
                (Some(_), Some(None)) => Rule::Chosen,
                (Some(_), Some(Some(id))) => {
                    match arrangements::find_arrangement(&mut tx, id).await? {
                        Some(found) => Rule::Remembered {
                            actor: found.actor,
                            saved_us: found.saved_us,
                        },
                        None => Rule::Headings,
                    }
                }
            };
        }
        Ok(HeldInFull { table, sheets })
    }

    /// Keys of the rows that came before.
    async fn known_rows(
        &self,
        consultation: ConsultationId,
    ) -> Result<Arc<HashSet<RowKey>>, Error> {
        let mut tx = self.store.read().await?;
        Ok(Arc::new(known_keys(&mut tx, consultation).await?))
    }

    async fn sheets_of(&self, table: &KeptFile) -> Result<Vec<SheetText>, Error> {
        if self.format_of(&table.file_name, table.blob)? != Format::Spreadsheet {
            return Ok(vec![SheetText {
                name: String::new(),
                is_hidden: false,
                text: Text::Blob(table.blob),
            }]);
        }
        let bytes = self.blobs.get(table.blob)?;
        let read = run_blocking(move || reading::read_all_sheets(&bytes)).await?;
        let sheets = read.map_err(|warning| {
            let message = format!("{} {}", warning.problem, warning.remedy);
            Error::new(Kind::Invalid, message)
        })?;
        let sheet = |sheet: Sheet| SheetText {
            name: sheet.name,
            is_hidden: sheet.is_hidden,
            text: Text::Made(sheet.csv),
        };
        Ok(sheets.into_iter().map(sheet).collect())
    }

    async fn look_at(
        &self,
        dossier: &Arc<Dossier>,
        table: &KeptFile,
        sheet: SheetText,
        known: &Arc<HashSet<RowKey>>,
    ) -> Result<SheetInFull, Error> {
        let SheetText {
            name,
            is_hidden,
            text,
        } = sheet;
        let beginning = self.beginning(&table.file_name, &text)?;
        let source: Box<dyn Read + Send> = match text {
            Text::Blob(blob) => Box::new(self.blobs.open_blob(blob)?),
            Text::Made(bytes) => Box::new(std::io::Cursor::new(bytes)),
        };
        let file_name = match name.as_str() {
            "" => table.file_name.clone(),
            sheet => reading::sheet_file(&table.file_name, sheet),
        };
        let choice = table.choices.get(&name).cloned();
        let round = table.round_id.map(RoundId);
        let (of, known, sheet) = (Arc::clone(dossier), Arc::clone(known), name.clone());
        let failed = table.file_name.clone();
        let looked = run_blocking(move || {
            let rows = look::first_rows(&of, &beginning);
            let chosen = choice.as_ref().and_then(|choice| arranged(&rows, choice));
            let arrangements = match chosen {
                Some(chosen) => Arrangements::from_iter([chosen]),
                None => of.arrangements().clone(),
            };
            let looked = Looked {
                name: &file_name,
                sheet: Some(sheet.as_str()).filter(|sheet| !sheet.is_empty()),
                arrangements: &arrangements,
                round,
                known: &known,
            };
            look::look(&of, &looked, rows, source)
        });
        Ok(SheetInFull {
            look: looked.await?.map_err(|error| unreadable(&failed, error))?,
            name,
            is_hidden,
            rule: Rule::Nothing,
        })
    }

    fn beginning(&self, name: &str, text: &Text) -> Result<Vec<u8>, Error> {
        let mut beginning = Vec::new();
        let source: Box<dyn Read + '_> = match text {
            Text::Blob(blob) => Box::new(self.blobs.open_blob(*blob)?),
            Text::Made(bytes) => Box::new(bytes.as_slice()),
        };
        source
            .take(SNIFF_BYTES)
            .read_to_end(&mut beginning)
            .map_err(|error| unreadable(name, error))?;
        Ok(beginning)
    }

    /// Keeps what a person says about the columns of a sheet that is looked at; nothing is taken in by
    /// it yet, and it is remembered for other tables only then.
    ///
    /// # Errors
    /// [`Kind::Invalid`] where the row cannot be a header, or two columns are said to hold one thing;
    /// [`Kind::Conflict`] once it is decided about the table.
    pub async fn arrange(
        &self,
        consultation: &Consultation,
        id: i64,
        said: &Arranging,
    ) -> Result<(), Error> {
        let mut table = self.held(consultation, id).await?;
        let rows = self.rows_of(consultation, &table, &said.sheet).await?;
        let invalid = |message: &str| Error::new(Kind::Invalid, message);
        let mapping = columns_at(&rows, said.header, said.n_rows.clamp(1, 2));
        let mapping = mapping.ok_or_else(|| invalid("Không có dòng tiêu đề đã chọn."))?;
        let header = rows.get(said.header..said.header + mapping.header.1);
        if header.and_then(shape_of).is_none() {
            return Err(invalid(
                "Dòng tiêu đề phải có ít nhất hai ô có chữ; hãy chọn dòng ghi tên các cột.",
            ));
        }
        let columns = match &said.columns {
            Some(columns) => columns.clone(),
            None => mapping.columns,
        };
        if let Some(column) = repeated(&columns) {
            return Err(invalid(&format!(
                "Hai cột cùng được chọn là “{}”; chỉ để một cột, cột kia chọn “Bỏ qua”.",
                column.name()
            )));
        }
        let choice = Choice {
            header: said.header,
            n_rows: mapping.header.1,
            columns: columns.into_iter().map(code).collect(),
        };
        table.choices.insert(said.sheet.clone(), choice);
        let mut tx = self.store.write().await?;
        if !kept_files::update_choices(&mut tx, id, &table.choices).await? {
            return Err(decided(id));
        }
        tx.commit().await?;
        Ok(())
    }

    /// The first rows of a sheet.
    async fn rows_of(
        &self,
        consultation: &Consultation,
        table: &KeptFile,
        sheet: &str,
    ) -> Result<Vec<Vec<String>>, Error> {
        let dossier = self.dossier(consultation.id).await?;
        let sheets = self.sheets_of(table).await?;
        let found = sheets.iter().find(|it| it.name == sheet);
        let found = found.ok_or_else(|| {
            Error::new(
                Kind::NotFound,
                format!("Tệp không có trang tính “{sheet}”."),
            )
        })?;
        let beginning = self.beginning(&table.file_name, &found.text)?;
        Ok(look::first_rows(&dossier, &beginning))
    }
}

fn unreadable(name: &str, error: std::io::Error) -> Error {
    let message = format!("Không đọc được tệp `{name}`.");
    Error::caused(Kind::Unavailable, message, error)
}

fn decided(id: i64) -> Error {
    Error::new(
        Kind::Conflict,
        format!("Bảng chờ xem số {id} đã có người quyết định."),
    )
}

fn code(column: Option<Column>) -> Option<String> {
    column.map(|column| column.code().to_owned())
}

/// What two columns are said to hold that only one can.
fn repeated(columns: &[Option<Column>]) -> Option<Column> {
    let mut seen = BTreeSet::new();
    let mut columns = columns.iter().flatten();
    columns
        .find(|column| !column.may_repeat() && !seen.insert(**column))
        .copied()
}

/// What a person chose, as tables are read by it.
fn arranged(rows: &[Vec<String>], choice: &Choice) -> Option<Arrangement> {
    let header = rows.get(choice.header..choice.header + choice.n_rows)?;
    Some(Arrangement {
        id: None,
        shape: shape_of(header)?,
        n_rows: choice.n_rows,
        columns: choice
            .columns
            .iter()
            .map(|code| Column::parse(code.as_deref()?))
            .collect(),
    })
}
