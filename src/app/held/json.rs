//! A table that waits, as programs see it: the same for the command line and over HTTP.

use serde_json::{Value, json};

use super::{HeldInFull, Rule, SheetInFull};
use crate::app::ingest::{Fate, Seen};
use crate::domain::Stance;
use crate::store::kept_files::KeptFile;

/// A table without what is in it.
pub fn table(table: &KeptFile) -> Value {
    json!({
        "id": table.id,
        "file": table.file_name,
        "sha256": table.blob.to_string(),
        "state": table.state.code(),
        "kept_by": table.actor,
        "kept_at": moment(table.kept_us),
        "decided_by": table.decided_by,
        "decided_at": table.decided_us.map(moment),
    })
}

/// A table with what it would become.
pub fn in_full(full: &HeldInFull) -> Value {
    let mut value = table(&full.table);
    if let Value::Object(fields) = &mut value {
        let sheets = full.sheets.iter().map(sheet).collect();
        fields.insert("sheets".to_owned(), Value::Array(sheets));
    }
    value
}

fn moment(us: i64) -> String {
    let moment = jiff::Timestamp::from_microsecond(us).unwrap_or_default();
    moment.to_string()
}

fn sheet(sheet: &SheetInFull) -> Value {
    let look = &sheet.look;
    let mapping = look.mapping.as_ref();
    let rule = match &sheet.rule {
        Rule::Nothing => json!({"kind": "nothing"}),
        Rule::Headings => json!({"kind": "headings"}),
        Rule::Remembered { actor, saved_us } => {
            json!({"kind": "remembered", "by": actor, "at": moment(*saved_us)})
        }
        Rule::Chosen => json!({"kind": "chosen"}),
    };
    let columns = mapping.map(|mapping| {
        let pairs = mapping.headings.iter().zip(&mapping.columns);
        let column = |(heading, column): (&String, &Option<crate::intake::columns::Column>)| json!({"heading": heading, "holds": column.map(crate::intake::columns::Column::code)});
        pairs.map(column).collect::<Vec<_>>()
    });
    json!({
        "name": sheet.name,
        "is_hidden": sheet.is_hidden,
        "rule": rule,
        "is_encoding_certain": look.is_certain,
        "problem": look.problem.as_ref().map(|problem| &problem.problem),
        "header": mapping.map(|mapping| json!({
            "row": mapping.header.0,
            "n_rows": mapping.header.1,
        })),
        "first_rows": look.first_rows,
        "columns": columns,
        "n_new": look.n_new,
        "n_known": look.n_known,
        "n_bad": look.n_bad,
        "is_counted_whole": look.is_whole,
        "rows": look.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

fn row(seen: &Seen) -> Value {
    let stances: Vec<&str> = seen.stances.iter().copied().map(Stance::code).collect();
    json!({
        "row": seen.row_number,
        "fate": match seen.fate {
            Fate::New => "new",
            Fate::Known => "known",
            Fate::Bad => "bad",
        },
        "organizations": seen.organizations,
        "organization_as_written": seen.written,
        "sections": seen.sections,
        "place": seen.place,
        "stances": stances,
        "class": seen.class.map(crate::domain::ReplyClass::code),
        "content": seen.content,
        "reasons": seen.reasons,
        "problems": seen.warnings.iter().map(|warning| json!({
            "code": warning.code,
            "value": warning.value,
            "problem": warning.problem,
            "remedy": warning.remedy,
        })).collect::<Vec<_>>(),
    })
}
