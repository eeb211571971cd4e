//! Submissions and points as far as they are counted: without words, spans and reasons.
//!
//! Reading those of a hundred thousand takes most of the time, and no number needs them.

use jiff::civil::Date;
use sqlx::FromRow;

use super::engine::on_engine;
use super::ledger::{Action, Entry};
use super::points::state_of;
use super::submissions::list_speakers;
use super::{Error, Tx, groups, known};
use crate::domain::{
    Channel, ConsultationId, Disposition, GroupId, LetterNumber, OrganizationId, PointId,
    PointState, Relation, ReplyClass, ResponseId, RoundId, SectionId, SubmissionId,
};

/// Submissions of a consultation between two keys, both included.
pub type Range = (SubmissionId, SubmissionId);

/// Every submission.
pub const ALL: Range = (SubmissionId(i64::MIN), SubmissionId(i64::MAX));

/// Submissions that need not be read again and still are, rather than asking once more.
const MAX_GAP: i64 = 8;
/// More stretches than this are not read one by one.
const MAX_RANGES: usize = 500;

/// Where a submission stands.
#[derive(Debug, Clone)]
pub struct SubmissionStanding {
    /// Key.
    pub id: SubmissionId,
    /// The round it answers.
    pub round: Option<RoundId>,
    /// How it came.
    pub channel: Channel,
    /// Who speaks.
    pub organizations: Vec<OrganizationId>,
    /// The sender as written, when no organization is known.
    pub sender: Option<String>,
    /// Số, ký hiệu.
    pub letter_number: Option<LetterNumber>,
    /// Ngày văn bản.
    pub letter_date: Option<Date>,
    /// Ngày đến.
    pub arrived_on: Date,
    /// Its one state.
    pub disposition: Disposition,
    /// What it amounts to.
    pub class: Option<ReplyClass>,
    /// Arrived after the deadline.
    pub is_late: bool,
    /// A person has to look.
    pub needs_person: bool,
    /// What it is to another submission.
    pub relation: Option<(Relation, SubmissionId)>,
    /// Why it is not counted.
    pub remark: Option<String>,
    /// File name.
    pub source: String,
    /// Row in its table.
    pub row_number: Option<u64>,
}

/// Where a point stands.
#[derive(Debug, Clone)]
pub struct PointStanding {
    /// Key.
    pub id: PointId,
    /// Where it comes from.
    pub submission: SubmissionId,
    /// Primary section.
    pub section: Option<SectionId>,
    /// Its one state.
    pub state: PointState,
    /// The point it was joined into.
    pub joined_into: Option<PointId>,
    /// Its confirmed group.
    pub group: Option<GroupId>,
    /// The point that is answered for the whole group.
    pub representative: Option<PointId>,
    /// Why it is out of scope.
    pub out_of_scope: Option<String>,
    /// Xin ý kiến lãnh đạo.
    pub needs_leadership: bool,
}

#[derive(FromRow)]
struct SubmissionRow {
    id: i64,
    round_id: Option<i64>,
    channel: String,
    sender: Option<String>,
    letter_number: Option<String>,
    letter_date: Option<String>,
    arrived_on: String,
    disposition: String,
    class: Option<String>,
    is_late: bool,
    needs_person: bool,
    relation: Option<String>,
    related_id: Option<i64>,
    remark: Option<String>,
    source: String,
    row_number: Option<i64>,
}

impl SubmissionRow {
    fn into_record(self, organizations: Vec<OrganizationId>) -> Result<SubmissionStanding, Error> {
        const TABLE: &str = "submission";
        let date = |text: &str, column| known(text.parse::<Date>().ok(), TABLE, column);
        let relation = match (self.relation, self.related_id) {
            (Some(code), Some(other)) => Some((
                known(Relation::parse(&code), TABLE, "relation")?,
                SubmissionId(other),
            )),
            _ => None,
        };
        Ok(SubmissionStanding {
            id: SubmissionId(self.id),
            round: self.round_id.map(RoundId),
            channel: known(Channel::parse(&self.channel), TABLE, "channel")?,
            organizations,
            sender: self.sender,
            letter_number: self.letter_number.as_deref().and_then(LetterNumber::parse),
            letter_date: self
                .letter_date
                .map(|text| date(&text, "letter_date"))
                .transpose()?,
            arrived_on: date(&self.arrived_on, "arrived_on")?,
            disposition: known(Disposition::parse(&self.disposition), TABLE, "disposition")?,
            class: self
                .class
                .map(|code| known(ReplyClass::parse(&code), TABLE, "class"))
                .transpose()?,
            is_late: self.is_late,
            needs_person: self.needs_person,
            relation,
            remark: self.remark,
            source: self.source,
            row_number: self.row_number.and_then(|row| u64::try_from(row).ok()),
        })
    }
}

