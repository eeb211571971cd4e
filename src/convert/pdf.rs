//! Words, rules and pictures of a PDF's pages, as XML with one element a thing.

use std::time::Duration;

use super::child::{Limits, Workplace};
use super::{CHILD_COMMAND, Failure, Needed, Programs};

pub(super) const TEXT: Needed = Needed {
    program: "pdftotext",
    package: "poppler-utils",
};
/// A hundred pages take half a second.
const LIMITS: Limits = Limits {
    time: Duration::from_secs(15),
    memory_megabytes: 1024,
    output_megabytes: 256,
};

const ENCRYPTED: &[u8] = b"/Encrypt";

/// What a PDF's pages hold: `<page>` elements with `<word>`, `<rule>` and `<picture>` inside,
/// their places in points from the top left corner as `xMin`, `yMin`, `xMax`, `yMax`.
#[derive(Debug, Clone)]
pub struct Layout(pub Vec<u8>);

/// A PDF as far as it could be taken apart.
#[derive(Debug, Clone)]
pub struct PdfPages {
    /// The words.
    pub words: Layout,
    /// Rules and pictures, where our own reader came through.
    pub drawings: Option<Layout>,
    /// What took the words out, e.g. `pdf/1+poppler`.
    pub extractor: &'static str,
}

impl Programs {
    /// Takes a PDF apart.
    ///
    /// Poppler gives the words where it is installed. Our own child gives the rules around the
    /// cells of tables, and the words where poppler is missing or fails.
    pub fn read_pdf(&self, bytes: &[u8]) -> Result<PdfPages, Failure> {
        let place = Workplace::with(bytes, "original.pdf")?;
        let own = self.read_as_child(&place);
        let words = self.find(TEXT).and_then(|program| {
            let arguments = ["-bbox-layout", "-enc", "UTF-8", "original.pdf", "-"];
            place.run(&program, &arguments, LIMITS)
        });
        match (words, own) {
            (Ok(words), own) => Ok(PdfPages {
                words: Layout(words),
                drawings: own.ok().map(Layout),
                extractor: "pdf/1+poppler",
            }),
            (Err(_), Ok(own)) => Ok(PdfPages {
                words: Layout(own.clone()),
                drawings: Some(Layout(own)),
                extractor: "pdf/1",
            }),
            // The dictionary that says how a file is encrypted is never encrypted itself.
            (Err(Failure::Refused { .. } | Failure::Missing { .. }), Err(_))
                if bytes.windows(ENCRYPTED.len()).any(|it| it == ENCRYPTED) =>
            {
                Err(Failure::Encrypted)
            }
            // Poppler's reason counts.
            (Err(failure), Err(_)) => Err(failure),
        }
    }

    fn read_as_child(&self, place: &Workplace) -> Result<Vec<u8>, Failure> {
        let itself = self.itself.as_deref().ok_or_else(|| Failure::Refused {
            program: CHILD_COMMAND.to_owned(),
        })?;
        place.run(itself, &[CHILD_COMMAND, "original.pdf"], LIMITS)
    }
}
