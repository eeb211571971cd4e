//! `draft`: a further draft of a document, and what became of its sections.

use std::path::Path;

use serde_json::{Value, json};

use super::args::DraftAction;
use super::import::warning_to_json;
use super::read::read_bytes;
use super::setup::warning_text;
use super::{Exit, Output};
use crate::app::drafts::{Aligned, DraftReport, Verdict};
use crate::app::{App, Error};
use crate::domain::{Consultation, PointId, SectionChange};

pub(super) async fn run(
    app: &App,
    here: &Path,
    action: &DraftAction,
    output: &mut Output,
) -> Result<Exit, Error> {
    match action {
        DraftAction::Add {
            file,
            document,
            consultation,
            dry_run,
        } => {
            let consultation = app.consultation(consultation.as_deref()).await?;
            let path = here.join(file);
            add(app, &consultation, &path, document, *dry_run, output).await
        }
        DraftAction::Alignment {
            document,
            consultation,
            all,
        } => {
            let consultation = app.consultation(consultation.as_deref()).await?;
            let report = app.draft_alignment(&consultation, document).await?;
            let unchanged = app.accepted_but_unchanged(&consultation).await?;
            if !unchanged.is_empty() {
                let ids: Vec<String> = unchanged.iter().map(PointId::to_string).collect();
                output.note(&format!(
                    "Đã tiếp thu nhưng mục được góp ý chưa thay đổi trong dự thảo hiện tại: ý kiến {}.",
                    ids.join(", ")
                ));
            }
            Ok(say(&report, *all, output))
        }
        DraftAction::Confirm {
            ids,
            document,
            consultation,
        } => {
            let consultation = app.consultation(consultation.as_deref()).await?;
            let n = app
                .judge_alignment(&consultation, document, ids, Verdict::Confirm)
                .await?;
            output.data(
                || format!("Đã xác nhận {n} mục\n"),
                || json!({"confirmed": n}),
            );
            Ok(Exit::Done)
        }
        DraftAction::Reject {
            ids,
            document,
            consultation,
        } => {
            let consultation = app.consultation(consultation.as_deref()).await?;
            let n = app
                .judge_alignment(&consultation, document, ids, Verdict::Reject)
                .await?;
            output.data(
                || format!("Đã tách {n} cặp mục\n"),
                || json!({"rejected": n}),
            );
            Ok(Exit::Done)
        }
    }
}

/// Adds a draft, or says what adding it would find.
async fn add(
    app: &App,
    consultation: &Consultation,
    path: &Path,
    document: &str,
    is_dry: bool,
    output: &mut Output,
) -> Result<Exit, Error> {
    let bytes = read_bytes(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let report = app
        .add_draft(consultation, document, &name, &bytes, is_dry)
        .await?;
    if report.existed {
        output.note(&format!(
            "Tệp này đã là dự thảo lần {} của {}; không thay đổi gì.",
            report.number, report.document
        ));
    } else if !is_dry {
        output.note(&format!(
            "Đã thêm dự thảo lần {} của {}.",
            report.number, report.document
        ));
    }
    for warning in &report.warnings {
        output.note(&warning_text(&name, warning));
    }
    Ok(say(&report, false, output))
}

/// Prints what changed; with `all`, also what is the same.
fn say(report: &DraftReport, all: bool, output: &mut Output) -> Exit {
    let n_doubtful = report.n_doubtful();
    output.data(
        || {
            let mut text = String::new();
            for section in &report.sections {
                let is_plain = section.is_confirmed && section.change == SectionChange::Same;
                if all || !is_plain {
                    text.push_str(&line(section));
                }
            }
            text.push_str(&summary(report));
            text
        },
        || to_json(report),
    );
    if n_doubtful > 0 {
        output.note(&format!(
            "{n_doubtful} mục cần người xác nhận (đánh dấu ?): `tiepthu draft confirm` hoặc `tiepthu draft reject`, kèm số ở đầu dòng."
        ));
    }
    Exit::look_at(n_doubtful > 0 || !report.warnings.is_empty())
}

fn line(section: &Aligned) -> String {
    let label = |side: &Option<(String, String)>| {
        side.as_ref()
            .map_or_else(|| "(không có)".to_owned(), |(label, _)| label.clone())
    };
    let heading = section
        .new
        .as_ref()
        .or(section.old.as_ref())
        .map_or("", |(_, heading)| heading.as_str());
    let mark = if section.is_confirmed { " " } else { "?" };
    let id = if section.id > 0 {
        section.id.to_string()
    } else {
        String::new()
    };
    format!(
        "{mark} {id}\t{}\t{} → {}\t{:.2}\t{heading}\n",
        section.change.name(),
        label(&section.old),
        label(&section.new),
        section.confidence.value(),
    )
}

fn summary(report: &DraftReport) -> String {
    let counts: Vec<String> = SectionChange::ALL
        .into_iter()
        .filter_map(|change| {
            let n = report
                .sections
                .iter()
                .filter(|s| s.change == change)
                .count();
            (n > 0).then(|| format!("{} {n}", change.name()))
        })
        .collect();
    format!(
        "{}, dự thảo lần {}: {}\n",
        report.document,
        report.number,
        counts.join(", ")
    )
}

fn to_json(report: &DraftReport) -> Value {
    let side = |side: &Option<(String, String)>| {
        side.as_ref()
            .map(|(label, heading)| json!({"label": label, "heading": heading}))
    };
    json!({
        "document": report.document,
        "draft": report.number,
        "existed": report.existed,
        "doubtful": report.n_doubtful(),
        "sections": report.sections.iter().map(|section| json!({
            "id": section.id,
            "change": section.change.code(),
            "old": side(&section.old),
            "new": side(&section.new),
            "similarity": section.similarity,
            "confidence": section.confidence.value(),
            "rule": section.rule,
            "confirmed": section.is_confirmed,
        })).collect::<Vec<_>>(),
        "warnings": report.warnings.iter().map(warning_to_json).collect::<Vec<_>>(),
    })
}
