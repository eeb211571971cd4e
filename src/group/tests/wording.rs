//! Differences by word.

use crate::group::difference::{Kind, difference};

/// What only the representative has in `[-…-]`, what only the member has in `{+…+}`.
#[track_caller]
fn check(representative: &str, member: &str, expected: &str) {
    let told: String = difference(representative, member)
        .into_iter()
        .map(|stretch| match stretch.kind {
            Kind::Same => stretch.text,
            Kind::Missing => format!("[-{}-]", stretch.text),
            Kind::Added => format!("{{+{}+}}", stretch.text),
        })
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn shows_what_a_member_says_otherwise() {
    check("Bổ sung kinh phí", "Bổ sung kinh phí", "Bổ sung kinh phí");
    check(
        "Tăng lên 10% vào 2025",
        "Tăng lên 15% vào 2025",
        "Tăng lên [-10% -]{+15% +}vào 2025",
    );
    check(
        "Đề nghị bỏ khoản 2",
        "Đề nghị bổ sung khoản 2",
        "Đề nghị [-bỏ -]{+bổ sung +}khoản 2",
    );
    check("a b c", "b c d", "[-a -]b c {+d+}");
    check("", "mới", "{+mới+}");
    check("cũ", "", "[-cũ-]");
}

#[test]
fn case_spaces_and_tone_placement_are_no_difference() {
    check("HÒA BÌNH  là", "Hoà bình là", "Hoà bình là");
    check("Văn bản", " văn\n bản ", "văn\n bản");
}

#[test]
fn long_texts_are_not_compared_for_ever() {
    let many = |word: &str| {
        let words: Vec<String> = (0..3_000).map(|n| format!("{word}{n} ")).collect();
        words.concat()
    };
    let (old, new) = (many("a"), many("b"));
    let told = difference(&format!("đầu {old}cuối"), &format!("đầu {new}cuối"));
    let kinds: Vec<Kind> = told.iter().map(|stretch| stretch.kind).collect();
    assert_eq!(kinds, [Kind::Same, Kind::Missing, Kind::Added, Kind::Same]);
}
