//! How many were asked, replied, agreed; what was decided.

use std::collections::BTreeMap;

use crate::domain::{Decision, ReplyClass, RoundId};
use crate::report::facts::{Reply, RosterLine};
use crate::report::reconcile::Tally;
use crate::report::wording;

use super::{Block, Cell, Column, Line, Row, Source, Table};

/// The sheet that holds the statistics.
pub(super) const SHEET: &str = "Thống kê";

/// The lines of a roster by kind of organization, in print order.
pub(super) fn by_kind<'r, 'a>(
    source: &Source<'_>,
    lines: impl Iterator<Item = &'r RosterLine<'a>>,
) -> Vec<(String, Vec<&'r RosterLine<'a>>)>
where
    'a: 'r,
{
    let kinds = &source.facts.snapshot.kinds;
    let mut by_kind: BTreeMap<usize, Vec<&RosterLine<'_>>> = BTreeMap::new();
    for line in lines {
        let code = source
            .facts
            .organization(line.organization)
            .map(|o| &o.kind);
        let rank = kinds.iter().position(|kind| Some(&kind.code) == code);
        by_kind
            .entry(rank.unwrap_or(kinds.len()))
            .or_default()
            .push(line);
    }
    by_kind
        .into_iter()
        .map(|(rank, lines)| {
            let name = kinds.get(rank).map_or("Đơn vị khác", |kind| &kind.name);
            (name.to_owned(), lines)
        })
        .collect()
}

/// Replies by kind of organization: only those that were asked.
pub(super) fn replies_table(source: &Source<'_>, round: Option<RoundId>, caption: &str) -> Table {
    let roster = source.facts.roster(round);
    let asked = roster.iter().filter(|line| line.was_asked);
    let counted: Vec<(String, ReplyCounts)> = by_kind(source, asked)
        .into_iter()
        .map(|(name, lines)| (name, reply_counts(&lines)))
        .collect();
    let mut total: ReplyCounts = [0; 7];
    for (_, counts) in &counted {
        for (sum, n) in total.iter_mut().zip(counts) {
            *sum += n;
        }
    }
    // Shown only when there is something to show, so that the classes always add up.
    let [.., has_pending] = total.map(|n| n > 0);
    let shown = if has_pending { 7 } else { 6 };
    let cells = |name: &str, counts: &ReplyCounts| {
        let mut cells = vec![Cell::text(name)];
        cells.extend(counts.iter().take(shown).map(|&n| Cell::number(n)));
        cells
    };
    let mut rows: Vec<Row> = counted
        .iter()
        .map(|(name, counts)| Row::Cells(cells(name, counts)))
        .collect();
    rows.push(Row::Total(cells("Tổng số", &total)));
    let mut columns = vec![
        Column::words("Nhóm cơ quan, đơn vị", 54),
        Column::centered("Được lấy ý kiến", 19),
        Column::centered("Đã trả lời", 17),
        Column::centered("Chưa trả lời", 17),
        Column::centered("Thống nhất hoàn toàn", 22),
        Column::centered("Có ý kiến", 17),
        Column::centered("Không có ý kiến", 19),
    ];
    if has_pending {
        columns.push(Column::centered("Chờ xem, lưu riêng", 19));
    }
    Table {
        sheet: SHEET.to_owned(),
        caption: caption.to_owned(),
        columns,
        rows,
    }
}

/// Asked, replied, silent, the three classes, and what is not classed yet.
type ReplyCounts = [usize; 7];

