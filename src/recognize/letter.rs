//! Reads what a letter says about itself: number, date, subject, what it answers, who signs.
//!
//! The layout is that of Nghị định 30/2020/NĐ-CP, Phụ lục I; texts come with their two columns side
//! by side, below one another, or with the spacing of a text recognizer ("Số: 185 /VKTQG- QLKH").
//! All spans are in the text that is given.
//!
//! Cases: `fixtures/recognize/letter/`.

mod layout;

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use layout::{find_agency_lines, left_column, lines_with_spans};

use crate::domain::{Confidence, Evidence, Finding, LetterNumber, Relation, Span};
use crate::text::fold::{Folded, fold};
use crate::text::pattern::compile;

/// What a letter says about itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LetterHead {
    /// Its own number.
    pub number: Option<LetterNumber>,
    /// Its own date.
    pub date: Option<Date>,
    /// The number of the request it answers.
    pub answers_number: Option<LetterNumber>,
    /// The date of that request.
    pub answers_date: Option<Date>,
    /// Trích yếu: what follows "V/v".
    pub subject: Option<Span>,
    /// The lines that name the issuing agency, superior first.
    pub agency_lines: Vec<Span>,
    /// From the signer's title to the end of the signature.
    pub signature: Option<Span>,
    /// What it says to be to an earlier letter of the same sender.
    pub relation: Option<(Relation, Option<LetterNumber>)>,
    /// Why.
    pub evidence: Vec<Evidence>,
}

/// The head is looked for in this many lines when no "Kính gửi" ends it.
const MAX_HEAD_LINES: usize = 14;
/// How many bytes after the head can name the request: the opening sentence and no more.
const OPENING_BYTES: usize = 1600;

macro_rules! regexes {
    ($($name:ident = $pattern:expr;)*) => {$(
        static $name: LazyLock<Regex> = LazyLock::new(|| {
            compile($pattern)
        });
    )*
        #[cfg(test)]
        fn compile_all() {
            $(LazyLock::force(&$name);)*
        }
    };
}

regexes! {
    // On mark-less text: "so: 185 /vktqg- qlkh", "so 311-cv/hndt".
    OWN_NUMBER = concat!(
        r"(?m)(?:^|   |\t)[# ]*(?:s[o0]?|no\.?|ref\.?)\s*:\s*",
        r"(\d[\dlo ]{0,6}(?:-\s?[a-z]{1,4}\s?)?\s?/\s?[a-z\d&]+(?:\s?[-./]\s?[a-z\d&]+)*)",
    );
    // "l0" and "O5" are digits to a text recognizer.
    DATE_LINE = concat!(
        r"[^,\n(]{2,40},\s*ngay\s*(?:([\dlo]{1,2})\s*thang\s*([\dlo]{1,2})\s*nam\s*([\dlo]{4})|",
        r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4}))",
    );
    CITED_LETTER = concat!(
        r"\b(?:cong van|van ban|giay moi|ke hoach|to trinh|thong bao|phieu chuyen|cv)\s+(?:so\s*:?\s*)?",
        r"(\d[\d ]{0,6}(?:-\s?[a-z]{1,4}\s?)?\s?/\s?[a-z\d&]+(?:\s?[-./]\s?[a-z\d&]+)*)",
        r"(?:\s*,?\s*ngay\s*(?:(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})|(\d{1,2})\s*thang\s*(\d{1,2})\s*nam\s*(\d{4})))?",
    );
    TITLE = concat!(
        r"(?m)(?:^|   |\t)\s*(?:(?:KT|TM|TL|TUQ|Q)\s?\.\s?\p{Lu}|T/M\.? \p{Lu}|(?:TỔNG GIÁM ĐỐC|PHÓ GIÁM ĐỐC|GIÁM ĐỐC|PHÓ CHỦ TỊCH|CHỦ TỊCH|",
        r"CHÁNH VĂN PHÒNG|CHI CỤC TRƯỞNG|CỤC TRƯỞNG|VIỆN TRƯỞNG|HIỆU TRƯỞNG|THỨ TRƯỞNG|BỘ TRƯỞNG|TRƯỞNG BAN|",
        r"TRƯỞNG PHÒNG|CHÁNH THANH TRA|PHÓ BÍ THƯ|BÍ THƯ|THỦ TRƯỞNG)\b)",
    );
}

