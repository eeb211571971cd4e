//! `document.xml`: paragraphs and tables in reading order.
//!
//! What is struck through by hand stays text and is marked; so are the words that remarks in the
//! margin are about.
//! Kept: insertions, results of fields, text boxes (after the paragraph they hang on), soft
//! hyphens' words. Dropped: deletions, moved-away text, hidden text, field codes, what was before a
//! format change. A paragraph whose mark was deleted continues in the next one.

use super::numbering::Numbering;
use super::styles::{Font, Format, Styles};
use super::xml::{Element, Token, Tokens};
use crate::domain::Span;
use crate::intake::limits;
use crate::text::legacy;
use crate::text::normalize::normalize;

/// A paragraph or a table.
#[derive(Debug)]
pub(super) enum Block {
    Paragraph(Paragraph),
    Table(Vec<Vec<Cell>>),
}

/// A paragraph as its reader sees it.
#[derive(Debug, Default)]
pub(super) struct Paragraph {
    /// Normalized, automatic number included; `\n` for line breaks.
    pub(super) text: String,
    pub(super) heading_level: Option<u8>,
    pub(super) is_bold: bool,
    pub(super) is_centered: bool,
    /// Stretches of the text that a reader marked.
    pub(super) marks: Vec<(Mark, Span)>,
}

/// A cell of a table.
#[derive(Debug, Default)]
pub(super) struct Cell {
    pub(super) blocks: Vec<Block>,
    /// How many columns it covers.
    pub(super) width: usize,
    /// It belongs to the cell above.
    pub(super) continues: bool,
}

/// What a document part holds.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) blocks: Vec<Block>,
    /// Ids of footnotes and endnotes in the order of their marks.
    pub(super) notes: Vec<Note>,
    /// The XML ended early.
    pub(super) is_broken: bool,
    /// The limit of paragraphs was reached.
    pub(super) is_cut: bool,
}

/// What a reader of the document did to a stretch of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    /// Wrote a remark in the margin; its id.
    Remark(String),
    /// Struck it through.
    Struck,
}

/// A mark of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Note {
    Foot(String),
    End(String),
}

/// Reads a document part.
pub(super) fn read(text: &str, styles: &Styles, numbering: &mut Numbering) -> Content {
    let mut walker = Walker {
        styles,
        numbering,
        holders: vec![Holder::Flow(Vec::new())],
        paragraphs: Vec::new(),
        notes: Vec::new(),
        n_paragraphs: 0,
        carried: Carried::default(),
        remarks_to_come: Vec::new(),
    };
    let mut tokens = Tokens::new(text);
    let mut is_cut = false;
    while let Some(token) = tokens.next() {
        match token {
            Token::Open(element) => {
                if walker.open(&element) {
                    tokens.leave_out();
                }
            }
            Token::Close(name) => walker.close(&name),
            Token::Text(text) => walker.text(&text),
        }
        if walker.n_paragraphs > limits::PARAGRAPHS {
            is_cut = true;
            break;
        }
    }
    let is_broken = tokens.is_broken;
    // What a broken file leaves open is closed here, so that its text is not lost.
    while let Some(paragraph) = walker.paragraphs.pop() {
        walker.finish(paragraph);
    }
    while walker.holders.len() > 1 {
        walker.close_holder();
    }
    walker.flush_carried();
    let blocks = match walker.holders.pop() {
        Some(Holder::Flow(blocks)) => blocks,
        _ => Vec::new(),
    };
    Content {
        blocks,
        notes: walker.notes,
        is_broken,
        is_cut,
    }
}

/// What blocks are being put into.
enum Holder {
    /// The document, a text box, or a note.
    Flow(Vec<Block>),
    Table(Vec<Vec<Cell>>),
    Row {
        cells: Vec<Cell>,
        is_deleted: bool,
    },
    Cell(Cell),
}

