//! What one column heading says: the keyword table.

use super::columns::Column;
use crate::text::fold;

/// Phrases of folded words and how much each says. On equal weight the earlier line wins.
const PHRASES: &[(Column, u32, &[&str])] = &[
    (
        Column::Decision,
        14,
        &[
            "muc do tiep thu",
            "ket qua xu ly",
            "hinh thuc tiep thu",
            "phan loai tiep thu",
            "quyet dinh xu ly",
        ],
    ),
    (Column::Decision, 9, &["trang thai", "decision"]),
    (
        Column::Answer,
        12,
        &[
            "tiep thu",
            "giai trinh",
            "phuong an xu ly",
            "y kien xu ly",
            "noi dung tra loi",
            "y kien phan hoi",
            "observations",
        ],
    ),
    (
        Column::Answer,
        7,
        &["tra loi", "phan hoi", "answer", "response"],
    ),
    (
        Column::Content,
        11,
        &[
            "noi dung gop y",
            "y kien gop y",
            "noi dung y kien",
            "y kien cua",
            "noi dung tham gia",
            "y kien tham gia",
            "noi dung phan bien",
            "noi dung tham van",
        ],
    ),
    (
        Column::Content,
        9,
        &[
            "gop y chung",
            "gop y cu the",
            "gop y khac",
            "y kien cu the",
            "y kien khac",
            "noi dung phan anh",
        ],
    ),
    (
        Column::DraftText,
        12,
        &[
            "noi dung du thao",
            "noi dung cua du thao",
            "noi dung tai du thao",
            "noi dung trong du thao",
            "noi dung theo du thao",
            "quy dinh tai du thao",
            "quy dinh cua du thao",
            "quy dinh trong du thao",
            "nguyen van du thao",
            "noi dung goc",
            "noi dung hien tai",
            "du thao quy dinh",
            "draft text",
            "original text",
        ],
    ),
    (
        Column::Place,
        12,
        &["nhom van de", "dieu khoan nhom van de"],
    ),
    (
        Column::Place,
        9,
        &[
            "vi tri",
            "dieu khoan",
            "dieu khoan diem",
            "muc dieu",
            "muc dieu khoan",
            "phan muc",
            "de muc",
            "muc noi dung",
            "muc gop y",
        ],
    ),
    (Column::Place, 7, &["clause", "subclause", "section"]),
    (
        Column::Proposal,
        11,
        &[
            "sua thanh",
            "de nghi sua",
            "de xuat sua",
            "kien nghi sua",
            "noi dung de nghi",
            "noi dung de xuat",
            "noi dung kien nghi",
            "phuong an sua",
            "noi dung sua doi",
            "proposed change",
            "phuong an de xuat",
        ],
    ),
    (
        Column::Proposal,
        6,
        &["de nghi", "de xuat", "kien nghi", "proposal"],
    ),
    (
        Column::Reason,
        9,
        &[
            "ly do",
            "li do",
            "co so",
            "can cu",
            "thuyet minh",
            "justification",
            "rationale",
            "reason",
        ],
    ),
    (
        Column::LetterNumberAndDate,
        11,
        &[
            "so ngay",
            "so va ngay",
            "so ky hieu ngay",
            "so hieu ngay",
            "so van ban ngay",
            "so cong van ngay",
            "so ky hieu va ngay",
        ],
    ),
    (
        Column::LetterNumberAndDate,
        8,
        &[
            "van ban gop y",
            "cong van gop y",
            "van ban tra loi",
            "cong van tra loi",
        ],
    ),
    (
        Column::LetterNumber,
        10,
        &[
            "so van ban",
            "so cong van",
            "so ky hieu",
            "so hieu",
            "so vb",
            "so cv",
            "ky hieu",
            "letter number",
        ],
    ),
    (
        Column::SentOn,
        11,
        &[
            "ngay gui",
            "ngay gop y",
            "ngay nhan",
            "ngay den",
            "ngay nop",
            "thoi gian gui",
            "dau thoi gian",
            "thoi gian",
            "timestamp",
            "sent on",
        ],
    ),
    (
        Column::LetterDate,
        10,
        &[
            "ngay van ban",
            "ngay cong van",
            "ngay ban hanh",
            "ngay thang",
            "ngay vb",
            "ngay ky",
            "letter date",
        ],
    ),
    (
        Column::Phone,
        11,
        &["so dien thoai", "dien thoai", "sdt", "phone"],
    ),
    (
        Column::Email,
        11,
        &["email", "e mail", "thu dien tu", "dia chi thu"],
    ),
    (
        Column::Person,
        10,
        &[
            "nguoi dai dien",
            "ho va ten",
            "ho ten",
            "nguoi gop y",
            "nguoi lien he",
            "can bo dau moi",
        ],
    ),
    (
        Column::Organization,
        9,
        &[
            "co quan",
            "don vi",
            "chu the",
            "to chuc",
            "doanh nghiep",
            "noi gui",
            "mb nc",
            "member body",
            "organization",
            "organisation",
            "agency",
        ],
    ),
    (Column::Note, 9, &["ghi chu", "note", "notes", "remark"]),
    (
        Column::Content,
        6,
        &[
            "gop y",
            "comment",
            "comments",
            "content",
            "phan bien",
            "tham van",
        ],
    ),
    (Column::Content, 4, &["y kien", "noi dung"]),
    (
        Column::Place,
        5,
        &["muc", "dieu", "khoan", "chuong", "phu luc"],
    ),
    (Column::Place, 3, &["phan"]),
];

