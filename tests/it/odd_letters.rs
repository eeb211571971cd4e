//! Whatever arrives, reading it ends, soon, and without a panic.
//!
//! Arbitrary bytes, labelled letters cut, doubled, shuffled and spoiled, and long texts made of
//! what the rules look for. Time is compared between a text and one four times as long: a rule of
//! quadratic time shows as sixteen times.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::Index;
use tiepthu::app::catalog;
use tiepthu::app::setup::read_outlines;
use tiepthu::app::understand::{Dossier, Hint, understand_letter};
use tiepthu::domain::OrganizationId;

use crate::support::root;

const NAMES: [&str; 9] = [
    "a.eml", "a.txt", "a.docx", "a.html", "a.csv", "a.pdf", "a.msg", "a.xlsx", "a",
];

fn dossier() -> Dossier {
    let outlines = ["outline_1.Quyết định.txt", "outline_2.Quy chế.txt"]
        .iter()
        .flat_map(|name| {
            let path = root()
                .join("fixtures/eval/development/quy_che_1022")
                .join(name);
            read_outlines(name, name, &fs::read(path).unwrap()).0
        })
        .collect();
    let mut organizations =
        catalog::parse_organizations("organizations.csv", catalog::SHIPPED_ORGANIZATIONS).unwrap();
    for (id, organization) in (1..).zip(&mut organizations) {
        organization.id = OrganizationId(id);
    }
    Dossier::from_outlines(outlines, None, &organizations)
}

fn letters() -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root().join("fixtures/eval/development")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.starts_with("letter.") {
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(found.len() > 20);
    found
}

/// Reads, and checks that what was found lies in the text.
fn read(dossier: &Dossier, bytes: &[u8], name: &str) {
    let understood = understand_letter(dossier, bytes, name, Hint::default());
    for point in &understood.points {
        let text = &understood.parts[point.part].text;
        for span in &point.spans {
            assert!(span.slice(text).is_some(), "{span:?} is not in the text");
        }
        for (span, _) in &point.unresolved {
            assert!(span.slice(text).is_some(), "{span:?} is not in the text");
        }
        let evidence = point.evidence.iter().filter_map(|evidence| evidence.span);
        for span in point
            .proposal
            .into_iter()
            .chain(point.reason)
            .chain(evidence)
        {
            assert!(span.slice(text).is_some(), "{span:?} is not in the text");
        }
    }
}

/// What goes wrong with a letter on its way.
#[derive(Debug, Clone)]
enum Damage {
    CutAt(Index),
    CutBefore(Index),
    DoubleLines(Index, u8),
    Insert(Index, Vec<u8>),
    Swap(Index, Index),
    Append(Index),
    Flip(Index, u8),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    let rubbish = prop_oneof![
        prop::collection::vec(any::<u8>(), 1..20),
        Just("\u{0}\u{1}\u{200b}\u{202e}\u{feff}".as_bytes().to_vec()),
        Just(
            "“((((1.1.1.1) - – a) đ) Điều Điều khoản, điểm"
                .as_bytes()
                .to_vec()
        ),
        Just("\r\r\n\n\u{2028}\u{85}".as_bytes().to_vec()),
        Just("Cộng hòa\u{301}\u{301}\u{301}\u{323}".as_bytes().to_vec()),
    ];
    prop_oneof![
        at().prop_map(Damage::CutAt),
        at().prop_map(Damage::CutBefore),
        (at(), 2..40_u8).prop_map(|(line, n)| Damage::DoubleLines(line, n)),
        (at(), rubbish).prop_map(|(place, bytes)| Damage::Insert(place, bytes)),
        (at(), at()).prop_map(|(a, b)| Damage::Swap(a, b)),
        at().prop_map(Damage::Append),
        (at(), any::<u8>()).prop_map(|(place, byte)| Damage::Flip(place, byte)),
    ]
}

fn spoil(bytes: &mut Vec<u8>, damage: &Damage, letters: &[(String, Vec<u8>)]) {
    if bytes.is_empty() {
        return;
    }
    match damage {
        Damage::CutAt(at) => bytes.truncate(at.index(bytes.len())),
        Damage::CutBefore(at) => drop(bytes.drain(..at.index(bytes.len()))),
        Damage::Insert(at, rubbish) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, rubbish.iter().copied());
        }
        Damage::Flip(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        Damage::Append(which) => bytes.extend_from_slice(&letters[which.index(letters.len())].1),
        Damage::DoubleLines(line, times) => {
            let mut lines: Vec<Vec<u8>> =
                bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
            let at = line.index(lines.len());
            let again = lines[at].clone();
            for _ in 0..*times {
                lines.insert(at, again.clone());
            }
            *bytes = lines.join(&b'\n');
        }
        Damage::Swap(a, b) => {
            let mut lines: Vec<Vec<u8>> =
                bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
            let n_lines = lines.len();
            lines.swap(a.index(n_lines), b.index(n_lines));
            *bytes = lines.join(&b'\n');
        }
    }
}

