//! What a report is built from: everything about one consultation at one moment, as plain values.
//!
//! The use cases fill it from the database; nothing here queries or reads the clock. All lists are
//! in the order reports print them.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};

use crate::domain::{
    Channel, Confidence, Consultation, Decision, Disposition, DocumentId, GroupId, LetterNumber,
    Organization, OrganizationId, OrganizationKind, PointId, PointState, Relation, ReplyClass,
    ResponseState, Round, RoundId, SectionChange, SectionId, SectionKind, Stance, SubmissionId,
};

/// One consultation at one moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The moment, in Vietnamese local time.
    pub taken_at: DateTime,
    /// The `seq` of the last ledger entry the snapshot contains.
    pub ledger_seq: i64,
    /// The consultation itself.
    pub consultation: Consultation,
    /// Its documents, in dossier order.
    pub documents: Vec<DocumentEntry>,
    /// All sections: "Vấn đề chung" first, then draft order document by document, "Thể thức,
    /// chính tả" last.
    pub sections: Vec<SectionEntry>,
    /// Its rounds, by number.
    pub rounds: Vec<Round>,
    /// Kinds of organizations, in print order.
    pub kinds: Vec<OrganizationKind>,
    /// All organizations that are asked or wrote, by kind and catalogue order.
    pub organizations: Vec<Organization>,
    /// Who was asked in which round.
    pub invitations: Vec<(RoundId, OrganizationId)>,
    /// Everything received, by arrival.
    pub submissions: Vec<SubmissionEntry>,
    /// Every point of every submission, by submission and position.
    pub points: Vec<PointEntry>,
    /// Points that are accepted although the current draft says the same where they are about; of
    /// a group its representative.
    pub unchanged: BTreeSet<PointId>,
    /// Two drafts of each document side by side, where a report asks for them.
    pub drafts: Vec<DraftPair>,
}

/// Two drafts of a document, one after the other.
#[derive(Debug, Clone)]
pub struct DraftPair {
    /// The document.
    pub document: DocumentId,
    /// Number of the later draft (dự thảo lần N+1).
    pub number: u32,
    /// Number of the one before.
    pub earlier: u32,
    /// Sections of the earlier draft, in its order, the whole document left out.
    pub old: Vec<DraftedSection>,
    /// Sections of the later draft, likewise.
    pub new: Vec<DraftedSection>,
    /// What became of each of them, in the order of the later draft.
    pub changes: Vec<DraftChange>,
    /// Points that were made on the earlier draft.
    pub points: BTreeSet<PointId>,
}

/// A section as one draft has it.
#[derive(Debug, Clone)]
pub struct DraftedSection {
    /// The section with its label and heading in this draft.
    pub entry: SectionEntry,
    /// Its text without the sections in it.
    pub body: String,
}

/// What became of a section.
#[derive(Debug, Clone, Copy)]
pub struct DraftChange {
    /// The relation.
    pub change: SectionChange,
    /// In the earlier draft.
    pub old: Option<SectionId>,
    /// In the later draft.
    pub new: Option<SectionId>,
    /// A person agreed, or none is needed.
    pub is_confirmed: bool,
}

/// A document of the dossier.
#[derive(Debug, Clone)]
pub struct DocumentEntry {
    /// Key.
    pub id: DocumentId,
    /// As printed before labels: "Đề án".
    pub name: String,
    /// Full title.
    pub title: String,
    /// Number of the current draft (dự thảo lần N).
    pub draft_number: u32,
}

/// A place points can be about.
#[derive(Debug, Clone)]
pub struct SectionEntry {
    /// Key, stable across drafts.
    pub id: SectionId,
    /// Its document; `None` for "Vấn đề chung" and "Thể thức, chính tả".
    pub document: Option<DocumentId>,
    /// What kind of place.
    pub kind: SectionKind,
    /// Depth: 0 for a whole document and the two special sections, then from 1.
    pub level: u8,
    /// Label inside its document (`III.2.b`); `*` for a whole document.
    pub label: String,
    /// Heading or first words.
    pub heading: String,
}

/// One thing received.
#[derive(Debug, Clone)]
pub struct SubmissionEntry {
    /// Key.
    pub id: SubmissionId,
    /// The round it answers; `None` when not known yet.
    pub round: Option<RoundId>,
    /// How it came.
    pub channel: Channel,
    /// Who speaks; several for a joint letter, none while unknown.
    pub organizations: Vec<OrganizationId>,
    /// The sender as written, when no organization is known.
    pub sender: Option<String>,
    /// Số, ký hiệu.
    pub letter_number: Option<LetterNumber>,
    /// Ngày văn bản (for typed-in minutes: the day of the meeting).
    pub letter_date: Option<Date>,
    /// Ngày đến.
    pub arrived_on: Date,
    /// Its one state.
    pub disposition: Disposition,
    /// What it amounts to; `None` while not understood.
    pub class: Option<ReplyClass>,
    /// Arrived after the round's deadline.
    pub is_late: bool,
    /// A person has to look.
    pub needs_person: bool,
    /// What it is to another submission.
    pub relation: Option<(Relation, SubmissionId)>,
    /// Why it is not counted, in Vietnamese, where that is not plain from the state.
    pub remark: Option<String>,
    /// File name, with the row for tables: where to look.
    pub source: String,
}

/// One idea.
#[derive(Debug, Clone)]
pub struct PointEntry {
    /// Key.
    pub id: PointId,
    /// Where it comes from.
    pub submission: SubmissionId,
    /// Primary section, the one that is counted; `None`: chưa xác định mục.
    pub section: Option<SectionId>,
    /// Cross-references, not counted.
    pub other_sections: Vec<SectionId>,
    /// The words that name the place, as written.
    pub cited_as: Option<String>,
    /// Label of its section in the draft it cites, where the current draft calls it otherwise.
    pub cited_label: Option<String>,
    /// Verbatim text.
    pub text: String,
    /// Nội dung trình bày: a person's wording for the report, where there is one.
    pub report_text: Option<String>,
    /// What it wants.
    pub stance: Option<Stance>,
    /// Its one state.
    pub state: PointState,
    /// Its group of same-saying points.
    pub group: Option<GroupId>,
    /// Whether its words stand for the group.
    pub represents_group: bool,
    /// The point it was joined into.
    pub joined_into: Option<PointId>,
    /// Xin ý kiến lãnh đạo.
    pub needs_leadership: bool,
    /// Why it is out of scope.
    pub out_of_scope_reason: Option<String>,
    /// How sure the recognition was of its words, where a machine read them in a picture and no
    /// person worded them anew.
    pub recognized: Option<Confidence>,
    /// The current version of the answer: its own or its group's.
    pub response: Option<ResponseEntry>,
}

/// The current version of an answer.
#[derive(Debug, Clone)]
pub struct ResponseEntry {
    /// What was decided.
    pub decision: Decision,
    /// The words.
    pub text: String,
    /// What changed in the draft, and where.
    pub change_place: Option<String>,
    /// How far along the approval chain.
    pub state: ResponseState,
}
