//! One mail with several letters: a records office forwards what came that day. Each letter is a
//! submission of its own; the mail around them speaks for nobody.

use super::{Dossier, OtherLetter};
use crate::domain::LetterNumber;
use crate::intake::{PartRole, TextPart};
use crate::recognize::letter::read_letter_head;

/// Index of the first part of each letter, where there are several: those with a number of their own
/// below the name of an agency. The request that is answered is none of them.
fn letters(dossier: &Dossier, parts: &[TextPart]) -> Vec<usize> {
    let is_attached = |part: &TextPart| part.role == PartRole::Attachment;
    if parts.iter().filter(|part| is_attached(part)).count() < 2 {
        return Vec::new();
    }
    let mut found: Vec<(usize, LetterNumber)> = Vec::new();
    for (index, part) in parts
        .iter()
        .enumerate()
        .filter(|(_, part)| is_attached(part))
    {
        let head = read_letter_head(&part.text);
        let Some(number) = head.number else { continue };
        let is_known = found.iter().any(|(_, known)| *known == number);
        if !head.agency_lines.is_empty() && !is_known && !dossier.is_request(&number) {
            found.push((index, number));
        }
    }
    if found.len() < 2 {
        return Vec::new();
    }
    found.into_iter().map(|(index, _)| index).collect()
}

/// One letter out of a mail.
pub(super) struct OneLetter {
    /// Its parts; the mail's own words go with the first letter, an annex with the one before it.
    pub(super) parts: Vec<TextPart>,
    /// The others, told with the first one.
    pub(super) others: Vec<OtherLetter>,
    /// Whether there are others: then whoever sent the mail is none of their authors.
    pub(super) is_of_several: bool,
}

/// Takes the letter with this turn out of a mail, from 0.
pub(super) fn take_one(dossier: &Dossier, parts: Vec<TextPart>, letter: usize) -> OneLetter {
    let letters = letters(dossier, &parts);
    let is_of_several = !letters.is_empty();
    if !is_of_several && letter == 0 {
        return OneLetter {
            parts,
            others: Vec::new(),
            is_of_several,
        };
    }
    let turns = letters.iter().enumerate().skip(1);
    let others = turns
        .filter(|_| letter == 0)
        .filter_map(|(number, &index)| {
            let path = parts.get(index)?.path.clone();
            Some(OtherLetter { number, path })
        })
        .collect();
    let start = match letters.get(letter) {
        _ if letter == 0 => 0,
        Some(&start) => start,
        // What it was read by is gone: it waits for a person, without a text.
        None => parts.len(),
    };
    let end = letters.get(letter + 1).copied().unwrap_or(parts.len());
    OneLetter {
        parts: parts.into_iter().take(end).skip(start).collect(),
        others,
        is_of_several,
    }
}
