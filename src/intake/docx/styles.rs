//! `styles.xml`: what a paragraph inherits from its style.

use std::collections::HashMap;

use super::xml::{Element, Token, Tokens};

/// How deep styles may be based on one another; Word allows 11.
const MAX_CHAIN: usize = 20;

/// What a style, or a run or paragraph itself, says; `None` where it says nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Format {
    pub(super) is_bold: Option<bool>,
    pub(super) is_hidden: Option<bool>,
    /// Struck through by hand.
    pub(super) is_struck: Option<bool>,
    pub(super) is_centered: Option<bool>,
    pub(super) font: Option<Font>,
    /// 1 to 9; 0 says "body text".
    pub(super) outline_level: Option<u8>,
    pub(super) list: Option<String>,
    pub(super) list_level: Option<u8>,
}

/// How a font draws its codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Font {
    Unicode,
    /// `.Vn…`
    Tcvn3,
    /// `.Vn…H`, which draws small letters as capitals.
    Tcvn3Capitals,
    /// `VNI-…`
    Vni,
    /// Symbol, Wingdings: letters are pictures.
    Pictures,
}

impl Font {
    /// By its name.
    pub(super) fn named(name: &str) -> Self {
        if name.starts_with(".Vn") {
            if name.ends_with('H') {
                Self::Tcvn3Capitals
            } else {
                Self::Tcvn3
            }
        } else if name.starts_with("VNI-") {
            Self::Vni
        } else if name == "Symbol" || name.starts_with("Wingdings") || name == "Webdings" {
            Self::Pictures
        } else {
            Self::Unicode
        }
    }
}

impl Format {
    /// Takes one property element of a `w:rPr` or `w:pPr`.
    pub(super) fn take(&mut self, element: &Element<'_>) {
        match element.name() {
            "b" => self.is_bold = Some(element.is_on()),
            "vanish" => self.is_hidden = Some(element.is_on()),
            "strike" | "dstrike" => self.is_struck = Some(element.is_on()),
            "jc" => self.is_centered = Some(element.value().as_deref() == Some("center")),
            "rFonts" => {
                let name = element
                    .attribute("ascii")
                    .or_else(|| element.attribute("hAnsi"));
                self.font = name.map(|name| Font::named(&name)).or(self.font);
            }
            "outlineLvl" => {
                let level = element.value().and_then(|level| level.parse::<u8>().ok());
                self.outline_level = level.map(|level| if level > 8 { 0 } else { level + 1 });
            }
            "numId" => self.list = element.value(),
            "ilvl" => self.list_level = element.value().and_then(|level| level.parse().ok()),
            _ => {}
        }
    }
}

#[derive(Debug, Default)]
struct Style {
    based_on: Option<String>,
    format: Format,
}

/// All styles of a document.
#[derive(Debug, Default)]
pub(super) struct Styles {
    styles: HashMap<String, Style>,
    default_paragraph: Option<String>,
    defaults: Format,
}

impl Styles {
    /// Reads `styles.xml`.
    pub(super) fn read(text: &str) -> Self {
        let mut styles = Self::default();
        let mut current: Option<(String, Style)> = None;
        let mut is_in_defaults = false;
        for token in Tokens::new(text) {
            match token {
                Token::Open(element) => match element.name() {
                    "docDefaults" => is_in_defaults = true,
                    "style" => {
                        let id = element.attribute("styleId").unwrap_or_default();
                        let is_default =
                            matches!(element.attribute("default").as_deref(), Some("1" | "true"));
                        if is_default && element.attribute("type").as_deref() == Some("paragraph") {
                            styles.default_paragraph = Some(id.clone());
                        }
                        current = Some((id, Style::default()));
                    }
                    name => {
                        if let Some((_, style)) = &mut current {
                            match name {
                                "basedOn" => style.based_on = element.value(),
                                "name" => {
                                    let level =
                                        element.value().and_then(|name| heading_level(&name));
                                    style.format.outline_level =
                                        style.format.outline_level.or(level);
                                }
                                _ => style.format.take(&element),
                            }
                        } else if is_in_defaults {
                            styles.defaults.take(&element);
                        }
                    }
                },
                Token::Close(name) => match name.as_str() {
                    "docDefaults" => is_in_defaults = false,
                    "style" => {
                        if let Some((id, style)) = current.take() {
                            styles.styles.insert(id, style);
                        }
                    }
                    _ => {}
                },
                Token::Text(_) => {}
            }
        }
        styles
    }

    /// The first answer along a style's chain of ancestors, then the document's defaults.
    ///
    /// Without a style the default paragraph style is asked.
    pub(super) fn ask<T>(
        &self,
        style: Option<&str>,
        question: impl Fn(&Format) -> Option<T>,
    ) -> Option<T> {
        let mut next = style.or(self.default_paragraph.as_deref());
        for _ in 0..MAX_CHAIN {
            let Some(style) = next.and_then(|id| self.styles.get(id)) else {
                break;
            };
            if let Some(answer) = question(&style.format) {
                return Some(answer);
            }
            next = style.based_on.as_deref();
        }
        question(&self.defaults)
    }

    /// [`Styles::ask`] for a character style: nothing is inherited from the paragraph here.
    pub(super) fn ask_run<T>(
        &self,
        style: Option<&str>,
        question: impl Fn(&Format) -> Option<T>,
    ) -> Option<T> {
        let mut next = style;
        for _ in 0..MAX_CHAIN {
            let style = next.and_then(|id| self.styles.get(id))?;
            if let Some(answer) = question(&style.format) {
                return Some(answer);
            }
            next = style.based_on.as_deref();
        }
        None
    }

    /// The style and its ancestors, nearest first, for numbering found by style.
    pub(super) fn chain<'a>(&'a self, style: Option<&'a str>) -> impl Iterator<Item = &'a str> {
        let mut next = style.or(self.default_paragraph.as_deref());
        let mut left = MAX_CHAIN;
        std::iter::from_fn(move || {
            let id = next?;
            left = left.checked_sub(1)?;
            next = self
                .styles
                .get(id)
                .and_then(|style| style.based_on.as_deref());
            Some(id)
        })
    }

    /// The list a style belongs to, for lists defined through styles.
    pub(super) fn list_of(&self, style: &str) -> Option<&str> {
        self.styles.get(style)?.format.list.as_deref()
    }
}

/// Built-in headings keep their English names in every language of Word.
fn heading_level(name: &str) -> Option<u8> {
    let level = name
        .to_lowercase()
        .strip_prefix("heading ")?
        .trim()
        .parse()
        .ok()?;
    (1..=9).contains(&level).then_some(level)
}
