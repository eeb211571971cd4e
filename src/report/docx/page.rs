//! Page geometry (Nghị định 30/2020/NĐ-CP, Phụ lục I, mục I): A4, margins, page numbers.

use std::io::{self, Write};

use crate::report::model::Orientation;
use crate::report::paper::{LEFT, LONG_SIDE, RIGHT, SHORT_SIDE, TOP};

use super::xml::Xml;

/// How pages of a section are numbered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbering {
    /// Counted from 1 again, as in each annex.
    pub(super) restarts: bool,
    /// No number on the first page.
    pub(super) hides_first: bool,
}

/// `w:sectPr`: what closes a section.
pub(super) fn write_section<W: Write>(
    xml: &mut Xml<W>,
    orientation: Orientation,
    numbering: Numbering,
) -> io::Result<()> {
    xml.open("w:sectPr", &[])?;
    for (kind, id) in [("default", "rIdHeaderNumber"), ("first", "rIdHeaderFirst")] {
        xml.empty("w:headerReference", &[("w:type", kind), ("r:id", id)])?;
    }
    xml.value("w:type", "nextPage")?;
    let (short, long) = (SHORT_SIDE.to_string(), LONG_SIDE.to_string());
    match orientation {
        Orientation::Portrait => xml.empty("w:pgSz", &[("w:w", &short), ("w:h", &long)])?,
        Orientation::Landscape => xml.empty(
            "w:pgSz",
            &[("w:w", &long), ("w:h", &short), ("w:orient", "landscape")],
        )?,
    }
    let (top, left, right) = (TOP.to_string(), LEFT.to_string(), RIGHT.to_string());
    xml.empty(
        "w:pgMar",
        &[
            ("w:top", &top),
            ("w:right", &right),
            ("w:bottom", &top),
            ("w:left", &left),
            ("w:header", "567"),
            ("w:footer", "567"),
            ("w:gutter", "0"),
        ],
    )?;
    if numbering.restarts {
        xml.empty("w:pgNumType", &[("w:start", "1")])?;
    }
    xml.empty("w:cols", &[("w:space", "720")])?;
    if numbering.hides_first {
        xml.empty("w:titlePg", &[])?;
    }
    xml.close("w:sectPr")
}
