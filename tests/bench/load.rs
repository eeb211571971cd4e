//! People at work: many users read, search and answer while a large table comes in.
//!
//! Each is a loop like a person's: a page, a few seconds of reading, the next. What they ask for is what
//! drafters, secretaries and leaders ask for in a day, by the same share; every twelfth step saves an
//! answer, through the page's own form. The targets: p99 of pages below 200 ms, no error.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::data::{self, Folder};
use crate::door::Door;
use crate::generate::Dice;
use crate::measure::{Spread, Watch, anonymous_mib};

/// Users at a time.
const N_USERS: usize = 50;
/// Rows that come in meanwhile.
const INCOMING: usize = 50_000;
/// The longest pause a person makes between two steps; half of it on average.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// The table begins to come in after this part of the time.
const BEFORE_IMPORT: u32 = 5;

/// What one step asked for and how long it took.
type Step = (&'static str, Duration);

/// Lets the users work `seconds` on a consultation of `n_rows` rows.
pub(crate) async fn run(n_rows: usize, seconds: u64) {
    println!(
        "load: {N_USERS} users for {seconds} s on {n_rows} rows while {INCOMING} more come in, over HTTP"
    );
    let (_folder, table) = data::table(n_rows, 1);
    let folder = Folder::fresh().await;
    let report = folder.import(&table).await;
    let n_points = report.n_points;
    let door = Arc::new(Door::open(folder.app.clone()).await);
    let code = folder.consultation.code.clone();
    let first = Instant::now();
    door.get(&format!("/c/{code}/")).await;
    println!(
        "  {n_points} points; first overview {:.0} ms",
        first.elapsed().as_secs_f64() * 1e3
    );
    let is_over = Arc::new(AtomicBool::new(false));
    let n_conflicts = Arc::new(AtomicUsize::new(0));
    let mut users = JoinSet::new();
    let watch = Watch::start();
    for user in 0..N_USERS {
        let user = User {
            door: Arc::clone(&door),
            base: format!("/c/{code}"),
            dice: Dice::new(user as u64 + 1),
            n_points,
            n_conflicts: Arc::clone(&n_conflicts),
        };
        users.spawn(user.work(Arc::clone(&is_over)));
    }
    let end = Instant::now() + Duration::from_secs(seconds);
    tokio::time::sleep(Duration::from_secs(seconds) / BEFORE_IMPORT).await;
    let (_second, table) = data::table(INCOMING, 2);
    let began = Instant::now();
    folder.import(&table).await;
    println!(
        "  the table came in within {:.1} s beside them",
        began.elapsed().as_secs_f64()
    );
    tokio::time::sleep(end.saturating_duration_since(Instant::now())).await;
    is_over.store(true, Ordering::Relaxed);
    let steps: Vec<Step> = users.join_all().await.into_iter().flatten().collect();
    let cost = watch.stop();
    println!(
        "  {} steps, none failed, {} answers met another's and were shown both; {:.0} % of the cores; anonymous memory {} MiB",
        steps.len(),
        n_conflicts.load(Ordering::Relaxed),
        cost.cores.as_secs_f64() / cost.wall.as_secs_f64() / 2.0 * 100.0,
        anonymous_mib()
    );
    print(&steps);
}

fn print(steps: &[Step]) {
    println!("| step | n | p50 ms | p95 ms | p99 ms | most ms |");
    println!("|---|--:|--:|--:|--:|--:|");
    let mut names: Vec<&str> = steps.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.dedup();
    names.push("all");
    for name in names {
        let times: Vec<Duration> = (steps.iter())
            .filter(|(of, _)| *of == name || name == "all")
            .map(|(_, time)| *time)
            .collect();
        let spread = Spread::of_ms(&times);
        println!(
            "| {name} | {} | {:.1} | {:.1} | {:.1} | {:.1} |",
            times.len(),
            spread.median(),
            spread.at(0.95),
            spread.at(0.99),
            spread.max()
        );
    }
}

/// One who works.
struct User {
    door: Arc<Door>,
    base: String,
    dice: Dice,
    n_points: u64,
    n_conflicts: Arc<AtomicUsize>,
}

impl User {
    async fn work(mut self, is_over: Arc<AtomicBool>) -> Vec<Step> {
        let mut steps = Vec::new();
        while !is_over.load(Ordering::Relaxed) {
            let longest = LONGEST_PAUSE.as_millis() as usize;
            let pause = self.dice.below(longest) as u64;
            tokio::time::sleep(Duration::from_millis(pause)).await;
            self.step(&mut steps).await;
        }
        steps
    }

    /// Asks for something, to its last byte.
    async fn step(&mut self, steps: &mut Vec<Step>) {
        const WORDS: [&str; 6] = [
            "thi truong",
            "\"khoa học và công nghệ\"",
            "kinh phí",
            "doanh nghiệp nhỏ",
            "chuyen giao cong nghe",
            "sàn giao dịch",
        ];
        let point = 1 + self.dice.below(self.n_points as usize);
        let (name, path) = match self.dice.below(24) {
            0..=6 => ("point", format!("points/{point}")),
            7..=9 => {
                let words = WORDS[self.dice.below(WORDS.len())].replace(' ', "+");
                ("search", format!("points?q={words}"))
            }
            10..=12 => ("open points", "points?state=open".to_owned()),
            13 => ("points", "points".to_owned()),
            14 | 15 => ("overview", String::new()),
            16 => ("roster", "roster".to_owned()),
            17 => ("triage", "triage".to_owned()),
            18 => ("submissions", "submissions".to_owned()),
            19 => ("leader", "leader".to_owned()),
            20 => ("groups", "groups".to_owned()),
            21 => ("import", "import".to_owned()),
            _ => return self.answer(point, steps).await,
        };
        let started = Instant::now();
        self.door.get(&format!("{}/{path}", self.base)).await;
        steps.push((name, started.elapsed()));
    }

    /// Opens a point and saves an answer by the page's form; the page that follows is part of it.
    async fn answer(&mut self, point: usize, steps: &mut Vec<Step>) {
        let path = format!("{}/points/{point}", self.base);
        let started = Instant::now();
        let page = self.door.get(&path).await;
        steps.push(("point", started.elapsed()));
        let hidden = |name: &str| {
            let marked = format!("name=\"{name}\" value=\"");
            let (_, rest) = page.split_once(&marked).expect("the form's field");
            rest.split('"').next().unwrap_or_default().to_owned()
        };
        let (version, base) = (hidden("version"), hidden("base"));
        let text = format!("Giải trình, làm rõ theo hồ sơ, ý kiến {point}.");
        let form = [
            ("version", version.as_str()),
            ("base", &base),
            ("decision", "clarify"),
            ("text", &text),
            ("step", "save"),
        ];
        let started = Instant::now();
        if !self.door.send(&format!("{path}/answer"), &form).await {
            self.n_conflicts.fetch_add(1, Ordering::Relaxed);
        }
        steps.push(("answer", started.elapsed()));
    }
}
