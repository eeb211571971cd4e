use std::fs;
use std::path::Path;

use super::Dossier;
use super::place::{self, Surroundings};
use crate::app::setup::read_outlines;
use crate::domain::{NodeRef, Span};

/// How suggestions do on one draft.
#[derive(Default)]
struct Figures {
    n: usize,
    n_first: usize,
    n_in_three: usize,
    /// What was stated of the first one, and whether it was right.
    stated: Vec<(f32, bool)>,
}

/// Whether a label is one of those expected; `Điều 9*` stands for everything in it.
fn is_right(label: &str, expected: &str) -> bool {
    expected
        .split("; ")
        .any(|wanted| match wanted.strip_suffix('*') {
            Some(above) => label
                .strip_prefix(above)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '.'])),
            None => label == wanted,
        })
}

fn measure(draft: &str, comments: &str, figures: &mut Figures) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let bytes = fs::read(root.join("eval/development").join(draft)).unwrap();
    let (outlines, _) = read_outlines("Dự thảo", draft, &bytes);
    let dossier = Dossier::from_outlines(outlines, Some(0), &[]);
    let cases = fs::read_to_string(root.join("recognize/suggestion").join(comments)).unwrap();
    for line in cases.lines().filter(|line| !line.starts_with('#')) {
        let (expected, words) = line.split_once('\t').unwrap();
        let mut point = super::Point {
            spans: vec![Span::whole(words)],
            ..super::Point::default()
        };
        place::recognize(&dossier, words, &mut point, Surroundings::default());
        let places: Vec<NodeRef> = point.places.iter().map(|(node, _)| *node).collect();
        let suggestions = dossier.suggest(words, &places);
        // A heading named in words is cited, and comes before what is suggested.
        let labels: Vec<String> = places
            .iter()
            .chain(suggestions.iter().map(|suggestion| &suggestion.node))
            .filter_map(|node| dossier.label(*node))
            .filter(|label| label != "*")
            .collect();
        let right = |label: &String| is_right(label, expected);
        figures.n += 1;
        figures.n_first += usize::from(labels.first().is_some_and(right));
        figures.n_in_three += usize::from(labels.iter().take(3).any(right));
        if let (Some(first), Some(label)) = (suggestions.first(), labels.first()) {
            figures
                .stated
                .push((first.confidence.value(), right(label)));
        }
    }
}

#[test]
fn suggestions_for_comments_without_a_place() {
    let mut figures = Figures::default();
    measure("de_an_thi_truong/outline.docx", "de_an.tsv", &mut figures);
    measure(
        "nghi_dinh_dai_hoc/outline.txt",
        "nghi_dinh_dai_hoc.tsv",
        &mut figures,
    );
    let Figures {
        n,
        n_first,
        n_in_three,
        stated,
    } = &figures;
    println!("{n_first} of {n} first, {n_in_three} in three");
    assert!(*n >= 40);
    assert!(n_first * 100 >= n * 70, "{n_first} of {n} first");
    assert!(n_in_three * 100 >= n * 85, "{n_in_three} of {n} in three");
    let sure: Vec<bool> = stated
        .iter()
        .filter(|(confidence, _)| *confidence >= 0.8)
        .map(|(_, right)| *right)
        .collect();
    let n_right = sure.iter().filter(|right| **right).count();
    assert!(
        n_right * 10 >= sure.len() * 8,
        "{n_right} of {} sure ones",
        sure.len()
    );
}

/// Mails in `fixtures/understand/mail/`, against a directory of three departments.
/// `UPDATE_FIXTURES=1` writes what is understood now.
#[test]
fn mails_are_understood_whoever_sends_them_on() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let draft = root.join("consultation/bac_giang_2021/documents/de_an.docx");
    let (outlines, _) = read_outlines("Đề án", "de_an.docx", &fs::read(draft).unwrap());
    let organizations = "code,name,kind,parent,aliases,letter_suffixes,domains,emails,valid_from,valid_to\n\
         SKHCN,Sở Khoa học và Công nghệ,department,,,SKHCN,skhcn.example,,,\n\
         SYT,Sở Y tế,department,,,SYT,syt.example,,,\n\
         STC,Sở Tài chính,department,,,STC,stc.example,,,\n";
    let mut organizations =
        crate::app::catalog::parse_organizations("organizations.csv", organizations).unwrap();
    for (id, organization) in (1..).zip(&mut organizations) {
        organization.id = crate::domain::OrganizationId(id);
    }
    let dossier = Dossier::from_outlines(outlines, Some(0), &organizations);
    let updates = std::env::var_os("UPDATE_FIXTURES").is_some_and(|value| value == "1");
    let mut cases: Vec<_> = fs::read_dir(root.join("understand/mail"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    let mut problems = String::new();
    for case in &cases {
        assert!(case.join("note.md").exists(), "{}", case.display());
        let bytes = fs::read(case.join("input.eml")).unwrap();
        let found = told(&dossier, &bytes);
        let expected = case.join("expected.txt");
        if updates {
            fs::write(&expected, &found).unwrap();
        }
        if fs::read_to_string(&expected).unwrap_or_default() != found {
            problems.push_str(&format!("== {}\n{found}\n", case.display()));
        }
    }
    assert!(problems.is_empty(), "{problems}");
}

/// Everything concluded from a mail, with all letters in it.
fn told(dossier: &Dossier, bytes: &[u8]) -> String {
    let mut out = String::new();
    let mut turns = std::collections::VecDeque::from([0]);
    while let Some(letter) = turns.pop_front() {
        let hint = super::Hint {
            letter,
            ..super::Hint::default()
        };
        let understood = super::understand_letter(dossier, bytes, "thu.eml", hint);
        let names: Vec<_> = understood
            .organizations
            .iter()
            .filter_map(|id| dossier.organization_name(*id))
            .collect();
        out.push_str(&format!(
            "{}, {:?}: {} · {} · {} · đến {}\n",
            understood.disposition.code(),
            understood.class,
            names.join("; "),
            understood.sender.as_deref().unwrap_or("-"),
            understood
                .letter_number
                .as_ref()
                .map_or("-", |number| number.as_str()),
            understood
                .arrived_on
                .map_or("-".to_owned(), |day| day.to_string()),
        ));
        for part in &understood.parts {
            out.push_str(&format!("  {} ({})\n", part.path, part.role));
        }
        for point in &understood.points {
            let words = understood.text_of(point).replace('\n', " ⏎ ");
            let path = &understood.parts[point.part].path;
            out.push_str(&format!("  - {path}: {words}\n"));
        }
        for evidence in &understood.evidence {
            out.push_str(&format!("  = {}\n", evidence.rule));
        }
        for reason in &understood.reasons {
            out.push_str(&format!("  ? {reason}\n"));
        }
        for warning in &understood.warnings {
            let value = warning.value.as_deref().unwrap_or_default();
            out.push_str(&format!(
                "  ! {} [{value}] {}\n",
                warning.code, warning.problem
            ));
        }
        turns.extend(understood.others.iter().map(|other| other.number));
    }
    out
}
