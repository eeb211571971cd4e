//! The answer as its form shows it, and what others wrote meanwhile.

use crate::app::App;
use crate::app::responding::compare_words;
use crate::app::values::{Response as Answer, UnsavedAnswer};
use crate::domain::{Decision, ResponseState, Wording};
use crate::web::views::{Badge, Diff};
use crate::web::words;

use super::answering::AnswerFields;

/// The answer as its form shows it.
pub(in crate::web::pages) struct AnswerForm {
    /// Of the point.
    pub(in crate::web::pages) version: i64,
    /// Of the answer that the form was filled with; 0 for none.
    pub(in crate::web::pages) base: i64,
    pub(in crate::web::pages) decisions: Vec<(&'static str, &'static str, bool)>,
    pub(in crate::web::pages) text: String,
    pub(in crate::web::pages) change_place: String,
    pub(in crate::web::pages) old_wording: String,
    pub(in crate::web::pages) new_wording: String,
    /// What the proposed words change, word by word.
    pub(in crate::web::pages) wording: Option<Diff>,
    pub(in crate::web::pages) remark: String,
}

/// A version of the answer.
pub(in crate::web::pages) struct Version {
    pub(in crate::web::pages) number: i64,
    pub(in crate::web::pages) moment: String,
    pub(in crate::web::pages) author: String,
    pub(in crate::web::pages) state: Badge,
    /// Who approved or returned it.
    pub(in crate::web::pages) step: String,
    pub(in crate::web::pages) decision: Option<Badge>,
    pub(in crate::web::pages) text: String,
    pub(in crate::web::pages) change_place: String,
    pub(in crate::web::pages) wording: Option<Diff>,
    pub(in crate::web::pages) remark: String,
}

/// Two people at one answer: what was there when this person began, what somebody else made of it,
/// what this person makes of it.
pub(super) struct Conflict {
    /// `None` when there was no answer yet.
    pub(super) before: Option<Version>,
    pub(super) theirs: Version,
    /// What they changed.
    pub(super) their_changes: Diff,
    /// What this person changed.
    pub(super) own_changes: Diff,
    pub(super) own_decision: Option<Badge>,
}

/// The form of an answer: with what was sent, or else with what is stored.
pub(in crate::web::pages) fn answer_form(
    version: i64,
    current: Option<&Answer>,
    sent: Option<&AnswerFields>,
) -> AnswerForm {
    let stored = current.map(AnswerFields::stored).unwrap_or_default();
    let fields = sent.unwrap_or(&stored);
    let decision = Decision::parse(&fields.decision);
    AnswerForm {
        version,
        base: current.map_or(0, |answer| answer.version),
        decisions: Decision::ALL
            .map(|it| (it.code(), it.name(), decision == Some(it)))
            .into(),
        text: fields.text.clone(),
        change_place: fields.change_place.clone(),
        old_wording: fields.old_wording.clone(),
        new_wording: fields.new_wording.clone(),
        wording: diff(Wording::of(&fields.old_wording, &fields.new_wording).as_ref()),
        remark: fields.remark.clone(),
    }
}

/// What stands over the fields in which a leader decides; `None` when nothing waits for one.
pub(in crate::web::pages) fn approval(app: &App, current: Option<&Answer>) -> Option<String> {
    let current = current.filter(|it| it.content.state == ResponseState::Submitted)?;
    Some(match app.awaited_step(current) {
        Some(step) => format!("Bước duyệt: {step}"),
        None => "Lãnh đạo xem xét".to_owned(),
    })
}

/// A stored version, for a history.
pub(in crate::web::pages) fn version(answer: &Answer) -> Version {
    let content = &answer.content;
    Version {
        number: answer.version,
        moment: words::moment(answer.created_us),
        author: content.author.clone(),
        state: Badge::response(content.state),
        step: content.approval_step.clone().unwrap_or_default(),
        decision: content.decision.map(Badge::decision),
        text: content.text.clone(),
        change_place: content.change_place.clone().unwrap_or_default(),
        wording: diff(content.wording.as_ref()),
        remark: content.remark.clone().unwrap_or_default(),
    }
}

/// What a change of words changes.
pub(super) fn diff(wording: Option<&Wording>) -> Option<Diff> {
    wording.map(|wording| Diff::new(&compare_words(&wording.old, &wording.new)))
}

/// What stands against each other when somebody else answered since; `None` when nobody did.
pub(super) fn conflict(versions: &[Answer], fields: &AnswerFields) -> Option<Conflict> {
    let theirs = versions.last()?;
    if theirs.version == fields.base {
        return None;
    }
    let before = versions.iter().find(|it| it.version == fields.base);
    let old = before.map_or("", |it| it.content.text.as_str());
    Some(Conflict {
        before: before.map(version),
        their_changes: Diff::new(&compare_words(old, &theirs.content.text)),
        theirs: version(theirs),
        own_changes: Diff::new(&compare_words(old, &fields.text)),
        own_decision: Decision::parse(&fields.decision).map(Badge::decision),
    })
}

impl AnswerFields {
    /// What the form of a stored answer would send.
    pub(super) fn stored(answer: &Answer) -> Self {
        let content = &answer.content;
        let wording = content.wording.clone().unwrap_or_default();
        Self {
            base: answer.version,
            decision: content
                .decision
                .map(Decision::code)
                .unwrap_or_default()
                .to_owned(),
            text: content.text.clone(),
            change_place: content.change_place.clone().unwrap_or_default(),
            old_wording: wording.old,
            new_wording: wording.new,
            ..Self::default()
        }
    }

    /// What the form of an unsaved answer would send.
    pub(super) fn unsaved(answer: &UnsavedAnswer) -> Self {
        Self {
            base: answer.base_version,
            decision: answer
                .decision
                .map(Decision::code)
                .unwrap_or_default()
                .to_owned(),
            text: answer.text.clone(),
            change_place: answer.change_place.clone(),
            old_wording: answer.old_wording.clone(),
            new_wording: answer.new_wording.clone(),
            ..Self::default()
        }
    }

    /// Puts words behind what is there already; a decision only where there is none.
    pub(super) fn add_text(&mut self, text: &str, decision: Option<Decision>) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
        if let Some(decision) = decision
            && self.decision.is_empty()
        {
            decision.code().clone_into(&mut self.decision);
        }
    }

    /// Begins with an earlier answer to another point.
    pub(super) fn add_answer(&mut self, answer: &Answer) {
        self.add_text(&answer.content.text, answer.content.decision);
        if self.change_place.is_empty() {
            self.change_place = answer.content.change_place.clone().unwrap_or_default();
        }
    }

    /// Whether both say the same, whatever is said around it.
    pub(super) fn says_the_same_as(&self, other: &Self) -> bool {
        self.decision == other.decision
            && self.text == other.text
            && self.change_place == other.change_place
            && self.old_wording == other.old_wording
            && self.new_wording == other.new_wording
    }
}
