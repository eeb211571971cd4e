//! Killed at any moment, the program goes on as if nothing had happened.
//!
//! A hundred moments, spread at random (and the same way in every run) over the whole duration of
//! each kind of work. After each, the program is started again, finishes the work, and must then
//! hold exactly what an undisturbed run holds, ids included.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::replies::{self, Random};
use crate::stored::Stored;
use crate::support::{Desk, example};

/// Rows of the generated table; with these chunks a dozen transactions.
const N_ROWS: usize = 1_800;
const CHUNK_ROWS: u32 = 150;

/// The shipped consultation with a table of comments waiting to be imported.
fn with_table() -> Desk {
    let desk = Desk::with_consultation().in_chunks_of(CHUNK_ROWS);
    desk.write("bang.csv", replies::table(N_ROWS, 1));
    desk
}

/// The same with the table imported.
fn with_points() -> Desk {
    let desk = with_table();
    desk.run(["import", "bang.csv", "--round", "2"]);
    desk
}

/// What is found with these words, and in what order.
fn search(desk: &Desk) -> serde_json::Value {
    desk.run(["search", "chuyen giao cong nghe", "--json", "--limit", "50"])
        .expect(0)
        .json()
}

/// Runs a command and kills it after a part of its duration, which is learned on the way.
fn kill_at(base: &Desk, command: &[&str], part: f64, duration: &mut Duration) -> Desk {
    loop {
        let desk = base.copy();
        let moment = duration.mul_f64(part);
        let started = Instant::now();
        let mut child = desk.start(command);
        let ended = loop {
            match child.try_wait().expect("the process is ours") {
                Some(_) => break true,
                None if started.elapsed() >= moment => break false,
                None => std::thread::sleep(Duration::from_micros(500)),
            }
        };
        if ended {
            *duration = started.elapsed();
            continue;
        }
        child.kill().expect("the process is ours");
        child.wait().expect("the process ends");
        return desk;
    }
}

/// Kills a command at many moments; `inspect` looks at what each kill leaves behind.
#[track_caller]
fn check(base: &Desk, command: &[&str], n_kills: u32, inspect: impl Fn(&Desk)) {
    let undisturbed = base.copy();
    let started = Instant::now();
    let ran = undisturbed.run(command);
    let mut duration = started.elapsed();
    assert!(ran.code <= 1, "{ran:?}");
    let (expected, found) = (Stored::of(&undisturbed), search(&undisturbed));

    let mut random = Random::new(u64::from(n_kills));
    for i in 0..n_kills {
        let part = (f64::from(i) + random.unit()) / f64::from(n_kills);
        let when = format!("killed at {:.1} % of {command:?}", 100.0 * part);
        let desk = kill_at(base, command, part, &mut duration);
        inspect(&desk);
        // Whatever is started next finishes what was begun.
        if i % 2 == 0 {
            desk.run(["status"]).expect(0);
        }
        let again = desk.run(command);
        assert!(again.code <= 1, "{when}: {again:?}");
        expected.check_same(&Stored::of(&desk), &when);
        assert_eq!(search(&desk), found, "{when}");
        desk.run(["verify"]).expect(0);
    }
}

#[test]
fn importing_a_table() {
    let desk = with_table();
    check(&desk, &["import", "bang.csv", "--round", "2"], 30, |_| {});
}

#[test]
fn importing_letters() {
    let desk = Desk::with_consultation();
    let folder = desk.path("thu");
    fs::create_dir(&folder).unwrap();
    // Letters that correct and replace each other, a robot, a call; an archive with a letter that
    // does not say which round it answers, and a file that cannot be read.
    for name in [
        "14_yen_dung.eml",
        "15_yen_dung_dinh_chinh.eml",
        "16_lang_giang.eml",
        "17_lang_giang_thay_the.eml",
        "21_tra_loi_tu_dong.eml",
        "dien_thoai_luc_nam.toml",
    ] {
        fs::copy(example().join("round_2").join(name), folder.join(name)).unwrap();
    }
    let letter = "SỞ TÀI CHÍNH\n\nTại mục III.2.b, đề nghị bổ sung chỉ tiêu về số hợp đồng.\n";
    fs::write(folder.join("goi.zip"), archive(letter)).unwrap();
    // The last one is the third delivered again.
    let mailbox = [1, 2, 3, 3].map(|n| {
        format!(
            "From a@b.example Mon Sep  6 08:30:00 2021\nFrom: Sở Tài chính <a@b.example>\n\
             Message-ID: <{n}@b.example>\n\n{letter}Ý {n}.\n\n"
        )
    });
    fs::write(folder.join("hop_thu.mbox"), mailbox.concat()).unwrap();
    check(&desk, &["import", "thu", "--round", "2"], 25, |_| {});
}

