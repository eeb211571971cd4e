//! `mail send` and what becomes of letters.

use std::path::Path;

use serde_json::{Value, json};

use crate::app::disk::{make_folder, reason, write_whole};
use crate::app::mail::composing::{Enclosure, Letters, Order};
use crate::app::mail::outbox::{Mail, MailDecision, Sent};
use crate::app::{App, Error, Kind};
use crate::cli::args::{MailIdArgs, MailSendArgs};
use crate::cli::{Exit, Output};
use crate::domain::{MailKind, MailState};

pub(super) async fn send(
    app: &App,
    here: &Path,
    arguments: &MailSendArgs,
    output: &mut Output,
) -> Result<Exit, Error> {
    let Some((kind, number)) = arguments.kind.as_deref().zip(arguments.round) else {
        let sent = app.send_due().await?;
        return Ok(say_sent(&sent, None, output));
    };
    let kind = MailKind::parse(kind).ok_or_else(|| {
        let known: Vec<&str> = MailKind::ALL.into_iter().map(MailKind::code).collect();
        Error::new(
            Kind::Invalid,
            format!("Không có loại thư `{kind}`; chọn: {}.", known.join(", ")),
        )
    })?;
    let consultation = app.consultation(arguments.consultation.as_deref()).await?;
    let mut enclosures = Vec::new();
    for path in &arguments.attach {
        let path = here.join(path);
        let bytes = std::fs::read(&path).map_err(|error| {
            let message = format!(
                "Không mở được tệp `{}`: {}.",
                path.display(),
                reason(&error)
            );
            Error::caused(Kind::NotFound, message, error)
        })?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        enclosures.push(Enclosure { name, bytes });
    }
    let actor = arguments
        .actor
        .clone()
        .unwrap_or_else(|| app.actor().to_owned());
    let order = Order {
        kind,
        round: app.round(consultation.id, number).await?,
        organization: arguments.organization.clone(),
        enclosures,
        from: None,
        actor,
    };
    let composed = app.compose(&consultation, &order).await?;
    let exit = if arguments.dry_run {
        preview(here, arguments, &composed, output)?
    } else {
        app.queue_letters(&composed.letters).await?;
        let sent = app.send_due().await?;
        say_sent(&sent, Some(&composed), output)
    };
    for name in &composed.without_address {
        output.note(&format!(
            "{name}: chưa có địa chỉ thư dùng được, hãy gửi bằng cách khác."
        ));
    }
    let is_complete = composed.without_address.is_empty();
    Ok(if is_complete {
        exit
    } else {
        Exit::look_at(true)
    })
}

fn preview(
    here: &Path,
    arguments: &MailSendArgs,
    composed: &Letters,
    output: &mut Output,
) -> Result<Exit, Error> {
    if let Some(folder) = &arguments.output {
        let folder = here.join(folder);
        make_folder(&folder)?;
        for letter in &composed.letters {
            write_whole(&folder.join(letter.file_name()), &letter.bytes)?;
        }
    }
    output.data(
        || {
            let mut text = String::new();
            for letter in &composed.letters {
                let line = format!(
                    "{} <{}>: {}\n",
                    letter.to,
                    letter.recipient(),
                    letter.subject()
                );
                text.push_str(&line);
            }
            text.push_str(&format!("Sẽ gửi {} thư", composed.letters.len()));
            text.push_str(&known(composed));
            text.push('\n');
            text
        },
        || {
            Value::Array(
                composed
                    .letters
                    .iter()
                    .map(|letter| {
                        json!({"organization": letter.to, "recipient": letter.recipient(),
                               "subject": letter.subject()})
                    })
                    .collect(),
            )
        },
    );
    Ok(Exit::Done)
}

/// What was written for the same occasion before, in words.
fn known(composed: &Letters) -> String {
    match composed.n_known {
        0 => String::new(),
        n => format!("; {n} thư đã soạn từ trước, không gửi lại"),
    }
}

