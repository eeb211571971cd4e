//! A row of a table of comments.

use std::borrow::Cow;

use jiff::civil::Date;

use super::cells::{Cells, points_of_cells};
use super::place::{self, Surroundings};
use super::{Dossier, Part, Point, TableAnswer, Understood, agreement_alone};
use crate::domain::{
    Confidence, EmailAddress, Evidence, Finding, LetterNumber, Location, NodeRef, PageMap,
    ReplyClass, RoundId, Warning,
};
use crate::intake::csv::Row;
use crate::intake::parse_date;
use crate::recognize::organization::Signals;

/// Understands one row; its text becomes the only part.
pub fn understand_row(dossier: &Dossier, mut row: Row, round: Option<RoundId>) -> Understood {
    let mut understood = Understood {
        warnings: std::mem::take(&mut row.warnings),
        ..Understood::empty()
    };
    let address = row.email.as_deref().and_then(EmailAddress::parse);
    recognize_sender(
        dossier,
        &mut understood,
        row.organization.as_deref(),
        address.as_ref(),
        [&row.letter_date, &row.sent_on]
            .into_iter()
            .find_map(|cell| parse_date(cell.as_deref()?)),
    );
    if understood.organizations.is_empty() {
        understood.warnings.push(unknown_organization(&row));
    }
    understood.sender = row.organization.clone().or_else(|| row.email.clone());
    understood.letter_number = row.letter_number.as_deref().and_then(LetterNumber::parse);
    understood.letter_date = row.letter_date.as_deref().and_then(parse_date);
    understood.arrived_on = row
        .sent_on
        .as_deref()
        .and_then(parse_date)
        .or(understood.letter_date);
    read_cells(dossier, &mut understood, &row);
    if let Some(text) = row.answer.filter(|answer| !answer.is_empty()) {
        let answer = TableAnswer {
            decision: row.decision,
            text,
        };
        understood.answers_in_table = (0..understood.points.len())
            .map(|point| (point, answer.clone()))
            .collect();
    }
    understood.parts = vec![Part {
        path: "dòng của bảng".to_owned(),
        role: "row",
        extractor: Cow::Borrowed("csv-row/1"),
        text: row.text,
        map: PageMap::default(),
    }];
    understood.round = round.or_else(|| dossier.find_round(None, understood.arrived_on));
    understood.conclude(dossier);
    understood
}

/// What the cells of a row say: agreement only, or points.
fn read_cells(dossier: &Dossier, understood: &mut Understood, row: &Row) {
    if row.proposal.is_none()
        && let Some(content) = row.content
        && let Some(stance) = agreement_alone(content.slice(&row.text).unwrap_or_default())
    {
        understood.class = stance.class;
        understood
            .evidence
            .extend(stance.evidence.into_iter().map(|mut evidence| {
                evidence.span = evidence.span.map(|span| span.shifted(content.start));
                evidence
            }));
        return;
    }
    if row.content.is_none() && row.proposal.is_none() {
        return;
    }
    read_points(dossier, understood, row);
    understood.class = Some(ReplyClass::Comments);
}

fn unknown_organization(row: &Row) -> Warning {
    let location = Location::Row {
        sheet: None,
        row_number: row.row_number,
        column: Some("cơ quan, đơn vị góp ý".to_owned()),
    };
    Warning::new(
        "row.unknown_organization",
        location,
        "Tên cơ quan, đơn vị góp ý không có trong danh mục hoặc còn trống.",
        "Chọn đúng cơ quan cho dòng này ở trang Chờ xử lý, hoặc thêm cơ quan vào danh mục.",
    )
    .with_value(row.organization.as_deref().unwrap_or(""))
}

fn recognize_sender(
    dossier: &Dossier,
    understood: &mut Understood,
    cell: Option<&str>,
    address: Option<&EmailAddress>,
    date: Option<Date>,
) {
    let signals = Signals {
        cell,
        sender: address,
        date,
        ..Signals::default()
    };
    let guess = dossier.directory.recognize(&signals);
    // The cell is not part of the row's text.
    understood
        .evidence
        .extend(guess.evidence.into_iter().map(|mut evidence| {
            evidence.span = None;
            evidence
        }));
    understood.organizations = guess.organizations;
    understood.candidates = guess.candidates;
    understood.written_name = guess.written;
    understood.organization_confidence = guess.confidence;
}

/// The points of a row.
fn read_points(dossier: &Dossier, understood: &mut Understood, row: &Row) {
    let text = row.text.as_str();
    let cells = Cells {
        draft: row.draft,
        content: row.content,
        proposal: row.proposal,
        reason: row.reason,
    };
    let place_cell = cells.place(text, row.place);
    let mut previous: Vec<NodeRef> = Vec::new();
    for found in points_of_cells(text, cells) {
        let headings: Vec<&str> = row
            .heading
            .as_deref()
            .into_iter()
            .chain(found.headings.iter().filter_map(|span| span.slice(text)))
            .collect();
        let first = found.spans.first().copied().unwrap_or_default();
        let mut point = Point {
            part: 0,
            spans: found.spans,
            proposal: found.proposal,
            reason: found.reason,
            old_text: found.old_text,
            new_text: found.new_text,
            places: Vec::new(),
            cited_as: None,
            other_laws: Vec::new(),
            unresolved: Vec::new(),
            pages: Vec::new(),
            stance: None,
            evidence: vec![Evidence::at(
                Finding::Split,
                "split.table_row",
                first,
                Confidence::CERTAIN,
            )],
        };
        let around = Surroundings {
            headings: &headings,
            previous: &previous,
            place_cell,
        };
        place::recognize(dossier, text, &mut point, around);
        previous = point.places.iter().map(|(node, _)| *node).collect();
        understood.points.push(point);
    }
}
