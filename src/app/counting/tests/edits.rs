//! Whatever people do, what is kept and brought up to date counts as what is read anew.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use super::{answer, check, example, import, table};
use crate::app::App;
use crate::app::review::SubmissionDecision;
use crate::domain::{
    Consultation, Disposition, Organization, PointId, Relation, ReplyClass, SubmissionId,
};
use crate::report::reconcile::Scope;
use crate::report::snapshot::Snapshot;
use crate::respond::Step;
use crate::store::points::Change;

const ACTOR: &str = "Chuyên viên";

/// What somebody does; numbers choose among what is there.
#[derive(Debug, Clone)]
enum Edit {
    Answer(usize, bool),
    OutOfScope(usize, bool),
    Leadership(usize, bool),
    Section(usize, usize),
    Disposition(usize, Disposition),
    Speaker(usize, usize),
    Duplicate(usize, usize),
    Import(usize),
    Rename(usize),
    Propose,
    Confirm,
    AnswerGroup,
    Split,
    Dissolve,
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let n = any::<usize>;
    let disposition = prop_oneof![
        Just(Disposition::Counted),
        Just(Disposition::Withdrawn),
        Just(Disposition::SetAside),
    ];
    let edit = prop_oneof![
        4 => (n(), any::<bool>()).prop_map(|(at, sent)| Edit::Answer(at, sent)),
        2 => (n(), any::<bool>()).prop_map(|(at, is_out)| Edit::OutOfScope(at, is_out)),
        1 => (n(), any::<bool>()).prop_map(|(at, needs)| Edit::Leadership(at, needs)),
        2 => (n(), n()).prop_map(|(at, to)| Edit::Section(at, to)),
        2 => (n(), disposition).prop_map(|(at, to)| Edit::Disposition(at, to)),
        2 => (n(), n()).prop_map(|(at, who)| Edit::Speaker(at, who)),
        1 => (n(), n()).prop_map(|(at, of)| Edit::Duplicate(at, of)),
        1 => n().prop_map(Edit::Import),
        1 => n().prop_map(Edit::Rename),
        1 => Just(Edit::Propose),
        2 => Just(Edit::Confirm),
        2 => Just(Edit::AnswerGroup),
        1 => Just(Edit::Split),
        1 => Just(Edit::Dissolve),
    ];
    vec(edit, 40)
}

/// What an edit changes of a point.
fn point_change(now: &Snapshot, edit: &Edit) -> Option<(PointId, Change)> {
    let mut change = Change::default();
    let n = match *edit {
        Edit::OutOfScope(n, is_out) => {
            let why = if is_out {
                "Ngoài nội dung hỏi."
            } else {
                ""
            };
            change.out_of_scope = Some(why.to_owned());
            n
        }
        Edit::Leadership(n, needs) => {
            change.needs_leadership = Some(needs);
            n
        }
        Edit::Section(n, to) => {
            change.section = Some(now.sections[to % now.sections.len()].id);
            n
        }
        _ => return None,
    };
    Some((now.points[n % now.points.len()].id, change))
}

/// What an edit decides about a submission.
fn decision(
    now: &Snapshot,
    organizations: &[Organization],
    edit: &Edit,
) -> Option<(SubmissionId, SubmissionDecision)> {
    let submission = |n: usize| now.submissions[n % now.submissions.len()].id;
    let mut decision = SubmissionDecision {
        class: Some(ReplyClass::Comments),
        ..SubmissionDecision::default()
    };
    let n = match *edit {
        Edit::Disposition(n, to) => {
            decision.disposition = Some(to);
            n
        }
        Edit::Speaker(n, who) => {
            let speaker = organizations[who % organizations.len()].id;
            decision.organizations = Some(vec![speaker]);
            n
        }
        Edit::Duplicate(n, of) => {
            decision.disposition = Some(Disposition::Duplicate);
            decision.relation = Some((Relation::DuplicateOf, submission(of)));
            n
        }
        _ => return None,
    };
    Some((submission(n), decision))
}

