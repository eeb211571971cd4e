//! Tables that a plain text lays out with spaces, as `pdftotext -layout` and old mails do.
//!
//! A header is looked for whose words, column by column, name a table of comments. Columns are the
//! stretches between gutters: positions that are blank in every line of the table. Rows begin at
//! their ordinal number, at a blank line, or where the first column begins again. A table that is
//! found is written anew, one cell a line, so that a comment wrapped over lines is one text; all
//! else stays as it is.

use super::PartTable;
use super::columns::{self, Column};
use crate::domain::Span;
use crate::text::fold::fold;

/// A header is not higher than this.
const MAX_HEADER_LINES: usize = 8;
/// No table is longer; hostile ones are.
const MAX_TABLE_LINES: usize = 4_000;
/// How many lines may be tried as headers.
const MAX_TRIES: usize = 60;
/// Blank lines inside a table: a page break has a few.
const MAX_BLANK_LINES: usize = 6;

/// Words between two gutters of a line.
#[derive(Debug, Clone, Copy)]
struct Piece<'a> {
    /// First column of characters.
    from: usize,
    /// One past the last.
    to: usize,
    words: &'a str,
}

#[derive(Debug)]
struct Line<'a> {
    /// With its line end.
    whole: &'a str,
    pieces: Vec<Piece<'a>>,
}

impl<'a> Line<'a> {
    fn new(whole: &'a str) -> Self {
        let text = whole.trim_end();
        let mut pieces = Vec::new();
        // Start of the open piece, and of the blank after it.
        let mut open: Option<(usize, usize)> = None;
        let mut blank: Option<(usize, usize, usize)> = None;
        let mut column = 0;
        for (at, c) in text.char_indices() {
            let width = if c == '\t' { 8 } else { 1 };
            if c.is_whitespace() {
                let (from, start, n) = blank.unwrap_or((column, at, 0));
                blank = Some((from, start, n + width));
            } else {
                if let (Some((from, start)), Some((to, end, n))) = (open, blank)
                    && n >= 2
                {
                    let words = text.get(start..end).unwrap_or("");
                    pieces.push(Piece { from, to, words });
                    open = None;
                }
                blank = None;
                open = open.or(Some((column, at)));
            }
            column += width;
        }
        if let Some((from, start)) = open {
            let words = text.get(start..).unwrap_or("");
            pieces.push(Piece {
                from,
                to: column,
                words,
            });
        }
        Self { whole, pieces }
    }

    fn is_blank(&self) -> bool {
        self.pieces.is_empty()
    }
}

/// A table found among lines.
struct Found {
    /// The line after its last.
    end: usize,
    /// Cells, header first.
    rows: Vec<Vec<String>>,
}

/// Writes the tables that a text lays out with spaces anew; `None` where it has none.
pub(super) fn read(text: &str) -> Option<(String, Vec<PartTable>)> {
    if !text.contains("   ") && !text.contains('\t') {
        return None;
    }
    let lines: Vec<Line<'_>> = text.split_inclusive('\n').map(Line::new).collect();
    let mut out = String::with_capacity(text.len());
    let mut tables = Vec::new();
    let mut n_tries = 0;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let is_tried = n_tries < MAX_TRIES && may_be_header(line);
        n_tries += usize::from(is_tried);
        let found = is_tried.then(|| find_table(&lines, at)).flatten();
        if let Some(Found { end, rows }) = found {
            tables.push(write_table(&rows, &mut out));
            at = end;
        } else {
            out.push_str(line.whole);
            at += 1;
        }
    }
    (!tables.is_empty()).then_some((out, tables))
}

/// Writes a table one cell a line.
fn write_table(rows: &[Vec<String>], out: &mut String) -> PartTable {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    let start = out.len();
    let mut spans = Vec::with_capacity(rows.len());
    for row in rows {
        let mut cells = Vec::with_capacity(row.len());
        for cell in row {
            let from = out.len();
            out.push_str(cell);
            cells.push(Span::new(from, out.len()));
            if !cell.is_empty() {
                out.push('\n');
            }
        }
        spans.push(cells);
    }
    PartTable {
        rows: spans,
        span: Span::new(start, out.len()),
    }
}

/// Whether a line can be the first of a header: several short pieces, one of which is a word that
/// heads columns.
fn may_be_header(line: &Line<'_>) -> bool {
    const HEADS: [&str; 16] = [
        "tt",
        "stt",
        "so tt",
        "noi dung",
        "dieu",
        "chinh sach",
        "nhom van de",
        "co quan",
        "don vi",
        "chu the",
        "y kien",
        "ly do",
        "vi tri",
        "de nghi",
        "phan",
        "muc",
    ];
    (2..=12).contains(&line.pieces.len())
        && line.pieces.iter().all(|piece| piece.words.len() < 90)
        && line.pieces.iter().any(|piece| {
            let folded = fold(piece.words);
            HEADS.iter().any(|head| folded.starts_with(head))
        })
}

