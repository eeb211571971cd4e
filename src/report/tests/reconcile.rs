//! The equations: they hold on a consistent snapshot, and each breaks where it should.

use crate::domain::{
    Decision, Disposition, OrganizationId, PointId, PointState, Relation, ReplyClass, RoundId,
    SectionId, SubmissionId,
};
use crate::report::model::{Kind, build};
use crate::report::reconcile::{Scope, reconcile};
use crate::report::snapshot::Snapshot;

use super::world::{World, one_of_everything};

#[test]
fn counts_one_of_everything() {
    let world = one_of_everything();
    let reconciliation = reconcile(&world.snapshot, &Scope::default());
    let texts: Vec<String> = reconciliation
        .equations
        .iter()
        .map(|equation| format!("{}: {} ({})", equation.name, equation.text, equation.holds))
        .collect();
    super::expect("equations", &texts.join("\n"));
    assert!(reconciliation.holds());
}

/// Breaks one thing and expects exactly these equations to fail, with something at fault.
#[track_caller]
fn check_broken(names: &[&str], break_it: impl FnOnce(&mut Snapshot)) {
    let mut snapshot = one_of_everything().snapshot;
    break_it(&mut snapshot);
    let reconciliation = reconcile(&snapshot, &Scope::default());
    let failing: Vec<_> = reconciliation.failing().collect();
    let mut found: Vec<&str> = failing.iter().map(|equation| &*equation.name).collect();
    found.dedup();
    assert_eq!(found, names, "{failing:#?}");
    assert!(
        failing
            .iter()
            .any(|equation| !equation.offenders.is_empty())
    );
    let refusal = build(&snapshot, Kind::Full, &Scope::default()).unwrap_err();
    assert_eq!(refusal.equations.len(), failing.len());
}

fn answered(snapshot: &mut Snapshot, state: PointState) -> usize {
    let found = snapshot
        .points
        .iter()
        .position(|point| point.state == state);
    found.expect("one of everything")
}

#[test]
fn breaks_where_a_state_is_broken() {
    check_broken(&["asked"], |snapshot| {
        let again = snapshot.invitations[3];
        snapshot.invitations.push(again);
    });
    check_broken(&["asked"], |snapshot| {
        snapshot.invitations.push((RoundId(2), OrganizationId(99)));
    });
    check_broken(&["replied"], |snapshot| {
        snapshot.submissions[0].class = None;
    });
    check_broken(&["not_asked"], |snapshot| {
        snapshot.submissions[6].class = None;
    });
    check_broken(&["submissions"], |snapshot| {
        snapshot.submissions[7].disposition = Disposition::Undone;
        let twice = snapshot.submissions[9].clone();
        snapshot.submissions.push(twice);
    });
    check_broken(&["submissions_by_round"], |snapshot| {
        snapshot.submissions[9].round = Some(RoundId(7));
    });
    check_broken(&["senders"], |snapshot| {
        snapshot.submissions[9]
            .organizations
            .push(OrganizationId(99));
    });
    check_broken(&["duplicates"], |snapshot| {
        snapshot.submissions[9].disposition = Disposition::Duplicate;
        snapshot.submissions[9].relation = Some((Relation::DuplicateOf, SubmissionId(10)));
    });
    check_broken(&["sources"], |snapshot| {
        snapshot.points[0].submission = SubmissionId(99);
    });
    check_broken(&["decisions"], |snapshot| {
        let index = answered(snapshot, PointState::Answered);
        snapshot.points[index].response = None;
    });
    check_broken(&["decisions"], |snapshot| {
        let index = answered(snapshot, PointState::Answered);
        snapshot.points[index].state = PointState::Open;
    });
    check_broken(&["groups"], |snapshot| {
        let index = answered(snapshot, PointState::AnsweredInGroup);
        snapshot.points[index].response.as_mut().unwrap().decision = Decision::Keep;
    });
    check_broken(&["groups"], |snapshot| {
        let index = answered(snapshot, PointState::AnsweredInGroup);
        snapshot.points[index].group = None;
    });
    check_broken(&["joined"], |snapshot| {
        let index = answered(snapshot, PointState::Joined);
        snapshot.points[index].joined_into = Some(PointId(99));
    });
    check_broken(&["joined"], |snapshot| {
        let index = answered(snapshot, PointState::Joined);
        snapshot.points[index].joined_into = Some(snapshot.points[index].id);
    });
    check_broken(&["sections"], |snapshot| {
        let index = answered(snapshot, PointState::Answered);
        snapshot.points[index].section = Some(SectionId(99));
    });
}

