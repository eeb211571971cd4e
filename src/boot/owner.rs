//! One owner of a data folder.
//!
//! The owner holds a lock on `owner.lock`, which the system releases even when the process is
//! killed. An owner that serves, or whose own command may take long, also writes `owner.json` with
//! its loopback address and a random token; other processes send their command lines there, so that
//! there is only one writer of database and index, and nobody waits for an import to end. Loopback
//! HTTP rather than a socket file, because it is the same on Windows.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

use crate::app::{App, Error, Kind, disk, random_hex};
use crate::cli::{self, Command, Exit, Output};

/// How long a command waits for another one that does not take commands.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks whether the owner has changed.
pub(super) const PAUSE: Duration = Duration::from_millis(100);
const TOKEN_HEADER: &str = "x-tiepthu-token";

/// The right to open a data folder.
#[derive(Debug)]
pub(super) struct Owner {
    _lock: File,
    announcement: PathBuf,
}

/// Where a serving owner listens, and the secret that only readers of the folder know.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Remote {
    pub(super) address: SocketAddr,
    /// Whether it serves pages too, and so stays.
    pub(super) has_pages: bool,
    token: String,
}

/// Who opens the folder.
#[derive(Debug)]
pub(super) enum Acquired {
    /// This process.
    Owned(Owner),
    /// A serving process.
    Remote(Remote),
}

/// A command line on its way to the owner.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    arguments: Vec<String>,
    folder: PathBuf,
}

/// What the owner's command printed.
#[derive(Debug, Serialize, Deserialize)]
struct Reply {
    exit: u8,
    stdout: String,
    stderr: String,
}

/// Becomes the owner of a folder, or finds the process that takes commands for it.
///
/// Who wants to serve pages (`will_stay`) waits for an owner that does not.
pub(super) async fn acquire(
    folder: &Path,
    will_stay: bool,
    output: &mut Output,
) -> Result<Acquired, Error> {
    let unusable = |error: std::io::Error| {
        Error::caused(
            Kind::Unavailable,
            format!(
                "Không ghi được vào thư mục dữ liệu `{}`: {}.",
                folder.display(),
                disk::reason(&error)
            ),
            error,
        )
    };
    disk::make_folder(folder)?;
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("owner.lock"))
        .map_err(unusable)?;
    let announcement = folder.join("owner.json");
    let mut waited = Duration::ZERO;
    loop {
        match lock.try_lock() {
            Ok(()) => {
                // Left behind by a process that was killed.
                let _ = fs::remove_file(&announcement);
                let _ = fs::remove_file(announcement.with_extension("json.new"));
                return Ok(Acquired::Owned(Owner {
                    _lock: lock,
                    announcement,
                }));
            }
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
            Err(TryLockError::WouldBlock) => {}
        }
        let announced = fs::read(&announcement).ok();
        let remote = announced.and_then(|bytes| serde_json::from_slice::<Remote>(&bytes).ok());
        if let Some(remote) = remote.filter(|remote| remote.has_pages || !will_stay) {
            return Ok(Acquired::Remote(remote));
        }
        if waited.is_zero() {
            output.note("Một lệnh khác đang dùng thư mục dữ liệu này, đang chờ …");
        }
        if waited >= PATIENCE {
            return Err(Error::new(
                Kind::Unavailable,
                "Một lệnh khác vẫn đang dùng thư mục dữ liệu này; hãy chạy lại sau.",
            ));
        }
        tokio::time::sleep(PAUSE).await;
        waited += PAUSE;
    }
}

impl Owner {
    /// Tells other processes where to send their commands.
    pub(super) fn announce(&self, address: SocketAddr, has_pages: bool) -> Result<Remote, Error> {
        let token = random_hex()?;
        let remote = Remote {
            address,
            has_pages,
            token,
        };
        self.write(&remote).map_err(|error| {
            Error::caused(Kind::Unavailable, "Không ghi được tệp owner.json.", error)
        })?;
        Ok(remote)
    }

