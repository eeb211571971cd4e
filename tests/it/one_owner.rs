//! One process owns a data folder; the others talk to it.

use std::process::Child;

use crate::replies;
use crate::stored::Stored;
use crate::support::Desk;

/// Rows of a table that takes seconds to import.
const N_ROWS: usize = 3_000;

fn with_long_table() -> Desk {
    let desk = Desk::with_consultation().in_chunks_of(100);
    desk.write("bang.csv", replies::table(N_ROWS, 9));
    desk
}

fn start_import(desk: &Desk) -> Child {
    desk.start(["import", "bang.csv", "--round", "2"])
}

/// Answers a point of a table while it is being imported, as a person would who need not wait.
#[track_caller]
fn answer_during(desk: &Desk, import: &mut Child) {
    let n_points = || desk.run(["status", "--json"]).expect(0).json()["points"]["total"].clone();
    while n_points() == 0 {
        assert_eq!(import.try_wait().unwrap(), None, "the import ended early");
    }
    let answer = ["answer", "1", "--decision", "note", "--text", "Ghi nhận."];
    let ran = desk.run(answer).expect(0);
    assert!(!ran.stderr.contains("đang chờ"), "it had to wait: {ran:?}");
    assert_eq!(import.try_wait().unwrap(), None, "the import went on");
    let ended = import.wait().unwrap();
    assert!(ended.code().is_some_and(|code| code <= 1), "{ended}");
}

/// Checks what a table of [`N_ROWS`] and one answer of a person leave behind.
#[track_caller]
fn check_all_in(desk: &Desk) {
    let status = desk.run(["status", "--json"]).expect(0).json();
    // Every fiftieth row holds no comment.
    let (rows, n_rows) = (&status["submissions"]["counted"], N_ROWS - N_ROWS / 50);
    assert_eq!(rows.as_u64(), u64::try_from(n_rows).ok(), "{status}");
    assert_eq!(status["decisions"]["note"], 1, "{status}");
    desk.run(["verify"]).expect(0);
}

#[test]
fn a_person_answers_while_a_server_imports() {
    let desk = with_long_table();
    let server = desk.serve();
    let mut import = start_import(&desk);
    answer_during(&desk, &mut import);
    check_all_in(&desk);
    drop(server);
    check_all_in(&desk);
}

#[test]
fn a_person_answers_while_another_process_imports() {
    let desk = with_long_table();
    let mut import = start_import(&desk);
    while !desk.data().join("owner.json").exists() {
        std::thread::yield_now();
    }
    answer_during(&desk, &mut import);
    assert!(!desk.data().join("owner.json").exists());
    check_all_in(&desk);
}

#[test]
fn two_who_import_the_same_file_at_once_import_it_once() {
    let desk = Desk::with_consultation().in_chunks_of(100);
    desk.write("bang.csv", replies::table(1_000, 9));
    let alone = desk.copy();
    alone.run(["import", "bang.csv", "--round", "2"]);
    let _server = desk.serve();
    let mut imports = [(); 3].map(|()| start_import(&desk));
    for import in &mut imports {
        let ended = import.wait().unwrap();
        assert!(ended.code().is_some_and(|code| code <= 1), "{ended}");
    }
    Stored::of(&alone).check_same(&Stored::of(&desk), "imported by three at once");
    desk.run(["verify"]).expect(0);
}

#[test]
fn a_command_beside_the_server_is_done_by_the_server() {
    let desk = Desk::with_consultation();
    let server = desk.serve();
    desk.write(
        "y_kien.txt",
        "Mục III.2.b: đề nghị bổ sung chỉ tiêu số hợp đồng chuyển giao công nghệ.",
    );
    let recorded = desk.run([
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
        "--json",
    ]);
    assert_eq!(recorded.expect(0).json()["n_points"], 1);
    let found = desk
        .run(["search", "chuyen giao", "--json"])
        .expect(0)
        .json();
    assert_eq!(found["total"], 1, "{found}");
    let wrong = desk.run(["answer", "999", "--decision", "note"]).expect(2);
    assert!(wrong.stderr.contains("999"), "{}", wrong.stderr);
    let second = desk.run(["serve"]).expect(2);
    assert!(second.stderr.contains(&server.url), "{}", second.stderr);
    drop(server);
    desk.run(["verify"]).expect(0);
}

#[test]
fn a_killed_server_leaves_nothing_in_the_way() {
    let desk = Desk::with_consultation();
    let server = desk.serve();
    assert!(desk.data().join("owner.json").exists());
    server.kill();
    desk.run(["verify"]).expect(0);
    desk.run(["status"]).expect(0);
}

#[test]
fn commands_are_refused_without_the_token() {
    let desk = Desk::with_consultation();
    let server = desk.serve();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let status = runtime.block_on(async {
        crate::support::http_client()
            .post(format!("{}/owner/commands", server.url))
            .header("x-tiepthu-token", "guess")
            .json(&serde_json::json!({"arguments": ["tiepthu", "status"], "folder": "/"}))
            .send()
            .await
            .unwrap()
            .status()
    });
    assert_eq!(status, 403);
}
