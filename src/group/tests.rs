//! Groups of invented comments, and of twenty thousand generated ones against the exact answer.

mod exact;
mod rules;

use super::{Comment, Gathering, MemoryShelf, Proposal};
use crate::domain::{GroupId, PointId, RoundId, SectionId};

/// A comment of round 1 without anything else known.
fn comment(point: i64, text: &str) -> Comment<'_> {
    Comment {
        point: PointId(point),
        round: Some(RoundId(1)),
        section: None,
        represents: None,
        apart: &[],
        text,
    }
}

fn on(section: i64, comment: Comment<'_>) -> Comment<'_> {
    Comment {
        section: Some(SectionId(section)),
        ..comment
    }
}

fn propose(comments: &[Comment<'_>]) -> Vec<Proposal> {
    let mut gathering = Gathering::new(MemoryShelf::default());
    for page in comments.chunks(1_000) {
        gathering.add(page).unwrap();
    }
    gathering.propose().unwrap()
}

/// The members of each group, by key.
fn members(proposals: &[Proposal]) -> Vec<Vec<i64>> {
    let of = |proposal: &Proposal| {
        proposal
            .members
            .iter()
            .map(|member| member.point.0)
            .collect()
    };
    let mut groups: Vec<Vec<i64>> = proposals.iter().map(of).collect();
    groups.sort();
    groups
}

#[track_caller]
fn check(comments: &[Comment<'_>], expected: &[&[i64]]) {
    assert_eq!(members(&propose(comments)), expected);
}

/// What a person took apart in group 1.
fn part(part: i64) -> Vec<(GroupId, i64)> {
    vec![(GroupId(1), part)]
}
