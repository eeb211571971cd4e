//! `.msg`: a compound file with a stream for each property (MS-OXMSG).

use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use cfb::CompoundFile;

use super::properties::{Properties, id, kind};
use super::{Attached, Mail};
use crate::intake::archive::{Budget, Refusal};
use crate::intake::limits;

type File<'a> = CompoundFile<Cursor<&'a [u8]>>;

/// Properties of a fixed size lie in one stream, after a head that depends on what they belong to.
const FIXED: &str = "__properties_version1.0";
const VARIABLE: &str = "__substg1.0_";
const ATTACHMENT: &str = "__attach_version1.0_";
const RECIPIENT: &str = "__recip_version1.0_";

/// Opens a saved mail.
pub(super) fn open(bytes: &[u8], budget: &mut Budget) -> Result<Mail, Refusal> {
    let mut file = CompoundFile::open(Cursor::new(bytes)).map_err(broken)?;
    read_mail(&mut file, Path::new("/"), 32, budget, 0)
}

fn read_mail(
    file: &mut File<'_>,
    at: &Path,
    head_bytes: usize,
    budget: &mut Budget,
    depth: usize,
) -> Result<Mail, Refusal> {
    let mut mail = Mail {
        properties: read_properties(file, at, head_bytes, budget)?,
        ..Mail::default()
    };
    for storage in storages(file, at, RECIPIENT) {
        let found = read_properties(file, &storage, 8, budget)?;
        let address = [id::SMTP_ADDRESS, id::ADDRESS]
            .into_iter()
            .filter_map(|id| found.text(id))
            .find(|address| address.contains('@'));
        let name = found.text(id::DISPLAY_NAME).unwrap_or_default();
        mail.recipients
            .extend(address.map(|address| (name, address)));
    }
    for storage in storages(file, at, ATTACHMENT) {
        let mut found = read_properties(file, &storage, 8, budget)?;
        let embedded = storage.join(format!("{VARIABLE}{:04X}{:04X}", id::DATA, kind::OBJECT));
        let name = [id::LONG_FILE_NAME, id::FILE_NAME, id::DISPLAY_NAME];
        let name = name.into_iter().find_map(|id| found.text(id));
        let is_mail = file.is_storage(&embedded);
        let bytes = if is_mail {
            if depth >= limits::NESTING {
                continue;
            }
            read_mail(file, &embedded, 24, budget, depth + 1)?.into_bytes()
        } else {
            match found.take(id::DATA) {
                Some(bytes) => bytes,
                None => continue,
            }
        };
        mail.files.push(Attached {
            content_id: found.text(id::CONTENT_ID).filter(|_| is_picture(&bytes)),
            name: name.unwrap_or_else(|| "tệp kèm theo".to_owned()),
            bytes,
            is_mail,
        });
    }
    Ok(mail)
}

fn broken(_cause: std::io::Error) -> Refusal {
    Refusal::Broken
}

fn is_picture(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG")
        || bytes.starts_with(b"\xff\xd8\xff")
        || bytes.starts_with(b"GIF8")
}

/// Storages of a kind, in order.
fn storages(file: &File<'_>, at: &Path, kind: &str) -> Vec<PathBuf> {
    let Ok(entries) = file.read_storage(at) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| entry.is_storage() && entry.name().starts_with(kind))
        .map(|entry| entry.path().to_owned())
        .collect();
    found.sort();
    found.truncate(limits::PARTS);
    found
}

fn read_properties(
    file: &mut File<'_>,
    at: &Path,
    head_bytes: usize,
    budget: &mut Budget,
) -> Result<Properties, Refusal> {
    let mut properties = Properties::default();
    let streams: Vec<(String, PathBuf)> = file
        .read_storage(at)
        .map_err(broken)?
        .filter(cfb::Entry::is_stream)
        .map(|entry| (entry.name().to_owned(), entry.path().to_owned()))
        .collect();
    for (name, path) in streams {
        if name == FIXED {
            let bytes = read_stream(file, &path, budget)?;
            let entries = bytes.get(head_bytes..).unwrap_or_default();
            for entry in entries.chunks_exact(16) {
                let half = |at: usize| -> Option<u16> {
                    Some(u16::from_le_bytes(entry.get(at..at + 2)?.try_into().ok()?))
                };
                if let (Some(kind), Some(id), Some(value)) = (half(0), half(2), entry.get(8..16))
                    && kind == kind::TIME
                {
                    properties.insert(id, kind, value.to_vec());
                }
            }
            continue;
        }
        let tag = name.strip_prefix(VARIABLE);
        let Some(tag) = tag.and_then(|tag| u32::from_str_radix(tag, 16).ok()) else {
            continue;
        };
        let [high_id, low_id, high_kind, low_kind] = tag.to_be_bytes();
        let id = u16::from_be_bytes([high_id, low_id]);
        let kind = u16::from_be_bytes([high_kind, low_kind]);
        if matches!(kind, kind::STRING8 | kind::STRING | kind::BINARY) {
            properties.insert(id, kind, read_stream(file, &path, budget)?);
        }
    }
    Ok(properties)
}

fn read_stream(file: &mut File<'_>, path: &Path, budget: &mut Budget) -> Result<Vec<u8>, Refusal> {
    let stream = file.open_stream(path).map_err(broken)?;
    let mut bytes = Vec::new();
    stream
        .take(limits::ENTRY_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(broken)?;
    budget.spend(bytes.len())?;
    Ok(bytes)
}
