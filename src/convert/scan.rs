//! Scans and photographs: pages to gray pictures, cleaned, turned upright and straightened, words by
//! Tesseract with Vietnamese data.

use std::time::Duration;

use super::child::{Limits, Workplace};
use super::raster::Raster;
use super::{Failure, Layout, Needed, Programs, picture};

pub(super) const RASTER: Needed = Needed {
    program: "pdftoppm",
    package: "poppler-utils",
};
/// Says what pictures a page holds; comes with the one above.
const PICTURES: Needed = Needed {
    program: "pdfimages",
    package: "poppler-utils",
};
pub(super) const RECOGNITION: Needed = Needed {
    program: "tesseract",
    package: "tesseract-ocr tesseract-ocr-vie",
};
/// Drawing one page: a dense scan takes a second or two on an old machine.
pub(super) const DRAWING: Limits = Limits {
    time: Duration::from_secs(15),
    memory_megabytes: 1024,
    output_megabytes: 64,
};
/// Reading one page; a dense one takes ten seconds on an old machine.
pub(super) const LIMITS: Limits = Limits {
    time: Duration::from_mins(1),
    memory_megabytes: 2048,
    output_megabytes: 64,
};
/// What Tesseract was trained for.
const DOTS_PER_INCH: f64 = 300.0;
/// Longest side of a picture: A3 at 300 dots per inch.
const LONGEST_SIDE: f64 = 5_000.0;
/// Pages of one file: more would keep a machine busy for an hour.
pub const MOST_PAGES: usize = 100;
/// Below this a picture is enlarged before it is read.
const COARSE: f64 = 240.0;
/// Nobody scans so coarsely: what has fewer dots is a stamp or a background.
const LEAST: f64 = 90.0;
/// Scanners know finer ones than this; reading takes long and gains nothing.
const FINEST: f64 = 420.0;
/// A speck has at most so many dots at 300 dots per inch; the dot of an "i" has 25.
const SPECK: f64 = 6.0;
/// A page whose words are less sure than this on average may lie on its side or its head.
const DOUBTFUL: f64 = 60.0;
/// Fewer words than this say nothing about how a page lies.
const FEW_WORDS: usize = 8;

/// What was recognized on a page.
#[derive(Debug, Clone)]
pub struct ScannedPage {
    /// Tesseract's table of words.
    pub words: Vec<u8>,
    /// Resolution its places are in.
    pub dots_per_inch: f64,
    /// By how many degrees clockwise the page was turned before it was read.
    pub turned: f64,
    /// Rules around the cells of tables.
    pub drawings: Layout,
}

impl ScannedPage {
    /// What Tesseract's table says of each word: width, height, confidence in percent, the word.
    fn rows(table: &str) -> impl Iterator<Item = (f64, f64, f64, &str)> {
        let rows = table.lines().filter(|line| line.starts_with("5\t"));
        rows.filter_map(|line| {
            let mut cells = line.split('\t').skip(8);
            let mut number = || cells.next()?.parse::<f64>().ok();
            let (width, height, confidence) = (number()?, number()?, number()?);
            let word = cells.next()?.trim();
            (!word.is_empty()).then_some((width, height, confidence, word))
        })
    }

    /// How sure Tesseract was of the words on average, in percent, and how many there are.
    fn confidence(&self) -> (f64, usize) {
        let table = String::from_utf8_lossy(&self.words);
        let (mut sum, mut n) = (0.0, 0_u32);
        for (_, _, confidence, _) in Self::rows(&table) {
            sum += confidence;
            n += 1;
        }
        let mean = if n == 0 { 0.0 } else { sum / f64::from(n) };
        (mean, usize::try_from(n).unwrap_or(usize::MAX))
    }

    /// Whether most words stand on end: Tesseract reads such a page, but not its lines.
    fn is_on_its_side(&self) -> bool {
        let table = String::from_utf8_lossy(&self.words);
        let is_long = |word: &str| word.chars().nth(2).is_some();
        let (mut n_words, mut n_upended) = (0_usize, 0_usize);
        for (width, height, _, word) in Self::rows(&table) {
            n_words += usize::from(is_long(word));
            n_upended += usize::from(is_long(word) && height > width);
        }
        n_upended * 2 > n_words
    }

