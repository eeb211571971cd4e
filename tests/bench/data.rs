//! Folders to measure in: fresh ones with the shipped example set up, and tables to import.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tiepthu::app::ingest::{FileReport, Incoming, Options};
use tiepthu::app::setup::{Files, create_folder};
use tiepthu::app::{App, Clock};
use tiepthu::config::Config;
use tiepthu::domain::Consultation;

use crate::generate::Generator;

/// The shipped example's folder.
pub(crate) fn example_files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/consultation/bac_giang_2021")
}

struct Example;

impl Files for Example {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        std::fs::read(example_files().join(path))
    }
}

/// A data folder with the example's drafts, rounds and organizations, and no comments.
pub(crate) struct Folder {
    pub(crate) app: App,
    pub(crate) consultation: Consultation,
    folder: TempDir,
}

impl Folder {
    pub(crate) async fn fresh() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let app = create_folder(folder.path(), Config::default(), Clock::System)
            .await
            .expect("a data folder");
        app.set_up(&Example, "consultation.toml")
            .await
            .expect("the example");
        let consultation = app.consultation(None).await.expect("the only one");
        Self {
            app,
            consultation,
            folder,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Closes it; the files stay as long as what is returned.
    pub(crate) async fn close(self) -> TempDir {
        self.app.close().await;
        self.folder
    }

    /// Imports a table or a mailbox to its end: durable, recognized, searchable.
    pub(crate) async fn import(&self, table: &Path) -> FileReport {
        let incoming = Incoming {
            name: table
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            reader: Box::new(File::open(table).expect("the table")),
        };
        let options = Options::default();
        self.app
            .import(&self.consultation, incoming, &options, &|_| {})
            .await
            .expect("an import")
    }
}

/// A table of so many rows in a folder of its own.
pub(crate) fn table(n_rows: usize, seed: u64) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("bang.csv");
    let mut out = BufWriter::new(File::create(&path).expect("a file"));
    Generator::new(seed)
        .write(n_rows, &mut out)
        .expect("room for the table");
    out.flush().expect("room for the table");
    (folder, path)
}
