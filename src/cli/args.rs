//! What can be typed.

mod actions;
mod parsing;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

pub use actions::MailAction;
pub(super) use actions::{
    AccountAction, AnswerWords, BatchAction, ColumnsArgs, DraftAction, GroupAction,
    GroupAnswerArgs, IndexAction, MailIdArgs, MailSendArgs, TableAction,
};
use clap::{Args, Parser, Subcommand};

use crate::app::evaluate::MEASURES;
pub use parsing::{Stop, parse};

const HELP: &str = "{about-with-newline}\nCách dùng: {usage}\n\n{all-args}{after-help}";

/// Tổng hợp, tiếp thu, giải trình ý kiến góp ý dự thảo.
#[derive(Debug, Parser)]
#[command(
    name = "tiepthu",
    version,
    disable_version_flag = true,
    about = "Tổng hợp, tiếp thu, giải trình ý kiến góp ý dự thảo",
    help_template = HELP,
    disable_help_subcommand = true,
    subcommand_help_heading = "Lệnh",
    next_help_heading = "Tùy chọn",
    after_help = "Mã kết thúc: 0 xong; 1 xong, có việc cần người xem; 2 không làm được."
)]
pub struct Cli {
    /// Thư mục dữ liệu
    #[arg(
        long,
        global = true,
        value_name = "THƯ MỤC",
        default_value = "./tiepthu-data"
    )]
    pub data_dir: PathBuf,
    /// In kết quả dạng JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// The command line itself, for sending it to the owner of the folder.
    #[arg(skip)]
    pub arguments: Vec<OsString>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Nạp hồ sơ mẫu, nhập các tệp góp ý, viết báo cáo và mở trang web
    #[command(help_template = HELP)]
    Demo {
        /// Dừng sau khi viết báo cáo, không mở trang web
        #[arg(long)]
        once: bool,
    },
    /// Mở trang web tra cứu, trả lời, báo cáo
    #[command(help_template = HELP)]
    Serve {
        /// Địa chỉ trên máy này, ví dụ 127.0.0.1:8090
        #[arg(long, value_name = "ĐỊA CHỈ")]
        listen: Option<SocketAddr>,
    },
    /// Tạo thư mục dữ liệu, hồ sơ lấy ý kiến, danh mục cơ quan
    #[command(help_template = HELP)]
    Init {
        /// Tệp TOML mô tả hồ sơ: văn bản, các đợt, cơ quan được hỏi
        #[arg(long, value_name = "TỆP")]
        from: Option<PathBuf>,
        /// Tệp CSV danh mục cơ quan của đơn vị
        #[arg(long, value_name = "TỆP")]
        organizations: Option<PathBuf>,
    },
    /// Nhập thư (.eml), bảng (.csv, .xlsx), văn bản (.docx, .pdf, bản quét …), biên bản (.toml), gói (.zip)
    #[command(help_template = HELP)]
    Import(ImportArgs),
    /// Nhập tay một ý kiến: văn bản giấy, biên bản, bút phê, điện thoại, Zalo, cổng
    #[command(help_template = HELP)]
    Record(RecordArgs),
    /// Đọc đề cương (các mục) của một dự thảo, không ghi gì
    #[command(help_template = HELP)]
    Outline {
        /// Tệp .docx, .pdf, .txt, .toml hoặc .tsv
        #[arg(value_name = "TỆP")]
        file: PathBuf,
    },
    /// Dự thảo lần tiếp theo của một văn bản: đối chiếu từng mục với lần trước
    #[command(help_template = HELP)]
    Draft {
        /// What to do with it.
        #[command(subcommand)]
        action: DraftAction,
    },
    /// Cho biết sẽ hiểu một thư, văn bản hoặc bảng như thế nào, không ghi gì
    #[command(help_template = HELP)]
    Read(ReadArgs),
    /// Đo mức hiểu đúng trên một thư mục văn bản đã có kết quả mong đợi, không ghi gì
    #[command(help_template = HELP)]
    Eval(EvalArgs),
    /// Tìm ý kiến, có dấu hoặc không dấu
    #[command(help_template = HELP)]
    Search(SearchArgs),
    /// Trả lời, trình, duyệt hoặc trả lại một ý kiến; hoặc nhập nhiều câu trả lời từ tệp CSV
    #[command(help_template = HELP)]
    Answer(AnswerArgs),
    /// Ý kiến trùng nhau: đề xuất nhóm, xác nhận, tách, trả lời một lần cho cả nhóm
    #[command(help_template = HELP)]
    Group {
        /// Mã hồ sơ
        #[arg(long, value_name = "MÃ", global = true)]
        consultation: Option<String>,
        /// What to do with groups.
        #[command(subcommand)]
        action: GroupAction,
    },
    /// Chép cơ sở dữ liệu và bản gốc sang một thư mục khác; chạy lại chỉ chép phần mới
    #[command(help_template = HELP)]
    Backup {
        /// Thư mục nhận, tốt nhất trên ổ đĩa khác
        #[arg(value_name = "THƯ MỤC")]
        folder: PathBuf,
    },
    /// Tài khoản đăng nhập: liệt kê, thêm, giao vai trò, khóa, đặt lại mật khẩu
    #[command(help_template = HELP)]
    Account {
        /// What to do with accounts.
        #[command(subcommand)]
        action: AccountAction,
    },
    /// Các bảng đã nhập: liệt kê, hoàn tác, lấy ra những dòng chưa nhập được để sửa
    #[command(help_template = HELP)]
    Batch {
        /// Mã hồ sơ
        #[arg(long, value_name = "MÃ", global = true)]
        consultation: Option<String>,
        /// What to do with batches.
        #[command(subcommand)]
        action: BatchAction,
    },
    /// Bảng xem trước khi nhập (`import --hold`): xem, xếp cột, nhập hoặc bỏ; cách xếp cột đã nhớ
    #[command(help_template = HELP)]
    Table {
        /// Mã hồ sơ
        #[arg(long, value_name = "MÃ", global = true)]
        consultation: Option<String>,
        /// What to do with tables.
        #[command(subcommand)]
        action: TableAction,
    },
    /// Hoàn tác việc nhập một thư hoặc tệp khi chưa ai trả lời; bản gốc vẫn được giữ
    #[command(help_template = HELP)]
    Undo {
        /// Số của lượt góp ý
        #[arg(value_name = "LƯỢT")]
        submission: i64,
        /// Mã hồ sơ
        #[arg(long, value_name = "MÃ")]
        consultation: Option<String>,
    },
    /// Ý kiến tương tự đã được trả lời, ở mọi đợt, để dùng lại câu trả lời
    #[command(help_template = HELP)]
    Similar(SimilarArgs),
    /// Viết báo cáo: full, by-section, by-organization, roster, extract, open-work, form, reminder
    #[command(help_template = HELP)]
    Report(ReportArgs),
    /// Chốt báo cáo tổng hợp thành bản trình lần N, giữ nguyên số liệu và tệp
    #[command(help_template = HELP)]
    Freeze(FreezeArgs),
    /// Liệt kê các bản trình đã chốt
    #[command(help_template = HELP)]
    Versions {
        /// Mã hồ sơ
        #[arg(long, value_name = "MÃ")]
        consultation: Option<String>,
    },
    /// So sánh hai bản trình, hoặc một bản trình với số liệu lúc này
    #[command(help_template = HELP)]
    Compare {
        /// Bản trình lần
        #[arg(value_name = "LẦN")]
        earlier: u32,
        /// Bản trình lần; để trống là số liệu lúc này
        #[arg(value_name = "LẦN")]
        later: Option<u32>,
        /// Ghi bảng so sánh ra tệp; dạng theo đuôi tệp: docx, pdf, xlsx, html
        #[arg(short, long, value_name = "TỆP")]
        output: Option<PathBuf>,
        /// Mã hồ sơ
        #[arg(long, value_name = "MÃ")]
        consultation: Option<String>,
    },
    /// Trình, duyệt ở từng bước hoặc trả lại một bản trình đã chốt
    #[command(help_template = HELP)]
    Review(ReviewArgs),
    /// Ghi số, ngày và tệp đã ký của bản trình sau khi ban hành
    #[command(help_template = HELP)]
    Issue(IssueArgs),
    /// Thể thức báo cáo: cơ quan, ký hiệu, người ký, nơi nhận, căn cứ, cột; xem hoặc sửa
    #[command(help_template = HELP)]
    Letterhead(LetterheadArgs),
    /// Thư điện tử: nhận từ hộp thư, gửi thư mời, thư nhắc, kết quả
    #[command(help_template = HELP)]
    Mail {
        /// What to do with it.
        #[command(subcommand)]
        action: MailAction,
    },
    /// Soạn sẵn thư nhắc (.eml) cho các cơ quan chưa trả lời; không gửi đi
    #[command(help_template = HELP)]
    Remind(RemindArgs),
    /// Chỉ mục tìm kiếm
    #[command(help_template = HELP)]
    Index {
        /// What to do with it.
        #[command(subcommand)]
        action: IndexAction,
    },
    /// Kiểm tra bản gốc, nhật ký, số liệu và chỉ mục
    #[command(help_template = HELP)]
    Verify,
    /// Đã hỏi, đã trả lời, chưa trả lời; số ý kiến theo kết quả xử lý
    #[command(help_template = HELP)]
    Status {
        /// Mã hồ sơ
        #[arg(long, value_name = "MÃ")]
        consultation: Option<String>,
    },
}

