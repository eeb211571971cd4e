use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::{prop_assert, proptest};

use super::{Link, align};
use crate::domain::{DraftLine, Outline, OutlineNode, SectionChange, SectionKind};
use crate::recognize::outline::parse_outlines;
use crate::text::normalize::normalize;

/// Old label, relation, new label; `-` for none.
type Relation = (String, String, String);

fn outline(text: &str) -> Outline {
    let lines: Vec<DraftLine> = normalize(text)
        .lines()
        .map(|line| DraftLine {
            text: line.to_owned(),
            ..DraftLine::default()
        })
        .collect();
    let (outlines, _) = parse_outlines("Dự thảo", &lines);
    outlines.into_iter().next().unwrap()
}

fn label(outline: &Outline, at: Option<usize>) -> String {
    at.map_or("-".to_owned(), |at| outline.nodes[at].label.clone())
}

fn relation(old: &Outline, new: &Outline, link: &Link) -> Relation {
    (
        label(old, link.old),
        link.change.code().to_owned(),
        label(new, link.new),
    )
}

#[derive(Default)]
struct Score {
    n_expected: usize,
    n_found: usize,
    n_right: usize,
    /// The same without the name of the relation: did the section find its place?
    n_right_places: usize,
    n_places: usize,
    n_expected_places: usize,
    n_sure: usize,
    n_sure_right: usize,
}

fn ratio(part: usize, whole: usize) -> f64 {
    let number = |n: usize| f64::from(u32::try_from(n).unwrap());
    number(part) / number(whole.max(1))
}

fn measure(name: &str, total: &mut Score, misses: &mut String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/recognize/alignment");
    let read = |part: &str| fs::read_to_string(folder.join(format!("{name}.{part}"))).unwrap();
    let (old, new) = (outline(&read("old.txt")), outline(&read("new.txt")));
    let expected: BTreeSet<Relation> = read("expected.tsv")
        .lines()
        .map(|line| {
            let mut cells = line.split('\t').map(str::to_owned);
            (
                cells.next().unwrap(),
                cells.next().unwrap(),
                cells.next().unwrap(),
            )
        })
        .collect();
    let links = align(&old, &new);
    every_section_is_linked(&old, &new, &links);
    let place = |relation: &Relation| (relation.0.clone(), relation.2.clone());
    let expected_places: BTreeSet<(String, String)> = expected.iter().map(place).collect();
    for link in &links {
        let found = relation(&old, &new, link);
        let is_right = expected.contains(&found);
        let is_right_place = expected_places.contains(&place(&found));
        total.n_found += 1;
        total.n_right += usize::from(is_right);
        total.n_places += 1;
        total.n_right_places += usize::from(is_right_place);
        if !link.confidence.needs_person() {
            total.n_sure += 1;
            total.n_sure_right += usize::from(is_right_place);
        }
        if !is_right {
            writeln!(
                misses,
                "{name} + {found:?} {} {:.2} {:.2}",
                link.rule,
                link.similarity,
                link.confidence.value()
            )
            .unwrap();
        }
    }
    let found: BTreeSet<Relation> = links
        .iter()
        .map(|link| relation(&old, &new, link))
        .collect();
    for missing in expected.difference(&found) {
        writeln!(misses, "{name} - {missing:?}").unwrap();
    }
    total.n_expected += expected.len();
    total.n_expected_places += expected_places.len();
}

fn every_section_is_linked(old: &Outline, new: &Outline, links: &[Link]) {
    let olds: BTreeSet<usize> = links.iter().filter_map(|link| link.old).collect();
    let news: BTreeSet<usize> = links.iter().filter_map(|link| link.new).collect();
    assert_eq!(olds.len(), old.nodes.len());
    assert_eq!(news.len(), new.nodes.len());
}

