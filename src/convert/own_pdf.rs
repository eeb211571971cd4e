//! Our own reading of a PDF, as a child process of ourselves.
//!
//! Words are made of the letters that `pdf-extract` places; rules and pictures are read from the
//! pages' drawing operators. It must never run in the process that serves people: the library
//! panics on fonts it does not know, and a hostile file may ask for any amount of time and memory.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use pdf_extract::content::{Content, Operation};
use pdf_extract::{
    Dictionary, Document, MediaBox, Object, ObjectId, OutputDev, OutputError, Transform,
};

/// Reads a PDF and prints its pages; `true` when it came to the end.
pub(super) fn answer(file: &Path) -> bool {
    let Ok(mut document) = Document::load(file) else {
        return false;
    };
    if document.is_encrypted() && document.decrypt("").is_err() {
        return false;
    }
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut is_whole = true;
    for (number, id) in document.get_pages().into_iter().take(MOST_PAGES) {
        let mut page = PageWords::default();
        page.frame.quarter_turns = quarter_turns(&document, id);
        let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            pdf_extract::output_doc_page(&document, &mut page, number).is_ok()
        }));
        // A page that breaks off still gives the letters before the break.
        is_whole &= read.unwrap_or(false);
        page.end_of_word();
        let drawings = Drawings::of(&document, id, page.frame);
        if write_page(&mut out, &page, &drawings).is_err() {
            return false;
        }
    }
    out.flush().is_ok() && (is_whole || n_pages(&document) > 0)
}

/// The longest dossiers have a thousand.
const MOST_PAGES: usize = 5_000;

fn n_pages(document: &Document) -> usize {
    document.get_pages().len()
}

/// How the page is turned before it is shown, clockwise.
fn quarter_turns(document: &Document, page: ObjectId) -> i64 {
    let mut id = page;
    // Inherited from the nodes above; a damaged file may go in a circle.
    for _ in 0..32 {
        let Ok(node) = document.get_dictionary(id) else {
            break;
        };
        if let Ok(angle) = node.get(b"Rotate").and_then(Object::as_i64) {
            return angle.div_euclid(90).rem_euclid(4);
        }
        match node.get(b"Parent").and_then(Object::as_reference) {
            Ok(parent) => id = parent,
            Err(_) => break,
        }
    }
    0
}

/// The paper of a page in the file's coordinates, which grow upwards.
#[derive(Debug, Clone, Copy, Default)]
struct Frame {
    left: f64,
    bottom: f64,
    width: f64,
    height: f64,
    quarter_turns: i64,
}

/// A rectangle in points from the top left corner.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Rectangle {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Frame {
    /// From the file's coordinates to those of the page as it is shown, which grow downwards.
    fn point(self, (x, y): (f64, f64)) -> (f64, f64) {
        let (x, y) = (x - self.left, y - self.bottom);
        match self.quarter_turns {
            1 => (y, x),
            2 => (self.width - x, y),
            3 => (self.height - y, self.width - x),
            _ => (x, self.height - y),
        }
    }

    /// The rectangle between two corners.
    fn rectangle(self, a: (f64, f64), b: (f64, f64)) -> Rectangle {
        let (a, b) = (self.point(a), self.point(b));
        Rectangle {
            left: a.0.min(b.0),
            right: a.0.max(b.0),
            top: a.1.min(b.1),
            bottom: a.1.max(b.1),
        }
    }

    /// Width and height as shown.
    fn size(self) -> (f64, f64) {
        match self.quarter_turns {
            1 | 3 => (self.height, self.width),
            _ => (self.width, self.height),
        }
    }
}

/// Collects letters into words.
#[derive(Default)]
struct PageWords {
    frame: Frame,
    words: Vec<(String, Rectangle)>,
    word: String,
    start: (f64, f64),
    end: (f64, f64),
    size: f64,
}

/// A gap of this share of the letter's height ends a word where no space does.
const GAP: f64 = 0.18;

impl PageWords {
    fn end_of_word(&mut self) {
        let word = std::mem::take(&mut self.word);
        if word.trim().is_empty() {
            return;
        }
        // Ascenders and descenders, about, in shares of the font's size.
        let at = Rectangle {
            left: self.start.0,
            top: self.start.1 - 0.89 * self.size,
            right: self.end.0.max(self.start.0),
            bottom: self.start.1 + 0.22 * self.size,
        };
        self.words.push((word.trim().to_owned(), at));
    }
}

