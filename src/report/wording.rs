//! How dates, counts, sources and answers are worded in an official report.
//!
//! Dates and numbers: Nghị định 30/2020/NĐ-CP, Phụ lục I (a zero before a day below 10, and before
//! months 1 and 2 only).

use jiff::civil::{Date, DateTime};

use crate::domain::{Channel, Decision, LetterNumber};

use super::snapshot::{ResponseEntry, SubmissionEntry};

/// `05/9/2021`, as dates stand inside a text.
pub(super) fn short_date(date: Date) -> String {
    format!("{:02}/{}/{}", date.day(), month(date), date.year())
}

/// "08 giờ 05 ngày 13/9/2021".
pub(super) fn moment(at: DateTime) -> String {
    format!(
        "{:02} giờ {:02} ngày {}",
        at.hour(),
        at.minute(),
        short_date(at.date())
    )
}

fn month(date: Date) -> String {
    match date.month() {
        month @ 1..=2 => format!("0{month}"),
        month => month.to_string(),
    }
}

/// `1.209`.
pub(super) fn number(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

/// A count inside a sentence: `07`, `41`, `1.209`.
pub(super) fn count(n: usize) -> String {
    match n {
        1..=9 => format!("0{n}"),
        n => number(n),
    }
}

/// `15,2%`; empty when the whole is zero.
pub(super) fn percent(part: usize, whole: usize) -> String {
    if whole == 0 {
        return String::new();
    }
    let per_mille = (part * 1000 + whole / 2) / whole;
    format!("{},{}%", number(per_mille / 10), per_mille % 10)
}

/// At most so many characters, cut at a word and marked where something is left out.
pub(super) fn shortened(text: &str, max_chars: usize) -> String {
    let mut short: String = text.chars().take(max_chars).collect();
    if short.len() < text.len() {
        if let Some((words, _)) = short.rsplit_once(' ') {
            short = words.to_owned();
        }
        short.push('…');
    }
    short
}

/// The text with its first letter in upper case.
pub(super) fn upper_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// The text with its first letter in lower case.
pub(super) fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// "Công văn số 1234/STC-QLNS ngày 05/9/2021", or what stands for it when there is no number.
pub(super) fn source(submission: &SubmissionEntry) -> String {
    let day = submission.letter_date.unwrap_or(submission.arrived_on);
    if let Some(letter_number) = &submission.letter_number {
        return letter(letter_number, submission.letter_date);
    }
    format!("{} ngày {}", channel(submission.channel), short_date(day))
}

/// How something without a number came, inside a sentence.
pub(super) fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "thư điện tử",
        Channel::Table => "bảng góp ý",
        Channel::Letter | Channel::Paper => "văn bản",
        Channel::Minutes => "ý kiến tại Hội nghị",
        Channel::Remark => "bút phê",
        Channel::Phone => "điện thoại",
        Channel::Chat => "Zalo",
        Channel::Portal => "ý kiến trên Cổng thông tin",
    }
}

/// "Công văn số 1234/STC-QLNS ngày 05/9/2021": a letter of request or reply.
pub(super) fn letter(number: &LetterNumber, date: Option<Date>) -> String {
    let kind = letter_kind(number);
    match date {
        Some(date) => format!("{kind} số {number} ngày {}", short_date(date)),
        None => format!("{kind} số {number}"),
    }
}

/// The type of document a symbol stands for (Phụ lục III); a symbol without one is a công văn.
fn letter_kind(number: &LetterNumber) -> &'static str {
    match number.symbol().split(['-', '/']).next().unwrap_or("") {
        "BC" => "Báo cáo",
        "BB" => "Biên bản",
        "GM" => "Giấy mời",
        "KH" => "Kế hoạch",
        "KL" => "Kết luận",
        "NQ" => "Nghị quyết",
        "QĐ" => "Quyết định",
        "TB" => "Thông báo",
        "TTr" => "Tờ trình",
        _ => "Công văn",
    }
}

/// The words of an answer after its decision, which is printed from its own field.
///
/// Empty when the answer only repeats the decision. "Không tiếp thu" is never printed; it becomes
/// "chưa tiếp thu" and [`avoids_refusal`] tells about it.
pub(super) fn answer_words(response: &ResponseEntry) -> String {
    let words = soften(response.text.trim());
    let bare = words.trim_end_matches(['.', ';', ' ']);
    if bare.to_lowercase() == response.decision.name().to_lowercase() {
        String::new()
    } else {
        words
    }
}

/// Whether the words already open with the decision's own name, and with no longer one.
pub(super) fn opens_with_decision(words: &str, decision: Decision) -> bool {
    let words = words.to_lowercase();
    let opened = Decision::ALL
        .into_iter()
        .filter(|other| words.starts_with(&other.name().to_lowercase()))
        .max_by_key(|other| other.name().len());
    opened == Some(decision)
}

/// Whether an answer keeps clear of "không tiếp thu".
pub(crate) fn avoids_refusal(text: &str) -> bool {
    let refusals = ["không tiếp thu", "Không tiếp thu", "KHÔNG TIẾP THU"];
    !refusals.iter().any(|refusal| text.contains(refusal))
}

fn soften(text: &str) -> String {
    text.replace("không tiếp thu", "chưa tiếp thu")
        .replace("Không tiếp thu", "Chưa tiếp thu")
        .replace("KHÔNG TIẾP THU", "CHƯA TIẾP THU")
}
