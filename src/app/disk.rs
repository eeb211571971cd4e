//! What the refusals of a disk mean, in Vietnamese, wherever in the layers below they were met.
//!
//! An error and its causes go in, a sentence that says what to do comes out. Adapters keep the
//! system's own words as the cause; SQLite and the search index pass them on only as text.

use std::fs::File;
use std::io;
use std::path::Path;

use super::{Error, Kind};
use crate::blob;

/// A disk has no room.
pub(super) const FULL: &str = "Ổ đĩa đã đầy nên chưa ghi được; hãy giải phóng chỗ trống rồi chạy lại, \
                    những gì đã báo xong vẫn còn nguyên.";
const READ_ONLY: &str = "Ổ đĩa hoặc thư mục dữ liệu chỉ cho đọc nên không ghi được; \
                         hãy cho phép ghi rồi chạy lại.";
const DENIED: &str = "Không có quyền ghi vào thư mục dữ liệu; hãy cấp quyền cho người chạy \
                      chương trình rồi chạy lại.";
const BROKEN: &str = "Ổ đĩa không đọc hoặc ghi được (có thể đã đầy, bị ngắt hoặc hỏng); \
                      hãy kiểm tra ổ đĩa rồi chạy lại, những gì đã báo xong vẫn còn nguyên.";

/// Words of SQLite, PostgreSQL and the system that tell what happened, most telling first.
const WORDS: [(&str, &str); 9] = [
    ("disk is full", FULL),
    ("No space left on device", FULL),
    ("StorageFull", FULL),
    ("readonly database", READ_ONLY),
    ("Read-only file system", READ_ONLY),
    ("ReadOnlyFilesystem", READ_ONLY),
    ("Permission denied", DENIED),
    ("disk I/O error", BROKEN),
    ("unable to open database file", BROKEN),
];

/// What to tell the user when the disk is behind an error; `None` when it is not.
pub(super) fn refusal(error: &(dyn std::error::Error + 'static)) -> Option<&'static str> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let text = error.to_string();
        let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
        let by_kind = match kind {
            Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => Some(FULL),
            Some(io::ErrorKind::ReadOnlyFilesystem) => Some(READ_ONLY),
            Some(io::ErrorKind::PermissionDenied) => Some(DENIED),
            _ => None,
        };
        let by_words = || {
            WORDS
                .iter()
                .find(|(words, _)| text.contains(words))
                .map(|(_, meaning)| *meaning)
        };
        if let Some(meaning) = by_kind.or_else(by_words) {
            return Some(meaning);
        }
        cause = error.source();
    }
    None
}

/// The system's reason as the end of a Vietnamese sentence.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "ổ đĩa đã đầy".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "ổ đĩa chỉ cho đọc".to_owned(),
        io::ErrorKind::PermissionDenied => "không có quyền".to_owned(),
        io::ErrorKind::NotFound => "không có tệp hoặc thư mục này".to_owned(),
        io::ErrorKind::IsADirectory => "đây là thư mục, không phải tệp".to_owned(),
        io::ErrorKind::NotADirectory => "một phần của đường dẫn là tệp".to_owned(),
        _ => error.to_string(),
    }
}

/// Writes a file completely or not at all; it is on disk when this returns.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_through(path, |file| io::Write::write_all(file, bytes))
}

/// The same for what comes piece by piece.
pub fn write_through(
    path: &Path,
    pieces: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), Error> {
    blob::write_through(path, pieces).map_err(|error| {
        let message = format!(
            "Không ghi được tệp `{}`: {}.",
            path.display(),
            reason(&error)
        );
        Error::caused(Kind::Unavailable, message, error)
    })
}

/// Makes a folder, with those above it, whose names survive a power cut.
pub fn make_folder(path: &Path) -> Result<(), Error> {
    blob::make_folder(path).map_err(|error| {
        let message = format!(
            "Không tạo được thư mục `{}`: {}.",
            path.display(),
            reason(&error)
        );
        Error::caused(Kind::Unavailable, message, error)
    })
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{BROKEN, FULL, READ_ONLY, refusal};

    #[test]
    fn finds_the_disk_behind_an_error() {
        let full = io::Error::from_raw_os_error(28);
        assert_eq!(refusal(&full), Some(FULL));
        let by_text = [
            ("(code: 13) database or disk is full", Some(FULL)),
            ("Os { code: 28, kind: StorageFull, message: … }", Some(FULL)),
            (
                "(code: 8) attempt to write a readonly database",
                Some(READ_ONLY),
            ),
            ("(code: 10) disk I/O error", Some(BROKEN)),
            ("UNIQUE constraint failed", None),
        ];
        for (text, meaning) in by_text {
            assert_eq!(refusal(&io::Error::other(text)), meaning, "{text}");
        }
    }
}
