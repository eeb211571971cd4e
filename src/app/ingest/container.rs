//! Files that hold others: each letter of an archive or mailbox is a submission of its own, each sheet
//! of a workbook with comments a table of its own; and files that bring answers instead.
//!
//! The container is claimed, and that committed, before it is opened. Opening it again adds nothing, so
//! that one cut off in the middle is simply opened again; what is wrong with it is kept once, with the
//! note that it is done.

use std::io::Read;

use super::table::KeptTable;
use super::work::WorkTable;
use super::{FileReport, Options, Progress, SNIFF_BYTES, channel_of, work};
use crate::app::{App, Error, Kind, reading, run_blocking};
use crate::domain::{Channel, ConsultationId, ContentHash, Warning};
use crate::intake::{self, Format};
use crate::store::containers::{self, Claim, Container};
use crate::store::problems;

/// How a container is opened.
#[derive(Debug)]
pub(super) enum ContainerKind {
    /// Letters and tables in files of their own.
    Archive,
    /// Mails one after another.
    Mailbox,
    /// Tables in sheets.
    Workbook,
    /// A Word file of answers ([`work`]), with its tables: it had to be read to tell it from a letter.
    Answers(Vec<WorkTable>),
}

impl ContainerKind {
    /// The kind of a format; `None` for what holds no other files.
    pub(super) fn of(format: Format) -> Option<Self> {
        match format {
            Format::Zip | Format::OtherArchive => Some(Self::Archive),
            Format::Mbox => Some(Self::Mailbox),
            Format::Spreadsheet => Some(Self::Workbook),
            _ => None,
        }
    }
}

impl App {
    /// How a file is opened that is no letter.
    pub(super) async fn container_kind(
        &self,
        format: Format,
        name: &str,
        blob: ContentHash,
    ) -> Result<Option<ContainerKind>, Error> {
        if format != Format::Docx {
            return Ok(ContainerKind::of(format));
        }
        let tables = self.work_in_letter(name, blob).await?;
        Ok((!tables.is_empty()).then_some(ContainerKind::Answers(tables)))
    }

    /// Records that a container came, before it is opened.
    pub(in crate::app) async fn claim_container(
        &self,
        consultation: ConsultationId,
        name: &str,
        blob: ContentHash,
        options: &Options,
    ) -> Result<Container, Error> {
        let mut tx = self.store.write().await?;
        let claim = Claim {
            consultation,
            round: options.round.as_ref().map(|round| round.id.0),
            file_name: name,
            blob,
            received_us: self.clock.now_us(),
        };
        let container = containers::claim_container(&mut tx, &claim).await?;
        tx.commit().await?;
        Ok(container)
    }

