//! The vocabulary of a consultation, shared by every layer.
//!
//! Plain values only: no IO, no clock, no serialization. The glossary between these names and the
//! Vietnamese words on screen is in the crate documentation. Never imports another module of ours.

mod consultation;
mod evidence;
mod ids;
mod letterhead;
mod mail;
mod organization;
mod outline;
mod page_map;
mod person;
mod personal;
mod point;
mod response;
mod span;
mod submission;
mod warning;

pub use consultation::{Consultation, Round, RoundKind};
pub use evidence::{Confidence, Evidence, Finding, RECOGNIZED};
pub use ids::{
    AccountId, BatchId, ConsultationId, ContentHash, DocumentId, DraftId, GroupId, OrganizationId,
    PartId, PointId, ResponseId, RoundId, SectionId, SubmissionId,
};
pub use letterhead::{ExtraColumn, Letterhead, LetterheadProblem};
pub use mail::{Authentication, MailKind, MailState, Verdict};
pub use organization::{Organization, OrganizationKind};
pub use outline::{DraftLine, NodeRef, Outline, OutlineNode, PageLine, SectionChange, SectionKind};
pub use page_map::{Area, PageFrame, PageMap, PrintedLine};
pub use person::{Account, Role, Roles};
pub use personal::EmailAddress;
pub use point::{PointState, Stance};
pub use response::{Decision, ResponseState, Standing, Wording};
pub use span::Span;
pub use submission::{Channel, Disposition, LetterNumber, Relation, ReplyClass};
pub use warning::{Location, Warning};
