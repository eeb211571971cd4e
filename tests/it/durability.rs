//! What was acknowledged is on disk: shown by the order of system calls.
//!
//! A command runs under `strace`; a model of a disk that forgets everything not synced follows its
//! calls. Bytes are safe once their file was synced, a name is safe once its folder was synced.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::replies;
use crate::stored::Stored;
use crate::support::{Desk, Ran, example, tool};

const CALLS: &str = "trace=openat,mkdir,rename,renameat,renameat2,unlink,fsync,fdatasync,write,\
                     pwrite64,ftruncate";

/// What a power cut would take, by path, with the number of the call that wrote it last.
struct Disk {
    /// Names that are there.
    known: BTreeSet<PathBuf>,
    /// New files that are still empty: nothing is lost with their names.
    empty: BTreeSet<PathBuf>,
    /// Files whose bytes were not synced.
    bytes: BTreeMap<PathBuf, usize>,
    /// Names whose folder was not synced.
    names: BTreeMap<PathBuf, usize>,
}

impl Disk {
    fn new(known: impl IntoIterator<Item = PathBuf>) -> Self {
        Self {
            known: known.into_iter().collect(),
            empty: BTreeSet::new(),
            bytes: BTreeMap::new(),
            names: BTreeMap::new(),
        }
    }

    /// Applies one call that took effect; for syncs, `began` tells what they can have covered.
    fn apply(&mut self, call: &Call, number: usize, began: usize) {
        match (call.name.as_str(), call.paths.as_slice()) {
            ("openat", [path])
                if call.arguments.contains("O_CREAT") && self.known.insert(path.clone()) =>
            {
                self.empty.insert(path.clone());
            }
            ("mkdir", [path]) => self.name(path, number),
            ("rename" | "renameat" | "renameat2", [from, to]) => {
                let written = self.bytes.get(from).copied();
                self.forget(from);
                self.forget(to);
                self.name(to, number);
                self.bytes.extend(written.map(|at| (to.clone(), at)));
            }
            ("unlink", [path]) => self.forget(path),
            ("write" | "pwrite64" | "ftruncate", [path]) => {
                self.bytes.insert(path.clone(), number);
                if self.empty.remove(path) {
                    self.names.insert(path.clone(), number);
                }
            }
            ("fsync" | "fdatasync", [path]) => {
                self.bytes
                    .retain(|file, written| file != path || *written > began);
                self.names
                    .retain(|name, made| name.parent() != Some(path) || *made > began);
                self.empty.retain(|name| name.parent() != Some(path));
            }
            _ => {}
        }
    }

    fn name(&mut self, path: &Path, number: usize) {
        if self.known.insert(path.to_owned()) {
            self.names.insert(path.to_owned(), number);
        }
    }

    fn forget(&mut self, path: &Path) {
        self.known.remove(path);
        self.empty.remove(path);
        self.names.remove(path);
        self.bytes.remove(path);
    }

    /// What would be lost now of the files for which `matters` holds.
    fn unsafe_now(&self, matters: impl Fn(&Path) -> bool) -> Vec<&Path> {
        let paths = self.bytes.keys().chain(self.names.keys());
        paths.map(PathBuf::as_path).filter(|p| matters(p)).collect()
    }
}

/// One line of the trace.
struct Call {
    name: String,
    arguments: String,
    /// The files it is about.
    paths: Vec<PathBuf>,
    /// The file descriptor it is about.
    descriptor: Option<String>,
}

/// Reads `name(arguments) = result`; `None` for signals, exits and calls that failed.
fn parse(line: &str) -> Option<Call> {
    let (name, rest) = line.split_once('(')?;
    // The result stands in a column of its own: `)     = 0`.
    let (before, result) = rest.rsplit_once(" = ")?;
    let arguments = before.trim_end().strip_suffix(')')?;
    if result.starts_with('-') {
        return None;
    }
    let quoted = || arguments.split('"').skip(1).step_by(2).map(PathBuf::from);
    let (descriptor, file) = match arguments.split_once('<') {
        Some((descriptor, rest)) if descriptor.bytes().all(|byte| byte.is_ascii_digit()) => {
            let file = rest.split('>').next()?;
            (Some(descriptor.to_owned()), Some(PathBuf::from(file)))
        }
        _ => (None, None),
    };
    let paths = match file {
        Some(file) => vec![file],
        None => quoted().collect(),
    };
    Some(Call {
        name: name.to_owned(),
        arguments: arguments.to_owned(),
        paths,
        descriptor,
    })
}

/// The calls of all threads in the order they took effect: each with the numbers of the lines where
/// it began and ended.
fn calls(trace: &str) -> Vec<(usize, usize, Call)> {
    let mut unfinished: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    let mut calls = Vec::new();
    for (number, line) in trace.lines().enumerate() {
        let Some((thread, text)) = line.split_once(' ') else {
            continue;
        };
        let text = text.trim_start();
        if let Some(begin) = text.strip_suffix(" <unfinished ...>") {
            unfinished.insert(thread, (number, begin.to_owned()));
        } else if let Some(rest) = text.strip_prefix("<... ") {
            let (began, begin) = unfinished.remove(thread).expect("it had begun");
            let (_, end) = rest.split_once(" resumed>").expect("it ends");
            calls.extend(parse(&(begin + end)).map(|call| (began, number, call)));
        } else {
            calls.extend(parse(text).map(|call| (number, number, call)));
        }
    }
    calls
}

