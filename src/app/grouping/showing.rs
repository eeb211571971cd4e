//! Groups as pages and commands show them.

use super::read_group;
use crate::app::search::{Names, PointView};
use crate::app::{App, Error, Kind};
use crate::domain::{Consultation, GroupId, PointId};
use crate::store::groups::{self, Count, Group};
use crate::store::responses::{self, Response};
use crate::text::difference::{Stretch, difference};

/// A group with its members.
#[derive(Debug, Clone)]
pub struct GroupView {
    /// It.
    pub group: Group,
    /// Whose words stand for all.
    pub representative: PointView,
    /// Members, the representative first where it is one, then the most similar ones.
    pub members: Vec<MemberView>,
    /// Members not shown.
    pub n_more: usize,
}

/// A member of a group.
#[derive(Debug, Clone)]
pub struct MemberView {
    /// The point.
    pub view: PointView,
    /// To the representative, from 0 to 1.
    pub similarity: f64,
    /// Whether it is the representative.
    pub is_representative: bool,
    /// What it says otherwise than the representative.
    pub difference: Vec<Stretch>,
}

/// A page of groups.
#[derive(Debug, Clone)]
pub struct GroupsPage {
    /// The largest first.
    pub groups: Vec<GroupView>,
    /// All that are proposed.
    pub proposed: Count,
    /// All that are confirmed.
    pub confirmed: Count,
}

impl App {
    /// Lists proposals or confirmed groups, the largest first, each with its first members.
    pub async fn groups(
        &self,
        consultation: &Consultation,
        is_confirmed: bool,
        offset: usize,
        limit: usize,
        n_members: usize,
    ) -> Result<GroupsPage, Error> {
        let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let mut tx = self.store.read().await?;
        let id = consultation.id;
        let (proposed, confirmed) = groups::count(&mut tx, id).await?;
        let (offset, limit) = (number(offset), number(limit));
        let found = groups::list_groups(&mut tx, id, is_confirmed, offset, limit).await?;
        let names = self.names_in(&mut tx, consultation).await?;
        drop(tx);
        let mut views = Vec::new();
        for group in found {
            views.extend(self.view(consultation, &names, group, n_members).await?);
        }
        Ok(GroupsPage {
            groups: views,
            proposed,
            confirmed,
        })
    }

    /// Reads a group of a consultation with so many of its members.
    pub async fn group(
        &self,
        consultation: &Consultation,
        id: GroupId,
        n_members: usize,
    ) -> Result<GroupView, Error> {
        let mut tx = self.store.read().await?;
        let group = read_group(&mut tx, id).await?;
        let names = self.names_in(&mut tx, consultation).await?;
        drop(tx);
        let view = self.view(consultation, &names, group, n_members).await?;
        view.ok_or_else(|| {
            Error::new(
                Kind::NotFound,
                format!("Hồ sơ này không có nhóm ý kiến trùng số {id}."),
            )
        })
    }

    /// Every version of a group's answer, oldest first.
    pub async fn group_answers(&self, group: &Group) -> Result<Vec<Response>, Error> {
        let mut tx = self.store.read().await?;
        Ok(responses::list_versions(&mut tx, group.representative).await?)
    }

    /// Finds the group of a point, proposed or confirmed.
    pub async fn group_of(&self, point: PointId) -> Result<Option<Group>, Error> {
        let mut tx = self.store.read().await?;
        Ok(groups::find_group_of(&mut tx, point).await?)
    }

    /// `None` for a group of another consultation.
    async fn view(
        &self,
        consultation: &Consultation,
        names: &Names,
        group: Group,
        n_members: usize,
    ) -> Result<Option<GroupView>, Error> {
        let mut tx = self.store.read().await?;
        let limit = i64::try_from(n_members).unwrap_or(i64::MAX);
        let members = groups::list_members(&mut tx, group.id, limit).await?;
        drop(tx);
        let own = [group.representative];
        let representative = self.points(consultation, names, &own).await?.pop();
        let Some(representative) = representative else {
            return Ok(None);
        };
        let ids: Vec<PointId> = members.iter().map(|member| member.point).collect();
        let views = self.points(consultation, names, &ids).await?;
        let members: Vec<MemberView> = views
            .into_iter()
            .map(|view| {
                let member = members.iter().find(|member| member.point == view.point.id);
                MemberView {
                    similarity: member.map_or(0.0, |member| member.similarity),
                    is_representative: view.point.id == group.representative,
                    difference: difference(&representative.text, &view.text),
                    view,
                }
            })
            .collect();
        let n_all = usize::try_from(group.n_members).unwrap_or(0);
        Ok(Some(GroupView {
            n_more: n_all.saturating_sub(members.len()),
            group,
            representative,
            members,
        }))
    }
}
