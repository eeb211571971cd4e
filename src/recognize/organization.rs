//! Finds out who is speaking.
//!
//! Input are the organizations of the catalogue and everything known about a sender; output is one
//! organization, several for a joint letter, or only candidates when the signals do not suffice: a
//! wrong name is worse than none. The superior agency in the first line of a letterhead is not the
//! speaker. Every signal that counted is kept as evidence.
//!
//! Cases: `fixtures/recognize/organization/`.

mod lookup;
mod names;
mod vote;

use std::collections::{BTreeMap, HashMap};

use names::{Key, compact, initials, key};

use super::letter::LetterHead;
use crate::domain::{
    Confidence, EmailAddress, Evidence, Finding, Organization, OrganizationId, Span,
};
use crate::text::fold::{fold, place_tones};

/// Names longer than this are no names.
const MAX_NAME_CHARS: usize = 200;
/// Misspellings are looked for in names of at least this many letters.
const MIN_FUZZY_LETTERS: usize = 8;

/// Everything known about the sender of one submission.
#[derive(Debug, Clone, Copy, Default)]
pub struct Signals<'a> {
    /// The text of the letter.
    pub letter_text: Option<&'a str>,
    /// What the letter says about itself; its spans are in `letter_text`.
    pub head: Option<&'a LetterHead>,
    /// The display name of the e-mail's sender.
    pub sender_name: Option<&'a str>,
    /// The address of the e-mail's sender.
    pub sender: Option<&'a EmailAddress>,
    /// The e-mail's subject.
    pub mail_subject: Option<&'a str>,
    /// What the organization's cell of a table row says.
    pub cell: Option<&'a str>,
}

/// Who is speaking, as far as the signals tell.
#[derive(Debug, Clone, PartialEq)]
pub struct OrganizationGuess {
    /// The speakers: several for a joint letter; empty when unsure.
    pub organizations: Vec<OrganizationId>,
    /// All who come into question, best first.
    pub candidates: Vec<(OrganizationId, Confidence)>,
    /// How sure.
    pub confidence: Confidence,
    /// Why.
    pub evidence: Vec<Evidence>,
}

/// What one written name can mean.
#[derive(Debug, Clone, PartialEq)]
pub enum NameMatch {
    /// Exactly one organization.
    One(OrganizationId, Confidence),
    /// Several, best first.
    Several(Vec<(OrganizationId, Confidence)>),
    /// None that is known.
    Unknown,
}

/// One organization, prepared.
#[derive(Debug, Clone)]
struct Entry {
    id: OrganizationId,
    code: String,
    parent: Option<String>,
    /// The name and its aliases with marks, to tell names apart that only marks distinguish.
    spellings: Vec<String>,
    suffixes: Vec<String>,
}

/// The organizations that can be recognized.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    entries: Vec<Entry>,
    by_key: HashMap<Key, Vec<usize>>,
    by_compact: HashMap<String, Vec<usize>>,
    by_initials: HashMap<String, Vec<usize>>,
    /// Keys by their first word, longest first, to find names inside longer texts.
    by_first_word: HashMap<String, Vec<(Key, usize)>>,
    /// All keys in one piece each, in order, for names with wrong letters.
    keys: Vec<(String, Vec<usize>)>,
    by_email: HashMap<String, Vec<usize>>,
    by_domain: HashMap<String, Vec<usize>>,
    /// The province all names are in, as far as the names say.
    province: Option<Key>,
}

/// One reason to believe in one organization.
struct Vote {
    entry: usize,
    rule: &'static str,
    span: Option<Span>,
    confidence: f32,
}

impl Directory {
    /// Prepares the names of organizations for recognition.
    pub fn new(organizations: &[Organization]) -> Self {
        let mut directory = Self {
            province: find_province(organizations),
            ..Self::default()
        };
        for organization in organizations {
            directory.add(organization);
        }
        // Longest first; a name of one short word is too little inside a text.
        let mut inside: BTreeMap<String, Vec<(Key, usize)>> = BTreeMap::new();
        let mut keys: Vec<(&Key, &Vec<usize>)> = directory.by_key.iter().collect();
        keys.sort_unstable();
        directory.keys = keys
            .iter()
            .map(|(key, entries)| (key.join(" "), (*entries).clone()))
            .collect();
        for (key, entries) in keys {
            let letters: usize = key.iter().map(String::len).sum();
            if let (Some(first), [entry]) = (key.first(), entries.as_slice())
                && key.len() >= 2
                && letters >= 5
            {
                inside
                    .entry(first.clone())
                    .or_default()
                    .push((key.clone(), *entry));
            }
        }
        for (first, mut keys) in inside {
            keys.sort_by_key(|(key, _)| std::cmp::Reverse(key.len()));
            directory.by_first_word.insert(first, keys);
        }
        directory
    }

