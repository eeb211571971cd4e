//! The main job, end to end: `demo --once`.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::support::{Desk, example};

fn expected() -> Value {
    let text = fs::read_to_string(example().join("expected.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_example_reconciles_with_what_its_author_knows() {
    let desk = Desk::with_demo();
    let status = desk.run(["status", "--json"]).expect(0).json();
    let truth = expected();
    for round in status["rounds"].as_array().unwrap() {
        let number = round["number"].as_u64().unwrap();
        let known = &truth["totals"][number.to_string()];
        for (ours, theirs) in [
            ("asked", "asked"),
            ("replied", "replied"),
            ("silent", "silent"),
            ("late", "late"),
            ("replied_not_asked", "not_asked"),
        ] {
            assert_eq!(round[ours], known[theirs], "round {number}, {ours}");
        }
    }
    for equation in status["equations"].as_array().unwrap() {
        assert_eq!(equation["holds"], true, "{equation}");
    }
    for decision in [
        "accept",
        "accept_in_part",
        "keep",
        "clarify",
        "note",
        "refer",
    ] {
        assert!(
            status["decisions"][decision].as_i64() > Some(0),
            "no point with {decision}"
        );
    }
    assert!(
        status["points"]["total"].as_i64() >= Some(200),
        "{}",
        status["points"]
    );
    desk.run(["verify"]).expect(0);
}

#[test]
fn running_it_again_changes_nothing() {
    let desk = Desk::with_demo();
    let before = desk.run(["status", "--json"]).json();
    let files_before = files(&desk);
    let again = desk.run(["demo", "--once"]).expect(0);
    assert_eq!(again.stderr.matches("dòng").count(), 0, "{}", again.stderr);
    assert_eq!(desk.run(["status", "--json"]).json(), before);
    assert_eq!(files(&desk), files_before, "originals or reports changed");
}

/// Originals and reports with their sizes and times.
fn files(desk: &Desk) -> BTreeMap<String, (u64, std::time::SystemTime)> {
    let mut found = BTreeMap::new();
    for name in ["blobs", "reports"] {
        let mut folders = vec![desk.data().join(name)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                let metadata = entry.metadata().unwrap();
                if metadata.is_dir() {
                    folders.push(entry.path());
                } else {
                    let key = entry.path().display().to_string();
                    found.insert(key, (metadata.len(), metadata.modified().unwrap()));
                }
            }
        }
    }
    found
}

#[test]
fn every_report_can_be_written_in_every_format() {
    let desk = Desk::with_demo();
    for kind in [
        "full",
        "by-section",
        "by-organization",
        "roster",
        "extract",
        "open-work",
    ] {
        for format in ["docx", "pdf", "xlsx", "html"] {
            let file = format!("{kind}.{format}");
            let mut arguments = vec!["report", kind, "--format", format, "-o", &file];
            if kind == "extract" {
                arguments.extend(["--organization", "STC"]);
            }
            desk.run(&arguments).expect(0);
            let bytes = fs::read(desk.path(&file)).unwrap();
            assert!(bytes.len() > 2_000, "{file} has only {} bytes", bytes.len());
        }
    }
    let html = fs::read_to_string(desk.path("extract.html")).unwrap();
    assert!(
        html.contains("Sở Tài chính"),
        "the extract does not name its organization"
    );
    assert!(
        !html.contains("Sở Công Thương"),
        "the extract names another organization"
    );
}
