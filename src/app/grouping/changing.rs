//! What people make of groups: each change is one transaction, with its entries in the ledger.

use super::{not_confirmed, read_group, read_texts};
use crate::app::responding::{Act, Answered, read_point};
use crate::app::{App, Error, Kind};
use crate::domain::{GroupId, PointId, ResponseId, ResponseState};
use crate::group::shingles::Shingles;
use crate::respond::{self, Draft, Step};
use crate::store::groups::{self, Group, Member, NewGroup};
use crate::store::ledger::{self, Action};
use crate::store::responses::{self, NewResponse, Response};
use crate::store::{self, Tx};

/// What became of a group that was taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parted {
    /// The group of what was taken out, when that is more than one point.
    pub new_group: Option<GroupId>,
    /// Whether nothing is left to be a group.
    pub is_gone: bool,
}

impl App {
    /// Confirms a proposal: its points are answered together from now on. Returns the group they
    /// are in, which is another one where the proposal was to add to it.
    ///
    /// The answer that the representative has becomes everybody's; if it was approved, it waits for
    /// approval again, since the leader approved it for fewer.
    pub async fn confirm_group(
        &self,
        id: GroupId,
        seen_version: Option<i64>,
        actor: &str,
    ) -> Result<GroupId, Error> {
        let mut tx = self.store.write().await?;
        let group = self.claim(&mut tx, id, seen_version).await?;
        if group.is_confirmed {
            return Err(Error::new(
                Kind::Conflict,
                format!("Nhóm số {id} đã được xác nhận từ trước."),
            ));
        }
        let into = group.extends.unwrap_or(id);
        groups::confirm_group(&mut tx, id).await?;
        if into != id {
            groups::merge_groups(&mut tx, id, into).await?;
        }
        let whole = read_group(&mut tx, into).await?;
        let saved = self.submit_again(&mut tx, &whole, actor).await?;
        self.conclude(tx, actor, saved, &[into]).await?;
        Ok(into)
    }

    /// Takes points out of a group; several become a group of their own. They are never proposed
    /// together with the others again.
    ///
    /// Where the representative is among them, the most similar of the others follows it, and the
    /// group keeps its answer.
    pub async fn split_group(
        &self,
        id: GroupId,
        seen_version: Option<i64>,
        points: &[PointId],
        actor: &str,
    ) -> Result<Parted, Error> {
        let mut tx = self.store.write().await?;
        let group = self.claim(&mut tx, id, seen_version).await?;
        let members = groups::list_members(&mut tx, id, i64::MAX).await?;
        let (out, rest): (Vec<Member>, Vec<Member>) = members
            .into_iter()
            .partition(|member| points.contains(&member.point));
        let stranger = points
            .iter()
            .find(|point| out.iter().all(|member| member.point != **point));
        if let Some(point) = stranger {
            return Err(Error::new(
                Kind::Invalid,
                format!("Ý kiến số {point} không thuộc nhóm số {id}."),
            ));
        }
        let Some(first) = out.first() else {
            return Err(Error::new(
                Kind::Invalid,
                "Chưa chọn ý kiến nào để đưa ra khỏi nhóm.",
            ));
        };
        let Some(heir) = rest.first() else {
            return Err(Error::new(
                Kind::Invalid,
                "Không thể đưa hết ý kiến ra khỏi nhóm; hãy giải tán nhóm.",
            ));
        };
        let mut saved = None;
        if out
            .iter()
            .any(|member| member.point == group.representative)
        {
            saved = self.represent(&mut tx, &group, heir.point, actor).await?;
        }
        let out: Vec<PointId> = out.iter().map(|member| member.point).collect();
        groups::record_together(&mut tx, id).await?;
        for of in std::iter::once(id).chain(group.extends) {
            groups::record_part(&mut tx, of, &out, first.point.0).await?;
        }
        groups::remove_members(&mut tx, id, &out).await?;
        let mut changed = vec![id];
        let mut parted = Parted {
            new_group: None,
            is_gone: rest.len() == 1 && group.extends.is_none(),
        };
        if out.len() > 1 {
            let representative = first.point;
            let new = NewGroup {
                representative,
                extends: None,
                members: compare(&mut tx, representative, &out).await?,
            };
            let now_us = self.clock.now_us();
            let consultation = group.consultation;
            let is_confirmed = group.is_confirmed;
            let new = [new];
            let (new, _) =
                groups::insert_groups(&mut tx, consultation, &new, is_confirmed, now_us).await?;
            parted.new_group = Some(new);
            changed.push(new);
        }
        if parted.is_gone {
            groups::delete_group(&mut tx, id).await?;
        }
        self.conclude(tx, actor, saved, &changed).await?;
        Ok(parted)
    }

