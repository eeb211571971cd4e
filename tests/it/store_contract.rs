//! The database keeps the same promises on every engine: one story, told on SQLite and on a real
//! PostgreSQL, must come out the same to the letter.

use std::fs;
use std::thread;

use serde_json::Value;
use sqlx::ConnectOptions;

use crate::postgres::{block_on, cluster, execute_on_server};
use crate::support::{Desk, example};

/// Where a desk's truth lies.
pub(crate) enum Engine {
    Sqlite,
    Postgres(String),
}

impl Engine {
    /// An empty folder whose settings name the engine.
    pub(crate) fn desk(&self) -> Desk {
        let desk = Desk::new();
        if let Self::Postgres(address) = self {
            fs::create_dir(desk.data()).unwrap();
            let config = format!("database = \"{address}\"\n");
            fs::write(desk.data().join("config.toml"), config).unwrap();
        }
        desk
    }

    /// Runs SQL behind the program's back.
    #[track_caller]
    fn tamper(&self, desk: &Desk, sql: &str) {
        let n_rows = match self {
            Self::Postgres(address) => execute_on_server(address, sql).unwrap(),
            Self::Sqlite => block_on(async {
                let path = desk.data().join("tiepthu.sqlite");
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
                let mut conn = options.connect().await.unwrap();
                let sql = sqlx::AssertSqlSafe(sql.to_owned());
                let done = sqlx::query(sql).execute(&mut conn).await.unwrap();
                sqlx::Connection::close(conn).await.unwrap();
                done.rows_affected()
            }),
        };
        assert_eq!(n_rows, 1, "{sql}");
    }
}

/// What a user saw in the end.
#[derive(Debug, PartialEq)]
struct Seen {
    status: Value,
    found: Value,
    printed: String,
}

fn seen(desk: &Desk) -> Seen {
    let report = ["report", "by-section", "--format", "html", "-o", "r.html"];
    desk.run(report).expect(0);
    let html = fs::read_to_string(desk.path("r.html")).unwrap();
    let (printed, _about) = html.split_once("<aside").unwrap();
    let mut found = desk
        .run(["search", "mục", "--limit", "500", "--json"])
        .expect(0)
        .json();
    // Scores, and so the order, depend on when the index merged its segments.
    found["points"]
        .as_array_mut()
        .unwrap()
        .sort_by_key(|point| point["id"].as_i64());
    Seen {
        status: desk.run(["status", "--json"]).expect(0).json(),
        found,
        // What is not printed tells the time of day.
        printed: printed.to_owned(),
    }
}

#[track_caller]
fn import(desk: &Desk, file: impl AsRef<std::path::Path>, round: &str) -> Value {
    let file = file.as_ref().to_str().unwrap();
    let ran = desk.run(["import", file, "--round", round, "--json"]);
    assert!(ran.code < 2, "{ran:?}");
    ran.json()
}

/// Everything a stranger can put into a letter that a database might stumble over.
fn hostile_letter() -> Vec<u8> {
    let message_id: String = (0..3_000_u32)
        .map(|n| char::from_digit(n.wrapping_mul(2_654_435_761) >> 27, 36).unwrap_or('z'))
        .collect();
    let mut letter = format!(
        "From: \"S=?UTF-8?B?AA==?=\\\\N\" <vanthu@stc.bacgiang.example>\r\n\
         Subject: =?UTF-8?B?R8OzcCDDvQBcTglcLg==?=\r\n\
         Message-ID: <{message_id}@stc.bacgiang.example>\r\n\
         Date: Wed, 01 Sep 2021 08:00:00 +0700\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n\
         Sở Tài chính góp ý như sau:\r\n\r\n\
         1. Tại mục III.2.b, đề nghị ghi rõ đường dẫn C:\\new\\table\\.\r\n\
         \\.\r\n\
         2. Tại mục III.2.c, đề nghị bỏ ký hiệu \\N\tvà '; DROP TABLE point; --\u{1}\r\n"
    )
    .into_bytes();
    letter.extend_from_slice(b"\x00\xff\r\n");
    letter
}

