//! Files in: keep the bytes, claim, commit; then read, understand, settle, commit.
//!
//! Nothing is acknowledged before its bytes and its row are durable, and nothing is read before
//! that. Importing the same bytes again adds nothing; an import that was cut off continues where
//! it stopped (see [`App::resume`]).

mod chunk_rows;
mod container;
mod dry_run;
mod in_hand;
mod letter;
pub(super) mod look;
mod messages;
pub(super) mod row_key;
mod settle;
mod table;
mod work;

use std::io::Read;

pub(super) use in_hand::InHand;
pub use look::{Fate, Look, Seen};
pub use settle::{Settled, settlement};
pub(super) use settle::{TABLE_AUTHOR, parse_decision};
pub(super) use table::KeptTable;
pub use work::{AnswersBack, Clash};

use super::understand::Understood;
use super::{App, Error, Kind, disk, reading, run_blocking};
use crate::domain::{
    Channel, Consultation, ConsultationId, ContentHash, Disposition, Location, Round, Warning,
};
use crate::intake::{self, Format};
use crate::store::batches::{self, Batch};
use crate::store::containers::{self, Container};
use crate::store::submissions::{self, Submission};
use crate::store::{self};

/// How much of a file is looked at to tell what it is.
pub(super) const SNIFF_BYTES: u64 = 256 << 10;

/// One file to import.
pub struct Incoming<'a> {
    /// Its name, as a person knows it.
    pub name: String,
    /// Its bytes.
    pub reader: Box<dyn Read + Send + 'a>,
}

/// What the person who imports wants.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The round all files answer; otherwise each reply's own words and dates tell.
    pub round: Option<Round>,
    /// Only say what would happen.
    pub dry_run: bool,
    /// Which tables wait for a person to look at them first.
    pub hold: Hold,
    /// The sheets of a workbook to take in; all where none is named.
    pub sheets: Vec<String>,
}

/// Which tables wait for a person to look at them before anything of them is taken in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Hold {
    /// None: whoever brings them does not see pages.
    #[default]
    None,
    /// Those whose header or encoding is not certain.
    Doubtful,
    /// All.
    All,
}

/// How far an import is.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// The file being imported.
    pub file: &'a str,
    /// Rows of it that are durable.
    pub rows: u64,
}

/// What became of one file.
#[derive(Debug, Clone)]
pub struct FileReport {
    /// Its name.
    pub name: String,
    /// Where its bytes are kept; `None` in a dry run.
    pub blob: Option<ContentHash>,
    /// Whether the same bytes were imported before, so that nothing was added.
    pub was_known: bool,
    /// New submissions by state.
    pub submissions: Vec<(Disposition, u64)>,
    /// New points.
    pub n_points: u64,
    /// Rows of earlier files that stand in this one again.
    pub n_known_rows: u64,
    /// The table that waits for a person to look at it first; nothing of it is taken in yet.
    pub held: Option<i64>,
    /// Answers, where the file is a report of open work that came back.
    pub answers: Option<AnswersBack>,
    /// Submissions a person has to look at.
    pub n_needs_person: u64,
    /// Why, one sentence each.
    pub reasons: Vec<String>,
    /// What is wrong with the file.
    pub warnings: Vec<Warning>,
    /// Reasons and warnings beyond those kept here; all are in the database.
    pub n_more: u64,
}

/// Reasons and warnings of a table that a report keeps, of each: nobody reads more at once, and a
/// table of twelve million rows can have as many.
const MOST_KEPT: usize = 1_000;

impl FileReport {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            blob: None,
            was_known: false,
            submissions: Vec::new(),
            n_points: 0,
            n_known_rows: 0,
            held: None,
            answers: None,
            n_needs_person: 0,
            reasons: Vec::new(),
            warnings: Vec::new(),
            n_more: 0,
        }
    }

    /// Notes what is wrong with a row, or only that there is more.
    fn warn(&mut self, warning: Warning) {
        if self.warnings.len() < MOST_KEPT {
            self.warnings.push(warning);
        } else {
            self.n_more += 1;
        }
    }

    /// Notes why a person has to look at a row, or only that there is more.
    fn explain(&mut self, reason: impl FnOnce() -> String) {
        if self.reasons.len() < MOST_KEPT {
            self.reasons.push(reason());
        } else {
            self.n_more += 1;
        }
    }

    /// Notes what a message of a mailbox says about itself.
    fn warnings_of(&mut self, understood: &Understood) {
        for warning in &understood.warnings {
            self.warn(warning.clone());
        }
        for reason in &understood.reasons {
            self.explain(|| reason.clone());
        }
    }

    fn count(&mut self, disposition: Disposition) {
        match self
            .submissions
            .iter_mut()
            .find(|(known, _)| *known == disposition)
        {
            Some((_, n)) => *n += 1,
            None => self.submissions.push((disposition, 1)),
        }
    }

    /// Adds what settling one submission did.
    pub(super) fn add(&mut self, settled: &Settled) {
        self.count(settled.disposition);
        self.n_points += settled.n_points;
        self.n_needs_person += u64::from(settled.needs_person);
        self.reasons.extend(settled.remark.clone());
    }

    /// Number of new submissions.
    pub fn n_submissions(&self) -> u64 {
        self.submissions.iter().map(|(_, n)| n).sum()
    }

    /// Whether a person has something to look at.
    pub fn needs_attention(&self) -> bool {
        self.n_needs_person > 0 || !self.warnings.is_empty()
    }
}

