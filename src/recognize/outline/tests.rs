use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use proptest::prelude::{prop_assert, proptest};

use super::{LabelledSection, outline_from_labels, parse_outlines};
use crate::domain::{DraftLine, Outline, SectionKind};
use crate::text::normalize::normalize;

fn lines(text: &str) -> Vec<DraftLine> {
    text.lines()
        .map(|line| DraftLine {
            text: line.to_owned(),
            cells: line
                .contains('\t')
                .then(|| line.split('\t').map(str::to_owned).collect()),
            ..DraftLine::default()
        })
        .collect()
}

fn print(outline: &Outline) -> String {
    let mut out = format!("title: {}\n", outline.title);
    for node in &outline.nodes {
        let heading: String = node.heading.chars().take(60).collect();
        writeln!(
            out,
            "{} {} | {} | {heading}",
            node.level,
            node.label,
            node.kind.code()
        )
        .unwrap();
    }
    out
}

#[test]
fn drafts() {
    let is_update = std::env::vars().any(|(name, _)| name == "UPDATE_FIXTURES");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/recognize/outline");
    let mut misses = Vec::new();
    let mut n_cases = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.extension().is_none_or(|extension| extension != "txt")
            || name.contains(".expected.")
        {
            continue;
        }
        n_cases += 1;
        let text = normalize(&fs::read_to_string(&path).unwrap());
        let (outlines, warnings) = parse_outlines("Đề án", &lines(&text));
        let mut found = String::new();
        for outline in &outlines {
            if outlines.len() > 1 {
                writeln!(found, "document: {}", outline.document).unwrap();
            }
            found.push_str(&print(outline));
            labels_lead_back(outline);
        }
        for warning in &warnings {
            writeln!(found, "! {} {}", warning.code, warning.problem).unwrap();
        }
        let expected_path = path.with_extension("expected.txt");
        if is_update {
            fs::write(&expected_path, &found).unwrap();
        }
        if found != fs::read_to_string(&expected_path).unwrap_or_default() {
            misses.push(format!("{name}\n{found}"));
        }
    }
    assert!(n_cases >= 14);
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

/// The labels of an outline make the same tree again.
fn labels_lead_back(outline: &Outline) {
    let sections: Vec<LabelledSection> = outline
        .nodes
        .iter()
        .map(|node| LabelledSection {
            label: node.label.clone(),
            heading: node.heading.clone(),
            text: node.body.clone(),
        })
        .collect();
    let (again, warnings) = outline_from_labels(&outline.document, &outline.title, &sections);
    assert!(warnings.is_empty(), "{warnings:?}");
    for (node, again) in outline.nodes.iter().zip(&again.nodes) {
        assert_eq!(node.parent, again.parent, "{}", node.label);
        if node.kind != SectionKind::Row && node.kind != SectionKind::Number {
            assert_eq!(node.kind, again.kind, "{}", node.label);
        }
    }
}

#[test]
fn text_without_structure_is_warned_about() {
    let (outlines, warnings) = parse_outlines("Đề án", &lines("Một đoạn văn.\nMột đoạn khác."));
    assert_eq!(outlines.len(), 1);
    assert!(outlines[0].nodes.is_empty());
    assert_eq!(warnings.len(), 1);
}

proptest! {
    #[test]
    fn parents_come_before_children(text in "((I|II|III)\\. A\n|(1|2|3)\\. b\n|1\\.1\\. c\n|(a|b|đ)\\) d\n|- e\n|Điều (1|2|3)\\. F\n|Chương I\n|PHỤ LỤC\n|(1|2)\tx\ty\n|A\\. G\n|Nơi nhận:\n|chữ\n|QUY CHẾ\n|\\(Kèm theo Quyết định\\)\n|MỤC LỤC\n|“Điều 2. F\n|g”.\n|F\n|Điều 2. F 3\n){0,40}|\\PC{0,80}") {
        let (outlines, _) = parse_outlines("X", &lines(&normalize(&text)));
        for outline in outlines {
            for (at, node) in outline.nodes.iter().enumerate() {
                prop_assert!(node.parent.is_none_or(|parent| parent < at));
                prop_assert!(!node.label.is_empty());
            }
        }
    }
}
