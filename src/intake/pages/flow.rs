//! What stands outside tables: letterheads and signature blocks in two columns, and paragraphs
//! whose lines were wrapped at the margin.

use std::sync::LazyLock;

use regex::Regex;

use super::grid::{self, Table};
use super::words::{Page, Row, rows};
use super::{Block, Paragraph};
use crate::domain::{Area, PageLine, PrintedLine};

/// A line of words on a page.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) at: Area,
    pub(super) place: PageLine,
    /// Width of its first word: what would have to fit on the line above.
    first_width: f64,
    /// Height of its letters, with ascenders.
    height: f64,
    confidence: Option<f64>,
    doubtful: Vec<String>,
}

/// A word recognized with less than this is shown as one to look at.
const DOUBTFUL: f64 = 0.6;

/// Where text begins and ends.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Margin {
    pub(super) left: f64,
    pub(super) right: f64,
}

/// Something on a page, from top to bottom.
#[derive(Debug)]
pub(super) enum Piece {
    Line(Line),
    /// Two columns beside each other.
    Columns(Vec<Line>, Vec<Line>),
    Table(Table),
}

/// What is on a page.
#[derive(Debug)]
pub(super) struct PageFlow {
    pub(super) pieces: Vec<Piece>,
    width: f64,
}

/// Numbers of the lines of a page, by where they stand.
#[derive(Debug, Default)]
pub(super) struct RowNumbers(Vec<(f64, u32)>);

impl RowNumbers {
    fn of(rows: &[Row<'_>]) -> Self {
        Self(
            rows.iter()
                .zip(1..)
                .map(|(row, number)| (row.at.middle().1, number))
                .collect(),
        )
    }

    fn find(&self, y: f64) -> u32 {
        let at = self.0.partition_point(|(middle, _)| *middle < y);
        let near = |at: Option<usize>| at.and_then(|at| self.0.get(at)).copied();
        let (above, below) = (near(at.checked_sub(1)), near(Some(at)));
        match (above, below) {
            (Some(above), Some(below)) if y - above.0 < below.0 - y => above.1,
            (_, Some(below)) => below.1,
            (Some(above), None) => above.1,
            (None, None) => 1,
        }
    }
}

impl Line {
    pub(super) fn of(page: u32, row: &Row<'_>, row_of: &RowNumbers) -> Self {
        let mut heights: Vec<f64> = row.words.iter().map(|word| word.at.height()).collect();
        heights.sort_by(f64::total_cmp);
        Self {
            text: row.text(),
            at: row.at,
            place: PageLine {
                page,
                line: row_of.find(row.at.middle().1),
            },
            first_width: row.words.first().map_or(0.0, |word| word.at.width()),
            height: heights.get(heights.len() / 2).copied().unwrap_or(0.0),
            confidence: row.confidence(),
            doubtful: row.less_sure_than(DOUBTFUL),
        }
    }

    /// The line in a text, where it begins at a byte.
    fn printed(&self, start: usize) -> PrintedLine {
        PrintedLine {
            start,
            place: self.place,
            at: self.at,
            confidence: self.confidence,
            doubtful: self.doubtful.clone(),
        }
    }

    /// Whether it reaches the margin, so that it may go on in the next line.
    pub(super) fn is_full(&self, margin: Margin) -> bool {
        self.at.right > margin.right - 0.12 * (margin.right - margin.left)
    }
}

/// A page number, alone in a line: "2", "- 2 -", "Trang 2/5".
static PAGE_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?i:trang\s+)?[-–—]?\s*\d{1,4}\s*(?:/\s*\d{1,4})?\s*[-–—]?$")
        .expect("the pattern is valid")
});

