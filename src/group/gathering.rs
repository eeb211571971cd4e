//! Comments come in page by page; those with the same syllables of the same place become one class.

use std::collections::{BTreeMap, HashMap};
use std::io;

use rayon::prelude::*;

use super::candidates::{self, Links};
use super::shelf::Shelf;
use super::shingles::{Shingles, mix};
use super::{Proposal, assemble};
use crate::domain::{GroupId, PointId, RoundId, SectionId};

/// A comment to compare with the others.
#[derive(Debug, Clone, Copy)]
pub struct Comment<'a> {
    /// Its key.
    pub point: PointId,
    /// Only comments of one round are compared.
    pub round: Option<RoundId>,
    /// The place it is about, if known.
    pub section: Option<SectionId>,
    /// The confirmed group that it represents; further members of confirmed groups are left out.
    pub represents: Option<GroupId>,
    /// What people took apart: within one of these, points of different parts stay apart.
    pub apart: &'a [(GroupId, i64)],
    /// Its words.
    pub text: &'a str,
}

/// Comments with the same syllables, of the same round and section, and kept apart alike.
#[derive(Debug)]
pub(super) struct Class {
    /// Of its syllables; orders classes without regard to keys.
    pub(super) print: u64,
    /// The member whose words are written with the most marks, the oldest among equals.
    pub(super) point: PointId,
    /// Index of its place.
    pub(super) place: u32,
    /// Index of what it is kept apart from.
    pub(super) apart: u32,
    /// How many comments.
    pub(super) n_members: u32,
    /// Characters with marks in the words of `point`.
    n_marks: u32,
}

/// Where classes belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) round: Option<RoundId>,
    pub(super) section: Option<SectionId>,
}

impl Place {
    /// Whether comments of both places may share a group.
    pub(super) fn fits(self, other: Self) -> bool {
        self.round == other.round
            && (self.section == other.section || self.section.is_none() || other.section.is_none())
    }
}

/// All comments, read.
#[derive(Debug)]
pub struct Gathering<S> {
    pub(super) shelf: S,
    pub(super) classes: Vec<Class>,
    /// Where the hashes of each class end on the shelf.
    pub(super) ends: Vec<usize>,
    pub(super) places: Vec<Place>,
    /// Who is kept apart from whom; the first is nobody from anybody.
    pub(super) aparts: Vec<Vec<(GroupId, i64)>>,
    /// Classes of the representatives of confirmed groups.
    pub(super) represented: BTreeMap<u32, GroupId>,
    /// Class and point.
    pub(super) members: Vec<(u32, PointId)>,
    known: HashMap<u128, u32>,
    known_places: BTreeMap<Place, u32>,
    known_aparts: BTreeMap<Vec<(GroupId, i64)>, u32>,
}

impl<S: Shelf> Gathering<S> {
    /// Nothing yet, with an empty shelf.
    pub fn new(shelf: S) -> Self {
        Self {
            shelf,
            classes: Vec::new(),
            ends: Vec::new(),
            places: Vec::new(),
            aparts: vec![Vec::new()],
            represented: BTreeMap::new(),
            members: Vec::new(),
            known: HashMap::new(),
            known_places: BTreeMap::new(),
            known_aparts: BTreeMap::from([(Vec::new(), 0)]),
        }
    }

    /// Takes in a page of comments; texts without a letter or digit are left out.
    pub fn add(&mut self, page: &[Comment<'_>]) -> io::Result<()> {
        let read: Vec<(Shingles, u32)> = page
            .par_iter()
            .with_min_len(64)
            .map(|comment| (Shingles::of(comment.text), count_marks(comment.text)))
            .collect();
        for (comment, (shingles, n_marks)) in page.iter().zip(read) {
            if !shingles.is_empty() {
                self.add_one(comment, &shingles, n_marks)?;
            }
        }
        Ok(())
    }

    fn add_one(
        &mut self,
        comment: &Comment<'_>,
        shingles: &Shingles,
        n_marks: u32,
    ) -> io::Result<()> {
        let place = Place {
            round: comment.round,
            section: comment.section,
        };
        let place = intern(&mut self.known_places, &mut self.places, place);
        let mut apart = comment.apart.to_vec();
        apart.sort_unstable();
        let apart = intern(&mut self.known_aparts, &mut self.aparts, apart);
        let represents = comment
            .represents
            .map_or(0, |group| group.0.cast_unsigned());
        let surroundings =
            u128::from(place) << 96 | u128::from(apart) << 64 | u128::from(represents);
        let key = shingles.print ^ spread(surroundings);
        let next = u32::try_from(self.classes.len()).unwrap_or(u32::MAX);
        let class = *self.known.entry(key).or_insert(next);
        if class == next {
            let bytes = shingles.print.to_le_bytes();
            let print = bytes
                .first_chunk()
                .map_or(0, |low| u64::from_le_bytes(*low));
            self.shelf.put(shingles.hashes())?;
            let start = self.ends.last().copied().unwrap_or(0);
            self.ends.push(start + shingles.hashes().len());
            self.classes.push(Class {
                print,
                point: comment.point,
                place,
                apart,
                n_members: 0,
                n_marks,
            });
            if let Some(group) = comment.represents {
                self.represented.insert(class, group);
            }
        }
        self.members.push((class, comment.point));
        if let Some(known) = self
            .classes
            .get_mut(usize::try_from(class).unwrap_or(usize::MAX))
        {
            known.n_members += 1;
            if (n_marks, comment.point.0) > (known.n_marks, i64::MIN)
                && (n_marks > known.n_marks || comment.point < known.point)
            {
                known.point = comment.point;
                known.n_marks = n_marks;
            }
        }
        Ok(())
    }

    /// Finds the groups among everything taken in, by representative.
    pub fn propose(mut self) -> io::Result<Vec<Proposal>> {
        let links = self.link()?;
        assemble::assemble(&mut self, links)
    }

    /// Finds the near-duplicates among the classes.
    pub(super) fn link(&mut self) -> io::Result<Links> {
        self.shelf.close()?;
        // No longer needed, and large.
        self.known = HashMap::new();
        candidates::link(self)
    }
}

/// Letters that plain typing does not give: of two copies, the one written properly has more.
fn count_marks(text: &str) -> u32 {
    u32::try_from(text.chars().filter(|c| !c.is_ascii()).count()).unwrap_or(u32::MAX)
}

/// The index of a value among those seen so far.
fn intern<T: Ord + Clone>(known: &mut BTreeMap<T, u32>, all: &mut Vec<T>, value: T) -> u32 {
    if let Some(index) = known.get(&value) {
        return *index;
    }
    let index = u32::try_from(all.len()).unwrap_or(u32::MAX);
    all.push(value.clone());
    known.insert(value, index);
    index
}

fn spread(bits: u128) -> u128 {
    let (low, high) = (bits & u128::from(u64::MAX), bits >> 64);
    let half = |bits: u128| {
        mix(u64::try_from(bits)
            .unwrap_or(0)
            .wrapping_add(0x9e37_79b9_7f4a_7c15))
    };
    u128::from(half(low)) | u128::from(half(high)) << 64
}
