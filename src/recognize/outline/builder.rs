//! Hangs markers into a tree.
//!
//! A stack of open nodes, outermost first. A marker closes what is not above it; a number or
//! letter must continue a list that is open, otherwise the line stays text.

use super::marker::{Marker, letter_ordinal, roman_value};
use crate::domain::{Location, OutlineNode, SectionKind, Warning};
use crate::text::normalize::squeeze;

/// How many characters of an unheaded paragraph stand for its heading.
const HEADING_CHARS: usize = 100;

/// How much a node must be above another to hold it.
fn rank(kind: SectionKind) -> u8 {
    match kind {
        SectionKind::Whole | SectionKind::General | SectionKind::Format | SectionKind::Named => 0,
        SectionKind::Annex => 1,
        SectionKind::Part => 2,
        SectionKind::Chapter => 3,
        SectionKind::Division => 4,
        SectionKind::Subdivision => 5,
        SectionKind::Article | SectionKind::Roman => 6,
        SectionKind::Clause | SectionKind::Number | SectionKind::Row => 7,
        SectionKind::Letter => 8,
        SectionKind::Dash => 9,
    }
}

/// A node that can still get children.
#[derive(Debug, Clone)]
struct Open {
    node: usize,
    kind: SectionKind,
    /// The numbers of its label below the last Roman, Article or Annex: [2, 1] for "2.1".
    path: Vec<u16>,
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
    last_article: u16,
    last_capital: Option<char>,
    /// Whether the last node is an unheaded paragraph or a heading that may go on.
    in_named: bool,
}

impl Builder {
    pub(super) fn new(has_large_nodes: bool) -> Self {
        Self {
            nodes: Vec::new(),
            root: Open::new(usize::MAX, SectionKind::Whole),
            open: Vec::new(),
            warnings: Vec::new(),
            has_large_nodes,
            last_article: 0,
            last_capital: None,
            in_named: false,
        }
    }

    pub(super) fn finish(mut self) -> (Vec<OutlineNode>, Vec<Warning>) {
        for annex in 0..self.nodes.len() {
            if self
                .nodes
                .get(annex)
                .is_some_and(|node| node.kind == SectionKind::Annex)
            {
                self.lift_rows(annex);
            }
        }
        (self.nodes, self.warnings)
    }

