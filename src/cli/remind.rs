//! `remind`: letters to the silent, ready to be sent by a person from any mail program.

use std::path::Path;

use serde_json::json;

use super::args::RemindArgs;
use super::{Exit, Output};
use crate::app::disk::{make_folder, write_whole};
use crate::app::mail::composing::Order;
use crate::app::{App, Error};
use crate::domain::MailKind;

pub(super) async fn run(
    app: &App,
    here: &Path,
    arguments: &RemindArgs,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = app.consultation(arguments.consultation.as_deref()).await?;
    let order = Order {
        kind: MailKind::Reminder,
        round: app.round(consultation.id, arguments.round).await?,
        organization: None,
        enclosures: Vec::new(),
        from: Some(arguments.from.clone()),
        actor: app.actor().to_owned(),
    };
    let composed = app.compose(&consultation, &order).await?;
    let folder = here.join(&arguments.output);
    make_folder(&folder)?;
    let mut written = Vec::new();
    for letter in &composed.letters {
        let path = folder.join(letter.file_name());
        write_whole(&path, &letter.bytes)?;
        written.push(path.display().to_string());
    }
    let without_address = &composed.without_address;
    output.data(
        || {
            format!(
                "Đã soạn {} thư nhắc vào {}\n",
                written.len(),
                folder.display()
            )
        },
        || json!({"written": written, "without_address": without_address}),
    );
    for name in without_address {
        output.note(&format!(
            "{name}: chưa có địa chỉ thư, hãy nhắc bằng cách khác."
        ));
    }
    Ok(Exit::look_at(!without_address.is_empty()))
}
