//! A mail or letter.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::cells::{Cells, points_of_cells};
use super::forwarding::Forwards;
use super::place::{self, Surroundings};
use super::repeated::Repeated;
use super::sender::{describe_mail, recognize_sender, warn_of_forgery};
use super::several::{self, OneLetter};
use super::{Dossier, Part, Point, TableAnswer, Understood, agreement_alone, returned};
use crate::domain::{
    Confidence, Disposition, Evidence, Finding, Location, NodeRef, RECOGNIZED, ReplyClass, RoundId,
    Span, Warning,
};
use crate::intake::{self, LINK_ONLY, MailHead, PartRole, PartRow, Reading, TextPart};
use crate::recognize::letter::{LetterHead, read_letter_head};
use crate::recognize::returned::Copied;
use crate::recognize::stance::stance_of_reply;
use crate::report::work;
use crate::split::{SplitPoint, split_letter};
use crate::text::fold::{fold, syllables};
use crate::text::normalize::squeeze;

/// What the person who imports says about the files.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hint {
    /// The round all of them answer.
    pub round: Option<RoundId>,
    /// Which of several letters in one mail is meant, from 0.
    pub letter: usize,
}

/// Understands a mail or a letter that this program reads by itself.
pub fn understand_letter(
    dossier: &Dossier,
    bytes: &[u8],
    file_name: &str,
    hint: Hint,
) -> Understood {
    understand_reading(dossier, intake::read_letter(bytes, file_name), hint)
}

/// Understands a mail or a letter that has been read.
pub fn understand_reading(dossier: &Dossier, reading: Reading, hint: Hint) -> Understood {
    let Reading {
        mail,
        parts,
        warnings,
        ..
    } = reading;
    let mail_of_robot = mail.as_ref().filter(|mail| mail.robot.is_some());
    let one = match mail_of_robot {
        // Nothing of it is counted, however many letters it brings.
        Some(_) => OneLetter {
            parts,
            others: Vec::new(),
            is_of_several: false,
        },
        None => several::take_one(dossier, parts, hint.letter),
    };
    let parts = one.parts;
    let mut understood = Understood {
        // What is wrong with the mail is said once, with its first letter.
        warnings: if hint.letter == 0 {
            warnings
        } else {
            Vec::new()
        },
        others: one.others,
        ..Understood::empty()
    };
    understood.parts = parts.iter().map(stored_part).collect();
    if let Some(mail) = &mail {
        describe_mail(&mut understood, mail);
        understood.bounce.clone_from(&mail.bounce);
    }
    let forwards = Forwards::new(mail.as_ref(), &parts);
    if let Some(mail) = mail_of_robot {
        set_aside(&mut understood, mail);
        understood.round = hint.round;
        recognize_sender(dossier, &mut understood, Some(mail), None, &forwards);
        return understood;
    }
    let (readable, copies) = sort_parts(dossier, &mut understood, &parts);
    let notes = forwards.notes(&parts);
    let repeated = Repeated::find(readable.iter().map(|(index, part, _)| (*index, *part)));
    read_points(dossier, &mut understood, &readable, &repeated, &notes);
    for (_, part, _) in &readable {
        returned::take_remarks(dossier, &mut understood, part, |_| None);
    }
    for (part, copied) in &copies {
        returned::take_copy(dossier, &mut understood, part, copied);
    }
    let letters = readable
        .iter()
        .filter(|(index, _, _)| !notes.contains(index));
    let main = main_letter(letters, &understood.points)
        .or_else(|| main_letter(readable.iter(), &understood.points));
    if let Some((index, part, head)) = main {
        describe_letter(&mut understood, *index, part, head);
    }
    // Whoever sends several letters is none of their authors.
    let mail_of_one = mail.as_ref().filter(|_| !one.is_of_several);
    recognize_sender(dossier, &mut understood, mail_of_one, main, &forwards);
    classify(&mut understood, &readable, main.map(|(index, _, _)| *index));
    understood.round = hint
        .round
        .or_else(|| dossier.find_round(understood.answers.0.as_ref(), understood.arrived_on));
    let is_elsewhere = |warning: &Warning| warning.code == LINK_ONLY;
    if understood.points.is_empty() && understood.warnings.iter().any(is_elsewhere) {
        // Words that agree may say more behind the link.
        understood.class = None;
        understood
            .evidence
            .retain(|evidence| evidence.what != Finding::Agreement);
    }
    understood.conclude(dossier);
    if let Some(mail) = mail_of_one {
        warn_of_forgery(dossier, &mut understood, mail);
    }
    note_recognition(&mut understood, &parts, &repeated);
    understood
}

