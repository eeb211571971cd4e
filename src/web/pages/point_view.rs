//! A point on a line of a list.

use super::point::cut;
use crate::app::search::{Names, PointView};
use crate::domain::{Confidence, SectionId};
use crate::web::address::query;
use crate::web::views::{Badge, Marked};
use crate::web::words;

/// How much of a long point a list shows.
const N_CHARS: usize = 480;
/// How much of a suggested section's heading.
const SUGGESTION_CHARS: usize = 120;

/// What a list shows of a point.
pub(in crate::web) struct PointLine {
    pub(in crate::web) id: i64,
    /// `number:version`, as forms about several points send it.
    pub(in crate::web) choice: String,
    pub(in crate::web) address: String,
    pub(in crate::web) section: String,
    pub(in crate::web) heading: String,
    pub(in crate::web) has_section: bool,
    pub(in crate::web) words: Marked,
    pub(in crate::web) organizations: String,
    pub(in crate::web) submission: String,
    pub(in crate::web) submission_address: String,
    pub(in crate::web) round: String,
    pub(in crate::web) stance: String,
    pub(in crate::web) badges: Vec<Badge>,
    /// Sections to choose from, in a list of points that have none.
    pub(in crate::web) suggestions: Vec<SuggestedSection>,
    /// Of the point, as forms about it send it.
    pub(in crate::web) version: i64,
}

/// A section that a point may be about.
pub(in crate::web) struct SuggestedSection {
    pub(in crate::web) value: String,
    pub(in crate::web) label: String,
    pub(in crate::web) heading: String,
    pub(in crate::web) percent: String,
}

/// Prepares the sections that the words of a point without a place resemble.
pub(in crate::web) fn suggested_sections(
    names: &Names,
    suggestions: &[(SectionId, Confidence)],
) -> Vec<SuggestedSection> {
    let suggested = |(id, confidence): &(SectionId, Confidence)| {
        let section = names.section(*id)?;
        Some(SuggestedSection {
            value: format!("id:{id}"),
            label: names.label(section),
            heading: cut(&section.heading, SUGGESTION_CHARS),
            percent: format!("{:.0}", confidence.value() * 100.0),
        })
    };
    suggestions.iter().filter_map(suggested).collect()
}

/// The heading of its section, unless that is its label already.
fn heading(view: &PointView) -> String {
    let heading = view.section_heading.as_deref().unwrap_or_default();
    match view.section.as_deref() {
        Some(label) if label == heading => String::new(),
        _ => heading.to_owned(),
    }
}

/// Prepares a point; `kept` and `at` lead back to its place in the search.
pub(in crate::web) fn point_line(
    base: &str,
    view: &PointView,
    kept: &[(&'static str, &str)],
    at: Option<usize>,
) -> PointLine {
    let at = at.map(|at| at.to_string()).unwrap_or_default();
    let pairs = kept.iter().copied().chain([("at", at.as_str())]);
    let sender = view
        .submission
        .sender
        .as_deref()
        .unwrap_or("Chưa rõ cơ quan, đơn vị");
    PointLine {
        id: view.point.id.0,
        choice: format!("{}:{}", view.point.id, view.point.version),
        address: format!("{base}/points/{}{}", view.point.id, query(pairs)),
        has_section: view.section.is_some(),
        section: view
            .section
            .clone()
            .unwrap_or_else(|| "Chưa xác định mục".to_owned()),
        heading: heading(view),
        words: Marked::excerpt(&view.text, &view.highlights, N_CHARS),
        organizations: words::names(&view.organizations, sender),
        submission: words::submission(&view.submission),
        submission_address: format!(
            "{base}/submissions/{}#p{}",
            view.submission.id, view.point.id
        ),
        round: view.round.map(|n| format!("Đợt {n}")).unwrap_or_default(),
        stance: view
            .point
            .stance
            .map(|s| s.name().to_owned())
            .unwrap_or_default(),
        badges: Badge::of_point(view),
        suggestions: Vec::new(),
        version: view.point.version,
    }
}
