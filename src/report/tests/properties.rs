//! Over generated consultations: numbers add up, and stop adding up when one state is broken.

use std::sync::Arc;

use proptest::prelude::*;

use crate::domain::{
    Decision, Disposition, PointId, PointState, Relation, ReplyClass, ResponseState, RoundId,
    SubmissionId,
};
use crate::report::docx::render_docx;
use crate::report::edition::{Edition, Order};
use crate::report::html::render_html;
use crate::report::model::{Kind, Row, Table, Value, build};
use crate::report::reconcile::{Scope, reconcile};
use crate::report::snapshot::Snapshot;
use crate::report::supplement::Issued;

use super::kinds;
use super::world::World;

const CODES: [&str; 8] = [
    "STC", "SKHDT", "STP", "SCT", "UBHH", "UBLN", "PKTHH", "CTAN",
];
const PLACES: [&str; 9] = [
    "",
    "chung",
    "1 I",
    "1 II.2.a",
    "1 II.2.b.-2",
    "1 III.2",
    "2 Điều 2",
    "2 Điều 2 khoản 1",
    "thể thức",
];

/// Plain numbers a consistent consultation is made from.
#[derive(Debug, Clone)]
struct Seed {
    asked: Vec<(bool, bool)>,
    /// Senders, class, disposition, round (3: unknown), late.
    submissions: Vec<(Vec<usize>, usize, usize, i64, bool)>,
    /// Submission, place, state, decision, group.
    points: Vec<(usize, usize, usize, usize, i64)>,
}

fn seeds() -> impl Strategy<Value = Seed> {
    let submission = (
        prop::collection::vec(0..CODES.len(), 0..3),
        0..3_usize,
        prop_oneof![3 => Just(0_usize), 1 => 0..Disposition::ALL.len()],
        1..=3_i64,
        any::<bool>(),
    );
    let point = (
        0..64_usize,
        0..PLACES.len(),
        0..5_usize,
        0..6_usize,
        0..4_i64,
    );
    (
        prop::collection::vec(any::<(bool, bool)>(), CODES.len()),
        prop::collection::vec(submission, 0..12),
        prop::collection::vec(point, 0..30),
    )
        .prop_map(|(asked, submissions, points)| Seed {
            asked,
            submissions,
            points,
        })
}

/// A consultation in which everything is in order.
fn consistent(seed: &Seed) -> Snapshot {
    let mut world = World::new();
    for (code, &(first, second)) in CODES.iter().zip(&seed.asked) {
        for (round, is_asked) in [(1, first), (2, second)] {
            if is_asked {
                world.ask(round, &[code]);
            }
        }
    }
    for (senders, class, disposition, round, is_late) in &seed.submissions {
        let mut codes: Vec<&str> = senders.iter().map(|&index| CODES[index]).collect();
        codes.dedup();
        let id = world.reply(&codes, ReplyClass::ALL[*class]);
        let submission = world.submission(id);
        submission.disposition = Disposition::ALL[*disposition];
        submission.round = (*round < 3).then_some(RoundId(*round));
        submission.is_late = *is_late;
    }
    let n_submissions = seed.submissions.len();
    let mut holders: Vec<PointId> = Vec::new();
    for &(from, place, state, decision, group) in &seed.points {
        if n_submissions == 0 {
            break;
        }
        let from = SubmissionId(i64::try_from(from % n_submissions).unwrap() + 1);
        let id = world.point(from, PLACES[place], "Đề nghị làm rõ.");
        let is_counted = world.submission(from).disposition == Disposition::Counted;
        let holder = holders.first().copied();
        match PointState::ALL[state] {
            PointState::Answered => world.answer(id, Decision::ALL[decision], "Lý do."),
            PointState::AnsweredInGroup => world.group(group, &[id], Decision::Accept, "Tiếp thu."),
            PointState::Joined if holder.is_some() => {
                world.entry(id).state = PointState::Joined;
                world.entry(id).joined_into = holder;
            }
            PointState::OutOfScope => world.entry(id).state = PointState::OutOfScope,
            PointState::Open | PointState::Joined => {}
        }
        if is_counted && world.entry(id).state != PointState::Joined {
            holders.push(id);
        }
    }
    world.snapshot
}

/// Breaks the consultation in one way; `false` when there is nothing to break this way.
fn break_one(snapshot: &mut Snapshot, how: usize) -> bool {
    let counted: Vec<SubmissionId> = snapshot
        .submissions
        .iter()
        .filter(|s| s.disposition == Disposition::Counted && s.round == Some(RoundId(2)))
        .map(|s| s.id)
        .collect();
    let mut points = snapshot.points.iter_mut();
    let mut point =
        |state: PointState| points.find(|p| p.state == state && counted.contains(&p.submission));
    match how {
        0 => point(PointState::Answered)
            .map(|p| p.response = None)
            .is_some(),
        1 => point(PointState::AnsweredInGroup)
            .map(|p| p.group = None)
            .is_some(),
        2 => point(PointState::Joined)
            .map(|p| p.joined_into = Some(p.id))
            .is_some(),
        3 => point(PointState::Joined)
            .map(|p| p.joined_into = None)
            .is_some(),
        4 => point(PointState::Answered)
            .map(|p| p.state = PointState::Open)
            .is_some(),
        5 => {
            let found = snapshot
                .submissions
                .iter_mut()
                .find(|s| counted.contains(&s.id) && !s.organizations.is_empty());
            found.map(|s| s.class = None).is_some()
        }
        6 => {
            let found = snapshot
                .invitations
                .iter()
                .find(|invitation| invitation.0 == RoundId(2));
            let twice = found.copied();
            snapshot.invitations.extend(twice);
            twice.is_some()
        }
        7 => {
            let found = snapshot
                .submissions
                .iter_mut()
                .find(|s| counted.contains(&s.id));
            found
                .map(|s| {
                    s.disposition = Disposition::Duplicate;
                    s.relation = Some((Relation::DuplicateOf, s.id));
                })
                .is_some()
        }
        _ => {
            let twice = snapshot.points.first().cloned();
            let is_some = twice.is_some();
            snapshot.points.extend(twice);
            is_some
        }
    }
}

