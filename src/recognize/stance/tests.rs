use std::fs;
use std::path::Path;

use super::patterns::compile_all;
use super::{stance_of_point, stance_of_reply};
use crate::text::normalize::normalize;

fn cases(name: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/recognize/stance")
        .join(name);
    fs::read_to_string(path)
        .unwrap()
        .lines()
        .filter_map(|line| {
            let (text, expected) = line.split_once(" ⇒ ")?;
            Some((normalize(text), expected.to_owned()))
        })
        .collect()
}

#[test]
fn every_pattern_compiles() {
    assert!(compile_all() >= 10);
}

#[test]
fn points() {
    let mut misses = Vec::new();
    for (text, expected) in cases("points.txt") {
        let found = stance_of_point(&text);
        let code = found.as_ref().map_or("-", |(stance, _)| stance.code());
        if code != expected {
            misses.push(format!("{text}\n   expected {expected}, found {code}"));
        }
        if let Some((_, evidence)) = found {
            assert!(evidence.span.unwrap().slice(&text).is_some(), "{text}");
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn replies() {
    let mut misses = Vec::new();
    for (case, expected) in cases("replies.txt") {
        let (n_points, text) = case.split_once(' ').unwrap();
        let found = stance_of_reply(text, n_points.parse().unwrap());
        let code = found.class.map_or("-", crate::domain::ReplyClass::code);
        if code != expected {
            misses.push(format!("{text}\n   expected {expected}, found {code}"));
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}
