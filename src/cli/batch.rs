//! `batch`.

use std::path::Path;

use serde_json::{Value, json};

use super::args::BatchAction;
use super::{Exit, Output};
use crate::app::batches::BatchStanding;
use crate::app::disk::reason;
use crate::app::{App, Error, Kind, local_time};
use crate::domain::BatchId;

pub(super) async fn run(
    app: &App,
    here: &Path,
    consultation: Option<&str>,
    action: &BatchAction,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = app.consultation(consultation).await?;
    match action {
        BatchAction::List => {
            let batches = app.batches(&consultation).await?;
            output.data(
                || batches.iter().map(line).collect::<String>(),
                || json!({"batches": batches.iter().map(to_json).collect::<Vec<_>>()}),
            );
        }
        BatchAction::Undo { batch } => {
            let actor = app.actor().to_owned();
            let n = app
                .undo_batch(&consultation, BatchId(*batch), &actor)
                .await?;
            output.data(
                || {
                    format!(
                        "Đã hoàn tác: {n} lượt góp ý không còn được tính; tệp gốc vẫn được giữ\n"
                    )
                },
                || json!({"n_undone": n}),
            );
        }
        BatchAction::BadRows {
            batch,
            output: file,
        } => {
            let (_, bytes) = app.bad_rows(&consultation, BatchId(*batch)).await?;
            let path = here.join(file);
            std::fs::write(&path, &bytes).map_err(|error| {
                let message = format!("Không ghi được `{}`: {}.", path.display(), reason(&error));
                Error::caused(Kind::Unavailable, message, error)
            })?;
            output.data(
                || format!("{} ({} byte)\n", path.display(), bytes.len()),
                || json!({"file": path.display().to_string(), "n_bytes": bytes.len()}),
            );
        }
    }
    Ok(Exit::Done)
}

fn line(batch: &BatchStanding) -> String {
    let state = match (batch.is_undone, batch.is_complete) {
        (true, _) => "đã hoàn tác",
        (false, true) => "đã nhập xong",
        (false, false) => "đang nhập",
    };
    format!(
        "{:>4}  {}  {}: {} lượt góp ý, {} dòng chưa nhập được, {state}\n",
        batch.id,
        local_time(batch.started_us).strftime("%H:%M %d/%m/%Y"),
        batch.file_name,
        batch.n_submissions,
        batch.n_bad_rows
    )
}

fn to_json(batch: &BatchStanding) -> Value {
    json!({
        "id": batch.id,
        "file": batch.file_name,
        "started_at": local_time(batch.started_us).to_string(),
        "is_complete": batch.is_complete,
        "is_undone": batch.is_undone,
        "n_submissions": batch.n_submissions,
        "n_bad_rows": batch.n_bad_rows,
        "arrangement": batch.arrangement_id,
        "arranged_by": batch.arranged_by,
    })
}