/// Lists where submissions of a consultation stand, by arrival and key.
pub async fn list_submissions(
    tx: &mut Tx,
    consultation: ConsultationId,
    (first, last): Range,
) -> Result<Vec<SubmissionStanding>, Error> {
    let rows: Vec<SubmissionRow> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, round_id, channel, sender, letter_number, letter_date, arrived_on,
                    disposition, class, is_late, needs_person, relation, related_id, remark, source,
                    row_number
             FROM submission WHERE consultation_id = $1 AND id BETWEEN $2 AND $3
             ORDER BY arrived_on, id",
        )
        .bind(consultation.0)
        .bind(first.0)
        .bind(last.0)
        .fetch_all(conn)
        .await?
    });
    let ids = rows.iter().map(|row| SubmissionId(row.id));
    let (Some(first), Some(last)) = (ids.clone().min(), ids.max()) else {
        return Ok(Vec::new());
    };
    let mut speakers = list_speakers(tx, first, last).await?;
    rows.into_iter()
        .map(|row| {
            let organizations = speakers.remove(&SubmissionId(row.id)).unwrap_or_default();
            row.into_record(organizations)
        })
        .collect()
}

#[derive(FromRow)]
struct PointRow {
    id: i64,
    submission_id: i64,
    section_id: Option<i64>,
    joined_into: Option<i64>,
    group_id: Option<i64>,
    representative_id: Option<i64>,
    group_decision: Option<String>,
    group_state: Option<String>,
    out_of_scope: Option<String>,
    needs_leadership: bool,
    decision: Option<String>,
    response_state: Option<String>,
}

impl PointRow {
    fn into_record(self) -> PointStanding {
        PointStanding {
            state: state_of(
                self.joined_into.is_some(),
                self.out_of_scope.is_some(),
                (self.group_decision.as_deref(), self.group_state.as_deref()),
                (self.decision.as_deref(), self.response_state.as_deref()),
            ),
            id: PointId(self.id),
            submission: SubmissionId(self.submission_id),
            section: self.section_id.map(SectionId),
            joined_into: self.joined_into.map(PointId),
            group: self.group_id.map(GroupId),
            representative: self.representative_id.map(PointId),
            out_of_scope: self.out_of_scope,
            needs_leadership: self.needs_leadership,
        }
    }
}

/// Lists where the current points of submissions stand, by submission and position. A point whose
/// submission is gone is listed too: an equation names it.
pub async fn list_points(
    tx: &mut Tx,
    consultation: ConsultationId,
    (first, last): Range,
) -> Result<Vec<PointStanding>, Error> {
    let rows: Vec<PointRow> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT p.id, p.submission_id, p.section_id, p.joined_into, g.id AS group_id,
                    g.representative_id, r.decision AS group_decision,
                    r.response_state AS group_state, p.out_of_scope, p.needs_leadership,
                    p.decision, p.response_state
             FROM point p
             LEFT JOIN group_member m ON m.point_id = p.id
             LEFT JOIN point_group g ON g.id = m.group_id AND g.is_confirmed
             LEFT JOIN point r ON r.id = g.representative_id
             WHERE p.consultation_id = $1 AND p.is_current AND p.submission_id BETWEEN $2 AND $3
             ORDER BY p.submission_id, p.position, p.id",
        )
        .bind(consultation.0)
        .bind(first.0)
        .bind(last.0)
        .fetch_all(conn)
        .await?
    });
    Ok(rows.into_iter().map(PointRow::into_record).collect())
}

/// How many submissions were received since a moment.
pub async fn count_received(
    tx: &mut Tx,
    consultation: ConsultationId,
    since_us: i64,
) -> Result<i64, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT COUNT(*) FROM submission WHERE consultation_id = $1 AND received_us > $2",
        )
        .bind(consultation.0)
        .bind(since_us)
        .fetch_one(conn)
        .await?
    }))
}

