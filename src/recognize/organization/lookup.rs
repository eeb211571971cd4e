//! Finds organizations by what they are called.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::agencies::AGENCIES;
use super::names::{Key, compact, distance, key};
use super::{Directory, Entry, MAX_NAME_CHARS, MIN_FUZZY_LETTERS, NameMatch, push_once};
use crate::domain::{Confidence, OrganizationId};
use crate::text::fold::place_tones;

/// The first word of a key that starts as names of agencies do.
fn head_of(key: &str) -> Option<&str> {
    let first = key.split(' ').next()?;
    AGENCIES.is_head(first).then_some(first)
}

impl Directory {
    /// A key without "tỉnh" and the province at its end: both are said or left out at will.
    pub(super) fn without_province(&self, key: &[String]) -> Key {
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
        self.find_name_at(name, None)
    }

    /// Finds the organization a name meant on that day.
    pub(super) fn find_name_at(&self, name: &str, date: Option<Date>) -> NameMatch {
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
                return self.decide(found, name, 1.0, date);
            }
        }
        // "Xã Vĩnh Thạnh", and "P. Hòa Thành" for a ward.
        let ward: Vec<String> = full
            .iter()
            .enumerate()
            .map(|(at, word)| match (at, word.as_str()) {
                (0, "phong") => "phuong".to_owned(),
                (_, word) => word.to_owned(),
            })
            .collect();
        for key in [&full, &ward] {
            if let Some(found) = self.by_place.get(key) {
                return self.decide(found, name, 0.95, date);
            }
        }
        for key in [&full, &bare] {
            if let Some(found) = self.by_compact.get(&compact(key)) {
                return self.decide(found, name, 0.97, date);
            }
        }
        let letters = compact(&full);
        if letters.len() >= 3
            && let Some(found) = self.by_initials.get(&letters)
        {
            return self.decide(found, name, 0.85, date);
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

    pub(super) fn id(&self, entry: usize) -> OrganizationId {
        self.entries
            .get(entry)
            .map_or(OrganizationId(0), |entry| entry.id)
    }

    /// One of the entries that share a mark-less name: the one that is spelled so.
    fn decide(
        &self,
        found: &[usize],
        name: &str,
        confidence: f32,
        date: Option<Date>,
    ) -> NameMatch {
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
        let known = if exact.is_empty() { found } else { &exact };
        if let Some(only) = self.the_valid_one(known, date) {
            return NameMatch::One(self.id(only), Confidence::new(confidence));
        }
        NameMatch::Several(
            found
                .iter()
                .map(|&entry| (self.id(entry), Confidence::new(0.5)))
                .collect(),
        )
    }

    /// The only one of several that existed on that day.
    pub(super) fn the_valid_one(&self, found: &[usize], date: Option<Date>) -> Option<usize> {
        let date = date?;
        let mut valid = found.iter().copied().filter(|&entry| {
            self.entries
                .get(entry)
                .is_some_and(|entry| entry.is_valid(date))
        });
        valid.next().filter(|_| valid.next().is_none())
    }

    /// Whether a name is one of an entry's, a few wrong letters apart: what stands beside the name
    /// in a longer text does not count.
    pub(super) fn is_same_name(&self, entry: &Entry, name: &str) -> bool {
        let written = self.without_province(&key(name)).join(" ");
        let limit = 1 + written.chars().count() / 10;
        entry.spellings.iter().any(|spelling| {
            let known = self.without_province(&key(spelling)).join(" ");
            distance(&written, &known, limit).is_some()
        })
    }

    /// The organizations whose names stand in a longer text, each with its first word's index;
    /// longer names win over shorter ones inside them.
    pub(super) fn names_inside(&self, words: &[String]) -> Vec<usize> {
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
    pub(super) fn is_elsewhere(&self, after: &[String]) -> bool {
        let Some(home) = &self.province else {
            return false;
        };
        let (is_said, rest) = match after {
            [first, rest @ ..] if first == "tinh" => (true, rest),
            [first, second, rest @ ..] if first == "thanh" && second == "pho" => (false, rest),
            rest => (false, rest),
        };
        if rest.starts_with(home) {
            return false;
        }
        (is_said && rest.len() > 1) || AGENCIES.province_at(rest).is_some()
    }

    /// Leaves out organizations to which another one of the list belongs: "Phòng …, Sở …".
    pub(super) fn without_parents(&self, found: &[usize]) -> Vec<usize> {
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
        let head = head_of(&written);
        for (key, entries) in &self.keys {
            // "Bộ Tài chính" is one letter from "Sở Tài chính", and another one.
            if head.is_some() && head_of(key).is_some_and(|other| Some(other) != head) {
                continue;
            }
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

    /// The organization of exactly this name.
    pub(super) fn exact(&self, name: &str, date: Option<Date>) -> Option<usize> {
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
                several => self.the_valid_one(several, date),
            }
        })
    }
}
