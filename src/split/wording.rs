//! Reads a point: proposal, reason, old and new wording; and sentences.

use super::quotation::{QuotationRole, names_term, quotations, replaces, role_of_quotation};
use super::reason::{Parts, find_reason};
use crate::domain::Span;

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
    let within = |part: Span| part.shifted(span.start).trimmed(text);
    if let Some(Parts { proposal, reason }) = find_reason(words) {
        let proposal = within(proposal);
        let reason = within(reason);
        if !proposal.is_empty() && !reason.is_empty() {
            wording.proposal = Some(proposal);
            wording.reason = Some(reason);
        }
    }
    let quotations = quotations(words);
    let roles: Vec<Option<QuotationRole>> = quotations
        .iter()
        .map(|quotation| role_of_quotation(words, *quotation))
        .collect();
    for (quotation, role) in quotations.iter().zip(&roles) {
        let inside = within(*quotation);
        match role {
            Some(QuotationRole::New) if wording.new_text.is_none() => {
                wording.new_text = Some(inside).filter(|inside| !inside.is_empty());
            }
            Some(QuotationRole::Old) if wording.old_text.is_none() => {
                wording.old_text = Some(inside).filter(|inside| !inside.is_empty());
            }
            _ => {}
        }
    }
    // "giao huyện “chủ trì” là chưa phù hợp, sửa thành “phối hợp”": the one quoted before.
    if let (None, [first, second], [None, Some(QuotationRole::New)]) =
        (wording.old_text, quotations.as_slice(), roles.as_slice())
        && replaces(words, *second)
        && !names_term(words, *first)
    {
        wording.old_text = Some(within(*first)).filter(|inside| !inside.is_empty());
    }
    wording
}

/// The sentences of a text: cut after `.`, `?` or `!` when a capital follows.
pub(super) fn sentences(words: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut before = ' ';
    for (at, c) in words.char_indices() {
        let ends = matches!(c, '.' | '?' | '!') && !before.is_uppercase();
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
