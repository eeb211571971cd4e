//! Nhập tay: what came on paper, in a meeting, by phone or chat.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use serde::Deserialize;

use super::{coded, outlive, round_number};
use crate::app::record::Typed;
use crate::app::{self, App};
use crate::domain::{Channel, Consultation};
use crate::web::access::Acting;
use crate::web::address::base;
use crate::web::error::Error;
use crate::web::extract::{Form, InConsultation};
use crate::web::views::{Html, Page, Place, Select, choices};

#[derive(Template)]
#[template(path = "record.html", config = "src/web/askama.toml")]
struct RecordPage {
    page: Page,
    channel: Select,
    round: Select,
    organizations: Vec<String>,
    fields: Fields,
    problem: Option<String>,
}

/// What the form sends.
#[derive(Deserialize, Default, Clone)]
pub(in crate::web) struct Fields {
    channel: String,
    round: String,
    organization: String,
    speaker_role: String,
    held_on: String,
    title: String,
    text: String,
}

pub(in crate::web) async fn get_record(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
) -> Result<Response, Error> {
    show(&app, &consultation, Fields::default(), None).await
}

pub(in crate::web) async fn record_opinion(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Form(fields): Form<Fields>,
) -> Result<Response, Error> {
    let typed = match typed(&fields) {
        Ok(typed) => typed,
        Err(problem) => return show(&app, &consultation, fields, Some(problem)).await,
    };
    let round = match round_number(&fields.round)? {
        Some(number) => Some(app.round(consultation.id, number).await?),
        None => None,
    };
    let (writer, of) = (app.clone(), consultation.clone());
    let recorded = outlive(async move { writer.record(&of, &typed, round.as_ref()).await });
    match recorded.await {
        Ok((id, _settled)) => {
            let address = format!("{}/submissions/{id}", base(&consultation));
            Ok(Redirect::to(&address).into_response())
        }
        Err(error) => match error.kind {
            app::Kind::NotFound | app::Kind::Invalid | app::Kind::Conflict => {
                show(&app, &consultation, fields, Some(error.message)).await
            }
            app::Kind::Unavailable | app::Kind::Internal => Err(error.into()),
        },
    }
}

fn typed(fields: &Fields) -> Result<Typed, String> {
    let channel = coded("channel", &fields.channel, Channel::parse)
        .ok()
        .flatten();
    let channel = channel.filter(|channel| channel.is_typed());
    let role = fields.speaker_role.trim();
    let title = fields.title.trim();
    if title.is_empty() {
        return Err(
            "Hãy ghi ý kiến này lấy từ đâu, ví dụ “Biên bản họp ngày 14/10/2021”.".to_owned(),
        );
    }
    if fields.organization.trim().is_empty() {
        return Err("Hãy ghi cơ quan, đơn vị có ý kiến.".to_owned());
    }
    let held_on = parse_day(&fields.held_on);
    Ok(Typed {
        channel: channel.ok_or("Hãy chọn cách nhận ý kiến.")?,
        title: title.to_owned(),
        held_on: held_on.ok_or("Hãy ghi ngày có ý kiến dạng ngày/tháng/năm, ví dụ 14/10/2021.")?,
        organization: fields.organization.trim().to_owned(),
        speaker_role: (!role.is_empty()).then(|| role.to_owned()),
        text: fields.text.replace("\r\n", "\n"),
    })
}

/// Reads `14/10/2021`, and the order of ISO 8601.
pub(super) fn parse_day(text: &str) -> Option<Date> {
    let mut numbers = text.trim().split(['/', '-', '.']).map(str::parse::<i16>);
    let (first, month, last) = (
        numbers.next()?.ok()?,
        numbers.next()?.ok()?,
        numbers.next()?.ok()?,
    );
    if numbers.next().is_some() {
        return None;
    }
    let (year, day) = if first > 31 {
        (first, last)
    } else {
        (last, first)
    };
    let is_full = (1900..=2200).contains(&year);
    let day = Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok();
    day.filter(|_| is_full)
}

async fn show(
    app: &App,
    consultation: &Consultation,
    fields: Fields,
    problem: Option<String>,
) -> Result<Response, Error> {
    let typed = Channel::ALL
        .into_iter()
        .filter(|channel| channel.is_typed());
    let channels = choices(&typed.collect::<Vec<_>>(), Channel::code, Channel::name);
    let rounds = app.rounds(consultation).await?;
    let rounds = rounds.iter().map(super::points::round_choice);
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = RecordPage {
        page: Page::new(consultation, Place::Record, "Nhập tay ý kiến"),
        channel: Select::new(
            "channel",
            "Cách nhận",
            "Chọn cách nhận",
            &fields.channel,
            channels,
        ),
        round: Select::new(
            "round",
            "Đợt lấy ý kiến",
            "Theo ngày",
            &fields.round,
            rounds,
        ),
        organizations: app
            .organizations()
            .await?
            .into_iter()
            .map(|o| o.name)
            .collect(),
        fields,
        problem,
    };
    Ok((status, Html(page)).into_response())
}

#[cfg(test)]
mod tests {
    use super::parse_day;

    #[test]
    fn days_are_read_as_vietnamese_write_them() {
        let check = |text, expected: Option<&str>| {
            let read = parse_day(text).map(|day| day.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        };
        check(" 05/9/2021 ", Some("2021-09-05"));
        check("14-10-2021", Some("2021-10-14"));
        check("2021-10-14", Some("2021-10-14"));
        check("31/02/2021", None);
        check("05/9/21", None);
        check("hôm qua", None);
    }
}
