//! Phân công: who answers which sections, and how far everybody is.

use askama::Template;
use askama::filters::HtmlSafe;
use axum::response::Redirect;

use super::outlive;
use crate::app::assigning::Assignments;
use crate::app::progress::{Progress, Share};
use crate::app::search::Names;
use crate::domain::SectionId;
use crate::web::access::Acting;
use crate::web::address::{base, query};
use crate::web::error::Error;
use crate::web::extract::{Form, InConsultation};
use crate::web::views::{Html, Page, Place};
use crate::web::words;

/// Levels of the draft that are assigned here; what lies deeper follows, or is given point by point.
const DEPTH: u8 = 2;

#[derive(Template)]
#[template(path = "assignments.html", config = "src/web/askama.toml")]
pub(in crate::web) struct AssignmentsPage {
    page: Page,
    sections: Vec<SectionLine>,
    drafters: Vec<String>,
    progress: ProgressTable,
}

/// A section as the form shows it.
struct SectionLine {
    id: i64,
    label: String,
    heading: String,
    indent: u8,
    own: String,
    /// Whose it is when nothing is written here.
    inherited: String,
    points: String,
    open: String,
    address: String,
}

/// How far the work is, a line for each drafter or section.
#[derive(Template)]
#[template(path = "progress.html", config = "src/web/askama.toml")]
pub(super) struct ProgressTable {
    /// What the lines are about.
    pub(super) what: &'static str,
    pub(super) lines: Vec<ProgressLine>,
}

impl HtmlSafe for ProgressTable {}

/// How far somebody, or a section, is.
pub(super) struct ProgressLine {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) points: String,
    pub(super) answered: String,
    pub(super) submitted: String,
    pub(super) approved: String,
    pub(super) open: String,
    /// Answered, of what has to be, in thousandths.
    pub(super) share: usize,
    pub(super) percent: String,
}

impl ProgressLine {
    pub(super) fn new(name: String, address: String, share: &Share) -> Self {
        let to_answer = share.answered + share.open;
        let thousandths = (share.answered * 1000)
            .checked_div(to_answer)
            .unwrap_or(1000);
        Self {
            name,
            address,
            points: words::number(share.received),
            answered: words::number(share.answered),
            submitted: words::number(share.submitted),
            approved: words::number(share.approved),
            open: words::number(share.open),
            share: thousandths,
            percent: format!("{}%", thousandths / 10),
        }
    }
}

/// How far everybody is, those with nobody last.
pub(super) fn by_drafter(base: &str, progress: &Progress) -> ProgressTable {
    let lines = progress.by_drafter.iter().map(|(drafter, share)| {
        let code = drafter.as_deref().unwrap_or(crate::app::assigning::NOBODY);
        let name = drafter
            .clone()
            .unwrap_or_else(|| "Chưa phân công".to_owned());
        let address = format!("{base}/points{}", query([("drafter", code)]));
        (drafter.is_none(), ProgressLine::new(name, address, share))
    });
    let mut lines: Vec<(bool, ProgressLine)> = lines.collect();
    lines.sort_by_key(|(is_nobody, _)| *is_nobody);
    ProgressTable {
        what: "Người soạn",
        lines: lines.into_iter().map(|(_, line)| line).collect(),
    }
}

pub(in crate::web) async fn list_assignments(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
) -> Result<Html<AssignmentsPage>, Error> {
    let names = app.names(&consultation).await?;
    let assigned = app.assignments(&consultation).await?;
    let progress = app.progress(&consultation).await?;
    let page = Page::new(&consultation, Place::Assignments, "Phân công");
    Ok(Html(AssignmentsPage {
        sections: section_lines(&page.base, &names, &assigned, &progress),
        progress: by_drafter(&page.base, &progress),
        drafters: assigned.drafters,
        page,
    }))
}

fn section_lines(
    base: &str,
    names: &Names,
    assigned: &Assignments,
    progress: &Progress,
) -> Vec<SectionLine> {
    let is_shown = |id: SectionId, level: u8| level <= DEPTH || assigned.own.contains_key(&id);
    let shown = names.sections.iter().filter(|it| is_shown(it.id, it.level));
    shown
        .map(|section| {
            let share = progress.in_section(section.id);
            let inherited = section.parent.and_then(|parent| assigned.all.get(&parent));
            let id = format!("id:{}", section.id);
            SectionLine {
                id: section.id.0,
                label: if section.level == 0 {
                    names.label(section)
                } else {
                    section.label.clone()
                },
                heading: if section.level == 0 {
                    String::new()
                } else {
                    section.heading.clone()
                },
                indent: section.level.min(6),
                own: assigned.own.get(&section.id).cloned().unwrap_or_default(),
                inherited: inherited.cloned().unwrap_or_default(),
                points: words::number(share.received),
                open: words::number(share.open),
                address: format!("{base}/points{}", query([("section", id.as_str())])),
            }
        })
        .collect()
}

/// Takes the whole form: each section with the name written at it, empty for none.
pub(in crate::web) async fn assign_sections(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Redirect, Error> {
    let actor = app.actor().to_owned();
    let wanted: Vec<(SectionId, String)> = pairs
        .into_iter()
        .filter_map(|(key, name)| {
            let id = key.strip_prefix("section-")?.parse().ok()?;
            Some((SectionId(id), name.trim().to_owned()))
        })
        .collect();
    let address = format!("{}/assignments", base(&consultation));
    outlive(async move { app.assign(&consultation, &wanted, &actor).await }).await?;
    Ok(Redirect::to(&address))
}
