//! `demo`: the main job on the example that is inside the program.

use std::collections::BTreeMap;
use std::io;

use rust_embed::RustEmbed;

use super::setup::warning_text;
use super::{Exit, Output, status};
use crate::app::disk::{make_folder, write_whole};
use crate::app::ingest::{Incoming, Options};
use crate::app::reporting::FileFormat;
use crate::app::setup::Files;
use crate::app::{App, Error, Kind};
use crate::domain::Consultation;
use crate::report::model;
use crate::report::reconcile::Scope;

#[derive(RustEmbed)]
#[folder = "fixtures/consultation/bac_giang_2021/"]
struct Example;

impl Files for Example {
    fn list(&self) -> io::Result<Vec<String>> {
        let mut names: Vec<String> = Self::iter().map(std::borrow::Cow::into_owned).collect();
        names.sort();
        Ok(names)
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        Self::get(path)
            .map(|file| file.data.into_owned())
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }
}

/// Reports the example is written as.
const REPORTS: [(model::Kind, &str); 4] = [
    (model::Kind::Full, "bao-cao-tong-hop-tiep-thu-giai-trinh"),
    (model::Kind::BySection, "ban-tong-hop-theo-muc"),
    (model::Kind::ByOrganization, "ban-tong-hop-theo-don-vi"),
    (model::Kind::Roster, "danh-sach-da-tra-loi-chua-tra-loi"),
];

pub(super) async fn run(app: &App, output: &mut Output) -> Result<Exit, Error> {
    let before = app.ledger_seq().await?;
    let set_up = app.set_up(&Example, "consultation.toml").await?;
    for (file, warning) in &set_up.warnings {
        output.note(&warning_text(file, warning));
    }
    let consultation = app.consultation(Some(&set_up.code)).await?;
    let all = Example.list().map_err(missing)?;
    let mut queue = Vec::new();
    for step in &set_up.imports {
        queue.extend(
            step.select(&all)
                .into_iter()
                .map(|path| (step.round, path.to_owned())),
        );
    }
    let bar = output.progress(u64::try_from(queue.len()).unwrap_or(u64::MAX));
    let mut rounds = BTreeMap::new();
    for (number, path) in &queue {
        bar.set_message(path.clone());
        if !rounds.contains_key(number) {
            rounds.insert(*number, app.round(consultation.id, *number).await?);
        }
        let options = Options {
            round: rounds.get(number).cloned(),
            ..Options::default()
        };
        let bytes = Example.read(path).map_err(missing)?;
        let incoming = Incoming {
            name: path.clone(),
            reader: Box::new(io::Cursor::new(bytes)),
        };
        app.import(&consultation, incoming, &options, &|_| {})
            .await?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    let text = |file| {
        Example
            .read(file)
            .map_err(missing)
            .map(|b| String::from_utf8_lossy(&b).into_owned())
    };
    let outcomes = [
        app.apply_triage(&consultation, "triage.csv", &text("triage.csv")?)
            .await?,
        app.apply_answers(&consultation, "answers.csv", &text("answers.csv")?)
            .await?,
        app.apply_out_of_scope(
            &consultation,
            "out_of_scope.csv",
            &text("out_of_scope.csv")?,
        )
        .await?,
    ];
    for problem in outcomes.iter().flat_map(|outcome| &outcome.problems) {
        output.note(problem);
    }
    app.propose_groups(&consultation, app.actor()).await?;
    let has_changed = app.ledger_seq().await? != before;
    write_reports(app, &consultation, has_changed, output).await?;
    status::say(&app.status(&consultation).await?, output);
    Ok(Exit::Done)
}

async fn write_reports(
    app: &App,
    consultation: &Consultation,
    has_changed: bool,
    output: &mut Output,
) -> Result<(), Error> {
    let folder = app.folder().join("reports");
    make_folder(&folder)?;
    for (kind, name) in REPORTS {
        for format in FileFormat::KEPT {
            let path = folder.join(format!("{name}.{}", format.extension()));
            if path.exists() && !has_changed {
                continue;
            }
            let scope = Scope {
                section_depth: app.config.section_depth,
                ..Scope::default()
            };
            let model = app.report(consultation, kind, scope).await?;
            let (_, bytes) = app.render(model, format).await?;
            write_whole(&path, &bytes)?;
        }
    }
    output.note(&format!("Báo cáo: {}", folder.display()));
    Ok(())
}

fn missing(error: io::Error) -> Error {
    Error::caused(
        Kind::Internal,
        "Hồ sơ mẫu kèm chương trình bị thiếu tệp.",
        error,
    )
}