    /// Rows that are counted through all groups of an annex belong to the annex: "số thứ tự 3 Phụ
    /// lục I". Rows that start again in each group stay below their group.
    fn lift_rows(&mut self, annex: usize) {
        let is_group = |at: Option<usize>| {
            at.and_then(|at| self.nodes.get(at))
                .is_some_and(|node| node.kind == SectionKind::Roman && node.parent == Some(annex))
        };
        let rows: Vec<usize> = self
            .nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.kind == SectionKind::Row && is_group(node.parent))
            .map(|(at, _)| at)
            .collect();
        let own = |at: usize| {
            let label = self.nodes.get(at).map_or("", |node| node.label.as_str());
            label.rsplit('.').next().unwrap_or("").to_owned()
        };
        let numbers: Vec<u16> = rows.iter().filter_map(|&at| own(at).parse().ok()).collect();
        let is_continuous = numbers.len() == rows.len()
            && numbers.windows(2).all(|pair| pair.first() < pair.last());
        if !is_continuous {
            return;
        }
        let labels: Vec<String> = rows.iter().map(|&at| own(at)).collect();
        let Some((above, level)) = self
            .nodes
            .get(annex)
            .map(|node| (node.label.clone(), node.level))
        else {
            return;
        };
        for (at, own) in rows.into_iter().zip(labels) {
            if let Some(node) = self.nodes.get_mut(at) {
                node.label = format!("{above}.{own}");
                node.parent = Some(annex);
                node.level = level.saturating_add(1);
            }
        }
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
        self.open.iter().any(|open| open.kind == SectionKind::Annex)
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
            .take_while(|open| open.kind == SectionKind::Annex)
            .cloned()
            .collect();
        if exists {
            return;
        }
        self.open = kept;
        self.push(SectionKind::Named, name.to_owned(), String::new(), None);
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
    }

    /// Continues the title of the last node.
    pub(super) fn add_to_heading(&mut self, text: &str) {
        if let Some(node) = self.nodes.last_mut() {
            if !node.heading.is_empty() {
                node.heading.push(' ');
            }
            node.heading.push_str(&squeeze(text));
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
                self.push(SectionKind::Annex, label, rest.to_owned(), None);
                true
            }
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
        self.push(kind, label, rest.to_owned(), None);
        true
    }

    fn open_capital(&mut self, letter: char, rest: &str) -> bool {
        let expected = match self.last_capital {
            None => Some('A'),
            Some(last) => char::from_u32(u32::from(last) + 1),
        };
        if self.last_article > 0 || expected != Some(letter) {
            return false;
        }
        self.last_capital = Some(letter);
        self.close_to(SectionKind::Part);
        self.root.last_roman = 0;
        let label = match self.parent_label() {
            Some(parent) => format!("{parent}.{letter}"),
            None => letter.to_string(),
        };
        self.push(SectionKind::Part, label, rest.to_owned(), None);
        true
    }

    fn open_article(&mut self, value: u16, suffix: &str, rest: &str) -> bool {
        let continues = value > self.last_article || !suffix.is_empty();
        if !continues {
            // "Điều 1" again: the file holds a second document.
            if value == 1 {
                self.warn_restart();
            }
            return false;
        }
        if value > self.last_article + 1 && self.last_article > 0 {
            self.warn_gap(
                &format!("Điều {}", self.last_article),
                &format!("Điều {value}"),
            );
        }
        self.last_article = value;
        self.close_to(SectionKind::Article);
        self.push(
            SectionKind::Article,
            format!("Điều {value}{suffix}"),
            rest.to_owned(),
            None,
        );
        true
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
        self.push(SectionKind::Roman, label, rest.to_owned(), None);
        true
    }

    /// The nearest open node that can hold a plain number, and whether one below a letter fits
    /// better.
    fn number_holder(&self, number: u16, is_heading: bool) -> Option<usize> {
        let is_base = |open: &Open| rank(open.kind) < rank(SectionKind::Number);
        let base = self.open.iter().rposition(is_base);
        let last_of = |at: Option<usize>| {
            at.and_then(|at| self.open.get(at))
                .map_or(self.root.last_number, |open| open.last_number)
        };
        let base_last = last_of(base);
        // A list inside a điểm or a 1.1 goes on before the outer one does.
        if !is_heading {
            let inner_start = base.map_or(0, |base| base + 1);
            for (at, open) in self.open.iter().enumerate().skip(inner_start).rev() {
                let holds = matches!(
                    open.kind,
                    SectionKind::Letter | SectionKind::Number | SectionKind::Clause
                );
                if holds && open.last_number > 0 && number == open.last_number + 1 {
                    return Some(at);
                }
            }
            let innermost = self
                .open
                .len()
                .checked_sub(1)
                .filter(|&at| at >= inner_start);
            if let Some(at) = innermost.filter(|_| number == 1 && base_last > 0) {
                let is_letter = self
                    .open
                    .get(at)
                    .is_some_and(|open| open.kind == SectionKind::Letter);
                return is_letter.then_some(at);
            }
        }
        let fits = number == base_last + 1
            || (number > base_last && (is_heading || number <= base_last + 3));
        fits.then(|| base.unwrap_or(usize::MAX))
    }

    fn open_number(&mut self, path: &[u16], rest: &str, is_heading: bool) -> bool {
        if self.has_large_nodes && self.open.is_empty() && self.has_no_sections() {
            return false;
        }
        if let [number] = *path {
            let Some(holder) = self.number_holder(number, is_heading) else {
                return false;
            };
            let keep = if holder == usize::MAX { 0 } else { holder + 1 };
            self.open.truncate(keep);
            let holder = self.open.last_mut().unwrap_or(&mut self.root);
            if holder.last_number > 0 && number > holder.last_number + 1 {
                let (from, to) = (holder.last_number.to_string(), number.to_string());
                self.warn_gap(&from, &to);
            }
            self.open.last_mut().unwrap_or(&mut self.root).last_number = number;
            self.push_numbered(path, &number.to_string(), rest, is_heading);
            return true;
        }
        // 2.1 belongs below 2, 2.1.1 below 2.1; without them, below what holds numbers.
        let holder = self.open.iter().rposition(|open| {
            rank(open.kind) < rank(SectionKind::Number)
                || (!open.path.is_empty()
                    && open.path.len() < path.len()
                    && path.starts_with(&open.path))
        });
        if holder.is_none() && self.has_large_nodes {
            return false;
        }
        self.open.truncate(holder.map_or(0, |at| at + 1));
        let parent_path = self.open.last().map_or(0, |open| open.path.len());
        let own: Vec<String> = path.iter().skip(parent_path).map(u16::to_string).collect();
        self.push_numbered(path, &own.join("."), rest, is_heading);
        true
    }

    fn push_numbered(&mut self, path: &[u16], own: &str, rest: &str, is_heading: bool) {
        let in_article = self
            .open
            .iter()
            .any(|open| open.kind == SectionKind::Article)
            && !self.is_in_annex();
        let parent = self.open.last().and_then(|open| self.nodes.get(open.node));
        let (kind, label) = match parent {
            Some(parent) if in_article && parent.kind == SectionKind::Article => {
                (SectionKind::Clause, format!("{} khoản {own}", parent.label))
            }
            Some(parent) => (SectionKind::Number, format!("{}.{own}", parent.label)),
            None => (SectionKind::Number, own.to_owned()),
        };
        let kind = if in_article && kind == SectionKind::Number && path.len() > 1 {
            SectionKind::Clause
        } else {
            kind
        };
        self.push(kind, label, rest.to_owned(), Some(is_heading));
        if let Some(open) = self.open.last_mut() {
            open.path = path.to_vec();
        }
    }

    fn open_letter(&mut self, letter: char, rest: &str, is_heading: bool) -> bool {
        let Some(ordinal) = letter_ordinal(letter) else {
            return false;
        };
        let holds = |open: &Open| {
            rank(open.kind) < rank(SectionKind::Letter) && open.kind != SectionKind::Named
        };
        // "b)" goes on with the innermost list that has an "a)".
        let holder = self
            .open
            .iter()
            .rposition(|open| holds(open) && open.last_letter > 0 && open.last_letter < ordinal)
            .filter(|_| ordinal > 1)
            .or_else(|| self.open.iter().rposition(holds));
        let Some(holder) = holder else { return false };
        self.open.truncate(holder + 1);
        let Some(open) = self.open.last_mut() else {
            return false;
        };
        if ordinal <= open.last_letter {
            return false;
        }
        open.last_letter = ordinal;
        let parent = self.nodes.get(open.node);
        let label = match parent {
            Some(parent) if parent.label.starts_with("Điều ") => {
                format!("{} điểm {letter}", parent.label)
            }
            Some(parent) => format!("{}.{letter}", parent.label),
            None => letter.to_string(),
        };
        self.push(
            SectionKind::Letter,
            label,
            rest.to_owned(),
            Some(is_heading),
        );
        true
    }

    fn open_dash(&mut self, rest: &str) -> bool {
        while self
            .open
            .last()
            .is_some_and(|open| open.kind == SectionKind::Dash)
        {
            self.open.pop();
        }
        let Some(open) = self
            .open
            .last_mut()
            .filter(|open| open.kind != SectionKind::Named)
        else {
            return false;
        };
        open.n_dashes += 1;
        let ordinal = open.n_dashes;
        let label = format!("{}.-{ordinal}", self.parent_label().unwrap_or(""));
        self.push(SectionKind::Dash, label, rest.to_owned(), Some(false));
        true
    }

    /// Opens a numbered row of an annex's table, or a group of rows headed by a numeral.
    pub(super) fn open_row(&mut self, first: &str, rest: &[&str]) -> bool {
        let first = first.trim_end_matches(['.', ')']);
        if rest.is_empty() || first.is_empty() {
            return false;
        }
        let Some(annex) = self
            .open
            .iter()
            .position(|open| open.kind == SectionKind::Annex)
        else {
            return false;
        };
        if roman_value(first).is_some() {
            self.open.truncate(annex + 1);
            let label = format!("{}.{first}", self.parent_label().unwrap_or(""));
            self.push(SectionKind::Roman, label, rest.join(" | "), None);
            return true;
        }
        let is_number = first.len() <= 6
            && first
                .split('.')
                .all(|piece| piece.parse::<u16>().is_ok_and(|n| n > 0 && n < 1000));
        if !is_number {
            return false;
        }
        while self
            .open
            .last()
            .is_some_and(|open| rank(open.kind) >= rank(SectionKind::Row))
        {
            self.open.pop();
        }
        let number: u16 = first
            .split('.')
            .next_back()
            .and_then(|n| n.parse().ok())
            .unwrap_or(0);
        let label = format!(
            "{}.{}",
            self.parent_label().unwrap_or(""),
            first.trim_start_matches('0')
        );
        let (heading, body) = rest.split_first().unwrap_or((&"", &[]));
        self.push(SectionKind::Row, label, (*heading).to_owned(), None);
        if let (Some(node), false) = (self.nodes.last_mut(), body.is_empty()) {
            node.body = body.join(" | ");
        }
        if let Some(open) = self.open.iter_mut().rev().nth(1) {
            open.last_number = number;
        }
        true
    }

    /// Adds a node below the innermost open one. `is_heading`: `None` for kinds whose line is
    /// always a heading, otherwise whether the line is set like one.
    fn push(&mut self, kind: SectionKind, label: String, text: String, is_heading: Option<bool>) {
        let parent = self.open.last().map(|open| open.node);
        let level = parent
            .and_then(|parent| self.nodes.get(parent))
            .map_or(1, |parent| parent.level.saturating_add(1));
        let text = squeeze(&text);
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

    fn warn_restart(&mut self) {
        if self
            .warnings
            .iter()
            .any(|warning| warning.code == "outline.second_document")
        {
            return;
        }
        self.warnings.push(Warning::new(
            "outline.second_document",
            Location::File,
            "Điều 1 xuất hiện lần thứ hai: tệp này có thể chứa hai văn bản.",
            "Hãy tách mỗi văn bản thành một tệp rồi nhập lại.",
        ));
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
