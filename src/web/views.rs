//! The pieces pages are made of: plain texts and addresses, ready to print.

mod diff;
mod marked;

use askama::Template;
use askama::filters::HtmlSafe;
use axum::response::{IntoResponse, Response};

pub(super) use diff::Diff;
pub(super) use marked::{Link, Marked, Marker};

use super::access::{self, Person};
use super::address::{base, query};
use super::error::Error;
use super::{assets, words};
use crate::app::search::PointView;
use crate::domain::{Confidence, Consultation, Decision, Disposition, PointState, ResponseState};

/// A template as an answer.
pub(super) struct Html<T>(pub(super) T);

impl<T: Template> IntoResponse for Html<T> {
    fn into_response(self) -> Response {
        match self.0.render() {
            Ok(text) => axum::response::Html(text).into_response(),
            Err(error) => Error::internal(&error).into_response(),
        }
    }
}

/// The places of the main menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Overview,
    Points,
    Assignments,
    Groups,
    Submissions,
    Triage,
    Roster,
    Import,
    Record,
    Reports,
    Letters,
    Leader,
    Mine,
}

impl Place {
    const ALL: [Self; 13] = [
        Self::Overview,
        Self::Mine,
        Self::Leader,
        Self::Points,
        Self::Assignments,
        Self::Groups,
        Self::Submissions,
        Self::Triage,
        Self::Roster,
        Self::Import,
        Self::Record,
        Self::Reports,
        Self::Letters,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Overview => "Tổng quan",
            Self::Points => "Tra cứu",
            Self::Assignments => "Phân công",
            Self::Groups => "Ý kiến trùng",
            Self::Submissions => "Lượt góp ý",
            Self::Triage => "Chờ xử lý",
            Self::Roster => "Trả lời",
            Self::Import => "Nhập tệp",
            Self::Record => "Nhập tay",
            Self::Reports => "Báo cáo",
            Self::Letters => "Thư đi",
            Self::Leader => "Lãnh đạo",
            Self::Mine => "Việc của tôi",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Points => "points",
            Self::Assignments => "assignments",
            Self::Groups => "groups",
            Self::Submissions => "submissions",
            Self::Triage => "triage",
            Self::Roster => "roster",
            Self::Import => "import",
            Self::Record => "record",
            Self::Reports => "reports",
            Self::Letters => "letters",
            Self::Leader => "leader",
            Self::Mine => "mine",
        }
    }
}

/// What surrounds every page.
pub(super) struct Page {
    /// Of the window.
    pub(super) title: String,
    /// Title of the consultation; empty outside one.
    pub(super) dossier: String,
    /// Address all its pages begin with.
    pub(super) base: String,
    pub(super) menu: Vec<MenuItem>,
    pub(super) style: String,
    pub(super) script: String,
    pub(super) icon: String,
    /// Who is signed in; empty without accounts.
    pub(super) person: String,
    /// May change accounts.
    pub(super) is_administrator: bool,
    /// May read the audit trail.
    pub(super) may_audit: bool,
    /// There is no account: this machine's user does everything.
    pub(super) is_open: bool,
}

/// One entry of the main menu.
pub(super) struct MenuItem {
    pub(super) address: String,
    pub(super) text: &'static str,
    pub(super) is_current: bool,
}

impl Page {
    /// Outside a consultation.
    pub(super) fn bare(title: &str) -> Self {
        let asking = access::asking();
        Self {
            person: match &asking {
                Person::Known(caller) => caller.account.name.clone(),
                Person::Owner | Person::Stranger => String::new(),
            },
            may_audit: asking.may_open("/audit"),
            is_administrator: asking.may_open("/accounts"),
            is_open: matches!(asking, Person::Owner),
            title: title.to_owned(),
            dossier: String::new(),
            base: String::new(),
            menu: Vec::new(),
            style: assets::STYLE.address(),
            script: assets::SCRIPT.address(),
            icon: assets::ICON.address(),
        }
    }

    /// Inside one.
    pub(super) fn new(consultation: &Consultation, place: Place, title: &str) -> Self {
        let base = base(consultation);
        let asking = access::asking();
        let item = |other: Place| MenuItem {
            address: format!("{base}/{}", other.path()),
            text: other.name(),
            is_current: other == place,
        };
        Self {
            dossier: consultation.title.clone(),
            menu: (Place::ALL.into_iter())
                .filter(|place| asking.may_open(&format!("/c/{{code}}/{}", place.path())))
                .map(item)
                .collect(),
            base,
            ..Self::bare(title)
        }
    }
}

/// A word in a colored frame; the word alone says everything.
#[derive(Template)]
#[template(
    source = r#"<span class="badge {{ class }}">{{ text }}</span>"#,
    ext = "html"
)]
pub(super) struct Badge {
    pub(super) class: &'static str,
    pub(super) text: String,
}

impl HtmlSafe for Badge {}

impl Badge {
    pub(super) fn new(class: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { class, text }
    }

    pub(super) fn decision(decision: Decision) -> Self {
        Self::new(decision_class(decision), decision.name())
    }

    pub(super) fn disposition(disposition: Disposition) -> Self {
        let class = match disposition {
            Disposition::Counted => "good",
            Disposition::Unread => "wait",
            Disposition::Duplicate
            | Disposition::Superseded
            | Disposition::Withdrawn
            | Disposition::SetAside
            | Disposition::Undone
            | Disposition::Purged => "quiet",
        };
        Self::new(class, disposition.name())
    }

    pub(super) fn response(state: ResponseState) -> Self {
        let class = match state {
            ResponseState::Draft => "quiet",
            ResponseState::Submitted => "wait",
            ResponseState::Approved => "good",
            ResponseState::Returned => "bad",
        };
        Self::new(class, state.name())
    }

