//! The program: arguments in, an exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    tiepthu::telemetry::init();
    tiepthu::boot::run(std::env::args_os())
}
