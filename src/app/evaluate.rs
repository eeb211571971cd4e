//! How well replies are understood: what was read, compared with what a person says is right.
//!
//! Pure: both sides are the JSON of `tiepthu read`, so that what is judged is the published
//! promise and not the program's insides. Only the keys present in the expectation are judged;
//! `null` or an empty list there means "nothing should be found". The rules:
//!
//! * **points** are matched one to one, the most alike first, where the bags of their folded
//!   syllables (list marks in front set aside) have an F1 of at least 0.8; a reason that stands in a
//!   column of its own may be part of the words or not. An idea cut in two or joined with another
//!   is a miss and, for each superfluous part, a false find. Everything below that is said of a
//!   point is judged on matched points, except where noted.
//! * **sections**: every pair of (point, label), case and white space aside. The places of a missed
//!   point are missed and those of a superfluous point are wrong: splitting and citing together.
//!   **`primary_section`**: only the first label of each point. **citations**: sections of matched
//!   points alone, which measures the reading of places.
//! * **stance**: the same code. **`old_text`**, **`new_text`**, **reason**: at least 0.8 alike, as for
//!   points. **`other_laws`**: one names the other's words; a find that names no article, clause or
//!   annex of the other document is not judged.
//! * **`suggestion_1`**, **`suggestion_3`**: for points whose expectation has `suggestions`: the first
//!   (one of the first three) is one of those listed there; sections found count before them.
//! * **organization**: the set of names, folded, "Ủy ban nhân dân" being "UBND"; an expectation may
//!   list equally good names in `aliases`. With `"code": null` it is in no directory and counts as
//!   **`organization_unlisted`**.
//! * **`letter_number`**, **`letter_date`**, **`answers_number`**, **`answers_date`**: the same, white
//!   space aside. **agrees**, **class**: the same.
//!
//! Each measure is three numbers: expected, found, right. Precision is right of found, recall right
//! of expected; both with Wilson's 95 % interval. F1 is right of the mean of found and expected, and
//! its interval Wilson's for that many cases, an approximation. Stated confidences are set beside
//! the share that was right.

mod alike;
mod judge;
mod measure;
mod reading;

use std::collections::BTreeMap;

use serde_json::Value;

pub use measure::{Bin, Counts, Share};

/// What is judged; the order is the order of printing.
pub const MEASURES: [&str; 19] = [
    "points",
    "primary_section",
    "sections",
    "citations",
    "organization",
    "organization_unlisted",
    "letter_number",
    "letter_date",
    "answers_number",
    "answers_date",
    "agrees",
    "class",
    "stance",
    "old_text",
    "new_text",
    "reason",
    "other_laws",
    "suggestion_1",
    "suggestion_3",
];

/// One thing that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// The case, with the row for tables.
    pub case: String,
    /// One of [`MEASURES`].
    pub what: &'static str,
    /// The first words of the point it is about; empty for the letter itself.
    pub point: String,
    /// What a person expects; empty where something superfluous was found.
    pub expected: String,
    /// What was read.
    pub got: String,
}

/// Confusion of one measure: expected, then got, then how often.
pub type Confusion = BTreeMap<String, BTreeMap<String, u32>>;

/// Everything counted over some cases.
#[derive(Debug, Clone, Default)]
pub struct Evaluation {
    /// Letters and table rows judged.
    pub n_readings: u32,
    /// By [`MEASURES`].
    pub counts: BTreeMap<&'static str, Counts>,
    /// By measure: stance and class.
    pub confusion: BTreeMap<&'static str, Confusion>,
    /// By what the confidence is about: stated, and whether it was right.
    pub confidences: BTreeMap<&'static str, Vec<(f64, bool)>>,
    /// Everything that is not as expected.
    pub misses: Vec<Miss>,
}

impl Evaluation {
    /// Judges what was read of one file. `found` is the JSON of `read`, `expected` the person's.
    ///
    /// # Errors
    ///
    /// Says what in the expectation cannot be understood.
    pub fn of(case: &str, expected: &Value, found: &Value) -> Result<Self, String> {
        let mut evaluation = Self::default();
        if let Some(rows) = expected.get("rows") {
            let empty = Vec::new();
            let expected = rows.as_array().ok_or("`rows` không phải danh sách")?;
            let found = found
                .get("rows")
                .and_then(Value::as_array)
                .unwrap_or(&empty);
            let number = |row: &Value| row.get("row").and_then(Value::as_u64);
            for row in expected {
                let n = number(row).ok_or("một dòng không có `row`")?;
                let read = found.iter().find(|row| number(row) == Some(n));
                judge::reading(
                    &mut evaluation,
                    &format!("{case}, dòng {n}"),
                    row,
                    read.unwrap_or(&Value::Null),
                )?;
            }
            let surplus = found
                .iter()
                .filter(|row| !expected.iter().any(|known| number(known) == number(row)));
            for row in surplus {
                let n = number(row).unwrap_or_default();
                let nothing = serde_json::json!({"points": []});
                judge::reading(&mut evaluation, &format!("{case}, dòng {n}"), &nothing, row)?;
            }
        } else {
            judge::reading(&mut evaluation, case, expected, found)?;
        }
        Ok(evaluation)
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.n_readings += other.n_readings;
        for (what, counts) in &other.counts {
            self.counts.entry(what).or_default().add(*counts);
        }
        for (what, confusion) in &other.confusion {
            let sum = self.confusion.entry(what).or_default();
            for (expected, row) in confusion {
                for (got, n) in row {
                    *sum.entry(expected.clone())
                        .or_default()
                        .entry(got.clone())
                        .or_default() += n;
                }
            }
        }
        for (what, confidences) in &other.confidences {
            self.confidences
                .entry(what)
                .or_default()
                .extend_from_slice(confidences);
        }
        self.misses.extend_from_slice(&other.misses);
    }

    /// The counts of a measure; all zero where nothing was judged.
    pub fn count(&self, what: &str) -> Counts {
        self.counts.get(what).copied().unwrap_or_default()
    }

    /// Stated confidences beside the share that was right.
    pub fn calibration(&self, what: &str) -> Vec<Bin> {
        self.confidences
            .get(what)
            .map(|stated| measure::bins(stated))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
