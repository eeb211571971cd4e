//! Finds why a point asks for something.
//!
//! In this order: a marker with a colon ("Lý do: …"), a conclusion ("… Do đó, đề nghị …"), "Căn cứ
//! …, đề nghị …", "vì …", "do …". Words that only say what for ("để bảo đảm …") are no reason.

use std::sync::LazyLock;

use regex::Regex;

use super::phrase::{Words, asks, asks_openly, concludes, has_proposal};
use super::wording::sentences;
use crate::domain::Span;
use crate::text::fold::Folded;

/// A point in two: what it asks for and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) proposal: Span,
    pub(super) reason: Span,
}

/// "Lý do đề nghị:", "Lý giải:", on mark-less lower-case text.
static MARKER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"\b((ly|li) do|(ly|li) giai|giai thich|nguyen nhan|co so de xuat|co so|can cu|thuyet minh)",
        r"( (de nghi|de xuat|gop y|bo sung|sua doi|dieu chinh|cua viec sua|phap ly))?(\s*:|\s+(la|vi)\b[:,]?)",
    ))
    .expect("the pattern is valid")
});

/// A look at the marked letters spares folding most points.
static HINT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"ý do|í do|Ý DO|Í DO|y do|i do|ải thích|ý giải|ăn cứ|ơ sở| vì |Vì |\nvì|, do |Do |o đó|ì vậy|ì thế|",
        r"o vậy|ởi vậy|ởi vì|nên đề nghị|, bởi |guyên nhân",
    ))
    .expect("the pattern is valid")
});

/// The same for a conclusion.
static TURN_HINT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("o đó|ì vậy|ì thế|o vậy|ởi vậy|nên đề nghị|ì lẽ đó").expect("the pattern is valid")
});
/// The same for a marker with its colon.
static MARKER_HINT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?:[ýíÝÍyi] [dD][oO]|ý giải|iải thích|guyên nhân|ơ sở|ăn cứ|uyết minh)",
        r"(?: [^:.;]{0,40})?(?::| ?là| ?vì)",
    ))
    .expect("the pattern is valid")
});

/// Finds the reason inside a point; spans are in its words.
pub(super) fn find_reason(words: &str) -> Option<Parts> {
    if !HINT.is_match(words) {
        return None;
    }
    after_marker(words)
        .or_else(|| before_conclusion(words))
        .or_else(|| basis(words))
        .or_else(|| because(words))
}

/// "… Lý do: …", and "Lý do: …. Đề nghị …".
fn after_marker(words: &str) -> Option<Parts> {
    if !MARKER_HINT.is_match(words) {
        return None;
    }
    let folded = Folded::new(words);
    let found = MARKER.find_iter(folded.as_str()).find(|found| {
        let before = folded.as_str().get(..found.start()).unwrap_or("");
        let begins = before
            .trim_end()
            .chars()
            .next_back()
            .is_none_or(|c| !c.is_alphanumeric() || before.ends_with('\n'));
        // "cơ sở:", "căn cứ:" inside a sentence name other things.
        let is_plain = found.as_str().starts_with("ly do")
            || found.as_str().starts_with("li do")
            || found.as_str().starts_with("ly giai");
        is_plain && found.as_str().ends_with(':') || begins
    })?;
    let at = folded.original(Span::new(found.start(), found.end()));
    let before = Span::new(0, at.start);
    let after = Span::new(at.end, words.len());
    if before.slice(words)?.trim().len() > 1 {
        return Some(Parts {
            proposal: without_end(words, before),
            reason: after,
        });
    }
    let rest = after.slice(words)?;
    let asking = sentences(rest).into_iter().skip(1).find(|sentence| {
        sentence
            .slice(rest)
            .is_some_and(|words| asks_openly(&Words::new(words)))
    })?;
    Some(Parts {
        proposal: Span::new(after.start + asking.start, words.len()),
        reason: Span::new(after.start, after.start + asking.start),
    })
}

/// "Quy định này … . Do đó, đề nghị …", "…, vì vậy đề nghị …".
fn before_conclusion(words: &str) -> Option<Parts> {
    const TURNS: [&str; 12] = [
        "do đó",
        "vì vậy",
        "vì thế",
        "do vậy",
        "bởi vậy",
        "nên đề nghị",
        "Do đó",
        "Vì vậy",
        "Vì thế",
        "Do vậy",
        "Bởi vậy",
        "vì lẽ đó",
    ];
    if !TURN_HINT.is_match(words) {
        return None;
    }
    let (at, turn) = TURNS
        .iter()
        .filter_map(|turn| Some((words.find(turn)?, *turn)))
        .min()?;
    let before = words.get(..at)?;
    let ends =
        before.trim_end().ends_with(['.', ',', ';', '!', '-', ':']) || before.ends_with('\n');
    let keeps = turn == "nên đề nghị";
    let skip = if keeps { "nên".len() } else { turn.len() };
    let after = words.get(at + skip..)?;
    let proposal = after.trim_start_matches([',', ' ', '\n', ':']);
    let is_conclusion = ends
        && before.trim().len() > 12
        && !asks_openly(&Words::new(before))
        && has_proposal(&Words::new(proposal));
    is_conclusion.then(|| Parts {
        proposal: Span::new(words.len() - proposal.len(), words.len()),
        reason: without_end(words, Span::new(0, at)),
    })
}

