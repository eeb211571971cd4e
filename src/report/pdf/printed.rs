//! What the template prints: the model with every length, break and mark worked out.

use std::borrow::Cow;

use serde::Serialize;

use crate::report::model::{
    Align, Block, Cell, Line, Orientation, Part, ReportModel, Row, RunStyle, Table,
};
use crate::report::paper::breaks::{Breaks, Merge, RowBreaks, Shown};
use crate::report::paper::{self, metrics};
use crate::report::wording;

/// Left and right inset of a cell together, in twips.
const CELL_INSETS: u32 = 160;

/// Points of the text in a table.
const TABLE_SIZE: u32 = 12;

/// Stands for a character the typeface does not have.
const UNKNOWN: char = '\u{25a1}';

/// Which characters can be printed.
pub(super) type Covers<'a> = &'a dyn Fn(char) -> bool;

#[derive(Serialize)]
pub(super) struct Printed<'a> {
    title: Cow<'a, str>,
    /// Number of the first page.
    first_page: u64,
    margins: Margins,
    parts: Vec<PrintedPart<'a>>,
}

#[derive(Serialize)]
struct Margins {
    left: u32,
    right: u32,
    top: u32,
}

#[derive(Serialize)]
struct PrintedPart<'a> {
    width: u32,
    height: u32,
    /// Whether the next part counts its pages from 1.
    next_restarts: bool,
    blocks: Vec<PrintedBlock<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum PrintedBlock<'a> {
    Head {
        columns: [u32; 2],
        superior: Cow<'a, str>,
        agency: Cow<'a, str>,
        agency_rule: u32,
        state: &'static str,
        motto: &'static str,
        motto_rule: u32,
        number: Cow<'a, str>,
        about: Cow<'a, str>,
        place_and_date: Cow<'a, str>,
    },
    Title {
        name: Cow<'a, str>,
        subject: Cow<'a, str>,
        rule: u32,
    },
    Addressees {
        names: Vec<Cow<'a, str>>,
    },
    Basis {
        text: Cow<'a, str>,
    },
    Heading {
        /// In the outline, which skips no level.
        depth: u8,
        is_bold: bool,
        text: Cow<'a, str>,
    },
    Paragraph {
        runs: Vec<PrintedRun<'a>>,
        leads: bool,
    },
    Item {
        runs: Vec<PrintedRun<'a>>,
        leads: bool,
    },
    Table(PrintedTable<'a>),
    Chart {
        bars: Vec<PrintedBar<'a>>,
    },
    Signature {
        recipients: Vec<Cow<'a, str>>,
        titles: Vec<Cow<'a, str>>,
        name: Cow<'a, str>,
    },
    Annex {
        name: Cow<'a, str>,
        title: Cow<'a, str>,
        note: Cow<'a, str>,
    },
}

#[derive(Serialize)]
struct PrintedBar<'a> {
    name: Cow<'a, str>,
    length: usize,
    count: String,
}

#[derive(Serialize)]
struct PrintedRun<'a> {
    text: Cow<'a, str>,
    style: RunStyle,
}

#[derive(Serialize)]
struct PrintedTable<'a> {
    widths: Vec<u32>,
    heads: Vec<Cow<'a, str>>,
    is_kept: bool,
    rows: Vec<PrintedRow<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum PrintedRow<'a> {
    Heading { text: Cow<'a, str> },
    Cells { cells: Vec<PrintedCell<'a>> },
}

#[derive(Serialize)]
struct PrintedCell<'a> {
    span: usize,
    is_centered: bool,
    is_bold: bool,
    is_whole: bool,
    bookmark: Option<Bookmark<'a>>,
    lines: Vec<Vec<PrintedRun<'a>>>,
}

/// A place of the draft, to be found in the reader's outline.
#[derive(Serialize)]
struct Bookmark<'a> {
    depth: u8,
    text: Cow<'a, str>,
}

/// Works a model out for the template.
pub(super) fn lay_out<'a>(
    model: &'a ReportModel,
    first_page: u64,
    covers: Covers<'_>,
) -> Printed<'a> {
    let next_restarts = model.parts.iter().skip(1).map(|part| part.restarts_pages);
    let parts = model.parts.iter().zip(next_restarts.chain([false]));
    let mut outline = Outline::default();
    Printed {
        title: printable(&model.title, covers),
        first_page,
        margins: Margins {
            left: paper::LEFT,
            right: paper::RIGHT,
            top: paper::TOP,
        },
        parts: parts
            .map(|(part, next_restarts)| lay_out_part(part, &mut outline, next_restarts, covers))
            .collect(),
    }
}

