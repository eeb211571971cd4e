//! Groups of points that say the same: proposals of the program, and what people made of them.

use std::collections::BTreeMap;

use sqlx::FromRow;

use super::engine::on_engine;
use super::{Error, Tx, bulk, from_json};
use crate::domain::{
    ConsultationId, GroupId, PartId, PointId, ResponseId, RoundId, SectionId, Span, SubmissionId,
};

/// A stored group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// Key.
    pub id: GroupId,
    /// The dossier.
    pub consultation: ConsultationId,
    /// Whose words stand for all.
    pub representative: PointId,
    /// The confirmed group that a proposal would add to.
    pub extends: Option<GroupId>,
    /// Whether a person confirmed it.
    pub is_confirmed: bool,
    /// How many points it has.
    pub n_members: i64,
    /// Grows with each human change: stale changes are refused.
    pub version: i64,
    /// When it was proposed, microseconds since 1970.
    pub created_us: i64,
}

/// One of a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member {
    /// The point.
    pub point: PointId,
    /// To the representative, from 0 to 1.
    pub similarity: f64,
}

/// A group to be proposed.
#[derive(Debug, Clone, PartialEq)]
pub struct NewGroup {
    /// Whose words stand for all.
    pub representative: PointId,
    /// The confirmed group it would add to.
    pub extends: Option<GroupId>,
    /// Its points, by key.
    pub members: Vec<Member>,
}

/// What comparing needs of a point.
#[derive(Debug, Clone)]
pub struct Comparable {
    /// The point.
    pub point: PointId,
    /// Its round.
    pub round: Option<RoundId>,
    /// Its section.
    pub section: Option<SectionId>,
    /// The confirmed group it represents.
    pub represents: Option<GroupId>,
    /// Where its words are.
    pub spans: Vec<(PartId, Span)>,
}

/// Groups of one kind, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// How many groups.
    pub groups: i64,
    /// How many points they have together.
    pub members: i64,
}

#[derive(FromRow)]
struct GroupRow {
    id: i64,
    consultation_id: i64,
    representative_id: i64,
    extends_id: Option<i64>,
    is_confirmed: bool,
    n_members: i64,
    version: i64,
    created_us: i64,
}

impl From<GroupRow> for Group {
    fn from(row: GroupRow) -> Self {
        Self {
            id: GroupId(row.id),
            consultation: ConsultationId(row.consultation_id),
            representative: PointId(row.representative_id),
            extends: row.extends_id.map(GroupId),
            is_confirmed: row.is_confirmed,
            n_members: row.n_members,
            version: row.version,
            created_us: row.created_us,
        }
    }
}

/// The last submission of a consultation, to go through them in ranges.
pub async fn last_submission(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<Option<(SubmissionId, SubmissionId)>, Error> {
    let (first, last): (Option<i64>, Option<i64>) = on_engine!(tx, |conn| {
        sqlx::query_as("SELECT MIN(id), MAX(id) FROM submission WHERE consultation_id = $1")
            .bind(consultation.0)
            .fetch_one(conn)
            .await?
    });
    Ok(first.map(SubmissionId).zip(last.map(SubmissionId)))
}

/// Lists what may be grouped in a range of submissions: points of counted ones that are neither
/// joined, out of scope nor in a confirmed group, and the representatives of confirmed groups.
pub async fn list_comparable(
    tx: &mut Tx,
    consultation: ConsultationId,
    first: SubmissionId,
    last: SubmissionId,
) -> Result<Vec<Comparable>, Error> {
    type Row = (i64, Option<i64>, Option<i64>, Option<i64>, String);
    let rows: Vec<Row> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT p.id, s.round_id, p.section_id, g.id, p.spans
             FROM point p JOIN submission s ON s.id = p.submission_id
             LEFT JOIN group_member m ON m.point_id = p.id
             LEFT JOIN point_group g ON g.id = m.group_id AND g.is_confirmed
             WHERE p.submission_id BETWEEN $2 AND $3 AND p.consultation_id = $1 AND p.is_current
               AND (g.representative_id = p.id
                    OR g.id IS NULL AND s.disposition = 'counted' AND p.joined_into IS NULL
                       AND p.out_of_scope IS NULL)
             ORDER BY p.id",
        )
        .bind(consultation.0)
        .bind(first.0)
        .bind(last.0)
        .fetch_all(conn)
        .await?
    });
    rows.into_iter()
        .map(|(point, round, section, group, spans)| {
            let spans: Vec<(i64, usize, usize)> = from_json(&spans, "point", "spans")?;
            Ok(Comparable {
                point: PointId(point),
                round: round.map(RoundId),
                section: section.map(SectionId),
                represents: group.map(GroupId),
                spans: spans
                    .into_iter()
                    .map(|(part, start, end)| (PartId(part), Span::new(start, end)))
                    .collect(),
            })
        })
        .collect()
}

