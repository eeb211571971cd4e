//! Bảng so sánh: a draft beside the one before, section by section, with the points that were made on
//! the earlier one and the answers to them.
//!
//! Sections that stay as they were and that nobody spoke about are named together. A section about
//! which a point was accepted although it says the same stands out in the working edition
//! (`points::answer_cell`).

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{PointState, SectionChange, SectionId};
use crate::report::changes::compared;
use crate::report::facts::Facts;
use crate::report::place;
use crate::report::reconcile::Equation;
use crate::report::rows::PointRow;
use crate::report::snapshot::{DraftChange, DraftPair, DraftedSection};
use crate::report::wording::{self, count};

use super::frame::{self, Numbered};
use super::{
    Block, Cell, Column, Line, Orientation, Part, Row, RunStyle, Source, Table, full, points,
};

/// The sheet that holds the comparison.
const SHEET: &str = "So sánh dự thảo";

pub(super) fn build(source: &Source<'_>) -> (String, Vec<Part>) {
    let pairs = &source.facts.snapshot.drafts;
    let drafts = match pairs.as_slice() {
        [only] => format!("Dự thảo lần {} so với lần {}", only.number, only.earlier),
        _ => "Dự thảo lần này so với lần trước".to_owned(),
    };
    let consultation = source.facts.snapshot.consultation.title.trim();
    let title = format!("{drafts} của {consultation}");
    let mut blocks = vec![
        frame::head(source, Numbered::No),
        Block::Title {
            name: "BẢNG SO SÁNH".to_owned(),
            subject: title.clone(),
        },
        Block::Paragraph(Line::plain(
            "Ở hai cột dự thảo, chữ gạch ngang là chữ đã bỏ, chữ đậm gạch chân là chữ mới. Mỗi ý kiến góp cho dự thảo lần trước đứng cạnh mục mà ý kiến nêu.",
        )),
    ];
    let several = pairs.len() > 1;
    for (pair, number) in pairs.iter().zip(1..) {
        let name = document_name(source, pair);
        if several {
            blocks.push(full::heading(2, &format!("{number}. Dự thảo {name}")));
        }
        let by_section = by_section(source, pair);
        blocks.push(Block::Paragraph(Line::plain(summary(pair, &by_section))));
        blocks.push(Block::Table(table(source, pair, &name, &by_section)));
    }
    blocks.extend(elsewhere(source));
    blocks.push(frame::signature(source));
    let part = Part {
        orientation: Orientation::Landscape,
        restarts_pages: false,
        blocks,
    };
    (
        format!("Bảng so sánh {}", wording::lower_first(&title)),
        vec![part],
    )
}

/// Every section of both drafts is accounted for in what became of them.
pub(super) fn equations(facts: &Facts<'_>) -> Vec<Equation> {
    let pairs = facts.snapshot.drafts.iter();
    let sides = pairs.flat_map(|pair| {
        let old = pair.changes.iter().filter_map(|change| change.old);
        let new = pair.changes.iter().filter_map(|change| change.new);
        [
            accounted(pair.earlier, &pair.old, &old.collect()),
            accounted(pair.number, &pair.new, &new.collect()),
        ]
    });
    sides.collect()
}

fn accounted(number: u32, sections: &[DraftedSection], known: &BTreeSet<SectionId>) -> Equation {
    let missing = |section: &&DraftedSection| !known.contains(&section.entry.id);
    let missing = sections.iter().filter(missing);
    let offenders: Vec<String> = missing.map(|it| place::name(&it.entry, None)).collect();
    Equation {
        name: "sections".into(),
        round: None,
        text: format!(
            "Mục của dự thảo lần {number}: {} = đã đối chiếu {} + chưa đối chiếu {}",
            sections.len(),
            sections.len() - offenders.len(),
            offenders.len()
        ),
        holds: offenders.is_empty(),
        offenders,
    }
}

fn document_name(source: &Source<'_>, pair: &DraftPair) -> String {
    let documents = &source.facts.snapshot.documents;
    let found = documents.iter().find(|it| it.id == pair.document);
    found
        .map(|document| document.name.clone())
        .unwrap_or_default()
}

/// The rows about each section of a document that were made on its earlier draft.
type BySection<'r, 'a> = BTreeMap<SectionId, Vec<&'r PointRow<'a>>>;

fn by_section<'r, 'a>(source: &'r Source<'a>, pair: &DraftPair) -> BySection<'r, 'a> {
    let of_both: BTreeSet<SectionId> = (pair.changes.iter())
        .flat_map(|change| change.old.into_iter().chain(change.new))
        .collect();
    let mut by_section: BySection<'_, '_> = BTreeMap::new();
    for row in made_on(source, pair) {
        let section = section_of(source, row).filter(|id| of_both.contains(id));
        if let Some(section) = section {
            by_section.entry(section).or_default().push(row);
        }
    }
    by_section
}

fn section_of(source: &Source<'_>, row: &PointRow<'_>) -> Option<SectionId> {
    let section = source.facts.snapshot.sections.get(row.section?)?;
    Some(section.id)
}

