//! Scans: pages to pictures by poppler, straightened, words by Tesseract with Vietnamese data.

use std::time::Duration;

use super::child::{Limits, Workplace};
use super::raster::Raster;
use super::{Failure, Layout, Needed, Programs};

pub(super) const RASTER: Needed = Needed {
    program: "pdftoppm",
    package: "poppler-utils",
};
pub(super) const RECOGNITION: Needed = Needed {
    program: "tesseract",
    package: "tesseract-ocr tesseract-ocr-vie",
};
/// One page; a dense one takes ten seconds on an old machine.
const LIMITS: Limits = Limits {
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

/// What was recognized on a page.
#[derive(Debug, Clone)]
pub struct ScannedPage {
    /// Tesseract's table of words.
    pub words: Vec<u8>,
    /// Resolution its places are in; `None` where the picture does not say.
    pub dots_per_inch: Option<f64>,
    /// Rules around the cells of tables, where the page was looked at for them.
    pub drawings: Option<Layout>,
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
        let (raster, tesseract) = (self.find(RASTER)?, self.find(RECOGNITION)?);
        let place = Workplace::with(pdf, "original.pdf")?;
        let longest = size.0.max(size.1).max(1.0);
        let dots_per_inch = DOTS_PER_INCH.min(LONGEST_SIDE * 72.0 / longest).floor();
        let (number, dots) = (number.to_string(), dots_per_inch.to_string());
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
        place.run(&raster, &arguments, LIMITS)?;
        let refused = || Failure::Refused {
            program: RASTER.program.to_owned(),
        };
        let path = place.path("page.pgm");
        let bytes = std::fs::read(&path).map_err(|_cause| refused())?;
        let mut picture = Raster::read(&bytes).ok_or_else(refused)?;
        drop(bytes);
        picture.straighten();
        let rules = picture.rules(dots_per_inch);
        picture.erase(&rules);
        let started = |source| Failure::Start {
            program: "(temporary folder)".to_owned(),
            source,
        };
        std::fs::write(&path, picture.write()).map_err(started)?;
        let has_table = rules.len() >= 4;
        let drawings = picture.layout(&rules, dots_per_inch);
        // Sparse text finds every word, in the cells of a table too; the order is ours to find.
        let mode = if has_table { "11" } else { "3" };
        let words = place.run(
            &tesseract,
            &[
                "page.pgm", "stdout", "-l", "vie", "--psm", mode, "--dpi", &dots, "tsv",
            ],
            LIMITS,
        );
        Ok(ScannedPage {
            words: self.without_missing_language(words)?,
            dots_per_inch: Some(dots_per_inch),
            drawings: Some(drawings),
        })
    }

    /// Recognizes the words in a picture: one page, or several in a TIFF.
    pub fn recognize_picture(&self, bytes: &[u8]) -> Result<ScannedPage, Failure> {
        let tesseract = self.find(RECOGNITION)?;
        let place = Workplace::with(bytes, "picture")?;
        let words = place.run(
            &tesseract,
            &["picture", "stdout", "-l", "vie", "--psm", "3", "tsv"],
            LIMITS,
        );
        Ok(ScannedPage {
            words: self.without_missing_language(words)?,
            dots_per_inch: None,
            drawings: None,
        })
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
