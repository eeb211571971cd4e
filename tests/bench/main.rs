//! What the program can do in a second, and how much memory it takes.
//!
//! `cargo bench -- import | stages | recognize | bulk | search | pages | load | save | group | report | cold | mbox | rows [--rows N] [--messages N]
//! [--runs N] [--seconds N]`.
//! Each prints its figures and takes less than three minutes on two quiet cores (`load` five); `RESULTS.md` keeps
//! those of note with machine, command and date. `rows` writes a table to standard output.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a measurement that cannot go on has failed, and figures are printed"
)]

mod bulk;
mod cold;
mod data;
mod door;
mod generate;
mod group;
mod import;
mod load;
mod mbox;
mod measure;
mod pages;
mod recognize;
mod report;
mod save;
mod search;
mod stages;

use std::io::{BufWriter, Write};
use std::process::ExitCode;

/// The program's own allocator, or figures would be those of another program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What was asked for on the command line.
struct Asked {
    what: Option<String>,
    rows: Option<usize>,
    runs: Option<usize>,
    seconds: Option<u64>,
}

impl Asked {
    fn read() -> Self {
        let mut asked = Self {
            what: None,
            rows: None,
            runs: None,
            seconds: None,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut number = || {
                arguments
                    .next()
                    .and_then(|n| n.replace('_', "").parse().ok())
            };
            match argument.as_str() {
                "--rows" | "--messages" => asked.rows = number(),
                "--runs" => asked.runs = number(),
                "--seconds" => asked.seconds = number().and_then(|n| u64::try_from(n).ok()),
                // cargo adds it.
                "--bench" => {}
                other => asked.what = Some(other.to_owned()),
            }
        }
        asked
    }
}

fn main() -> ExitCode {
    let asked = Asked::read();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let rows = |usual| asked.rows.unwrap_or(usual);
    measure::print_machine(asked.what.as_deref());
    match asked.what.as_deref() {
        Some("import") => {
            runtime.block_on(import::run(rows(200_000), asked.runs.unwrap_or(5)));
        }
        Some("stages") => runtime.block_on(stages::run(rows(100_000))),
        Some("recognize") => {
            runtime.block_on(recognize::run(rows(20_000), asked.runs.unwrap_or(5)));
        }
        Some("mbox") => runtime.block_on(mbox::run(rows(20_000), asked.runs.unwrap_or(3))),
        Some("cold") => runtime.block_on(cold::run(rows(100_000), asked.runs.unwrap_or(10))),
        Some("bulk") => runtime.block_on(bulk::run(rows(1_000_000))),
        Some("search") => runtime.block_on(search::run(rows(100_000))),
        Some("pages") => runtime.block_on(pages::run(rows(100_000))),
        Some("load") => runtime.block_on(load::run(rows(100_000), asked.seconds.unwrap_or(300))),
        Some("save") => runtime.block_on(save::run(rows(400_000))),
        Some("group") => {
            group::compare(rows(1_000_000));
            runtime.block_on(group::through_the_database(rows(1_000_000).min(200_000)));
        }
        Some("report") => {
            runtime.block_on(report::run(rows(10_000), asked.runs.unwrap_or(3)));
        }
        Some("rows") => {
            let mut out = BufWriter::new(std::io::stdout().lock());
            // Whoever reads may have seen enough.
            let _ = generate::Generator::new(1).write(rows(20), &mut out);
            let _ = out.flush();
        }
        _ => {
            println!(
                "cargo bench -- import | stages | recognize | bulk | search | pages | load | save | group | report | cold | mbox | rows [--rows N] [--messages N] [--runs N] [--seconds N]"
            );
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
