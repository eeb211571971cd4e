//! `table`: tables seen and decided about before they are taken in; and `undo`.

use serde_json::{Value, json};

use super::args::{ColumnsArgs, TableAction};
use super::import::say;
use super::{Exit, Output};
use crate::app::arrangements::ArrangementView;
use crate::app::held::{Arranging, HeldInFull, Rule, SheetInFull, json as as_json};
use crate::app::values::Column;
use crate::app::{App, Error, Kind, local_time};
use crate::domain::{Consultation, SubmissionId};

pub(super) async fn run(
    app: &App,
    consultation: Option<&str>,
    action: &TableAction,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = app.consultation(consultation).await?;
    match action {
        TableAction::List => {
            let held = app.held_tables(&consultation).await?;
            output.data(
                || {
                    let line = |table: &crate::app::values::KeptFile| {
                        let at = local_time(table.kept_us).strftime("%H:%M %d/%m/%Y");
                        let state = match table.decided_us {
                            Some(_) => "đã bỏ",
                            None => "chờ xem",
                        };
                        format!("{:>4}  {at}  {}: {state}\n", table.id, table.file_name)
                    };
                    held.iter().map(line).collect::<String>()
                },
                || json!({"tables": held.iter().map(as_json::table).collect::<Vec<_>>()}),
            );
        }
        TableAction::Show { table } => show(app, &consultation, *table, output).await?,
        TableAction::Columns(arguments) => {
            let said = said(app, &consultation, arguments).await?;
            app.arrange(&consultation, arguments.table, &said).await?;
            show(app, &consultation, arguments.table, output).await?;
        }
        TableAction::Take { table, sheet } => {
            let report = app.take_held(&consultation, *table, sheet, &|_| {}).await?;
            return Ok(say(&[report], false, output));
        }
        TableAction::Discard { table } => {
            app.discard_held(&consultation, *table).await?;
            output.data(
                || "Đã bỏ, không nhập; tệp gốc vẫn được giữ\n".to_owned(),
                || json!({"discarded": table}),
            );
        }
        TableAction::Remembered => {
            let found = app.arrangements().await?;
            output.data(
                || found.iter().map(remembered).collect::<String>(),
                || json!({"arrangements": found.iter().map(remembered_json).collect::<Vec<_>>()}),
            );
        }
        TableAction::Forget { arrangement } => {
            app.remove_arrangement(*arrangement).await?;
            output.data(
                || "Đã bỏ cách xếp cột; bảng đã nhập không đổi\n".to_owned(),
                || json!({"removed": arrangement}),
            );
        }
    }
    Ok(Exit::Done)
}

/// Takes a letter or file back.
pub(super) async fn undo(
    app: &App,
    consultation: Option<&str>,
    submission: i64,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = app.consultation(consultation).await?;
    app.undo_submission(&consultation, SubmissionId(submission))
        .await?;
    output.data(
        || format!("Đã hoàn tác lượt góp ý số {submission}; bản gốc vẫn được giữ\n"),
        || json!({"undone": submission}),
    );
    Ok(Exit::Done)
}

async fn show(
    app: &App,
    consultation: &Consultation,
    id: i64,
    output: &mut Output,
) -> Result<(), Error> {
    let full = app.held_in_full(consultation, id).await?;
    output.data(|| in_words(&full), || as_json::in_full(&full));
    Ok(())
}

fn in_words(full: &HeldInFull) -> String {
    let mut text = format!("{}\n", full.table.file_name);
    for sheet in &full.sheets {
        text.push_str(&sheet_in_words(sheet));
    }
    text
}

fn sheet_in_words(sheet: &SheetInFull) -> String {
    let look = &sheet.look;
    let mut text = String::new();
    if !sheet.name.is_empty() {
        text.push_str(&format!("Trang tính “{}”\n", sheet.name));
    }
    let rule = match &sheet.rule {
        Rule::Nothing => "chưa rõ các cột".to_owned(),
        Rule::Headings => "theo tên cột".to_owned(),
        Rule::Remembered { actor, saved_us } => format!(
            "theo cách xếp cột do {actor} chọn lúc {}",
            local_time(*saved_us).strftime("%H:%M %d/%m/%Y")
        ),
        Rule::Chosen => "theo cách xếp cột vừa chọn".to_owned(),
    };
    text.push_str(&format!("  Các cột: {rule}\n"));
    match &look.mapping {
        Some(mapping) => {
            let pairs = mapping.headings.iter().zip(&mapping.columns);
            for (n, (heading, column)) in (1..).zip(pairs) {
                let column: Option<Column> = *column;
                let (name, code) = column.map_or(("bỏ qua", "skip"), |it| (it.name(), it.code()));
                text.push_str(&format!("  {n:>4}  {heading}: {name} ({code})\n"));
            }
        }
        None => {
            for (n, row) in (1..).zip(&look.first_rows) {
                let n: usize = n;
                text.push_str(&format!("  dòng {n}: {}\n", row.join(" | ")));
            }
        }
    }
    text.push_str(&format!(
        "  {} dòng sẽ nhập, {} dòng đã có, {} dòng chưa nhập được{}\n",
        look.n_new,
        look.n_known,
        look.n_bad,
        if look.is_whole {
            ""
        } else {
            " (đếm phần đầu)"
        }
    ));
    text
}

/// What the command line says about the columns of a sheet: those it does not name stay as they are.
async fn said(
    app: &App,
    consultation: &Consultation,
    arguments: &ColumnsArgs,
) -> Result<Arranging, Error> {
    let header = arguments.header.map(|header| header.saturating_sub(1));
    let mut said = Arranging {
        sheet: arguments.sheet.clone(),
        header: header.unwrap_or(0),
        n_rows: arguments.header_rows,
        columns: None,
    };
    if header.is_some() {
        app.arrange(consultation, arguments.table, &said).await?;
    }
    let full = app.held_in_full(consultation, arguments.table).await?;
    let invalid = |message: &str| Error::new(Kind::Invalid, message);
    let sheet = full.sheets.iter().find(|it| it.name == arguments.sheet);
    let mapping = sheet.and_then(|sheet| sheet.look.mapping.as_ref());
    let mapping = mapping.ok_or_else(|| {
        invalid("Chưa rõ dòng tiêu đề; hãy nêu bằng --header, và trang tính bằng --sheet.")
    })?;
    (said.header, said.n_rows) = mapping.header;
    let mut columns = mapping.columns.clone();
    for (n, column) in &arguments.column {
        let slot = n.checked_sub(1).and_then(|at| columns.get_mut(at));
        let slot = slot.ok_or_else(|| invalid(&format!("Bảng không có cột thứ {n}.")))?;
        *slot = *column;
    }
    said.columns = Some(columns);
    Ok(said)
}

fn remembered(found: &ArrangementView) -> String {
    let columns = found.columns.iter().map(|(heading, column)| {
        let name = column.map_or("bỏ qua", Column::name);
        format!("{heading}: {name}")
    });
    let columns = columns.collect::<Vec<_>>().join("; ");
    let at = local_time(found.saved_us).strftime("%H:%M %d/%m/%Y");
    format!("{:>4}  {at}  {}  {columns}\n", found.id, found.actor)
}

fn remembered_json(found: &ArrangementView) -> Value {
    let columns = found
        .columns
        .iter()
        .map(|(heading, column)| json!({"heading": heading, "holds": column.map(Column::code)}));
    json!({
        "id": found.id,
        "by": found.actor,
        "at": local_time(found.saved_us).to_string(),
        "columns": columns.collect::<Vec<_>>(),
    })
}
