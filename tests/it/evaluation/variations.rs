//! Real wordings in many forms: what people, keyboards and scanners do to them.
//!
//! Each form is one letter that holds every wording as a point. The forms are made by rule, so
//! that a miss shows which form breaks which wording. Counted apart from the letters: variation of
//! form around few wordings says nothing about wordings not seen.

use std::fs;

use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;

use super::{hold, print};
use crate::support::{Desk, root};

/// A form: its name, and what it does to a wording, given the wording's ordinal.
type Form = (&'static str, fn(&str, usize) -> String);

const FORMS: &[Form] = &[
    ("as_written", |text, _| text.to_owned()),
    ("decomposed", |text, _| text.nfd().collect()),
    ("upper_case", |text, _| text.to_uppercase()),
    ("lower_case", |text, _| text.to_lowercase()),
    ("capital_places", |text, _| {
        text.replace("khoản", "Khoản").replace("điểm", "Điểm")
    }),
    ("without_marks", |text, _| tiepthu::text::fold::fold(text)),
    ("double_spaces", |text, _| text.replace(' ', "  ")),
    ("no_space_after_comma", |text, _| text.replace(", ", ",")),
    ("no_break_spaces", |text, _| text.replace(' ', "\u{a0}")),
    ("curly_quotes", curly),
    ("hard_wrapped", |text, _| wrap(text, 60)),
    ("glued_places", |text, _| {
        text.replace("Điều ", "Điều").replace("khoản ", "khoản")
    }),
    ("scanner_digits", scanner_digits),
    ("scanner_marks", scanner_marks),
    ("full_stop_missing", |text, _| {
        text.trim_end_matches('.').to_owned()
    }),
    ("polite_opening", |text, _| {
        format!("Kính đề nghị xem xét: {text}")
    }),
];

/// Straight quotation marks as a word processor makes them.
fn curly(text: &str, _: usize) -> String {
    let mut opens = true;
    let mut out = String::new();
    for c in text.chars() {
        if c == '"' {
            out.push(if opens { '“' } else { '”' });
            opens = !opens;
        } else {
            out.push(c);
        }
    }
    out
}

/// Breaks lines as old mail programs do.
fn wrap(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let n_chars = word.chars().count();
        if column > 0 && column + 1 + n_chars > width {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += n_chars;
    }
    out
}

/// 1 read as l, 0 as O, in the number after "Điều" or "khoản".
fn scanner_digits(text: &str, _: usize) -> String {
    let mut after_place = false;
    let words: Vec<String> = text
        .split(' ')
        .map(|word| {
            let read = if after_place {
                word.replace('1', "l").replace('0', "O")
            } else {
                word.to_owned()
            };
            let lower = word.to_lowercase();
            after_place = matches!(lower.as_str(), "điều" | "khoản");
            read
        })
        .collect();
    words.join(" ")
}

/// A mark lost or misread in the words that name a place; another one in each wording.
fn scanner_marks(text: &str, ordinal: usize) -> String {
    let slips = [
        ("Điều", "Điêu"),
        ("khoản", "khoán"),
        ("Điều", "Diều"),
        ("điểm", "điếm"),
        ("khoản", "khoan"),
        ("Điều", "Điểu"),
    ];
    let (right, wrong) = slips[ordinal % slips.len()];
    text.replace(right, wrong)
}

fn wordings() -> Vec<(String, Vec<String>)> {
    let path = root().join("fixtures/eval/variations/wordings.tsv");
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let (text, sections) = line.split_once('\t').unwrap();
            let sections = sections.split("; ").map(str::to_owned).collect();
            (text.to_owned(), sections)
        })
        .collect()
}

fn write_case(desk: &Desk, (name, form): &Form, wordings: &[(String, Vec<String>)]) {
    let mut letter = "SỞ TƯ PHÁP\nSố: 12/STP-XDVB\nKính gửi: Sở Khoa học và Công nghệ\nSở Tư pháp \
                      có ý kiến như sau:\n"
        .to_owned();
    let mut points: Vec<Value> = Vec::new();
    for (ordinal, (text, sections)) in wordings.iter().enumerate() {
        let text = form(text, ordinal);
        letter.push_str(&format!("{}. {text}\n", ordinal + 1));
        points.push(json!({"text": text, "sections": sections}));
    }
    letter.push_str("Trân trọng./.\n");
    let folder = desk.path("variations").join(name);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("letter.txt"), letter).unwrap();
    fs::write(
        folder.join("expected.json"),
        json!({"points": points}).to_string(),
    )
    .unwrap();
    fs::write(folder.join("note.md"), format!("kind: {name}\n")).unwrap();
}

#[test]
fn real_wordings_are_understood_in_every_form() {
    let desk = Desk::new();
    let wordings = wordings();
    for form in FORMS {
        write_case(&desk, form, &wordings);
    }
    fs::copy(
        root().join("fixtures/eval/variations/outline.tsv"),
        desk.path("variations").join("outline.tsv"),
    )
    .unwrap();
    let figures = desk.run(["eval", "variations", "--json"]).expect(0).json();
    assert_eq!(figures["cases"], FORMS.len());
    print("variations", &figures);
    for (form, kind) in figures["kinds"].as_object().unwrap() {
        let value = |what: &str| &kind["measures"][what]["f1"]["value"];
        println!(
            "{form:<22} points {:.3}  citations {:.3}",
            value("points").as_f64().unwrap_or(f64::NAN),
            value("citations").as_f64().unwrap_or(f64::NAN)
        );
    }
    for miss in figures["misses"].as_array().unwrap() {
        println!(
            "{} · {} · {}: {} → {}",
            miss["case"], miss["what"], miss["point"], miss["expected"], miss["got"]
        );
    }
    hold(&figures, &[("points", 0.8), ("citations", 0.8)]);
}
