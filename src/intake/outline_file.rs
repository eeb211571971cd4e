//! Outlines typed by a person, for documents whose text is at hand but whose Word file is not.
//!
//! TOML: `title`, then `[[section]]` with `label`, `heading`, `text`, in draft order. TSV: level,
//! label, heading; lines beginning with `#` and a first line that is an address are skipped.
//! What kind of place a label names, its depth and its parent follow from the label
//! (Nghị định 30/2020/NĐ-CP, Phụ lục I, mục II.5): see [`label`].

mod label;

use std::collections::HashMap;

use serde::Deserialize;

use crate::domain::{Location, Outline, OutlineNode, SectionKind, Warning};
use crate::text::normalize::{normalize, squeeze};

/// The longest outline accepted; the longest real one has a thousand nodes.
const MAX_NODES: usize = 20_000;

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    title: String,
    #[serde(default)]
    section: Vec<Section>,
}

#[derive(Deserialize)]
struct Section {
    #[serde(default)]
    label: String,
    #[serde(default)]
    heading: String,
    #[serde(default)]
    text: String,
}

/// Reads an outline from TOML; a broken file gives an outline without nodes and a warning.
pub fn parse_outline_toml(text: &str, document: &str) -> (Outline, Vec<Warning>) {
    let mut builder = Builder::new(document);
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            let line = error.span().map_or(1, |span| {
                1 + text
                    .get(..span.start)
                    .unwrap_or_default()
                    .matches('\n')
                    .count()
            });
            let warning = Warning::new(
                "outline.broken_toml",
                Location::Row {
                    sheet: None,
                    row_number: u64::try_from(line).unwrap_or(u64::MAX),
                    column: None,
                },
                format!("Đề cương viết sai cú pháp TOML ở dòng {line}."),
                "Mỗi mục gồm [[section]], label = \"…\", heading = \"…\", text = \"\"\"…\"\"\"; sửa dòng này rồi nạp lại.",
            )
            .with_value(error.message());
            return (builder.outline, vec![warning]);
        }
    };
    builder.outline.title = squeeze(&normalize(&file.title));
    for (at, section) in file.section.iter().enumerate() {
        builder.add(
            at + 1,
            None,
            &section.label,
            &section.heading,
            &section.text,
        );
    }
    builder.finish()
}

/// Reads an outline of tab-separated lines: level, label, heading.
///
/// Levels are kept as the file gives them; parents follow from levels where the label does not say.
pub fn parse_outline_tsv(text: &str, document: &str) -> (Outline, Vec<Warning>) {
    let mut builder = Builder::new(document);
    for (at, line) in normalize(text).lines().enumerate() {
        let line = line.trim_end();
        if let Some(remark) = line.strip_prefix('#') {
            if builder.outline.title.is_empty() {
                builder.outline.title = squeeze(remark);
            }
            continue;
        }
        let is_address = at == 0 && (line.starts_with("http") || !line.contains('\t'));
        if line.trim().is_empty() || is_address {
            continue;
        }
        let mut cells = line.split('\t');
        let level = cells.next().and_then(|cell| cell.trim().parse::<u8>().ok());
        let (Some(level @ 1..=20), Some(label)) = (level, cells.next()) else {
            builder.warn(
                at + 1,
                "outline.broken_line",
                "không có dạng: cấp, nhãn, tiêu đề (ngăn bằng phím Tab)",
                line,
            );
            continue;
        };
        builder.add(
            at + 1,
            Some(level),
            label,
            cells.next().unwrap_or_default(),
            "",
        );
    }
    builder.finish()
}

/// Puts nodes under their parents.
struct Builder {
    outline: Outline,
    known: HashMap<String, usize>,
    warnings: Vec<Warning>,
}

impl Builder {
    fn new(document: &str) -> Self {
        Self {
            outline: Outline {
                document: document.to_owned(),
                ..Outline::default()
            },
            known: HashMap::new(),
            warnings: Vec::new(),
        }
    }