/// Reads the head, the opening sentence and the signature of a letter.
pub fn read_letter_head(text: &str) -> LetterHead {
    let folded = Folded::new(text);
    let head_end = head_end(folded.as_str());
    let mut head = LetterHead::default();
    read_number(text, &folded, head_end, &mut head);
    read_date(&folded, head_end, &mut head);
    read_relation(text, &folded, head_end, &mut head);
    read_request(text, &folded, head_end, &mut head);
    let original_end = folded.original(Span::new(head_end, head_end)).start;
    let head_text = text.get(..original_end).unwrap_or("");
    head.subject = find_subject(head_text);
    head.agency_lines = find_agency_lines(head_text);
    head.signature = find_signature(text);
    head
}

/// Where the head ends, in mark-less text: at "Kính gửi", or after the first lines.
fn head_end(folded: &str) -> usize {
    let limit = folded
        .char_indices()
        .nth(4000)
        .map_or(folded.len(), |(at, _)| at);
    let top = folded.get(..limit).unwrap_or(folded);
    if let Some(at) = top.find("kinh gui") {
        return at;
    }
    let mut lines = top.match_indices('\n').map(|(at, _)| at);
    lines.nth(MAX_HEAD_LINES - 1).unwrap_or(top.len())
}

fn read_number(text: &str, folded: &Folded, head_end: usize, head: &mut LetterHead) {
    let top = folded.as_str().get(..head_end).unwrap_or("");
    if let Some(found) = OWN_NUMBER.captures(top).and_then(|found| found.get(1)) {
        let span = folded.original(Span::new(found.start(), found.end()));
        let number = span.slice(text).map(with_digits);
        if let Some(number) = number.as_deref().and_then(LetterNumber::parse) {
            head.number = Some(number);
            head.evidence.push(Evidence::at(
                Finding::LetterNumber,
                "letter.number_line",
                span,
                Confidence::CERTAIN,
            ));
        }
        return;
    }
    // "Sở Tài chính gửi Công văn số 2187/STC-HCSN ngày 07/9/2021 …": a covering note.
    let opening = opening(folded.as_str(), 0);
    let sends = ["gui ", "gui kem ", "kem theo "];
    for found in CITED_LETTER.captures_iter(opening) {
        let Some(whole) = found.get(0) else { continue };
        let before = tail(opening, whole.start(), 90);
        let is_own = sends.iter().any(|word| before.contains(word)) && !is_answering(before);
        if !is_own {
            continue;
        }
        let letter = cited(text, folded, &found);
        if let Some((number, date, span)) = letter {
            head.number = Some(number);
            head.date = date;
            head.evidence.push(Evidence::at(
                Finding::LetterNumber,
                "letter.covering_note",
                span,
                Confidence::new(0.85),
            ));
            return;
        }
    }
}

/// "14O8/SNV": letters that a text recognizer read for digits, before the symbol.
fn with_digits(number: &str) -> String {
    let end = number.find(['-', '/']).unwrap_or(number.len());
    let (digits, symbol) = number.split_at_checked(end).unwrap_or((number, ""));
    let digits = digits
        .replace(['O', 'o'], "0")
        .replace(['l', 'I', 'L'], "1");
    digits + symbol
}

fn read_date(folded: &Folded, head_end: usize, head: &mut LetterHead) {
    let top = folded.as_str().get(..head_end).unwrap_or("");
    let Some(found) = DATE_LINE.captures(top) else {
        return;
    };
    let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
    let written = date(part(1), part(2), part(3)).or_else(|| date(part(4), part(5), part(6)));
    let first = found.get(1).or(found.get(4));
    let last = found.get(3).or(found.get(6));
    if let (Some(date), Some(first), Some(last)) = (written, first, last) {
        head.date = Some(date);
        head.evidence.push(Evidence::at(
            Finding::LetterDate,
            "letter.date_line",
            folded.original(Span::new(first.start(), last.end())),
            Confidence::CERTAIN,
        ));
    }
}

fn date(day: &str, month: &str, year: &str) -> Option<Date> {
    let number = |digits: &str| digits.replace('l', "1").replace('o', "0");
    Date::new(
        number(year).parse().ok()?,
        number(month).parse().ok()?,
        number(day).parse().ok()?,
    )
    .ok()
}

