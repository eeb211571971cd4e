//! Where a command's words go.

use std::io::{ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use crate::app::Error;
use crate::app::disk::reason;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Done, and a person has things to look at.
    LookAt,
    /// Failed.
    Failed,
}

impl Exit {
    /// 0, 1 or 2.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::LookAt => 1,
            Self::Failed => 2,
        }
    }

    /// Reads an [`Exit::code`].
    pub fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Done,
            1 => Self::LookAt,
            _ => Self::Failed,
        }
    }

    /// [`Exit::LookAt`] if there is something to look at.
    pub fn look_at(needed: bool) -> Self {
        if needed { Self::LookAt } else { Self::Done }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Data for standard output, words for standard error; to the terminal at once, or kept for the
/// process that sent the command.
#[derive(Debug)]
pub struct Output {
    json: bool,
    kept: Option<(Vec<u8>, Vec<u8>)>,
    /// Why data did not arrive on standard output.
    lost: Option<std::io::Error>,
}

impl Output {
    /// Prints at once.
    pub fn to_terminal(json: bool) -> Self {
        Self {
            json,
            kept: None,
            lost: None,
        }
    }

    /// Keeps everything.
    pub fn to_buffer(json: bool) -> Self {
        Self {
            json,
            kept: Some((Vec::new(), Vec::new())),
            lost: None,
        }
    }

    /// What was kept.
    pub fn into_text(self) -> (String, String) {
        let (stdout, stderr) = self.kept.unwrap_or_default();
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        (text(stdout), text(stderr))
    }

    /// Whether data is wanted as JSON.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Data for a person, or the same as JSON, whichever is wanted.
    pub fn data(&mut self, text: impl FnOnce() -> String, json: impl FnOnce() -> Value) {
        let mut out = if self.json {
            serde_json::to_string_pretty(&json()).unwrap_or_default()
        } else {
            text()
        };
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        self.pass_on(out.as_bytes(), &[]);
    }

    /// A word beside the data.
    pub fn note(&mut self, text: &str) {
        self.pass_on(&[], format!("{text}\n").as_bytes());
    }

    /// Why the command failed; causes go to the log.
    pub fn error(&mut self, error: &Error) {
        let mut cause = std::error::Error::source(error);
        while let Some(source) = cause {
            tracing::debug!("caused by: {source}");
            cause = source.source();
        }
        self.note(&format!("lỗi: {error}"));
    }

    /// Passes bytes on as they are.
    pub fn pass_on(&mut self, stdout: &[u8], stderr: &[u8]) {
        if let Some((out, err)) = &mut self.kept {
            out.extend_from_slice(stdout);
            err.extend_from_slice(stderr);
        } else {
            let mut out = std::io::stdout().lock();
            let written = out.write_all(stdout).and_then(|()| out.flush());
            // A closed pipe is the reader's wish, not our failure.
            let lost = written
                .err()
                .filter(|error| error.kind() != ErrorKind::BrokenPipe);
            self.lost = self.lost.take().or(lost);
            let _ = std::io::stderr().lock().write_all(stderr);
        }
    }

    /// How the command ends, given that its data may not have arrived: on a full disk, say.
    pub fn end(&mut self, exit: Exit) -> Exit {
        let Some(error) = self.lost.take() else {
            return exit;
        };
        let reason = reason(&error);
        self.note(&format!("lỗi: Không ghi được kết quả ra: {reason}."));
        Exit::Failed
    }

    /// A progress bar on standard error; silent when that is no terminal.
    pub fn progress(&self, n_files: u64) -> ProgressBar {
        let shown = self.kept.is_none() && std::io::stderr().is_terminal();
        let target = if shown {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(n_files), target);
        if let Ok(style) =
            ProgressStyle::with_template("{bar:30} {pos}/{len} tệp · {wide_msg} · {elapsed}")
        {
            bar.set_style(style);
        }
        bar
    }
}
