//! The one model every renderer prints: plain values, no clock, no query.
//!
//! [`build`] refuses while an equation fails ([`Unreconciled`]). What belongs on an info sheet and
//! on screen, not in the body that is signed, is apart in [`Info`] (DESIGN 3.9). Number and day are
//! left blank for Văn thư.

mod by_organization;
mod by_section;
mod charts;
mod drafts;
mod english;
mod extract;
mod form;
mod frame;
mod full;
mod info;
mod open_work;
mod points;
mod reminder;
mod roster;
mod statistics;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use crate::domain::{OrganizationId, SubmissionId};

use super::anonymous;
use super::edition::Headings;
use super::facts::Facts;
use super::reconcile::{Equation, Reconciliation, Scope, reconcile_facts};
use super::rows::{self, PointRow};
use super::snapshot::Snapshot;

/// Which report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Kind {
    /// Báo cáo tổng hợp, tiếp thu, giải trình.
    Full,
    /// Bản tổng hợp in four columns, in draft order.
    BySection,
    /// The same, organization by organization.
    ByOrganization,
    /// Who has and has not replied.
    Roster,
    /// One organization's comments and the answers to them.
    Extract(OrganizationId),
    /// Points that wait, for drafters.
    OpenWork,
    /// An empty form to send out with a request.
    Form,
    /// Công văn đôn đốc to who has not replied.
    Reminder,
    /// Bảng so sánh: a draft beside the one before, with the points that were made on it.
    Drafts,
}

impl Kind {
    /// The stable code used in addresses, file names and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::BySection => "by-section",
            Self::ByOrganization => "by-organization",
            Self::Roster => "roster",
            Self::Extract(_) => "extract",
            Self::OpenWork => "open-work",
            Self::Form => "form",
            Self::Reminder => "reminder",
            Self::Drafts => "drafts",
        }
    }

    /// As printed on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "Báo cáo tổng hợp, tiếp thu, giải trình",
            Self::BySection => "Bản tổng hợp theo mục",
            Self::ByOrganization => "Bản tổng hợp theo đơn vị",
            Self::Roster => "Danh sách đã trả lời, chưa trả lời",
            Self::Extract(_) => "Bản trích của một đơn vị",
            Self::OpenWork => "Việc cần xử lý",
            Self::Form => "Phiếu góp ý để gửi đi",
            Self::Reminder => "Công văn đôn đốc",
            Self::Drafts => "Bảng so sánh hai lần dự thảo",
        }
    }

    /// Reads a [`Kind::code`]; an extract also needs its organization.
    pub fn parse(code: &str, organization: Option<OrganizationId>) -> Option<Self> {
        match (code, organization) {
            ("full", _) => Some(Self::Full),
            ("by-section", _) => Some(Self::BySection),
            ("by-organization", _) => Some(Self::ByOrganization),
            ("roster", _) => Some(Self::Roster),
            ("extract", Some(organization)) => Some(Self::Extract(organization)),
            ("open-work", _) => Some(Self::OpenWork),
            ("form", _) => Some(Self::Form),
            ("reminder", _) => Some(Self::Reminder),
            ("drafts", _) => Some(Self::Drafts),
            _ => None,
        }
    }
}

impl From<Kind> for String {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Extract(organization) => format!("{} {organization}", kind.code()),
            _ => kind.code().to_owned(),
        }
    }
}

impl TryFrom<String> for Kind {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (code, organization) = match text.split_once(' ') {
            Some((code, id)) => (code, id.parse().ok().map(OrganizationId)),
            None => (text.as_str(), None),
        };
        Self::parse(code, organization)
            .ok_or_else(|| format!("no kind of report is called `{text}`"))
    }
}

/// A report ready to be rendered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportModel {
    /// Which report it is.
    pub kind: Kind,
    /// The title on one line, for windows and document properties.
    pub title: String,
    /// What is printed, each part with its own page geometry.
    pub parts: Vec<Part>,
    /// What belongs on an info sheet and on screen.
    pub info: Info,
    /// Where the original of a submission lies beside the file, for the report in a bundle.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub originals: BTreeMap<i64, String>,
}

