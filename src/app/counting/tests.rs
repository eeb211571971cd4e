//! Read without words, everything counts as it does with them.

mod edits;

use std::path::{Path, PathBuf};

use crate::app::ingest::{Incoming, Options};
use crate::app::setup::{Files, create_folder};
use crate::app::{App, Clock};
use crate::config::Config;
use crate::domain::{Consultation, Decision, PointId, PointState};
use crate::report::reconcile::{Scope, reconcile, silent};
use crate::report::roster::rosters;
use crate::respond::{Draft, Step};
use crate::store::points::Change;
use crate::store::tallies;

/// The shipped example, from its folder.
struct Example(PathBuf);

impl Example {
    fn collect(&self, folder: &Path, names: &mut Vec<String>) -> std::io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                self.collect(&path, names)?;
            } else {
                let name = path.strip_prefix(&self.0).unwrap();
                names.push(name.to_str().unwrap().replace('\\', "/"));
            }
        }
        Ok(())
    }
}

impl Files for Example {
    fn list(&self) -> std::io::Result<Vec<String>> {
        let mut names = Vec::new();
        self.collect(&self.0, &mut names)?;
        names.sort();
        Ok(names)
    }

    fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        std::fs::read(self.0.join(path))
    }
}

async fn import(app: &App, consultation: &Consultation, name: &str, bytes: Vec<u8>, round: u32) {
    let round = app.round(consultation.id, round).await.unwrap();
    let options = Options {
        round: Some(round),
        ..Options::default()
    };
    let incoming = Incoming {
        name: name.to_owned(),
        reader: Box::new(std::io::Cursor::new(bytes)),
    };
    app.import(consultation, incoming, &options, &|_| {})
        .await
        .unwrap();
}

/// The whole example with its answers.
async fn example(folder: &Path) -> (App, Consultation) {
    let config = Config {
        index_heap_bytes: 32 << 20,
        ..Config::default()
    };
    let clock = Clock::Fixed(1_633_400_000_000_000);
    let app = create_folder(folder, config, clock).await.unwrap();
    let root = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/fixtures/consultation/bac_giang_2021"
    );
    let files = Example(PathBuf::from(root));
    let set_up = app.set_up(&files, "consultation.toml").await.unwrap();
    let consultation = app.consultation(None).await.unwrap();
    let all = files.list().unwrap();
    for step in &set_up.imports {
        for path in step.select(&all) {
            let bytes = files.read(path).unwrap();
            import(&app, &consultation, path, bytes, step.round).await;
        }
    }
    let text = |name| String::from_utf8(files.read(name).unwrap()).unwrap();
    app.apply_triage(&consultation, "triage.csv", &text("triage.csv"))
        .await
        .unwrap();
    app.apply_answers(&consultation, "answers.csv", &text("answers.csv"))
        .await
        .unwrap();
    let out_of_scope = text("out_of_scope.csv");
    app.apply_out_of_scope(&consultation, "out_of_scope.csv", &out_of_scope)
        .await
        .unwrap();
    (app, consultation)
}

/// `n_rows` rows that agree, comment, repeat each other, or come from nobody known.
fn table(n_rows: usize, first: usize) -> String {
    let mut rows = String::from("STT,Cơ quan góp ý,Vị trí góp ý,Nội dung góp ý\n");
    let senders = [
        "Sở Tài chính",
        "Sở Nội vụ",
        "Sở Tài chính; Sở Y tế",
        "Hội không có trong danh mục",
    ];
    let texts = [
        "Đề nghị bổ sung nguồn kinh phí thực hiện hằng năm cho các nhiệm vụ của đề án này.",
        "Thống nhất với dự thảo.",
        "Đề nghị làm rõ trách nhiệm của cơ quan chủ trì.",
        "",
    ];
    for n in first..first + n_rows {
        let (sender, text) = (senders[n / 3 % 4], texts[n % 4]);
        let place = if n % 5 == 0 { "" } else { "Mục III.2" };
        let extra = if n % 7 == 0 {
            format!(" Rà soát ý thứ {n}.")
        } else {
            String::new()
        };
        rows.push_str(&format!("{},{sender},{place},{text}{extra}\n", n + 1));
    }
    rows
}

