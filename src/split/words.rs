//! Words in the forms patterns read.

use crate::text::fold::fold;
use crate::text::normalize::squeeze;
use crate::text::pattern::MarkedPattern;

/// Words in the two forms that patterns read: lower case with marks, and without marks.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    /// Lower case, white space squeezed.
    pub(super) lower: String,
    /// The same without marks.
    pub(super) folded: String,
    /// Whether the author writes marks at all.
    pub(super) is_marked: bool,
}

impl Words {
    pub(super) fn new(text: &str) -> Self {
        let lower = squeeze(&text.to_lowercase());
        let folded = fold(&lower);
        let is_marked = lower.chars().any(|c| !c.is_ascii() && c.is_alphabetic());
        Self {
            lower,
            folded,
            is_marked,
        }
    }

    /// Whether whole words of a pattern stand here, and do not belong to another expression.
    pub(super) fn has(&self, pattern: &MarkedPattern) -> bool {
        let text = if self.is_marked {
            self.lower.as_str()
        } else {
            self.folded.as_str()
        };
        pattern
            .whole_matches(text, self.is_marked, 0)
            .any(|found| !is_of_other_word(text, found.start, found.end))
    }
}

/// Words that with the next one mean something else: "cần thiết", "quá trình".
const WITH_NEXT: [(&str, &[&str]); 18] = [
    ("cần", &["thiết", "thơ", "giuộc"]),
    ("quá", &["trình", "khứ", "độ"]),
    ("tăng", &["cường", "trưởng", "tốc"]),
    ("giảm", &["nghèo", "thiểu", "phát", "nhẹ"]),
    ("nâng", &["cao", "cấp"]),
    ("đổi", &["mới", "ngoại"]),
    ("thay", &["mặt", "đổi"]),
    ("sửa", &["đổi, bổ sung một số", "chữa"]),
    ("sửa đổi", &[", bổ sung một số"]),
    ("bổ sung", &["một số điều"]),
    ("giải thích", &["từ ngữ"]),
    ("đưa vào", &["sử dụng"]),
    ("phải", &["trả", "nộp"]),
    ("không có", &["nơi"]),
    ("trùng", &["khớp", "tu"]),
    ("bỏ", &["ra", "phiếu", "vốn"]),
    ("mong", &["quý", "cơ quan", "sở", "được hợp tác"]),
    ("xem xét", &[", tổng hợp", "tổng hợp", "và tổng hợp"]),
];
/// The same with the word before: "phạm vi điều chỉnh", "hồ sơ đề nghị".
const WITH_BEFORE: [(&str, &[&str]); 6] = [
    ("điều chỉnh", &["phạm vi", "đối tượng"]),
    (
        "đề nghị",
        &[
            "hồ sơ",
            "đơn",
            "giấy",
            "người",
            "văn bản",
            "tổ chức",
            "theo",
        ],
    ),
    ("đổi", &["trao", "biến", "chuyển", "sửa", "thay"]),
    ("thêm", &["trao đổi", "tham gia", "xin có", "gửi"]),
    ("đề xuất", &["hồ sơ", "được"]),
    ("xem xét", &["được", "hội đồng"]),
];

/// Whether a match is part of a longer word.
fn is_of_other_word(text: &str, start: usize, end: usize) -> bool {
    let found = text.get(start..end).unwrap_or("");
    let before = text.get(..start).unwrap_or("").trim_end();
    let after = text.get(end..).unwrap_or("").trim_start();
    WITH_NEXT
        .iter()
        .any(|(word, nexts)| *word == found && nexts.iter().any(|next| after.starts_with(next)))
        || WITH_BEFORE.iter().any(|(word, befores)| {
            *word == found && befores.iter().any(|word| before.ends_with(word))
        })
}
