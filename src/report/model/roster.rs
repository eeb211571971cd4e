//! Who has and has not replied, with letter number and date; and what was set aside, with why.

use std::collections::HashMap;

use crate::domain::{Disposition, Relation, Round, SubmissionId};
use crate::report::facts::{Reply, RosterLine};
use crate::report::rows::sender_name;
use crate::report::snapshot::SubmissionEntry;
use crate::report::wording::{self, count};

use super::frame::{self, Numbered};
use super::{
    Block, Cell, Column, Line, Orientation, Part, Row, RunStyle, Source, Table, points, statistics,
};

/// The sheet that holds the roster.
const SHEET: &str = "Danh sách trả lời";

pub(super) fn build(source: &Source<'_>) -> (String, Vec<Part>) {
    let subject = frame::subject_of(source);
    let title = format!("Cơ quan, đơn vị đã trả lời và chưa trả lời lấy ý kiến {subject}");
    let mut blocks = vec![
        frame::head(source, Numbered::No),
        Block::Title {
            name: "DANH SÁCH".to_owned(),
            subject: title.clone(),
        },
    ];
    let total = &source.numbers.total;
    blocks.push(Block::Paragraph(Line::plain(format!(
        "Đã hỏi {} đơn vị; đã trả lời {} đơn vị ({}); chưa trả lời {} đơn vị. Trả lời dù không được hỏi: {}. Lượt góp ý đến sau thời hạn: {}.",
        count(total.asked),
        count(total.replied),
        wording::percent(total.replied, total.asked),
        count(total.silent),
        count(total.replied_not_asked),
        count(total.late)
    ))));
    if total.asked > 0 {
        blocks.push(Block::Table(statistics::replies_table(
            source,
            None,
            "Toàn bộ phạm vi",
        )));
    }
    blocks.extend(tables(source));
    let part = Part {
        orientation: Orientation::Portrait,
        restarts_pages: false,
        blocks,
    };
    (
        format!("Danh sách {}", wording::lower_first(&title)),
        vec![part],
    )
}

/// One table a round, under its heading when there are several.
pub(super) fn tables(source: &Source<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let several = source.facts.rounds.len() > 1;
    for (index, round) in source.facts.rounds.iter().enumerate() {
        if several {
            blocks.push(Block::Heading {
                level: 3,
                text: format!("{}. {}", index + 1, round_name(round)),
            });
        }
        blocks.push(Block::Table(round_table(source, round)));
    }
    blocks
}

fn round_name(round: &Round) -> String {
    format!(
        "Đợt {} ({}, hạn trả lời {})",
        round.number,
        wording::lower_first(round.title.trim()),
        wording::short_date(round.deadline)
    )
}

fn round_table(source: &Source<'_>, round: &Round) -> Table {
    let roster = source.facts.roster(Some(round.id));
    let mut rows = Vec::new();
    let mut number = 0;
    let asked = roster.iter().filter(|line| line.was_asked);
    for (kind, lines) in statistics::by_kind(source, asked) {
        let replied = lines.iter().filter(|l| l.reply != Reply::Silent).count();
        rows.push(Row::Heading(format!(
            "{kind}: đã trả lời {}/{} đơn vị",
            count(replied),
            count(lines.len())
        )));
        rows.extend(lines.into_iter().map(|line| {
            number += 1;
            roster_row(source, number, line)
        }));
    }
    let others: Vec<&RosterLine<'_>> = roster.iter().filter(|line| !line.was_asked).collect();
    if !others.is_empty() {
        rows.push(Row::Heading(format!(
            "Không có trong danh sách lấy ý kiến nhưng có ý kiến: {}",
            count(others.len())
        )));
        rows.extend(others.into_iter().map(|line| {
            number += 1;
            roster_row(source, number, line)
        }));
    }
    Table {
        sheet: SHEET.to_owned(),
        caption: format!("Đợt {}", round.number),
        columns: vec![
            Column::centered("STT", 12),
            Column::words("Cơ quan, đơn vị", 45),
            Column::words("Số, ký hiệu văn bản", 33),
            Column::centered("Ngày văn bản", 25),
            Column::centered("Ngày đến", 25),
            Column::words("Kết quả", 30),
            Column::sheet_only("Ghi chú", 30),
        ],
        rows,
    }
}

fn roster_row(source: &Source<'_>, number: usize, line: &RosterLine<'_>) -> Row {
    let letters = letters_of(line);
    let named = letters.iter().map(|submission| {
        Line::plain(match &submission.letter_number {
            Some(letter) => letter.to_string(),
            None => format!("({})", wording::channel(submission.channel)),
        })
        .naming(submission.id)
    });
    let named = Cell::lines(named.collect());
    let (result, note) = result(source, line);
    let mut lines = vec![result];
    if !note.is_empty() {
        lines.push(Line::italic(format!("({note})")));
    }
    Row::Cells(vec![
        Cell::number(number),
        Cell::text(source.facts.organization_name(line.organization)),
        named,
        days(&letters, |submission| submission.letter_date),
        days(&letters, |submission| Some(submission.arrived_on)),
        Cell::lines(lines),
        Cell::text(note),
    ])
}

/// What an organization sent, the rows of one letter's table named once.
fn letters_of<'a>(line: &RosterLine<'a>) -> Vec<&'a SubmissionEntry> {
    let mut letters: Vec<&SubmissionEntry> = Vec::new();
    for &submission in &line.submissions {
        let same = |other: &&SubmissionEntry| {
            other.channel == submission.channel
                && other.letter_number == submission.letter_number
                && other.letter_date == submission.letter_date
                && other.arrived_on == submission.arrived_on
        };
        if !letters.iter().any(same) {
            letters.push(submission);
        }
    }
    letters
}