/// A cited letter's number, date and place in the text.
fn cited(
    text: &str,
    folded: &Folded,
    found: &regex::Captures<'_>,
) -> Option<(LetterNumber, Option<Date>, Span)> {
    let number = found.get(1)?;
    let span = folded.original(Span::new(number.start(), number.end()));
    let number = span.slice(text).and_then(LetterNumber::parse)?;
    let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
    let date = date(part(2), part(3), part(4)).or_else(|| date(part(5), part(6), part(7)));
    Some((number, date, span))
}

/// The text from `from` that can be the opening sentence.
fn opening(folded: &str, from: usize) -> &str {
    let rest = folded.get(from..).unwrap_or("");
    let mut end = rest.len().min(OPENING_BYTES);
    while !rest.is_char_boundary(end) {
        end -= 1;
    }
    rest.get(..end).unwrap_or(rest)
}

/// The last `n` characters before a byte.
fn tail(text: &str, at: usize, n: usize) -> &str {
    let before = text.get(..at).unwrap_or("");
    let start = before
        .char_indices()
        .rev()
        .nth(n.saturating_sub(1))
        .map_or(0, |(at, _)| at);
    before.get(start..).unwrap_or(before)
}

/// Whether these words lead to the letter that is answered.
fn is_answering(before: &str) -> bool {
    [
        "thuc hien",
        "phuc dap",
        "tra loi",
        "can cu",
        "nhan duoc",
        "theo de nghi",
        "tiep nhan",
        "trien khai",
        "nghien cuu",
        "theo cong van",
        "hoi dap",
        "xem xet",
        "(theo",
    ]
    .iter()
    .any(|word| before.contains(word))
}

fn read_request(text: &str, folded: &Folded, head_end: usize, head: &mut LetterHead) {
    // Without "Kính gửi" the opening sentence may be the first one.
    let from = if folded
        .as_str()
        .get(head_end..)
        .is_some_and(|rest| rest.starts_with("kinh gui"))
    {
        head_end
    } else {
        0
    };
    let opening_text = opening(folded.as_str(), from);
    let mut best: Option<(LetterNumber, Option<Date>, Span, f32)> = None;
    for found in CITED_LETTER.captures_iter(opening_text) {
        let Some(whole) = found.get(0) else { continue };
        let before = tail(opening_text, whole.start(), 70);
        let Some(number) = found.get(1) else { continue };
        let span = folded.original(Span::new(number.start() + from, number.end() + from));
        let Some(number) = span.slice(text).and_then(LetterNumber::parse) else {
            continue;
        };
        let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
        let date = date(part(2), part(3), part(4)).or_else(|| date(part(5), part(6), part(7)));
        let is_own = head
            .number
            .as_ref()
            .is_some_and(|own| own == &number || same_agency(own, &number));
        let is_earlier = ["da co ", "ban hanh ", "thay the ", "dinh chinh "]
            .iter()
            .any(|word| before.ends_with(word));
        if is_own || is_earlier {
            continue;
        }
        let confidence = if is_answering(before) { 0.98 } else { 0.8 };
        if best.as_ref().is_none_or(|(.., known)| confidence > *known) {
            best = Some((number, date, span, confidence));
        }
    }
    if let Some((number, date, span, confidence)) = best {
        head.answers_number = Some(number);
        head.answers_date = date;
        head.evidence.push(Evidence::at(
            Finding::Answers,
            "letter.answers",
            span,
            Confidence::new(confidence),
        ));
    }
}

/// Whether two numbers have the symbol of one agency: the words before the unit are equal.
fn same_agency(first: &LetterNumber, second: &LetterNumber) -> bool {
    let agency = |number: &LetterNumber| {
        let symbol = fold(number.symbol());
        symbol.split('-').next().unwrap_or("").to_owned()
    };
    !agency(first).is_empty() && agency(first) == agency(second)
}

