//! `mail`.

mod letters;

use std::path::Path;

use serde_json::{Value, json};

use super::args::MailAction;
use super::{Exit, Output, import};
use crate::app::mail::outbox::MailDecision;
use crate::app::mail::receiving::{Looked, Receiver};
use crate::app::{App, Error};

pub(super) async fn run(
    app: &App,
    here: &Path,
    action: &MailAction,
    output: &mut Output,
) -> Result<Exit, Error> {
    match action {
        MailAction::Poll { mailbox, again, .. } => {
            poll(app, mailbox.as_deref(), *again, output).await
        }
        MailAction::Send(arguments) => letters::send(app, here, arguments, output).await,
        MailAction::Outbox {
            state,
            consultation,
        } => letters::list(app, state.as_deref(), consultation.as_deref(), output).await,
        MailAction::Retry(arguments) => {
            letters::decide(app, arguments, MailDecision::Retry, output).await
        }
        MailAction::Confirm(arguments) => {
            letters::decide(app, arguments, MailDecision::Confirm, output).await
        }
        MailAction::Cancel(arguments) => {
            letters::decide(app, arguments, MailDecision::Cancel, output).await
        }
        MailAction::Show(arguments) => letters::show(app, arguments, output).await,
        MailAction::Templates => letters::write_templates(app, output),
        MailAction::Import(arguments) => import::run(app, here, arguments, output).await,
    }
}

/// One look into each mailbox; a mailbox that cannot be read does not keep the others waiting.
async fn poll(
    app: &App,
    name: Option<&str>,
    again: bool,
    output: &mut Output,
) -> Result<Exit, Error> {
    let mut looks: Vec<(String, Result<Looked, Error>)> = Vec::new();
    for receiver in app.receivers(name)? {
        let mut receiver = if again {
            receiver.persistent()
        } else {
            receiver
        };
        let looked = receiver.look().await;
        looks.push((receiver.name().to_owned(), looked));
        Receiver::close(receiver).await;
    }
    output.data(
        || looks.iter().map(|(name, look)| line(name, look)).collect(),
        || {
            Value::Array(
                looks
                    .iter()
                    .map(|(name, look)| to_json(name, look))
                    .collect(),
            )
        },
    );
    let mut needs_attention = false;
    for (name, look) in &looks {
        match look {
            Ok(looked) => needs_attention |= looked.n_absent + looked.n_needs_person > 0,
            Err(error) => {
                needs_attention = true;
                output.note(&format!("{name}: {}", error.message));
            }
        }
    }
    Ok(Exit::look_at(needs_attention))
}

fn line(name: &str, look: &Result<Looked, Error>) -> String {
    let looked = match look {
        Ok(looked) if looked.is_busy => {
            return format!("{name}: một chương trình khác đang nhận thư từ hộp này\n");
        }
        Ok(looked) => looked,
        Err(_) => return format!("{name}: CHƯA NHẬN ĐƯỢC\n"),
    };
    let mut text = format!("{name}: nhận {} thư mới", looked.n_new);
    if looked.n_known > 0 {
        text.push_str(&format!("; {} thư đã có từ trước", looked.n_known));
    }
    if looked.n_needs_person > 0 {
        text.push_str(&format!("; {} thư chờ người xem", looked.n_needs_person));
    }
    if looked.n_absent > 0 {
        text.push_str(&format!("; {} thư máy chủ không giao", looked.n_absent));
    }
    text.push('\n');
    text
}

fn to_json(name: &str, look: &Result<Looked, Error>) -> Value {
    match look {
        Ok(looked) => json!({
            "mailbox": name,
            "new": looked.n_new,
            "known": looked.n_known,
            "absent": looked.n_absent,
            "needs_person": looked.n_needs_person,
            "busy": looked.is_busy,
        }),
        Err(error) => json!({"mailbox": name, "failure": error.message}),
    }
}
