//! The only normalizer of Vietnamese text.
//!
//! Bytes or strings in, strings out; nothing here guesses what a text means.
//!
//! * [`normalize`]: what every text goes through once, before its spans are taken.
//! * [`fold`]: what comparisons and searches use, with a way back to the original bytes.
//! * [`difference`]: what one text says otherwise than another.
//! * [`pattern`]: patterns that mind the marks and whole words.
//! * [`formula`]: text that a spreadsheet would compute, on the way out and back.
//! * [`legacy`]: bytes of unknown encoding, Windows-1258, TCVN3 and VNI among them.

pub mod difference;
pub mod fold;
pub mod formula;
pub mod legacy;
pub mod normalize;
pub mod pattern;
