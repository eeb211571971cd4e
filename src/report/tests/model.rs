//! The model of each kind, as text.

use std::fmt::Write;

use crate::domain::{Decision, PointState, ReplyClass};
use crate::report::model::{Block, Cell, Kind, Line, ReportModel, Row, RunStyle, Table, build};
use crate::report::reconcile::Scope;

use super::world::{World, one_of_everything};
use super::{kinds, report};

#[test]
fn shows_one_of_everything_in_every_kind() {
    let world = one_of_everything();
    for kind in kinds(&world.snapshot) {
        let model = report(&world.snapshot, kind);
        super::expect(
            &format!("model_{}", kind.code().replace('-', "_")),
            &describe(&model),
        );
    }
}

#[test]
fn reads_its_codes_back() {
    let world = one_of_everything();
    let some = world.snapshot.organizations[0].id;
    for kind in kinds(&world.snapshot) {
        assert_eq!(Kind::parse(kind.code(), Some(some)), Some(kind));
    }
    assert_eq!(Kind::parse("extract", None), None);
}

#[test]
fn joins_a_whole_dossier_of_one_document_in_one_table() {
    let mut world = World::new();
    let from = world.reply(&["STC"], ReplyClass::Comments);
    for place in ["thể thức", "1 III.2", "", "chung", "1 II.1"] {
        world.point(from, place, "Một ý kiến.");
    }
    let model = report(&world.snapshot, Kind::BySection);
    let tables: Vec<&Table> = model.tables().collect();
    assert_eq!(tables.len(), 1);
    let places: Vec<String> = first_column(tables[0]);
    assert_eq!(
        places,
        [
            "Vấn đề chung",
            "Mục II.1\nQuan điểm",
            "Mục III.2\nPhát triển các tổ chức trung gian của thị trường khoa học và công nghệ",
            "Thể thức, chính tả",
            "Chưa xác định mục",
        ]
    );
}

#[test]
fn prints_deeper_places_under_the_chosen_depth() {
    let mut world = World::new();
    let from = world.reply(&["STC"], ReplyClass::Comments);
    world.point(from, "1 II.2.b.-2", "Nâng lên 15%.");
    world.point(from, "1 II.2.a", "Tại II.2.a: sửa câu chữ.");
    let cited = world.point(from, "1 II.2.a", "Tại II.2.a: thêm số liệu.");
    world.entry(cited).cited_as = Some("II.2.a".to_owned());
    let at_depth = |section_depth| {
        let scope = Scope {
            section_depth,
            ..Scope::default()
        };
        let model = build(&world.snapshot, Kind::BySection, &scope).unwrap();
        let table = model.tables().next().unwrap().clone();
        let contents: Vec<String> = cells(&table).map(|cells| cells[2].plain_text()).collect();
        (first_column(&table), contents)
    };
    let (places, contents) = at_depth(2);
    assert_eq!(places, ["Mục II.2\nMục tiêu"; 3]);
    assert_eq!(contents[0], "Mục II.2.a:\nTại II.2.a: sửa câu chữ.");
    assert_eq!(contents[1], "Tại II.2.a: thêm số liệu.");
    assert_eq!(
        contents[2],
        "Gạch đầu dòng thứ 2 mục II.2.b:\nNâng lên 15%."
    );
    let (places, _) = at_depth(4);
    assert!(places[2].starts_with("Gạch đầu dòng thứ 2 mục II.2.b"));
}

#[test]
fn never_prints_a_refusal_and_says_so() {
    let mut world = World::new();
    let from = world.reply(&["STC"], ReplyClass::Comments);
    let point = world.point(from, "1 I", "Vì sao không tiếp thu ý kiến lần trước?");
    world.answer(
        point,
        Decision::Keep,
        "Không tiếp thu. Lý do: không tiếp thu được.",
    );
    let model = report(&world.snapshot, Kind::BySection);
    let table = model.tables().next().unwrap();
    let row = cells(table).next().unwrap();
    assert!(row[2].plain_text().contains("không tiếp thu"), "verbatim");
    assert!(
        !row[3]
            .plain_text()
            .to_lowercase()
            .contains("không tiếp thu")
    );
    assert!(
        model
            .info
            .notices
            .iter()
            .any(|n| n.contains("chưa tiếp thu"))
    );
}

