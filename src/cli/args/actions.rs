//! Commands that have several actions: drafts, mail, the index, imported tables, groups.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{HELP, ImportArgs};
use crate::app::values::Column;

/// What to do with drafts.
#[derive(Debug, Clone, Subcommand)]
pub enum DraftAction {
    /// Thêm dự thảo lần tiếp theo; các mục tìm thấy lại giữ nguyên ý kiến đã gắn
    #[command(help_template = HELP)]
    Add {
        /// Tệp dự thảo (.docx, .txt, .toml, .tsv)
        #[arg(value_name = "TỆP")]
        file: PathBuf,
        /// Mã văn bản trong hồ sơ
        #[arg(long, value_name = "MÃ")]
        document: String,
        /// Mã hồ sơ
        #[arg(long, value_name = "MÃ")]
        consultation: Option<String>,
        /// Chỉ in bảng đối chiếu, không ghi
        #[arg(long)]
        dry_run: bool,
    },
    /// In bảng đối chiếu dự thảo hiện nay với lần trước
    #[command(help_template = HELP)]
    Alignment {
        /// Mã văn bản trong hồ sơ
        #[arg(long, value_name = "MÃ")]
        document: String,
        /// Mã hồ sơ
        #[arg(long, value_name = "MÃ")]
        consultation: Option<String>,
        /// In cả những mục giữ nguyên
        #[arg(long)]
        all: bool,
    },
    /// Xác nhận các dòng đối chiếu; không nêu số là xác nhận mọi dòng còn ngờ
    #[command(help_template = HELP)]
    Confirm {
        /// Số ở đầu dòng
        #[arg(value_name = "SỐ")]
        ids: Vec<i64>,
        /// Mã văn bản trong hồ sơ
        #[arg(long, value_name = "MÃ")]
        document: String,
        /// Mã hồ sơ
        #[arg(long, value_name = "MÃ")]
        consultation: Option<String>,
    },
    /// Tách các cặp mục bị ghép nhầm: mục cũ coi như bỏ, mục mới coi như thêm
    #[command(help_template = HELP)]
    Reject {
        /// Số ở đầu dòng
        #[arg(required = true, value_name = "SỐ")]
        ids: Vec<i64>,
        /// Mã văn bản trong hồ sơ
        #[arg(long, value_name = "MÃ")]
        document: String,
        /// Mã hồ sơ
        #[arg(long, value_name = "MÃ")]
        consultation: Option<String>,
    },
}

/// What to do with mail.
#[derive(Debug, Subcommand)]
pub enum MailAction {
    /// Nhận thư mới từ các hộp thư khai báo trong cấu hình; chạy mãi, trừ khi có --once
    #[command(help_template = HELP)]
    Poll {
        /// Nhận một lần rồi dừng
        #[arg(long)]
        once: bool,
        /// Chỉ hộp thư này
        #[arg(long, value_name = "TÊN")]
        mailbox: Option<String>,
        /// Hỏi lại cả những thư mà máy chủ nhiều lần không giao
        #[arg(long)]
        again: bool,
    },
    /// Soạn và gửi thư mời, thư nhắc hoặc kết quả tiếp thu; không nêu loại thì gửi những thư đang chờ
    #[command(help_template = HELP)]
    Send(MailSendArgs),
    /// Liệt kê thư đi
    #[command(help_template = HELP)]
    Outbox {
        /// Chỉ trạng thái này: queued, sent, failed, unknown, bounced hoặc cancelled
        #[arg(long, value_name = "TRẠNG THÁI")]
        state: Option<String>,
        /// Mã hồ sơ
        #[arg(long, value_name = "MÃ")]
        consultation: Option<String>,
    },
    /// Gửi lại những thư không gửi được, bị trả lại hoặc chưa rõ đã gửi hay chưa
    #[command(help_template = HELP)]
    Retry(MailIdArgs),
    /// Xác nhận thư chưa rõ đã gửi hay chưa là đã đến
    #[command(help_template = HELP)]
    Confirm(MailIdArgs),
    /// Hủy thư chưa gửi
    #[command(help_template = HELP)]
    Cancel(MailIdArgs),
    /// In nguyên văn một thư đi
    #[command(help_template = HELP)]
    Show(MailIdArgs),
    /// Chép các mẫu thư vào thư mục dữ liệu để sửa lời
    #[command(help_template = HELP)]
    Templates,
    /// Nhập thư từ tệp .eml, .msg, .mbox, tệp nén hoặc thư mục Maildir
    #[command(help_template = HELP)]
    Import(ImportArgs),
}

