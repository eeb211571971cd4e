//! The cells of one row of a table of comments → its points.
//!
//! One point a row, unless the comment's cell lists several ideas: then the wording and the reason
//! beside it belong to the last of them. What a column for the draft's own words holds is the old
//! wording, unless it only names a place ("Điều 5", "Mục III.2"); what a column for the wording asked for holds is the new one, unless it only says what
//! to do.

use crate::domain::Span;
use crate::split::{SplitPoint, is_wording, split_passage};
use crate::text::fold::fold;

/// Words, without marks, that say what kind of place a number names; some name one without.
const PLACE_WORDS: [&str; 18] = [
    "dieu",
    "khoan",
    "diem",
    "tieu muc",
    "muc",
    "chuong",
    "phan",
    "phu luc",
    "trang",
    "dong",
    "gach dau dong",
    "doan",
    "bang",
    "bieu",
    "mau so",
    "noi nhan",
    "toan van",
    "toan bo",
];
/// Words, without marks, that stand between the parts of a place.
const PLACE_LINKS: [&str; 25] = [
    "va",
    "den",
    "tu",
    "tai",
    "cua",
    "o",
    "trong",
    "thu",
    "nhat",
    "hai",
    "ba",
    "nam",
    "cuoi",
    "du thao",
    "quyet dinh",
    "quy che",
    "quy dinh",
    "nghi dinh",
    "nghi quyet",
    "thong tu",
    "luat",
    "de an",
    "ke hoach",
    "to trinh",
    "so",
];

/// The cells of a row that make its points, as spans of one text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cells {
    /// The draft's own words.
    pub(super) draft: Option<Span>,
    /// The comment.
    pub(super) content: Option<Span>,
    /// The wording asked for.
    pub(super) proposal: Option<Span>,
    /// Why.
    pub(super) reason: Option<Span>,
}

impl Cells {
    /// The place of the row: its place cell, else what the column for the draft's words names
    /// instead of quoting the draft.
    pub(super) fn place(&self, text: &str, place_cell: Option<Span>) -> Option<Span> {
        let named = || {
            let words = self.draft?.slice(text)?;
            names_only_a_place(words).then_some(self.draft).flatten()
        };
        place_cell.or_else(named)
    }

    /// The draft's words, where they are more than a place.
    fn old_text(&self, text: &str) -> Option<Span> {
        self.draft
            .filter(|cell| !cell.slice(text).is_some_and(names_only_a_place))
    }
}

/// Whether a cell holds a place and nothing else: "Khoản 2, khoản 4 Điều 8", "III.2", "Nơi nhận".
fn names_only_a_place(words: &str) -> bool {
    let folded = fold(words);
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let starts = |at: usize, phrase: &&str| {
        let n = phrase.split(' ').count();
        let here = words.get(at..at + n).unwrap_or(&[]);
        here.iter().copied().eq(phrase.split(' ')).then_some(n)
    };
    let (mut at, mut n_places, mut n_numbers) = (0, 0, 0);
    while let Some(word) = words.get(at) {
        if let Some(n) = PLACE_WORDS.iter().find_map(|phrase| starts(at, phrase)) {
            n_places += 1;
            at += n;
        } else if let Some(n) = PLACE_LINKS.iter().find_map(|phrase| starts(at, phrase)) {
            at += n;
        } else if is_numbering(word) {
            n_numbers += 1;
            at += 1;
        } else {
            return false;
        }
    }
    // A bare "2.1" is a place, a bare "80" is a figure.
    n_places > 0 || (n_numbers > 1 && n_numbers == words.len())
}

/// "5", "iii", "a", "12a".
fn is_numbering(word: &str) -> bool {
    let is_roman = word.chars().all(|c| matches!(c, 'i' | 'v' | 'x'));
    let digits = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let is_number = !digits.is_empty()
        && digits.chars().all(|c| c.is_ascii_digit())
        && word.len() <= digits.len() + 1;
    word.len() == 1 || is_roman || is_number
}

/// One idea of a row.
#[derive(Debug, Clone, Default)]
pub(super) struct CellPoint {
    /// Its words, those of other cells of the row after those of its own.
    pub(super) spans: Vec<Span>,
    /// Headings inside its cell.
    pub(super) headings: Vec<Span>,
    /// What it asks for.
    pub(super) proposal: Option<Span>,
    /// Why.
    pub(super) reason: Option<Span>,
    /// The draft's words.
    pub(super) old_text: Option<Span>,
    /// The words wanted instead.
    pub(super) new_text: Option<Span>,
}

