//! Words in the forms patterns read.

use std::cell::OnceCell;

use crate::text::fold::{fold, lower_char};
use crate::text::pattern::MarkedPattern;

/// Words in the two forms that patterns read: lower case with marks, and without marks.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    /// Lower case, white space squeezed.
    pub(super) lower: String,
    /// The same without marks, made when a pattern first asks for it.
    folded: OnceCell<String>,
    /// Whether the author writes marks at all.
    pub(super) is_marked: bool,
}

impl Words {
    pub(super) fn new(text: &str) -> Self {
        let mut lower = String::with_capacity(text.len());
        let mut is_marked = false;
        let mut is_after_space = false;
        for c in text.chars() {
            if c.is_whitespace() {
                is_after_space = !lower.is_empty();
                continue;
            }
            if std::mem::take(&mut is_after_space) {
                lower.push(' ');
            }
            lower_char(c, &mut |c| {
                is_marked = is_marked || (!c.is_ascii() && c.is_alphabetic());
                lower.push(c);
            });
        }
        Self {
            lower,
            folded: OnceCell::new(),
            is_marked,
        }
    }

    /// The words without marks.
    pub(super) fn folded(&self) -> &str {
        self.folded.get_or_init(|| fold(&self.lower))
    }

    /// Without every place where an expression in lower case stands.
    pub(super) fn without(&self, expression: &str) -> Self {
        Self {
            folded: self.folded().replace(&fold(expression), "").into(),
            lower: self.lower.replace(expression, ""),
            is_marked: self.is_marked,
        }
    }

    /// Whether whole words of a pattern stand here, and do not belong to another expression.
    pub(super) fn has(&self, pattern: &MarkedPattern) -> bool {
        let text = if self.is_marked {
            self.lower.as_str()
        } else {
            self.folded()
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