/// A comment by phone, which no other one equals.
fn note(n: usize) -> String {
    format!("Mục III.2.b: đề nghị bổ sung chỉ tiêu cùng lúc thứ {n} về chuyển giao công nghệ.")
}

/// Types comments in from as many processes at once.
fn type_in_at_once(desks: &[&Desk], n_each: usize) {
    thread::scope(|scope| {
        for (at, desk) in desks.iter().enumerate() {
            for n in 0..n_each {
                let n = at * n_each + n;
                let name = format!("note_{n}.txt");
                desk.write(&name, note(n));
                scope.spawn(move || {
                    let arguments = [
                        "record",
                        &name,
                        "--channel",
                        "phone",
                        "--organization",
                        "STC",
                        "--date",
                        "2021-09-01",
                        "--title",
                        &format!("Điện thoại {n}"),
                        "--round",
                        "2",
                    ];
                    desk.run(arguments).expect(0);
                });
            }
        }
    });
}

fn story(engine: &Engine) -> Seen {
    let desk = engine.desk();
    let dossier = example().join("consultation.toml");
    desk.run(["init", "--from", dossier.to_str().unwrap()])
        .expect(0);

    // Letters and a table go in; going in again adds nothing.
    let files = [
        (example().join("round_2/01_so_tai_chinh.eml"), "2"),
        (example().join("round_2/03_so_cong_thuong.eml"), "2"),
        (desk.write("la.eml", hostile_letter()), "2"),
        (example().join("round_3/phieu_gop_y_doanh_nghiep.csv"), "3"),
    ];
    for (file, round) in &files {
        let report = import(&desk, file, round);
        assert!(report[0]["n_submissions"].as_u64() > Some(0), "{report}");
    }
    let before = seen(&desk);
    for (file, round) in &files {
        let report = import(&desk, file, round);
        assert_eq!(report[0]["n_submissions"], 0, "{report}");
    }
    assert_eq!(seen(&desk), before, "importing again changed something");

    // An answer is written, approved, found.
    let found = desk.run(["search", "III.2.b", "--json"]).expect(0).json();
    let id = found["points"][0]["id"].to_string();
    let text = "Tiếp thu, bổ sung\tđường dẫn \\\\N.";
    let answer = ["answer", &id, "--decision", "accept", "--text", text];
    desk.run(
        answer
            .iter()
            .copied()
            .chain(["--change-place", "mục III.2.b", "--submit"]),
    )
    .expect(0);
    desk.run(["answer", &id, "--approve", "--actor", "Giám đốc"])
        .expect(0);
    let found = desk.run(["search", "bo sung", "--answers", "--json"]);
    assert_eq!(found.expect(0).json()["total"], 1);

    // The index is a cache.
    let told = seen(&desk);
    let text = told.found.to_string();
    assert!(text.contains(r"C:\\new\\table\\."), "{text}");
    fs::remove_dir_all(desk.data().join("index")).unwrap();
    assert_eq!(seen(&desk), told, "after the index was deleted");

    // Many at once: the ledger stays without gaps, which `verify` proves.
    let server = desk.serve();
    type_in_at_once(&[&desk], 8);
    drop(server);
    desk.run(["verify"]).expect(0);
    let typed = desk.run(["search", "\"cùng lúc thứ\"", "--json"]).json();
    assert_eq!(typed["total"], 8, "{typed}");

    // Nothing is altered unnoticed.
    for (forward, back, word) in [
        (
            "UPDATE part SET text = text || ' thêm' WHERE id = 3",
            "UPDATE part SET text = SUBSTR(text, 1, LENGTH(text) - 5) WHERE id = 3",
            "Nội dung",
        ),
        (
            "UPDATE response SET remark = 'khác' WHERE id = 1",
            "UPDATE response SET remark = NULL WHERE id = 1",
            "câu trả lời",
        ),
        (
            "UPDATE ledger SET at_us = at_us + 1 WHERE seq = 5",
            "UPDATE ledger SET at_us = at_us - 1 WHERE seq = 5",
            "bị sửa",
        ),
    ] {
        engine.tamper(&desk, forward);
        let ran = desk.run(["verify"]).expect(1);
        assert!(ran.stderr.contains(word), "{}", ran.stderr);
        engine.tamper(&desk, back);
        desk.run(["verify"]).expect(0);
    }
    engine.tamper(&desk, "DELETE FROM ledger WHERE seq = 5");
    assert!(desk.run(["verify"]).expect(1).stderr.contains("thiếu"));
    told
}

