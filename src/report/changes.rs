//! What changed between two frozen reports, as a document: points added, removed and changed, word by
//! word; what is gone struck through, what is new underlined.

use std::collections::BTreeMap;

use crate::text::difference::{Kind as Stretch, difference};

use super::frozen::{Comparison, FrozenPoint, FrozenReport, differences};
use super::model::{
    Block, Cell, Column, Line, Orientation, Part, ReportModel, Row, RunStyle, Table,
};
use super::wording::count;

/// The document of a comparison; `title` names both versions.
pub fn build(comparison: &Comparison, later: &FrozenReport, title: &str) -> ReportModel {
    let summary = format!(
        "Thêm {}, bớt {}, thay đổi {}, giữ nguyên {} ý kiến. Chữ gạch ngang ở cột “Trước” là chữ đã bỏ, chữ đậm gạch chân ở cột “Sau” là chữ mới.",
        count(comparison.added.len()),
        count(comparison.removed.len()),
        count(comparison.changed.len()),
        count(comparison.n_same)
    );
    let mut blocks = vec![
        Block::Title {
            name: "BẢNG SO SÁNH".to_owned(),
            subject: title.to_owned(),
        },
        Block::Paragraph(Line::plain(summary)),
    ];
    let sections = [
        ("Thay đổi", changed(comparison)),
        ("Thêm", listed("Thêm", &comparison.added)),
        ("Bớt", listed("Bớt", &comparison.removed)),
    ];
    let shown = sections
        .into_iter()
        .filter(|(_, table)| !table.rows.is_empty());
    for (number, (name, table)) in (1..).zip(shown) {
        blocks.push(Block::Heading {
            level: 2,
            text: format!("{number}. {name}"),
        });
        blocks.push(Block::Table(table));
    }
    ReportModel {
        kind: later.model.kind,
        title: title.to_owned(),
        parts: vec![Part {
            orientation: Orientation::Landscape,
            restarts_pages: false,
            blocks,
        }],
        info: later.model.info.clone(),
        originals: BTreeMap::new(),
    }
}

/// One row for each thing that changed about a point; the point is named once.
fn changed(comparison: &Comparison) -> Table {
    let mut rows = Vec::new();
    for (index, (was, is)) in comparison.changed.iter().enumerate() {
        for (nth, (what, old, new)) in differences(was, is).into_iter().enumerate() {
            let (before, after) = compared(&old, &new);
            rows.push(Row::Cells(vec![
                Cell::number(index + 1).continuing(nth > 0),
                about(is).continuing(nth > 0),
                Cell::text(what),
                Cell::lines(before),
                Cell::lines(after),
            ]));
        }
    }
    Table {
        sheet: "Thay đổi".to_owned(),
        caption: String::new(),
        columns: vec![
            Column::centered("STT", 12),
            Column::words("Ý kiến", 52),
            Column::words("Phần thay đổi", 36),
            Column::words("Trước", 76),
            Column::words("Sau", 76),
        ],
        rows,
    }
}

fn listed(sheet: &str, points: &[FrozenPoint]) -> Table {
    let rows = points.iter().enumerate().map(|(index, point)| {
        Row::Cells(vec![
            Cell::number(index + 1),
            about(point),
            Cell::lines(lines(&point.text)),
            Cell::lines(lines(point.answer.as_deref().unwrap_or(""))),
        ])
    });
    Table {
        sheet: sheet.to_owned(),
        caption: String::new(),
        columns: vec![
            Column::centered("STT", 12),
            Column::words("Ý kiến", 52),
            Column::words("Nội dung góp ý", 96),
            Column::words("Nội dung tiếp thu, giải trình", 92),
        ],
        rows: rows.collect(),
    }
}

/// Its number, who says it, and about which place.
fn about(point: &FrozenPoint) -> Cell {
    let mut lines = vec![Line::bold(format!("Ý kiến số {}", point.id))];
    lines.push(Line::plain(point.speakers.clone()));
    if !point.place.is_empty() {
        lines.push(Line::italic(point.place.clone()));
    }
    Cell::lines(lines)
}

fn lines(text: &str) -> Vec<Line> {
    text.lines().map(Line::plain).collect()
}

/// Both texts, each with what only it has set off.
pub(super) fn compared(old: &str, new: &str) -> (Vec<Line>, Vec<Line>) {
    let (mut before, mut after) = (vec![Line::default()], vec![Line::default()]);
    for stretch in difference(old, new) {
        match stretch.kind {
            Stretch::Same => {
                add(&mut before, &stretch.text, RunStyle::Plain);
                add(&mut after, &stretch.text, RunStyle::Plain);
            }
            Stretch::Missing => add(&mut before, &stretch.text, RunStyle::Gone),
            Stretch::Added => add(&mut after, &stretch.text, RunStyle::New),
        }
    }
    (before, after)
}

/// Adds words; a line break begins a paragraph.
fn add(lines: &mut Vec<Line>, text: &str, style: RunStyle) {
    for (nth, piece) in text.split('\n').enumerate() {
        if nth > 0 {
            lines.push(Line::default());
        }
        if let Some(line) = lines.last_mut() {
            *line = std::mem::take(line).then_styled(piece, style);
        }
    }
}
