//! Dates as people type them into tables.

use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use regex::Regex;

/// `29/4/2026`, `07-11-2025`, `1.9.2021`, also with a two-digit year.
static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^\d/.-])(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4}|\d{2})(?:$|\D)")
        .expect("the pattern is valid")
});
/// `2021-09-01`, `2021/9/1`.
static YEAR_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^|\D)(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:$|\D)")
        .expect("the pattern is valid")
});
/// `ngày 05 tháng 01 năm 2020`.
static IN_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(\d{1,2})\s*th[aá]ng\s*(\d{1,2})\s*n[aă]m\s*(\d{4})")
        .expect("the pattern is valid")
});

/// Reads a date anywhere in a short text: `07/11/2025`, `29/4/2026`, `2021-09-01`, `ngày 05 tháng
/// 01 năm 2020`, or an Excel serial number standing alone (`44440`).
///
/// Days come first, as everywhere in Việt Nam; only where that gives no date (`4/29/2026`) the
/// month does.
pub fn parse_date(text: &str) -> Option<Date> {
    let text = text.trim();
    if text.is_empty() || text.len() > 200 {
        return None;
    }
    let number = |text: &str| text.parse::<i16>().ok();
    if let Some([day, month, year]) = plain(text) {
        let (day, month, year) = (number(day)?, number(month)?, number(year)?);
        return civil(year, month, day).or_else(|| civil(year, day, month));
    }
    if let Some(found) = YEAR_FIRST.captures(text) {
        let [year, month, day] = found.extract().1.map(number);
        return civil(year?, month?, day?);
    }
    if let Some(found) = IN_WORDS.captures(text) {
        let [day, month, year] = found.extract().1.map(number);
        return civil(year?, month?, day?);
    }
    if let Some(found) = DAY_FIRST.captures(text) {
        let [day, month, year] = found.extract().1.map(number);
        let year = year.map(|year| if year < 100 { 2000 + year } else { year })?;
        return civil(year, month?, day?).or_else(|| civil(year, day?, month?));
    }
    excel_serial(text)
}

/// The numbers of `29/4/2026` alone in its cell: most dates of tables, read without patterns.
fn plain(text: &str) -> Option<[&str; 3]> {
    let (day, rest) = text.split_once('/')?;
    let (month, year) = rest.split_once('/')?;
    let is_number = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    let is_plain = is_number(day, 2) && is_number(month, 2) && is_number(year, 4);
    (is_plain && year.len() == 4).then_some([day, month, year])
}

/// A date that exists, in a year a letter can have.
fn civil(year: i16, month: i16, day: i16) -> Option<Date> {
    if !(1945..=2100).contains(&year) {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Days since 30 December 1899, as Excel counts; between 1954 and 2119 only.
fn excel_serial(text: &str) -> Option<Date> {
    let days = text.split_once(['.', ',']).map_or(text, |(days, _)| days);
    if days.len() != 5
        || !text
            .bytes()
            .all(|b| b.is_ascii_digit() || b == b'.' || b == b',')
    {
        return None;
    }
    let days: i64 = days.parse().ok()?;
    if !(20_000..=80_000).contains(&days) {
        return None;
    }
    date(1899, 12, 30).checked_add(days.days()).ok()
}

#[cfg(test)]
mod tests {
    use super::parse_date;
    use jiff::civil::date;

    #[test]
    fn reads_the_forms_of_real_tables() {
        for (text, expected) in [
            ("07/11/2025", Some(date(2025, 11, 7))),
            ("29/4/2026", Some(date(2026, 4, 29))),
            ("29-4-2026 10:30", Some(date(2026, 4, 29))),
            (" 1.9.2021 ", Some(date(2021, 9, 1))),
            ("2021-09-01", Some(date(2021, 9, 1))),
            ("2021-09-01T08:00:00", Some(date(2021, 9, 1))),
            ("ngày 05 tháng 01 năm 2020", Some(date(2020, 1, 5))),
            ("Công văn 12/STC ngày 5/9/2021", Some(date(2021, 9, 5))),
            ("44440", Some(date(2021, 9, 1))),
            ("44440.5", Some(date(2021, 9, 1))),
            ("4/29/2026", Some(date(2026, 4, 29))),
            ("7/11/25", Some(date(2025, 11, 7))),
            ("31/02/2021", None),
            ("2711/SGDĐT-VP", None),
            ("12345678", None),
            ("", None),
        ] {
            assert_eq!(parse_date(text), expected, "{text}");
        }
    }
}