impl App {
    /// Imports one file into a consultation.
    ///
    /// # Errors
    /// Only when the disk or the database fails; what is wrong with the file is in the report.
    pub async fn import(
        &self,
        consultation: &Consultation,
        incoming: Incoming<'_>,
        options: &Options,
        progress: &(dyn Fn(Progress<'_>) + Sync),
    ) -> Result<FileReport, Error> {
        let Incoming { name, mut reader } = incoming;
        let failed = |error: std::io::Error| {
            Error::caused(
                Kind::Unavailable,
                format!("Không đọc được tệp `{name}`: {}.", disk::reason(&error)),
                error,
            )
        };
        let mut head = Vec::new();
        (&mut reader)
            .take(SNIFF_BYTES)
            .read_to_end(&mut head)
            .map_err(failed)?;
        let format = intake::sniff(&head, &name);
        let is_typed = has_extension(&name, "toml");
        let mut whole = head.as_slice().chain(reader);
        if options.dry_run {
            return self
                .preview(consultation, &name, format, &mut whole, options)
                .await;
        }
        let blob = self.blobs.put_from(&mut whole)?;
        let _turn = self.in_hand.take(blob).await;
        let mut report = FileReport {
            blob: Some(blob),
            ..FileReport::new(&name)
        };
        if let Some(held) = self
            .hold_if_asked(consultation, &name, format, blob, options)
            .await?
        {
            report.held = Some(held);
            return Ok(report);
        }
        if is_typed {
            self.import_typed(consultation, &name, blob, options, &mut report)
                .await?;
        } else if format == Format::Csv {
            let table = KeptTable::file(&name, blob);
            self.import_table(consultation.id, table, options, progress, &mut report)
                .await?;
        } else if let Some(kind) = self.container_kind(format, &name, blob).await? {
            let claimed = self
                .claim_container(consultation.id, &name, blob, options)
                .await?;
            self.open_container(
                consultation.id,
                &claimed,
                kind,
                options,
                progress,
                &mut report,
            )
            .await?;
        } else {
            let dossier = self.dossier(consultation.id).await?;
            let channel = channel_of(format);
            self.import_letter(
                &dossier,
                consultation.id,
                &name,
                channel,
                blob,
                options,
                &mut report,
            )
            .await?;
        }
        self.let_index_follow().await;
        Ok(report)
    }

    /// What importing would do, without keeping anything.
    async fn preview(
        &self,
        consultation: &Consultation,
        name: &str,
        format: Format,
        whole: &mut (dyn Read + Send),
        options: &Options,
    ) -> Result<FileReport, Error> {
        let dossier = self.dossier(consultation.id).await?;
        let mut report = FileReport::new(name);
        if format == Format::Csv {
            dry_run::read(&dossier, (name, None), whole, options, &mut report)?;
            return Ok(report);
        }
        let mut bytes = Vec::new();
        let limit = self.config.max_file_bytes;
        whole.take(limit).read_to_end(&mut bytes).map_err(|error| {
            Error::caused(
                Kind::Unavailable,
                format!("Không đọc được tệp `{name}`."),
                error,
            )
        })?;
        if format == Format::Spreadsheet {
            let (copy, file_name) = (bytes.clone(), name.to_owned());
            let arrangements = dossier.arrangements().clone();
            let read =
                run_blocking(move || reading::read_workbook(&copy, &file_name, &arrangements))
                    .await?;
            if let Ok((tables, warnings)) = read
                && !tables.is_empty()
            {
                let work: Vec<_> = tables
                    .iter()
                    .filter_map(|found| work::of_sheet(&found.sheet, &found.csv))
                    .collect();
                if !work.is_empty() {
                    report.answers = Some(work::preview(&work));
                    return Ok(report);
                }
                report.warnings.extend(warnings);
                for found in tables {
                    let mut rows = found.csv.as_slice();
                    let names = (found.name.as_str(), Some(found.sheet.as_str()));
                    dry_run::read(&dossier, names, &mut rows, options, &mut report)?;
                }
                return Ok(report);
            }
        }
        if format == Format::Docx {
            let work = work::of_letter(&bytes, name);
            if !work.is_empty() {
                report.answers = Some(work::preview(&work));
                return Ok(report);
            }
        }
        let file_name = name.to_owned();
        let arrangements = dossier.arrangements().clone();
        let read =
            run_blocking(move || reading::read_letter(&bytes, &file_name, &arrangements)).await?;
        letter::preview(&dossier, read.reading, options, &mut report);
        Ok(report)
    }

    /// Finishes what an earlier process left half-done: submissions claimed but not read, tables
    /// cut off in the middle, archives and workbooks not opened to their end.
    ///
    /// What cannot be finished now (a full disk, a lost original) stays as it is, for the next
    /// start; it must not keep anybody from reading or from running `verify`.
    pub(super) async fn resume(&self) {
        let left_over = match self.list_left_over().await {
            Ok(left_over) => left_over,
            Err(error) => {
                tracing::warn!("what was left half-done could not be listed: {error}");
                return;
            }
        };
        for LeftOver {
            consultation,
            received,
            batches,
            containers,
        } in left_over
        {
            for submission in received {
                let id = submission.id;
                // What waits for a program waits on until that is installed.
                let waits =
                    submission.needs_person && !self.can_be_read(&submission).await.unwrap_or(true);
                if waits || submission.is_touched {
                    continue;
                }
                if let Err(error) = self.resume_submission(consultation, submission).await {
                    tracing::warn!("submission {id} could not be read yet: {error}");
                }
            }
            let unfinished = match self.resume_held(consultation).await {
                Ok(unfinished) => unfinished,
                Err(error) => {
                    tracing::warn!("held tables could not be listed: {error}");
                    continue;
                }
            };
            for batch in batches {
                let id = batch.id;
                if let Err(error) = self.continue_table(consultation, batch).await {
                    tracing::warn!("batch {id} could not be continued yet: {error}");
                }
            }
            for container in containers {
                let id = container.id;
                if container
                    .blob()
                    .is_ok_and(|blob| unfinished.contains(&blob))
                {
                    continue;
                }
                if let Err(error) = self.continue_container(consultation, container).await {
                    tracing::warn!("container {id} could not be opened yet: {error}");
                }
            }
        }
    }

    async fn list_left_over(&self) -> Result<Vec<LeftOver>, Error> {
        let mut tx = self.store.read().await?;
        let mut left_over = Vec::new();
        for consultation in store::consultations::list_consultations(&mut tx).await? {
            let which = submissions::Which::Received(consultation.id);
            let received = submissions::list_submissions(&mut tx, which).await?;
            let batches = batches::list_unfinished_batches(&mut tx, consultation.id).await?;
            let containers =
                containers::list_unfinished_containers(&mut tx, consultation.id).await?;
            left_over.push(LeftOver {
                consultation: consultation.id,
                received,
                batches,
                containers,
            });
        }
        Ok(left_over)
    }

    /// What was asked for when something that is continued now was begun.
    pub(super) async fn options_of(
        &self,
        consultation: ConsultationId,
        round: Option<i64>,
    ) -> Result<Options, Error> {
        let mut tx = self.store.read().await?;
        let rounds = store::consultations::list_rounds(&mut tx, consultation).await?;
        Ok(Options {
            round: rounds.into_iter().find(|known| Some(known.id.0) == round),
            ..Options::default()
        })
    }

    async fn resume_submission(
        &self,
        consultation: ConsultationId,
        submission: Submission,
    ) -> Result<(), Error> {
        let dossier = self.dossier(consultation).await?;
        if submission.channel.is_typed() {
            return self.settle_typed_again(&dossier, &submission).await;
        }
        let mut report = FileReport::new(&submission.source);
        self.read_and_settle(&dossier, &submission, &mut report)
            .await
    }
}

/// What of a consultation an earlier process did not finish.
struct LeftOver {
    consultation: ConsultationId,
    received: Vec<Submission>,
    batches: Vec<Batch>,
    containers: Vec<Container>,
}

/// Whether a sheet went out from here as a report of open work.
pub(super) fn is_work(sheet: &str, csv: &[u8]) -> bool {
    work::of_sheet(sheet, csv).is_some()
}

fn has_extension(name: &str, extension: &str) -> bool {
    std::path::Path::new(name)
        .extension()
        .is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

fn channel_of(format: Format) -> Channel {
    match format {
        Format::Eml | Format::OutlookMessage => Channel::Email,
        _ => Channel::Letter,
    }
}

/// A warning that a file is larger than the office allows.
fn too_large(limit: u64) -> Warning {
    Warning::new(
        "file.too_large",
        Location::File,
        format!(
            "Tệp lớn hơn giới hạn {} MB nên chưa được đọc; bản gốc vẫn được giữ.",
            limit >> 20
        ),
        "Tách tệp thành các tệp nhỏ hơn, hoặc nâng `max_file_mb` trong cấu hình rồi nhập lại.",
    )
}
