//! The table for other programs, read back.

use crate::report::csv::render_csv;
use crate::report::model::Kind;

use super::report;
use super::world::one_of_everything;

fn rows(kind: Kind) -> Vec<Vec<String>> {
    let world = one_of_everything();
    let bytes = render_csv(&report(&world.snapshot, kind)).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    reader
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

#[test]
fn holds_the_main_table_with_the_way_back() {
    let rows = rows(Kind::Full);
    let titles = &rows[0];
    for title in ["Phần", "NỘI DUNG GÓP Ý", "Kết quả", "Mã ý kiến", "Nguồn"] {
        assert!(titles.iter().any(|found| found == title), "no “{title}”");
    }
    let content = titles.iter().position(|t| t == "NỘI DUNG GÓP Ý").unwrap();
    let texts: Vec<&str> = rows.iter().map(|row| row[content].as_str()).collect();
    assert!(texts.contains(&"Đề nghị rà soát căn cứ pháp lý; viện dẫn <đúng> & đủ các văn bản."));
    // A comment that begins like a formula stays text.
    assert!(texts.contains(&"'=Đề nghị sửa mục trên cho phù hợp."));
}

#[test]
fn gives_days_and_counts_plainly() {
    let rows = rows(Kind::Roster);
    let day = rows[0].iter().position(|t| t == "Ngày đến").unwrap();
    assert!(rows.iter().any(|row| row[day].starts_with("2021-")));
}
