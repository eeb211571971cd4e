//! Which column of a table is what.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// STT, TT.
    Ordinal,
    /// Who comments.
    Organization,
    /// Số, ký hiệu of the letter.
    LetterNumber,
    /// Ngày văn bản.
    LetterDate,
    /// Both in one cell: "Công văn số 12/STC-QLNS ngày 05/9/2021".
    LetterNumberAndDate,
    /// The place in the draft.
    Place,
    /// The draft's own words at that place.
    DraftText,
    /// The comment.
    Content,
    /// The wording asked for.
    Proposal,
    /// Why.
    Reason,
    /// What was decided, as a word or code.
    Decision,
    /// Tiếp thu, giải trình.
    Answer,
    /// Ghi chú.
    Note,
    /// E-mail address.
    Email,
    /// Phone number.
    Phone,
    /// A person's name.
    Person,
    /// When it was sent or received.
    SentOn,
}

/// Where the header of a table is and what its columns hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// Rows consumed, up to and including the header.
    pub header_rows: usize,
    /// One entry a column; `None` where the heading says nothing known.
    pub columns: Vec<Option<Column>>,
    /// The headings as written, both rows of a two-row header joined.
    pub headings: Vec<String>,
}

/// Finds the header of a table of comments.
pub fn recognize_columns(_rows: &[Vec<String>]) -> Option<Mapping> {
    None
}
