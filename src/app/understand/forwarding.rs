//! Mails that came inside another one: who forwards does not speak, and his "kính chuyển" is no comment.

use std::collections::BTreeSet;

use crate::intake::{Forwarded, MailHead, PartRole, TextPart};

/// A note above what is forwarded has fewer letters; a longer text is a letter of the forwarder's own.
const NOTE_LETTERS: usize = 200;

/// Which forwarded mail each part of a mail came with.
pub(super) struct Forwards<'a> {
    mail: Option<&'a MailHead>,
    /// By index of the part.
    came_with: Vec<Option<usize>>,
}

impl<'a> Forwards<'a> {
    /// Assigns the parts. Attached mails tell by the path of their parts; of mails forwarded as text
    /// one inside the other, each has one text, and a talk out of a messenger has several.
    pub(super) fn new(mail: Option<&'a MailHead>, parts: &[TextPart]) -> Self {
        let forwarded = mail.map_or([].as_slice(), |mail| mail.forwarded.as_slice());
        let mut came_with = Vec::with_capacity(parts.len());
        for (index, part) in parts.iter().enumerate() {
            let is_like = |other: &&TextPart| other.path == part.path;
            let turn = parts.iter().take(index).filter(is_like).count();
            let mut found: Option<usize> = None;
            let mut n_alike = 0;
            for (at, candidate) in forwarded.iter().enumerate() {
                if candidate.path == part.path {
                    if n_alike <= turn {
                        found = Some(at);
                    }
                    n_alike += 1;
                } else if part.path.starts_with(&candidate.path) {
                    found = Some(at);
                }
            }
            came_with.push(found);
        }
        Self { mail, came_with }
    }

    /// The forwarded mail that a part came with; `None` where the sender wrote it.
    pub(super) fn of(&self, part: usize) -> Option<&'a Forwarded> {
        let at = self.came_with.get(part).copied().flatten()?;
        self.mail?.forwarded.get(at)
    }

    /// Short texts above what is forwarded.
    pub(super) fn notes(&self, parts: &[TextPart]) -> BTreeSet<usize> {
        let innermost = self.came_with.iter().copied().max().flatten();
        let Some(innermost) = innermost else {
            return BTreeSet::new();
        };
        let is_note = |(index, part): &(usize, &TextPart)| {
            let n_letters = part.text.chars().filter(|c| c.is_alphabetic()).count();
            let is_above = self.came_with.get(*index).copied().flatten() < Some(innermost);
            let is_text = part.role == PartRole::Body;
            is_above && is_text && part.tables.is_empty() && n_letters < NOTE_LETTERS
        };
        let notes = parts.iter().enumerate().filter(is_note);
        notes.map(|(index, _)| index).collect()
    }
}
