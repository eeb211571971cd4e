//! Reading a command line: clap's own words in Vietnamese.

use std::ffi::OsString;

use clap::error::{ContextKind, ErrorKind};
use clap::{CommandFactory, FromArgMatches};

use super::Cli;
use crate::cli::Exit;

/// Why parsing ended without a command: help, version, or a mistake.
#[derive(Debug)]
pub struct Stop {
    /// For standard output.
    pub stdout: Vec<u8>,
    /// For standard error.
    pub stderr: Vec<u8>,
    /// How to end.
    pub exit: Exit,
}

/// Reads a command line; the first argument is the program's name.
pub fn parse(arguments: Vec<OsString>) -> Result<Cli, Box<Stop>> {
    let version = clap::Arg::new("version")
        .short('V')
        .long("version")
        .help("In phiên bản")
        .action(clap::ArgAction::Version)
        .help_heading("Tùy chọn");
    let mut command = Cli::command().arg(version);
    translate_help(&mut command);
    let parsed = command
        .try_get_matches_from(arguments.iter().cloned())
        .and_then(|matches| Cli::from_arg_matches(&matches));
    match parsed {
        Ok(cli) => Ok(Cli { arguments, ..cli }),
        Err(error) => Err(Box::new(stop(&error))),
    }
}

/// Gives every command's options a Vietnamese heading and help flag.
fn translate_help(command: &mut clap::Command) {
    let help = || {
        clap::Arg::new("help")
            .short('h')
            .long("help")
            .help("In hướng dẫn")
            .action(clap::ArgAction::Help)
            .help_heading("Tùy chọn")
    };
    let taken = std::mem::take(command);
    let mut translated = taken.disable_help_flag(true).arg(help());
    let names: Vec<String> = translated
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    for name in names {
        translated = translated.mut_subcommand(name, |mut sub| {
            translate_help(&mut sub);
            sub
        });
    }
    *command = translated;
}

/// The few words that clap itself puts into help texts.
fn in_vietnamese(help: &str) -> String {
    help.replace("[OPTIONS]", "[TÙY CHỌN]")
        .replace("<COMMAND>", "<LỆNH>")
        .replace("[default: ", "[mặc định: ")
}

fn stop(error: &clap::Error) -> Stop {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        let text = in_vietnamese(&error.render().to_string());
        return Stop {
            stdout: text.into_bytes(),
            stderr: Vec::new(),
            exit: Exit::Done,
        };
    }
    let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let argument = context(ContextKind::InvalidArg);
    let message = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            format!(
                "không có lệnh `{}`",
                context(ContextKind::InvalidSubcommand)
            )
        }
        ErrorKind::UnknownArgument => format!("không có tùy chọn `{argument}`"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!(
                "giá trị `{}` của {argument} không dùng được",
                context(ContextKind::InvalidValue)
            )
        }
        ErrorKind::MissingRequiredArgument => format!("thiếu {argument}"),
        ErrorKind::ArgumentConflict => {
            format!(
                "{argument} không đi cùng {}",
                context(ContextKind::PriorArg)
            )
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "chưa nói phải làm gì".to_owned()
        }
        _ => error.render().to_string(),
    };
    let stderr = format!("lỗi: {message}\nXem hướng dẫn: tiepthu --help\n").into_bytes();
    Stop {
        stdout: Vec::new(),
        stderr,
        exit: Exit::Failed,
    }
}
