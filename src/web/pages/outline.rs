//! The outline of the draft as a tree of links with counts.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use askama::filters::HtmlSafe;

use super::filters::Filters;
use crate::app::search::Names;
use crate::app::values::{Count, FacetValue, Section};
use crate::domain::{SectionId, SectionKind};
use crate::web::words;

/// Sections below one another, each a link that narrows the search to it.
#[derive(Template)]
#[template(path = "outline.html", config = "src/web/askama.toml")]
pub(super) struct Outline {
    nodes: Vec<Node>,
}

impl HtmlSafe for Outline {}

impl Outline {
    fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

struct Node {
    address: String,
    label: String,
    heading: String,
    count: String,
    is_empty: bool,
    is_current: bool,
    is_open: bool,
    below: Outline,
}

/// What every node needs.
struct Grown<'a> {
    names: &'a Names,
    children: BTreeMap<Option<SectionId>, Vec<&'a Section>>,
    counts: BTreeMap<SectionId, u64>,
    open: BTreeSet<SectionId>,
    current: Option<SectionId>,
    filters: &'a Filters,
    depth: u8,
}

/// Builds the tree down to `depth`; deeper sections appear where they have points or are chosen.
pub(super) fn outline(names: &Names, counts: &[Count], filters: &Filters, depth: u8) -> Outline {
    let current = match filters.get("section") {
        "" | "none" => None,
        label => names.find_section(label).ok(),
    };
    let mut children: BTreeMap<Option<SectionId>, Vec<&Section>> = BTreeMap::new();
    for section in &names.sections {
        children.entry(section.parent).or_default().push(section);
    }
    let grown = Grown {
        children,
        counts: subtree_counts(names, counts),
        open: path_to(names, current),
        names,
        current,
        filters,
        depth,
    };
    grown.below(None)
}

/// The number of points without a section.
pub(super) fn n_without_section(counts: &[Count]) -> u64 {
    let found = counts.iter().find(|count| count.value == FacetValue::None);
    found.map_or(0, |count| count.n_points)
}

/// Points in each section and everything below it.
fn subtree_counts(names: &Names, counts: &[Count]) -> BTreeMap<SectionId, u64> {
    let mut sums: BTreeMap<SectionId, u64> = BTreeMap::new();
    for count in counts {
        if let FacetValue::Id(id) = count.value {
            sums.insert(SectionId(id), count.n_points);
        }
    }
    // Children come after their parents, so that backwards every sum is complete when it is added.
    for section in names.sections.iter().rev() {
        let n = sums.get(&section.id).copied().unwrap_or(0);
        if let Some(parent) = section.parent.filter(|_| n > 0) {
            *sums.entry(parent).or_default() += n;
        }
    }
    sums
}

/// A section and those it lies in.
fn path_to(names: &Names, section: Option<SectionId>) -> BTreeSet<SectionId> {
    let mut path = BTreeSet::new();
    let mut at = section;
    while let Some(id) = at.filter(|id| path.insert(*id)) {
        at = names.section(id).and_then(|section| section.parent);
    }
    path
}

impl Grown<'_> {
    fn below(&self, parent: Option<SectionId>) -> Outline {
        let children = self.children.get(&parent).map_or(&[][..], Vec::as_slice);
        let is_shown = |section: &&&Section| {
            section.level <= self.depth
                || self.counts.contains_key(&section.id)
                || self.open.contains(&section.id)
        };
        Outline {
            nodes: children
                .iter()
                .filter(is_shown)
                .map(|section| self.node(section))
                .collect(),
        }
    }

    fn node(&self, section: &Section) -> Node {
        let n = self.counts.get(&section.id).copied().unwrap_or(0);
        let document = self
            .names
            .documents
            .iter()
            .find(|d| Some(d.id) == section.document);
        let (label, heading) = match (section.kind, document) {
            (SectionKind::Whole, Some(document)) => (document.name.clone(), String::new()),
            _ if words::has_label(section.kind) => (section.label.clone(), section.heading.clone()),
            _ => (section.heading.clone(), String::new()),
        };
        let is_main = document.is_some_and(|document| document.is_main);
        let is_current = self.current == Some(section.id);
        let value = if is_current {
            String::new()
        } else {
            format!("id:{}", section.id)
        };
        Node {
            // Relative to the consultation: the tree is long.
            address: format!("points{}", self.filters.with("section", &value)),
            label,
            heading,
            count: words::number(n),
            is_empty: n == 0,
            is_current,
            is_open: self.open.contains(&section.id) || (section.level == 0 && is_main),
            below: self.below(Some(section.id)),
        }
    }
}
