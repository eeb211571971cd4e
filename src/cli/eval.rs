//! `eval`: how well a folder of labelled letters is understood.
//!
//! A case is a folder with `expected.json`, the letter it is about (`letter.*`) and, there or in
//! the nearest folder above, up to the one asked for, the outlines (`outline.*`, several as
//! `outline_1.NAME.ext`, whose documents are then called by NAME) and `organizations.csv`. What is
//! counted, and how, is in [`crate::app::evaluate`].

mod print;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::args::EvalArgs;
use super::read::{Desk, file_name, read_bytes};
use super::{Exit, Output};
use crate::app::disk::reason;
use crate::app::evaluate::Evaluation;
use crate::app::{Error, Kind};

/// All cases below a folder, by kind.
struct Cases {
    all: Evaluation,
    n_cases: u32,
    kinds: BTreeMap<String, (u32, Evaluation)>,
    problems: Vec<String>,
}

pub(super) fn run(here: &Path, arguments: &EvalArgs, output: &mut Output) -> Result<Exit, Error> {
    let root = here.join(&arguments.folder);
    let mut cases = Cases {
        all: Evaluation::default(),
        n_cases: 0,
        kinds: BTreeMap::new(),
        problems: Vec::new(),
    };
    visit(&root, &Surroundings::default(), &mut cases, &root)?;
    if cases.n_cases == 0 && cases.problems.is_empty() {
        return Err(Error::new(
            Kind::NotFound,
            format!(
                "Không có trường hợp nào (tệp `expected.json`) trong thư mục `{}`.",
                root.display()
            ),
        ));
    }
    output.data(|| print::text(&cases), || print::json(&cases));
    for problem in &cases.problems {
        output.note(problem);
    }
    let mut is_enough = true;
    for (what, least) in &arguments.min {
        let reached = cases.all.count(what).f1().map_or(0.0, |share| share.value);
        if reached < *least {
            is_enough = false;
            output.note(&format!(
                "{what}: F1 {reached:.4}, thấp hơn mức tối thiểu {least}."
            ));
        }
    }
    Ok(Exit::look_at(!is_enough || !cases.problems.is_empty()))
}

/// What a case finds in the folders above it.
#[derive(Debug, Clone, Default)]
struct Surroundings {
    outlines: Vec<PathBuf>,
    organizations: Option<PathBuf>,
}

fn visit(folder: &Path, above: &Surroundings, cases: &mut Cases, root: &Path) -> Result<(), Error> {
    let mut entries = Vec::new();
    let unreadable = |error: std::io::Error| {
        Error::caused(
            Kind::NotFound,
            format!(
                "Không đọc được thư mục `{}`: {}.",
                folder.display(),
                reason(&error)
            ),
            error,
        )
    };
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        entries.push(entry.map_err(unreadable)?.path());
    }
    entries.sort();
    let named = |stem: &str| -> Vec<PathBuf> {
        let starts = |path: &&PathBuf| {
            let name = file_name(path);
            let rest = name.strip_prefix(stem);
            rest.is_some_and(|rest| rest.starts_with(['.', '_'])) && path.is_file()
        };
        entries.iter().filter(starts).cloned().collect()
    };
    let mut here = above.clone();
    let outlines = named("outline");
    if !outlines.is_empty() {
        here.outlines = outlines;
    }
    if let Some(path) = named("organizations").into_iter().next() {
        here.organizations = Some(path);
    }
    let expected = folder.join("expected.json");
    if expected.is_file() {
        let name = folder.strip_prefix(root).unwrap_or(folder);
        let name = name.display().to_string().replace('\\', "/");
        match judge(&name, &expected, &named("letter"), &here) {
            Ok(evaluation) => {
                cases.n_cases += 1;
                cases.all.add(&evaluation);
                let (n, sum) = cases.kinds.entry(kind_of(folder)).or_default();
                *n += 1;
                sum.add(&evaluation);
            }
            Err(problem) => cases.problems.push(format!("{name}: {problem}")),
        }
    }
    for entry in entries.iter().filter(|path| path.is_dir()) {
        visit(entry, &here, cases, root)?;
    }
    Ok(())
}

/// Reads one case and compares; the error is a sentence for the person who wrote it.
fn judge(
    name: &str,
    expected: &Path,
    letters: &[PathBuf],
    surroundings: &Surroundings,
) -> Result<Evaluation, String> {
    let [letter] = letters else {
        return Err(format!(
            "cần đúng một tệp `letter.*`, có {}.",
            letters.len()
        ));
    };
    let say = |error: Error| error.to_string();
    let bytes = read_bytes(expected).map_err(say)?;
    let expected: Value =
        serde_json::from_slice(&bytes).map_err(|error| format!("expected.json: {error}"))?;
    let desk = Desk::open(
        &surroundings.outlines,
        surroundings.organizations.as_deref(),
        outline_name,
        &mut |_| {},
    )
    .map_err(say)?;
    let bytes = read_bytes(letter).map_err(say)?;
    let found = desk.read_json(&file_name(letter), &bytes).map_err(say)?;
    Evaluation::of(name, &expected, &found).map_err(|problem| format!("expected.json: {problem}"))
}

/// `outline_2.Tờ trình.txt` is the outline of "Tờ trình".
fn outline_name(path: &Path) -> String {
    let name = file_name(path);
    let parts: Vec<&str> = name.split('.').collect();
    match parts.as_slice() {
        [_, name, _] => (*name).to_owned(),
        [stem, ..] => (*stem).to_owned(),
        [] => name,
    }
}

/// The line "kind: …" of the case's note, else the name of the folder around the case.
fn kind_of(folder: &Path) -> String {
    let note = std::fs::read_to_string(folder.join("note.md")).unwrap_or_default();
    note.lines()
        .find_map(|line| line.strip_prefix("kind:"))
        .map(|kind| kind.trim().to_owned())
        .or_else(|| Some(file_name(folder.parent()?)))
        .unwrap_or_default()
}
