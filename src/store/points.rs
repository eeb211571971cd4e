//! Points: what is answered.

use jiff::civil::Date;
use sqlx::{FromRow, QueryBuilder};

use super::engine::on_engine;
use super::evidence::{evidence_from_json, evidence_to_json};
use super::named::among;
use super::settlements::Settlement;
use super::{Error, Tx, bulk, from_json, known, storable, to_json};
use crate::domain::{
    Channel, Confidence, ConsultationId, Decision, Disposition, Evidence, GroupId, PartId, PointId,
    PointState, ResponseId, ResponseState, RoundId, SectionId, Span, Stance, SubmissionId,
};

/// A point as understood; spans name a part by its index in the settlement.
#[derive(Debug, Clone)]
pub struct NewPoint {
    /// Where its words are, in reading order.
    pub spans: Vec<(usize, Span)>,
    /// Primary section.
    pub section: Option<SectionId>,
    /// How sure.
    pub section_confidence: Confidence,
    /// Cross-references.
    pub other_sections: Vec<SectionId>,
    /// The words that name the place.
    pub cited_as: Option<String>,
    /// What it wants.
    pub stance: Option<Stance>,
    /// Why we believe all this; spans point into the part of the first span.
    pub evidence: Vec<Evidence>,
}

/// A stored point.
#[derive(Debug, Clone)]
pub struct Point {
    /// Key.
    pub id: PointId,
    /// The dossier.
    pub consultation: ConsultationId,
    /// Where it comes from.
    pub submission: SubmissionId,
    /// Order within its submission, from 0.
    pub position: i64,
    /// Where its words are.
    pub spans: Vec<(PartId, Span)>,
    /// A person's wording for the report.
    pub report_text: Option<String>,
    /// Primary section.
    pub section: Option<SectionId>,
    /// How sure.
    pub section_confidence: Confidence,
    /// Cross-references.
    pub other_sections: Vec<SectionId>,
    /// The words that name the place.
    pub cited_as: Option<String>,
    /// What it wants.
    pub stance: Option<Stance>,
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
    /// Who answers it.
    pub drafter: Option<String>,
    /// Current version of its answer.
    pub response: Option<ResponseId>,
    /// What is decided, in its own answer or in its group's.
    pub decision: Option<Decision>,
    /// How far that answer is.
    pub response_state: Option<ResponseState>,
    /// Grows with each human change.
    pub version: i64,
    /// Why we believe all this.
    pub evidence: Vec<Evidence>,
    /// State of its submission.
    pub disposition: Disposition,
    /// Round of its submission.
    pub round: Option<RoundId>,
    /// Channel of its submission.
    pub channel: Channel,
    /// Ngày đến of its submission.
    pub arrived_on: Date,
}

impl Point {
    /// How sure the recognition was of its words on average, where a machine read them in a picture.
    pub fn recognized(&self) -> Option<Confidence> {
        let mut found = self.evidence.iter().filter(|it| it.is_recognition());
        found.next().map(|it| it.confidence)
    }
}

/// A point with its keys, as it is stored.
struct Keyed<'a> {
    key: i64,
    submission: i64,
    position: i64,
    spans: String,
    point: &'a NewPoint,
}

/// Gives the points of settled submissions consecutive keys from `first`, and their spans those of
/// the parts, which are consecutive from `first_part`.
fn keyed<'a>(
    first: i64,
    first_part: i64,
    settled: &[(SubmissionId, &'a Settlement)],
) -> Vec<Keyed<'a>> {
    let mut rows = Vec::new();
    let mut part_base = first_part;
    for (submission, settlement) in settled {
        for (position, point) in (0..).zip(&settlement.points) {
            let spans: Vec<(i64, usize, usize)> = point
                .spans
                .iter()
                .map(|(part, span)| {
                    let part = part_base + i64::try_from(*part).unwrap_or(0);
                    (part, span.start, span.end)
                })
                .collect();
            rows.push(Keyed {
                key: first + i64::try_from(rows.len()).unwrap_or(i64::MAX),
                submission: submission.0,
                position,
                spans: to_json(&spans),
                point,
            });
        }
        part_base += i64::try_from(settlement.parts.len()).unwrap_or(0);
    }
    rows
}

