use proptest::prelude::{any, prop_assert, proptest};

use super::SectionIndex;
use crate::domain::{NodeRef, Outline, OutlineNode, SectionKind};

/// A draft of sections with headings and texts, each below the one `parent` names.
fn draft(sections: &[(&str, &str, &str, Option<usize>)]) -> Outline {
    let nodes = sections
        .iter()
        .map(|(label, heading, body, parent)| OutlineNode {
            kind: SectionKind::Number,
            level: if parent.is_some() { 2 } else { 1 },
            label: (*label).to_owned(),
            heading: (*heading).to_owned(),
            body: (*body).to_owned(),
            parent: *parent,
            pages: None,
        });
    Outline {
        document: "Đề án".to_owned(),
        title: String::new(),
        nodes: nodes.collect(),
    }
}

fn example() -> Outline {
    draft(&[
        ("I", "MỤC TIÊU", "", None),
        (
            "I.1",
            "Mục tiêu tổng quát",
            "Phát triển thị trường đồng bộ.",
            Some(0),
        ),
        ("II", "GIẢI PHÁP", "", None),
        (
            "II.1",
            "Sàn giao dịch công nghệ",
            "Tiếp nhận thông tin chào bán.",
            Some(2),
        ),
        (
            "II.2",
            "Đào tạo nhân lực",
            "Bồi dưỡng kỹ năng môi giới cho cán bộ.",
            Some(2),
        ),
        (
            "III",
            "KINH PHÍ",
            "Ngân sách nhà nước bố trí hằng năm.",
            None,
        ),
    ])
}

fn labels(index: &SectionIndex, outline: &Outline, words: &str) -> Vec<String> {
    let suggestions = index.suggest(words, None);
    let labels = suggestions.iter().map(|suggestion| match suggestion.node {
        NodeRef::Node { node, .. } => outline.nodes[node].label.clone(),
        other => panic!("no section: {other:?}"),
    });
    labels.collect()
}

#[test]
fn the_section_that_speaks_of_the_same_comes_first() {
    let outline = example();
    let index = SectionIndex::new(std::slice::from_ref(&outline), Some(0));
    for (words, label) in [
        ("Nên mở lớp bồi dưỡng môi giới cho cán bộ huyện", "II.2"),
        ("nen mo lop boi duong moi gioi", "II.2"),
        ("Sàn giao dịch thu phí thế nào?", "II.1"),
        ("Cần bố trí NSNN sớm hơn", "III"),
    ] {
        assert_eq!(labels(&index, &outline, words)[0], label, "{words}");
    }
    assert!(labels(&index, &outline, "Xin cảm ơn").is_empty());
}

#[test]
fn more_of_the_same_words_is_more_sure() {
    let outline = example();
    let index = SectionIndex::new(std::slice::from_ref(&outline), Some(0));
    let sure = |words: &str| index.suggest(words, None)[0].confidence;
    assert!(
        sure("Sàn giao dịch công nghệ tiếp nhận thông tin") > sure("giao dịch ngân sách, đào tạo")
    );
}

#[test]
fn a_named_document_is_searched_alone() {
    let outlines = [example(), example()];
    let index = SectionIndex::new(&outlines, Some(0));
    let document = |within| match index.suggest("Sàn giao dịch công nghệ", within)[0].node {
        NodeRef::Node { outline, .. } => outline,
        other => panic!("no section: {other:?}"),
    };
    assert_eq!(document(None), 0);
    assert_eq!(document(Some(1)), 1);
}

#[test]
fn long_texts_take_no_more_than_their_length() {
    let outline = example();
    let index = SectionIndex::new(std::slice::from_ref(&outline), None);
    let started = std::time::Instant::now();
    let suggestions = index.suggest(&"sàn giao dịch ".repeat(200_000), None);
    assert!(!suggestions.is_empty());
    assert!(started.elapsed().as_secs() < 10);
}

proptest! {
    #[test]
    fn nothing_panics(
        words in "(sàn|giao|dịch|KH&CN|mục| |\\.|\n|3){0,40}|\\PC{0,80}",
        headings in proptest::collection::vec(("\\PC{0,30}|sàn giao dịch", any::<usize>()), 0..12),
    ) {
        let nodes: Vec<(&str, &str, &str, Option<usize>)> = headings
            .iter()
            .enumerate()
            // Also parents that stand after their child, which no draft has.
            .map(|(at, (heading, parent))| ("1", &**heading, &**heading, Some(parent % (at + 2))))
            .collect();
        let outline = draft(&nodes);
        let index = SectionIndex::new(std::slice::from_ref(&outline), None);
        let suggestions = index.suggest(&words, None);
        prop_assert!(suggestions.len() <= 3);
        prop_assert!(suggestions.windows(2).all(|pair| pair[0].confidence >= pair[1].confidence));
        for suggestion in suggestions {
            prop_assert!(suggestion.node.label(std::slice::from_ref(&outline)).is_some());
        }
    }
}
