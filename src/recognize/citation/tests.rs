use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::{ProptestConfig, proptest};
use unicode_normalization::UnicodeNormalization as _;

use super::{Citations, Context, Places, UnresolvedReason};
use crate::domain::{NodeRef, Outline, PageLine};
use crate::recognize::outline::{LabelledSection, outline_from_labels};
use crate::text::normalize::{normalize, squeeze};

mod generated;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/recognize/citation")
}

fn read_dossier(folder: &Path) -> Vec<Outline> {
    let text = normalize(&fs::read_to_string(folder.join("dossier.txt")).unwrap());
    let mut documents: Vec<(String, Vec<LabelledSection>, Vec<Option<Pages>>)> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("# ") {
            documents.push((name.to_owned(), Vec::new(), Vec::new()));
            continue;
        }
        let mut cells = line.split('\t').map(str::to_owned);
        let (_, sections, pages) = documents.last_mut().unwrap();
        pages.push(line.split('\t').nth(3).map(read_pages));
        sections.push(LabelledSection {
            label: cells.next().unwrap(),
            heading: cells.next().unwrap_or_default(),
            text: cells.next().unwrap_or_default(),
        });
    }
    documents
        .into_iter()
        .map(|(name, sections, pages)| {
            let (mut outline, warnings) = outline_from_labels(&name, "", &sections);
            assert!(warnings.is_empty(), "{warnings:?}");
            for (node, pages) in outline.nodes.iter_mut().zip(pages) {
                node.pages = pages;
            }
            outline
        })
        .collect()
}

/// First and last line of a section.
type Pages = (PageLine, PageLine);

/// "12:5-13:2".
fn read_pages(cell: &str) -> Pages {
    let place = |text: &str| {
        let (page, line) = text.split_once(':').unwrap();
        let (page, line) = (page.parse().unwrap(), line.parse().unwrap());
        PageLine { page, line }
    };
    let (first, last) = cell.split_once('-').unwrap();
    (place(first), place(last))
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
            "previous" => self.previous.push(find_label(dossier, rest)),
            _ => panic!("unknown context `{line}`"),
        }
    }

    fn find(&self, places: &Places, text: &str) -> Citations {
        let headings: Vec<&str> = self.headings.iter().map(String::as_str).collect();
        let context = Context {
            headings: &headings,
            previous: &self.previous,
            document: self.document,
            is_place_cell: self.is_place_cell,
        };
        places.find(text, &context)
    }
}

fn find_label(dossier: &[Outline], label: &str) -> NodeRef {
    dossier
        .iter()
        .enumerate()
        .find_map(|(outline, entry)| {
            (0..entry.nodes.len())
                .map(|node| NodeRef::Node { outline, node })
                .find(|node| node.label(dossier).as_deref() == Some(label))
        })
        .expect("a label of the dossier")
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

/// The same text as other programs and people write it.
fn variations(text: &str) -> Vec<(&'static str, String)> {
    let decomposed: String = text.nfd().collect();
    vec![
        ("doubled spaces", format!("  {}  ", text.replace(' ', "  "))),
        ("tabs and no-break spaces", text.replacen(' ', "\u{a0}", 3)),
        ("marks apart", normalize(&decomposed)),
        ("line ends", normalize(&text.replace('\n', "\r\n"))),
        ("trailing line", format!("{text}\n")),
    ]
}

#[test]
fn every_case_is_understood() {
    let is_update = std::env::vars().any(|(name, _)| name == "UPDATE_FIXTURES");
    let mut misses = Vec::new();
    let mut n_cases = 0;
    // By tenths of the stated confidence: how many places, how many of them right.
    let mut stated: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    let mut folders: Vec<PathBuf> = fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    for folder in folders {
        let dossier = read_dossier(&folder);
        let places = Places::new(&dossier);
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.ends_with("dossier.txt") {
                continue;
            }
            let mut known = Known::default();
            let mut after_context = false;
            let mut has_why = false;
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
                    has_why |= line.starts_with("# ");
                    writeln!(rewritten, "{line}").unwrap();
                    continue;
                };
                assert!(has_why, "{}: say why: {text}", path.display());
                n_cases += 1;
                let plain = text.replace("\\n", "\n");
                let citations = known.find(&places, &plain);
                let found = print(&plain, &citations, &dossier);
                writeln!(rewritten, "{text} ⇒ {}", found.replace('\n', "\\n")).unwrap();
                if found != expected.replace("\\n", "\n") {
                    misses.push(format!(
                        "{text}\n   expected {expected}\n   found    {found}"
                    ));
                }
                for place in &citations.places {
                    let label = place.node.label(&dossier).unwrap();
                    let is_right = expected
                        .split([';', '|'])
                        .any(|known| known.trim() == label);
                    let tenth = stated.entry(tenth(place.confidence.value())).or_default();
                    tenth.0 += 1;
                    tenth.1 += usize::from(is_right);
                }
                for (what, varied) in variations(&plain) {
                    let again = print(&varied, &known.find(&places, &varied), &dossier);
                    if squeeze(&again) != squeeze(&found) {
                        misses.push(format!("{what}: {text}\n   {found}\n   {again}"));
                    }
                }
            }
            if is_update {
                fs::write(&path, rewritten).unwrap();
            }
        }
    }
    assert!(n_cases >= 900, "{n_cases} cases");
    assert!(
        is_update || misses.is_empty(),
        "{} of {n_cases}:\n{}",
        misses.len(),
        misses.join("\n")
    );
    for (tenth, (n_places, n_right)) in stated {
        println!("stated {tenth}/10: {n_right} of {n_places} right");
    }
}

