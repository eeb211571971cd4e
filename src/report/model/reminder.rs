//! Công văn đôn đốc: a letter to those who were asked and have not replied.
//!
//! Laid out as a công văn (Phụ lục I, mục II.4 and II.8): trích yếu under the number, recipients after
//! "Kính gửi". About the last round of the scope in which somebody is silent.

use crate::domain::Round;
use crate::report::facts::Reply;
use crate::report::wording::{self, short_date};

use super::frame;
use super::{Block, Line, Orientation, Part, Source};

pub(super) fn build(source: &Source<'_>) -> (String, Vec<Part>) {
    let subject = frame::subject_of(source);
    let about = format!("đôn đốc tham gia ý kiến đối với {subject}");
    let mut blocks = vec![frame::letter_head(source, &format!("V/v {about}"))];
    match last_silent(source) {
        Some((round, names)) => {
            blocks.push(Block::Addressees(names));
            blocks.extend(body(source, round, &subject));
        }
        None => blocks.push(Block::Paragraph(Line::plain(
            "Mọi cơ quan, đơn vị được lấy ý kiến trong phạm vi đã chọn đều đã trả lời; không cần đôn đốc.",
        ))),
    }
    let part = Part {
        orientation: Orientation::Portrait,
        restarts_pages: false,
        blocks,
    };
    (format!("Công văn {about}"), vec![part])
}

/// The last round in which somebody is silent, and who.
fn last_silent<'a>(source: &Source<'a>) -> Option<(&'a Round, Vec<String>)> {
    source.facts.rounds.iter().rev().find_map(|round| {
        let roster = source.facts.roster(Some(round.id));
        let silent = roster
            .iter()
            .filter(|line| line.was_asked && line.reply == Reply::Silent);
        let names: Vec<String> = silent
            .map(|line| source.facts.organization_name(line.organization))
            .collect();
        (!names.is_empty()).then_some((*round, names))
    })
}

fn body(source: &Source<'_>, round: &Round, subject: &str) -> Vec<Block> {
    let paragraph = |text: String| Block::Paragraph(Line::plain(text));
    let lead = frame::lead(source);
    let today = source.facts.snapshot.taken_at.date();
    let deadline = short_date(round.deadline);
    let asked = match &round.request_number {
        Some(request) => format!("có {}", wording::letter(request, round.request_date)),
        None => format!("đề nghị từ ngày {}", short_date(round.opened)),
    };
    let until = if round.deadline < today {
        format!("Thời hạn trả lời đã hết vào ngày {deadline}.")
    } else {
        format!("Thời hạn trả lời đến hết ngày {deadline}.")
    };
    let wish = if round.deadline < today {
        "trong thời gian sớm nhất"
    } else {
        "đúng thời hạn nêu trên"
    };
    let mut blocks = vec![
        paragraph(format!(
            "{lead} đã {asked} về việc tham gia ý kiến đối với {subject}. {until}"
        )),
        paragraph(format!(
            "Đến hết ngày {}, {lead} chưa nhận được văn bản trả lời của quý cơ quan, đơn vị. Để kịp tổng hợp, hoàn thiện hồ sơ, {lead} đề nghị quý cơ quan, đơn vị gửi ý kiến bằng văn bản {wish}.",
            short_date(today)
        )),
    ];
    if round.silence_agrees() {
        blocks.push(paragraph(
            "Theo nội dung văn bản lấy ý kiến, cơ quan, đơn vị không gửi văn bản góp ý được xem như thống nhất với nội dung dự thảo.".to_owned(),
        ));
    }
    blocks.extend(frame::letter_closing(
        source,
        &format!("{lead} trân trọng đề nghị quý cơ quan, đơn vị quan tâm phối hợp"),
    ));
    blocks
}
