//! Who did what, when: the ledger as people read it.

use super::{App, Error};
use crate::store::ledger::{self, Action, Entry};

/// One page of the audit trail.
#[derive(Debug, Clone)]
pub struct Trail {
    /// The newest first.
    pub entries: Vec<Entry>,
    /// All entries of the ledger, by whoever.
    pub n_entries: i64,
}

impl App {
    /// At most `limit` entries before `before` (`None` for the newest), of one author if asked.
    pub async fn trail(
        &self,
        actor: Option<&str>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Trail, Error> {
        let mut tx = self.store.read().await?;
        let n_entries = ledger::last_seq(&mut tx).await?;
        let before = before.unwrap_or(n_entries + 1);
        let entries = ledger::list_before(&mut tx, before, actor, limit).await?;
        Ok(Trail { entries, n_entries })
    }
}

/// What an entry says was done, and the word for the rows it names.
pub fn words(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::ConsultationSet => ("Lập hoặc sửa hồ sơ, đợt lấy ý kiến", "hồ sơ"),
        Action::DraftAdded => ("Thêm dự thảo", "dự thảo"),
        Action::DraftAligned => ("Xác nhận đối chiếu dự thảo", "dự thảo"),
        Action::CatalogSet => ("Thêm hoặc sửa cơ quan", "cơ quan"),
        Action::SubmissionsClaimed => ("Nhận, giữ bản gốc", "lượt góp ý"),
        Action::SubmissionsSettled => ("Đọc nội dung", "lượt góp ý"),
        Action::RowsImported => ("Nhập dòng của bảng", "lượt góp ý"),
        Action::SubmissionsChanged => ("Sửa thông tin, trạng thái", "lượt góp ý"),
        Action::PointsChanged => ("Sửa mục, phạm vi, xin ý kiến", "ý kiến"),
        Action::NotesAdded => ("Ghi chú nội bộ", "ghi chú"),
        Action::AssignmentsSet => ("Giao mục cho người soạn", "phân công"),
        Action::PhrasesSet => ("Sửa câu mẫu", "câu mẫu"),
        Action::ResponsesSaved => ("Viết, trình, duyệt hoặc trả lại", "câu trả lời"),
        Action::GroupsProposed => ("Đề xuất nhóm ý kiến trùng", "nhóm"),
        Action::GroupsChanged => ("Xác nhận hoặc sửa nhóm", "nhóm"),
        Action::FilesKept => ("Nhận, giữ tệp tải lên", "tệp"),
        Action::FilesDecided => ("Nhập hoặc bỏ bảng đã xem trước", "tệp"),
        Action::ArrangementsSet => ("Xếp cột của bảng", "cách xếp cột"),
        Action::BatchUndone => ("Hoàn tác lần nhập", "lượt góp ý"),
        Action::LetterheadSet => ("Sửa thể thức báo cáo", "bản lưu thể thức"),
        Action::ReportsFrozen => ("Chốt bản trình", "bản trình"),
        Action::ReportsReviewed => ("Trình, duyệt hoặc trả lại bản trình", "lượt xem xét"),
        Action::ReportsIssued => ("Ghi số, ngày ban hành", "bản trình"),
        Action::MailsQueued => ("Đưa thư vào hàng gửi", "thư"),
        Action::MailsChanged => ("Kết quả gửi thư", "thư"),
        Action::AccountsChanged => ("Thêm hoặc sửa tài khoản", "tài khoản"),
    }
}