/// Arguments of `mail send`.
#[derive(Debug, Args)]
pub struct MailSendArgs {
    /// invitation (thư mời), reminder (thư nhắc) hoặc extract (kết quả tiếp thu)
    #[arg(value_name = "LOẠI", requires = "round")]
    pub kind: Option<String>,
    /// Đợt lấy ý kiến
    #[arg(long, value_name = "SỐ")]
    pub round: Option<u32>,
    /// Chỉ gửi cơ quan này
    #[arg(long, value_name = "TÊN")]
    pub organization: Option<String>,
    /// Tệp gửi kèm; có thể lặp lại
    #[arg(long, value_name = "TỆP")]
    pub attach: Vec<PathBuf>,
    /// Chỉ liệt kê sẽ gửi gì, cho ai
    #[arg(long)]
    pub dry_run: bool,
    /// Cùng --dry-run: ghi các thư thành tệp .eml vào thư mục này
    #[arg(short, long, value_name = "THƯ MỤC", requires = "dry_run")]
    pub output: Option<PathBuf>,
    /// Người gửi
    #[arg(long, value_name = "TÊN")]
    pub actor: Option<String>,
    /// Mã hồ sơ
    #[arg(long, value_name = "MÃ")]
    pub consultation: Option<String>,
}

/// Letters by their numbers.
#[derive(Debug, Args)]
pub struct MailIdArgs {
    /// Số của thư đi
    #[arg(required = true, value_name = "SỐ")]
    pub ids: Vec<i64>,
    /// Mã hồ sơ
    #[arg(long, value_name = "MÃ")]
    pub consultation: Option<String>,
}

/// What to do with the index.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum IndexAction {
    /// Lập lại từ cơ sở dữ liệu
    #[command(help_template = HELP)]
    Rebuild,
}

/// What `batch` does.
#[derive(Debug, Subcommand)]
pub enum BatchAction {
    /// Các bảng đã nhập, mới nhất trước
    #[command(help_template = HELP)]
    List,
    /// Hoàn tác một lần nhập khi chưa ai trả lời hay sửa gì trong đó; tệp gốc vẫn được giữ
    #[command(help_template = HELP)]
    Undo {
        /// Số của lần nhập
        #[arg(value_name = "SỐ")]
        batch: i64,
    },
    /// Ghi những dòng chưa nhập được ra tệp CSV, mỗi dòng kèm lý do, để sửa rồi nhập lại
    #[command(help_template = HELP)]
    BadRows {
        /// Số của lần nhập
        #[arg(value_name = "SỐ")]
        batch: i64,
        /// Tệp kết quả
        #[arg(short, long, value_name = "TỆP")]
        output: PathBuf,
    },
}

/// What to do with tables that wait to be looked at.
#[derive(Debug, Subcommand)]
pub enum TableAction {
    /// Các bảng chờ xem và đã bỏ
    #[command(help_template = HELP)]
    List,
    /// Các cột được hiểu thế nào, bao nhiêu dòng sẽ nhập
    #[command(help_template = HELP)]
    Show {
        /// Số của bảng
        #[arg(value_name = "SỐ")]
        table: i64,
    },
    /// Đổi dòng tiêu đề hoặc cách hiểu các cột; chưa nhập gì
    #[command(help_template = HELP)]
    Columns(ColumnsArgs),
    /// Nhập bảng; cách xếp cột được nhớ cho mọi bảng có cùng tiêu đề
    #[command(help_template = HELP)]
    Take {
        /// Số của bảng
        #[arg(value_name = "SỐ")]
        table: i64,
        /// Trang tính được nhập, với tệp nhiều trang; có thể lặp lại
        #[arg(long, value_name = "TÊN")]
        sheet: Vec<String>,
    },
    /// Bỏ, không nhập; tệp gốc vẫn được giữ
    #[command(help_template = HELP)]
    Discard {
        /// Số của bảng
        #[arg(value_name = "SỐ")]
        table: i64,
    },
    /// Các cách xếp cột đã nhớ
    #[command(help_template = HELP)]
    Remembered,
    /// Bỏ một cách xếp cột đã nhớ; bảng đã nhập không đổi
    #[command(help_template = HELP)]
    Forget {
        /// Số của cách xếp cột
        #[arg(value_name = "SỐ")]
        arrangement: i64,
    },
}