/// Arguments of `similar`.
#[derive(Debug, Args)]
pub struct SimilarArgs {
    /// Số của ý kiến
    #[arg(value_name = "Ý KIẾN")]
    pub point: i64,
    /// Số kết quả tối đa
    #[arg(long, default_value_t = 5, value_name = "SỐ")]
    pub limit: usize,
    /// Mã hồ sơ
    #[arg(long, value_name = "MÃ")]
    pub consultation: Option<String>,
}

/// Arguments of `import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Các tệp, hoặc thư mục chứa chúng
    #[arg(required = true, value_name = "TỆP")]
    pub files: Vec<PathBuf>,
    /// Mã hồ sơ
    #[arg(long, value_name = "MÃ")]
    pub consultation: Option<String>,
    /// Đợt lấy ý kiến mà các tệp này trả lời
    #[arg(long, value_name = "SỐ")]
    pub round: Option<u32>,
    /// Chỉ cho biết sẽ nhập gì, không ghi
    #[arg(long)]
    pub dry_run: bool,
    /// Giữ bảng lại để xem và xếp cột trước khi nhập (lệnh `table`)
    #[arg(long, conflicts_with = "dry_run")]
    pub hold: bool,
}

/// Arguments of `record`.
#[derive(Debug, Args)]
pub struct RecordArgs {
    /// Tệp văn bản chứa ý kiến; `-` để đọc từ bàn phím
    #[arg(value_name = "TỆP")]
    pub file: PathBuf,
    /// paper, minutes, remark, phone, chat hoặc portal
    #[arg(long, value_name = "KÊNH")]
    pub channel: String,
    /// Mã hoặc tên cơ quan góp ý
    #[arg(long, value_name = "TÊN")]
    pub organization: String,
    /// Ngày nói hoặc ngày nhận, ví dụ 2021-11-05
    #[arg(long, value_name = "NGÀY")]
    pub date: jiff::civil::Date,
    /// Tên gọi, ví dụ "Biên bản họp ngày 05/11/2021"
    #[arg(long, value_name = "CHỮ")]
    pub title: String,
    /// Mã hồ sơ
    #[arg(long, value_name = "MÃ")]
    pub consultation: Option<String>,
    /// Đợt lấy ý kiến
    #[arg(long, value_name = "SỐ")]
    pub round: Option<u32>,
}