/// How deep the outline is where a part begins.
#[derive(Default)]
struct Outline {
    depth: u8,
}

fn lay_out_part<'a>(
    part: &'a Part,
    outline: &mut Outline,
    next_restarts: bool,
    covers: Covers<'_>,
) -> PrintedPart<'a> {
    let (width, height) = match part.orientation {
        Orientation::Portrait => (paper::SHORT_SIDE, paper::LONG_SIDE),
        Orientation::Landscape => (paper::LONG_SIDE, paper::SHORT_SIDE),
    };
    let mut depth = outline.depth;
    let blocks = part.blocks.iter().enumerate().map(|(at, block)| {
        match block {
            Block::Heading { level, .. } => depth = (depth + 1).min(*level),
            Block::Annex { .. } => depth = 1,
            _ => {}
        }
        let next = part.blocks.get(at + 1);
        let leads = matches!(next, Some(Block::Table(_) | Block::Signature(_)));
        let place = Place {
            width: paper::content_width(part.orientation),
            leads,
            depth,
        };
        lay_out_block(block, place, covers)
    });
    let blocks = blocks.collect();
    outline.depth = depth;
    PrintedPart {
        width,
        height,
        next_restarts,
        blocks,
    }
}

/// Where a block stands.
#[derive(Clone, Copy)]
struct Place {
    /// Of the text, in twips.
    width: u32,
    /// Whether it stays with the block below.
    leads: bool,
    /// In the outline, of the heading above.
    depth: u8,
}

fn lay_out_block<'a>(block: &'a Block, place: Place, covers: Covers<'_>) -> PrintedBlock<'a> {
    let say = |text: &'a str| printable(text, covers);
    let all = |texts: &'a [String]| texts.iter().map(|text| printable(text, covers)).collect();
    let Place {
        width,
        leads,
        depth,
    } = place;
    match block {
        Block::Head(head) => {
            let columns = paper::head_columns(width);
            PrintedBlock::Head {
                agency_rule: paper::agency_rule(&head.agency, columns[0]),
                columns,
                superior: say(&head.superior),
                agency: say(&head.agency),
                state: paper::STATE,
                motto: paper::MOTTO,
                motto_rule: paper::motto_rule(),
                number: say(head.number.as_deref().unwrap_or("")),
                about: say(head.about.as_deref().unwrap_or("")),
                place_and_date: say(&head.place_and_date),
            }
        }
        Block::Title { name, subject } => PrintedBlock::Title {
            name: say(name),
            subject: say(subject),
            rule: paper::subject_rule(subject, width),
        },
        Block::Addressees(names) => PrintedBlock::Addressees { names: all(names) },
        Block::Basis(text) => PrintedBlock::Basis { text: say(text) },
        Block::Heading { level, text } => PrintedBlock::Heading {
            depth,
            is_bold: *level < 4,
            text: say(text),
        },
        Block::Paragraph(line) => PrintedBlock::Paragraph {
            runs: runs(line, width, covers),
            leads,
        },
        Block::Item(line) => PrintedBlock::Item {
            runs: runs(line, width, covers),
            leads,
        },
        Block::Table(table) => PrintedBlock::Table(lay_out_table(table, width, depth, covers)),
        Block::Chart(chart) => PrintedBlock::Chart {
            bars: chart
                .bars
                .iter()
                .map(|bar| PrintedBar {
                    name: printable(&bar.name, covers),
                    // Of a thousand.
                    length: chart.length(bar, 1_000),
                    count: wording::number(bar.n),
                })
                .collect(),
        },
        Block::Signature(signature) => PrintedBlock::Signature {
            recipients: all(&signature.recipients),
            titles: all(&signature.titles),
            name: say(&signature.name),
        },
        Block::Annex { name, title, note } => PrintedBlock::Annex {
            name: say(name),
            title: say(title),
            note: say(note),
        },
    }
}

