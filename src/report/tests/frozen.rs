//! Frozen reports: kept for ever, compared point by point.

use crate::domain::{PointState, ResponseState};
use crate::report::changes;
use crate::report::docx::render_docx;
use crate::report::frozen::{
    FrozenReport, compare, differences, freeze, from_json, substance, to_json, unfinished,
};
use crate::report::html::render_html;
use crate::report::model::{Block, Kind};
use crate::report::pdf::render_pdf;
use crate::report::reconcile::Scope;
use crate::report::snapshot::Snapshot;
use crate::report::xlsx::render_xlsx;

use super::world::one_of_everything;
use super::{kinds, report};

fn frozen(snapshot: &Snapshot, kind: Kind) -> FrozenReport {
    freeze(snapshot, kind, &Scope::default()).unwrap()
}

#[test]
fn what_is_kept_comes_back_and_prints_the_same() {
    let snapshot = one_of_everything().snapshot;
    for kind in kinds(&snapshot) {
        let before = frozen(&snapshot, kind);
        assert_eq!(before.model, report(&snapshot, kind));
        let json = to_json(&before).unwrap();
        assert_eq!(json, to_json(&before).unwrap(), "the same bytes every time");
        let after = from_json(&json).unwrap();
        assert_eq!(after, before);
        assert_eq!(render_html(&after.model), render_html(&before.model));
    }
}

/// The file was written by the first version that froze reports and is never renewed.
#[test]
fn reports_frozen_by_the_first_version_are_still_read() {
    let kept = include_str!("../../../fixtures/report/frozen_v1.json");
    let report = from_json(kept.as_bytes()).unwrap();
    assert_eq!(report.format, 1);
    assert_eq!(report.points.len(), 11);
    assert!(render_html(&report.model).contains("Đề nghị rà soát căn cứ pháp lý"));
}

#[test]
fn the_moment_is_not_substance() {
    let mut world = one_of_everything();
    let before = frozen(&world.snapshot, Kind::Full);
    world.snapshot.ledger_seq += 5;
    world.snapshot.taken_at = world.snapshot.taken_at.tomorrow().unwrap();
    let later = frozen(&world.snapshot, Kind::Full);
    assert_ne!(to_json(&before).unwrap(), to_json(&later).unwrap());
    assert_eq!(substance(&before).unwrap(), substance(&later).unwrap());
}

#[test]
fn a_comparison_names_what_changed() {
    let mut world = one_of_everything();
    let before = frozen(&world.snapshot, Kind::Full);
    let unchanged = compare(&before, &before);
    assert_eq!(unchanged.n_same, before.points.len());
    assert!(
        unchanged.added.is_empty() && unchanged.removed.is_empty() && unchanged.changed.is_empty()
    );

    let answered = world
        .snapshot
        .points
        .iter_mut()
        .find(|point| point.response.is_some())
        .unwrap();
    let id = answered.id.0;
    answered.response.as_mut().unwrap().text = "Tiếp thu, viết lại câu này.".to_owned();
    let after = frozen(&world.snapshot, Kind::Full);
    let comparison = compare(&before, &after);
    let [(was, is)] = comparison.changed.as_slice() else {
        panic!("{:#?}", comparison.changed);
    };
    assert_eq!((was.id, is.id), (id, id));
    let differences = differences(was, is);
    let [(label, _, text)] = differences.as_slice() else {
        panic!("{differences:#?}");
    };
    assert_eq!(*label, "Nội dung tiếp thu, giải trình");
    assert_eq!(text, "Tiếp thu, viết lại câu này.");

    let mut fewer = after.clone();
    let gone = fewer.points.remove(0);
    assert_eq!(compare(&after, &fewer).removed, std::slice::from_ref(&gone));
    assert_eq!(compare(&fewer, &after).added, [gone]);
}

#[test]
fn an_official_edition_has_every_point_placed_answered_and_approved() {
    let mut world = one_of_everything();
    let mut answers = world
        .snapshot
        .points
        .iter_mut()
        .filter_map(|p| p.response.as_mut());
    answers.next().unwrap().state = ResponseState::Submitted;
    let report = frozen(&world.snapshot, Kind::Full);
    let reasons = unfinished(&report);
    for what in ["chưa xác định mục", "chưa có nội dung", "chưa được duyệt"] {
        assert!(
            reasons.iter().any(|reason| reason.contains(what)),
            "{what}: {reasons:#?}"
        );
    }
    let mut done = report;
    for point in &mut done.points {
        point.place = "Đề án · Mục I".to_owned();
        point.decision = Some("accept".to_owned());
        point.step = Some("approved".to_owned());
    }
    assert_eq!(unfinished(&done), Vec::<String>::new());
}

#[test]
fn a_comparison_is_a_document_of_both_wordings() {
    let mut world = one_of_everything();
    let before = frozen(&world.snapshot, Kind::Full);
    let answered = (world.snapshot.points.iter_mut()).find(|point| point.response.is_some());
    let response = answered.unwrap().response.as_mut().unwrap();
    response.text = format!("{} Thêm một câu.", response.text);
    let gone = world
        .snapshot
        .points
        .iter()
        .rposition(|point| point.state == PointState::Open && point.group.is_none());
    world.snapshot.points.remove(gone.unwrap());
    let after = frozen(&world.snapshot, Kind::Full);
    let model = changes::build(&compare(&before, &after), &after, "Lần 2 so với lần 1");
    let headings: Vec<&str> = (model.parts.iter().flat_map(|part| &part.blocks))
        .filter_map(|block| match block {
            Block::Heading { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(headings, ["1. Thay đổi", "2. Bớt"]);
    let html = render_html(&model);
    assert!(html.contains("Thêm một câu."), "{html}");
    render_docx(&model).unwrap();
    render_xlsx(&model).unwrap();
    render_pdf(&model).unwrap();
}