    fn is_doubtful(&self) -> bool {
        let (mean, n_words) = self.confidence();
        mean < DOUBTFUL || n_words < FEW_WORDS || self.is_on_its_side()
    }
}

impl Programs {
    /// Recognizes the words on a page of a PDF, counted from 1; `size` is its width and height in
    /// points.
    pub fn recognize_page(
        &self,
        pdf: &[u8],
        number: usize,
        size: (f64, f64),
    ) -> Result<ScannedPage, Failure> {
        let raster = self.find(RASTER)?;
        let place = Workplace::with(pdf, "original.pdf")?;
        let longest = size.0.max(size.1).max(1.0);
        let number = number.to_string();
        // Drawn dot by dot as it was scanned, specks are dots and not smears.
        let own = self.resolution(&place, &number).unwrap_or(DOTS_PER_INCH);
        let dots_per_inch = own.min(LONGEST_SIDE * 72.0 / longest).floor().max(1.0);
        let dots = dots_per_inch.to_string();
        let arguments = [
            "-r",
            &dots,
            "-gray",
            "-singlefile",
            "-f",
            &number,
            "-l",
            &number,
            "original.pdf",
            "page",
        ];
        place.run(&raster, &arguments, DRAWING)?;
        let refused = || Failure::Refused {
            program: RASTER.program.to_owned(),
        };
        let bytes = std::fs::read(place.path("page.pgm")).map_err(|_cause| refused())?;
        let picture = Raster::read(&bytes).ok_or_else(refused)?;
        drop(bytes);
        self.recognize(picture, dots_per_inch)
    }

    /// The resolution of the largest picture on a page, halved until it is one to read at; `None` where
    /// there is no picture of a page.
    fn resolution(&self, place: &Workplace, number: &str) -> Option<f64> {
        let program = self.find(PICTURES).ok()?;
        let arguments = ["-list", "-f", number, "-l", number, "original.pdf"];
        let listed = place.run(&program, &arguments, DRAWING).ok()?;
        let listed = String::from_utf8_lossy(&listed);
        let largest = listed.lines().skip(2).filter_map(|line| {
            let mut cells = line.split_whitespace().skip(3);
            let width: f64 = cells.next()?.parse().ok()?;
            let height: f64 = cells.next()?.parse().ok()?;
            let dots_per_inch: f64 = cells.nth(7)?.parse().ok()?;
            Some((width * height, dots_per_inch))
        });
        let (_, mut found) = largest.max_by(|a, b| a.0.total_cmp(&b.0))?;
        while found > FINEST {
            found /= 2.0;
        }
        (found >= LEAST).then_some(found)
    }

    /// Recognizes the words in a picture: one page, or several in a TIFF.
    pub fn recognize_picture(&self, bytes: &[u8]) -> Result<Vec<ScannedPage>, Failure> {
        self.find(RECOGNITION)?;
        let Ok(decoded) = self.read_picture(bytes) else {
            return Ok(vec![self.recognize_as_it_is(bytes)?]);
        };
        let mut pages = Vec::new();
        for page in decoded {
            let dots_per_inch = picture::dots_per_inch(page.size());
            pages.push(self.recognize(page, dots_per_inch)?);
        }
        Ok(pages)
    }

    /// Recognizes the first page of a picture of a kind that we cannot decode and Tesseract can.
    fn recognize_as_it_is(&self, bytes: &[u8]) -> Result<ScannedPage, Failure> {
        let tesseract = self.find(RECOGNITION)?;
        let place = Workplace::with(bytes, "picture")?;
        let arguments = ["picture", "stdout", "-l", "vie", "--psm", "3", "tsv"];
        let words = place.run(&tesseract, &arguments, LIMITS);
        let words = self.without_missing_language(words)?;
        // The first row of the table is the page.
        let table = String::from_utf8_lossy(&words);
        let page = table.lines().find(|line| line.starts_with("1\t"));
        let mut sides = page.unwrap_or_default().split('\t').skip(8);
        let mut side = || sides.next().and_then(|side| side.parse::<usize>().ok());
        let size = (side().unwrap_or(0), side().unwrap_or(0));
        Ok(ScannedPage {
            dots_per_inch: picture::dots_per_inch(size).max(1.0),
            turned: 0.0,
            drawings: Layout(Vec::new()),
            words,
        })
    }