/// Blocks that share page geometry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Portrait or landscape.
    pub orientation: Orientation,
    /// Whether pages are counted from 1 again, as in each annex.
    pub restarts_pages: bool,
    /// What is printed, top to bottom.
    pub blocks: Vec<Block>,
}

/// How a page lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Orientation {
    /// 210 × 297 mm.
    Portrait,
    /// 297 × 210 mm, for wide tables.
    Landscape,
}

/// One component of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// Agency, Quốc hiệu, number and date.
    Head(Head),
    /// Tên loại and trích yếu.
    Title {
        /// "BÁO CÁO".
        name: String,
        /// "Tổng hợp, tiếp thu, giải trình ý kiến góp ý …".
        subject: String,
    },
    /// Kính gửi, one recipient each.
    Addressees(Vec<String>),
    /// A căn cứ, its final mark included.
    Basis(String),
    /// A heading, its number included.
    Heading {
        /// 1 for I, II; 2 for 1, 2; 3 for 1.1; 4 for a), b).
        level: u8,
        /// The words.
        text: String,
    },
    /// A paragraph of the body.
    Paragraph(Line),
    /// An item of a dashed list, without the dash.
    Item(Line),
    /// A table.
    Table(Table),
    /// Chức vụ, họ tên, Nơi nhận.
    Signature(Signature),
    /// The top of an annex.
    Annex {
        /// "Phụ lục I", as Phụ lục I, mục III of the decree writes it.
        name: String,
        /// "DANH SÁCH CƠ QUAN, ĐƠN VỊ …".
        title: String,
        /// "(Kèm theo Báo cáo số … )", left blank in electronic documents.
        note: String,
    },
    /// A picture of counts.
    Chart(Chart),
}

/// Counts side by side as bars.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// What is counted.
    pub title: String,
    /// In which unit: "ý kiến".
    pub unit: String,
    /// The bars, top to bottom.
    pub bars: Vec<Bar>,
}

/// A bar of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    /// What it stands for.
    pub name: String,
    /// How many.
    pub n: usize,
}

impl Chart {
    /// The same in words, for who cannot see it.
    pub fn words(&self) -> String {
        let bars = self.bars.iter();
        let bars = bars.map(|bar| format!("{} {}", bar.name, super::wording::number(bar.n)));
        let bars: Vec<String> = bars.collect();
        format!("{} ({}): {}.", self.title, self.unit, bars.join("; "))
    }

    /// How long a bar is, of a whole that the longest one fills.
    pub fn length(&self, bar: &Bar, whole: usize) -> usize {
        let most = self.bars.iter().map(|bar| bar.n).max();
        bar.n * whole / most.unwrap_or(1).max(1)
    }
}

/// The two columns at the top of page 1 (Nghị định 30/2020/NĐ-CP, ô 1 to 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Cơ quan chủ quản.
    pub superior: String,
    /// Cơ quan ban hành.
    pub agency: String,
    /// "Số:       /BC-SKHCN", the number blank; `None` for what carries no number.
    pub number: Option<String>,
    /// "V/v …", the trích yếu of a công văn, below its number (ô 5b).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// "Bắc Giang, ngày     tháng     năm 2021", day and month blank.
    pub place_and_date: String,
}

/// Ô 7 and 9b.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Nơi nhận, one item each, without dash and final mark.
    pub recipients: Vec<String>,
    /// Quyền hạn, chức vụ, one line each.
    pub titles: Vec<String>,
    /// Họ tên.
    pub name: String,
}

/// Text on one or more lines, in runs of one style each.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Line {
    /// The runs.
    pub runs: Vec<Run>,
}

/// Text in one style.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The text.
    pub text: String,
    /// How it looks.
    pub style: RunStyle,
    /// The number of the submission it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submission: Option<i64>,
}

/// How a run looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStyle {
    /// As the block.
    Plain,
    /// Bold.
    Bold,
    /// Italic.
    Italic,
    /// Something missing, which a working edition makes visible: bold italic.
    Missing,
    /// Words that are gone: struck through.
    Gone,
    /// Words that are new: bold, underlined.
    New,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Name of the sheet in a workbook; tables of one name share a sheet.
    pub sheet: String,
    /// What tells tables of one sheet apart: "Đối với dự thảo Đề án".
    pub caption: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, top to bottom.
    pub rows: Vec<Row>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its title.
    pub title: String,
    /// Its share of the width.
    pub width: u32,
    /// How its cells are aligned.
    pub align: Align,
    /// Whether only a workbook shows it, for filters and for the way back.
    pub is_sheet_only: bool,
    /// What may be chosen in its cells, for who fills them in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Whether something else may be written too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_open: bool,
}