    fn warn(&mut self, line: usize, code: &'static str, problem: &str, value: &str) {
        if self.warnings.len() < 100 {
            let warning = Warning::new(
                code,
                Location::Row {
                    sheet: None,
                    row_number: u64::try_from(line).unwrap_or(u64::MAX),
                    column: None,
                },
                format!("Mục thứ {line} của đề cương {problem}."),
                "Sửa mục này trong tệp đề cương rồi nạp lại; các mục khác vẫn được dùng.",
            );
            self.warnings.push(warning.with_value(value));
        }
    }

    /// Adds a node below its parent.
    fn add(&mut self, number: usize, level: Option<u8>, label: &str, heading: &str, body: &str) {
        let label = squeeze(&normalize(label));
        if self.outline.nodes.len() >= MAX_NODES {
            return;
        }
        if label.is_empty() {
            self.warn(number, "outline.no_label", "không có nhãn (label)", heading);
            return;
        }
        if self.known.contains_key(&label) {
            self.warn(
                number,
                "outline.repeated_label",
                "trùng nhãn với một mục trước",
                &label,
            );
        }
        let kind = label::kind_of(&label, |parent| {
            self.known
                .get(parent)
                .and_then(|&at| self.outline.nodes.get(at))
                .map(|node| node.kind)
        });
        let parent = self.parent_of(&label, kind, level);
        let depth = parent
            .and_then(|at| self.outline.nodes.get(at))
            .map_or(1, |parent| parent.level.saturating_add(1));
        self.known.insert(label.clone(), self.outline.nodes.len());
        self.outline.nodes.push(OutlineNode {
            kind,
            level: level.unwrap_or(depth),
            label,
            heading: squeeze(&normalize(heading)),
            body: normalize(body).trim().to_owned(),
            parent,
            pages: None,
        });
    }

    /// The node whose label begins this one's; for Chương, Mục, Điều the nearest wider division
    /// above; in a file with levels, the nearest node of a lower one.
    fn parent_of(&self, label: &str, kind: SectionKind, level: Option<u8>) -> Option<usize> {
        let mut prefix = label;
        while let Some(shorter) = label::parent(prefix) {
            if let Some(&at) = self.known.get(shorter) {
                return Some(at);
            }
            prefix = shorter;
        }
        let nodes = || self.outline.nodes.iter().enumerate().rev();
        if let Some(level) = level {
            return nodes()
                .find(|(_, node)| node.level < level)
                .map(|(at, _)| at);
        }
        let rank = division_rank(kind)?;
        nodes()
            .find(|(_, node)| division_rank(node.kind).is_some_and(|other| other < rank))
            .map(|(at, _)| at)
            .filter(|_| kind != SectionKind::Annex)
    }

    fn finish(mut self) -> (Outline, Vec<Warning>) {
        if self.outline.nodes.is_empty() && self.warnings.is_empty() {
            self.warnings.push(Warning::new(
                "outline.empty",
                Location::File,
                "Đề cương không có mục nào.",
                "Thêm ít nhất một mục: [[section]], label = \"I\", heading = \"…\".",
            ));
        }
        (self.outline, self.warnings)
    }
}

/// How wide a division of a text with Điều is; labels of these do not contain their parents'.
fn division_rank(kind: SectionKind) -> Option<u8> {
    match kind {
        SectionKind::Part => Some(1),
        SectionKind::Chapter => Some(2),
        SectionKind::Division => Some(3),
        SectionKind::Subdivision => Some(4),
        SectionKind::Article => Some(5),
        SectionKind::Whole
        | SectionKind::General
        | SectionKind::Named
        | SectionKind::Clause
        | SectionKind::Letter
        | SectionKind::Roman
        | SectionKind::Number
        | SectionKind::Dash
        | SectionKind::Annex
        | SectionKind::Form
        | SectionKind::Row
        | SectionKind::Format => None,
    }
}

#[cfg(test)]
mod tests;
