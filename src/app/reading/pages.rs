//! PDFs, scans and photographs to pages of words.

use super::failures::explain;
use crate::convert::{Failure, MOST_SCANNED_PAGES, Programs, ScannedPage};
use crate::domain::{Location, Warning};
use crate::intake::pages::{self, Page};
use crate::intake::{Conversion, Format};

pub(super) fn read_pdf(programs: &Programs, bytes: &[u8]) -> Result<Conversion, Failure> {
    let pdf = programs.read_pdf(bytes)?;
    let mut pages = pages::read_boxes(&String::from_utf8_lossy(&pdf.words.0));
    if let Some(drawings) = &pdf.drawings {
        let drawn = pages::read_boxes(&String::from_utf8_lossy(&drawings.0));
        for (page, drawn) in pages.iter_mut().zip(drawn) {
            page.rules = drawn.rules;
            page.pictures = drawn.pictures;
        }
    }
    let mut warnings = Vec::new();
    let n_recognized = recognize_scans(programs, bytes, &mut pages, &mut warnings)?
        + recognize_garbled(programs, bytes, &mut pages, &mut warnings)?;
    Ok(Conversion::Pages {
        extractor: if n_recognized > 0 {
            "ocr/1+tesseract"
        } else {
            pdf.extractor
        },
        pages,
        warnings,
    })
}

/// A page with fewer letters than this may be a scan with a stamp or a digital signature on it.
const FEW_LETTERS: usize = 200;

/// Whether a page is a picture of text: little text of its own, under a picture that covers much
/// of it, or nothing at all.
fn is_scan(page: &Page) -> bool {
    let n_letters = pages::n_letters(page);
    let paper = page.width * page.height;
    let covered = page
        .pictures
        .iter()
        .map(|at| (at.right - at.left) * (at.bottom - at.top))
        .fold(0.0, f64::max);
    n_letters < FEW_LETTERS && (covered > 0.3 * paper || n_letters == 0)
}

/// A page of Vietnamese has more syllables than this among its words; one in another language or in a
/// font without a map to Unicode fewer.
const LEGIBLE: f64 = 0.5;
/// No language has so few.
const HOPELESS: f64 = 0.2;
/// By how much a picture of a page has to be the more legible to be believed.
const MORE_LEGIBLE: f64 = 0.3;

/// Whether the words of a page may be no words, because its fonts do not say what they draw.
fn is_garbled(page: &Page) -> bool {
    pages::legibility(page).is_some_and(|share| share < LEGIBLE)
}

/// Reads the pages whose letters spell nothing from their pictures, where those spell something;
/// returns how many did.
fn recognize_garbled(
    programs: &Programs,
    bytes: &[u8],
    all: &mut [Page],
    warnings: &mut Vec<Warning>,
) -> Result<usize, Failure> {
    let mut read_anew = Vec::new();
    let is_all = all.iter().all(is_garbled);
    for (number, page) in (1..).zip(all.iter_mut()) {
        let Some(own) = pages::legibility(page).filter(|_| is_garbled(page)) else {
            continue;
        };
        if read_anew.len() >= MOST_SCANNED_PAGES {
            break;
        }
        match programs.recognize_page(bytes, number, (page.width, page.height)) {
            Ok(scanned) => {
                if let Some(found) = recognized_page(&scanned)
                    && pages::legibility(&found).is_some_and(|share| share > own + MORE_LEGIBLE)
                {
                    *page = found;
                    read_anew.push(number.to_string());
                }
            }
            // Nothing but signs that are no words: to be read when the program is there.
            Err(failure) if is_all && own < HOPELESS => return Err(failure),
            Err(failure) => {
                warnings.push(explain(&failure, Format::Image));
                break;
            }
        }
    }
    if !read_anew.is_empty() {
        warnings.push(Warning::new(
            "convert.garbled_font",
            Location::File,
            format!(
                "Phông chữ trong tệp PDF không cho biết chữ nào là chữ nào; chữ ở trang {} do máy đọc từ ảnh của trang.",
                read_anew.join(", ")
            ),
            "Đối chiếu với ảnh trang bên cạnh, hoặc xin nơi gửi bản Word.",
        ));
    }
    Ok(read_anew.len())
}

/// Recognizes the pages that are scans; returns how many gave words.
fn recognize_scans(
    programs: &Programs,
    bytes: &[u8],
    all: &mut [Page],
    warnings: &mut Vec<Warning>,
) -> Result<usize, Failure> {
    let scans: Vec<usize> = all
        .iter()
        .enumerate()
        .filter(|(_, page)| is_scan(page))
        .map(|(index, _)| index)
        .collect();
    let is_all = scans.len() == all.len();
    let (mut n_recognized, mut unread) = (0, Vec::new());
    // What takes too long for one page would for the others.
    let mut gives_up = false;
    for index in scans {
        let Some(page) = all.get_mut(index) else {
            continue;
        };
        let number = index + 1;
        if n_recognized >= MOST_SCANNED_PAGES || gives_up {
            unread.push(number.to_string());
            continue;
        }
        match programs.recognize_page(bytes, number, (page.width, page.height)) {
            Ok(scanned) => {
                if let Some(found) = recognized_page(&scanned)
                    && pages::n_letters(&found) > pages::n_letters(page)
                {
                    *page = found;
                    n_recognized += 1;
                }
            }
            Err(failure) if is_all && n_recognized == 0 => return Err(failure),
            Err(failure) => {
                gives_up |= matches!(failure, Failure::TimedOut { .. });
                if unread.is_empty() {
                    warnings.push(explain(&failure, Format::Image));
                }
                unread.push(number.to_string());
            }
        }
    }
    if !unread.is_empty() {
        warnings.push(Warning::new(
            "convert.unread_pages",
            Location::File,
            format!("Chưa đọc được các trang quét: {}.", unread.join(", ")),
            "Mở tệp gốc để xem các trang đó; nếu có góp ý, gõ vào ô nhập tay của lượt này.",
        ));
    }
    Ok(n_recognized)
}

fn recognized_page(scanned: &ScannedPage) -> Option<Page> {
    let words = String::from_utf8_lossy(&scanned.words);
    let found = pages::read_tesseract(&words, scanned.dots_per_inch);
    let mut page = found.into_iter().next()?;
    let drawn = pages::read_boxes(&String::from_utf8_lossy(&scanned.drawings.0));
    page.rules = drawn.into_iter().next().unwrap_or_default().rules;
    page.turned = scanned.turned;
    Some(page)
}

pub(super) fn read_picture(programs: &Programs, bytes: &[u8]) -> Result<Conversion, Failure> {
    let scanned = programs.recognize_picture(bytes)?;
    Ok(Conversion::Pages {
        pages: scanned.iter().filter_map(recognized_page).collect(),
        extractor: "ocr/1+tesseract",
        warnings: Vec::new(),
    })
}
