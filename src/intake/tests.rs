//! Walks `fixtures/intake/`: each case is a folder with an input, what is expected of it, and a
//! note on what it shows. `UPDATE_FIXTURES=1` writes what is read now.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::{any, prop};
use proptest::{prop_assert, proptest};

use super::arrangements::{Arrangement, Arrangements, shape_of};
use super::columns::Column;
use super::csv::{self, CsvTable};
use super::{
    MailHead, Reading, Warning, outline_file, read_draft, read_letter, rows_of_part, sniff,
};
use crate::domain::{EmailAddress, Location, Span};
use crate::text::normalize::normalize;

fn cases(kind: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/intake")
        .join(kind);
    let mut cases: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

/// Compares every case of a kind, then fails with all differences.
fn walk(kind: &str, read: impl Fn(&[u8], &str) -> String) {
    walk_with(kind, |_case, bytes, name| read(bytes, name));
}

/// [`walk`] for cases with further files beside their input.
fn walk_with(kind: &str, read: impl Fn(&Path, &[u8], &str) -> String) {
    let updates = std::env::vars().any(|(name, value)| name == "UPDATE_FIXTURES" && value == "1");
    let mut problems = String::new();
    for case in cases(kind) {
        let input = fs::read_dir(&case)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.file_stem().is_some_and(|stem| stem == "input"))
            .unwrap_or_else(|| panic!("{} has no input", case.display()));
        assert!(
            case.join("note.md").exists(),
            "{} has no note.md",
            case.display()
        );
        let name = input.file_name().unwrap().to_str().unwrap();
        let found = read(&case, &fs::read(&input).unwrap(), name);
        let expected = case.join("expected.txt");
        if updates {
            fs::write(&expected, &found).unwrap();
        }
        let expected = fs::read_to_string(&expected).unwrap_or_default();
        if found != expected {
            writeln!(
                problems,
                "== {}\n-- expected\n{expected}\n-- found\n{found}",
                case.display()
            )
            .unwrap();
        }
    }
    assert!(problems.is_empty(), "{problems}");
}

fn show_warnings(warnings: &[Warning]) -> String {
    let mut out = String::new();
    for warning in warnings {
        let place = match &warning.location {
            Location::File => "tệp".to_owned(),
            Location::Row {
                row_number, column, ..
            } => {
                format!(
                    "dòng {row_number}{}",
                    column
                        .as_ref()
                        .map_or(String::new(), |column| format!(", cột {column}"))
                )
            }
            Location::Part { path } => path.clone(),
            Location::Text(span) => format!("{span:?}"),
        };
        let value = warning
            .value
            .as_ref()
            .map_or(String::new(), |value| format!(" [{value}]"));
        writeln!(
            out,
            "! {} ({place}) {} → {}{value}",
            warning.code, warning.problem, warning.remedy
        )
        .unwrap();
    }
    out
}

/// Named values that are there, one a line.
fn show(out: &mut String, values: &[(&str, Option<&str>)]) {
    for (name, value) in values {
        if let Some(value) = value {
            writeln!(out, "  {name}: {}", value.replace('\n', " ⏎ ")).unwrap();
        }
    }
}

fn show_table(bytes: &[u8], name: &str) -> String {
    show_arranged(bytes, name, &Arrangements::default())
}

/// What a person said: the header's first row from 1 and how many rows it has, then a line a column.
fn said(case: &Path) -> Arrangement {
    let rows = csv::first_rows(
        &fs::read(case.join("arranged.csv")).unwrap(),
        &Arrangements::default(),
    );
    let text = fs::read_to_string(case.join("said.txt")).unwrap();
    let mut lines = text.lines();
    let (header, n_rows) = lines.next().unwrap().split_once(' ').unwrap();
    let header = header.parse::<usize>().unwrap() - 1;
    let n_rows: usize = n_rows.parse().unwrap();
    let column = |line: &str| match line.rsplit_once('=').unwrap().1 {
        "skip" => None,
        code => Some(Column::parse(code).unwrap()),
    };
    Arrangement {
        id: None,
        shape: shape_of(&rows[header..header + n_rows]).unwrap(),
        n_rows,
        columns: lines.map(column).collect(),
    }
}

#[test]
fn tables_are_read_as_somebody_arranged_their_columns() {
    walk_with("arrangements", |case, bytes, name| {
        show_arranged(bytes, name, &Arrangements::from_iter([said(case)]))
    });
}