#[test]
fn importing_a_workbook() {
    let desk = Desk::with_consultation().in_chunks_of(40);
    let mut book = rust_xlsxwriter::Workbook::new();
    for name in ["Đợt 2", "Bổ sung"] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        for (column, title) in (0..).zip(["Cơ quan góp ý", "Mục", "Nội dung góp ý", "Lý do"])
        {
            sheet.write(0, column, title).unwrap();
        }
        for row in 1..=120_u32 {
            sheet.write(row, 0, "Sở Tài chính").unwrap();
            sheet.write(row, 1, "III.2.b").unwrap();
            let words =
                format!("Đề nghị bổ sung hợp đồng chuyển giao công nghệ thứ {row} ({name})");
            sheet.write(row, 2, words).unwrap();
        }
    }
    desk.write("bang.xlsx", book.save_to_buffer().unwrap());
    check(&desk, &["import", "bang.xlsx", "--round", "2"], 15, |_| {});
}

fn archive(letter: &str) -> Vec<u8> {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, bytes) in [
        ("gop_y.txt", letter.as_bytes()),
        ("anh.xyz", &[0x89, 0, 0xff]),
    ] {
        archive.start_file(name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn answering() {
    let desk = with_points();
    desk.write("tra_loi.csv", replies::answers(N_ROWS, 400));
    check(&desk, &["answer", "--file", "tra_loi.csv"], 15, |_| {});
}

#[test]
fn rebuilding_the_index() {
    check(&with_points(), &["index", "rebuild"], 15, |_| {});
}

#[test]
fn writing_a_report() {
    let desk = Desk::with_demo();
    let command = ["report", "full", "--format", "docx", "-o", "bao_cao.docx"];
    desk.run(command).expect(0);
    let whole = document(&desk.path("bao_cao.docx"));
    // Over a report that is there already, and where none is yet.
    check(&desk, &command, 8, |desk| {
        assert_eq!(document(&desk.path("bao_cao.docx")), whole);
    });
    let command = ["report", "full", "--format", "docx", "-o", "moi.docx"];
    check(&desk, &command, 7, |desk| {
        let path = desk.path("moi.docx");
        assert!(!path.exists() || document(&path) == whole);
    });
}

#[test]
fn freezing_a_report() {
    let base = Desk::with_demo();
    let command = ["freeze", "--working"];
    let undisturbed = base.copy();
    let started = Instant::now();
    undisturbed.run(command).expect(1);
    let mut duration = started.elapsed();
    let expected = Stored::of(&undisturbed).without_moments();
    let mut random = Random::new(15);
    for i in 0..15 {
        let part = (f64::from(i) + random.unit()) / 15.0;
        let when = format!("killed at {:.1} % of freezing", 100.0 * part);
        let desk = kill_at(&base, &command, part, &mut duration);
        // Either it is there whole, or not at all; a second order adds nothing to it.
        desk.run(command).expect(1);
        expected.check_same(&Stored::of(&desk).without_moments(), &when);
        desk.run(["verify"]).expect(0);
        let whole = [
            "report", "full", "--format", "docx", "--frozen", "1", "-o", "b.docx",
        ];
        desk.run(whole).expect(0);
        assert!(document(&desk.path("b.docx")).contains("BÁO CÁO"), "{when}");
    }
}

/// The text of a Word file; panics when the file is not whole.
fn document(path: &Path) -> String {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let mut text = String::new();
    let mut part = archive.by_name("word/document.xml").unwrap();
    part.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_machine_that_keeps_failing_gets_there_and_leaves_no_litter() {
    let desk = with_table();
    let command = ["import", "bang.csv", "--round", "2"];
    let undisturbed = desk.copy();
    let started = Instant::now();
    undisturbed.run(command);
    let duration = started.elapsed();
    let mut random = Random::new(7);
    for _ in 0..20 {
        let mut child = desk.start(command);
        std::thread::sleep(duration.mul_f64(0.4 * random.unit()));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    desk.run(command);
    Stored::of(&undisturbed).check_same(&Stored::of(&desk), "after twenty kills");
    assert_eq!(search(&desk), search(&undisturbed));
    desk.run(["verify"]).expect(0);
    let (n_files, usual) = (n_files(&desk.data()), n_files(&undisturbed.data()));
    assert!(n_files <= 2 * usual, "{n_files} files instead of {usual}");
}

fn n_files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    entries
        .map(|entry| match entry.path() {
            path if path.is_dir() => n_files(&path),
            _ => 1,
        })
        .sum()
}
