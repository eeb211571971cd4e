//! What stands around the body: letterhead, titles, căn cứ, signature.

use crate::domain::Letterhead;
use crate::report::wording;

use super::{Block, Head, Line, Signature, Source};

/// Wide enough to write or stamp a number into; the spaces do not collapse.
const BLANK: &str = "\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}";

/// Wide enough for two digits.
const DAY_BLANK: &str = "\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}";

/// Whether a report carries a number of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbered {
    /// Số: …/BC-….
    Yes,
    /// An attachment: bản tổng hợp is not one of the 29 types of Điều 7.
    No,
}

pub(super) fn head(source: &Source<'_>, numbered: Numbered) -> Block {
    let letterhead = letterhead(source);
    let year = source.facts.snapshot.taken_at.year();
    let symbol = match letterhead.symbol.trim() {
        "" => "BC",
        symbol => symbol,
    };
    let date = format!("ngày{DAY_BLANK}tháng{DAY_BLANK}năm {year}");
    Block::Head(Head {
        superior: letterhead.superior.trim().to_uppercase(),
        agency: letterhead.agency.trim().to_uppercase(),
        number: (numbered == Numbered::Yes).then(|| format!("Số:{BLANK}/{symbol}")),
        about: None,
        place_and_date: match letterhead.place.trim() {
            "" => date,
            place => format!("{place}, {date}"),
        },
    })
}

/// The head of a công văn: its symbol names the agency and the unit that drafts (Phụ lục I, mục
/// II.3), its trích yếu stands below.
pub(super) fn letter_head(source: &Source<'_>, about: &str) -> Block {
    let letterhead = letterhead(source);
    // "BC-SKHCN" is the symbol of a report; the agency comes after its type.
    let symbol = letterhead.symbol.trim();
    let agency = symbol.split_once('-').map_or(symbol, |(_, agency)| agency);
    let unit = kept_at(letterhead).and_then(|kept| kept.split_once(','));
    let symbol = match unit.map(|(_, unit)| unit.trim()) {
        Some(unit) if !unit.is_empty() => format!("{agency}-{unit}"),
        _ => agency.to_owned(),
    };
    match head(source, Numbered::No) {
        Block::Head(head) => Block::Head(Head {
            number: Some(format!("Số:{BLANK}/{symbol}")),
            about: Some(about.to_owned()),
            ..head
        }),
        other => other,
    }
}

/// "Lưu: VT, QLCN", the last of the recipients.
fn kept_at(letterhead: &Letterhead) -> Option<&str> {
    let last = letterhead.recipients.last()?;
    let last = last.trim().trim_start_matches(['-', '–', ' ']);
    last.starts_with("Lưu")
        .then(|| last.trim_end_matches([';', '.', ' ']))
}

/// The last sentence of a công văn, and who signs it.
pub(super) fn letter_closing(source: &Source<'_>, sentence: &str) -> Vec<Block> {
    let mut blocks = closing(source, sentence);
    if let Some(Block::Signature(signature)) = blocks.last_mut() {
        let kept = kept_at(letterhead(source)).unwrap_or("Lưu: VT").to_owned();
        signature.recipients = vec!["Như trên".to_owned(), kept];
    }
    blocks
}

fn letterhead<'a>(source: &Source<'a>) -> &'a Letterhead {
    &source.facts.snapshot.consultation.letterhead
}

/// "dự thảo Đề án "…"".
pub(super) fn subject_of(source: &Source<'_>) -> String {
    let title = source.facts.snapshot.consultation.title.trim();
    if title.to_lowercase().starts_with("dự thảo") {
        wording::lower_first(title)
    } else {
        format!("dự thảo {title}")
    }
}

/// The organization in charge, as the subject of a sentence.
pub(super) fn lead(source: &Source<'_>) -> String {
    let code = &source.facts.snapshot.consultation.lead;
    source.facts.by_code(code).map_or_else(
        || "Cơ quan chủ trì soạn thảo".to_owned(),
        |organization| organization.name.clone(),
    )
}

/// Kính gửi, when someone is addressed.
pub(super) fn addressees(source: &Source<'_>) -> Option<Block> {
    let names = listed(&letterhead(source).addressee);
    (!names.is_empty()).then_some(Block::Addressees(names))
}

/// The căn cứ, in the marks of Phụ lục I, mục II.5.
pub(super) fn bases(source: &Source<'_>) -> Vec<Block> {
    let bases: Vec<&str> = letterhead(source)
        .legal_bases
        .iter()
        .map(|basis| basis.trim().trim_end_matches([';', '.', ' ']))
        .filter(|basis| !basis.is_empty())
        .collect();
    let n = bases.len();
    let marked = bases.into_iter().enumerate().map(|(index, basis)| {
        let mark = if index + 1 == n { '.' } else { ';' };
        Block::Basis(format!("{}{mark}", wording::upper_first(basis)))
    });
    marked.collect()
}

/// The closing sentence, and who signs.
pub(super) fn closing(source: &Source<'_>, sentence: &str) -> Vec<Block> {
    vec![
        Block::Paragraph(Line::plain(format!(
            "{}./.",
            sentence.trim_end_matches(['.', ' '])
        ))),
        signature(source),
    ]
}

pub(super) fn signature(source: &Source<'_>) -> Block {
    let letterhead = letterhead(source);
    let mut recipients: Vec<String> = letterhead
        .recipients
        .iter()
        .map(|recipient| recipient.trim().trim_start_matches(['-', '–', ' ']))
        .map(|recipient| recipient.trim_end_matches([';', '.', ' ']).to_owned())
        .filter(|recipient| !recipient.is_empty())
        .collect();
    if recipients.is_empty() {
        if !letterhead.addressee.trim().is_empty() {
            recipients.push("Như trên".to_owned());
        }
        recipients.push("Lưu: VT".to_owned());
    }
    Block::Signature(Signature {
        recipients,
        titles: listed(&letterhead.signer_title.to_uppercase()),
        name: letterhead.signer_name.trim().to_owned(),
    })
}

/// Several names in one field, separated by semicolons or line breaks.
fn listed(text: &str) -> Vec<String> {
    text.split([';', '\n'])
        .map(|name| name.trim().trim_start_matches(['-', '–', ' ']))
        .map(|name| name.trim_end_matches(['.', ' ']).to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}
