//! The log: to standard error, without personal data (ids and counts only).

use tracing_subscriber::EnvFilter;

/// Starts logging; `TIEPTHU_LOG` sets the level (`warn` unless set).
pub fn init() {
    let filter = EnvFilter::try_from_env("TIEPTHU_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    // A second start, as in tests, keeps the first.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
}
