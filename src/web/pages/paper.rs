//! Pages of PDFs and scans beside their words: pictures of our own making, with the words' places drawn
//! over them.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::app::values::Part;
use crate::domain::{Area, PageFrame, PageMap, PartId, PrintedLine, Span, SubmissionId};
use crate::web::access::Acting;
use crate::web::error::Error;
use crate::web::extract::{InConsultation, PageOfPart};
use crate::web::views::Marker;

/// Pages of one part that are shown; whoever wants more opens the original.
const MOST_PAGES: usize = 40;
/// Room around a line of print, in points.
const ROOM: f64 = 2.0;

/// A page with places on it. Lengths are in points, for an SVG over the picture.
pub(super) struct PageView {
    pub(super) number: usize,
    pub(super) address: String,
    /// What a screen reader says.
    pub(super) label: String,
    pub(super) width: String,
    pub(super) height: String,
    /// How the places are turned to lie on a picture that lies askew.
    pub(super) turn: String,
    pub(super) boxes: Vec<BoxView>,
}

/// A place on a page.
pub(super) struct BoxView {
    pub(super) x: String,
    pub(super) y: String,
    pub(super) width: String,
    pub(super) height: String,
}

impl BoxView {
    fn new(at: Area) -> Self {
        Self {
            x: points(at.left - ROOM),
            y: points(at.top - ROOM),
            width: points(at.width() + 2.0 * ROOM),
            height: points(at.height() + 2.0 * ROOM),
        }
    }
}

fn points(length: f64) -> String {
    format!("{length:.1}")
}

/// The pages of a part: those that hold any of these spans, or all of them, with the spans' places.
pub(super) fn pages(
    base: &str,
    part: &Part,
    map: &PageMap,
    spans: &[Span],
    is_all: bool,
) -> Vec<PageView> {
    // A line that holds two points is drawn once.
    let lines: BTreeMap<usize, &PrintedLine> = spans
        .iter()
        .flat_map(|span| map.lines_of(*span))
        .map(|line| (line.start, line))
        .collect();
    let held: BTreeSet<u32> = lines.values().map(|line| line.place.page).collect();
    let view = |(number, frame): (u32, &PageFrame)| PageView {
        number: usize::try_from(number).unwrap_or(usize::MAX),
        address: format!(
            "{base}/submissions/{}/pages/{}/{number}",
            part.submission, part.id
        ),
        label: format!("Ảnh trang {number} của {}", part.path),
        width: points(frame.width),
        height: points(frame.height),
        turn: format!(
            "rotate({:.2} {:.1} {:.1})",
            -frame.degrees_askew(),
            frame.width / 2.0,
            frame.height / 2.0
        ),
        boxes: lines
            .values()
            .filter(|line| line.place.page == number)
            .map(|line| BoxView::new(line.at))
            .collect(),
    };
    (1..)
        .zip(&map.pages)
        .filter(|(number, _)| is_all || held.contains(number))
        .take(MOST_PAGES)
        .map(view)
        .collect()
}

/// Marks for the words that the recognition was not sure of.
pub(super) fn doubtful(text: &str, map: &PageMap) -> Vec<Marker> {
    let mut markers = Vec::new();
    let ends = map.lines.iter().skip(1).map(|line| line.start);
    let ends = ends.chain([text.len()]);
    for (line, end) in map.lines.iter().zip(ends) {
        let mut from = line.start;
        for word in &line.doubtful {
            let found = text
                .get(from..end)
                .and_then(|rest| rest.find(word.as_str()));
            let Some(at) = found else {
                continue;
            };
            let start = from + at;
            from = start + word.len();
            markers.push(Marker {
                span: Span::new(start, from),
                class: "doubtful",
                ..Marker::default()
            });
        }
    }
    markers
}

pub(in crate::web) async fn get_page(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    PageOfPart { id, part, number }: PageOfPart,
) -> Result<Response, Error> {
    let picture = app
        .page_image(&consultation, SubmissionId(id), PartId(part), number)
        .await?;
    let headers = [
        (CONTENT_TYPE, "image/png".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("inline; filename=\"luot-{id}-trang-{number}.png\""),
        ),
    ];
    Ok((headers, picture).into_response())
}

#[cfg(test)]
mod tests {
    use super::doubtful;
    use crate::domain::{Area, PageLine, PageMap, PrintedLine, Span};

    #[test]
    fn doubtful_words_are_found_on_their_line() {
        let text = "Điều 5 khoan 2\nĐiều 6 khoan 3";
        let line = |start, doubtful: &[&str]| PrintedLine {
            start,
            place: PageLine { page: 1, line: 1 },
            at: Area::default(),
            confidence: Some(0.7),
            doubtful: doubtful.iter().map(|&word| word.to_owned()).collect(),
        };
        let second = text.find('\n').unwrap() + 1;
        let map = PageMap {
            pages: Vec::new(),
            lines: vec![line(0, &["2"]), line(second, &["khoan", "gone"])],
        };
        let spans: Vec<Span> = doubtful(text, &map).iter().map(|it| it.span).collect();
        let words: Vec<&str> = spans.iter().map(|span| span.slice(text).unwrap()).collect();
        assert_eq!(words, ["2", "khoan"]);
        assert!(spans[1].start > second);
    }
}
