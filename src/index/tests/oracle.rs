//! Random searches, compared with reading every text.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::{Desk, point, words};
use crate::index::analyzer::{self, Word};
use crate::index::language::{self, Node};
use crate::index::{Query, Scope, Synonyms};

/// Short words, so that none is taken for a typing error; "dn" is an abbreviation.
const VOCABULARY: [&str; 9] = ["vốn", "von", "đất", "xã", "xa", "dn", "5", "hòa", "hoà"];

const N_POINTS: u64 = 700;

/// The words of text `id`: the same in every run.
fn text(id: u64) -> String {
    let mut state = id.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from((state >> 33) % below).unwrap()
    };
    // Half of the texts are short and repeat one another, which makes ties.
    let n_words = if id.is_multiple_of(2) {
        1 + next(2)
    } else {
        next(12)
    };
    let words = (0..n_words).map(|_| match next(12) {
        0 => "doanh nghiệp",
        other => VOCABULARY[other % VOCABULARY.len()],
    });
    words.collect::<Vec<_>>().join(" ")
}

static DESK: LazyLock<Desk> = LazyLock::new(|| {
    let texts: Vec<String> = (1..=N_POINTS).map(text).collect();
    let desk = Desk::new(&[]);
    let points: Vec<_> = (1..)
        .zip(&texts)
        .map(|(id, text)| crate::index::IndexedPoint {
            answer: if id % 3 == 0 { "vốn xã" } else { "" },
            ..point(id, text)
        })
        .collect();
    for (seq, part) in (2..).zip(points.chunks(301)) {
        desk.write(part, seq);
    }
    desk
});

fn holds(node: &Node, text: &[Word]) -> bool {
    match node {
        Node::Word(word) => text.iter().any(|other| other.folded == word.folded),
        Node::Phrase {
            words,
            last_is_beginning,
        } => text.windows(words.len()).any(|window| {
            let pairs = window.iter().zip(words).enumerate();
            let mut fits = pairs.map(|(index, (word, wanted))| {
                if *last_is_beginning && index + 1 == words.len() {
                    word.folded.starts_with(&wanted.folded)
                } else {
                    word.folded == wanted.folded
                }
            });
            fits.all(|fits| fits)
        }),
        Node::All(parts) => parts.iter().all(|part| holds(part, text)),
        Node::Any(parts) => parts.iter().any(|part| holds(part, text)),
        Node::Not(part) => !holds(part, text),
    }
}

fn query_text() -> impl Strategy<Value = String> {
    let word = prop::sample::select(VOCABULARY.to_vec());
    let part = (word.clone(), word, 0..12).prop_map(|(one, two, kind)| match kind {
        0 => format!("-{one}"),
        1 => format!("\"{one} {two}\""),
        2 => format!("{}*", one.chars().next().unwrap()),
        3 => format!("\"{one} {}*\"", two.chars().next().unwrap()),
        4 => format!("{one} OR {two}"),
        5 => format!("({one} OR -{two})"),
        6 => format!("-({one} {two})"),
        7 => format!("OR {one}"),
        8 => "doanh nghiệp".to_owned(),
        _ => one.to_owned(),
    });
    prop::collection::vec(part, 1..5).prop_map(|parts| parts.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn finds_just_what_reading_every_text_finds(query in query_text()) {
        let all = language::parse(&query, Synonyms::shipped()).all;
        let expected: Vec<i64> = (1..=N_POINTS)
            .filter(|id| {
                let text: Vec<Word> = analyzer::words(&text(*id)).collect();
                all.iter().all(|node| holds(node, &text))
            })
            .map(|id| i64::try_from(id).unwrap())
            .collect();
        let found = DESK.index.ids(&words(&query)).unwrap();
        let found: Vec<i64> = found.iter().map(|id| id.0).collect();
        prop_assert_eq!(&found, &expected);
        let whole = DESK.ids(&Query { limit: 1000, ..words(&query) });
        let mut sorted = whole.clone();
        sorted.sort_unstable();
        prop_assert_eq!(&sorted, &expected);
        // The pruned first page is the head of the whole.
        let page = DESK.ids(&words(&query));
        prop_assert_eq!(&page, &whole[..whole.len().min(20)]);
        let both = DESK.ids(&Query { scope: Scope::Both, limit: 1000, ..words(&query) });
        let both_page = DESK.ids(&Query { scope: Scope::Both, ..words(&query) });
        prop_assert_eq!(&both_page, &both[..both.len().min(20)]);
    }
}
