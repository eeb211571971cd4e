//! What the converters print about pages, and rows of words.

use crate::domain::Area;
use crate::text::legacy;
use crate::text::normalize::normalize;

/// A word where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Normalized.
    pub text: String,
    /// Where.
    pub at: Area,
    /// From 0 to 1, where a machine recognized it in a picture.
    pub confidence: Option<f64>,
}

/// A page as its converter saw it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// In points.
    pub width: f64,
    /// In points.
    pub height: f64,
    /// In no particular order.
    pub words: Vec<Word>,
    /// Thin rectangles: borders of cells, underlines.
    pub rules: Vec<Area>,
    /// Pictures.
    pub pictures: Vec<Area>,
    /// Degrees clockwise by which it was turned before its words were recognized.
    pub turned: f64,
}

/// Reads `<page>` elements with `<word>`, `<rule>` and `<picture>` inside, as `pdftotext
/// -bbox-layout` writes them. Everything else is passed over. Words printed with an old font are
/// converted.
pub fn read_boxes(xml: &str) -> Vec<Page> {
    let mut pages = read_raw_boxes(xml);
    let encoding = old_font(&pages);
    for word in pages.iter_mut().flat_map(|page| &mut page.words) {
        let text = match encoding {
            Some(encoding) if !word.text.is_ascii() && !legacy::is_modern(&word.text) => {
                legacy::from_font(encoding, &word.text)
            }
            _ => std::mem::take(&mut word.text),
        };
        normalize(&text).trim().clone_into(&mut word.text);
    }
    for page in &mut pages {
        page.words.retain(|word| !word.text.is_empty());
    }
    pages
}

/// The old font whose words stand among the others, if any: before anything is normalized, since codes
/// of TCVN3 are spaces and soft hyphens elsewhere.
fn old_font(pages: &[Page]) -> Option<legacy::Encoding> {
    let words = pages.iter().flat_map(|page| &page.words);
    let odd = words.filter(|word| !word.text.is_ascii() && !legacy::is_modern(&word.text));
    let sample: Vec<&str> = odd
        .take(SAMPLE_WORDS)
        .map(|word| word.text.as_str())
        .collect();
    legacy::old_font(&sample.join(" "))
}

/// Words that tell an old font.
const SAMPLE_WORDS: usize = 2_000;

fn read_raw_boxes(xml: &str) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    let mut rest = xml;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((tag, after)) = after.split_once('>') else {
            break;
        };
        rest = after;
        let name = tag.split([' ', '/', '\n']).next().unwrap_or_default();
        match (name, pages.last_mut()) {
            ("page", _) => pages.push(Page {
                width: number(tag, "width"),
                height: number(tag, "height"),
                ..Page::default()
            }),
            ("word", Some(page)) => {
                let text = after.split('<').next().unwrap_or_default();
                page.words.push(Word {
                    text: unescaped(text),
                    at: area(tag),
                    confidence: None,
                });
            }
            ("rule", Some(page)) => page.rules.push(area(tag)),
            ("picture", Some(page)) => page.pictures.push(area(tag)),
            _ => {}
        }
    }
    pages
}

fn area(tag: &str) -> Area {
    Area {
        left: number(tag, "xMin"),
        top: number(tag, "yMin"),
        right: number(tag, "xMax"),
        bottom: number(tag, "yMax"),
    }
}

/// An attribute as a number; what is none is 0.
fn number(tag: &str, name: &str) -> f64 {
    let value = tag
        .split(name)
        .nth(1)
        .and_then(|rest| rest.strip_prefix("=\""))
        .and_then(|rest| rest.split('"').next())
        .and_then(|value| value.parse::<f64>().ok());
    value.filter(|value| value.is_finite()).unwrap_or(0.0)
}

fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

