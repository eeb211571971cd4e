//! The report as a PDF, typeset inside the program: no other program, no system font.
//!
//! [`ReportModel`] -> what is printed (`pdf/printed.rs`) -> the template `pdf/report.typ`, which reads
//! it as JSON, so that no word of a comment is ever taken for markup. Tagged, with an outline, PDF/A-2a
//! and PDF/UA-1, the four faces of Liberation Serif embedded: as wide as Times New Roman letter by
//! letter. Deterministic: the same model gives the same bytes.
//!
//! Takes a core and 0.4 MiB for each row of its tables: callers run one at a time, and a report of more
//! than [`MOST_ROWS`] comes in volumes, typeset one after another, in one `.zip`.

mod printed;
mod volumes;

use std::io::{Cursor, Write};

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::RenderError;
use super::model::ReportModel;

/// The four faces, as shipped.
const FACES: [&[u8]; 4] = [
    include_bytes!("../../config/fonts/LiberationSerif-Regular.ttf"),
    include_bytes!("../../config/fonts/LiberationSerif-Bold.ttf"),
    include_bytes!("../../config/fonts/LiberationSerif-Italic.ttf"),
    include_bytes!("../../config/fonts/LiberationSerif-BoldItalic.ttf"),
];

/// Rows of tables that are typeset in one go: about 400 MiB of memory.
pub const MOST_ROWS: usize = 1_000;

/// What every report shares.
static SHARED: LazyLock<Shared> = LazyLock::new(Shared::load);

/// Minutes that Vietnamese time is ahead, all year.
const UTC_OFFSET: i32 = 7 * 60;

/// Renders a report as a PDF, or a long one as a `.zip` of volumes (see [`is_in_volumes`]).
pub fn render_pdf(model: &ReportModel) -> Result<Vec<u8>, RenderError> {
    let volumes = volumes::split(model, MOST_ROWS);
    if let [whole] = volumes.as_slice() {
        return Ok(typeset(whole, 1)?.0);
    }
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    // A PDF is compressed already.
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let n = volumes.len();
    let mut first_page = 1;
    for (volume, number) in volumes.iter().zip(1..) {
        let (bytes, last_page) = typeset(volume, first_page)?;
        first_page = last_page + 1;
        archive.start_file(format!("tap-{number:02}-tren-{n:02}.pdf"), stored)?;
        archive.write_all(&bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// Whether what [`render_pdf`] gave is a `.zip` of volumes.
pub fn is_in_volumes(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK")
}

/// The pages of a report, counted from `first_page`, and the number of the last one.
fn typeset(model: &ReportModel, first_page: u64) -> Result<(Vec<u8>, u64), RenderError> {
    let covers = |c: char| SHARED.covers(c);
    let printed = printed::lay_out(model, first_page, &covers);
    let printed = serde_json::to_vec(&printed).map_err(std::io::Error::from)?;
    let press = Press {
        shared: &SHARED,
        printed: Bytes::new(printed),
    };
    let printed = press.print(model);
    // What typst remembers belongs to the whole process and would stay, after a failure too.
    comemo::evict(0);
    printed
}

struct Shared {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    faces: Vec<Font>,
    template: Source,
    printed: FileId,
}

impl Shared {
    fn load() -> Self {
        let faces: Vec<Font> = FACES
            .into_iter()
            .flat_map(|face| Font::iter(Bytes::new(face)))
            .collect();
        let file = |name: &str| {
            let path = VirtualPath::new(name).expect("a plain name");
            FileId::new(RootedPath::new(VirtualRoot::Project, path))
        };
        Self {
            library: LazyHash::new(<Library as LibraryExt>::default()),
            book: LazyHash::new(FontBook::from_fonts(&faces)),
            faces,
            template: Source::new(
                file("report.typ"),
                include_str!("pdf/report.typ").to_owned(),
            ),
            printed: file("report.json"),
        }
    }

    /// Whether every face has a character.
    fn covers(&self, c: char) -> bool {
        self.faces
            .iter()
            .all(|face| face.info().coverage.contains(u32::from(c)))
    }
}

/// One report being printed.
struct Press<'a> {
    shared: &'a Shared,
    printed: Bytes,
}

impl World for Press<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.shared.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.shared.book
    }

    fn main(&self) -> FileId {
        self.shared.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main() {
            Ok(self.shared.template.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.shared.printed {
            Ok(self.printed.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.shared.faces.get(index).cloned()
    }

    /// The moment is part of the model; the template never asks for the day.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

impl Press<'_> {
    fn print(&self, model: &ReportModel) -> Result<(Vec<u8>, u64), RenderError> {
        let document = typst::compile::<PagedDocument>(self)
            .output
            .map_err(|problems| typesetting(&problems))?;
        let at = model.info.taken_at;
        let part = |n: i8| u8::try_from(n).unwrap_or_default();
        let moment = Datetime::from_ymd_hms(
            i32::from(at.year()),
            part(at.month()),
            part(at.day()),
            part(at.hour()),
            part(at.minute()),
            part(at.second()),
        );
        let standards = [PdfStandard::A_2a, PdfStandard::Ua_1];
        let options = PdfOptions {
            // The title, as ever, and the moment.
            ident: Smart::Custom(format!("{} {}", model.title, model.info.ledger_seq)),
            creator: Smart::Custom(Some(format!("tiepthu {}", env!("CARGO_PKG_VERSION")))),
            timestamp: moment.and_then(|moment| Timestamp::new_local(moment, UTC_OFFSET)),
            standards: PdfStandards::new(&standards)
                .map_err(|problem| RenderError::Typeset(problem.message().to_string()))?,
            ..PdfOptions::default()
        };
        let last_page = document.pages().last().map_or(1, |page| page.number);
        let bytes =
            typst_pdf::pdf(&document, &options).map_err(|problems| typesetting(&problems))?;
        Ok((bytes, last_page))
    }
}

/// What is wrong with the template; never what a comment says.
fn typesetting(problems: &[SourceDiagnostic]) -> RenderError {
    let said: Vec<&str> = problems
        .iter()
        .take(5)
        .map(|problem| problem.message.as_str())
        .collect();
    RenderError::Typeset(said.join("; "))
}

#[cfg(test)]
mod tests {
    use super::typeset;
    use crate::report::model::{Kind, build};
    use crate::report::reconcile::Scope;
    use crate::report::tests::many;

    #[test]
    fn a_volume_counts_its_pages_on() {
        let world = many(40);
        let model = build(&world.snapshot, Kind::BySection, &Scope::default()).unwrap();
        let (_, n_pages) = typeset(&model, 1).unwrap();
        assert!(n_pages > 1);
        let (_, last) = typeset(&model, n_pages + 1).unwrap();
        assert_eq!(last, 2 * n_pages);
    }
}
