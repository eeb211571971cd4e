//! Matching and counting, on small readings whose figures can be checked by hand.

use serde_json::{Value, json};

use super::{Counts, Evaluation, Share};

#[track_caller]
fn check(expected: &Value, found: &Value, what: &str, counts: (u32, u32, u32)) -> Evaluation {
    let evaluation = Evaluation::of("case", expected, found).unwrap();
    let (expected, found, right) = counts;
    assert_eq!(
        evaluation.count(what),
        Counts {
            expected,
            found,
            right
        },
        "{what}: {:?}",
        evaluation.misses
    );
    evaluation
}

fn point(text: &str, sections: &[&str]) -> Value {
    json!({"text": text, "sections": sections})
}

#[test]
fn points_match_one_to_one() {
    let expected = json!({"points": [
        point("Đề nghị bổ sung số liệu năm 2020 vào mục tiêu", &["II.1"]),
        point("Đề nghị bỏ cụm từ nếu có ở cuối đoạn", &["II.2"]),
    ]});
    // A list mark, other marks on the letters and a word more do not matter; a half does.
    let found = json!({"points": [
        point("1.1. De nghi bo sung so lieu nam 2020 vao muc tieu.", &["II.1"]),
        point("Đề nghị bỏ cụm từ", &["II.2"]),
    ]});
    let evaluation = check(&expected, &found, "points", (2, 2, 1));
    let misses: Vec<(&str, &str)> = evaluation
        .misses
        .iter()
        .filter(|miss| miss.what == "points")
        .map(|miss| (miss.expected.as_str(), miss.got.as_str()))
        .collect();
    assert_eq!(
        misses,
        [
            ("Đề nghị bỏ cụm từ nếu có ở cuối đoạn", ""),
            ("", "Đề nghị bỏ cụm từ"),
        ]
    );
    check(&expected, &found, "sections", (2, 2, 1));
    check(&expected, &found, "citations", (1, 1, 1));
    check(&expected, &found, "primary_section", (2, 2, 1));
}

#[test]
fn equal_points_keep_their_order() {
    let expected = json!({"points": [
        point("Bỏ từ nếu có", &["Điều 1"]),
        point("Bỏ từ nếu có", &["Điều 2"]),
    ]});
    check(&expected, &expected, "citations", (2, 2, 2));
}

#[test]
fn a_reason_in_a_column_of_its_own_may_be_part_of_the_words() {
    let expected = json!({"points": [{"text": "Bỏ từ nếu có", "reason": "Trùng với khoản một"}]});
    let with = json!({"points": [{"text": "Bỏ từ nếu có Trùng với khoản một"}]});
    let without = json!({"points": [{"text": "Bỏ từ nếu có"}]});
    check(&expected, &with, "points", (1, 1, 1));
    check(&expected, &without, "points", (1, 1, 1));
}

#[test]
fn an_idea_found_twice_is_one_right_and_one_wrong() {
    let expected = json!({"points": [point("Bỏ từ nếu có", &[])]});
    let found = json!({"points": [point("Bỏ từ nếu có", &[]), point("Bỏ từ nếu có", &["*"])]});
    check(&expected, &found, "points", (1, 2, 1));
    check(&expected, &found, "sections", (0, 1, 0));
}

#[test]
fn labels_keep_the_letters_apart() {
    let one = |label: &str| json!({"points": [point("Đề nghị sửa", &[label])]});
    check(
        &one("Điều 4 khoản 1 điểm đ"),
        &one("Điều 4 khoản 1 điểm d"),
        "sections",
        (1, 1, 0),
    );
    check(
        &one("Điều 4 khoản 1 điểm đ"),
        &one("điều 4  Khoản 1 điểm Đ"),
        "sections",
        (1, 1, 1),
    );
}

#[test]
fn the_first_section_is_the_primary_one() {
    let expected = json!({"points": [point("Đề nghị sửa", &["II.1", "II.2"])]});
    let found = json!({"points": [point("Đề nghị sửa", &["II.2", "II.1"])]});
    check(&expected, &found, "sections", (2, 2, 2));
    check(&expected, &found, "primary_section", (1, 1, 0));
}

#[test]
fn only_what_is_stated_is_judged() {
    let found = json!({"points": [], "letter_number": "1/STC", "class": "agrees"});
    let evaluation = Evaluation::of("case", &json!({"letter_number": null}), &found).unwrap();
    let judged: Vec<&str> = evaluation.counts.keys().copied().collect();
    assert_eq!(judged, ["letter_number"]);
    // "There is none" is a statement, too.
    check(
        &json!({"letter_number": null}),
        &found,
        "letter_number",
        (0, 1, 0),
    );
}

