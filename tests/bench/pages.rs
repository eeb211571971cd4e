//! What the server needs for each page a person looks at, over a connection that is open.
//!
//! Pages that count are asked for again after a change too: each time somebody has just saved an
//! answer.

use std::time::{Duration, Instant};

use tiepthu::app::responding::Act;
use tiepthu::domain::{Decision, PointId};
use tiepthu::respond::{Draft, Step};

use crate::data::{self, Folder};
use crate::door::Door;
use crate::measure::{Spread, anonymous_mib};

/// How often each page is asked for.
const ASKED: usize = 100;
/// No page is asked for longer than this.
const LONGEST: Duration = Duration::from_secs(10);

/// Measures the pages of a consultation of `n_rows` rows.
pub(crate) async fn run(n_rows: usize) {
    println!("pages: {n_rows} rows, each page asked for {ASKED} times, over HTTP");
    let (_folder, table) = data::table(n_rows, 1);
    let folder = Folder::fresh().await;
    let report = folder.import(&table).await;
    folder
        .app
        .propose_groups(&folder.consultation, "máy")
        .await
        .unwrap();
    let groups = folder.app.groups(&folder.consultation, false, 0, 1, 1);
    let group = groups.await.unwrap().groups[0].group.id;
    println!(
        "  {} points; anonymous memory {} MiB",
        report.n_points,
        anonymous_mib()
    );
    let door = Door::open(folder.app.clone()).await;
    let page = |path: &str| format!("/c/{}/{path}", folder.consultation.code);
    let started = Instant::now();
    door.get(&page("")).await;
    println!(
        "  first overview: {:.0} ms; anonymous memory then {} MiB",
        started.elapsed().as_secs_f64() * 1e3,
        anonymous_mib()
    );
    println!("| page | asked | p50 ms | p99 ms | most ms | KiB |");
    println!("|---|--:|--:|--:|--:|--:|");
    let point = report.n_points / 2;
    for (name, path, is_changed) in [
        ("overview", String::new(), false),
        ("overview, after an answer", String::new(), true),
        ("roster", "roster".to_owned(), false),
        ("roster, after an answer", "roster".to_owned(), true),
        ("points", "points".to_owned(), false),
        (
            "points without a section",
            "points?section=none".to_owned(),
            false,
        ),
        ("open points", "points?state=open".to_owned(), false),
        ("point", format!("points/{point}"), false),
        ("groups", "groups".to_owned(), false),
        ("group", format!("groups/{group}"), false),
        ("submissions", "submissions".to_owned(), false),
        ("triage", "triage".to_owned(), false),
        ("reports", "reports".to_owned(), false),
        ("reports, after an answer", "reports".to_owned(), true),
    ] {
        let path = page(&path);
        let mut n_bytes = 0;
        let mut times = Vec::new();
        let began = Instant::now();
        while times.len() < ASKED && began.elapsed() < LONGEST {
            if is_changed {
                answer(&folder, times.len()).await;
            }
            let started = Instant::now();
            n_bytes = door.get(&path).await.len();
            times.push(started.elapsed());
        }
        let spread = Spread::of_ms(&times);
        println!(
            "| {name} | {} | {:.1} | {:.1} | {:.1} | {} |",
            times.len(),
            spread.median(),
            spread.at(0.99),
            spread.max(),
            n_bytes / 1024
        );
    }
    println!("  anonymous memory: {} MiB", anonymous_mib());
}

async fn answer(folder: &Folder, n: usize) {
    let act = Act {
        point: PointId(1 + i64::try_from(n * 37 % 1_000).unwrap()),
        seen_version: None,
        draft: Some(Draft {
            decision: Some(Decision::Clarify),
            text: format!("Giải trình, làm rõ theo hồ sơ, lần {n}."),
            change_place: None,
            wording: None,
        }),
        step: Step::Save,
        remark: None,
        approver: tiepthu::app::values::Approver::Any,
        actor: "Chuyên viên".to_owned(),
    };
    folder.app.answer(&act).await.unwrap();
}
