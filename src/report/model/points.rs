//! Cells and tables of points and their answers.

use crate::domain::{
    Decision, DocumentId, ExtraColumn, PointState, ResponseState, SectionKind, SubmissionId,
};
use crate::report::edition::Order;
use crate::report::place;
use crate::report::rows::PointRow;
use crate::report::snapshot::{DocumentEntry, PointEntry, ResponseEntry, SectionEntry};
use crate::report::wording;

use super::{Cell, Column, Line, Row, RunStyle, Source, Table, by_organization};

/// Set below an answer that accepts what the draft does not show yet.
const UNCHANGED: &str = "(Đã tiếp thu nhưng dự thảo hiện tại chưa sửa mục này)";

/// The sheet that holds the main tables.
pub(super) const SHEET: &str = "Tổng hợp";

/// The main tables in the order of the edition, each with what tells it from the others.
pub(super) fn main_tables(source: &Source<'_>) -> Vec<Table> {
    let by_document = by_document(source);
    match source.facts.scope.edition.order {
        Order::Section => {
            let tables = by_document.iter();
            let tables = tables.map(|(caption, rows)| main_table(source, caption, &[("", rows)]));
            tables.collect()
        }
        Order::Decision => {
            let tables = by_document.iter().map(|(caption, rows)| {
                let decided = by_outcome(rows);
                let parts = decided
                    .iter()
                    .map(|(name, rows)| (name.as_str(), rows.as_slice()));
                main_table(source, caption, &parts.collect::<Vec<_>>())
            });
            tables.collect()
        }
        Order::Organization if by_document.is_empty() => Vec::new(),
        Order::Organization => vec![by_organization::table(source)],
    }
}

/// The rows by what was decided, in the order of decisions; what has none comes last.
fn by_outcome<'r, 'a>(rows: &[&'r PointRow<'a>]) -> Vec<(String, Vec<&'r PointRow<'a>>)> {
    let mut names: Vec<&str> = Decision::ALL.map(Decision::name).into();
    names.extend(PointState::ALL.map(PointState::name));
    let parts = names.into_iter().filter_map(|name| {
        let of_name = rows.iter().copied();
        let of_name = of_name.filter(|row| outcome(row.state, row.response) == name);
        let of_name: Vec<&PointRow<'_>> = of_name.collect();
        let n_points: usize = of_name.iter().map(|row| row.points.len()).sum();
        let title = format!("{name}: {} ý kiến", wording::count(n_points));
        (n_points > 0).then_some((title, of_name))
    });
    parts.collect()
}

/// The four columns of the summary form, with what the office and a workbook add; each part of the
/// rows below its title, if it has one.
fn main_table(source: &Source<'_>, caption: &str, parts: &[(&str, &[&PointRow<'_>])]) -> Table {
    let extra = &source.facts.snapshot.consultation.letterhead.columns;
    let is_numbered = extra.contains(&ExtraColumn::Number);
    let mut columns = Vec::new();
    if is_numbered {
        columns.push(Column::centered("STT", 12));
    }
    columns.extend([
        Column::words("NHÓM VẤN ĐỀ, ĐIỀU, KHOẢN", 46),
        Column::words("CHỦ THỂ GÓP Ý", 50),
        Column::words("NỘI DUNG GÓP Ý", 80),
        Column::words("NỘI DUNG TIẾP THU, GIẢI TRÌNH", 76),
    ]);
    let outcome_at = columns.len();
    columns.extend(sheet_columns());
    if let Some(outcome) = columns.get_mut(outcome_at)
        && extra.contains(&ExtraColumn::Outcome)
    {
        // A workbook has it anyway.
        *outcome = Column::words("KẾT QUẢ XỬ LÝ", 30);
    }
    let mut cells = Vec::new();
    let mut number = 0;
    for (title, rows) in parts {
        if !title.is_empty() {
            cells.push(Row::Heading((*title).to_owned()));
        }
        let mut above: Option<Cell> = None;
        for row in *rows {
            number += 1;
            let place = place_cell(source, row);
            let continues = above.as_ref() == Some(&place);
            above = Some(place.clone());
            let mut row_cells = Vec::with_capacity(columns.len());
            if is_numbered {
                row_cells.push(Cell::number(number));
            }
            row_cells.extend([
                place.continuing(continues),
                senders_cell(source, row),
                content_cell(source, row),
                answer_cell(source, row),
            ]);
            row_cells.extend(sheet_cells(source, row));
            cells.push(Row::Cells(row_cells));
        }
    }
    Table {
        sheet: SHEET.to_owned(),
        caption: caption.to_owned(),
        columns,
        rows: cells,
    }
}