/// How cells are aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    /// Words.
    Left,
    /// Numbers of rows, dates, counts.
    Center,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Row {
    /// One cell over the whole width that heads the rows below.
    Heading(String),
    /// As many cells as columns.
    Cells(Vec<Cell>),
    /// A sum: cells in bold.
    Total(Vec<Cell>),
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cell {
    /// Its paragraphs.
    pub lines: Vec<Line>,
    /// What it is in a workbook.
    pub value: Value,
    /// Whether it only repeats the cell above; renderers that can, merge the two.
    pub continues: bool,
}

/// What a cell is in a workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Its text.
    #[default]
    Text,
    /// A number.
    Number(u32),
    /// A day.
    Date(Date),
}

/// What belongs on an info sheet and on screen, not in the body that is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info {
    /// The consultation's title.
    pub consultation: String,
    /// The moment, Vietnamese time.
    pub taken_at: DateTime,
    /// The last ledger entry the report knows.
    pub ledger_seq: i64,
    /// The scope in words, as label and value.
    pub filters: Vec<(String, String)>,
    /// Every equation; all of them hold.
    pub equations: Vec<Equation>,
    /// What a person should look at although the numbers add up.
    pub notices: Vec<String>,
}

/// Why a report is refused: numbers that do not add up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the numbers of the report do not add up ({} equations fail)", .equations.len())]
pub struct Unreconciled {
    /// The equations that fail, with what is at fault.
    pub equations: Vec<Equation>,
}

/// Builds a report, or says which numbers do not add up.
pub fn build(snapshot: &Snapshot, kind: Kind, scope: &Scope) -> Result<ReportModel, Unreconciled> {
    let snapshot = anonymous::seen(snapshot, scope);
    let facts = Facts::new(&snapshot, scope);
    let rows = rows::rows(&facts);
    let reconciliation = reconcile_facts(&facts, &rows);
    let mut failing: Vec<Equation> = reconciliation.failing().cloned().collect();
    if let Kind::Extract(id) = kind
        && facts.organization(id).is_none()
    {
        failing.push(extract::unknown(id));
    }
    let mut aligned = Vec::new();
    if kind == Kind::Drafts {
        aligned = drafts::equations(&facts);
        failing.extend(aligned.iter().filter(|it| !it.holds).cloned());
    }
    if !failing.is_empty() {
        return Err(Unreconciled { equations: failing });
    }
    let source = Source {
        facts: &facts,
        numbers: &reconciliation,
        rows: &rows,
    };
    let (title, parts) = match kind {
        Kind::Full => full::build(&source),
        Kind::BySection => by_section::build(&source),
        Kind::ByOrganization => by_organization::build(&source),
        Kind::Roster => roster::build(&source),
        Kind::Extract(id) => extract::build(&source, id),
        Kind::OpenWork => open_work::build(&source),
        Kind::Form => form::build(&source),
        Kind::Reminder => reminder::build(&source),
        Kind::Drafts => drafts::build(&source),
    };
    let mut model = ReportModel {
        kind,
        title,
        parts,
        info: info::build(&source, kind),
        originals: BTreeMap::new(),
    };
    model.info.equations.extend(aligned);
    if scope.edition.has_charts && kind == Kind::Full {
        model.info.equations.push(charts::equation(&source));
    }
    if scope.edition.headings == Headings::English {
        english::translate(&mut model);
    }
    Ok(model)
}

/// What every kind is built from.
struct Source<'a> {
    facts: &'a Facts<'a>,
    numbers: &'a Reconciliation,
    rows: &'a [PointRow<'a>],
}

impl Run {
    fn new(text: impl Into<String>, style: RunStyle) -> Self {
        Self {
            text: printable(&text.into()),
            style,
            submission: None,
        }
    }
}

/// Without characters no XML document may hold; a comment may come with anything.
fn printable(text: &str) -> String {
    text.chars()
        .filter(|&c| {
            matches!(c, '\n' | '\t') || !(c.is_control() || ('\u{fffe}'..='\u{ffff}').contains(&c))
        })
        .collect()
}

