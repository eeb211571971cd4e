//! The workbook, read back by another program.

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx};

use crate::domain::ReplyClass;
use crate::report::model::{Kind, ReportModel};
use crate::report::xlsx::render_xlsx;

use super::world::{World, one_of_everything};
use super::{kinds, report};

fn open(model: &ReportModel) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(render_xlsx(model).unwrap())).unwrap()
}

fn sheet(model: &ReportModel, name: &str) -> Range<Data> {
    open(model).worksheet_range(name).unwrap()
}

fn column(range: &Range<Data>, title: &str) -> usize {
    let mut titles = range.rows().next().unwrap().iter();
    titles.position(|cell| cell == title).unwrap()
}

#[test]
fn shows_one_of_everything() {
    let world = one_of_everything();
    let model = report(&world.snapshot, Kind::Full);
    let mut workbook = open(&model);
    let mut dump = String::new();
    for name in workbook.sheet_names() {
        let range = workbook.worksheet_range(&name).unwrap();
        dump.extend(["=== ", &name, "\n"]);
        for row in range.rows() {
            let cells: Vec<String> = row.iter().map(typed).collect();
            dump += &cells.join(" | ").replace('\n', " / ");
            dump.push('\n');
        }
    }
    super::expect("full_xlsx", &dump);
}

/// A cell with its type, where that is not text.
fn typed(cell: &Data) -> String {
    match cell {
        Data::Float(n) => format!("#{n}"),
        Data::DateTime(day) => format!("@{}", day.as_f64()),
        other => other.to_string(),
    }
}

#[test]
fn types_days_and_counts() {
    let world = one_of_everything();
    let range = sheet(&report(&world.snapshot, Kind::Roster), "Danh sách trả lời");
    let (number, day) = (column(&range, "STT"), column(&range, "Ngày đến"));
    let first = range.rows().nth(1).unwrap();
    assert_eq!(first[number], Data::Float(1.0));
    assert!(matches!(first[day], Data::DateTime(_)));
}

#[test]
fn stores_no_formula() {
    let mut world = World::new();
    let from = world.reply(&["STC"], ReplyClass::Comments);
    let attacks = ["=HYPERLINK(\"x\")", "+1+1", "-1", "@SUM(A1)", "\t=1"];
    for attack in attacks {
        world.point(from, "1 I", attack);
    }
    let model = report(&world.snapshot, Kind::BySection);
    let range = sheet(&model, "Tổng hợp");
    let content = column(&range, "NỘI DUNG GÓP Ý");
    for (row, attack) in range.rows().skip(1).zip(attacks) {
        assert_eq!(row[content], Data::String(attack.trim().to_owned()));
    }
    let formulas = open(&model).worksheet_formula("Tổng hợp").unwrap();
    assert!(formulas.cells().all(|(_, _, formula)| formula.is_empty()));
}

#[test]
fn continues_what_is_too_long_for_a_cell() {
    let mut world = World::new();
    let from = world.reply(&["STC"], ReplyClass::Comments);
    let long = "ế".repeat(70_000);
    world.point(from, "1 I", &long);
    world.point(from, "1 I", "Ngắn.");
    let range = sheet(&report(&world.snapshot, Kind::BySection), "Tổng hợp");
    let rows: Vec<&[Data]> = range.rows().skip(1).collect();
    assert_eq!(rows.len(), 4);
    let content = column(&range, "NỘI DUNG GÓP Ý");
    let pieces: String = rows[..3]
        .iter()
        .map(|row| row[content].to_string())
        .collect();
    assert_eq!(pieces, long);
    // The place stays beside every piece, the count only beside the first one.
    assert_eq!(rows[0][0], rows[2][0]);
    let counts = column(&range, "Số ý kiến");
    assert_eq!(rows[0][counts], Data::Float(1.0));
    assert_eq!(rows[1][counts], Data::Empty);
}

#[test]
fn gives_every_report_an_info_sheet_and_the_same_bytes_twice() {
    let world = one_of_everything();
    for kind in kinds(&world.snapshot) {
        if kind == Kind::Form {
            // Nobody who fills it in needs our numbers.
            continue;
        }
        let model = report(&world.snapshot, kind);
        let info = sheet(&model, "Thông tin");
        assert!(info.rows().any(|row| row[0] == "Đối chiếu: khớp"));
        assert_eq!(render_xlsx(&model).unwrap(), render_xlsx(&model).unwrap());
    }
}
