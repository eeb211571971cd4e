//! The report as a PDF, typeset inside the program: no other program, no system font.
//!
//! [`ReportModel`] -> what is printed (`pdf/printed.rs`) -> the template `pdf/report.typ`, which reads
//! it as JSON, so that no word of a comment is ever taken for markup. Tagged, with an outline, PDF/A-2a
//! and PDF/UA-1, the four faces of Liberation Serif embedded: as wide as Times New Roman letter by
//! letter. Deterministic: the same model gives the same bytes.
//!
//! Takes a core and 0.4 MiB for each row of its tables: callers run one at a time, and a report of more
//! than [`MOST_ROWS`] is one page that says where to read it instead.

mod printed;

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::RenderError;
use super::model::{Block, Line, Orientation, Part, ReportModel};

/// The four faces, as shipped.
const FACES: [&[u8]; 4] = [
    include_bytes!("../../config/fonts/LiberationSerif-Regular.ttf"),
    include_bytes!("../../config/fonts/LiberationSerif-Bold.ttf"),
    include_bytes!("../../config/fonts/LiberationSerif-Italic.ttf"),
    include_bytes!("../../config/fonts/LiberationSerif-BoldItalic.ttf"),
];

/// Rows of tables that are typeset in one go: about 2 GiB of memory.
pub const MOST_ROWS: usize = 5_000;

/// What every report shares.
static SHARED: LazyLock<Shared> = LazyLock::new(Shared::load);

/// Minutes that Vietnamese time is ahead, all year.
const UTC_OFFSET: i32 = 7 * 60;

/// Renders a report as a PDF.
pub fn render_pdf(model: &ReportModel) -> Result<Vec<u8>, RenderError> {
    let n_rows = model.tables().map(|table| table.rows.len()).sum();
    if n_rows > MOST_ROWS {
        return render_pdf(&too_long(model, n_rows));
    }
    let covers = |c: char| SHARED.covers(c);
    let printed =
        serde_json::to_vec(&printed::lay_out(model, &covers)).map_err(std::io::Error::from)?;
    let press = Press {
        shared: &SHARED,
        printed: Bytes::new(printed),
    };
    let bytes = press.print(model);
    // What typst remembers belongs to the whole process and would stay, after a failure too.
    comemo::evict(0);
    bytes
}

/// What stands for a report that is too long: nobody may take it for the report.
fn too_long(model: &ReportModel, n_rows: usize) -> ReportModel {
    let number = super::wording::number(n_rows);
    let words = format!(
        "Báo cáo này có {number} dòng, dài quá mức dựng thành một tệp PDF. Hãy dùng tệp Word hoặc Excel của cùng báo cáo (in ra PDF từ Word nếu cần), hoặc xuất từng đợt."
    );
    let blocks = vec![
        Block::Title {
            name: "CHƯA DỰNG ĐƯỢC TỆP PDF".to_owned(),
            subject: model.title.clone(),
        },
        Block::Paragraph(Line::plain(words)),
    ];
    ReportModel {
        kind: model.kind,
        title: model.title.clone(),
        parts: vec![Part {
            orientation: Orientation::Portrait,
            restarts_pages: false,
            blocks,
        }],
        info: model.info.clone(),
    }
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
    fn print(&self, model: &ReportModel) -> Result<Vec<u8>, RenderError> {
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
        typst_pdf::pdf(&document, &options).map_err(|problems| typesetting(&problems))
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
