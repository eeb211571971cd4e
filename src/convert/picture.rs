//! Pictures of pages (`.jpg`, `.png`, `.tif`): decoded in a child process of ourselves, since
//! strangers wrote them; to gray pages for recognition, to a PNG of our own making for looking at.

use std::io::Cursor;
use std::path::Path;

use image::{DynamicImage, GrayImage, ImageDecoder, ImageReader, Limits as ImageLimits};
use tiff::ColorType;
use tiff::decoder::{Decoder as Tiff, DecodingResult};

use super::child::Workplace;
use super::raster::Raster;
use super::scan::{LIMITS, MOST_PAGES};
use super::{CHILD_COMMAND, Failure, Programs};

/// What the copy of a picture is called whose pages are to be written as gray maps.
pub(super) const READ: &str = "read.picture";
/// And one that is to be shown; the page's number, from 1, and by how many quarters it is turned stand
/// before it.
pub(super) const SHOW: &str = "show.picture";
/// What the page to show is written as.
pub(super) const SHOWN: &str = "page.png";
/// Longest side of a page that is shown, in dots.
const SHOWN_SIDE: u32 = 1_700;
/// Width of A4 in inches, upright and on its side.
const PAPER_INCHES: (f64, f64) = (8.27, 11.69);
/// Memory that decoding may take.
const DECODING_BYTES: u64 = 512 << 20;

/// Resolution of a picture that shows a sheet of A4: what pictures say of themselves is often wrong.
pub(super) fn dots_per_inch((width, height): (usize, usize)) -> f64 {
    let dots = f64::from(u32::try_from(width).unwrap_or(u32::MAX));
    let (upright, on_its_side) = PAPER_INCHES;
    dots / if width > height { on_its_side } else { upright }
}

impl Programs {
    /// Decodes a picture into its pages.
    pub(super) fn read_picture(&self, bytes: &[u8]) -> Result<Vec<Raster>, Failure> {
        let place = self.decode(bytes, READ)?;
        let mut pages = Vec::new();
        for number in 1..=MOST_PAGES {
            let Ok(bytes) = std::fs::read(place.path(&format!("{number}.pgm"))) else {
                break;
            };
            pages.extend(Raster::read(&bytes));
        }
        if pages.is_empty() {
            return Err(refused());
        }
        Ok(pages)
    }

    /// A page of a picture, counted from 1, as a PNG for looking at; turned clockwise by quarters.
    pub fn show_picture(
        &self,
        bytes: &[u8],
        number: usize,
        n_quarters: u8,
    ) -> Result<Vec<u8>, Failure> {
        let place = self.decode(bytes, &format!("{number}.{n_quarters}.{SHOW}"))?;
        std::fs::read(place.path(SHOWN)).map_err(|_cause| refused())
    }

    fn decode(&self, bytes: &[u8], name: &str) -> Result<Workplace, Failure> {
        let itself = self.itself.as_deref().ok_or_else(refused)?;
        let place = Workplace::with(bytes, name)?;
        place.run(itself, &[CHILD_COMMAND, name], LIMITS)?;
        Ok(place)
    }
}

fn refused() -> Failure {
    Failure::Refused {
        program: CHILD_COMMAND.to_owned(),
    }
}

/// Writes the pages of a picture as gray maps beside it; `true` when there is one.
pub(super) fn read(file: &Path) -> bool {
    let Ok(bytes) = std::fs::read(file) else {
        return false;
    };
    let pages = pages(&bytes, 0..MOST_PAGES);
    let mut n_written = 0;
    for page in pages {
        let gray = page.into_luma8();
        let size = (gray.width().try_into(), gray.height().try_into());
        let (Ok(width), Ok(height)) = size else {
            continue;
        };
        let Some(page) = Raster::new(width, height, gray.into_raw()) else {
            continue;
        };
        n_written += 1;
        let path = file.with_file_name(format!("{n_written}.pgm"));
        if std::fs::write(path, page.write()).is_err() {
            return false;
        }
    }
    n_written > 0
}

