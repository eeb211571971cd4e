//! Web pages and the HTML bodies of mails → text with tables.
//!
//! An own reader instead of `html2text`: that one draws pages on a grid of a given width, which
//! breaks lines and turns tables into pictures of tables, and its document tree is a risk on
//! hostile input. Here tags are read one after another in linear time: one paragraph a line, list
//! numbers as a browser shows them, cells of tables one after another with their spans kept.
//! Links, styles and hidden elements are dropped. Names and rules: the HTML standard, 13.1 and 15.3.

mod entities;
mod table;
mod tags;

use table::TableBuilder;
use tags::{Tag, Token, Tokens};

use super::{PartTable, limits};
use crate::domain::Span;
use crate::text::normalize::normalize;

/// A page as text.
pub(super) struct Page {
    /// Normalized.
    pub(super) text: String,
    pub(super) tables: Vec<PartTable>,
}

/// Reads a page.
pub(super) fn read(source: &str) -> Page {
    let mut reader = Reader {
        cells_left: limits::PARAGRAPHS,
        ..Reader::default()
    };
    for token in Tokens::new(source) {
        if reader.text.len() > limits::TEXT_BYTES {
            break;
        }
        match token {
            Token::Text(text) => reader.push(text),
            Token::Open(tag) => reader.open(&tag),
            Token::Close(name) => reader.close(&name),
        }
    }
    reader.finish()
}

/// Elements that begin a new line.
const BLOCKS: [&str; 31] = [
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "tr",
    "td",
    "th",
    "table",
    "thead",
    "tbody",
    "tfoot",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "hr",
    "pre",
    "section",
    "article",
    "header",
    "footer",
    "address",
    "dl",
    "dt",
    "dd",
    "center",
];
/// Elements whose text is not shown.
const UNSEEN: [&str; 6] = ["script", "style", "title", "template", "noscript", "xml"];
/// Elements without an end tag.
const VOID: [&str; 9] = [
    "br", "hr", "img", "input", "meta", "link", "col", "area", "wbr",
];

#[derive(Default)]
struct Reader {
    /// Not yet normalized.
    text: String,
    /// A space is due before the next word.
    has_gap: bool,
    /// An unseen element and how many of its kind are open.
    unseen: Option<(String, usize)>,
    n_pre: usize,
    lists: Vec<List>,
    /// Tables being read, innermost last, and those finished, in order of their beginning.
    open_tables: Vec<(usize, TableBuilder)>,
    tables: Vec<Option<PartTable>>,
    /// Cells the page may still have, merged ones counted.
    cells_left: usize,
}

struct List {
    /// `None` for bullets.
    next: Option<u32>,
    style: char,
}

