//! Who wrote a mail that came inside another one, and when.

use std::sync::LazyLock;

use jiff::civil::Date;
use mail_parser::DateTime;
use regex::Regex;

use super::MailHead;
use crate::domain::EmailAddress;
use crate::intake::{Forwarded, dates};
use crate::text::fold::fold;
use crate::text::normalize::squeeze;

/// `Vũ Văn A, [06/09/2021 08:30]`, `[08:30 06/09/2021] Vũ Văn A: …`, as messengers copy messages.
static CHAT_HEAD: LazyLock<Regex> = LazyLock::new(|| {
    let when = r"\[\s*(?:\d{1,2}:\d{2}(?::\d{2})?\s*,?\s*\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}/\d{1,2}/\d{2,4}\s*,?\s*\d{1,2}:\d{2}(?::\d{2})?)\s*\]";
    Regex::new(&format!(
        r"^\s*(?:(?P<after>{when})\s*(?P<name>[^\[\]:<>\n]{{2,60}}):|(?P<first>[^\[\]:<>\n,]{{2,60}}),?\s*(?P<before>{when})\s*:?)"
    ))
    .expect("the pattern is valid")
});

/// How many bytes of a line name the author of a message copied out of a messenger; `None` where it
/// is no such line.
pub(super) fn chat_head(line: &str) -> Option<usize> {
    Some(CHAT_HEAD.find(line)?.end())
}

/// From the head of a mail that is attached whole.
pub(super) fn of_mail(head: &MailHead, path: String) -> Forwarded {
    let sent = head.sent_at.or(head.received_at);
    Forwarded {
        path,
        from: head.from.clone(),
        from_name: head.from_name.clone(),
        sent_on: sent.map(|moment| moment.to_zoned(VIETNAM).date()),
    }
}

const VIETNAM: jiff::tz::TimeZone = jiff::tz::TimeZone::fixed(jiff::tz::offset(7));

/// From the fields that a mail program writes above a mail it forwards, in words of its own; `None`
/// where they name nobody.
pub(super) fn of_fields(fields: &str, path: String) -> Option<Forwarded> {
    let mut found = Forwarded {
        path,
        ..Forwarded::default()
    };
    for line in fields.lines() {
        if let Some(chat) = CHAT_HEAD.captures(line) {
            let name = chat.name("name").or_else(|| chat.name("first"))?;
            let when = chat.name("after").or_else(|| chat.name("before"));
            found.from_name = Some(squeeze(name.as_str()));
            found.sent_on = when.and_then(|when| dates::parse_date(when.as_str()));
            return Some(found);
        }
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let name = fold(name.trim_matches(['>', '*', '_', ' ', '\t']));
        let value = value.trim_matches(['*', ' ', '\t']);
        match name.as_str() {
            "from" | "tu" | "nguoi gui" if found.from.is_none() => {
                let (name, address) = author(value);
                found.from_name = name;
                found.from = address;
            }
            "sent" | "date" | "da gui" | "ngay gui" | "gui luc" | "ngay" | "thoi gian"
                if found.sent_on.is_none() =>
            {
                found.sent_on = day(value);
            }
            _ => {}
        }
    }
    (found.from.is_some() || found.from_name.is_some()).then_some(found)
}

/// `Sở Y tế <a@b.example>`, `Sở Y tế [mailto:a@b.example]`, `a@b.example`, `Sở Y tế`.
fn author(value: &str) -> (Option<String>, Option<EmailAddress>) {
    let (name, address) = value.split_once(['<', '[', '(']).unwrap_or((value, ""));
    let address = address
        .trim_start_matches("mailto:")
        .split(['>', ']', ')', '<', ' '])
        .next();
    let address = address.and_then(EmailAddress::parse);
    let name = squeeze(name.trim().trim_matches('"'));
    match address {
        None => match EmailAddress::parse(&name) {
            Some(address) => (None, Some(address)),
            None => (Some(name).filter(|name| !name.is_empty()), None),
        },
        Some(address) => (Some(name).filter(|name| !name.is_empty()), Some(address)),
    }
}

/// `Th 2, 6 thg 9, 2021 vào lúc 08:30`, `06 Tháng Chín 2021`.
static IN_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\b(\d{1,2})\s*,?\s*(?:th(?:ang|g)?\.?\s*(\d{1,2}|gieng|mot|hai|ba|tu|nam|sau|bay|tam|chin|muoi mot|muoi hai|muoi|chap)|([a-z]{3,9})\.?)\s*,?\s*(?:nam\s*)?(\d{4})\b",
    )
    .expect("the pattern is valid")
});
/// `Monday, September 6, 2021 8:30 AM`.
static MONTH_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b([a-z]{3,9})\.?\s+(\d{1,2})\s*,?\s+(\d{4})\b").expect("the pattern is valid")
});

