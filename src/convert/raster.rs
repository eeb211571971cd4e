//! A gray picture of a page: cleaned of specks, straightened, and its long straight lines found and
//! erased.
//!
//! Everything is one pass over the picture, or a few over a smaller copy.

use std::fmt::Write as _;

use super::Layout;

/// Darker than this is ink.
const INK: u8 = 128;
/// White.
const PAPER: u8 = 255;
/// Larger pictures are refused: A3 at 300 dots per inch has 17 million.
const MOST_DOTS: usize = 40_000_000;

/// A tenth of a degree as a slope, in 2^16ths.
const STEP: i64 = 114;
/// So many steps askew a page may lie on the glass.
const MOST_STEPS: i64 = 30;

/// Rows of dots, from top to bottom.
#[derive(Clone)]
pub(super) struct Raster {
    width: usize,
    height: usize,
    dots: Vec<u8>,
}

/// A straight line of ink in dots: ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stroke {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

impl Raster {
    /// Reads a binary gray map (`P5`), as poppler writes it.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut fields = Vec::new();
        let mut at = 0;
        while fields.len() < 4 {
            let rest = bytes.get(at..)?;
            let start = at + rest.iter().position(|b| !b.is_ascii_whitespace())?;
            let rest = bytes.get(start..)?;
            let end = start + rest.iter().position(u8::is_ascii_whitespace)?;
            fields.push(std::str::from_utf8(bytes.get(start..end)?).ok()?);
            at = end;
        }
        let [kind, width, height, most] = fields.as_slice() else {
            return None;
        };
        let (width, height): (usize, usize) = (width.parse().ok()?, height.parse().ok()?);
        let n_dots = width.checked_mul(height)?;
        if *kind != "P5" || *most != "255" || n_dots > MOST_DOTS {
            return None;
        }
        let dots = bytes.get(at + 1..)?.get(..n_dots)?.to_vec();
        Self::new(width, height, dots)
    }

    /// The picture as a binary gray map.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut bytes = format!("P5\n{} {}\n255\n", self.width, self.height).into_bytes();
        bytes.extend_from_slice(&self.dots);
        bytes
    }

    fn row(&self, y: usize) -> &[u8] {
        let start = y * self.width;
        self.dots.get(start..start + self.width).unwrap_or_default()
    }

    /// A copy of half the size; each dot is the mean of four, so that specks vanish.
    fn half(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut dots = Vec::with_capacity(width * height);
        for y in 0..height {
            let (upper, lower) = (self.row(2 * y), self.row(2 * y + 1));
            for (upper, lower) in upper.chunks_exact(2).zip(lower.chunks_exact(2)) {
                let sum: u16 = upper.iter().chain(lower).map(|&dot| u16::from(dot)).sum();
                dots.push(u8::try_from(sum / 4).unwrap_or(PAPER));
            }
        }
        Self {
            width,
            height,
            dots,
        }
    }

    /// A picture of given dots, row by row.
    pub(super) fn new(width: usize, height: usize, dots: Vec<u8>) -> Option<Self> {
        let n_dots = width.checked_mul(height)?;
        (n_dots > 0 && n_dots <= MOST_DOTS && dots.len() == n_dots).then_some(Self {
            width,
            height,
            dots,
        })
    }

    /// Width and height in dots.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Twice as wide and high, dots in between being the mean of their neighbors: small print is
    /// recognized better so.
    pub(super) fn doubled(&self) -> Self {
        let (width, height) = (self.width * 2, self.height * 2);
        let mean = |a: u8, b: u8| a.midpoint(b);
        let wide = |row: &[u8]| -> Vec<u8> {
            let next = row.iter().skip(1).chain(row.last());
            row.iter()
                .zip(next)
                .flat_map(|(dot, next)| [*dot, mean(*dot, *next)])
                .collect()
        };
        let mut dots = Vec::with_capacity(width * height);
        for y in 0..self.height {
            let own = wide(self.row(y));
            let below = wide(self.row((y + 1).min(self.height - 1)));
            dots.extend_from_slice(&own);
            dots.extend(own.iter().zip(&below).map(|(a, b)| mean(*a, *b)));
        }
        Self {
            width,
            height,
            dots,
        }
    }

    /// Removes specks, islands of ink of at most so many dots, and fills holes of one dot in ink.
    pub(super) fn clean(&mut self, speck: usize) {
        self.fill_holes();
        let specks: Vec<usize> = (0..self.dots.len())
            .filter(|at| self.is_ink(*at) && self.is_speck(*at, speck))
            .collect();
        for at in specks {
            if let Some(dot) = self.dots.get_mut(at) {
                *dot = PAPER;
            }
        }
    }

    /// Whether no more than so many dots of ink hang together with one.
    fn is_speck(&self, start: usize, most: usize) -> bool {
        let mut island = vec![start];
        let mut n_looked_at = 0;
        while let Some(&at) = island.get(n_looked_at) {
            n_looked_at += 1;
            for row in [at.saturating_sub(self.width), at, at + self.width] {
                for near in row.saturating_sub(1)..=row + 1 {
                    if self.is_ink(near) && !island.contains(&near) {
                        island.push(near);
                    }
                }
            }
            if island.len() > most {
                return false;
            }
        }
        true
    }

    fn is_ink(&self, at: usize) -> bool {
        self.dots.get(at).is_some_and(|dot| *dot < INK)
    }

    /// Paints light dots that ink surrounds.
    fn fill_holes(&mut self) {
        let width = self.width;
        let holes: Vec<usize> = (width + 1..self.dots.len().saturating_sub(width + 1))
            .filter(|at| !self.is_ink(*at) && self.is_ink(at - 1) && self.is_ink(at + 1))
            .filter(|at| self.is_ink(at - width) && self.is_ink(at + width))
            .collect();
        for at in holes {
            if let Some(dot) = self.dots.get_mut(at) {
                *dot = 0;
            }
        }
    }

    /// The picture turned clockwise by quarters.
    pub(super) fn turned_quarters(&self, n_quarters: u8) -> Self {
        let (width, height) = (self.width, self.height);
        let at = |x: usize, y: usize| self.dots.get(y * width + x).copied().unwrap_or(PAPER);
        let (is_on_its_side, dots): (bool, Vec<u8>) = match n_quarters % 4 {
            0 => (false, self.dots.clone()),
            1 => {
                let places = (0..width).flat_map(|x| (0..height).rev().map(move |y| (x, y)));
                (true, places.map(|(x, y)| at(x, y)).collect())
            }
            2 => (false, self.dots.iter().rev().copied().collect()),
            _ => {
                let places = (0..width)
                    .rev()
                    .flat_map(|x| (0..height).map(move |y| (x, y)));
                (true, places.map(|(x, y)| at(x, y)).collect())
            }
        };
        let (width, height) = if is_on_its_side {
            (height, width)
        } else {
            (width, height)
        };
        Self {
            width,
            height,
            dots,
        }
    }

    /// Turns a page that was laid on the glass a little askew: by up to three degrees, in steps of
    /// a tenth. Rows of text are told from the gaps between them best when they are level. Returns by
    /// how many degrees it was turned, clockwise.
    pub(super) fn straighten(&mut self) -> f64 {
        // A quarter of the resolution is enough to see rows of text.
        let small = self.half().half();
        let ink: Vec<(i64, i64)> = (0..small.height)
            .flat_map(|y| {
                let row = small.row(y);
                row.iter()
                    .enumerate()
                    .filter(|(_, dot)| **dot < INK)
                    .map(move |(x, _)| (number(x), number(y)))
                    .collect::<Vec<_>>()
            })
            .collect();
        let score = |step: i64| -> u64 {
            let slope = step * STEP;
            let mut profile = vec![0_u64; small.height * 2 + 2];
            let offset = number(small.height) / 2;
            for (x, y) in &ink {
                let level = y - ((x * slope) >> 16) + offset;
                if let Some(count) = usize::try_from(level)
                    .ok()
                    .and_then(|at| profile.get_mut(at))
                {
                    *count += 1;
                }
            }
            profile.iter().map(|count| count * count).sum()
        };
        let level = score(0);
        let best = (-MOST_STEPS..=MOST_STEPS)
            .map(|step| (score(step), step))
            .max();
        if let Some((best, step)) = best
            && step != 0
            && best > level + level / 50
        {
            self.turn(step * STEP);
            // Text that falls to the right is turned back, against the clock.
            return -0.1 * f64::from(i32::try_from(step).unwrap_or(0));
        }
        0.0
    }

    /// Turns by a small slope, in 2^16ths, around its middle.
    fn turn(&mut self, slope: i64) {
        let mut dots = Vec::with_capacity(self.dots.len());
        let middle = (number(self.width) / 2, number(self.height) / 2);
        for y in 0..self.height {
            for x in 0..self.width {
                // A small angle: its sine is its slope, its cosine one.
                let (x, y) = (number(x), number(y));
                let from_x = x - (((y - middle.1) * slope) >> 16);
                let from_y = y + (((x - middle.0) * slope) >> 16);
                let dot = usize::try_from(from_x)
                    .ok()
                    .filter(|x| *x < self.width)
                    .zip(usize::try_from(from_y).ok())
                    .and_then(|(x, y)| self.dots.get(y * self.width + x));
                dots.push(dot.copied().unwrap_or(PAPER));
            }
        }
        self.dots = dots;
    }

    /// Long straight lines: borders of cells. Letters are shorter, words have gaps.
    pub(super) fn rules(&self, dots_per_inch: f64) -> Vec<Stroke> {
        let small = self.half();
        let points = |points: f64| whole(points * dots_per_inch / 144.0);
        let mut strokes = small.runs(points(80.0), false);
        strokes.extend(small.runs(points(36.0), true));
        strokes
            .into_iter()
            .map(|stroke| Stroke {
                left: stroke.left * 2,
                top: stroke.top * 2,
                right: stroke.right * 2 + 1,
                bottom: stroke.bottom * 2 + 1,
            })
            .collect()
    }

    /// Runs of ink of at least a length, across or down. A line may waver by a dot and have gaps
    /// of three.
    fn runs(&self, least: usize, is_down: bool) -> Vec<Stroke> {
        let (length, n_lines) = if is_down {
            (self.height, self.width)
        } else {
            (self.width, self.height)
        };
        // Thin gray borders are hardly darker than the paper when they are made smaller.
        let paper = self.paper();
        let faint = paper - paper / 10;
        let is_ink = |at: usize, line: usize| {
            let (x, y) = if is_down { (line, at) } else { (at, line) };
            x < self.width
                && self
                    .dots
                    .get(y * self.width + x)
                    .is_some_and(|dot| *dot < faint)
        };
        let mut found = Vec::new();
        for line in 0..n_lines {
            let (mut start, mut last): (Option<usize>, usize) = (None, 0);
            for at in 0..=length {
                let is_inked = at < length
                    && (is_ink(at, line)
                        || is_ink(at, line + 1)
                        || line.checked_sub(1).is_some_and(|line| is_ink(at, line)));
                if is_inked {
                    start = start.or(Some(at));
                    last = at;
                } else if let Some(from) = start
                    && (at == length || at - last > 3)
                {
                    if last - from >= least {
                        found.push(if is_down {
                            Stroke {
                                left: line,
                                top: from,
                                right: line,
                                bottom: last,
                            }
                        } else {
                            Stroke {
                                left: from,
                                top: line,
                                right: last,
                                bottom: line,
                            }
                        });
                    }
                    start = None;
                }
            }
        }
        found
    }

    /// How bright the paper is: half of all dots are at least as dark.
    fn paper(&self) -> u8 {
        let mut counts = [0_usize; 256];
        for dot in &self.dots {
            if let Some(count) = counts.get_mut(usize::from(*dot)) {
                *count += 1;
            }
        }
        let mut n_darker = 0;
        for (dot, count) in (0..=PAPER).zip(counts) {
            n_darker += count;
            if n_darker * 2 >= self.dots.len() {
                return dot;
            }
        }
        PAPER
    }

    /// Paints lines over with paper, so that they are not taken for letters.
    pub(super) fn erase(&mut self, strokes: &[Stroke]) {
        for stroke in strokes {
            for y in stroke.top..=stroke.bottom.min(self.height.saturating_sub(1)) {
                let start = y * self.width;
                let (from, to) = (
                    start + stroke.left,
                    start + stroke.right.min(self.width - 1),
                );
                if let Some(dots) = self.dots.get_mut(from..=to) {
                    dots.fill(PAPER);
                }
            }
        }
    }

    /// The lines as rules of a page.
    pub(super) fn layout(&self, strokes: &[Stroke], dots_per_inch: f64) -> Layout {
        let points =
            |dots: usize| f64::from(u32::try_from(dots).unwrap_or(u32::MAX)) * 72.0 / dots_per_inch;
        let mut text = format!(
            "<page width=\"{:.2}\" height=\"{:.2}\">\n",
            points(self.width),
            points(self.height)
        );
        for stroke in strokes {
            // Writing to a string does not fail.
            let _ = writeln!(
                text,
                "<rule xMin=\"{:.2}\" yMin=\"{:.2}\" xMax=\"{:.2}\" yMax=\"{:.2}\"/>",
                points(stroke.left),
                points(stroke.top),
                points(stroke.right),
                points(stroke.bottom)
            );
        }
        text.push_str("</page>\n");
        Layout(text.into_bytes())
    }
}

fn number(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// A length in whole dots.
fn whole(length: f64) -> usize {
    // Lengths of lines are far below 65,536 dots.
    let mut n = 0_u16;
    while f64::from(n) < length && n < u16::MAX {
        n += 1;
    }
    usize::from(n)
}
