//! Understands the words of a submission and the structure of a draft.
//!
//! Values in, values out; every conclusion carries its [`crate::domain::Evidence`].
//!
//! * [`letter`]: number, date, what it answers, who signs.
//! * [`organization`]: who is speaking.
//! * [`stance`]: agreeing, proposing, objecting, asking.
//! * [`suggestion`]: sections a point without a cited place may be about.
//! * [`outline`]: the tree of a draft document.
//! * [`alignment`]: what became of the sections of a draft in the next one.
//! * [`returned`]: copies of the draft that come back with changes.
//! * [`citation`]: the places of a draft that a text names.
//!
//! Cases: `fixtures/recognize/`.

pub mod alignment;
pub mod citation;
pub mod letter;
pub mod organization;
pub mod outline;
pub mod returned;
pub mod stance;
pub mod suggestion;
