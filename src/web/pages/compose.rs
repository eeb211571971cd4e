//! Soạn thư: letters are shown as they will go out before anybody gets one.

use askama::Template;
use axum::response::Redirect;
use serde::Deserialize;

use super::{outlive, round_number};
use crate::app::App;
use crate::app::mail::composing::{Enclosure, Letter, Order};
use crate::domain::{Consultation, MailKind, Role};
use crate::web::access::{Acting, Person};
use crate::web::address::base;
use crate::web::error::Error;
use crate::web::extract::{FilesForm, InConsultation, Query, value};
use crate::web::views::{Html, Page, Place};

/// Letters whose words are shown; they differ in names and dates.
const N_SHOWN: usize = 20;

#[derive(Template)]
#[template(path = "compose.html", config = "src/web/askama.toml")]
pub(in crate::web) struct ComposePage {
    page: Page,
    kind: &'static str,
    fields: OrderFields,
    can_send: bool,
    takes_files: bool,
    n_letters: usize,
    n_known: usize,
    without_address: Vec<String>,
    letters: Vec<LetterView>,
}

struct LetterView {
    to: String,
    recipient: String,
    subject: String,
    paragraphs: Vec<String>,
}

/// What is ordered, in the address of the preview and in the form that sends.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in crate::web) struct OrderFields {
    pub(in crate::web) kind: String,
    #[serde(default)]
    pub(in crate::web) round: String,
    #[serde(default)]
    pub(in crate::web) organization: String,
}

/// The order that fields mean.
pub(in crate::web) async fn order(
    app: &App,
    consultation: &Consultation,
    fields: &OrderFields,
    enclosures: Vec<Enclosure>,
) -> Result<Order, Error> {
    let kind = MailKind::parse(&fields.kind)
        .ok_or_else(|| Error::invalid("Hãy chọn loại thư cần soạn."))?;
    let number = round_number(fields.round.trim())?;
    let number = number.ok_or_else(|| Error::invalid("Hãy chọn đợt lấy ý kiến."))?;
    let round = app.round(consultation.id, number).await?;
    let organization = fields.organization.trim();
    Ok(Order {
        kind,
        round,
        organization: (!organization.is_empty()).then(|| organization.to_owned()),
        enclosures,
        from: None,
        actor: app.actor().to_owned(),
    })
}

pub(in crate::web) async fn preview_letters(
    Acting(app): Acting,
    person: Person,
    InConsultation(consultation): InConsultation,
    Query(fields): Query<OrderFields>,
) -> Result<Html<ComposePage>, Error> {
    let order = order(&app, &consultation, &fields, Vec::new()).await?;
    let composed = app.compose(&consultation, &order).await?;
    let page = Page::new(&consultation, Place::Letters, "Xem trước thư");
    Ok(Html(ComposePage {
        page,
        kind: order.kind.name(),
        fields,
        can_send: person.is_any(&[Role::Secretary])
            && app.config.outgoing.as_ref().is_some_and(|it| it.is_enabled),
        takes_files: matches!(order.kind, MailKind::Invitation | MailKind::Reminder),
        n_letters: composed.letters.len(),
        n_known: composed.n_known,
        without_address: composed.without_address,
        letters: composed.letters.iter().take(N_SHOWN).map(view).collect(),
    }))
}

fn view(letter: &Letter) -> LetterView {
    LetterView {
        to: letter.to.clone(),
        recipient: letter.recipient().to_owned(),
        subject: letter.subject().to_owned(),
        paragraphs: letter.text.split("\n\n").map(str::to_owned).collect(),
    }
}

pub(in crate::web) async fn send_letters(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    FilesForm { fields, files }: FilesForm,
) -> Result<Redirect, Error> {
    let fields = OrderFields {
        kind: value(&fields, "kind").to_owned(),
        round: value(&fields, "round").to_owned(),
        organization: value(&fields, "organization").to_owned(),
    };
    let enclosures = files.into_iter().map(|file| Enclosure {
        name: file.name,
        bytes: file.bytes,
    });
    let enclosures = enclosures.collect();
    let order = order(&app, &consultation, &fields, enclosures).await?;
    let target = format!("{}/letters", base(&consultation));
    outlive(async move {
        let composed = app.compose(&consultation, &order).await?;
        app.queue_letters(&composed.letters).await?;
        // What cannot go out now is shown on the page and tried again by itself.
        app.send_due().await
    })
    .await?;
    Ok(Redirect::to(&target))
}
