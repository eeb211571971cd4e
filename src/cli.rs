//! The command line: arguments in, use cases called, text or JSON out.
//!
//! Data goes to standard output, everything else to standard error. Every command understands
//! `--json` and `--data-dir`. What a command does is in `app`; here it is only said.

mod account;
mod args;
mod batch;
mod demo;
mod draft;
mod eval;
mod freeze;
mod group;
mod import;
mod letterhead;
mod mail;
mod output;
mod read;
mod remind;
mod report;
mod respond;
mod search;
mod setup;
mod status;
mod table;

use std::path::Path;

pub use args::{Cli, Command, MailAction, Stop, parse};
pub use output::{Exit, Output};

use crate::app::{App, Error};

/// Runs a command that needs no data folder.
pub fn run_without_data(
    command: &Command,
    here: &Path,
    output: &mut Output,
) -> Result<Exit, Error> {
    match command {
        Command::Outline { file } => read::outline(here, file, output),
        Command::Read(arguments) => read::read(here, arguments, output),
        Command::Eval(arguments) => eval::run(here, arguments, output),
        _ => Ok(Exit::Failed),
    }
}

/// Runs a command on an open data folder; relative paths are meant from `here`.
///
/// `serve`, and `demo` without `--once`, go on serving after this returns.
pub async fn run(
    app: &App,
    command: &Command,
    here: &Path,
    output: &mut Output,
) -> Result<Exit, Error> {
    match command {
        Command::Demo { .. } => demo::run(app, output).await,
        Command::Serve { .. } => Ok(Exit::Done),
        Command::Init {
            from,
            organizations,
        } => setup::init(app, here, from.as_deref(), organizations.as_deref(), output).await,
        Command::Import(arguments) => import::run(app, here, arguments, output).await,
        Command::Record(arguments) => import::record(app, here, arguments, output).await,
        Command::Outline { .. } | Command::Read(_) | Command::Eval(_) => {
            run_without_data(command, here, output)
        }
        Command::Draft { action } => draft::run(app, here, action, output).await,
        Command::Search(arguments) => search::run(app, arguments, output).await,
        Command::Answer(arguments) => respond::run(app, here, arguments, output).await,
        Command::Group {
            consultation,
            action,
        } => group::run(app, consultation.as_deref(), action, output).await,
        Command::Account { action } => account::run(app, here, action, output).await,
        Command::Batch {
            consultation,
            action,
        } => batch::run(app, here, consultation.as_deref(), action, output).await,
        Command::Table {
            consultation,
            action,
        } => table::run(app, consultation.as_deref(), action, output).await,
        Command::Undo {
            submission,
            consultation,
        } => table::undo(app, consultation.as_deref(), *submission, output).await,
        Command::Similar(arguments) => group::similar(app, arguments, output).await,
        Command::Report(arguments) => report::run(app, here, arguments, output).await,
        Command::Freeze(arguments) => freeze::freeze(app, arguments, output).await,
        Command::Versions { consultation } => {
            freeze::list(app, consultation.as_deref(), output).await
        }
        Command::Compare {
            earlier,
            later,
            output: file,
            consultation,
        } => {
            let consultation = app.consultation(consultation.as_deref()).await?;
            match file {
                None => freeze::compare(app, &consultation, *earlier, *later, output).await,
                Some(file) => {
                    let file = here.join(file);
                    report::comparison(app, &consultation, *earlier, *later, &file, output).await
                }
            }
        }
        Command::Review(arguments) => freeze::review(app, arguments, output).await,
        Command::Issue(arguments) => freeze::issue(app, here, arguments, output).await,
        Command::Letterhead(arguments) => letterhead::run(app, arguments, output).await,
        Command::Mail { action } => mail::run(app, here, action, output).await,
        Command::Remind(arguments) => remind::run(app, here, arguments, output).await,
        Command::Index { .. } => status::rebuild_index(app, output).await,
        Command::Backup { folder } => status::back_up(app, &here.join(folder), output).await,
        Command::Verify => status::verify(app, output).await,
        Command::Status { consultation } => status::run(app, consultation.as_deref(), output).await,
    }
}