/// A paragraph being read.
#[derive(Default)]
struct Open {
    text: String,
    style: Option<String>,
    format: Format,
    run: Run,
    /// The elements of interest that are open, outermost first.
    regions: Vec<Region>,
    /// One entry for each open field: whether its code is being read.
    fields: Vec<bool>,
    is_mark_deleted: bool,
    /// Marked stretches of the text as far as it is read; no end while they go on.
    marks: Vec<(Mark, usize, Option<usize>)>,
    /// Whether all letters so far are bold; `None` before the first.
    is_bold: Option<bool>,
    boxes: Vec<Block>,
}

/// An element that decides what the elements inside it mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Region {
    /// `w:pPr`
    Properties,
    /// `w:rPr`
    RunProperties,
    /// `w:r`
    Run,
    /// `w:t`
    Text,
}

impl Region {
    fn named(name: &str) -> Option<Self> {
        match name {
            "pPr" => Some(Self::Properties),
            "rPr" => Some(Self::RunProperties),
            "r" => Some(Self::Run),
            "t" => Some(Self::Text),
            _ => None,
        }
    }
}

#[derive(Default)]
struct Run {
    style: Option<String>,
    format: Format,
}

struct Walker<'a> {
    styles: &'a Styles,
    numbering: &'a mut Numbering,
    holders: Vec<Holder>,
    paragraphs: Vec<Open>,
    notes: Vec<Note>,
    n_paragraphs: usize,
    carried: Carried,
    /// Remarks whose words have not begun yet.
    remarks_to_come: Vec<String>,
}

/// Paragraphs whose mark was deleted: they continue in the next one.
#[derive(Default)]
struct Carried {
    text: Option<String>,
    marks: Vec<(Mark, usize, Option<usize>)>,
}

