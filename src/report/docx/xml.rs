//! Writes XML elements one after another; escaping is quick-xml's.

use std::collections::BTreeSet;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// The key of the relation to a submission's original.
pub(super) fn relation(submission: i64) -> String {
    format!("rIdOriginal{submission}")
}

/// Attributes of an element.
pub(super) type Attributes<'a> = &'a [(&'a str, &'a str)];

/// An XML document being written.
pub(super) struct Xml<W: Write> {
    writer: Writer<W>,
    /// Submissions whose originals the document is related to.
    pub(super) linked: BTreeSet<i64>,
    /// Charts written so far.
    pub(super) n_charts: usize,
}

impl<W: Write> Xml<W> {
    /// Starts a document with its declaration.
    pub(super) fn document(out: W) -> io::Result<Self> {
        let mut writer = Writer::new(out);
        writer.write_event(Event::Decl(BytesDecl::new(
            "1.0",
            Some("UTF-8"),
            Some("yes"),
        )))?;
        Ok(Self {
            writer,
            linked: BTreeSet::new(),
            n_charts: 0,
        })
    }

    /// The relation to a submission's original.
    pub(super) fn link(&self, submission: i64) -> Option<String> {
        let is_known = self.linked.contains(&submission);
        is_known.then(|| relation(submission))
    }

    pub(super) fn open(&mut self, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.writer.write_event(Event::Start(start))
    }

    pub(super) fn close(&mut self, name: &str) -> io::Result<()> {
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }

    pub(super) fn empty(&mut self, name: &str, attributes: Attributes<'_>) -> io::Result<()> {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.writer.write_event(Event::Empty(start))
    }

    /// `<name w:val="value"/>`.
    pub(super) fn value(&mut self, name: &str, value: &str) -> io::Result<()> {
        self.empty(name, &[("w:val", value)])
    }

    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        self.writer.write_event(Event::Text(BytesText::new(text)))
    }
}
