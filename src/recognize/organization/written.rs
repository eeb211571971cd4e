//! Reads the name of an agency that may be in no directory, as its letterhead writes it.
//!
//! "UBND TỈNH TUYÊN QUANG / SỞ GIÁO DỤC VÀ ĐÀO TẠO" is "Sở Giáo dục và Đào tạo tỉnh Tuyên Quang".
//! The lines are cut into names at the words names start with; the last name speaks, and takes from
//! the names above it what tells it apart. Where the letter itself spells the name in small
//! letters, its spelling is taken; else the registry says which words are capitalized.

mod foreign;
mod units;

use std::sync::LazyLock;

use regex::Regex;

use super::agencies::{AGENCIES, words_of};
use super::names::{Key, initials, key};
use super::spelling::{Token, spell, tokens};
use super::{Signals, WrittenName};
use crate::domain::{Confidence, Span};
use crate::recognize::letter::LetterHead;
use crate::text::fold::{Folded, fold};
use crate::text::normalize::squeeze;
use crate::text::pattern::compile;
use units::{Unit, cut_into_names, folded, is_local, place_of, province_of, span_of};

/// How much of a letter is searched for its writer's name in small letters.
const BODY_BYTES: usize = 20_000;
/// A name of more words is a sentence.
const MAX_WORDS: usize = 30;

/// What the lines above a letter's number say.
#[derive(Debug, Clone)]
pub(super) struct Letterhead {
    /// Who speaks.
    pub(super) name: WrittenName,
    /// The mark-less name of the province the lines name.
    pub(super) province: Option<Key>,
    /// Whether the name is that of a committee, which may be the superior of a line that was lost.
    pub(super) is_committee: bool,
}

/// Reads the agency lines of a letter.
pub(super) fn read_letterhead(signals: &Signals<'_>) -> Option<Letterhead> {
    let (head, text) = (signals.head?, signals.letter_text?);
    let units = cut_into_names(&tokens(text, &head.agency_lines));
    if units.is_empty() {
        return foreign::read_lines(text, &head.agency_lines).or_else(|| read_any_name(text, head));
    }
    let (speaker, above) = units.split_last()?;
    let body = body_after(text, head.agency_lines.last()?.end);
    let mut spelled = compose(speaker, above, &body);
    // Noise of a text recognizer below the name: the opening sentence says where it ends.
    let is_noisy =
        |token: &Token<'_>| token.written.chars().filter(char::is_ascii_digit).count() > 2;
    if speaker.tokens.iter().any(is_noisy)
        && let Some(opening) = read_opening(text)
        && key(&opening.name)
            .iter()
            .zip(key(&spelled))
            .take(3)
            .all(|(first, second)| *first == second)
    {
        spelled = opening.name;
    }
    let mut province = units.iter().rev().find_map(province_of);
    // "SỞ TÀI CHÍNH", written in Lạng Sơn.
    if province.is_none()
        && is_local(speaker)
        && above.is_empty()
        && let Some((key, name)) = date_place(text, head)
    {
        spelled = format!("{spelled} {name}");
        province = Some(key);
    }
    let symbol = head
        .number
        .as_ref()
        .map(|number| agency_symbol(number.symbol()));
    let agrees = symbol
        .as_deref()
        .is_some_and(|symbol| is_abbreviation(symbol, &spelled));
    Some(Letterhead {
        name: WrittenName {
            kind: kind_of(speaker, above),
            confidence: Confidence::new(if agrees { 0.95 } else { 0.88 }),
            span: span_of(speaker),
            name: spelled,
        },
        province,
        is_committee: speaker.kind == "committee",
    })
}

/// A letterhead whose name starts with no word that is known to start names: "VIỄN THÔNG NAM BÌNH".
/// Only capitals above a number are a letterhead for sure.
fn read_any_name(text: &str, head: &LetterHead) -> Option<Letterhead> {
    head.number.as_ref()?;
    let tokens = tokens(text, &head.agency_lines);
    let written: String = tokens.iter().map(|token| token.written).collect();
    let is_loud = !written.chars().any(char::is_lowercase);
    if !is_loud || !(2..=MAX_WORDS).contains(&tokens.len()) {
        return None;
    }
    let unit = Unit { tokens, kind: "" };
    let body = body_after(text, head.agency_lines.last()?.end);
    Some(Letterhead {
        name: WrittenName {
            name: spell(&unit.tokens, "", &body),
            kind: None,
            confidence: Confidence::new(0.8),
            span: span_of(&unit),
        },
        province: province_of(&unit),
        is_committee: false,
    })
}

