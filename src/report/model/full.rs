//! Báo cáo tổng hợp, tiếp thu, giải trình: the report that is signed.
//!
//! A working edition: what is not answered or not placed is printed as such.

use crate::domain::{Disposition, ReplyClass, Round, RoundKind};
use crate::report::facts::{Reply, RosterLine};
use crate::report::reconcile::{RoundTally, Tally};
use crate::report::supplement::Issued;
use crate::report::wording::{self, count, short_date};

use super::frame::{self, Numbered};
use super::{Block, Line, Orientation, Part, Source, charts, points, roster, statistics};

pub(super) fn build(source: &Source<'_>) -> (String, Vec<Part>) {
    let subject = frame::subject_of(source);
    let issued = source.facts.scope.after.as_deref();
    let title = match issued {
        None => format!("Tổng hợp, tiếp thu, giải trình ý kiến góp ý {subject}"),
        Some(_) => format!("Bổ sung kết quả tổng hợp, tiếp thu, giải trình ý kiến góp ý {subject}"),
    };
    let mut blocks = vec![
        frame::head(source, Numbered::Yes),
        Block::Title {
            name: "BÁO CÁO".to_owned(),
            subject: title.clone(),
        },
    ];
    blocks.extend(frame::addressees(source));
    blocks.extend(frame::bases(source));
    let lead = frame::lead(source);
    blocks.push(paragraph(match issued {
        None => format!(
            "{lead} báo cáo tổng hợp, tiếp thu, giải trình ý kiến góp ý {subject} như sau:"
        ),
        Some(issued) => format!(
            "Tiếp theo {}, {lead} báo cáo bổ sung kết quả tổng hợp, tiếp thu, giải trình đối với các ý kiến góp ý {subject} chưa có trong báo cáo đó như sau:",
            issued.name
        ),
    }));
    blocks.extend(asking(source));
    blocks.extend(outcome(source));
    let mut parts = vec![Part {
        orientation: Orientation::Portrait,
        restarts_pages: false,
        blocks,
    }];
    parts.push(details(source, &subject));
    parts.extend(annexes(source));
    (format!("Báo cáo {}", wording::lower_first(&title)), parts)
}

/// I. Tình hình lấy ý kiến, round by round.
fn asking(source: &Source<'_>) -> Vec<Block> {
    let mut blocks = vec![heading(1, "I. TÌNH HÌNH LẤY Ý KIẾN")];
    let rounds = source.facts.rounds.iter().zip(&source.numbers.rounds);
    // A supplement passes over rounds to which nothing more came and nobody owes an answer.
    let is_told = |(_, entry): &(_, &RoundTally)| {
        source.facts.scope.after.is_none() || entry.tally.submissions + entry.tally.asked > 0
    };
    for (index, (round, entry)) in rounds.filter(is_told).enumerate() {
        blocks.push(heading(
            2,
            &format!("{}. {}", index + 1, round_title(round)),
        ));
        blocks.extend(round_blocks(source, round, entry));
    }
    if source.facts.rounds.is_empty() {
        blocks.push(paragraph(
            "Chưa có đợt lấy ý kiến nào trong phạm vi báo cáo.",
        ));
    }
    let total = &source.numbers.total;
    if total.without_round > 0 {
        blocks.push(paragraph(format!(
            "Ngoài ra, có {} lượt góp ý chưa xác định được thuộc đợt lấy ý kiến nào.",
            count(total.without_round)
        )));
    }
    blocks
}

fn round_title(round: &Round) -> String {
    if round.title.trim().is_empty() {
        round.kind.name().to_owned()
    } else {
        wording::upper_first(round.title.trim())
    }
}

fn round_blocks(source: &Source<'_>, round: &Round, entry: &RoundTally) -> Vec<Block> {
    let roster = source.facts.roster(Some(round.id));
    let mut blocks = vec![paragraph(opening(source, round))];
    blocks.extend(figures(&entry.tally, source.facts.scope.after.as_deref()));
    if entry.tally.asked > 0 {
        let caption = format!("Đợt {}", round.number);
        let table = statistics::replies_table(source, Some(round.id), &caption);
        blocks.push(Block::Table(table));
    }
    let mut lettered = Lettered::default();
    blocks.extend(agreeing(source, &entry.tally, &roster, &mut lettered));
    blocks.extend(commenting(source, &entry.tally, &roster, &mut lettered));
    blocks.extend(without_opinion(
        source,
        &entry.tally,
        &roster,
        &mut lettered,
    ));
    blocks.extend(pending(source, &entry.tally, &roster, &mut lettered));
    blocks.extend(silent(source, round, &entry.tally, &roster, &mut lettered));
    blocks.extend(not_asked(source, &entry.tally, &roster, &mut lettered));
    blocks
}

