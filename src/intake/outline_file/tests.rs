use super::{parse_outline_toml, parse_outline_tsv};
use crate::domain::SectionKind;
use crate::domain::SectionKind::{
    Annex, Article, Chapter, Clause, Dash, Division, Letter, Named, Number, Part, Roman, Row,
};

#[track_caller]
fn check(labels: &[(&str, SectionKind, u8, Option<&str>)]) {
    let sections: Vec<String> = labels
        .iter()
        .map(|(label, ..)| format!("[[section]]\nlabel = \"{label}\"\nheading = \"x\"\n"))
        .collect();
    let text = sections.concat();
    let (outline, warnings) = parse_outline_toml(&text, "Đề án");
    assert_eq!(warnings, []);
    for (node, &(label, kind, level, parent)) in outline.nodes.iter().zip(labels) {
        let found = node.parent.map(|at| outline.nodes[at].label.as_str());
        assert_eq!(
            (node.label.as_str(), node.kind, node.level, found),
            (label, kind, level, parent)
        );
    }
    assert_eq!(outline.nodes.len(), labels.len());
}

#[test]
fn a_decision_with_articles() {
    check(&[
        ("Căn cứ", Named, 1, None),
        ("Chương I", Chapter, 1, None),
        ("Mục 1", Division, 2, Some("Chương I")),
        ("Điều 1", Article, 3, Some("Mục 1")),
        ("Điều 1 khoản 2", Clause, 4, Some("Điều 1")),
        ("Điều 1 khoản 2 điểm đ", Letter, 5, Some("Điều 1 khoản 2")),
        ("Chương II", Chapter, 1, None),
        ("Chương II Mục 1", Division, 2, Some("Chương II")),
        ("Điều 2", Article, 3, Some("Chương II Mục 1")),
        ("Nơi nhận", Named, 1, None),
    ]);
}

#[test]
fn a_plan_with_roman_headings() {
    check(&[
        ("A", Part, 1, None),
        ("A.I", Roman, 2, Some("A")),
        ("I", Roman, 1, None),
        ("I.1", Number, 2, Some("I")),
        ("I.1.1", Number, 3, Some("I.1")),
        ("I.1.a", Letter, 3, Some("I.1")),
        ("IV.1.-3", Dash, 1, None),
        ("I.1.-2", Dash, 3, Some("I.1")),
        ("Phụ lục I", Annex, 1, None),
        ("Phụ lục I.3", Row, 2, Some("Phụ lục I")),
        ("Nơi nhận", Named, 1, None),
    ]);
}

#[test]
fn tsv_keeps_the_levels_of_its_file() {
    let text = "https://a.example/x\n# Nghị định\n# cột\n1\tChương I\tQUY ĐỊNH CHUNG\n3\tĐiều 1\tPhạm vi\n4\tĐiều 1 khoản 1\t\nhỏng\n";
    let (outline, warnings) = parse_outline_tsv(text, "Nghị định");
    assert_eq!(outline.title, "Nghị định");
    let found: Vec<_> = outline
        .nodes
        .iter()
        .map(|node| (node.level, node.parent))
        .collect();
    assert_eq!(found, [(1, None), (3, Some(0)), (4, Some(1))]);
    assert_eq!(warnings.len(), 1);
}

#[test]
fn broken_toml_names_its_line() {
    let (outline, warnings) = parse_outline_toml("title = \"a\"\n[[section]\n", "Đề án");
    assert!(outline.nodes.is_empty());
    assert_eq!(warnings[0].code, "outline.broken_toml");
}