impl Walker<'_> {
    /// Takes a start tag; `true` when all of the element is to be left out.
    fn open(&mut self, element: &Element<'_>) -> bool {
        if self.open_structure(element) {
            return false;
        }
        let holder = self.holders.last_mut();
        let Some(paragraph) = self.paragraphs.last_mut() else {
            match (element.name(), holder) {
                ("gridSpan", Some(Holder::Cell(cell))) => {
                    let width = element.value().and_then(|width| width.parse().ok());
                    cell.width = width.unwrap_or(1).clamp(1, limits::COLUMNS);
                }
                ("vMerge", Some(Holder::Cell(cell))) => {
                    cell.continues = element.value().is_none_or(|value| value != "restart");
                }
                ("gridBefore", Some(Holder::Row { cells, .. })) => {
                    let width: usize = element.value().and_then(|n| n.parse().ok()).unwrap_or(0);
                    cells.extend((0..width.min(limits::COLUMNS)).map(|_| Cell {
                        width: 1,
                        ..Cell::default()
                    }));
                }
                // A mark in the row's properties: the whole row was deleted.
                ("del", Some(Holder::Row { is_deleted, .. })) => *is_deleted = true,
                ("del" | "moveFrom", _) => return true,
                ("commentRangeStart", _) => self.remarks_to_come.extend(element.attribute("id")),
                _ => {}
            }
            return false;
        };
        if paragraph.is_in(Region::Properties) {
            paragraph.open_property(element);
            return false;
        }
        if paragraph.is_in(Region::RunProperties) {
            match element.name() {
                "rStyle" => paragraph.run.style = element.value(),
                _ => paragraph.run.format.take(element),
            }
            return false;
        }
        match element.name() {
            "del" | "moveFrom" | "delText" | "instrText" | "delInstrText" => return true,
            "footnoteReference" => self.notes.extend(element.attribute("id").map(Note::Foot)),
            "endnoteReference" => self.notes.extend(element.attribute("id").map(Note::End)),
            "commentRangeStart" | "commentRangeEnd" | "commentReference" => {
                if let Some(id) = element.attribute("id") {
                    paragraph.mark_remark(element.name(), id);
                }
            }
            _ => paragraph.open_inside(element, self.styles),
        }
        false
    }

    /// Paragraphs, tables and text boxes; `true` when it was one of them.
    fn open_structure(&mut self, element: &Element<'_>) -> bool {
        match element.name() {
            // Word has no paragraph in a paragraph but in a text box, which is a flow of its own.
            "p" => {
                let begun = self.remarks_to_come.drain(..);
                self.paragraphs.push(Open {
                    marks: begun.map(|id| (Mark::Remark(id), 0, None)).collect(),
                    ..Open::default()
                });
            }
            "tbl" => self.holders.push(Holder::Table(Vec::new())),
            "tr" => self.holders.push(Holder::Row {
                cells: Vec::new(),
                is_deleted: false,
            }),
            "tc" => self.holders.push(Holder::Cell(Cell {
                width: 1,
                ..Cell::default()
            })),
            "txbxContent" => self.holders.push(Holder::Flow(Vec::new())),
            _ => return false,
        }
        true
    }

    fn close(&mut self, name: &str) {
        match name {
            "p" => {
                if let Some(paragraph) = self.paragraphs.pop() {
                    self.finish(paragraph);
                }
            }
            "tbl" | "tr" | "tc" | "txbxContent" => self.close_holder(),
            _ => {
                if Region::named(name).is_some()
                    && let Some(paragraph) = self.paragraphs.last_mut()
                {
                    paragraph.regions.pop();
                }
            }
        }
    }

    fn text(&mut self, text: &str) {
        let styles = self.styles;
        if let Some(paragraph) = self.paragraphs.last_mut()
            && paragraph.is_in(Region::Text)
        {
            paragraph.push(text, styles);
        }
    }

    /// Puts the innermost open structure into the one around it.
    fn close_holder(&mut self) {
        if self.holders.len() < 2 {
            return;
        }
        self.flush_carried();
        match self.holders.pop() {
            Some(Holder::Flow(blocks)) => match self.paragraphs.last_mut() {
                Some(paragraph) => paragraph.boxes.extend(blocks),
                None => blocks.into_iter().for_each(|block| self.put(block)),
            },
            Some(Holder::Table(rows)) => self.put(Block::Table(rows)),
            Some(Holder::Row { cells, is_deleted }) => {
                if let Some(Holder::Table(rows)) = self.holders.last_mut()
                    && !is_deleted
                {
                    rows.push(cells);
                }
            }
            Some(Holder::Cell(cell)) => {
                self.n_paragraphs += cell.width;
                if let Some(Holder::Row { cells, .. }) = self.holders.last_mut() {
                    cells.push(cell);
                }
            }
            None => {}
        }
    }

    fn put(&mut self, block: Block) {
        match self.holders.last_mut() {
            Some(Holder::Flow(blocks)) => blocks.push(block),
            Some(Holder::Cell(cell)) => cell.blocks.push(block),
            // Only a broken file has text between rows or cells.
            Some(Holder::Table(_) | Holder::Row { .. }) | None => {}
        }
    }

    /// Resolves a paragraph's number and format and puts it into its place.
    fn finish(&mut self, mut open: Open) {
        self.n_paragraphs += 1;
        open.continue_from(std::mem::take(&mut self.carried));
        if open.is_mark_deleted {
            self.carried = Carried {
                text: Some(open.text),
                marks: open.marks,
            };
            for block in open.boxes {
                self.put(block);
            }
            return;
        }
        let style = open.style.as_deref();
        let ask = |question: fn(&Format) -> Option<u8>| {
            question(&open.format).or_else(|| self.styles.ask(style, question))
        };
        let heading_level = ask(|format| format.outline_level).filter(|&level| level > 0);
        let list = open
            .format
            .list
            .clone()
            .or_else(|| self.styles.ask(style, |format| format.list.clone()))
            .filter(|list| list != "0");
        let mut text = String::new();
        if let Some(list) = list {
            let level = ask(|format| format.list_level);
            let chain = self.styles.chain(style);
            text.extend(self.numbering.label(&list, level, chain, self.styles));
        }
        let n_label = text.len();
        text.push_str(&open.text);
        let is_centered = open
            .format
            .is_centered
            .or_else(|| self.styles.ask(style, |format| format.is_centered))
            .unwrap_or(false);
        let normalized = normalize(&text);
        let visible = normalized.trim_matches([' ', '\t', '\n']).to_owned();
        if visible.is_empty() {
            // The words these remarks are about stand in a later paragraph.
            let remarks = open.marks.drain(..).filter_map(|mark| match mark {
                (Mark::Remark(id), _, None) => Some(id),
                _ => None,
            });
            self.remarks_to_come.extend(remarks);
        }
        let paragraph = Paragraph {
            marks: marked_stretches(&text, n_label, &visible, open.marks),
            text: visible,
            heading_level,
            is_bold: open.is_bold == Some(true),
            is_centered,
        };
        self.put(Block::Paragraph(paragraph));
        for block in open.boxes {
            self.put(block);
        }
    }

    /// Makes a paragraph of text whose mark was deleted when nothing follows it.
    fn flush_carried(&mut self) {
        if let Some(text) = std::mem::take(&mut self.carried).text {
            let text = normalize(&text).trim().to_owned();
            self.put(Block::Paragraph(Paragraph {
                text,
                ..Paragraph::default()
            }));
        }
    }
}