/// Arguments of `read`.
#[derive(Debug, Args)]
pub struct ReadArgs {
    /// Thư, văn bản hoặc bảng
    #[arg(value_name = "TỆP")]
    pub file: PathBuf,
    /// Đề cương của dự thảo (.docx, .txt, .toml, .tsv); có thể lặp lại
    #[arg(long, value_name = "TỆP")]
    pub outline: Vec<PathBuf>,
    /// Danh mục cơ quan (.csv) thay cho danh mục kèm chương trình
    #[arg(long, value_name = "TỆP")]
    pub organizations: Option<PathBuf>,
}

/// Arguments of `eval`.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Thư mục các trường hợp: `letter.*`, `outline.*`, `expected.json`
    #[arg(value_name = "THƯ MỤC")]
    pub folder: PathBuf,
    /// F1 tối thiểu, ví dụ points=0.95; thấp hơn thì mã kết thúc là 1; có thể lặp lại
    #[arg(long, value_name = "PHÉP ĐO=MỨC", value_parser = minimum)]
    pub min: Vec<(String, f64)>,
}

/// Reads `points=0.95`.
fn minimum(text: &str) -> Result<(String, f64), String> {
    let (what, least) = text.split_once('=').ok_or("thiếu dấu =")?;
    if !MEASURES.contains(&what) {
        return Err(format!("không có phép đo `{what}`"));
    }
    let least = least.parse::<f64>().map_err(|error| error.to_string())?;
    Ok((what.to_owned(), least))
}

