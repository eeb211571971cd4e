use super::read;
use proptest::{prop_assert, proptest};

#[track_caller]
fn check(source: &str, expected: &str) {
    assert_eq!(read(source).text, expected);
}

#[test]
fn paragraphs_are_lines() {
    check(
        "<p>Một <b>hai</b>\n ba</p><div>bốn<br>năm</div>",
        "Một hai ba\nbốn\nnăm\n",
    );
    check(
        "<style>p{}</style><p>a</p><script>if (a < b) x</script><!-- <p>no -->b",
        "a\nb\n",
    );
    check("<p style='DISPLAY: none'>ẩn <b>x</b></p>thấy", "thấy\n");
    check("5 < 6 và <o:p>&nbsp;</o:p>7", "5 < 6 và 7\n");
}

#[test]
fn lists_keep_the_numbers_a_browser_shows() {
    check(
        "<ol><li>a<ol type=a><li>b</ol><li>c</ol><ul><li>d</ul>",
        "1. a\na. b\n2. c\n- d\n",
    );
    check(
        "<![if !supportLists]><span>1.<span>&nbsp; </span></span><![endif]>Về mục tiêu",
        "1. Về mục tiêu\n",
    );
}

#[test]
fn tables_have_spans() {
    let page = read(
        "<p>x</p><table><tr><td rowspan=2>Sở A</td><td>I</td></tr><tr><td>II</td></tr><tr><td colspan=2>hết</td></tr></table>y",
    );
    let cells: Vec<Vec<&str>> = page.tables[0]
        .rows
        .iter()
        .map(|row| {
            row.iter()
                .map(|span| span.slice(&page.text).unwrap())
                .collect()
        })
        .collect();
    assert_eq!(
        cells,
        [vec!["Sở A", "I"], vec!["Sở A", "II"], vec!["hết", ""]]
    );
    assert_eq!(page.text, "x\nSở A\nI\nII\nhết\ny\n");
}

proptest! {
    #[test]
    fn any_page_gives_spans_that_slice(source in "(<(table|tr|td rowspan=3|/td|/table|p|ol|li|div style=\"|script|!--|a href=')>?|[a-zếu\u{301} &;<>\"=#-]{0,6}){0,30}") {
        let page = read(&source);
        for table in &page.tables {
            prop_assert!(table.span.slice(&page.text).is_some());
            for span in table.rows.iter().flatten() {
                prop_assert!(span.slice(&page.text).is_some());
            }
        }
    }
}