/// Sets a machine's message aside.
fn set_aside(understood: &mut Understood, mail: &MailHead) {
    let Some(robot) = &mail.robot else {
        return;
    };
    understood.disposition = Disposition::SetAside;
    understood
        .reasons
        .push(format!("Để riêng: {}.", robot.explanation));
    understood.evidence.push(Evidence::outside(
        Finding::Robot,
        robot.rule,
        Confidence::CERTAIN,
    ));
}

/// A part by its index, with what it says about itself as a letter.
type Readable<'a> = (usize, &'a TextPart, LetterHead);

/// The parts that speak, and those that are the draft itself.
fn sort_parts<'a>(
    dossier: &Dossier,
    understood: &mut Understood,
    parts: &'a [TextPart],
) -> (Vec<Readable<'a>>, Vec<(&'a TextPart, Copied)>) {
    let mut readable = Vec::new();
    let mut copies = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        if !matches!(part.role, PartRole::Body | PartRole::Attachment) {
            continue;
        }
        if is_work_file(part) {
            // Its comments are known; and who sends a mail may not answer them.
            understood.reasons.push(format!(
                "“{}” là bảng việc đã điền câu trả lời, không phải góp ý; lưu tệp này ra rồi nhập riêng để ghi các câu trả lời.",
                part.path
            ));
            continue;
        }
        // The draft itself speaks for nobody and holds no comment but what is changed in it.
        match returned::copied(dossier, part) {
            Some(copied) => copies.push((part, copied)),
            None => readable.push((index, part, read_letter_head(&part.text))),
        }
    }
    (readable, copies)
}

/// Whether a part is a report of open work that comes back filled in.
fn is_work_file(part: &TextPart) -> bool {
    part.tables.iter().any(|table| {
        let first: Vec<_> = table.cells(&part.text).take(work::ROWS_ABOVE).collect();
        work::went_out(&first)
    })
}

/// What a machine read in a picture is never taken without a person; nothing is taken where the same
/// letter came as typed.
fn note_recognition(understood: &mut Understood, parts: &[TextPart], repeated: &Repeated) {
    for point in &mut understood.points {
        let map = parts.get(point.part).map(|part| &part.map);
        let confidence = map.and_then(|map| map.confidence(&point.spans));
        if let (Some(confidence), Some(first)) = (confidence, point.spans.first()) {
            let confidence = Confidence::of(confidence);
            let evidence = Evidence::at(Finding::Words, RECOGNIZED, *first, confidence);
            point.evidence.push(evidence);
        }
    }
    for (index, part) in parts.iter().enumerate() {
        let is_taken = repeated.original(index).is_none()
            || understood.points.iter().any(|point| point.part == index);
        if let Some(confidence) = part.recognized.filter(|_| is_taken) {
            let percent = (confidence * 100.0).round();
            understood.reasons.push(format!(
                "“{}” là bản quét, chữ do máy nhận dạng (độ tin cậy trung bình {percent}%); cần người đối chiếu với bản gốc.",
                part.path
            ));
        }
    }
}

fn stored_part(part: &TextPart) -> Part {
    Part {
        path: part.path.clone(),
        role: match part.role {
            PartRole::Body => "body",
            PartRole::Attachment => "attachment",
            PartRole::Quoted => "quoted",
            PartRole::Signature => "signature",
        },
        extractor: Cow::Borrowed(part.extractor),
        text: part.text.clone(),
        map: part.map.clone(),
    }
}

/// The part that is the official letter: the one with a number, else the one with most points,
/// else the first.
fn main_letter<'a>(
    readable: impl Iterator<Item = &'a Readable<'a>>,
    points: &[Point],
) -> Option<&'a Readable<'a>> {
    readable.max_by_key(|(index, part, head)| {
        let n_points = points.iter().filter(|point| point.part == *index).count();
        let is_letter = head.number.is_some();
        let names_agency = !head.agency_lines.is_empty();
        // Later parts lose ties, so that a mail's own body comes first.
        (
            is_letter,
            names_agency,
            n_points,
            !part.text.trim().is_empty(),
            usize::MAX - index,
        )
    })
}

fn describe_letter(understood: &mut Understood, index: usize, part: &TextPart, head: &LetterHead) {
    understood.letter_number.clone_from(&head.number);
    understood.letter_date = head.date;
    understood.answers = (head.answers_number.clone(), head.answers_date);
    understood.relation.clone_from(&head.relation);
    if let Some(subject) = head.subject.and_then(|span| span.slice(&part.text)) {
        understood.subject = Some(squeeze(subject));
    }
    // A date of arrival stays the mail's; a letter that came as a file arrived when it was dated.
    understood.arrived_on = understood.arrived_on.or(head.date);
    understood
        .evidence
        .extend(head.evidence.iter().cloned().map(|mut evidence| {
            if index != 0 {
                evidence.span = None;
            }
            evidence
        }));
}

