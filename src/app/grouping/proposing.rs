//! Proposing groups: reads everything once, compares, and writes only what is new or gone.

use std::collections::BTreeMap;

use super::spill::Spill;
use crate::app::disk;
use crate::app::{App, Error, Kind, run_blocking};
use crate::domain::{Consultation, ConsultationId, GroupId, PointId, SubmissionId};
use crate::group::{Comment, Gathering, Proposal};
use crate::store::groups::{self, Comparable, Member, NewGroup};
use crate::store::ledger::{self, Action};
use crate::store::submissions::{self, Part};

/// Submissions read at a time.
const SUBMISSIONS_PER_STEP: i64 = 5_000;
/// Members written in one transaction.
const MEMBERS_PER_TRANSACTION: usize = 5_000;
/// How often groups are worked out again because people changed some meanwhile.
const N_TRIES: usize = 3;

/// What proposing came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Proposed {
    /// Groups newly proposed.
    pub n_new: usize,
    /// Proposals that were there already.
    pub n_kept: usize,
    /// Proposals that no longer hold.
    pub n_dropped: usize,
    /// Points in all groups now proposed.
    pub n_points: usize,
}

/// People's parts by point.
type Parts = BTreeMap<PointId, Vec<(GroupId, i64)>>;

/// Members by representative and extended group.
type Wanted = BTreeMap<(PointId, Option<GroupId>), Vec<Member>>;

impl App {
    /// Finds points that say the same and proposes them as groups.
    ///
    /// Running it again changes nothing unless points or people's decisions changed: confirmed
    /// groups stay, what people took apart stays apart, proposals that no longer hold are dropped.
    pub async fn propose_groups(
        &self,
        consultation: &Consultation,
        actor: &str,
    ) -> Result<Proposed, Error> {
        for _ in 0..N_TRIES {
            let (proposals, seq) = self.find_groups(consultation.id).await?;
            if let Some(proposed) = self
                .write_proposals(consultation, proposals, seq, actor)
                .await?
            {
                return Ok(proposed);
            }
        }
        Err(Error::new(
            Kind::Conflict,
            "Các nhóm đang được người khác sửa; hãy đề xuất lại sau ít phút.",
        ))
    }

    /// The groups as they should be, and the last entry of the ledger they know of.
    async fn find_groups(&self, id: ConsultationId) -> Result<(Vec<Proposal>, i64), Error> {
        let mut tx = self.store.read().await?;
        let seq = ledger::last_seq(&mut tx).await?;
        let parts = std::sync::Arc::new(groups::list_parts(&mut tx, id).await?);
        let mut gathering = Gathering::new(Spill::new(self.folder()));
        let Some((first, last)) = groups::last_submission(&mut tx, id).await? else {
            return Ok((Vec::new(), seq));
        };
        let mut from = first.0;
        // One step is read from the database while the one before is worked on.
        let mut waiting: Option<(Vec<Comparable>, Vec<Part>)> = None;
        while from <= last.0 || waiting.is_some() {
            let to = last.0.min(from.saturating_add(SUBMISSIONS_PER_STEP - 1));
            let read = async {
                if from > last.0 {
                    return Ok::<_, Error>(None);
                }
                let range = (SubmissionId(from), SubmissionId(to));
                let comparable = groups::list_comparable(&mut tx, id, range.0, range.1).await?;
                let texts = submissions::list_parts(&mut tx, range.0, range.1).await?;
                Ok(Some((comparable, texts)))
            };
            let page = waiting.take();
            let parts = std::sync::Arc::clone(&parts);
            let work = run_blocking(move || {
                let added = match &page {
                    Some((comparable, texts)) => add(&mut gathering, comparable, texts, &parts),
                    None => Ok(()),
                };
                added.map(|()| gathering)
            });
            let (read, worked) = tokio::join!(read, work);
            gathering = worked?.map_err(shelf)?;
            waiting = read?;
            from = to.saturating_add(1);
        }
        drop(tx);
        let proposals = run_blocking(move || gathering.propose()).await?;
        Ok((proposals.map_err(shelf)?, seq))
    }

