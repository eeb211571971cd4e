//! From nothing to the first page: how long the program takes to start with many comments.

use std::time::{Duration, Instant};

use tiepthu::app::{App, Clock};
use tiepthu::config::Config;

use crate::data::{self, Folder};
use crate::door::Door;
use crate::measure::{Spread, anonymous_mib};

/// Opens a folder of `n_rows` comments `n_runs` times. What the disk gave before stays in the
/// system's cache.
pub(crate) async fn run(n_rows: usize, n_runs: usize) {
    println!("cold: {n_rows} rows, opened {n_runs} times in one process");
    let (_table, table) = data::table(n_rows, 1);
    let folder = Folder::fresh().await;
    let report = folder.import(&table).await;
    println!("  {} points", report.n_points);
    let page = format!("/c/{}/", folder.consultation.code);
    let folder = folder.close().await;
    let mut opened = Vec::new();
    let mut answered = Vec::new();
    for run in 1..=n_runs {
        let started = Instant::now();
        let app = App::open(folder.path(), Config::default(), Clock::System)
            .await
            .unwrap();
        let door = Door::open(app.clone()).await;
        opened.push(started.elapsed());
        door.get("/healthz").await;
        let healthy = started.elapsed();
        door.get(&page).await;
        answered.push(started.elapsed());
        if run == 1 {
            println!(
                "  anonymous memory after the first page: {} MiB",
                anonymous_mib()
            );
        }
        println!(
            "  {run}: open {}, healthy {}, first page {}",
            ms(opened[run - 1]),
            ms(healthy),
            ms(answered[run - 1])
        );
        drop(door);
        app.close().await;
    }
    println!("median (least – most), ms:");
    println!("  serving: {}", Spread::of_ms(&opened).brief(1));
    println!("  first page shown: {}", Spread::of_ms(&answered).brief(1));
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