fn made_on<'r, 'a>(
    source: &'r Source<'a>,
    pair: &DraftPair,
) -> impl Iterator<Item = &'r PointRow<'a>> {
    source.rows.iter().filter(|row| {
        let mut points = row.points.iter();
        row.state != PointState::OutOfScope && points.any(|it| pair.points.contains(&it.id))
    })
}

/// How many sections became what, and how many points stand beside them.
fn summary(pair: &DraftPair, by_section: &BySection<'_, '_>) -> String {
    let became = |change: SectionChange| -> BTreeSet<SectionId> {
        let of_kind = pair.changes.iter().filter(|it| it.change == change);
        of_kind.filter_map(|it| it.old.or(it.new)).collect()
    };
    let counts = SectionChange::ALL.into_iter().filter_map(|change| {
        let n = became(change).len();
        (n > 0).then(|| format!("{} {}", change.name(), count(n)))
    });
    let counts: Vec<String> = counts.collect();
    let n_points: usize = by_section
        .values()
        .flatten()
        .map(|row| row.points.len())
        .sum();
    format!(
        "Dự thảo lần {} có {} mục, dự thảo lần {} có {} mục: {} mục. Bên cạnh các mục có {} ý kiến.",
        pair.earlier,
        count(pair.old.len()),
        pair.number,
        count(pair.new.len()),
        counts.join(", "),
        count(n_points)
    )
}

fn table(
    source: &Source<'_>,
    pair: &DraftPair,
    name: &str,
    by_section: &BySection<'_, '_>,
) -> Table {
    let index = |sections: &'_ [DraftedSection]| -> BTreeMap<SectionId, usize> {
        sections.iter().map(|it| it.entry.id).zip(0..).collect()
    };
    let sides = Sides {
        pair,
        old: index(&pair.old),
        new: index(&pair.new),
    };
    let mut rows = Vec::new();
    let mut same: Vec<&DraftChange> = Vec::new();
    let mut told: BTreeSet<SectionId> = BTreeSet::new();
    let mut above: Option<&DraftChange> = None;
    for change in &pair.changes {
        // Points about a section that is split or merged stand beside its first piece.
        let ids = [change.old, change.new.filter(|_| change.old != change.new)];
        let ids = ids.into_iter().flatten().filter(|id| told.insert(*id));
        let about = ids.filter_map(|id| by_section.get(&id));
        let about: Vec<&PointRow<'_>> = about.flatten().copied().collect();
        if change.change == SectionChange::Same && change.is_confirmed && about.is_empty() {
            same.push(change);
            above = None;
            continue;
        }
        rows.extend(sides.unchanged(&std::mem::take(&mut same)));
        let goes_on = Continued {
            old: change.old.is_some() && above.is_some_and(|above| above.old == change.old),
            new: change.new.is_some() && above.is_some_and(|above| above.new == change.new),
        };
        rows.extend(sides.rows(source, change, goes_on, &about));
        above = Some(change);
    }
    rows.extend(sides.unchanged(&same));
    Table {
        sheet: SHEET.to_owned(),
        caption: if name.is_empty() {
            String::new()
        } else {
            format!("Đối với dự thảo {name}")
        },
        columns: vec![
            Column::words(&format!("DỰ THẢO LẦN {}", pair.earlier), 66),
            Column::words(&format!("DỰ THẢO LẦN {}", pair.number), 66),
            Column::words("THAY ĐỔI", 27),
            Column::words("Ý KIẾN GÓP Ý", 54),
            Column::words("NỘI DUNG TIẾP THU, GIẢI TRÌNH", 48),
        ],
        rows,
    }
}

/// Which side of a change the row above shows already, as with the pieces of a split section.
#[derive(Clone, Copy)]
struct Continued {
    old: bool,
    new: bool,
}

/// Both drafts, with where each section is.
struct Sides<'a> {
    pair: &'a DraftPair,
    old: BTreeMap<SectionId, usize>,
    new: BTreeMap<SectionId, usize>,
}

