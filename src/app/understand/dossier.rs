//! What has to be known about a consultation to understand a reply to it.

mod older;

pub use older::OlderDraft;

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use jiff::civil::Date;

use crate::domain::{
    Confidence, LetterNumber, NodeRef, Organization, OrganizationId, Outline, OutlineNode, Round,
    RoundId, SectionId, SectionKind,
};
use crate::intake::arrangements::Arrangements;
use crate::recognize::citation::Places;
use crate::recognize::organization::Directory;
use crate::recognize::returned::{Copied, CopyLine, DraftTexts};
use crate::recognize::suggestion::{SectionIndex, Suggestion};
use crate::store::consultations::{Document, Section};

/// Outlines, organizations and rounds, prepared for look-up.
#[derive(Debug)]
pub struct Dossier {
    /// Cited places.
    pub places: Places,
    /// Names of organizations.
    pub directory: Directory,
    outlines: Vec<Outline>,
    main: Option<usize>,
    names: BTreeMap<OrganizationId, String>,
    rounds: Vec<Round>,
    sections: BTreeMap<NodeRef, SectionId>,
    /// Prepared when somebody first asks: an import does not.
    suggestions: OnceLock<SectionIndex>,
    /// Prepared when the first letter comes: a table needs none.
    texts: OnceLock<DraftTexts>,
    /// Places by the labels this program prints.
    labels: OnceLock<HashMap<String, NodeRef>>,
    older: Vec<older::Older>,
    /// What people said about the columns of tables.
    arrangements: Arrangements,
}

impl Dossier {
    /// Prepares outlines that have no sections in a database: for `read --outline`. `main` is the
    /// one that comments without a document are about.
    pub fn from_outlines(
        outlines: Vec<Outline>,
        main: Option<usize>,
        organizations: &[Organization],
    ) -> Self {
        Self {
            places: Places::new(&outlines),
            directory: Directory::new(organizations),
            main: main.filter(|&main| main < outlines.len()),
            outlines,
            names: organizations
                .iter()
                .map(|o| (o.id, o.name.clone()))
                .collect(),
            rounds: Vec::new(),
            sections: BTreeMap::new(),
            suggestions: OnceLock::new(),
            texts: OnceLock::new(),
            labels: OnceLock::new(),
            older: Vec::new(),
            arrangements: Arrangements::default(),
        }
    }

    /// Prepares a stored consultation; `sections` in report order, `drafts` before the current ones
    /// from the newest to the oldest.
    pub fn from_store(
        documents: &[Document],
        sections: &[Section],
        drafts: &[OlderDraft],
        rounds: Vec<Round>,
        organizations: &[Organization],
    ) -> Self {
        let mut outlines: Vec<Outline> = Vec::new();
        let mut keys = BTreeMap::new();
        for (index, document) in documents.iter().enumerate() {
            let mut nodes: Vec<OutlineNode> = Vec::new();
            let mut node_of: BTreeMap<SectionId, usize> = BTreeMap::new();
            for section in sections
                .iter()
                .filter(|s| s.document == Some(document.id) && s.is_current)
            {
                if section.kind == SectionKind::Whole {
                    keys.insert(NodeRef::Document { outline: index }, section.id);
                    continue;
                }
                keys.insert(
                    NodeRef::Node {
                        outline: index,
                        node: nodes.len(),
                    },
                    section.id,
                );
                node_of.insert(section.id, nodes.len());
                nodes.push(OutlineNode {
                    kind: section.kind,
                    level: section.level,
                    label: section.label.clone(),
                    heading: section.heading.clone(),
                    body: section.body.clone(),
                    parent: section
                        .parent
                        .and_then(|parent| node_of.get(&parent).copied()),
                    pages: section.pages,
                });
            }
            outlines.push(Outline {
                document: document.name.clone(),
                title: document.title.clone(),
                nodes,
            });
        }
        for section in sections.iter().filter(|section| section.document.is_none()) {
            let node = if section.kind == SectionKind::Format {
                NodeRef::Format
            } else {
                NodeRef::Dossier
            };
            keys.insert(node, section.id);
        }
        let main = documents
            .iter()
            .position(|document| document.is_main)
            .or_else(|| (documents.len() == 1).then_some(0));
        let older = older::prepare(drafts, documents, &keys);
        Self {
            older,
            places: Places::new(&outlines),
            directory: Directory::new(organizations),
            outlines,
            main,
            names: organizations
                .iter()
                .map(|o| (o.id, o.name.clone()))
                .collect(),
            rounds,
            sections: keys,
            suggestions: OnceLock::new(),
            texts: OnceLock::new(),
            labels: OnceLock::new(),
            arrangements: Arrangements::default(),
        }
    }

    /// The same, which reads tables as people arranged their columns.
    #[must_use]
    pub fn with_arrangements(self, arrangements: Arrangements) -> Self {
        Self {
            arrangements,
            ..self
        }
    }

    /// What people said about the columns of tables.
    pub fn arrangements(&self) -> &Arrangements {
        &self.arrangements
    }

    /// The outlines, in dossier order.
    pub fn outlines(&self) -> &[Outline] {
        &self.outlines
    }

