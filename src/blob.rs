//! Original bytes, kept for ever under their SHA-256.
//!
//! `put` returns only when the bytes and the folder entry that names them are on disk, so that a
//! submission may be acknowledged once its row is committed too. Nothing is ever overwritten: equal
//! bytes are one file, and a file whose content no longer fits its name is reported by [`Blobs::check`].

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use sha2::{Digest, Sha256};

use crate::domain::ContentHash;

/// How the names of files begin that are being written.
const INCOMING: &str = "incoming-";

/// Files that are written at once: each is open until all are on disk.
const FILES_AT_ONCE: usize = 128;
/// Threads that wait for the disk at once. It writes what they wait for in one go, and waiting costs
/// no core.
const SYNCS_AT_ONCE: usize = 16;

/// What can go wrong between us and the folder of originals.
#[derive(Debug, thiserror::Error)]
#[error("{attempt} original `{hash}`")]
pub struct Error {
    attempt: &'static str,
    hash: String,
    #[source]
    source: io::Error,
}

/// The folder of originals.
#[derive(Debug, Clone)]
pub struct Blobs {
    folder: PathBuf,
}

/// Bytes on their way in; dropped before [`Incoming::finish`], they leave nothing behind.
#[derive(Debug)]
pub struct Incoming {
    blobs: Blobs,
    file: File,
    path: PathBuf,
    hasher: Sha256,
    is_kept: bool,
}

