//! Other programs as bounded child processes: PDF to words with their places, office files to Word.
//!
//! Input is a stranger's bytes, output is what the program made of them; meaning is read elsewhere.
//! Every child gets a copy of the file in a folder of its own that is also its empty home, limits
//! of time, memory and output, no network where the system allows that, and is killed together
//! with its children. A program that is not there is a [`Failure::Missing`] that names the package.
//!
//! * [`child`]: starting, limiting and ending a child.
//! * [`pdf`]: words and rules of a PDF. Words come from poppler, which also reads stamps, form
//!   fields and damaged files; where it is not installed, from ourselves ([`own_pdf`]) in a child
//!   process, because the library behind it panics on odd fonts and may use any amount of memory.
//! * [`scan`]: pages to pictures, straightened ([`raster`]), and words by Tesseract; [`picture`]:
//!   photographs and scans that came as pictures, decoded in a child of ourselves.
//! * [`page_image`]: pages for looking at.
//! * [`office`]: LibreOffice; [`archive`]: `.7z` and `.rar`.
//! * [`workbook`]: spreadsheets to tables of text, also in a child of ourselves.

mod archive;
mod child;
mod office;
mod own_pdf;
mod page_image;
mod pdf;
mod picture;
mod raster;
mod scan;
mod workbook;

use std::path::PathBuf;

pub use pdf::{Layout, PdfPages};
pub use scan::{MOST_PAGES as MOST_SCANNED_PAGES, ScannedPage};
pub use workbook::Sheet;

/// The hidden subcommand under which this program reads a PDF as its own child.
pub const CHILD_COMMAND: &str = "convert-child";

/// Does what this program asked of itself as its own child: reads the file and prints what is in
/// it. `true` when it came to the end.
pub fn answer_as_child(file: &std::path::Path) -> bool {
    // The parent says what became of the file.
    std::panic::set_hook(Box::new(|_| {}));
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    if name == workbook::FILE {
        workbook::answer(file)
    } else if name == picture::READ {
        picture::read(file)
    } else if name.ends_with(picture::SHOW) {
        picture::show(file)
    } else {
        own_pdf::answer(file)
    }
}

/// Where the other programs are.
#[derive(Debug, Clone)]
pub struct Programs {
    folders: Vec<PathBuf>,
    itself: Option<PathBuf>,
}

impl Programs {
    /// Looks for programs in these folders, in this order; `itself` is this program, which reads
    /// PDF files as its own child.
    pub fn new(folders: Vec<PathBuf>, itself: Option<PathBuf>) -> Self {
        Self { folders, itself }
    }

    /// Whether what reads such files is here.
    pub fn has_what_reads(&self, kind: Kind) -> bool {
        match kind {
            Kind::Pdf => self.itself.is_some() || self.find(pdf::TEXT).is_ok(),
            Kind::Office => self.find(office::OFFICE).is_ok(),
            Kind::Scan => self.find(scan::RASTER).is_ok() && self.knows_vietnamese(),
            Kind::Picture => self.itself.is_some() && self.knows_vietnamese(),
            Kind::Workbook => self.itself.is_some(),
            Kind::Archive => self.find(archive::UNPACKER).is_ok(),
        }
    }

    /// The full path of a program.
    fn find(&self, needed: Needed) -> Result<PathBuf, Failure> {
        let file = format!("{}{}", needed.program, std::env::consts::EXE_SUFFIX);
        self.folders
            .iter()
            .map(|folder| folder.join(&file))
            .find(|path| path.is_file())
            .ok_or(Failure::Missing {
                program: needed.program,
                package: needed.package,
            })
    }
}

/// A program and the Debian package that brings it.
#[derive(Debug, Clone, Copy)]
struct Needed {
    program: &'static str,
    package: &'static str,
}

/// What has to be done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A PDF with words.
    Pdf,
    /// A PDF with pictures of words.
    Scan,
    /// A picture of text.
    Picture,
    /// A text document of an office program.
    Office,
    /// A spreadsheet.
    Workbook,
    /// An archive.
    Archive,
}

/// Why a file could not be converted.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The program is not installed.
    #[error("`{program}` is not installed")]
    Missing {
        /// Its name.
        program: &'static str,
        /// The Debian package, as `apt-get install` takes it.
        package: &'static str,
    },
    /// It ended with an error, or without a result.
    #[error("`{program}` could not read the file")]
    Refused {
        /// Its name.
        program: String,
    },
    /// It took too long and was killed.
    #[error("`{program}` took longer than {seconds} s")]
    TimedOut {
        /// Its name.
        program: String,
        /// What it was given.
        seconds: u64,
    },
    /// It wrote more than any honest file becomes and was killed.
    #[error("`{program}` wrote more than {megabytes} MB")]
    TooMuch {
        /// Its name.
        program: String,
        /// What it was allowed.
        megabytes: u64,
    },
    /// The file needs a password.
    #[error("the file needs a password")]
    Encrypted,
    /// The temporary folder or the process could not be made.
    #[error("could not start `{program}`")]
    Start {
        /// Its name.
        program: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}
