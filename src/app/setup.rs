//! From an empty folder to a consultation with documents, rounds and organizations.

mod dossier_file;
mod opening;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

pub use dossier_file::ImportStep;
use dossier_file::{DocumentEntry, DossierFile, RoundEntry};
pub use opening::{NewConsultation, NewDraftFile, NewRound};

use super::{App, Error, Kind, catalog, disk, run_blocking};
use crate::config::Config;
use crate::domain::{
    ConsultationId, LetterNumber, Organization, OrganizationId, Outline, Round, RoundId, Warning,
};
use crate::intake;
use crate::recognize;
pub use crate::recognize::outline::document_type;
use crate::store;
use crate::store::consultations::NewDraft;
use crate::store::ledger::{self, Action};

/// A folder of files, on disk or inside the program.
pub trait Files: Send + Sync {
    /// All files, as paths with `/`, sorted.
    fn list(&self) -> io::Result<Vec<String>>;
    /// The bytes of one.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
}

/// What setting up a consultation did.
#[derive(Debug, Clone)]
pub struct SetUp {
    /// Its code.
    pub code: String,
    /// Whether it was there already; nothing was changed then.
    pub existed: bool,
    /// Number of sections found in each document, by name.
    pub sections: Vec<(String, usize)>,
    /// What a person should look at in the documents' outlines.
    pub warnings: Vec<(String, Warning)>,
    /// What the file says should be imported, in order.
    pub imports: Vec<ImportStep>,
}

/// Makes a data folder with the shipped directory of organizations, or opens one that exists.
pub async fn create_folder(
    folder: &Path,
    config: Config,
    clock: super::Clock,
) -> Result<App, Error> {
    disk::make_folder(folder)?;
    let app = App::open(folder, config, clock).await?;
    if app.organizations().await?.is_empty() {
        let shipped =
            catalog::parse_organizations("organizations.csv", catalog::SHIPPED_ORGANIZATIONS)?;
        app.set_organizations(&shipped).await?;
    }
    Ok(app)
}

/// Reads the outlines in the file of a draft document: TOML, TSV, Word or plain text, by content
/// and name.
///
/// There is at least one; a decision with the regulation it issues gives two, see
/// [`recognize::outline::parse_outlines`].
pub fn read_outlines(
    document: &str,
    file_name: &str,
    bytes: &[u8],
) -> (Vec<Outline>, Vec<Warning>) {
    let typed = |(outline, warnings)| (vec![outline], warnings);
    let extension = Path::new(file_name)
        .extension()
        .and_then(|extension| extension.to_str());
    match extension.map(str::to_ascii_lowercase).as_deref() {
        Some("toml") => {
            let text = String::from_utf8_lossy(bytes);
            typed(intake::outline_file::parse_outline_toml(&text, document))
        }
        kind if kind == Some("tsv") || looks_like_labels(bytes) => {
            let text = String::from_utf8_lossy(bytes);
            typed(intake::outline_file::parse_outline_tsv(&text, document))
        }
        _ => {
            let (lines, mut warnings) = super::reading::read_draft(bytes, file_name);
            let (outlines, more) = recognize::outline::parse_outlines(document, &lines);
            warnings.extend(more);
            (outlines, warnings)
        }
    }
}

/// Whether a text file lists level, label and heading separated by tabs.
fn looks_like_labels(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let mut lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .skip(1)
        .take(20);
    let is_label_line = |line: &str| {
        let mut cells = line.split('\t');
        cells
            .next()
            .is_some_and(|level| level.parse::<u8>().is_ok())
            && cells.next().is_some()
    };
    lines.next().is_some_and(is_label_line) && lines.all(is_label_line)
}

impl App {
    /// Sets up the consultation described by `dossier`, a TOML file in `files`.
    ///
    /// Setting it up again changes nothing.
    ///
    /// # Errors
    /// [`Kind::Invalid`] naming everything wrong with the file at once.
    pub async fn set_up(&self, files: &dyn Files, dossier: &str) -> Result<SetUp, Error> {
        let text = read_text(files, dossier)?;
        let file = dossier_file::parse(dossier, &text)?;
        let imports = file.import.clone();
        let mut tx = self.store.read().await?;
        let known = store::consultations::list_consultations(&mut tx).await?;
        drop(tx);
        if known
            .iter()
            .any(|consultation| consultation.code == file.code)
        {
            return Ok(SetUp {
                code: file.code,
                existed: true,
                sections: Vec::new(),
                warnings: Vec::new(),
                imports,
            });
        }
        self.insert_dossier(files, dossier, file, imports).await
    }