impl Line {
    /// A line in the style of its block.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::default().then(text)
    }

    /// A line in bold.
    pub fn bold(text: impl Into<String>) -> Self {
        Self::default().then_styled(text, RunStyle::Bold)
    }

    /// A line in italic.
    pub fn italic(text: impl Into<String>) -> Self {
        Self::default().then_styled(text, RunStyle::Italic)
    }

    fn then(self, text: impl Into<String>) -> Self {
        self.then_styled(text, RunStyle::Plain)
    }

    pub(super) fn then_styled(mut self, text: impl Into<String>, style: RunStyle) -> Self {
        let run = Run::new(text, style);
        if !run.text.is_empty() {
            self.runs.push(run);
        }
        self
    }

    /// The same line, its last words known to name a submission.
    fn naming(mut self, submission: SubmissionId) -> Self {
        if let Some(run) = self.runs.last_mut() {
            run.submission = Some(submission.0);
        }
        self
    }

    /// The words without style.
    pub fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }
}

impl Cell {
    /// A cell of one paragraph.
    pub fn text(text: impl Into<String>) -> Self {
        Self::lines(vec![Line::plain(text)])
    }

    /// A cell of several paragraphs.
    pub fn lines(lines: Vec<Line>) -> Self {
        Self {
            lines,
            ..Self::default()
        }
    }

    /// A number.
    pub fn number(n: usize) -> Self {
        Self {
            lines: vec![Line::plain(super::wording::number(n))],
            value: u32::try_from(n).map_or(Value::Text, Value::Number),
            continues: false,
        }
    }

    /// A day; empty when there is none.
    pub fn date(date: Option<Date>) -> Self {
        match date {
            None => Self::default(),
            Some(date) => Self {
                lines: vec![Line::plain(super::wording::short_date(date))],
                value: Value::Date(date),
                continues: false,
            },
        }
    }

    /// The same cell, known to repeat the one above.
    #[must_use]
    pub fn continuing(mut self, continues: bool) -> Self {
        self.continues = continues;
        self
    }

    /// Its words, one line a paragraph.
    pub fn plain_text(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(Line::text).collect();
        lines.join("\n")
    }
}

impl Column {
    fn new(title: &str, width: u32, align: Align) -> Self {
        Self {
            title: title.to_owned(),
            width,
            align,
            is_sheet_only: false,
            choices: Vec::new(),
            is_open: false,
        }
    }

    pub(super) fn words(title: &str, width: u32) -> Self {
        Self::new(title, width, Align::Left)
    }

    pub(super) fn centered(title: &str, width: u32) -> Self {
        Self::new(title, width, Align::Center)
    }

    fn chosen(title: &str, width: u32, choices: impl Iterator<Item = &'static str>) -> Self {
        Self {
            choices: choices.map(str::to_owned).collect(),
            ..Self::words(title, width)
        }
    }

    fn suggested(title: &str, width: u32, choices: Vec<String>) -> Self {
        Self {
            choices,
            is_open: true,
            ..Self::words(title, width)
        }
    }

    fn sheet_only(title: &str, width: u32) -> Self {
        Self {
            is_sheet_only: true,
            ..Self::words(title, width)
        }
    }
}

impl ReportModel {
    /// Where the original lies that a run names.
    pub fn original(&self, run: &Run) -> Option<&str> {
        let path = self.originals.get(&run.submission?)?;
        Some(path)
    }

    /// The submissions that its tables name.
    pub fn submissions(&self) -> BTreeSet<i64> {
        let cells = self.tables().flat_map(|table| &table.rows);
        let cells = cells.flat_map(|row| match row {
            Row::Heading(_) => &[],
            Row::Cells(cells) | Row::Total(cells) => cells.as_slice(),
        });
        let runs = cells.flat_map(|cell| &cell.lines);
        let runs = runs.flat_map(|line| &line.runs);
        runs.filter_map(|run| run.submission).collect()
    }

    /// All tables, in print order.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.parts
            .iter()
            .flat_map(|part| &part.blocks)
            .filter_map(|block| match block {
                Block::Table(table) => Some(table),
                _ => None,
            })
    }
}