/// Writes one page of a picture as a PNG beside it.
pub(super) fn show(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let mut fields = name.split('.').map(|it| it.parse::<usize>().ok());
    let (Some(Some(number)), Some(Some(n_quarters))) = (fields.next(), fields.next()) else {
        return false;
    };
    let Some(index) = number.checked_sub(1) else {
        return false;
    };
    let Ok(bytes) = std::fs::read(file) else {
        return false;
    };
    let Some(page) = pages(&bytes, index..index + 1).pop() else {
        return false;
    };
    let is_large = page.width().max(page.height()) > SHOWN_SIDE;
    let page = if is_large {
        page.thumbnail(SHOWN_SIDE, SHOWN_SIDE)
    } else {
        page
    };
    let page = match n_quarters {
        1 => page.rotate90(),
        2 => page.rotate180(),
        3 => page.rotate270(),
        _ => page,
    };
    let mut png = Cursor::new(Vec::new());
    let is_written = DynamicImage::ImageRgb8(page.into_rgb8())
        .write_to(&mut png, image::ImageFormat::Png)
        .is_ok();
    is_written && std::fs::write(file.with_file_name(SHOWN), png.into_inner()).is_ok()
}

/// These pages of a picture; those that cannot be decoded are left out.
fn pages(bytes: &[u8], wanted: std::ops::Range<usize>) -> Vec<DynamicImage> {
    if bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*") {
        return tiff_pages(bytes, wanted);
    }
    (wanted.start == 0)
        .then(|| decoded(bytes))
        .flatten()
        .into_iter()
        .collect()
}

/// A photograph as it was held, not as the sensor saw it.
fn decoded(bytes: &[u8]) -> Option<DynamicImage> {
    let reader = ImageReader::new(Cursor::new(bytes));
    let mut decoder = reader.with_guessed_format().ok()?.into_decoder().ok()?;
    let mut limits = ImageLimits::default();
    limits.max_alloc = Some(DECODING_BYTES);
    decoder.set_limits(limits).ok()?;
    let orientation = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    Some(picture)
}

fn tiff_pages(bytes: &[u8], wanted: std::ops::Range<usize>) -> Vec<DynamicImage> {
    let mut pages = Vec::new();
    let Ok(mut file) = Tiff::new(Cursor::new(bytes)) else {
        return pages;
    };
    for index in 0..wanted.end {
        if index >= wanted.start {
            pages.extend(tiff_page(&mut file));
        }
        if !file.more_images() || file.next_image().is_err() {
            break;
        }
    }
    pages
}

/// The page that is at hand, in gray: black and white, gray and color as scanners write them.
fn tiff_page(file: &mut Tiff<Cursor<&[u8]>>) -> Option<DynamicImage> {
    let (width, height) = file.dimensions().ok()?;
    let color = file.colortype().ok()?;
    let (DecodingResult::U8(samples), n_dots) = (
        file.read_image().ok()?,
        usize::try_from(width)
            .ok()?
            .checked_mul(usize::try_from(height).ok()?)?,
    ) else {
        return None;
    };
    let dots: Vec<u8> = match color {
        ColorType::Gray(1) => {
            // Eight dots a byte, each row from a byte of its own.
            let n_bytes = usize::try_from(width.div_ceil(8)).ok()?;
            let n_columns = usize::try_from(width).ok()?;
            samples
                .chunks(n_bytes)
                .flat_map(|row| {
                    let bits = row
                        .iter()
                        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
                    bits.take(n_columns)
                        .map(|bit| if bit == 1 { 255 } else { 0 })
                })
                .collect()
        }
        ColorType::Gray(8) => samples,
        ColorType::GrayA(8) => samples
            .chunks_exact(2)
            .filter_map(|dot| dot.first().copied())
            .collect(),
        ColorType::RGB(8) => samples.chunks_exact(3).map(mean).collect(),
        ColorType::RGBA(8) => samples
            .chunks_exact(4)
            .map(|dot| mean(dot.get(..3).unwrap_or(dot)))
            .collect(),
        _ => return None,
    };
    let dots = (dots.len() >= n_dots).then(|| dots.into_iter().take(n_dots).collect())?;
    GrayImage::from_raw(width, height, dots).map(DynamicImage::ImageLuma8)
}

fn mean(dot: &[u8]) -> u8 {
    let sum: u16 = dot.iter().map(|part| u16::from(*part)).sum();
    u8::try_from(sum / 3).unwrap_or(u8::MAX)
}