/// Arguments of `table columns`.
#[derive(Debug, Args)]
pub struct ColumnsArgs {
    /// Số của bảng
    #[arg(value_name = "SỐ")]
    pub table: i64,
    /// Trang tính, với tệp nhiều trang
    #[arg(long, value_name = "TÊN", default_value = "")]
    pub sheet: String,
    /// Dòng tiêu đề, đếm từ 1 theo `table show`
    #[arg(long, value_name = "DÒNG")]
    pub header: Option<usize>,
    /// Tiêu đề gồm một hay hai dòng
    #[arg(long, value_name = "SỐ DÒNG", default_value_t = 1, requires = "header")]
    pub header_rows: usize,
    /// Cột nào chứa gì, ví dụ 3=content, 5=skip; có thể lặp lại
    #[arg(long, value_name = "CỘT=LOẠI", value_parser = column)]
    pub column: Vec<(usize, Option<Column>)>,
}

/// Reads `3=content`.
fn column(text: &str) -> Result<(usize, Option<Column>), String> {
    let (n, code) = text.split_once('=').ok_or("thiếu dấu =")?;
    let n = n.parse::<usize>().map_err(|error| error.to_string())?;
    if code == "skip" {
        return Ok((n, None));
    }
    let column = Column::parse(code).ok_or_else(|| {
        let known: Vec<&str> = Column::ALL.into_iter().map(Column::code).collect();
        format!(
            "không có loại cột `{code}`; chọn: {}, skip",
            known.join(", ")
        )
    })?;
    Ok((n, Some(column)))
}

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub enum AccountAction {
    /// Các tài khoản và vai trò
    #[command(help_template = HELP)]
    List,
    /// Thêm tài khoản; tài khoản đầu tiên phải là quản trị
    #[command(help_template = HELP)]
    Add {
        /// Tên đăng nhập
        #[arg(value_name = "TÊN")]
        login: String,
        /// Họ và tên
        #[arg(long, value_name = "HỌ TÊN")]
        name: String,
        /// secretary, drafter, leader, administrator, reader; cách nhau bằng dấu phẩy
        #[arg(long, value_name = "VAI TRÒ")]
        roles: String,
        /// Bước duyệt của lãnh đạo, một trong `approval.steps` của cấu hình
        #[arg(long, value_name = "BƯỚC")]
        step: Option<String>,
        /// Tệp có mật khẩu ở dòng đầu; không nêu thì chương trình tự đặt và in ra
        #[arg(long, value_name = "TỆP")]
        password_file: Option<PathBuf>,
    },
    /// Sửa họ tên, vai trò; khóa hoặc mở khóa
    #[command(help_template = HELP)]
    Change {
        /// Tên đăng nhập
        #[arg(value_name = "TÊN")]
        login: String,
        /// Họ và tên
        #[arg(long, value_name = "HỌ TÊN")]
        name: Option<String>,
        /// Các vai trò, cách nhau bằng dấu phẩy
        #[arg(long, value_name = "VAI TRÒ")]
        roles: Option<String>,
        /// Bước duyệt của lãnh đạo; để trống ("") để bỏ
        #[arg(long, value_name = "BƯỚC")]
        step: Option<String>,
        /// Không cho đăng nhập nữa
        #[arg(long)]
        lock: bool,
        /// Cho đăng nhập lại
        #[arg(long, conflicts_with = "lock")]
        unlock: bool,
    },
    /// Đặt lại mật khẩu; mọi nơi đang đăng nhập bị đăng xuất
    #[command(help_template = HELP)]
    Password {
        /// Tên đăng nhập
        #[arg(value_name = "TÊN")]
        login: String,
        /// Tệp có mật khẩu ở dòng đầu; không nêu thì chương trình tự đặt và in ra
        #[arg(long, value_name = "TỆP")]
        password_file: Option<PathBuf>,
    },
}

