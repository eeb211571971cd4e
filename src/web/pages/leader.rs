//! Lãnh đạo: one page of truth. How many were asked and replied, what became of what they said, how
//! far the work is, and first of all what needs a decision.

use askama::Template;
use axum::extract::State;

use super::assignments::{ProgressLine, ProgressTable, by_drafter};
use super::filters::page_number;
use super::overview::decisions;
use crate::app::App;
use crate::app::leading::Waiting;
use crate::app::progress::Progress;
use crate::app::search::{Names, PointView};
use crate::app::values::Approver;
use crate::domain::ResponseState;
use crate::web::access::Person;
use crate::web::address::query;
use crate::web::error::Error;
use crate::web::extract::{InConsultation, Query, value};
use crate::web::views::{Badge, Bar, Html, Page, Pager, Place};
use crate::web::words;

/// Answers on a page.
const PAGE_SIZE: usize = 25;
/// How much of a comment is shown.
const N_CHARS: usize = 600;

#[derive(Template)]
#[template(path = "leader.html", config = "src/web/askama.toml")]
pub(in crate::web) struct LeaderPage {
    page: Page,
    title: String,
    moment: String,
    asked: String,
    replied: String,
    silent: String,
    /// Nhận = trả lời + trả lời theo nhóm + gộp + ngoài phạm vi + còn lại.
    received: String,
    answered: String,
    in_group: String,
    joined: String,
    out_of_scope: String,
    open: String,
    is_reconciled: bool,
    approved: String,
    decisions: Bar,
    n_escalated: String,
    n_submitted: String,
    /// The steps of the chain with what waits at each; empty where there is but one.
    steps: Vec<StepTab>,
    waiting: Vec<WaitingLine>,
    pager: Option<Pager>,
    sections: ProgressTable,
    drafters: ProgressTable,
    opposing: Vec<OpposingLine>,
    /// The last frozen version.
    last_version: Option<u32>,
}

/// A step of the chain.
struct StepTab {
    name: String,
    address: String,
    n: String,
    is_shown: bool,
    is_own: bool,
}

/// An answer that waits for the leader, or a question to the leader.
struct WaitingLine {
    id: i64,
    /// `number:version`, as the form sends it.
    value: String,
    address: String,
    section: String,
    heading: String,
    organizations: String,
    words: String,
    answer: String,
    change_place: String,
    author: String,
    /// The step it waits for, where the chain has several.
    awaited: String,
    badges: Vec<Badge>,
    can_decide: bool,
}

/// A section with views that oppose each other.
struct OpposingLine {
    address: String,
    section: String,
    text: &'static str,
    rule: &'static str,
}

