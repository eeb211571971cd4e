//! The title of a document: the loud line that names its type and the loud or bold lines below.

use super::marker::{is_loud, read_marker};
use crate::domain::DraftLine;
use crate::text::fold::fold;

/// Reads a title line by line.
#[derive(Default)]
pub(super) struct Title {
    pub(super) text: String,
    pub(super) is_done: bool,
    /// The last line was in small letters: a loud one after it is the issuing agency.
    was_quiet: bool,
}

/// Words that name a type of document, folded, and as they are printed before labels.
const DOCUMENT_TYPES: [(&str, &str); 22] = [
    ("de an", "Đề án"),
    ("bao cao", "Báo cáo"),
    ("to trinh", "Tờ trình"),
    ("quyet dinh", "Quyết định"),
    ("nghi dinh", "Nghị định"),
    ("nghi quyet", "Nghị quyết"),
    ("thong tu", "Thông tư"),
    ("luat", "Luật"),
    ("phap lenh", "Pháp lệnh"),
    ("ke hoach", "Kế hoạch"),
    ("chuong trinh", "Chương trình"),
    ("quy che", "Quy chế"),
    ("quy dinh", "Quy định"),
    ("quy chuan", "Quy chuẩn"),
    ("quy trinh", "Quy trình"),
    ("dieu le", "Điều lệ"),
    ("noi quy", "Nội quy"),
    ("chi thi", "Chỉ thị"),
    ("huong dan", "Hướng dẫn"),
    ("phuong an", "Phương án"),
    ("chien luoc", "Chiến lược"),
    ("du an", "Dự án"),
];

/// The type of document a line begins with: "QUY CHẾ QUẢN LÝ …" gives "Quy chế".
pub(super) fn document_type(line: &str) -> Option<&'static str> {
    let folded = fold(line.trim());
    DOCUMENT_TYPES
        .iter()
        .find(|(words, _)| {
            folded
                .strip_prefix(words)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', ':']))
        })
        .map(|(_, name)| *name)
}

impl Title {
    pub(super) fn read(&mut self, line: &DraftLine) {
        if self.is_done {
            return;
        }
        let text = line.text.trim();
        if self.text.is_empty() {
            if is_loud(text) && document_type(text).is_some() {
                text.clone_into(&mut self.text);
            }
            return;
        }
        let folded = fold(text);
        let ends = text.is_empty()
            || text.starts_with(['(', '_', '-'])
            || folded.starts_with("can cu")
            || folded.starts_with("kinh gui")
            || (self.was_quiet && is_loud(text))
            || read_marker(text).is_some()
            || self.text.len() > 400;
        if ends {
            self.is_done = true;
        } else {
            self.text.push(' ');
            self.text.push_str(text);
            self.was_quiet = !is_loud(text);
        }
    }
}
