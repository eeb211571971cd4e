//! `search`.

use serde_json::{Value, json};

use super::args::SearchArgs;
use super::{Exit, Output};
use crate::app::search::{Found, PointView, Request};
use crate::app::{App, Error, Kind};
use crate::domain::{Channel, Confidence, Decision, PointState, ResponseState, Stance};

/// Reads a code, or says which there are.
pub(super) fn parse_code<T: Copy>(
    what: &str,
    text: Option<&str>,
    all: &[T],
    code: fn(T) -> &'static str,
) -> Result<Option<T>, Error> {
    let Some(text) = text else { return Ok(None) };
    all.iter()
        .copied()
        .find(|value| code(*value) == text)
        .map(Some)
        .ok_or_else(|| {
            let known: Vec<&str> = all.iter().map(|value| code(*value)).collect();
            Error::new(
                Kind::Invalid,
                format!("{what} `{text}` không có; chọn: {}.", known.join(", ")),
            )
        })
}

pub(super) async fn run(
    app: &App,
    arguments: &SearchArgs,
    output: &mut Output,
) -> Result<Exit, Error> {
    let consultation = app.consultation(arguments.consultation.as_deref()).await?;
    let request = Request {
        text: arguments.query.clone(),
        in_answers: arguments.answers,
        section: arguments.section.clone(),
        organization: arguments.organization.clone(),
        kind: arguments.kind.clone(),
        round: arguments.round,
        stance: parse_code(
            "Loại ý kiến",
            arguments.stance.as_deref(),
            &Stance::ALL,
            Stance::code,
        )?,
        decision: parse_code(
            "Kết quả xử lý",
            arguments.decision.as_deref(),
            &Decision::ALL,
            Decision::code,
        )?,
        state: parse_code(
            "Trạng thái",
            arguments.state.as_deref(),
            &PointState::ALL,
            PointState::code,
        )?,
        channel: parse_code(
            "Kênh",
            arguments.channel.as_deref(),
            &Channel::ALL,
            Channel::code,
        )?,
        drafter: arguments.drafter.clone(),
        offset: arguments.offset,
        limit: arguments.limit,
    };
    let found = app.search(&consultation, &request).await?;
    output.data(|| describe(&found), || to_json(&found));
    for correction in &found.corrected {
        output.note(&format!(
            "Không có từ “{}”, đã tìm “{}”.",
            correction.typed, correction.used
        ));
    }
    Ok(Exit::Done)
}

fn total(found: &Found) -> String {
    if found.total.is_exact {
        format!("{} ý kiến", found.total.at_least)
    } else {
        format!("hơn {} ý kiến", found.total.at_least)
    }
}

fn describe(found: &Found) -> String {
    let mut text = format!("{}\n", total(found));
    for view in &found.points {
        let place = view.section.as_deref().unwrap_or("chưa xác định mục");
        let decision = view.point.decision.map_or("", Decision::name);
        text.push_str(&format!(
            "\n#{} [{place}] {}{}{decision}\n",
            view.point.id,
            source(view),
            if decision.is_empty() { "" } else { " · " },
        ));
        for line in view.text.lines() {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}

/// Who says it, in which letter.
pub(super) fn source(view: &PointView) -> String {
    let names = if view.organizations.is_empty() {
        view.submission
            .sender
            .clone()
            .unwrap_or_else(|| "chưa rõ cơ quan".to_owned())
    } else {
        view.organizations.join("; ")
    };
    match (&view.submission.letter_number, view.submission.letter_date) {
        (Some(number), Some(date)) => {
            format!("{names} (số {number}, {})", date.strftime("%d/%m/%Y"))
        }
        (Some(number), None) => format!("{names} (số {number})"),
        (None, _) => format!(
            "{names} ({})",
            view.submission.arrived_on.strftime("%d/%m/%Y")
        ),
    }
}

fn to_json(found: &Found) -> Value {
    json!({
        "total": found.total.at_least,
        "is_exact": found.total.is_exact,
        "corrected": found.corrected.iter()
            .map(|c| json!({"typed": c.typed, "used": c.used})).collect::<Vec<_>>(),
        "points": found.points.iter().map(point_to_json).collect::<Vec<_>>(),
    })
}

pub(super) fn point_to_json(view: &PointView) -> Value {
    json!({
        "id": view.point.id.0,
        "submission": view.submission.id.0,
        "source": view.submission.source,
        "row": view.submission.row_number,
        "channel": view.point.channel.code(),
        "round": view.round,
        "section": view.section,
        "other_sections": view.other_sections,
        "section_confidence": view.point.section_confidence.value(),
        "cited_as": view.point.cited_as,
        "organizations": view.organizations,
        "letter_number": view.submission.letter_number.as_ref().map(ToString::to_string),
        "letter_date": view.submission.letter_date.map(|date| date.to_string()),
        "arrived_on": view.submission.arrived_on.to_string(),
        "text": view.text,
        "highlights": view.highlights.iter().map(|s| [s.start, s.end]).collect::<Vec<_>>(),
        "stance": view.point.stance.map(Stance::code),
        "recognized": view.point.recognized().map(Confidence::value),
        "state": view.point.state.code(),
        "decision": view.point.decision.map(Decision::code),
        "answer_state": view.point.response_state.map(ResponseState::code),
        "answer": view.response.as_ref().map(|response| response.content.text.as_str()),
        "group": view.point.group.map(|group| group.0),
        "version": view.point.version,
    })
}
