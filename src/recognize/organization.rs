//! Finds out who is speaking.
//!
//! Input are the organizations of the catalogue and everything known about a sender; output is one
//! organization, several for a joint letter, or only candidates when the signals do not suffice: a
//! wrong name is worse than none. The superior agency in the first line of a letterhead is not the
//! speaker. Every signal that counted is kept as evidence.
//!
//! Whoever is not in the catalogue is named as the letterhead writes it ([`WrittenName`]), for a
//! person to take over; "Sở Tài chính" of another province than the catalogue's (module `home`) is never
//! the one in it.
//!
//! Cases: `fixtures/recognize/organization/`.

mod agencies;
mod forms;
mod home;
mod lookup;
mod names;
mod speaker;
mod spelling;
mod vote;
mod written;

use std::collections::{BTreeMap, HashMap};

use forms::{loosened, signature, without_parentheses};
use jiff::civil::Date;
use names::{Key, compact, key};

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
    /// The day of writing, where the head does not say: names have their time.
    pub date: Option<Date>,
}

/// The name of whoever is in no catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenName {
    /// As a report would print it: "Viện Kiến trúc Quốc gia".
    pub name: String,
    /// The code of the kind its words say.
    pub kind: Option<&'static str>,
    /// How sure.
    pub confidence: Confidence,
    /// Where it is written, in the letter's text.
    pub span: Option<Span>,
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
    /// The name as written, when no organization of the catalogue bears it.
    pub written: Option<WrittenName>,
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
    /// The keys of its names, without the words that may be left out.
    forms: Vec<Key>,
    suffixes: Vec<String>,
    /// The province its names say.
    province: Option<Key>,
    valid_from: Option<Date>,
    valid_to: Option<Date>,
}

impl Entry {
    fn is_valid(&self, date: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= date) && self.valid_to.is_none_or(|to| date <= to)
    }
}

/// The organizations that can be recognized.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    entries: Vec<Entry>,
    by_key: HashMap<Key, Vec<usize>>,
    by_compact: HashMap<String, Vec<usize>>,
    /// The same without the words that may be left out.
    by_form: HashMap<String, Vec<usize>>,
    /// By the first letters of all words: abbreviated names.
    by_signature: HashMap<String, Vec<usize>>,
    /// Committees by their place alone: "xã Vĩnh Thạnh".
    by_place: HashMap<Key, Vec<usize>>,
    /// By that place's bare name: "Vĩnh Thạnh".
    by_bare_place: HashMap<Key, Vec<usize>>,
    /// Keys by their first word, longest first, to find names inside longer texts.
    by_first_word: HashMap<String, Vec<(Key, usize)>>,
    /// All keys in one piece each, in order, for names with wrong letters.
    keys: Vec<(String, Vec<usize>)>,
    by_email: HashMap<String, Vec<usize>>,
    by_domain: HashMap<String, Vec<usize>>,
    /// The province the directory is of, as far as its names say.
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
            province: home::home_of(organizations),
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
        let mut forms: Vec<Key> = Vec::new();
        for name in names {
            let full = key(name);
            let bare = self.without_province(&full);
            for other in without_parentheses(name) {
                let full = key(&other);
                let bare = self.without_province(&full);
                for form in [loosened(&full), loosened(&bare)] {
                    if !form.is_empty() && !forms.contains(&form) {
                        forms.push(form);
                    }
                }
            }
            for key in [full, bare] {
                if key.is_empty() {
                    continue;
                }
                if let [first, rest @ ..] = key.as_slice()
                    && first == "ubnd"
                    && rest.len() > 1
                {
                    push_once(self.by_place.entry(rest.to_vec()).or_default(), entry);
                    let place = bare_place(rest).to_vec();
                    push_once(self.by_bare_place.entry(place).or_default(), entry);
                }
                push_once(self.by_compact.entry(compact(&key)).or_default(), entry);
                push_once(self.by_key.entry(key).or_default(), entry);
            }
        }
        for form in &forms {
            push_once(self.by_form.entry(compact(form)).or_default(), entry);
            if let Some(letters) = signature(form) {
                push_once(self.by_signature.entry(letters).or_default(), entry);
            }
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
            forms,
            suffixes: organization
                .letter_suffixes
                .iter()
                .map(|suffix| suffix_key(suffix))
                .collect(),
            province: std::iter::once(&organization.name)
                .chain(&organization.aliases)
                .find_map(|name| home::province_of_name(name)),
            valid_from: organization.valid_from,
            valid_to: organization.valid_to,
        });
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

/// "xã Vĩnh Thạnh" without the word for what it is.
fn bare_place(place: &[String]) -> &[String] {
    let n = match place {
        [first, second, ..]
            if matches!(
                (&**first, &**second),
                ("thanh", "pho") | ("thi", "xa" | "tran") | ("dac", "khu")
            ) =>
        {
            2
        }
        [first, ..] if matches!(&**first, "xa" | "phuong" | "huyen" | "quan" | "tinh") => 1,
        _ => 0,
    };
    place.get(n..).unwrap_or(place)
}

/// A letter suffix in the form in which equal ones are equal.
fn suffix_key(suffix: &str) -> String {
    fold(suffix)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

#[cfg(test)]
mod tests;