/// What has to be read again after entries of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    /// Everything.
    All,
    /// These submissions with their points, by key, apart from each other.
    Some {
        /// The submissions, of whatever consultation.
        ranges: Vec<Range>,
        /// Organizations may have been added or changed.
        is_catalog_set: bool,
    },
}

/// Finds the submissions whose standing, or that of whose points, entries of the ledger may have
/// changed, beside those that whoever asks knows of.
///
/// Members of groups are found as they are now, with what was taken out of them.
pub async fn touched_by(
    tx: &mut Tx,
    entries: &[Entry],
    known: Vec<Range>,
) -> Result<Touched, Error> {
    let mut ranges = known;
    let mut is_catalog_set = false;
    for entry in entries {
        let (first, last) = (entry.first_id, entry.last_id);
        match entry.action {
            Action::ConsultationSet | Action::DraftAdded | Action::DraftAligned => {
                return Ok(Touched::All);
            }
            Action::CatalogSet => is_catalog_set = true,
            Action::GroupsProposed
            | Action::LetterheadSet
            | Action::ReportsFrozen
            | Action::ReportsReviewed
            | Action::ReportsIssued
            | Action::MailsQueued
            | Action::MailsChanged
            | Action::AccountsChanged
            | Action::NotesAdded
            | Action::AssignmentsSet
            | Action::PhrasesSet
            | Action::FilesKept
            | Action::FilesDecided
            | Action::ArrangementsSet => {}
            Action::SubmissionsClaimed
            | Action::SubmissionsSettled
            | Action::RowsImported
            | Action::SubmissionsChanged
            | Action::BatchUndone => ranges.push((SubmissionId(first), SubmissionId(last))),
            Action::PointsChanged => add(&mut ranges, list_sources(tx, POINTS, first, last).await?),
            Action::ResponsesSaved => {
                add(&mut ranges, list_sources(tx, ANSWERED, first, last).await?);
                let (first, last) = (ResponseId(first), ResponseId(last));
                for GroupId(id) in groups::list_answered(tx, first, last).await? {
                    add(&mut ranges, list_sources(tx, GROUPED, id, id).await?);
                }
            }
            Action::GroupsChanged => {
                add(&mut ranges, list_sources(tx, GROUPED, first, last).await?);
            }
        }
    }
    let ranges = joined(ranges);
    if ranges.len() > MAX_RANGES {
        return Ok(Touched::All);
    }
    Ok(Touched::Some {
        ranges,
        is_catalog_set,
    })
}

/// The submissions of a range of points.
const POINTS: &str = "SELECT DISTINCT submission_id FROM point WHERE id BETWEEN $1 AND $2";
/// Those of the points that a range of answers belongs to.
const ANSWERED: &str = "SELECT DISTINCT submission_id FROM point
    WHERE id IN (SELECT point_id FROM response WHERE id BETWEEN $1 AND $2)";
/// Those of the members of a range of groups, and of what was taken out of them.
const GROUPED: &str = "SELECT DISTINCT submission_id FROM point
    WHERE id IN (SELECT point_id FROM group_member WHERE group_id BETWEEN $1 AND $2
                 UNION SELECT point_id FROM group_part WHERE group_id BETWEEN $1 AND $2)";

async fn list_sources(
    tx: &mut Tx,
    sql: &'static str,
    first: i64,
    last: i64,
) -> Result<Vec<i64>, Error> {
    Ok(on_engine!(tx, |conn| {
        sqlx::query_scalar(sql)
            .bind(first)
            .bind(last)
            .fetch_all(conn)
            .await?
    }))
}

fn add(ranges: &mut Vec<Range>, ids: Vec<i64>) {
    ranges.extend(
        ids.into_iter()
            .map(|id| (SubmissionId(id), SubmissionId(id))),
    );
}

/// Ranges in order, those that meet or nearly do made one.
fn joined(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.sort_unstable();
    let mut apart: Vec<Range> = Vec::new();
    for (first, last) in ranges {
        match apart.last_mut() {
            Some((_, end)) if first.0.saturating_sub(end.0) <= MAX_GAP => *end = (*end).max(last),
            _ => apart.push((first, last)),
        }
    }
    apart
}
