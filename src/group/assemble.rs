//! From near-duplicate classes to groups around a representative.
//!
//! The class with most comments around it becomes the first representative and takes what is near it
//! and still free, and so on. Whatever is only near one of its members stays free for a group of its
//! own.

use std::collections::BTreeMap;
use std::io;

use super::candidates::{Links, index};
use super::gathering::{Class, Gathering, Place};
use super::shelf::Shelf;
use super::shingles::similarity;
use super::{Member, Proposal};
use crate::domain::{GroupId, SectionId};

/// Who is near whom, both ways: the neighbors of rank `r` are `to[ends[r - 1]..ends[r]]`.
struct Neighbors {
    ends: Vec<usize>,
    to: Vec<u32>,
}

impl Neighbors {
    fn new(links: &Links) -> Self {
        let pairs = || {
            (0_u32..)
                .zip(&links.before)
                .flat_map(|(later, before)| before.iter().map(move |earlier| (later, earlier)))
        };
        let mut ends = vec![0_usize; links.before.len()];
        for (later, earlier) in pairs() {
            for rank in [later, earlier] {
                if let Some(n) = ends.get_mut(index(rank)) {
                    *n += 1;
                }
            }
        }
        let mut sum = 0;
        for end in &mut ends {
            // Where each begins, until its neighbors are filled in.
            sum += std::mem::replace(end, sum);
        }
        let mut to = vec![0; sum];
        for (later, earlier) in pairs() {
            for (rank, other) in [(later, earlier), (earlier, later)] {
                if let Some(at) = ends.get_mut(index(rank)) {
                    if let Some(slot) = to.get_mut(*at) {
                        *slot = other;
                    }
                    *at += 1;
                }
            }
        }
        Self { ends, to }
    }

    fn of(&self, rank: u32) -> &[u32] {
        let end = |rank: usize| self.ends.get(rank).copied().unwrap_or(0);
        let start = index(rank).checked_sub(1).map_or(0, end);
        self.to.get(start..end(index(rank))).unwrap_or_default()
    }
}

/// Everything that assembling needs, by rank.
struct Table<'a, S> {
    gathering: &'a Gathering<S>,
    order: &'a [u32],
    neighbors: Neighbors,
}

impl<S: Shelf> Table<'_, S> {
    fn class_of(&self, rank: u32) -> u32 {
        self.order.get(index(rank)).copied().unwrap_or(u32::MAX)
    }

    fn class(&self, rank: u32) -> Option<&Class> {
        self.gathering.classes.get(index(self.class_of(rank)))
    }

    fn place(&self, rank: u32) -> Option<Place> {
        let place = self.class(rank)?.place;
        self.gathering.places.get(index(place)).copied()
    }

    fn n_members(&self, rank: u32) -> u64 {
        self.class(rank)
            .map_or(0, |class| u64::from(class.n_members))
    }

    fn apart(&self, rank: u32) -> &[(GroupId, i64)] {
        let apart = self.class(rank).map_or(0, |class| class.apart);
        self.gathering
            .aparts
            .get(index(apart))
            .map_or(&[], Vec::as_slice)
    }

    fn represents(&self, rank: u32) -> Option<GroupId> {
        self.gathering
            .represented
            .get(&self.class_of(rank))
            .copied()
    }

    fn similarity(&self, one: u32, other: u32) -> io::Result<f64> {
        let (mut left, mut right) = (Vec::new(), Vec::new());
        self.gathering.read(index(self.class_of(one)), &mut left)?;
        self.gathering
            .read(index(self.class_of(other)), &mut right)?;
        Ok(similarity(&left, &right))
    }

    /// The ranks that a representative takes, itself included, with their similarity.
    fn star(&self, center: u32, is_taken: &[bool]) -> io::Result<Vec<(u32, f64)>> {
        let free = |rank: &&u32| !is_taken.get(index(**rank)).copied().unwrap_or(true);
        let mut near: Vec<u32> = self
            .neighbors
            .of(center)
            .iter()
            .filter(free)
            .copied()
            .collect();
        near.sort_unstable();
        let section = match self.place(center).and_then(|place| place.section) {
            Some(section) => Some(section),
            None => self.commonest_section(&near),
        };
        let extended = self.represents(center);
        let mut parts: BTreeMap<GroupId, i64> = self.apart(center).iter().copied().collect();
        let mut star = vec![(center, 1.0)];
        for rank in near {
            let own = self.place(rank).and_then(|place| place.section);
            let apart = self.apart(rank);
            let is_apart = apart.iter().any(|(group, part)| {
                extended == Some(*group) || parts.get(group).is_some_and(|other| other != part)
            });
            if own.is_some() && own != section || is_apart || self.represents(rank).is_some() {
                continue;
            }
            parts.extend(apart.iter().copied());
            star.push((rank, self.similarity(center, rank)?));
        }
        Ok(star)
    }

    /// Around a representative without a section: the section of most comments near it.
    fn commonest_section(&self, ranks: &[u32]) -> Option<SectionId> {
        let mut n_by_section: BTreeMap<SectionId, u64> = BTreeMap::new();
        for rank in ranks {
            if let Some(section) = self.place(*rank).and_then(|place| place.section) {
                *n_by_section.entry(section).or_default() += self.n_members(*rank);
            }
        }
        let most = n_by_section
            .iter()
            .max_by_key(|(section, n)| (**n, std::cmp::Reverse(**section)));
        most.map(|(section, _)| *section)
    }
}

