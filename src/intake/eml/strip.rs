//! What the author of a mail wrote, apart from what the mail program put below it: earlier
//! messages, the mail signature, disclaimers.
//!
//! Nothing is lost: the pieces together are the whole text. An official letter written into the
//! body keeps its own closing, Nơi nhận and signature, which later steps need.

use std::sync::LazyLock;

use regex::Regex;

use super::forwarded;
use crate::domain::Span;
use crate::text::fold::fold;

/// A piece of a mail's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: PieceKind,
    /// In text order; several where quotations stand between answers.
    pub(super) spans: Vec<Span>,
}

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceKind {
    Body,
    /// The fields above a message that was forwarded.
    ForwardHead,
    /// The body of a message that was forwarded.
    Forwarded,
    Quoted,
    Signature,
}

/// Forwards of forwards that are followed.
const MAX_FORWARDS: usize = 5;
/// Messages of one talk that are told apart; the rest stays text.
const MAX_MESSAGES: usize = 200;

/// `-----Original Message-----`, `---------- Forwarded message ---------`, and Vietnamese.
static RULE_MARK: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^[-_ ]{2,}\s*(original message|forwarded message|original appointment|thu goc|tin nhan goc|thong bao goc|thu (?:da |duoc )?chuyen tiep|tin nhan (?:da |duoc )?chuyen tiep)",
    )
});
/// `On … wrote:`, `Vào … đã viết:`; folded, possibly over two lines.
static WROTE_MARK: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"^(?:on|vao|vao luc|luc|ngay|le|am)\b.{6,300}\b(?:wrote|da viet|viet|a ecrit)\s*:\s*$")
});
/// First field of the header block that Outlook and others put above a quoted message.
static FROM_FIELD: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^[>*_ ]*(?:from|tu|nguoi gui)\s*:[* ]*\S"));
/// The other fields of such a block.
static OTHER_FIELD: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^[>*_ ]*(?:sent|date|da gui|ngay gui|gui luc|ngay|thoi gian|to|toi|den|nguoi nhan|cc|dong gui|subject|chu de|tieu de)\s*:",
    )
});
static FORWARD_START: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(?:begin forwarded message|bat dau (?:thu|tin nhan) (?:duoc )?chuyen tiep)\s*:|^\[?(?:tin nhan )?(?:da|duoc) chuyen tiep(?: tu [^\]]{2,60})?\]?:?$",
    )
});
/// Closing words that stand alone above a mail signature.
static CLOSING: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(?:(?:xin )?(?:tran trong|chan thanh)(?: (?:cam on|kinh chao|kinh thu|kinh bao|thong bao))?|kinh thu|kinh chao|than ai|tran trong va cam on|(?:kind |best |warm )?regards|thanks(?: and regards)?|thank you|sincerely|br)\b.{0,30}$",
    )
});
static CONTACT: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"@|\bwww\.|https?:|\b(?:dt|dtdd|sdt|tel|mobile|phone|hotline|fax|email|e-mail|dien thoai|di dong|chuyen vien|van thu|van phong|phong|so|ubnd|cong ty|truong phong|pho truong phong)\b|\d{3,4}[ .]?\d{3}[ .]?\d{3}",
    )
});
/// Lines mail programs and servers add at the end.
static FOOTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"^(?:sent from my|get outlook for|",
        r"(?:duoc )?gui tu (?:iphone|dien thoai|thiet bi|outlook|ung dung|yahoo)|",
        r"khong co vi-?rut|virus-free|thu nay da duoc quet|",
        r"this (?:e-?mail|message).{0,60}(?:confidential|intended)|",
        r"the information (?:contained )?in this (?:e-?mail|message)|confidentiality notice|",
        r"(?:disclaimer|mien tru trach nhiem|luu y bao mat)\s*:?\s*$|",
        r"(?:thong tin|noi dung)?.{0,20}\b(?:thu|email|e-mail)(?: dien tu)? nay.{0,120}",
        r"(?:bao mat|\bmat\b|danh rieng|chi danh|nguoi nhan)|",
        r"please consider the environment|hay bao ve moi truong.{0,40}\bin\b)",
    ))
});
/// What an official letter has (Nghị định 30/2020/NĐ-CP, Phụ lục I).
static OFFICIAL: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?m)cong hoa xa hoi chu nghia|^\W*noi nhan\s*:|^\s*so\s*:\s*\S*/\S+.*$|^(?:tm|kt|tl|tuq|q)\.\s?\S",
    )
});
static FORWARD_SUBJECT: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^\s*(?:(?:re|tra loi|tl|v/v)\s*:\s*)*(?:fwd?|chuyen tiep|ct|tr)\s*:"));

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is valid")
}