    /// Recognizes a page as it lies, and where that gives little, as Tesseract thinks it should lie.
    fn recognize(&self, mut picture: Raster, own: f64) -> Result<ScannedPage, Failure> {
        let share = (own / DOTS_PER_INCH).powi(2);
        let most_dots = SPECK * share;
        picture.clean((0..8).take_while(|n| f64::from(*n) < most_dots).count());
        let (picture, dots_per_inch) = if own < COARSE {
            (picture.doubled(), own * 2.0)
        } else {
            (picture, own)
        };
        let tesseract = self.find(RECOGNITION)?;
        let place = Workplace::with(b"", "empty")?;
        let started = |source| Failure::Start {
            program: "(temporary folder)".to_owned(),
            source,
        };
        let path = place.path("page.pgm");
        let dots = dots_per_inch.to_string();
        let read = |mut picture: Raster| -> Result<ScannedPage, Failure> {
            let turned = picture.straighten();
            let rules = picture.rules(dots_per_inch);
            picture.erase(&rules);
            std::fs::write(&path, picture.write()).map_err(started)?;
            // Sparse text finds every word, in the cells of a table too; the order is ours to find.
            let mode = if rules.len() >= 4 { "11" } else { "3" };
            let arguments = [
                "page.pgm", "stdout", "-l", "vie", "--psm", mode, "--dpi", &dots, "tsv",
            ];
            let words = place.run(&tesseract, &arguments, LIMITS);
            Ok(ScannedPage {
                words: self.without_missing_language(words)?,
                dots_per_inch,
                turned,
                drawings: picture.layout(&rules, dots_per_inch),
            })
        };
        let as_it_lies = read(picture.clone())?;
        if !as_it_lies.is_doubtful() {
            return Ok(as_it_lies);
        }
        std::fs::write(&path, picture.write()).map_err(started)?;
        let arguments = ["page.pgm", "stdout", "--psm", "0", "--dpi", &dots];
        // Without data about scripts, or with too few letters, it says nothing.
        let said = place
            .run(&tesseract, &arguments, LIMITS)
            .unwrap_or_default();
        let Some(n_quarters) = quarters_to_turn(&String::from_utf8_lossy(&said)) else {
            return Ok(as_it_lies);
        };
        let mut upright = read(picture.turned_quarters(n_quarters))?;
        upright.turned += 90.0 * f64::from(n_quarters);
        let is_better =
            as_it_lies.is_on_its_side() || upright.confidence().0 > as_it_lies.confidence().0;
        let is_better = is_better && !upright.is_on_its_side();
        Ok(if is_better { upright } else { as_it_lies })
    }

    /// Tesseract without Vietnamese data refuses every picture: then the data is what is missing.
    fn without_missing_language(
        &self,
        words: Result<Vec<u8>, Failure>,
    ) -> Result<Vec<u8>, Failure> {
        match words {
            Err(Failure::Refused { .. }) if !self.knows_vietnamese() => Err(Failure::Missing {
                program: "tesseract-ocr-vie",
                package: RECOGNITION.package,
            }),
            words => words,
        }
    }

    /// Whether Tesseract is here with its Vietnamese data.
    pub(super) fn knows_vietnamese(&self) -> bool {
        let languages = self.find(RECOGNITION).and_then(|tesseract| {
            let place = Workplace::with(b"", "empty")?;
            place.run(&tesseract, &["--list-langs"], LIMITS)
        });
        languages.is_ok_and(|languages| {
            String::from_utf8_lossy(&languages)
                .lines()
                .any(|language| language.trim() == "vie")
        })
    }
}

/// How Tesseract says a page has to be turned, clockwise in quarters; `None` where it lies right or
/// nothing is said.
fn quarters_to_turn(said: &str) -> Option<u8> {
    let degrees = said.lines().find_map(|line| line.strip_prefix("Rotate:"))?;
    match degrees.trim() {
        "90" => Some(1),
        "180" => Some(2),
        "270" => Some(3),
        _ => None,
    }
}