pub(in crate::web) async fn get_leader(
    State(app): State<App>,
    person: Person,
    InConsultation(consultation): InConsultation,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Html<LeaderPage>, Error> {
    let number = page_number(&pairs);
    let first = (number - 1) * PAGE_SIZE;
    let status = app.status(&consultation).await?;
    let step = shown_step(&app, &person, &pairs);
    let waiting = app
        .waiting_for_leader(&consultation, step, first, PAGE_SIZE)
        .await?;
    let progress = app.progress(&consultation).await?;
    let names = app.names(&consultation).await?;
    let opposing = app.opposing_sections(&consultation).await?;
    let versions = app.report_versions(&consultation).await?;
    let page = Page::new(&consultation, Place::Leader, "Lãnh đạo");
    let total = &status.reconciliation.total;
    let points = total.points;
    let approved = total.by_response_state.get(&ResponseState::Approved);
    let base = page.base.clone();
    let address = format!("{base}/leader");
    let asked = Some(("step", value(&pairs, "step"))).filter(|(_, step)| !step.is_empty());
    let n_waiting = u64::try_from(waiting.n_total).unwrap_or(0);
    Ok(Html(LeaderPage {
        title: consultation.title.clone(),
        moment: words::moment(app.clock.now_us()),
        asked: words::number(total.asked),
        replied: words::number(total.replied),
        silent: words::number(total.silent),
        received: words::number(points.received),
        answered: words::number(points.answered),
        in_group: words::number(points.answered_in_group),
        joined: words::number(points.joined),
        out_of_scope: words::number(points.out_of_scope),
        open: words::number(points.open),
        is_reconciled: status.reconciliation.holds(),
        approved: words::number(approved.copied().unwrap_or(0)),
        decisions: decisions(total, &base),
        n_escalated: words::number(waiting.n_escalated),
        n_submitted: words::number(waiting.n_total.saturating_sub(waiting.n_escalated)),
        pager: (waiting.n_total > PAGE_SIZE)
            .then(|| Pager::new(&address, asked.as_slice(), number, PAGE_SIZE, n_waiting)),
        steps: step_tabs(&app, &person, &address, step, &waiting),
        waiting: waiting_lines(&app, &base, &waiting),
        sections: by_section(&base, &names, &progress),
        drafters: by_drafter(&base, &progress),
        opposing: opposing
            .into_iter()
            .filter_map(|(section, opposition)| {
                let id = format!("id:{section}");
                Some(OpposingLine {
                    address: format!("{base}/points{}", query([("section", id.as_str())])),
                    section: names.label(names.section(section)?),
                    text: opposition.text,
                    rule: opposition.rule,
                })
            })
            .collect(),
        last_version: versions.iter().map(|version| version.ordinal).max(),
        page,
    }))
}

/// The step that is asked for, or else the person's own; `None` for all.
fn shown_step(app: &App, person: &Person, pairs: &[(String, String)]) -> Option<usize> {
    let steps = app.approval_steps();
    if steps.len() < 2 {
        return None;
    }
    match value(pairs, "step") {
        "" => own_step(app, person),
        number => {
            let number: usize = number.parse().ok()?;
            number.checked_sub(1).filter(|at| *at < steps.len())
        }
    }
}

fn own_step(app: &App, person: &Person) -> Option<usize> {
    let Approver::Holds(Some(held)) = person.approver() else {
        return None;
    };
    app.approval_steps().iter().position(|step| *step == held)
}

fn step_tabs(
    app: &App,
    person: &Person,
    address: &str,
    shown: Option<usize>,
    waiting: &Waiting,
) -> Vec<StepTab> {
    let steps = app.approval_steps();
    if steps.len() < 2 {
        return Vec::new();
    }
    let own = own_step(app, person);
    let of_step = steps.iter().zip(&waiting.by_step).enumerate();
    let mut tabs: Vec<StepTab> = of_step
        .map(|(at, (name, n))| StepTab {
            name: name.clone(),
            address: format!("{address}?step={}#waiting", at + 1),
            n: words::number(*n),
            is_shown: shown == Some(at),
            is_own: own == Some(at),
        })
        .collect();
    tabs.push(StepTab {
        name: "Mọi bước".to_owned(),
        address: format!("{address}?step=all#waiting"),
        n: words::number(waiting.by_step.iter().sum::<usize>()),
        is_shown: shown.is_none(),
        is_own: false,
    });
    tabs
}

fn waiting_lines(app: &App, base: &str, waiting: &Waiting) -> Vec<WaitingLine> {
    let line = |view: &PointView| {
        let sender = view.submission.sender.as_deref();
        let content = view.response.as_ref().map(|response| &response.content);
        WaitingLine {
            id: view.point.id.0,
            value: format!("{}:{}", view.point.id, view.point.version),
            address: format!("{base}/points/{}", view.point.id),
            section: view
                .section
                .clone()
                .unwrap_or_else(|| "Chưa xác định mục".to_owned()),
            heading: view.section_heading.clone().unwrap_or_default(),
            organizations: words::names(
                &view.organizations,
                sender.unwrap_or("Chưa rõ cơ quan, đơn vị"),
            ),
            words: view.text.chars().take(N_CHARS).collect(),
            answer: content.map(|it| it.text.clone()).unwrap_or_default(),
            change_place: content
                .and_then(|it| it.change_place.clone())
                .unwrap_or_default(),
            author: content.map(|it| it.author.clone()).unwrap_or_default(),
            awaited: view
                .response
                .as_ref()
                .and_then(|response| app.awaited_step(response))
                .unwrap_or_default()
                .to_owned(),
            badges: Badge::of_point(view),
            can_decide: content.is_some_and(|it| it.state == ResponseState::Submitted),
        }
    };
    waiting.points.iter().map(line).collect()
}

/// Documents and their parts, and what has no section yet.
fn by_section(base: &str, names: &Names, progress: &Progress) -> ProgressTable {
    let shown = names.sections.iter().filter(|section| section.level <= 1);
    let mut lines: Vec<ProgressLine> = shown
        .filter_map(|section| {
            let share = progress.in_section(section.id);
            let id = format!("id:{}", section.id);
            let address = format!("{base}/points{}", query([("section", id.as_str())]));
            let name = if section.level == 0 {
                names.label(section)
            } else {
                format!("{} {}", names.label(section), section.heading)
            };
            (share.received > 0).then(|| ProgressLine::new(name, address, &share))
        })
        .collect();
    let without = progress.without_section();
    if without.received > 0 {
        let address = format!("{base}/points?section=none");
        lines.push(ProgressLine::new(
            "Chưa xác định mục".to_owned(),
            address,
            &without,
        ));
    }
    ProgressTable {
        what: "Mục", lines
    }
}
