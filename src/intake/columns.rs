//! Which column of a table is what.
//!
//! Offices fill in tables of their own making, so headings are scored by keywords on their folded
//! words: the longest known phrase wins, and a phrase that opens the heading counts more ("Đơn vị
//! góp ý" is who, "Ý kiến của đơn vị" is what). The header is looked for below titles and may have
//! two rows, the upper one with group headings over several columns. All layouts of real Vietnamese
//! tables known to us and the ISO comment template are covered by `fixtures/intake/csv/`.

use super::arrangements::Arrangement;
use super::headings;

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
    /// The comment. The only one that may be several columns ("góp ý chung", "góp ý cụ thể").
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

impl Column {
    /// All, in the order a person chooses from.
    pub const ALL: [Self; 17] = [
        Self::Ordinal,
        Self::Organization,
        Self::LetterNumber,
        Self::LetterDate,
        Self::LetterNumberAndDate,
        Self::Place,
        Self::DraftText,
        Self::Content,
        Self::Proposal,
        Self::Reason,
        Self::Decision,
        Self::Answer,
        Self::Note,
        Self::Email,
        Self::Phone,
        Self::Person,
        Self::SentOn,
    ];

    /// The stable code in the database and in forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ordinal => "ordinal",
            Self::Organization => "organization",
            Self::LetterNumber => "letter_number",
            Self::LetterDate => "letter_date",
            Self::LetterNumberAndDate => "letter_number_and_date",
            Self::Place => "place",
            Self::DraftText => "draft_text",
            Self::Content => "content",
            Self::Proposal => "proposal",
            Self::Reason => "reason",
            Self::Decision => "decision",
            Self::Answer => "answer",
            Self::Note => "note",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Person => "person",
            Self::SentOn => "sent_on",
        }
    }

    /// The column of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.code() == code)
    }

    /// What it is called on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ordinal => "Số thứ tự",
            Self::Organization => "Cơ quan, đơn vị góp ý",
            Self::LetterNumber => "Số, ký hiệu văn bản",
            Self::LetterDate => "Ngày văn bản",
            Self::LetterNumberAndDate => "Số và ngày văn bản",
            Self::Place => "Vị trí góp ý",
            Self::DraftText => "Nội dung dự thảo",
            Self::Content => "Nội dung góp ý",
            Self::Proposal => "Đề xuất sửa thành",
            Self::Reason => "Lý do",
            Self::Decision => "Kết quả xử lý",
            Self::Answer => "Tiếp thu, giải trình",
            Self::Note => "Ghi chú",
            Self::Email => "Thư điện tử",
            Self::Phone => "Điện thoại",
            Self::Person => "Người góp ý, người liên hệ",
            Self::SentOn => "Ngày gửi",
        }
    }

    /// Whether several columns of a table may hold it.
    pub fn may_repeat(self) -> bool {
        self == Self::Content
    }
}

/// Where the header of a table is and what its columns hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// First row of the header, from 0, and how many it has: one, or two.
    pub header: (usize, usize),
    /// Rows consumed, up to and including the header (and a row of column numbers below it).
    pub header_rows: usize,
    /// One entry a column; `None` where the heading says nothing known.
    pub columns: Vec<Option<Column>>,
    /// The headings as written, both rows of a two-row header joined by " / ".
    pub headings: Vec<String>,
    /// The person's arrangement it was read by; `None` where the headings themselves told.
    pub arrangement: Option<Arrangement>,
}

impl Mapping {
    /// The first column that holds `column`.
    pub fn find(&self, column: Column) -> Option<usize> {
        self.columns.iter().position(|&known| known == Some(column))
    }

    /// How many columns the header has, trailing empty ones not counted.
    pub fn width(&self) -> usize {
        let last = self
            .headings
            .iter()
            .rposition(|heading| !heading.is_empty());
        last.map_or(0, |last| last + 1)
    }

    /// The heading over the comment, for warnings.
    pub(super) fn content_heading(&self) -> Option<String> {
        let at = self
            .find(Column::Content)
            .or_else(|| self.find(Column::Proposal))?;
        self.headings.get(at).cloned()
    }
}

