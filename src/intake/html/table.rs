//! The cells of a table while its page is read.

use crate::domain::Span;
use crate::intake::{PartTable, limits};

/// No real cell spans more rows.
const MAX_HEIGHT: usize = 100;

/// A cell still open, or one that reaches into rows below.
#[derive(Debug, Clone, Copy)]
struct Open {
    start: usize,
    width: usize,
    height: usize,
}

/// Collects spans row by row.
#[derive(Debug)]
pub(super) struct TableBuilder {
    start: usize,
    rows: Vec<Vec<Span>>,
    row: Option<Vec<Span>>,
    cell: Option<Open>,
    /// For each column: rows a cell above still covers, and its span.
    covered: Vec<(usize, Span)>,
}

impl TableBuilder {
    pub(super) fn new(start: usize) -> Self {
        Self {
            start,
            rows: Vec::new(),
            row: None,
            cell: None,
            covered: Vec::new(),
        }
    }

    pub(super) fn open_row(&mut self, at: usize, cells_left: &mut usize) {
        self.close_row(at, cells_left);
        self.row = Some(Vec::new());
    }

    pub(super) fn open_cell(&mut self, at: usize, width: usize, height: usize) {
        self.close_cell(at);
        self.row.get_or_insert_default();
        self.fill_covered();
        self.cell = Some(Open {
            start: at,
            width: width.clamp(1, limits::COLUMNS),
            height: height.clamp(1, MAX_HEIGHT),
        });
    }

    /// Adds the cells above that reach into this row at the current column.
    fn fill_covered(&mut self) {
        let Some(row) = &mut self.row else {
            return;
        };
        // No wider than `limits::COLUMNS`, since no cell reaches beyond.
        while let Some((rows_left, span)) = self.covered.get_mut(row.len()) {
            if *rows_left == 0 {
                break;
            }
            *rows_left -= 1;
            row.push(*span);
        }
    }

    pub(super) fn close_cell(&mut self, at: usize) {
        let (Some(cell), Some(row)) = (self.cell.take(), &mut self.row) else {
            return;
        };
        let span = Span::new(cell.start, at);
        let column = row.len();
        if column + cell.width > limits::COLUMNS {
            return;
        }
        let end = Span::new(at, at);
        row.push(span);
        row.extend((1..cell.width).map(|_| end));
        if cell.height > 1 {
            let needed = column + cell.width;
            if self.covered.len() < needed {
                self.covered.resize(needed, (0, Span::default()));
            }
            for (offset, slot) in self
                .covered
                .iter_mut()
                .skip(column)
                .take(cell.width)
                .enumerate()
            {
                *slot = (cell.height - 1, if offset == 0 { span } else { end });
            }
        }
    }

    /// Ends a row; it is dropped when the page has no cells left to give.
    pub(super) fn close_row(&mut self, at: usize, cells_left: &mut usize) {
        self.close_cell(at);
        self.fill_covered();
        if let Some(row) = self.row.take()
            && !row.is_empty()
            && let Some(left) = cells_left.checked_sub(row.len())
        {
            *cells_left = left;
            self.rows.push(row);
        }
    }

    pub(super) fn finish(mut self, at: usize, cells_left: &mut usize) -> PartTable {
        self.close_row(at, cells_left);
        PartTable {
            rows: self.rows,
            span: Span::new(self.start, at),
        }
    }
}
