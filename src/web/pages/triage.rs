//! Chờ xử lý: submissions and problems that wait for a person, each with its remedies.

use askama::Template;
use axum::response::Redirect;

use super::letters::{MailboxLine, mailbox_lines};
use super::outlive;
use super::paper::PageView;
use super::submission::{DecisionForm, decision_form, part_pages, recognized};
use super::submissions::{SubmissionLine, submission_line};
use super::tables::{HeldLine, held_lines};
use crate::app::values::{Problem, Submission};
use crate::web::access::Acting;
use crate::web::address::base;
use crate::web::error::Error;
use crate::web::extract::{Id, InConsultation};
use crate::web::views::{Badge, Html, Page, Place};
use crate::web::words;

/// Submissions shown at once; the next ones follow when these are done.
const N_SUBMISSIONS: usize = 20;
/// Problems shown at once.
const N_PROBLEMS: usize = 100;
/// Beginning of a submission's words, to decide without opening it.
const N_CHARS: usize = 400;

#[derive(Template)]
#[template(path = "triage.html", config = "src/web/askama.toml")]
pub(in crate::web) struct TriagePage {
    page: Page,
    n_submissions: String,
    n_more_submissions: usize,
    submissions: Vec<Waiting>,
    organizations: Vec<String>,
    n_problems: String,
    n_more_problems: usize,
    problems: Vec<ProblemLine>,
    mailboxes: Vec<MailboxLine>,
    held: Vec<HeldLine>,
}

struct Waiting {
    line: SubmissionLine,
    beginning: String,
    /// Pages of the first part that has any.
    pages: Vec<PageView>,
    recognized: Option<Badge>,
    original: String,
    /// Where it can be looked at as a table.
    table: Option<String>,
    form: DecisionForm,
}

struct ProblemLine {
    source: String,
    location: String,
    value: String,
    problem: String,
    remedy: String,
    code: String,
    submission: Option<String>,
    action: String,
    /// Where the table it is about can be looked at.
    table: Option<String>,
}

/// Codes of problems about tables whose columns nobody knows.
const TABLES: [&str; 3] = [
    "table.no_content_column",
    "table.undecodable",
    "workbook.no_table",
];

/// Whether a file that waits as a letter is one of rows and columns.
fn is_table_file(submission: &Submission) -> bool {
    let (_, extension) = submission.source.rsplit_once('.').unwrap_or_default();
    let kinds = ["csv", "tsv", "xlsx", "xls", "xlsb", "ods"];
    submission.batch.is_none() && kinds.contains(&extension.to_lowercase().as_str())
}

pub(in crate::web) async fn list_triage(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
) -> Result<Html<TriagePage>, Error> {
    let triage = app.triage(&consultation).await?;
    let rounds = app.rounds(&consultation).await?;
    let page = Page::new(&consultation, Place::Triage, "Chờ xử lý");
    let mut submissions = Vec::new();
    for submission in triage.submissions.iter().take(N_SUBMISSIONS) {
        let full = app.submission_in_full(&consultation, submission.id).await?;
        let text = full.parts.first().map_or("", |part| part.text.as_str());
        let paged = full.parts.iter();
        let mut paged = paged.filter_map(|part| Some((part, full.page_maps.get(&part.id)?)));
        let paged = paged.next();
        submissions.push(Waiting {
            pages: paged.map_or_else(Vec::new, |(part, map)| {
                part_pages(&full, &page.base, part, map)
            }),
            recognized: paged.and_then(|(_, map)| recognized(map)),
            line: submission_line(&page.base, submission, &full.names),
            beginning: text.chars().take(N_CHARS).collect(),
            original: format!("/originals/{}", submission.id),
            table: is_table_file(submission)
                .then(|| format!("{}/submissions/{}/table", page.base, submission.id)),
            form: decision_form(&page.base, &full, &rounds, "triage"),
        });
    }
    let problems = triage.problems.iter().take(N_PROBLEMS);
    Ok(Html(TriagePage {
        mailboxes: mailbox_lines(&app).await?,
        held: held_lines(&app, &consultation)
            .await?
            .into_iter()
            .filter(|line| line.is_waiting)
            .collect(),
        n_submissions: words::number(triage.submissions.len()),
        n_more_submissions: triage.submissions.len() - submissions.len(),
        submissions,
        organizations: app
            .organizations()
            .await?
            .into_iter()
            .map(|o| o.name)
            .collect(),
        n_problems: words::number(triage.problems.len()),
        n_more_problems: triage.problems.len().saturating_sub(N_PROBLEMS),
        problems: problems
            .map(|problem| problem_line(&page.base, problem))
            .collect(),
        page,
    }))
}

fn problem_line(base: &str, problem: &Problem) -> ProblemLine {
    let warning = &problem.warning;
    ProblemLine {
        source: problem.source.clone(),
        location: words::location(&warning.location),
        value: warning.value.clone().unwrap_or_default(),
        problem: warning.problem.clone(),
        remedy: warning.remedy.clone(),
        code: warning.code.to_string(),
        submission: problem
            .submission
            .map(|id| format!("{base}/submissions/{id}")),
        action: format!("{base}/problems/{}/resolution", problem.id),
        table: TABLES
            .contains(&warning.code.as_ref())
            .then(|| format!("{base}/problems/{}/table", problem.id)),
    }
}

pub(in crate::web) async fn resolve_problem(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
) -> Result<Redirect, Error> {
    outlive(async move { app.resolve_problem(id).await }).await?;
    Ok(Redirect::to(&format!(
        "{}/triage#problems",
        base(&consultation)
    )))
}
