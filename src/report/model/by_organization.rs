//! Bản tổng hợp organization by organization: STT | cơ quan, đơn vị | nội dung | tiếp thu.
//!
//! Every point has a row of its own under its sender; an answer shared through a group or a join is
//! repeated.

use std::collections::{BTreeMap, HashMap};

use crate::domain::{Disposition, ReplyClass, SubmissionId};
use crate::report::rows::sender_name;
use crate::report::snapshot::{PointEntry, SubmissionEntry};
use crate::report::wording;

use super::frame::{self, Numbered};
use super::{Block, Cell, Column, Line, Orientation, Part, Row, Source, Table, points};

pub(super) fn build(source: &Source<'_>) -> (String, Vec<Part>) {
    let subject = frame::subject_of(source);
    let title =
        format!("Ý kiến góp ý của các cơ quan, đơn vị và tiếp thu, giải trình đối với {subject}");
    let blocks = vec![
        frame::head(source, Numbered::No),
        Block::Title {
            name: "BẢN TỔNG HỢP".to_owned(),
            subject: title.clone(),
        },
        Block::Table(table(source)),
        frame::signature(source),
    ];
    let part = Part {
        orientation: Orientation::Landscape,
        restarts_pages: false,
        blocks,
    };
    (
        format!("Bản tổng hợp {}", wording::lower_first(&title)),
        vec![part],
    )
}

/// One sender: an organization, several with a joint letter, or a name.
struct Speaker<'a> {
    name: String,
    kind: String,
    submissions: Vec<&'a SubmissionEntry>,
    points: Vec<&'a PointEntry>,
}

pub(super) fn table(source: &Source<'_>) -> Table {
    let mut columns = vec![
        Column::centered("STT", 12),
        Column::words("Cơ quan, đơn vị", 52),
        Column::words("Nội dung góp ý", 96),
        Column::words("Tiếp thu, giải trình", 92),
    ];
    columns.extend([
        Column::sheet_only("Mục", 30),
        Column::sheet_only("Kết quả", 24),
        Column::sheet_only("Mã ý kiến", 14),
        Column::sheet_only("Nguồn", 30),
    ]);
    let mut rows = Vec::new();
    let mut kind = None;
    for (index, speaker) in speakers(source).iter().enumerate() {
        if kind.as_deref() != Some(speaker.kind.as_str()) {
            kind = Some(speaker.kind.clone());
            rows.push(Row::Heading(wording::upper_first(&speaker.kind)));
        }
        rows.extend(speaker_rows(source, index + 1, speaker));
    }
    Table {
        sheet: points::SHEET.to_owned(),
        caption: String::new(),
        columns,
        rows,
    }
}

fn speaker_rows(source: &Source<'_>, number: usize, speaker: &Speaker<'_>) -> Vec<Row> {
    let mut letters: Vec<String> = Vec::new();
    for submission in &speaker.submissions {
        let letter = wording::source(submission);
        if !letters.contains(&letter) {
            letters.push(letter);
        }
    }
    let head = |continues| {
        vec![
            Cell::number(number).continuing(continues),
            Cell::lines(vec![
                Line::bold(speaker.name.clone()),
                Line::italic(format!("({})", letters.join("; "))),
            ])
            .continuing(continues),
        ]
    };
    if speaker.points.is_empty() {
        let classes = speaker.submissions.iter().filter_map(|s| s.class);
        let words = match classes.max_by_key(|class| *class == ReplyClass::Agrees) {
            Some(ReplyClass::Agrees) => "Thống nhất với nội dung dự thảo.",
            Some(ReplyClass::NoOpinion) => "Không có ý kiến.",
            Some(ReplyClass::Comments) | None => "Không có ý kiến cụ thể.",
        };
        let mut cells = head(false);
        cells.push(Cell::text(words));
        cells.extend([
            Cell::default(),
            Cell::default(),
            Cell::default(),
            Cell::default(),
        ]);
        let origin = speaker
            .submissions
            .first()
            .map_or("", |s| s.source.as_str());
        cells.push(Cell::text(origin));
        return vec![Row::Cells(cells)];
    }
    let rows = speaker.points.iter().enumerate().map(|(index, point)| {
        let mut cells = head(index > 0);
        let place = points::full_place(source, point);
        let mut content = points::own_content(point);
        content.lines.insert(
            0,
            Line::italic(format!("{}:", place.text())).naming(point.submission),
        );
        cells.push(content);
        let end = source.facts.living(point);
        let outcome = points::outcome(end.state, end.response.as_ref());
        cells.push(points::own_answer(source, point, true));
        cells.push(Cell::lines(vec![place]));
        cells.push(Cell::text(outcome));
        cells.push(Cell::text(point.id.to_string()));
        let submission = source.facts.submission(point.submission);
        cells.push(Cell::text(submission.map_or("", |s| s.source.as_str())));
        Row::Cells(cells)
    });
    rows.collect()
}

/// The senders in catalogue order, their points in draft order.
fn speakers<'a>(source: &Source<'a>) -> Vec<Speaker<'a>> {
    let facts = source.facts;
    let mut points: HashMap<SubmissionId, Vec<&PointEntry>> = HashMap::new();
    for (point, submission) in facts.points_of(None) {
        points.entry(submission.id).or_default().push(point);
    }
    let kinds = &facts.snapshot.kinds;
    let mut speakers: BTreeMap<(usize, usize, String), Speaker<'_>> = BTreeMap::new();
    for submission in facts.submissions_of(None) {
        if submission.disposition != Disposition::Counted {
            continue;
        }
        let first = submission.organizations.iter().copied();
        let first = first.min_by_key(|&id| facts.organization_rank(id));
        let organization = first.and_then(|id| facts.organization(id));
        let kind = organization.and_then(|o| kinds.iter().position(|kind| kind.code == o.kind));
        let name = sender_name(facts, submission);
        let key = (
            kind.unwrap_or(kinds.len()),
            first.map_or(usize::MAX, |id| facts.organization_rank(id)),
            name.clone(),
        );
        let speaker = speakers.entry(key).or_insert_with(|| Speaker {
            name,
            kind: kind
                .and_then(|rank| kinds.get(rank))
                .map_or("Đơn vị, cá nhân khác", |kind| &kind.name)
                .to_owned(),
            submissions: Vec::new(),
            points: Vec::new(),
        });
        speaker.submissions.push(submission);
        speaker
            .points
            .extend(points.remove(&submission.id).unwrap_or_default());
    }
    let mut speakers: Vec<Speaker<'_>> = speakers.into_values().collect();
    for speaker in &mut speakers {
        speaker.points.sort_by_key(|point| {
            let rank = point.section.and_then(|id| facts.section_rank(id));
            rank.unwrap_or(usize::MAX)
        });
    }
    if !facts.scope.include_agreeing {
        speakers.retain(|speaker| !speaker.points.is_empty());
    }
    speakers
}
