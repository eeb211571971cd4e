//! The bodies of a mail as text: plain or page, cut into what the author wrote and what the mail
//! program added.

use mail_parser::Message;

use super::transfer;
use super::{BODY, EXTRACTOR, Found, damaged, forwarded, links, part_location, push_part, strip};
use crate::domain::{Span, Warning};
use crate::intake::{PartRole, PartTable, Reading, columns, html};
use crate::text::normalize::normalize;

/// What the body of a mail is called that was forwarded as text.
const FORWARDED: &str = "nội dung thư được chuyển tiếp";

/// A body as text.
pub(super) struct Text {
    text: String,
    tables: Vec<PartTable>,
    extractor: &'static str,
    /// The page as sent, whose links do not show in the text.
    page: Option<String>,
}

/// Reads all bodies; those that follow one another without tables are one, as some programs cut a
/// text at every picture.
pub(super) fn read_bodies(
    message: &Message<'_>,
    found: &Found,
    prefix: &str,
    reading: &mut Reading,
) -> Vec<Text> {
    let mut texts: Vec<Text> = Vec::new();
    for body in &found.bodies {
        let part = |at: Option<usize>| at.and_then(|at| message.parts.get(at));
        let plain = part(body.plain).map(|part| transfer::text(message, part));
        let sent = part(body.page).map(|part| transfer::text(message, part));
        let page = sent.as_deref().map(html::read);
        if [body.plain, body.page]
            .into_iter()
            .any(|at| part(at).is_some_and(|part| part.is_encoding_problem))
        {
            reading.warnings.push(damaged(part_location(prefix, BODY)));
        }
        let mut text = match (plain.map(|text| normalize(&text)), page) {
            (Some(plain), Some(page)) if !prefers_page(&plain, &page) => from_plain(plain),
            (Some(plain), None) => from_plain(plain),
            (_, Some(page)) => Text {
                text: page.text,
                tables: page.tables,
                extractor: "html/1",
                page: None,
            },
            (None, None) => continue,
        };
        text.page = sent;
        match texts.last_mut() {
            Some(last) if last.tables.is_empty() && text.tables.is_empty() => {
                last.text.push_str("\n\n");
                last.text.push_str(&text.text);
                if let Some(page) = text.page {
                    last.page.get_or_insert_default().push_str(&page);
                }
            }
            _ => texts.push(text),
        }
    }
    texts.retain(|text| !text.text.trim().is_empty());
    texts
}

fn from_plain(text: String) -> Text {
    Text {
        text,
        tables: Vec::new(),
        extractor: EXTRACTOR,
        page: None,
    }
}

/// Whether the page of a body says what its plain text does not.
fn prefers_page(plain: &str, page: &html::Page) -> bool {
    let n_letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    if n_letters(plain) * 3 < n_letters(&page.text) {
        return true;
    }
    page.tables.iter().any(|table| {
        let rows: Vec<Vec<String>> = table
            .rows
            .iter()
            .take(columns::ROWS_ABOVE)
            .map(|row| {
                row.iter()
                    .map(|span| span.slice(&page.text).unwrap_or_default().to_owned())
                    .collect()
            })
            .collect();
        columns::recognize_columns(&rows).is_some()
    })
}

/// Cuts a body into what the author wrote and what the mail program added, each a part. Returns what
/// a person should know about links in it.
pub(super) fn push_body(
    reading: &mut Reading,
    prefix: &str,
    role: PartRole,
    body: &Text,
    is_forward: bool,
    has_files: bool,
) -> Vec<Warning> {
    let pieces = strip::cut(&body.text, is_forward);
    let slice = |piece: &strip::Piece| -> String {
        let slices = piece.spans.iter().filter_map(|span| span.slice(&body.text));
        slices.collect()
    };
    for piece in pieces
        .iter()
        .filter(|piece| piece.kind == strip::PieceKind::ForwardHead)
    {
        note_forward(reading, &slice(piece), format!("{prefix}{FORWARDED}"));
    }
    let written: Vec<String> = pieces
        .iter()
        .filter(|piece| {
            matches!(
                piece.kind,
                strip::PieceKind::Body | strip::PieceKind::Forwarded
            )
        })
        .map(slice)
        .collect();
    let written: Vec<&str> = written.iter().map(String::as_str).collect();
    // Links of a page may stand in what it quotes.
    let is_all_written = pieces
        .iter()
        .all(|piece| piece.kind != strip::PieceKind::Quoted);
    let pages = body.page.as_slice();
    let pages = if is_all_written { pages } else { &[] };
    let warnings = links::warn(&written, pages, has_files, &format!("{prefix}{BODY}"));
    for piece in pieces {
        let (name, role) = match piece.kind {
            strip::PieceKind::Body => (BODY, role),
            strip::PieceKind::Forwarded => (FORWARDED, role),
            strip::PieceKind::Quoted | strip::PieceKind::ForwardHead => {
                ("phần trích thư trước", PartRole::Quoted)
            }
            strip::PieceKind::Signature => ("chữ ký thư", PartRole::Signature),
        };
        // Tables stay with a piece that contains them whole and unchanged.
        let tables = match piece.spans.as_slice() {
            [span] => tables_within(&body.tables, *span),
            _ => Vec::new(),
        };
        push_part(
            reading,
            format!("{prefix}{name}"),
            role,
            slice(&piece),
            tables,
            body.extractor,
        );
    }
    warnings
}

/// Notes who wrote a mail that is forwarded as text.
fn note_forward(reading: &mut Reading, fields: &str, path: String) {
    let Some(mail) = &mut reading.mail else {
        return;
    };
    // A talk copied out of a messenger is his who begins it.
    let is_talk = fields
        .lines()
        .any(|line| forwarded::chat_head(line).is_some());
    let is_begun = mail.forwarded.iter().any(|known| known.path == path);
    if !(is_talk && is_begun) {
        mail.forwarded.extend(forwarded::of_fields(fields, path));
    }
}

/// The tables inside a piece, moved to its coordinates.
fn tables_within(tables: &[PartTable], piece: Span) -> Vec<PartTable> {
    let moved = |span: Span| {
        Span::new(
            span.start.clamp(piece.start, piece.end) - piece.start,
            span.end.clamp(piece.start, piece.end) - piece.start,
        )
    };
    tables
        .iter()
        .filter(|table| piece.contains(table.span))
        .map(|table| PartTable {
            rows: table
                .rows
                .iter()
                .map(|row| row.iter().copied().map(moved).collect())
                .collect(),
            span: moved(table.span),
        })
        .collect()
}
