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
