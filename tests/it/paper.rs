//! The PDF measured with poppler, word by word, against Nghị định 30/2020/NĐ-CP, Phụ lục I.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::support::{Desk, tool};

/// Points in a millimetre.
const MM: f64 = 72.0 / 25.4;

/// How tall poppler draws the box of a word for each point of its size: 0.893 in the bold face, 0.909
/// in the regular one. Sizes are told to a quarter of a point.
const BOX: f64 = 0.9;
const NEAR: f64 = 0.25;

/// A word where it is printed, in points from the top left.
#[derive(Debug, Clone)]
struct Word {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
    text: String,
}

impl Word {
    fn size(&self) -> f64 {
        (self.bottom - self.top) / BOX
    }
}

#[derive(Debug)]
struct Page {
    width: f64,
    height: f64,
    words: Vec<Word>,
}

impl Page {
    fn is_landscape(&self) -> bool {
        self.width > self.height
    }

    /// What stands in the top margin.
    fn number(&self) -> Vec<&Word> {
        let in_margin = |word: &&Word| word.bottom < 20.0 * MM;
        self.words.iter().filter(in_margin).collect()
    }

    fn text(&self) -> String {
        let words: Vec<&str> = self.words.iter().map(|word| word.text.as_str()).collect();
        words.join(" ")
    }

    /// The words of a phrase, where it stands first.
    #[track_caller]
    fn phrase(&self, phrase: &str) -> &[Word] {
        let wanted: Vec<&str> = phrase.split(' ').collect();
        self.words
            .windows(wanted.len())
            .find(|words| words.iter().map(|word| &word.text).eq(&wanted))
            .unwrap_or_else(|| panic!("no “{phrase}” in: {}", self.text()))
    }

    #[track_caller]
    fn check_size(&self, phrase: &str, sizes: std::ops::RangeInclusive<f64>) {
        for word in self.phrase(phrase) {
            let size = word.size();
            assert!(
                *sizes.start() - NEAR < size && size < *sizes.end() + NEAR,
                "“{phrase}” is {size:.2} pt, not {sizes:?}"
            );
        }
    }

    /// The middle of a phrase.
    #[track_caller]
    fn middle(&self, phrase: &str) -> f64 {
        let words = self.phrase(phrase);
        f64::midpoint(words[0].left, words[words.len() - 1].right)
    }

    #[track_caller]
    fn top(&self, phrase: &str) -> f64 {
        self.phrase(phrase)[0].top
    }
}

fn number(start: &BytesStart<'_>, name: &str) -> f64 {
    let attribute = start.try_get_attribute(name).unwrap().unwrap();
    let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
    value.unwrap().parse().unwrap()
}

/// Every word of every page, as another program sees it.
fn pages(pdf: &Path) -> Vec<Page> {
    let boxes = pdf.with_extension("xhtml");
    let done = tool("pdftotext", "poppler-utils")
        .arg("-bbox")
        .arg(pdf)
        .arg(&boxes)
        .status();
    assert!(done.unwrap().success());
    let xml = fs::read_to_string(boxes).unwrap();
    let mut reader = Reader::from_str(&xml);
    let mut pages: Vec<Page> = Vec::new();
    let mut word: Option<Word> = None;
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) if start.name().0 == "page" => pages.push(Page {
                width: number(&start, "width"),
                height: number(&start, "height"),
                words: Vec::new(),
            }),
            Event::Start(start) if start.name().0 == "word" => {
                word = Some(Word {
                    left: number(&start, "xMin"),
                    top: number(&start, "yMin"),
                    right: number(&start, "xMax"),
                    bottom: number(&start, "yMax"),
                    text: String::new(),
                });
            }
            Event::Text(text) => {
                if let Some(word) = &mut word {
                    word.text += &text.xml10_content();
                }
            }
            Event::GeneralRef(name) => {
                if let Some(word) = &mut word {
                    word.text.push(match &*name.xml10_content() {
                        "amp" => '&',
                        "lt" => '<',
                        "gt" => '>',
                        "apos" => '\'',
                        _ => '"',
                    });
                }
            }
            Event::End(end) if end.name().0 == "word" => {
                let last = pages.last_mut().unwrap();
                last.words.extend(word.take());
            }
            Event::Eof => break,
            _ => {}
        }
    }
    pages
}

