//! Copies of a small plan, edited.

use std::fmt::Write as _;

use super::{CopyLine, DraftTexts, Edit};
use crate::domain::{DraftLine, Outline};
use crate::recognize::outline::parse_outlines;

const DRAFT: &str = "\
ĐỀ ÁN
Phát triển thị trường khoa học và công nghệ
I. SỰ CẦN THIẾT
Thị trường khoa học và công nghệ của tỉnh còn sơ khai, ít giao dịch.
II. MỤC TIÊU
1. Mục tiêu chung
Phát triển thị trường khoa học và công nghệ đồng bộ, hiện đại.
2. Mục tiêu cụ thể
a) Tốc độ tăng giá trị giao dịch công nghệ bình quân đạt 15%/năm.
b) Đến năm 2025 có ít nhất 10 tổ chức trung gian hoạt động.
c) Đào tạo 200 lượt người về môi giới công nghệ.
III. GIẢI PHÁP
1. Hoàn thiện cơ chế, chính sách hỗ trợ thị trường khoa học và công nghệ.
2. Xây dựng sàn giao dịch công nghệ trực tuyến của tỉnh, kết nối quốc gia.
3. Bố trí kinh phí từ ngân sách nhà nước và xã hội hóa.
IV. TỔ CHỨC THỰC HIỆN
Sở Khoa học và Công nghệ chủ trì, phối hợp với các sở, ngành liên quan.
TM. ỦY BAN NHÂN DÂN";

fn line(words: &str) -> CopyLine {
    CopyLine {
        words: words.to_owned(),
        is_frame: false,
    }
}

fn outlines() -> Vec<Outline> {
    let lines: Vec<DraftLine> = DRAFT
        .lines()
        .map(|line| DraftLine {
            text: line.to_owned(),
            ..DraftLine::default()
        })
        .collect();
    parse_outlines("Đề án", &lines).0
}

/// Edits the plan by replacing words, and compares what is told with `expected`: a line a change,
/// `label: edit`.
#[track_caller]
fn check(replacements: &[(&str, &str)], expected: &str) {
    let mut copy = DRAFT.to_owned();
    for (old, new) in replacements {
        assert!(copy.contains(old), "{old}");
        copy = copy.replace(old, new);
    }
    let outlines = outlines();
    let lines: Vec<CopyLine> = copy.lines().map(line).collect();
    let copied = DraftTexts::new(&outlines)
        .compare(&lines)
        .expect("it is a copy");
    let mut told = String::new();
    for change in copied.comparison.expect("it can be told").changes {
        let label = change.node.label(&outlines).unwrap();
        let edit = match change.edit {
            Edit::Replaced { old, new } => format!("{old} → {new}"),
            Edit::Inserted { after, new } => format!("{after} … + {new}"),
            Edit::Removed { old } => format!("- {old}"),
            Edit::Added { new } => format!("+ {new}"),
        };
        writeln!(told, "{label}: {}", edit.replace('\n', " ⏎ ")).unwrap();
    }
    assert_eq!(told.trim_end(), expected);
}

#[test]
fn an_unchanged_copy_says_nothing() {
    check(&[], "");
    // Layout, case and the place of tone marks are no changes.
    check(&[("xã hội hóa", "xã hội  hoá")], "");
}

#[test]
fn words_are_replaced_inserted_and_removed() {
    check(&[("15%/năm", "20%/năm")], "II.2.a: 15%/năm. → 20%/năm.");
    check(
        &[("ít nhất 10 tổ chức", "ít nhất 10 tổ chức, cá nhân")],
        "II.2.b: có ít nhất 10 tổ chức … + cá nhân",
    );
    check(
        &[("kết nối quốc gia", "kết nối với sàn quốc gia")],
        "III.2: trực tuyến của tỉnh, kết nối … + với sàn",
    );
    check(&[(", ít giao dịch", "")], "I: - ít giao dịch");
}

#[test]
fn changes_close_together_are_one() {
    check(
        &[(
            "10 tổ chức trung gian hoạt động",
            "15 tổ chức môi giới hoạt động",
        )],
        "II.2.b: 10 tổ chức trung gian → 15 tổ chức môi giới",
    );
}

#[test]
fn a_new_paragraph_renumbers_and_changes_nothing_else() {
    check(
        &[
            (
                "2. Xây dựng sàn",
                "2. Tổ chức chợ công nghệ và thiết bị hằng năm.\n3. Xây dựng sàn",
            ),
            ("3. Bố trí", "4. Bố trí"),
        ],
        "III.1: + Tổ chức chợ công nghệ và thiết bị hằng năm.",
    );
}

#[test]
fn a_paragraph_is_removed() {
    check(
        &[("c) Đào tạo 200 lượt người về môi giới công nghệ.\n", "")],
        "II.2.c: - Đào tạo 200 lượt người về môi giới công nghệ.",
    );
}

#[test]
fn what_is_moved_is_not_changed() {
    check(
        &[
            ("c) Đào tạo 200 lượt người về môi giới công nghệ.\n", ""),
            (
                "III. GIẢI PHÁP\n",
                "III. GIẢI PHÁP\n1. Đào tạo 200 lượt người về môi giới công nghệ.\n",
            ),
        ],
        "",
    );
}

#[test]
fn a_letter_that_quotes_is_no_copy() {
    let letter = [
        "Sở Tài chính có ý kiến như sau:",
        "Tốc độ tăng giá trị giao dịch công nghệ bình quân đạt 15%/năm.",
        "Đề nghị xem lại tính khả thi của chỉ tiêu này so với số liệu năm 2020.",
        "Bố trí kinh phí từ ngân sách nhà nước và xã hội hóa.",
        "Đề nghị nêu rõ cơ cấu nguồn vốn và phân kỳ thực hiện theo từng năm.",
    ]
    .map(line);
    assert_eq!(DraftTexts::new(&outlines()).compare(&letter), None);
}
