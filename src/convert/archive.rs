//! Archives other than zip (`.7z`, `.rar`), unpacked by libarchive's `bsdtar` into the child's own
//! folder. Links and devices in them are passed over.

use std::path::Path;
use std::time::Duration;

use super::child::{Limits, Workplace};
use super::{Failure, Needed, Programs};

pub(super) const UNPACKER: Needed = Needed {
    program: "bsdtar",
    package: "libarchive-tools",
};
const LIMITS: Limits = Limits {
    time: Duration::from_mins(1),
    memory_megabytes: 1024,
    output_megabytes: 64,
};
/// All files together, and how many.
const MOST_BYTES: u64 = 200 << 20;
const MOST_FILES: usize = 2_000;

impl Programs {
    /// Unpacks an archive: names inside it and bytes, by name.
    pub fn unpack(&self, bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Failure> {
        let program = self.find(UNPACKER)?;
        let place = Workplace::with(bytes, "original.archive")?;
        let folder = place.path("unpacked");
        let started = |source| Failure::Start {
            program: "(temporary folder)".to_owned(),
            source,
        };
        std::fs::create_dir(&folder).map_err(started)?;
        let arguments = [
            "-x",
            "-f",
            "original.archive",
            "-C",
            "unpacked",
            "--no-same-owner",
            "--no-same-permissions",
        ];
        place.run(&program, &arguments, LIMITS)?;
        let mut files = Vec::new();
        let mut n_left = MOST_BYTES;
        collect(&folder, "", &mut files, &mut n_left).map_err(|_cause| Failure::TooMuch {
            program: UNPACKER.program.to_owned(),
            megabytes: MOST_BYTES >> 20,
        })?;
        files.sort();
        Ok(files)
    }
}

/// Reads the files below a folder; an error when they are too many or too large.
fn collect(
    folder: &Path,
    prefix: &str,
    files: &mut Vec<(String, Vec<u8>)>,
    n_left: &mut u64,
) -> std::io::Result<()> {
    let too_much = || std::io::Error::other("too much");
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            // A path is at most so deep that the system can open it.
            collect(&entry.path(), &format!("{name}/"), files, n_left)?;
        } else if kind.is_file() {
            let size = entry.metadata()?.len();
            *n_left = n_left.checked_sub(size).ok_or_else(too_much)?;
            if files.len() >= MOST_FILES {
                return Err(too_much());
            }
            files.push((name, std::fs::read(entry.path())?));
        }
    }
    Ok(())
}
