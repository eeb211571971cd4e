//! A copy of everything that cannot be made again: the database and the originals.
//!
//! May be taken while the server works. The database is copied first, as it is at one moment; every
//! original it names was on disk before. The copy is a data folder: `--data-dir` opens it, its index
//! is built anew. Taken into the same folder again, only what is new is copied, and until it is whole
//! the folder holds the copy before.

use std::path::Path;

use super::{App, BLOBS_FOLDER, DATABASE_FILE, Error, Kind, disk, run_blocking};
use crate::blob::{self, Blobs};
use crate::domain::ContentHash;

/// What a backup holds.
#[derive(Debug, Clone, Default)]
pub struct BackedUp {
    /// Originals in it.
    pub n_originals: usize,
    /// Those of them that were not in it before.
    pub n_copied: usize,
    /// Whether the database is in it: one on a server is saved by the server's own means.
    pub has_database: bool,
    /// Originals that are gone or altered, one Vietnamese sentence each.
    pub faults: Vec<String>,
}

impl App {
    /// Copies the database and the originals into a folder.
    ///
    /// # Errors
    /// [`Kind::Invalid`] for the data folder itself or one inside it, [`Kind::Unavailable`] when the
    /// folder cannot be written.
    pub async fn back_up(&self, destination: &Path) -> Result<BackedUp, Error> {
        let unwritable = |error: std::io::Error| {
            let reason = disk::reason(&error);
            let message = format!("Không ghi được vào `{}`: {reason}.", destination.display());
            Error::caused(Kind::Unavailable, message, error)
        };
        disk::make_folder(destination)?;
        let here = self.folder.canonicalize().map_err(unwritable)?;
        let there = destination.canonicalize().map_err(unwritable)?;
        if there.starts_with(&here) || here.starts_with(&there) {
            return Err(Error::new(
                Kind::Invalid,
                "Bản sao lưu phải nằm ngoài thư mục dữ liệu, tốt nhất là trên ổ đĩa khác.",
            ));
        }
        let unfinished = there.join(format!("{DATABASE_FILE}.new"));
        if unfinished.exists() {
            std::fs::remove_file(&unfinished).map_err(unwritable)?;
        }
        let has_database = self.store.copy_to(&unfinished).await?;
        let mut tx = self.store.read().await?;
        let hashes = super::verify::list_originals(&mut tx).await?;
        drop(tx);
        let blobs = self.blobs.clone();
        let folder = there.join(BLOBS_FOLDER);
        let mut done = run_blocking(move || copy_originals(&blobs, &folder, &hashes)).await??;
        let settings = here.join("config.toml");
        if settings.exists() {
            std::fs::copy(&settings, there.join("config.toml")).map_err(unwritable)?;
        }
        if has_database {
            let database = there.join(DATABASE_FILE);
            // The log of a copy that was opened belongs to that copy.
            for ending in ["-wal", "-shm"] {
                let log = there.join(format!("{DATABASE_FILE}{ending}"));
                if log.exists() {
                    std::fs::remove_file(&log).map_err(unwritable)?;
                }
            }
            std::fs::File::open(&unfinished)
                .and_then(|file| file.sync_all())
                .and_then(|()| std::fs::rename(&unfinished, &database))
                .and_then(|()| blob::sync_folder(&there))
                .map_err(unwritable)?;
        }
        done.has_database = has_database;
        Ok(done)
    }
}

fn copy_originals(from: &Blobs, folder: &Path, hashes: &[ContentHash]) -> Result<BackedUp, Error> {
    let into = Blobs::open(folder).map_err(super::blob_folder)?;
    into.sweep().map_err(super::blob_folder)?;
    let mut done = BackedUp::default();
    for &hash in hashes {
        if into.size(hash).is_ok() {
            done.n_originals += 1;
            continue;
        }
        let Ok(mut original) = from.open_blob(hash) else {
            done.faults.push(format!("Mất bản gốc `{hash}`."));
            continue;
        };
        if into.put_from(&mut original)? == hash {
            done.n_originals += 1;
            done.n_copied += 1;
        } else {
            done.faults.push(format!("Bản gốc `{hash}` đã bị sửa."));
        }
    }
    Ok(done)
}
