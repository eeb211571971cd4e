//! Any number of rows as a ministry's table of comments has them, always the same for a seed.
//!
//! The words are those of the shipped example: its drafts and letters, cut into phrases and
//! syllables and drawn by Zipf's law. A row has an organization of the directory, a place in one
//! of the four drafts cited in one of the forms people use, and about 60 syllables; one row in
//! twenty says almost what an earlier one said.

use std::collections::BTreeMap;
use std::io::{self, Write};

use tiepthu::app::catalog::{SHIPPED_ORGANIZATIONS, parse_organizations};
use tiepthu::app::setup::read_outlines;
use tiepthu::intake::read_letter;

use crate::data::example_files;

/// The first line of the table.
const HEADER: &str = "STT,Cơ quan góp ý,Số văn bản,Ngày văn bản,Vị trí góp ý,Nội dung góp ý,Lý do";
/// How many earlier rows a new one may nearly repeat.
const REMEMBERED: usize = 4_096;
/// The drafts: name, file.
const DRAFTS: [(&str, &str); 4] = [
    ("Đề án", "documents/de_an.docx"),
    ("Báo cáo", "documents/bao_cao.toml"),
    ("Tờ trình", "documents/to_trinh.toml"),
    ("Quyết định", "documents/quyet_dinh.toml"),
];

/// Numbers that look random and are the same everywhere (splitmix64).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn is(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// Words drawn by Zipf's law: the n-th is drawn 1/n as often as the first.
struct Zipf {
    words: Vec<String>,
    /// Cumulated shares.
    until: Vec<f64>,
}

impl Zipf {
    /// `words` from the most frequent to the rarest.
    fn new(words: Vec<String>) -> Self {
        let mut until: Vec<f64> = Vec::with_capacity(words.len());
        let mut sum = 0.0;
        for rank in 1..=words.len() {
            sum += 1.0 / rank as f64;
            until.push(sum);
        }
        Self { words, until }
    }

    fn draw(&self, dice: &mut Dice) -> &str {
        let at = dice.unit() * self.until.last().expect("words");
        let rank = self.until.partition_point(|until| *until < at);
        &self.words[rank.min(self.words.len() - 1)]
    }
}

/// Makes rows.
pub(crate) struct Generator {
    dice: Dice,
    phrases: Zipf,
    syllables: Zipf,
    /// Document and label inside it; the main document often.
    places: Vec<(&'static str, String)>,
    /// Names and aliases with a suffix of letter numbers.
    organizations: Vec<(String, String)>,
    earlier: Vec<String>,
    n_rows: usize,
}

impl Generator {
    /// Reads the example's words.
    pub(crate) fn new(seed: u64) -> Self {
        let mut places = Vec::new();
        let mut texts = Vec::new();
        for (name, file) in DRAFTS {
            let bytes = std::fs::read(example_files().join(file)).expect("the example's drafts");
            let (outlines, _) = read_outlines(name, file, &bytes);
            for node in outlines.iter().flat_map(|outline| &outline.nodes) {
                texts.push(node.heading.clone());
                texts.push(node.body.clone());
                let is_numbered = node.label.chars().any(|c| c.is_ascii_digit() || c == 'I');
                if is_numbered && node.label.len() < 40 {
                    places.push((name, node.label.clone()));
                }
            }
        }
        texts.extend(letters());
        let mut dice = Dice::new(seed);
        let phrases = phrases(&texts, &mut dice);
        Self {
            phrases: Zipf::new(phrases),
            syllables: Zipf::new(syllables(&texts)),
            places,
            organizations: organizations(),
            earlier: Vec::new(),
            n_rows: 0,
            dice,
        }
    }

    /// Writes a table of `n_rows` rows.
    pub(crate) fn write(&mut self, n_rows: usize, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{HEADER}")?;
        for _ in 0..n_rows {
            let row = self.row();
            writeln!(out, "{row}")?;
        }
        Ok(())
    }

