//! One child process in a folder of its own, with limits, ended together with its children.
//!
//! Limits of memory, processor time and file size are set by `sh` before the program starts; a
//! network of its own, empty one comes from `unshare` where the system lets us. Where there is no
//! `sh`, as on Windows, the limits of time and output remain.

use std::ffi::OsStr;
#[cfg(unix)]
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
#[cfg(unix)]
use std::sync::OnceLock;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Failure;

/// What a child may use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) time: Duration,
    /// Address space.
    pub(super) memory_megabytes: u64,
    /// Standard output, and each file it writes.
    pub(super) output_megabytes: u64,
}

/// How often a running child is looked at.
const PAUSE: Duration = Duration::from_millis(10);

/// How many children run at once, however many files are read: each may take a processor and some
/// gigabytes. The others wait, and their time begins when they start.
static RUNNING: (Mutex<usize>, Condvar) = (Mutex::new(0), Condvar::new());

/// The right to run a child, given back when dropped.
struct Turn;

impl Turn {
    fn wait() -> Self {
        let most = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let (running, freed) = &RUNNING;
        let running = running.lock().unwrap_or_else(PoisonError::into_inner);
        let mut running = freed
            .wait_while(running, |running| *running >= most)
            .unwrap_or_else(PoisonError::into_inner);
        *running += 1;
        Self
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let (running, freed) = &RUNNING;
        *running.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        freed.notify_one();
    }
}

/// A folder that exists for one conversion and is empty but for what is put into it.
pub(super) struct Workplace {
    folder: tempfile::TempDir,
}

impl Workplace {
    /// Makes a folder only we can read, with a copy of the file.
    pub(super) fn with(bytes: &[u8], name: &str) -> Result<Self, Failure> {
        let failed = |source| Failure::Start {
            program: "(temporary folder)".to_owned(),
            source,
        };
        let folder = tempfile::Builder::new()
            .prefix("tiepthu-")
            .tempdir()
            .map_err(failed)?;
        std::fs::write(folder.path().join(name), bytes).map_err(failed)?;
        Ok(Self { folder })
    }

    /// A path in the folder.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a program to its end and returns what it printed.
    pub(super) fn run<A: AsRef<OsStr>>(
        &self,
        program: &Path,
        arguments: &[A],
        limits: Limits,
    ) -> Result<Vec<u8>, Failure> {
        let name = || {
            program
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        };
        let started = |source| Failure::Start {
            program: name(),
            source,
        };
        let mut command = limited(program, arguments, limits);
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("TMPDIR", self.folder.path())
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LANG", "C.UTF-8")
            // One thread each: several files may be read at once.
            .env("OMP_THREAD_LIMIT", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        #[cfg(windows)]
        for name in ["SystemRoot", "TEMP", "USERPROFILE"] {
            command.env(name, self.folder.path());
        }
        let _turn = Turn::wait();
        let mut child = command.spawn().map_err(started)?;
        let deadline = Instant::now() + limits.time;
        let most = limits.output_megabytes << 20;
        let output = child.stdout.take();
        let reader = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            if let Some(output) = output {
                // What was read before an error is judged by the exit code.
                let _ = output.take(most + 1).read_to_end(&mut bytes);
            }
            bytes
        });
        let status = loop {
            if reader.is_finished() || Instant::now() >= deadline {
                match child.try_wait().map_err(started)? {
                    Some(status) => break Some(status),
                    // It closed its output, which may be because of the limit; it ends soon or
                    // is ended.
                    None if Instant::now() >= deadline => break None,
                    None => {}
                }
            } else if let Some(status) = child.try_wait().map_err(started)? {
                break Some(status);
            }
            std::thread::sleep(PAUSE);
        };
        // Also after a normal end: whoever it left behind goes too.
        end(&mut child);
        let bytes = reader.join().unwrap_or_default();
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > most {
            return Err(Failure::TooMuch {
                program: name(),
                megabytes: limits.output_megabytes,
            });
        }
        match status {
            None => Err(Failure::TimedOut {
                program: name(),
                seconds: limits.time.as_secs(),
            }),
            Some(status) if status.success() => Ok(bytes),
            Some(_) => Err(Failure::Refused { program: name() }),
        }
    }
}

/// The command with its limits around it.
#[cfg(unix)]
fn limited<A: AsRef<OsStr>>(program: &Path, arguments: &[A], limits: Limits) -> Command {
    use std::os::unix::process::CommandExt;
    // Not every system knows every limit; those it knows hold.
    const SET_LIMITS: &str = "ulimit -v \"$1\" 2>/dev/null; ulimit -t \"$2\" 2>/dev/null; \
        ulimit -f \"$3\" 2>/dev/null; ulimit -c 0 2>/dev/null; shift 3; exec \"$@\"";
    let mut command = Command::new("/bin/sh");
    command.args(["-c", SET_LIMITS, "sh"]);
    command.arg((limits.memory_megabytes << 10).to_string());
    command.arg(limits.time.as_secs().max(1).to_string());
    // In blocks of 512 bytes.
    command.arg((limits.output_megabytes << 11).to_string());
    command.args(without_network());
    command
        .arg(program)
        .args(arguments.iter().map(AsRef::as_ref));
    command.process_group(0);
    command
}

#[cfg(not(unix))]
fn limited<A: AsRef<OsStr>>(program: &Path, arguments: &[A], _limits: Limits) -> Command {
    let mut command = Command::new(program);
    command.args(arguments.iter().map(AsRef::as_ref));
    command
}

/// What to put before a command so that it has no network; empty where the system does not let us.
#[cfg(unix)]
fn without_network() -> &'static [OsString] {
    static FOUND: OnceLock<Vec<OsString>> = OnceLock::new();
    FOUND.get_or_init(|| {
        // An administrator may make a network; anybody else only as administrator of an own world.
        let ways: [&[&str]; 2] = [&["unshare", "-n", "--"], &["unshare", "-r", "-n", "--"]];
        for way in ways {
            let mut words = way.iter();
            let mut command = Command::new(words.next().copied().unwrap_or_default());
            command.args(words).arg("true");
            command.stdin(Stdio::null()).stdout(Stdio::null());
            let works = command.stderr(Stdio::null()).status();
            if works.is_ok_and(|status| status.success()) {
                return way.iter().map(OsString::from).collect();
            }
        }
        Vec::new()
    })
}

/// Kills a child and all that belong to it, and takes its exit code off the system's hands.
fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Ok(id) = i32::try_from(child.id())
        && let Some(group) = rustix::process::Pid::from_raw(id)
    {
        // It is gone when nobody is left.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}
