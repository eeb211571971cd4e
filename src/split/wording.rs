//! Reads a point: proposal, reason, old and new wording; and sentences.

use super::phrase::find_reason;
use crate::domain::Span;
use crate::text::fold::{Folded, fold};

/// The parts of a point.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Wording {
    pub(super) proposal: Option<Span>,
    pub(super) reason: Option<Span>,
    pub(super) old_text: Option<Span>,
    pub(super) new_text: Option<Span>,
}

/// Reads the parts of the point at `span`; all spans are in the whole text.
pub(super) fn read_wording(text: &str, span: Span) -> Wording {
    let Some(words) = span.slice(text) else {
        return Wording::default();
    };
    let mut wording = Wording::default();
    if let Some((start, end)) = reason_in(words) {
        let proposal = Span::new(span.start, span.start + start).trimmed(text);
        let reason = Span::new(span.start + end, span.end).trimmed(text);
        if !proposal.is_empty() && !reason.is_empty() {
            wording.proposal = Some(proposal);
            wording.reason = Some(reason);
        }
    }
    for quotation in quotations(words) {
        let inside =
            Span::new(span.start + quotation.start, span.start + quotation.end).trimmed(text);
        if inside.is_empty() {
            continue;
        }
        match role_of_quotation(words, quotation) {
            Some(QuotationRole::New) if wording.new_text.is_none() => {
                wording.new_text = Some(inside);
            }
            Some(QuotationRole::Old) if wording.old_text.is_none() => {
                wording.old_text = Some(inside);
            }
            _ => {}
        }
    }
    wording
}

/// Where "Lý do:" begins and ends.
fn reason_in(words: &str) -> Option<(usize, usize)> {
    // A look at the marked letters spares folding most points.
    let may_have = ["ý do", "í do", "Ý DO", "Í DO", "y do", "i do", "ải thích"]
        .iter()
        .any(|piece| words.contains(piece));
    if !may_have {
        return None;
    }
    let folded = Folded::new(words);
    let (start, end) = find_reason(folded.as_str())?;
    let span = folded.original(Span::new(start, end));
    Some((span.start, span.end))
}

/// The spans inside quotation marks, in order.
fn quotations(words: &str) -> Vec<Span> {
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum QuotationRole {
    Old,
    New,
}

/// What the words before a quotation make of it.
fn role_of_quotation(words: &str, quotation: Span) -> Option<QuotationRole> {
    let before = words.get(..quotation.start)?;
    let tail: Vec<char> = before.chars().rev().take(60).collect();
    let tail: String = tail.into_iter().rev().collect();
    let tail = fold(&tail);
    let tail = tail.trim_end_matches(|c: char| !c.is_alphanumeric());
    let ends_with = |ends: &[&str]| ends.iter().any(|end| tail.ends_with(end));
    if ends_with(&[
        "thanh",
        "thanh cum tu",
        "thanh tu",
        "bang",
        "bang cum tu",
        "bang tu",
        "nhu sau",
        "thanh la",
        "thanh noi dung",
        "viet la",
        "ghi la",
        "lai la",
    ]) {
        return Some(QuotationRole::New);
    }
    let names_words = ends_with(&[
        "cum tu", "tu", "chu", "doan", "cau", "noi dung", "quy dinh", "sua", "thay", "bo",
        "sua doi", "hai tu", "thay the",
    ]);
    if !names_words {
        return None;
    }
    // "bổ sung cụm từ “X” sau từ “Y”" wants X; "trước cụm từ “Y”" only says where.
    let after = |word: &str| tail.rfind(word).map(|at| at + word.len());
    let adding = after("bo sung").or_else(|| after("them"));
    let removing = ["sua", "thay", " bo ", "luoc bo", "dieu chinh"]
        .iter()
        .filter_map(|word| after(word))
        .max();
    let placing = ["sau", "truoc"].iter().filter_map(|word| after(word)).max();
    if placing.is_some() && placing >= adding && placing >= removing {
        return None;
    }
    match (adding, removing) {
        (Some(adding), removing) if removing.is_none_or(|removing| removing < adding) => {
            Some(QuotationRole::New)
        }
        (_, Some(_)) => Some(QuotationRole::Old),
        _ => tail.starts_with("bo ").then_some(QuotationRole::Old),
    }
}

/// The sentences of a text: cut after `.`, `?` or `!` when a capital follows.
pub(super) fn sentences(words: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut before = ' ';
    for (at, c) in words.char_indices() {
        let ends =
            matches!(c, '.' | '?' | '!') && !before.is_ascii_digit() && !before.is_uppercase();
        let rest = words.get(at + c.len_utf8()..).unwrap_or("");
        let follows = rest.starts_with(char::is_whitespace)
            && rest
                .trim_start()
                .starts_with(|c: char| c.is_uppercase() || c == '“' || c == '"');
        if ends && follows {
            found.push(Span::new(start, at + c.len_utf8()).trimmed(words));
            start = at + c.len_utf8();
        }
        before = c;
    }
    found.push(Span::new(start, words.len()).trimmed(words));
    found.retain(|span| !span.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::read_wording;
    use crate::domain::Span;

    #[track_caller]
    fn check(text: &str, old: Option<&str>, new: Option<&str>, reason: Option<&str>) {
        let wording = read_wording(text, Span::whole(text));
        let words = |span: Option<Span>| span.and_then(|span| span.slice(text));
        assert_eq!(words(wording.old_text), old, "old text of {text}");
        assert_eq!(words(wording.new_text), new, "new text of {text}");
        assert_eq!(words(wording.reason), reason, "reason of {text}");
    }

    #[test]
    fn old_and_new_wording() {
        check(
            "đề nghị sửa cụm từ “yêu cầu” thành “đề nghị rà soát”. Lý do: phải thẩm định.",
            Some("yêu cầu"),
            Some("đề nghị rà soát"),
            Some("phải thẩm định."),
        );
        check(
            "đề nghị bỏ cụm từ \"có điều kiện\".",
            Some("có điều kiện"),
            None,
            None,
        );
        check(
            "thay từ “vận động” bằng cụm từ “khuyến khích”",
            Some("vận động"),
            Some("khuyến khích"),
            None,
        );
        check(
            "bổ sung cụm từ “giám định” sau từ “định giá”",
            None,
            Some("giám định"),
            None,
        );
        check(
            "Sửa “Chủ trì” thành “Phối hợp”.",
            Some("Chủ trì"),
            Some("Phối hợp"),
            None,
        );
        check(
            "đề nghị sửa lại như sau: “Hằng năm lập dự toán”",
            None,
            Some("Hằng năm lập dự toán"),
            None,
        );
        check("Mục III giao “các sở” là chưa rõ", None, None, None);
    }
}