/// Whether a subject says that the mail is forwarded.
pub(super) fn is_forward(subject: &str) -> bool {
    FORWARD_SUBJECT.is_match(&fold(subject))
}

/// A line with its place in the text, line end included in the span.
struct Line {
    span: Span,
    folded: String,
    /// Names the author of a message copied out of a messenger.
    is_chat_head: bool,
}

/// Cuts a mail's text into pieces. `is_forward`: what looks like an earlier message is the message.
pub(super) fn cut(text: &str, is_forward: bool) -> Vec<Piece> {
    let lines = lines_of(text);
    let mut pieces = Vec::new();
    cut_lines(text, &lines, is_forward, PieceKind::Body, 0, &mut pieces);
    pieces
}

fn lines_of(text: &str) -> Vec<Line> {
    let mut start = 0;
    text.split_inclusive('\n')
        .flat_map(|line| {
            // The words of a message out of a messenger begin beside its author's name.
            let head = forwarded::chat_head(line).unwrap_or(0);
            let (head, words) = line.split_at_checked(head).unwrap_or(("", line));
            [(head, true), (words, false)]
        })
        .filter(|(line, _)| !line.is_empty())
        .map(|(line, is_chat_head)| {
            let span = Span::new(start, start + line.len());
            start = span.end;
            // Marks stand at the beginning of a line; long lines are paragraphs.
            let shown: String = line.trim().chars().take(400).collect();
            Line {
                span,
                folded: fold(&shown),
                is_chat_head,
            }
        })
        .collect()
}

fn whole(lines: &[Line]) -> Option<Span> {
    Some(Span::new(lines.first()?.span.start, lines.last()?.span.end))
}

fn is_blank(lines: &[Line]) -> bool {
    lines.iter().all(|line| line.folded.is_empty())
}

fn push(pieces: &mut Vec<Piece>, kind: PieceKind, spans: Vec<Span>) {
    if !spans.is_empty() {
        pieces.push(Piece { kind, spans });
    }
}

/// Cuts at the first mark of an earlier message.
fn cut_lines(
    text: &str,
    lines: &[Line],
    is_forward: bool,
    kind: PieceKind,
    depth: usize,
    pieces: &mut Vec<Piece>,
) {
    let Some(mark) = find_mark(lines) else {
        cut_signature(text, lines, kind, pieces);
        return;
    };
    let (above, below) = lines.split_at_checked(mark.at).unwrap_or((lines, &[]));
    let (fields, rest) = below.split_at_checked(mark.n_lines).unwrap_or((below, &[]));
    let forwards =
        mark.is_forward || (is_forward && mark.is_block) || (is_blank(above) && mark.is_block);
    if !is_blank(above) {
        cut_signature(text, above, kind, pieces);
    }
    let most = if mark.is_chat {
        MAX_MESSAGES
    } else {
        MAX_FORWARDS
    };
    if forwards && depth < most {
        let says_so = mark.is_forward || is_forward;
        let kind = if says_so {
            PieceKind::ForwardHead
        } else {
            PieceKind::Quoted
        };
        push(pieces, kind, whole(fields).into_iter().collect());
        cut_lines(text, rest, false, PieceKind::Forwarded, depth + 1, pieces);
        return;
    }
    if mark.is_chat {
        cut_signature(text, below, kind, pieces);
        return;
    }
    // Below "… wrote:" only the lines with ">" are quoted when there are any: the answer may
    // stand below or between them.
    let is_quoted = |line: &&Line| line.folded.starts_with('>');
    let mut filled = rest.iter().filter(|line| !line.folded.is_empty());
    let has_prefixes = filled.clone().next().as_ref().is_some_and(is_quoted);
    if mark.is_block || !has_prefixes || filled.all(|line| is_quoted(&line)) {
        push(
            pieces,
            PieceKind::Quoted,
            whole(below).into_iter().collect(),
        );
        return;
    }
    push(
        pieces,
        PieceKind::Quoted,
        whole(fields).into_iter().collect(),
    );
    cut_signature(text, rest, kind, pieces);
}

