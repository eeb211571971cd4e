//! The PDF: every kind and size is typeset. What stands on its pages: `tests/it/paper.rs`.

use crate::domain::ReplyClass;
use crate::report::model::{Block, Kind};
use crate::report::pdf::{MOST_ROWS, is_in_volumes, render_pdf};
use crate::report::snapshot::Snapshot;

use super::world::{World, many, one_of_everything};
use super::{kinds, report};

/// Typesets a report; the archive's rules are checked while it is written.
#[track_caller]
fn check(snapshot: &Snapshot, kind: Kind) {
    let bytes = render_pdf(&report(snapshot, kind))
        .unwrap_or_else(|error| panic!("{}: {error}", kind.code()));
    assert!(bytes.starts_with(b"%PDF-1.7"));
}

#[test]
fn every_kind_is_typeset() {
    let world = one_of_everything();
    for kind in kinds(&world.snapshot) {
        check(&world.snapshot, kind);
    }
}

#[test]
fn every_size_is_typeset() {
    check(&World::new().snapshot, Kind::Full);
    for n in [1, 60] {
        check(&many(n).snapshot, Kind::Full);
    }
}

#[test]
fn a_long_report_comes_in_volumes() {
    let mut model = report(&many(3).snapshot, Kind::BySection);
    assert!(!is_in_volumes(&render_pdf(&model).unwrap()));
    for block in model.parts.iter_mut().flat_map(|part| &mut part.blocks) {
        if let Block::Table(table) = block {
            let row = table.rows.last().unwrap().clone();
            table.rows.resize(MOST_ROWS + 1, row);
        }
    }
    let bytes = render_pdf(&model).unwrap();
    assert!(is_in_volumes(&bytes));
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let names: Vec<String> = (archive.file_names())
        .map(|name| name.unwrap().into_owned())
        .collect();
    assert_eq!(names, ["tap-01-tren-02.pdf", "tap-02-tren-02.pdf"]);
    for index in 0..archive.len() {
        let mut start = [0; 8];
        std::io::Read::read_exact(&mut archive.by_index(index).unwrap(), &mut start).unwrap();
        assert_eq!(&start, b"%PDF-1.7");
    }
}

#[test]
fn what_a_comment_says_is_never_markup() {
    let mut world = World::new();
    world.ask(2, &["STC"]);
    let letter = world.reply(&["STC"], ReplyClass::Comments);
    for text in [
        "#panic(\"x\") #read(\"/etc/passwd\") $ ^ * _ ` \\ [ ] { } @nguon <nhan> // /* ~ -- ...",
        "👍 nhất trí; 漢字; a\u{301}\u{301}\u{301}; \u{202e}đảo; \u{fffd}",
        &format!("https://vidu.example/{}", "duong-dan-rat-dai/".repeat(40)),
        &"Mộttừrấtdài".repeat(60),
        &"Ý kiến rất dài. ".repeat(2_000),
    ] {
        world.point(letter, "1 II.2.b", text);
    }
    check(&world.snapshot, Kind::Full);
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    let world = one_of_everything();
    let model = report(&world.snapshot, Kind::BySection);
    assert!(render_pdf(&model).unwrap() == render_pdf(&model).unwrap());
}
