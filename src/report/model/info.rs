//! The info sheet: which part of the consultation, as of when, and the proof of the numbers.

use crate::report::anonymous;
use crate::report::wording;

use super::{Info, Kind, Source};

pub(super) fn build(source: &Source<'_>, kind: Kind) -> Info {
    let snapshot = source.facts.snapshot;
    let scope = source.facts.scope;
    let rounds: Vec<String> = source
        .facts
        .rounds
        .iter()
        .map(|round| format!("{}. {}", round.number, round.title))
        .collect();
    let yes_no = |yes: bool| if yes { "có" } else { "không" }.to_owned();
    let mut filters = vec![
        ("Loại báo cáo".to_owned(), kind.name().to_owned()),
        (
            "Đợt lấy ý kiến".to_owned(),
            if rounds.is_empty() {
                "không có đợt nào".to_owned()
            } else {
                rounds.join("; ")
            },
        ),
        (
            "Gồm cả đợt nội bộ và ý kiến chỉ đạo".to_owned(),
            yes_no(scope.include_internal || scope.rounds.is_some()),
        ),
        (
            "Chi tiết đến cấp mục".to_owned(),
            scope.section_depth.to_string(),
        ),
        (
            "Nêu tên đơn vị thống nhất hoàn toàn".to_owned(),
            yes_no(scope.include_agreeing),
        ),
    ];
    let edition = scope.edition;
    filters.extend([
        ("Thứ tự".to_owned(), edition.order.name().to_owned()),
        ("Ẩn danh nơi góp ý".to_owned(), yes_no(edition.is_anonymous)),
        ("Tiêu đề".to_owned(), edition.headings.name().to_owned()),
    ]);
    if edition.has_charts {
        filters.push(("Kèm biểu đồ".to_owned(), yes_no(true)));
    }
    if let Some(issued) = &scope.after {
        filters.push(("Bổ sung cho".to_owned(), issued.name.clone()));
    }
    if kind == Kind::Drafts {
        filters.extend(snapshot.drafts.iter().map(|pair| {
            let document = snapshot.documents.iter().find(|it| it.id == pair.document);
            let name = document.map_or("", |document| &document.name);
            let drafts = format!("dự thảo lần {} với lần {}", pair.number, pair.earlier);
            (format!("So sánh {name}"), drafts)
        }));
    }
    if let Kind::Extract(id) = kind {
        filters.push(("Đơn vị".to_owned(), source.facts.organization_name(id)));
    }
    let mut notices = source.numbers.notices.clone();
    if !snapshot.unchanged.is_empty() {
        notices.push(format!(
            "{} ý kiến đã tiếp thu nhưng mục nêu trong ý kiến giữ nguyên ở dự thảo hiện tại; xem trang Đối chiếu dự thảo.",
            wording::count(snapshot.unchanged.len())
        ));
    }
    notices.extend(edition.is_anonymous.then(|| anonymous::LIMITS.to_owned()));
    Info {
        consultation: snapshot.consultation.title.clone(),
        taken_at: snapshot.taken_at,
        ledger_seq: snapshot.ledger_seq,
        filters,
        equations: source.numbers.equations.clone(),
        notices,
    }
}
