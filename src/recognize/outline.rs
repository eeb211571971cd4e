//! Reads the tree of a draft document.
//!
//! Input are the lines of a draft as its reader sees them ([`DraftLine`]: numbering resolved), or
//! a list of labels; output is an [`Outline`] and warnings about what does not fit. Both families
//! of Nghị định 30/2020/NĐ-CP (Phụ lục I, mục II) are read, mixed if need be: Phần … Điều, khoản,
//! điểm, and I, 1, 1.1, a), –. Annexes have an inner numbering of their own; the numbered rows of
//! their tables are nodes. A number that does not continue its list stays text: nothing is dropped.
//!
//! Cases: `fixtures/recognize/outline/`.

mod builder;
mod labels;
mod marker;
mod survey;
mod title;

pub use labels::{LabelledSection, outline_from_labels};
pub(crate) use marker::{roman_value, without_marker};

use std::ops::Range;

use builder::Builder;
use marker::{Marker, is_loud};
use survey::{Role, Survey};
use title::Title;

use crate::domain::{DraftLine, Location, Outline, OutlineNode, Warning};
use crate::text::fold::fold;

/// Reads the outlines of all documents of a draft's file, at least one.
///
/// A decision and the regulation it issues are two documents where both number their articles from
/// 1: the second is named by its type, "Quy chế". Where numbers do not meet (Điều 1 to 3, then I,
/// II, III) one outline holds both. `document` is the name printed before labels, e.g. "Đề án".
pub fn parse_outlines(document: &str, lines: &[DraftLine]) -> (Vec<Outline>, Vec<Warning>) {
    let survey = Survey::new(lines);
    let mut warnings = survey.warnings.clone();
    let mut outlines: Vec<Outline> = Vec::new();
    for (n, &start) in survey.starts.iter().enumerate() {
        let end = survey.starts.get(n + 1).copied().unwrap_or(lines.len());
        let (nodes, title, found) = read_document(lines, &survey, start..end);
        warnings.extend(found);
        let name = match outlines.len() {
            0 => document.to_owned(),
            _ => free_name(title::document_type(&title), document, &outlines),
        };
        outlines.push(Outline {
            document: name,
            title,
            nodes,
        });
    }
    if outlines.iter().all(|outline| outline.nodes.is_empty()) {
        warnings.push(Warning::new(
            "outline.empty",
            Location::File,
            "Không tìm thấy mục nào (I, 1, a hoặc Điều, khoản, điểm) trong văn bản này.",
            "Hãy kiểm tra xem đây có đúng là tệp dự thảo không, hoặc nhập các mục bằng tay.",
        ));
    }
    (outlines, warnings)
}

/// The type of document a title names: "QUYẾT ĐỊNH Ban hành …" gives "Quyết định".
pub fn document_type(title: &str) -> Option<&'static str> {
    title::document_type(title)
}

/// A name no document above has.
fn free_name(kind: Option<&str>, document: &str, above: &[Outline]) -> String {
    let name = kind.map_or_else(|| format!("{document} (kèm theo)"), str::to_owned);
    let is_taken = |name: &str| above.iter().any(|outline| outline.document == name);
    if !is_taken(&name) {
        return name;
    }
    (2..=above.len() + 1)
        .map(|n| format!("{name} {n}"))
        .find(|name| !is_taken(name))
        .unwrap_or(name)
}

fn read_document(
    lines: &[DraftLine],
    survey: &Survey<'_>,
    range: Range<usize>,
) -> (Vec<OutlineNode>, String, Vec<Warning>) {
    let has_large = range.clone().any(|at| {
        matches!(
            survey.marker(at),
            Some((Marker::Article(..) | Marker::Roman(..), _))
        )
    });
    let mut reader = Reader {
        builder: Builder::new(has_large),
        title: Title::default(),
        awaits_heading: false,
        has_closed: false,
        in_row_table: false,
    };
    for at in range {
        if let Some(line) = lines.get(at)
            && survey.role(at) != Role::Ignored
        {
            reader.read(line, survey.marker(at));
        }
    }
    let Reader { builder, title, .. } = reader;
    let (nodes, warnings) = builder.finish();
    (nodes, title.text, warnings)
}

struct Reader {
    builder: Builder,
    title: Title,
    /// The last node is a Phần, Chương, Mục or Phụ lục whose title is on the next lines.
    awaits_heading: bool,
    /// "Nơi nhận" was read: what follows is a signature until the next large node.
    has_closed: bool,
    /// Inside an annex's table with numbered rows.
    in_row_table: bool,
}