/// When, by which letter, until when.
fn opening(source: &Source<'_>, round: &Round) -> String {
    let lead = frame::lead(source);
    let deadline = short_date(round.deadline);
    match &round.request_number {
        Some(request) => format!(
            "{lead} đã có {} lấy ý kiến; thời hạn trả lời đến hết ngày {deadline}.",
            wording::letter(request, round.request_date)
        ),
        None => format!(
            "{lead} đã tổ chức lấy ý kiến từ ngày {} đến hết ngày {deadline}.",
            short_date(round.opened)
        ),
    }
}

/// Đơn vị, văn bản, ý kiến: three counters, never confused.
fn figures(tally: &Tally, issued: Option<&Issued>) -> Vec<Block> {
    let mut blocks = Vec::new();
    if tally.asked > 0 {
        let asked = match issued {
            None => "Số cơ quan, đơn vị được lấy ý kiến",
            Some(_) => {
                "Số cơ quan, đơn vị được lấy ý kiến, chưa trả lời khi ban hành báo cáo trước"
            }
        };
        blocks.push(item(format!(
            "{asked}: {} đơn vị; đã trả lời: {} đơn vị ({}); chưa trả lời: {} đơn vị.",
            count(tally.asked),
            count(tally.replied),
            wording::percent(tally.replied, tally.asked),
            count(tally.silent)
        )));
    }
    if tally.replied_not_asked > 0 {
        let who = match (issued, tally.asked) {
            (Some(_), _) => "đã trả lời trước đó hoặc không được hỏi, nay gửi thêm ý kiến",
            (None, 0) => "gửi ý kiến",
            (None, _) => "khác gửi ý kiến",
        };
        blocks.push(item(format!(
            "Số cơ quan, tổ chức, cá nhân {who}: {}.",
            count(tally.replied_not_asked)
        )));
    }
    let counted = tally.in_disposition(Disposition::Counted);
    let late = if tally.late > 0 {
        format!(", trong đó {} lượt đến sau thời hạn", count(tally.late))
    } else {
        String::new()
    };
    blocks.push(item(format!(
        "Số lượt góp ý được tính: {}{late}.",
        count(counted)
    )));
    blocks.push(item(format!(
        "Số ý kiến nhận được: {} ý kiến.",
        count(tally.points.received)
    )));
    blocks
}

