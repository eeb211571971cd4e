//! Copies of the draft that came back with changes, and remarks in the margin of Word files: each
//! change and each remark becomes a point of a part of its own, worded as a comment.

use std::borrow::Cow;

use super::place::{self, Surroundings};
use super::{Dossier, Part, Point, Understood};
use crate::domain::{Confidence, Evidence, Finding, NodeRef, PageMap, Span, Stance};
use crate::intake::{Remark, TextPart};
use crate::recognize::returned::{Change, Copied, CopyLine, Edit};
use crate::text::normalize::squeeze;

/// Name and version of what words changes and remarks.
const EXTRACTOR: &str = "returned/1";

/// Most words of the draft that a remark's point quotes.
const QUOTED_WORDS: usize = 30;

/// Whether a part is the draft itself, come back.
pub(super) fn copied(dossier: &Dossier, part: &TextPart) -> Option<Copied> {
    if dossier.outlines().is_empty() {
        return None;
    }
    let frames = frames(part);
    let lines: Vec<CopyLine> = lines(part)
        .map(|(span, words)| {
            let is_number = words.trim().chars().all(|c| c.is_ascii_digit() || c == '.');
            let next = frames.partition_point(|frame| frame.end <= span.start);
            let in_frame = frames.get(next).is_some_and(|frame| frame.start < span.end);
            CopyLine {
                is_frame: in_frame || is_number,
                words,
            }
        })
        .collect();
    dossier.compare_with_drafts(&lines)
}

/// Heads of tables, in text order.
fn frames(part: &TextPart) -> Vec<Span> {
    let mut frames: Vec<Span> = part
        .tables
        .iter()
        .filter_map(|table| table.rows.first())
        .flatten()
        .copied()
        .filter(|cell| cell.start < cell.end)
        .collect();
    frames.sort_unstable_by_key(|cell| (cell.start, cell.end));
    frames
}

/// The lines of a part, without what is struck through.
fn lines(part: &TextPart) -> impl Iterator<Item = (Span, String)> {
    let mut start = 0;
    let mut struck = part.markup.struck.as_slice();
    part.text.split_inclusive('\n').map(move |line| {
        let span = Span::new(start, start + line.len());
        start = span.end;
        while let Some((first, rest)) = struck.split_first()
            && first.end <= span.start
        {
            struck = rest;
        }
        let mut kept = String::new();
        let mut from = span.start;
        for gone in struck.iter().take_while(|gone| gone.start < span.end) {
            kept.push_str(part.text.get(from..gone.start).unwrap_or_default());
            from = gone.end.max(from);
        }
        kept.push_str(part.text.get(from..span.end).unwrap_or_default());
        (span, kept)
    })
}

/// Takes what a copy of the draft says otherwise, and its remarks.
pub(super) fn take_copy(
    dossier: &Dossier,
    understood: &mut Understood,
    part: &TextPart,
    copied: &Copied,
) {
    understood.evidence.push(Evidence::outside(
        Finding::Split,
        "split.copy_of_draft",
        Confidence::new(copied.share),
    ));
    let Some(comparison) = &copied.comparison else {
        understood.reasons.push(format!(
            "“{}” là bản dự thảo gửi lại nhưng sửa quá nhiều chỗ nên chưa so sánh được; cần người đọc.",
            part.path
        ));
        take_remarks(dossier, understood, part, |_| None);
        return;
    };
    let starts: Vec<usize> = lines(part).map(|(span, _)| span.start).collect();
    let place = |at: Span| {
        let line = starts.partition_point(|start| *start <= at.start);
        comparison.places.get(line.checked_sub(1)?).copied()?
    };
    let mut wording = Wording::default();
    for change in &comparison.changes {
        wording.tell_change(change);
    }
    let n_changes = wording.points.len();
    if n_changes > 0 {
        understood.reasons.push(format!(
            "“{}” là bản dự thảo gửi lại, có {n_changes} chỗ khác với dự thảo đã gửi; cần người xem từng chỗ có phải là đề nghị sửa không.",
            part.path
        ));
    }
    let path = format!("{} > chỗ sửa so với dự thảo", part.path);
    wording.put_into(understood, path);
    take_remarks(dossier, understood, part, place);
}

/// Takes the remarks in the margin of a Word file; `place` tells the section of the words they are
/// about.
pub(super) fn take_remarks(
    dossier: &Dossier,
    understood: &mut Understood,
    part: &TextPart,
    place: impl Fn(Span) -> Option<(NodeRef, Confidence)>,
) {
    let mut wording = Wording::default();
    for remark in &part.markup.remarks {
        wording.tell_remark(dossier, part, remark, remark.at.and_then(&place));
    }
    wording.put_into(understood, format!("{} > nhận xét bên lề", part.path));
}

