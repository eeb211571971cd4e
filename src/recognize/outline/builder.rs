//! Hangs markers into a tree.
//!
//! A stack of open nodes, outermost first. A marker closes what is not above it; a number or
//! letter must continue a list that is open, otherwise the line stays text.

mod list;
mod row;

use std::collections::HashSet;

use super::marker::Marker;
use crate::domain::{Location, OutlineNode, PageLine, SectionKind, Warning};
use crate::text::normalize::squeeze;

/// How many characters of an unheaded paragraph stand for its heading.
const HEADING_CHARS: usize = 100;

/// How much a node must be above another to hold it.
fn rank(kind: SectionKind) -> u8 {
    match kind {
        SectionKind::Whole | SectionKind::General | SectionKind::Format | SectionKind::Named => 0,
        SectionKind::Annex => 1,
        SectionKind::Form => 2,
        SectionKind::Part => 3,
        SectionKind::Chapter => 4,
        SectionKind::Division => 5,
        SectionKind::Subdivision => 6,
        SectionKind::Article | SectionKind::Roman => 7,
        SectionKind::Clause | SectionKind::Number | SectionKind::Row => 8,
        SectionKind::Letter => 9,
        SectionKind::Dash => 10,
    }
}

/// Annexes and their forms have a numbering of their own.
fn is_apart(open: &Open) -> bool {
    matches!(open.kind, SectionKind::Annex | SectionKind::Form)
}

/// A node that can still get children.
#[derive(Debug, Clone)]
struct Open {
    node: usize,
    kind: SectionKind,
    /// The numbers of its label below the last Roman, Article or Annex: [2, 1] for "2.1".
    path: Vec<u16>,
    last_article: u16,
    last_roman: u16,
    last_number: u16,
    last_letter: u16,
    n_dashes: u16,
}

impl Open {
    fn new(node: usize, kind: SectionKind) -> Self {
        Self {
            node,
            kind,
            path: Vec::new(),
            last_article: 0,
            last_roman: 0,
            last_number: 0,
            last_letter: 0,
            n_dashes: 0,
        }
    }
}

/// The tree under construction.
pub(super) struct Builder {
    nodes: Vec<OutlineNode>,
    /// The document itself comes first; it is no node.
    root: Open,
    open: Vec<Open>,
    warnings: Vec<Warning>,
    /// Numbers before the first Roman or Article are an introduction's.
    has_large_nodes: bool,
    last_capital: Option<char>,
    /// Labels of the forms so far.
    forms: HashSet<String>,
    /// Whether the last node is an unheaded paragraph or a heading that may go on.
    in_named: bool,
    /// Where the line that is being read stands on paper.
    pages: Option<(PageLine, PageLine)>,
}

impl Builder {
    pub(super) fn new(has_large_nodes: bool) -> Self {
        Self {
            nodes: Vec::new(),
            root: Open::new(usize::MAX, SectionKind::Whole),
            open: Vec::new(),
            warnings: Vec::new(),
            has_large_nodes,
            last_capital: None,
            forms: HashSet::new(),
            in_named: false,
            pages: None,
        }
    }

    /// What is added from here on stands at this place on paper.
    pub(super) fn turn_to(&mut self, pages: Option<(PageLine, PageLine)>) {
        self.pages = pages;
    }

