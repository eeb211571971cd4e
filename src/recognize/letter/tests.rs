use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use proptest::prelude::{prop_assert, proptest};

use super::{LetterHead, compile_all, read_letter_head};
use crate::text::normalize::{normalize, squeeze};

fn print(text: &str, head: &LetterHead) -> String {
    let mut out = String::new();
    let words = |span: crate::domain::Span| squeeze(span.slice(text).unwrap());
    if let Some(number) = &head.number {
        writeln!(out, "number: {number}").unwrap();
    }
    if let Some(date) = head.date {
        writeln!(out, "date: {date}").unwrap();
    }
    if let Some(number) = &head.answers_number {
        let date = head
            .answers_date
            .map_or(String::new(), |date| date.to_string());
        writeln!(out, "{}", format!("answers: {number} {date}").trim_end()).unwrap();
    }
    if let Some((relation, number)) = &head.relation {
        let number = number
            .as_ref()
            .map_or("", crate::domain::LetterNumber::as_str);
        writeln!(out, "relation: {} {number}", relation.code()).unwrap();
    }
    if let Some(subject) = head.subject {
        writeln!(out, "subject: {}", words(subject)).unwrap();
    }
    if !head.agency_lines.is_empty() {
        let lines: Vec<String> = head.agency_lines.iter().map(|&line| words(line)).collect();
        writeln!(out, "agency: {}", lines.join(" | ")).unwrap();
    }
    if let Some(signature) = head.signature {
        writeln!(out, "signature: {}", words(signature)).unwrap();
    }
    out
}

#[test]
fn every_pattern_compiles() {
    compile_all();
}

#[test]
fn heads() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/recognize/letter/heads.txt");
    let all = normalize(&fs::read_to_string(path).unwrap());
    let mut misses = Vec::new();
    for case in all.split("=== ").filter(|case| !case.trim().is_empty()) {
        let (name, rest) = case.split_once('\n').unwrap();
        let (text, expected) = rest.split_once("⇒ ").unwrap();
        let expected = expected.replace("⇒ ", "");
        let found = print(text, &read_letter_head(text));
        if found.trim() != expected.trim() {
            misses.push(format!("{name}\n{found}"));
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

proptest! {
    #[test]
    fn nothing_panics(text in "(Số: |1/A-B|V/v |Kính gửi|Công văn số |ngày 1/2/2021|ngày 1 tháng 2 năm 2021|, |\n|   |đính chính |thay thế |Nơi nhận|KT. |GIÁM ĐỐC|Ứ){0,16}|\\PC{0,100}") {
        let text = normalize(&text);
        let head = read_letter_head(&text);
        for span in head.agency_lines.iter().chain(&head.subject).chain(&head.signature) {
            prop_assert!(span.slice(&text).is_some());
        }
        for evidence in &head.evidence {
            prop_assert!(evidence.span.unwrap().slice(&text).is_some());
        }
    }
}
