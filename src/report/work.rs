//! The way back of the report of open work: it goes out to drafters who never log in, is filled in
//! in Excel or Word, and comes back.
//!
//! Each row carries a code: the point, a mark of the dossier, and a digest of the answer that the
//! row went out with. So a row that nobody touched is told from one that was filled in, and an
//! answer that changed here meanwhile is never written over. The code is visible, since programs
//! drop what they hide: content controls do not survive LibreOffice.

use sha2::{Digest, Sha256};

use crate::domain::{Decision, PointId};
use crate::text::fold::fold;
use crate::text::normalize::{normalize, squeeze};

/// Title of the column with the codes; tells a file of ours.
pub const CODE: &str = "Mã (không sửa)";
/// Title of the column with the decision.
pub const DECISION: &str = "Kết quả xử lý";
/// Title of the column with the answer.
pub const ANSWER: &str = "Nội dung tiếp thu, giải trình";
/// Title of the column with what changed in the draft.
pub const CHANGE_PLACE: &str = "Chỗ đã sửa trong dự thảo";

/// The answer in a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WorkAnswer {
    /// What is decided.
    pub decision: Option<Decision>,
    /// The words.
    pub text: String,
    /// What changed in the draft, and where.
    pub change_place: String,
}

impl WorkAnswer {
    /// An answer in the form in which two are compared: programs change line ends and spaces.
    pub fn new(decision: Option<Decision>, text: &str, change_place: &str) -> Self {
        let tidy = |text: &str| {
            let text = normalize(text);
            let lines: Vec<&str> = text
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .collect();
            lines.join("\n")
        };
        Self {
            decision,
            text: tidy(text),
            change_place: tidy(change_place),
        }
    }

    /// Whether nothing is filled in.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a row's code says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkCode {
    /// The point.
    pub point: PointId,
    dossier: String,
    answer: String,
}

impl WorkCode {
    /// The code of a point of a consultation, with the answer it goes out with.
    pub fn new(consultation: &str, point: PointId, answer: &WorkAnswer) -> Self {
        Self {
            point,
            dossier: digest(&[consultation], 4),
            answer: digest_of(answer),
        }
    }

    /// Reads what [`WorkCode`] prints.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let (point, dossier, answer) = (parts.next()?, parts.next()?, parts.next()?);
        let is_digest = |part: &str, n| {
            part.len() == n && part.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
        };
        (parts.next().is_none() && is_digest(dossier, 4) && is_digest(answer, 8)).then_some(())?;
        Some(Self {
            point: PointId(point.parse().ok()?),
            dossier: dossier.to_owned(),
            answer: answer.to_owned(),
        })
    }

    /// Whether the row belongs to a consultation.
    pub fn is_of(&self, consultation: &str) -> bool {
        self.dossier == digest(&[consultation], 4)
    }

    /// Whether an answer is the one the row went out with.
    pub fn went_out_with(&self, answer: &WorkAnswer) -> bool {
        self.answer == digest_of(answer)
    }
}

impl std::fmt::Display for WorkCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}-{}", self.point, self.dossier, self.answer)
    }
}

fn digest_of(answer: &WorkAnswer) -> String {
    let decision = answer.decision.map_or("", Decision::code);
    digest(&[decision, &answer.text, &answer.change_place], 8)
}

/// The first hexadecimal digits of a digest, at most eight.
fn digest(parts: &[&str], n_digits: usize) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let first = hash.finalize().first_chunk().copied().unwrap_or_default();
    let mut digits = format!("{:08x}", u32::from_be_bytes(first));
    digits.truncate(n_digits);
    digits
}

/// A row that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkRow {
    /// Its number in the table, from 1 as the program that wrote it counts.
    pub row_number: usize,
    /// Its code as written.
    pub code: String,
    /// The decision as written.
    pub decision: String,
    /// The words.
    pub text: String,
    /// What changed in the draft.
    pub change_place: String,
}

/// Rows that may stand above the titles of a table that went out.
pub const ROWS_ABOVE: usize = 20;

