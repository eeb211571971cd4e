//! Where the index lives on disk, and when it is begun anew.
//!
//! The index folder holds generations, `g1`, `g2` …, and the file `current`, which names the one in
//! use and the fingerprint it was written under. A generation that cannot be used is never
//! repaired: a new, empty one is made beside it, `current` is swapped by a rename, and the old one
//! goes. A crash in between leaves either the old state or the new one, and at most a stray folder,
//! which the next opening removes.

use std::fs;
use std::io::{ErrorKind, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use tantivy::directory::error::{LockError, OpenDirectoryError, OpenReadError};
use tantivy::directory::{Directory, INDEX_WRITER_LOCK, MmapDirectory};
use tantivy::schema::Schema;
use tantivy::{IndexReader, ReloadPolicy, TantivyError};

use super::{Error, analyzer, schema};

/// Whether an index could be used as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It continues where its [`super::Index::applied_seq`] says.
    Ready,
    /// It is empty and must be filled from the start of the ledger.
    Fresh {
        /// Why.
        reason: FreshReason,
    },
}

/// Why an index was begun anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FreshReason {
    /// There was none.
    Missing,
    /// It was written with another schema or other analyzers.
    OtherVersion,
    /// It could not be opened.
    Broken {
        /// What tantivy or the file system said.
        detail: String,
    },
    /// Someone asked for it.
    Requested,
}

/// An open generation.
pub(super) struct Generation {
    pub(super) index: tantivy::Index,
    pub(super) reader: IndexReader,
}

const CURRENT: &str = "current";

/// Opens the generation in use, or begins a new one.
pub(super) fn open(dir: &Path, schema: &Schema) -> Result<(Generation, State), Error> {
    fs::create_dir_all(dir)?;
    let fingerprint = schema::fingerprint(schema);
    let reason = match read_current(dir) {
        None => FreshReason::Missing,
        Some(current) if current.fingerprint != fingerprint => FreshReason::OtherVersion,
        Some(current) if !dir.join(&current.folder).is_dir() => FreshReason::Missing,
        Some(current) => match open_generation(&dir.join(&current.folder), schema) {
            Ok(generation) => {
                remove_others(dir, &current.folder);
                return Ok((generation, State::Ready));
            }
            Err(Damage::None(error)) => return Err(error),
            Err(Damage::Found(detail)) => FreshReason::Broken { detail },
        },
    };
    Ok((begin(dir, schema, &fingerprint)?, State::Fresh { reason }))
}

/// Begins a new generation whatever is there.
pub(super) fn start_over(dir: &Path, schema: &Schema) -> Result<(Generation, State), Error> {
    fs::create_dir_all(dir)?;
    let generation = begin(dir, schema, &schema::fingerprint(schema))?;
    let reason = FreshReason::Requested;
    Ok((generation, State::Fresh { reason }))
}

/// What the file `current` says.
struct Current {
    fingerprint: String,
    folder: String,
}

fn read_current(dir: &Path) -> Option<Current> {
    let text = fs::read_to_string(dir.join(CURRENT)).ok()?;
    let mut lines = text.lines();
    let fingerprint = lines.next()?.strip_prefix("fingerprint ")?.to_owned();
    let folder = lines.next()?.strip_prefix("folder ")?.to_owned();
    // Not a path that leads elsewhere.
    generation_number(&folder)?;
    Some(Current {
        fingerprint,
        folder,
    })
}

