//! What understanding one ordinary point costs on one core, and what its steps do.

use std::fs::File;
use std::io::BufReader;
use std::time::Instant;

use tiepthu::app::understand::{Dossier, understand_row};
use tiepthu::intake::arrangements::Arrangements;
use tiepthu::intake::csv::{CsvTable, Row};
use tiepthu::recognize::citation::Context;
use tiepthu::recognize::organization::Signals;
use tiepthu::recognize::stance::{stance_of_point, stance_of_reply};
use tiepthu::split::split_passage;

use crate::data::{self, Folder};
use crate::measure::Spread;
use crate::stages::dossier;

/// Syllables of an ordinary point, about.
const SYLLABLES: std::ops::RangeInclusive<usize> = 50..=70;

/// A step by name; what it counts keeps it from being left out.
type Step<'a> = (&'a str, &'a dyn Fn(&Row) -> usize);

/// Measures `n_rows` rows of ordinary length, `n_runs` times each step.
pub(crate) async fn run(n_rows: usize, n_runs: usize) {
    let (_folder, table) = data::table(n_rows * 4, 1);
    let folder = Folder::fresh().await;
    let dossier = dossier(&folder).await;
    let rows: Vec<Row> = CsvTable::open(
        BufReader::new(File::open(&table).unwrap()),
        "bang.csv",
        &Arrangements::default(),
    )
    .unwrap()
    .expect("a table of comments")
    .map(Result::unwrap)
    .filter(|row| SYLLABLES.contains(&content(row).split_whitespace().count()))
    .take(n_rows)
    .collect();
    println!(
        "recognize: {} points of {}–{} syllables, one thread, {n_runs} runs",
        rows.len(),
        SYLLABLES.start(),
        SYLLABLES.end()
    );
    println!("| step | µs a point, median | least – most |");
    println!("|---|--:|--:|");
    let steps: [Step<'_>; 6] = [
        ("split", &|row| split_passage(content(row)).len()),
        ("organization", &|row| organization(&dossier, row)),
        ("places", &|row| places(&dossier, row)),
        ("stance of the point", &|row| {
            usize::from(stance_of_point(content(row)).is_some())
        }),
        ("stance of the reply", &|row| {
            stance_of_reply(content(row), 0).evidence.len()
        }),
        ("all of a row, as the import does it", &|row| {
            understand_row(&dossier, row.clone(), None).points.len()
        }),
    ];
    for (name, step) in steps {
        let times = (0..n_runs).map(|_| {
            let started = Instant::now();
            let n: usize = rows.iter().map(step).sum();
            std::hint::black_box(n);
            started.elapsed().as_secs_f64() * 1e6 / rows.len() as f64
        });
        let times = Spread::of(times);
        println!(
            "| {name} | {:.2} | {:.2} – {:.2} |",
            times.median(),
            times.at(0.0),
            times.max()
        );
    }
}

fn content(row: &Row) -> &str {
    row.content
        .and_then(|span| span.slice(&row.text))
        .unwrap_or("")
}

fn organization(dossier: &Dossier, row: &Row) -> usize {
    let signals = Signals {
        cell: row.organization.as_deref(),
        ..Signals::default()
    };
    dossier.directory.recognize(&signals).organizations.len()
}

fn places(dossier: &Dossier, row: &Row) -> usize {
    [(row.place, true), (row.content, false), (row.reason, false)]
        .into_iter()
        .filter_map(|(span, is_place_cell)| Some((span?.slice(&row.text)?, is_place_cell)))
        .map(|(text, is_place_cell)| {
            let context = Context {
                headings: &[],
                previous: &[],
                document: dossier.main_document(),
                is_place_cell,
            };
            dossier.places.find(text, &context).places.len()
        })
        .sum()
}
