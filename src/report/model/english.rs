//! English titles, headings, names of columns, results and counts, for readers abroad.
//!
//! Works on a finished model, so that every format shows the same. Comments, answers, sentences and
//! names of organizations stay as they are written; forms and letters that go out to be filled in or
//! signed are not translated.

use super::{Block, Cell, Kind, ReportModel, Row, RunStyle, Table};

/// What is printed, in both languages; `{}` stands for the same words in both.
const WORDS: &[(&str, &str)] = &[
    ("BÁO CÁO", "REPORT"),
    ("BẢN TỔNG HỢP", "SUMMARY OF COMMENTS"),
    ("DANH SÁCH", "LIST"),
    ("BẢN TRÍCH", "EXTRACT"),
    ("BẢNG SO SÁNH", "COMPARISON"),
    (
        "Tổng hợp, tiếp thu, giải trình ý kiến góp ý {}",
        "Comments received on {}, with responses",
    ),
    (
        "Ý kiến góp ý và tiếp thu, giải trình ý kiến góp ý đối với {}",
        "Comments on {} and responses to them",
    ),
    (
        "Ý kiến góp ý của các cơ quan, đơn vị và tiếp thu, giải trình đối với {}",
        "Comments by organization on {}, with responses",
    ),
    (
        "Cơ quan, đơn vị đã trả lời và chưa trả lời lấy ý kiến {}",
        "Organizations that have and have not replied on {}",
    ),
    (
        "Ý kiến của {} và nội dung tiếp thu, giải trình đối với {}",
        "Comments by {} on {}, with responses",
    ),
    ("Phụ lục", "Annex"),
    ("Phụ lục {}", "Annex {}"),
    (
        "DANH SÁCH CƠ QUAN, ĐƠN VỊ ĐÃ TRẢ LỜI VÀ CHƯA TRẢ LỜI",
        "ORGANIZATIONS THAT HAVE AND HAVE NOT REPLIED",
    ),
    (
        "Ý KIẾN TRÙNG NHAU ĐƯỢC TRẢ LỜI CHUNG",
        "COMMENTS THAT SAY THE SAME AND ARE ANSWERED TOGETHER",
    ),
    (
        "LƯỢT GÓP Ý, Ý KIẾN KHÔNG ĐƯA VÀO TỔNG HỢP VÀ LÝ DO",
        "SUBMISSIONS AND COMMENTS NOT INCLUDED, AND WHY",
    ),
    ("TÌNH HÌNH LẤY Ý KIẾN", "CONSULTATION"),
    (
        "KẾT QUẢ TỔNG HỢP, TIẾP THU, GIẢI TRÌNH",
        "COMMENTS AND RESPONSES",
    ),
    ("Kết quả chung", "Overall results"),
    ("Nội dung cụ thể", "Comments in detail"),
    ("Vấn đề chung", "General issues"),
    ("Thể thức, chính tả", "Form and spelling"),
    ("Ý kiến chưa xác định mục", "Comments without a known place"),
    ("Chưa xác định mục", "Place not known"),
    ("Đối với dự thảo {}", "On the draft: {}"),
    ("Lượt góp ý", "Submissions"),
    ("Ý kiến ngoài phạm vi lấy ý kiến", "Comments out of scope"),
    ("Đợt {}", "Round {}"),
    (
        "Đơn vị thống nhất hoàn toàn với dự thảo: {} đơn vị",
        "Organizations that fully agree with the draft: {}",
    ),
    (
        "Đơn vị có ý kiến góp ý: {} đơn vị",
        "Organizations with comments: {}",
    ),
    (
        "Đơn vị không có ý kiến hoặc nội dung không thuộc thẩm quyền: {} đơn vị",
        "Organizations without comments or not competent: {}",
    ),
    (
        "Đơn vị đã trả lời, văn bản đang được xem xét hoặc lưu riêng: {} đơn vị",
        "Organizations whose replies are under review or kept apart: {}",
    ),
    (
        "Đơn vị chưa có văn bản trả lời: {} đơn vị",
        "Organizations that have not replied: {}",
    ),
    (
        "Cơ quan, tổ chức, cá nhân không có trong danh sách lấy ý kiến nhưng có ý kiến: {}",
        "Organizations and persons not asked who commented: {}",
    ),
    (
        "Không có trong danh sách lấy ý kiến nhưng có ý kiến: {}",
        "Not asked, but commented: {}",
    ),
    ("{}: đã trả lời {} đơn vị", "{}: {} replied"),
    // Columns, sheets and captions.
    ("STT", "No."),
    ("NHÓM VẤN ĐỀ, ĐIỀU, KHOẢN", "ISSUE, ARTICLE, CLAUSE"),
    ("CHỦ THỂ GÓP Ý", "COMMENT BY"),
    ("NỘI DUNG GÓP Ý", "COMMENT"),
    ("NỘI DUNG TIẾP THU, GIẢI TRÌNH", "RESPONSE"),
    ("KẾT QUẢ XỬ LÝ", "RESULT"),
    ("Kết quả", "Result"),
    ("Số ý kiến", "Comments"),
    ("Mã ý kiến", "Comment IDs"),
    ("Nguồn", "Source"),
    ("Tỷ lệ", "Share"),
    ("Nhóm cơ quan, đơn vị", "Kind of organization"),
    ("Được lấy ý kiến", "Asked"),
    ("Đã trả lời", "Replied"),
    ("Chưa trả lời", "Not replied"),
    ("Thống nhất hoàn toàn", "Fully agree"),
    ("Có ý kiến", "With remarks"),
    ("Không có ý kiến", "No remarks"),
    (
        "Không có ý kiến, không thuộc thẩm quyền",
        "No comments, not competent",
    ),
    ("Chờ xem, lưu riêng", "Under review, kept apart"),
    ("Cơ quan, đơn vị", "Organization"),
    ("Số, ký hiệu văn bản", "Letter number"),
    ("Ngày văn bản", "Letter date"),
    ("Ngày đến", "Received"),
    ("Ghi chú", "Note"),
    ("Nơi gửi", "Sender"),
    ("Xử lý", "Treatment"),
    ("Lý do", "Reason"),
    ("Chủ thể góp ý", "Comment by"),
    ("Nội dung góp ý", "Comment"),
    ("Nội dung", "Content"),
    ("Vị trí góp ý", "Place"),
    ("Tiếp thu, giải trình", "Response"),
    ("Mục", "Section"),
    ("Tổng số", "Total"),
    ("Tổng số ý kiến nhận được", "Comments received"),
    ("Kết quả tiếp thu, giải trình", "Results"),
    ("Toàn bộ phạm vi", "Whole scope"),
    ("Thống kê", "Statistics"),
    ("Tổng hợp", "Summary"),
    ("Danh sách trả lời", "Replies"),
    ("Để riêng", "Set aside"),
    ("Ngoài phạm vi", "Out of scope"),
    ("Ý kiến trùng", "Same comments"),
    // Results and states.
    ("Tiếp thu", "Accepted"),
    ("Tiếp thu một phần", "Accepted in part"),
    ("Giải trình, giữ nguyên dự thảo", "Explained, draft kept"),
    ("Giải trình, làm rõ", "Clarified"),
    ("Ghi nhận", "Noted"),
    (
        "Báo cáo cấp có thẩm quyền",
        "Referred to the competent authority",
    ),
    ("Chưa có nội dung tiếp thu, giải trình", "Not yet answered"),
    (
        "Gộp vào ý kiến khác của cùng nội dung",
        "Joined into another comment",
    ),
    ("Ngoài phạm vi lấy ý kiến", "Out of scope"),
    ("Đã trả lời theo nhóm", "Answered in a group"),
    ("Đã gộp", "Joined"),
    ("(Xin ý kiến lãnh đạo)", "(For decision by the leadership)"),
    (
        "(Đã tiếp thu nhưng dự thảo hiện tại chưa sửa mục này)",
        "(Accepted, but the current draft does not show it yet)",
    ),
    ("(Đang soạn)", "(Being drafted)"),
    (
        "Dự thảo lần {} so với lần {} của {}",
        "Draft {} beside draft {}: {}",
    ),
    (
        "Dự thảo lần này so với lần trước của {}",
        "The latest two drafts side by side: {}",
    ),
    (
        "Bổ sung kết quả tổng hợp, tiếp thu, giải trình ý kiến góp ý {}",
        "Further comments received on {}, with responses",
    ),
    (
        "Cơ quan, tổ chức, cá nhân đã trả lời trước đó hoặc không có trong danh sách lấy ý kiến, nay gửi thêm ý kiến: {}",
        "Others that sent further comments: {}",
    ),
    ("BIỂU ĐỒ", "CHARTS"),
    (
        "Ý kiến theo kết quả xử lý: {} ý kiến",
        "Comments by result: {}",
    ),
    (
        "Ý kiến theo mục của dự thảo: {} ý kiến",
        "Comments by section: {}",
    ),
    (
        "Lượt góp ý được tính theo ngày đến: {} lượt góp ý",
        "Submissions by day of arrival: {}",
    ),
    ("Ý kiến theo kết quả xử lý", "Comments by result"),
    ("Ý kiến theo mục của dự thảo", "Comments by section"),
    (
        "Lượt góp ý được tính theo ngày đến",
        "Submissions by day of arrival",
    ),
    ("ý kiến", "comments"),
    ("lượt góp ý", "submissions"),
    ("Tuần từ {}", "Week of {}"),
    ("Các mục khác", "Other sections"),
    ("Chưa có nội dung trả lời", "Not answered"),
    ("Gộp vào ý kiến khác", "Joined with another"),
    ("So sánh dự thảo", "Drafts"),
    ("Ý kiến khác", "Other comments"),
    ("Dự thảo {}", "Draft: {}"),
    ("DỰ THẢO LẦN {}", "DRAFT {}"),
    ("THAY ĐỔI", "CHANGE"),
    ("VẤN ĐỀ", "ISSUE"),
    ("Ý KIẾN GÓP Ý", "COMMENTS"),
    (
        "Ý kiến không về riêng một mục của các dự thảo trên",
        "Comments about no single section of these drafts",
    ),
    ("Giữ nguyên", "Unchanged"),
    ("Sửa lời", "Reworded"),
    ("Chuyển vị trí", "Moved"),
    ("Tách", "Split"),
    ("Gộp", "Merged"),
    ("Bỏ", "Removed"),
    ("Thêm mới", "Added"),
    ("(chờ xác nhận)", "(to be confirmed)"),
    (
        "(Chữ máy đọc từ bản quét, độ tin cậy {}%; cần đối chiếu)",
        "(Read from a scan by machine, confidence {}%; to be checked)",
    ),
    ("{} ý kiến", "{} comments"),
    ("{} chủ thể:", "{} commenters:"),
    ("Trùng", "Duplicate"),
    ("Đã được thay thế", "Replaced"),
    ("Đã rút", "Withdrawn"),
    ("Chờ người xem", "Under review"),
    ("Đã hoàn tác", "Undone"),
    ("Đã xóa", "Erased"),
    ("Đã trả lời, chờ người xem", "Replied, under review"),
    ("Đã trả lời, lưu riêng", "Replied, kept apart"),
];

