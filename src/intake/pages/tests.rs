//! Pages made of words and rules by hand.

use super::words::read_boxes;
use super::{Page, read_draft, read_letter, read_tesseract};

/// A page of lines at their place: every letter is 6 points wide, every line 12 high.
fn page(lines: &[(u32, u32, &str)], rules: &[(u32, u32, u32, u32)]) -> Page {
    let mut xml = String::from("<page width=\"600\" height=\"800\">\n");
    for (left, top, text) in lines {
        let mut left = *left;
        for word in text.split(' ') {
            let width = 6 * u32::try_from(word.chars().count()).unwrap();
            let (right, bottom) = (left + width, top + 12);
            xml.push_str(&format!(
                "<word xMin=\"{left}\" yMin=\"{top}\" xMax=\"{right}\" yMax=\"{bottom}\">{word}</word>\n"
            ));
            left = right + 4;
        }
    }
    for (left, top, right, bottom) in rules {
        xml.push_str(&format!(
            "<rule xMin=\"{left}\" yMin=\"{top}\" xMax=\"{right}\" yMax=\"{bottom}\"/>\n"
        ));
    }
    xml.push_str("</page>");
    read_boxes(&xml).remove(0)
}

/// The rules of a table between these columns and rows.
fn grid(xs: &[u32], ys: &[u32]) -> Vec<(u32, u32, u32, u32)> {
    let (left, right) = (xs[0], xs[xs.len() - 1]);
    let (top, bottom) = (ys[0], ys[ys.len() - 1]);
    let across = ys.iter().map(|y| (left, *y, right, y + 1));
    let down = xs.iter().map(|x| (*x, top, x + 1, bottom));
    across.chain(down).collect()
}

fn cells(pages: &[Page]) -> Vec<Vec<String>> {
    let rendered = read_letter(pages);
    assert_eq!(rendered.tables.len(), 1, "{}", rendered.text);
    rendered.tables[0]
        .rows
        .iter()
        .map(|row| {
            row.iter()
                .map(|span| span.slice(&rendered.text).unwrap().to_owned())
                .collect()
        })
        .collect()
}

