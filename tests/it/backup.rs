//! What was backed up is a data folder that proves itself, also when taken from under a working server.

use std::fs;

use serde_json::Value;

use crate::support::{Desk, example};

fn back_up(desk: &Desk, to: &str) -> Value {
    desk.run(["backup", to, "--json"]).expect(0).json()
}

/// What a folder says of itself; its index is built anew first.
fn status(desk: &Desk, folder: &str) -> Value {
    desk.run(["--data-dir", folder, "verify"]).expect(0);
    let mut status = desk
        .run(["--data-dir", folder, "status", "--json"])
        .expect(0)
        .json();
    status.as_object_mut().unwrap().remove("indexed_seq");
    status
}

#[test]
fn a_backup_is_the_same_consultation() {
    let desk = Desk::with_demo();
    let server = desk.serve();
    let first = back_up(&desk, "sao_luu");
    assert!(first["copied"].as_u64() > Some(20), "{first}");
    assert_eq!(first["originals"], first["copied"]);
    let own = desk.data();
    let own = own.to_str().unwrap();
    assert_eq!(status(&desk, "sao_luu"), status(&desk, own));

    // Later only what is new is copied; a copy that was cut off does not spoil the one before.
    let letter = example().join("round_2/01_so_tai_chinh.eml");
    let changed = String::from_utf8(fs::read(letter).unwrap())
        .unwrap()
        .replace("Message-ID: <", "Message-ID: <khac-");
    let letter = desk.write("khac.eml", changed + "\r\n5. Ý kiến bổ sung.\r\n");
    let import = ["import", letter.to_str().unwrap(), "--round", "2"];
    assert!(desk.run(import).code < 2);
    fs::write(desk.path("sao_luu/tiepthu.sqlite.new"), "half").unwrap();
    let second = back_up(&desk, "sao_luu");
    assert_eq!(second["copied"], 1, "{second}");
    assert_eq!(status(&desk, "sao_luu"), status(&desk, own));
    drop(server);

    // Neither into itself nor around itself.
    for to in ["tiepthu-data/sao_luu", "."] {
        let refused = desk.run(["backup", to]).expect(2);
        assert!(
            refused.stderr.contains("ngoài thư mục"),
            "{}",
            refused.stderr
        );
    }
    // An original that was altered behind our back is told, and the rest is saved.
    let blobs = walk(&desk.data().join("blobs"));
    let altered = blobs.iter().max().unwrap();
    fs::write(altered, "khác").unwrap();
    let told = desk.run(["backup", "moi", "--json"]).expect(1);
    assert!(told.stderr.contains("đã bị sửa"), "{}", told.stderr);
    assert_eq!(
        told.json()["originals"].as_u64().unwrap() + 1,
        second["originals"].as_u64().unwrap()
    );
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                walk(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}