    async fn insert_dossier(
        &self,
        files: &dyn Files,
        name: &str,
        file: DossierFile,
        imports: Vec<ImportStep>,
    ) -> Result<SetUp, Error> {
        let organizations = self.organizations().await?;
        let rounds = rounds(name, &file.round, &organizations)?;
        let mut outlines = Vec::new();
        let mut warnings = Vec::new();
        for entry in &file.document {
            let bytes = files
                .read(&entry.file)
                .map_err(|error| unreadable(&entry.file, error))?;
            let blob = self.blobs.put(&bytes)?;
            let (document, file_name) = (entry.name.clone(), entry.file.clone());
            let (found_outlines, found) =
                run_blocking(move || read_outlines(&document, &file_name, &bytes)).await?;
            warnings.extend(
                found
                    .into_iter()
                    .map(|warning| (entry.file.clone(), warning)),
            );
            let n_documents = found_outlines.len();
            for (n, outline) in found_outlines.into_iter().enumerate() {
                outlines.push((
                    document_of_file(entry, &outline, n, n_documents),
                    blob,
                    outline,
                ));
            }
        }
        let sections = outlines
            .iter()
            .map(|(entry, _, o)| (entry.name.clone(), o.nodes.len()))
            .collect();
        let at = self.clock.now_us();
        let mut tx = self.store.write().await?;
        let id =
            store::consultations::insert_consultation(&mut tx, &file.code, &file.title, &file.lead)
                .await?;
        for (position, (entry, blob, outline)) in (1..).zip(&outlines) {
            let draft = new_draft(entry, *blob, outline, at);
            store::consultations::insert_document(&mut tx, id, position, &draft).await?;
        }
        for (round, invited) in &rounds {
            store::consultations::insert_round(&mut tx, id, round, invited).await?;
        }
        let actor = &self.actor;
        let letterhead = file.letterhead.into_domain();
        let saved =
            store::letterheads::insert_letterhead(&mut tx, Some(id), &letterhead, actor, at)
                .await?;
        ledger::append(&mut tx, at, actor, Action::ConsultationSet, id.0, id.0).await?;
        ledger::append(&mut tx, at, actor, Action::LetterheadSet, saved, saved).await?;
        tx.commit().await?;
        Ok(SetUp {
            code: file.code,
            existed: false,
            sections,
            warnings,
            imports,
        })
    }

    /// Finds a round by its number.
    pub async fn round(&self, consultation: ConsultationId, number: u32) -> Result<Round, Error> {
        let mut tx = self.store.read().await?;
        let rounds = store::consultations::list_rounds(&mut tx, consultation).await?;
        let numbers: Vec<String> = rounds
            .iter()
            .map(|round| round.number.to_string())
            .collect();
        rounds
            .into_iter()
            .find(|round| round.number == number)
            .ok_or_else(|| {
                Error::new(
                    Kind::NotFound,
                    format!(
                        "Không có đợt {number}; các đợt hiện có: {}.",
                        numbers.join(", ")
                    ),
                )
            })
    }
}

/// The entry of the `n`th document of a file. What is attached has the substance: comments that
/// name no document are about it where they would be about the file.
fn document_of_file(
    entry: &DocumentEntry,
    outline: &Outline,
    n: usize,
    n_documents: usize,
) -> DocumentEntry {
    let mut own = entry.clone();
    own.main = entry.main && n + 1 == n_documents;
    if n > 0 {
        own.code = format!("{}-{}", entry.code, n + 1);
        own.name.clone_from(&outline.document);
        own.title.clone_from(&outline.title);
    }
    own
}

fn new_draft<'a>(
    entry: &'a DocumentEntry,
    blob: crate::domain::ContentHash,
    outline: &Outline,
    added_us: i64,
) -> NewDraft<'a> {
    NewDraft {
        code: &entry.code,
        name: &entry.name,
        title: &entry.title,
        is_main: entry.main,
        number: entry.draft,
        blob,
        file_name: &entry.file,
        added_us,
        sections: outline.nodes.clone(),
    }
}

fn read_text(files: &dyn Files, path: &str) -> Result<String, Error> {
    let bytes = files.read(path).map_err(|error| unreadable(path, error))?;
    String::from_utf8(bytes).map_err(|error| {
        Error::caused(
            Kind::Invalid,
            format!("{path}: phải là văn bản UTF-8."),
            error,
        )
    })
}

fn unreadable(path: &str, error: io::Error) -> Error {
    Error::caused(
        Kind::NotFound,
        format!("Không đọc được tệp `{path}`: {}.", disk::reason(&error)),
        error,
    )
}

/// Turns the file's rounds into rounds and the organizations each invites, all problems at once.
fn rounds(
    file: &str,
    entries: &[RoundEntry],
    organizations: &[Organization],
) -> Result<Vec<(Round, Vec<OrganizationId>)>, Error> {
    let by_code: BTreeMap<&str, OrganizationId> = organizations
        .iter()
        .map(|o| (o.code.as_str(), o.id))
        .collect();
    let mut problems = Vec::new();
    let mut rounds = Vec::new();
    for entry in entries {
        let mut invited = Vec::new();
        for name in &entry.invited {
            let before = invited.len();
            match name.strip_prefix("kind:") {
                Some(kind) => {
                    invited.extend(
                        organizations
                            .iter()
                            .filter(|o| o.kind == kind)
                            .map(|o| o.id),
                    );
                }
                None => invited.extend(by_code.get(name.as_str())),
            }
            if invited.len() == before {
                problems.push(format!(
                    "{file}, đợt {}, khóa `invited`: không có cơ quan hoặc loại cơ quan `{name}`",
                    entry.number
                ));
            }
        }
        invited.sort_unstable();
        invited.dedup();
        if let Some(number) = &entry.request_number
            && LetterNumber::parse(number).is_none()
        {
            problems.push(format!(
                "{file}, đợt {}, khóa `request_number`: `{number}` không phải số, ký hiệu văn bản",
                entry.number
            ));
        }
        let round = Round {
            id: RoundId(0),
            number: entry.number,
            kind: entry.kind,
            title: entry.title.clone(),
            opened: entry.opened,
            deadline: entry.deadline,
            request_number: entry
                .request_number
                .as_deref()
                .and_then(LetterNumber::parse),
            request_date: entry.request_date,
            silence_means_agreement: entry.silence_means_agreement,
            is_official: entry.official,
        };
        rounds.push((round, invited));
    }
    if problems.is_empty() {
        Ok(rounds)
    } else {
        Err(Error::new(Kind::Invalid, problems.join("\n")))
    }
}