    /// [`Self::open_container`] for a workbook.
    pub(in crate::app) async fn open_workbook(
        &self,
        consultation: ConsultationId,
        container: &Container,
        options: &Options,
        progress: &(dyn Fn(Progress<'_>) + Sync),
        report: &mut FileReport,
    ) -> Result<(), Error> {
        let kind = ContainerKind::Workbook;
        self.open_container(consultation, container, kind, options, progress, report)
            .await
    }

    /// Takes in what a claimed container holds, and notes that it is done.
    pub(super) async fn open_container(
        &self,
        consultation: ConsultationId,
        container: &Container,
        kind: ContainerKind,
        options: &Options,
        progress: &(dyn Fn(Progress<'_>) + Sync),
        report: &mut FileReport,
    ) -> Result<(), Error> {
        let warnings = match kind {
            ContainerKind::Archive => {
                self.import_archive(consultation, container, options, report)
                    .await?
            }
            ContainerKind::Mailbox => {
                let file = self.blobs.open_blob(container.blob()?)?;
                let mut source = std::io::BufReader::with_capacity(1 << 20, file);
                let name = &container.file_name;
                let warnings = self
                    .import_messages(consultation, name, &mut source, options, progress, report)
                    .await?;
                report.was_known = report.n_submissions() == 0;
                warnings
            }
            ContainerKind::Workbook => {
                self.import_workbook(consultation, container, options, progress, report)
                    .await?
            }
            ContainerKind::Answers(tables) => {
                let name = &container.file_name;
                self.apply_work(consultation, name, &tables, report).await?
            }
        };
        if !container.is_complete {
            let name = &container.file_name;
            let mut tx = self.store.write().await?;
            problems::insert_problems(&mut tx, consultation, None, None, name, &warnings).await?;
            containers::complete_container(&mut tx, container.id).await?;
            tx.commit().await?;
        }
        report.warnings.extend(warnings);
        Ok(())
    }

    /// Opens a container again that an earlier process did not open to its end.
    pub(super) async fn continue_container(
        &self,
        consultation: ConsultationId,
        container: Container,
    ) -> Result<(), Error> {
        let mut head = Vec::new();
        self.blobs
            .open_blob(container.blob()?)?
            .take(SNIFF_BYTES)
            .read_to_end(&mut head)
            .map_err(|error| {
                let message = format!("Không đọc lại được tệp `{}`.", container.file_name);
                Error::caused(Kind::Unavailable, message, error)
            })?;
        let format = intake::sniff(&head, &container.file_name);
        let kind = self
            .container_kind(format, &container.file_name, container.blob()?)
            .await?;
        let Some(kind) = kind else {
            return Ok(());
        };
        let options = self.options_of(consultation, container.round_id).await?;
        let mut report = FileReport::new(&container.file_name);
        self.open_container(
            consultation,
            &container,
            kind,
            &options,
            &|_| {},
            &mut report,
        )
        .await
    }

    /// Each sheet with comments is kept as text beside the workbook; line n of it is row n of the
    /// sheet. A workbook without any waits for a person as a letter does.
    async fn import_workbook(
        &self,
        consultation: ConsultationId,
        container: &Container,
        options: &Options,
        progress: &(dyn Fn(Progress<'_>) + Sync),
        report: &mut FileReport,
    ) -> Result<Vec<Warning>, Error> {
        let (name, blob) = (&container.file_name, container.blob()?);
        let mut tables = Vec::new();
        let mut warnings = Vec::new();
        if self.blobs.size(blob)? <= self.config.max_file_bytes {
            let (bytes, file_name) = (self.blobs.get(blob)?, name.clone());
            let arrangements = self.dossier(consultation).await?.arrangements().clone();
            let read =
                run_blocking(move || reading::read_workbook(&bytes, &file_name, &arrangements))
                    .await?;
            // What cannot be read at all is said with the letter that waits for a person.
            if let Ok(found) = read {
                (tables, warnings) = found;
            }
        }
        if tables.is_empty() {
            let dossier = self.dossier(consultation).await?;
            let channel = Channel::Letter;
            self.import_letter(&dossier, consultation, name, channel, blob, options, report)
                .await?;
            return Ok(warnings);
        }
        let work: Vec<_> = tables
            .iter()
            .filter_map(|table| work::of_sheet(&table.sheet, &table.csv))
            .collect();
        if !work.is_empty() {
            // What is said of its other sheets is about comments.
            return self.apply_work(consultation, name, &work, report).await;
        }
        if !options.sheets.is_empty() {
            tables.retain(|table| options.sheets.contains(&table.sheet));
        }
        let mut is_all_known = true;
        for table in tables {
            let sheet = KeptTable {
                name: &table.name,
                blob: self.blobs.put(&table.csv)?,
                container: Some(container.id),
                sheet: Some(&table.sheet),
            };
            report.was_known = false;
            self.import_table(consultation, sheet, options, progress, report)
                .await?;
            is_all_known &= report.was_known;
        }
        report.was_known = is_all_known;
        Ok(warnings)
    }

    /// Each file of an archive is a submission of its own; the archive is kept as well.
    async fn import_archive(
        &self,
        consultation: ConsultationId,
        container: &Container,
        options: &Options,
        report: &mut FileReport,
    ) -> Result<Vec<Warning>, Error> {
        let (name, blob) = (&container.file_name, container.blob()?);
        let bytes = self.blobs.get(blob)?;
        let file_name = name.clone();
        let unpacked = run_blocking(move || reading::unpack(&bytes, &file_name)).await?;
        let dossier = self.dossier(consultation).await?;
        let mut letters = Vec::new();
        let mut warnings = unpacked.warnings;
        let mut has_mailbox = false;
        for (path, bytes) in unpacked.files {
            if intake::sniff(&bytes, &path) == Format::Mbox {
                let inner = format!("{name} > {path}");
                let mut source = bytes.as_slice();
                let found = self
                    .import_messages(consultation, &inner, &mut source, options, &|_| {}, report)
                    .await?;
                warnings.extend(found);
                has_mailbox = true;
                continue;
            }
            let channel = channel_of(intake::sniff(&bytes, &path));
            letters.push((format!("{name} > {path}"), channel, self.blobs.put(&bytes)?));
        }
        if letters.is_empty() && !has_mailbox {
            // Nothing inside could be taken: the archive itself waits for a person, with what its
            // own reading finds wrong.
            letters.push((name.clone(), Channel::Letter, blob));
            report.warnings.append(&mut warnings);
        }
        for (inner, channel, blob) in letters {
            self.import_letter(
                &dossier,
                consultation,
                &inner,
                channel,
                blob,
                options,
                report,
            )
            .await?;
        }
        report.was_known &= report.n_submissions() == 0;
        Ok(warnings)
    }
}
