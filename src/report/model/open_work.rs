//! What still has to be done, by section: points that wait for a leader first.

use crate::domain::{Decision, PointState, ResponseState};
use crate::report::rows::PointRow;
use crate::report::wording::{self, count};
use crate::report::work::{self, WorkAnswer, WorkCode};

use super::frame;
use super::{Block, Cell, Column, Line, Orientation, Part, Row, RunStyle, Source, Table, points};

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
        Block::Paragraph(Line::italic(format!(
            "Cách trả lời trong tệp này: điền các cột “{}”, “{}”, “{}”, giữ nguyên cột “{}”, rồi gửi lại thư ký để nhập vào chương trình.",
            work::DECISION,
            work::ANSWER,
            work::CHANGE_PLACE,
            work::CODE
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
    let decisions = Decision::ALL.into_iter().map(Decision::name);
    let mut columns = vec![
        Column::centered("STT", 13),
        Column::words("Vị trí", 32),
        Column::words("Chủ thể góp ý", 34),
        Column::words("Nội dung góp ý", 56),
        Column::chosen(work::DECISION, 24, decisions),
        Column::words(work::ANSWER, 48),
        Column::words(work::CHANGE_PLACE, 24),
        Column::words("Tình trạng", 18),
        Column::centered(work::CODE, 27),
    ];
    columns.extend(points::sheet_columns());
    let consultation = &source.facts.snapshot.consultation.code;
    let rows = rows.iter().enumerate().map(|(index, row)| {
        let status = match step(row) {
            Some(state) => state.name(),
            None => row.state.name(),
        };
        let answer = row.response.map_or_else(WorkAnswer::default, |response| {
            let place = response.change_place.as_deref().unwrap_or_default();
            WorkAnswer::new(Some(response.decision), &response.text, place)
        });
        let code = row
            .points
            .first()
            .map(|point| WorkCode::new(consultation, point.id, &answer).to_string());
        let mut cells = vec![
            Cell::number(index + 1),
            points::place_cell(source, row),
            points::senders_cell(source, row),
            points::content_cell(source, row),
            Cell::text(answer.decision.map_or("", Decision::name)),
            Cell::lines(points::paragraphs(&answer.text).collect()),
            Cell::text(answer.change_place),
            status_cell(status, row.needs_leadership()),
            Cell::text(code.unwrap_or_default()),
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

fn status_cell(status: &str, needs_leadership: bool) -> Cell {
    let mut lines = vec![Line::plain(status)];
    if needs_leadership {
        lines.push(Line::default().then_styled("Xin ý kiến lãnh đạo", RunStyle::Missing));
    }
    Cell::lines(lines)
}