/// Arguments of `search`.
#[derive(Debug, Args)]
pub struct SearchArgs {
    /// Từ cần tìm: "cụm từ", tiền tố*, -loại trừ, OR; để trống để liệt kê
    #[arg(default_value = "", value_name = "TỪ")]
    pub query: String,
    /// Mục của dự thảo, gồm cả các mục con: III.2, "Đề án · III.2"; none là chưa xác định
    #[arg(long, value_name = "MỤC")]
    pub section: Option<String>,
    /// Cơ quan góp ý: mã hoặc tên
    #[arg(long, value_name = "TÊN")]
    pub organization: Option<String>,
    /// Loại cơ quan, ví dụ department, district
    #[arg(long, value_name = "LOẠI")]
    pub kind: Option<String>,
    /// Đợt lấy ý kiến
    #[arg(long, value_name = "SỐ")]
    pub round: Option<u32>,
    /// Loại ý kiến: add, edit, remove, keep, object, ask, agree …
    #[arg(long, value_name = "LOẠI")]
    pub stance: Option<String>,
    /// Kết quả xử lý: `accept`, `accept_in_part`, `keep`, `clarify`, `note`, `refer`
    #[arg(long, value_name = "KẾT QUẢ")]
    pub decision: Option<String>,
    /// Trạng thái: `open`, `answered`, `answered_in_group`, `joined`, `out_of_scope`
    #[arg(long, value_name = "TRẠNG THÁI")]
    pub state: Option<String>,
    /// Kênh: email, table, letter, minutes, phone …
    #[arg(long, value_name = "KÊNH")]
    pub channel: Option<String>,
    /// Người soạn; `none`: chưa phân công
    #[arg(long, value_name = "TÊN")]
    pub drafter: Option<String>,
    /// Tìm trong nội dung tiếp thu, giải trình thay vì trong ý kiến
    #[arg(long)]
    pub answers: bool,
    /// Bỏ qua bao nhiêu kết quả đầu
    #[arg(long, default_value_t = 0, value_name = "SỐ")]
    pub offset: usize,
    /// Số kết quả tối đa
    #[arg(long, default_value_t = 20, value_name = "SỐ")]
    pub limit: usize,
    /// Mã hồ sơ
    #[arg(long, value_name = "MÃ")]
    pub consultation: Option<String>,
}