/// Adds the points of settled submissions; parts were given consecutive keys from `first_part`.
/// Returns the key of the first point; those of the others follow. 0 when there are none.
pub(super) async fn insert_points(
    tx: &mut Tx,
    consultation: ConsultationId,
    first_part: i64,
    settled: &[(SubmissionId, &Settlement)],
) -> Result<i64, Error> {
    let n_points = settled
        .iter()
        .map(|(_, settlement)| settlement.points.len())
        .sum();
    if n_points == 0 {
        return Ok(0);
    }
    let first = tx.take_ids("point", n_points).await?;
    let rows = keyed(first, first_part, settled);
    bulk::insert(
        tx,
        "point",
        "id, submission_id, consultation_id, position, spans, section_id, section_confidence,
         cited_as, stance, is_current, needs_leadership, version, evidence",
        &rows,
        |new, row| {
            row.integer(new.key)
                .integer(new.submission)
                .integer(consultation.0)
                .integer(new.position)
                .text(new.spans.as_str())
                .integer(new.point.section.map(|section| section.0))
                .number(f64::from(new.point.section_confidence.value()))
                .text(new.point.cited_as.as_deref())
                .text(new.point.stance.map(Stance::code))
                .boolean(true)
                .boolean(false)
                .integer(0)
                .text(evidence_to_json(&new.point.evidence).as_str());
        },
    )
    .await?;
    let references: Vec<(i64, i64)> = rows
        .iter()
        .flat_map(|new| {
            new.point
                .other_sections
                .iter()
                .map(|section| (new.key, section.0))
        })
        .collect();
    bulk::insert(
        tx,
        "point_section",
        "point_id, section_id",
        &references,
        |(point, section), row| {
            row.integer(*point).integer(*section);
        },
    )
    .await?;
    Ok(first)
}

#[derive(FromRow)]
struct PointRow {
    id: i64,
    consultation_id: i64,
    submission_id: i64,
    position: i64,
    spans: String,
    report_text: Option<String>,
    section_id: Option<i64>,
    section_confidence: f64,
    cited_as: Option<String>,
    stance: Option<String>,
    joined_into: Option<i64>,
    group_id: Option<i64>,
    representative_id: Option<i64>,
    group_decision: Option<String>,
    group_state: Option<String>,
    out_of_scope: Option<String>,
    needs_leadership: bool,
    drafter: Option<String>,
    response_id: Option<i64>,
    decision: Option<String>,
    response_state: Option<String>,
    version: i64,
    evidence: String,
    disposition: String,
    round_id: Option<i64>,
    channel: String,
    arrived_on: String,
}

impl PointRow {
    fn state(&self) -> PointState {
        state_of(
            self.joined_into.is_some(),
            self.out_of_scope.is_some(),
            (self.group_decision.as_deref(), self.group_state.as_deref()),
            (self.decision.as_deref(), self.response_state.as_deref()),
        )
    }

    fn into_record(self, other_sections: Vec<SectionId>) -> Result<Point, Error> {
        const TABLE: &str = "point";
        let state = self.state();
        let (decision, response_state) = if state == PointState::AnsweredInGroup {
            (self.group_decision, self.group_state)
        } else {
            (self.decision, self.response_state)
        };
        let spans: Vec<(i64, usize, usize)> = from_json(&self.spans, TABLE, "spans")?;
        #[expect(
            clippy::as_conversions,
            clippy::cast_possible_truncation,
            reason = "a confidence was an f32 before it was stored"
        )]
        let confidence = Confidence::new(self.section_confidence as f32);
        Ok(Point {
            id: PointId(self.id),
            consultation: ConsultationId(self.consultation_id),
            submission: SubmissionId(self.submission_id),
            position: self.position,
            spans: spans
                .into_iter()
                .map(|(part, start, end)| (PartId(part), Span::new(start, end)))
                .collect(),
            report_text: self.report_text,
            section: self.section_id.map(SectionId),
            section_confidence: confidence,
            other_sections,
            cited_as: self.cited_as,
            stance: self
                .stance
                .map(|code| known(Stance::parse(&code), TABLE, "stance"))
                .transpose()?,
            state,
            joined_into: self.joined_into.map(PointId),
            group: self.group_id.map(GroupId),
            representative: self.representative_id.map(PointId),
            out_of_scope: self.out_of_scope,
            needs_leadership: self.needs_leadership,
            drafter: self.drafter,
            response: self.response_id.map(ResponseId),
            decision: decision
                .map(|code| known(Decision::parse(&code), TABLE, "decision"))
                .transpose()?,
            response_state: response_state
                .map(|code| known(ResponseState::parse(&code), TABLE, "response_state"))
                .transpose()?,
            version: self.version,
            evidence: evidence_from_json(&self.evidence, TABLE)?,
            disposition: known(Disposition::parse(&self.disposition), TABLE, "disposition")?,
            round: self.round_id.map(RoundId),
            channel: known(Channel::parse(&self.channel), TABLE, "channel")?,
            arrived_on: known(self.arrived_on.parse().ok(), "submission", "arrived_on")?,
        })
    }
}

