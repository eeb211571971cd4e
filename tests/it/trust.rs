//! The database is the truth and notices when it was altered; the index is a cache.

use std::fs;
use std::path::PathBuf;

use crate::support::Desk;

/// Runs SQL behind the program's back.
fn tamper(desk: &Desk, sql: &'static str) {
    let path = desk.data().join("tiepthu.sqlite");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        let done = sqlx::query(sql).execute(&pool).await.unwrap();
        assert!(done.rows_affected() > 0, "nothing was altered by {sql}");
        pool.close().await;
    });
}

#[track_caller]
fn check_noticed(sql: &'static str, word: &str) {
    let desk = Desk::with_demo();
    tamper(&desk, sql);
    let ran = desk.run(["verify"]).expect(1);
    assert!(
        ran.stderr.contains(word),
        "expected “{word}”: {}",
        ran.stderr
    );
}

#[test]
fn an_altered_text_is_noticed() {
    check_noticed(
        "UPDATE part SET text = text || ' thêm' WHERE id = 7",
        "Nội dung",
    );
}

#[test]
fn an_altered_answer_is_noticed() {
    check_noticed(
        "UPDATE response SET text = 'khác' WHERE id = 3",
        "câu trả lời",
    );
}

#[test]
fn an_altered_frozen_report_is_noticed() {
    let desk = Desk::with_demo();
    desk.run(["freeze", "--working"]).expect(1);
    desk.run(["verify"]).expect(0);
    tamper(&desk, "UPDATE report_version SET actor = 'ai đó'");
    let ran = desk.run(["verify"]).expect(1);
    assert!(ran.stderr.contains("bản trình"), "{}", ran.stderr);
}

#[test]
fn a_missing_ledger_entry_is_noticed() {
    check_noticed("DELETE FROM ledger WHERE seq = 5", "thiếu");
}

#[test]
fn an_altered_ledger_entry_is_noticed() {
    check_noticed("UPDATE ledger SET actor = 'ai đó' WHERE seq = 5", "bị sửa");
}

#[test]
fn a_lost_or_altered_original_is_noticed() {
    let desk = Desk::with_demo();
    let mut originals = originals(&desk);
    originals.sort();
    fs::remove_file(&originals[0]).unwrap();
    fs::write(&originals[1], "khác").unwrap();
    let ran = desk.run(["verify"]).expect(1);
    assert!(ran.stderr.contains("Mất bản gốc"), "{}", ran.stderr);
    assert!(ran.stderr.contains("đã bị sửa"), "{}", ran.stderr);
}

fn originals(desk: &Desk) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in fs::read_dir(desk.data().join("blobs")).unwrap() {
        for file in fs::read_dir(folder.unwrap().path()).unwrap() {
            found.push(file.unwrap().path());
        }
    }
    found
}

#[test]
fn an_index_of_another_version_is_made_anew() {
    let desk = Desk::with_demo();
    let search = || {
        let found = desk.run(["search", "sàn giao dịch", "--json"]);
        found.expect(0).json()
    };
    let before = search();
    let current = desk.data().join("index/current");
    let written = fs::read_to_string(&current).unwrap();
    let other_version = written.replacen("fingerprint ", "fingerprint 0", 1);
    let cut_off = &written[..written.len() / 2];
    for text in [&other_version, cut_off, ""] {
        fs::write(&current, text).unwrap();
        assert_eq!(search(), before, "after `current` said {text:?}");
        let fingerprint = |text: &str| text.lines().next().map(str::to_owned);
        let now = fs::read_to_string(&current).unwrap();
        assert_eq!(fingerprint(&now), fingerprint(&written));
    }
    desk.run(["verify"]).expect(0);
}

#[test]
fn a_deleted_or_broken_index_comes_back_by_itself() {
    let desk = Desk::with_demo();
    let search = || {
        desk.run(["search", "sàn giao dịch", "--json"])
            .expect(0)
            .json()
    };
    let before = search();
    assert!(before["total"].as_u64() > Some(0), "{before}");

    fs::remove_dir_all(desk.data().join("index")).unwrap();
    assert_eq!(search(), before, "after the index was deleted");

    let mut folders = vec![desk.data().join("index")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_none_or(|extension| extension != "lock") {
                let bytes = fs::read(&path).unwrap();
                fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
            }
        }
    }
    assert_eq!(
        search(),
        before,
        "after every file of the index was cut off"
    );

    desk.run(["index", "rebuild"]).expect(0);
    assert_eq!(search(), before, "after a rebuild");
    desk.run(["verify"]).expect(0);
}