fn show_arranged(bytes: &[u8], name: &str, arrangements: &Arrangements) -> String {
    let table = match CsvTable::open(bytes, name, arrangements).unwrap() {
        Ok(table) => table,
        Err(warning) => return show_warnings(&[warning]),
    };
    let shape = table.shape().clone();
    let columns: Vec<String> = shape
        .mapping
        .headings
        .iter()
        .zip(&shape.mapping.columns)
        .map(|(heading, column)| {
            format!(
                "{heading}={}",
                column.map_or("?".to_owned(), |column| format!("{column:?}"))
            )
        })
        .collect();
    let mut out = format!(
        "{} {:?}, {} header rows\n{}\n",
        shape.encoding,
        char::from(shape.delimiter),
        shape.mapping.header_rows,
        columns.join(" | ")
    );
    for row in table {
        let row = row.unwrap();
        assert_eq!(normalize(&row.text), row.text);
        let slice = |span: Option<Span>| span.map(|span| span.slice(&row.text).unwrap());
        writeln!(out, "row {}", row.row_number).unwrap();
        let filled = (!row.filled_down.is_empty()).then(|| format!("{:?}", row.filled_down));
        show(
            &mut out,
            &[
                ("organization", row.organization.as_deref()),
                ("letter_number", row.letter_number.as_deref()),
                ("letter_date", row.letter_date.as_deref()),
                ("sent_on", row.sent_on.as_deref()),
                ("person", row.person.as_deref()),
                ("email", row.email.as_deref()),
                ("heading", row.heading.as_deref()),
                ("place", slice(row.place)),
                ("content", slice(row.content)),
                ("proposal", slice(row.proposal)),
                ("reason", slice(row.reason)),
                ("decision", row.decision.as_deref()),
                ("answer", row.answer.as_deref()),
                ("note", row.note.as_deref()),
                ("filled_down", filled.as_deref()),
            ],
        );
        out.push_str(&show_warnings(&row.warnings));
    }
    out
}

fn show_head(head: &MailHead) -> String {
    let mut out = "mail\n".to_owned();
    let times =
        [head.sent_at, head.received_at].map(|moment| moment.map(|moment| moment.to_string()));
    let to: Vec<&str> = head.to.iter().map(EmailAddress::expose).collect();
    let robot = head
        .robot
        .as_ref()
        .map(|robot| format!("{}: {}", robot.rule, robot.explanation));
    show(
        &mut out,
        &[
            ("message_id", head.message_id.as_deref()),
            (
                "in_reply_to",
                Some(head.in_reply_to.join(", ").as_str()).filter(|ids| !ids.is_empty()),
            ),
            ("from", head.from.as_ref().map(EmailAddress::expose)),
            ("from_name", head.from_name.as_deref()),
            (
                "to",
                Some(to.join(", ").as_str()).filter(|to| !to.is_empty()),
            ),
            ("subject", Some(head.subject.as_str())),
            ("sent_at", times[0].as_deref()),
            ("received_at", times[1].as_deref()),
            ("robot", robot.as_deref()),
        ],
    );
    for forwarded in &head.forwarded {
        let from = forwarded.from.as_ref().map_or("-", EmailAddress::expose);
        let name = forwarded.from_name.as_deref().unwrap_or("-");
        let day = forwarded
            .sent_on
            .map_or("-".to_owned(), |day| day.to_string());
        writeln!(
            out,
            "  forwarded: {name} <{from}>, {day} ({})",
            forwarded.path
        )
        .unwrap();
    }
    if let Some(found) = &head.authentication {
        let verdict = found.verdict();
        writeln!(out, "  {}: {} {verdict:?}", found.server, found.summary()).unwrap();
    }
    out
}

fn show_letter(bytes: &[u8], name: &str) -> String {
    let reading = read_letter(bytes, name);
    let mut out = reading.mail.as_ref().map(show_head).unwrap_or_default();
    for part in &reading.parts {
        assert_eq!(normalize(&part.text), part.text);
        writeln!(
            out,
            "== {} ({:?}, {})\n{}",
            part.path,
            part.role,
            part.extractor,
            part.text.trim_end()
        )
        .unwrap();
        for table in &part.tables {
            let Some(rows) = rows_of_part(part, table, &Arrangements::default()) else {
                writeln!(out, "table of {} rows, no comments", table.rows.len()).unwrap();
                continue;
            };
            for row in rows {
                let slice = |span: Option<Span>| span.map(|span| span.slice(&part.text).unwrap());
                writeln!(out, "row {}", row.row_number).unwrap();
                show(
                    &mut out,
                    &[
                        ("organization", row.organization.as_deref()),
                        ("heading", slice(row.heading)),
                        ("place", slice(row.place)),
                        ("content", slice(row.content)),
                        ("reason", slice(row.reason)),
                        ("note", row.note.as_deref()),
                    ],
                );
                out.push_str(&show_warnings(&row.warnings));
            }
        }
    }
    out.push_str(&show_warnings(&reading.warnings));
    out
}

#[test]
fn tables() {
    walk("csv", show_table);
}

#[test]
fn mails() {
    walk("eml", show_letter);
}

