//! Places cited by an older draft's labels.
//!
//! A late letter may speak of "khoản 3 Điều 5" of draft 1, which draft 2 calls Điều 6 or no longer
//! has under that number. Where a text names the draft, all its places are looked up there; else
//! only those that the current draft does not have. The rule of the finding says so.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::Dossier;
use crate::domain::{Confidence, DocumentId, NodeRef, Outline, SectionId};
use crate::recognize::citation::{Citations, Context, Place, Places, UnresolvedReason};
use crate::recognize::returned::{Copied, CopyLine, DraftTexts};
use crate::store::consultations::Document;
use crate::text::fold::fold;

/// The rule of places found by an older draft's labels.
const RULE: &str = "citation.older_draft";

/// What a page says where there are several drafts.
const MANY_DRAFTS: f32 = 0.6;

/// A draft before the current one.
#[derive(Debug, Clone)]
pub struct OlderDraft {
    /// Its document.
    pub document: DocumentId,
    /// Dự thảo lần N.
    pub number: u32,
    /// Its outline.
    pub outline: Outline,
    /// For each of its nodes, today's section and how sure that is.
    pub today: Vec<Option<(SectionId, Confidence)>>,
}

/// An older draft, prepared for look-up.
#[derive(Debug)]
pub(super) struct Older {
    /// Index of its document in the dossier.
    outline: usize,
    number: u32,
    places: Places,
    today: Vec<Option<(NodeRef, Confidence)>>,
    draft: Outline,
    texts: OnceLock<DraftTexts>,
}

/// Prepares older drafts; `keys` are the sections of the current ones.
pub(super) fn prepare(
    drafts: &[OlderDraft],
    documents: &[Document],
    keys: &BTreeMap<NodeRef, SectionId>,
) -> Vec<Older> {
    let nodes: BTreeMap<SectionId, NodeRef> = keys
        .iter()
        .map(|(node, section)| (*section, *node))
        .collect();
    drafts
        .iter()
        .filter_map(|draft| {
            let outline = documents.iter().position(|d| d.id == draft.document)?;
            Some(Older {
                outline,
                number: draft.number,
                places: Places::new(std::slice::from_ref(&draft.outline)),
                today: draft
                    .today
                    .iter()
                    .map(|today| {
                        let (section, confidence) = (*today)?;
                        Some((*nodes.get(&section)?, confidence))
                    })
                    .collect(),
                draft: draft.outline.clone(),
                texts: OnceLock::new(),
            })
        })
        .collect()
}

impl Dossier {
    /// Finds what a text cites, by the labels of the current drafts and, where those fail or the
    /// text names an older draft, by older ones.
    pub(in super::super) fn find_places(&self, words: &str, context: &Context<'_>) -> Citations {
        let mut citations = self.places.find(words, context);
        if self.older.is_empty() {
            return citations;
        }
        // Its pages may be another draft's.
        let by_page =
            (citations.places.iter_mut()).filter(|place| place.rule.starts_with("citation.page"));
        for place in by_page {
            place.confidence = Confidence::new(place.confidence.value().min(MANY_DRAFTS));
        }
        let named = draft_named(words);
        for older in &self.older {
            let is_named = named == Some(older.number)
                && (self.outlines.len() == 1
                    || context
                        .document
                        .is_none_or(|document| document == older.outline));
            let is_missing = |reason: &UnresolvedReason| *reason == UnresolvedReason::NoSuchPlace;
            let has_missing = citations.unresolved.iter().any(|u| is_missing(&u.reason));
            if !is_named && !has_missing {
                continue;
            }
            let inner = Context {
                previous: &[],
                document: Some(0),
                ..*context
            };
            for place in older.places.find(words, &inner).places {
                let Some(found) = older.today(&place) else {
                    continue;
                };
                let meets = |span: crate::domain::Span| {
                    span.start < place.span.end && place.span.start < span.end
                };
                let was_missing = citations
                    .unresolved
                    .iter()
                    .any(|u| is_missing(&u.reason) && meets(u.span));
                if was_missing {
                    citations
                        .unresolved
                        .retain(|u| !(is_missing(&u.reason) && meets(u.span)));
                    citations.places.push(found);
                } else if is_named {
                    // Today's section of that number is another one.
                    let same_words = |current: &Place| {
                        meets(current.span)
                            && matches!(current.node, NodeRef::Node { outline, .. } if outline == older.outline)
                    };
                    match citations
                        .places
                        .iter_mut()
                        .find(|current| same_words(current))
                    {
                        Some(current) => *current = found,
                        None => citations.places.push(found),
                    }
                }
            }
        }
        citations
    }
}

impl Older {
    /// Where a place of this draft is today.
    fn today(&self, place: &Place) -> Option<Place> {
        let (node, confidence) = self.today_of(place.node, place.confidence)?;
        Some(Place {
            node,
            rule: RULE,
            confidence,
            ..*place
        })
    }

    /// Where a node of this draft is today.
    fn today_of(&self, node: NodeRef, confidence: Confidence) -> Option<(NodeRef, Confidence)> {
        let NodeRef::Node { node, .. } = node else {
            return None;
        };
        let (today, aligned) = self.today.get(node).copied().flatten()?;
        let sure = confidence.value().min(aligned.value());
        Some((today, Confidence::new(sure * 0.95)))
    }

    /// Compares a file with this draft; `None` when it is no copy of it. What changed in a section
    /// that is gone is about its document.
    pub(super) fn compare(&self, lines: &[CopyLine]) -> Option<Copied> {
        let texts = self
            .texts
            .get_or_init(|| DraftTexts::new(std::slice::from_ref(&self.draft)));
        let mut copied = texts.compare(lines)?;
        let Some(comparison) = &mut copied.comparison else {
            return Some(copied);
        };
        for place in &mut comparison.places {
            *place = place.and_then(|(node, confidence)| self.today_of(node, confidence));
        }
        for change in &mut comparison.changes {
            let gone = NodeRef::Document {
                outline: self.outline,
            };
            (change.node, change.confidence) = self
                .today_of(change.node, change.confidence)
                .unwrap_or((gone, Confidence::new(0.5)));
        }
        Some(copied)
    }
}

/// The number of the draft a text names: "dự thảo lần 1", "dự thảo lần thứ hai", "dự thảo số 2".
fn draft_named(words: &str) -> Option<u32> {
    let folded = fold(words);
    let at = ["du thao lan ", "du thao so "]
        .iter()
        .filter_map(|name| folded.find(name).map(|at| at + name.len()))
        .min()?;
    let rest = folded.get(at..)?;
    let rest = rest.strip_prefix("thu ").unwrap_or(rest);
    let word: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
    match word.as_str() {
        "nhat" | "mot" => Some(1),
        "hai" => Some(2),
        "ba" => Some(3),
        "tu" | "bon" => Some(4),
        "nam" => Some(5),
        digits => digits.parse().ok().filter(|&number: &u32| number < 100),
    }
}

#[cfg(test)]
mod tests {
    use super::draft_named;

    #[test]
    fn drafts_are_named() {
        for (words, expected) in [
            ("Tại dự thảo lần 1, đề nghị sửa khoản 3", Some(1)),
            ("theo Dự thảo lần thứ hai của Đề án", Some(2)),
            ("dự thảo số 3", Some(3)),
            ("dự thảo Nghị định", None),
            ("dự thảo số liệu", None),
        ] {
            assert_eq!(draft_named(words), expected, "{words}");
        }
    }
}