#[test]
fn gives_a_joined_point_of_another_round_its_own_row() {
    let mut world = World::new();
    let internal = world.reply(&["PQLCN"], ReplyClass::Comments);
    world.submission(internal).round = Some(crate::domain::RoundId(1));
    let target = world.point(internal, "1 I", "Ý kiến nội bộ.");
    world.answer(target, Decision::Accept, "Tiếp thu, đã sửa.");
    let from = world.reply(&["STC"], ReplyClass::Comments);
    let joined = world.point(from, "1 II.1", "Ý kiến giống ý kiến nội bộ.");
    world.entry(joined).state = PointState::Joined;
    world.entry(joined).joined_into = Some(target);
    let model = report(&world.snapshot, Kind::BySection);
    let row = cells(model.tables().next().unwrap())
        .next()
        .unwrap()
        .to_vec();
    assert_eq!(row[2].plain_text(), "Ý kiến giống ý kiến nội bộ.");
    assert_eq!(row[3].plain_text(), "Tiếp thu, đã sửa.");
}

#[test]
fn an_extract_holds_what_a_subordinate_says_for_its_parent() {
    let mut world = World::new();
    world.ask(2, &["UBHH"]);
    let from = world.reply(&["PKTHH"], ReplyClass::Comments);
    world.point(from, "1 I", "Một ý kiến.");
    let parent = Kind::Extract(world.organization("UBHH"));
    let model = report(&world.snapshot, parent);
    assert_eq!(cells(model.tables().next().unwrap()).count(), 1);
}

#[test]
fn builds_every_kind_of_an_empty_consultation() {
    let world = World::new();
    for kind in kinds(&world.snapshot) {
        let model = report(&world.snapshot, kind);
        assert!(!model.parts.is_empty(), "{}", kind.code());
    }
}

#[test]
fn marks_what_was_accepted_and_did_not_change_in_working_editions_only() {
    let mut world = World::new();
    let from = world.reply(&["STC"], ReplyClass::Comments);
    let point = world.point(from, "1 I", "Đề nghị thêm số liệu.");
    world.answer(point, Decision::Accept, "Tiếp thu, đã bổ sung.");
    world.snapshot.unchanged.insert(point);
    let answer = |is_official| {
        let mut scope = Scope::default();
        scope.edition.is_official = is_official;
        let model = build(&world.snapshot, Kind::BySection, &scope).unwrap();
        let row = cells(model.tables().next().unwrap()).next().unwrap();
        assert_eq!(model.info.notices.len(), 1, "the info sheet says it anyway");
        row[3].plain_text()
    };
    assert!(answer(false).contains("chưa sửa mục này"));
    assert_eq!(answer(true), "Tiếp thu, đã bổ sung.");
}

#[test]
fn refuses_to_compare_drafts_with_sections_nobody_aligned() {
    let mut world = one_of_everything();
    world.snapshot.drafts[0].changes.pop();
    let refusal = build(&world.snapshot, Kind::Drafts, &Scope::default()).unwrap_err();
    let offenders: Vec<&str> = refusal
        .equations
        .iter()
        .flat_map(|equation| equation.offenders.iter().map(String::as_str))
        .collect();
    assert_eq!(offenders, ["Mục III.2", "Mục III.3"]);
}

#[test]
fn strips_what_no_document_may_hold() {
    let mut world = World::new();
    let from = world.reply(&["STC"], ReplyClass::Comments);
    world.point(from, "1 I", "Một\u{0}\u{b}\u{1b} hai\u{ffff}");
    let model = report(&world.snapshot, Kind::BySection);
    let row = cells(model.tables().next().unwrap()).next().unwrap();
    assert_eq!(row[2].plain_text(), "Một hai");
}

fn first_column(table: &Table) -> Vec<String> {
    cells(table).map(|cells| cells[0].plain_text()).collect()
}

