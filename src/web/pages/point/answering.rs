//! Writing an answer: saved as a version, or kept while it is typed.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Shown, kept_pairs, point_address, show};
use crate::app::accounts::access::may_take;
use crate::app::responding::Act;
use crate::app::values::{Approver, Draft, Step, UnsavedAnswer};
use crate::app::{self, App};
use crate::domain::{Decision, PointId, Wording};
use crate::web::access::{Acting, Person};
use crate::web::error::Error;
use crate::web::extract::{Form, Id, InConsultation};
use crate::web::pages::{coded, outlive};

/// What the answer form sends.
#[derive(Deserialize, Clone, Default)]
#[serde(default)]
pub(in crate::web) struct AnswerFields {
    /// Of the point.
    pub(in crate::web) version: i64,
    /// Of the answer the form was filled with; 0 for none.
    pub(in crate::web) base: i64,
    pub(in crate::web) decision: String,
    pub(in crate::web) text: String,
    pub(in crate::web) change_place: String,
    pub(in crate::web) old_wording: String,
    pub(in crate::web) new_wording: String,
    pub(in crate::web) remark: String,
    pub(in crate::web) on_behalf: String,
    pub(in crate::web) step: String,
    pub(in crate::web) kept: String,
}

impl AnswerFields {
    /// Line ends as stored, no spaces around.
    fn tidied(mut self) -> Self {
        for text in [
            &mut self.text,
            &mut self.change_place,
            &mut self.old_wording,
            &mut self.new_wording,
        ] {
            *text = tidy(text);
        }
        self
    }

    fn to_unsaved(&self, typed_us: i64) -> UnsavedAnswer {
        UnsavedAnswer {
            base_version: self.base,
            decision: Decision::parse(&self.decision),
            text: self.text.clone(),
            change_place: self.change_place.clone(),
            old_wording: self.old_wording.clone(),
            new_wording: self.new_wording.clone(),
            typed_us,
        }
    }
}

pub(in crate::web) async fn answer_point(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    person: Person,
    Id(id): Id,
    Form(fields): Form<AnswerFields>,
) -> Result<Response, Error> {
    let actor = app.actor().to_owned();
    let fields = fields.tidied();
    let act = act(&app, &person, PointId(id), &fields)?;
    // The point must belong to the consultation whose address was used.
    app.point_in_full(&consultation, act.point).await?;
    let is_drafting = act.draft.is_some();
    let writer = app.clone();
    let failed = match outlive(async move { writer.answer(&act).await }).await {
        Ok(answered) => {
            let address = point_address(&consultation, id, &fields.kept, answered.state.code());
            return Ok(Redirect::to(&address).into_response());
        }
        Err(error) => error,
    };
    let status = match failed.kind {
        app::Kind::Conflict => StatusCode::CONFLICT,
        app::Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        _ => return Err(failed.into()),
    };
    if is_drafting {
        let unsaved = fields.to_unsaved(app.clock.now_us());
        app.keep_unsaved(PointId(id), &actor, &unsaved).await?;
    }
    let problem = if failed.kind == app::Kind::Conflict {
        "Người khác vừa sửa ý kiến này nên bản vừa gửi chưa được lưu; bản đó còn nguyên trong biểu mẫu."
            .to_owned()
    } else {
        failed.message
    };
    let shown = Shown {
        kept: kept_pairs(&fields.kept),
        problem: Some(problem),
        fields: Some(fields),
    };
    show(&app, &consultation, PointId(id), status, shown).await
}

/// Reads what a form asks for.
pub(in crate::web) fn act(
    app: &App,
    person: &Person,
    point: PointId,
    fields: &AnswerFields,
) -> Result<Act, Error> {
    let step = step(&fields.step)?;
    let is_on_behalf = !fields.on_behalf.trim().is_empty();
    if !may_take(&person.roles(), step, is_on_behalf) {
        return Err(Error::new(
            StatusCode::FORBIDDEN,
            "Vai trò của tài khoản này không làm được bước đó: người soạn trả lời và trình, lãnh đạo duyệt hoặc trả lại, thư ký chỉ ghi thay ý kiến lãnh đạo.",
        ));
    }
    let is_leader = matches!(step, Step::Approve | Step::Return);
    let draft = Draft {
        decision: coded("decision", &fields.decision, Decision::parse)?,
        text: tidy(&fields.text),
        change_place: Some(tidy(&fields.change_place)).filter(|place| !place.is_empty()),
        wording: Wording::of(&tidy(&fields.old_wording), &tidy(&fields.new_wording)),
    };
    let actor = app.actor();
    Ok(Act {
        point,
        seen_version: Some(fields.version),
        draft: (!is_leader).then_some(draft),
        step,
        remark: Some(tidy(&fields.remark)).filter(|remark| !remark.is_empty()),
        approver: if is_on_behalf {
            Approver::Any
        } else {
            person.approver()
        },
        actor: match fields.on_behalf.trim() {
            "" => actor.to_owned(),
            leader => format!("{leader} (do {actor} ghi)"),
        },
    })
}

/// Reads a step along the approval chain.
pub(in crate::web::pages) fn step(code: &str) -> Result<Step, Error> {
    Ok(match code {
        "save" => Step::Save,
        "submit" => Step::Submit,
        "approve" => Step::Approve,
        "return" => Step::Return,
        other => return Err(Error::invalid(format!("Không có thao tác `{other}`."))),
    })
}

/// Forms send line ends as CR LF.
pub(in crate::web::pages) fn tidy(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

/// Keeps what is being typed. Sent by the page's script after each pause; `204` means it is durable.
pub(in crate::web) async fn keep_unsaved(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
    Form(fields): Form<AnswerFields>,
) -> Result<StatusCode, Error> {
    let actor = app.actor().to_owned();
    let fields = fields.tidied();
    let id = PointId(id);
    let full = app.point_in_full(&consultation, id).await?;
    let current = full.versions.last();
    let stored = current.map(AnswerFields::stored).unwrap_or_default();
    if fields.says_the_same_as(&stored) {
        app.forget_unsaved(id, &actor).await?;
    } else {
        let unsaved = fields.to_unsaved(app.clock.now_us());
        app.keep_unsaved(id, &actor, &unsaved).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Throws away what was typed and not saved.
pub(in crate::web) async fn discard_unsaved(
    Acting(app): Acting,
    InConsultation(consultation): InConsultation,
    Id(id): Id,
    Form(fields): Form<AnswerFields>,
) -> Result<Redirect, Error> {
    let actor = app.actor().to_owned();
    app.forget_unsaved(PointId(id), &actor).await?;
    let address = point_address(&consultation, id, &fields.kept, "discarded");
    Ok(Redirect::to(&address))
}
