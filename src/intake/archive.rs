//! Zip archives, opened with care.
//!
//! Headers are not trusted: inflated bytes are counted while they are read, entry by entry and over
//! the whole archive, so that a bomb costs a few megabytes and ends as a warning.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::{Format, PartRole, Reading, limits, plain, sniff};
use crate::domain::{Location, Warning};

/// How much may still be inflated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    bytes: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            bytes: limits::ARCHIVE_BYTES,
        }
    }
}

impl Budget {
    /// Counts bytes that were read out of a file.
    pub(super) fn spend(&mut self, n: usize) -> Result<(), Refusal> {
        let n = u64::try_from(n).unwrap_or(u64::MAX);
        let is_bomb = n > limits::ENTRY_BYTES || n > self.bytes;
        if is_bomb {
            return Err(Refusal::Bomb);
        }
        self.bytes -= n;
        Ok(())
    }
}

/// Why an entry was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The archive or the entry is damaged, or uses a method we do not have.
    Broken,
    /// It needs a password.
    Encrypted,
    /// It inflates beyond the limits.
    Bomb,
}

impl Refusal {
    /// The warning for a file at `location`.
    pub(super) fn warning(self, location: Location) -> Warning {
        match self {
            Self::Broken => Warning::new(
                "archive.broken",
                location,
                "Tệp bị hỏng hoặc bị cắt cụt khi gửi, không mở được.",
                "Đề nghị nơi gửi gửi lại tệp, hoặc mở tệp gốc bằng Word và lưu lại.",
            ),
            Self::Encrypted => Warning::new(
                "archive.encrypted",
                location,
                "Tệp có mật khẩu nên không mở được.",
                "Xin mật khẩu của nơi gửi, mở tệp, lưu lại không đặt mật khẩu rồi nạp lại.",
            ),
            Self::Bomb => Warning::new(
                "archive.too_large",
                location,
                "Tệp nén phình ra lớn bất thường khi mở (có thể là tệp phá hoại) nên không được đọc.",
                "Không mở tệp này trên máy; liên hệ nơi gửi để xác minh và gửi lại.",
            ),
        }
    }
}

/// An open archive with its budget.
pub(super) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    n_packed: u64,
    budget: &'a mut Budget,
}

impl<'a> Archive<'a> {
    /// Opens an archive.
    pub(super) fn open(bytes: &'a [u8], budget: &'a mut Budget) -> Result<Self, Refusal> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| refusal(&error))?;
        Ok(Self {
            zip,
            n_packed: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            budget,
        })
    }

    /// Names and positions of its files; folders are left out.
    pub(super) fn files(&mut self) -> Vec<(usize, String)> {
        let n_entries = self.zip.len().min(limits::ARCHIVE_ENTRIES);
        (0..n_entries)
            .filter_map(|at| {
                let entry = self.zip.by_index_raw(at).ok()?;
                let name = entry.name().ok()?.into_owned();
                (!entry.is_dir()).then_some((at, name))
            })
            .collect()
    }

    /// Whether entries were left out by [`Archive::files`].
    pub(super) fn has_too_many(&self) -> bool {
        self.zip.len() > limits::ARCHIVE_ENTRIES
    }

    /// Reads an entry by name; `Ok(None)` when there is none.
    pub(super) fn read_name(&mut self, name: &str) -> Result<Option<Vec<u8>>, Refusal> {
        match self.zip.index_for_name(name) {
            Some(at) => self.read(at).map(Some),
            None => Ok(None),
        }
    }

    /// Reads an entry.
    pub(super) fn read(&mut self, at: usize) -> Result<Vec<u8>, Refusal> {
        let mut entry = self.zip.by_index(at).map_err(|error| refusal(&error))?;
        let n_packed = entry.compressed_size().min(self.n_packed).max(1);
        let mut bytes = Vec::new();
        let mut chunk = vec![0; 64 << 10];
        let mut n_inflated: u64 = 0;
        loop {
            let n_read = match entry.read(&mut chunk) {
                Ok(0) => break,
                Ok(n_read) => n_read,
                Err(_) => return Err(Refusal::Broken),
            };
            let step = u64::try_from(n_read).unwrap_or(u64::MAX);
            n_inflated += step;
            let is_bomb = n_inflated > limits::ENTRY_BYTES
                || step > self.budget.bytes
                || (n_inflated > limits::INFLATION_GRACE_BYTES
                    && n_inflated / n_packed > limits::INFLATION_RATIO);
            if is_bomb {
                return Err(Refusal::Bomb);
            }
            self.budget.bytes -= step;
            bytes.extend_from_slice(chunk.get(..n_read).unwrap_or_default());
        }
        Ok(bytes)
    }
}

