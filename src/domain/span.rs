//! A piece of an immutable text.

/// A half-open range of bytes, `start..end`, in one part's NFC text.
///
/// Both ends lie on character boundaries of that text; [`Span::slice`] returns `None` otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// Makes a span; an end before the start gives an empty span at the start.
    pub fn new(start: usize, end: usize) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }

    /// The span of a whole text.
    pub fn whole(text: &str) -> Self {
        Self::new(0, text.len())
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether nothing lies inside.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies inside this span.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Moves the span by `offset` bytes: from a slice's coordinates to those of the whole text.
    #[must_use]
    pub fn shifted(self, offset: usize) -> Self {
        Self {
            start: self.start + offset,
            end: self.end + offset,
        }
    }

    /// The text of the span, or `None` when it does not fit this text.
    pub fn slice(self, text: &str) -> Option<&str> {
        text.get(self.start..self.end)
    }

    /// The same span without white space at its ends.
    #[must_use]
    pub fn trimmed(self, text: &str) -> Self {
        let Some(slice) = self.slice(text) else {
            return self;
        };
        let start = self.start + (slice.len() - slice.trim_start().len());
        Self::new(start, start + slice.trim().len())
    }
}