impl Incoming {
    /// Takes the next piece.
    pub fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.hasher.update(piece);
        self.file.write_all(piece)
    }

    /// Keeps what was taken; it is on disk when this returns.
    pub fn finish(self) -> Result<ContentHash, Error> {
        let folder_of_all = self.blobs.folder.clone();
        let (hash, folder) = self.finish_unsynced()?;
        sync_folder(&folder)
            .and_then(|()| sync_folder(&folder_of_all))
            .map_err(being_written)?;
        Ok(hash)
    }

    /// Keeps the bytes, but leaves it to the caller to sync the folder returned and the one above.
    fn finish_unsynced(self) -> Result<(ContentHash, PathBuf), Error> {
        self.file.sync_all().map_err(being_written)?;
        self.adopt()
    }

    /// Gives bytes that are on disk their name.
    fn adopt(mut self) -> Result<(ContentHash, PathBuf), Error> {
        let hash = ContentHash(std::mem::take(&mut self.hasher).finalize().into());
        let folder = self.blobs.adopt(&self.path, hash).map_err(|source| Error {
            attempt: "store",
            hash: hash.to_string(),
            source,
        })?;
        self.is_kept = true;
        Ok((hash, folder))
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.is_kept {
            // Of no use; if even this fails, the next owner of the folder sweeps it.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Does for each of many what waits for the disk.
fn together<T: Sync>(all: &[T], wait: impl Fn(&T) -> io::Result<()> + Sync) -> io::Result<()> {
    let share = all.len().div_ceil(SYNCS_AT_ONCE).max(1);
    std::thread::scope(|scope| {
        let waiting: Vec<_> = all
            .chunks(share)
            .map(|some| scope.spawn(|| some.iter().try_for_each(&wait)))
            .collect();
        waiting.into_iter().try_for_each(|thread| {
            let lost = |_| io::Error::other("a thread that waited for the disk is gone");
            thread.join().map_err(lost)?
        })
    })
}

fn being_written(source: io::Error) -> Error {
    Error {
        attempt: "store",
        hash: String::from("(being written)"),
        source,
    }
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
        make_folder(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// Removes what writers that were killed left half-written. Only for the owner of the folder,
    /// before it writes: nobody else may be at it.
    pub fn sweep(&self) -> io::Result<usize> {
        let mut n_removed = 0;
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(INCOMING) {
                fs::remove_file(entry.path())?;
                n_removed += 1;
            }
        }
        Ok(n_removed)
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

    /// Keeps several at once, which costs less than one after another; all are on disk when this
    /// returns.
    pub fn put_all(&self, all: &[&[u8]]) -> Result<Vec<ContentHash>, Error> {
        let write = |bytes: &&[u8]| {
            let mut incoming = self.begin()?;
            incoming.write(bytes).map_err(being_written)?;
            Ok(incoming)
        };
        let mut kept = Vec::with_capacity(all.len());
        for some in all.chunks(FILES_AT_ONCE) {
            let written: Result<Vec<Incoming>, Error> = some.par_iter().map(write).collect();
            let written = written?;
            together(&written, |incoming| incoming.file.sync_all()).map_err(being_written)?;
            for incoming in written {
                kept.push(incoming.adopt()?);
            }
        }
        let (hashes, mut folders): (Vec<ContentHash>, Vec<PathBuf>) = kept.into_iter().unzip();
        folders.sort_unstable();
        folders.dedup();
        folders.push(self.folder.clone());
        together(&folders, |folder| sync_folder(folder)).map_err(being_written)?;
        Ok(hashes)
    }

    /// The name bytes would be kept under.
    pub fn hash(bytes: &[u8]) -> ContentHash {
        ContentHash(Sha256::digest(bytes).into())
    }

    /// Keeps a stream in constant memory; it is on disk when this returns.
    pub fn put_from(&self, source: &mut impl Read) -> Result<ContentHash, Error> {
        let mut incoming = self.begin()?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let n = match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(being_written(error)),
            };
            incoming
                .write(buffer.get(..n).unwrap_or_default())
                .map_err(being_written)?;
        }
        incoming.finish()
    }

    /// Begins to keep bytes that arrive in pieces.
    pub fn begin(&self) -> Result<Incoming, Error> {
        // The name is unique among all processes and threads; what a crash leaves is swept by the
        // next owner of the folder.
        let mut random = [0_u8; 8];
        getrandom::fill(&mut random).map_err(|error| being_written(io::Error::other(error)))?;
        let path = self
            .folder
            .join(format!("{INCOMING}{:016x}", u64::from_le_bytes(random)));
        Ok(Incoming {
            file: File::create_new(&path).map_err(being_written)?,
            blobs: self.clone(),
            path,
            hasher: Sha256::new(),
            is_kept: false,
        })
    }

    /// Gives a file its name. Returns its folder, which is not synced yet.
    fn adopt(&self, temporary: &Path, hash: ContentHash) -> io::Result<PathBuf> {
        let (folder, file) = self.path(hash);
        if file.exists() {
            fs::remove_file(temporary)?;
        } else {
            fs::create_dir_all(&folder)?;
            fs::rename(temporary, &file)?;
        }
        Ok(folder)
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

/// Makes a folder, with those above it, whose names survive a power cut.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = folder
        .ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
        .collect();
    fs::create_dir_all(folder)?;
    missing
        .iter()
        .filter_map(|made| made.parent())
        .try_for_each(|above| sync_folder(or_here(above)))
}

/// Writes a file completely or not at all: beside its place, then renamed; it is on disk when this
/// returns.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_through(path, |file| file.write_all(bytes))
}

/// The same for what comes piece by piece.
pub fn write_through(
    path: &Path,
    pieces: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.new"));
    let write = || {
        let mut file = File::create(&beside)?;
        pieces(&mut file)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })?;
    path.parent()
        .map_or(Ok(()), |folder| sync_folder(or_here(folder)))
}

/// The folder above a bare name is the current one.
fn or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}

/// Makes a folder's entries durable; on Windows the file system does so by itself, and folders
/// cannot be opened as files.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Blobs, Health, write_whole};

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

    #[test]
    fn sweeps_only_what_was_being_written() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(&folder.path().join("a/b")).unwrap();
        let hash = blobs.put("góp ý".as_bytes()).unwrap();
        std::fs::write(folder.path().join("a/b/incoming-0123"), "nửa chừng").unwrap();
        assert_eq!(blobs.sweep().unwrap(), 1);
        assert_eq!(blobs.sweep().unwrap(), 0);
        assert_eq!(blobs.check(hash).unwrap(), Health::Sound);
    }

    #[test]
    fn a_file_is_written_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("báo cáo.html");
        write_whole(&path, b"1").unwrap();
        write_whole(&path, b"2").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"2");
        std::fs::create_dir(folder.path().join("thư mục")).unwrap();
        std::fs::write(folder.path().join("thư mục/x"), "x").unwrap();
        write_whole(&folder.path().join("thư mục"), b"3").unwrap_err();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
