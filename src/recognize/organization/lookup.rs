//! Finds organizations by what they are called.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::agencies::AGENCIES;
use super::forms::{
    is_abbreviated, is_all_letters, loosened, numerals, other_names, signature, without_last_tinh,
    without_parentheses,
};
use super::home::province_of_name;
use super::names::{Key, compact, distance, key};
use super::{Directory, Entry, MAX_NAME_CHARS, MIN_FUZZY_LETTERS, NameMatch, push_once};
use crate::domain::{Confidence, OrganizationId};
use crate::text::fold::place_tones;

/// The first word of a key that starts as names of agencies do.
fn head_of(key: &str) -> Option<&str> {
    let first = key.split(' ').next()?;
    AGENCIES.is_head(first).then_some(first)
}

/// Whether a written name and a known one, in one piece, have the same numbers.
fn is_one_number(words: &[String], known: &str) -> bool {
    let known: Key = known.split(' ').map(str::to_owned).collect();
    numerals(words) == numerals(&known)
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
                        "pho"
                            | "huyen"
                            | "xa"
                            | "phuong"
                            | "tran"
                            | "ubnd"
                            | "hdnd"
                            | "cong"
                            | "ty"
                    )
                });
                if !names_place && !rest.is_empty() {
                    key.truncate(rest.len());
                }
            }
        }
        without_last_tinh(&mut key);
        key
    }

    /// The entries that a name with its province means in a directory that names none: its "Công an
    /// tỉnh" is of whichever province writes.
    fn of_any_province(&self, name: &str, full: &[String]) -> Option<&Vec<usize>> {
        if self.province.is_some() {
            return None;
        }
        let before = full.strip_suffix(province_of_name(name)?.as_slice())?;
        let bare = before.strip_suffix(&["tinh".to_owned()])?;
        self.by_key.get(before).or_else(|| self.by_key.get(bare))
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
        if let Some(found) = self.of_any_province(name, &full) {
            return self.decide(found, name, 0.95, date);
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
        if let Some((found, confidence)) = self.in_other_form(name) {
            return self.decide(&found, name, confidence, date);
        }
        if let Some((found, confidence)) = self.under_other_name(&full) {
            return self.decide(&found, name, confidence, date);
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

    /// The organizations whose names, the words that may be left out set aside, are this one in
    /// full or abbreviated; and how sure that is.
    pub(super) fn in_other_form(&self, name: &str) -> Option<(Vec<usize>, f32)> {
        let names: Vec<Key> = without_parentheses(name)
            .iter()
            .map(|name| key(name))
            .collect();
        self.bearing(&names)
    }

    fn bearing(&self, names: &[Key]) -> Option<(Vec<usize>, f32)> {
        let forms: Vec<Key> = names
            .iter()
            .flat_map(|name| [loosened(&self.without_province(name)), loosened(name)])
            .filter(|form| form.len() > 1 || is_all_letters(form))
            .collect();
        forms
            .iter()
            .find_map(|form| Some((self.by_form.get(&compact(form))?.clone(), 0.95)))
            .or_else(|| forms.iter().find_map(|form| self.abbreviating(form)))
    }

    /// The organizations of which this is an abbreviation, or the full name.
    fn abbreviating(&self, form: &[String]) -> Option<(Vec<usize>, f32)> {
        let found: Vec<usize> = self
            .by_signature
            .get(&signature(form)?)?
            .iter()
            .copied()
            .filter(|&entry| {
                self.entries
                    .get(entry)
                    .is_some_and(|known| known.forms.iter().any(|own| is_abbreviated(own, form)))
            })
            .collect();
        let confidence = if is_all_letters(form) { 0.85 } else { 0.9 };
        (!found.is_empty()).then_some((found, confidence))
    }

    /// The organizations that bore this name before, or bear it since: those that took over others
    /// are only candidates.
    pub(super) fn under_other_name(&self, full: &[String]) -> Option<(Vec<usize>, f32)> {
        other_names(full).into_iter().find_map(|(name, is_same)| {
            let (found, _) = self.bearing(&[name])?;
            Some((found, if is_same { 0.85 } else { 0.6 }))
        })
    }

    /// The committee of a place that is named alone in an organization's cell.
    pub(super) fn at_place(&self, name: &str, date: Option<Date>) -> NameMatch {
        match self.by_bare_place.get(&key(name)) {
            Some(found) => self.decide(found, name, 0.82, date),
            None => NameMatch::Unknown,
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
        let words = self.without_province(&key(name));
        let written = words.join(" ");
        let limit = 1 + written.chars().count() / 10;
        let form = loosened(&words);
        let is_close = |spelling: &String| {
            let known = self.without_province(&key(spelling));
            distance(&written, &known.join(" "), limit).is_some()
                && numerals(&known) == numerals(&words)
        };
        let is_former = || {
            other_names(&key(name)).iter().any(|(name, is_same)| {
                let former = loosened(&self.without_province(name));
                *is_same && (entry.forms.contains(&former) || entry.forms.contains(&loosened(name)))
            })
        };
        let is_of_province = || {
            let found = self.of_any_province(name, &key(name));
            found.is_some_and(|found| found.iter().any(|&at| self.id(at) == entry.id))
        };
        entry.spellings.iter().any(is_close)
            || is_of_province()
            || entry.forms.iter().any(|own| is_abbreviated(own, &form))
            || is_former()
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
            if let ([entry], Some(edits)) = (entries.as_slice(), edits)
                && is_one_number(words, key)
            {
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
        let the_one = |found: &[usize]| match found {
            [only] => Some(*only),
            several => self.the_valid_one(several, date),
        };
        let by_key = [&full, &bare].into_iter().find_map(|key| {
            let found = self.by_key.get(key);
            the_one(found.or_else(|| self.by_compact.get(&compact(key)))?)
        });
        by_key.or_else(|| the_one(&self.in_other_form(name)?.0))
    }
}