impl Reader {
    fn push(&mut self, text: &str) {
        if self.unseen.is_some() {
            return;
        }
        if self.n_pre > 0 {
            self.text.push_str(&entities::decode(text));
            return;
        }
        let decoded = entities::decode(text);
        for c in decoded.chars() {
            if matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}' | '\u{a0}') {
                self.has_gap = true;
                continue;
            }
            if self.has_gap && !self.text.is_empty() && !self.text.ends_with(['\n', ' ']) {
                self.text.push(' ');
            }
            self.has_gap = false;
            self.text.push(c);
        }
    }

    fn new_line(&mut self) {
        self.has_gap = false;
        while self.text.ends_with(' ') {
            self.text.pop();
        }
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn open(&mut self, tag: &Tag<'_>) {
        let name = tag.name.as_str();
        if let Some((unseen, n_open)) = &mut self.unseen {
            *n_open += usize::from(unseen == name && !tag.is_closed);
            return;
        }
        let is_hidden = UNSEEN.contains(&name) || tag.is_hidden();
        if is_hidden && !tag.is_closed && !VOID.contains(&name) {
            self.unseen = Some((tag.name.clone(), 1));
            return;
        }
        if BLOCKS.contains(&name) {
            self.new_line();
        }
        match name {
            "pre" => self.n_pre += 1,
            "ul" => self.open_list(None, ' '),
            "ol" => {
                let start = tag.attribute("start").and_then(|start| start.parse().ok());
                let style = tag.attribute("type").and_then(|style| style.chars().next());
                self.open_list(Some(start.unwrap_or(1)), style.unwrap_or('1'));
            }
            "li" => self.open_item(tag),
            "table" if self.open_tables.len() < limits::XML_DEPTH => {
                let at = self.tables.len();
                self.tables.push(None);
                self.open_tables
                    .push((at, TableBuilder::new(self.text.len())));
            }
            "tr" => {
                let end = self.text.len();
                if let Some((_, table)) = self.open_tables.last_mut() {
                    table.open_row(end, &mut self.cells_left);
                }
            }
            "td" | "th" => {
                let number = |name: &str| {
                    tag.attribute(name)
                        .and_then(|n| n.trim().parse().ok())
                        .unwrap_or(1)
                };
                let (width, height) = (number("colspan"), number("rowspan"));
                let start = self.text.len();
                if let Some((_, table)) = self.open_tables.last_mut() {
                    table.open_cell(start, width, height);
                }
            }
            _ => {}
        }
    }

    fn open_list(&mut self, next: Option<u32>, style: char) {
        if self.lists.len() < limits::XML_DEPTH {
            self.lists.push(List { next, style });
        }
    }

    fn open_item(&mut self, tag: &Tag<'_>) {
        let Some(list) = self.lists.last_mut() else {
            self.text.push_str("- ");
            return;
        };
        let label = match &mut list.next {
            None => "- ".to_owned(),
            Some(next) => {
                let number = tag
                    .attribute("value")
                    .and_then(|n| n.parse().ok())
                    .unwrap_or(*next);
                *next = number.saturating_add(1);
                format!("{}. ", super::counting::number(number, list.style))
            }
        };
        self.text.push_str(&label);
    }

    fn close(&mut self, name: &str) {
        if let Some((unseen, n_open)) = &mut self.unseen {
            if unseen == name {
                *n_open -= 1;
                if *n_open == 0 {
                    self.unseen = None;
                }
            }
            return;
        }
        if BLOCKS.contains(&name) {
            self.new_line();
        }
        match name {
            "pre" => self.n_pre = self.n_pre.saturating_sub(1),
            "ul" | "ol" => {
                self.lists.pop();
            }
            "td" | "th" | "tr" => {
                let end = self.text.len();
                if let Some((_, table)) = self.open_tables.last_mut() {
                    if name == "tr" {
                        table.close_row(end, &mut self.cells_left);
                    } else {
                        table.close_cell(end);
                    }
                }
            }
            "table" => self.close_table(),
            _ => {}
        }
    }

    fn close_table(&mut self) {
        if let Some((at, table)) = self.open_tables.pop()
            && let Some(slot) = self.tables.get_mut(at)
        {
            *slot = Some(table.finish(self.text.len(), &mut self.cells_left));
        }
    }

    fn finish(mut self) -> Page {
        self.new_line();
        while !self.open_tables.is_empty() {
            self.close_table();
        }
        let tables: Vec<PartTable> = self.tables.into_iter().flatten().collect();
        normalize_with_tables(&self.text, tables)
    }
}

/// Normalizes a text piece by piece between the ends of spans, so that the spans stay right.
fn normalize_with_tables(text: &str, tables: Vec<PartTable>) -> Page {
    let mut cuts: Vec<usize> = tables
        .iter()
        .flat_map(|table| table.rows.iter().flatten().chain([&table.span]))
        .flat_map(|span| [span.start, span.end])
        .collect();
    cuts.push(text.len());
    cuts.sort_unstable();
    cuts.dedup();
    let mut out = String::with_capacity(text.len());
    let mut moved: Vec<(usize, usize)> = vec![(0, 0)];
    let mut start = 0;
    for cut in cuts {
        let piece = text.get(start..cut).unwrap_or_default();
        out.push_str(&normalize(piece));
        moved.push((cut, out.len()));
        start = cut;
    }
    let place = |at: usize| {
        moved
            .binary_search_by_key(&at, |&(from, _)| from)
            .ok()
            .and_then(|found| moved.get(found))
            .map_or(out.len(), |&(_, to)| to)
    };
    let map = |span: Span| Span::new(place(span.start), place(span.end)).trimmed(&out);
    let tables = tables
        .into_iter()
        .map(|table| PartTable {
            span: Span::new(place(table.span.start), place(table.span.end)),
            rows: table
                .rows
                .into_iter()
                .map(|row| row.into_iter().map(map).collect())
                .collect(),
        })
        .collect();
    Page { text: out, tables }
}

#[cfg(test)]
mod tests;
