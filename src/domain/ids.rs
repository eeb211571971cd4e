//! Identifiers: one type for each kind of thing, so that they cannot be mixed up.

use std::fmt;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

id! {
    /// Somebody who can sign in.
    AccountId;
    /// A dossier being consulted on.
    ConsultationId;
    /// A document of the dossier (Đề án, Tờ trình …).
    DocumentId;
    /// A numbered version of a document.
    DraftId;
    /// A node of a document's outline; stable across drafts.
    SectionId;
    /// One asking for comments.
    RoundId;
    /// Someone who is asked or who writes.
    OrganizationId;
    /// One import of one file.
    BatchId;
    /// One thing received.
    SubmissionId;
    /// One piece of text of a submission: a mail body, an attachment, a table row.
    PartId;
    /// One idea in a submission; the unit that is answered.
    PointId;
    /// Points that say the same and are answered once.
    GroupId;
    /// One version of an answer.
    ResponseId;
}

/// The SHA-256 of original bytes: the name under which they are kept for ever.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash(pub [u8; 32]);

impl ContentHash {
    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
