//! What stands around a point on its page: the section's other comments, earlier rounds, opposing
//! views, proposed words, notes, phrases and whose it is.

use crate::app::browse::PointInFull;
use crate::app::search::PointView;
use crate::app::surroundings::Around;
use crate::app::values::{Note, Phrase};
use crate::web::address::query;
use crate::web::pages::points::drafter_choices;
use crate::web::views::{Badge, Diff, Select};
use crate::web::words;

use super::{cut, diff};

/// How much of another comment is shown.
const N_CHARS: usize = 240;

/// What stands around a point.
pub(super) struct Surroundings {
    pub(super) in_section: Vec<OtherLine>,
    pub(super) n_in_section: String,
    pub(super) of_other_rounds: Vec<OtherLine>,
    /// What opposes what, and the rule that says so.
    pub(super) opposition: Option<(&'static str, &'static str)>,
    /// What the comment wants to change, and the page with these words in the form.
    pub(super) proposed: Option<(Diff, String)>,
    pub(super) of_submission: Vec<(i64, String)>,
    pub(super) cuts: Vec<(String, String)>,
    pub(super) notes: Vec<NoteLine>,
    pub(super) drafter: String,
    pub(super) drafters: Select,
    pub(super) phrases: Vec<PhraseLine>,
}

/// Another comment.
pub(super) struct OtherLine {
    pub(super) address: String,
    pub(super) organizations: String,
    pub(super) submission: String,
    pub(super) round: String,
    pub(super) stance: &'static str,
    pub(super) words: String,
    pub(super) badges: Vec<Badge>,
}

/// An internal note.
pub(super) struct NoteLine {
    pub(super) author: String,
    pub(super) moment: String,
    pub(super) text: String,
}

/// A phrase to begin with.
pub(super) struct PhraseLine {
    pub(super) text: String,
    pub(super) decision: &'static str,
    /// The page with it in the form.
    pub(super) taken: String,
}

impl Surroundings {
    pub(super) fn new(
        base: &str,
        full: &PointInFull,
        around: &Around,
        kept: &[(String, String)],
    ) -> Self {
        let point = &full.view.point;
        let own = |key: &str, value: String| {
            let pairs = kept
                .iter()
                .map(|(key, value)| (key.as_str(), value.as_str()));
            let pairs = pairs.chain([(key, value.as_str())]);
            format!("{base}/points/{}{}#answer", point.id, query(pairs))
        };
        let others = |views: &[PointView]| -> Vec<OtherLine> {
            views.iter().map(|view| other_line(base, view)).collect()
        };
        Self {
            in_section: others(&around.in_section),
            n_in_section: around.n_in_section.map(words::total).unwrap_or_default(),
            of_other_rounds: others(&around.of_other_rounds),
            opposition: around.opposition.map(|it| (it.text, it.rule)),
            proposed: diff(around.proposed.as_ref())
                .map(|diff| (diff, own("wording", "comment".to_owned()))),
            of_submission: around
                .of_submission
                .iter()
                .map(|view| (view.point.id.0, cut(&view.text, N_CHARS / 3)))
                .collect(),
            cuts: around
                .cuts
                .iter()
                .map(|it| (it.code(), cut(&it.words, N_CHARS / 2)))
                .collect(),
            notes: around.notes.iter().map(note_line).collect(),
            drafter: around.drafter.clone().unwrap_or_default(),
            drafters: Select::new(
                "drafter",
                "Người soạn",
                "Theo phân công của mục",
                point.drafter.as_deref().unwrap_or_default(),
                drafter_choices(&around.drafters),
            ),
            phrases: around
                .phrases
                .iter()
                .map(|phrase: &Phrase| PhraseLine {
                    text: phrase.text.clone(),
                    decision: phrase.decision.map_or("", |decision| decision.name()),
                    taken: own("phrase", phrase.id.to_string()),
                })
                .collect(),
        }
    }
}

fn other_line(base: &str, view: &PointView) -> OtherLine {
    let sender = view.submission.sender.as_deref();
    OtherLine {
        address: format!("{base}/points/{}", view.point.id),
        organizations: words::names(
            &view.organizations,
            sender.unwrap_or("Chưa rõ cơ quan, đơn vị"),
        ),
        submission: words::submission(&view.submission),
        round: view.round.map(|n| format!("Đợt {n}")).unwrap_or_default(),
        stance: view.point.stance.map_or("", |stance| stance.name()),
        words: cut(&view.text, N_CHARS),
        badges: Badge::of_point(view),
    }
}

fn note_line(note: &Note) -> NoteLine {
    NoteLine {
        author: note.author.clone(),
        moment: words::moment(note.written_us),
        text: note.text.clone(),
    }
}
