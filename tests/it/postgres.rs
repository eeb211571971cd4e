//! A PostgreSQL of the tests' own: a new cluster in a temporary folder, on a free loopback port.

use std::ffi::OsString;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A running server; it stops, and its folder goes, when the last test lets go of it.
pub(crate) struct Cluster {
    child: Child,
    port: u16,
    n_databases: Mutex<u32>,
    _folder: TempDir,
}

/// The server all tests share; each takes a database of its own.
pub(crate) fn cluster() -> Arc<Cluster> {
    static RUNNING: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    running.upgrade().unwrap_or_else(|| {
        let cluster = Arc::new(Cluster::start());
        *running = Arc::downgrade(&cluster);
        cluster
    })
}

impl Cluster {
    fn start() -> Self {
        let programs = programs();
        let folder = tempfile::tempdir().unwrap();
        own(folder.path());
        let data = folder.path().join("data");
        let made = as_server_user(programs.join("initdb"))
            .args(["--username=tests", "--auth=trust", "--encoding=UTF8"])
            // As on a Vietnamese server: nothing may depend on how its language sorts.
            .args([
                "--locale=C.UTF-8",
                "--locale-provider=icu",
                "--icu-locale=vi",
            ])
            .args(["--no-sync", "--pgdata"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|free| free.local_addr())
            .unwrap()
            .port();
        // The shell stops the server when its standard input ends: also when this process is killed.
        let mut command = as_server_user("sh");
        command
            .args(["-c", r#""$@" & read -r _; kill -INT $!; wait"#, "sh"])
            .arg(programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args(["-h", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.path().join("log")).unwrap());
        let cluster = Self {
            child: command.spawn().unwrap(),
            port,
            n_databases: Mutex::new(0),
            _folder: folder,
        };
        let begun = Instant::now();
        while cluster.run("postgres", "SELECT 1").is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "no PostgreSQL");
            std::thread::sleep(Duration::from_millis(50));
        }
        cluster
    }

    /// Makes an empty database and returns its address.
    pub(crate) fn database(&self) -> String {
        let mut n = self.n_databases.lock().unwrap();
        *n += 1;
        let name = format!("db{n}");
        self.run("postgres", &format!("CREATE DATABASE {name}"))
            .unwrap();
        self.address(&name)
    }

    fn address(&self, database: &str) -> String {
        format!("postgres://tests@127.0.0.1:{}/{database}", self.port)
    }

    fn run(&self, database: &str, sql: &str) -> Result<u64, sqlx::Error> {
        execute_on_server(&self.address(database), sql)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Runs SQL on a server and returns the number of rows concerned.
pub(crate) fn execute_on_server(address: &str, sql: &str) -> Result<u64, sqlx::Error> {
    use sqlx::Connection;
    block_on(async {
        let mut conn = sqlx::PgConnection::connect(address).await?;
        let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
            .execute(&mut conn)
            .await?;
        conn.close().await?;
        Ok(done.rows_affected())
    })
}

/// Runs one future to its end.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// Where the server's programs are: the newest version there is.
fn programs() -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|folder| folder.join("initdb").is_file())
        .collect();
    found.sort();
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    found.extend(std::env::split_paths(&on_path).filter(|folder| folder.join("initdb").is_file()));
    found.pop().expect(
        "PostgreSQL is missing; install it: apt-get install -y --no-install-recommends postgresql-15",
    )
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

/// The server refuses to run as root.
fn as_server_user(program: impl Into<OsString>) -> Command {
    if !is_root() {
        return Command::new(program.into());
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--init-groups"])
        .arg(program.into())
        .current_dir("/");
    command
}

fn own(folder: &Path) {
    if is_root() {
        let done = Command::new("chown").arg("postgres:").arg(folder).status();
        assert!(done.unwrap().success());
    }
}
