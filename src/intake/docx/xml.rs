//! The XML of Word files as a plain sequence of tokens: local names only, entities resolved,
//! revisions and alternatives that Word does not show already left out.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::intake::limits;

/// One token.
pub(in crate::intake) enum Token<'a> {
    /// An element begins; empty elements give this and [`Token::Close`].
    Open(Element<'a>),
    /// The element of this local name ends.
    Close(String),
    /// Character data.
    Text(String),
}

/// An element's start tag.
pub(in crate::intake) struct Element<'a>(BytesStart<'a>);

impl Element<'_> {
    /// Name without prefix.
    pub(in crate::intake) fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// An attribute by its name without prefix.
    pub(in crate::intake) fn attribute(&self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes();
        // The check for repeated names is quadratic.
        attributes.with_checks(false);
        attributes
            .flatten()
            .find(|attribute| attribute.key.local_name().into_inner() == name)
            .and_then(|attribute| {
                let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
                Some(value.into_owned())
            })
    }

    /// The `w:val` attribute.
    pub(in crate::intake) fn value(&self) -> Option<String> {
        self.attribute("val")
    }

    /// The `w:val` of a switch: present without a value means on.
    pub(in crate::intake) fn is_on(&self) -> bool {
        !matches!(
            self.value().as_deref(),
            Some("0" | "false" | "off" | "none")
        )
    }
}

/// What was before a tracked change, and the second copy of a drawing for old readers.
const NEVER_SHOWN: [&str; 10] = [
    "Fallback",
    "pPrChange",
    "rPrChange",
    "tblPrChange",
    "trPrChange",
    "tcPrChange",
    "sectPrChange",
    "tblGridChange",
    "tblPrExChange",
    "sdtPr",
];

/// Reads tokens until the end or the first thing that is not XML.
pub(in crate::intake) struct Tokens<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
    skipping: usize,
    /// Set when reading stopped before the end.
    pub(in crate::intake) is_broken: bool,
}

impl<'a> Tokens<'a> {
    pub(in crate::intake) fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        reader.config_mut().allow_dangling_amp = true;
        Self {
            reader,
            depth: 0,
            skipping: 0,
            is_broken: false,
        }
    }

    /// Leaves out everything up to the end of the element just opened.
    pub(in crate::intake) fn leave_out(&mut self) {
        self.skipping = 1;
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let event = match self.reader.read_event() {
                Ok(Event::Eof) => {
                    self.is_broken |= self.depth > 0;
                    return None;
                }
                Ok(event) => event,
                Err(_) => {
                    self.is_broken = true;
                    return None;
                }
            };
            let token = match event {
                Event::Start(start) => {
                    self.depth += 1;
                    if self.depth > limits::XML_DEPTH {
                        self.is_broken = true;
                        return None;
                    }
                    let element = Element(start);
                    if self.skipping > 0 {
                        self.skipping += 1;
                        continue;
                    }
                    if NEVER_SHOWN.contains(&element.name()) {
                        self.skipping = 1;
                        continue;
                    }
                    Token::Open(element)
                }
                Event::End(end) => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.skipping > 0 {
                        self.skipping -= 1;
                        if self.skipping > 0 {
                            continue;
                        }
                    }
                    Token::Close(end.local_name().into_inner().to_owned())
                }
                Event::Text(text) => Token::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Token::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                    Ok(Some(c)) => Token::Text(c.to_string()),
                    _ => match &*reference {
                        "amp" => Token::Text("&".to_owned()),
                        "lt" => Token::Text("<".to_owned()),
                        "gt" => Token::Text(">".to_owned()),
                        "quot" => Token::Text("\"".to_owned()),
                        "apos" => Token::Text("'".to_owned()),
                        _ => continue,
                    },
                },
                Event::Empty(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::DocType(_)
                | Event::Eof => continue,
            };
            if self.skipping > 0 {
                continue;
            }
            return Some(token);
        }
    }
}
