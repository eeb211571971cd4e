//! `import` and `record`.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::args::{ImportArgs, RecordArgs};
use super::setup::{read_text, warning_text};
use super::{Exit, Output};
use crate::app::disk::reason;
use crate::app::ingest::{FileReport, Hold, Incoming, Options};
use crate::app::record::Typed;
use crate::app::{App, Error, Kind};
use crate::domain::{Channel, Location, Warning};

pub(super) async fn run(
    app: &App,
    here: &Path,
    arguments: &ImportArgs,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = app.consultation(arguments.consultation.as_deref()).await?;
    let round = match arguments.round {
        Some(number) => Some(app.round(consultation.id, number).await?),
        None => None,
    };
    let options = Options {
        round,
        dry_run: arguments.dry_run,
        hold: if arguments.hold {
            Hold::All
        } else {
            Hold::None
        },
        sheets: Vec::new(),
    };
    let paths = expand(here, &arguments.files)?;
    let bar = output.progress(u64::try_from(paths.len()).unwrap_or(u64::MAX));
    let mut reports = Vec::new();
    for path in paths {
        let name = name_of(&path);
        bar.set_message(name.clone());
        let file = std::fs::File::open(&path).map_err(|error| {
            Error::caused(
                Kind::NotFound,
                format!(
                    "Không mở được tệp `{}`: {}.",
                    path.display(),
                    reason(&error)
                ),
                error,
            )
        })?;
        let incoming = Incoming {
            name,
            reader: Box::new(file),
        };
        let progress = |progress: crate::app::ingest::Progress<'_>| {
            bar.set_message(format!("{}: {} dòng", progress.file, progress.rows));
        };
        reports.push(
            app.import(&consultation, incoming, &options, &progress)
                .await?,
        );
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(say(&reports, arguments.dry_run, output))
}

/// Files as named; a folder stands for the files in it, by name. A Maildir keeps its mails in `cur` and
/// `new`, and folders of its own beside them.
fn expand(here: &Path, named: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut paths = Vec::new();
    for path in named {
        let path = here.join(path);
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).map_err(|error| {
                Error::caused(
                    Kind::NotFound,
                    format!("Không mở được thư mục `{}`.", path.display()),
                    error,
                )
            })?;
            let (folders, mut inside): (Vec<PathBuf>, Vec<PathBuf>) = entries
                .filter_map(|entry| Some(entry.ok()?.path()))
                .partition(|path| path.is_dir());
            if ["cur", "new"]
                .iter()
                .all(|name| folders.contains(&path.join(name)))
            {
                let is_mail = |folder: &&PathBuf| !folder.ends_with("tmp");
                let deeper: Vec<PathBuf> = folders.iter().filter(is_mail).cloned().collect();
                // What the server keeps beside the mails is none of ours.
                inside.clear();
                inside.extend(expand(here, &deeper)?);
            }
            inside.sort();
            paths.extend(inside);
        } else {
            paths.push(path);
        }
    }
    Ok(paths)
}

/// What a file is called. Names in a Maildir say nothing but a number and flags; what lies there is
/// a mail, which its ending then says.
fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let folder = path.parent().and_then(Path::file_name);
    if folder.is_some_and(|folder| folder == "cur" || folder == "new") {
        format!("{name}.eml")
    } else {
        name.into_owned()
    }
}

/// Says what became of each file.
pub(super) fn say(reports: &[FileReport], dry_run: bool, output: &mut Output) -> Exit {
    output.data(
        || {
            let verb = if dry_run {
                "sẽ nhập"
            } else {
                "đã nhập"
            };
            let mut text = String::new();
            for report in reports {
                text.push_str(&line(report, verb));
                text.push('\n');
            }
            let sum = |of: fn(&FileReport) -> u64| reports.iter().map(of).sum::<u64>();
            text.push_str(&format!(
                "Cộng: {} tệp, {verb} {} lượt góp ý, {} ý kiến; {} lượt chờ người xem\n",
                reports.len(),
                sum(FileReport::n_submissions),
                sum(|report| report.n_points),
                sum(|report| report.n_needs_person),
            ));
            text
        },
        || Value::Array(reports.iter().map(to_json).collect()),
    );
    for report in reports {
        for warning in &report.warnings {
            output.note(&warning_text(&report.name, warning));
        }
        for reason in &report.reasons {
            output.note(&format!("{}: {reason}", report.name));
        }
        if report.n_more > 0 {
            output.note(&format!(
                "{}: còn {} dòng nữa cần xem, ở trang Chờ xử lý.",
                report.name, report.n_more
            ));
        }
    }
    Exit::look_at(reports.iter().any(FileReport::needs_attention))
}

