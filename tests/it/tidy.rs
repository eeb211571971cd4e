//! Rules of the house that a machine can hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// Who may name whom: a module, and the modules below it that it may use.
const ALLOWED: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("text", &["domain"]),
    ("intake", &["domain", "text"]),
    ("split", &["domain", "text"]),
    ("recognize", &["domain", "text"]),
    ("group", &["domain", "text"]),
    ("report", &["domain", "text"]),
    ("respond", &["domain", "text"]),
    ("blob", &["domain"]),
    ("convert", &["domain", "text"]),
    ("store", &["domain", "text"]),
    ("index", &["domain", "text"]),
    ("credentials", &["config"]),
    ("mailbox", &["config", "credentials"]),
    ("mailer", &["config", "credentials"]),
    ("config", &[]),
    ("telemetry", &[]),
    (
        "app",
        &[
            "blob",
            "config",
            "convert",
            "credentials",
            "domain",
            "group",
            "index",
            "intake",
            "mailbox",
            "mailer",
            "recognize",
            "report",
            "respond",
            "split",
            "store",
            "text",
        ],
    ),
    // Faces name the values that use cases take and return, never an adapter.
    ("cli", &["app", "domain", "intake", "report", "respond"]),
    ("web", &["app", "config", "domain"]),
    ("poller", &["app"]),
    (
        "boot",
        &["app", "cli", "config", "convert", "poller", "web"],
    ),
    ("lib", &[]),
    ("main", &[]),
];

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no .{extension} files");
    found
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap()
        .to_string_lossy()
        .replace('\\', "/")
}

