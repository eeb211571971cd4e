//! Rows into SQLite, with the real schema and its indexes: does the rate hold as the table grows?

use std::fs::File;
use std::io::BufReader;
use std::time::Duration;

use tiepthu::app::understand::understand_row;
use tiepthu::intake::arrangements::Arrangements;
use tiepthu::intake::csv::CsvTable;
use tiepthu::store::Store;
use tiepthu::store::ledger;
use tiepthu::store::settlements::{self, Claim, Settlement};

use crate::data::{self, Folder};
use crate::measure::{Cost, Spread, Watch};
use crate::stages::{CHUNK_ROWS, dossier, ready};

/// Distinct rows; they are inserted again and again, each time as new ones.
const DISTINCT: usize = 50_000;
/// Between two lines of figures.
const STEP: usize = 100_000;

/// What was done since the last line of figures.
#[derive(Default)]
struct Since {
    cost: Cost,
    held: Vec<Duration>,
    n_submissions: usize,
    /// Rows of all tables.
    n_rows: usize,
}

/// Inserts `n` submissions, each with a part, its points and its speakers.
pub(crate) async fn run(n: usize) {
    println!("bulk: {n} submissions by insert_rows, {CHUNK_ROWS} a transaction");
    let folder = Folder::fresh().await;
    let mut rows = distinct_rows(&folder, DISTINCT.min(n)).await;
    let n_distinct = rows.len();
    folder.app.close().await;
    let path = folder.path().join("tiepthu.sqlite");
    let store = Store::open_file(&path).await.unwrap();
    println!(
        "| submissions | submissions/s | rows of all tables/s | core-µs a submission | tx p50 ms | tx p99 ms |"
    );
    println!("|--:|--:|--:|--:|--:|--:|");
    let mut since = Since::default();
    let (mut done, mut total) = (0, Cost::default());
    while done < n {
        let at = done % n_distinct;
        let end = (at + CHUNK_ROWS).min(n_distinct).min(at + n - done);
        let chunk = &mut rows[at..end];
        make_new(chunk, done);
        let cost = insert(&store, chunk).await;
        total += cost;
        since.add(cost, chunk);
        done += chunk.len();
        if done % STEP == 0 || done == n {
            since.print(done);
            since = Since::default();
        }
    }
    let size = std::fs::metadata(&path).unwrap().len() >> 20;
    println!(
        "in all {:.0} submissions/s; {size} MiB on disk",
        total.rate(done)
    );
    store.close().await;
}

impl Since {
    fn add(&mut self, cost: Cost, chunk: &[(Claim, Settlement)]) {
        self.cost += cost;
        self.held.push(cost.wall);
        self.n_submissions += chunk.len();
        for (_, settlement) in chunk {
            let points = &settlement.points;
            self.n_rows += 1 + settlement.parts.len() + settlement.organizations.len();
            self.n_rows += points
                .iter()
                .map(|point| 1 + point.other_sections.len())
                .sum::<usize>();
        }
    }

    fn print(&self, done: usize) {
        let spread = Spread::of_ms(&self.held);
        println!(
            "| {done} | {:.0} | {:.0} | {:.1} | {:.0} | {:.0} |",
            self.cost.rate(self.n_submissions),
            self.cost.rate(self.n_rows),
            self.cost.core_us(self.n_submissions),
            spread.median(),
            spread.at(0.99),
        );
    }
}

async fn distinct_rows(folder: &Folder, n: usize) -> Vec<(Claim, Settlement)> {
    let (_folder, table) = data::table(n, 1);
    let dossier = dossier(folder).await;
    let file = BufReader::new(File::open(&table).unwrap());
    CsvTable::open(file, "bang.csv", &Arrangements::default())
        .unwrap()
        .expect("a table of comments")
        .map(|row| {
            let row = row.unwrap();
            let row_number = row.row_number;
            let understood = understand_row(&dossier, row, None);
            ready(folder, &dossier, row_number, understood)
        })
        .collect()
}

/// Gives rows keys that no earlier row had.
fn make_new(rows: &mut [(Claim, Settlement)], done: usize) {
    for (number, (claim, settlement)) in (done + 1..).zip(rows) {
        claim.external_id = format!("1:{number}");
        let key = number as u128 * 0x9e37_79b9_7f4a_7c15;
        settlement.row_key = Some(format!("{key:032x}-1"));
    }
}

/// One transaction, as the import has it.
async fn insert(store: &Store, rows: &[(Claim, Settlement)]) -> Cost {
    let watch = Watch::start();
    let mut tx = store.write().await.unwrap();
    let inserted = settlements::insert_rows(&mut tx, rows).await.unwrap();
    ledger::append_rows(&mut tx, 1, "bench", &inserted.expect("rows"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    watch.stop()
}