fn line(report: &FileReport, verb: &str) -> String {
    if let Some(id) = report.held {
        return format!(
            "{}: chờ xem trước, số {id}; xem bằng `tiepthu table show {id}`",
            report.name
        );
    }
    if report.was_known {
        return format!("{}: đã có từ trước, không nhập thêm", report.name);
    }
    if let Some(answers) = &report.answers {
        return format!(
            "{}: tệp trả lời; {verb} {} câu trả lời, {} dòng không đổi, {} dòng trái với câu hiện nay",
            report.name,
            answers.n_saved,
            answers.n_same,
            answers.clashes.len()
        );
    }
    let mut text = format!(
        "{}: {verb} {} lượt góp ý, {} ý kiến",
        report.name,
        report.n_submissions(),
        report.n_points
    );
    if report.n_known_rows > 0 {
        text.push_str(&format!("; {} dòng đã có từ trước", report.n_known_rows));
    }
    text
}

fn to_json(report: &FileReport) -> Value {
    json!({
        "file": report.name,
        "sha256": report.blob.map(|hash| hash.to_string()),
        "was_known": report.was_known,
        "held": report.held,
        "n_submissions": report.n_submissions(),
        "submissions": report.submissions.iter()
            .map(|(disposition, n)| (disposition.code().to_owned(), json!(n)))
            .collect::<serde_json::Map<_, _>>(),
        "n_points": report.n_points,
        "n_known_rows": report.n_known_rows,
        "answers": report.answers.as_ref().map(|answers| json!({
            "n_saved": answers.n_saved,
            "n_same": answers.n_same,
            "clashes": answers.clashes.iter().map(|clash| clash.point.0).collect::<Vec<_>>(),
        })),
        "n_needs_person": report.n_needs_person,
        "reasons": report.reasons,
        "warnings": report.warnings.iter().map(warning_to_json).collect::<Vec<_>>(),
        "n_more": report.n_more,
    })
}

/// A warning as JSON.
pub(super) fn warning_to_json(warning: &Warning) -> Value {
    let location = match &warning.location {
        Location::File => json!({"kind": "file"}),
        Location::Row {
            sheet,
            row_number,
            column,
        } => {
            json!({"kind": "row", "sheet": sheet, "row": row_number, "column": column})
        }
        Location::Part { path } => json!({"kind": "part", "path": path}),
        Location::Text(span) => json!({"kind": "text", "span": [span.start, span.end]}),
    };
    json!({
        "code": warning.code,
        "location": location,
        "value": warning.value,
        "problem": warning.problem,
        "remedy": warning.remedy,
    })
}

pub(super) async fn record(
    app: &App,
    here: &Path,
    arguments: &RecordArgs,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = app.consultation(arguments.consultation.as_deref()).await?;
    let channel = Channel::parse(&arguments.channel)
        .filter(|c| c.is_typed())
        .ok_or_else(|| {
            let known: Vec<&str> = Channel::ALL
                .into_iter()
                .filter(|c| c.is_typed())
                .map(Channel::code)
                .collect();
            Error::new(
                Kind::Invalid,
                format!(
                    "Kênh `{}` không nhập tay được; chọn: {}.",
                    arguments.channel,
                    known.join(", ")
                ),
            )
        })?;
    let text = if arguments.file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| {
                Error::caused(
                    Kind::Invalid,
                    "Nội dung nhập vào không phải văn bản UTF-8.",
                    error,
                )
            })?;
        text
    } else {
        read_text(&here.join(&arguments.file))?
    };
    let typed = Typed {
        channel,
        title: arguments.title.clone(),
        held_on: arguments.date,
        organization: arguments.organization.clone(),
        speaker_role: None,
        text,
    };
    let round = match arguments.round {
        Some(number) => Some(app.round(consultation.id, number).await?),
        None => None,
    };
    let (id, settled) = app.record(&consultation, &typed, round.as_ref()).await?;
    output.data(
        || format!("Đã ghi lượt góp ý số {id}: {} ý kiến", settled.n_points),
        || {
            json!({"submission": id.0, "n_points": settled.n_points,
                  "disposition": settled.disposition.code()})
        },
    );
    Ok(Exit::look_at(settled.needs_person))
}