/// The one state of a point, from what is stored of it and of the answers (decision, state) of its
/// confirmed group and of its own.
pub(super) fn state_of(
    is_joined: bool,
    is_out_of_scope: bool,
    of_group: (Option<&str>, Option<&str>),
    own: (Option<&str>, Option<&str>),
) -> PointState {
    let is_answer = |(decision, state): (Option<&str>, Option<&str>)| {
        decision.is_some() && state != Some("returned")
    };
    if is_joined {
        PointState::Joined
    } else if is_out_of_scope {
        PointState::OutOfScope
    } else if is_answer(of_group) {
        PointState::AnsweredInGroup
    } else if is_answer(own) {
        PointState::Answered
    } else {
        PointState::Open
    }
}

/// Which points to list; only current ones, whatever the state of their submission.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// All of a consultation, by submission and position.
    All(ConsultationId),
    /// Those of a range of submissions.
    OfSubmissions(SubmissionId, SubmissionId),
    /// A range of keys.
    Range(PointId, PointId),
    /// Those that a range of responses answers.
    OfResponses(ResponseId, ResponseId),
    /// These, by key.
    These(&'a [PointId]),
    /// Those of a section, the section's children not included.
    InSection(SectionId),
    /// So many of a confirmed group or of what was taken out of it, by key after one.
    OfGroup(GroupId, PointId, i64),
}

/// Adds the condition that names the points.
fn restrict<'a, DB: sqlx::Database>(query: &mut QueryBuilder<DB>, which: Which<'a>)
where
    i64: sqlx::Encode<'a, DB> + sqlx::Type<DB>,
{
    match which {
        Which::All(id) => {
            query.push("p.consultation_id = ").push_bind(id.0);
        }
        Which::OfSubmissions(first, last) => {
            query.push("p.submission_id BETWEEN ").push_bind(first.0);
            query.push(" AND ").push_bind(last.0);
        }
        Which::Range(first, last) => {
            query.push("p.id BETWEEN ").push_bind(first.0);
            query.push(" AND ").push_bind(last.0);
        }
        Which::OfResponses(first, last) => {
            query
                .push("p.id IN (SELECT point_id FROM response WHERE id BETWEEN ")
                .push_bind(first.0);
            query.push(" AND ").push_bind(last.0).push(")");
        }
        Which::These(ids) => {
            query.push("p.id IN (");
            let mut list = query.separated(", ");
            for id in ids {
                list.push_bind(id.0);
            }
            query.push(")");
        }
        Which::InSection(id) => {
            query.push("p.section_id = ").push_bind(id.0);
        }
        Which::OfGroup(group, after, limit) => {
            query.push("p.id IN (SELECT point_id FROM group_member WHERE group_id = ");
            query
                .push_bind(group.0)
                .push(" AND point_id > ")
                .push_bind(after.0);
            query.push(" UNION SELECT point_id FROM group_part WHERE group_id = ");
            query
                .push_bind(group.0)
                .push(" AND point_id > ")
                .push_bind(after.0);
            query
                .push(" ORDER BY point_id LIMIT ")
                .push_bind(limit)
                .push(")");
        }
    }
}

