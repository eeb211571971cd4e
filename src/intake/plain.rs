//! Documents of one text, whatever their format.

use super::{Format, PartRole, Reading, TextPart};
use crate::domain::{DraftLine, Location, Warning};
use crate::text::legacy;
use crate::text::normalize::normalize;

/// Reads one document into a part; `Err` when the format is not one this program reads.
pub(super) fn read_document(
    bytes: &[u8],
    format: Format,
    path: String,
    role: PartRole,
    reading: &mut Reading,
) -> Result<(), Warning> {
    if format != Format::Text {
        return Err(unreadable(format, Location::Part { path }, "Hãy xem tệp."));
    }
    reading.parts.push(TextPart {
        path,
        role,
        text: normalize(&legacy::decode(bytes).text),
        tables: Vec::new(),
        extractor: "text/1",
    });
    Ok(())
}

/// The warning for a format that is kept but not read.
pub(super) fn unreadable(format: Format, location: Location, remedy: &str) -> Warning {
    Warning::new(
        "intake.unread_format",
        location,
        format!("Chưa đọc được {}.", format.name()),
        remedy,
    )
}

/// The lines of a plain text.
pub(super) fn read_draft(bytes: &[u8], _format: Format) -> (Vec<DraftLine>, Vec<Warning>) {
    let text = normalize(&legacy::decode(bytes).text);
    let lines = text
        .lines()
        .map(|line| DraftLine {
            text: line.to_owned(),
            ..DraftLine::default()
        })
        .collect();
    (lines, Vec::new())
}
