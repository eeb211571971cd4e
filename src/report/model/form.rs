//! The form that goes out with a request for comments: filled in, it is read like any table.
//!
//! Its columns are those of `Mẫu phiếu góp ý` in common use; in a workbook places and organizations
//! are chosen from the dossier's own, in words that are read back as what they are.

use crate::domain::SectionKind;
use crate::report::snapshot::SectionEntry;

use super::{Block, Cell, Column, Line, Orientation, Part, Row, Source, Table, frame};

/// Rows of a form; who has more to say copies one.
const N_ROWS: usize = 30;

pub(super) fn build(source: &Source<'_>) -> (String, Vec<Part>) {
    let subject = frame::subject_of(source);
    let title = format!("Góp ý đối với {subject}");
    let blocks = vec![
        Block::Title {
            name: "PHIẾU GÓP Ý".to_owned(),
            subject: title.clone(),
        },
        Block::Paragraph(Line::italic(
            "Mỗi dòng ghi một ý kiến về một vị trí của dự thảo; nếu thống nhất hoàn toàn, ghi một dòng “Thống nhất với dự thảo”. Giữ nguyên dòng tiêu đề của bảng, gửi lại tệp này kèm văn bản góp ý.",
        )),
        Block::Table(table(source)),
    ];
    let part = Part {
        orientation: Orientation::Landscape,
        restarts_pages: false,
        blocks,
    };
    (title, vec![part])
}

fn table(source: &Source<'_>) -> Table {
    let snapshot = source.facts.snapshot;
    let organizations = snapshot.organizations.iter();
    let mut names: Vec<String> = organizations.map(|o| o.name.clone()).collect();
    names.sort_unstable();
    names.dedup();
    let places = snapshot
        .sections
        .iter()
        .filter(|section| section.kind != SectionKind::General)
        .map(|section| place(source, section))
        .collect();
    let columns = vec![
        Column::centered("STT", 12),
        Column::suggested("Cơ quan, đơn vị góp ý", 44, names),
        Column::words("Số, ký hiệu văn bản", 28),
        Column::words("Ngày văn bản", 22),
        Column::suggested("Vị trí góp ý (phần, mục, điều, khoản, điểm)", 48, places),
        Column::words("Nội dung góp ý", 80),
        Column::words("Lý do", 40),
    ];
    let rows = (1..=N_ROWS).map(|number| {
        let mut cells = vec![Cell::number(number)];
        cells.resize(columns.len(), Cell::default());
        Row::Cells(cells)
    });
    Table {
        sheet: "Phiếu góp ý".to_owned(),
        caption: String::new(),
        rows: rows.collect(),
        columns,
    }
}

/// A place as who fills in the form finds it, and as it is read again: its label, then its heading.
fn place(source: &Source<'_>, section: &SectionEntry) -> String {
    let documents = &source.facts.snapshot.documents;
    let document = documents
        .iter()
        .find(|document| Some(document.id) == section.document);
    let label = match (document, section.kind) {
        (Some(document), SectionKind::Whole) => {
            return format!("Toàn bộ dự thảo {}", document.name);
        }
        (Some(document), _) if documents.len() > 1 => {
            format!("{} · {}", document.name, section.label)
        }
        _ => section.label.clone(),
    };
    match (section.kind, section.heading.as_str()) {
        (SectionKind::Format, _) => "Thể thức, chính tả".to_owned(),
        (_, "") => label,
        (_, heading) if heading == section.label => label,
        (_, heading) => format!("{label} ({heading})"),
    }
}