/// "Tên đơn vị góp ý: Công ty X": the name a form asks for, near its top.
pub(super) fn form_field(text: &str) -> Option<(&str, Span)> {
    static FIELD: LazyLock<Regex> = LazyLock::new(|| {
        compile(concat!(
            r"(?m)^[\s\-*|]*(?:\d{1,2}[.)]\s*)?(?:ten )?(?:co quan|don vi|to chuc|doanh nghiep|hiep hoi)",
            r"(?:[ ,/]+(?:co quan|don vi|to chuc|doanh nghiep|ca nhan|hiep hoi))*",
            r"(?: (?:gop y|tham gia|tra loi|cho y kien|duoc lay y kien|cong tac)[^:\n]{0,20})?\s*:[ \t]*([^\n|]{4,200})",
        ))
    });
    let end = text
        .char_indices()
        .nth(2500)
        .map_or(text.len(), |(at, _)| at);
    let folded = Folded::new(text.get(..end)?);
    let found = FIELD.captures(folded.as_str())?.get(1)?;
    let span = folded
        .original(Span::new(found.start(), found.end()))
        .trimmed(text);
    Some((span.slice(text)?, span))
}

/// The name of a cell, of a sender or of a signature line, when it starts as names do.
pub(super) fn read_name(name: &str, confidence: f32) -> Option<WrittenName> {
    let name = squeeze(name);
    let name =
        name.trim_matches(|c: char| !c.is_alphanumeric() && c != ')' && c != '"' && c != '”');
    let tokens = tokens(name, &[Span::whole(name)]);
    if tokens.is_empty() || tokens.len() > MAX_WORDS {
        return None;
    }
    let units = cut_into_names(&tokens);
    let first = units.first()?;
    let starts = first.tokens.first()?.span.start == tokens.first()?.span.start;
    (starts && first.tokens.len() > 1).then(|| WrittenName {
        name: spell(&tokens, name, ""),
        kind: kind_of(first, &[]),
        confidence: Confidence::new(confidence),
        span: None,
    })
}

/// "…, Viện Kiến trúc Quốc gia cơ bản thống nhất với …": a clause of the opening that starts with
/// a name and goes on with what its bearer does.
pub(super) fn read_opening(text: &str) -> Option<WrittenName> {
    const DOES: [&str; 20] = [
        "co y kien",
        "co mot so",
        "da nghien cuu",
        "da nhan duoc",
        "da to chuc",
        "nhan duoc",
        "co ban",
        "thong nhat",
        "nhat tri",
        "hoan toan",
        "tham gia",
        "gop y",
        "xin co",
        "xin gui",
        "tran trong",
        "dong y",
        "khong co y kien",
        "kinh bao cao",
        "kinh gui",
        "gui y kien",
    ];
    let end = text
        .char_indices()
        .nth(2500)
        .map_or(text.len(), |(at, _)| at);
    let opening = squeeze(text.get(..end)?);
    let mut from = 0;
    for clause in opening.split_inclusive([',', ';', ':', '.']) {
        let at = from;
        from += clause.len();
        // "Sở Văn hóa, Thể thao và Du lịch có ý kiến": the name may hold a comma.
        let mut reach = (at + 240).min(opening.len());
        while !opening.is_char_boundary(reach) {
            reach -= 1;
        }
        let rest = opening.get(at..reach).unwrap_or(clause).trim_start();
        let folded = Folded::new(rest);
        let does = DOES
            .iter()
            .filter_map(|does| folded.as_str().find(&format!(" {does} ")))
            .min();
        let Some(does) = does else { continue };
        let name = folded
            .original(Span::new(0, does))
            .slice(rest)
            .unwrap_or("");
        let first = name.chars().next();
        let is_clean = !name.contains([':', ';', '(', '/', '"', '“'])
            && !name.contains(". ")
            && words_of(name).count() <= 14;
        let is_addressee = fold(opening.get(..at).unwrap_or(""))
            .trim_end()
            .ends_with("gui");
        if first.is_some_and(char::is_uppercase)
            && is_clean
            && !is_addressee
            && let Some(found) = read_name(name, 0.8)
        {
            return Some(found);
        }
    }
    None
}

