//! What went wrong with a file, for the person who waits for it.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::MISSING;
use crate::convert::Failure;
use crate::domain::{ContentHash, Location, Warning};
use crate::intake::{self, Format};

/// Files that took too long or too much, the latest at the end: a workbook is first read as a table,
/// then as a letter, and the same file comes attached to several mails.
static GIVEN_UP: Mutex<VecDeque<(ContentHash, Warning)>> = Mutex::new(VecDeque::new());
/// How many of them are remembered.
const MOST_GIVEN_UP: usize = 100;

pub(super) fn given_up(bytes: &[u8]) -> Option<Warning> {
    let known = GIVEN_UP.lock().unwrap_or_else(PoisonError::into_inner);
    if known.is_empty() {
        return None;
    }
    let key = intake::content_key(bytes);
    let mut found = known.iter().filter(|(hash, _)| *hash == key);
    found.next().map(|(_, warning)| warning.clone())
}

/// What went wrong, for the person who waits for the file; remembered where trying again at once would
/// take as long again.
pub(super) fn explain_and_remember(failure: &Failure, format: Format, bytes: &[u8]) -> Warning {
    let warning = explain(failure, format);
    if matches!(failure, Failure::TimedOut { .. } | Failure::TooMuch { .. }) {
        let mut known = GIVEN_UP.lock().unwrap_or_else(PoisonError::into_inner);
        known.push_back((intake::content_key(bytes), warning.clone()));
        if known.len() > MOST_GIVEN_UP {
            known.pop_front();
        }
    }
    warning
}

/// What went wrong, for the person who waits for the file.
pub(super) fn explain(failure: &Failure, format: Format) -> Warning {
    let name = format.name();
    let by_hand = "Mở tệp gốc để xem; gõ nội dung góp ý vào ô nhập tay của lượt này, hoặc xin nơi gửi bản Word.";
    match failure {
        Failure::Missing { program, package } => Warning::new(
            MISSING,
            Location::File,
            format!(
                "Tệp được giữ lại nhưng chưa đọc được vì là {name} và máy chưa cài `{program}`."
            ),
            format!(
                "Cài bằng lệnh: apt-get install -y --no-install-recommends {package} — rồi nhập lại tệp này, hoặc khởi động lại chương trình: tệp sẽ được đọc tiếp."
            ),
        ),
        Failure::Refused { program } => Warning::new(
            "convert.refused",
            Location::File,
            format!("Tệp ({name}) bị hỏng hoặc sai định dạng: `{program}` không mở được."),
            by_hand,
        ),
        Failure::TimedOut { program, seconds } => Warning::new(
            "convert.timed_out",
            Location::File,
            format!("Đọc tệp ({name}) quá lâu: `{program}` bị dừng sau {seconds} giây."),
            by_hand,
        ),
        Failure::TooMuch { program, megabytes } => Warning::new(
            "convert.too_much",
            Location::File,
            format!(
                "Tệp ({name}) phình ra quá {megabytes} MB khi mở bằng `{program}` (có thể là tệp phá hoại) nên không được đọc tiếp."
            ),
            "Không mở tệp này trên máy; liên hệ nơi gửi để xác minh và gửi lại.",
        ),
        Failure::Encrypted => Warning::new(
            "convert.encrypted",
            Location::File,
            format!("Tệp ({name}) có mật khẩu nên không mở được."),
            "Xin mật khẩu của nơi gửi, mở tệp, lưu lại không đặt mật khẩu rồi nạp lại.",
        ),
        Failure::Start { program, .. } => Warning::new(
            "convert.not_started",
            Location::File,
            format!(
                "Không chạy được `{program}` để đọc tệp ({name}); có thể đĩa đầy hoặc thiếu quyền."
            ),
            "Kiểm tra chỗ trống trên đĩa và quyền của chương trình rồi nhập lại tệp này.",
        ),
    }
}