/// Files that are not part of what is promised: caches, locks, and SQLite's shared memory.
fn is_promised(data: &Path, path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.starts_with(data.parent().expect("the data folder lies in a folder"))
        && !path.starts_with(data.join("index"))
        && !name.starts_with("owner.")
        && !name.starts_with("incoming-")
        && !name.ends_with("-shm")
}

/// Runs a command, follows its calls, and checks at each acknowledgement that nothing promised
/// could be lost, and before each word in the database's log that all originals are safe.
#[track_caller]
fn check(desk: &Desk, command: &[&str], n_originals: usize) -> Ran {
    let trace = tempfile::NamedTempFile::new().unwrap();
    let mut strace = tool("strace", "strace");
    strace.args(["-f", "-y", "-s", "0", "-e", CALLS, "-o"]);
    strace.arg(trace.path());
    let mut disk = Disk::new(files(desk));
    let ran = desk.run_under(strace, command);
    assert!(ran.code <= 1, "{ran:?}");
    let trace = std::fs::read_to_string(trace.path()).unwrap();
    let data = std::fs::canonicalize(desk.data()).unwrap();
    let log = data.join("tiepthu.sqlite-wal");
    let blobs = data.join("blobs");

    let (mut n_kept, mut n_log_syncs, mut n_acknowledged) = (0, 0, 0);
    for (began, number, call) in calls(&trace) {
        let path = call.paths.last().cloned().unwrap_or_default();
        if path == log && matches!(call.name.as_str(), "write" | "pwrite64") {
            let lost = disk.unsafe_now(|path| path.starts_with(&blobs) && is_promised(&data, path));
            assert!(lost.is_empty(), "the log may name {lost:?}, line {number}");
        }
        if call.name == "write" && call.descriptor.as_deref() == Some("1") {
            let lost = disk.unsafe_now(|path| is_promised(&data, path));
            assert!(
                lost.is_empty(),
                "acknowledged before {lost:?}, line {number}"
            );
            n_acknowledged += 1;
        }
        n_kept += usize::from(call.name.starts_with("rename") && path.starts_with(&blobs));
        n_log_syncs += usize::from(call.name.ends_with("sync") && path == log);
        disk.apply(&call, number, began);
    }
    assert!(n_acknowledged > 0, "nothing was said");
    assert_eq!(n_kept, n_originals, "originals kept");
    assert!(n_originals == 0 || n_log_syncs >= 2, "claimed and settled");
    ran
}

/// Everything in the desk's folder.
fn files(desk: &Desk) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![std::fs::canonicalize(desk.path("")).unwrap()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path.clone());
            }
            found.push(path);
        }
    }
    found
}

#[test]
fn a_new_folder_is_on_disk_before_it_is_said_to_be_there() {
    let desk = Desk::new();
    let dossier = example().join("consultation.toml");
    let dossier = dossier.to_str().unwrap();
    check(&desk, &["init", "--from", dossier], 4);
}

#[test]
fn a_letter_is_on_disk_before_it_is_acknowledged() {
    let desk = Desk::with_consultation();
    let letter = example().join("round_2/01_so_tai_chinh.eml");
    let letter = letter.to_str().unwrap();
    check(&desk, &["import", letter, "--round", "2"], 1);
    desk.write("y_kien.txt", "Mục III.2.b: đề nghị bổ sung chỉ tiêu.");
    let record = [
        "record",
        "y_kien.txt",
        "--channel",
        "phone",
        "--organization",
        "STC",
        "--date",
        "2021-09-01",
        "--title",
        "Điện thoại",
    ];
    check(&desk, &record, 1);
    check(
        &desk,
        &["answer", "1", "--decision", "note", "--text", "Ghi nhận."],
        0,
    );
}

#[test]
fn a_table_is_on_disk_before_it_is_acknowledged() {
    let desk = Desk::with_consultation().in_chunks_of(50);
    desk.write("bang.csv", replies::table(300, 3));
    check(&desk, &["import", "bang.csv", "--round", "2"], 1);
    desk.write("tra_loi.csv", replies::answers(300, 30));
    check(&desk, &["answer", "--file", "tra_loi.csv"], 0);
}

#[test]
fn a_report_is_on_disk_before_it_is_said_to_be_there() {
    let desk = Desk::with_consultation();
    check(
        &desk,
        &["report", "roster", "--format", "html", "-o", "r.html"],
        0,
    );
}