    fn add(&mut self, organization: &Organization) {
        let entry = self.entries.len();
        let spellings: Vec<String> = std::iter::once(&organization.name)
            .chain(&organization.aliases)
            .map(|name| place_tones(name))
            .collect();
        let names = std::iter::once(&organization.name)
            .chain(&organization.aliases)
            .chain(std::iter::once(&organization.code));
        for name in names {
            let full = key(name);
            let bare = self.without_province(&full);
            for key in [full, bare] {
                if key.is_empty() {
                    continue;
                }
                push_once(self.by_compact.entry(compact(&key)).or_default(), entry);
                push_once(self.by_key.entry(key).or_default(), entry);
            }
        }
        let letters = initials(&self.without_province(&key(&organization.name)));
        if letters.len() >= 3 {
            push_once(self.by_initials.entry(letters).or_default(), entry);
        }
        for email in &organization.emails {
            push_once(
                self.by_email
                    .entry(email.expose().to_lowercase())
                    .or_default(),
                entry,
            );
        }
        for domain in &organization.domains {
            push_once(
                self.by_domain.entry(domain.to_lowercase()).or_default(),
                entry,
            );
        }
        self.entries.push(Entry {
            id: organization.id,
            code: organization.code.clone(),
            parent: organization.parent.clone(),
            spellings,
            suffixes: organization
                .letter_suffixes
                .iter()
                .map(|suffix| suffix_key(suffix))
                .collect(),
        });
    }

    /// Finds out who is speaking.
    pub fn recognize(&self, signals: &Signals<'_>) -> OrganizationGuess {
        if let Some(cell) = signals.cell.filter(|cell| !cell.trim().is_empty()) {
            return self.read_cell(cell);
        }
        let mut votes = Vec::new();
        let joint = self.vote_letterhead(signals, &mut votes);
        self.vote_suffix(signals, &mut votes);
        self.vote_address(signals, &mut votes);
        self.vote_name(
            signals.sender_name,
            "organization.sender_name",
            0.85,
            &mut votes,
        );
        self.vote_signature(signals, &mut votes);
        self.vote_opening(signals, &mut votes);
        self.vote_name(
            signals.mail_subject,
            "organization.subject",
            0.6,
            &mut votes,
        );
        if joint.len() > 1 {
            return self.joint(&joint, &votes);
        }
        self.weigh(&votes)
    }

    fn read_cell(&self, cell: &str) -> OrganizationGuess {
        let evidence = |rule, confidence| {
            vec![Evidence::outside(
                Finding::Organization,
                rule,
                Confidence::new(confidence),
            )]
        };
        match self.find_name(cell) {
            NameMatch::One(id, confidence) => OrganizationGuess {
                organizations: if confidence.needs_person() {
                    Vec::new()
                } else {
                    vec![id]
                },
                candidates: vec![(id, confidence)],
                confidence,
                evidence: evidence("organization.cell", confidence.value()),
            },
            NameMatch::Several(candidates) => {
                // "Sở Tài chính; Sở Nội vụ" in one cell are joint speakers.
                let parts: Vec<OrganizationId> = cell
                    .split([';', '\n'])
                    .filter(|part| !part.trim().is_empty())
                    .filter_map(|part| match self.find_name(part) {
                        NameMatch::One(id, confidence) if !confidence.needs_person() => Some(id),
                        _ => None,
                    })
                    .collect();
                let n_parts = cell
                    .split([';', '\n'])
                    .filter(|part| !part.trim().is_empty())
                    .count();
                let is_joint = parts.len() > 1 && parts.len() == n_parts;
                let confidence = Confidence::new(if is_joint { 0.9 } else { 0.5 });
                OrganizationGuess {
                    organizations: if is_joint { parts } else { Vec::new() },
                    candidates,
                    confidence,
                    evidence: evidence("organization.cell", confidence.value()),
                }
            }
            NameMatch::Unknown => OrganizationGuess {
                organizations: Vec::new(),
                candidates: Vec::new(),
                confidence: Confidence::new(0.0),
                evidence: Vec::new(),
            },
        }
    }

