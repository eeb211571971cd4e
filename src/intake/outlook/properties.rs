//! Properties of a mail (MS-OXPROPS), whatever they are kept in.

use std::collections::BTreeMap;

use crate::text::legacy;

/// Keys of the properties that are used.
pub(super) mod id {
    pub(in crate::intake::outlook) const SUBJECT: u16 = 0x0037;
    pub(in crate::intake::outlook) const SUBMITTED: u16 = 0x0039;
    pub(in crate::intake::outlook) const REPRESENTED_NAME: u16 = 0x0042;
    pub(in crate::intake::outlook) const REPRESENTED_ADDRESS: u16 = 0x0065;
    pub(in crate::intake::outlook) const TRANSPORT_HEADERS: u16 = 0x007d;
    pub(in crate::intake::outlook) const SENDER_NAME: u16 = 0x0c1a;
    pub(in crate::intake::outlook) const SENDER_ADDRESS: u16 = 0x0c1f;
    pub(in crate::intake::outlook) const DELIVERED: u16 = 0x0e06;
    pub(in crate::intake::outlook) const BODY: u16 = 0x1000;
    pub(in crate::intake::outlook) const RTF_COMPRESSED: u16 = 0x1009;
    pub(in crate::intake::outlook) const HTML: u16 = 0x1013;
    pub(in crate::intake::outlook) const MESSAGE_ID: u16 = 0x1035;
    pub(in crate::intake::outlook) const REFERENCES: u16 = 0x1039;
    pub(in crate::intake::outlook) const IN_REPLY_TO: u16 = 0x1042;
    pub(in crate::intake::outlook) const DISPLAY_NAME: u16 = 0x3001;
    pub(in crate::intake::outlook) const ADDRESS: u16 = 0x3003;
    pub(in crate::intake::outlook) const DATA: u16 = 0x3701;
    pub(in crate::intake::outlook) const FILE_NAME: u16 = 0x3704;
    pub(in crate::intake::outlook) const LONG_FILE_NAME: u16 = 0x3707;
    pub(in crate::intake::outlook) const CONTENT_ID: u16 = 0x3712;
    pub(in crate::intake::outlook) const SMTP_ADDRESS: u16 = 0x39fe;
    pub(in crate::intake::outlook) const SENDER_SMTP: u16 = 0x5d01;
    pub(in crate::intake::outlook) const REPRESENTED_SMTP: u16 = 0x5d02;
}

/// Types of properties (MS-OXCDATA, section 2.11.1).
pub(super) mod kind {
    pub(in crate::intake::outlook) const OBJECT: u16 = 0x000d;
    pub(in crate::intake::outlook) const STRING8: u16 = 0x001e;
    pub(in crate::intake::outlook) const STRING: u16 = 0x001f;
    pub(in crate::intake::outlook) const TIME: u16 = 0x0040;
    pub(in crate::intake::outlook) const BINARY: u16 = 0x0102;
}

/// Properties by key, with their type.
#[derive(Debug, Default)]
pub(super) struct Properties(BTreeMap<u16, (u16, Vec<u8>)>);

impl Properties {
    pub(super) fn insert(&mut self, id: u16, kind: u16, value: Vec<u8>) {
        // Some writers keep both spellings of a text; the Unicode one says more.
        let has_better = self.0.get(&id).is_some_and(|(known, _)| *known > kind);
        if !has_better {
            self.0.insert(id, (kind, value));
        }
    }

    pub(super) fn bytes(&self, id: u16) -> Option<&[u8]> {
        self.0.get(&id).map(|(_, value)| value.as_slice())
    }

    pub(super) fn take(&mut self, id: u16) -> Option<Vec<u8>> {
        self.0.remove(&id).map(|(_, value)| value)
    }

    pub(super) fn kind(&self, id: u16) -> Option<u16> {
        self.0.get(&id).map(|(kind, _)| *kind)
    }

    /// A text; 8-bit ones come in whatever the sender's Windows used.
    pub(super) fn text(&self, id: u16) -> Option<String> {
        let (kind, value) = self.0.get(&id)?;
        let text = if *kind == kind::STRING {
            utf16(value)
        } else {
            legacy::decode(value).text
        };
        Some(text.trim_end_matches('\0').to_owned()).filter(|text| !text.is_empty())
    }

    /// A moment, in seconds since 1970; kept as tenths of microseconds since 1601.
    pub(super) fn moment(&self, id: u16) -> Option<i64> {
        let (kind, value) = self.0.get(&id)?;
        let ticks = u64::from_le_bytes(value.get(..8)?.try_into().ok()?);
        let seconds = i64::try_from(ticks / 10_000_000).ok()? - 11_644_473_600;
        (*kind == kind::TIME && seconds > 0).then_some(seconds)
    }
}

fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).filter_map(|pair| {
        let pair: [u8; 2] = pair.try_into().ok()?;
        Some(u16::from_le_bytes(pair))
    });
    char::decode_utf16(units)
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// Most that packed rich text can grow: a reference of two bytes stands for seventeen.
const MOST_GROWTH: usize = 9;

/// Rich text as Outlook packs it (MS-OXRTFCP). The library trusts the sizes in the head; we do not.
pub(super) fn unpack_rich_text(packed: &[u8]) -> Option<Vec<u8>> {
    let number = |at: usize| -> Option<usize> {
        let bytes = packed.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    };
    let (n_packed, n_plain) = (number(0)?, number(4)?);
    let n_content = packed.len().checked_sub(16)?;
    let is_packed = packed.get(8..12)? == b"LZFu";
    let most = if is_packed {
        n_content.saturating_mul(MOST_GROWTH)
    } else {
        n_content
    };
    if n_packed + 4 != packed.len() || n_plain > most {
        return None;
    }
    let text = compressed_rtf::decompress_rtf(packed).ok()?;
    // Every character is a byte of it.
    text.chars().map(|c| u8::try_from(c).ok()).collect()
}