/// Points of all parts; what an attachment repeats of the body, or of another, counts once.
fn read_points(
    dossier: &Dossier,
    understood: &mut Understood,
    readable: &[Readable<'_>],
    repeated: &Repeated,
    notes: &BTreeSet<usize>,
) {
    for _ in 0..repeated.len() {
        let rule = "relation.same_letter_twice";
        let sure = Confidence::new(0.9);
        understood
            .evidence
            .push(Evidence::outside(Finding::Relation, rule, sure));
    }
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for (index, part, _) in readable {
        let mut points: Vec<Found> = Vec::new();
        let mut tables: Vec<Span> = Vec::new();
        for table in &part.tables {
            if let Some(rows) = intake::rows_of_part(part, table, dossier.arrangements()) {
                tables.push(table.span);
                for row in rows {
                    understood.warnings.extend(row.warnings.iter().cloned());
                    points.extend(Found::from_row(&part.text, &row));
                }
            }
        }
        // What stands in tables was read row by row; a point before one must not swallow it.
        let split = split_letter(&without(&part.text, &tables));
        let is_outside = |span: Span| {
            tables
                .iter()
                .all(|table| span.end <= table.start || table.end <= span.start)
        };
        let left_over = split.left_over.iter().copied();
        warn_of_left_over(understood, part, left_over.filter(|span| is_outside(*span)));
        points.extend(
            split
                .points
                .into_iter()
                .filter_map(|point| cut_at_tables(point, &tables, &part.text))
                .map(|point| Found::from_split(&part.text, point)),
        );
        points.sort_by_key(|found| found.spans.first().map(|span| span.start));
        let mut previous: Vec<NodeRef> = Vec::new();
        for found in points {
            let point = found.recognize(dossier, *index, &part.text, &previous);
            let words: Vec<&str> = point
                .spans
                .iter()
                .filter_map(|span| span.slice(&part.text))
                .collect();
            let words = words.join(" ");
            if !seen.insert(text_key(&words)) && *index != 0 {
                continue;
            }
            if notes.contains(index) && point.places.is_empty() {
                // "Kính chuyển phòng Quản lý công nghệ."
                continue;
            }
            if let Some(original) = repeated.original(*index) {
                if original.says(&words) {
                    continue;
                }
                let reason = format!(
                    "“{}” gần như cùng nội dung với một tệp khác trong thư nhưng có ý khác; cần đối chiếu hai bản.",
                    part.path
                );
                if !understood.reasons.contains(&reason) {
                    understood.reasons.push(reason);
                }
            }
            previous = point.places.iter().map(|(node, _)| *node).collect();
            if let Some(answer) = found.answer {
                understood
                    .answers_in_table
                    .push((understood.points.len(), answer));
            }
            understood.points.push(point);
        }
    }
}

/// Points out sentences that want something and went into no point.
fn warn_of_left_over(
    understood: &mut Understood,
    part: &TextPart,
    sentences: impl Iterator<Item = Span>,
) {
    let mut is_any = false;
    for sentence in sentences.take(20) {
        let words = sentence.slice(&part.text).unwrap_or_default();
        let location = Location::Part {
            path: part.path.clone(),
        };
        understood.warnings.push(
            Warning::new(
                "split.left_over",
                location,
                "Có câu nêu đề nghị nhưng không nằm trong ý kiến nào.",
                "Đọc câu này trong văn bản gốc; nếu là ý kiến, thêm vào danh sách ý kiến.",
            )
            .with_value(&squeeze(words)),
        );
        is_any = true;
    }
    if is_any {
        let reason = "Có câu nêu đề nghị nhưng chưa được tách thành ý kiến.".to_owned();
        if !understood.reasons.contains(&reason) {
            understood.reasons.push(reason);
        }
    }
}

/// The text with blanks where tables stand; everything else keeps its place.
fn without<'a>(text: &'a str, tables: &[Span]) -> Cow<'a, str> {
    if tables.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    for table in tables {
        masked.push_str(text.get(masked.len()..table.start).unwrap_or_default());
        masked.extend((masked.len()..table.end).map(|_| ' '));
    }
    masked.push_str(text.get(masked.len()..).unwrap_or_default());
    if masked.len() == text.len() {
        Cow::Owned(masked)
    } else {
        // Tables that overlap, of a damaged file: read as they stand.
        Cow::Borrowed(text)
    }
}

