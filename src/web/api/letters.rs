//! Letters that go out, and mailboxes that are read: what the pages do, for programs.

use axum::Json;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};

use super::body::{Body, Done, Key};
use super::{ApiError, Pairs, Query, consultation, moment};
use crate::app::mail::outbox::{Mail, MailDecision};
use crate::domain::MailState;
use crate::web::access::Acting;
use crate::web::error::Error;
use crate::web::pages::compose::{OrderFields, order};
use crate::web::pages::outlive;

#[derive(Serialize)]
pub(super) struct LettersDto {
    letters: Vec<LetterDto>,
}

#[derive(Serialize)]
struct LetterDto {
    id: i64,
    kind: &'static str,
    state: &'static str,
    recipient: String,
    subject: String,
    message_id: String,
    tries: i64,
    queued_at: String,
    tried_at: Option<String>,
    answer: Option<String>,
    bounced_by: Option<i64>,
}

/// What a program orders: `{"kind": "reminder", "round": 1, "organization": "STC", "dry_run": true}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderDto {
    kind: String,
    round: Option<u32>,
    #[serde(default)]
    organization: String,
    #[serde(default)]
    dry_run: bool,
}

#[derive(Serialize)]
pub(super) struct OrderedDto {
    letters: Vec<ComposedDto>,
    /// Letters for an occasion that was written about before; not sent again.
    known: usize,
    without_address: Vec<String>,
    /// What sending came to; absent in a dry run.
    sent: Option<SentDto>,
}

#[derive(Serialize)]
struct ComposedDto {
    organization: String,
    recipient: String,
    subject: String,
    text: String,
}

#[derive(Serialize)]
struct SentDto {
    sent: u64,
    waiting: u64,
    failed: u64,
    failure: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DecisionDto {
    decision: String,
}

#[derive(Serialize)]
pub(super) struct MailboxesDto {
    mailboxes: Vec<MailboxDto>,
}

#[derive(Serialize)]
struct MailboxDto {
    name: String,
    looked_at: Option<String>,
    failure: Option<String>,
    absent: i64,
}

pub(super) async fn list_letters(
    Acting(app): Acting,
    Query(pairs): Pairs,
) -> Result<Json<LettersDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let state = pairs.iter().find(|(key, _)| key == "state");
    let state = match state {
        None => None,
        Some((_, code)) => Some(
            MailState::parse(code)
                .ok_or_else(|| Error::invalid(format!("`state` không nhận giá trị `{code}`.")))?,
        ),
    };
    let mut mails = app.outbox(&consultation).await?;
    mails.retain(|mail| state.is_none_or(|state| mail.state == state));
    Ok(Json(LettersDto {
        letters: mails.into_iter().map(letter_dto).collect(),
    }))
}

fn letter_dto(mail: Mail) -> LetterDto {
    LetterDto {
        id: mail.id,
        kind: mail.content.kind.code(),
        state: mail.state.code(),
        recipient: mail.content.recipient,
        subject: mail.content.subject,
        message_id: mail.content.message_id,
        tries: mail.n_tries,
        queued_at: moment(mail.content.queued_us),
        tried_at: mail.tried_us.map(moment),
        answer: mail.answer,
        bounced_by: mail.bounced_by.map(|submission| submission.0),
    }
}

pub(super) async fn order_letters(
    Acting(app): Acting,
    Query(pairs): Pairs,
    Body(ordered): Body<OrderDto>,
) -> Result<Json<OrderedDto>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let fields = OrderFields {
        kind: ordered.kind,
        round: ordered.round.map_or_else(String::new, |n| n.to_string()),
        organization: ordered.organization,
    };
    let order = order(&app, &consultation, &fields, Vec::new()).await?;
    let dry_run = ordered.dry_run;
    let (composed, sent) = outlive(async move {
        let composed = app.compose(&consultation, &order).await?;
        if dry_run {
            return Ok((composed, None));
        }
        app.queue_letters(&composed.letters).await?;
        let sent = app.send_due().await?;
        Ok((composed, Some(sent)))
    })
    .await?;
    let letters = composed.letters.into_iter().map(|letter| ComposedDto {
        recipient: letter.recipient().to_owned(),
        subject: letter.subject().to_owned(),
        organization: letter.to,
        text: letter.text,
    });
    Ok(Json(OrderedDto {
        letters: letters.collect(),
        known: composed.n_known,
        without_address: composed.without_address,
        sent: sent.map(|sent| SentDto {
            sent: sent.n_sent,
            waiting: sent.n_waiting,
            failed: sent.n_failed,
            failure: sent.failure,
        }),
    }))
}

/// The letter as it goes or went out (RFC 5322).
pub(super) async fn get_letter(
    Acting(app): Acting,
    Key(id): Key,
    Query(pairs): Pairs,
) -> Result<impl IntoResponse, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let letter = app.letter(&consultation, id).await?;
    Ok(([(CONTENT_TYPE, "message/rfc822")], letter))
}

pub(super) async fn decide_letter(
    Acting(app): Acting,
    Key(id): Key,
    Query(pairs): Pairs,
    Body(decided): Body<DecisionDto>,
) -> Result<Json<Done>, ApiError> {
    let consultation = consultation(&app, &pairs).await?;
    let decision = MailDecision::parse(&decided.decision).ok_or_else(|| {
        let code = &decided.decision;
        Error::invalid(format!("`decision` không nhận giá trị `{code}`."))
    })?;
    outlive(async move { app.decide_mail(&consultation, id, decision).await }).await?;
    Ok(Json(Done { id: Some(id) }))
}

pub(super) async fn list_mailboxes(Acting(app): Acting) -> Result<Json<MailboxesDto>, ApiError> {
    let mailboxes = app.mailboxes().await?.into_iter().map(|status| MailboxDto {
        name: status.name,
        looked_at: status.looked_us.map(moment),
        failure: status.failure,
        absent: status.n_absent,
    });
    Ok(Json(MailboxesDto {
        mailboxes: mailboxes.collect(),
    }))
}