fn lay_out_table<'a>(
    table: &'a Table,
    width: u32,
    depth: u8,
    covers: Covers<'_>,
) -> PrintedTable<'a> {
    let breaks = Breaks::plan(table, width);
    let columns = table.columns.iter().zip(&breaks.widths);
    let heads = columns.filter(|(_, width)| width.is_some());
    let mut rows = Vec::with_capacity(table.rows.len());
    for (at, row) in table.rows.iter().enumerate() {
        rows.push(match row {
            Row::Heading(text) => PrintedRow::Heading {
                text: printable(text, covers),
            },
            Row::Cells(cells) => PrintedRow::Cells {
                cells: lay_out_cells(table, &breaks, at, cells, depth, covers),
            },
            Row::Total(cells) => PrintedRow::Cells {
                cells: lay_out_cells(table, &breaks, at, cells, depth, covers)
                    .into_iter()
                    .map(|cell| PrintedCell {
                        is_bold: true,
                        ..cell
                    })
                    .collect(),
            },
        });
    }
    PrintedTable {
        heads: heads
            .map(|(column, _)| printable(&column.title, covers))
            .collect(),
        widths: breaks.widths.iter().flatten().copied().collect(),
        is_kept: breaks.is_kept,
        rows,
    }
}

fn lay_out_cells<'a>(
    table: &'a Table,
    breaks: &Breaks,
    at: usize,
    cells: &'a [Cell],
    depth: u8,
    covers: Covers<'_>,
) -> Vec<PrintedCell<'a>> {
    // One bookmark for a row: the first cell that reaches over several.
    let mut is_marked = false;
    let is_whole = breaks.rows.get(at).is_some_and(RowBreaks::is_whole);
    let columns = table.columns.iter().zip(&breaks.widths).enumerate();
    let cells = cells.iter().zip(columns);
    cells
        .filter_map(|(cell, (index, (column, width)))| {
            let width = (*width)?.saturating_sub(CELL_INSETS);
            let span = breaks.span(at, index);
            if span == 0 {
                return None;
            }
            let shown = Shown::of(cell, breaks.merge(at, index));
            let mut lines: Vec<_> = shown
                .lines
                .iter()
                .map(|line| runs(line, width, covers))
                .collect();
            if let (Some(mark), Some(last)) = (shown.mark, lines.last_mut()) {
                last.push(PrintedRun {
                    text: Cow::Borrowed(mark),
                    style: RunStyle::Italic,
                });
            }
            // What heads several rows is where a reader wants to go.
            let heads_rows =
                span > 1 && !cell.continues && !std::mem::replace(&mut is_marked, true);
            Some(PrintedCell {
                span,
                is_centered: column.align == Align::Center,
                is_bold: false,
                is_whole: is_whole && span == 1,
                bookmark: cell.lines.first().filter(|_| heads_rows).map(|first| {
                    let text: String = first.runs.iter().map(|run| run.text.as_str()).collect();
                    Bookmark {
                        depth: depth + 1,
                        text: Cow::Owned(printable(&text, covers).into_owned()),
                    }
                }),
                lines,
            })
        })
        .collect()
}

fn runs<'a>(line: &'a Line, width: u32, covers: Covers<'_>) -> Vec<PrintedRun<'a>> {
    let runs = line.runs.iter().map(|run| PrintedRun {
        text: breakable(printable(&run.text, covers), width),
        style: run.style,
    });
    runs.collect()
}

/// The text with a mark for each character that cannot be printed.
fn printable<'a>(text: &'a str, covers: Covers<'_>) -> Cow<'a, str> {
    let is_known = |c: char| c.is_ascii() || c.is_whitespace() || covers(c);
    if text.chars().all(is_known) {
        return Cow::Borrowed(text);
    }
    let marked = text.chars().map(|c| if is_known(c) { c } else { UNKNOWN });
    Cow::Owned(marked.collect())
}

/// The text with places to break in words that are wider than the line, such as addresses.
fn breakable(text: Cow<'_, str>, width: u32) -> Cow<'_, str> {
    let is_wide = |word: &str| metrics::bold_width(word, TABLE_SIZE) > width;
    // A word of fewer letters is never wider.
    let is_long = |word: &&str| word.len() > 12;
    if !text.split_whitespace().filter(is_long).any(is_wide) {
        return text;
    }
    let mut broken = String::with_capacity(text.len() + 16);
    let mut so_far = 0;
    for c in text.chars() {
        if c.is_whitespace() {
            so_far = 0;
        } else {
            so_far += metrics::bold_width(c.encode_utf8(&mut [0; 4]), TABLE_SIZE);
            if so_far > width * 9 / 10 {
                broken.push('\u{200b}');
                so_far = 0;
            }
        }
        broken.push(c);
    }
    Cow::Owned(broken)
}

impl RowBreaks {
    fn is_whole(&self) -> bool {
        self.is_unbroken && self.merges.iter().all(|merge| *merge == Merge::Alone)
    }
}