fn say_sent(sent: &Sent, composed: Option<&Letters>, output: &mut Output) -> Exit {
    output.data(
        || {
            let mut text = String::new();
            if let Some(composed) = composed {
                text.push_str(&format!("Đã soạn {} thư", composed.letters.len()));
                text.push_str(&known(composed));
                text.push('\n');
            }
            text.push_str(&format!(
                "Đã gửi {}, chờ gửi {}, cần xem {}\n",
                sent.n_sent, sent.n_waiting, sent.n_failed
            ));
            text
        },
        || {
            json!({"sent": sent.n_sent, "waiting": sent.n_waiting, "failed": sent.n_failed,
                   "failure": sent.failure, "busy": sent.is_busy,
                   "composed": composed.map(|c| c.letters.len()),
                   "known": composed.map(|c| c.n_known)})
        },
    );
    if let Some(failure) = &sent.failure {
        output.note(&format!(
            "{failure} Thư vẫn chờ trong hàng và sẽ được gửi sau."
        ));
    }
    if sent.is_busy {
        output.note("Một chương trình khác đang gửi thư; thư mới sẽ được gửi tiếp.");
    }
    Exit::look_at(sent.n_failed > 0 || sent.failure.is_some())
}

pub(super) async fn list(
    app: &App,
    state: Option<&str>,
    consultation: Option<&str>,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = app.consultation(consultation).await?;
    let state = match state {
        None => None,
        Some(code) => Some(MailState::parse(code).ok_or_else(|| {
            let known: Vec<&str> = MailState::ALL.into_iter().map(MailState::code).collect();
            let message = format!("Không có trạng thái `{code}`; chọn: {}.", known.join(", "));
            Error::new(Kind::Invalid, message)
        })?),
    };
    let mut mails = app.outbox(&consultation).await?;
    mails.retain(|mail| state.is_none_or(|state| mail.state == state));
    output.data(
        || mails.iter().map(line).collect(),
        || Value::Array(mails.iter().map(to_json).collect()),
    );
    Ok(Exit::look_at(
        mails.iter().any(|mail| mail.state.needs_person()),
    ))
}

fn line(mail: &Mail) -> String {
    let mut text = format!(
        "{}: {} · {} · {} · {}",
        mail.id,
        mail.state.name(),
        mail.content.kind.name(),
        mail.content.recipient,
        mail.content.subject
    );
    if let Some(answer) = &mail.answer {
        text.push_str(&format!(" · {answer}"));
    }
    text.push('\n');
    text
}

fn to_json(mail: &Mail) -> Value {
    json!({
        "id": mail.id,
        "kind": mail.content.kind.code(),
        "state": mail.state.code(),
        "recipient": mail.content.recipient,
        "subject": mail.content.subject,
        "message_id": mail.content.message_id,
        "tries": mail.n_tries,
        "answer": mail.answer,
        "bounced_by": mail.bounced_by.map(|submission| submission.0),
    })
}

pub(super) async fn decide(
    app: &App,
    arguments: &MailIdArgs,
    decision: MailDecision,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = app.consultation(arguments.consultation.as_deref()).await?;
    for &id in &arguments.ids {
        app.decide_mail(&consultation, id, decision).await?;
    }
    if decision == MailDecision::Retry {
        let sent = app.send_due().await?;
        return Ok(say_sent(&sent, None, output));
    }
    let n = arguments.ids.len();
    output.data(|| format!("Đã ghi cho {n} thư\n"), || json!({"changed": n}));
    Ok(Exit::Done)
}

pub(super) async fn show(
    app: &App,
    arguments: &MailIdArgs,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = app.consultation(arguments.consultation.as_deref()).await?;
    for &id in &arguments.ids {
        let letter = app.letter(&consultation, id).await?;
        let text = String::from_utf8_lossy(&letter).into_owned();
        output.data(|| text.clone(), || json!({"id": id, "letter": text}));
    }
    Ok(Exit::Done)
}

pub(super) fn write_templates(app: &App, output: &mut Output) -> Result<Exit, Error> {
    let written = app.write_templates()?;
    output.data(
        || {
            if written.is_empty() {
                "Các mẫu thư đã có sẵn, không ghi đè\n".to_owned()
            } else {
                written
                    .iter()
                    .flat_map(|path| [path.as_str(), "\n"])
                    .collect()
            }
        },
        || json!({"written": written}),
    );
    Ok(Exit::Done)
}
