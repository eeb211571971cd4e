//! Time, processor time and memory of this process, and what many measurements come to.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Says where and when this is measured, ready to be copied; and how busy the machine is already,
/// since figures of a busy machine mean little.
pub(crate) fn print_machine(what: Option<&str>) {
    if matches!(what, None | Some("rows")) {
        return;
    }
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("", |line| line.trim_start_matches([' ', '\t', ':']));
    let n_cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("").to_owned();
    let today = tiepthu::app::Clock::System.local();
    println!("{today}, {n_cores} cores, {model}; load before: {load}");
}

/// Wall time, and the time all threads spent on a core.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    pub(crate) cores: Duration,
}

impl Cost {
    /// Core-microseconds for each of `n`.
    pub(crate) fn core_us(self, n: usize) -> f64 {
        self.cores.as_secs_f64() * 1e6 / n as f64
    }

    /// How many were done in a second.
    pub(crate) fn rate(self, n: usize) -> f64 {
        n as f64 / self.wall.as_secs_f64()
    }
}

impl std::ops::AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.wall += other.wall;
        self.cores += other.cores;
    }
}

/// Measures from its making to [`Watch::stop`].
pub(crate) struct Watch {
    started: Instant,
    cores: Duration,
}

impl Watch {
    pub(crate) fn start() -> Self {
        Self {
            started: Instant::now(),
            cores: core_time(),
        }
    }

    pub(crate) fn stop(self) -> Cost {
        Cost {
            wall: self.started.elapsed(),
            cores: core_time().saturating_sub(self.cores),
        }
    }
}

/// Time on a core of all threads of this process, to 10 ms.
fn core_time() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    // Fields 14 and 15, counted after the name, which may hold spaces.
    let after_name = stat.rsplit(')').next().expect("a name in brackets");
    let ticks: u64 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u64>().expect("a number"))
        .sum();
    Duration::from_millis(ticks * 10)
}

/// Anonymous memory of this process in MiB.
pub(crate) fn anonymous_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    kib.and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Watches anonymous memory every 10 ms.
pub(crate) struct Peak {
    is_over: Arc<AtomicBool>,
    highest: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Peak {
    pub(crate) fn watch() -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let highest = Arc::new(AtomicU64::new(anonymous_mib()));
        let thread = std::thread::spawn({
            let (is_over, highest) = (Arc::clone(&is_over), Arc::clone(&highest));
            move || {
                while !is_over.load(Ordering::Relaxed) {
                    highest.fetch_max(anonymous_mib(), Ordering::Relaxed);
                    std::thread::sleep(Duration::from_millis(10));
                }
            }
        });
        Self {
            is_over,
            highest,
            thread,
        }
    }

    /// The highest value in MiB.
    pub(crate) fn stop(self) -> u64 {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().expect("it only looks");
        self.highest.load(Ordering::Relaxed)
    }
}

/// What several measurements come to.
pub(crate) struct Spread(Vec<f64>);

impl Spread {
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        assert!(!values.is_empty(), "nothing was measured");
        Self(values)
    }

    pub(crate) fn of_ms(values: &[Duration]) -> Self {
        Self::of(values.iter().map(|value| value.as_secs_f64() * 1e3))
    }

    /// The value below which the share `p` lies.
    pub(crate) fn at(&self, p: f64) -> f64 {
        let last = self.0.len() - 1;
        self.0[(p * last as f64).round() as usize]
    }

    pub(crate) fn median(&self) -> f64 {
        self.at(0.5)
    }

    pub(crate) fn max(&self) -> f64 {
        self.at(1.0)
    }

    /// "median (least – most)".
    pub(crate) fn brief(&self, digits: usize) -> String {
        let (least, median, most) = (self.at(0.0), self.median(), self.max());
        format!("{median:.digits$} ({least:.digits$} – {most:.digits$})")
    }
}
