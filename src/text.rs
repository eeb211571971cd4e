//! The only normalizer of Vietnamese text.
//!
//! Bytes or strings in, strings out; nothing here guesses what a text means.
//!
//! * [`normalize`]: what every text goes through once, before its spans are taken.
//! * [`fold`]: what comparisons and searches use, with a way back to the original bytes.

pub mod fold;
pub mod normalize;
