//! What the index survives, and when it begins anew.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Desk, HEAP_BYTES, point, words};
use crate::domain::PointId;
use crate::index::{Error, FreshReason, Index, State};

/// The files of the generation in use.
fn files(folder: &Path) -> Vec<PathBuf> {
    let generation = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.is_dir())
        .unwrap();
    let entries = fs::read_dir(generation).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn a_new_folder_is_fresh_and_then_ready() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a").join("b");
    let opened = Index::open(&deep).unwrap();
    let missing = State::Fresh {
        reason: FreshReason::Missing,
    };
    assert_eq!(opened.state, missing);
    assert_eq!(opened.index.applied_seq(), 0);
    drop(opened);
    assert_eq!(Index::open(&deep).unwrap().state, State::Ready);
}

#[test]
fn reopening_keeps_what_was_committed() {
    let desk = Desk::of_texts(&["vốn", "đất"]);
    assert_eq!(desk.index.applied_seq(), 1);
    desk.write(&[point(3, "vốn")], 17);
    assert_eq!(desk.index.applied_seq(), 17);
    let mut writer = desk.index.writer(HEAP_BYTES, 2).unwrap();
    writer.upsert(&point(4, "vốn")).unwrap();
    drop(writer);
    let (desk, state) = desk.reopen();
    assert_eq!(state, State::Ready);
    assert_eq!(desk.index.applied_seq(), 17);
    desk.check("vốn", &[1, 3]);
    assert_eq!(desk.index.n_points(), 3);
    assert_eq!(desk.index.damaged_files().unwrap(), Vec::<String>::new());
}

#[test]
fn upserting_replaces_and_deleting_removes() {
    let desk = Desk::of_texts(&["vốn", "đất"]);
    let mut writer = desk.index.writer(HEAP_BYTES, 1).unwrap();
    writer.upsert(&point(1, "rừng")).unwrap();
    // Twice in one commit, above and below the highest id.
    writer.upsert(&point(9, "vốn")).unwrap();
    writer.upsert(&point(9, "biển")).unwrap();
    writer.upsert(&point(5, "vốn")).unwrap();
    writer.upsert(&point(5, "núi")).unwrap();
    writer.delete(PointId(2));
    writer.delete(PointId(77));
    desk.check("vốn", &[1]);
    writer.commit(2).unwrap();
    desk.check("vốn", &[]);
    desk.check("đất", &[]);
    desk.check("rừng OR biển OR núi", &[1, 5, 9]);
    let ids = desk.index.all_ids().unwrap();
    assert_eq!(ids, [PointId(1), PointId(5), PointId(9)]);
    writer.close().unwrap();
    // Another writer knows the highest id from the index.
    desk.write(&[point(9, "sông")], 3);
    desk.check("biển", &[]);
    assert_eq!(desk.index.n_points(), 3);
}

#[test]
fn there_is_one_writer() {
    let desk = Desk::of_texts(&["vốn"]);
    let writer = desk.index.writer(HEAP_BYTES, 1).unwrap();
    let second = desk.index.clone().writer(HEAP_BYTES, 1);
    assert!(matches!(second, Err(Error::WriterHeld)));
    let elsewhere = Index::open(desk.folder.path()).unwrap().index;
    assert!(matches!(
        elsewhere.writer(HEAP_BYTES, 1),
        Err(Error::WriterHeld)
    ));
    let again = Index::start_over(desk.folder.path());
    assert!(matches!(again, Err(Error::WriterHeld)));
    drop(writer);
    elsewhere.writer(HEAP_BYTES, 1).unwrap();
}

#[test]
fn starting_over_empties() {
    let desk = Desk::of_texts(&["vốn"]);
    let opened = Index::start_over(desk.folder.path()).unwrap();
    let requested = State::Fresh {
        reason: FreshReason::Requested,
    };
    assert_eq!(opened.state, requested);
    assert_eq!(opened.index.n_points(), 0);
    assert_eq!(opened.index.applied_seq(), 0);
    let (desk, state) = desk.reopen();
    assert_eq!(state, State::Ready);
    assert_eq!(desk.index.n_points(), 0);
}

#[test]
fn another_version_begins_anew() {
    let desk = Desk::of_texts(&["vốn"]);
    let current = desk.folder.path().join("current");
    let text = fs::read_to_string(&current).unwrap();
    fs::write(&current, text.replacen("fingerprint ", "fingerprint 0", 1)).unwrap();
    let (desk, state) = desk.reopen();
    let other = State::Fresh {
        reason: FreshReason::OtherVersion,
    };
    assert_eq!(state, other);
    assert_eq!((desk.index.n_points(), desk.index.applied_seq()), (0, 0));
    // Only the new generation is left.
    let n_entries = fs::read_dir(desk.folder.path()).unwrap().count();
    assert_eq!(n_entries, 2);
}

