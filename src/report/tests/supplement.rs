//! Báo cáo bổ sung: what came after a report was issued, once and completely.

use std::sync::Arc;

use crate::domain::{Decision, Disposition, ReplyClass, SubmissionId};
use crate::report::frozen::{freeze, from_json, issued, to_json};
use crate::report::model::{Kind, build};
use crate::report::reconcile::{Scope, reconcile};
use crate::report::snapshot::Snapshot;
use crate::report::supplement::Issued;

use super::world::World;

const NAME: &str = "Báo cáo số 215/BC-SKHCN ngày 01/12/2021";

/// What is issued of a snapshot, by way of its kept form.
fn issue(snapshot: &Snapshot, scope: &Scope) -> Issued {
    let report = freeze(snapshot, Kind::Full, scope).unwrap();
    let report = from_json(&to_json(&report).unwrap()).unwrap();
    issued([report].iter(), 1, NAME.to_owned()).unwrap()
}

fn after(issued: Issued) -> Scope {
    Scope {
        after: Some(Arc::new(issued)),
        ..Scope::default()
    }
}

/// Three are asked: one comments, one's letter waits for a person, one is silent.
fn issued_once() -> (World, SubmissionId) {
    let mut world = World::new();
    world.ask(2, &["STC", "STP", "SCT"]);
    let first = world.reply(&["STC"], ReplyClass::Comments);
    let point = world.point(first, "1 I", "Ý kiến thứ nhất.");
    world.answer(point, Decision::Accept, "Tiếp thu.");
    let waiting = world.reply(&["STP"], ReplyClass::Comments);
    world.submission(waiting).disposition = Disposition::Unread;
    (world, waiting)
}

#[test]
fn counts_what_came_after_and_what_waited() {
    let (mut world, waiting) = issued_once();
    let scope = after(issue(&world.snapshot, &Scope::default()));

    let nothing = reconcile(&world.snapshot, &scope).total;
    assert_eq!((nothing.submissions, nothing.points.received), (0, 0));
    assert_eq!(
        (nothing.asked, nothing.silent),
        (2, 2),
        "who has not been heard"
    );

    world.submission(waiting).disposition = Disposition::Counted;
    world.point(waiting, "1 II.1", "Ý kiến đã chờ.");
    let late = world.reply(&["SCT"], ReplyClass::Agrees);
    world.submission(late).is_late = true;
    let again = world.reply(&["STC"], ReplyClass::Comments);
    world.point(again, "1 III.2", "Ý kiến gửi thêm.");

    let reconciliation = reconcile(&world.snapshot, &scope);
    let failing: Vec<_> = reconciliation.failing().collect();
    assert!(failing.is_empty(), "{failing:#?}");
    let total = &reconciliation.total;
    assert_eq!((total.asked, total.replied, total.silent), (2, 2, 0));
    assert_eq!(total.replied_not_asked, 1, "it had replied before");
    assert_eq!((total.submissions, total.points.received), (3, 2));
    let together: Vec<&str> = reconciliation
        .equations
        .iter()
        .filter(|equation| equation.name.starts_with("together"))
        .map(|equation| equation.text.as_str())
        .collect();
    assert_eq!(
        together,
        [
            "Cùng báo cáo đã ban hành: lượt hỏi 3 = đã trả lời khi ban hành 1 + xét trong báo cáo bổ sung 2",
            "Cùng báo cáo đã ban hành: lượt góp ý được tính 4 = trong báo cáo đã ban hành 1 + bổ sung 3",
            "Cùng báo cáo đã ban hành: ý kiến 3 = của lượt góp ý trong báo cáo đã ban hành 1 (khi ban hành 1) + bổ sung 2",
        ]
    );

    let model = build(&world.snapshot, Kind::Full, &scope).unwrap();
    let text = crate::report::html::render_html(&model);
    for words in [
        NAME,
        "Bổ sung kết quả tổng hợp",
        "Ý kiến đã chờ.",
        "Ý kiến gửi thêm.",
        "đã trả lời trước đó hoặc không được hỏi, nay gửi thêm ý kiến: 01",
    ] {
        assert!(text.contains(words), "no “{words}”");
    }
    assert!(!text.contains("Ý kiến thứ nhất."), "it was issued");
}

#[test]
fn a_second_supplement_leaves_out_the_first() {
    let (mut world, _) = issued_once();
    let first = freeze(&world.snapshot, Kind::Full, &Scope::default()).unwrap();
    let late = world.reply(&["SCT"], ReplyClass::Comments);
    let point = world.point(late, "1 I", "Ý kiến đến muộn.");
    world.answer(point, Decision::Note, "Ghi nhận.");
    let scope = after(issued([&first].into_iter(), 1, NAME.to_owned()).unwrap());
    let second = freeze(&world.snapshot, Kind::Full, &scope).unwrap();
    assert_eq!(second.points.len(), 1);
    let both = issued([&first, &second].into_iter(), 2, NAME.to_owned()).unwrap();
    assert_eq!(both.n_points, 2);
    let rest = reconcile(&world.snapshot, &after(both));
    assert!(rest.holds());
    assert_eq!(rest.total.submissions, 0);
    assert_eq!(rest.total.asked, 1, "only whose letter still waits");
}

#[test]
fn a_report_from_before_there_were_supplements_says_so() {
    let (world, _) = issued_once();
    let mut report = freeze(&world.snapshot, Kind::Full, &Scope::default()).unwrap();
    report.submissions = None;
    assert_eq!(issued([&report].into_iter(), 1, NAME.to_owned()), None);
}
