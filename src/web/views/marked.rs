//! A text with marked words.

use std::collections::BTreeSet;

use askama::Template;
use askama::filters::HtmlSafe;

use crate::domain::Span;

/// A text cut where marks begin and end.
#[derive(Template, Default)]
#[template(path = "marked.html", config = "src/web/askama.toml")]
pub(in crate::web) struct Marked {
    pieces: Vec<Piece>,
}

impl HtmlSafe for Marked {}

/// Words under the same marks; without a class they are not marked.
struct Piece {
    text: String,
    class: String,
    anchor: String,
    after: Option<Link>,
}

/// A small link behind a mark.
#[derive(Clone)]
pub(in crate::web) struct Link {
    pub(in crate::web) address: String,
    pub(in crate::web) text: String,
    /// What a screen reader says.
    pub(in crate::web) label: String,
}

/// Words to mark, and how.
#[derive(Clone, Default)]
pub(in crate::web) struct Marker {
    pub(in crate::web) span: Span,
    pub(in crate::web) class: &'static str,
    /// Id of the first marked piece, for links to it.
    pub(in crate::web) anchor: String,
    pub(in crate::web) after: Option<Link>,
}

impl Marked {
    /// Marks spans, which may overlap; those that do not fit the text are left out.
    pub(in crate::web) fn new(text: &str, markers: &[Marker]) -> Self {
        let fits = |marker: &&Marker| !marker.span.is_empty() && marker.span.slice(text).is_some();
        let mut markers: Vec<&Marker> = markers.iter().filter(fits).collect();
        markers.sort_by_key(|marker| (marker.span.start, marker.span.end));
        let mut cuts: BTreeSet<usize> = BTreeSet::from([0, text.len()]);
        cuts.extend(markers.iter().flat_map(|m| [m.span.start, m.span.end]));
        let cuts: Vec<usize> = cuts.into_iter().collect();
        let mut waiting = markers.into_iter().peekable();
        let mut active: Vec<&Marker> = Vec::new();
        let mut pieces = Vec::new();
        for (start, end) in cuts.iter().zip(cuts.iter().skip(1)) {
            active.retain(|marker| marker.span.end > *start);
            let mut anchor = String::new();
            while let Some(marker) = waiting.next_if(|marker| marker.span.start == *start) {
                if anchor.is_empty() {
                    anchor.clone_from(&marker.anchor);
                }
                active.push(marker);
            }
            let classes: BTreeSet<&str> = active.iter().map(|marker| marker.class).collect();
            let classes: Vec<&str> = classes.into_iter().collect();
            let ending = active
                .iter()
                .find(|marker| marker.span.end == *end && marker.after.is_some());
            pieces.push(Piece {
                text: text.get(*start..*end).unwrap_or("").to_owned(),
                class: classes.join(" "),
                anchor,
                after: ending.and_then(|marker| marker.after.clone()),
            });
        }
        Self { pieces }
    }

    /// Marks what a search found.
    pub(in crate::web) fn highlights(text: &str, highlights: &[Span]) -> Self {
        let marker = |span: &Span| Marker {
            span: *span,
            class: "hit",
            ..Marker::default()
        };
        Self::new(text, &highlights.iter().map(marker).collect::<Vec<_>>())
    }

    /// About `n_chars` of the text, around the first highlight.
    pub(in crate::web) fn excerpt(text: &str, highlights: &[Span], n_chars: usize) -> Self {
        let Some((window, is_start, is_end)) = window(text, highlights.first().copied(), n_chars)
        else {
            return Self::highlights(text, highlights);
        };
        let inside: Vec<Span> = highlights
            .iter()
            .filter(|span| window.contains(**span))
            .map(|span| Span::new(span.start - window.start, span.end - window.start))
            .collect();
        let mut marked = Self::highlights(window.slice(text).unwrap_or(""), &inside);
        let dots = || Piece {
            text: "…".to_owned(),
            class: String::new(),
            anchor: String::new(),
            after: None,
        };
        if !is_start {
            marked.pieces.insert(0, dots());
        }
        if !is_end {
            marked.pieces.push(dots());
        }
        marked
    }
}

/// The part of a long text to show, whether it starts at the start and ends at the end; `None`
/// when all of it is to be shown.
fn window(text: &str, first: Option<Span>, n_chars: usize) -> Option<(Span, bool, bool)> {
    let mut boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    boundaries.push(text.len());
    if boundaries.len() <= n_chars + n_chars / 5 {
        return None;
    }
    let hit = first.map_or(0, |span| boundaries.partition_point(|at| *at < span.start));
    let from = if hit < n_chars * 3 / 4 {
        0
    } else {
        hit - n_chars / 4
    };
    let to = (from + n_chars).min(boundaries.len() - 1);
    let byte = |index: usize| boundaries.get(index).copied().unwrap_or(text.len());
    let (mut start, mut end) = (byte(from), byte(to));
    // Words are not cut in two.
    if from > 0 {
        let space = text
            .get(start..end)
            .and_then(|inside| inside.find(char::is_whitespace));
        start += space.unwrap_or(0);
    }
    if end < text.len() {
        let space = text
            .get(start..end)
            .and_then(|inside| inside.rfind(char::is_whitespace));
        end = space.map_or(end, |at| start + at);
    }
    Some((Span::new(start, end), start == 0, end == text.len()))
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::{Marked, Marker};
    use crate::domain::Span;

    fn marker(start: usize, end: usize, class: &'static str) -> Marker {
        Marker {
            span: Span::new(start, end),
            class,
            ..Marker::default()
        }
    }

    #[test]
    fn overlapping_marks_cut_the_text_and_lose_nothing() {
        let marked = Marked::new("abcdef", &[marker(1, 4, "point"), marker(2, 6, "why")]);
        assert_eq!(
            marked.render().unwrap(),
            r#"a<mark class="point">b</mark><mark class="point why">cd</mark><mark class="why">ef</mark>"#
        );
    }

    #[test]
    fn markup_in_the_text_is_text() {
        let marked = Marked::new("<b>&", &[marker(0, 3, "hit"), marker(7, 9, "hit")]);
        assert_eq!(
            marked.render().unwrap(),
            r#"<mark class="hit">&#60;b&#62;</mark>&#38;"#
        );
    }

    #[test]
    fn an_excerpt_shows_the_first_hit() {
        let text = format!("{} thị trường {}", "đầu ".repeat(200), "cuối ".repeat(200));
        let at = text.find("thị").unwrap();
        let hit = Span::new(at, at + "thị trường".len());
        let shown = Marked::excerpt(&text, &[hit], 100).render().unwrap();
        assert!(
            shown.contains(r#"<mark class="hit">thị trường</mark>"#),
            "{shown}"
        );
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert!(shown.chars().count() < 200);
    }
}
