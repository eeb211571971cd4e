//! Whatever people do, what is kept and brought up to date counts as what is read anew.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use super::{answer, check, example, import, table};
use crate::app::App;
use crate::app::review::SubmissionDecision;
use crate::domain::{
    Consultation, Disposition, GroupId, OrganizationId, PointId, Relation, ReplyClass, SectionId,
};
use crate::report::reconcile::Scope;
use crate::report::snapshot::Snapshot;
use crate::respond::Step;
use crate::store::points::Change;

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

/// The largest group that a person has confirmed, or has yet to.
async fn group(app: &App, consultation: &Consultation, is_confirmed: bool) -> Option<GroupId> {
    let page = app.groups(consultation, is_confirmed, 0, 1, 2).await;
    page.unwrap().groups.first().map(|it| it.group.id)
}

/// Does it, unless a rule of the house is against it.
async fn apply(app: &App, consultation: &Consultation, now: &Snapshot, edit: Edit) -> Option<()> {
    let point = |n: usize| now.points[n % now.points.len()].id;
    let submission = |n: usize| now.submissions[n % now.submissions.len()].id;
    let actor = "Chuyên viên";
    let decide_point =
        async |id: PointId, change: Change| app.decide_point(id, None, &change, actor).await.ok();
    let decide = async |n: usize, decision: SubmissionDecision| {
        let id = submission(n);
        app.decide_submission(id, &decision, actor).await.ok()
    };
    let class = Some(ReplyClass::Comments);
    match edit {
        Edit::Answer(n, is_sent) => {
            let step = if is_sent { Step::Submit } else { Step::Save };
            answer(app, point(n), "Không tiếp thu, đã có quy định.", step).await
        }
        Edit::OutOfScope(n, is_out) => {
            let why = if is_out {
                "Ngoài nội dung hỏi."
            } else {
                ""
            };
            let out_of_scope = Some(why.to_owned());
            let change = Change {
                out_of_scope,
                ..Change::default()
            };
            decide_point(point(n), change).await
        }
        Edit::Leadership(n, needs) => {
            let needs_leadership = Some(needs);
            let change = Change {
                needs_leadership,
                ..Change::default()
            };
            decide_point(point(n), change).await
        }
        Edit::Section(n, to) => {
            let section: SectionId = now.sections[to % now.sections.len()].id;
            let change = Change {
                section: Some(section),
                ..Change::default()
            };
            decide_point(point(n), change).await
        }
        Edit::Disposition(n, to) => {
            let disposition = Some(to);
            let decision = SubmissionDecision {
                disposition,
                class,
                ..SubmissionDecision::default()
            };
            decide(n, decision).await
        }
        Edit::Speaker(n, who) => {
            let all = app.organizations().await.unwrap();
            let id: OrganizationId = all[who % all.len()].id;
            let decision = SubmissionDecision {
                organizations: Some(vec![id]),
                class,
                ..SubmissionDecision::default()
            };
            decide(n, decision).await
        }
        Edit::Duplicate(n, of) => {
            let decision = SubmissionDecision {
                disposition: Some(Disposition::Duplicate),
                relation: Some((Relation::DuplicateOf, submission(of))),
                ..SubmissionDecision::default()
            };
            decide(n, decision).await
        }
        Edit::Import(n) => {
            let bytes = table(12, n % 97).into_bytes();
            let name = format!("bang_{n}.csv");
            import(app, consultation, &name, bytes, 1 + u32::from(n % 2 == 0)).await;
            Some(())
        }
        Edit::Rename(n) => {
            let mut all = app.organizations().await.unwrap();
            let at = n % all.len();
            all[at].name.push_str(" (mới)");
            app.set_organizations(&all[at..=at]).await.ok().map(|_| ())
        }
        Edit::Propose => app
            .propose_groups(consultation, "máy")
            .await
            .ok()
            .map(|_| ()),
        Edit::Confirm => {
            let id = group(app, consultation, false).await?;
            app.confirm_group(id, None, actor).await.ok().map(|_| ())
        }
        Edit::AnswerGroup => {
            let id = group(app, consultation, true).await?;
            let groups = app.groups(consultation, true, 0, 1, 2).await.unwrap();
            let group = groups.groups.iter().find(|it| it.group.id == id)?;
            let text = "Tiếp thu tại dự thảo.";
            answer(app, group.group.representative, text, Step::Save).await
        }
        Edit::Split => {
            let id = group(app, consultation, true).await?;
            let groups = app.groups(consultation, true, 0, 1, 2).await.unwrap();
            let representative = groups.groups.first()?.group.representative;
            let members = now.points.iter().filter(|it| it.group == Some(id));
            let out = members.map(|it| it.id).find(|it| *it != representative)?;
            let parted = app.split_group(id, None, &[out], actor).await;
            parted.ok().map(|_| ())
        }
        Edit::Dissolve => {
            let id = group(app, consultation, true).await?;
            app.dissolve_group(id, None, actor).await.ok()
        }
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
        let said = format!("{edit:?}");
        n_done += usize::from(apply(&app, &consultation, &now, edit).await.is_some());
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
        assert_eq!(seq, anew.ledger_seq(), "after {said}");
        assert_eq!(kept, anew.reconcile(&scope), "after {said}");
        assert_eq!(counts, anew.counts(counts.problems), "after {said}");
    }
    assert!(n_done > 25, "only {n_done} edits were legal");
    let verified = app.verify().await.unwrap();
    assert!(verified.faults.is_empty(), "{:?}", verified.faults);
}