impl OutputDev for PageWords {
    fn begin_page(
        &mut self,
        _number: u32,
        media: &MediaBox,
        _art: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        self.frame = Frame {
            left: media.llx,
            bottom: media.lly,
            width: media.urx - media.llx,
            height: media.ury - media.lly,
            ..self.frame
        };
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        self.end_of_word();
        Ok(())
    }

    fn output_character(
        &mut self,
        transform: &Transform,
        width: f64,
        _spacing: f64,
        font_size: f64,
        letter: &str,
    ) -> Result<(), OutputError> {
        let size = font_size * (transform.m22.powi(2) + transform.m21.powi(2)).sqrt();
        let advance = width * font_size * (transform.m11.powi(2) + transform.m12.powi(2)).sqrt();
        let at = self.frame.point((transform.m31, transform.m32));
        let is_far = (at.1 - self.end.1).abs() > 0.3 * size
            || at.0 - self.end.0 > GAP * size
            || self.end.0 - at.0 > size;
        if letter.trim().is_empty() {
            self.end_of_word();
        } else {
            if is_far {
                self.end_of_word();
            }
            if self.word.is_empty() {
                self.start = at;
                self.size = size;
            }
            self.word.push_str(letter);
        }
        self.end = (at.0 + advance, at.1);
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

/// Rules and pictures of a page.
#[derive(Default)]
struct Drawings {
    rules: Vec<Rectangle>,
    pictures: Vec<Rectangle>,
}

/// More than this no table has; drawings of maps do.
const MOST_RULES: usize = 20_000;
/// A rule is thinner than this.
const RULE_POINTS: f64 = 3.0;

/// An affine transform as PDF writes it.
type Matrix = [f64; 6];

impl Drawings {
    fn of(document: &Document, page: ObjectId, frame: Frame) -> Self {
        let mut drawings = Self::default();
        let content = document.get_page_content(page);
        if let Ok(content) = content.and_then(|content| Content::decode(&content)) {
            let resources = document
                .get_page_resources(page)
                .ok()
                .and_then(|(own, inherited)| {
                    own.or_else(|| {
                        inherited
                            .first()
                            .and_then(|id| document.get_dictionary(*id).ok())
                    })
                });
            drawings.walk(document, resources, frame, &content.operations);
        }
        drawings
    }

    fn walk(
        &mut self,
        document: &Document,
        resources: Option<&Dictionary>,
        frame: Frame,
        operations: &[Operation],
    ) {
        let mut state: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];
        let mut saved: Vec<Matrix> = Vec::new();
        let mut lines: Vec<Rectangle> = Vec::new();
        let mut boxes: Vec<Rectangle> = Vec::new();
        let (mut start, mut at) = ((0.0, 0.0), (0.0, 0.0));
        for operation in operations {
            if self.rules.len() > MOST_RULES {
                return;
            }
            let numbers: Vec<f64> = operation
                .operands
                .iter()
                .filter_map(|operand| operand.as_float().ok().map(f64::from))
                .collect();
            match (operation.operator.as_str(), numbers.as_slice()) {
                ("q", _) if saved.len() < 1000 => saved.push(state),
                ("Q", _) => state = saved.pop().unwrap_or(state),
                ("cm", values) => {
                    if let Ok(matrix) = Matrix::try_from(values) {
                        state = product(matrix, state);
                    }
                }
                ("m", &[x, y]) => {
                    at = place(state, (x, y));
                    start = at;
                }
                ("l", &[x, y]) => {
                    let to = place(state, (x, y));
                    lines.push(frame.rectangle(at, to));
                    at = to;
                }
                ("h", _) => {
                    lines.push(frame.rectangle(at, start));
                    at = start;
                }
                ("re", &[x, y, width, height]) => {
                    let corner = place(state, (x, y));
                    boxes.push(frame.rectangle(corner, place(state, (x + width, y + height))));
                }
                ("f" | "F" | "f*" | "S" | "s" | "B" | "B*" | "b" | "b*" | "n", _) => {
                    let is_filled = operation.operator.starts_with(['f', 'F', 'B', 'b']);
                    let is_stroked = operation.operator.starts_with(['S', 's', 'B', 'b']);
                    self.paint(&lines, &boxes, is_filled, is_stroked);
                    lines.clear();
                    boxes.clear();
                }
                ("Do", _) if is_picture(document, resources, operation) => {
                    let corner = place(state, (0.0, 0.0));
                    self.pictures
                        .push(frame.rectangle(corner, place(state, (1.0, 1.0))));
                }
                _ => {}
            }
        }
    }

    /// Keeps what of a path is a horizontal or vertical rule.
    fn paint(
        &mut self,
        lines: &[Rectangle],
        boxes: &[Rectangle],
        is_filled: bool,
        is_stroked: bool,
    ) {
        if is_stroked {
            self.rules
                .extend(lines.iter().copied().filter(|line| is_rule(*line)));
        }
        if is_filled && !is_stroked && !lines.is_empty() {
            // A thin closed path that is filled.
            let all = lines.iter().copied().reduce(|a, b| Rectangle {
                left: a.left.min(b.left),
                top: a.top.min(b.top),
                right: a.right.max(b.right),
                bottom: a.bottom.max(b.bottom),
            });
            self.rules.extend(all.filter(|all| is_rule(*all)));
        }
        for &area in boxes {
            if is_rule(area) {
                if is_filled || is_stroked {
                    self.rules.push(area);
                }
            } else if is_stroked {
                let Rectangle {
                    left,
                    top,
                    right,
                    bottom,
                } = area;
                self.rules.extend([
                    Rectangle {
                        bottom: top,
                        ..area
                    },
                    Rectangle {
                        top: bottom,
                        ..area
                    },
                    Rectangle {
                        right: left,
                        ..area
                    },
                    Rectangle {
                        left: right,
                        ..area
                    },
                ]);
            }
        }
    }
}

/// Thin one way; corners of borders, thin both ways, are rules of no length and do no harm.
fn is_rule(area: Rectangle) -> bool {
    let (width, height) = (area.right - area.left, area.bottom - area.top);
    width.min(height) < RULE_POINTS
}

fn is_picture(document: &Document, resources: Option<&Dictionary>, operation: &Operation) -> bool {
    let find = || {
        let name = operation.operands.first()?.as_name().ok()?;
        let objects = document
            .dereference(resources?.get(b"XObject").ok()?)
            .ok()?
            .1;
        let object = objects.as_dict().ok()?.get(name).ok()?;
        let object = document.dereference(object).ok()?.1;
        let Object::Stream(stream) = object else {
            return None;
        };
        let kind = stream.dict.get(b"Subtype").ok()?.as_name().ok()?;
        Some(kind == b"Image")
    };
    find().unwrap_or(false)
}

/// The transform that does first the one, then the other.
fn product(first: Matrix, then: Matrix) -> Matrix {
    let [xx, xy, yx, yy, dx, dy] = first;
    let [scale_x, skew_y, skew_x, scale_y, shift_x, shift_y] = then;
    [
        xx * scale_x + xy * skew_x,
        xx * skew_y + xy * scale_y,
        yx * scale_x + yy * skew_x,
        yx * skew_y + yy * scale_y,
        dx * scale_x + dy * skew_x + shift_x,
        dx * skew_y + dy * scale_y + shift_y,
    ]
}

fn place([xx, xy, yx, yy, dx, dy]: Matrix, (x, y): (f64, f64)) -> (f64, f64) {
    (xx * x + yx * y + dx, xy * x + yy * y + dy)
}

fn write_page(out: &mut impl Write, page: &PageWords, drawings: &Drawings) -> std::io::Result<()> {
    let (width, height) = page.frame.size();
    writeln!(out, "<page width=\"{width:.2}\" height=\"{height:.2}\">")?;
    for (word, at) in &page.words {
        writeln!(out, "<word {}>{}</word>", attributes(*at), escaped(word))?;
    }
    for rule in &drawings.rules {
        writeln!(out, "<rule {}/>", attributes(*rule))?;
    }
    for picture in &drawings.pictures {
        writeln!(out, "<picture {}/>", attributes(*picture))?;
    }
    writeln!(out, "</page>")
}

fn attributes(at: Rectangle) -> String {
    let mut text = String::new();
    let Rectangle {
        left,
        top,
        right,
        bottom,
    } = at;
    // Writing to a string does not fail.
    let _ = write!(
        text,
        "xMin=\"{left:.2}\" yMin=\"{top:.2}\" xMax=\"{right:.2}\" yMax=\"{bottom:.2}\""
    );
    text
}

fn escaped(word: &str) -> String {
    word.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