/// Does something with the largest group.
async fn change_group(
    app: &App,
    consultation: &Consultation,
    now: &Snapshot,
    edit: &Edit,
) -> Option<()> {
    let is_confirmed = !matches!(edit, Edit::Confirm);
    let page = app.groups(consultation, is_confirmed, 0, 1, 2).await;
    let group = page.unwrap().groups.first()?.group;
    match edit {
        Edit::Confirm => {
            let confirmed = app.confirm_group(group.id, None, ACTOR).await;
            confirmed.ok().map(|_| ())
        }
        Edit::AnswerGroup => {
            let text = "Tiếp thu tại dự thảo.";
            answer(app, group.representative, text, Step::Save).await
        }
        Edit::Split => {
            let members = now.points.iter().filter(|it| it.group == Some(group.id));
            let mut others = members.filter(|it| it.id != group.representative);
            let out = others.next()?.id;
            let parted = app.split_group(group.id, None, &[out], ACTOR).await;
            parted.ok().map(|_| ())
        }
        _ => app.dissolve_group(group.id, None, ACTOR).await.ok(),
    }
}

/// Does it, unless a rule of the house is against it.
async fn apply(app: &App, consultation: &Consultation, now: &Snapshot, edit: &Edit) -> Option<()> {
    let mut organizations = app.organizations().await.unwrap();
    if let Some((id, change)) = point_change(now, edit) {
        return app.decide_point(id, None, &change, ACTOR).await.ok();
    }
    if let Some((id, decision)) = decision(now, &organizations, edit) {
        return app.decide_submission(id, &decision, ACTOR).await.ok();
    }
    match *edit {
        Edit::Answer(n, is_sent) => {
            let step = if is_sent { Step::Submit } else { Step::Save };
            let point = now.points[n % now.points.len()].id;
            answer(app, point, "Không tiếp thu, đã có quy định.", step).await
        }
        Edit::Import(n) => {
            let bytes = table(12, n % 97).into_bytes();
            let name = format!("bang_{n}.csv");
            let round = 1 + u32::from(n % 2 == 0);
            import(app, consultation, &name, bytes, round).await;
            Some(())
        }
        Edit::Rename(n) => {
            let at = n % organizations.len();
            organizations[at].name.push_str(" (mới)");
            let set = app.set_organizations(&organizations[at..=at]).await;
            set.ok().map(|_| ())
        }
        Edit::Propose => {
            let proposed = app.propose_groups(consultation, "máy").await;
            proposed.ok().map(|_| ())
        }
        _ => change_group(app, consultation, now, edit).await,
    }
}

#[tokio::test]
async fn what_is_kept_counts_as_what_is_read_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (app, consultation) = example(folder.path()).await;
    let rows = table(120, 0).into_bytes();
    import(&app, &consultation, "bang.csv", rows, 2).await;
    check(&app, &consultation).await;
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let edits = edits().new_tree(&mut runner).unwrap().current();
    let mut n_done = 0;
    for (n, edit) in edits.into_iter().enumerate() {
        let now = app.snapshot(&consultation).await.unwrap();
        n_done += usize::from(apply(&app, &consultation, &now, &edit).await.is_some());
        // Now and then somebody looks only after several changes.
        if n % 4 == 3 {
            continue;
        }
        let scope = Scope {
            include_internal: true,
            ..Scope::default()
        };
        let anew = app.counted(&consultation).await.unwrap();
        let (kept, counts, seq) = app.reconcile_all(&consultation).await.unwrap();
        assert_eq!(seq, anew.ledger_seq(), "after {edit:?}");
        assert_eq!(kept, anew.reconcile(&scope), "after {edit:?}");
        assert_eq!(counts, anew.counts(counts.problems), "after {edit:?}");
    }
    assert!(n_done > 25, "only {n_done} edits were legal");
    let verified = app.verify().await.unwrap();
    assert!(verified.faults.is_empty(), "{:?}", verified.faults);
}
