//! The use cases: the only place that knows their order and the borders of transactions.
//!
//! Faces call these functions and translate; adapters and brain know nothing of each other and
//! meet here. A use case that writes: opens a transaction, changes rows, appends to the ledger,
//! commits, and only then lets the index follow.

pub mod accounts;
pub mod answers_file;
pub mod arrangements;
pub mod assigning;
pub mod audit;
pub mod backup;
pub mod batches;
pub mod browse;
pub mod bundle;
pub mod catalog;
pub mod counting;
pub mod disk;
pub mod drafting;
pub mod drafts;
pub mod edits;
pub mod evaluate;
pub mod freezing;
pub mod grouping;
pub mod held;
pub mod ingest;
pub mod leading;
pub mod letterheads;
mod lines;
pub mod mail;
mod page_images;
pub mod phrases;
pub mod progress;
pub mod reading;
pub mod record;
pub mod recut;
pub mod reindex;
mod remembered;
pub mod reporting;
pub mod responding;
pub mod review;
pub mod search;
pub mod setup;
pub mod status;
pub mod surroundings;
pub mod understand;
mod undoing;
pub mod values;
pub mod verify;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

use crate::blob::{self, Blobs};
use crate::config::{Config, Database};
use crate::credentials::Tokens;
use crate::domain::{Consultation, ContentHash};
use crate::index::{self, Index};
use crate::store::{self, Store};

/// What kind of failure an [`Error`] is; faces map it to an exit code or a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What was named does not exist.
    NotFound,
    /// What was asked for makes no sense; the message says what does.
    Invalid,
    /// Somebody else was faster, or the state forbids it.
    Conflict,
    /// The disk, the database or another process stands in the way.
    Unavailable,
    /// We made a mistake.
    Internal,
}

/// Why a use case could not be carried out.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What kind.
    pub kind: Kind,
    /// What to tell the user, in Vietnamese.
    pub message: String,
    /// The cause, for the log.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error without a deeper cause.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// An error with its cause.
    pub fn caused(
        kind: Kind,
        message: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind,
            message: message.into(),
            source: Some(source.into()),
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        let (kind, message) = match &error {
            store::Error::Open { database, source } => (
                Kind::Unavailable,
                match disk::refusal(&error) {
                    Some(refusal) => {
                        format!("Không mở được cơ sở dữ liệu `{database}`. {refusal}")
                    }
                    None => format!("Không mở được cơ sở dữ liệu `{database}`: {source}."),
                },
            ),
            store::Error::Query(_) if error.is_disk_full() => {
                (Kind::Unavailable, disk::FULL.to_owned())
            }
            store::Error::Query(_) if error.is_unreachable() => (
                Kind::Unavailable,
                "Không nối được với cơ sở dữ liệu; kiểm tra máy chủ và đường mạng rồi làm lại."
                    .to_owned(),
            ),
            store::Error::Query(_) => (
                Kind::Unavailable,
                disk::refusal(&error)
                    .unwrap_or("Cơ sở dữ liệu không thực hiện được yêu cầu.")
                    .to_owned(),
            ),
            store::Error::Corrupt { .. } => (
                Kind::Internal,
                "Dữ liệu có giá trị lạ; hãy chạy `tiepthu verify` và báo quản trị.".to_owned(),
            ),
            store::Error::Stale { .. } => (
                Kind::Conflict,
                "Người khác vừa sửa mục này; hãy tải lại trang rồi làm tiếp.".to_owned(),
            ),
        };
        Self::caused(kind, message, error)
    }
}

impl From<blob::Error> for Error {
    fn from(error: blob::Error) -> Self {
        let message = disk::refusal(&error)
            .unwrap_or("Không ghi hoặc đọc được tệp gốc trong thư mục dữ liệu.");
        Self::caused(Kind::Unavailable, message, error)
    }
}

impl From<index::Error> for Error {
    fn from(error: index::Error) -> Self {
        let message = disk::refusal(&error)
            .unwrap_or("Chỉ mục tìm kiếm không dùng được; hãy chạy `tiepthu index rebuild`.");
        Self::caused(Kind::Unavailable, message, error)
    }
}

/// Where the use cases take the time from.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The machine's.
    System,
    /// A fixed moment, microseconds since 1970: for tests and reproducible examples.
    Fixed(i64),
}

/// Việt Nam has one time zone, UTC+7, without summer time.
pub const VIETNAM: TimeZone = TimeZone::fixed(Offset::constant(7));

impl Clock {
    /// Microseconds since 1970.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the wall clock"
    )]
    pub fn now_us(self) -> i64 {
        match self {
            Self::System => jiff::Timestamp::now().as_microsecond(),
            Self::Fixed(now_us) => now_us,
        }
    }

    /// Today in Việt Nam.
    pub fn today(self) -> Date {
        self.local().date()
    }

    /// Now in Việt Nam.
    pub fn local(self) -> DateTime {
        local_time(self.now_us())
    }
}

/// A moment as the clock on a Vietnamese wall shows it, without fractions of a second.
pub fn local_time(us: i64) -> DateTime {
    jiff::Timestamp::from_second(us.div_euclid(1_000_000))
        .unwrap_or_default()
        .to_zoned(VIETNAM)
        .datetime()
}