/// Lists what people took apart in a consultation, by point.
pub async fn list_parts(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<BTreeMap<PointId, Vec<(GroupId, i64)>>, Error> {
    let rows: Vec<(i64, i64, i64)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT a.point_id, a.group_id, a.part FROM group_part a
             JOIN point p ON p.id = a.point_id WHERE p.consultation_id = $1
             ORDER BY a.point_id, a.group_id",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    });
    let mut parts: BTreeMap<PointId, Vec<(GroupId, i64)>> = BTreeMap::new();
    for (point, group, part) in rows {
        let of = parts.entry(PointId(point)).or_default();
        of.push((GroupId(group), part));
    }
    Ok(parts)
}

/// Counts proposals and confirmed groups.
pub async fn count(tx: &mut Tx, consultation: ConsultationId) -> Result<(Count, Count), Error> {
    let rows: Vec<(bool, i64, i64)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT is_confirmed, COUNT(*), CAST(SUM(n_members) AS BIGINT) FROM point_group
             WHERE consultation_id = $1 GROUP BY is_confirmed",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    });
    let of = |confirmed| {
        let row = rows
            .iter()
            .find(|(is_confirmed, ..)| *is_confirmed == confirmed);
        row.map_or(Count::default(), |(_, groups, members)| Count {
            groups: *groups,
            members: *members,
        })
    };
    Ok((of(false), of(true)))
}

/// Lists proposals or confirmed groups, the largest first.
pub async fn list_groups(
    tx: &mut Tx,
    consultation: ConsultationId,
    is_confirmed: bool,
    offset: i64,
    limit: i64,
) -> Result<Vec<Group>, Error> {
    let rows: Vec<GroupRow> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT * FROM point_group WHERE consultation_id = $1 AND is_confirmed = $2
             ORDER BY n_members DESC, id LIMIT $4 OFFSET $3",
        )
        .bind(consultation.0)
        .bind(is_confirmed)
        .bind(offset)
        .bind(limit)
        .fetch_all(conn)
        .await?
    });
    Ok(rows.into_iter().map(Group::from).collect())
}

/// Finds a group by its key.
pub async fn find_group(tx: &mut Tx, id: GroupId) -> Result<Option<Group>, Error> {
    let row: Option<GroupRow> = on_engine!(tx, |conn| {
        sqlx::query_as("SELECT * FROM point_group WHERE id = $1")
            .bind(id.0)
            .fetch_optional(conn)
            .await?
    });
    Ok(row.map(Group::from))
}

/// Finds the group of a point, proposed or confirmed.
pub async fn find_group_of(tx: &mut Tx, point: PointId) -> Result<Option<Group>, Error> {
    let row: Option<GroupRow> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT g.* FROM point_group g JOIN group_member m ON m.group_id = g.id
             WHERE m.point_id = $1",
        )
        .bind(point.0)
        .fetch_optional(conn)
        .await?
    });
    Ok(row.map(Group::from))
}

/// Lists the members of a group: the most similar first, at most `limit`.
pub async fn list_members(tx: &mut Tx, id: GroupId, limit: i64) -> Result<Vec<Member>, Error> {
    let rows: Vec<(i64, f64)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT m.point_id, m.similarity FROM group_member m
             JOIN point_group g ON g.id = m.group_id WHERE m.group_id = $1
             ORDER BY CASE WHEN m.point_id = g.representative_id THEN 0 ELSE 1 END,
                 m.similarity DESC, m.point_id LIMIT $2",
        )
        .bind(id.0)
        .bind(limit)
        .fetch_all(conn)
        .await?
    });
    Ok(rows
        .into_iter()
        .map(|(point, similarity)| Member {
            point: PointId(point),
            similarity,
        })
        .collect())
}

