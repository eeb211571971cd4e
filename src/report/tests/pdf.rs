//! The PDF: every kind and size is typeset. What stands on its pages: `tests/it/paper.rs`.

use crate::domain::ReplyClass;
use crate::report::model::{Block, Kind};
use crate::report::pdf::{MOST_ROWS, render_pdf};
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
fn a_report_that_is_too_long_says_so() {
    let mut model = report(&many(3).snapshot, Kind::BySection);
    let short = render_pdf(&model).unwrap();
    for block in model.parts.iter_mut().flat_map(|part| &mut part.blocks) {
        if let Block::Table(table) = block {
            let row = table.rows.last().unwrap().clone();
            table.rows.resize(MOST_ROWS + 1, row);
        }
    }
    let notice = render_pdf(&model).unwrap();
    assert!(notice.len() < short.len(), "one page");
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
