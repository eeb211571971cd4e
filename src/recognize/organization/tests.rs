use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::{prop_assert, proptest};

use super::{Directory, NameMatch, Signals};
use crate::domain::{EmailAddress, Organization, OrganizationId};
use crate::recognize::letter::read_letter_head;
use crate::text::normalize::normalize;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/recognize/organization")
}

fn catalogue() -> Vec<Organization> {
    let text = normalize(&fs::read_to_string(fixtures().join("catalogue.tsv")).unwrap());
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .zip(1..)
        .map(|(line, id)| {
            let mut cells = line.split('\t');
            let mut next = || cells.next().unwrap_or("").to_owned();
            let list = |cell: String| -> Vec<String> {
                cell.split('|')
                    .filter(|item| !item.is_empty())
                    .map(str::to_owned)
                    .collect()
            };
            let (code, name, parent) = (next(), next(), next());
            let (aliases, letter_suffixes, domains) = (list(next()), list(next()), list(next()));
            let emails = list(next());
            Organization {
                id: OrganizationId(id),
                code,
                name,
                kind: String::new(),
                parent: (!parent.is_empty()).then_some(parent),
                aliases,
                letter_suffixes,
                domains,
                emails: emails
                    .iter()
                    .filter_map(|email| EmailAddress::parse(email))
                    .collect(),
                valid_from: None,
                valid_to: None,
            }
        })
        .collect()
}

fn code(catalogue: &[Organization], id: OrganizationId) -> &str {
    &catalogue
        .iter()
        .find(|organization| organization.id == id)
        .unwrap()
        .code
}

#[test]
fn names() {
    let catalogue = catalogue();
    let directory = Directory::new(&catalogue);
    let mut misses = Vec::new();
    for line in fs::read_to_string(fixtures().join("names.txt"))
        .unwrap()
        .lines()
    {
        let line = normalize(line);
        let Some((name, expected)) = line.split_once(" ⇒ ") else {
            continue;
        };
        let found = |name: &str| match directory.find_name(name) {
            NameMatch::One(id, _) => code(&catalogue, id).to_owned(),
            NameMatch::Several(candidates) => {
                let codes: Vec<&str> = candidates
                    .iter()
                    .map(|(id, _)| code(&catalogue, *id))
                    .collect();
                format!("? {}", codes.join(" "))
            }
            NameMatch::Unknown => "-".to_owned(),
        };
        for variation in [
            name.to_owned(),
            format!("  {}  ", name.replace(' ', "  ")),
            name.to_uppercase(),
        ] {
            let found = found(&variation);
            if found != expected {
                misses.push(format!("{variation}: expected {expected}, found {found}"));
            }
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn senders() {
    let catalogue = catalogue();
    let directory = Directory::new(&catalogue);
    let all = normalize(&fs::read_to_string(fixtures().join("senders.txt")).unwrap());
    let mut misses = Vec::new();
    for case in all.split("=== ").filter(|case| !case.trim().is_empty()) {
        let (title, rest) = case.split_once('\n').unwrap();
        let (mut text, expected) = rest.split_once("⇒ ").unwrap();
        let (mut sender, mut sender_name) = (None, None);
        while let Some((line, after)) = text
            .strip_prefix("@ ")
            .and_then(|rest| rest.split_once('\n'))
        {
            match line.split_once(' ').unwrap() {
                ("from", address) => sender = EmailAddress::parse(address),
                (_, name) => sender_name = Some(name),
            }
            text = after;
        }
        let head = read_letter_head(text);
        let guess = directory.recognize(&Signals {
            letter_text: Some(text),
            head: Some(&head),
            sender: sender.as_ref(),
            sender_name,
            ..Signals::default()
        });
        let codes: Vec<&str> = guess
            .organizations
            .iter()
            .map(|&id| code(&catalogue, id))
            .collect();
        let found = if codes.is_empty() {
            "-".to_owned()
        } else {
            codes.join(" ")
        };
        if found != expected.trim() {
            misses.push(format!(
                "{title}: expected {}, found {found} {guess:?}",
                expected.trim()
            ));
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn two_names_in_a_cell_are_joint_speakers() {
    let catalogue = catalogue();
    let directory = Directory::new(&catalogue);
    let guess = directory.recognize(&Signals {
        cell: Some("Sở Nội vụ; Sở Tài chính"),
        ..Signals::default()
    });
    let codes: Vec<&str> = guess
        .organizations
        .iter()
        .map(|&id| code(&catalogue, id))
        .collect();
    assert_eq!(codes, ["SNV", "STC"]);
}

proptest! {
    #[test]
    fn nothing_panics(name in "(UBND|huyện|Sở|Tài|chính|Lục|Nam| |-|;|,|tỉnh|Phú|Sơn|KH&CN){0,12}|\\PC{0,60}") {
        let directory = Directory::new(&catalogue());
        let found = directory.find_name(&name);
        prop_assert!(!matches!(found, NameMatch::Several(candidates) if candidates.is_empty()));
    }
}