/// Arguments of `answer`.
#[derive(Debug, Args)]
pub struct AnswerArgs {
    /// Số của ý kiến
    #[arg(required_unless_present = "file", value_name = "Ý KIẾN")]
    pub point: Option<i64>,
    /// What is answered, and the step it takes.
    #[command(flatten)]
    pub words: AnswerWords,
    /// Tệp CSV nhiều câu trả lời
    #[arg(long, value_name = "TỆP", conflicts_with = "point")]
    pub file: Option<PathBuf>,
    /// Mã hồ sơ
    #[arg(long, value_name = "MÃ")]
    pub consultation: Option<String>,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// full, by-section, by-organization, roster, extract, open-work, form (phiếu góp ý), reminder (công văn đôn đốc) hoặc drafts (so sánh hai lần dự thảo)
    #[arg(value_name = "LOẠI")]
    pub kind: String,
    /// docx, pdf, xlsx, html, csv, json, hoặc zip (báo cáo kèm bản gốc)
    #[arg(long, value_name = "DẠNG")]
    pub format: String,
    /// Tệp kết quả
    #[arg(short, long, value_name = "TỆP")]
    pub output: PathBuf,
    /// Cơ quan, cho bản trích (extract)
    #[arg(long, value_name = "TÊN")]
    pub organization: Option<String>,
    /// Chỉ các đợt này; có thể lặp lại
    #[arg(long, value_name = "SỐ")]
    pub round: Vec<u32>,
    /// Gồm cả đợt nội bộ
    #[arg(long)]
    pub include_internal: bool,
    /// Dự thảo lần này so với lần trước đó (drafts); để trống là lần hiện tại
    #[arg(long, value_name = "LẦN")]
    pub draft: Option<u32>,
    /// How it is laid out.
    #[command(flatten)]
    pub form: FormArgs,
    /// Lấy lại tệp của bản trình đã chốt lần này
    #[arg(
        long,
        value_name = "LẦN",
        conflicts_with_all = ["round", "include_internal", "draft", "after", "depth", "organization", "order", "agreeing", "anonymous", "charts", "headings"]
    )]
    pub frozen: Option<u32>,
    /// Mã hồ sơ
    #[arg(long, value_name = "MÃ")]
    pub consultation: Option<String>,
}

/// How a report is laid out.
#[derive(Debug, Args)]
pub struct FormArgs {
    /// Báo cáo bổ sung: chỉ những gì chưa có trong bản trình đã ban hành lần này và các lần trước
    #[arg(long, value_name = "LẦN")]
    pub after: Option<u32>,
    /// Gộp ý kiến đến cấp mục nào, từ 1 đến 9
    #[arg(long, value_name = "CẤP", value_parser = clap::value_parser!(u8).range(1..=9))]
    pub depth: Option<u8>,
    /// Thứ tự: section (theo mục), organization (theo đơn vị), decision (theo kết quả)
    #[arg(long, value_name = "THỨ TỰ", default_value = "section", value_parser = ["section", "organization", "decision"])]
    pub order: String,
    /// Đơn vị thống nhất hoàn toàn: list (nêu tên từng đơn vị), count (chỉ nêu số)
    #[arg(long, value_name = "CÁCH", default_value = "list", value_parser = ["list", "count"])]
    pub agreeing: String,
    /// Không nêu tên nơi góp ý
    #[arg(long)]
    pub anonymous: bool,
    /// Thêm phụ lục biểu đồ (báo cáo full)
    #[arg(long)]
    pub charts: bool,
    /// Ngôn ngữ tiêu đề: vi, en
    #[arg(long, value_name = "NGÔN NGỮ", default_value = "vi", value_parser = ["vi", "en"])]
    pub headings: String,
}

