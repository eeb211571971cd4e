//! What a person said the columns of tables with one header hold, known again by the header's shape.
//!
//! The shape is the folded headings in their order, hashed: letter case, marks, line breaks and titles
//! above do not count, a column more or less does. What a person said goes before what headings say.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::columns::{self, Column, Mapping, ROWS_ABOVE};
use crate::text::fold::fold;
use crate::text::normalize::squeeze;

/// What the columns below one header hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrangement {
    /// Key of the stored one; `None` while somebody only tries it.
    pub id: Option<i64>,
    /// [`shape_of`] its header.
    pub shape: String,
    /// Rows of the header: one, or two.
    pub n_rows: usize,
    /// One entry a column; `None` for columns that are not read.
    pub columns: Vec<Option<Column>>,
}

/// The arrangements that are used, by shape; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Arrangements(Arc<HashMap<String, Arrangement>>);

impl Arrangements {
    /// The arrangement a header has.
    fn get(&self, shape: &str, n_rows: usize) -> Option<&Arrangement> {
        self.0.get(shape).filter(|found| found.n_rows == n_rows)
    }

    /// Finds a header that somebody arranged among the first rows of a table.
    pub(super) fn recognize(&self, rows: &[Vec<String>]) -> Option<Mapping> {
        if self.0.is_empty() {
            return None;
        }
        let mut headers = (0..rows.len().min(ROWS_ABOVE)).flat_map(|at| [(at, 1), (at, 2)]);
        headers.find_map(|(at, n_rows)| {
            let header = rows.get(at..at + n_rows)?;
            let found = self.get(&shape_of(header)?, n_rows)?;
            let mut mapping = columns::columns_at(rows, at, n_rows)?;
            mapping.columns = (0..mapping.headings.len())
                .map(|at| found.columns.get(at).copied().flatten())
                .collect();
            mapping.arrangement = Some(found.clone());
            Some(mapping)
        })
    }
}

impl FromIterator<Arrangement> for Arrangements {
    fn from_iter<I: IntoIterator<Item = Arrangement>>(all: I) -> Self {
        let by_shape = all.into_iter().map(|it| (it.shape.clone(), it));
        Self(Arc::new(by_shape.collect()))
    }
}

/// What makes a header the same in another file; `None` for fewer than two headings, which a title
/// above a table has too.
pub fn shape_of(header: &[Vec<String>]) -> Option<String> {
    let mut hasher = Sha256::new();
    let mut n_headings = 0;
    for row in header {
        let cells: Vec<String> = row.iter().map(|cell| fold(&squeeze(cell))).collect();
        let width = cells.iter().rposition(|cell| !cell.is_empty());
        let width = width.map_or(0, |last| last + 1);
        hasher.update(width.to_le_bytes());
        for cell in cells.iter().take(width) {
            n_headings += usize::from(!cell.is_empty());
            hasher.update(cell.len().to_le_bytes());
            hasher.update(cell.as_bytes());
        }
    }
    let digest = hasher.finalize();
    (n_headings >= 2).then(|| format!("{digest:x}"))
}
