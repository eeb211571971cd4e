//! Paper: what a page of a report measures and where its tables break, the same in Word and PDF.
//!
//! Nghị định 30/2020/NĐ-CP, Phụ lục I, mục I: A4, margins. Lengths are in twips, twenty to a point.

pub(super) mod breaks;
pub(super) mod metrics;

use super::model::Orientation;

/// A4.
pub(super) const SHORT_SIDE: u32 = 11_906;
pub(super) const LONG_SIDE: u32 = 16_838;

/// Left 30–35 mm.
pub(super) const LEFT: u32 = 1_701;
/// Right 15–20 mm.
pub(super) const RIGHT: u32 = 851;
/// Top and bottom 20–25 mm; the page number stands inside the top margin.
pub(super) const TOP: u32 = 1_134;

/// Between the left and the right margin.
pub(super) fn content_width(orientation: Orientation) -> u32 {
    let side = match orientation {
        Orientation::Portrait => SHORT_SIDE,
        Orientation::Landscape => LONG_SIDE,
    };
    side - LEFT - RIGHT
}

/// Quốc hiệu and tiêu ngữ (Phụ lục I, mục II.1).
pub(super) const STATE: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
pub(super) const MOTTO: &str = "Độc lập - Tự do - Hạnh phúc";

/// Points of the texts whose length sets a line's length (Phụ lục I: 12–13 and 13–14).
const AGENCY_SIZE: u32 = 12;
const MOTTO_SIZE: u32 = 13;
const SUBJECT_SIZE: u32 = 14;

/// The two columns of a letterhead: the right one holds Quốc hiệu on one line, the left one the rest.
pub(super) fn head_columns(width: u32) -> [u32; 2] {
    let right = (metrics::bold_width(STATE, AGENCY_SIZE) + 300).max(width * 57 / 100);
    [width - right, right]
}

/// The line below the agency: one third to one half of the words.
pub(super) fn agency_rule(agency: &str, column: u32) -> u32 {
    metrics::bold_width(agency, AGENCY_SIZE).min(column) * 2 / 5
}

/// The line below tiêu ngữ, as long as the words.
pub(super) fn motto_rule() -> u32 {
    metrics::bold_width(MOTTO, MOTTO_SIZE)
}

/// The line below trích yếu: one third to one half of the words; of the page where they fill
/// several lines.
pub(super) fn subject_rule(subject: &str, width: u32) -> u32 {
    metrics::bold_width(subject, SUBJECT_SIZE).min(width) * 2 / 5
}
