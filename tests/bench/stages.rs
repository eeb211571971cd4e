//! Where each microsecond of an import goes: its steps one after the other, on one thread.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use tiepthu::app::ingest::settlement;
use tiepthu::app::understand::{Dossier, understand_row};
use tiepthu::domain::{Channel, ContentHash};
use tiepthu::index::Index;
use tiepthu::intake::arrangements::Arrangements;
use tiepthu::intake::csv::{CsvTable, Row};
use tiepthu::recognize::citation::Context;
use tiepthu::recognize::organization::Signals;
use tiepthu::recognize::stance::{stance_of_point, stance_of_reply};
use tiepthu::split::split_passage;
use tiepthu::store::ledger;
use tiepthu::store::points::{self, Which};
use tiepthu::store::settlements::{self, Claim, Settlement};
use tiepthu::store::submissions;
use tiepthu::store::{Store, catalog, consultations};

use crate::data::{self, Folder};
use crate::import::{indexed, known_points};
use crate::measure::{Cost, Watch};

/// Rows of one transaction, as the import has them.
pub(crate) const CHUNK_ROWS: usize = 5_000;

/// Costs by name, in the order they came up.
#[derive(Default)]
struct Table(Vec<(&'static str, Cost)>);

impl Table {
    fn add(&mut self, name: &'static str, watch: Watch) {
        let cost = watch.stop();
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += cost,
            None => self.0.push((name, cost)),
        }
    }

    fn print(&self, n_rows: usize) {
        println!("| step | core-µs a row | µs a row |");
        println!("|---|--:|--:|");
        for (name, cost) in &self.0 {
            let wall = cost.wall.as_secs_f64() * 1e6 / n_rows as f64;
            println!("| {name} | {:.2} | {wall:.2} |", cost.core_us(n_rows));
        }
    }
}

/// Measures each step on `n_rows` rows.
pub(crate) async fn run(n_rows: usize) {
    println!("stages: {n_rows} rows, one step after the other");
    let mut costs = Table::default();
    let (_folder, table) = data::table(n_rows, 1);
    let folder = Folder::fresh().await;
    let dossier = dossier(&folder).await;

    let watch = Watch::start();
    let rows = read(&table);
    costs.add("read CSV", watch);
    parts_of_understanding(&dossier, &rows, &mut costs);
    let watch = Watch::start();
    let understood: Vec<_> = rows
        .into_iter()
        .map(|row| (row.row_number, understand_row(&dossier, row, None)))
        .collect();
    costs.add("understand a row (the four before, and the rest)", watch);
    let watch = Watch::start();
    let ready: Vec<_> = understood
        .into_iter()
        .map(|(row_number, understood)| ready(&folder, &dossier, row_number, understood))
        .collect();
    costs.add("make it a record", watch);
    drop(dossier);

    folder.app.close().await;
    let store = Store::open_file(&folder.path().join("tiepthu.sqlite"))
        .await
        .unwrap();
    for chunk in ready.chunks(CHUNK_ROWS) {
        let watch = Watch::start();
        let mut tx = store.write().await.unwrap();
        let inserted = settlements::insert_rows(&mut tx, chunk).await.unwrap();
        let inserted = inserted.expect("rows");
        costs.add("insert", watch);
        let watch = Watch::start();
        ledger::append_rows(&mut tx, 1, "bench", &inserted)
            .await
            .unwrap();
        costs.add("ledger", watch);
        let watch = Watch::start();
        tx.commit().await.unwrap();
        costs.add("commit", watch);
        let watch = Watch::start();
        let ids = &inserted.submissions;
        let (first, last) = (ids[0], ids[ids.len() - 1]);
        let mut tx = store.read().await.unwrap();
        points::list_points(&mut tx, Which::OfSubmissions(first, last))
            .await
            .unwrap();
        submissions::list_parts(&mut tx, first, last).await.unwrap();
        submissions::list_speakers(&mut tx, first, last)
            .await
            .unwrap();
        costs.add("read back", watch);
    }
    store.close().await;
    let bare: Vec<_> = ready.iter().map(without_evidence).collect();
    drop(ready);
    evidence(&bare, &mut costs).await;
    drop(bare);

    let known = known_points(&folder).await;
    let index = Index::open(&folder.path().join("bare")).unwrap().index;
    let heap_bytes = folder.app.config.index_heap_bytes;
    let mut writer = index.writer(heap_bytes, 2).unwrap();
    let watch = Watch::start();
    for known in &known {
        let kinds: Vec<&str> = known.kinds.iter().map(String::as_str).collect();
        writer.upsert(&indexed(known, &kinds)).unwrap();
    }
    costs.add("index: add (2 threads)", watch);
    let watch = Watch::start();
    writer.commit(1).unwrap();
    costs.add("index: commit", watch);
    costs.print(n_rows);
}

fn read(table: &Path) -> Vec<Row> {
    CsvTable::open(
        BufReader::new(File::open(table).unwrap()),
        "bang.csv",
        &Arrangements::default(),
    )
    .unwrap()
    .expect("a table of comments")
    .map(Result::unwrap)
    .collect()
}

/// The recognizers one by one, on what they see of each row.
fn parts_of_understanding(dossier: &Dossier, rows: &[Row], costs: &mut Table) {
    let contents = || {
        rows.iter().map(|row| {
            row.content
                .and_then(|span| span.slice(&row.text))
                .unwrap_or("")
        })
    };
    let mut n = 0;
    let watch = Watch::start();
    n += contents()
        .map(|text| split_passage(text).len())
        .sum::<usize>();
    costs.add("– split", watch);
    let watch = Watch::start();
    for row in rows {
        let signals = Signals {
            cell: row.organization.as_deref(),
            ..Signals::default()
        };
        n += dossier.directory.recognize(&signals).organizations.len();
    }
    costs.add("– organization", watch);
    let watch = Watch::start();
    for row in rows {
        for (span, is_place_cell) in [(row.place, true), (row.content, false), (row.reason, false)]
        {
            let Some(text) = span.and_then(|span| span.slice(&row.text)) else {
                continue;
            };
            let context = Context {
                headings: &[],
                previous: &[],
                document: dossier.main_document(),
                is_place_cell,
            };
            n += dossier.places.find(text, &context).places.len();
        }
    }
    costs.add("– places", watch);
    let watch = Watch::start();
    for text in contents() {
        n += stance_of_reply(text, 0).evidence.len();
        n += usize::from(stance_of_point(text).is_some());
    }
    costs.add("– stance", watch);
    assert!(n > 0, "something is recognized");
}

/// What inserting costs when there is no evidence to write.
async fn evidence(rows: &[(Claim, Settlement)], costs: &mut Table) {
    let folder = Folder::fresh().await;
    folder.app.close().await;
    let store = Store::open_file(&folder.path().join("tiepthu.sqlite"))
        .await
        .unwrap();
    for chunk in rows.chunks(CHUNK_ROWS) {
        let watch = Watch::start();
        let mut tx = store.write().await.unwrap();
        settlements::insert_rows(&mut tx, chunk).await.unwrap();
        costs.add("(insert without evidence)", watch);
        tx.commit().await.unwrap();
    }
    store.close().await;
}

fn without_evidence((claim, settlement): &(Claim, Settlement)) -> (Claim, Settlement) {
    let mut settlement = settlement.clone();
    settlement.evidence.clear();
    for point in &mut settlement.points {
        point.evidence.clear();
    }
    (claim.clone(), settlement)
}

/// Everything needed to understand rows.
pub(crate) async fn dossier(folder: &Folder) -> Dossier {
    let store = Store::open_file(&folder.path().join("tiepthu.sqlite"))
        .await
        .unwrap();
    let mut tx = store.read().await.unwrap();
    let id = folder.consultation.id;
    let documents = consultations::list_documents(&mut tx, id).await.unwrap();
    let sections = consultations::list_sections(&mut tx, id).await.unwrap();
    let rounds = consultations::list_rounds(&mut tx, id).await.unwrap();
    let organizations = catalog::list_organizations(&mut tx).await.unwrap();
    drop(tx);
    store.close().await;
    Dossier::from_store(&documents, &sections, &[], rounds, &organizations)
}

/// A row as the import stores it. The batch is the first one; it is made by the caller.
pub(crate) fn ready(
    folder: &Folder,
    dossier: &Dossier,
    row_number: u64,
    understood: tiepthu::app::understand::Understood,
) -> (Claim, Settlement) {
    let mut settlement = settlement(dossier, understood, folder.app.clock.today());
    settlement.row_key = Some(format!("{row_number:032x}-1"));
    let claim = Claim {
        round: None,
        consultation: folder.consultation.id,
        batch: None,
        channel: Channel::Table,
        external_id: format!("1:{row_number}"),
        blob: ContentHash([7; 32]),
        row_number: Some(row_number),
        source: "bang.csv".to_owned(),
        received_us: 1_630_000_000_000_000,
    };
    (claim, settlement)
}
