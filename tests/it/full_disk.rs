//! A full or read-only disk ends in a clear message and nothing half-done; once there is room, the
//! same command completes.
//!
//! The data folder lies on a small disk in memory, in a mount namespace of its own: nothing of it
//! is seen outside, and it goes with the process that holds it.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::replies;
use crate::support::{Desk, Ran, example};

/// A desk whose data folder is on a disk of its own.
struct SmallDisk {
    desk: Desk,
    holder: Child,
}

impl SmallDisk {
    /// Mounts a disk of so many KiB. Needs to be root, or a system that lets users make namespaces.
    fn new(size_kib: u32) -> Self {
        let desk = Desk::new().in_chunks_of(50);
        let data = desk.data();
        fs::create_dir(&data).unwrap();
        let mut holder = Command::new("unshare");
        holder.args(["--mount", "--map-root-user", "sh", "-c"]);
        holder.arg(format!(
            "mount -t tmpfs -o size={size_kib}k small '{}' && echo ready && exec cat",
            data.display()
        ));
        holder.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut holder = holder.spawn().expect("`unshare` (util-linux) runs");
        let mut word = [0; 6];
        let said = holder.stdout.as_mut().unwrap().read_exact(&mut word);
        assert!(
            said.is_ok() && &word == b"ready\n",
            "no disk could be mounted: run the tests as root, or allow user namespaces \
             (sysctl kernel.unprivileged_userns_clone=1)"
        );
        Self { desk, holder }
    }

    /// A command that runs where the disk is.
    fn inside(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--user", "--mount", "--preserve-credentials"]);
        command.arg(format!("--target={}", self.holder.id()));
        command.arg(format!("--wd={}", self.desk.path("").display()));
        command.arg(program);
        command
    }

    /// Runs the program with the data folder on this disk.
    #[track_caller]
    fn run(&self, arguments: &[&str]) -> Ran {
        self.desk.run_under(self.inside("env"), arguments)
    }

    /// Mounts it again with other options.
    fn remount(&self, options: &str) {
        let mut mount = self.inside("mount");
        mount
            .args(["-o", &format!("remount,{options}")])
            .arg(self.desk.data());
        assert!(mount.status().unwrap().success(), "remount with {options}");
    }

    /// The data folder as seen from outside.
    fn data(&self) -> PathBuf {
        let outside = format!("/proc/{}/root", self.holder.id());
        PathBuf::from(outside).join(self.desk.data().strip_prefix("/").unwrap())
    }

    /// Fills the disk to the last byte.
    fn fill(&self) {
        let mut file = fs::File::create(self.data().join("đầy")).unwrap();
        while file.write(&[0; 4096]).is_ok_and(|n| n > 0) {}
    }

    fn free_a_page(&self) {
        let filler = fs::File::options()
            .write(true)
            .open(self.data().join("đầy"));
        let filler = filler.unwrap();
        let size = filler.metadata().unwrap().len();
        filler.set_len(size.saturating_sub(4096)).unwrap();
    }

    fn free(&self) {
        fs::remove_file(self.data().join("đầy")).unwrap();
    }

    /// Files that some writer left half-written.
    fn half_written(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.data()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                let name = entry.file_name().to_string_lossy().into_owned();
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else if name.starts_with("incoming-") || name.contains(".new") {
                    found.push(name);
                }
            }
        }
        found
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

/// Checks that a command failed because of the disk, and says so in Vietnamese.
#[track_caller]
fn check_refused(ran: &Ran, words: &str) {
    assert_eq!(ran.code, 2, "{ran:?}");
    assert_eq!(ran.stdout, "", "{ran:?}");
    let message = ran.stderr.lines().find(|line| line.starts_with("lỗi: "));
    assert!(
        message.is_some_and(|m| m.contains(words)),
        "expected “{words}”: {ran:?}"
    );
}

fn init(disk: &SmallDisk) {
    let dossier = example().join("consultation.toml");
    disk.run(&["init", "--from", dossier.to_str().unwrap()])
        .expect(0);
}

#[test]
fn an_import_that_fills_the_disk_completes_once_there_is_room() {
    // The consultation takes 1.5 MiB, the table and what is understood of it some more.
    let disk = SmallDisk::new(2_560);
    init(&disk);
    let table = replies::table(1_500, 5);
    disk.desk.write("bang.csv", &table);
    let import = ["import", "bang.csv", "--round", "2"];
    for _ in 0..2 {
        check_refused(&disk.run(&import), "Ổ đĩa đã đầy");
        assert_eq!(disk.half_written(), Vec::<String>::new());
    }
    disk.remount("size=64m");
    // Whatever is started first goes on with it; what is durable by then adds up.
    disk.run(&["verify"]).expect(0);
    let again = disk.run(&import);
    assert!(again.code <= 1, "{again:?}");
    disk.run(&["verify"]).expect(0);
    let points = disk.run(&["status", "--json"]).expect(0).json()["points"]["total"].clone();

    let elsewhere = Desk::with_consultation().in_chunks_of(50);
    elsewhere.write("bang.csv", &table);
    elsewhere.run(import);
    let expected = elsewhere.run(["status", "--json"]).json()["points"]["total"].clone();
    assert_eq!(points, expected);
}

