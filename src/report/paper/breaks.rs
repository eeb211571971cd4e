//! How the rows of a table break over pages: what stays whole, which cells are merged.

use crate::report::model::{Cell, Line, Row, Table, Value};

/// Average advance of a letter at 12 pt, in twips; for estimates only.
const LETTER: u32 = 108;

/// Left and right cell margins together, in twips.
const CELL_MARGINS: u32 = 160;

/// A row that is taller may break over pages: kept whole it would leave much of a page empty.
const MAX_UNBROKEN_LINES: u32 = 6;

/// A table with no more rows is kept on one page, statistics above all.
const MAX_KEPT_ROWS: usize = 14;

/// Nor one that is taller than this: it would leave too much of the page before empty.
const MAX_KEPT_LINES: u32 = 20;

/// A merged cell prints its words once, on its first page. After about a landscape page of 12 pt
/// lines it starts anew with [`AGAIN`], so that pages say which place their rows are about.
const MAX_MERGED_LINES: u32 = 30;

/// Behind the first line of a cell that goes on.
const AGAIN: &str = " (tiếp)";

/// A table on paper.
pub(in crate::report) struct Breaks {
    /// Widths in twips; `None` for columns only a workbook shows.
    pub(in crate::report) widths: Vec<Option<u32>>,
    /// Whether all rows stay on one page.
    pub(in crate::report) is_kept: bool,
    /// Row by row.
    pub(in crate::report) rows: Vec<RowBreaks>,
}

/// A row on paper.
#[derive(Default)]
pub(in crate::report) struct RowBreaks {
    /// Whether it never breaks over pages.
    pub(in crate::report) is_unbroken: bool,
    /// Cell by cell; empty for a row that is no row of cells.
    pub(in crate::report) merges: Vec<Merge>,
}

/// What a cell shares with the cells above and below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Merge {
    /// Nothing.
    Alone,
    /// It is the first of several that are one.
    Starts,
    /// It belongs to the one above.
    Continues,
}

impl Breaks {
    /// Plans a table over a width in twips.
    pub(in crate::report) fn plan(table: &Table, whole: u32) -> Self {
        let columns = &table.columns;
        let shown = columns.iter().filter(|column| !column.is_sheet_only);
        let shares: u32 = shown.map(|column| column.width).sum();
        let widths: Vec<Option<u32>> = columns
            .iter()
            .map(|column| {
                let width = whole * column.width / shares.max(1);
                (!column.is_sheet_only).then_some(width)
            })
            .collect();
        let mut merged_lines = 0;
        let mut all_lines = 0_u32;
        let mut rows: Vec<RowBreaks> = Vec::with_capacity(table.rows.len());
        for row in &table.rows {
            let cells = match row {
                Row::Cells(cells) => cells,
                Row::Heading(_) | Row::Total(_) => {
                    merged_lines = 0;
                    all_lines = all_lines.saturating_add(1);
                    rows.push(RowBreaks {
                        is_unbroken: true,
                        merges: Vec::new(),
                    });
                    continue;
                }
            };
            let lines = lines_of(cells, &widths);
            all_lines = all_lines.saturating_add(lines);
            let allows_above = merged_lines > 0 && merged_lines + lines <= MAX_MERGED_LINES;
            let joined = allows_above && cells.iter().any(|cell| cell.continues);
            merged_lines = if joined { merged_lines + lines } else { lines };
            let merges = cells.iter().map(|cell| {
                if cell.continues && allows_above {
                    Merge::Continues
                } else {
                    Merge::Alone
                }
            });
            let merges: Vec<Merge> = merges.collect();
            if let Some(above) = rows.last_mut() {
                start(&mut above.merges, &merges);
            }
            rows.push(RowBreaks {
                is_unbroken: lines <= MAX_UNBROKEN_LINES,
                merges,
            });
        }
        Self {
            is_kept: table.rows.len() <= MAX_KEPT_ROWS && all_lines <= MAX_KEPT_LINES,
            widths,
            rows,
        }
    }

    /// How the cell in a row and column is merged.
    pub(in crate::report) fn merge(&self, row: usize, column: usize) -> Merge {
        let merge = |row: &RowBreaks| row.merges.get(column).copied();
        self.rows.get(row).and_then(merge).unwrap_or(Merge::Alone)
    }

    /// Over how many rows the cell in a row and column reaches; 0 for a part of the one above.
    pub(in crate::report) fn span(&self, row: usize, column: usize) -> usize {
        let merge = |row: &RowBreaks| row.merges.get(column).copied();
        let Some(first) = self.rows.get(row) else {
            return 0;
        };
        match merge(first) {
            Some(Merge::Continues) => 0,
            Some(Merge::Starts) => {
                let below = self.rows.iter().skip(row + 1);
                1 + below
                    .take_while(|below| merge(below) == Some(Merge::Continues))
                    .count()
            }
            Some(Merge::Alone) | None => 1,
        }
    }
}

/// What a cell prints.
#[derive(Clone, Copy)]
pub(in crate::report) struct Shown<'a> {
    /// Its paragraphs.
    pub(in crate::report) lines: &'a [Line],
    /// What stands behind the last of them.
    pub(in crate::report) mark: Option<&'static str>,
}

impl<'a> Shown<'a> {
    /// Nothing where a cell is a part of the one above; its first line, marked, where it repeats
    /// one that stands too far above.
    pub(in crate::report) fn of(cell: &'a Cell, merge: Merge) -> Self {
        let goes_on = cell.continues && cell.value == Value::Text;
        match merge {
            Merge::Continues => Self {
                lines: &[],
                mark: None,
            },
            Merge::Alone | Merge::Starts if goes_on && !cell.lines.is_empty() => Self {
                lines: cell.lines.get(..1).unwrap_or_default(),
                mark: Some(AGAIN),
            },
            Merge::Alone | Merge::Starts => Self {
                lines: &cell.lines,
                mark: None,
            },
        }
    }
}

/// What is alone above a cell that continues starts it.
fn start(above: &mut [Merge], below: &[Merge]) {
    for (above, below) in above.iter_mut().zip(below) {
        if *below == Merge::Continues && *above == Merge::Alone {
            *above = Merge::Starts;
        }
    }
}

/// About how many lines a row is tall, without what it shares with the one above.
fn lines_of(cells: &[Cell], widths: &[Option<u32>]) -> u32 {
    let heights = cells.iter().zip(widths).filter_map(|(cell, width)| {
        if cell.continues {
            return None;
        }
        let per_line = width.as_ref()?.saturating_sub(CELL_MARGINS) / LETTER;
        let lines = cell.lines.iter().map(|line| {
            let n_chars: usize = line.runs.iter().map(|run| run.text.chars().count()).sum();
            let n_chars = u32::try_from(n_chars).unwrap_or(u32::MAX);
            n_chars.div_ceil(per_line.max(1)).max(1)
        });
        Some(lines.fold(0, u32::saturating_add))
    });
    heights.max().unwrap_or(1).max(1)
}
