//! Bản trích: one organization's comments and the answers to them.

use crate::domain::{Disposition, OrganizationId};
use crate::report::reconcile::Equation;
use crate::report::wording;

use super::frame::{self, Numbered};
use super::{Block, Cell, Column, Line, Orientation, Part, Row, Source, Table, points};

/// Why an extract of an unknown organization is refused.
pub(super) fn unknown(id: OrganizationId) -> Equation {
    Equation {
        name: "extract".into(),
        round: None,
        text: format!("Đơn vị số {id} có trong danh mục"),
        holds: false,
        offenders: vec![format!("Đơn vị số {id}: không có trong danh mục")],
    }
}

pub(super) fn build(source: &Source<'_>, id: OrganizationId) -> (String, Vec<Part>) {
    let name = source.facts.organization_name(id);
    let subject = frame::subject_of(source);
    let title = format!("Ý kiến của {name} và nội dung tiếp thu, giải trình đối với {subject}");
    let mut blocks = vec![
        frame::head(source, Numbered::No),
        Block::Title {
            name: "BẢN TRÍCH".to_owned(),
            subject: title.clone(),
        },
    ];
    let letters: Vec<String> = source
        .facts
        .submissions_of(None)
        .filter(|s| s.disposition == Disposition::Counted && source.facts.speaks_for(s, id))
        .map(wording::source)
        .collect();
    let table = table(source, id);
    blocks.push(Block::Paragraph(Line::plain(match letters.as_slice() {
        [] => format!("Chưa nhận được ý kiến của {name}."),
        letters => format!("{name} đã có ý kiến tại: {}.", letters.join("; ")),
    })));
    if !letters.is_empty() && table.rows.is_empty() {
        blocks.push(Block::Paragraph(Line::plain(
            "Không có nội dung góp ý cụ thể đối với dự thảo.",
        )));
    }
    if !table.rows.is_empty() {
        blocks.push(Block::Table(table));
    }
    blocks.push(frame::signature(source));
    let part = Part {
        orientation: Orientation::Portrait,
        restarts_pages: false,
        blocks,
    };
    (
        format!("Bản trích {}", wording::lower_first(&title)),
        vec![part],
    )
}

fn table(source: &Source<'_>, id: OrganizationId) -> Table {
    let facts = source.facts;
    let mut own: Vec<_> = facts
        .points_of(None)
        .filter(|(_, submission)| facts.speaks_for(submission, id))
        .collect();
    own.sort_by_key(|(point, _)| {
        let rank = point.section.and_then(|id| facts.section_rank(id));
        rank.unwrap_or(usize::MAX)
    });
    let rows = own.into_iter().enumerate().map(|(index, (point, _))| {
        Row::Cells(vec![
            Cell::number(index + 1),
            Cell::lines(vec![points::full_place(source, point)]),
            points::own_content(point),
            points::own_answer(source, point, false),
        ])
    });
    Table {
        sheet: points::SHEET.to_owned(),
        caption: String::new(),
        columns: vec![
            Column::centered("STT", 12),
            Column::words("Vị trí góp ý", 32),
            Column::words("Nội dung góp ý", 62),
            Column::words("Tiếp thu, giải trình", 60),
        ],
        rows: rows.collect(),
    }
}