fn config(n_cases: u32) -> ProptestConfig {
    // `PROPTEST_CASES` makes it minutes instead of seconds.
    let from_environment = ProptestConfig::default().cases;
    ProptestConfig {
        cases: if from_environment == 256 {
            n_cases
        } else {
            from_environment
        },
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

#[test]
fn any_bytes_are_read() {
    let dossier = dossier();
    proptest!(config(300), |(bytes in prop::collection::vec(any::<u8>(), 0..2000), name in 0..NAMES.len())| {
        read(&dossier, &bytes, NAMES[name]);
    });
}

#[test]
fn any_text_is_read() {
    let dossier = dossier();
    let words = prop::sample::select(vec![
        "Điều",
        "khoản",
        "điểm",
        "a,",
        "đ)",
        "1.",
        "2.1.",
        "(i)",
        "-",
        "+",
        "•",
        "“",
        "”",
        "\"",
        "Lý do:",
        "vì",
        "sửa",
        "thành",
        "bổ sung",
        "đề nghị",
        "bỏ",
        "cụm từ",
        "mục",
        "III.2.b",
        "Phụ lục",
        "I",
        "và",
        "đến",
        "từ",
        ",",
        ";",
        "\n",
        "\n\n",
        "|",
        "Quy chế",
        "Nghị định số",
        "78/2025/NĐ-CP",
        "Kính gửi:",
        "Nơi nhận:",
        "Số:",
        "12/STP",
        "ngày",
        "01/9/2025",
        "trang",
        "dòng",
        "này",
        "nhất trí",
        "tuy nhiên",
        "Thứ nhất,",
        "./.",
        "\t",
        "gạch đầu dòng",
        "thứ",
        "hai",
        "&",
        "99999999999999999999",
        "Chương",
        "Điều này",
        "cùng mục",
        "KT. GIÁM ĐỐC",
    ]);
    proptest!(config(300), |(words in prop::collection::vec(words, 0..300), glue in 0..2_u8)| {
        let text = words.join(if glue == 0 { " " } else { "" });
        read(&dossier, text.as_bytes(), "a.txt");
    });
}

#[test]
fn spoiled_letters_are_read() {
    let (dossier, letters) = (dossier(), letters());
    let damages = prop::collection::vec(damage(), 1..6);
    proptest!(config(200), |(which in any::<Index>(), damages in damages, renamed in any::<Option<Index>>())| {
        let (name, bytes) = &letters[which.index(letters.len())];
        let mut bytes = bytes.clone();
        for damage in &damages {
            spoil(&mut bytes, damage, &letters);
        }
        let name = renamed.map_or(name.as_str(), |index| NAMES[index.index(NAMES.len())]);
        read(&dossier, &bytes, name);
    });
}

/// The time a text of `n_bytes` made of `unit` takes.
fn time(dossier: &Dossier, unit: &str, n_bytes: usize) -> f64 {
    let text = unit.repeat(n_bytes / unit.len() + 1);
    let start = Instant::now();
    read(dossier, text.as_bytes(), "a.txt");
    start.elapsed().as_secs_f64()
}

#[test]
fn time_grows_with_length_alone() {
    let dossier = dossier();
    let units = [
        "a",
        "a ",
        "\n",
        "1. ",
        "1.1.",
        "- a\n",
        "1. Điều 5: bỏ.\n",
        "Điều 5 ",
        "Điều 5, ",
        "điểm a, b, c khoản 1 Điều 5 và ",
        "từ điểm a đến điểm đ ",
        "“",
        "“a” ",
        "sửa “a” thành “b” ",
        "(",
        "((a) ",
        "Lý do: a. ",
        "Lý do: ",
        "khoản ",
        "mục III.2.b ",
        "Nghị định số 78/2025/NĐ-CP ",
        "Điều 5 Nghị định ",
        "ngày 01/9/2025 ",
        "Số: 12/STP ",
        "Kính gửi: Sở\n",
        "Nơi nhận:\n",
        "Sở Tư pháp ",
        "SỞ TƯ PHÁP\n",
        "Đề nghị bổ sung. ",
        "Đề nghị bổ sung; ",
        "> a\n",
        "| a | b |\n",
        "a;b;c\n",
        "\u{301}",
        "e\u{301}\u{323}",
        "Thứ nhất, ",
        "III.",
        "nhất trí, tuy nhiên ",
        "trang 5 dòng 6 ",
        "quản lý, vận hành và sử dụng Hệ thống 1022 ",
    ];
    let mut slow: Vec<&str> = Vec::new();
    for unit in units {
        // A busy machine makes one measurement slow; a quadratic rule makes every one.
        let is_linear = (0..4).any(|_| {
            let (short, long) = (time(&dossier, unit, 6_000), time(&dossier, unit, 24_000));
            long < 9.0 * short.max(0.002)
        });
        if !is_linear {
            slow.push(unit);
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
}

#[test]
fn a_megabyte_of_letters_is_read_in_seconds() {
    let (dossier, letters) = (dossier(), letters());
    let mut text = Vec::new();
    while text.len() < 1_000_000 {
        for (name, bytes) in &letters {
            if Path::new(name)
                .extension()
                .is_some_and(|extension| extension == "txt")
            {
                text.extend_from_slice(bytes);
            }
        }
    }
    let start = Instant::now();
    read(&dossier, &text, "a.txt");
    let took = start.elapsed();
    println!("{} bytes in {took:?}", text.len());
    // Ten seconds without optimization on two busy cores.
    assert!(took < Duration::from_mins(2), "{took:?}");
}
