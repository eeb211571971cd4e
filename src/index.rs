//! Full-text search over points, by tantivy.
//!
//! Values in, ids out: it knows neither SQL nor HTTP, keeps no text, and is never read as truth. A
//! cache in the strict sense: it may be deleted at any time, and says on opening when it must be
//! filled anew. One [`Writer`] at a time follows the ledger; [`Index::applied_seq`] tells how far.
//!
//! What is searchable, and how ("thi truong" finds "thị trường", exact spelling first), is in
//! `language`, `analyzer` and `rank`; how a search runs, in `search`.

mod analyzer;
mod compile;
mod correct;
mod count;
mod document;
mod filter;
mod folder;
mod highlight;
mod language;
mod rank;
mod schema;
mod search;
mod synonyms;
mod writer;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::domain::PointId;

pub use count::{Count, Facet, FacetValue};
pub use document::ReadyPoint;
pub use filter::{Among, Filters};
pub use folder::{FreshReason, State};
pub use highlight::Highlighter;
pub use synonyms::Synonyms;
pub use writer::{IndexedPoint, Writer};

/// What can go wrong with the index itself; nothing a user types does.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another writer holds the index, here or in another process.
    #[error("the index is being written by another writer, in this process or another one")]
    WriterHeld,
    /// The search library failed.
    #[error("the search index failed")]
    Tantivy(#[from] tantivy::TantivyError),
    /// The disk failed.
    #[error("the index folder could not be read or written")]
    Io(#[from] std::io::Error),
}

/// The index of one data folder. Cheap to clone.
#[derive(Clone)]
pub struct Index {
    shared: Arc<Shared>,
    synonyms: Arc<Synonyms>,
}

struct Shared {
    index: tantivy::Index,
    reader: tantivy::IndexReader,
    fields: schema::Fields,
    applied_seq: AtomicI64,
}

/// An index, and whether it continues or begins.
pub struct Opened {
    /// The index.
    pub index: Index,
    /// Whether it must be filled from the start.
    pub state: State,
}

/// What to search, and how much of the result.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// What was typed; anything is allowed. Empty finds everything.
    pub text: String,
    /// Whose words are searched.
    pub scope: Scope,
    /// What else must hold.
    pub filters: Filters,
    /// The order.
    pub sort: Sort,
    /// Hits to skip.
    pub offset: usize,
    /// Hits to give at most.
    pub limit: usize,
}

/// Whose words are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// Those of the points.
    #[default]
    Points,
    /// Those of the answers.
    Answers,
    /// All words in either.
    Both,
}

/// The order of hits. Equal ones are ordered by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Best first; by id when no words were asked for.
    #[default]
    Score,
    /// Latest arrival first.
    Newest,
    /// Earliest arrival first.
    Oldest,
    /// By id.
    Id,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hits {
    /// How many there are in all.
    pub total: Total,
    /// The page asked for.
    pub hits: Vec<Hit>,
    /// Words replaced because nothing was found with them as typed.
    pub corrected: Vec<Correction>,
    /// Whether the text was too long and only its beginning was used.
    pub is_cut: bool,
}

/// A point found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The point.
    pub id: PointId,
    /// How well it fits; comparable within the first 200 hits, 0 without words.
    pub score: f32,
}

/// A number of hits, counted up to 10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// So many at least.
    pub at_least: u64,
    /// Whether that is all of them.
    pub is_exact: bool,
}

/// A word that was searched instead of the one typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// As typed, in lower case.
    pub typed: String,
    /// The word used, without marks.
    pub used: String,
}

impl Index {
    /// Opens the index in a folder, or begins an empty one where there is none that can be used.
    ///
    /// # Errors
    /// [`Error::WriterHeld`] when it would have to be replaced under someone's writer.
    pub fn open(dir: &Path) -> Result<Opened, Error> {
        let (schema, fields) = schema::build();
        let (generation, state) = folder::open(dir, &schema)?;
        Self::opened(generation, fields, state)
    }

