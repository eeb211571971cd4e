//! Small CSV files that an office keeps by hand: one record a line, a fixed header.

use serde::de::DeserializeOwned;

/// Reads the records of a file with their 1-based physical lines, and says what is wrong with the
/// others, in Vietnamese.
pub(super) fn read<T: DeserializeOwned>(file: &str, text: &str) -> (Vec<(u64, T)>, Vec<String>) {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let mut lines = Vec::new();
    let mut problems = Vec::new();
    for record in reader.records() {
        match record.and_then(|record| {
            let number = record.position().map_or(0, csv::Position::line);
            record.deserialize(Some(&header)).map(|line| (number, line))
        }) {
            Ok(line) => lines.push(line),
            Err(error) => problems.push(format!("{file}: {error}")),
        }
    }
    (lines, problems)
}