#[test]
fn a_point_kept_twice_breaks_its_source_and_its_row() {
    check_broken(&["sources", "rows"], |snapshot| {
        let twice = snapshot.points[5].clone();
        snapshot.points.push(twice);
    });
}

#[test]
fn the_strongest_class_of_several_replies_counts() {
    let mut world = World::new();
    world.ask(2, &["STC"]);
    world.reply(&["STC"], ReplyClass::NoOpinion);
    world.reply(&["STC"], ReplyClass::Agrees);
    let tally = reconcile(&world.snapshot, &Scope::default()).total;
    assert_eq!((tally.classes.agrees, tally.classes.sum()), (1, 1));
    world.reply(&["STC"], ReplyClass::Comments);
    let tally = reconcile(&world.snapshot, &Scope::default()).total;
    assert_eq!((tally.classes.comments, tally.classes.sum()), (1, 1));
    assert_eq!(tally.in_disposition(Disposition::Counted), 3);
}

#[test]
fn a_subordinate_answers_for_its_parent_only_when_not_asked_itself() {
    let mut world = World::new();
    world.ask(2, &["UBHH"]);
    world.reply(&["PKTHH"], ReplyClass::Agrees);
    let tally = reconcile(&world.snapshot, &Scope::default()).total;
    assert_eq!(
        (tally.replied, tally.silent, tally.replied_not_asked),
        (1, 0, 0)
    );
    world.ask(2, &["PKTHH"]);
    let tally = reconcile(&world.snapshot, &Scope::default()).total;
    assert_eq!(
        (tally.replied, tally.silent, tally.replied_not_asked),
        (1, 1, 0)
    );
}

#[test]
fn a_joint_letter_is_one_submission_of_several_organizations() {
    let mut world = World::new();
    world.ask(2, &["STC", "STP", "SCT"]);
    world.reply(&["STC", "STP"], ReplyClass::Agrees);
    let tally = reconcile(&world.snapshot, &Scope::default()).total;
    assert_eq!((tally.submissions, tally.replied, tally.silent), (1, 2, 1));
}

#[test]
fn what_is_kept_apart_or_unread_is_not_silent() {
    let mut world = World::new();
    world.ask(2, &["STC", "STP", "SCT"]);
    let secret = world.reply(&["STC"], ReplyClass::Comments);
    world.submission(secret).disposition = Disposition::Purged;
    let scan = world.reply(&["STP"], ReplyClass::Comments);
    world.submission(scan).disposition = Disposition::Unread;
    let reconciliation = reconcile(&world.snapshot, &Scope::default());
    let tally = &reconciliation.total;
    assert!(reconciliation.holds());
    assert_eq!((tally.replied, tally.silent), (2, 1));
    assert_eq!((tally.classes.kept_apart, tally.classes.waiting), (1, 1));
}

#[test]
fn internal_rounds_stay_out_unless_asked_for() {
    let world = one_of_everything();
    let points = |scope: &Scope| {
        let reconciliation = reconcile(&world.snapshot, scope);
        assert!(reconciliation.holds());
        reconciliation.total.points.received
    };
    assert_eq!(points(&Scope::default()), 11);
    let internal = Scope {
        include_internal: true,
        ..Scope::default()
    };
    assert_eq!(points(&internal), 12);
    let only_first = Scope {
        rounds: Some(vec![1]),
        ..Scope::default()
    };
    assert_eq!(points(&only_first), 1);
}

#[test]
fn what_has_no_round_is_counted_and_said() {
    let mut world = World::new();
    let id = world.reply(&["STC"], ReplyClass::Comments);
    world.submission(id).round = None;
    world.point(id, "chung", "Một ý kiến.");
    let reconciliation = reconcile(&world.snapshot, &Scope::default());
    assert!(reconciliation.holds());
    assert_eq!(reconciliation.total.without_round, 1);
    assert_eq!(reconciliation.total.points.received, 1);
    assert!(
        reconciliation
            .notices
            .iter()
            .any(|notice| notice.contains("chưa rõ thuộc đợt"))
    );
}

#[test]
fn an_extract_of_a_stranger_is_refused() {
    let world = one_of_everything();
    let kind = Kind::Extract(OrganizationId(99));
    let refusal = build(&world.snapshot, kind, &Scope::default()).unwrap_err();
    assert_eq!(refusal.equations[0].name, "extract");
}