    /// Dissolves a group, or rejects a proposal: no two of its points are proposed together again.
    ///
    /// The representative keeps the answer; the others are open again.
    pub async fn dissolve_group(
        &self,
        id: GroupId,
        seen_version: Option<i64>,
        actor: &str,
    ) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        let group = self.claim(&mut tx, id, seen_version).await?;
        match group.extends {
            // They do not belong to that group; what they are to each other nobody has said.
            Some(extended) => {
                let members = groups::list_members(&mut tx, id, i64::MAX).await?;
                for member in members {
                    let point = member.point;
                    groups::record_part(&mut tx, extended, &[point], point.0).await?;
                }
            }
            None => groups::record_all_apart(&mut tx, id).await?,
        }
        groups::delete_group(&mut tx, id).await?;
        self.conclude(tx, actor, None, &[id]).await
    }

    /// Lets another member stand for its group; the group keeps its answer.
    pub async fn represent_group(
        &self,
        id: GroupId,
        seen_version: Option<i64>,
        point: PointId,
        actor: &str,
    ) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        let group = self.claim(&mut tx, id, seen_version).await?;
        if !group.is_confirmed {
            return Err(Error::new(
                Kind::Invalid,
                format!("Hãy xác nhận nhóm số {id} trước khi đổi ý kiến đại diện."),
            ));
        }
        let of = groups::find_group_of(&mut tx, point).await?;
        if of.is_none_or(|of| of.id != id) {
            return Err(Error::new(
                Kind::Invalid,
                format!("Ý kiến số {point} không thuộc nhóm số {id}."),
            ));
        }
        let saved = self.represent(&mut tx, &group, point, actor).await?;
        self.conclude(tx, actor, saved, &[id]).await
    }

    /// Answers a confirmed group once, for all its members; `act.point` is not looked at.
    pub async fn answer_group(&self, id: GroupId, act: Act) -> Result<Answered, Error> {
        let mut tx = self.store.read().await?;
        let group = read_group(&mut tx, id).await?;
        drop(tx);
        if !group.is_confirmed {
            return Err(not_confirmed(id));
        }
        self.answer(&Act {
            point: group.representative,
            ..act
        })
        .await
    }

    /// Reads a group that is to be changed, and marks it as changed.
    async fn claim(
        &self,
        tx: &mut Tx,
        id: GroupId,
        seen_version: Option<i64>,
    ) -> Result<Group, Error> {
        let group = read_group(tx, id).await?;
        groups::touch_group(tx, id, seen_version.unwrap_or(group.version)).await?;
        Ok(group)
    }

    /// Makes a member the representative; returns the copy of the group's answer that it got.
    async fn represent(
        &self,
        tx: &mut Tx,
        group: &Group,
        point: PointId,
        actor: &str,
    ) -> Result<Option<ResponseId>, Error> {
        if point == group.representative {
            return Ok(None);
        }
        let members = groups::list_members(tx, group.id, i64::MAX).await?;
        let ids: Vec<PointId> = members.iter().map(|member| member.point).collect();
        let members = compare(tx, point, &ids).await?;
        groups::represent_group(tx, group.id, point, &members).await?;
        if !group.is_confirmed {
            return Ok(None);
        }
        let Some(answer) = responses::list_versions(tx, group.representative)
            .await?
            .pop()
        else {
            return Ok(None);
        };
        let content = NewResponse {
            author: actor.to_owned(),
            remark: Some(format!(
                "Chuyển từ ý kiến số {}, đại diện trước của nhóm số {}.",
                group.representative, group.id
            )),
            ..answer.content
        };
        Ok(Some(self.save(tx, point, &content).await?))
    }

    /// An answer approved for fewer points waits for approval again.
    async fn submit_again(
        &self,
        tx: &mut Tx,
        group: &Group,
        actor: &str,
    ) -> Result<Option<ResponseId>, Error> {
        let point = group.representative;
        let current: Option<Response> = responses::list_versions(tx, point).await?.pop();
        let Some(Response { content, .. }) = current else {
            return Ok(None);
        };
        if content.state != ResponseState::Approved {
            return Ok(None);
        }
        let draft = Draft {
            decision: content.decision,
            text: content.text.clone(),
            change_place: content.change_place.clone(),
            wording: content.wording.clone(),
        };
        let next = respond::advance(Some(content.standing()), &draft, Step::Submit, None, 1);
        let content = NewResponse {
            // What could not be submitted today goes back to its drafter.
            state: next.map_or(ResponseState::Draft, |next| next.state),
            n_approvals: 0,
            approval_step: None,
            author: actor.to_owned(),
            remark: Some(format!(
                "Câu trả lời nay dùng chung cho nhóm {} ý kiến nên cần duyệt lại.",
                group.n_members
            )),
            ..content
        };
        Ok(Some(self.save(tx, point, &content).await?))
    }

    async fn save(
        &self,
        tx: &mut Tx,
        point: PointId,
        content: &NewResponse,
    ) -> Result<ResponseId, Error> {
        let version = read_point(tx, point).await?.version;
        let now_us = self.clock.now_us();
        Ok(responses::insert_response(tx, point, version, content, now_us).await?)
    }

    /// Writes the ledger's entries, commits, and lets the index follow.
    async fn conclude(
        &self,
        mut tx: Tx,
        actor: &str,
        saved: Option<ResponseId>,
        changed: &[GroupId],
    ) -> Result<(), Error> {
        let now_us = self.clock.now_us();
        if let Some(id) = saved {
            let action = Action::ResponsesSaved;
            ledger::append(&mut tx, now_us, actor, action, id.0, id.0).await?;
        }
        for id in changed {
            let action = Action::GroupsChanged;
            ledger::append(&mut tx, now_us, actor, action, id.0, id.0).await?;
        }
        tx.commit().await?;
        self.let_index_follow().await;
        Ok(())
    }
}

/// How similar points are to one of them.
async fn compare(
    tx: &mut Tx,
    representative: PointId,
    points: &[PointId],
) -> Result<Vec<Member>, Error> {
    let own = read_texts(tx, &[representative]).await?;
    let own = own.first().map(|(_, text)| Shingles::of(text));
    let Some(own) = own else {
        return Err(store::Error::Corrupt {
            table: "point_group",
            column: "representative_id",
        }
        .into());
    };
    let others = read_texts(tx, points).await?;
    let mut members: Vec<Member> = others
        .into_iter()
        .map(|(point, text)| Member {
            point: point.id,
            similarity: if point.id == representative {
                1.0
            } else {
                own.similarity(&Shingles::of(&text))
            },
        })
        .collect();
    members.sort_unstable_by_key(|member| member.point);
    Ok(members)
}
