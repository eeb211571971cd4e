//! Mails as Outlook keeps them: saved as `.msg` (MS-OXMSG), or their files wrapped into `winmail.dat`
//! (MS-OXTNEF).
//!
//! Both hold a mail as properties (MS-OXPROPS). They become an ordinary mail that is read as any other,
//! so that quotations, forwards, robots and attachments are understood in one place. Only what the
//! properties say is written: an address of Exchange's own directory, which nobody outside can read, is
//! left out.

mod compound;
mod properties;
mod wrapped;

use mail_builder::MessageBuilder;
use mail_builder::mime::MimePart;
use mail_parser::DateTime;

use super::archive::{Budget, Refusal};
use super::{Format, PartRole, Reading, eml, limits, plain};
use crate::domain::Location;
use crate::text::normalize::squeeze;
use properties::{Properties, id};

/// A mail as its properties and files.
#[derive(Debug, Default)]
struct Mail {
    properties: Properties,
    /// Name and address of those in To and Cc.
    recipients: Vec<(String, String)>,
    files: Vec<Attached>,
}

/// A file of a mail.
#[derive(Debug)]
struct Attached {
    name: String,
    bytes: Vec<u8>,
    /// Named by the page of the mail: a picture in its text.
    content_id: Option<String>,
    /// Whether the bytes are a mail that was attached.
    is_mail: bool,
}

/// Whether bytes are a `winmail.dat`; otherwise they are a saved mail.
fn is_wrapped(bytes: &[u8]) -> bool {
    bytes.starts_with(&wrapped::SIGNATURE)
}

fn open(bytes: &[u8], budget: &mut Budget) -> Result<Mail, Refusal> {
    if is_wrapped(bytes) {
        wrapped::open(bytes, budget, 0)
    } else {
        compound::open(bytes, budget)
    }
}

/// Reads a mail saved by Outlook.
pub(super) fn read(bytes: &[u8], reading: &mut Reading, budget: &mut Budget) {
    match open(bytes, budget) {
        Ok(mail) => eml::read(&mail.into_bytes(), reading, budget),
        Err(refusal) => reading.warnings.push(refusal.warning(Location::File)),
    }
}

/// Reads such a mail where it is attached to a mail or lies in an archive.
pub(super) fn read_attached(
    bytes: &[u8],
    path: &str,
    role: PartRole,
    reading: &mut Reading,
    budget: &mut Budget,
    depth: usize,
) {
    let location = || Location::Part {
        path: path.to_owned(),
    };
    if depth >= limits::NESTING {
        reading.warnings.push(plain::nested_too_deep(location()));
        return;
    }
    let mail = match open(bytes, budget) {
        Ok(mail) => mail,
        Err(refusal) => {
            reading.warnings.push(refusal.warning(location()));
            return;
        }
    };
    if !is_wrapped(bytes) {
        eml::read_nested(&mail.into_bytes(), path, reading, budget, depth);
        return;
    }
    // The mail around it is the same mail; what it says in plain text is its words.
    let has_words = reading.parts.iter().any(|part| part.role == PartRole::Body);
    if !has_words {
        let words = mail.text().map(|text| (text, Format::Text));
        let words = words.or_else(|| Some((mail.page()?, Format::Html)));
        if let Some((words, format)) = words {
            let path = format!("{path} > nội dung thư");
            let bytes = words.as_bytes();
            if let Err(warning) =
                plain::read_document(bytes, format, path, PartRole::Body, reading, budget)
            {
                reading.warnings.push(*warning);
            }
        }
    }
    for file in mail.files {
        let inner = format!("{path} > {}", file.name);
        if file.is_mail {
            eml::read_nested(&file.bytes, &inner, reading, budget, depth + 1);
        } else {
            let (bytes, name) = (&file.bytes, &file.name);
            plain::read_attachment(bytes, name, inner, role, reading, budget, depth + 1);
        }
    }
}

impl Mail {
    fn text(&self) -> Option<String> {
        let text = self.properties.text(id::BODY)?;
        (!text.trim().is_empty()).then_some(text)
    }

    fn page(&self) -> Option<String> {
        self.properties.text(id::HTML)
    }

    /// The text as Word's rich text, where there is no other form of it.
    fn rich_text(&self) -> Option<Vec<u8>> {
        properties::unpack_rich_text(self.properties.bytes(id::RTF_COMPRESSED)?)
    }