/// The points of a row; none where neither comment nor wording is there.
pub(super) fn points_of_cells(text: &str, cells: Cells) -> Vec<CellPoint> {
    let Some(main) = cells.content.or(cells.proposal) else {
        return Vec::new();
    };
    let words = main.slice(text).unwrap_or_default();
    let pieces = split_passage(words);
    let mut points: Vec<CellPoint> = pieces
        .iter()
        .map(|piece| from_piece(words, piece, main.start))
        .collect();
    if points.is_empty() {
        points.push(CellPoint {
            spans: vec![main],
            ..CellPoint::default()
        });
    }
    let is_only = points.len() == 1;
    let beside = cells.proposal.filter(|_| cells.content.is_some());
    let wording = cells
        .proposal
        .and_then(|cell| wording_of_cell(text, cell, cells.draft));
    if let Some(last) = points.last_mut() {
        last.spans.extend(beside.into_iter().chain(cells.reason));
        last.proposal = beside.or(last.proposal);
        last.reason = cells.reason.or(last.reason);
        last.new_text = last.new_text.or(wording);
        if is_only {
            last.old_text = last.old_text.or_else(|| cells.old_text(text));
        }
    }
    points
}

fn from_piece(words: &str, piece: &SplitPoint, offset: usize) -> CellPoint {
    let shifted = |span: Option<Span>| span.map(|span| span.shifted(offset));
    CellPoint {
        spans: piece
            .spans(words)
            .into_iter()
            .map(|span| span.shifted(offset))
            .collect(),
        headings: piece
            .context
            .iter()
            .map(|span| span.shifted(offset))
            .collect(),
        proposal: shifted(piece.proposal),
        reason: shifted(piece.reason),
        old_text: shifted(piece.old_text),
        new_text: shifted(piece.new_text),
    }
}

/// The new wording in a cell for it: what it quotes, or all of it where it stands beside the
/// draft's words and does not only say what to do.
fn wording_of_cell(text: &str, cell: Span, draft: Option<Span>) -> Option<Span> {
    let words = cell.slice(text)?;
    let quoted = split_passage(words)
        .iter()
        .find_map(|piece| piece.new_text)
        .map(|span| span.shifted(cell.start));
    quoted.or_else(|| (draft.is_some() && is_wording(words)).then_some(cell))
}

#[cfg(test)]
mod tests {
    use super::{Cells, names_only_a_place, points_of_cells};
    use crate::domain::Span;

    #[track_caller]
    fn check(cells: [&str; 4], expected: &[[&str; 4]]) {
        let mut text = String::new();
        let spans = cells.map(|cell| {
            let start = text.len();
            text.push_str(cell);
            text.push('\n');
            (!cell.is_empty()).then(|| Span::new(start, start + cell.len()))
        });
        let [draft, content, proposal, reason] = spans;
        let points = points_of_cells(
            &text,
            Cells {
                draft,
                content,
                proposal,
                reason,
            },
        );
        let slice = |span: Option<Span>| span.and_then(|span| span.slice(&text)).unwrap_or("");
        let found: Vec<[&str; 4]> = points
            .iter()
            .map(|point| {
                [
                    slice(point.spans.first().copied()),
                    slice(point.old_text),
                    slice(point.new_text),
                    slice(point.reason),
                ]
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn draft_beside_the_wording_asked_for() {
        check(
            [
                "Hồ sơ gồm 05 bộ.",
                "",
                "Hồ sơ gồm 01 bộ.",
                "cải cách thủ tục",
            ],
            &[[
                "Hồ sơ gồm 01 bộ.",
                "Hồ sơ gồm 05 bộ.",
                "Hồ sơ gồm 01 bộ.",
                "cải cách thủ tục",
            ]],
        );
        check(
            ["Hồ sơ gồm 05 bộ.", "", "Đề nghị bỏ.", ""],
            &[["Đề nghị bỏ.", "Hồ sơ gồm 05 bộ.", "", ""]],
        );
        check(
            ["", "Còn dài.", "Sửa thành “gồm 01 bộ”.", ""],
            &[["Còn dài.", "", "gồm 01 bộ", ""]],
        );
    }

    #[test]
    fn several_ideas_in_one_cell() {
        check(
            [
                "",
                "1. Điều 3: bỏ khoản 2.\n2. Điều 5: bổ sung thời hạn.",
                "",
                "rõ hơn",
            ],
            &[
                ["Điều 3: bỏ khoản 2.", "", "", ""],
                ["Điều 5: bổ sung thời hạn.", "", "", "rõ hơn"],
            ],
        );
        check(["", "", "", "vì sao"], &[]);
    }

    #[test]
    fn place_in_the_column_for_the_drafts_words() {
        check(
            ["Khoản 1 Điều 2", "Bỏ kênh mạng xã hội", "", ""],
            &[["Bỏ kênh mạng xã hội", "", "", ""]],
        );
        for place in [
            "Điều 5",
            "Mục III.2",
            "IV.2.1",
            "Khoản 2, khoản 4 Điều 8",
            "Điều 3 khoản 2",
            "Điểm đ khoản 1 Điều 4 Quy chế",
            "Nơi nhận",
            "Phụ lục II",
            "Từ Điều 3 đến Điều 5 dự thảo Quyết định",
        ] {
            assert!(names_only_a_place(place), "{place}");
        }
        for words in [
            "Hồ sơ gồm 05 bộ.",
            "Điều 5. Hồ sơ gồm 05 bộ.",
            "80",
            "Trong thời hạn 10 ngày làm việc",
            "",
        ] {
            assert!(!names_only_a_place(words), "{words}");
        }
    }
}