/// Puts a report's headings into English, where its kind has them.
pub(super) fn translate(model: &mut ReportModel) {
    match model.kind {
        Kind::OpenWork | Kind::Form | Kind::Reminder => return,
        Kind::Full
        | Kind::BySection
        | Kind::ByOrganization
        | Kind::Roster
        | Kind::Extract(_)
        | Kind::Drafts => {}
    }
    for block in model.parts.iter_mut().flat_map(|part| &mut part.blocks) {
        match block {
            Block::Title { name, subject } => {
                put(name);
                put(subject);
            }
            Block::Heading { text, .. } => put(text),
            Block::Annex { name, title, .. } => {
                put(name);
                put(title);
            }
            Block::Table(table) => translate_table(table),
            Block::Chart(chart) => {
                put(&mut chart.title);
                put(&mut chart.unit);
                chart.bars.iter_mut().for_each(|bar| put(&mut bar.name));
            }
            Block::Head(_)
            | Block::Addressees(_)
            | Block::Basis(_)
            | Block::Paragraph(_)
            | Block::Item(_)
            | Block::Signature(_) => {}
        }
    }
}

fn translate_table(table: &mut Table) {
    // What somebody wrote stays, even where it is no more than a known word.
    let written: Vec<bool> = (table.columns.iter())
        .map(|column| column.title.to_lowercase().starts_with("nội dung góp ý"))
        .collect();
    put(&mut table.sheet);
    put(&mut table.caption);
    for column in &mut table.columns {
        put(&mut column.title);
    }
    for row in &mut table.rows {
        match row {
            Row::Heading(text) => put(text),
            Row::Cells(cells) | Row::Total(cells) => {
                let cells = cells.iter_mut().zip(&written);
                cells
                    .filter(|(_, is_written)| !**is_written)
                    .for_each(|(cell, _)| translate_cell(cell));
            }
        }
    }
}