impl Sides<'_> {
    fn section(&self, id: Option<SectionId>, is_new: bool) -> Option<&DraftedSection> {
        let (at, sections) = if is_new {
            (self.new.get(&id?), &self.pair.new)
        } else {
            (self.old.get(&id?), &self.pair.old)
        };
        sections.get(*at?)
    }

    /// One row for sections that stand one after the other and stay as they were.
    fn unchanged(&self, changes: &[&DraftChange]) -> Option<Row> {
        let cell = |is_new: bool| {
            let side = |change: &DraftChange| if is_new { change.new } else { change.old };
            let name = |change: &DraftChange| {
                let section = self.section(side(change), is_new)?;
                Some(place::name(&section.entry, None))
            };
            let first = name(changes.first()?)?;
            let last = name(changes.last()?)?;
            Some(Cell::text(if changes.len() == 1 {
                first
            } else {
                format!(
                    "Từ {} đến {} ({} mục)",
                    wording::lower_first(&first),
                    wording::lower_first(&last),
                    count(changes.len())
                )
            }))
        };
        (!changes.is_empty()).then(|| {
            Row::Cells(vec![
                cell(false).unwrap_or_default(),
                cell(true).unwrap_or_default(),
                change_cell(SectionChange::Same, true),
                Cell::default(),
                Cell::default(),
            ])
        })
    }

    /// A section on both sides, and one row for each point about it.
    fn rows(
        &self,
        source: &Source<'_>,
        change: &DraftChange,
        goes_on: Continued,
        about: &[&PointRow<'_>],
    ) -> Vec<Row> {
        let old = self.section(change.old, false);
        let new = self.section(change.new, true);
        let (old_cell, new_cell) = texts(change.change, old, new);
        let what = change_cell(change.change, change.is_confirmed);
        let row = |nth: usize, row: Option<&PointRow<'_>>| {
            let said = row.map_or_else(Cell::default, |row| {
                let mut said = points::senders_cell(source, row);
                said.lines.extend(points::content_cell(source, row).lines);
                said
            });
            Row::Cells(vec![
                old_cell.clone().continuing(nth > 0 || goes_on.old),
                new_cell.clone().continuing(nth > 0 || goes_on.new),
                what.clone().continuing(nth > 0),
                said,
                row.map_or_else(Cell::default, |row| points::answer_cell(source, row)),
            ])
        };
        if about.is_empty() {
            return vec![row(0, None)];
        }
        let rows = about.iter().enumerate();
        rows.map(|(nth, point)| row(nth, Some(point))).collect()
    }
}

fn change_cell(change: SectionChange, is_confirmed: bool) -> Cell {
    let mut lines = vec![Line::plain(wording::upper_first(change.name()))];
    if !is_confirmed {
        lines.push(Line::default().then_styled("(chờ xác nhận)", RunStyle::Missing));
    }
    Cell::lines(lines)
}

/// Both sides of a section, what they do not share set off. The pieces of a split or merged section
/// are shown as they are: beside one piece all other words would seem to be gone.
fn texts(
    change: SectionChange,
    old: Option<&DraftedSection>,
    new: Option<&DraftedSection>,
) -> (Cell, Cell) {
    let text = |section: Option<&DraftedSection>| section.map(words).unwrap_or_default();
    let (old_text, new_text) = (text(old), text(new));
    let (before, after) = match change {
        SectionChange::Split | SectionChange::Merged => (
            points::paragraphs(&old_text).collect(),
            points::paragraphs(&new_text).collect(),
        ),
        _ => compared(&old_text, &new_text),
    };
    let after = if change == SectionChange::Same {
        vec![Line::italic("(như dự thảo lần trước)")]
    } else {
        after
    };
    let cell = |section: Option<&DraftedSection>, lines: Vec<Line>| {
        let name = section.map(|section| Line::bold(place::name(&section.entry, None)));
        let lines = lines.into_iter().filter(|line| !line.runs.is_empty());
        Cell::lines(name.into_iter().chain(lines).collect())
    };
    (cell(old, before), cell(new, after))
}

/// Heading and text; where there is no heading, the outline gives the first words in its place.
fn words(section: &DraftedSection) -> String {
    let heading = section.entry.heading.trim();
    let body = section.body.trim();
    let opening = heading.trim_end_matches(['…', '.']);
    if body.is_empty() || body.starts_with(opening) && !opening.is_empty() {
        return if body.is_empty() { heading } else { body }.to_owned();
    }
    format!("{heading}\n{body}").trim().to_owned()
}

/// What was said on the earlier drafts about no section that can be set beside another.
fn elsewhere(source: &Source<'_>) -> Vec<Block> {
    let pairs = &source.facts.snapshot.drafts;
    let shown: BTreeSet<SectionId> = pairs
        .iter()
        .flat_map(|pair| &pair.changes)
        .flat_map(|change| change.old.into_iter().chain(change.new))
        .collect();
    let is_elsewhere = |row: &&PointRow<'_>| {
        let section = section_of(source, row);
        let mut made = pairs.iter().map(|pair| &pair.points);
        row.state != PointState::OutOfScope
            && section.is_none_or(|id| !shown.contains(&id))
            && made.any(|made| row.points.iter().any(|point| made.contains(&point.id)))
    };
    let rows: Vec<Row> = source
        .rows
        .iter()
        .filter(is_elsewhere)
        .map(|row| {
            Row::Cells(vec![
                points::place_cell(source, row),
                points::senders_cell(source, row),
                points::content_cell(source, row),
                points::answer_cell(source, row),
            ])
        })
        .collect();
    if rows.is_empty() {
        return Vec::new();
    }
    vec![
        full::heading(2, "Ý kiến không về riêng một mục của các dự thảo trên"),
        Block::Table(Table {
            sheet: "Ý kiến khác".to_owned(),
            caption: String::new(),
            columns: vec![
                Column::words("VẤN ĐỀ", 46),
                Column::words("CHỦ THỂ GÓP Ý", 50),
                Column::words("NỘI DUNG GÓP Ý", 80),
                Column::words("NỘI DUNG TIẾP THU, GIẢI TRÌNH", 76),
            ],
            rows,
        }),
    ]
}
