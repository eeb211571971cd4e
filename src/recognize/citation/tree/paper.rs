//! Which node stands at a page and line.
//!
//! Readers count differently: some leave out headings or count a table as one line. So a line close
//! to where its node begins or ends says less than one in the middle of it.

use super::{At, Document, Tree};
use crate::domain::{Confidence, Outline, PageLine};

/// Lines by which readers' counts differ.
const SLACK: u32 = 1;

/// Where the nodes of a document stand on paper, in draft order.
#[derive(Debug, Clone, Default)]
pub(super) struct Paper {
    /// First and last line, and the node.
    nodes: Vec<(PageLine, PageLine, usize)>,
}

impl Paper {
    pub(super) fn of(outline: &Outline) -> Self {
        let mut nodes: Vec<(PageLine, PageLine, usize)> = (outline.nodes.iter().enumerate())
            .filter_map(|(at, node)| node.pages.map(|(first, last)| (first, last, at)))
            .collect();
        nodes.sort_by_key(|(first, _, node)| (*first, *node));
        Self { nodes }
    }

    /// The node that goes on at `place`: the last one that begins there or above.
    fn at(&self, place: PageLine) -> Option<(usize, usize)> {
        let n_above = self.nodes.partition_point(|(first, ..)| *first <= place);
        let above = n_above.checked_sub(1)?;
        self.nodes.get(above).map(|(.., node)| (above, *node))
    }

    /// The last line of text on a page.
    fn last_line(&self, page: u32) -> Option<u32> {
        let places = self.nodes.iter().flat_map(|(first, last, _)| [first, last]);
        let on_page = places.filter(|place| place.page == page);
        on_page.map(|place| place.line).max()
    }

    fn n_pages(&self) -> u32 {
        let pages = self.nodes.iter().map(|(_, last, _)| last.page);
        pages.max().unwrap_or(0)
    }

    /// A line of a page; one counted from below is negative.
    fn line(&self, page: u32, line: i32) -> Option<(usize, Confidence)> {
        let line = if line < 0 {
            let last = self.last_line(page)?;
            (last + 1).checked_sub(line.unsigned_abs())?
        } else {
            u32::try_from(line).ok()?
        };
        let (index, node) = self.at(PageLine { page, line })?;
        let begins = self.nodes.get(index)?.0;
        let next = self.nodes.get(index + 1).map(|(first, ..)| *first);
        let is_near = |place: PageLine| place.page == page && place.line.abs_diff(line) <= SLACK;
        // The very line a node begins on is where a reader sees its number.
        let is_doubtful = (is_near(begins) && begins.line != line) || next.is_some_and(is_near);
        Some((node, Confidence::new(if is_doubtful { 0.7 } else { 0.85 })))
    }

    /// The nodes that have words on a page.
    fn page(&self, page: u32) -> Vec<usize> {
        let on_page = |first: &PageLine, last: &PageLine| first.page <= page && page <= last.page;
        let nodes = self.nodes.iter();
        nodes
            .filter(|(first, last, _)| on_page(first, last))
            .map(|(.., node)| *node)
            .collect()
    }
}

/// What a page, or a line of it, says.
pub(in super::super) enum OnPaper {
    /// One place.
    Place(At, &'static str, Confidence),
    /// Several, in draft order.
    Several(Vec<At>),
}

impl Tree {
    /// What stands at a page and line of one document; `None` where it has no such page, or its
    /// file has none at all.
    pub(in super::super) fn on_paper(
        &self,
        outline: usize,
        page: u32,
        line: Option<i32>,
    ) -> Option<OnPaper> {
        let paper = &self.documents.get(outline)?.paper;
        if page == 0 || page > paper.n_pages() {
            return None;
        }
        let at = |node: usize| At {
            outline,
            node: Some(node),
        };
        if let Some(line) = line {
            let (node, confidence) = paper.line(page, line)?;
            return Some(OnPaper::Place(at(node), "citation.page_line", confidence));
        }
        let nodes = paper.page(page);
        match nodes.as_slice() {
            [] => None,
            [only] => {
                let confidence = Confidence::new(0.8);
                Some(OnPaper::Place(at(*only), "citation.page", confidence))
            }
            _ => Some(OnPaper::Several(nodes.into_iter().map(at).collect())),
        }
    }

    /// The documents whose files have pages.
    pub(in super::super) fn on_pages(&self) -> impl Iterator<Item = usize> {
        let has_pages = |document: &Document| !document.paper.nodes.is_empty();
        (0..)
            .zip(&self.documents)
            .filter_map(move |(outline, document)| has_pages(document).then_some(outline))
    }
}
