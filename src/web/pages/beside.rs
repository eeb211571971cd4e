//! What stands beside a point: its group, and earlier answers to points like it.

use crate::app::browse::PointInFull;
use crate::web::views::Badge;
use crate::web::words;

/// The group and the suggestions of a point.
pub(super) struct Beside {
    pub(super) group: Option<OwnGroup>,
    pub(super) similar: Vec<SimilarLine>,
}

/// The group a point is in.
pub(super) struct OwnGroup {
    pub(super) id: i64,
    pub(super) address: String,
    pub(super) n_members: String,
    pub(super) is_confirmed: bool,
    /// Whether the point is answered with its group only, not on its own page.
    pub(super) answers_for_it: bool,
    /// The group's answer, when there is one.
    pub(super) answer: String,
}

/// An earlier answer that may do here too.
pub(super) struct SimilarLine {
    pub(super) id: i64,
    pub(super) address: String,
    /// The point's own page with the answer in its form.
    pub(super) taken: String,
    pub(super) closeness: String,
    pub(super) organizations: String,
    pub(super) round: String,
    pub(super) words: String,
    pub(super) answer: String,
    pub(super) badges: Vec<Badge>,
}

impl Beside {
    /// Whether the point is answered on the page of its group.
    pub(super) fn answers_for_it(&self) -> bool {
        self.group
            .as_ref()
            .is_some_and(|group| group.answers_for_it)
    }
}

pub(super) fn beside(base: &str, full: &PointInFull) -> Beside {
    let point = &full.view.point;
    let group = full.group.map(|group| OwnGroup {
        id: group.id.0,
        address: format!("{base}/groups/{}", group.id),
        n_members: words::number(group.n_members),
        is_confirmed: group.is_confirmed,
        answers_for_it: group.is_confirmed && group.representative != point.id,
        answer: match &full.view.response {
            Some(response) if point.group.is_some() => response.content.text.clone(),
            _ => String::new(),
        },
    });
    let similar = full.similar.iter().map(|one| {
        let view = &one.view;
        let sender = view.submission.sender.as_deref();
        SimilarLine {
            id: view.point.id.0,
            address: format!("{base}/points/{}", view.point.id),
            taken: format!("{base}/points/{}?like={}#answer", point.id, view.point.id),
            closeness: format!("{:.0}%", (one.closeness * 100.0).floor()),
            organizations: words::names(
                &view.organizations,
                sender.unwrap_or("Chưa rõ cơ quan, đơn vị"),
            ),
            round: view.round.map(|n| format!("Đợt {n}")).unwrap_or_default(),
            words: view.text.clone(),
            answer: view
                .response
                .as_ref()
                .map(|response| response.content.text.clone())
                .unwrap_or_default(),
            badges: Badge::of_point(view),
        }
    });
    Beside {
        similar: similar.collect(),
        group,
    }
}