/// How many rows may stand above the header: titles, letterhead.
pub(super) const ROWS_ABOVE: usize = 20;
/// No real table is wider; hostile ones are.
const MAX_WIDTH: usize = 200;
/// A header below this knows too little to be one.
const MIN_SCORE: u32 = 12;

/// Finds the header of a table of comments among its first rows; `None` when they do not look like
/// such a table: it has to name a column of comments and at least one more.
pub fn recognize_columns(rows: &[Vec<String>]) -> Option<Mapping> {
    recognize_scored(rows).map(|(_, mapping)| mapping)
}

/// [`recognize_columns`] with the header's score, to compare readings of one file.
pub(super) fn recognize_scored(rows: &[Vec<String>]) -> Option<(u32, Mapping)> {
    let mut best: Option<(u32, Mapping)> = None;
    for (at, row) in rows.iter().enumerate().take(ROWS_ABOVE) {
        let one = score_header(at, row, None);
        let two = rows
            .get(at + 1)
            .filter(|below| may_be_sub_headings(row, below))
            .and_then(|below| score_header(at, row, Some(below)));
        for (score, mapping) in [one, two].into_iter().flatten() {
            if best.as_ref().is_none_or(|(known, _)| score > *known) {
                best = Some((score, mapping));
            }
        }
    }
    let (score, mut mapping) = best?;
    let below = rows.get(mapping.header_rows);
    mapping.header_rows += usize::from(below.is_some_and(|row| is_column_numbers(row)));
    Some((score, mapping))
}

/// Whether a row only numbers the columns: `(1) (2) (3)`, `1 2 3`, `A B 1 2`.
pub(super) fn is_column_numbers(row: &[String]) -> bool {
    let cells: Vec<&str> = row
        .iter()
        .map(|cell| cell.trim().trim_matches(['(', ')', '[', ']']))
        .filter(|cell| !cell.is_empty())
        .collect();
    let mut expected = 1;
    cells.len() >= 3
        && cells.iter().all(|cell| match cell.parse::<u32>() {
            Ok(number) => {
                let follows = number == expected || expected == 1;
                expected = number + 1;
                follows && number < 40
            }
            Err(_) => expected == 1 && cell.len() == 1 && cell.chars().all(char::is_alphabetic),
        })
        && expected > 2
}

/// Whether `below` can be the lower row of a two-row header: short words only, and somewhere under
/// an empty cell of the upper row, which is what a group heading over several columns leaves. A single
/// cell above is the title of the table.
fn may_be_sub_headings(row: &[String], below: &[String]) -> bool {
    let upper = |at: usize| row.get(at).map_or("", |cell| cell.trim());
    let mut n_words = 0;
    let mut is_under_gap = false;
    for (at, cell) in below.iter().enumerate() {
        let cell = cell.trim();
        if cell.is_empty() || cell == upper(at) {
            continue;
        }
        if cell.split_whitespace().count() > 8 || cell.chars().all(|c| !c.is_alphabetic()) {
            return false;
        }
        n_words += 1;
        is_under_gap |= upper(at).is_empty();
    }
    let mut groups = row.iter().map(|cell| cell.trim());
    let first = groups.find(|cell| !cell.is_empty());
    let is_title = groups.all(|cell| cell.is_empty() || Some(cell) == first);
    n_words >= 2 && is_under_gap && !is_title
}

/// Reads the rows from `at` as a header because a person says they are: the headings, and what those
/// that are known say. `None` where there is no such row, or a far too wide one.
pub fn columns_at(rows: &[Vec<String>], at: usize, n_rows: usize) -> Option<Mapping> {
    let below = if n_rows > 1 {
        Some(rows.get(at + 1)?)
    } else {
        None
    };
    let mut header = read_header(rows.get(at)?, below)?;
    keep_best_of_each(&mut header.found);
    let mut mapping = header.into_mapping(at, n_rows);
    let below = rows.get(mapping.header_rows);
    mapping.header_rows += usize::from(below.is_some_and(|row| is_column_numbers(row)));
    Some(mapping)
}

