mod marked;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::{ProptestConfig, prop_assert, prop_assert_eq, proptest};

use super::{Split, SplitPoint, split_letter, split_passage};
use crate::domain::Span;
use crate::text::normalize::{normalize, squeeze};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/split")
}

fn is_update() -> bool {
    std::env::vars().any(|(name, _)| name == "UPDATE_FIXTURES")
}

fn words(text: &str, span: Span) -> String {
    squeeze(span.slice(text).unwrap())
}

fn print(text: &str, split: &Split) -> String {
    let mut out = String::new();
    let zones = [
        ("head", split.zones.head),
        ("preamble", split.zones.preamble),
        ("body", split.zones.body),
        ("closing", split.zones.closing),
        ("annex", split.zones.annex),
    ];
    for (name, span) in zones {
        let start: String = words(text, span).chars().take(50).collect();
        if name == "annex" && start.is_empty() {
            continue;
        }
        writeln!(out, "{name}: {start}").unwrap();
    }
    for point in &split.points {
        print_point(text, point, &mut out);
    }
    out
}

fn print_point(text: &str, point: &SplitPoint, out: &mut String) {
    writeln!(
        out,
        "\n{} [{}]",
        words(text, point.span),
        point.evidence.rule
    )
    .unwrap();
    for &heading in &point.context {
        writeln!(out, "  under: {}", words(text, heading)).unwrap();
    }
    for (name, span) in [
        ("reason", point.reason),
        ("old", point.old_text),
        ("new", point.new_text),
    ] {
        if let Some(span) = span {
            writeln!(out, "  {name}: {}", words(text, span)).unwrap();
        }
    }
}

#[test]
fn letters() {
    let mut misses = Vec::new();
    let mut n_cases = 0;
    for entry in fs::read_dir(fixtures()).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.join("input.txt").exists() {
            continue;
        }
        n_cases += 1;
        let raw = fs::read_to_string(folder.join("input.txt")).unwrap();
        let text = normalize(&raw);
        let found = print(&text, &split_letter(&text));
        let path = folder.join("expected.txt");
        if is_update() {
            fs::write(&path, &found).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if found != expected {
            misses.push(format!("{}\n{found}", folder.display()));
        }
        let variations = [
            raw.replace('\n', "\r\n"),
            raw.replace("\n\n", "\n\n\n"),
            format!("\u{feff}{raw}"),
        ];
        for variation in variations {
            let text = normalize(&variation);
            let again = print(&text, &split_letter(&text));
            if again != found {
                misses.push(format!("variation of {}\n{again}", folder.display()));
            }
        }
    }
    assert!(n_cases >= 10);
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn passages() {
    let path = fixtures().join("passages.txt");
    let mut misses = Vec::new();
    let mut rewritten = String::new();
    for line in fs::read_to_string(&path).unwrap().lines() {
        let line = normalize(line);
        let Some((text, expected)) = line.split_once(" ⇒") else {
            writeln!(rewritten, "{line}").unwrap();
            continue;
        };
        let plain = text.replace("\\n", "\n");
        let points: Vec<String> = split_passage(&plain)
            .iter()
            .map(|point| words(&plain, point.span))
            .collect();
        let found = points.join(" ‖ ");
        writeln!(rewritten, "{text} ⇒ {found}").unwrap();
        if found != expected.trim() {
            misses.push(format!(
                "{text}\n   expected {expected}\n   found    {found}"
            ));
        }
    }
    if is_update() {
        fs::write(&path, rewritten).unwrap();
    } else {
        assert!(misses.is_empty(), "{}", misses.join("\n"));
    }
}

/// Points lie in order inside their text, and what lies between them completes it.
fn spans_are_sound(text: &str, points: &[SplitPoint], within: Span) {
    let mut rebuilt = String::new();
    let mut at = within.start;
    for point in points {
        assert!(within.contains(point.span));
        rebuilt.push_str(text.get(at..point.span.start).unwrap());
        rebuilt.push_str(point.span.slice(text).unwrap());
        at = point.span.end;
        for part in [point.proposal, point.reason, point.old_text, point.new_text]
            .into_iter()
            .flatten()
        {
            assert!(point.span.contains(part));
            assert!(part.slice(text).is_some());
        }
        assert!(
            point
                .context
                .iter()
                .all(|heading| heading.slice(text).is_some())
        );
    }
    rebuilt.push_str(text.get(at..within.end).unwrap());
    assert_eq!(rebuilt, within.slice(text).unwrap());
}

const PIECES: &str = "(Kính gửi: Sở.\n|Thực hiện Công văn số 1/A-B, có ý kiến như sau:\n|1\\. Về A\n|1\\.1\\. Bỏ “x” thành “y”\n|- Bổ sung mục III\\.2\n|a\\) Đề nghị sửa Điều 5\n|I\\. ĐỐI VỚI B\n|Lý do: vì \n|Thứ nhất, đồng ý\n|Nơi nhận:\n|Trân trọng\\./\\.\n|“|”|\"|\n|   |x){0,14}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_is_lost_in_structured_text(text in PIECES) {
        check_soundness(&text)?;
    }

    #[test]
    fn nothing_is_lost_in_any_text(text in "\\PC{0,200}") {
        check_soundness(&normalize(&text))?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// A sentence that asks for something, put anywhere below the head of a letter, is in a point
    /// or is pointed out.
    #[test]
    fn nothing_asked_for_is_lost(case in 0_usize..1000, place in 0_usize..1000, wish in 0_usize..WISHES.len()) {
        let letter = &LETTERS[case % LETTERS.len()];
        let paragraphs: Vec<&str> = letter.split('\n').collect();
        let head = split_letter(letter).zones.head.end;
        let from = letter.get(..head).unwrap().matches('\n').count() + 1;
        // Between paragraphs, not in the middle of a wrapped one.
        let places: Vec<usize> = (from..=paragraphs.len())
            .filter(|&at| {
                let above = paragraphs.get(at - 1).map_or("", |line| line.trim());
                above.is_empty() || above.ends_with(['.', ':', ';'])
            })
            .collect();
        let at = places.get(place % places.len().max(1)).copied().unwrap_or(paragraphs.len());
        let mut with: Vec<&str> = paragraphs.clone();
        let wish = WISHES[wish];
        with.insert(at.min(with.len()), wish);
        let text = with.join("\n");
        let split = split_letter(&text);
        let start = text.find(wish).unwrap();
        let wish = Span::new(start, start + wish.len());
        let is_seen = split
            .points
            .iter()
            .map(|point| point.span)
            .chain(split.left_over)
            .any(|span| span.start < wish.end && wish.start < span.end);
        prop_assert!(is_seen, "{}", text);
    }
}