/// What only a workbook shows: for filters, and for the way back to the points.
pub(super) fn sheet_columns() -> Vec<Column> {
    vec![
        Column::sheet_only("Kết quả", 24),
        Column::sheet_only("Số ý kiến", 10),
        Column::sheet_only("Mã ý kiến", 14),
        Column::sheet_only("Nguồn", 30),
    ]
}

pub(super) fn sheet_cells(source: &Source<'_>, row: &PointRow<'_>) -> Vec<Cell> {
    let ids: Vec<String> = row
        .points
        .iter()
        .map(|point| point.id.to_string())
        .collect();
    let mut origins: Vec<&str> = Vec::new();
    for point in row.points.iter().take(20) {
        if let Some(submission) = source.facts.submission(point.submission)
            && !origins.contains(&submission.source.as_str())
        {
            origins.push(&submission.source);
        }
    }
    vec![
        Cell::text(outcome(row.state, row.response)),
        Cell::number(row.points.len()),
        Cell::text(ids.join(", ")),
        Cell::text(origins.join("; ")),
    ]
}

/// The decision, or the state of what has none.
pub(super) fn outcome(state: PointState, response: Option<&ResponseEntry>) -> &'static str {
    match (state, response) {
        (PointState::Answered | PointState::AnsweredInGroup, Some(response)) => {
            response.decision.name()
        }
        (state, _) => state.name(),
    }
}

/// The rows that belong in the main tables, table by table, each with its caption.
fn by_document<'a>(source: &Source<'a>) -> Vec<(String, Vec<&'a PointRow<'a>>)> {
    let snapshot = source.facts.snapshot;
    let living: Vec<&PointRow<'_>> = source
        .rows
        .iter()
        .filter(|row| row.state != PointState::OutOfScope)
        .collect();
    let documents: Vec<&DocumentEntry> = snapshot
        .documents
        .iter()
        .filter(|document| living.iter().any(|row| row.document == Some(document.id)))
        .collect();
    if documents.len() <= 1 {
        let caption = documents
            .first()
            .map_or_else(String::new, |document| about(document));
        let table = (!living.is_empty()).then_some((caption, living));
        return table.into_iter().collect();
    }
    let of_kind = |row: &PointRow<'_>, kind| {
        let section = row.place.and_then(|rank| snapshot.sections.get(rank));
        section.is_some_and(|section| section.kind == kind)
    };
    let mut tables: Vec<(String, Vec<&PointRow<'_>>)> = Vec::new();
    let mut take = |caption: String, belongs: &dyn Fn(&PointRow<'_>) -> bool| {
        let rows: Vec<&PointRow<'_>> = living.iter().copied().filter(|row| belongs(row)).collect();
        if !rows.is_empty() {
            tables.push((caption, rows));
        }
    };
    take("Vấn đề chung".to_owned(), &|row| {
        row.document.is_none() && of_kind(row, SectionKind::General)
    });
    for document in documents {
        take(about(document), &|row| row.document == Some(document.id));
    }
    take("Thể thức, chính tả".to_owned(), &|row| {
        row.document.is_none() && row.place.is_some() && !of_kind(row, SectionKind::General)
    });
    take("Ý kiến chưa xác định mục".to_owned(), &|row| {
        row.place.is_none()
    });
    tables
}

fn about(document: &DocumentEntry) -> String {
    format!("Đối với dự thảo {}", document.name)
}

fn document_name<'a>(source: &Source<'a>, id: Option<DocumentId>) -> Option<&'a str> {
    let id = id?;
    let documents = &source.facts.snapshot.documents;
    let found = documents.iter().find(|document| document.id == id)?;
    Some(&found.name)
}

fn place_name(source: &Source<'_>, section: &SectionEntry) -> String {
    place::name(section, document_name(source, section.document))
}

/// The place of a row: its name, and its heading.
pub(super) fn place_cell(source: &Source<'_>, row: &PointRow<'_>) -> Cell {
    let section = row
        .place
        .and_then(|rank| source.facts.snapshot.sections.get(rank));
    let Some(section) = section else {
        let missing = Line::default().then_styled("Chưa xác định mục", RunStyle::Missing);
        let mut lines = vec![missing];
        if let Some(cited) = row.points.first().and_then(|p| p.cited_as.as_deref()) {
            lines.push(Line::italic(format!("(ghi: “{}”)", cited.trim())));
        }
        return Cell::lines(lines);
    };
    let mut lines = vec![Line::bold(place_name(source, section))];
    lines.extend(place::heading(section).map(Line::plain));
    Cell::lines(lines)
}

