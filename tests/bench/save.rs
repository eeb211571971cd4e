//! A person answers while a table comes in: how long does a save take, and until it is found?

use std::time::{Duration, Instant};

use tiepthu::app::responding::Act;
use tiepthu::app::search::Request;
use tiepthu::domain::{Decision, PointId};
use tiepthu::respond::{Draft, Step};

use crate::data::{self, Folder};
use crate::measure::{Cost, Spread, Watch};

/// Rows that are there before.
const BEFORE: usize = 20_000;
/// Between two saves.
const PAUSE: Duration = Duration::from_millis(50);

/// Saves all the while `n_rows` rows are imported.
pub(crate) async fn run(n_rows: usize) {
    println!(
        "save: an answer every {} ms while {n_rows} rows come in",
        PAUSE.as_millis()
    );
    let folder = Folder::fresh().await;
    let (_before, table) = data::table(BEFORE, 1);
    folder.import(&table).await;
    let alone = saves(&folder, 100, || false).await;
    print("alone", &alone);
    let (_table, table) = data::table(n_rows, 2);
    let (app, consultation) = (folder.app.clone(), folder.consultation.clone());
    let import = tokio::spawn(async move {
        let incoming = tiepthu::app::ingest::Incoming {
            name: "bang.csv".to_owned(),
            reader: Box::new(std::fs::File::open(&table).expect("the table")),
        };
        let options = tiepthu::app::ingest::Options::default();
        let watch = Watch::start();
        app.import(&consultation, incoming, &options, &|_| {})
            .await
            .unwrap();
        watch.stop()
    });
    // The first second keeps the bytes.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let during = saves(&folder, usize::MAX, || import.is_finished()).await;
    let cost: Cost = import.await.unwrap();
    print("during the import", &during);
    println!("  import beside the saves: {:.0} rows/s", cost.rate(n_rows));
}

/// How long a save took, and until its words were found, from its beginning.
struct Saved {
    wait: Duration,
    found: Duration,
}

async fn saves(folder: &Folder, most: usize, is_over: impl Fn() -> bool) -> Vec<Saved> {
    let mut saved = Vec::new();
    let mut clock = tokio::time::interval(PAUSE);
    while saved.len() < most && !is_over() {
        clock.tick().await;
        let n = saved.len();
        saved.push(save(folder, n).await);
    }
    saved
}

async fn save(folder: &Folder, n: usize) -> Saved {
    // A word that no other answer has.
    let word = format!("mã{n}x{}", std::process::id());
    let act = Act {
        point: PointId(1 + i64::try_from(n * 37 % 10_000).unwrap()),
        seen_version: None,
        draft: Some(Draft {
            decision: Some(Decision::Clarify),
            text: format!("Giải trình, làm rõ theo hồ sơ {word}."),
            change_place: None,
            wording: None,
        }),
        step: Step::Save,
        remark: None,
        approver: tiepthu::app::values::Approver::Any,
        actor: "Chuyên viên".to_owned(),
    };
    let request = Request {
        text: word,
        in_answers: true,
        limit: 1,
        ..Request::default()
    };
    let started = Instant::now();
    folder.app.answer(&act).await.unwrap();
    let wait = started.elapsed();
    loop {
        let found = folder
            .app
            .search(&folder.consultation, &request)
            .await
            .unwrap();
        if !found.points.is_empty() && found.corrected.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Saved {
        wait,
        found: started.elapsed(),
    }
}

fn print(when: &str, saved: &[Saved]) {
    if saved.is_empty() {
        println!("  {when}: the import was over first");
        return;
    }
    let say = |what: &str, limit: f64, times: Vec<Duration>| {
        let spread = Spread::of_ms(&times);
        let n_over = times
            .iter()
            .filter(|time| time.as_secs_f64() * 1e3 > limit)
            .count();
        println!(
            "  {when}, {what}: p50 {:.1}, p90 {:.1}, p95 {:.1}, p99 {:.1}, most {:.1} ms; \
             {n_over} of {} above {limit:.0} ms",
            spread.median(),
            spread.at(0.9),
            spread.at(0.95),
            spread.at(0.99),
            spread.max(),
            times.len()
        );
    };
    say(
        "saved",
        100.0,
        saved.iter().map(|saved| saved.wait).collect(),
    );
    say(
        "found",
        200.0,
        saved.iter().map(|saved| saved.found).collect(),
    );
}
