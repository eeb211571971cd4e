//! `report`.

use std::io::BufWriter;
use std::path::Path;

use serde_json::json;

use super::args::{FormArgs, ReportArgs};
use super::{Exit, Output};
use crate::app::bundle::Bundle;
use crate::app::disk::{write_through, write_whole};
use crate::app::reporting::FileFormat;
use crate::app::{App, Error, Kind};
use crate::domain::Consultation;
use crate::report::edition::{Edition, Headings, Order};
use crate::report::model;
use crate::report::reconcile::Scope;

/// The code of a report with its originals.
const BUNDLE: &str = "zip";

pub(super) async fn run(
    app: &App,
    here: &Path,
    arguments: &ReportArgs,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = app.consultation(arguments.consultation.as_deref()).await?;
    let format = FileFormat::parse(&arguments.format);
    if format.is_none() && arguments.format != BUNDLE {
        let known: Vec<&str> = FileFormat::ALL.iter().map(|f| f.extension()).collect();
        return Err(Error::new(
            Kind::Invalid,
            format!(
                "Dạng `{}` chưa có; chọn: {}, {BUNDLE} (kèm bản gốc).",
                arguments.format,
                known.join(", ")
            ),
        ));
    }
    let path = here.join(&arguments.output);
    if let Some(ordinal) = arguments.frozen {
        let version = app.report_version(&consultation, ordinal).await?;
        if version.content.kind != arguments.kind {
            return Err(Error::new(
                Kind::Invalid,
                format!(
                    "Bản trình lần {ordinal} là loại {}, không phải {}.",
                    version.content.kind, arguments.kind
                ),
            ));
        }
        let Some(format) = format else {
            let bundle = app.frozen_bundle(&consultation, &version).await?;
            return save_bundle(&path, &bundle, output);
        };
        let bytes = app.frozen_file(&version, format).await?;
        return save(&path, format, &bytes, output);
    }
    let organization = match &arguments.organization {
        Some(name) => Some(app.organization_by_name(consultation.id, name).await?),
        None => None,
    };
    let kind = model::Kind::parse(&arguments.kind, organization).ok_or_else(|| {
        Error::new(
            Kind::Invalid,
            if arguments.kind == "extract" {
                "Bản trích cần --organization.".to_owned()
            } else {
                format!(
                    "Loại `{}` không có; chọn: full, by-section, by-organization, roster, extract, open-work, form, reminder, drafts.",
                    arguments.kind
                )
            },
        )
    })?;
    for number in &arguments.round {
        app.round(consultation.id, *number).await?;
    }
    let scope = Scope {
        rounds: Some(arguments.round.clone()).filter(|rounds| !rounds.is_empty()),
        include_internal: arguments.include_internal,
        draft: arguments.draft,
        ..laid_out(app, &consultation, &arguments.form).await?
    };
    let is_anonymous = scope.edition.is_anonymous;
    let model = app.report(&consultation, kind, scope).await?;
    let Some(format) = format else {
        let bundle = app.bundle(&consultation, model, is_anonymous).await?;
        return save_bundle(&path, &bundle, output);
    };
    let (_, bytes) = app.render(model, format).await?;
    save(&path, format, &bytes, output)
}

/// Writes a report with its originals, piece by piece.
fn save_bundle(path: &Path, bundle: &Bundle, output: &mut Output) -> Result<Exit, Error> {
    write_through(path, |file| bundle.write(BufWriter::new(file)))?;
    let n = bundle.n_originals();
    output.data(
        || format!("{} (kèm {n} bản gốc)", path.display()),
        || json!({"file": path.display().to_string(), "n_originals": n}),
    );
    Ok(Exit::Done)
}

/// Writes what changed between two versions as a document.
pub(super) async fn comparison(
    app: &App,
    consultation: &Consultation,
    earlier: u32,
    later: Option<u32>,
    path: &Path,
    output: &mut Output,
) -> Result<Exit, Error> {
    let extension = path.extension().and_then(|extension| extension.to_str());
    let format = extension.and_then(FileFormat::parse).ok_or_else(|| {
        let known = FileFormat::ALL.map(FileFormat::extension).join(", ");
        Error::new(
            Kind::Invalid,
            format!("Tên tệp phải có đuôi là một trong: {known}."),
        )
    })?;
    let bytes = app.comparison_file(consultation, earlier, later, format);
    save(path, format, &bytes.await?, output)
}

/// The scope that says how a report is laid out.
pub(super) async fn laid_out(
    app: &App,
    consultation: &Consultation,
    form: &FormArgs,
) -> Result<Scope, Error> {
    let after = match form.after {
        Some(ordinal) => Some(app.issued_up_to(consultation, ordinal).await?),
        None => None,
    };
    Ok(Scope {
        after,
        section_depth: form.depth.unwrap_or(app.config.section_depth),
        include_agreeing: form.agreeing == "list",
        edition: Edition {
            order: Order::parse(&form.order).unwrap_or_default(),
            is_anonymous: form.anonymous,
            headings: Headings::parse(&form.headings).unwrap_or_default(),
            has_charts: form.charts,
            is_official: false,
        },
        ..Scope::default()
    })
}

fn save(path: &Path, format: FileFormat, bytes: &[u8], output: &mut Output) -> Result<Exit, Error> {
    let (extension, _) = format.file_type(bytes);
    let path = if extension == format.extension() {
        path.to_owned()
    } else {
        output.note("Báo cáo dài nên bản PDF gồm nhiều tập, để chung trong một tệp .zip.");
        path.with_extension(extension)
    };
    let path = path.as_path();
    write_whole(path, bytes)?;
    output.data(
        || format!("{} ({} byte)", path.display(), bytes.len()),
        || json!({"file": path.display().to_string(), "size_bytes": bytes.len()}),
    );
    Ok(Exit::Done)
}