/// What to do with groups of points that say the same.
#[derive(Debug, Subcommand)]
pub enum GroupAction {
    /// So sánh mọi ý kiến và đề xuất các nhóm trùng nhau; không đụng đến nhóm đã xác nhận
    #[command(help_template = HELP)]
    Propose,
    /// Các nhóm đang đề xuất, nhóm lớn trước
    #[command(help_template = HELP)]
    List {
        /// Các nhóm đã xác nhận thay cho nhóm đang đề xuất
        #[arg(long)]
        confirmed: bool,
        /// Bỏ qua bao nhiêu nhóm đầu
        #[arg(long, default_value_t = 0, value_name = "SỐ")]
        offset: usize,
        /// Số nhóm tối đa
        #[arg(long, default_value_t = 20, value_name = "SỐ")]
        limit: usize,
    },
    /// Một nhóm với mọi thành viên và chỗ khác nhau
    #[command(help_template = HELP)]
    Show {
        /// Số của nhóm
        #[arg(value_name = "NHÓM")]
        group: i64,
    },
    /// Xác nhận nhóm: từ đây trả lời một lần cho mọi thành viên
    #[command(help_template = HELP)]
    Confirm {
        /// Số của các nhóm
        #[arg(required = true, value_name = "NHÓM")]
        groups: Vec<i64>,
    },
    /// Đưa ý kiến ra khỏi nhóm; từ hai ý kiến trở lên thành một nhóm riêng
    #[command(help_template = HELP)]
    Split {
        /// Số của nhóm
        #[arg(value_name = "NHÓM")]
        group: i64,
        /// Số của các ý kiến
        #[arg(required = true, value_name = "Ý KIẾN")]
        points: Vec<i64>,
    },
    /// Giải tán nhóm, hoặc bác một đề xuất; không đề xuất lại nữa
    #[command(help_template = HELP)]
    Dissolve {
        /// Số của các nhóm
        #[arg(required = true, value_name = "NHÓM")]
        groups: Vec<i64>,
    },
    /// Đổi ý kiến đại diện của nhóm
    #[command(help_template = HELP)]
    Represent {
        /// Số của nhóm
        #[arg(value_name = "NHÓM")]
        group: i64,
        /// Số của ý kiến
        #[arg(value_name = "Ý KIẾN")]
        point: i64,
    },
    /// Trả lời, trình, duyệt hoặc trả lại một lần cho cả nhóm
    #[command(help_template = HELP)]
    Answer(GroupAnswerArgs),
}

/// What somebody does with an answer, of one point or of a group.
#[derive(Debug, Args)]
pub struct AnswerWords {
    /// `accept`, `accept_in_part`, `keep`, `clarify`, `note` hoặc `refer`
    #[arg(long, value_name = "KẾT QUẢ")]
    pub decision: Option<String>,
    /// Nội dung tiếp thu, giải trình
    #[arg(long, value_name = "CHỮ")]
    pub text: Option<String>,
    /// Chỗ đã sửa trong dự thảo
    #[arg(long, value_name = "MỤC")]
    pub change_place: Option<String>,
    /// Trình lãnh đạo
    #[arg(long)]
    pub submit: bool,
    /// Duyệt
    #[arg(long, conflicts_with_all = ["submit", "send_back"])]
    pub approve: bool,
    /// Trả lại, ghi lý do
    #[arg(long = "return", value_name = "LÝ DO", conflicts_with = "submit")]
    pub send_back: Option<String>,
    /// Người trả lời hoặc người duyệt
    #[arg(long, value_name = "TÊN")]
    pub actor: Option<String>,
}

/// Arguments of `group answer`.
#[derive(Debug, Args)]
pub struct GroupAnswerArgs {
    /// Số của nhóm
    #[arg(value_name = "NHÓM")]
    pub group: i64,
    /// What is answered, and the step it takes.
    #[command(flatten)]
    pub words: AnswerWords,
}
