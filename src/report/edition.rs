//! In which form the same points are printed: their order, with or without names, in which language
//! headings are.

/// In which order the main table stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// As the draft is laid out.
    #[default]
    Section,
    /// Organization by organization; a point that several make stands with each of them.
    Organization,
    /// By what was decided, then as the draft is laid out.
    Decision,
}

impl Order {
    /// Every order.
    pub const ALL: [Self; 3] = [Self::Section, Self::Organization, Self::Decision];

    /// The stable code used in addresses and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Section => "section",
            Self::Organization => "organization",
            Self::Decision => "decision",
        }
    }

    /// As printed on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Section => "Theo mục của dự thảo",
            Self::Organization => "Theo cơ quan, đơn vị",
            Self::Decision => "Theo kết quả xử lý",
        }
    }

    /// Reads an [`Order::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.code() == code)
    }
}

/// The language of titles, headings, names of columns and results; comments and answers stay as they
/// are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Headings {
    /// Tiếng Việt.
    #[default]
    Vietnamese,
    /// English, for readers abroad.
    English,
}

impl Headings {
    /// Both languages.
    pub const ALL: [Self; 2] = [Self::Vietnamese, Self::English];

    /// The stable code used in addresses and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Vietnamese => "vi",
            Self::English => "en",
        }
    }

    /// As printed on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vietnamese => "Tiếng Việt",
            Self::English => "Tiếng Anh",
        }
    }

    /// Reads a [`Headings::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|headings| headings.code() == code)
    }
}

/// In which form a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Edition {
    /// The order of the main table.
    pub order: Order,
    /// Whether those who replied are printed without their names.
    pub is_anonymous: bool,
    /// The language of what is not comment or answer.
    pub headings: Headings,
    /// Whether an annex shows the counts as pictures.
    pub has_charts: bool,
    /// Whether it leaves out marks that are for those who still work on the draft.
    pub is_official: bool,
}