fn scopes() -> [Scope; 4] {
    let of = |rounds: Option<Vec<u32>>, include_internal, section_depth| Scope {
        // Another order and no names change no number.
        edition: Edition {
            order: if section_depth % 2 == 0 {
                Order::Decision
            } else {
                Order::Section
            },
            is_anonymous: include_internal,
            ..Edition::default()
        },
        rounds,
        include_internal,
        section_depth,
        include_agreeing: true,
        draft: None,
        after: None,
    };
    [
        of(None, false, 3),
        of(None, true, 2),
        of(Some(vec![1]), false, 1),
        of(Some(vec![2]), false, 4),
    ]
}

/// Points in the main tables, by the count each row carries.
fn points_shown(table: &Table) -> u32 {
    let column = table.columns.iter().position(|c| c.title == "Số ý kiến");
    let Some(column) = column.filter(|_| table.sheet == "Tổng hợp") else {
        return 0;
    };
    let counts = table.rows.iter().map(|row| match row {
        Row::Cells(cells) => match cells[column].value {
            Value::Number(n) => n,
            Value::Text | Value::Date(_) => 0,
        },
        Row::Heading(_) | Row::Total(_) => 0,
    });
    counts.sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn numbers_add_up(seed in seeds()) {
        let snapshot = consistent(&seed);
        for scope in scopes() {
            let reconciliation = reconcile(&snapshot, &scope);
            let failing: Vec<_> = reconciliation.failing().collect();
            prop_assert!(failing.is_empty(), "{failing:#?}");
            let points = reconciliation.total.points;
            for kind in kinds(&snapshot) {
                let model = build(&snapshot, kind, &scope).unwrap();
                if matches!(kind.code(), "full" | "by-section") {
                    let shown: u32 = model.tables().map(points_shown).sum();
                    let without = outside(&snapshot, &scope);
                    let expected = u32::try_from(points.received - without).unwrap();
                    prop_assert_eq!(shown, expected);
                }
            }
        }
        let model = build(&snapshot, Kind::Full, &Scope::default()).unwrap();
        render_docx(&model).unwrap();
        prop_assert!(!render_html(&model).is_empty());
    }

    #[test]
    fn issued_and_supplementary_reports_are_the_whole(seed in seeds(), n_issued in 0..30_usize) {
        let snapshot = consistent(&seed);
        let issued = snapshot.submissions.iter().take(n_issued);
        let issued = Issued {
            submissions: issued.map(|it| (it.id, it.disposition)).collect(),
            ..Issued::default()
        };
        for scope in scopes() {
            let scope = Scope { after: Some(Arc::new(issued.clone())), ..scope };
            let reconciliation = reconcile(&snapshot, &scope);
            let failing: Vec<_> = reconciliation.failing().collect();
            prop_assert!(failing.is_empty(), "{failing:#?}");
        }
    }

    #[test]
    fn numbers_do_not_add_up_when_a_state_is_broken(seed in seeds(), how in 0..9_usize) {
        let mut snapshot = consistent(&seed);
        prop_assume!(break_one(&mut snapshot, how));
        let scope = Scope { include_internal: true, ..Scope::default() };
        let reconciliation = reconcile(&snapshot, &scope);
        prop_assert!(!reconciliation.holds());
        for kind in kinds(&snapshot) {
            prop_assert!(build(&snapshot, kind, &scope).is_err());
        }
    }

    #[test]
    fn any_number_of_approvals_changes_no_count(seed in seeds(), state in 0..4_usize) {
        let mut snapshot = consistent(&seed);
        let before = reconcile(&snapshot, &Scope::default()).total.points;
        for response in snapshot.points.iter_mut().filter_map(|p| p.response.as_mut()) {
            response.state = ResponseState::ALL[state];
        }
        let after = reconcile(&snapshot, &Scope::default()).total;
        prop_assert_eq!(before, after.points);
    }
}

/// Points that are out of scope themselves or joined into one that is.
fn outside(snapshot: &Snapshot, scope: &Scope) -> usize {
    let in_scope = |id: SubmissionId| {
        let submission = snapshot.submissions.iter().find(|s| s.id == id).unwrap();
        let takes = match submission.round {
            None => scope.rounds.is_none(),
            Some(id) => snapshot.rounds.iter().any(|r| r.id == id && scope.takes(r)),
        };
        takes && submission.disposition == Disposition::Counted
    };
    let state = |id: Option<PointId>| {
        let found = snapshot.points.iter().find(|p| Some(p.id) == id);
        found.map(|p| p.state)
    };
    snapshot
        .points
        .iter()
        .filter(|p| in_scope(p.submission))
        .filter(|p| {
            p.state == PointState::OutOfScope
                || p.state == PointState::Joined
                    && state(p.joined_into) == Some(PointState::OutOfScope)
        })
        .count()
}