/// Where an earlier message begins.
struct Mark {
    at: usize,
    /// Lines of the mark itself.
    n_lines: usize,
    /// A header block or a rule, below which everything is the earlier message.
    is_block: bool,
    is_forward: bool,
    is_chat: bool,
}

fn find_mark(lines: &[Line]) -> Option<Mark> {
    (0..lines.len()).find_map(|at| {
        let line = lines.get(at)?;
        let folded = line.folded.as_str();
        if line.is_chat_head {
            return Some(Mark {
                at,
                n_lines: 1,
                is_block: true,
                is_forward: true,
                is_chat: true,
            });
        }
        if RULE_MARK.is_match(folded) || FORWARD_START.is_match(folded) {
            let n_fields = n_fields(lines.get(at + 1..)?);
            return Some(Mark {
                at,
                n_lines: 1 + n_fields,
                is_block: true,
                is_forward: folded.contains("chuyen tiep") || folded.contains("forward"),
                is_chat: false,
            });
        }
        if FROM_FIELD.is_match(folded) {
            let n_lines = n_fields(lines.get(at..)?);
            let n_others = lines.get(at + 1..at + n_lines).unwrap_or_default();
            let n_others = n_others
                .iter()
                .filter(|line| OTHER_FIELD.is_match(&line.folded))
                .count();
            // A rule of underscores above belongs to the block.
            let is_ruled = |line: &Line| {
                line.folded.len() >= 5 && line.folded.bytes().all(|b| b == b'_' || b == b'-')
            };
            let has_rule = at
                .checked_sub(1)
                .and_then(|above| lines.get(above))
                .is_some_and(is_ruled);
            let at = if has_rule { at - 1 } else { at };
            return (n_others >= 2).then_some(Mark {
                at,
                n_lines: n_lines + usize::from(has_rule),
                is_block: true,
                is_forward: false,
                is_chat: false,
            });
        }
        wrote_mark(lines, at)
    })
}

/// `Vào … đã viết:`, which programs wrap over up to three lines.
fn wrote_mark(lines: &[Line], at: usize) -> Option<Mark> {
    let mut joined = String::new();
    for n_lines in 1..=3 {
        let line = lines.get(at + n_lines - 1)?;
        if line.folded.is_empty() || line.folded.len() > 300 {
            return None;
        }
        if n_lines > 1 {
            joined.push(' ');
        }
        joined.push_str(&line.folded);
        if n_lines == 1 && !joined.starts_with(['o', 'v', 'l', 'n', 'a']) {
            return None;
        }
        if line.folded.ends_with(':') {
            let is_mark =
                WROTE_MARK.is_match(&joined) && joined.bytes().any(|b| b.is_ascii_digit());
            return is_mark.then_some(Mark {
                at,
                n_lines,
                is_block: false,
                is_forward: false,
                is_chat: false,
            });
        }
    }
    None
}

/// How many lines a header block has: fields, their continuations, blank lines between.
fn n_fields(lines: &[Line]) -> usize {
    let mut n_lines = 0;
    for (at, line) in lines.iter().take(14).enumerate() {
        let is_field = FROM_FIELD.is_match(&line.folded) || OTHER_FIELD.is_match(&line.folded);
        if is_field {
            n_lines = at + 1;
        } else if !line.folded.is_empty() && at > n_lines + 1 {
            break;
        }
    }
    n_lines
}

