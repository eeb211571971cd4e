//! The structure of a draft document.

/// What kind of place a section is.
///
/// Both families of Nghị định 30/2020/NĐ-CP (Phụ lục I, mục II) are covered: Phần, Chương, Mục,
/// Tiểu mục, Điều, khoản, điểm, and I, 1, 1.1, a), – of reports and đề án.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SectionKind {
    /// The document itself; the parent of everything in it.
    Whole,
    /// "Vấn đề chung": about the dossier, not one place.
    General,
    /// A place with a name but no number: căn cứ, nơi nhận, tên gọi.
    Named,
    /// Phần.
    Part,
    /// Chương.
    Chapter,
    /// Mục, in documents that have Điều.
    Division,
    /// Tiểu mục.
    Subdivision,
    /// Điều.
    Article,
    /// Khoản.
    Clause,
    /// Điểm: a), b), …
    Letter,
    /// I, II, III in documents without Điều.
    Roman,
    /// 1, 2, 3 under a roman heading, and 1.1, 1.1.1 below them.
    Number,
    /// An item of a dashed list.
    Dash,
    /// Phụ lục.
    Annex,
    /// A numbered form, sheet or table of an annex: Mẫu số, Biểu số, Bảng.
    Form,
    /// A numbered row of an annex's table.
    Row,
    /// "Thể thức, chính tả": spelling and layout remarks.
    Format,
}

impl SectionKind {
    /// Every kind, in the order above.
    pub const ALL: [Self; 17] = [
        Self::Whole,
        Self::General,
        Self::Named,
        Self::Part,
        Self::Chapter,
        Self::Division,
        Self::Subdivision,
        Self::Article,
        Self::Clause,
        Self::Letter,
        Self::Roman,
        Self::Number,
        Self::Dash,
        Self::Annex,
        Self::Form,
        Self::Row,
        Self::Format,
    ];

    /// The stable code used in the database and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::General => "general",
            Self::Named => "named",
            Self::Part => "part",
            Self::Chapter => "chapter",
            Self::Division => "division",
            Self::Subdivision => "subdivision",
            Self::Article => "article",
            Self::Clause => "clause",
            Self::Letter => "letter",
            Self::Roman => "roman",
            Self::Number => "number",
            Self::Dash => "dash",
            Self::Annex => "annex",
            Self::Form => "form",
            Self::Row => "row",
            Self::Format => "format",
        }
    }

    /// Reads a [`SectionKind::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// One place of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutlineNode {
    /// What kind of place.
    pub kind: SectionKind,
    /// Depth from 1; the document itself is 0 and not listed.
    pub level: u8,
    /// Full label inside its document: `III.2.b`, `Điều 5 khoản 2 điểm a`, `Phụ lục I.3`.
    ///
    /// Dashes are written `IV.1.-3` (third dash of IV.1).
    pub label: String,
    /// The heading, or the first words of an unheaded paragraph.
    pub heading: String,
    /// The text that belongs to this node and not to its children, heading excluded.
    pub body: String,
    /// Index of the parent in [`Outline::nodes`]; `None` below the document itself.
    pub parent: Option<usize>,
    /// Where its heading and body begin and end on paper, where the file has pages.
    pub pages: Option<(PageLine, PageLine)>,
}

/// The tree of one draft document, in draft order, parents before children.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outline {
    /// The document's name as printed before labels: "Đề án".
    pub document: String,
    /// The document's title.
    pub title: String,
    /// All nodes.
    pub nodes: Vec<OutlineNode>,
}

/// A place in a dossier of several outlines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeRef {
    /// The whole dossier, printed `*`.
    Dossier,
    /// Spelling and layout, printed `Thể thức`.
    Format,
    /// A whole document, printed `Đề án · *` (or `*` when there is only one).
    Document {
        /// Index of the outline in the dossier.
        outline: usize,
    },
    /// A node.
    Node {
        /// Index of the outline in the dossier.
        outline: usize,
        /// Index in [`Outline::nodes`].
        node: usize,
    },
}

impl NodeRef {
    /// The qualified label: `Đề án · III.2.b`; without the document's name when there is only one
    /// outline. `None` when the reference does not fit this dossier.
    pub fn label(self, dossier: &[Outline]) -> Option<String> {
        let qualified = |outline: usize, label: &str| {
            let outline = dossier.get(outline)?;
            Some(if dossier.len() == 1 {
                label.to_owned()
            } else {
                format!("{} · {label}", outline.document)
            })
        };
        match self {
            Self::Dossier => Some("*".to_owned()),
            Self::Format => Some("Thể thức".to_owned()),
            Self::Document { outline } => qualified(outline, "*"),
            Self::Node { outline, node } => {
                qualified(outline, &dossier.get(outline)?.nodes.get(node)?.label)
            }
        }
    }
}

/// A paragraph or table row of a draft document, as its reader sees it: automatic numbering is
/// resolved into the text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DraftLine {
    /// The visible text, numbering included, normalized.
    pub text: String,
    /// 1 to 9 where the paragraph has a heading style or an outline level.
    pub heading_level: Option<u8>,
    /// Whether all of its letters are bold.
    pub is_bold: bool,
    /// Whether it is centered.
    pub is_centered: bool,
    /// The cells, where this is a row of a table; `text` is then the cells joined by tabs.
    pub cells: Option<Vec<String>>,
    /// Where it begins and ends on paper, where the file has pages.
    pub pages: Option<(PageLine, PageLine)>,
}

/// A line of a page, both counted from 1 as a reader counts them: tables and headings are lines,
/// the page's number is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageLine {
    /// The page.
    pub page: u32,
    /// The line on it, from the top.
    pub line: u32,
}

/// What became of a section of a draft in the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SectionChange {
    /// Same words, same label.
    Same,
    /// Same label, other words.
    Reworded,
    /// Another label; the words may differ too.
    Moved,
    /// Its words are in several new sections.
    Split,
    /// Its words are with those of other sections in one new section.
    Merged,
    /// No longer in the draft.
    Removed,
    /// Not in the draft before.
    Added,
}

impl SectionChange {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Same,
        Self::Reworded,
        Self::Moved,
        Self::Split,
        Self::Merged,
        Self::Removed,
        Self::Added,
    ];

    /// The stable code used in the database and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Reworded => "reworded",
            Self::Moved => "moved",
            Self::Split => "split",
            Self::Merged => "merged",
            Self::Removed => "removed",
            Self::Added => "added",
        }
    }

    /// Reads a [`SectionChange::code`].
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.code() == code)
    }

    /// The word on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "giữ nguyên",
            Self::Reworded => "sửa lời",
            Self::Moved => "chuyển vị trí",
            Self::Split => "tách",
            Self::Merged => "gộp",
            Self::Removed => "bỏ",
            Self::Added => "thêm mới",
        }
    }
}
