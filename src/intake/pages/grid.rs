//! Tables from the rules around their cells.
//!
//! Rules that cross belong to one table; the places where none stands between two fields make
//! merged cells. A table that goes on at the top of the next page with the same columns is one
//! table: its repeated header is dropped, and a row cut by the page's end is put together again.

use super::Paragraph;
use super::flow::{self, Margin};
use super::words::{Page, Word, rows};
use crate::domain::Area;
use crate::intake::limits;
use crate::text::fold::fold;

/// Rules nearer than this are one.
const NEAR: f64 = 3.0;
/// Names of columns have fewer words.
const MOST_TITLE_WORDS: usize = 100;
/// Fields of one table: more has no table, but a drawing.
const MOST_FIELDS: usize = 50_000;

/// A table with its cells in reading order.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) rows: Vec<Vec<Cell>>,
    /// Where its columns begin, and the last one ends.
    edges: Vec<f64>,
    pub(super) at: Area,
}

/// A cell of a table.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Cell {
    pub(super) paragraphs: Vec<Paragraph>,
    /// How many columns it covers.
    pub(super) width: usize,
    /// It belongs to the cell above.
    pub(super) continues: bool,
}

impl Cell {
    pub(super) fn is_empty(&self) -> bool {
        self.paragraphs.is_empty()
    }

    fn text(&self) -> String {
        let texts: Vec<&str> = self.paragraphs.iter().map(|p| p.text.as_str()).collect();
        texts.join(" ")
    }
}

impl Table {
    /// Whether `next`, the first thing on the next page, is more of this table.
    pub(super) fn is_continued_by(&self, next: &Self) -> bool {
        self.edges.len() == next.edges.len()
            && self
                .edges
                .iter()
                .zip(&next.edges)
                .all(|(a, b)| (a - b).abs() < 2.0 * NEAR)
    }

    /// Adds the rows of the next page.
    pub(super) fn take_over(&mut self, next: Self) {
        let n_repeated = self
            .rows
            .iter()
            .zip(&next.rows)
            .enumerate()
            .take_while(|(row, (a, b))| {
                let words = |row: &[Cell]| row.iter().map(Cell::text).collect::<Vec<_>>();
                let is_same =
                    words(a) == words(b) || (*row == 0 && is_recognized(b) && is_alike(a, b));
                is_same && a.iter().any(|cell| !cell.is_empty())
            })
            .count();
        let mut more = next.rows.into_iter().skip(n_repeated);
        if let Some(first) = more.next() {
            match self.rows.last_mut() {
                Some(last) if is_cut(last, &first) => {
                    for (cell, rest) in last.iter_mut().zip(first) {
                        join(&mut cell.paragraphs, rest.paragraphs);
                    }
                }
                _ => self.rows.push(first),
            }
        }
        self.rows.extend(more);
    }
}

/// Whether a machine read a row in a picture: the same words are then read a little otherwise.
fn is_recognized(row: &[Cell]) -> bool {
    let lines = row.iter().flat_map(|cell| &cell.paragraphs);
    let mut lines = lines.flat_map(|paragraph| &paragraph.lines);
    lines.any(|line| line.confidence.is_some())
}

/// Whether two rows have most of their words in common, marks aside. Only ever asked of the row that
/// heads a table: no comment is made of the names of columns.
fn is_alike(a: &[Cell], b: &[Cell]) -> bool {
    let words = |row: &[Cell]| {
        let text: Vec<String> = row.iter().map(|cell| fold(&cell.text())).collect();
        let mut words: Vec<String> = text
            .join(" ")
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        words.sort();
        words
    };
    let (a, b) = (words(a), words(b));
    if a.len().max(b.len()) > MOST_TITLE_WORDS {
        return false;
    }
    let mut rest = b.clone();
    let n_common = a
        .iter()
        .filter(|word| {
            let at = rest.iter().position(|other| other == *word);
            at.map(|at| rest.swap_remove(at)).is_some()
        })
        .count();
    n_common * 10 >= a.len().max(b.len()) * 7
}

/// Whether a row goes on in the first row of the next page: that one names nothing new in its
/// first column, and some cell of it goes on in the middle of a sentence.
fn is_cut(last: &[Cell], first: &[Cell]) -> bool {
    let same_shape =
        last.len() == first.len() && last.iter().zip(first).all(|(a, b)| a.width == b.width);
    if !same_shape || first.first().is_none_or(|cell| !cell.is_empty()) {
        return false;
    }
    last.iter().zip(first).any(|(above, below)| {
        let (Some(above), Some(below)) = (above.paragraphs.last(), below.paragraphs.first()) else {
            return false;
        };
        let is_open = !above.text.trim_end().ends_with(['.', ';', ':', '!', '?']);
        is_open && below.text.chars().next().is_some_and(|c| !c.is_uppercase())
    })
}