/// Takes ">" lines, signature and footers from the end of what the author wrote.
fn cut_signature(text: &str, lines: &[Line], kind: PieceKind, pieces: &mut Vec<Piece>) {
    let end = signature_start(text, lines);
    let (written, signature) = lines.split_at_checked(end).unwrap_or((lines, &[]));
    let quotes = quoted_lines(written);
    let mut body: Vec<Span> = Vec::new();
    let mut quoted: Vec<Span> = Vec::new();
    for (at, line) in written.iter().enumerate() {
        let spans = if quotes.get(at) == Some(&true) {
            &mut quoted
        } else {
            &mut body
        };
        match spans.last_mut() {
            Some(last) if last.end == line.span.start => last.end = line.span.end,
            _ => spans.push(line.span),
        }
    }
    push(pieces, kind, body);
    push(pieces, PieceKind::Quoted, quoted);
    push(
        pieces,
        PieceKind::Signature,
        whole(signature).into_iter().collect(),
    );
}

/// Which lines are quoted by ">": two in a row at least, since one may be "> 15 %".
fn quoted_lines(lines: &[Line]) -> Vec<bool> {
    let begins = |at: Option<usize>| {
        at.and_then(|at| lines.get(at))
            .is_some_and(|line| line.folded.starts_with('>'))
    };
    (0..lines.len())
        .map(|at| begins(Some(at)) && (begins(at.checked_sub(1)) || begins(at.checked_add(1))))
        .collect()
}

/// Signatures are short.
const MAX_SIGNATURE_LINES: usize = 14;

/// The first line of the mail signature, disclaimer or program's footer; the number of lines when
/// there is none.
fn signature_start(text: &str, lines: &[Line]) -> usize {
    let mut end = lines.len();
    // The mark of RFC 3676, section 4.3.
    let is_mark = |line: &Line| {
        matches!(
            line.span
                .slice(text)
                .map(|line| line.trim_end_matches(['\n', '\r'])),
            Some("-- " | "--")
        )
    };
    if let Some(at) = lines.iter().rposition(is_mark)
        && lines.len() - at <= 40
    {
        end = at;
    }
    let window = end.saturating_sub(30);
    let footer = lines
        .get(window..end)
        .unwrap_or_default()
        .iter()
        .position(|line| FOOTER.is_match(&line.folded));
    if let Some(at) = footer {
        end = window + at;
    }
    let folded = || {
        lines
            .get(..end)
            .unwrap_or_default()
            .iter()
            .map(|line| line.folded.as_str())
    };
    let is_official = folded().any(|line| OFFICIAL.is_match(line));
    if is_official {
        return trim_blank(lines, end);
    }
    let window = end.saturating_sub(MAX_SIGNATURE_LINES * 2);
    let closing = lines
        .get(window..end)
        .unwrap_or_default()
        .iter()
        .rposition(|line| CLOSING.is_match(&line.folded));
    if let Some(at) = closing {
        let below: Vec<&Line> = lines
            .get(window + at + 1..end)
            .unwrap_or_default()
            .iter()
            .filter(|line| !line.folded.is_empty())
            .collect();
        let is_short = !below.is_empty()
            && below.len() <= MAX_SIGNATURE_LINES
            && below.iter().all(|line| line.folded.len() <= 120);
        let is_signed = below.len() <= 3 || below.iter().any(|line| CONTACT.is_match(&line.folded));
        let has_items = below.iter().any(|line| {
            line.folded
                .starts_with(|c: char| c.is_ascii_digit() && line.folded.contains(". "))
                && line.folded.len() > 60
        });
        if is_short && is_signed && !has_items {
            end = window + at;
        }
    }
    trim_blank(lines, end)
}

/// Gives the blank lines above a cut to what is cut.
fn trim_blank(lines: &[Line], end: usize) -> usize {
    if end == lines.len() {
        return end;
    }
    let above = lines.get(..end).unwrap_or_default();
    above
        .iter()
        .rposition(|line| !line.folded.is_empty())
        .map_or(0, |last| last + 1)
}
