//! Whatever bytes arrive, reading them ends without a panic, and its spans are in the text.
//!
//! Inputs are the fixtures, altered at random in ways that letters and files are broken; containers
//! are altered inside. Some dozens in an ordinary run, always the same; with
//! `TIEPTHU_FUZZ_SECONDS=300` others for that long, and then also twice as long inputs are looked
//! for that take more than twice the work.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tiepthu::app::catalog::{SHIPPED_ORGANIZATIONS, parse_organizations};
use tiepthu::app::setup::read_outlines;
use tiepthu::app::understand::{Dossier, Hint, understand_letter, understand_row};
use tiepthu::domain::OrganizationId;
use tiepthu::intake::arrangements::Arrangements;
use tiepthu::intake::csv::CsvTable;
use tiepthu::intake::pages::{read_boxes, read_draft, read_letter, read_tesseract};
use tiepthu::split::split_letter;

use crate::replies::Random;

/// Inputs of an ordinary run.
const N_INPUTS: usize = 40;
/// Longer seeds are cut: the point is many inputs.
const MAX_SEED_BYTES: usize = 20_000;

/// One of a list.
fn one<'a, T>(list: &'a [T], chance: &mut Random) -> &'a T {
    &list[chance.below(list.len())]
}

struct Seed {
    name: String,
    bytes: Vec<u8>,
}

fn collect(folder: &Path, seeds: &mut Vec<Seed>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        // What is held back is for measuring only.
        if path.is_dir() && !path.ends_with("held_back") {
            collect(&path, seeds);
        } else if path.is_file() {
            let mut bytes = fs::read(&path).unwrap();
            if !bytes.starts_with(b"PK") {
                bytes.truncate(MAX_SEED_BYTES);
            }
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            seeds.push(Seed { name, bytes });
        }
    }
}

fn seeds() -> Vec<Seed> {
    let mut seeds = Vec::new();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    for folder in ["intake", "recognize", "split", "eval", "consultation"] {
        collect(&fixtures.join(folder), &mut seeds);
    }
    assert!(seeds.len() > 200, "{}", seeds.len());
    seeds
}

/// Pieces that mean something to some reader.
const PIECES: [&str; 40] = [
    "Điều ",
    "khoản ",
    "điểm ",
    "mục ",
    "III.2.b ",
    "Phụ lục ",
    "(",
    ")",
    "“",
    "”",
    "\"",
    "\n",
    "\n\n",
    "\r",
    "\t",
    ";",
    ",",
    "1. ",
    "a) ",
    "- ",
    "Kính gửi: ",
    "Nơi nhận:\n",
    "Lý do: ",
    "thành ",
    "|",
    "\u{301}",
    "\u{0}",
    "=?utf-8?B?",
    "--",
    "Content-Type: ",
    "<w:p>",
    "</w:t>",
    "<td>",
    "&#x",
    "%PDF-1.7\n",
    "ủ",
    "l1O0",
    "đến ",
    "\u{feff}",
    "Số: 12/STC ",
];

fn altered(bytes: &[u8], seeds: &[Seed], chance: &mut Random) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..=chance.below(6) {
        let at = chance.below(out.len() + 1);
        let end = (at + chance.below(200)).min(out.len());
        match chance.below(8) {
            0 if at < out.len() => out[at] = u8::try_from(chance.below(256)).unwrap(),
            1 => drop(out.drain(at..end)),
            2 => {
                let piece = out[at..end].to_vec();
                let times = 1 + chance.below(40);
                out.splice(at..at, piece.repeat(times));
            }
            3 => out.truncate(at),
            4 => {
                let other = &one(seeds, chance).bytes;
                let from = chance.below(other.len() + 1);
                let to = (from + chance.below(2000)).min(other.len());
                out.splice(at..at, other[from..to].iter().copied());
            }
            5 => out[at..end].reverse(),
            _ => {
                let piece = one(&PIECES, chance).as_bytes();
                let most = if chance.below(9) == 0 { 300 } else { 3 };
                let times = 1 + chance.below(most);
                out.splice(at..at, piece.repeat(times));
            }
        }
    }
    out.truncate(4 * MAX_SEED_BYTES);
    out
}

/// A container with one of its files altered, so that what is inside is read too.
fn altered_inside(bytes: &[u8], seeds: &[Seed], chance: &mut Random) -> Option<Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let chosen = chance.below(archive.len());
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).ok()?;
        let mut inside = Vec::new();
        entry.read_to_end(&mut inside).ok()?;
        let name = entry.name().ok()?.into_owned();
        if at == chosen || name.ends_with("document.xml") {
            inside = altered(&inside, seeds, chance);
        }
        writer.start_file(name, options).ok()?;
        writer.write_all(&inside).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}

