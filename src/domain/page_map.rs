//! Where a text stood on paper.

use super::{PageLine, Span};

/// A rectangle in points (1/72 inch) from the upper left corner of a page.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Area {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Lower edge.
    pub bottom: f64,
}

impl Area {
    /// From left to right.
    pub fn width(self) -> f64 {
        self.right - self.left
    }

    /// From top to bottom.
    pub fn height(self) -> f64 {
        self.bottom - self.top
    }

    /// Its middle: from the left, from the top.
    pub fn middle(self) -> (f64, f64) {
        (
            f64::midpoint(self.left, self.right),
            f64::midpoint(self.top, self.bottom),
        )
    }

    /// The smallest rectangle around both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

/// A page as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PageFrame {
    /// In points.
    pub width: f64,
    /// In points.
    pub height: f64,
    /// By how many degrees, clockwise around its middle, the page was turned before its words were
    /// recognized: a scan that lay askew or on its side.
    pub turned: f64,
}

impl PageFrame {
    /// The quarters in [`PageFrame::turned`], from 0 to 3: a page that lay on its side.
    pub fn quarters_turned(self) -> u8 {
        let quarters = (self.turned / 90.0).round().rem_euclid(4.0);
        [0, 1, 2, 3]
            .into_iter()
            .find(|n| (f64::from(*n) - quarters).abs() < 0.5)
            .unwrap_or(0)
    }

    /// The rest of [`PageFrame::turned`]: a page that lay a little askew.
    pub fn degrees_askew(self) -> f64 {
        self.turned - (self.turned / 90.0).round() * 90.0
    }
}

/// A line of print that became part of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct PrintedLine {
    /// The byte of the text it begins with; it ends where the next one begins.
    pub start: usize,
    /// Its page and its number there.
    pub place: PageLine,
    /// Where.
    pub at: Area,
    /// How sure the recognition was of its words on average, 0 to 1; `None` where they were written
    /// as text.
    pub confidence: Option<f64>,
    /// Words that the recognition was not sure of, in order.
    pub doubtful: Vec<String>,
}

/// Where the lines of a text stood on the pages it was read from. Empty for texts without pages.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PageMap {
    /// In order.
    pub pages: Vec<PageFrame>,
    /// By where they begin.
    pub lines: Vec<PrintedLine>,
}

impl PageMap {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Whether a machine read any of it in a picture.
    pub fn is_recognized(&self) -> bool {
        self.lines.iter().any(|line| line.confidence.is_some())
    }

    /// The lines that hold any of a span's bytes.
    pub fn lines_of(&self, span: Span) -> impl Iterator<Item = &PrintedLine> {
        let after = self.lines.partition_point(|line| line.start <= span.start);
        let first = after.saturating_sub(1);
        let lines = self.lines.iter().skip(first);
        lines.take_while(move |line| line.start < span.end)
    }

    /// How sure the recognition was of these spans on average; `None` where nothing in them was
    /// recognized by a machine.
    pub fn confidence(&self, spans: &[Span]) -> Option<f64> {
        let (mut sum, mut n) = (0.0, 0.0);
        let lines = spans.iter().flat_map(|span| self.lines_of(*span));
        for confidence in lines.filter_map(|line| line.confidence) {
            sum += confidence;
            n += 1.0;
        }
        (n > 0.0).then(|| sum / n)
    }
}

#[cfg(test)]
mod tests {
    use super::{PageMap, PrintedLine};
    use crate::domain::{PageLine, Span};

    fn line(start: usize, confidence: Option<f64>) -> PrintedLine {
        PrintedLine {
            start,
            place: PageLine { page: 1, line: 1 },
            at: super::Area::default(),
            confidence,
            doubtful: Vec::new(),
        }
    }

    #[test]
    fn a_span_stands_on_the_lines_it_touches() {
        let map = PageMap {
            pages: Vec::new(),
            lines: vec![line(0, Some(0.9)), line(10, Some(0.5)), line(20, None)],
        };
        let starts = |from, to| -> Vec<usize> {
            let lines = map.lines_of(Span::new(from, to));
            lines.map(|line| line.start).collect()
        };
        assert_eq!(starts(0, 10), [0]);
        assert_eq!(starts(9, 11), [0, 10]);
        assert_eq!(starts(20, 99), [20]);
        let sure = map.confidence(&[Span::new(0, 11)]).unwrap();
        assert!((sure - 0.7).abs() < 1e-9, "{sure}");
        assert_eq!(map.confidence(&[Span::new(20, 30)]), None);
    }
}
