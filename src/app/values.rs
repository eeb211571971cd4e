//! The values that use cases take and give.
//!
//! Faces name them here: they import neither adapters nor the brain.

pub use crate::index::{Correction, Count, Facet, FacetValue, Total};
pub use crate::intake::columns::Column;
pub use crate::report::edition::{Edition, Headings, Order};
pub use crate::report::model::Kind as ReportKind;
pub use crate::report::reconcile::{Equation, Reconciliation, Scope, Tally};
pub use crate::report::roster::{Reply, RosterEntry, RosterLetter, RoundRoster};
pub use crate::report::work::WorkAnswer;
pub use crate::respond::chain::Approver;
pub use crate::respond::{Draft, Step};
pub use crate::store::accounts::Session;
pub use crate::store::consultations::{Document, Section};
pub use crate::store::groups::Group;
pub use crate::store::kept_files::{KeptFile, KeptState};
pub use crate::store::ledger::Entry;
pub use crate::store::notes::Note;
pub use crate::store::phrases::Phrase;
pub use crate::store::points::{Change as PointChange, Point};
pub use crate::store::problems::Problem;
pub use crate::store::report_reviews::Review;
pub use crate::store::responses::Response;
pub use crate::store::submissions::{Part, Submission};
pub use crate::store::unsaved::UnsavedAnswer;
pub use crate::text::difference::{Kind as StretchKind, Stretch};
