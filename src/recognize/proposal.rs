//! Words that a comment wants in place of others: `thay cụm từ “A” bằng “B”`.
//!
//! Only what stands between quotation marks is taken, and only where the words around say which of
//! two quotations is the old one. Anything else stays with the person who reads the comment.

use crate::domain::{Span, Wording};
use crate::text::fold::fold;

/// A proposed change of words, and why it was read so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The words before and after.
    pub wording: Wording,
    /// The rule's stable name.
    pub rule: &'static str,
    /// The words it was read from.
    pub span: Span,
}

/// A quotation without its marks, and where it stands with them.
struct Quotation<'a> {
    inner: &'a str,
    start: usize,
    end: usize,
}

/// Words that say that something is replaced.
const REPLACES: &[&str] = &["thay", "sua", "chinh", "doi", "viet lai"];
/// Words that lead from what was to what is to be.
const BECOMES: &[&str] = &["thanh", "bang", "la"];
/// Words between the two quotations of one proposal, at most: "thành cụm từ", "được thay bằng".
const MAX_SYLLABLES_BETWEEN: usize = 6;
/// Syllables before a quotation that are looked at.
const N_BEFORE: usize = 12;

/// Finds every change of words a comment proposes, in reading order.
pub fn find_proposals(text: &str) -> Vec<Proposal> {
    let quotations = quotations(text);
    let mut proposals = Vec::new();
    let mut before = 0;
    let mut at = 0;
    while let Some(first) = quotations.get(at) {
        let lead = text.get(before..first.start).unwrap_or_default();
        let second = quotations.get(at + 1);
        let between = second.and_then(|second| text.get(first.end..second.start));
        let pair = second.zip(between).and_then(|(second, between)| {
            let (rule, wording) = read_pair(lead, first.inner, between, second.inner)?;
            Some((rule, wording, second.end))
        });
        let (found, end) = match pair {
            Some((rule, wording, end)) => (Some((rule, wording)), end),
            None => (read_single(lead, first.inner), first.end),
        };
        if let Some((rule, wording)) = found {
            proposals.push(Proposal {
                wording,
                rule,
                span: Span::new(first.start, end),
            });
        }
        at += if end == first.end { 1 } else { 2 };
        before = end;
    }
    proposals
}

/// Two quotations of which one is to stand in place of, or beside, the other.
fn read_pair(
    lead: &str,
    first: &str,
    between: &str,
    second: &str,
) -> Option<(&'static str, Wording)> {
    let lead = last_syllables(lead);
    let between: Vec<String> = syllables(between);
    if between.len() > MAX_SYLLABLES_BETWEEN || between.is_empty() {
        return None;
    }
    let has = |words: &[String], wanted: &[&str]| {
        let text = format!(" {} ", words.join(" "));
        wanted
            .iter()
            .any(|word| text.contains(&format!(" {word} ")))
    };
    if has(&lead, REPLACES) && has(&between, BECOMES) {
        let wording = Wording::of(first, second)?;
        return Some(("proposal.replace", wording));
    }
    if has(&lead, &["bo sung", "them"]) && has(&between, &["sau"]) {
        let wording = Wording::of(second, &format!("{} {}", second.trim(), first.trim()))?;
        return Some(("proposal.add_after", wording));
    }
    if has(&lead, &["bo sung", "them"]) && has(&between, &["truoc"]) {
        let wording = Wording::of(second, &format!("{} {}", first.trim(), second.trim()))?;
        return Some(("proposal.add_before", wording));
    }
    None
}

/// One quotation that is to go, or to come.
fn read_single(lead: &str, quoted: &str) -> Option<(&'static str, Wording)> {
    let lead = last_syllables(lead);
    // The verb stands close by: "bỏ cụm từ", "đề nghị lược bỏ nội dung".
    let close: Vec<&str> = lead.iter().rev().take(5).map(String::as_str).collect();
    let becomes = close.iter().take(3).any(|word| BECOMES.contains(word));
    if becomes && lead.iter().any(|word| REPLACES.contains(&word.as_str())) {
        return Some(("proposal.rewrite", Wording::of("", quoted)?));
    }
    let verb = close
        .iter()
        .position(|word| matches!(*word, "bo" | "them" | "sung"))?;
    match close.get(verb).copied()? {
        "sung" if close.get(verb + 1) == Some(&"bo") => {
            Some(("proposal.add", Wording::of("", quoted)?))
        }
        "them" => Some(("proposal.add", Wording::of("", quoted)?)),
        "bo" => Some(("proposal.remove", Wording::of(quoted, "")?)),
        _ => None,
    }
}