#[test]
fn organizations_are_known_by_any_of_their_names() {
    let found = json!({"organizations": [{"name": "UBND huyện Hiệp Hoà", "confidence": 0.9}]});
    let name = |name: &str| json!({"organization": {"name": name}});
    let full = "Ủy ban nhân dân huyện Hiệp Hòa";
    let evaluation = check(&name(full), &found, "organization", (1, 1, 1));
    let bins = evaluation.calibration("organization");
    assert_eq!(bins.len(), 1);
    assert!((bins[0].stated - 0.9).abs() < 1e-9 && bins[0].right.value > 0.99);
    check(
        &name("UBND huyện Lạng Giang"),
        &found,
        "organization",
        (1, 1, 0),
    );
    let unlisted = json!({"organization": {
        "name": "Công ty TNHH Minh Tâm", "code": null, "aliases": ["UBND huyện Hiệp Hòa"],
    }});
    check(&unlisted, &found, "organization_unlisted", (1, 1, 1));
    let written = json!({"organizations": [], "organization": {"name": "Công ty TNHH Minh Tâm"}});
    check(&unlisted, &written, "organization_unlisted", (1, 1, 1));
    // Silence is better than a wrong name.
    let silent = json!({"organization": null});
    check(&name(full), &silent, "organization", (1, 0, 0));
    check(&silent, &found, "organization", (0, 1, 0));
}

#[test]
fn joint_letters_have_all_their_speakers() {
    let names = |names: &[&str]| {
        let all: Vec<Value> = names.iter().map(|name| json!({"name": name})).collect();
        json!({"organizations": all})
    };
    check(
        &names(&["Sở Y tế", "Sở Nội vụ"]),
        &names(&["Sở Nội vụ"]),
        "organization",
        (2, 1, 1),
    );
}

#[test]
fn numbers_ignore_stray_spaces() {
    check(
        &json!({"letter_number": "185/VKTQG-QLKH", "answers": {"number": "1/BXD-GD"}}),
        &json!({"letter_number": "185 /VKTQG – QLKH", "answers": {"number": "1/BXD-GD"}}),
        "letter_number",
        (1, 1, 1),
    );
}

#[test]
fn other_laws_may_be_cut_longer_or_shorter() {
    let laws = |laws: &[&str]| json!({"points": [{"text": "Sửa", "other_laws": laws}]});
    let found = laws(&[
        "Điều 62 Nghị định số 78/2025/NĐ-CP ngày 01/4/2025 của Chính phủ",
        "Luật Chuyển giao công nghệ",
        "khoản 1 Điều 9 Luật Đất đai",
    ]);
    // The law named without an article is not judged; the last one is wrong.
    check(
        &laws(&["Điều 62 Nghị định 78/2025/NĐ-CP"]),
        &found,
        "other_laws",
        (1, 2, 1),
    );
}

#[test]
fn suggestions_are_looked_for_in_the_first_and_first_three() {
    let wanted = |labels: &[&str]| {
        let all: Vec<Value> = labels.iter().map(|l| json!({"section": l})).collect();
        json!({"points": [{"text": "Sửa", "suggestions": all}]})
    };
    let found = json!({"points": [{"text": "Sửa", "suggestions": [
        {"section": "I", "confidence": 0.6},
        {"section": "II.1", "confidence": 0.2},
    ]}]});
    let evaluation = check(
        &wanted(&["II.1", "II.2"]),
        &found,
        "suggestion_1",
        (1, 1, 0),
    );
    assert!((evaluation.calibration("suggestion")[0].stated - 0.6).abs() < 1e-9);
    check(
        &wanted(&["II.1", "II.2"]),
        &found,
        "suggestion_3",
        (1, 1, 1),
    );
}

#[test]
fn a_section_found_is_the_first_suggestion() {
    let wanted = json!({"points": [{"text": "Sửa", "suggestions": [{"section": "II.1"}]}]});
    let found = json!({"points": [{"text": "Sửa", "sections": ["II.1"], "suggestions": []}]});
    check(&wanted, &found, "suggestion_1", (1, 1, 1));
}

#[test]
fn stances_are_confused_in_a_table() {
    let one = |stance: &str| json!({"points": [{"text": "Sửa", "stance": stance}]});
    let evaluation = check(&one("add"), &one("edit"), "stance", (1, 1, 0));
    assert_eq!(evaluation.confusion["stance"]["add"]["edit"], 1);
}

#[test]
fn rows_are_readings_of_their_own() {
    let row = |n: u64, class: &str| json!({"row": n, "class": class, "points": []});
    let expected = json!({"rows": [row(2, "agrees"), row(3, "comments")]});
    let found = json!({"rows": [row(2, "agrees"), row(4, "comments")]});
    let evaluation = check(&expected, &found, "class", (2, 1, 1));
    assert_eq!(evaluation.n_readings, 3);
}

#[test]
fn wilson_interval_of_no_errors() {
    // The figure the design warns about: 89 cases without an error prove only 0.96.
    let share = Share::new(89.0, 89.0).unwrap();
    assert!((share.low - 0.9586).abs() < 0.0005, "{share:?}");
    assert!((share.high - 1.0).abs() < 1e-9);
    let share = Share::new(8.0, 10.0).unwrap();
    assert!((share.low - 0.4902).abs() < 0.0005, "{share:?}");
    assert!((share.high - 0.9433).abs() < 0.0005, "{share:?}");
    assert_eq!(Share::new(0.0, 0.0), None);
}

#[test]
fn what_cannot_be_understood_is_said() {
    let wrong = json!({"points": [{"text": 3}]});
    assert!(Evaluation::of("case", &wrong, &json!({})).is_err());
    let wrong = json!({"rows": [{"class": "agrees"}]});
    assert!(Evaluation::of("case", &wrong, &json!({})).is_err());
}
