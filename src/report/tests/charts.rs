//! Charts: only for who asks, with every number, in words too.

use std::io::{Cursor, Read};

use crate::report::docx::render_docx;
use crate::report::edition::Edition;
use crate::report::html::render_html;
use crate::report::model::{Block, Chart, Kind, ReportModel, build};
use crate::report::pdf::render_pdf;
use crate::report::reconcile::Scope;
use crate::report::snapshot::Snapshot;
use crate::report::xlsx::render_xlsx;

use super::world::{World, many, one_of_everything};

fn charted(snapshot: &Snapshot) -> ReportModel {
    let edition = Edition {
        has_charts: true,
        ..Edition::default()
    };
    let scope = Scope {
        edition,
        ..Scope::default()
    };
    build(snapshot, Kind::Full, &scope).unwrap()
}

fn charts(model: &ReportModel) -> Vec<&Chart> {
    let blocks = model.parts.iter().flat_map(|part| &part.blocks);
    blocks
        .filter_map(|block| match block {
            Block::Chart(chart) => Some(chart),
            _ => None,
        })
        .collect()
}

fn part(package: Vec<u8>, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(package)).unwrap();
    let mut text = String::new();
    archive
        .by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

#[test]
fn a_report_has_charts_only_where_they_are_asked_for() {
    let world = one_of_everything();
    assert!(charts(&super::report(&world.snapshot, Kind::Full)).is_empty());
    let model = charted(&world.snapshot);
    let words: Vec<String> = charts(&model).into_iter().map(Chart::words).collect();
    super::expect("charts", &words.join("\n"));
    let equation = model.info.equations.last().unwrap();
    assert!(equation.holds, "{}", equation.text);
}

#[test]
fn every_format_draws_them_and_says_them() {
    let world = one_of_everything();
    let model = charted(&world.snapshot);
    let all = charts(&model);
    assert_eq!(all.len(), 3);
    let page = render_html(&model);
    assert_eq!(page.matches("<svg class=\"chart\" role=\"img\"").count(), 3);
    let document = part(render_docx(&model).unwrap(), "word/document.xml");
    assert_eq!(document.matches("<c:chart ").count(), 3);
    for chart in &all {
        assert!(document.contains(&format!("descr=\"{}\"", chart.words())));
    }
    let drawn = part(render_docx(&model).unwrap(), "word/charts/chart1.xml");
    assert_eq!(drawn.matches("<c:pt ").count(), 2 * all[0].bars.len());
    let drawing = part(render_xlsx(&model).unwrap(), "xl/drawings/drawing1.xml");
    assert_eq!(drawing.matches("descr=").count(), 3);
    assert!(render_pdf(&model).unwrap().starts_with(b"%PDF"));
}

#[test]
fn what_is_not_there_is_not_drawn_and_long_lists_are_cut_short() {
    assert!(charts(&charted(&World::new().snapshot)).is_empty());
    let mut world = many(400);
    let days = world.snapshot.submissions.iter_mut().zip(0_i64..);
    for (submission, n) in days {
        use jiff::ToSpan;
        submission.arrived_on = submission.arrived_on.saturating_add((n * 9).days());
    }
    let model = charted(&world.snapshot);
    let all = charts(&model);
    assert!(all.iter().all(|chart| chart.bars.len() <= 24));
    assert!(
        all[2].bars[0].name.starts_with("Tuần từ"),
        "{}",
        all[2].words()
    );
    assert!(model.info.equations.iter().all(|equation| equation.holds));
}
