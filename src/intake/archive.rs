//! Zip archives.

use super::{PartRole, Reading};
use crate::domain::Warning;

/// The files of an archive.
#[derive(Debug, Clone, Default)]
pub struct Unpacked {
    /// Names inside the archive and bytes, in archive order.
    pub files: Vec<(String, Vec<u8>)>,
    /// What could not be unpacked.
    pub warnings: Vec<Warning>,
}

/// Opens a zip archive or mailbox of saved letters, one file each, for a person who drops a zip of
/// `.eml` files.
pub fn unpack(_bytes: &[u8], _file_name: &str) -> Unpacked {
    Unpacked::default()
}

/// Reads the documents of an archive as parts of one reading.
pub(super) fn read_parts(
    _bytes: &[u8],
    _path: &str,
    _role: PartRole,
    _reading: &mut Reading,
    _depth: usize,
) {
}