/// Headings that mean something only when they stand alone.
const ALONE: &[(Column, u32, &[&str])] = &[
    (
        Column::Ordinal,
        12,
        &["stt", "tt", "so tt", "so thu tu", "no", "thu tu"],
    ),
    (Column::LetterNumber, 8, &["so"]),
    (Column::LetterDate, 8, &["ngay", "date"]),
    (Column::LetterNumberAndDate, 8, &["van ban", "cong van"]),
    (Column::Person, 6, &["ten", "name"]),
    (Column::Decision, 8, &["xu ly"]),
];

/// Headings that only look like a comment: its kind, its files.
const OTHERS: [&str; 7] = [
    "type of comment",
    "loai y kien",
    "loai gop y",
    "so luong y kien",
    "so y kien",
    "tep dinh kem",
    "link file",
];

/// A phrase at the beginning says what the column is; later it says whose or about what.
const OPENING: u32 = 4;

/// What a heading says and how clearly; `None` when it says nothing known or is no heading.
pub(super) fn recognize(heading: &str) -> Option<(Column, u32)> {
    let heading = heading.trim();
    let folded = fold::fold(heading);
    let mut words = String::with_capacity(folded.len() + 2);
    let mut n_words = 0;
    words.push(' ');
    for word in folded.split(|c: char| !c.is_alphanumeric()) {
        if !word.is_empty() {
            words.push_str(word);
            words.push(' ');
            n_words += 1;
        }
    }
    if n_words == 0 || n_words > 45 || (n_words > 4 && heading.ends_with(['.', ';'])) {
        return None;
    }
    let bare = words.trim();
    for &(column, weight, phrases) in ALONE {
        if phrases.contains(&bare) {
            return Some((column, weight));
        }
    }
    if OTHERS.iter().any(|other| bare.starts_with(other)) {
        return None;
    }
    let has_digit = words.bytes().any(|b| b.is_ascii_digit());
    let mut best: Option<(Column, u32)> = None;
    for &(column, weight, phrases) in PHRASES {
        // "Điều 5" is a place, not the heading over places.
        if column == Column::Place && has_digit {
            continue;
        }
        for phrase in phrases {
            let Some(at) = find_words(&words, phrase) else {
                continue;
            };
            // A long cell is a heading only when it begins like one.
            if n_words > 14 && at > 1 {
                continue;
            }
            let weight = weight + if at <= 1 { OPENING } else { 0 };
            if best.is_none_or(|(_, known)| weight > known) {
                best = Some((column, weight));
            }
        }
    }
    best
}

