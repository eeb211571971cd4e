//! What a drafter wants to see beside a point: what others say about the section, what the same people
//! said before, whose it is, what colleagues noted.

use super::browse::PointInFull;
use super::recut::{Cut, find_cuts};
use super::search::PointView;
use super::{App, Error, assigning};
use crate::domain::{Consultation, PointId, Wording};
use crate::respond::opposing::{Opposition, find_opposition};
use crate::split::find_proposed_wording;
use crate::store::notes::{self, Note};
use crate::store::phrases::{self, Phrase};
use crate::store::{points, related};

/// Other points of the section that are shown beside one.
const N_IN_SECTION: i64 = 9;
/// Other points of the same submission: a table row has one, a letter seldom more than thirty.
const N_OF_SUBMISSION: usize = 40;
/// Points of other rounds by the same people.
const N_EARLIER: i64 = 5;

/// What stands around a point.
#[derive(Debug, Clone)]
pub struct Around {
    /// Others about its section or what lies below, in the order they came.
    pub in_section: Vec<PointView>,
    /// How many there are, itself included.
    pub n_in_section: i64,
    /// What the same organizations said about the section in other rounds.
    pub of_other_rounds: Vec<PointView>,
    /// Why what is said about its section cannot all be followed.
    pub opposition: Option<Opposition>,
    /// The change of words it proposes.
    pub proposed: Option<Wording>,
    /// The other points of its submission, which it may be joined with.
    pub of_submission: Vec<PointView>,
    /// Where it may be taken apart.
    pub cuts: Vec<Cut>,
    /// Internal notes.
    pub notes: Vec<Note>,
    /// Who answers it.
    pub drafter: Option<String>,
    /// Everybody who answers something.
    pub drafters: Vec<String>,
    /// What answers are put together from.
    pub phrases: Vec<Phrase>,
}

impl App {
    /// What stands around a point.
    pub async fn around(
        &self,
        consultation: &Consultation,
        full: &PointInFull,
    ) -> Result<Around, Error> {
        let point = &full.view.point;
        let inside = point.section.map(|section| full.names.subtree(section));
        let inside = inside.unwrap_or_default();
        let mut tx = self.store.read().await?;
        let (mut near, n_in_section) =
            related::list_in_sections(&mut tx, consultation.id, &inside, N_IN_SECTION).await?;
        near.retain(|id| *id != point.id);
        let earlier =
            related::list_of_other_rounds(&mut tx, point.id, point.submission, N_EARLIER).await?;
        let opposition = match point.section {
            Some(section) => {
                let stances =
                    related::list_stances(&mut tx, consultation.id, Some(section)).await?;
                let stances: Vec<_> = stances.into_iter().map(|(_, stance)| stance).collect();
                find_opposition(&stances)
            }
            None => None,
        };
        let notes = notes::list_notes(&mut tx, point.id).await?;
        let of = points::Which::OfSubmissions(point.submission, point.submission);
        let siblings = points::list_points(&mut tx, of).await?;
        let siblings: Vec<PointId> = siblings
            .iter()
            .map(|it| it.id)
            .filter(|id| *id != point.id)
            .take(N_OF_SUBMISSION)
            .collect();
        let phrases = phrases::list_phrases(&mut tx, consultation.id).await?;
        let assigned = assigning::read_assignments(&mut tx, consultation, &full.names).await?;
        drop(tx);
        let drafter = assigned.drafter_of(point.drafter.as_deref(), point.section);
        Ok(Around {
            in_section: self.points(consultation, &full.names, &near).await?,
            n_in_section,
            of_other_rounds: self.points(consultation, &full.names, &earlier).await?,
            opposition,
            proposed: find_proposed_wording(&full.view.text),
            of_submission: self.points(consultation, &full.names, &siblings).await?,
            cuts: find_cuts(full),
            notes,
            drafter: drafter.map(str::to_owned),
            drafters: assigned.drafters,
            phrases,
        })
    }
}
