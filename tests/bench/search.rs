//! The first page of a search: words, a section, a phrase; through the use case, and over HTTP.
//! And the pages that count everything.

use std::time::{Duration, Instant};

use tiepthu::app::search::Request;

use crate::data::{self, Folder};
use crate::door::Door;
use crate::generate::Dice;
use crate::measure::{Spread, anonymous_mib};

/// Searches of each kind: enough for a 99th percentile.
const SEARCHES: usize = 500;
/// Of them, those asked over HTTP as well.
const OVER_HTTP: usize = 200;
/// How often each page is asked for.
const PAGE_RUNS: usize = 5;
/// The example's code.
const CODE: &str = "DA-TTKHCN-2021";
/// Hits on a page.
const PAGE: usize = 20;

/// Measures searches among the points of `n_rows` rows.
pub(crate) async fn run(n_rows: usize) {
    println!("search: {n_rows} rows, {SEARCHES} searches of each kind, first {PAGE} hits");
    let (_folder, table) = data::table(n_rows, 1);
    let folder = Folder::fresh().await;
    let report = folder.import(&table).await;
    println!("  {} points", report.n_points);
    let texts = samples(&folder).await;
    let names = folder.app.names(&folder.consultation).await.unwrap();
    let sections: Vec<String> = names
        .sections
        .iter()
        .filter(|section| section.level >= 1)
        .map(|section| format!("id:{}", section.id.0))
        .collect();
    let door = Door::open(folder.app.clone()).await;
    println!("| search | p50 ms | p99 ms | most ms | with hits | HTTP p50 ms | HTTP p99 ms |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    let mut dice = Dice::new(7);
    for kind in Kind::ALL {
        // The first searches read files in.
        for _ in 0..20 {
            let request = request(kind, &texts, &sections, &mut dice);
            one(&folder, &request).await;
            over_http(&door, &request).await;
        }
        let mut times = Vec::new();
        let mut http = Vec::new();
        let mut n_hit = 0;
        for n in 0..SEARCHES {
            let request = request(kind, &texts, &sections, &mut dice);
            let (time, has_hits) = one(&folder, &request).await;
            times.push(time);
            n_hit += usize::from(has_hits);
            if n < OVER_HTTP {
                http.push(over_http(&door, &request).await);
            }
        }
        let spread = Spread::of_ms(&times);
        let http = Spread::of_ms(&http);
        println!(
            "| {} | {:.2} | {:.2} | {:.2} | {n_hit} | {:.2} | {:.2} |",
            kind.name(),
            spread.median(),
            spread.at(0.99),
            spread.max(),
            http.median(),
            http.at(0.99)
        );
    }
    pages(&door).await;
    println!("  anonymous memory: {} MiB", anonymous_mib());
}

/// Pages that count everything.
async fn pages(door: &Door) {
    println!("| page | median (least – most) of {PAGE_RUNS}, ms | KiB |");
    println!("|---|--:|--:|");
    for (name, path) in [
        ("overview", ""),
        ("first page of a search", "points?q=đề+án"),
        ("roster", "roster"),
    ] {
        let path = format!("/c/{CODE}/{path}");
        let mut times = Vec::new();
        let mut n_bytes = 0;
        for _ in 0..PAGE_RUNS {
            let started = Instant::now();
            n_bytes = door.get(&path).await.len();
            times.push(started.elapsed());
        }
        println!(
            "| {name} | {} | {} |",
            Spread::of_ms(&times).brief(0),
            n_bytes / 1024
        );
    }
}

/// The same first page as JSON, over a connection that is open.
async fn over_http(door: &Door, request: &Request) -> Duration {
    let encoded = |text: &str| {
        let mut out = String::new();
        for byte in text.bytes() {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    };
    let mut path = format!("/api/v1/points?q={}", encoded(&request.text));
    if let Some(section) = &request.section {
        path.push_str(&format!("&section={}", encoded(section)));
    }
    let started = Instant::now();
    let page = door.get(&path).await;
    assert!(page.contains("\"points\""));
    started.elapsed()
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    OneWord,
    TwoWords,
    ThreeFolded,
    TwoInSection,
    Section,
    Phrase,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::OneWord,
        Self::TwoWords,
        Self::ThreeFolded,
        Self::TwoInSection,
        Self::Section,
        Self::Phrase,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::OneWord => "one word",
            Self::TwoWords => "two words",
            Self::ThreeFolded => "three words without marks",
            Self::TwoInSection => "two words in a section",
            Self::Section => "everything in a section",
            Self::Phrase => "a phrase of three",
        }
    }
}

/// Words that stand side by side in some comment, as people search for what they have read.
fn request(kind: Kind, texts: &[String], sections: &[String], dice: &mut Dice) -> Request {
    let text = &texts[dice.below(texts.len())];
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let at = dice.below(words.len().saturating_sub(3).max(1));
    let some = |n: usize| {
        words
            .iter()
            .skip(at)
            .take(n)
            .copied()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let text = match kind {
        Kind::OneWord => some(1),
        Kind::TwoWords | Kind::TwoInSection => some(2),
        Kind::ThreeFolded => tiepthu::text::fold::fold(&some(3)),
        Kind::Section => String::new(),
        Kind::Phrase => format!("\"{}\"", some(3)),
    };
    let section = matches!(kind, Kind::TwoInSection | Kind::Section)
        .then(|| sections[dice.below(sections.len())].clone());
    Request {
        text,
        section,
        limit: PAGE,
        ..Request::default()
    }
}

async fn one(folder: &Folder, request: &Request) -> (Duration, bool) {
    let started = Instant::now();
    let found = folder
        .app
        .search(&folder.consultation, request)
        .await
        .unwrap();
    (started.elapsed(), !found.points.is_empty())
}

/// The words of some points, spread over all.
async fn samples(folder: &Folder) -> Vec<String> {
    let mut texts = Vec::new();
    for page in 0..20 {
        let request = Request {
            offset: page * 450,
            limit: 100,
            ..Request::default()
        };
        let found = folder
            .app
            .search(&folder.consultation, &request)
            .await
            .unwrap();
        texts.extend(found.points.into_iter().map(|view| view.text));
    }
    texts.retain(|text| text.split_whitespace().count() > 5);
    texts
}