/// One day is typed; several are listed.
fn days(
    letters: &[&SubmissionEntry],
    day: impl Fn(&SubmissionEntry) -> Option<jiff::civil::Date>,
) -> Cell {
    match letters {
        [] => Cell::default(),
        [only] => Cell::date(day(only)),
        several => {
            let shown = several.iter().map(|submission| {
                Line::plain(day(submission).map_or_else(String::new, wording::short_date))
            });
            Cell::lines(shown.collect())
        }
    }
}

/// The class, and what is to be known beside it.
fn result(source: &Source<'_>, line: &RosterLine<'_>) -> (Line, String) {
    let result = match line.reply {
        Reply::Classed(class) => Line::plain(class.name()),
        Reply::Unclassed => Line::default().then_styled("Chưa xếp loại", RunStyle::Missing),
        Reply::Waiting => Line::plain("Đã trả lời, chờ người xem"),
        Reply::KeptApart => Line::plain("Đã trả lời, lưu riêng"),
        Reply::Silent => Line::default().then_styled("Chưa trả lời", RunStyle::Bold),
    };
    let mut notes = Vec::new();
    if line.is_late() {
        notes.push("sau thời hạn".to_owned());
    }
    if !line.through.is_empty() {
        let through: Vec<String> = line
            .through
            .iter()
            .map(|&id| source.facts.organization_name(id))
            .collect();
        notes.push(format!("do {} trả lời", through.join(", ")));
    }
    let joint = line.submissions.iter().find(|s| s.organizations.len() > 1);
    if let Some(joint) = joint {
        notes.push(format!(
            "văn bản chung của {} đơn vị",
            count(joint.organizations.len())
        ));
    }
    (result, notes.join("; "))
}

/// What does not stand in the main table, and why; nothing when all does.
pub(super) fn set_aside(source: &Source<'_>) -> Vec<Block> {
    let replaced_by: HashMap<SubmissionId, &SubmissionEntry> = source
        .facts
        .snapshot
        .submissions
        .iter()
        .filter_map(|by| match by.relation {
            Some((Relation::Replaces | Relation::Withdraws, id)) => Some((id, by)),
            _ => None,
        })
        .collect();
    let rows: Vec<Row> = source
        .facts
        .submissions_of(None)
        .filter(|submission| submission.disposition != Disposition::Counted)
        .enumerate()
        .map(|(index, submission)| {
            Row::Cells(vec![
                Cell::number(index + 1),
                Cell::lines(vec![
                    Line::plain(sender_name(source.facts, submission)),
                    Line::italic(format!("({})", wording::source(submission))),
                ]),
                Cell::date(Some(submission.arrived_on)),
                Cell::text(submission.disposition.name()),
                Cell::text(reason(
                    source,
                    submission,
                    replaced_by.get(&submission.id).copied(),
                )),
            ])
        })
        .collect();
    let mut blocks = Vec::new();
    let points = points::out_of_scope(source);
    let several = !rows.is_empty() && points.is_some();
    let heading = |text: &str| Block::Heading {
        level: 3,
        text: text.to_owned(),
    };
    if !rows.is_empty() {
        if several {
            blocks.push(heading("1. Lượt góp ý"));
        }
        blocks.push(Block::Table(Table {
            sheet: "Để riêng".to_owned(),
            caption: String::new(),
            columns: vec![
                Column::centered("STT", 12),
                Column::words("Nơi gửi", 52),
                Column::centered("Ngày đến", 25),
                Column::words("Xử lý", 28),
                Column::words("Lý do", 50),
            ],
            rows,
        }));
    }
    if let Some(table) = points {
        if several {
            blocks.push(heading("2. Ý kiến ngoài phạm vi lấy ý kiến"));
        }
        blocks.push(Block::Table(table));
    }
    blocks
}

/// Why a submission is not counted.
fn reason(
    source: &Source<'_>,
    submission: &SubmissionEntry,
    replaced_by: Option<&SubmissionEntry>,
) -> String {
    if let Some(remark) = submission.remark.as_deref().map(str::trim)
        && !remark.is_empty()
    {
        return wording::upper_first(remark);
    }
    let other = |id| {
        source
            .facts
            .submission(id)
            .map_or_else(|| format!("lượt góp ý số {id}"), wording::source)
    };
    let replaced_by = replaced_by.map(wording::source);
    let because = match submission.disposition {
        Disposition::Counted => String::new(),
        Disposition::Duplicate => match submission.relation {
            Some((relation, id)) => format!("{} {}", relation.name(), other(id)),
            None => "đã nhận trước đó".to_owned(),
        },
        Disposition::Superseded => match replaced_by {
            Some(by) => format!("được thay thế bằng {by}"),
            None => "đã có văn bản thay thế".to_owned(),
        },
        Disposition::Withdrawn => match replaced_by {
            Some(by) => format!("nơi gửi rút lại bằng {by}"),
            None => "nơi gửi rút lại".to_owned(),
        },
        Disposition::SetAside => "không phải ý kiến góp ý".to_owned(),
        Disposition::Unread => "chờ người xem".to_owned(),
        Disposition::Undone => "lần nhập đã được hoàn tác".to_owned(),
        Disposition::Purged => "đã xóa theo quy định, lưu riêng".to_owned(),
    };
    wording::upper_first(&because)
}