#[test]
fn the_story_is_the_same_on_both_engines() {
    let cluster = cluster();
    let on_sqlite = thread::spawn(|| story(&Engine::Sqlite));
    let on_postgres = story(&Engine::Postgres(cluster.database()));
    assert_eq!(on_sqlite.join().unwrap(), on_postgres);
}

#[test]
fn the_example_is_the_same_on_both_engines() {
    let cluster = cluster();
    let [on_sqlite, on_postgres] =
        [Engine::Sqlite, Engine::Postgres(cluster.database())].map(|engine| {
            let desk = engine.desk();
            desk.run(["demo", "--once"]).expect(0);
            desk.run(["verify"]).expect(0);
            let seen = seen(&desk);
            let again = desk.run(["demo", "--once"]).expect(0);
            assert_eq!(again.stderr.matches("dòng").count(), 0, "{}", again.stderr);
            assert_eq!(desk.run(["status", "--json"]).json(), seen.status);
            seen
        });
    assert_eq!(on_sqlite, on_postgres);
}

/// Several folders on one server, as on several machines; they share the originals.
#[test]
fn folders_that_share_a_server_write_at_once() {
    let cluster = cluster();
    let engine = Engine::Postgres(cluster.database());
    let first = engine.desk();
    let second = engine.desk();
    fs::create_dir(first.data().join("blobs")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(first.data().join("blobs"), second.data().join("blobs")).unwrap();

    // Both find the server empty and bring it to the current schema.
    thread::scope(|scope| {
        for desk in [&first, &second] {
            scope.spawn(move || desk.run(["init"]).expect(0));
        }
    });
    let dossier = example().join("consultation.toml");
    for desk in [&first, &second] {
        desk.run(["init", "--from", dossier.to_str().unwrap()])
            .expect(0);
    }
    let servers = [first.serve(), second.serve()];
    type_in_at_once(&[&first, &second], 6);
    drop(servers);
    for desk in [&first, &second] {
        desk.run(["verify"]).expect(0);
        let found = desk.run(["search", "\"cùng lúc thứ\"", "--json"]).json();
        assert_eq!(found["total"], 12, "{found}");
    }
}

/// What a server keeps of its counts follows what another machine writes: a process that has counted
/// nothing yet says the same.
#[test]
fn a_server_counts_what_another_machine_wrote() {
    let cluster = cluster();
    let engine = Engine::Postgres(cluster.database());
    let [first, second] = [engine.desk(), engine.desk()];
    let dossier = example().join("consultation.toml");
    for desk in [&first, &second] {
        desk.run(["init", "--from", dossier.to_str().unwrap()])
            .expect(0);
    }
    let mut table = "STT,Cơ quan góp ý,Vị trí góp ý,Nội dung góp ý\n".to_owned();
    for (n, who) in ["Sở Tài chính", "Sở Xây dựng", "Sở Công Thương"]
        .iter()
        .enumerate()
    {
        table.push_str(&format!(
            "{n},{who},III.2.b,Đề nghị bổ sung nguồn vốn thực hiện hằng năm từ ngân sách tỉnh.\n"
        ));
    }
    let table = second.write("bang.csv", table);
    import(&second, &table, "2");

    let server = first.serve();
    let mut told = Value::Null;
    let mut check = |what: &str| {
        // A command is carried out by the server of its folder.
        let [kept, anew] = [&first, &second].map(|desk| {
            let mut status = desk.run(["status", "--json"]).expect(0).json();
            for number in ["indexed_seq", "ledger_seq"] {
                status.as_object_mut().unwrap().remove(number);
            }
            status
        });
        assert_eq!(kept, anew, "after {what}");
        assert_ne!(kept, told, "{what} changed no number");
        told = kept;
    };
    check("nothing");
    type_in_at_once(&[&second], 2);
    check("what was typed in");
    let found = second.run(["search", "\"cùng lúc thứ 1\"", "--json"]);
    let id = found.expect(0).json()["points"][0]["id"].to_string();
    let answer = ["answer", &id, "--decision", "accept", "--text", "Tiếp thu."];
    second
        .run(answer.into_iter().chain(["--change-place", "mục III.2.b"]))
        .expect(0);
    check("an answer");
    second.run(["group", "propose"]).expect(0);
    let groups = second.run(["group", "list", "--json"]).expect(0).json();
    let group = groups["groups"][0]["id"].to_string();
    second.run(["group", "confirm", &group]).expect(0);
    check("a group");
    second.run(["group", "dissolve", &group]).expect(0);
    check("a group that is none");
    let other = "STT,Cơ quan góp ý,Vị trí góp ý,Nội dung góp ý\n\
                 1,Sở Xây dựng,IV.1,Đề nghị bỏ mức hỗ trợ cụ thể.\n";
    let other = second.write("bang_2.csv", other);
    import(&second, &other, "2");
    check("another table");
    let batches = second.run(["batch", "list", "--json"]).expect(0).json();
    let ids = batches["batches"].as_array().unwrap().iter();
    let newest = ids.filter_map(|batch| batch["id"].as_i64()).max().unwrap();
    second.run(["batch", "undo", &newest.to_string()]).expect(0);
    check("a table taken back");
    drop(server);
}

#[test]
fn an_index_of_another_database_is_not_believed() {
    let cluster = cluster();
    let desk = Engine::Postgres(cluster.database()).desk();
    let total = |desk: &Desk| desk.run(["search", "", "--json"]).expect(0).json()["total"].take();
    let dossier = example().join("consultation.toml");
    let init = ["init", "--from", dossier.to_str().unwrap()];
    desk.run(init).expect(0);
    import(&desk, example().join("round_2/01_so_tai_chinh.eml"), "2");
    assert!(total(&desk).as_u64() > Some(0));
    let other = format!("database = \"{}\"\n", cluster.database());
    fs::write(desk.data().join("config.toml"), other).unwrap();
    desk.run(init).expect(0);
    assert_eq!(total(&desk), 0, "points of the other database are found");
    desk.run(["verify"]).expect(0);
}

#[track_caller]
fn check_refused(address: &str, word: &str) {
    let desk = Engine::Postgres(address.to_owned()).desk();
    let ran = desk.run(["init"]).expect(2);
    assert!(ran.stderr.contains(word), "{}", ran.stderr);
    assert!(!ran.stderr.contains("bi_mat"), "{}", ran.stderr);
}

#[test]
fn a_server_that_cannot_be_used_is_named_without_its_password() {
    let cluster = cluster();
    check_refused("postgres://a:bi_mat@127.0.0.1:1/x", "127.0.0.1:1/x");
    check_refused("postgres://a:bi_mat@127.0.0.1:no/x", "postgres://");
    check_refused(&format!("{}_none", cluster.database()), "_none");
    let latin = cluster.database();
    execute_on_server(
        &latin,
        "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER 'libc' TEMPLATE template0",
    )
    .unwrap();
    let (server, _) = latin.rsplit_once('/').unwrap();
    check_refused(&format!("{server}/latin"), "UTF8");
}