/// The SQLite file in a data folder.
const DATABASE_FILE: &str = "tiepthu.sqlite";
/// The originals in a data folder.
const BLOBS_FOLDER: &str = "blobs";

/// Whether a folder was ever set up, for whatever database.
pub fn is_data_folder(folder: &Path) -> bool {
    folder.join(DATABASE_FILE).exists() || folder.join(BLOBS_FOLDER).exists()
}

/// Whether a folder was set up for the database that its owner's settings name.
pub fn is_set_up(folder: &Path, config: &Config) -> bool {
    match config.database {
        Database::Folder => folder.join(DATABASE_FILE).exists(),
        Database::Server(_) => folder.join(BLOBS_FOLDER).exists(),
    }
}

/// An open data folder and everything the use cases need.
#[derive(Clone)]
pub struct App {
    /// Settings.
    pub config: Arc<Config>,
    /// The time.
    pub clock: Clock,
    folder: PathBuf,
    /// Who is named as the author of what is done through this handle.
    actor: Arc<str>,
    store: Store,
    blobs: Blobs,
    index: Index,
    follower: Arc<tokio::sync::Mutex<reindex::Follower>>,
    handed: Arc<reindex::Handed>,
    in_hand: Arc<ingest::InHand>,
    tokens: Arc<Tokens>,
    /// Who we are among processes that share a database.
    holder: Arc<str>,
    remembered: Arc<remembered::Remembered>,
    kept_counts: Arc<counting::KeptCounts>,
    kept_pages: Arc<page_images::KeptPages>,
    passwords: accounts::Passwords,
    sign_ins: Arc<accounts::Throttle>,
}

impl App {
    /// Opens a data folder that exists; see [`setup::create_folder`].
    ///
    /// The caller must own the folder: one process writes the index.
    pub async fn open(folder: &Path, config: Config, clock: Clock) -> Result<Self, Error> {
        let store = match &config.database {
            Database::Folder => Store::open_file(&folder.join(DATABASE_FILE)).await?,
            Database::Server(address) => Store::connect(address).await?,
        };
        let blobs = Blobs::open(&folder.join(BLOBS_FOLDER)).map_err(blob_folder)?;
        let opened = Index::open(&folder.join("index"))?;
        let app = Self {
            actor: config.actor.as_str().into(),
            config: Arc::new(config),
            clock,
            folder: folder.to_owned(),
            store,
            blobs,
            index: opened.index,
            follower: Arc::default(),
            handed: Arc::default(),
            in_hand: Arc::default(),
            tokens: Arc::default(),
            holder: random_hex()?.into(),
            remembered: Arc::default(),
            kept_counts: Arc::default(),
            kept_pages: Arc::default(),
            passwords: accounts::Passwords::default(),
            sign_ins: Arc::default(),
        };
        app.check_index_origin().await?;
        app.blobs.sweep().map_err(blob_folder)?;
        app.end_leases_of_the_dead().await?;
        app.resume().await;
        app.let_index_follow().await;
        Ok(app)
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Who is named as the author of what is done through this handle.
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// The same folder, in the hands of somebody else.
    #[must_use]
    pub fn acting_as(&self, actor: &str) -> Self {
        Self {
            actor: actor.into(),
            ..self.clone()
        }
    }

    /// Closes the database cleanly.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// Finds a consultation by its code; without a code, the only one there is.
    pub async fn consultation(&self, code: Option<&str>) -> Result<Consultation, Error> {
        let mut tx = self.store.read().await?;
        let mut all = store::consultations::list_consultations(&mut tx).await?;
        let codes = || {
            all.iter()
                .map(|c| c.code.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        };
        match code {
            Some(code) => match all.iter().position(|c| c.code == code) {
                Some(at) => Ok(all.swap_remove(at)),
                None if all.is_empty() => Err(no_consultation()),
                None => Err(Error::new(
                    Kind::NotFound,
                    format!("Không có hồ sơ `{code}`. Các hồ sơ hiện có: {}.", codes()),
                )),
            },
            None if all.len() > 1 => Err(Error::new(
                Kind::Invalid,
                format!(
                    "Có nhiều hồ sơ ({}); hãy chọn bằng --consultation.",
                    codes()
                ),
            )),
            None => all.pop().ok_or_else(no_consultation),
        }
    }
}

/// 256 random bits as hexadecimal digits: a secret, or a name nobody else has.
pub fn random_hex() -> Result<String, Error> {
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random).map_err(|error| {
        Error::new(
            Kind::Unavailable,
            format!("Không tạo được mã ngẫu nhiên: {error}."),
        )
    })?;
    Ok(ContentHash(random).to_string())
}

fn blob_folder(error: std::io::Error) -> Error {
    let message = disk::refusal(&error).unwrap_or("Không mở được thư mục tệp gốc.");
    Error::caused(Kind::Unavailable, message, error)
}

fn no_consultation() -> Error {
    Error::new(
        Kind::NotFound,
        "Chưa có hồ sơ lấy ý kiến nào; hãy tạo bằng `tiepthu init --from hồ_sơ.toml`.",
    )
}

/// Runs work that keeps a core busy or blocks, away from the threads that answer requests.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that spawns blocking work"
)]
pub async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        Error::caused(
            Kind::Internal,
            "Có lỗi trong chương trình khi xử lý.",
            error,
        )
    })
}
