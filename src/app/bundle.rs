//! A report with the originals its rows come from, in one archive.
//!
//! `bao-cao.docx`, `.xlsx`, `.html` and `.pdf` lie beside `goc/`, which has a folder for each sender;
//! rows lead there by relative links. Names in the archive are ASCII whatever strangers called their
//! files, so that every program on every system unpacks them to where the links point. Originals are
//! copied piece by piece: memory does not grow with them.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Seek, Write};

use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::reporting::FileFormat;
use super::{App, Error, Kind, run_blocking};
use crate::blob::Blobs;
use crate::domain::{BatchId, Consultation, ContentHash, SubmissionId};
use crate::report::csv::render_rows;
use crate::report::model::ReportModel;
use crate::store::submissions::{self, Submission, Which};
use crate::store::{self, containers};
use crate::text::fold::fold;

/// The formats of the report inside.
const FORMATS: [FileFormat; 4] = [
    FileFormat::Docx,
    FileFormat::Xlsx,
    FileFormat::Html,
    FileFormat::Pdf,
];

/// Characters of a name in the archive, without number and extension.
const MAX_NAME: usize = 60;

/// A report and its originals, ready to be written.
#[derive(Debug)]
pub struct Bundle {
    /// What is in memory: path and bytes.
    written: Vec<(String, Vec<u8>)>,
    /// What is copied: path and original.
    originals: Vec<(String, ContentHash)>,
    blobs: Blobs,
}

/// An original and where it goes.
struct Placed {
    path: String,
    blob: ContentHash,
    sender: String,
    source: String,
}

impl App {
    /// Puts a report together with the originals its tables name.
    ///
    /// # Errors
    /// [`Kind::Invalid`] for an anonymous report: its originals would give the names away.
    pub async fn bundle(
        &self,
        consultation: &Consultation,
        mut model: ReportModel,
        is_anonymous: bool,
    ) -> Result<Bundle, Error> {
        if is_anonymous {
            return Err(Error::new(
                Kind::Invalid,
                "Báo cáo ẩn danh không kèm bản gốc được vì bản gốc nêu tên nơi góp ý; hãy lấy báo cáo ẩn danh không kèm bản gốc, hoặc gói kèm bản gốc có nêu tên.",
            ));
        }
        let mut placed = self.placed(consultation, &model.submissions()).await?;
        // What was erased since the report was frozen has no original any more.
        placed.retain(|_, it| self.blobs.size(it.blob).is_ok());
        let paths = placed.iter().map(|(id, it)| (id.0, it.path.clone()));
        model.originals = paths.collect();
        let list = run_blocking({
            let rows: BTreeMap<String, Vec<String>> = placed
                .values()
                .map(|it| {
                    let row = [&it.path, &it.sender, &it.source].map(Clone::clone);
                    let hash = it.blob.to_string();
                    (it.path.clone(), row.into_iter().chain([hash]).collect())
                })
                .collect();
            move || {
                render_rows(
                    &["Tệp", "Nơi gửi", "Tên tệp khi nhận", "SHA-256"],
                    rows.into_values(),
                )
            }
        });
        let list = list.await?.map_err(|error| {
            Error::caused(Kind::Internal, "Không viết được danh mục bản gốc.", error)
        })?;
        let mut written = Vec::new();
        for format in FORMATS {
            let (same, bytes) = self.render(model, format).await?;
            model = same;
            let (extension, _) = format.file_type(&bytes);
            written.push((format!("bao-cao.{extension}"), bytes));
        }
        written.push(("danh-muc-ban-goc.csv".to_owned(), list));
        // Rows of one table, and letters of one file, share an original.
        let originals: BTreeMap<String, ContentHash> =
            placed.into_values().map(|it| (it.path, it.blob)).collect();
        Ok(Bundle {
            written,
            originals: originals.into_iter().collect(),
            blobs: self.blobs.clone(),
        })
    }

    async fn placed(
        &self,
        consultation: &Consultation,
        wanted: &BTreeSet<i64>,
    ) -> Result<BTreeMap<SubmissionId, Placed>, Error> {
        let mut tx = self.store.read().await?;
        let all = submissions::list_submissions(&mut tx, Which::All(consultation.id)).await?;
        let organizations = store::catalog::list_organizations(&mut tx).await?;
        let names: BTreeMap<_, _> = organizations
            .into_iter()
            .map(|it| (it.id, it.name))
            .collect();
        let mut workbooks: BTreeMap<BatchId, Option<(String, ContentHash)>> = BTreeMap::new();
        let mut placed = BTreeMap::new();
        for submission in all.into_iter().filter(|it| wanted.contains(&it.id.0)) {
            let sender = match submission.organizations.as_slice() {
                [] => submission.sender.clone().unwrap_or_default(),
                [first, ..] => names.get(first).cloned().unwrap_or_default(),
            };
            let Some(batch) = submission.batch else {
                placed.insert(submission.id, of_letter(submission, sender));
                continue;
            };
            let workbook = match workbooks.entry(batch) {
                Entry::Occupied(known) => known.get().clone(),
                Entry::Vacant(place) => {
                    let found = containers::find_of_batch(&mut tx, batch).await?;
                    let found = match found {
                        Some(found) => Some((found.file_name.clone(), found.blob()?)),
                        None => None,
                    };
                    place.insert(found).clone()
                }
            };
            let (source, blob) = workbook.unwrap_or((submission.source, submission.blob));
            let path = format!("goc/bang/{:04}-{}", batch.0, safe_file(&source));
            placed.insert(
                submission.id,
                Placed {
                    path,
                    blob,
                    sender: String::new(),
                    source,
                },
            );
        }
        Ok(placed)
    }
}