/// A point as far as it stands outside tables: up to the first one that it reaches.
fn cut_at_tables(mut point: SplitPoint, tables: &[Span], text: &str) -> Option<SplitPoint> {
    for table in tables {
        let span = point.span;
        if table.end <= span.start || span.end <= table.start {
            continue;
        }
        if table.start <= span.start {
            return None;
        }
        point.span = Span::new(span.start, table.start).trimmed(text);
        for field in [
            &mut point.proposal,
            &mut point.reason,
            &mut point.old_text,
            &mut point.new_text,
        ] {
            *field = field.filter(|field| point.span.contains(*field));
        }
    }
    Some(point)
}

/// The syllables of a text, folded: equal for texts that differ in layout and punctuation only.
pub fn text_key(text: &str) -> String {
    let folded = fold(text);
    let words: Vec<&str> = syllables(&folded).map(|(_, word)| word).collect();
    words.join(" ")
}

/// A point before its places are known.
struct Found {
    spans: Vec<Span>,
    headings: Vec<Span>,
    place_cell: Option<Span>,
    proposal: Option<Span>,
    reason: Option<Span>,
    old_text: Option<Span>,
    new_text: Option<Span>,
    evidence: Option<Evidence>,
    answer: Option<TableAnswer>,
}

impl Found {
    fn from_split(text: &str, point: SplitPoint) -> Self {
        Self {
            spans: point.spans(text),
            headings: point.context,
            place_cell: None,
            proposal: point.proposal,
            reason: point.reason,
            old_text: point.old_text,
            new_text: point.new_text,
            evidence: Some(point.evidence),
            answer: None,
        }
    }

    fn from_row(text: &str, row: &PartRow) -> Vec<Self> {
        let cells = Cells {
            draft: row.draft,
            content: row.content,
            proposal: row.proposal,
            reason: row.reason,
        };
        let place_cell = cells.place(text, row.place);
        // "Nhất trí với dự thảo" for no place in particular is no point.
        let words = row.content.and_then(|span| span.slice(text));
        let agrees = row.proposal.is_none()
            && place_cell.is_none()
            && words.is_some_and(|words| agreement_alone(words).is_some());
        if agrees {
            return Vec::new();
        }
        points_of_cells(text, cells)
            .into_iter()
            .map(|point| {
                let first = point.spans.first().copied().unwrap_or_default();
                Self {
                    evidence: Some(Evidence::at(
                        Finding::Split,
                        "split.table_row",
                        first,
                        Confidence::CERTAIN,
                    )),
                    spans: point.spans,
                    headings: row.heading.into_iter().chain(point.headings).collect(),
                    place_cell,
                    proposal: point.proposal,
                    reason: point.reason,
                    old_text: point.old_text,
                    new_text: point.new_text,
                    answer: row.answer.clone().map(|text| TableAnswer {
                        decision: row.decision.clone(),
                        text,
                    }),
                }
            })
            .collect()
    }

    fn recognize(&self, dossier: &Dossier, part: usize, text: &str, previous: &[NodeRef]) -> Point {
        let headings: Vec<&str> = self
            .headings
            .iter()
            .filter_map(|span| span.slice(text))
            .collect();
        let mut point = Point {
            part,
            spans: self.spans.clone(),
            proposal: self.proposal,
            reason: self.reason,
            old_text: self.old_text,
            new_text: self.new_text,
            places: Vec::new(),
            cited_as: None,
            other_laws: Vec::new(),
            unresolved: Vec::new(),
            pages: Vec::new(),
            stance: None,
            evidence: self.evidence.clone().into_iter().collect(),
        };
        let around = Surroundings {
            headings: &headings,
            previous,
            place_cell: self.place_cell,
        };
        place::recognize(dossier, text, &mut point, around);
        point
    }
}

/// What the reply amounts to, from the letter first and from covering notes after it.
fn classify(understood: &mut Understood, readable: &[Readable<'_>], main: Option<usize>) {
    let n_points = understood.points.len();
    let order = readable
        .iter()
        .filter(|(index, _, _)| Some(*index) == main)
        .chain(readable.iter().filter(|(index, _, _)| Some(*index) != main));
    for (index, part, _) in order {
        let stance = stance_of_reply(&part.text, n_points);
        if let Some(class) = stance.class {
            understood.class = Some(class);
            understood
                .evidence
                .extend(stance.evidence.into_iter().map(|mut evidence| {
                    if *index != 0 {
                        evidence.span = None;
                    }
                    evidence
                }));
            return;
        }
    }
    if n_points > 0 {
        understood.class = Some(ReplyClass::Comments);
    }
}