/// Points in words, one after the other in one text.
#[derive(Default)]
struct Wording {
    text: String,
    points: Vec<Point>,
}

impl Wording {
    fn put_into(mut self, understood: &mut Understood, path: String) {
        if self.points.is_empty() {
            return;
        }
        let part = understood.parts.len();
        for point in &mut self.points {
            point.part = part;
        }
        understood.points.append(&mut self.points);
        understood.parts.push(Part {
            path,
            role: "attachment",
            extractor: Cow::Borrowed(EXTRACTOR),
            text: self.text,
            map: PageMap::default(),
        });
    }

    /// Writes pieces one after the other; returns where each stands.
    fn write<const N: usize>(&mut self, pieces: [&str; N]) -> [Span; N] {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        pieces.map(|piece| {
            let start = self.text.len();
            self.text.push_str(piece);
            Span::new(start, self.text.len())
        })
    }

    fn tell_change(&mut self, change: &Change) {
        let (spans, old_text, new_text, stance) = match &change.edit {
            Edit::Replaced { old, new } => {
                let spans = self.write(["Sửa “", old, "” thành “", new, "”."]);
                let [_, old, _, new, _] = spans;
                (whole(&spans), Some(old), Some(new), Stance::Edit)
            }
            Edit::Inserted { after, new } if after.is_empty() => {
                let spans = self.write(["Bổ sung “", new, "” ở đầu đoạn."]);
                let [_, new, _] = spans;
                (whole(&spans), None, Some(new), Stance::Add)
            }
            Edit::Inserted { after, new } => {
                let spans = self.write(["Bổ sung “", new, "” sau “", after, "”."]);
                let [_, new, ..] = spans;
                (whole(&spans), None, Some(new), Stance::Add)
            }
            Edit::Added { new } => {
                let spans = self.write(["Bổ sung đoạn “", new, "”."]);
                let [_, new, _] = spans;
                (whole(&spans), None, Some(new), Stance::Add)
            }
            Edit::Removed { old } => {
                let spans = self.write(["Bỏ “", old, "”."]);
                let [_, old, _] = spans;
                (whole(&spans), Some(old), None, Stance::Remove)
            }
        };
        let evidence = |what, rule, confidence| Evidence::at(what, rule, spans, confidence);
        self.points.push(Point {
            spans: vec![spans],
            proposal: Some(spans),
            old_text,
            new_text,
            places: vec![(change.node, change.confidence)],
            stance: Some(stance),
            evidence: vec![
                evidence(Finding::Split, "split.draft_changed", Confidence::new(0.9)),
                evidence(Finding::Section, "section.changed_line", change.confidence),
                evidence(
                    Finding::Stance,
                    "stance.changed_line",
                    Confidence::new(0.95),
                ),
            ],
            ..Point::default()
        });
    }

    fn tell_remark(
        &mut self,
        dossier: &Dossier,
        part: &TextPart,
        remark: &Remark,
        place: Option<(NodeRef, Confidence)>,
    ) {
        let about = remark.at.and_then(|at| at.slice(&part.text));
        let quoted = shortened(about.unwrap_or_default());
        let spans = if quoted.is_empty() {
            self.write(["", "", "", &remark.text])
        } else {
            self.write(["Tại “", &quoted, "”: ", &remark.text])
        };
        let [_, _, _, words] = spans;
        let span = whole(&spans);
        let mut point = Point {
            spans: vec![span],
            proposal: Some(words),
            evidence: vec![Evidence::at(
                Finding::Split,
                "split.margin_remark",
                span,
                Confidence::CERTAIN,
            )],
            ..Point::default()
        };
        if let Some((node, confidence)) = place {
            point.places.push((node, confidence));
            point.evidence.push(Evidence::at(
                Finding::Section,
                "section.remarked_line",
                span,
                confidence,
            ));
        }
        let around = Surroundings::default();
        place::recognize(dossier, &self.text, &mut point, around);
        self.points.push(point);
    }
}

fn whole(spans: &[Span]) -> Span {
    let start = spans.first().map_or(0, |span| span.start);
    Span::new(start, spans.last().map_or(start, |span| span.end))
}

fn shortened(words: &str) -> String {
    let words = squeeze(words);
    match words.match_indices(' ').nth(QUOTED_WORDS - 1) {
        Some((at, _)) => format!("{}…", words.get(..at).unwrap_or_default()),
        None => words,
    }
}
