//! Points that say the same in nearly the same words: groups to propose, never to decide.
//!
//! Comments go into a [`Gathering`] in pages; [`Gathering::propose`] gives the groups:
//!
//! 1. A text becomes a set of [`shingles`]: runs of three syllables without case, marks and
//!    punctuation, so that "hoà" = "hòa" = "hoa" and letters typed without marks are found too.
//! 2. Comments with the same syllables of the same place are one class: a million copies of one
//!    campaign letter cost one comparison.
//! 3. Classes that are probably similar meet in the bands of their [`MinHash`](candidates), one band
//!    after the other; each pair that meets is compared exactly and kept from
//!    [`MIN_SIMILARITY`] on.
//! 4. Each group is a star: every member is similar to its representative, so that a chain
//!    A ~ B ~ C never brings together A and C that are not alike.
//!
//! Only comments of one round are compared: another round is about another draft, and its answer is
//! another one ([`Closeness`] finds earlier answers to reuse). Comments on different sections are
//! different points, however alike their words; a comment without a section may join those of one
//! section.
//!
//! The groups depend on words, places and what people decided, not on the order in which comments
//! arrived; only who stands for several comments with the same words is decided by age.

pub mod shingles;

mod assemble;
mod candidates;
mod gathering;
mod shelf;

#[cfg(test)]
mod tests;

pub use gathering::{Comment, Gathering};
pub use shelf::{MemoryShelf, Shelf};
pub use shingles::Closeness;

use crate::domain::{GroupId, PointId};

/// From which Jaccard similarity of their shingles on two texts are near-duplicates: of a comment
/// of 60 syllables about one in twenty may be another.
pub const MIN_SIMILARITY: f64 = 0.8;

/// Whether sets with so many elements in common, of so many altogether, reach
/// [`MIN_SIMILARITY`]; in whole numbers, so that the border is exact.
pub(crate) fn is_near(n_common: usize, n_together: usize) -> bool {
    n_common * 5 >= n_together * 4
}

/// A group to propose, or comments to add to a confirmed one.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The confirmed group that the members would join.
    pub extends: Option<GroupId>,
    /// Whose words stand for all.
    pub representative: PointId,
    /// The members by key, the representative among them unless the group is confirmed already.
    pub members: Vec<Member>,
}

/// One of a proposed group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member {
    /// The point.
    pub point: PointId,
    /// To the representative, from [`MIN_SIMILARITY`] to 1.
    pub similarity: f64,
}
