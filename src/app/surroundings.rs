//! What a drafter wants to see beside a point: what others say about the section, what the same people
//! said before, whose it is, what colleagues noted.

use super::browse::PointInFull;
use super::recut::{Cut, find_cuts};
use super::search::{PointView, Request};
use super::values::Total;
use super::{App, Error, assigning};
use crate::domain::{Consultation, PointId, SectionId, Wording};
use crate::respond::opposing::{Opposition, find_opposition};
use crate::split::find_proposed_wording;
use crate::store::notes::{self, Note};
use crate::store::phrases::{self, Phrase};
use crate::store::{points, related};

/// Other points of the section that are shown beside one.
const N_IN_SECTION: usize = 9;
/// Other points of the same submission: a table row has one, a letter seldom more than thirty.
const N_OF_SUBMISSION: usize = 40;
/// Points of other rounds by the same people.
const N_EARLIER: i64 = 5;

/// What stands around a point.
#[derive(Debug, Clone)]
pub struct Around {
    /// Others about its section or what lies below, in the order they came.
    pub in_section: Vec<PointView>,
    /// How many there are, itself included, as the list of them counts; `None` without a section.
    pub n_in_section: Option<Total>,
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

/// Points of a section and what lies below, the same as the list that leads to them.
fn within(section: SectionId) -> Request {
    Request {
        section: Some(format!("id:{section}")),
        limit: N_IN_SECTION,
        ..Request::default()
    }
}

impl App {
    /// What stands around a point.
    pub async fn around(
        &self,
        consultation: &Consultation,
        full: &PointInFull,
    ) -> Result<Around, Error> {
        let point = &full.view.point;
        let in_section = match point.section {
            Some(section) => Some(self.search(consultation, &within(section)).await?),
            None => None,
        };
        let mut tx = self.store.read().await?;
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
            n_in_section: in_section.as_ref().map(|found| found.total),
            in_section: (in_section.into_iter().flat_map(|found| found.points))
                .filter(|view| view.point.id != point.id)
                .collect(),
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