/// How many words stand before a phrase of whole words; the heading's first word "các", "tên" or
/// "nội dung" of something does not count.
fn find_words(words: &str, phrase: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = words.get(from..)?;
        let at = from + rest.find(phrase)?;
        let end = at + phrase.len();
        let before = words.get(..at)?;
        if before.ends_with(' ') && words.get(end..)?.starts_with(' ') {
            return Some(before.split_whitespace().count());
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::recognize;
    use crate::intake::columns::Column;

    #[test]
    fn knows_the_headings_of_real_tables() {
        for (heading, expected) in [
            ("STT", Some(Column::Ordinal)),
            ("Số TT", Some(Column::Ordinal)),
            ("Cơ quan, đơn vị góp ý", Some(Column::Organization)),
            ("CHỦ THỂ GÓP Ý", Some(Column::Organization)),
            ("ĐƠN VỊ GÓP Ý", Some(Column::Organization)),
            ("Tên cơ quan", Some(Column::Organization)),
            (
                "Cơ quan, tổ chức, cá nhân góp ý",
                Some(Column::Organization),
            ),
            ("Số văn bản", Some(Column::LetterNumber)),
            ("Số, ký hiệu", Some(Column::LetterNumber)),
            ("Ngày văn bản", Some(Column::LetterDate)),
            ("Số, ngày văn bản", Some(Column::LetterNumberAndDate)),
            ("Văn bản góp ý", Some(Column::LetterNumberAndDate)),
            ("Vị trí góp ý", Some(Column::Place)),
            ("Điều, khoản", Some(Column::Place)),
            ("Mục", Some(Column::Place)),
            ("Điều khoản/nhóm vấn đề", Some(Column::Place)),
            ("NHÓM VẤN ĐỀ, ĐIỀU, KHOẢN", Some(Column::Place)),
            (
                "Chính sách hoặc\nnhóm vấn đề, điều, khoản",
                Some(Column::Place),
            ),
            ("Nội dung Dự thảo", Some(Column::DraftText)),
            ("Nội dung góp ý", Some(Column::Content)),
            ("Nội dung góp ý/Tham vấn/ Phản biện", Some(Column::Content)),
            (
                "NỘI DUNG GÓP Ý DỰ THẢO ĐỀ ÁN PHÁT TRIỂN NHÀ TRƯỜNG GIAI ĐOẠN 2026-2030",
                Some(Column::Content),
            ),
            ("Ý kiến của cơ quan, đơn vị", Some(Column::Content)),
            ("Nội dung", Some(Column::Content)),
            ("Đề nghị sửa thành", Some(Column::Proposal)),
            ("Căn cứ, lí do góp ý", Some(Column::Reason)),
            ("Lý do", Some(Column::Reason)),
            ("NỘI DUNG TIẾP THU, GIẢI TRÌNH", Some(Column::Answer)),
            ("Ý kiến giải trình, tiếp thu", Some(Column::Answer)),
            (
                "Ý kiến tiếp thu, giải trình của cơ quan chủ trì soạn thảo",
                Some(Column::Answer),
            ),
            ("Ghi chú", Some(Column::Note)),
            ("NGƯỜI ĐẠI DIỆN", Some(Column::Person)),
            ("SỐ ĐIỆN THOẠI", Some(Column::Phone)),
            ("E-mail", Some(Column::Email)),
            ("NGÀY GỬI", Some(Column::SentOn)),
            ("LINK FILE ĐÍNH KÈM", None),
            ("MB/NC", Some(Column::Organization)),
            ("Clause/ Subclause", Some(Column::Place)),
            ("Proposed change", Some(Column::Proposal)),
            ("Sở Tài chính", None),
            ("Điều 5, Khoản 4", None),
            (
                "Đề nghị bổ sung quy định về quỹ phát triển khoa học và công nghệ của doanh nghiệp.",
                None,
            ),
        ] {
            assert_eq!(
                recognize(heading).map(|(column, _)| column),
                expected,
                "{heading}"
            );
        }
    }
}
