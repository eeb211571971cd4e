//! Biểu đồ, for who asks for them: comments by decision and by section, replies over time.
//!
//! An annex of their own: the decree knows no pictures in the body of a report, and every number of
//! them stands in its tables.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{ToSpan, Unit};

use crate::domain::{Decision, Disposition};
use crate::report::place;
use crate::report::reconcile::Equation;
use crate::report::wording::{self, count};

use super::{Bar, Block, Chart, Source, full};

/// More bars than this make no picture; the smallest are put together.
const MAX_BARS: usize = 24;

/// Longer names are cut beside a bar.
const MAX_NAME_CHARS: usize = 42;

/// So many days are shown one by one, more of them week by week.
const MAX_DAYS: i32 = 21;

/// The three charts, each below its heading; none where nothing was received.
pub(super) fn build(source: &Source<'_>) -> Vec<Block> {
    let charts = [
        ("Ý kiến theo kết quả xử lý", "ý kiến", by_decision(source)),
        ("Ý kiến theo mục của dự thảo", "ý kiến", by_section(source)),
        (
            "Lượt góp ý được tính theo ngày đến",
            "lượt góp ý",
            over_time(source),
        ),
    ];
    let shown = charts.into_iter().filter(|(_, _, bars)| !bars.is_empty());
    let blocks = shown.zip(1..).flat_map(|((title, unit, bars), number)| {
        let total: usize = bars.iter().map(|bar| bar.n).sum();
        let heading = format!("{number}. {title}: {} {unit}", count(total));
        let chart = Chart {
            title: title.to_owned(),
            unit: unit.to_owned(),
            bars,
        };
        [full::heading(2, &heading), Block::Chart(chart)]
    });
    blocks.collect()
}

/// The pictures show every comment and every counted submission.
pub(super) fn equation(source: &Source<'_>) -> Equation {
    let sum = |bars: Vec<Bar>| -> usize { bars.iter().map(|bar| bar.n).sum() };
    let total = &source.numbers.total;
    let (received, counted) = (
        total.points.received,
        total.in_disposition(Disposition::Counted),
    );
    let (decisions, sections) = (sum(by_decision(source)), sum(by_section(source)));
    let days = sum(over_time(source));
    Equation {
        name: "charts".into(),
        round: None,
        text: format!(
            "Biểu đồ: ý kiến {received} = theo kết quả {decisions} = theo mục {sections}; lượt góp ý được tính {counted} = theo ngày đến {days}"
        ),
        holds: received == decisions && received == sections && counted == days,
        offenders: Vec::new(),
    }
}

fn bar(name: &str, n: usize) -> Bar {
    Bar {
        name: wording::shortened(name, MAX_NAME_CHARS),
        n,
    }
}

fn by_decision(source: &Source<'_>) -> Vec<Bar> {
    let total = &source.numbers.total;
    let decided = Decision::ALL.into_iter();
    let decided = decided.map(|decision| (decision.name(), total.decided(decision)));
    let others = [
        ("Chưa có nội dung trả lời", total.points.open),
        ("Gộp vào ý kiến khác", total.points.joined),
        ("Ngoài phạm vi lấy ý kiến", total.points.out_of_scope),
    ];
    let all = decided.chain(others).filter(|(_, n)| *n > 0);
    all.map(|(name, n)| bar(name, n)).collect()
}

/// Down to the first level of each document, in the order of the draft.
fn by_section(source: &Source<'_>) -> Vec<Bar> {
    let snapshot = source.facts.snapshot;
    let places = place::printed_under(snapshot, 1);
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for (point, _) in source.facts.points_of(None) {
        let rank = point.section.and_then(|id| source.facts.section_rank(id));
        let place = rank.and_then(|rank| places.get(rank).copied());
        *counts.entry(place.unwrap_or(usize::MAX)).or_default() += 1;
    }
    let several = snapshot.documents.len() > 1;
    let named = counts.into_iter().map(|(rank, n)| {
        let Some(section) = snapshot.sections.get(rank) else {
            return bar("Chưa xác định mục", n);
        };
        let documents = &snapshot.documents;
        let document = documents.iter().find(|it| Some(it.id) == section.document);
        let name = place::name(section, document.map(|it| it.name.as_str()));
        match document {
            Some(document) if several && section.level > 0 => {
                bar(&format!("{}: {name}", document.name), n)
            }
            _ => bar(&name, n),
        }
    });
    fewer(named.collect())
}

/// The largest bars in their order, the rest as one.
fn fewer(bars: Vec<Bar>) -> Vec<Bar> {
    if bars.len() <= MAX_BARS {
        return bars;
    }
    let mut sizes: Vec<usize> = bars.iter().map(|bar| bar.n).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let least = sizes.get(MAX_BARS - 1).copied().unwrap_or(0);
    let mut shown: Vec<Bar> = Vec::with_capacity(MAX_BARS);
    let mut rest = 0;
    for bar in bars {
        if bar.n >= least && shown.len() + 1 < MAX_BARS {
            shown.push(bar);
        } else {
            rest += bar.n;
        }
    }
    shown.push(bar("Các mục khác", rest));
    shown
}

fn over_time(source: &Source<'_>) -> Vec<Bar> {
    let counted = source.facts.submissions_of(None);
    let counted = counted.filter(|it| it.disposition == Disposition::Counted);
    let mut days: BTreeMap<Date, usize> = BTreeMap::new();
    for submission in counted {
        *days.entry(submission.arrived_on).or_default() += 1;
    }
    let (Some(&first), Some(&last)) = (days.keys().next(), days.keys().next_back()) else {
        return Vec::new();
    };
    let span = first
        .until((Unit::Day, last))
        .map_or(0, |span| span.get_days());
    if span < MAX_DAYS {
        let days = days.into_iter();
        return days
            .map(|(day, n)| bar(&wording::short_date(day), n))
            .collect();
    }
    let mut weeks: BTreeMap<Date, usize> = BTreeMap::new();
    for (day, n) in days {
        let since_monday = day.weekday().to_monday_zero_offset();
        let monday = day.saturating_sub(i64::from(since_monday).days());
        *weeks.entry(monday).or_default() += n;
    }
    let weeks = weeks.into_iter().map(|(monday, n)| {
        let name = format!("Tuần từ {}", wording::short_date(monday));
        bar(&name, n)
    });
    fewer(weeks.collect())
}
