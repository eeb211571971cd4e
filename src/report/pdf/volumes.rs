//! Long reports in volumes: as many rows in each as may be typeset at once.
//!
//! A volume is a report of its own with the same letters and margins; pages are counted on from the one
//! before, columns are named again, what heads rows is repeated.

use crate::report::model::{Block, Line, Part, ReportModel, Row, Table};

/// Characters of a row that are as much work as a further row.
const ROW_CHARS: usize = 1_500;

/// A report in volumes of at most `most` rows each, long rows counted as several; itself when one will do.
pub(super) fn split(model: &ReportModel, most: usize) -> Vec<ReportModel> {
    let work: usize = model.tables().flat_map(|table| &table.rows).map(work).sum();
    if work <= most {
        return vec![model.clone()];
    }
    let mut shelf = Shelf {
        volumes: vec![Vec::new()],
        room: most,
        most,
    };
    for part in &model.parts {
        shelf.open(part, part.restarts_pages);
        for block in &part.blocks {
            match block {
                Block::Table(table) => shelf.put_table(table, part),
                other => shelf.put(other.clone()),
            }
        }
    }
    let n = shelf.volumes.len();
    let volumes = shelf.volumes.into_iter().zip(1..);
    volumes
        .map(|(parts, number)| ReportModel {
            kind: model.kind,
            title: format!("{} (tập {number}/{n})", model.title),
            parts: marked(parts, number, n),
            info: model.info.clone(),
            originals: model.originals.clone(),
        })
        .collect()
}

/// The parts of a volume with what says which one it is.
fn marked(mut parts: Vec<Part>, number: usize, n: usize) -> Vec<Part> {
    let say = |text: String| Block::Paragraph(Line::italic(text));
    if number > 1
        && let Some(first) = parts.first_mut()
    {
        let text = format!("(Tập {number}/{n}, tiếp theo tập {})", number - 1);
        first.blocks.insert(0, say(text));
    }
    if number < n
        && let Some(last) = parts.last_mut()
    {
        last.blocks
            .push(say(format!("(Còn tiếp ở tập {})", number + 1)));
    }
    parts
}

struct Shelf {
    volumes: Vec<Vec<Part>>,
    /// Rows that the current volume still takes.
    room: usize,
    most: usize,
}

impl Shelf {
    fn open(&mut self, like: &Part, restarts_pages: bool) {
        if let Some(volume) = self.volumes.last_mut() {
            volume.push(Part {
                orientation: like.orientation,
                restarts_pages,
                blocks: Vec::new(),
            });
        }
    }

    fn put(&mut self, block: Block) {
        let part = self.volumes.last_mut().and_then(|volume| volume.last_mut());
        if let Some(part) = part {
            part.blocks.push(block);
        }
    }

    fn put_table(&mut self, table: &Table, part: &Part) {
        let mut rows: Vec<Row> = Vec::new();
        let mut heading: Option<&Row> = None;
        for row in &table.rows {
            if matches!(row, Row::Heading(_)) {
                heading = Some(row);
            }
            let work = work(row);
            if self.room < work && !rows.is_empty() {
                self.put(Block::Table(with_rows(table, std::mem::take(&mut rows))));
                self.volumes.push(Vec::new());
                self.room = self.most;
                self.open(part, false);
                rows.extend(heading.filter(|heading| *heading != row).cloned());
                rows.push(whole(row));
            } else {
                rows.push(row.clone());
            }
            self.room = self.room.saturating_sub(work);
        }
        self.put(Block::Table(with_rows(table, rows)));
    }
}

fn with_rows(table: &Table, rows: Vec<Row>) -> Table {
    Table {
        sheet: table.sheet.clone(),
        caption: table.caption.clone(),
        columns: table.columns.clone(),
        rows,
    }
}

/// A row that says itself what it shares with the one above, now in another volume.
fn whole(row: &Row) -> Row {
    match row {
        Row::Cells(cells) => {
            let cells = cells.iter().cloned();
            Row::Cells(cells.map(|cell| cell.continuing(false)).collect())
        }
        other => other.clone(),
    }
}

fn work(row: &Row) -> usize {
    let cells = match row {
        Row::Heading(_) => return 1,
        Row::Cells(cells) | Row::Total(cells) => cells,
    };
    let runs = cells
        .iter()
        .flat_map(|cell| &cell.lines)
        .flat_map(|line| &line.runs);
    let n_bytes: usize = runs.map(|run| run.text.len()).sum();
    1 + n_bytes / ROW_CHARS
}

#[cfg(test)]
mod tests {
    use super::{split, work};
    use crate::report::model::{Block, Cell, Kind, ReportModel, Row, build};
    use crate::report::reconcile::Scope;
    use crate::report::tests::many;

    fn rows(model: &ReportModel) -> Vec<&Row> {
        let rows = model.tables().flat_map(|table| &table.rows);
        rows.filter(|row| !matches!(row, Row::Heading(_))).collect()
    }

    #[test]
    fn every_row_stands_in_one_volume_in_its_order() {
        let world = many(120);
        for kind in [Kind::Full, Kind::ByOrganization] {
            let model = build(&world.snapshot, kind, &Scope::default()).unwrap();
            for most in [7, 40, 10_000] {
                let volumes = split(&model, most);
                let printed: Vec<String> = (volumes.iter().flat_map(rows))
                    .map(|row| match row {
                        Row::Cells(cells) | Row::Total(cells) => {
                            cells.iter().map(Cell::plain_text).collect()
                        }
                        Row::Heading(_) => String::new(),
                    })
                    .collect();
                let expected: Vec<String> = (rows(&model).into_iter())
                    .map(|row| match row {
                        Row::Cells(cells) | Row::Total(cells) => {
                            cells.iter().map(Cell::plain_text).collect()
                        }
                        Row::Heading(_) => String::new(),
                    })
                    .collect();
                assert_eq!(printed, expected, "{most}");
                let signatures = volumes
                    .iter()
                    .flat_map(|volume| &volume.parts)
                    .flat_map(|part| &part.blocks)
                    .filter(|block| matches!(block, Block::Signature(_)))
                    .count();
                assert_eq!(signatures, 1, "signed once");
                let n_rows = |volume: &ReportModel| -> usize {
                    let all = volume.tables().flat_map(|table| &table.rows);
                    all.map(work).sum()
                };
                let slack = 12;
                assert!(
                    volumes.iter().all(|it| n_rows(it) <= most + slack),
                    "{most}"
                );
            }
        }
    }
}
