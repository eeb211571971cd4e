//! Tags and text of a page, one after another.

/// One token.
pub(super) enum Token<'a> {
    Text(&'a str),
    Open(Tag<'a>),
    Close(String),
}

/// A start tag.
pub(super) struct Tag<'a> {
    /// In lower case.
    pub(super) name: String,
    attributes: &'a str,
    /// Written `<name/>`.
    pub(super) is_closed: bool,
}

impl Tag<'_> {
    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let mut rest = self.attributes;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            let end = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '/')?;
            let (found, after) = rest.split_at_checked(end)?;
            let Some(value) = after.trim_start().strip_prefix('=') else {
                rest = if after.is_empty() {
                    return None;
                } else {
                    after.trim_start_matches('/')
                };
                continue;
            };
            let value = value.trim_start();
            let (value, after) = match value.chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    let value = value.get(1..)?;
                    value.split_once(quote).unwrap_or((value, ""))
                }
                _ => value.split_once(char::is_whitespace).unwrap_or((value, "")),
            };
            if found.eq_ignore_ascii_case(name) {
                return Some(value.trim_end_matches('/').to_owned());
            }
            rest = after;
        }
    }

    /// Whether the element is not shown.
    pub(super) fn is_hidden(&self) -> bool {
        self.attributes.contains("none")
            && self.attribute("style").is_some_and(|style| {
                let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
                let style = style.to_ascii_lowercase();
                style.contains("display:none") || style.contains("mso-hide:all")
            })
    }
}

/// Reads tokens; never fails, never looks at a character more than a few times.
pub(super) struct Tokens<'a> {
    rest: &'a str,
    /// Quotation marks of attributes stopped making sense; from here any `>` ends a tag.
    ignores_quotes: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self {
            rest: source,
            ignores_quotes: false,
        }
    }

    /// Takes everything up to `at` as the token's text.
    fn take(&mut self, at: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(at).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// Skips past the next `end`; to the end of the page when there is none.
    fn skip_past(&mut self, end: &str) {
        let at = self
            .rest
            .find(end)
            .map_or(self.rest.len(), |at| at + end.len());
        self.take(at);
    }

    /// The length of a tag, `>` included.
    fn tag_end(&mut self) -> Option<usize> {
        if !self.ignores_quotes {
            let mut quote = None;
            let mut after_equals = false;
            for (at, byte) in self.rest.bytes().enumerate() {
                match (quote, byte) {
                    (Some(open), byte) if byte == open => quote = None,
                    (None, b'"' | b'\'') if after_equals => quote = Some(byte),
                    (None, b'>') => return Some(at + 1),
                    _ => {}
                }
                if !byte.is_ascii_whitespace() {
                    after_equals = byte == b'=';
                }
            }
            self.ignores_quotes = true;
        }
        self.rest.find('>').map(|at| at + 1)
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let Some(after) = self.rest.strip_prefix('<') else {
                let end = self.rest.find('<').unwrap_or(self.rest.len());
                return Some(Token::Text(self.take(end)));
            };
            if after.starts_with("!--") {
                self.skip_past("-->");
                continue;
            }
            let is_close = after.starts_with('/');
            let begins = after
                .trim_start_matches('/')
                .starts_with(|c: char| c.is_ascii_alphabetic());
            let is_declaration = after.starts_with(['!', '?']);
            if !begins && !is_declaration {
                // A "<" that is text.
                let end = after.find('<').map_or(self.rest.len(), |at| at + 1);
                return Some(Token::Text(self.take(end)));
            }
            let Some(end) = self.tag_end() else {
                // No tag ends any more.
                return Some(Token::Text(self.take(self.rest.len())));
            };
            let tag = self.take(end);
            if is_declaration {
                continue;
            }
            let inner = tag.trim_start_matches(['<', '/']).trim_end_matches('>');
            let at = inner
                .find(|c: char| c.is_whitespace() || c == '/')
                .unwrap_or(inner.len());
            let (name, attributes) = inner.split_at_checked(at).unwrap_or((inner, ""));
            let name = name.to_ascii_lowercase();
            if is_close {
                return Some(Token::Close(name));
            }
            if name == "script" || name == "style" {
                // Their text is no markup.
                self.skip_raw(&name);
                continue;
            }
            return Some(Token::Open(Tag {
                name,
                attributes,
                is_closed: inner.ends_with('/'),
            }));
        }
    }
}

impl Tokens<'_> {
    /// Skips past the end tag of a script or style sheet.
    fn skip_raw(&mut self, name: &str) {
        loop {
            let Some(at) = self.rest.find("</") else {
                self.rest = "";
                return;
            };
            self.take(at + 2);
            if self
                .rest
                .get(..name.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(name))
            {
                self.skip_past(">");
                return;
            }
        }
    }
}
