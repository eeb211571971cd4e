//! What one text says otherwise than another, word by word.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::app::values::{Stretch, StretchKind};

/// Words taken away and words added, in their places; legible without color.
#[derive(Template)]
#[template(
    source = r#"<span class="difference">{% for (tag, text) in pieces %}{% if *tag == "del" %}<del>{{ text }}</del>{% else if *tag == "ins" %}<ins>{{ text }}</ins>{% else %}{{ text }}{% endif %}{% endfor %}</span>"#,
    ext = "html"
)]
pub(in crate::web) struct Diff {
    pieces: Vec<(&'static str, String)>,
}

impl HtmlSafe for Diff {}

impl Diff {
    pub(in crate::web) fn new(stretches: &[Stretch]) -> Self {
        let piece = |stretch: &Stretch| {
            let tag = match stretch.kind {
                StretchKind::Same => "",
                StretchKind::Missing => "del",
                StretchKind::Added => "ins",
            };
            (tag, stretch.text.clone())
        };
        Self {
            pieces: stretches.iter().map(piece).collect(),
        }
    }
}