/// Lists points.
pub async fn list_points(tx: &mut Tx, which: Which<'_>) -> Result<Vec<Point>, Error> {
    const SELECT: &str = "SELECT p.*, s.disposition, s.round_id, s.channel, s.arrived_on,
        g.id AS group_id, g.representative_id, r.decision AS group_decision,
        r.response_state AS group_state
        FROM point p JOIN submission s ON s.id = p.submission_id
        LEFT JOIN group_member m ON m.point_id = p.id
        LEFT JOIN point_group g ON g.id = m.group_id AND g.is_confirmed
        LEFT JOIN point r ON r.id = g.representative_id WHERE p.is_current AND ";
    let rows: Vec<PointRow> = on_engine!(tx, |conn| {
        let mut query = QueryBuilder::new(SELECT);
        restrict(&mut query, which);
        query.push(" ORDER BY p.submission_id, p.position, p.id");
        query.build_query_as().fetch_all(conn).await?
    });
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let references: Vec<(i64, i64)> = on_engine!(tx, |conn| {
        let mut query = QueryBuilder::new("SELECT point_id, section_id FROM point_section WHERE ");
        among(&mut query, "point_id", rows.iter().map(|row| row.id));
        query.push(" ORDER BY point_id, section_id");
        query.build_query_as().fetch_all(conn).await?
    });
    let mut by_point = std::collections::BTreeMap::<i64, Vec<SectionId>>::new();
    for (point, section) in references {
        by_point.entry(point).or_default().push(SectionId(section));
    }
    rows.into_iter()
        .map(|row| {
            let other_sections = by_point.remove(&row.id).unwrap_or_default();
            row.into_record(other_sections)
        })
        .collect()
}

/// A person's change to a point; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// New primary section; it then is certain.
    pub section: Option<SectionId>,
    /// Out of scope, and why; an empty text brings it back in.
    pub out_of_scope: Option<String>,
    /// Xin ý kiến lãnh đạo.
    pub needs_leadership: Option<bool>,
    /// Who answers it; an empty name leaves it to whom its section is assigned.
    pub drafter: Option<String>,
    /// Wording for the report; an empty text returns to the verbatim words.
    pub report_text: Option<String>,
}

/// Changes a point that is still at `version`.
///
/// # Errors
/// [`Error::Stale`] when somebody else changed it since.
pub async fn update_point(
    tx: &mut Tx,
    id: PointId,
    version: i64,
    change: &Change,
) -> Result<(), Error> {
    let changed: Option<i64> = on_engine!(tx, |conn| {
        sqlx::query(
            "UPDATE point SET
                 section_id = COALESCE($3, section_id),
                 section_confidence = CASE WHEN $3 IS NULL THEN section_confidence ELSE 1.0 END,
                 out_of_scope = NULLIF(COALESCE($4, out_of_scope), ''),
                 needs_leadership = COALESCE($5, needs_leadership),
                 drafter = NULLIF(COALESCE($6, drafter), ''),
                 report_text = NULLIF(COALESCE($7, report_text), ''),
                 version = version + 1
             WHERE id = $1 AND version = $2",
        )
        .bind(id.0)
        .bind(version)
        .bind(change.section.map(|section| section.0))
        .bind(change.out_of_scope.as_deref().map(storable))
        .bind(change.needs_leadership)
        .bind(change.drafter.as_deref().map(storable))
        .bind(change.report_text.as_deref().map(storable))
        .execute(&mut *conn)
        .await?;
        sqlx::query_scalar("SELECT id FROM point WHERE id = $1 AND version = $2")
            .bind(id.0)
            .bind(version + 1)
            .fetch_optional(conn)
            .await?
    });
    if changed.is_none() {
        return Err(stale(id));
    }
    touch(tx, id).await
}

/// Notes that a person has worked on a point: what its submission says is never read anew.
pub(super) async fn touch(tx: &mut Tx, id: PointId) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query(
            "UPDATE submission SET is_touched = TRUE
             WHERE id = (SELECT submission_id FROM point WHERE id = $1)",
        )
        .bind(id.0)
        .execute(conn)
        .await?;
    });
    Ok(())
}

/// Somebody else changed the point since it was read.
pub(super) fn stale(id: PointId) -> Error {
    Error::Stale {
        table: "point",
        id: id.0,
    }
}