    /// That a machine read the words in a picture, and how sure it was on average.
    pub(super) fn recognized(confidence: Confidence) -> Self {
        let percent = (confidence.value() * 100.0).round();
        let class = if confidence.needs_person() {
            "bad"
        } else {
            "wait"
        };
        Self::new(class, format!("Chữ máy đọc từ bản quét {percent}%"))
    }

    /// Decision and state of a point, as a list shows them.
    pub(super) fn of_point(view: &PointView) -> Vec<Self> {
        let mut badges = Vec::new();
        match view.point.state {
            PointState::Answered | PointState::AnsweredInGroup => {
                badges.extend(view.point.decision.map(Self::decision));
                badges.extend(view.point.response_state.map(Self::response));
                if view.point.state == PointState::AnsweredInGroup {
                    badges.push(Self::new("quiet", "Theo nhóm"));
                }
            }
            PointState::Joined | PointState::OutOfScope => {
                badges.push(Self::new("quiet", view.point.state.name()));
            }
            PointState::Open => {
                badges.push(Self::new("open", view.point.state.name()));
                if view.point.response_state == Some(ResponseState::Returned) {
                    badges.push(Self::response(ResponseState::Returned));
                }
            }
        }
        if view.point.disposition != Disposition::Counted {
            badges.push(Self::disposition(view.point.disposition));
        }
        badges.extend(view.point.recognized().map(Self::recognized));
        if view.point.needs_leadership {
            badges.push(Self::new("bad", "Xin ý kiến lãnh đạo"));
        }
        badges
    }
}

/// The class that colors a decision in badges and bars.
pub(super) fn decision_class(decision: Decision) -> &'static str {
    match decision {
        Decision::Accept => "accept",
        Decision::AcceptInPart => "part",
        Decision::Keep => "keep",
        Decision::Clarify => "clarify",
        Decision::Note => "note",
        Decision::Refer => "refer",
    }
}

/// A choice among few.
#[derive(Template)]
#[template(path = "select.html", config = "src/web/askama.toml")]
pub(super) struct Select {
    pub(super) id: String,
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) choices: Vec<Choice>,
}

impl HtmlSafe for Select {}

/// One of them.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) text: String,
    pub(super) is_chosen: bool,
}

impl Select {
    /// A choice whose first entry stands for none.
    pub(super) fn new(
        name: &'static str,
        label: &'static str,
        none: &str,
        chosen: &str,
        choices: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let first = std::iter::once((String::new(), none.to_owned()));
        Self {
            id: format!("f-{name}"),
            name,
            label,
            choices: first
                .chain(choices)
                .map(|(value, text)| Choice {
                    is_chosen: value == chosen,
                    value,
                    text,
                })
                .collect(),
        }
    }

    /// The same under an id of its own, where a page has several.
    pub(super) fn numbered(mut self, n: impl std::fmt::Display) -> Self {
        self.id = format!("f-{}-{n}", self.name);
        self
    }
}

/// Codes and names as choices.
pub(super) fn choices<T: Copy>(
    all: &[T],
    code: fn(T) -> &'static str,
    name: fn(T) -> &'static str,
) -> Vec<(String, String)> {
    let choice = |it: &T| (code(*it).to_owned(), name(*it).to_owned());
    all.iter().map(choice).collect()
}

/// Where a list is, and the ways on.
#[derive(Template)]
#[template(path = "pager.html", config = "src/web/askama.toml")]
pub(super) struct Pager {
    text: String,
    before: Option<String>,
    after: Option<String>,
}

impl HtmlSafe for Pager {}

impl Pager {
    /// Of a list of `total` things shown `size` at a time, on the 1-based page `number`;
    /// `address` keeps what else is asked.
    pub(super) fn new(
        address: &str,
        kept: &[(&'static str, &str)],
        number: usize,
        size: usize,
        total: u64,
    ) -> Self {
        let page = |n: usize| {
            let n = n.to_string();
            let pairs = kept.iter().copied().chain([("page", n.as_str())]);
            format!("{address}{}", query(pairs))
        };
        let first = (number - 1) * size;
        let last = u64::try_from(first + size).unwrap_or(u64::MAX).min(total);
        Self {
            text: format!(
                "{}–{} trong {}",
                words::number(first + 1),
                words::number(last),
                words::number(total)
            ),
            before: (number > 1).then(|| page(number - 1)),
            after: (last < total).then(|| page(number + 1)),
        }
    }
}

/// One piece of a bar.
pub(super) struct Slice {
    pub(super) class: &'static str,
    pub(super) text: String,
    pub(super) count: String,
    pub(super) address: String,
    n: usize,
    /// In thousandths of the whole.
    pub(super) start: usize,
    pub(super) width: usize,
}

/// A bar of parts of a whole, with its legend; the numbers stand beside it as text.
#[derive(Template)]
#[template(path = "bar.html", config = "src/web/askama.toml")]
pub(super) struct Bar {
    label: &'static str,
    slices: Vec<Slice>,
}

impl HtmlSafe for Bar {}

impl Bar {
    pub(super) fn new(label: &'static str, mut slices: Vec<Slice>) -> Self {
        let whole: usize = slices.iter().map(|slice| slice.n).sum::<usize>().max(1);
        let mut before = 0;
        for slice in &mut slices {
            slice.start = before * 1000 / whole;
            before += slice.n;
            slice.width = before * 1000 / whole - slice.start;
        }
        Self { label, slices }
    }
}

impl Slice {
    pub(super) fn new(class: &'static str, text: &str, n: usize, address: String) -> Self {
        Self {
            class,
            text: text.to_owned(),
            count: words::number(n),
            address,
            n,
            start: 0,
            width: 0,
        }
    }
}