/// Puts the pieces of a cut cell together.
fn join(above: &mut Vec<Paragraph>, below: Vec<Paragraph>) {
    let mut below = below.into_iter();
    if let Some(last) = above.last_mut()
        && !last.text.trim_end().ends_with(['.', ';', ':', '!', '?'])
        && let Some(first) = below.next()
    {
        last.text.push(' ');
        let offset = last.text.len();
        last.text.push_str(&first.text);
        last.lines.extend(first.lines.into_iter().map(|mut line| {
            line.start += offset;
            line
        }));
    }
    above.extend(below);
}

/// A rule as a stretch of one coordinate at another.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// y of a horizontal rule, x of a vertical one.
    at: f64,
    from: f64,
    to: f64,
}

/// Finds the tables of a page.
pub(super) fn tables(number: u32, page: &Page, row_of: &flow::RowNumbers) -> Vec<Table> {
    let horizontal = stretches(&page.rules, |rule| {
        (rule.height() <= rule.width()).then_some(Stretch {
            at: rule.middle().1,
            from: rule.left,
            to: rule.right,
        })
    });
    let vertical = stretches(&page.rules, |rule| {
        (rule.width() < rule.height()).then_some(Stretch {
            at: rule.middle().0,
            from: rule.top,
            to: rule.bottom,
        })
    });
    let mut tables: Vec<Table> = components(&horizontal, &vertical)
        .into_iter()
        .filter_map(|(across, down)| build(number, page, &across, &down, row_of))
        .collect();
    tables.sort_by(|a, b| a.at.top.total_cmp(&b.at.top));
    // A table drawn inside a cell of another one is read with that cell.
    let mut outer: Vec<Table> = Vec::new();
    for table in tables {
        let (x, y) = table.at.middle();
        if !outer.iter().any(|known| holds(known.at, (x, y))) {
            outer.push(table);
        }
    }
    outer
}

/// Whether a point lies inside.
pub(super) fn holds(area: Area, (x, y): (f64, f64)) -> bool {
    area.left <= x && x <= area.right && area.top <= y && y <= area.bottom
}

/// Rules of one direction, those that touch in one line put together.
fn stretches(rules: &[Area], of: impl Fn(Area) -> Option<Stretch>) -> Vec<Stretch> {
    let mut all: Vec<Stretch> = rules.iter().filter_map(|rule| of(*rule)).collect();
    all.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.from.total_cmp(&b.from)));
    // Rules of one line, then from left to right within it.
    let mut lines: Vec<Vec<Stretch>> = Vec::new();
    for stretch in all {
        match lines.last_mut() {
            Some(line) if line.last().is_some_and(|last| stretch.at - last.at < NEAR) => {
                line.push(stretch);
            }
            _ => lines.push(vec![stretch]),
        }
    }
    let mut merged: Vec<Stretch> = Vec::new();
    for mut line in lines {
        line.sort_by(|a, b| a.from.total_cmp(&b.from));
        let mut open: Option<Stretch> = None;
        for stretch in line {
            match &mut open {
                Some(open) if stretch.from <= open.to + NEAR => open.to = open.to.max(stretch.to),
                _ => merged.extend(open.replace(stretch)),
            }
        }
        merged.extend(open);
    }
    merged.retain(|stretch| stretch.to - stretch.from > 2.0 * NEAR);
    merged
}

fn crosses(across: Stretch, down: Stretch) -> bool {
    down.at >= across.from - NEAR
        && down.at <= across.to + NEAR
        && across.at >= down.from - NEAR
        && across.at <= down.to + NEAR
}

/// Groups of rules that hang together.
fn components(across: &[Stretch], down: &[Stretch]) -> Vec<(Vec<Stretch>, Vec<Stretch>)> {
    // Real pages have some hundred rules; drawings are not tables.
    if across.len().saturating_mul(down.len()) > 4_000_000 {
        return Vec::new();
    }
    let mut left_across: Vec<Stretch> = across.to_vec();
    let mut left_down: Vec<Stretch> = down.to_vec();
    let mut found = Vec::new();
    while let Some(first) = left_across.pop() {
        let (mut own_across, mut own_down) = (vec![first], Vec::new());
        let (mut n_across, mut n_down) = (0, 0);
        while n_across < own_across.len() || n_down < own_down.len() {
            if let Some(&rule) = own_across.get(n_across) {
                n_across += 1;
                take(&mut left_down, &mut own_down, |other| crosses(rule, other));
            }
            if let Some(&rule) = own_down.get(n_down) {
                n_down += 1;
                take(&mut left_across, &mut own_across, |other| {
                    crosses(other, rule)
                });
            }
        }
        if own_across.len() >= 2 && own_down.len() >= 2 {
            found.push((own_across, own_down));
        }
    }
    found
}