/// "V/v đính chính Công văn số …", "(Công văn này thay thế Công văn số …)".
fn read_relation(text: &str, folded: &Folded, head_end: usize, head: &mut LetterHead) {
    let all = folded.as_str();
    let limit = head_end + opening(all, head_end).len();
    let reach = all.get(..limit).unwrap_or(all);
    for found in CITED_LETTER.captures_iter(reach) {
        let Some(whole) = found.get(0) else { continue };
        let before = tail(reach, whole.start(), 60);
        let in_head = whole.start() < head_end;
        let Some((relation, is_plain)) = relation_before(before) else {
            continue;
        };
        if !in_head && !is_plain {
            continue;
        }
        let Some((number, _, span)) = cited(text, folded, &found) else {
            continue;
        };
        let is_foreign = head
            .number
            .as_ref()
            .is_some_and(|own| !same_agency(own, &number));
        if is_foreign && relation != Relation::Replaces && relation != Relation::Corrects {
            continue;
        }
        head.relation = Some((relation, Some(number)));
        head.evidence.push(Evidence::at(
            Finding::Relation,
            "letter.relation",
            span,
            Confidence::new(if in_head { 0.98 } else { 0.9 }),
        ));
        return;
    }
    let top = all.get(..head_end).unwrap_or("");
    if let Some(at) = top.find("dinh chinh") {
        let span = folded.original(Span::new(at, at + "dinh chinh".len()));
        head.relation = Some((Relation::Corrects, None));
        head.evidence.push(Evidence::at(
            Finding::Relation,
            "letter.relation",
            span,
            Confidence::new(0.7),
        ));
    }
}

/// The relation the words before a cited letter state, and whether they speak of "this letter".
fn relation_before(before: &str) -> Option<(Relation, bool)> {
    let before = before.trim_end_matches([' ', '\n', '(', '"', '“']);
    let speaks_of_itself = ["cong van nay", "van ban nay"]
        .iter()
        .any(|word| before.contains(word));
    let ends = |words: &[&str]| words.iter().any(|word| before.ends_with(word));
    if ends(&["thay the", "thay the cho", "thay cho"]) {
        Some((Relation::Replaces, speaks_of_itself))
    } else if ends(&[
        "dinh chinh",
        "dinh chinh noi dung",
        "dinh chinh mot so noi dung",
        "dinh chinh mot so noi dung tai",
    ]) {
        Some((Relation::Corrects, true))
    } else if ends(&[
        "bo sung",
        "bo sung cho",
        "bo sung y kien tai",
        "bo sung noi dung",
    ]) {
        Some((Relation::Supplements, speaks_of_itself))
    } else if ends(&["rut", "rut lai", "thu hoi", "huy bo"]) {
        Some((Relation::Withdraws, true))
    } else {
        None
    }
}

/// The trích yếu: from after "V/v" to the end of its last line in the left column.
fn find_subject(head: &str) -> Option<Span> {
    let start = ["V/v", "V/V", "v/v", "Về việc", "VỀ VIỆC"]
        .iter()
        .filter_map(|word| Some(head.find(word)? + word.len()))
        .min()?;
    let mut end = start;
    for (n, line) in lines_with_spans(head)
        .into_iter()
        .filter(|span| span.end > start)
        .enumerate()
    {
        let words = Span::new(line.start.max(start), line.end);
        let words = left_column(head, words);
        let text = words.slice(head)?;
        let folded = fold(text);
        let ends = n > 0
            && (text.trim().is_empty()
                || folded.contains("cong hoa xa hoi")
                || folded.contains("doc lap")
                || folded.contains(", ngay ")
                || folded.starts_with("so:")
                || folded.starts_with('#'));
        if ends || n > 5 {
            break;
        }
        end = words.end;
    }
    let span = Span::new(start, end).trimmed(head);
    let skip = span.slice(head).map_or(0, |text| {
        text.len() - text.trim_start_matches([':', ' ']).len()
    });
    let span = Span::new(span.start + skip, span.end);
    (!span.is_empty()).then_some(span)
}

/// From the signer's title, after "Nơi nhận" or near the end, to the last line of the letter.
fn find_signature(text: &str) -> Option<Span> {
    let from = text
        .rfind("Nơi nhận")
        .or_else(|| text.rfind("NƠI NHẬN"))
        .or_else(|| {
            let spans = lines_with_spans(text);
            spans
                .get(spans.len().saturating_sub(10))
                .map(|span| span.start)
        })?;
    let rest = text.get(from..)?;
    let end = rest.find("PHỤ LỤC").unwrap_or(rest.len());
    let rest = rest.get(..end)?;
    let found = TITLE.find(rest)?;
    let span = Span::new(from + found.start(), from + rest.len()).trimmed(text);
    (span.len() < 600).then_some(span)
}

#[cfg(test)]
mod tests;