fn syllables(text: &str) -> Vec<String> {
    let words = fold(text);
    let words = words.split(|c: char| !c.is_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The last syllables of the sentence that leads to a quotation.
fn last_syllables(lead: &str) -> Vec<String> {
    let sentence = lead.rsplit(['.', ';', '\n']).next().unwrap_or_default();
    let mut words = syllables(sentence);
    words.split_off(words.len().saturating_sub(N_BEFORE))
}

fn quotations(text: &str) -> Vec<Quotation<'_>> {
    let mut found = Vec::new();
    let mut open: Option<(usize, char)> = None;
    for (at, c) in text.char_indices() {
        match (open, c) {
            // A mark that was never closed does not swallow the rest.
            (None, '“' | '"' | '«') | (Some(_), '“') => open = Some((at, c)),
            (Some((start, mark)), '”' | '"' | '»') if closes(mark, c) => {
                if let Some(inner) = text.get(start + mark.len_utf8()..at)
                    && !inner.trim().is_empty()
                {
                    found.push(Quotation {
                        inner,
                        start,
                        end: at + c.len_utf8(),
                    });
                }
                open = None;
            }
            _ => {}
        }
    }
    found
}

fn closes(opening: char, closing: char) -> bool {
    matches!((opening, closing), ('“', '”') | ('"', '"') | ('«', '»'))
}

#[cfg(test)]
mod tests {
    use super::find_proposals;

    /// Each proposal as `rule: old → new`.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = find_proposals(text)
            .into_iter()
            .inspect(|it| assert!(it.span.slice(text).is_some(), "{text}"))
            .map(|it| format!("{}: {} → {}", it.rule, it.wording.old, it.wording.new))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn words_in_place_of_others() {
        check(
            "Đề nghị thay cụm từ “hỗ trợ tối đa 30%” bằng cụm từ “hỗ trợ tối đa 50%” tại khoản 2.",
            &["proposal.replace: hỗ trợ tối đa 30% → hỗ trợ tối đa 50%"],
        );
        check(
            "Sửa \"UBND huyện\" thành \"UBND cấp xã\"; bỏ cụm từ “và thành phố”.",
            &[
                "proposal.replace: UBND huyện → UBND cấp xã",
                "proposal.remove: và thành phố → ",
            ],
        );
    }

    #[test]
    fn words_beside_others() {
        check(
            "Bổ sung cụm từ “và đổi mới sáng tạo” vào sau cụm từ “khoa học, công nghệ”.",
            &["proposal.add_after: khoa học, công nghệ → khoa học, công nghệ và đổi mới sáng tạo"],
        );
        check(
            "Đề nghị bổ sung nội dung: “Sở Tài chính bố trí kinh phí”.",
            &["proposal.add:  → Sở Tài chính bố trí kinh phí"],
        );
    }

    #[test]
    fn words_in_place_of_something_not_quoted() {
        check(
            "Điểm c mục IV.5 nên sửa thành “mỗi huyện phân công cán bộ theo dõi”.",
            &["proposal.rewrite:  → mỗi huyện phân công cán bộ theo dõi"],
        );
    }

    #[test]
    fn quotations_that_propose_nothing() {
        for text in [
            "Nhận định “chủ yếu sử dụng công nghệ của công ty mẹ” là đúng nhưng chưa đủ.",
            "Mục “Kinh phí” và mục “Tổ chức thực hiện” còn trùng nhau.",
            "Đề nghị làm rõ “chợ công nghệ”.",
            "Câu “chưa đóng ngoặc",
            "“” \"\"",
        ] {
            check(text, &[]);
        }
    }
}
