//! `init`.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Exit, Output};
use crate::app::disk::reason;
use crate::app::setup::{Files, SetUp};
use crate::app::{App, Error, Kind, catalog};
use crate::domain::Warning;

/// A folder on disk.
pub(super) struct FolderFiles(pub(super) PathBuf);

impl Files for FolderFiles {
    fn list(&self) -> io::Result<Vec<String>> {
        fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) -> io::Result<()> {
            for entry in std::fs::read_dir(folder)? {
                let entry = entry?;
                let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
                if entry.file_type()?.is_dir() {
                    walk(&entry.path(), &format!("{name}/"), found)?;
                } else {
                    found.push(name);
                }
            }
            Ok(())
        }
        let mut found = Vec::new();
        walk(&self.0, "", &mut found)?;
        found.sort();
        Ok(found)
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        std::fs::read(self.0.join(path))
    }
}

pub(super) async fn init(
    app: &App,
    here: &Path,
    from: Option<&Path>,
    organizations: Option<&Path>,
    output: &mut Output,
) -> Result<Exit, Error> {
    if let Some(path) = organizations {
        let text = read_text(&here.join(path))?;
        let list = catalog::parse_organizations(&path.display().to_string(), &text)?;
        app.set_organizations(&list).await?;
    }
    let set_up = match from {
        None => None,
        Some(path) => {
            let path = here.join(path);
            let folder = path.parent().unwrap_or(here).to_owned();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            Some(app.set_up(&FolderFiles(folder), &name).await?)
        }
    };
    let n_organizations = app.organizations().await?.len();
    output.data(
        || {
            let mut text = format!(
                "Thư mục dữ liệu: {}\nDanh mục: {n_organizations} cơ quan, đơn vị\n",
                app.folder().display()
            );
            if let Some(set_up) = &set_up {
                text.push_str(&describe(set_up));
            }
            text
        },
        || {
            json!({
                "data_dir": app.folder().display().to_string(),
                "organizations": n_organizations,
                "consultation": set_up.as_ref().map(|set_up| json!({
                    "code": set_up.code,
                    "existed": set_up.existed,
                    "sections": set_up.sections.iter()
                        .map(|(name, n)| json!({"document": name, "n_sections": n}))
                        .collect::<Vec<_>>(),
                })),
            })
        },
    );
    let warnings = set_up.map(|set_up| set_up.warnings).unwrap_or_default();
    for (file, warning) in &warnings {
        output.note(&warning_text(file, warning));
    }
    Ok(Exit::look_at(!warnings.is_empty()))
}

fn describe(set_up: &SetUp) -> String {
    if set_up.existed {
        return format!("Hồ sơ {} đã có, không thay đổi gì\n", set_up.code);
    }
    let mut text = format!("Hồ sơ {}:\n", set_up.code);
    for (document, n) in &set_up.sections {
        text.push_str(&format!("  {document}: {n} mục\n"));
    }
    text
}

/// One line about a problem of a file: where, what, what to do.
pub(super) fn warning_text(file: &str, warning: &Warning) -> String {
    use crate::domain::Location;
    let place = match &warning.location {
        Location::File => file.to_owned(),
        Location::Row {
            sheet,
            row_number,
            column,
        } => {
            let sheet = sheet
                .as_ref()
                .map(|sheet| format!(", trang {sheet}"))
                .unwrap_or_default();
            let column = column
                .as_ref()
                .map(|c| format!(", cột “{c}”"))
                .unwrap_or_default();
            format!("{file}{sheet}, dòng {row_number}{column}")
        }
        Location::Part { path } => format!("{file} > {path}"),
        Location::Text(span) => format!("{file}, ký tự {}", span.start),
    };
    let value = warning
        .value
        .as_ref()
        .map(|v| format!(" [{v}]"))
        .unwrap_or_default();
    format!("{place}: {}{value} {}", warning.problem, warning.remedy)
}

/// Reads a text file the user named.
pub(super) fn read_text(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|error| {
        Error::caused(
            Kind::NotFound,
            format!(
                "Không đọc được tệp `{}`: {}.",
                path.display(),
                reason(&error)
            ),
            error,
        )
    })
}