fn refusal(error: &zip::result::ZipError) -> Refusal {
    let text = error.to_string().to_lowercase();
    if text.contains("password") || text.contains("encrypt") {
        Refusal::Encrypted
    } else {
        Refusal::Broken
    }
}

/// The files of an archive.
#[derive(Debug, Clone, Default)]
pub struct Unpacked {
    /// Names inside the archive and bytes, in archive order.
    pub files: Vec<(String, Vec<u8>)>,
    /// What could not be unpacked.
    pub warnings: Vec<Warning>,
}

/// Opens a zip archive of saved letters, for a person who drops one in: each file in it is a
/// submission of its own.
pub fn unpack(bytes: &[u8]) -> Unpacked {
    let mut unpacked = Unpacked::default();
    let mut budget = Budget::default();
    let mut archive = match Archive::open(bytes, &mut budget) {
        Ok(archive) => archive,
        Err(refusal) => {
            unpacked.warnings.push(refusal.warning(Location::File));
            return unpacked;
        }
    };
    for (at, name) in archive.files() {
        if is_system_file(&name) {
            continue;
        }
        match archive.read(at) {
            Ok(bytes) => unpacked.files.push((name, bytes)),
            Err(refusal) => {
                let location = Location::Part { path: name };
                unpacked.warnings.push(refusal.warning(location));
            }
        }
    }
    if archive.has_too_many() {
        unpacked.warnings.push(too_many(Location::File));
    }
    unpacked
}

/// What systems put into archives beside the user's files.
fn is_system_file(name: &str) -> bool {
    name.starts_with("__MACOSX/") || name.ends_with(".DS_Store") || name.ends_with("Thumbs.db")
}

fn too_many(location: Location) -> Warning {
    Warning::new(
        "archive.too_many_files",
        location,
        format!(
            "Tệp nén có quá nhiều tệp; chỉ đọc {} tệp đầu.",
            limits::ARCHIVE_ENTRIES
        ),
        "Chia tệp nén thành nhiều tệp nhỏ rồi nạp lại.",
    )
}

/// Reads the documents of an archive as parts of one reading.
pub(super) fn read_parts(
    bytes: &[u8],
    path: &str,
    role: PartRole,
    reading: &mut Reading,
    budget: &mut Budget,
    depth: usize,
) {
    let location = || Location::Part {
        path: path.to_owned(),
    };
    if depth >= limits::NESTING {
        reading.warnings.push(plain::nested_too_deep(location()));
        return;
    }
    let mut rest = *budget;
    let mut archive = match Archive::open(bytes, &mut rest) {
        Ok(archive) => archive,
        Err(refusal) => {
            reading.warnings.push(refusal.warning(location()));
            return;
        }
    };
    let too_many_files = archive.has_too_many();
    let mut files = Vec::new();
    for (at, name) in archive.files() {
        if is_system_file(&name) {
            continue;
        }
        match archive.read(at) {
            Ok(bytes) => files.push((name, bytes)),
            Err(refusal) => {
                let location = Location::Part {
                    path: format!("{path} > {name}"),
                };
                reading.warnings.push(refusal.warning(location));
                if refusal == Refusal::Bomb {
                    break;
                }
            }
        }
    }
    *budget = rest;
    if too_many_files {
        reading.warnings.push(too_many(location()));
    }
    for (name, bytes) in files {
        let inner = format!("{path} > {name}");
        if sniff(&bytes, &name) == Format::Zip {
            read_parts(&bytes, &inner, role, reading, budget, depth + 1);
        } else {
            plain::read_attachment(&bytes, &name, inner, role, reading, budget, depth + 1);
        }
    }
}
