//! Lượt góp ý: everything received, by arrival.

use askama::Template;

use super::coded;
use super::filters::page_number;
use crate::app::browse::SubmissionsPage as Found;
use crate::app::search::Names;
use crate::app::values::Submission;
use crate::domain::Disposition;
use crate::web::access::Acting;
use crate::web::error::Error;
use crate::web::extract::{InConsultation, Query};
use crate::web::views::{Badge, Html, Page, Pager, Place};
use crate::web::words;

const PAGE_SIZE: usize = 50;

#[derive(Template)]
#[template(path = "submissions.html", config = "src/web/askama.toml")]
pub(in crate::web) struct SubmissionsPage {
    page: Page,
    states: Vec<StateLink>,
    lines: Vec<SubmissionLine>,
    pager: Option<Pager>,
}

struct StateLink {
    address: String,
    text: &'static str,
    count: String,
    is_current: bool,
}

/// What a list shows of a submission.
pub(super) struct SubmissionLine {
    pub(super) address: String,
    pub(super) arrived: String,
    pub(super) organizations: String,
    pub(super) letter: String,
    pub(super) subject: String,
    pub(super) channel: &'static str,
    pub(super) round: String,
    pub(super) class: String,
    pub(super) badges: Vec<Badge>,
    pub(super) remark: String,
}

pub(in crate::web) async fn list_submissions(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Html<SubmissionsPage>, Error> {
    let asked = pairs.iter().find(|(key, _)| key == "state");
    let state = asked.map_or("", |(_, value)| value.as_str());
    let disposition = coded("state", state, Disposition::parse)?;
    let number = page_number(&pairs);
    let offset = (number - 1) * PAGE_SIZE;
    let found = app
        .submissions(&consultation, disposition, offset, PAGE_SIZE)
        .await?;
    let page = Page::new(&consultation, Place::Submissions, "Lượt góp ý");
    Ok(Html(view(page, &found, disposition, number)))
}

fn view(
    page: Page,
    found: &Found,
    disposition: Option<Disposition>,
    number: usize,
) -> SubmissionsPage {
    let base = &page.base;
    let all: i64 = found.by_state.iter().map(|(_, n)| n).sum();
    let link = |state: Option<Disposition>, n: i64| StateLink {
        address: match state {
            Some(state) => format!("{base}/submissions?state={}", state.code()),
            None => format!("{base}/submissions"),
        },
        text: state.map_or("Tất cả", Disposition::name),
        count: words::number(n),
        is_current: state == disposition,
    };
    let mut states = vec![link(None, all)];
    states.extend(
        found
            .by_state
            .iter()
            .map(|(state, n)| link(Some(*state), *n)),
    );
    let counted = found
        .by_state
        .iter()
        .find(|(state, _)| Some(*state) == disposition);
    let total = disposition.map_or(all, |_| counted.map_or(0, |(_, n)| *n));
    let code = disposition.map_or("", Disposition::code);
    let total = u64::try_from(total).unwrap_or(0);
    let address = format!("{base}/submissions");
    SubmissionsPage {
        states,
        lines: found
            .submissions
            .iter()
            .map(|s| submission_line(base, s, &found.names))
            .collect(),
        pager: (total > 0)
            .then(|| Pager::new(&address, &[("state", code)], number, PAGE_SIZE, total)),
        page,
    }
}

pub(super) fn submission_line(
    base: &str,
    submission: &Submission,
    names: &Names,
) -> SubmissionLine {
    let round = submission.round.and_then(|id| names.round_number(id));
    let mut badges = vec![Badge::disposition(submission.disposition)];
    if submission.needs_person && submission.disposition != Disposition::Unread {
        badges.push(Badge::new("wait", "Cần xem"));
    }
    if submission.is_late {
        badges.push(Badge::new("bad", "Sau hạn"));
    }
    let day = submission.letter_date;
    SubmissionLine {
        address: format!("{base}/submissions/{}", submission.id),
        arrived: words::date(submission.arrived_on),
        organizations: organizations(submission, names),
        letter: words::letter(submission.letter_number.as_ref(), day),
        subject: submission
            .subject
            .clone()
            .unwrap_or_else(|| words::source(submission)),
        channel: submission.channel.name(),
        round: round.map(|n| n.to_string()).unwrap_or_default(),
        class: submission
            .class
            .map(|class| class.name().to_owned())
            .unwrap_or_default(),
        badges,
        remark: submission.remark.clone().unwrap_or_default(),
    }
}

/// Who speaks in a submission, as far as it is known.
pub(super) fn organizations(submission: &Submission, names: &Names) -> String {
    let known = submission
        .organizations
        .iter()
        .filter_map(|id| names.organization(*id));
    let known: Vec<&str> = known.collect();
    let unknown = match &submission.sender {
        Some(sender) => format!("Chưa rõ ({sender})"),
        None => "Chưa rõ cơ quan, đơn vị".to_owned(),
    };
    words::names(&known, &unknown)
}
