use std::io::Read;

use proptest::prelude::{any, prop};
use proptest::{prop_assert, prop_assert_eq, proptest};

use super::{Arrangements, CsvTable, Row};

const HEAD: &str = "STT,Cơ quan góp ý,Mục,Nội dung góp ý,Lý do\n";

#[track_caller]
fn rows(text: &[u8]) -> Vec<Row> {
    CsvTable::open(text, "a.csv", &Arrangements::default())
        .unwrap()
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

#[test]
fn an_unclosed_quote_costs_one_row() {
    let text = format!(
        "{HEAD}1,Sở A,I,\"Nội dung một,vì thế\n2,Sở B,II,\"Hai\ndòng\",vì\n3,Sở C,III,Ba \"trích\" rồi,vì\n"
    );
    let rows = rows(text.as_bytes());
    let found: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.row_number,
                row.organization.as_deref(),
                row.warnings.len(),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (2, Some("Sở A"), 1),
            (3, Some("Sở B"), 0),
            (5, Some("Sở C"), 0)
        ]
    );
    assert_eq!(rows[1].text, "II\nHai\ndòng\nvì");
}

#[test]
fn a_quote_never_closed_does_not_swallow_a_large_file() {
    let mut text = format!("{HEAD}1,Sở A,I,\"Nội dung,vì\n").into_bytes();
    for number in 2..60_000 {
        text.extend_from_slice(format!("{number},Sở B,II,Đề nghị bổ sung,vì\n").as_bytes());
    }
    assert!(text.len() > 2 << 20);
    let rows = rows(&text);
    assert_eq!(rows.len(), 59_999);
    assert_eq!(rows[0].warnings[0].code, "table.broken_line");
    assert!(rows[1..].iter().all(|row| row.warnings.is_empty()));
    assert_eq!(rows.last().unwrap().row_number, 60_000);
}

#[test]
fn line_numbers_count_blank_lines_and_any_line_end() {
    for end in ["\n", "\r\n", "\r"] {
        let text = format!("Bảng góp ý\n\n{HEAD}\n1,Sở A,I,\"Một\nhai\",\n\n\n2,Sở B,II,Ba,\n")
            .replace('\n', end);
        let found: Vec<_> = rows(text.as_bytes())
            .iter()
            .map(|row| row.row_number)
            .collect();
        assert_eq!(found, [5, 9], "{end:?}");
    }
}

/// Hands out one byte at a time.
struct Drip<'a>(&'a [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let (Some((&first, rest)), Some(slot)) = (self.0.split_first(), buffer.first_mut()) else {
            return Ok(0);
        };
        *slot = first;
        self.0 = rest;
        Ok(1)
    }
}

proptest! {
    #[test]
    fn any_bytes_below_a_header_give_rows_whose_spans_slice(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let text = [HEAD.as_bytes(), &bytes].concat();
        if let Ok(table) = CsvTable::open(text.as_slice(), "a.csv", &Arrangements::default()).unwrap() {
            for row in table {
                let row = row.unwrap();
                for span in [row.place, row.content, row.proposal, row.reason].into_iter().flatten() {
                    prop_assert!(span.slice(&row.text).is_some());
                }
            }
        }
    }

    #[test]
    fn how_a_reader_cuts_the_file_does_not_matter(cells in prop::collection::vec("[a-z\"\r\n;,ế]{0,12}", 0..40)) {
        let text = format!("{HEAD}{}", cells.join(","));
        let whole: Vec<_> = CsvTable::open(text.as_bytes(), "a.csv", &Arrangements::default()).unwrap().unwrap().map(Result::unwrap).collect();
        let drip: Vec<_> = CsvTable::open(Drip(text.as_bytes()), "a.csv", &Arrangements::default()).unwrap().unwrap().map(Result::unwrap).collect();
        prop_assert_eq!(whole, drip);
    }
}
