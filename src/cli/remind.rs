//! `remind`: letters to the silent, ready to be sent by a person from any mail program.

use std::path::Path;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use serde_json::json;

use super::args::RemindArgs;
use super::{Exit, Output};
use crate::app::disk::{make_folder, write_whole};
use crate::app::{App, Error, Kind};
use crate::domain::{EmailAddress, LetterNumber};

pub(super) async fn run(
    app: &App,
    here: &Path,
    arguments: &RemindArgs,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = app.consultation(arguments.consultation.as_deref()).await?;
    let round = app.round(consultation.id, arguments.round).await?;
    let from: Mailbox = arguments.from.parse().map_err(|_cause| {
        Error::new(
            Kind::Invalid,
            format!("`{}` không phải địa chỉ thư.", arguments.from),
        )
    })?;
    let replies = app.replies(&consultation).await?;
    let folder = here.join(&arguments.output);
    make_folder(&folder)?;
    let (mut written, mut without_address) = (Vec::new(), Vec::new());
    for organization in replies.silent(round.id) {
        let Some(address) = organization.emails.first() else {
            without_address.push(organization.name.clone());
            continue;
        };
        let request = round
            .request_number
            .as_ref()
            .map_or("", LetterNumber::as_str);
        let body = format!(
            "Kính gửi: {}\n\n{} đã có Công văn số {request} đề nghị góp ý {}; hạn trả lời là ngày {}. \
             Đến nay chúng tôi chưa nhận được văn bản trả lời của Quý cơ quan.\n\n\
             Kính đề nghị Quý cơ quan quan tâm, gửi ý kiến để kịp tổng hợp. Nếu văn bản đã được gửi, \
             xin vui lòng bỏ qua thư này.\n\nTrân trọng./.\n",
            organization.name,
            consultation.letterhead.agency,
            consultation.title,
            round.deadline.strftime("%d/%m/%Y"),
        );
        let bytes = message(
            &from,
            address,
            &organization.name,
            &consultation.title,
            body,
        )?;
        let path = folder.join(format!("nhac_{}.eml", organization.code.to_lowercase()));
        write_whole(&path, &bytes)?;
        written.push(path.display().to_string());
    }
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
    for name in &without_address {
        output.note(&format!(
            "{name}: chưa có địa chỉ thư, hãy nhắc bằng cách khác."
        ));
    }
    Ok(Exit::look_at(!without_address.is_empty()))
}

fn message(
    from: &Mailbox,
    to: &EmailAddress,
    name: &str,
    title: &str,
    body: String,
) -> Result<Vec<u8>, Error> {
    let failed = |error: String| {
        Error::new(
            Kind::Invalid,
            format!("Không soạn được thư gửi {name}: {error}."),
        )
    };
    let address = to
        .expose()
        .parse()
        .map_err(|_cause| failed("địa chỉ không hợp lệ".to_owned()))?;
    Ok(Message::builder()
        .from(from.clone())
        .to(Mailbox::new(Some(name.to_owned()), address))
        .subject(format!("Về việc góp ý {title} (nhắc lại)"))
        .header(ContentType::TEXT_PLAIN)
        .body(body)
        .map_err(|error| failed(error.to_string()))?
        .formatted())
}
