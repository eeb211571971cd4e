//! Runs the built program in a folder of its own, as a user would.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The shipped example.
pub(crate) fn example() -> PathBuf {
    root().join("fixtures/consultation/bac_giang_2021")
}

/// A user's folder, with the program at hand.
pub(crate) struct Desk {
    folder: TempDir,
    /// Rows of a table in one transaction, where a test wants many in a small table.
    chunk_rows: Option<u32>,
}

/// What one command did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    /// Checks the exit code, showing everything when it is another.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }
}

impl Desk {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            chunk_rows: None,
        }
    }

    /// Has tables stored in transactions of so many rows.
    pub(crate) fn in_chunks_of(mut self, n_rows: u32) -> Self {
        self.chunk_rows = Some(n_rows);
        self
    }

    /// Another folder with the same files.
    pub(crate) fn copy(&self) -> Self {
        let desk = Self {
            chunk_rows: self.chunk_rows,
            ..Self::new()
        };
        copy(self.folder.path(), desk.folder.path());
        desk
    }

    /// A folder with the example consultation set up and nothing imported.
    pub(crate) fn with_consultation() -> Self {
        let desk = Self::new();
        let dossier = example().join("consultation.toml");
        desk.run(["init".as_ref(), "--from".as_ref(), dossier.as_os_str()])
            .expect(0);
        desk
    }

    /// A folder with the whole example: a copy of one that is made once for all tests.
    pub(crate) fn with_demo() -> Self {
        static MADE: OnceLock<Desk> = OnceLock::new();
        MADE.get_or_init(|| {
            let desk = Self::new();
            desk.run(["demo", "--once"]).expect(0);
            desk
        })
        .copy()
    }

    /// A path in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("tiepthu-data")
    }

    /// Writes a file into the folder.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("the folder can be written");
        path
    }

    pub(crate) fn command(
        &self,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiepthu"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .stdin(Stdio::null());
        if let Some(n_rows) = self.chunk_rows {
            command.env("TIEPTHU_TEST_CHUNK_ROWS", n_rows.to_string());
        }
        command
    }

    /// Starts a command and does not wait for it; what it prints is not kept.
    pub(crate) fn start(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Child {
        let mut command = self.command(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("the program runs")
    }

    /// Runs a command whose results go into a file.
    #[track_caller]
    pub(crate) fn run_into(
        &self,
        file: std::fs::File,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Ran {
        let mut command = self.command(arguments);
        let child = command.stdout(file).stderr(Stdio::piped()).spawn();
        ran(&child
            .expect("the program runs")
            .wait_with_output()
            .expect("it ends"))
    }

    /// Runs a command under another program, which gets `arguments` and then the command.
    #[track_caller]
    pub(crate) fn run_under(
        &self,
        mut program: Command,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Ran {
        let inner = self.command(arguments);
        program.arg(inner.get_program()).args(inner.get_args());
        program.current_dir(self.folder.path()).env_clear();
        for (name, value) in inner.get_envs() {
            program.env(name, value.unwrap_or_default());
        }
        ran(&program.stdin(Stdio::null()).output().expect("it runs"))
    }

    /// Runs a command to its end.
    #[track_caller]
    pub(crate) fn run(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Ran {
        let output = self.command(arguments).output().expect("the program runs");
        ran(&output)
    }

    /// Starts a command that serves; it stops when dropped.
    pub(crate) fn serve_under(&self, mut command: Command) -> Server {
        command.current_dir(self.folder.path()).env_clear();
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.stderr(Stdio::piped()).spawn();
        Server::started(child.expect("the program runs"))
    }

    /// Starts the server on a free port; it stops when dropped.
    pub(crate) fn serve(&self) -> Server {
        self.serve_at("127.0.0.1:0")
    }

    /// Starts the server at an address; it stops when dropped.
    pub(crate) fn serve_at(&self, address: &str) -> Server {
        let mut command = self.command(["serve", "--listen", address]);
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        Server::started(child)
    }
}

/// Copies a folder with everything in it.
fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("the folder can be read") {
        let entry = entry.expect("the folder can be read");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir(&target).expect("the folder can be written");
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).expect("the folder can be written");
        }
    }
}

fn ran(output: &Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A client for our own pages that shows where it is sent. One crypto provider is chosen for the
/// process, as in the program.
pub(crate) fn http_client() -> reqwest::Client {
    // Another test may have done so.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client without a proxy")
}

/// A serving process.
pub(crate) struct Server {
    child: Child,
    /// `http://127.0.0.1:…`.
    pub(crate) url: String,
}

impl Server {
    fn started(mut child: Child) -> Self {
        use std::io::{BufRead, BufReader};
        let stderr = child.stderr.take().expect("standard error is piped");
        let mut lines = BufReader::new(stderr).lines();
        let url = loop {
            let line = lines
                .next()
                .expect("the server says its address")
                .expect("UTF-8");
            if let Some(rest) = line.split("http://").nth(1) {
                let address = rest.split_whitespace().next().expect("an address");
                break format!("http://{address}");
            }
        };
        // Keep reading, so that the server never blocks on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }

    /// Kills the process without giving it a chance to tidy up.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the process is ours");
        self.child.wait().expect("the process ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have been killed already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program that tests talk to.
///
/// Fails with the line that installs it when it is not there: tests never skip silently.
#[track_caller]
pub(crate) fn tool(program: &str, package: &str) -> Command {
    let found = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    });
    assert!(
        found,
        "`{program}` is missing; install it: apt-get install -y --no-install-recommends {package}"
    );
    Command::new(program)
}
