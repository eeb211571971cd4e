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
        let (text, expected) = rest.split_once("⇒ ").unwrap();
        let guess = Sent::parse(text).recognized_by(&directory);
        let codes: Vec<&str> = guess
            .organizations
            .iter()
            .map(|&id| code(&catalogue, id))
            .collect();
        let found = if codes.is_empty() {
            let name = guess.written.as_ref().map_or("", |name| &name.name);
            format!("- {name}").trim().to_owned()
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

/// A directory of names, each with other names after "=" and what it belongs to after "<".
fn directory_of(names: &str) -> Vec<Organization> {
    names
        .split(';')
        .zip(1..)
        .map(|(names, id)| {
            let (names, parent) = match names.split_once('<') {
                Some((names, parent)) => (names, Some(parent.trim().to_owned())),
                None => (names, None),
            };
            let mut names = names.split('=').map(|name| name.trim().to_owned());
            let name = names.next().unwrap();
            Organization {
                id: OrganizationId(id),
                code: name.clone(),
                name,
                kind: String::new(),
                parent,
                aliases: names.collect(),
                letter_suffixes: Vec::new(),
                domains: Vec::new(),
                emails: Vec::new(),
                valid_from: None,
                valid_to: None,
            }
        })
        .collect()
}

/// What is known of one sender: a letter and what stands beside it.
#[derive(Default)]
struct Sent<'a> {
    text: &'a str,
    sender: Option<EmailAddress>,
    name: Option<&'a str>,
    subject: Option<&'a str>,
    cell: Option<&'a str>,
}

impl<'a> Sent<'a> {
    fn parse(mut text: &'a str) -> Self {
        let mut sent = Self::default();
        while let Some((line, after)) = text
            .strip_prefix("@ ")
            .and_then(|rest| rest.split_once('\n'))
        {
            match line.split_once(' ').unwrap() {
                ("from", address) => sent.sender = EmailAddress::parse(address),
                ("name", name) => sent.name = Some(name),
                ("subject", subject) => sent.subject = Some(subject),
                ("cell", cell) => sent.cell = Some(cell),
                (other, _) => panic!("{other}"),
            }
            text = after;
        }
        sent.text = text;
        sent
    }

    fn recognized_by(&self, directory: &Directory) -> super::OrganizationGuess {
        let head = read_letter_head(self.text);
        directory.recognize(&Signals {
            letter_text: Some(self.text),
            head: Some(&head),
            sender: self.sender.as_ref(),
            sender_name: self.name,
            mail_subject: self.subject,
            cell: self.cell,
            ..Signals::default()
        })
    }
}

#[test]
fn offices_and_the_directory_that_was_asked() {
    let all = normalize(&fs::read_to_string(fixtures().join("directories.txt")).unwrap());
    let (mut misses, mut n_cases) = (Vec::new(), 0);
    for part in all.split("\n\n") {
        let (names, letters) = part.split_once("\n=== ").unwrap();
        let names: Vec<&str> = names
            .lines()
            .filter_map(|line| line.strip_prefix("= "))
            .collect();
        let organizations = directory_of(&names.join(";"));
        let directory = Directory::new(&organizations);
        let name_of = |id: OrganizationId| {
            let found = organizations.iter().find(|known| known.id == id);
            found.map_or("", |found| &found.name)
        };
        for case in letters.split("\n=== ") {
            n_cases += 1;
            let (title, rest) = case.split_once('\n').unwrap();
            let (text, expected) = rest.split_once("⇒ ").unwrap();
            let guess = Sent::parse(text).recognized_by(&directory);
            let list = |ids: &mut dyn Iterator<Item = OrganizationId>| {
                ids.map(name_of).collect::<Vec<_>>().join("; ")
            };
            let candidates = list(&mut guess.candidates.iter().map(|(id, _)| *id));
            let is_shown = expected.contains(" ? ");
            let found = match &guess.written {
                Some(written) if is_shown => format!("- {} ? {candidates}", written.name),
                Some(written) => format!("- {}", written.name),
                None if guess.organizations.is_empty() => format!("? {candidates}"),
                None => list(&mut guess.organizations.iter().copied()),
            };
            let expected = expected.trim();
            let is_any = expected == "?" && found.starts_with("? ") && found.len() > 2;
            if found.trim() != expected && !is_any {
                misses.push(format!("{title}: expected {expected}, found {found}"));
            }
        }
    }
    println!("{} of {n_cases} senders missed", misses.len());
    assert!(n_cases >= 130, "{n_cases}");
    assert!(misses.is_empty(), "{}\n{}", misses.len(), misses.join("\n"));
}

