//! `freeze`, `versions`, `compare`, `issue`: reports as they were.

use std::path::Path;

use serde_json::{Value, json};

use super::args::{FreezeArgs, IssueArgs, ReviewArgs};
use super::{Exit, Output};
use crate::app::freezing::{FreezeOrder, Version, differences};
use crate::app::{App, Error, Kind, local_time};
use crate::domain::Consultation;
use crate::report::model;
use crate::report::reconcile::Scope;
use crate::respond::Step;
use crate::respond::chain::Approver;

pub(super) async fn freeze(
    app: &App,
    arguments: &FreezeArgs,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = app.consultation(arguments.consultation.as_deref()).await?;
    for number in &arguments.round {
        app.round(consultation.id, *number).await?;
    }
    let order = FreezeOrder {
        kind: model::Kind::Full,
        scope: Scope {
            rounds: Some(arguments.round.clone()).filter(|rounds| !rounds.is_empty()),
            include_internal: arguments.include_internal,
            ..super::report::laid_out(app, &consultation, &arguments.form).await?
        },
        is_working: arguments.working,
        actor: arguments
            .actor
            .clone()
            .unwrap_or_else(|| app.actor().to_owned()),
    };
    let frozen = app.freeze_report(&consultation, &order).await?;
    if frozen.was_known {
        output.note(&format!(
            "Không có gì thay đổi từ bản trình lần {}; không chốt thêm.",
            frozen.version.ordinal
        ));
    }
    output.data(
        || describe(&frozen.version),
        || {
            let mut value = to_json(&frozen.version);
            if let Value::Object(object) = &mut value {
                object.insert("was_known".to_owned(), json!(frozen.was_known));
                object.insert("unfinished".to_owned(), json!(frozen.unfinished));
            }
            value
        },
    );
    Ok(Exit::look_at(!frozen.unfinished.is_empty()))
}

pub(super) async fn list(
    app: &App,
    consultation: Option<&str>,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = app.consultation(consultation).await?;
    let versions = app.report_versions(&consultation).await?;
    output.data(
        || versions.iter().map(describe).collect::<String>(),
        || json!({"versions": versions.iter().map(to_json).collect::<Vec<_>>()}),
    );
    Ok(Exit::Done)
}

fn describe(version: &Version) -> String {
    let content = &version.content;
    let edition = if content.is_official {
        "bản chính thức"
    } else {
        "bản làm việc"
    };
    let issue = version
        .issue
        .as_ref()
        .map(|issue| {
            format!(
                "; đã ban hành số {} ngày {}",
                issue.number,
                issue.issued_on.strftime("%d/%m/%Y")
            )
        })
        .unwrap_or_default();
    let standing = version.standing().map(|it| it.state.name().to_lowercase());
    let standing = standing.map_or_else(String::new, |name| format!("; {name}"));
    format!(
        "Bản trình lần {} ({edition}): {} ý kiến, chốt lúc {}, mã kiểm tra {}{standing}{issue}\n",
        version.ordinal,
        content.n_points,
        local_time(content.frozen_us).strftime("%H:%M ngày %d/%m/%Y"),
        content.model,
    )
}

/// Hands in, approves or returns a version.
pub(super) async fn review(
    app: &App,
    arguments: &ReviewArgs,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = app.consultation(arguments.consultation.as_deref()).await?;
    let step = match (arguments.submit, arguments.approve, &arguments.send_back) {
        (true, _, _) => Step::Submit,
        (_, true, _) => Step::Approve,
        (_, _, Some(_)) => Step::Return,
        _ => {
            let message = "Chưa nói làm gì: --submit, --approve hoặc --return.";
            return Err(Error::new(Kind::Invalid, message));
        }
    };
    let version = app
        .review_report(
            &consultation,
            arguments.ordinal,
            step,
            arguments.send_back.as_deref(),
            &Approver::Any,
            arguments.actor.as_deref().unwrap_or(app.actor()),
        )
        .await?;
    output.data(|| describe(&version), || to_json(&version));
    Ok(Exit::Done)
}

fn to_json(version: &Version) -> Value {
    let content = &version.content;
    json!({
        "ordinal": version.ordinal,
        "kind": content.kind,
        "is_official": content.is_official,
        "hash": content.model.to_string(),
        "ledger_seq": content.ledger_seq,
        "n_points": content.n_points,
        "actor": content.actor,
        "frozen_at": local_time(content.frozen_us).to_string(),
        "reviews": version.reviews.iter().map(|review| json!({
            "state": review.standing.state.code(),
            "step": review.approval_step,
            "remark": review.remark,
            "actor": review.actor,
            "reviewed_at": local_time(review.reviewed_us).to_string(),
        })).collect::<Vec<_>>(),
        "issue": version.issue.as_ref().map(|issue| json!({
            "number": issue.number,
            "date": issue.issued_on.to_string(),
            "signed_file": issue.signed.as_ref().map(|(_, name)| name),
        })),
    })
}

pub(super) async fn compare(
    app: &App,
    consultation: &Consultation,
    earlier: u32,
    later: Option<u32>,
    output: &mut Output,
) -> Result<Exit, Error> {
    let comparison = app.compare_reports(consultation, earlier, later).await?;
    output.data(
        || {
            let mut text = format!(
                "Thêm {}, bớt {}, thay đổi {}, giữ nguyên {} ý kiến.\n",
                comparison.added.len(),
                comparison.removed.len(),
                comparison.changed.len(),
                comparison.n_same
            );
            for (sign, points) in [("+", &comparison.added), ("-", &comparison.removed)] {
                for point in points {
                    text.push_str(&format!(
                        "{sign} số {} ({}, {}): {}\n",
                        point.id, point.speakers, point.place, point.text
                    ));
                }
            }
            for (before, after) in &comparison.changed {
                text.push_str(&format!("~ số {} ({})\n", after.id, after.speakers));
                for (label, before, after) in differences(before, after) {
                    text.push_str(&format!("    {label}: {before} → {after}\n"));
                }
            }
            text
        },
        || {
            json!({
                "added": comparison.added.iter().map(|point| point.id).collect::<Vec<_>>(),
                "removed": comparison.removed.iter().map(|point| point.id).collect::<Vec<_>>(),
                "changed": comparison.changed.iter().map(|(before, after)| json!({
                    "point": after.id,
                    "differences": differences(before, after).into_iter()
                        .map(|(label, before, after)| json!({
                            "what": label, "before": before, "after": after,
                        })).collect::<Vec<_>>(),
                })).collect::<Vec<_>>(),
                "n_same": comparison.n_same,
            })
        },
    );
    Ok(Exit::Done)
}

pub(super) async fn issue(
    app: &App,
    here: &Path,
    arguments: &IssueArgs,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = app.consultation(arguments.consultation.as_deref()).await?;
    let signed = match &arguments.signed {
        Some(file) => {
            let path = here.join(file);
            let name = super::read::file_name(&path);
            Some((name, super::read::read_bytes(&path)?))
        }
        None => None,
    };
    let version = app
        .issue_report(
            &consultation,
            arguments.ordinal,
            &arguments.number,
            arguments.date,
            signed.as_ref().map(|(name, bytes)| (&**name, &**bytes)),
            arguments.actor.as_deref().unwrap_or(app.actor()),
        )
        .await?;
    output.data(|| describe(&version), || to_json(&version));
    Ok(Exit::Done)
}
