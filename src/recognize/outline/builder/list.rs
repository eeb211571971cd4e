//! Opens the items of numbered, lettered and dashed lists.

use super::super::marker::letter_ordinal;
use super::{Builder, Open, rank};
use crate::domain::SectionKind;

/// Lists nested deeper than this are text: labels must not grow without end.
const MAX_DEPTH: usize = 12;

impl Builder {
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
                return (is_letter && self.open.len() < MAX_DEPTH).then_some(at);
            }
        }
        let fits = number == base_last + 1
            || (number > base_last && (is_heading || number <= base_last + 3));
        fits.then(|| base.unwrap_or(usize::MAX))
    }

    pub(super) fn open_number(&mut self, path: &[u16], rest: &str, is_heading: bool) -> bool {
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
            .any(|open| open.kind == SectionKind::Article);
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
        self.push(kind, label, rest, Some(is_heading));
        if let Some(open) = self.open.last_mut() {
            open.path = path.to_vec();
        }
    }

    pub(super) fn open_letter(&mut self, letter: char, rest: &str, is_heading: bool) -> bool {
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
        if holder + 1 >= MAX_DEPTH {
            return false;
        }
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
            Some(parent) if matches!(parent.kind, SectionKind::Article | SectionKind::Clause) => {
                format!("{} điểm {letter}", parent.label)
            }
            Some(parent) => format!("{}.{letter}", parent.label),
            None => letter.to_string(),
        };
        self.push(SectionKind::Letter, label, rest, Some(is_heading));
        true
    }

    pub(super) fn open_dash(&mut self, rest: &str) -> bool {
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
        self.push(SectionKind::Dash, label, rest, Some(false));
        true
    }
}