/// The full report of the shipped example.
fn full() -> (&'static Path, &'static [Page]) {
    static MADE: OnceLock<(Desk, PathBuf, Vec<Page>)> = OnceLock::new();
    let (_, path, pages) = MADE.get_or_init(|| {
        let desk = Desk::with_demo();
        desk.run(["report", "full", "--format", "pdf", "-o", "full.pdf"])
            .expect(0);
        let path = desk.path("full.pdf");
        let pages = pages(&path);
        (desk, path, pages)
    });
    (path, pages)
}

#[test]
fn pages_are_a4_with_the_margins_of_the_decree() {
    let (_, pages) = full();
    assert!(pages.iter().any(Page::is_landscape) && !pages[0].is_landscape());
    for (n, page) in (1..).zip(pages) {
        let (short, long) = (page.width.min(page.height), page.width.max(page.height));
        assert!((short - 210.0 * MM).abs() < 0.5 && (long - 297.0 * MM).abs() < 0.5);
        for word in &page.words {
            let inside = word.left > 30.0 * MM - 0.5
                && word.right < page.width - 15.0 * MM + 0.5
                && word.bottom < page.height - 20.0 * MM + 0.5;
            assert!(inside, "page {n}: {word:?} stands in a margin");
        }
    }
}

#[test]
fn page_numbers_are_centered_on_top_and_not_on_first_pages() {
    let (_, pages) = full();
    let mut expected = 0;
    for (at, page) in (1..).zip(pages) {
        let is_first = at == 1 || page.words[0].text == "Phụ" && page.words[1].text == "lục";
        expected = if is_first { 1 } else { expected + 1 };
        let shown = page.number();
        if is_first {
            assert!(shown.is_empty(), "page {at} shows {shown:?}");
            continue;
        }
        assert_eq!(shown.len(), 1, "page {at}: {shown:?}");
        assert_eq!(shown[0].text, expected.to_string(), "page {at}");
        assert!((shown[0].size() - 14.0).abs() < NEAR);
        let middle = f64::midpoint(shown[0].left, shown[0].right);
        let of_text = f64::midpoint(30.0 * MM, page.width - 15.0 * MM);
        assert!((middle - of_text).abs() < 1.0, "page {at}: {middle}");
    }
}

#[test]
fn components_have_their_sizes_and_places() {
    let (_, pages) = full();
    let first = &pages[0];
    let (state, motto) = (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
    );
    let (superior, agency) = ("UBND TỈNH BẮC GIANG", "SỞ KHOA HỌC VÀ CÔNG NGHỆ");
    first.check_size(state, 12.0..=13.0);
    first.check_size(motto, 13.0..=14.0);
    first.check_size(superior, 12.0..=13.0);
    first.check_size(agency, 12.0..=13.0);
    first.check_size("Số:", 13.0..=13.0);
    first.check_size("Bắc Giang, ngày", 13.0..=14.0);
    first.check_size("BÁO CÁO", 13.0..=14.0);
    first.check_size("TÌNH HÌNH LẤY Ý KIẾN", 13.0..=14.0);
    assert!((first.middle(state) - first.middle(motto)).abs() < 1.0);
    assert!((first.middle(superior) - first.middle(agency)).abs() < 1.0);
    assert!((first.top(state) - first.top(superior)).abs() < 1.0);
    assert!((first.top("Số:") - first.top("Bắc Giang, ngày")).abs() < 1.0);
    let of_text = f64::midpoint(30.0 * MM, first.width - 15.0 * MM);
    assert!((first.middle("BÁO CÁO") - of_text).abs() < 1.0);
    let signed = pages
        .iter()
        .find(|page| page.text().contains("Nơi nhận:"))
        .unwrap();
    signed.check_size("Nơi nhận:", 12.0..=12.0);
    signed.check_size("- Lưu: VT,", 11.0..=11.0);
    assert!(signed.text().contains("./."), "{}", signed.text());
    assert!(
        signed.phrase("Nơi nhận:")[0].left < 31.0 * MM,
        "Nơi nhận stands on the left"
    );
}