async fn answer(app: &App, point: PointId, text: &str, step: Step) -> Option<()> {
    let act = crate::app::responding::Act {
        point,
        seen_version: None,
        draft: Some(Draft {
            decision: Some(Decision::Clarify),
            text: text.to_owned(),
            change_place: None,
            wording: None,
        }),
        step,
        remark: None,
        approver: crate::app::values::Approver::Any,
        actor: "Chuyên viên".to_owned(),
    };
    app.answer(&act).await.ok().map(|_| ())
}

/// Checks numbers, equations and rosters against those of a whole snapshot. Returns how many points
/// were counted.
async fn check(app: &App, consultation: &Consultation) -> usize {
    let whole = app.snapshot(consultation).await.unwrap();
    let counted = app.counted(consultation).await.unwrap();
    let scopes = [
        Scope::default(),
        Scope {
            include_internal: true,
            ..Scope::default()
        },
        Scope {
            rounds: Some(vec![2]),
            ..Scope::default()
        },
    ];
    let mut n_points = 0;
    for scope in scopes {
        let expected = reconcile(&whole, &scope);
        assert!(expected.holds(), "{:?}", expected.failing().next());
        n_points = n_points.max(expected.total.points.received);
        assert_eq!(counted.reconcile(&scope), expected, "{scope:?}");
        let kept = app.reconcile(consultation, scope).await.unwrap();
        assert_eq!(kept, expected);
    }
    let mut tx = app.store.read().await.unwrap();
    let by_sql = tallies::count(&mut tx, consultation.id).await.unwrap();
    drop(tx);
    assert_eq!(counted.counts(by_sql.problems), by_sql);
    let (_, kept, _) = app.reconcile_all(consultation).await.unwrap();
    assert_eq!(kept, by_sql);
    let replies = app.replies(consultation).await.unwrap();
    let shown = app.rosters(consultation).await.unwrap();
    assert_eq!(*shown, rosters(&whole));
    for of_round in shown.iter() {
        let round = of_round.round.id;
        let names: Vec<_> = replies.silent(round).iter().map(|o| o.id).collect();
        assert_eq!(names, silent(&whole, round));
    }
    let asked = app.submission_keys(consultation, None, 3, 7).await.unwrap();
    let (page, by_state) = asked;
    let keys: Vec<_> = whole.submissions.iter().map(|s| s.id).collect();
    assert_eq!(page, keys[3..10]);
    assert_eq!(by_state, by_sql.submissions);
    n_points
}

#[tokio::test]
async fn numbers_need_no_words() {
    let folder = tempfile::tempdir().unwrap();
    let (app, consultation) = example(folder.path()).await;
    let n_points = check(&app, &consultation).await;
    assert!(n_points > 50, "{n_points}");

    import(
        &app,
        &consultation,
        "bang.csv",
        table(240, 0).into_bytes(),
        2,
    )
    .await;
    app.propose_groups(&consultation, "máy").await.unwrap();
    let proposed = app.groups(&consultation, false, 0, 1, 1).await.unwrap();
    let group = &proposed.groups[0].group;
    assert!(group.n_members > 10, "{group:?}");
    app.confirm_group(group.id, None, "Chuyên viên")
        .await
        .unwrap();
    let shared = "Đã nêu tại phụ lục; không tiếp thu phần còn lại.";
    let answered = answer(&app, group.representative, shared, Step::Save).await;
    assert!(answered.is_some());
    let now = app.snapshot(&consultation).await.unwrap();
    let open = now
        .points
        .iter()
        .filter(|point| point.group.is_none() && point.state == PointState::Open);
    let open: Vec<PointId> = open.map(|point| point.id).collect();
    let answered = answer(&app, open[0], "Đã nêu tại phụ lục.", Step::Submit).await;
    assert!(answered.is_some());
    let out = Change {
        out_of_scope: Some("Không thuộc nội dung hỏi.".to_owned()),
        ..Change::default()
    };
    app.decide_point(open[1], None, &out, "Chuyên viên")
        .await
        .unwrap();
    let leader = Change {
        needs_leadership: Some(true),
        ..Change::default()
    };
    app.decide_point(open[2], None, &leader, "Chuyên viên")
        .await
        .unwrap();
    let counted = app.counted(&consultation).await.unwrap();
    let notices = counted.reconcile(&Scope::default()).notices.join("\n");
    assert!(notices.contains("không tiếp thu"), "{notices}");
    assert!(check(&app, &consultation).await > n_points + 100);
}