/// Sorts what is on a page.
pub(super) fn of_page(number: u32, page: &Page) -> PageFlow {
    let all = rows(&page.words);
    let is_edge = |row: &Row<'_>| {
        let y = row.at.middle().1;
        y < page.height * 0.08 || y > page.height * 0.93
    };
    let is_number = |row: &Row<'_>| is_edge(row) && PAGE_NUMBER.is_match(&row.text());
    let counted: Vec<Row<'_>> = all.into_iter().filter(|row| !is_number(row)).collect();
    let row_of = RowNumbers::of(&counted);
    let mut tables = grid::tables(number, page, &row_of);
    let outside = counted.iter().flat_map(|row| &row.words).copied();
    let outside: Vec<_> = outside
        .filter(|word| {
            !tables
                .iter()
                .any(|table| grid::holds(table.at, word.at.middle()))
        })
        .collect();
    let mut pieces = Vec::new();
    let mut group: Vec<Row<'_>> = Vec::new();
    tables.reverse();
    for row in rows(outside) {
        while let Some(table) = tables.pop_if(|table| table.at.top < row.at.middle().1) {
            sort_columns(number, &group, &row_of, &mut pieces);
            group.clear();
            pieces.push(Piece::Table(table));
        }
        group.push(row);
    }
    sort_columns(number, &group, &row_of, &mut pieces);
    pieces.extend(tables.into_iter().rev().map(Piece::Table));
    PageFlow {
        pieces,
        width: page.width,
    }
}

/// The empty strip between two columns.
#[derive(Debug, Clone, Copy)]
struct Gutter {
    from: f64,
    to: f64,
}

/// A strip must be this wide to begin two columns, and this wide at least all the way down. Spaces
/// in justified lines are narrower, or do not stand below each other.
const OPENING_GUTTER: f64 = 13.0;
const LEAST_GUTTER: f64 = 9.0;

/// Finds rows that stand in two columns; all others are lines.
fn sort_columns(page: u32, rows: &[Row<'_>], row_of: &RowNumbers, pieces: &mut Vec<Piece>) {
    let mut rest = rows;
    while let Some((first, after)) = rest.split_first() {
        let longest = gaps(first)
            .into_iter()
            .chain(turn(first, after))
            .map(|gap| columns_from(rest, gap))
            .max_by_key(|(n_rows, _)| *n_rows);
        match longest {
            Some((n_rows, gutter)) if n_rows >= 2 => {
                let (inside, more) = rest.split_at(n_rows.min(rest.len()));
                let side = |is_left: bool| -> Vec<Line> {
                    let words = inside.iter().flat_map(|row| &row.words).copied();
                    let middle = f64::midpoint(gutter.from, gutter.to);
                    let own = words.filter(|word| (word.at.middle().0 < middle) == is_left);
                    super::words::rows(own)
                        .iter()
                        .map(|row| Line::of(page, row, row_of))
                        .collect()
                };
                pieces.push(Piece::Columns(side(true), side(false)));
                rest = more;
            }
            _ => {
                pieces.push(Piece::Line(Line::of(page, first, row_of)));
                rest = after;
            }
        }
    }
}

/// Wide gaps of a row.
fn gaps(row: &Row<'_>) -> Vec<Gutter> {
    row.words
        .windows(2)
        .filter_map(|pair| {
            let (left, right) = (pair.first()?, pair.last()?);
            let gap = Gutter {
                from: left.at.right,
                to: right.at.left,
            };
            (gap.to - gap.from >= OPENING_GUTTER).then_some(gap)
        })
        .collect()
}

/// The gap between a row and the next, where the one ends before the other begins.
fn turn(first: &Row<'_>, after: &[Row<'_>]) -> Option<Gutter> {
    let next = after.first()?;
    let gap = if first.at.right < next.at.left {
        Gutter {
            from: first.at.right,
            to: next.at.left,
        }
    } else {
        Gutter {
            from: next.at.right,
            to: first.at.left,
        }
    };
    (gap.to - gap.from >= OPENING_GUTTER).then_some(gap)
}

