//! What belongs together and what does not.

use super::{check, comment, members, on, part, propose};
use crate::domain::{GroupId, PointId, RoundId};
use crate::group::{Comment, MIN_SIMILARITY};

/// Thirty-one syllables.
const FUNDING: &str = "Đề nghị cơ quan chủ trì soạn thảo bổ sung kinh phí thực hiện nhiệm vụ phát \
    triển thị trường khoa học và công nghệ trên địa bàn tỉnh hằng năm";
/// The same with a word at the end.
const FUNDING_EARLY: &str = "Đề nghị cơ quan chủ trì soạn thảo bổ sung kinh phí thực hiện nhiệm vụ \
    phát triển thị trường khoa học và công nghệ trên địa bàn tỉnh hằng năm sớm";

#[test]
fn case_marks_and_punctuation_make_no_difference() {
    let plain = crate::text::fold::fold(FUNDING);
    let loud = FUNDING.to_uppercase();
    check(
        &[comment(1, FUNDING), comment(2, &plain), comment(3, &loud)],
        &[&[1, 2, 3]],
    );
    check(
        &[
            comment(1, "Thống nhất với dự thảo; đề nghị hoàn thiện."),
            comment(2, "thống nhất với dự thảo - Đề nghị hoàn thiện"),
        ],
        &[&[1, 2]],
    );
    check(
        &[comment(1, "Hòa Bình"), comment(2, "Hoà bình.")],
        &[&[1, 2]],
    );
}

#[test]
fn the_properly_written_copy_stands_for_the_group() {
    let plain = crate::text::fold::fold(FUNDING);
    let proposals = propose(&[comment(1, &plain), comment(2, FUNDING), comment(3, FUNDING)]);
    assert_eq!(proposals[0].representative, PointId(2));
}

#[test]
fn another_word_in_a_long_text_is_near_and_in_a_short_one_is_not() {
    check(
        &[comment(1, FUNDING), comment(2, FUNDING_EARLY)],
        &[&[1, 2]],
    );
    check(
        &[
            comment(1, "Đề nghị bổ sung khoản 2"),
            comment(2, "Đề nghị bổ sung khoản 3"),
        ],
        &[],
    );
    check(
        &[comment(1, "Thống nhất"), comment(2, "Không thống nhất")],
        &[],
    );
    check(
        &[
            comment(1, "…"),
            comment(2, "–"),
            comment(3, ""),
            comment(4, ""),
        ],
        &[],
    );
}

#[test]
fn a_chain_is_no_group() {
    let words: Vec<String> = (0..80).map(|n| format!("chữ{n}")).collect();
    let text = |from: usize| words[from..from + 60].join(" ");
    // Each shares 54 of 66 syllables with the next, and 48 of 72 with the one after that.
    let (a, b, c) = (text(0), text(6), text(12));
    let of = |one: &str, other: &str| {
        crate::group::shingles::Shingles::of(one)
            .similarity(&crate::group::shingles::Shingles::of(other))
    };
    assert!(of(&a, &b) < MIN_SIMILARITY || of(&a, &c) < MIN_SIMILARITY);
    let (b, c) = (text(5), text(10));
    assert!(of(&a, &b) >= MIN_SIMILARITY && of(&b, &c) >= MIN_SIMILARITY);
    assert!(of(&a, &c) < MIN_SIMILARITY);
    // The one in the middle has both around it; without it there is nothing to propose.
    check(
        &[comment(1, &a), comment(2, &b), comment(3, &c)],
        &[&[1, 2, 3]],
    );
    let proposals = propose(&[comment(1, &a), comment(2, &b), comment(3, &c)]);
    assert_eq!(proposals[0].representative, PointId(2));
    check(&[comment(1, &a), comment(3, &c)], &[]);
    // One step further, and the chain falls into two.
    let d = text(15);
    let found = propose(&[
        comment(1, &a),
        comment(2, &b),
        comment(3, &c),
        comment(4, &d),
    ]);
    assert!(
        found.iter().all(|group| group.members.len() < 4),
        "{found:?}"
    );
}

#[test]
fn another_section_or_round_is_another_point() {
    check(
        &[on(1, comment(1, FUNDING)), on(2, comment(2, FUNDING))],
        &[],
    );
    let later = Comment {
        round: Some(RoundId(2)),
        ..comment(2, FUNDING)
    };
    check(&[comment(1, FUNDING), later], &[]);
    check(
        &[on(1, comment(1, FUNDING)), on(1, comment(2, FUNDING_EARLY))],
        &[&[1, 2]],
    );
}

#[test]
fn without_a_section_it_joins_the_section_of_most() {
    check(
        &[
            comment(1, FUNDING),
            on(5, comment(2, FUNDING)),
            on(7, comment(3, FUNDING)),
            on(7, comment(4, FUNDING_EARLY)),
        ],
        &[&[1, 3, 4]],
    );
}

#[test]
fn what_people_took_apart_stays_apart() {
    let (rest, out) = (part(0), part(3));
    let kept = |point, text, apart| Comment {
        apart,
        ..comment(point, text)
    };
    check(
        &[
            kept(1, FUNDING, &rest),
            kept(2, FUNDING, &rest),
            kept(3, FUNDING, &out),
        ],
        &[&[1, 2]],
    );
    // Dissolved: each is a part of its own.
    let parts: Vec<_> = (1..=4).map(part).collect();
    let dissolved: Vec<Comment<'_>> = (1..)
        .zip(&parts)
        .map(|(point, apart)| kept(point, FUNDING, apart))
        .collect();
    check(&dissolved, &[]);
    // Somebody new may still say the same as one of them, not as two.
    let mut with_new = dissolved;
    with_new.push(comment(5, FUNDING));
    let found = propose(&with_new);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].members.len(), 2);
}

#[test]
fn a_confirmed_group_is_only_extended() {
    let confirmed = Comment {
        represents: Some(GroupId(9)),
        ..comment(1, FUNDING)
    };
    let taken_out = vec![(GroupId(9), 4)];
    let comments = [
        confirmed,
        comment(2, FUNDING),
        comment(3, FUNDING_EARLY),
        Comment {
            apart: &taken_out,
            ..comment(4, FUNDING)
        },
    ];
    let found = propose(&comments);
    assert_eq!(members(&found), [[2, 3]]);
    assert_eq!(found[0].extends, Some(GroupId(9)));
    assert_eq!(found[0].representative, PointId(1));
    check(&comments[..1], &[]);
}

#[test]
fn members_say_how_similar_they_are() {
    let found = propose(&[
        comment(1, FUNDING),
        comment(2, FUNDING),
        comment(3, FUNDING_EARLY),
    ]);
    let similarities: Vec<f64> = found[0]
        .members
        .iter()
        .map(|member| member.similarity)
        .collect();
    assert!((similarities[0] - 1.0).abs() < 1e-9 && (similarities[1] - 1.0).abs() < 1e-9);
    // 30 of 31 shingles.
    assert!(
        similarities[2] > 0.96 && similarities[2] < 0.97,
        "{similarities:?}"
    );
}