/// Reads the pages in Tesseract's table of words; `dots_per_inch` is that of the picture it read.
pub fn read_tesseract(table: &str, dots_per_inch: f64) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    let scale = 72.0 / dots_per_inch;
    // A word's box is as high as its letters, its line's as all of them.
    let mut line_box = (0.0, 0.0);
    for line in table.lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        let dots = |at: usize| -> f64 {
            let cell = cells.get(at).and_then(|cell| cell.parse::<f64>().ok());
            cell.filter(|dots| dots.is_finite()).unwrap_or(0.0)
        };
        if cells.first() == Some(&"1") {
            pages.push(Page {
                width: dots(8) * scale,
                height: dots(9) * scale,
                ..Page::default()
            });
        }
        let Some(page) = pages.last_mut() else {
            continue;
        };
        let (left, top) = (dots(6) * scale, dots(7) * scale);
        let (width, height) = (dots(8) * scale, dots(9) * scale);
        match cells.first().copied() {
            Some("4") => line_box = (top, top + height),
            Some("5") => {
                let text = normalize(cells.get(11).copied().unwrap_or_default());
                // Left over from the borders of cells.
                let text = text.trim_matches(['|', '_', '¦']).to_owned();
                let confidence = cells.get(10).and_then(|cell| cell.parse::<f64>().ok());
                // A word without a letter and with little confidence is a speck or a border.
                let is_speck = !text.chars().any(char::is_alphanumeric)
                    && confidence.is_none_or(|confidence| confidence < 60.0);
                if !text.trim().is_empty() && !is_speck {
                    page.words.push(Word {
                        text: text.trim().to_owned(),
                        at: Area {
                            left,
                            top: line_box.0.max(top - height),
                            right: left + width,
                            bottom: line_box.1.min(top + 2.0 * height),
                        },
                        confidence: confidence.map(|percent| percent / 100.0),
                    });
                }
            }
            _ => {}
        }
    }
    pages
}

/// Words side by side, from left to right.
#[derive(Debug, Clone)]
pub(super) struct Row<'a> {
    pub(super) words: Vec<&'a Word>,
    pub(super) at: Area,
}

impl Row<'_> {
    /// Its words with a space between; a word printed twice to look bold is one.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut last: Option<&Word> = None;
        for word in &self.words {
            let is_repeated = last.is_some_and(|last| {
                last.text == word.text && word.at.left - last.at.left < word.at.width() * 0.2
            });
            if is_repeated {
                continue;
            }
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&word.text);
            last = Some(word);
        }
        text
    }

    /// How sure the recognition was of its words on average.
    pub(super) fn confidence(&self) -> Option<f64> {
        let (mut sum, mut n) = (0.0, 0.0);
        for confidence in self.words.iter().filter_map(|word| word.confidence) {
            sum += confidence;
            n += 1.0;
        }
        (n > 0.0).then(|| sum / n)
    }

    /// Its words that the recognition was less sure of.
    pub(super) fn less_sure_than(&self, least: f64) -> Vec<String> {
        let doubtful = self
            .words
            .iter()
            .filter(|word| word.confidence.is_some_and(|it| it < least));
        doubtful.map(|word| word.text.clone()).collect()
    }
}

/// Puts words into rows, from top to bottom: a word whose middle lies within the row's inner half
/// belongs to it.
pub(super) fn rows<'a>(words: impl IntoIterator<Item = &'a Word>) -> Vec<Row<'a>> {
    let mut words: Vec<&Word> = words.into_iter().collect();
    words.sort_by(|a, b| a.at.middle().1.total_cmp(&b.at.middle().1));
    let mut rows: Vec<Row<'a>> = Vec::new();
    // The first word's own place: a row must not creep down with words set a little lower each.
    let mut first = Area::default();
    for word in words {
        let reach = first.height().max(word.at.height()) * 0.4;
        match rows.last_mut() {
            Some(row) if (word.at.middle().1 - first.middle().1).abs() <= reach => {
                row.at = row.at.with(word.at);
                row.words.push(word);
            }
            _ => {
                first = word.at;
                rows.push(Row {
                    words: vec![word],
                    at: word.at,
                });
            }
        }
    }
    for row in &mut rows {
        row.words.sort_by(|a, b| a.at.left.total_cmp(&b.at.left));
    }
    rows
}