/// The headings of a row, or two, and what each says.
struct Header {
    found: Vec<Option<(Column, u32)>>,
    titles: Vec<String>,
    /// A lower heading says nothing known: the lower row may be none of the header.
    has_unknown_below: bool,
}

impl Header {
    fn into_mapping(self, at: usize, n_rows: usize) -> Mapping {
        Mapping {
            header: (at, n_rows),
            header_rows: at + n_rows,
            columns: self
                .found
                .iter()
                .map(|guess| guess.map(|(column, _)| column))
                .collect(),
            headings: self.titles,
            arrangement: None,
        }
    }
}

/// Reads a row, or two, as headings; `None` when it is wider than any table.
fn read_header(row: &[String], below: Option<&Vec<String>>) -> Option<Header> {
    let width = row.len().max(below.map_or(0, Vec::len));
    if width > MAX_WIDTH {
        return None;
    }
    let mut header = Header {
        found: Vec::with_capacity(width),
        titles: Vec::with_capacity(width),
        has_unknown_below: false,
    };
    let mut group = "";
    for column in 0..width {
        let upper = row.get(column).map_or("", |cell| cell.trim());
        let lower = below
            .and_then(|below| below.get(column))
            .map_or("", |cell| cell.trim());
        let lower = if lower == upper { "" } else { lower };
        if !upper.is_empty() {
            group = upper;
        }
        let (title, guess) = if lower.is_empty() {
            (one_line(upper), headings::recognize(upper))
        } else {
            let joined = format!("{} / {}", one_line(group), one_line(lower));
            // The lower heading decides; the group only where the lower one says nothing.
            let guess = headings::recognize(lower).or_else(|| headings::recognize(&joined));
            header.has_unknown_below |= guess.is_none();
            (joined, guess)
        };
        header.titles.push(title);
        header.found.push(guess);
    }
    Some(header)
}

/// Scores a row, or two, as the header; `None` when it cannot be one.
fn score_header(at: usize, row: &[String], below: Option<&Vec<String>>) -> Option<(u32, Mapping)> {
    let mut header = read_header(row, below)?;
    if header.has_unknown_below {
        return None;
    }
    keep_best_of_each(&mut header.found);
    let found = &header.found;
    let n_filled = header.titles.iter().filter(|it| !it.is_empty()).count();
    let n_known = found.iter().flatten().count();
    let has_content = found
        .iter()
        .flatten()
        .any(|(column, _)| matches!(column, Column::Content | Column::Proposal));
    let score = found.iter().flatten().map(|(_, weight)| weight).sum();
    // Exports of web forms have many columns of their own beside the usual ones.
    let is_mostly_known = n_known * 2 >= n_filled || n_known >= 4;
    if !has_content || n_known < 2 || !is_mostly_known || score < MIN_SCORE {
        return None;
    }
    let n_rows = if below.is_some() { 2 } else { 1 };
    Some((score, header.into_mapping(at, n_rows)))
}

/// A heading without its line breaks.
fn one_line(text: &str) -> String {
    crate::text::normalize::squeeze(text)
}

/// Leaves each kind of column, except the comment, to the heading that names it best.
fn keep_best_of_each(found: &mut [Option<(Column, u32)>]) {
    for at in 0..found.len() {
        let Some(Some((column, weight))) = found.get(at).copied() else {
            continue;
        };
        let is_beaten = column != Column::Content
            && found.iter().enumerate().any(|(other_at, other)| {
                other.is_some_and(|(other, other_weight)| {
                    other == column
                        && (other_weight > weight || (other_weight == weight && other_at < at))
                })
            });
        if is_beaten && let Some(slot) = found.get_mut(at) {
            *slot = None;
        }
    }
    let strongest = found
        .iter()
        .flatten()
        .filter(|(column, _)| *column == Column::Content)
        .map(|&(_, weight)| weight)
        .max()
        .unwrap_or(0);
    // "Nội dung" alone beside "Nội dung góp ý" is something else.
    for slot in found.iter_mut() {
        if let Some((Column::Content, weight)) = *slot
            && weight + 6 < strongest
        {
            *slot = None;
        }
    }
}