/// A person who writes for herself, by the name of the mail's sender.
pub(super) fn read_person(name: &str) -> Option<WrittenName> {
    let name = squeeze(name);
    let name = ["Ông ", "Bà ", "ông ", "bà "]
        .iter()
        .find_map(|title| name.strip_prefix(title))
        .unwrap_or(&name);
    let words: Vec<&str> = name.split(' ').collect();
    let is_name = |word: &&str| {
        word.chars().next().is_some_and(char::is_uppercase)
            && word.chars().all(char::is_alphabetic)
            && word.chars().skip(1).all(char::is_lowercase)
    };
    ((2..=6).contains(&words.len()) && words.iter().all(is_name)).then(|| WrittenName {
        name: name.to_owned(),
        kind: Some("individual"),
        confidence: Confidence::new(0.6),
        span: None,
    })
}

/// The central agency that signs with the symbol of a letter's number.
pub(super) fn read_symbol(symbol: &str) -> Option<WrittenName> {
    AGENCIES
        .central(&agency_symbol(symbol))
        .map(|name| WrittenName {
            name: name.to_owned(),
            kind: Some("central"),
            confidence: Confidence::new(0.8),
            span: None,
        })
}

/// What stands for the agency in a symbol: "STC" in "STC-QLNS", "BGDĐT" in "CV-BGDĐT".
fn agency_symbol(symbol: &str) -> String {
    symbol
        .split(['-', '.'])
        .next()
        .unwrap_or(symbol)
        .trim()
        .to_owned()
}

/// Whether a symbol is made of the first letters of a name: "VKTQG", "SGDĐT".
pub(super) fn is_abbreviation(symbol: &str, name: &str) -> bool {
    let symbol: String = fold(symbol)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    let full = initials(&words_of(&fold(name)).map(str::to_owned).collect::<Vec<_>>());
    if symbol.is_empty() {
        return false;
    }
    if symbol.starts_with("ubnd") {
        return key(name).first().is_some_and(|word| word == "ubnd");
    }
    let mut letters = full.chars();
    symbol.chars().all(|c| letters.any(|letter| letter == c))
}

/// "Lạng Sơn, ngày 5 tháng 6 năm 2026": the province a letter was dated in, as a key and as a name.
fn date_place(text: &str, head: &LetterHead) -> Option<(Key, String)> {
    let last = head.agency_lines.last()?;
    let mut end = (last.end + 600).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let after = fold(text.get(last.start..end)?);
    let before = after.get(..after.find(", ngay")?)?;
    let words: Vec<String> = words_of(before).map(str::to_owned).collect();
    (1..=4.min(words.len())).rev().find_map(|n| {
        let key = words.get(words.len() - n..)?;
        Some((key.to_vec(), AGENCIES.province(key)?.to_owned()))
    })
}