/// Most marks kept of one paragraph: placing one costs a look at the text before it.
const MOST_MARKS: usize = 200;

/// Marks of a paragraph as it was read, in the text as it is kept. `raw` begins with a label of
/// `n_label` bytes; `visible` is `raw` normalized and trimmed.
fn marked_stretches(
    raw: &str,
    n_label: usize,
    visible: &str,
    marks: Vec<(Mark, usize, Option<usize>)>,
) -> Vec<(Mark, Span)> {
    if marks.is_empty() {
        return Vec::new();
    }
    let whole = normalize(raw);
    let n_trimmed = whole.len() - whole.trim_start_matches([' ', '\t', '\n']).len();
    let place = |at: usize| {
        let before = normalize(raw.get(..n_label + at).unwrap_or(raw)).len();
        let mut at = before.saturating_sub(n_trimmed).min(visible.len());
        while !visible.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    marks
        .into_iter()
        .take(MOST_MARKS)
        .map(|(mark, start, end)| {
            let start = place(start);
            let end = end.map_or(visible.len(), place).max(start);
            (mark, Span::new(start, end).trimmed(visible))
        })
        .collect()
}

impl Open {
    /// Puts what a paragraph without an end of its own left over before the text.
    fn continue_from(&mut self, carried: Carried) {
        let Some(text) = carried.text else {
            return;
        };
        for (_, start, end) in &mut self.marks {
            *start += text.len();
            *end = end.map(|end| end + text.len());
        }
        self.marks.splice(0..0, carried.marks);
        self.text.insert_str(0, &text);
    }

    /// A remark begins, ends, or stands at one place only.
    fn mark_remark(&mut self, element: &str, id: String) {
        let at = self.text.len();
        let known = self
            .marks
            .iter_mut()
            .find(|(mark, _, _)| matches!(mark, Mark::Remark(known) if *known == id));
        match (element, known) {
            ("commentRangeEnd", Some((_, _, end))) => *end = end.or(Some(at)),
            ("commentRangeStart", None) => self.marks.push((Mark::Remark(id), at, None)),
            ("commentReference", None) => self.marks.push((Mark::Remark(id), at, Some(at))),
            _ => {}
        }
    }

    /// Notes that the text from a byte on is struck through.
    fn mark_struck(&mut self, start: usize) {
        let end = self.text.len();
        match self.marks.last_mut() {
            Some((Mark::Struck, _, Some(last))) if *last == start => *last = end,
            _ => self.marks.push((Mark::Struck, start, Some(end))),
        }
    }

    fn is_in(&self, region: Region) -> bool {
        self.regions.contains(&region)
    }

    /// Inside `w:pPr`.
    fn open_property(&mut self, element: &Element<'_>) {
        match element.name() {
            "pStyle" => self.style = element.value(),
            // In the properties of the paragraph's mark.
            "rPr" => self.regions.push(Region::RunProperties),
            "del" if self.is_in(Region::RunProperties) => self.is_mark_deleted = true,
            "jc" | "outlineLvl" | "numId" | "ilvl" if !self.is_in(Region::RunProperties) => {
                self.format.take(element);
            }
            _ => {}
        }
    }

    /// Inside the paragraph's content.
    fn open_inside(&mut self, element: &Element<'_>, styles: &Styles) {
        match element.name() {
            "r" => {
                self.regions.push(Region::Run);
                self.run = Run::default();
            }
            "pPr" | "rPr" | "t" => self.regions.extend(Region::named(element.name())),
            "fldChar" => match element.attribute("fldCharType").as_deref() {
                Some("begin") => self.fields.push(true),
                Some("separate") => {
                    if let Some(is_code) = self.fields.last_mut() {
                        *is_code = false;
                    }
                }
                Some("end") => {
                    self.fields.pop();
                }
                _ => {}
            },
            "tab" | "ptab" if self.is_in(Region::Run) => self.push("\t", styles),
            "br" | "cr" if self.is_in(Region::Run) => self.push("\n", styles),
            "noBreakHyphen" if self.is_in(Region::Run) => self.push("-", styles),
            "sym" if self.is_in(Region::Run) => {
                let code = element
                    .attribute("char")
                    .and_then(|code| u32::from_str_radix(&code, 16).ok());
                let c = code
                    .and_then(char::from_u32)
                    .filter(|c| !matches!(c, '\u{e000}'..='\u{f8ff}'));
                self.push(&c.unwrap_or('–').to_string(), styles);
            }
            _ => {}
        }
    }

    /// Adds visible text in the run's format.
    fn push(&mut self, text: &str, styles: &Styles) {
        if self.fields.contains(&true) {
            return;
        }
        let style = self.style.as_deref();
        let run_style = self.run.style.as_deref();
        let is_hidden = self
            .run
            .format
            .is_hidden
            .or_else(|| styles.ask_run(run_style, |format| format.is_hidden))
            .or_else(|| styles.ask(style, |format| format.is_hidden));
        if is_hidden == Some(true) {
            return;
        }
        if text.chars().any(char::is_alphabetic) {
            let is_bold = self
                .run
                .format
                .is_bold
                .or_else(|| styles.ask_run(run_style, |format| format.is_bold))
                .or_else(|| styles.ask(style, |format| format.is_bold));
            self.is_bold = Some(self.is_bold.unwrap_or(true) && is_bold == Some(true));
        }
        let start = self.text.len();
        let is_struck = self
            .run
            .format
            .is_struck
            .or_else(|| styles.ask_run(run_style, |format| format.is_struck));
        self.push_words(text, styles);
        if is_struck == Some(true) {
            self.mark_struck(start);
        }
    }

    /// Adds text, of an old font as Unicode.
    fn push_words(&mut self, text: &str, styles: &Styles) {
        if text.is_ascii() {
            self.text.push_str(text);
            return;
        }
        let style = self.style.as_deref();
        let run_style = self.run.style.as_deref();
        let font = self
            .run
            .format
            .font
            .or_else(|| styles.ask_run(run_style, |format| format.font))
            .or_else(|| styles.ask(style, |format| format.font));
        self.text.push_str(&unicode(text, font));
    }
}

/// Text typed with an old font, in Unicode; text that already is stays.
fn unicode(text: &str, font: Option<Font>) -> String {
    let is_unicode = text
        .chars()
        .any(|c| matches!(c, 'Ạ'..='ỹ' | 'ă' | 'Ă' | 'đ' | 'Đ' | 'ơ' | 'Ơ' | 'ư' | 'Ư' | '\u{300}'..='\u{323}'));
    match font {
        Some(Font::Tcvn3) if !is_unicode => legacy::from_tcvn3_font(text),
        Some(Font::Tcvn3Capitals) if !is_unicode => legacy::from_tcvn3_font(text).to_uppercase(),
        Some(Font::Vni) if !is_unicode => legacy::from_vni_font(text),
        _ => text.to_owned(),
    }
}
