//! From the database to the bytes of a report, format by format.

use std::process::Command;

use tiepthu::app::reporting::FileFormat;
use tiepthu::report::model::Kind;
use tiepthu::report::reconcile::Scope;

use crate::data::{self, Folder};
use crate::measure::{Peak, Spread, Watch, anonymous_mib};

/// Imports `n_rows` comments and writes them as one report, `n_runs` times a format; then has
/// python-docx and openpyxl write the same table.
pub(crate) async fn run(n_rows: usize, n_runs: usize) {
    println!("report: {n_rows} comments, {n_runs} runs a format");
    let (_table, table) = data::table(n_rows, 1);
    let folder = Folder::fresh().await;
    let imported = folder.import(&table).await;
    println!("  {} points", imported.n_points);
    let watch = Watch::start();
    let mut model = folder
        .app
        .report(&folder.consultation, Kind::BySection, Scope::default())
        .await
        .unwrap();
    println!("  read, counted and laid out in {:.2?}", watch.stop().wall);
    for format in FileFormat::ALL {
        let before = anonymous_mib();
        let peak = Peak::watch();
        let mut walls = Vec::new();
        let mut n_bytes = 0;
        for _ in 0..n_runs {
            let watch = Watch::start();
            let (same, bytes) = folder.app.render(model, format).await.unwrap();
            walls.push(watch.stop().wall.as_secs_f64());
            model = same;
            n_bytes = bytes.len();
            std::fs::write(folder.path().join(format.extension()), bytes).unwrap();
        }
        println!(
            "  {}: {} s, {n_bytes} bytes; {} MiB anonymous at most, {before} before",
            format.extension(),
            Spread::of(walls).brief(2),
            peak.stop()
        );
    }
    for library in ["docx", "openpyxl"] {
        let printed = Command::new("python3")
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/bench/same_table.py"
            ))
            .args([library])
            .arg(folder.path().join("csv"))
            .output()
            .expect("python3");
        assert!(printed.status.success(), "{printed:?}");
        print!("  {}", String::from_utf8_lossy(&printed.stdout));
    }
}