/// Lists the proposals of a consultation with all their members by key.
pub async fn list_proposals(
    tx: &mut Tx,
    consultation: ConsultationId,
) -> Result<Vec<(Group, Vec<Member>)>, Error> {
    let groups: Vec<GroupRow> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT * FROM point_group WHERE consultation_id = $1 AND NOT is_confirmed ORDER BY id",
        )
        .bind(consultation.0)
        .fetch_all(&mut *conn)
        .await?
    });
    let rows: Vec<(i64, i64, f64)> = on_engine!(tx, |conn| {
        sqlx::query_as(
            "SELECT m.group_id, m.point_id, m.similarity FROM group_member m
             JOIN point_group g ON g.id = m.group_id
             WHERE g.consultation_id = $1 AND NOT g.is_confirmed ORDER BY m.group_id, m.point_id",
        )
        .bind(consultation.0)
        .fetch_all(conn)
        .await?
    });
    let mut rows = rows.into_iter().peekable();
    Ok(groups
        .into_iter()
        .map(|group| {
            let mut members = Vec::new();
            while let Some((_, point, similarity)) = rows.next_if(|(of, ..)| *of == group.id) {
                members.push(Member {
                    point: PointId(point),
                    similarity,
                });
            }
            (Group::from(group), members)
        })
        .collect())
}

/// Lists the confirmed groups that a range of answers is for.
pub async fn list_answered(
    tx: &mut Tx,
    first: ResponseId,
    last: ResponseId,
) -> Result<Vec<GroupId>, Error> {
    let ids: Vec<i64> = on_engine!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT DISTINCT g.id FROM response r
             JOIN point_group g ON g.representative_id = r.point_id
             WHERE r.id BETWEEN $1 AND $2 AND g.is_confirmed ORDER BY g.id",
        )
        .bind(first.0)
        .bind(last.0)
        .fetch_all(conn)
        .await?
    });
    Ok(ids.into_iter().map(GroupId).collect())
}

/// Adds groups with their members; returns the keys of the first and last.
pub async fn insert_groups(
    tx: &mut Tx,
    consultation: ConsultationId,
    groups: &[NewGroup],
    is_confirmed: bool,
    now_us: i64,
) -> Result<(GroupId, GroupId), Error> {
    let first = tx.take_ids("point_group", groups.len()).await?;
    let keyed: Vec<(i64, &NewGroup)> = (first..).zip(groups).collect();
    bulk::insert(
        tx,
        "point_group",
        "id, consultation_id, representative_id, extends_id, is_confirmed, n_members, version,
         created_us",
        &keyed,
        |(id, group), row| {
            row.integer(*id)
                .integer(consultation.0)
                .integer(group.representative.0)
                .integer(group.extends.map(|extended| extended.0))
                .boolean(is_confirmed)
                .integer(i64::try_from(group.members.len()).unwrap_or(i64::MAX))
                .integer(0)
                .integer(now_us);
        },
    )
    .await?;
    let members: Vec<(i64, Member)> = keyed
        .iter()
        .flat_map(|(id, group)| group.members.iter().map(|member| (*id, *member)))
        .collect();
    bulk::insert(
        tx,
        "group_member",
        "point_id, group_id, similarity",
        &members,
        |(id, member), row| {
            row.integer(member.point.0)
                .integer(*id)
                .number(member.similarity);
        },
    )
    .await?;
    let n_groups = i64::try_from(groups.len()).unwrap_or(i64::MAX);
    Ok((GroupId(first), GroupId(first + n_groups - 1)))
}

/// Deletes a group; its points are in none.
pub async fn delete_group(tx: &mut Tx, id: GroupId) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("DELETE FROM group_member WHERE group_id = $1")
            .bind(id.0)
            .execute(&mut *conn)
            .await?;
        // Proposals to add to it mean nothing without it.
        sqlx::query(
            "DELETE FROM group_member WHERE group_id IN
                 (SELECT id FROM point_group WHERE extends_id = $1)",
        )
        .bind(id.0)
        .execute(&mut *conn)
        .await?;
        sqlx::query("DELETE FROM point_group WHERE id = $1 OR extends_id = $1")
            .bind(id.0)
            .execute(conn)
            .await?;
    });
    Ok(())
}

/// Marks a group that is still at `version` as changed by a person.
///
/// # Errors
/// [`Error::Stale`] when somebody else changed it since.
pub async fn touch_group(tx: &mut Tx, id: GroupId, version: i64) -> Result<(), Error> {
    let n_rows = on_engine!(tx, |conn| {
        sqlx::query("UPDATE point_group SET version = version + 1 WHERE id = $1 AND version = $2")
            .bind(id.0)
            .bind(version)
            .execute(conn)
            .await?
            .rows_affected()
    });
    if n_rows == 1 {
        return Ok(());
    }
    Err(Error::Stale {
        table: "point_group",
        id: id.0,
    })
}