#[test]
fn columns_with_other_leading_are_read_one_after_the_other() {
    let text = read_letter(&[page(
        &[
            (60, 50, "UBND XÃ SƠN HÀ"),
            (300, 57, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
            (70, 64, "PHÒNG KINH TẾ"),
            (310, 71, "Độc lập - Tự do - Hạnh phúc"),
            (70, 78, "Số: 15/PKT"),
            (310, 85, "Sơn Hà, ngày 12 tháng 5 năm 2026"),
            (60, 92, "V/v góp ý Quy chế"),
            (50, 106, "Kính gửi: Sở Xây dựng."),
            (
                50,
                130,
                "Phòng Kinh tế nhất trí với dự thảo Quy chế của Sở Xây dựng gửi kèm theo văn bản.",
            ),
        ],
        &[],
    )])
    .text;
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(
        lines[..8],
        [
            "UBND XÃ SƠN HÀ",
            "PHÒNG KINH TẾ",
            "Số: 15/PKT",
            "V/v góp ý Quy chế",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "Sơn Hà, ngày 12 tháng 5 năm 2026",
            "Kính gửi: Sở Xây dựng.",
        ]
    );
}

#[test]
fn a_letterhead_is_read_column_by_column() {
    let text = read_letter(&[page(
        &[
            (80, 50, "SỞ TÀI CHÍNH"),
            (300, 50, "CỘNG HÒA XÃ HỘI"),
            (70, 70, "Số: 12/STC-QLNS"),
            (310, 70, "Độc lập - Tự do"),
            (60, 90, "V/v góp ý dự thảo"),
            (60, 104, "Đề án phát triển"),
            (
                150,
                160,
                "Kính gửi: Sở Khoa học và Công nghệ tỉnh Bắc Giang",
            ),
        ],
        &[],
    )])
    .text;
    assert_eq!(
        text,
        "SỞ TÀI CHÍNH\nSố: 12/STC-QLNS\nV/v góp ý dự thảo Đề án phát triển\nCỘNG HÒA XÃ HỘI\n\
         Độc lập - Tự do\nKính gửi: Sở Khoa học và Công nghệ tỉnh Bắc Giang"
    );
}

#[test]
fn columns_whose_lines_do_not_stand_level_are_read_one_after_the_other() {
    let text = read_letter(&[page(
        &[
            (80, 50, "UBND TỈNH"),
            (300, 50, "CỘNG HÒA XÃ HỘI"),
            (80, 70, "SỞ TÀI CHÍNH"),
            (310, 77, "Độc lập - Tự do"),
            (70, 90, "Số: 12/STC-QLNS"),
            (300, 97, "Bắc Giang, ngày 06 tháng 9 năm 2021"),
            (
                150,
                160,
                "Kính gửi: Sở Khoa học và Công nghệ tỉnh Bắc Giang",
            ),
        ],
        &[],
    )])
    .text;
    assert_eq!(
        text,
        "UBND TỈNH\nSỞ TÀI CHÍNH\nSố: 12/STC-QLNS\nCỘNG HÒA XÃ HỘI\nĐộc lập - Tự do\n\
         Bắc Giang, ngày 06 tháng 9 năm 2021\n\
         Kính gửi: Sở Khoa học và Công nghệ tỉnh Bắc Giang"
    );
}

#[test]
fn wrapped_lines_are_one_paragraph_also_over_the_page() {
    let long = "Đề nghị bổ sung nội dung về nguồn vốn thực hiện đề án trong giai";
    let pages = [
        page(
            &[
                (100, 100, long),
                (60, 116, "đoạn tới."),
                (100, 700, long),
                (300, 770, "1"),
            ],
            &[],
        ),
        page(&[(60, 60, "đoạn sau."), (100, 80, "Hết.")], &[]),
    ];
    let text = read_letter(&pages).text;
    assert_eq!(text, format!("{long} đoạn tới.\n{long} đoạn sau.\nHết."));
    let lines = read_draft(&pages);
    let (first, last) = lines[1].pages.unwrap();
    assert_eq!(
        ((first.page, first.line), (last.page, last.line)),
        ((1, 3), (2, 1)),
        "page numbers are no lines"
    );
}

#[test]
fn cells_are_found_by_their_rules() {
    let mut rules = grid(&[50, 80, 200, 550], &[100, 120, 160, 200]);
    // The place is merged over both rows: its rule stops on both sides of it.
    rules.retain(|rule| rule.1 != 160);
    rules.push((50, 160, 80, 161));
    rules.push((200, 160, 550, 161));
    let table = cells(&[page(
        &[
            (55, 104, "TT"),
            (90, 104, "Điều, khoản"),
            (220, 104, "Nội dung góp ý"),
            (55, 124, "1"),
            (90, 124, "Điều 5"),
            (210, 124, "Đề nghị bổ sung"),
            (210, 138, "điểm c."),
            (55, 164, "2"),
            (210, 164, "Đề nghị bỏ."),
        ],
        &rules,
    )]);
    assert_eq!(
        table[1],
        ["1", "Điều 5", "Đề nghị bổ sung\nđiểm c."].map(str::to_owned)
    );
    assert_eq!(table[2], ["2", "Điều 5", "Đề nghị bỏ."].map(str::to_owned));
}

#[test]
fn a_table_goes_on_over_the_page_without_its_repeated_header_and_cut_rows_are_joined() {
    let xs = [50, 80, 200, 550];
    let head = [
        (55, 104, "TT"),
        (90, 104, "Điều, khoản"),
        (220, 104, "Nội dung góp ý"),
    ];
    let mut first = head.to_vec();
    first.extend([
        (55, 124, "1"),
        (90, 124, "Điều 5"),
        (210, 124, "Đề nghị bổ sung quy định về nguồn"),
    ]);
    let mut second = head.to_vec();
    second.extend([
        (210, 124, "vốn thực hiện."),
        (55, 164, "2"),
        (90, 164, "Điều 6"),
        (210, 164, "Đề nghị bỏ."),
    ]);
    let table = cells(&[
        page(&first, &grid(&xs, &[100, 120, 160])),
        page(&second, &grid(&xs, &[100, 120, 160, 200])),
    ]);
    assert_eq!(table.len(), 3, "{table:?}");
    assert_eq!(
        table[1][2],
        "Đề nghị bổ sung quy định về nguồn vốn thực hiện."
    );
    assert_eq!(table[2][0], "2");
}

#[test]
fn recognized_words_bring_their_confidence() {
    let table = "level\tpage_num\n\
        1\t1\t0\t0\t0\t0\t0\t0\t2480\t3508\t-1\t\n\
        4\t1\t1\t1\t1\t0\t300\t300\t900\t60\t-1\t\n\
        5\t1\t1\t1\t1\t1\t300\t310\t200\t40\t91.5\t|Điều\n\
        5\t1\t1\t1\t1\t2\t520\t310\t40\t40\t88.5\t5\n\
        5\t1\t1\t1\t1\t3\t600\t310\t4\t40\t12.0\t.\n";
    let pages = read_tesseract(table, 300.0);
    assert_eq!(read_letter(&pages).text, "Điều 5");
    let confidence = super::confidence(&pages).unwrap();
    assert!((confidence - 0.9).abs() < 1e-9, "{confidence}");
}

#[test]
fn hostile_boxes_end_soon() {
    let mut xml = String::from("<page width=\"nan\" height=\"1e400\">");
    for n in 0..50_000 {
        xml.push_str(&format!(
            "<rule xMin=\"{n}\" yMin=\"0\" xMax=\"{n}\" yMax=\"9999999\"/>"
        ));
        xml.push_str(&format!(
            "<word xMin=\"-{n}\" yMin=\"{n}\" xMax=\"1\" yMax=\"inf\">x</word>"
        ));
    }
    let start = std::time::Instant::now();
    read_letter(&read_boxes(&xml));
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn a_font_without_a_map_spells_nothing() {
    let legibility = |text: &str| super::legibility(&page(&[(50, 50, text)], &[]));
    let letter = "Căn cứ Công văn số 846/SKHCN-QLCN, Sở Tài chính có ý kiến như sau: “đề nghị bổ sung \
                  30% kinh phí (nếu có)”; thay KH&CN bằng cụm từ khác?";
    assert!(
        legibility(letter).unwrap() > 0.8,
        "{:?}",
        legibility(letter)
    );
    let line =
        "!\"#$% !& !'# ()#* +,-./ )!0 1!2,34 25@6 7'8 9:;=3,37 >-2 +2 ,, 3>/?@-A 9B`C86 D+)[ ;!25 ";
    assert_eq!(legibility(line), None, "one line says too little");
    let shifted = line.repeat(3);
    assert!(
        legibility(&shifted).unwrap() < 0.2,
        "{:?}",
        legibility(&shifted)
    );
    let private = "\u{e001}\u{e002} \u{e003}\u{e004} ".repeat(20);
    assert_eq!(legibility(private.trim()), Some(0.0));
    assert_eq!(legibility("Sở Tài chính"), None);
}
