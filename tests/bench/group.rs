//! Near-duplicates: comparing alone, and the whole use case through the database.

use tiepthu::domain::{PointId, RoundId};
use tiepthu::group::{Comment, Gathering, MemoryShelf};

use crate::data::{self, Folder};
use crate::generate::Generator;
use crate::measure::{Cost, Peak, Watch, anonymous_mib};

/// Comments taken in at a time, as the use case does.
const PAGE: usize = 5_000;

/// Measures `n_rows` generated comments, then as many equal ones and as many variants of one.
pub(crate) fn compare(n_rows: usize) {
    println!("group: {n_rows} comments, compared in memory");
    let mut generator = Generator::new(1);
    measure("generated", n_rows, |_| generator.content());
    let text = Generator::new(2).content();
    measure("all equal", n_rows, |_| text.clone());
    measure(
        "one campaign letter, each with a number of its own",
        n_rows,
        |n| format!("Mã số {n}. {text}"),
    );
}

fn measure(what: &str, n_rows: usize, mut text: impl FnMut(usize) -> String) {
    let before = anonymous_mib();
    let peak = Peak::watch();
    let mut gathering = Gathering::new(MemoryShelf::default());
    let mut reading = Cost::default();
    let mut n = 0;
    while n < n_rows {
        let texts: Vec<String> = (n..n_rows.min(n + PAGE)).map(&mut text).collect();
        let comments: Vec<Comment<'_>> = (n..)
            .zip(&texts)
            .map(|(key, text)| Comment {
                point: PointId(i64::try_from(key).unwrap()),
                round: Some(RoundId(1)),
                section: None,
                represents: None,
                apart: &[],
                text,
            })
            .collect();
        let watch = Watch::start();
        gathering.add(&comments).unwrap();
        reading += watch.stop();
        n += texts.len();
    }
    let watch = Watch::start();
    let proposals = gathering.propose().unwrap();
    let comparing = watch.stop();
    let n_points: usize = proposals.iter().map(|group| group.members.len()).sum();
    println!(
        "  {what}: {} groups of {n_points} points; reading {}, comparing {}; {} MiB anonymous at most, {before} before",
        proposals.len(),
        said(reading),
        said(comparing),
        peak.stop(),
    );
}

/// Measures the use case on an imported table: once with nothing proposed, once more.
pub(crate) async fn through_the_database(n_rows: usize) {
    println!("group: {n_rows} rows in a data folder");
    let (_folder, table) = data::table(n_rows, 1);
    let folder = Folder::fresh().await;
    folder.import(&table).await;
    for what in ["the first time", "again"] {
        let before = anonymous_mib();
        let peak = Peak::watch();
        let watch = Watch::start();
        let found = folder
            .app
            .propose_groups(&folder.consultation, "bench")
            .await
            .unwrap();
        println!(
            "  {what}: {} new, {} kept, {} points; {}; {} MiB anonymous at most, {before} before",
            found.n_new,
            found.n_kept,
            found.n_points,
            said(watch.stop()),
            peak.stop(),
        );
    }
}

fn said(cost: Cost) -> String {
    format!(
        "{:.1} s ({:.1} core-s)",
        cost.wall.as_secs_f64(),
        cost.cores.as_secs_f64()
    )
}