#[test]
fn nothing_is_half_done_on_a_disk_that_is_full_from_the_start() {
    let disk = SmallDisk::new(8_192);
    init(&disk);
    disk.desk.write(
        "y_kien.txt",
        "Mục III.2.b: đề nghị bổ sung chỉ tiêu số hợp đồng chuyển giao công nghệ.",
    );
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
        "--round",
        "2",
    ];
    disk.run(&record).expect(0);
    let before = disk.run(&["status", "--json"]).expect(0).json();
    let letter = example().join("round_2/02_so_ke_hoach_dau_tu.eml");
    let import = ["import", letter.to_str().unwrap(), "--round", "2"];
    let answer = ["answer", "1", "--decision", "note", "--text", "Ghi nhận."];
    let report = [
        "report",
        "roster",
        "--format",
        "html",
        "-o",
        "tiepthu-data/r.html",
    ];
    disk.fill();
    for command in [&import[..], &answer, &report] {
        check_refused(&disk.run(command), "Ổ đĩa");
    }
    assert_eq!(disk.half_written(), Vec::<String>::new());
    assert!(!disk.data().join("r.html").exists());
    disk.free();
    assert_eq!(disk.run(&["status", "--json"]).expect(0).json(), before);
    disk.run(&["verify"]).expect(0);
    for command in [&import[..], &answer, &report] {
        let ran = disk.run(command);
        assert!(ran.code <= 1, "{ran:?}");
    }
    disk.run(&["verify"]).expect(0);
}

#[test]
fn a_read_only_disk_is_named() {
    let disk = SmallDisk::new(8_192);
    init(&disk);
    disk.remount("ro");
    for command in [&["status"][..], &["import", "x.csv"], &["init"]] {
        check_refused(&disk.run(command), "chỉ cho đọc");
    }
    disk.remount("rw");
    disk.run(&["verify"]).expect(0);
}

#[test]
fn a_folder_that_may_not_be_written_is_named() {
    let desk = Desk::new();
    fs::write(desk.path("tiepthu-data"), "một tệp, không phải thư mục").unwrap();
    check_refused(&desk.run(["init"]), "tiepthu-data");
    let desk = Desk::new();
    check_refused(
        &desk.run(["init", "--data-dir", "/proc/tiepthu"]),
        "/proc/tiepthu",
    );
}

#[test]
fn a_server_goes_on_once_there_is_room() {
    let disk = SmallDisk::new(8_192);
    init(&disk);
    let mut serve = disk.inside(env!("CARGO_BIN_EXE_tiepthu"));
    serve.args(["serve", "--listen", "127.0.0.1:0"]);
    let server = disk.desk.serve_under(serve);
    let letter = example().join("round_2/02_so_ke_hoach_dau_tu.eml");
    let import = ["import", letter.to_str().unwrap(), "--round", "2"];
    disk.fill();
    check_refused(&disk.run(&import), "Ổ đĩa");
    disk.free();
    let again = disk.run(&import);
    assert!(again.code <= 1, "{again:?}");
    let found = disk.run(&["search", "", "--json"]).expect(0).json();
    assert!(found["total"].as_u64() > Some(0), "{found}");
    // However little room there is, an answer is either saved and said to be, or neither.
    let (mut n_saved, mut n_refused) = (0, 0);
    disk.fill();
    while n_saved < 5 {
        let before = ledger_seq(&disk);
        let ran = disk.run(&["answer", "1", "--decision", "note", "--text", "Ghi nhận."]);
        let saved = u64::from(ran.code == 0);
        if saved == 0 {
            check_refused(&ran, "Ổ đĩa");
        }
        assert_eq!(ledger_seq(&disk), before + saved, "{ran:?}");
        n_saved += saved;
        n_refused += 1 - saved;
        disk.free_a_page();
    }
    assert!(n_refused > 0);
    disk.free();
    disk.run(&["answer", "1", "--decision", "note", "--text", "Ghi nhận."])
        .expect(0);
    disk.run(&["verify"]).expect(0);
    drop(server);
    disk.run(&["verify"]).expect(0);
}

fn ledger_seq(disk: &SmallDisk) -> u64 {
    let status = disk.run(&["status", "--json"]).expect(0).json();
    status["ledger_seq"].as_u64().unwrap()
}

#[test]
fn results_that_could_not_be_printed_are_a_failure() {
    let desk = Desk::with_consultation();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let ran = desk.run_into(full, ["status"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("ổ đĩa đã đầy"), "{ran:?}");
}
