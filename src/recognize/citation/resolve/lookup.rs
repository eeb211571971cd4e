//! Finds the node that a chain of values means.

use super::super::grammar::{Piece, Value};
use super::super::terms::Keyword;
use super::super::tree::{At, Class, Part, key};
use super::Resolver;
use super::class::{
    classes, classes_of_this, first_classes, inner_classes, is_absolute, part_of, rule_of,
};

/// What became of one chain of values.
pub(super) enum Outcome {
    Found(At, &'static str, f32),
    Ambiguous(Vec<At>),
    Missing,
    /// Said nothing that can be looked up: "Điều này" at the start of a text.
    Silent,
}

enum Descent {
    Found(At, Option<&'static str>),
    Ambiguous(Vec<At>),
    Missing,
}

impl Resolver<'_> {
    /// Looks a chain of values up, outermost first.
    ///
    /// A form or table the draft's outline does not list is left to the place that holds it.
    pub(super) fn chain(&self, values: &[(Keyword, &Value)], documents: &[usize]) -> Outcome {
        let outcome = self.whole_chain(values, documents);
        let has_form = values.iter().any(|(keyword, _)| keyword.is_form());
        if !has_form || !matches!(outcome, Outcome::Missing) {
            return outcome;
        }
        let others: Vec<_> = (values.iter().copied())
            .filter(|(keyword, _)| !keyword.is_form())
            .collect();
        if others.is_empty() {
            let forms = [Class::Form, Class::Sheet, Class::Table];
            let has_forms = (0..self.tree.n_documents())
                .any(|outline| forms.iter().any(|&form| self.tree.has_class(outline, form)));
            return if has_forms { outcome } else { Outcome::Silent };
        }
        match self.whole_chain(&others, documents) {
            Outcome::Found(at, _, confidence) => {
                Outcome::Found(at, "citation.form_in_annex", confidence.min(0.8))
            }
            other => other,
        }
    }

    fn whole_chain(&self, values: &[(Keyword, &Value)], documents: &[usize]) -> Outcome {
        let Some((first, _)) = values.first() else {
            return Outcome::Silent;
        };
        if let Some((at, rest)) = self.this(values, documents) {
            return match self.descend(at, rest) {
                Descent::Found(at, rule) => {
                    Outcome::Found(at, rule.unwrap_or("citation.this"), 0.9)
                }
                Descent::Ambiguous(nodes) => Outcome::Ambiguous(nodes),
                Descent::Missing => Outcome::Missing,
            };
        }
        if values.iter().any(|(_, value)| **value == Value::This) {
            return Outcome::Silent;
        }
        let is_absolute = is_absolute(values);
        if is_absolute {
            match self.look_up(values, documents) {
                Outcome::Missing => {}
                outcome => return outcome,
            }
        }
        if let Some(outcome) = self.inherit(values, documents) {
            return outcome;
        }
        if !is_absolute {
            match self.look_up(values, documents) {
                Outcome::Missing => {}
                outcome => return outcome,
            }
        }
        if self.bases.is_empty() && !is_absolute {
            match self.anywhere(values, documents) {
                Outcome::Missing => {}
                outcome => return outcome,
            }
        }
        let is_weak = matches!(first, Keyword::Paragraph | Keyword::Dash | Keyword::Item);
        let unnumbered = values.iter().all(|(_, value)| **value == Value::Unnumbered);
        if is_weak || unnumbered {
            Outcome::Silent
        } else {
            Outcome::Missing
        }
    }