    /// Writes the difference to what is stored; `None` when people changed groups since `seq`.
    async fn write_proposals(
        &self,
        consultation: &Consultation,
        proposals: Vec<Proposal>,
        seq: i64,
        actor: &str,
    ) -> Result<Option<Proposed>, Error> {
        let mut proposed = Proposed::default();
        let mut wanted = Wanted::new();
        for proposal in proposals {
            proposed.n_points += proposal.members.len();
            let members = proposal.members.iter().map(|member| Member {
                point: member.point,
                similarity: member.similarity,
            });
            wanted.insert(
                (proposal.representative, proposal.extends),
                members.collect(),
            );
        }
        let mut tx = self.store.read().await?;
        let stored = groups::list_proposals(&mut tx, consultation.id).await?;
        drop(tx);
        let mut stale = Vec::new();
        for (group, members) in stored {
            let key = (group.representative, group.extends);
            if wanted.get(&key) == Some(&members) {
                wanted.remove(&key);
                proposed.n_kept += 1;
            } else {
                stale.push((group.id, members.len()));
            }
        }
        proposed.n_dropped = stale.len();
        proposed.n_new = wanted.len();
        let new: Vec<NewGroup> = wanted
            .into_iter()
            .map(|((representative, extends), members)| NewGroup {
                representative,
                extends,
                members,
            })
            .collect();
        let mut known = seq;
        // A point may move from a stale proposal to a new one: all stale ones go first.
        for some in chunks(&stale, |(_, n_members)| *n_members) {
            let ids: Vec<GroupId> = some.iter().map(|(id, _)| *id).collect();
            let written = self
                .write_step(consultation, &ids, &[], known, actor)
                .await?;
            let Some(seq) = written else { return Ok(None) };
            known = seq;
        }
        for some in chunks(&new, |group| group.members.len()) {
            let written = self
                .write_step(consultation, &[], some, known, actor)
                .await?;
            let Some(seq) = written else { return Ok(None) };
            known = seq;
        }
        if known != seq {
            self.let_index_follow().await;
        }
        Ok(Some(proposed))
    }

    /// One transaction; returns its `seq`, or `None` when somebody changed groups since `known`.
    async fn write_step(
        &self,
        consultation: &Consultation,
        stale: &[GroupId],
        new: &[NewGroup],
        known: i64,
        actor: &str,
    ) -> Result<Option<i64>, Error> {
        let mut tx = self.store.write().await?;
        let mut since = known;
        loop {
            let entries = ledger::list_after(&mut tx, since, 500).await?;
            let is_group =
                |action| matches!(action, Action::GroupsChanged | Action::GroupsProposed);
            if entries.iter().any(|entry| is_group(entry.action)) {
                return Ok(None);
            }
            let Some(last) = entries.last() else { break };
            since = last.seq;
        }
        let mut range = stale.first().copied().zip(stale.last().copied());
        for id in stale {
            groups::delete_group(&mut tx, *id).await?;
        }
        let now_us = self.clock.now_us();
        if !new.is_empty() {
            range =
                Some(groups::insert_groups(&mut tx, consultation.id, new, false, now_us).await?);
        }
        let Some((first, last)) = range else {
            return Ok(Some(known));
        };
        let action = Action::GroupsProposed;
        let seq = ledger::append(&mut tx, now_us, actor, action, first.0, last.0).await?;
        tx.commit().await?;
        Ok(Some(seq))
    }
}

fn shelf(error: std::io::Error) -> Error {
    let message = disk::refusal(&error).unwrap_or("Không ghi được tệp tạm để so sánh các ý kiến.");
    Error::caused(Kind::Unavailable, message, error)
}

/// Puts points with their words into the comparison.
fn add(
    gathering: &mut Gathering<Spill>,
    comparable: &[Comparable],
    texts: &[Part],
    parts: &Parts,
) -> std::io::Result<()> {
    let by_part: BTreeMap<_, &str> = texts.iter().map(|part| (part.id, &*part.text)).collect();
    let words: Vec<String> = comparable
        .iter()
        .map(|point| {
            let words = point.spans.iter();
            let words = words.filter_map(|(part, span)| span.slice(by_part.get(part)?));
            words.collect::<Vec<_>>().join("\n")
        })
        .collect();
    let comments: Vec<Comment<'_>> = comparable
        .iter()
        .zip(&words)
        .map(|(point, text)| Comment {
            point: point.point,
            round: point.round,
            section: point.section,
            represents: point.represents,
            apart: parts.get(&point.point).map_or(&[], Vec::as_slice),
            text,
        })
        .collect();
    gathering.add(&comments)
}

/// Cuts a list where a transaction has enough members; never empty pieces.
fn chunks<T>(list: &[T], n_members: impl Fn(&T) -> usize) -> Vec<&[T]> {
    let mut pieces = Vec::new();
    let mut rest = list;
    while !rest.is_empty() {
        let mut sum = 0;
        let fitting = rest.iter().take_while(|one| {
            let fits = sum == 0 || sum + n_members(one) <= MEMBERS_PER_TRANSACTION;
            sum += n_members(one).max(1);
            fits
        });
        let (piece, others) = rest.split_at(fitting.count().max(1));
        pieces.push(piece);
        rest = others;
    }
    pieces
}
