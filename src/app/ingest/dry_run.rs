//! What importing a table would do, without keeping anything.

use std::io::Read;

use super::table::{holds_no_comment, name_sheet};
use super::{FileReport, Options};
use crate::app::understand::{Dossier, understand_row};
use crate::app::{Error, Kind};
use crate::intake::csv::CsvTable;

/// Reports what importing a table would do.
pub(super) fn read(
    dossier: &Dossier,
    (name, sheet): (&str, Option<&str>),
    source: impl Read,
    options: &Options,
    report: &mut FileReport,
) -> Result<(), Error> {
    let failed = |error| {
        Error::caused(
            Kind::Unavailable,
            format!("Không đọc được tệp `{name}`."),
            error,
        )
    };
    let table = match CsvTable::open(source, name, dossier.arrangements()).map_err(failed)? {
        Ok(table) => table,
        Err(warning) => {
            report.warn(warning);
            return Ok(());
        }
    };
    let round = options.round.as_ref().map(|round| round.id);
    for row in table {
        let mut row = row.map_err(failed)?;
        name_sheet(&mut row, sheet);
        let line = row.row_number;
        if holds_no_comment(&row) {
            row.warnings
                .into_iter()
                .for_each(|warning| report.warn(warning));
            continue;
        }
        let understood = understand_row(dossier, row, round);
        report.count(understood.disposition);
        report.n_points += u64::try_from(understood.points.len()).unwrap_or(u64::MAX);
        let waits = !understood.reasons.is_empty() || !understood.warnings.is_empty();
        report.n_needs_person += u64::from(waits);
        for reason in understood.reasons {
            report.explain(|| format!("Dòng {line}: {reason}"));
        }
        for warning in understood.warnings {
            report.warn(warning);
        }
    }
    report
        .submissions
        .sort_unstable_by_key(|(disposition, _)| *disposition);
    Ok(())
}