const ENGLISH: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// The day a mail program writes in its own way.
fn day(value: &str) -> Option<Date> {
    // That reader takes "Th 2, 6 thg 9, 2021" for a day of the year 2000.
    let is_dated =
        |date: &DateTime| date.is_valid() && value.contains(&format!("{:04}", date.year));
    if let Some(date) = DateTime::parse_rfc822(value).filter(is_dated) {
        let (month, day) = (i8::try_from(date.month), i8::try_from(date.day));
        return Date::new(i16::try_from(date.year).ok()?, month.ok()?, day.ok()?).ok();
    }
    let folded = fold(value);
    let english = |name: &str| ENGLISH.iter().position(|month| name.starts_with(month));
    let number = |text: &str| text.parse::<i8>().ok();
    let (day, month, year) = if let Some(found) = IN_WORDS.captures(&folded) {
        let month = match (found.get(2), found.get(3)) {
            (Some(month), _) => vietnamese(month.as_str())?,
            (None, Some(name)) => i8::try_from(english(name.as_str())?).ok()? + 1,
            (None, None) => return None,
        };
        (number(found.get(1)?.as_str())?, month, found.get(4)?)
    } else if let Some(found) = MONTH_FIRST.captures(&folded) {
        let month = i8::try_from(english(found.get(1)?.as_str())?).ok()? + 1;
        (number(found.get(2)?.as_str())?, month, found.get(3)?)
    } else {
        return dates::parse_date(value);
    };
    Date::new(year.as_str().parse().ok()?, month, day).ok()
}

fn vietnamese(month: &str) -> Option<i8> {
    Some(match month {
        "gieng" | "mot" => 1,
        "hai" => 2,
        "ba" => 3,
        "tu" => 4,
        "nam" => 5,
        "sau" => 6,
        "bay" => 7,
        "tam" => 8,
        "chin" => 9,
        "muoi" => 10,
        "muoi mot" => 11,
        "muoi hai" | "chap" => 12,
        number => number.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{chat_head, of_fields};
    use crate::domain::EmailAddress;

    #[test]
    fn fields_of_many_programs_name_the_author_and_the_day() {
        let sixth = Some(date(2021, 9, 6));
        for (fields, name, address, day) in [
            (
                "---------- Forwarded message ---------\nTừ: Sở Y tế <vt@syt.example>\nDate: Th 2, 6 thg 9, 2021 vào lúc 08:30\nSubject: Góp ý",
                Some("Sở Y tế"),
                Some("vt@syt.example"),
                sixth,
            ),
            (
                "From: Sở Y tế [mailto:vt@syt.example]\nSent: Monday, September 6, 2021 8:30 AM\nTo: x",
                Some("Sở Y tế"),
                Some("vt@syt.example"),
                sixth,
            ),
            (
                "*Từ:* Sở Y tế\n*Đã gửi:* Thứ Hai, 06 Tháng Chín 2021 08:30\n*Tới:* x",
                Some("Sở Y tế"),
                None,
                sixth,
            ),
            (
                "> From: vt@syt.example\n> Date: Mon, 06 Sep 2021 08:30:00 +0700",
                None,
                Some("vt@syt.example"),
                sixth,
            ),
            (
                "Người gửi: \"Sở Y tế\" <vt@syt.example>\nNgày gửi: 6/9/2021 08:30",
                Some("Sở Y tế"),
                Some("vt@syt.example"),
                sixth,
            ),
            (
                "[08:30 06/09/2021] Vũ Văn A: Sở góp ý",
                Some("Vũ Văn A"),
                None,
                sixth,
            ),
            (
                "Vũ Văn A, [06/09/2021 08:30]",
                Some("Vũ Văn A"),
                None,
                sixth,
            ),
        ] {
            let found = of_fields(fields, String::new()).unwrap();
            assert_eq!(found.from_name.as_deref(), name, "{fields}");
            assert_eq!(
                found.from.as_ref().map(EmailAddress::expose),
                address,
                "{fields}"
            );
            assert_eq!(found.sent_on, day, "{fields}");
        }
        assert_eq!(of_fields("Chủ đề: x\nNgày: 6/9/2021", String::new()), None);
    }

    #[test]
    fn messages_of_messengers_have_heads() {
        assert_eq!(chat_head("[08:30 06/09/2021] A B: x"), Some(23));
        for line in [
            "Tại mục [1]: sửa",
            "[1] Điều 3: bỏ",
            "Ngày 06/09/2021 08:30: họp",
        ] {
            assert_eq!(chat_head(line), None, "{line}");
        }
    }
}
