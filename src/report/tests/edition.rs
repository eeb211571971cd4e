//! The same points in another form: other orders, without names, with English headings.

use crate::domain::{Decision, ReplyClass};
use crate::report::edition::{Edition, Headings, Order};
use crate::report::model::{Block, Cell, Kind, ReportModel, Row, build};
use crate::report::reconcile::Scope;
use crate::report::snapshot::Snapshot;
use crate::report::{csv, frozen, html};

use super::kinds;
use super::world::{World, one_of_everything};

#[track_caller]
fn report(snapshot: &Snapshot, kind: Kind, edition: Edition) -> ReportModel {
    let scope = Scope {
        edition,
        ..Scope::default()
    };
    build(snapshot, kind, &scope).unwrap()
}

fn ids(model: &ReportModel) -> Vec<String> {
    let mut ids = Vec::new();
    for table in model.tables() {
        let at = table.columns.iter().position(|c| c.title == "Mã ý kiến");
        let cells = table.rows.iter().filter_map(|row| match row {
            Row::Cells(cells) => cells.get(at?),
            Row::Heading(_) | Row::Total(_) => None,
        });
        let texts: Vec<String> = cells.map(Cell::plain_text).collect();
        let texts = texts.iter().flat_map(|text| text.split(", "));
        ids.extend(texts.filter(|id| !id.is_empty()).map(str::to_owned));
    }
    ids.sort();
    ids
}

#[test]
fn every_order_holds_the_same_points() {
    let world = one_of_everything();
    for kind in [Kind::Full, Kind::BySection] {
        let of = |order| {
            let edition = Edition {
                order,
                ..Edition::default()
            };
            report(&world.snapshot, kind, edition)
        };
        let by_section = ids(&of(Order::Section));
        assert!(!by_section.is_empty());
        assert_eq!(ids(&of(Order::Decision)), by_section);
        let by_organization = ids(&of(Order::Organization));
        // One more than in tables: what is out of scope stands with its sender too.
        assert!(by_section.iter().all(|id| by_organization.contains(id)));
    }
}

#[test]
fn decisions_head_their_rows_with_how_many_there_are() {
    let mut world = World::new();
    let from = world.reply(&["STC"], ReplyClass::Comments);
    for (decision, text) in [
        (Decision::Keep, "Một."),
        (Decision::Accept, "Hai."),
        (Decision::Accept, "Ba."),
    ] {
        let point = world.point(from, "1 II.1", text);
        world.answer(point, decision, "Trả lời.");
    }
    let edition = Edition {
        order: Order::Decision,
        ..Edition::default()
    };
    let model = report(&world.snapshot, Kind::BySection, edition);
    let rows = &model.tables().next().unwrap().rows;
    let headings: Vec<&str> = (rows.iter())
        .filter_map(|row| match row {
            Row::Heading(text) => Some(text.as_str()),
            Row::Cells(_) | Row::Total(_) => None,
        })
        .collect();
    assert_eq!(
        headings,
        [
            "Tiếp thu: 02 ý kiến",
            "Giải trình, giữ nguyên dự thảo: 01 ý kiến"
        ]
    );
}

#[test]
fn nobody_who_replied_is_named_in_an_anonymous_report() {
    let mut world = World::new();
    let finance = world.organization("STC");
    let entry = (world.snapshot.organizations.iter_mut()).find(|it| it.id == finance);
    let entry = entry.unwrap();
    entry.aliases = vec!["Sở TC".to_owned()];
    entry.letter_suffixes = vec!["STC".to_owned()];
    world.ask(2, &["STC", "STP", "SCT"]);
    let letter = world.reply(&["STC"], ReplyClass::Comments);
    let point = world.point(
        letter,
        "1 II.1",
        "Sở Tài chính (Công văn số 1201/STC-QLNS, thư mai@stc.example.vn, số 0204 385 1234) đề nghị giao Sở Tư pháp chủ trì theo Nghị định số 30/2020/NĐ-CP; sở  tc thống nhất.",
    );
    world.answer(point, Decision::Accept, "Tiếp thu ý kiến của Sở Tài chính.");
    let citizen = world.reply(&[], ReplyClass::Comments);
    world.submission(citizen).sender = Some("Trần Thị Mẫu".to_owned());
    world.point(citizen, "1 II.1", "Tôi, Trần Thị Mẫu, đồng ý.");
    let scope = Scope {
        edition: Edition {
            is_anonymous: true,
            ..Edition::default()
        },
        ..Scope::default()
    };
    let mut texts = Vec::new();
    for kind in [
        Kind::Full,
        Kind::BySection,
        Kind::ByOrganization,
        Kind::Roster,
        Kind::Extract(finance),
        Kind::OpenWork,
    ] {
        let model = build(&world.snapshot, kind, &scope).unwrap();
        texts.push(html::render_html(&model));
        texts.push(serde_json::to_string(&model).unwrap());
        texts.push(String::from_utf8(csv::render_csv(&model).unwrap()).unwrap());
    }
    let kept = frozen::freeze(&world.snapshot, Kind::Full, &scope).unwrap();
    texts.push(serde_json::to_string(&kept).unwrap());
    for text in &texts {
        for hidden in [
            "Sở Tài chính",
            "Sở Công Thương",
            "STC",
            "sở  tc",
            "1201",
            "mai@",
            "0204",
            "Trần Thị Mẫu",
            "thu-1.eml",
        ] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
    }
    let by_section = &texts[3];
    // What a comment says about others is about the draft.
    for kept in [
        "giao Sở Tư pháp chủ trì",
        "30/2020/NĐ-CP",
        "[số văn bản]",
        "Người góp ý 01",
    ] {
        assert!(by_section.contains(kept), "{kept}: {by_section}");
    }
    assert!(texts[1].contains("Bản ẩn danh"), "the info says its limits");
}

#[test]
fn no_heading_or_column_stays_vietnamese_in_an_english_report() {
    let world = one_of_everything();
    let edition = Edition {
        headings: Headings::English,
        ..Edition::default()
    };
    // Names of rounds, documents and kinds of organizations are the office's own words.
    let own = ["Lấy ý kiến các sở", "Đề án", "Quyết định", "dự thảo", "Đợt"];
    for kind in kinds(&world.snapshot) {
        if matches!(kind, Kind::OpenWork | Kind::Form | Kind::Reminder) {
            assert_eq!(
                report(&world.snapshot, kind, edition).parts,
                report(&world.snapshot, kind, Edition::default()).parts
            );
            continue;
        }
        let model = report(&world.snapshot, kind, edition);
        let mut titles: Vec<&str> = Vec::new();
        for block in model.parts.iter().flat_map(|part| &part.blocks) {
            match block {
                Block::Heading { text, .. } => titles.push(text),
                Block::Title { name, subject } => titles.extend([name.as_str(), subject]),
                Block::Annex { name, title, .. } => titles.extend([name.as_str(), title]),
                Block::Table(table) => {
                    titles.push(&table.sheet);
                    titles.extend(table.columns.iter().map(|column| column.title.as_str()));
                }
                _ => {}
            }
        }
        for title in titles {
            let is_vietnamese = title.chars().any(|c| c.is_alphabetic() && !c.is_ascii());
            let is_own = own.iter().any(|words| title.contains(words));
            // "đ)" is the fifth letter of a list.
            let is_vietnamese = is_vietnamese && !title.starts_with("đ) O");
            assert!(!is_vietnamese || is_own, "{}: {title}", kind.code());
        }
    }
}