fn of_letter(submission: Submission, sender: String) -> Placed {
    let folder = match safe(&sender) {
        name if name.is_empty() => "chua-ro-don-vi".to_owned(),
        name => name,
    };
    let file = if submission.channel.is_typed() {
        "nhap-tay.txt".to_owned()
    } else {
        safe_file(&submission.source)
    };
    Placed {
        path: format!("goc/{folder}/{:05}-{file}", submission.id.0),
        blob: submission.blob,
        sender,
        source: submission.source,
    }
}

/// The last part of a name, its extension kept.
fn safe_file(name: &str) -> String {
    let last = name.rsplit(['/', '\\', '>']).next().unwrap_or("").trim();
    let (stem, extension) = match last.rsplit_once('.') {
        Some((stem, extension)) => (stem, safe(extension)),
        None => (last, String::new()),
    };
    let stem = match safe(stem) {
        stem if stem.is_empty() => "tep".to_owned(),
        stem => stem,
    };
    if extension.is_empty() {
        return stem;
    }
    let extension: String = extension.chars().take(8).collect();
    format!("{stem}.{extension}")
}

/// Letters and digits, all else a hyphen; never a dot, so that no name leads out of its folder.
fn safe(name: &str) -> String {
    let mut safe = String::new();
    for c in fold(name).chars() {
        if c.is_ascii_alphanumeric() {
            safe.push(c);
        } else if !safe.is_empty() && !safe.ends_with('-') {
            safe.push('-');
        }
        if safe.len() >= MAX_NAME {
            break;
        }
    }
    safe.trim_end_matches('-').to_owned()
}

impl Bundle {
    /// How many originals it holds.
    pub fn n_originals(&self) -> usize {
        self.originals.len()
    }

    /// Writes the archive from beginning to end, never going back.
    pub fn write(&self, out: impl Write) -> io::Result<()> {
        let mut archive: ZipWriter<StreamWriter<_>> = ZipWriter::new_stream(out);
        for (path, bytes) in &self.written {
            archive.start_file(path, packed(path))?;
            archive.write_all(bytes)?;
        }
        for (path, hash) in &self.originals {
            self.copy(&mut archive, path, *hash)?;
        }
        archive.finish()?.into_inner().flush()
    }

    fn copy<W: Write + Seek>(
        &self,
        archive: &mut ZipWriter<W>,
        path: &str,
        hash: ContentHash,
    ) -> io::Result<()> {
        let mut original = self.blobs.open_blob(hash).map_err(io::Error::other)?;
        archive.start_file(path, packed(path))?;
        io::copy(&mut original, archive)?;
        Ok(())
    }
}

/// What is compressed already is stored.
fn packed(path: &str) -> SimpleFileOptions {
    let extension = path.rsplit('.').next().unwrap_or("");
    let is_packed = ["pdf", "docx", "xlsx", "zip", "jpg", "png", "rar", "7z"].contains(&extension);
    let options = SimpleFileOptions::default().large_file(true);
    options.compression_method(if is_packed {
        CompressionMethod::Stored
    } else {
        CompressionMethod::Deflated
    })
}

#[cfg(test)]
mod tests {
    use super::{safe, safe_file};

    #[test]
    fn names_stay_in_their_folder() {
        #[track_caller]
        fn check(name: &str, expected: &str) {
            assert_eq!(safe_file(name), expected, "{name}");
        }
        check("Góp ý của Sở Tài chính.EML", "gop-y-cua-so-tai-chinh.eml");
        check("../../etc/passwd", "passwd");
        check("..", "tep");
        check("thư.zip > đính kèm\\a.b.pdf", "a-b.pdf");
        check("x.tar.gz\u{202e}", "x-tar.gz");
        check("", "tep");
        assert_eq!(safe("CON: \"Đề án\" <1>"), "con-de-an-1");
        assert!(safe(&"Ủy ban nhân dân ".repeat(40)).len() <= 60);
    }
}