/// "Căn cứ khoản 2 Điều 5 Luật X, đề nghị …".
fn basis(words: &str) -> Option<Parts> {
    if !(words.starts_with("Căn cứ") || words.starts_with("căn cứ")) {
        return None;
    }
    let at = ["đề nghị", "kiến nghị", "đề xuất"]
        .iter()
        .filter_map(|word| words.find(word))
        .min()?;
    let comma = words.get(..at)?.rfind([',', ';'])?;
    Some(Parts {
        proposal: Span::new(comma + 1, words.len()),
        reason: Span::new(0, comma),
    })
}

/// "…, vì …", "…, do …"; "Vì …, đề nghị …".
fn because(words: &str) -> Option<Parts> {
    let mut is_quoted = false;
    let mut before_c = '\n';
    for (at, c) in words.char_indices() {
        match c {
            '“' | '«' => is_quoted = true,
            '”' | '»' => is_quoted = false,
            '"' => is_quoted = !is_quoted,
            _ => {}
        }
        let starts_word = !before_c.is_alphanumeric();
        before_c = c;
        if is_quoted || !starts_word || !matches!(c, 'v' | 'V' | 'd' | 'D' | 'b' | 'B') {
            continue;
        }
        let rest = words.get(at..)?;
        let before = words.get(..at)?;
        let Some(skip) = joins(rest, before) else {
            continue;
        };
        if let Some(parts) = told_apart(words, at, skip) {
            return Some(parts);
        }
    }
    None
}

/// The length of "vì", "do", "bởi vì" at the start of a text, where it means "because".
fn joins(rest: &str, before: &str) -> Option<usize> {
    const NO_REASON: [&str; 9] = [
        "vậy",
        "thế",
        "sao",
        "mục",
        "lợi",
        "sự nghiệp",
        "lẽ đó",
        "lý do",
        "cộng đồng",
    ];
    const CAUSES: [&str; 22] = [
        "việc",
        "quy định",
        "hiện",
        "chưa",
        "không",
        "đã",
        "nội dung",
        "theo",
        "thực tế",
        "trùng",
        "đây",
        "địa phương",
        "dự thảo",
        "luật",
        "nghị định",
        "đơn vị",
        "đặc thù",
        "khó khăn",
        "trên địa bàn",
        "kinh phí",
        "mức",
        "số lượng",
    ];
    let lower = |c: char| c.to_lowercase().next().unwrap_or(c);
    let first = rest.chars().next().map(lower)?;
    let word_end = rest.find(' ')?;
    let word: String = rest.get(..word_end)?.chars().map(lower).collect();
    let after = rest.get(word_end + 1..)?;
    let starts = |list: &[&str]| {
        let head: String = after.chars().take(14).map(lower).collect();
        list.iter().any(|start| head.starts_with(start))
    };
    let begins = before.trim_end().is_empty()
        || before
            .trim_end()
            .ends_with(['.', ',', ';', ':', '”', '"', '(', '–', '-']);
    match (first, word.as_str()) {
        ('v', "vì") => {
            (!starts(&NO_REASON) && !before.ends_with("thay ") && !before.ends_with("Thay "))
                .then_some(word_end)
        }
        ('b', "bởi") if begins => Some(if after.starts_with("vì ") {
            word_end + 1 + "vì".len()
        } else {
            word_end
        }),
        ('d', "do") if begins && !starts(&["đó", "vậy"]) => {
            let skip = if after.starts_with("vì ") {
                word_end + 1 + "vì".len()
            } else {
                word_end
            };
            (starts(&CAUSES) || after.starts_with("vì ")).then_some(skip)
        }
        _ => None,
    }
}

/// Tells proposal and reason apart at a "vì" that stands at `at`.
fn told_apart(words: &str, at: usize, skip: usize) -> Option<Parts> {
    let before = words.get(..at)?;
    let after = words.get(at + skip..)?;
    let spoken = Words::new(before);
    if has_proposal(&spoken) {
        // The reason goes to the end of its sentence; what follows may ask for more.
        let sentences = sentences(after);
        let first = sentences.first()?;
        let asks_more = sentences.iter().skip(1).any(|sentence| {
            sentence.slice(after).is_some_and(|words| {
                let words = Words::new(words);
                asks(&words) || concludes(&words)
            })
        });
        let end = if asks_more { first.end } else { after.len() };
        return Some(Parts {
            proposal: without_end(words, Span::new(0, at)),
            reason: Span::new(at + skip, at + skip + end),
        });
    }
    // "Vì …, đề nghị …", "Mục III: do …, nên …"
    let turn = [
        ", đề nghị",
        ", kiến nghị",
        ", nên",
        ". Đề nghị",
        "; đề nghị",
        ", cần",
        ", do đó",
        ", vì vậy",
    ]
    .iter()
    .filter_map(|turn| after.find(turn))
    .min()?;
    Some(Parts {
        proposal: Span::new(at + skip + turn + 1, words.len()),
        reason: Span::new(at + skip, at + skip + turn),
    })
}

/// A span without white space and joining punctuation at its end.
fn without_end(words: &str, span: Span) -> Span {
    let inside = span.slice(words).unwrap_or("");
    let kept = inside.trim_end_matches([',', ';', '-', '–', '(', ' ', '\n', '\t']);
    Span::new(span.start, span.start + kept.len())
}