/// Confirms a proposal: its points are answered together from now on, and what their submissions
/// say is never read anew.
pub async fn confirm_group(tx: &mut Tx, id: GroupId) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("UPDATE point_group SET is_confirmed = TRUE WHERE id = $1")
            .bind(id.0)
            .execute(&mut *conn)
            .await?;
        sqlx::query(
            "UPDATE submission SET is_touched = TRUE WHERE id IN
                 (SELECT p.submission_id FROM point p
                  JOIN group_member m ON m.point_id = p.id WHERE m.group_id = $1)",
        )
        .bind(id.0)
        .execute(conn)
        .await?;
    });
    Ok(())
}

/// Moves all members of one group into another, and deletes the one that is empty then.
pub async fn merge_groups(tx: &mut Tx, from: GroupId, into: GroupId) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("UPDATE group_member SET group_id = $2 WHERE group_id = $1")
            .bind(from.0)
            .bind(into.0)
            .execute(&mut *conn)
            .await?;
        sqlx::query("DELETE FROM point_group WHERE id = $1")
            .bind(from.0)
            .execute(conn)
            .await?;
    });
    count_members(tx, into).await
}

/// Takes points out of a group.
pub async fn remove_members(tx: &mut Tx, id: GroupId, points: &[PointId]) -> Result<(), Error> {
    for point in points {
        on_engine!(tx, |conn| {
            sqlx::query("DELETE FROM group_member WHERE point_id = $1 AND group_id = $2")
                .bind(point.0)
                .bind(id.0)
                .execute(conn)
                .await?;
        });
    }
    count_members(tx, id).await
}

async fn count_members(tx: &mut Tx, id: GroupId) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query(
            "UPDATE point_group SET n_members =
                 (SELECT COUNT(*) FROM group_member WHERE group_id = $1) WHERE id = $1",
        )
        .bind(id.0)
        .execute(conn)
        .await?;
    });
    Ok(())
}

/// Gives a group another representative, and its members their similarity to that one.
pub async fn represent_group(
    tx: &mut Tx,
    id: GroupId,
    representative: PointId,
    members: &[Member],
) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query("UPDATE point_group SET representative_id = $2 WHERE id = $1")
            .bind(id.0)
            .bind(representative.0)
            .execute(conn)
            .await?;
    });
    for member in members {
        on_engine!(tx, |conn| {
            sqlx::query(
                "UPDATE group_member SET similarity = $3 WHERE point_id = $2 AND group_id = $1",
            )
            .bind(id.0)
            .bind(member.point.0)
            .bind(member.similarity)
            .execute(conn)
            .await?;
        });
    }
    Ok(())
}

/// Remembers that everybody in a group stayed together, where nothing else is known: part 0.
pub async fn record_together(tx: &mut Tx, id: GroupId) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO group_part (group_id, point_id, part)
             SELECT group_id, point_id, 0 FROM group_member WHERE group_id = $1
             ON CONFLICT (group_id, point_id) DO NOTHING",
        )
        .bind(id.0)
        .execute(conn)
        .await?;
    });
    Ok(())
}

/// Remembers that a person took points out of a group, as one part of it.
pub async fn record_part(
    tx: &mut Tx,
    id: GroupId,
    points: &[PointId],
    part: i64,
) -> Result<(), Error> {
    for point in points {
        on_engine!(tx, |conn| {
            sqlx::query(
                "INSERT INTO group_part (group_id, point_id, part) VALUES ($1, $2, $3)
                 ON CONFLICT (group_id, point_id) DO UPDATE SET part = excluded.part",
            )
            .bind(id.0)
            .bind(point.0)
            .bind(part)
            .execute(conn)
            .await?;
        });
    }
    Ok(())
}

/// Remembers that a person found no two points of a group alike.
pub async fn record_all_apart(tx: &mut Tx, id: GroupId) -> Result<(), Error> {
    on_engine!(tx, |conn| {
        sqlx::query(
            "INSERT INTO group_part (group_id, point_id, part)
             SELECT group_id, point_id, point_id FROM group_member WHERE group_id = $1
             ON CONFLICT (group_id, point_id) DO UPDATE SET part = excluded.part",
        )
        .bind(id.0)
        .execute(conn)
        .await?;
    });
    Ok(())
}