/// How many rows from the first on leave a gutter free, and what is left of it. At least two of
/// them have words on both sides; or one, where lines of both columns follow by turns, as in scans;
/// or none, where lines follow by turns more than once: two columns with other leading.
fn columns_from(rows: &[Row<'_>], gap: Gutter) -> (usize, Gutter) {
    let mut gutter = gap;
    let (mut n_rows, mut n_both) = (0, 0);
    let (mut n_left, mut n_right, mut n_turns) = (0, 0, 0);
    let mut last_both = 0;
    let mut was_left = None;
    let mut bottom: Option<f64> = None;
    for row in rows {
        let middle = f64::midpoint(gutter.from, gutter.to);
        let mut next = gutter;
        let (mut has_left, mut has_right) = (false, false);
        for word in &row.words {
            if word.at.middle().0 < middle {
                has_left = true;
                next.from = next.from.max(word.at.right);
            } else {
                has_right = true;
                next.to = next.to.min(word.at.left);
            }
        }
        // A row that stands apart begins something new, unless both columns go on in it.
        let is_apart = bottom.is_some_and(|bottom| row.at.top - bottom > 0.9 * row.at.height());
        let is_left_only = has_left && !has_right;
        if next.to - next.from < LEAST_GUTTER || (is_left_only && (is_apart || begins_letter(row)))
        {
            break;
        }
        if has_left != has_right {
            n_turns += usize::from(was_left.is_some_and(|was| was != has_left));
            was_left = Some(has_left);
        }
        gutter = next;
        bottom = Some(row.at.bottom);
        n_rows += 1;
        match (has_left, has_right) {
            (true, true) => n_both += 1,
            (true, false) => n_left += 1,
            (false, _) => n_right += 1,
        }
        if has_right {
            last_both = n_rows;
        }
    }
    let by_turns =
        (n_both == 1 && n_left > 0 && n_right > 0) || (n_turns > 1 && n_left > 1 && n_right > 1);
    if n_both < 2 && !by_turns {
        return (0, gutter);
    }
    // What follows below the left column only belongs to it as long as it is narrow: "V/v …",
    // "Nơi nhận"; it ended where the rows above did.
    (n_rows.max(last_both), gutter)
}

/// Whether a row is where a letter begins below its letterhead.
fn begins_letter(row: &Row<'_>) -> bool {
    row.text().to_lowercase().starts_with("kính gửi")
}

/// Margins by paper width, so that a short last page has those of the others.
#[derive(Debug, Default)]
pub(super) struct Margins(Vec<(f64, Margin)>);

impl Margins {
    pub(super) fn of(pages: &[PageFlow]) -> Self {
        let mut found: Vec<(f64, Margin)> = Vec::new();
        let mut widths: Vec<f64> = pages.iter().map(|page| page.width).collect();
        widths.sort_by(f64::total_cmp);
        widths.dedup_by(|a, b| (*a - *b).abs() < 2.0);
        for width in widths {
            let lines = pages
                .iter()
                .filter(|page| (page.width - width).abs() < 2.0)
                .flat_map(|page| &page.pieces)
                .filter_map(|piece| match piece {
                    Piece::Line(line) => Some(line.at),
                    _ => None,
                });
            let (mut lefts, mut rights): (Vec<f64>, Vec<f64>) =
                lines.map(|at| (at.left, at.right)).unzip();
            lefts.sort_by(f64::total_cmp);
            rights.sort_by(f64::total_cmp);
            rights.reverse();
            // One line in twenty may hang out: a stamp, a note in the margin.
            let at = lefts.len() / 20;
            let margin = Margin {
                left: lefts.get(at).copied().unwrap_or(0.0),
                right: rights.get(at).copied().unwrap_or(width),
            };
            found.push((width, margin));
        }
        Self(found)
    }

    pub(super) fn of_page(&self, page: &PageFlow) -> Margin {
        self.0
            .iter()
            .find(|(width, _)| (page.width - width).abs() < 2.0)
            .map_or_else(Margin::default, |(_, margin)| *margin)
    }
}

/// Makes paragraphs of the lines read so far.
pub(super) fn close(lines: &mut Vec<Line>, margin: Margin, blocks: &mut Vec<Block>) {
    blocks.extend(
        paragraphs(lines, margin, true)
            .into_iter()
            .map(Block::Paragraph),
    );
    lines.clear();
}

/// Where the paper changes its size, no paragraph goes on.
pub(super) fn close_if_turned(
    lines: &mut Vec<Line>,
    margin: Margin,
    margins: &Margins,
    blocks: &mut Vec<Block>,
) {
    if margins.0.len() > 1 {
        close(lines, margin, blocks);
    }
}

/// Makes paragraphs of a column; lines of a letterhead are not wrapped but one below the other.
pub(super) fn close_column(lines: Vec<Line>, blocks: &mut Vec<Block>) {
    let mut own: Vec<Paragraph> = Vec::new();
    for line in lines {
        let begins_low = line.text.chars().next().is_some_and(char::is_lowercase);
        let is_subject = |text: &str| {
            let text = text.to_lowercase();
            text.starts_with("v/v") || text.starts_with("về việc")
        };
        let is_capitals = |text: &str| !text.chars().any(char::is_lowercase);
        match own.last_mut() {
            Some(last)
                if begins_low
                    || (is_subject(&last.text)
                        && !is_capitals(&line.text)
                        && !line.text.contains(':')) =>
            {
                append(last, &line);
            }
            _ => own.push(begin(&line, false)),
        }
    }
    blocks.extend(own.into_iter().map(Block::Paragraph));
}

fn begin(line: &Line, is_centered: bool) -> Paragraph {
    Paragraph {
        text: line.text.clone(),
        lines: vec![line.printed(0)],
        is_centered,
    }
}

fn append(paragraph: &mut Paragraph, line: &Line) {
    // "hợp-" at the end of a line is no hyphenation: Vietnamese has none.
    paragraph.text.push(' ');
    paragraph.lines.push(line.printed(paragraph.text.len()));
    paragraph.text.push_str(&line.text);
}

/// How items of lists and sections of drafts begin.
static MARKER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?:\(?\d{1,3}(?:\.\d{1,3})*[.)]|\(?[a-zđ]{1,2}[.)]|[IVXLC]{1,6}[.)]|[-–—+•*]\s|(?i:điều|chương|mục|phần|phụ lục)\s+[\dIVX])",
    )
    .expect("the pattern is valid")
});