/// Arguments of `freeze`.
#[derive(Debug, Args)]
pub struct FreezeArgs {
    /// Chỉ các đợt này; có thể lặp lại
    #[arg(long, value_name = "SỐ")]
    pub round: Vec<u32>,
    /// Gồm cả đợt nội bộ
    #[arg(long)]
    pub include_internal: bool,
    /// How it is laid out.
    #[command(flatten)]
    pub form: FormArgs,
    /// Bản làm việc: còn ý kiến chưa xác định mục, chưa trả lời hoặc chưa duyệt
    #[arg(long)]
    pub working: bool,
    /// Người chốt
    #[arg(long, value_name = "TÊN")]
    pub actor: Option<String>,
    /// Mã hồ sơ
    #[arg(long, value_name = "MÃ")]
    pub consultation: Option<String>,
}

/// Arguments of `issue`.
#[derive(Debug, Args)]
pub struct IssueArgs {
    /// Bản trình lần
    #[arg(value_name = "LẦN")]
    pub ordinal: u32,
    /// Số, ký hiệu, ví dụ 215/BC-SKHCN
    #[arg(long, value_name = "SỐ")]
    pub number: String,
    /// Ngày ban hành, ví dụ 2021-12-01
    #[arg(long, value_name = "NGÀY")]
    pub date: jiff::civil::Date,
    /// Tệp đã ký
    #[arg(long, value_name = "TỆP")]
    pub signed: Option<PathBuf>,
    /// Người ghi
    #[arg(long, value_name = "TÊN")]
    pub actor: Option<String>,
    /// Mã hồ sơ
    #[arg(long, value_name = "MÃ")]
    pub consultation: Option<String>,
}

/// Arguments of `review`.
#[derive(Debug, Args)]
pub struct ReviewArgs {
    /// Bản trình lần
    #[arg(value_name = "LẦN")]
    pub ordinal: u32,
    /// Trình duyệt
    #[arg(long, conflicts_with_all = ["approve", "send_back"])]
    pub submit: bool,
    /// Duyệt ở bước đang chờ
    #[arg(long, conflicts_with = "send_back")]
    pub approve: bool,
    /// Trả lại, kèm lý do
    #[arg(long = "return", value_name = "LÝ DO")]
    pub send_back: Option<String>,
    /// Người trình, người duyệt
    #[arg(long, value_name = "TÊN")]
    pub actor: Option<String>,
    /// Mã hồ sơ
    #[arg(long, value_name = "MÃ")]
    pub consultation: Option<String>,
}

/// Arguments of `letterhead`.
#[derive(Debug, Args)]
pub struct LetterheadArgs {
    /// Của cơ quan, dùng cho mọi hồ sơ ở chỗ hồ sơ không ghi riêng
    #[arg(long, conflicts_with = "consultation")]
    pub office: bool,
    /// Sửa một trường, ví dụ `--set signer_title="KT. GIÁM ĐỐC; PHÓ GIÁM ĐỐC"`; có thể lặp lại
    #[arg(long, value_name = "TRƯỜNG=GIÁ TRỊ")]
    pub set: Vec<String>,
    /// Người sửa
    #[arg(long, value_name = "TÊN")]
    pub actor: Option<String>,
    /// Mã hồ sơ
    #[arg(long, value_name = "MÃ")]
    pub consultation: Option<String>,
}

/// Arguments of `remind`.
#[derive(Debug, Args)]
pub struct RemindArgs {
    /// Đợt lấy ý kiến
    #[arg(long, value_name = "SỐ")]
    pub round: u32,
    /// Thư mục để các tệp .eml
    #[arg(short, long, value_name = "THƯ MỤC")]
    pub output: PathBuf,
    /// Địa chỉ người gửi
    #[arg(long, value_name = "ĐỊA CHỈ")]
    pub from: String,
    /// Mã hồ sơ
    #[arg(long, value_name = "MÃ")]
    pub consultation: Option<String>,
}

impl Command {
    /// Whether the command neither reads nor writes a data folder.
    pub fn needs_no_data(&self) -> bool {
        matches!(self, Self::Outline { .. } | Self::Read(_) | Self::Eval(_))
    }
}