fn take(from: &mut Vec<Stretch>, to: &mut Vec<Stretch>, wanted: impl Fn(Stretch) -> bool) {
    let mut left = Vec::with_capacity(from.len());
    for rule in from.drain(..) {
        if wanted(rule) {
            to.push(rule);
        } else {
            left.push(rule);
        }
    }
    *from = left;
}

/// Distinct coordinates in order.
fn edges(rules: &[Stretch]) -> Vec<f64> {
    let mut all: Vec<f64> = rules.iter().map(|rule| rule.at).collect();
    all.sort_by(f64::total_cmp);
    all.dedup_by(|next, kept| *next - *kept < NEAR);
    all
}

/// Whether a rule stands at `at` beside `middle`.
fn stands(rules: &[Stretch], at: f64, middle: f64) -> bool {
    rules
        .iter()
        .any(|rule| (rule.at - at).abs() < NEAR && rule.from < middle && middle < rule.to)
}

/// Builds the table inside a group of rules; `None` when it is only a box.
fn build(
    number: u32,
    page: &Page,
    across: &[Stretch],
    down: &[Stretch],
    row_of: &flow::RowNumbers,
) -> Option<Table> {
    let (ys, xs) = (edges(across), edges(down));
    let (n_rows, n_columns) = (ys.len().checked_sub(1)?, xs.len().checked_sub(1)?);
    if !(2..=limits::COLUMNS).contains(&n_columns) || n_rows * n_columns > MOST_FIELDS {
        return None;
    }
    let at = Area {
        left: *xs.first()?,
        right: *xs.last()?,
        top: *ys.first()?,
        bottom: *ys.last()?,
    };
    // For each field, the field its cell begins with.
    let mut begin: Vec<Vec<(usize, usize)>> = Vec::with_capacity(n_rows);
    for (row, y) in ys.windows(2).enumerate() {
        let middle = f64::midpoint(*y.first()?, *y.last()?);
        let mut line: Vec<(usize, usize)> = Vec::with_capacity(n_columns);
        for (column, x) in xs.windows(2).enumerate() {
            let is_open_left = column > 0 && !stands(down, *x.first()?, middle);
            let is_open_above =
                row > 0 && !stands(across, *y.first()?, f64::midpoint(*x.first()?, *x.last()?));
            let own = if is_open_left {
                line.last().copied()?
            } else if is_open_above {
                begin.last()?.get(column).copied()?
            } else {
                (row, column)
            };
            line.push(own);
        }
        begin.push(line);
    }
    let mut words: Vec<Vec<Vec<&Word>>> = vec![vec![Vec::new(); n_columns]; n_rows];
    for word in &page.words {
        let (x, y) = word.at.middle();
        if !holds(at, (x, y)) {
            continue;
        }
        let column = xs.iter().skip(1).take_while(|edge| **edge < x).count();
        let row = ys.iter().skip(1).take_while(|edge| **edge < y).count();
        let (row, column) = *begin.get(row)?.get(column)?;
        words.get_mut(row)?.get_mut(column)?.push(word);
    }
    let mut table_rows = Vec::with_capacity(n_rows);
    for (row, fields) in begin.iter().enumerate() {
        let mut cells: Vec<Cell> = Vec::new();
        let mut last: Option<(usize, usize)> = None;
        for (column, own) in fields.iter().enumerate() {
            if last == Some(*own) {
                if let Some(cell) = cells.last_mut() {
                    cell.width += 1;
                }
                continue;
            }
            last = Some(*own);
            let inside = words.get(row)?.get(column)?;
            let edges = (*xs.get(column)?, *xs.get(column + 1)?);
            cells.push(Cell {
                paragraphs: paragraphs(number, inside, edges, row_of),
                width: 1,
                continues: own.0 < row,
            });
        }
        table_rows.push(cells);
    }
    table_rows.retain(|row| row.iter().any(|cell| !cell.is_empty() || cell.continues));
    let n_filled = table_rows
        .iter()
        .flatten()
        .filter(|cell| !cell.is_empty())
        .count();
    (n_filled >= 2).then_some(Table {
        rows: table_rows,
        edges: xs,
        at,
    })
}

/// The paragraphs in a cell. Its lines end where the longest one does.
fn paragraphs(
    number: u32,
    words: &[&Word],
    edges: (f64, f64),
    row_of: &flow::RowNumbers,
) -> Vec<Paragraph> {
    let lines: Vec<flow::Line> = rows(words.iter().copied())
        .iter()
        .map(|row| flow::Line::of(number, row, row_of))
        .collect();
    let left = lines.iter().map(|line| line.at.left).reduce(f64::min);
    let right = lines.iter().map(|line| line.at.right).reduce(f64::max);
    let padding = left.map_or(0.0, |left| left - edges.0).clamp(0.0, 8.0);
    let margin = Margin {
        left: left.unwrap_or(0.0),
        right: right.unwrap_or(0.0).max(edges.1 - padding - 3.0),
    };
    flow::paragraphs(&lines, margin, false)
}
