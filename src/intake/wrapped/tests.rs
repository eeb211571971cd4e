use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use super::draft_lines;
use crate::text::normalize::normalize;

fn pages(text: &str) -> String {
    let pages: Vec<String> = text.split('\u{c}').map(normalize).collect();
    pages.join("\u{c}")
}

#[test]
fn texts_of_drafts() {
    let is_update = std::env::vars().any(|(name, _)| name == "UPDATE_FIXTURES");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/intake/draft_text");
    let mut misses = Vec::new();
    let mut n_cases = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let is_text = path.extension().is_some_and(|extension| extension == "txt");
        if !is_text || name.contains(".expected.") {
            continue;
        }
        n_cases += 1;
        let mut found = String::new();
        for line in draft_lines(&pages(&fs::read_to_string(&path).unwrap())) {
            let mark = if line.is_centered { "C" } else { "-" };
            let text = line.cells.map_or(line.text, |cells| cells.join(" ¦ "));
            writeln!(found, "{mark} {text}").unwrap();
        }
        let expected_path = path.with_extension("expected.txt");
        if is_update {
            fs::write(&expected_path, &found).unwrap();
        }
        if found != fs::read_to_string(&expected_path).unwrap_or_default() {
            misses.push(format!("{name}\n{found}"));
        }
    }
    assert_eq!(n_cases, 4);
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn one_paragraph_a_line_passes_unchanged() {
    let text = "Điều 1. Phạm vi\n1. Nghị định này quy định chi tiết một số điều của Luật.\na) Hồ sơ;\nb) Trình tự.\n\nĐiều 2. Đối tượng\n1. Tổ chức, cá nhân có liên quan đến hoạt động chuyển giao công nghệ.\n2. Cơ quan quản lý.\nĐiều 3. Nguyên tắc\n";
    let lines = draft_lines(text);
    let expected: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let found: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(found, expected);
}

#[test]
fn two_hundred_thousand_lines_take_no_time() {
    let mut text = String::new();
    for at in 0..200_000 {
        writeln!(
            text,
            "dòng thứ {at} của một đoạn văn rất dài không có dấu chấm"
        )
        .unwrap();
    }
    let started = Instant::now();
    let lines = draft_lines(&text);
    assert!(!lines.is_empty());
    // Quadratic work would take minutes.
    assert!(started.elapsed() < Duration::from_secs(20));
}

proptest! {
    #[test]
    fn no_word_is_lost(text in "((Điều 1\\. Phạm vi\n)|(của công trình xây dựng theo quy định tại khoản\n)|(   2\\. Hồ sơ gồm các tài liệu sau đây, nộp trực tiếp\n)|(\n)|(\\| 1 \\| a \\| b \\|\n)|(a\\) văn bản;\n)|(1   Tên   Đơn vị\n)){0,60}") {
        let letters = |text: &str| -> String {
            text.chars().filter(|c| c.is_alphanumeric()).collect()
        };
        let found: String = draft_lines(&text).iter().map(|line| letters(&line.text)).collect();
        prop_assert_eq!(found, letters(&text));
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}|(\\PC{0,30}[\n\u{c}]){0,40}") {
        for line in draft_lines(&pages(&text)) {
            prop_assert!(!line.text.is_empty() || line.cells.is_some());
        }
    }
}
