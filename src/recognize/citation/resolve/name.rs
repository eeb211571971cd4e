//! Chooses among the headings and names a phrase can mean.

use super::super::UnresolvedReason;
use super::super::scan::{Mention, Owner};
use super::super::tree::NameHit;
use super::{Order, Resolver};

impl Resolver<'_> {
    /// Resolves a [`Mention::Name`].
    pub(super) fn name(&mut self, mention: &Mention) {
        let Mention::Name {
            hits,
            owner,
            role,
            span,
            has_keyword,
            is_closed,
            is_aside,
        } = mention
        else {
            return;
        };
        let (owner, role, span) = (*owner, *role, *span);
        if let Owner::Other { .. } = owner {
            return;
        }
        let chosen = self.choose(hits, owner);
        match chosen.as_slice() {
            [] => {}
            [hit] => {
                if *is_aside && self.found.iter().any(|found| found.order == Order::Target) {
                    return;
                }
                let confidence = match (hit.is_full, *has_keyword, *is_closed) {
                    (true, true, true) => 0.95,
                    (true, _, _) | (false, true, true) => 0.85,
                    (false, _, _) => 0.7,
                };
                let confidence = if *is_aside { 0.8 } else { confidence };
                let rule = if hit.is_alias {
                    "citation.customary_name"
                } else {
                    "citation.heading_name"
                };
                let at = hit.at;
                self.push(at, span, rule, confidence, role);
                if let Some(found) = self.found.last_mut() {
                    found.is_named_part = *has_keyword;
                    found.is_aside = *is_aside;
                }
            }
            several if *has_keyword => {
                let nodes = several.iter().map(|hit| hit.at.reference()).collect();
                self.leave_unresolved(span, UnresolvedReason::Ambiguous(nodes));
            }
            _ => {}
        }
    }

    /// The hits that are meant: in the first document that has any, whole headings before customary
    /// names before beginnings, sections before rows, and what lies in the place spoken of.
    fn choose<'h>(&self, hits: &'h [NameHit], owner: Owner) -> Vec<&'h NameHit> {
        let documents = self.documents_for(owner);
        let order: Vec<usize> = if documents.is_empty() {
            (0..self.tree.n_documents()).collect()
        } else {
            documents.clone()
        };
        let mut chosen: Vec<&'h NameHit> = Vec::new();
        for outline in order {
            let here = || hits.iter().filter(move |hit| hit.at.outline == outline);
            for pick in [
                here()
                    .filter(|hit| hit.is_full && !hit.is_alias)
                    .collect::<Vec<_>>(),
                here().filter(|hit| hit.is_full).collect(),
                here().collect(),
            ] {
                if !pick.is_empty() {
                    chosen.extend(pick);
                    break;
                }
            }
            if !chosen.is_empty() && !documents.is_empty() {
                break;
            }
        }
        // A section is meant rather than a row of a table that is called the same.
        if chosen.len() > 1 && chosen.iter().any(|hit| !self.tree.is_in_annex(hit.at)) {
            chosen.retain(|hit| !self.tree.is_in_annex(hit.at));
        }
        let is_within_base = |hit: &&&NameHit| {
            self.bases
                .first()
                .is_some_and(|&base| base.node.is_some() && self.tree.is_within(hit.at, base))
        };
        if chosen.len() > 1
            && let [only] = chosen
                .iter()
                .filter(is_within_base)
                .copied()
                .collect::<Vec<_>>()
                .as_slice()
        {
            chosen = vec![*only];
        }
        chosen
    }
}