impl Reader {
    fn read(&mut self, line: &DraftLine, marker: Option<(&Marker, &str)>) {
        let text = line.text.trim();
        if text.is_empty() {
            return;
        }
        self.builder.turn_to(line.pages);
        if let Some(cells) = &line.cells {
            self.read_row(cells);
            return;
        }
        self.in_row_table = false;
        if self.builder.is_empty() {
            self.title.read(line);
        }
        let is_heading = line.is_bold || line.heading_level.is_some();
        if let Some((marker, rest)) = marker {
            let is_large = !matches!(marker, Marker::Number(_) | Marker::Letter(_) | Marker::Dash);
            if self.has_closed && !is_large {
                self.builder.add_text(text);
                return;
            }
            if self.builder.open(marker.clone(), rest, is_heading) {
                if self.builder.is_empty() {
                    return;
                }
                self.title.is_done = true;
                self.has_closed = false;
                self.awaits_heading = rest.is_empty()
                    && matches!(
                        marker,
                        Marker::Part(_)
                            | Marker::Chapter(_)
                            | Marker::Division(_)
                            | Marker::Subdivision(_)
                            | Marker::Annex(_)
                            | Marker::Form(_)
                    );
                return;
            }
        }
        self.read_plain(line, text);
    }

    fn read_plain(&mut self, line: &DraftLine, text: &str) {
        let folded = fold(text);
        if folded.starts_with("noi nhan") {
            self.open_recipients(text);
            return;
        }
        let is_basis = ["can cu", "theo de nghi", "thuc hien ", "xet de nghi"]
            .iter()
            .any(|start| folded.starts_with(start));
        if self.builder.has_no_sections() && (is_basis || self.builder.is_in_bases()) {
            if is_basis {
                self.builder.open_named("Căn cứ");
                self.builder.add_text(text);
            } else {
                self.builder.close_named();
            }
            return;
        }
        if self.awaits_heading {
            let looks_like_title =
                is_loud(text) || line.is_centered || line.is_bold || line.heading_level.is_some();
            // A form shows the head of the document it is a form of.
            let is_motto = [
                "cong hoa xa hoi chu nghia",
                "doc lap - tu do",
                "ten co quan",
            ]
            .iter()
            .any(|start| folded.starts_with(start));
            if is_motto {
                return;
            }
            if looks_like_title && !text.starts_with('(') {
                self.builder.add_to_heading(text);
                return;
            }
            self.awaits_heading = false;
        }
        if is_signature(text) {
            self.has_closed = true;
            self.awaits_heading = false;
            return;
        }
        if self.has_closed {
            if folded.starts_with("- ") || text.starts_with(['-', '–']) {
                self.builder.add_text(text);
            }
            return;
        }
        self.builder.add_text(text);
    }

    fn open_recipients(&mut self, text: &str) {
        self.builder.open_named("Nơi nhận");
        self.has_closed = true;
        self.awaits_heading = false;
        for line in text.lines().skip(1) {
            self.builder.add_text(line.trim());
        }
    }

    /// A row of a table: a numbered row of an annex is a node; "Nơi nhận" may stand in a cell.
    fn read_row(&mut self, cells: &[String]) {
        self.awaits_heading = false;
        if let Some(cell) = cells
            .iter()
            .find(|cell| fold(cell).trim_start().starts_with("noi nhan"))
        {
            self.open_recipients(cell);
            return;
        }
        let text = cells
            .iter()
            .map(|cell| cell.trim())
            .filter(|cell| !cell.is_empty())
            .collect::<Vec<_>>()
            .join(" | ");
        let first = cells.first().map_or("", |cell| cell.trim());
        if self.builder.is_in_annex() {
            let rest: Vec<&str> = cells
                .iter()
                .skip(1)
                .map(|cell| cell.trim())
                .filter(|cell| !cell.is_empty())
                .collect();
            if self.builder.open_row(first, &rest) {
                self.in_row_table = true;
                return;
            }
            let is_header = matches!(fold(first).as_str(), "stt" | "tt" | "so tt" | "so thu tu");
            if is_header {
                return;
            }
        }
        if !self.has_closed && !text.is_empty() {
            self.builder.add_text(&text);
        }
    }
}

/// "TM. ỦY BAN NHÂN DÂN", "KT. BỘ TRƯỞNG", "T/M …": below it stands who signs.
fn is_signature(text: &str) -> bool {
    let starts = ["TM.", "T/M", "KT.", "TL.", "TUQ.", "Q. "];
    text.len() < 200 && is_loud(text) && starts.iter().any(|start| text.starts_with(start))
}

#[cfg(test)]
mod tests;