/// Everything that reads strangers' bytes.
fn read_everything(dossier: &Dossier, name: &str, bytes: &[u8]) {
    let understood = understand_letter(dossier, bytes, name, Hint::default());
    for point in &understood.points {
        let _ = understood.text_of(point);
    }
    let text = String::from_utf8_lossy(bytes);
    let split = split_letter(&text);
    for point in &split.points {
        for span in point.spans(&text) {
            assert!(span.slice(&text).is_some(), "{span:?}");
        }
    }
    if let Ok(table) = CsvTable::open(bytes, name, &Arrangements::default()).unwrap() {
        for row in table.take(500) {
            let _ = understand_row(dossier, row.unwrap(), None);
        }
    }
    for name in [name, "du_thao.txt", "du_thao.toml", "du_thao.tsv"] {
        let _ = read_outlines("Dự thảo", name, bytes);
    }
    let pages = read_boxes(&text);
    let _ = (read_letter(&pages), read_draft(&pages));
    let scanned = read_tesseract(&text, 300.0);
    let _ = (read_letter(&scanned), read_draft(&scanned));
}

fn dossier() -> Dossier {
    let mut organizations = parse_organizations("o.csv", SHIPPED_ORGANIZATIONS).unwrap();
    for (id, organization) in (1..).zip(&mut organizations) {
        organization.id = OrganizationId(id);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/eval/development/nghi_dinh_dai_hoc/outline.txt");
    let (outlines, _) = read_outlines("Nghị định", "outline.txt", &fs::read(path).unwrap());
    Dossier::from_outlines(outlines, Some(0), &organizations)
}

/// Processor time of this thread, where the system tells.
fn processor_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}

/// Whether twice the input takes far more than twice the work, measured three times.
fn grows_too_fast(dossier: &Dossier, name: &str, piece: &[u8]) -> Option<String> {
    let work = |n_bytes: usize| {
        let input = piece.repeat(1 + n_bytes / piece.len().max(1));
        let took = (0..2).map(|_| {
            let start = processor_time()?;
            read_everything(dossier, name, &input);
            processor_time()?.checked_sub(start)
        });
        took.min().flatten()
    };
    let (short, long) = (work(40_000)?, work(160_000)?);
    let is_long = long > Duration::from_millis(400);
    (is_long && long > 9 * short).then(|| format!("{short:?}, four times the input {long:?}"))
}

fn keep(n: usize, name: &str, bytes: &[u8]) -> PathBuf {
    let path = std::env::temp_dir().join(format!("tiepthu_fuzz_{n}_{name}"));
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn altered_letters_tables_and_drafts_are_read_to_the_end() {
    #[expect(
        clippy::disallowed_methods,
        reason = "says how long this test runs, not what the program does"
    )]
    let seconds: Option<u64> = std::env::var("TIEPTHU_FUZZ_SECONDS")
        .ok()
        .map(|text| text.parse().expect("a number of seconds"));
    let start = Instant::now();
    let seed = seconds.map_or(1, |_| {
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
        now.as_secs()
    });
    let (seeds, dossier) = (seeds(), dossier());
    let mut chance = Random::new(seed);
    let mut findings = Vec::new();
    let mut n = 0;
    loop {
        let is_over = match seconds {
            Some(seconds) => start.elapsed() > Duration::from_secs(seconds),
            None => n >= N_INPUTS,
        };
        if is_over || findings.len() >= 5 {
            break;
        }
        n += 1;
        let origin = one(&seeds, &mut chance);
        let input = altered_inside(&origin.bytes, &seeds, &mut chance)
            .unwrap_or_else(|| altered(&origin.bytes, &seeds, &mut chance));
        let read = catch_unwind(AssertUnwindSafe(|| {
            read_everything(&dossier, &origin.name, &input);
        }));
        if read.is_err() {
            let path = keep(n, &origin.name, &input);
            findings.push(format!("panic: {}", path.display()));
        }
        if seconds.is_some() && n % 20 == 0 {
            let from = chance.below(input.len());
            let to = (from + 1 + chance.below(300)).min(input.len());
            let piece = &input[from..to];
            if let Some(times) = grows_too_fast(&dossier, &origin.name, piece) {
                let path = keep(n, "piece.txt", piece);
                findings.push(format!("{times}: {}", path.display()));
            }
        }
    }
    println!("{n} inputs in {:?}", start.elapsed());
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}