    pub(super) fn finish(mut self) -> (Vec<OutlineNode>, Vec<Warning>) {
        for annex in 0..self.nodes.len() {
            if self
                .nodes
                .get(annex)
                .is_some_and(|node| matches!(node.kind, SectionKind::Annex | SectionKind::Form))
            {
                self.lift_rows(annex);
            }
        }
        (self.nodes, self.warnings)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Whether only named nodes were read so far.
    pub(super) fn has_no_sections(&self) -> bool {
        self.nodes
            .iter()
            .all(|node| node.kind == SectionKind::Named)
    }

    pub(super) fn is_in_bases(&self) -> bool {
        self.in_named
    }

    pub(super) fn is_in_annex(&self) -> bool {
        self.open.iter().any(is_apart)
    }

    /// Opens "Căn cứ" or "Nơi nhận", or goes on with it.
    pub(super) fn open_named(&mut self, name: &str) {
        if self.in_named && self.nodes.last().is_some_and(|node| node.label == name) {
            return;
        }
        // A second one belongs to a second document in the same file.
        let exists = self.nodes.iter().any(|node| node.label == name);
        let kept: Vec<Open> = self
            .open
            .iter()
            .take_while(|open| is_apart(open))
            .cloned()
            .collect();
        if exists {
            return;
        }
        self.open = kept;
        self.push(SectionKind::Named, name.to_owned(), "", None);
        self.in_named = true;
    }

    pub(super) fn close_named(&mut self) {
        self.in_named = false;
        self.open.retain(|open| open.kind != SectionKind::Named);
    }

    /// Adds a paragraph to the innermost open node; before the first one it belongs to none.
    pub(super) fn add_text(&mut self, text: &str) {
        // A paragraph after a finished list item belongs to what holds the list.
        while let Some(last) = self.open.last() {
            let ends = self.nodes.get(last.node).is_some_and(|node| {
                let words = if node.body.is_empty() {
                    &node.heading
                } else {
                    &node.body
                };
                words.ends_with(['.', ';', ':'])
            });
            if last.kind == SectionKind::Dash && ends {
                self.open.pop();
            } else {
                break;
            }
        }
        let Some(node) = self
            .open
            .last()
            .and_then(|open| self.nodes.get_mut(open.node))
        else {
            return;
        };
        if !node.body.is_empty() {
            node.body.push('\n');
        }
        node.body.push_str(text);
        reach(node, self.pages);
    }

    /// Continues the title of the last node.
    pub(super) fn add_to_heading(&mut self, text: &str) {
        if let Some(node) = self.nodes.last_mut() {
            if !node.heading.is_empty() {
                node.heading.push(' ');
            }
            node.heading.push_str(&squeeze(text));
            reach(node, self.pages);
        }
    }

    /// Opens a node; false when the marker does not fit and the line is text.
    pub(super) fn open(&mut self, marker: Marker, rest: &str, is_heading: bool) -> bool {
        self.in_named = false;
        let done = match marker {
            Marker::Part(value) => {
                self.close_to(SectionKind::Part);
                self.push_large(SectionKind::Part, &format!("Phần {value}"), rest)
            }
            Marker::Chapter(value) => {
                self.close_to(SectionKind::Chapter);
                self.push_large(SectionKind::Chapter, &format!("Chương {value}"), rest)
            }
            Marker::Division(value) => {
                self.close_to(SectionKind::Division);
                self.push_large(SectionKind::Division, &format!("Mục {value}"), rest)
            }
            Marker::Subdivision(value) => {
                self.close_to(SectionKind::Subdivision);
                self.push_large(SectionKind::Subdivision, &format!("Tiểu mục {value}"), rest)
            }
            Marker::Annex(value) => {
                self.open.clear();
                let label = match value {
                    Some(value) => format!("Phụ lục {value}"),
                    None => "Phụ lục".to_owned(),
                };
                self.push(SectionKind::Annex, label, rest, None);
                true
            }
            Marker::Form(own) => self.open_form(&own, rest),
            Marker::Capital(letter) => self.open_capital(letter, rest),
            Marker::Article(value, suffix) => self.open_article(value, &suffix, rest),
            Marker::Roman(value, text) => self.open_roman(value, &text, rest),
            Marker::Number(path) => self.open_number(&path, rest, is_heading),
            Marker::Letter(letter) => self.open_letter(letter, rest, is_heading),
            Marker::Dash => self.open_dash(rest),
        };
        if done {
            self.open.retain(|open| open.kind != SectionKind::Named);
        }
        done
    }

    fn close_to(&mut self, kind: SectionKind) {
        while self
            .open
            .last()
            .is_some_and(|open| rank(open.kind) >= rank(kind) || open.kind == SectionKind::Named)
        {
            self.open.pop();
        }
    }

    fn parent_label(&self) -> Option<&str> {
        let parent = self.open.last()?;
        self.nodes.get(parent.node).map(|node| node.label.as_str())
    }

    /// Phần, Chương, Mục, Tiểu mục: the label is the parents' and its own.
    fn push_large(&mut self, kind: SectionKind, own: &str, rest: &str) -> bool {
        let label = match self.parent_label() {
            Some(parent) => format!("{parent} {own}"),
            None => own.to_owned(),
        };
        self.push(kind, label, rest, None);
        true
    }

    /// A form begins a document of its own: inside an annex, or behind the draft where a line says
    /// nothing else. Sheets and tables are places only where the annex has no sections: elsewhere
    /// they belong to the section they stand in.
    fn open_form(&mut self, own: &str, rest: &str) -> bool {
        let is_form = own.starts_with("Mẫu");
        let is_inside = self.is_in_annex();
        let holds_tables = |open: &Open| match open.kind {
            SectionKind::Annex
            | SectionKind::Named
            | SectionKind::Number
            | SectionKind::Row
            | SectionKind::Letter
            | SectionKind::Dash => true,
            SectionKind::Form => {
                let above = self.nodes.get(open.node);
                above.is_some_and(|above| !above.label.contains("Mẫu số "))
            }
            _ => false,
        };
        let fits = if is_form {
            is_inside || rest.is_empty()
        } else {
            is_inside && self.open.iter().all(holds_tables)
        };
        let annex = (self.open.iter()).find(|open| open.kind == SectionKind::Annex);
        let label = match annex.and_then(|annex| self.nodes.get(annex.node)) {
            Some(annex) => format!("{} {own}", annex.label),
            None => own.to_owned(),
        };
        // Named again at the head of its next page.
        if !fits || !self.forms.insert(label.clone()) {
            return false;
        }
        self.close_to(SectionKind::Form);
        self.push(SectionKind::Form, label, rest, None);
        true
    }

    fn open_capital(&mut self, letter: char, rest: &str) -> bool {
        let expected = match self.last_capital {
            None => Some('A'),
            Some(last) => char::from_u32(u32::from(last) + 1),
        };
        if self.root.last_article > 0 || expected != Some(letter) {
            return false;
        }
        self.last_capital = Some(letter);
        self.close_to(SectionKind::Part);
        self.root.last_roman = 0;
        let label = match self.parent_label() {
            Some(parent) => format!("{parent}.{letter}"),
            None => letter.to_string(),
        };
        self.push(SectionKind::Part, label, rest, None);
        true
    }

    /// Articles are counted through the document, and in each annex again: an annex may be the
    /// form of a decision.
    fn open_article(&mut self, value: u16, suffix: &str, rest: &str) -> bool {
        let annex = self.open.iter().rposition(is_apart);
        let last = self.counter(annex).last_article;
        if value < last || (value == last && suffix.is_empty()) {
            return false;
        }
        if value > last + 1 && last > 0 {
            self.warn_gap(&format!("Điều {last}"), &format!("Điều {value}"));
        }
        self.counter(annex).last_article = value;
        self.close_to(SectionKind::Article);
        let label = match annex.and_then(|annex| self.open.get(annex)) {
            Some(annex) => {
                let above = self.nodes.get(annex.node).map_or("", |node| &node.label);
                format!("{above} Điều {value}{suffix}")
            }
            None => format!("Điều {value}{suffix}"),
        };
        self.push(SectionKind::Article, label, rest, None);
        true
    }

    /// What counts at the root or in an open node.
    fn counter(&mut self, at: Option<usize>) -> &mut Open {
        match at {
            Some(at) if at < self.open.len() => self.open.get_mut(at).unwrap_or(&mut self.root),
            _ => &mut self.root,
        }
    }

    fn open_roman(&mut self, value: u16, text: &str, rest: &str) -> bool {
        let holder = self.open.iter().rev().find(|open| {
            rank(open.kind) < rank(SectionKind::Roman) && open.kind != SectionKind::Named
        });
        let last = holder.map_or(self.root.last_roman, |open| open.last_roman);
        if value <= last || (value > last + 3) {
            return false;
        }
        self.close_to(SectionKind::Roman);
        let label = match self.open.last().and_then(|open| self.nodes.get(open.node)) {
            // "A" and "Phụ lục I" are written before the numeral; "Chương I" is not.
            Some(parent) if matches!(parent.kind, SectionKind::Part | SectionKind::Annex) => {
                format!("{}.{text}", parent.label.trim_start_matches("Phần "))
            }
            Some(parent) => format!("{}.{text}", parent.label),
            None => text.to_owned(),
        };
        self.open.last_mut().unwrap_or(&mut self.root).last_roman = value;
        self.push(SectionKind::Roman, label, rest, None);
        true
    }

    /// Adds a node below the innermost open one. `is_heading`: `None` for kinds whose line is
    /// always a heading, otherwise whether the line is set like one.
    fn push(&mut self, kind: SectionKind, label: String, text: &str, is_heading: Option<bool>) {
        let parent = self.open.last().map(|open| open.node);
        let level = parent
            .and_then(|parent| self.nodes.get(parent))
            .map_or(1, |parent| parent.level.saturating_add(1));
        let text = squeeze(text);
        let is_short = text.chars().count() <= 160 && !text.ends_with(['.', ';', ',']);
        let headed = match is_heading {
            None => true,
            Some(set) => kind != SectionKind::Dash && (set || is_short),
        };
        let (heading, body) = if headed {
            (text.trim_end_matches(':').to_owned(), String::new())
        } else {
            (first_words(&text), text)
        };
        self.nodes.push(OutlineNode {
            kind,
            level,
            label,
            heading,
            body,
            parent,
            pages: self.pages,
        });
        self.open.push(Open::new(self.nodes.len() - 1, kind));
    }

    fn warn_gap(&mut self, from: &str, to: &str) {
        let place = self.parent_label().unwrap_or("").to_owned();
        self.warnings.push(
            Warning::new(
                "outline.gap",
                Location::File,
                format!("Số thứ tự nhảy từ {from} đến {to}."),
                "Hãy kiểm tra xem dự thảo có thiếu mục hoặc đánh số nhầm không.",
            )
            .with_value(&place),
        );
    }
}

/// A node goes on to where the line being read ends.
fn reach(node: &mut OutlineNode, line: Option<(PageLine, PageLine)>) {
    if let Some((first, last)) = line {
        let begins = node.pages.map_or(first, |(begins, _)| begins);
        node.pages = Some((begins, last));
    }
}

/// The first words of a paragraph, cut at a word.
fn first_words(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(HEADING_CHARS) else {
        return text.to_owned();
    };
    let cut = text.get(..end).unwrap_or(text);
    let cut = cut.rfind(' ').and_then(|at| cut.get(..at)).unwrap_or(cut);
    format!("{cut}…")
}