fn cells(table: &Table) -> impl Iterator<Item = &[Cell]> {
    table.rows.iter().filter_map(|row| match row {
        Row::Cells(cells) => Some(cells.as_slice()),
        Row::Heading(_) | Row::Total(_) => None,
    })
}

/// A model as a text a person can review.
fn describe(model: &ReportModel) -> String {
    let mut out = format!("{}\n", model.title);
    for part in &model.parts {
        let restart = if part.restarts_pages { ", trang 1" } else { "" };
        writeln!(out, "\n=== {:?}{restart}", part.orientation).unwrap();
        for block in &part.blocks {
            describe_block(&mut out, block);
        }
    }
    out
}

fn describe_block(out: &mut String, block: &Block) {
    match block {
        Block::Head(head) => {
            writeln!(out, "{} | {}", head.superior, head.agency).unwrap();
            let number = head.number.as_deref().unwrap_or("");
            writeln!(out, "{} | {}", blanks(number), blanks(&head.place_and_date)).unwrap();
            if let Some(about) = &head.about {
                writeln!(out, "{about}").unwrap();
            }
        }
        Block::Title { name, subject } => writeln!(out, "# {name}\n# {subject}").unwrap(),
        Block::Addressees(names) => writeln!(out, "Kính gửi: {}", names.join(" | ")).unwrap(),
        Block::Basis(text) => writeln!(out, "_{text}_").unwrap(),
        Block::Heading { level, text } => {
            writeln!(out, "{} {text}", "#".repeat(usize::from(*level) + 1)).unwrap();
        }
        Block::Paragraph(line) => writeln!(out, "{}", marked(line)).unwrap(),
        Block::Item(line) => writeln!(out, "- {}", marked(line)).unwrap(),
        Block::Table(table) => describe_table(out, table),
        Block::Chart(chart) => writeln!(out, "[{}]", chart.words()).unwrap(),
        Block::Signature(signature) => {
            let titles = signature.titles.join(" / ");
            writeln!(out, "[{titles}: {}]", signature.name).unwrap();
            writeln!(out, "[Nơi nhận: {}]", signature.recipients.join(" | ")).unwrap();
        }
        Block::Annex { name, title, note } => {
            writeln!(out, "# {name}\n# {title}\n_{}_", blanks(note)).unwrap();
        }
    }
}

fn describe_table(out: &mut String, table: &Table) {
    let titles: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            if column.is_sheet_only {
                format!("({})", column.title)
            } else {
                column.title.clone()
            }
        })
        .collect();
    writeln!(out, "<{}: {}>", table.sheet, table.caption).unwrap();
    writeln!(out, "| {}", titles.join(" | ")).unwrap();
    for row in &table.rows {
        match row {
            Row::Heading(text) => writeln!(out, "|== {text}").unwrap(),
            Row::Cells(cells) => writeln!(out, "| {}", joined(cells)).unwrap(),
            Row::Total(cells) => writeln!(out, "|= {}", joined(cells)).unwrap(),
        }
    }
}

fn joined(cells: &[Cell]) -> String {
    let cells = cells.iter().map(|cell| {
        let lines: Vec<String> = cell.lines.iter().map(marked).collect();
        let above = if cell.continues { "^" } else { "" };
        format!("{above}{}", lines.join(" / "))
    });
    cells.collect::<Vec<_>>().join(" | ")
}

fn marked(line: &Line) -> String {
    let runs = line.runs.iter().map(|run| match run.style {
        RunStyle::Plain => run.text.clone(),
        RunStyle::Bold => format!("*{}*", run.text),
        RunStyle::Italic => format!("_{}_", run.text),
        RunStyle::Missing => format!("!{}!", run.text),
        RunStyle::Gone => format!("[-{}-]", run.text),
        RunStyle::New => format!("[+{}+]", run.text),
    });
    runs.collect()
}

/// Blanks as a reader sees them.
fn blanks(text: &str) -> String {
    text.replace('\u{a0}', "·")
}