/// Makes the groups, by representative.
pub(super) fn assemble<S: Shelf>(
    gathering: &mut Gathering<S>,
    links: Links,
) -> io::Result<Vec<Proposal>> {
    gathering.members.sort_unstable();
    let neighbors = Neighbors::new(&links);
    let Links { order, before } = links;
    drop(before);
    let table = Table {
        gathering,
        order: &order,
        neighbors,
    };
    let mut is_taken = vec![false; order.len()];
    let mut proposals = Vec::new();
    for center in centers(&table) {
        if is_taken.get(index(center)).copied().unwrap_or(true) {
            continue;
        }
        let star = table.star(center, &is_taken)?;
        for (rank, _) in &star {
            if let Some(taken) = is_taken.get_mut(index(*rank)) {
                *taken = true;
            }
        }
        proposals.extend(proposal(&table, center, &star));
    }
    proposals.sort_unstable_by_key(|proposal| (proposal.representative, proposal.extends));
    Ok(proposals)
}

/// In which order classes become representatives: those of confirmed groups, then by the comments
/// around them; ranks decide between equals.
fn centers<S: Shelf>(table: &Table<'_, S>) -> Vec<u32> {
    let n_ranks = u32::try_from(table.order.len()).unwrap_or(u32::MAX);
    let mut centers: Vec<(bool, u64, u32)> = (0..n_ranks)
        .map(|rank| {
            let around = table
                .neighbors
                .of(rank)
                .iter()
                .map(|near| table.n_members(*near));
            let n_around = table.n_members(rank) + around.sum::<u64>();
            (table.represents(rank).is_none(), u64::MAX - n_around, rank)
        })
        .collect();
    centers.sort_unstable();
    centers.into_iter().map(|(_, _, rank)| rank).collect()
}

fn proposal<S: Shelf>(table: &Table<'_, S>, center: u32, star: &[(u32, f64)]) -> Option<Proposal> {
    let extends = table.represents(center);
    let representative = table.class(center)?.point;
    let mut members = Vec::new();
    for (rank, similarity) in star {
        let class = table.class_of(*rank);
        let all = &table.gathering.members;
        let from = all.partition_point(|(of, _)| *of < class);
        let own = all.iter().skip(from).take_while(|(of, _)| *of == class);
        members.extend(own.map(|(_, point)| Member {
            point: *point,
            similarity: *similarity,
        }));
    }
    if extends.is_some() {
        members.retain(|member| member.point != representative);
    }
    members.sort_unstable_by_key(|member| member.point);
    let n_least = if extends.is_some() { 1 } else { 2 };
    (members.len() >= n_least).then_some(Proposal {
        extends,
        representative,
        members,
    })
}