/// Reads a table whose header begins at a line.
fn find_table(lines: &[Line<'_>], at: usize) -> Option<Found> {
    let end = table_end(lines, at);
    let block: Vec<&Line<'_>> = lines
        .get(at..end)?
        .iter()
        .filter(|line| !is_page_number(line))
        .collect();
    let gutters = columns_of(&block)?;
    let cells: Vec<Vec<String>> = block.iter().map(|line| cells_of(line, &gutters)).collect();
    let n_header = header_lines(&cells, gutters.len())?;
    let header = join_lines(cells.get(..n_header)?, gutters.len());
    let mapping = columns::recognize_columns(std::slice::from_ref(&header))?;
    let ordinal = mapping.find(Column::Ordinal);
    let body: Vec<Vec<String>> = cells
        .get(n_header..)?
        .iter()
        .filter(|row| !repeats_header(row, &cells, n_header))
        .cloned()
        .collect();
    let mut rows = vec![header];
    rows.extend(
        row_starts(&body, ordinal)
            .windows(2)
            .filter_map(|pair| match *pair {
                [from, to] => body.get(from..to),
                _ => None,
            })
            .map(|lines| join_lines(lines, gutters.len()))
            .filter(|row| row.iter().any(|cell| !cell.is_empty())),
    );
    (rows.len() > 1).then_some(Found { end, rows })
}

/// How many lines the header has: as few as name all columns that can be named, and the short words
/// below them, up to the first row.
fn header_lines(cells: &[Vec<String>], n_columns: usize) -> Option<usize> {
    let known = |n: usize| {
        let header = join_lines(cells.get(..n)?, n_columns);
        let mapping = columns::recognize_columns(std::slice::from_ref(&header))?;
        let ordinal = mapping.find(Column::Ordinal);
        Some((mapping.columns.iter().flatten().count(), ordinal))
    };
    let (mut n_lines, ordinal) = (1..=MAX_HEADER_LINES.min(cells.len()))
        .filter_map(|n| known(n).map(|(n_known, ordinal)| (n, n_known, ordinal)))
        .max_by_key(|(n, n_known, _)| (*n_known, usize::MAX - n))
        .map(|(n, _, ordinal)| (n, ordinal))?;
    while let Some(line) = cells.get(n_lines).filter(|_| n_lines < MAX_HEADER_LINES) {
        let is_row = line.iter().all(String::is_empty)
            || ordinal
                .and_then(|column| line.get(column))
                .is_some_and(|cell| is_ordinal(cell));
        let is_heading = line
            .iter()
            .all(|cell| cell.chars().count() <= 24 && !cell.ends_with(['.', ';']));
        if is_row || !is_heading || ordinal.is_none() {
            break;
        }
        n_lines += 1;
    }
    Some(n_lines)
}

/// The line after the last of a table: before words that run across all columns, before what ends
/// a letter, before many blank lines.
fn table_end(lines: &[Line<'_>], at: usize) -> usize {
    let mut end = at + 1;
    let mut n_blank = 0;
    let header_start = lines
        .get(at)
        .and_then(|line| line.pieces.first())
        .map_or(0, |piece| piece.from);
    for (index, line) in lines.iter().enumerate().skip(at + 1).take(MAX_TABLE_LINES) {
        if line.is_blank() {
            n_blank += 1;
            if n_blank > MAX_BLANK_LINES {
                break;
            }
            continue;
        }
        let [only] = line.pieces.as_slice() else {
            if ends_letter(line) {
                break;
            }
            n_blank = 0;
            end = index + 1;
            continue;
        };
        let runs_across = only.to.saturating_sub(only.from) > 70
            || (only.from <= header_start + 2 && only.to.saturating_sub(only.from) > 45);
        if runs_across || ends_letter(line) {
            break;
        }
        if !is_page_number(line) {
            n_blank = 0;
            end = index + 1;
        }
    }
    end
}

/// A number in the middle of a line of its own.
fn is_page_number(line: &Line<'_>) -> bool {
    matches!(line.pieces.as_slice(), [only]
        if only.from > 25 && only.words.len() <= 3 && only.words.bytes().all(|b| b.is_ascii_digit()))
}

fn ends_letter(line: &Line<'_>) -> bool {
    const ENDS: [&str; 9] = [
        "tren day",
        "noi nhan",
        "tran trong",
        "tm.",
        "kt.",
        "nguoi lap",
        "thu truong",
        "dai dien",
        "giam doc",
    ];
    line.pieces.first().is_some_and(|piece| {
        let folded = fold(piece.words);
        ENDS.iter().any(|end| folded.starts_with(end))
    })
}

/// The stretches of characters between the gutters of a table; at least two.
fn columns_of(block: &[&Line<'_>]) -> Option<Vec<(usize, usize)>> {
    const MAX_WIDTH: usize = 1_000;
    let width = block
        .iter()
        .flat_map(|line| line.pieces.iter().map(|piece| piece.to))
        .max()?
        .min(MAX_WIDTH);
    let mut n_filled = vec![0_u32; width];
    let mut n_lines = 0_u32;
    for line in block.iter().filter(|line| !line.is_blank()) {
        n_lines += 1;
        for piece in &line.pieces {
            for slot in n_filled
                .iter_mut()
                .take(piece.to.min(width))
                .skip(piece.from.min(width))
            {
                *slot += 1;
            }
        }
    }
    // One line in thirty may stray into a gutter.
    let allowed = n_lines / 30;
    let mut stretches: Vec<(usize, usize)> = Vec::new();
    for (at, n) in n_filled.iter().enumerate() {
        if *n <= allowed {
            continue;
        }
        match stretches.last_mut() {
            Some((_, to)) if *to == at => *to = at + 1,
            _ => stretches.push((at, at + 1)),
        }
    }
    (2..=12).contains(&stretches.len()).then_some(stretches)
}

/// A line's words by column; a piece goes where most of it stands.
fn cells_of(line: &Line<'_>, columns: &[(usize, usize)]) -> Vec<String> {
    let mut cells = vec![String::new(); columns.len()];
    for piece in &line.pieces {
        let shared =
            |&(from, to): &(usize, usize)| piece.to.min(to).saturating_sub(piece.from.max(from));
        let Some((at, _)) = columns
            .iter()
            .enumerate()
            .max_by_key(|(at, column)| (shared(column), usize::MAX - at))
        else {
            continue;
        };
        if let Some(cell) = cells.get_mut(at) {
            add_words(cell, piece.words);
        }
    }
    cells
}

fn add_words(cell: &mut String, words: &str) {
    if !cell.is_empty() {
        cell.push(' ');
    }
    for word in words.split_whitespace() {
        if !cell.is_empty() && !cell.ends_with(' ') {
            cell.push(' ');
        }
        cell.push_str(word);
    }
}

/// The lines of one row as one: each column's words joined.
fn join_lines(lines: &[Vec<String>], n_columns: usize) -> Vec<String> {
    let mut row = vec![String::new(); n_columns];
    for line in lines {
        for (cell, words) in row.iter_mut().zip(line) {
            if !words.is_empty() {
                add_words(cell, words);
            }
        }
    }
    row
}

fn is_ordinal(cell: &str) -> bool {
    let number = cell.trim_end_matches(['.', ')']);
    (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit())
}

/// A line of the header on a later page.
fn repeats_header(row: &[String], cells: &[Vec<String>], n_header: usize) -> bool {
    row.iter().any(|cell| !cell.is_empty())
        && cells
            .iter()
            .take(n_header)
            .any(|header| header.as_slice() == row)
}

/// Where rows begin, and the end of the last one.
fn row_starts(body: &[Vec<String>], ordinal: Option<usize>) -> Vec<usize> {
    let mut starts = Vec::new();
    let numbered: Vec<usize> = body
        .iter()
        .enumerate()
        .filter(|(_, row)| {
            ordinal
                .and_then(|column| row.get(column))
                .is_some_and(|cell| is_ordinal(cell))
        })
        .map(|(at, _)| at)
        .collect();
    if numbered.is_empty() {
        let is_blank = |row: &Vec<String>| row.iter().all(String::is_empty);
        let has_blanks = body.iter().any(is_blank);
        let mut before: Option<&Vec<String>> = None;
        for (at, row) in body.iter().enumerate() {
            let first = row.first().is_some_and(|cell| !cell.is_empty());
            let starts_row = match before {
                None => true,
                Some(above) if has_blanks => is_blank(above) && !is_blank(row),
                Some(above) => first && above.first().is_some_and(String::is_empty),
            };
            if starts_row && !is_blank(row) {
                starts.push(at);
            }
            before = Some(row);
        }
    } else {
        // A number centred beside a high row stands below the row's first line.
        starts.push(0);
        for pair in numbered.windows(2) {
            if let [above, below] = *pair {
                starts.push(best_cut(body, above, below));
            }
        }
    }
    starts.push(body.len());
    starts.dedup();
    starts
}

/// The line between two numbers at which the second row begins: where sentences end above and begin
/// below, best of all at the number itself.
fn best_cut(body: &[Vec<String>], above: usize, below: usize) -> usize {
    const REACH: usize = 40;
    let from = (above + 1).max(below.saturating_sub(REACH));
    let score = |at: usize| {
        let (Some(last), Some(next)) = (
            at.checked_sub(1).and_then(|last| body.get(last)),
            body.get(at),
        ) else {
            return 0;
        };
        let mut score = 0;
        if last.iter().all(String::is_empty) {
            score += 6;
        }
        for (last, next) in last.iter().zip(next) {
            score += match (last.is_empty(), next.is_empty()) {
                (true, false) => 1,
                (false, false) if last.ends_with(['.', ';', ':']) => 1,
                (false, false) => -2,
                _ => 0,
            };
            if !next.is_empty() {
                score += if next.starts_with(char::is_lowercase) {
                    -2
                } else {
                    1
                };
            }
        }
        score * 2 + i32::from(at == below) * 3
    };
    (from..=below)
        .max_by_key(|&at| (score(at), at))
        .unwrap_or(below)
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::domain::Span;
    use proptest::prelude::{prop_assert_eq, proptest};

    #[track_caller]
    fn check(text: &str, expected: &[&[&str]]) {
        let (out, tables) = read(text).expect("a table is found");
        assert_eq!(tables.len(), 1);
        let found: Vec<Vec<&str>> = tables[0]
            .rows
            .iter()
            .map(|row| row.iter().map(|span| span.slice(&out).unwrap()).collect())
            .collect();
        assert_eq!(found, expected);
        assert!(Span::whole(&out).contains(tables[0].span));
    }

    #[test]
    fn wrapped_cells_are_one_text() {
        check(
            concat!(
                "PHỤ LỤC\n\n",
                "TT   Điều, khoản        Nội dung góp ý                     Lý do\n",
                "1    Điều 5, Khoản 4,   Đối với hợp đồng EPC nên có        Nếu ủy quyền cho nhà thầu\n",
                "     Điểm a             giám sát độc lập của Chủ đầu tư.   thì không quản lý được.\n",
                "2    Điều 13            Nên bổ sung điều kiện này.         Tránh lãng phí cho xã hội.\n",
                "Trên đây là ý kiến của Viện.\n",
            ),
            &[
                &["TT", "Điều, khoản", "Nội dung góp ý", "Lý do"],
                &[
                    "1",
                    "Điều 5, Khoản 4, Điểm a",
                    "Đối với hợp đồng EPC nên có giám sát độc lập của Chủ đầu tư.",
                    "Nếu ủy quyền cho nhà thầu thì không quản lý được.",
                ],
                &[
                    "2",
                    "Điều 13",
                    "Nên bổ sung điều kiện này.",
                    "Tránh lãng phí cho xã hội.",
                ],
            ],
        );
    }

    #[test]
    fn numbers_in_the_middle_of_a_row_and_a_header_of_two_lines() {
        check(
            concat!(
                "         Chính sách hoặc nhóm      Nội dung góp ý/\n",
                "   TT    vấn đề, điều, khoản       Phản biện\n",
                "                                   Bổ sung Điều khoản quy định việc\n",
                "    1    Điều khoản                quản lý rác thải công trình xây\n",
                "                                   dựng.\n",
                "                                   Cần quy định rõ tỷ lệ nguồn vốn\n",
                "    2    Điều 13                   trên tổng mức đầu tư khi khởi\n",
                "                                   công.\n",
            ),
            &[
                &[
                    "TT",
                    "Chính sách hoặc nhóm vấn đề, điều, khoản",
                    "Nội dung góp ý/ Phản biện",
                ],
                &[
                    "1",
                    "Điều khoản",
                    "Bổ sung Điều khoản quy định việc quản lý rác thải công trình xây dựng.",
                ],
                &[
                    "2",
                    "Điều 13",
                    "Cần quy định rõ tỷ lệ nguồn vốn trên tổng mức đầu tư khi khởi công.",
                ],
            ],
        );
    }

    #[test]
    fn letterheads_and_signatures_are_no_tables() {
        for text in [
            "UBND TỈNH PHÚ SƠN      CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nSỞ CÔNG THƯƠNG         Độc lập - Tự do - Hạnh phúc\n",
            "Nơi nhận:         KT. GIÁM ĐỐC\n- Như trên;       PHÓ GIÁM ĐỐC\n",
            "Nội dung góp ý của Sở   như sau\n",
            "",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_outside_tables_stays(text in "(TT   Nội dung góp ý   Lý do\n|1   a   b\n|     c\n|\n|\\PC{0,20}\n){0,12}") {
            if let Some((out, tables)) = read(&text) {
                for table in &tables {
                    for span in table.rows.iter().flatten() {
                        assert!(span.slice(&out).is_some());
                    }
                }
                let words = |text: &str| {
                    text.split_whitespace()
                        .map(str::to_owned)
                        .collect::<std::collections::BTreeSet<String>>()
                };
                prop_assert_eq!(words(&out), words(&text));
            }
        }
    }
}
