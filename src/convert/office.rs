//! LibreOffice: older and other office formats to Word's.

use std::time::Duration;

use super::child::{Limits, Workplace};
use super::{Failure, Needed, Programs};

pub(super) const OFFICE: Needed = Needed {
    program: "soffice",
    package: "libreoffice-writer-nogui",
};
/// A letter takes five seconds with a cold profile; a hundred pages about twenty.
const LIMITS: Limits = Limits {
    time: Duration::from_mins(1),
    // Most of it is reserved and never touched.
    memory_megabytes: 4096,
    output_megabytes: 64,
};

impl Programs {
    /// Makes a `.docx` of a text document; `extension` is that of its format: `doc`, `rtf`, `odt`.
    pub fn to_docx(&self, bytes: &[u8], extension: &str) -> Result<Vec<u8>, Failure> {
        let program = self.find(OFFICE)?;
        let place = Workplace::with(bytes, &format!("original.{extension}"))?;
        let profile = format!(
            "-env:UserInstallation=file://{}",
            place.path("profile").display()
        );
        // Without its name LibreOffice takes a damaged file for plain text.
        let filter = match extension {
            "rtf" => "--infilter=Rich Text Format",
            "odt" => "--infilter=writer8",
            _ => "--infilter=MS Word 97",
        };
        let arguments = [
            profile.as_str(),
            filter,
            "--headless",
            "--norestore",
            "--nolockcheck",
            "--convert-to",
            "docx:MS Word 2007 XML",
            "--outdir",
            "converted",
            &format!("original.{extension}"),
        ];
        place.run(&program, &arguments, LIMITS)?;
        // It reports success without a result when it does not know the format.
        std::fs::read(place.path("converted/original.docx")).map_err(|_cause| Failure::Refused {
            program: OFFICE.program.to_owned(),
        })
    }
}