/// The full name of a point's own section, with its document when there are several.
pub(super) fn full_place(source: &Source<'_>, point: &PointEntry) -> Line {
    let Some(section) = point.section.and_then(|id| source.facts.section(id)) else {
        return Line::default().then_styled("Chưa xác định mục", RunStyle::Missing);
    };
    let mut name = place_name(source, section);
    if let Some(cited) = &point.cited_label {
        name = place::then_and_now(cited, &name);
    }
    let several = source.facts.snapshot.documents.len() > 1;
    match document_name(source, section.document) {
        Some(document) if several && section.kind != SectionKind::Whole => {
            Line::plain(format!("{document} – {}", wording::lower_first(&name)))
        }
        _ => Line::plain(name),
    }
}

/// Everybody who says it, each with the letter that says it.
pub(super) fn senders_cell(source: &Source<'_>, row: &PointRow<'_>) -> Cell {
    let senders = row.senders(source.facts);
    if let [sender] = senders.as_slice() {
        return Cell::lines(vec![
            Line::plain(sender.name.clone()),
            sources(Line::default(), &sender.sources),
        ]);
    }
    let mut lines = vec![Line::bold(format!(
        "{} chủ thể:",
        wording::count(senders.len())
    ))];
    lines.extend(
        senders
            .into_iter()
            .map(|sender| sources(Line::plain(format!("- {} ", sender.name)), &sender.sources)),
    );
    Cell::lines(lines)
}

/// Behind a sender, the letters that say it.
fn sources(mut line: Line, sources: &[(String, SubmissionId)]) -> Line {
    let n = sources.len();
    for (index, (source, submission)) in sources.iter().enumerate() {
        let (open, close) = (
            if index == 0 { "(" } else { "" },
            if index + 1 == n { ")" } else { "; " },
        );
        let text = format!("{open}{source}{close}");
        line = line.then_styled(text, RunStyle::Italic).naming(*submission);
    }
    line
}

/// What is said; with the exact place where the row stands under a wider one.
pub(super) fn content_cell(source: &Source<'_>, row: &PointRow<'_>) -> Cell {
    let texts = row.texts();
    let mut lines = Vec::new();
    let cited_label = row.points.first().and_then(|p| p.cited_label.as_deref());
    if let (Some(cited), Some(section)) = (
        cited_label,
        row.section
            .and_then(|r| source.facts.snapshot.sections.get(r)),
    ) {
        let name = place::then_and_now(cited, &place_name(source, section));
        lines.push(Line::italic(format!("{name}:")));
    } else if row.section != row.place
        && let Some(section) = row
            .section
            .and_then(|r| source.facts.snapshot.sections.get(r))
    {
        let cited = row.points.first().and_then(|p| p.cited_as.as_deref());
        let says_place = cited.is_some_and(|cited| texts.iter().any(|text| text.contains(cited)));
        if !says_place {
            lines.push(Line::italic(format!("{}:", place_name(source, section))));
        }
    }
    lines.extend(texts.into_iter().flat_map(paragraphs));
    lines.extend(recognition(row));
    Cell::lines(lines)
}

/// That a machine read the words in a picture; said until the answer is approved, so that an official
/// report never says it.
fn recognition(row: &PointRow<'_>) -> Option<Line> {
    let is_final = row
        .response
        .is_some_and(|it| it.state == ResponseState::Approved);
    let least = row.points.iter().filter_map(|point| point.recognized);
    let least = least.reduce(|a, b| if b < a { b } else { a })?;
    (!is_final).then(|| {
        let percent = (least.value() * 100.0).round();
        let text = format!("(Chữ máy đọc từ bản quét, độ tin cậy {percent}%; cần đối chiếu)");
        Line::default().then_styled(text, RunStyle::Missing)
    })
}

/// A point's own words, for tables that do not join points.
pub(super) fn own_content(point: &PointEntry) -> Cell {
    let text = point.report_text.as_deref().unwrap_or(&point.text);
    Cell::lines(paragraphs(text).collect())
}

pub(super) fn paragraphs(text: &str) -> impl Iterator<Item = Line> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(Line::plain)
}

pub(super) fn answer_cell(source: &Source<'_>, row: &PointRow<'_>) -> Cell {
    let mut cell = answer(row.state, row.response, row.needs_leadership());
    let facts = source.facts;
    let is_unchanged = |point: &&PointEntry| facts.snapshot.unchanged.contains(&point.id);
    if !facts.scope.edition.is_official && row.points.iter().any(is_unchanged) {
        cell.lines
            .push(Line::default().then_styled(UNCHANGED, RunStyle::Missing));
    }
    cell
}

