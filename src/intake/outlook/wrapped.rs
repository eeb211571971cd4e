//! `winmail.dat`: attributes one after another, some of them lists of properties (MS-OXTNEF).

use super::properties::{Properties, id, kind};
use super::{Attached, Mail};
use crate::intake::archive::{Budget, Refusal};
use crate::intake::limits;

/// How such files begin (section 2.1.3.1).
pub(super) const SIGNATURE: [u8; 4] = [0x78, 0x9f, 0x3e, 0x22];

/// Keys of attributes (section 2.1.3.3).
mod attribute {
    pub(super) const BODY: u16 = 0x800c;
    pub(super) const DATA: u16 = 0x800f;
    pub(super) const TITLE: u16 = 0x8010;
    pub(super) const NEXT_ATTACHMENT: u16 = 0x9002;
    pub(super) const PROPERTIES: u16 = 0x9003;
    pub(super) const ATTACHMENT: u16 = 0x9005;
}

/// Bytes that are eaten from the front.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    fn half(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }

    fn word(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn size(&mut self) -> Option<usize> {
        usize::try_from(self.word()?).ok()
    }

    /// What has its size before it and is filled up to four bytes.
    fn sized(&mut self) -> Option<&'a [u8]> {
        let n = self.size()?;
        let taken = self.take(n)?;
        let filling = (4 - n % 4) % 4;
        self.take(filling.min(self.0.len()))?;
        Some(taken)
    }
}

/// Opens such a file.
pub(super) fn open(bytes: &[u8], budget: &mut Budget, depth: usize) -> Result<Mail, Refusal> {
    budget.spend(bytes.len())?;
    // Signature, then a key that nothing refers to.
    let mut bytes = Bytes(bytes.get(6..).ok_or(Refusal::Broken)?);
    let mut mail = Mail::default();
    let mut opened: Option<Properties> = None;
    while !bytes.0.is_empty() {
        let Some((key, value)) = next_attribute(&mut bytes) else {
            // Cut short: what came before is whole.
            break;
        };
        match key {
            attribute::BODY => mail
                .properties
                .insert(id::BODY, kind::STRING8, value.to_vec()),
            attribute::PROPERTIES => {
                read_properties(value, &mut mail.properties);
            }
            attribute::NEXT_ATTACHMENT => {
                close(
                    &mut mail,
                    opened.replace(Properties::default()),
                    budget,
                    depth,
                )?;
            }
            attribute::TITLE => {
                let file = opened.get_or_insert_default();
                file.insert(id::FILE_NAME, kind::STRING8, value.to_vec());
            }
            attribute::DATA => {
                let file = opened.get_or_insert_default();
                file.insert(id::DATA, kind::BINARY, value.to_vec());
            }
            attribute::ATTACHMENT => {
                read_properties(value, opened.get_or_insert_default());
            }
            _ => {}
        }
        if mail.files.len() >= limits::PARTS {
            return Ok(mail);
        }
    }
    close(&mut mail, opened, budget, depth)?;
    Ok(mail)
}

/// Key and value of the next attribute; its level and checksum say nothing we need.
fn next_attribute<'a>(bytes: &mut Bytes<'a>) -> Option<(u16, &'a [u8])> {
    bytes.take(1)?;
    let key = bytes.half()?;
    bytes.half()?;
    let n = bytes.size()?;
    let value = bytes.take(n)?;
    bytes.take(2.min(bytes.0.len()))?;
    Some((key, value))
}

/// Adds an attachment that has been read.
fn close(
    mail: &mut Mail,
    file: Option<Properties>,
    budget: &mut Budget,
    depth: usize,
) -> Result<(), Refusal> {
    let Some(mut file) = file else {
        return Ok(());
    };
    let name = [id::LONG_FILE_NAME, id::FILE_NAME, id::DISPLAY_NAME];
    let name = name.into_iter().find_map(|id| file.text(id));
    let is_mail = file.kind(id::DATA) == Some(kind::OBJECT);
    let Some(bytes) = file.take(id::DATA) else {
        return Ok(());
    };
    let bytes = if is_mail {
        // An object begins with the key of its class; only mails are wrapped again.
        let inner = bytes.get(16..).unwrap_or_default();
        if depth >= limits::NESTING || !inner.starts_with(&SIGNATURE) {
            return Ok(());
        }
        open(inner, budget, depth + 1)?.into_bytes()
    } else {
        bytes
    };
    mail.files.push(Attached {
        name: name.unwrap_or_else(|| "tệp kèm theo".to_owned()),
        bytes,
        content_id: None,
        is_mail,
    });
    Ok(())
}

/// Reads a list of properties as far as it is whole; `None` where it was cut.
fn read_properties(list: &[u8], into: &mut Properties) -> Option<()> {
    let mut bytes = Bytes(list);
    let n = bytes.word()?;
    for _ in 0..n {
        let kind = bytes.half()?;
        let id = bytes.half()?;
        if id >= 0x8000 {
            // Named: the name's set, then a number or a text.
            bytes.take(16)?;
            if bytes.word()? == 0 {
                bytes.word()?;
            } else {
                bytes.sized()?;
            }
        }
        let (is_list, kind) = (kind & 0x1000 != 0, kind & 0x0fff);
        let is_sized = matches!(
            kind,
            kind::STRING8 | kind::STRING | kind::BINARY | kind::OBJECT
        );
        let n_values = if is_list || is_sized {
            bytes.word()?
        } else {
            1
        };
        for _ in 0..n_values {
            let value = if is_sized {
                bytes.sized()?
            } else {
                bytes.take(match kind {
                    0x0005..=0x0007 | 0x0014 | kind::TIME => 8,
                    0x0048 => 16,
                    _ => 4,
                })?
            };
            if !is_list {
                into.insert(id, kind, value.to_vec());
            }
        }
    }
    Some(())
}