static LETTERS: LazyLock<Vec<String>> = LazyLock::new(marked::letters);

/// Sentences that want something, as they stand in letters.
const WISHES: [&str; 8] = [
    "Đề nghị bổ sung khoản 7 vào Điều 23 về trách nhiệm của chủ tàu.",
    "Tại khoản 2 Điều 31, đề nghị sửa “tàu cá” thành “phương tiện”.",
    "Kiến nghị cơ quan soạn thảo làm rõ cơ sở của mức phí này.",
    "Điều 44 cần quy định rõ thời hạn lưu hồ sơ.",
    "Nên bỏ quy định về giấy xác nhận tạm trú tại mục VII.",
    "- Đề nghị rà soát, thống nhất tên gọi các bến cảng.",
    "3. Bổ sung Phụ lục IX danh mục bến thủy nội địa.",
    "Ngoài ra, đề nghị xem xét hỗ trợ ngư dân chuyển nghề.",
];

fn check_soundness(text: &str) -> Result<(), proptest::test_runner::TestCaseError> {
    let Split {
        zones,
        points,
        left_over,
    } = split_letter(text);
    for sentence in &left_over {
        prop_assert!(sentence.slice(text).is_some());
        let is_outside = |point: &SplitPoint| {
            sentence.end <= point.span.start || point.span.end <= sentence.start
        };
        prop_assert!(points.iter().all(is_outside));
    }
    prop_assert_eq!(zones.head.start, 0);
    prop_assert_eq!(zones.head.end, zones.preamble.start);
    prop_assert_eq!(zones.preamble.end, zones.body.start);
    prop_assert_eq!(zones.body.end, zones.closing.start);
    prop_assert_eq!(zones.closing.end, zones.annex.start);
    prop_assert_eq!(zones.annex.end, text.len());
    spans_are_sound(text, &points, Span::whole(text));
    prop_assert!(
        points
            .iter()
            .all(|point| zones.body.contains(point.span) || zones.annex.contains(point.span))
    );
    spans_are_sound(text, &split_passage(text), Span::whole(text));
    Ok(())
}
