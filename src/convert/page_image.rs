//! A page as a picture, for the person who compares it with its words.

use super::child::Workplace;
use super::scan::{DRAWING, RASTER};
use super::{Failure, Programs};

/// Longest side in dots: small print of A4 can be read.
const LONGEST_SIDE: &str = "1700";

impl Programs {
    /// A page of a PDF, counted from 1, as a PNG; turned clockwise by quarters.
    pub fn show_pdf(
        &self,
        bytes: &[u8],
        number: usize,
        n_quarters: u8,
    ) -> Result<Vec<u8>, Failure> {
        let program = self.find(RASTER)?;
        let place = Workplace::with(bytes, "original.pdf")?;
        let number = number.to_string();
        let arguments = [
            "-scale-to",
            LONGEST_SIDE,
            "-png",
            "-singlefile",
            "-f",
            &number,
            "-l",
            &number,
            "original.pdf",
            "page",
        ];
        place.run(&program, &arguments, DRAWING)?;
        let picture = std::fs::read(place.path("page.png")).map_err(|_cause| Failure::Refused {
            program: RASTER.program.to_owned(),
        })?;
        if n_quarters == 0 {
            return Ok(picture);
        }
        self.show_picture(&picture, 1, n_quarters)
    }
}