#[test]
fn the_model_of_a_disk_notices_what_is_missing() {
    let trace = "1 openat(AT_FDCWD</>, \"/d/a\", O_WRONLY|O_CREAT, 0666) = 3</d/a>\n\
                 1 write(3</d/a>, \"\"..., 5) = 5\n\
                 2 fsync(4</d> <unfinished ...>\n\
                 1 rename(\"/d/a\", \"/d/b\") = 0\n\
                 2 <... fsync resumed>) = 0\n\
                 1 fsync(3</d/b>) = 0\n\
                 1 fsync(4</d>) = 0\n\
                 1 fsync(9</d>) = -1 EIO (Input/output error)\n";
    let mut disk = Disk::new([]);
    let mut unsafe_after = Vec::new();
    for (began, number, call) in calls(trace) {
        disk.apply(&call, number, began);
        unsafe_after.push((disk.bytes.len(), disk.names.len()));
    }
    // Opened, written, renamed; a sync of the folder begun before the renaming does not cover it;
    // then the file, then the folder. What failed did not happen.
    assert_eq!(
        unsafe_after,
        [(0, 0), (1, 1), (1, 1), (1, 1), (0, 1), (0, 0)]
    );
}

/// Runs an import during which one kind of call fails or kills, the `n`-th time in a thread.
fn import_with_fault(desk: &Desk, only: Option<&Path>, fault: &str) -> Ran {
    let mut strace: Command = tool("strace", "strace");
    strace.args(["-f", "-qq", "-o", "/dev/null"]);
    if let Some(path) = only {
        strace.arg("-P").arg(path);
    }
    strace.arg("-e").arg(format!("inject={fault}"));
    desk.run_under(strace, ["import", "thu", "--round", "2"])
}

/// A consultation with letters to import; one does not say which round it answers.
fn with_letters() -> Desk {
    let desk = Desk::with_consultation();
    let folder = desk.path("thu");
    std::fs::create_dir(&folder).unwrap();
    for name in ["16_lang_giang.eml", "17_lang_giang_thay_the.eml"] {
        std::fs::copy(example().join("round_2").join(name), folder.join(name)).unwrap();
    }
    let undated = "SỞ TÀI CHÍNH\n\nTại mục III.2.b, đề nghị bổ sung chỉ tiêu về số hợp đồng.\n";
    std::fs::write(folder.join("khong_ngay.txt"), undated).unwrap();
    desk
}

#[test]
fn killed_at_each_call_that_makes_something_durable() {
    let base = with_letters();
    let undisturbed = base.copy();
    undisturbed.run(["import", "thu", "--round", "2"]);
    let expected = Stored::of(&undisturbed);
    let mut n_killed = 0;
    // Calls are counted for each thread: naming the file as well reaches all of them.
    for (file, call, step) in [
        (Some("tiepthu.sqlite-wal"), "fsync", 1),
        (Some("tiepthu.sqlite-wal"), "pwrite64", 23),
        (Some("blobs"), "fsync", 1),
        (None, "rename", 1),
        (None, "renameat", 2),
        (None, "unlink", 1),
    ] {
        for nth in (1..).step_by(step) {
            let desk = base.copy();
            let fault = format!("{call}:signal=KILL:when={nth}");
            let path = file.map(|file| std::fs::canonicalize(desk.data()).unwrap().join(file));
            let ran = import_with_fault(&desk, path.as_deref(), &fault);
            if ran.code >= 0 && ran.code <= 1 {
                break;
            }
            n_killed += 1;
            desk.run(["import", "thu", "--round", "2"]);
            expected.check_same(&Stored::of(&desk), &fault);
            desk.run(["verify"]).expect(0);
        }
    }
    println!("{n_killed} kills");
    assert!(n_killed >= 15, "only {n_killed} kills");
}

#[test]
fn a_disk_that_fails_is_not_taken_for_one_that_works() {
    let base = with_letters();
    let undisturbed = base.copy();
    undisturbed.run(["import", "thu", "--round", "2"]);
    let expected = Stored::of(&undisturbed);
    for (file, fault, words) in [
        (
            "tiepthu.sqlite-wal",
            "fsync:error=EIO:when=1",
            "Ổ đĩa không đọc hoặc ghi được",
        ),
        (
            "tiepthu.sqlite-wal",
            "fsync:error=EIO:when=2",
            "Ổ đĩa không đọc hoặc ghi được",
        ),
        (
            "tiepthu.sqlite-wal",
            "pwrite64:error=ENOSPC:when=9",
            "Ổ đĩa đã đầy",
        ),
        ("blobs", "fsync:error=EIO:when=1", "tệp gốc"),
        ("blobs", "fsync:error=ENOSPC:when=2", "Ổ đĩa đã đầy"),
    ] {
        let desk = base.copy();
        let path = std::fs::canonicalize(desk.data()).unwrap().join(file);
        let ran = import_with_fault(&desk, Some(&path), fault).expect(2);
        assert!(ran.stderr.contains(words), "{file}, {fault}: {ran:?}");
        assert_eq!(ran.stdout, "", "{file}, {fault}");
        desk.run(["import", "thu", "--round", "2"]);
        expected.check_same(&Stored::of(&desk), fault);
        desk.run(["verify"]).expect(0);
    }
}