/// The answer to one point, in tables that do not join points; a joined one has the answer of the
/// point that holds it.
pub(super) fn own_answer(source: &Source<'_>, point: &PointEntry, shows_leadership: bool) -> Cell {
    let end = source.facts.living(point);
    if end.state == PointState::OutOfScope {
        let reason = end.out_of_scope_reason.as_deref().unwrap_or("");
        return Cell::text(match reason.trim().trim_end_matches('.') {
            "" => "Ngoài phạm vi lấy ý kiến.".to_owned(),
            reason => format!(
                "Ngoài phạm vi lấy ý kiến: {}.",
                wording::lower_first(reason)
            ),
        });
    }
    let needs_leadership = shows_leadership && point.needs_leadership;
    answer(end.state, end.response.as_ref(), needs_leadership)
}

/// The decision from its own field, and the words; what is missing is said.
fn answer(state: PointState, response: Option<&ResponseEntry>, needs_leadership: bool) -> Cell {
    let missing = |text| Line::default().then_styled(text, RunStyle::Missing);
    let mut lines = match (state, response) {
        (PointState::OutOfScope, _) => vec![Line::plain("Ngoài phạm vi lấy ý kiến.")],
        (
            PointState::Answered | PointState::AnsweredInGroup | PointState::Joined,
            Some(response),
        ) => answer_lines(response),
        (PointState::Open, Some(response)) => {
            let mut lines = vec![missing("(Đang soạn)")];
            lines.extend(answer_lines(response));
            lines
        }
        (_, None) => vec![missing("Chưa có nội dung tiếp thu, giải trình.")],
    };
    if needs_leadership {
        lines.push(missing("(Xin ý kiến lãnh đạo)"));
    }
    Cell::lines(lines)
}

fn answer_lines(response: &ResponseEntry) -> Vec<Line> {
    let words = wording::answer_words(response);
    let mut paragraphs = words.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut lines = vec![decided(response.decision, paragraphs.next().unwrap_or(""))];
    lines.extend(paragraphs.map(Line::plain));
    if let Some(place) = response.change_place.as_deref().map(str::trim)
        && !place.is_empty()
    {
        let place = place.trim_end_matches('.');
        lines.push(Line::italic(format!("Thể hiện tại: {place}.")));
    }
    lines
}

/// The decision in bold before the words; once, when the words open with it themselves.
fn decided(decision: Decision, words: &str) -> Line {
    let name = decision.name();
    if words.is_empty() {
        return Line::bold(format!("{name}."));
    }
    if wording::opens_with_decision(words, decision) {
        let n_chars = name.chars().count();
        let opening: String = words.chars().take(n_chars).collect();
        let rest: String = words.chars().skip(n_chars).collect();
        return Line::bold(wording::upper_first(&opening)).then(rest);
    }
    Line::bold(format!("{name}. ")).then(wording::upper_first(words))
}

/// Which points are answered together, and who makes them; nothing without a group.
pub(super) fn groups(source: &Source<'_>) -> Option<Table> {
    let shared = source.rows.iter();
    let shared =
        shared.filter(|row| row.state == PointState::AnsweredInGroup && row.points.len() > 1);
    let rows = shared.enumerate().map(|(index, row)| {
        let texts = row.texts();
        let words = texts.first().copied().unwrap_or_default();
        Row::Cells(vec![
            Cell::number(index + 1),
            place_cell(source, row),
            Cell::text(wording::shortened(words, 300)),
            Cell::number(row.points.len()),
            senders_cell(source, row),
        ])
    });
    let rows: Vec<Row> = rows.collect();
    (!rows.is_empty()).then(|| Table {
        sheet: "Ý kiến trùng".to_owned(),
        caption: String::new(),
        columns: vec![
            Column::centered("STT", 12),
            Column::words("Vị trí góp ý", 36),
            Column::words("Nội dung", 55),
            Column::centered("Số ý kiến", 17),
            Column::words("Chủ thể góp ý", 47),
        ],
        rows,
    })
}

/// A table of what was found outside the scope, with the reason.
pub(super) fn out_of_scope(source: &Source<'_>) -> Option<Table> {
    let rows: Vec<Row> = source
        .rows
        .iter()
        .filter(|row| row.state == PointState::OutOfScope)
        .enumerate()
        .map(|(index, row)| {
            let reason = row
                .points
                .iter()
                .find_map(|point| point.out_of_scope_reason.as_deref());
            Row::Cells(vec![
                Cell::number(index + 1),
                senders_cell(source, row),
                Cell::lines(row.texts().into_iter().flat_map(paragraphs).collect()),
                Cell::text(reason.unwrap_or("Ngoài phạm vi lấy ý kiến.")),
            ])
        })
        .collect();
    (!rows.is_empty()).then(|| Table {
        sheet: "Ngoài phạm vi".to_owned(),
        caption: String::new(),
        columns: vec![
            Column::centered("STT", 12),
            Column::words("Chủ thể góp ý", 45),
            Column::words("Nội dung góp ý", 65),
            Column::words("Lý do", 45),
        ],
        rows,
    })
}
