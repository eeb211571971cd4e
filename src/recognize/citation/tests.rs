use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::{ProptestConfig, prop_assert, proptest};

use super::{Citations, Context, Places, UnresolvedReason};
use crate::domain::{NodeRef, Outline};
use crate::recognize::outline::{LabelledSection, outline_from_labels};
use crate::text::normalize::normalize;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/recognize/citation")
}

fn read_dossier(folder: &Path) -> Vec<Outline> {
    let text = normalize(&fs::read_to_string(folder.join("dossier.txt")).unwrap());
    let mut documents: Vec<(String, Vec<LabelledSection>)> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("# ") {
            documents.push((name.to_owned(), Vec::new()));
            continue;
        }
        let mut cells = line.split('\t').map(str::to_owned);
        documents.last_mut().unwrap().1.push(LabelledSection {
            label: cells.next().unwrap(),
            heading: cells.next().unwrap_or_default(),
            text: cells.next().unwrap_or_default(),
        });
    }
    documents
        .into_iter()
        .map(|(name, sections)| {
            let (outline, warnings) = outline_from_labels(&name, "", &sections);
            assert!(warnings.is_empty(), "{warnings:?}");
            outline
        })
        .collect()
}

#[derive(Default)]
struct Known {
    headings: Vec<String>,
    previous: Vec<NodeRef>,
    document: Option<usize>,
    is_place_cell: bool,
}

impl Known {
    fn read(&mut self, line: &str, dossier: &[Outline], continues: bool) {
        if !continues {
            *self = Self {
                document: self.document,
                ..Self::default()
            };
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "none" => *self = Self::default(),
            "cell" => self.is_place_cell = true,
            "document" => {
                self.document = dossier.iter().position(|outline| outline.document == rest);
            }
            "heading" => self.headings.push(rest.to_owned()),
            "previous" => {
                let node = dossier.iter().enumerate().find_map(|(outline, entry)| {
                    (0..entry.nodes.len())
                        .map(|node| NodeRef::Node { outline, node })
                        .find(|node| node.label(dossier).as_deref() == Some(rest))
                });
                self.previous.push(node.expect("a label of the dossier"));
            }
            _ => panic!("unknown context `{line}`"),
        }
    }
}

fn print(text: &str, citations: &Citations, dossier: &[Outline]) -> String {
    let labels: Vec<String> = citations
        .places
        .iter()
        .map(|place| place.node.label(dossier).unwrap())
        .collect();
    let mut out = if labels.is_empty() {
        "-".to_owned()
    } else {
        labels.join("; ")
    };
    for law in &citations.other_laws {
        write!(out, " | luật: {}", law.slice(text).unwrap()).unwrap();
    }
    for unresolved in &citations.unresolved {
        let words = unresolved.span.slice(text).unwrap();
        match &unresolved.reason {
            UnresolvedReason::NoSuchPlace => write!(out, " | ? {words}").unwrap(),
            UnresolvedReason::Ambiguous(_) => write!(out, " | ~ {words}").unwrap(),
            UnresolvedReason::PageAndLine { page, line } => {
                let page = page.map_or(String::new(), |page| page.to_string());
                let line = line.map_or(String::new(), |line| line.to_string());
                write!(out, " | @{page}:{line}").unwrap();
            }
        }
    }
    out
}

/// The labels and words, without differences a variation of spacing makes.
fn squeezed(text: &str) -> String {
    crate::text::normalize::squeeze(text)
}

#[test]
fn every_case_is_understood() {
    let is_update = std::env::vars().any(|(name, _)| name == "UPDATE_FIXTURES");
    let mut misses = Vec::new();
    let mut n_cases = 0;
    for folder in ["de_an", "nghi_dinh"].map(|name| fixtures().join(name)) {
        let dossier = read_dossier(&folder);
        let places = Places::new(&dossier);
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.ends_with("dossier.txt") {
                continue;
            }
            let mut known = Known::default();
            let mut after_context = false;
            let mut rewritten = String::new();
            for line in fs::read_to_string(&path).unwrap().lines() {
                let line = normalize(line);
                if let Some(context) = line.strip_prefix("@ ") {
                    known.read(context, &dossier, after_context);
                    after_context = true;
                    writeln!(rewritten, "{line}").unwrap();
                    continue;
                }
                after_context = false;
                let Some((text, expected)) = line.split_once(" ⇒ ") else {
                    writeln!(rewritten, "{line}").unwrap();
                    continue;
                };
                n_cases += 1;
                let headings: Vec<&str> = known.headings.iter().map(String::as_str).collect();
                let context = Context {
                    headings: &headings,
                    previous: &known.previous,
                    document: known.document,
                    is_place_cell: known.is_place_cell,
                };
                let plain = text.replace("\\n", "\n");
                let found = print(&plain, &places.find(&plain, &context), &dossier);
                writeln!(rewritten, "{text} ⇒ {found}").unwrap();
                if found != expected {
                    misses.push(format!(
                        "{text}\n   expected {expected}\n   found    {found}"
                    ));
                }
                let spaced = format!("  {}  ", plain.replace(' ', "  "));
                let again = squeezed(&print(&spaced, &places.find(&spaced, &context), &dossier));
                if again != squeezed(&found) {
                    misses.push(format!("doubled spaces: {text}\n   {found}\n   {again}"));
                }
            }
            if is_update {
                fs::write(&path, rewritten).unwrap();
            }
        }
    }
    assert!(n_cases > 100);
    assert!(
        is_update || misses.is_empty(),
        "{} of {n_cases}:\n{}",
        misses.len(),
        misses.join("\n")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_panics(text in "[ĐđIVXabcđ0-9.,;()“”\"\n -]{0,60}|(Điều|khoản|điểm|mục|Phụ lục|phần|đến|và|,|III|2|b|\\.| |này|Luật|số|\"|Đề án|gạch đầu dòng|thứ|trang|dòng|5){0,30}|\\PC{0,80}") {
        let dossier = read_dossier(&fixtures().join("de_an"));
        let places = Places::new(&dossier);
        let text = normalize(&text);
        let citations = places.find(&text, &Context { headings: &[text.as_str()], ..Context::default() });
        for place in &citations.places {
            prop_assert!(place.span.slice(&text).is_some());
            prop_assert!(place.node.label(&dossier).is_some());
        }
        for unresolved in &citations.unresolved {
            prop_assert!(unresolved.span.slice(&text).is_some());
        }
    }
}
