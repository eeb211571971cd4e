//! What still has to be done, by section: points that wait for a leader first.

use crate::domain::{PointState, ResponseState};
use crate::report::rows::PointRow;
use crate::report::wording::{self, count};

use super::frame;
use super::{Block, Cell, Column, Line, Orientation, Part, Row, Source, Table, points};

pub(super) fn build(source: &Source<'_>) -> (String, Vec<Part>) {
    let subject = frame::subject_of(source);
    let title = format!("Ý kiến góp ý chưa xử lý xong đối với {subject}");
    let waiting: Vec<&PointRow<'_>> = source.rows.iter().filter(|row| is_waiting(row)).collect();
    let (for_leader, others): (Vec<_>, Vec<_>) =
        waiting.into_iter().partition(|row| row.needs_leadership());
    let mut blocks = vec![
        Block::Title {
            name: "VIỆC CẦN XỬ LÝ".to_owned(),
            subject: title.clone(),
        },
        Block::Paragraph(Line::plain(format!(
            "Đến {}: {} nội dung xin ý kiến lãnh đạo; {} nội dung khác chưa xử lý xong; {} ý kiến chưa xác định mục.",
            wording::moment(source.facts.snapshot.taken_at),
            count(for_leader.len()),
            count(others.len()),
            count(source.numbers.total.to_place)
        ))),
    ];
    for (heading, rows) in [
        ("1. Xin ý kiến lãnh đạo", for_leader),
        ("2. Chưa xử lý xong, theo mục", others),
    ] {
        if rows.is_empty() {
            continue;
        }
        blocks.push(Block::Heading {
            level: 2,
            text: heading.to_owned(),
        });
        blocks.push(Block::Table(table(source, heading, &rows)));
    }
    let part = Part {
        orientation: Orientation::Landscape,
        restarts_pages: false,
        blocks,
    };
    (title, vec![part])
}

/// Not answered, not approved, without a place, or waiting for a leader.
fn is_waiting(row: &PointRow<'_>) -> bool {
    match row.state {
        PointState::Open => true,
        PointState::Answered | PointState::AnsweredInGroup if row.place.is_none() => true,
        PointState::OutOfScope => false,
        PointState::Answered | PointState::AnsweredInGroup | PointState::Joined => {
            row.needs_leadership() || step(row) != Some(ResponseState::Approved)
        }
    }
}

fn step(row: &PointRow<'_>) -> Option<ResponseState> {
    row.response.map(|response| response.state)
}

fn table(source: &Source<'_>, caption: &str, rows: &[&PointRow<'_>]) -> Table {
    let mut columns = vec![
        Column::centered("STT", 12),
        Column::words("Vị trí", 42),
        Column::words("Chủ thể góp ý", 44),
        Column::words("Nội dung góp ý", 70),
        Column::words("Dự kiến trả lời", 58),
        Column::words("Tình trạng", 26),
    ];
    columns.extend(points::sheet_columns());
    let rows = rows.iter().enumerate().map(|(index, row)| {
        let status = match step(row) {
            Some(state) => state.name(),
            None => row.state.name(),
        };
        let mut cells = vec![
            Cell::number(index + 1),
            points::place_cell(source, row),
            points::senders_cell(source, row),
            points::content_cell(source, row),
            points::answer_cell(row),
            Cell::text(status),
        ];
        cells.extend(points::sheet_cells(source, row));
        Row::Cells(cells)
    });
    Table {
        sheet: "Việc cần xử lý".to_owned(),
        caption: caption.to_owned(),
        columns,
        rows: rows.collect(),
    }
}