/// A cell that is one known word, and what is set off in bold before the words of a person.
fn translate_cell(cell: &mut Cell) {
    let is_single = cell.lines.len() == 1;
    for line in &mut cell.lines {
        let is_whole = is_single && line.runs.len() == 1;
        for run in &mut line.runs {
            if is_whole || matches!(run.style, RunStyle::Bold | RunStyle::Missing) {
                put(&mut run.text);
            }
        }
    }
}

fn put(text: &mut String) {
    if let Some(english) = english(text) {
        *text = english;
    }
}

/// The English for what is printed; its number and final mark stay.
fn english(text: &str) -> Option<String> {
    let (number, words) = numbered(text);
    let bare = words.trim_end_matches(['.', ' ']);
    let mark = words.get(bare.len()..).unwrap_or("");
    // "Tiếp thu: 03 ý kiến" heads rows: a known word, and a known count.
    let counted = bare
        .rsplit_once(": ")
        .and_then(|(name, count)| Some(format!("{}: {}", known(name)?, known(count)?)));
    let whole = counted.or_else(|| known(bare));
    Some(format!("{number}{}{mark}", whole?))
}

fn known(words: &str) -> Option<String> {
    let exact = WORDS.iter().find(|(vietnamese, _)| *vietnamese == words);
    if let Some((_, english)) = exact {
        return Some((*english).to_owned());
    }
    WORDS.iter().find_map(|(vietnamese, english)| {
        let mut parts = vietnamese.split("{}");
        let mut rest = words.strip_prefix(parts.next()?)?;
        let mut filled = (*english).to_owned();
        let parts: Vec<&str> = parts.collect();
        for (index, part) in parts.iter().enumerate() {
            let at = if index + 1 == parts.len() {
                rest.ends_with(part).then(|| rest.len() - part.len())?
            } else {
                rest.find(part)?
            };
            let (between, after) = rest.split_at_checked(at)?;
            filled = filled.replacen("{}", between, 1);
            rest = after.get(part.len()..)?;
        }
        (!parts.is_empty() && rest.is_empty()).then_some(filled)
    })
}