    fn row(&mut self) -> String {
        self.n_rows += 1;
        let (organization, suffix) = self.dice.pick(&self.organizations).clone();
        let day = self.dice.below(20) + 21;
        let (day, month) = if day > 31 { (day - 31, 9) } else { (day, 8) };
        let number = self.dice.below(9_000) + 1;
        let place = self.place();
        let content = self.content();
        let reason = if self.dice.is(0.4) {
            self.words(10)
        } else {
            String::new()
        };
        let cells = [
            self.n_rows.to_string(),
            organization,
            format!("{number}/{suffix}-TH"),
            format!("{day:02}/{month:02}/2021"),
            place,
            content,
            reason,
        ];
        cells.map(|cell| quoted(&cell)).join(",")
    }

    /// A place as people write it; nothing now and then.
    fn place(&mut self) -> String {
        if self.dice.is(0.1) {
            return String::new();
        }
        // Two comments in three are on the main document, whose sections are listed first.
        let n_main = self
            .places
            .iter()
            .filter(|(name, _)| *name == DRAFTS[0].0)
            .count();
        let at = if self.dice.is(0.66) {
            self.dice.below(n_main)
        } else {
            self.dice.below(self.places.len())
        };
        let (document, label) = self.places[at].clone();
        let is_main = at < n_main;
        let cited = cite(&label, self.dice.below(5));
        let page = self.dice.below(40) + 1;
        match self.dice.below(10) {
            0 => format!("Trang {page}, {cited}"),
            1 => format!("{document}: {cited}"),
            2..=4 if is_main => cited,
            _ if !is_main || self.dice.is(0.3) => format!("{cited} {document}"),
            _ => cited,
        }
    }

    /// What a comment says.
    pub(crate) fn content(&mut self) -> String {
        if self.dice.is(0.02) {
            return "Thống nhất với nội dung dự thảo.".to_owned();
        }
        if self.earlier.len() > 100 && self.dice.is(0.05) {
            let known = self.dice.pick(&self.earlier).clone();
            return self.nearly(&known);
        }
        let content = if self.dice.is(0.03) {
            format!("1. {}\n2. {}", self.sentence(28), self.sentence(28))
        } else {
            let first = self.sentence(30);
            format!("{first} {}", self.sentence(22))
        };
        if self.earlier.len() < REMEMBERED {
            self.earlier.push(content.clone());
        } else {
            let at = self.dice.below(REMEMBERED);
            self.earlier[at].clone_from(&content);
        }
        content
    }

    /// The same with one or two syllables changed.
    fn nearly(&mut self, text: &str) -> String {
        let mut words: Vec<&str> = text.split(' ').collect();
        for _ in 0..=self.dice.below(2) {
            let at = self.dice.below(words.len());
            words[at] = self.syllables.draw(&mut self.dice);
        }
        words.join(" ")
    }

    fn sentence(&mut self, n_syllables: usize) -> String {
        let opening = *self.dice.pick(&[
            "Đề nghị bổ sung",
            "Đề nghị sửa",
            "Đề nghị làm rõ",
            "Đề nghị bỏ",
            "Cân nhắc quy định về",
            "Đề nghị cơ quan soạn thảo rà soát",
            "Bổ sung nội dung",
            "Chưa thống nhất với",
        ]);
        let mut text = format!("{opening} {}", self.words(n_syllables));
        if self.dice.is(0.15) {
            let at = self.dice.below(self.places.len());
            let form = self.dice.below(5);
            text.push_str(&format!(" tại {}", cite(&self.places[at].1, form)));
        }
        text.push_str(if self.dice.is(0.1) { ";" } else { "." });
        text
    }

