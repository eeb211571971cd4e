//! Shingles in a file once they are many: memory stays bounded whatever is compared.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::group::{MemoryShelf, Shelf};

/// Hashes kept in memory before they go to the file: 256 MiB, about a million comments.
const MAX_IN_MEMORY: usize = 64 << 20;

/// In memory first, in a file in the data folder when that is too much. The file is gone when this
/// is.
pub(super) struct Spill {
    folder: PathBuf,
    n_hashes: usize,
    kept: MemoryShelf,
    file: Option<Spilled>,
}

struct Spilled {
    path: PathBuf,
    writer: BufWriter<File>,
    reader: File,
}

/// Bytes of a hash.
const BYTES: usize = size_of::<u32>();
/// The file's name; left over after a power cut, it is overwritten.
const FILE: &str = "group.tmp";

impl Spill {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            n_hashes: 0,
            kept: MemoryShelf::default(),
            file: None,
        }
    }

    /// Everything into the file, from now on.
    fn spill(&mut self) -> io::Result<()> {
        let path = self.folder.join(FILE);
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)?;
        let reader = File::open(&path)?;
        let mut writer = BufWriter::with_capacity(1 << 20, file);
        let mut hashes = Vec::new();
        for first in (0..self.n_hashes).step_by(1 << 16) {
            self.kept
                .read(first..self.n_hashes.min(first + (1 << 16)), &mut hashes)?;
            write(&mut writer, &hashes)?;
        }
        self.kept = MemoryShelf::default();
        self.file = Some(Spilled {
            path,
            writer,
            reader,
        });
        Ok(())
    }
}

fn write(writer: &mut BufWriter<File>, hashes: &[u32]) -> io::Result<()> {
    hashes
        .iter()
        .try_for_each(|hash| writer.write_all(&hash.to_le_bytes()))
}

impl Shelf for Spill {
    fn put(&mut self, hashes: &[u32]) -> io::Result<()> {
        if self.file.is_none() && self.n_hashes + hashes.len() > MAX_IN_MEMORY {
            self.spill()?;
        }
        self.n_hashes += hashes.len();
        match &mut self.file {
            Some(file) => write(&mut file.writer, hashes),
            None => self.kept.put(hashes),
        }
    }

    fn close(&mut self) -> io::Result<()> {
        match &mut self.file {
            Some(file) => file.writer.flush(),
            None => Ok(()),
        }
    }

    fn read(&self, range: Range<usize>, into: &mut Vec<u32>) -> io::Result<()> {
        let Some(file) = &self.file else {
            return self.kept.read(range, into);
        };
        let mut bytes = vec![0; range.len() * BYTES];
        let start = u64::try_from(range.start * BYTES).map_err(io::Error::other)?;
        read_at(&file.reader, &mut bytes, start)?;
        into.clear();
        let (hashes, _) = bytes.as_chunks::<BYTES>();
        into.extend(hashes.iter().map(|hash| u32::from_le_bytes(*hash)));
        Ok(())
    }
}

/// Reads at a place of a file that several threads read at once.
#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], start: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, start)
}

/// Reads at a place of a file; each read says where, so that threads do not disturb each other.
#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8], start: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt;
    let (mut n_read, mut at) = (0, start);
    while let Some(rest) = bytes.get_mut(n_read..).filter(|rest| !rest.is_empty()) {
        let n = file.seek_read(rest, at)?;
        if n == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        n_read += n;
        at += u64::try_from(n).map_err(io::Error::other)?;
    }
    Ok(())
}

impl Drop for Spill {
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            // What stays is overwritten next time.
            let _ = std::fs::remove_file(&file.path);
        }
    }
}