    /// Resolves a leading "Điều này", "mục này" to the nearest base of that kind.
    fn this<'v>(
        &self,
        values: &'v [(Keyword, &'v Value)],
        documents: &[usize],
    ) -> Option<(At, &'v [(Keyword, &'v Value)])> {
        let ((keyword, value), rest) = values.split_first()?;
        if **value != Value::This {
            return None;
        }
        self.bases
            .iter()
            .filter(|base| documents.is_empty() || documents.contains(&base.outline))
            .find_map(|&base| {
                let mut at = Some(base);
                let classes =
                    classes_of_this(*keyword, self.tree.has_class(base.outline, Class::Article));
                while let Some(here) = at {
                    if here.node.is_some()
                        && self
                            .tree
                            .class(here)
                            .is_some_and(|class| classes.contains(&class))
                    {
                        return Some((here, rest));
                    }
                    at = self.tree.parent(here);
                }
                None
            })
    }

    fn look_up(&self, values: &[(Keyword, &Value)], documents: &[usize]) -> Outcome {
        let first_classes = values
            .first()
            .map(|(keyword, value)| first_classes(*keyword, value))
            .unwrap_or_default();
        let holds = |outline: usize| {
            first_classes
                .iter()
                .any(|&class| self.tree.has_class(outline, class))
        };
        let root = |outline| At {
            outline,
            node: None,
        };
        if let Some(outline) = documents.iter().copied().find(|&outline| holds(outline)) {
            return match self.descend(root(outline), values) {
                Descent::Found(at, rule) => {
                    Outcome::Found(at, rule.unwrap_or_else(|| rule_of(values)), 0.98)
                }
                Descent::Ambiguous(nodes) => self.narrow(nodes, values),
                Descent::Missing => Outcome::Missing,
            };
        }
        // No document that is spoken of can hold it: only one other may.
        let mut all = Vec::new();
        for outline in (0..self.tree.n_documents()).filter(|outline| !documents.contains(outline)) {
            match self.descend(root(outline), values) {
                Descent::Found(at, rule) => all.push((at, rule)),
                Descent::Ambiguous(nodes) => return Outcome::Ambiguous(nodes),
                Descent::Missing => {}
            }
        }
        match all.as_slice() {
            [] => Outcome::Missing,
            [(at, rule)] => Outcome::Found(*at, rule.unwrap_or_else(|| rule_of(values)), 0.85),
            several => Outcome::Ambiguous(several.iter().map(|(at, _)| *at).collect()),
        }
    }

    /// Looks for a place whose outer parts nothing tells: the only one in the draft, or the
    /// several it may be.
    fn anywhere(&self, values: &[(Keyword, &Value)], documents: &[usize]) -> Outcome {
        let Some((keyword, Value::Path(pieces))) = values.first() else {
            return Outcome::Missing;
        };
        let Some(piece) = pieces.first() else {
            return Outcome::Missing;
        };
        let everywhere: Vec<usize> = (0..self.tree.n_documents()).collect();
        let documents = if documents.is_empty() {
            &everywhere
        } else {
            documents
        };
        let mut found: Vec<At> = Vec::new();
        for &outline in documents {
            for class in first_classes(*keyword, values.first().map_or(&Value::This, |v| v.1)) {
                // A mục of a legal text is no khoản.
                let is_clause = *keyword == Keyword::Division
                    && matches!(class, Class::Number | Class::Letter)
                    && self.tree.has_class(outline, Class::Article);
                let Some(part) = part_of(class, piece).filter(|_| !is_clause) else {
                    continue;
                };
                for parent in self.tree.parents_of(outline, key(class, &[part])) {
                    let nodes = match self.descend(parent, values) {
                        Descent::Found(at, _) => vec![at],
                        Descent::Ambiguous(nodes) => nodes,
                        Descent::Missing => continue,
                    };
                    for node in nodes {
                        if !found.contains(&node) {
                            found.push(node);
                        }
                    }
                }
            }
            if !found.is_empty() {
                break;
            }
        }
        match found.as_slice() {
            [] => Outcome::Missing,
            [only] => Outcome::Found(*only, "citation.only_place", 0.7),
            _ => Outcome::Ambiguous(found),
        }
    }

    /// Of several places of one name, the one in the same part as a place before.
    fn narrow(&self, nodes: Vec<At>, values: &[(Keyword, &Value)]) -> Outcome {
        for &base in &self.bases {
            let mut above = Some(base);
            while let Some(here) = above.filter(|here| here.node.is_some()) {
                let mut inside = nodes
                    .iter()
                    .filter(|&&node| self.tree.is_within(node, here));
                if let (Some(&only), None) = (inside.next(), inside.next()) {
                    return Outcome::Found(only, rule_of(values), 0.85);
                }
                above = self.tree.parent(here);
            }
        }
        Outcome::Ambiguous(nodes)
    }

    /// Takes the parts that are left out from the places before.
    fn inherit(&self, values: &[(Keyword, &Value)], documents: &[usize]) -> Option<Outcome> {
        for &base in &self.bases {
            if !documents.is_empty() && !documents.contains(&base.outline) {
                continue;
            }
            let mut above = Some(base);
            while let Some(here) = above.filter(|here| here.node.is_some()) {
                if let Descent::Found(at, rule) = self.descend(here, values) {
                    return Some(Outcome::Found(
                        at,
                        rule.unwrap_or("citation.inherited"),
                        0.9,
                    ));
                }
                above = self.tree.parent(here);
            }
        }
        None
    }

    fn descend(&self, from: At, values: &[(Keyword, &Value)]) -> Descent {
        let mut here = vec![from];
        let mut rule = None;
        for (keyword, value) in values {
            let mut next: Vec<At> = Vec::new();
            for &at in &here {
                for found in self.step(at, *keyword, value, &mut rule) {
                    if !next.contains(&found) {
                        next.push(found);
                    }
                }
            }
            if next.is_empty() {
                return Descent::Missing;
            }
            next.truncate(16);
            here = next;
        }
        match here.as_slice() {
            [only] => Descent::Found(*only, rule),
            [] => Descent::Missing,
            _ => Descent::Ambiguous(here),
        }
    }

    /// The nodes one value means below `at`.
    fn step(
        &self,
        at: At,
        keyword: Keyword,
        value: &Value,
        rule: &mut Option<&'static str>,
    ) -> Vec<At> {
        match value {
            Value::Path(pieces) => self.path(at, keyword, pieces, rule),
            Value::Unnumbered if keyword == Keyword::Annex => {
                self.tree.only_annex(at).into_iter().collect()
            }
            Value::Unnumbered | Value::This => Vec::new(),
        }
    }

    fn path(
        &self,
        at: At,
        keyword: Keyword,
        pieces: &[Piece],
        rule: &mut Option<&'static str>,
    ) -> Vec<At> {
        if matches!(keyword, Keyword::Dash | Keyword::Paragraph) {
            return self.dash(at, keyword, pieces, rule).into_iter().collect();
        }
        let found = self.walk(at, keyword, pieces, true);
        if !found.is_empty() {
            return found;
        }
        // "mục 2.1" below 2: its first number repeats the parent's.
        let numbers: Vec<Part> = pieces
            .iter()
            .filter_map(|piece| Some((piece.number?, piece.suffix)))
            .collect();
        if pieces.len() >= 2 && numbers.len() == pieces.len() {
            let own = self.tree.own_number(at);
            if own.is_some() && own == numbers.first().map(|part| part.0) {
                let found = self.walk(at, Keyword::Path, pieces.get(1..).unwrap_or(&[]), false);
                if !found.is_empty() {
                    return found;
                }
            }
            let found = self.tree.find(at, key(Class::Number, &numbers));
            if !found.is_empty() {
                return found;
            }
        }
        // "2b" is point b of 2 unless there is a 2b.
        if let Some((last, before)) = pieces.split_last()
            && let (Some(letter), Some(_)) = (last.suffix, last.number)
        {
            let mut split = before.to_vec();
            split.push(Piece {
                suffix: None,
                ..*last
            });
            split.push(Piece {
                letter: Some(letter),
                ..Piece::default()
            });
            return self.walk(at, keyword, &split, true);
        }
        if let Some(retried) = self.other_numerals(at, keyword, pieces) {
            return retried;
        }
        if keyword == Keyword::Item {
            return self.idea(at, pieces, rule).into_iter().collect();
        }
        let is_annex = self.tree.class(at) == Some(Class::Annex);
        if keyword == Keyword::Row && is_annex && !self.tree.has_rows(at) {
            *rule = Some("citation.row_in_annex");
            return vec![at];
        }
        Vec::new()
    }

    /// "khoản I" is 1, "Phần 3" is III, where the draft has no other.
    fn other_numerals(&self, at: At, keyword: Keyword, pieces: &[Piece]) -> Option<Vec<At>> {
        let (first, rest) = pieces.split_first()?;
        let other = match keyword {
            Keyword::Article | Keyword::Clause | Keyword::Row if first.number.is_none() => Piece {
                number: Some(first.roman?),
                roman: None,
                ..*first
            },
            Keyword::Part if self.tree.has_class(at.outline, Class::Capital) => Piece {
                letter: ('a'..='h').nth(usize::from(first.number?.checked_sub(1)?)),
                is_capital: true,
                number: None,
                ..*first
            },
            Keyword::Part if first.roman.is_none() => Piece {
                roman: Some(first.number?),
                number: None,
                ..*first
            },
            _ => return None,
        };
        let mut pieces = vec![other];
        pieces.extend(rest);
        let found = self.walk(at, keyword, &pieces, true);
        (!found.is_empty()).then_some(found)
    }

    /// "ý 2": a dash where there are dashes, else somewhere in the place that holds it.
    fn idea(&self, at: At, pieces: &[Piece], rule: &mut Option<&'static str>) -> Option<At> {
        at.node?;
        let [piece] = pieces else { return None };
        let number = piece.number.filter(|_| !piece.is_last);
        let dash = number.and_then(|number| {
            self.tree
                .find(at, key(Class::Dash, &[(number, None)]))
                .first()
                .copied()
        });
        if dash.is_some() {
            return dash;
        }
        (piece.number.is_some() || piece.is_last).then(|| {
            *rule = Some("citation.idea_in_parent");
            at
        })
    }

    fn walk(&self, at: At, keyword: Keyword, pieces: &[Piece], is_first: bool) -> Vec<At> {
        let mut here = vec![at];
        for (n, piece) in pieces.iter().enumerate() {
            let mut next = Vec::new();
            for &at in &here {
                let classes = if n == 0 && is_first {
                    classes(keyword, piece)
                } else {
                    inner_classes(piece)
                };
                for class in classes {
                    let Some(part) = part_of(class, piece) else {
                        continue;
                    };
                    let found = self.tree.find(at, key(class, &[part]));
                    if !found.is_empty() {
                        next.extend(found);
                        break;
                    }
                }
            }
            next.truncate(16);
            here = next;
        }
        here
    }

    /// Dashes are counted; where the outline does not list them, their holder is the place.
    fn dash(
        &self,
        at: At,
        keyword: Keyword,
        pieces: &[Piece],
        rule: &mut Option<&'static str>,
    ) -> Option<At> {
        at.node?;
        if self.tree.class(at) == Some(Class::Dash) {
            return None;
        }
        let piece = pieces.first()?;
        let n_dashes = self.tree.n_dashes(at);
        if keyword == Keyword::Paragraph || n_dashes == 0 {
            *rule = Some("citation.dash_in_parent");
            return Some(at);
        }
        let number = if piece.is_last {
            (n_dashes + 1).checked_sub(piece.number.unwrap_or(1))?
        } else {
            piece.number?
        };
        self.tree
            .find(at, key(Class::Dash, &[(number, None)]))
            .first()
            .copied()
    }
}
