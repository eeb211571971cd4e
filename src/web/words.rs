//! Dates, counts and names as the screen shows them.

use jiff::civil::Date;

use crate::app::local_time;
use crate::app::values::{Reply, Submission, Total};
use crate::domain::{Finding, LetterNumber, Location, SectionKind};

/// `05/9/2021`, as official texts write dates.
pub(super) fn date(date: Date) -> String {
    match date.month() {
        month @ 1..=2 => format!("{:02}/0{month}/{}", date.day(), date.year()),
        month => format!("{:02}/{month}/{}", date.day(), date.year()),
    }
}

/// `08:05, 05/9/2021`, Vietnamese time, of microseconds since 1970.
pub(super) fn moment(us: i64) -> String {
    let local = local_time(us);
    let (hour, minute) = (local.hour(), local.minute());
    format!("{hour:02}:{minute:02}, {}", date(local.date()))
}

/// `1.209`.
pub(super) fn number(n: impl TryInto<u64>) -> String {
    let digits = n.try_into().unwrap_or(u64::MAX).to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

/// `1.209`, or `hơn 10.000` when not all were counted.
pub(super) fn total(total: Total) -> String {
    let n = number(total.at_least);
    if total.is_exact {
        n
    } else {
        format!("hơn {n}")
    }
}

/// "số 1234/STC-QLNS ngày 05/9/2021"; empty without a number.
pub(super) fn letter(number: Option<&LetterNumber>, day: Option<Date>) -> String {
    match (number, day) {
        (Some(number), Some(day)) => format!("số {number} ngày {}", date(day)),
        (Some(number), None) => format!("số {number}"),
        (None, _) => String::new(),
    }
}

/// What names a submission on a line: its letter number, else how and when it came.
pub(super) fn submission(submission: &Submission) -> String {
    let letter = letter(submission.letter_number.as_ref(), submission.letter_date);
    if letter.is_empty() {
        let day = date(submission.arrived_on);
        format!("{}, đến ngày {day}", submission.channel.name())
    } else {
        letter
    }
}

/// The file a submission came from, with the row for tables.
pub(super) fn source(submission: &Submission) -> String {
    match submission.row_number {
        Some(row) => format!("{}, dòng {row}", submission.source),
        None => submission.source.clone(),
    }
}

/// Several names as one text; what to print when there are none.
pub(super) fn names<S: AsRef<str>>(names: &[S], otherwise: &str) -> String {
    if names.is_empty() {
        return otherwise.to_owned();
    }
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    names.join("; ")
}

/// Where a problem is: "dòng 12, cột Nội dung".
pub(super) fn location(location: &Location) -> String {
    match location {
        Location::File => "cả tệp".to_owned(),
        Location::Row {
            sheet,
            row_number,
            column,
        } => {
            let sheet = sheet.as_ref().map(|sheet| format!("trang {sheet}, "));
            let column = column.as_ref().map(|column| format!(", cột {column}"));
            format!(
                "{}dòng {row_number}{}",
                sheet.unwrap_or_default(),
                column.unwrap_or_default()
            )
        }
        Location::Part { path } => path.clone(),
        Location::Text(_) => "trong nội dung".to_owned(),
    }
}

/// What evidence is about.
pub(super) fn finding(what: Finding) -> &'static str {
    match what {
        Finding::Words => "Chữ máy đọc từ ảnh",
        Finding::Organization => "Cơ quan, đơn vị",
        Finding::LetterNumber => "Số, ký hiệu",
        Finding::LetterDate => "Ngày văn bản",
        Finding::Answers => "Phúc đáp văn bản",
        Finding::Agreement => "Thống nhất, không có ý kiến",
        Finding::Split => "Tách ý kiến",
        Finding::Section => "Vị trí góp ý",
        Finding::Stance => "Loại ý kiến",
        Finding::Relation => "Liên quan lượt khác",
        Finding::Robot => "Thư tự động",
    }
}

/// What an organization did in a round.
pub(super) fn reply(reply: Reply) -> &'static str {
    match reply {
        Reply::Classed(class) => class.name(),
        Reply::Unclassed => "Chưa xếp loại",
        Reply::Waiting => "Đã trả lời, chờ xem",
        Reply::KeptApart => "Đã trả lời, lưu riêng",
        Reply::Silent => "Chưa trả lời",
    }
}

/// What a part of a submission is.
pub(super) fn role(code: &str) -> &str {
    match code {
        "body" => "Nội dung chính",
        "attachment" => "Tệp đính kèm",
        "quoted" => "Phần trích thư trước",
        "signature" => "Chữ ký, chân thư",
        "row" => "Dòng của bảng",
        "typed" => "Nội dung nhập tay",
        other => other,
    }
}

/// Whether a section's label says where it is; the special ones have a heading only.
pub(super) fn has_label(kind: SectionKind) -> bool {
    !matches!(
        kind,
        SectionKind::Whole | SectionKind::General | SectionKind::Format
    )
}

#[cfg(test)]
mod tests {
    use super::{date, number};

    #[test]
    fn dates_and_numbers_are_vietnamese() {
        let day = |text: &str| date(text.parse().unwrap());
        assert_eq!(
            [day("2021-09-05"), day("2021-02-15"), day("2021-11-03")],
            ["05/9/2021", "15/02/2021", "03/11/2021"]
        );
        assert_eq!(
            [number(0_u64), number(999_u64), number(12_000_000_u64)],
            ["0", "999", "12.000.000"]
        );
    }
}