#[test]
fn word_files() {
    walk("docx", |bytes, name| {
        let mut out = show_letter(bytes, name);
        let (lines, warnings) = read_draft(bytes, name);
        out.push_str("-- as a draft\n");
        for line in lines {
            let level = line
                .heading_level
                .map_or("-".to_owned(), |level| level.to_string());
            let bold = if line.is_bold { "b" } else { "-" };
            let centered = if line.is_centered { "c" } else { "-" };
            let cells = line
                .cells
                .map_or(String::new(), |cells| format!(" {} cells", cells.len()));
            writeln!(out, "{level}{bold}{centered}{cells} {}", line.text).unwrap();
        }
        out + &show_warnings(&warnings)
    });
}

#[test]
fn outlines() {
    walk("outline", |bytes, name| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let (outline, warnings) = if name.ends_with("toml") {
            outline_file::parse_outline_toml(&text, "Đề án")
        } else {
            outline_file::parse_outline_tsv(&text, "Đề án")
        };
        let mut out = format!("{}\n", outline.title);
        for node in &outline.nodes {
            let parent = node.parent.map_or("-", |at| &outline.nodes[at].label);
            writeln!(
                out,
                "{} {:?} {} < {parent} | {} | {}",
                node.level, node.kind, node.label, node.heading, node.body
            )
            .unwrap();
        }
        out + &show_warnings(&warnings)
    });
}

/// What was read must not depend on line ends, on decomposed letters, or on a byte-order mark.
#[test]
fn tables_read_the_same_however_they_are_saved() {
    use unicode_normalization::UnicodeNormalization;
    for case in cases("csv") {
        let Ok(text) = fs::read_to_string(case.join("input.csv")) else {
            continue;
        };
        if text.is_empty() || text.starts_with("PK") {
            continue;
        }
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let expected = show_table(text.as_bytes(), "input.csv");
        for variation in [
            text.replace('\n', "\r\n"),
            text.replace('\n', "\r"),
            text.nfd().collect(),
            format!("\u{feff}{text}"),
            text.trim_end().to_owned(),
        ] {
            assert_eq!(
                show_table(variation.as_bytes(), "input.csv"),
                expected,
                "{}",
                case.display()
            );
        }
    }
}

#[test]
fn a_mailbox_becomes_its_messages() {
    let mailbox = b"From a@b.example Mon Sep  6 08:30:00 2021\nFrom: a@b.example\nSubject: x\n\nM\xe1\xbb\x99t\n>From here\n\nFrom c@d.example Mon\nFrom: c@d.example\nSubject: y\n\nHai\n";
    let texts: Vec<_> = super::mbox::Messages::new(mailbox.as_slice())
        .map(|message| message.unwrap().bytes)
        .map(|bytes| {
            read_letter(&bytes, "thu.eml").parts[0]
                .text
                .trim()
                .to_owned()
        })
        .collect();
    assert_eq!(texts, ["Một\nFrom here", "Hai"]);
}

fn check_spans(reading: &Reading) {
    for part in &reading.parts {
        assert_eq!(normalize(&part.text), part.text);
        for table in &part.tables {
            assert!(table.span.slice(&part.text).is_some());
            for span in table.rows.iter().flatten() {
                assert!(span.slice(&part.text).is_some());
            }
            for row in rows_of_part(part, table, &Arrangements::default())
                .into_iter()
                .flatten()
            {
                for span in [
                    row.place,
                    row.content,
                    row.proposal,
                    row.reason,
                    row.heading,
                ]
                .into_iter()
                .flatten()
                {
                    assert!(span.slice(&part.text).is_some());
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..600), name in "[a-z]{0,3}\\.(docx|eml|csv|html|txt|zip|toml)?") {
        sniff(&bytes, &name);
        check_spans(&read_letter(&bytes, &name));
        read_draft(&bytes, &name);
        let text = String::from_utf8_lossy(&bytes);
        outline_file::parse_outline_toml(&text, "Đề án");
        outline_file::parse_outline_tsv(&text, "Đề án");
        prop_assert!(true);
    }

    /// Real files with bytes overwritten and cut out.
    #[test]
    fn damaged_files_are_read(kind in 0..3usize, pick in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), noise in prop::collection::vec(any::<u8>(), 0..20), cut in 0..40usize) {
        let cases = cases(["docx", "eml", "csv"][kind]);
        let case = &cases[pick.index(cases.len())];
        for name in ["input.docx", "input.eml", "input.csv", "input.txt"] {
            let Ok(mut bytes) = fs::read(case.join(name)) else {
                continue;
            };
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                let end = (at + cut).min(bytes.len());
                bytes.splice(at..end, noise.iter().copied());
            }
            check_spans(&read_letter(&bytes, name));
            read_draft(&bytes, name);
            if let Ok(table) = CsvTable::open(bytes.as_slice(), name, &Arrangements::default()).unwrap() {
                prop_assert!(table.count() < 10_000);
            }
        }
    }
}
