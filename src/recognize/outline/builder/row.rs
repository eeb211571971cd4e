//! Opens the numbered rows of annex tables.

use super::super::marker::roman_value;
use super::{Builder, is_apart, rank};
use crate::domain::SectionKind;

impl Builder {
    /// Opens a numbered row of an annex's table, or a group of rows headed by a numeral.
    pub(in super::super) fn open_row(&mut self, first: &str, rest: &[&str]) -> bool {
        let first = first.trim_end_matches(['.', ')']);
        if rest.is_empty() || first.is_empty() {
            return false;
        }
        let Some(annex) = self.open.iter().rposition(is_apart) else {
            return false;
        };
        if roman_value(first).is_some() {
            self.open.truncate(annex + 1);
            let label = format!("{}.{first}", self.parent_label().unwrap_or(""));
            self.push(SectionKind::Roman, label, &rest.join(" | "), None);
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
        self.push(SectionKind::Row, label, heading, None);
        if let (Some(node), false) = (self.nodes.last_mut(), body.is_empty()) {
            node.body = body.join(" | ");
        }
        if let Some(open) = self.open.iter_mut().rev().nth(1) {
            open.last_number = number;
        }
        true
    }

    /// Rows that are counted through all groups of an annex belong to the annex: "số thứ tự 3 Phụ
    /// lục I". Rows that start again in each group stay below their group.
    pub(super) fn lift_rows(&mut self, annex: usize) {
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
}