    fn joint(&self, speakers: &[usize], votes: &[Vote]) -> OrganizationGuess {
        let confidence = Confidence::new(0.9);
        let mut evidence = vec![Evidence::outside(
            Finding::Organization,
            "organization.joint_letterhead",
            confidence,
        )];
        evidence.extend(votes.iter().map(Vote::evidence));
        OrganizationGuess {
            organizations: speakers.iter().map(|&entry| self.id(entry)).collect(),
            candidates: speakers
                .iter()
                .map(|&entry| (self.id(entry), confidence))
                .collect(),
            confidence,
            evidence,
        }
    }

    /// Adds the votes up. Signals that speak for a parent do not speak against its part.
    fn weigh(&self, votes: &[Vote]) -> OrganizationGuess {
        let mut doubts: BTreeMap<usize, f32> = BTreeMap::new();
        for vote in votes {
            *doubts.entry(vote.entry).or_insert(1.0) *= 1.0 - vote.confidence;
        }
        let mut ranked: Vec<(usize, f32)> = doubts
            .into_iter()
            .map(|(entry, doubt)| (entry, 1.0 - doubt))
            .collect();
        ranked.sort_by(|first, second| second.1.total_cmp(&first.1));
        let letterhead = votes
            .iter()
            .find(|vote| vote.rule == "organization.letterhead")
            .map(|vote| vote.entry);
        // The letter speaks for who wrote it, whoever forwarded it.
        if let Some(at) =
            letterhead.and_then(|entry| ranked.iter().position(|(other, _)| *other == entry))
        {
            let first = ranked.remove(at);
            ranked.insert(0, first);
        }
        let best = ranked.first().copied();
        let rival = ranked
            .iter()
            .skip(1)
            .filter(|(entry, _)| !best.is_some_and(|(best, _)| self.are_related(best, *entry)))
            .map(|(_, score)| *score)
            .fold(0.0_f32, f32::max);
        let confidence = match best {
            Some(_) if letterhead.is_some() && rival > 0.8 => 0.85,
            Some((_, score)) if letterhead.is_some() => score,
            Some((_, score)) if rival > 0.5 => score * 0.6,
            Some((_, score)) => score,
            None => 0.0,
        };
        let confidence = Confidence::new(confidence);
        OrganizationGuess {
            organizations: best
                .filter(|_| !confidence.needs_person())
                .map(|(entry, _)| self.id(entry))
                .into_iter()
                .collect(),
            candidates: ranked
                .iter()
                .map(|&(entry, score)| (self.id(entry), Confidence::new(score)))
                .collect(),
            confidence,
            evidence: votes.iter().map(Vote::evidence).collect(),
        }
    }

    /// Whether one belongs to the other.
    fn are_related(&self, first: usize, second: usize) -> bool {
        let (Some(first), Some(second)) = (self.entries.get(first), self.entries.get(second))
        else {
            return false;
        };
        first.parent.as_deref() == Some(&second.code)
            || second.parent.as_deref() == Some(&first.code)
    }
}

impl Vote {
    fn evidence(&self) -> Evidence {
        Evidence {
            what: Finding::Organization,
            rule: self.rule.into(),
            span: self.span,
            confidence: Confidence::new(self.confidence),
        }
    }
}

fn push_once(list: &mut Vec<usize>, entry: usize) {
    if !list.contains(&entry) {
        list.push(entry);
    }
}

/// A letter suffix in the form in which equal ones are equal.
fn suffix_key(suffix: &str) -> String {
    fold(suffix)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// The province most names end with: "… tỉnh Bắc Giang".
fn find_province(organizations: &[Organization]) -> Option<Key> {
    let mut counts: BTreeMap<Key, usize> = BTreeMap::new();
    for organization in organizations {
        for name in std::iter::once(&organization.name).chain(&organization.aliases) {
            let key = key(name);
            if let Some(at) = key.iter().rposition(|word| word == "tinh") {
                let province = key.get(at + 1..).unwrap_or(&[]);
                if (2..=3).contains(&province.len()) {
                    *counts.entry(province.to_vec()).or_default() += 1;
                }
            }
        }
    }
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map(|(province, _)| province)
}

#[cfg(test)]
mod tests;
