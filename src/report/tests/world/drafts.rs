//! The next draft of the first document of a [`World`], with one of each change.

use crate::domain::{DocumentId, SectionChange, SectionId, SectionKind};
use crate::report::snapshot::{DraftChange, DraftPair, DraftedSection, SectionEntry};

use super::World;

/// Key, label, heading and text in the earlier and the later draft; one of them is gone, one is new.
type Row = (
    i64,
    Option<(&'static str, &'static str)>,
    Option<(&'static str, &'static str)>,
);

const HEADINGS: [Row; 9] = [
    (3, Some(("I", "")), Some(("I", ""))),
    (4, Some(("II", "")), Some(("II", ""))),
    (5, Some(("II.1", "")), Some(("II.1", ""))),
    (
        7,
        Some(("II.2.a", "Nâng cao năng lực đổi mới sáng tạo.")),
        Some(("II.2.a", "Nâng cao năng lực đổi mới sáng tạo.")),
    ),
    (
        8,
        Some((
            "II.2.b",
            "Giá trị giao dịch công nghệ tăng bình quân 10% mỗi năm.",
        )),
        Some((
            "II.2.b",
            "Giá trị giao dịch công nghệ tăng bình quân 15% mỗi năm, có lộ trình.",
        )),
    ),
    (10, Some(("III", "")), Some(("III", ""))),
    (
        11,
        Some(("III.1", "Rà soát cơ chế; hỗ trợ sàn giao dịch.")),
        Some(("III.1", "Rà soát cơ chế.")),
    ),
    (21, None, Some(("III.2", "Hỗ trợ sàn giao dịch."))),
    (
        12,
        Some(("III.2", "Thành lập tổ chức trung gian.")),
        Some(("III.3", "Thành lập tổ chức trung gian.")),
    ),
];

/// Sets the two drafts side by side; every point was made on the earlier one.
pub(super) fn add(world: &mut World) {
    let heading = |id: i64| {
        let sections = world.snapshot.sections.iter();
        let mut known = sections.filter(|section| section.id == SectionId(id));
        known
            .next()
            .map_or("Sàn giao dịch công nghệ", |it| &it.heading)
    };
    let drafted = |id: i64, (label, body): (&str, &str)| DraftedSection {
        entry: SectionEntry {
            id: SectionId(id),
            document: Some(DocumentId(1)),
            kind: SectionKind::Number,
            level: 1,
            label: label.to_owned(),
            heading: heading(id).to_owned(),
        },
        body: body.to_owned(),
    };
    let pair = |change, old: Option<i64>, new: Option<i64>| DraftChange {
        change,
        old: old.map(SectionId),
        new: new.map(SectionId),
        is_confirmed: change != SectionChange::Moved,
    };
    let same = |id| pair(SectionChange::Same, Some(id), Some(id));
    let pair = DraftPair {
        document: DocumentId(1),
        number: 2,
        earlier: 1,
        old: HEADINGS
            .iter()
            .filter_map(|&(id, old, _)| Some(drafted(id, old?)))
            .collect(),
        new: HEADINGS
            .iter()
            .filter_map(|&(id, _, new)| Some(drafted(id, new?)))
            .collect(),
        changes: vec![
            same(3),
            same(4),
            same(5),
            same(7),
            pair(SectionChange::Reworded, Some(8), Some(8)),
            same(10),
            pair(SectionChange::Split, Some(11), Some(11)),
            pair(SectionChange::Split, Some(11), Some(21)),
            pair(SectionChange::Moved, Some(12), Some(12)),
        ],
        points: world.snapshot.points.iter().map(|point| point.id).collect(),
    };
    world.snapshot.drafts = vec![pair];
}
