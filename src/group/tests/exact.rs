//! Twenty thousand generated comments against the exact answer, and large numbers of equal ones.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{comment, members, propose};
use crate::group::assemble::assemble;
use crate::group::shingles::Shingles;
use crate::group::{Gathering, MIN_SIMILARITY, MemoryShelf};

/// A small generator of numbers (`SplitMix64`), so that every run sees the same comments.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let bits = crate::group::shingles::mix(self.0);
        usize::try_from(bits % u64::try_from(n).unwrap()).unwrap()
    }
}

/// Phrases of the example's documents and answers between punctuation marks: what comments and
/// answers are made of.
fn phrases() -> Vec<Vec<String>> {
    let texts = [
        include_str!("../../../fixtures/consultation/bac_giang_2021/documents/bao_cao.toml"),
        include_str!("../../../fixtures/consultation/bac_giang_2021/documents/quyet_dinh.toml"),
        include_str!("../../../fixtures/consultation/bac_giang_2021/documents/to_trinh.toml"),
        include_str!("../../../fixtures/consultation/bac_giang_2021/answers.csv"),
    ];
    let pieces = texts
        .iter()
        .flat_map(|text| text.split(['.', ',', ';', ':', '\n', '(', ')', '"', '“', '”', '=']));
    pieces
        .map(|phrase| {
            phrase
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .filter(|words| (3..=14).contains(&words.len()))
        .collect()
}

/// Comments of 8 to 110 syllables, each in one to eight variants with more and more changes: words
/// changed, left out, put in, a sentence put before or behind.
fn generate(n: usize) -> Vec<String> {
    let phrases = phrases();
    let mut dice = Dice(7);
    let mut texts = Vec::new();
    while texts.len() < n {
        let opening = [
            "Đề nghị bổ sung",
            "Đề nghị làm rõ",
            "Cần quy định",
            "Sở có ý kiến về",
        ];
        let mut words: Vec<String> = opening[dice.below(4)]
            .split(' ')
            .map(str::to_owned)
            .collect();
        for _ in 0..=dice.below(14) {
            words.extend(phrases[dice.below(phrases.len())].iter().cloned());
            words.push(format!("{}", dice.below(900)));
        }
        texts.push(words.join(" "));
        for _ in 0..dice.below(8) {
            let mut variant = words.clone();
            for _ in 0..dice.below(1 + words.len() / 12) {
                let at = dice.below(variant.len());
                let word = phrases[dice.below(phrases.len())][0].clone();
                match dice.below(3) {
                    0 => variant[at] = word,
                    1 => variant.insert(at, word),
                    _ => drop(variant.remove(at)),
                }
                if variant.len() < 3 {
                    break;
                }
            }
            let mut text = variant.join(" ");
            match dice.below(8) {
                0 => text.insert_str(0, "Qua nghiên cứu, Sở có ý kiến như sau: "),
                1 => text.push_str(". Đề nghị xem xét, hoàn thiện."),
                2 => text = text.to_uppercase(),
                _ => {}
            }
            texts.push(text);
        }
    }
    texts.truncate(n);
    texts
}

/// All pairs of near-duplicates. Two sets of similarity 0.8 have one of the rarest fifth of their
/// elements in common, so that only pairs which have are compared: exact, and in good time.
fn exact(texts: &[String]) -> BTreeSet<(usize, usize)> {
    let read: Vec<Shingles> = texts.iter().map(|text| Shingles::of(text)).collect();
    let mut n_having: HashMap<u32, usize> = HashMap::new();
    for hash in read.iter().flat_map(Shingles::hashes) {
        *n_having.entry(*hash).or_default() += 1;
    }
    let mut having: HashMap<u32, Vec<usize>> = HashMap::new();
    let mut pairs = BTreeSet::new();
    for (at, shingles) in read.iter().enumerate() {
        let mut rarest = shingles.hashes().to_vec();
        rarest.sort_unstable_by_key(|hash| (n_having[hash], *hash));
        let n = rarest.len();
        rarest.truncate(n - (n * 4).div_ceil(5) + 1);
        let mut met = BTreeSet::new();
        for hash in rarest {
            let others = having.entry(hash).or_default();
            met.extend(others.iter().copied());
            others.push(at);
        }
        let near = met
            .into_iter()
            .filter(|other| shingles.similarity(&read[*other]) >= MIN_SIMILARITY);
        pairs.extend(near.map(|other| (other, at)));
    }
    pairs
}

fn share(part: usize, whole: usize) -> f64 {
    f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(whole).unwrap())
}

#[test]
fn finds_what_comparing_all_with_all_finds() {
    let texts = generate(20_000);
    let expected = exact(&texts);
    assert!(expected.len() > 10_000, "only {} pairs", expected.len());

    // Pairs of classes; texts with the same syllables are one class and surely found.
    let mut gathering = Gathering::new(MemoryShelf::default());
    let comments: Vec<_> = (0..)
        .zip(&texts)
        .map(|(at, text)| comment(at, text))
        .collect();
    gathering.add(&comments).unwrap();
    let links = gathering.link().unwrap();
    let mut of_class: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (class, point) in &gathering.members {
        of_class
            .entry(*class)
            .or_default()
            .push(usize::try_from(point.0).unwrap());
    }
    let mut found = BTreeSet::new();
    let mut add = |one: &[usize], other: &[usize]| {
        for a in one {
            found.extend(
                other
                    .iter()
                    .filter(|b| a != *b)
                    .map(|b| (*a.min(b), *a.max(b))),
            );
        }
    };
    for same in of_class.values() {
        add(same, same);
    }
    for (rank, before) in links.before.iter().enumerate() {
        for earlier in before.iter() {
            let class = |rank: usize| &of_class[&links.order[rank]];
            add(class(rank), class(usize::try_from(earlier).unwrap()));
        }
    }
    let n_right = found.intersection(&expected).count();
    let (precision, recall) = (share(n_right, found.len()), share(n_right, expected.len()));
    println!(
        "{} pairs, recall {recall:.4}, precision {precision:.4}",
        expected.len()
    );
    assert!(recall >= 0.99, "recall {recall}");
    assert!(precision >= 0.99, "precision {precision}");

    // Groups: everybody is near the representative; hardly a comment that has a near-duplicate
    // without a group of its own stays alone.
    let proposals = assemble(&mut gathering, links).unwrap();
    let mut grouped = BTreeSet::new();
    for proposal in &proposals {
        let center = Shingles::of(&texts[usize::try_from(proposal.representative.0).unwrap()]);
        for member in &proposal.members {
            let at = usize::try_from(member.point.0).unwrap();
            let similarity = center.similarity(&Shingles::of(&texts[at]));
            assert!(similarity >= MIN_SIMILARITY, "{at}: {similarity}");
            assert!((similarity - member.similarity).abs() < 1e-9);
            assert!(grouped.insert(at), "{at} is in two groups");
        }
    }
    let left = expected
        .iter()
        .filter(|(a, b)| !grouped.contains(a) && !grouped.contains(b))
        .count();
    assert!(
        share(left, expected.len()) < 0.005,
        "{left} pairs are in no group"
    );
}

#[test]
fn the_order_of_arrival_makes_no_difference() {
    let texts = generate(2_000);
    let groups = |order: &[usize]| {
        let comments: Vec<_> = (0..)
            .zip(order)
            .map(|(at, of)| comment(at, &texts[*of]))
            .collect();
        let mut groups: Vec<Vec<usize>> = members(&propose(&comments))
            .into_iter()
            .map(|group| {
                let of = group.iter().map(|at| order[usize::try_from(*at).unwrap()]);
                let mut group: Vec<usize> = of.collect();
                group.sort_unstable();
                group
            })
            .collect();
        groups.sort();
        groups
    };
    let arrived: Vec<usize> = (0..texts.len()).collect();
    let backward: Vec<usize> = arrived.iter().rev().copied().collect();
    let mut shuffled = arrived.clone();
    let mut dice = Dice(3);
    for at in (1..shuffled.len()).rev() {
        shuffled.swap(at, dice.below(at + 1));
    }
    let expected = groups(&arrived);
    assert!(expected.len() > 100);
    assert_eq!(groups(&backward), expected);
    assert_eq!(groups(&shuffled), expected);
}

#[test]
fn a_campaign_does_not_explode() {
    let text = generate(40).into_iter().max_by_key(String::len).unwrap();
    let equal: Vec<_> = (0..100_000).map(|at| comment(at, &text)).collect();
    assert_eq!(propose(&equal)[0].members.len(), 100_000);
    // Everybody put their own number in: as many classes as comments, all near the first.
    let own: Vec<String> = (0..10_000).map(|n| format!("Mã số {n}. {text}")).collect();
    let variants: Vec<_> = (0..)
        .zip(&own)
        .map(|(at, text)| comment(at, text))
        .collect();
    let groups = members(&propose(&variants));
    assert_eq!(
        groups.iter().map(Vec::len).max(),
        Some(10_000),
        "{} groups",
        groups.len()
    );
}