#[test]
fn directories_of_other_provinces() {
    let all = normalize(&fs::read_to_string(fixtures().join("homes.txt")).unwrap());
    let (mut misses, mut n_cases) = (Vec::new(), 0);
    let mut organizations = Vec::new();
    for line in all.lines().filter(|line| !line.starts_with('#')) {
        if let Some(names) = line.strip_prefix("= ") {
            organizations = directory_of(names);
        }
        let Some((lines, expected)) = line.split_once(" ⇒ ") else {
            continue;
        };
        n_cases += 1;
        let text = format!(
            "{}\nSố: 12/ABC\nKính gửi: Sở Khoa học và Công nghệ.\nNhất trí với dự thảo.\n",
            lines.replace(" / ", "\n")
        );
        let head = read_letter_head(&text);
        let guess = Directory::new(&organizations).recognize(&Signals {
            letter_text: Some(&text),
            head: Some(&head),
            ..Signals::default()
        });
        let names: Vec<&str> = guess
            .organizations
            .iter()
            .filter_map(|id| organizations.iter().find(|known| known.id == *id))
            .map(|organization| &*organization.name)
            .collect();
        let written = guess
            .written
            .as_ref()
            .map(|name| format!("- {}", name.name));
        let found = written.unwrap_or_else(|| names.join("; "));
        if found != expected {
            misses.push(format!("{lines}: expected {expected}, found {found}"));
        }
    }
    assert!(n_cases >= 14, "{n_cases}");
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

/// One letterhead of `letterheads.txt`.
struct Printed {
    lines: Vec<String>,
    symbol: String,
    name: String,
    kind: String,
}

fn letterheads() -> Vec<Printed> {
    let text = normalize(&fs::read_to_string(fixtures().join("letterheads.txt")).unwrap());
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let (head, expected) = line.split_once(" ⇒ ").unwrap();
            let (lines, symbol) = head.split_once(" ; ").unwrap();
            let (name, kind) = expected.split_once(" ; ").unwrap();
            Printed {
                lines: lines.split(" / ").map(str::to_owned).collect(),
                symbol: symbol.to_owned(),
                name: name.to_owned(),
                kind: kind.to_owned(),
            }
        })
        .collect()
}

const COUNTRY: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
const MOTTO: &str = "Độc lập - Tự do - Hạnh phúc";
const BODY: &str = "\nKính gửi: Cơ quan chủ trì soạn thảo.\n\nPhúc đáp Công văn số 12/CQCT-TH ngày 03/4/2026 về việc lấy ý kiến, sau khi nghiên cứu, cơ quan có ý kiến như sau:\n1. Đề nghị bổ sung giải thích từ ngữ.\nNơi nhận:\n- Như trên;\n- Lưu: VT.\n";

/// The same letterhead as offices and text recognizers lay it out.
fn layouts(printed: &Printed) -> Vec<(&'static str, String)> {
    let lines = &printed.lines;
    let number = format!("Số: 185/{}", printed.symbol);
    let date = "ngày 26 tháng 3 năm 2026";
    let below = lines.join("\n");
    let mut side = String::new();
    let mut flat = String::new();
    for at in 0..lines.len().max(3) {
        let left = lines.get(at).map_or("", String::as_str);
        let right = [COUNTRY, MOTTO, ""].get(at).copied().unwrap_or("");
        side.push_str(&format!("{left:<48}{right}\n"));
        flat.push_str(format!("{left} {right}").trim());
        flat.push('\n');
    }
    // Where the line is wrapped is an accident.
    let wrapped: Vec<String> = lines
        .iter()
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            if words.len() < 6 {
                return line.clone();
            }
            let (first, second) = words.split_at(words.len() - 2);
            format!("{}\n{}", first.join(" "), second.join(" "))
        })
        .collect();
    let title: Vec<String> = lines
        .iter()
        .map(|line| {
            line.split(' ')
                .map(|word| {
                    let mut chars = word.chars();
                    chars.next().map_or(String::new(), |first| {
                        first.to_string() + &chars.as_str().to_lowercase()
                    })
                })
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    vec![
        (
            "columns_below",
            format!("{below}\n{number}\nV/v góp ý dự thảo\n{COUNTRY}\n{MOTTO}\n{date}\n"),
        ),
        ("columns_beside", format!("{side}{number}      {date}\n")),
        ("columns_flattened", format!("{flat}{number} {date}\n")),
        (
            "right_column_first",
            format!("{COUNTRY}\n{MOTTO}\n{date}\n{below}\n{number}\n"),
        ),
        (
            "marks_lost",
            crate::text::fold::fold(&format!("{below}\n{COUNTRY}\n{MOTTO}\n")).to_uppercase()
                + &number
                + "\n",
        ),
        (
            "other_wrapping",
            format!(
                "{}\n-------\n{number}\n{COUNTRY}\n{MOTTO}\n",
                wrapped.join("\n")
            ),
        ),
        ("markdown", format!("# {}\n{number}\n", lines.join("\n# "))),
        (
            "blank_lines",
            format!("\n\n{}\n\n*\n{number}\n\n{COUNTRY}\n", lines.join("\n\n")),
        ),
        (
            "number_left_blank",
            format!(
                "{below}\nSố:        /{}\n{COUNTRY}\n{MOTTO}\n",
                printed.symbol
            ),
        ),
        (
            "small_letters",
            format!("{}\n{number}\n{COUNTRY}\n{MOTTO}\n", title.join("\n")),
        ),
    ]
}

#[test]
fn letterheads_of_offices_in_no_catalogue() {
    let catalogue = catalogue();
    let directory = Directory::new(&catalogue);
    let (mut misses, mut n_cases) = (Vec::new(), 0);
    for printed in letterheads() {
        for (layout, head_text) in layouts(&printed) {
            n_cases += 1;
            let text = normalize(&(head_text + BODY));
            let head = read_letter_head(&text);
            let guess = directory.recognize(&Signals {
                letter_text: Some(&text),
                head: Some(&head),
                ..Signals::default()
            });
            let found = guess.written.as_ref().map_or("-", |name| &name.name);
            let kind = guess
                .written
                .as_ref()
                .and_then(|name| name.kind)
                .unwrap_or("-");
            let is_same = if matches!(layout, "small_letters" | "marks_lost") {
                super::key(found) == super::key(&printed.name)
            } else {
                found == printed.name
            };
            if !is_same || kind != printed.kind || !guess.organizations.is_empty() {
                misses.push(format!(
                    "{layout}: {}: found {found} ({kind})",
                    printed.name
                ));
            }
        }
    }
    println!("{} of {n_cases} letterheads missed", misses.len());
    assert!(misses.is_empty(), "{}\n{}", misses.len(), misses.join("\n"));
}