fn reply_counts(lines: &[&RosterLine<'_>]) -> ReplyCounts {
    let replied = |reply| lines.iter().filter(|line| line.reply == reply).count();
    let silent = replied(Reply::Silent);
    [
        lines.len(),
        lines.len() - silent,
        silent,
        replied(Reply::Classed(ReplyClass::Agrees)),
        replied(Reply::Classed(ReplyClass::Comments)),
        replied(Reply::Classed(ReplyClass::NoOpinion)),
        replied(Reply::Waiting) + replied(Reply::KeptApart),
    ]
}

/// What became of every point received.
pub(super) fn decisions_table(tally: &Tally) -> Table {
    let points = tally.points;
    let share = |n| Cell::text(wording::percent(n, points.received));
    let line = |name: &str, n: usize| Row::Cells(vec![Cell::text(name), Cell::number(n), share(n)]);
    let mut rows: Vec<Row> = Decision::ALL
        .into_iter()
        .map(|decision| line(decision.name(), tally.decided(decision)))
        .collect();
    for (name, n) in [
        ("Chưa có nội dung tiếp thu, giải trình", points.open),
        ("Gộp vào ý kiến khác của cùng nội dung", points.joined),
        ("Ngoài phạm vi lấy ý kiến", points.out_of_scope),
    ] {
        if n > 0 {
            rows.push(line(name, n));
        }
    }
    rows.push(Row::Total(vec![
        Cell::text("Tổng số ý kiến nhận được"),
        Cell::number(points.received),
        share(points.received),
    ]));
    Table {
        sheet: SHEET.to_owned(),
        caption: "Kết quả tiếp thu, giải trình".to_owned(),
        columns: vec![
            Column::words("Kết quả", 100),
            Column::centered("Số ý kiến", 35),
            Column::centered("Tỷ lệ", 30),
        ],
        rows,
    }
}

/// The units of one class, kind by kind, each with its letters: "Tên (Công văn số … ngày …)".
pub(super) fn class_list(
    source: &Source<'_>,
    roster: &[RosterLine<'_>],
    class: ReplyClass,
) -> Vec<Block> {
    let is_asked = |line: &&RosterLine<'_>| line.was_asked;
    let of_class = |line: &&RosterLine<'_>| line.reply == Reply::Classed(class);
    let replied: BTreeMap<String, usize> = by_kind(
        source,
        roster
            .iter()
            .filter(is_asked)
            .filter(|line| line.reply != Reply::Silent),
    )
    .into_iter()
    .map(|(name, lines)| (name, lines.len()))
    .collect();
    by_kind(source, roster.iter().filter(is_asked).filter(of_class))
        .into_iter()
        .map(|(name, lines)| {
            let named: Vec<String> = lines
                .iter()
                .map(|line| with_letters(source, line))
                .collect();
            let whole = replied.get(&name).copied().unwrap_or(lines.len());
            Block::Item(Line::plain(format!(
                "{name}: {}/{} đơn vị đã trả lời, gồm: {}.",
                wording::count(lines.len()),
                wording::count(whole),
                named.join("; ")
            )))
        })
        .collect()
}

/// "Sở Tài chính (Công văn số 1234/STC-QLNS ngày 05/9/2021)".
pub(super) fn with_letters(source: &Source<'_>, line: &RosterLine<'_>) -> String {
    let name = source.facts.organization_name(line.organization);
    let mut letters: Vec<String> = Vec::new();
    for submission in &line.submissions {
        let letter = wording::source(submission);
        if !letters.contains(&letter) {
            letters.push(letter);
        }
    }
    if !line.through.is_empty() {
        let through: Vec<String> = line
            .through
            .iter()
            .map(|&id| source.facts.organization_name(id))
            .collect();
        letters.push(format!("do {} trả lời", through.join(", ")));
    }
    if letters.is_empty() {
        name
    } else {
        format!("{name} ({})", letters.join("; "))
    }
}

/// Names of units, kind by kind.
pub(super) fn name_list<'r, 'a: 'r>(
    source: &Source<'_>,
    lines: impl Iterator<Item = &'r RosterLine<'a>>,
) -> Vec<Block> {
    by_kind(source, lines)
        .into_iter()
        .map(|(kind, lines)| {
            let names: Vec<String> = lines
                .iter()
                .map(|line| source.facts.organization_name(line.organization))
                .collect();
            Block::Item(Line::plain(format!(
                "{kind} ({}): {}.",
                wording::count(lines.len()),
                names.join("; ")
            )))
        })
        .collect()
}