    /// The document that comments without a document are about.
    pub fn main_document(&self) -> Option<usize> {
        self.main
    }

    /// The stored section of a place.
    pub fn section(&self, node: NodeRef) -> Option<SectionId> {
        self.sections.get(&node).copied()
    }

    /// The printed label of a place.
    pub fn label(&self, node: NodeRef) -> Option<String> {
        node.label(&self.outlines)
    }

    /// The place whose printed label a cell holds, alone or with its heading behind it in brackets,
    /// as our own forms offer it; `None` for labels that everybody writes in the same way.
    pub(super) fn labelled(&self, cell: &str) -> Option<NodeRef> {
        let cell = cell.trim();
        let label = match cell.split_once(" (") {
            Some((label, heading)) if heading.ends_with(')') => label,
            _ => cell,
        };
        if !label.contains(" · ") && !label.contains(".-") {
            return None;
        }
        let labels = self.labels.get_or_init(|| {
            let nodes = self.outlines.iter().enumerate().flat_map(|(at, outline)| {
                (0..outline.nodes.len()).map(move |node| NodeRef::Node { outline: at, node })
            });
            nodes
                .filter_map(|node| Some((self.label(node)?, node)))
                .collect()
        });
        labels.get(label).copied()
    }

    /// The sections a point may be about whose places are these: none where it names one. A whole
    /// document that it names is searched alone.
    pub fn suggest(&self, words: &str, places: &[NodeRef]) -> Vec<Suggestion> {
        let mut within = None;
        for place in places {
            match place {
                NodeRef::Dossier => {}
                NodeRef::Document { outline } => within = Some(*outline),
                NodeRef::Format | NodeRef::Node { .. } => return Vec::new(),
            }
        }
        self.suggestions
            .get_or_init(|| SectionIndex::new(&self.outlines, self.main))
            .suggest(words, within.filter(|_| self.outlines.len() > 1))
    }

    /// The stored sections a point may be about that is in this section, or in none.
    pub fn suggest_sections(
        &self,
        words: &str,
        section: Option<SectionId>,
    ) -> Vec<(SectionId, Confidence)> {
        let place = self
            .sections
            .iter()
            .find(|(_, id)| Some(**id) == section)
            .map(|(node, _)| *node);
        self.suggest(words, place.as_slice())
            .into_iter()
            .filter_map(|found| Some((self.section(found.node)?, found.confidence)))
            .collect()
    }

    /// Compares a file with the draft it is a copy of, the current one or one before; `None` when
    /// it is no copy. Sections are today's.
    pub(super) fn compare_with_drafts(&self, lines: &[CopyLine]) -> Option<Copied> {
        let texts = self.texts.get_or_init(|| DraftTexts::new(&self.outlines));
        let older = self.older.iter().filter_map(|older| older.compare(lines));
        texts
            .compare(lines)
            .into_iter()
            .chain(older)
            // The current draft of equals.
            .reduce(|best, next| if next.share > best.share { next } else { best })
    }

    /// An organization's name.
    pub fn organization_name(&self, id: OrganizationId) -> Option<&str> {
        self.names.get(&id).map(String::as_str)
    }

    /// Whether a letter with this number asked for the comments.
    pub(super) fn is_request(&self, number: &LetterNumber) -> bool {
        let mut numbers = self
            .rounds
            .iter()
            .filter_map(|round| round.request_number.as_ref());
        numbers.any(|known| known == number)
    }

    /// Whether there are rounds to choose from; a draft read on its own has none.
    pub fn has_rounds(&self) -> bool {
        !self.rounds.is_empty()
    }

    /// A round by its key.
    pub fn round(&self, id: RoundId) -> Option<&Round> {
        self.rounds.iter().find(|round| round.id == id)
    }

    /// The round a reply belongs to: by the request it answers, else by the day it arrived, where
    /// only one round was open.
    ///
    /// A late reply without a request number belongs to the round that closed last before it,
    /// unless the next one had opened already.
    pub fn find_round(
        &self,
        answers: Option<&LetterNumber>,
        arrived_on: Option<Date>,
    ) -> Option<RoundId> {
        if let Some(number) = answers {
            let mut asked = self
                .rounds
                .iter()
                .filter(|round| round.request_number.as_ref() == Some(number));
            if let (Some(round), None) = (asked.next(), asked.next()) {
                return Some(round.id);
            }
        }
        let day = arrived_on?;
        let mut open = self
            .rounds
            .iter()
            .filter(|round| round.opened <= day && day <= round.deadline);
        match (open.next(), open.next()) {
            (Some(round), None) => Some(round.id),
            (Some(_), Some(_)) => None,
            (None, _) => self
                .rounds
                .iter()
                .filter(|round| round.deadline < day)
                .max_by_key(|round| round.deadline)
                .map(|round| round.id),
        }
    }

    /// Whether a reply that arrived on `day` is late for its round.
    pub fn is_late(&self, round: Option<RoundId>, day: Option<Date>) -> bool {
        match (round.and_then(|id| self.round(id)), day) {
            (Some(round), Some(day)) => day > round.deadline,
            _ => false,
        }
    }
}
