//! Bản tổng hợp in four columns, in draft order: the attachment most agencies ask for.

use crate::domain::{Disposition, ReplyClass};
use crate::report::wording::{self, count};

use super::frame::{self, Numbered};
use super::{Block, Line, Orientation, Part, Source, points, statistics};

pub(super) fn build(source: &Source<'_>) -> (String, Vec<Part>) {
    let subject = frame::subject_of(source);
    let title = format!("Ý kiến góp ý và tiếp thu, giải trình ý kiến góp ý đối với {subject}");
    let total = &source.numbers.total;
    let mut blocks = vec![
        frame::head(source, Numbered::No),
        Block::Title {
            name: "BẢN TỔNG HỢP".to_owned(),
            subject: title.clone(),
        },
    ];
    blocks.push(Block::Paragraph(Line::plain(format!(
        "1. Tổng số cơ quan, đơn vị đã gửi xin ý kiến: {} đơn vị; đã trả lời: {} đơn vị; chưa trả lời: {} đơn vị. Tổng số lượt góp ý được tính: {}; tổng số ý kiến nhận được: {} ý kiến.",
        count(total.asked),
        count(total.replied),
        count(total.silent),
        count(total.in_disposition(Disposition::Counted)),
        count(total.points.received)
    ))));
    blocks.push(Block::Paragraph(Line::plain("2. Kết quả cụ thể như sau:")));
    blocks.extend(agreeing(source));
    blocks.push(Block::Paragraph(Line::plain(format!(
        "2.2. Đơn vị đóng góp ý kiến cho dự thảo: {} đơn vị. {}",
        count(total.classes.comments + total.not_asked_classes.comments),
        decided(source)
    ))));
    let tables = points::main_tables(source);
    let several = tables.len() > 1;
    for (index, table) in tables.into_iter().enumerate() {
        if several {
            blocks.push(Block::Heading {
                level: 3,
                text: format!("{}. {}", index + 1, table.caption),
            });
        }
        blocks.push(Block::Table(table));
    }
    blocks.push(frame::signature(source));
    let part = Part {
        orientation: Orientation::Landscape,
        restarts_pages: false,
        blocks,
    };
    (
        format!("Bản tổng hợp {}", wording::lower_first(&title)),
        vec![part],
    )
}

/// 2.1: the units that only agree, kind by kind.
fn agreeing(source: &Source<'_>) -> Vec<Block> {
    let agrees = source.numbers.total.classes.agrees;
    let mut blocks = vec![Block::Paragraph(Line::plain(format!(
        "2.1. Đơn vị thống nhất với nội dung dự thảo: {} đơn vị.",
        count(agrees)
    )))];
    if source.facts.scope.include_agreeing && agrees > 0 {
        let roster = source.facts.roster(None);
        blocks.extend(statistics::class_list(source, &roster, ReplyClass::Agrees));
    }
    if source
        .facts
        .rounds
        .iter()
        .any(|round| round.silence_agrees())
    {
        blocks.push(Block::Paragraph(Line::plain(
            "Đơn vị không gửi văn bản góp ý được xem như thống nhất với nội dung dự thảo, theo văn bản lấy ý kiến.",
        )));
    }
    blocks
}

/// What became of the points, in one sentence; only what there is.
fn decided(source: &Source<'_>) -> String {
    let total = &source.numbers.total;
    let mut parts: Vec<String> = crate::domain::Decision::ALL
        .into_iter()
        .filter(|&decision| total.decided(decision) > 0)
        .map(|decision| {
            format!(
                "{}: {}",
                wording::lower_first(decision.name()),
                count(total.decided(decision))
            )
        })
        .collect();
    for (name, n) in [
        ("chưa có nội dung tiếp thu, giải trình", total.points.open),
        ("gộp vào ý kiến khác", total.points.joined),
        ("ngoài phạm vi lấy ý kiến", total.points.out_of_scope),
    ] {
        if n > 0 {
            parts.push(format!("{name}: {}", count(n)));
        }
    }
    if parts.is_empty() {
        return String::new();
    }
    format!(
        "Trong {} ý kiến: {}.",
        count(total.points.received),
        parts.join("; ")
    )
}
