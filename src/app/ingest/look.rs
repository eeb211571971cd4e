//! A table looked at before anything of it is taken in: its header, its columns, what its first rows
//! will become, and how many rows there are of each kind.

use std::collections::HashSet;
use std::io::{self, BufReader, Read};

use super::row_key::{self, Ordinals, RowKey};
use super::table::{holds_no_comment, name_sheet};
use crate::app::understand::{Dossier, Understood, understand_row};
use crate::domain::{ReplyClass, RoundId, Stance, Warning};
use crate::intake::arrangements::Arrangements;
use crate::intake::columns::Mapping;
use crate::intake::csv::{self, CsvTable, Row};

/// Rows that are shown with what they will become.
const N_SHOWN: usize = 50;
/// Rows that are counted: a person waits for the page, and what goes beyond is counted on import.
const N_COUNTED: u64 = 200_000;

/// A table, as it would be taken in.
#[derive(Debug, Clone)]
pub struct Look {
    /// The first rows as they stand, to find the header among them.
    pub first_rows: Vec<Vec<String>>,
    /// The header and its columns; `None` while nobody knows them.
    pub mapping: Option<Mapping>,
    /// Whether nothing speaks for another encoding.
    pub is_certain: bool,
    /// Why it cannot be read.
    pub problem: Option<Warning>,
    /// The first rows below the header, with what each will become.
    pub rows: Vec<Seen>,
    /// Rows that will be taken in.
    pub n_new: u64,
    /// Rows that came with earlier files.
    pub n_known: u64,
    /// Rows that hold no comment: they are listed, not taken in.
    pub n_bad: u64,
    /// Whether these are all rows; a very long table is counted in its first part.
    pub is_whole: bool,
}

/// What happens to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is taken in.
    New,
    /// It came with an earlier file.
    Known,
    /// It holds no comment.
    Bad,
}

/// A row with what it will become.
#[derive(Debug, Clone)]
pub struct Seen {
    /// 1-based physical line.
    pub row_number: u64,
    /// Its cells.
    pub cells: Vec<String>,
    /// What happens to it.
    pub fate: Fate,
    /// Who speaks, by the names of the directory.
    pub organizations: Vec<String>,
    /// Who speaks, as written.
    pub written: String,
    /// The sections its points are about.
    pub sections: Vec<String>,
    /// The place as written.
    pub place: String,
    /// What its points want.
    pub stances: Vec<Stance>,
    /// What it amounts to, where it has no points.
    pub class: Option<ReplyClass>,
    /// The comment.
    pub content: String,
    /// Why a person will have to look.
    pub reasons: Vec<String>,
    /// What is wrong with it.
    pub warnings: Vec<Warning>,
}

/// A table to look at.
pub(in crate::app) struct Looked<'a> {
    /// File name.
    pub(in crate::app) name: &'a str,
    /// Name of its sheet.
    pub(in crate::app) sheet: Option<&'a str>,
    /// What its columns are read by.
    pub(in crate::app) arrangements: &'a Arrangements,
    /// The round asked for.
    pub(in crate::app) round: Option<RoundId>,
    /// Rows that came with earlier files.
    pub(in crate::app) known: &'a HashSet<RowKey>,
}

/// Looks at a table; `first_rows` is what [`first_rows`] says of it.
pub(in crate::app) fn look(
    dossier: &Dossier,
    table: &Looked<'_>,
    first_rows: Vec<Vec<String>>,
    source: impl Read,
) -> io::Result<Look> {
    let mut look = Look {
        first_rows,
        mapping: None,
        is_certain: false,
        problem: None,
        rows: Vec::new(),
        n_new: 0,
        n_known: 0,
        n_bad: 0,
        is_whole: true,
    };
    let rows = match CsvTable::open(BufReader::new(source), table.name, table.arrangements)? {
        Ok(rows) => rows,
        Err(warning) => {
            look.problem = Some(warning);
            return Ok(look);
        }
    };
    look.is_certain = rows.shape().is_certain;
    look.mapping = Some(rows.shape().mapping.clone());
    let mut ordinals = Ordinals::default();
    for row in rows {
        let mut row = row?;
        if look.n_new + look.n_known + look.n_bad >= N_COUNTED {
            look.is_whole = false;
            break;
        }
        name_sheet(&mut row, table.sheet);
        let key = ordinals.key(row_key::digest(&row, table.round));
        let fate = if holds_no_comment(&row) {
            Fate::Bad
        } else if table.known.contains(&key) {
            Fate::Known
        } else {
            Fate::New
        };
        *match fate {
            Fate::New => &mut look.n_new,
            Fate::Known => &mut look.n_known,
            Fate::Bad => &mut look.n_bad,
        } += 1;
        if look.rows.len() < N_SHOWN {
            look.rows.push(seen(dossier, row, fate, table.round));
        }
    }
    Ok(look)
}

/// The first rows of a table whose beginning is given.
pub(in crate::app) fn first_rows(dossier: &Dossier, beginning: &[u8]) -> Vec<Vec<String>> {
    csv::first_rows(beginning, dossier.arrangements())
}

fn seen(dossier: &Dossier, mut row: Row, fate: Fate, round: Option<RoundId>) -> Seen {
    let words = |span: Option<crate::domain::Span>| {
        let words = span.and_then(|span| span.slice(&row.text));
        words.unwrap_or_default().to_owned()
    };
    let mut seen = Seen {
        row_number: row.row_number,
        cells: std::mem::take(&mut row.cells),
        fate,
        organizations: Vec::new(),
        written: row.organization.clone().unwrap_or_default(),
        sections: Vec::new(),
        place: words(row.place),
        stances: Vec::new(),
        class: None,
        content: words(row.content.or(row.proposal)),
        reasons: Vec::new(),
        warnings: Vec::new(),
    };
    if fate == Fate::Bad {
        seen.warnings = row.warnings;
        return seen;
    }
    let Understood {
        organizations,
        points,
        class,
        reasons,
        warnings,
        ..
    } = understand_row(dossier, row, round);
    seen.organizations = organizations
        .iter()
        .filter_map(|id| dossier.organization_name(*id))
        .map(str::to_owned)
        .collect();
    for point in &points {
        let primary = point.places.first();
        if let Some(label) = primary.and_then(|(node, _)| dossier.label(*node))
            && !seen.sections.contains(&label)
        {
            seen.sections.push(label);
        }
        seen.stances.extend(point.stance);
    }
    seen.stances.dedup();
    seen.class = class.filter(|_| points.is_empty());
    seen.reasons = reasons;
    seen.warnings = warnings;
    seen
}
