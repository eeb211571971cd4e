//! Thư đi: letters that were sent or wait to be, and mailboxes that are read.

use askama::Template;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::outlive;
use crate::app::App;
use crate::app::mail::outbox::{Mail, MailDecision};
use crate::app::mail::receiving::MailboxStatus;
use crate::domain::{MailKind, MailState};
use crate::web::access::{self, Acting};
use crate::web::address::base;
use crate::web::error::Error;
use crate::web::extract::{Form, Id, InConsultation};
use crate::web::views::{Html, Page, Place, Select, choices};
use crate::web::words;

/// Letters shown; the command line lists all.
const N_LETTERS: usize = 500;

#[derive(Template)]
#[template(path = "letters.html", config = "src/web/askama.toml")]
pub(in crate::web) struct LettersPage {
    page: Page,
    kind: Select,
    round: Select,
    organizations: Vec<String>,
    is_enabled: bool,
    /// May change the words of letters.
    may_edit: bool,
    mailboxes: Vec<MailboxLine>,
    counts: Vec<(&'static str, String)>,
    letters: Vec<LetterLine>,
    n_more: usize,
}

/// A mailbox as pages show it.
pub(in crate::web) struct MailboxLine {
    pub(in crate::web) name: String,
    pub(in crate::web) looked: String,
    pub(in crate::web) failure: String,
    pub(in crate::web) n_absent: i64,
}

struct LetterLine {
    id: i64,
    kind: &'static str,
    recipient: String,
    subject: String,
    state: &'static str,
    class: &'static str,
    tried: String,
    answer: String,
    bounce: Option<String>,
    can_retry: bool,
    can_confirm: bool,
    can_cancel: bool,
}

/// What the buttons beside a letter send.
#[derive(Deserialize)]
pub(in crate::web) struct DecisionFields {
    decision: String,
}

pub(in crate::web) async fn list_letters(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
) -> Result<Html<LettersPage>, Error> {
    let mut mails = app.outbox(&consultation).await?;
    // What waits for a person comes first, then the newest.
    mails.sort_by_key(|mail| (!mail.state.needs_person(), -mail.id));
    let page = Page::new(&consultation, Place::Letters, "Thư đi");
    let counts = MailState::ALL
        .into_iter()
        .map(|state| {
            (
                state,
                mails.iter().filter(|mail| mail.state == state).count(),
            )
        })
        .filter(|(_, n)| *n > 0)
        .map(|(state, n)| (state.name(), words::number(n)))
        .collect();
    let kinds = [
        MailKind::Invitation,
        MailKind::Reminder,
        MailKind::Extract,
        MailKind::Digest,
    ];
    let kinds = choices(&kinds, MailKind::code, MailKind::name);
    let rounds = app.rounds(&consultation).await?;
    let rounds = rounds.iter().map(super::points::round_choice);
    let organizations = app.organizations().await?;
    Ok(Html(LettersPage {
        kind: Select::new("kind", "Loại thư", "Chọn loại thư", "", kinds),
        round: Select::new("round", "Đợt", "Chọn đợt", "", rounds),
        organizations: organizations.into_iter().map(|o| o.name).collect(),
        is_enabled: app.config.outgoing.as_ref().is_some_and(|it| it.is_enabled),
        may_edit: access::asking().may_open("/c/{code}/letters/templates"),
        mailboxes: mailbox_lines(&app).await?,
        counts,
        n_more: mails.len().saturating_sub(N_LETTERS),
        letters: mails
            .iter()
            .take(N_LETTERS)
            .map(|mail| letter_line(&page.base, mail))
            .collect(),
        page,
    }))
}

/// The mailboxes that are or were read.
pub(in crate::web) async fn mailbox_lines(app: &App) -> Result<Vec<MailboxLine>, Error> {
    let line = |status: MailboxStatus| MailboxLine {
        looked: status
            .looked_us
            .map_or("chưa lần nào".to_owned(), words::moment),
        failure: status.failure.unwrap_or_default(),
        name: status.name,
        n_absent: status.n_absent,
    };
    Ok(app.mailboxes().await?.into_iter().map(line).collect())
}

fn letter_line(base: &str, mail: &Mail) -> LetterLine {
    let state = mail.state;
    LetterLine {
        id: mail.id,
        kind: mail.content.kind.name(),
        recipient: mail.content.recipient.clone(),
        subject: mail.content.subject.clone(),
        state: state.name(),
        class: match state {
            MailState::Sent => "good",
            MailState::Failed | MailState::Bounced | MailState::Unknown => "bad",
            _ => "wait",
        },
        tried: mail.tried_us.map(words::moment).unwrap_or_default(),
        answer: mail.answer.clone().unwrap_or_default(),
        bounce: mail
            .bounced_by
            .map(|submission| format!("{base}/submissions/{submission}")),
        can_retry: state.needs_person() || state == MailState::Cancelled,
        can_confirm: state == MailState::Unknown,
        can_cancel: state == MailState::Queued || state.needs_person(),
    }
}

pub(in crate::web) async fn decide_letter(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
    Form(fields): Form<DecisionFields>,
) -> Result<Redirect, Error> {
    let decision = MailDecision::parse(&fields.decision).ok_or_else(|| {
        let code = &fields.decision;
        Error::invalid(format!("`decision` không nhận giá trị `{code}`."))
    })?;
    let target = format!("{}/letters", base(&consultation));
    outlive(async move { app.decide_mail(&consultation, id, decision).await }).await?;
    Ok(Redirect::to(&target))
}

pub(in crate::web) async fn get_letter(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
) -> Result<Response, Error> {
    let letter = app.letter(&consultation, id).await?;
    let name = format!("attachment; filename=\"thu_di_{id}.eml\"");
    let name = HeaderValue::from_str(&name).map_err(|error| Error::internal(&error))?;
    let kind = HeaderValue::from_static("message/rfc822");
    Ok(([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, name)], letter).into_response())
}