/// Puts wrapped lines together. `is_body` says that lines of other pages may be among them and
/// that first lines are indented.
pub(super) fn paragraphs(lines: &[Line], margin: Margin, is_body: bool) -> Vec<Paragraph> {
    let mut found: Vec<Paragraph> = Vec::new();
    let mut above: Option<&Line> = None;
    for line in lines {
        let goes_on = above.is_some_and(|above| continues(above, line, margin, is_body));
        match found.last_mut() {
            Some(last) if goes_on => append(last, line),
            _ => found.push(begin(line, is_centered(line, margin))),
        }
        above = Some(line);
    }
    found
}

fn is_centered(line: &Line, margin: Margin) -> bool {
    let (before, after) = (line.at.left - margin.left, margin.right - line.at.right);
    before > 20.0 && after > 20.0 && (before - after).abs() < 12.0
}

/// Whether a line goes on in the one below.
fn continues(above: &Line, below: &Line, margin: Margin, is_body: bool) -> bool {
    let is_new_page = above.place.page != below.place.page;
    let height = above.height.max(below.height);
    let gap = below.at.top - above.at.bottom;
    if !is_new_page && gap > 1.1 * height {
        return false;
    }
    let space = 0.25 * height;
    let would_fit = above.at.right + space + below.first_width < margin.right - 2.0;
    if would_fit {
        return false;
    }
    let begins_low = below.text.chars().next().is_some_and(char::is_lowercase);
    let ends = above
        .text
        .trim_end()
        .ends_with(['.', ';', ':', '!', '?', '”', '"']);
    let is_indented = is_body && below.at.left > margin.left + 8.0;
    if MARKER.is_match(&below.text) {
        return !ends && !is_indented && !is_body;
    }
    if begins_low {
        return true;
    }
    if is_centered(above, margin) && is_centered(below, margin) {
        return false;
    }
    !(is_indented && (ends || above.at.left <= margin.left + 8.0))
}