    /// Begins an empty index in the place of what is there.
    ///
    /// # Errors
    /// [`Error::WriterHeld`] while someone writes the old one.
    pub fn start_over(dir: &Path) -> Result<Opened, Error> {
        let (schema, fields) = schema::build();
        let (generation, state) = folder::start_over(dir, &schema)?;
        Self::opened(generation, fields, state)
    }

    fn opened(
        generation: folder::Generation,
        fields: schema::Fields,
        state: State,
    ) -> Result<Opened, Error> {
        let folder::Generation { index, reader } = generation;
        let applied_seq = seq_of(index.load_metas()?.payload.as_deref());
        let index = Self {
            shared: Arc::new(Shared {
                index,
                reader,
                fields,
                applied_seq: AtomicI64::new(applied_seq),
            }),
            synonyms: Arc::new(Synonyms::shipped().clone()),
        };
        Ok(Opened { index, state })
    }

    /// Uses an office's own synonyms instead of those in the program.
    #[must_use]
    pub fn with_synonyms(mut self, synonyms: Synonyms) -> Self {
        self.synonyms = Arc::new(synonyms);
        self
    }

    /// The last entry of the ledger that is applied and searchable; 0 for none.
    pub fn applied_seq(&self) -> i64 {
        self.shared.applied_seq.load(Ordering::Acquire)
    }

    /// Makes the single writer. The heap is shared by its threads.
    ///
    /// # Errors
    /// [`Error::WriterHeld`] while there is another one.
    pub fn writer(&self, heap_bytes: usize, n_threads: usize) -> Result<Writer, Error> {
        Writer::open(&self.shared, heap_bytes, n_threads)
    }

    /// Makes a point ready for [`Writer::put`], away from the writer.
    pub fn ready(&self, point: &IndexedPoint<'_>) -> ReadyPoint {
        ReadyPoint::new(&self.shared.fields, point)
    }

    /// Searches.
    pub fn search(&self, query: &Query) -> Result<Hits, Error> {
        search::search(self, query)
    }

    /// Counts what a search finds by the values of a property, most frequent first. Offset, limit
    /// and sort are not looked at.
    pub fn count_by(&self, query: &Query, facet: Facet) -> Result<Vec<Count>, Error> {
        let mut counted = count::count_each(self, query, &[facet])?;
        Ok(counted.pop().unwrap_or_default())
    }

    /// The same by several properties at once.
    pub fn count_each(&self, query: &Query, facets: &[Facet]) -> Result<Vec<Vec<Count>>, Error> {
        count::count_each(self, query, facets)
    }

    /// Every point a search finds, by id: for exports and bulk work. Offset, limit and sort are not
    /// looked at.
    pub fn ids(&self, query: &Query) -> Result<Vec<PointId>, Error> {
        count::all_ids(self, query)
    }

    /// The ids of all points, in order, to compare with the truth.
    pub fn all_ids(&self) -> Result<Vec<PointId>, Error> {
        self.ids(&Query::default())
    }

    /// How many points are searchable.
    pub fn n_points(&self) -> u64 {
        self.shared.reader.searcher().num_docs()
    }

    /// Reads every file of the index and names those whose checksum is wrong. Slow.
    pub fn damaged_files(&self) -> Result<Vec<String>, Error> {
        let damaged = self.shared.index.validate_checksum()?;
        let mut names: Vec<String> = damaged
            .into_iter()
            .map(|path| path.to_string_lossy().into_owned())
            .collect();
        names.sort();
        Ok(names)
    }

    /// Marks what a search of this index found, with the corrections it made.
    pub fn highlighter(&self, query_text: &str, corrected: &[Correction]) -> Highlighter {
        Highlighter::with(query_text, corrected, &self.synonyms)
    }
}

/// What a commit carries.
fn payload(seq: i64) -> String {
    format!("seq={seq}")
}

/// Reads what [`payload`] wrote.
fn seq_of(payload: Option<&str>) -> i64 {
    let seq = payload.and_then(|payload| payload.strip_prefix("seq="));
    seq.and_then(|seq| seq.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests;
