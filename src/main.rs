//! The program: arguments in, an exit code out.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tiepthu::telemetry::init();
    tiepthu::boot::run(std::env::args_os())
}
