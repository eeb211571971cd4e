//! Earlier answers to points like one that is open: suggestions, nothing is taken over unasked.

use crate::app::search::{Names, PointView};
use crate::app::{App, Error, Kind, run_blocking};
use crate::domain::{Consultation, PointId, PointState};
use crate::group::Closeness;
use crate::index::{self, Filters, Sort};
use crate::text::fold::syllables;

/// An answered point like another one.
#[derive(Debug, Clone)]
pub struct Similar {
    /// It, with its answer.
    pub view: PointView,
    /// How close its words are, from 0 to 1.
    pub closeness: f64,
}

/// Phrases of a point that answered ones are searched by.
const N_PHRASES: usize = 8;
/// Syllables of one of them.
const PHRASE_SYLLABLES: usize = 3;
/// Answered points that are looked at more closely.
const N_CANDIDATES: usize = 60;
/// Points less close than this talk about something else, however official their words: about a
/// half of the words and a tenth of the pairs of words are the same.
const MIN_CLOSENESS: f64 = 0.3;

impl App {
    /// Finds answered points of any round that say nearly what a point says, the closest first.
    ///
    /// The index finds those that have one of a few phrases in common; how close they are is worked
    /// out on all words. Other members of the point's own confirmed group are left out.
    pub async fn similar_answered(
        &self,
        consultation: &Consultation,
        id: PointId,
        limit: usize,
    ) -> Result<Vec<Similar>, Error> {
        let names = self.names(consultation).await?;
        let view = self.points(consultation, &names, &[id]).await?.pop();
        let Some(view) = view else {
            return Err(Error::new(
                Kind::NotFound,
                format!("Hồ sơ này không có ý kiến số {id}."),
            ));
        };
        self.similar_to(consultation, &names, &view, limit).await
    }

    /// The same for a point that was read already.
    pub(in crate::app) async fn similar_to(
        &self,
        consultation: &Consultation,
        names: &Names,
        view: &PointView,
        limit: usize,
    ) -> Result<Vec<Similar>, Error> {
        let text = phrases(&view.text);
        if text.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        let query = index::Query {
            text,
            filters: Filters {
                consultation: Some(consultation.id),
                states: Some(vec![PointState::Answered, PointState::AnsweredInGroup]),
                ..Filters::default()
            },
            sort: Sort::Score,
            limit: N_CANDIDATES,
            ..index::Query::default()
        };
        let index = self.index.clone();
        let hits = run_blocking(move || index.search(&query)).await??;
        let ids: Vec<PointId> = hits
            .hits
            .iter()
            .map(|hit| hit.id)
            .filter(|found| *found != view.point.id)
            .collect();
        let own = Closeness::of(&view.text);
        let found = self.points(consultation, names, &ids).await?;
        let mut similar: Vec<Similar> = found
            .into_iter()
            .filter(|other| other.response.is_some())
            .filter(|other| other.point.group.is_none() || other.point.group != view.point.group)
            .map(|other| Similar {
                closeness: own.to(&Closeness::of(&other.text)),
                view: other,
            })
            .filter(|similar| similar.closeness >= MIN_CLOSENESS)
            .collect();
        similar.sort_by(|a, b| {
            let by_closeness = b.closeness.total_cmp(&a.closeness);
            by_closeness.then(b.view.point.id.cmp(&a.view.point.id))
        });
        // The same words are one suggestion, however many points they answer.
        let mut seen: Vec<String> = Vec::new();
        similar.retain(|one| {
            let answer = one
                .view
                .response
                .as_ref()
                .map(|response| &response.content.text);
            let is_new = answer.is_some_and(|answer| !seen.contains(answer));
            seen.extend(answer.filter(|_| is_new).cloned());
            is_new
        });
        similar.truncate(limit);
        Ok(similar)
    }
}

/// Phrases spread over a text, any of which a similar one may have; a short text is one phrase.
fn phrases(text: &str) -> String {
    let words: Vec<&str> = syllables(text).map(|(_, word)| word).collect();
    let windows: Vec<&[&str]> = match words.len() {
        0 => return String::new(),
        n if n < PHRASE_SYLLABLES => vec![&words],
        _ => words.windows(PHRASE_SYLLABLES).collect(),
    };
    let step = windows.len().div_ceil(N_PHRASES).max(1);
    // From the end: official openings are the same everywhere.
    let phrases: Vec<String> = windows
        .iter()
        .rev()
        .step_by(step)
        .map(|words| format!("\"{}\"", words.join(" ")))
        .collect();
    phrases.join(" OR ")
}
