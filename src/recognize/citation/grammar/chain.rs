//! Cuts the components of a group into references, each a chain from the outermost place to the
//! innermost.

use super::super::terms::Keyword;
use super::{Component, Grammar, Joint, Reference, Step, Value};

impl Grammar<'_> {
    /// Cuts the components of a group into references.
    pub(super) fn references(&self, components: &[Component]) -> Vec<Reference> {
        let mut references: Vec<Reference> = Vec::new();
        // Whether a reference takes what it leaves out from the one before: it stands in
        // parentheses, or the one before was written from the outside inward.
        let mut goes_back: Vec<bool> = Vec::new();
        let mut was_inward = false;
        let mut chain: Vec<&Component> = Vec::new();
        let mut outward = None;
        let mut is_mixed = false;
        for (at, component) in components.iter().enumerate() {
            // "khoản 4 (điểm a) Điều 5": after the parenthesis the khoản is gone on from.
            let is_back = chain.last().is_some_and(|last| last.is_inside)
                && !component.is_inside
                && chain.iter().any(|before| !before.is_inside);
            let last = if is_back {
                outward = None;
                chain.iter().rev().find(|before| !before.is_inside)
            } else {
                chain.last()
            };
            if let Some(last) = last {
                let direction = direction(last, component, components.get(at + 1));
                let goes_on = direction
                    .is_some_and(|direction| outward.is_none_or(|outward| outward == direction));
                if goes_on {
                    outward = direction;
                } else if !is_back && is_between(&chain, component, components.get(at + 1)) {
                    outward = Some(false);
                    is_mixed = true;
                } else {
                    references.push(self.reference(&chain, outward, is_mixed));
                    goes_back.push(goes_back_to(&chain, was_inward));
                    was_inward = outward == Some(false);
                    chain.clear();
                    outward = None;
                    is_mixed = false;
                }
            }
            chain.push(component);
        }
        references.push(self.reference(&chain, outward, is_mixed));
        goes_back.push(goes_back_to(&chain, was_inward));
        inherit_from_next(&mut references, &goes_back);
        references
    }

    fn reference(&self, chain: &[&Component], outward: Option<bool>, is_mixed: bool) -> Reference {
        let mut steps: Vec<Step> = chain
            .iter()
            .map(|component| component.step.clone())
            .collect();
        let has_both = chain.iter().any(|component| component.is_inside)
            && chain.last().is_some_and(|last| !last.is_inside);
        if has_both || is_mixed {
            steps.sort_by_key(|step| step.keyword.rank());
        } else if outward == Some(true) {
            steps.reverse();
        }
        let first = chain.first().map_or(0, |component| component.first);
        let end = chain.last().map_or(first, |component| component.end);
        let joint = chain
            .first()
            .map_or(Joint::None, |component| component.joint);
        Reference {
            steps,
            span: self.span(first, end),
            follows_comma: joint == Joint::Comma,
            has_comma: (chain.iter().skip(1)).any(|component| component.joint == Joint::Comma),
            is_range_end: joint == Joint::Range,
        }
    }
}

/// "Điều 7, điểm d khoản 3": after the article the rest goes outward, and is within it.
fn is_between(chain: &[&Component], next: &Component, after: Option<&Component>) -> bool {
    let [outer, inner] = chain else {
        return false;
    };
    let rank = next.step.keyword.rank();
    let outer_rank = outer.step.keyword.rank();
    let goes_further = after.is_some_and(|after| {
        matches!(after.joint, Joint::None | Joint::Of) && after.step.keyword.rank() <= outer_rank
    });
    inner.joint == Joint::Comma
        && matches!(next.joint, Joint::None | Joint::Of)
        && !next.is_inside
        && outer_rank < rank
        && rank < inner.step.keyword.rank()
        && !goes_further
}

fn goes_back_to(chain: &[&Component], was_inward: bool) -> bool {
    was_inward || (chain.first()).is_some_and(|component| component.is_inside)
}

/// Whether the next component goes outward (`true`) or inward in the same reference; `None` when
/// it starts a new one.
fn direction(last: &Component, next: &Component, after: Option<&Component>) -> Option<bool> {
    if matches!(next.joint, Joint::And | Joint::Range) {
        return None;
    }
    // "phần II.3 vào II.2" are two places.
    if next.step.keyword == Keyword::Path && n_pieces(&last.step) > 1 && n_pieces(&next.step) > 1 {
        return None;
    }
    let (from, to) = (last.step.keyword.rank(), next.step.keyword.rank());
    match to.cmp(&from) {
        std::cmp::Ordering::Less => Some(true),
        std::cmp::Ordering::Greater => {
            // "Điều 5, khoản 2 Điều 6": the khoản belongs to what follows.
            let belongs_to_next = next.joint == Joint::Comma
                && after.is_some_and(|after| {
                    matches!(after.joint, Joint::None | Joint::Of)
                        && after.step.keyword.rank() <= from
                });
            (!belongs_to_next).then_some(false)
        }
        std::cmp::Ordering::Equal => {
            // "mục 2 mục IV"
            let is_roman = |component: &Component| match component
                .step
                .items
                .first()
                .map(|item| &item.value)
            {
                Some(Value::Path(pieces)) => {
                    pieces.first().is_some_and(|piece| piece.roman.is_some())
                }
                _ => false,
            };
            let nested = next.joint <= Joint::Of && !is_roman(last) && is_roman(next);
            nested.then_some(true)
        }
    }
}

fn n_pieces(step: &Step) -> usize {
    match step.items.first().map(|item| &item.value) {
        Some(Value::Path(pieces)) => pieces.len(),
        _ => 0,
    }
}

/// "điểm a và điểm b khoản 2 Điều 5": what lacks its outer places takes them from the next.
fn inherit_from_next(references: &mut [Reference], goes_back: &[bool]) {
    for at in (1..references.len()).rev() {
        if goes_back.get(at - 1) == Some(&true) {
            continue;
        }
        let (before, rest) = references.split_at_mut(at);
        let (Some(reference), Some(next)) = (before.last_mut(), rest.first()) else {
            continue;
        };
        let Some(first) = reference.steps.first() else {
            continue;
        };
        let is_dependent = matches!(
            first.keyword,
            Keyword::Clause
                | Keyword::Point
                | Keyword::Item
                | Keyword::Dash
                | Keyword::Row
                | Keyword::Division
        ) && !starts_with_roman(first);
        let rank = first.keyword.rank();
        // Only what the next one names beside a step of the same kind can be meant for both.
        let shares_form = next.steps.iter().any(|step| step.keyword.rank() >= rank);
        if is_dependent && shares_form {
            let outer: Vec<Step> = next
                .steps
                .iter()
                .take_while(|step| step.keyword.rank() < rank)
                .cloned()
                .collect();
            reference.steps.splice(0..0, outer);
        }
    }
}

fn starts_with_roman(step: &Step) -> bool {
    match step.items.first().map(|item| &item.value) {
        Some(Value::Path(pieces)) => pieces.first().is_some_and(|piece| piece.roman.is_some()),
        _ => false,
    }
}
