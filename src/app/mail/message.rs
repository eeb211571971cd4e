//! One letter, whole: text, page, files, and the header fields that keep robots quiet (RFC 3834).

use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart};
use minijinja::Value;

use super::super::{App, Error, Kind, random_hex};
use super::composing::reply_address;
use super::naming::round_code;
use super::outbox::sender_address;
use super::templates::{Templates, Words};
use crate::blob::Blobs;
use crate::config::Outgoing;
use crate::domain::{Consultation, EmailAddress, MailKind, Organization, Round, SubmissionId};
use crate::store::outbox::NewMail;

/// A file that goes with a letter.
#[derive(Debug, Clone)]
pub struct Enclosure {
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A letter ready to be queued.
#[derive(Debug, Clone)]
pub struct Letter {
    /// What is recorded of it; its original is kept when it is queued.
    pub(super) content: NewMail,
    /// The whole letter.
    pub bytes: Vec<u8>,
    /// Who gets it, by name.
    pub to: String,
    /// Its words without the page around them.
    pub text: String,
    file_name: String,
}

impl Letter {
    /// What it is called as a file: `nhac_stc.eml`.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// The address it goes to.
    pub fn recipient(&self) -> &str {
        &self.content.recipient
    }

    /// Its subject.
    pub fn subject(&self) -> &str {
        &self.content.subject
    }
}

/// Everything about one letter that differs from the next.
pub(super) struct Draft {
    pub(super) kind: MailKind,
    pub(super) round: Option<Round>,
    pub(super) organization: Option<Organization>,
    pub(super) submission: Option<SubmissionId>,
    pub(super) occasion: String,
    pub(super) to: (String, EmailAddress),
    pub(super) values: Value,
    pub(super) enclosures: Vec<Enclosure>,
    /// The Message-ID of the letter it answers.
    pub(super) answers: Option<String>,
    pub(super) actor: String,
}

impl App {
    /// One letter, whole.
    pub(super) fn write_letter(
        &self,
        outgoing: &Outgoing,
        templates: &Templates,
        consultation: &Consultation,
        draft: Draft,
    ) -> Result<Letter, Error> {
        let agency = &consultation.letterhead.agency;
        let words = templates.write(draft.kind, agency, &draft.values)?;
        let message_id = message_id(draft.kind, sender_address(outgoing)?.domain())?;
        let reply_to = draft
            .round
            .as_ref()
            .map(|round| reply_address(outgoing, &round_code(consultation, round)));
        let bytes = self
            .message(outgoing, &draft, &words, &message_id, reply_to.as_deref())
            .map_err(|reason| {
                let message = format!("Không soạn được thư gửi {}: {reason}.", draft.to.0);
                Error::new(Kind::Invalid, message)
            })?;
        let file_name = file_name(&draft);
        let (to, address) = draft.to;
        Ok(Letter {
            content: NewMail {
                consultation: consultation.id,
                round: draft.round.map(|round| round.id),
                organization: draft.organization.map(|organization| organization.id),
                submission: draft.submission,
                kind: draft.kind,
                occasion: draft.occasion,
                domain: address.domain().to_owned(),
                recipient: address.expose().to_owned(),
                subject: words.subject,
                message_id,
                blob: Blobs::hash(&bytes),
                actor: draft.actor,
                queued_us: 0,
            },
            bytes,
            to,
            text: words.text,
            file_name,
        })
    }

    /// The bytes of a letter, or what is wrong with it.
    fn message(
        &self,
        outgoing: &Outgoing,
        draft: &Draft,
        words: &Words,
        message_id: &str,
        reply_to: Option<&str>,
    ) -> Result<Vec<u8>, String> {
        let mailbox = |text: &str| -> Result<Mailbox, String> {
            text.parse()
                .map_err(|_cause| format!("`{text}` không phải địa chỉ"))
        };
        let (name, address) = &draft.to;
        let to = Mailbox::new(Some(name.clone()), mailbox(address.expose())?.email);
        let now_us = u64::try_from(self.clock.now_us()).unwrap_or_default();
        let mut builder = Message::builder()
            .from(mailbox(&outgoing.from)?)
            .to(to)
            .subject(&words.subject)
            .message_id(Some(format!("<{message_id}>")))
            .date(SystemTime::UNIX_EPOCH + Duration::from_micros(now_us));
        if let Some(reply_to) = reply_to {
            builder = builder.reply_to(mailbox(reply_to)?);
        }
        if let Some(answered) = &draft.answers {
            let answered = format!("<{answered}>");
            builder = builder.in_reply_to(answered.clone()).references(answered);
        }
        let (text, html) = (words.text.clone(), words.html.clone());
        let mut parts = MultiPart::mixed().multipart(MultiPart::alternative_plain_html(text, html));
        for file in &draft.enclosures {
            let kind = ContentType::parse(media_type(&file.name));
            let kind = kind.map_err(|error| error.to_string())?;
            let part = Attachment::new(file.name.clone()).body(file.bytes.clone(), kind);
            parts = parts.singlepart(part);
        }
        let message = builder.multipart(parts);
        let mut message = message.map_err(|error| error.to_string())?;
        let automatic = if draft.kind == MailKind::Acknowledgement {
            "auto-replied"
        } else {
            "auto-generated"
        };
        for (header, value) in [
            ("Auto-Submitted", automatic),
            ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ] {
            let header = HeaderName::new_from_ascii_str(header);
            let value = HeaderValue::new(header, value.to_owned());
            message.headers_mut().insert_raw(value);
        }
        Ok(message.formatted())
    }
}

/// A Message-ID nobody else has.
fn message_id(kind: MailKind, domain: &str) -> Result<String, Error> {
    let random: String = random_hex()?.chars().take(32).collect();
    Ok(format!("{}.{random}@{domain}", kind.code()))
}

fn file_name(draft: &Draft) -> String {
    let kind = match draft.kind {
        MailKind::Invitation => "moi",
        MailKind::Acknowledgement => "da_nhan",
        MailKind::Reminder => "nhac",
        MailKind::Extract => "ket_qua",
        MailKind::Digest => "ban_tin",
    };
    let code = draft.organization.as_ref().map(|it| it.code.to_lowercase());
    format!("{kind}_{}.eml", code.unwrap_or_default())
}

/// The media type of an enclosure by its name; receivers go by the name too.
fn media_type(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension.to_lowercase().as_str() {
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pdf" => "application/pdf",
        "csv" => "text/csv",
        _ => "application/octet-stream",
    }
}