fn agreeing(
    source: &Source<'_>,
    tally: &Tally,
    roster: &[RosterLine<'_>],
    lettered: &mut Lettered,
) -> Vec<Block> {
    if tally.classes.agrees == 0 {
        return Vec::new();
    }
    let title = format!(
        "Đơn vị thống nhất hoàn toàn với dự thảo: {} đơn vị",
        count(tally.classes.agrees)
    );
    let mut blocks = vec![lettered.heading(&title)];
    if source.facts.scope.include_agreeing {
        blocks.extend(statistics::class_list(source, roster, ReplyClass::Agrees));
    }
    blocks
}

fn commenting(
    source: &Source<'_>,
    tally: &Tally,
    roster: &[RosterLine<'_>],
    lettered: &mut Lettered,
) -> Vec<Block> {
    if tally.classes.comments == 0 {
        return Vec::new();
    }
    let title = format!(
        "Đơn vị có ý kiến góp ý: {} đơn vị",
        count(tally.classes.comments)
    );
    let of_class = asked(roster, Reply::Classed(ReplyClass::Comments));
    let mut blocks = vec![lettered.heading(&title)];
    blocks.extend(statistics::name_list(source, of_class));
    blocks
}

fn without_opinion(
    source: &Source<'_>,
    tally: &Tally,
    roster: &[RosterLine<'_>],
    lettered: &mut Lettered,
) -> Vec<Block> {
    if tally.classes.no_opinion == 0 {
        return Vec::new();
    }
    let title = format!(
        "Đơn vị không có ý kiến hoặc nội dung không thuộc thẩm quyền: {} đơn vị",
        count(tally.classes.no_opinion)
    );
    let mut blocks = vec![lettered.heading(&title)];
    blocks.extend(statistics::class_list(
        source,
        roster,
        ReplyClass::NoOpinion,
    ));
    blocks
}

/// Units that replied with something nobody has read yet, or that is not kept here.
fn pending(
    source: &Source<'_>,
    tally: &Tally,
    roster: &[RosterLine<'_>],
    lettered: &mut Lettered,
) -> Vec<Block> {
    let n = tally.classes.waiting + tally.classes.kept_apart;
    if n == 0 {
        return Vec::new();
    }
    let title = format!(
        "Đơn vị đã trả lời, văn bản đang được xem xét hoặc lưu riêng: {} đơn vị",
        count(n)
    );
    let mut blocks = vec![lettered.heading(&title)];
    let lines = roster
        .iter()
        .filter(|line| line.was_asked && matches!(line.reply, Reply::Waiting | Reply::KeptApart));
    blocks.extend(statistics::name_list(source, lines));
    blocks
}

/// The silent units, and what silence means in this round.
fn silent(
    source: &Source<'_>,
    round: &Round,
    tally: &Tally,
    roster: &[RosterLine<'_>],
    lettered: &mut Lettered,
) -> Vec<Block> {
    if tally.silent == 0 {
        return Vec::new();
    }
    let title = format!(
        "Đơn vị chưa có văn bản trả lời: {} đơn vị",
        count(tally.silent)
    );
    let mut blocks = vec![lettered.heading(&title)];
    blocks.extend(statistics::name_list(source, asked(roster, Reply::Silent)));
    let by_letter = round.request_number.as_ref().map_or_else(
        || "văn bản lấy ý kiến".to_owned(),
        |request| wording::letter(request, round.request_date),
    );
    let meaning = if round.silence_agrees() {
        format!(
            "Theo nội dung {by_letter}, đơn vị không gửi văn bản góp ý được xem như thống nhất với nội dung dự thảo."
        )
    } else if round.kind == RoundKind::Appraisal {
        "Đối với thẩm định, thẩm tra, việc chưa trả lời không được xem là thống nhất.".to_owned()
    } else {
        "Việc chưa trả lời không được xem là thống nhất với nội dung dự thảo.".to_owned()
    };
    blocks.push(paragraph(meaning));
    blocks
}

fn not_asked(
    source: &Source<'_>,
    tally: &Tally,
    roster: &[RosterLine<'_>],
    lettered: &mut Lettered,
) -> Vec<Block> {
    // In an open round nobody is asked by name; the list would be all of the report again.
    if tally.replied_not_asked == 0 || tally.asked == 0 {
        return Vec::new();
    }
    let who = match source.facts.scope.after {
        None => "không có trong danh sách lấy ý kiến nhưng có ý kiến",
        Some(_) => {
            "đã trả lời trước đó hoặc không có trong danh sách lấy ý kiến, nay gửi thêm ý kiến"
        }
    };
    let title = format!(
        "Cơ quan, tổ chức, cá nhân {who}: {}",
        count(tally.replied_not_asked)
    );
    let mut blocks = vec![lettered.heading(&title)];
    let others = roster.iter().filter(|line| !line.was_asked);
    blocks.extend(
        statistics::by_kind(source, others)
            .into_iter()
            .map(|(kind, lines)| {
                let named: Vec<String> = lines
                    .iter()
                    .map(|line| statistics::with_letters(source, line))
                    .collect();
                item(format!("{kind}: {}.", named.join("; ")))
            }),
    );
    blocks
}

/// II. Kết quả: the numbers, then the table on wide pages.
fn outcome(source: &Source<'_>) -> Vec<Block> {
    let total = &source.numbers.total;
    let points = total.points;
    let mut blocks = vec![heading(1, "II. KẾT QUẢ TỔNG HỢP, TIẾP THU, GIẢI TRÌNH")];
    if points.received == 0 {
        blocks.push(paragraph(
            "Không có ý kiến góp ý cụ thể nào đối với nội dung dự thảo.",
        ));
        return blocks;
    }
    blocks.push(heading(2, "1. Kết quả chung"));
    let mut known = Vec::new();
    if points.answered_in_group > 0 {
        known.push(format!(
            "{} ý kiến có nội dung trùng nhau được trả lời chung trong {} nhóm, mỗi nhóm trình bày trên một dòng với đầy đủ chủ thể góp ý",
            count(points.answered_in_group),
            count(total.groups)
        ));
    }
    if total.needs_leadership > 0 {
        known.push(format!(
            "{} ý kiến đang xin ý kiến lãnh đạo",
            count(total.needs_leadership)
        ));
    }
    let known = if known.is_empty() {
        String::new()
    } else {
        format!(" (trong đó {})", known.join("; "))
    };
    blocks.push(paragraph(format!(
        "Tổng số ý kiến nhận được là {} ý kiến{known}, kết quả như sau:",
        count(points.received)
    )));
    blocks.push(Block::Table(statistics::decisions_table(total)));
    blocks
}

/// The main tables and the signature, on wide pages.
fn details(source: &Source<'_>, subject: &str) -> Part {
    let tables = points::main_tables(source);
    let several = tables.len() > 1;
    let mut blocks = Vec::new();
    if !tables.is_empty() {
        // Not at the foot of the portrait page before, where it would head nothing.
        blocks.push(heading(2, "2. Nội dung cụ thể"));
    }
    for (index, table) in tables.into_iter().enumerate() {
        if several {
            let caption = &table.caption;
            blocks.push(heading(3, &format!("2.{}. {caption}", index + 1)));
        }
        blocks.push(Block::Table(table));
    }
    let supplementary = match source.facts.scope.after {
        None => "",
        Some(_) => "bổ sung kết quả ",
    };
    let closing = format!(
        "Trên đây là báo cáo {supplementary}tổng hợp, tiếp thu, giải trình ý kiến góp ý {subject} của {}",
        frame::lead(source)
    );
    let is_empty = blocks.is_empty();
    blocks.extend(frame::closing(source, &closing));
    Part {
        orientation: if is_empty {
            Orientation::Portrait
        } else {
            Orientation::Landscape
        },
        restarts_pages: false,
        blocks,
    }
}

/// Who replied; what is answered together; what was set aside and why.
fn annexes(source: &Source<'_>) -> Vec<Part> {
    let mut annexes = vec![(
        "Danh sách cơ quan, đơn vị đã trả lời và chưa trả lời",
        roster::tables(source),
    )];
    if let Some(groups) = points::groups(source) {
        annexes.push((
            "Ý kiến trùng nhau được trả lời chung",
            vec![Block::Table(groups)],
        ));
    }
    let apart = roster::set_aside(source);
    if !apart.is_empty() {
        annexes.push(("Lượt góp ý, ý kiến không đưa vào tổng hợp và lý do", apart));
    }
    if source.facts.scope.edition.has_charts {
        annexes.push(("Biểu đồ", charts::build(source)));
    }
    let several = annexes.len() > 1;
    let numerals = ["I", "II", "III", "IV"];
    annexes
        .into_iter()
        .zip(numerals)
        .map(|((title, tables), numeral)| {
            let mut blocks = vec![Block::Annex {
                name: if several {
                    format!("Phụ lục {numeral}")
                } else {
                    "Phụ lục".to_owned()
                },
                title: title.to_uppercase(),
                note: annex_note(source),
            }];
            blocks.extend(tables);
            Part {
                orientation: Orientation::Portrait,
                restarts_pages: true,
                blocks,
            }
        })
        .collect()
}

/// The blanks are not filled in on electronic documents (Phụ lục I, mục III.2).
fn annex_note(source: &Source<'_>) -> String {
    let symbol = source.facts.snapshot.consultation.letterhead.symbol.trim();
    let blank = "\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}";
    format!(
        "(Kèm theo Báo cáo số{blank}/{} ngày{blank}tháng{blank}năm {} của {})",
        if symbol.is_empty() { "BC" } else { symbol },
        source.facts.snapshot.taken_at.year(),
        frame::lead(source)
    )
}

/// Counts a), b), c), d), đ) in Vietnamese order.
#[derive(Default)]
struct Lettered {
    used: usize,
}

impl Lettered {
    fn heading(&mut self, title: &str) -> Block {
        let letter = ["a", "b", "c", "d", "đ", "e", "g"]
            .get(self.used)
            .unwrap_or(&"");
        self.used += 1;
        heading(4, &format!("{letter}) {title}"))
    }
}

fn asked<'r, 'a>(
    roster: &'r [RosterLine<'a>],
    reply: Reply,
) -> impl Iterator<Item = &'r RosterLine<'a>> {
    roster
        .iter()
        .filter(move |line| line.was_asked && line.reply == reply)
}

pub(super) fn heading(level: u8, text: &str) -> Block {
    Block::Heading {
        level,
        text: text.to_owned(),
    }
}

fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph(Line::plain(text))
}

fn item(text: impl Into<String>) -> Block {
    Block::Item(Line::plain(text))
}
