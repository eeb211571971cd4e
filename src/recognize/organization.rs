//! Finds out who is speaking.
//!
//! Input are the organizations of the catalogue and everything known about a sender; output is one
//! organization, several for a joint letter, or only candidates when the signals do not suffice: a
//! wrong name is worse than none. The superior agency in the first line of a letterhead is not the
//! speaker. Every signal that counted is kept as evidence.
//!
//! Cases: `fixtures/recognize/organization/`.

mod names;

use std::collections::{BTreeMap, HashMap};

use names::{Key, compact, distance, initials, key};

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
    /// The province all names are in, as far as the names say: ["bac", "giang"].
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

    /// A key without "tỉnh" and the province at its end: both are said or left out at will.
    fn without_province(&self, key: &[String]) -> Key {
        let mut key = key.to_vec();
        if let Some(province) = &self.province
            && key.ends_with(province)
        {
            let rest = key.get(..key.len() - province.len()).unwrap_or(&[]);
            // "thành phố Bắc Giang" is not the province.
            if rest.last().is_some_and(|word| word == "tinh")
                || !rest.ends_with(&["pho".to_owned()])
            {
                let names_place = rest.last().is_some_and(|word| {
                    matches!(
                        word.as_str(),
                        "pho" | "huyen" | "xa" | "phuong" | "tran" | "ubnd" | "cong" | "ty"
                    )
                });
                if !names_place && !rest.is_empty() {
                    key.truncate(rest.len());
                }
            }
        }
        if key.len() > 1 && key.last().is_some_and(|word| word == "tinh") {
            key.pop();
        }
        key
    }

    /// Finds the organization one cell or one typed name means.
    pub fn find_name(&self, name: &str) -> NameMatch {
        if name.chars().count() > MAX_NAME_CHARS {
            return NameMatch::Unknown;
        }
        let full = key(name);
        if full.is_empty() {
            return NameMatch::Unknown;
        }
        let bare = self.without_province(&full);
        for key in [&full, &bare] {
            if let Some(found) = self.by_key.get(key) {
                return self.decide(found, name, 1.0);
            }
        }
        for key in [&full, &bare] {
            if let Some(found) = self.by_compact.get(&compact(key)) {
                return self.decide(found, name, 0.97);
            }
        }
        let letters = compact(&full);
        if letters.len() >= 3
            && let Some(found) = self.by_initials.get(&letters)
        {
            return self.decide(found, name, 0.85);
        }
        let inside = self.names_inside(&full);
        match self.without_parents(&inside).as_slice() {
            [] => self.find_misspelled(&bare),
            [only] => NameMatch::One(self.id(*only), Confidence::new(0.85)),
            several => NameMatch::Several(
                several
                    .iter()
                    .map(|&entry| (self.id(entry), Confidence::new(0.5)))
                    .collect(),
            ),
        }
    }

    fn id(&self, entry: usize) -> OrganizationId {
        self.entries
            .get(entry)
            .map_or(OrganizationId(0), |entry| entry.id)
    }

    /// One of the entries that share a mark-less name: the one that is spelled so.
    fn decide(&self, found: &[usize], name: &str, confidence: f32) -> NameMatch {
        if let [only] = found {
            return NameMatch::One(self.id(*only), Confidence::new(confidence));
        }
        let spelling = place_tones(name.trim());
        let exact: Vec<usize> = found
            .iter()
            .copied()
            .filter(|&entry| {
                self.entries
                    .get(entry)
                    .is_some_and(|entry| entry.spellings.contains(&spelling))
            })
            .collect();
        if let [only] = exact.as_slice() {
            return NameMatch::One(self.id(*only), Confidence::new(confidence));
        }
        NameMatch::Several(
            found
                .iter()
                .map(|&entry| (self.id(entry), Confidence::new(0.5)))
                .collect(),
        )
    }

    /// The organizations whose names stand in a longer text, each with its first word's index;
    /// longer names win over shorter ones inside them.
    fn names_inside(&self, words: &[String]) -> Vec<usize> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(word) = words.get(at) {
            let rest = words.get(at..).unwrap_or(&[]);
            let hit = self
                .by_first_word
                .get(word)
                .and_then(|keys| keys.iter().find(|(key, _)| rest.starts_with(key)));
            // "Sở Tài chính tỉnh Lạng Sơn" is another province's.
            match hit {
                Some((key, entry)) if !self.is_elsewhere(rest.get(key.len()..).unwrap_or(&[])) => {
                    push_once(&mut found, *entry);
                    at += key.len();
                }
                Some((key, _)) => at += key.len(),
                None => at += 1,
            }
        }
        found
    }

    /// Whether the words after a name place it in another province.
    fn is_elsewhere(&self, after: &[String]) -> bool {
        let Some(province) = &self.province else {
            return false;
        };
        after.first().is_some_and(|word| word == "tinh")
            && after.len() > 2
            && !after.get(1..).unwrap_or(&[]).starts_with(province)
    }

    /// Leaves out organizations to which another one of the list belongs: "Phòng …, Sở …".
    fn without_parents(&self, found: &[usize]) -> Vec<usize> {
        let parents: Vec<&str> = found
            .iter()
            .filter_map(|&entry| self.entries.get(entry)?.parent.as_deref())
            .collect();
        found
            .iter()
            .copied()
            .filter(|&entry| {
                self.entries
                    .get(entry)
                    .is_none_or(|entry| !parents.contains(&entry.code.as_str()))
            })
            .collect()
    }

    /// A name with one or two wrong letters, when no other name is nearly as close.
    fn find_misspelled(&self, words: &[String]) -> NameMatch {
        let written = words.join(" ");
        let n_letters = written.chars().count();
        if n_letters < MIN_FUZZY_LETTERS {
            return NameMatch::Unknown;
        }
        let limit = if n_letters < 14 { 1 } else { 2 };
        let mut close: BTreeMap<usize, usize> = BTreeMap::new();
        for (key, entries) in &self.keys {
            let edits = distance(&written, key, limit + 2);
            if let ([entry], Some(edits)) = (entries.as_slice(), edits) {
                let known = close.entry(*entry).or_insert(edits);
                *known = edits.min(*known);
            }
        }
        let mut ranked: Vec<(usize, usize)> = close
            .into_iter()
            .map(|(entry, edits)| (edits, entry))
            .collect();
        ranked.sort_unstable();
        let Some(&(edits, best)) = ranked.first().filter(|(edits, _)| *edits <= limit) else {
            return NameMatch::Unknown;
        };
        let rivals = ranked.iter().take_while(|(other, _)| *other < edits + 2);
        match rivals.clone().count() {
            1 => NameMatch::One(self.id(best), Confidence::new(0.82)),
            _ => NameMatch::Several(
                rivals
                    .map(|&(_, entry)| (self.id(entry), Confidence::new(0.5)))
                    .collect(),
            ),
        }
    }

    /// Finds out who is speaking.
    pub fn recognize(&self, signals: &Signals<'_>) -> OrganizationGuess {
        if let Some(cell) = signals.cell.filter(|cell| !cell.trim().is_empty()) {
            return self.from_cell(cell);
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
            return self.joint(&joint, votes);
        }
        self.weigh(votes)
    }

    fn from_cell(&self, cell: &str) -> OrganizationGuess {
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

    /// Reads the letterhead; gives the organizations of a joint letter.
    fn vote_letterhead(&self, signals: &Signals<'_>, votes: &mut Vec<Vote>) -> Vec<usize> {
        let (Some(head), Some(text)) = (signals.head, signals.letter_text) else {
            return Vec::new();
        };
        let lines: Vec<(Span, &str)> = head
            .agency_lines
            .iter()
            .filter_map(|&span| Some((span, span.slice(text)?)))
            .collect();
        let joined = |from: usize, to: usize| {
            let lines = lines.get(from..to).unwrap_or(&[]);
            lines
                .iter()
                .map(|(_, line)| *line)
                .collect::<Vec<_>>()
                .join(" ")
        };
        // Which organizations the lines name, each by as many lines as it takes.
        let mut named: Vec<(usize, Span)> = Vec::new();
        let mut from = 0;
        while from < lines.len() {
            let hit = (from + 1..=lines.len()).rev().find_map(|to| {
                let entry = self.exact(&joined(from, to))?;
                let span = Span::new(lines.get(from)?.0.start, lines.get(to - 1)?.0.end);
                Some((to, entry, span))
            });
            match hit {
                Some((to, entry, span)) => {
                    named.push((entry, span));
                    from = to;
                }
                None => from += 1,
            }
        }
        // "UBND TỈNH BẮC GIANG / VĂN PHÒNG" is "Văn phòng UBND tỉnh".
        if let [(first_span, first), .., (last_span, last)] = lines.as_slice()
            && let Some(entry) = self.exact(&format!("{last} {first}"))
        {
            named.push((entry, Span::new(first_span.start, last_span.end)));
        }
        let entries: Vec<usize> = named.iter().map(|(entry, _)| *entry).collect();
        let speakers = self.without_parents(&entries);
        let is_joint = speakers.len() > 1
            && (head
                .number
                .as_ref()
                .is_some_and(|number| fold(number.symbol()).starts_with("lt"))
                || lines
                    .iter()
                    .any(|(_, line)| line.trim_end().ends_with(['-', '–'])));
        let Some(&(entry, span)) = named
            .iter()
            .rev()
            .find(|(entry, _)| speakers.contains(entry))
        else {
            return Vec::new();
        };
        if is_joint {
            return speakers;
        }
        votes.push(Vote {
            entry,
            rule: "organization.letterhead",
            span: Some(span),
            confidence: 0.97,
        });
        Vec::new()
    }

    /// The organization of exactly this name.
    fn exact(&self, name: &str) -> Option<usize> {
        let full = key(name);
        let bare = self.without_province(&full);
        [&full, &bare].into_iter().find_map(|key| {
            match self
                .by_key
                .get(key)
                .or_else(|| self.by_compact.get(&compact(key)))?
                .as_slice()
            {
                [only] => Some(*only),
                _ => None,
            }
        })
    }

    /// "1234/STC-QLNS", "311-CV/HNDT".
    fn vote_suffix(&self, signals: &Signals<'_>, votes: &mut Vec<Vote>) {
        let Some(number) = signals.head.and_then(|head| head.number.as_ref()) else {
            return;
        };
        let symbol = number.symbol();
        let agency = suffix_key(symbol.split('-').next().unwrap_or(symbol));
        let whole = suffix_key(symbol);
        let matching: Vec<usize> = (0..self.entries.len())
            .filter(|&entry| {
                self.entries.get(entry).is_some_and(|entry| {
                    entry.suffixes.contains(&agency) || entry.suffixes.contains(&whole)
                })
            })
            .collect();
        if let [only] = matching.as_slice() {
            votes.push(Vote {
                entry: *only,
                rule: "organization.letter_suffix",
                span: None,
                confidence: 0.85,
            });
        }
    }

    fn vote_address(&self, signals: &Signals<'_>, votes: &mut Vec<Vote>) {
        let Some(sender) = signals.sender else { return };
        let vote = |entry, rule, confidence| Vote {
            entry,
            rule,
            span: None,
            confidence,
        };
        if let Some([only]) = self.by_email.get(sender.expose()).map(Vec::as_slice) {
            votes.push(vote(*only, "organization.email", 0.97));
            return;
        }
        let mut domain = sender.domain();
        let mut confidence = 0.9;
        while domain.contains('.') {
            if let Some([only]) = self.by_domain.get(domain).map(Vec::as_slice) {
                votes.push(vote(*only, "organization.domain", confidence));
                return;
            }
            domain = domain.split_once('.').map_or("", |(_, rest)| rest);
            confidence = 0.6;
        }
    }

    fn vote_name(
        &self,
        name: Option<&str>,
        rule: &'static str,
        confidence: f32,
        votes: &mut Vec<Vote>,
    ) {
        let Some(name) = name.filter(|name| !name.trim().is_empty()) else {
            return;
        };
        if let NameMatch::One(id, found) = self.find_name(name)
            && let Some(entry) = self.entries.iter().position(|entry| entry.id == id)
        {
            votes.push(Vote {
                entry,
                rule,
                span: None,
                confidence: confidence * found.value(),
            });
        }
    }

    /// The name below the last words of a letter.
    fn vote_signature(&self, signals: &Signals<'_>, votes: &mut Vec<Vote>) {
        let Some(text) = signals.letter_text else {
            return;
        };
        let lines: Vec<&str> = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        for line in lines.iter().rev().take(6) {
            let folded = fold(line);
            // A line that speaks to the addressee names the addressee.
            if line.chars().count() > 110
                || folded.ends_with('.')
                || folded.contains("gui ")
                || folded.contains("tong hop")
            {
                continue;
            }
            // A signature is a name with a few words around it, and never the addressee's.
            let words = key(line);
            let found = self.without_parents(&self.names_inside(&words));
            let is_name = words.len() <= 14
                && !folded.starts_with("kinh gui")
                && !folded.contains(" cho ")
                && !folded.starts_with("toi ");
            if let [only] = found.as_slice()
                && is_name
            {
                votes.push(Vote {
                    entry: *only,
                    rule: "organization.signature",
                    span: None,
                    confidence: 0.8,
                });
                return;
            }
        }
    }

    /// "…, Sở Y tế đã nghiên cứu …": a clause of the opening sentences that starts with a name. What
    /// is addressed or answered stands after "gửi" or "của".
    fn vote_opening(&self, signals: &Signals<'_>, votes: &mut Vec<Vote>) {
        let Some(text) = signals.letter_text else {
            return;
        };
        let opening: String = text.chars().take(1500).collect();
        let mut found = Vec::new();
        for clause in opening.split([',', ';', ':', '.', '\n']) {
            let words = key(clause);
            let hit = words.first().and_then(|word| {
                let keys = self.by_first_word.get(word)?;
                keys.iter()
                    .find(|(key, _)| words.len() > key.len() && words.starts_with(key))
            });
            if let Some((key, entry)) = hit
                && !self.is_elsewhere(words.get(key.len()..).unwrap_or(&[]))
            {
                push_once(&mut found, *entry);
            }
        }
        if let [only] = self.without_parents(&found).as_slice() {
            votes.push(Vote {
                entry: *only,
                rule: "organization.opening",
                span: None,
                confidence: 0.7,
            });
        }
    }

    fn joint(&self, speakers: &[usize], votes: Vec<Vote>) -> OrganizationGuess {
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
    fn weigh(&self, votes: Vec<Vote>) -> OrganizationGuess {
        let mut doubts: BTreeMap<usize, f32> = BTreeMap::new();
        for vote in &votes {
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