/// "I. ", "2.1. ", "đ) " apart from the words behind it.
fn numbered(text: &str) -> (&str, &str) {
    let Some((number, _)) = text.split_once(' ') else {
        return ("", text);
    };
    let is_number = number.strip_suffix('.').is_some_and(|number| {
        number.chars().all(|c| c.is_ascii_digit() || c == '.')
            || number.chars().all(|c| matches!(c, 'I' | 'V' | 'X'))
    });
    let is_letter = number
        .strip_suffix(')')
        .is_some_and(|letter| letter.chars().count() == 1);
    if is_number || is_letter {
        text.split_at_checked(number.len() + 1)
            .unwrap_or(("", text))
    } else {
        ("", text)
    }
}

#[cfg(test)]
mod tests {
    use super::english;

    #[test]
    fn numbers_and_names_stay_where_they_are() {
        #[track_caller]
        fn check(vietnamese: &str, expected: Option<&str>) {
            assert_eq!(english(vietnamese).as_deref(), expected);
        }
        check(
            "II. KẾT QUẢ TỔNG HỢP, TIẾP THU, GIẢI TRÌNH",
            Some("II. COMMENTS AND RESPONSES"),
        );
        check(
            "2.3. Đối với dự thảo Quyết định",
            Some("2.3. On the draft: Quyết định"),
        );
        check(
            "đ) Đơn vị chưa có văn bản trả lời: 03 đơn vị",
            Some("đ) Organizations that have not replied: 03"),
        );
        check(
            "Sở, ban, ngành tỉnh: đã trả lời 05/07 đơn vị",
            Some("Sở, ban, ngành tỉnh: 05/07 replied"),
        );
        check(
            "Tiếp thu một phần: 03 ý kiến",
            Some("Accepted in part: 03 comments"),
        );
        check("Tiếp thu.", Some("Accepted."));
        check("Tiếp thu, đã bổ sung tại mục II.", None);
        check("a) Một câu của người góp ý", None);
        check("", None);
    }
}