    /// Phrases with single syllables between them.
    fn words(&mut self, n_syllables: usize) -> String {
        let mut text = String::new();
        let mut n = 0;
        while n < n_syllables {
            let piece = if self.dice.is(0.4) {
                self.syllables.draw(&mut self.dice)
            } else {
                self.phrases.draw(&mut self.dice)
            };
            n += piece.split(' ').count();
            if !text.is_empty() {
                text.push_str(if self.dice.is(0.08) { ", " } else { " " });
            }
            text.push_str(piece);
        }
        text
    }
}

/// One of the forms in which people cite a label such as `IV.2.b` or `Điều 1 khoản 2`.
fn cite(label: &str, form: usize) -> String {
    if label.starts_with("Điều") {
        let mut parts: Vec<&str> = label.split(' ').collect();
        return match form {
            0 | 1 if parts.len() >= 4 => {
                // Innermost first: "điểm a khoản 1 Điều 1".
                let pairs: Vec<String> = parts.chunks_mut(2).map(|pair| pair.join(" ")).collect();
                pairs.into_iter().rev().collect::<Vec<_>>().join(" ")
            }
            2 => label
                .replace(" khoản", ", khoản")
                .replace(" điểm", ", điểm"),
            _ => label.to_owned(),
        };
    }
    let parts: Vec<&str> = label.split('.').collect();
    match (form, parts.as_slice()) {
        (0, _) => format!("mục {label}"),
        (1, [.., last]) if parts.len() > 1 && last.chars().all(char::is_alphabetic) => {
            format!("điểm {last} mục {}", parts[..parts.len() - 1].join("."))
        }
        (1, [roman, rest @ ..]) if !rest.is_empty() => {
            format!("mục {} phần {roman}", rest.join("."))
        }
        (2, _) => format!("Mục {label}"),
        (3, [roman, rest @ ..]) if !rest.is_empty() => {
            format!("Phần {roman}, mục {}", rest.join("."))
        }
        _ => label.to_owned(),
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// The texts of the example's mails.
fn letters() -> Vec<String> {
    let mut texts = Vec::new();
    for round in 1..=4 {
        let folder = example_files().join(format!("round_{round}"));
        let mut paths: Vec<_> = std::fs::read_dir(folder)
            .expect("the example's letters")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.extension().is_some_and(|e| e == "eml"))
            .collect();
        paths.sort();
        for path in paths {
            let bytes = std::fs::read(&path).expect("a letter");
            let name = path.file_name().expect("a name").to_string_lossy();
            let reading = read_letter(&bytes, &name);
            texts.extend(reading.parts.into_iter().map(|part| part.text));
        }
    }
    texts
}

/// Runs of 3 to 12 syllables between punctuation marks, each once, in random order.
fn phrases(texts: &[String], dice: &mut Dice) -> Vec<String> {
    let mut phrases: Vec<String> = texts
        .iter()
        .flat_map(|text| text.split([',', '.', ';', ':', '\n', '(', ')', '“', '”', '"', '/']))
        .map(|piece| piece.split_whitespace().collect::<Vec<_>>())
        .filter(|words| (3..=12).contains(&words.len()))
        .filter(|words| words.iter().all(|word| is_syllable(word)))
        .map(|words| words.join(" "))
        .collect();
    phrases.sort();
    phrases.dedup();
    for at in (1..phrases.len()).rev() {
        phrases.swap(at, dice.below(at + 1));
    }
    phrases
}

/// All syllables of the texts, the most frequent first.
fn syllables(texts: &[String]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for text in texts {
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            if is_syllable(word) {
                *counts.entry(word.to_lowercase()).or_default() += 1;
            }
        }
    }
    let mut counted: Vec<(String, usize)> = counts.into_iter().collect();
    counted.sort_by_key(|(word, n)| (std::cmp::Reverse(*n), word.clone()));
    counted.into_iter().map(|(word, _)| word).collect()
}

fn is_syllable(word: &str) -> bool {
    !word.is_empty() && word.chars().count() <= 8 && word.chars().all(char::is_alphabetic)
}

/// The names and aliases of the directory, each with a suffix for its letter numbers.
fn organizations() -> Vec<(String, String)> {
    let shipped = parse_organizations("organizations.csv", SHIPPED_ORGANIZATIONS)
        .expect("the shipped directory");
    let mut found = Vec::new();
    for organization in shipped {
        let suffix = organization.letter_suffixes.first().cloned();
        let suffix = suffix.unwrap_or_else(|| "UBND".to_owned());
        // The full name is used most.
        found.extend(vec![(organization.name.clone(), suffix.clone()); 4]);
        let aliases = organization.aliases.into_iter();
        found.extend(aliases.map(|alias| (alias, suffix.clone())));
    }
    found
}