#[test]
fn a_lost_or_strange_current_file_begins_anew() {
    for text in [
        None,
        Some(""),
        Some("fingerprint x\nfolder ../g1\n"),
        Some("\u{0}"),
    ] {
        let desk = Desk::of_texts(&["vốn"]);
        let current = desk.folder.path().join("current");
        match text {
            None => fs::remove_file(&current).unwrap(),
            Some(text) => fs::write(&current, text).unwrap(),
        }
        let (desk, state) = desk.reopen();
        assert_ne!(state, State::Ready);
        assert_eq!(desk.index.n_points(), 0);
        desk.write(&[point(1, "vốn")], 5);
        let (desk, state) = desk.reopen();
        assert_eq!(state, State::Ready);
        desk.check("vốn", &[1]);
    }
}

/// Damages each file of an index in turn; whatever opens must answer without the damage showing.
#[track_caller]
fn check_damage(damage: impl Fn(&Path)) {
    let names: Vec<String> = {
        let desk = Desk::of_texts(&["vốn đầu tư", "đất"]);
        let names = files(desk.folder.path()).into_iter();
        names
            .filter_map(|path| {
                path.extension()
                    .map(|end| end.to_string_lossy().into_owned())
            })
            .collect()
    };
    assert!(names.len() >= 6, "{names:?}");
    for name in names {
        let desk = Desk::of_texts(&["vốn đầu tư", "đất"]);
        let file = files(desk.folder.path()).into_iter().find(|path| {
            path.extension()
                .is_some_and(|end| end.to_string_lossy() == name)
        });
        let Some(file) = file else { continue };
        damage(&file);
        let (desk, state) = desk.reopen();
        if matches!(name.as_str(), "lock") {
            continue;
        }
        let broken = matches!(
            state,
            State::Fresh {
                reason: FreshReason::Broken { .. }
            }
        );
        // The lists of managed files and the unused text store do not matter to a search.
        assert!(
            broken || matches!(name.as_str(), "store" | "json"),
            "{name}: {state:?}"
        );
        desk.search(&words("vốn"));
        desk.write(&[point(3, "vốn")], 9);
        let (desk, state) = desk.reopen();
        assert_eq!(state, State::Ready);
        assert!(desk.index.ids(&words("vốn")).unwrap().contains(&PointId(3)));
    }
}

#[test]
fn cut_off_files_begin_anew() {
    check_damage(|file| {
        let bytes = fs::read(file).unwrap();
        fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
    });
}

#[test]
fn deleted_files_begin_anew() {
    check_damage(|file| fs::remove_file(file).unwrap());
}

#[test]
fn zeroed_files_begin_anew() {
    check_damage(|file| {
        let n_bytes = fs::read(file).unwrap().len();
        fs::write(file, vec![0; n_bytes]).unwrap();
    });
}

#[test]
fn a_changed_byte_is_found_by_checksum() {
    let desk = Desk::of_texts(&["vốn đầu tư", "đất"]);
    let file = files(desk.folder.path())
        .into_iter()
        .find(|path| path.extension().is_some_and(|end| end == "pos"))
        .unwrap();
    let mut bytes = fs::read(&file).unwrap();
    bytes[0] ^= 1;
    fs::write(&file, bytes).unwrap();
    assert_eq!(desk.index.damaged_files().unwrap().len(), 1);
}

#[test]
fn the_order_does_not_depend_on_how_points_came_in() {
    let syllables = [
        "vốn",
        "đầu",
        "tư",
        "von",
        "thị",
        "trường",
        "thì",
        "dau",
        "xã",
        "hội",
    ];
    let text = |id: i64| -> String {
        let mut state = u64::try_from(id).unwrap();
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695);
            usize::try_from(state >> 33).unwrap()
        };
        let n_words = 3 + next() % 20;
        let words: Vec<_> = (0..n_words)
            .map(|_| syllables[next() % syllables.len()])
            .collect();
        words.join(" ")
    };
    let texts: Vec<String> = (1..=900).map(text).collect();
    let points: Vec<_> = (1..)
        .zip(&texts)
        .map(|(id, text)| point(id, text))
        .collect();
    let forward = Desk::new(&points);
    let scattered = Desk::new(&[]);
    for (seq, rest) in (2..).zip([5, 0, 6, 2, 1, 4, 3]) {
        let part = points
            .iter()
            .rev()
            .filter(|it| it.id.0 % 7 == rest)
            .cloned();
        scattered.write(&part.collect::<Vec<_>>(), seq);
    }
    for text in [
        "vốn",
        "von dau tu",
        "thị trường xã hội",
        "thi OR von",
        "vốn -thì",
        "tr*",
    ] {
        let query = crate::index::Query {
            limit: 1000,
            ..words(text)
        };
        let ids = forward.ids(&query);
        assert!(ids.len() > 20, "{text}");
        assert_eq!(ids, scattered.ids(&query), "{text}");
    }
}