/// Whether the first [`ROWS_ABOVE`] rows of a table, or more, say that it went out from here: what it holds are answers, and comments that are known.
pub fn went_out(table: &[Vec<String>]) -> bool {
    head_of(table).is_some()
}

/// Finds the rows of a table that went out; `None` for any other table.
///
/// Rows without a code are no rows of ours: headings, sums, what somebody added below.
pub fn read_rows(table: &[Vec<String>]) -> Option<Vec<WorkRow>> {
    let (head, columns) = head_of(table)?;
    let rows = table.iter().enumerate().skip(head + 1);
    Some(
        rows.filter_map(|(at, row)| {
            let [code, decision, text, change_place] = columns.map(|column| {
                row.get(column)
                    .map_or_else(String::new, |cell| cell.replace('\u{b}', "\n"))
            });
            let code = code.trim().to_owned();
            (!code.is_empty() && title_key(&code) != title_key(CODE)).then_some(WorkRow {
                row_number: at + 1,
                code,
                decision,
                text,
                change_place,
            })
        })
        .collect(),
    )
}

/// The row with the titles, and the columns of code, decision, answer and place.
fn head_of(table: &[Vec<String>]) -> Option<(usize, [usize; 4])> {
    let find = |row: &[String], title: &str| {
        let title = title_key(title);
        row.iter().position(|cell| title_key(cell) == title)
    };
    table
        .iter()
        .enumerate()
        .take(ROWS_ABOVE)
        .find_map(|(at, row)| {
            let columns = [CODE, DECISION, ANSWER, CHANGE_PLACE].map(|title| find(row, title));
            let [Some(code), Some(decision), Some(text), Some(place)] = columns else {
                return None;
            };
            Some((at, [code, decision, text, place]))
        })
}

/// A title however it is broken into lines.
fn title_key(text: &str) -> String {
    fold(&squeeze(text))
}

#[cfg(test)]
mod tests {
    use super::{ANSWER, CHANGE_PLACE, CODE, DECISION, WorkAnswer, WorkCode, read_rows};
    use crate::domain::{Decision, PointId};

    #[test]
    fn a_code_tells_the_dossier_and_what_changed() {
        let answer = WorkAnswer::new(Some(Decision::Keep), " Giữ nguyên.\r\n\r\n Lý do: … ", "");
        let code = WorkCode::new("de-an", PointId(34), &answer);
        let read = WorkCode::parse(&format!(" {code} ")).unwrap();
        assert_eq!(read, code);
        assert!(read.is_of("de-an") && !read.is_of("nghi-dinh"));
        // What programs do to line ends and spaces is no change.
        let same = WorkAnswer::new(Some(Decision::Keep), "Giữ nguyên.\nLý do: …", " ");
        assert!(read.went_out_with(&same));
        let other = WorkAnswer::new(Some(Decision::Accept), "Giữ nguyên.\nLý do: …", "");
        assert!(!read.went_out_with(&other));
        for broken in [
            "",
            "34",
            "34-ab",
            "x-0000-00000000",
            "34-0000-0000000g",
            "34-0000-00000000-1",
        ] {
            assert_eq!(WorkCode::parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn rows_are_found_by_the_titles_wherever_the_columns_stand() {
        let row = |cells: [&str; 5]| cells.map(str::to_owned).to_vec();
        let table = [
            row(["VIỆC CẦN XỬ LÝ", "", "", "", ""]),
            row([
                ANSWER,
                "STT",
                CODE,
                DECISION,
                &CHANGE_PLACE.replace(' ', "\n"),
            ]),
            row([
                "Tiếp\u{b}thu",
                "1",
                "34-ab12-00000000",
                "Tiếp thu",
                "mục II",
            ]),
            row(["ghi chú", "", "", "", ""]),
        ];
        let rows = read_rows(&table).unwrap();
        let [only] = rows.as_slice() else {
            panic!("{rows:?}");
        };
        assert_eq!((only.row_number, only.text.as_str()), (3, "Tiếp\nthu"));
        assert_eq!(only.change_place, "mục II");
        assert_eq!(read_rows(&table[..1]), None);
    }
}
