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

pub use labels::{LabelledSection, outline_from_labels};
pub(crate) use marker::roman_value;

use builder::Builder;
use marker::{Marker, is_loud, read_marker};

use crate::domain::{DraftLine, Location, Outline, Warning};
use crate::text::fold::fold;

/// Reads the outline of a draft.
///
/// `document` is the name printed before labels, e.g. "Đề án".
pub fn parse_outline(document: &str, lines: &[DraftLine]) -> (Outline, Vec<Warning>) {
    let has_articles = lines
        .iter()
        .any(|line| is_kind(line, |m| matches!(m, Marker::Article(..))));
    let has_romans = lines
        .iter()
        .any(|line| is_kind(line, |m| matches!(m, Marker::Roman(..))));
    let mut reader = Reader {
        builder: Builder::new(has_articles || has_romans),
        title: Title::default(),
        awaits_heading: false,
        has_closed: false,
        in_row_table: false,
    };
    for line in lines {
        reader.read(line);
    }
    let Reader { builder, title, .. } = reader;
    let (nodes, mut warnings) = builder.finish();
    if nodes.is_empty() {
        warnings.push(Warning::new(
            "outline.empty",
            Location::File,
            "Không tìm thấy mục nào (I, 1, a hoặc Điều, khoản, điểm) trong văn bản này.",
            "Hãy kiểm tra xem đây có đúng là tệp dự thảo không, hoặc nhập các mục bằng tay.",
        ));
    }
    (
        Outline {
            document: document.to_owned(),
            title: title.text,
            nodes,
        },
        warnings,
    )
}

fn is_kind(line: &DraftLine, test: impl Fn(&Marker) -> bool) -> bool {
    line.cells.is_none() && read_marker(&line.text).is_some_and(|(marker, _)| test(&marker))
}

/// The title of the document: the loud line that names its type and the loud or bold lines below.
#[derive(Default)]
struct Title {
    text: String,
    is_done: bool,
    /// The last line was in small letters: a loud one after it is the issuing agency.
    was_quiet: bool,
}

/// Words that name a type of document when they stand alone on a line.
const DOCUMENT_TYPES: [&str; 15] = [
    "de an",
    "bao cao",
    "to trinh",
    "quyet dinh",
    "nghi dinh",
    "nghi quyet",
    "thong tu",
    "luat",
    "ke hoach",
    "chuong trinh",
    "quy che",
    "quy dinh",
    "chi thi",
    "phuong an",
    "du an",
];

impl Title {
    fn read(&mut self, line: &DraftLine) {
        if self.is_done {
            return;
        }
        let text = line.text.trim();
        let folded = fold(text);
        if self.text.is_empty() {
            if is_loud(text) && DOCUMENT_TYPES.contains(&folded.as_str()) {
                text.clone_into(&mut self.text);
            }
            return;
        }
        let ends = text.is_empty()
            || text.starts_with(['(', '_', '-'])
            || folded.starts_with("can cu")
            || folded.starts_with("kinh gui")
            || (self.was_quiet && is_loud(text))
            || read_marker(text).is_some()
            || self.text.len() > 400;
        if ends {
            self.is_done = true;
        } else {
            self.text.push(' ');
            self.text.push_str(text);
            self.was_quiet = !is_loud(text);
        }
    }
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
    fn read(&mut self, line: &DraftLine) {
        let text = line.text.trim();
        if text.is_empty() {
            return;
        }
        if let Some(cells) = &line.cells {
            self.read_row(cells);
            return;
        }
        self.in_row_table = false;
        if self.builder.is_empty() {
            self.title.read(line);
        }
        let is_heading = line.is_bold || line.heading_level.is_some();
        if let Some((marker, rest)) = read_marker(text) {
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
            if looks_like_title && !text.starts_with('(') {
                self.builder.add_to_heading(text);
                return;
            }
            self.awaits_heading = false;
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

#[cfg(test)]
mod tests;