    /// The mail as it would have come over a network (RFC 5322).
    fn into_bytes(self) -> Vec<u8> {
        let mut bytes = self.head().into_bytes();
        let mut builder = MessageBuilder::new();
        let (text, page) = (self.text(), self.page());
        let rich_text = match (&text, &page) {
            (None, None) => self.rich_text(),
            _ => None,
        };
        if let Some(text) = text {
            builder = builder.text_body(text);
        }
        if let Some(page) = page {
            builder = builder.html_body(page);
        }
        if let Some(rich_text) = rich_text {
            builder = builder.attachment("application/rtf", "nội dung thư.rtf", rich_text);
        }
        let mut files = builder.attachments.take().unwrap_or_default();
        files.extend(self.files.into_iter().map(Attached::into_part));
        if !files.is_empty() {
            builder.attachments = Some(files);
        }
        // Writing into memory does not fail.
        let _ = builder.write_body(&mut bytes);
        bytes
    }

    /// The head the mail came with; what it was about where it never went over a network.
    fn head(&self) -> String {
        let properties = &self.properties;
        if let Some(head) = properties.text(id::TRANSPORT_HEADERS)
            && head.contains(':')
        {
            return without_structure(&head);
        }
        let mut head = String::new();
        let mut field = |name: &str, value: &str| {
            let value = squeeze(value);
            if !value.is_empty() {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
        };
        if let Some(received) = properties.moment(id::DELIVERED) {
            field("Received", &format!("by Outlook; {}", date(received)));
        }
        let name = [id::REPRESENTED_NAME, id::SENDER_NAME];
        let name = name.into_iter().find_map(|id| properties.text(id));
        let address = [
            id::REPRESENTED_SMTP,
            id::SENDER_SMTP,
            id::REPRESENTED_ADDRESS,
            id::SENDER_ADDRESS,
        ];
        let address = address
            .into_iter()
            .filter_map(|id| properties.text(id))
            .find(|address| address.contains('@'));
        field("From", &mailbox(name.as_deref(), address.as_deref()));
        let to: Vec<String> = self
            .recipients
            .iter()
            .map(|(name, address)| mailbox(Some(name), Some(address)))
            .collect();
        field("To", &to.join(", "));
        for (name, id) in [
            ("Subject", id::SUBJECT),
            ("Message-ID", id::MESSAGE_ID),
            ("In-Reply-To", id::IN_REPLY_TO),
            ("References", id::REFERENCES),
        ] {
            field(name, &properties.text(id).unwrap_or_default());
        }
        if let Some(sent) = properties.moment(id::SUBMITTED) {
            field("Date", &date(sent));
        }
        head
    }
}

impl Attached {
    fn into_part(self) -> MimePart<'static> {
        if self.is_mail {
            // As it is: base64 around a mail is not read everywhere.
            return MimePart::new("message/rfc822", self.bytes).transfer_encoding("8bit");
        }
        match self.content_id {
            Some(content_id) => MimePart::new("image/unknown", self.bytes)
                .inline()
                .cid(content_id),
            None => MimePart::new("application/octet-stream", self.bytes).attachment(self.name),
        }
    }
}

fn date(seconds: i64) -> String {
    DateTime::from_timestamp(seconds).to_rfc822()
}

/// `"name" <address>`, or what there is of it.
fn mailbox(name: Option<&str>, address: Option<&str>) -> String {
    let name = name.unwrap_or_default().replace(['"', '\\', '<', '>'], " ");
    match (name.trim(), address.unwrap_or_default()) {
        ("", address) => address.to_owned(),
        (name, "") => format!("\"{name}\""),
        (name, address) => format!("\"{name}\" <{address}>"),
    }
}

/// A head without the fields that describe a body we do not have.
fn without_structure(head: &str) -> String {
    let mut out = String::new();
    let mut is_kept = true;
    for line in head.lines() {
        if line.trim().is_empty() {
            continue;
        }
        if !line.starts_with([' ', '\t']) {
            let name = line.split(':').next().unwrap_or_default();
            let name = name.trim().to_ascii_lowercase();
            // The first line of some is a version, which is no field.
            is_kept = line.contains(':') && !name.starts_with("content-") && name != "mime-version";
        }
        if is_kept {
            out.push_str(line);
            out.push_str("\r\n");
        }
    }
    out
}

#[cfg(test)]
mod tests;