fn generation_number(name: &str) -> Option<u64> {
    let digits = name.strip_prefix('g')?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

/// Why a generation did not open.
enum Damage {
    /// It may be whole, but this process or this machine cannot read it now.
    None(Error),
    /// It is not whole.
    Found(String),
}

impl From<Error> for Damage {
    fn from(error: Error) -> Self {
        match &error {
            Error::Tantivy(inner) if is_passing(inner) => Self::None(error),
            Error::Tantivy(inner) => Self::Found(inner.to_string()),
            Error::Io(_) | Error::WriterHeld => Self::None(error),
        }
    }
}

/// Whether the operating system refused (no permission, too many open files, no memory), which
/// says nothing about the files.
fn is_passing(error: &TantivyError) -> bool {
    let io = match error {
        TantivyError::IoError(io) | TantivyError::LockFailure(LockError::IoError(io), _) => io,
        TantivyError::OpenReadError(OpenReadError::IoError { io_error, .. })
        | TantivyError::OpenDirectoryError(OpenDirectoryError::IoError { io_error, .. }) => {
            io_error
        }
        _ => return false,
    };
    io.raw_os_error().is_some() && io.kind() != ErrorKind::NotFound
}

/// Opens an existing generation. tantivy panics on some damaged files, which for us is one more way
/// to find them damaged.
fn open_generation(path: &Path, schema: &Schema) -> Result<Generation, Damage> {
    let opened = catch_unwind(AssertUnwindSafe(|| {
        let index = tantivy::Index::open_in_dir(path).map_err(Error::from)?;
        if index.schema() != *schema {
            let detail = "the schema differs from the one its fingerprint promises";
            return Err(Damage::Found(detail.to_owned()));
        }
        let generation = ready(index)?;
        check_columns(&generation)?;
        Ok(generation)
    }));
    let panicked = |_| Err(Damage::Found("tantivy panicked on opening it".to_owned()));
    opened.unwrap_or_else(panicked)
}

fn ready(index: tantivy::Index) -> Result<Generation, Error> {
    analyzer::register(index.tokenizers());
    let builder = index.reader_builder();
    // Commits reload at once; this notices the end of merges.
    let builder = builder.reload_policy(ReloadPolicy::OnCommitWithDelay);
    let reader = builder.try_into()?;
    Ok(Generation { index, reader })
}

/// Opens lazily read parts of every segment, so that damage shows now and not in a search.
fn check_columns(generation: &Generation) -> Result<(), Error> {
    for segment in generation.reader.searcher().segment_readers() {
        for (field, entry) in segment.schema().fields() {
            if entry.is_indexed() {
                segment.inverted_index(field)?;
            }
            if entry.is_fast() {
                super::filter::column(segment, entry.name())?;
            }
            if entry.has_fieldnorms() {
                segment.get_fieldnorms_reader(field)?;
            }
        }
    }
    Ok(())
}

/// Makes an empty generation and swaps it in.
fn begin(dir: &Path, schema: &Schema, fingerprint: &str) -> Result<Generation, Error> {
    let folders = generations(dir)?;
    for folder in &folders {
        refuse_if_written(&dir.join(folder))?;
    }
    let numbers = folders.iter().filter_map(|name| generation_number(name));
    let folder = format!("g{}", numbers.max().unwrap_or(0) + 1);
    fs::create_dir(dir.join(&folder))?;
    let index = tantivy::Index::create_in_dir(dir.join(&folder), schema.clone())?;
    let generation = ready(index)?;
    let unfinished = dir.join("current.new");
    let mut file = fs::File::create(&unfinished)?;
    write!(file, "fingerprint {fingerprint}\nfolder {folder}\n")?;
    file.sync_all()?;
    fs::rename(&unfinished, dir.join(CURRENT))?;
    fs::File::open(dir)?.sync_all()?;
    remove_others(dir, &folder);
    Ok(generation)
}

/// A generation that some writer holds must not vanish under it.
fn refuse_if_written(path: &Path) -> Result<(), Error> {
    let Ok(directory) = MmapDirectory::open(path) else {
        return Ok(());
    };
    match directory.acquire_lock(&INDEX_WRITER_LOCK) {
        Err(LockError::LockBusy) => Err(Error::WriterHeld),
        Ok(_) | Err(LockError::IoError(_)) => Ok(()),
    }
}

/// Names of the generations' folders, sorted.
fn generations(dir: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if generation_number(&name).is_some() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Removes all generations but one. What cannot be removed now only takes space, and is tried again
/// at the next opening.
fn remove_others(dir: &Path, kept: &str) {
    let folders = generations(dir).unwrap_or_default();
    let others = folders.iter().filter(|folder| folder.as_str() != kept);
    let others: Vec<PathBuf> = others.map(|folder| dir.join(folder)).collect();
    for other in others {
        if let Err(error) = fs::remove_dir_all(&other) {
            tracing::warn!(%error, "could not remove an old index generation");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use tantivy::TantivyError;
    use tantivy::directory::error::OpenReadError;

    use super::is_passing;

    #[test]
    fn a_refusal_of_the_system_is_no_damage() {
        let too_many_files = || io::Error::from_raw_os_error(24);
        let opening = TantivyError::OpenReadError(OpenReadError::IoError {
            io_error: Arc::new(too_many_files()),
            filepath: "a.idx".into(),
        });
        assert!(is_passing(&opening));
        assert!(is_passing(&too_many_files().into()));
        let cut_off = io::Error::from(io::ErrorKind::UnexpectedEof);
        assert!(!is_passing(&cut_off.into()));
        let missing = OpenReadError::FileDoesNotExist("a.idx".into());
        assert!(!is_passing(&missing.into()));
    }
}
