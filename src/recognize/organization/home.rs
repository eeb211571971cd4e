//! Which province a name names, and which one a directory is of.
//!
//! A directory is of the province whose own authorities are in it ("Tỉnh đoàn Phú Sơn", "UBND tỉnh
//! Phú Sơn"), else of the one most of its names say. "Sở Tài chính tỉnh Lạng Sơn" beside another
//! entry "Sở Tài chính" is a stranger and tells nothing. A directory that names no province has no
//! home: then no letterhead contradicts it.

use std::collections::{BTreeMap, HashMap};

use super::agencies::{AGENCIES, words_of};
use super::names::{Key, distance, key};
use crate::domain::Organization;
use crate::text::fold::{fold, place_tones};

/// A province and the words of the name before it.
struct Said {
    province: Key,
    before: Key,
}

/// "Tỉnh đoàn Phú Sơn", "Tỉnh ủy Phú Sơn": the province stands after the second word.
pub(super) fn after_province_word(words: &[String]) -> &[String] {
    match words {
        [first, rest @ ..] if matches!(first.as_str(), "doan" | "uy" | "hoi") => rest,
        words => words,
    }
}

/// The province a name says.
pub(super) fn province_of_name(name: &str) -> Option<Key> {
    said_in(name, &key(name)).map(|said| said.province)
}

/// Whether two provinces are two: one wrong letter in a name that is no province's is a slip.
pub(super) fn is_other(first: &[String], second: &[String]) -> bool {
    if first.ends_with(second) || second.ends_with(first) {
        return false;
    }
    let are_known = AGENCIES.province(first).is_some() && AGENCIES.province(second).is_some();
    are_known || distance(&first.join(" "), &second.join(" "), 1).is_none()
}

/// The province a directory is of.
pub(super) fn home_of(organizations: &[Organization]) -> Option<Key> {
    let names: Vec<(usize, &str, Key)> = organizations
        .iter()
        .enumerate()
        .flat_map(|(entry, organization)| {
            std::iter::once(&organization.name)
                .chain(&organization.aliases)
                .map(move |name| (entry, name.as_str(), key(name)))
        })
        .collect();
    let mut bearers: HashMap<&[String], Vec<usize>> = HashMap::new();
    for (entry, _, words) in &names {
        let plain = match words.as_slice() {
            [plain @ .., last] if last == "tinh" => plain,
            all => all,
        };
        bearers.entry(plain).or_default().push(*entry);
    }
    let mut authorities: BTreeMap<Key, usize> = BTreeMap::new();
    let mut all: BTreeMap<Key, usize> = BTreeMap::new();
    for (entry, name, words) in &names {
        let Some(said) = said_in(name, words) else {
            continue;
        };
        let has_namesake = bearers.get(said.before.as_slice()).is_some_and(|bearers| {
            !said.before.is_empty() && bearers.iter().all(|bearer| bearer != entry)
        });
        if is_authority(words) {
            *authorities.entry(said.province.clone()).or_default() += 1;
        } else if has_namesake {
            continue;
        }
        *all.entry(said.province).or_default() += 1;
    }
    most(authorities).or_else(|| most(all))
}

/// The one of more than half; a directory of many provinces has no home.
fn most(counts: BTreeMap<Key, usize>) -> Option<Key> {
    let total: usize = counts.values().sum();
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .filter(|(_, count)| count * 2 > total)
        .map(|(province, _)| province)
}

/// Whether a name is that of a province's own committee, council, party or youth union.
fn is_authority(words: &[String]) -> bool {
    const STARTS: [&[&str]; 7] = [
        &["ubnd", "tinh"],
        &["hdnd", "tinh"],
        &["tinh", "uy"],
        &["tinh", "doan"],
        &["ubnd", "thanh", "pho"],
        &["thanh", "uy"],
        &["thanh", "doan"],
    ];
    STARTS.iter().any(|start| {
        words.len() > start.len() && words.iter().zip(*start).all(|(word, known)| word == known)
    })
}

fn said_in(name: &str, words: &[String]) -> Option<Said> {
    let said = |at: usize, province: &[String]| Said {
        province: province.to_vec(),
        before: words.get(..at).unwrap_or(&[]).to_vec(),
    };
    let mut invented = None;
    for at in (0..words.len()).filter(|&at| words.get(at).is_some_and(|word| word == "tinh")) {
        let after = after_province_word(words.get(at + 1..).unwrap_or(&[]));
        if let Some((n, _)) = AGENCIES.province_at(after) {
            return Some(said(at, after.get(..n)?));
        }
        let is_union = words.get(at + 1).is_some_and(|word| word == "hoi");
        if invented.is_none() && !is_union && (2..=3).contains(&after.len()) && says_province(name)
        {
            invented = Some(said(at, after));
        }
    }
    let first = words.first()?.as_str();
    let is_local = matches!(first, "so" | "ubnd" | "hdnd" | "thanh" | "ban");
    let at_end = |at: &usize| {
        let after = words.get(*at..).unwrap_or(&[]);
        let before = words.get(at - 1).map_or("", String::as_str);
        let found = AGENCIES.province_at(after);
        found.is_some_and(|(n, is_city)| {
            // "UBND thành phố Hải Phòng", "Thành ủy Huế"; "Sở Xây dựng Hải Phòng", "UBND Hà Nam".
            let of_city = is_city && matches!(before, "pho" | "uy" | "doan");
            let bare = first == "so" || *at == 1;
            let of_part = matches!(
                before,
                "pho" | "xa" | "huyen" | "phuong" | "quan" | "tran" | "khu"
            );
            n == after.len() && (of_city || (bare && !of_part))
        })
    };
    let known = || {
        let at = (1..words.len()).filter(|_| is_local).find(at_end)?;
        let is_city = words.get(at - 1).is_some_and(|word| word == "pho");
        let start = if is_city { at.saturating_sub(2) } else { at };
        Some(said(start, words.get(at..)?))
    };
    known().or(invented)
}

/// Whether a name has the word "tỉnh": without marks also "tính" and "tĩnh" look like it.
fn says_province(name: &str) -> bool {
    words_of(name).any(|word| {
        let word = place_tones(word).to_lowercase();
        word == "tỉnh" || (word == fold(&word) && word == "tinh")
    })
}
