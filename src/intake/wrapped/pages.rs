//! Takes page numbers and running heads out of a text.

use std::collections::HashMap;

use super::Line;
use crate::text::fold::fold;

/// How many lines at the top and at the bottom of a page can be its furniture.
const EDGE: usize = 2;

/// The lines of a text that are not empty, without page numbers and running heads.
pub(super) fn without_furniture(text: &str) -> Vec<Line<'_>> {
    let pages: Vec<Vec<Line<'_>>> = text.split('\u{c}').map(page_lines).collect();
    let heads = running_heads(&pages);
    let n_pages = pages.len();
    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut last_number = 0_u32;
    for page in pages {
        let n_lines = page.len();
        for (at, mut line) in page.into_iter().enumerate() {
            let is_edge = at < EDGE || at + EDGE >= n_lines;
            if let Some(number) = page_number(line.text) {
                // Without page breaks, numbers that stand alone and count up are page numbers.
                let counts_up = number == last_number + 1 || (last_number == 0 && number == 2);
                if (is_edge && n_pages > 1) || counts_up {
                    last_number = number;
                    continue;
                }
            }
            if is_edge && n_pages > 1 && heads.contains_key(&head_key(line.text)) {
                continue;
            }
            line.after_blank |= at == 0;
            lines.push(line);
        }
    }
    lines
}

fn page_lines(page: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut after_blank = false;
    for line in page.lines() {
        let text = line.trim();
        if text.is_empty() {
            after_blank = true;
            continue;
        }
        lines.push(Line {
            text,
            indent: line.chars().take_while(|c| c.is_whitespace()).count(),
            after_blank,
        });
        after_blank = false;
    }
    lines
}

/// "12", "- 12 -", "Trang 12", "12/40", "Trang 12/40".
fn page_number(text: &str) -> Option<u32> {
    if text.len() > 20 {
        return None;
    }
    let inner = text.trim_matches(|c: char| matches!(c, '-' | '–' | '|') || c.is_whitespace());
    let inner = inner
        .strip_prefix("Trang ")
        .or_else(|| inner.strip_prefix("Page "))
        .unwrap_or(inner);
    let number = inner.split('/').next()?.trim();
    let rest = inner.split('/').nth(1).map_or("1", str::trim);
    let is_number =
        |text: &str| (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    (is_number(number) && is_number(rest))
        .then(|| number.parse().ok())
        .flatten()
}

/// Lines at the edges of at least three pages, and of a third of all.
fn running_heads(pages: &[Vec<Line<'_>>]) -> HashMap<String, usize> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    if pages.len() < 3 {
        return counts;
    }
    for page in pages {
        let n_lines = page.len();
        let mut keys: Vec<String> = page
            .iter()
            .enumerate()
            .filter(|(at, _)| *at < EDGE || *at + EDGE >= n_lines)
            .map(|(_, line)| head_key(line.text))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            *counts.entry(key).or_default() += 1;
        }
    }
    counts.retain(|key, count| *count >= 3 && *count * 3 >= pages.len() && !key.is_empty());
    counts
}

/// A line without what changes from page to page.
fn head_key(text: &str) -> String {
    if text.len() > 300 {
        return String::new();
    }
    fold(text)
        .chars()
        .filter(|c| !c.is_ascii_digit() && !c.is_whitespace())
        .collect()
}
