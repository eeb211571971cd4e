//! Quotations inside a point: which are the draft's words, which the words wanted instead.

use crate::domain::Span;
use crate::text::fold::fold;

/// Before a labelled quotation, "Dự thảo: “…”": the draft's words.
const DRAFT_LABELS: [&str; 6] = [
    "du thao",
    "du thao ghi",
    "du thao quy dinh",
    "hien tai",
    "noi dung cu",
    "quy dinh hien tai",
];
/// Before a labelled quotation, "Đề nghị sửa: “…”": the words wanted.
const WISH_LABELS: [&str; 14] = [
    "sua",
    "sua lai",
    "dieu chinh",
    "chinh sua",
    "sua doi",
    "thay the",
    "bo sung",
    "viet lai",
    "de nghi",
    "de xuat",
    "noi dung moi",
    "noi dung sau",
    "kien nghi",
    "cu the",
];
/// Right before the words wanted.
const TO: [&str; 19] = [
    "thanh",
    "thanh cum tu",
    "thanh tu",
    "thanh chu",
    "thanh doan",
    "bang",
    "bang cum tu",
    "bang tu",
    "bang chu",
    "nhu sau",
    "thanh la",
    "thanh noi dung",
    "viet la",
    "ghi la",
    "lai la",
    "sua la",
    "thong nhat la",
    "nen la",
    "phai la",
];
/// Right before words that are spoken of.
const NAMES_WORDS: [&str; 22] = [
    "cum tu",
    "cum",
    "tu",
    "chu",
    "doan",
    "cau",
    "noi dung",
    "quy dinh",
    "sua",
    "thay",
    "bo",
    "sua doi",
    "hai tu",
    "thay the",
    "dieu chinh",
    "them",
    "bo sung",
    "doi",
    "chinh sua",
    "cac tu",
    "xoa",
    "luoc bo",
];
/// Takes words away or changes them.
const REMOVING: [&str; 14] = [
    "sua",
    "thay",
    " bo ",
    "luoc bo",
    "dieu chinh",
    "bo cum",
    "bo tu",
    "bo chu",
    "bo doan",
    "bo cau",
    "xoa",
    "doi tu",
    "doi cum",
    "doi ten",
];

/// The spans inside quotation marks, in order.
pub(super) fn quotations(words: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut directed: Option<usize> = None;
    let mut depth = 0_u32;
    let mut straight: Option<usize> = None;
    for (at, c) in words.char_indices() {
        match c {
            '“' | '«' => {
                if depth == 0 {
                    directed = Some(at + c.len_utf8());
                }
                depth += 1;
            }
            '”' | '»' => {
                depth = depth.saturating_sub(1);
                if depth == 0
                    && let Some(start) = directed.take()
                {
                    found.push(Span::new(start, at));
                }
            }
            '"' => match straight.take() {
                Some(start) => found.push(Span::new(start, at)),
                None => straight = Some(at + 1),
            },
            _ => {}
        }
    }
    found.sort_unstable();
    found
}

/// What a quotation is to a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QuotationRole {
    /// The draft's words.
    Old,
    /// The words wanted instead.
    New,
}

/// The last words before a byte, without marks.
fn tail_before(words: &str, at: usize) -> String {
    let before = words.get(..at).unwrap_or("");
    let tail: Vec<char> = before.chars().rev().take(60).collect();
    let tail: String = tail.into_iter().rev().collect();
    let tail = fold(&tail);
    tail.trim_end_matches(|c: char| !c.is_alphanumeric())
        .to_owned()
}

/// Whether a quotation stands after "thành", "bằng".
pub(super) fn replaces(words: &str, quotation: Span) -> bool {
    let tail = tail_before(words, quotation.start);
    [
        "thanh",
        "bang",
        "sang",
        "thong nhat la",
        "nen la",
        "thanh cum tu",
        "bang cum tu",
        "thanh tu",
        "bang tu",
    ]
    .iter()
    .any(|end| tail.ends_with(end))
}

/// Whether a quotation only names what is spoken of: "khái niệm “hẻm”".
pub(super) fn names_term(words: &str, quotation: Span) -> bool {
    let tail = tail_before(words, quotation.start);
    [
        "dinh nghia",
        "khai niem",
        "thuat ngu",
        "tu ngu",
        "tieu chi",
        "muc",
        "dieu",
        "ve",
    ]
    .iter()
    .any(|end| tail.ends_with(end))
}

/// What the words around a quotation make of it.
pub(super) fn role_of_quotation(words: &str, quotation: Span) -> Option<QuotationRole> {
    let tail = tail_before(words, quotation.start);
    let tail = tail.as_str();
    let ends_with = |ends: &[&str]| ends.iter().any(|end| tail.ends_with(end));
    let is_labelled = words
        .get(..quotation.start)
        .unwrap_or("")
        .trim_end_matches(['“', '"', '«', ' ', '\n'])
        .ends_with(':');
    if is_labelled && ends_with(&DRAFT_LABELS) {
        return Some(QuotationRole::Old);
    }
    if (is_labelled && ends_with(&WISH_LABELS)) || ends_with(&TO) {
        return Some(QuotationRole::New);
    }
    let after = words.get(quotation.end..).unwrap_or("");
    let after: String = after.chars().skip(1).take(16).collect();
    let after = fold(&after);
    let leads_on = ["thanh ", "bang ", "thanh:", "sang "]
        .iter()
        .any(|word| after.trim_start().starts_with(word));
    if leads_on {
        return Some(QuotationRole::Old);
    }
    if ends_with(&NAMES_WORDS) {
        return role_of_named_words(tail);
    }
    adds_named_thing(tail).then_some(QuotationRole::New)
}

/// "bổ sung lĩnh vực phản ánh “…”": what is to be added is quoted after a few words that name it.
fn adds_named_thing(tail: &str) -> bool {
    tail.rfind("bo sung").is_some_and(|at| {
        let between = tail.get(at + "bo sung".len()..).unwrap_or("");
        let names_term = [
            "khai niem",
            "giai thich",
            "dinh nghia",
            "thuat ngu",
            "tu ngu",
            "tieu chi",
        ]
        .iter()
        .any(|term| between.contains(term));
        between.len() < 36
            && !names_term
            && !between.split_whitespace().any(|word| {
                matches!(
                    word,
                    "sau" | "truoc" | "vao" | "tai" | "theo" | "ve" | "cho"
                )
            })
    })
}

/// "bổ sung cụm từ “X” sau từ “Y”" wants X; "trước cụm từ “Y”" only says where.
fn role_of_named_words(tail: &str) -> Option<QuotationRole> {
    let after_word = |word: &str| tail.rfind(word).map(|at| at + word.len());
    let adding = after_word("bo sung").or_else(|| after_word("them"));
    let ends_with_change = tail == "doi" || tail.ends_with(" doi");
    let removing = REMOVING
        .iter()
        .filter_map(|word| after_word(word))
        .chain(ends_with_change.then_some(tail.len()))
        .max();
    let placing = ["sau", "truoc", "giua"]
        .iter()
        .filter_map(|word| after_word(word))
        .max();
    if placing.is_some() && placing >= adding && placing >= removing {
        return None;
    }
    match (adding, removing) {
        (Some(adding), removing) if removing.is_none_or(|removing| removing < adding) => {
            Some(QuotationRole::New)
        }
        (_, Some(_)) => Some(QuotationRole::Old),
        _ => (matches!(tail, "bo" | "sua" | "thay") || tail.starts_with("bo "))
            .then_some(QuotationRole::Old),
    }
}
