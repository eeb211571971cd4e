//! Pages of words with their places, from a PDF or a scan: back to paragraphs, tables and lines.
//!
//! Input is what [`crate::convert`] printed about each page; nothing here knows which program did.
//! * [`words`]: reads that; rows of words.
//! * [`grid`]: tables from the rules around their cells, continued over pages.
//! * [`flow`]: what stands outside tables: letterheads in two columns, wrapped lines, paragraphs.
//! * [`render`]: text with tables for a letter, lines with their page for a draft.
//!
//! Every paragraph knows the page and line it began on, the lines counted as a reader counts them.

mod flow;
mod grid;
mod render;
mod words;

#[cfg(test)]
mod tests;

use super::limits;
use crate::domain::{DraftLine, PageFrame, PageMap, PrintedLine};
use crate::text::legacy::is_syllable;

pub use render::Rendered;
pub use words::{Page, Word, read_boxes, read_tesseract};

/// A paragraph or a table, in reading order.
#[derive(Debug)]
enum Block {
    Paragraph(Paragraph),
    Table(grid::Table),
}

/// Lines that belong together.
#[derive(Debug, Clone, PartialEq, Default)]
struct Paragraph {
    text: String,
    /// Its lines; they begin at bytes of this text.
    lines: Vec<PrintedLine>,
    is_centered: bool,
}

/// Reads the pages of a letter into text with tables.
pub fn read_letter(pages: &[Page]) -> Rendered {
    let mut rendered = render::as_text(&blocks(pages));
    rendered.map = PageMap {
        pages: pages.iter().map(frame).collect(),
        lines: rendered.map.lines,
    };
    rendered
}

fn frame(page: &Page) -> PageFrame {
    PageFrame {
        width: page.width,
        height: page.height,
        turned: page.turned,
    }
}

/// Reads the pages of a draft into lines.
pub fn read_draft(pages: &[Page]) -> Vec<DraftLine> {
    render::as_lines(&blocks(pages))
}

/// Number of letters on a page: scans have none, or a stamp's.
pub fn n_letters(page: &Page) -> usize {
    page.words
        .iter()
        .map(|word| word.text.chars().filter(|c| c.is_alphanumeric()).count())
        .sum()
}

/// How legible the words of a page are: the share of words of letters that are Vietnamese syllables,
/// 0 to 1. `None` where there are too few of them to say.
///
/// A font without a map to Unicode gives letters that spell nothing, or signs that are no letters;
/// those count as words that are no syllables.
pub fn legibility(page: &Page) -> Option<f64> {
    let (mut n_words, mut n_syllables) = (0_u32, 0_u32);
    for word in &page.words {
        if is_gibberish(&word.text) {
            n_words += 1;
            continue;
        }
        let pieces = word.text.split(|c: char| !c.is_alphabetic());
        for piece in pieces.filter(|piece| piece.chars().nth(1).is_some()) {
            n_words += 1;
            n_syllables += u32::from(is_syllable(piece));
        }
    }
    (n_words >= FEW_WORDS).then(|| f64::from(n_syllables) / f64::from(n_words))
}

/// Fewer words say nothing about a page.
const FEW_WORDS: u32 = 15;

/// Whether no text has such a word: signs inside it, or nothing but several signs.
fn is_gibberish(word: &str) -> bool {
    let ends = [
        '.', ',', ';', ':', '?', '!', ')', '(', '”', '“', '"', '…', '-', '–', '/', '\'',
    ];
    let bare = word.trim_matches(ends);
    let has_signs = bare.contains(|c: char| "!\"#$'*<=>?@[\\]^_`{|}~".contains(c) || is_odd(c));
    has_signs
        || (bare.is_empty() && word.contains(['!', '"', '?', '\'', '(', ')']) && word.len() > 1)
}

/// Signs that no text has: for private use, replaced, control.
fn is_odd(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fffd}' | '\u{f0000}'..='\u{10ffff}') || c.is_control()
}

/// How sure the recognition was of the words on average; `None` where all were written as text.
pub fn confidence(pages: &[Page]) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0_u32);
    for word in pages.iter().flat_map(|page| &page.words) {
        if let Some(confidence) = word.confidence {
            sum += confidence;
            n = n.saturating_add(1);
        }
    }
    (n > 0).then(|| sum / f64::from(n))
}

/// Everything on the pages in reading order.
fn blocks(pages: &[Page]) -> Vec<Block> {
    let mut found: Vec<flow::PageFlow> = Vec::new();
    let mut n_words = 0;
    for (number, page) in (1..).zip(pages) {
        n_words += page.words.len();
        if n_words > limits::PAGE_WORDS {
            break;
        }
        found.push(flow::of_page(number, page));
    }
    let margins = flow::Margins::of(&found);
    let mut blocks: Vec<Block> = Vec::new();
    let mut pending: Vec<flow::Line> = Vec::new();
    for page in found {
        let own = margins.of_page(&page);
        let mut is_first = true;
        for piece in page.pieces {
            match piece {
                flow::Piece::Line(line) => pending.push(line),
                flow::Piece::Columns(left, right) => {
                    flow::close(&mut pending, own, &mut blocks);
                    flow::close_column(left, &mut blocks);
                    flow::close_column(right, &mut blocks);
                }
                flow::Piece::Table(table) => {
                    // Nothing may stand between two parts of one table.
                    let above = (is_first && pending.is_empty())
                        .then(|| blocks.last_mut())
                        .flatten();
                    match above {
                        Some(Block::Table(above)) if above.is_continued_by(&table) => {
                            above.take_over(table);
                        }
                        _ => {
                            flow::close(&mut pending, own, &mut blocks);
                            blocks.push(Block::Table(table));
                        }
                    }
                }
            }
            is_first = false;
        }
        // A paragraph may go on over the page; other paper sizes have other margins.
        if pending.last().is_none_or(|line| !line.is_full(own)) {
            flow::close(&mut pending, own, &mut blocks);
        }
        flow::close_if_turned(&mut pending, own, &margins, &mut blocks);
    }
    flow::close(&mut pending, flow::Margin::default(), &mut blocks);
    blocks
}
