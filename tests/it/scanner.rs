//! A scanner for tests: pages of a PDF as worn pictures, in a PDF that holds nothing else.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::replies::Random;
use crate::support::tool;

/// How badly a page was scanned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wear {
    /// Against the clock.
    pub(crate) degrees: f64,
    /// Clockwise, in quarters of a turn, after that.
    pub(crate) quarters: usize,
    /// One dot of so many is a speck; none with 0.
    pub(crate) speck: usize,
    pub(crate) dots_per_inch: usize,
}

impl Wear {
    /// As a copier of an office does it: 300 dots per inch, specks, a little askew.
    pub(crate) fn turned(degrees: f64) -> Self {
        Self {
            degrees,
            quarters: 0,
            speck: 200,
            dots_per_inch: 300,
        }
    }
}

/// Scans a PDF into another one.
pub(crate) fn scanned(pdf: &Path, wear: &Wear, out: &Path) -> PathBuf {
    let folder = tempfile::tempdir().unwrap();
    let dots = wear.dots_per_inch.to_string();
    let done = tool("pdftoppm", "poppler-utils")
        .args(["-r", &dots, "-gray"])
        .arg(pdf)
        .arg(folder.path().join("page"))
        .status();
    assert!(done.unwrap().success());
    let mut pages: Vec<PathBuf> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    pages.sort();
    let pictures: Vec<(usize, usize, Vec<u8>)> = pages
        .iter()
        .map(|page| worn(&fs::read(page).unwrap(), wear))
        .collect();
    fs::write(out, picture_pdf(&pictures, wear.dots_per_inch)).unwrap();
    out.to_owned()
}

/// A gray map as a worn scan.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "dots of a picture"
)]
fn worn(map: &[u8], wear: &Wear) -> (usize, usize, Vec<u8>) {
    let mut fields = map.splitn(4, u8::is_ascii_whitespace);
    let mut number = |_: &str| -> usize {
        std::str::from_utf8(fields.next().unwrap())
            .unwrap()
            .parse()
            .unwrap_or(0)
    };
    let (_, width, height) = (number("P5"), number("width"), number("height"));
    let dots = &map[map.len() - width * height..];
    let (sine, cosine) = wear.degrees.to_radians().sin_cos();
    let middle = (width as f64 / 2.0, height as f64 / 2.0);
    let mut random = Random::new(7);
    let mut out = Vec::with_capacity(dots.len());
    for y in 0..height {
        for x in 0..width {
            let (dx, dy) = (x as f64 - middle.0, y as f64 - middle.1);
            let from_x = (middle.0 + dx * cosine - dy * sine).round();
            let from_y = (middle.1 + dx * sine + dy * cosine).round();
            let is_inside =
                from_x >= 0.0 && from_y >= 0.0 && from_x < width as f64 && from_y < height as f64;
            let dot = if is_inside {
                dots[from_y as usize * width + from_x as usize]
            } else {
                255
            };
            let is_speck = wear.speck > 0 && random.below(wear.speck) == 0;
            out.push(if is_speck { 255 - dot } else { dot });
        }
    }
    (0..wear.quarters).fold((width, height, out), |(width, height, dots), _| {
        let columns = (0..width).flat_map(|x| (0..height).rev().map(move |y| y * width + x));
        (height, width, columns.map(|at| dots[at]).collect())
    })
}

/// A PDF of pictures of a resolution.
fn picture_pdf(pictures: &[(usize, usize, Vec<u8>)], dots_per_inch: usize) -> Vec<u8> {
    let mut pdf = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    let mut object = |pdf: &mut Vec<u8>, head: String, stream: Option<&[u8]>| {
        places.push(pdf.len());
        let n = places.len();
        pdf.extend(format!("{n} 0 obj\n{head}\n").into_bytes());
        if let Some(stream) = stream {
            pdf.extend(b"stream\n");
            pdf.extend_from_slice(stream);
            pdf.extend(b"\nendstream\n");
        }
        pdf.extend(b"endobj\n");
    };
    object(
        &mut pdf,
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        None,
    );
    let kids: Vec<String> = (0..pictures.len())
        .map(|n| format!("{} 0 R", 3 + 3 * n))
        .collect();
    let list = format!(
        "<< /Type /Pages /Count {} /Kids [{}] >>",
        pictures.len(),
        kids.join(" ")
    );
    object(&mut pdf, list, None);
    for (n, (width, height, dots)) in pictures.iter().enumerate() {
        let first = 3 + 3 * n;
        let (w, h) = (width * 72 / dots_per_inch, height * 72 / dots_per_inch);
        object(
            &mut pdf,
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {w} {h}] /Contents {} 0 R \
                 /Resources << /XObject << /Im {} 0 R >> >> >>",
                first + 1,
                first + 2
            ),
            None,
        );
        let draw = format!("q {w} 0 0 {h} 0 0 cm /Im Do Q");
        object(
            &mut pdf,
            format!("<< /Length {} >>", draw.len()),
            Some(draw.as_bytes()),
        );
        object(
            &mut pdf,
            format!(
                "<< /Type /XObject /Subtype /Image /Width {width} /Height {height} \
                 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length {} >>",
                dots.len()
            ),
            Some(dots),
        );
    }
    let start = pdf.len();
    let mut end = format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1);
    for place in &places {
        writeln!(end, "{place:010} 00000 n ").unwrap();
    }
    write!(
        end,
        "trailer << /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n",
        places.len() + 1
    )
    .unwrap();
    pdf.extend(end.into_bytes());
    pdf
}
