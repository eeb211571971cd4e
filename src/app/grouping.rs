//! Points that say the same: proposed by the program, confirmed or taken apart by people, answered
//! once.
//!
//! A confirmed group is answered through its representative: that point's current answer is the
//! answer of every member. Members are told apart from the representative by [`crate::text::difference`], word
//! by word. Whatever a person took apart is never proposed together again.

mod answered;
mod changing;
mod proposing;
mod showing;
mod spill;

pub use answered::Similar;
pub use changing::Parted;
pub use proposing::Proposed;
pub use showing::{GroupView, GroupsPage, MemberView};

use std::collections::BTreeMap;

use super::reindex::texts_of;
use super::{Error, Kind};
use crate::domain::{GroupId, PointId};
use crate::store::groups::{self, Group};
use crate::store::points::{self, Point};
use crate::store::{Tx, submissions};

/// Points whose words are read at a time.
const POINTS_PER_STEP: usize = 1_000;

/// Reads a group, or says that there is none.
async fn read_group(tx: &mut Tx, id: GroupId) -> Result<Group, Error> {
    groups::find_group(tx, id).await?.ok_or_else(|| {
        Error::new(
            Kind::NotFound,
            format!("Không có nhóm ý kiến trùng số {id}; nhóm có thể đã được giải tán."),
        )
    })
}

/// Reads points with their words, a step at a time.
async fn read_texts(tx: &mut Tx, ids: &[PointId]) -> Result<Vec<(Point, String)>, Error> {
    let mut found = Vec::new();
    for some in ids.chunks(POINTS_PER_STEP) {
        let points = points::list_points(tx, points::Which::These(some)).await?;
        let mut parts = Vec::new();
        let mut of: Vec<_> = points.iter().map(|point| point.submission).collect();
        of.dedup();
        for submission in of {
            parts.extend(submissions::list_parts(tx, submission, submission).await?);
        }
        let mut texts: BTreeMap<PointId, String> = texts_of(points.iter(), &parts);
        found.extend(points.into_iter().map(|point| {
            let text = texts.remove(&point.id).unwrap_or_default();
            (point, text)
        }));
    }
    Ok(found)
}

/// What a person should know about a group that is only proposed.
fn not_confirmed(id: GroupId) -> Error {
    Error::new(
        Kind::Invalid,
        format!("Nhóm số {id} mới được đề xuất; hãy xác nhận nhóm trước khi trả lời chung."),
    )
}
