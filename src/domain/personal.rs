//! Values that must not leak into a log by accident.

use std::fmt;

/// An e-mail address; its `Debug` shows only the first letter and the domain.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Keeps an address as written, trimmed and in lower case; `None` without an `@` between two
    /// non-empty halves.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_matches(['<', '>']).to_lowercase();
        let (local, domain) = text.rsplit_once('@')?;
        (!local.is_empty() && !domain.is_empty() && !text.contains(char::is_whitespace))
            .then_some(Self(text))
    }

    /// The full address, for sending and for display to those who may see it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What stands after the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.0.chars().next().unwrap_or('?');
        write!(f, "{first}***@{}", self.domain())
    }
}
