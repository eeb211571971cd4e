//! Files that another program has to make readable first, and what it made of them.
//!
//! Reading stays a function of values: it lists what it could not read itself as [`Wanted`], the
//! caller has it converted (a child process, see [`crate::convert`]), and reads again with the
//! [`Conversions`]. The same file is converted once, wherever it lies: on its own, attached to a
//! mail, inside an archive.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Format;
use super::pages::Page;
use crate::domain::{ContentHash, Location, Warning};

/// A file that was not read because another program has to make it readable first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What it is.
    pub format: Format,
    /// Its name, for its extension.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What a converter made of a file. Locations of warnings are set by the reader.
#[derive(Debug, Clone)]
pub enum Conversion {
    /// Pages of words.
    Pages {
        /// In order.
        pages: Vec<Page>,
        /// What made them, e.g. `pdf/1+poppler`.
        extractor: &'static str,
        /// What could not be read of it.
        warnings: Vec<Warning>,
    },
    /// A Word document with the same content.
    Docx {
        /// Its bytes.
        bytes: Vec<u8>,
        /// What made it, e.g. `docx/1+libreoffice`.
        extractor: &'static str,
    },
    /// The files of an archive.
    Files {
        /// Names inside the archive and bytes.
        files: Vec<(String, Vec<u8>)>,
        /// What could not be unpacked.
        warnings: Vec<Warning>,
    },
    /// Nothing, and why.
    Failed(Warning),
}

/// Conversions by the digest of what was converted.
#[derive(Debug, Clone, Default)]
pub struct Conversions(Arc<HashMap<ContentHash, Conversion>>);

impl Conversions {
    /// Adds one.
    pub fn insert(&mut self, wanted: &Wanted, conversion: Conversion) {
        Arc::make_mut(&mut self.0).insert(content_key(&wanted.bytes), conversion);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn find(&self, bytes: &[u8]) -> Option<&Conversion> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&content_key(bytes))
    }
}

/// What a file is known by while it is read.
pub fn content_key(bytes: &[u8]) -> ContentHash {
    ContentHash(Sha256::digest(bytes).into())
}

/// A converter's warning, at the file it is about.
pub(super) fn located(warning: &Warning, location: &Location) -> Warning {
    Warning {
        location: location.clone(),
        ..warning.clone()
    }
}
