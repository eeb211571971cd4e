//! `answer`.

use std::path::Path;

use serde_json::json;

use super::args::{AnswerArgs, AnswerWords};
use super::search::parse_code;
use super::setup::read_text;
use super::{Exit, Output};
use crate::app::responding::{Act, Answered};
use crate::app::{App, Error, Kind};
use crate::domain::{Decision, PointId, ResponseState};
use crate::respond::chain::Approver;
use crate::respond::{Draft, Step};

pub(super) async fn run(
    app: &App,
    here: &Path,
    arguments: &AnswerArgs,
    output: &mut Output,
) -> Result<Exit, Error> {
    if let Some(file) = &arguments.file {
        let consultation = app.consultation(arguments.consultation.as_deref()).await?;
        let text = read_text(&here.join(file))?;
        let outcome = app
            .apply_answers(&consultation, &file.display().to_string(), &text)
            .await?;
        output.data(
            || {
                format!(
                    "Đã nhập {} câu trả lời, {} câu đã có từ trước",
                    outcome.n_saved, outcome.n_known
                )
            },
            || json!({"saved": outcome.n_saved, "known": outcome.n_known, "problems": outcome.problems}),
        );
        for problem in &outcome.problems {
            output.note(problem);
        }
        return Ok(Exit::look_at(!outcome.problems.is_empty()));
    }
    let Some(point) = arguments.point else {
        return Err(Error::new(Kind::Invalid, "Chưa nói trả lời ý kiến số mấy."));
    };
    let act = act(app, PointId(point), &arguments.words)?;
    let Answered {
        response,
        state,
        notice,
        ..
    } = app.answer(&act).await?;
    output.data(
        || {
            format!(
                "Ý kiến {point}: {} (bản trả lời số {response})",
                state.name()
            )
        },
        || json!({"point": point, "response": response.0, "state": ResponseState::code(state)}),
    );
    if let Some(notice) = notice {
        output.note(notice);
    }
    Ok(Exit::look_at(notice.is_some()))
}

/// Reads what was typed.
pub(super) fn act(app: &App, point: PointId, words: &AnswerWords) -> Result<Act, Error> {
    let decision = parse_code(
        "Kết quả xử lý",
        words.decision.as_deref(),
        &Decision::ALL,
        Decision::code,
    )?;
    let draft = (decision.is_some() || words.text.is_some()).then(|| Draft {
        decision,
        text: words.text.clone().unwrap_or_default(),
        change_place: words.change_place.clone(),
        wording: None,
    });
    let step = if words.approve {
        Step::Approve
    } else if words.send_back.is_some() {
        Step::Return
    } else if words.submit {
        Step::Submit
    } else {
        Step::Save
    };
    if draft.is_none() && step == Step::Save {
        return Err(Error::new(Kind::Invalid, "Chưa có --decision hoặc --text."));
    }
    Ok(Act {
        point,
        seen_version: None,
        draft,
        step,
        remark: words.send_back.clone(),
        // Whoever has the data folder may take every step.
        approver: Approver::Any,
        actor: words.actor.as_deref().unwrap_or(app.actor()).to_owned(),
    })
}
