//! Original bytes, kept for ever under their SHA-256.
//!
//! `put` returns only when the bytes and the folder entry that names them are on disk, so that a
//! submission may be acknowledged once its row is committed too. Nothing is ever overwritten: equal
//! bytes are one file, and a file whose content no longer fits its name is reported by [`Blobs::check`].

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::domain::ContentHash;

/// What can go wrong between us and the folder of originals.
#[derive(Debug, thiserror::Error)]
#[error("{attempt} original `{hash}`")]
pub struct Error {
    attempt: &'static str,
    hash: String,
    #[source]
    source: io::Error,
}

impl Error {
    /// Whether the disk is full.
    pub fn is_disk_full(&self) -> bool {
        self.source.kind() == io::ErrorKind::StorageFull
    }
}

/// The folder of originals.
#[derive(Debug, Clone)]
pub struct Blobs {
    folder: PathBuf,
}

/// How an original fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Its bytes still have the hash it is named by.
    Sound,
    /// It is gone.
    Missing,
    /// Its bytes changed.
    Altered,
}

impl Blobs {
    /// Opens the folder, making it if needed.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    fn path(&self, hash: ContentHash) -> (PathBuf, PathBuf) {
        let name = hash.to_string();
        let (prefix, _) = name.split_at(2);
        let folder = self.folder.join(prefix);
        let file = folder.join(&name);
        (folder, file)
    }

    /// Keeps bytes; they are on disk when this returns.
    pub fn put(&self, bytes: &[u8]) -> Result<ContentHash, Error> {
        let mut source = bytes;
        self.put_from(&mut source)
    }

    /// Keeps a stream in constant memory; it is on disk when this returns.
    pub fn put_from(&self, source: &mut impl Read) -> Result<ContentHash, Error> {
        let failed = |source| Error {
            attempt: "store",
            hash: String::from("(being written)"),
            source,
        };
        // The name is unique among all processes and threads, and a crash leaves only a file that
        // `open` of a later version may sweep.
        let mut random = [0_u8; 8];
        getrandom::fill(&mut random).map_err(|error| failed(io::Error::other(error)))?;
        let temporary = self
            .folder
            .join(format!("incoming-{:016x}", u64::from_le_bytes(random)));
        let hash = Self::write(&temporary, source).map_err(|source| {
            // The half-written file is of no use; if even this fails, the first error says why.
            let _ = fs::remove_file(&temporary);
            failed(source)
        })?;
        self.adopt(&temporary, hash).map_err(|source| Error {
            attempt: "store",
            hash: hash.to_string(),
            source,
        })?;
        Ok(hash)
    }

    fn write(path: &Path, source: &mut impl Read) -> io::Result<ContentHash> {
        let mut file = File::create_new(path)?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 1 << 16];
        loop {
            let n = match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let chunk = buffer.get(..n).unwrap_or_default();
            hasher.update(chunk);
            file.write_all(chunk)?;
        }
        file.sync_all()?;
        Ok(ContentHash(hasher.finalize().into()))
    }

    fn adopt(&self, temporary: &Path, hash: ContentHash) -> io::Result<()> {
        let (folder, file) = self.path(hash);
        if file.exists() {
            fs::remove_file(temporary)?;
        } else {
            fs::create_dir_all(&folder)?;
            fs::rename(temporary, &file)?;
        }
        sync_folder(&folder)?;
        sync_folder(&self.folder)
    }

    /// Opens an original for reading.
    pub fn open_blob(&self, hash: ContentHash) -> Result<File, Error> {
        let (_, file) = self.path(hash);
        File::open(file).map_err(|source| Error {
            attempt: "open",
            hash: hash.to_string(),
            source,
        })
    }

    /// The size of an original in bytes.
    pub fn size(&self, hash: ContentHash) -> Result<u64, Error> {
        let (_, file) = self.path(hash);
        let metadata = fs::metadata(file).map_err(|source| Error {
            attempt: "open",
            hash: hash.to_string(),
            source,
        })?;
        Ok(metadata.len())
    }

    /// Reads a whole original.
    pub fn get(&self, hash: ContentHash) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        self.open_blob(hash)?
            .read_to_end(&mut bytes)
            .map_err(|source| Error {
                attempt: "read",
                hash: hash.to_string(),
                source,
            })?;
        Ok(bytes)
    }

    /// Recomputes the hash of an original.
    pub fn check(&self, hash: ContentHash) -> Result<Health, Error> {
        let (_, path) = self.path(hash);
        let failed = |source| Error {
            attempt: "check",
            hash: hash.to_string(),
            source,
        };
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Health::Missing),
            Err(error) => return Err(failed(error)),
        };
        let mut hasher = Sha256::new();
        io::copy(&mut file, &mut hasher).map_err(failed)?;
        let found = ContentHash(hasher.finalize().into());
        Ok(if found == hash {
            Health::Sound
        } else {
            Health::Altered
        })
    }
}

/// Makes a folder's entries durable; on Windows the file system does so by itself, and folders
/// cannot be opened as files.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Blobs, Health};

    #[test]
    fn keeps_bytes_once_and_notices_damage() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path()).unwrap();
        let hash = blobs.put("góp ý".as_bytes()).unwrap();
        assert_eq!(blobs.put("góp ý".as_bytes()).unwrap(), hash);
        assert_eq!(blobs.get(hash).unwrap(), "góp ý".as_bytes());
        assert_eq!(blobs.check(hash).unwrap(), Health::Sound);

        let (_, path) = blobs.path(hash);
        std::fs::write(&path, "góp ỹ").unwrap();
        assert_eq!(blobs.check(hash).unwrap(), Health::Altered);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(blobs.check(hash).unwrap(), Health::Missing);
        let leftovers: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .filter(|entry| {
                entry
                    .as_ref()
                    .unwrap()
                    .file_name()
                    .to_string_lossy()
                    .starts_with("incoming")
            })
            .collect();
        assert!(
            leftovers.is_empty(),
            "temporary files stay behind: {leftovers:?}"
        );
    }
}