    /// Complete or absent: written beside and renamed.
    fn write(&self, remote: &Remote) -> std::io::Result<()> {
        let beside = self.announcement.with_extension("json.new");
        let mut options = File::options();
        options.create(true).truncate(true).write(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let write = || {
            let mut file = options.open(&beside)?;
            file.write_all(&serde_json::to_vec(remote)?)?;
            file.sync_all()?;
            fs::rename(&beside, &self.announcement)
        };
        write().inspect_err(|_| {
            let _ = fs::remove_file(&beside);
        })
    }

    /// Takes the announcement back, before the lock is released.
    pub(super) fn withdraw(&self) {
        let _ = fs::remove_file(&self.announcement);
    }
}

impl Remote {
    /// Has the owner run a command line, and prints what it printed. `None` when it could not be
    /// reached, so that nothing was run: it has just ended.
    pub(super) async fn send(
        &self,
        arguments: &[OsString],
        here: &Path,
        output: &mut Output,
    ) -> Result<Option<Exit>, Error> {
        let request = Request {
            arguments: arguments
                .iter()
                .map(|a| a.to_string_lossy().into_owned())
                .collect(),
            folder: here.to_owned(),
        };
        let unreachable =
            |error: reqwest::Error| Error::caused(Kind::Unavailable, self.unreachable(), error);
        let sent = reqwest::Client::builder()
            .no_proxy()
            .build()
            .map_err(unreachable)?
            .post(format!("http://{}/owner/commands", self.address))
            .header(TOKEN_HEADER, &self.token)
            .json(&request)
            .send()
            .await;
        if sent.as_ref().is_err_and(reqwest::Error::is_connect) {
            return Ok(None);
        }
        let reply: Reply = sent
            .and_then(reqwest::Response::error_for_status)
            .map_err(unreachable)?
            .json()
            .await
            .map_err(unreachable)?;
        output.pass_on(reply.stdout.as_bytes(), reply.stderr.as_bytes());
        Ok(Some(Exit::from_code(reply.exit)))
    }

    /// What to say when the owner does not answer.
    pub(super) fn unreachable(&self) -> String {
        format!(
            "Không liên lạc được với chương trình đang chạy ở {}; hãy xem lệnh đã có kết quả chưa rồi chạy lại.",
            self.address
        )
    }
}

/// The route that runs command lines of other processes.
pub(super) fn router(app: App, announced: Remote) -> Router {
    Router::new()
        .route("/owner/commands", post(run_command))
        .with_state((app, announced))
}

async fn run_command(
    State((app, announced)): State<(App, Remote)>,
    headers: HeaderMap,
    Json(request): Json<Request>,
) -> Result<Json<Reply>, StatusCode> {
    let token = headers
        .get(TOKEN_HEADER)
        .map(axum::http::HeaderValue::as_bytes);
    if !token.is_some_and(|token| is_same(token, announced.token.as_bytes())) {
        return Err(StatusCode::FORBIDDEN);
    }
    let arguments = request.arguments.into_iter().map(OsString::from).collect();
    let cli = cli::parse(arguments).map_err(|_cause| StatusCode::BAD_REQUEST)?;
    // A use case that writes outlives the request that asked for it.
    let work = tokio::spawn(async move {
        let mut output = Output::to_buffer(cli.json);
        let exit = match &cli.command {
            Command::Serve { .. } => Exit::Failed,
            command => match cli::run(&app, command, &request.folder, &mut output).await {
                Ok(exit) => exit,
                Err(error) => {
                    output.error(&error);
                    Exit::Failed
                }
            },
        };
        (exit, output)
    });
    let (exit, output) = work
        .await
        .map_err(|_cause| StatusCode::INTERNAL_SERVER_ERROR)?;
    let (stdout, stderr) = output.into_text();
    Ok(Json(Reply {
        exit: exit.code(),
        stdout,
        stderr,
    }))
}

/// Compares without telling by its duration how much was right.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len()
        && a.iter()
            .zip(b)
            .fold(0, |difference, (x, y)| difference | (x ^ y))
            == 0
}