fn module_of(path: &Path) -> String {
    let relative = path.strip_prefix(root().join("src")).unwrap();
    let first = relative.iter().next().unwrap().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

#[track_caller]
fn assert_none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn modules_import_only_downwards() {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let mut problems = Vec::new();
    for path in files(&root().join("src"), "rs") {
        let module = module_of(&path);
        let Some(allowed) = allowed.get(module.as_str()) else {
            problems.push(format!(
                "{}: `{module}` is not in the table",
                relative(&path)
            ));
            continue;
        };
        let text = fs::read_to_string(&path).unwrap();
        for (index, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for rest in line.split("crate::").skip(1) {
                let name: String = rest
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                if name != module && !allowed.contains(&name.as_str()) {
                    problems.push(format!(
                        "{}:{}: `{module}` must not name `crate::{name}`",
                        relative(&path),
                        index + 1
                    ));
                }
            }
        }
    }
    assert_none(&problems);
}

/// Crates that only one module may know.
const OWNED: &[(&str, &[&str])] = &[
    ("sqlx", &["store"]),
    ("tantivy", &["index"]),
    ("axum", &["web", "boot"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("reqwest", &["boot", "credentials"]),
    ("async_imap", &["mailbox"]),
    // `app` puts letters together, `mailer` hands them over.
    ("lettre", &["app", "mailer"]),
    ("minijinja", &["app"]),
    ("tokio_rustls", &["mailbox"]),
    ("webpki_roots", &["credentials"]),
    ("mail_parser", &["intake"]),
    ("mail_builder", &["intake"]),
    ("cfb", &["intake"]),
    ("compressed_rtf", &["intake"]),
    ("pdf_extract", &["convert"]),
    ("calamine", &["convert", "report"]),
    ("rustix", &["convert"]),
    ("rust_xlsxwriter", &["report"]),
    ("similar", &["text"]),
    ("typst", &["report"]),
];

#[test]
fn one_crate_one_owner() {
    let mut problems = Vec::new();
    for path in files(&root().join("src"), "rs") {
        let module = module_of(&path);
        let text = fs::read_to_string(&path).unwrap();
        for (index, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for (name, owners) in OWNED {
                let named = code.contains(&format!("{name}::"));
                if named && !owners.contains(&module.as_str()) {
                    problems.push(format!(
                        "{}:{}: `{name}` belongs to {owners:?}",
                        relative(&path),
                        index + 1
                    ));
                }
            }
        }
    }
    assert_none(&problems);
}

#[test]
fn every_module_is_in_the_architecture() {
    let text = fs::read_to_string(root().join("src/ARCHITECTURE.md")).unwrap();
    let problems: Vec<String> = ALLOWED
        .iter()
        .map(|(module, _)| *module)
        .filter(|module| {
            !matches!(*module, "lib" | "main") && !text.contains(&format!("`{module}`"))
        })
        .map(|module| format!("ARCHITECTURE.md does not mention `{module}`"))
        .collect();
    assert_none(&problems);
    assert!(
        text.lines().count() <= 300,
        "ARCHITECTURE.md is too long to read"
    );
}

/// A file longer than this has stopped telling one story.
const LONGEST: usize = 700;

#[test]
fn files_tell_one_story() {
    let mut problems = Vec::new();
    for path in files(&root().join("src"), "rs") {
        let name = relative(&path);
        let n_lines = fs::read_to_string(&path).unwrap().lines().count();
        if n_lines > LONGEST {
            problems.push(format!("{name} has {n_lines} lines, more than {LONGEST}"));
        }
    }
    assert_none(&problems);
}

/// Words that say nothing about what a module is.
const EMPTY_NAMES: &[&str] = &[
    "utils", "util", "helpers", "helper", "common", "misc", "manager", "service", "handler",
];

#[test]
fn names_say_what_things_are() {
    let problems: Vec<String> = files(&root().join("src"), "rs")
        .iter()
        .filter(|path| {
            let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
            stem == "mod" || EMPTY_NAMES.contains(&stem.as_str())
        })
        .map(|path| relative(path))
        .collect();
    assert_none(&problems);
}

#[test]
fn the_top_level_stays_small() {
    let allowed: BTreeSet<&str> = [
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "config",
        "fixtures",
        "tests",
        "README.md",
        "README.vi.md",
        "LICENSE",
        "CHANGELOG.md",
        "target",
        "tiepthu-data",
    ]
    .into();
    let problems: Vec<String> = fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.') && !allowed.contains(name.as_str()))
        .map(|name| format!("`{name}` does not belong at the top level"))
        .collect();
    assert_none(&problems);
}

#[test]
fn fixtures_name_no_real_mail_domain() {
    let mut problems = Vec::new();
    for extension in ["eml", "csv", "txt", "toml", "html", "json"] {
        for folder in ["fixtures", "config"] {
            let folder = root().join(folder);
            for path in walk(&folder)
                .into_iter()
                .filter(|p| p.extension().is_some_and(|e| e == extension))
            {
                let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
                // Soft line breaks of quoted-printable cut words in two.
                let text = text.replace("=\r\n", "").replace("=\n", "");
                for domain in mail_domains(&text) {
                    let invented = [".example", ".test", ".invalid"]
                        .iter()
                        .any(|end| domain.ends_with(end))
                        || matches!(
                            domain.as_str(),
                            "example.com" | "example.org" | "example.net" | "example" | "test"
                        );
                    if !invented {
                        problems.push(format!("{}: {domain}", relative(&path)));
                    }
                }
            }
        }
    }
    assert_none(&problems);
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found
}

/// What stands after an `@` between letters.
fn mail_domains(text: &str) -> Vec<String> {
    text.split('@')
        .collect::<Vec<_>>()
        .windows(2)
        .filter(|pair| pair[0].ends_with(|c: char| c.is_ascii_alphanumeric()))
        .map(|pair| {
            pair[1]
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
                .collect::<String>()
                .trim_matches('.')
                .to_lowercase()
        })
        // A password before a server's number in an address of a database is no mail address.
        .filter(|domain| domain.contains('.') && domain.contains(char::is_alphabetic))
        .collect()
}

#[test]
fn every_fixture_case_says_why_it_is_there() {
    let mut problems = Vec::new();
    for path in walk(&root().join("fixtures")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("input.") && !path.with_file_name("note.md").exists() {
            problems.push(format!("{}: no note.md beside it", relative(&path)));
        }
    }
    assert_none(&problems);
}

#[test]
fn both_engines_have_the_same_columns() {
    let columns = |engine: &str| -> Vec<String> {
        let path = root().join(format!("src/store/migrations/{engine}/0001_init.sql"));
        let text = fs::read_to_string(path).unwrap();
        text.lines()
            .map(|line| line.split("--").next().unwrap().trim())
            .filter(|line| !line.is_empty())
            .map(|line| {
                let line = line.split(" REFERENCES").next().unwrap();
                let line = line.replace(" COLLATE \"C\"", "");
                line.trim_end_matches(',').to_owned()
            })
            .collect()
    };
    let (sqlite, postgres) = (columns("sqlite"), columns("postgres"));
    assert!(sqlite.len() > 100, "the schema was read");
    for (sqlite, postgres) in sqlite.iter().zip(&postgres) {
        assert_eq!(sqlite, postgres);
    }
    assert_eq!(sqlite.len(), postgres.len());
}