/// The tenth a confidence lies in.
fn tenth(confidence: f32) -> u32 {
    (1..=10)
        .rev()
        .find(|tenth| f64::from(confidence) + 1e-6 >= f64::from(*tenth) / 10.0)
        .unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_panics(text in "[ĐđIVXabcđ0-9.,;()“”\"\n -]{0,60}|(Điều|khoản|điểm|mục|Phụ lục|phần|đến|và|,|III|2|b|\\.| |này|Luật|số|\"|Đề án|gạch đầu dòng|thứ|trang|dòng|5){0,30}|\\PC{0,80}") {
        let dossier = read_dossier(&fixtures().join("de_an"));
        check_spans(&dossier, &Places::new(&dossier), &normalize(&text));
    }

    #[test]
    fn words_of_real_cases_in_any_order_do_not_panic(
        picks in proptest::collection::vec((0..2000_usize, 0..12_usize, 0..6_usize), 1..40)
    ) {
        let words = words_of_cases();
        let mut text = String::new();
        for (word, len, joint) in picks {
            for word in words.iter().cycle().skip(word).take(len) {
                text.push_str(word);
                text.push_str([" ", "", ", ", "\n", " (", "“"][joint]);
            }
        }
        let dossier = read_dossier(&fixtures().join("quy_che"));
        check_spans(&dossier, &Places::new(&dossier), &normalize(&text));
    }
}

fn words_of_cases() -> Vec<String> {
    let text = fs::read_to_string(fixtures().join("nghi_dinh/forms.txt")).unwrap();
    text.split_whitespace().map(str::to_owned).collect()
}

fn check_spans(dossier: &[Outline], places: &Places, text: &str) {
    let context = Context {
        headings: &[text],
        ..Context::default()
    };
    for context in [context, Context::default()] {
        let citations = places.find(text, &context);
        for place in &citations.places {
            assert!(place.span.slice(text).is_some());
            assert!(place.node.label(dossier).is_some());
        }
        for unresolved in &citations.unresolved {
            assert!(unresolved.span.slice(text).is_some());
        }
        for law in &citations.other_laws {
            assert!(law.slice(text).is_some());
        }
    }
}

/// Nanoseconds this thread has run; other processes do not count.
fn processor_time() -> Option<u64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok()
}

/// Sixteen times the text takes about sixteen times the time; quadratic would be 256 times.
#[test]
fn long_texts_take_time_in_proportion() {
    if processor_time().is_none() {
        return;
    }
    let dossier = read_dossier(&fixtures().join("nghi_dinh"));
    let places = Places::new(&dossier);
    for piece in [
        "Điều 1, ",
        "khoản 3, ",
        "khoản 1 (điểm a, ",
        "khoản 1; 2; 3; ",
        "Luật Đất đai tại Điều 5 và ",
        "so với Điều 1, Điều 2 và ",
        "“Điều 1 ",
        "mục tiêu; ",
        "Lý do: phạm vi điều chỉnh \n",
        "bổ sung Điều 99, ",
        "điểm a khoản\n",
        "Sở Tài chính, ",
    ] {
        let time = |n: usize| {
            let text = piece.repeat(n);
            (0..3)
                .map(|_| {
                    let start = processor_time().unwrap();
                    let found = places.find(&text, &Context::default());
                    assert!(found.places.len() <= 300 && found.unresolved.len() <= 300);
                    processor_time().unwrap() - start
                })
                .min()
                .unwrap()
        };
        let (short, long) = (time(500), time(8_000));
        assert!(
            long < short * 100 + 100_000_000,
            "{piece}: {short} ns, sixteen times as much {long} ns"
        );
    }
}
