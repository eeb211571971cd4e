//! Words in the forms patterns read, and patterns that mind the marks.

use regex::Regex;

use crate::text::fold::fold;
use crate::text::normalize::squeeze;

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
}

/// A pattern with marks, since "bo" is "bỏ" and "bộ", "muc" is "mục" and "mức"; and the same
/// without marks for those who write none. Matches are of whole words: word boundaries between
/// letters with marks are slow to match, so they are looked at afterwards.
pub(super) struct MarkedPattern {
    marked: Regex,
    plain: Regex,
}

impl MarkedPattern {
    pub(super) fn new(pattern: &str) -> Self {
        let compile = |pattern: &str| {
            Regex::new(pattern).expect("the pattern is a constant that a test compiles")
        };
        Self {
            marked: compile(pattern),
            plain: compile(&fold(pattern)),
        }
    }

    pub(super) fn is_in(&self, words: &Words) -> bool {
        let (regex, text) = if words.is_marked {
            (&self.marked, words.lower.as_str())
        } else {
            (&self.plain, words.folded.as_str())
        };
        let mut from = 0;
        while let Some(found) = regex.find_at(text, from) {
            if is_whole(text, found.start(), found.end())
                && !is_of_other_word(text, found.start(), found.end())
            {
                return true;
            }
            let step = text
                .get(found.start()..)
                .and_then(|rest| rest.chars().next())
                .map_or(1, char::len_utf8);
            from = found.start() + step;
        }
        false
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

/// Whether no letter touches the ends of a match, as far as they are letters themselves.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let inside = text.get(start..end).unwrap_or("");
    let before = text.get(..start).unwrap_or("");
    let after = text.get(end..).unwrap_or("");
    let splits_start = is_letter(inside.chars().next()) && is_letter(before.chars().next_back());
    let splits_end = is_letter(inside.chars().next_back()) && is_letter(after.chars().next());
    !splits_start && !splits_end
}