/// The speaker's full name.
fn compose(speaker: &Unit<'_>, above: &[Unit<'_>], body: &str) -> String {
    let own = folded(speaker);
    let own_words: Vec<&str> = own.iter().map(String::as_str).collect();
    let spelled = |unit: &Unit<'_>| spell(&unit.tokens, "", body);
    let parent = above.last();
    let place = above.iter().rev().find_map(place_of);
    match (own_words.as_slice(), parent) {
        // "HỘI NÔNG DÂN VIỆT NAM / BAN CHẤP HÀNH TỈNH X" is "Hội Nông dân tỉnh X".
        (["ban", "chap", "hanh", ..] | ["ban", "thuong", "truc" | "vu", ..], Some(parent)) => {
            let name = spelled(parent);
            match place_of(speaker) {
                Some(own_place) => {
                    let base = name.trim_end_matches(" Việt Nam").to_owned();
                    format!("{base} {}", own_place.spelled)
                }
                None => name,
            }
        }
        // "UBND TỈNH X / VĂN PHÒNG" is "Văn phòng UBND tỉnh X".
        (["van", "phong"], Some(parent)) => format!("Văn phòng {}", spelled(parent)),
        (["thanh", "tra"], Some(parent)) if parent.kind == "committee" => match &place {
            Some(place) => format!("Thanh tra {}", place.spelled),
            None => format!("Thanh tra {}", spelled(parent)),
        },
        (["thanh", "tra"], Some(parent)) => format!("Thanh tra {}", spelled(parent)),
        (["vu", ..], Some(parent)) if parent.kind == "central" => {
            format!("{}, {}", spelled(speaker), spelled(parent))
        }
        (["phong", ..], Some(parent)) if parent.kind != "committee" => {
            format!("{}, {}", spelled(speaker), spelled(parent))
        }
        (_, Some(parent))
            if speaker.kind == "party" && parent.kind == "party" && place_of(speaker).is_none() =>
        {
            format!("{} {}", spelled(speaker), spelled(parent))
        }
        (_, Some(_)) if takes_place(speaker) && !names_place(speaker) => match place {
            // "THANH TRA TỈNH", "BAN DÂN TỘC TỈNH".
            Some(place)
                if own
                    .last()
                    .zip(place.folded.first())
                    .is_some_and(|(a, b)| a == b) =>
            {
                let rest: Vec<&str> = place.spelled.split(' ').skip(1).collect();
                format!("{} {}", spelled(speaker), rest.join(" "))
            }
            Some(place) => format!("{} {}", spelled(speaker), place.spelled),
            None => spelled(speaker),
        },
        _ => spelled(speaker),
    }
}

/// Whether a name needs its superior's place to be told apart.
fn takes_place(unit: &Unit<'_>) -> bool {
    let first = unit.tokens.first().map_or("", |token| &*token.word.folded);
    matches!(
        first,
        "so" | "ban" | "thanh" | "van" | "chi" | "phong" | "hoi" | "hdnd"
    ) && matches!(unit.kind, "department" | "subordinate")
        || (first == "trung" && unit.kind == "subordinate")
}

/// Whether a name has a place of its own: "SỞ TƯ PHÁP TỈNH TÂY NINH", "Sở Xây dựng Hải Phòng".
fn names_place(unit: &Unit<'_>) -> bool {
    province_of(unit).is_some() || place_of(unit).is_some_and(|place| place.folded.len() > 1)
}

fn kind_of(speaker: &Unit<'_>, above: &[Unit<'_>]) -> Option<&'static str> {
    let words = folded(speaker);
    let has = |word: &str| words.iter().any(|other| other == word);
    let parent = above.last().map(|unit| unit.kind);
    let starts = |start: &[&str]| words.iter().zip(start).all(|(word, known)| word == known);
    if parent.is_some()
        && (starts(&["ban", "chap", "hanh"])
            || starts(&["ban", "thuong", "truc"])
            || starts(&["ban", "thuong", "vu"]))
    {
        return parent;
    }
    let kind = match speaker.kind {
        "committee" => {
            if has("huyen") || has("quan") || words.windows(2).any(|pair| pair == ["thi", "xa"]) {
                "district"
            } else if has("xa") || has("phuong") || has("tran") || has("khu") {
                "commune"
            } else if has("pho") || has("tp") {
                if province_of(speaker).is_some() {
                    "province"
                } else {
                    "district"
                }
            } else {
                "province"
            }
        }
        "central" if has("tinh") || (province_of(speaker).is_some() && !has("bo")) => "department",
        "department"
            if parent == Some("central")
                && words.first().is_some_and(|w| w == "van" || w == "thanh") =>
        {
            "central"
        }
        "department" if parent == Some("department") && !has("bo") => "subordinate",
        "department" if parent == Some("party") => "party",
        // A unit of a department; a centre on its own, or of an institute, does research.
        "subordinate" if parent.is_none() && words.first().is_some_and(|word| word == "trung") => {
            "science"
        }
        "subordinate" if matches!(parent, Some("science" | "central" | "association")) => {
            if words.first().is_some_and(|word| word == "trung") {
                "science"
            } else {
                "central"
            }
        }
        other => other,
    };
    (!kind.is_empty()).then_some(kind)
}

/// The text after the letterhead, in one line.
fn body_after(text: &str, from: usize) -> String {
    let mut end = (from + BODY_BYTES).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    squeeze(text.get(from..end).unwrap_or(""))
}