#[test]
fn paragraphs_begin_a_centimetre_in_and_run_to_the_margin() {
    let (_, pages) = full();
    let first = &pages[0];
    let heading = &first.phrase("I. TÌNH HÌNH")[0];
    let indent = (heading.left - 30.0 * MM) / MM;
    assert!((indent - 12.7).abs() < 0.3, "indent is {indent:.1} mm");
    // Justified: many lines end exactly at the right margin.
    let edge = first.width - 15.0 * MM;
    let ends = first
        .words
        .iter()
        .filter(|word| (word.right - edge).abs() < 0.7);
    assert!(ends.count() >= 5, "lines do not reach the right margin");
}

#[test]
fn tables_repeat_their_header_on_every_page() {
    let (_, pages) = full();
    let wide: Vec<&Page> = pages.iter().filter(|page| page.is_landscape()).collect();
    assert!(wide.len() > 3);
    let continued = wide.iter().skip(1).filter(|page| {
        let first_words: Vec<&str> = page
            .words
            .iter()
            .take(12)
            .map(|w| w.text.as_str())
            .collect();
        first_words.contains(&"NHÓM") || first_words.contains(&"NỘI")
    });
    // The last page may hold the signature alone.
    assert!(continued.count() + 1 >= wide.len() - 1);
}

#[test]
fn annexes_are_named_as_the_decree_names_them() {
    let (_, pages) = full();
    let annex = pages
        .iter()
        .find(|page| page.words[0].text == "Phụ" && page.words[1].text == "lục")
        .unwrap();
    annex.check_size("Phụ lục I", 14.0..=14.0);
    annex.check_size("DANH SÁCH CƠ QUAN,", 13.0..=14.0);
    let of_text = f64::midpoint(30.0 * MM, annex.width - 15.0 * MM);
    assert!((annex.middle("Phụ lục I") - of_text).abs() < 1.0);
}

#[test]
fn the_file_can_be_archived_searched_and_read_aloud() {
    let (path, _) = full();
    let listed = tool("pdffonts", "poppler-utils")
        .arg(path)
        .output()
        .unwrap();
    let fonts = String::from_utf8_lossy(&listed.stdout).into_owned();
    let names: BTreeSet<&str> = fonts
        .lines()
        .skip(2)
        .filter_map(|line| line.split_whitespace().next()?.split_once('+'))
        .map(|(_, name)| name)
        .collect();
    assert!(names.contains("LiberationSerif") && names.contains("LiberationSerif-Bold"));
    assert!(
        names.iter().all(|name| name.starts_with("LiberationSerif")),
        "{fonts}"
    );
    // Embedded, a subset, with what its letters are.
    assert!(
        fonts
            .lines()
            .skip(2)
            .all(|line| line.contains(" yes yes yes ")),
        "{fonts}"
    );
    let listed = tool("pdfinfo", "poppler-utils").arg(path).output().unwrap();
    let info = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(info.contains("Tagged:          yes"), "{info}");
    let bytes = fs::read(path).unwrap();
    for claim in ["<pdfaid:part>2", "<pdfaid:conformance>A", "<pdfuaid:part>1"] {
        let is_claimed = bytes.windows(claim.len()).any(|at| at == claim.as_bytes());
        assert!(is_claimed, "no {claim}");
    }
    let listed = tool("pdftohtml", "poppler-utils")
        .args(["-xml", "-i", "-stdout"])
        .arg(path)
        .output()
        .unwrap();
    let xml = String::from_utf8_lossy(&listed.stdout).into_owned();
    for bookmark in ["I. TÌNH HÌNH LẤY Ý KIẾN", "Vấn đề chung", "Phụ lục I"] {
        let is_listed = xml
            .lines()
            .any(|line| line.starts_with("<item page=") && line.contains(bookmark));
        assert!(is_listed, "no bookmark “{bookmark}”");
    }
}