/// Drafts cut from official documents and changed by hand, with what became of each section.
#[test]
fn drafts_changed_by_hand() {
    let mut total = Score::default();
    let mut misses = String::new();
    for name in [
        "nghi_dinh_quan_ly_chat_luong_2026",
        "nghi_quyet_03_chuong_trinh_hanh_dong",
        "nghi_dinh_125_khcn_dai_hoc",
    ] {
        measure(name, &mut total, &mut misses);
    }
    let precision = ratio(total.n_right, total.n_found);
    let recall = ratio(total.n_right, total.n_expected);
    let place_precision = ratio(total.n_right_places, total.n_places);
    let place_recall = ratio(total.n_right_places, total.n_expected_places);
    let sure = ratio(total.n_sure_right, total.n_sure);
    let summary = format!(
        "{} relations; relation: precision {precision:.4}, recall {recall:.4}; place: precision \
         {place_precision:.4}, recall {place_recall:.4}; sure {} right {sure:.4}\n{misses}",
        total.n_expected, total.n_sure
    );
    println!("{summary}");
    assert!(total.n_expected >= 900, "{summary}");
    assert!(place_precision >= 0.98 && place_recall >= 0.98, "{summary}");
    assert!(precision >= 0.97 && recall >= 0.97, "{summary}");
    assert!(sure >= 0.995, "{summary}");
}

#[test]
fn a_draft_is_the_same_as_itself() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/recognize/outline");
    let mut n_sections = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let draft = outline(&fs::read_to_string(path).unwrap());
        for link in align(&draft, &draft) {
            n_sections += 1;
            assert_eq!(link.old, link.new, "{}", label(&draft, link.old));
            assert_eq!(
                link.change,
                SectionChange::Same,
                "{}",
                label(&draft, link.old)
            );
        }
    }
    assert!(n_sections > 100);
}

fn node(label: &str, heading: &str, parent: Option<usize>) -> OutlineNode {
    OutlineNode {
        kind: SectionKind::Number,
        level: 1,
        label: label.to_owned(),
        heading: heading.to_owned(),
        body: String::new(),
        parent,
        pages: None,
    }
}

#[test]
fn short_headings_are_found_by_their_place() {
    let draft = |headings: &[&str]| Outline {
        nodes: headings
            .iter()
            .enumerate()
            .map(|(at, heading)| node(&format!("I.{}", at + 1), heading, None))
            .collect(),
        ..Outline::default()
    };
    let old = draft(&["Mục đích", "Yêu cầu", "Kinh phí"]);
    let new = draft(&["Yêu cầu", "Mục đích", "Kinh phí thực hiện"]);
    let found: BTreeMap<String, String> = align(&old, &new)
        .iter()
        .map(|link| (label(&old, link.old), label(&new, link.new)))
        .collect();
    let expected = [("I.1", "I.2"), ("I.2", "I.1"), ("I.3", "I.3")];
    let expected: BTreeMap<String, String> = expected
        .iter()
        .map(|(old, new)| ((*old).to_owned(), (*new).to_owned()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn twenty_thousand_sections_of_boilerplate_take_no_time() {
    let draft = Outline {
        nodes: (0..20_000)
            .map(|at| {
                let words = "Ủy ban nhân dân cấp tỉnh chịu trách nhiệm tổ chức thực hiện số";
                node(&format!("{at}"), &format!("{words} {at}"), None)
            })
            .collect(),
        ..Outline::default()
    };
    let started = Instant::now();
    assert_eq!(align(&draft, &draft).len(), 20_000);
    assert!(started.elapsed() < Duration::from_secs(20));
}

proptest! {
    #[test]
    fn every_section_of_any_two_drafts_is_linked(
        old in "((I|II)\\. A b c d e f\n|(1|2|3)\\. (b c|d e f g h k|x)\n|(a|b)\\) (d|e f g h i j)\n|- e\n|Điều (1|2|3)\\. F\n|Chương I\n|Căn cứ\n){0,20}",
        new in "((I|II)\\. A b c d e f\n|(1|2|3)\\. (b c|d e f g h k|x)\n|(a|b)\\) (d|e f g h i j)\n|- e\n|Điều (1|2|3)\\. F\n|Chương I\n|Căn cứ\n){0,20}",
    ) {
        let (old, new) = (outline(&old), outline(&new));
        let links = align(&old, &new);
        every_section_is_linked(&old, &new, &links);
        for link in links {
            prop_assert!(link.old.is_some() || link.new.is_some());
            prop_assert!((0.0..=1.0).contains(&link.similarity));
        }
    }
}
